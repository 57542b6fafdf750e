"""ECDSA signatures in DER (RFC 3279, 2.2.3)."""

from ecdsa import der


def encode_dss_signature(r: int, s: int) -> bytes:
    return der.encode_sequence(der.encode_integer(r), der.encode_integer(s))


def decode_dss_signature(signature: bytes) -> tuple[int, int]:
    """Both numbers. Raises ValueError."""
    try:
        inside, rest = der.remove_sequence(signature)
        r, inside = der.remove_integer(inside)
        s, inside = der.remove_integer(inside)
    except der.UnexpectedDER as error:
        raise ValueError("error parsing asn1 value") from error
    if rest or inside:
        raise ValueError("error parsing asn1 value: ExtraData")
    return r, s
