"""A real browser works through lessons of build/lite: `make check-lite`, after
`make lite ARGS=--offline`.

Each lesson is opened, all its cells are run, and what they print is compared with what is stored.
Then a prediction is noted and the page is loaded again: the learner's progress is still there, and
so is what was written into the lesson. No request leaves the machine. It needs Chromium as
`chromium` on the PATH. Lessons can be named; two are run otherwise.
"""

import json
import pathlib
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tools.lessons import paths as lessons
from tools.lite.build import HOUSE, SITE
from tools.lite.in_pyodide import same_displays, stored
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
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
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


def differences(path: pathlib.Path, cells: list[dict[str, Any]]) -> Iterator[str]:
    """The cells that printed something else than is stored."""
    original = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for was, now in zip(original, cells, strict=True):
        if was["cell_type"] != "code":
            continue
        before, after = stored(was["outputs"]), stored(now["outputs"])
        if before[0] != after[0] or after[2] or not same_displays(before[1], after[1]):
            yield f"{path.name}, {was['id']}: {before!r:.300} stored, {after!r:.300} now"


def progress_kept(page: Page) -> Iterator[str]:
    """What is lost of a learner's work over a reload; the page holds lesson 00."""
    page.evaluate(ADD, "predict('00-p1', 'a')  # the learner's own")
    noted = page.evaluate(NOTED)
    page.reload()
    page.evaluate(READY)
    if (kept := page.evaluate(NOTED)) != noted or '"00-p1"' not in kept:
        yield f"the progress was not kept over a reload: {noted} before, {kept} after"
    if "the learner's own" not in "".join(page.evaluate(CELLS)[-1]["source"]):
        yield "what the learner wrote was lost by a reload"
    page.evaluate(ADD, "from labutils import progress; progress()")
    printed = stored(page.evaluate(CELLS)[-1]["outputs"])[0]
    if "00-p1=a" not in printed:
        yield f"a new kernel does not know the progress: {printed}"


def work_through(context: BrowserContext, address: str, path: pathlib.Path) -> Iterator[str]:
    """What is wrong with one lesson, as a learner meets it whose browser was never here."""
    page = opened(context, address, path.name)
    run_all(page)
    yield from differences(path, page.evaluate(CELLS))
    page.screenshot(path=SHOTS / f"{path.stem}.png")
    if path.name[:2] == "00":
        yield from progress_kept(page)
        page.screenshot(path=SHOTS / "after-a-reload.png")


def main(numbers: list[str]) -> int:
    if not (SITE / "index.html").exists():
        print("There is no build/lite yet: run make lite ARGS=--offline first.")
        return 2
    shutil.rmtree(SHOTS, ignore_errors=True)
    paths = lessons()
    wanted = [path for path in paths if path.name[:2] in (numbers or USUAL)]
    address, problems, asked = served(SITE), [], []
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for path in wanted:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.on("request", lambda request: asked.append(request.url))
            problems += work_through(context, address, path)
            context.close()
        browser.close()
    outside = {url for url in asked if not url.startswith((address, "data:", "blob:"))}
    problems += [f"asks {url}" for url in sorted(outside)]
    print(*problems, sep="\n")
    print(f"{len(wanted)} lessons, {len(asked)} requests, {len(problems)} problems")
    return 1 if problems or not wanted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
