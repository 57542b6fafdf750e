"""Other right answers to lesson 16, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "16-7": [
        """
def answer(calls, installed):
    known = [app[0:15] for app in installed]
    found = set()
    for call in calls:
        app = call.get("CONNECTED_APP_ID")
        if app and app not in known:
            found.add((call["USER_NAME"], app))
    return found
""",
        """
def answer(calls, installed):
    def is_known(app):
        return any(one[:15] == app for one in installed)
    with_an_app = [c for c in calls if c.get("CONNECTED_APP_ID", "") != ""]
    pairs = ((c["USER_NAME"], c["CONNECTED_APP_ID"]) for c in with_an_app)
    return frozenset(pair for pair in pairs if not is_known(pair[1]))
""",
        """
def answer(calls, installed):
    used = {(c["USER_NAME"], c.get("CONNECTED_APP_ID")) for c in calls}
    fine = {None, "", *(app[:15] for app in installed)}
    return {pair for pair in used if pair[1] not in fine}
""",
    ],
    "16-1": [
        """
def answer(browser, record):
    form = dict(grant_type="refresh_token", refresh_token=record["refresh_token"])
    client = record["client_id"], record["client_secret"]
    first = browser.post("https://login.example/token", data=form, auth=client)
    if first.status_code != 200:
        return first
    token = first.json()["access_token"]
    return browser.request("GET", CRM + "/cases", headers={"Authorization": f"Bearer {token}"})
""",
        """
def answer(browser, record):
    token, *client = (record[name] for name in ("refresh_token", "client_id", "client_secret"))
    form = {"grant_type": "refresh_token", "refresh_token": token}
    first = browser.post(LOGIN + "/token", data=form, auth=tuple(client))
    token = first.json().get("access_token")
    held = {"authorization": f"Bearer {token}"}
    return browser.get(CRM + "/cases", headers=held) if token else first
""",
        """
import base64
def answer(browser, record):
    pair = f"{record['client_id']}:{record['client_secret']}"
    basic = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    form = {"grant_type": "refresh_token", "refresh_token": record["refresh_token"]}
    got = browser.post(LOGIN + "/token", data=form, headers=basic)
    if got.is_error:
        return got
    bearer = "Bearer " + got.json()["access_token"]
    return browser.get(CRM + "/cases", headers={"authorization": bearer})
""",
    ],
    "16-3": [
        """
def answer(logins):
    return [
        one
        for place, one in enumerate(logins)
        if (before := {x["SOURCE_IP"] for x in logins[:place] if x["USER_ID"] == one["USER_ID"]})
        and one["SOURCE_IP"] not in before
    ]
""",
        """
def answer(logins):
    pairs, users, found = set(), set(), []
    for one in logins:
        pair = one["USER_ID"], one["SOURCE_IP"]
        if pair not in pairs and one["USER_ID"] in users:
            found += [one]
        pairs |= {pair}
        users |= {one["USER_ID"]}
    return found
""",
        """
from collections import defaultdict
def answer(logins):
    seen, found = defaultdict(list), []
    for one in logins:
        known = seen[one["USER_ID"]]
        if one["SOURCE_IP"] in known:
            continue
        if known:
            found.append(one)
        known.append(one["SOURCE_IP"])
    return found
""",
    ],
    "16-2": [
        """
def answer(lines):
    looks = [(line["SESSION_KEY"], when(line)) for line in lines if lists(line)]
    sums = [(line["SESSION_KEY"], when(line)) for line in lines if counts(line)]
    pairs = [(key, other, at - then) for key, at in looks for other, then in sums]
    return {key for key, other, apart in pairs if key == other and abs(apart) <= 1800}
""",
        """
def answer(lines):
    by_key = {}
    for line in lines:
        if lists(line) or counts(line):
            by_key.setdefault(line["SESSION_KEY"], []).append(line)
    found = set()
    for key, some in by_key.items():
        for one in some:
            if lists(one) and any(counts(x) and abs(when(x) - when(one)) <= 1800 for x in some):
                found |= {key}
    return found
""",
        """
from itertools import product
def answer(lines):
    keys = set()
    for one, other in product(lines, lines):
        if not (lists(one) and counts(other)):
            continue
        if one["SESSION_KEY"] == other["SESSION_KEY"] and -1800 <= when(one) - when(other) <= 1800:
            keys.add(other["SESSION_KEY"])
    return keys
""",
    ],
    "16-4": [
        """
import ipaddress
def answer(rule, address, scope):
    if scope not in rule["scopes"]:
        return False
    for text in rule["networks"]:
        try:
            if ipaddress.ip_address(address) in ipaddress.ip_network(text, strict=False):
                return True
        except ValueError:
            return False
    return False
""",
        """
def answer(rule, address, scope):
    try:
        at = ip_address(address)
    except ValueError:
        at = None
    return at is not None and scope in rule["scopes"] and any(
        at in one for one in map(ip_network, rule["networks"]))
""",
        """
def answer(rule, address, scope):
    try:
        ip_address(address)
    except ValueError:
        return False
    inside = [text for text in rule["networks"] if ip_address(address) in ip_network(text)]
    return len(inside) > 0 and len({scope} & set(rule["scopes"])) == 1
""",
    ],
    "16-5": [
        """
def answer(defences, stopped):
    best = None
    for first in range(len(defences)):
        for second in range(first):
            pair = (defences[first], defences[second])
            if best is None or min(stopped(pair)) > min(stopped(best)):
                best = pair
    return best
""",
        """
from itertools import combinations
def answer(defences, stopped):
    worst = {pair: min(stopped(pair)) for pair in combinations(defences, 2)}
    return max(worst, key=worst.get)
""",
        """
from itertools import combinations
def answer(defences, stopped):
    ranked = sorted(combinations(defences, 2), key=lambda pair: sorted(stopped(pair))[0])
    return set(ranked[-1])
""",
    ],
}

# Exercise -> a change of its solution that changes nothing -> why.
EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "16-1": {
        "bearer": [
            """
def answer(browser, record):
    token = record["refresh_token"]
    return browser.get(CRM + "/cases", headers={"authorization": f"Bearer {token}"})
"""
        ],
        "in the form": [
            """
def answer(browser, record):
    form = {"grant_type": "refresh_token", **record}
    first = browser.post(LOGIN + "/token", data=form)
    token = first.json().get("access_token")
    held = {"authorization": f"Bearer {token}"}
    return browser.get(CRM + "/cases", headers=held) if token else first
"""
        ],
    },
    "16-3": {
        "first": [
            """
def answer(logins):
    seen, found = set(), []
    for one in logins:
        if (one["USER_ID"], one["SOURCE_IP"]) not in seen:
            found.append(one)
        seen.add((one["USER_ID"], one["SOURCE_IP"]))
    return found
"""
        ],
    },
    "16-4": {
        "text": [
            """
def answer(rule, address, scope):
    known = any(address.startswith("192.0.2.4") for one in rule["networks"])
    return known and scope in rule["scopes"]
"""
        ],
    },
}
