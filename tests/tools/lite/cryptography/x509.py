"""Certificates as the lessons make and read them (RFC 5280): a name, a P-256 key, no extensions."""

from dataclasses import dataclass
from datetime import datetime

from ecdsa import der

from cryptography import absent
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

ECDSA_WITH_SHA256 = (1, 2, 840, 10045, 4, 3, 2)
COMMON_NAME = (2, 5, 4, 3)
SET, UTF8_STRING, UTC_TIME = 0x31, 0x0C, 0x17


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return absent(name)


def _tagged(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + der.encode_length(len(content)) + content


@dataclass(frozen=True)
class ObjectIdentifier:
    dotted_string: str


@dataclass(frozen=True)
class Name:
    """CN=… and nothing else."""

    common_name: str

    @classmethod
    def from_rfc4514_string(cls, text: str) -> "Name":
        kind, _, value = text.partition("=")
        if kind != "CN":
            raise NotImplementedError("The stand-in knows names of the form CN=… alone.")
        return cls(value)

    def rfc4514_string(self) -> str:
        return f"CN={self.common_name}"

    def in_der(self) -> bytes:
        value = _tagged(UTF8_STRING, self.common_name.encode())
        pair = der.encode_sequence(der.encode_oid(*COMMON_NAME), value)
        return der.encode_sequence(_tagged(SET, pair))


@dataclass(frozen=True)
class Certificate:
    der: bytes
    key: ec.EllipticCurvePublicKey

    def public_bytes(self, _encoding: Encoding) -> bytes:
        return self.der

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self.key


@dataclass(frozen=True)
class CertificateBuilder:
    issuer_name: Name
    subject_name: Name
    public_key: ec.EllipticCurvePublicKey
    serial_number: int
    not_valid_before: datetime
    not_valid_after: datetime

    def sign(
        self, key: ec.EllipticCurvePrivateKey, algorithm: HashAlgorithm, ecdsa_deterministic: bool
    ) -> Certificate:
        by = der.encode_sequence(der.encode_oid(*ECDSA_WITH_SHA256))
        times = (self.not_valid_before, self.not_valid_after)
        text = der.encode_sequence(
            der.encode_constructed(0, der.encode_integer(2)),  # version 3
            der.encode_integer(self.serial_number),
            by,
            self.issuer_name.in_der(),
            der.encode_sequence(
                *(_tagged(UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode()) for moment in times)
            ),
            self.subject_name.in_der(),
            self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        )
        signature = key.sign(text, ec.ECDSA(algorithm, ecdsa_deterministic))
        whole = der.encode_sequence(text, by, der.encode_bitstring(signature, 0))
        return Certificate(whole, self.public_key)


def load_der_x509_certificate(data: bytes, _backend: object = None) -> Certificate:
    """A certificate of the shape above. Raises ValueError."""
    try:
        inside, rest = der.remove_sequence(data)
        text, _ = der.remove_sequence(inside)
        _, _, text = der.remove_constructed(text)
        _, text = der.remove_integer(text)
        for _part in ("algorithm", "issuer", "validity", "subject"):
            _, text = der.remove_sequence(text)
        key, _ = der.remove_sequence(text)
    except (der.UnexpectedDER, IndexError) as error:
        raise ValueError("error parsing asn1 value") from error
    if rest:
        raise ValueError("error parsing asn1 value: ExtraData")
    return Certificate(data, load_der_public_key(der.encode_sequence(key)))
