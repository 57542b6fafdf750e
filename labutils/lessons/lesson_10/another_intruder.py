"""The target of lesson 10: another month, another intruder, and an incident lead who wants to know
each change.

The intruder does the steps of the campaign on other days, in another order and at another pace,
from two addresses, and makes the changes in the tracker in the name of a person.

Paper alone does not tell which changes those are. One of them falls into a ticket of the person's,
and some colleagues, who never show a program's token, have as many changes that no row is about.
"""

import csv
import random
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

from labutils.incident import attackers, background, cases, held_out
from labutils.incident.background.attack import lines_of_attack
from labutils.incident.background.people import credential, people
from labutils.incident.background.sheet import load
from labutils.incident.breach import Replay, play
from labutils.incident.cases import Incident
from labutils.incident.inventory import Identity, Zone
from labutils.incident.log_events import Event
from labutils.incident.logs import Logs
from labutils.incident.policy import Request, World
from labutils.incident.telemetry import LogLine
from labutils.lab import dice, iso, seconds

from .hunting import CHANGES

SEED, COUNT = "target-10", 6_000
DICE = "order-2"  # of days and order
# The administrator whose account was stolen: one who changes things, and is on no trip; not on call
# and without a ticket when the intruder acts.
ACCOUNT = "m.kumar"
SECOND = "conference"  # the network of the second address
FLAG = "flag-" + next(dice("lesson-10", "each change"))
PATIENCE = 3  # reports that are wrong until the incident lead stops
ANEW = (
    "To begin again, restart the kernel. Until then target('10') gives you the same incident lead."
)
HOUR, DAY = 3600, 86_400
FIRST_DAY = "2023-11-09"  # of the intruder in this month
NOVEMBER = "2023-11-01"
WAY_IN = 5  # steps that come first, as they did: probes, and the first login
DAYS = 21  # that the steps are spread over
# How much longer than in the campaign it takes from the login of a step to what is done then. The
# last one is done long after the login, in a session that goes on.
PACE = {"nov16-account-created": 80, "nov22-sliver": 140, "nov23-admin-group": 1600}
FROM_THE_SECOND = ("nov22-sliver", "nov23-admin-group")  # steps that come from there
COVERED = "Script executed"  # the intruder's change that falls into a ticket
TICKET = "a script moves the attachments of old projects"
MANY = 3  # changes: whose are so many, without a token, has no paper about them


class AnotherMonth(Logs):
    """The scene: a month of logs, and the incident lead who takes a report."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self._failed = 0

    def report(self, ids: Collection[str]) -> str:
        """What the incident lead says to these ids of events in the tracker: the flag, where they
        are each change of the intruder, and nothing else."""
        if self._failed >= PATIENCE:
            return "The incident lead has stopped reading: too many reports were wrong. " + ANEW
        if not isinstance(ids, set | frozenset | list | tuple) or not all(
            isinstance(one, str) for one in ids
        ):
            return (
                "Report a set of ids, such as {'jira:17', 'jira:21'}. This report was not counted."
            )
        if strangers := set(ids) - changes_made().keys():
            return (
                f"{min(strangers)!r} is not a line in the tracker that records a new account, a "
                "changed group or a script. This report was not counted."
            )
        if set(ids) == changes_of_the_intruder():
            return FLAG
        self._failed += 1
        return f"{_why_not(set(ids))} Wrong attempts left: {PATIENCE - self._failed}."


def _why_not(ids: set[str]) -> str:
    """Why a report is wrong. It says what is missing or too much only to who has most of them, so
    that nobody finds them by trying."""
    theirs = changes_of_the_intruder()
    if 2 * len(ids & theirs) <= len(theirs):
        return (
            "This report has at most half of the intruder's changes. Some of those that it names "
            "may be harmless, too."
        )
    if ids - theirs:
        return "Most of the intruder's changes are in this report, and others that are harmless."
    return "All of these changes are the intruder's, but others are missing."


# --- what the intruder did ----------------------------------------------------------------------


@cache
def _replay() -> Replay:
    """What the intruder of this month did."""
    case = attackers.with_other_names(cases.COURSE, SEED)
    replay = play(World.historical(case), case=case)
    moved = _Moved(replay)
    for source, lines in replay.lines.items():
        replay.lines[source] = [
            moved.line(line, replay.truth.get(f"{source}:{number}"))
            for number, line in enumerate(lines, 1)
        ]
    return replay


class _Moved:
    """The lines of a replay at other times, from two addresses, in the name of a person."""

    def __init__(self, replay: Replay):
        sheet, drawn = load(replay.case), random.Random(f"{SEED}/{DICE}")
        networks = sheet.networks
        self.case: Incident = replace(
            replay.case,
            networks=replay.case.networks | {SECOND: networks[SECOND].asn},
            countries=replay.case.countries | {SECOND: networks[SECOND].country},
            cities=replay.case.cities | {SECOND: networks[SECOND].cities},
        )
        self.second = networks[SECOND].address(drawn.randrange(networks[SECOND].size))
        self.person = _identity(ACCOUNT, [one.identity for one in people(sheet, SEED)])
        self.begins = _begins(replay)
        self.anew = _in_another_order(self.begins, drawn)

    def line(self, line: LogLine, fact: str | None) -> LogLine:
        """A line as it stands in this month; lines that are not the intruder's stay."""
        if fact not in self.anew:
            return line
        request = line.line.request
        pace = PACE.get(fact, 1.5)
        time = self.anew[fact] + round(pace * (request.time - self.begins[fact]))
        request = replace(request, time=time, case=self.case)
        if line.source == "jira" and request.credential is not None:
            request = replace(request, credential=credential(self.person, f"{SEED}/stolen"))
        if fact in FROM_THE_SECOND:
            request = self._from_the_second(request)
        return LogLine(line.writer, replace(line.line, request=request))

    def _from_the_second(self, request: Request) -> Request:
        is_outside = request.origin is self.case.estate.default_zone
        origin = Zone(SECOND, ()) if is_outside else request.origin
        return replace(request, address=self.second, origin=origin)


