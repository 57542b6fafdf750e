"""How people get in: with a password, or through their learning platform (LTI 1.3).

JupyterHub has an authenticator for one shared password. In it an instructor must be an admin, who
can open every server; so passwords are ours, and nobody is an admin.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections import Counter

from traitlets import Dict

COST = {"n": 2**14, "r": 8, "p": 1}  # scrypt (RFC 7914): 16 MiB a try
TEACHERS = "teachers"  # the group of those whom the platform calls instructors
MOST_WAITING = 40  # tries of one address: a whole room can be behind one
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


class TooMany(Exception):
    """This address tries so many passwords that the others would wait."""


def hashed(password: str, salt: bytes | None = None) -> str:
    """What is kept of a password: its salt and its scrypt value, in hexadecimal."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **COST).hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether this password has that value. Compared in constant time."""
    salt, _, _ = kept.partition("$")
    return hmac.compare_digest(hashed(password, bytes.fromhex(salt)), kept)


NOBODY = hashed(secrets.token_hex())  # so that an unknown name takes as long as a wrong password


class Queue:
    """Passwords are tried beside the hub's work, one at a time for each address, a few in all.

    A try costs a processor some time, so whoever sends many could keep the hub from everything else
    and the others from signing in. Guessing is hopeless at any speed: a password has 59 bits.
    """

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.lanes: dict[str, asyncio.Lock] = {}
        self.at_once = asyncio.Semaphore(2)

    async def matches(self, address: str, password: str, kept: str) -> bool:
        """Whether the password has that value; TooMany where this address has enough waiting."""
        if self.waiting[address] >= MOST_WAITING:
            raise TooMany
        self.waiting[address] += 1
        lane = self.lanes.setdefault(address, asyncio.Lock())
        try:
            async with lane, self.at_once:
                return await asyncio.to_thread(matches, password, kept)
        finally:
            self.waiting[address] -= 1
            if not self.waiting[address]:
                del self.waiting[address], self.lanes[address]


def lti_account(claims: dict) -> dict:
    """Who a launch is for: a name that says nothing about the person, and whether they teach.

    A subject is unique within its issuer alone (OpenID Connect Core 1.0, 2), so both are hashed.
    """
    subject = f"{claims['iss']} {claims['sub']}".encode()
    name = "lti-" + hashlib.sha256(subject).hexdigest()[:16]
    teaches = INSTRUCTOR in claims.get(ROLES, [])
    return {"name": name, "admin": False, "groups": [TEACHERS] if teaches else []}


def password_authenticator() -> type:
    """The class that JupyterHub asks; made late, since only the hub has JupyterHub."""
    from jupyterhub.auth import Authenticator
    from tornado.web import HTTPError

    class PasswordAuthenticator(Authenticator):
        """Knows of each name a salted value of its password, and no password."""

        passwords = Dict(help="scrypt values by name").tag(config=True)
        queue = Queue()

        async def authenticate(self, handler, data):
            name, password = data.get("username", ""), data.get("password", "")
            kept = self.passwords.get(name, NOBODY)
            try:
                right = await self.queue.matches(handler.request.remote_ip, password, kept)
            except TooMany:
                raise HTTPError(429, "Too many sign-ins at once. Try again in a minute.") from None
            return name if right and name in self.passwords else None

    return PasswordAuthenticator
