"""10 · Threat hunting with Sigma: what its notebook imports."""

from . import hunting
from .hunting import correlated, sigma
from .real_log import hunted
