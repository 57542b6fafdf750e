"""Exercises and quizzes: check, hint, solution, quiz, progress. What they ask and answer stands in lessons/."""

import dis
import importlib
import json
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Literal

from labutils.text import shown


@dataclass(frozen=True)
class Exercise:
    """A task with a checker. `kind` is "function" or "value": what `check` is given.

    `judge` returns None for a right answer, else the name of the mistake: a key of `feedback` or COMMON.
    `wrong` holds, for each mistake, code whose last name `answer` shows it; `solution` is code for the exercise's cell.
    """

    id: str
    kind: Literal["function", "value"]
    judge: Callable[[object], str | None]
    praise: str
    feedback: dict[str, str]
    wrong: dict[str, str]
    hints: tuple[str, ...]
    solution: str


@dataclass(frozen=True)
class Choice:
    """One answer to choose, and the thought behind it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question with choices a, b, c, ..."""

    id: str
    question: str
    choices: dict[str, Choice]


@dataclass(frozen=True)
class Lesson:
    """What one notebook asks of its learner."""

    number: str
    exercises: tuple[Exercise, ...] = ()
    quizzes: tuple[Quiz, ...] = ()
    items: dict = field(init=False)

    def __post_init__(self):
        object.__setattr__(
            self, "items", {item.id: item for item in (*self.exercises, *self.quizzes)}
        )


def lesson(number: str) -> Lesson | None:
    """The lesson of that two-digit number, or None."""
    try:
        return importlib.import_module(f"labutils.classroom.lessons.lesson_{number}").LESSON
    except ModuleNotFoundError:
        return None


def _item(identifier: object, kind: type):
    """The exercise or quiz of that name, or None after a sentence that says which names there are."""
    number = identifier[:2] if isinstance(identifier, str) else ""
    found = lesson(number) if number.isdigit() else None
    item = found.items.get(identifier) if found else None
    if isinstance(item, kind):
        return item
    names = [name for name, held in found.items.items() if isinstance(held, kind)] if found else []
    print(
        f"There is no {kind.__name__.lower()} {shown(repr(identifier), 40)}. "
        + (
            f"This lesson has: {', '.join(names)}."
            if names
            else "Its name looks like '02-1': lesson, then number."
        )
    )
    return None


def _blank(answer: object) -> bool:
    """Whether the stub is as the notebook gave it: `...`, nothing, or a function that still holds `...`."""
    if isinstance(answer, FunctionType):
        return ... in answer.__code__.co_consts
    if isinstance(answer, dict):
        return all(value is ... for value in answer.values())
    return (
        answer is ...
        or answer is None
        or (isinstance(answer, str | list | set | tuple) and (not answer or ... in list(answer)))
    )


# What any function can get wrong: for a mistake that an exercise has no sentence of its own for.
COMMON = {
    "no return": "For one of the cases it returned None, and not True or False. "
    "Did you forget a `return`? A function that reaches its end without one returns None.",
    "kind": "Return True or False, and nothing else.",
}
NOT_A_FUNCTION = "Give check the function itself, by its name, and not what it returned."
NO_RETURN = "Did you forget `return`? Your function gave None: no line of it returns anything else."
NO_SENTENCE = "That is not right, and the course has no sentence for this mistake. A hint may help."


def yes_or_no(answer: object, right: bool, mistake: str) -> str | None:
    """For a judge: None where the answer is right, the mistake where it is the other one.

    An answer that is neither is `no return` or `kind`: it let nothing in and kept nothing out.
    """
    if answer is None:
        return "no return"
    if answer is not True and answer is not False:
        return "kind"
    return None if answer is right else mistake


def _returns_nothing(function: Callable) -> bool:
    """Whether each `return` of a Python function gives None, said or unsaid: both compile alike."""

    def is_none(before: dis.Instruction, one: dis.Instruction) -> bool:
        if one.opname == "RETURN_CONST":  # 3.12 and 3.13 return a constant in one instruction
            return one.argval is None
        return before.opname == "LOAD_CONST" and before.argval is None and not one.is_jump_target

    code = dis.get_instructions(function) if isinstance(function, FunctionType) else ()
    returns = [
        pair for pair in pairwise(code) if pair[1].opname in ("RETURN_VALUE", "RETURN_CONST")
    ]
    return bool(returns) and all(is_none(*pair) for pair in returns)


