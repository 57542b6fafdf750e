"""Change the attacker of an incident, to test rules that were written for the first one.

Each function gives a changed case. Outcomes come from policy.decide, as ever: play it and see.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from labutils.incident import agents, cases, names
from labutils.incident.background.sheet import Network
from labutils.incident.breach import foresee
from labutils.incident.campaign import Campaign, Plan
from labutils.incident.cases import Incident
from labutils.incident.inventory import Credential
from labutils.incident.policy import DAY, World
from labutils.incident.telemetry import holder_uuid
from labutils.lab import iso, seconds
from labutils.sheets import Row, build

# --- other addresses, agents and names ----------------------------------------------------------

PROGRAMS = ("Wget/1.21.4", "python-requests/2.31.0", "Go-http-client/1.1")
APPLICATIONS = ("calendar", "payroll", "surveys", "invoices", "travel", "newsletter", "badges")
LONG = 10  # requests in a row, from which on their number is worth drawing anew
FAMILIES = ("fairbank", "holloway", "penrose", "winslow", "ashby", "langley", "marlowe")


def with_other_names(case: str | Path, seed: str) -> Incident:
    """Return the case with another attacker: other addresses, agents, stolen accounts and loot.

    What a company chooses for good stays: its own addresses, its services, and its groups.
    """
    renamed = _Names(cases.sheets_of(case), random.Random(f"{seed}/names"))
    return cases.read_case(Path(case).name, renamed.sheets(seed))


class _Origin(NamedTuple):
    """Where an attacker comes from."""

    address: str
    system: int
    country: str
    cities: tuple[str, ...]


class _Names:
    """The sheets of a case, with another name for each of its names."""

    def __init__(self, sheets: Mapping[str, Row], dice: random.Random):
        self.before, self.dice = sheets, dice
        estate, case = sheets["estate"], sheets["case"]
        outside = next(row["id"] for row in estate["zones"] if row.get("default"))
        self.address = case["addresses"][outside]["ip"]
        self.network = self._network(case["networks"][outside])
        self.addresses = {self.address: self.network.address} | self._other_hosts()
        self.holders = self._holders(estate["identities"])
        self.numbers = self._numbers(estate["identities"])
        self.accounts = {
            row[key]: self._account(row, key)
            for row in estate["identities"]
            for key in ("name", "account")
            if key in row
        }
        self.credentials: dict[str, str] = {}
        for row in estate["credentials"]:
            self.credentials[row["id"]] = self._credential(row)

    def _network(self, system: int) -> _Origin:
        """One of those that people come from who are not at home; else a neighbour's address."""
        if "background" in self.before:
            sheet = self.before["background"]
            others = [row for row in sheet["networks"] if row["id"] in _visited(sheet)]
            others = [row for row in others if self._is_outside(row["first"])]
            row = self.dice.choice([row for row in others if row["asn"] != system])
            network = build(Network, row)
            address = network.address(self.dice.randrange(network.size))
            return _Origin(address, network.asn, network.country, network.cities)
        before, _, host = self.address.rpartition(".")
        other = self.dice.choice([number for number in range(100, 255) if str(number) != host])
        return _Origin(f"{before}.{other}", system, "US", ())

    def _is_outside(self, address: str) -> bool:
        """Whether an address belongs to no zone in particular."""
        zones = self.before["estate"]["zones"]
        prefixes = [row["prefix"] for row in zones if "prefix" in row and not row.get("default")]
        return not address.startswith(tuple(prefixes))

    def _other_hosts(self) -> dict[str, str]:
        """Another address in the same zone for each further one that the attacker comes from."""
        origins = {
            ask["origin"]
            for step in self.before["campaign"]["steps"]
            for route in step["routes"]
            for ask in route
            if "origin" in ask
        }
        hosts = {}
        for row in self.before["estate"]["zones"]:
            address = self.before["case"]["addresses"].get(row["id"], {}).get("ip", "")
            if row["id"] in origins and "prefix" in row and not row.get("inside"):
                network = address.rpartition(".")[0]
                others = [f"{network}.{number}" for number in range(1, 255)]
                free = [one for one in others if one.startswith(row["prefix"]) and one != address]
                hosts[address] = self.dice.choice(free)
        return hosts

    def _holders(self, rows: list[Row]) -> dict[str, str]:
        """Another id for each identity that has a name of its own, and not that of a role."""
        programs = self.dice.sample(APPLICATIONS, len(APPLICATIONS))
        families = self.dice.sample(FAMILIES, len(FAMILIES))
        holders = {row["id"]: row["id"] for row in rows}
        for row in rows:
            if row["kind"] == "service" and programs:
                holders[row["id"]] = programs.pop()
            elif _is_called(row) and families:
                holders[row["id"]] = f"{self.dice.choice('aemrs')}-{families.pop()}"
        return holders

    def _numbers(self, rows: list[Row]) -> dict[int, int]:
        """Another number for each that a log names an identity by: below those of the staff."""
        before = [row["number"] for row in rows if "number" in row]
        return dict(zip(before, self.dice.sample(range(4000, 11000), len(before)), strict=True))

    def _account(self, row: Row, key: str) -> str:
        """Another name, or account, for an identity: its id is a part of it, perhaps written with
        dots. An account that is called otherwise gets its holder's new id."""
        before, after = row["id"], self.holders[row["id"]]
        dotted = {before.replace("-", "."): after.replace("-", ".")}
        renamed = _renamed(row[key], {before: after} | dotted)
        if key == "account" and renamed == row[key] and after != before:
            return after.replace("-", ".") if "." in row[key] else after
        return renamed

    def _credential(self, row: Row) -> str:
        holder = self.holders[row["holder"]]
        renamed = _renamed(row["id"], {row["holder"]: holder})
        if renamed != row["id"] or row["kind"] != "service-token":
            return renamed
        names = chain([f"{holder}-token"], (f"{holder}-token-{number}" for number in count(2)))
        return next(name for name in names if name not in self.credentials.values())

    def sheets(self, seed: str) -> dict[str, Row]:
        """All sheets, renamed."""
        after = dict(self.before)
        after["campaign"] = changed(self.before["campaign"], self._whole)
        after["estate"] = changed(self.before["estate"], self._of_estate)
        for row in after["estate"]["identities"]:
            row["id"] = self.holders[row["id"]]
            if "number" in row:
                row["number"] = self.numbers[row["number"]]
        for row in after["estate"]["credentials"]:
            row["holder"] = self.holders[row["holder"]]
        after["case"] = self._case(seed)
        if "background" in self.before:
            after["background"] = self._background()
        if "placeholders" in self.before:
            after["placeholders"] = changed(self.before["placeholders"], self._whole)
        return after

    def _case(self, seed: str) -> Row:
        sheet: Row = changed(self.before["case"], self._address)
        rows = sheet["addresses"]
        theirs = [zone for zone, row in rows.items() if row["ip"] == self.network.address]
        other = self._agents({rows[zone]["agent"] for zone in (*theirs, *self._footholds())})
        for row in rows.values():
            row["agent"] = other.get(row["agent"], row["agent"])
        countries = sheet.get("countries", {}) | dict.fromkeys(theirs, self.network.country)
        sheet["countries"] = Row(countries, file=sheet.file)
        cities = sheet.get("cities", {}) | dict.fromkeys(theirs, list(self.network.cities))
        sheet["cities"] = Row(cities, file=sheet.file)
        sheet["networks"][theirs[0]] = self.network.system
        for row in sheet["logs"]:
            if "words" in row:
                words = changed(row["words"], self._word)
                line = f"{row['source']}.{row['template']}"
                row["words"] = words | self._other_words(line, row["words"])
        sheet["names_seed"] = f"{seed}/names"
        return sheet

    def _other_words(self, line: str, before: Mapping[str, str]) -> dict[str, str]:
        """For a line such as `support.files-tab-download`: other words than before, of those that
        ordinary traffic has there, too. Groups and addresses are the company's."""
        sheet, other = self.before.get("background", Row()), {}
        groups = self.before["estate"].get("groups", [])

        def stays(word: object) -> bool:
            return word in groups or bool(re.fullmatch(r"[\d.]+", str(word)))

        for act in sheet.get("acts", []):
            for key, some in act.get("words", {}).items() if line in act.get("lines", ()) else ():
                if isinstance(some, list) and before.get(key) in some and not stays(before[key]):
                    other[key] = self.dice.choice([one for one in some if one != before[key]])
        return other

    def _footholds(self) -> list[str]:
        """The zones in which the attacker's own programs run."""
        return [row["id"] for row in self.before["estate"]["zones"] if row.get("foothold")]

    def _background(self) -> Row:
        sheet: Row = changed(self.before["background"], str)
        for row in (*sheet["machines"], *sheet["twins"]):
            for part in (row, *row.get("acts", ())):
                for key in ("holder", "who", "by"):
                    if key in part:
                        part[key] = self.holders.get(part[key], part[key])
        return sheet

    def _agents(self, before: set[str]) -> dict[str, str]:
        """Another agent for each: a browser that people use for a browser, a program for a
        program."""
        after: dict[str, str] = {}
        sheet = self.before.get("background", Row())
        browsers = agents.common(seconds(sheet.get("middle") or self.before["case"]["start"]))
        for choices, are_browsers in ((browsers, True), (list(PROGRAMS), False)):
            known = {_without_version(agent) for agent in before}
            free = [agent for agent in choices if _without_version(agent) not in known]
            for agent in sorted(before):
                if agent.startswith("Mozilla") == are_browsers:
                    after[agent] = free.pop(self.dice.randrange(len(free)))
        return after

    def _whole(self, text: str) -> str:
        """The name of a credential, where a text is one."""
        return self.credentials.get(text, text)

    def _of_estate(self, text: str) -> str:
        return self._address(self.accounts.get(text, self._whole(text)))

    def _word(self, text: str) -> str:
        """What a log is told to write, wherever it names an account."""
        uuids = {holder_uuid(old): holder_uuid(new) for old, new in self.holders.items()}
        full_names = {
            names.full_name(old): names.full_name(new)
            for old, new in self.accounts.items()
            if "." in old
        }
        text = _renamed(text, self.holders | self.accounts | uuids | full_names)
        return re.sub(r"\d{4,}", self._number, text)

    def _number(self, match: re.Match[str]) -> str:
        return str(self.numbers.get(int(match[0]), match[0]))

    def _address(self, text: str) -> str:
        return self.addresses.get(text, text)


