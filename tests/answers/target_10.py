"""Ways to the account that the other intruder made, and tries that fail (lesson 10)."""

from collections import Counter

from labutils.lab import iso
from labutils.stage.hunting import PRIVILEGED, Logs, alerts_in_tracker, correlated, sigma

ABROAD = """
login:
    isSuccessfulLogin: 1
ours:
    ipAddress|cidr: 192.0.2.0/26
condition: login and not ours
"""
IN_ORDER = """
type: temporal_ordered
rules: [token_abroad, privileged_change]
aliases: {address: {token_abroad: ipAddress, privileged_change: source}}
group-by: [address]
timespan: 15m
"""
Flag = tuple[str, str]


def made(scene: Logs) -> list[dict]:
    """The lines of the tracker about new accounts."""
    events = scene.events("jira").values()
    return [event for event in events if event["auditType"]["action"] == "User created"]


def flag_of(event: dict) -> Flag:
    return event["affectedObjects"][0]["name"], event["source"]


def by_the_correlation(scene: Logs) -> Flag:
    """The rules of the lesson; of their alerts, the one by a service account."""
    rules = (
        sigma("token_abroad", "cloudflare_access_nonidentity", "from elsewhere", ABROAD),
        sigma("privileged_change", "jira", "a change", PRIVILEGED),
        correlated("in_order", "in order", IN_ORDER),
    )
    alerts = alerts_in_tracker(scene, scene.hunt(*rules))
    addresses = {alert["address"] for alert in alerts if alert["who"].startswith("svc-")}
    return next(flag_of(event) for event in made(scene) if event["source"] in addresses)


def by_the_author(scene: Logs) -> Flag:
    """A service account made it, not from its usual address, and no ticket of its says so."""
    usual: dict[str, Counter[str]] = {}
    for event in scene.events("jira").values():
        usual.setdefault(event["author"]["name"], Counter())[event["source"]] += 1
    for event in made(scene):
        who, time = event["author"]["name"], iso(event["timestamp"]["epochSecond"])
        tickets = [row for row in scene.table("changes") if row["by"] == who]
        explained = any(row["from"] <= time <= row["to"] for row in tickets)
        at_home = event["source"] == usual[who].most_common(1)[0][0]
        if who.startswith("svc-") and not explained and not at_home:
            return flag_of(event)
    raise LookupError("each is explained")


def by_the_address(scene: Logs) -> Flag:
    """Its address showed a service token to the gateway, and nobody else's address did so often."""
    tokens = scene.events("cloudflare_access_nonidentity").values()
    counts: dict[str, set[str]] = {}
    for event in tokens:
        counts.setdefault(event["ipAddress"], set()).add(event["appId"])
    candidates = [event for event in made(scene) if not event["source"].startswith("192.0.2.")]
    most = max(candidates, key=lambda event: len(counts.get(event["source"], ())))
    return flag_of(most)


ROUTES = {
    "the correlation": by_the_correlation,
    "the author": by_the_author,
    "the address": by_the_address,
}


def first_made(scene: Logs) -> Flag:
    return flag_of(made(scene)[0])


def last_made(scene: Logs) -> Flag:
    return flag_of(made(scene)[-1])


def address_of_the_report(scene: Logs) -> Flag:
    return by_the_correlation(scene)[0], "203.0.113.66"


SHUT = {
    "the first account of the month": first_made,
    "the last account of the month": last_made,
    "the address of last year's report": address_of_the_report,
}
