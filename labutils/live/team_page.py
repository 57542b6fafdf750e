"""Write the page of a team: lines with what happens among them, a board, one pane with tabs.

It works without a script. data/live/live.js keeps it up to date, and never replaces what somebody
types into, has opened or looks at.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from labutils.hunt.sources import SOURCES
from labutils.lab import iso
from labutils.live.company import LiveCompany, LiveEvent, scaled, settings
from labutils.live.containment import KINDS, UNDOES, LiveAct
from labutils.live.debrief import team_section
from labutils.live.exercise import LiveExercise, Team
from labutils.live.referee import FALSE, NEEDLESS, SHUT_OUT, WEIGHTS
from labutils.live.rendering import at, clock, render
from labutils.live.retelling import retold
from labutils.live.sharing import Happened, Suspicion, host_of
from labutils.live.wall import lanes
from labutils.text import counted

MOST_SHOWN, MOST_ALERTS, MOST_ACTS, MOST_CITED = 150, 40, 40, 6
LATELY = 30 * 60  # seconds of what happened, among lines that were filtered
COMPLAINS = 15  # minutes, until somebody who was shut out has called
LATE = 5 * 60  # seconds from an event to its arrival, from which on a line says so
PROCESS = secrets.token_hex(4)  # what a page knows of an earlier process is of no use
TABS = {
    "stream": "Lines",
    "board": "Board",
    "ask": "Look up",
    "act": "Act",
    "report": "Report",
    "rules": "Rules",
    "company": "Company",
}
HEADS = {  # of what happened
    "act": "did",
    "ask": "asked",
    "answer": "answer",
    "report": "report",
    "said": "said",
    "message": "message",
    "held": "door held",
    "alert": "alert",
    "rule": "rule",
    "board": "board",
}
SHORT = {
    "cloudflare_access_nonidentity": "cf programs",
    "cloudflare_access": "cf people",
    "cloudflare_gateway": "cf gateway",
    "cloudflare_audit": "cf audit",
    "salesforce_event_log": "salesforce",
    "google_workspace_token": "google",
    "linux_process_creation": "process",
}


class StreamRow(NamedTuple):
    """A row of the stream: a line with its id, or something that happened, with its number."""

    arrives: int
    hour: str
    head: str
    event: LiveEvent | Happened
    line: str = ""
    short: str = ""
    late: int = 0
    number: int = 0


class Subject(NamedTuple):
    """What look-ups and acts about a suspicion are about."""

    credential: str
    account: str
    look_up: str


class TeamAlert(NamedTuple):
    """What a rule found of an account: lines of today and before, and the latest of them."""

    title: str
    who: str
    today: int
    before: int
    last: int
    line: str


def team_page(exercise: LiveExercise, team: Team, words: str, said: str, about: int = 0) -> str:
    """Return the page of a team.

    `words` are its search, `said` the result of its last act; `about`: the number of a suspicion
    from which the forms are filled in.
    """
    company, texts = exercise.company, settings()
    suspicion = team.suspicions.get(about)
    programs = set(company.programs)
    credentials = [one for one in company.inventory if one.account in programs]
    names = [name for one in credentials for name in (one.name, one.account)]
    return render(
        "team.html",
        title=f"Team {team.number}",
        team=team,
        tabs=TABS.items(),
        words=words,
        said=said,
        about=suspicion,
        subject=subject(company, suspicion.who) if suspicion else None,
        parts=fragments(exercise, team, words),
        rows=rows(team, words),
        seen=seen(team),
        look_ups=[
            (name, f"{scaled(one['minutes'], exercise.settings.minutes) / 60:g}", one["about"])
            for name, one in texts["look_ups"].items()
        ],
        acts=[(name, texts["acts"][name]) for name in KINDS],
        logs=[(name, SOURCES[name].sigma.named) for name in company.case.sources],
        credentials=credentials,
        names=dict.fromkeys([*names, *company.case.sources]),
        facts=company.facts.partition("## What could be")[0].strip(),
        prices=_prices(),
    )


def ended_page(exercise: LiveExercise, team: Team) -> str:
    """Return the page of a team after the end."""
    return render(
        "ended.html",
        title=f"Team {team.number}, after the end",
        team=team,
        lanes=lanes(exercise),
        retold=retold(exercise),
        debriefed=team_section(exercise, team),
    )


def line_page(team: Team, line: str) -> str | None:
    """Return the page of one line; None if the team has no such line."""
    return _line(team, line, "line-page.html")


def line_part(team: Team, line: str) -> str | None:
    """Return one line, to be opened at its place; None if the team has no such line."""
    return _line(team, line, "line.html")


def _line(team: Team, line: str, template: str) -> str | None:
    event = team.line(line)
    if event is None:
        return None
    values = {"title": line, "line": line, "event": event, "host": host_of(event)}
    return render(template, **values, fields=list(_fields("", event.fields)))


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The paths of a line's fields, with their values."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _fields(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _fields(f"{path}[{number}]", inner)
    else:
        yield path, value


def _prices() -> list[tuple[str, float]]:
    """The points, so that nobody is surprised."""
    return [
        *WEIGHTS.items(),
        ("if all colleagues' requests are refused; a share of them costs its share", -SHUT_OUT),
        ("an act against what the intruder did not have at that moment", -NEEDLESS),
        ("a report that is not true", -FALSE),
    ]


# --- what is new ---------------------------------------------------------------------------------


def seen(team: Team) -> str:
    """Return how far a page is that shows everything: the lines, and what happened."""
    return f"{PROCESS}.{len(team.stream)}.{len(team.feed)}"


def news(
    exercise: LiveExercise, team: Team, words: str, known: str, most: int = MOST_SHOWN
) -> dict[str, Any]:
    """Return what is new for a page that is as far as `known`.

    `fresh`: the page is of another process or search, and gets the newest rows again.
    """
    process, line, happened = (known.split(".") + ["", ""])[:3]
    goes_on = process == PROCESS and line.isdecimal() and happened.isdecimal()
    since = (int(line), int(happened)) if goes_on else (0, 0)
    return {
        **fragments(exercise, team, words, most),
        "fresh": not goes_on,
        "stream": rows(team, words, *since, most=most),
        "seen": seen(team),
        "suspected": sorted(_suspected(team)),
        "flagged": list(team.flags)[-400:],
        "over": exercise.is_over,
    }


def rows(team: Team, words: str, line: int = 0, happened: int = 0, most: int = MOST_SHOWN) -> str:
    """Return the lines and what happened from these numbers on, in one order, the latest first."""
    lines = [_line_row(team, place) for place in team.matching(words)[-most:] if place >= line]
    since = team.feed[-1].at - LATELY if words and team.feed else 0
    first = max(happened, len(team.feed) - most)
    others = [
        StreamRow(one.at, at(one.at), HEADS[one.kind], one, short=short(one.line), number=number)
        for number, one in enumerate(team.feed[first:], first)
        if one.at >= since
    ]
    ordered = sorted([*lines[::-1], *others[::-1]], key=lambda row: row.arrives, reverse=True)
    return render("rows.html", rows=ordered, flags=team.flags, suspected=_suspected(team))


def _line_row(team: Team, place: int) -> StreamRow:
    name, event = team.stream[place]
    words = [one for one in event.headline.split("  ") if one and one != event.who]
    late = event.arrives - event.at
    return StreamRow(
        event.arrives,
        iso(event.at)[11:19],
        " · ".join(words)[:160],
        event,
        name,
        short(name),
        late // 60 if late >= LATE else 0,
    )


def short(line: str) -> str:
    """Return a line's id as short as a column has room for."""
    source, _, number = line.rpartition(":")
    return f"{SHORT.get(source, source)}:{number}" if line else ""


