"""Other right answers to lesson 09, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "09-11": [
        """
def answer(use, held):
    opened = []
    for door in [("gateway", "jira"), ("jira", "sign-in")]:
        fits = next((name for name in held if use(name, *door).allowed), None)
        if fits is None:
            break
        opened.append((fits,) + door)
    return opened
""",
        """
def answer(use, held):
    def first(service, action):
        for name in held:
            if use(name, service, action).allowed:
                return [(name, service, action)]
        return []
    way = first("gateway", "jira")
    return way + first("jira", "sign-in") if way else []
""",
        """
def answer(use, held):
    moves, names = [], list(reversed(held))
    for service, action in (("gateway", "jira"), ("jira", "sign-in")):
        at, done = 0, False
        while at < len(names) and not done:
            done = use(names[at], service, action).allowed
            if done:
                moves.append([names[at], service, action])
            at += 1
    return moves
""",
    ],
    "09-12": [
        """
def answer(history, rows):
    known = {(row["who"], row["ip"]) for row in history}
    return [r for r in rows if r["kind"] == "program" and (r["who"], r["ip"]) not in known]
""",
        """
from collections import defaultdict
def answer(history, rows):
    homes, found = defaultdict(list), []
    for row in history:
        homes[row["who"]].append(row["ip"])
    for row in rows:
        if not row["kind"] == "program":
            continue
        if homes[row["who"]].count(row["ip"]) == 0:
            found.append(row)
    return found
""",
        """
def answer(history, rows):
    def is_new(row):
        return not any(old["who"] == row["who"] and old["ip"] == row["ip"] for old in history)
    programs = filter(lambda row: row["kind"] == "program", rows)
    return [row for row in programs if is_new(row)]
""",
    ],
    "09-1": [
        """
def answer(kind, user, secret):
    both = b64encode((user + ":" + secret).encode("utf-8")).decode("ascii")
    headers = {
        "service-token": {"CF-Access-Client-Id": user, "CF-Access-Client-Secret": secret},
        "access-key": {"X-Access-Key": secret},
        "password": {"Authorization": f"Basic {both}"},
    }
    return headers[kind]
""",
        """
import httpx
def answer(kind, user, secret):
    match kind:
        case "service-token":
            return dict([("cf-access-client-id", user), ("cf-access-client-secret", secret)])
        case "access-key":
            return {"x-access-key": secret}
        case "password":
            request = httpx.Request("GET", "https://jira.example")
            signed = next(httpx.BasicAuth(user, secret).auth_flow(request))
            return {"authorization": signed.headers["authorization"]}
""",
        """
def answer(kind, user, secret):
    headers = {}
    if kind == "password":
        text = ":".join([user, secret])
        headers["authorization"] = " ".join(["Basic", str(b64encode(bytes(text, "utf8")), "utf8")])
    elif kind == "access-key":
        headers["x-access-key"] = secret
    else:
        headers["cf-access-client-id"] = user
        headers["cf-access-client-secret"] = secret
    return headers
""",
    ],
    "09-2": [
        """
def answer(before, logs):
    return [
        (name, number + 1, lines[number])
        for name, lines in logs.items()
        for number in range(before.get(name, 0), len(lines))
    ]
""",
        """
from itertools import islice
def answer(before, logs):
    new = []
    for name in logs:
        old = before[name] if name in before else 0
        numbered = enumerate(logs[name], start=1)
        new += [(name, *pair) for pair in islice(numbered, old, None)]
    return new
""",
        """
def answer(before, logs):
    new = []
    for name, lines in logs.items():
        number = before.get(name) or 0
        while number < len(lines):
            number = number + 1
            new.append([name, number, lines[number - 1]])
    return new
""",
    ],
    "09-7": [
        """
def answer(events):
    pairs = {
        (e["authenticationContext"]["externalSessionId"], e["client"]["ipAddress"]) for e in events
    }
    sessions = [session for session, _ in pairs]
    return {session for session in sessions if sessions.count(session) > 1}
""",
        """
from collections import defaultdict
def answer(events):
    seen = defaultdict(set)
    for event in events:
        client, context = event["client"], event["authenticationContext"]
        seen[context["externalSessionId"]].add(client["ipAddress"])
    return set(filter(lambda session: len(seen[session]) >= 2, seen))
""",
        """
def answer(events):
    first, found = {}, set()
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        address = event["client"]["ipAddress"]
        if first.setdefault(session, address) != address:
            found.add(session)
    return frozenset(found)
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "09-1": {
        "alphabet": [
            """
from base64 import urlsafe_b64encode
def answer(kind, user, secret):
    if kind == "service-token":
        return {"cf-access-client-id": user, "cf-access-client-secret": secret}
    if kind == "access-key":
        return {"x-access-key": secret}
    return {"authorization": "Basic " + urlsafe_b64encode(f"{user}:{secret}".encode()).decode()}
"""
        ],
        "password": [
            """
def answer(kind, user, secret):
    if kind == "service-token":
        return {"cf-access-client-id": user, "cf-access-client-secret": secret}
    if kind == "access-key":
        return {"x-access-key": secret}
    pair = f"{user}:{secret}".strip().encode()
    return {"authorization": "Basic " + b64encode(pair).decode()}
"""
        ],
        "bytes": [
            """
def answer(kind, user, secret):
    if kind == "service-token":
        return {"cf-access-client-id": user, "cf-access-client-secret": secret}
    if kind == "access-key":
        return {"x-access-key": secret}
    return {"authorization": b"Basic " + b64encode(f"{user}:{secret}".encode())}
"""
        ],
        "service-token": [
            """
def answer(kind, user, secret):
    return {"authorization": "Bearer " + secret}
""",
            """
def answer(kind, user, secret):
    return {"cf-access-client-id": secret, "cf-access-client-secret": user}
""",
        ],
    },
    "09-2": {
        "list": [
            """
def answer(before, logs):
    for name, lines in logs.items():
        for number, line in enumerate(lines, 1):
            if number > before.get(name, 0):
                yield name, number, line
""",
            """
def answer(before, logs):
    return {name: lines[before.get(name, 0):] for name, lines in logs.items()}
""",
        ],
        "missing": [
            """
def answer(before, logs):
    return [(name, n, line) for name in before
            for n, line in enumerate(logs[name], 1) if n > before[name]]
"""
        ],
        "number": [
            """
def answer(before, logs):
    return [line for name, lines in logs.items() for line in lines[before.get(name, 0):]]
"""
        ],
    },
    "09-7": {
        "type": [
            """
def answer(events):
    return []
""",
            """
def answer(events):
    places = {}
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        places.setdefault(session, set()).add(event["client"]["ipAddress"])
    return {session: seen for session, seen in places.items() if len(seen) > 1}
""",
            """
def answer(events):
    places = {}
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        places.setdefault(session, set()).add(event["client"]["ipAddress"])
    return [session for session, seen in places.items() if len(seen) > 1]
""",
        ],
        "events": [
            """
def answer(events):
    sessions = [event["authenticationContext"]["externalSessionId"] for event in events]
    return {session for session in sessions if sessions.count(session) > 1}
"""
        ],
        "people": [
            """
def answer(events):
    places = {}
    for event in events:
        places.setdefault(event["actor"]["alternateId"], set()).add(event["client"]["ipAddress"])
    return {who for who, seen in places.items() if len(seen) > 1}
""",
            """
def answer(events):
    places = {}
    for event in events:
        session = event["authenticationContext"]["externalSessionId"][:20]
        places.setdefault(session, set()).add(event["client"]["ipAddress"])
    return {session for session, seen in places.items() if len(seen) > 1}
""",
        ],
    },
}
