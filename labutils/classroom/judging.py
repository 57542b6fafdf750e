"""Judge a learner's answer, and find the counterexample that shows what is wrong with it.

A judge takes an answer and returns a Verdict. That of an exercise is derived from its trial
(`derived`), that of a target compares with its flag (`value`).
"""

import dis
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import FrameType, FunctionType, TracebackType
from typing import Any, Literal

from labutils.text import shown

LONGEST = 160  # characters of a value in a verdict
Kind = Literal["passed", "raised", "none", "let_in", "refused_good", "differs"]


@dataclass(frozen=True)
class Verdict:
    """A judge's verdict, and the case that shows it.

    `kind`: passed; raised (an error); none (nothing was returned); let_in (what should not come
    in); refused_good (what should); differs. `case` is the input, `got` what came of it, `want`
    what is right, `line` where in the learner's cell, `mistake` the misconception, where one fits,
    `note` what is said beside the praise.
    """

    kind: Kind
    case: str = ""
    got: str = ""
    want: str = ""
    line: str = ""
    mistake: str | None = None
    note: str = ""

    def counterexample(self) -> str:
        """Return one line that shows what went wrong."""
        case = f" for {self.case}" if self.case else ""
        if self.kind == "raised":
            return f"It raised {self.got}{self.line}{case}."
        if self.kind == "none":
            return f"It returned None{case}. Did you forget `return`?"
        if self.kind == "let_in":
            return f"It accepted what it should refuse: {self.case}."
        if self.kind == "refused_good":
            return f"It refused what is valid: {self.case}." + (f" {self.got}" if self.got else "")
        if self.want:
            return f"It gave {self.got}{case}; it should give {self.want}."
        return f"It gave {self.got}{case}." if self.got else ""


PASSED = Verdict("passed")


def written(value: object) -> str:
    """Return a value as a verdict shows it: on one line, and cut."""
    return shown(repr(value), LONGEST)


class Tried:
    """A learner's function as a judge calls it.

    It remembers what came back, the error that ended the last call, and the way of that error
    through the learner's code (None where the call itself did not fit).
    """

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.results: list[object] = []
        self.error: Exception | None = None
        self.way: TracebackType | None = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.error = self.way = None
        try:
            result = self.function(*arguments, **named)
        except Exception as error:
            way = error.__traceback__
            self.error, self.way = error, way and way.tb_next
            raise
        self.results.append(result)
        return result

    def raised(self, case: str = "", mistake: str | None = None) -> Verdict:
        """Return the verdict on the error that ended the last call."""
        first_line = str(self.error).partition("\n")[0]
        what = f"{type(self.error).__name__}: {shown(first_line, 120)}"
        return Verdict("raised", case=case, got=what, line=self.line(), mistake=mistake)

    def line(self) -> str:
        """Return where in the learner's cell the error occurred, in words; empty if unknown."""
        cell = getattr(getattr(self.function, "__code__", None), "co_filename", None)
        lines = [place.lineno for place in traceback.extract_tb(self.way) if place.filename == cell]
        return f" (line {lines[-1]} of your cell)" if lines else ""

    def is_misnamed(self) -> bool:
        """Return whether the last error is an unknown name, or a call that does not fit."""
        unfit = isinstance(self.error, TypeError) and self.way is None
        return unfit or isinstance(self.error, NameError)

    def gave_none(self) -> bool:
        """Return whether each call that came back returned None."""
        return bool(self.results) and all(result is None for result in self.results)

    def gave_nothing(self) -> bool:
        """Return whether no call returned anything, and no line of the function would."""
        return self.gave_none() and returns_nothing(self.function)


def returns_nothing(function: Callable[..., Any]) -> bool:
    """Return whether each `return` of a Python function gives None, explicit or implied."""

    def is_none(before: dis.Instruction, one: dis.Instruction) -> bool:
        if one.opname == "RETURN_CONST":  # 3.12 and 3.13 return a constant in one instruction
            return one.argval is None
        return before.opname == "LOAD_CONST" and before.argval is None and not one.is_jump_target

    instructions = dis.get_instructions(function) if isinstance(function, FunctionType) else ()
    pairs = list(pairwise(instructions))
    returns = [pair for pair in pairs if pair[1].opname in ("RETURN_VALUE", "RETURN_CONST")]
    return bool(returns) and all(is_none(*pair) for pair in returns)


def does_nothing(function: FunctionType) -> bool:
    """Return whether a function's body is `...`, `pass` or a docstring and nothing else."""
    steps = [one for one in dis.get_instructions(function) if one.opname not in ("RESUME", "NOP")]
    return len(steps) <= 2 and returns_nothing(function)


# --- what judges and trials look at ---------------------------------------------------------------


# What learners raise where they mean to refuse, and a caller does not expect it; beside classes of
# their own.
OTHER_REFUSALS = (AssertionError, PermissionError, RuntimeError, Exception)


@contextmanager
def calls_of(*tools: Callable[..., Any]) -> Iterator[list[str]]:
    """Collect the names of those of these functions that the body calls, once per call."""
    names = {tool.__code__: tool.__qualname__ for tool in tools if isinstance(tool, FunctionType)}
    called: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code in names:
            called.append(names[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)


def response_mistake(answer: Any) -> str | None:
    """Return the mistake "refused" or "response" if a response was handed in for a flag.

    Its body counts as well.

    None for anything else, which may be the flag.
    """
    body = getattr(answer, "text", answer)
    body = body.decode(errors="replace") if isinstance(body, bytes) else body
    if isinstance(body, str) and not body.lstrip().startswith("{"):
        return None
    if not isinstance(body, str | dict):
        return None
    is_refusal = "error" in str(body) and "flag" not in str(body)
    return "refused" if is_refusal else "response"


def value(right: Callable[[Any], str | None]) -> Callable[[Any], Verdict]:
    """Return a judge of a value: `right` returns None, or the name of the mistake.

    What is right is not shown, since it would be the solution.
    """

    def judge(answer: Any) -> Verdict:
        mistake = right(answer)
        return PASSED if mistake is None else Verdict("differs", mistake=mistake)

    return judge


def is_plain(value: Any) -> bool:
    """Return whether a value consists of Python's own types, whose `==` nobody has changed."""
    if type(value) in (dict, Counter, defaultdict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if type(value) in (list, tuple, set, frozenset):
        return all(map(is_plain, value))
    return type(value) in (str, bytes, int, float, bool, type(None))


def nearly(text: str) -> tuple[str, ...]:
    """Return texts that a careless comparison takes for this one.

    They are shorter, longer, in another case, or have blanks.

    It goes wrong with `in`, with what a text begins or ends with, with `lower` and with `strip`.
    """
    return (text[:-1], text[1:], text + "x", "x" + text, text.swapcase(), f" {text} ", "")
