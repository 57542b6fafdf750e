"""Draw the company that every team of a live exercise defends.

It is one working day of its logs, its tables, and what an intruder may do there. Each team gets the
same company and an intruder of its own, so that what one team does changes nothing for another.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from labutils.capstone import incident, lines
from labutils.capstone.incident import Drawn
from labutils.hunt.fields import values_at
from labutils.incident import telemetry
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.campaign import Ask
from labutils.incident.cases import Incident
from labutils.incident.inventory import COMPANY, Credential, Identity, Service
from labutils.incident.log_format import field_names, log_format, merged
from labutils.lab import data_file
from labutils.sheets import Row, read

DAY, HOUR, MINUTE = 86400, 3600, 60  # seconds
USUAL = 240  # minutes of an exercise

Table = list[dict[str, str]]


@cache
def settings() -> Row:
    """Read the delays, prices and words of data/live/live.yaml.

    Raises SheetError, which names the line.
    """
    name = "live/live.yaml"
    return read(name, data_file(name).read_text(encoding="utf-8"))


@dataclass(frozen=True, eq=False)
class LiveEvent:
    """A line of a log.

    `at` and `arrives` are seconds since 1970: when it happened, and when the teams get to see it.
    `who`: the account or token that acted; `costly`: it is written only where the level of the log
    was raised. `step`: what the intruder was doing, nothing where it was somebody else, and
    `using`: with which credential, as acts name it; `twin`: what it was, where it looks like a step
    and is harmless.
    """

    at: int
    arrives: int
    source: str
    text: str
    who: str
    costly: bool = False
    step: str = ""
    twin: str = ""
    using: str = ""

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields of the line."""
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed

    @cached_property
    def lowered(self) -> str:
        """The line's text in lower case, for a search."""
        return f"{self.source} {self.who} {self.headline} {self.text}".lower()

    @cached_property
    def headline(self) -> str:
        """The few fields that a person reads first, and how a login ended."""
        status = self.fields.get("LOGIN_STATUS", "")
        return f"{telemetry.headline(self.source, self.fields)} {status}".strip()

    @cached_property
    def refused(self) -> "LiveEvent | None":
        """The line that a refusal would have left.

        None where its log has no such line.
        """
        denied = log_format(self.source).denied
        if not denied or field_names(denied):
            return None
        text = json.dumps(merged(self.fields, denied))
        return LiveEvent(self.at, self.arrives, self.source, text, self.who, self.costly)

    def comes_from(self, network: IPv4Network | IPv6Network) -> bool:
        """Return whether the line names an address of a network: one address, 256, or a /64."""
        first = str(network.network_address)
        if network.num_addresses == 1:
            return f'"{first}"' in self.text
        begins = first.removesuffix(":") if network.version == 6 else first.removesuffix("0")
        return f'"{begins}' in self.text


def live_event(
    source: str,
    at: int,
    text: str,
    known_as: Callable[[str], str],
    *,
    minutes: int = USUAL,
    step: str = "",
    twin: str = "",
    using: str = "",
) -> LiveEvent:
    """Return a line of a log, with what an exercise of `minutes` has to know of it.

    `at` is in seconds since 1970.
    """
    fields = json.loads(text)
    costly = any(
        set(values_at(fields, path)) & set(some) for path, some in log_format(source).costly.items()
    )
    who = known_as(lines.who(f"{source}:1", fields))
    arrives = at + delay(source, minutes)
    return LiveEvent(at, arrives, source, text, who, costly, step, twin, using)


def scaled(value: int, minutes: int) -> int:
    """Return seconds for a number of minutes in data/live/live.yaml.

    That is for an exercise of 240 minutes, and a shorter one goes faster in everything.
    """
    return MINUTE * value * minutes // USUAL


def delay(source: str, minutes: int) -> int:
    """Return the seconds from an event to its arrival, in an exercise of `minutes`."""
    rows = settings()
    return scaled(int(rows["delays"].get(source, rows["other_delay"])), minutes)


@dataclass(frozen=True)
class InventoryRow:
    """A credential, as the company's inventory lists it."""

    name: str
    account: str
    kind: str
    opens: str


