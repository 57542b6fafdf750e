"""Load an incident from a folder, and check its files against one another.

The files are facts, estate, campaign and case.yaml. `load` takes the name of a folder of
data/cases/, or a path to one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, TypeVar, get_args

from labutils.hunt.sources import learn
from labutils.incident import COURSE as COURSE
from labutils.incident import places
from labutils.incident.campaign import Campaign, read_campaign
from labutils.incident.inventory import (
    COMPANY,
    Control,
    Estate,
    Kind,
    controls,
    must_be_a_switch,
    must_be_scopes,
    read_estate,
)
from labutils.incident.ledger_schema import Ledger, read_ledger
from labutils.incident.log_format import (
    FIELDS,
    NOT_PERMITTED,
    OTHER,
    fields_in,
    is_source,
    log_format,
)
from labutils.lab import data_file
from labutils.sheets import (
    Row,
    SheetError,
    build,
    keys_must_be_among,
    moment,
    must_be_among,
    must_have_fields,
    read,
    table,
    value,
)


class UnknownCase(LookupError):
    """An error for a name that no folder of data/cases/ has; the sentence lists them."""


@dataclass(frozen=True)
class Address:
    """The address that requests of a zone come from, and the user agent of the program there."""

    ip: str
    agent: str


@dataclass(frozen=True)
class Watch:
    """An alarm's condition: requests to these scopes that are allowed, or that are denied.

    With `away`, only requests from an address that the account does not work from count. `at_least`
    is, by scope, how many requests in a row it takes; one if it is not given.
    """

    scopes: tuple[str, ...]
    raised_by: Literal["allowed", "denied"]
    away: bool = False
    at_least: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Safeguard:
    """The requests that a control stops, by scope, and the reason that is given."""

    scopes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, eq=False)
class LogEntry:
    """The log that holds a request, and the vendor's template for it.

    `kinds`: of credentials; of all where none is named. `words`: what the template asks for beyond
    log_format.FIELDS; a text may itself have such fields in braces. `reached`: only a request that
    came as far as the service (true), or only one that the network refused (false). `modelled`:
    what the row adds to what is known, as a sentence.
    """

    scopes: tuple[str, ...]
    source: str
    template: str
    kinds: tuple[Kind, ...] = ()
    words: dict[str, str | int] = field(default_factory=dict)
    reached: bool | None = None
    modelled: str = ""

    def holds(self, scope: str, kind: str | None, reached: bool) -> bool:
        """Return whether a request for this scope, with this kind of credential, is logged here."""
        return (
            scope in self.scopes
            and (not self.kinds or kind in self.kinds)
            and (self.reached is None or self.reached == reached)
        )


@dataclass(frozen=True)
class Export:
    """The texts that an ATT&CK Navigator layer and an Attack Flow of this case carry.

    `label` is part of the flow's identifiers; `written` is an ISO 8601 moment.
    """

    name: str
    label: str
    written: str
    layer: str
    flow: str


@dataclass(frozen=True, eq=False)
class Incident:
    """An incident. `historical`: the value of each control that applies to it; `losses`: by a short
    name, the step (a fact) in which something is lost; `meanings`: what a
    control means here, where the words of data/controls.yaml are wider; `domains`: by organisation,
    where its people have accounts; `carried`: by kind of credential, the header in which one
    travels, where that is not the usual one; `networks`: by zone, the number of its autonomous
    system;
    `countries`: by zone, in two letters, US where it is not said; `cities`: by zone, those of
    data/places.yaml, any of its country where it is not said; `proxies`: zones known as proxies
    or VPNs; `names_seed`: of the names of repositories, pages and tickets; `start` (ISO 8601):
    before anything happened; `background`: the sheet of ordinary traffic, where there is one;
    `placeholders`: the lists that the company fills in, for Sigma rules that ask for one."""

    name: str
    start: str
    addresses: dict[str, Address]
    networks: dict[str, int]
    domains: dict[str, str]
    historical: dict[str, bool | int]
    watches: dict[str, Watch]
    safeguards: dict[str, Safeguard]
    logs: tuple[LogEntry, ...]
    export: Export
    estate: Estate
    ledger: Ledger
    campaign: Campaign
    background: Row | None = field(default=None, repr=False)
    placeholders: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    names_seed: str = ""
    meanings: dict[str, str] = field(default_factory=dict)
    losses: dict[str, str] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    cities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    proxies: tuple[str, ...] = ()

    @cached_property
    def controls(self) -> dict[str, Control]:
        """The controls that apply, by id, in the case's own words.

        They are in the order of data/controls.yaml.
        """
        apply = {name: one for name, one in controls().items() if name in self.historical}
        return {
            name: replace(one, meaning=self.meanings.get(name, one.meaning))
            for name, one in apply.items()
        }

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The logs that are kept, in the order of case.yaml, then of the services."""
        named = [entry.source for entry in self.logs]
        for service in self.estate.services.values():
            named += service.sources
        return tuple(dict.fromkeys(named))

    @cached_property
    def watches_by_scope(self) -> dict[str, list[tuple[str, Watch]]]:
        """The alarms that watch each service:action, each with its control."""
        return _by_scope(self.watches)

    @cached_property
    def safeguards_by_scope(self) -> dict[str, list[tuple[str, Safeguard]]]:
        """The safeguards on each service:action, each with its control."""
        return _by_scope(self.safeguards)


