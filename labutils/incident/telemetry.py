"""What each service wrote down about a request, in its vendor's own format.

The formats stand in data/telemetry/ (log_format); which of them holds which request is said by
`logs` in a case.
"""

import json
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from labutils.incident.cases import Case, LogEntry
from labutils.incident.log_format import OTHER, Event, Fields, compiled, log_format
from labutils.incident.policy import Decision, Request
from labutils.lab import iso

Writer = Callable[[Fields], Event]


def events(
    request: Request, decision: Decision, agent: str, serial: int | str
) -> list[tuple[str, Event]]:
    """What this request leaves in the logs: (source, event) pairs. `serial` is one that no other
    request has."""
    kind = request.credential.kind if request.credential else None
    audit = request.service.audit_by_kind.get(kind or "", request.service.audit)
    writers = _writers(request.case, request.scope, decision.allow, kind, audit)
    if not writers:
        return []
    fields = fields_of(request, agent, serial)
    return [(source, write(fields)) for source, write in writers]


# --- which templates ----------------------------------------------------------------------------


@cache
def _writers(
    case: Case, scope: str, allowed: bool, kind: str | None, audit: str
) -> list[tuple[str, Writer]]:
    """How a request is written, source by source: by the rows of the case that fit, else as what
    the log has no words for."""
    writers = []
    for source in case.sources:
        vendor = log_format(source)
        entries = [
            entry
            for entry in case.logs
            if entry.source == source
            and scope in entry.scopes
            and (not entry.kinds or kind in entry.kinds)
            and vendor.events[entry.template].fits(allowed)
        ]
        other = vendor.events.get(OTHER)
        if not entries and source == audit and other and other.fits(allowed):
            entries = [LogEntry((scope,), source, OTHER)]
        writers += [(source, _writer(entry, allowed)) for entry in entries]
    return writers


def _writer(entry: LogEntry, allowed: bool) -> Writer:
    """The template of a row as a function of a request's fields, to which the row's words are
    added."""
    write = compiled(log_format(entry.source).event(entry.template, allowed))
    words = compiled(entry.words)
    return lambda fields: write(fields | words(fields))


# --- what a template may ask for ----------------------------------------------------------------


def fields_of(request: Request, agent: str, serial: int | str) -> Fields:
    """The fields of a request that a template may ask for, each explained in log_format.FIELDS."""
    unique = _number(f"{request.service.id}/{serial}")
    return {
        **_times(request.time),
        **_caller(request, str(serial)),
        "address": request.address,
        "asn": request.case.networks[request.origin.id],
        "agent": agent,
        "service": request.service.id,
        "action": request.action,
        "app": str(_number(request.service.id)),
        "domain": request.case.domains[request.service.org],
        "uuid": str(unique),
        "id": unique.hex[:12],
        "ray": unique.hex[:16],
    }


def _times(moment: int) -> Fields:
    """A moment in seconds since 1970, in the four ways of writing it."""
    text = iso(moment)
    return {
        "time": text,
        "millis": text[:-1] + ".000Z",
        "spaced": text[:-1].replace("T", " ") + ".000",
        "epoch": moment,
    }


def _caller(request: Request, serial: str) -> Fields:
    """Who asked, as far as the credential tells."""
    credential = request.credential
    if credential is None:
        nobody = {"credential": "", "holder": "unknown", "name": "unknown", "number": 0}
        return nobody | {"session": _session(serial)}
    holder = credential.holder
    place = list(request.case.estate.identities).index(holder.id)
    return {
        "credential": credential.id,
        "holder": holder.id,
        "name": holder.name,
        "number": 10000 + 100 * place,
        "session": _session(credential.session or credential.id),
    }


def _session(name: str) -> str:
    return "102" + _number(name).hex[:17]


def _number(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://lab.example/{name}")


# --- reading and storing ------------------------------------------------------------------------


def headline(source: str, event: Event) -> str:
    """The few fields of an event that a person reads first, as its format names them, short values
    with their names."""
    parts = [_field(event, path) for path in log_format(source).headline]
    assumed = "  (assumed)" if event.get("x_course_assumption") else ""
    return "  ".join(filter(None, parts)) + assumed


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


def write(folder: Path, audit: dict[str, list[Event]], truth: dict[str, str]) -> dict[str, int]:
    """Write one JSONL file a source, and truth.json beside them; the number of events of each.
    Raises OSError.

    FileExistsError where a file of that name holds something else: nothing is overwritten, and
    nothing is written.
    """
    texts = {
        f"{source}.jsonl": "".join(json.dumps(event) + "\n" for event in lines)
        for source, lines in audit.items()
    }
    texts["truth.json"] = json.dumps(truth, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if (folder / name).exists() and (folder / name).read_bytes() != text.encode():
            raise FileExistsError(0, f"it holds a {name} of its own; name an empty folder")
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return {source: len(lines) for source, lines in audit.items()}
