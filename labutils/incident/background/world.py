"""Write a world to disk: the attack's lines and the background's, merged in the order of time.

There is one file per source, and beside them the files that say what is true.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from math import isqrt
from pathlib import Path
from typing import IO, NamedTuple

from labutils.incident import names, policy
from labutils.incident.background import sheet as sheets
from labutils.incident.background.attack import lines_of_attack
from labutils.incident.background.dice import Shares
from labutils.incident.background.people import DAY
from labutils.incident.background.rhythm import STEADY
from labutils.incident.background.sheet import Act, Background, Machine
from labutils.incident.background.traffic import (
    Deed,
    Openings,
    Visits,
    Workforce,
    company,
    run_of_a_day,
)
from labutils.incident.background.twins import Twins, tables
from labutils.incident.background.vocabulary import Variant
from labutils.incident.breach import Replay
from labutils.incident.cases import LogEntry
from labutils.incident.log_format import FIELDS, log_format
from labutils.incident.telemetry import Line, LogLine, Writer, writer
from labutils.lab import iso, seconds

ALWAYS = 150  # percent of a workday: what machines do beside what people set off
SMALLEST = 2_000  # events of a background: twins alone are some hundreds


class TooSmall(ValueError):
    """An error for a number of events that is too small for the twins."""


class Unwritten(NamedTuple):
    """A line of a background, in the order of time, whose text has not been made yet.

    No two have the same time and deed.
    """

    at: int
    order: int
    line: LogLine
    twin: tuple[str, str] | None


class Entry(NamedTuple):
    """A line of a world, in the order of time.

    `fact` is set for the attack's lines; `twin` is the twin's name, and the fact of the step that
    it looks like.
    """

    at: int
    order: int
    source: str
    text: str
    fact: str | None
    twin: tuple[str, str] | None
    modelled: bool


def write(
    folder: Path,
    replay: Replay,
    *,
    count: int,
    seed: str,
    attack: bool = True,
    staff: str | None = None,
) -> dict[str, int]:
    """Write a world: `count` events of background, and (with `attack`) what the replay logged;

    `staff` is the seed of the people, if that is another. Returns the number of events of each
    source. The number of events of each source.

    `truth.json`: event (source:line, counted from 1) → fact, of attack events alone; `twins.json`:
    → the twin's name and the step that it looks like; `labels.json`: → twin or modelled; and three
    tables for the hunter: changes.csv, roster.csv, travel.csv. Raises OSError, TooSmall, and
    sheets.NoBackground.
    """
    if count < SMALLEST:
        raise TooSmall(f"a background has at least {SMALLEST} events, so that its twins have room")
    crew = company(replay.case, sheets.load(replay.case), seed, days_of(replay), staff)
    background = Events(crew, count, sources_by_day(replay))
    folder.mkdir(parents=True, exist_ok=True)
    with Files(folder, replay.case.sources) as files:
        attacked = _attack(replay, seed) if attack else {}
        for day in crew.days:
            entries = [*background.of_a_day(day), *attacked.get(day, [])]
            entries.sort()
            files.write(entries)
    for name, text in tables(crew, background.twins).items():
        (folder / name).write_bytes(text.encode())
    return files.lines


def days_of(replay: Replay) -> list[int]:
    """Return the days that are written, as seconds since 1970.

    They are the month of the sheet, and before it each day on which the attack left a line.
    """
    month = days_of_month(sheets.load(replay.case))
    return sorted({*month, *sources_by_day(replay)})


def sources_by_day(replay: Replay) -> dict[int, set[str]]:
    """Return for each day the logs in which the attack left a line."""
    by_day: dict[int, set[str]] = {}
    for source, lines in replay.lines.items():
        for line in lines:
            by_day.setdefault(line.at // 1000 // DAY * DAY, set()).add(source)
    return by_day


def days_of_month(sheet: Background) -> list[int]:
    """Return the days of the sheet's month, as seconds since 1970."""
    first = seconds(sheet.middle) - sheet.days // 2 * DAY
    return [first + number * DAY for number in range(sheet.days)]


