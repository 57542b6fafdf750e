"""Slides for a wall, one idea each, from the lessons' stored outputs: `make slides`, into
build/slides.

A heading begins a slide, and a long text goes on over several. Predictions and quizzes are slides
to vote on; the speaker's notes have what is right, and the thought behind each other choice. Code
comes with its output, and what a prediction came to is the next slide. Exercises and targets are
named, for people do them in their own copies. The long path hangs below the slides of the short.
"""

import collections
import html
import itertools
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

from labutils.classroom.course import lesson
from labutils.classroom.registry import AnyPrediction, Estimate, GridRow, Lesson, Prediction, Quiz
from tools.guide import title_of
from tools.lessons import paths as lessons
from tools.site.build import HERE, HOUSE, LINK, NO_LEARNER, of_the_course, words_of_picture

SLIDES = HOUSE / "build" / "slides"
REVEAL = HERE / "node_modules" / "reveal.js"
WORDS, FEW = 75, 40  # on a slide; above code
CODE, OUTPUT, ROOM, PICTURE = 18, 22, 22, 99  # lines; ROOM: code and output; a picture fills all
WIDTH, FINE = 92, 118  # characters of a line of code; of smaller type, where a line needs it
LINE, CHOICE, VOTE_ROOM = 62, 52, 13  # characters of a line of prose; of a choice; lines of a vote
HEADING = re.compile(r"^#{1,3} .*$", re.MULTILINE)
MINUTES = re.compile(r" \(\d+ min[^)]*\)$")
ITEM = re.compile(r"\n(?=(?:> )?[-*] )")
TASK = re.compile(r"^\*\*(\d\d-\d+)\.\*\*\s*")
TURN = "## Your turn: "
DECK = re.compile(r"(?:\.\./notebooks/)?(\d\d-[\w-]+)\.ipynb")
COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
CODE_SPAN, EMPHASIS = re.compile(r"`([^`]+)`"), re.compile(r"\*(\w+)\*")
VOTE = re.compile(r'^(?:predict|quiz)\("(\d\d-[pq]\d+)"', re.MULTILINE)
CAME_OUT = re.compile(r"^(\d\d-p\d+)\. Result: ", re.MULTILINE)
LEFT_OUT = re.compile(r"^(?:\w+ = )?(?:check|progress|target|solution|hint)\(", re.MULTILINE)


# --- what becomes of a cell ---------------------------------------------------------------------