def _suspected(team: Team) -> set[str]:
    open_ones = (one for one in team.suspicions.values() if one.certainty != "cleared")
    return {line for one in open_ones for line in one.lines}


# --- the parts that change -----------------------------------------------------------------------


def fragments(
    exercise: LiveExercise, team: Team, words: str, most: int = MOST_SHOWN
) -> dict[str, str]:
    """Return the parts of a team's page that change."""
    return {
        "clock": clock(exercise),
        "count": render(
            "count.html",
            matching=len(team.matching(words)),
            arrived=len(team.stream),
            most=most,
        ),
        "searches": render(
            "searches.html",
            searches=[(one, by, len(team.matching(one))) for one, by in team.searches.items()],
        ),
        "board": _board(team),
        "answers": _answers(exercise, team),
        "acts": _acts(exercise, team),
        "reports": render(
            "reports.html", reports=team.reports[::-1], statements=team.statements[::-1]
        ),
        "alerts": render(
            "alerts.html", alerts=_alerts(team)[:MOST_ALERTS], is_watching=bool(team.watch.rules)
        ),
        "rules": render(
            "rules.html",
            rules=[
                (name, rule, name in team.watch.rules)
                for name, rule in (exercise.rules | team.own_rules).items()
            ],
        ),
    }


def _board(team: Team) -> str:
    """The newest suspicion first: none moves while somebody presses a button of it."""
    suspicions = [
        (one, subject(team.company, one.who), list(_done_about(team, one)))
        for one in reversed(team.suspicions.values())
    ]
    return render("board.html", suspicions=suspicions, short=short, MOST_CITED=MOST_CITED)


