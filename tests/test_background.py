"""Ordinary traffic: how much, from whom, when, what looks like the intruder, and that nothing else
tells the two apart."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from labutils.incident import background, cases
from labutils.incident.background import sheet as sheets
from labutils.incident.breach import play
from labutils.incident.policy import World

CASE = cases.load()
REPLAY = play(World.historical())
SHEET = sheets.load(CASE)


@pytest.fixture(scope="session")
def lesson(tmp_path_factory) -> Path:
    """The lesson's world, made afresh."""
    folder = tmp_path_factory.mktemp("world")
    background.write(folder, REPLAY, count=100_000, seed="hunt-lesson")
    return folder


def small(folder: Path, seed: str = "a", count: int = 3_000, *, attack: bool = True) -> Path:
    background.write(folder, REPLAY, count=count, seed=seed, attack=attack)
    return folder


def read(folder: Path, source: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{source}.jsonl").open(encoding="utf-8")]


def index(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def event(folder: Path, name: str) -> dict:
    source, line = name.split(":")
    return lines_of(folder, source)[int(line) - 1]


@cache
def lines_of(folder: Path, source: str) -> list[dict]:
    return read(folder, source)


# --- how much ------------------------------------------------------------------------------------


def test_a_world_has_the_attack_and_as_many_events_as_were_asked_for(lesson):
    written = sum(len(lines_of(lesson, source)) for source in CASE.sources)
    assert written == 100_000 + sum(map(len, REPLAY.audit.values()))


@pytest.mark.parametrize("count", [2_000, 5_000, 20_000])
def test_a_world_of_any_size_has_its_number(tmp_path, count):
    written = background.write(tmp_path, REPLAY, count=count, seed="a", attack=False)
    assert sum(written.values()) == count


def test_a_benign_world_has_no_attack(tmp_path):
    folder = small(tmp_path, attack=False)
    assert index(folder, "truth") == {}
    assert index(folder, "twins")


def test_the_attack_s_events_stand_in_the_world_as_they_were_played(lesson):
    found = Counter(index(lesson, "truth").values())
    assert found == Counter(REPLAY.truth.values())
    played = [event for events in REPLAY.audit.values() for event in events]
    assert all(event(lesson, name) in played for name in list(index(lesson, "truth"))[::7])


# --- same bytes ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    first, again = small(tmp_path / "1"), small(tmp_path / "2")
    other = small(tmp_path / "3", seed="b")
    assert background.digest(first) == background.digest(again) != background.digest(other)


def test_another_process_with_other_hashes_gives_the_same_bytes(tmp_path):
    here = background.digest(small(tmp_path / "here", seed="x"))
    command = [sys.executable, "-m", "labutils", "telemetry", str(tmp_path / "there")]
    subprocess.run(
        [*command, "--background", "3000", "--seed", "x"], check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert background.digest(tmp_path / "there") == here


# --- twins ---------------------------------------------------------------------------------------


def logged_steps() -> list[str]:
    return sorted(set(REPLAY.truth.values()))


def keys(value):
    """The keys of an event at every depth, in their order."""
    if isinstance(value, dict):
        return [(key, keys(item)) for key, item in value.items()]
    return [keys(item) for item in value] if isinstance(value, list) else None


def kinds_of(folder: Path, names) -> dict[str, list]:
    """By source, the shapes of some events."""
    found = defaultdict(list)
    for name in names:
        shape = keys(event(folder, name))
        if shape not in found[name.split(":")[0]]:
            found[name.split(":")[0]].append(shape)
    return found


@pytest.mark.parametrize("step", logged_steps())
def test_each_logged_step_has_three_twins_or_more(lesson, step):
    twins = [one for one in SHEET.twins.values() if one.step == step]
    assert len(twins) >= 3
    written = {one["twin"] for one in index(lesson, "twins").values() if one["step"] == step}
    assert written == {one.id for one in twins}


@pytest.mark.parametrize("step", logged_steps())
def test_a_twin_has_events_of_the_same_sources_with_the_same_keys(lesson, step):
    truth, twins = index(lesson, "truth"), index(lesson, "twins")
    attack = kinds_of(lesson, [name for name, fact in truth.items() if fact == step])
    benign = kinds_of(lesson, [name for name, one in twins.items() if one["step"] == step])
    for source, shapes in attack.items():
        assert [shape for shape in shapes if shape not in benign[source]] == []
