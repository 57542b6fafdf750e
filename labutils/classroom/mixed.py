"""Offer targets that do not say which lesson they are from: `target("mixed", seed)`.

A seed draws one of the lessons' targets, and a flag of its own: a flag from the lesson opens
nothing here. What is tried is not noted, since it belongs to no lesson's row.
"""

import re
from dataclasses import dataclass
from functools import partial

from labutils.classroom.course import lesson
from labutils.classroom.judging import value
from labutils.classroom.registry import Target
from labutils.lab import dice

# Lessons whose targets can be played again with another flag. The others remember the one company,
# editor or crew that there is.
LESSONS = ("01", "02", "03", "04", "06", "09", "11", "12", "13")
NAME = re.compile(r"mixed-(\d{1,9})")
AGAIN = re.compile(r"""target\((["'])\d\d\1\)""")
SEEDS = 1_000_000_000


@dataclass(frozen=True)
class Mixed(Target):
    """A target of some lesson, without its name. `origin` is that lesson's number."""

    origin: str = ""


def drawn(seed: int) -> str:
    """Return the lesson whose target this seed draws.

    As many in a row as there are lessons draw each once.
    """
    order = dice("mixed targets", str(seed // len(LESSONS)))
    keys = {number: next(order) for number in LESSONS}
    return sorted(LESSONS, key=keys.__getitem__)[seed % len(LESSONS)]


def mixed(name: str) -> Mixed | None:
    """Return the target with that name, such as `mixed-7`, or None if it is not one."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    seed = int(found[1])
    number = drawn(seed)
    origin = lesson(number)
    assert origin is not None and origin.target is not None
    original, again = origin.target, f'target("mixed", {seed})'
    flag = "flag-" + next(dice("mixed target", str(seed)))
    return Mixed(
        id=f"mixed-{seed}",
        kind="value",
        judge=value(lambda answer: None if answer == flag else "other"),
        praise=f"{original.praise} This was the target of lesson {number}.",
        mistakes={"other": ("That is not the flag of this scene.", "answer = 'flag-0000'")},
        hints=original.hints,
        solution=original.solution,
        goal=f"{AGAIN.sub(again, original.brief)}\n{original.tools}".strip(),
        scene=partial(original.scene, flag=flag),
        origin=number,
    )
