"""The ledger: what it holds, and what it refuses to hold."""

import dataclasses
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.incident import ledger
from labutils.incident.ledger import UnknownFact
from labutils.incident.ledger_schema import read_ledger
from labutils.sheets import SheetError, read

SOUND = """\
about: A ledger of two facts.
attack:
  version: v19.1
  techniques: {T1539: Steal Web Session Cookie}
tactics:
  collection: {id: TA0009, name: Collection}
sources:
  blog: {publisher: Ada, title: What happened, url: "https://blog.example/", kind: primary}
facts:
- id: first
  statement: Tom took a cookie.
  actor: Tom
  time: 2023-11-14
  time_precision: day
  tactic: collection
  techniques: [T1539]
  outcome: succeeded
  confidence: confirmed
  control:
    name: none
    effect: absent
    detail: nobody looked
  sources: [blog]
- id: second
  statement: Ada saw it.
  actor: Ada
  tactic: none
  outcome: not_applicable
  confidence: single
  sources: [blog]
derived:
- {id: wait, span: a to b, value: 12 min, basis: our arithmetic}
common_errors:
- {id: error-01, claim: Tom forged it., correct: He copied it., verdict: wrong}
"""


def test_the_ledger_of_the_course_is_sound_and_keeps_its_order():
    names = [fact.id for fact in ledger.facts()]
    assert names[0] == "okta-2022-compromise-no-cloudflare-access" and names[-1] == "attack-version"
    assert len(names) == len(set(names)) == 105 and len(ledger.steps()) == 22


def test_a_fact_is_asked_for_by_its_id():
    fact = ledger.fact("nov22-sliver")
    assert (fact.time, fact.time_precision, fact.outcome, fact.step) == (
        "2023-11-22T14:18:22Z",
        "second",
        "succeeded",
        True,
    )
    assert fact.techniques == ("T1059", "T1505") and fact.control.effect == "failed"
    assert [source.id for source in fact.sources] == ["thx-pl", "thx-en", "sw", "scm"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("sao paulo", "nov22-sao-paulo-denied"),
        ("PAULO", "code-red-sao-paulo"),
        ("4,893", "code-red-triage"),
        ("4893", "code-red-triage"),
        ("2059357", "jira-tickets-accessed"),
        ("23 November", "nov23-alert"),
        ("2023-11-20", "nov20-21-tests"),
        ("smartsheet-off", "nov23-smartsheet-off"),
        ("BeyondTrust", "beyondtrust-console-denied"),
    ],
)
def test_facts_are_found_by_a_word_of_any_field_whatever_its_case_and_accents(word, name):
    assert name in [fact.id for fact in ledger.about(word)]


def test_a_word_that_stands_nowhere_finds_nothing():
    assert ledger.about("no such word anywhere") == ()


def test_what_a_fact_does_not_say_is_empty():
    fact = ledger.fact("attribution")
    assert (fact.time, fact.figures, fact.techniques, fact.control, fact.step) == (
        None,
        {},
        (),
        None,
        False,
    )


def test_what_is_reported_or_single_was_not_read_at_a_primary_source():
    """But for one fact of two halves: a name that others use, and a post that does not have it."""
    primary = [
        fact.id
        for fact in ledger.facts()
        if fact.confidence in ("reported", "single")
        and any(source.kind == "primary" for source in fact.read)
    ]
    assert primary == ["sms-phish-2022-0ktapus-name"]


def test_a_fact_of_which_no_listed_source_was_read_says_how_it_came_to_us():
    unread = [fact for fact in ledger.facts() if not fact.read]
    assert unread and all("nobody can check the grade here" in fact.via for fact in unread)


def test_a_fact_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ledger.fact("nov22-sliver").outcome = "denied"


def test_the_other_kinds_are_asked_for_in_the_same_way():
    assert (
        ledger.source("thx-en").url
        == "https://blog.cloudflare.com/thanksgiving-2023-security-incident/"
    )
    assert ledger.derived("alert-to-soc-start").value == "12 min"
    assert ledger.tactic("execution").id == "TA0002" and len(ledger.tactics()) == 8
    assert (
        ledger.technique("T1539") == "Steal Web Session Cookie"
        and ledger.attack_version() == "v19.1"
    )
    assert ledger.common_errors()[4].correct == "134 customers with files accessed."


