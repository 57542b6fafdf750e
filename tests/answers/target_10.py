"""Ways to the changes that the other intruder made, and tries that fail (lesson 10)."""

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
CHANGES = ("User created", "User added to group", "Script executed")


def changes(scene: Logs) -> dict[str, dict]:
    """The tracker's lines about accounts, groups and scripts, by id."""
    events = scene.events("jira").items()
    return {name: event for name, event in events if event["auditType"]["action"] in CHANGES}


def from_addresses(scene: Logs, addresses: set[str]) -> set[str]:
    return {name for name, event in changes(scene).items() if event["source"] in addresses}


def by_the_correlation(scene: Logs) -> set[str]:
    """The rules of the lesson; of their alerts, those by a service account without a ticket."""
    rules = (
        sigma("token_abroad", "cloudflare_access_nonidentity", "from elsewhere", ABROAD),
        sigma("privileged_change", "jira", "a change", PRIVILEGED),
        correlated("in_order", "in order", IN_ORDER),
    )
    left = set()
    for alert in alerts_in_tracker(scene, scene.hunt(*rules)):
        tickets = [row for row in scene.table("changes") if row["by"] == alert["who"]]
        explained = any(row["from"] <= alert["time"] <= row["to"] for row in tickets)
        if alert["who"].startswith("svc-") and not explained:
            left.add(alert["address"])
    return from_addresses(scene, left)


def by_the_author(scene: Logs) -> set[str]:
    """A service account made it, not from its usual address, and no ticket of its says so."""
    usual: dict[str, Counter[str]] = {}
    for event in scene.events("jira").values():
        usual.setdefault(event["author"]["name"], Counter())[event["source"]] += 1
    found = set()
    for name, event in changes(scene).items():
        who, time = event["author"]["name"], iso(event["timestamp"]["epochSecond"])
        tickets = [row for row in scene.table("changes") if row["by"] == who]
        explained = any(row["from"] <= time <= row["to"] for row in tickets)
        at_home = event["source"] == usual[who].most_common(1)[0][0]
        if who.startswith("svc-") and not explained and not at_home:
            found.add(name)
    return found


def by_the_address(scene: Logs) -> set[str]:
    """Its address showed service tokens at more applications than any other from which something
    was changed."""
    applications: dict[str, set[str]] = {}
    for event in scene.events("cloudflare_access_nonidentity").values():
        applications.setdefault(event["ipAddress"], set()).add(event["appId"])
    sources = {event["source"] for event in changes(scene).values()}
    strangers = [source for source in sources if not source.startswith("192.0.2.")]
    most = max(strangers, key=lambda source: len(applications.get(source, ())))
    return from_addresses(scene, {most})


ROUTES = {
    "the correlation": by_the_correlation,
    "the author": by_the_author,
    "the address": by_the_address,
}


def new_accounts_alone(scene: Logs) -> set[str]:
    theirs = by_the_correlation(scene)
    events = changes(scene)
    return {name for name in theirs if events[name]["auditType"]["action"] == "User created"}


def every_change(scene: Logs) -> set[str]:
    return set(changes(scene))


def of_service_accounts(scene: Logs) -> set[str]:
    events = changes(scene).items()
    return {name for name, event in events if event["author"]["name"].startswith("svc-")}


SHUT = {
    "the new account alone": new_accounts_alone,
    "every change of the month": every_change,
    "every change of a service account": of_service_accounts,
}
