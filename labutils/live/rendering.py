"""Render the templates of the live pages: whatever is put into one is escaped.

What is HTML already says `raw`.
"""

import hashlib
import secrets
from functools import cache
from typing import Any

from tornado.escape import url_escape
from tornado.template import Loader

from labutils.lab import data_file, iso
from labutils.live.exercise import LiveExercise
from labutils.text import counted, shown


def render(template: str, /, **values: Any) -> str:
    """Return a template of data/live/templates, filled in."""
    return _loader().load(template).generate(**values).decode()


def clock(exercise: LiveExercise) -> str:
    """Return the company's clock, and how many real minutes are left."""
    seconds = max(0.0, exercise.length - exercise.seconds) / exercise.settings.speed
    left = f"{seconds / 60:.0f} min left" if seconds >= 60 else f"{seconds:.0f} s left"
    return render(
        "clock.html",
        hour=iso(exercise.now)[11:19],
        minute=exercise.seconds // 60,
        minutes=exercise.settings.minutes,
        left="over" if exercise.is_over else f"paused, {left}" if exercise.paused else left,
        share=round(100 * exercise.seconds / exercise.length),
    )


def at(time: int) -> str:
    """Return the hour and minute of a moment (seconds since 1970)."""
    return iso(time)[11:16]


def short_text(value: object, longest: int = 300) -> str:
    """Return a text with all that does not print escaped, and cut."""
    return shown(str(value), longest)


def several_lines(value: object, longest: int = 3000) -> str:
    """Return the same for a text of several lines."""
    return "\n".join(shown(one, longest) for one in str(value)[:longest].split("\n"))


def slug(value: str) -> str:
    """Return a name for an element that does not change with its place in a list."""
    return hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()[:10]


def new_key() -> str:
    """Return a key with which a form does its act only once, even if it is sent twice."""
    return secrets.token_hex(12)


@cache
def _loader() -> Loader:
    names = {
        "root": "../",
        "at": at,
        "counted": counted,
        "iso": iso,
        "new_key": new_key,
        "s": short_text,
        "several": several_lines,
        "slug": slug,
        "url_escape": url_escape,
    }
    return Loader(str(data_file("live/templates")), namespace=names)
