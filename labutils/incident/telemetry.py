"""Write what each service logs about a request, in its vendor's own format.

The formats are in data/telemetry/ (log_format); `logs` in a case says which of them holds which
request.
"""

import hashlib
import json
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from labutils.incident import cloud, names, places, policy
from labutils.incident.cases import LogEntry
from labutils.incident.log_format import (
    AS_JSON,
    NOT_PERMITTED,
    OTHER,
    Event,
    Fields,
    JsonText,
    compiled,
    compiled_text,
    field_names,
    log_format,
    worded,
)
from labutils.incident.policy import Decision, Request
from labutils.lab import iso


@dataclass(frozen=True)
class Line:
    """A log line that is to be written.

    `seed`: a text that no other request has; `place`: of the line among those of its request, from
    0; `words`: what its template asks for beyond log_format.FIELDS and beyond what a case gives.
    """

    request: Request
    agent: str
    seed: str
    turn: int
    place: int
    words: dict[str, str | int] = field(default_factory=dict)


class Writer(NamedTuple):
    """A writer of log lines for a source, and whether its lines are modelled."""

    source: str
    write: Callable[[Line], Event]
    as_json: Callable[[Line], str]
    modelled: bool


@dataclass
class LogLine:
    """A line in a log.

    Its event is written when somebody first looks at it, since a replay has hundreds and most of
    them are only counted.
    """

    writer: Writer
    line: Line

    @property
    def source(self) -> str:
        """The log that the line is in."""
        return self.writer.source

    @property
    def modelled(self) -> bool:
        """Whether no vendor or report says that the line looks like this."""
        return self.writer.modelled

    @property
    def at(self) -> int:
        """When it was written, in milliseconds since 1970."""
        return 1000 * self.line.request.time + _milliseconds(self.line)

    @cached_property
    def event(self) -> Event:
        """The event that the line holds."""
        return self.writer.write(self.line)

    @property
    def text(self) -> str:
        """The event as JSON, on one line."""
        return self.writer.as_json(self.line)


def events(
    request: Request, decision: Decision, agent: str, serial: int | str, turn: int = 1
) -> list[LogLine]:
    """Return the lines that this request leaves in the logs.

    `serial` is one that no other request has. `turn`: which time it is, where it is made many
    times.
    """
    seed = f"{request.service.id}/{serial}"
    return [
        LogLine(writer, Line(request, agent, seed, turn, place))
        for place, writer in enumerate(_writers_of(request, decision))
    ]


def written(request: Request, decision: Decision) -> bool:
    """Return whether any log gets a line for this request.

    What the network refuses never reaches the service's own log.
    """
    return bool(_writers_of(request, decision))


def _writers_of(request: Request, decision: Decision) -> list[Writer]:
    kind = request.credential.kind if request.credential else None
    audit = request.service.audit_by_kind.get(kind or "", request.service.audit)
    refused_by_network = decision.rule == policy.reachable.__name__
    may_not = decision.rule == policy.permitted.__name__
    end = _End(decision.allow, not refused_by_network, not may_not)
    case = request.case
    return _writers(case.logs, case.sources, request.scope, end, kind, audit)


# --- which templates ----------------------------------------------------------------------------


class _End(NamedTuple):
    """How a request ended: whether it was allowed, whether it came as far as the service, and
    whether its credential may do such a thing at all."""

    allowed: bool
    reached: bool
    permitted: bool


@cache
def _writers(
    logs: tuple[LogEntry, ...],
    sources: tuple[str, ...],
    scope: str,
    end: _End,
    kind: str | None,
    audit: str,
) -> list[Writer]:
    """How a request is written, source by source: by the rows of its case that fit. What no row is
    for is written as what the log of its service has no words for, if it came as far as that."""
    entries = [
        entry
        for source in sources
        for entry in logs
        if entry.source == source
        and entry.holds(scope, kind, end.reached)
        and log_format(source).events[entry.template].fits(end.allowed)
    ]
    if not entries and end.reached and audit in sources:
        known = log_format(audit).events
        name = OTHER if end.permitted or NOT_PERMITTED not in known else NOT_PERMITTED
        if name in known and known[name].fits(end.allowed):
            entries = [LogEntry((scope,), audit, name)]
    return [writer(entry, end.allowed) for entry in entries]


