"""The strict verifier, and the front door to the keys and the decoder that belong to it.

The verifier raises subclasses of `jwt.PyJWTError` and nothing else, on any input; the decoder never raises.
"""

import json
from functools import lru_cache

import jwt

from labutils.identity.decoder import Inspection, inspect
from labutils.identity.keys import (
    SigningKey,
    b64,
    ec_private_key,
    ed25519_private_key,
    json_part,
    public_jwk,
    rfc_examples,
    rsa_private_key,
    sign,
    thumbprint,
    unb64,
)
from labutils.text import shown

__all__ = [
    "Inspection",
    "SigningKey",
    "WrongType",
    "b64",
    "ec_private_key",
    "ed25519_private_key",
    "inspect",
    "json_part",
    "public_jwk",
    "rfc_examples",
    "rsa_private_key",
    "sign",
    "thumbprint",
    "unb64",
    "verify",
    "verify_signature",
]


class WrongType(jwt.InvalidTokenError):
    """The header's `typ` is not the kind of token that this door takes (RFC 8725, 3.11)."""


def _unique(pairs: list[tuple[str, object]]) -> dict:
    if len(dict(pairs)) != len(pairs):
        raise jwt.DecodeError(
            "a name stands twice in the same object, and two readers may disagree which one counts"
        )
    return dict(pairs)


def _no_constant(name: str):
    raise jwt.DecodeError(f"{name} is not JSON")


