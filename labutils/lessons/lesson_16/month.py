"""The log of the company's customer system in a month of ordinary traffic, with the intruder of
2025 in it."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from labutils.incident import attackers, background, breach, cases
from labutils.incident.ground_truth import read_ground_truth
from labutils.incident.policy import World
from labutils.lab import seconds

from .thieves import CASE

Line = dict[str, Any]
SOURCE = "salesforce_event_log"
COUNT, SEED, DAYS = 6_000, "lesson-16", "other days"
FORGED = "rented-host"  # where the thief gives the agent's name as that of his program
LISTING, COUNTING = "/sobjects", "SELECT COUNT() FROM"
RULE = "integration_looks_round"


@cache
def folder() -> Path:
    """The logs of that month. The intruder comes some days earlier than the reports say, and from
    one of his two hosts under the agent's own name: nobody finds him by what is in a report."""
    key = background.fingerprint(CASE, COUNT, SEED, DAYS, FORGED)
    return background.keep(f"{CASE}-{COUNT}-{key}", _make)


def _make(folder: Path) -> None:
    case = attackers.with_other_days(cases.load(CASE), DAYS)
    forged = replace(case.addresses[FORGED], agent=case.addresses["vendor-network"].agent)
    case = replace(case, addresses={**case.addresses, FORGED: forged})
    replay = breach.play(World.historical(case), case=case)
    background.write(folder, replay, count=COUNT, seed=SEED)


@cache
def _lines() -> tuple[Line, ...]:
    text = (folder() / f"{SOURCE}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def lines() -> list[Line]:
    """All lines, in the order of time."""
    return list(_lines())


def logins() -> list[Line]:
    """The logins of integrations (LOGIN_TYPE i), in the order of time."""
    return [line for line in _lines() if line.get("LOGIN_TYPE") == "i"]


def strangers(logins: Iterable[Line], name: str = "SOURCE_IP") -> list[Line]:
    """Of logins in the order of time those whose address (or another field) the same user never had
    before; a user's first login has nothing before it."""
    seen: dict[str, set[str]] = {}
    found = []
    for login in logins:
        user, address = login["USER_ID"], login[name]
        if user in seen and address not in seen[user]:
            found.append(login)
        seen.setdefault(user, set()).add(address)
    return found


def when(line: Line) -> float:
    """When a line was written, in seconds since 1970."""
    moment, _, millis = line["TIMESTAMP_DERIVED"].removesuffix("Z").partition(".")
    return seconds(f"{moment}Z") + int(millis) / 1000


def lists(line: Line) -> bool:
    """Whether a line is a look at the list of all objects."""
    return line["EVENT_TYPE"] == "RestApi" and str(line["URI"]).endswith(LISTING)


def counts(line: Line) -> bool:
    """Whether a line is a query that counts an object."""
    is_query = line["EVENT_TYPE"] == "UniqueQuery"
    return is_query and str(line["QUERY_IDENTIFIER"]).startswith(COUNTING)


def looks_round(lines: Iterable[Line]) -> set[str]:
    """The sessions that list the objects and count one's records within 30 minutes."""
    lines = list(lines)
    return {
        one["SESSION_KEY"]
        for one in filter(lists, lines)
        for other in filter(counts, lines)
        if one["SESSION_KEY"] == other["SESSION_KEY"] and abs(when(one) - when(other)) <= 30 * 60
    }


@cache
def _facts() -> dict[str, str]:
    """The step that a line of the intruder's belongs to, by its request id."""
    truth = read_ground_truth(folder()).facts
    return {
        _lines()[int(name.rpartition(":")[2]) - 1]["REQUEST_ID"]: fact
        for name, fact in truth.items()
        if name.startswith(SOURCE)
    }


def is_his(line: Line) -> bool:
    """Whether a line is the intruder's. In a real month nobody tells."""
    return line["REQUEST_ID"] in _facts()


def end_of_export() -> float:
    """When the intruder's export job was complete, in seconds since 1970."""
    return max(when(line) for line in _lines() if is_his(line) and line.get("JOB_STATUS"))


def calls_after(login: Line) -> list[Line]:
    """The calls with the key of a login, from the login on."""
    return [
        line
        for line in _lines()
        if line["LOGIN_KEY"] == login["LOGIN_KEY"]
        and line["EVENT_TYPE"] != "Login"
        and when(line) >= when(login)
    ]


# --- in words -------------------------------------------------------------------------------------


def login_row(login: Line) -> dict[str, object]:
    """A login as a line of a table."""
    moment = str(login["TIMESTAMP_DERIVED"])[:16].replace("T", " ")
    return {"time": moment, "account": _user(login), "address": login["SOURCE_IP"]}


def habit(login: Line) -> str:
    """What somebody does with the token of a login, in words."""
    calls = calls_after(login)
    if not calls:
        return "nothing yet"
    if any(line["EVENT_TYPE"] == "BulkApi2" for line in calls):
        return "counts, and exports"
    if any(map(counts, calls)):
        return "counts the records of an object"
    if all(map(lists, calls)):
        return "lists the objects, and does nothing else"
    return "lists the objects, and works" if any(map(lists, calls)) else "works with single records"


def habits(account: str) -> Counter[str]:
    """After how many of its logins an account does what."""
    return Counter(habit(login) for login in logins() if _user(login) == account)


def session_rows(keys: Iterable[str]) -> list[dict[str, object]]:
    """A line for each session: when it began, whose it is by its name, how long before the end of
    the export, and whether it is the intruder's."""
    users = {line["USER_ID"]: _user(line) for line in _lines() if "USER_NAME" in line}
    sessions = [[line for line in _lines() if line.get("SESSION_KEY") == key] for key in keys]
    return [
        {
            "began": first["TIMESTAMP_DERIVED"][:16].replace("T", " "),
            "account": users[first["USER_ID"]],
            "hours before the export ends": f"{(end_of_export() - when(first)) / 3600:.1f}",
            "in truth": "Tom" if is_his(first) else "honest",
        }
        for first, *_ in sorted(sessions, key=lambda session: when(session[0]))
    ]


def first_query(account: str, entity: str) -> Line:
    """The first query of an account in the month that reads one kind of object.

    Raises ValueError if there is none.
    """
    users = {line["USER_ID"]: _user(line) for line in _lines() if "USER_NAME" in line}
    for line in _lines():
        query = str(line.get("QUERY_IDENTIFIER", "")) + " "
        if users.get(line["USER_ID"]) == account and f" FROM {entity} " in query:
            return line
    raise ValueError(f"{account} queries no {entity} in this month")


def _user(line: Line) -> str:
    return str(line["USER_NAME"]).split("@")[0]
