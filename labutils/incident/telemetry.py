"""What each service wrote down about a request, in its vendor's own format. The shapes stand in data/telemetry/, a file a source."""

import json
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

from labutils.incident.inventory import estate
from labutils.incident.policy import Decision, Request
from labutils.incident.sheets import Row, read
from labutils.lab import iso

SOURCES = (
    "okta",
    "support",
    "jira",
    "confluence",
    "bitbucket",
    "cloudtrail",
    "cloudflare_access",
    "cloudflare_access_nonidentity",
    "cloudflare_gateway",
    "cloudflare_audit",
    "linux_process_creation",
    "sshd",
)
NETWORKS = {
    "internet": 64500,
    "homes": 64496,
    "atlassian": 64499,
    "edge": 64498,
}  # numbers for documentation (RFC 5398)


@cache
def sheet(source: str) -> Row:
    """The shape (a JSON schema), the base and the events of one source."""
    return read(f"telemetry/{source}.yaml")


@cache
def _templates(scope: str, allowed: bool, audit: str) -> list[tuple[str, Callable[[dict], dict]]]:
    """What to write for a request, source by source. `other` in a sheet is for what its own service has no words for."""
    found = []
    for source in SOURCES:
        page = sheet(source)
        fitting = [
            entry
            for entry in page["events"]
            if entry.get("only") in (None, "allowed" if allowed else "denied")
        ]
        chosen = [entry for entry in fitting if scope in entry["on"]]
        if not chosen and source == audit:
            chosen = [entry for entry in fitting if "other" in entry["on"]]
        for entry in chosen:
            merged = page["base"] if allowed else _merged(page["base"], page["denied"])
            found.append((source, _compiled(_merged(merged, entry["event"]))))
    return found


def _merged(base: dict, over: dict) -> dict:
    """`over` laid upon `base`, mapping by mapping."""
    return base | {
        key: _merged(base[key], value)
        if isinstance(value, dict) and isinstance(base.get(key), dict)
        else value
        for key, value in over.items()
    }


def _compiled(template) -> Callable[[dict], object]:
    """A template as a function of its fields. A text that is one field alone takes that field's own type."""
    if isinstance(template, dict):
        parts = [(key, _compiled(value)) for key, value in template.items()]
        return lambda fields: {key: part(fields) for key, part in parts}
    if isinstance(template, list):
        items = [_compiled(item) for item in template]
        return lambda fields: [item(fields) for item in items]
    if isinstance(template, str) and "{" in template:
        alone = template[1:-1]
        return (lambda fields: fields[alone]) if alone.isidentifier() else template.format_map
    return lambda fields: template


def events(request: Request, decision: Decision, agent: str, serial: int) -> list[tuple[str, dict]]:
    """What this request leaves in the logs: (source, event) pairs. `serial` is a number that no other request has."""
    when, credential, scope, audit = (
        iso(request.time),
        request.credential,
        request.scope,
        request.service.audit,
    )
    if credential and credential.kind == "session" and audit == "cloudflare_access_nonidentity":
        scope, audit = (
            scope + " by a person",
            "cloudflare_access",
        )  # the gateway keeps people and service tokens apart
    templates = _templates(scope, decision.allow, audit)
    if not templates:
        return []
    unique = _number(f"{request.service.id}/{serial}")
    fields = {
        "time": when,
        "millis": when[:-1] + ".000Z",
        "spaced": when[:-1].replace("T", " ") + ".000",
        "epoch": request.time,
        "address": request.address,
        "agent": agent,
        "asn": NETWORKS[request.origin],
        "service": request.service.id,
        "action": request.action,
        "uuid": str(unique),
        "id": unique.hex[:12],
        "ray": unique.hex[:16],
        "credential": credential.id if credential else "",
        "holder": credential.holder.id if credential else "unknown",
        "name": credential.holder.name if credential else "unknown",
        "number": 10000 + 100 * list(estate().identities).index(credential.holder.id)
        if credential
        else 0,
        "session": "102"
        + _number(credential.session or credential.id if credential else str(serial)).hex[:17],
        "domain": "company.example" if request.service.org == "company" else "customer.example",
        "app": str(_number(request.service.id)),
    }
    return [(source, write(fields)) for source, write in templates]


def _number(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://lab.example/{name}")


def headline(source: str, event: dict) -> str:
    """The few fields of an event that a person reads first, as its sheet names them, those with a short value with their names."""

    def field(path: str) -> str:
        value = event
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else value[0] if value else None
        return "" if value is None else str(value) if len(str(value)) > 5 else f"{key}={value}"

    return "  ".join(filter(None, map(field, sheet(source)["headline"]))) + (
        "  (assumed)" if event.get("x_course_assumption") else ""
    )


def write(folder: Path, audit: dict[str, list[dict]], truth: dict[str, str]) -> dict[str, int]:
    """Write one JSONL file a source, and truth.json beside them; the number of events of each. Raises OSError.

    FileExistsError where a file of that name holds something else: nothing is overwritten, and nothing is written.
    """
    texts = {
        f"{source}.jsonl": "".join(json.dumps(event) + "\n" for event in found)
        for source, found in audit.items()
    }
    texts["truth.json"] = json.dumps(truth, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if (folder / name).exists() and (folder / name).read_bytes() != text.encode():
            raise FileExistsError(0, f"it holds a {name} of its own; name an empty folder")
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return {source: len(found) for source, found in audit.items()}
