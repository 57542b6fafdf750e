"""19 · Tokens of agents."""
