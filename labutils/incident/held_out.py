"""Score rules in worlds that nobody saw while writing them.

Six worlds come of one seed, which a grader keeps. In each the attack comes on other days:

- W1: the same attack in other background traffic;
- W2: background alone;
- W3: an attacker with another address and agents, who stole other accounts and tokens;
- W4: such another one, who takes the steps in another order, with twice the time between them;
- W5: another one, by other routes: sessions of the identity provider in the service token's place;
- W6: another one, and fewer logs: one source is silent, and the audit level is one lower.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from labutils.hunt.engine import Hunt, hunt_with
from labutils.hunt.fields import values_at
from labutils.hunt.rules import RefusedRule, load, read_placeholders, sources_wanted
from labutils.incident import attackers, background, breach, cases
from labutils.incident.intervals import Share, precision
from labutils.incident.log_format import log_format
from labutils.incident.policy import World
from labutils.incident.scoring import BUDGET, Score, alerting, helpful_rules, quiet_rules, score
from labutils.incident.tables import Table, as_html, as_text
from labutils.text import counted

NAMES = {
    "W1": "other days, other traffic",
    "W2": "no attack",
    "W3": "a different address, different names",
    "W4": "as W3, in another order, at half the pace",
    "W5": "different ways in",
    "W6": "fewer logs",
}
EVENTS = 20_000  # of background, in a world
PLACEHOLDERS = "placeholders.yaml"  # the lists of a world's company, for rules that ask for one
SIDECARS = ("truth.json", "labels.json", "twins.json")  # what a world's folder says of event ids

Event = dict[str, Any]


def worlds(
    seed: str,
    *,
    count: int = EVENTS,
    folder: Path | None = None,
    case: str | Path = cases.COURSE,
) -> dict[str, Path]:
    """Return the folders of W1 to W6, each with `count` events of background.

    They are in `folder`, or in the cache, where they are made once.
    """
    folders = {}
    for name in NAMES:
        make = partial(_make, name, seed=seed, count=count, case=case)
        if folder is not None:
            folders[name] = folder / name
            make(folders[name])
        else:
            key = background.fingerprint(Path(case).name, Path(__file__).read_bytes(), count, seed)
            folders[name] = background.keep(f"held-out-{key}-{name}", make)
    return folders


def _make(name: str, folder: Path, *, seed: str, count: int, case: str | Path) -> None:
    """Write one of the worlds."""
    replay = _attack(name, seed, case)
    attack = name != "W2"
    background.write(folder, replay, count=count, seed=f"{seed}/{name}", attack=attack)
    lists = {name: list(values) for name, values in replay.case.placeholders.items()}
    text = "".join(f"{name}: {json.dumps(values)}\n" for name, values in lists.items())
    (folder / PLACEHOLDERS).write_text(text or "{}\n", encoding="utf-8")
    if name == "W6":
        silence(folder, seed)


def _attack(name: str, seed: str, case: str | Path) -> breach.Replay:
    """The attack of a world, played."""
    known = name in ("W1", "W2")
    chosen = cases.load(case) if known else attackers.with_other_names(case, seed)
    chosen = attackers.with_other_days(chosen, f"{seed}/{name}")
    if not known:
        chosen = attackers.with_other_counts(chosen, f"{seed}/{name}")
    chosen = attackers.with_honest_ones_listed(chosen, f"{seed}/{name}")
    world = World.historical(chosen)
    if name == "W4":
        chosen = attackers.with_half_the_pace(attackers.with_other_order(chosen, seed))
    elif name == "W5":
        chosen = attackers.with_other_routes(chosen)
        world = replace(world, hard_keys=False)  # else no password opens the identity provider
    return breach.play(world, case=chosen)


# --- fewer logs ---------------------------------------------------------------------------------


def silence(folder: Path, seed: str) -> str:
    """Silence one source of the attack, and return its name.

    The others leave out what they write only at their highest level (LogFormat.costly).
    """
    truth = _read(folder / "truth.json")
    sources = sorted({name.rpartition(":")[0] for name in truth})
    silent = random.Random(f"{seed}/silent").choice(sources) if sources else ""
    keep_lines(folder, lambda source, event: source != silent and _is_written(source, event))
    return silent


def _is_written(source: str, event: Event) -> bool:
    """Whether an event is written where a source is not logged at its highest level."""
    costly = log_format(source).costly
    return not any(set(values_at(event, path)) & set(some) for path, some in costly.items())


def keep_lines(folder: Path, keep: Callable[[str, Event], bool]) -> None:
    """Remove from a world the events that a log would not have kept, and renumber the lines."""
    kept: dict[str, str] = {}  # the new id of each event that stays, by its old one
    for path in sorted(folder.glob("*.jsonl")):
        lines = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if keep(path.stem, json.loads(line)):
                lines.append(line + "\n")
                kept[f"{path.stem}:{number}"] = f"{path.stem}:{len(lines)}"
        path.write_text("".join(lines), encoding="utf-8")
    for name in SIDECARS:
        if (folder / name).exists():
            rows = _read(folder / name)
            moved = {kept[old]: row for old, row in rows.items() if old in kept}
            (folder / name).write_text(json.dumps(moved, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


# --- the grade ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Grade:
    """The value of rules in worlds that they were not written for.

    `loaded`: how many rules took part; `refused`: which did not, and why; `quiet`: the titles of
    those that had hits and call nobody, by their level, so that no score counts them.
    """

    scores: Mapping[str, Score]
    indicators: frozenset[str]
    refused: tuple[RefusedRule, ...] = ()
    loaded: int = 0
    quiet: tuple[str, ...] = ()

    @cached_property
    def points(self) -> dict[str, float]:
        """The points of each world.

        A quiet result where nobody broke in earns nothing for rules that never saw anybody.
        """
        saw = any(one.seen_steps for one in self.scores.values())
        return {
            name: one.points if saw or one.logged_steps else 0.0
            for name, one in self.scores.items()
        }

    @property
    def mean(self) -> float:
        """The mean of the worlds' points."""
        return sum(self.points.values()) / len(self.scores)

    @property
    def minimum(self) -> float:
        """The points of the worst world."""
        return min(self.points.values())

    def summary(self) -> dict[str, Any]:
        """Return the grade in a form for programs."""
        return {
            "mean": self.mean,
            "minimum": self.minimum,
            "indicators": sorted(self.indicators),
            "refused": [asdict(one) for one in self.refused],
            "quiet": list(self.quiet),
            "worlds": {
                name: {**one.summary(), "points": self.points[name]}
                for name, one in self.scores.items()
            },
        }

    @property
    def indicator_rules(self) -> Share:
        """The share of the rules that found something in W1 and lost it all in W3."""
        found = finders(self.scores["W1"]) | self.indicators
        return precision(len(self.indicators), len(found))

    def tables(self) -> list[Table]:
        """Return a table of the worlds, then the rules that were only indicators."""
        head = ("world", "", "steps seen", "alerts that are true", "worst week", "points")
        rows = [_row(name, one, self.points[name]) for name, one in self.scores.items()]
        worst = min(self.points, key=lambda name: self.points[name])
        worlds = counted(len(self.scores), "world")
        rows.append(("mean", f"of {worlds}", "", "", "", f"{self.mean:.2f}"))
        rows.append(("minimum", worst, "", "", "", f"{self.minimum:.2f}"))
        titles = {rule.rule_id: rule.title for rule in self.scores["W1"].by_rule}
        lost = tuple(sorted((titles[name],) for name in self.indicators))
        title = "Indicators: rules that lost all their true alerts in W3"
        refused = tuple((one.path, one.reason) for one in self.refused)
        return [
            Table("Held-out worlds", head, tuple(rows)),
            Table(title, (), lost),
            Table("Rules that could not be used", (), refused),
            Table(
                "Rules of level low or informational, which alert nobody",
                (),
                tuple((title,) for title in self.quiet),
            ),
        ]

    def __str__(self) -> str:
        return as_text(self.tables())

    def _repr_html_(self) -> str:
        return as_html(self.tables())


