"""Verify tokens strictly, and offer the keys and the decoder that belong to it.

The verifier raises subclasses of `jwt.PyJWTError` and nothing else, on any input; the decoder
never raises.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn, TypeVar

import jwt
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed448

from labutils.identity.decoder import YEAR_10000, Inspection, inspect
from labutils.identity.keys import (
    Json,
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
    """An error for a `typ` in the header that names another kind of token (RFC 8725, 3.11)."""


def _unique(pairs: list[tuple[str, object]]) -> Json:
    if len(dict(pairs)) != len(pairs):
        raise jwt.DecodeError(
            "a name appears twice in the same object, and two readers may disagree about which "
            "one counts"
        )
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise jwt.DecodeError(f"{name} is not JSON")


def json_object(data: bytes, what: str) -> Json:
    """Return the JSON object in some bytes, read strictly.

    Raises jwt.DecodeError, which names `what` could not be read.
    """
    try:
        value = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise jwt.DecodeError(f"the {what} is not JSON that can be read") from error
    if not isinstance(value, dict):
        raise jwt.DecodeError(f"the {what} is JSON, but not an object")
    return value


def _split(token: str) -> tuple[Json, bytes, bytes, bytes]:
    """Header, payload, signature and signed bytes of a compact JWS, read strictly."""
    if not isinstance(token, str):
        raise jwt.DecodeError("a token is a string")
    segments = token.split(".")
    if len(segments) != 3:
        raise jwt.DecodeError(f"a signed token has 3 segments, but this has {len(segments)}")
    header = json_object(unb64(segments[0]), "header")
    if "crit" in header or "b64" in header:
        raise jwt.DecodeError(
            "the header demands an extension (crit, b64) that this verifier does not know "
            "(RFC 7515, 4.1.11)"
        )
    return header, unb64(segments[1]), unb64(segments[2]), f"{segments[0]}.{segments[1]}".encode()


@lru_cache(maxsize=256)
def _load_key(jwk: str, algorithm: str | None) -> jwt.PyJWK:
    return jwt.PyJWK(json.loads(jwk), algorithm)


def _pick_key(header: Json, keys: object, algorithm: str | None) -> jwt.PyJWK:
    """The one key that may have signed this.

    `kid` chooses among keys we already trust; nothing else in the header does.
    """
    if isinstance(keys, jwt.PyJWK):
        return keys
    kid = header.get("kid")
    candidates = [jwk for jwk in _candidates(keys) if kid is None or jwk.get("kid", kid) == kid]
    if len(candidates) != 1:
        raise jwt.InvalidKeyError(
            f"kid {shown(str(kid), 40)!r} names {len(candidates)} of the trusted keys, "
            "and it must name one"
        )
    try:
        return _load_key(
            json.dumps(candidates[0]), _one_name(candidates[0].get("alg") or algorithm)
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise jwt.InvalidKeyError("the key cannot be read as a JWK") from error


def _candidates(keys: object) -> list[Json]:
    """The keys of a JWK set, or the one JWK (RFC 7517, 4 and 5). Anything else is skipped."""
    if not isinstance(keys, dict):
        raise jwt.InvalidKeyError("keys must be a JWK set (dict), a JWK (dict) or a PyJWK")
    members = [keys] if "kty" in keys else keys.get("keys")
    if not isinstance(members, list):
        raise jwt.PyJWKSetError(
            "neither a JWK with kty nor a JWK set with a list named keys (RFC 7517)"
        )
    return [jwk for jwk in members if isinstance(jwk, dict)]


def _members(key: jwt.PyJWK) -> Json:
    """The JWK as it was given. Of its members PyJWK has public names for kty, kid and use alone.

    `key_ops` is not among them, so this is the one place of the course that reads an attribute of
    PyJWT that is not public. A test holds that it is still there.
    """
    return key._jwk_data


def _check_key(key: jwt.PyJWK) -> None:
    """A key checks signatures, is long enough, and is on the curve that its algorithm names.

    Sources: RFC 7517, 4.2 and 4.3; RFC 7518, 3. Raises jwt.InvalidKeyError.
    """
    operations = _members(key).get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise jwt.InvalidKeyError("key_ops says that the key is not for checking signatures")
    if _members(key).get("use", "sig") != "sig":
        raise jwt.InvalidKeyError("use says that the key is not for checking signatures")
    key.Algorithm.prepare_key(key.key)  # PyJWK does not compare curve and algorithm; this does
    if isinstance(key.key, ed448.Ed448PublicKey | ed448.Ed448PrivateKey):
        raise jwt.InvalidKeyError("EdDSA means Ed25519 here")
    if too_short := key.Algorithm.check_key_length(key.key):
        raise jwt.InvalidKeyError(too_short)


def _verify(
    token: str, keys: object, algorithm: str | None, algorithms: list[str] | None
) -> tuple[Json, bytes]:
    """Header and payload bytes of a JWS whose signature holds under a key that we trust.

    The algorithm is the key's (RFC 8725, 3.1).
    """
    header, payload, signature, signed = _split(token)
    key = _pick_key(header, keys, algorithm)
    alg = header.get("alg")
    if _one_name(alg) != key.algorithm_name:
        raise _wrong_algorithm(alg, key)
    if algorithms is not None and key.algorithm_name not in map(_one_name, algorithms):
        raise _wrong_algorithm(alg, key)
    _check_key(key)
    if not key.Algorithm.verify(signed, key.key, signature):
        raise jwt.InvalidSignatureError("the signature is not valid for these bytes and this key")
    return header, payload


def _wrong_algorithm(alg: object, key: jwt.PyJWK) -> jwt.InvalidAlgorithmError:
    return jwt.InvalidAlgorithmError(
        f"alg is {shown(str(alg), 40)!r}, and the key is for {key.algorithm_name} alone"
    )


Name = TypeVar("Name")


def _one_name(alg: Name) -> Name | str:
    """EdDSA for Ed25519: RFC 9864 gave the algorithm a second name, and PyJWT knows the first."""
    return "EdDSA" if alg == "Ed25519" else alg


def verify_signature(token: str, jwk: Json | jwt.PyJWK, algorithm: str | None = None) -> bytes:
    """Return the payload bytes of a compact JWS whose signature holds (RFC 7515, 5.2).

    `algorithm` serves a JWK without `alg`. Raises a subclass of jwt.PyJWTError, whatever the input.
    """
    return _only_jwt_errors(lambda: _verify(token, jwk, algorithm, None)[1])


def _date(claims: Json, name: str) -> float:
    """A NumericDate: seconds since 1970 in UTC (RFC 7519, 2).

    A string, a boolean or a year beyond 9999 is none. Raises jwt.DecodeError.
    """
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < YEAR_10000:
        raise jwt.DecodeError(f"{name} is not a date in seconds")
    return value


def _check_claims(claims: Json, issuer: str, audience: str, now: float, leeway: float) -> None:
    """Five questions after the signature (RFC 7519, 4.1).

    Who issued it, for whom, is it over, has it begun, and is each claim of its type?
    """
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
        if name in claims and _date(claims, name) > now + leeway:
            raise jwt.ImmatureSignatureError(f"{name} is in the future")
    if not isinstance(claims.get("sub", ""), str):
        raise jwt.exceptions.InvalidSubjectError("sub must be a string")
    if not isinstance(claims.get("jti", ""), str):
        raise jwt.exceptions.InvalidJTIError("jti must be a string")


def verify(
    token: str,
    keys: Json | jwt.PyJWK,
    *,
    issuer: str,
    audience: str,
    now: float,
    typ: str | None = None,
    algorithms: list[str] | None = None,
    leeway: float = 0,
) -> Json:
    """Return the claims of a token that a trusted key signed and that is good here and now.

    It comes from this issuer, is meant for this audience, and is valid at `now`. `now` and `leeway`
    are seconds. The algorithm is the key's, never the token's choice (RFC 8725, 3.1). Raises a
    subclass of jwt.PyJWTError, whatever the input.
    """

    def checked() -> Json:
        header, payload = _verify(token, keys, None, algorithms)
        if (
            typ is not None
            and str(header.get("typ")).lower().removeprefix("application/") != typ.lower()
        ):
            raise WrongType(
                f"typ is {shown(str(header.get('typ')), 40)!r}, but this door accepts only {typ!r}"
            )
        claims = json_object(payload, "payload")
        _check_claims(claims, issuer, audience, now, leeway)
        return claims

    return _only_jwt_errors(checked)


# What Python, PyJWT and cryptography raise, beside jwt.PyJWTError, at a key or a token that is
# none.
UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,  # RecursionError and NotImplementedError are among these
    InternalError,
    UnsupportedAlgorithm,
)
Answer = TypeVar("Answer")


def _only_jwt_errors(step: Callable[[], Answer]) -> Answer:
    """One family of exceptions: no hostile token turns a refusal (401) into a crash (500)."""
    try:
        return step()
    except UNREADABLE as error:
        raise jwt.InvalidTokenError(
            f"the input could not be checked ({type(error).__name__})"
        ) from error
