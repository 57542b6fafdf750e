"""Hold what a lesson asks as data: exercises, targets, predictions and quizzes, a table each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from labutils.classroom.judging import Verdict

QUOTES = "between the quotes"  # where an answer is typed: those of `predict` and `quiz`


@dataclass(frozen=True)
class Exercise:
    """A task with a judge. `kind` is "function" or "value": what `check` is given.

    `mistakes` maps the name of a mistake to what is said of it, and to code whose `answer` makes
    it. `solution` is code for the exercise's cell. `refusal` are the exceptions by which the
    learner's function may refuse something: they are answers, and no faults. `without` says which
    of the usual steps its trial does not have, and why; `imports` what its cell has imported;
    `trial` what the judge is derived from.
    """

    id: str
    kind: Literal["function", "value"]
    judge: Callable[[Any], Verdict | str | None]
    praise: str
    mistakes: Mapping[str, tuple[str, str]]
    hints: Sequence[str]
    solution: str
    refusal: tuple[type[Exception], ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    imports: str = ""
    trial: Callable[[Any], Any] | None = None

    def sentence(self, mistake: str | None) -> str | None:
        """Return the exercise's own sentence about a mistake, or None."""
        return self.mistakes[mistake][0] if mistake and mistake in self.mistakes else None


@dataclass(frozen=True)
class Target(Exercise):
    """An open task in a lab of its own. `scene` builds it, and `goal` says what to reach.

    A flag proves that it was reached; `hints` has three tiers. `rows` say at a glance what is held,
    what counts and the like; `tools` what is at hand for somebody who does not sit in the lesson.
    """

    goal: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    tools: str = ""
    scene: Callable[..., Any] = lambda: None

    @property
    def brief(self) -> str:
        """Goal and rows as lines: what is printed where there are no cards."""
        return "\n".join([self.goal, *(f"{name}: {says}" for name, says in self.rows.items())])


@dataclass(frozen=True)
class Choice:
    """An answer to choose, and the thought behind it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question with choices a, b, c, ..."""

    id: str
    question: str
    choices: dict[str, Choice]

    def read(self, answer: object) -> str | None:
        """Return the letter that was chosen, or None if it is not one."""
        return _letter(answer, self.choices)

    def named(self, choice: str) -> str:
        """Return a choice as a person reads it."""
        return f"{choice}) {self.choices[choice].text}"


def _letter(answer: object, offered: Mapping[str, object]) -> str | None:
    """The letter of a choice that is offered, or None."""
    letter = answer.strip().lower() if isinstance(answer, str) else ""
    return letter if letter in offered else None


