"""Over each export of people, SQLite, DuckDB and the second opinion find the same events."""

import re
from pathlib import Path

import pytest
from hunt_helpers import rule, write_rules
from hunt_oracle import is_true
from tables import table

from labutils.hunt import duckdb_engine, engine
from labutils.hunt.rules import load
from labutils.hunt.sources import SOURCES
from labutils.lab import data_file

SAMPLES = Path(__file__).parent / "exports_of_people"


@pytest.fixture(autouse=True)
def nothing_is_looked_at_in_any_case(monkeypatch, tmp_path):
    """Without the first events of each file, which DuckDB always loads."""
    monkeypatch.setattr(duckdb_engine, "FIRST", 0)
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "cache"))


def values_by_field(value, path=""):
    """Each plain value in an event, with its field as a rule names it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from values_by_field(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from values_by_field(item, path)
    else:
        yield path, value


def plain(text):
    """A text for a rule, in which * and ? stand for themselves."""
    return re.sub(r"([*?\\])", r"\\\1", text)


def asked_of(number, field, value):
    """Three things to ask of a value: one that is true, one that is nearly, one with a `not`."""
    if value is None or value == "":
        return [{field: value}, {f"{field}|exists": True}, {field: "x"}]
    if isinstance(value, bool):
        return [{field: value}, {field: not value}, {field: str(value).upper()}]
    if isinstance(value, int | float):
        return [{field: value}, {f"{field}|gt": value}, {f"{field}|gte": value}]
    middle = len(value) // 2
    true = [
        {field: plain(value)},
        {field: plain(value.swapcase())},
        {f"{field}|contains": plain(value[middle : middle + 4])},
        {f"{field}|startswith": plain(value[: middle + 1])},
        {f"{field}|endswith": plain(value[middle:])},
        {f"{field}|re": re.escape(value[:middle]) + ".*"},
        {f"{field}|cased": plain(value)},
    ]
    nearly = [{field: plain(value + "x")}, {f"{field}|cased": plain(value.swapcase())}]
    return [true[number % len(true)], nearly[number % 2], {f"{field}|exists": False}]


def rules_of(event):
    """Rules for every field of an event, named by what they ask; each third one has a `not`."""
    names = SOURCES[event.source].sigma.named
    for number, (field, value) in enumerate(values_by_field(event.fields)):
        for place, asked in enumerate(asked_of(number, field, value)):
            condition = "not selection" if place == 2 else "selection"
            title = f"{number}.{place} {condition}"
            named = {"selection": asked}
            yield rule(named, condition, logsource=names, title=title) | {
                "detection": {"selection": asked, "condition": condition}
            }


@table("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_each_engine_and_the_second_opinion_find_the_same(tmp_path, name):
    (event,) = engine.events([SAMPLES / name], engine.Hunt())
    rules = write_rules(tmp_path, *rules_of(event))
    by_sqlite, by_duckdb = (
        {hit.title for hit in engine.hunt([rules], [SAMPLES / name], engine=one).hits}
        for one in ("sqlite", "duckdb")
    )
    ruleset = load([rules])
    true = {one.title for one in ruleset.rules if is_true(one, event.fields)}
    assert not ruleset.refused
    assert by_sqlite == true and by_duckdb == true
    assert 0 < len(true) < len(ruleset.rules)


def test_the_courses_rules_find_the_same_in_all_of_them_together():
    rules = data_file("rules")
    by_sqlite, by_duckdb = (
        [hit.id for hit in engine.hunt([rules], [SAMPLES], engine=one).hits]
        for one in ("sqlite", "duckdb")
    )
    assert by_sqlite == by_duckdb
