"""Run in the browser's Python by run.mjs: the cells of a lesson, and what they print that differs
from what is stored."""

import json
import os
import sys
import tempfile

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

PICTURE, PANEL = "image/png", "text/html"
WIDGET = "application/vnd.jupyter.widget-view+json"
TRACEBACK = "-" * 75  # the line that IPython begins one with
BLANK = "labutils.pictures.blank"  # what stands for matplotlib, once it does


# Pyodide keeps no compiled modules. Each lesson loads labutils afresh, so they are kept here.
sys.dont_write_bytecode = False


def text(value):
    """What a notebook holds as a text or as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def stored(outputs):
    """Stored outputs as (what was printed, what was displayed, the error).

    The text of a panel counts as printed. Buttons and sliders count as nothing, and of an
    instrument its picture and its words.
    """
    printed, displayed, error = "", [], None
    for output in outputs:
        if output["output_type"] == "stream":
            printed += text(output["text"])
        elif output["output_type"] == "error":
            error = [output["ename"], output["evalue"]]
        elif PANEL in output["data"]:
            printed += text(output["data"]["text/plain"]) + "\n"
        elif data := without_widget(output["data"]):
            displayed.append(data)
    return printed, displayed, error


def without_widget(data):
    """What is displayed beside a widget; nothing beside buttons."""
    if WIDGET not in data:
        return data
    others = {kind: value for kind, value in data.items() if kind != WIDGET}
    return others if any(map(text, others.values())) else {}


class Kept(DisplayHook):
    """Keeps the value of a cell as a notebook does, and prints nothing."""

    values = []

    def __call__(self, result=None):
        if result is not None and not self.quiet():
            self.values.append(self.compute_format_data(result)[0])
            self.update_user_ns(result)


def ran(shell, source):
    """The same of a cell that is run now."""
    Kept.values.clear()
    with capture_output() as captured:
        result = shell.run_cell(source, store_history=True)
    raised = result.error_before_exec or result.error_in_exec
    error = [type(raised).__name__, str(raised)] if raised else None
    printed = captured.stdout if error is None else captured.stdout.partition(TRACEBACK)[0]
    displayed = [*(output.data for output in captured.outputs), *Kept.values]
    printed += "".join(f"{data['text/plain']}\n" for data in displayed if PANEL in data)
    return printed, [data for data in displayed if PANEL not in data], error


def same_displays(before, now):
    """Whether the same was displayed; a picture counts as one, drawn or not."""
    if len(before) != len(now):
        return False
    return all(
        PICTURE in was or {kind: text(value) for kind, value in was.items()} == is_now
        for was, is_now in zip(before, now, strict=True)
    )


def fresh_shell():
    """IPython as in a kernel that was just started, in an empty folder."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "labutils"]:
        if name != BLANK:
            del sys.modules[name]
    os.chdir(tempfile.mkdtemp())
    InteractiveShell.clear_instance()
    quiet = Config(HistoryManager={"enabled": False})
    shell = InteractiveShell.instance(displayhook_class=Kept, config=quiet)
    shell.colors = "nocolor"
    return shell


def compare(notebook):
    """The cells that differ, as JSON: a list of {cell, stored, now}."""
    shell, different = fresh_shell(), []
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] != "code":
            continue
        before, now = stored(cell["outputs"]), ran(shell, text(cell["source"]))
        if before[0] != now[0] or before[2] != now[2] or not same_displays(before[1], now[1]):
            different.append({"cell": cell["id"], "stored": repr(before), "now": repr(now)})
    return json.dumps(different)


compare  # noqa: B018 - the value of this file, for run.mjs
