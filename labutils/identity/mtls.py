"""Check certificate-bound tokens (RFC 8705), which work only with one certificate.

Whoever shows the token must also hold the key of the certificate that it was given to. In the lab
there is no TLS. The network hands the client's certificate to the host beside the request, as a
TLS end would, and never in a header: a header is what a client writes.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.identity.keys import Json, b64


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, now: float, days: int = 365
) -> x509.Certificate:
    """Return a self-signed X.509 certificate (RFC 5280) for a P-256 key.

    It is valid from `now` (seconds) on, and it is the same bytes each time.
    """
    subject = x509.Name.from_rfc4514_string(f"CN={name}")
    begins = datetime.fromtimestamp(now, UTC)
    builder = x509.CertificateBuilder(
        issuer_name=subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=begins,
        not_valid_after=begins + timedelta(days),
    )
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def handshake(shown: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return what the TLS end learns in the handshake: the client's certificate, in DER.

    Raises ValueError if the client could not sign with the certificate's key (RFC 8446, 4.4.3).
    """
    if key.public_key() != shown.public_key():
        raise ValueError(
            "the handshake fails: a certificate is public, and this is not the key that it names"
        )
    return shown.public_bytes(serialization.Encoding.DER)


def x5t_s256(der: bytes) -> str:
    """Return the SHA-256 thumbprint of a DER certificate, as a token carries it (RFC 8705, 3.1)."""
    return b64(hashlib.sha256(der).digest())


def check(claims: Json, shown: bytes | None) -> None:
    """Check that a certificate-bound token came over its certificate's connection (RFC 8705, 3).

    `shown` is the certificate in DER. Raises jwt.InvalidTokenError.
    """
    cnf = claims.get("cnf")
    if not isinstance(cnf, dict) or "x5t#S256" not in cnf:
        raise jwt.InvalidTokenError("the token is not bound to a certificate: cnf has no x5t#S256")
    if shown is None:
        raise jwt.InvalidTokenError(
            "the token is bound to a certificate, but the connection showed none"
        )
    if x5t_s256(shown) != cnf["x5t#S256"]:
        raise jwt.InvalidTokenError(
            "the token is bound to a different certificate from the one the connection showed"
        )
