"""Which values in messages are secrets, and which of them are the same one."""

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.instruments.wire_secrets import (
    COLOURS,
    SECRETS,
    KnownSecrets,
    Secret,
    asked_pairs,
    given_pairs,
    marked,
    set_cookies,
    short,
)
from labutils.lab import Exchange
from labutils.stage.thief import morning
from labutils.stage.two_apps import build_apps

NOTHING = Exchange(0, "ada", "192.0.2.10", "GET", "https://a.example/", [], "", 200, [], "")
LONG = "a-value-that-nobody-guesses"
OTHER = "another-value-that-is-long"


def known_of(*exchanges, watch=SECRETS):
    known = KnownSecrets(watch)
    for exchange in exchanges:
        known.learn(exchange)
    return known


def names(secrets):
    return [one.name for one in secrets]


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        ({"url": "https://a.example/cb?code=x&state=a%20b"}, [("code", "x"), ("state", "a b")]),
        ({"request_headers": [("cookie", 'a=1; b="2"')]}, [("a", "1"), ("b", "2")]),
        ({"request_headers": [("authorization", "Bearer x.y.z")]}, [("access_token", "x.y.z")]),
        ({"request_headers": [("authorization", "DPoP x")]}, [("access_token", "x")]),
        (
            {
                "request_headers": [
                    ("authorization", "Basic " + b64encode(b"wiki:pass:word").decode())
                ]
            },
            [("client_secret", "pass:word")],
        ),
        ({"request_headers": [("authorization", "Basic \u00e9")]}, []),
        ({"request_headers": [("authorization", "")]}, []),
        ({"request_headers": [("x-service-token", "x")]}, [("x-service-token", "x")]),
        ({"request_body": "code=x&code_verifier=y"}, [("code", "x"), ("code_verifier", "y")]),
        ({"request_body": '{"a": {"code": "x"}, "b": ["y", 1]}'}, [("code", "x"), ("b", "y")]),
        ({"request_body": "[" * 100_000}, []),
        ({"request_body": '<form value="a=b">'}, []),
    ],
)
def test_the_named_values_of_a_request(changes, pairs):
    assert sorted(asked_pairs(replace(NOTHING, **changes))) == sorted(pairs)


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        (
            {"response_headers": [("location", "https://b/cb?code=x#id_token=y")]},
            [("code", "x"), ("id_token", "y")],
        ),
        (
            {
                "response_headers": [
                    ("set-cookie", "app=x; Path=/"),
                    ("set-cookie", "b=; Max-Age=0"),
                ]
            },
            [("app", "x")],
        ),
        ({"response_body": '{"access_token": "x"}'}, [("access_token", "x")]),
        ({"response_body": "<input name=id_token value='x&amp;y'>"}, [("id_token", "x&y")]),
        (
            {
                "url": "https://a.example/?state=same",
                "response_body": '<INPUT type="hidden" name="state" value="same">'
                "<input name='csrf' value=new>",
            },
            [("csrf", "new")],
        ),
        ({"response_body": "<input name=empty value=''><input>"}, []),
    ],
)
def test_the_named_values_of_a_response(changes, pairs):
    assert given_pairs(replace(NOTHING, **changes)) == pairs


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("access_token", "access"),
        ("access token", "access"),
        ("access", "access"),
        ("Refresh-Token", "refresh"),
        ("id_token_hint", "ID"),
        ("ID token", "ID"),
        ("code_verifier", "verifier"),
        ("state", "state"),
        ("x-service-token", "x-service-token"),
    ],
)
def test_a_name_is_short(name, called):
    assert short(name) == called


def test_each_cookie_that_a_server_sets_is_a_secret_whatever_its_name():
    sets = replace(NOTHING, response_headers=[("set-cookie", f"odd={LONG}; Secure")])
    sends = replace(NOTHING, request_headers=[("cookie", f"odd={LONG}; unset={OTHER}")])
    known = known_of(sets, sends)
    assert names(known) == ["odd"]
    assert (names(known.given(sets)), names(known.sent(sends))) == (["odd"], ["odd"])
    assert names(known_of(sets, watch=("code",))) == []


