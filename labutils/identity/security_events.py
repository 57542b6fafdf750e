"""Sign and read two kinds of events: a session was revoked (CAEP), and somebody logged out.

The second is a logout token. Both are JWTs that happen to carry `events`, and no more alike than
that: a security event never ends and names its subject in `sub_id`, a logout token expires and
names a session by `sid`. So each has a builder and a reader of its own.
"""

import jwt

from labutils.identity import tokens
from labutils.identity.keys import Json

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
SKEW = 60  # seconds by which the sender's clock may be ahead of ours
# Seconds for which a logout token is good (OpenID Connect Back-Channel Logout, 2.4: preferably two
# minutes).
LOGOUT_LIFE = 120


class InvalidEvent(jwt.InvalidTokenError):
    """An error for an event from another issuer, for another audience, or of another kind."""


def sign_event(
    key: tokens.SigningKey, *, issuer: str, audience: str, now: int, jti: str, sub: str, sid: str
) -> str:
    """Return a security event token: this person's session was revoked at `now`, in seconds.

    Sources: RFC 8417; CAEP 1.0, 3.1. The subject is the session and the person together, in
    `sub_id`; `sub` and `exp` must not be there (SSF 1.0, 4.1.2, 4.1.7).
    """
    subject = {
        "format": "complex",
        "session": {"format": "opaque", "id": sid},
        "user": {"format": "iss_sub", "iss": issuer, "sub": sub},
    }
    claims = {
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "jti": jti,
        "sub_id": subject,
        "events": {REVOKED: {"event_timestamp": now}},
    }
    return tokens.sign(claims, key, typ="secevent+jwt")


def read_event(token: str, keys: Json, *, issuer: str, audience: str, now: float) -> Json:
    """Return the claims of a session-revoked event. Raises InvalidEvent or another jwt.PyJWTError.

    However late it comes, it is as true as on the first day: no rule sets an age, and none an
    order (RFC 8417, 5.3).
    """
    claims = event_claims(token, keys, "secevent+jwt", issuer, audience, now)
    if REVOKED not in claims["events"]:
        raise InvalidEvent("it does not hold an event of this kind")
    if "sub" in claims or "exp" in claims:
        raise InvalidEvent("a security event has neither sub nor exp (SSF 1.0, 4.1.2 and 4.1.7)")
    if not isinstance(claims.get("jti"), str):
        raise InvalidEvent("it has no identifier, jti (RFC 8417, 2.2)")
    who_and_when(claims)
    return claims


def who_and_when(claims: Json) -> tuple[str, int]:
    """Return the person (`sub`) whose session was revoked, and when, in seconds.

    Raises InvalidEvent where the event does not say.
    """
    try:
        user, event = claims["sub_id"]["user"], claims["events"][REVOKED]
        moment = event.get("event_timestamp", claims["iat"])
        if user["iss"] == claims["iss"] and isinstance(user["sub"], str) and type(moment) is int:
            return user["sub"], moment
    except (KeyError, TypeError, AttributeError):
        pass
    raise InvalidEvent(
        "sub_id does not say whose session it was, or the event not when (SSF 1.0, 3.1)"
    )


def sign_logout_token(
    key: tokens.SigningKey, *, issuer: str, client_id: str, now: int, jti: str, sub: str, sid: str
) -> str:
    """Return a logout token: this session ended.

    Source: OpenID Connect Back-Channel Logout, errata 1, 2.4.
    """
    claims = {
        "iss": issuer,
        "aud": client_id,
        "iat": now,
        "exp": now + LOGOUT_LIFE,
        "jti": jti,
        "sub": sub,
        "sid": sid,
        "events": {LOGOUT: {}},
    }
    return tokens.sign(claims, key, typ="logout+jwt")


def read_logout_token(token: str, keys: Json, *, issuer: str, client_id: str, now: float) -> Json:
    """Return the claims of a logout token (Back-Channel Logout, 2.6).

    Raises InvalidEvent or another jwt.PyJWTError.
    """
    claims = event_claims(token, keys, "logout+jwt", issuer, client_id, now)
    if type(claims.get("exp")) is not int or now >= claims["exp"]:
        raise jwt.ExpiredSignatureError("the logout token has expired, or has no exp")
    if not isinstance(claims["events"].get(LOGOUT), dict):
        raise InvalidEvent("it does not hold an event of this kind")
    if not isinstance(claims.get("sid"), str):
        raise InvalidEvent("it does not say which session ended")
    if "nonce" in claims:
        raise InvalidEvent("nonce belongs in an ID token; a logout token must not have one")
    return claims


def signed_claims(token: str, keys: Json) -> Json:
    """Return the claims of a JWT whose signature holds. Nothing else was asked.

    Raises a subclass of jwt.PyJWTError.
    """
    return tokens.json_object(tokens.verify_signature(token, keys), "payload")


def event_claims(token: str, keys: Json, typ: str, issuer: str, audience: str, now: float) -> Json:
    """Return the claims of an event, after the checks that both readers share.

    Raises InvalidEvent or another jwt.PyJWTError.

    Signature, type, issuer, audience, `events`, and a date that is not in the future.
    """
    claims = signed_claims(token, keys)
    if jwt.get_unverified_header(token).get("typ") != typ:
        raise InvalidEvent(f"this type of token is not {typ} (RFC 8417, 2.3 and 4.1)")
    audiences = [claims.get("aud")] if isinstance(claims.get("aud"), str) else claims.get("aud")
    if claims.get("iss") != issuer or not isinstance(audiences, list) or audience not in audiences:
        raise InvalidEvent("it is from another issuer, or for another audience")
    if not isinstance(claims.get("events"), dict):
        raise InvalidEvent("it holds no event at all")
    if type(claims.get("iat")) is not int or claims["iat"] > now + SKEW:
        raise InvalidEvent("it has no date, or one in the future")
    return claims
