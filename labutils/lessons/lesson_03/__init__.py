"""03 · The authorization code flow."""
