"""Lesson 10: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "10-2": [
        """
def answer(events):
    sessions = {}
    for event in events:
        sessions.setdefault(event["authenticationContext"]["externalSessionId"], []).append(event)
    sessions.pop("unknown", None)
    found = set()
    for session, own in sessions.items():
        for one, other in zip(own, own[1:]):
            network = one["securityContext"]["asNumber"] != other["securityContext"]["asNumber"]
            agents = [e["client"]["userAgent"]["rawUserAgent"] for e in (one, other)]
            if network and agents[0] != agents[1]:
                found.add(session)
    return found
""",
        """
from collections import defaultdict
from itertools import pairwise
def answer(events):
    places = defaultdict(list)
    for event in events:
        place = (event["securityContext"]["asNumber"],
                 event["client"]["userAgent"]["rawUserAgent"])
        places[event["authenticationContext"]["externalSessionId"]].append(place)
    places.pop("unknown", None)
    return {session for session, seen in places.items()
            if any(a[0] != b[0] and a[1] != b[1] for a, b in pairwise(seen))}
""",
        """
def answer(events):
    networks, agents, found = {}, {}, []
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        network = event["securityContext"]["asNumber"]
        agent = event["client"]["userAgent"]["rawUserAgent"]
        if session in networks:
            if not (networks[session] == network or agents[session] == agent):
                found.append(session)
        networks[session] = network
        agents[session] = agent
    return set(found) - {"unknown"}
""",
    ],
    "10-4": [
        """
def answer(alert, changes, roster):
    def within(row, begin, end):
        return row[begin] <= alert["time"] <= row[end]
    mine = [c for c in changes if c["by"] == alert["who"] and c["system"] == "tracker"]
    tickets = [c["id"] for c in mine if within(c, "from", "to")]
    if tickets:
        return tickets[0]
    calls = [p for p in roster if p["account"] == alert["who"] and p["on_call_from"]]
    return "on call" if any(within(p, "on_call_from", "on_call_to") for p in calls) else None
""",
        """
def answer(alert, changes, roster):
    who, time = alert["who"], alert["time"]
    for c in changes:
        if c["by"] != who or c["system"] != "tracker":
            continue
        if time < c["from"] or time > c["to"]:
            continue
        return c["id"]
    for p in roster:
        if p["account"] != who or not p["on_call_from"]:
            continue
        if time < p["on_call_from"] or time > p["on_call_to"]:
            continue
        return "on call"
""",
        """
def answer(alert, changes, roster):
    ticket = next((c["id"] for c in changes
                   if (c["system"], c["by"]) == ("tracker", alert["who"])
                   and c["from"] <= alert["time"] <= c["to"]), None)
    person = {p["account"]: p for p in roster}.get(alert["who"])
    if ticket is None and person and person["on_call_from"]:
        if person["on_call_from"] <= alert["time"] <= person["on_call_to"]:
            return "on call"
    return ticket
""",
    ],
}

# A small change of a solution that no judge can notice, with the reason:
EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "10-2": {
        "whole text": [
            """
def answer(events):
    last, found = {}, set()
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        network = event["securityContext"]["asNumber"]
        agent = event["client"]["userAgent"]["rawUserAgent"]SHORT
        if session == "unknown":
            continue
        if session in last and last[session][0] != network and last[session][1] != agent:
            found.add(session)
        last[session] = network, agent
    return found
""".replace("SHORT", short)
            for short in (".split()[0]", ".split('/')[0]", "[:11]", ".split('(')[0].strip()")
        ],
    },
    "10-4": {
        mistake: [
            f"""
def answer(alert, changes, roster):
    who, time = alert["who"], alert["time"]
    for ticket in changes:
        by, system, start, end = (ticket[name] for name in ("by", "system", "from", "to"))
        if {ticket}:
            return ticket["id"]
    for person in roster:
        account, start, end = (person[n] for n in ("account", "on_call_from", "on_call_to"))
        if {person}:
            return "on call"
    return None
"""
            for ticket, person in rows
        ]
        for mistake, rows in {
            "moment": [
                (
                    "by == who and system == 'tracker' and start[:16] <= time[:16] <= end[:16]",
                    "account == who and start <= time <= end",
                ),
                (
                    "by == who and system == 'tracker' and start <= time <= end",
                    "account == who and start[:10] <= time[:10] <= end[:10]",
                ),
            ],
            "whole": [
                (
                    "by == who and 'tracker' in system and start <= time <= end",
                    "account == who and start <= time <= end",
                ),
                (
                    "who.startswith(by) and system == 'tracker' and start <= time <= end",
                    "account == who and start <= time <= end",
                ),
                (
                    "by.lower() == who.lower() and system == 'tracker' and start <= time <= end",
                    "account == who and start <= time <= end",
                ),
                (
                    "by == who and system == 'tracker' and start <= time <= end",
                    "account in who and start and start <= time <= end",
                ),
            ],
        }.items()
    },
}

# Answers that a learner writes, with the mistake that is named.
WRONG = {
    "10-4": {
        "the roster in the loop of the tickets": (
            "on call",
            """
def answer(alert, changes, roster):
    for ticket in changes:
        mine = ticket["by"] == alert["who"] and ticket["system"] == "tracker"
        if mine and ticket["from"] <= alert["time"] <= ticket["to"]:
            return ticket["id"]
        else:
            for person in roster:
                if person["account"] == alert["who"]:
                    if person["on_call_from"] <= alert["time"] <= person["on_call_to"]:
                        return "on call"
    return None
""",
        ),
    },
}
