"""The logs: a month of events in which every value is a button, and a Sigma rule whose hits and
alerts are seen while it is typed."""

import atexit
import json
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from labutils.hunt.engine import Hit
from labutils.hunt.lines import Lines, NotInTheLogs, lines_of
from labutils.hunt.loaded_logs import LoadedLogs
from labutils.hunt.sources import SOURCES
from labutils.incident.alerts import Alert
from labutils.incident.logs import Logs, loaded_logs
from labutils.instruments import logs_panes as panes
from labutils.instruments import logs_picture as picture
from labutils.instruments.frame import LOCK, Instrument
from labutils.instruments.logs_query import LogQuery, LogSearch, condition, conditions_of
from labutils.instruments.logs_rule import TypedRule, begun_rule, value_in, with_value
from labutils.instruments.svg import Svg
from labutils.lab import iso
from labutils.text import shown

TITLE = "The logs"
HINT = "Each column is a day, from 00 to 24 UTC; darker is more lines. Click on anything."
MOST_BACK = 50  # steps that can be taken back
FIRST_LINES = 12  # of what is shown, in words and in the stored picture

Events = Mapping[str, Iterable[Mapping[str, Any]]]


def logs(
    source: Logs | Path | str | Events,
    rule: str | None = None,
    budget: int | None = None,
    *,
    where: Mapping[str, object] | None = None,
    truth: Mapping[str, str] | None = None,
    title: str = TITLE,
) -> "LogView":
    """Show logs to look through, and return the instrument.

    `source`: the `Logs` of a company, a folder with files such as okta.jsonl, or events by log, as
    in {"support": [event, ...]}. `rule`: a Sigma rule to edit; an empty text for one that is still
    to be written; None for no rule at all. `budget`: how many alerts its worst week may have.
    `where`: what is asked for at first, as `LogView.where` takes it. `truth`: the ids of the
    attack's events with their facts, which nobody has at work; with it, one can ask which alerts
    are true. A rule's hits are shown first. Raises NotInTheLogs with a sentence.
    """
    shown_logs = LogView(source, rule, budget, truth=truth, title=title)
    if where:
        shown_logs.where(**dict[str, Any](where))
    elif shown_logs.hits:
        shown_logs.on_only("", {})
    shown_logs.show()
    return shown_logs


