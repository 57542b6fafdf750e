"""Draw the company of a live exercise, from a seed or from a case."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from labutils.capstone import company as capstone
from labutils.capstone import incident, lines
from labutils.capstone.folder import inventory, text_of
from labutils.capstone.incident import Drawn, StepKind
from labutils.incident import cases, policy, telemetry
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.background.traffic import Workforce
from labutils.incident.background.traffic import company as workforce
from labutils.incident.background.twins import tables
from labutils.incident.background.world import Entry, Events, days_of_month
from labutils.incident.breach import request
from labutils.incident.campaign import Ask
from labutils.incident.cases import Incident
from labutils.incident.policy import Decision, World
from labutils.incident.telemetry import holder_base32
from labutils.lab import iso, seconds
from labutils.live.company import (
    DAY,
    HOUR,
    MINUTE,
    InventoryRow,
    LiveCompany,
    LiveEvent,
    LiveStep,
    LiveWay,
    Table,
    live_event,
)
from labutils.live.containment import Containment, LiveAct
from labutils.live.intruder import LiveIntruder

ADDRESS = re.compile(r"\"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\"")
HISTORY = 24 * HOUR  # of logs, from before the exercise
EVENTS = 60_000  # of ordinary traffic in the month of a case
HOURS = (8, 9, 10, 11, 12)  # of the day (UTC), at which an exercise may begin
BUSY = 4  # times as many harmless stories as on other days
STORIES = 3  # of programs that a ticket explains, at least, within the exercise
SPARE = 250  # of 1,000 half hours in which a program runs on its spare host
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
        seen = [name for name in undisturbed.losses if company.steps[name].is_logged]
        if len(undisturbed.made) >= FEWEST and seen:
            return _lived_in(company, entries)
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
    assistant, robot = one.words["assistant_user"].lower(), one.integration
    rows = [InventoryRow(row[0], row[1], row[3], row[4]) for row in inventory(drawn)]
    return LiveCompany(
        seed,
        one.words["company"],
        case,
        start,
        minutes,
        _tables(crew, events, start, minutes),
        tuple(rows),
        {kind.id: _step(kind, plans[kind.id], case) for kind in every},
        tuple(kind.id for kind in chain),
        way.starts,
        text_of("estate.md", drawn),
        drawn,
        ways=tuple(
            LiveWay(row["id"], tuple(row["starts"]), tuple(row["steps"])) for row in steps["ways"]
        ),
        names=_numbers(case, crew) | {assistant: robot},
    )


def _step(kind: StepKind, routes: tuple[tuple[Ask, ...], ...], case: Incident) -> LiveStep:
    shown = _is_logged(routes, case)
    return LiveStep(
        kind.id, kind.goal, kind.part, routes, kind.after, kind.symptom, is_logged=shown
    )


def _is_logged(routes: tuple[tuple[Ask, ...], ...], case: Incident) -> bool:
    """Whether a log that the team reads holds what a step ends with."""
    asked = request(case, routes[0][-1], seconds(case.start))
    if not policy.recorded(asked, World.historical(case)):
        return False
    allowed = Decision(True, "allowed", "no rule refused it")
    return any(telemetry.events(asked, allowed, "", case.name))


# --- of a case -----------------------------------------------------------------------------------


def _of_case(seed: str, minutes: int, case: Incident) -> LiveCompany:
    try:
        sheet = busy(background.load(case))
    except background.NoBackground as error:
        raise NoExercise(f"{case.name} has no ordinary traffic to hide in: {error}") from error
    crew = workforce(case, sheet, f"{seed}/live", days_of_month(sheet))
    events = Events(crew, EVENTS, {})
    start = _start(events, seed, minutes)
    company = LiveCompany(
        seed,
        case.name,
        case,
        start,
        minutes,
        _tables(crew, events, start, minutes),
        (),
        _steps_of(case),
        tuple(plan.fact for plan in case.campaign.steps),
        case.campaign.start_with,
        "",
    )
    company = _with_people_of_the_story(company)
    company = replace(company, inventory=tuple(_inventory(company, crew)))
    company = replace(company, names=_names(company, crew), ways=tuple(_ways(company)))
    company = _lived_in(company, _entries(events, start, minutes))
    _must_be_playable(company)
    return replace(company, facts=_facts(company))


def _steps_of(case: Incident) -> dict[str, LiveStep]:
    steps, losses = {}, set(case.losses.values())
    for plan in case.campaign.steps:
        fact = case.ledger.facts[plan.fact]
        clock = seconds(plan.assumed_time or fact.time or case.start)
        part, shown = "step", _is_logged(plan.routes, case)
        if plan.fact in losses:
            part = "loss" if shown else "silent"
        steps[plan.fact] = LiveStep(
            plan.fact,
            plan.goal,
            part,
            plan.routes,
            clock=clock,
            is_logged=shown,
            only_tried=fact.outcome == "denied",
        )
    return steps


def _with_people_of_the_story(company: LiveCompany) -> LiveCompany:
    """The company with those people on its roster whose accounts only the case knows."""
    listed = {row["account"] for row in company.tables["roster"]}
    rows = [
        {
            "account": one.account,
            "role": one.name,
            "country": "US",
            "from_hour": "7",
            "to_hour": "16",
            "on_call_from": "",
            "on_call_to": "",
            "places": " ".join(one.places),
        }
        for one in company.case.estate.identities.values()
        if one.kind == "person" and one.account and one.account not in listed
    ]
    roster = [*company.tables["roster"], *rows]
    return replace(company, tables=company.tables | {"roster": roster})


def _inventory(company: LiveCompany, crew: Workforce) -> Iterator[InventoryRow]:
    """What programs hold at services that the team can act at, and everybody's sessions.

    Those of the story are among all others, so that the list does not tell the story.
    """
    services, seen = company.case.estate.services, set[str]()
    for one in company.case.estate.credentials.values():
        names = sorted({scope.split(":")[0] for scope in one.scopes})
        opens = [name for name in names if company.reaches(services[name])]
        if not one.given_out or one.kind == "data" or not opens:
            continue
        row = InventoryRow(company.name_of(one), company.account_of(one), one.kind, " ".join(opens))
        if row.name not in seen:
            seen.add(row.name)
            yield row
    for machine in crew.sheet.machines.values():
        if machine.holder is None and machine.id not in seen:
            yield InventoryRow(machine.id, machine.id, "service-token", "own job")
    for account in dict.fromkeys(row["account"] for row in company.tables["roster"]):
        if f"session of {account}" not in seen:
            yield InventoryRow(f"session of {account}", account, "session", "own job")


def _names(company: LiveCompany, crew: Workforce) -> dict[str, str]:
    """The account for each name that only a log uses: a number, or the mailbox of a grant."""
    found = _numbers(company.case, crew)
    accounts = {name.lower() for name in company.accounts | set(company.listed)}
    alone: dict[str, set[str]] = {}  # by log, the accounts that another name stands for
    for step in company.steps.values():
        for ask in (ask for route in step.routes for ask in route):
            asked = request(company.case, ask, step.clock or 0)
            held = asked.credential
            if held is None or not held.given_out or not company.reaches(asked.service):
                continue
            account = company.account_of(held)
            allowed = Decision(True, "allowed", "no rule refused it")
            written = [
                (line, lines.who(f"{line.source}:1", json.loads(line.text)))
                for line in telemetry.events(asked, allowed, "", company.seed)
            ]
            if any(who in accounts for _, who in written):
                continue
            for line, who in written:
                if who not in accounts and who not in found and not ADDRESS.search(f'"{who}"'):
                    found[who] = account
                    alone.setdefault(line.source, set()).add(account)
    for source, some in alone.items():  # where one program writes it all
        if len(some) == 1:
            words = [act.words for act in crew.sheet.acts.values() if _writes(act, source)]
            boxes = {box for one in words for box in _several(one.get("mailbox", ()))}
            found |= dict.fromkeys(boxes, next(iter(some)))
    return found


def _numbers(case: Incident, crew: Workforce) -> dict[str, str]:
    """The account for each number that the log of the customer system has in place of a name."""
    own = [*case.estate.identities.values()]
    own += [one.identity for one in crew.everybody]
    own += [one.identity for one in crew.services.values()]
    return {
        f"005EX{holder_base32(called)}".lower(): (one.account or one.name)
        for one in own
        for called in {one.id, one.account or one.id}
    }


def _writes(act: background.Act, source: str) -> bool:
    return any(line.startswith(f"{source}.") for one in act.choices for line in one.lines)


def _several(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))  # type: ignore[call-overload]


def _ways(company: LiveCompany) -> Iterator[LiveWay]:
    """What an intruder who was shut out might come back with: a credential of the story."""
    used = [ask.using for s in company.steps.values() for route in s.routes for ask in route]
    for name in dict.fromkeys(used):
        held = company.case.estate.credentials[name]
        if held.given_out and company.name_of(held) in company.listed:
            yield LiveWay(name, (name,), ())


def _facts(company: LiveCompany) -> str:
    """The company in Markdown: its logs, who may use what, where programs work, and their names."""
    estate = company.case.estate
    called: dict[str, list[str]] = {}
    for name, account in company.names.items():
        called.setdefault(account, []).append(name.upper() if name.startswith("005") else name)
    rows = ["# How it works here", "", "| service | log |", "|---|---|"]
    rows += [
        f"| {one.id} | {f'`{one.audit}`' if one.audit in company.case.sources else 'no log'} |"
        for one in estate.services.values()
        if company.reaches(one)
    ]
    rows += [
        "",
        "You read the logs of everybody concerned, and you can act wherever you read a log: the "
        "other companies' incident teams do at once what you ask for.",
        "",
        "## Where the programs work",
        "",
        "| account | credentials | usual addresses | its other names in logs |",
        "|---|---|---|---|",
    ]
    for account in company.programs:
        held = ", ".join(f"`{row.name}`" for row in company.inventory if row.account == account)
        places = ", ".join(company.places.get(account, ()))
        others = ", ".join(f"`{name}`" for name in sorted(called.get(account, ())))
        rows.append(f"| `{account}` | {held} | {places} | {others} |")
    return "\n".join(rows) + "\n"


def _must_be_playable(company: LiveCompany) -> None:
    """Raise NoExercise where a team could prevent nothing, or nothing would be lost."""
    undisturbed = LiveIntruder(company, Containment(company))
    undisturbed.run(company.end)
    acts = [LiveAct("revoke", name, company.start) for name in company.listed]
    shut = LiveIntruder(company, Containment(company, acts))
    shut.run(company.start + company.minutes * MINUTE // 4)
    prevented = set(undisturbed.made) - set(shut.made)
    if len(undisturbed.made) < FEWEST or not undisturbed.losses or not prevented:
        raise NoExercise(
            f"{company.title} gives no exercise of {company.minutes} minutes: a team could prevent "
            "nothing in it. Take another case, or a seed alone."
        )


# --- of both -------------------------------------------------------------------------------------


def _lived_in(company: LiveCompany, entries: list[Entry]) -> LiveCompany:
    """The company with its ordinary day, its spare hosts, and the hosts of its tickets."""
    company = replace(company, spares=_spares(company))
    company = replace(company, ordinary=tuple(_ordinary(company, entries)))
    tickets = [_with_host(company, row) for row in company.tables["tickets"]]
    return replace(company, tables=company.tables | {"tickets": tickets})


def _spares(company: LiveCompany) -> dict[str, str]:
    """A second host for each program, in the network of its first one."""
    taken = {place for places in company.places.values() for place in places}
    found: dict[str, str] = {}
    for account in company.programs:
        homes = [place for place in company.places.get(account, ()) if "." in place]
        dice = Dice(f"{company.seed}/live/spare/{account}")
        for _ in range(50 if homes else 0):
            spare = f"{homes[0].rpartition('.')[0]}.{dice.between(2, 253)}"
            if spare not in taken:
                found[account] = spare
                taken.add(spare)
                break
    return found


def _on_its_spare_host(company: LiveCompany, event: LiveEvent) -> LiveEvent:
    """A line of a program, from its spare host in some half hours of the day."""
    account = company.account_behind(event.who)
    spare = company.spares.get(account)
    half_hour = event.at // (30 * MINUTE)
    if spare is None or event.twin:
        return event
    if not Dice(f"{company.seed}/live/spare/{account}/{half_hour}").of(SPARE):
        return event
    text = event.text
    for place in company.places.get(account, ()):
        text = text.replace(f'"{place}"', f'"{spare}"')
    return replace(event, text=text)


def _with_host(company: LiveCompany, ticket: dict[str, str]) -> dict[str, str]:
    """A ticket with the host that it is about: where it happens, else one that nobody uses."""
    twins = background.load(company.case).twins
    begin, end = seconds(ticket["from"]), seconds(ticket["to"])
    by = company.account_behind(company.known_as(ticket["by"].lower()))
    usual = company.places.get(by, ())
    theirs = {one.ip for one in company.case.addresses.values()}
    theirs |= {company.elsewhere(number) for number in range(1, 4)}
    there = [
        address
        for one in company.ordinary
        if one.twin and begin <= one.at <= end and twins[one.twin].what == ticket["what"]
        if company.account_behind(one.who) == by
        for address in ADDRESS.findall(one.text)
        if address not in usual and address not in theirs
    ]
    dice = Dice(f"{company.seed}/live/ticket/{ticket['id']}")
    planned = company.elsewhere(1, f"ticket/{ticket['id']}") if dice.of(500) else ""
    planned = "" if planned in theirs else planned
    hosts = list(dict.fromkeys(there)) or [planned or next(iter(usual), "") or "no host"]
    return ticket | {"host": " and ".join(hosts[:2])}


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
        event = live_event(
            entry.source,
            entry.at // 1000,
            entry.text,
            company.known_as,
            minutes=company.minutes,
            twin=twin,
        )
        every.append(_on_its_spare_host(company, event))
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
