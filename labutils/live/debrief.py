"""Debrief an exercise: play back what the intruder did in each company.

Beside it is what the team saw and did, and what another act would have changed.
"""

import importlib.util
from collections.abc import Iterable, Iterator, Sequence

from labutils.capstone.company import kind_of
from labutils.incident.background import sheet as background
from labutils.lab import data_file, iso
from labutils.live.company import LiveStep
from labutils.live.containment import LiveAct
from labutils.live.exercise import Arrived, LiveExercise, Team, TeamReport
from labutils.live.html import row, table, text
from labutils.live.intruder import GET_BACK
from labutils.live.referee import (
    Alternative,
    TeamResult,
    address_in,
    alternatives,
    is_true,
    judge,
    minute,
    undisturbed,
)
from labutils.text import counted

WIDTH, LEFT, LANE, TOP = 1080, 150, 46, 34  # pixels of a timeline
VERMILION, BLUE, GREY = "#D55E00", "#0072B2", "#666666"
MOST_ROWS = 40  # of a table
LANES = ("intruder", "first seen", "acts", "reports", "not disturbed")


def title_of(team: Team) -> str:
    """Return a team's title."""
    return f"Team {team.number}, {team.colour}"


def as_html(exercise: LiveExercise) -> str:
    """Return the debrief of all teams as one file, without a script."""
    css = data_file("live/live.css").read_text(encoding="utf-8")
    company = exercise.company
    sections = "".join(team_section(exercise, team) for team in exercise.teams)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>Debrief</title><style>{css}</style></head><body><main>"
        f"<h1>Debrief: {text(company.title, 400)}, {iso(company.start)[:16]}</h1>"
        f"<p>{exercise.seconds // 60} minutes of the company's clock.</p>"
        f"{_attack_again(exercise)}{sections}</main></body></html>\n"
    )


def _attack_again(exercise: LiveExercise) -> str:
    """The attack again, as on the wall; nothing without tornado, which fills in its template."""
    if importlib.util.find_spec("tornado") is None:
        return ""
    from labutils.live.retelling import retold

    return retold(exercise)


def team_section(exercise: LiveExercise, team: Team) -> str:
    """Return the debrief of one team; the points come last."""
    result = judge(exercise, team)
    parts = [
        f'<section id="debrief-{team.number}"><h2>{text(title_of(team), 400)}</h2>',
        f"<p>{text(summary(result), 2000)}</p>",
        *_timeline(exercise, team, result),
        *_steps(exercise, team, result),
        *_acts(team, result),
        *_reports(team),
        *_statements(team),
        *_harmless(exercise, team),
        *_alternatives(alternatives(exercise, team)),
        *_points(result),
        "</section>",
    ]
    return "".join(parts)


def summary(result: TeamResult) -> str:
    """Return a team's evening in a few sentences."""
    if result.began is None:
        return "The intruder had not begun."
    seen, found = result.visible, result.found_at
    first = (
        "No line of it arrived." if seen is None else f"Its first line arrived at minute {seen}."
    )
    true = "No report was true." if found is None else f"The first true report came at {found}."
    losses, spared = len(result.losses), len(result.spared)
    end = "Now it is out." if result.is_out else f"It still has {', '.join(result.left)}."
    last = "It opened nothing."
    if result.last_opened is not None:
        last = (
            f"It last opened something at minute {result.last_opened}, so it was in for "
            f"{counted(result.dwell, 'minute')}."
        )
    return (
        f"The intruder began at minute {result.began}. {first} {true} It took "
        f"{counted(len(result.steps), 'step')}; {losses} of them lost data. Undisturbed, it would "
        f"have taken {len(result.prevented)} more, and {spared} of those would have lost data. "
        f"{last} {end}"
    )


# --- timeline ------------------------------------------------------------------------------------


