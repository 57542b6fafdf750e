"""A message as text, and a request that somebody typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.instruments.wire_requests import FORM, Draft, NotARequest, answered, read, recorded
from labutils.lab import Lab
from labutils.stage.thief import morning
from labutils.stage.two_apps import API, NOTES, build_apps, log_out


def wire_of_a_morning():
    apps = build_apps("requests", profiles={"u-1815": {"name": "Ada"}})
    morning(apps)
    apps.ada.get(
        API + "/me?a=b%20c&d=%3Cscript%3E",
        headers={"x-odd": "é€".encode(), "authorization": "Bearer x.y.z"},
    )
    apps.ada.post(NOTES + "/", json={"a": [1, "zwölf"]})
    apps.ada.post(NOTES + "/", content="a\n\nb\n")
    log_out(apps)
    return apps.lab.wire


def test_each_recorded_request_can_be_read_back_as_it_was_written():
    for exchange in wire_of_a_morning():
        draft = recorded(exchange)
        again = read(draft.text)
        assert again == draft
        assert (again.method, again.url, again.body) == (
            exchange.method,
            exchange.url,
            exchange.request_body,
        )


def test_what_each_client_sends_is_left_out():
    apps = build_apps("requests")
    apps.ada.get(API + "/me", headers={"x-mine": "1"})
    assert recorded(apps.lab.wire[-1]).text == (
        "GET /me HTTP/1.1\nhost: api.example\nuser-agent: ada\nx-mine: 1\n\n"
    )
    assert answered(apps.lab.wire[-1]).startswith("HTTP/1.1 401\ncontent-type: application/json\n")


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("get /me\nHost: api.example", Draft("GET", "api.example", "/me")),
        ("\r\nGET /me HTTP/1.1\r\nhost: api.example\r\n\r\n", Draft("GET", "api.example", "/me")),
        (
            "POST /a?b=c HTTP/2\nhost: api.example\nx-a:  b : c \n\n\n\nbody\n",
            Draft("POST", "api.example", "/a?b=c", (("x-a", "b : c"),), "\n\nbody\n"),
        ),
        (
            f"POST /token\nhost: a.example\ncontent-type: {FORM}\n\na=b\n\n",
            Draft(
                "POST",
                "a.example",
                "/token",
                (("content-type", FORM),),
                "a=b",
            ),
        ),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(text, draft):
    assert read(text) == draft


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The first line must be a method and a path, such as GET /me HTTP/1.1. It is: ''"),
        ("GET me", "The first line must be .* It is: 'GET me'"),
        ("GET https://api.example/me", "The first line must be"),
        ("GET /me", "A request needs one line with its host, such as host: api.example"),
        ("GET /me\nhost: a.example\nhost: b.example", "one line with its host"),
        ("GET /me\nhost:", "one line with its host"),
        ("GET /me\nhost: api.example\nhello", "Each line above the empty one is a header.*'hello'"),
        ("GET /me\nhost: api.example\na b: c", "Each line above the empty one is a header"),
        ("GET /me\nhost: api.example:x", "This is no address that can be asked"),
        ("GET /me\nhost: api.example\nx: \u2713", "The header x has a character"),
        ("GET /me\nhost: api.example\nx: \x00", "The header x has a character"),
        ("GET /me\nhost: api.example\n\n\ud800", "This is no address|cannot be sent"),
    ],
)
def test_what_cannot_be_sent_gets_one_sentence(text, sentence):
    with pytest.raises(NotARequest, match=sentence) as error:
        read(text)
    assert len(str(error.value)) < 220
    assert "\n" not in str(error.value)


@given(st.text())
def test_any_text_is_a_request_or_a_sentence(text):
    try:
        draft = read(text)
    except NotARequest:
        return
    assert read(draft.text) == draft


@given(
    st.sampled_from(["GET /", "POST /token", "PUT /a?b", "GET //"]),
    st.text(),
    st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=3),
    st.text(),
)
def test_any_text_in_a_request_is_one_or_a_sentence(first, host, headers, body):
    lines = [first, f"host: {host}", *(f"{name}: {value}" for name, value in headers)]
    try:
        draft = read("\n".join(lines) + "\n\n" + body)
    except NotARequest:
        return
    assert read(draft.text) == draft


def test_an_empty_path_is_a_slash():
    lab = Lab("requests", "2023-10-18T09:00:00Z")
    lab.browser("ada", "192.0.2.10").get("https://api.example")
    assert recorded(lab.wire[0]).target == "/"
