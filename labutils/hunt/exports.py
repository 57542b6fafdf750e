"""Unwrap exported events: the lists and envelopes that tools put around them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from labutils.hunt import cloudtrail_columns
from labutils.hunt.entra_portal import sign_in
from labutils.hunt.json_stream import NotAnEvent, parsed

# The key under which an object holds a list of events.
ENVELOPES = (
    "Records",  # AWS CloudTrail's files
    "Events",  # aws cloudtrail lookup-events
    "logEvents",  # Amazon CloudWatch Logs
    "events",  # aws logs filter-log-events
    "QueryResultRows",  # aws cloudtrail get-query-results
    "entities",  # Atlassian's interface
    "result",  # Cloudflare's interface
    "value",  # Microsoft Graph
    "records",  # Azure Monitor; Salesforce's answer to a query
    "items",  # Google's Reports API
    "data",  # Atlassian's and OneLogin's interfaces
    "entries",  # Slack's interface
    "authlogs",  # Duo's interface
    "results",  # Splunk's interface
    "tables",  # Log Analytics' interface
    "accounts",  # Cloudflare's GraphQL
    "accessLoginRequestsAdaptiveGroups",
    "hits",  # Elasticsearch's answer, in an object of the same name
)
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_SCALAR = rf"(?:{_QUOTED}|[-+.\w]++)"
# An object whose first list is such a list, after plain values alone, such as `@odata.context`.
ENVELOPE = re.compile(
    rf"\{{\s*(?:{_QUOTED}\s*:\s*{_SCALAR}\s*,\s*){{0,20}}"
    rf'"(?:{"|".join(ENVELOPES)})"\s*:\s*\['
)
AFTER = re.compile(rf"\s*,\s*{_QUOTED}\s*:\s*")  # the key of what follows such a list
CLOSED = re.compile(r"\s*\}")

Step = Callable[[dict[str, Any]], Any]


def _text(key: str) -> Step:
    """What the JSON text under a key says. The step raises NotAnEvent."""

    def step(wrapped: dict[str, Any]) -> Any:
        text = wrapped.get(key)
        if not isinstance(text, str) or not text.lstrip().startswith("{"):
            return None
        try:
            return parsed(text.strip())
        except NotAnEvent as error:
            raise NotAnEvent(f"{key} {error}") from error

    return step


def _object(key: str, beside: str = "", without: str = "") -> Step:
    """The object under a key, where another key stands beside it, or a third does not."""

    def step(wrapped: dict[str, Any]) -> Any:
        inner = wrapped.get(key)
        fits = (not beside or beside in wrapped) and without not in wrapped
        return inner if isinstance(inner, dict) and fits else None

    return step


def _table(wrapped: dict[str, Any]) -> Any:
    """The rows of a table whose columns are named beside them."""
    columns, rows = wrapped.get("columns"), wrapped.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return None
    names = [one.get("name") if isinstance(one, dict) else one for one in columns]
    return [dict(zip(map(str, names), row, strict=False)) for row in rows if isinstance(row, list)]


def _original(wrapped: dict[str, Any]) -> Any:
    """What the Elastic Common Schema keeps of the event as its vendor wrote it."""
    event = wrapped.get("event")
    if isinstance(event, dict):
        return _text("original")(event)
    return _text("event.original")(wrapped)


WRAPPINGS: tuple[Step, ...] = (
    _text("CloudTrailEvent"),  # aws cloudtrail lookup-events
    _object("detail", "detail-type"),  # Amazon EventBridge
    _object("result"),  # Splunk's export of a search
    _text("_raw"),
    _text("eventJson"),  # AWS CloudTrail Lake, of AWS's own events
    _text("eventjson"),
    _text("eventData"),  # AWS CloudTrail Lake, of an event that its owner put there
    _text("AuditData"),  # Microsoft Purview
    _object("auditData"),  # Microsoft Graph's audit log queries
    _table,
    _object("data"),  # Google's Pub/Sub; Cloudflare's GraphQL
    _object("viewer"),
    _object("dimensions"),
    _object("response"),  # Duo
    _object("_source"),  # Elasticsearch
    _object("hits"),
    _original,
    _object("event", without="ecs"),  # Splunk's HTTP Event Collector; not Elastic's own fields
    _text("event"),
    _text("message"),
    cloudtrail_columns.event,  # Athena; AWS CloudTrail Lake
    sign_in,  # the Entra portal's CSV
)


def _is_row(value: list[Any]) -> bool:
    """Whether a list is a row of AWS CloudTrail Lake: an object for each of its columns."""
    single = all(isinstance(one, dict) and len(one) == 1 for one in value)
    return len(value) > 1 and single and len(set().union(*value)) == len(value)


def _row(value: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: item for one in value for key, item in one.items()}


def contents(value: Any) -> Iterator[Any] | None:
    """Return the events inside a list or an export's envelope; None if there are none.

    Raises NotAnEvent for an envelope whose text is broken.
    """
    if isinstance(value, list):
        return iter((_row(value),)) if _is_row(value) else iter(value)
    if not isinstance(value, dict):
        return None
    if "actor" in value and "events" in value:
        return None  # one activity of Google's Reports API, and all that it did
    for key in ENVELOPES:
        if isinstance(members := value.get(key), list):
            return iter(members)
    for step in WRAPPINGS:
        inner = step(value)
        if inner is not None:
            return iter((inner,))
    return None
