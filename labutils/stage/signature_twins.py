"""Make a second signature that fits a token, as ECDSA lets anybody do (lessons 11 and 12)."""

from labutils.identity.keys import ORDER
from labutils.identity.tokens import b64, unb64


def twin(token: str) -> str:
    """Return the token with (r, n - s) in place of its signature (r, s)."""
    signed, _, signature = token.rpartition(".")
    r, s = unb64(signature)[:32], int.from_bytes(unb64(signature)[32:])
    return f"{signed}.{b64(r + (ORDER - s).to_bytes(32))}"