@dataclass(frozen=True, eq=False)
class LiveStep:
    """A step that the intruder may take.

    `part`: way, movement, foothold, loss, silent, or step where a case says no more; `after`: steps
    of which one must have been made; `clock`: the moment at which a case of the past decides it
    (seconds since 1970), None for the present; `is_logged`: some log shows what is done in it;
    `only_tried`: it failed when it happened, and is tried once.
    """

    id: str
    goal: str
    part: str
    routes: tuple[tuple[Ask, ...], ...]
    after: tuple[str, ...] = ()
    symptom: str = ""
    clock: int | None = None
    is_logged: bool = True
    only_tried: bool = False

    @property
    def is_loss(self) -> bool:
        """Whether data is lost in this step, whether or not a log shows it."""
        return self.part in ("loss", "silent")


@dataclass(frozen=True)
class LiveWay:
    """A way in: the credentials that an intruder starts with, and the first steps."""

    id: str
    starts: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LiveCompany:
    """The company that a team defends; see the module.

    `start`: of the exercise, in seconds since 1970; `starts_with`: the credentials that the
    intruder has; `chain`: the steps in the order that the intruder means to keep; `tables`:
    tickets, roster and trips; `facts`: the company in Markdown, as its own people describe it;
    `drawn`: the incident that it comes from, unless that is a case; `ways`: all ways in, of which
    the intruder takes one first; `names`: the account for each name in small letters that only a
    log uses; `spares`: by account of a program, the host on which it runs now and then.
    """

    seed: str
    title: str
    case: Incident
    start: int
    minutes: int
    tables: dict[str, Table] = field(repr=False)
    inventory: tuple[InventoryRow, ...] = field(repr=False)
    steps: dict[str, LiveStep] = field(repr=False)
    chain: tuple[str, ...]
    starts_with: tuple[str, ...]
    facts: str = field(repr=False)
    drawn: Drawn | None = field(default=None, repr=False)
    ordinary: tuple[LiveEvent, ...] = field(default=(), repr=False)
    ways: tuple[LiveWay, ...] = ()
    names: dict[str, str] = field(default_factory=dict, repr=False)
    spares: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def end(self) -> int:
        """The last moment of the exercise, in seconds since 1970."""
        return self.start + MINUTE * self.minutes

    @cached_property
    def listed(self) -> dict[str, InventoryRow]:
        """The inventory, by name."""
        return {row.name: row for row in self.inventory}

    @cached_property
    def accounts(self) -> frozenset[str]:
        """All accounts, of people and of programs."""
        people = {row["account"] for row in self.tables["roster"]}
        return frozenset(people | {row.account for row in self.inventory})

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """The accounts of the programs that have an owner, in order."""
        of_people = ("session", "security key", "key", "profile")
        people = {row["account"] for row in self.tables["roster"]}
        names = {row.account for row in self.inventory if row.kind not in of_people}
        return tuple(sorted(names - people))

    @cached_property
    def made(self) -> dict[str, tuple[str, str]]:
        """What the intruder may make or be given, by its name in the model.

        Each has its name in a report, and the account that it belongs to.
        """
        if self.drawn is None:
            return self._made_in_a_case()
        words, robot = self.drawn.words, f"{self.drawn.company.words['reports']}-robot"
        victim, newcomer = words["victim"], words["newcomer"]
        return {
            newcomer: (f"account {newcomer}", newcomer),
            "second-key": (f"key of {robot}", robot),
            "second-factor": (f"factor of {victim}", victim),
            "new-session": (f"session of {victim}", victim),
            "victim-mail-grant": (f"grant of {victim}", victim),
        }

    def _made_in_a_case(self) -> dict[str, tuple[str, str]]:
        """What nobody at the company issued: accounts by their name, the rest as a program of the
        account whose request brought it in."""
        makers = {
            given: self.account_of(self.case.estate.credentials[ask.using])
            for step in self.steps.values()
            for route in step.routes
            for ask in route
            for given in self.case.estate.services[ask.service].gives.get(ask.action, ())
        }
        found: dict[str, tuple[str, str]] = {}
        for one in self.case.estate.credentials.values():
            if one.given_out or one.kind == "data":
                continue
            account = one.holder.account or one.holder.name
            is_account = one.kind == "password"
            maker = makers.get(one.id, account)
            found[one.id] = (f"account {account}" if is_account else f"program of {maker}", account)
        return found

    def reaches(self, service: Service) -> bool:
        """Return whether acts of the team hold at a service.

        They do at the company's own, and at any whose log the team reads.
        """
        return service.org == COMPANY or service.audit in self.case.sources

    def name_of(self, held: Credential) -> str:
        """Return what an act calls a credential."""
        if not held.given_out and held.kind != "data":
            return self.made[held.id][0] if held.id in self.made else held.id
        if self.drawn:
            name = incident.inventory_name(self.drawn, held.id)
            return self.made[held.id][0] if held.id in self.made else name
        return f"session of {self.account_of(held)}" if held.kind == "session" else held.id

    def account_of(self, held: Credential) -> str:
        """Return the account that a credential belongs to."""
        if self.drawn and held.id in self.made:
            return self.made[held.id][1]
        return held.holder.account or held.holder.name

    def signs(self, held: Credential) -> Identity:
        """Return the identity that a log shows for a credential.

        What was made from an account has the account's identity.
        """
        if self.drawn is None or held.id not in self.made:
            return held.holder
        account = self.made[held.id][1]
        identities = self.case.estate.identities.values()
        return next(one for one in identities if account in (one.account, one.name))

    def elsewhere(self, number: int, whose: str = "move") -> str:
        """Return another address of the intruder's, from number 1 on, or of somebody else's.

        The first is in the networks that programs are moved to, the next ones in those of hotels
        and telephones, where colleagues are too.
        """
        sheet, dice = background.load(self.case), Dice(f"{self.seed}/live/{whose}/{number}")
        roaming = [*sheet.away, *sheet.mobile]
        names = (sheet.moves_to or sheet.proxies) if number == 1 else roaming or sheet.proxies
        network = sheet.networks[dice.pick(list(names))]
        return network.address(dice.below(network.size))

    def known_as(self, who: str) -> str:
        """Return an account's name in the inventory."""
        return self.names.get(who, who)

    def account_behind(self, who: str) -> str:
        """Return the account of an account or a credential, in any spelling."""
        return self._accounts_by_name.get(who.lower(), who)

    @cached_property
    def _accounts_by_name(self) -> dict[str, str]:
        found = dict(self.names)
        found |= {account.lower(): account for account in self.accounts}
        found |= {row.name.lower(): row.account for row in self.inventory}
        return found

    @cached_property
    def of_the_story(self) -> frozenset[str]:
        """The accounts, in small letters, with which an intruder may do anything here."""
        asks = [ask for step in self.steps.values() for route in step.routes for ask in route]
        used = {self.case.estate.credentials[ask.using] for ask in asks}
        return frozenset(self.account_of(one).lower() for one in used)

    @cached_property
    def signs_as(self) -> dict[str, frozenset[str]]:
        """The names in lines for each credential of the inventory, and for each account."""
        names: dict[str, set[str]] = {}
        for row in self.inventory:
            is_token = row.kind == "service-token"
            names.setdefault(row.name, set()).add(row.name if is_token else row.account)
            names.setdefault(row.account, set()).update({row.account, row.name})
        for called, account in self.names.items():
            names.setdefault(account, set()).add(called)
        return {name: frozenset(one.lower() for one in some) for name, some in names.items()}

    @cached_property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The addresses from which each account usually works."""
        own = {one.holder.name: one.holder.places for one in self.case.estate.credentials.values()}
        own |= {
            self.account_of(one): one.holder.places
            for one in self.case.estate.credentials.values()
            if one.given_out
        }
        people = {row["account"]: tuple(row["places"].split()) for row in self.tables["roster"]}
        machines = {
            one.id: (one.address,)
            for one in background.load(self.case).machines.values()
            if one.address and not one.holder
        }
        return people | machines | own
