"""The logs that can be hunted in: what each is called in Sigma, how it is known, when it happened.

Nothing is refused for a field that it lacks: real exports differ from version to version.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class LogSource:
    """A source of logs.

    `product`, `service` and `category` are what a rule's log source may say of it (Sigma
    specification, appendix "log sources"); `times` are the fields that may hold an event's time;
    `looks` says whether an event is one of this source; `actor` is the field that says who acted.
    """

    name: str
    product: frozenset[str]
    service: frozenset[str]
    category: frozenset[str]
    times: tuple[str, ...]
    looks: Callable[[Json], bool]
    actor: str


def _has(*keys: str) -> Callable[[Json], bool]:
    return lambda event: all(key in event for key in keys)


def _any_of(*tests: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda event: any(test(event) for test in tests)


def _is_nonidentity_login(event: Json) -> bool:
    """A login by a service token: GraphQL, accessLoginRequestsAdaptiveGroups."""
    return "serviceTokenId" in event or event.get("identityProvider") == "nonidentity"


def _is_linux_process(event: Json) -> bool:
    """A process with a path of Linux (Sysmon for Linux); Windows has the same fields."""
    image = event.get("Image")
    return "CommandLine" in event and isinstance(image, str) and "\\" not in image


def _is_sshd_line(event: Json) -> bool:
    return event.get("process") == "sshd" and "message" in event


def _is_atlassian(prefix: str, author: str) -> Callable[[Json], bool]:
    """The audit log of one Atlassian product: `auditType` in files, `type` in the REST interface.

    The products share the shape; the key of the act's name begins with the product's own `prefix`,
    and where there is no such key the type of the author tells.
    """

    def looks(event: Json) -> bool:
        act = event.get("auditType", event.get("type"))
        if not isinstance(act, dict) or "action" not in act:
            return False
        keys = [str(act.get(key) or "") for key in ("actionI18nKey", "categoryI18nKey")]
        if any(key.startswith(("jira.", "audit.logging.", "bitbucket.")) for key in keys):
            return any(key.startswith(prefix) for key in keys)
        who = event.get("author")
        return isinstance(who, dict) and who.get("type") == author

    return looks


_ACTORS = {  # by source: the field that says who acted
    "okta": "actor.alternateId",
    "support": "user",
    "jira": "author.name",
    "confluence": "author.name",
    "bitbucket": "author.name",
    "cloudtrail": "userIdentity.arn",
    "cloudflare_access": "Email",
    "cloudflare_access_nonidentity": "serviceTokenId",
    "cloudflare_gateway": "SourceIP",
    "cloudflare_audit": "ActorEmail",
    "linux_process_creation": "Computer",
    "sshd": "host",
}


def _source(
    name: str,
    product: str,
    service: str,
    times: str,
    looks: Callable[[Json], bool],
    category: str = "",
) -> LogSource:
    return LogSource(
        name,
        frozenset(product.split()),
        frozenset(service.split()),
        frozenset(category.split()),
        tuple(times.split()),
        looks,
        _ACTORS[name],
    )


_ATLASSIAN_TIMES = "timestamp.epochSecond timestamp"

# An event that looks like two of these belongs to the first.
SOURCES: dict[str, LogSource] = {
    source.name: source
    for source in (
        _source(
            "okta",
            "okta",
            "okta system_log",
            "published",
            _any_of(_has("eventType", "published"), _has("eventType", "actor", "outcome")),
        ),
        _source("cloudtrail", "aws", "cloudtrail", "eventTime", _has("eventSource", "eventName")),
        _source(
            "bitbucket",
            "bitbucket atlassian",
            "audit bitbucket",
            _ATLASSIAN_TIMES,
            _is_atlassian("bitbucket.", "NORMAL"),
        ),
        _source(
            "jira",
            "jira atlassian",
            "audit jira",
            _ATLASSIAN_TIMES,
            _is_atlassian("jira.", "ApplicationUser"),
        ),
        _source(
            "confluence",
            "confluence atlassian",
            "audit confluence",
            _ATLASSIAN_TIMES,
            _is_atlassian("audit.logging.", "user"),
        ),
        _source(
            "cloudflare_access_nonidentity",
            "cloudflare",
            "access_nonidentity",
            "datetime",
            _is_nonidentity_login,
        ),
        _source(
            "cloudflare_access",
            "cloudflare",
            "access access_requests",
            "CreatedAt",
            _has("AppDomain", "Allowed"),
        ),
        _source(
            "cloudflare_gateway",
            "cloudflare",
            "gateway gateway_network",
            "Datetime",
            _has("SourceIP", "DestinationIP", "Action"),
        ),
        _source(
            "cloudflare_audit",
            "cloudflare",
            "audit",
            "When when ActionTimestamp",
            _any_of(
                _has("ActionType", "ActorType"), _has("AuditLogID"), _has("action", "actor", "when")
            ),
        ),
        _source(
            "linux_process_creation",
            "linux",
            "sysmon",
            "UtcTime",
            _is_linux_process,
            "process_creation",
        ),
        _source("sshd", "linux", "sshd auth", "timestamp", _is_sshd_line),
        _source("support", "support", "support", "time", _has("user", "record", "result", "type")),
    )
}

_BY_LENGTH = sorted(SOURCES, key=len, reverse=True)


def source_by_name(stem: str) -> str | None:
    """The source that a file's name begins with, as in `okta-2023.jsonl`; None where none is."""
    return next(
        (name for name in _BY_LENGTH if re.match(rf"{name}(?![a-z])", stem.lower())),
        None,
    )


