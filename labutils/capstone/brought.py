"""Take along what a learner wrote in the lessons: functions, and Sigma rules."""

import ast
import shutil
import tempfile
from pathlib import Path

from labutils.capstone.report import Fault
from labutils.hunt.rules import load
from labutils.text import shown

NAME = "toolbox.py"
LARGEST = 256 * 1024  # bytes of a toolbox that is read


def rules_of(toolbox: Path) -> dict[str, str]:
    """Return each whole Sigma rule that a toolbox holds, by its name. It is read and never run.

    Raises Fault for a file that is no Python or too large, and OSError.
    """
    with toolbox.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Fault(f"{shown(str(toolbox))} is larger than {LARGEST // 1024} kB, so it stays there")
    try:
        module = ast.parse(data)
    except (SyntaxError, ValueError) as error:
        raise Fault(f"{shown(str(toolbox))} cannot be read as Python: {error}") from None
    return {name: text for name, text in _texts(module).items() if _is_rule(text)}


def bring(toolbox: Path, rules: dict[str, str], folder: Path) -> None:
    """Copy a toolbox into the folder of an incident, and its rules to a file each under `rules/`.

    Raises OSError.
    """
    shutil.copyfile(toolbox, folder / NAME)
    for name, text in rules.items():
        (folder / "rules" / f"{name}.yml").write_bytes(text.strip("\n").encode() + b"\n")


def _texts(module: ast.Module) -> dict[str, str]:
    """What a module binds to a text, by name; of two with one name, the last."""
    found = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            target, text = statement.targets[0], statement.value.value
            if isinstance(target, ast.Name) and isinstance(text, str):
                found[target.id] = text
    return found


def _is_rule(text: str) -> bool:
    """Whether a text is a whole Sigma rule that the hunt can use."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "one.yml")
        path.write_bytes(text.encode("utf-8", "replace"))
        return bool(load([path]).rules)