def subject(company: LiveCompany, who: str) -> Subject:
    """Return what look-ups and acts about an account or a credential are about."""
    credentials = [one for one in company.inventory if one.kind != "security key"]
    named = next((one for one in credentials if one.name.lower() == who.lower()), None)
    own = next((one for one in credentials if one.account.lower() == who.lower()), None)
    row = named or own
    account = row.account if row else who
    look_up = "owner" if account in company.programs else "person"
    return Subject(row.name if row else who, account, look_up)


def _done_about(team: Team, suspicion: Suspicion) -> Iterator[str]:
    """What the team has done about a suspicion."""
    about = subject(team.company, suspicion.who)
    names = {about.credential, about.account, *suspicion.hosts}
    acts = [act for act in team.containment.acts if act.what in names]
    yield from (f"{act.kind} {at(act.at)}" for act in acts[-3:])
    counts = team.refusals.counts
    refused = [counts[what] for what in {act.what for act in acts} if what in counts]
    if refused:
        last = at(max(one.last for one in refused))
        yield f"held {counted(sum(one.times for one in refused), 'time')}, last {last}"
    if any(report.who.lower() == suspicion.who.lower() for report in team.reports):
        yield "reported"


def _answers(exercise: LiveExercise, team: Team) -> str:
    """The questions with their answers; those that are open say in how many real seconds."""
    speed = exercise.settings.speed
    questions = [
        (one, None if exercise.paused else round(max(0, one.due - exercise.now) / speed))
        for one in reversed(team.questions)
    ]
    return render("answers.html", questions=questions)


def _acts(exercise: LiveExercise, team: Team) -> str:
    """What the team did, what that refused anybody, and which colleagues have called about it."""
    patience = scaled(COMPLAINS, exercise.settings.minutes)
    callers = Counter(one.who for one in team.shut_out if one.arrives <= exercise.now - patience)
    acts = [
        (act, team.refusals.counts.get(act.what), _undo(team, act, exercise.now))
        for act in team.containment.acts[: -MOST_ACTS - 1 : -1]
    ]
    return render(
        "acts.html",
        complaints=counted(callers.total(), "request") if callers else "",
        callers=", ".join(f"{name} {number}" for name, number in callers.most_common(5)),
        acts=acts,
    )


def _undo(team: Team, act: LiveAct, now: int) -> str:
    """The act that undoes another, where that one is in force; else nothing."""
    undoing = next((name for name, undone in UNDOES.items() if undone == act.kind), "")
    return undoing if undoing and team.containment.is_in_force(act.kind, act.what, now) else ""


def _alerts(team: Team) -> list[TeamAlert]:
    """What the rules found: one for a rule and an account, today's first, the latest first."""
    groups: dict[tuple[str, str], set[int]] = {}
    for hit in team.watch.by_id.values():
        for name in hit.event_ids:
            place = team.places[name]
            groups.setdefault((hit.title, team.stream[place].event.who), set()).add(place)
    alerts = []
    for (title, who), places in groups.items():
        lines = [team.stream[place] for place in sorted(places)]
        today = sum(one.event.at >= team.company.start for one in lines)
        last = lines[-1]
        alerts.append(TeamAlert(title, who, today, len(lines) - today, last.event.at, last.id))
    return sorted(alerts, key=lambda one: (one.today > 0, one.last), reverse=True)
