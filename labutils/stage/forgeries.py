"""Forge tokens that nobody should accept, and write a verifier that accepts them (lesson 02).

The keys are published examples, so each forgery is the same bytes on every machine. A verifier
returns the claims, and raises ValueError or another error for a token that it refuses.
"""

import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from labutils.identity.tokens import (
    SigningKey,
    b64,
    ec_private_key,
    json_part,
    public_jwk,
    rsa_private_key,
    sign,
    unb64,
    verify,
)
from labutils.lab import dice

__all__ = [
    "ADMIN",
    "CLAIMS",
    "KEYS",
    "RS256",
    "SERVICE",
    "changed",
    "confused",
    "forgeries",
    "guesses",
    "obedient",
    "public_pem",
    "random_secret",
    "strict",
    "takes",
    "with_own_key",
]

Claims = dict[str, Any]
Jwk = dict[str, Any]

ISSUER = "https://login.example"
SERVICE = SigningKey(rsa_private_key("RFC 7515 A.2"), "RS256", "rs256-1")
OTHER = SigningKey(ec_private_key("lesson-02"), "ES256", "es256-1")
KEYS: dict[str, list[Jwk]] = {"keys": [SERVICE.jwk, OTHER.jwk]}
TOMS = rsa_private_key("RFC 7520 3.4")
# A service of another name, with another key: who reads a fixed list refuses its tokens.
ANOTHER = SigningKey(TOMS, "RS256", "rs256-9")
ANOTHER_LIST = {"keys": [ANOTHER.jwk]}
CLAIMS: Claims = {
    "iss": ISSUER,
    "sub": "ada",
    "aud": "wiki",
    "iat": 1697619600,
    "exp": 1697620200,
}
ADMIN: Claims = {**CLAIMS, "sub": "admin"}
RS256 = jwt.get_algorithm_by_name("RS256")


def public_pem(jwk: Jwk) -> bytes:
    """Return a public key as a PEM file: text that the provider gives to everybody."""
    key = jwt.PyJWK(jwk).key
    return bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def obedient(token: str, keys: dict[str, list[Jwk]]) -> Claims:
    """Verify a token like several early libraries did: by doing what the header says."""
    head, payload, signature = token.split(".")
    header = json.loads(unb64(head))
    signed = f"{head}.{payload}".encode()
    key = header.get("jwk") or keys["keys"][0]
    if header["alg"].lower() == "none":
        fits = True
    elif header["alg"] == "HS256":
        fits = hmac.digest(public_pem(key), signed, "sha256") == unb64(signature)
    else:
        algorithm = jwt.get_algorithm_by_name(header["alg"])
        fits = algorithm.verify(signed, jwt.PyJWK(key, header["alg"]).key, unb64(signature))
    if not fits:
        raise ValueError("the signature is not valid")
    return dict(json.loads(unb64(payload)))


# --- forgeries ----------------------------------------------------------------------------------


def signed_by(
    private: Any, header: dict[str, Any], claims: Claims, algorithm: str = "RS256"
) -> str:
    """Return a token with any header, signed by this key, whatever the header says."""
    signed = f"{json_part(header)}.{json_part(claims)}"
    return f"{signed}.{b64(jwt.get_algorithm_by_name(algorithm).sign(signed.encode(), private))}"


def changed(token: str, claims: Claims) -> str:
    """Return the same header and signature around other claims."""
    head, _, signature = token.split(".")
    return f"{head}.{json_part(claims)}.{signature}"


def unsigned(claims: Claims, spelling: str = "none") -> str:
    """Return a token whose header says that it needs no signature (RFC 7515, A.5)."""
    header = {"alg": spelling, "kid": "rs256-1", "typ": "JWT"}
    return f"{json_part(header)}.{json_part(claims)}."


def confused(claims: Claims, secret: bytes) -> str:
    """Return an HS256 token signed with the public key as the secret: one key, two meanings."""
    header = {"alg": "HS256", "kid": "rs256-1", "typ": "JWT"}
    signed = f"{json_part(header)}.{json_part(claims)}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def with_own_key(claims: Claims, kid: str = "rs256-1") -> str:
    """Return a token signed with Tom's key, whose public half it contains (RFC 7515, 4.1.3)."""
    header = {"alg": "RS256", "kid": kid, "typ": "JWT", "jwk": public_jwk(TOMS)}
    return signed_by(TOMS, header, claims)


def logout_token(claims: Claims) -> str:
    """Return a genuine token of another kind, which ends a session (Back-Channel Logout, 2.4)."""
    event: dict[str, Claims] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return sign({**claims, "jti": "logout-1", "events": event}, SERVICE, typ="logout+jwt")


def with_demand(claims: Claims) -> str:
    """Return a genuine token whose header demands single use (RFC 7515, 4.1.11)."""
    header = {"alg": "RS256", "kid": "rs256-1", "typ": "JWT", "crit": ["once"], "once": True}
    return signed_by(SERVICE.private, header, claims)


def forgeries() -> dict[str, str]:
    """Return seven tokens that a sign-in must refuse, by what was done.

    Five are Tom's, and two were signed by the service for something else.
    """
    honest = sign(CLAIMS, SERVICE)
    return {
        "changed claims": changed(honest, ADMIN),
        "alg none": unsigned(ADMIN),
        "algorithm confusion": confused(ADMIN, public_pem(SERVICE.jwk)),
        "embedded jwk": with_own_key(ADMIN),
        "Tom's key, unknown kid": signed_by(
            TOMS, {"alg": "RS256", "kid": "toms-key", "typ": "JWT"}, ADMIN
        ),
        "logout token": logout_token(CLAIMS),
        "unknown crit": with_demand(CLAIMS),
    }


def strict(token: str) -> Claims:
    """Verify a token as this lab does for the wiki: kind, key, algorithm, issuer, audience."""
    return verify(token, KEYS, issuer=ISSUER, audience="wiki", now=CLAIMS["iat"] + 60, typ="JWT")


def takes(verifier: Callable[..., Any], token: str, *arguments: Any) -> bool:
    """Return whether a verifier accepts a token: it returns claims, and raises nothing.

    A name that is not there is no refusal: NameError is raised, so that nobody takes a verifier
    that never ran for a strict one.
    """
    try:
        return bool(verifier(token, *arguments))
    except NameError:
        raise
    except Exception:
        return False


# --- secrets that can be guessed ----------------------------------------------------------------

WORDS = ("wiki", "login", "app", "api", "jwt", "token", "signing", "session", "auth", "secret")
PLACES = ("production", "staging", "test", "dev", "prod")
YEARS = range(2021, 2025)


def guesses() -> Iterable[bytes]:
    """Yield secrets as people build them: three words, a purpose and a year."""
    for first in WORDS:
        for second in WORDS:
            for third in WORDS:
                for place in PLACES:
                    for year in YEARS:
                        yield f"{first}-{second}-{third}-for-{place}-{year}".encode()


def random_secret(seed: str) -> bytes:
    """Return 32 bytes like those of a random source; in the lab they come from dice."""
    drawn = dice(seed, "secret")
    return bytes.fromhex((next(drawn) + next(drawn) + next(drawn))[:64])
