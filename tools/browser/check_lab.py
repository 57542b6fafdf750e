"""Let a real Chromium open what `make lab` opens, in a copy of this repository, as a learner does.

    python tools/browser/check_lab.py

It looks whether the first lesson's working copy opens, without outputs; runs all of it; changes a
cell, plays with an instrument, saves, starts again, and looks whether the change and a picture of
the instrument are there and the originals are as they were.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools" / "browser"))
from first_question import chromium  # noqa: E402
from server import OPTIONS, started  # noqa: E402

LESSON = "work/00-start-here.ipynb"
TOKEN = "check-lab"
PREDICTED = {"00-p1": {"first": "a"}}  # one prediction is made
READY = """() => { const w = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const k = w && w.sessionContext && w.sessionContext.session && w.sessionContext.session.kernel;
  return !!(k && w.context.isReady && w.content.widgets.length > 5 && k.status === 'idle') }"""
PATH = "() => window.jupyterapp.shell.currentWidget.context.path"
CODE = "window.jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code')"
OUTPUTS = f"() => {CODE}.flatMap(c => c.model.outputs.toJSON())"
ALL_RAN = f"""() => {CODE}.every(c => c.model.executionCount !== null) ||
  {CODE}.some(c => c.model.outputs.toJSON().some(o => o.output_type === 'error'))"""
TYPE = f"""() => {{ const cell = {CODE}[0].model.sharedModel;
  cell.setSource('# my own line\\n' + cell.getSource()) }}"""
PREDICT = f"""() => {CODE}.forEach(c => {{ const cell = c.model.sharedModel;
  cell.setSource(cell.getSource().replace('experiment("00-p1")', 'experiment("00-p1", "a")')) }})"""
# A cell at the end with an instrument, as a learner may write one.
GLASS = """from labutils import glass
from labutils.stage.forgeries import CLAIMS, SERVICE, forgeries, sign, strict
shown = glass(sign(CLAIMS, SERVICE), {"strict": strict}, more=forgeries())"""
ADD = """async code => {
  const {commands, shell} = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  await commands.execute('notebook:insert-cell-below');
  notebook.activeCell.model.sharedModel.setSource(code);
  await commands.execute('notebook:run-cell');
}"""
TO_THE_END = """() => { const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  return notebook.scrollToItem(notebook.widgets.length - 1); }"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"


def copy_of_the_repository(folder: pathlib.Path) -> None:
    """What git tracks, and the environment, so that nothing is built again."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    for name in listed.stdout.split("\n"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / ".venv", folder / ".venv", symlinks=True)


def digests(folder: pathlib.Path) -> dict[str, str]:
    """The SHA-256 of each original."""
    paths = sorted((folder / "notebooks").glob("*"))
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths if p.is_file()}


def lab(folder: pathlib.Path) -> AbstractContextManager[str]:
    """The address of a JupyterLab that `make lab` starts in that folder."""
    command = [sys.executable, "tools/course.py", "lab", OPTIONS]
    return started(command, folder, TOKEN, more=["--LabApp.expose_app_in_browser=True"])


@contextmanager
def opened(browser: Any, address: str) -> Iterator[Any]:
    """The page that `make lab` leads to, once its notebook and kernel are there."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/?token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
    page.wait_for_function(READY, timeout=90_000)
    yield page
    page.close()


def first_start(browser: Any, folder: pathlib.Path) -> list[str]:
    """What is not as it should be when somebody begins, runs all, and writes something."""
    wrong = []
    with lab(folder) as address, opened(browser, address) as page:
        if page.evaluate(PATH) != LESSON:
            wrong.append(f"{page.evaluate(PATH)} is open, and not {LESSON}")
        if page.evaluate(OUTPUTS):
            wrong.append("the copy has outputs before anything was run")
        page.evaluate(PREDICT)
        page.evaluate(RUN_ALL)
        page.wait_for_function(ALL_RAN, timeout=90_000)
        outputs = page.evaluate(OUTPUTS)
        wrong += [f"a cell fails: {o['evalue']}" for o in outputs if o["output_type"] == "error"]
        page.evaluate(TYPE)
        wrong += an_instrument_lives(page)
        page.evaluate(SAVE)
        page.wait_for_timeout(1500)
    return wrong


def an_instrument_lives(page: Any) -> list[str]:
    """What is not as it should be when somebody plays with a token under glass."""
    page.evaluate(ADD, GLASS)
    page.evaluate(TO_THE_END)
    try:
        page.locator(".lu-live button", has_text="alg none").click(timeout=30_000)
        page.locator(".lu-live .refused", has_text="strict").wait_for(timeout=10_000)
    except Exception as error:
        return [f"no instrument lives: {str(error).splitlines()[0]}"]
    return []


def second_start(browser: Any, folder: pathlib.Path) -> list[str]:
    """Whether what was written is still there, and a picture of the instrument."""
    wrong = []
    with lab(folder) as address, opened(browser, address) as page:
        source = page.evaluate(f"() => {CODE}[0].model.sharedModel.getSource()")
        if not source.startswith("# my own line\n"):
            wrong.append("what was written is gone at the second start")
        *_, output = page.evaluate(OUTPUTS)
        if sorted(output.get("data", {})) != ["image/svg+xml", "text/plain"]:
            wrong.append(f"of the instrument this was saved: {sorted(output.get('data', {}))}")
        page.evaluate(TO_THE_END)
        picture = page.locator(".jp-RenderedSVG img").last
        try:
            picture.wait_for(timeout=10_000)
        except Exception:
            wrong.append("the picture of the instrument is not shown at the second start")
    return wrong


def main() -> int:
    """Begin twice in a fresh copy; print what is wrong. The exit status is 1 where anything is."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = pathlib.Path(name, "course")
        copy_of_the_repository(folder)
        before = digests(folder)
        wrong = first_start(browser, folder) + second_start(browser, folder)
        if digests(folder) != before:
            wrong.append("an original in notebooks/ was changed")
        noted = json.loads((folder / "work" / "progress.json").read_bytes())["items"]
        first = {name: item for name, item in noted.items() if "first" in item}
        if first != PREDICTED:
            wrong.append(f"progress.json notes these predictions: {first}")
    for sentence in wrong:
        print(f"MEND {sentence}")
    print("make lab, twice, in a browser: " + ("not as it should be" if wrong else "ok"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
