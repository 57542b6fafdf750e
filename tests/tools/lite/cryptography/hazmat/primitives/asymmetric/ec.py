"""ECDSA on the curves of NIST (FIPS 186-5), by PyPI's `ecdsa`."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import ecdsa
from ecdsa import der, ellipticcurve
from ecdsa.errors import MalformedPointError

from cryptography import absent
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    EC,
    Encoding,
    PublicFormat,
    encoded,
    info,
)

ECDH = absent("ECDH")


class EllipticCurve:
    name = ""
    key_size = 0
    known: ecdsa.curves.Curve

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class SECP256R1(EllipticCurve):
    name, key_size, known = "secp256r1", 256, ecdsa.NIST256p


class SECP256K1(EllipticCurve):
    name, key_size, known = "secp256k1", 256, ecdsa.SECP256k1


class SECP384R1(EllipticCurve):
    name, key_size, known = "secp384r1", 384, ecdsa.NIST384p


class SECP521R1(EllipticCurve):
    name, key_size, known = "secp521r1", 521, ecdsa.NIST521p


def curve_of(oid: tuple[int, ...]) -> EllipticCurve:
    """The curve with this object identifier. Raises ValueError."""
    for curve in (SECP256R1(), SECP256K1(), SECP384R1(), SECP521R1()):
        if curve.known.oid == oid:
            return curve
    raise ValueError("Unknown curve")


@dataclass(frozen=True)
class ECDSA:
    algorithm: HashAlgorithm
    deterministic_signing: bool = False


@dataclass(frozen=True)
class EllipticCurvePublicNumbers:
    x: int
    y: int
    curve: EllipticCurve

    def public_key(self, _backend: object = None) -> "EllipticCurvePublicKey":
        size = (self.curve.key_size + 7) // 8
        try:
            point = b"\x04" + self.x.to_bytes(size) + self.y.to_bytes(size)
        except OverflowError as error:
            raise ValueError("Invalid EC key.") from error
        return EllipticCurvePublicKey.from_encoded_point(self.curve, point)


@dataclass(frozen=True)
class EllipticCurvePrivateNumbers:
    private_value: int
    public_numbers: EllipticCurvePublicNumbers

    def private_key(self, _backend: object = None) -> "EllipticCurvePrivateKey":
        key = derive_private_key(self.private_value, self.public_numbers.curve)
        if key.public_key().public_numbers() != self.public_numbers:
            raise ValueError("Invalid EC key.")
        return key


@dataclass(frozen=True)
class EllipticCurvePublicKey:
    x: int
    y: int
    curve: EllipticCurve

    @classmethod
    def from_encoded_point(cls, curve: EllipticCurve, data: bytes) -> "EllipticCurvePublicKey":
        """The key at a point (SEC 1, 2.3.4). Raises ValueError where it is not on the curve."""
        try:
            key = ecdsa.VerifyingKey.from_string(data, curve=curve.known)
        except MalformedPointError as error:
            raise ValueError("Invalid EC key. Point is not on the curve specified.") from error
        return cls(key.pubkey.point.x(), key.pubkey.point.y(), curve)

    @cached_property
    def _key(self) -> ecdsa.VerifyingKey:
        curve = self.curve.known
        point = ellipticcurve.Point(curve.curve, self.x, self.y)
        return ecdsa.VerifyingKey.from_public_point(point, curve, validate_point=False)

    @property
    def key_size(self) -> int:
        return self.curve.key_size

    def public_numbers(self) -> EllipticCurvePublicNumbers:
        return EllipticCurvePublicNumbers(self.x, self.y, self.curve)

    def public_bytes(self, encoding: Encoding, form: PublicFormat) -> bytes:
        kind = "compressed" if form is PublicFormat.CompressedPoint else "uncompressed"
        point = self._key.to_string(kind)
        if encoding is Encoding.X962:
            return point
        names = der.encode_oid(*EC), der.encode_oid(*self.curve.known.oid)
        return encoded(info(der.encode_sequence(*names), point), encoding)

    def verify(self, signature: bytes, data: bytes, by: ECDSA) -> None:
        if not fits(self, bytes(signature), bytes(data), by.algorithm.name):
            raise InvalidSignature


@lru_cache(maxsize=10_000)
def fits(key: EllipticCurvePublicKey, signature: bytes, data: bytes, algorithm: str) -> bool:
    """Whether it is a signature of the data by that key. What was signed here is known to be one:
    it takes this Python eight milliseconds to see it, and the lessons ask thousands of times."""
    if (key, data, algorithm) in SIGNED and SIGNED[key, data, algorithm] == signature:
        return True
    try:
        return key._key.verify(
            signature,
            data,
            hashfunc=lambda text=b"": hashlib.new(algorithm, text),
            sigdecode=ecdsa.util.sigdecode_der,
            allow_truncate=True,
        )
    except (ecdsa.BadSignatureError, der.UnexpectedDER, ValueError):
        return False


SIGNED: dict[tuple[EllipticCurvePublicKey, bytes, str], bytes] = {}
MOST_SIGNED = 10_000


@dataclass(frozen=True)
class EllipticCurvePrivateKey:
    value: int
    curve: EllipticCurve

    @cached_property
    def _key(self) -> ecdsa.SigningKey:
        return ecdsa.SigningKey.from_secret_exponent(self.value, curve=self.curve.known)

    @property
    def key_size(self) -> int:
        return self.curve.key_size

    def public_key(self) -> EllipticCurvePublicKey:
        return public_of(self)

    def private_numbers(self) -> EllipticCurvePrivateNumbers:
        return EllipticCurvePrivateNumbers(self.value, self.public_key().public_numbers())

    def sign(self, data: bytes, by: ECDSA) -> bytes:
        """A signature in DER; its nonce comes from key and data (RFC 6979) where that is asked."""
        sign = self._key.sign_deterministic if by.deterministic_signing else self._key.sign
        signature = sign(
            data,
            hashfunc=lambda text=b"": hashlib.new(by.algorithm.name, text),
            sigencode=ecdsa.util.sigencode_der,
        )
        if len(SIGNED) > MOST_SIGNED:
            SIGNED.clear()
        SIGNED[self.public_key(), bytes(data), by.algorithm.name] = signature
        return signature


@lru_cache(maxsize=1_000)
def public_of(key: EllipticCurvePrivateKey) -> EllipticCurvePublicKey:
    point = key._key.verifying_key.pubkey.point
    return EllipticCurvePublicKey(point.x(), point.y(), key.curve)


def derive_private_key(
    value: int, curve: EllipticCurve, _backend: object = None
) -> EllipticCurvePrivateKey:
    if not 0 < value < curve.known.order:
        raise ValueError("Invalid EC key.")
    return EllipticCurvePrivateKey(value, curve)


def generate_private_key(curve: EllipticCurve, _backend: object = None) -> EllipticCurvePrivateKey:
    return derive_private_key(ecdsa.util.randrange(curve.known.order), curve)
