"""Make what a token consists of: bytes, keys and signatures."""

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from labutils.lab import data_file

# The order of the curve P-256, a prime (FIPS 186-5).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Json = dict[str, Any]  # a JSON object that was read: any JSON value may stand under a name
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def b64(data: bytes) -> str:
    """Return base64url without padding, as every part of a JWT is written (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes behind strict base64url: no padding, no other alphabet, no spare bits.

    Raises jwt.DecodeError.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise jwt.DecodeError(
            "a segment is not base64url (RFC 7515, 2): only A-Z a-z 0-9 - _ and no padding"
        )
    data = urlsafe_b64decode(text + "==")
    if b64(data) != text:
        raise jwt.DecodeError(
            "a segment has spare bits in its last character: the same bytes are encoded another way"
        )
    return data


def json_part(value: object) -> str:
    """Return a JSON value as a segment: compact JSON, then base64url."""
    return b64(json.dumps(value, separators=(",", ":")).encode())


# --- keys and signing ---------------------------------------------------------------------------


def sign_bytes(alg: str, data: bytes, key: PrivateKey | bytes) -> bytes:
    """Sign some bytes with an algorithm of RFC 7518, 3.1, or EdDSA (RFC 8037).

    It is the same bytes every time: ES256 takes its nonce from the key and the message (RFC 6979),
    and not from the dice of the machine, as PyJWT does. PyJWT itself is left as it is.
    Raises NotImplementedError for another algorithm.
    """
    if alg == "ES256" and isinstance(key, ec.EllipticCurvePrivateKey):
        der = key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return jwt.utils.der_to_raw_signature(der, key.curve)
    return jwt.get_algorithm_by_name(alg).sign(data, key)


@cache
def ec_private_key(label: str) -> ec.EllipticCurvePrivateKey:
    """Return a P-256 key derived from a label, for the lab only: the label is the whole secret."""
    return ec.derive_private_key(
        int.from_bytes(hashlib.sha256(label.encode()).digest()) % (ORDER - 1) + 1, ec.SECP256R1()
    )


def ed25519_private_key(label: str) -> ed25519.Ed25519PrivateKey:
    """Return an Ed25519 key derived from a label, for the lab only."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(label.encode()).digest())


@cache
def rfc_examples() -> Json:
    """Return tokens and keys that RFCs print as examples (data/rfc-examples.json).

    The names are `signed`, `other`, `dpop` and `rsa_keys`.
    """
    examples: Json = json.loads(data_file("rfc-examples.json").read_text(encoding="utf-8"))
    return examples


@cache
def rsa_private_key(published_in: str) -> rsa.RSAPrivateKey:
    """Return the RSA key printed in "RFC 7515 A.2" or "RFC 7520 3.4".

    Everybody knows it; it protects nothing.
    """
    jwk = rfc_examples()["rsa_keys"][published_in]
    p, q, d, dp, dq, qi, e, n = (
        int.from_bytes(unb64(jwk[name])) for name in ("p", "q", "d", "dp", "dq", "qi", "e", "n")
    )
    numbers = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n))
    # The numbers are published, so they are not checked: that takes 35 ms.
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def public_jwk(private: PrivateKey) -> dict[str, str]:
    """Return the public half of a key as a JWK (RFC 7517).

    It has the members that RFC 7638 hashes, and no other.
    """
    public = private.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        both = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        return {"e": both["e"], "kty": "RSA", "n": both["n"]}
    if isinstance(public, ec.EllipticCurvePublicKey):
        both = jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
        return {"crv": both["crv"], "kty": "EC", "x": both["x"], "y": both["y"]}
    return {"crv": "Ed25519", "kty": "OKP", "x": b64(public.public_bytes_raw())}


def thumbprint(jwk: Json) -> str:
    """Return the SHA-256 thumbprint of a JWK (RFC 7638), a name that the key itself determines.

    Raises KeyError, TypeError.
    """
    members = {"RSA": "e kty n", "EC": "crv kty x y", "OKP": "crv kty x", "oct": "k kty"}[
        jwk["kty"]
    ].split()
    canonical = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"))
    return b64(hashlib.sha256(canonical.encode()).digest())


@dataclass(frozen=True)
class SigningKey:
    """A private key with its algorithm and its name (`kid`), on which its users must agree.

    With a shared secret (HS256) it can sign, and has no public half.
    """

    private: PrivateKey | bytes
    alg: str
    kid: str

    def __deepcopy__(self, _: object) -> "SigningKey":
        return self  # a key does not change

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half for the JWK set, pinned to one algorithm and one use.

        Raises jwt.InvalidKeyError where there is none.
        """
        if isinstance(self.private, bytes):
            raise jwt.InvalidKeyError(
                "a shared secret has no public half: whoever could check with it could also sign"
            )
        return {**public_jwk(self.private), "alg": self.alg, "kid": self.kid, "use": "sig"}


def sign(claims: Json, key: SigningKey, typ: str = "JWT") -> str:
    """Return a signed JWT: header, claims, and a signature over both (RFC 7519)."""
    signing_input = f"{json_part({'alg': key.alg, 'kid': key.kid, 'typ': typ})}.{json_part(claims)}"
    return f"{signing_input}.{b64(sign_bytes(key.alg, signing_input.encode(), key.private))}"
