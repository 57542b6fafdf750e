"""The logs as HTML: what is asked for, the table of lines, the rule, the open line, the basket."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from labutils.hunt.fields import Json
from labutils.hunt.line_columns import as_text
from labutils.hunt.sources import SOURCES
from labutils.incident.alerts import Alert
from labutils.instruments.frame import truth
from labutils.instruments.logs_picture import NARROW, day_in_words
from labutils.instruments.logs_query import LABELS, LogCondition
from labutils.instruments.logs_rule import amount
from labutils.lab import iso
from labutils.text import shown

if TYPE_CHECKING:
    from labutils.instruments.logs import LogView

ROWS = 40  # of the table on one screen
LONGEST_VALUE = 160  # characters of a value of the open line
MOST_BOXES = 60  # alerts of a week
MOST_VALUES = 400  # of the open line
EMPTY = ("", "-", "{}", "[]")  # values that nobody looks for
# What the longer names are called where there is little room.
SHORT = {
    "cloudflare_access": "access",
    "cloudflare_access_nonidentity": "token access",
    "cloudflare_audit": "cf audit",
    "cloudflare_gateway": "gateway",
    "linux_process_creation": "processes",
    "github_audit": "github",
    "google_workspace_token": "google token",
    "salesforce_event_log": "salesforce",
}
_BREAKS = re.compile(r"(?<=[./_:@-])(?=\w)")  # where a long name may go on in a new line


def cut(text: str, longest: int) -> str:
    """Return a text that is no longer than that."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def short(source: str) -> str:
    """Return what a log is called where there is little room."""
    return SHORT.get(source, source.replace("_", " "))


def breaking(text: str) -> str:
    """Return a text as HTML that may be broken behind its dots and slashes."""
    return "<wbr>".join(escape(shown(part, 400)) for part in _BREAKS.split(text))


# --- what is asked for --------------------------------------------------------------------------


def find(view: "LogView") -> str:
    """Return the field for words, and how many lines are shown."""
    replaced = " data-replace" if view.is_fresh else ""
    return (
        '<label class="find"><span>Find</span><input type="search" data-typed="words" '
        f'value="{escape(view.query.words)}" placeholder="words, ip=…, -without" '
        'aria-label="Find lines with these words" autocomplete="off" spellcheck="false"'
        f'{replaced}></label><p class="count" role="status"><b>{len(view.rows):,}</b> of '
        f"{amount(len(view.index), 'line')}</p>"
    )


def chips(view: "LogView") -> str:
    """Return a button for each log, and one for each condition."""
    hits = _hits(view) if view.has_rule else ""
    logs = "".join(_log(view, source) for source in view.index.sources)
    trouble = f'<p class="trouble" role="status">{escape(view.trouble)}</p>' if view.trouble else ""
    return (
        f'<div class="row chips" role="group" aria-label="Logs" data-rove="focus" data-key="logs">'
        f"{hits}{logs}</div>{_conditions(view)}{trouble}"
    )


def _hits(view: "LogView") -> str:
    count = len(view.typed_rule.rows & view.found)
    return (
        f'<button class="chip hits" data-do="only" aria-pressed="{truth(view.query.hits_only)}">'
        f"○ hits <span>{count:,}</span></button>"
    )


def _log(view: "LogView", source: str) -> str:
    count = len(view.index.of_source[source] & view.found)
    is_on = view.query.has("log", source)
    is_first = not view.has_rule and source == view.index.sources[0]
    css = "chip" if count else "chip none"
    return (
        f'<button class="{css}" data-do="narrow" data-value="log={source}" title="{source}" '
        f'tabindex="{0 if is_first or is_on else -1}" aria-pressed="{truth(is_on)}">'
        f"{short(source)} <span>{count:,}</span></button>"
    )