def _is_called(row: Row) -> bool:
    """Whether logs call a person, or an intruder, by a first letter and a name."""
    name = {"person": row.get("account", ""), "intruder": row["name"]}.get(row["kind"], "")
    return "." in name


def _visited(sheet: Row) -> set[str]:
    """The networks of a background that nobody calls home."""
    return {*sheet["proxies"], *sheet["away"]}


def _without_version(agent: str) -> str:
    return re.sub(r"[\d.]+", "", agent)


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return a sheet, or a part of one, with each text changed and its keys unchanged."""
    if isinstance(value, Row):
        pairs = {key: changed(item, change) for key, item in value.items()}
        return Row(pairs, file=value.file, line=value.line, lines=value.lines)
    if isinstance(value, list):
        return [changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """A text with these names in it replaced where they stand as words; a capital stays one."""
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    pattern = rf"(?<![A-Za-z0-9])({'|'.join(longest_first)})(?![A-Za-z0-9])"

    def other(match: re.Match[str]) -> str:
        name = names.get(match[1]) or names.get(match[1].lower(), match[1])
        return name.capitalize() if match[1][0].isupper() and " " not in match[1] else name

    return re.sub(pattern, other, text, flags=re.IGNORECASE)


# --- other counts, and a list with others on it ---------------------------------------------------


def with_other_counts(case: Incident, seed: str) -> Incident:
    """Return the case with the same steps and other numbers of requests in its long rows.

    Each number is from half of what it was to that of the longest harmless row beside it, so that
    no number and no limit gives them away. Where nothing harmless is half as long, it may be
    longer, too.
    """
    dice = random.Random(f"{seed}/counts")
    theirs: dict[str, list[int]] = {}
    for twin in (case.background or Row()).get("twins", []):
        rows = [act["repeat"] for act in twin["acts"] if act.get("repeat", 1) >= LONG]
        theirs.setdefault(twin.get("step", ""), []).extend(rows)

    def other(plan: Plan) -> Plan:
        drawn: dict[int, int] = {}  # by the length before: each way to the same loss takes as much
        for ask in chain.from_iterable(plan.routes):
            if ask.repeat >= LONG and ask.repeat not in drawn:
                half, longest = (
                    max(LONG, ask.repeat // 2),
                    max(theirs.get(plan.fact, ()), default=0),
                )
                ends = half, longest if longest >= half else 2 * ask.repeat - half
                drawn[ask.repeat] = dice.randint(*ends)
        routes = (
            tuple(replace(ask, repeat=drawn.get(ask.repeat, ask.repeat)) for ask in route)
            for route in plan.routes
        )
        return replace(plan, routes=tuple(routes))

    steps = tuple(map(other, case.campaign.steps))
    return replace(case, campaign=replace(case.campaign, steps=steps))


def with_honest_ones_listed(case: Incident, seed: str) -> Incident:
    """Return the case with innocent service tokens added to each list of service tokens.

    Nobody stole the tokens that are added, so being on a list proves nothing.
    """
    dice, credentials = random.Random(f"{seed}/listed"), case.estate.credentials
    honest = [row["id"] for row in _tokens_of_machines(case)]

    def longer(values: tuple[str, ...]) -> tuple[str, ...]:
        kinds = {credentials[one].kind if one in credentials else "" for one in values}
        if kinds != {"service-token"}:
            return values
        listed = [*values, *dice.sample(honest, min(len(honest), 3))]
        return tuple(dice.sample(listed, len(listed)))

    lists = {name: longer(values) for name, values in case.placeholders.items()}
    return replace(case, placeholders=lists)


def _tokens_of_machines(case: Incident) -> list[Row]:
    """The machines of the background that have a token of their own, and use it often."""
    machines = (case.background or Row()).get("machines", [])
    return [
        row
        for row in machines
        if row["id"].endswith("-token") and row.get("share", 0) > 0 and "holder" not in row
    ]


# --- other order, pace and days ------------------------------------------------------------------


def with_other_order(case: Incident, seed: str) -> Incident:
    """Return the case with the steps after the longest pause in another order.

    Each step still ends as before.
    """
    campaign, begin = case.campaign, _after_the_pause(case)
    dice, world = random.Random(f"{seed}/order"), World.historical(case)
    times = [_begin(case, plan) for plan in campaign.steps]
    before = _outcomes(case, world, campaign)
    for _ in range(4 * len(campaign.steps)):
        first = dice.randrange(begin, len(campaign.steps) - 1)
        swapped = _swapped(campaign, first, times)
        if _outcomes(case, world, swapped) == before:
            campaign = swapped
    return replace(case, campaign=campaign)


def with_half_the_pace(case: Incident) -> Incident:
    """Return the case at half the pace after its longest pause.

    There is twice the time between steps, and between the requests of one.
    """
    begin = _after_the_pause(case)
    start = seconds(_begin(case, case.campaign.steps[begin]))

    def slower(plan: Plan) -> Plan:
        moved = _moved(case, plan, lambda time: 2 * time - start)
        routes = (tuple(replace(ask, every=2 * ask.every) for ask in one) for one in moved.routes)
        return replace(moved, routes=tuple(routes))

    steps = (*case.campaign.steps[:begin], *map(slower, case.campaign.steps[begin:]))
    return replace(case, campaign=replace(case.campaign, steps=steps))


def with_other_days(case: Incident, seed: str) -> Incident:
    """Return the case one to five days earlier, so that no date of the report fits.

    All before the campaign's longest pause moves by one number of days, all after it by another.
    """
    dice = random.Random(f"{seed}/days")
    early, late = (dice.randint(1, 5) * DAY for _ in range(2))
    end_of_pause = seconds(_begin(case, case.campaign.steps[_after_the_pause(case)]))

    def move(time: int) -> int:
        return time - (early if time < end_of_pause else late)

    campaign = replace(
        case.campaign,
        steps=tuple(_moved(case, plan, move) for plan in case.campaign.steps),
        scenes=tuple(replace(one, time=move(one.time)) for one in case.campaign.scenes),
    )
    credentials = {name: _of_other_days(c, move) for name, c in case.estate.credentials.items()}
    estate = replace(case.estate, credentials=credentials)
    return replace(case, campaign=campaign, estate=estate)


def _of_other_days(one: Credential, move: Callable[[int], int]) -> Credential:
    """A credential with all its moments moved."""

    def moved(time: int | None) -> int | None:
        return None if time is None else move(time)

    return replace(
        one,
        issued=moved(one.issued),
        expires=moved(one.expires),
        exposed=moved(one.exposed),
        noticed=moved(one.noticed),
        rotated=moved(one.rotated),
    )


def _moved(case: Incident, plan: Plan, move: Callable[[int], int]) -> Plan:
    """A step at other times (seconds since 1970), with its requests."""
    routes = (
        tuple(replace(ask, at=ask.at and iso(move(seconds(ask.at)))) for ask in route)
        for route in plan.routes
    )
    begins = iso(move(seconds(_begin(case, plan))))
    return replace(plan, assumed_time=begins, routes=tuple(routes))


def _begin(case: Incident, plan: Plan) -> str:
    """When a step begins, as breach.CampaignRun reads it."""
    return plan.assumed_time or case.ledger.facts[plan.fact].time or ""


def _after_the_pause(case: Incident) -> int:
    """The place of the first step after the longest pause of a campaign."""
    times = [seconds(_begin(case, plan)) for plan in case.campaign.steps]
    pauses = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    return pauses.index(max(pauses)) + 1


def _outcomes(case: Incident, world: World, campaign: Campaign) -> dict[str, str]:
    return {step.fact: step.outcome for step in foresee(world, case=case, thief=campaign)}


def _swapped(campaign: Campaign, first: int, times: list[str]) -> Campaign:
    """Two steps that follow each other, the other way round; each begins when the other did."""
    steps = list(campaign.steps)
    steps[first], steps[first + 1] = steps[first + 1], steps[first]
    for place in (first, first + 1):
        steps[place] = replace(steps[place], assumed_time=times[place])
    return replace(campaign, steps=tuple(steps))


# --- other knowledge ----------------------------------------------------------------------------


def who_holds(case: Incident, credentials: Iterable[str]) -> Incident:
    """Return the case with an attacker who also starts with these credentials."""
    held = tuple(dict.fromkeys((*case.campaign.start_with, *credentials)))
    return replace(case, campaign=replace(case.campaign, start_with=held))


# --- other routes -------------------------------------------------------------------------------


def with_other_routes(case: Incident) -> Incident:
    """Return the case with an attacker who uses a service token only where there is no alternative.

    What needs one, and has no other way, is not tried. Where little would be left, the attacker
    stays as before.
    """
    credentials = case.estate.credentials

    def without_token(plan: Plan) -> Plan:
        routes = [
            route
            for route in plan.routes
            if all(credentials[ask.using].kind != "service-token" for ask in route)
        ]
        return replace(plan, routes=tuple(routes))

    steps = tuple(plan for plan in map(without_token, case.campaign.steps) if plan.routes)
    if 2 * len(steps) < len(case.campaign.steps):
        return case
    return replace(case, campaign=replace(case.campaign, steps=steps))
