"""Read a case's background.yaml: its staff and their networks, what runs by itself, and its twins.

A twin looks like a step of the intruder and is not one.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Literal

from labutils.incident import places
from labutils.incident.background.rhythm import Habit, Rhythm
from labutils.incident.background.vocabulary import Variant, choices
from labutils.incident.cases import Incident
from labutils.incident.inventory import must_be_scopes
from labutils.incident.log_format import FIELDS, field_names, is_source, log_format
from labutils.sheets import (
    Row,
    build,
    moment,
    must_be_among,
    must_have_fields,
    table,
    value,
)

Where = Literal["usual", "away", "proxy", "mobile", "server", "moved"]
Table = Literal["changes", "roster", "travel"]
IPV6 = 40  # of 100 addresses, where a network has both kinds
ANYBODY = "any"  # in place of a role
# What an act may leave open, and the generator gives: somebody else whom it is about.
SUBJECT = frozenset({"user", "full_name", "email", "user_id", "subject_id"})
DERIVED = frozenset({"application_id"})


@dataclass(frozen=True, eq=False)
class Network:
    """A network that requests come from: `size` addresses from `first` on.

    `share`: of the people who live there; `hour`: of their clock from UTC; `office`: the address of
    the office there. `cities`: of data/places.yaml; any of the country where it is not said.
    `first6`: a /48 out of 2001:db8::/32 (RFC 3849); then IPV6 of 100 addresses are in it instead.
    """

    id: str
    first: str
    size: int
    asn: int
    country: str = "US"
    cities: tuple[str, ...] = ()
    first6: str | None = None
    share: int = 0
    hour: int = 0
    office: str | None = None
    proxy: bool = False

    def address(self, number: int) -> str:
        """Return the address with this number, from 0."""
        place = number % self.size
        if self.first6:
            digest = blake2b(f"{self.first6}{place}".encode(), digest_size=9).digest()
            if digest[8] % 100 < IPV6:
                # A network of its own for each, and a stable interface identifier (RFC 7217).
                own = place + 1 << 64 | int.from_bytes(digest[:8], "big")
                return str(IPv6Address(self.first6) + own)
        return str(IPv4Address(self.first) + place)

    def has(self, address: str) -> bool:
        """Return whether an address belongs to the network."""
        one = ip_address(address)
        if isinstance(one, IPv6Address):
            return bool(self.first6) and int(one) >> 80 == int(IPv6Address(self.first6 or "")) >> 80
        return 0 <= int(one) - int(IPv4Address(self.first)) < self.size


@dataclass(frozen=True, eq=False)
class Act:
    """An act of a person or a program: `scope` is service:action, `lines` are source.template.

    A list of `words`: one of them is drawn. `one_of`: what a kind of program in data/vocabulary/
    does, a thing at a time, in place of `lines`; `over`: fields of the events that stand in the
    place of the template's own, or are `absent`.
    """

    id: str
    scope: str
    lines: tuple[str, ...] = ()
    refused: bool = False
    words: dict[str, Any] = field(default_factory=dict)
    one_of: str = ""
    over: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Variant, ...] = ()  # what it comes to


@dataclass(frozen=True, eq=False)
class Role:
    """A role: the habits of people of one kind.

    `share`: of the people, in 1,000; `start`: the hour at which they begin; `late`: of 100
    sessions, how many begin in the evening; `uses`: by act, how often in a session, in tenths.
    """

    id: str
    share: int
    start: int
    late: int
    uses: dict[str, int]


@dataclass(frozen=True)
class Rare:
    """A rare act of people in a role: `rate` times in 10,000 sign-ins of everybody."""

    act: str
    role: str
    rate: int


@dataclass(frozen=True, eq=False)
class Machine:
    """A program that runs by itself.

    `holder`: of the estate; without it, a service of its own. `share`: of 10,000 events; or, with
    `fill`, of what all others leave. `rhythm`, `minutes`, `burst` and `retries`: when it acts
    (rhythm.py); `failing`: the act of a try that fails, where its log tells that; `from_networks`:
    of strangers, each burst from an address of one of them.
    """

    id: str
    act: str
    share: int
    agent: str
    holder: str | None = None
    address: str | None = None
    network: str | None = None
    fill: bool = False
    rhythm: Rhythm = "interval"
    minutes: int = 1
    burst: int = 4
    retries: int = 0
    failing: str = ""
    from_networks: tuple[str, ...] = ()

    def habit(self, hour: int) -> Habit:
        """Return when the machine acts, if its office's clock is `hour` hours from UTC."""
        return Habit(self.rhythm, self.minutes, hour, self.burst, self.retries)


@dataclass(frozen=True)
class TwinAct:
    """A part of a twin: an act that is made `repeat` times, about `every` so many seconds.

    `by`: another service than the twin's own; `here`: at the place of the person whose twin it is.
    """

    act: str
    repeat: int = 1
    every: int = 60
    by: str | None = None
    here: bool = False


