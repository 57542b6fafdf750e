"""What programs of one kind write: each choice has a template, and the words for it."""

import pytest

from labutils.incident.background.vocabulary import choices
from labutils.incident.log_format import is_source, log_format
from labutils.lab import data_file
from labutils.sheets import Row, SheetError, read

KINDS = [
    f"{path.stem}.{kind}"
    for path in sorted(data_file("vocabulary").glob("*.yaml"))
    for kind in read(f"vocabulary/{path.name}")["programs"]
]


def row(name: str) -> Row:
    return Row({"one_of": name}, file="background.yaml", line=7)


@pytest.mark.parametrize("name", KINDS)
def test_each_choice_is_written_by_a_template_of_its_own_log(name):
    for choice in choices(row(name), "one_of"):
        assert choice.share > 0 and choice.lines
        for line in choice.lines:
            source, _, template = line.partition(".")
            assert is_source(source) and source == name.partition(".")[0]
            assert log_format(source).events[template].fits(not choice.refused)


@pytest.mark.parametrize("name", KINDS)
def test_a_word_that_is_drawn_asks_for_nothing_itself(name):
    for choice in choices(row(name), "one_of"):
        drawn = [some for some in choice.words.values() if isinstance(some, list)]
        assert not [word for some in drawn for word in some if "{" in word]


def test_what_a_kind_of_program_lays_over_holds_for_each_of_its_choices():
    deploy = choices(row("cloudtrail.deploy"), "one_of")
    assert {one.over["userIdentity"]["type"] for one in deploy} == {"AssumedRole"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cloudtrail.nothing", "line 7: one_of: there is no kind of program in data/vocabulary"),
        ("nowhere.inventory", "vocabulary/nowhere.yaml, line 1: cannot be read"),
    ],
)
def test_a_kind_that_is_none_is_named(name, sentence):
    with pytest.raises(SheetError, match=sentence):
        choices(row(name), "one_of")