def _attack(replay: Replay, seed: str) -> dict[int, list[Entry]]:
    """What the replay logged, by day."""
    by_day: dict[int, list[Entry]] = {}
    for source, lines in lines_of_attack(replay, seed).items():
        for number, line in enumerate(lines, 1):
            name = f"{source}:{number}"
            entry = Entry(
                line.at,
                zlib.crc32(name.encode()),
                source,
                json.dumps(line.event),
                replay.truth.get(name),
                None,
                name in replay.labels,
            )
            by_day.setdefault(line.at // 1000 // DAY * DAY, []).append(entry)
    return by_day


# --- the background as events ------------------------------------------------------------------


class Events:
    """The events of a background, day by day, `count` of them in all.

    `attacked`: by day, the logs in which the attack left a line.
    """

    def __init__(self, company: Workforce, count: int, attacked: dict[int, set[str]]):
        self.company, self.count = company, count
        self.left = count
        self.month = days_of_month(company.sheet)
        kept_longer = set(company.sheet.kept_longer)
        self.early = {
            day: kept_longer | attacked[day] for day in company.days if day not in self.month
        }
        self.writers = {name: _Writers(act, company) for name, act in company.sheet.acts.items()}
        self.visits = Visits(company)
        self.twins = Twins(company, self.visits, self.month, attacked, count)
        self.later: dict[int, list[Deed]] = {day: [] for day in company.days}
        self.openings = Openings(company)
        self.serial = 0
        self.of_people = 0  # and of the machines that do not fill
        for deed in self.twins.deeds:
            self.file(deed)
        self.weights = {day: weight_of_day(company.sheet, day) for day in company.days}
        self.filling = [ALWAYS + weight for weight in self.weights.values()]
        self.steady: dict[str, int] = {}  # of the machines that fill
        self.sessions = shared_out(
            count * company.sheet.sign_ins // 10_000, list(self.weights.values())
        )

    def file(self, deed: Deed) -> None:
        """Keep a deed for its day; a deed beyond the days that are written is lost."""
        day = self.later.get(deed.time // DAY * DAY)
        if day is not None:
            day.append(deed)

    def of_a_day(self, day: int) -> list[Entry]:
        """Return all events of a day. Days are asked for in order, each once."""
        return [
            Entry(at, order, line.source, line.text, None, twin, line.modelled)
            for at, order, line, twin in self.unwritten(day)
        ]

    def unwritten(self, day: int) -> list[Unwritten]:
        """Return the lines of a day without their text.

        Even a day that nobody reads must be asked for, since later days depend on it.
        """
        place = self.company.days.index(day)
        for deed in self.visits.of_a_day(day, self.sessions[place]):
            self.file(deed)
        machines = self.company.sheet.machines.values()
        for machine in machines:
            if not machine.fill:
                self.run(machine, day, self.share_of(machine, place))
        deeds = self.openings.added(day, self.later.pop(day))
        entries = [entry for deed in deeds for entry in self.entries(deed)]
        if day in self.early:
            entries = [entry for entry in entries if entry.line.source in self.early[day]]
        for machine, number in self.filled(place, self.room(place, len(entries))):
            usual = self.steady.get(machine.id, number)
            for deed in run_of_a_day(self.company, machine, day, number, usual):
                entries += self.entries(deed)
        entries.sort()
        del entries[self.left :]  # where a small world is full before its last evening
        self.left -= len(entries)
        return entries

    def run(self, machine: Machine, day: int, number: int) -> None:
        usual = self.count * machine.share // 10_000 // len(self.company.days)
        for deed in run_of_a_day(self.company, machine, day, number, usual):
            self.file(deed)

    def share_of(self, machine: Machine, place: int) -> int:
        days = len(self.company.days)
        total = self.count * machine.share // 10_000
        return total * (place + 1) // days - total * place // days

    def room(self, place: int, others: int) -> int:
        """Return how many events the machines marked `fill` make on a day.

        On the last day that is all that is left; before it, as many as leave the other days their
        part, if people go on as they did.
        """
        days = len(self.company.days)
        if self.company.days[place] in self.early:
            return 0
        if place == days - 1:
            return max(0, self.left - others)
        first = len(self.early)  # the early days come first, and hold little
        done, ahead = sum(self.sessions[first : place + 1]), sum(self.sessions[place + 1 :])
        self.of_people += others
        expected = self.of_people * ahead // max(done, 1)
        expected += 2 * isqrt(expected)  # so that there is room on the last days
        part, ahead_too = self.filling[place], sum(self.filling[place:])
        return max(0, (self.left - others - expected) * part // ahead_too)

    def filled(self, place: int, room: int) -> list[tuple[Machine, int]]:
        """Return how often each machine marked `fill` acts on a day.

        Those with a steady rhythm act as often as on any other day, and the others make the rest.
        """
        filling = [one for one in self.company.sheet.machines.values() if one.fill]
        if room and not self.steady:
            usual = room * sum(self.filling) // (len(self.filling) * self.filling[place])
            numbers = shared_out(usual, [one.share for one in filling])
            self.steady = {
                one.id: number
                for one, number in zip(filling, numbers, strict=True)
                if one.rhythm in STEADY
            }
        others = [one for one in filling if one.rhythm not in STEADY]
        steady = [one for one in filling if one.rhythm in STEADY]
        usual = sum(self.steady.values()) if others else room
        some = shared_out(min(room, usual), [one.share for one in steady])
        rest = shared_out(room - sum(some), [one.share for one in others])
        return list(zip([*steady, *others], [*some, *rest], strict=True))

    def entries(self, deed: Deed) -> list[Unwritten]:
        """Return the lines of one deed."""
        self.serial += 1
        twin = None
        if deed.twin is not None:
            occurrence = self.twins.occurrences[deed.twin]
            twin = (occurrence.twin.id, occurrence.twin.step)
        return [
            Unwritten(line.at, self.serial, line, twin)
            for line in self.writers[deed.act].lines(deed, self.serial)
        ]


class _Writers:
    """How an act is written: of what it may come to, one thing at a time."""

    def __init__(self, act: Act, company: Workforce):
        self.company = company
        service, self.action = act.scope.split(":")
        self.service = company.case.estate.services[service]
        some = [_VariantWriters(act.scope, one, company, self.service.org) for one in act.choices]
        self.choices = Shares(some, [one.share for one in act.choices])
        self.only = some[0] if len(some) == 1 else None

    def lines(self, deed: Deed, serial: int) -> Iterator[LogLine]:
        seed = f"{self.service.id}/{self.company.seed}/{serial}"
        request = policy.Request(
            self.company.case,
            deed.time,
            self.service,
            self.action,
            deed.credential,
            deed.place.zone,
            deed.place.address,
        )
        choice = self.only or self.choices[zlib.crc32(seed.encode()) % len(self.choices)]
        words = choice.words(deed) if choice.asked else {}
        for place, one in enumerate(choice.writers):
            yield LogLine(one, Line(request, deed.place.agent, seed, deed.thing, place, words))


class _VariantWriters:
    """The templates of the lines of one thing that is done, and the words that they ask for."""

    def __init__(self, scope: str, choice: Variant, company: Workforce, org: str):
        self.company, self.org = company, org
        given = choice.words.items()
        fixed = {name: word for name, word in given if not isinstance(word, list)}
        self.drawn = {name: word for name, word in given if isinstance(word, list)}
        self.writers: list[Writer] = []
        self.asked: set[str] = set()
        for line in choice.lines:
            source, _, template = line.partition(".")
            needed = log_format(source).names(template, choice.over)
            words = {name: word for name, word in fixed.items() if name in needed}
            entry = LogEntry((scope,), source, template, words=words)
            self.writers.append(writer(entry, not choice.refused, choice.over))
            self.asked |= needed - FIELDS.keys() - words.keys()

    def words(self, deed: Deed) -> dict[str, str | int]:
        """What the templates ask for: drawn from the act's words, or about the deed's subject."""
        words = {name: some[deed.thing % len(some)] for name, some in self.drawn.items()}
        if self.asked & sheets.SUBJECT:
            words |= self.subject(deed.subject)
        if "application_id" in self.asked:
            words["application_id"] = _id_of(f"application/{words['application']}")
        return words

    def subject(self, account: str) -> dict[str, str | int]:
        """Somebody whom an act is about."""
        number = zlib.crc32(f"{self.company.seed}/{account}".encode())
        domain = self.company.case.domains[self.org]
        return {
            "user": account,
            "full_name": names.full_name(account),
            "email": f"{account}@{domain}",
            "user_id": f"JIRAUSER{10000 + number % 90000}",
            "subject_id": _id_of(f"holder/{account}"),
        }


@cache
def _id_of(name: str) -> str:
    """17 hexadecimal digits, as an identity provider's ids have after their kind."""
    return hashlib.sha256(name.encode()).hexdigest()[:17]


def weight_of_day(sheet: Background, day: int) -> int:
    """Return how much goes on, in percent of a workday."""
    if (holiday := sheet.holidays.get(iso(day)[:10])) is not None:
        return holiday
    return sheet.weekend if day // DAY % 7 in (2, 3) else 100  # 1970 began on a Thursday


def shared_out(total: int, shares: list[int]) -> list[int]:
    """Split a number into whole parts in proportion to the shares."""
    parts, given, done = [], 0, 0
    for share in shares:
        done += share
        until = total * done // max(sum(shares), 1)
        parts.append(until - given)
        given = until
    return parts


# --- files --------------------------------------------------------------------------------------


class Files:
    """The files of a world, written day by day. `lines`: how many each source has."""

    def __init__(self, folder: Path, sources: Iterable[str]):
        self.folder, self.stack = folder, ExitStack()
        self.lines = dict.fromkeys(sources, 0)
        self.logs: dict[str, IO[bytes]] = {}
        self.indexes: dict[str, _Index] = {}

    def __enter__(self) -> "Files":
        for source in self.lines:
            path = self.folder / f"{source}.jsonl"
            self.logs[source] = self.stack.enter_context(path.open("wb"))
        for name in ("truth", "labels", "twins"):
            self.indexes[name] = _Index(
                self.stack.enter_context((self.folder / f"{name}.json").open("wb"))
            )
        return self

    def __exit__(self, *_: object) -> None:
        for index in self.indexes.values():
            index.end()
        self.stack.close()

    def write(self, entries: list[Entry]) -> None:
        """Write lines, in this order."""
        texts: dict[str, list[str]] = {source: [] for source in self.lines}
        for entry in entries:
            self.lines[entry.source] += 1
            texts[entry.source].append(entry.text)
            name = f"{entry.source}:{self.lines[entry.source]}"
            if entry.fact:
                self.indexes["truth"].add(name, entry.fact)
            if entry.twin:
                twin, step = entry.twin
                self.indexes["twins"].add(name, {"twin": twin, "step": step})
            if entry.twin or entry.modelled:
                self.indexes["labels"].add(name, "twin" if entry.twin else "modelled")
        for source, lines in texts.items():
            if lines:
                self.logs[source].write(("\n".join(lines) + "\n").encode())


class _Index:
    """A JSON object that is written entry by entry."""

    def __init__(self, file: IO[bytes]):
        self.file, self.before = file, "{\n "

    def add(self, name: str, value: object) -> None:
        self.file.write(f"{self.before}{json.dumps(name)}: {json.dumps(value)}".encode())
        self.before = ",\n "

    def end(self) -> None:
        self.file.write(b"{}\n" if self.before.startswith("{") else b"\n}\n")