def test_equal_values_are_one_secret_wherever_they_are_and_whatever_they_are_called():
    given_first = replace(NOTHING, response_body=json.dumps({"access_token": LONG}))
    elsewhere = [
        {"url": f"https://a.example/files/{LONG}"},
        {"url": f"https://a.example/?token={LONG}"},
        {"request_body": f"token={LONG}&hint=1"},
        {"request_headers": [("x-odd", f"token {LONG};")]},
        {"request_body": f"plain text with {LONG}."},
    ]
    for changes in elsewhere[:4]:
        one = replace(NOTHING, **changes)
        known = known_of(given_first, one)
        assert names(known.sent(one)) == ["access"]
        assert len(list(known)) == 1


def test_a_short_value_is_the_same_only_under_the_same_name():
    sets = replace(NOTHING, response_headers=[("set-cookie", "sid=1")])
    sends = replace(NOTHING, request_headers=[("cookie", "sid=1")], request_body="consent=1")
    other = replace(NOTHING, request_body="consent=1")
    known = known_of(sets, sends, other)
    assert (names(known.sent(sends)), names(known.sent(other))) == (["sid"], [])


def test_values_of_the_same_name_are_numbered():
    some = [replace(NOTHING, url=f"https://a.example/?code={LONG}{at}") for at in range(3)]
    assert names(known_of(*some)) == ["code", "code 2", "code 3"]


def test_state_and_nonce_are_secrets_only_where_somebody_watches_them():
    asked = replace(NOTHING, url=f"https://a.example/?state={LONG}&nonce={OTHER}&code=x{LONG}")
    assert names(known_of(asked)) == ["code"]
    assert names(known_of(asked, watch=("state", "nonce"))) == ["state", "nonce"]


def test_the_eighth_secret_and_all_later_ones_are_grey():
    inks = [Secret("a", "b", 0, hue).ink for hue in range(10)]
    assert inks == ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s8", "s8"]
    assert COLOURS == 7


def test_values_that_are_foremost_have_a_colour_before_all_others():
    some = [replace(NOTHING, url=f"https://a.example/?code={LONG}{at}") for at in range(9)]
    known = KnownSecrets(foremost=(LONG + "8", LONG + "2"))
    for exchange in some:
        known.learn(exchange)
    assert [one.ink for one in known] == ["s3", "s4", "s2", "s5", "s6", "s7", "s8", "s8", "s1"]
    assert [one.number for one in known] == list(range(9))


def test_equal_secrets_have_equal_colours_over_all_messages():
    apps = build_apps("colours")
    morning(apps)
    known = known_of(*apps.lab.wire)
    inks: dict[str, set[str]] = {}
    for exchange in apps.lab.wire:
        for secret in (*known.sent(exchange), *known.given(exchange)):
            inks.setdefault(secret.value, set()).add(f"{secret.name} {secret.ink}")
    assert len(inks) > 10
    assert all(len(some) == 1 for some in inks.values())


def test_a_cookie_that_is_deleted_is_none():
    gone = replace(NOTHING, response_headers=[("set-cookie", "app=; Max-Age=0")])
    assert set_cookies(gone) == []


def test_a_text_in_pieces():
    secret = Secret("code", "a/b+c-and-more", 0, 0)
    text = f"<a>{secret.value}&code=a%2Fb%2Bc-and-more"
    assert list(marked(text, [secret])) == [
        ("<a>", None),
        (secret.value, secret),
        ("&code=", None),
        ("a%2Fb%2Bc-and-more", secret),
    ]
    assert list(marked("short", [Secret("sid", "1", 0, 0)])) == [("short", None)]
    assert list(marked("x", [Secret("half a character", "\ud800" * 8, 0, 0)])) == [("x", None)]


@given(st.text(), st.lists(st.text(min_size=8), max_size=4))
def test_the_pieces_are_the_text(text, values):
    secrets = [Secret(f"s{at}", value, at, at) for at, value in enumerate(values)]
    whole = text.join(values)
    assert "".join(piece for piece, _ in marked(whole, secrets)) == whole


def test_a_mapping_says_what_a_picture_calls_a_value():
    known = KnownSecrets({"answer": "code", "password": "password"})
    known.learn(replace(NOTHING, request_body="password=analytical&answer=764588"))
    assert [secret.name for secret in known] == ["password", "code"]