@dataclass(frozen=True, eq=False)
class Twin:
    """An event that looks like a step of the attack and is not: same source, same keys.

    `told_by`: the table that tells it from an attack; nothing where the logs alone do. `updated`:
    of the browser, between the sign-in and the rest.
    """

    id: str
    step: str
    who: str
    acts: tuple[TwinAct, ...]
    times: int
    where: Where = "usual"
    when: Literal["day", "night"] = "day"
    updated: bool = False
    told_by: Table | None = None
    what: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Background:
    """The contents of a background.yaml.

    Where nobody works there (`people`: 0), all that is about people is left out. `sign_ins`: for
    10,000 events; `proxied`, `failed`, `carried`, `updated`: of 1,000 sign-ins; `tried`: by
    strangers, for 1,000 sign-ins; `weekend`, `holidays`: percent of a workday; `kept_longer`: logs
    that go back beyond the month; `moves_to`: networks to which programs move, the last of the
    proxies where it is not said; `mobile`: the networks of phones, the first one's for countries
    that have none.
    """

    middle: str
    days: int
    kept_longer: tuple[str, ...]
    weekend: int
    holidays: dict[str, int]
    people: int = 0
    sign_ins: int = 0
    proxied: int = 0
    failed: int = 0
    tried: int = 0
    carried: int = 0
    updated: int = 0
    networks: dict[str, Network]
    mobile: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    moves_to: tuple[str, ...] = ()
    acts: dict[str, Act]
    roles: dict[str, Role] = field(default_factory=dict)
    rare: tuple[Rare, ...] = ()
    machines: dict[str, Machine]
    twins: dict[str, Twin]
    openings: dict[str, str] = field(default_factory=dict)
    open_hours: int = 24


class NoBackground(LookupError):
    """An error for a case without a background.yaml."""


@cache
def load(case: Incident) -> Background:
    """Return the background of a case.

    Raises NoBackground, or SheetError, which names file and line.
    """
    if case.background is None:
        raise NoBackground(f"The case {case.name} has no background.yaml, so no ordinary traffic.")
    return _read(case.background, case)


def _read(sheet: Row, case: Incident) -> Background:
    must_have_fields(Background, sheet)
    networks = {key: _network(row) for key, row in table(sheet, "networks").items()}
    acts = {key: _act(row, case) for key, row in table(sheet, "acts").items()}
    roles = {key: _role(row, acts) for key, row in _rows(sheet, "roles").items()}
    machines = {
        key: _machine(row, acts, networks, case) for key, row in table(sheet, "machines").items()
    }
    actors = {ANYBODY, *roles, *machines, *case.estate.identities}
    for key in ("proxies", "away", "strangers", "mobile", "moves_to"):
        must_be_among(sheet, key, _names(sheet, key), networks, "network")
    openings = value(sheet, "openings", dict[str, str]) if "openings" in sheet else {}
    must_be_among(sheet, "openings", openings, case.estate.services, "service")
    must_be_among(sheet, "openings", openings.values(), acts, "act")
    _must_be_lived_in(sheet, networks, machines)
    moment(sheet, "middle")
    return build(
        Background,
        sheet,
        networks=networks,
        acts=acts,
        roles=roles,
        machines=machines,
        mobile=_names(sheet, "mobile"),
        rare=tuple(_rare(row, acts, roles) for row in _list(sheet, "rare")),
        twins={key: _twin(row, acts, actors, case) for key, row in table(sheet, "twins").items()},
    )


# What a sheet needs where people work: lists that are not empty, and a mobile network.
OF_PEOPLE = ("proxies", "away", "strangers", "roles", "mobile")


def _list(sheet: Row, key: str) -> tuple[Row, ...]:
    rows: tuple[Row, ...] = value(sheet, key, tuple[Row, ...]) if key in sheet else ()
    return rows


def _rows(sheet: Row, key: str) -> dict[str, Row]:
    return table(sheet, key) if key in sheet else {}


def _names(sheet: Row, key: str) -> tuple[str, ...]:
    """The names under a key, one or several."""
    names: str | tuple[str, ...] = value(sheet, key, str | tuple[str, ...]) if key in sheet else ()
    return (names,) if isinstance(names, str) else names


def _must_be_lived_in(
    sheet: Row, networks: dict[str, Network], machines: dict[str, Machine]
) -> None:
    """Some machine makes what the others leave; where there are people, they live somewhere."""
    if not any(one.fill and one.share > 0 for one in machines.values()):
        raise sheet.error("one machine at least says `fill: true` and has a share", "machines")
    if value(sheet, "days", int) < 1:
        raise sheet.error("days must be at least 1", "days")
    if sheet.get("people", 0) == 0:
        return
    if value(sheet, "people", int) < 1:
        raise sheet.error("people must be at least 1, or left out", "people")
    for key in OF_PEOPLE:
        if not sheet.get(key):
            raise sheet.error(f"{key} needs at least one", key)
    if not any(one.share > 0 for one in networks.values()):
        raise sheet.error("one network at least has a share: people live there", "networks")


