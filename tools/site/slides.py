"""Slides for a wall, one idea each, from the lessons' stored outputs: `make slides`, into
build/slides.

A heading begins a slide. A long text goes on over several. A prediction and a quiz are slides to
vote on. Code comes with its output on the next step. Exercises are named, for people do them in
their own copies.
"""

import html
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from labutils.classroom.registry import AnyPrediction, Quiz, lesson
from tools.guide import title_of
from tools.lessons import paths as lessons
from tools.site.build import HERE, HOUSE, LINK

SLIDES = HOUSE / "build" / "slides"
REVEAL = HERE / "node_modules" / "reveal.js"
WORDS, FEW = 75, 40  # on a slide; above code
CODE, OUTPUT, PICTURE = 18, 20, 99  # lines; a picture fills a slide
WIDTH = 92  # characters of a line
COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"^#{1,3} .*$", re.MULTILINE)
ITEM = re.compile(r"\n(?=(?:> )?[-*] )")
TASK = re.compile(r"^\*\*(\d\d-\d+)\.\*\*\s*")
VOTE = re.compile(r'^(?:predict|quiz)\("(\d\d-[pq]\d+)"', re.MULTILINE)
NO_LEARNER = re.compile(
    r"^(?:.* is not written here yet.*|You noted no prediction\.)\n?", re.MULTILINE
)
LEFT_OUT = re.compile(r"^(?:check|progress|target|solution|hint)\(", re.MULTILINE)


# --- what becomes of a cell ---------------------------------------------------------------------


