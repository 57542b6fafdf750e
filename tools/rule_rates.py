"""Measure what the course's rules do in the months of lessons 10 and 16.

`python tools/rule_rates.py`.

Written into docs/hunting-rules.md: for each rule how many alerts it raises, how many of them are
false, which harmless things it falls for, and which steps of the attack it leads to.
"""

import pathlib
from collections.abc import Iterable

import yaml

from labutils.hunt import hunt
from labutils.hunt.engine import Hit
from labutils.incident import background, cases
from labutils.incident.alerts import ORDINARY, Alert
from labutils.incident.scoring import Score, alerting, score
from labutils.lab import iso
from labutils.lessons.lesson_16 import month

HOUSE = pathlib.Path(__file__).resolve().parent.parent
RULES = HOUSE / "data" / "rules"
RULES_OF_2025 = HOUSE / "data" / "cases" / "drift-2025" / "rules"
PAGE = HOUSE / "docs" / "hunting-rules.md"
OPENING, CLOSING = "<!-- rates of {}: written by tools/rule_rates.py -->", "<!-- end of rates -->"
DAY = 86400  # seconds


def measured(
    hits: list[Hit], folder: pathlib.Path, case: str = cases.COURSE
) -> tuple[Score, Score]:
    """Return the score of all rules in this folder's world, and of those above the level low.

    The latter alone are alerts that a team reads.
    """
    return score(hits, folder, case=case), score(alerting(hits), folder, case=case)


def found(rules: pathlib.Path, folder: pathlib.Path, case: str) -> list[Hit]:
    """Return the hits of rules in the world of a folder, with the lists of its company."""
    lists = {name: list(values) for name, values in cases.load(case).placeholders.items()}
    return hunt([rules], [folder], lists).hits


def led_to(alerts: Iterable[Alert]) -> set[str]:
    """Return the steps that some alert leads to."""
    return {step for alert in alerts for step in alert.steps}


def titles(rules_folder: pathlib.Path = RULES) -> dict[str, tuple[str, str, str]]:
    """Return file, title and level of each rule that raises alerts, by id."""
    rules = {}
    for path in sorted(rules_folder.glob("*.yml")):
        *_, last = yaml.safe_load_all(path.read_text(encoding="utf-8"))
        rules[last["id"]] = (path.name, last["title"], last["level"])
    return rules


def looks_like_a_step(alert: Alert) -> bool:
    """Return whether a false alert is about a harmless thing planted to look like a step."""
    return not alert.true and alert.twin != ORDINARY


def table(every: Score, above_low: Score, rules_folder: pathlib.Path = RULES) -> str:
    """Return the rates of the rules in a folder, as Markdown."""
    days = len(every.days)
    where = rules_folder.relative_to(HOUSE).as_posix()
    lines = [
        f"{every.events:,} events on {days} days, {every.attack_events} of the attack. Pick one "
        f"at random, and it is the attack's once in {1 / every.base_rate:,.0f} times.",
        "",
        "| rule | level | alerts | a day | true | for a look-alike | leads to |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for rule_id, (file, title, level) in titles(rules_folder).items():
        alerts = [(one, alert) for alert in every.alerts for one in alert.reports]
        mine = [(one, alert) for one, alert in alerts if one.rule_id == rule_id]
        true = [one for one, _ in mine if one.steps]
        alike = [one for one, alert in mine if not one.steps and looks_like_a_step(alert)]
        steps = sorted({step for one in true for step in one.steps})
        lines.append(
            f"| [{title}](../{where}/{file}) | {level} | {len(mine)} | "
            f"{len(mine) / days:.2f} | {len(true)} | {len(alike)} | {', '.join(steps)} |"
        )
    lines += ["", _together("All rules together", every)]
    if len(above_low.alerts) < len(every.alerts):
        lines += ["", _together("Those above the level low, which a team reads", above_low)]
    lines += ["", _blind(every)]
    return "\n".join(lines)


def _together(which: str, result: Score) -> str:
    first, worst = result.worst_week
    return (
        f"{which}: {len(result.alerts)} alerts, {len(result.alerts) / len(result.days):.1f} a day, "
        f"and {worst:.1f} a day in the worst week, from {iso(first * DAY)[:10]}. "
        f"{result.precision} of them are true."
    )


def _blind(result: Score) -> str:
    known = led_to(result.alerts)
    missed = [step.fact for step in result.logged_steps if step.fact not in known]
    return (
        f"{len(known)} of the {len(result.logged_steps)} steps that left events have an alert. "
        f"None leads to {', '.join(missed)}."
    )


def page(text: str, case: str = cases.COURSE, of: str | None = None) -> str:
    """Return the page (or this text of it) with this table for the month of a case."""
    opening = OPENING.format(case)
    before, rest = (of or PAGE.read_text(encoding="utf-8")).split(opening)
    return f"{before}{opening}\n\n{text}\n\n{rest[rest.index(CLOSING) :]}"


def table_of_2025() -> str:
    """Return the rates of the six rules of 2025 in the month of lesson 16."""
    folder, case = month.folder(), "drift-2025"
    return table(*measured(found(RULES_OF_2025, folder, case), folder, case), RULES_OF_2025)


def main() -> None:
    """Measure, and write the page."""
    folder = background.logs()
    hits = found(RULES, folder, cases.COURSE)
    text = page(table_of_2025(), "drift-2025", page(table(*measured(hits, folder))))
    PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