Scoped = TypeVar("Scoped", Watch, Safeguard)


def _by_scope(entries: dict[str, Scoped]) -> dict[str, list[tuple[str, Scoped]]]:
    by_scope: dict[str, list[tuple[str, Scoped]]] = {}
    for control, entry in entries.items():
        for scope in entry.scopes:
            by_scope.setdefault(scope, []).append((control, entry))
    return by_scope


# The name of a folder of data/cases/, a path to a folder, or a case that is loaded.
CaseName = str | Path | Incident


def load(case: CaseName = COURSE) -> Incident:
    """Return a case, which is read only once.

    Raises UnknownCase for an unknown name, and SheetError, which names file and line, for a fault.
    """
    if isinstance(case, Incident):
        return case
    return _read(case if _is_name(case) else Path(case))


def _is_name(case: str | Path) -> bool:
    return isinstance(case, str) and Path(case).name == case


@cache
def _read(case: str | Path) -> Incident:
    return read_case(Path(case).name, sheets_of(case))


def sheets_of(case: str | Path = COURSE) -> dict[str, Row]:
    """Return the raw sheets of a case, by its name or from a folder. Raises as `load` does."""
    if _is_name(case) and not data_file(f"cases/{case}/case.yaml").is_file():
        there = sorted(path.name for path in data_file("cases").iterdir() if path.is_dir())
        raise UnknownCase(
            f"There is no case {case!r} in data/cases. There is: {', '.join(there)}. "
            "A path to a folder works too."
        )
    folder = data_file(f"cases/{case}") if _is_name(case) else Path(case)
    learn(folder / "telemetry")  # its own sources of logs, if it has some
    names = [*SHEETS, *(name for name in MORE_SHEETS if (folder / f"{name}.yaml").is_file())]
    if _is_name(case):
        return {name: read(f"cases/{case}/{name}.yaml") for name in names}
    return {name: read(folder / f"{name}.yaml") for name in names}


# --- reading a case -----------------------------------------------------------------------------

SHEETS = ("case", "facts", "estate", "campaign")
MORE_SHEETS = ("background", "placeholders")  # that a case may have, for its ordinary traffic


def read_case(name: str, sheets: dict[str, Row]) -> Incident:
    """Build a case from its sheets. Raises SheetError, which names file and line."""
    sheet = sheets["case"]
    must_have_fields(Incident, sheet, ("name", "estate", "ledger", "campaign", *MORE_SHEETS))
    estate, ledger = read_estate(sheets["estate"]), read_ledger(sheets["facts"])
    addresses = _addresses(sheet, estate)
    campaign = read_campaign(sheets["campaign"], estate, ledger, frozenset(addresses))
    export = build(Export, value(sheet, "export", Row))
    case = build(
        Incident,
        sheet,
        name=name,
        addresses=addresses,
        historical=_historical(sheet),
        watches=_by_control(sheet, "watches", Watch, estate),
        safeguards=_by_control(sheet, "safeguards", Safeguard, estate),
        logs=tuple(_log_entry(row, estate) for row in value(sheet, "logs", tuple[Row, ...])),
        export=export,
        estate=estate,
        ledger=ledger,
        campaign=campaign,
        background=sheets.get("background"),
        placeholders=_placeholders(sheets.get("placeholders", Row())),
    )
    moment(sheet, "start")
    must_be_among(sheet, "countries", case.countries.values(), places.countries(), "country")
    for some in case.cities.values():
        must_be_among(sheet, "cities", some, places.cities(), "city")
    _must_have_networks(sheet, case)
    _must_have_domains(sheets, case)
    _must_apply(sheets, case)
    steps = {fact.id for fact in ledger.steps}
    must_be_among(sheet, "losses", case.losses.values(), steps, "step of the ledger called")
    if "carried" in sheet:
        keys_must_be_among(sheet["carried"], "carried", get_args(Kind), "kind of credential")
    _must_have_formats(sheets["estate"], case)
    return case


def _placeholders(sheet: Row) -> dict[str, tuple[str, ...]]:
    return {name: value(sheet, name, tuple[str, ...]) for name in sheet}


def _addresses(sheet: Row, estate: Estate) -> dict[str, Address]:
    rows = value(sheet, "addresses", dict[str, Row])
    keys_must_be_among(rows, "addresses", estate.zones, "zone")
    if estate.default_zone.id not in rows:
        raise sheet.error(
            f"addresses needs {estate.default_zone.id}, where requests come from by default",
            "addresses",
        )
    return {zone: build(Address, row) for zone, row in rows.items()}


