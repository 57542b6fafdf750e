"""Open a lesson in each view that a reader may have of it, and look at what is there.

    python tools/browser/views.py [NUMBER ...] [--notebook PYTHON] [--pictures FOLDER]

A view is a front end, a state of its kernel, and what is installed. In each one the lesson is
looked at on light and on dark ground, at two widths. A row is printed for each view, and after it
what is wrong there; the exit status is 1 where anything is. `--notebook` names a Python that has
Jupyter Notebook 7 and this course; without it those views are left out. Where the tools of the site
are installed (tools/site), axe looks at all outputs.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / part) for part in ("tools/browser", "tools", "tests/helpers", "")]
from check_lessons import ANSWERED, AXE, DARK, IDLE, NOTEBOOK, RUN, TAGS  # noqa: E402
from first_question import chromium  # noqa: E402
from server import OPTIONS, started  # noqa: E402

from labutils.classroom.course import lesson  # noqa: E402
from labutils.classroom.experiment import quotes_of  # noqa: E402
from labutils.classroom.registry import AnyPrediction, Estimate, GridRow, Lesson  # noqa: E402

TOKEN = "views"
SCREENS = (("Light", 1440), ("Light", 390), ("Dark", 390), ("Dark", 1440))
LOOK, MANAGER = "labutils-look", "@jupyter-widgets/jupyterlab-manager"
NARROW = 600  # pixels; look.css has its own rules below it
UNSTYLED = "without our style sheet"
NO_WIDGETS = "raise ModuleNotFoundError(\"No module named 'ipywidgets'\")\n"
# What nobody should read in a lesson, wherever it is opened.
NEVER = ("Traceback (most recent call last)", "Loading widget", "Error displaying widget")
CELLS = f"{NOTEBOOK}.widgets.filter(one => one.model.type === 'code')"
FAILED = """const failed = cell =>
  !(cell.model.getMetadata('tags') ?? []).includes('raises-exception') &&
  cell.model.outputs.toJSON().some(one => one.output_type === 'error');"""
SEEN = f"""() => {{
  const notebook = {NOTEBOOK}, cells = {CELLS};
  const visible = css => [...notebook.node.querySelectorAll(css)].filter(one =>
    one.checkVisibility() && one.getBoundingClientRect().height > 1);
  const scroller = notebook.outerNode ?? notebook.node;
  const wide = [scroller, ...visible('.jp-OutputArea-output')]
    .filter(one => one.scrollWidth > one.clientWidth + 1);
  {FAILED}
  return {{
    cells: cells.map(cell => [cell.model.sharedModel.getSource(), cell.outputArea.node.innerText]),
    failed: cells.filter(failed).map(cell => cell.model.id),
    wide: wide.map(one => `${{one.className.slice(0, 60)}}: ${{one.innerText.slice(0, 60)}}`),
    cards: visible('.jp-OutputArea .lu').length,
    questions: visible('.lu-options').length,
    instruments: visible('.lu-live').length,
    pictures: visible('.jp-OutputArea-output img').length,
  }} }}"""
# Run All stops at a cell that fails.
RAN = f"""() => {{ const cells = {CELLS};
  {FAILED}
  return cells.some(failed) || cells.every(one => one.model.executionCount !== null) }}"""
VIOLATIONS = f"""async () => {{
  const found = await axe.run({{include: [['.jp-OutputArea']]}}, {{runOnly: {json.dumps(TAGS)}}});
  return found.violations.map(one => `${{one.id}}: ${{one.nodes[0].html.slice(0, 120)}}`) }}"""
KILL = """() => { const {session} = window.jupyterapp.shell.currentWidget.sessionContext;
  session.kernel.requestExecute({code: 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)'});
}"""
SAVE = "() => window.jupyterapp.shell.currentWidget.context.save()"
READY = """() => { const panel = window.jupyterapp?.shell.currentWidget;
  return !!panel?.context?.isReady && panel.content.widgets.length > 5 }"""
# Of all cells, once the first is at the top; Chromium takes no larger picture.
HEIGHT = f"""() => {{
  const notebook = {NOTEBOOK}; (notebook.outerNode ?? notebook.node).scrollTop = 0;
  const last = notebook.widgets.at(-1).node.getBoundingClientRect().bottom;
  return Math.round(Math.min(16000, last + 60)) }}"""
QUIET = "() => window.jupyterapp.shell.collapseLeft()"


# --- what is wrong, and what is said of it -------------------------------------------------------


def plain(text: str) -> str:
    """Return a text as it reads on any screen: in one line, without emphasis and capitals."""
    return " ".join(re.sub(r"[*`]", "", text).split()).casefold()


def parts_of(item: AnyPrediction) -> list[str]:
    """Return what must be readable of a question before somebody can answer it."""
    if isinstance(item, GridRow):
        return [item.question, *(column.text for column in item.columns), *item.words]
    if isinstance(item, Estimate):
        return [item.question]
    return [item.question, *(guess.text for guess in item.guesses.values())]


def asked_in(source: str) -> list[str]:
    """Return the names of the predictions that a cell's code asks for."""
    return re.findall(r"\bexperiment\(\s*\"([\w-]+)\"", source)


@dataclass(frozen=True)
class View:
    """One way to look at a lesson.

    `presses` says whether a press on a button reaches Python: where it does not, each open question
    must say how an answer is typed. `hears` says whether a screen reader is told, and `narrow`
    whether the lesson fits a phone: without the style sheet, its tables do not.
    """

    name: str
    presses: bool = False
    hears: bool = False
    narrow: bool = True


def unreadable(
    items: Mapping[str, Any], cells: Iterable[Sequence[str]], view: View
) -> Iterator[str]:
    """Yield what is missing of each question, by code and visible text of the cells."""
    for source, text in cells:
        words = plain(text)
        for name in asked_in(source):
            wanted = parts_of(items[name])
            if not view.presses and not any(plain(one) in words for one in ANSWERED):
                wanted.append(items[name].lines(quotes_of(name))[-1])
            for part in wanted:
                if plain(part) not in words:
                    yield f"{name} does not say: {part[:70]}"


def problems(view: View, items: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong on one screen, in sentences."""
    yield from unreadable(items, seen["cells"], view)
    text = "\n".join(words for _, words in seen["cells"])
    yield from (f"it says {words!r}" for words in NEVER if words in text)
    yield from (f"cell {name} fails" for name in seen["failed"])
    yield from (f"wider than its place: {one!r}" for one in seen["wide"])
    yield from (f"axe: {one}" for one in seen["violations"])
    if view.hears and not seen["heard"]:
        yield "no screen reader hears an answer"


def told(nodes: Iterable[Mapping[str, Any]], element: int) -> str | None:
    """Return what a live region of the accessibility tree says; None where it is none.

    `nodes` are those of Accessibility.getFullAXTree, and `element` is the region's DOM node there.
    """
    by_id = {node["nodeId"]: node for node in nodes}
    for node in by_id.values():
        live = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        if node.get("backendDOMNodeId") != element or node.get("ignored"):
            continue
        if live.get("live") in ("polite", "assertive"):
            below = [by_id[name] for name in node.get("childIds", ()) if name in by_id]
            return " ".join(one.get("name", {}).get("value", "") for one in below).strip()
    return None


def row(number: str, view: View, seen: Mapping[str, Any], count: int) -> str:
    """Return the row of a view: what is on its first screen, and how much is wrong."""
    parts = [seen[name] for name in ("cards", "questions", "instruments", "pictures")]
    heard = ("yes" if seen["heard"] else "no") if view.hears else ""
    return "| " + " | ".join([number, view.name, *map(str, parts), heard, str(count)]) + " |"


HEAD = "| lesson | view | cards | buttons below | instruments | pictures | heard | wrong |"


# --- the views ------------------------------------------------------------------------------------


class Opened:
    """An open lesson."""

    def __init__(self, page: Any):
        self.page = page

    def run_all(self) -> None:
        """Run every cell, or up to one that fails."""
        self.page.evaluate(RUN, "notebook:run-all-cells")
        self.page.wait_for_function(RAN, timeout=120_000)
        self.page.wait_for_function(IDLE, timeout=60_000)
        self.page.wait_for_timeout(1_500)

    def answer_all_but_the_last(self) -> None:
        """Press an option of each question that has buttons, and leave the last one open."""
        for question in self.page.locator(".lu-options").all()[:-1]:
            for line in question.locator(".widget-toggle-buttons").all():
                line.locator("button").first.click()
            for field in question.locator("input").all():
                field.fill("1")
            question.locator(".jupyter-button:not(.widget-toggle-button)").first.click()
            self.page.wait_for_timeout(1_500)

    def kill_the_kernel(self) -> None:
        """End the kernel as a lack of memory does; a new one, which knows nothing, takes over.

        An instrument says so when a new width has had no answer for five seconds.
        """
        self.page.evaluate(KILL)
        self.page.wait_for_timeout(2_000)
        self.page.set_viewport_size({"width": SCREENS[1][1], "height": 900})
        self.page.wait_for_timeout(6_000)
        for button in self.page.locator(".jp-Dialog .jp-mod-accept").all():
            button.click()

    def heard(self) -> str | None:
        """What a screen reader is told by the course's live region; None without one."""
        tools = self.page.context.new_cdp_session(self.page)
        root = tools.send("DOM.getDocument")["root"]["nodeId"]
        place = {"nodeId": root, "selector": "#labutils-heard"}
        found = tools.send("DOM.querySelector", place)["nodeId"]
        if not found:
            return None
        element = tools.send("DOM.describeNode", {"nodeId": found})["node"]["backendNodeId"]
        return told(tools.send("Accessibility.getFullAXTree")["nodes"], element)

    def seen(self, theme: str, width: int) -> dict[str, Any]:
        """What is on a screen."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(DARK, f"JupyterLab {theme}")
        self.page.wait_for_timeout(900)
        seen: dict[str, Any] = self.page.evaluate(SEEN)
        seen["heard"], seen["violations"] = self.heard(), []
        if AXE.exists():
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            seen["violations"] = self.page.evaluate(VIOLATIONS)
        return seen

    def picture(self, path: pathlib.Path, width: int) -> None:
        """Take a picture of the whole lesson."""
        for _ in range(2):  # a taller page can make the lesson taller
            self.page.set_viewport_size({"width": width, "height": self.page.evaluate(HEIGHT)})
            self.page.wait_for_timeout(500)
        self.page.screenshot(path=str(path))


class Course:
    """The working copy of one lesson, in a folder that is thrown away."""

    def __init__(self, number: str, folder: pathlib.Path, python: str = sys.executable):
        self.folder, self.python = folder, python
        self.environment = self._own_folders("state")
        command = [python, "-m", "labutils", "work", "work"]
        quiet = {"stdout": subprocess.DEVNULL, "env": self.environment}
        subprocess.run(command, cwd=folder, check=True, **quiet)
        self.path = next((folder / "work").glob(f"{number}-*.ipynb"))

    def _own_folders(self, name: str) -> dict[str, str]:
        """Variables that lead Jupyter to folders of its own, with every cell on the page."""
        state = self.folder / name
        settings = state / "settings" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True, exist_ok=True)
        whole = json.dumps({"windowingMode": "none"})
        (settings / "tracker.jupyterlab-settings").write_text(whole, encoding="utf-8")
        return os.environ | {
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        }

    def forget_who_is_trusted(self) -> None:
        """Let another account open the lesson: none of its outputs were signed there."""
        self.environment = self._own_folders("stranger")

    def turn_off(self, extension: str) -> None:
        """Leave out an extension of the front end."""
        page = pathlib.Path(self.environment["JUPYTER_CONFIG_DIR"], "labconfig", "page_config.json")
        page.parent.mkdir(parents=True)
        page.write_text(json.dumps({"disabledExtensions": {extension: True}}), encoding="utf-8")

    def hide_ipywidgets(self) -> None:
        """Let the kernel find no ipywidgets."""
        hiding = self.folder / "hiding"
        hiding.mkdir()
        (hiding / "ipywidgets.py").write_text(NO_WIDGETS, encoding="utf-8")
        paths = filter(None, (str(hiding), self.environment.get("PYTHONPATH")))
        self.environment["PYTHONPATH"] = os.pathsep.join(paths)

    @contextmanager
    def opened(self, browser: Any, *, notebook: bool = False) -> Iterator[Opened]:
        """Open the lesson in JupyterLab, or in Notebook 7."""
        command = [self.python, "-m", "labutils", "lab", "work", OPTIONS]
        more, kind = ["--LabApp.expose_app_in_browser=True"], "lab/tree"
        if notebook:
            command = [self.python, "-m", "notebook", OPTIONS]
            root = ["--allow-root", f"--ServerApp.root_dir={self.folder}"]
            more, kind = ["--JupyterNotebookApp.expose_app_in_browser=True", *root], "notebooks"
        server = started(command, self.folder, TOKEN, more=more, environment=self.environment)
        with server as address:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            name = self.path.relative_to(self.folder).as_posix()
            if not notebook:
                name = self.path.name
            page.goto(f"{address}/{kind}/{name}?token={TOKEN}")
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
            page.wait_for_function(READY, timeout=90_000)
            page.wait_for_function(IDLE, timeout=90_000)
            page.evaluate(QUIET)
            page.wait_for_timeout(1_000)
            yield Opened(page)
            page.close()


def views(
    number: str, browser: Any, folder: pathlib.Path, notebook: str
) -> Iterator[tuple[View, Opened]]:
    """Yield each view of a lesson, once it is open."""
    course = Course(number, _new(folder, "course"))
    with course.opened(browser) as page:
        page.run_all()
        page.answer_all_but_the_last()
        yield View("JupyterLab", presses=True, hears=True), page
        page.kill_the_kernel()
        yield View("the kernel was killed"), page
        page.page.evaluate(SAVE)
    with course.opened(browser) as page:
        yield View("saved, and opened again"), page
    course.forget_who_is_trusted()
    with course.opened(browser) as page:
        yield View("saved, and not trusted"), page
    for name, change in (
        (UNSTYLED, lambda one: one.turn_off(LOOK)),
        ("a front end without widgets", lambda one: one.turn_off(MANAGER)),
        ("a kernel without ipywidgets", Course.hide_ipywidgets),
    ):
        course = Course(number, _new(folder, name))
        change(course)
        with course.opened(browser) as page:
            page.run_all()
            styled = name != UNSTYLED
            yield View(name, presses=not styled, narrow=styled), page
    if notebook:
        course = Course(number, _new(folder, "notebook"), notebook)
        with course.opened(browser, notebook=True) as page:
            page.run_all()
            page.answer_all_but_the_last()
            yield View("Notebook 7", presses=True, hears=True), page
            page.page.evaluate(SAVE)
        with course.opened(browser, notebook=True) as page:
            yield View("Notebook 7, opened again"), page


def known_lesson(number: str) -> Lesson:
    """Return what a lesson asks. Raises SystemExit with a sentence where there is none."""
    known = lesson(number)
    if known is None:
        raise SystemExit(f"There is no lesson {number}.")
    return known


def _new(folder: pathlib.Path, name: str) -> pathlib.Path:
    place = folder / name.replace(" ", "-")
    place.mkdir()
    return place


def looked_at(
    number: str, browser: Any, notebook: str, pictures: pathlib.Path | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield a row for each view of a lesson, and what is wrong there."""
    known = known_lesson(number)
    with tempfile.TemporaryDirectory(prefix="views-") as name:
        for view, page in views(number, browser, pathlib.Path(name), notebook):
            wrong, screens = [], []
            for theme, width in SCREENS:
                if width < NARROW and not view.narrow:
                    continue
                seen = page.seen(theme, width)
                screens.append(seen)
                place = f"{number}, {view.name}, {theme.lower()}, {width} px"
                wrong += [f"{place}: {one}" for one in problems(view, known.items, seen)]
                if pictures:
                    file = re.sub(r"\W+", "-", f"{number}-{view.name}-{theme}-{width}".lower())
                    page.picture(pictures / f"{file}.png", width)
            yield row(number, view, screens[0], len(wrong)), wrong


def main(words: Sequence[str]) -> int:
    """Look at the lessons; print the rows and what is wrong. The exit status is 1 where anything
    is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", metavar="NUMBER", nargs="*", default=["06"])
    parser.add_argument("--notebook", metavar="PYTHON", default="", help="one with Notebook 7")
    parser.add_argument("--pictures", metavar="FOLDER", type=pathlib.Path, help="take pictures")
    chosen = parser.parse_args(words)
    if not AXE.exists():
        print("axe is left out: `npm ci` in tools/site brings it.")
    print(HEAD, "|---|---|---|---|---|---|---|---|", sep="\n", flush=True)
    all_wrong = list[str]()
    with chromium() as browser:
        for number in chosen.numbers:
            for line, wrong in looked_at(number, browser, chosen.notebook, chosen.pictures):
                print(line, flush=True)
                all_wrong += wrong
    for sentence in all_wrong:
        print(f"MEND {sentence}")
    return 1 if all_wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
