"""Proof of possession for tokens: a small signed note for each request, made with a key that never leaves its owner (RFC 9449)."""
import hashlib
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.identity.tokens import SigningKey, b64, json_object, json_part, public_jwk, thumbprint, verify_signature

ALGORITHMS = ("ES256", "EdDSA", "Ed25519")  # the last two are one algorithm with two names (RFC 9864)
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class InvalidProof(jwt.InvalidTokenError):
    """The proof does not show that the sender of this request holds the key."""


def prove(key, method: str, url: str, *, now: float, jti: str, token: str | None = None, nonce: str | None = None) -> str:
    """A DPoP proof for one request (RFC 9449, 4.2). `key` is a P-256 or Ed25519 private key; `now` is in seconds."""
    signer = SigningKey(key, "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA", "")
    claims = {"jti": jti, "htm": method, "htu": bare(url), "iat": now}
    if token is not None:
        claims["ath"] = access_token_hash(token)
    if nonce is not None:
        claims["nonce"] = nonce
    signing_input = json_part({"typ": "dpop+jwt", "alg": signer.alg, "jwk": public_jwk(key)}) + "." + json_part(claims)
    return signing_input + "." + b64(jwt.get_algorithm_by_name(signer.alg).sign(signing_input.encode(), key))


def check(proof: str, method: str, url: str, *, now: float, seen: set, token: str | None = None, jkt: str | None = None,
          nonce: str | None = None, window: float = 60) -> str:
    """The thumbprint of the key that made this proof for this request (RFC 9449, 4.3).

    `seen` is the set of identifiers used before; this one is added to it. `now` and `window` are seconds.
    Raises InvalidProof, whatever the input.
    """
    try:
        return _check(proof, method, url, now, seen, token, jkt, nonce, window)
    except InvalidProof:
        raise
    except Exception as error:
        raise InvalidProof(f"the proof cannot be read: {str(error)[:120]}") from error


def _check(proof, method, url, now, seen, token, jkt, nonce, window) -> str:
    header = jwt.get_unverified_header(proof)
    jwk, alg = header.get("jwk"), header.get("alg")
    _need(header.get("typ") == "dpop+jwt", "typ is not dpop+jwt: this is another kind of token")
    _need(alg in ALGORITHMS, "alg must be ES256 or Ed25519 (EdDSA): a proof by a shared secret, or by none, proves nothing")
    _need(isinstance(jwk, dict) and not (PRIVATE_MEMBERS | {"keys"}) & set(jwk), "jwk must be a public key, and nothing but a public key")
    claims = json_object(verify_signature(proof, jwk, alg), "payload")
    for name in ("jti", "htm", "htu"):
        _need(isinstance(claims.get(name), str) and claims[name], f"{name} is missing or not a string")
    _need(claims["htm"] == method and bare(claims["htu"]) == bare(url), "the proof was made for another request")
    iat = claims.get("iat")
    _need(isinstance(iat, int | float) and not isinstance(iat, bool), "iat is missing or not a number")
    _need(abs(now - iat) <= window, "the proof is too old, or from the future")  # so written, NaN is refused
    _need(nonce is None or claims.get("nonce") == nonce, "the proof lacks the server's nonce")
    _need(token is None or claims.get("ath") == access_token_hash(token), "the proof was made for another access token")
    name = thumbprint(jwk)
    _need(jkt is None or name == jkt, "the proof was made with another key than the token is bound to")
    _need(claims["jti"] not in seen, "the proof was used before")
    seen.add(claims["jti"])
    return name


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise InvalidProof(otherwise)


def access_token_hash(token: str) -> str:
    """The claim `ath`: ties a proof to one access token (RFC 9449, 4.2)."""
    return b64(hashlib.sha256(token.encode()).digest())


def bare(url: str) -> str:
    """A URL as `htu` compares it: scheme and host in lower case, no default port, no query, no fragment (RFC 9449, 4.3)."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    if not parts.hostname or "@" in parts.netloc or "\\" in url or " " in url or not url.isprintable():
        raise ValueError("that is not the address of a request")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}"
