"""Rules and logs that nobody here wrote: skipped where no folder of them is named.

LABUTILS_SIGMA names a folder of Sigma rules, such as a checkout of SigmaHQ/sigma.
LABUTILS_LOGS names a folder of logs, such as docs/detonation-logs of DataDog/stratus-red-team, or
the sample events of other people's detections. LABUTILS_INTAKE names a checkout of
SEKOIA-IO/intake-formats, whose tests hold an event each as a product wrote it; `-s` prints a row of
the table in docs/hunt.md for each product. None of them is ever part of this repository.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from hunt_oracle import is_true
from sigma.rule import SigmaRule
from vendor_samples import AUDIT, SAMPLES, diagnostic, table_row

from labutils.__main__ import main
from labutils.hunt import duckdb_engine, hunt
from labutils.hunt.engine import Hunt, events, hunt_with
from labutils.hunt.rules import fields_of, load, read_placeholders, sources_of
from labutils.lab import data_file

RULES = os.environ.get("LABUTILS_SIGMA")
LOGS = os.environ.get("LABUTILS_LOGS")
INTAKE = os.environ.get("LABUTILS_INTAKE")
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


@pytest.mark.skipif(LOGS is None, reason="LABUTILS_LOGS names no folder")
def test_both_opinions_agree_on_public_logs(rules, new_rules):
    every = [*rules, *new_rules]
    true, result = by_the_engine(every, [Path(LOGS)])
    assert result.events >= 100 and true and true == by_the_oracle(load(every), [Path(LOGS)])


def test_both_engines_and_the_second_opinion_agree_on_the_exports_of_people(
    rules, new_rules, tmp_path, monkeypatch
):
    monkeypatch.setattr(duckdb_engine, "FIRST", 0)
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path))
    every, exports = [*rules, *new_rules], Path(__file__).parent / "exports_of_people"
    true, by_sqlite = by_the_engine(every, [exports])
    by_duckdb = hunt(every, [exports], engine="duckdb")
    assert true and true == by_the_oracle(load(every), [exports])
    assert [hit.id for hit in by_duckdb.hits] == [hit.id for hit in by_sqlite.hits]


PRODUCTS = (
    *("AWS/aws-cloudtrail", "Azure/azure-activity-logs", "Azure/azure-ad"),
    *("Cloudflare/access_requests", "Cloudflare/audit_logs", "Cloudflare/gateway_http"),
    *("Cloudflare/gateway_network", "Duo/duo-security", "Github/github-audit-logs"),
    *("Google Cloud/Google Cloud Audit", "Google Cloud/google-report"),
    *("Microsoft/microsoft-entraid-graphapi", "Microsoft/microsoft-intune", "Office 365/o365"),
    *("Okta/okta-system-logs", "Salesforce/salesforce-events"),
)
SITE = data_file("cases/cloudflare-2023/placeholders.yaml")
CLOUD = ("rules/cloud", "rules/identity", "rules/application")


def log_of(product, folder):
    """A file with a line for each event in the tests of a product."""
    paths = sorted((Path(INTAKE) / product / "tests").glob("*.json"))
    messages = [json.loads(path.read_text(encoding="utf-8"))["input"]["message"] for path in paths]
    log = folder / "log.jsonl"
    log.write_text("".join(" ".join(one.splitlines()) + "\n" for one in messages), encoding="utf-8")
    return log


@pytest.fixture(scope="module")
def rules_for_single_events():
    """Those of the public for a cloud, and the course's; each with hits of its own."""
    whole = load(
        [*(Path(RULES) / one for one in CLOUD), data_file("rules")], read_placeholders(SITE)
    )
    whole.rules = [rule for rule in whole.rules if isinstance(rule, SigmaRule)]
    for rule in whole.rules:
        rule._output = True
    return whole