def _conditions(view: "LogView") -> str:
    """The conditions, each with a button that turns it round and one that takes it away."""
    logs = [one for one in view.query.conditions if one.field == "log" and one.wanted]
    parts = [_condition(one, at) for at, one in enumerate(view.query.conditions) if one not in logs]
    if view.past:
        parts.insert(0, '<button class="chip" data-do="back" data-key="back">← Back</button>')
    if view.query.said():
        parts.append('<button class="chip" data-do="clear" data-key="all">Show all</button>')
    if not parts:
        return ""
    return (
        '<div class="row conditions" role="group" aria-label="Conditions" data-key="conditions">'
        f"{''.join(parts)}</div>"
    )


def _condition(one: LogCondition, at: int) -> str:
    label = f"{'' if one.wanted else 'not '}{LABELS.get(one.field, one.field)}"
    turn = "leave these lines out" if one.wanted else "show these lines alone"
    value = escape(shown(cut(one.value, 60)))
    return (
        f'<span class="condition"><button data-do="flip" data-value="{at}" title="{turn}">'
        f"<small>{escape(label)}</small> {value}</button>"
        f'<button class="x" data-do="drop" data-value="{at}" '
        f'aria-label="Take away: {escape(label)} {value}">×</button></span>'
    )


# --- the table ----------------------------------------------------------------------------------


def table(view: "LogView") -> str:
    """Return forty of the lines that are shown."""
    rows = view.rows[view.first : view.first + ROWS]
    if not rows:
        return '<p class="nothing">No line is like that. Go back, or take a condition away.</p>'
    stop = view.opened if view.opened in rows else rows[0]
    body, day = [], ""
    for row in rows:
        if (now := view.index.date(row)) != day:
            day = now
            body.append(
                f'<tr class="date" role="row"><th role="rowheader" colspan="5">'
                f"{day_in_words(day)}</th></tr>"
            )
        body.append(_line(view, row, is_stop=row == stop))
    heads = ("time", "log", "account", "address", "action, object")
    head = "".join(f'<th role="columnheader">{one}</th>' for one in heads)
    head = f'<thead><tr role="row">{head}</tr></thead>' if view.width > NARROW else ""
    first, last = view.first + 1, view.first + len(rows)
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="Lines" '
        f'data-key="lines{view.looks}">'
        f'<table role="grid" aria-label="Lines {first} to {last}">{head}'
        f"<tbody data-rove>{''.join(body)}</tbody></table></div>"
        f"{_pages(view, first, last)}"
    )


def _pages(view: "LogView", first: int, last: int) -> str:
    earlier = " disabled" if first == 1 else ""
    later = " disabled" if last >= len(view.rows) else ""
    return (
        '<div class="row pages" data-key="pages">'
        f'<button data-do="page" data-value="-1"{earlier}>Earlier</button>'
        f'<button data-do="page" data-value="1"{later}>Later</button>'
        f"<small>{first:,} to {last:,} of {len(view.rows):,}</small></div>"
    )


def _line(view: "LogView", row: int, *, is_stop: bool) -> str:
    """A line: a click opens it, and one on an account or an address shows all lines with it."""
    index = view.index
    is_hit, is_open = row in view.typed_rule.rows, row == view.opened
    states = {"open": is_open, "hit": is_hit, "cited": index.name(row) in view.cited}
    css = " ".join(state for state, holds in states.items() if holds)
    sought = " data-show" if is_open and view.is_sought else ""
    refused = " <em>refused</em>" if index.is_refusal(row) else ""
    ring = '<i title="a hit">○</i>' if is_hit else "<i></i>"
    what, on = index.value(row, "what"), index.value(row, "on")
    cells = (
        f"{ring}{iso(index.times[row])[11:19]}",
        short(index.source(row)),
        _value(index.value(row, "who"), "who"),
        _value(index.value(row, "ip"), "ip"),
        f"{breaking(cut(what, 90))} <span>{breaking(cut(on, 70))}</span>{refused}",
    )
    columns = ("time", "log", "who", "ip", "what")
    inside = "".join(
        f'<td role="gridcell" class="{name}">{cell}</td>'
        for name, cell in zip(columns, cells, strict=True)
    )
    return (
        f'<tr role="row" data-do="open" data-value="{row}" data-key="r{row}" class="{css}" '
        f'tabindex="{0 if is_stop else -1}" aria-selected="{truth(is_open)}"{sought}>{inside}</tr>'
    )


