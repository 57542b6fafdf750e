"""Logs as people have them: whatever is in a file, a sentence and no traceback."""

import gzip
import json
import os
import string

import pytest
from how_many import draws
from hunt_helpers import okta, rule, write_rules
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables import table

from labutils.hunt import hunt, json_stream
from labutils.hunt import reading as logs
from labutils.hunt.csv_records import header
from labutils.hunt.reading import Event, LogFile, Skipped, read
from labutils.hunt.sources import iso_time, source_by_content, source_by_name, time_of

GOOD = json.dumps(okta())


def items(tmp_path, content, name="log.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read(LogFile(path, "log", name)))


def events(found):
    return [item.place for item in found if isinstance(item, Event)]


def skipped(found):
    return [(item.line, item.reason) for item in found if isinstance(item, Skipped)]


@table(
    ("line", "reason"),
    [
        ("not json", "is not JSON: Expecting value, at character 1"),
        ('{"a": ', "is not JSON: Expecting value"),
        ('{"a": NaN}', "NaN is not a number in JSON"),
        ('{"a": -Infinity}', "-Infinity is not a number in JSON"),
        ("7", "is JSON, but not an object"),
        ('"text"', "is JSON, but not an object"),
        ('{"hello": "world"}', "is an object from no known vendor"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 300 + "1" + "}" * 300, "is nested too deeply"),
    ],
)
def test_a_line_that_is_no_event_is_counted_and_the_rest_is_read(tmp_path, line, reason):
    found = items(tmp_path, f"{GOOD}\n{line}\n{GOOD}\n")
    assert events(found) == [1, 3]
    ((number, said),) = skipped(found)
    assert number == 2 and reason in said


@table(
    ("before", "names"),
    [
        ('"eventType": "other", ', "eventType"),
        ('"a": {"b": 1, "b": 2}, "c": 1, "c": 1, ', "b, c"),
    ],
)
def test_a_name_that_stands_twice_is_said_and_its_last_value_is_read(tmp_path, before, names):
    one = "{" + before + GOOD[1:]
    for text in (one, f"[{one}]", f'{{"Records": [{one}]}}'):
        said, event = items(tmp_path, text)
        assert said.reason == f"has a name twice, and the last value was read: {names}"
        assert event.fields == json.loads(event.text) == json.loads(one)


def test_a_name_twice_in_one_line_of_several_events_costs_the_line(tmp_path):
    found = items(tmp_path, GOOD + '\n[{"a": 1, "a": 2}]\n' + GOOD)
    assert events(found) == [1, 3]
    assert "a name stands twice" in skipped(found)[0][1]


def test_bytes_that_are_no_utf8_spoil_their_own_line_alone(tmp_path):
    found = items(tmp_path, GOOD.encode() + b'\n{"a": "\xff"}\n' + GOOD.encode())
    assert events(found) == [1, 3] and skipped(found) == [(2, "is not UTF-8 text")]


@table("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@table("ending", ["\n", "\r\n"])
def test_marks_encodings_and_line_ends(tmp_path, encoding, ending):
    found = items(tmp_path, (GOOD + ending + ending + GOOD).encode(encoding))
    assert events(found) == [1, 3] and not skipped(found)


def test_a_line_of_ten_megabytes_is_an_event(tmp_path):
    found = items(tmp_path, json.dumps(okta(x="y" * 10_000_000)) + "\n" + GOOD)
    assert events(found) == [1, 2]


def test_a_line_that_is_too_long_is_skipped_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "LONGEST", 1024 * 1024)
    long = json.dumps(okta(x="y" * 5_000_000))
    found = items(tmp_path, f"{GOOD}\n{long}\n{GOOD}\n")
    assert events(found) == [1, 3] and skipped(found) == [(2, "is longer than 1 MiB")]


@pytest.mark.parametrize("many", [0, 1, 3000])
def test_a_list_is_read_piece_by_piece(tmp_path, monkeypatch, many):
    monkeypatch.setattr(json_stream, "CHUNK", 100)
    monkeypatch.setattr(json_stream, "AHEAD", 50)
    monkeypatch.setattr(logs, "CHUNK", 100)
    text = json.dumps({"Records": [okta(n=n) for n in range(many)]}, indent=1)
    found = items(tmp_path, text)
    assert events(found) == list(range(1, many + 1)) and not skipped(found)


def test_a_list_that_is_cut_off_gives_what_it_had(tmp_path):
    found = items(tmp_path, "[" + GOOD + ",\n" + GOOD[:-5])
    assert events(found) == [1] and skipped(found)[0][0] == 2


def test_gzip_that_is_cut_off_gives_a_sentence(tmp_path):
    packed = gzip.compress("\n".join([GOOD] * 500).encode())
    found = items(tmp_path, packed[: len(packed) // 2], "log.jsonl.gz")
    assert "cannot be read to its end" in skipped(found)[-1][1]


def test_what_is_no_log_is_one_sentence(tmp_path):
    assert skipped(items(tmp_path, "# Title\n\ntext\n", "README.md")) == [
        (0, "is not a log: no line in it is an event")
    ]
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    assert "is not text" in skipped(items(tmp_path, picture, "picture.png"))[0][1]
    truth = json.dumps({"okta:1": "oct18-console"}, indent=1)
    assert skipped(items(tmp_path, truth, "truth.json")) == [
        (0, "is not a log: it describes the events of other files")
    ]
    assert items(tmp_path, "", "empty.jsonl") == []


def test_vendors_may_be_mixed_in_a_file(tmp_path):
    trail = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    found = items(tmp_path, GOOD + "\n" + json.dumps(trail))
    assert [item.source for item in found] == ["okta", "cloudtrail"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_and_loops_of_links_are_passed_over(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.jsonl").symlink_to(tmp_path / "self.jsonl")
    (tmp_path / "okta.jsonl").write_text(GOOD, encoding="utf-8")
    (tmp_path / "again.jsonl").symlink_to(tmp_path / "okta.jsonl")
    rules = write_rules(tmp_path, rule({"eventType": "user.session.start"}))
    result = hunt([rules], [tmp_path])
    reasons = {skip.file: skip.reason for skip in result.skipped}
    assert result.events == 1
    assert reasons["pipe.jsonl"] == "is not a regular file"
    assert reasons["self.jsonl"].startswith("cannot be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_empty(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found, _ = logs.log_files([tmp_path / "pipe"])
    assert list(read(found[0])) == []


# --- exports as people have them ----------------------------------------------------------------

TRAIL = {
    "eventTime": "2023-11-14T09:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "requestParameters": None,
}
DEEP = '{"a":' * 900 + "1" + "}" * 900
LOOKED_UP = {"EventId": "1", "EventName": "GetObject", "CloudTrailEvent": json.dumps(TRAIL)}
BUS = {"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "detail": TRAIL}
# What each tool lays around an event.
WRAPPED = {
    "lookup-events": LOOKED_UP,
    "EventBridge": BUS,
    "Splunk": {"preview": False, "result": {"_raw": json.dumps(TRAIL), "_time": "x"}},
    "Splunk without result": {"_raw": json.dumps(TRAIL)},
    "Splunk with fields": {"preview": False, "result": TRAIL},
    "Elastic": {"_index": "logs", "_id": "1", "_source": TRAIL},
    "Elastic Common Schema": {"_source": {"event": {"original": json.dumps(TRAIL)}}},
    "Elastic with dots": {"_source": {"event.original": json.dumps(TRAIL)}},
    "Filebeat": {"@timestamp": "x", "message": json.dumps(TRAIL)},
    "Splunk over EventBridge": {"result": {"_raw": json.dumps(BUS)}},
}
# An object around a list of events, as the vendor's own tool answers.
ANSWERS = {
    "CloudTrail": {"Records": [TRAIL, TRAIL]},
    "lookup-events": {"Events": [LOOKED_UP, LOOKED_UP], "NextToken": "x"},
    "CloudWatch": {
        "messageType": "DATA_MESSAGE",
        "logEvents": [{"message": json.dumps(TRAIL)}] * 2,
    },
    "Graph": {"@odata.context": "x", "@odata.nextLink": 'a "quoted\\" one', "value": [TRAIL] * 2},
    "Google": {"kind": "x", "etag": "y", "items": [TRAIL, TRAIL], "nextPageToken": "z"},
    "Salesforce": {"totalSize": 2, "done": True, "records": [TRAIL, TRAIL]},
    "Elastic": {"took": 1, "hits": {"total": {"value": 2}, "hits": [{"_source": TRAIL}] * 2}},
    "Atlassian": {"entities": [TRAIL, TRAIL], "pagingInfo": {"next": None}},
}


@table("tool", WRAPPED)
def test_what_a_tool_lays_around_an_event_is_taken_off(tool, tmp_path):
    for indent in (None, 1):
        text = json.dumps(WRAPPED[tool], indent=indent)
        found = items(tmp_path, f"{text}\n{text}\n")
        assert [(item.place, item.source, item.fields) for item in found] == [
            (1, "cloudtrail", TRAIL),
            (2, "cloudtrail", TRAIL),
        ]


@table("tool", ANSWERS)
@table("indent", [None, 2])
@table("between", ["", "\n"])
def test_answers_one_after_the_other_are_read_to_the_last(tool, indent, between, tmp_path):
    text = json.dumps(ANSWERS[tool], indent=indent)
    found = items(tmp_path, text + between + text)
    assert events(found) == [1, 2, 3, 4] and not skipped(found)


@pytest.mark.parametrize("between", ["", "\n", "\n\n", "\x1e", " "])
@pytest.mark.parametrize("indent", [None, 2])
def test_documents_one_after_the_other_are_counted(between, indent, tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK", 100)
    monkeypatch.setattr(json_stream, "AHEAD", 50)
    text = between.join(json.dumps(okta(n=n), indent=indent) for n in range(50))
    found = items(tmp_path, text)
    assert not skipped(found)
    assert [item.fields["n"] for item in found] == list(range(50))
    if "\n" not in between or indent:
        assert events(found) == list(range(1, 51))


@table(
    ("bad", "reason"),
    [
        ('{\n "a": NaN\n}', "NaN is not a number in JSON"),
        ('{\n "a": 1,,\n "b": {}\n}', "is not JSON"),
        ('{\n "a": "}{",\n "b" 2\n}', "is not JSON"),
        ('{\n "a": "\0"\n}', "is not JSON: Invalid control character"),
        ('{\n "a": [1, 2\n', "is not JSON"),
        ('{\n "a": "no end\n}', "is not JSON"),
        (DEEP, "is nested too deeply"),
        ("[" * 3_000 + "]" * 3_000, "is nested too deeply"),
        ("one line of text, and more", "is not JSON"),
        ("7", "is JSON, but not an object"),
        ("\x00\x00", "is not JSON"),
    ],
)
def test_a_broken_document_costs_itself(bad, reason, tmp_path):
    good = json.dumps(okta(), indent=1)
    found = items(tmp_path, f"{good}\n{bad}\n{good}\n{good}")
    assert events(found) == [1, 3, 4]
    ((number, said),) = skipped(found)
    assert number == 2 and reason in said


@table(
    ("bad", "reason"),
    [
        ('{"a": NaN}', "NaN is not a number in JSON"),
        ('{"a": 1, "b" 2}', "is not JSON"),
        ('{"a": "\0"}', "is not JSON"),
        ("nonsense", "is not JSON"),
        (DEEP, "is nested too deeply"),
        ('{"a": "no end}', "is not JSON"),
        ('{"b": {"a": 1}', "is not JSON"),
        ("null", "is JSON, but not an object"),
    ],
)
@table("head", ["[", '{"Records": [', '{"@odata.context": "x", "value": ['])
def test_a_broken_member_of_a_list_costs_itself(bad, reason, head, tmp_path):
    end = "]" if head == "[" else '], "more": {"a": [1]}}'
    found = items(tmp_path, f"{head}\n{GOOD},\n{bad},\n{GOOD},\n{GOOD}\n{end}")
    assert events(found) == [1, 3, 4]
    ((number, said),) = skipped(found)
    assert number == 2 and reason in said


@table("bad", ["\0", '{"eventType": "\0"}', "\0\0\0{}", DEEP, "]}", '"', "[1", "{"])
@table("place", [0, 1, 2])
def test_a_broken_line_costs_itself_wherever_it_stands(bad, place, tmp_path):
    lines = [GOOD, GOOD]
    lines.insert(place, bad)
    found = items(tmp_path, "\n".join(lines))
    assert len(events(found)) == 2 and [line for line, _ in skipped(found)] == [place + 1]


def test_what_follows_a_list_and_is_broken_is_named(tmp_path):
    found = items(tmp_path, '{"Records": [%s], "x": NaN}\n{"Records": [%s]}' % (GOOD, GOOD))
    assert events(found) == [1, 2]
    ((line, said),) = skipped(found)
    assert line == 0 and "behind the list of events" in said


def test_a_wrapping_whose_text_is_broken_says_so(tmp_path):
    found = items(tmp_path, GOOD + "\n" + json.dumps({"_raw": '{"a": '}))
    assert events(found) == [1]
    assert skipped(found) == [(2, "_raw is not JSON: Expecting value, at character 6")]


# --- CSV ----------------------------------------------------------------------------------------

COLUMNS = '"EVENT_TYPE","TIMESTAMP","ORGANIZATION_ID","URI"'
RECORD = '"Login","20250506081503.204","00D","/a"'


def test_a_record_of_a_table_is_an_event_whose_values_are_text(tmp_path):
    text = f'{COLUMNS}\r\n"Login","20250506081503.204","00D",""\r\n{RECORD}\r\n'
    first, second = items(tmp_path, text, "Login.csv")
    assert (first.place, first.source, second.place) == (1, "salesforce_event_log", 2)
    assert first.fields["URI"] == "" and second.fields["TIMESTAMP"] == "20250506081503.204"
    assert iso_time(time_of(first.fields, first.source)) == "2025-05-06T08:15:03.204Z"


def test_a_field_in_quotes_may_have_lines_commas_and_quotes(tmp_path):
    text = f'{COLUMNS}\n"Login","20250506081503.204","00D","a\nb, ""c"""\n{RECORD}\n'
    first, second = items(tmp_path, text, "anything")
    assert first.fields["URI"] == 'a\nb, "c"' and second.place == 2


@table(
    ("bad", "reason"),
    [
        ('"Login","2025', "is not CSV"),
        ('"Login","20250506081503.204","00D"', "has 3 fields, but the first line names 4"),
        (RECORD + ',"more"', "has 5 fields, but the first line names 4"),
        ('"Login"x,"20250506081503.204","00D","/a"', "is not CSV"),
        ("one", "has 1 fields, but the first line names 4"),
    ],
)
@table("after", [1, 3, 2_000])
def test_a_broken_record_costs_itself(bad, reason, after, tmp_path):
    text = "\n".join([COLUMNS, RECORD, bad, *[RECORD] * after])
    found = items(tmp_path, text, "Login.csv")
    assert events(found) == [1, *range(3, after + 3)]
    ((number, said),) = skipped(found)
    assert number == 2 and reason in said


def test_a_column_may_begin_with_any_letter_and_not_as_json_does():
    letters = [*string.ascii_letters, "_", "é"]
    assert [one for one in letters if header(f"{one},TIMESTAMP") != [one, "TIMESTAMP"]] == []
    assert header('{"a",TIMESTAMP') is header("[1,TIMESTAMP") is header("a,[1") is None


def test_a_column_named_again_gets_a_number_unless_that_is_taken():
    assert header("a,b,a,a") == ["a", "b", "a (2)", "a (3)"]
    assert header("a,a,a (2)") is None


def test_a_table_of_something_else_is_no_log(tmp_path):
    found = items(tmp_path, "ticket,system\nCHG-1,jira\nCHG-2,okta\n", "changes.csv")
    assert skipped(found) == [(0, "is not a log: a table whose columns fit no known vendor")]


# --- content and name ---------------------------------------------------------------------------


def test_content_outranks_the_name_of_a_file(tmp_path):
    found = items(tmp_path, GOOD + "\n" + json.dumps(TRAIL), "support-bundle-okta.jsonl")
    assert [item.source for item in found] == ["okta", "cloudtrail"]
    found = items(tmp_path, GOOD + "\n" + json.dumps({"hello": 1}), "okta.jsonl")
    assert events(found) == [1]
    assert skipped(found) == [(2, "is an object from no known vendor")]


@pytest.mark.parametrize(
    ("name", "source"),
    [("okta.jsonl", "okta"), ("cloudtrail-1.jsonl", "cloudtrail"), ("log.jsonl", "cloudtrail")],
)
def test_a_name_decides_where_content_fits_several(name, source, tmp_path):
    (item,) = items(tmp_path, json.dumps(okta() | TRAIL), name)
    assert item.source == source


def test_a_file_named_for_another_vendor_is_hunted_for_what_it_holds(tmp_path):
    rules = write_rules(tmp_path, rule({"eventType": "user.session.start"}))
    log = tmp_path / "support-bundle-okta.jsonl"
    log.write_text(f"{GOOD}\n" * 10, encoding="utf-8")
    assert len(hunt([rules], [log]).hits) == 10


# --- sources and times --------------------------------------------------------------------------


@table(
    ("name", "source"),
    [
        ("okta", "okta"),
        ("Okta-2023", "okta"),
        ("cloudflare_access_nonidentity.1", "cloudflare_access_nonidentity"),
        ("cloudflare_access", "cloudflare_access"),
        ("jira_audit", "jira"),
        ("oktapus", None),
        ("log", None),
    ],
)
def test_a_files_name_says_its_source(name, source):
    assert source_by_name(name) == source


@table(
    ("event", "source"),
    [
        ({"type": {"action": "x", "actionI18nKey": "bitbucket.service.x"}}, "bitbucket"),
        ({"auditType": {"action": "x"}, "author": {"type": "ApplicationUser"}}, "jira"),
        ({"ActorIPAddress": "", "AuditLogID": "x"}, "cloudflare_audit"),
        ({"action": {}, "actor": {}, "when": ""}, "cloudflare_audit_api"),
        ({"Image": "/bin/sh", "CommandLine": "sh"}, "linux_process_creation"),
        ({"Image": "C:\\cmd.exe", "CommandLine": "cmd"}, None),
        ({"auditType": "text"}, None),
    ],
)
def test_an_event_says_its_source(event, source):
    assert source_by_content(event) == source


@table(
    ("event", "source", "time"),
    [
        ({"published": "2023-11-14T09:22:49.123Z"}, "okta", "2023-11-14T09:22:49.123Z"),
        ({"timestamp": {"epochSecond": 1700000000, "nano": 5e8}}, "jira", "2023-11-14T22:13:20Z"),
        (
            {"timestamp": {"epochSecond": 1700000000, "nano": 500000000}},
            "jira",
            "2023-11-14T22:13:20.500Z",
        ),
        ({"timestamp": "2023-11-14T22:13:20Z"}, "jira", "2023-11-14T22:13:20Z"),
        ({"CreatedAt": 1700000000000000000}, "cloudflare_access", "2023-11-14T22:13:20Z"),
        ({"UtcTime": "2023-11-14 22:13:20.000"}, "linux_process_creation", "2023-11-14T22:13:20Z"),
        ({"published": "soon"}, "okta", None),
        ({"published": 10**400}, "okta", None),
        ({"published": True}, "okta", None),
        ({"published": 9e99}, "okta", None),
        ({}, "okta", None),
    ],
)
def test_when_an_event_happened(event, source, time):
    assert iso_time(time_of(event, source)) == time


BROKEN = st.text('{}[]",:\\ aN1\0\x1e', min_size=1, max_size=12).filter(str.strip) | st.text(
    st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1, max_size=12
)


@settings(max_examples=draws(200), deadline=None)
@example(bad=["\0{\0"], place=0)  # as UTF-16 begins
@given(bad=st.lists(BROKEN, max_size=4), place=st.integers(0, 6))
def test_no_lines_of_anything_cost_an_event(tmp_path_factory, bad, place):
    lines = [json.dumps(okta(n=n)) for n in range(6)]
    lines[place:place] = bad
    found = items(tmp_path_factory.mktemp("lines"), "\n".join(lines))
    assert [item.fields["n"] for item in found if isinstance(item, Event)] == list(range(6))


@settings(max_examples=draws(80), deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_give_events_or_sentences(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("okta.jsonl", "log.json.gz", "noname"):
        assert all(isinstance(item, Event | Skipped) for item in items(folder, content, name))


@settings(max_examples=draws(40), deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_json_is_hunted_through(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("json")
    (folder / "okta.jsonl").write_text(json.dumps({"eventType": value, "a": value}), "utf-8")
    rules = write_rules(folder, rule({"eventType|contains": "a", "a|gt": 3}), rule(["x"]))
    result = hunt([rules], [folder / "okta.jsonl"])
    assert not result.refused and result.events + len(result.skipped) == 1
