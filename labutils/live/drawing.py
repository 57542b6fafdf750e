"""Draw the company of a live exercise, from a seed or from a case."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from labutils.capstone import company as capstone
from labutils.capstone import incident
from labutils.capstone.folder import inventory, text_of
from labutils.capstone.incident import Drawn, StepKind
from labutils.incident import cases, telemetry
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.background.traffic import Workforce
from labutils.incident.background.traffic import company as workforce
from labutils.incident.background.twins import tables
from labutils.incident.background.world import Entry, Events, days_of_month
from labutils.incident.breach import request
from labutils.incident.campaign import Ask
from labutils.incident.cases import Incident
from labutils.incident.policy import Decision
from labutils.lab import iso, seconds
from labutils.live.company import (
    DAY,
    HOUR,
    MINUTE,
    InventoryRow,
    LiveCompany,
    LiveEvent,
    LiveStep,
    Table,
    live_event,
)
from labutils.live.containment import Containment
from labutils.live.intruder import LiveIntruder

ADDRESS = re.compile(r"\"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\"")
HISTORY = 24 * HOUR  # of logs, from before the exercise
EVENTS = 60_000  # of ordinary traffic in the month of a case
HOURS = (8, 9, 10, 11, 12)  # of the day (UTC), at which an exercise may begin
BUSY = 4  # times as many harmless stories as on other days
STORIES = 3  # of programs that a ticket explains, at least, within the exercise
DRAWS = 30  # of intruders, before a seed is given up
FEWEST = 6  # steps of an intruder whom nobody disturbs


class NoExercise(RuntimeError):
    """An error for a seed or a case that gives no exercise; the sentence says why."""


@cache
def draw(seed: str, minutes: int, case: str = "") -> LiveCompany:
    """Draw the company of a seed, or of a case if one is named, for `minutes` of its own clock.

    Raises NoExercise.
    """
    return _of_case(seed, minutes, cases.load(case)) if case else _of_seed(seed, minutes)


# --- of a seed -----------------------------------------------------------------------------------


def _of_seed(seed: str, minutes: int) -> LiveCompany:
    one = capstone.company(f"{seed}/live")
    empty = capstone.without_intruder(one)
    sheet = busy(background.load(empty))
    crew = workforce(empty, sheet, one.seed, days_of_month(sheet), one.seed)
    events = Events(crew, one.events, {})
    start = _start(events, seed, minutes)
    entries = _entries(events, start, minutes)
    taken = frozenset(
        address
        for entry in entries
        if entry.at >= 1000 * start
        for address in ADDRESS.findall(entry.text)
    )
    for number in range(DRAWS):
        company = _with_intruder(one, seed, number, start, minutes, crew, events, taken)
        undisturbed = LiveIntruder(company, Containment(company))
        undisturbed.run(company.end)
        if len(undisturbed.made) >= FEWEST and undisturbed.losses:
            return replace(company, ordinary=tuple(_ordinary(company, entries)))
    raise NoExercise(f"Seed {seed} gives no exercise of {minutes} minutes; take another.")


def busy(sheet: background.Background) -> background.Background:
    """Return the same days with more twins: harmless events that look like an intruder's."""
    twins = {name: replace(one, times=BUSY * one.times) for name, one in sheet.twins.items()}
    return replace(sheet, twins=twins)