def _timeline(exercise: LiveExercise, team: Team, result: TeamResult) -> Iterator[str]:
    """Five lanes over the minutes of the exercise."""
    company, made = exercise.company, team.intruder.made
    drawing = _Lanes(company.start, exercise.length)
    drawing.minutes(exercise.settings.minutes)
    for one in team.intruder.tried:
        if not one.allowed:
            drawing.ring("intruder", one.at, f"refused: {one.scope}")
    numbers = {name: place for place, name in enumerate(made, 1)}
    for name, time in made.items():
        drawing.step("intruder", time, company.steps[name], numbers[name])
    for name, time in first_seen(team).items():
        drawing.dot("first seen", time, name, GREY, 5, numbers.get(name))
    for act in team.containment.acts[:200]:
        drawing.bar("acts", act.at, f"{act.kind} {act.what}", act in result.needless)
    for report in team.reports:
        drawing.bar("reports", report.at, report.who, report in result.false)
    for name, time in undisturbed(company).made.items():
        drawing.step("not disturbed", time, company.steps[name], None)
    label = (
        "Timeline in minutes. Filled: a step of the intruder, large where data went. Rings: "
        "refused requests. Bars: acts and reports, grey where needless or false. The last lane: "
        "the same intruder if nobody had done anything. The numbers are those of the steps below."
    )
    yield (
        '<div class="scroll" tabindex="0" role="group" aria-label="timeline">'
        f'<svg viewBox="0 0 {WIDTH} {TOP + LANE * len(LANES)}" role="img" aria-label="{label}">'
        f'{"".join(drawing.marks)}</svg></div><p class="quiet">{label}</p>'
    )


class _Lanes:
    """Marks in lanes, at the moments (seconds since 1970) of an exercise of so many seconds."""

    def __init__(self, start: int, length: int):
        self.start, self.length = start, max(1, length)
        self.marks: list[str] = []
        for name in LANES:
            y = self.y(name)
            self.marks.append(f'<text x="4" y="{y + 5}" fill="#1b1b1b">{name}</text>')
            line = f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y}" y2="{y}" stroke="#cccccc"/>'
            self.marks.append(line)

    def x(self, time: int) -> float:
        """Where a moment is, across."""
        share = min(1.0, max(0.0, (time - self.start) / self.length))
        return LEFT + (WIDTH - LEFT - 20) * share

    def y(self, lane: str) -> int:
        """Where a lane is, down."""
        return TOP + LANE * LANES.index(lane) + 18

    def minutes(self, last: int) -> None:
        """A number for every half hour."""
        for minute_ in range(0, last + 1, 30):
            self.text(self.x(self.start + 60 * minute_), 20, str(minute_))

    def text(self, x: float, y: float, words: str) -> None:
        """Words around a place."""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y}" fill="#1b1b1b" text-anchor="middle">{words}</text>'
        )

    def step(self, lane: str, time: int, step: LiveStep, number: int | None) -> None:
        """A step of the intruder, large where data went."""
        self.dot(lane, time, step.id, VERMILION, 8 if step.is_loss else 5, number)

    def dot(
        self, lane: str, time: int, label: str, colour: str, size: int, number: int | None
    ) -> None:
        """A filled circle, with a number above it."""
        x, y = self.x(time), self.y(lane)
        self.marks.append(
            f'<circle cx="{x:.1f}" cy="{y}" r="{size}" fill="{colour}">'
            f"<title>{text(label, 400)}</title></circle>"
        )
        if number is not None:
            self.text(x, y - 10, str(number))

    def ring(self, lane: str, time: int, label: str) -> None:
        """An empty circle: something refused."""
        self.marks.append(
            f'<circle cx="{self.x(time):.1f}" cy="{self.y(lane)}" r="5" fill="none" '
            f'stroke="{BLUE}" stroke-width="2"><title>{text(label, 400)}</title></circle>'
        )

    def bar(self, lane: str, time: int, label: str, is_grey: bool) -> None:
        """A bar: something that the team did."""
        self.marks.append(
            f'<rect x="{self.x(time) - 1.5:.1f}" y="{self.y(lane) - 9}" width="3" height="18" '
            f'fill="{GREY if is_grey else BLUE}"><title>{text(label, 400)}</title></rect>'
        )


