"""Ask the instructor for help: a button below a lesson's first cell, in a class alone.

Pressed, it leaves a small file beside the lessons, and pressed again it takes the file away. The
class's instructor sees the name of the account, the lesson and the minutes; of whoever does not
press it, nobody sees a name.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labutils.classroom import buttons, files
from labutils.classroom.workspace import home

SWITCH = "LABUTILS_HELP"  # 1 where an instructor looks: the class's hub sets it
NAME = "help-wanted.json"
ASK, ASKED = "I need help", "Help is on its way. Press again when you no longer need it."
WHO_SEES = "Your instructor will see the name of your account. Nobody else will."
FAILED = "That could not be noted. Raise your hand."


def path() -> Path | None:
    """Return where a wish for help is noted; None where no instructor looks."""
    folder = home() if os.environ.get(SWITCH) == "1" else None
    return folder / NAME if folder else None


def toggle(file: Path, number: str) -> bool:
    """Ask for help in a lesson, or no longer; return whether it is asked for now. Raises OSError.

    A file that somebody else removed meanwhile is one that no longer asks.
    """
    if file.exists():
        file.unlink(missing_ok=True)
        return False
    files.write(file, json.dumps({"lesson": number}).encode())
    return True


def offer(number: str) -> None:
    """Show the button of a lesson; do nothing outside a class, or without ipywidgets."""
    file = path()
    if file is None:
        return
    try:
        import ipywidgets
    except ImportError:
        return
    from IPython.display import display

    button = ipywidgets.Button(
        description=ASKED if file.exists() else ASK, layout=ipywidgets.Layout(width="auto")
    )
    note = ipywidgets.Label("" if file.exists() else WHO_SEES)

    def press(_: Any) -> None:
        try:
            asked = toggle(file, number)
        except OSError:
            note.value = FAILED
            return
        button.description = ASKED if asked else ASK
        note.value = "" if asked else WHO_SEES

    button.on_click(press)
    displayed: Callable[..., Any] = display  # IPython has no types for it
    displayed(buttons.view_of(ipywidgets.HBox([button, note])), raw=True)
