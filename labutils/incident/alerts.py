"""From hits to what an analyst gets to see: alerts, true or false, as many as a day has room for.

A rule that is true of 120 events in a row has found one thing, and not 120.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from labutils.hunt.engine import Hit
from labutils.hunt.report import LEVELS
from labutils.incident.ground_truth import DAY, GroundTruth

QUIET = 3600  # seconds in which a rule that has reported an actor does not report it again
LIFT = 10  # times the base rate: so far must an alert raise the odds of finding the attack in it
ENOUGH = 0.25  # of an alert's events: so many of the attack are found, whatever the base rate
ORDINARY = "everyday events"  # what a false alert is about that is about no twin


@dataclass(frozen=True)
class Alert:
    """What a rule reports as one thing. Times are seconds since 1970.

    `steps`: the facts that it leads to, with the moment from which it shows each; a false alert
    leads to none. `twin`: the harmless thing that a false alert is about. `seen`: whether it was
    within the budget of its day.
    """

    rule_id: str
    title: str
    level: str
    time: float
    event_ids: tuple[str, ...]
    steps: dict[str, float] = field(default_factory=dict)
    twin: str = ""
    seen: bool = True

    @property
    def true(self) -> bool:
        """Whether it leads to the attack."""
        return bool(self.steps)

    @property
    def day(self) -> int:
        """The day of its time, counted since 1970."""
        return int(self.time // DAY)

    @property
    def shown_at(self) -> float:
        """From when on it shows anything of the attack. Raises ValueError for a false alert."""
        return min(self.steps.values())


def alerts_of(hits: Iterable[Hit], truth: GroundTruth) -> list[Alert]:
    """The alerts of these hits, in order of time.

    The windows of a correlation that touch are one hit already. Hits of a rule about single events
    are one alert where they are of one actor and within QUIET seconds of the first.
    """
    correlations = [hit for hit in hits if len(hit.event_ids) != 1]
    single = [hit for hit in hits if len(hit.event_ids) == 1]
    alerts = [_alert(hit, _moment(hit, truth), hit.event_ids) for hit in correlations]
    for run in _runs(single, truth):
        ids = tuple(dict.fromkeys(hit.event_ids[0] for hit in run))
        alerts.append(_alert(run[0], truth.time(ids[0]), ids))
    judged = [judge(alert, truth) for alert in alerts]
    return sorted(judged, key=lambda alert: (alert.time, alert.rule_id, alert.event_ids))


def _alert(hit: Hit, time: float, event_ids: tuple[str, ...]) -> Alert:
    return Alert(hit.rule_id or hit.title, hit.title, hit.level, time, event_ids)


def _moment(hit: Hit, truth: GroundTruth) -> float:
    """When a correlation first held; where it has no time, when the last of its events happened."""
    if hit.time:
        return datetime.fromisoformat(hit.time).timestamp()
    return max(map(truth.time, hit.event_ids), default=truth.days[0] * DAY)


def _runs(hits: list[Hit], truth: GroundTruth) -> Iterable[list[Hit]]:
    """Hits of single events, together where they are one alert."""

    def time(hit: Hit) -> float:
        return truth.time(hit.event_ids[0])

    def whose(hit: Hit) -> tuple[str, str, str]:
        event_id = hit.event_ids[0]
        return hit.rule_id or hit.title, event_id.rpartition(":")[0], truth.actor(event_id)

    ordered = sorted(hits, key=lambda hit: (whose(hit), time(hit)))
    for _, group in groupby(ordered, key=whose):
        run: list[Hit] = []
        for hit in group:
            if run and time(hit) - time(run[0]) >= QUIET:
                yield run
                run = []
            run.append(hit)
        yield run


# --- true or false ------------------------------------------------------------------------------


def judge(alert: Alert, truth: GroundTruth) -> Alert:
    """The alert with the steps that it leads to, or with the twin that it fell for.

    An alert leads to the attack where the attack's share of its events is LIFT times the share in
    all events of these logs, or ENOUGH. So nobody finds the attack by reporting all events at once.
    """
    attack = [name for name in alert.event_ids if name in truth.facts]
    sources = {name.rpartition(":")[0] for name in alert.event_ids}
    needed = min(ENOUGH, LIFT * truth.attack_share(sources))
    if not attack or len(attack) < needed * len(alert.event_ids):
        return replace(alert, twin=_twin_of(alert, truth))
    steps: dict[str, float] = {}
    for name in sorted(attack, key=truth.time):
        steps.setdefault(truth.facts[name], max(alert.time, truth.time(name)))
    return replace(alert, steps=steps)


def _twin_of(alert: Alert, truth: GroundTruth) -> str:
    """What most events of a false alert really were."""
    names = Counter(truth.twins[name].name for name in alert.event_ids if name in truth.twins)
    return names.most_common(1)[0][0] if names else ORDINARY


# --- the budget ---------------------------------------------------------------------------------


def within_budget(alerts: Sequence[Alert], budget: int) -> list[Alert]:
    """The alerts, each marked whether it was seen.

    A team reads so many a day, all rules together: the most severe first, then the earliest. What
    is left at the end of a day is never read.
    """
    read: set[int] = set()
    for _, day in groupby(sorted(alerts, key=_queue), key=lambda alert: alert.day):
        read.update(id(alert) for alert in list(day)[:budget])
    return [replace(alert, seen=id(alert) in read) for alert in alerts]


def _queue(alert: Alert) -> tuple[int, int, float, str]:
    severity = LEVELS.index(alert.level) if alert.level in LEVELS else len(LEVELS)
    return alert.day, severity, alert.time, alert.rule_id
