"""The errors that beginners meet are explained, on every Python, and others are left alone."""

import base64
import hmac
import json
import re

import httpx
import pytest
from tables import table

from labutils.classroom import python_errors
from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict

PAIR, TEXT, ROW = ({"alg": "none"}, {"sub": "u-1"}), "eyJhbGciOiJub25lIn0", {"ip": "192.0.2.10"}
ROWS = [ROW]
MET = {
    "a member of a dictionary, by a dot": (lambda: ROW.ip, "Read and set its members"),
    "a response, as another library has it": (lambda: httpx.Response(200).ok, "is_success"),
    "a pair, as if it were a dictionary": (lambda: PAIR.items(), "first, second = pair"),
    "a pair, changed": (lambda: PAIR.__setitem__(0, 1), "first, second = pair"),
    "a pair, by a name": (lambda: PAIR["alg"], "first, second = pair"),
    "three values, two names": (lambda: two_of(range(3)), "as many names"),
    "one value, two names": (lambda: two_of(range(1)), "as many names"),
    "text to base64": (lambda: base64.urlsafe_b64encode(TEXT), "s.encode()"),
    "text to HMAC": (lambda: hmac.digest(b"key", TEXT, "sha256"), "s.encode()"),
    "a text taken off bytes": (lambda: b"YQ==".rstrip("="), "s.encode()"),
    "text and bytes": (lambda: "a" + b"b", ".decode() gives the string"),
    "bytes among texts": (lambda: ".".join(["a", b"b"]), ".decode() gives the string"),
    "bytes as JSON": (lambda: json.dumps(b"a"), ".decode() gives the string"),
    "bytes for re.sub": (lambda: re.sub("a", lambda _: b"b", "a"), ".decode() gives the string"),
    "a match object": (lambda: hmac.digest(b"key", re.match("a", "a"), "sha256"), "match[0]"),
    "what .update returns": (lambda: {}.update(ROW)["ip"], ".update"),
    "a list in a text": (lambda: ["a"] in TEXT, "each string in the list"),
    "a name in a text": (lambda: TEXT["alg"], "not a dictionary"),
    "a text, changed": (lambda: exec("t = 'a'; t[0] = 'b'"), "Make a new one"),
    "a name in a list": (lambda: ROWS["ip"], "`for` goes through it"),
    "a set as JSON": (lambda: json.dumps({1}), "json.dumps accepts"),
    "json.load": (lambda: json.load(b"{}"), "json.loads, with an s"),
    "no filling": (lambda: base64.urlsafe_b64decode("SGk"), "not a multiple of four"),
    "two pieces of JSON": (lambda: json.loads("{}{}"), "one segment at a time"),
    "a dictionary, called": (lambda: ROW("ip"), "Round brackets call"),
}


def two_of(values):
    first, second = values
    return first, second


@table(("fails", "words"), MET.values(), ids=MET)
def test_an_error_that_beginners_meet_is_explained(fails, words):
    with pytest.raises((AttributeError, TypeError, ValueError)) as caught:
        fails()
    assert words in python_errors.explained(caught.value), str(caught.value)


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), KeyError("exp"), None])
def test_an_error_that_says_it_all_is_left_alone(error):
    assert python_errors.explained(error) == ""


def test_a_judge_without_a_sentence_for_an_error_says_what_the_error_means():
    def strangers(audit, known):
        return [line for line in audit if line.user == "u-1815" and line.ip not in known]

    _, words = verdict(lesson("00").items["00-2"], strangers)
    assert words.splitlines()[1] == python_errors.explained(
        AttributeError("'dict' object has no attribute 'user'")
    )