class Tried:
    """A learner's function as a judge calls it.

    It remembers what came back, the error that ended the last call, and the way of that error
    through the learner's code (None where the call itself did not fit).
    """

    def __init__(self, function: Callable):
        self.function = function
        self.results: list[object] = []
        self.error: Exception | None = None
        self.way: TracebackType | None = None

    def __call__(self, *arguments: object) -> object:
        self.error = self.way = None
        try:
            result = self.function(*arguments)
        except Exception as error:
            self.error, self.way = error, error.__traceback__.tb_next
            raise
        self.results.append(result)
        return result

    def verdict(self, sentence: str) -> str:
        """The judge's sentence, or a truer one where the function failed, or gave None every time."""
        if self.error is not None:
            return self.failed(sentence)
        if not self.results or any(result is not None for result in self.results):
            return sentence
        if _returns_nothing(self.function):
            return NO_RETURN
        return f"It gave None each time. {sentence}"

    def failed(self, sentence: str) -> str:
        """What Python says of the last call, and where; then the judge's sentence, if it is of use."""
        line = self.line()
        what = f"{type(self.error).__name__}: {shown(str(self.error), 120)}"
        if isinstance(self.error, NameError):
            return f"Your code uses a name that is not there{line}. Python says: {what}."
        if isinstance(self.error, TypeError) and self.way is None:
            return f"Your function cannot be called as the exercise calls it. Python says: {what}."
        return f"It raised an error{line}: {what}. {sentence}".rstrip()

    def line(self) -> str:
        """Where in the learner's cell the error came up, in words; empty where that is not known."""
        code = getattr(self.function, "__code__", None)
        cell = getattr(code, "co_filename", None)
        lines = [place.lineno for place in traceback.extract_tb(self.way) if place.filename == cell]
        return f" (line {lines[-1]} of your cell)" if lines else ""


def verdict(exercise: Exercise, answer: object) -> str | None:
    """None for a right answer, else the sentence that helps. Whatever the answer does, nothing is raised."""
    if exercise.kind == "function":
        if not callable(answer):
            return NOT_A_FUNCTION
        answer = Tried(answer)
    try:
        mistake = exercise.judge(answer)
    except Exception as error:
        if isinstance(answer, Tried) and error is answer.error:
            return answer.verdict("")
        return f"Your answer could not be tried: {type(error).__name__}: {shown(str(error), 120)}."
    if mistake is None:
        return None
    sentence = (COMMON | exercise.feedback).get(mistake, NO_SENTENCE)
    return answer.verdict(sentence) if isinstance(answer, Tried) else sentence


def check(identifier: str, answer: object = ...) -> None:
    """Say whether an answer is right, and if not, what to think about."""
    exercise = _item(identifier, Exercise)
    if exercise is None:
        return
    if _blank(answer):
        print(f"{identifier}: not attempted yet. Stuck? hint({identifier!r})")
        return
    sentence = verdict(exercise, answer)
    if sentence is None:
        _keep({identifier})
    print(
        f"{identifier}: passed. {exercise.praise}"
        if sentence is None
        else f"{identifier}: not yet. {sentence}"
    )


_hints_given: dict[str, int] = {}


def hint(identifier: str) -> None:
    """The next hint to an exercise; after the last one, the first again."""
    if exercise := _item(identifier, Exercise):
        given = _hints_given.get(identifier, 0) % len(exercise.hints)
        _hints_given[identifier] = given + 1
        print(f"Hint {given + 1} of {len(exercise.hints)}: {exercise.hints[given]}")


def solution(identifier: str) -> None:
    """A model solution, to read after your own attempt."""
    if exercise := _item(identifier, Exercise):
        print(exercise.solution)


def quiz(identifier: str, choice: str = "") -> None:
    """Ask a question, or, given a choice, say what is right or wrong about the thought behind it."""
    item = _item(identifier, Quiz)
    if item is None:
        return
    chosen = item.choices.get(choice.strip().lower()) if isinstance(choice, str) else None
    if chosen is None:
        print(f"{item.id}. {item.question}")
        for letter, offered in item.choices.items():
            print(f"  {letter}) {offered.text}")
        print(f"Put one letter between the quotes: {', '.join(item.choices)}.")
        return
    if chosen.right:
        _keep({item.id})
    print(f"{item.id}: {'right' if chosen.right else 'not quite'}. {chosen.why}")


# --- progress ---------------------------------------------------------------------------------------------------


def _file() -> Path:
    return Path(os.environ.get("LABUTILS_PROGRESS", "progress.json"))


def _done() -> set[str]:
    try:
        return {str(name) for name in json.loads(_file().read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError):
        return set()


def _keep(names: set[str]) -> None:
    """Add to the file of what is done. Where it cannot be written, the receipt that `progress` prints still can be carried."""
    try:
        _file().write_text(json.dumps(sorted(_done() | names)), encoding="utf-8")
    except OSError:
        print("(This folder cannot be written to, so only the receipt of progress() remembers.)")


def progress(receipt: str = "") -> None:
    """Say what is done. Its last line is a receipt: give it to `progress` on another machine and nothing is lost."""
    given = set(receipt.split()) if isinstance(receipt, str) else set()
    numbers = sorted(
        {name[:2] for name in given | _done() if name[:2].isdecimal()}
    )  # only the lessons that are spoken of
    course = {number: found for number in numbers if (found := lesson(number))}
    known = {name for found in course.values() for name in found.items}
    if given & known:
        _keep(given & known)
    if strangers := sorted(given - known):
        print(f"Not the name of an exercise, so left out: {shown(' '.join(strangers), 80)}")
    done = _done() & known
    for number, mine in course.items():
        if done & set(mine.items):
            print(
                f"Lesson {number}: {sum(e.id in done for e in mine.exercises)} of {len(mine.exercises)} exercises, "
                f"{sum(q.id in done for q in mine.quizzes)} of {len(mine.quizzes)} quiz items."
            )
    print(
        f'To carry it away: progress("{" ".join(sorted(done))}")'
        if done
        else "Nothing is done yet. Each exercise that passes and each quiz item answered right is noted here."
    )
