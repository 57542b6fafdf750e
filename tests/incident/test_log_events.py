"""The events of a log, of which only those that are looked at are in memory."""

import json

import pytest

from labutils.incident.log_events import LogEvents, with_fields
from labutils.incident.log_lines import LogLines
from labutils.incident.logs import Logs

EVENTS = [
    {"published": "10:00", "client": {"ipAddress": "192.0.2.7", "agent": {"raw": "Firefox"}}},
    {"published": "11:00", "client": {"ipAddress": "203.0.113.66", "agent": None}},
    {"published": "12:00", "client": [{"ipAddress": "192.0.2.7"}]},
]


@pytest.fixture
def folder(tmp_path):
    text = "".join(json.dumps(event) + "\n" for event in EVENTS)
    (tmp_path / "okta.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def events(folder):
    return LogEvents("okta", LogLines(folder / "okta.jsonl"))


def test_they_are_a_dictionary_by_id_in_the_order_of_the_log(events):
    every = {f"okta:{place}": event for place, event in enumerate(EVENTS, 1)}
    assert events == every and dict(events) == every and len(events) == 3
    assert list(events) == list(every)
    assert list(events.items()) == list(every.items())
    assert repr(events) == "<3 events of okta>"


def test_views_can_be_walked_more_than_once_and_asked_what_is_in_them(events):
    values, items = events.values(), events.items()
    assert list(values) == list(values) == EVENTS
    assert EVENTS[1] in values and {} not in values
    assert ("okta:2", EVENTS[1]) in items and ("okta:2", EVENTS[0]) not in items


def test_what_is_changed_in_an_event_changes_no_other_look_at_it(events):
    events["okta:1"]["published"] = "never"
    assert events["okta:1"] == EVENTS[0]


@pytest.mark.parametrize(
    "name", ["okta:0", "okta:4", "okta:-1", "okta:01", "okta:x", "okta", "jira:1", "", 1, None]
)
def test_an_id_of_no_line_is_none_of_them(events, name):
    assert name not in events and events.get(name) is None
    with pytest.raises(KeyError):
        events[name]


def test_with_a_word_they_are_those_in_whose_line_it_stands(folder):
    events = Logs(folder).events("okta", "192.0.2.7")
    assert events == {"okta:1": EVENTS[0], "okta:3": EVENTS[2]} and len(events) == 2
    assert "okta:2" not in events and list(events.values()) == [EVENTS[0], EVENTS[2]]
    assert Logs(folder).events("okta", "nowhere") == {}


def test_with_fields_they_have_these_alone(folder):
    fields = ["published", "client.ipAddress", "client.agent.raw", "outcome.result"]
    assert Logs(folder).events("okta", fields=fields) == {
        "okta:1": {
            "published": "10:00",
            "client": {"ipAddress": "192.0.2.7", "agent": {"raw": "Firefox"}},
        },
        "okta:2": {"published": "11:00", "client": {"ipAddress": "203.0.113.66", "agent": None}},
        "okta:3": {"published": "12:00", "client": [{"ipAddress": "192.0.2.7"}]},
    }


def test_a_field_with_what_is_below_it_stays_whole_whichever_comes_first(events):
    for fields in (["client", "client.ipAddress"], ["client.ipAddress", "client"]):
        kept = with_fields(events, fields)
        assert kept["okta:1"]["client"] == EVENTS[0]["client"]


def test_a_log_that_is_not_there_is_an_error_at_once(folder):
    with pytest.raises(FileNotFoundError):
        Logs(folder).events("jira")
