"""Signed events: what is taken, and what is refused and why."""

import jwt
import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.identity import tokens
from labutils.identity.security_events import (
    LOGOUT,
    REVOKED,
    InvalidEvent,
    read_event,
    read_logout_token,
    sign_event,
    sign_logout_token,
    who_and_when,
)

LOGIN, API, WIKI = "https://login.example", "https://api.example", "https://wiki.example"
KEY = tokens.SigningKey(tokens.ec_private_key("events"), "ES256", "k")
KEYS = {"keys": [KEY.jwk]}
NOW = 1_697_619_600
SID, SUB = "s-1", "u-1815"
EVENT = {"issuer": LOGIN, "audience": API, "now": NOW, "jti": "1", "sub": SUB, "sid": SID}
LOGOUT_TOKEN = {
    "issuer": LOGIN,
    "client_id": "wiki",
    "now": NOW,
    "jti": "1",
    "sub": SUB,
    "sid": SID,
}


def event(key=KEY, **changed):
    return sign_event(key, **EVENT | changed)


def logout_token(key=KEY, **changed):
    return sign_logout_token(key, **LOGOUT_TOKEN | changed)


def resigned(token, typ=None, **changed):
    """The same claims with some changed, or left out where the change is None, signed by the same
    key.
    """
    claims = jwt.decode(token, options={"verify_signature": False}) | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    return tokens.sign(kept, KEY, typ=typ or jwt.get_unverified_header(token)["typ"])


def read(token, now=NOW + 2):
    return read_event(token, KEYS, issuer=LOGIN, audience=API, now=now)


def read_logout(token, now=NOW + 2):
    return read_logout_token(token, KEYS, issuer=LOGIN, client_id="wiki", now=now)


# --- security events ----------------------------------------------------------------------------


def test_an_event_names_session_and_person_in_sub_id_and_has_neither_sub_nor_exp():
    # SSF 1.0, 3.1, 4.1.2 and 4.1.7
    claims = read(event())
    assert claims["sub_id"] == {
        "format": "complex",
        "session": {"format": "opaque", "id": SID},
        "user": {"format": "iss_sub", "iss": LOGIN, "sub": SUB},
    }
    assert claims["events"] == {REVOKED: {"event_timestamp": NOW}}
    assert not {"sub", "sid", "exp"} & claims.keys()
    assert jwt.get_unverified_header(event())["typ"] == "secevent+jwt"
    assert who_and_when(claims) == (SUB, NOW)


def test_an_event_that_does_not_say_when_it_happened_happened_when_it_was_issued():
    # event_timestamp is optional in CAEP
    assert who_and_when(read(resigned(event(), events={REVOKED: {}}))) == (SUB, NOW)


@pytest.mark.parametrize("late", [0, 299, 301, 86_400, 400 * 86_400])
def test_an_event_is_as_true_on_the_last_day_as_on_the_first(late):
    assert who_and_when(read(event(), now=NOW + late)) == (SUB, NOW)


def test_an_event_may_name_several_audiences():
    assert read(resigned(event(), aud=[WIKI, API]))["aud"] == [WIKI, API]


USER = {"format": "iss_sub", "iss": LOGIN, "sub": SUB}


