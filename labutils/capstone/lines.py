"""Read events of all sources as a hunter looks at them: who, from where, what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from labutils.capstone.incident import plain
from labutils.hunt.fields import values_at
from labutils.hunt.sources import SOURCES, time_of

# The field of each log that says from where.
ADDRESSES = {
    "okta": "client.ipAddress",
    "support": "address",
    "jira": "source",
    "confluence": "source",
    "bitbucket": "source",
    "cloudtrail": "sourceIPAddress",
    "cloudflare_access": "IPAddress",
    "cloudflare_access_nonidentity": "ipAddress",
    "salesforce_event_log": "CLIENT_IP",
    "google_workspace_token": "ipAddress",
}
LOGIN_ADDRESS = "SOURCE_IP"  # of a login of the customer system


@dataclass(frozen=True)
class LoggedLine:
    """An event as a hunter looks at it; `time` is in seconds since 1970."""

    id: str
    source: str
    time: float
    who: str
    address: str
    action: str
    event: dict[str, Any] = field(repr=False)


def actor(event_id: str, event: dict[str, Any]) -> str:
    """Return who acted, according to the event."""
    source = event_id.rpartition(":")[0]
    return str(next(iter(values_at(event, SOURCES[source].actor)), ""))


def who(event_id: str, event: dict[str, Any]) -> str:
    """Return who acted, in the form for comparisons.

    Of a name with a path before it, that is the last part.
    """
    return plain(actor(event_id, event)).rpartition("/")[2]


def _atlassian(event: dict[str, Any]) -> str:
    return str(event["auditType"]["action"])


ACTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "okta": lambda event: str(event["eventType"]),
    "support": lambda event: str(event["type"]),
    "jira": _atlassian,
    "confluence": _atlassian,
    "bitbucket": _atlassian,
    "cloudtrail": lambda event: str(event["eventName"]),
    "cloudflare_access": lambda event: str(event["Action"]),
    "cloudflare_access_nonidentity": lambda event: str(event["isSuccessfulLogin"]),
    "salesforce_event_log": lambda event: f"{event['EVENT_TYPE']} {event.get('URI', '')}",
    "google_workspace_token": lambda event: str(event["events"][0]["name"]),
}


def line_of(name: str, event: dict[str, Any]) -> LoggedLine:
    """Return an event with this id as a line.

    Raises KeyError for a log that the company does not have.
    """
    source = name.rpartition(":")[0]
    paths = (LOGIN_ADDRESS, ADDRESSES[source])
    address = str(next((one for path in paths for one in values_at(event, path) if one), ""))
    time = time_of(event, source) or 0.0
    return LoggedLine(name, source, time, who(name, event), address, ACTIONS[source](event), event)


def made_by(line: LoggedLine) -> str:
    """Return what an event makes for coming back, as a report names it; else an empty text."""
    if line.source == "jira" and line.action == "User created":
        return f"account {line.event['affectedObjects'][0]['name']}"
    made = {
        ("cloudtrail", "CreateAccessKey"): "key of",
        ("okta", "user.mfa.factor.activate"): "factor of",
        ("google_workspace_token", "authorize"): "grant of",
    }
    kind = made.get((line.source, line.action))
    return f"{kind} {line.who}" if kind else ""
