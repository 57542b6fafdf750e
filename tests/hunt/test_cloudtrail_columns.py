"""CloudTrail's events from the columns of Athena and CloudTrail Lake."""

import csv
import json
from pathlib import Path

import pytest
from hunt_helpers import rule, write_rules
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.hunt import engine
from labutils.hunt.cloudtrail_columns import IDENTITY, event
from labutils.hunt.json_stream import NotAnEvent

SAMPLES = Path(__file__).parent / "exports_of_people"
ATHENA, LAKE = SAMPLES / "cloudtrail-athena.csv", SAMPLES / "cloudtrail-lake-columns.json"
TRAIL = {"product": "aws", "service": "cloudtrail"}
ROW = {"eventsource": "iam.amazonaws.com", "eventname": "CreateUser"}


def hits(folder, path, asked):
    return engine.hunt([write_rules(folder, rule(asked, logsource=TRAIL))], [path]).hits


def identity(text):
    return event(ROW | {"useridentity": text})["userIdentity"]


@table(
    ("path", "asked"),
    [
        (ATHENA, {"userIdentity.type": "IAMUser", "userIdentity.userName": "ada"}),
        (ATHENA, {"requestParameters.userName": "ada"}),
        (ATHENA, {"responseElements.accessKey.status": "Active"}),
        (ATHENA, {"tlsDetails.clientProvidedHostHeader": "iam.amazonaws.com"}),
        (ATHENA, {"recipientAccountId": "123456789012", "errorCode": None}),
        (ATHENA, {"userIdentity.sessionContext": None}),
        (LAKE, {"userIdentity.type": "AssumedRole", "userIdentity.userName": None}),
        (LAKE, {"userIdentity.sessionContext.sessionIssuer.userName": "admin"}),
        (LAKE, {"userIdentity.sessionContext.attributes.mfaAuthenticated": True}),
    ],
)
def test_a_rule_for_aws_names_finds_what_a_table_says(tmp_path, path, asked):
    assert len(hits(tmp_path, path, asked)) == 1


def test_a_session_that_its_holder_named_with_signs_is_read_as_it_is():
    text = "{type=AssumedRole, principalid=AROAEXAMPLE:a=b,arn=c, arn=x, accountid=1}"
    assert identity(text)["principalId"] == "AROAEXAMPLE:a=b,arn=c"


PLAIN = [name for name, (_, below) in IDENTITY.items() if below is None]
VALUES = st.text("abAB01:/+=,.@-_ ", max_size=12).filter(lambda one: ", " not in one)


@given(st.dictionaries(st.sampled_from(PLAIN), VALUES, min_size=1))
def test_a_struct_without_a_comma_and_a_blank_in_it_is_read_as_it_was_written(fields):
    text = "{" + ", ".join(f"{name}={value}" for name, value in fields.items()) + "}"
    assert identity(text) == {IDENTITY[name][0]: value for name, value in fields.items()}


@table(
    "text",
    [
        "{type=SAMLUser, username=Ada, type=Root, accountid=1}",  # a name again
        "{type=SAMLUser, username=Lovelace, Ada, accountid=1}",  # no name
        "{type=SAMLUser, username=Ada, role=admin, accountid=1}",  # a name that is not AWS's
        "{type=SAMLUser, username=Ada}, accountid=1}",
        "{type=SAMLUser, username={Ada}, accountid=1}",
        "{type=SAMLUser, username=Ada, }",
        "{type=SAMLUser, username=Ada",
        "{sessioncontext={webidfederationdata={federatedprovider=x, attributes={a=b}}}}",
        "[{type=SAMLUser}",
    ],
)
def test_a_struct_that_has_several_meanings_or_none_is_refused(text):
    with pytest.raises(NotAnEvent, match=r"userIdentity .* eventJson, or read the trail's own"):
        identity(text)


@table("column", ["requestparameters", "responseelements", "additionaleventdata"])
def test_a_map_is_refused_and_json_in_its_place_is_read(column):
    with pytest.raises(NotAnEvent, match="several meanings"):
        event(ROW | {column: "{bucketName=a, key=b}"})
    assert {"bucketName": "a"} in event(ROW | {column: '{"bucketName": "a"}'}).values()


def test_a_list_of_structs_is_read():
    row = ROW | {"resources": "[{accountid=1, type=AWS::IAM::Role}, {arn=x, accountid=null}]"}
    assert event(row)["resources"] == [
        {"accountId": "1", "type": "AWS::IAM::Role"},
        {"ARN": "x", "accountId": None},
    ]


def test_a_text_that_only_begins_with_a_bracket_is_a_text():
    agent = "[S3Console/0.4, aws-internal/3]"
    assert event(ROW | {"useragent": agent})["userAgent"] == agent


def test_objects_of_athenas_json_get_awss_names_too(tmp_path):
    row = ROW | {"useridentity": {"username": "ada", "sessioncontext": {"attributes": {}}}}
    path = tmp_path / "athena.jsonl"
    path.write_text(json.dumps(row | {"resources": [{"accountid": "1"}]}), encoding="utf-8")
    (one,) = engine.events([path], engine.Hunt())
    assert one.fields["userIdentity"] == {"userName": "ada", "sessionContext": {"attributes": {}}}
    assert one.fields["resources"] == [{"accountId": "1"}]


def test_an_event_of_the_trail_itself_is_left_alone():
    whole = {"eventSource": "s3", "eventName": "GetObject", "userAgent": "[S3Console/0.4]"}
    assert event(whole) is None and event({"eventname": "GetObject"}) is None


@table("column", ["userIdentity", "requestParameters", "responseElements", "additionalEventData"])
def test_a_packed_column_under_awss_name_is_never_taken_for_an_object(tmp_path, column):
    """As it was: the event was read, and no rule for what is in the column could find it."""
    path = tmp_path / "athena.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["eventName", "eventSource", column])
        rows.writerow(["CreateUser", "iam.amazonaws.com", '{"type": "IAMUser"}'])
        rows.writerow(["CreateUser", "iam.amazonaws.com", "{several=meanings}"])
    assert len(hits(tmp_path, path, {f"{column}.type": "IAMUser"})) == 1
    result = engine.Hunt()
    assert len(list(engine.events([path], result))) == 1
    assert [one.line for one in result.skipped] == [2]


@table("beside", [["eventID"], ["eventName", "eventSource"], ["eventname", "eventsource"]])
def test_the_whole_event_is_read_from_the_column_that_has_it(tmp_path, beside):
    whole = {"eventSource": "s3", "eventName": "GetObject", "requestParameters": {"key": "b"}}
    path = tmp_path / "lake.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([["eventJson", *beside], [json.dumps(whole), *("x" for _ in beside)]])
    assert len(hits(tmp_path, path, {"requestParameters.key": "b"})) == 1
