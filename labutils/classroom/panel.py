"""Answer as a verb does: in lines of text, or in a card with the same text.

A card is shown where somebody works through a lesson; a word, a sign and a colour tell its state.
Stored outputs, tests and other front ends get the lines alone.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from html import escape
from textwrap import fill
from typing import Any, Literal, ParamSpec, TypeVar

from labutils.classroom.progress import WIDTH
from labutils.classroom.workspace import home
from labutils.pictures import look

SWITCH = "LABUTILS_PANELS"  # 1 or 0, where somebody wants it otherwise

# What of a first line is set in bold: what is answered, and how.
_BEGIN = re.compile(
    r"\d\d-\w+(: (passed|not yet|not attempted yet)\.|[.:])|(Hint \d+ of \d+|Result):|You chose \w:"
)
_EMPHASIS = re.compile(r"(?<![\w*`])\*([A-Za-z`](?:[^*\n]*[\w.,?`)])?)\*(?![\w*`])")  # *so*
_CODE = re.compile(r"`([^`\n]+)`")
P = ParamSpec("P")
R = TypeVar("R")
State = Literal["asked", "passed", "not yet", "not attempted", "told", "target", "note"]
SIGNS: dict[State, str] = {
    "passed": "✔",  # a tick
    "not yet": "◐",  # half a circle
    "not attempted": "○",  # an empty one
}
KINDS: dict[State, str] = {
    "passed": "lu-passed",
    "not yet": "lu-not-yet",
    "not attempted": "lu-not-attempted",
    "asked": "lu-asked",
    "target": "lu-target",
    "note": "lu-note",
}  # the classes of look.css
LABELS: dict[State, str] = {"asked": "Your guess", "target": "Target"}


@dataclass
class Reply:
    """A verb's answer: `lines`, each as it is and as it is printed."""

    state: State = "told"
    lines: list[tuple[str, str]] = field(default_factory=list)
    table: str = ""  # HTML in place of the lines that were said before it
    moral: str = ""  # the sentence to remember: the last line, in large type
    replaced: int = 0
    later: list[Callable[[], None]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as they are printed."""
        return "\n".join(printed for _, printed in self.lines)

    def bundle(self) -> dict[str, str]:
        """Return the text and the panel, by media type."""
        return {"text/plain": self.text, "text/html": self.html()}

    def after_a_click(self) -> "Reply":
        """Return the part that is new to somebody who has the question before them."""
        start = max(
            (at for at, (line, _) in enumerate(self.lines) if line.startswith("  ")), default=-1
        )
        return Reply(self.state, self.lines[start + 1 :])

    @property
    def shown(self) -> list[str]:
        """The lines that are in the card as sentences, and not in its table."""
        return [line for line, _ in self.lines[self.replaced :] if line] or [""]

    def html(self) -> str:
        """Return the card: a question with its choices, or what was answered."""
        first, *rest = self.shown
        begin = _BEGIN.match(first)
        head = begin[0] if begin else ""
        if self.state == "asked":
            inside = _question(first.removeprefix(head).strip() or head, rest)
        else:
            if self.table:
                lines = [self.table, *map(_line, self.shown)]
            else:
                sign = SIGNS.get(self.state, "")
                mark = f'<span class="lu-sign" aria-hidden="true">{sign}</span>' if sign else ""
                bold = f'<span class="lu-head">{escape(head)}</span>' if head else ""
                said = f"{mark}{bold}{marked(first.removeprefix(head))}"
                lines = [f'<div class="lu-line">{said}</div>', *map(_line, rest)]
            if self.moral:
                lines[-1] = large(self.moral)
            inside = f"<div data-told>{''.join(lines)}</div>"
        return look.card(inside, KINDS.get(self.state, ""), LABELS.get(self.state, ""))


def _question(asked: str, rest: list[str]) -> str:
    """A question; its choices and how to type one, which go where its buttons are alive."""
    choices = "".join(map(_line, rest))
    return f'<div class="lu-question">{marked(asked)}</div><div class="lu-choices">{choices}</div>'


def _line(line: str) -> str:
    """A sentence of a card; a choice a little to the right."""
    place = "lu-line lu-choice" if line.startswith("  ") else "lu-line"
    return f'<div class="{place}">{marked(line.strip())}</div>'


def marked(line: str) -> str:
    """Return a line in HTML, with its emphasis and its code marked up."""
    return _CODE.sub(r"<code>\1</code>", _EMPHASIS.sub(r"<em>\1</em>", escape(line)))


def large(line: str) -> str:
    """Return the sentence to remember, in HTML."""
    return f'<div class="lu-moral">{marked(line)}</div>'


def _wrapped(line: str, indent: str) -> str:
    return fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


_open: list[Reply] = []


def say(text: str, indent: str = "") -> None:
    """Print a text, no line of it wider than a cell. `indent` stands before what is wrapped."""
    for line in text.splitlines():
        _say(line, _wrapped(line, indent))


def say_as_it_is(text: str = "") -> None:
    """Print a text whose lines are not wrapped."""
    for line in text.splitlines() or [""]:
        _say(line, line)


def _say(line: str, printed: str) -> None:
    if _open:
        _open[-1].lines.append((line, printed))
    else:
        print(printed)


def moral(text: str) -> None:
    """Print the sentence that is worth remembering, after all others."""
    if _open:
        _open[-1].moral = text
    say(text)


def state(name: State) -> None:
    """Set what kind of answer this is; without a panel the words alone tell."""
    if _open:
        _open[-1].state = name


def tables(html: str) -> None:
    """Put a table into the panel, in place of what was said so far; do nothing without one."""
    if _open:
        _open[-1].table = html
        _open[-1].replaced = len(_open[-1].lines)


def after(job: Callable[[], None]) -> None:
    """Run a job once the panel is shown; do nothing without one."""
    if _open:
        _open[-1].later.append(job)


@contextmanager
def collected() -> Iterator[Reply]:
    """Collect what the body says into a reply."""
    answer = Reply()
    _open.append(answer)
    try:
        yield answer
    finally:
        _open.remove(answer)


def answers(verb: Callable[P, R]) -> Callable[P, R]:
    """Return a verb that answers in a panel where one is wanted."""

    @wraps(verb)
    def answering(*arguments: P.args, **named: P.kwargs) -> R:
        if _open or not wanted():
            return verb(*arguments, **named)
        with collected() as answer:
            try:
                return verb(*arguments, **named)
            finally:
                show(answer)
                for job in answer.later:
                    job()

    return answering


def remark(text: str) -> None:
    """Print something in passing: a quiet line where a card would be too much."""
    if _open or not wanted():
        say_as_it_is(text)
    else:
        show(Reply("note", [(text, text)]))


def show(answer: Reply) -> None:
    """Show an answer that was collected."""
    if answer.lines:
        put(answer.bundle())


def put(bundle: dict[str, str]) -> None:
    """Show something by its media types."""
    from IPython.display import display

    display(bundle, raw=True)


def place() -> Any:
    """Return a place on the screen, empty until something is shown in it by `update`."""
    from IPython.display import display

    displayed: Callable[..., Any] = display  # IPython has no types for it
    return displayed({"text/plain": "", "text/html": ""}, raw=True, display_id=True)


def wanted() -> bool:
    """Return whether somebody works through a lesson here.

    That is in a notebook among the learner's copies, in a browser's Python, or in Colab.
    """
    switch = os.environ.get(SWITCH)
    if switch in ("0", "1"):
        return switch == "1"
    return in_a_notebook() and (
        home() is not None or sys.platform == "emscripten" or "google.colab" in sys.modules
    )


def in_a_notebook() -> bool:
    """Return whether a kernel runs this."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
