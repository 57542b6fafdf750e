"""Call a function that a learner wrote.

Whatever it does, the instrument goes on and has a sentence: what came back, or why nothing did and
in which line.
"""

import inspect
import linecache
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import CodeType, FrameType, TracebackType
from typing import Any

from labutils.classroom.exercises import Yours
from labutils.text import shown

LONGEST = 1.0  # seconds that a call may take: somebody types, and waits for it
MOST_WRAPPERS = 20  # around a function; one may wrap itself
LONGEST_SENTENCE = 240  # characters of an exception's own text

Function = Callable[..., Any]


class TakesTooLong(BaseException):
    """An exception for a call that did not end in time.

    It passes `except Exception`, since it is not one.
    """


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call: a value, or the sentence of what was raised."""

    value: Any = None
    why: str = ""
    line: int = 0  # the line of the function's own code in which it was left; 0: none is known

    @property
    def returned(self) -> bool:
        """Whether the function returned."""
        return not self.why


def call(function: Function, *arguments: Any, longest: float = LONGEST) -> Outcome:
    """Call a function, and return its outcome. It raises nothing but KeyboardInterrupt."""
    try:
        return Outcome(_in_time(function, arguments, longest))
    except TakesTooLong as error:
        why = "It does not end. It was stopped after a second: look for a loop that never stops."
        return Outcome(why=why, line=_line_left(function, error))
    except (Exception, SystemExit) as error:
        return Outcome(why=_sentence(error), line=_line_left(function, error))


def _in_time(function: Function, arguments: tuple[Any, ...], longest: float) -> Any:
    """What the function returns. Raises TakesTooLong in the line that is reached too late.

    Neither signals nor threads are there in a browser's Python, and a touch comes in a thread of
    its own; tracing works in all of them.
    """
    end = time.monotonic() + longest

    def look_at_the_clock(_: FrameType, event: str, __: Any) -> Any:
        if event == "line" and time.monotonic() > end:
            raise TakesTooLong
        return look_at_the_clock

    before = sys.gettrace()
    sys.settrace(look_at_the_clock)
    try:
        return function(*arguments)
    finally:
        sys.settrace(before)


def _sentence(error: BaseException) -> str:
    """What an exception says. A ValueError of one's own says it by itself; others say what they
    are."""
    text = shown(str(error), LONGEST_SENTENCE)
    name = type(error).__name__
    if type(error) is ValueError and text:
        return text
    return f"{name}: {text}" if text else f"{name}, without a word"


# --- its source ---------------------------------------------------------------------------------


def own_function(function: Function) -> Function:
    """Return the function with the code.

    It is inside `functools.partial`, decorators and what `mine` gives.
    """
    for _ in range(MOST_WRAPPERS):
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, Yours):
            function = function.function
        elif callable(inner := getattr(function, "__wrapped__", None)):
            function = inner
        else:
            break
    return function


def is_the_learners(function: Function) -> bool:
    """Return whether a learner wrote it: it comes from a notebook, not from this package."""
    return not (getattr(own_function(function), "__module__", None) or "").startswith("labutils.")


def source(function: Function) -> tuple[list[str], int]:
    """Return the lines of a function, and the number of the first.

    There are none where none are known.
    """
    linecache.checkcache()  # a cell that was run again
    try:
        lines, first = inspect.getsourcelines(own_function(function))
    except (OSError, TypeError, IndexError, SyntaxError):
        return [], 0
    return [line.rstrip("\n") for line in lines], first


def _line_left(function: Function, error: BaseException) -> int:
    """The line of the function's own code in which an exception left it."""
    code: CodeType | None = getattr(own_function(function), "__code__", None)
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = _line_in(trace, code) or line
        trace = trace.tb_next
    return line


def _line_in(trace: TracebackType, code: CodeType | None) -> int:
    return trace.tb_lineno if trace.tb_frame.f_code is code else 0
