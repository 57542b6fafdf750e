"""Simulate a day: people who sign in, work and leave, and services that run by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from labutils.incident.background.dice import Dice, Shares
from labutils.incident.background.people import (
    DAY,
    Automation,
    Person,
    Place,
    Trip,
    credential,
    people,
    services,
    trips,
    zones,
)
from labutils.incident.background.rhythm import Moment, moments
from labutils.incident.background.sheet import ANYBODY, Background, Machine, Role, with_networks
from labutils.incident.cases import Incident
from labutils.incident.inventory import Credential

THINGS = 450  # repositories, pages and tickets that are read
SPREAD = 271  # has no divisor in common with THINGS: what is popular is any of them
HOUR = 3600


class Deed(NamedTuple):
    """One act of a person or a service.

    `time` is in seconds since 1970; `thing`: which of the repositories, pages or tickets;
    `subject`: the account that it is about; `twin`: the number of the twin that it is a part of.
    """

    time: int
    act: str
    credential: Credential
    place: Place
    thing: int
    subject: str = ""
    twin: int | None = None


@dataclass(frozen=True, eq=False)
class Workforce:
    """All people and services that act in a case, for a seed.

    `days`: those that are written, as seconds since 1970.
    """

    case: Incident
    sheet: Background
    seed: str
    days: list[int]
    everybody: list[Person]
    services: dict[str, Automation]
    trips: list[Trip]

    @cached_property
    def hour(self) -> int:
        """The offset from UTC, in hours, where most people live."""
        return max(self.sheet.networks.values(), key=lambda one: one.share).hour

    def people_of(self, role: str) -> list[Person]:
        """Return the people of a role, or everybody."""
        return [one for one in self.everybody if role in (ANYBODY, one.role.id)]


def company(
    case: Incident, sheet: Background, seed: str, days: list[int], staff: str | None = None
) -> Workforce:
    """Draw everybody and everything that acts in a case from a seed.

    If `staff` names another seed, the people and their trips come from that one.
    """
    everybody = people(sheet, staff or seed)
    return Workforce(
        with_networks(case, sheet),
        sheet,
        seed,
        days,
        everybody,
        services(sheet, case),
        trips(sheet, everybody, days, staff or seed),
    )


# --- people -------------------------------------------------------------------------------------

BUSY = (15, 25, 40, 50, 60, 70, 90, 110, 180, 400)  # percent: most sessions are short
HOURS = Shares([0, 0, 1, 2, 3, 4, 5, 6, 7], [30, 16, 10, 6, 5, 10, 12, 7, 4])  # after the start


class Visits:
    """The work of people: sessions of a few hours, each a chain of acts under one session id."""

    def __init__(self, company: Workforce):
        self.company, sheet = company, company.sheet
        # The more active come first: a tenth of the people makes about half of the sessions.
        weights = [100_000 // (place + 25) for place in range(len(company.everybody))]
        self.active = Shares(company.everybody, weights)
        self.zones = zones(sheet)
        self.by_role = {one.role: company.people_of(one.role) for one in sheet.rare}
        self.away = {trip.person: trip for trip in company.trips}
        mobile = [company.sheet.networks[name] for name in company.sheet.mobile]
        self.mobile = {one.country: one for one in mobile}
        self.updated: dict[Person, int] = {}  # whose browser was updated in a session, and when

    def of_a_day(self, day: int, sessions: int) -> Iterator[Deed]:
        """Yield all that begins on a day (seconds since 1970) and has an act in the sheet."""
        acts = self.company.sheet.acts
        return (deed for deed in self.begun(day, sessions) if deed.act in acts)

    def begun(self, day: int, sessions: int) -> Iterator[Deed]:
        """Yield the visits that begin on a day, the attempts of strangers, and rare acts."""
        dice = Dice(f"{self.company.seed}/visits/{day}")
        for number in range(sessions):
            person = dice.pick(self.active)
            start = day + self.begin(person, dice)
            yield from self.visit(person, start, f"{day}/{number}", dice)
        for number in range(_rounded(sessions * self.company.sheet.tried, 1000, dice)):
            yield self.try_of_a_stranger(day, number, dice)
        for rare in self.company.sheet.rare:
            for number in range(_rounded(sessions * rare.rate, 10_000, dice)):
                person = dice.pick(self.by_role[rare.role])
                time = day + self.begin(person, dice)
                place = self.place_of(person, time, dice)
                session = credential(person.identity, f"{day}/{rare.act}/{number}")
                yield Deed(time, "sign-in", session, place, 1)
                time += pause(dice)
                yield Deed(time, rare.act, session, place, thing(person, dice), self.subject(dice))

    def try_of_a_stranger(self, day: int, number: int, dice: Dice) -> Deed:
        """Return a failed sign-in from somewhere in the world, as happens all day."""
        person = dice.pick(self.company.everybody)
        network = self.company.sheet.networks[dice.pick(self.company.sheet.strangers)]
        address = network.address(dice.below(network.size))
        agent = dice.pick(self.company.everybody).browser.at(day)
        place = Place(self.zones[network.id], address, agent)
        wrong = credential(person.identity, f"{day}/stranger/{number}")
        return Deed(day + dice.below(DAY), "sign-in-failed", wrong, place, 1)

    def begin(self, person: Person, dice: Dice) -> int:
        """Draw when a session begins, in seconds of the day."""
        late = dice.below(100) < person.role.late
        hour = dice.between(18, 22) if late else person.role.start + dice.pick(HOURS)
        local = hour * HOUR + dice.between(-20, 59) * 60 + dice.below(60)
        return (local - person.home.hour * HOUR) % DAY

    def place_of(self, person: Person, time: int, dice: Dice) -> Place:
        """Draw where somebody signs in, and with which device.

        It is on a trip, behind a proxy, with the phone, at the office, or at home.
        """
        if dice.of(120):
            return self.with_the_phone(person, time, dice)
        return self.with_the_laptop(person, time, dice)

    def with_the_laptop(self, person: Person, time: int, dice: Dice) -> Place:
        """Draw where somebody uses the laptop."""
        trip = self.away.get(person)
        if trip and trip.start <= time < trip.end:
            place = trip.place
        elif dice.of(self.company.sheet.proxied):
            place = self.elsewhere(dice.pick(self.company.sheet.proxies), person, dice)
        else:
            place = person.office if dice.of(550) else person.laptop
        return place._replace(agent=self.agent(person, time))

    def agent(self, person: Person, time: int) -> str:
        """Return the user agent of somebody's browser at that time."""
        return person.browser.at(time, updated=self.updated.get(person, 0))

    def elsewhere(self, network: str, person: Person, dice: Dice) -> Place:
        """Return a random address of a network, with the person's own laptop."""
        one = self.company.sheet.networks[network]
        address = one.address(dice.popular(one.size) - 1)
        return Place(self.zones[network], address, person.laptop.agent)

    def with_the_phone(self, person: Person, time: int, dice: Dice) -> Place:
        """Return a random address of the mobile network in the person's country, with the phone."""
        mobile = self.mobile.get(person.home.country) or next(iter(self.mobile.values()))
        address = mobile.address(dice.below(mobile.size))
        return Place(self.zones[mobile.id], address, person.app.at(time))

    def visit(self, person: Person, start: int, name: str, dice: Dice) -> Iterator[Deed]:
        """Yield a session on one device.

        It has a sign-in, perhaps after a wrong password, then applications, and perhaps a sign-out.
        """
        place, session = self.place_of(person, start, dice), credential(person.identity, name)
        if dice.of(self.company.sheet.failed):
            wrong = credential(person.identity, f"{name}/wrong")
            yield Deed(start - dice.between(9, 70), "sign-in-failed", wrong, place, 1)
        yield Deed(start, "sign-in", session, place, 1)
        time, end = start, start + lasting(dice)
        acts = self.work(person.role, dice)
        change = dice.below(len(acts) + 1)  # before which act something changes, if anything does
        for number, act in enumerate(acts):
            time += pause(dice)
            if number == change:
                place = self.changed(person, place, time, dice)
            if time < end or act == "single-sign-on":
                yield Deed(time, act, session, place, thing(person, dice), self.subject(dice))
        if end - start > 20 * HOUR:  # somebody who leaves the browser open
            yield Deed(end - 60, "single-sign-on", session, place, 1)
        if dice.of(250):
            yield Deed(max(end, time + 30), "sign-out", session, place, 1)

    def changed(self, person: Person, place: Place, time: int, dice: Dice) -> Place:
        """Return the place in the middle of a session, which rarely changes.

        The network changes, or the version of the browser; never the device, and never both.
        """
        if place.zone.id in self.company.sheet.mobile:
            return place
        if dice.of(self.company.sheet.carried):
            there = self.with_the_laptop(person, time, dice)
            return there._replace(agent=place.agent)
        if dice.of(self.company.sheet.updated) and person not in self.updated:
            self.updated[person] = time
            return place._replace(agent=self.agent(person, time))
        return place

    def work(self, role: Role, dice: Dice) -> list[str]:
        """Draw the acts of a session, in order."""
        busy = dice.pick(BUSY)
        acts = [
            act for act, tenths in role.uses.items() for _ in range(dice.some(tenths * busy // 10))
        ]
        return [act for _, act in sorted((dice.below(1000), act) for act in acts)]

    def subject(self, dice: Dice) -> str:
        return dice.pick(self.company.everybody).identity.id


def thing(person: Person, dice: Dice) -> int:
    """Draw what somebody reads: one of their own favourites, or what everybody reads."""
    rank = person.favourite + dice.popular(40) if dice.of(500) else dice.popular(THINGS)
    return 1 + rank * SPREAD % THINGS


def lasting(dice: Dice) -> int:
    """Draw how long a session lasts: some hours; three in a hundred are still open the next day."""
    return dice.between(24 * HOUR, 40 * HOUR) if dice.of(30) else 60 + dice.wait(4 * HOUR) // 2


def pause(dice: Dice) -> int:
    """Draw the time between two acts: seconds or minutes, and now and then an hour."""
    return 2 + (dice.wait(80 * 60) if dice.of(250) else dice.wait(90))


class Openings:
    """A record of when people last opened the services they use.

    A service of the sheet's `openings` is opened in a browser before it is used there, and again
    after `open_hours`.
    """

    def __init__(self, company: Workforce):
        self.company, self.last = company, dict[tuple[str, str, str], int]()

    def added(self, day: int, deeds: list[Deed]) -> Iterator[Deed]:
        """Yield a day's deeds in the order of time, each after the opening that it needs.

        The day is in seconds since 1970. The days come in order.
        """
        sheet, dice = self.company.sheet, Dice(f"{self.company.seed}/openings/{day}")
        for deed in sorted(deeds, key=lambda deed: deed.time):
            service = sheet.acts[deed.act].scope.split(":")[0]
            if deed.credential.holder.kind == "person" and service in sheet.openings:
                browser = deed.credential.holder.id, deed.place.agent, service
                if deed.time - self.last.get(browser, 0) >= sheet.open_hours * HOUR:
                    self.last[browser] = max(day, deed.time - dice.between(2, 45))
                    opening = sheet.openings[service]
                    yield deed._replace(time=self.last[browser], act=opening, twin=None)
            yield deed


# --- services -----------------------------------------------------------------------------------


def run_of_a_day(
    company: Workforce, machine: Machine, day: int, number: int, usual: int
) -> Iterator[Deed]:
    """Yield what a service does on a day (seconds since 1970), `number` times, in its rhythm.

    `usual` is how many times a day it acts on average.
    """
    seed = f"{company.seed}/{machine.id}"
    dice, places = Dice(f"{seed}/{day}"), Dice(f"{seed}/{day}/places")
    service, place, habit = company.services[machine.id], None, machine.habit(company.hour)
    before = Moment(0, -1)
    for moment in moments(habit, number, usual, Dice(f"{seed}/rhythm"), Dice(f"{seed}/{day}/at")):
        if place is None or (machine.from_networks and moment.run != before.run):
            place = _place_of(company, machine, service, places)
        if not before.failed:  # else it is the same once more
            subject = dice.pick(company.everybody).identity.id if company.everybody else ""
            thing = 1 + dice.below(THINGS)
        act = machine.failing if moment.failed and machine.failing else machine.act
        yield Deed(day + moment.time, act, service.credential, place, thing, subject)
        before = moment


def _place_of(company: Workforce, machine: Machine, service: Automation, dice: Dice) -> Place:
    """Where a machine is; or any address of the networks from which strangers come."""
    if not machine.from_networks:
        return service.place
    network = company.sheet.networks[dice.pick(machine.from_networks)]
    address = network.address(dice.below(network.size))
    return Place(zones(company.sheet)[network.id], address, service.place.agent)


def _rounded(number: int, of: int, dice: Dice) -> int:
    """number / of, rounded up or down by chance, so that small rates come true over many days."""
    whole, rest = divmod(number, of)
    return whole + (dice.below(of) < rest)
