"""Who sends what to whom: parties, channels, names in the standards, and what came some other
way.
"""

from dataclasses import replace

import pytest

from labutils.identity.oauth import bearer
from labutils.instruments.wire_messages import Message, channel, roles, standard_name
from labutils.instruments.wire_story import Choice, story_of
from labutils.lab import Exchange
from labutils.lessons.lesson_03.missing_defences import NOTES, one_client
from labutils.lessons.lesson_13 import authenticators, phishing
from labutils.stage.thief import SILENT_REQUEST, morning, trade_code
from labutils.stage.two_apps import API, LOGIN, build_apps, log_out

SENT = Exchange(0, "ada", "192.0.2.10", "GET", "https://a.example/", [], "", 200, [], "")


def story(lab, people=(), **choice):
    return story_of(lab, people, Choice(**choice), len(lab.wire))


def past(lab, **choice):
    """What came some other way: (message, what, from, to)."""
    some = story(lab, **choice).handovers
    return [(n, one.what, one.giver, one.taker) for n in some for one in some[n]]


# --- parties ------------------------------------------------------------------------------------


def test_the_parties_of_a_morning_in_the_terms_of_oauth():
    apps = build_apps("parties")
    morning(apps)
    apps.tom.get(API + "/me", headers=bearer("x"))
    apps.ada.get("https://nobody.example/")
    found = [(one.name, one.role, one.is_intruder) for one in story(apps.lab).parties]
    assert found == [
        ("ada", "browser", False),
        ("notes.example", "client", False),
        ("login.example", "authorization server", False),
        ("backup", "client", False),
        ("api.example", "resource server", False),
        ("nobody.example", "no such host", False),
        ("tom", "browser", True),
    ]


def test_what_a_party_is_is_known_from_messages_that_are_left_out():
    apps = build_apps("parties")
    apps.sign_in()
    start = len(apps.lab.wire)
    apps.wiki.network.get(API + "/me", headers=bearer("x"))
    found = {one.name: one.role for one in story(apps.lab, start=start).parties}
    assert found == {"wiki.example": "client", "api.example": "resource server"}


def test_chosen_parties_are_columns_in_their_order_and_others_are_left_out():
    apps = build_apps("parties")
    apps.sign_in()
    some = story(apps.lab, parties=("login.example", "ada"))
    assert [one.name for one in some.parties] == ["login.example", "ada"]
    assert [one.exchange.host for one in some.messages] == ["login.example"] * 3
    assert [one.number for one in some.messages] == [1, 2, 3]
    assert some.handovers == {}


def test_a_server_of_the_intruders_is_a_relay():
    account = authenticators.with_code()
    phishing.through_relay(account)
    found = roles(account.apps.lab.wire, [], ["login-example.test"])
    assert (found["login-example.test"], found["login.example"]) == (
        "relay",
        "authorization server",
    )


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "front channel"),
        ({"client": "b.example"}, "back channel"),
        ({"client": "b.example", "request_body": "grant_type=refresh_token"}, "back channel"),
        ({"request_body": "grant_type=refresh_token&refresh_token=x"}, "direct"),
        ({"request_headers": [("authorization", "Bearer x")]}, "direct"),
        ({"request_headers": [("authorization", "DPoP x")]}, "direct"),
        ({"request_headers": [("authorization", "Basic eDp5")]}, "front channel"),
        ({"request_headers": [("cookie", "a=1")]}, "front channel"),
    ],
)
def test_how_a_message_travels(changes, found):
    assert channel(replace(SENT, **changes), {"a.example", "b.example"}) == found


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"request_body": "grant_type=authorization_code"}, "token request (RFC 6749, 4.1.3)"),
        ({"request_body": "grant_type=refresh_token"}, "refresh (RFC 6749, 6)"),
        ({"request_body": "grant_type=odd"}, "token request"),
        ({"request_body": "username=a&password=b"}, "sign-in form"),
        ({"request_body": "consent=1"}, "consent"),
        ({"url": "https://a/x?response_type=code"}, "authorization request (RFC 6749, 4.1.1)"),
        ({"url": "https://a/cb?code=x&state=y"}, "authorization response (RFC 6749, 4.1.2)"),
        ({"url": "https://a/cb?error=x&state=y"}, "authorization response (RFC 6749, 4.1.2)"),
        ({"url": "https://a/jwks"}, "keys of the authorization server (RFC 7517)"),
        (
            {"request_headers": [("authorization", "Bearer x")]},
            "request for a protected resource (RFC 6750, 2.1)",
        ),
        ({}, ""),
    ],
)
def test_what_a_message_is_called_in_its_standard(changes, name):
    assert standard_name(replace(SENT, **changes)) == name


@pytest.mark.parametrize(
    ("status", "location", "refused"),
    [
        (200, "", False),
        (303, "https://a/cb?code=x", False),
        (303, "https://a/cb?error=login_required", True),
        (401, "", True),
        (599, "", True),
    ],
)
def test_a_message_is_refused_also_by_a_redirect_with_an_error(status, location, refused):
    headers = [("location", location)] if location else []
    one = replace(SENT, status=status, response_headers=headers)
    assert Message(1, one, "front channel", (), ()).is_refused == refused


# --- past the network ---------------------------------------------------------------------------


def test_nothing_comes_some_other_way_where_nobody_steals():
    apps = build_apps("past")
    apps.sign_in()
    apps.sign_in(at="https://notes.example")
    apps.wiki.network.get(API + "/me", headers=bearer(apps.wiki.latest_session()["access_token"]))
    assert past(apps.lab) == []
    for world in ("", "PKCE", "session"):
        scene = one_client(without=world)
        scene.opens("ada", NOTES + "/login")
        scene.opens("tom", NOTES + "/login")
        assert past(scene.lab) == []


