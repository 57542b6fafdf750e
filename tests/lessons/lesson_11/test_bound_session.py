"""Lesson 11: a session that is bound to a device, as browsers do it, and five thieves."""

import pytest

from labutils.identity import dbsc
from labutils.identity.dbsc import BoundSessions, Device, refresh_session
from labutils.lessons.lesson_11.bound_session import THIEVES, messages
from labutils.stage.two_apps import LOGIN, NOTES, build_apps

OUT = ("a copy of the cookie", "the same, and a key of his own")


@pytest.mark.parametrize("name", THIEVES)
def test_a_thief_without_the_registered_key_is_out_when_the_cookie_expires(name):
    assert THIEVES[name](refresh_session, 300)
    for second in (610, 86_400):
        assert THIEVES[name](refresh_session, second) == (name not in OUT)


def test_who_asks_for_a_key_and_who_signs():
    said = [(row["from"], row["header"]) for row in messages()]
    assert said == [
        ("provider", "Secure-Session-Registration"),
        ("provider", "Set-Cookie"),
        ("browser", "Secure-Session-Response"),
        ("provider", "Set-Cookie"),
        ("browser", "Sec-Secure-Session-Id"),
        ("provider", "Secure-Session-Challenge"),
        ("browser", "Sec-Secure-Session-Id"),
        ("browser", "Secure-Session-Response"),
        ("provider", "Set-Cookie"),
    ]


def test_only_the_registration_brings_the_key_along():
    first, second = [row["value"] for row in messages() if row["header"].endswith("Response")]
    assert "public key" in first and "public key" not in second


# --- what the provider accepts, and what not ----------------------------------------------------


@pytest.fixture
def apps():
    """Ada has just signed in; her browser has registered nothing yet."""
    apps = build_apps("dbsc", provider=BoundSessions)
    apps.sign_in("ada", NOTES)
    return apps


@pytest.fixture
def offer(apps):
    """The header that asked for a key."""
    return next(filter(None, (one.header(dbsc.REGISTRATION.lower()) for one in apps.lab.wire)))


@pytest.fixture
def device():
    return Device("Ada's device")


@pytest.fixture
def session(apps, offer, device):
    """The name of a session that is bound to Ada's device."""
    return dbsc.register(apps.ada, LOGIN, device, offer).json()["session_identifier"]


def why(answer):
    assert answer.status_code == 400
    return answer.json()["error_description"]


def test_a_sign_in_asks_for_a_key_and_no_other_answer_does(apps, offer):
    assert offer.startswith('(ES256);path="/dbsc/start?s=') and 'challenge="' in offer
    answers = [one.header(dbsc.REGISTRATION.lower()) for one in apps.lab.wire]
    assert len([*filter(None, answers)]) == 1


def test_registration_says_which_cookie_is_bound_and_where_it_is_renewed(apps, offer, device):
    answer = dbsc.register(apps.ada, LOGIN, device, offer)
    assert answer.json()["refresh_url"] == dbsc.REFRESH
    assert [one["name"] for one in answer.json()["credentials"]] == ["session"]
    assert answer.cookies["session"]


def test_a_session_takes_one_key_and_no_second_one(apps, offer, session):
    again = dbsc.register(apps.ada, LOGIN, Device("Tom's"), offer)
    assert session and why(again) == "nobody waits for a key here"


def test_a_key_is_registered_by_whoever_is_signed_in(apps, offer, device):
    assert why(dbsc.register(apps.tom, LOGIN, device, offer)) == "nobody waits for a key here"


def test_a_registration_answers_the_challenge_of_its_sign_in(apps, offer, device):
    other = offer[: offer.index("challenge=")] + 'challenge="another"'
    answer = dbsc.register(apps.ada, LOGIN, device, other)
    assert why(answer) == "that answers another challenge"


def test_a_refresh_is_challenged_and_its_answer_gets_the_next_cookie(apps, device, session):
    before = apps.session_cookie
    answer = dbsc.refresh(apps.ada, LOGIN, device, session)
    assert answer.is_success and answer.cookies["session"] != before
    challenged = next(one for one in apps.lab.wire if one.path == dbsc.REFRESH)
    assert challenged.status == 403 and f'id="{session}"' in challenged.header(
        dbsc.CHALLENGE.lower()
    )


@pytest.mark.parametrize("with_key", [True, False])
def test_a_key_that_a_thief_brings_along_counts_for_nothing(apps, session, with_key):
    answer = dbsc.refresh(apps.tom, LOGIN, Device("Tom's"), session, with_key=with_key)
    assert "signature" in why(answer)


def test_an_answer_is_good_once(apps, device, session):
    answer = dbsc.refresh(apps.ada, LOGIN, device, session)
    headers = {dbsc.SESSION_ID: session, dbsc.RESPONSE: answer.request.headers[dbsc.RESPONSE]}
    assert why(apps.tom.post(LOGIN + dbsc.REFRESH, headers=headers)) == "no challenge is waiting"


def test_a_session_that_nobody_began_is_not_refreshed(apps):
    answer = apps.tom.post(LOGIN + dbsc.REFRESH, headers={dbsc.SESSION_ID: "any"})
    assert why(answer) == "there is no such session"