def _identity(account: str, everybody: list[Identity]) -> Identity:
    return next(one for one in everybody if one.id == account)


def _in_another_order(begins: dict[str, int], drawn: random.Random) -> dict[str, int]:
    """When the steps of November begin in this month: the way in first, then the others as the dice
    fall; a step of the campaign before November stays where it is."""
    in_time = sorted(begins, key=begins.__getitem__)
    steps = [fact for fact in in_time if begins[fact] >= seconds(NOVEMBER)]
    way_in, others = steps[:WAY_IN], steps[WAY_IN:]
    drawn.shuffle(others)
    days = [seconds(FIRST_DAY) + number * DAY for number in range(DAYS)]
    workdays = [day for day in days if day // DAY % 7 not in (2, 3)]  # 1970 began on a Thursday
    times = sorted(drawn.choice(workdays) + drawn.randrange(8 * HOUR, 21 * HOUR) for _ in steps)
    return dict(zip([*way_in, *others], times, strict=True))


def _begins(replay: Replay) -> dict[str, int]:
    """When each step began, in seconds since 1970."""
    begins: dict[str, int] = {}
    for source, lines in replay.lines.items():
        for number, line in enumerate(lines, 1):
            if fact := replay.truth.get(f"{source}:{number}"):
                time = line.line.request.time
                begins[fact] = min(time, begins.get(fact, time))
    return begins


# --- the month ----------------------------------------------------------------------------------


def _make(folder: Path) -> None:
    """Write the month, without what a grader knows of it."""
    background.write(folder, _replay(), count=COUNT, seed=SEED)
    for name in held_out.SIDECARS:
        (folder / name).unlink()
    _lose_paper(folder)


def _lose_paper(folder: Path) -> None:
    """Leave out the tickets, duties and trips of careless people, and write a ticket that covers a
    change of the intruder's. The ids of tickets are counted anew."""
    month = Logs(folder)
    made = [event for event in month.events("jira").values() if _is_change(event)]
    careless = _careless(month, made)
    tickets = [row for row in month.table("changes") if row["by"] not in careless]
    tickets.append(_cover(made))
    tickets.sort(key=lambda row: (row["from"], row["to"], row["system"], row["what"], row["by"]))
    tickets = [row | {"id": f"CHG-{4000 + 3 * place}"} for place, row in enumerate(tickets)]
    duties = month.table("roster")
    for row in duties:
        if row["account"] in careless:
            row["on_call_from"] = row["on_call_to"] = ""
    duties = [row for place, row in enumerate(duties) if row not in duties[:place]]
    trips = [row for row in month.table("travel") if row["account"] not in careless]
    for name, rows in {"changes": tickets, "roster": duties, "travel": trips}.items():
        head = list(month.table(name)[0])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, head, lineterminator="\n")
            writer.writeheader()
            writer.writerows(dict.fromkeys(head, "") | row for row in rows)


def _careless(month: Logs, made: list[Event]) -> set[str]:
    """The people with many changes, all from addresses at which nobody shows a program's token."""
    gateway = month.events("cloudflare_access_nonidentity").values()
    tokens = {event["ipAddress"] for event in gateway}
    places: dict[str, list[str]] = {row["account"]: [] for row in month.table("roster")}
    for event in made:
        places.setdefault(event["author"]["name"], []).append(event["source"])
    staff = {row["account"] for row in month.table("roster")} - {ACCOUNT}
    return {who for who in staff if len(places[who]) >= MANY and not tokens & set(places[who])}


def _cover(made: list[Event]) -> dict[str, str]:
    """A ticket in whose hours the intruder makes one of the changes."""
    done = _in_tracker()
    covered = next(one for one in made if one in done and one["auditType"]["action"] == COVERED)
    hour = covered["timestamp"]["epochSecond"] // HOUR * HOUR
    hours = {"from": iso(hour - HOUR), "to": iso(hour + 3 * HOUR)}
    return {"system": "tracker", "by": ACCOUNT, "what": TICKET, **hours}


def _is_change(event: Event) -> bool:
    """Whether a line of the tracker is one of those that are asked for."""
    return event["auditType"]["action"] in CHANGES


@cache
def another_month() -> AnotherMonth:
    """The month: made at first use, and kept. The incident lead who comes with it stays the same,
    and remembers each report that was wrong."""
    key = background.fingerprint(cases.COURSE, Path(__file__).read_bytes(), COUNT, SEED)
    return AnotherMonth(background.keep(f"target-10-{key}", _make))


def _in_tracker() -> list[Event]:
    """The lines that the intruder leaves in the tracker."""
    return [line.event for line in lines_of_attack(_replay(), SEED)["jira"]]


@cache
def changes_made() -> dict[str, Event]:
    """The changes of accounts and groups, and the scripts, of the month, by id."""
    events = another_month().events("jira").items()
    return {name: event for name, event in events if _is_change(event)}


@cache
def changes_of_the_intruder() -> set[str]:
    """Those of them that the intruder made."""
    done = _in_tracker()
    return {name for name, event in changes_made().items() if event in done}
