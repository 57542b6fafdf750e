"""18 · CI without secrets."""
