"""The campaign step by step: its log lines, its routes, and what survived (lessons 09 and 14)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import groupby
from pathlib import Path
from textwrap import fill

from labutils.incident import attackers, cases, exports, ledger
from labutils.incident.breach import Replay, Step, foresee, play, with_controls
from labutils.incident.cases import Incident
from labutils.incident.log_format import Event
from labutils.incident.policy import World
from labutils.incident.telemetry import LogLine, headline
from labutils.lab import SceneError
from labutils.stage.breached_company import EXPOSED, SERVER, SERVICE_TOKEN, BreachedCompany
from labutils.stage.intruder import Result, in_product_names
from labutils.stage.own_marks import print_marks
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
PACKED = "nov22-repos-archived"
MOVES = {
    "token at the gateway": "nov15-atlassian-access",
    "search of the wiki": "nov16-wiki-search",
    "a new user in Jira": "nov16-account-created",
    "a script on its server": "nov22-sliver",
    "the console server": "nov22-sao-paulo-denied",
    "archives of source code": "nov22-repos-archived",
}  # moves that a learner makes, each with the step of 2023 that was like it
WHY = {
    "token at the gateway": "the first door that opened. What came before was only knocking. "
    "(ATT&CK lists T1550.001 under lateral movement; here it was the way in)",
    "search of the wiki": "the intruder gathers what may be useful. The log does not show that "
    "the search yielded a credential",
    "a new user in Jira": "a way back in, for the day when the token is replaced",
    "a script on its server": "the tracker runs the intruder's program. What the program is for "
    "comes next",
    "the console server": "from a system that the intruder is in to one not yet reached. The way "
    "into the company was another",
    "archives of source code": "the server packs them where they are. That they left would "
    "be another step, and nothing here shows it",
}  # what speaks for the tactic of each move, and against the one that people take for it
FOOTHOLDS = {
    "service account": "smartsheet-account",
    "look-alike user": "lookalike-account",
    "implant": "implant",
}
LEGEND = "hour?: only the day is known.  day?: no source gives the day; we chose its place."
OUTCOMES = {
    "succeeded": "succeeded",
    "denied": "DENIED   ",
    "unknown": "unknown? ",
    "not_reached": "not reached",
}


@cache
def played(world: World) -> Replay:
    """The campaign in this world, played once."""
    return play(world)


# --- printed ------------------------------------------------------------------------------------


def print_tactic(replay: Replay, tactic: str) -> None:
    """Print each step of a tactic, and what it left in the logs.

    When, how it ended, what was done, by which techniques, and what decided. Of many lines that one
    request left, the first is printed.
    """
    for step in (step for step in replay.steps if step.tactic == tactic):
        print(f"{_when(step)}  {OUTCOMES[step.outcome]}  {step.plan.goal}")
        print(f"    {_techniques(step)}")
        if step.outcome == "denied":
            print(f"    in this model: {step.rule}: {in_product_names(step.reason)}")
        names = [name for name, fact in replay.truth.items() if fact == step.fact]
        for same in _alike(replay, names):
            _print_lines(replay, same)
        if not names:
            print("    (none of the company's logs has a line about it)")
    print(LEGEND)


def print_exchange(result: Result) -> None:
    """Print a move as it went over the network: the request, and what the service sent back."""
    request, response = result.response.request, result.response
    print(request.method, request.url.raw_path.decode(), "HTTP/1.1")
    for name, value in request.headers.items():
        if name in ("host", "authorization", "x-access-key") or name.startswith("cf-access"):
            print(f"{name}: {value}")
    print(f"\n{response.status_code} {response.headers['content-type']}")
    print(json.dumps(response.json(), indent=1))


def print_steps(replay: Replay) -> None:
    """Print each step with its tactic and techniques, and in how many lines of which logs it is."""
    for step in replay.steps:
        tactic = replay.case.ledger.tactics[step.tactic]
        print(f"{_when(step)}  {OUTCOMES[step.outcome]}  {step.plan.goal}")
        named = f"{tactic.id} {tactic.name}: {_techniques(step)}"
        print(fill(named, 104, initial_indent=" " * 4, subsequent_indent=" " * 6))
        names = [name.split(":")[0] for name, fact in replay.truth.items() if fact == step.fact]
        counts = [f"{source} {names.count(source)}" for source in dict.fromkeys(names)]
        print(f"    lines: {', '.join(counts) or 'none'}")
    print(LEGEND)


def print_sessions(replay: Replay) -> None:
    """Print the log `okta`: the type of each event, how it ended, its session and its address."""
    for number, event in enumerate(replay.audit["okta"], 1):
        kind, outcome = event["eventType"], event["outcome"]["result"]
        session = event["authenticationContext"]["externalSessionId"]
        assumed = "  (assumed)" if kind in ASSUMED else ""
        print(
            f"{number:>2} {event['published'][5:10]} {kind:<38} {outcome:<8} {session:<25} "
            f"{event['client']['ipAddress']}{assumed}"
        )


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
    """Print the fields in which the ridden session differs from the owner's; how many they are.
    Raises SceneError where the address is none."""
    try:
        found = fields_that_differ(address, agent)
    except ValueError as error:
        raise SceneError(f"{shown(str(address), 60)!r} is no IP address of a machine.") from error
    for about, names in found.items():
        for name in names:
            print(f"{about:<10} {name}")
    return sum(map(len, found.values()))


def _techniques(step: Step) -> str:
    """The techniques of a step by id and name, each with how well it fits."""
    return "; ".join(
        f"{technique} {ledger.technique(technique)} ({step.plan.fit_of(technique)})"
        for technique in step.techniques
    )


def _alike(replay: Replay, names: list[str]) -> list[list[str]]:
    """The lines of a step, those together that follow one another in a log and tell of one act."""
    return [list(same) for _, same in groupby(names, lambda name: _act(replay, name))]


def _act(replay: Replay, name: str) -> tuple[str, str]:
    """The log of a line, and the first thing that a person reads there."""
    source, line = name.split(":")
    event = replay.audit[source][int(line) - 1]
    act = headline(source, event).split("  ")[0]
    # At the gateway one act has many doors.
    return source, act if "auditType" in event else name


def _print_lines(replay: Replay, names: list[str]) -> None:
    """Print the first of some lines that are alike, and how many there are."""
    source, line = names[0].split(":")
    assumed = "  (assumed)" if names[0] in replay.labels else ""
    first = in_product_names(headline(source, replay.audit[source][int(line) - 1]))
    print(f"    {names[0]}  {first}{assumed}")
    if len(names) > 1:
        print(f"      and so on to {names[-1]}: {len(names)} lines in total")


def print_tactics(own: Mapping[str, object]) -> None:
    """The tactic that somebody gave to each of MOVES, by its id or its name, beside the ledger's;
    and a sentence for each that differs."""
    if all(tactic is ... for tactic in own.values()):
        print(
            "Give each move a tactic in the cell above, by its id or its name, and run both again."
        )
        return
    tactics = {step.fact: step.tactic for step in played(World.historical()).steps}
    known = {move: ledger.tactic(tactics[fact]).id for move, fact in MOVES.items()}
    given = {move: _tactic_id(tactic) for move, tactic in own.items()}
    print_marks(given, known)
    for move, tactic in known.items():
        if given.get(move, ...) not in (tactic, ...):
            print(f"{move}: {WHY[move]}.")


def _tactic_id(given: object) -> object:
    """The id of a tactic that somebody names; what names none stays as it is."""
    said = str(given).strip().lower()
    for one in ledger.tactics():
        number, name = one.id.lower(), one.name.lower()
        if said in (number, name, f"{number} {name}"):
            return one.id
    return given


def _when(step: Step) -> str:
    """The time of a step, as precise as the ledger has it."""
    if step.time_precision in ("minute", "second"):
        return step.time[:16].replace("T", " ")
    return step.time[:10] + (" day? " if step.time_assumed else " hour?")


def print_either_way(controls: Sequence[str]) -> list[str]:
    """Print for each control alone whether it stops the archiving of the source code, in two runs:
    the four credentials are read in the tenant, or they leaked elsewhere. Which stop it in the
    second."""
    runs = cases.load(), attackers.who_holds(cases.load(), EXPOSED)
    print(f"{'does it stop the archiving?':<28}{'read in the tenant':<20}leaked elsewhere")
    elsewhere = []
    for name in controls:
        stops = [_stops(name, case) for case in runs]
        first, second = ("yes" if one else "no" for one in stops)
        print(f"{name:<28}{first:<20}{second}")
        if stops[1]:
            elsewhere.append(name)
    return elsewhere


def _stops(control: str, case: Incident) -> bool:
    steps = foresee(with_controls([control]), case=case)
    return next(step.stopped for step in steps if step.fact == PACKED)


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


# --- tried ----------------------------------------------------------------------------------------


def footholds(*revoked: str) -> dict[str, bool]:
    """Which of the intruder's three ways back still work, after these credentials were revoked."""
    company = BreachedCompany(World.historical())
    for credential in revoked:
        company.revoke(credential)
    works = {}
    for name in ("service account", "look-alike user"):
        answer = company.attempt(FOOTHOLDS[name], "tracker:sign-in", through=SERVICE_TOKEN)
        works[name] = answer.is_success
    sent = company.attempt("archives", "outside:send", address=SERVER).is_success
    return works | {"implant": company.is_valid("implant") and sent}
