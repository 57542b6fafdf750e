"""Each source says where its lines have who, address, session, action, object and result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table
from vendor_samples import SAMPLES

from labutils.hunt.fields import values_at
from labutils.hunt.line_columns import (
    COLUMNS,
    LineColumns,
    account,
    as_text,
    first_value,
    line_columns,
)
from labutils.hunt.sources import SOURCES, log_source, sheet_of
from labutils.lab import data_file
from labutils.sheets import SheetError
from labutils.sheets import read as read_sheet


def read_off(source, event):
    naming = SOURCES[source].naming
    values = SOURCES[source].columns.reader()(naming.named(event) if naming else event)
    return dict(zip(COLUMNS, values, strict=True))


@table("source", sorted(path.stem for path in data_file("telemetry").glob("*.yaml")))
def test_every_source_of_the_course_has_columns(source):
    assert "columns" in sheet_of(source)
    columns = SOURCES[source].columns
    assert columns.what or columns.patterns
    assert columns.who or columns.patterns


@table(("source", "event"), [(name, event) for name, all_ in SAMPLES.items() for event in all_])
def test_who_acted_is_read_off_what_vendors_write(source, event):
    assert read_off(source, event)["who"] == "ada"
    assert read_off(source, event)["what"]


@table(
    ("message", "who", "ip", "refused"),
    [
        ("Accepted publickey for ada from 192.0.2.7 port 5 ssh2", "ada", "192.0.2.7", False),
        ("Failed password for root from 192.0.2.7 port 5 ssh2", "root", "192.0.2.7", True),
        ("Failed password for invalid user x from 2001:db8::1 port 5", "x", "2001:db8::1", True),
        ("Invalid user 12 from 192.0.2.7 port 5", "12", "192.0.2.7", True),
        ("Connection closed by 192.0.2.7 port 5 [preauth]", "", "192.0.2.7", True),
        ("Connection closed by invalid user bob 192.0.2.7 port 5", "bob", "192.0.2.7", True),
        ("Disconnected from authenticating user q 192.0.2.7 port 5", "q", "192.0.2.7", True),
        ("Server listening on 0.0.0.0 port 22.", "", "", False),
    ],
)
def test_the_sentences_of_sshd_are_taken_apart(message, who, ip, refused):
    values = read_off("sshd", {"message": message, "host": "console", "process": "sshd"})
    assert (values["who"], values["ip"], values["on"]) == (who, ip, "console")
    assert SOURCES["sshd"].columns.is_refusal(values["ended"]) is refused
    assert message.startswith(values["what"])


@table(
    ("source", "ended", "refused"),
    [
        ("okta", "FAILURE", True),
        ("okta", "SUCCESS", False),
        ("cloudtrail", "AccessDenied", True),
        ("cloudtrail", "", False),
        ("cloudflare_access", "false", True),
        ("jira", "", False),
    ],
)
def test_a_refusal_is_told_by_the_vendors_word(source, ended, refused):
    assert SOURCES[source].columns.is_refusal(ended) is refused


def test_a_login_and_what_is_done_after_it_have_one_user_and_one_key():
    login = {"EVENT_TYPE": "Login", "USER_ID": "005EX", "LOGIN_KEY": "k", "SOURCE_IP": "192.0.2.1"}
    login |= {"CLIENT_IP": "Salesforce.com IP", "LOGIN_STATUS": "LOGIN_NO_ERROR", "URI": "/token"}
    query = {"EVENT_TYPE": "UniqueQuery", "USER_ID": "005EX", "LOGIN_KEY": "k"}
    query |= {"QUERY_IDENTIFIER": "SELECT COUNT() FROM Account"}
    first, second = (read_off("salesforce_event_log", one) for one in (login, query))
    assert first["ip"] == "192.0.2.1"
    assert (first["who"], first["session"]) == (second["who"], second["session"]) == ("005EX", "k")
    assert second["on"] == "SELECT COUNT() FROM Account"


def test_without_columns_who_acted_is_known():
    columns = line_columns(read_sheet("x.yaml", "{}\n"), "actor.name")
    assert columns.reader()({"actor": {"name": "ada@company.example"}})[0] == "ada"


def test_the_first_field_with_a_value_counts_and_false_is_one():
    reader = LineColumns(who="a", what=("b", "c.d"), ended="e").reader()
    event = {"b": "", "c": [{"d": [None, "x"]}], "e": False}
    assert reader(event) == ("", "", "", "x", "", "false")
    assert reader({"c.d": "whole"})[3] == "whole"
    assert LineColumns(what=("b", "c.d")).column_of("c.d") == "what"


def test_an_account_has_one_name():
    assert account("ada@company.example") == account("arn:aws:iam::1:user/ada") == "ada"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from("ab"), inside),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("ab"), JSON), st.sampled_from(["a", "a.b", "b.a.b"]))
def test_the_first_value_is_one_of_the_values_at_a_field(event, field):
    value = first_value(event, field.split("."))
    if value is not None:
        assert value in values_at(event, field)


@given(JSON)
def test_every_value_is_a_text(value):
    assert isinstance(as_text(value), str)


# --- a fault in a sheet ---------------------------------------------------------------------------

SHEET = data_file("telemetry/sshd.yaml").read_text(encoding="utf-8")


@table(
    ("old", "new", "sentence"),
    [
        ("  on: host", "  onn: host", "unknown field onn; LineColumns has who, ip"),
        ("  on: host", "  on: 7", "on must be text or a list, each item of it text, not 7"),
        ("(?P<who>", "(?P<whom>", "patterns: the groups of .* must be among who, ip, session"),
        ("(?P<who>", "(?P<who", "patterns: .* is no regular expression"),
    ],
)
def test_a_fault_is_refused_with_its_line(old, new, sentence):
    sheet = read_sheet("telemetry/sshd.yaml", SHEET.replace(old, new, 1))
    with pytest.raises(SheetError, match=f"^telemetry/sshd.yaml, line [0-9]+: {sentence}"):
        log_source("sshd", sheet)
