"""Judges: what becomes of a learner's answer, and the counterexample that shows it.

A judge takes an answer and returns a Verdict. `compare` and `verifier` make judges out of cases;
an exercise that needs more writes a function of its own.
"""

import dis
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from types import FrameType, FunctionType, TracebackType
from typing import Any, Literal

import httpx

from labutils.text import shown

LONGEST = 160  # characters of a value in a verdict
Kind = Literal["passed", "raised", "none", "let_in", "refused_good", "differs"]


@dataclass(frozen=True)
class Verdict:
    """What a judge says, and the case that shows it.

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
        """One line that shows what went wrong."""
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
    """A value as a verdict shows it: on one line, and cut."""
    return shown(repr(value), LONGEST)


def not_a_response(response: Any, case: str) -> Verdict | None:
    """The verdict on something that is not an HTTP response; None for one."""
    if response is None:
        return Verdict("none", case)
    if not isinstance(response, httpx.Response):
        return Verdict("differs", case, written(response), mistake="response")
    return None


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
        """The verdict on the error that ended the last call."""
        first_line = str(self.error).partition("\n")[0]
        what = f"{type(self.error).__name__}: {shown(first_line, 120)}"
        return Verdict("raised", case=case, got=what, line=self.line(), mistake=mistake)

    def line(self) -> str:
        """Where in the learner's cell the error came up, in words; empty where nobody knows."""
        cell = getattr(getattr(self.function, "__code__", None), "co_filename", None)
        lines = [place.lineno for place in traceback.extract_tb(self.way) if place.filename == cell]
        return f" (line {lines[-1]} of your cell)" if lines else ""

    def is_misnamed(self) -> bool:
        """Whether the last error is a name that is not there, or a call that does not fit."""
        unfit = isinstance(self.error, TypeError) and self.way is None
        return unfit or isinstance(self.error, NameError)

    def gave_none(self) -> bool:
        """Whether each call that came back gave None."""
        return bool(self.results) and all(result is None for result in self.results)

    def gave_nothing(self) -> bool:
        """Whether no call returned anything, and no line of the function would."""
        return self.gave_none() and returns_nothing(self.function)


def returns_nothing(function: Callable[..., Any]) -> bool:
    """Whether each `return` of a Python function gives None, said or unsaid: both compile alike."""

    def is_none(before: dis.Instruction, one: dis.Instruction) -> bool:
        if one.opname == "RETURN_CONST":  # 3.12 and 3.13 return a constant in one instruction
            return one.argval is None
        return before.opname == "LOAD_CONST" and before.argval is None and not one.is_jump_target

    instructions = dis.get_instructions(function) if isinstance(function, FunctionType) else ()
    pairs = list(pairwise(instructions))
    returns = [pair for pair in pairs if pair[1].opname in ("RETURN_VALUE", "RETURN_CONST")]
    return bool(returns) and all(is_none(*pair) for pair in returns)


def does_nothing(function: FunctionType) -> bool:
    """Whether the body of a function is `...`, `pass` or a docstring and nothing else."""
    steps = [one for one in dis.get_instructions(function) if one.opname not in ("RESUME", "NOP")]
    return len(steps) <= 2 and returns_nothing(function)


