"""Read a lesson in another language, with English wherever a translation is missing or stale.

Its sheet is `LANGUAGE.yaml`; it is stale where the English text has changed since
(docs/authoring.md). Prose is found by the id of its cell, a question by its own id and the keys in
it.
"""

import dataclasses
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from labutils.classroom.registry import (
    AnyPrediction,
    Choice,
    Ending,
    Estimate,
    Exercise,
    GridRow,
    Guess,
    Prediction,
    Quiz,
    Target,
)
from labutils.sheets import Row, build, must_have_fields, quoted, read, value

Item = TypeVar("Item", Prediction | Estimate | GridRow, Quiz)
Task = TypeVar("Task", bound=Exercise)


def language() -> str:
    """Return the language that is asked for, such as `de`; empty for English."""
    asked = os.environ.get("LABUTILS_LANG", "").lower()
    return asked if re.fullmatch(r"[a-z]{2,3}", asked) and asked != "en" else ""


def digest_of(text: str) -> str:
    """Return the digest by which a translation names its original: eight digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def english_of(item: AnyPrediction | Quiz) -> str:
    """Return all that is read of a question, as one text: what `of` is the digest of."""
    texts = [item.question, getattr(item, "because", ""), getattr(item, "unit", "")]
    texts += [moral] if (moral := getattr(item, "moral", "")) else []
    if isinstance(item, Prediction):
        texts += [part for one in item.guesses.values() for part in (one.text, one.belief)]
    elif isinstance(item, Quiz):
        texts += [part for one in item.choices.values() for part in (one.text, one.why)]
    elif isinstance(item, GridRow):
        texts += [*(column.text for column in item.columns), *item.words, *item.beliefs.values()]
    else:
        texts += [item.too_low, item.too_high]
    return "\n".join(texts)


def english_of_exercise(item: Exercise) -> str:
    """Return what `check`, `hint` and `target` say of an exercise or a target, as one text.

    It is what `of` is the digest of.
    """
    asked = [item.brief] if isinstance(item, Target) else []
    said = [item.praise, *(say for say, _ in item.mistakes.values()), *item.hints]
    return "\n".join([*asked, *said])


def english_of_ending(ending: Ending) -> str:
    """Return the sentences at the end of a lesson, as one text: what `of` is the digest of."""
    return "\n".join((ending.next, ending.story))


@dataclass(frozen=True)
class _Cell:
    of: str
    text: str


@dataclass(frozen=True)
class _TranslationSheet:
    cells: Row | None = None
    questions: Row | None = None
    exercises: Row | None = None
    ending: Row | None = None


@dataclass(frozen=True)
class _Ending:
    """The sentences at the end of a lesson; each may be left out, but for `of`."""

    of: str
    next: str = ""
    story: str = ""


@dataclass(frozen=True)
class _Question:
    """The parts of a question that are translated; each may be left out, but for `of`."""

    of: str
    ask: str = ""
    because: str = ""
    moral: str = ""
    unit: str = ""
    too_low: str = ""
    too_high: str = ""
    guesses: Row | None = None
    choices: Row | None = None
    columns: Row | None = None
    beliefs: Row | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sentences:
    """What is said of an exercise or a target; each part may be left out, but for `of`. `mistakes`
    are by their names; `hints` and a target's `rows` all of them or none."""

    of: str
    praise: str = ""
    mistakes: dict[str, str] | None = None
    hints: tuple[str, ...] = ()
    goal: str = ""
    rows: dict[str, str] | None = None


