"""Turn hits into the alerts that an analyst gets to see, as many as fit into a day.

An alert is an actor on a day. Whatever rules report of that actor on that day, and however they put
it together, is one alert: a rule that is true of 120 events in a row has found one thing, and so
have ten rules that say the same. It is opened by the first report and takes in what follows. It is
closed at the end of the day, and read then, or on a later evening, or never.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from labutils.hunt.engine import Hit
from labutils.hunt.report import LEVELS
from labutils.incident.ground_truth import DAY, GroundTruth

LIFT = 10  # times the base rate: so far must an alert raise the odds of finding the attack in it
ENOUGH = 0.25  # of an alert's events: so many of the attack are found, whatever the base rate
PATIENCE = 7  # days that an alert waits to be read
ORDINARY = "everyday events"  # what a false alert is about that is about no twin

Proven = Mapping[str, Collection[str]]  # by a rule's id: the steps that it may be credited with


@dataclass(frozen=True)
class Report:
    """One rule's report of an actor on a day.

    `opened` is when it first did (seconds since 1970); `steps` are the facts that it leads to, with
    the time of the first event of each: none where it does not lead to the attack.
    """

    rule_id: str
    title: str
    level: str
    opened: float
    event_ids: tuple[str, ...]
    steps: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """An actor on a day, as the rules report it. Times are seconds since 1970.

    `reports` are those of its rules, the most severe first, then the earliest. `steps`: the facts
    that it leads to, with the time of the first event of each; a false alert leads to none. `twin`:
    the harmless thing that a false alert is about. `read_at`: the end of the day on which it was
    read, if it ever was.
    """

    actor: str
    opened: float
    reports: tuple[Report, ...]
    event_ids: tuple[str, ...]
    steps: dict[str, float] = field(default_factory=dict)
    twin: str = ""
    read_at: float | None = None

    @property
    def was_read(self) -> bool:
        """Whether somebody read the alert."""
        return self.read_at is not None

    @property
    def evening(self) -> float:
        """When the alert was read; the end of its day if nobody read it (seconds since 1970)."""
        return self.closed if self.read_at is None else self.read_at

    @property
    def true(self) -> bool:
        """Whether the alert leads to the attack."""
        return bool(self.steps)

    @property
    def day(self) -> int:
        """The day on which the alert was opened, counted since 1970."""
        return int(self.opened // DAY)

    @property
    def closed(self) -> float:
        """The end of the alert's day, when it can be read; later events need a new alert."""
        return float((self.day + 1) * DAY)

    @property
    def rule_id(self) -> str:
        """The id of the alert's most severe rule."""
        return self.reports[0].rule_id

    @property
    def title(self) -> str:
        """The title of the alert's most severe rule."""
        return self.reports[0].title

    @property
    def level(self) -> str:
        """The level of the alert's most severe rule."""
        return self.reports[0].level


@dataclass(frozen=True)
class _Reported:
    """An event that a rule reports: of whom, and when (`moment`, in seconds since 1970)."""

    hit: Hit
    event_id: str
    actor: str
    moment: float


