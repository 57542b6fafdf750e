"""Slides for a wall, from the lessons' stored outputs and the marks in their cells' metadata
(docs/authoring.md): `make slides`, into build/slides.

A marked cell is on the wall, and no other. Its text is what the mark `wall` says, or its own, a few
paragraphs a slide. Predictions and quizzes are slides to vote on; the speaker's notes have what is
right, and the thought behind each other choice. What a prediction came to is a slide of its own. An
exercise is named and comes with its skeleton, for people write in their own copies. What is marked
of the long path hangs below the slides of the short.
"""

import base64
import collections
import html
import io
import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator

import nbformat
import numpy
from matplotlib.image import imread
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from numpy.typing import NDArray
from traitlets.config import Config

from labutils.classroom.course import lesson
from labutils.classroom.registry import AnyPrediction, Estimate, GridRow, Lesson, Prediction, Quiz
from labutils.pictures.look import LIGHT, variables
from tools.guide import title_of
from tools.lessons import paths as lessons
from tools.site import talk
from tools.site.apart import EXPERIMENT, apart, around
from tools.site.build import HERE, HOUSE, LINK, NO_LEARNER, of_the_course, words_of_picture

SLIDES = HOUSE / "build" / "slides"
REVEAL = HERE / "node_modules" / "reveal.js"
WORDS, TASK_WORDS = 75, 100  # of prose on a slide; of an exercise above its skeleton
CODE, OUTPUT, ROOM, PICTURE = 14, 15, 16, 99  # lines; ROOM: code and output; a picture fills all
WIDTH = 78  # characters of a line of code, in type that the last row can read
BROAD, TABLE = 88, 15  # characters of a broken line of prose; lines of a table, on a slide
BROAD_OUTPUT = 30  # lines of an output that is shown as tables, over more than one slide
SHORT = 2  # lines of output that are no slide of their own
RESULT = 8  # lines that a result needs below an output
TALL, HEAD = 0.7, 0.1  # height by width of a picture; the part of it that names its columns
A_HOUR = 45  # slides at most
OFF_THE_WALL = (
    "What you will be able to do",
    "What you need to know first",
    "How to run a cell",
    "In practice",
    "Go further",
)  # sections for who reads
FOR_WHO_RUNS_IT = ("Time: ", "*No module named ")  # how their paragraphs begin
HEADING = re.compile(r"^#{1,3} .*$", re.MULTILINE)
MINUTES = re.compile(r" \(\d+ min[^)]*\)$")
IN_TEXT = re.compile(r" \(\d+ min\)")
ITEM = re.compile(r"(?<=\n)(?=(?:> )?(?:[-*]|\d+\.) )")
SENTENCE = re.compile(r"(?<=[.!?] )(?=[A-Z\[])")
TASK = re.compile(r"^\*\*(\d\d-\d+)\.\*\*", re.MULTILINE)
TURN, NEXT = "## Your turn: ", "\n\n---\n\n"  # NEXT: between the slides of one wall
DECK = re.compile(r"(?:\.\./notebooks/)?(\d\d-[\w-]+)\.ipynb")
COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
CODE_SPAN, EMPHASIS = re.compile(r"`([^`]+)`"), re.compile(r"\*(\w+)\*")
VOTE = re.compile(r'^(?:predict|quiz|with experiment)\("(\d\d-[pq]\d+)"', re.MULTILINE)
CAME_OUT = re.compile(r"^(\d\d-p\d+)\. Result: ", re.MULTILINE)
LEFT_OUT = re.compile(r"^(?:\w+ = )?target\(", re.MULTILINE)
EXERCISE = re.compile(r'^check\("([\w-]+)"', re.MULTILINE)


# --- what becomes of a cell ---------------------------------------------------------------------