def slides_of(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells of the slides of a lesson, each marked: a slide, or a step of the one before."""
    course = lesson(notebook.metadata.labutils.lesson)
    heading, said = "", 0
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for head, block in blocks(cell.source, heading):
                text = TASK.sub(r"## Your turn: \1\n\n", block)
                yield slide(new_markdown_cell(text if text != block else f"{head}\n\n{block}"))
                said = words([block])
            heading = next(reversed(HEADING.findall(cell.source)), heading)
            continue
        asked = VOTE.findall(cell.source)
        if asked:
            yield from votes(cell, [course.items[each] for each in asked])
        elif place > 2 and not LEFT_OUT.search(cell.source):
            yield from shown(cell, said <= FEW)
        said = WORDS


def blocks(text: str, heading: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of at most WORDS words, each below the heading that it stands under."""
    piece: list[str] = []
    for paragraph in paragraphs(COMMENT.sub("", text).strip()):
        found = HEADING.match(paragraph)
        if piece and (found or words([*piece, paragraph]) > WORDS):
            yield heading, "\n\n".join(piece)
            piece = []
        if found:
            heading = found[0]
            paragraph = paragraph[found.end() :].strip()
        if paragraph and not paragraph.startswith("If the next cell finds no module"):
            piece.append(paragraph)
    if piece:
        yield heading, "\n\n".join(piece)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs, and of a list that is too long for one slide each item."""
    for paragraph in re.split(r"\n\s*\n", text):
        yield from re.split(ITEM, paragraph) if words([paragraph]) > WORDS else [paragraph]


def words(texts: list[str]) -> int:
    return len(re.findall(r"\w+", LINK.sub(r"\1", " ".join(texts))))


def votes(cell: NotebookNode, asked: list[AnyPrediction | Quiz]) -> Iterator[NotebookNode]:
    """What the cell prints before it asks, and each question with its choices."""
    printed = "".join(output.get("text", "") for output in cell.outputs)
    before = printed.split(f"{asked[0].id}. ")[0].rstrip()
    if before:
        code = cut(before, OUTPUT)
        yield slide(new_markdown_cell(f"## Read this\n\n```python\n{code}\n```"))
    for item in asked:
        if isinstance(item, Quiz):
            choices = [f"{letter}) {choice.text}" for letter, choice in item.choices.items()]
        else:
            choices = [line.strip() for line in item.lines() if line.startswith("  ")]
        offered = "".join(f"<li>{html.escape(choice)}</li>" for choice in choices)
        question = html.escape(item.question).replace("\n", "<br>")
        text = f'<p>{question}</p>\n<ul class="vote">{offered}</ul>'
        yield slide(new_markdown_cell(f"## What do you think?\n\n{text}"))


def shown(cell: NotebookNode, below: bool) -> Iterator[NotebookNode]:
    """The code, cut to what can be read on a wall, then each output: a step, or a slide if long.

    `below`: short code stands on the slide with the few words before it.
    """
    source = cut(cell.source, CODE)
    lines = len(source.splitlines())
    below = below and lines <= CODE // 2
    yield slide(new_code_cell(source), "-" if below else "slide")
    room = CODE + 1 - lines - (8 if below else 0)
    for output in cell.outputs:
        height = PICTURE if "data" in output else len(wrapped(output.get("text", "")))
        short = readable(output)
        step = new_code_cell("", outputs=[short], metadata={"tags": ["output"]})
        yield slide(step, "fragment" if height <= room else "slide")
        room = room - height if height <= room else OUTPUT - height


def readable(output: NotebookNode) -> NotebookNode:
    """The output; of a text as many lines as fit, and none about a learner who wrote nothing."""
    if output.output_type != "stream":
        return output
    text = NO_LEARNER.sub("", output.text).strip("\n")
    return new_output("stream", name=output.name, text=cut(text, OUTPUT))


def wrapped(text: str) -> list[str]:
    """The lines of a text as the slide breaks them."""
    return [part for line in text.splitlines() for part in (textwrap.wrap(line, WIDTH) or [""])]


def cut(text: str, most: int) -> str:
    """The first lines of a text, and how many more there are."""
    rows, height = text.splitlines(), 0
    for place, row in enumerate(rows):
        height += len(wrapped(row)) or 1
        if height > most:
            return "\n".join([*rows[:place], f"# ... {len(rows) - place} more lines"])
    return text


def slide(cell: NotebookNode, kind: str = "slide") -> NotebookNode:
    cell.metadata.slideshow = {"slide_type": kind}
    return cell


# --- the whole ----------------------------------------------------------------------------------


def exporter() -> SlidesExporter:
    settings = Config()
    settings.TemplateExporter.extra_template_basedirs = [str(HERE / "templates")]
    settings.TemplateExporter.template_name = "slides"
    settings.TagRemovePreprocessor.enabled = True
    settings.TagRemovePreprocessor.remove_input_tags = {"output"}
    return SlidesExporter(config=settings, reveal_url_prefix="reveal.js", reveal_theme="white")


def index(titles: dict[str, str]) -> str:
    """A page that leads to the slides of each lesson, by file name and title."""
    items = "\n".join(
        f'<li><a href="{name}.html">{html.escape(title)}</a></li>' for name, title in titles.items()
    )
    title = "Anatomy of a Cloud Hack: slides"
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"></head>
<body style="font: 1.1rem/1.6 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<main><h1>{title}</h1><ul style="list-style: none; padding: 0">
{items}
</ul><p>Space and the arrow keys go on; O shows all slides; F fills the screen.</p></main>
</body></html>
"""


def main() -> int:
    if not REVEAL.exists():
        if shutil.which("npm") is None:
            print("The slides need reveal.js, which npm brings; there is no npm on the PATH.")
            return 2
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=HERE, check=True)
    shutil.rmtree(SLIDES, ignore_errors=True)
    SLIDES.mkdir(parents=True)
    shutil.copytree(REVEAL / "dist", SLIDES / "reveal.js" / "dist")
    shutil.copyfile(HERE / "static" / "slides.css", SLIDES / "slides.css")
    export, titles = exporter(), {}
    for path in lessons():
        notebook = nbformat.read(path, as_version=4)
        cells = list(slides_of(notebook))
        for place, cell in enumerate(cells):
            cell.id = f"slide-{place}"
        titles[path.stem] = title_of(notebook)
        metadata = {**notebook.metadata, "title": titles[path.stem]}
        told = new_notebook(cells=cells, metadata=metadata)
        page, _ = export.from_notebook_node(told)
        (SLIDES / f"{path.stem}.html").write_text(page, encoding="utf-8")
        print(f"{path.stem}: {sum(c.metadata.slideshow.slide_type == 'slide' for c in cells)}")
    (SLIDES / "index.html").write_text(index(titles), encoding="utf-8")
    print("The slides are built: open build/slides/index.html.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