def listed(value: object) -> object:
    """Return a value as a sheet can hold it: a list for a tuple, so that the two compare equal."""
    return [listed(one) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Guess:
    """A choice of a prediction: its words, what is observed if it is right, and the belief.

    The belief is what somebody holds who chooses it; the right choice has none.
    """

    text: str
    value: object
    belief: str = ""


@dataclass(frozen=True)
class Prediction:
    """A question that an experiment answers.

    `because` explains what comes out; `moral` is the one sentence to remember, where there is one.
    """

    id: str
    question: str
    guesses: dict[str, Guess]
    because: str
    moral: str = ""

    @property
    def truth(self) -> str:
        """The letter of the right choice."""
        return next(letter for letter, guess in self.guesses.items() if not guess.belief)

    def lines(self, place: str = QUOTES) -> list[str]:
        """Return the choices, a line each, and how to choose.

        `place` is where the answer is typed.
        """
        offered = [f"  {letter}) {guess.text}" for letter, guess in self.guesses.items()]
        return [*offered, f"Put one letter {place}: {', '.join(self.guesses)}."]

    def read(self, answer: object) -> str | None:
        """Return the choice that was made, or None if it is not one."""
        return _letter(answer, self.guesses)

    def named(self, choice: str) -> str:
        """Return a choice as a person reads it."""
        return f"{choice}) {self.guesses[choice].text}"

    def observed(self, value: object) -> str | None:
        """Return the choice that an observation stands for, or None if it stands for none."""
        same = (l for l, guess in self.guesses.items() if listed(guess.value) == listed(value))
        return next(same, None)

    def belief(self, choice: str) -> str:
        """Return the belief behind a wrong choice; empty for the right one."""
        return self.guesses[choice].belief

    def beliefs_behind(self, choice: str) -> list[str]:
        """Return the belief behind a choice as a list: one belief, or none."""
        return [belief] if (belief := self.belief(choice)) else []


@dataclass(frozen=True)
class Estimate:
    """A number to predict. A guess between `truth / factor` and `truth * factor` comes true.

    `too_low` and `too_high` are the beliefs behind guesses beyond.
    """

    id: str
    question: str
    unit: str
    truth_value: float
    too_low: str
    too_high: str
    because: str
    factor: float = 1.5
    moral: str = ""

    @property
    def truth(self) -> str:
        """The number, as it is written."""
        return f"{self.truth_value:g}"

    def lines(self, place: str = QUOTES) -> list[str]:
        """Return how to answer, and where."""
        return [f"Put a number of {self.unit} {place}."]

    def read(self, answer: object) -> str | None:
        """Return the number that was guessed, or None if it is not one."""
        if isinstance(answer, bool) or not isinstance(answer, str | int | float):
            return None
        try:
            number = float(answer)
        except ValueError:
            return None
        return f"{number:g}" if 0 <= number < 1e12 else None

    def named(self, choice: str) -> str:
        """Return a guess as a person reads it."""
        return f"{choice} {self.unit}"

    def observed(self, value: object) -> str | None:
        """Return an observation as it is written."""
        return self.read(value)

    def belief(self, choice: str) -> str:
        """Return the belief behind a guess that is too low or too high; empty if it comes near."""
        if float(choice) * self.factor < self.truth_value:
            return self.too_low
        return self.too_high if float(choice) > self.truth_value * self.factor else ""

    def beliefs_behind(self, choice: str) -> list[str]:
        """Return the belief behind a guess as a list: one belief, or none."""
        return [belief] if (belief := self.belief(choice)) else []


@dataclass(frozen=True)
class Column:
    """A column of a grid: its key, which beliefs and translations name, and its text."""

    key: str
    text: str


@dataclass(frozen=True)
class GridRow:
    """A row of a grid to predict: for each column, whether it opens (o) or is refused (x).

    `beliefs` are by the keys of the columns: what somebody holds who is wrong there.
    """

    id: str
    question: str
    columns: Sequence[Column]
    truth: str
    beliefs: Mapping[str, str]
    because: str
    words: tuple[str, str] = ("it opens", "it is refused")
    moral: str = ""

    def lines(self, place: str = QUOTES) -> list[str]:
        """Return the columns, how to answer, and where."""
        names = [f"  {number}. {column.text}" for number, column in enumerate(self.columns, 1)]
        example = ("ox" * len(self.columns))[: len(self.columns)]
        if example == self.truth:
            example = "o" * len(self.columns)
        how = f"Put {len(self.columns)} letters {place}, one for each line, from top to bottom:"
        letters = f"o if {self.words[0]}, x if {self.words[1]}"
        return [*names, f"{how} {letters}. For example: {example!r}."]

    def read(self, answer: object) -> str | None:
        """Return the row that was guessed, or None if it is not one."""
        letters = "".join(answer.lower().split()) if isinstance(answer, str) else ""
        fits = len(letters) == len(self.columns) and set(letters) <= {"o", "x"}
        return letters if fits else None

    def named(self, choice: str) -> str:
        """Return a row as a person reads it: the letters, and which columns have which words."""
        return f"{choice} ({self.in_words(choice)})"

    def in_words(self, choice: str) -> str:
        """Return which columns of a row have which of the words."""
        groups = []
        for mark, words in zip("ox", self.words, strict=True):
            numbers = [str(at) for at, letter in enumerate(choice, 1) if letter == mark]
            if numbers:
                groups.append(f"{words}: {', '.join(numbers)}")
        return "; ".join(groups)

    def observed(self, value: object) -> str | None:
        """Return the row that was observed: letters, or True and False by column."""
        if isinstance(value, Sequence) and not isinstance(value, str):
            value = "".join("o" if opens else "x" for opens in value)
        return self.read(value)

    def belief(self, choice: str) -> str:
        """Return the beliefs behind the columns that were guessed wrong, as one text."""
        return " ".join(self.beliefs_behind(choice))

    def beliefs_behind(self, choice: str) -> list[str]:
        """Return the beliefs behind the columns that were guessed wrong, as a list.

        A belief that explains two columns stands there once.
        """
        pairs = zip(self.columns, choice, self.truth, strict=True)
        wrong = [column.key for column, guess, right in pairs if guess != right]
        return list(dict.fromkeys(self.beliefs[key] for key in wrong if key in self.beliefs))


def columns_of(names: Iterable[str]) -> tuple[Column, ...]:
    """Return columns whose text is their key, for those that come from code."""
    return tuple(Column(name, name) for name in names)


AnyPrediction = Prediction | Estimate | GridRow


@dataclass(frozen=True)
class Ending:
    """The sentences at the end of a lesson.

    `next` opens the lesson after this one; `story` opens the next lesson of the story, where that
    is another.
    """

    next: str = ""
    story: str = ""


@dataclass(frozen=True)
class Lesson:
    """All that one notebook asks of its learner."""

    number: str
    exercises: tuple[Exercise, ...] = ()
    quizzes: tuple[Quiz, ...] = ()
    predictions: tuple[AnyPrediction, ...] = ()
    target: Target | None = None
    ending: "Ending" = field(default_factory=lambda: Ending())
    objectives: tuple[str, ...] = ()
    items: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        target = (self.target,) if self.target else ()
        items = (*self.exercises, *target, *self.predictions, *self.quizzes)
        object.__setattr__(self, "items", {item.id: item for item in items})

    @property
    def checked(self) -> tuple[Exercise, ...]:
        """All that `check` judges: the exercises and the target."""
        return (*self.exercises, self.target) if self.target else self.exercises
