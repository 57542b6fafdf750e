"""12 · Lifetimes, revocation and continuous evaluation: what its notebook imports."""

from . import revocation
from .revocation import about
from .token_strategies import (
    CALLS,
    DELAYS,
    FOUR,
    Setting,
    measured,
    minutes_left,
    minutes_with_the_refresh_token,
    requests_an_hour,
)
