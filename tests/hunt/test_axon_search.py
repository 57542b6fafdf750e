"""Searches in the language of LogRhythm Axon: read as its pages show it, run over logs, and refused
with a sentence."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.hunt.axon_search import (
    LONGEST,
    READINGS,
    TIME,
    TYPE,
    Comparison,
    Junction,
    Negation,
    NotASearch,
    comparisons,
    parse,
    place,
    run,
    schema,
    selects,
    tables,
)

# --- the language -------------------------------------------------------------------------------

NOW = datetime.datetime(2023, 11, 23, 12, tzinfo=datetime.UTC)
LOG = {
    "ip": ["192.0.2.9"],
    "user": ["John Smith"],
    "port": ["22"],
    "none": [],
    TIME: ["2023-11-23T11:40:00Z"],
}


@table(
    "text, outcome",
    [
        ("user = JOHn sMith", True),
        ("user = Smith John", True),
        ('user = "john smith"', True),
        ('user = "Smith John"', False),
        ('user != "John Smith"', False),
        ("none = blank", True),
        ("none = Blank", True),
        ("user = blank", False),
        ("user CONTAINS anything", True),
        ("none contains anything", False),
        ("port IN [22,443]", True),
        ("port IN [80,443]", False),
        ("port > 21 AND port <= 22", True),
        ("port < 22 OR port >= 23", False),
        ('(port = 22 OR port = 23) AND user CONTAINS "smi"', True),
        ('user NOT CONTAINS "smi"', False),
        ("port not in [80,443]", True),
        ("ip BETWEEN 192.0.2.1 AND 192.0.2.9 and NOT port = 23", True),
        ("ip NOT between 192.0.2.1 AND 192.0.2.9", False),
        ('user matches "^j.*h$"', True),
        ("general_information.standard_message_time=now-30m to now-15m", True),
        ("general_information.standard_message_time = now-15m", False),
        (f"{TIME} = 2023-11-23T10:45:29-01:00 to now", False),
        (f"{TIME} = 2023-11-23T10:00:00-01:00 to 2023-11-23T12:00:00Z", True),
    ],
)
def test_the_evaluator_reads_what_the_pages_show(text, outcome):
    assert selects(parse(text), LOG, now=NOW) is outcome


@table(
    "text, reason",
    [
        ("", "ends in the middle"),
        ("user", "ends in the middle"),
        ("user like x", "LIKE is not an operator"),
        ("user = a AND port = 1 OR port = 2", "mixed without parentheses"),
        ("(user = a", "ends in the middle"),
        ("user = a)", "after the end"),
        ("port IN 22", "needs square brackets"),
        ("port IN [22 443]", "separated by commas"),
        ("port IN []", "separated by commas"),
        ('user = "a', "Nothing in the language begins with"),
        ("ip BETWEEN 192.0.2.1 to 192.0.2.9", "two ends with AND"),
    ],
)
def test_the_evaluator_refuses_what_no_page_shows(text, reason):
    with pytest.raises(NotASearch, match=reason):
        parse(text)


@table(
    "text, reason",
    [
        ("port > many", "> wants a number, and here is many."),
        ("ip BETWEEN a AND b", "BETWEEN wants two IPv4 addresses, and here is a b."),
        ("ip BETWEEN 192.0.2.1 AND ::1", "BETWEEN wants two IPv4 addresses"),
        ('user matches "(a"', "MATCHES wants a regular expression that RE2 reads"),
        ('user matches "a)(b"', "MATCHES wants a regular expression that RE2 reads"),
        (f"{TIME} = yesterday", "= wants a time such as 2023-11-23T00:00:00Z, and here is"),
        (f"{TIME} = 2023-11-23T00:00:00", "wants a time such as"),
        (f"{TIME} = now-999999999d", "wants a time such as"),
        (f"{TIME} = now until now", "one time, or two with `to` between them"),
        ("(" * 60 + "user = a" + ")" * 60, "More than 50 parentheses and NOTs"),
        ("NOT " * 60 + "user = a", "More than 50 parentheses and NOTs"),
        ("user = a AND " * LONGEST, "longer than 20,000 characters"),
        ("user = \x1b[31m)", "after the end"),
    ],
)
def test_a_term_of_the_wrong_kind_is_refused_before_any_log_is_looked_at(text, reason):
    with pytest.raises(NotASearch, match=re.escape(reason)):
        parse(text)


def test_a_search_is_a_tree():
    assert parse('a = b AND NOT c not in [d,"e f"]') == Junction(
        "AND",
        (Comparison("a", "=", ("b",)), Negation(Negation(Comparison("c", "IN", ("d", '"e f"'))))),
    )
    assert [one.field for one in comparisons(parse("(a = 1 OR NOT b = 2) AND c = 3"))] == [*"abc"]


def read(text):
    """The tree of a search, or the sentence that refuses it."""
    try:
        return parse(text)
    except NotASearch as refusal:
        return str(refusal)


@given(st.text(max_size=60))
def test_any_text_is_a_search_or_is_refused_with_a_sentence(text):
    tree = read(text)
    if isinstance(tree, str):
        assert tree.endswith(".") and tree.isprintable()
    else:
        assert {selects(tree, LOG, reading, NOW) for reading in READINGS} <= {True, False}


WORDS = st.sampled_from(
    ["user", "port", "ip", TIME, "=", "!=", ">", "IN", "[", "]", ",", "CONTAINS", "BETWEEN", "AND"]
    + ["OR", "NOT", "(", ")", "matches", '"a"', "blank", "22", "192.0.2.1", "now", "to", "now-5m"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_row_of_words_is_a_search_or_is_refused_with_a_sentence(text):
    tree = read(text)
    assert tree.endswith(".") if isinstance(tree, str) else selects(tree, LOG, now=NOW) in (0, 1)


# --- over logs ----------------------------------------------------------------------------------

JIRA = [
    {
        "timestamp": {"epochSecond": 1700145397, "nano": 0},
        "auditType": {"action": "User created"},
        "author": {"name": "svc-forms"},
    },
    {"auditType": {"action": "User created"}, "author": {"name": "ada"}},
    {"auditType": {"action": ["Role created", "User created"]}, "author": {"name": "SVC-forms"}},
]
CREATED = 'action.command = "User created" AND origin.account.name matches "^svc-.*$"'


def test_a_search_gives_the_ids_that_the_hunt_has():
    assert run(CREATED, {"jira": JIRA}) == ["jira:1", "jira:3"]
    assert run(CREATED, {"jira": JIRA[:1], "bitbucket": JIRA}) == [
        "jira:1",
        "bitbucket:1",
        "bitbucket:3",
    ]
    assert run(CREATED, {"jira": []}) == []


def test_a_log_source_type_keeps_to_one_log():
    text = f'{TYPE} = "Atlassian Jira audit" AND {CREATED}'
    assert run(text, {"jira": JIRA, "bitbucket": JIRA}) == ["jira:1", "jira:3"]


def test_a_stretch_of_time_leaves_out_an_event_without_a_time():
    of_the_day = f"{TIME} = 2023-11-16T00:00:00Z to 2023-11-17T00:00:00Z"
    assert run(of_the_day, {"jira": JIRA}) == ["jira:1"]
    morning = datetime.datetime(2023, 11, 16, 15, tzinfo=datetime.UTC)
    assert run(f"{TIME} = now-1h", {"jira": JIRA}, now=morning) == ["jira:1"]
    assert run(f"{TIME} = now-1m", {"jira": JIRA}, now=morning) == []


@pytest.mark.parametrize("text", [f"{TIME} = now-1h to now", f"{TIME} = 2023-11-16T00:00:00Z"])
def test_now_has_no_meaning_over_logs_of_the_past(text):
    with pytest.raises(NotASearch, match="says `now`, but these logs are from the past"):
        run(text, {"jira": JIRA})


def test_a_field_that_the_schema_does_not_have_is_refused_by_its_name():
    with pytest.raises(NotASearch, match="The schema has no field called author.name"):
        run("author.name = svc-forms", {"jira": JIRA})


def test_a_source_without_a_place_in_the_schema_is_refused():
    with pytest.raises(ValueError, match="windows is not a source that Axon"):
        run(CREATED, {"windows": JIRA})


@table("source", tables()["sources"])
def test_what_a_field_holds_is_text_whatever_the_log_holds(source):
    for event in ({}, {"auditType": None, "author": [], "target": {"id": {"a": True}}}):
        for field in schema():
            assert all(isinstance(value, str) for value in place(event, source, field))


def test_true_false_and_an_object_are_written_as_json_writes_them():
    event = {"target": [{"id": True}, {"id": {"a": 1}}], "eventType": 5}
    fields = [place(event, "okta", field) for field in schema()]
    assert ["5"] in fields
