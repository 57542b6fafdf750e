"""Logs to hunt in, and Sigma rules over them (lesson 10)."""

import json
import tempfile
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from textwrap import fill
from typing import Any

from labutils.hunt import engine
from labutils.hunt import rules as sigma_rules
from labutils.hunt.engine import Hit
from labutils.hunt.fields import values_at, values_below
from labutils.hunt.loaded_logs import rules_of_texts, written
from labutils.incident import background, held_out, scoring
from labutils.incident.alerts import Alert
from labutils.incident.log_events import Event
from labutils.incident.logs import Logs
from labutils.incident.scoring import Score
from labutils.lab import SceneError, data_file, iso, seconds
from labutils.stage.sigma_text import below
from labutils.text import counted

LARGEST = sigma_rules.LARGEST  # bytes of a file of rules


def correlated(name: str, title: str, correlation: str, level: str = "high") -> str:
    """A Sigma correlation as text: the head, and what is correlated, in YAML."""
    return (
        f"title: {title}\nname: {name}\nauthor: you\n"
        f"{below('correlation', correlation)}level: {level}\n"
    )


# --- logs ---------------------------------------------------------------------------------------

of_files = rules_of_texts


def hits_among(logs: Mapping[str, list[Event]], *rules: str) -> list[Hit]:
    """The hits of these rules over a few events. Raises SceneError where a rule is refused."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for source, events in logs.items():
            files.append(Path(folder, f"{source}.jsonl"))
            text = "".join(json.dumps(event) + "\n" for event in events)
            files[-1].write_text(text, encoding="utf-8")
        result = engine.hunt([written(Path(folder), rules)], files)
    if result.refused:
        raise SceneError(result.refused[0].reason)
    return result.hits


@cache
def a_month() -> Logs:
    """The month of the lesson: made at first use, and kept (labutils.incident.background)."""
    return Logs(background.logs())


def apart(gateway: Mapping[str, Event], truth: Container[str], token: str) -> list[str]:
    """The fields of the gateway in which each line of the intruder with this token differs from
    every other line with it. What is new in each line, as the time is, tells nothing."""
    lines = {name: event for name, event in gateway.items() if event["serviceTokenId"] == token}
    theirs = [event for name, event in lines.items() if name in truth]
    others = [event for name, event in lines.items() if name not in truth]
    return sorted(
        field
        for field in theirs[0].keys() - {"datetime", "cfRayId"}
        if {event[field] for event in theirs}.isdisjoint(event[field] for event in others)
    )


def values(events: Mapping[str, Event], *fields: str, most: int = 8) -> None:
    """Print what stands in these fields of a log, and in how many lines; the most common first."""
    for field in fields:
        counts = Counter(
            str(value) for event in events.values() for value in values_at(event, field)
        )
        print(f"{field}: {counted(len(counts), 'value')}")
        for value, lines in counts.most_common(most):
            print(f"{lines:>8,}  {value[:84]}")


def outline(event: Event, *keys: str) -> None:
    """Print these members of an event, or all: a line each, cut at 96 characters."""
    for key in keys or event:
        line = f"{key}: {json.dumps(event[key])}"
        print(line if len(line) <= 96 else line[:93] + "...")


ABROAD_DETECTION = """
login:
    isSuccessfulLogin: 1
ours:
    ipAddress|cidr: 192.0.2.0/26
condition: login and not ours
"""
PRIVILEGED = """
change:
    auditType.action: [User created, User added to group, Script executed]
condition: change
"""
IN_ORDER = """
type: temporal_ordered
rules: [token_abroad, privileged_change]
aliases: {address: {token_abroad: ipAddress, privileged_change: source}}
group-by: [address]
timespan: 15m
generate: true
"""
BY_ADDRESS = """
login:
    ipAddress: 203.0.113.66
condition: login
"""


ALARM = """
change:
    auditType.action: User added to group
    affectedObjects.name: jira-administrators
condition: change
"""
BY_SERVICES = """
change:
    auditType.action: [User created, User added to group, Script executed]
    author.name|startswith: svc-
