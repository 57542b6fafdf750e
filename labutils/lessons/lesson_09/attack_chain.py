"""The campaign of 2023 for practice: the stolen session and how it is ridden, what survives when
credentials are switched off, and the campaign in files for other tools."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from textwrap import fill

from labutils.classroom.cards import show_log
from labutils.incident import cases, exports
from labutils.incident.breach import Replay, play
from labutils.incident.log_format import Event
from labutils.incident.policy import World
from labutils.incident.telemetry import LogLine
from labutils.lab import SceneError
from labutils.text import shown

# No source tells how the four credentials leaked; that they were read in the tenant is the model's.
ASSUMED = ("app.oauth2.client.read_client_secret",)
# Of single events: these differ between any two.
OF_ONE_EVENT = ("uuid", "published", "transaction.id", "debugContext.debugData.requestId")
ABOUT = {
    "event": {"eventType", "displayMessage", "legacyEventType"},
    "user": {"actor.alternateId", "actor.id", "actor.displayName"},
    "session": {"authenticationContext.externalSessionId"},
    "address": {"client.ipAddress", "request.ipChain.ip", "request.ipChain.version"},
    "network": {
        "securityContext.asNumber",
        "securityContext.asOrg",
        "securityContext.isp",
        "securityContext.domain",
    },
    "place": {
        f"{above}.geographicalContext.{name}"
        for above in ("client", "request.ipChain")
        for name in ("city", "state", "country", "postalCode", "geolocation.lat", "geolocation.lon")
    },
    "browser": {"client.userAgent.os", "client.userAgent.rawUserAgent"},
    "device": {"debugContext.debugData.dtHash"},
    "behavior": {
        "debugContext.debugData.behaviors",
        "debugContext.debugData.logOnlySecurityData",
    },
}  # the fields of an event of `okta`, by what they are about


@cache
def played(world: World) -> Replay:
    """The campaign in this world, played once."""
    return play(world)


# --- printed ------------------------------------------------------------------------------------


def show_sessions() -> None:
    """Show the log `okta` of 2023: the type of each event, how it ended, its session and its
    address."""
    rows = [
        {
            "line": str(number),
            "day": event["published"][5:10],
            "event": event["eventType"] + (" *" if event["eventType"] in ASSUMED else ""),
            "result": event["outcome"]["result"],
            "session": event["authenticationContext"]["externalSessionId"][:10],
            "address": event["client"]["ipAddress"],
        }
        for number, event in enumerate(played(World.historical()).audit["okta"], 1)
    ]
    show_log(rows, "okta, 2023; * is assumed", lit=("address", "203.0.113.66"))


def differing(one: Sequence[Event], other: Sequence[Event]) -> dict[str, list[str]]:
    """What tells two series of events of the log `okta` apart: by what it is about, the fields that
    differ in one pair at least. Ids and times of single events always do, and are left out."""
    fields = {
        name
        for pair in zip(one, other, strict=True)
        for before, after in [[dict(leaves(event)) for event in pair]]
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name) and name not in OF_ONE_EVENT
    }
    found = {about: sorted(fields & names) for about, names in ABOUT.items()}
    found["other"] = sorted(fields.difference(*ABOUT.values()))
    return {about: names for about, names in found.items() if names}


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Each value of an event that holds no other, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, name)
    else:
        yield name, value


# --- the session, ridden --------------------------------------------------------------------------

OWNERS, THIEFS = slice(3, 6), slice(6, 9)  # the lines of the session in `okta`
NETWORK = ip_network("192.0.2.0/24")  # from which the company's people work at home


def owner() -> tuple[str, str]:
    """The address of the administrator's laptop, and the user agent of the browser on it."""
    home = cases.load().addresses["homes"]
    return home.ip, home.agent


def ridden(address: str, agent: str) -> list[Event]:
    """The lines of the stolen session, had it been used from this address with this user agent.
    Raises ValueError where the address is none."""
    zones, place = cases.load().estate.zones, ip_address(str(address))
    if place in (NETWORK.network_address, NETWORK.broadcast_address):
        raise ValueError(f"{address} is no address of a machine")
    zone = zones["homes" if place in NETWORK else "internet"]

    def elsewhere(logged: LogLine) -> Event:
        request = replace(logged.line.request, address=address, origin=zone)
        return logged.writer.write(replace(logged.line, agent=agent, request=request))

    return [elsewhere(one) for one in played(World.historical()).lines["okta"][THIEFS]]


def fields_that_differ(address: str, agent: str) -> dict[str, list[str]]:
    """The fields in which these lines differ from the owner's, by what they are about. Raises
    ValueError."""
    return differing(played(World.historical()).audit["okta"][OWNERS], ridden(address, agent))


def ride(address: str, agent: str) -> int:
    """Show the fields in which the ridden session differs from the owner's, and return how many
    they are. Raises SceneError where the address is none."""
    try:
        found = fields_that_differ(address, agent)
    except ValueError as error:
        raise SceneError(f"{shown(str(address), 60)!r} is no IP address of a machine.") from error
    rows = [{"about": about, "field": name} for about, names in found.items() for name in names]
    show_log(rows, f"What differs from the owner's lines, from {address}")
    return len(rows)


def write_exports(replay: Replay, folder: str) -> None:
    """Write layer.json and attack-flow.json into a folder, and print the action that is least sure:
    of those that are equally unsure, the last."""
    place = Path(folder)
    place.mkdir(exist_ok=True)
    layer, flow = exports.navigator_layer(replay.steps), exports.attack_flow(replay.steps)
    for name, content in (("layer.json", layer), ("attack-flow.json", flow)):
        (place / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
    actions = [thing for thing in flow["objects"] if thing["type"] == "attack-action"]
    print(f"{len(layer['techniques'])} entries in the layer; {len(actions)} actions in the flow")
    least = min(reversed(actions), key=lambda action: action["confidence"])
    print(f"{least['name']} (confidence {least['confidence']})")
    for part in least["description"].splitlines():
        print(fill(part, 100, initial_indent="  ", subsequent_indent="  "))
