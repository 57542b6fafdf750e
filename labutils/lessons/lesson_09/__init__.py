"""09 · The attack, move by move: what its notebook imports."""

from . import attack_chain
