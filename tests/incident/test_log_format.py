"""A vendor's format turns the fields of a request into an event, and says what it asks for."""

import json
import re

import pytest
from places import ROOT
from rule_cases import ordinary_fields
from tables import table
from vendor_samples import SAMPLES

from labutils.hunt.fields import values_at
from labutils.hunt.reading import Event, LogFile
from labutils.hunt.reading import read as read_log
from labutils.hunt.sources import SOURCES, iso_time, time_of
from labutils.incident import log_format as formats
from labutils.incident.log_format import (
    LogFormat,
    Template,
    compiled,
    field_names,
    is_source,
    log_format,
    merged,
    worded,
)
from labutils.lab import data_file
from labutils.sheets import SheetError, read

DOOR = LogFormat(
    "door",
    ("who",),
    {},
    {"at": "{epoch}", "who": "{name}", "result": {"opened": True, "code": 0}},
    {"result": {"opened": False, "because": "{reason}"}},
    {"knock": Template({"times": ["{count}", "{count}"]}), "open": Template({}, "allowed")},
)


def test_an_event_is_the_base_with_the_kind_and_for_a_refusal_the_difference_laid_upon_it():
    assert DOOR.event("open", True) == DOOR.base
    assert DOOR.event("knock", False)["result"] == {
        "opened": False,
        "code": 0,
        "because": "{reason}",
    }


def test_a_format_asks_for_what_any_of_its_outcomes_asks_for():
    assert DOOR.names("open") == {"epoch", "name", "reason"}
    assert DOOR.names("knock") == {"epoch", "name", "reason", "count"}


@pytest.mark.parametrize(
    ("only", "allowed", "denied"),
    [(None, True, True), ("allowed", True, False), ("denied", False, True)],
)
def test_a_kind_of_event_is_for_both_outcomes_or_for_one(only, allowed, denied):
    assert (Template({}, only).fits(True), Template({}, only).fits(False)) == (allowed, denied)


@table(
    ("template", "value"),
    [
        ("{epoch}", 7),
        ("at {epoch}", "at 7"),
        ("{epoch}{epoch}", "77"),
        (["{epoch}", {"deep": "{name}"}], [7, {"deep": "Ada"}]),
        ("no field", "no field"),
        (True, True),
        (None, None),
    ],
)
def test_a_text_that_is_one_field_alone_keeps_the_type_of_the_field(template, value):
    assert compiled(template)({"epoch": 7, "name": "Ada"}) == value


def test_words_of_a_case_stand_in_the_places_of_their_names_and_a_number_stays_one():
    template = {"to": ["{user}", {"at": "{port}"}], "by": "{name}", "said": "{user} at {port}"}
    assert worded(template, {"user": "u-{turn}", "port": 22}) == {
        "to": ["u-{turn}", {"at": 22}],
        "by": "{name}",
        "said": "u-{turn} at 22",
    }


def test_laying_one_mapping_upon_another_leaves_both_as_they_were():
    base, over = {"a": {"b": 1}, "c": [1]}, {"a": {"d": 2}, "c": [2]}
    assert merged(base, over) == {"a": {"b": 1, "d": 2}, "c": [2]}
    assert (base, over) == ({"a": {"b": 1}, "c": [1]}, {"a": {"d": 2}, "c": [2]})


def test_the_fields_of_a_template_are_found_at_any_depth():
    assert field_names({"a": ["{x}", {"b": "{y} and {z}"}], "c": 1}) == {"x", "y", "z"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{time}", "{time", "base: names stand in pairs of braces"),
        ("headline:", "head:", "unknown field head; LogFormat has source, headline, shape"),
        (
            "connection: {event: {}}",
            "connection: {event: {port: '{por'}}",
            "event: names stand in pairs of braces",
        ),
        ("connection: {event", "connection: {events", "unknown field events; Template has event"),
    ],
)
def test_a_fault_in_a_format_is_refused_with_its_file_and_line(old, new, sentence, monkeypatch):
    text = data_file("telemetry/sshd.yaml").read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    sheet = read("telemetry/sshd.yaml", text.replace(old, new, 1))
    monkeypatch.setattr(formats, "sheet_of", lambda _: sheet)
    with pytest.raises(SheetError) as error:
        formats.log_format.__wrapped__("sshd")
    assert str(error.value).startswith(f"telemetry/sshd.yaml, line {line}: {sentence}")


# --- what is written is hunted ------------------------------------------------------------------

WRITTEN = [source for source in SOURCES if is_source(source)]
EVENTS = [
    (source, template, allowed)
    for source in WRITTEN
    for template, one in log_format(source).events.items()
    for allowed in (True, False)
    if one.fits(allowed)
]
MOMENT = 1700000000  # 2023-11-14T22:13:20Z


class Anything(dict):
    """A word for each name that a template asks a case for."""

    def __missing__(self, name):
        return f"a-{name}"


def written(source, template, allowed):
    """An event of a source as the course writes it."""
    event = log_format(source).event(template, allowed)
    return compiled(event)(Anything(ordinary_fields(MOMENT)))


def test_every_source_is_written_by_the_course_or_has_a_sample():
    page = (ROOT / "docs" / "your-exports.md").read_text(encoding="utf-8")
    exported = re.findall(r"\| `(\w+)` \|$", page, re.MULTILINE)  # each with a sample of its own
    assert EVENTS and {*WRITTEN, *SAMPLES, *exported} == set(SOURCES)
    assert not is_source("google_workspace_login") and not is_source("nowhere")


@table(("source", "template", "allowed"), EVENTS)
def test_what_is_written_is_hunted(source, template, allowed, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(written(source, template, allowed)) + "\n", encoding="utf-8")
    (one,) = read_log(LogFile(log, "log", "log.jsonl"))
    assert isinstance(one, Event) and one.source == source
    assert iso_time(time_of(one.fields, source)) == "2023-11-14T22:13:20Z"
    assert values_at(one.fields, SOURCES[source].actor)


@table(
    "event",
    [written(*one) for one in EVENTS] + [event for events in SAMPLES.values() for event in events],
)
def test_an_event_looks_like_one_source_or_the_order_of_two_is_written_down(event):
    fits = [source for source in SOURCES.values() if source.looks(event)]
    assert fits and all(other.name in fits[0].before for other in fits[1:])
