"""The pages of a live exercise: of a team, of the instructor, of the intruder's console, the wall.

Plain HTML that works without a script and by the keyboard alone. All that comes from people or from
logs is escaped.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from html import escape

from labutils.lab import iso
from labutils.live.company import settings
from labutils.live.containment import KINDS
from labutils.live.debrief import team_section, title_of
from labutils.live.exercise import LiveExercise, Team
from labutils.live.referee import judge
from labutils.text import counted, shown

MOST_SHOWN = 80  # lines of a stream
MOST_ALERTS = 40

Fragments = dict[str, str]


def text(value: object, longest: int = 300) -> str:
    """A text for HTML, escaped twice: what does not print, then what means something there."""
    return escape(shown(str(value), longest))


def whole(title: str, body: str) -> str:
    """A page; the style and the script lie one level above each."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title>"
        '<link rel="stylesheet" href="../live.css"></head>'
        f'<body><a class="skip" href="#main">To the main part</a><main id="main">{body}</main>'
        '<script src="../live.js" defer></script></body></html>\n'
    )


def fragment(id: str, html: str, more: str = "") -> str:
    """A part of a page that is replaced when something new comes."""
    return f'<div id="{id}"{more}>{html}</div>'


def table(head: Sequence[str], rows: Iterable[str], label: str) -> str:
    """A table; `rows` are HTML."""
    cells = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{text(label)}"><table>'
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(*cells: str) -> str:
    """A row of a table; the cells are HTML."""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def at(time: int) -> str:
    """The hour and minute of a moment (seconds since 1970)."""
    return iso(time)[11:16]


def clock(exercise: LiveExercise) -> str:
    """Where the company's clock is."""
    minutes, of = exercise.seconds // 60, exercise.settings.minutes
    state = "over" if exercise.is_over else "paused" if exercise.paused else "running"
    return (
        f'<span class="clock">{iso(exercise.now)[11:19]}</span> UTC on '
        f"{iso(exercise.now)[:10]}, minute {minutes} of {of}, {state}"
    )


def form(action: str, fields: str, button: str, kind: str = "row") -> str:
    """A form that can be sent twice and is done once."""
    key = secrets.token_hex(12)
    return (
        f'<form method="post" action="{action}" class="{kind}">'
        f'<input type="hidden" name="key" value="{key}">{fields}'
        f"<div><button>{text(button)}</button></div></form>"
    )


def choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    """A list to choose from, with its label."""
    items = "".join(f'<option value="{text(v)}">{text(says)}</option>' for v, says in options)
    return (
        f'<div><label for="{name}">{text(label)}</label>'
        f'<select name="{name}" id="{name}">{items}</select></div>'
    )


def field(name: str, label: str, more: str = "", *, id: str = "") -> str:
    """A line to write on, with its label."""
    known = id or name
    return (
        f'<div><label for="{known}">{text(label)}</label>'
        f'<input type="text" name="{name}" id="{known}" autocomplete="off" '
        f'spellcheck="false"{more}></div>'
    )


WAYS = (
    '<nav aria-label="parts"><a href="#of-stream">Stream</a> <a href="#of-alerts">Alerts</a> '
    '<a href="#of-look-ups">Look up</a> <a href="#of-acts">Act</a> '
    '<a href="#of-reports">Report</a></nav>'
)


# --- a team --------------------------------------------------------------------------------------


def team_page(exercise: LiveExercise, team: Team, words: str, said: str) -> str:
    """The page of a team; `words` are its search, `said` what came of its last act."""
    parts = team_fragments(exercise, team, words)
    if exercise.is_over:
        body = f"<header><h1>{title_of(team)}</h1>{fragment('clock', parts['clock'])}</header>"
        return whole(f"Team {team.number}", body + team_section(exercise, team))
    left = (
        "<h2>Messages</h2>"
        + fragment("messages", parts["messages"], ' aria-live="polite"')
        + '<h2 id="of-stream">Stream</h2>'
        + _search(words)
        + fragment("stream", parts["stream"])
    )
    right = (
        '<h2 id="of-alerts">Alerts</h2>'
        + fragment("alerts", parts["alerts"])
        + "<details><summary>Rules, to switch on</summary>"
        + fragment("rules", parts["rules"])
        + "</details>"
        + _own_rule()
        + '<h2 id="of-look-ups">Look up</h2>'
        + _look_up()
        + fragment("answers", parts["answers"], ' aria-live="polite"')
        + '<h2 id="of-acts">Act</h2>'
        + _act(exercise)
        + fragment("acts", parts["acts"])
        + '<h2 id="of-reports">Report</h2>'
        + _report()
        + fragment("reports", parts["reports"])
        + "<h2>The company</h2>"
        + _company(exercise)
    )
    body = (
        f"<header><h1>{title_of(team)}</h1>{fragment('clock', parts['clock'])}"
        f'{WAYS}<div id="said" class="said" role="status">{text(said, 600)}</div></header>'
        f'<div class="halves"><div>{left}</div><div>{right}</div></div>'
    )
    return whole(f"Team {team.number}", body)


