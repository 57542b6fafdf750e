"""A sheet is read as it stands, and every complaint about it names file and line."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.sheets import SheetError, build, read


@dataclass(frozen=True)
class Door:
    name: str
    floor: int = 0
    locked: bool = False
    keys: tuple[str, ...] = ()
    colour: str | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    kind: Literal["inner", "outer"] = "inner"
    width: float = 1.0
    more: dict = field(default_factory=dict)
    note: Any = None


def test_a_sheet_becomes_rows_lists_and_plain_values():
    row = read("doors.yaml", "a: 1\nb: [x, 2.5, true, null]\nc:\n  d: text\n")
    assert row == {"a": 1, "b": ["x", 2.5, True, None], "c": {"d": "text"}}


def test_each_row_knows_its_file_and_line_and_the_line_of_each_key():
    row = read("doors.yaml", "# a comment\n\ndoors:\n- name: front\n  floor: 1\n- {name: back}\n")
    front, back = row["doors"]
    assert (row.line, front.line, back.line) == (3, 4, 6)
    assert front.lines == {"name": 4, "floor": 5} and front.file == "doors.yaml"


@table(
    "text",
    [
        "2023-10-18",
        "2023-11-14T09:22:49Z",
        "22:50",
        "1_000",
        "0123",
        "0x1f",
        "yes",
        "No",
        "on",
        "1e3",
        ".5",
    ],
)
def test_what_yaml_would_turn_into_something_else_stays_text(text):
    assert read("x.yaml", f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ["'7'", '"true"', '""', "'~'"])
def test_what_is_quoted_is_text(text):
    assert read("x.yaml", f"a: {text}") == {"a": text[1:-1]}


def test_keys_are_text_whatever_they_look_like():
    assert read("x.yaml", "2023: a\ntrue: b\n") == {"2023": "a", "true": "b"}


@table(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a appears here for the second time; the first is on line 1"),
        ("a:\n  b: 1\n  b: 2\n", 3, "b appears here for the second time; the first is on line 2"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "is not YAML: while parsing a flow sequence"),
        ("a: 1\n\tb: 2\n", 2, "is not YAML: "),
        ("a: 1\nb: \x07\n", 2, "is not YAML: "),
        ("a: 'open\n", 2, "is not YAML: "),
        ("a: 1\n---\nb: 2\n", 2, "is not YAML: expected a single document"),
        ("a: *nobody\n", 1, "is not YAML: "),
        ("a: &x [1]\nb: *x\n", 1, "an alias (*name) is used for this value; write it out instead"),
        ("a: &x [*x]\n", 1, "an alias (*name) is used for this value; write it out instead"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key must be a name"),
        ("- a\n- b\n", 1, "a sheet is a mapping of names to values"),
        ("", 1, "a sheet is a mapping of names to values"),
        ("just text", 1, "a sheet is a mapping of names to values"),
        ("a: \ud800", 1, "is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, line, reason):
    with pytest.raises(SheetError) as refused:
        read("doors.yaml", text)
    assert str(refused.value).startswith(f"doors.yaml, line {line}: {reason}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text, said",
    [("b: [1, 2\nc: 3\n", "expected ',' or ']'"), ("b: \x07\n", "characters are not allowed")],
)
def test_what_is_not_yaml_is_refused_in_the_words_of_the_parser(text, said):
    with pytest.raises(SheetError, match=re.escape(said)):
        read("doors.yaml", text)


def test_a_file_that_is_not_there_gets_a_sentence():
    with pytest.raises(SheetError, match=r"^no-such\.yaml, line 1: cannot be read"):
        read("no-such.yaml")


def test_a_file_of_the_course_is_found_by_its_name():
    assert "rfc6749" in read("standards.yaml")


@pytest.mark.parametrize("text", ["1᥆", "١", "²"])
def test_digits_of_another_script_are_text(text):
    assert read("x.yaml", f"a: {text}") == {"a": text}


NAMES = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=("C", "Zl", "Zp")))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_what_yaml_wrote_is_read_back_as_it_was(values):
    assert read("x.yaml", yaml.safe_dump(values, allow_unicode=True)) == values


@given(st.text())
def test_any_text_is_a_sheet_or_gets_a_sentence_with_a_line(text):
    try:
        sheet = read("x.yaml", text)
    except SheetError as error:
        sentence = str(error)
    else:
        sentence = f"x.yaml, line {sheet.line}: is a sheet"
    assert sentence.startswith("x.yaml, line ")


# --- from a row to a dataclass ------------------------------------------------------------------


def door(text, **more):
    return build(Door, read("doors.yaml", text), **more)


def test_a_row_becomes_the_dataclass_and_lists_become_tuples():
    assert door(
        "name: front\nfloor: 2\nlocked: true\nkeys: [a, b]\n"
        "sizes: {high: 2}\nkind: outer\nwidth: 2\n"
    ) == Door("front", 2, True, ("a", "b"), None, {"high": 2}, "outer", 2)


def test_a_value_given_beside_the_row_is_taken_as_it_is_and_wins():
    assert door("keys: [a]\n", name="side", keys=frozenset("z")) == Door(
        "side", keys=frozenset("z")
    )


@table(
    ("text", "line", "reason"),
    [
        (
            "name: front\n\nstorey: 2\n",
            3,
            "unknown field storey; Door has name, floor, locked, keys, colour, sizes, kind, width, "
            "more, note",
        ),
        ("\nfloor: 2\n", 2, "Door needs name"),
        ("name: front\nfloor: high\n", 2, "floor must be a whole number, not 'high'"),
        ("name: front\nfloor: true\n", 2, "floor must be a whole number, not True"),
        ("name: front\nfloor: 1.5\n", 2, "floor must be a whole number, not 1.5"),
        ("name: front\nfloor:\n", 2, "floor must be a whole number, not None"),
        ("name: 7\n", 1, "name must be text, not 7"),
        ("name: front\nlocked: 1\n", 2, "locked must be true or false, not 1"),
        ("name: front\nlocked: yes\n", 2, "locked must be true or false, not 'yes'"),
        ("name: front\nkeys: a\n", 2, "keys must be a list, each item of it text, not 'a'"),
        (
            "name: front\nkeys: [a, 2]\n",
            2,
            "keys must be a list, each item of it text, not ['a', 2]",
        ),
        ("name: front\nkeys: {}\n", 2, "keys must be a list, each item of it text, not {}"),
        ("name: front\nkind: {}\n", 2, "kind must be one of inner, outer, not {}"),
        ("name: front\ncolour: 7\n", 2, "colour must be text or nothing, not 7"),
        (
            "name: front\nsizes: [1]\n",
            2,
            "sizes must be a mapping, each value of it a whole number, not [1]",
        ),
        (
            "name: front\nsizes: {a: b}\n",
            2,
            "sizes must be a mapping, each value of it a whole number, not {'a': 'b'}",
        ),
        ("name: front\nkind: middle\n", 2, "kind must be one of inner, outer, not 'middle'"),
        ("name: front\nwidth: true\n", 2, "width must be a number, not True"),
        ("name: front\nmore: 3\n", 2, "more must be a mapping, not 3"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_line_and_what_is_allowed(text, line, reason):
    with pytest.raises(SheetError) as refused:
        door(text)
    assert str(refused.value) == f"doors.yaml, line {line}: {reason}"