condition: change
"""


def by_rule(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    """Hits by the names of their rules."""
    named: dict[str, list[Hit]] = {}
    for hit in hits:
        named.setdefault(hit.rule_id, []).append(hit)
    return named


def in_worst_week(score: Score) -> int:
    """How many alerts the seven days in a row with the most of them have."""
    return round(scoring.WEEK * score.worst_week[1])


def by_token(gateway: Mapping[str, Event], score: Score) -> str:
    """The alerts of a rule about the gateway, token by token: how many, from where, for what."""
    lines: dict[str, list[list[Event]]] = {}
    for alert in score.alerts:
        events = [gateway[name] for name in alert.event_ids]
        lines.setdefault(events[0]["serviceTokenId"], []).append(events)
    rows = [f"{'token':<18} alerts  addresses                        applications"]
    for token, alerts in sorted(lines.items(), key=lambda pair: -len(pair[1])):
        events = [event for alert in alerts for event in alert]
        addresses = sorted({event["ipAddress"] for event in events}, key=_in_order)
        places = f"{addresses[0]} to {addresses[-1]}"
        applications = sorted({event["appId"].partition(".")[0] for event in events})
        rows.append(f"{token:<18} {len(alerts):>6}  {places:<31}  {', '.join(applications)}")
    return "\n".join(rows)


def _in_order(address: str) -> tuple[int, int]:
    """IPv4 before IPv6, each by number."""
    one = ip_address(address)
    return one.version, int(one)


def what_it_saves(name: str, score: Score, fact: str) -> str:
    """When a rule first leads to the intruder, at what price, and what of this fact was to come."""
    left = score.still_to_come
    if left is None:
        return f"{name}: no alert leads to the intruder."
    still, whole = left.events[fact]
    hours = counted(round(left.hours), "hour")
    return (
        f"{name}: first read on {day_of(score.first_true_alert)}, at "
        f"{score.false_alerts_a_day.value:.2f} false alerts a day.\n"
        f"    In these logs {hours} of the attack and {still} of {whole} archives still lay "
        "ahead."
    )


def day_of(alert: Alert | None) -> str:
    """The day and the hour at which an alert was read."""
    return iso(alert.evening)[:16].replace("T", " ") if alert else "no time"


def summary(name: str, score: Score) -> str:
    """One line on a score: what it costs, and what it gives."""
    return (
        f"{name:<24} {score.precision.trials:>4} alerts, {score.alerts_a_day.value:5.2f} a day, "
        f"{in_worst_week(score):>2} in the worst week; true {score.precision.hits:>2}; "
        f"steps {score.recall.hits:>2} of {score.recall.trials}"
    )


def tactics_seen(score: Score) -> str:
    """By tactic, how many steps were seen, and of how many: a line each."""
    return "\n".join(
        f"{share.hits:>2} of {share.trials}  {tactic}" for tactic, share in score.by_tactic.items()
    )


# --- alerts for people --------------------------------------------------------------------------


def alerts_in_tracker(logs: Logs, hits: Iterable[Hit]) -> list[dict[str, str]]:
    """For each hit the change in the tracker that it is about: `id`, `time`, `who`, `address` and
    `action`."""
    changes = [
        (hit, next(name for name in hit.event_ids if name.startswith("jira:"))) for hit in hits
    ]
    tracker = logs.named(name for _, name in changes)
    found = []
    for hit, name in changes:
        found.append(change_in_tracker(name, tracker[name]) | {"time": hit.time or ""})
    return found


def change_in_tracker(name: str, event: Event) -> dict[str, str]:
    """A line of the tracker as an analyst reads it: `id`, `time`, `who`, `address`, `action`."""
    return {
        "id": name,
        "time": iso(event["timestamp"]["epochSecond"]),
        "who": event["author"]["name"],
        "address": event["source"],
        "action": event["auditType"]["action"],
    }


def changes_made(logs: Logs) -> list[dict[str, str]]:
    """The tracker's lines that make an account, change a group or run a script."""
    return [
        change_in_tracker(name, event)
        for name, event in logs.events("jira").items()
        if event["auditType"]["action"] in CHANGES
    ]


def logins_at(logs: Logs, address: str) -> list[dict[str, str]]:
    """The gateway's lines of service tokens from an address: `id`, `time`, `token`, `app` and
    `country`."""
    return [
        {
            "id": name,
            "time": event["datetime"],
            "token": event["serviceTokenId"],
            "app": event["appId"],
            "country": event["country"],
        }
        for name, event in logs.events("cloudflare_access_nonidentity", str(address)).items()
        if event["ipAddress"] == address
    ]


def on_paper(logs: Logs, change: Mapping[str, str]) -> bool:
    """Whether a ticket for the tracker, a duty or a trip of its author covers a change."""
    rows = [
        *(row | {"account": row["by"]} for row in logs.table("changes")),
        *logs.table("travel"),
        *(
            {"account": row["account"], "from": row["on_call_from"], "to": row["on_call_to"]}
            for row in logs.table("roster")
        ),
    ]
    return any(
        row["account"] == change["who"]
        and row["from"] <= change["time"] <= row["to"]
        and row.get("system", "tracker") == "tracker"
        for row in rows
    )


def in_a_line(alert: Mapping[str, str]) -> str:
    """An alert in the tracker as a line of a list."""
    return (
        f"{alert['id']:<9}  {alert['time'][:16]}  {alert['who']:<14} {alert['address']:<14} "
        f"{alert['action']}"
    )


