"""05 · ID token, access token, refresh token."""