def slides_of(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells of the slides of a lesson, each marked: a slide, one below it, or a step of it."""
    before = ""
    for section, cell in told(notebook):
        if section.endswith("long)") and cell.source.startswith("## "):
            cell.source = f"## Long path: {cell.source[3].lower()}{cell.source[4:]}"
        on_the_long_path = section.endswith("long)") and before.endswith("long)")
        if on_the_long_path and kind_of(cell) == "slide":
            slide(cell, "subslide")
        before = section
        yield cell


def told(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The cells of the slides in their order, each after the heading that it stands under."""
    course = lesson(notebook.metadata.labutils.lesson)
    heading, asked_above, voted = "", "", set[str]()
    for cell in apart(notebook.cells):
        if cell.cell_type == "markdown":
            before, heading = heading, next(reversed(HEADING.findall(cell.source)), heading)
            asked_above = cell.source if TASK.search(cell.source) else asked_above
        if kind_of(cell) is None:
            continue
        asked = [course.items[each] for each in VOTE.findall(cell.source)]
        voted |= {item.id for item in asked}
        if cell.cell_type == "markdown":
            made = texts(cell, before)
        elif asked:
            made = votes(cell, asked)
        elif EXERCISE.search(cell.source):
            made = skeleton(cell, course, asked_above)
        else:
            made = shown(cell, later(heading), course, voted)
        yield from ((heading, each) for each in with_note(made, note_of(cell)))
        if LEFT_OUT.search(cell.source):
            yield heading, for_the_speaker(course, f"{course.number}-target")


def note_of(cell: NotebookNode) -> str:
    """What the speaker says at a cell, by its metadata (docs/authoring.md)."""
    return str(cell.metadata.get("labutils", {}).get("note", ""))


def wall_of(cell: NotebookNode) -> str:
    """What the wall shows in place of the cell's own text, by its metadata; empty where it is the
    text."""
    return str(cell.metadata.get("labutils", {}).get("wall", ""))


def with_note(cells: Iterator[NotebookNode], note: str) -> Iterator[NotebookNode]:
    """The slides of a cell, the first with the speaker's note."""
    for place, cell in enumerate(cells):
        yield cell
        if note and not place:
            aside = f'<aside class="notes"><p>{in_html(note)}</p></aside>'
            yield slide(new_markdown_cell(aside), "-")


def later(heading: str) -> str:
    """The heading of a slide that is not the first under it: without the minutes."""
    return MINUTES.sub("", heading)


def linked(text: str) -> str:
    """The text with links to lessons led to their slides, those to other files made words, and
    without the minutes of an exercise, which are the speaker's."""

    def mended(link: re.Match[str]) -> str:
        deck = DECK.match(link[2])
        return f"[{link[1]}]({deck[1]}.html)" if deck else link[1]

    return LINK.sub(mended, IN_TEXT.sub("", text))


def texts(cell: NotebookNode, section: str) -> Iterator[NotebookNode]:
    """The slides of a text that stands in `section`: what `wall` says, or the text itself.

    A title is the heading of the text, or the exercise that it sets. An exercise is shown in its
    own words, where they are not too many.
    """
    kind, (wall, *more) = kind_of(cell), wall_of(cell).split(NEXT)
    if wall == "output":
        return  # a text has none
    task = TASK.search(cell.source)
    if wall and not HEADING.match(wall):
        headings = HEADING.findall(cell.source) or [later(section)]
        heading = headings[0 if cell.source.startswith("#") else -1]
        if task:
            heading, wall = f"{TURN}{task[1]}", short(own_words(cell.source, task[1])) or wall
        wall = wall if kind == "fragment" else f"{heading}\n\n{wall}"
    if wall:
        yield slide(new_markdown_cell(linked(wall)), kind)
        yield from (slide(new_markdown_cell(linked(text))) for text in more)
        return
    for title, block in blocks(cell.source, section):
        text = block if kind == "fragment" else f"{title}\n\n{block}"
        yield slide(new_markdown_cell(linked(text)), kind)


def own_words(text: str, name: str) -> str:
    """What an exercise asks for: its text, from its number to the next heading."""
    asked = COMMENT.sub("", text.partition(f"**{name}.**")[2])
    return HEADING.split(asked)[0].strip()


def short(text: str) -> str:
    """The text, or nothing where it is too long for a slide with a skeleton."""
    return text if words([text]) <= TASK_WORDS else ""


def blocks(text: str, section: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of at most WORDS words, each after the heading of its section.

    A sentence that ends in a colon stays with what follows it.
    """
    title, piece = later(section), list[str]()
    for paragraph in paragraphs(COMMENT.sub("", text).strip()):
        heading = HEADING.match(paragraph)
        full = piece and words([*piece, paragraph]) > WORDS and not piece[-1].endswith(":")
        if piece and (heading or full):
            yield title, "\n\n".join(piece)
            piece, title = [], later(title)
        if heading:
            title = heading[0]
            paragraph = paragraph[heading.end() :].strip()
        hidden = title.lstrip("# ").startswith(OFF_THE_WALL)
        if paragraph and not hidden and not paragraph.startswith(FOR_WHO_RUNS_IT):
            piece.append(paragraph)
    if piece:
        yield title, "\n\n".join(piece)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs; of a long one as many items as fit on a slide, or sentences where it has
    none, and so on."""
    for paragraph in re.split(r"\n\s*\n", text):
        fitting = list[str]()
        parts = re.split(ITEM, paragraph)
        for part in parts if len(parts) > 1 else re.split(SENTENCE, paragraph):
            if fitting and words([*fitting, part]) > WORDS:
                yield "".join(fitting).strip()
                fitting = []
            fitting.append(part)
        yield "".join(fitting).strip()


def skeleton(cell: NotebookNode, course: Lesson, asked: str) -> Iterator[NotebookNode]:
    """What stands in the cell of an exercise before anybody writes; a solution for the speaker.

    Where it begins a slide, what it asks for comes first.
    """
    found = EXERCISE.search(cell.source)
    assert found, cell.source
    if kind_of(cell) == "slide":
        text = f"{TURN}{found[1]}\n\n{short(own_words(asked, found[1]))}".strip()
        yield slide(new_markdown_cell(linked(text)))
    yield slide(new_code_cell(cut(cell.source, CODE)), "fragment")
    yield for_the_speaker(course, found[1])


def for_the_speaker(course: Lesson, name: str) -> NotebookNode:
    """A note with one solution of an exercise or a target."""
    solution = html.escape(course.items[name].solution.strip())
    note = f"<p>One solution:</p>\n<pre>{solution}</pre>"
    return slide(new_markdown_cell(f'<aside class="notes">{note}</aside>'), "-")


def words(texts: list[str]) -> int:
    return len(re.findall(r"\w+", LINK.sub(r"\1", " ".join(texts))))


# --- votes --------------------------------------------------------------------------------------


def votes(cell: NotebookNode, asked: list[AnyPrediction | Quiz]) -> Iterator[NotebookNode]:
    """What the cell prints before it asks, or what `wall` says; each question with its choices."""
    text = NO_LEARNER.sub("", "".join(output.get("text", "") for output in cell.outputs))
    before = text.split(f"{asked[0].id}. ")[0].rstrip()
    if wall := wall_of(cell):
        yield slide(new_markdown_cell(wall))
    elif before:
        language = "python" if before.startswith(("def ", "class ", "@")) else "text"
        text = f"## Read this\n\n```{language}\n{cut(before, OUTPUT)}\n```"
        yield slide(new_markdown_cell(text))
    for item in asked:
        offered, how = choices(item)
        listed = "".join(f"<li>{in_html(choice)}</li>" for choice in offered)
        verb = "experiment" if EXPERIMENT.search(cell.source) else "predict"
        title, verb = ("Quiz", "quiz") if isinstance(item, Quiz) else ("What do you think?", verb)
        parts = [
            f"## {title}\n\n<p>{in_html(item.question)}</p>",
            f'<ul class="vote">{listed}</ul>' if offered else "",
            f'<p class="how">{in_html(how)} <code>{verb}("{item.id}", "")</code></p>',
            f'<aside class="notes">{"".join(notes(item))}</aside>',
        ]
        yield slide(new_markdown_cell("\n".join(part for part in parts if part)))
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
    """What the speaker alone sees at a vote: what is right. The thoughts behind the other choices
    are for the next slide, when everybody has voted."""
    right = (
        ", ".join(f"{letter})" for letter, choice in item.choices.items() if choice.right)
        if isinstance(item, Quiz)
        else item.named(item.truth)
    )
    yield f"<p><strong>After the vote:</strong> {in_html(right)}.</p>"


def beliefs(item: AnyPrediction) -> Iterator[str]:
    """The thought behind each choice of a prediction that does not come out, one a line."""
    if isinstance(item, Prediction):
        believed = [(f"{letter})", guess.belief) for letter, guess in item.guesses.items()]
    elif isinstance(item, GridRow):
        names = {column.key: column.text for column in item.columns}
        believed = [(f"{names[key]}:", belief) for key, belief in item.beliefs.items()]
    else:
        believed = [("Too low:", item.too_low), ("Too high:", item.too_high)]
    for choice, belief in believed:
        if belief:
            yield f"<p>{in_html(choice)}&ensp;{in_html(belief)}</p>\n"


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


def shown(
    cell: NotebookNode, heading: str, course: Lesson, voted: set[str]
) -> Iterator[NotebookNode]:
    """The code, cut to what can be read on a wall; each output, a step or a slide; what came out of
    the predictions that were `voted` on.

    Where `wall` says "output", the code is left out; where it has a text, that stands for both.
    """
    begun, room = kind_of(cell) == "fragment", ROOM // 2  # on a slide that others have begun
    wall, outputs = wall_of(cell), list(parted(cell.outputs, course, voted))
    if wall and wall != "output":
        text = wall if begun or HEADING.match(wall) else f"{heading}\n\n{wall}"
        yield slide(new_markdown_cell(text), kind_of(cell))
        begun, room = True, RESULT
        outputs = [output for output in outputs if isinstance(output, str)]
    source = "" if wall else code_of(cell, outputs, begun)
    if source:
        if not begun:
            yield slide(new_markdown_cell(heading))
        yield slide(new_code_cell(source), "fragment" if begun else "-")
        begun, room = True, ROOM - len(wrapped(source))
    for output in outputs:
        if isinstance(output, str):
            below = begun and room >= RESULT
            text = output.partition("\n\n")[2] if below else output
            yield slide(new_markdown_cell(text), "fragment" if below else "slide")
            begun, room = True, 0
            continue
        if tall(output):
            yield from (slide(new_markdown_cell(part)) for part in halves(output))
            begun, room = False, 0
            continue
        if is_wide(text := text_of(output)):
            yield from (slide(new_markdown_cell(f"{heading}\n\n{part}")) for part in parts_of(text))
            begun, room = True, 0
            continue
        step = new_code_cell("", outputs=[output], metadata={"tags": ["output"]})
        height = height_of(output)
        if begun and height <= room or len(text.splitlines()) in range(1, SHORT + 1):
            yield slide(step, "fragment")  # a line or two join what the room has before it
            begun, room = True, room - height
            continue
        # A picture has a title of its own, and so has an instrument.
        titled = {"image/png", "image/svg+xml"} & set(output.get("data", {}))
        if not titled:
            yield slide(new_markdown_cell(heading))
        yield slide(step, "slide" if titled else "-")
        begun, room = True, ROOM - height


def code_of(cell: NotebookNode, outputs: list[NotebookNode | str], begun: bool) -> str:
    """Return the code that a slide shows: none of a target, and no line that would be alone, for
    what it printed fills the next slide."""
    source = cut(cell.source, CODE)
    alone = len(source.splitlines()) == 1 and not begun and outputs
    if LEFT_OUT.search(cell.source) or (alone and not fits(outputs[0], ROOM - 1)):
        return ""
    return source


def height_of(output: NotebookNode) -> int:
    """Return how many lines of a slide an output takes."""
    text = text_of(output)
    return len(wrapped(text)) if text and not is_wide(text) else PICTURE


def text_of(output: NotebookNode) -> str:
    """Return the text of an output that is nothing but text."""
    data = output.get("data", {})
    return str(output.get("text") or (data["text/plain"] if set(data) == {"text/plain"} else ""))


def fits(output: NotebookNode | str, room: int) -> bool:
    """Return whether an output has room below what a slide shows already."""
    return room >= (RESULT if isinstance(output, str) else height_of(output))


def parted(
    outputs: list[NotebookNode], course: Lesson, voted: set[str]
) -> Iterator[NotebookNode | str]:
    """The outputs; what a prediction came to, and why, is a text of its own, if the room voted.

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
            said = f"{identifier}. {result} {item.because} {item.moral}".rstrip()
            before, _, text = around(said, text)
            yield from printed(before, words_above)
            title = f"## What came out: {identifier}"
            if identifier in voted:
                shown = f"{title}\n\n**{in_html(result)}**\n\n{in_html(item.because)}"
                shown += f"\n\n**{in_html(item.moral)}**" if item.moral else ""
                yield f'{shown}\n\n<aside class="notes">{"".join(beliefs(item))}</aside>'
            words_above = ""
        yield from printed(text, words_above)


def picture_of(output: NotebookNode) -> NDArray[numpy.float32] | None:
    """The picture that an output holds, in rows of pixels from 0 to 1, or None."""
    encoded = output.get("data", {}).get("image/png")
    return imread(io.BytesIO(base64.b64decode(encoded))) if encoded else None


def tall(output: NotebookNode) -> bool:
    """Whether a picture would be too small to read, were all of it on one wall."""
    picture = picture_of(output)
    return picture is not None and picture.shape[0] > TALL * picture.shape[1]


def middle(picture: NDArray[numpy.float32]) -> float:
    """Where a tall picture is cut: the emptiest strip near its middle, as a part of its height."""
    rows = len(picture)
    ink = (picture.reshape(rows, -1) < 0.8).sum(axis=1)
    strip = numpy.convolve(ink, numpy.ones(max(1, rows // 100)), "same")
    first, last = rows // 2, int(0.6 * rows)
    return float(first + strip[first:last].argmin()) / rows


def halves(output: NotebookNode) -> Iterator[str]:
    """A tall picture as two of full width: its upper part, and below its head the lower one."""
    picture = picture_of(output)
    assert picture is not None
    height, cut_at = picture.shape[0] / picture.shape[1], middle(picture)
    source = f"data:image/png;base64,{output.data['image/png'].strip()}"
    described = html.escape(words_of_picture(output))
    for parts in ((0, cut_at),), ((0, HEAD), (cut_at, 1)):
        yield "\n".join(
            f'<div class="part" style="aspect-ratio: {1 / (height * (end - start)):.4f}">'
            f'<img src="{source}" alt="{"" if start else described}"'
            f' style="margin-top: {-100 * height * start:.2f}%"></div>'
            for start, end in parts
        )


def printed(text: str, words_above: str) -> Iterator[NotebookNode]:
    """An output with that text, as much as fits, without the words of the picture above it.

    There is none where no text is left.
    """
    first, _, rest = of_the_course(text.strip("\n")).partition("\n")
    if words_above and "".join(first.split()) == "".join(words_above.split()):
        text = rest
    else:
        text = f"{first}\n{rest}"
    if text := text.strip("\n"):
        most = BROAD_OUTPUT if is_wide(text) else OUTPUT
        yield new_output("stream", name="stdout", text=cut(text, most))


def wrapped(text: str, width: int = 0) -> list[str]:
    """The lines of a text as the slide breaks them; of an output without a given width."""
    width, rows = width or WIDTH, text.splitlines()
    return [part for row in rows for part in (textwrap.wrap(row, width) or [""])]


def is_wide(text: str) -> bool:
    """Return whether an output has a table that would be broken in type that can be read."""
    return any(len(row) > WIDTH and "  " in row.strip() for row in text.splitlines())


def parts_of(text: str) -> Iterator[str]:
    """Yield an output in HTML, in parts that each fill a slide at most: lines with columns as
    tables, whose cells may break and whose head comes again, and the others as text."""
    made, height, caption = list[str](), 0.0, ""
    for in_columns, lines in itertools.groupby(text.splitlines(), lambda row: "  " in row.strip()):
        rows = list(lines)
        if in_columns and len(rows) > 1:
            blocks = [(table([rows[0], *some]), high) for some, high in by_height(rows)]
            first, high = blocks[0]
            blocks[0], caption = (f"{caption}\n{first}".strip(), high + bool(caption)), ""
        else:
            blocks = [(caption, 1.0)] if caption else []
            said = [" ".join(part.split()) for part in re.split(r"\n\s*\n", "\n".join(rows))]
            blocks += [
                (f"<p>{in_html(one)}</p>", float(-(-len(one) // BROAD))) for one in said if one
            ]
            caption = blocks.pop()[0] if blocks and blocks[-1][1] <= 1 else ""  # of what follows
        for block, high in blocks:
            if made and height + high > TABLE:
                yield "\n".join(made)
                made, height = [], 0.0
            made.append(block)
            height += high
    if made or caption:
        yield "\n".join(filter(None, [*made, caption]))


def by_height(rows: list[str]) -> Iterator[tuple[list[str], float]]:
    """Yield the rows below the head of a table, as many as a slide holds, and their height."""
    some, height = list[str](), 1.0
    for row, high in zip(rows[1:], heights(rows)[1:], strict=True):
        if some and height + high > TABLE - 1:
            yield some, height
            some, height = [], 1.0
        some.append(row)
        height += high
    yield some, height


def heights(rows: list[str]) -> list[float]:
    """Return about how many lines each row of a table takes in type that can be read."""
    cells = columns(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    share = min(1.0, (BROAD - 2 * len(widths)) / sum(widths))
    return [
        1.25
        * max(
            -(-len(cell) // max(6, int(share * wide)))
            for cell, wide in zip(row, widths, strict=True)
        )
        for row in cells
    ]


def columns(rows: list[str]) -> list[list[str]]:
    """Return the cells of lines whose columns stand below one another."""
    longest = max(map(len, rows))
    padded = [row.ljust(longest) for row in rows]
    begins = [0] + [
        at
        for at in range(2, longest)
        if all(row[at - 2 : at] == "  " for row in padded) and any(row[at] != " " for row in padded)
    ]
    ends = [*begins[1:], longest]
    return [
        [row[begin:end].strip() for begin, end in zip(begins, ends, strict=True)] for row in padded
    ]


def table(rows: list[str]) -> str:
    """Return lines with columns as a table in HTML; the first line names them."""
    head, *body = (
        "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
        for tag, row in zip(
            itertools.chain(["th"], itertools.repeat("td")), columns(rows), strict=False
        )
    )
    return f'<table class="printed"><tr>{"</tr><tr>".join([head, *body])}</tr></table>'


def cut(text: str, most: int) -> str:
    """The first lines of a text, and how many more there are."""
    rows, height = text.splitlines(), 0
    for place, row in enumerate(rows):
        height += len(wrapped(row))
        if height > most:
            return "\n".join(
                [*rows[:place], f"# ... {len(rows) - place} more lines in the notebook"]
            )
    return text


# --- marks for nbconvert ------------------------------------------------------------------------


def slide(cell: NotebookNode, kind: str = "slide") -> NotebookNode:
    cell.metadata.slideshow = {"slide_type": kind}
    return cell


def kind_of(cell: NotebookNode) -> str | None:
    """What a cell is on the wall, or None where it is not on it."""
    return cell.metadata.get("slideshow", {}).get("slide_type")


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
    talks_ = "\n".join(
        f'<li><a href="{name}.html">{html.escape(talk.talk(name).title)}</a>, '
        f'{talk.talk(name).minutes} minutes; <a href="{name}-script.html">the script</a></li>'
        for name in talk.talks()
    )
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"></head>
<body style="font: 1.1rem/1.6 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<main><h1>{title}</h1>
<h2>A talk</h2><ul style="list-style: none; padding: 0">
{talks_}
</ul>
<h2>Lessons</h2><ul style="list-style: none; padding: 0">
{items}
</ul>
<p>Space goes on through every slide. The arrow to the right passes over the long path, which hangs
below: the arrow down goes through it. O shows all slides; F fills the screen.</p>
<p>S opens a window for the speaker: the next slide, the time, and at each question what is right,
with the thought behind each other choice. Keep it off the wall.</p></main>
</body></html>
"""


def main(*wanted: str) -> int:
    """Build all slides, or the talks that are named. Return the exit status."""
    if unknown := [name for name in wanted if name not in talk.talks()]:
        print(f"There is no talk {unknown[0]!r}. There is: {', '.join(talk.talks())}.")
        return 2
    if not REVEAL.exists():
        if shutil.which("npm") is None:
            print("The slides need reveal.js, which npm brings; there is no npm on the PATH.")
            return 2
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=HERE, check=True)
    if wanted:
        build_talks(SLIDES, wanted)
        return 0
    SLIDES.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="slides-", dir=SLIDES.parent) as folder:
        made = pathlib.Path(folder, "slides")
        build(made)
        shutil.rmtree(SLIDES, ignore_errors=True)
        made.replace(SLIDES)  # only now: a build that fails leaves the slides of before
    print("The slides are built: open build/slides/index.html.")
    return 0