def team_fragments(exercise: LiveExercise, team: Team, words: str) -> Fragments:
    """The parts of a team's page that change."""
    return {
        "clock": clock(exercise),
        "messages": _messages(team),
        "stream": _stream(team, words),
        "alerts": _alerts(team),
        "rules": _rules(exercise, team),
        "answers": _answers(team),
        "acts": _acts(team),
        "reports": _reports(team),
    }


def _messages(team: Team) -> str:
    items = [f"<li>{at(one.at)} {text(one.text, 600)}</li>" for one in reversed(team.messages)]
    quiet = "<p>Nobody has written yet. You are on duty; the logs of the last day are below.</p>"
    return f"<ul>{''.join(items)}</ul>" if items else quiet


def _search(words: str) -> str:
    return (
        '<form method="get" action="./" id="search" class="row" role="search"><div>'
        '<label for="q">Search: all of these words, none that begins with a minus</label>'
        f'<input type="search" name="q" id="q" value="{text(words, 200)}" autocomplete="off" '
        'spellcheck="false"></div><div><button>Search</button></div></form>'
    )


def _stream(team: Team, words: str) -> str:
    found = team.search(words, MOST_SHOWN)
    items = [
        f"<li><div><b>{iso(one.event.at)[11:19]}</b> {text(one.event.who, 60)} "
        f'<a href="line?id={text(one.id)}">{text(one.id)}</a> '
        f'<button type="button" data-cite="{text(one.id)}" '
        f'aria-label="cite {text(one.id)} in the report">+</button></div>'
        f'<div class="quiet">{text(one.event.headline, 160)}</div></li>'
        for one in found
    ]
    many = f"the newest {MOST_SHOWN}" if len(found) == MOST_SHOWN else counted(len(found), "line")
    note = f'<p class="quiet">{many} of {len(team.stream):,}, by arrival.</p>'
    return f'{note}<ol class="stream">{"".join(items)}</ol>'


def line_page(team: Team, name: str) -> str | None:
    """A line as a whole; None where the team has no such line."""
    event = team.line(name)
    if event is None:
        return None
    body = (
        f"<header><h1>{text(name)}</h1></header><p>Happened {iso(event.at)}, arrived "
        f'{iso(event.arrives)}. <a href="./">Back</a></p>'
        f"<pre>{escape(json.dumps(event.fields, indent=1, ensure_ascii=True))}</pre>"
    )
    return whole(name, body)


def _alerts(team: Team) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for hit in team.watch.hits:
        event = team.line(hit.event_ids[0])
        who = event.who if event else ""
        groups.setdefault((hit.title, who), []).extend(hit.event_ids)
    rows = [
        row(text(title, 100), text(who, 60), str(len(set(ids))), text(" ".join(ids[-3:]), 120))
        for (title, who), ids in list(groups.items())[-MOST_ALERTS:][::-1]
    ]
    if not team.watch.rules:
        return "<p>No rule is on.</p>"
    head = ("rule", "who", "lines", "the latest")
    return table(head, rows, "alerts") if rows else "<p>No alert so far.</p>"


def _rules(exercise: LiveExercise, team: Team) -> str:
    items = []
    for name, rule in (exercise.rules | team.own_rules).items():
        is_on = name in team.watch.rules
        fields = (
            f'<input type="hidden" name="rule" value="{text(name)}">'
            f'<input type="hidden" name="on" value="{"" if is_on else "1"}">'
            f"<div>{text(rule.title, 120)} ({text(rule.level or 'no level')})</div>"
        )
        items.append(
            f'<form method="post" action="rule" class="row">{fields}'
            f'<button aria-label="switch {text(rule.title, 120)} {"off" if is_on else "on"}">'
            f"{'on: switch off' if is_on else 'off: switch on'}</button></form>"
        )
    return "".join(items)