def slides_of(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells of the slides of a lesson, each marked: a slide, one below it, or a step of it."""
    before = ""
    for section, cell in told(notebook):
        on_the_long_path = section.endswith("long)") and before.endswith("long)")
        if on_the_long_path and kind_of(cell) == "slide":
            slide(cell, "subslide")
        before = section
        yield cell


def told(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The cells of the slides in their order, each after the heading that it stands under."""
    course = lesson(notebook.metadata.labutils.lesson)
    heading, lead, imports = "", "", True
    for cell in joined(notebook.cells):
        if cell.cell_type == "markdown":
            note = note_of(cell)
            for section, title, block in blocks(cell.source, heading):
                title = title or (later(section) if section == heading else section)
                made = iter([slide(new_markdown_cell(linked(f"{title}\n\n{block}")))])
                yield from ((section, each) for each in with_note(made, note))
                heading, lead, note = section, "" if title.startswith(TURN) else block, ""
            heading = next(reversed(HEADING.findall(cell.source)), heading)
            continue
        asked = [course.items[each] for each in VOTE.findall(cell.source)]
        if asked:
            made = votes(cell, asked, lead)
        elif imports or LEFT_OUT.search(cell.source):
            made = iter(())
        else:
            made = shown(cell, later(heading), lead, course)
        made = with_note(made, note_of(cell))
        yield from ((heading, each) for each in made)
        lead, imports = "", False


def joined(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, with texts that follow one another as one."""
    for markdown, group in itertools.groupby(cells, lambda cell: cell.cell_type == "markdown"):
        if markdown:
            texts = list(group)
            text = new_markdown_cell("\n\n".join(cell.source for cell in texts))
            text.metadata = {"labutils": {"note": " ".join(filter(None, map(note_of, texts)))}}
            yield text
        else:
            yield from group


def note_of(cell: NotebookNode) -> str:
    """What the speaker says at a cell, by its metadata (docs/authoring.md)."""
    return str(cell.metadata.get("labutils", {}).get("note", ""))


def with_note(cells: Iterator[NotebookNode], note: str) -> Iterator[NotebookNode]:
    """The slides of a cell, the first with the speaker's note."""
    for place, cell in enumerate(cells):
        if note and not place:
            cell.source += f'\n\n<aside class="notes"><p>{in_html(note)}</p></aside>'
        yield cell


def later(heading: str) -> str:
    """The heading of a slide that is not the first under it: without the minutes."""
    return MINUTES.sub("", heading)


def linked(text: str) -> str:
    """The text with links to lessons led to their slides, and those to other files made words."""

    def mended(link: re.Match[str]) -> str:
        deck = DECK.match(link[2])
        return f"[{link[1]}]({deck[1]}.html)" if deck else link[1]

    return LINK.sub(mended, text)


def blocks(text: str, section: str) -> Iterator[tuple[str, str, str]]:
    """The text in pieces of at most WORDS words.

    Before each stands the heading of its section, and the title of an exercise where it is one.
    """
    piece: list[str] = []
    title = ""
    for paragraph in paragraphs(COMMENT.sub("", text).strip()):
        heading, task = HEADING.match(paragraph), TASK.match(paragraph)
        if piece and (heading or task or words([*piece, paragraph]) > WORDS):
            yield section, title, "\n\n".join(piece)
            piece = []
        if heading:
            section, title = heading[0], ""
        elif task:
            title = f"{TURN}{task[1]}"
        paragraph = paragraph[(heading or task).end() :].strip() if heading or task else paragraph
        if paragraph and not paragraph.startswith("No module named `labutils`"):
            piece.append(paragraph)
    if piece:
        yield section, title, "\n\n".join(piece)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs, and of a list that is too long for one slide each item."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\*\*\d\d-\d+\.\*\*)", text):
        yield from re.split(ITEM, paragraph) if words([paragraph]) > WORDS else [paragraph]


def words(texts: list[str]) -> int:
    return len(re.findall(r"\w+", LINK.sub(r"\1", " ".join(texts))))


# --- votes --------------------------------------------------------------------------------------


def votes(
    cell: NotebookNode, asked: list[AnyPrediction | Quiz], lead: str
) -> Iterator[NotebookNode]:
    """What the cell prints before it asks, and each question with its choices.

    A short text before the first, `lead`, stays on its slide.
    """
    text = NO_LEARNER.sub("", "".join(output.get("text", "") for output in cell.outputs))
    before = text.split(f"{asked[0].id}. ")[0].rstrip()
    if before:
        language = "python" if before.startswith(("def ", "class ", "@")) else "text"
        text = f"## Read this\n\n```{language}\n{cut(before, OUTPUT)}\n```"
        yield slide(new_markdown_cell(text))
    for place, item in enumerate(asked):
        offered, how = choices(item)
        height = sum(len(wrapped(text, LINE)) for text in (lead, item.question))
        height += 1.5 + sum(len(wrapped(choice, CHOICE)) + 0.5 for choice in offered)
        together = lead and not before and not place and height <= VOTE_ROOM
        listed = "".join(f"<li>{in_html(choice)}</li>" for choice in offered)
        title, verb = (
            ("Quiz", "quiz") if isinstance(item, Quiz) else ("What do you think?", "predict")
        )
        parts = [
            f"## {title}\n\n<p>{in_html(item.question)}</p>",
            f'<ul class="vote">{listed}</ul>' if offered else "",
            f'<p class="how">{in_html(how)} <code>{verb}("{item.id}", "")</code></p>',
            f'<aside class="notes">{"".join(notes(item))}</aside>',
        ]
        text = "\n".join(part for part in parts if part)
        yield slide(new_markdown_cell(text), "-" if together else "slide")
        if isinstance(item, Quiz):
            yield slide(new_markdown_cell("## What is right\n\n" + "".join(thoughts(item))))


def choices(item: AnyPrediction | Quiz) -> tuple[list[str], str]:
    """What can be chosen, and how."""
    if isinstance(item, Quiz):
        offered = [f"{letter}) {choice.text}" for letter, choice in item.choices.items()]
        return offered, "One letter:"
    offered = [line.strip() for line in item.lines() if line.startswith("  ")]
    if isinstance(item, GridRow):
        return offered, f"For each, o where {item.words[0]}, x where {item.words[1]}:"
    return offered, f"A number of {item.unit}:" if isinstance(item, Estimate) else "One letter:"


def notes(item: AnyPrediction | Quiz) -> Iterator[str]:
    """What the speaker alone sees: what is right, and the thought behind each other choice."""
    if isinstance(item, Quiz):
        yield from thoughts(item)
        return
    yield f"<p>It comes out: {in_html(item.named(item.truth))}.</p>"
    if isinstance(item, Prediction):
        believed = [(f"{letter})", guess.belief) for letter, guess in item.guesses.items()]
    elif isinstance(item, GridRow):
        names = {column.key: column.text for column in item.columns}
        believed = [(f"{names[key]}:", belief) for key, belief in item.beliefs.items()]
    else:
        believed = [("Too low:", item.too_low), ("Too high:", item.too_high)]
    for choice, belief in believed:
        if belief:
            yield f"<p>{in_html(choice)} {in_html(belief)}</p>"


def thoughts(item: Quiz) -> Iterator[str]:
    """What is said of each choice of a quiz question, the right one first."""
    for letter, choice in sorted(item.choices.items(), key=lambda pair: not pair[1].right):
        right = "Right. " if choice.right else ""
        said = f"{letter}) {right}{in_html(choice.why.removeprefix('Yes. '))}"
        yield f"<p><strong>{said}</strong></p>" if choice.right else f"<p>{said}</p>"


def in_html(text: str) -> str:
    """A text of the lessons' tables, with its code as code and its emphasis as emphasis."""
    text = EMPHASIS.sub(r"<em>\1</em>", html.escape(text))
    return CODE_SPAN.sub(r"<code>\1</code>", text).replace("\n", "<br>")


# --- code and what it prints --------------------------------------------------------------------


def shown(cell: NotebookNode, heading: str, lead: str, course: Lesson) -> Iterator[NotebookNode]:
    """The code, cut to what can be read on a wall; each output, a step or a slide; what came out.

    Short code stays on the slide of the few words before it, `lead`.
    """
    source = cut(cell.source, CODE)
    lines = len(wrapped(source, WIDTH))
    below = bool(lead) and words([lead]) <= FEW and lines <= CODE // 2
    if not below:
        yield slide(new_markdown_cell(heading))
    yield slide(new_code_cell(source), "-")
    room = ROOM - lines - (len(wrapped(lead, LINE)) * 2 if below else 0)
    for output in parted(cell.outputs, course):
        if isinstance(output, str):
            yield slide(new_markdown_cell(output))
            room = 0
            continue
        text = output.get("text", "")
        height = len(wrapped(text)) if text else PICTURE
        tags = ["output", "fine"] if in_fine_type(text) else ["output"]
        step = new_code_cell("", outputs=[output], metadata={"tags": tags})
        headed = "image/png" not in output.get("data", {})  # a picture has a title of its own
        if headed and height > room:
            yield slide(new_markdown_cell(heading))
        kind = "fragment" if height <= room else "-" if headed else "slide"
        yield slide(step, kind)
        room = room - height if height <= room else ROOM - height


def parted(outputs: list[NotebookNode], course: Lesson) -> Iterator[NotebookNode | str]:
    """The outputs; what a prediction came to, and why, is a text of its own.

    Left out is what is said of a learner who wrote nothing, and the words of the picture above.
    """
    words_above = ""
    for output in outputs:
        if output.output_type != "stream":
            words_above = words_of_picture(output)
            yield output
            continue
        text = NO_LEARNER.sub("", output.text)
        for identifier in CAME_OUT.findall(text):
            item = course.items[identifier]
            result = f"Result: {item.named(item.truth)}."
            before, text = around(f"{identifier}. {result} {item.because}", text)
            yield from printed(before, words_above)
            title = f"## What came out: {identifier}"
            yield f"{title}\n\n**{in_html(result)}**\n\n{in_html(item.because)}"
            words_above = ""
        yield from printed(text, words_above)


def around(said: str, text: str) -> tuple[str, str]:
    """What stands in a text before something that is said there, wherever lines end, and after."""
    place = re.search(r"\s+".join(map(re.escape, said.split())), text)
    assert place, f"a stored output does not say: {said}"
    return text[: place.start()], text[place.end() :]


def printed(text: str, words_above: str) -> Iterator[NotebookNode]:
    """An output with that text, as much as fits, without the words of the picture above it.

    There is none where no text is left.
    """
    first, _, rest = of_the_course(text.strip("\n")).partition("\n")
    text = rest if words_above and first == words_above else f"{first}\n{rest}"
    if text := text.strip("\n"):
        yield new_output("stream", name="stdout", text=cut(text, OUTPUT))


def wrapped(text: str, width: int = 0) -> list[str]:
    """The lines of a text as the slide breaks them; of an output without a given width."""
    width = width or (FINE if in_fine_type(text) else WIDTH)
    rows = text.splitlines()
    return [part for row in rows for part in (textwrap.wrap(row, width) or [""])]


def in_fine_type(text: str) -> bool:
    """Whether an output has a table that would be broken in larger type."""
    return any(len(row) > WIDTH and "  " in row.strip() for row in text.splitlines())


def cut(text: str, most: int) -> str:
    """The first lines of a text, and how many more there are."""
    rows, height = text.splitlines(), 0
    width = FINE if in_fine_type(text) else WIDTH
    for place, row in enumerate(rows):
        height += len(wrapped(row, width))
        if height > most:
            return "\n".join(
                [*rows[:place], f"# ... {len(rows) - place} more lines in the notebook"]
            )
    return text


# --- marks for nbconvert ------------------------------------------------------------------------


def slide(cell: NotebookNode, kind: str = "slide") -> NotebookNode:
    cell.metadata.slideshow = {"slide_type": kind}
    return cell


def kind_of(cell: NotebookNode) -> str:
    return cell.metadata.slideshow.slide_type


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
</ul>
<p>Space goes on through every slide. The arrow to the right passes over the long path, which hangs
below: the arrow down goes through it. O shows all slides; F fills the screen.</p>
<p>S opens a window for the speaker: the next slide, the time, and at each question what is right,
with the thought behind each other choice. Keep it off the wall.</p></main>
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
    for part in ("dist", "plugin/notes"):
        shutil.copytree(REVEAL / part, SLIDES / "reveal.js" / part)
    shutil.copyfile(HERE / "static" / "slides.css", SLIDES / "slides.css")
    export, titles = exporter(), {}
    for path in lessons():
        notebook = nbformat.read(path, as_version=4)
        cells = list(slides_of(notebook))
        for place, cell in enumerate(cells):
            cell.id = f"slide-{place}"
        titles[path.stem] = title_of(notebook)
        metadata = {**notebook.metadata, "title": titles[path.stem]}
        page, _ = export.from_notebook_node(new_notebook(cells=cells, metadata=metadata))
        (SLIDES / f"{path.stem}.html").write_text(page, encoding="utf-8")
        kinds = collections.Counter(map(kind_of, cells))
        print(f"{path.stem}: {kinds['slide']}, and {kinds['subslide']} of the long path")
    (SLIDES / "index.html").write_text(index(titles), encoding="utf-8")
    print("The slides are built: open build/slides/index.html.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