def json_object(data: bytes, what: str) -> dict:
    """The JSON object in some bytes, read strictly. Raises jwt.DecodeError, which names `what` could not be read."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise jwt.DecodeError(f"the {what} is not JSON that can be read") from error
    if not isinstance(value, dict):
        raise jwt.DecodeError(f"the {what} is JSON, but not an object")
    return value


def _split(token: str) -> tuple[dict, bytes, bytes, bytes]:
    """Header, payload, signature and signed bytes of a compact JWS, read strictly."""
    if not isinstance(token, str):
        raise jwt.DecodeError("a token is a string")
    segments = token.split(".")
    if len(segments) != 3:
        raise jwt.DecodeError(f"a signed token has 3 segments, this has {len(segments)}")
    header = json_object(unb64(segments[0]), "header")
    if "crit" in header or "b64" in header:
        raise jwt.DecodeError(
            "the header demands an extension (crit, b64) that this verifier does not know (RFC 7515, 4.1.11)"
        )
    return header, unb64(segments[1]), unb64(segments[2]), f"{segments[0]}.{segments[1]}".encode()


@lru_cache(maxsize=256)
def _load_key(jwk: str, algorithm: str | None) -> jwt.PyJWK:
    return jwt.PyJWK(json.loads(jwk), algorithm)


def _pick_key(header: dict, keys: object, algorithm: str | None) -> jwt.PyJWK:
    """The one key that may have signed this. `kid` chooses among keys we already trust; nothing else in the header does."""
    if isinstance(keys, jwt.PyJWK):
        return keys
    if not isinstance(keys, dict):
        raise jwt.InvalidKeyError("keys must be a JWK set (dict), a JWK (dict) or a PyJWK")
    candidates, kid = [keys] if "kty" in keys else keys.get("keys"), header.get("kid")
    if not isinstance(candidates, list):
        raise jwt.PyJWKSetError(
            "neither a JWK with kty nor a JWK set with a list named keys (RFC 7517)"
        )
    candidates = [
        jwk
        for jwk in candidates
        if isinstance(jwk, dict) and (kid is None or jwk.get("kid", kid) == kid)
    ]
    if len(candidates) != 1:
        raise jwt.InvalidKeyError(
            f"kid {shown(str(kid), 40)!r} names {len(candidates)} of the trusted keys, and it must name one"
        )
    try:
        return _load_key(
            json.dumps(candidates[0]), _one_name(candidates[0].get("alg") or algorithm)
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise jwt.InvalidKeyError("the key cannot be read as a JWK") from error


def _check_key(key: jwt.PyJWK) -> None:
    """A key is for checking signatures, long enough, and on the curve that its algorithm names (RFC 7517, 4.2; RFC 7518, 3)."""
    operations = key._jwk_data.get("key_ops", ["verify"])
    if (
        key._jwk_data.get("use", "sig") != "sig"
        or not isinstance(operations, list)
        or "verify" not in operations
    ):
        raise jwt.InvalidKeyError(
            "the key is not meant for checking signatures (RFC 7517, 4.2 and 4.3)"
        )
    key.Algorithm.prepare_key(key.key)  # PyJWK does not compare curve and algorithm; this does
    if key._jwk_data.get("crv") == "Ed448":
        raise jwt.InvalidKeyError("EdDSA means Ed25519 here")
    if too_short := key.Algorithm.check_key_length(key.key):
        raise jwt.InvalidKeyError(too_short)


def _verify(
    token: str, keys: object, algorithm: str | None, algorithms: list[str] | None
) -> tuple[dict, bytes]:
    """Header and payload bytes of a JWS whose signature holds under a key we trust, with the algorithm of that key."""
    header, payload, signature, signed = _split(token)
    key = _pick_key(header, keys, algorithm)
    allowed = (
        [key.algorithm_name] if algorithms is None else [_one_name(name) for name in algorithms]
    )
    if _one_name(header.get("alg")) != key.algorithm_name or key.algorithm_name not in allowed:
        raise jwt.InvalidAlgorithmError(
            f"alg is {shown(str(header.get('alg')), 40)!r}, and the key is for {key.algorithm_name} alone"
        )
    _check_key(key)
    if not key.Algorithm.verify(signed, key.key, signature):
        raise jwt.InvalidSignatureError("the signature does not fit these bytes and this key")
    return header, payload


def _one_name(alg: object) -> object:
    """EdDSA for Ed25519: RFC 9864 gave the same algorithm a second name, and PyJWT knows the first."""
    return "EdDSA" if alg == "Ed25519" else alg


def verify_signature(token: str, jwk: dict | jwt.PyJWK, algorithm: str | None = None) -> bytes:
    """The payload bytes of a compact JWS whose signature holds (RFC 7515, 5.2). `algorithm` serves a JWK without `alg`.

    Raises a subclass of jwt.PyJWTError, whatever the input.
    """
    return _only_jwt_errors(lambda: _verify(token, jwk, algorithm, None)[1])


def _date(claims: dict, name: str) -> float | None:
    """A NumericDate: seconds since 1970 in UTC (RFC 7519, 2). A string, a boolean or a year beyond 9999 is none."""
    value = claims.get(name)
    if name in claims and (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not abs(value) < 253402300800
    ):
        raise jwt.DecodeError(f"{name} is not a date in seconds")
    return value


def _check_claims(claims: dict, issuer: str, audience: str, now: float, leeway: float) -> None:
    """The five questions after the signature: who issued it, for whom, is it over, has it begun, and is each of its type?"""
    for name in ("exp", "iss", "aud"):
        if name not in claims:
            raise jwt.MissingRequiredClaimError(name)
    if claims["iss"] != issuer:
        raise jwt.InvalidIssuerError(
            f"issued by {shown(str(claims['iss']), 60)!r}, expected {issuer!r}"
        )
    audiences = [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
    if (
        not isinstance(audiences, list)
        or not all(isinstance(a, str) for a in audiences)
        or audience not in audiences
    ):
        raise jwt.InvalidAudienceError(
            f"meant for {shown(str(claims['aud']), 60)!r}, not for {audience!r}"
        )
    if now >= _date(claims, "exp") + leeway:
        raise jwt.ExpiredSignatureError("the token has expired")
    for name in ("nbf", "iat"):
        if (date := _date(claims, name)) is not None and date > now + leeway:
            raise jwt.ImmatureSignatureError(f"{name} lies in the future")
    if not isinstance(claims.get("sub", ""), str):
        raise jwt.exceptions.InvalidSubjectError("sub must be a string")
    if not isinstance(claims.get("jti", ""), str):
        raise jwt.exceptions.InvalidJTIError("jti must be a string")


def verify(
    token: str,
    keys: dict | jwt.PyJWK,
    *,
    issuer: str,
    audience: str,
    now: float,
    typ: str | None = None,
    algorithms: list[str] | None = None,
    leeway: float = 0,
) -> dict:
    """The claims of a token that was signed by a trusted key, by this issuer, for this audience, and is valid at `now`.

    `now` and `leeway` are seconds. The algorithm is the key's, never the token's choice (RFC 8725, 3.1).
    Raises a subclass of jwt.PyJWTError, whatever the input.
    """

    def checked() -> dict:
        header, payload = _verify(token, keys, None, algorithms)
        if (
            typ is not None
            and str(header.get("typ")).lower().removeprefix("application/") != typ.lower()
        ):
            raise WrongType(
                f"typ is {shown(str(header.get('typ')), 40)!r}, and this door takes {typ!r}"
            )
        claims = json_object(payload, "payload")
        _check_claims(claims, issuer, audience, now, leeway)
        return claims

    return _only_jwt_errors(checked)


def _only_jwt_errors(step):
    """One family of exceptions, so that no hostile token turns a refusal (401) into a crash (500)."""
    try:
        return step()
    except jwt.PyJWTError:
        raise
    except Exception as error:
        raise jwt.InvalidTokenError(
            f"the input could not be checked ({type(error).__name__})"
        ) from error
