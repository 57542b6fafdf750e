"""Simulate twins, which look like steps of the intruder, and the tables that explain them.

The tables are change tickets, the roster and trips.
"""

import csv
import io
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labutils.hunt.fields import values_at
from labutils.hunt.sources import SOURCES
from labutils.incident import names
from labutils.incident.background.dice import Dice
from labutils.incident.background.people import (
    DAY,
    Automation,
    Person,
    Place,
    Trip,
    credential,
)
from labutils.incident.background.sheet import ANYBODY, Act, Twin, TwinAct
from labutils.incident.background.traffic import (
    HOUR,
    THINGS,
    Deed,
    Visits,
    Workforce,
)
from labutils.incident.inventory import Credential, Identity
from labutils.incident.log_format import log_format
from labutils.lab import iso

SMALL = 20_000  # events; in a smaller world the bursts of twins are shorter


class TwinSetting(NamedTuple):
    """The credential, place and start of a twin (seconds since 1970).

    `person`: who does it, where that is one.
    """

    held: Credential
    place: Place
    start: int
    person: Person | None


class Occurrence(NamedTuple):
    """A twin that happened: with what, from one moment to another (seconds since 1970)."""

    twin: Twin
    held: Credential
    start: int
    end: int


@dataclass(frozen=True)
class Duty:
    """A person's time on call (seconds since 1970)."""

    who: Identity
    start: int
    end: int


