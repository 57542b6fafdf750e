"""The rules in other SIEMs' languages: made from the rules as they are, honest about losses, called
whole where they were run, and refused until the lists of the site are filled in."""

import hashlib
import json
import re
from functools import cache

import pytest
from environments import is_built
from rule_cases import rule_cases, vendor_event
from tables import table

from labutils.hunt import read_placeholders
from labutils.hunt.sources import SOURCES
from labutils.incident import background
from labutils.lab import data_file
from tools.siem.convert import (
    CONVERTED,
    MANIFEST,
    NOT_RUN,
    PAGE,
    PART,
    REQUIREMENTS,
    RUN,
    SUFFIXES,
    WHOLE,
    convert,
    digest,
    documents_of,
    has_the_names_of_rules,
    lists_asked_for,
    page,
    rows_that_run,
    rule_files,
    rules_for_single_events,
    tools_used,
    with_what_was_run,
)
from tools.siem.losses import LOSSES, Conversion, losses_of
from tools.siem.places import PLACES
from tools.siem.run_on_spark import has_java, hits_in, selected_by_hunt, spark_submit

MADE = json.loads(MANIFEST.read_text(encoding="utf-8"))
FILES = rule_files()
SITE = read_placeholders(data_file("cases/cloudflare-2023/placeholders.yaml"))
needs_spark = pytest.mark.skipif(
    not (is_built("siem") and has_java()),
    reason="it needs PySpark and Java: make siem installs the one, and runs this",
)
AGAIN = "A rule or the tool changed, and the texts were not made again: make siem"


def test_pyspark_is_built_from_its_source_since_nobody_publishes_a_wheel():
    assert "--no-binary pyspark" in REQUIREMENTS.read_text(encoding="utf-8").splitlines()


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


@table("stem", FILES)
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
    assert tools_used().items() <= MADE.items(), AGAIN


def test_the_page_has_the_table_of_the_manifest():
    assert PAGE.read_text(encoding="utf-8") == page(MADE), AGAIN


def test_the_locked_converters_name_no_address():
    text = REQUIREMENTS.read_text(encoding="utf-8")
    assert "://" not in text and "--hash=sha256:" in text


def test_a_rule_file_for_a_siem_is_no_sigma_rule_of_this_folder():
    assert not [path for siem in SUFFIXES for path in (CONVERTED / siem).glob("*.y*ml")]


# --- what was run -------------------------------------------------------------------------------


def test_whole_is_said_of_what_was_run_and_of_nothing_else():
    for stem, siem, row in entries():
        if "file" in row:
            whole_or_part = PART if "parts" not in row and "." in row["file"][:-6] else WHOLE
            ran = siem == RUN and has_the_names_of_rules(row)
            assert row["status"] == (whole_or_part if ran else NOT_RUN), (stem, siem)
            assert ("events" in row) == ran


def test_each_text_that_was_run_selected_an_event():
    """Over logs without such an event, any text that selects nothing would be equal."""
    ran = {name: row["events"] for name, row, _ in rows_that_run(MADE)}
    assert len(ran) == 21 and min(ran.values()) >= 1


def test_the_page_says_whole_only_in_the_column_that_is_run():
    rows = [line.split("|")[1:-1] for line in page(MADE).splitlines() if "](../data/rules/" in line]
    run = 1 + list(SUFFIXES).index(RUN)
    assert len(rows) == len(FILES)
    assert all("whole" not in cell for row in rows for cell in row[:run] + row[run + 1 :])
    assert sum("**whole**" in row[run] for row in rows) == len(
        [status for _, _, status in rows_that_run(MADE) if status == WHOLE]
    )


@cache
def made_today():
    return convert()


@needs_spark
def test_the_converters_and_spark_say_the_same_today():
    manifest, texts = made_today()
    assert with_what_was_run(manifest, texts, background.logs()) == MADE, AGAIN
    for name, text in texts.items():
        assert (CONVERTED / name).read_text(encoding="utf-8") == text