def writer(entry: LogEntry, allowed: bool, over: dict[str, Any] | None = None) -> Writer:
    """Return the template of a row as a function of a line, with the row's words filled in.

    The fields in `over` replace the template's own. What neither the row nor log_format.FIELDS
    knows is a word of the line.
    """
    vendor = log_format(entry.source)
    template = worded(vendor.event(entry.template, allowed, over), entry.words)
    write, as_json = compiled(template), compiled_text(template)
    names = sorted(field_names(template))
    values = [(name, FIELD_VALUES[name]) for name in names if name in FIELD_VALUES]
    modelled = bool(vendor.modelled or vendor.events[entry.template].modelled or entry.modelled)

    def fields(line: Line) -> Fields:
        return {name: value_of(line) for name, value_of in values} | line.words

    def written(line: Line) -> Event:
        event: Event = write(fields(line))
        return event

    return Writer(entry.source, written, lambda line: as_json(fields(line)), modelled)


# --- what a template may ask for ----------------------------------------------------------------


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _number(name: str) -> bytes:
    """16 bytes that look random, and are always the same for a name."""
    return hashlib.blake2b(name.encode(), digest_size=16).digest()


VARIANT = "89ab"  # of two random bits, what the first digit of the fourth group is (RFC 9562, 4.1)


