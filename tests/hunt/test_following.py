"""Logs that grow: what is new is hit once, and in the end the hits are those of one hunt."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from how_many import draws
from hunt_helpers import correlation, okta, rule, write_events, write_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.__main__ import main
from labutils.hunt import hunt
from labutils.hunt.commands import follow
from labutils.hunt.following import Following
from labutils.hunt.rules import load

ONE = rule({"eventType": "one"}, title="One")
BASE = rule({"eventType": "two"}, name="two")
BURST = correlation("event_count", ["two"], condition={"gte": 2}, **{"group-by": ["who"]})
RULES = [ONE, BASE, BURST | {"title": "Burst"}]


class Watch:
    """A hunt that follows the logs of a folder, and what it said beside its hits."""

    def __init__(self, folder, *rules):
        self.folder, self.said = folder / "logs", []
        self.folder.mkdir()
        self.rules = write_rules(folder, *(rules or RULES))
        self.following = Following(load([self.rules]), [self.folder], self.said.append)

    def write(self, text, name="okta.jsonl"):
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def add(self, *events, name="okta.jsonl"):
        self.write("".join(json.dumps(event) + "\n" for event in events), name)

    def look(self, **more):
        """Title and events of each hit that is new."""
        return [(hit.title, list(hit.event_ids)) for hit in self.following.look(**more)]

    def looks(self, times=2):
        return [hit for _ in range(times) for hit in self.look()]


@pytest.fixture
def watch(tmp_path):
    one = Watch(tmp_path)
    yield one
    one.following.close()


def test_only_new_events_are_hit(watch):
    watch.add(okta("one"), okta("other"))
    assert watch.look() == [("One", ["okta:1"])] and watch.look() == []
    watch.add(okta("one"))
    assert watch.look() == [("One", ["okta:3"])] and watch.look() == []
    assert watch.said == []


def test_half_a_line_waits_for_its_other_half(watch):
    line = json.dumps(okta("one", who="Zoë"), ensure_ascii=False) + "\n"
    half = line.encode().index("ë".encode()) + 1  # in the middle of a letter
    for part in (line.encode()[:half], line.encode()[half:]):
        assert watch.look() == []
        with (watch.folder / "okta.jsonl").open("ab") as file:
            file.write(part)
    assert watch.look() == [("One", ["okta:1"])] and watch.said == []


def test_the_last_look_takes_a_last_line_without_an_end(watch):
    watch.add(okta("other"))
    watch.write(json.dumps(okta("one")))
    assert watch.look() == []
    assert watch.look(last=True) == [("One", ["okta:2"])]


def test_a_file_that_appears_later_is_read(watch):
    watch.add(okta("one"))
    watch.look()
    watch.add(okta("one"), name="okta-2.jsonl")
    assert watch.look() == [("One", ["okta-2:1"])]


def test_a_log_that_is_rotated_is_read_to_its_end_and_then_the_new_one(watch):
    watch.add(okta("one"))
    watch.look()
    watch.add(okta("one"))  # comes in just before the rotation
    os.rename(watch.folder / "okta.jsonl", watch.folder / "okta.jsonl.1")
    watch.add(okta("one"))
    assert watch.look() == [("One", ["okta:2"]), ("One", ["okta:3"])]
    assert watch.said == [
        "okta.jsonl is a different file now: it is read from its beginning, and its line "
        "numbers continue from 2."
    ]
    watch.add(okta("one"))
    assert watch.look() == [("One", ["okta:4"])]


def test_a_log_that_is_cut_is_read_from_its_beginning(watch):
    watch.add(okta("one"), okta("one"))
    watch.look()
    (watch.folder / "okta.jsonl").write_text(json.dumps(okta("one")) + "\n", encoding="utf-8")
    assert watch.look() == [("One", ["okta:3"])]
    assert watch.said == [
        "okta.jsonl was truncated: it is read from its beginning, and its line numbers continue "
        "from 2."
    ]


@pytest.mark.parametrize(
    "whole",
    [
        gzip.compress(json.dumps([okta("one")]).encode(), mtime=0),
        json.dumps([okta("one")], indent=1).encode(),
        json.dumps({"Records": [okta("one")]}).encode(),
        json.dumps(okta("one"), indent=1).encode(),
    ],
)
def test_a_file_without_lines_is_read_once_when_it_stopped_growing(watch, whole):
    (watch.folder / "okta.json").write_bytes(whole)
    assert watch.look() == []
    assert watch.look() == [("One", ["okta:1"])] and watch.look() == []
    with (watch.folder / "okta.json").open("ab") as file:
        file.write(b"x")
    assert watch.looks() == []
    assert watch.said == ["okta.json: is not a file of lines: what is added to it is not read"]


def test_what_is_no_event_is_said_once_for_each_reason(watch):
    watch.write("{]\n{]\n")
    watch.look()
    watch.write("{]\n")
    watch.look()
    (said,) = watch.said
    assert said.startswith("okta.jsonl, line 1: is not JSON: ")


def test_a_line_that_is_too_long_is_said(watch, monkeypatch):
    for module in ("following", "json_stream"):
        monkeypatch.setattr(f"labutils.hunt.{module}.LONGEST", 1_000)
    watch.write('{"eventType": "' + "x" * 5_000_000)
    watch.look()
    watch.write('"}\n' + json.dumps(okta("one")) + "\n")
    assert watch.look() == [("One", ["okta:2"])]
    assert "is longer than" in watch.said[0]


def test_a_path_that_is_not_there_yet_is_said_and_waited_for(tmp_path):
    said, path = [], tmp_path / "okta.jsonl"
    following = Following(load([write_rules(tmp_path, ONE)]), [path], said.append)
    assert list(following.look()) == list(following.look()) == []
    write_events(tmp_path, okta("one"))
    assert [hit.title for hit in following.look()] == ["One"]
    assert said == ["okta.jsonl: cannot be read: No such file or directory"]
    following.close()


# --- correlations ---------------------------------------------------------------------------------


def test_a_correlation_counts_across_looks_and_is_hit_once_however_long_it_goes_on(watch):
    watch.add(okta("two", 0, who="ada"))
    assert watch.looks() == []
    watch.add(okta("two", 1, who="ada"))
    assert watch.looks() == [("Burst", ["okta:1", "okta:2"])]
    watch.add(okta("two", 2, who="ada"), okta("two", 3, who="tom"))
    assert watch.looks() == []


def test_two_looks_must_agree_since_events_of_one_second_may_come_in_two(watch):
    watch.add(okta("two", 0, who="ada"), okta("two", 1, who="ada"))
    assert watch.look() == []
    watch.add(okta("two", 1, who="ada"))
    assert watch.looks() == [("Burst", ["okta:1", "okta:2", "okta:3"])]


def test_what_must_be_absent_is_hit_when_its_window_is_over(tmp_path):
    lonely = correlation("temporal", ["a", "b"], timespan="10s", condition="a and not b")
    names = [rule({"eventType": name}, name=name) for name in ("a", "b")]
    watch = Watch(tmp_path, *names, lonely)
    watch.add(okta("a", 0))
    assert watch.looks() == []
    watch.add(okta("other", 11))
    assert watch.looks() == [("A correlation", ["okta:1"])]
    watch.following.close()


def test_a_list_that_comes_late_is_a_list(tmp_path):
    watch = Watch(tmp_path, rule({"target": "x"}))
    watch.add(okta(target="x"), okta(target="y"))
    assert watch.look() == [("A rule", ["okta:1"])]
    watch.add(okta(target=["y", "x"]))
    assert watch.look() == [("A rule", ["okta:3"])]
    watch.following.close()


EVENTS = st.lists(
    st.builds(
        okta,
        st.sampled_from(["one", "two", "three"]),
        st.integers(0, 900),
        who=st.sampled_from(["ada", "tom", ["ada", "tom"], None]),
    ),
    max_size=12,
)
ORDERED = correlation("temporal_ordered", ["three", "two"], **{"group-by": ["who"]})
ALONE = correlation("temporal", ["three", "two"], timespan="1m", condition="three and not two")
THREE = rule({"eventType": "three"}, name="three")


@settings(max_examples=draws(20), deadline=None)
@given(events=EVENTS, cuts=st.lists(st.integers(0, 2_000), max_size=4))
def test_in_the_end_the_hits_are_those_of_one_hunt(tmp_path_factory, events, cuts):
    """The text is cut anywhere; events come in the order of time."""
    folder = tmp_path_factory.mktemp("grown")
    watch = Watch(folder, *RULES, THREE, ORDERED, ALONE)
    events.sort(key=lambda event: event["published"])
    text = "".join(json.dumps(event) + "\n" for event in events)
    ids = set()
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in zip(places, places[1:], strict=False):
        watch.write(text[start:end])
        ids |= {hit.id for hit in watch.following.look()}
    ids |= {hit.id for hit in watch.following.look(last=True)}
    watch.following.close()
    assert {hit.id for hit in hunt([watch.rules], [watch.folder]).hits} <= ids


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM to catch on Windows")
def test_the_command_prints_a_hit_a_line_until_it_is_told_to_stop(tmp_path):
    rules, logs = write_rules(tmp_path, *RULES), write_events(tmp_path, okta("one"))
    command = [sys.executable, "-m", "labutils", "hunt", "--follow", "--json"]
    paths = ["--rules", str(rules), "--events", str(logs)]
    with subprocess.Popen([*command, *paths], stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert json.loads(process.stdout.readline())["event_ids"] == ["okta:1"]
        with logs.open("a", encoding="utf-8") as file:
            file.write(json.dumps(okta("one", 5)))
            file.flush()
            time.sleep(0.2)
            file.write("\n")
        hit = json.loads(process.stdout.readline())
        assert hit["event_ids"] == ["okta:2"] and len(hit["id"]) == 64
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "" and process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_the_wait_ends_it(tmp_path, monkeypatch, capsys, number):
    rules, logs = write_rules(tmp_path, *RULES), write_events(tmp_path, okta("one"))
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(number))
    try:
        assert follow([rules], [logs], placeholders=None, as_json=False) == 0
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert "okta:1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--html", "report.html"], "A report is written when a hunt ends"),
        (["--placeholders", "none.yml"], "none.yml cannot be read"),
        ([], "No rule could be used"),
    ],
)
def test_what_cannot_be_followed_is_refused(tmp_path, capsys, more, says):
    (tmp_path / "rules.yml").write_text("title: [", encoding="utf-8")
    paths = ["--rules", str(tmp_path / "rules.yml"), "--events", str(tmp_path)]
    assert main(["hunt", "--follow", *paths, *more]) == 2
    assert says in capsys.readouterr().err
