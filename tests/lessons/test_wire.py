"""The stories of lessons 03 and 13 as the wire tells them."""

from labutils.instruments.wire_story import Selection, story_of
from labutils.lessons.lesson_03.missing_defences import NOTES, one_client
from labutils.lessons.lesson_13 import authenticators, phishing


def story(lab, **selection):
    return story_of(lab, (), Selection(**selection), len(lab.wire))


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


def test_tom_sends_ada_a_link_with_a_code():
    scene = one_client(without="state")
    seen = scene.opens("tom", NOTES + "/login", until=NOTES + "/cb")
    scene.opens("ada", seen.headers["location"])
    words = story(scene.lab).words()
    link = words.index("   not on the wire  tom -> ada  link: code, sign-in")
    assert "ada -> notes.example  front channel  GET /cb" in words[link + 1]
    assert "notes.example -> login.example  back channel  POST /token  200" in words[link + 2]


def test_nobody_hands_anything_over_where_nobody_attacks():
    for world in ("", "PKCE", "session"):
        scene = one_client(without=world)
        scene.opens("ada", NOTES + "/login")
        scene.opens("tom", NOTES + "/login")
        assert story(scene.lab).handovers == {}


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


def test_the_log_has_the_lines_of_the_relays_messages_alone():
    account = authenticators.with_code()
    phishing.through_relay(account)
    told = story(account.apps.lab)
    assert [
        (one.exchange.client, [line["event"] for line in told.lines(one)])
        for one in told.messages
        if told.lines(one)
    ] == [
        ("login-example.test", ["factor.ask"]),
        ("login-example.test", ["session.start"]),
        ("login-example.test", ["authorize.code"]),
    ]