def test_a_stolen_token_is_seen_once_where_the_thief_first_uses_it():
    apps = build_apps("past")
    apps.sign_in()
    token = apps.wiki.latest_session()["access_token"]
    for _ in range(2):
        apps.tom.get(API + "/me", headers=bearer(token))
    number = len(apps.lab.wire) - 2  # the API fetches the keys the first time
    assert past(apps.lab) == [(number, "copy: access", "wiki.example", "tom")]
    assert past(apps.lab, start=number - 1) == [(1, "copy: access", "wiki.example", "tom")]


def test_what_a_stolen_cookie_gives_is_the_thiefs_own():
    apps = build_apps("past")
    apps.sign_in()
    cookie = {"cookie": "session=" + apps.session_cookie}
    landing = apps.tom.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=cookie)
    code = landing.headers["location"].partition("code=")[2].partition("&")[0]
    trade_code(apps.tom, code)
    assert [one[1:] for one in past(apps.lab)] == [("copy: session", "ada", "tom")]


def test_two_names_at_one_address_are_one_machine():
    apps = build_apps("past")
    apps.sign_in()
    other = apps.lab.browser("ada's other browser", "192.0.2.10")
    other.get(LOGIN + "/authorize", headers={"cookie": "session=" + apps.session_cookie})
    assert past(apps.lab) == []


def test_a_link_with_a_code_to_another_browser():
    scene = one_client(without="state")
    seen = scene.opens("tom", NOTES + "/login", until=NOTES + "/cb")
    scene.opens("ada", seen.headers["location"])
    (link,) = past(scene.lab)
    assert link[1:] == ("link: code, sign-in", "tom", "ada")
    assert story(scene.lab).messages[link[0] - 1].exchange.path == "/cb"


def test_a_link_to_a_relay_is_known_by_its_state_which_nobody_watches():
    account = authenticators.with_code()
    phishing.through_relay(account)
    assert past(account.apps.lab) == [(2, "link", "tom", "ada")]
    assert past(account.apps.lab, watch=("state",)) == [(2, "link: state", "tom", "ada")]


# --- in words -----------------------------------------------------------------------------------


def test_the_story_of_lesson_03():
    scene = one_client()  # its cookie `sign-in` is the state
    scene.opens("ada", NOTES + "/login")
    assert story(scene.lab).words() == [
        " 1 09:00:01 ada -> notes.example  front channel  GET /login  303  gives sign-in",
        " 2 09:00:02 ada -> login.example  front channel  GET /authorize  200  sends sign-in",
        " 3 09:00:03 ada -> login.example  front channel  POST /authorize  200  "
        "sends sign-in; gives session",
        " 4 09:00:04 ada -> login.example  front channel  POST /authorize  303  "
        "sends session, sign-in; gives code, sign-in, session",
        " 5 09:00:05 ada -> notes.example  front channel  GET /cb  303  sends code, sign-in; "
        "gives app",
        " 6 09:00:06 notes.example -> login.example  back channel  POST /token  200  "
        "sends code, verifier; gives access",
        " 7 09:00:07 ada -> notes.example  front channel  GET /  200  sends sign-in, app",
        " 8 09:00:08 notes.example -> api.example  back channel  GET /notes  200  sends access",
        " 9 09:00:09 api.example -> login.example  back channel  GET /jwks  200",
    ]


def test_the_story_of_lesson_06():
    apps = build_apps("lesson-06")
    morning(apps)
    token = apps.notes.latest_session()["access_token"]
    apps.tom.get(API + "/me", headers=bearer(token))
    log_out(apps)
    apps.lab.clock.tick(600)
    apps.tom.get(API + "/me", headers=bearer(token))
    assert story(apps.lab).words()[13:] == [
        "14 09:00:14 backup -> login.example  direct  POST /token  200  gives access 3",
        "   not on the wire  notes.example -> tom  copy: access 2",
        "15 09:00:15 tom -> api.example  direct, intruder  GET /me  200  sends access 2",
        "16 09:00:16 api.example -> login.example  back channel  GET /jwks  200",
        "   not on the wire  notes.example -> ada  link: ID 2",
        "17 09:00:17 ada -> login.example  front channel  GET /logout  200  sends ID 2, session",
        "18 09:10:18 tom -> api.example  direct, intruder  GET /me  401 refused  sends access 2",
        "19 09:10:19 api.example -> login.example  back channel  GET /jwks  200",
    ]


def test_the_story_of_lesson_13():
    account = authenticators.with_code()
    phishing.through_relay(account)
    words = story(account.apps.lab, intruders=("tom", "login-example.test")).words()
    assert words[:4] == [
        " 1 09:00:01 tom -> wiki.example  front channel, intruder  GET /login  303  gives browser",
        "   not on the wire  tom -> ada  link",
        " 2 09:00:02 ada -> login-example.test  front channel  GET /authorize  200",
        " 3 09:00:03 login-example.test -> login.example  back channel, intruder  "
        "GET /authorize  200",
    ]
    assert words[-2:] == [
        " 8 09:00:08 ada -> login-example.test  front channel  POST /authorize  303  gives code",
        " 9 09:00:09 login-example.test -> login.example  back channel, intruder  POST /authorize"
        "  303  sends session; gives code, session",
    ]


def test_a_wire_with_nothing_on_it():
    assert story(build_apps("nothing").lab).words() == ["Nothing was sent yet."]
