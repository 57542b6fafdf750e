"""Offer what a notebook imports from the lab of the course Anatomy of a Cloud Hack.

Each name is loaded when it is first asked for. So `python -m labutils doctor` runs where a package
is broken, and a lesson that meets a broken package says so in one sentence.
"""

import importlib
import sys
from typing import Any

from labutils import supported

_HOMES = {
    "Lab": "lab",
    "accepts": "classroom.guard",
    "board": "instruments.board",
    "check": "classroom.exercises",
    "ending": "classroom.endings",
    "experiment": "classroom.experiment",
    "glass": "instruments.glass",
    "hint": "classroom.exercises",
    "logs": "instruments.logs",
    "mine": "classroom.exercises",
    "opened": "classroom.guard",
    "predict": "classroom.exercises",
    "progress": "classroom.exercises",
    "quiz": "classroom.exercises",
    "refuses": "classroom.guard",
    "reveal": "classroom.exercises",
    "ribbons": "instruments.ribbons",
    "controls": "instruments.controls",
    "show": "classroom.figures",
    "show_log": "classroom.cards",
    "show_request": "classroom.cards",
    "solution": "classroom.exercises",
    "target": "classroom.exercises",
    "wire": "instruments.wire",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """The name, from its module.

    Raises ImportError with a sentence where a package is missing or broken.
    """
    if name not in _HOMES:
        raise AttributeError(f"labutils has no name {name!r}")
    if supported.complaint():
        raise ImportError(supported.complaint())
    from labutils.doctor import complaint

    missing = complaint()
    if missing:
        raise ImportError(missing)
    try:
        module = importlib.import_module(f"labutils.{_HOMES[name]}")
    except ImportError as error:
        if (error.name or "labutils").startswith("labutils"):
            raise  # our own mistake, or a sentence of our own
        raise ImportError(complaint(error)) from error
    globals()[name] = getattr(module, name)
    return globals()[name]


if sys.argv[:1] == ["-m"] and supported.complaint():  # `python -m labutils`, in a Python too old
    sys.exit(supported.complaint())  # to read the module that would say so
