"""What the course's rules do in the lesson's month of logs: `python tools/rule_rates.py`.

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

HOUSE = pathlib.Path(__file__).resolve().parent.parent
RULES = HOUSE / "data" / "rules"
PAGE = HOUSE / "docs" / "hunting-rules.md"
OPENING, CLOSING = "<!-- rates: written by tools/rule_rates.py -->", "<!-- end of rates -->"
DAY = 86400  # seconds


def measured(hits: list[Hit], folder: pathlib.Path) -> tuple[Score, Score]:
    """The score of all rules in the world of this folder, and of those above the level low: these
    alone are alerts that a team reads."""
    return score(hits, folder), score(alerting(hits), folder)


def led_to(alerts: Iterable[Alert]) -> set[str]:
    """The steps that some alert leads to."""
    return {step for alert in alerts for step in alert.steps}


def titles() -> dict[str, tuple[str, str, str]]:
    """Of each rule that raises alerts: its file, title and level, by id."""
    rules = {}
    for path in sorted(RULES.glob("*.yml")):
        *_, last = yaml.safe_load_all(path.read_text(encoding="utf-8"))
        rules[last["id"]] = (path.name, last["title"], last["level"])
    return rules


def looks_like_a_step(alert: Alert) -> bool:
    """Whether a false alert is about something harmless that was put there to look like a step."""
    return not alert.true and alert.twin != ORDINARY


def table(every: Score, above_low: Score) -> str:
    """The rates as Markdown."""
    days = len(every.days)
    lines = [
        f"{every.events:,} events on {days} days, {every.attack_events} of the attack. A coin that "
        f"picks events is right once in {1 / every.base_rate:,.0f}.",
        "",
        "| rule | level | alerts | a day | true | for a look-alike | leads to |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for rule_id, (file, title, level) in titles().items():
        alerts = [(one, alert) for alert in every.alerts for one in alert.reports]
        mine = [(one, alert) for one, alert in alerts if one.rule_id == rule_id]
        true = [one for one, _ in mine if one.steps]
        alike = [one for one, alert in mine if not one.steps and looks_like_a_step(alert)]
        steps = sorted({step for one in true for step in one.steps})
        lines.append(
            f"| [{title}](../data/rules/{file}) | {level} | {len(mine)} | "
            f"{len(mine) / days:.2f} | {len(true)} | {len(alike)} | {', '.join(steps)} |"
        )
    lines += ["", _together("All rules together", every)]
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


def page(text: str) -> str:
    """The page with this table."""
    before, rest = PAGE.read_text(encoding="utf-8").split(OPENING)
    return f"{before}{OPENING}\n\n{text}\n\n{rest[rest.index(CLOSING) :]}"


def main() -> None:
    """Measure, and write the page."""
    folder = background.logs()
    lists = {name: list(values) for name, values in cases.load().placeholders.items()}
    hits = hunt([RULES], [folder], lists).hits
    PAGE.write_text(page(table(*measured(hits, folder))), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