def _row(name: str, one: Score, points: float) -> tuple[str, ...]:
    week = f"{one.worst_week[1]:.2f} a day" + ("" if one.within_budget else ", above the budget")
    recall = str(one.recall) if one.logged_steps else "there is no attack"
    return name, NAMES.get(name, ""), recall, str(one.precision), week, f"{points:.2f}"


def grade(
    rules: Sequence[Path],
    folders: Mapping[str, Path],
    *,
    budget: int = BUDGET,
    case: cases.CaseName = cases.COURSE,
) -> Grade:
    """Return the grade of the rules at these paths in these worlds (see `worlds`).

    In W1 the attacker has the addresses and names that everybody knows. There a rule is credited
    with those steps alone that it finds in W3 too, so that nobody earns by knowing them.
    """
    hunts = {name: hunted(list(rules), folder) for name, folder in folders.items()}

    def scored(name: str, **known: Any) -> Score:
        hits = alerting(hunts[name].hits)
        return score(hits, folders[name], budget=budget, case=case, **known)

    scores = {name: scored(name) for name in folders}
    proven = {rule.rule_id: rule.steps for rule in scores["W3"].by_rule}
    indicators = finders(scores["W1"]) - finders(scores["W3"])
    helpful = helpful_rules(one.alerts for name, one in scores.items() if name != "W1")
    scores = {name: scored(name, helpful=helpful) for name in folders if name != "W1"}
    first = scored("W1", helpful=helpful, indicators=indicators, proven=proven)
    scores = {"W1": first, **scores}
    refused, loaded = tuple(hunts["W1"].refused), hunts["W1"].loaded
    quiet = quiet_rules(hunts["W1"].hits)
    return Grade(scores, frozenset(indicators), refused, loaded, quiet)


