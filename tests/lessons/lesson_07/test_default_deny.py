"""The pieces of a cleaner that the notebook gives before the learner writes them."""

import json

from labutils import har
from labutils.lab import data_file
from labutils.lessons.lesson_07.cleaner_grade import usefulness
from labutils.lessons.lesson_07.default_deny import clean_error, clean_url, put_back, tag, texts

KEEP = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}


def stars(text: str) -> str:
    return "*" * len(text)


def emptied(value, name=""):
    if isinstance(value, dict):
        return {inner: emptied(more, inner) for inner, more in value.items()}
    if isinstance(value, list):
        return [emptied(inner, name) for inner in value]
    return tag(value, b"k") if isinstance(value, str) and name not in KEEP else value


def test_texts_are_found_however_deep_and_names_and_numbers_are_none():
    assert texts({"a": ["one", {"b": "two", "c": [3, None, True]}], "d": "one"}) == [
        "one",
        "two",
        "one",
    ]


def test_a_tag_is_equal_for_equal_texts_and_another_with_another_key():
    assert tag("a", b"k") == tag("a", b"k") != tag("a", b"l")
    assert len(tag("", b"k")) == 12


def test_an_address_keeps_its_service_and_loses_everything_else():
    url = "https://ops:pin@api.example:8443/v1/ada?code=1#top"
    assert clean_url(url, stars) == "https://api.example:8443/**/***?******"
    assert clean_url("https://api.example/", stars) == "https://api.example/"


def test_an_error_keeps_its_two_plain_members():
    body = {"error": "quota_exceeded", "incident": "INC-20231002-78", "detail": "secret"}
    assert json.loads(clean_error(json.dumps(body))) == {
        "error": "quota_exceeded",
        "incident": "INC-20231002-78",
    }
    for odd in ("", "no json", "[]", '{"error": "bad key 9b7f04c2", "incident": 7}'):
        assert clean_error(odd) == "{}"


def test_support_can_answer_all_its_questions_once_they_are_put_back():
    recording = har.read(data_file("support-case.har").read_bytes())
    lost = usefulness(recording, emptied(recording))
    assert not all(lost.values())
    back = put_back(recording, emptied(recording), lambda text: tag(text, b"k"))
    assert all(usefulness(recording, back).values())
