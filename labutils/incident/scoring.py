"""Score how well a set of rules hunts in a world whose attack is known.

The unit of recall is the step, and that of precision the alert: an actor on a day. An event counts
for neither, since one burst of events would buy the score; nor does a hit, since any number of
rules can report the same events, at once or one by one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from labutils.hunt.engine import Hit
from labutils.incident import cases
from labutils.incident.alerts import Alert, Proven, Report, alerts_of, read_in_the_evening
from labutils.incident.cases import CaseName
from labutils.incident.ground_truth import DAY, GroundTruth, NotAWorld, read_ground_truth
from labutils.incident.intervals import Rate, Share, daily_rate, precision, recall
from labutils.incident.tables import Table, as_html, as_text
from labutils.lab import iso
from labutils.text import counted, shown

BUDGET = 5  # alerts that a team reads in a day
WEEK = 7  # days
BURST = 10  # a step of so many events or more is worth counting event by event
QUIET = ("low", "informational")  # levels at which nobody is called
HELPS = 20  # of so many alerts of a rule that helps, one is true
BETA = 2  # in the F-measure: recall counts for so much more than precision


@dataclass(frozen=True)
class LoggedStep:
    """A step of the attack that left events in the logs; times are seconds since 1970."""

    fact: str
    tactic: str
    outcome: str
    first: float
    last: float
    events: int


@dataclass(frozen=True)
class StillToCome:
    """The losses that were still to come at a moment.

    They are the hours until the attack's last event, the steps that had not begun, and for the
    steps of many events the number still to come and the total, by fact.
    """

    hours: float
    steps: tuple[str, ...]
    events: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class RuleScore:
    """The score of one rule.

    It has the alerts that the rule took part in, how many of them it led to the attack, and to
    which steps. `indicator`: it lost all its true alerts where the attacker had other addresses and
    names.
    """

    rule_id: str
    title: str
    level: str
    alerts: int
    precision: Share
    steps: tuple[str, ...]
    indicator: bool


@dataclass(frozen=True, eq=False)
class Score:
    """The score of rules in a world.

    `alerts` are all that were opened, in order of time; recall and time count those alone that
    were read. `helpful`: the ids of the rules that helped (see `helpful_rules`), here or in all the
    worlds that are graded together.
    """

    events: int
    attack_events: int
    days: tuple[int, ...]
    logged_steps: tuple[LoggedStep, ...]
    attack_times: Mapping[str, tuple[float, ...]]
    alerts: tuple[Alert, ...]
    budget: int
    indicators: frozenset[str]
    helpful: frozenset[str] = frozenset()

    # --- what it says, number by number ---

    @property
    def base_rate(self) -> float:
        """The attack's share of all events: how often a random pick would be right."""
        return self.attack_events / self.events if self.events else 0.0

    @cached_property
    def seen_steps(self) -> dict[str, float]:
        """The steps that a read alert leads to, and when the first such alert was read."""
        moments: dict[str, float] = {}
        for alert in self.alerts:
            for fact in alert.steps if alert.was_read else ():
                moments[fact] = min(alert.evening, moments.get(fact, alert.evening))
        return moments

    @property
    def recall(self) -> Share:
        """The share of the logged steps that were seen."""
        return recall(len(self.seen_steps), len(self.logged_steps))

    @property
    def precision(self) -> Share:
        """The share of the alerts read that were true."""
        read = [alert for alert in self.alerts if alert.was_read]
        return precision(sum(alert.true for alert in read), len(read))

    @property
    def false_that_cost(self) -> int:
        """The number of false alerts read beyond half of an evening's budget.

        Up to half, there is room for looking. An alert in which a helpful rule takes part costs
        nothing: nobody takes away the rule that caught the intruder.
        """
        by_evening = Counter(
            alert.evening
            for alert in self.alerts
            if alert.was_read and not alert.true and not self._has_helpful(alert)
        )
        return sum(max(0, number - self.budget // 2) for number in by_evening.values())

    def _has_helpful(self, alert: Alert) -> bool:
        return any(report.rule_id in self.helpful for report in alert.reports)

    @property
    def alerts_a_day(self) -> Rate:
        """The rate of all alerts per day."""
        return self._rate([alert.day for alert in self.alerts])

    @property
    def false_alerts_a_day(self) -> Rate:
        """The rate of false alerts per day."""
        return self._rate([alert.day for alert in self.alerts if not alert.true])

    def _rate(self, on: list[int]) -> Rate:
        by_day = Counter(on)
        return daily_rate([by_day[day] for day in self.days])

    @property
    def worst_week(self) -> tuple[int, float]:
        """The first of the seven days in a row with the most alerts, and their alerts per day."""
        return self._worst_week(self.alerts)

    def _worst_week(self, alerts: Iterable[Alert]) -> tuple[int, float]:
        by_day = Counter(alert.day for alert in alerts)
        totals = {
            first: sum(by_day[first + more] for more in range(WEEK)) for first in self.days or (0,)
        }
        worst = max(totals, key=lambda first: (totals[first], -first))
        return worst, totals[worst] / WEEK

    @property
    def within_budget(self) -> bool:
        """Whether even the worst week brings no more alerts per day than the budget."""
        return self.worst_week[1] <= self.budget

    @property
    def first_true_alert(self) -> Alert | None:
        """The true alert that was read first; None if none was."""
        true = [alert for alert in self.alerts if alert.was_read and alert.true]
        return min(true, key=lambda alert: (alert.evening, alert.opened), default=None)

    @property
    def still_to_come(self) -> StillToCome | None:
        """What was left to lose when the first true alert was read; None if none was."""
        first = self.first_true_alert
        return self.left_after(first.evening) if first else None

    def left_after(self, moment: float) -> StillToCome:
        """Return what of the attack was still to come at a moment (seconds since 1970)."""
        end = max((step.last for step in self.logged_steps), default=moment)
        to_come = {
            fact: sum(time > moment for time in times) for fact, times in self.attack_times.items()
        }
        return StillToCome(
            max(0.0, (end - moment) / 3600),
            tuple(step.fact for step in self.logged_steps if step.first > moment),
            {
                step.fact: (to_come[step.fact], step.events)
                for step in self.logged_steps
                if step.events >= BURST
            },
        )

    @property
    def by_tactic(self) -> dict[str, Share]:
        """The share of each tactic's logged steps that were seen, in the order of the attack."""
        logged = Counter(step.tactic for step in self.logged_steps)
        seen = Counter(step.tactic for step in self.logged_steps if step.fact in self.seen_steps)
        return {tactic: recall(seen[tactic], steps) for tactic, steps in logged.items()}

    @property
    def false_by_twin(self) -> dict[str, int]:
        """The number of false alerts that each harmless thing raised, largest first."""
        return dict(Counter(a.twin for a in self.alerts if not a.true).most_common())

    @property
    def by_rule(self) -> tuple[RuleScore, ...]:
        """The scores of the rules that took part in an alert, the best recall first."""
        rules: dict[str, list[Report]] = {}
        for alert in self.alerts:
            for report in alert.reports:
                rules.setdefault(report.rule_id, []).append(report)
        scores = [self._rule_score(name, reports) for name, reports in rules.items()]
        return tuple(sorted(scores, key=lambda rule: (-len(rule.steps), rule.alerts, rule.title)))

    def _rule_score(self, name: str, reports: list[Report]) -> RuleScore:
        led_to = {fact for report in reports for fact in report.steps}
        return RuleScore(
            name,
            reports[0].title,
            reports[0].level,
            len(reports),
            precision(sum(bool(report.steps) for report in reports), len(reports)),
            tuple(step.fact for step in self.logged_steps if step.fact in led_to),
            name in self.indicators,
        )

    @property
    def points(self) -> float:
        """The score as one number from 0 to 1.

        With an attack: the F-measure of the steps that were seen, and of the true alerts among
        those that cost; the first counts for twice as much. Without one: what is quiet.
        """
        if not self.logged_steps:
            return self._quiet
        true = sum(alert.true and alert.was_read for alert in self.alerts)
        if not true:
            return 0.0
        seen, right = self.recall.value, true / (true + self.false_that_cost)
        weight = BETA * BETA
        return (1 + weight) * seen * right / (weight * right + seen)

    @property
    def _quiet(self) -> float:
        """1 up to half the budget in the worst week, then less, and 0 from the whole budget on, for
        alerts in which no helpful rule takes part; for all alerts, the same from the whole budget
        to twice as much."""
        if not self.budget:
            return 0.0
        noise = self._worst_week(one for one in self.alerts if not self._has_helpful(one))[1]
        left = min(2 - 2 * noise / self.budget, 2 - self.worst_week[1] / self.budget)
        return min(1.0, max(0.0, left))

    def summary(self) -> dict[str, Any]:
        """Return the numbers for programs; times are ISO 8601."""
        first, left = self.first_true_alert, self.still_to_come
        return {
            "events": self.events,
            "attack_events": self.attack_events,
            "days": len(self.days),
            "base_rate": self.base_rate,
            "recall": asdict(self.recall),
            "precision": asdict(self.precision),
            "false_that_cost": self.false_that_cost,
            "alerts_a_day": asdict(self.alerts_a_day),
            "false_alerts_a_day": asdict(self.false_alerts_a_day),
            "worst_week": self.worst_week[1],
            "budget": self.budget,
            "within_budget": self.within_budget,
            "first_true_alert": iso(first.evening) if first else None,
            "still_to_come": asdict(left) if left else None,
            "steps": sorted(self.seen_steps),
            "by_tactic": {tactic: asdict(share) for tactic, share in self.by_tactic.items()},
            "by_rule": [asdict(rule) for rule in self.by_rule],
            "false_by_twin": self.false_by_twin,
            "alerts": [_for_programs(alert) for alert in self.alerts],
            "points": self.points,
        }

    # --- as text and as a table ---

    def __str__(self) -> str:
        return as_text(tables(self))

    def _repr_html_(self) -> str:
        return as_html(tables(self))


def _for_programs(alert: Alert) -> dict[str, Any]:
    """An alert with its times as ISO 8601; `read` is null where it was never read."""
    return {
        "opened": iso(alert.opened),
        "read": iso(alert.evening) if alert.was_read else None,
        "closed": iso(alert.closed),
        "actor": alert.actor,
        "level": alert.level,
        "rule_id": alert.rule_id,
        "rule_ids": [report.rule_id for report in alert.reports],
        "event_ids": list(alert.event_ids),
        "steps": list(alert.steps),
    }


def alerting(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that somebody is called for: those of rules above the level low.

    Sigma says of a low one that it is rarely an incident; it is for a look beside another alert.
    """
    return [hit for hit in hits if hit.level not in QUIET]


def quiet_rules(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the titles of the other rules, which have hits and call nobody."""
    return tuple(sorted({hit.title for hit in hits if hit.level in QUIET}))


def helpful_rules(worlds: Iterable[Iterable[Alert]]) -> frozenset[str]:
    """Return the ids of the rules that caught the attack, and not by reporting everybody.

    At least one in twenty of the alerts that a rule took part in is true by its own report.
    """
    alerts, true = Counter[str](), Counter[str]()
    for report in (one for world in worlds for alert in world for one in alert.reports):
        alerts[report.rule_id] += 1
        true[report.rule_id] += bool(report.steps)
    return frozenset(rule for rule in alerts if HELPS * true[rule] >= alerts[rule])


def score(
    hits: Collection[Hit],
    folder: Path | str,
    *,
    budget: int = BUDGET,
    indicators: Collection[str] = (),
    proven: Proven | None = None,
    helpful: Collection[str] | None = None,
    case: CaseName = cases.COURSE,
) -> Score:
    """Return the score of these hits in the world of a folder.

    `indicators` are the ids of rules that are known to rest on one address or name, and `proven`
    the steps that a rule, by its id, may be credited with, and `helpful` the ids of the rules that
    helped in all the worlds of a grade (held_out finds all three). Raises NotAWorld
    where the folder has no ground truth, or one of another case, or where a hit is about other
    events.
    """
    truth = read_ground_truth(Path(folder))
    alerts = tuple(read_in_the_evening(alerts_of(hits, truth, proven), budget))
    helpful = helpful_rules([alerts]) if helpful is None else helpful
    return Score(
        truth.events,
        len(truth.facts),
        truth.days,
        _logged_steps(truth, case),
        _attack_times(truth),
        alerts,
        budget,
        frozenset(indicators),
        frozenset(helpful),
    )


def _attack_times(truth: GroundTruth) -> dict[str, tuple[float, ...]]:
    """When the events of each fact happened, in order."""
    times: dict[str, list[float]] = {}
    for name, fact in truth.facts.items():
        times.setdefault(fact, []).append(truth.time(name))
    return {fact: tuple(sorted(moments)) for fact, moments in times.items()}


def _logged_steps(truth: GroundTruth, case: CaseName) -> tuple[LoggedStep, ...]:
    """The steps that left events, in the order of time."""
    case = cases.load(case)
    ledger = case.ledger
    strangers = sorted(set(truth.facts.values()) - ledger.facts.keys())
    if strangers:
        raise NotAWorld(
            f"{shown(truth.name, 80)} is not a world of {shown(case.name, 80)}, which has no fact "
            f"{shown(strangers[0], 80)}. Say --case with the case that it was written for."
        )
    steps = [
        LoggedStep(
            fact,
            ledger.tactics[ledger.facts[fact].tactic].name,
            ledger.facts[fact].outcome,
            times[0],
            times[-1],
            len(times),
        )
        for fact, times in _attack_times(truth).items()
    ]
    return tuple(sorted(steps, key=lambda step: (step.first, step.fact)))


# --- tables -------------------------------------------------------------------------------------


def tables(result: Score) -> list[Table]:
    """Return a score as tables, the base rate first."""
    return [
        _base_rate(result),
        _summary(result),
        _tactics(result),
        _rules(result),
        Table(
            "False alerts, by subject",
            ("alerts", "what"),
            tuple((str(count), twin) for twin, count in result.false_by_twin.items()),
        ),
    ]


def _base_rate(result: Score) -> Table:
    days, rate = len(result.days), result.base_rate
    coin = f"{100 * rate:.2f} %, once in {1 / rate:,.0f}" if rate else "never: there is no attack"
    rows = (
        ("events", f"{result.events:,} on {counted(days, 'day')}"),
        ("of the attack", f"{result.attack_events:,}"),
        ("a coin that picks events is right", coin),
    )
    return Table("Base rate", (), rows)


def _summary(result: Score) -> Table:
    first_day, worst = result.worst_week
    verdict = "within" if result.within_budget else "above"
    unread = sum(not alert.was_read for alert in result.alerts)
    rows = [
        ("steps seen", str(result.recall)),
        ("alerts that are true", str(result.precision)),
        ("alerts", str(result.alerts_a_day)),
        ("false alerts", str(result.false_alerts_a_day)),
        (
            "worst week",
            f"{worst:.2f} a day, from {iso(first_day * DAY)[:10]}: {verdict} the budget of "
            f"{result.budget}",
        ),
        ("alerts that nobody read within a week", str(unread)),
        *_first_alert(result),
        ("points", f"{result.points:.2f}"),
    ]
    return Table("Score", (), tuple(rows))


def _first_alert(result: Score) -> list[tuple[str, str]]:
    """When the first true alert came, and what was still to come then."""
    first, left = result.first_true_alert, result.still_to_come
    if first is None or left is None:
        return [("first true alert", "none")]
    to_come = [f"{left.hours:.1f} hours", f"{len(left.steps)} of {len(result.logged_steps)} steps"]
    to_come += [f"{some} of {all_} events of {fact}" for fact, (some, all_) in left.events.items()]
    return [
        ("first true alert", f"read {iso(first.evening)}, {first.title}"),
        *(("" if place else "then still to come", what) for place, what in enumerate(to_come)),
    ]


def _tactics(result: Score) -> Table:
    rows = tuple((tactic, str(share)) for tactic, share in result.by_tactic.items())
    return Table("Steps seen, by tactic", ("tactic", "seen"), rows)


def _rules(result: Score) -> Table:
    rows = tuple(
        (
            rule.title,
            rule.level,
            str(rule.alerts),
            str(rule.precision),
            str(len(rule.steps)),
            "indicator" if rule.indicator else "",
        )
        for rule in result.by_rule
    )
    return Table("Rules", ("rule", "level", "alerts", "true", "steps", ""), rows)


def ladder(scores: Mapping[str, Score]) -> Table:
    """Return scores side by side, one per row, each with its counts."""
    rows = tuple(
        (
            name,
            f"{100 * one.base_rate:.2f} %",
            str(one.precision),
            str(one.recall),
            f"{one.alerts_a_day.value:.2f}",
            f"{one.worst_week[1]:.2f}" + ("" if one.within_budget else " (above)"),
            f"{one.points:.2f}",
        )
        for name, one in scores.items()
    )
    head = ("", "base rate", "alerts that are true", "steps seen", "a day", "worst week", "points")
    return Table("Rung by rung", head, rows)
