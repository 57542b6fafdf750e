"""Certificate-bound tokens (RFC 8705): whoever shows the token must also hold the key of the certificate that it was given to.

In the lab there is no TLS. The network hands the client's certificate to the host beside the request, as a TLS end would, and never
in a header: a header is what a client writes.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from labutils.identity.tokens import b64


def certificate(name: str, key, now: float, days: int = 365) -> x509.Certificate:
    """A self-signed X.509 certificate (RFC 5280) for a P-256 key, valid from `now` on: the same bytes each time."""
    who, begins = x509.Name.from_rfc4514_string(f"CN={name}"), datetime.fromtimestamp(now, UTC)
    made = x509.CertificateBuilder(who, who, key.public_key(), 1, begins, begins + timedelta(days))
    return made.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def shown(held: x509.Certificate, key) -> bytes:
    """What the TLS end learns in the handshake: the certificate, if the client could sign with its key (RFC 8446, 4.4.3)."""
    if key.public_key() != held.public_key():
        raise ValueError(
            "the handshake fails: a certificate is public, and this is not the key that it names"
        )
    return held.public_bytes(serialization.Encoding.DER)


def x5t_s256(held: bytes) -> str:
    """The SHA-256 thumbprint of a certificate in DER, as a token carries it (RFC 8705, 3.1)."""
    return b64(hashlib.sha256(held).digest())


def check(claims: dict, held: bytes | None) -> None:
    """A token that is bound to a certificate came over a connection with that certificate (RFC 8705, 3). Raises jwt.InvalidTokenError."""
    cnf = claims.get("cnf")
    if not isinstance(cnf, dict) or "x5t#S256" not in cnf:
        raise jwt.InvalidTokenError("the token is bound to no certificate: cnf has no x5t#S256")
    if held is None:
        raise jwt.InvalidTokenError(
            "the token is bound to a certificate, and the connection showed none"
        )
    if x5t_s256(held) != cnf["x5t#S256"]:
        raise jwt.InvalidTokenError(
            "the token is bound to another certificate than the connection showed"
        )
