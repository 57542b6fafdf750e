"""The rules of data/cases/drift-2025: valid Sigma, true of what they are for, scored in worlds that
nobody saw."""

import re
from functools import cache

import rule_rates
import yaml
from rule_cases import FOLDER, rule_cases, write_logs
from tables import table

from labutils.hunt import hunt, read_placeholders
from labutils.hunt.rules import load
from labutils.incident import cases, held_out
from labutils.incident.breach import play
from labutils.incident.policy import World
from labutils.incident.telemetry import write
from labutils.lab import data_file

CASE = cases.load("drift-2025")
RULES = data_file("cases/drift-2025/rules")
SITE = read_placeholders(data_file("cases/drift-2025/placeholders.yaml"))
FILES = {path.stem: path for path in sorted(RULES.glob("*.yml"))}
DOCUMENTS = {
    stem: list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) for stem, path in FILES.items()
}
SITUATIONS = rule_cases(FOLDER / "drift-2025")
# What each is for: the steps that its alerts lead to.
STEPS = {
    "bulk_job_made_and_deleted": {"cf-0817-bulk-export", "cf-0817-job-deleted"},
    "integration_login_from_unknown_address": {
        "cf-0812-first-login",
        "cf-0813-case-schema",
        "cf-0816-dry-run",
        "cf-0817-new-address",
    },
    "integration_looks_round": {"cf-0814-counts"},
    "large_bulk_export": {"cf-0817-bulk-export"},
    "many_secrets_read": {"drift-aws-tokens"},
    "outside_collaborator_added": {"drift-github-persistence"},
}


def test_all_load_and_each_file_alone():
    assert not load([RULES], SITE).refused
    assert all(not load([path], SITE).refused for path in FILES.values())


def test_without_the_list_of_addresses_one_rule_is_refused_and_no_other():
    [refused] = load([RULES], {}).refused
    assert refused.path.endswith("integration_login_from_unknown_address.yml")
    assert "%integration_addresses%" in refused.reason


def test_ids_are_one_of_a_kind_among_all_rules_of_the_course():
    every = [*data_file("rules").glob("*.yml"), *FILES.values()]
    ids = re.findall(r"^id: (\S+)", "".join(one.read_text("utf-8") for one in every), re.MULTILINE)
    assert len(ids) == len(set(ids)) and len(ids) > 30


@table("stem", FILES)
def test_a_file_ends_in_what_it_is_for_with_all_that_a_reader_needs(stem):
    *before, last = DOCUMENTS[stem]
    assert all(one["level"] == "informational" and one["name"] for one in before)
    assert {"level", "description", "references", "falsepositives", "tags"} <= last.keys()
    assert "It cannot see" in last["description"] or "cannot see" in last["description"]
    techniques = {tag[7:].upper() for tag in last["tags"] if re.match(r"attack\.t\d", tag)}
    assert techniques and techniques <= CASE.ledger.attack.techniques.keys()


@table("stem", FILES)
def test_a_rule_names_no_address_and_no_account_of_the_case(stem):
    words = {one.ip for one in CASE.addresses.values()} | set(CASE.estate.credentials)
    words |= {one.account or one.id for one in CASE.estate.identities.values()}
    text = FILES[stem].read_text(encoding="utf-8")
    assert [word for word in words - {"unattributed"} if word in text] == []


@table("situation", SITUATIONS, ids=str)
def test_a_rule_hits_what_it_is_for_and_misses_the_rest(situation, tmp_path):
    write_logs(situation, tmp_path)
    found = hunt([FILES[situation.rule]], [tmp_path], SITE)
    title = DOCUMENTS[situation.rule][-1]["title"]
    assert any(hit.title == title for hit in found.hits) == situation.hit


def test_each_rule_has_hits_and_misses():
    for stem in FILES:
        kinds = [one.hit for one in SITUATIONS if one.rule == stem]
        assert kinds.count(True) >= 1 and kinds.count(False) >= 2, stem


@cache
def replay():
    return play(World.historical(CASE), case=CASE)


@table("stem", FILES)
def test_in_the_replay_a_rule_leads_to_the_steps_that_it_is_for(stem, tmp_path):
    write(tmp_path, replay().audit, replay().truth, replay().labels)
    hits = hunt([FILES[stem]], [tmp_path], SITE).hits
    title = DOCUMENTS[stem][-1]["title"]
    ids = {name for hit in hits if hit.title == title for name in hit.event_ids}
    assert {replay().truth[name] for name in ids} == STEPS[stem]


def test_the_looking_round_is_seen_three_days_and_the_export_no_minute_before_the_end():
    begin, end = "cf-0814-counts", "cf-0817-bulk-export"
    facts = CASE.ledger.facts
    assert facts[begin].time == "2025-08-14T00:17:40Z"
    assert facts[end].time_end == "2025-08-17T11:15:18Z"


def test_they_are_worth_as_much_where_the_intruder_has_other_addresses_and_days():
    """No rule is an indicator: in six worlds of a seed that was not looked at while they were
    written, each still leads to its steps."""
    worlds = held_out.worlds("rules of 2025, graded", count=6_000, case=CASE.name)
    result = held_out.grade([RULES], worlds, case=CASE.name)
    assert not result.indicators and not result.refused
    assert result.scores["W3"].recall.value == result.scores["W1"].recall.value >= 8 / 14
    assert 0.4 < result.mean < 0.7
    assert all(one.within_budget for one in result.scores.values())


def test_the_page_has_the_rates_of_today():
    assert rule_rates.PAGE.read_text(encoding="utf-8") == rule_rates.page(
        rule_rates.table_of_2025(), CASE.name
    ), "The rules or the traffic changed: python tools/rule_rates.py"
