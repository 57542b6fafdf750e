"""05 · ID token, access token, refresh token: what its notebook imports."""

from .rotation import race, refresh_and_delete
