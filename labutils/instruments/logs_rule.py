"""A Sigma rule that somebody types, held against the logs: its hits, its alerts, and why there are
none."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

from labutils.hunt import rules as sigma_rules
from labutils.hunt.engine import Hit
from labutils.hunt.fields import values_at
from labutils.hunt.line_columns import as_text
from labutils.hunt.lines import DAY, Lines
from labutils.hunt.loaded_logs import LoadedLogs, rules_of_texts
from labutils.hunt.rules import AnyRule, Ruleset
from labutils.hunt.sources import SOURCES
from labutils.hunt.store import TEXT
from labutils.incident.alerts import Alert, alerts_of
from labutils.incident.ground_truth import of_lines
from labutils.text import shown

MANY = 2_000  # hits of a rule: of more, the lines are marked and no alerts are made
WEEK = 7  # days
_PLACE = re.compile(r'(?:in "<[a-z ]+>", )?line (\d+), column \d+')
_PLAIN = re.compile(r"[A-Za-z][\w.@/-]*")
_YAML_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


class TypedRule:
    """A rule as a text, and what it finds. A text that is no rule yet leaves what the last one
    found, and `refusal` says why."""

    def __init__(self, lines: Lines, loaded: LoadedLogs, facts: Mapping[str, str]):
        self.lines, self._loaded = lines, loaded
        self._truth = of_lines(lines, facts)
        self.text = self.refusal = ""
        self._find([], [])

    def hold(self, text: str) -> None:
        """Hold a text against the logs: one rule, or several with `---` between them."""
        self.text, self.refusal = text, ""
        if not text.strip():
            self._find([], [])
            return
        ruleset = rules_of_texts(text)
        self.refusal = _first_refusal(ruleset) or self._what_is_missing(ruleset)
        if self.refusal:
            return
        hits, many = self._loaded.hits_or_ids(ruleset, MANY)
        self.refusal = _first_refusal(ruleset)
        if not self.refusal:
            self._find(hits, many)

    def _find(self, hits: list[Hit], many: list[str]) -> None:
        self.hits, self.is_too_many = hits, bool(many)
        names = [name for hit in hits for name in hit.event_ids]
        self.rows = self.lines.set_of(self.lines.row(name) for name in (*names, *many))
        self.alerts: list[Alert] = [] if many else alerts_of(hits, self._truth)

    def _what_is_missing(self, ruleset: Ruleset) -> str:
        """A log or a field that is not there. Each field that a store is asked for gets a column,
        and half of a field's name should not."""
        for rule in ruleset.rules:
            every: list[str] = []  # the sources of all rules that it stands on
            for base in sigma_rules.base_rules(rule):
                here = [one for one in sigma_rules.sources_of(base) if one in self.lines.sources]
                if not here:
                    return f"These logs have no {' or '.join(sigma_rules.sources_of(base))}."
                if missing := self._missing_field(base, here):
                    return missing
                every += here
            if missing := self._missing_field(rule, every):
                return missing
        return ""

    def _missing_field(self, rule: AnyRule, sources: list[str]) -> str:
        """A sentence on the first field of a rule that no line of these sources has."""
        for field in sorted(sigma_rules.fields_of(rule) - {TEXT}):
            if not any(self.lines.has_field(source, field) for source in sources):
                return self._no_such_field(field, sources[0])
        return ""

    def _no_such_field(self, field: str, source: str) -> str:
        near = get_close_matches(field, sorted(self.lines.fields(source)), 1, 0.5)
        question = f" Do you mean {near[0]}?" if near else ""
        return f"No line of {source} has the field {shown(field, 60)}.{question}"

    # --- what it costs --------------------------------------------------------------------------

    @property
    def worst(self) -> tuple[int, int]:
        """The first of the seven days in a row with the most alerts, and how many they have."""
        by_day = Counter(alert.day for alert in self.alerts)
        totals = {
            day: sum(by_day[day + more] for more in range(WEEK)) for day in self.lines.days or [0]
        }
        first = max(totals, key=lambda day: (totals[day], -day))
        return first, totals[first]

    def in_worst_week(self) -> list[Alert]:
        """The alerts of those seven days."""
        first, _ = self.worst
        return [alert for alert in self.alerts if first <= alert.day < first + WEEK]

    def says(self, budget: int | None, *, tells: bool) -> str:
        """What it finds and what it costs, in a sentence; whether alerts are true if it `tells`."""
        if self.refusal:
            return self.refusal
        if not self.text.strip():
            return "There is no rule yet. Open a line and put one of its values into a rule."
        if not len(self.rows):
            return "It is true of no line."
        if self.is_too_many:
            who, times = self.lines.value, self.lines.times
            days = {(who(row, "who"), times[row] // DAY) for row in self.rows.rows()}
            return f"It is true of {len(self.rows):,} lines, about {len(days):,} alerts: too many."
        cost = f"{amount(len(self.rows), 'line')} in {amount(len(self.alerts), 'alert')}"
        cost += f", {self.worst[1]} in the worst week"
        if budget is not None and self.worst[1] > budget:
            cost += f": {self.worst[1] - budget} over the budget of {budget}"
        elif budget is not None:
            cost += f", within the budget of {budget}"
        if tells:
            true = sum(alert.true for alert in self.alerts)
            cost += f"; {true} of the alerts {'is' if true == 1 else 'are'} true"
        return cost + "."


def amount(number: int, thing: str) -> str:
    """Return so many things: `1 line`, `1,200 lines`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _first_refusal(ruleset: Ruleset) -> str:
    if not ruleset.refused:
        return ""
    reason = _PLACE.sub(r"(line \1)", ruleset.refused[0].reason)
    sentence = f"This {reason}" if reason.startswith(("is ", "cannot ")) else reason
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith((".", "?")) else ".")


# --- a value of an event in a rule --------------------------------------------------------------


def as_yaml(value: object) -> str:
    """Return a value as a rule names it; what Sigma takes for a wildcard is escaped."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    text = re.sub(r"([*?\\])", r"\\\1", value)
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def value_in(event: Mapping[str, object], field: str, text: str) -> object:
    """Return the value of a field that is shown as this text: a number stays one."""
    values = values_at(dict(event), field)
    return next((one for one in values if as_text(one) == text), text)


def begun_rule(source: str, field: str, value: object) -> str:
    """Return a rule with a field and its value, for a log."""
    names = "\n".join(f"    {key}: {name}" for key, name in SOURCES[source].sigma.named.items())
    return (
        f"title: My rule\nname: my_rule\nlogsource:\n{names}\n"
        f"detection:\n    selection:\n        {field}: {as_yaml(value)}\n"
        "    condition: selection\nlevel: medium\n"
    )


def with_value(rule: str, field: str, value: object) -> str | None:
    """Return a rule whose first selection also asks for a value; None where it has none that a line
    can be added to. A field that is there already gets a list."""
    lines = rule.rstrip("\n").split("\n")
    head = next((n for n, one in enumerate(lines) if one.strip() == "detection:"), None)
    if head is None or head + 2 >= len(lines):
        return None
    above, first = (len(one) - len(one.lstrip()) for one in lines[head + 1 : head + 3])
    if first <= above or lines[head + 2].lstrip().startswith("-"):
        return None
    end = head + 2
    while end < len(lines) and lines[end].startswith(" " * first):
        own, _, old = lines[end].strip().partition(": ")
        if own == field and old and len(lines[end]) - len(lines[end].lstrip()) == first:
            inside = old[1:-1] if old.startswith("[") else old
            lines[end] = f"{' ' * first}{field}: [{inside}, {as_yaml(value)}]"
            return "\n".join(lines) + "\n"
        end += 1
    added = f"{' ' * first}{field}: {as_yaml(value)}"
    return "\n".join([*lines[:end], added, *lines[end:]]) + "\n"
