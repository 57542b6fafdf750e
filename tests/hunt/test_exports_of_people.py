"""Each row of "I have this file, what do I run?", run over a sample of our own making."""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
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
    "intune-without-resource.jsonl": (
        json.dumps(
            {
                "category": "AuditLogs",
                "tenantId": "a",
                "operationName": "Patch",
                "properties": {"AuditEventId": "b"},
            }
        ),
        "Intune",
    ),
    "key-vault.json": (
        json.dumps({"category": "AuditEvent", "resourceId": "/A", "operationName": "SecretGet"}),
        "Key Vault",
    ),
    "gateway-dns.jsonl": ('{"Datetime": "2023", "QueryName": "x.example"}\n', "DNS log"),
    "insights.jsonl": ('{"eventTime": "2023", "insightDetails": {}}\n', "Insights"),
    "duo-admin.jsonl": (
        '{"isotimestamp": "2023", "action": "admin_login", "description": "{}"}\n',
        "its authentication log is read",
    ),
    "duo-telephony.jsonl": (
        '{"telephony_id": "a", "context": "authentication"}\n',
        "its authentication log is read",
    ),
    "drive.jsonl": (
        json.dumps(
            {
                "kind": "admin#reports#activity",
                "id": {"applicationName": "drive"},
                "actor": {"email": "ada@target.example"},
                "events": [{"name": "view"}, {"name": "download"}],
            }
        ),
        "login, admin and token are read",
    ),
    "jamf.json": (
        json.dumps({"webhook": {"webhookEvent": "ComputerCheckIn"}, "event": {"udid": "a"}}),
        "no known vendor",
    ),
    "zoom.json": (
        json.dumps({"page_size": 30, "activity_logs": [{"type": "Sign in", "email": "ada"}]}),
        "no known vendor",
    ),
    "salesforce.json": ('{"EVENT_TYPE": "Login", "USER": "ada"}\n', "without TIMESTAMP"),
    "ocsf.json": ('{"class_uid": 3002, "metadata": {"version": "1"}}\n', "as their vendor wrote"),
    "ecs.json": ('{"ecs": {"version": "8"}, "event": {"kind": "event"}}\n', "event.original"),
    "journal.json": (
        '{"SYSLOG_IDENTIFIER": "sshd", "MESSAGE": "Accepted publickey for ada"}\n',
        "call these fields message and process",
    ),
    "okta-refuses.json": (
        '{"errorCode": "E0000011", "errorSummary": "Invalid token provided"}\n',
        "ask it for the events again",
    ),
    "graph-refuses.json": ('{"error": {"code": "InvalidToken"}}\n', "for the events again"),
    "okta.json": ("<!DOCTYPE html>\n<html><title>Sign in</title></html>\n", "is a web page"),
    "page.html": ("<html>\n<p>Sign in</p>\n</html>\n", "is a web page"),
    "security.xml": (
        '<?xml version="1.0"?>\n<Events><Event><EventID>4624</EventID></Event></Events>\n',
        "Windows event log",
    ),
    "splunk.xml": (
        "<?xml version='1.0'?>\n<results><field k='_raw'>{}</field></results>\n",
        "is XML: export",
    ),
    "auth.log": (
        "Nov 14 09:22:49 web sshd[7]: Accepted publickey for ada from 192.0.2.7 port 5\n",
        "process and message",
    ),
    "firewall.log": ("<134>Nov 14 09:22:49 gw CEF:0|A|B|1|100|Login|5|src=192.0.2.7\n", "CEF"),
    "nginx.log": (
        '192.0.2.7 - - [14/Nov/2023:09:22:49 +0000] "GET / HTTP/1.1" 200 12\n',
        "web server's access log",
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


def tar_of(name):
    archive = io.BytesIO()
    with tarfile.TarFile(fileobj=archive, mode="w") as packed:
        packed.addfile(tarfile.TarInfo(name))
    return archive.getvalue()


def zip_with(name):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(name, "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", "<x/>")
    return archive.getvalue()


BYTES = {
    "okta.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is a PDF"),
    "okta.xlsx": (zip_with("[Content_Types].xml"), "save the sheet as CSV"),
    "okta.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "save the sheet as CSV"),
    "security.evtx": (b"ElfFile\0" + bytes(64), "Windows event log"),
    "okta.sqlite": (b"SQLite format 3\0" + bytes(64), "export its table as CSV"),
    "okta.7z": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(64), "unpack it"),
    "okta.json.zst": (b"\x28\xb5\x2f\xfd" + bytes(64), "unpack it"),
    "okta.json.bz2": (bz2.compress(b"{}\n"), "unpack it"),
    "okta.json.xz": (lzma.compress(b"{}\n"), "unpack it"),
    "okta.tar": (tar_of("okta.json"), "unpack it"),
    "okta.tar.gz": (gzip.compress(tar_of("okta.json"), mtime=0), "unpack it"),
    "okta.png": (b"\x89PNG\r\n\x1a\n" + bytes(64), "is not text"),
}


@table("name", list(BYTES))
def test_a_file_that_is_no_text_gets_a_sentence(tmp_path, name):
    content, wanted = BYTES[name]
    path = tmp_path / name
    path.write_bytes(content)
    events, skipped = read(path)
    assert not events and len(skipped) == 1 and wanted in skipped[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("divided_by", [",", ";", "\t"])
def test_a_table_that_a_spreadsheet_saved_is_read_whatever_divides_its_columns(
    tmp_path, divided_by, encoding
):
    path = tmp_path / "trail.csv"
    rows = [
        ["eventTime", "eventSource", "eventName", "awsRegion", "eventVersion"],
        ["2023-11-14T09:22:49Z", "s3.amazonaws.com", "GetObject", '"a, b; c\td"', "1.08"],
    ]
    text = "".join(divided_by.join(row) + "\r\n" for row in rows)
    path.write_bytes(text.encode(encoding))
    (event,), skipped = read(path)
    assert event.source == "cloudtrail" and event.fields["awsRegion"] == "a, b; c\td"
    assert not skipped


@pytest.mark.parametrize("empty", ["", "[]", '{"value": []}'])
def test_where_each_file_is_empty_that_is_what_is_said(tmp_path, capsys, empty):
    rules = write_rules(tmp_path, rule({"who": "ada"}))
    path = tmp_path / "okta.json"
    path.write_text(empty, encoding="utf-8")
    assert main(["hunt", "--rules", str(rules), "--events", str(path)]) == 2
    assert "each is empty" in capsys.readouterr().err


def test_where_nothing_could_be_read_the_pages_that_help_are_named(tmp_path, capsys):
    rules = write_rules(tmp_path, rule({"who": "ada"}))
    path = write_events(tmp_path, {"a": "b"})
    assert main(["hunt", "--rules", str(rules), "--events", str(path)]) == 2
    assert "docs/your-exports.md lists" in capsys.readouterr().err


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
