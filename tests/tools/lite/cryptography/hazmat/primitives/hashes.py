"""SHA-1 and SHA-2, by Python's hashlib."""

import hashlib


class HashAlgorithm:
    name = ""
    digest_size = 0


class SHA1(HashAlgorithm):
    name, digest_size = "sha1", 20


class SHA256(HashAlgorithm):
    name, digest_size = "sha256", 32


class SHA384(HashAlgorithm):
    name, digest_size = "sha384", 48


class SHA512(HashAlgorithm):
    name, digest_size = "sha512", 64


class Hash:
    def __init__(self, algorithm: HashAlgorithm, _backend: object = None):
        self._hash = hashlib.new(algorithm.name)

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def finalize(self) -> bytes:
        return self._hash.digest()