def _value(text: str, column: str) -> str:
    if not text:
        return ""
    pivot = escape(f"{column}={text}")
    return (
        f'<button class="value" tabindex="-1" data-do="pivot" data-value="{pivot}" '
        f'data-secret="{pivot}" title="All lines with {escape(shown(text))}">'
        f"{escape(shown(text))}</button>"
    )


# --- the open line ------------------------------------------------------------------------------


def event(view: "LogView") -> str:
    """Return the open line, value by value; a click on one shows all lines with it."""
    if view.opened is None:
        return (
            '<p class="way" data-key="event">Click on a line to read it. Click on an account or an '
            "address to see all of its lines, in every log.</p>"
        )
    row, index = view.opened, view.index
    name = index.name(row)
    time = iso(index.times[row])[:19].replace("T", " ")
    body = _raw(index.event(row)) if view.is_raw else _values(view, row)
    words = "Take out of the basket" if name in view.cited else "Cite this line"
    return (
        f'<div class="event" data-key="event"><p class="above">{name}<small>{time} UTC</small></p>'
        f"{_why(view, name)}"
        f'<div class="raw" tabindex="0" role="group" aria-label="The open line">{body}</div>'
        f'<div class="row"><button class="main" data-do="cite" data-value="{name}">{words}</button>'
        f'<button data-do="raw" aria-pressed="{truth(view.is_raw)}">JSON</button></div></div>'
    )


def _why(view: "LogView", name: str) -> str:
    """What in it the rule is true of, and, once somebody asked for it, what it really was."""
    reasons = [hit.why for hit in view.hits if name in hit.event_ids][:2]
    said = "".join(f'<p class="why">○ the rule: {escape(shown(why, 300))}</p>' for why in reasons)
    if view.tells and name in view.facts:
        said += f'<p class="fact">● the attack: {escape(view.facts[name])}</p>'
    return said


def _raw(event: Json) -> str:
    text = json.dumps(event, indent=1, ensure_ascii=False)
    return f"<pre>{escape(shown_lines(text))}</pre>"


def shown_lines(text: str) -> str:
    """Return a text of several lines, with what does not print escaped."""
    return "\n".join(shown(line, 4_000) for line in text.split("\n"))


def _values(view: "LogView", row: int) -> str:
    source = view.index.source(row)
    parts, stop = [], True
    for path, value in list(flat(view.index.event(row)))[:MOST_VALUES]:
        text = as_text(value)
        if text in EMPTY:
            parts.append(
                f"<li><b>{breaking(path)}</b><small>{escape(text) or 'empty'}</small></li>"
            )
            continue
        parts.append(_leaf(source, path, text, is_stop=stop))
        stop = False
    return f'<ul data-rove="focus">{"".join(parts)}</ul>'


def _leaf(source: str, path: str, text: str, *, is_stop: bool) -> str:
    column = SOURCES[source].columns.column_of(path)
    if column:
        pivot = f"{column}={text}"
    else:
        pivot = f"{path}={text}" if " " in text or len(text) < 3 else f"word={text}"
    taken = escape(f"{path}={text}")
    return (
        f'<li><b>{breaking(path)}</b><button class="value" tabindex="{0 if is_stop else -1}" '
        f'data-do="pivot" data-value="{escape(pivot)}">'
        f'{breaking(cut(text, LONGEST_VALUE))}</button><button class="take" tabindex="-1" '
        f'data-do="take" data-value="{taken}" aria-label="Put {escape(path)} into the rule">'
        "+ rule</button></li>"
    )