def _uuid(name: str) -> str:
    """A UUID of version 4 (RFC 9562, 5.4): random, but for the bits of version and variant."""
    text = _number(name).hex()
    variant = VARIANT[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


@cache
def _lasting(name: str) -> bytes:
    """The number of something that many lines name: a holder, a service, a session."""
    return _number(name)


@cache
def _lasting_uuid(name: str) -> str:
    return _uuid(name)


def holder_uuid(holder: str) -> str:
    """Return the UUID of an identity, by its id."""
    return _lasting_uuid(f"holder/{holder}")


def _time(line: Line) -> str:
    return iso(line.request.time)


def _digits(time: str) -> str:
    return "".join(filter(str.isdigit, time))


def _milliseconds(line: Line) -> int:
    """Of the second in which the request was answered; the later lines of a request come later."""
    return zlib.crc32(line.seed.encode()) % 900 + 10 * line.place


def _port(line: Line) -> int:
    """One of the ephemeral ports of Linux (32768 to 60999)."""
    return 32768 + zlib.crc32(f"port/{line.seed}".encode()) % 28232


def _process(line: Line) -> int:
    return 2000 + zlib.crc32(f"process/{line.seed}".encode()) % 30000


def _unusual(line: Line) -> str:
    credential = line.request.credential
    at_home = credential is not None and line.request.address in credential.holder.places
    return "NEGATIVE" if at_home else "POSITIVE"


# What stands in an agent, and what a vendor makes of it.
SYSTEMS = {
    "iPhone": "iOS (iPhone)",
    "iPad": "iOS (iPad)",
    "android": "Android",
    "Android": "Android",
    "Macintosh": "Mac OS X",
    "Windows": "Windows 10",
    "CrOS": "Chrome OS",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg/": "EDGE",
    "Firefox": "FIREFOX",
    "CriOS": "CHROME",
    "Chrome": "CHROME",
    "Safari": "SAFARI",
}


@cache
def _os(agent: str) -> str:
    return next((os for word, os in SYSTEMS.items() if word in agent), "Unknown")


@cache
def _browser(agent: str) -> str:
    return next((browser for word, browser in BROWSERS.items() if word in agent), "UNKNOWN")


@cache
def _device_type(agent: str) -> str:
    return "Mobile" if _os(agent).startswith(("iOS", "Android")) else "Computer"


def _transaction(line: Line) -> str:
    digest = hashlib.sha1(line.seed.encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _holder(line: Line) -> str:
    if line.request.credential is None:
        return "unknown"
    holder = line.request.credential.holder
    return holder.account or holder.id


def _holder_name(line: Line) -> str:
    if line.request.credential is None:
        return "unknown"
    holder = line.request.credential.holder
    return holder.account or holder.name


def _display_name(line: Line) -> str:
    name = _holder_name(line)
    return names.full_name(name) if names.is_account(name) else name


def _holder_number(line: Line) -> str:
    """The number of an account, as products count them up."""
    if line.request.credential is None:
        return "0"
    holder = line.request.credential.holder
    if holder.number is not None:
        return str(holder.number)
    return str(10000 + 100 * list(line.request.case.estate.identities).index(holder.id))


def holder_base32(holder: str) -> str:
    """Return ten capital letters and digits for an identity, by its id."""
    return b32encode(_lasting(f"holder/{holder}")).decode()[:10]


def _session(line: Line) -> str:
    """One of the request's own where no credential came with it."""
    credential = line.request.credential
    name = (credential.session or credential.id) if credential else line.seed
    return "102" + urlsafe_b64encode(_number(f"session/{name}")).decode()[:22]


def _repository(line: Line) -> names.Repository:
    return names.repository(line.request.case.names_seed, line.turn)


def _page(line: Line) -> names.Named:
    return names.page(line.request.case.names_seed, line.turn)


def _issue(line: Line) -> names.Named:
    return names.issue(line.request.case.names_seed, line.turn)


def _country(line: Line) -> str:
    """In two letters."""
    return line.request.case.countries.get(line.request.origin.id, "US")


def _city(line: Line) -> places.City:
    case, zone = line.request.case, line.request.origin.id
    some = case.cities.get(zone) or places.cities_of(_country(line))
    return places.city_of(line.request.address, some)


@cache
def _geography(city: places.City) -> JsonText:
    where = {"lat": city.latitude, "lon": city.longitude}
    return JsonText(
        AS_JSON(
            {
                "city": city.city,
                "state": city.state,
                "country": places.countries()[city.country],
                "postalCode": city.postal,
                "geolocation": where,
            }
        )
    )


PROXIED = 9  # every so manieth address has a proxy behind it


@lru_cache(maxsize=2000)
def _chain(address: str, city: places.City) -> JsonText:
    """The address that a request came from; of some, the proxy that passed it on, too."""
    mark, there = zlib.crc32(f"chain/{address}".encode()), _geography(city).text
    chain = [address]
    if mark % PROXIED == 0:
        chain.append(f"198.19.{240 + mark // PROXIED % 4}.{1 + mark // 64 % 8}")
    links = (
        f'{{"ip": "{one}", "version": "V{6 if ":" in one else 4}", "source": null, '
        f'"geographicalContext": {there}}}'
        for one in chain
    )
    return JsonText(f"[{', '.join(links)}]")


def _threat(line: Line) -> str:
    """Vendors suspect proxies now and then, and others seldom."""
    limit = 60 if line.request.origin.id in line.request.case.proxies else 4
    return "true" if zlib.crc32(f"threat/{line.seed}".encode()) % 1000 < limit else "false"


def _system(line: Line) -> places.System:
    return places.system(line.request.case.networks[line.request.origin.id])


def _base64(name: str, length: int) -> str:
    """So many characters of base 64 for a name."""
    return b64encode(hashlib.sha256(name.encode()).digest()).decode()[:length]


def _client_id(line: Line) -> str:
    """As an id of a connected application looks."""
    client = line.request.credential.client if line.request.credential else ""
    return "0H4EX" + b32encode(_lasting(f"client/{client}")).decode()[:10] if client else ""


def _is_away(line: Line) -> bool:
    """Whether a holder is somewhere else than usual."""
    credential = line.request.credential
    return credential is not None and line.request.address not in credential.holder.places


def _caller(line: Line) -> str:
    """Who calls a cloud: from elsewhere, somebody of one's own."""
    return f"{_holder(line)}/{line.request.address}" if _is_away(line) else _holder(line)


TWO_HOURS = 7200  # seconds: how long an access token of the model's integrations lives


def _session_key(line: Line) -> str:
    """Of the access token: one for two hours of a credential at an address."""
    began = line.request.time // TWO_HOURS
    return _base64(f"session/{_session(line)}/{line.request.address}/{began}", 16)


def _login_key(line: Line) -> str:
    """Of the login that an access token comes from."""
    began = line.request.time // TWO_HOURS
    return _base64(f"began/{_session(line)}/{line.request.address}/{began}", 16)


# A value for each name of log_format.FIELDS, which explains them.
FIELD_VALUES: dict[str, Callable[[Line], Any]] = {
    "time": _time,
    "millis": lambda line: f"{_time(line)[:-1]}.{_milliseconds(line):03}Z",
    "spaced": lambda line: f"{_time(line)[:-1].replace('T', ' ')}.{_milliseconds(line):03}",
    "compact": lambda line: f"{_digits(_time(line))}.{_milliseconds(line):03}",
    "epoch_millis": lambda line: 1000 * line.request.time + _milliseconds(line),
    "epoch": lambda line: line.request.time,
    "nano": lambda line: _milliseconds(line) * 1_000_000,
    "address": lambda line: line.request.address,
    "geography": lambda line: _geography(_city(line)),
    "ip_chain": lambda line: _chain(line.request.address, _city(line)),
    "threat": _threat,
    "port": _port,
    "asn": lambda line: line.request.case.networks[line.request.origin.id],
    "as_org": lambda line: _system(line).org,
    "as_domain": lambda line: _system(line).domain,
    "unusual": _unusual,
    "agent": lambda line: line.agent,
    "os": lambda line: _os(line.agent),
    "browser": lambda line: _browser(line.agent),
    "device_type": lambda line: _device_type(line.agent),
    "device": lambda line: _digest(f"{line.request.address}/{line.agent}"),
    "service": lambda line: line.request.service.id,
    "action": lambda line: line.request.action,
    "app": lambda line: _lasting_uuid(f"service/{line.request.service.id}"),
    "domain": lambda line: line.request.case.domains[line.request.service.org],
    "uuid": lambda line: _uuid(f"{line.seed}/{line.place}"),
    "request": lambda line: _uuid(line.seed),
    "transaction": _transaction,
    "request_short": lambda line: _transaction(line)[:22],
    "id": lambda line: _number(f"{line.seed}/{line.place}").hex()[:12],
    "ray": lambda line: _number(line.seed).hex()[:16],
    "process": _process,
    "turn": lambda line: str(line.turn),
    "thing_base32": lambda line: b32encode(_lasting(f"thing/{line.turn}")).decode()[:10],
    "thing_hex": lambda line: _number(f"thing/{line.turn}").hex(),
    "repository": lambda line: _repository(line).name,
    "repository_id": lambda line: _repository(line).id,
    "project": lambda line: _repository(line).project.name,
    "project_key": lambda line: _repository(line).project.key,
    "project_id": lambda line: _repository(line).project_id,
    "page": lambda line: _page(line).name,
    "page_id": lambda line: _page(line).id,
    "issue": lambda line: _issue(line).name,
    "issue_id": lambda line: _issue(line).id,
    "country_code": lambda line: _country(line).lower(),
    "country_capitals": _country,
    "proxy": lambda line: line.request.origin.id in line.request.case.proxies,
    "credential": lambda line: line.request.credential.id if line.request.credential else "",
    "client": lambda line: line.request.credential.client if line.request.credential else "",
    "client_id": _client_id,
    "token_hash": lambda line: _base64(f"token/{_session(line)}", 43) + "=",
    "holder": _holder,
    "name": _holder_name,
    "display_name": _display_name,
    "number": _holder_number,
    "number_as_number": lambda line: int(_holder_number(line)),
    "holder_uuid": lambda line: holder_uuid(_holder(line)),
    "holder_hex": lambda line: _lasting(f"holder/{_holder(line)}").hex(),
    "holder_id": lambda line: _lasting(f"holder/{_holder(line)}").hex()[:17],
    "holder_base32": lambda line: holder_base32(_holder(line)),
    "session": _session,
    "session_key": _session_key,
    "login_key": _login_key,
    "process_2": lambda line: _process(line) + 1,
    "process_3": lambda line: _process(line) + 2,
    "cloud_agent": lambda line: cloud.agent(_caller(line), line.agent, _is_away(line)),
    "region": lambda line: cloud.region(f"{_holder(line)}/{line.turn}"),
    "role_key": lambda line: cloud.role_key(_caller(line), line.request.time),
    "role_since": lambda line: iso(cloud.role_since(_caller(line), line.request.time)),
}


# --- reading and storing ------------------------------------------------------------------------


def headline(source: str, event: Event) -> str:
    """Return the few fields of an event that a person reads first.

    Its format names them; short values come with their names.
    """
    return "  ".join(filter(None, (_field(event, path) for path in log_format(source).headline)))


def _field(event: Event, path: str) -> str:
    """The field at a path of keys; any key stands for the first item of a list."""
    value: Any = event
    for key in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ""
    return str(value) if len(str(value)) > 5 else f"{key}={value}"


def write(
    folder: Path, audit: dict[str, list[Event]], truth: dict[str, str], labels: dict[str, str]
) -> dict[str, int]:
    """Write one JSONL file per source, with truth.json and labels.json.

    Returns the number of events of each source. Raises OSError; FileExistsError if a file of that
    name holds something else: nothing is overwritten, and nothing is written.
    """
    texts = {
        f"{source}.jsonl": "".join(json.dumps(event) + "\n" for event in lines)
        for source, lines in audit.items()
    }
    texts["truth.json"] = json.dumps(truth, indent=1) + "\n"
    texts["labels.json"] = json.dumps(labels, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if (folder / name).exists() and (folder / name).read_bytes() != text.encode():
            raise FileExistsError(0, f"it already holds a {name} of its own; name an empty folder")
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return {source: len(lines) for source, lines in audit.items()}
