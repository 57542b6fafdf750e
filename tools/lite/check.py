"""A real browser works through lessons of build/lite: `make check-lite`, after `make lite`.

Each lesson is opened, all its cells are run, and what they print is compared with what is stored.
Then a question of the quiz is answered and the page is loaded again: the learner's progress is
still there, and so is what was written into the lesson. No request leaves the machine: what a
public site would ask of Pyodide's server is answered here (in_its_place.py), and then not answered,
to see what a learner is told. `--real` lets that server answer. Then, and on a site without a
network, each picture must be drawn. It needs Chromium as `chromium` on the PATH. Lessons can be
named; two are run otherwise.
"""

import argparse
import functools
import json
import pathlib
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright

from tools.lessons import paths as lessons
from tools.lite import in_its_place
from tools.lite.build import HOUSE, SITE
from tools.lite.in_pyodide import PICTURE, same_displays, stored
from tools.loopback import FLAGS, served

USUAL = ("00", "13")
LONGEST = 600_000  # milliseconds that anything may take
SHOTS = HOUSE / "build" / "lite-shots"

READY = """async () => {
  while (!window.jupyterapp?.shell.currentWidget?.sessionContext)
    await new Promise(resolve => setTimeout(resolve, 100));
  const context = window.jupyterapp.shell.currentWidget.sessionContext;
  await context.ready;
  await context.session.kernel.info;
}"""
# Run unseen: whether verbs answer in cards and hold results back, or in the text that is stored.
QUIETLY = """async code => { await window.jupyterapp.shell.currentWidget.sessionContext.session
  .kernel.requestExecute({code, silent: true}).done; }"""
IN_TEXT = "import os; os.environ['LABUTILS_PANELS'] = '0'"
IN_CARDS = "import os; os.environ.pop('LABUTILS_PANELS')"
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
# An instrument, as a learner may show one.
GLASS = """from labutils import glass
from labutils.stage.forgeries import CLAIMS, SERVICE, forgeries, sign, strict
shown = glass(sign(CLAIMS, SERVICE), {"strict": strict}, more=forgeries())"""
# A cell at the end of the lesson with this code, run; then the lesson is saved.
ADD = """async code => {
  const {commands, shell} = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.model.sharedModel.cells.length - 1;
  await commands.execute('notebook:insert-cell-below');
  notebook.activeCell.model.sharedModel.setSource(code);
  await commands.execute('notebook:run-cell');
  await commands.execute('docmanager:save');
}"""
NOTED = """async () => {
  const contents = window.jupyterapp.serviceManager.contents;
  const {content, format} = await contents.get('progress.json', {content: true});
  return format === 'base64' ? atob(content) : JSON.stringify(content);
}"""


def opened(context: BrowserContext, address: str, name: str) -> Page:
    """The lesson in JupyterLite, with a kernel that answers; says how long that took."""
    began, page = time.monotonic(), context.new_page()
    page.set_default_timeout(LONGEST)
    page.goto(f"{address}lab/index.html?path={name}")
    page.evaluate(READY)
    print(f"{name}: kernel ready in {time.monotonic() - began:.1f} s", end="", flush=True)
    return page


def run_all(page: Page) -> None:
    began = time.monotonic()
    page.evaluate(RUN_ALL)
    print(f", run in {time.monotonic() - began:.1f} s", flush=True)


def cells_of(path: pathlib.Path) -> list[dict[str, Any]]:
    """The cells of the lesson as it is stored."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def drawn(cells: list[dict[str, Any]]) -> int:
    """How many pictures stand in these cells."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum(PICTURE in output.get("data", {}) for output in outputs)


def differences(path: pathlib.Path, cells: list[dict[str, Any]]) -> Iterator[str]:
    """The cells that printed something else than is stored."""
    for was, now in zip(cells_of(path), cells, strict=True):
        if was["cell_type"] != "code":
            continue
        before, after = stored(was["outputs"]), stored(now["outputs"])
        if before[0] != after[0] or after[2] or not same_displays(before[1], after[1]):
            yield f"{path.name}, {was['id']}: {before!r:.300} stored, {after!r:.300} now"


