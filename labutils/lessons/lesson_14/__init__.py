"""14 · Zero trust and counterfactuals: what its notebook imports."""

from . import thieves, worlds
