"""What lesson 10 answers to a text that an engine would pass over in silence."""

import pytest

from labutils.classroom.lessons.lesson_10 import (
    ABROAD_DETECTION,
    correlates,
    detects,
    named_changes,
)
from labutils.stage.hunting import changes_made, changes_of_the_intruder

CORRELATION = """
type: temporal_ordered
rules: [token_abroad, privileged_change]
aliases: {address: {token_abroad: ipAddress, privileged_change: source}}
group-by: [address]
timespan: 15m
"""


@pytest.mark.parametrize("before", ["", "\n", "\n\n"])
def test_a_fault_in_yaml_is_named_by_the_line_of_the_learner_s_own_text(before):
    verdict = detects(before + "login:\n    isSuccessfulLogin: 1\n  ours: 2\ncondition: login\n")
    assert verdict.mistake == "no YAML"
    assert verdict.got.startswith("line 3 of your text, 'ours: 2':")


@pytest.mark.parametrize("name", ["isSuccesfulLogin", "issuccessfullogin", "IsSuccessfulLogin"])
def test_a_field_that_no_line_has_is_named_with_the_nearest_one(name):
    verdict = detects(ABROAD_DETECTION.replace("isSuccessfulLogin", name))
    assert (verdict.mistake, verdict.got) == ("field", f"{name!r}; is it 'isSuccessfulLogin'?")


def test_a_field_of_the_log_that_the_solution_has_no_use_for_is_no_mistake():
    more = ABROAD_DETECTION.replace("ours:", "    identityProvider: nonidentity\nours:")
    assert detects(more).kind == "passed"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("group-by", "group_by", "key"),
        ("timespan", "timeframe", "key"),
        ("15m", "15M", "months"),
        ("15m", "1h", "window"),
        ("privileged_change]", "privileged_change", "no YAML"),
    ],
)
def test_a_correlation_is_told_what_it_says(old, new, mistake):
    assert correlates(CORRELATION).kind == "passed"
    assert correlates(CORRELATION.replace(old, new)).mistake == mistake


def test_the_target_tells_nothing_to_who_tries_the_changes_one_by_one():
    assert {named_changes({name}).mistake for name in changes_made()} == {"others"}


def test_the_target_helps_whoever_has_most_of_them():
    theirs, harmless = (
        changes_of_the_intruder(),
        min(changes_made().keys() - changes_of_the_intruder()),
    )
    assert named_changes(theirs).kind == "passed"
    assert named_changes(theirs - {min(theirs)}).mistake == "missing"
    assert named_changes(theirs | {harmless}).mistake == "too many"