def source_by_content(event: Json) -> str | None:
    """The source whose events look like this one; None where none is."""
    return next((name for name, source in SOURCES.items() if source.looks(event)), None)


def sources_for(logsource: tuple[str | None, str | None, str | None]) -> list[str]:
    """The sources that a rule's (product, service, category) names; what it leaves out is free."""
    product, service, category = (part and part.lower() for part in logsource)
    if not (product or service or category):
        return []
    return [
        name
        for name, source in SOURCES.items()
        if (not product or product in source.product)
        and (not service or service in source.service)
        and (not category or category in source.category)
    ]


# --- the fields of an event ---------------------------------------------------------------------


def values_at(event: Json, field: str) -> list[Any]:
    """What stands at a field, such as `client.ipAddress`: each value, any member of each list.

    A key that is written with dots, as some exports have it, comes before the path. A null is no
    value.
    """
    if field in event:
        return members(event[field])
    return values_below(event, field.split("."))


def values_below(value: Any, path: Iterable[str]) -> list[Any]:
    """What stands at the end of a path, by way of any member of each list.

    Most paths lead through objects alone, and these are walked first.
    """
    keys = iter(path)
    while isinstance(value, dict):
        key = next(keys, None)
        if key is None:
            break
        value = value.get(key)
    level = members(value)
    for key in keys:
        level = members([item.get(key) for item in level if isinstance(item, dict)])
    return level


def members(value: Any) -> list[Any]:
    """The members of a list, of lists in it too; another value alone; nothing for null."""
    if not isinstance(value, list):
        return [] if value is None else [value]
    every: list[Any] = []
    for item in value:
        if isinstance(item, list):
            every += members(item)
        elif item is not None:
            every.append(item)
    return every


def leaves(event: Any) -> list[Any]:
    """Every plain value of an event, in the order of the text."""
    if not isinstance(event, (dict, list)):
        return [] if event is None else [event]
    every: list[Any] = []
    for item in event.values() if isinstance(event, dict) else event:
        if isinstance(item, (dict, list)):
            every += leaves(item)
        elif item is not None:
            every.append(item)
    return every


# --- time ---------------------------------------------------------------------------------------

_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))  # nano-, micro- and milliseconds since 1970


def time_of(event: Json, source: str) -> float | None:
    """When an event happened, in seconds since 1970; None where it says nothing that is a time."""
    for field in SOURCES[source].times:
        for value in values_at(event, field):
            moment = _seconds(value)
            if moment is not None:
                return moment + _nanoseconds(event, field)
    return None


def _nanoseconds(event: Json, field: str) -> float:
    """Atlassian's audit files hold the part below a second in a field of its own."""
    nano = values_at(event, "timestamp.nano") if field == "timestamp.epochSecond" else []
    return nano[0] / 1e9 if nano and isinstance(nano[0], int) and 0 <= nano[0] < 1e9 else 0.0


def _seconds(value: Any) -> float | None:
    """A number since 1970, by its size, or a text of ISO 8601; without a zone it is UTC."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return number / next((scale for least, scale in _SCALES if abs(number) >= least), 1)


def iso_time(seconds: float | None) -> str | None:
    """Seconds since 1970 as ISO 8601 in UTC, with milliseconds where there are any.

    None where there is no time, or one that no calendar holds.
    """
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    digits = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=digits).replace("+00:00", "Z")