class Twins:
    """All twins of a world: `deeds`, `occurrences` by number, and what the tables say of them."""

    def __init__(
        self,
        company: Workforce,
        visits: Visits,
        days: list[int],
        attacked: Container[int],
        count: int,
    ):
        self.company, self.visits, self.count = company, visits, count
        self.workdays = [
            day for day in days if day // DAY % 7 not in (2, 3)
        ]  # 1970 began on Thursday
        # A service has no ticket for a day on which the intruder acted in its name.
        self.free = [day for day in self.workdays if day not in attacked]
        self.occurrences: list[Occurrence] = []
        self.duties: list[Duty] = []
        self.deeds = [deed for twin in company.sheet.twins.values() for deed in self.of(twin)]

    def of(self, twin: Twin) -> Iterator[Deed]:
        """Yield the deeds of each occurrence of a twin."""
        for number in range(twin.times):
            dice = Dice(f"{self.company.seed}/{twin.id}/{number}")
            scene = self.scene(twin, f"twin/{twin.id}/{number}", dice)
            yield from self.sign_in(twin, scene, dice)
            deeds = list(self.play(twin, scene, dice))
            yield from deeds
            start, end = scene.start, max(deed.time for deed in deeds)
            self.occurrences.append(Occurrence(twin, scene.held, start, end))
            if twin.told_by == "roster":
                who = scene.held.holder
                self.duties.append(Duty(who, start - start % DAY, start - start % DAY + 2 * DAY))

    def scene(self, twin: Twin, name: str, dice: Dice) -> TwinSetting:
        """Draw who acts in a twin, with what, from where and when."""
        start = self.begin(twin, dice)
        if twin.who not in {ANYBODY, *self.company.sheet.roles}:
            service = self.company.services[twin.who]
            return TwinSetting(service.credential, self.moved(twin, service, dice), start, None)
        if twin.where == "away":
            trip = self.trip(twin, dice)
            start = trip.start + dice.between(HOUR, trip.end - trip.start - HOUR)
            person, place = trip.person, trip.place
        else:
            person = dice.pick(self.company.people_of(twin.who))
            place = self.at(twin, person, start, dice)
        if twin.where != "mobile":
            place = place._replace(agent=person.browser.at(start))
        return TwinSetting(credential(person.identity, name), place, start, person)

    def begin(self, twin: Twin, dice: Dice) -> int:
        hour = dice.between(1, 4) if twin.when == "night" else dice.between(9, 20)
        of_people = twin.who in {ANYBODY, *self.company.sheet.roles}
        days = self.workdays if of_people or twin.told_by is None else self.free
        return dice.pick(days) + hour * HOUR + dice.below(HOUR)

    def sign_in(self, twin: Twin, scene: TwinSetting, dice: Dice) -> Iterator[Deed]:
        """Yield how a person's session began: in the usual place, some hours before."""
        scopes = {self.company.sheet.acts[part.act].scope for part in twin.acts if not part.by}
        begins = self.company.sheet.acts.get("sign-in")
        services = {scope.split(":")[0] for scope in scopes}
        if scene.person and begins and begins.scope.split(":")[0] in services:
            time = scene.start - dice.between(HOUR, 9 * HOUR)
            browser = scene.person.browser
            agent = browser.at(scene.start, back=1 if twin.updated else 0)
            place = scene.person.laptop._replace(agent=agent)
            if twin.where == "mobile":
                place = scene.place
            yield Deed(time, "sign-in", scene.held, place, 1)

    def trip(self, twin: Twin, dice: Dice) -> Trip:
        """Draw a trip of somebody with the role, within the days that are written."""
        first, last = self.workdays[0], self.workdays[-1] + DAY
        trips = [
            trip
            for trip in self.company.trips
            if twin.who in (ANYBODY, trip.person.role.id)
            and first <= trip.start
            and trip.end <= last
        ]
        return dice.pick(trips or self.company.trips)

    def at(self, twin: Twin, person: Person, time: int, dice: Dice) -> Place:
        """Draw where a person is at a time."""
        if twin.where == "proxy":
            return self.visits.elsewhere(dice.pick(self.company.sheet.proxies), person, dice)
        if twin.where == "mobile":
            return self.visits.with_the_phone(person, time, dice)
        return person.office if dice.of(500) else person.laptop

    def moved(self, twin: Twin, service: Automation, dice: Dice) -> Place:
        """Return where a service runs."""
        estate, place = self.company.case.estate, service.place
        if twin.where == "server":
            addresses = self.company.case.addresses
            inside = next(z for z in estate.zones.values() if z.inside and z.id in addresses)
            address = addresses[inside.id]
            return Place(inside, address.ip, address.agent)
        if twin.where == "usual":
            return place
        sheet = self.company.sheet
        places = sheet.moves_to or sheet.proxies[-1:]
        network = sheet.networks[places[0] if len(places) == 1 else dice.pick(places)]
        return Place(
            self.visits.zones[network.id],
            network.address(dice.below(network.size)),
            place.agent,
        )

    def play(self, twin: Twin, scene: TwinSetting, dice: Dice) -> Iterator[Deed]:
        """Yield the acts of a twin one after another, at an uneven pace."""
        number, time = len(self.occurrences), scene.start
        subject = names.account(self.company.seed, 1500 + dice.below(500))
        topic = dice.below(THINGS)
        for part in twin.acts:
            held, place = scene.held, scene.place
            if part.by:
                service = self.company.services[part.by]
                held = service.credential
                place = service.place if scene.person and not part.here else scene.place
            first = dice.below(THINGS) if part.repeat > 1 else topic
            for turn in range(self.length(part)):
                time += 1 + dice.wait(part.every)
                thing = 1 + (first + turn) % THINGS
                yield Deed(time, part.act, held, place, thing, subject, number)

    def length(self, part: TwinAct) -> int:
        """Return how often an act is repeated: bursts are shorter in a small world."""
        if part.repeat == 1 or self.count >= SMALL:
            return part.repeat
        return max(2, part.repeat * self.count // SMALL)


# --- tables -------------------------------------------------------------------------------------


def tables(company: Workforce, twins: Twins) -> dict[str, str]:
    """Return the tables that a learner gets, as CSV by file name."""
    return {
        "changes.csv": _csv(("id", "system", "from", "to", "by", "what"), _changes(company, twins)),
        "roster.csv": _csv(
            ("account", "role", "country", "from_hour", "to_hour", "on_call_from", "on_call_to"),
            _roster(company, twins),
        ),
        "travel.csv": _csv(("account", "country", "network", "from", "to"), _travel(company)),
    }


def _changes(company: Workforce, twins: Twins) -> list[tuple[object, ...]]:
    """Tickets of the twins, and half as many others, in the order of their
    time."""
    dice, acts = Dice(f"{company.seed}/changes"), company.sheet.acts
    tickets, kinds = [], []
    for one in twins.occurrences:
        if one.twin.told_by == "changes":
            act = acts[one.twin.acts[-1].act]
            kinds.append((act.scope.split(":")[0], one.twin.what))
            start = one.start - one.start % HOUR - dice.below(2) * HOUR
            end = one.end - one.end % HOUR + dice.between(1, 3) * HOUR
            tickets.append((start, end, *kinds[-1], shown_in_log(one.held, act)))
    for _ in range(len(tickets) // 2 if company.everybody else 0):
        start = dice.pick(twins.workdays) + dice.between(7, 20) * HOUR
        who = dice.pick(company.everybody).identity.id
        tickets.append((start, start + dice.between(1, 6) * HOUR, *dice.pick(kinds), who))
    return [
        (f"CHG-{4000 + 3 * place}", system, iso(start), iso(end), who, what)
        for place, (start, end, system, what, who) in enumerate(sorted(tickets))
    ]


def shown_in_log(held: Credential, act: Act) -> str:
    """Return what the log line of an act calls its author: a service token, an account, a name."""
    holder, source = held.holder, act.choices[0].lines[0].split(".")[0]
    if held.kind == "service-token":
        return held.id
    if values_at(log_format(source).base, SOURCES[source].actor) == ["{name}"]:
        return holder.account or holder.name
    return holder.account or holder.id


def _roster(company: Workforce, twins: Twins) -> list[tuple[object, ...]]:
    """Everybody with their hours (UTC); those who are on call on some days, once for each."""
    dice = Dice(f"{company.seed}/roster")
    duties = list(twins.duties)
    for role in company.sheet.roles:
        some = company.people_of(role)
        for day in company.days[::3]:
            one, end = dice.pick(some), day + 3 * DAY
            if not any(trip.person is one and trip.start < end for trip in company.trips):
                duties.append(Duty(one.identity, day, end))
    by_account: dict[str, list[Duty]] = {}
    for duty in sorted(duties, key=lambda duty: (duty.start, duty.who.id)):
        by_account.setdefault(duty.who.id, []).append(duty)
    rows: list[tuple[object, ...]] = []
    for person in sorted(company.everybody, key=lambda person: person.identity.id):
        start = (person.role.start - person.home.hour) % 24
        known = (person.identity.id, person.role.id, person.home.country, start, (start + 9) % 24)
        on_call = [(iso(d.start), iso(d.end)) for d in by_account.get(person.identity.id, [])]
        rows += [(*known, *duty) for duty in on_call or [("", "")]]
    return rows


def _travel(company: Workforce) -> list[tuple[object, ...]]:
    return [
        (
            trip.person.identity.id,
            trip.network.country,
            trip.network.id,
            iso(trip.start),
            iso(trip.end),
        )
        for trip in sorted(company.trips, key=lambda trip: (trip.start, trip.person.identity.id))
    ]


def _csv(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
