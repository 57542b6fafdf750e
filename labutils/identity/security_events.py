"""Signed security events (RFC 8417), pushed to whoever should know (RFC 8935): a session was revoked (CAEP), somebody logged out."""
import jwt

from labutils.identity import tokens

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = {REVOKED: "secevent+jwt", LOGOUT: "logout+jwt"}
WINDOW = 300  # seconds for which an event may have been under way


class InvalidEvent(jwt.InvalidTokenError):
    """An event that is not from the issuer, not for us, not now, or not what it should be."""


def sign_event(key: tokens.SigningKey, kind: str, *, issuer: str, audience: str, now: int, jti: str, **about: object) -> str:
    """An event of that kind as a signed token; `about` says whom it concerns, such as sub and sid (RFC 8417, 2.2)."""
    claims = {"iss": issuer, "aud": audience, "iat": now, "jti": jti, "events": {kind: {"event_timestamp": now}}, **about}
    return tokens.sign(claims, key, typ=TYPES[kind])


def read_event(token: str, keys: dict, kind: str, *, issuer: str, audience: str, now: int, seen: set[str]) -> dict:
    """The claims of an event of that kind; its jti is added to `seen`. Raises InvalidEvent or another jwt.PyJWTError."""
    claims = tokens.json_object(tokens.verify_signature(token, keys), "payload")
    events, issued, jti = claims.get("events"), claims.get("iat"), claims.get("jti")
    for holds, otherwise in (
            (jwt.get_unverified_header(token).get("typ") == TYPES[kind], "this type of token is not an event (RFC 8417, 4.5)"),
            (claims.get("iss") == issuer and claims.get("aud") == audience, "it is from another issuer, or for another audience"),
            (isinstance(events, dict) and kind in events and "nonce" not in claims, "it does not hold an event of this kind alone"),
            (type(issued) is int and 0 <= now - issued <= WINDOW, "it was not issued just now"),
            (isinstance(jti, str) and jti not in seen, "it has no number of its own, or came before")):
        if not holds:
            raise InvalidEvent(otherwise)
    seen.add(jti)
    return claims
