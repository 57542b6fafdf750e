"""Lesson 12: lists of revoked tokens, events, and how an event comes to an API that is down."""

import jwt
import pytest

from labutils.identity import tokens
from labutils.identity.oauth import bearer
from labutils.lessons.lesson_12 import revocation
from labutils.lessons.lesson_12.revocation import (
    ONCE,
    POLLED,
    RETRIED,
    Receiver,
    apps_with_events,
    opens_after_a_restart,
    poll,
    poller,
    token_hash,
    with_a_list,
)
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
    assert "this type of token is not secevent+jwt" in answer.json()["description"]


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


# --- an event that does not arrive at once -------------------------------------------------------


def ends_while_the_api_is_down(delivery):
    """Apps whose API is down for a minute, in which Ada's session ended."""
    apps = apps_with_events("events", delivery=delivery)
    apps.sign_in("ada", NOTES)
    apps.api.down_until = apps.lab.clock.now + 60
    apps.provider.end_session(session(apps)["claims"]["sid"])
    assert apps.tom.get(API + "/me").status_code == 503
    apps.lab.clock.tick(60)
    return apps


def opens(apps):
    return apps.tom.get(API + "/me", headers=bearer(session(apps)["access_token"])).is_success


@pytest.mark.parametrize(("delivery", "left"), [(ONCE, 0), (RETRIED, 1)])
def test_an_event_that_did_not_arrive_is_kept_where_it_is_pushed_again(delivery, left):
    apps = ends_while_the_api_is_down(delivery)
    assert len(apps.provider.queue) == left and opens(apps)
    apps.provider.deliver()
    assert opens(apps) is (delivery == ONCE) and apps.provider.queue == {}


def test_an_event_that_is_refused_is_not_pushed_again(apps):
    apps.provider.queue_event(apps.provider.event("s", "u-1815", WIKI))
    apps.provider.deliver()
    assert apps.provider.queue == {} and apps.lab.audit[-1]["event"] == "event.refused"


def polled(apps, **asked):
    return poller(apps).post(LOGIN + "/poll", json=asked)


def test_a_poll_gives_what_waits_until_it_is_acknowledged():  # RFC 8936, 2.4
    apps = ends_while_the_api_is_down(POLLED)
    for _ in range(2):
        answer = polled(apps).json()
        assert len(answer["sets"]) == 1 and answer["moreAvailable"] is False
    assert polled(apps, ack=list(answer["sets"])).json()["sets"] == {}


def test_a_poll_gives_two_at_most_and_says_that_more_is_waiting():
    apps = apps_with_events("events", delivery=POLLED)
    for number in range(3):
        apps.provider.queue_event(apps.provider.event(f"s-{number}", f"u-{number}"))
    first = polled(apps).json()
    assert len(first["sets"]) == 2 and first["moreAvailable"] is True
    assert len(polled(apps, maxEvents=1).json()["sets"]) == 1
    assert polled(apps, maxEvents=0, ack=list(first["sets"])).json()["sets"] == {}
    assert len(apps.provider.queue) == 1


def test_an_event_that_the_api_cannot_take_is_noted_and_not_sent_again():
    apps = apps_with_events("events", delivery=POLLED)
    apps.provider.queue_event(apps.provider.event("s", "u", WIKI))
    (jti,) = apps.provider.queue
    assert poll(poller(apps), apps.api.take) == []
    assert apps.provider.queue == {} and apps.provider.reported[jti]["err"] == "invalid_request"
    assert "another audience" in apps.provider.reported[jti]["description"]


def test_only_the_api_may_poll():
    apps = apps_with_events("events", delivery=POLLED)
    stranger = apps.tom.post(LOGIN + "/poll", json={})
    assert stranger.status_code == 401 and stranger.json()["error"] == "invalid_client"
    public = apps.tom.post(LOGIN + "/poll", data={"client_id": "notes"})
    assert public.status_code == 401 and "only for the API" in public.json()["error_description"]


@pytest.mark.parametrize("asked", [{"ack": "j-1"}, {"setErrs": ["j-1"]}, {"maxEvents": "two"}])
def test_a_poll_that_is_malformed_is_refused_with_the_reason(asked):
    apps = apps_with_events("events", delivery=POLLED)
    answer = polled(apps, **asked)
    assert answer.status_code == 400 and "ack is a list" in answer.json()["error_description"]


@pytest.mark.parametrize(("delivery", "still"), [(ONCE, True), (RETRIED, False), (POLLED, False)])
def test_after_a_restart_the_token_opens_where_the_event_was_pushed_once(delivery, still):
    assert opens_after_a_restart(delivery) is still


def test_an_api_with_functions_of_its_own_uses_them():
    receiver = Receiver(lambda *_: ("u-1815", NOW), lambda *_: {}, lambda *_: False)
    apps = apps_with_events("events", receiver)
    apps.sign_in("ada", NOTES)
    assert apps.tom.post(API + "/events", content="anything").status_code == 202
    assert opens(apps)


# --- lists and spellings ------------------------------------------------------------------------


def test_a_list_ends_what_has_its_entry_and_nothing_else(apps):
    token = session(apps)["access_token"]
    for entry_for, of_the_twin in ((token_hash, 200), (lambda text: text.split(".")[1], 401)):
        with_a_list(apps, entry_for)
        apps.api.revoke(token)
        statuses = [
            apps.tom.get(API + "/me", headers=bearer(text)).status_code
            for text in (token, twin(token))
        ]
        assert statuses == [401, of_the_twin]


def test_the_twin_of_a_token_verifies_is_another_text_and_is_its_own_inverse():
    token = tokens.sign({"iss": LOGIN, "aud": API, "exp": NOW + 60, "jti": "1"}, KEY)
    other = twin(token)
    assert other != token and twin(other) == token
    one, two = (
        tokens.verify(text, KEYS, issuer=LOGIN, audience=API, now=NOW) for text in (token, other)
    )
    assert one == two


def test_a_session_that_is_ended_by_an_event_is_ended_at_the_provider_too(apps):
    """The event tells the others; the provider itself asks for a sign-in again."""
    ended = session(apps)["claims"]["sid"]
    assert ended in {each.sid for each in apps.provider.sessions.values()}
    apps.provider.end_session(ended)
    assert ended not in {each.sid for each in apps.provider.sessions.values()}
    apps.ada.get(NOTES + "/login", follow_redirects=True)
    assert "password" in apps.ada.get(NOTES + "/login", follow_redirects=True).text


def test_an_old_event_wakes_a_dead_token_where_only_the_last_one_is_kept():
    last = revocation.Receiver(remember=lambda revoked, sub, moment: {**revoked, sub: moment})
    for place in range(6):
        seen = []

        def take(log, token, place=place, seen=seen):
            about = revocation.about(log[place])
            issued = jwt.decode(token, options={"verify_signature": False})["iat"]
            seen.append(about[:2] == (API, "u-1815") and about.moment < issued)
            return log[place]

        *_, answer = revocation.tom_revives(last, take).values()
        assert answer.status_code == (200 if seen == [True] else 401)
        *_, answer = revocation.tom_revives(revocation.Receiver(), take).values()
        assert answer.status_code == 401


@pytest.mark.parametrize("seed", ["shown", "one", revocation.NEWEST_FIRST, "three"])
def test_one_event_of_a_log_wakes_the_token_and_no_place_in_it_always_does(seed):
    _, _, log = revocation.ended_session(seed)
    moments = [revocation.about(text).moment for text in log.values()]
    assert moments == sorted(moments, reverse=seed == revocation.NEWEST_FIRST)
    assert len(set(log.values())) == 6
