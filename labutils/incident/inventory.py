"""What there is: the zones, identities, credentials and services of data/cases/cloudflare-2023/estate.yaml, and the controls of data/controls.yaml."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from labutils.incident.sheets import Row, build, read
from labutils.lab import seconds


@dataclass(frozen=True, eq=False)
class Zone:
    """A part of the network. `reaches`: the zones that it can open a connection to. `inside`: behind the company's own wall."""

    id: str
    reaches: tuple[str, ...]
    prefix: str | None = None
    inside: bool = False


@dataclass(frozen=True, eq=False)
class Identity:
    """A person, a service account, or somebody who should not be there. `home`: the address that it works from."""

    id: str
    kind: Literal["person", "service", "intruder"]
    name: str
    home: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Credential:
    """Something that opens doors. Times are seconds since 1970. `binds` names the control that would tie it to its holder's home;
    `session` is the session that a sign-in with it begins;
    `excess` maps a control to the scopes that the job does not need and that the control takes away."""

    id: str
    kind: Literal[
        "password", "key", "session", "service-token", "access-key", "profile", "foothold", "data"
    ]
    holder: Identity
    scopes: tuple[str, ...]
    issued: int | None = None
    expires: int | None = None
    exposed: int | None = None
    rotated: int | None = None
    bound_to: str | None = None
    binds: str | None = None
    session: str | None = None
    excess: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Service:
    """A host with doors. `gives` maps an action to the credentials that it puts into the caller's hands."""

    id: str
    zone: Zone
    org: Literal["company", "supplier"]
    accepts: tuple[str, ...]
    audit: str
    level: str
    people_only: bool = False
    inside_trusted: bool = False
    admin_actions: tuple[str, ...] = ()
    gives: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Control:
    """A decision: its value in 2023 (in this model), its value as a control, and what it stands for in NIST SP 800-53.
    An alarm also says which requests (`service:action`) it watches, and whether it is raised by allowed or by denied ones."""

    id: str
    historical: bool | int
    control: bool | int
    org: Literal["company", "supplier"]
    nist: tuple[str, ...]
    meaning: str
    watches: tuple[str, ...] = ()
    raised_by: Literal["allowed", "denied"] = "allowed"


@dataclass(frozen=True, eq=False)
class Estate:
    """The whole of data/cases/cloudflare-2023/estate.yaml, by id."""

    zones: dict[str, Zone]
    identities: dict[str, Identity]
    credentials: dict[str, Credential]
    services: dict[str, Service]
    groups: tuple[str, ...]

    def origin(self, address: str) -> str:
        """The zone that an address belongs to: the one with the longest prefix of it; an address of none is the internet's."""
        found = [
            zone for zone in self.zones.values() if zone.prefix and address.startswith(zone.prefix)
        ]
        return max(found, key=lambda zone: len(zone.prefix)).id if found else "internet"


def known(row: Row, key: str, names: Iterable[str], there: Container[str], what: str) -> None:
    """Raises SheetError with the line of `key` where one of the names is not among those that are there."""
    if strangers := [name for name in names if not isinstance(name, str) or name not in there]:
        raise row.error(f"{key}: there is no {what} {strangers[0]!r}", key)


def moment(row: Row, key: str) -> int | None:
    """A time of a row as seconds since 1970, or None where there is none. Raises SheetError with the line."""
    try:
        return seconds(row[key]) if row.get(key) is not None else None
    except (TypeError, ValueError) as error:
        raise row.error(
            f"{key}: {row[key]!r} is no time such as '2023-11-14T09:22:49Z'", key
        ) from error


def rows(sheet: Row, name: str) -> dict[str, Row]:
    """The rows of one list of a sheet, by id. Raises SheetError where it is no list, or where an id is missing or stands twice."""
    found: dict[str, Row] = {}
    items = sheet.get(name)
    if not isinstance(items, list) or not all(isinstance(item, Row) for item in items):
        raise sheet.error(f"{name} must be a list of mappings", name)
    for row in items:
        if not isinstance(row.get("id"), str) or row["id"] in found:
            raise row.error(f"each row of {name} has an id of its own", "id")
        found[row["id"]] = row
    return found


@cache
def estate(text: str | None = None) -> Estate:
    """data/cases/cloudflare-2023/estate.yaml, or a text in its place. Raises SheetError, which names the line."""
    sheet = read("cases/cloudflare-2023/estate.yaml", text)
    tables = {
        name: rows(sheet, name) for name in ("zones", "identities", "credentials", "services")
    }
    zones = {key: build(Zone, row) for key, row in tables["zones"].items()}
    identities = {key: build(Identity, row) for key, row in tables["identities"].items()}
    groups, credentials, services = tuple(sheet.get("groups") or ()), {}, {}
    for key, row in tables["zones"].items():
        known(row, "reaches", zones[key].reaches, zones, "zone")
    for key, row in tables["identities"].items():
        known(row, "groups", identities[key].groups, groups, "group")
    for key, row in tables["credentials"].items():
        known(row, "holder", [row.get("holder")], identities, "identity")
        times = {name: moment(row, name) for name in ("issued", "expires", "exposed", "rotated")}
        made = credentials[key] = build(Credential, row, holder=identities[row["holder"]], **times)
        known(row, "excess", made.excess, controls(), "control")
        known(row, "binds", filter(None, [made.binds]), controls(), "control")
        known(
            row,
            "scopes",
            [scope.split(":")[0] for scope in made.scopes],
            tables["services"],
            "service",
        )
    for key, row in tables["services"].items():
        known(row, "zone", [row.get("zone")], zones, "zone")
        services[key] = build(Service, row, zone=zones[row["zone"]])
        known(
            row,
            "gives",
            [name for given in services[key].gives.values() for name in given],
            credentials,
            "credential",
        )
    return Estate(zones, identities, credentials, services, groups)


@cache
def controls(text: str | None = None) -> dict[str, Control]:
    """data/controls.yaml by id, or a text in its place. Raises SheetError, which names the line."""
    sheet = read("controls.yaml", text)
    found = {}
    for key, row in rows(sheet, "controls").items():
        found[key] = build(Control, row)
        if type(found[key].historical) is not type(found[key].control):
            raise row.error(
                "historical and control must be of one kind: both true or false, or both a number",
                "control",
            )
    return found
