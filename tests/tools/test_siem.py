"""The rules in other SIEMs' languages: made from the rules as they are, and honest about losses."""

import hashlib
import json

import pytest
from environments import is_built
from siem.convert import (
    CONVERTED,
    MANIFEST,
    PAGE,
    REQUIREMENTS,
    SUFFIXES,
    convert,
    converters,
    digest,
    documents_of,
    lists_asked_for,
    page,
    rule_files,
)
from siem.losses import LOSSES, MARKS, Conversion, losses_of

MADE = json.loads(MANIFEST.read_text(encoding="utf-8"))
FILES = rule_files()
AGAIN = "A rule or the tool changed, and the texts were not made again: make siem"


def entries():
    """Each text that may be, of a whole file or of a part: (rule, SIEM, entry)."""
    for stem, rule in MADE["rules"].items():
        for siem, row in rule["siems"].items():
            yield stem, siem, row
            for part in row.get("parts", {}).values():
                yield stem, siem, part


def test_every_rule_has_an_answer_for_every_siem():
    assert MADE["rules"].keys() == FILES.keys(), AGAIN
    for rule in MADE["rules"].values():
        assert rule["siems"].keys() == SUFFIXES.keys()


@pytest.mark.parametrize("stem", FILES)
def test_the_texts_were_made_from_the_rule_as_it_is(stem):
    assert MADE["rules"][stem]["sha256"] == digest(FILES[stem]), AGAIN


def test_each_text_is_there_as_it_was_made_and_no_other():
    made = {row["file"]: row["sha256"] for _, _, row in entries() if "file" in row}
    there = {
        path.relative_to(CONVERTED).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for siem in SUFFIXES
        for path in (CONVERTED / siem).iterdir()
    }
    assert there == made, AGAIN


def test_an_answer_is_a_text_a_refusal_or_withheld_for_a_loss_that_is_wrong():
    wrong = {loss.key for loss in LOSSES if loss.wrong}
    for stem, siem, row in entries():
        assert len({"file", "refused", "withheld"} & row.keys()) == 1, (stem, siem)
        assert set(row.get("withheld", [])) <= wrong
        assert not wrong & set(row.get("notes", []))
        assert row.get("refused", "its own words")


def test_the_losses_and_the_converters_are_those_of_today():
    assert MADE["losses"] == {loss.key: loss.says for loss in LOSSES}, AGAIN
    assert MADE["converters"] == converters(), AGAIN


def test_the_page_has_the_table_of_the_manifest():
    assert PAGE.read_text(encoding="utf-8") == page(MADE), AGAIN


def test_the_locked_converters_name_no_address():
    text = REQUIREMENTS.read_text(encoding="utf-8")
    assert "://" not in text and "--hash=sha256:" in text


def test_a_rule_file_for_a_siem_is_no_sigma_rule_of_this_folder():
    assert not [path for siem in SUFFIXES for path in (CONVERTED / siem).glob("*.y*ml")]


@pytest.mark.skipif(
    not is_built("siem"),
    reason="the converters are not installed; make siem does it",
)
def test_the_converters_say_the_same_today():
    manifest, texts = convert()
    assert manifest == MADE, AGAIN
    for name, text in texts.items():
        assert (CONVERTED / name).read_text(encoding="utf-8") == text


# --- losses -------------------------------------------------------------------------------------

COUNT = {"type": "event_count", "timespan": "1h", "condition": {"gte": 3}}
ABSENT = {"type": "temporal", "timespan": "1h", "condition": "a and not b"}
ALIASED = {"type": "temporal", "timespan": "1h", "aliases": {"who": {"a": "x", "b": "y"}}}
CHAIN = [{"name": "a", "correlation": COUNT}, {"correlation": {"rules": ["a"], "timespan": "1h"}}]
LISTED = {"selection": {"affectedObjects.name|contains": "admin"}}
ONE = {"selection": {"changedValues.to": "off"}}


