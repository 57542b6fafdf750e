"""What a HAR gives away: sessions, whose a credential is, and every text that could be tried."""

import base64
import json
import string

import pytest
from tables import table

from labutils import har
from labutils.identity.keys import json_part
from labutils.lab import Exchange

SECRET = "sEcret-77aa01bc9d"
TOKEN = f"{json_part({'alg': 'ES256'})}.{json_part({'sub': 'u-1815'})}.c2ln"


def recording(*entries: dict) -> dict:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def answered(text: str, **request: object) -> dict:
    """An entry whose response has this body."""
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    return {"request": request, "response": {"content": content}}


def sent(*headers: tuple[str, str]) -> dict:
    """An entry whose request has these headers."""
    listed = [{"name": name, "value": value} for name, value in headers]
    return {"request": {"headers": listed}, "response": {}}


@pytest.mark.parametrize("name", ["myapp_auth", "Session.v2", "my-token", "appsid"])
def test_a_cookie_is_a_session_by_its_name_however_short_its_value_is(name):
    (finding,) = har.findings(recording(sent(("cookie", f"theme=dark; {name}=k7"))))
    assert (finding.kind, finding.value) == ("session cookie", "k7")


@pytest.mark.parametrize("name", ["theme", "language", "consent_banner"])
def test_a_cookie_of_another_name_and_a_short_value_is_none(name):
    assert har.findings(recording(sent(("cookie", f"{name}=k7")))) == []


@pytest.mark.parametrize("member", ["username", "preferred_username"])
def test_a_credential_is_of_whoever_typed_a_name_in_the_same_exchange(member):
    body = json.dumps({member: "ada", "refresh_token": SECRET})
    (finding,) = har.findings(recording(answered(body)))
    assert (finding.kind, finding.holder) == ("refresh token", "ada")


def test_a_token_says_more_surely_than_a_typed_name_whose_a_credential_is():
    typed = answered(json.dumps({"username": "ada@laptop", "refresh_token": SECRET}))
    beside_a_token = answered(json.dumps({"access_token": TOKEN, "refresh_token": SECRET}))
    for entries in ((typed, beside_a_token), (beside_a_token, typed)):
        holders = {f.holder for f in har.findings(recording(*entries)) if f.value == SECRET}
        assert holders == {"u-1815"}


def test_a_password_is_read_out_of_base64_of_either_alphabet():
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        packed = encode("ada:??>>~~\u00ff\u00fe".encode()).decode()
        assert set("+/-_") & set(packed)
        values = [
            f.value for f in har.findings(recording(sent(("authorization", "Basic " + packed))))
        ]
        assert "??>>~~\u00ff\u00fe" in values


# --- every text that somebody could try ---------------------------------------------------------


@table("separator", list(string.whitespace + "\"'<>;,&?#=/:()[]{}\\"), ids=ascii)
def test_what_stands_between_separators_is_tried_by_itself(separator):
    text = f"first-part{separator}second-part"
    assert {"first-part", "second-part"} <= har.strings({"text": text})


@table("separator", list(string.whitespace + "\"'<>;,"), ids=ascii)
def test_an_address_between_separators_stays_whole(separator):
    address = "https://wiki.example/cb?code=x&state=(y)"
    assert address in har.strings({"text": f"see{separator}{address}{separator}there"})


def test_the_parts_of_a_token_are_tried_by_themselves_and_a_dotted_name_is_one_text():
    assert set(TOKEN.split(".")) <= har.strings({"text": TOKEN})
    assert "wiki" not in har.strings({"text": "wiki.example"})


def test_numbers_are_texts_that_can_be_tried_and_yes_and_no_are_not():
    assert har.strings({"a": 123456, "b": True, "c": None, "d": 1.5}) == {*"abcd", "123456", "1.5"}


# --- export -------------------------------------------------------------------------------------


def test_an_exported_recording_names_its_maker_and_keeps_empty_parameters():
    url = "https://wiki.example/search?a=&b=1"
    exchange = Exchange(0, "ada", "192.0.2.10", "GET", url, [], "", 200, [], "")
    (entry,) = har.export([exchange])["log"]["entries"]
    assert har.export([exchange])["log"]["creator"]["name"] == "labutils"
    listed = [(pair["name"], pair["value"]) for pair in entry["request"]["queryString"]]
    assert listed == [("a", ""), ("b", "1")]


# --- what looks like a secret -------------------------------------------------------------------


def found_in(text: str) -> list[str]:
    """The kinds of credential that a response's body of this text is said to hold."""
    content = {"size": len(text), "mimeType": "text/plain", "text": text}
    entry = {"request": {}, "response": {"content": content}}
    return [finding.kind for finding in har.findings({"log": {"entries": [entry]}})]


@table(
    "text, kinds",
    [
        ("abcdef12" * 2, ["opaque secret"]),
        ("abcdef1a" * 2, []),
        ("abcdef12abcdef1", []),
        ("abcdefgh" * 2, []),
        ("12345678" * 2, []),
        ("abcdef12abcdef1/", ["opaque secret"]),
        ("abcdef12abcdef1!", []),
    ],
    ids=[
        "sixteen characters, eight of them different",
        "sixteen characters, seven of them different",
        "fifteen characters",
        "letters alone",
        "digits alone",
        "with a character of base64",
        "with another character",
    ],
)
def test_an_opaque_secret_is_long_mixed_and_varied(text, kinds):
    assert found_in(text) == kinds
