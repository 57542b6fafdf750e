"""Proof of possession for tokens: a small signed note for each request, made with a key that never leaves its owner (RFC 9449)."""

import hashlib
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.identity.tokens import (
    SigningKey,
    b64,
    json_object,
    json_part,
    public_jwk,
    thumbprint,
    unb64,
    verify_signature,
)

ALGORITHMS = (
    "ES256",
    "EdDSA",
    "Ed25519",
)  # the last two are one algorithm with two names (RFC 9864)
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class InvalidProof(jwt.InvalidTokenError):
    """The proof does not show that the sender of this request holds the key."""


def prove(
    key,
    method: str,
    url: str,
    *,
    now: float,
    jti: str,
    token: str | None = None,
    nonce: str | None = None,
) -> str:
    """A DPoP proof for one request (RFC 9449, 4.2). `key` is a P-256 or Ed25519 private key; `now` is in seconds."""
    signer = SigningKey(
        key, "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA", ""
    )
    claims = {"jti": jti, "htm": method, "htu": bare(url), "iat": now}
    claims |= {"ath": access_token_hash(token)} if token is not None else {}
    claims |= {"nonce": nonce} if nonce is not None else {}
    signing_input = (
        json_part({"typ": "dpop+jwt", "alg": signer.alg, "jwk": public_jwk(key)})
        + "."
        + json_part(claims)
    )
    return (
        signing_input
        + "."
        + b64(jwt.get_algorithm_by_name(signer.alg).sign(signing_input.encode(), key))
    )


# --- twelve questions about one proof ---------------------------------------------------------------------------
# Each names the facts that it looks at; the others pass by in `_`. The numbers are points of RFC 9449, section 4.3.


def right_kind(*, header, **_) -> None:
    """It says that it is a DPoP proof, and not some other token by the same key (RFC 9449, 4.3, point 4)."""
    _need(header.get("typ") == "dpop+jwt", "typ is not dpop+jwt: this is another kind of token")


def known_algorithm(*, header, **_) -> None:
    """It is signed by an algorithm of ours, where one key signs and another checks (4.3, point 5)."""
    _need(
        header.get("alg") in ALGORITHMS,
        "alg must be ES256 or Ed25519 (EdDSA): a shared secret, or no signature, proves nothing",
    )


def public_key(*, jwk, **_) -> None:
    """It brings a public key along, and nothing that is secret (4.3, point 7)."""
    _need(
        isinstance(jwk, dict) and not (PRIVATE_MEMBERS | {"keys"}) & set(jwk),
        "jwk must be a public key, and nothing but a public key",
    )


def signature(*, proof, header, jwk, **_) -> None:
    """The signature fits these bytes and the key that came along (4.3, point 6)."""
    verify_signature(proof, jwk, header.get("alg"))


def complete(*, claims, **_) -> None:
    """It has a name of its own, a method and an address, each of them text (4.3, point 3)."""
    for name in ("jti", "htm", "htu"):
        _need(
            isinstance(claims.get(name), str) and claims[name], f"{name} is missing or not a string"
        )


def same_method(*, claims, method, **_) -> None:
    """It was made for the method of this request, letter by letter (4.3, point 8)."""
    _need(
        claims.get("htm") == method, "the proof was made for another request: htm is another method"
    )


def same_address(*, claims, url, **_) -> None:
    """It was made for the address of this request; query and fragment do not count (4.3, point 9)."""
    _need(
        bare(claims.get("htu")) == bare(url),
        "the proof was made for another request: htu is another address",
    )


def fresh(*, claims, now, window, **_) -> None:
    """It was made just now (4.3, point 11). Asked as `within`, for NaN is neither within nor beyond."""
    iat = claims.get("iat")
    _need(
        isinstance(iat, int | float) and not isinstance(iat, bool), "iat is missing or not a number"
    )
    _need(abs(now - iat) <= window, "the proof is too old, or from the future")


def server_nonce(*, claims, nonce, **_) -> None:
    """It repeats the nonce that the server gave out, where the server gives out any (4.3, point 10; 8 and 9)."""
    _need(nonce is None or claims.get("nonce") == nonce, "the proof lacks the server's nonce")


def same_token(*, claims, token, **_) -> None:
    """It was made for the access token that came along (4.3, point 12, first half)."""
    _need(
        token is None or claims.get("ath") == access_token_hash(token),
        "the proof was made for another access token",
    )


def same_key(*, jwk, jkt, **_) -> None:
    """It was made with the key that the token is bound to (4.3, point 12, second half)."""
    _need(
        jkt is None or thumbprint(jwk) == jkt,
        "the proof was made with another key than the token is bound to",
    )


def first_use(*, claims, seen, **_) -> None:
    """Its name was not used here before (RFC 9449, 11.1)."""
    _need(claims.get("jti") not in seen, "the proof was used before")


CHECKS = (
    right_kind,
    known_algorithm,
    public_key,
    signature,
    complete,
    same_method,
    same_address,
    fresh,
    server_nonce,
    same_token,
    same_key,
    first_use,
)


def check(
    proof: str,
    method: str,
    url: str,
    *,
    now: float,
    seen: set,
    token: str | None = None,
    jkt: str | None = None,
    nonce: str | None = None,
    window: float = 60,
    checks=CHECKS,
) -> str:
    """The thumbprint of the key that made this proof for this request (RFC 9449, 4.3).

    `seen` is the set of identifiers used before; this one is added to it. `now` and `window` are seconds.
    Raises InvalidProof, whatever the input. A lesson gives it fewer `checks`, to see what each of them was for.
    """
    try:
        header, claims = read(proof)
        for ask in checks:
            ask(
                proof=proof,
                header=header,
                jwk=header.get("jwk"),
                claims=claims,
                method=method,
                url=url,
                now=now,
                seen=seen,
                token=token,
                jkt=jkt,
                nonce=nonce,
                window=window,
            )
        name = thumbprint(header["jwk"])
        seen.add(claims.get("jti"))
        return name
    except InvalidProof:
        raise
    except Exception as error:
        raise InvalidProof(f"the proof does not hold: {str(error)[:120]}") from error


def read(proof: str) -> tuple[dict, dict]:
    """Header and claims of one well-formed JWT, read strictly and not believed yet (RFC 9449, 4.3, point 2)."""
    _need(
        isinstance(proof, str) and proof.count(".") == 2,
        "a proof is one signed JWT: three parts, with a dot between them",
    )
    return tuple(
        json_object(unb64(part), name)
        for part, name in zip(proof.split("."), ("header", "payload"), strict=False)
    )


def _need(condition: object, otherwise: str) -> None:
    if not condition:
        raise InvalidProof(otherwise)


def access_token_hash(token: str) -> str:
    """The claim `ath`: ties a proof to one access token (RFC 9449, 4.2)."""
    return b64(hashlib.sha256(token.encode()).digest())


def bare(url: str) -> str:
    """A URL as `htu` compares it: scheme and host in lower case, no default port, no query, no fragment (RFC 9449, 4.3)."""
    parts = urlsplit(url)
    port = (
        ""
        if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
        else f":{parts.port}"
    )
    if (
        not parts.hostname
        or "@" in parts.netloc
        or "\\" in url
        or " " in url
        or not url.isprintable()
    ):
        raise ValueError("that is not the address of a request")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}"
