"""Every source of logs is known by its content, its time and its actor, as its one file says."""

import json

import pytest
from hunt_helpers import rule, write_events, write_rules
from tables import table
from vendor_samples import ACTOR, SAMPLES, SECOND

from labutils.hunt import hunt, sources
from labutils.hunt.fields import values_at
from labutils.hunt.reading import Event, LogFile, read
from labutils.hunt.sources import SOURCES, iso_time, log_source, sources_for, time_of
from labutils.lab import data_file
from labutils.sheets import SheetError
from labutils.sheets import read as read_sheet

READ = [(source, event) for source, events in SAMPLES.items() for event in events]


def hunted(tmp_path, event):
    """The event as a hunt has it, from a file whose name says nothing."""
    (tmp_path / "log.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    (one,) = read(LogFile(tmp_path / "log.jsonl", "log", "log.jsonl"))
    assert isinstance(one, Event), one
    return one


@table(("source", "event"), READ)
def test_what_vendors_write_is_hunted(source, event, tmp_path):
    one = hunted(tmp_path, event)
    assert one.source == source
    assert iso_time(time_of(one.fields, source)).startswith(SECOND)
    assert values_at(one.fields, SOURCES[source].actor) == [ACTOR]
    assert json.loads(one.text) == one.fields


@table(
    ("logsource", "names"),
    [
        (("azure", "signinlogs", None), ["entra_id_signin"]),
        (("azure", "auditlogs", None), ["entra_id_audit"]),
        (("gcp", "google_workspace.login", None), ["google_workspace_login"]),
        (("gcp", "google_workspace.admin", None), ["google_workspace_admin"]),
        (("gcp", "google_workspace.token", None), ["google_workspace_token"]),
        (("github", "audit", None), ["github_audit"]),
        (("salesforce", "event_monitoring", None), ["salesforce_event_log"]),
        (("salesforce", "real_time_event_monitoring", None), ["salesforce_realtime"]),
        (("linux", None, "process_creation"), ["linux_process_creation"]),
        (("gcp", "gcp.audit", None), ["google_cloud_audit"]),
        (("azure", "riskdetection", None), ["entra_id_risk_detection"]),
        (("gcp", "nothing", None), []),
        ((None, None, None), []),
    ],
)
def test_the_names_of_sigma(logsource, names):
    assert sources_for(logsource) == names


# --- a fault in a sheet -------------------------------------------------------------------------

SHEET = data_file("telemetry/sshd.yaml").read_text(encoding="utf-8")


def faulty(old, new):
    """The sheet of sshd with a fault, and the line of it."""
    assert old in SHEET
    return read_sheet("telemetry/sshd.yaml", SHEET.replace(old, new, 1)), SHEET[
        : SHEET.index(old)
    ].count("\n") + 1


@table(
    ("old", "new", "sentence"),
    [
        ("actor: host", "actr: host", "unknown field actr; LogSource has name, sigma, times"),
        ("times: [timestamp]", "times: timestamp", "times must be a list, each item of it text"),
        ("service: [sshd, auth]", "services: [sshd]", "unknown field services; SigmaNames has"),
        ("has: [message]", "had: [message]", "looks: there is no test 'had'; there are has, lacks"),
        ("has: [message]", "has: []", "looks: has must not be empty"),
        ("is: {process: sshd}", "is: {process: []}", "looks: is must not be empty"),
        ("is: {process: sshd}", "is: {process: 7}", "is must be a mapping, each value of it text"),
        ("is: {process: sshd}", "any: []", "looks: any must not be empty"),
        ("is: {process: sshd}", "any: [process]", "any must be a list, each item of it a mapping"),
    ],
)
def test_a_fault_is_refused_with_its_file_and_line(old, new, sentence):
    sheet, line = faulty(old, new)
    with pytest.raises(SheetError) as error:
        log_source("sshd", sheet)
    assert str(error.value).startswith(f"telemetry/sshd.yaml, line {line}: {sentence}")


def test_a_test_that_every_event_would_pass_is_refused():
    for test in ("{lacks: [a]}", "{none: [{has: [a]}]}", "{}"):
        sheet = read_sheet("telemetry/x.yaml", f"looks: {test}\n")
        with pytest.raises(SheetError, match="line 1: looks: a test must say what is there"):
            sources.looks(sheet["looks"])


def test_the_name_of_a_source_is_one_of_a_table():
    with pytest.raises(SheetError, match="S-1.yaml, line .*: the name of a source has"):
        log_source("S-1", read_sheet("telemetry/S-1.yaml", SHEET))


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ({"a": ["c"]}, "before: there is no source 'c'"),
        ({"a": ["b"], "b": ["a"]}, "before: a circle: "),
    ],
)
def test_an_order_that_cannot_be_is_refused(before, sentence, monkeypatch):
    sheets = {}
    for name in ("a", "b"):
        line = f"before: {json.dumps(before.get(name, []))}\n"
        sheets[name] = read_sheet(f"telemetry/{name}.yaml", SHEET + line)
    monkeypatch.setattr(sources, "sheet_of", sheets.get)
    last = SHEET.count("\n") + 1
    with pytest.raises(SheetError) as error:
        sources.in_order([log_source(name, sheet) for name, sheet in sheets.items()])
    assert f"line {last}: {sentence}" in str(error.value)


