"""The evening played back: what the intruder did in each company, what its team saw and did beside
it, and what another act would have given."""

from collections.abc import Iterator, Sequence
from html import escape

from labutils.lab import data_file, iso
from labutils.live.exercise import LiveExercise, Team
from labutils.live.referee import (
    Alternative,
    TeamResult,
    alternatives,
    is_true,
    judge,
    minute,
    undisturbed,
)
from labutils.text import counted, shown

WIDTH, LEFT, LANE, TOP = 1080, 150, 46, 34  # pixels of a timeline
VERMILION, BLUE, GREY = "#D55E00", "#0072B2", "#666666"
LANES = ("intruder", "first seen", "acts", "reports", "not disturbed")


def title_of(team: Team) -> str:
    """How a team is called."""
    return f"Team {team.number}, {team.colour}"


def as_html(exercise: LiveExercise) -> str:
    """The debrief of all teams as one file, without a script."""
    css = data_file("live/live.css").read_text(encoding="utf-8")
    company = exercise.company
    best = sorted(exercise.teams, key=lambda team: -judge(exercise, team).total)
    order = ", ".join(f"{title_of(one)} {judge(exercise, one).total:.0f}" for one in best)
    sections = "".join(team_section(exercise, team) for team in exercise.teams)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>Debrief</title><style>{css}</style></head><body><main>"
        f"<h1>Debrief: {_text(company.title)}, {iso(company.start)[:16]}</h1>"
        f"<p>{exercise.seconds // 60} minutes of the company's clock. Points: {_text(order)}.</p>"
        f"{sections}</main></body></html>\n"
    )


def team_section(exercise: LiveExercise, team: Team) -> str:
    """What there is to say to a team."""
    result = judge(exercise, team)
    parts = [
        f"<h2>{_text(title_of(team))}: {result.total:.0f} points</h2>",
        f"<p>{_text(summary(result))}</p>",
        *_timeline(exercise, team, result),
        *_points(result),
        *_steps(exercise, team, result),
        *_reports(team),
        *_needless(result),
        *_alternatives(alternatives(exercise, team)),
    ]
    return "".join(parts)


def summary(result: TeamResult) -> str:
    """A team's evening in three sentences."""
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
        f"{counted(len(result.steps), 'step')}, of which {losses} lost data. Undisturbed, it would "
        f"have taken {len(result.prevented)} more, of which {spared} lose data. {last} {end}"
    )


def _text(value: object, longest: int = 400) -> str:
    return escape(shown(str(value), longest))


# --- timeline ------------------------------------------------------------------------------------


def _timeline(exercise: LiveExercise, team: Team, result: TeamResult) -> Iterator[str]:
    company = exercise.company
    height = TOP + LANE * len(LANES)

    def across(time: int) -> float:
        share = (time - company.start) / max(1, exercise.length)
        return LEFT + (WIDTH - LEFT - 20) * min(1.0, max(0.0, share))

    marks = [
        f'<text x="{across(company.start + 60 * m):.0f}" y="20" fill="#1b1b1b" '
        f'text-anchor="middle">{m}</text>'
        for m in range(0, exercise.settings.minutes + 1, 30)
    ]
    for place, name in enumerate(LANES):
        y = TOP + LANE * place + 14
        marks.append(f'<text x="4" y="{y + 5}" fill="#1b1b1b">{name}</text>')
        marks.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y}" y2="{y}" stroke="#cccccc"/>')
    lane = {name: TOP + LANE * place + 14 for place, name in enumerate(LANES)}
    for one in team.intruder.tried:
        if not one.allowed:
            marks.append(_ring(across(one.at), lane["intruder"], f"refused: {one.scope}"))
    for name, time in team.intruder.made.items():
        loss = company.steps[name].is_loss
        marks.append(_dot(across(time), lane["intruder"], name, VERMILION, 8 if loss else 5))
    for name, time in first_seen(team).items():
        marks.append(_dot(across(time), lane["first seen"], name, GREY, 5))
    for act in team.containment.acts[:200]:
        needless = act in result.needless
        label = f"{act.kind} {act.what}"
        marks.append(_bar(across(act.at), lane["acts"], label, GREY if needless else BLUE))
    for report in team.reports:
        false = report in result.false
        marks.append(_bar(across(report.at), lane["reports"], report.who, GREY if false else BLUE))
    for name, time in undisturbed(company).made.items():
        loss = company.steps[name].is_loss
        size = 8 if loss else 5
        marks.append(_dot(across(time), lane["not disturbed"], name, VERMILION, size))
    label = (
        "Timeline in minutes. Filled: a step of the intruder, large where data went. Rings: "
        "refused requests. Bars: acts and reports, grey where needless or false. The last lane: "
        "the same intruder, had nobody done anything."
    )
    yield (
        '<div class="scroll" tabindex="0" role="group" aria-label="timeline">'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(marks)}'
        f'</svg></div><p class="quiet">{label}</p>'
    )


