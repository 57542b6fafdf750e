"""Each row of "I have this file, what do I run?", run over a sample of our own making."""

import csv
import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hunt_helpers import okta, rule, write_events, write_rules
from tables import table

from labutils.__main__ import main
from labutils.hunt import engine
from labutils.hunt.sources import SOURCES, iso_time, time_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).parent / "exports_of_people"
PAGE = (ROOT / "docs" / "your-exports.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w.-]+)` \| .+ \| `(\w+)` \|$", PAGE, re.MULTILINE)


def read(path):
    result = engine.Hunt()
    return list(engine.events([path], result)), [one.reason for one in result.skipped]


def test_each_sample_is_on_the_page_and_each_row_has_a_sample():
    assert sorted(name for name, _ in ROWS) == sorted(path.name for path in SAMPLES.iterdir())


@table(("name", "source"), ROWS)
def test_a_file_of_the_page_is_read_whole_as_its_source(name, source):
    events, skipped = read(SAMPLES / name)
    assert [event.source for event in events] == [source] and not skipped
    (event,) = events
    assert (iso_time(time_of(event.fields, source)) or "").startswith("2023-11-14T09:22:49")
    assert SOURCES[source].columns.ip and "192.0.2.7" in event.text and "ffff" not in event.text


@table(("name", "source"), ROWS)
def test_a_rule_for_the_source_finds_the_one_event_of_its_sample(tmp_path, name, source):
    (event,), _ = read(SAMPLES / name)
    actor = SOURCES[source].actor
    named = rule({f"{actor}|exists": True}, logsource=SOURCES[source].sigma.named)
    result = engine.hunt([write_rules(tmp_path, named)], [SAMPLES / name])
    assert [hit.source for hit in result.hits] == [source]


# --- shapes that are not on the page: what is said ------------------------------------------------

TRAIL = {"eventname": "CreateUser", "useridentity": "{type=IAMUser, arn=x}", "eventtime": "2023"}
STRANGE = {
    "athena.csv": ("eventname,useridentity\nCreateUser,x\n", "without eventSource"),
    "athena.jsonl": (json.dumps(TRAIL) + "\n", "without eventSource"),
    "lake-without-source.csv": ("eventName,userIdentity\nCreateUser,x\n", "without eventSource"),
    "lake.csv": (
        'eventName,eventSource,requestParameters\nGetObject,s3,"{bucketName=a, key=b}"\n',
        "ask CloudTrail Lake for eventJson",
    ),
    "portal-signins.csv": ("Date (UTC),Request ID,User\na,b,c\n", "Download JSON"),
    "portal-signins-in-french.csv": ("Date (UTC),Adresse IP\na,b\n", "in another language"),
    "portal-audit.csv": ("Date (UTC),CorrelationId,Service\na,b,c\n", "Download JSON"),
    "bigquery.jsonl": ('{"protopayload_auditlog": {}, "timestamp": "1"}\n', "gcloud logging read"),
    "gateway-http.jsonl": (
        json.dumps(
            {
                "Action": "allow",
                "SourceIP": "192.0.2.7",
                "DestinationIP": "192.0.2.9",
                "HTTPMethod": "GET",
                "HTTPHost": "x.example",
            }
        ),
        "Gateway's HTTP log",
    ),
    "intune.jsonl": (
        json.dumps(
            {
                "category": "AuditLogs",
                "resourceId": "/TENANTS/A/PROVIDERS/MICROSOFT.INTUNE",
                "operationName": "Patch",
                "time": "2023-11-14T09:22:49Z",
            }
        ),
        "Intune",
    ),
    "defender.csv": ("Timestamp,ErrorCode,AccountUpn\na,0,b\n", "SigninLogs"),
    "accounts.csv": ("name,department\nada,research\n", "fit no known vendor"),
    "words.log": ("nothing here is JSON\n", "is not JSON"),
}


@table("name", list(STRANGE))
def test_a_shape_that_is_not_on_the_page_gets_a_sentence(tmp_path, name):
    content, wanted = STRANGE[name]
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    events, skipped = read(path)
    assert not events and len(skipped) == 1 and wanted in skipped[0]


