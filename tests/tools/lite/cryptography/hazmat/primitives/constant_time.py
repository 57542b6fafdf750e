"""Bytes compared in a time that tells nothing."""

from hmac import compare_digest as bytes_eq

__all__ = ["bytes_eq"]
