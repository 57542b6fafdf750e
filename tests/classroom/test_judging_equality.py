"""An object that says of itself that it equals everything is no answer to anything."""

from collections import Counter
from unittest.mock import ANY

import pytest

from labutils.classroom import exercises
from labutils.classroom.course import lesson, numbers
from labutils.classroom.judging import is_plain


class Text(str):
    """A string that equals everything."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


class Rows(list):
    """A list that has everything, and is nothing's enemy."""

    def __contains__(self, other):
        return True


VALUES = [item for number in numbers() for item in lesson(number).checked if item.kind == "value"]
FORMS = {
    "an object": ANY,
    "a text": Text("x"),
    "a list": Rows(),
    "a pair of texts": (Text("a"), Text("b")),
    "a dictionary": {"name": ANY, "second address": ANY},
}


@pytest.mark.parametrize("form", FORMS)
def test_what_equals_everything_passes_no_exercise_and_no_target(form):
    passed = [
        item.id for item in VALUES if exercises.verdict(item, FORMS[form])[0].kind == "passed"
    ]
    assert VALUES and passed == []


@pytest.mark.parametrize("value", ["x", b"x", 1, 1.5, None, [("a", {"b": {1}})], Counter("a")])
def test_what_is_made_of_pythons_own_types_is_plain(value):
    assert is_plain(value)


@pytest.mark.parametrize("value", [ANY, Text("x"), Rows(), [Text("x")], {"a": ANY}, object()])
def test_what_has_an_equality_of_its_own_is_not(value):
    assert not is_plain(value)


@pytest.mark.parametrize("identifier", ["02-5", "08-2", "08-9", "12-10"])
def test_a_function_that_returns_what_equals_everything_does_not_pass(identifier):
    (item,) = [one for one in lesson(identifier[:2]).checked if one.id == identifier]
    for form in FORMS.values():
        assert exercises.verdict(item, lambda *_, form=form: form)[0].kind != "passed"
