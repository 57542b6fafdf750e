"""Tell the attack again after the end, in order: its lines and techniques, and what each team did.

Beside what each team said or had on its board is what was true then.
"""

from collections.abc import Iterator
from typing import NamedTuple

from labutils.incident import ledger
from labutils.live.company import LiveCompany, LiveStep
from labutils.live.exercise import Arrived, LiveExercise, Team
from labutils.live.referee import expected, minute, undisturbed
from labutils.live.rendering import render
from labutils.live.sharing import Suspicion
from labutils.text import counted

MOST_LINES = 3  # of a step
GONE = {"loss": "data gone", "silent": "data gone; no log shows it leave"}  # by part of an incident

Verdict = tuple[Team, str, str]  # what became of a step at a team: what was prevented, and how
Said = tuple[int, str, str]  # the minute, what a team said, and what was so


class Retold(NamedTuple):
    """A step of the attack; `is_unseen`: it was done, and no line shows it."""

    goal: str
    gone: str
    techniques: str
    lines: list[tuple[str, str]]
    more: int
    is_unseen: bool
    teams: list[Verdict]


def retold(exercise: LiveExercise) -> str:
    """Return the attack again, and what the teams said beside what was so."""
    return render(
        "retelling.html",
        steps=[_step(exercise, exercise.company.steps[name]) for name in steps_in_order(exercise)],
        statements=[(team, sorted(_said(team))) for team in exercise.teams],
    )


def steps_in_order(exercise: LiveExercise) -> list[str]:
    """Return the steps that were taken anywhere or would have been, by their first moment."""
    every = [*(team.intruder.made for team in exercise.teams), undisturbed(exercise.company).made]
    taken = {name for team in exercise.teams for name in team.intruder.made}
    names = [name for name in exercise.company.steps if name in taken | set(expected(exercise))]
    return sorted(names, key=lambda name: min(made[name] for made in every if name in made))


def _step(exercise: LiveExercise, step: LiveStep) -> Retold:
    lines = next((some for team in exercise.teams if (some := _lines(team, step))), [])
    return Retold(
        step.goal,
        GONE.get(step.part, ""),
        "; ".join(map(_named, _techniques(exercise.company, step))),
        [(one.id, " · ".join(one.event.headline.split("  "))) for one in lines[:MOST_LINES]],
        max(0, len(lines) - MOST_LINES),
        not lines and any(step.id in team.intruder.made for team in exercise.teams),
        [_verdict(team, step) for team in exercise.teams],
    )


def _techniques(company: LiveCompany, step: LiveStep) -> tuple[str, ...]:
    """The ATT&CK techniques of a step."""
    if company.drawn is not None:
        return (company.drawn.kinds[step.id].technique,)
    return tuple(company.case.ledger.facts[step.id].techniques)


def _named(technique: str) -> str:
    """A technique with its name, where the course's ledger has it."""
    try:
        return f"{technique} {ledger.technique(technique)}"
    except ledger.UnknownFact:
        return technique


def _lines(team: Team, step: LiveStep) -> list[Arrived]:
    return [one for one in team.stream if one.event.step == step.id]


def _verdict(team: Team, step: LiveStep) -> Verdict:
    """What became of a step at a team's company."""
    company, done = team.company, team.intruder.made.get(step.id)
    if done is None:
        tried = [one for one in team.intruder.tried if one.step == step.id]
        refused = next((one for one in tried if one.by_team), None)
        if refused is not None:
            return team, "door held", f"at {minute(company, refused.at)}: {refused.reason}"
        return team, "begun, not done" if tried else "never came to it", ""
    lines = _lines(team, step)
    if not lines:
        return team, "", f"done at {minute(company, done)}, no line shows it"
    own = {one.id for one in lines}
    report = next((one for one in team.reports if own & set(one.events)), None)
    reported = f"reported at {minute(company, report.at)}" if report else "not reported"
    arrived = minute(company, lines[0].event.arrives)
    return team, "", f"done at {minute(company, done)}, visible from {arrived}, {reported}"


def _said(team: Team) -> Iterator[Said]:
    """What a team told the instructor and had on its board, beside what was true."""
    company = team.company
    for statement in team.statements:
        yield minute(company, statement.at), f"“{statement.text}”", _was_done(team, statement.at)
    for suspicion in team.suspicions.values():
        words = f"{suspicion.certainty}: {suspicion.who} {' '.join(suspicion.hosts)}".strip()
        yield minute(company, suspicion.at), words, _was_suspected(team, suspicion)


def _was_done(team: Team, time: int) -> str:
    """What the intruder had done by a moment."""
    company = team.company
    done = {name: when for name, when in team.intruder.made.items() if when <= time}
    gone = [
        f"{company.steps[name].goal} ({minute(company, when)})"
        for name, when in done.items()
        if company.steps[name].part in GONE
    ]
    return f"{counted(len(done), 'step')} done; data gone: {', '.join(gone) or 'none'}"


def _was_suspected(team: Team, suspicion: Suspicion) -> str:
    """Whether a suspected account or credential was in the intruder's hands."""
    company, who = team.company, suspicion.who.lower()
    names = company.signs_as.get(suspicion.who, frozenset({who})) | {who}
    own = [one for one in team.stream if one.event.step and one.event.who.lower() in names]
    if not own:
        return "never the intruder's"
    return f"the intruder's from {minute(company, own[0].event.at)}"