EXAMPLES = [
    (
        "no-window",
        "opensearch-ppl",
        {"correlation": COUNT},
        "stats count() by a",
        "stats count() by span(@timestamp, 1h), a",
    ),
    ("counts-eventid", "opensearch-ppl", {}, "stats dc(EventID) by span(1h)", "stats dc(a)"),
    (
        "no-not",
        "splunk",
        {"correlation": ABSENT},
        'bin _time span=1h | search t="a"',
        'bin _time span=1h | search t="a" NOT t="b"',
    ),
    (
        "alias",
        "opensearch-ppl",
        {"correlation": ALIASED},
        "stats dc(a) by span(@timestamp, 1h), who",
        "stats dc(a) by span(@timestamp, 1h), whose",
    ),
    ("quoted-field", "kusto", {}, "'a.b' =~ \"c\"", 'a_b =~ "c.d"'),
    ("several-values", "elasticsearch-esql", {"detection": LISTED}, "where a", None),
    ("escaped-underscore", "opensearch-ppl", {}, r'a="b\_c"', r'LIKE(a, "b\_c")'),
    ("fixed-windows", "splunk", {}, "| bin _time span=1h", "| stats count"),
    ("letter-case", "elasticsearch-esql", {}, 'a=="abc"', "a==1"),
    ("lists", "kusto", {"detection": ONE}, "x", None),
    ("missing-field", "spark-sql", {}, "a AND NOT b", "a AND b"),
    ("your-list", "kusto", {}, 'a =~ "CHANGEOWNERS"', 'a =~ "changes"'),
]


@pytest.mark.parametrize(("loss", "siem", "document", "lossy", "faithful"), EXAMPLES)
def test_a_loss_is_seen_where_it_is_and_only_there(loss, siem, document, lossy, faithful):
    assert loss in {one.key for one in losses_of(Conversion(siem, [document], lossy))}
    if faithful is None:  # it hangs on the rule and not on the text
        other = Conversion(siem, [{"detection": {"selection": {"a": 1}}}], lossy)
    else:
        other = Conversion(siem, [document], faithful)
    assert loss not in {one.key for one in losses_of(other)}


def test_a_correlation_of_correlations_is_seen_by_its_rules():
    lost = {one.key for one in losses_of(Conversion("splunk", CHAIN, "span=1h"))}
    assert "chain" in lost
    assert "chain" not in {one.key for one in losses_of(Conversion("splunk", CHAIN[:1], "span=1h"))}


def test_every_loss_has_its_example():
    assert {example[0] for example in EXAMPLES} | {"chain"} == {loss.key for loss in LOSSES}


def test_what_the_converters_lost_is_what_the_page_tells():
    """The sentences of the page that name a converter, held against what it printed."""
    rows = {(stem, siem): row for stem, siem, row in entries() if stem and "parts" not in row}
    ordered = MADE["rules"]["service_token_login_then_privileged_change"]["siems"]
    absent = MADE["rules"]["jira_log_silent_while_used"]["siems"]
    assert "temporal_ordered" in ordered["splunk"]["refused"]
    assert "temporal_extended" in absent["elasticsearch-esql"]["refused"]
    assert "no-not" in absent["opensearch-ppl"]["withheld"]
    self_made = "jira_self_promotion_to_administrators"
    assert "ield reference" in rows[self_made, "elasticsearch-lucene"]["refused"]
    assert "ield reference" in rows[self_made, "kusto"]["refused"]
    spark = (CONVERTED / rows[self_made, "spark-sql"]["file"]).read_text(encoding="utf-8")
    assert "affectedObjects.name = author.name" in spark and "lower(auditType.action)" in spark
    splunk = (CONVERTED / rows[self_made, "splunk"]["file"]).read_text(encoding="utf-8")
    assert "affectedObjects{}.name" in splunk


def test_each_list_of_the_site_has_its_mark():
    assert {name.replace("_", "").upper() for name in lists_asked_for(FILES)} == set(MARKS)


def test_documents_are_read_as_json_can_hold_them():
    assert documents_of(b"date: 2026-11-25\n---\na: 1\n") == [{"date": "2026-11-25"}, {"a": 1}]
