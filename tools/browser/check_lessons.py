"""Work through the lessons that have beats in a real JupyterLab, by mouse and by keyboard alone.

    python tools/browser/check_lessons.py [NUMBER ...]

Each is opened on several screens. Run All must give nothing away and note nothing. Then each
question is answered: what was pressed has to stay where it was and keep the focus, the selection
moves on, and a screen reader hears the answer. After a restart of the kernel, Run All brings back
all of it. Where the tools of the site are installed (tools/site), axe looks at all outputs. Nothing
may be asked of another host, and the console holds no error. It prints what is wrong; the exit
status is 1 where anything is.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / part) for part in ("tools/browser", "tools", "tests/helpers", "")]
from first_question import chromium  # noqa: E402
from moulds import IN_BEATS  # noqa: E402
from server import OPTIONS, started  # noqa: E402

TOKEN = "check-lessons"
SCREENS = ((1440, "Light"), (1920, "Dark"), (390, "Light"))
AXE = ROOT / "tools" / "site" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
LOOKED_AT = f"""async () => {{
  const found = await axe.run({{include: [['.jp-OutputArea']]}}, {{runOnly: {json.dumps(TAGS)}}});
  return [...found.violations, ...found.incomplete].map(one =>
    `${{one.id}}: ${{one.nodes[0].html.slice(0, 120)}}`) }}"""
NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"
IDLE = """() => { const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.session?.kernel?.status === 'idle' }"""
ALL_RAN = f"""() => {NOTEBOOK}.widgets.every(cell => cell.model.type !== 'code' ||
  cell.model.executionCount !== null)"""
ERRORS = f"""() => {NOTEBOOK}.widgets.flatMap(cell => cell.model.type === 'code' ?
  cell.model.outputs.toJSON().filter(one => one.output_type === 'error').map(one => one.evalue) :
  [])"""
RUN = "name => window.jupyterapp.commands.execute(name)"
DARK = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
RESTART = """async () => {
  await window.jupyterapp.shell.currentWidget.sessionContext.restartKernel() }"""
SELECT = f"""number => {{ {NOTEBOOK}.activeCellIndex = number;
  {NOTEBOOK}.widgets[number].node.scrollIntoView({{block: 'start'}}) }}"""
SELECTED = f"() => {NOTEBOOK}.activeCellIndex"
HEARD = "() => document.getElementById('labutils-heard').textContent"
WHERE = """() => { const at = document.activeElement;
  return at.closest('.lu-options') ? 'option' : at.classList.contains('jp-Cell') ? 'cell' :
    at.closest('.jp-Cell') ? 'inside' : 'outside' }"""
ANSWERED = ("Result", "You saw it coming", "as you expected")
OPTION = ".lu-options button:not(.lu-skip):not(:disabled)"


class Lesson:
    """An open lesson. `wrong` is what was found, in sentences."""

    def __init__(self, page: Any, name: str):
        self.page, self.name, self.wrong = page, name, list[str]()

    def say(self, sentence: str) -> None:
        self.wrong.append(f"{self.name}: {sentence}")

    def run_all(self) -> None:
        """Run every cell; each failure is said."""
        self.page.evaluate(RUN, "notebook:run-all-cells")
        self.page.wait_for_function(ALL_RAN, timeout=120_000)
        self.page.wait_for_function(IDLE, timeout=60_000)
        self.page.wait_for_timeout(1_000)
        for error in self.page.evaluate(ERRORS):
            self.say(f"a cell fails: {error}")

    def asking(self) -> Iterator[tuple[int, Any]]:
        """Each cell that asks something: its number, and its place on the page."""
        for number in range(self.page.evaluate(f"() => {NOTEBOOK}.widgets.length")):
            self.page.evaluate(SELECT, number)
            self.page.wait_for_timeout(200)
            cell = self.page.locator(".jp-Notebook .jp-Cell").nth(number)
            if cell.locator(".lu-options").count():
                yield number, cell

    def answer(self, number: int, cell: Any) -> None:
        """Answer by mouse, and look at what moves."""
        self.page.wait_for_timeout(2_200)  # the page still holds what was pressed before
        for row in cell.locator(".widget-toggle-buttons").all():
            row.locator("button").first.click()
        self.page.wait_for_timeout(2_200)  # the page still holds what was pressed before
        own = cell.locator(".lu-options .jupyter-button:not(.lu-skip):not(.widget-toggle-button)")
        own.first.scroll_into_view_if_needed()
        self.page.wait_for_timeout(300)
        before, heard = own.first.bounding_box(), self.page.evaluate(HEARD)
        own.first.click()
        self.page.wait_for_timeout(1_500)
        moved = own.first.bounding_box()["y"] - before["y"]
        if abs(moved) > 2:
            self.say(f"cell {number}: what was pressed moved by {moved:.0f} pixels")
        if self.page.evaluate(WHERE) != "option":
            self.say(f"cell {number}: the focus left what was pressed")
        if self.page.evaluate(SELECTED) != number + 1:
            self.say(f"cell {number}: the selection did not move on")
        if self.page.evaluate(HEARD) in ("", heard):
            self.say(f"cell {number}: no screen reader hears the answer")

    def is_answered(self, cell: Any) -> bool:
        """Whether a question shows what happened."""
        told = "".join(cell.locator(".lu").all_text_contents())
        return any(words in told for words in ANSWERED)

    def looked_at(self) -> None:
        """Let axe look at all outputs."""
        if AXE.exists():
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            for finding in self.page.evaluate(LOOKED_AT):
                self.say(f"axe: {finding}")

    def by_keys(self) -> int:
        """Answer every question by keyboard alone, from the first cell; return how many."""
        keys, answered = self.page.keyboard, 0
        self.page.evaluate(SELECT, 0)
        self.page.locator(".jp-Notebook .jp-Cell").first.focus()
        for number in range(self.page.evaluate(f"() => {NOTEBOOK}.widgets.length")):
            if self.page.evaluate(SELECTED) != number:
                self.say(f"by keyboard: cell {number} cannot be reached")
                return answered
            keys.press("Control+Enter")
            self.page.wait_for_timeout(300)
            self.page.wait_for_function(IDLE, timeout=60_000)
            self.page.wait_for_timeout(500)
            cell = self.page.locator(".jp-Notebook .jp-Cell").nth(number)
            if cell.locator(OPTION).count():
                answered += self._one_by_keys(number, cell)
            keys.press("Escape")
            self.page.wait_for_timeout(100)
            keys.press("ArrowDown")
            self.page.wait_for_timeout(100)
        return answered

    def _one_by_keys(self, number: int, cell: Any) -> bool:
        keys = self.page.keyboard
        for _ in range(40):  # a row has two choices in each of its lines
            keys.press("Tab")
            if self.page.evaluate(WHERE) == "option":
                keys.press("Enter")
                self.page.wait_for_timeout(150)
            if self.is_answered(cell) or not cell.locator(OPTION).count():
                break
        self.page.wait_for_timeout(800)
        if not self.is_answered(cell):
            self.say(f"by keyboard: the question in cell {number} cannot be answered")
            return False
        if self.page.evaluate(WHERE) != "option":
            self.say(f"by keyboard: after an answer in cell {number} the focus is elsewhere")
        if self.page.evaluate(SELECTED) != number:
            self.say(f"by keyboard: an answer in cell {number} moved the selection")
        return True


@contextmanager
def opened(browser: Any, address: str, number: str, screen: tuple[int, str]) -> Iterator[Lesson]:
    """A lesson on a screen, once its kernel is there."""
    width, theme = screen
    page = browser.new_page(viewport={"width": width, "height": 900})
    errors, foreign = list[str](), list[str]()
    page.on("console", lambda said: said.type == "error" and errors.append(said.text[:160]))
    page.on("request", lambda asked: foreign.append(asked.url))
    name = next((ROOT / "notebooks").glob(f"{number}-*.ipynb")).name
    page.goto(f"{address}/lab/workspaces/{number}-{width}/tree/{name}?token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
    page.wait_for_function(IDLE, timeout=90_000)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.evaluate(DARK, f"JupyterLab {theme}")
    page.wait_for_timeout(1_000)
    lesson = Lesson(page, f"{number} at {width} px, {theme.lower()}")
    yield lesson
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    lesson.wrong += [f"{lesson.name}: the console says: {text}" for text in errors]
    lesson.wrong += [f"{lesson.name}: asks {url}" for url in foreign if not url.startswith(own)]
    page.close()


def by_mouse(lesson: Lesson, noted: pathlib.Path) -> list[str]:
    """What is not as it should be when somebody runs all, answers all, and comes back tomorrow."""
    lesson.run_all()
    if noted.exists() and '"first"' in noted.read_text(encoding="utf-8"):
        lesson.say("Run All noted an answer")
    count = 0
    for number, cell in lesson.asking():
        count += 1
        if lesson.is_answered(cell):
            lesson.say(f"cell {number}: Run All gives the answer away")
        lesson.answer(number, cell)
    lesson.looked_at()
    lesson.page.evaluate(RUN, "notebook:clear-all-cell-outputs")
    lesson.page.evaluate(RESTART)
    lesson.run_all()
    back = sum(lesson.is_answered(cell) for _, cell in lesson.asking())
    if not count or back != count:
        lesson.say(f"of {count} answers, {back} came back after a restart")
    return lesson.wrong


def checked(number: str, screen: tuple[int, str] | None) -> list[str]:
    """What is wrong with a lesson on a screen; without one, by keyboard alone."""
    with tempfile.TemporaryDirectory(prefix="lessons-") as name:
        folder = pathlib.Path(name)
        python = [sys.executable, "-m"]
        subprocess.run([*python, "labutils", "work", "work"], cwd=folder, check=True)
        command = [*python, "labutils", "lab", "work", OPTIONS]
        more = ["--LabApp.expose_app_in_browser=True"]
        with started(command, folder, TOKEN, more=more) as address, chromium() as browser:
            with opened(browser, address, number, screen or SCREENS[0]) as lesson:
                if screen:
                    return by_mouse(lesson, folder / "work" / "progress.json")
                asked = _questions(number)
                answered = lesson.by_keys()
                if answered != asked:
                    lesson.say(f"by keyboard: {answered} of {asked} questions were answered")
            return lesson.wrong


def _questions(number: str) -> int:
    """How many cells of a lesson ask something."""
    path = next((ROOT / "notebooks").glob(f"{number}-*.ipynb"))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return sum("with experiment(" in "".join(cell["source"]) for cell in cells)


def main(numbers: list[str]) -> int:
    """Check the lessons of these numbers, else all that have beats."""
    wrong = list[str]()
    for number in numbers or IN_BEATS:
        for screen in (*SCREENS, None):
            found = checked(number, screen)
            print(f"{number} {screen or 'by keyboard'}: {'MEND' if found else 'ok'}", flush=True)
            wrong += found
    for sentence in wrong:
        print(f"MEND {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