def first_seen(team: Team) -> dict[str, int]:
    """Return when the first line of each step had arrived (seconds since 1970)."""
    found: dict[str, int] = {}
    for _, event in team.stream:
        if event.step:
            found.setdefault(event.step, event.arrives)
    return found


# --- tables --------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(head, (row(*(text(cell, 400) for cell in cells)) for cells in rows), "table")


def _points(result: TeamResult) -> Iterator[str]:
    rows = [(name, f"{points + 0.0:+.1f}") for name, points in result.points.items() if points]
    yield "<h3>Points</h3>"
    yield _table(("for", "points"), [*rows, ("in all", f"{result.total:.0f}")])


def _steps(exercise: LiveExercise, team: Team, result: TeamResult) -> Iterator[str]:
    """What the intruder did, when a line of it had arrived, and what the team then did about what
    it was done with."""
    company, seen = exercise.company, first_seen(team)
    rows = []
    for number, (name, done) in enumerate(result.steps.items(), 1):
        first = minute(company, seen[name]) if name in seen else None
        answer = next(
            (act for act in answers_to(team, name) if act.at >= team.intruder.made[name]), None
        )
        rows.append(
            (
                str(number),
                f"{name}: {company.steps[name].goal}",
                str(begun(team, name)),
                str(done),
                str(first) if first is not None else "never",
                f"{minute(company, answer.at)}: {answer.kind} {answer.what}"
                if answer
                else "nothing",
                data_lost(company.steps[name]),
            )
        )
    yield "<h3>What the intruder did, in minutes</h3>"
    head = ("no.", "step", "begun", "done", "first line", "then shut by", "data lost")
    yield _table(head, rows) if rows else "<p>Nothing.</p>"
    ways = [one for one in team.intruder.tried if one.step == GET_BACK and one.allowed]
    if ways:
        told = ", ".join(f"{one.scope} at minute {minute(company, one.at)}" for one in ways[:8])
        yield f"<p>It looked for ways back, and was let through: {text(told, 900)}.</p>"
    for way, time in team.intruder.came_back.items():
        yield (
            f"<p>Shut out, or with a leak, it came back at minute {minute(company, time)} by "
            f"another way: {text(way, 100)}.</p>"
        )
    told_to = [
        f"{minute(company, company.start + row['t'])}: {row['kind']} {row.get('text', '')}".strip()
        for row in exercise.rows
        if row["do"] == "inject" and row.get("team", 0) in (0, team.number)
    ]
    if told_to:
        yield f"<p>The instructor's injects, by minute: {text('; '.join(told_to), 1500)}.</p>"


def data_lost(step: LiveStep) -> str:
    """Return whether a step lost data, and whether a log shows it."""
    if not step.is_loss:
        return "no"
    return "yes" if step.is_logged else "yes, and no log shows it"


def begun(team: Team, step: str) -> int:
    """Return the minute of a step's first request."""
    first = next(one.at for one in team.intruder.tried if one.step == step)
    return minute(team.company, first)


def answers_to(team: Team, step: str) -> list[LiveAct]:
    """Return a team's acts against the credentials, accounts and addresses of a step."""
    company, credentials = team.company, team.company.case.estate.credentials
    tried = [one for one in team.intruder.tried if one.step == step]
    used = [credentials[name] for name in dict.fromkeys(one.using for one in tried)]
    names = {company.name_of(one) for one in used} | {company.account_of(one) for one in used}
    addresses = {one.address for one in tried}
    return [
        act
        for act in team.containment.acts
        if act.what in names
        or (act.kind == "block" and any(address_in(one, act) for one in addresses))
    ]


