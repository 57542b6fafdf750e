"""Read what a company has: the zones, identities, credentials and services of an estate.yaml.

The controls are in data/controls.yaml.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from labutils.sheets import (
    Row,
    build,
    moment,
    must_be_among,
    must_have_fields,
    read,
    table,
    value,
)

Kind = Literal[
    "password",
    "key",
    "session",
    "service-token",
    "grant",
    "access-key",
    "profile",
    "foothold",
    "data",
]  # of a credential
COMPANY = "company"  # the organisation whose incident it is; every other one is a supplier


@dataclass(frozen=True, eq=False)
class Zone:
    """A part of the network.

    `reaches`: the zones that it can open a connection to. `prefix`: how its addresses begin.
    `inside`: behind the company's own wall. `default`: every address that belongs to no other zone
    is here; one zone says so. `foothold`: the credential that an intruder must hold to send
    anything from here. `access_list`: the control that enforces the list in front of this zone,
    which lets nobody through.
    """

    id: str
    reaches: tuple[str, ...]
    prefix: str | None = None
    inside: bool = False
    default: bool = False
    foothold: str | None = None
    access_list: str | None = None


@dataclass(frozen=True, eq=False)
class Identity:
    """A person, a service account, or an intruder.

    `home`: the address that it works from; `elsewhere`: others that it often works from. `account`:
    what logs call it, where that is not its id or its name; `number`: of its account, as products
    count them up, by its place in the estate where it is not said.
    """

    id: str
    kind: Literal["person", "service", "intruder"]
    name: str
    home: str
    groups: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    account: str | None = None
    number: int | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The addresses that the identity works from."""
        return (self.home, *self.elsewhere)


@dataclass(frozen=True, eq=False)
class Credential:
    """A secret that gives access to services. Times are seconds since 1970.

    `exposed`: when it came to others; `noticed`: when its owner could know of that; `rotated`: when
    it was replaced, or revoked. `scopes`: what it may do, each as service:action. `binds`: the
    controls each of which would tie it to the places of its holder. `session`: the session that a
    sign-in with it begins. `excess`: by control, the scopes that the job does not need and that the
    control takes away.

    A grant is what an OAuth client holds after somebody consented (RFC 6749, 1.3 and 1.5):
    `client` is the client, as logs call it; `oauth_scopes` are the scopes of the consent;
    `refresh` says whether it came with a refresh token.
    """

    id: str
    kind: Kind
    holder: Identity
    scopes: tuple[str, ...]
    issued: int | None = None
    expires: int | None = None
    exposed: int | None = None
    noticed: int | None = None
    rotated: int | None = None
    bound_to: str | None = None
    binds: tuple[str, ...] = ()
    session: str | None = None
    client: str = ""
    oauth_scopes: tuple[str, ...] = ()
    refresh: bool = False
    excess: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def given_out(self) -> bool:
        """Whether it was issued to a person or a service, so that it is on a list."""
        return self.holder.kind in ("person", "service")