@dataclass(frozen=True)
class Translation:
    """The contents of a translation sheet.

    It has texts of cells by id, questions and exercises by id, each with the digest of the English
    that it translates.
    """

    cells: Mapping[str, _Cell]
    questions: Mapping[str, _Question]
    exercises: Mapping[str, _Sentences] = dataclasses.field(default_factory=dict)
    last: _Ending | None = None

    def ending(self, english: Ending) -> Ending:
        """Return the sentences at the end, or the English ones if missing or stale."""
        if self.last is None or self.last.of != digest_of(english_of_ending(english)):
            return english
        return Ending(self.last.next or english.next, self.last.story or english.story)

    def prose(self, cell: str, english: str) -> str:
        """Return the text of a cell, or the English one if it is missing or stale."""
        found = self.cells.get(cell)
        return found.text if found and found.of == digest_of(english) else english

    def question(self, item: Item) -> Item:
        """Return the question with its translated parts, or in English if they are stale."""
        found = self.questions.get(item.id)
        if found is None or found.of != digest_of(english_of(item)):
            return item
        translated: Item = _translated(item, found)
        return translated

    def exercise(self, item: Task) -> Task:
        """Return the exercise or target with its translated parts, or in English if stale."""
        found = self.exercises.get(item.id)
        if found is None or found.of != digest_of(english_of_exercise(item)):
            return item
        sentences = found.mistakes or {}
        if isinstance(item, Target):
            rows = found.rows or {}
            whole = rows if len(rows) == len(item.rows) else item.rows
            item = dataclasses.replace(item, goal=found.goal or item.goal, rows=whole)
        return dataclasses.replace(
            item,
            praise=found.praise or item.praise,
            mistakes={
                name: (sentences.get(name, say), code)
                for name, (say, code) in item.mistakes.items()
            },
            hints=found.hints if len(found.hints) == len(item.hints) else item.hints,
        )

    def stale(
        self, cells: Mapping[str, str], items: Mapping[str, Any], ending: Ending | None = None
    ) -> Iterator[str]:
        """Yield a sentence for each part that no longer translates the English of today.

        `cells` are the texts of the notebook by id, `items` its questions and exercises, `ending`
        its last sentences.
        """
        last = {"at the end": self.last} if self.last else {}
        read: dict[str, Callable[[Any], str]] = {
            "cell": str,
            "question": english_of,
            "exercise": english_of_exercise,
            "ending": english_of_ending,
        }
        for what, parts, english in (
            ("cell", self.cells, cells),
            ("question", self.questions, items),
            ("exercise", self.exercises, items),
            ("ending", last, {"at the end": ending or Ending()}),
        ):
            for name, part in parts.items():
                if name not in english:
                    yield f"{what} {name}: there is no such {what}"
                elif part.of != (now := digest_of(read[what](english[name]))):
                    yield f"{what} {name}: of should be {now!r}, or it is stale"


NOTHING = Translation({}, {}, {})


def read_translation(folder: Path, asked: str) -> Translation:
    """Read the sheet of a lesson's folder for that language; empty if there is none.

    Raises SheetError, which names the file and the line.
    """
    path = folder / f"{asked}.yaml"
    if not asked or not path.exists():
        return NOTHING
    sheet = read(path, scalar=quoted)
    must_have_fields(_TranslationSheet, sheet)
    cells, questions = sheet.get("cells", Row()), sheet.get("questions", Row())
    exercises = sheet.get("exercises", Row())
    return Translation(
        {name: build(_Cell, value(cells, name, Row)) for name in cells},
        {name: build(_Question, value(questions, name, Row)) for name in questions},
        {name: build(_Sentences, value(exercises, name, Row)) for name in exercises},
        last=build(_Ending, value(sheet, "ending", Row)) if "ending" in sheet else None,
    )


def _translated(item: Any, words: _Question) -> Any:
    """A question with the parts that are translated in place of the English ones."""
    changes: dict[str, Any] = {
        name: text
        for name, text in (
            ("question", words.ask),
            ("because", words.because),
            ("moral", words.moral),
            ("unit", words.unit),
            ("too_low", words.too_low),
            ("too_high", words.too_high),
        )
        if text and hasattr(item, name)
    }
    if isinstance(item, Prediction):
        changes["guesses"] = {
            letter: _guess(guess, (words.guesses or Row()).get(letter, {}))
            for letter, guess in item.guesses.items()
        }
    elif isinstance(item, Quiz):
        changes["choices"] = {
            letter: _choice(choice, (words.choices or Row()).get(letter, {}))
            for letter, choice in item.choices.items()
        }
    elif isinstance(item, GridRow):
        texts: Mapping[str, str] = words.columns or Row()
        beliefs: Mapping[str, str] = words.beliefs or Row()
        changes["columns"] = tuple(
            dataclasses.replace(column, text=texts.get(column.key, column.text))
            for column in item.columns
        )
        changes["beliefs"] = {
            key: beliefs.get(key, english) for key, english in item.beliefs.items()
        }
        if len(words.words) == 2:
            changes["words"] = words.words
    return dataclasses.replace(item, **changes)


def _guess(guess: Guess, words: Mapping[str, str]) -> Guess:
    text, belief = words.get("text", guess.text), words.get("belief", guess.belief)
    return dataclasses.replace(guess, text=text, belief=belief if guess.belief else "")


def _choice(choice: Choice, words: Mapping[str, str]) -> Choice:
    return dataclasses.replace(
        choice, text=words.get("text", choice.text), why=words.get("why", choice.why)
    )
