"""How people get in: with a password, or through their learning platform (LTI 1.3).

JupyterHub has an authenticator for one shared password. In it an instructor must be an admin, who
can open every server; so passwords are ours, and nobody is an admin.
"""

import hashlib
import hmac
import secrets

from traitlets import Dict

COST = {"n": 2**14, "r": 8, "p": 1}  # scrypt (RFC 7914): 16 MiB a try
TEACHERS = "teachers"  # the group of those whom the platform calls instructors
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def hashed(password: str, salt: bytes | None = None) -> str:
    """What is kept of a password: its salt and its scrypt value, in hexadecimal."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **COST).hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether this password has that value. Compared in constant time."""
    salt, _, _ = kept.partition("$")
    return hmac.compare_digest(hashed(password, bytes.fromhex(salt)), kept)


NOBODY = hashed(secrets.token_hex())  # so that an unknown name takes as long as a wrong password


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

    class PasswordAuthenticator(Authenticator):
        """Knows of each name a salted value of its password, and no password."""

        passwords = Dict(help="scrypt values by name").tag(config=True)

        async def authenticate(self, _handler, data):
            name = data["username"]
            kept = self.passwords.get(name, NOBODY)
            return name if matches(data["password"], kept) and name in self.passwords else None

    return PasswordAuthenticator
