"""09 · The attack, move by move."""
