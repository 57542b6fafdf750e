"""Which characters of a token spell which claim."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.identity.tokens import b64, json_part, unb64
from labutils.instruments.token_text import (
    PAYLOAD,
    NotJson,
    in_json,
    members,
    pretty,
    read_object,
    runs_in_json,
    runs_in_token,
    segments,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=6)


def token(header, payload, signature="c2ln"):
    return f"{json_part(header)}.{json_part(payload)}.{signature}"


@given(OBJECTS)
def test_what_is_written_prettily_is_read_as_it_was(value):
    assert read_object(pretty(value)) == value
    assert pretty(value).encode()  # no half of a character is in it


@given(OBJECTS, st.sampled_from([None, 1, 2]))
def test_members_are_where_their_text_is(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    places = members(text)
    assert [name for name, _, _ in places] == list(value)
    for name, begin, end in places:
        assert json.loads("{" + text[begin:end] + "}") == {name: value[name]}


@given(st.text())
def test_of_any_text_members_are_asked(text):
    places = members(text)
    assert all(0 <= begin < end <= len(text) for _, begin, end in places)


@given(OBJECTS, OBJECTS)
def test_the_characters_of_a_claim_spell_it(header, payload):
    text = token(header, payload)
    runs = runs_in_token(text)
    assert all(begin <= end for begin, end, _ in runs)
    assert [begin for begin, _, _ in runs] == sorted(begin for begin, _, _ in runs)
    assert all(first[1] <= second[0] for first, second in zip(runs, runs[1:], strict=False))
    names = [name for _, _, name in runs]
    assert names == [f"head.{one}" for one in header] + [f"body.{one}" for one in payload] + [
        "sign"
    ]


def test_three_bytes_are_four_characters():
    runs = runs_in_token(token({"a": 1}, {"sub": "ada", "aud": "wiki"}))
    (_, _, _), (begin, end, name), _, _ = runs
    assert name == "body.sub"
    segment = segments(token({}, {"sub": "ada", "aud": "wiki"}))[1]
    start = begin - len(json_part({"a": 1})) - 1
    spelt = unb64(segment[start // 4 * 4 : (end - begin) // 4 * 4 + 4])
    assert b'"sub":"ada"'[:9] in spelt


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.b", "a.b.c.d", "é.é.é", ".".join([b64(b"\xff"), b64(b"[1]"), ""]), "." * 99],
)
def test_a_text_that_is_no_token_has_no_claims_in_it(text):
    assert not [name for _, _, name in runs_in_token(text) if name != "sign"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON yet"),
        ('{"sub": "adm', "not JSON yet"),
        ("[1]", "no object in braces"),
        ('"text"', "no object in braces"),
        ("{'sub': 1}", "not JSON yet"),
        ('{"exp": NaN}', "NaN is no JSON"),
        ('{"exp": -Infinity}', "-Infinity is no JSON"),
        ('{"exp": 1e999}', "too large"),
        ('{"exp": %s}' % ("9" * 5000), "not JSON yet"),
        ('{"a":' + "[" * 30_000 + "]" * 30_000 + "}", "not JSON yet"),
    ],
)
def test_what_is_no_object_says_why(text, says):
    with pytest.raises(NotJson, match=says):
        read_object(text)


def test_a_name_that_is_there_twice_is_lit_twice():
    runs = runs_in_json(PAYLOAD, '{"a": 1, "a": 2}')
    assert runs == [(1, 7, "body.a"), (9, 15, "body.a")]


def test_a_half_of_a_character_stays_escaped():
    assert in_json("\ud800é") == '"\\ud800\\u00e9"' and in_json("é") == '"é"'
