"""Show a company's possible decisions as switches, and what they stop.

It is shown under both assumptions about the four credentials, and not before somebody has said what
will happen.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Unpack

from labutils.incident import breach, cases
from labutils.incident.breach import Step
from labutils.incident.cases import Incident
from labutils.instruments import controls_picture
from labutils.instruments.controls_campaign import GROUPS, meaning
from labutils.instruments.frame import Instrument, Words, truth
from labutils.text import shown

TITLE = "You have money for two controls"


@dataclass(frozen=True)
class Dial:
    """A guess about thieves.

    It has what it is, where it begins (0 to 100), and by assumption a function of a control and a
    setting: how many of 100 thieves it keeps from the goal.
    """

    words: str
    begins: float
    stopped: Mapping[str, Callable[[str, float], float]]


class Controls(Instrument):
    """The switches of a company, and what they stop; see `controls`."""

    name = "controls"

    def __init__(
        self,
        *,
        budget: int,
        goal: str = "code",
        assumptions: Mapping[str, Incident] | None = None,
        dials: Mapping[str, Dial] | None = None,
        **words: Unpack[Words],
    ):
        super().__init__(words.get("title", TITLE), words.get("hint", ""))
        if goal not in cases.load().losses:
            known = ", ".join(cases.load().losses)
            raise ValueError(f"there is no loss {goal!r}; there are {known}")
        self.budget, self.goal = budget, goal
        self.cases = dict(assumptions or {"as reported": cases.load()})
        self.assumptions = tuple(self.cases)
        self._played: dict[tuple[tuple[str, ...], str], tuple[Step, ...]] = {}
        self.dials = dict(dials or {})
        self.settings = {name: dial.begins for name, dial in self.dials.items()}
        self.dial = next(iter(self.dials), "")
        self.on: list[str] = []
        self.expected: dict[str, bool] = {}  # by assumption: whether the goal is stopped
        self.bought: tuple[str, ...] = ()  # what was in place when the question was asked
        self.trouble, self.group = "", next(iter(GROUPS))

    # --- what somebody does ---------------------------------------------------------------------

    @property
    def known(self) -> list[str]:
        """All controls."""
        return [name for names in GROUPS.values() for name in names]

    def switch(self, *names: str) -> None:
        """Put controls in place, or remove them. Until `commit` the budget holds.

        Raises ValueError for a name that is no control's.
        """
        for name in names:
            if name not in self.known:
                raise ValueError(f"{name!r} is none of the {len(self.known)} controls")
            self.touched("switch", name)

    def expect(self, stopped: bool, assumption: str = "") -> None:
        """Say whether the goal will be stopped, under one assumption, or the first."""
        assumption = assumption or self.assumptions[0]
        self.touched("expect", f"{assumption}|{'stopped' if stopped else 'reached'}")

    def commit(self) -> None:
        """Show what happens, once a control is chosen and both assumptions have a guess."""
        self.touched("commit")

    def turn(self, dial: str, setting: float) -> None:
        """Choose a dial, and set it. Raises ValueError for a dial that there is not."""
        if dial not in self.dials:
            raise ValueError(f"there is no dial {dial!r}; there are {', '.join(self.dials)}")
        self.touched("dial", dial)
        self.touched("turn", str(setting))

    def on_switch(self, name: str, _: dict[str, str]) -> None:
        """Put a control in place, or remove it."""
        self.trouble = ""
        if name in self.on:
            self.on.remove(name)
        elif name in self.known and not self.bought and len(self.on) >= self.budget:
            self.trouble = "There is no money left. Take one back first."
        elif name in self.known:
            self.on.append(name)

    def on_group(self, group: str, _: dict[str, str]) -> None:
        """Open a group of controls, or close it."""
        self.group = "" if group == self.group else group

    def on_expect(self, value: str, _: dict[str, str]) -> None:
        """Note what somebody expects under an assumption."""
        assumption, _bar, said = value.partition("|")
        if assumption in self.assumptions and not self.bought:
            self.expected[assumption] = said == "stopped"
            self.trouble = ""

    def on_commit(self, _value: str, _: dict[str, str]) -> None:
        """Show what happens, if somebody has chosen and guessed."""
        if not self.on or len(self.expected) < len(self.assumptions):
            self.trouble = "First choose, then say what will happen under each assumption."
        else:
            self.bought, self.trouble = tuple(self.on), ""

    def on_dial(self, name: str, _: dict[str, str]) -> None:
        """Take another dial."""
        self.dial = name if name in self.dials else self.dial

    def on_turn(self, value: str, _: dict[str, str]) -> None:
        """Set the dial."""
        if self.dials:
            with suppress(ValueError):
                self.settings[self.dial] = min(100.0, max(0.0, float(value)))

    # --- what is so -----------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether results are shown."""
        return bool(self.bought)

    def steps(self, assumption: str) -> tuple[Step, ...]:
        """Return the outcome of the campaign with what is in place."""
        return self.steps_with(tuple(sorted(self.on)), assumption)

    def steps_with(self, names: tuple[str, ...], assumption: str) -> tuple[Step, ...]:
        """Return the outcome of the campaign with these controls; with none, it is as it was."""
        if (names, assumption) not in self._played:
            world = breach.with_controls(names)
            steps = breach.foresee(world, case=self.cases[assumption])
            self._played[names, assumption] = tuple(steps)
        return self._played[names, assumption]

    def stopped(self, assumption: str = "", loss: str = "") -> bool:
        """Return whether a loss, or the goal, is stopped under an assumption, or the first."""
        assumption = assumption or self.assumptions[0]
        fact = cases.load().losses[loss or self.goal]
        return next(step for step in self.steps(assumption) if step.fact == fact).stopped

    def still_lost(self, assumption: str) -> list[str]:
        """Return what is lost nevertheless, in words."""
        losses = cases.load().losses
        return [loss for loss in losses if not self.stopped(assumption, loss)]

    def pair(self) -> list[str]:
        """Return the controls that the dial compares: the last two that were put in place."""
        return self.on[-2:]

    def at(self) -> float:
        """Return where the dial is."""
        return self.settings[self.dial]

    def of_100(self, name: str, assumption: str, setting: float) -> float:
        """Return how many of 100 thieves a control keeps from the goal at a setting."""
        return self.dials[self.dial].stopped[assumption](name, setting)

    # --- what it looks like -----------------------------------------------------------------------

    def words(self) -> str:
        """Return what is in place, and its result once somebody committed to it."""
        lines = [f"{self.title}: {', '.join(self.on) or f'{len(self.known)} to choose from'}"]
        if not self.is_open:
            return "\n".join([*lines, "Nothing is shown before you have said what will happen."])
        for assumption in self.assumptions:
            verdict = "stopped" if self.stopped(assumption) else "reached"
            lost = ", ".join(self.still_lost(assumption)) or "nothing"
            lines.append(f"{assumption}: the {self.goal} is {verdict}; lost: {lost}")
        if self.dials:
            lines += [
                f"{name}, {assumption}, {self.dial} at {self.at():g}: "
                f"{self.of_100(name, assumption, self.at()):.0f} of 100 stopped"
                for name in self.pair()
                for assumption in self.assumptions
            ]
        return "\n".join(lines)

    def live(self) -> str:
        """Return the shelf of switches, and beside it the question or the result."""
        spent = f"<small>{len(self.on)} of {self.budget} bought</small>" if not self.bought else ""
        stage = self._verdicts() if self.is_open else self._question()
        dial = self._dial() if self.is_open and self.dials and self.on else ""
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading(spent)}'
            f'<div class="two"><div class="shelf">{self._shelf()}</div>'
            f'<div class="stage">{stage}{controls_picture.route(self)}</div></div>{dial}</section>'
        )

    def _shelf(self) -> str:
        return "".join(self._group(title, names) for title, names in GROUPS.items())

    def _group(self, title: str, names: Sequence[str]) -> str:
        is_open, count = title == self.group, sum(name in self.on for name in names)
        of = f"{count} of {len(names)} on" if count else str(len(names))
        switches = "".join(map(self._switch, names)) if is_open else ""
        return (
            f'<button class="group" data-do="group" data-value="{escape(title)}" '
            f'aria-expanded="{truth(is_open)}"><b>{escape(title)}</b><small>{of}</small></button>'
            f"{switches}"
        )

    def _switch(self, name: str) -> str:
        is_on = name in self.on
        return (
            f'<button class="switch" role="switch" aria-checked="{truth(is_on)}" '
            f'data-do="switch" data-value="{name}"><i></i><span><code>{name}</code>'
            f"<small>{escape(meaning(name))}</small></span></button>"
        )

    def _question(self) -> str:
        rows = "".join(self._expectation(assumption) for assumption in self.assumptions)
        trouble = escape(shown(self.trouble, 120))
        return (
            f'<div class="asked"><p>In place: {self._chosen()}</p>'
            f"<p><b>Does he still get the {self.goal}?</b></p>{rows}"
            f'<button class="main" data-do="commit">This is my choice. Show me.</button>'
            f'<p class="trouble" role="status">{trouble}</p></div>'
        )

    def _chosen(self) -> str:
        return ", ".join(f"<code>{name}</code>" for name in self.on) or "nothing"

    def _expectation(self, assumption: str) -> str:
        buttons = "".join(
            f'<button data-do="expect" data-value="{assumption}|{value}" '
            f'aria-pressed="{truth(self.expected.get(assumption) is stopped)}">{words}</button>'
            for value, stopped, words in (
                ("stopped", True, "he is stopped"),
                ("reached", False, "he gets it"),
            )
        )
        return (
            f'<div class="lane"><span><b>{assumption}</b></span>'
            f'<div class="row" role="group" aria-label="{assumption}">{buttons}</div></div>'
        )

    def _verdicts(self) -> str:
        verdicts = "".join(map(self._verdict, self.assumptions))
        return f'<p>In place: {self._chosen()}</p><div class="verdicts">{verdicts}</div>'

    def _verdict(self, assumption: str) -> str:
        is_stopped = self.stopped(assumption)
        kind, words = ("refused", "Stopped") if is_stopped else ("harm", "He gets it")
        lost = ", ".join(self.still_lost(assumption)) or "nothing"
        as_said = ""
        if tuple(self.on) == self.bought:
            same = self.expected[assumption] is is_stopped
            as_said = " · as you said" if same else " · you said the other"
        return (
            f'<div class="verdict {kind}"><small>{assumption}{as_said}</small>'
            f"<b>{words}</b><small>lost all the same: {escape(lost)}</small></div>"
        )

    def _dial(self) -> str:
        choices = "".join(
            f'<button data-do="dial" data-value="{name}" '
            f'aria-pressed="{truth(name == self.dial)}">{escape(dial.words)}</button>'
            for name, dial in self.dials.items()
        )
        at = f"{self.at():g}"
        return (
            '<div class="dial"><p><b>A hundred other thieves: how many does each stop?</b> '
            "This dial is a guess, and so is its setting.</p>"
            f'<div class="row" role="group" aria-label="Dial">{choices}</div>'
            f'<label class="handle"><span>{escape(self.dials[self.dial].words)}</span>'
            f'<input type="range" min="0" max="100" step="5" value="{at}" data-do="turn" '
            f'aria-valuetext="{at} of 100"><output>{at} of 100</output></label>'
            f"{controls_picture.curves(self)}</div>"
        )

    def still(self) -> str:
        """Return what is in place and the outcome of the campaign, as a picture."""
        return controls_picture.stored(self)


def controls(
    *,
    budget: int,
    goal: str = "code",
    assumptions: Mapping[str, Incident] | None = None,
    dials: Mapping[str, Dial] | None = None,
    **words: Unpack[Words],
) -> Controls:
    """Show the controls of the first case as switches, and return them.

    Until somebody has put some of them in place, `budget` at most, has said for each of the
    `assumptions` (a case by name; the case as reported, if none is named) whether the intruder
    reaches `goal` (a loss of the case), and has committed to it, no result is shown. `dials` are
    guesses by name. `title` and `hint` are a sentence each. Raises ValueError for a goal that is no
    loss.
    """
    instrument = Controls(
        budget=budget,
        goal=goal,
        assumptions=assumptions,
        dials=dials,
        **words,
    )
    instrument.show()
    return instrument
