"""Make and check proofs of possession (DPoP, RFC 9449): a small signed note for each request.

It is made with a key that never leaves its owner.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from labutils.identity.keys import (
    Json,
    b64,
    json_part,
    public_jwk,
    sign_bytes,
    thumbprint,
    unb64,
)
from labutils.identity.tokens import UNREADABLE, json_object, verify_signature

# The last two are one algorithm with two names (RFC 9864).
ALGORITHMS = ("ES256", "EdDSA", "Ed25519")
# Members of a JWK that are secret (RFC 7518, 6.2.2, 6.3.2 and 6.4.1).
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class InvalidProof(jwt.InvalidTokenError):
    """An error for a proof that does not show that the sender of this request holds the key."""


def prove(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    method: str,
    url: str,
    *,
    now: float,
    jti: str,
    token: str | None = None,
    nonce: str | None = None,
) -> str:
    """Return a DPoP proof for one request (RFC 9449, 4.2).

    `key` is a P-256 or Ed25519 private key; `now` is in seconds.
    """
    alg = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA"
    header = {"typ": "dpop+jwt", "alg": alg, "jwk": public_jwk(key)}
    claims = {"jti": jti, "htm": method, "htu": bare(url), "iat": now}
    if token is not None:
        claims["ath"] = access_token_hash(token)
    if nonce is not None:
        claims["nonce"] = nonce
    signing_input = f"{json_part(header)}.{json_part(claims)}"
    return f"{signing_input}.{b64(sign_bytes(alg, signing_input.encode(), key))}"


# --- twelve questions about one proof -----------------------------------------------------------
# Each names the facts that it looks at; the others pass by in `_`. "4.3, 11" is point 11 of
# RFC 9449, section 4.3; "12a" and "12b" are the two halves of its last point.


class Question(Protocol):
    """One of the checks of a proof; it gets all the facts.

    It raises InvalidProof or an error of `check`.
    """

    __name__: str

    def __call__(  # noqa: PLR0913 - each is a fact of the proof or of its request
        self,
        *,
        proof: str,
        header: Json,
        jwk: Any,
        claims: Json,
        method: str,
        url: str,
        now: float,
        seen: set[str],
        token: str | None,
        jkt: str | None,
        nonce: str | None,
        window: float,
    ) -> None:
        """Return where there is no objection."""


def right_kind(*, header: Json, **_: object) -> None:
    """Check that it is a DPoP proof, and not some other token by the same key (4.3, 4)."""
    need(header.get("typ") == "dpop+jwt", "typ is not dpop+jwt: this is a different kind of token")


def known_algorithm(*, header: Json, **_: object) -> None:
    """Check that its algorithm is one of ours, where one key signs and another checks (4.3, 5)."""
    need(
        header.get("alg") in ALGORITHMS,
        "alg must be ES256 or Ed25519 (EdDSA): a shared secret, or no signature, proves nothing",
    )


def public_key(*, jwk: Json, **_: object) -> None:
    """Check that it contains a public key, and nothing secret (4.3, 7)."""
    need(
        isinstance(jwk, dict) and not (PRIVATE_MEMBERS | {"keys"}) & set(jwk),
        "jwk must be a public key, and only a public key",
    )


def signature(*, proof: str, header: Json, jwk: Json, **_: object) -> None:
    """Check that the signature fits these bytes and the key in the proof (4.3, 6)."""
    verify_signature(proof, jwk, header.get("alg"))


def complete(*, claims: Json, **_: object) -> None:
    """Check that it has a name of its own, a method and an address, each a text (4.3, 3)."""
    for name in ("jti", "htm", "htu"):
        need(
            isinstance(claims.get(name), str) and claims[name], f"{name} is missing or not a string"
        )


def same_method(*, claims: Json, method: str, **_: object) -> None:
    """Check that it was made for the method of this request, letter by letter (4.3, 8)."""
    need(
        claims.get("htm") == method,
        "the proof was made for another request: htm is a different method",
    )


def same_address(*, claims: Json, url: str, **_: object) -> None:
    """Check that it was made for this address; query and fragment do not count (4.3, 9)."""
    htu: Any = claims.get("htu")
    need(
        bare(htu) == bare(url),
        "the proof was made for another request: htu is a different URL",
    )


def fresh(*, claims: Json, now: float, window: float, **_: object) -> None:
    """Check that it was made just now (4.3, 11)."""
    iat: Any = claims.get("iat")
    need(
        isinstance(iat, int | float) and not isinstance(iat, bool), "iat is missing or not a number"
    )
    # Asked as `within`: NaN is neither within the window nor beyond it.
    need(abs(now - iat) <= window, "the proof is too old, or from the future")


def server_nonce(*, claims: Json, nonce: str | None, **_: object) -> None:
    """Check that it repeats the server's nonce, if the server sent one (4.3, 10)."""
    need(nonce is None or claims.get("nonce") == nonce, "the proof lacks the server's nonce")


