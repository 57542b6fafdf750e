"""The course's rules over a month of traffic: what SQLite says, a second opinion says as well, and
what the page says is so."""

import json
from uuid import UUID, uuid5

import pytest
import rule_rates
import yaml
from course_rules import RULES, SITE, STEPS
from hunt_oracle_month import alerts, true_of
from sigma.correlations import SigmaCorrelationRule

from labutils.hunt import hunt
from labutils.hunt.rules import load
from labutils.hunt.sources import iso_time
from labutils.incident import background
from labutils.incident.scoring import alerting, score

RULESET = load([RULES], SITE)
EVENT_RULES = [rule for rule in RULESET.rules if not isinstance(rule, SigmaCorrelationRule)]
LAST = rule_rates.titles()  # of each file, the rule that raises alerts
CORRELATIONS = [
    rule
    for rule in RULESET.rules
    if isinstance(rule, SigmaCorrelationRule) and str(rule.id) in LAST
]


@pytest.fixture(scope="module")
def month():
    """The folder of the lesson's world."""
    return background.logs()


def alone(rule_id: object) -> str:
    """The id of a copy of a rule for single events, which raises its own alerts."""
    return str(uuid5(UUID(str(rule_id)), "alone"))


@pytest.fixture(scope="module")
def hits(month, tmp_path_factory):
    """What the rules hit, and copies of those for single events, also of those that lead up to a
    correlation. The month is loaded once for all of them."""
    path = tmp_path_factory.mktemp("rules") / "rules.yml"
    copies = [
        {key: value for key, value in document.items() if key != "name"}
        | {"id": alone(document["id"])}
        for file in RULES.glob("*.yml")
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
        if "detection" in document
    ]
    path.write_text(yaml.safe_dump_all(copies), encoding="utf-8")
    result = hunt([RULES, path], [month], SITE)
    assert result.refused == []
    return result.hits


COPIES = {alone(rule.id) for rule in EVENT_RULES}


@pytest.fixture(scope="module")
def found(hits):
    return [hit for hit in hits if hit.rule_id not in COPIES]


@pytest.fixture(scope="module")
def found_alone(hits):
    """The events of each rule for single events, by the id of its copy."""
    events = {}
    for hit in hits:
        if hit.rule_id in COPIES:
            events.setdefault(hit.rule_id, set()).update(hit.event_ids)
    return events


@pytest.fixture(scope="module")
def logs(month):
    """The events of each source, in the order of the lines."""
    return {
        path.stem: [json.loads(line) for line in path.open(encoding="utf-8")]
        for path in month.glob("*.jsonl")
    }


@pytest.mark.parametrize("rule", EVENT_RULES, ids=lambda rule: rule.title)
def test_sqlite_and_the_oracle_agree_on_every_event(rule, logs, found_alone):
    expected = {f"{source}:{line}" for source, line in true_of(rule, logs)}
    assert found_alone.get(alone(rule.id), set()) == expected


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.title)
def test_sqlite_and_the_oracle_agree_on_when_each_alert_begins(rule, logs, found):
    begun = sorted(hit.time for hit in found if hit.rule_id == str(rule.id))
    assert begun == sorted(iso_time(moment) for moment in alerts(rule, logs))


@pytest.fixture(scope="module")
def above_low(found):
    """A rule of level low is for a look beside another alert, by its own definition in Sigma."""
    return alerting(found)


def test_the_rules_of_level_low_lead_to_no_step_that_the_others_miss(month, found, above_low):
    assert rule_rates.led_to(score(found, month).alerts) == STEPS
    assert rule_rates.led_to(score(above_low, month).alerts) == STEPS


def test_no_week_of_the_lesson_s_month_has_more_than_five_alerts_a_day(month, found):
    assert rule_rates.measured(found, month)[1].within_budget


def test_rules_meet_people_who_do_the_same_for_good_reasons(month, found):
    """Each but those that have nothing to see: no log falls silent, and none is Entra ID's."""
    alike = {
        report.rule_id
        for alert in score(found, month).alerts
        for report in alert.reports
        if rule_rates.looks_like_a_step(alert)
    }
    without = {LAST[rule_id][0] for rule_id in LAST.keys() - alike}
    assert without == {
        "entra_id_session_changes_agent_and_address.yml",
        "jira_log_silent_while_used.yml",
    }


def test_the_page_has_the_rates_of_today(month, found):
    text = rule_rates.table(*rule_rates.measured(found, month))
    assert rule_rates.PAGE.read_text(encoding="utf-8") == rule_rates.page(text), (
        "The rules or the traffic changed: python tools/rule_rates.py"
    )
