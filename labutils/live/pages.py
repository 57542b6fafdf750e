"""Write the pages of a live exercise: of a team, the instructor, the intruder, and the wall.

They are plain HTML that works without a script and by the keyboard alone. All that comes from
people or from logs is escaped.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from labutils.hunt.sources import SOURCES
from labutils.lab import iso
from labutils.live.company import scaled, settings
from labutils.live.containment import KINDS
from labutils.live.debrief import team_section, title_of
from labutils.live.exercise import LiveExercise, Team
from labutils.live.html import row, table, text
from labutils.live.referee import FALSE, NEEDLESS, SHUT_OUT, WEIGHTS, judge
from labutils.text import counted

MOST_SHOWN = 80  # lines of a stream
MOST_ALERTS = 40

Fragments = dict[str, str]


def whole(title: str, body: str) -> str:
    """Return a page; the style and the script are one level above each."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title>"
        '<link rel="stylesheet" href="../live.css"></head>'
        f'<body><a class="skip" href="#main">To the main part</a><main id="main">{body}</main>'
        '<script src="../live.js" defer></script></body></html>\n'
    )


def fragment(id: str, html: str, more: str = "") -> str:
    """Return a part of a page that is replaced when something new comes."""
    return f'<div id="{id}"{more}>{html}</div>'


def at(time: int) -> str:
    """Return the hour and minute of a moment (seconds since 1970)."""
    return iso(time)[11:16]


def clock(exercise: LiveExercise) -> str:
    """Return the state of the company's clock, in HTML."""
    minutes, of = exercise.seconds // 60, exercise.settings.minutes
    state = "over" if exercise.is_over else "paused" if exercise.paused else "running"
    return (
        f'<span class="clock">{iso(exercise.now)[11:19]}</span> UTC on '
        f"{iso(exercise.now)[:10]}, minute {minutes} of {of}, {state}"
    )


def form(action: str, fields: str, button: str) -> str:
    """Return a form that does its act only once, even if it is sent twice."""
    key = secrets.token_hex(12)
    return (
        f'<form method="post" action="{action}" class="row">'
        f'<input type="hidden" name="key" value="{key}">{fields}'
        f"<div><button>{text(button)}</button></div></form>"
    )


def choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    """Return a list to choose from, with its label."""
    items = "".join(f'<option value="{text(v)}">{text(says)}</option>' for v, says in options)
    return (
        f'<div><label for="{name}">{text(label)}</label>'
        f'<select name="{name}" id="{name}">{items}</select></div>'
    )


def field(name: str, label: str, more: str = "") -> str:
    """Return a text field, with its label."""
    return (
        f'<div><label for="{name}">{text(label)}</label>'
        f'<input type="text" name="{name}" id="{name}" autocomplete="off" '
        f'spellcheck="false"{more}></div>'
    )


WAYS = (
    '<nav aria-label="parts"><a href="#of-stream">Stream</a> <a href="#of-alerts">Alerts</a> '
    '<a href="#of-look-ups">Look up</a> <a href="#of-acts">Act</a> '
    '<a href="#of-reports">Report</a></nav>'
)


# --- a team --------------------------------------------------------------------------------------


