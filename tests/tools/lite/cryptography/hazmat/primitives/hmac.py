"""HMAC, by Python's hmac."""

import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import HashAlgorithm


class HMAC:
    def __init__(self, key: bytes, algorithm: HashAlgorithm, _backend: object = None):
        self._mac = hmac.new(key, digestmod=algorithm.name)

    def update(self, data: bytes) -> None:
        self._mac.update(data)

    def finalize(self) -> bytes:
        return self._mac.digest()

    def verify(self, signature: bytes) -> None:
        if not hmac.compare_digest(self._mac.digest(), signature):
            raise InvalidSignature