def hunted(rules: list[Path], folder: Path) -> Hunt:
    """Run rules in a world, over the logs they are about.

    The placeholder lists are those that the world's company would fill in.
    """
    lists = folder / PLACEHOLDERS
    ruleset = load(rules, read_placeholders(lists) if lists.exists() else None)
    logs = [folder / f"{source}.jsonl" for source in sorted(sources_wanted(ruleset))]
    return hunt_with(ruleset, [path for path in logs if path.exists()])


def finders(result: Score) -> set[str]:
    """Return the ids of the rules that lead to a step, in an alert that was read or not."""
    return {rule.rule_id for rule in result.by_rule if rule.steps}


# --- simulation spread --------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """The simulation spread: how far background seeds alone move a score.

    It is one attack each time, so it says nothing about other attackers.
    """

    recall: tuple[float, float]
    precision: tuple[float, float]
    alerts_a_day: tuple[float, float]
    seeds: int

    def __str__(self) -> str:
        (low, high), (worst, best), (few, many) = self.recall, self.precision, self.alerts_a_day
        return (
            f"simulation spread over {self.seeds} background seeds, one attack: steps seen "
            f"{low:.2f} to {high:.2f}, alerts that are true {worst:.2f} to {best:.2f}, alerts a "
            f"day {few:.2f} to {many:.2f}"
        )


def simulation_spread(scores: Sequence[Score]) -> Spread:
    """Return the spread of scores that differ only in the background's seed."""

    def ends(values: list[float]) -> tuple[float, float]:
        return min(values), max(values)

    return Spread(
        ends([one.recall.value for one in scores]),
        ends([one.precision.value for one in scores]),
        ends([one.alerts_a_day.value for one in scores]),
        len(scores),
    )
