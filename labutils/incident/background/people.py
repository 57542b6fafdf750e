"""Draw who acts: people with a home, an office, two devices and habits; services; trips."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from labutils.incident import agents, names
from labutils.incident.agents import Installed, Kind
from labutils.incident.background.dice import Dice, Shares
from labutils.incident.background.sheet import Background, Machine, Network, Role
from labutils.incident.cases import Incident
from labutils.incident.inventory import Credential, Identity, Zone
from labutils.lab import seconds

DAY = 86400  # seconds


class Place(NamedTuple):
    """The origin of a request, and the user agent of the program there."""

    zone: Zone
    address: str
    agent: str


@dataclass(frozen=True, eq=False)
class Person:
    """An employee, with a home, an office, two devices and habits.

    `laptop` and `office` have the browser's user agent in the middle of the month; `favourite` says
    which things this person reads most.
    """

    identity: Identity
    role: Role
    home: Network
    laptop: Place
    office: Place
    browser: Installed
    app: Installed  # on the phone
    favourite: int


@dataclass(frozen=True, eq=False)
class Automation:
    """A service that runs by itself: a machine of the sheet, or an account of the estate."""

    identity: Identity
    credential: Credential
    place: Place


class Trip(NamedTuple):
    """A trip of a person, from one moment to another (seconds since 1970)."""

    person: Person
    place: Place
    network: Network
    start: int
    end: int


def zones(sheet: Background) -> dict[str, Zone]:
    """Return the networks as zones that reach nothing.

    Background traffic is not decided, so it needs no way anywhere.
    """
    return {name: Zone(name, ()) for name in sheet.networks}


def people(sheet: Background, seed: str) -> list[Person]:
    """Return all employees, the most active first."""
    dice, zone = Dice(f"{seed}/people"), zones(sheet)
    homes = [one for one in sheet.networks.values() if one.share]
    live_in = Shares(homes, [one.share for one in homes])
    roles = Shares(list(sheet.roles.values()), [one.share for one in sheet.roles.values()])
    laptops, phones = (
        Shares(some, [one.share for one in some]) for some in map(agents.kinds, DEVICES)
    )
    everybody, moved_in = [], dict.fromkeys(sheet.networks, 0)
    for number in range(sheet.people):
        home, laptop = dice.pick(live_in), dice.pick(laptops)
        moved_in[home.id] += dice.between(1, 3)
        address = home.address(moved_in[home.id])
        account = names.account(seed, number)
        browser = installed(laptop, Dice(f"{seed}/browser-of/{account}"))
        agent = browser.at(seconds(sheet.middle))
        office = home.office or address
        identity = Identity(
            account,
            "person",
            account,
            address,
            elsewhere=(office,),
            number=11200 + 80 * number + dice.below(80),
        )
        everybody.append(
            Person(
                identity,
                dice.pick(roles),
                home,
                Place(zone[home.id], address, agent),
                Place(zone[home.id], office, agent),
                browser,
                installed(dice.pick(phones), Dice(f"{seed}/app-of/{account}")),
                dice.below(400),
            )
        )
    return with_every_role(everybody, list(sheet.roles.values()))


DEVICES = ("laptops", "phones")


def installed(kind: Kind, dice: Dice) -> Installed:
    """Draw a browser or app of a kind for somebody's device.

    Most are updated within a week, one in ten is months behind.
    """
    agent = kind.agent
    for name, some in kind.words.items():
        agent = agent.replace(f"{{{name}}}", dice.pick(some))
    days = dice.between(40, 150) if dice.of(100) else dice.below(7) + dice.of(350) * dice.below(20)
    return Installed(agent, days * DAY + dice.below(DAY))


def with_every_role(everybody: list[Person], roles: list[Role]) -> list[Person]:
    """Return the same people; a role that nobody has goes to one of the least active."""
    missing = [role for role in roles if all(one.role is not role for one in everybody)]
    kept = everybody[: len(everybody) - len(missing)]
    return kept + [
        replace(one, role=role) for one, role in zip(everybody[len(kept) :], missing, strict=False)
    ]


def credential(identity: Identity, name: str) -> Credential:
    """Return a session of this name, for somebody to act with."""
    return Credential(name, "session", identity, ())


def services(sheet: Background, case: Incident) -> dict[str, Automation]:
    """Return the accounts of the estate and the services of the sheet, by name."""
    found: dict[str, Automation] = {}
    for machine in sheet.machines.values():
        one = _service(machine, case)
        found[machine.id] = one
        if machine.holder:
            found.setdefault(machine.holder, one)
    return found


def _service(machine: Machine, case: Incident) -> Automation:
    estate = case.estate
    if machine.holder:
        identity = estate.identities[machine.holder]
        tokens = [one for one in estate.credentials.values() if one.holder is identity]
        held = tokens[0] if tokens else credential(identity, machine.id)
    else:
        identity = Identity(machine.id, "service", machine.id, machine.address or "", number=11000)
        held = Credential(machine.id, "service-token", identity, ())
    address = machine.address or identity.home
    zone = estate.zone_of(address)
    return Automation(identity, held, Place(zone, address, machine.agent))


def trips(sheet: Background, everybody: list[Person], days: list[int], seed: str) -> list[Trip]:
    """Draw trips for one person in fifty, and for the first four people of every role."""
    dice, zone = Dice(f"{seed}/trips"), zones(sheet)
    travellers = [dice.pick(everybody) for _ in range(len(everybody) // 50)]
    for role in sheet.roles.values():
        travellers += [one for one in everybody if one.role is role][:4]
    away = []
    for person in dict.fromkeys(travellers):
        network = sheet.networks[dice.pick(sheet.away)]
        start = dice.pick(days) + dice.between(6, 14) * 3600
        place = Place(
            zone[network.id], network.address(dice.below(network.size)), person.laptop.agent
        )
        away.append(Trip(person, place, network, start, start + dice.between(2, 6) * DAY))
    return away