def progress_kept(page: Page) -> Iterator[str]:
    """What is lost of a learner's work over a reload; the page holds lesson 00."""
    page.evaluate(ADD, "quiz('00-q1', 'a')  # the learner's own")
    noted = page.evaluate(NOTED)
    page.reload()
    page.evaluate(READY)
    if (kept := page.evaluate(NOTED)) != noted or '"00-q1"' not in kept:
        yield f"the progress was not kept over a reload: {noted} before, {kept} after"
    if "the learner's own" not in "".join(page.evaluate(CELLS)[-1]["source"]):
        yield "what the learner wrote was lost by a reload"
    page.evaluate(ADD, "from labutils import progress; progress()")
    printed = stored(page.evaluate(CELLS)[-1]["outputs"])[0]
    if "00-q1=a" not in printed:
        yield f"a new kernel does not know the progress: {printed}"


def an_instrument_lives(page: Page) -> Iterator[str]:
    """What is wrong when somebody plays with a token under glass. Where its front end is missing
    nothing fails: a picture stands there, and nothing lives."""
    page.evaluate(ADD, GLASS)
    try:
        page.locator(".lu-live button", has_text="alg none").click(timeout=60_000)
        page.locator(".lu-live .refused", has_text="strict").wait_for(timeout=30_000)
    except TimeoutError as error:
        yield f"no instrument lives: {str(error).splitlines()[0]}"


def work_through(
    context: BrowserContext, address: str, path: pathlib.Path, *, pictures: bool
) -> Iterator[str]:
    """What is wrong with one lesson, as a learner meets it whose browser was never here.

    With `pictures`, each must be drawn.
    """
    page = opened(context, address, path.name)
    page.evaluate(QUIETLY, IN_TEXT)
    run_all(page)
    page.evaluate(QUIETLY, IN_CARDS)
    cells = page.evaluate(CELLS)
    yield from differences(path, cells)
    if pictures and (now := drawn(cells)) != (wanted := drawn(cells_of(path))):
        yield f"{path.name}: {now} of {wanted} pictures are drawn"
    page.screenshot(path=SHOTS / f"{path.stem}.png")
    if path.name[:2] == "00":
        yield from progress_kept(page)
        page.screenshot(path=SHOTS / "after-a-reload.png")
        yield from an_instrument_lives(page)
        page.screenshot(path=SHOTS / "an-instrument.png")


def what_is_said(context: BrowserContext, address: str, path: pathlib.Path) -> Iterator[str]:
    """What is wrong with the error of a lesson for which no package comes."""
    page = opened(context, address, path.name)
    run_all(page)
    errors = [stored(cell.get("outputs", []))[2] for cell in page.evaluate(CELLS)]
    first = next((error for error in errors if error), None)
    if first is None or "Pyodide's server" not in first[1]:
        yield f"{path.name} does not say that Pyodide's server is missing: {first}"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make check-lite", description=__doc__)
    parser.add_argument("numbers", nargs="*", default=USUAL, metavar="NN")
    parser.add_argument("--real", action="store_true", help="let Pyodide's own server answer")
    chosen = parser.parse_args(words)
    if not (SITE / "index.html").exists():
        print("There is no build/lite yet: run make lite ARGS=--offline first.")
        return 2
    shutil.rmtree(SHOTS, ignore_errors=True)
    wanted = [path for path in lessons() if path.name[:2] in chosen.numbers]
    lock = json.loads(in_its_place.LOCK.read_text(encoding="utf-8"))
    elsewhere = in_its_place.elsewhere(lock)  # empty on a site without a network
    instead = bool(elsewhere) and not chosen.real
    given = in_its_place.packages(lock) if instead else {}
    visit = functools.partial(work_through, pictures=not instead)
    visits = [(visit, path, given) for path in wanted]
    visits += [(what_is_said, path, {}) for path in wanted[:1] if instead]
    address, problems, asked = served(SITE), [], []
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for visit, path, there in visits:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.on("request", lambda request: asked.append(request.url))
            if instead:
                in_its_place.stand_in(context, lock, there)
            problems += visit(context, address, path)
            context.close()
        browser.close()
    outside = {url for url in asked if not url.startswith((address, "data:", "blob:"))}
    problems += [f"asks {url}" for url in sorted(outside - set(elsewhere))]
    problems += [f"never asks {url}" for url in sorted(set(elsewhere) - outside)]
    print(*problems, sep="\n")
    print(f"{len(wanted)} lessons, {len(asked)} requests, {len(problems)} problems")
    return 1 if problems or not wanted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
