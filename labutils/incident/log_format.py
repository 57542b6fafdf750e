"""Read how each vendor writes its log: data/telemetry/, one file per source.

What it writes for which request is said by a case.
"""

import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import Any, Literal

from labutils.hunt.sources import READ, SOURCES, sheet_of, without
from labutils.sheets import Row, build, value

Fields = dict[str, Any]
Event = dict[str, Any]
OTHER = "other"  # the template for what a log has no words for
NOT_PERMITTED = "not-permitted"  # for what a valid credential may not do, where a log has it
ABSENT = "absent"  # in place of a field that an event lacks
# What a template may ask for, in braces, without words from a case. labutils/incident/telemetry.py
# has a function for each.
FIELDS = {
    "time": "the second, as 2023-11-14T09:22:49Z",
    "millis": "the same with milliseconds, as 2023-11-14T09:22:49.317Z",
    "spaced": "the same as 2023-11-14 09:22:49.317",
    "compact": "the same as 20231114092249.317",
    "epoch_millis": "the same, in milliseconds since 1970 (a number)",
    "epoch": "the second, since 1970 (a number)",
    "nano": "the nanoseconds of that second, whole milliseconds (a number)",
    "address": "where the request came from",
    "geography": "its city, with state, country, postal code and position (a mapping)",
    "ip_chain": "that address, and now and then the proxy behind it, each with its city (a list)",
    "threat": "'true' where a vendor would take the address for a dangerous one, else 'false'",
    "port": "the port that it came from (a number)",
    "asn": "the number of the autonomous system of that zone (a number)",
    "as_org": "who runs it",
    "as_domain": "the domain of its hosts",
    "unusual": "POSITIVE where the holder does not work from that address, else NEGATIVE",
    "agent": "the user agent",
    "os": "the operating system that the user agent names, or Unknown",
    "browser": "the browser that it names, or UNKNOWN",
    "device_type": "Mobile or Computer, as the user agent says",
    "device": "64 hexadecimal digits for the machine: of address and user agent",
    "service": "who was asked",
    "action": "for what",
    "app": "a UUID of the service",
    "domain": "the domain of the organisation whose service it is",
    "uuid": "a UUID of the event; no two events have the same",
    "request": "a UUID of the request; all its events have the same",
    "transaction": "27 characters for the request",
    "request_short": "22 characters for the request",
    "id": "the first 12 hexadecimal digits of the event's UUID",
    "ray": "the first 16 hexadecimal digits of the request's UUID",
    "process": "a process number for the request (a number)",
    "turn": "which time it is, from 1, where a request is made many times; which thing is read",
    "repository": "the name of the repository of that number (turn)",
    "repository_id": "its id",
    "project": "the name of the project that it belongs to",
    "project_key": "the key of that project",
    "project_id": "the id of that project",
    "thing_base32": "10 capital letters and digits for the thing of that number",
    "thing_hex": "32 hexadecimal digits for it",
    "page": "the title of the page of that number (turn)",
    "page_id": "its id",
    "issue": "the key of the ticket of that number (turn)",
    "issue_id": "its id",
    "country_code": "the country of that zone, as us",
    "country_capitals": "the same, as US",
    "proxy": "whether that zone is known as one of proxies (true or false)",
    "credential": "the id of the credential, or nothing",
    "client": "the OAuth client of a grant, or nothing",
    "client_id": "an id of that client, in 15 characters, or nothing",
    "token_hash": "44 characters of base 64 for the credential, as a hash of a token has",
    "holder": "the id of its holder, or unknown",
    "name": "the holder's name, or unknown",
    "display_name": "the same as a directory has it: a person's first and family name",
    "number": "the number of the holder's account, or 0",
    "number_as_number": "the same (a number)",
    "holder_uuid": "a UUID of the holder",
    "holder_hex": "the 32 hexadecimal digits of it",
    "holder_id": "the first 17 of them",
    "holder_base32": "10 capital letters and digits for the holder, as base 32 has them",
    "session": "an identifier of the session, in 25 characters",
    "session_key": "16 characters of base 64 for two hours of a credential at an address",
    "login_key": "the same, of the login that they began with",
    "process_2": "the process number after it (a number)",
    "process_3": "the one after that (a number)",
    "cloud_agent": "how a program that calls a cloud calls itself; after a colon, its command",
    "region": "the region of a cloud in which the thing of that number (turn) is",
    "role_key": "9 capital letters and digits for an hour in which the holder has a role",
    "role_since": "when that hour began, as 2023-11-14T09:22:49Z",
}


@dataclass(frozen=True)
class JsonText:
    """A mapping or a list that many events share, as JSON."""

    text: str


@dataclass(frozen=True)
class Template:
    """A kind of event.

    `only`: it is written for allowed, or for denied requests, and not for others. `modelled`: what
    no vendor or report says about it, as a sentence.
    """

    event: dict[str, Any]
    only: Literal["allowed", "denied"] | None = None
    modelled: str = ""

    def fits(self, allowed: bool) -> bool:
        """Return whether the template is for a request that ended this way."""
        return self.only is None or (self.only == "allowed") == allowed


@dataclass(frozen=True, eq=False)
class LogFormat:
    """The log format of a source.

    `shape` is the JSON schema of an event, `headline` the fields that a person reads first, `base`
    what every event has, `denied` what a refusal changes in it, `events` what each kind of event
    changes, by name. `modelled`: why the source as a whole is our modelling. `costly`: by field,
    the values of events that are written at the highest level alone, or for money.
    """

    source: str
    headline: tuple[str, ...]
    shape: dict[str, Any]
    base: dict[str, Any]
    denied: dict[str, Any]
    events: dict[str, Template] = field(default_factory=dict)
    modelled: str = ""
    costly: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def event(self, template: str, allowed: bool, over: dict[str, Any] | None = None) -> Event:
        """Return the whole template of an event, its fields still in braces.

        The fields in `over` replace its own.
        """
        base = self.base if allowed else merged(self.base, self.denied)
        event = merged(base, self.events[template].event) | (over or {})
        return {key: item for key, item in event.items() if item != ABSENT}

    def names(self, template: str, over: dict[str, Any] | None = None) -> set[str]:
        """Return the field names that a template asks for."""
        return set[str]().union(
            *(field_names(self.event(template, allowed, over)) for allowed in (True, False))
        )


