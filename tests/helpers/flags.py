"""The flag of a lesson's target, and where it is given away."""

import contextlib
import io
import runpy
from collections.abc import Iterator
from functools import cache

import lessons
import new_learner

from labutils.classroom.course import lesson
from labutils.lab import Lab


@cache
def parts_of_the_flag(number: str) -> tuple[str, ...]:
    """What proves that the target was reached: a flag, or the members of a set."""
    new_learner.begin()
    answer = won(number, lesson(number).target.scene())
    return (answer,) if isinstance(answer, str) else tuple(sorted(answer))


def won(number: str, scene: object) -> str | set[str]:
    """What the first of a lesson's routes gets in this scene."""
    routes = runpy.run_path(str(lessons.tests_of(number) / "target_routes.py"))["ROUTES"]
    with contextlib.redirect_stdout(io.StringIO()):
        return next(iter(routes.values()))(scene)


def gives_away(number: str, text: str) -> bool:
    """Whether a text holds all that proves the target."""
    return all(part in text for part in parts_of_the_flag(number))


def answers_that_give_away(number: str, labs: list[Lab]) -> Iterator[str]:
    """Requests that were answered with the flag."""
    for exchange in [exchange for lab in labs for exchange in lab.wire]:
        if gives_away(number, f"{exchange.response_headers} {exchange.response_body}"):
            yield f"{exchange.method} {exchange.url}"