class LogView(Instrument):
    """Logs on the screen; `logs` says what they are made of.

    What a button does, a method does too. `lines` and `events()` are what is shown, `hits`,
    `alerts` and `worst` what the rule finds, `cited` the lines in the basket.
    """

    name = "logs"

    def __init__(
        self,
        source: Logs | Path | str | Events,
        rule: str | None = None,
        budget: int | None = None,
        *,
        truth: Mapping[str, str] | None = None,
        title: str = TITLE,
    ):
        super().__init__(title, HINT)
        if budget is not None and (not isinstance(budget, int) or budget < 0):
            raise ValueError(f"A budget is a number of alerts a week, not {budget!r}.")
        self.index, loaded = _opened(source)
        self.budget, self.facts = budget, dict(truth or {})
        self.search = LogSearch(self.index)
        self.typed_rule = TypedRule(self.index, loaded, self.facts)
        self.has_rule = rule is not None
        self.query, self.past = LogQuery(), list[LogQuery]()
        self.looks = 0  # how often other lines were shown: each time the table begins at its top
        self.first = 0  # of the rows on the screen, among those that are shown
        self.opened: int | None = None  # the row of the open line
        self.cited: list[str] = []  # the ids of the lines in the basket
        self.trouble = ""  # with what is in the field for words
        self.is_raw = self.tells = False
        self.is_fresh = self.is_sought = False  # texts to replace; the open line to scroll to
        self.typed_rule.hold(_as_text(rule))
        self.found, self.rows = self.index.everything, self.index.everything.rows()

    # --- what somebody does, by name --------------------------------------------------------------

    def where(self, words: str = "", **fields: object) -> "LogView":
        """Show the lines with these words and values, and nothing else.

        A field is one of `who`, `ip`, `session`, `what`, `on`, `ended`, `log`, `day` (2023-11-16)
        and `hour` (02, UTC), or one of the vendor's, with __ for each dot in it. Several values of
        one field are joined by OR. Raises NotInTheLogs with a sentence.
        """
        return self._look(LogQuery(tuple(conditions_of(fields.items())), words))

    def without(self, **fields: object) -> "LogView":
        """Leave out of what is shown the lines with these values. Raises NotInTheLogs."""
        return self._look(self.query.plus(*conditions_of(fields.items(), wanted=False)))

    def back(self) -> "LogView":
        """Show what was shown before."""
        with LOCK:
            if self.past:
                query = self.past.pop()
                self._show_rows(query)
            self.is_fresh = True
            self.redraw()
        return self

    def open(self, name: str) -> "LogView":
        """Open a line by its id, such as jira:129. Raises NotInTheLogs for one that is none."""
        with LOCK:
            self.opened = self.index.row(name)
            self._seek()
            self.redraw()
        return self

    def rule(self, text: str) -> "LogView":
        """Hold another rule against the logs; its hits are `hits`."""
        with LOCK:
            self.has_rule = self.is_fresh = True
            self._hold(_as_text(text))
            self.redraw()
        return self

    def cite(self, *names: str) -> "LogView":
        """Put lines into the basket, by their ids. Raises NotInTheLogs for one that is none."""
        with LOCK:
            for name in names:
                self.index.row(name)
            self.cited = list(dict.fromkeys((*self.cited, *names)))
            self.redraw()
        return self

    # --- what is so -------------------------------------------------------------------------------

    @property
    def claim(self) -> str:
        """The basket as the claim of a report has it."""
        return "events: [" + ", ".join(f"'{name}'" for name in self.cited) + "]"

    @property
    def lines(self) -> list[str]:
        """The ids of all lines that are shown, in the order of time."""
        return [self.index.name(row) for row in self.rows]

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what is shown, line by line: its id, and the event."""
        return ((self.index.name(row), self.index.event(row)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def text(self) -> str:
        """The rule as it is in the editor."""
        return self.typed_rule.text

    @property
    def hits(self) -> list[Hit]:
        """What the rule is true of."""
        return self.typed_rule.hits

    @property
    def alerts(self) -> list[Alert]:
        """The alerts that the hits make: an account on a day each."""
        return self.typed_rule.alerts

    @property
    def worst(self) -> int:
        """How many alerts the seven days in a row with the most of them have."""
        return self.typed_rule.worst[1]

    def rule_says(self) -> str:
        """What the rule finds, or why it is none, in a sentence."""
        return self.typed_rule.says(self.budget, tells=self.tells)

    # --- what somebody touches --------------------------------------------------------------------

    def on_words(self, value: str, _: dict[str, str]) -> None:
        """What is typed in the field for words; half of a date is no fault yet."""
        self.trouble = ""
        try:
            self._look(replace(self.query, words=value), is_fresh=False)
        except NotInTheLogs as error:
            self.trouble = str(error)

    def on_pivot(self, value: str, _: dict[str, str]) -> None:
        """All lines with a value, in every log."""
        field, _bar, text = value.partition("=")
        self._look(LogQuery((condition(field, text),)))

    def on_narrow(self, value: str, _: dict[str, str]) -> None:
        """One more condition, or one less."""
        field, _bar, text = value.partition("=")
        self._look(self.query.switched(condition(field, text)))

    def on_flip(self, value: str, _: dict[str, str]) -> None:
        """Leave out what was asked for, or the other way round."""
        conditions = list(self.query.conditions)
        if 0 <= (at := _number(value)) < len(conditions):
            conditions[at] = replace(conditions[at], wanted=not conditions[at].wanted)
            self._look(replace(self.query, conditions=tuple(conditions)))

    def on_drop(self, value: str, _: dict[str, str]) -> None:
        """A condition less."""
        kept = tuple(one for at, one in enumerate(self.query.conditions) if at != _number(value))
        self._look(replace(self.query, conditions=kept))

    def on_back(self, _: str, __: dict[str, str]) -> None:
        """One step back."""
        self.back()

    def on_clear(self, _: str, __: dict[str, str]) -> None:
        """All lines."""
        self._look(LogQuery())

    def on_only(self, _: str, __: dict[str, str]) -> None:
        """Hits alone, or all lines again."""
        self._look(replace(self.query, hits_only=not self.query.hits_only))

    def on_day(self, value: str, _: dict[str, str]) -> None:
        """A day alone, or all days again."""
        one = condition("day", value)
        rest = self.query.minus("day", "hour")
        self._look(rest if one in self.query.conditions else rest.plus(one))

    def on_hour(self, value: str, _: dict[str, str]) -> None:
        """An hour alone, or all hours again."""
        one, rest = condition("hour", value), self.query.minus("hour")
        self._look(rest if one in self.query.conditions else rest.plus(one))

    def on_page(self, value: str, _: dict[str, str]) -> None:
        """Earlier lines, or later ones."""
        last = max(0, len(self.rows) - 1) // panes.ROWS * panes.ROWS
        step = -panes.ROWS if value == "-1" else panes.ROWS
        self.first = max(0, min(last, self.first + step))
        if self.rows:
            self.opened, self.is_sought = self.rows[self.first], True

    def on_open(self, value: str, _: dict[str, str]) -> None:
        """A line of the table."""
        if _number(value) < len(self.index):
            self.opened, self.is_sought = _number(value), True

    def on_goto(self, value: str, _: dict[str, str]) -> None:
        """A line of the basket, among all lines."""
        self._look(LogQuery())
        self.open(value)

    def on_raw(self, _: str, __: dict[str, str]) -> None:
        """The open line as JSON, or as its values."""
        self.is_raw = not self.is_raw

    def on_cite(self, value: str, _: dict[str, str]) -> None:
        """A line into the basket, or out of it."""
        if value in self.cited:
            self.cited.remove(value)
        else:
            self.cite(value)

    def on_rule(self, value: str, _: dict[str, str]) -> None:
        """What is typed in the rule."""
        self.is_fresh = False
        self._hold(value)

    def on_take(self, value: str, _: dict[str, str]) -> None:
        """A value of the open line into the rule, or into a new one."""
        if self.opened is None:
            return
        field, _bar, text = value.partition("=")
        one = value_in(self.index.named_event(self.opened), field, text)
        if self.text.strip():
            longer = with_value(self.text, field, one)
        else:
            longer = begun_rule(self.index.source(self.opened), field, one)
        if longer is None:
            self.typed_rule.refusal = "The rule has no selection that a line could be added to."
            return
        self.has_rule = self.is_fresh = True
        self._hold(longer)

    def on_tell(self, _: str, __: dict[str, str]) -> None:
        """Which alerts are true, where it is known."""
        self.tells = not self.tells and bool(self.facts)

    def on_alert(self, value: str, _: dict[str, str]) -> None:
        """An alert: the whole day of its account, and the first line that the rule reports."""
        if _number(value) >= len(self.alerts):
            return
        alert = self.alerts[_number(value)]
        row = self.index.row(alert.event_ids[0])
        who = self.index.value(row, "who")
        account = [condition("who", who)] if who else []
        self._look(LogQuery((*account, condition("day", iso(alert.opened)[:10]))))
        self.open(alert.event_ids[0])

    # --- how it is done ---------------------------------------------------------------------------

    def _look(self, query: LogQuery, *, is_fresh: bool = True) -> "LogView":
        """Show the lines that a query asks for. Raises NotInTheLogs, and then nothing changes."""
        with LOCK:
            before = self.query
            self._show_rows(query)
            same_word = replace(query, words=before.words) == before and before.words
            if query != before and not same_word:  # a word is one step back, not one a letter
                self.past = [*self.past[1 - MOST_BACK :], before]
            self.is_fresh, self.trouble = is_fresh, ""
            self.redraw()
        return self

    def _show_rows(self, query: LogQuery) -> None:
        self.found = self.search.rows(query, self.typed_rule.rows)
        self.rows = self.found.rows()
        self.query, self.first = query, 0
        self.looks += 1

    def _hold(self, text: str) -> None:
        self.typed_rule.hold(text)
        if self.query.hits_only:
            self._show_rows(self.query)

    def _seek(self) -> None:
        """Bring the table to the open line, where that is among what is shown."""
        row = self.opened
        if row is not None and row in self.found:
            self.first = bisect_left(self.rows, row) // panes.ROWS * panes.ROWS
            self.is_sought = True

    # --- what it looks like -----------------------------------------------------------------------

    def words(self) -> str:
        """Return how many lines are shown and the first of them, and what the rule finds."""
        first = self.rows[:FIRST_LINES]
        wide = max((len(self.index.name(row)) for row in first), default=0)
        lines = [self._count(), *(self._in_a_line(row, wide) for row in first)]
        if len(self.rows) > FIRST_LINES:
            lines.append(f"... and {len(self.rows) - FIRST_LINES:,} more")
        if self.has_rule:
            lines.append(f"The rule: {self.rule_says()}")
        if self.cited:
            lines.append(self.claim)
        return "\n".join(lines)

    def _count(self) -> str:
        said = self.query.said()
        return f"{len(self.rows):,} of {len(self.index):,} lines" + (f": {said}" if said else "")

    def _in_a_line(self, row: int, wide: int) -> str:
        index = self.index
        parts = [index.value(row, column) for column in ("who", "ip", "what", "on")]
        parts += ["refused"] if index.is_refusal(row) else []
        mark = "*" if row in self.typed_rule.rows else " "
        said = shown("  ".join(filter(None, parts)), 300)
        time = iso(index.times[row])[:19].replace("T", " ")
        return f"{time} {mark} {index.name(row):<{wide}}  {said}"

    def still(self) -> str:
        """Return the days with their lines, hits and alerts, and below them the words."""
        svg = Svg(self.width)
        y = svg.heading(self.title, "")
        svg.text(20, y + 8, panes.cut(self._count(), 96), "quiet")
        strip = picture.Strip(self, self.width - 40)
        svg.add(f'<g transform="translate(20 {y + 18:g})">{strip.drawn()}</g>')
        y += 18 + strip.height + 14
        for line in self.words().splitlines()[1:]:
            ink = "defender" if line[20:21] == "*" else "ink"
            svg.text(20, y, panes.cut(line, 96), ink, size=12.5, mono=True)
            y += 19
        return svg.done(y, f"{self.title}: {self._count()}")

    def live(self) -> str:
        """Return the whole screen: what is asked for, when it was, the lines, the rule, a line."""
        is_wide, is_narrow = self.width >= picture.WIDE, self.width <= picture.NARROW
        kind = ("wide" if is_wide else "tall") + (" narrow" if is_narrow else "")
        strip = picture.Strip(self, self.width - (26 if is_narrow else 42))
        lines, basket = panes.table(self), panes.basket(self)
        rule, event = panes.rule(self), panes.event(self)
        if is_wide:
            below = f'<div>{lines}{basket}</div><div class="pane">{rule}{event}</div>'
        else:  # the line that somebody opens is below the lines
            below = f"<div>{lines}</div>{event}{basket}{rule}"
        html = (
            f'<section class="{kind}" role="group" aria-label="{escape(self.title)}">'
            f"{self.heading(panes.find(self))}{panes.chips(self)}{strip.live()}"
            f'{picture.hours(self)}<div class="both">{below}</div></section>'
        )
        self.is_sought = False
        return html


# --- where the lines come from ------------------------------------------------------------------


def _opened(source: Logs | Path | str | Events) -> tuple[Lines, LoadedLogs]:
    """The index of what was handed in, and its logs for rules. Raises NotInTheLogs."""
    source = getattr(source, "folder", source)  # of Logs, and of a scene with logs
    if isinstance(source, Mapping):
        folder = _written(source)
    elif isinstance(source, str | Path):
        folder = Path(source)
        if not folder.is_dir():
            raise NotInTheLogs(f"There is no folder {shown(str(folder), 200)!r}.")
    else:
        raise NotInTheLogs(
            "Logs are a folder with files such as okta.jsonl, or events by log, as in "
            '{"support": [event, ...]}.'
        )
    return lines_of(folder), loaded_logs(folder)


def _written(events: Events) -> Path:
    """Events by log as a folder, which goes with this process."""
    for source in events:
        if source not in SOURCES:
            known = ", ".join(sorted(SOURCES))
            raise NotInTheLogs(f"There is no log {shown(str(source), 60)!r}. There are: {known}.")
    folder = Path(tempfile.mkdtemp(prefix="labutils-logs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for source, every in events.items():
        text = "".join(json.dumps(dict(event)) + "\n" for event in every)
        (folder / f"{source}.jsonl").write_text(text, encoding="utf-8")
    return folder


def _as_text(rule: str | None) -> str:
    """A rule as the editor has it, with one line end at its end."""
    return rule.strip("\n").rstrip() + "\n" if rule and rule.strip() else ""


def _number(value: str) -> int:
    """A number that a front end says; a very large one for what is none."""
    return int(value) if value.isdecimal() and len(value) < 12 else 1 << 40
