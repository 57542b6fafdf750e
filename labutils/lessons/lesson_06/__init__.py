"""06 · Token replay."""
