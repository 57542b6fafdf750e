"""02 · JWT signature verification."""
