"""The server's check of a security key's answer, as the notebook gives it (lesson 13)."""

import hashlib
from typing import Any

SITE, ORIGIN = b"login.example", "https://login.example"
TOUCHED = 1  # the flag UP (WebAuthn, 6.1)


def check_answer(seen: dict[str, Any], data: bytes, challenge: str, last: int) -> int:
    """The counter of an answer whose challenge, origin, site, touch and counter are as they should
    be (WebAuthn, 7.2).

    `seen` is the client data, `data` the authenticator data, `last` the counter of the sign-in
    before. Raises ValueError where one of them is not.
    """
    if seen["challenge"] != challenge:
        raise ValueError("another challenge")
    if seen["origin"] != ORIGIN:
        raise ValueError("another origin")
    if data[:32] != hashlib.sha256(SITE).digest():
        raise ValueError("another site")
    if not data[32] & TOUCHED:
        raise ValueError("not touched")
    counter = int.from_bytes(data[33:37])
    if counter <= last and (counter, last) != (0, 0):
        raise ValueError("the counter did not go up")
    return counter