def _historical(sheet: Row) -> dict[str, bool | int]:
    """The value of each control that applies, of the kind that data/controls.yaml gives it."""
    row = value(sheet, "historical", Row)
    keys_must_be_among(row, "historical", controls(), "control")
    for name in row:
        value(row, name, type(controls()[name].value))
    return dict(row)


def _must_apply(sheets: dict[str, Row], case: Incident) -> None:
    """Whatever a case says of a control, it says of one that applies to it."""
    for row, key, name in _named_controls(sheets):
        if name not in case.historical:
            raise row.error(
                f"{key}: {name} does not apply to this case; give it a value under `historical`",
                key,
            )


def _named_controls(sheets: dict[str, Row]) -> Iterator[tuple[Row, str, str]]:
    """Each control that a case names outside `historical`, with its row and key."""
    for table_name, keys in _NAMING_CONTROLS.items():
        for row in table(sheets["estate"], table_name).values():
            for key in keys:
                named = row.get(key) or ()
                yield from (
                    (row, key, name) for name in ([named] if isinstance(named, str) else named)
                )
    for key in ("watches", "safeguards", "meanings"):
        for name in sheets["case"].get(key, ()):
            yield sheets["case"][key], name, name


# The keys of an estate's rows that name controls.
_NAMING_CONTROLS = {
    "zones": ("access_list",),
    "credentials": ("binds", "excess"),
    "services": ("audit_control",),
}


def _by_control(sheet: Row, key: str, kind: type[Scoped], estate: Estate) -> dict[str, Scoped]:
    """What `watches` or `safeguards` says, control by control."""
    entries = {}
    for control, row in value(sheet, key, dict[str, Row]).items():
        must_be_a_switch(row, key, [control])
        entries[control] = build(kind, row)
        must_be_scopes(row, "scopes", entries[control].scopes, estate.services)
        in_a_row, scopes = row.get("at_least", ()), entries[control].scopes
        must_be_among(row, "at_least", in_a_row, scopes, "scope of this alarm")
    return entries


def _log_entry(row: Row, estate: Estate) -> LogEntry:
    """A row of `logs` whose template exists, and which has all the words that the template asks
    for."""
    entry = build(LogEntry, row)
    must_be_scopes(row, "scopes", entry.scopes, estate.services)
    if not is_source(entry.source):
        raise row.error(f"source: there is no data/telemetry/{entry.source}.yaml", "source")
    vendor = log_format(entry.source)
    must_be_among(row, "template", [entry.template], vendor.events, f"event of {entry.source}")
    asked = vendor.names(entry.template)
    if missing := sorted(asked - FIELDS.keys() - entry.words.keys()):
        raise row.error(
            f"the template {entry.template} of {entry.source} needs words for {', '.join(missing)}"
        )
    if unused := sorted(entry.words.keys() - asked):
        raise row.error(
            f"words: the template {entry.template} of {entry.source} does not ask for {unused[0]}",
            "words",
        )
    must_be_among(row, "words", fields_in(row, "words", entry.words), FIELDS, "field")
    return entry


def _must_have_networks(sheet: Row, case: Incident) -> None:
    """Every zone that a request can come from belongs to a network."""
    zones = case.estate.zones
    keys_must_be_among(sheet["networks"], "networks", zones, "zone")
    for zone in zones.values():
        seen = zone.default or zone.prefix is not None or zone.id in case.addresses
        if seen and zone.id not in case.networks:
            raise sheet.error(f"networks needs a number for {zone.id}", "networks")


def _must_have_domains(sheets: dict[str, Row], case: Incident) -> None:
    """The company has a domain, and so has each supplier that runs a service."""
    if COMPANY not in case.domains:
        raise sheets["case"].error(f"domains needs one for {COMPANY}", "domains")
    for row in value(sheets["estate"], "services", tuple[Row, ...]):
        if row["org"] not in case.domains:
            raise row.error(f"org: the case's domains have none for {row['org']}", "org")


def _must_have_formats(estate_sheet: Row, case: Incident) -> None:
    """Every log that a service keeps has a format, and the format has no event that a case must
    give words for by default."""
    for row in value(estate_sheet, "services", tuple[Row, ...]):
        service = case.estate.services[row["id"]]
        for source in service.sources:
            if not is_source(source):
                raise row.error(f"audit: there is no data/telemetry/{source}.yaml", "audit")
    for source in case.sources:
        vendor = log_format(source)
        for name in {OTHER, NOT_PERMITTED} & vendor.events.keys():
            if extra := vendor.names(name) - FIELDS.keys():
                raise SheetError(
                    f"telemetry/{source}.yaml, line 1: the event {name} is written without words "
                    f"from a case, so it may not ask for {sorted(extra)[0]}"
                )