def test_every_step_belongs_to_a_tactic_and_together_they_cover_all_eight():
    assert {fact.tactic for fact in ledger.steps()} == {tactic.key for tactic in ledger.tactics()}


@table(
    ("ask", "name", "sentence"),
    [
        (
            ledger.fact,
            "nov22-silver",
            "The ledger has no fact 'nov22-silver'. Near it: nov22-sliver",
        ),
        (ledger.source, "thx-fr", "The ledger has no source 'thx-fr'. Near it: thx-"),
        (ledger.derived, "pauses", "The ledger has no derived figure 'pauses'. Near it: pause"),
        (
            ledger.tactic,
            "colllection",
            "The ledger has no tactic 'colllection'. Near it: collection",
        ),
        (ledger.technique, "T1538", "The ledger has no technique 'T1538'. Near it: T15"),
        (ledger.fact, "\x1b[31m", r"The ledger has no fact '\x1b[31m'."),
        (ledger.fact, None, "The ledger has no fact None."),
        (ledger.fact, ["a"], "The ledger has no fact ['a']."),
    ],
)
def test_a_name_that_it_does_not_have_gets_a_sentence_with_the_nearest(ask, name, sentence):
    with pytest.raises(UnknownFact) as refused:
        ask(name)
    assert str(refused.value).startswith(sentence) and isinstance(refused.value, KeyError)


# --- what a sound ledger is ---------------------------------------------------------------------


def check(text):
    """What is wrong with a ledger, as a list of one sentence or none."""
    try:
        read_ledger(read("facts.yaml", text))
    except SheetError as error:
        return [str(error)]
    return []


def changed(old, new):
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def test_a_small_ledger_is_sound():
    assert check(SOUND) == []


@table(
    ("old", "new", "line", "reason"),
    [
        (
            "  actor: Tom\n",
            "  actor: Tom\n  colour: red\n",
            13,
            "unknown field colour; Fact has id, statement, actor,",
        ),
        ("- id: first\n  statement", "- statement", 10, "Fact needs id"),
        ("  statement: Tom took a cookie.\n", "", 10, "Fact needs statement"),
        ("Tom took a cookie.", "''", 11, "a fact needs its statement"),
        (
            "  tactic: none\n  outcome: not_applicable\n",
            "  tactic: none\n  outcome: not_applicable\n  step: true\n",
            29,
            "a step has a tactic, and one technique at least",
        ),
        ("  outcome: succeeded\n", "", 10, "Fact needs outcome"),
        ("  confidence: confirmed\n", "", 10, "Fact needs confidence"),
        ("nobody looked\n  sources: [blog]\n", "nobody looked\n", 10, "Fact needs sources"),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: []\n",
            23,
            "a fact needs its sources",
        ),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: [blog, post]\n",
            23,
            "sources names post, which the",
        ),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: blog\n",
            23,
            "sources must be a list",
        ),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: [[blog]]\n",
            23,
            "sources names ['blog'], which",
        ),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: [blog]\n  unread: [post]\n",
            24,
            "unread names post, which the",
        ),
        (
            "nobody looked\n  sources: [blog]\n",
            "nobody looked\n  sources: [blog]\n  unread: [blog]\n",
            18,
            "what is confirmed was read at a primary source",
        ),
        (
            "tactic: collection",
            "tactic: theft",
            15,
            "tactic names theft, which the ledger does not list",
        ),
        (
            "techniques: [T1539]",
            "techniques: [T1540]",
            16,
            "techniques names T1540, which the ledger does not list",
        ),
        (
            "outcome: succeeded",
            "outcome: won",
            17,
            "outcome must be one of succeeded, denied, unknown, not_applicable, not 'won'",
        ),
        (
            "confidence: confirmed",
            "confidence: sure",
            18,
            "confidence must be one of confirmed, quoted, reported, single, disputed, not 'sure'",
        ),
        ("effect: absent", "effect: none", 21, "effect must be one of stopped, partial, detected,"),
        ("    detail: nobody looked\n", "", 20, "ControlEffect needs detail"),
        (
            "time: 2023-11-14",
            "time: 14 November",
            13,
            "time must look like 2023-11, 2023-11-14 or 2023-11-14T09:22:49Z, not 14 November",
        ),
        ("time: 2023-11-14", "time: 2023-02-30", 13, "time must look like"),
        ("time: 2023-11-14", "time: ''", 13, "time must look like"),
        (
            "time: 2023-11-14\n",
            "time: 2023-11-14\n  time_end: later\n",
            14,
            "time_end must look like",
        ),
        (
            "time: 2023-11-14\n",
            "time: 2023-11-14T09:22:49Z\n",
            14,
            "time_precision is month for a month, day for a date, and minute or second for a time",
        ),
        ("  time_precision: day\n", "", 10, "time_precision is month for a month, day for a date"),
        ("id: second", "id: first", 24, "the id first is taken on line 10"),
        ("id: wait", "id: second", 32, "the id second is taken on line 24"),
        ("value: 12 min, ", "", 32, "Derived needs value"),
        (
            "verdict: wrong",
            "sentence: wrong",
            34,
            "unknown field sentence; CommonError has id, claim, correct, verdict",
        ),
        (
            "kind: primary",
            "kind: rumour",
            8,
            "kind must be one of primary, secondary, not 'rumour'",
        ),
        ("id: TA0009, ", "", 6, "Tactic needs id"),
        ("about:", "aboutt:", 1, "unknown field aboutt"),
        ("  version: v19.1\n", "", 3, "Attack needs version"),
        ("facts:\n", "facts:\n- nothing\n", 9, "facts must be a list, each item of it a mapping"),
        (
            "  tactic: none\n",
            "  tactic: none\n  tactic: none\n",
            28,
            "tactic appears here for the second time; the first is on line 27",
        ),
        ("sources:\n  blog", "sources: [\n  blog", 9, "is not YAML: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old, new, line, reason):
    said = check(changed(old, new))
    assert said[0].startswith(f"facts.yaml, line {line}: {reason}"), said


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 12))
def test_a_ledger_with_a_hole_is_sound_or_gets_sentences_with_lines(start, length):
    for sentence in check(SOUND[:start] + SOUND[start + length :]):
        assert re.match(r"facts\.yaml, line \d+: \S", sentence) and "\n" not in sentence


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 1, 1)))
def test_every_day_of_the_calendar_is_a_date(moment):
    assert check(changed("time: 2023-11-14", f"time: {moment:%Y-%m-%d}")) == []