def team_page(exercise: LiveExercise, team: Team, words: str, said: str) -> str:
    """Return the page of a team.

    `words` are its search, `said` the result of its last act.
    """
    parts = team_fragments(exercise, team, words)
    if exercise.is_over:
        body = f"<header><h1>{title_of(team)}</h1>{fragment('clock', parts['clock'])}</header>"
        body += team_section(exercise, team) + "<h2>Stream</h2>" + _search(words)
        return whole(f"Team {team.number}", body + f'<div class="box">{parts["stream"]}</div>')
    left = (
        "<h2>Messages</h2>"
        + fragment("messages", parts["messages"], ' aria-live="polite"')
        + '<h2 id="of-stream">Stream</h2>'
        + _search(words)
        + fragment("stream", parts["stream"], ' class="box" tabindex="0"')
    )
    right = (
        '<h2 id="of-alerts">Alerts</h2>'
        + fragment("alerts", parts["alerts"])
        + "<details><summary>Rules, to switch on</summary>"
        + fragment("rules", parts["rules"])
        + "</details>"
        + _own_rule(exercise)
        + '<h2 id="of-look-ups">Look up</h2>'
        + _look_up(exercise.settings.minutes)
        + fragment("answers", parts["answers"], ' aria-live="polite"')
        + '<h2 id="of-acts">Act</h2>'
        + _act(exercise)
        + fragment("acts", parts["acts"])
        + '<h2 id="of-reports">Report</h2>'
        + _report()
        + fragment("reports", parts["reports"])
        + _say()
        + _counts()
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
    """Return the parts of a team's page that change."""
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
    quiet = (
        "<p>Nobody has written yet. You are on duty. The logs of the last day are below; if "
        "somebody comes, it is after the clock has begun.</p>"
    )
    return f"<ul>{''.join(items)}</ul>" if items else quiet


def _search(words: str) -> str:
    return (
        '<form method="get" action="./" id="search" class="row" role="search"><div>'
        '<label for="q">Search for all of these words; a minus leaves a word out</label>'
        f'<input type="search" name="q" id="q" value="{text(words, 200)}" autocomplete="off" '
        'spellcheck="false"></div><div><button>Search</button></div></form>'
    )


def _stream(team: Team, words: str) -> str:
    every = team.search(words, len(team.stream))
    found = every[:MOST_SHOWN]
    items = [
        f"<li><div><b>{iso(one.event.at)[11:19]}</b> {text(one.event.who, 60)} "
        f'<a href="line?id={text(one.id)}">{text(one.id)}</a> '
        f'<button type="button" data-cite="{text(one.id)}" '
        f'aria-label="cite {text(one.id)} in the report">+</button></div>'
        f'<div class="quiet">{text(one.event.headline, 160)}</div></li>'
        for one in found
    ]
    newest = f"the newest {len(found)} of " if len(found) < len(every) else ""
    note = (
        f'<p class="quiet">{newest}{len(every):,} that match, of {len(team.stream):,} lines; the '
        "last to arrive comes first.</p>"
    )
    return f'{note}<ol class="stream">{"".join(items)}</ol>'


def line_page(team: Team, name: str) -> str | None:
    """Return the page of one line; None if the team has no such line."""
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
    """What the rules found: a row for a rule and an account, the latest line first."""
    if not team.watch.rules:
        return "<p>No rule is on.</p>"
    groups: dict[tuple[str, str], set[str]] = {}
    for hit in team.watch.by_id.values():
        for name in hit.event_ids:
            event = team.line(name)
            groups.setdefault((hit.title, event.who if event else ""), set()).add(name)
    start, rows = team.company.start, []
    for (title, who), names in groups.items():
        ordered = sorted(names, key=lambda name: team.places[name])
        events = [team.stream[team.places[name]].event for name in ordered]
        today = sum(event.at >= start for event in events)
        latest = (
            f'{at(events[-1].at)} <a href="line?id={text(ordered[-1])}">{text(ordered[-1])}</a>'
        )
        cells = (text(title, 100), text(who, 60), f"{today} and {len(names) - today}", latest)
        rows.append((today > 0, events[-1].at, row(*cells)))
    rows.sort(reverse=True)
    head = ("rule", "who", "lines today, and before", "the latest")
    shown_rows = [html for *_, html in rows[:MOST_ALERTS]]
    return table(head, shown_rows, "alerts") if rows else "<p>No alert so far.</p>"


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


def _own_rule(exercise: LiveExercise) -> str:
    logs = "".join(
        f"<li>{text(name)}: {text(SOURCES[name].sigma.named)}</li>"
        for name in exercise.company.case.sources
    )
    fields = (
        '<div><label for="text">A Sigma rule of your own</label>'
        '<textarea name="text" id="text" rows="8" spellcheck="false"></textarea></div>'
    )
    written = form("own-rule", fields, "Switch it on")
    help_text = f"<p>The log source of each log:</p><ul>{logs}</ul>"
    return f"<details><summary>Write a rule</summary>{written}{help_text}</details>"


def _look_up(minutes: int) -> str:
    kinds = settings()["look_ups"]
    options = [
        (name, f"{name}, {scaled(one['minutes'], minutes) / 60:g} min")
        for name, one in kinds.items()
    ]
    about = "".join(f"<li>{name}: {text(one['about'])}</li>" for name, one in kinds.items())
    fields = choice("kind", "What", options) + field("word", "Word or account")
    explained = (
        f"<details><summary>What each gives</summary><ul>{about}</ul><p>You have one telephone: a "
        "question waits until the one before it is answered. People may err.</p></details>"
    )
    return form("ask", fields, "Ask") + explained


def _answers(team: Team) -> str:
    items = []
    for one in reversed(team.questions):
        known = one.answer if one.answer is not None else f"the answer comes at {at(one.due)}"
        items.append(
            f"<li>{at(one.asked)} {text(one.kind)} {text(one.word)}: "
            f"<pre>{text(known, 3000)}</pre></li>".replace("\\u000a", "\n")
        )
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _act(exercise: LiveExercise) -> str:
    about = settings()["acts"]
    options = [(name, name) for name in KINDS]
    described = "".join(f"<li>{name}: {text(about[name])}</li>" for name in KINDS)
    names = [
        row.name for row in exercise.company.inventory if row.account in exercise.company.programs
    ]
    known = "".join(f'<option value="{text(one)}">' for one in names)
    fields = (
        choice("act", "What", options)
        + field("what", "Of what: a credential, an account, an address, a log", ' list="names"')
        + f'<datalist id="names">{known}</datalist>'
    )
    explained = f"<details><summary>What each does</summary><ul>{described}</ul></details>"
    return form("act", fields, "Do it") + explained


def _acts(team: Team) -> str:
    items = [
        f"<li>{at(one.at)} {text(one.kind)} {text(one.what, 80)}</li>"
        for one in reversed(team.containment.acts[-40:])
    ]
    note = ""
    if team.shut_out:
        most = Counter(one.who for one in team.shut_out).most_common(5)
        names = ", ".join(f"{text(name, 60)} {number}" for name, number in most)
        note = (
            f"<p>What you did refused {counted(len(team.shut_out), 'request')} of colleagues and "
            f"their programs, most of all: {names}.</p>"
        )
    return note + (f"<ul>{''.join(items)}</ul>" if items else "")


def _report() -> str:
    fields = (
        field("who", "Which account or token is somebody else using?")
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
    said = [
        f"<li>{at(one.at)} to the instructor: {text(one.text, 500)}</li>" for one in team.statements
    ]
    return f"<ul>{''.join(items + said)}</ul>" if items or said else ""


def _say() -> str:
    fields = field("say", "A message for the instructor, for no points")
    return f"<details><summary>Say something</summary>{form('say', fields, 'Say it')}</details>"


def _counts() -> str:
    """The points, so that nobody is surprised."""
    rows = [row(text(name), f"{points:+g}") for name, points in WEIGHTS.items()]
    rows += [
        row(
            "if all colleagues' requests are refused; a share of them costs its share",
            f"{-SHUT_OUT:+g}",
        ),
        row("an act against what the intruder did not have at that moment", f"{-NEEDLESS:+g}"),
        row("a report that is not true", f"{-FALSE:+g}"),
    ]
    note = (
        "<p>What you prevented counts in full once you know what it was: an account that the "
        "intruder used counts as found if a true report names it, and counts once. A report is "
        "true if at least half of its lines are the intruder's, and all of those are of that "
        "account.</p>"
    )
    prices = table(("for", "points"), rows, "points")
    return f"<details><summary>What counts</summary>{prices}{note}</details>"


def _company(exercise: LiveExercise) -> str:
    company = exercise.company
    about_us = company.facts.partition("## What could be")[0].strip()
    programs = set(company.programs)
    rows = [
        row(text(one.name), text(one.account), text(one.kind), text(one.opens))
        for one in company.inventory
        if one.account in programs
    ]
    head = ("credential", "account", "kind", "opens")
    facts = (
        f"<details><summary>How it works here</summary><pre>{escape(about_us)}</pre></details>"
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
    """Return the instructor's page: everything, and the controls of the clock."""
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
    buttons = (
        '<button name="do" value="pause">Pause</button> '
        '<button name="do" value="resume">Go on</button> '
        '<label><input type="checkbox" name="sure" value="1"> I am sure: '
        '<button name="do" value="end">End</button></label>'
    )
    body = (
        f"<header><h1>Instructor</h1>{fragment('clock', parts['clock'])}"
        f'<div id="said" class="said" role="status">{text(said, 600)}</div></header>'
        f'<form method="post" action="clock">{buttons}</form>'
        "<h2>Teams</h2>"
        + fragment("teams", parts["teams"])
        + "<h2>Inject</h2>"
        + form("inject", inject, "Inject")
        + "<h2>What the teams do</h2>"
        + fragment("log", parts["log"])
        + "<h2>What the intruders do</h2>"
        + fragment("doing", parts["doing"])
        + f'<h2>Links</h2><ul>{handed_out}<li><a href="../../wall/">the wall</a></li>'
        '<li><a href="debrief">the debrief, as far as it goes</a></li></ul>'
    )
    return whole("Instructor", body)


def instructor_fragments(exercise: LiveExercise) -> Fragments:
    """Return the parts of the instructor's page that change."""
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
        "log": _log(exercise),
        "teams": table(head, rows, "teams"),
        "doing": table(
            ("team", "time", "step", "request", "with", "from", "answer"), doing, "requests"
        ),
    }


def _log(exercise: LiveExercise) -> str:
    """The latest lines of the log, and the latest message of each team."""
    rows = []
    for one in exercise.rows[-14:][::-1]:
        does = " ".join(
            str(one[key])
            for key in ("do", "kind", "what", "word", "who", "rule", "note", "text")
            if one.get(key)
        )
        of = f"team {one['team']}" if one.get("team") else "instructor"
        rows.append(row(at(exercise.company.start + int(one["t"])), of, text(does, 300)))
    told = [
        row(text(title_of(team)), at(team.messages[-1].at), text(team.messages[-1].text, 400))
        for team in exercise.teams
        if team.messages
    ]
    return table(("time", "who", "what"), rows, "log") + (
        "<h3>The last message to each team</h3>" + table(("team", "time", "text"), told, "messages")
        if told
        else ""
    )


# --- the intruder's console ----------------------------------------------------------------------


def console_page(exercise: LiveExercise, said: str) -> str:
    """Return the page for a person who plays the intruder."""
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
    """Return the parts of the console that change."""
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
    """Return the page that everybody may see; at the end, the debrief."""
    parts = wall_fragments(exercise)
    shown_now = fragment("clock", parts["clock"]) + fragment("wall", parts["wall"])
    return whole("The wall", f'<div class="wall"><h1>The wall</h1>{shown_now}</div>')


def wall_fragments(exercise: LiveExercise) -> Fragments:
    """Return the parts of the wall that change: before the end, no secrets of the server."""
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