def flat(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of an event, each with its field as a Sigma rule names it."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat(item, f"{above}.{key}" if above else key)
    elif isinstance(value, list) and value:
        for item in value:
            yield from flat(item, above)
    else:
        yield above, value


# --- the rule -----------------------------------------------------------------------------------


def rule(view: "LogView") -> str:
    """Return the editor, what the rule finds, and the week's budget as boxes."""
    if not view.has_rule:
        return ""
    typed = view.typed_rule
    is_over = view.budget is not None and view.worst > view.budget
    css = "trouble" if typed.refusal or typed.is_too_many or is_over else "fine"
    replaced = " data-replace" if view.is_fresh else ""
    high = max(8, min(20, typed.text.count("\n") + 2))
    tell = (
        f'<div class="row"><button data-do="tell" aria-pressed="{truth(view.tells)}">'
        "Which alerts are true?</button></div>"
        if view.facts
        else ""
    )
    return (
        '<div class="rule" data-key="rule"><p class="above">Sigma rule</p>'
        f'<textarea class="raw" data-typed="rule" aria-label="The rule, in YAML" rows="{high}" '
        f'spellcheck="false" autocapitalize="off" wrap="off"{replaced}>\n'
        f"{escape(typed.text)}</textarea>"
        f'<p class="{css}" role="status">{escape(view.rule_says())}</p>{_boxes(view)}{tell}</div>'
    )


def _boxes(view: "LogView") -> str:
    """The alerts of the worst week in the boxes that there are for them."""
    if view.budget is None or view.typed_rule.is_too_many:
        return ""
    inside = view.typed_rule.in_worst_week()
    count = max(view.budget, min(len(inside), MOST_BOXES))
    numbers = {id(alert): at for at, alert in enumerate(view.alerts)}
    boxes = []
    for place in range(min(count, max(MOST_BOXES, view.budget))):
        if place >= len(inside):
            boxes.append('<i class="box"></i>')
            continue
        alert = inside[place]
        boxes.append(_box(view, alert, numbers[id(alert)], place))
    left = len(inside) - count
    more = f"<small>and {left} more</small>" if left > 0 else ""
    said = f"The worst week: {amount(len(inside), 'alert')}, room for {view.budget}"
    return (
        f'<div class="row boxes" role="group" aria-label="{said}" data-rove="focus">'
        f"{''.join(boxes)}{more}</div>"
    )


def _box(view: "LogView", alert: Alert, number: int, place: int) -> str:
    assert view.budget is not None
    css = "full" if place < view.budget else "over"
    is_true = view.tells and alert.true
    dot = '<b class="true"></b>' if is_true else ""
    day = day_in_words(iso(alert.opened)[:10])
    said = escape(shown(f"{alert.actor}, {day}, {amount(len(alert.event_ids), 'line')}"))
    said += ", true" if is_true else ""
    return (
        f'<button class="box {css}" data-do="alert" data-value="{number}" title="{said}" '
        f'tabindex="{-1 if place else 0}" aria-label="Alert: {said}">{dot}</button>'
    )


# --- the basket ---------------------------------------------------------------------------------


def basket(view: "LogView") -> str:
    """Return the lines that are cited, and how a report takes them."""
    if not view.cited:
        return ""
    lines = "".join(
        f'<span class="condition"><button data-do="goto" data-value="{name}">{name}</button>'
        f'<button class="x" data-do="cite" data-value="{name}" aria-label="Take out {name}">×'
        "</button></span>"
        for name in view.cited
    )
    high = 1 + len(view.claim) // 60
    return (
        f'<div class="basket" data-key="basket"><p class="above">Cited'
        f"<small>{len(view.cited)}</small></p>"
        f'<div class="row">{lines}</div><textarea class="raw" readonly data-replace rows="{high}" '
        f'aria-label="As a report takes them">{escape(view.claim)}</textarea></div>'
    )