def _acts(team: Team, result: TeamResult) -> Iterator[str]:
    """What the team did, and what each act refused."""
    acts, rows = team.containment.acts, []
    for act in acts[:MOST_ROWS]:
        stopped = sum(not one.allowed and act.what in one.reason for one in team.intruder.tried)
        held = "no" if act in result.needless else "yes"
        rows.append(
            (
                str(minute(team.company, act.at)),
                f"{act.kind} {act.what}",
                "" if act.kind in ("raise", "enable", "unbind", "unblock") else held,
                str(stopped),
                str(team.shut_out_by.get(act, 0)),
            )
        )
    if rows:
        yield "<h3>What the team did</h3>"
        head = (
            "minute",
            "act",
            "did the intruder have it then?",
            "requests of the intruder refused",
            "requests of colleagues refused",
        )
        yield _table(head, rows)
    if len(acts) > MOST_ROWS:
        yield f"<p>And {len(acts) - MOST_ROWS} more.</p>"


def _reports(team: Team) -> Iterator[str]:
    if not team.reports:
        return
    own = team.intruders_lines
    rows = [
        (str(minute(team.company, one.at)), one.who, verdict(one, team, own), one.note)
        for one in team.reports[:MOST_ROWS]
    ]
    yield "<h3>Reports</h3>"
    yield _table(("minute", "of whom", "was", "in the team's words"), rows)


def verdict(report: TeamReport, team: Team, own: set[str]) -> str:
    """Return whether a report was true, and what its lines were; `own` are the intruder's."""
    if is_true(report, team, own):
        return "true"
    lines = [one for one in map(team.line, report.events) if one is not None]
    foreign = dict.fromkeys(one.who for one in lines if one.step)
    if 2 * sum(bool(one.step) for one in lines) >= len(lines):
        return f"false: these lines are the intruder's, as {', '.join(foreign)}"
    stories = dict.fromkeys(kind_of(one.twin) for one in lines if one.twin)
    if stories:
        return f"false: harmless ({', '.join(stories)})"
    return "false: the ordinary work of a colleague or a program"


def _statements(team: Team) -> Iterator[str]:
    if team.statements:
        rows = [(str(minute(team.company, one.at)), one.text) for one in team.statements]
        yield "<h3>What the team said</h3>"
        yield _table(("minute", "in its words"), rows)


def _harmless(exercise: LiveExercise, team: Team) -> Iterator[str]:
    """What looked like an intruder in these hours and was none, and what would have told."""
    company = exercise.company
    told_by = {one.id: one.told_by for one in background.load(company.case).twins.values()}
    tables = {"changes": "a ticket", "roster": "the roster", "travel": "a trip"}
    stories: dict[tuple[str, str], list[Arrived]] = {}
    cited = {name for report in team.reports for name in report.events}
    for one in team.stream:
        if one.event.twin and (one.event.at >= company.start or one.id in cited):
            stories.setdefault((one.event.twin, one.event.who), []).append(one)
    rows = [
        (
            iso(some[0].event.at)[5:16].replace("T", " "),
            who,
            kind_of(twin),
            tables.get(told_by.get(twin) or "", "the person or the owner, if you ask"),
            some[0].id,
        )
        for (twin, who), some in list(stories.items())[:MOST_ROWS]
    ]
    if rows:
        yield "<h3>What only looked like it</h3>"
        yield _table(("when", "who", "what it was", "what tells", "its first line"), rows)


def _alternatives(found: list[Alternative]) -> Iterator[str]:
    yield "<h3>What one more act would have achieved</h3>"
    items = "".join(f"<li>{text(one.says, 400)}</li>" for one in found)
    nothing = (
        "<p>No credential would have stopped a further step if it had been replaced soon after its "
        "first line. Ask what the team would do differently with the same result.</p>"
    )
    yield f"<ul>{items}</ul>" if found else nothing
