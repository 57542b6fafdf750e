"""Signed events: what is taken, what is refused and why, and what a receiver does with them."""
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.classroom.lessons import lifetimes
from labutils.classroom.lessons.afterlife import bearer
from labutils.classroom.lessons.town import API, LOGIN, NOTES, WIKI
from labutils.identity import tokens
from labutils.identity.security_events import LOGOUT, REVOKED, InvalidEvent, read_event, sign_event

KEY = tokens.SigningKey(tokens.ec_private_key("events"), "ES256", "k")
KEYS = {"keys": [KEY.jwk]}
NOW = 1_697_619_600


def signed(kind=REVOKED, key=KEY, **changed):
    about = {"issuer": LOGIN, "audience": API, "now": NOW, "jti": "1", "sub": "u-1815"} | changed
    return sign_event(key, kind, **about)


def taken(token, kind=REVOKED, seen=None):
    return read_event(token, KEYS, kind, issuer=LOGIN, audience=API, now=NOW + 2, seen=set() if seen is None else seen)


def test_an_event_says_what_happened_to_whom_and_does_not_expire():
    claims = taken(signed())
    assert claims["events"] == {REVOKED: {"event_timestamp": NOW}} and claims["sub"] == "u-1815" and "exp" not in claims
    assert jwt.get_unverified_header(signed())["typ"] == "secevent+jwt"


def with_claims(**changed):
    return tokens.sign({"iss": LOGIN, "aud": API, "iat": NOW, "jti": "1", "events": {REVOKED: {}}} | changed, KEY, typ="secevent+jwt")


@pytest.mark.parametrize(("token", "why"), [
    (signed(issuer="https://evil.test"), "another issuer, or for another audience"),
    (signed(audience=WIKI), "another issuer, or for another audience"),
    (signed(now=NOW - 400), "not issued just now"), (signed(now=NOW + 60), "not issued just now"),
    (signed(kind=LOGOUT), "this type of token is not an event"), (with_claims(events={LOGOUT: {}}), "does not hold an event"),
    (with_claims(events=[REVOKED]), "does not hold an event"), (with_claims(nonce="n"), "does not hold an event"),
    (with_claims(iat="now"), "not issued just now"), (with_claims(iat=True), "not issued just now"),
    (with_claims(jti=7), "no number of its own"),
    (tokens.sign({"iss": LOGIN, "aud": API, "iat": NOW, "jti": "1", "events": {REVOKED: {}}}, KEY), "this type of token is not an event"),
])
def test_an_event_that_is_not_for_us_now_is_refused_with_the_reason(token, why):
    with pytest.raises(InvalidEvent, match=why):
        taken(token)


def test_an_event_is_taken_once():
    seen = set()
    taken(signed(), seen=seen)
    with pytest.raises(InvalidEvent, match="came before"):
        taken(signed(), seen=seen)


def test_an_event_by_another_key_is_refused():
    with pytest.raises(jwt.InvalidSignatureError):
        taken(signed(key=tokens.SigningKey(tokens.ec_private_key("tom"), "ES256", "k")))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=40), st.none(), st.integers(), st.text().map(lambda text: signed() + text[:3])))
def test_whatever_is_pushed_is_taken_or_refused_by_one_family_of_errors(token):
    try:
        taken(token)
    except jwt.PyJWTError:
        pass


# --- those who listen -------------------------------------------------------------------------------------------


@pytest.fixture
def town():
    town = lifetimes.listening_town("events")
    town.sign_in("ada", WIKI)
    town.sign_in("ada", NOTES)
    return town


def held(town):
    return next(iter(town.notes.sessions.values()))


def test_a_revoked_session_takes_the_tokens_with_it_and_a_new_sign_in_is_good(town):
    old = held(town)["access_token"]
    town.provider.end_session(held(town)["claims"]["sid"])
    assert town.tom.get(API + "/me", headers=bearer(old)).status_code == 401
    town.lab.clock.tick(5)
    town.sign_in("ada", NOTES)
    new = list(town.notes.sessions.values())[-1]["access_token"]
    assert town.ada.get(API + "/me", headers=bearer(new)).is_success


def test_a_logout_at_the_provider_ends_the_session_at_the_wiki_and_nobody_elses(town):
    town.sign_in("tom", WIKI)
    town.ada.get(LOGIN + "/logout", params={"id_token_hint": held(town)["id_token"]})
    assert town.ada.get(WIKI + "/").status_code == 401 and town.tom.get(WIKI + "/").is_success


def test_a_false_event_is_written_down_and_changes_nothing(town):
    token = held(town)["access_token"]
    assert town.tom.post(API + "/events", content=b"\xff nothing").status_code == 400
    assert town.tom.post(WIKI + "/backchannel", content=held(town)["id_token"]).status_code == 400
    assert [line["event"] for line in town.lab.audit[-2:]] == ["event.refused"] * 2
    assert town.tom.get(API + "/me", headers=bearer(token)).is_success


# --- spellings and prices ---------------------------------------------------------------------------------------


def test_the_twin_of_a_token_verifies_is_another_text_and_is_its_own_inverse():
    token = tokens.sign({"iss": LOGIN, "aud": API, "exp": NOW + 60, "jti": "1"}, KEY)
    other = lifetimes.twin(token)
    assert other != token and lifetimes.twin(other) == token
    one, two = (tokens.verify(text, KEYS, issuer=LOGIN, audience=API, now=NOW) for text in (token, other))
    assert one == two


def test_what_a_way_leaves_the_thief_and_costs_is_measured():
    bills = {way: lifetimes.bill(way) for way in lifetimes.WAYS}
    minutes = [found.minutes for found in bills.values()]
    asked = [found.asked for found in bills.values()]
    assert minutes == [9, 1, 0, 0] and asked[3] == asked[0] < asked[1] <= asked[2] and bills["10 minutes, is told"].told == 2
