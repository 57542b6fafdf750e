"""Targets that do not say which lesson they are from."""

import re

import pytest
import target_attacks
from flags import won
from tables import table

from labutils import check, hint, target
from labutils.classroom import mixed
from labutils.classroom.course import lesson

SEEDS = range(len(mixed.LESSONS))


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def test_as_many_seeds_in_a_row_as_lessons_draw_each_once():
    count = len(mixed.LESSONS)
    for first in (0, count, 450 * count):
        assert {mixed.drawn(seed) for seed in range(first, first + count)} == set(mixed.LESSONS)
    one, other = ([mixed.drawn(first + seed) for seed in range(count)] for first in (0, count))
    assert one != other


@table("seed", SEEDS)
def test_a_mixed_target_does_not_say_where_it_is_from(seed, capsys):
    scene = target("mixed", seed)
    said = capsys.readouterr().out
    assert not re.search(r"\b\d\d-(?:target|p?\d+)\b|lesson.\d|target\(.\d\d", said)
    assert "labutils" not in repr(scene)
    assert said.startswith(f"mixed-{seed}: ")


@pytest.mark.parametrize("seed", SEEDS)
def test_its_flag_is_its_own_and_the_lesson_s_model_gets_it(seed, capsys):
    number = mixed.drawn(seed)
    item = mixed.mixed(f"mixed-{seed}")
    flag, of_the_lesson = won(number, item.scene()), won(number, lesson(number).target.scene())
    assert flag.startswith("flag-") and flag != of_the_lesson
    capsys.readouterr()
    check(f"mixed-{seed}", of_the_lesson)
    assert "not yet" in capsys.readouterr().out
    check(f"mixed-{seed}", flag)
    assert f"passed. {item.praise[:20]}" in " ".join(capsys.readouterr().out.split())
    assert f"the target of lesson {number}" in item.praise


def test_what_is_tried_is_in_no_lesson_s_row(own_progress):
    check("mixed-3", "flag-0")
    assert not own_progress.exists()


def test_a_hint_helps_with_a_mixed_target_too(capsys):
    hint("mixed-3")
    assert lesson(mixed.drawn(3)).target.hints[0][:30] in capsys.readouterr().out


@table("seed", [None, -1, True, "7", 1.0, 10**9, 10**30, [], float("nan")])
def test_what_is_no_seed_gets_a_sentence(seed, capsys):
    assert target("mixed", seed) is None
    assert "needs a seed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["mixed", "mixed-", "mixed-x", "mixed--1", "mixed-1234567890"])
def test_what_is_no_mixed_target_is_named_as_unknown(name, capsys):
    check(name, "flag-0")
    assert "There is no" in capsys.readouterr().out


@table("seed", SEEDS)
def test_no_flag_stands_in_a_scene_or_is_guessed_from_it(seed):
    """The lessons' own targets are attacked in more ways (test_target_attacks)."""
    assert not target_attacks.looked_at(f"mixed-{seed}")
    assert not target_attacks.guessed(f"mixed-{seed}")