@table(
    ("token", "why"),
    [
        (event(issuer="https://evil.test"), "another issuer, or for another audience"),
        (event(audience=WIKI), "another issuer, or for another audience"),
        (resigned(event(), aud=[WIKI]), "another issuer, or for another audience"),
        (resigned(event(), aud=None), "another issuer, or for another audience"),
        (event(now=NOW + 100), "one in the future"),
        (resigned(event(), iat="now"), "no date"),
        (resigned(event(), iat=True), "no date"),
        (resigned(event(), iat=None), "no date"),
        (logout_token(), "this type of token is not secevent"),
        (resigned(event(), "JWT"), "this type of token is not secevent"),
        (resigned(event(), events={LOGOUT: {}}), "not hold an event of this kind"),
        (resigned(event(), events=[REVOKED]), "no event at all"),
        (resigned(event(), events=None), "no event at all"),
        (resigned(event(), sub=SUB), "neither sub nor exp"),
        (resigned(event(), exp=NOW + 60), "neither sub nor exp"),
        (resigned(event(), jti=7), "no identifier"),
        (resigned(event(), jti=None), "no identifier"),
        (resigned(event(), sub_id=None), "whose session"),
        (resigned(event(), sub_id=SUB), "whose session"),
        (resigned(event(), sub_id={"user": USER | {"iss": "https://evil.test"}}), "whose session"),
        (resigned(event(), sub_id={"user": USER | {"sub": 7}}), "whose session"),
        (resigned(event(), events={REVOKED: {"event_timestamp": "now"}}), "whose session"),
        (resigned(event(), events={REVOKED: None}), "whose session"),
    ],
)
def test_an_event_that_is_not_for_us_or_not_an_event_is_refused_with_the_reason(token, why):
    with pytest.raises(InvalidEvent, match=why):
        read(token)


def test_a_clock_that_is_a_minute_ahead_loses_no_revocation():
    assert read(event(now=NOW + 60), now=NOW)


@pytest.mark.parametrize(("make", "reader"), [(event, read), (logout_token, read_logout)])
def test_an_event_by_another_key_is_refused(make, reader):
    with pytest.raises(jwt.InvalidSignatureError):
        reader(make(key=tokens.SigningKey(tokens.ec_private_key("tom"), "ES256", "k")))


@settings(max_examples=draws(200), deadline=None, derandomize=True)
@given(
    st.one_of(
        st.text(max_size=40),
        st.none(),
        st.integers(),
        st.text().map(lambda text: event() + text[:3]),
    )
)
def test_whatever_is_pushed_is_taken_or_refused_by_one_family_of_errors(token):
    for reader in (read, read_logout):
        try:
            reader(token)
        except jwt.PyJWTError:
            pass


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["user", "iss", "sub", REVOKED, LOGOUT, "event_timestamp"]),
            inner,
            max_size=3,
        )
    ),
)


@settings(max_examples=draws(200), deadline=None, derandomize=True)
@given(
    st.sampled_from(["iss", "aud", "iat", "exp", "jti", "sub_id", "events", "sid", "nonce"]),
    json_values,
)
def test_whatever_stands_in_a_claim_is_taken_or_refused_by_one_family_of_errors(name, value):
    for token, reader in ((event(), read), (logout_token(), read_logout)):
        try:
            reader(resigned(token, **{name: value}))
        except jwt.PyJWTError:
            pass


# --- logout tokens ------------------------------------------------------------------------------


def test_a_logout_token_names_the_session_and_expires():  # Back-Channel Logout, errata 1, 2.4
    claims = read_logout(logout_token())
    assert claims["exp"] == NOW + 120 and claims["sid"] == SID and claims["sub"] == SUB
    assert claims["events"] == {LOGOUT: {}} and "nonce" not in claims
    assert jwt.get_unverified_header(logout_token())["typ"] == "logout+jwt"


@table(
    ("token", "why"),
    [
        (event(audience="wiki"), "this type of token is not logout"),
        (logout_token(client_id="notes"), "another audience"),
        (logout_token(now=NOW - 118), "expired"),
        (resigned(logout_token(), exp=None), "expired"),
        (resigned(logout_token(), exp="later"), "expired"),
        (resigned(logout_token(), nonce="n"), "nonce"),
        (resigned(logout_token(), sid=None), "which session"),
        (resigned(logout_token(), events={REVOKED: {}}), "not hold an event of this kind"),
        (resigned(logout_token(), events={LOGOUT: True}), "not hold an event of this kind"),
    ],
)
def test_a_logout_token_that_is_over_or_something_else_is_refused_with_the_reason(token, why):
    with pytest.raises(jwt.InvalidTokenError, match=why):
        read_logout(token)