# --- never silently wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("1701012302123", "2023-11-26T15:25:02.123Z"),
        ("1701012302", "2023-11-26T15:25:02Z"),
        ("1701012302123456", "2023-11-26T15:25:02.123Z"),
        ("1701012302123456789", "2023-11-26T15:25:02.123Z"),
        ("1701012302.5", "2023-11-26T15:25:02.500Z"),
        ("20231126152502", "2023-11-26T15:25:02Z"),
        ("20231126152502.123", "2023-11-26T15:25:02.123Z"),
        ("20231126", "2023-11-26T00:00:00Z"),
        ("2023-11-26 07:25:02.000 -0800", "2023-11-26T15:25:02Z"),
        ("2023-11-26 15:25:02 UTC", "2023-11-26T15:25:02Z"),
        ("11/26/2023 3:25:02 PM", "2023-11-26T15:25:02Z"),
        ("11/26/2023, 3:25:02.000 PM", "2023-11-26T15:25:02Z"),
        ("26/11/2023 3:25:02 PM", None),
        ("soon", None),
        ("1e9", None),
    ],
)
def test_a_time_is_read_by_its_form_and_a_number_by_its_size(written, time):
    assert iso_time(time_of({"published": written}, "okta")) == time


@pytest.mark.parametrize("asked", [{"ip": "192.0.2.7"}, {"ip|cidr": "192.0.2.0/24"}])
@pytest.mark.parametrize("written", ["::ffff:192.0.2.7", "::FFFF:c000:207"])
def test_an_address_of_version_4_that_is_written_as_one_of_6_is_that_address(
    tmp_path, asked, written
):
    path = write_events(tmp_path, okta(ip=written))
    assert len(engine.hunt([write_rules(tmp_path, rule(asked))], [path]).hits) == 1


def test_a_text_that_only_begins_like_such_an_address_stays_as_it_is(tmp_path):
    (event,), _ = read(write_events(tmp_path, okta(ip="::ffff:", note="::ffff:x", other="2001::1")))
    assert event.fields["ip"] == "::ffff:" and event.fields["note"] == "::ffff:x"


def test_a_gzip_that_is_cut_gives_the_lines_before_the_cut_and_says_so(tmp_path):
    lines = "".join(
        json.dumps(okta(second=n % 60, n=n, noise=f"{n * n:x}")) + "\n" for n in range(9_000)
    )
    whole = gzip.compress(lines.encode(), mtime=0)
    path = tmp_path / "okta.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    events, skipped = read(path)
    assert 1_000 < len(events) < 9_000
    assert [event.fields["n"] for event in events] == list(range(len(events)))
    assert "cannot be read to its end" in skipped[-1] and len(skipped) <= 2


def test_a_zip_gives_each_of_its_files_and_names_the_one_that_is_damaged(tmp_path):
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a/okta.jsonl", json.dumps(okta()) + "\n")
        packed.writestr("a/readme.txt", "no log")
        packed.writestr("b/okta.jsonl.gz", gzip.compress(json.dumps(okta("z")).encode(), mtime=0))
    events, skipped = read(path)
    assert [(event.file, event.place) for event in events] == [
        ("logs/a/okta", 1),
        ("logs/b/okta", 1),
    ]
    assert skipped == ["is not a log: no line in it is an event"]
    path.write_bytes(path.read_bytes().replace(b'"user.session.start"', b'"user.session.stArt"'))
    events, skipped = read(path)
    assert any("cannot be read to its end" in one for one in skipped)


def test_hits_as_csv_hold_nothing_that_a_spreadsheet_computes(tmp_path, capsys):
    rules = write_rules(tmp_path, rule({"who|startswith": "="}, title="=1+1"))
    path = write_events(tmp_path, okta(who="=HYPERLINK(1)"))
    assert main(["hunt", "--rules", str(rules), "--events", str(path), "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["title"] == "'=1+1" and row["events"] == "1" and row["event_ids"] == "okta:1"


def test_csv_and_following_exclude_each_other(tmp_path, capsys):
    rules = write_rules(tmp_path, rule({"who": "ada"}))
    code = main(["hunt", "--rules", str(rules), "--events", str(tmp_path), "--csv", "--follow"])
    assert code == 2 and "--csv or --follow" in capsys.readouterr().err
