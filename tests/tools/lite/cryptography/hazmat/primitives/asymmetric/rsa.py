"""RSA signatures with PKCS #1 v1.5 (RFC 8017, 8.2), by Python's `pow`."""

import hashlib
from dataclasses import dataclass
from hmac import compare_digest

from ecdsa import der

from cryptography import absent
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import RSA, Encoding, encoded, info

rsa_crt_dmp1, rsa_crt_dmq1 = absent("rsa_crt_dmp1"), absent("rsa_crt_dmq1")
rsa_crt_iqmp = absent("rsa_crt_iqmp")
rsa_recover_prime_factors = absent("rsa_recover_prime_factors")
generate_private_key = absent("rsa.generate_private_key")

OIDS = {  # RFC 8017, appendix B.1
    "sha1": (1, 3, 14, 3, 2, 26),
    "sha256": (2, 16, 840, 1, 101, 3, 4, 2, 1),
    "sha384": (2, 16, 840, 1, 101, 3, 4, 2, 2),
    "sha512": (2, 16, 840, 1, 101, 3, 4, 2, 3),
}


@dataclass(frozen=True)
class RSAPublicNumbers:
    e: int
    n: int

    def public_key(self, _backend: object = None) -> "RSAPublicKey":
        if self.e < 3 or self.e % 2 == 0 or self.n.bit_length() < 1024 or self.e >= self.n:
            raise ValueError("These are no numbers of an RSA key of at least 1024 bits.")
        return RSAPublicKey(self)


@dataclass(frozen=True)
class RSAPrivateNumbers:
    p: int
    q: int
    d: int
    dmp1: int
    dmq1: int
    iqmp: int
    public_numbers: RSAPublicNumbers

    def private_key(
        self, _backend: object = None, *, unsafe_skip_rsa_key_validation: bool = False
    ) -> "RSAPrivateKey":
        if not unsafe_skip_rsa_key_validation and self.p * self.q != self.public_numbers.n:
            raise ValueError("p*q != n")
        return RSAPrivateKey(self)


@dataclass(frozen=True)
class RSAPublicKey:
    numbers: RSAPublicNumbers

    @property
    def key_size(self) -> int:
        return self.numbers.n.bit_length()

    def public_numbers(self) -> RSAPublicNumbers:
        return self.numbers

    def public_bytes(self, encoding: Encoding, _format: object) -> bytes:
        numbers = (der.encode_integer(self.numbers.n), der.encode_integer(self.numbers.e))
        algorithm = der.encode_sequence(der.encode_oid(*RSA), b"\x05\x00")
        return encoded(info(algorithm, der.encode_sequence(*numbers)), encoding)

    def verify(
        self, signature: bytes, data: bytes, padding: object, algorithm: HashAlgorithm
    ) -> None:
        size = (self.key_size + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.numbers.n:
            raise InvalidSignature
        opened = pow(number, self.numbers.e, self.numbers.n).to_bytes(size)
        if not compare_digest(opened, padded(data, size, padding, algorithm)):
            raise InvalidSignature


@dataclass(frozen=True)
class RSAPrivateKey:
    numbers: RSAPrivateNumbers

    @property
    def key_size(self) -> int:
        return self.numbers.public_numbers.n.bit_length()

    def public_key(self) -> RSAPublicKey:
        return RSAPublicKey(self.numbers.public_numbers)

    def private_numbers(self) -> RSAPrivateNumbers:
        return self.numbers

    def sign(self, data: bytes, padding: object, algorithm: HashAlgorithm) -> bytes:
        size = (self.key_size + 7) // 8
        number = int.from_bytes(padded(data, size, padding, algorithm))
        return pow(number, self.numbers.d, self.numbers.public_numbers.n).to_bytes(size)


def padded(data: bytes, size: int, padding: object, algorithm: HashAlgorithm) -> bytes:
    """EMSA-PKCS1-v1_5 of the data (RFC 8017, 9.2)."""
    if not isinstance(padding, PKCS1v15):
        raise UnsupportedAlgorithm("The stand-in knows PKCS #1 v1.5 alone.")
    name = der.encode_sequence(der.encode_oid(*OIDS[algorithm.name]), b"\x05\x00")
    digest = der.encode_octet_string(hashlib.new(algorithm.name, data).digest())
    inside = der.encode_sequence(name, digest)
    return b"\x00\x01" + b"\xff" * (size - len(inside) - 3) + b"\x00" + inside