@dataclass(frozen=True, eq=False)
class Service:
    """A host, and the requests that it answers.

    `org`: the organisation that runs it: company, or a supplier of it. `accepts`: kinds of
    credentials. `audit`: the log that it keeps, or none, or elsewhere: somebody
    else keeps one, and no source holds it; `audit_by_kind`: another log for some kinds of
    credentials; `audit_control`: the control without which it writes
    nothing. `admin_actions`: acts of administration; `console_actions`: those of them that are done
    in the admin console, and not at its API. `gives`: by action, the credentials that it puts into
    the caller's hands. `passes_to`: it is a gateway; an allowed request opens a way to the service
    that is named by the action, and the way leads through this zone.
    """

    id: str
    zone: Zone
    org: str
    accepts: tuple[Kind, ...]
    audit: str
    audit_by_kind: dict[str, str] = field(default_factory=dict)
    audit_control: str | None = None
    people_only: bool = False
    inside_trusted: bool = False
    admin_actions: tuple[str, ...] = ()
    console_actions: tuple[str, ...] = ()
    gives: dict[str, tuple[str, ...]] = field(default_factory=dict)
    passes_to: Zone | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The logs that the service keeps and the company can read."""
        named = (self.audit, *self.audit_by_kind.values())
        return tuple(source for source in named if source not in ("none", "elsewhere"))


@dataclass(frozen=True, eq=False)
class Control:
    """A decision that a company makes: its meaning, its value, and its NIST SP 800-53 controls.

    `without`: its value where it does not apply, or is not there.
    """

    id: str
    value: bool | int
    nist: tuple[str, ...]
    meaning: str
    without: bool | int = False


@dataclass(frozen=True, eq=False)
class Estate:
    """The contents of an estate.yaml, by id."""

    zones: dict[str, Zone]
    identities: dict[str, Identity]
    credentials: dict[str, Credential]
    services: dict[str, Service]

    @property
    def default_zone(self) -> Zone:
        """The zone of every address that belongs to no other."""
        return next(zone for zone in self.zones.values() if zone.default)

    @cache  # noqa: B019 (an estate is kept as long as its case)
    def zone_of(self, address: str) -> Zone:
        """Return the zone with the longest prefix of an address, else the default zone."""
        matching = [
            (len(zone.prefix), zone)
            for zone in self.zones.values()
            if zone.prefix and address.startswith(zone.prefix)
        ]
        return max(matching, key=lambda pair: pair[0])[1] if matching else self.default_zone

    def gateway_into(self, zone: Zone) -> Service | None:
        """Return the gateway whose way leads through this zone, if there is one."""
        return next((one for one in self.services.values() if one.passes_to is zone), None)


@cache
def controls(text: str | None = None) -> dict[str, Control]:
    """Return the controls of data/controls.yaml, or of a text in its place, by id.

    Raises SheetError, which names the line.
    """
    rows = table(read("controls.yaml", text), "controls")
    return {key: build(Control, row) for key, row in rows.items()}


# --- reading an estate --------------------------------------------------------------------------


@dataclass(frozen=True)
class _EstateRow:
    """An estate as it stands in its sheet."""

    zones: tuple[Row, ...]
    identities: tuple[Row, ...]
    credentials: tuple[Row, ...]
    services: tuple[Row, ...]
    groups: tuple[str, ...] = ()


def read_estate(sheet: Row) -> Estate:
    """Build the estate of a sheet, and check that every name in it exists.

    Raises SheetError, which names the line.
    """
    groups = value(sheet, "groups", tuple[str, ...]) if "groups" in sheet else ()
    rows = {name: table(sheet, name) for name in ("zones", "identities", "credentials", "services")}
    must_have_fields(_EstateRow, sheet)
    zones = _zones(sheet, rows["zones"], rows["credentials"])
    identities = {key: _identity(row, groups) for key, row in rows["identities"].items()}
    credentials = {
        key: _credential(row, identities, rows) for key, row in rows["credentials"].items()
    }
    services = {key: _service(row, zones, credentials) for key, row in rows["services"].items()}
    return Estate(zones, identities, credentials, services)


def _zones(sheet: Row, rows: dict[str, Row], credentials: dict[str, Row]) -> dict[str, Zone]:
    zones = {key: build(Zone, row) for key, row in rows.items()}
    for key, row in rows.items():
        must_be_among(row, "reaches", zones[key].reaches, zones, "zone")
        must_be_among(row, "foothold", _names(zones[key].foothold), credentials, "credential")
        must_be_a_switch(row, "access_list", _names(zones[key].access_list))
    if sum(zone.default for zone in zones.values()) != 1:
        raise sheet.error("one zone, and only one, says `default: true`", "zones")
    return zones


def _identity(row: Row, groups: tuple[str, ...]) -> Identity:
    identity = build(Identity, row)
    must_be_among(row, "groups", identity.groups, groups, "group")
    return identity


_CREDENTIAL_TIMES = ("issued", "expires", "exposed", "noticed", "rotated")


def _credential(
    row: Row, identities: dict[str, Identity], rows: dict[str, dict[str, Row]]
) -> Credential:
    must_be_among(row, "holder", [row.get("holder")], identities, "identity")
    times = {name: moment(row, name) for name in _CREDENTIAL_TIMES}
    credential = build(Credential, row, holder=identities[row["holder"]], **times)
    if credential.noticed and credential.noticed < (credential.exposed or credential.noticed + 1):
        raise row.error(
            "noticed: an exposure is noticed after it happened, so `exposed` must be there, and "
            "not later",
            "noticed",
        )
    must_be_a_switch(row, "excess", credential.excess)
    must_be_a_switch(row, "binds", credential.binds)
    if credential.client and credential.kind != "grant":
        raise row.error("client: a grant alone has one", "client")
    if credential.kind == "grant" and not credential.client:
        raise row.error("a grant names its client")
    must_be_among(row, "session", _names(credential.session), rows["credentials"], "credential")
    must_be_scopes(row, "scopes", credential.scopes, rows["services"])
    for scopes in credential.excess.values():
        must_be_among(row, "excess", scopes, credential.scopes, f"scope of {credential.id}")
    return credential


def _service(row: Row, zones: dict[str, Zone], credentials: dict[str, Credential]) -> Service:
    must_be_among(row, "zone", [row.get("zone")], zones, "zone")
    must_be_among(row, "passes_to", _names(row.get("passes_to")), zones, "zone")
    passes_to = zones[row["passes_to"]] if row.get("passes_to") else None
    service = build(Service, row, zone=zones[row["zone"]], passes_to=passes_to)
    must_be_a_switch(row, "audit_control", _names(service.audit_control))
    must_be_among(row, "audit_by_kind", service.audit_by_kind, get_args(Kind), "kind of credential")
    names = [name for handed_over in service.gives.values() for name in handed_over]
    must_be_among(row, "gives", names, credentials, "credential")
    return service


def must_be_a_switch(row: Row, key: str, names: Iterable[object]) -> None:
    """Raise SheetError with the line of `key` if a name is not a control that is on or off."""
    for name in names:
        must_be_among(row, key, [name], controls(), "control")
        if not isinstance(controls()[str(name)].value, bool):
            raise row.error(
                f"{key}: {name} is a number; a control that is there or not is needed", key
            )


def must_be_scopes(row: Row, key: str, scopes: Iterable[str], services: Container[str]) -> None:
    """Raise SheetError with the line of `key` unless each scope is service:action.

    The service must be a known one.
    """
    for scope in scopes:
        if scope.count(":") != 1:
            raise row.error(f"{key}: {scope!r} must be service:action", key)
        must_be_among(row, key, [scope.split(":")[0]], services, "service")


def _names(name: object) -> list[object]:
    """A list of the one name that a row says, or an empty list."""
    return [] if name is None else [name]