def alerts_of(hits: Iterable[Hit], truth: GroundTruth, proven: Proven | None = None) -> list[Alert]:
    """Group these hits into alerts, in the order of time.

    `proven`: the steps that each rule may be credited with; all where it is None.
    """
    by_day: dict[tuple[int, str], list[_Reported]] = {}
    for hit in hits:
        for one in _reported(hit, truth):
            by_day.setdefault((int(one.moment // DAY), one.actor), []).append(one)
    alerts = [_alert(actor, day, truth, proven) for (_, actor), day in by_day.items()]
    return sorted(alerts, key=lambda alert: (alert.opened, alert.actor))


def whose(event_id: str, truth: GroundTruth) -> str:
    """Return who acted in an event; its source if it names nobody."""
    return truth.actor(event_id) or event_id.rpartition(":")[0]


def _reported(hit: Hit, truth: GroundTruth) -> Iterator[_Reported]:
    """The events of a hit, each with the actor and the moment of which the rule reports it.

    A correlation reports an event when it happens, and not before it first held. What happened
    more than a day before that is how it came to hold, and no news.
    """
    times = {event_id: truth.time(event_id) for event_id in hit.event_ids}
    held = _held(hit, times) if len(times) > 1 else min(times.values(), default=0.0)
    joined = _joined(times, truth)
    for event_id, time in times.items():
        if time >= held - DAY:
            actor = joined or whose(event_id, truth)
            yield _Reported(hit, event_id, actor, max(time, held))


def _joined(times: Mapping[str, float], truth: GroundTruth) -> str | None:
    """Whom a hit is about that joins logs with one actor in each: the actor of its last event.

    None where a log has several: then each event is reported of its own actor, so that nobody
    reads many people's days as one.
    """
    by_log: dict[str, set[str]] = {}
    for event_id in times:
        by_log.setdefault(event_id.rpartition(":")[0], set()).add(truth.actor(event_id))
    if any(len(actors) > 1 for actors in by_log.values()):
        return None
    return whose(max(times, key=lambda event_id: (times[event_id], event_id)), truth)


def _held(hit: Hit, times: Mapping[str, float]) -> float:
    """When a correlation first held; where it has no time, when the last of its events happened."""
    last = max(times.values(), default=0.0)
    return min(datetime.fromisoformat(hit.time).timestamp(), last) if hit.time else last


def _alert(
    actor: str, reported: list[_Reported], truth: GroundTruth, proven: Proven | None
) -> Alert:
    """The alert of an actor's day, with the steps that it leads to or the twin that it fell for."""

    def rule(one: _Reported) -> str:
        return one.hit.rule_id or one.hit.title

    reports = []
    for rule_id, group in groupby(sorted(reported, key=rule), key=rule):
        reports.append(_report(rule_id, list(group), truth, proven))
    credited = {fact for report in reports for fact in _credited(report, truth, proven)}
    event_ids = tuple(sorted({one.event_id for one in reported}, key=lambda e: (truth.time(e), e)))
    steps = _steps(event_ids, credited, truth)
    return Alert(
        actor,
        min(report.opened for report in reports),
        tuple(sorted(reports, key=lambda report: (_severity(report), report.opened))),
        event_ids,
        steps,
        "" if steps else _twin_of(event_ids, truth),
    )


def _report(
    rule_id: str, reported: list[_Reported], truth: GroundTruth, proven: Proven | None
) -> Report:
    ordered = sorted(reported, key=lambda one: (truth.time(one.event_id), one.event_id))
    event_ids = tuple(dict.fromkeys(one.event_id for one in ordered))
    hit, opened = reported[0].hit, min(one.moment for one in reported)
    report = Report(rule_id, hit.title, hit.level, opened, event_ids)
    steps = _steps(event_ids, _credited(report, truth, proven), truth)
    return replace(report, steps=steps)


# --- true or false ------------------------------------------------------------------------------


def _credited(report: Report, truth: GroundTruth, proven: Proven | None) -> set[str]:
    """The steps of a report's events with which its rule may be credited."""
    facts = {truth.facts[name] for name in report.event_ids if name in truth.facts}
    return facts if proven is None else facts.intersection(proven.get(report.rule_id, ()))


def _steps(
    event_ids: Sequence[str], credited: Collection[str], truth: GroundTruth
) -> dict[str, float]:
    """The steps that these events lead to, with the time of the first event of each.

    They lead to the attack where its share of them is LIFT times the share in all events of these
    logs, or ENOUGH. So nobody finds the attack by reporting all events at once.
    """
    attack = [name for name in event_ids if truth.facts.get(name) in credited]
    sources = {name.rpartition(":")[0] for name in event_ids}
    needed = min(ENOUGH, LIFT * truth.attack_share(sources))
    if not attack or len(attack) < needed * len(event_ids):
        return {}
    steps: dict[str, float] = {}
    for name in attack:
        steps.setdefault(truth.facts[name], truth.time(name))
    return steps


def _twin_of(event_ids: Iterable[str], truth: GroundTruth) -> str:
    """What most events of a false alert really were."""
    names = Counter(truth.twins[name].name for name in event_ids if name in truth.twins)
    return names.most_common(1)[0][0] if names else ORDINARY


# --- the budget ---------------------------------------------------------------------------------


def read_in_the_evening(alerts: Sequence[Alert], budget: int) -> list[Alert]:
    """Return the alerts, each with the evening on which it was read.

    At the end of a day a team reads so many of all that wait, whatever their rules: the most severe
    first, then those that were opened first. What is left waits for a quieter evening, but no
    longer than a week.
    """
    days = [alert.day for alert in alerts]
    waiting: list[Alert] = []
    read: dict[int, float] = {}
    for day in range(min(days, default=0), max(days, default=-1) + PATIENCE + 1):
        waiting = [one for one in waiting if day - one.day <= PATIENCE]
        waiting = sorted([*waiting, *(one for one in alerts if one.day == day)], key=_queue)
        read |= {id(one): float((day + 1) * DAY) for one in waiting[:budget]}
        waiting = waiting[budget:]
    return [replace(alert, read_at=read.get(id(alert))) for alert in alerts]


def _queue(alert: Alert) -> tuple[int, float, str]:
    return _severity(alert), alert.opened, alert.actor


def _severity(one: Alert | Report) -> int:
    """The place of a level, from the most severe on; a level that is none comes last."""
    return LEVELS.index(one.level) if one.level in LEVELS else len(LEVELS)
