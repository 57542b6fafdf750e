"""Public keys as bytes: SubjectPublicKeyInfo (RFC 5280, 4.1) in DER and PEM, and bare points."""

import base64
import re
from enum import Enum

from ecdsa import der

from cryptography import absent

RSA, EC = (1, 2, 840, 113549, 1, 1, 1), (1, 2, 840, 10045, 2, 1)
OKP = {(1, 3, 101, 112): 32}


class Encoding(Enum):
    PEM = "PEM"
    DER = "DER"
    Raw = "Raw"
    X962 = "ANSI X9.62"


class PublicFormat(Enum):
    SubjectPublicKeyInfo = "X.509 subjectPublicKeyInfo with PKCS#1"
    Raw = "Raw"
    CompressedPoint = "X9.62 Compressed Point"
    UncompressedPoint = "X9.62 Uncompressed Point"


class PrivateFormat(Enum):
    PKCS8 = "PKCS8"
    Raw = "Raw"


_private_keys = absent("load_pem_private_key")


def __getattr__(name: str) -> type:
    """Other names can be imported, and cannot be called."""
    if name.startswith("__"):
        raise AttributeError(name)
    return absent(name)


def info(algorithm: bytes, key: bytes) -> bytes:
    """SubjectPublicKeyInfo in DER, from the DER of the algorithm and the bytes of the key."""
    return der.encode_sequence(algorithm, der.encode_bitstring(key, 0))


def encoded(spki: bytes, encoding: Encoding) -> bytes:
    """That in DER, or in PEM with lines of 64 characters (RFC 7468)."""
    if encoding is Encoding.DER:
        return spki
    text = base64.b64encode(spki).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


def load_pem_private_key(data: bytes, password: bytes | None) -> object:
    """Raise ValueError for what is no private key: PyJWT asks for one before it takes a public
    key. No lesson loads a private key."""
    if b"PRIVATE KEY-----" not in data:
        raise ValueError("Unable to load PEM file.")
    return _private_keys(data, password)


def load_pem_public_key(data: bytes, _backend: object = None) -> object:
    """The key of a PEM. Raises ValueError."""
    found = re.search(rb"-----BEGIN PUBLIC KEY-----(.+?)-----END PUBLIC KEY-----", data, re.S)
    if not found:
        raise ValueError("Unable to load PEM file.")
    return load_der_public_key(base64.b64decode(found[1]))


def load_der_public_key(data: bytes, _backend: object = None) -> object:
    """The key of a SubjectPublicKeyInfo in DER. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        inside, rest = der.remove_sequence(data)
        algorithm, bits = der.remove_sequence(inside)
        oid, parameters = der.remove_object(algorithm)
        key, _ = der.remove_bitstring(bits, 0)
        if oid == RSA:
            numbers, _ = der.remove_sequence(key)
            n, numbers = der.remove_integer(numbers)
            e, _ = der.remove_integer(numbers)
            return rsa.RSAPublicNumbers(e, n).public_key()
        if oid == EC:
            return ec.EllipticCurvePublicKey.from_encoded_point(
                ec.curve_of(der.remove_object(parameters)[0]), key
            )
        if oid in OKP:
            return ed25519.Ed25519PublicKey.from_public_bytes(key)
    except der.UnexpectedDER as error:
        raise ValueError("Could not deserialize key data.") from error
    raise ValueError(f"Unsupported key, or {len(rest)} bytes too many")
