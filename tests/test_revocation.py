"""Lesson 12: what a receiver does with an event, spellings of a token, and what each way costs."""

import pytest

from labutils.identity import tokens
from labutils.identity.oauth import bearer
from labutils.stage import revocation
from labutils.stage.revocation import apps_with_events
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI

KEY = tokens.SigningKey(tokens.ec_private_key("events"), "ES256", "k")
KEYS = {"keys": [KEY.jwk]}
NOW = 1_697_619_600

# --- those who receive events --------------------------------------------------------------------


@pytest.fixture
def apps():
    apps = apps_with_events("events")
    apps.sign_in("ada", WIKI)
    apps.sign_in("ada", NOTES)
    return apps


def session(apps):
    return apps.notes.latest_session()


def test_a_revoked_session_takes_the_tokens_with_it_and_a_new_sign_in_is_good(apps):
    old = session(apps)["access_token"]
    apps.provider.end_session(session(apps)["claims"]["sid"])
    assert apps.tom.get(API + "/me", headers=bearer(old)).status_code == 401
    apps.lab.clock.tick(5)
    apps.sign_in("ada", NOTES)
    new = list(apps.notes.sessions.values())[-1]["access_token"]
    assert apps.ada.get(API + "/me", headers=bearer(new)).is_success


def test_a_logout_at_the_provider_ends_the_session_at_the_wiki_and_nobody_elses(apps):
    apps.sign_in("tom", WIKI)
    apps.ada.get(LOGIN + "/logout", params={"id_token_hint": session(apps)["id_token"]})
    assert apps.ada.get(WIKI + "/").status_code == 403 and apps.tom.get(WIKI + "/").is_success


def test_a_false_event_is_written_down_and_changes_nothing(apps):
    token = session(apps)["access_token"]
    assert apps.tom.post(API + "/events", content=b"\xff nothing").status_code == 400
    assert (
        apps.tom.post(
            WIKI + "/backchannel", data={"logout_token": session(apps)["id_token"]}
        ).status_code
        == 400
    )
    assert [line["event"] for line in apps.lab.audit[-2:]] == ["event.refused"] * 2
    assert apps.tom.get(API + "/me", headers=bearer(token)).is_success


def test_a_genuine_revocation_that_comes_late_ends_the_token(apps):
    token, sid = session(apps)["access_token"], session(apps)["claims"]["sid"]
    late = apps.provider.event(sid, "u-1815")
    apps.lab.clock.tick(301)
    assert apps.tom.get(API + "/me", headers=bearer(token)).is_success
    assert apps.tom.post(API + "/events", content=late).status_code == 202
    assert apps.tom.get(API + "/me", headers=bearer(token)).status_code == 401


def test_a_repeated_event_is_answered_as_if_it_were_new_and_changes_nothing(apps):  # RFC 8935, 2
    event = apps.provider.event(session(apps)["claims"]["sid"], "u-1815")
    assert [apps.tom.post(API + "/events", content=event).status_code for _ in range(3)] == [
        202
    ] * 3
    assert len(apps.api.revoked) == 1


def test_an_older_event_that_comes_after_a_newer_one_revives_nothing(apps):
    sid = session(apps)["claims"]["sid"]
    older = apps.provider.event(sid, "u-1815")
    apps.lab.clock.tick(60)
    apps.sign_in("ada", NOTES)
    between = list(apps.notes.sessions.values())[-1]["access_token"]
    newer = apps.provider.event(sid, "u-1815")
    for event in (newer, older):
        assert apps.tom.post(API + "/events", content=event).status_code == 202
        assert apps.tom.get(API + "/me", headers=bearer(between)).status_code == 401


def test_an_event_that_is_refused_says_why_in_json(apps):  # RFC 8935, 2.3
    answer = apps.tom.post(API + "/events", content=session(apps)["id_token"])
    assert answer.status_code == 400 and answer.json()["err"] == "invalid_request"
    assert answer.json()["description"].startswith("this type of token is not secevent+jwt")


def test_a_logout_token_comes_as_a_form_field_and_the_answer_is_not_cached(
    apps,
):  # Back-Channel Logout, 2.5 and 2.8
    sid = apps.wiki.latest_session()["claims"]["sid"]
    token = apps.provider.logout_token(sid, "u-1815")
    assert apps.tom.post(WIKI + "/backchannel", content=token).status_code == 400
    answer = apps.tom.post(WIKI + "/backchannel", data={"logout_token": token})
    assert (
        answer.status_code == 200
        and answer.headers["cache-control"] == "no-store"
        and not apps.wiki.sessions
    )


# --- spellings and costs ------------------------------------------------------------------------


def test_the_twin_of_a_token_verifies_is_another_text_and_is_its_own_inverse():
    token = tokens.sign({"iss": LOGIN, "aud": API, "exp": NOW + 60, "jti": "1"}, KEY)
    other = twin(token)
    assert other != token and twin(other) == token
    one, two = (
        tokens.verify(text, KEYS, issuer=LOGIN, audience=API, now=NOW) for text in (token, other)
    )
    assert one == two


def test_what_a_way_leaves_the_thief_and_costs_is_measured():
    measured = {way: revocation.cost(way) for way in revocation.WAYS}
    minutes = [cost.minutes for cost in measured.values()]
    asked = [cost.requests for cost in measured.values()]
    assert (
        minutes == [9, 1, 0, 0]
        and asked[3] == asked[0] < asked[1] <= asked[2]
        and measured["10 minutes, is told"].events == 2
    )


@pytest.mark.parametrize("noticed", [0, 2, 4, 6, 8])
def test_only_a_short_life_does_not_depend_on_how_soon_the_theft_is_noticed(noticed):
    minutes = {way: revocation.cost(way, noticed).minutes for way in revocation.WAYS}
    assert minutes == {
        "10 minutes, offline": 9,
        "1 minute, offline": 1,
        "10 minutes, asks each time": max(0, noticed - 1),
        "10 minutes, is told": max(0, noticed - 1),
    }
