"""07 · HAR files."""