def rows_about(logs: Logs, alert: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what people wrote down about the author of an alert, two days before it and after:
    tickets, duties and trips."""
    rows = [
        {
            "on record": row["id"],
            "from": row["from"],
            "to": row["to"],
            "what": f"{row['system']}: {row['what']}",
        }
        for row in logs.table("changes")
        if row["by"] == alert["who"]
    ]
    rows += [
        {"on record": "on call", "from": row["on_call_from"], "to": row["on_call_to"], "what": ""}
        for row in logs.table("roster")
        if row["account"] == alert["who"] and row["on_call_from"]
    ]
    rows += [
        {
            "on record": "trip",
            "from": row["from"],
            "to": row["to"],
            "what": f"{row['network']}, {row['country']}",
        }
        for row in logs.table("travel")
        if row["account"] == alert["who"]
    ]
    first, last = (iso(seconds(alert["time"]) + days * 86_400) for days in (-2, 2))
    return [
        row | {"from": row["from"][:16], "to": row["to"][:16]}
        for row in rows
        if row["from"] <= last and row["to"] >= first
    ]


NO_SESSION = "unknown"  # what stands there where a sign-in failed


def session_of(event: Event) -> str:
    """The session that an event of the identity provider belongs to, or NO_SESSION."""
    number: str = event["authenticationContext"]["externalSessionId"]
    return number


def changed_sessions(events: Iterable[Event], *paths: str) -> int:
    """In how many sessions all of these fields changed from one event to the next."""
    last: dict[Any, list[list[Any]]] = {}
    changed = set()
    fields = [path.split(".") for path in paths]
    for event in events:
        if (session := session_of(event)) == NO_SESSION:
            continue
        now = [values_below(event, keys) for keys in fields]
        before = last.get(session, now)
        if all(one != other for one, other in zip(before, now, strict=True)):
            changed.add(session)
        last[session] = now
    return len(changed)


def travellers(logs: Logs, events: Iterable[Event]) -> list[str]:
    """Who of the people in these events was on a trip at that time, by the table of trips."""
    trips = logs.table("travel")
    away = set()
    for event in events:
        who = values_at(event, "actor.alternateId")[0].partition("@")[0]
        when = values_at(event, "published")[0]
        if any(trip["account"] == who and trip["from"] <= when <= trip["to"] for trip in trips):
            away.add(who)
    return sorted(away)


CHANGES = ("User created", "User added to group", "Script executed")


# --- worlds that nobody saw ---------------------------------------------------------------------

UNSEEN_SEED, UNSEEN_COUNT = "lesson-10/unseen", 4_000
WORLDS = held_out.NAMES


Scores = Mapping[str, Score]  # of the same rules, by the name of the world


def world_by_world(scores: Scores) -> str:
    """For each rule how many of its alerts are true, world by world."""
    titles = {rule.rule_id: rule.title for one in scores.values() for rule in one.by_rule}
    rows = [" " * 44 + "".join(f"{name:>9}" for name in scores)]
    for rule_id, title in titles.items():
        cells = [_true_of_all(score, rule_id) for score in scores.values()]
        rows.append(f"{title:<44}" + "".join(f"{cell:>9}" for cell in cells))
    return "\n".join(rows)


def _true_of_all(score: Score, rule_id: str) -> str:
    """How many of the alerts of a rule are true, and of how many."""
    precision = [rule.precision for rule in score.by_rule if rule.rule_id == rule_id]
    return f"{precision[0].hits} of {precision[0].trials}" if precision else "0 of 0"


@cache
def unseen() -> Mapping[str, Logs]:
    """Six worlds that nobody saw, by name (labutils.incident.held_out)."""
    worlds = held_out.worlds(UNSEEN_SEED, count=UNSEEN_COUNT)
    return {name: Logs(folder) for name, folder in worlds.items()}


def in_all_worlds(*rules: str) -> Scores:
    """The scores of these rules in the month of the lesson, and in the unseen worlds; a rule of
    the level low calls nobody."""
    months = {"here": a_month(), **unseen()}
    return {name: logs.score(scoring.alerting(logs.hunt(*rules))) for name, logs in months.items()}


def most_precise(score: Score) -> str:
    """The rule with the largest share of true alerts in one world."""
    return max(score.by_rule, key=lambda rule: rule.precision.value).rule_id


# --- one rule in another SIEM -------------------------------------------------------------------


def in_axon(rule: str) -> str:
    """A rule of the course as searches of LogRhythm Axon, and the recipe for its rule builder."""
    page = data_file(f"rules/converted/axon/{rule}.txt").read_text(encoding="utf-8")
    searches = page[page.index("Search A") :]
    wrapped = (
        fill(line, 96, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)
        for line in searches.splitlines()
    )
    return "\n".join(wrapped)


# --- sessions to try a detector on --------------------------------------------------------------

OFFICE, HOME, ABROAD = 64501, 64506, 64500  # numbers of autonomous systems
MINE, NEWER, THIEVES = "Firefox/118.0 on Linux", "Firefox/119.0 on Linux", "Chrome/119.0 on Windows"


def in_session(session: str, network: int, agent: str, address: str = "") -> Event:
    """An event of the identity provider, as far as a session is concerned."""
    return {
        "authenticationContext": {"externalSessionId": session},
        "securityContext": {"asNumber": network},
        "client": {
            "ipAddress": address or f"198.51.100.{network % 200}",
            "userAgent": {"rawUserAgent": agent},
        },
    }


def session_log(*places: tuple[int, str]) -> list[Event]:
    """The events of one session, at these networks with these agents."""
    return [in_session("102abc", network, agent) for network, agent in places]