def same_token(*, claims: Json, token: str | None, **_: object) -> None:
    """Check that it was made for the access token in this request (4.3, 12a)."""
    need(
        token is None or claims.get("ath") == access_token_hash(token),
        "the proof was made for another access token",
    )


def same_key(*, jwk: Json, jkt: str | None, **_: object) -> None:
    """Check that it was made with the key that the token is bound to (4.3, 12b)."""
    need(
        jkt is None or thumbprint(jwk) == jkt,
        "the proof was made with a different key from the one the token is bound to",
    )


def first_use(*, claims: Json, seen: set[str], **_: object) -> None:
    """Check that its name was not used here before (RFC 9449, 11.1)."""
    need(claims.get("jti") not in seen, "the proof was used before")


CHECKS: tuple[Question, ...] = (
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


def check(  # noqa: PLR0913 - each is a fact of the request that RFC 9449, 4.3 names
    proof: str,
    method: str,
    url: str,
    *,
    now: float,
    seen: set[str],
    token: str | None = None,
    jkt: str | None = None,
    nonce: str | None = None,
    window: float = 60,
    checks: Iterable[Question] = CHECKS,
) -> str:
    """Return the thumbprint of the key that made this proof for this request (RFC 9449, 4.3).

    `seen` is the set of identifiers used before; this one is added to it. `now` and `window` are
    seconds. Raises InvalidProof, whatever the input. A lesson gives it fewer `checks`, to see
    what each of them was for.
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
        jti: Any = claims.get("jti")
        seen.add(jti)
        return name
    except InvalidProof:
        raise
    except (jwt.PyJWTError, *UNREADABLE) as error:
        raise InvalidProof(f"the proof is not valid: {str(error)[:120]}") from error


def read(proof: str) -> tuple[Json, Json]:
    """Return header and claims of a well-formed JWT, read strictly and not yet trusted (4.3, 2)."""
    need(
        isinstance(proof, str) and proof.count(".") == 2,
        "a proof is one signed JWT: three parts, with a dot between them",
    )
    header, payload, _ = proof.split(".")
    return json_object(unb64(header), "header"), json_object(unb64(payload), "payload")


def need(condition: object, otherwise: str) -> None:
    """Refuse the proof with these words, unless the condition holds. Raises InvalidProof."""
    if not condition:
        raise InvalidProof(otherwise)


def access_token_hash(token: str) -> str:
    """Return the claim `ath`, which ties a proof to one access token (RFC 9449, 4.2)."""
    return b64(hashlib.sha256(token.encode()).digest())


def bare(url: str) -> str:
    """Return a URL in the form that `htu` compares (RFC 9449, 4.3).

    Scheme and host are in lower case; default port, query and fragment are left out.
    Raises ValueError for anything that is not the URL of a request.
    """
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
        raise ValueError("that is not the URL of a request")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}"
