"""Read what a lesson asks from its `questions.yaml`: predictions and quizzes.

It is as an author or a translator edits it. What the lesson is for (`objectives`) and how it ends
(`ending`) are there as well. All that is in it is quoted text or a number, so that YAML makes
nothing else of it: no date of `2023-11-14`, no time of `16:28`, no truth of `yes`. 1 and 0 stand
for true and false. A text that is used twice is in `beliefs:` with an anchor. docs/authoring.md
shows each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labutils.classroom.registry import (
    AnyPrediction,
    Choice,
    Column,
    Ending,
    Estimate,
    GridRow,
    Guess,
    Prediction,
    Quiz,
)
from labutils.sheets import Row, SheetError, build, must_have_fields, quoted, read, value

OPENS = ("it opens", "it is refused")


@dataclass(frozen=True)
class Questions:
    """The questions of one sheet, by id."""

    predictions: Mapping[str, AnyPrediction]
    quizzes: Mapping[str, Quiz]
    ending: Ending = Ending()
    objectives: tuple[str, ...] = ()


def read_questions(path: Path, number: str) -> Questions:
    """Read the questions of the lesson with that number.

    Raises SheetError, which names the file and the line.
    """
    sheet = read(path, scalar=quoted)
    must_have_fields(_QuestionSheet, sheet)
    predictions = {
        identifier: _prediction(identifier, row)
        for identifier, row in _rows(sheet, "predictions", number, "p").items()
    }
    quizzes = {
        identifier: _quiz(identifier, row)
        for identifier, row in _rows(sheet, "quizzes", number, "q").items()
    }
    ending = build(Ending, value(sheet, "ending", Row)) if "ending" in sheet else Ending()
    return Questions(predictions, quizzes, ending, build(_QuestionSheet, sheet).objectives)


@dataclass(frozen=True)
class _QuestionSheet:
    predictions: Row | None = None
    quizzes: Row | None = None
    beliefs: Row | None = None
    ending: Row | None = None
    objectives: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Choosing:
    """A prediction with choices: `truth` is the value that `reveal` is given."""

    ask: str
    guesses: Row
    truth: str | int | float | list[Any]
    because: str
    moral: str = ""


@dataclass(frozen=True)
class _Guess:
    text: str
    value: str | int | float | list[Any]
    belief: str = ""


@dataclass(frozen=True)
class _Estimating:
    """A number to predict."""

    ask: str
    unit: str
    truth: int | float
    too_low: str
    too_high: str
    because: str
    factor: int | float = 1.5
    moral: str = ""


@dataclass(frozen=True)
class _Filling:
    """A row of a grid to predict: `truth` has a letter for each column, o or x."""

    ask: str
    columns: tuple[Row, ...]
    truth: str
    beliefs: Row
    because: str
    words: tuple[str, ...] = OPENS
    moral: str = ""


@dataclass(frozen=True)
class _Asking:
    ask: str
    choices: Row


@dataclass(frozen=True)
class _Choice:
    text: str
    why: str
    right: int = 0


def _rows(sheet: Row, name: str, number: str, letter: str) -> dict[str, Row]:
    """The rows of one part of the sheet, each with an id of this lesson, such as 14-p3."""
    part = sheet.get(name, Row())
    for identifier in part:
        if not identifier.removeprefix(f"{number}-{letter}").isdecimal():
            raise part.error(
                f"{identifier!r} is not an id here: {name} of this lesson are called "
                f"{number}-{letter}1, {number}-{letter}2 and so on",
                identifier,
            )
    return {identifier: value(part, identifier, Row) for identifier in part}


def _prediction(identifier: str, row: Row) -> AnyPrediction:
    """One of the three kinds, by what the row has: guesses, columns, or a unit."""
    if "guesses" in row:
        return _choosing(identifier, row)
    if "columns" in row:
        return _filling(identifier, row)
    if "unit" in row:
        one = build(_Estimating, row)
        return Estimate(
            identifier, one.ask, one.unit, one.truth, one.too_low, one.too_high, one.because,
            one.factor, one.moral,
        )  # fmt: skip
    raise row.error(
        f"{identifier} needs guesses (choices a, b, ...), columns (a row of a grid), or a unit "
        "(a number)"
    )


def _choosing(identifier: str, row: Row) -> Prediction:
    one = build(_Choosing, row)
    guesses = {
        letter: build(_Guess, value(one.guesses, letter, Row)) for letter in _letters(one.guesses)
    }
    right = [letter for letter, guess in guesses.items() if guess.value == one.truth]
    if len(right) != 1:
        raise row.error(
            f"truth: {len(right)} guesses have the value {one.truth!r}; exactly one must", "truth"
        )
    for letter, guess in guesses.items():
        if bool(guess.belief) == (letter in right):
            raise one.guesses.error(
                "the right guess has no belief, and each wrong one has its own", letter
            )
    kept = {letter: Guess(g.text, g.value, g.belief) for letter, g in guesses.items()}
    return Prediction(identifier, one.ask, kept, one.because, one.moral)


def _letters(row: Row) -> Row:
    """The choices of a question. Raises SheetError unless they are a, b, c, ... in this order."""
    for key, letter in zip(row, "abcdefgh", strict=False):
        if key != letter:
            raise row.error(f"the choices must be called a, b, c and so on, not {key!r}", key)
    if not 2 <= len(row) <= 5:
        raise row.error(f"there are {len(row)} choices; there must be two to five")
    return row


def _filling(identifier: str, row: Row) -> GridRow:
    one = build(_Filling, row)
    columns = tuple(build(Column, column) for column in one.columns)
    keys = [column.key for column in columns]
    if len(set(keys)) != len(keys):
        raise row.error("two columns have the same key", "columns")
    if len(one.truth) != len(columns) or set(one.truth) - {"o", "x"}:
        raise row.error(
            f"truth must have a letter for each of the {len(columns)} columns, o or x", "truth"
        )
    if len(one.words) != 2:
        raise row.error("words must be two: what o means, and what x means", "words")
    for key in one.beliefs:
        if key not in keys:
            raise one.beliefs.error(f"no column has the key {key!r}", key)
        value(one.beliefs, key, str)
    return GridRow(
        identifier, one.ask, columns, one.truth, dict(one.beliefs), one.because,
        (one.words[0], one.words[1]), one.moral,
    )  # fmt: skip


def _quiz(identifier: str, row: Row) -> Quiz:
    one = build(_Asking, row)
    choices = {
        letter: build(_Choice, value(one.choices, letter, Row)) for letter in _letters(one.choices)
    }
    if [choice.right for choice in choices.values()].count(1) != 1:
        raise row.error("exactly one of the choices must have right: 1", "choices")
    kept = {letter: Choice(c.text, c.why, bool(c.right)) for letter, c in choices.items()}
    return Quiz(identifier, one.ask, kept)


__all__ = ["Questions", "SheetError", "read_questions"]