@cache
def log_format(source: str) -> LogFormat:
    """Return the format of one source. Raises SheetError, which names the line."""
    sheet = without(sheet_of(source), READ)
    rows = value(sheet, "events", dict[str, Row])
    events = {name: build(Template, row) for name, row in rows.items()}
    vendor = build(LogFormat, sheet, source=source, events=events)
    fields_in(sheet, "base", vendor.base)
    fields_in(sheet, "denied", vendor.denied)
    for name, row in rows.items():
        fields_in(row, "event", events[name].event)
    return vendor


def is_source(source: str) -> bool:
    """Return whether data/telemetry/ says how this source is written.

    Of some it only says how to read them.
    """
    return source in SOURCES and "events" in sheet_of(source)


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge `over` into `base`, mapping by mapping."""
    return base | {
        key: merged(base[key], item)
        if isinstance(item, dict) and isinstance(base.get(key), dict)
        else item
        for key, item in over.items()
    }


def field_names(template: Any) -> set[str]:
    """Return the names in braces in a template, at any depth."""
    if isinstance(template, dict):
        return set[str]().union(*map(field_names, template.values()))
    if isinstance(template, list):
        return set[str]().union(*map(field_names, template))
    if not isinstance(template, str):
        return set()
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def worded(template: Any, words: dict[str, str | int]) -> Any:
    """Return a template with a case's words in place of their names.

    A word that is the whole text keeps its own type, and may have fields in braces itself.
    """
    if isinstance(template, dict):
        return {key: worded(item, words) for key, item in template.items()}
    if isinstance(template, list):
        return [worded(item, words) for item in template]
    if not isinstance(template, str):
        return template
    for name, word in words.items():
        if template == f"{{{name}}}":
            return word
        template = template.replace(f"{{{name}}}", str(word))
    return template


def fields_in(row: Row, key: str, template: Any) -> set[str]:
    """Return the names in braces in the value under a key.

    Raises SheetError with the line if the braces are not in pairs.
    """
    try:
        return field_names(template)
    except ValueError as error:
        raise row.error(f"{key}: names stand in pairs of braces ({error})", key) from error


def compiled(template: Any) -> Callable[[Fields], Any]:
    """Compile a template into a function of its fields.

    A text that is a single field takes that field's own type. No two events share a list or a
    mapping.
    """
    if isinstance(template, dict):
        return _compiled_mapping(template)
    if isinstance(template, list):
        items = [compiled(item) for item in template]
        return lambda fields: [item(fields) for item in items]
    if isinstance(template, str) and "{" in template:
        alone = template[1:-1]
        return _whole(alone) if alone.isidentifier() else template.format_map
    return lambda _: template


def _whole(name: str) -> Callable[[Fields], Any]:
    """The value of a field as it is; of a part, a copy of its own."""

    def item(fields: Fields) -> Any:
        value = fields[name]
        return json.loads(value.text) if type(value) is JsonText else value

    return item


def _compiled_mapping(template: dict[str, Any]) -> Callable[[Fields], Event]:
    """A copy of what is the same in every event, then the rest: an event keeps the order of its
    template."""
    parts = [(key, compiled(item)) for key, item in template.items() if not _is_constant(item)]
    if not parts:
        return lambda _: template.copy()

    def event(fields: Fields) -> Event:
        filled = template.copy()
        for key, part in parts:
            filled[key] = part(fields)
        return filled

    return event


def _is_constant(template: Any) -> bool:
    """Whether it is a number, a truth value, null, or a text without a field."""
    if isinstance(template, str):
        return "{" not in template
    return not isinstance(template, dict | list)


AS_JSON = json.JSONEncoder().encode  # json.dumps asks for its settings each time


def compiled_text(template: Any) -> Callable[[Fields], str]:
    """Compile a template into a function that writes its event as JSON.

    It returns what json.dumps makes of `compiled(template)(fields)`, in half the time.
    """
    pieces = list(_pieces(template))
    text = "".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)
    values = [piece for piece in pieces if not isinstance(piece, str)]
    return lambda fields: text % tuple([_as_json(value(fields)) for value in values])


def _as_json(value: Any) -> str:
    """What json.dumps makes of a value; nearly all are texts, and need not be looked at twice."""
    if type(value) is str:
        return encode_basestring_ascii(value)
    if type(value) is JsonText:
        return value.text
    return str(value) if type(value) is int else AS_JSON(value)


def _pieces(template: Any) -> Iterator[str | Callable[[Fields], Any]]:
    """The JSON of a template, piece by piece. A value with fields is a function of them."""
    if isinstance(template, dict):
        before = "{"
        for key, item in template.items():
            yield f"{before}{json.dumps(key)}: "
            yield from _pieces(item)
            before = ", "
        yield "}" if template else "{}"
    elif isinstance(template, list):
        before = "["
        for item in template:
            yield before
            yield from _pieces(item)
            before = ", "
        yield "]" if template else "[]"
    elif _is_constant(template):
        yield json.dumps(template)
    elif isinstance(template, str) and template[1:-1].isidentifier():
        yield itemgetter(template[1:-1])
    else:
        yield compiled(template)
