"""The Entra portal's CSV of sign-ins, as rules for Microsoft Graph find it."""

import csv
from pathlib import Path

import pytest
from hunt_helpers import rule, write_rules
from tables import table

from labutils.hunt import engine
from labutils.hunt.entra_portal import sign_in
from labutils.lab import data_file

SAMPLE = Path(__file__).parent / "exports_of_people" / "entra-signins-portal.csv"
SIGN_INS = {"product": "azure", "service": "signinlogs"}
RECORD = {
    "Date (UTC)": "2023-11-14T09:22:49Z",
    "Request ID": "a",
    "Username": "ada@company.example",
    "Application": "Wiki",
    "IP address": "192.0.2.7",
    "Status": "Success",
}


def exported(folder, *records):
    """A CSV file of the portal with these records, whose columns are all named by the first."""
    path = folder / "InteractiveSignIns_2023-11-13_2023-11-14.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


def hits(folder, path, asked):
    return engine.hunt([write_rules(folder, rule(asked, logsource=SIGN_INS))], [path]).hits


@table(
    "asked",
    [
        {"ResultType": 0},
        {"status.errorCode": 0},
        {"Status": "Success"},
        {"AuthenticationRequirement": "singleFactorAuthentication"},
        {"conditionalAccessStatus|cased": "notApplied"},
        {"ClientAppUsed": "Browser", "SessionId|exists": True, "UserAgent|exists": True},
        {"DeviceDetail.deviceId": "", "DeviceDetail.trusttype": ""},
        {"DeviceDetail.browser|startswith": "Firefox"},
        {"ResourceDisplayName": "Microsoft Graph"},
        {"location.countryOrRegion": "AU", "location.city": "Melbourne"},
        {"UserPrincipalName": "ada@company.example", "Username": "ada@company.example"},
    ],
)
def test_a_rule_for_graph_finds_what_the_portal_wrote_in_its_own_columns(tmp_path, asked):
    assert len(hits(tmp_path, SAMPLE, asked)) == 1


@pytest.mark.parametrize("code", ["", "None", "0"])
def test_a_success_has_the_code_0_however_the_portal_leaves_it_out(tmp_path, code):
    path = exported(tmp_path, RECORD | {"Sign-in error code": code})
    assert hits(tmp_path, path, {"ResultType": 0})
    assert not hits(tmp_path, path, {"ResultType": "None"})


def test_a_failure_has_its_code_and_its_reason(tmp_path):
    failed = {"Status": "Failure", "Sign-in error code": "50057", "Failure reason": "Disabled."}
    path = exported(tmp_path, RECORD | failed)
    assert hits(tmp_path, path, {"ResultType": 50057, "ResultDescription": "Disabled."})
    assert not hits(tmp_path, path, {"ResultType": 0})


def test_an_interrupted_sign_in_without_a_code_is_no_success(tmp_path):
    path = exported(tmp_path, RECORD | {"Status": "Interrupted", "Sign-in error code": ""})
    assert not hits(tmp_path, path, {"ResultType": 0})


@pytest.mark.parametrize(
    ("written", "meant"), [("Success", "success"), ("Not applied", "notApplied"), ("New", "New")]
)
def test_a_word_that_nobody_knows_stays_as_it_is(written, meant):
    assert sign_in(RECORD | {"Conditional Access": written})["conditionalAccessStatus"] == meant


def test_a_sign_in_of_an_application_is_read_too(tmp_path):
    record = RECORD | {"Service principal ID": "b", "Service principal name": "Builder"}
    del record["Username"]
    assert hits(tmp_path, exported(tmp_path, record), {"servicePrincipalName": "Builder"})


def test_a_column_that_is_there_twice_is_read_twice():
    (event,) = engine.events([SAMPLE], engine.Hunt())
    assert event.fields["incomingTokenType"] == "none"
    assert event.fields["Incoming token type (2)"] == "None"


def test_an_empty_column_is_no_field(tmp_path):
    path = exported(tmp_path, RECORD | {"User agent": "", "Federated Token Id": ""})
    (event,) = engine.events([path], engine.Hunt())
    assert "userAgent" not in event.fields and "Federated Token Id" not in event.fields


def test_a_record_that_is_like_graphs_already_is_left_alone():
    assert sign_in(RECORD | {"createdDateTime": "2023-11-14T09:22:49Z"}) is None


def test_the_courses_rule_sees_a_session_that_goes_on_elsewhere(tmp_path):
    seen = {"Client app": "Browser", "Session ID": "s"}
    here = RECORD | seen | {"User agent": "Firefox"}
    there = here | {"User agent": "Chrome", "IP address": "198.51.100.9"}
    path = exported(tmp_path, here, there | {"Date (UTC)": "2023-11-14T19:22:49Z"})
    rules = data_file("rules/entra_id_session_changes_agent_and_address.yml")
    (hit,) = engine.hunt([rules], [path]).hits
    assert "Another User Agent" in hit.title and len(hit.event_ids) == 2