def _own_rule() -> str:
    fields = (
        '<div><label for="text">A Sigma rule of your own</label>'
        '<textarea name="text" id="text" rows="8" spellcheck="false"></textarea></div>'
    )
    written = form("own-rule", fields, "Switch it on")
    return f"<details><summary>Write a rule</summary>{written}</details>"


def _look_up() -> str:
    kinds = settings()["look_ups"]
    options = [
        (name, f"{name} ({one['minutes']} min): {one['about']}") for name, one in kinds.items()
    ]
    fields = choice("kind", "What", options) + field("word", "Word or account")
    return form("ask", fields, "Ask")


def _answers(team: Team) -> str:
    items = []
    for one in reversed(team.questions):
        known = one.answer if one.answer is not None else f"answer at {at(one.due)}"
        items.append(
            f"<li>{at(one.asked)} {text(one.kind)} {text(one.word)}: "
            f"<pre>{text(known, 3000)}</pre></li>".replace("\\u000a", "\n")
        )
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _act(exercise: LiveExercise) -> str:
    about = settings()["acts"]
    options = [(name, f"{name}: {about[name]}") for name in KINDS]
    names = [
        row.name for row in exercise.company.inventory if row.account in exercise.company.programs
    ]
    known = "".join(f'<option value="{text(one)}">' for one in names)
    fields = (
        choice("act", "What", options)
        + field("what", "Of what: a credential, an account, an address, a log", ' list="names"')
        + f'<datalist id="names">{known}</datalist>'
    )
    return form("act", fields, "Do it")


def _acts(team: Team) -> str:
    items = [
        f"<li>{at(one.at)} {text(one.kind)} {text(one.what, 80)}</li>"
        for one in reversed(team.containment.acts[-40:])
    ]
    note = ""
    if team.shut_out:
        people = len({one.who for one in team.shut_out})
        note = (
            f"<p>{counted(len(team.shut_out), 'request')} of {counted(people, 'account')} that "
            "work here were refused by what you did.</p>"
        )
    return note + (f"<ul>{''.join(items)}</ul>" if items else "")


def _report() -> str:
    fields = (
        field("who", "Whose account or token somebody else uses")
        + field("events", "Lines that show it, such as jira:120 okta:7")
        + field("note", "In a sentence")
    )
    return form("report", fields, "Report")