def bring(folder: pathlib.Path, *names: str) -> None:
    """Copy reveal.js and files of ours into the folder of the slides."""
    for part in ("dist", "plugin/notes"):
        shutil.copytree(REVEAL / part, folder / "reveal.js" / part, dirs_exist_ok=True)
    for name in ("theme.css", *names):
        shutil.copyfile(HERE / "static" / name, folder / name)
    look = f":root {{ {variables(LIGHT)} }}\n"
    (folder / "look.css").write_text(look, encoding="utf-8")


def build_talks(folder: pathlib.Path, names: Iterable[str]) -> None:
    """Write the deck of each talk with its script, and print its clock."""
    bring(folder, "talk.css", "talk-script.css")
    for name in names:
        for file, page in talk.pages(name):
            (folder / file).write_text(page, encoding="utf-8")
        print("\n".join(talk.told(talk.talk(name))))
        print(f"The talk is built: open {folder.name}/{name}.html; {name}-script.html is to print.")


def build(folder: pathlib.Path) -> None:
    """Write the slides of each lesson that has some, the talks, and the page that leads to them."""
    bring(folder, "slides.css", "slides.js")
    build_talks(folder, talk.talks())
    export, titles = exporter(), {}
    for path in lessons():
        notebook = nbformat.read(path, as_version=4)
        cells = list(slides_of(notebook))
        if not cells:
            print(f"{path.stem}: no cell is marked for the wall, so it has no slides.")
            continue
        for place, cell in enumerate(cells):
            cell.id = f"slide-{place}"
        titles[path.stem] = title_of(notebook)
        metadata = {**notebook.metadata, "title": titles[path.stem]}
        page, _ = export.from_notebook_node(new_notebook(cells=cells, metadata=metadata))
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
        kinds = collections.Counter(map(kind_of, cells))
        print(f"{path.stem}: {kinds['slide']}, and {kinds['subslide']} of the long path")
    (folder / "index.html").write_text(index(titles), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
