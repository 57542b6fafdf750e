"""A cell that asks and shows, in two: a page hides what came out, and a room votes before it."""

import contextlib
import copy
import io
import re
import textwrap
from collections.abc import Iterator

from nbformat import NotebookNode

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.experiment import quotes_of

EXPERIMENT = re.compile(
    r'^with experiment\("(\d\d-p\d+)"(?:, "")?\) as seen:(?: *#.*)?\n', re.MULTILINE
)


def apart(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, and for each with an experiment two: one that asks, and one that shows.

    Of the marks for a wall, `note` and `asked` are for the first, and `told` and `wall` for the
    second. The first keeps the code, as it is to be run.
    """
    for cell in cells:
        found = EXPERIMENT.search(cell.source) if cell.cell_type == "code" else None
        if not found:
            yield cell
            continue
        asks, shows = copy.deepcopy(cell), copy.deepcopy(cell)
        shows.id += "-shows"
        shows.source = textwrap.dedent(cell.source[found.end() :])
        before, asked, after = around(question(found[1]), cell.outputs[0].text)
        asks.outputs[1:], asks.outputs[0].text = [], before + asked
        shows.outputs[0].text = after.lstrip("\n")
        if not shows.outputs[0].text:
            del shows.outputs[0]
        own = cell.metadata.get("labutils", {})
        for half, note, wall in ((asks, "note", "asked"), (shows, "told", "wall")):
            marks = {"note": own.get(note), "wall": own.get(wall)}
            half.metadata.labutils = {name: said for name, said in marks.items() if said}
        yield from (asks, shows)


def question(name: str) -> str:
    """What an experiment asks somebody who has not answered it."""
    item = lesson(name[:2]).items[name]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exercises.ask(item, "", quotes_of(name))
    return said.getvalue()


def around(said: str, text: str) -> tuple[str, str, str]:
    """A text in three: before something that is said there, wherever lines end; that; and after."""
    place = re.search(r"\s+".join(map(re.escape, said.split())), text)
    assert place, f"a stored output does not say: {said}"
    return text[: place.start()], place[0], text[place.end() :]
