"""05 · ID token, access token, refresh token: what its notebook imports."""

from .doors import fill, knock
from .rotation import race, refresh_and_delete
