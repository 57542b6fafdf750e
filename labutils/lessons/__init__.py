"""The lessons, a folder each; no code but the path on which they are found."""
