"""Ed25519 (RFC 8032), by PyPI's `ecdsa`."""

from dataclasses import dataclass

import ecdsa
from ecdsa.errors import MalformedPointError

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, encoded, info

ALGORITHM = ecdsa.der.encode_sequence(ecdsa.der.encode_oid(1, 3, 101, 112))  # RFC 8410, 3


@dataclass(frozen=True)
class Ed25519PublicKey:
    raw: bytes

    @classmethod
    def from_public_bytes(cls, data: bytes) -> "Ed25519PublicKey":
        if len(data) != 32:
            raise ValueError("An Ed25519 public key is 32 bytes long")
        return cls(bytes(data))

    def public_bytes_raw(self) -> bytes:
        return self.raw

    def public_bytes(self, encoding: Encoding, _format: object) -> bytes:
        return (
            self.raw if encoding is Encoding.Raw else encoded(info(ALGORITHM, self.raw), encoding)
        )

    def verify(self, signature: bytes, data: bytes) -> None:
        try:
            key = ecdsa.VerifyingKey.from_string(self.raw, curve=ecdsa.Ed25519)
            key.verify(signature, data)
        except (ecdsa.BadSignatureError, MalformedPointError, ValueError) as error:
            raise InvalidSignature from error


@dataclass(frozen=True)
class Ed25519PrivateKey:
    raw: bytes

    @classmethod
    def from_private_bytes(cls, data: bytes) -> "Ed25519PrivateKey":
        if len(data) != 32:
            raise ValueError("An Ed25519 private key is 32 bytes long")
        return cls(bytes(data))

    def _key(self) -> ecdsa.SigningKey:
        return ecdsa.SigningKey.from_string(self.raw, curve=ecdsa.Ed25519)

    def private_bytes_raw(self) -> bytes:
        return self.raw

    def public_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey(self._key().verifying_key.to_string())

    def sign(self, data: bytes) -> bytes:
        return self._key().sign(data)
