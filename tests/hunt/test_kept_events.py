"""Events in Parquet: kept once for every hunt, read anew when a file has changed, nobody else's."""

import json
import os
import stat
from pathlib import Path

import pytest
from hunt_helpers import okta, rule, write_events, write_rules

from labutils.hunt import engine, kept_events


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """Where events are kept: an odd name, as folders have."""
    folder = tmp_path / "ca[ch]e *'?"
    monkeypatch.setenv("LABUTILS_CACHE", str(folder))
    return folder


@pytest.fixture
def rules(tmp_path):
    return write_rules(tmp_path, rule({"eventType": "user.session.start"}))


def hits(rules, *events):
    result = engine.hunt([rules], list(events), engine="duckdb")
    return [hit.event_ids for hit in result.hits], result.events, result.skipped


def kept(cache):
    return sorted(path.name for path in cache.glob("*"))


def test_a_second_hunt_reads_no_log(tmp_path, cache, rules, monkeypatch):
    path = write_events(tmp_path, okta(), okta("z"))
    path.write_text(path.read_text(encoding="utf-8") + "no event\n", encoding="utf-8")
    first = hits(rules, path)
    assert first[0] == [("okta:1",)] and first[1] == 2 and len(first[2]) == 1
    monkeypatch.setattr(engine, "events", None)
    assert hits(rules, path) == first and len(kept(cache)) == 1


def test_what_is_kept_serves_rules_that_name_other_fields(tmp_path, cache, rules):
    path = write_events(tmp_path, okta(who="ada", other="abc"), okta("z"), okta(who="bob"))
    hits(rules, path)
    (folder,) = cache.glob("*")
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    others = write_rules(tmp_path, rule({"who": "ada", "other|contains": "b"}), name="others.yml")
    assert hits(others, path)[0] == [("okta:1",)]
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before


def test_a_file_that_has_changed_is_read_anew_though_its_time_was_put_back(tmp_path, rules):
    path = write_events(tmp_path, okta())
    assert hits(rules, path)[0] == [("okta:1",)]
    before = path.stat()
    path.write_text(json.dumps(okta("User.session.stop!")) + "\n", encoding="utf-8")
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hits(rules, path)[0] == []


def test_another_name_is_another_file(tmp_path, rules):
    path = write_events(tmp_path, okta())
    hits(rules, path)
    assert hits(rules, path.rename(tmp_path / "moved.jsonl"))[0] == [("moved:1",)]


@pytest.mark.parametrize("broken", ["", "[]", '{"fields": 1}', '{"fields": {"okta": {"x": 1}}}'])
def test_what_is_not_whole_is_made_again(tmp_path, cache, rules, broken):
    path = write_events(tmp_path, okta())
    first = hits(rules, path)
    (folder,) = cache.glob("*")
    (folder / kept_events.MANIFEST).write_text(broken, encoding="utf-8")
    assert hits(rules, path) == first
    assert json.loads((folder / kept_events.MANIFEST).read_text(encoding="utf-8"))["fields"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_read_it(tmp_path, cache, rules):
    hits(rules, write_events(tmp_path, okta()))
    (folder,) = cache.glob("*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_oldest_ones_go(tmp_path, cache, rules, monkeypatch):
    monkeypatch.setattr(kept_events, "MOST_KEPT", 2)
    paths = [write_events(tmp_path, okta(who=str(n)), name=f"okta{n}.jsonl") for n in range(4)]
    for path in paths:
        hits(rules, path)
    assert len(kept(cache)) == 2
    monkeypatch.setattr(engine, "events", None)
    assert hits(rules, paths[3])[0] == [("okta3:1",)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_read_once_and_not_kept(tmp_path, cache, rules):
    pipe = tmp_path / "okta.jsonl"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, json.dumps(okta()).encode() + b"\n")
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.close(writer)
    assert hits(rules, pipe)[0] == [("okta:1",)]
    os.close(reading)
    assert kept(cache) == []


def test_where_nothing_can_be_kept_the_hits_are_the_same(tmp_path, rules, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("LABUTILS_CACHE", str(blocked / "below"))
    assert hits(rules, write_events(tmp_path, okta()))[0] == [("okta:1",)]


def test_a_hunt_that_fails_leaves_nothing_behind(tmp_path, cache, rules, monkeypatch):
    def broken(*_):
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr(engine, "events", broken)
    with pytest.raises(OSError, match="No space left"):
        hits(rules, write_events(tmp_path, okta()))
    assert [Path(name).suffix for name in kept(cache)] == []
