"""Proof of possession for tokens: a small signed note for each request, made with a key that never leaves its owner (RFC 9449)."""
import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.identity.tokens import SigningKey, b64, json_object, json_part, public_jwk, thumbprint, unb64, verify_signature

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


# --- twelve questions about one proof -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """A proof as it was read, with nothing checked yet, and what the server knows about the request that brought it."""

    text: str
    header: dict
    claims: dict
    method: str
    url: str
    now: float
    seen: set
    token: str | None = None
    jkt: str | None = None
    nonce: str | None = None
    window: float = 60


def right_kind(proof: Proof) -> None:
    """It says that it is a DPoP proof, and not some other token by the same key (RFC 9449, 4.3, point 4)."""
    _need(proof.header.get("typ") == "dpop+jwt", "typ is not dpop+jwt: this is another kind of token")


def known_algorithm(proof: Proof) -> None:
    """It is signed by an algorithm of ours, where one key signs and another checks (4.3, point 5)."""
    _need(proof.header.get("alg") in ALGORITHMS,
          "alg must be ES256 or Ed25519 (EdDSA): a proof by a shared secret, or by none, proves nothing")


def public_key(proof: Proof) -> None:
    """It brings a public key along, and nothing that is secret (4.3, point 7)."""
    jwk = proof.header.get("jwk")
    _need(isinstance(jwk, dict) and not (PRIVATE_MEMBERS | {"keys"}) & set(jwk), "jwk must be a public key, and nothing but a public key")


def signature(proof: Proof) -> None:
    """The signature fits these bytes and the key that came along (4.3, point 6)."""
    verify_signature(proof.text, proof.header["jwk"], proof.header.get("alg"))


def complete(proof: Proof) -> None:
    """It has a name of its own, a method and an address, each of them text (4.2; 4.3, point 3)."""
    for name in ("jti", "htm", "htu"):
        _need(isinstance(proof.claims.get(name), str) and proof.claims[name], f"{name} is missing or not a string")


def same_method(proof: Proof) -> None:
    """It was made for the method of this request, letter by letter (4.3, point 8)."""
    _need(proof.claims.get("htm") == proof.method, "the proof was made for another request: htm is another method")


def same_address(proof: Proof) -> None:
    """It was made for the address of this request; query and fragment do not count (4.3, point 9)."""
    _need(bare(proof.claims.get("htu")) == bare(proof.url), "the proof was made for another request: htu is another address")


def fresh(proof: Proof) -> None:
    """It was made just now (4.3, point 11; 11.1). Asked as "within", so that NaN, which is neither within nor beyond, is refused."""
    iat = proof.claims.get("iat")
    _need(isinstance(iat, int | float) and not isinstance(iat, bool), "iat is missing or not a number")
    _need(abs(proof.now - iat) <= proof.window, "the proof is too old, or from the future")


def server_nonce(proof: Proof) -> None:
    """It repeats the nonce that the server gave out, where it gives out any (4.3, point 10; 8 and 9)."""
    _need(proof.nonce is None or proof.claims.get("nonce") == proof.nonce, "the proof lacks the server's nonce")


def same_token(proof: Proof) -> None:
    """It was made for the access token that came along (4.3, point 12, first half)."""
    _need(proof.token is None or proof.claims.get("ath") == access_token_hash(proof.token), "the proof was made for another access token")


def same_key(proof: Proof) -> None:
    """It was made with the key that the token is bound to (4.3, point 12, second half)."""
    _need(proof.jkt is None or thumbprint(proof.header["jwk"]) == proof.jkt,
          "the proof was made with another key than the token is bound to")


def first_use(proof: Proof) -> None:
    """Its name was not used here before (11.1)."""
    _need(proof.claims.get("jti") not in proof.seen, "the proof was used before")


CHECKS = (right_kind, known_algorithm, public_key, signature, complete, same_method, same_address, fresh, server_nonce, same_token,
          same_key, first_use)


def check(proof: str, method: str, url: str, *, now: float, seen: set, token: str | None = None, jkt: str | None = None,
          nonce: str | None = None, window: float = 60, checks=CHECKS) -> str:
    """The thumbprint of the key that made this proof for this request (RFC 9449, 4.3).

    `seen` is the set of identifiers used before; this one is added to it. `now` and `window` are seconds.
    Raises InvalidProof, whatever the input. A lesson gives it fewer `checks`, to see what each of them was for.
    """
    try:
        return judge(Proof(proof, *read(proof), method, url, now, seen, token, jkt, nonce, window), checks)
    except InvalidProof:
        raise
    except Exception as error:
        raise InvalidProof(f"the proof cannot be read: {str(error)[:120]}") from error


def read(proof: str) -> tuple[dict, dict]:
    """Header and claims of one well-formed JWT, read strictly and not believed yet (4.3, point 2)."""
    _need(isinstance(proof, str) and proof.count(".") == 2, "a proof is one signed JWT: three parts, with a dot between them")
    header, claims, _ = proof.split(".")
    return json_object(unb64(header), "header"), json_object(unb64(claims), "payload")


def judge(proof: Proof, checks=CHECKS) -> str:
    """Ask each check in turn. If none objects, the proof is spent, and the answer is the thumbprint of its key."""
    for ask in checks:
        ask(proof)
    name = thumbprint(proof.header["jwk"])
    proof.seen.add(proof.claims.get("jti"))
    return name


def _need(condition: object, otherwise: str) -> None:
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