def _dot(x: float, y: int, label: str, colour: str, size: int) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y}" r="{size}" fill="{colour}">'
        f"<title>{_text(label)}</title></circle>"
    )


def _ring(x: float, y: int, label: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="none" stroke="{BLUE}" stroke-width="2">'
        f"<title>{_text(label)}</title></circle>"
    )


def _bar(x: float, y: int, label: str, colour: str) -> str:
    return (
        f'<rect x="{x - 1.5:.1f}" y="{y - 9}" width="3" height="18" fill="{colour}">'
        f"<title>{_text(label)}</title></rect>"
    )


def first_seen(team: Team) -> dict[str, int]:
    """By step, when the first line of it had arrived (seconds since 1970)."""
    found: dict[str, int] = {}
    for _, event in team.stream:
        if event.step:
            found.setdefault(event.step, event.arrives)
    return found


# --- tables --------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="table"><table><thead><tr>'
        f"{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _points(result: TeamResult) -> Iterator[str]:
    rows = [(name, f"{points:+.1f}") for name, points in result.points.items()]
    yield "<h3>Points</h3>"
    yield _table(("for", "points"), rows)


def _steps(exercise: LiveExercise, team: Team, result: TeamResult) -> Iterator[str]:
    """What the intruder did, when a line of it had arrived, and what the team did next."""
    company, seen = exercise.company, first_seen(team)
    rows = []
    for name, at in result.steps.items():
        first = minute(company, seen[name]) if name in seen else None
        when = str(first) if first is not None else "no line arrived"
        nearest = [a for a in team.containment.acts if first and minute(company, a.at) >= first]
        then = (
            f"{minute(company, nearest[0].at)}: {nearest[0].kind} {nearest[0].what}"
            if nearest
            else "nothing"
        )
        loss = "yes" if company.steps[name].is_loss else "no"
        rows.append((f"{name}: {company.steps[name].goal}", str(at), when, then, loss))
    yield "<h3>What the intruder did</h3>"
    head = ("step", "done in minute", "first line in minute", "the team's next act", "data lost")
    yield _table(head, rows) if rows else "<p>Nothing.</p>"


def _reports(team: Team) -> Iterator[str]:
    if not team.reports:
        return
    own = {one.id for one in team.stream if one.event.step}
    rows = [
        (
            str(minute(team.company, one.at)),
            one.who,
            "true" if is_true(one, team, own) else "not the intruder's lines, or not this account",
            one.note,
        )
        for one in team.reports
    ]
    yield "<h3>Reports</h3>"
    yield _table(("minute", "of whom", "was", "in the team's words"), rows)


def _needless(result: TeamResult) -> Iterator[str]:
    if result.needless:
        some = ", ".join(f"{act.kind} {act.what}" for act in result.needless[:12])
        more = f" and {len(result.needless) - 12} more" if len(result.needless) > 12 else ""
        yield (
            "<p>Acts against what the intruder neither held nor used at that moment: "
            f"{_text(some, 900)}{more}. {counted(result.shut_out, 'request')} of colleagues were "
            f"refused, of {result.ordinary:,}.</p>"
        )


def _alternatives(found: list[Alternative]) -> Iterator[str]:
    yield "<h3>What one more act would have given</h3>"
    items = "".join(f"<li>{_text(one.says)}</li>" for one in found)
    yield (
        f"<ul>{items}</ul>" if found else "<p>Nothing that could be replaced would have helped.</p>"
    )
