"""Describe the form of a month of logs in numbers: the course's, an older version's, or samples.

    python tools/telemetry_form.py measure NAME FOLDER > FILE
    python tools/telemetry_form.py page FILE...

`measure` reads the logs below a folder, each called by its source, such as okta.jsonl with a line
of JSON for each event, and prints one line of JSON. `page` makes a table of such lines, a column
for each, in docs/telemetry.md. A month is made by `python -m labutils telemetry FOLDER --background
100000 --seed open`. Samples stay where they are: nothing of them is copied but these numbers.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

PAGE = ROOT / "docs" / "telemetry.md"
BEGIN, END = "<!-- form: written by tools/telemetry_form.py -->", "<!-- end of form -->"
NOTHING = "–"  # where a folder has no such log, or nothing to count

Event = dict[str, Any]
Logs = dict[str, list[Event]]  # by source
Feature = Callable[[list[Event]], float | None]
ROWS: list[tuple[str, str, str, Feature]] = []  # log, what is measured, unit, how


def row(log: str, what: str, unit: str) -> Callable[[Feature], Feature]:
    """Return a decorator that makes a row of the table of a function of events.

    They are those of one log, or of `all`. The unit is `share`, `ratio` or `number`.
    """

    def added(feature: Feature) -> Feature:
        ROWS.append((log, what, unit, feature))
        return feature

    return added


def share(hits: Iterator[bool]) -> float | None:
    """Return the share of those that are true."""
    some = list(hits)
    return sum(some) / len(some) if some else None


def leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value of an event with its key."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


# --- all logs -----------------------------------------------------------------------------------

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}", re.I)


@row("all", "UUIDs of version 4", "share")
def of_version_4(events: list[Event]) -> float | None:
    texts = (value for event in events for _, value in leaves(event) if isinstance(value, str))
    return share(found[1] == "4" for text in texts if (found := UUID.fullmatch(text)))


@row("all", "addresses that are IPv6", "share")
def of_ipv6(events: list[Event]) -> float | None:
    texts = (value for event in events for _, value in leaves(event) if isinstance(value, str))
    return share(":" in text for text in texts if ADDRESS.fullmatch(text))


# --- okta ---------------------------------------------------------------------------------------


def person(event: Event) -> str:
    return str(event["actor"]["alternateId"])


def client(event: Event, name: str) -> Event:
    """Return a mapping below `client`; an empty one if the system itself acts."""
    found: Event = event.get("client", {}).get(name) or {}
    return found


@row("okta", "lines", "number")
def okta_lines(events: list[Event]) -> float:
    return len(events)


@row("okta", "event types", "number")
def event_types(events: list[Event]) -> float:
    return len({event["eventType"] for event in events})


@row("okta", "policy lines in the request of a sign-in", "ratio")
def policies(events: list[Event]) -> float | None:
    kind = "policy.evaluate_sign_on"
    requests = {e.get("transaction", {}).get("id") for e in events if e["eventType"] == kind}
    begun = (event for event in events if event["eventType"] == "user.session.start")
    succeeded = (event for event in begun if event["outcome"]["result"] == "SUCCESS")
    return share(event.get("transaction", {}).get("id") in requests for event in succeeded)


@row("okta", "lines without a target", "share")
def without_target(events: list[Event]) -> float | None:
    return share(event.get("target") is None for event in events)


@row("okta", "people called by their login", "share")
def called_by_login(events: list[Event]) -> float | None:
    people = {
        (person(e), e["actor"]["displayName"]) for e in events if e["actor"]["type"] == "User"
    }
    return share(name in (login, login.split("@")[0]) for login, name in people)


@row("okta", "kinds of actors", "number")
def kinds_of_actors(events: list[Event]) -> float:
    return len({event["actor"]["type"] for event in events})


@row("okta", "user agents for 1,000 actors", "number")
def agents(events: list[Event]) -> float | None:
    texts = {client(event, "userAgent").get("rawUserAgent") for event in events}
    return 1000 * len(texts) / len({person(event) for event in events}) if events else None


@row("okta", "lines of the five commonest agents", "share")
def commonest_agents(events: list[Event]) -> float | None:
    texts = [client(event, "userAgent").get("rawUserAgent") for event in events]
    five = sorted(set(texts), key=texts.count)[-5:]
    return share(text in five for text in texts)


@row("okta", "session ids as 102 and 22 characters of base 64", "share")
def session_ids(events: list[Event]) -> float | None:
    ids = (event["authenticationContext"]["externalSessionId"] for event in events)
    known = (one for one in ids if one not in (None, "unknown"))
    return share(bool(re.fullmatch(r"102(?=.*[g-zG-Z_-])[\w-]{22}", one)) for one in known)


@row("okta", "lines with a city", "share")
def with_city(events: list[Event]) -> float | None:
    return share(bool(client(event, "geographicalContext").get("city")) for event in events)


@row("okta", "cities", "number")
def cities(events: list[Event]) -> float:
    named = (client(event, "geographicalContext").get("city") for event in events)
    return len({city for city in named if city})


@row("okta", "providers by name", "number")
def providers(events: list[Event]) -> float:
    return len({event.get("securityContext", {}).get("asOrg") for event in events} - {None})


@row("okta", "address chains of two or more", "share")
def chains(events: list[Event]) -> float | None:
    return share(len(event.get("request", {}).get("ipChain", ())) > 1 for event in events)


@row("okta", "threatSuspected", "share")
def threats(events: list[Event]) -> float | None:
    said = (
        event.get("debugContext", {}).get("debugData", {}).get("threatSuspected")
        for event in events
    )
    return share(one == "true" for one in said if one)


# --- cloudflare_audit ---------------------------------------------------------------------------


@row("cloudflare_audit", "kinds of acts", "number")
def kinds_of_acts(events: list[Event]) -> float:
    return len({json.dumps(event.get("ActionType") or event.get("action")) for event in events})


@row("cloudflare_audit", "logins", "share")
def logins(events: list[Event]) -> float | None:
    return share(event.get("ActionType") == "login" for event in events)


# --- measuring, and the page --------------------------------------------------------------------


def logs_below(folder: Path) -> Logs:
    """Return the events of a folder's logs, by what comes before the first dot of a file's name."""
    logs: Logs = {}
    for path in sorted(folder.rglob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        logs.setdefault(path.name.split(".")[0], []).extend(json.loads(line) for line in lines)
    return logs


def measured(logs: Logs) -> dict[str, float | None]:
    """Return every row for some logs."""
    whole = [event for events in logs.values() for event in events]
    numbers = {}
    for log, what, _, feature in ROWS:
        events = whole if log == "all" else logs.get(log, [])
        numbers[f"{log}: {what}"] = feature(events) if events else None
    return numbers


def shown(number: float | None, unit: str) -> str:
    if number is None:
        return NOTHING
    if unit == "share":
        return f"{100 * number:.1f} %"
    return f"{number:.2f}" if unit == "ratio" else f"{number:,.0f}"


def page(files: list[str]) -> None:
    """Write a table into docs/telemetry.md: a row per feature, a column per measurement."""
    columns = lines_of(files)
    names = [str(one["name"]) for one in columns]
    rows = ["| log | feature |" + "".join(f" {name} |" for name in names)]
    rows.append("|---|---|" + "---:|" * len(names))
    for log, what, unit, _ in ROWS:
        cells = (shown(one["features"].get(f"{log}: {what}"), unit) for one in columns)
        rows.append(f"| {log} | {what} | " + " | ".join(cells) + " |")
    put_between(PAGE, BEGIN, END, ["", *rows, ""])


def main(arguments: list[str]) -> int:
    match arguments:
        case ["measure", name, folder]:
            print(json.dumps({"name": name, "features": measured(logs_below(Path(folder)))}))
        case ["page", *files] if files:
            page(files)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