# --- judges made of cases -----------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One call: its arguments, what is right, and the mistake that somebody makes who fails it.

    `words` says what the case is, where its arguments would say it less well.
    """

    arguments: tuple[Any, ...]
    want: Any = None
    mistake: str | None = None
    words: str = ""

    def __str__(self) -> str:
        return self.words or shown(", ".join(map(repr, self.arguments)), LONGEST)


def compare(
    cases: Callable[[], Iterable[Case]],
    *,
    same: Callable[[Any, Any], bool] | None = None,
    why: Callable[[Case, Any], str | None] | None = None,
) -> Callable[[Tried], Verdict]:
    """A judge of a function: each case must give what is right; `same` compares, else `==`.

    `why` names the mistake by what came back; where it gives None, the case's own is named.

    The cases are built when somebody answers, some of them drawn from a seed, so that an answer
    that knows the fixed ones by heart fails.
    """

    def judge(answer: Tried) -> Verdict:
        for case in cases():
            words = str(case)  # before the answer can change its arguments
            try:
                result = answer(*case.arguments)
            except Exception:
                return answer.raised(words, case.mistake)
            if result is None and case.want is not None and returns_nothing(answer.function):
                return Verdict("none", words, mistake=case.mistake)
            alike = same(result, case.want) if same else _equal(result, case.want)
            if not alike:
                got, want = written(result), written(case.want)
                mistake = (why and why(case, result)) or case.mistake
                return Verdict("differs", words, got, want, mistake=mistake)
        return PASSED

    return judge


def leaving_alone(
    judge: Callable[[Tried], Verdict], cases: Callable[[], Iterable[Case]]
) -> Callable[[Tried], Verdict]:
    """The same judge; what passes must leave what it is given as it was."""

    def stricter(answer: Tried) -> Verdict:
        verdict = judge(answer)
        if verdict.kind != "passed":
            return verdict
        for case in cases():
            given = deepcopy(case.arguments)
            answer(*given)
            if given != case.arguments:
                got = "the result but changed its input"
                want = "the result and leave its input as it was"
                return Verdict("differs", str(case), got, want, mistake="changed")
        return verdict

    return stricter


def _equal(result: Any, want: Any) -> bool:
    """Equal, and of one kind: 1 is not True, and a text that looks like the answer is none.

    A dictionary may be of a kind of its own, as a defaultdict is.
    """
    try:
        if type(want) is dict and isinstance(result, dict):
            return dict(result) == want
        return bool(type(result) is type(want) and result == want)
    except Exception:
        return False


# What learners raise where they mean to refuse, and a caller does not expect it; beside classes of
# their own.
OTHER_REFUSALS = (AssertionError, PermissionError, RuntimeError, Exception)


def verifier(
    good: Callable[[], Iterable[Case]],
    bad: Callable[[], Iterable[Case]],
    *,
    refusal: tuple[type[Exception], ...] = (),
) -> Callable[[Tried], Verdict]:
    """A judge of a function that lets some things in and refuses the others.

    With `refusal`, it returns something (and `want`, where the case has one) for what is good,
    and raises one of these classes for what is bad. Without, it returns True or False.
    """

    def judge(answer: Tried) -> Verdict:
        for case in good():
            verdict = _asked(answer, case, refusal, is_good=True)
            if verdict is not PASSED:
                return verdict
        for case in bad():
            verdict = _asked(answer, case, refusal, is_good=False)
            if verdict is not PASSED:
                return verdict
        return PASSED

    return judge


def _asked(
    answer: Tried, case: Case, refusal: Sequence[type[Exception]], *, is_good: bool
) -> Verdict:
    """The verdict on one case of a verifier."""
    mistake, words = case.mistake, str(case)
    try:
        result = answer(*case.arguments)
    except tuple(refusal) as error:
        if is_good:
            why = f"{type(error).__name__}: {shown(str(error), 100)}"
            return Verdict("refused_good", words, got=why, mistake=mistake)
        return PASSED
    except Exception as error:
        kind = type(error)
        chosen = kind in OTHER_REFUSALS or kind.__module__ == answer.function.__module__
        chosen = chosen and bool(refusal) and not is_good
        return answer.raised(words, "other refusal" if chosen else mistake)
    if result is None and returns_nothing(answer.function):
        return Verdict("none", words, mistake=mistake)
    if refusal:
        return _returned(result, case, words, is_good=is_good)
    if result is not True and result is not False:
        return Verdict("differs", words, written(result), str(is_good), mistake="kind")
    if result is is_good:
        return PASSED
    return Verdict("refused_good" if is_good else "let_in", words, mistake=mistake)


def _returned(result: Any, case: Case, words: str, *, is_good: bool) -> Verdict:
    """The verdict on what a verifier returned that refuses by raising."""
    mistake = case.mistake
    if not is_good and result is None:
        return Verdict("differs", words, "None", 'a refusal: raise ValueError("why")')
    if not is_good and result is False:
        want = "a refusal, by raising an exception"
        return Verdict("differs", words, "False", want, "", "returned False")
    if not is_good:
        return Verdict("let_in", words, written(result), mistake=mistake)
    if case.want is not None and not _equal(result, case.want):
        return Verdict("differs", words, written(result), written(case.want), mistake=mistake)
    return PASSED


@contextmanager
def calls_of(*tools: Callable[..., Any]) -> Iterator[list[str]]:
    """The names of those of these functions that are called meanwhile, as often as they are."""
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


def without_library(
    judge: Callable[[Tried], Verdict], *tools: Callable[..., Any]
) -> Callable[[Tried], Verdict]:
    """A judge that refuses an answer which leaves the work to one of these functions.

    The mistake is called `library`.
    """

    def judged(answer: Tried) -> Verdict:
        with calls_of(*tools) as called:
            verdict = judge(answer)
        if not called:
            return verdict
        return Verdict("differs", got=f"the work to a library ({called[0]})", mistake="library")

    return judged


REFUSED = "That request was refused: read `error` in the response."


def response_mistake(answer: Any) -> str | None:
    """The mistake "refused" or "response" where a response, or its body, was handed in for a flag.

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
    """A judge of a value: `right` returns None, or the name of the mistake.

    What is right is not shown, since it would be the solution.
    """

    def judge(answer: Any) -> Verdict:
        mistake = right(answer)
        return PASSED if mistake is None else Verdict("differs", mistake=mistake)

    return judge


def is_plain(value: Any) -> bool:
    """Whether a value is made of Python's own types alone, whose `==` nobody has changed."""
    if type(value) in (dict, Counter, defaultdict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if type(value) in (list, tuple, set, frozenset):
        return all(map(is_plain, value))
    return type(value) in (str, bytes, int, float, bool, type(None))


def nearly(text: str) -> tuple[str, ...]:
    """What a careless comparison takes for this text: shorter, longer, in another case, blanks.

    It goes wrong with `in`, with what a text begins or ends with, with `lower` and with `strip`.
    """
    return (text[:-1], text[1:], text + "x", "x" + text, text.swapcase(), f" {text} ", "")
