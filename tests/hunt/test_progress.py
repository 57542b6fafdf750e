"""How far a long hunt is: a bar on a terminal, and nothing anywhere else."""

import gzip
import io
import json

import pytest
from hunt_helpers import okta, rule, write_rules

from labutils.hunt import hunt
from labutils.hunt.progress import AFTER, EVERY, Bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def test_a_bar_is_drawn_over_itself_and_gone_at_the_end():
    stream, clock = Terminal(), Clock()
    with Bar(stream, clock) as bar:
        clock.seconds = AFTER + 0.01
        bar("reading", 0.5)
        clock.seconds += EVERY / 2
        bar("reading", 0.6)  # too soon after the last
        clock.seconds += EVERY
        bar("rules", 1.0)
    drawn = [line for line in stream.getvalue().split("\r") if line.strip()]
    assert drawn[0].endswith("]  50%") and drawn[0].startswith("reading [####")
    assert drawn[-1].startswith("rules [") and "60%" not in stream.getvalue()
    assert stream.getvalue().endswith("\r")


def test_short_work_draws_nothing():
    stream, clock = Terminal(), Clock()
    with Bar(stream, clock) as bar:
        clock.seconds = AFTER / 2
        bar("reading", 0.5)
    assert stream.getvalue() == ""


def test_where_there_is_no_terminal_nothing_is_drawn():
    stream, clock = io.StringIO(), Clock()
    with Bar(stream, clock) as bar:
        clock.seconds = 60
        bar("reading", 0.5)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_hunt_tells_how_much_it_has_read_and_asked(tmp_path, pack):
    lines = "".join(json.dumps(okta(n=n, text="x" * 2_000)) + "\n" for n in range(5_000))
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(pack(lines.encode()))
    told = []
    hunt(
        [write_rules(tmp_path, rule({"n": 1}), rule({"n": 2}, title="Other"))],
        [tmp_path / "a.jsonl", tmp_path / "b.jsonl"],
        progress=lambda what, share: told.append((what, share)),
    )
    read = [share for what, share in told if what == "reading"]
    assert read == sorted(read) and read[0] <= 0.5 <= read[-1] <= 1
    assert [share for what, share in told if what == "rules"] == [0, 0.5]