@pytest.fixture(scope="module")
def situations(tmp_path_factory):
    """Hits, twins and misses of all rules at once, and lines that only a careless text minds."""
    folder = tmp_path_factory.mktemp("situations")
    lines = {source: list(odd) for source, odd in ODD.items()}
    for case in rule_cases():
        for row in case.events:
            lines.setdefault(row["log"], []).append(vendor_event(row)[1])
    for source in [name for name in lines if SOURCES[name].naming]:
        del lines[source]  # a text asks for other names than this log writes
    for source, events in lines.items():
        text = "".join(json.dumps(event) + "\n" for event in events)
        (folder / f"{source}.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def on_spark(situations, tmp_path_factory):
    """What the texts select there with the lists of the site, and what Spark says without them."""
    folder = tmp_path_factory.mktemp("spark")
    lists, none = folder / "lists", folder / "none"
    lists.write_text(json.dumps(SITE), encoding="utf-8")
    none.write_text("{}", encoding="utf-8")
    with pytest.raises(RuntimeError) as refusal:
        spark_submit(
            ("to_parquet.py", situations, folder / "events"),
            ("on_spark.py", CONVERTED, folder / "events", lists, folder / "hits"),
            ("on_spark.py", CONVERTED, folder / "events", none, folder / "hits-without"),
        )
    return hits_in(folder / "hits"), str(refusal.value)


@needs_spark
def test_spark_selects_what_the_hunt_selects_in_every_situation_of_the_rules(situations, on_spark):
    expected = selected_by_hunt(rules_for_single_events(FILES), situations, SITE)
    selected, _ = on_spark
    for name, row, _ in rows_that_run(MADE):
        assert selected.get(row["file"], set()) == expected[name], name
    assert all(expected[name] for name, _, _ in rows_that_run(MADE))


def jira(action, author, *objects, **more):
    members = None if None in objects else [{"name": name} for name in objects]
    act = {"action": action, "actionI18nKey": "jira.auditing.act", "category": "Apps"}
    event = {"auditType": act, "affectedObjects": members}
    return event | ({} if author is None else {"author": {"name": author}}) | more


ADDED, LOWERED = "USER added to GROUP", "Audit log configuration updated"
ODD = {
    "jira": [
        jira(ADDED, "Ada", "jira-Administrators", "ada"),
        jira(ADDED, "ada", "jira-administrators", "bob"),
        jira(ADDED, "ada", "ada", "jira-users"),
        jira(ADDED, "ada"),
        jira(ADDED, "ada", None),
        jira(ADDED, None, "jira-administrators", "ada"),
        jira("App installed", None),
        jira("App installed", ""),
        jira("App installed", "SYSTEM"),
        jira("App installed", "it's"),
        jira("User created", "SVC-new"),
        jira(LOWERED, "ada", changedValues=[{"to": "full"}, {"to": "Off"}]),
        jira(LOWERED, "ada", changedValues=[{"key": "a"}, {"to": None}]),
        jira(LOWERED, "ada", changedValues=[]),
    ],
    "cloudflare_access_nonidentity": [
        {"isSuccessfulLogin": 1, "serviceTokenId": "MOVEWORKS-token", "identityProvider": None},
        {"isSuccessfulLogin": 1, "serviceTokenId": None, "identityProvider": "nonidentity"},
        {"isSuccessfulLogin": None, "serviceTokenId": "a", "identityProvider": "nonidentity"},
    ],
}


# --- the lists of a site ------------------------------------------------------------------------


def texts_with_lists():
    """Each text of a rule that asks for lists of the site: its SIEM, itself, the lists."""
    rules = rules_for_single_events(FILES)
    for stem, siem, row in entries():
        if "file" not in row:
            continue
        name = row["file"].split("/")[1].rsplit(".", 1)[0]
        asking = [rules[name]] if name in rules else documents_of(FILES[stem])
        if lists := lists_asked_for({name: json.dumps(asking).replace('"', "'").encode()}):
            yield siem, (CONVERTED / row["file"]).read_text(encoding="utf-8"), lists


def test_a_text_holds_a_word_that_is_refused_in_the_place_of_each_list():
    siems = set()
    for siem, text, lists in texts_with_lists():
        siems.add(siem)
        outside = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
        assert {name for name in lists if PLACES[siem].of(name) in outside} == set(lists)
        assert "%" + lists[0] not in text
    assert siems == PLACES.keys() == SUFFIXES.keys()


def test_no_list_of_the_course_s_company_is_in_a_text():
    values = {value for values in SITE.values() for value in values} - {"System"}
    for siem, text, _ in texts_with_lists():
        assert not [value for value in values if value in text], siem


@needs_spark
def test_spark_refuses_a_text_until_each_of_its_lists_is_there(on_spark):
    wanting = {text for siem, text, _ in texts_with_lists() if siem == RUN}
    _, printed = on_spark
    said = [line for line in printed.splitlines() if line.startswith("refused: ")]
    unbound = {line.split()[1] for line in said if "UNBOUND_SQL_PARAMETER" in line}
    assert {(CONVERTED / file).read_text(encoding="utf-8") for file in unbound} == wanting
    assert all("UNBOUND_SQL_PARAMETER" in line for line in said)


# --- losses -------------------------------------------------------------------------------------

COUNT = {"type": "event_count", "timespan": "1h", "condition": {"gte": 3}}
ABSENT = {"type": "temporal", "timespan": "1h", "condition": "a and not b"}
ALIASED = {"type": "temporal", "timespan": "1h", "aliases": {"who": {"a": "x", "b": "y"}}}
CHAIN = [{"name": "a", "correlation": COUNT}, {"correlation": {"rules": ["a"], "timespan": "1h"}}]
LISTED = {"selection": {"affectedObjects.name|contains": "admin"}}
ASKING = {"selection": {"a|expand": "%b%"}}
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
    ("missing-field", "elasticsearch-esql", {}, "a and not b", "a and b"),
    ("your-list", "kusto", {"detection": ASKING}, "a in~ ({b})", None),
]


@table(("loss", "siem", "document", "lossy", "faithful"), EXAMPLES)
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
    assert "several-values" in rows[self_made, "opensearch-ppl"]["withheld"]
    splunk = (CONVERTED / rows[self_made, "splunk"]["file"]).read_text(encoding="utf-8")
    assert "affectedObjects{}.name" in splunk


def test_documents_are_read_as_json_can_hold_them():
    assert documents_of(b"date: 2026-11-25\n---\na: 1\n") == [{"date": "2026-11-25"}, {"a": 1}]
