"""A short report on the lesson's incident: ten claims, and what a number on each of them gains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labutils.capstone.grading import score_of_claim
from labutils.classroom.cards import show_log
from labutils.lab import SceneError

UNKNOWN = "cannot know"
Gain = Callable[[float, bool], float]
Report = Mapping[str, float | str]


@dataclass(frozen=True)
class Claim:
    """What somebody might write in a report. `truth` is None where no log can show it; `because`
    is what shows it, or why nothing does."""

    text: str
    truth: bool | None
    because: str


CLAIMS = {
    "a": Claim(
        "v.farah's night session was the intruder's",
        False,
        "v.farah was on call, and says so; the token was used elsewhere since 20 July, so what was "
        "read on 1 August can't be how he got it",
    ),
    "b": Claim(
        "y.almeida's session was stolen",
        True,
        "it went on elsewhere, and searched the wiki where the token was used a day later",
    ),
    "c": Claim(
        "y.almeida's new factor is the intruder's",
        True,
        "the session was his that evening; the factor came from where he later read the tickets",
    ),
    "d": Claim(
        "the reports' key of 31 July is the intruder's",
        False,
        "the owner says: we replaced it, from 203.0.113.96, and forgot the ticket",
    ),
    "e": Claim(
        "the reports' key of 1 August is the intruder's",
        True,
        "no ticket, and the owner says: all else was not us",
    ),
    "f": Claim(
        "all that he did came from addresses outside the company",
        False,
        "the key of 1 August was made on the host of the reports",
    ),
    "g": Claim(
        "the code was his, from a phone's network on 3 August",
        True,
        "the connector's token was used there on the day of the wiki, too; the builds know nothing",
    ),
    "h": Claim(
        "he read files in the cloud storage",
        None,
        "the storage does not log who reads",
    ),
    "i": Claim(
        "he read tickets on 25 July",
        None,
        "the tracker's log has a gap there; his token passed the gateway at 12:41, and no more",
    ),
    "j": Claim(
        "nobody else was inside this month",
        None,
        "no line shows that something did not happen",
    ),
}


def show_claims() -> None:
    """Show the ten claims."""
    show_log([{"": letter, "claim": one.text} for letter, one in CLAIMS.items()], "Ten claims")


def brier(percent: float, true: bool) -> float:
    """What a percentage gains, as the capstone counts it."""
    return score_of_claim(true, percent / 100)


def show_report(report: Report, gain: Gain = brier) -> None:
    """Show what is so of each claim, what the report gained by `gain(percent, true)`, and why.

    `report` gives each letter a percentage from 0 to 100, or "cannot know". Where no log can show
    a claim, a percentage counts as false, and "cannot know" gains what a right 100 does; elsewhere
    it loses as much. Raises SceneError for a report that is not of this form.
    """
    _check(report)
    if set(report.values()) == {50}:
        print("All ten are at 50: this report says nothing. Change the numbers, and run it again.")
        return
    points = {key: _points(report[key], one.truth, gain) for key, one in CLAIMS.items()}
    best = sum(gain(100, True) for one in CLAIMS.values() if one.truth is not False)
    truths = {True: "true", False: "false", None: UNKNOWN}
    rows = [
        {
            "": letter,
            "truth": truths[one.truth],
            "points": f"{points[letter]:+.2f}",
            "because": one.because,
        }
        for letter, one in CLAIMS.items()
    ]
    show_log(
        rows,
        f"Your report: {round(sum(points.values()), 2) + 0.0:+.2f} of {best:.2f}",
        lit=("truth", UNKNOWN),
        why="No company ever sees the column *truth*. And look who could tell you which of the two "
        "keys was his: their owner, and no log. Whoever lost a session noticed nothing. An answer "
        "supports a claim only if that person was in a position to know.",
        moral="Say what nobody can know. Don't guess it, and don't leave it out.",
    )


def _points(said: float | str, truth: bool | None, gain: Gain) -> float:
    if isinstance(said, str):
        return gain(100, True) if truth is None else -gain(100, True)
    return gain(said, truth is True)


def _check(report: Report) -> None:
    if not isinstance(report, Mapping) or set(report) != set(CLAIMS):
        raise SceneError(f"A report gives each of {', '.join(CLAIMS)} a number or {UNKNOWN!r}.")
    for letter, said in report.items():
        is_percent = type(said) in (int, float) and 0 <= float(said) <= 100
        if is_percent and 0 < float(said) < 1:
            raise SceneError(f"{letter}: {said} is a share. Give it in percent: {100 * said:g}.")
        if not is_percent and said != UNKNOWN:
            raise SceneError(
                f"{letter}: give a number from 0 to 100, or {UNKNOWN!r}, not {said!r}."
            )