@pytest.mark.skipif(INTAKE is None, reason="LABUTILS_INTAKE names no folder")
@pytest.mark.parametrize("product", PRODUCTS)
def test_both_engines_and_the_second_opinion_agree_on_what_products_wrote(
    rules_for_single_events, product, tmp_path, monkeypatch
):
    monkeypatch.setattr(duckdb_engine, "FIRST", 0)
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "cache"))
    ruleset, log, reading = rules_for_single_events, log_of(product, tmp_path), Hunt()
    logged = list(events([log], reading))
    asked = [
        (str(rule.id), f"{event.file}:{event.place}", is_true(rule, event.fields))
        for event in logged
        for rule in ruleset.rules
        if event.source in sources_of(rule)
    ]
    true = {(rule, event) for rule, event, is_so in asked if is_so}
    for engine in ("sqlite", "duckdb"):
        hits = hunt_with(ruleset, [log], engine=engine).hits
        assert {(hit.rule_id, event) for hit in hits for event in hit.event_ids} == true
    read, lines = {event.place for event in logged}, log.read_text("utf-8").splitlines()
    unread = {one.line: one.reason for one in reading.skipped if one.line not in read}
    assert read | set(unread) == set(range(1, len(lines) + 1))
    print(f"\n| {product} | {len(read)} | {len(unread)} | {len(asked)} | {len(true)} |")
    print("\n".join(sorted(set(unread.values()))))


# Public rules, and an event of each shape in which their log comes (tests/helpers/vendor_samples).
OUGHT_TO_FIRE_ON_SAMPLES = {
    "entra_id_signin": {
        "Discovery Using AzureHound",
        "Device Registration or Join Without MFA",
        "Sign-ins from Non-Compliant Devices",
    },
    "google_workspace_login": {"Suspicious Login Activity Classified By Google"},
    "google_workspace_admin": {"Google Workspace MFA Disabled"},
    "github_audit": {"Github Delete Action Invoked"},
}
# Acts of the directory, each as the rule calls it that is for it.
ACTS = {
    "Delete conditional access policy": "CA Policy Removed by Non Approved Actor",
    "Add owner to application": "Added Owner To Application",
    "Add service principal": "Azure Service Principal Created",
    "Set federation settings on domain": "Azure Domain Federation Settings Modified",
    "Add app role assignment to service principal": "App Granted Microsoft Permissions",
}
NEW = ("rules/cloud/azure", "rules/cloud/gcp/gworkspace", "rules/application/github")


def titles_for_each(tmp_path, rules, events):
    """The titles of the rules that are true of each of these events."""
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    found = defaultdict(set)
    for hit in hunt(rules, [path]).hits:
        found[hit.event_ids[0]].add(hit.title)
    return [found[f"log:{n}"] for n in range(1, len(events) + 1)]


@pytest.fixture(scope="module")
def new_rules():
    return [Path(RULES) / folder for folder in NEW]


@pytest.mark.parametrize("source", OUGHT_TO_FIRE_ON_SAMPLES)
def test_public_rules_fire_on_each_shape_of_a_log(source, new_rules, tmp_path):
    events = SAMPLES[source]
    for event, titles in zip(events, titles_for_each(tmp_path, new_rules, events), strict=True):
        assert titles >= OUGHT_TO_FIRE_ON_SAMPLES[source], event


def test_public_rules_for_the_directory_fire_on_each_shape_of_its_log(new_rules, tmp_path):
    for act, title in ACTS.items():
        event = AUDIT | {"activityDisplayName": act}
        shapes = [event, diagnostic("AuditLogs", event, operationName=act), table_row(event)]
        assert all(title in titles for titles in titles_for_each(tmp_path, new_rules, shapes)), act


def test_the_public_rules_of_the_new_products_are_loaded(new_rules):
    whole = load(new_rules)
    for product, service in (
        ("azure", "signinlogs"),
        ("azure", "auditlogs"),
        ("gcp", "google_workspace.login"),
        ("gcp", "google_workspace.admin"),
        ("github", "audit"),
    ):
        assert any(
            (rule.logsource.product, rule.logsource.service) == (product, service)
            for rule in whole.rules
        )
    assert all("its log source (" in refused.reason for refused in whole.refused)


def test_no_public_rule_is_about_what_was_reported_of_2025(tmp_path):
    """They load as they are; none of them names a clone, an outside collaborator that is added,
    a secret that is read or a mailbox that an application reads."""
    logs, folders = tmp_path / "logs", [Path(RULES) / one for one in (*NEW, "rules/cloud/aws")]
    assert main(["telemetry", str(logs), "--case", "drift-2025"]) == 0
    found = hunt(folders, [logs])
    assert found.loaded > 80 and found.hits == []