def _network(row: Row) -> Network:
    """A network with addresses, in a country that there is."""
    network = build(Network, row)
    must_be_among(row, "country", [network.country], places.countries(), "country")
    known = places.cities_of(network.country)
    must_be_among(row, "cities", network.cities, known, f"city of {network.country} called")
    try:
        network.address(network.size - 1)
        IPv4Address(network.first) + (network.size - 1)
    except (ValueError, ZeroDivisionError) as error:
        raise row.error(f"first: {network.first} and size give no addresses", "first") from error
    if network.size < 1:
        raise row.error("size must be at least 1", "size")
    return network


def _act(row: Row, case: Incident) -> Act:
    """An act whose templates exist, and all of whose words somebody gives."""
    act = build(Act, row, choices=())
    must_be_scopes(row, "scope", [act.scope], case.estate.services)
    if bool(act.lines) == bool(act.one_of):
        raise row.error("an act has `lines`, or says `one_of` which they are")
    some = choices(row, "one_of") if act.one_of else (Variant(act.lines, refused=act.refused),)
    both = tuple(
        replace(one, words=act.words | one.words, over=act.over | one.over) for one in some
    )
    for choice in both:
        for line in choice.lines:
            _must_be_written(row, line, choice)
    return replace(act, choices=both)


def _must_be_written(row: Row, line: str, choice: Variant) -> None:
    """A line has a template for such a request, and somebody gives all of its words."""
    source, _, template = line.partition(".")
    if not is_source(source):
        raise row.error(f"lines: there is no data/telemetry/{source}.yaml", "lines")
    vendor = log_format(source)
    must_be_among(row, "lines", [template], vendor.events, f"event of {source}")
    if not vendor.events[template].fits(not choice.refused):
        raise row.error(f"lines: {line} is not for such a request", "lines")
    must_be_among(row, "lines", choice.over, vendor.base | vendor.denied, f"field of {source}")
    given = FIELDS.keys() | choice.words.keys() | SUBJECT | DERIVED
    asked = vendor.names(template, choice.over) | field_names(list(choice.words.values()))
    if missing := sorted(asked - given):
        raise row.error(f"the template {line} needs words for {', '.join(missing)}")


def _role(row: Row, acts: dict[str, Act]) -> Role:
    role = build(Role, row)
    must_be_among(row, "uses", role.uses, acts, "act")
    return role


def _rare(row: Row, acts: dict[str, Act], roles: dict[str, Role]) -> Rare:
    rare = build(Rare, row)
    must_be_among(row, "act", [rare.act], acts, "act")
    must_be_among(row, "role", [rare.role], {*roles, ANYBODY}, "role")
    return rare


def _machine(
    row: Row, acts: dict[str, Act], networks: dict[str, Network], case: Incident
) -> Machine:
    machine = build(Machine, row)
    must_be_among(row, "act", [machine.act], acts, "act")
    if not (machine.holder or machine.address or machine.from_networks):
        raise row.error("a machine has a holder of the estate, or an address of its own")
    if machine.holder is not None:
        must_be_among(row, "holder", [machine.holder], case.estate.identities, "identity")
    must_be_among(row, "failing", [machine.failing] if machine.failing else [], acts, "act")
    must_be_among(row, "from_networks", machine.from_networks, networks, "network")
    if machine.network is not None:
        must_be_among(row, "network", [machine.network], {*networks, *case.networks}, "network")
    return machine


def _twin(row: Row, acts: dict[str, Act], actors: set[str], case: Incident) -> Twin:
    parts = tuple(build(TwinAct, part) for part in value(row, "acts", tuple[Row, ...]))
    twin = build(Twin, row, acts=parts)
    must_be_among(row, "step", [twin.step], case.ledger.facts, "fact of the ledger called")
    must_be_among(row, "who", [twin.who], actors, "role, identity or machine")
    must_be_among(row, "acts", [part.act for part in parts], acts, "act")
    must_be_among(
        row, "acts", [part.by for part in parts if part.by], actors, "identity or machine"
    )
    if twin.told_by == "changes" and not twin.what:
        raise row.error("a change ticket says what is changed")
    servers = [zone.id for zone in case.estate.zones.values() if zone.inside]
    if twin.where == "server" and not case.addresses.keys() & set(servers):
        raise row.error("where: no zone that is `inside` has an address in the case", "where")
    return twin


def with_networks(case: Incident, sheet: Background) -> Incident:
    """Return the case with the networks of the sheet added to its own."""
    networks = sheet.networks
    return replace(
        case,
        networks=case.networks | {name: one.asn for name, one in networks.items()},
        countries=case.countries | {name: one.country for name, one in networks.items()},
        cities=case.cities | {name: one.cities for name, one in networks.items() if one.cities},
        proxies=(*case.proxies, *(name for name, one in networks.items() if one.proxy)),
    )
