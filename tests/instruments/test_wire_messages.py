"""Who sends what to whom: parties, channels, names in the standards, and what came some other
way.
"""

from dataclasses import replace

import pytest

from labutils.identity.oauth import bearer
from labutils.identity.person import sign_in
from labutils.incident.relay import Relay
from labutils.instruments.wire_messages import WireMessage, channel, roles, standard_name
from labutils.instruments.wire_story import Selection, story_of
from labutils.lab import Exchange
from labutils.stage.thief import SILENT_REQUEST, morning, trade_code
from labutils.stage.two_apps import API, LOGIN, NOTES, build_apps, log_out

SENT = Exchange(0, "ada", "192.0.2.10", "GET", "https://a.example/", [], "", 200, [], "")


def story(lab, people=(), **choice):
    return story_of(lab, people, Selection(**choice), len(lab.wire))


def past(lab, **choice):
    """What came some other way: (message, what, from, to)."""
    some = story(lab, **choice).handovers
    return [(number, one.what, one.giver, one.taker) for number in some for one in some[number]]


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
    found = roles(through_a_relay().wire, [], ["login.test"])
    assert (found["login.test"], found["login.example"]) == ("relay", "authorization server")


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
    assert WireMessage(1, one, "front channel", (), ()).is_refused == refused


# --- past the network ---------------------------------------------------------------------------


def test_nothing_comes_some_other_way_where_nobody_steals():
    apps = build_apps("past")
    apps.sign_in()
    apps.sign_in(at="https://notes.example")
    apps.wiki.network.get(API + "/me", headers=bearer(apps.wiki.latest_session()["access_token"]))
    assert past(apps.lab) == []
    apps.sign_in("tom")
    assert past(apps.lab) == []


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


def test_what_is_stolen_has_a_colour_before_all_else_and_keeps_it():
    apps = build_apps("lesson-06")
    morning(apps)
    token = apps.notes.latest_session()["access_token"]
    apps.tom.get(API + "/me", headers=bearer(token))
    recorded = len(apps.lab.wire)
    inks = {one.name: one.ink for one in story(apps.lab).known}
    assert (inks["access 2"], inks["browser"]) == ("s1", "s2")
    refresh = {"grant_type": "refresh_token", "client_id": "notes"}
    refresh["refresh_token"] = apps.notes.latest_session()["refresh_token"]
    apps.tom.post(LOGIN + "/token", data=refresh)
    later = story_of(apps.lab, (), Selection(), recorded)
    assert {one.name: one.ink for one in later.known}.items() >= inks.items()
    assert list(later.handovers)[-1] == later.messages[-1].number


def test_two_names_at_one_address_are_one_machine():
    apps = build_apps("past")
    apps.sign_in()
    other = apps.lab.browser("ada's other browser", "192.0.2.10")
    other.get(LOGIN + "/authorize", headers={"cookie": "session=" + apps.session_cookie})
    assert past(apps.lab) == []


def test_a_link_with_a_code_to_another_browser():
    apps = build_apps("a link")
    seen = apps.sign_in("tom", NOTES, until=NOTES + "/cb")
    apps.ada.get(seen.headers["location"])
    (link,) = past(apps.lab)
    assert link[1:] == ("link: code", "tom", "ada")
    assert story(apps.lab).messages[link[0] - 1].exchange.path == "/cb"


def through_a_relay():
    """Ada opens Tom's link, which leads to a relay of his, and signs in there."""
    apps = build_apps("a relay")
    relay = Relay(apps.lab.browser("login.test", "203.0.113.66"), LOGIN, "https://login.test")
    apps.lab.add("login.test", relay)
    link = apps.tom.get(NOTES + "/login").headers["location"].replace(LOGIN, "https://login.test")
    sign_in(apps.ada, link, "ada", apps.provider.users["ada"].password, until=NOTES)
    return apps.lab


def test_a_link_to_a_relay_is_known_by_its_state_which_nobody_watches():
    lab = through_a_relay()
    assert past(lab) == [(2, "link", "tom", "ada")]
    assert past(lab, watch=("state",)) == [(2, "link: state", "tom", "ada")]


# --- in words -----------------------------------------------------------------------------------


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


def test_a_wire_with_nothing_on_it():
    assert story(build_apps("nothing").lab).words() == ["Nothing was sent yet."]
