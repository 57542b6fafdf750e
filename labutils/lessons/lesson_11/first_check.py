"""A proof, and a first check of it (lesson 11)."""

from typing import Any

from labutils.identity.dpop import access_token_hash, bare, need, read
from labutils.identity.keys import PrivateKey
from labutils.identity.tokens import public_jwk, thumbprint, verify_signature

from .hostile_proofs import make_proof


def prove(key: PrivateKey, method: str, url: str, now: int, jti: str, token: str) -> str:
    """A DPoP proof for one request with an access token (RFC 9449, 4.2); `now` in seconds."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(key)}
    claims = {"jti": jti, "htm": method, "htu": bare(url), "iat": now}
    claims["ath"] = access_token_hash(token)
    return make_proof(header, claims, key)


def first_check(proof: str, request: dict[str, Any]) -> bool:
    """True for a proof signed with the expected key, for this method and URL.

    Raises InvalidProof, and whatever verify_signature raises.
    """
    header, claims = read(proof)
    verify_signature(proof, header["jwk"], "ES256")
    need(thumbprint(header["jwk"]) == request["jkt"], "a different key")
    need(claims["htm"] == request["method"], "a different method")
    need(bare(claims["htu"]) == bare(request["url"]), "a different URL")
    return True
