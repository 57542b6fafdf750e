"""09 · The attack chain, tactic by tactic."""
