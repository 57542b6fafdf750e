"""Build the site from the lessons' stored outputs: `make site`, into build/site.

Nothing is executed. Sphinx and its theme live in an environment of their own, `.venv/site`.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import nbformat

from labutils.classroom.exercises import WIDTH
from labutils.classroom.workspace import PRACTICE, in_the_repository, public_address
from labutils.text import DISTRIBUTION
from tools.colab import opened_in_colab
from tools.environments import python_with
from tools.guide import lesson_table
from tools.lessons import paths as lessons
from tools.lessons import practices, stored
from tools.site.apart import EXPERIMENT, apart

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
SOURCE, SITE, LITE = (HOUSE / "build" / name for name in ("site-source", "site", "lite"))
PARTS = {"00": None, "01": "Tokens", "06": "The breach", "11": "Mitigations"}
BROWSER = "Start in the browser"
WAIT = (
    '\n<p class="wait">The first time, the browser loads 28 to 43 MB. Python is ready after about '
    "fifteen seconds, or later on a slow connection.</p>"
)
CLONE = "cd anatomy-of-a-cloud-hack\n"
PAGES = {
    "To read": [
        "ways-to-start",
        "first-five-minutes",
        "story",
        "story-2025",
        "since-2023",
        "glossary",
        "at-work",
        "commands",
    ],
    "In your own logs": [
        "hunt",
        "hunting-rules",
        "rules-in-your-siem",
        "rules-on-spark",
        "axon",
        "scoring-a-hunt",
        "telemetry",
        "capstone",
        "live",
        "your-own-incident",
    ],
    "To teach and to build": [
        "for-training-leads",
        "instructor",
        "teaching-plans",
        "browser",
        "authoring",
        "architecture",
    ],
}
LINK = re.compile(r"(?<!!)\[([^]]*)\]\((?!https?:|#|mailto:)([^)\s]+)\)")
REVEALS, RESULT = re.compile(r"(?m)^\s*reveal\("), re.compile(r"(?m)^\s*seen\.result = ")
WIDTHS = (WIDTH, 110)  # characters of a line that a lesson says; of the words of a picture
NO_LEARNER = re.compile(r"(?m)^(?:.* is not written yet.*|You made no prediction\.)\n?")


# --- ways to start ------------------------------------------------------------------------------


def launches(address: str | None, lite: bool) -> dict[str, str]:
    """Where a lesson is started, by what the button says; `{name}` is the notebook's file name.

    Binder and Colab are known for repositories on GitHub alone.
    """
    ways = {}
    if lite:
        ways[BROWSER] = "lite/lab/index.html?path={name}"
    if address and address.startswith("https://github.com/"):
        repository, tag = address.removeprefix("https://github.com/"), f"v{version(DISTRIBUTION)}"
        binder = f"https://mybinder.org/v2/gh/{repository}/{tag}?urlpath=lab/tree/work/"
        colab = opened_in_colab(address) + "{name}"
        ways |= {"Open on Binder": binder + "{name}", "Open in Colab": colab}
    return ways | {"Start on your machine": "index.html#start"}


def buttons(ways: dict[str, str], name: str, up: str = "") -> str:
    """The line of buttons for a notebook, from a page `up` below the front page."""
    links = []
    for place, (label, link) in enumerate(ways.items()):
        href = link.format(name=name)
        href = href if href.startswith("https:") else up + href
        links.append(f'<a href="{href}"{"" if place else " class=first"}>{label}</a>')
    return f'<p class="launch">{"".join(links)}</p>'


# --- pages --------------------------------------------------------------------------------------


def relinked(text: str, page: pathlib.Path, address: str | None) -> str:
    """The text with its links kept inside the site, led to the repository, or made plain words."""

    def mended(link: re.Match[str]) -> str:
        words, target = link.groups()
        path, _, anchor = target.partition("#")
        target = pathlib.Path(os.path.normpath(page.parent / path)).relative_to(HOUSE)
        if (HOUSE / target) in on_the_site():
            return link[0]
        return f"[{words}]({in_the_repository(target.as_posix(), address)})" if address else words

    return LINK.sub(mended, text)


def on_the_site() -> set[pathlib.Path]:
    pages = {HOUSE / "docs" / f"{name}.md" for names in PAGES.values() for name in names}
    return {*stored(), *pages}


def lesson_page(path: pathlib.Path, ways: dict[str, str], address: str | None) -> str:
    """A lesson as the site shows it: alternative texts carried over, and what a prediction asks
    about behind a click."""
    notebook = nbformat.read(path, as_version=4)
    below = PRACTICE if path.parent.name == PRACTICE else ""
    launch = buttons(ways, f"{below}/{path.name}".lstrip("/"), "../../" if below else "../")
    notebook.cells = list(apart(notebook.cells))
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            cell.source = relinked(cell.source, path, address)
            if place == 0:
                title, _, rest = cell.source.partition("\n")
                cell.source = f"{title}\n\n{launch}\n{rest}"
            continue
        shows = RESULT.search(cell.source) and not EXPERIMENT.search(cell.source)
        if shows or REVEALS.search(cell.source):
            # the code of an experiment stands above, with its question
            tags = ["remove-input"] if shows else []
            cell.metadata.tags = [*cell.metadata.get("tags", []), *tags, "hide-output"]
            cell.metadata.mystnb = {
                "code_prompt_show": "Show what came out",
                "code_prompt_hide": "Hide what came out",
            }
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = of_the_course(output.text)
            if alt := words_of_picture(output):
                cell.metadata.setdefault("mystnb", {})["image"] = {"alt": alt}
            output.get("data", {}).pop("text/vnd.labutils.marks", None)
        cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    return nbformat.writes(notebook)


def of_the_course(text: str) -> str:
    """What a lesson printed, for those who look on: nothing of a learner who wrote nothing, and no
    sentence broken where a line of a notebook ends."""
    lines: list[str] = []
    before = ""
    for line in NO_LEARNER.sub("", text).splitlines():
        if lines and goes_on(before, line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        before = line
    return "".join(f"{line}\n" for line in lines)


def goes_on(line: str, following: str) -> bool:
    """Whether a sentence goes on there because its next word had no room on the line."""
    word = following.partition(" ")[0]
    in_a_table = "  " in line or "  " in following or not word
    filled = any(len(line) <= width < len(f"{line} {word}") for width in WIDTHS)
    return filled and not in_a_table


def words_of_picture(output: nbformat.NotebookNode) -> str:
    """The words that a picture was stored with, and that say what it shows."""
    return output.get("metadata", {}).get("image/png", {}).get("alt", "")


def toctree(caption: str | None, names: list[str], depth: int = 1) -> str:
    options = [f":caption: {caption}"] if caption else []
    head = ["```{toctree}", *options, f":maxdepth: {depth}", ":hidden:", ""]
    return "\n".join([*head, *names, "```"])


def tables_of_contents() -> Iterator[str]:
    """The parts of the course, then the pages, for the side bar."""
    part: list[str] = []
    caption = None
    for path in lessons():
        if path.name[:2] in PARTS and part:
            yield toctree(caption, part)
            part = []
        caption = PARTS.get(path.name[:2], caption)
        part.append(f"notebooks/{path.stem}")
    yield toctree(caption, part)
    yield toctree("Practice", [f"notebooks/practice/{path.stem}" for path in practices()])
    for caption, names in PAGES.items():
        yield toctree(caption, [f"docs/{name}" for name in names])


def start_of(readme: str) -> str:
    """What README says on how to start, once the course is there."""
    text = readme.split("\n## Start\n", 1)[1].split("\n## ", 1)[0].strip()
    for getting_it in (CLONE, " Unpack the course, or clone it, and then:"):
        assert getting_it in text, getting_it
        text = text.replace(getting_it, "")
    return text


def where_it_is(address: str | None) -> str:
    """Where a reader of the site gets the course itself."""
    if address:
        return f"Get the course first: `git clone {address}`, and change into its folder."
    return (
        "You start in a copy of the course's repository. This site was built without its public "
        "address, so it cannot lead you there, and has no buttons for Binder and Colab: ask "
        "whoever showed you the site."
    )


def front_page(ways: dict[str, str], address: str | None) -> str:
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    alt = re.search(r"!\[([^]]*)\]\(docs/lesson-00\.png\)", readme)
    assert alt, "README has the picture of lesson 00"
    text = (HERE / "index.md").read_text(encoding="utf-8")
    for mark, part in {
        "LAUNCH": buttons(ways, "00-start-here.ipynb") + (WAIT if BROWSER in ways else ""),
        "COUNT": str(len(lessons())),
        "ALT": alt[1],
        "LESSONS": lesson_table(lessons()),
        "ADDRESS": where_it_is(address),
        "START": relinked(start_of(readme), HOUSE / "README.md", address),
    }.items():
        text = text.replace(mark, part, 1)
    return "\n\n".join([text, *tables_of_contents()]) + "\n"


# --- the whole ----------------------------------------------------------------------------------


def write_source(address: str | None, lite: bool) -> None:
    """The folder that Sphinx reads, made afresh."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for folder in ("notebooks", "docs"):
        (SOURCE / folder).mkdir(parents=True)
    shutil.copytree(HERE / "static", SOURCE / "static")
    shutil.copyfile(HERE / "conf.py", SOURCE / "conf.py")
    settings = {"version": version(DISTRIBUTION), "address": address}
    (SOURCE / "site.json").write_text(json.dumps(settings), encoding="utf-8")
    ways = launches(address, lite)
    (SOURCE / "index.md").write_text(front_page(ways, address), encoding="utf-8")
    (SOURCE / "notebooks" / "practice").mkdir()
    for path in stored():
        page = lesson_page(path, ways, address)
        (SOURCE / path.relative_to(HOUSE)).write_text(page, encoding="utf-8")
    for path in sorted((HOUSE / "docs").glob("*.png")):
        shutil.copyfile(path, SOURCE / "docs" / path.name)
    for path in on_the_site() - set(stored()):
        text = relinked(path.read_text(encoding="utf-8"), path, address)
        page = SOURCE / path.relative_to(HOUSE)
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make site", description=__doc__)
    parser.add_argument("--lite", action="store_true", help="with build/lite, made by make lite")
    chosen = parser.parse_args(arguments)
    if chosen.lite and not (LITE / "index.html").exists():
        print("There is no build/lite yet: run make lite first, or leave --lite out.")
        return 2
    address = public_address()
    if address is None:
        print(
            "[project.urls] Repository is not set in pyproject.toml, so the buttons for Binder and "
            "Colab, and links into the repository, are left out."
        )
    write_source(address, chosen.lite)
    python = python_with("site", HERE / "requirements.txt")
    shutil.rmtree(SITE, ignore_errors=True)
    strict = ["-W", "--keep-going", "-q", "-E", "-d", SOURCE.parent / "site-doctrees"]
    if status := subprocess.call([python, "-m", "sphinx", "-b", "html", *strict, SOURCE, SITE]):
        return status
    for template in (SITE / "_static").glob("*webpack-macros.html"):  # of the themes, no pages
        template.unlink()
    if chosen.lite:
        shutil.copytree(LITE, SITE / "lite")
        print(
            "The site is built. A browser runs no lesson from a file, so serve it: "
            "python -m http.server --bind 127.0.0.1 --directory build/site"
        )
        return 0
    print("The site is built: open build/site/index.html.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