def test_a_source_comes_before_those_that_it_names(monkeypatch):
    sheet = read_sheet("telemetry/z.yaml", SHEET + "before: [sshd]\n")
    monkeypatch.setattr(sources, "sheet_of", {"z": sheet}.get)
    one = log_source("z", sheet)
    order = list(sources.in_order([*SOURCES.values(), one]))
    assert order.index("z") < order.index("sshd")


# --- looks --------------------------------------------------------------------------------------


@table(
    ("test", "yes", "no"),
    [
        ("{has: [a, b.c]}", {"a": None, "b": {"c": None}}, {"a": 1, "b": {}}),
        ("{has: [a.b]}", {"a": {"b": 1}}, {"a": [{"b": 1}]}),
        ("{has: [a], lacks: [b]}", {"a": 1}, {"a": 1, "b": None}),
        ("{is: {a: [x, y]}}", {"a": "y"}, {"a": "X"}),
        ("{is: {a: x, b: y}}", {"a": "x", "b": "y"}, {"a": "x"}),
        ("{begins: {a.b: [x., y.]}}", {"a": {"b": "y.z"}}, {"a": {"b": ["x."]}}),
        ("{contains: {a: [x, y]}}", {"a": "ayb"}, {"a": None}),
        ("{any: [{has: [a]}, {has: [b]}]}", {"b": 1}, {"c": 1}),
        ("{has: [a], none: [{has: [b]}, {is: {a: x}}]}", {"a": "y"}, {"a": "x"}),
    ],
)
def test_what_a_test_says(test, yes, no):
    looks = sources.looks(read_sheet("x", f"looks: {test}\n")["looks"])
    assert looks(yes) and not looks(no)
    assert not looks.needs.isdisjoint(yes)


@pytest.mark.parametrize(
    ("written", "has_a_hit"),
    [("Succeeded", True), ("True", True), ("Success", True), ("Failed", False), (None, False)],
)
def test_a_rule_that_asks_microsoft_365_for_success_finds_each_word_for_it(
    tmp_path, written, has_a_hit
):
    alert = {
        "CreationTime": "2023-11-14T09:22:49",
        "Operation": "AlertTriggered",
        "Workload": "SecurityComplianceCenter",
        "Name": "User restricted from sending email",
        "ResultStatus": written,
        "Status": "Active",
    }
    asks = rule(
        {"eventName": alert["Name"], "eventSource": alert["Workload"], "status": "success"},
        logsource={"product": "m365", "service": "threat_management"},
    )
    found = hunt([write_rules(tmp_path, asks)], [write_events(tmp_path, alert, name="a.jsonl")])
    assert bool(found.hits) == has_a_hit and found.events == 1