def _reports(team: Team) -> str:
    items = [
        f"<li>{at(one.at)} {text(one.who, 60)}: {counted(len(one.events), 'line')}. "
        f"{text(one.note, 500)}</li>"
        for one in reversed(team.reports)
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _company(exercise: LiveExercise) -> str:
    company = exercise.company
    programs = set(company.programs)
    rows = [
        row(text(one.name), text(one.account), text(one.kind), text(one.opens))
        for one in company.inventory
        if one.account in programs
    ]
    head = ("credential", "account", "kind", "opens")
    facts = (
        f"<details><summary>How it works here</summary><pre>{escape(company.facts)}</pre></details>"
        if company.facts
        else ""
    )
    return (
        facts
        + "<details><summary>Credentials of programs</summary>"
        + table(head, rows, "credentials")
        + "<p>Each person has a <code>session of NAME</code> and a <code>security key of NAME"
        "</code>.</p></details>"
    )


# --- the instructor ------------------------------------------------------------------------------


def instructor_page(exercise: LiveExercise, links: Sequence[str], said: str) -> str:
    """Everything, and the hand on the clock."""
    parts = instructor_fragments(exercise)
    handed_out = "".join(
        f'<li>team {number}: <a href="../../{text(link)}">{text(link)}</a></li>'
        for number, link in enumerate(links, 1)
    )
    teams = [("0", "all teams"), *((str(t.number), title_of(t)) for t in exercise.teams)]
    injects = [("message", "message: in your own words"), *settings()["injects"].items()]
    described = [(name, f"{name}: {says}" if name != "message" else says) for name, says in injects]
    inject = (
        choice("kind", "What", described)
        + choice("team", "For whom", teams)
        + field("text", "Words of a message")
    )
    buttons = "".join(
        f'<button name="do" value="{name}">{label}</button> '
        for name, label in (("pause", "Pause"), ("resume", "Go on"), ("end", "End"))
    )
    body = (
        f"<header><h1>Instructor</h1>{fragment('clock', parts['clock'])}"
        f'<div id="said" class="said" role="status">{text(said, 600)}</div></header>'
        f'<form method="post" action="clock">{buttons}</form>'
        "<h2>Teams</h2>"
        + fragment("teams", parts["teams"])
        + "<h2>Inject</h2>"
        + form("inject", inject, "Inject")
        + "<h2>What the intruders do</h2>"
        + fragment("doing", parts["doing"])
        + f'<h2>Links</h2><ul>{handed_out}<li><a href="../../wall/">the wall</a></li>'
        '<li><a href="debrief">the debrief, as far as it goes</a></li></ul>'
    )
    return whole("Instructor", body)


def instructor_fragments(exercise: LiveExercise) -> Fragments:
    """The parts of the instructor's page that change."""
    rows = []
    for team in exercise.teams:
        one = judge(exercise, team)
        rows.append(
            row(
                text(title_of(team)),
                f"{one.total:.0f}",
                str(len(one.steps)),
                str(len(one.losses)),
                text(", ".join(one.left) or "none", 200),
                f"{len(one.found)} of {len(one.used)}",
                str(len(one.false)),
                f"{len(team.containment.acts)} ({len(one.needless)})",
                str(one.shut_out),
            )
        )
    head = (
        "team",
        "points now",
        "steps made",
        "losses",
        "doors open",
        "accounts found",
        "false",
        "acts (needless)",
        "refused work",
    )
    doing = []
    for team in exercise.teams:
        for tried in team.intruder.tried[-6:][::-1]:
            verdict = "allowed" if tried.allowed else f"refused: {tried.reason}"
            doing.append(
                row(
                    text(title_of(team)),
                    at(tried.at),
                    text(tried.step),
                    text(tried.scope),
                    text(tried.using),
                    text(tried.address),
                    text(verdict, 120),
                )
            )
    return {
        "clock": clock(exercise),
        "teams": table(head, rows, "teams"),
        "doing": table(
            ("team", "time", "step", "request", "with", "from", "answer"), doing, "requests"
        ),
    }


# --- the intruder's console ----------------------------------------------------------------------


def console_page(exercise: LiveExercise, said: str) -> str:
    """For a person who plays the intruder."""
    parts = console_fragments(exercise)
    steps = [(step.id, f"{step.id}: {step.goal}") for step in exercise.company.steps.values()]
    fields = (
        choice("step", "What to try", steps)
        + '<div><label><input type="checkbox" name="move" value="1"> from another address</label>'
        "</div>"
    )
    body = (
        f"<header><h1>Intruder</h1>{fragment('clock', parts['clock'])}"
        f'<div id="said" class="said" role="status">{text(said, 600)}</div></header>'
        "<p>Each company is tried at the same moment. Which credential, and whether a door opens, "
        "the model decides.</p>"
        + form("intrude", fields, "Try it")
        + fragment("possible", parts["possible"])
        + "<h2>What came of it</h2>"
        + fragment("doing", parts["doing"])
    )
    return whole("Intruder", body)


def console_fragments(exercise: LiveExercise) -> Fragments:
    """The parts of the console that change."""
    rows = []
    for team in exercise.teams:
        intruder = team.intruder
        possible = [s.id for s in exercise.company.steps.values() if intruder.is_possible(s)]
        busy = f"busy until {at(intruder.queue[-1].at)}" if intruder.queue else "free"
        rows.append(
            row(
                text(title_of(team)),
                busy,
                text(", ".join(possible), 600),
                text(", ".join(intruder.made), 600),
            )
        )
    return {
        "clock": clock(exercise),
        "possible": table(("company of", "state", "possible now", "done"), rows, "possible"),
        "doing": instructor_fragments(exercise)["doing"],
    }


# --- the wall ------------------------------------------------------------------------------------


def wall_page(exercise: LiveExercise) -> str:
    """What everybody may see; at the end, the debrief."""
    parts = wall_fragments(exercise)
    shown_now = fragment("clock", parts["clock"]) + fragment("wall", parts["wall"])
    return whole("The wall", f'<div class="wall"><h1>The wall</h1>{shown_now}</div>')


def wall_fragments(exercise: LiveExercise) -> Fragments:
    """The parts of the wall that change: nothing that only the server knows, before the end."""
    if exercise.is_over:
        sections = "".join(team_section(exercise, team) for team in exercise.teams)
        return {"clock": clock(exercise), "wall": sections}
    rows = [
        row(
            f'<span class="swatch {team.colour}"></span> {text(title_of(team))}',
            str(len(team.containment.acts)),
            str(len(team.questions)),
            str(len(team.reports)),
            str(len(team.shut_out)),
        )
        for team in exercise.teams
    ]
    head = ("team", "acts", "look-ups", "reports", "requests of colleagues refused")
    return {"clock": clock(exercise), "wall": table(head, rows, "teams")}
