"""Targets under attack: none is won by a loop, a look or a guess."""

import copy
import inspect
import pickle
from contextlib import suppress
from types import SimpleNamespace

import pytest
import target_attacks
from tables import table
from target_attacks import ATTACKS, NUMBERS, flags_in, fresh, ways_that_work

from labutils.classroom import exercises, mixed
from labutils.lab import SceneError
from labutils.lessons.lesson_04.two_wikis import FLAG


@pytest.mark.parametrize("number", [number for number in NUMBERS if number < "16"])
def test_no_target_is_won_without_understanding(number):
    assert ways_that_work(number) == []


@table("number", [number for number in NUMBERS if number < "16"])
def test_a_scene_shows_what_a_person_may_hold_and_nothing_of_its_machinery(number):
    """No lab, no provider, no switch such as `is_over` that somebody could turn by hand."""
    scene = fresh(number)
    values = {}
    for name in dir(scene):
        with suppress(ValueError):  # what this scene does not have
            values[name] = getattr(scene, name) if not name.startswith("_") else None
    machinery = [
        name
        for name, value in values.items()
        if not callable(value)
        and (isinstance(value, bool) or type(value).__module__.startswith("labutils"))
    ]
    assert machinery == []


def weak(way):
    """A scene that gives the flag of lesson 04 in this way alone."""
    if way in ("looked at", "guessed"):
        return SimpleNamespace(log=[FLAG])
    methods = {
        "called": lambda: FLAG,
        "looped": lambda one: FLAG if one == 7 else "no",
        "on a grid": lambda one, other: FLAG if (one, other) == (2, 3) else "no",
    }
    return SimpleNamespace(open=methods[way])


@pytest.mark.parametrize("way", ATTACKS)
def test_an_attack_is_noticed_where_there_is_something_to_win(way, monkeypatch):
    monkeypatch.setattr(target_attacks, "fresh", lambda _number: weak(way))
    assert ATTACKS[way]("04")


def test_a_text_that_only_looks_like_a_flag_is_none():
    assert not flags_in("04", "flag-0000") and not flags_in("04", "")


@table("number", NUMBERS)
def test_no_scene_can_be_copied_to_try_for_nothing(number):
    scene = exercises.target(number)
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SceneError, match="it counts what you try"):
            copied(scene)


@table("number", NUMBERS)
def test_what_python_shows_of_a_scene_has_neither_its_flag_nor_its_source(number):
    scene = fresh(number)
    if type(scene).__module__ == "builtins":
        return  # a plain value
    with pytest.raises(TypeError):
        vars(scene)
    for show in (inspect.getsource, lambda one: inspect.getsource(type(one))):
        with pytest.raises((TypeError, OSError)):
            show(scene)
    assert not [name for name in dir(scene) if name.startswith("_")]
    with pytest.raises(SceneError, match="cannot be changed by hand"):
        scene.anything = 1


@table(("number", "stops"), [("04", "Locked after three refusals"), ("12", "Three attempts")])
def test_a_mixed_target_has_the_patience_of_the_target_that_it_comes_from(number, stops, capsys):
    seed = next(one for one in range(99) if mixed.drawn(one) == number)
    for scene in (fresh(number), fresh("mixed-%d" % seed)):
        said = spent(number, scene)
    assert stops in said + capsys.readouterr().out, "it is spent by the two of them together"


def spent(number, scene):
    """Two attempts that fail; what the last one was answered."""
    for place in range(2):
        if number == "04":
            scene.tom.get("https://north.example/login")
            said = scene.tom.post("https://north.example/cb", data={"id_token": "x"}).text
        else:
            said = scene.try_setting(scene.Setting(60 - place, "offline"), (1, 1))
    return said