def _start(events: Events, seed: str, minutes: int) -> int:
    """When an exercise begins: on a workday of the second week, with harmless stories in it."""
    dice, days = Dice(f"{seed}/live/start"), events.month
    workdays = [day for day in days[7:12] if day // DAY % 7 not in (2, 3)]
    moments = [day + hour * HOUR for day in workdays for hour in HOURS]
    order = sorted(moments, key=lambda _: dice.below(1 << 30))

    def stories(start: int) -> int:
        end = start + minutes * MINUTE
        told = (one for one in events.twins.occurrences if one.twin.told_by == "changes")
        return sum(start < one.start < end for one in told)

    return next((one for one in order if stories(one) >= STORIES), max(order, key=stories))


def _with_intruder(
    one: capstone.DrawnCompany,
    seed: str,
    number: int,
    start: int,
    minutes: int,
    crew: Workforce,
    events: Events,
    taken: frozenset[str],
) -> LiveCompany:
    name = f"{seed}/live/{number}"
    dice = Dice(f"{name}/chain")
    way = dice.pick(incident.ways(one))
    session = start - 50 * MINUTE
    words = capstone.intruder_words(one, name, way.id) | {
        "session_issued": iso(session),
        "session_expires": iso(session + 40 * HOUR),
    }
    words["intruder_ip"] = _own_address(one, words["intruder_ip"], name, taken)
    steps = capstone.steps_sheet(one, words)
    way, kinds = incident.way_and_kinds(steps, way.id)
    chain = tuple(kinds[step] for step in incident.chain_of(way, kinds, dice))
    every = tuple(kinds.values())
    case = incident.read_case(one, words, steps, way, every, dict.fromkeys(kinds, iso(start)))
    drawn = Drawn(one.seed, one, way, chain, kinds, case, words)
    plans = {plan.fact: plan.routes for plan in case.campaign.steps}
    rows = [InventoryRow(row[0], row[1], row[3], row[4]) for row in inventory(drawn)]
    return LiveCompany(
        seed,
        one.words["company"],
        case,
        start,
        minutes,
        _tables(crew, events, start, minutes),
        tuple(rows),
        {kind.id: _step(kind, plans[kind.id]) for kind in every},
        tuple(kind.id for kind in chain),
        way.starts,
        text_of("estate.md", drawn),
        drawn,
    )


def _step(kind: StepKind, routes: tuple[tuple[Ask, ...], ...]) -> LiveStep:
    return LiveStep(kind.id, kind.goal, kind.part, routes, kind.after, kind.symptom)


# --- of a case -----------------------------------------------------------------------------------


def _of_case(seed: str, minutes: int, case: Incident) -> LiveCompany:
    try:
        sheet = busy(background.load(case))
    except background.NoBackground as error:
        raise NoExercise(f"{case.name} has no ordinary traffic to hide in: {error}") from error
    crew = workforce(case, sheet, f"{seed}/live", days_of_month(sheet))
    events = Events(crew, EVENTS, {})
    start = _start(events, seed, minutes)
    losses = set(case.losses.values())
    steps = {}
    for plan in case.campaign.steps:
        fact = case.ledger.facts[plan.fact]
        clock = seconds(plan.assumed_time or fact.time or case.start)
        part = "loss" if plan.fact in losses else "step"
        steps[plan.fact] = LiveStep(plan.fact, plan.goal, part, plan.routes, clock=clock)
    rows = [
        InventoryRow(
            one.id,
            one.holder.account or one.holder.name,
            one.kind,
            " ".join(sorted({scope.split(":")[0] for scope in one.scopes})),
        )
        for one in case.estate.credentials.values()
        if one.given_out and one.kind != "data"
    ]
    company = LiveCompany(
        seed,
        case.name,
        case,
        start,
        minutes,
        _tables(crew, events, start, minutes),
        tuple(rows),
        steps,
        tuple(steps),
        case.campaign.start_with,
        "",
    )
    entries = _entries(events, start, minutes)
    return replace(company, ordinary=tuple(_ordinary(company, entries)))


# --- of both -------------------------------------------------------------------------------------


def _tables(crew: Workforce, events: Events, start: int, minutes: int) -> dict[str, Table]:
    """Tickets, roster and trips of the day, as rows; of everybody the usual addresses."""
    texts = tables(crew, events.twins)
    rows = {
        name: list(csv.DictReader(io.StringIO(texts[f"{file}.csv"])))
        for name, file in (("tickets", "changes"), ("roster", "roster"), ("trips", "travel"))
    }
    begin, end = iso(start - HISTORY), iso(start + minutes * MINUTE + 12 * HOUR)
    for name in ("tickets", "trips"):
        rows[name] = [row for row in rows[name] if row["from"] < end and row["to"] > begin]
    homes = {one.identity.id: " ".join(one.identity.places) for one in crew.everybody}
    rows["roster"] = [row | {"places": homes[row["account"]]} for row in rows["roster"]]
    return rows


def _entries(events: Events, start: int, minutes: int) -> list[Entry]:
    """What everybody else does, from a day before the exercise to its end."""
    end, found = start + minutes * MINUTE, []
    for day in events.month:
        if day + DAY <= start - HISTORY:
            events.unwritten(day)
        elif day < end:
            found += events.of_a_day(day)
    return [one for one in found if start - HISTORY <= one.at // 1000 < end]


def _own_address(one: capstone.DrawnCompany, address: str, name: str, taken: frozenset[str]) -> str:
    """An address of the same network, at which nobody else works in these hours."""
    sheet = background.load(capstone.without_intruder(one))
    network = next(n for n in sheet.networks.values() if n.has(address))
    dice, chosen = Dice(f"{name}/address"), address
    for _ in range(network.size):
        if chosen not in taken:
            break
        chosen = network.address(dice.below(network.size))
    return chosen


def _ordinary(company: LiveCompany, entries: Iterable[Entry]) -> Iterator[LiveEvent]:
    """The lines of everybody else in the order in which they arrive."""
    every = list(_owners(company))
    for entry in entries:
        twin = entry.twin[0] if entry.twin else ""
        every.append(
            live_event(
                entry.source,
                entry.at // 1000,
                entry.text,
                company.known_as,
                minutes=company.minutes,
                twin=twin,
            )
        )
    yield from sorted(every, key=lambda one: (one.arrives, one.source, one.text))


def _owners(company: LiveCompany) -> Iterator[LiveEvent]:
    """The sign-in of the owner of a session that is stolen later."""
    for scene in company.case.campaign.scenes if company.drawn else ():
        ask, case = scene.ask, company.case
        asked = request(case, ask, scene.time)
        held = asked.credential
        if held is not None:
            name = f"{company.seed}/{held.session or held.id}"
            asked = replace(asked, credential=replace(held, session=name))
        allowed = Decision(True, "allowed", "no rule refused it")
        agent = case.addresses[ask.origin].agent
        for line in telemetry.events(asked, allowed, agent, f"{company.seed}/owner"):
            yield live_event(
                line.source, scene.time, line.text, company.known_as, minutes=company.minutes
            )