@given(st.text(max_size=20))
def test_whatever_stands_in_place_of_a_time_is_a_date_or_gets_a_sentence(text):
    quoted = text.replace("'", "''")
    said = check(changed("time: 2023-11-14", f"time: '{quoted}'"))
    assert said or re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip())


# --- the real ledger ----------------------------------------------------------------------------


def test_a_fact_that_was_not_read_at_the_primary_that_it_lists_says_how_it_came_to_us():
    for fact in ledger.facts():
        retold = any(source.kind == "secondary" for source in fact.sources)
        if fact.confidence != "confirmed" and not retold:
            assert fact.via, fact.id
    assert "retelling" in ledger.fact("wiki-pages-total").via


def test_what_a_victim_says_in_a_text_that_was_read_is_quoted_and_no_rumour():
    """A quotation, word for word, is nearer than a retelling; the post itself was not read."""
    quoted = [fact for fact in ledger.facts() if fact.confidence == "quoted"]
    assert [fact.id for fact in quoted] == [
        "beyondtrust-detects",
        "beyondtrust-console-denied",
        "beyondtrust-api-backdoor",
        "okta-beyondtrust-ack",
    ]
    assert all("word for word" in fact.note for fact in quoted)
    said = check(changed("confidence: confirmed", "confidence: quoted"))
    assert "what is quoted was read in a retelling, and its primary source is listed" in said[0]
    assert ledger.fact("cf-oct18-two-accounts").confidence == "reported"


def test_no_statement_of_the_company_s_own_rests_on_the_supplier():
    """What Cloudflare noticed, and when, Okta's root cause cannot say."""
    for name in ("cf-oct18-two-accounts", "cf-oct18-detected", "cf-oct18-before-okta"):
        assert "rca" not in {source.id for source in ledger.fact(name).sources}


def test_an_omission_that_no_source_dates_has_no_date():
    assert ledger.fact("cf-rotation-missed").time is None
