"""Signed events: what is taken, what is refused and why, and what a receiver does with them."""

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.identity import tokens
from labutils.identity.oauth import bearer
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
from labutils.stage import revocation
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI

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
    """The same claims with some changed, or left out where the change is None, signed by the same key."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    return tokens.sign(kept, KEY, typ=typ or jwt.get_unverified_header(token)["typ"])


def read(token, now=NOW + 2):
    return read_event(token, KEYS, issuer=LOGIN, audience=API, now=now)


def read_logout(token, now=NOW + 2):
    return read_logout_token(token, KEYS, issuer=LOGIN, client_id="wiki", now=now)


# --- security events ----------------------------------------------------------------------------------------------


def test_an_event_names_session_and_person_in_sub_id_and_has_neither_sub_nor_exp():  # SSF 1.0, 3.1, 4.1.2 and 4.1.7
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


def test_an_event_that_does_not_say_when_it_happened_happened_when_it_was_issued():  # event_timestamp is optional in CAEP
    assert who_and_when(read(resigned(event(), events={REVOKED: {}}))) == (SUB, NOW)


@pytest.mark.parametrize("late", [0, 299, 301, 86_400, 400 * 86_400])
def test_an_event_is_as_true_on_the_last_day_as_on_the_first(late):
    assert who_and_when(read(event(), now=NOW + late)) == (SUB, NOW)


def test_an_event_may_name_several_audiences():
    assert read(resigned(event(), aud=[WIKI, API]))["aud"] == [WIKI, API]


USER = {"format": "iss_sub", "iss": LOGIN, "sub": SUB}


@pytest.mark.parametrize(
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


@settings(max_examples=200, deadline=None, derandomize=True)
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


@settings(max_examples=200, deadline=None, derandomize=True)
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


# --- logout tokens ------------------------------------------------------------------------------------------------


def test_a_logout_token_names_the_session_and_expires():  # Back-Channel Logout, errata 1, 2.4
    claims = read_logout(logout_token())
    assert claims["exp"] == NOW + 120 and claims["sid"] == SID and claims["sub"] == SUB
    assert claims["events"] == {LOGOUT: {}} and "nonce" not in claims
    assert jwt.get_unverified_header(logout_token())["typ"] == "logout+jwt"


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (event(audience="wiki"), "this type of token is not logout"),
        (logout_token(client_id="notes"), "another audience"),
        (logout_token(now=NOW - 118), "over"),
        (resigned(logout_token(), exp=None), "over"),
        (resigned(logout_token(), exp="later"), "over"),
        (resigned(logout_token(), nonce="n"), "nonce"),
        (resigned(logout_token(), sid=None), "which session"),
        (resigned(logout_token(), events={REVOKED: {}}), "not hold an event of this kind"),
        (resigned(logout_token(), events={LOGOUT: True}), "not hold an event of this kind"),
    ],
)
def test_a_logout_token_that_is_over_or_something_else_is_refused_with_the_reason(token, why):
    with pytest.raises(jwt.InvalidTokenError, match=why):
        read_logout(token)


# --- those who listen -------------------------------------------------------------------------------------------


@pytest.fixture
def apps():
    apps = revocation.listening_apps("events")
    apps.sign_in("ada", WIKI)
    apps.sign_in("ada", NOTES)
    return apps


def held(apps):
    return next(iter(apps.notes.sessions.values()))


def test_a_revoked_session_takes_the_tokens_with_it_and_a_new_sign_in_is_good(apps):
    old = held(apps)["access_token"]
    apps.provider.end_session(held(apps)["claims"]["sid"])
    assert apps.tom.get(API + "/me", headers=bearer(old)).status_code == 401
    apps.lab.clock.tick(5)
    apps.sign_in("ada", NOTES)
    new = list(apps.notes.sessions.values())[-1]["access_token"]
    assert apps.ada.get(API + "/me", headers=bearer(new)).is_success


def test_a_logout_at_the_provider_ends_the_session_at_the_wiki_and_nobody_elses(apps):
    apps.sign_in("tom", WIKI)
    apps.ada.get(LOGIN + "/logout", params={"id_token_hint": held(apps)["id_token"]})
    assert apps.ada.get(WIKI + "/").status_code == 403 and apps.tom.get(WIKI + "/").is_success


def test_a_false_event_is_written_down_and_changes_nothing(apps):
    token = held(apps)["access_token"]
    assert apps.tom.post(API + "/events", content=b"\xff nothing").status_code == 400
    assert (
        apps.tom.post(
            WIKI + "/backchannel", data={"logout_token": held(apps)["id_token"]}
        ).status_code
        == 400
    )
    assert [line["event"] for line in apps.lab.audit[-2:]] == ["event.refused"] * 2
    assert apps.tom.get(API + "/me", headers=bearer(token)).is_success


def test_a_genuine_revocation_that_comes_late_ends_the_token(apps):
    token, sid = held(apps)["access_token"], held(apps)["claims"]["sid"]
    late = apps.provider.event(sid, "u-1815")
    apps.lab.clock.tick(301)
    assert apps.tom.get(API + "/me", headers=bearer(token)).is_success
    assert apps.tom.post(API + "/events", content=late).status_code == 202
    assert apps.tom.get(API + "/me", headers=bearer(token)).status_code == 401


def test_a_repeated_event_is_answered_as_if_it_were_new_and_changes_nothing(apps):  # RFC 8935, 2
    event = apps.provider.event(held(apps)["claims"]["sid"], "u-1815")
    assert [apps.tom.post(API + "/events", content=event).status_code for _ in range(3)] == [
        202
    ] * 3
    assert len(apps.api.revoked) == 1


def test_an_older_event_that_comes_after_a_newer_one_revives_nothing(apps):
    sid = held(apps)["claims"]["sid"]
    older = apps.provider.event(sid, "u-1815")
    apps.lab.clock.tick(60)
    apps.sign_in("ada", NOTES)
    between = list(apps.notes.sessions.values())[-1]["access_token"]
    newer = apps.provider.event(sid, "u-1815")
    for event in (newer, older):
        assert apps.tom.post(API + "/events", content=event).status_code == 202
        assert apps.tom.get(API + "/me", headers=bearer(between)).status_code == 401


def test_an_event_that_is_refused_says_why_in_json(apps):  # RFC 8935, 2.3
    answer = apps.tom.post(API + "/events", content=held(apps)["id_token"])
    assert answer.status_code == 400 and answer.json()["err"] == "invalid_request"
    assert answer.json()["description"].startswith("this type of token is not secevent+jwt")


def test_a_logout_token_comes_as_a_form_field_and_the_answer_is_not_cached(
    apps,
):  # Back-Channel Logout, 2.5 and 2.8
    sid = next(iter(apps.wiki.sessions.values()))["claims"]["sid"]
    token = apps.provider.logout_token(sid, "u-1815")
    assert apps.tom.post(WIKI + "/backchannel", content=token).status_code == 400
    answer = apps.tom.post(WIKI + "/backchannel", data={"logout_token": token})
    assert (
        answer.status_code == 200
        and answer.headers["cache-control"] == "no-store"
        and not apps.wiki.sessions
    )


# --- spellings and prices ---------------------------------------------------------------------------------------


def test_the_twin_of_a_token_verifies_is_another_text_and_is_its_own_inverse():
    token = tokens.sign({"iss": LOGIN, "aud": API, "exp": NOW + 60, "jti": "1"}, KEY)
    other = twin(token)
    assert other != token and twin(other) == token
    one, two = (
        tokens.verify(text, KEYS, issuer=LOGIN, audience=API, now=NOW) for text in (token, other)
    )
    assert one == two


def test_what_a_way_leaves_the_thief_and_costs_is_measured():
    bills = {way: revocation.bill(way) for way in revocation.WAYS}
    minutes = [found.minutes for found in bills.values()]
    asked = [found.asked for found in bills.values()]
    assert (
        minutes == [9, 1, 0, 0]
        and asked[3] == asked[0] < asked[1] <= asked[2]
        and bills["10 minutes, is told"].told == 2
    )


@pytest.mark.parametrize("noticed", [0, 2, 4, 6, 8])
def test_only_a_short_life_does_not_depend_on_how_soon_the_theft_is_noticed(noticed):
    minutes = {way: revocation.bill(way, noticed).minutes for way in revocation.WAYS}
    assert minutes == {
        "10 minutes, offline": 9,
        "1 minute, offline": 1,
        "10 minutes, asks each time": max(0, noticed - 1),
        "10 minutes, is told": max(0, noticed - 1),
    }
