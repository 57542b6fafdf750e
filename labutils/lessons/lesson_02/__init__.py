"""02 · JWT signature verification: what its notebook imports."""

from .repaired import print_lines_with, repaired
