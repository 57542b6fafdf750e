"""Rules and logs that nobody here wrote: skipped where no folder of them is named.

LABUTILS_SIGMA names a folder of Sigma rules, such as a checkout of SigmaHQ/sigma.
LABUTILS_CLOUDTRAIL names a folder of CloudTrail logs, such as docs/detonation-logs of
DataDog/stratus-red-team. Neither is ever part of this repository.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from hunt_oracle import is_true
from sigma.rule import SigmaRule

from labutils.__main__ import main
from labutils.hunt import hunt
from labutils.hunt.engine import Hunt, events
from labutils.hunt.rules import fields_of, load, sources_of

RULES = os.environ.get("LABUTILS_SIGMA")
LOGS = os.environ.get("LABUTILS_CLOUDTRAIL")
OURS = ("rules/identity/okta", "rules/application/bitbucket", "rules/cloud/aws", "rules/linux")

# Titles of public rules that the replay of the attack must meet.
OUGHT_TO_FIRE = {"Okta New Admin Console Behaviours", "Suspicious Java Children Processes"}

pytestmark = pytest.mark.skipif(RULES is None, reason="LABUTILS_SIGMA names no folder")


@pytest.fixture(scope="module")
def rules():
    return [Path(RULES) / folder for folder in OURS]


@pytest.fixture(scope="module")
def ruleset(rules):
    return load(rules)


@pytest.fixture(scope="module")
def course_logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    assert main(["telemetry", str(folder)]) == 0
    return folder


def by_the_oracle(ruleset, paths):
    """The ids of the events that each rule is true of, by the second opinion."""
    true = defaultdict(set)
    for event in events(paths, Hunt()):
        for rule in ruleset.rules:
            if event.source in sources_of(rule) and is_true(rule, event.fields):
                true[str(rule.id)].add(f"{event.file}:{event.place}")
    return true


def by_the_engine(rules, paths):
    true = defaultdict(set)
    result = hunt(rules, paths)
    for hit in result.hits:
        true[hit.rule_id].update(hit.event_ids)
    return true, result


def test_each_public_rule_is_loaded_or_refused_for_its_log_source(ruleset):
    assert len(ruleset.rules) >= 200
    assert all(isinstance(rule, SigmaRule) and fields_of(rule) for rule in ruleset.rules)
    assert all("its log source (" in refused.reason for refused in ruleset.refused)


def test_every_public_rule_of_any_product_is_loaded_or_refused_with_a_sentence():
    whole = load([Path(RULES)])
    assert len(whole.rules) + len(whole.refused) >= 3_000
    assert all(refused.reason.isprintable() and refused.reason for refused in whole.refused)


def test_those_that_ought_to_fire_on_the_replay_do(rules, course_logs):
    _, result = by_the_engine(rules, [course_logs])
    assert {hit.title for hit in result.hits} >= OUGHT_TO_FIRE


def test_both_opinions_agree_on_the_replay(rules, ruleset, course_logs):
    true, _ = by_the_engine(rules, [course_logs])
    assert true and true == by_the_oracle(ruleset, [course_logs])


@pytest.mark.skipif(LOGS is None, reason="LABUTILS_CLOUDTRAIL names no folder")
def test_both_opinions_agree_on_public_logs(rules, ruleset):
    true, result = by_the_engine(rules, [Path(LOGS)])
    assert result.events >= 100 and true and true == by_the_oracle(ruleset, [Path(LOGS)])
