"""Ways to the changes that the other intruder made, and tries that fail (lesson 10)."""

from collections import defaultdict

from labutils.lessons.lesson_10.another_intruder import PATIENCE, AnotherMonth
from labutils.lessons.lesson_10.hunting import (
    ABROAD_DETECTION,
    IN_ORDER,
    PRIVILEGED,
    alerts_in_tracker,
    by_rule,
    changes_made,
    correlated,
)
from labutils.stage.sigma_text import GATEWAY, sigma

OFFICE = 5  # people who sign in from one address


def from_addresses(scene: AnotherMonth, addresses: set[str]) -> str:
    return scene.report({one["id"] for one in changes_made(scene) if one["address"] in addresses})


def is_explained(scene: AnotherMonth, change: dict[str, str], *, tickets: bool = True) -> bool:
    """By the roster or a trip, or by a ticket."""
    who, time = change["who"], change["time"]
    tables = (
        ("changes", "by", "from", "to"),
        ("travel", "account", "from", "to"),
        ("roster", "account", "on_call_from", "on_call_to"),
    )
    return any(
        row[author] == who and row[begin] <= time <= row[end]
        for table, author, begin, end in tables
        if tickets or table != "changes"
        for row in scene.table(table)
    )


def alerts(scene: AnotherMonth) -> list[dict[str, str]]:
    """The alerts of the lesson's correlation."""
    rules = (
        sigma("token_abroad", GATEWAY, "from elsewhere", ABROAD_DETECTION),
        sigma("privileged_change", "jira", "a change", PRIVILEGED),
        correlated("in_order", "in order", IN_ORDER),
    )
    return alerts_in_tracker(scene, by_rule(scene.hunt(*rules))["in_order"])


def open_changes_of_suspects(scene: AnotherMonth) -> list[dict[str, str]]:
    """What no table explains of those of whom an alert of the correlation is left."""
    suspects = {one["who"] for one in alerts(scene) if not is_explained(scene, one)}
    return [
        one
        for one in changes_made(scene)
        if one["who"] in suspects and not is_explained(scene, one)
    ]


def by_the_correlation(scene: AnotherMonth) -> str:
    """All changes from the addresses from which a suspect changes what no table explains."""
    return from_addresses(scene, {one["address"] for one in open_changes_of_suspects(scene)})


def by_the_author(scene: AnotherMonth) -> str:
    """Of a suspect, all changes from addresses from which hardly anybody signs in."""
    (who,) = {one["who"] for one in open_changes_of_suspects(scene)}
    crowd: dict[str, set[str]] = defaultdict(set)
    for event in scene.events("okta").values():
        crowd[event["client"]["ipAddress"]].add(event["actor"]["alternateId"])
    on_call = [row for row in scene.table("roster") if row["account"] == who]
    return scene.report(
        {
            one["id"]
            for one in changes_made(scene)
            if one["who"] == who
            and len(crowd[one["address"]]) < OFFICE
            and not any(row["on_call_from"] <= one["time"] <= row["on_call_to"] for row in on_call)
        }
    )


def by_the_address(scene: AnotherMonth) -> str:
    """From these addresses somebody shows the token of a program, and a person's account changes
    things, whatever tickets say; and that person is neither on call nor on a trip."""
    tokens = {
        event["ipAddress"]
        for event in scene.events(GATEWAY).values()
        if not event["ipAddress"].startswith("192.0.2.")
    }
    found = {
        one["address"]
        for one in changes_made(scene)
        if one["address"] in tokens
        and not one["who"].startswith("svc-")
        and not is_explained(scene, one, tickets=False)
    }
    return from_addresses(scene, found)


def after_two_that_were_wrong(scene: AnotherMonth) -> str:
    for number in range(PATIENCE - 1):
        scene.report({changes_made(scene)[number]["id"]})
    return by_the_correlation(scene)


ROUTES = {
    "the correlation": by_the_correlation,
    "the author": by_the_author,
    "the address": by_the_address,
    "after two that were wrong": after_two_that_were_wrong,
}


def what_the_correlation_names(scene: AnotherMonth) -> str:
    """Without a look at what else was done from there."""
    left = [one for one in alerts(scene) if not is_explained(scene, one)]
    return scene.report({one["id"] for one in left})


def one_author_after_another(scene: AnotherMonth) -> str:
    """What paper leaves open, author by author, who has most of it first, until the lead stops."""
    left: dict[str, set[str]] = defaultdict(set)
    for one in changes_made(scene):
        if not one["who"].startswith("svc-") and not is_explained(scene, one):
            left[one["who"]].add(one["id"])
    said = ""
    for ids in sorted(left.values(), key=len, reverse=True):
        said = scene.report(ids)
        if " " not in said:
            return said
    return said


def every_change(scene: AnotherMonth) -> str:
    return scene.report({one["id"] for one in changes_made(scene)})


def of_service_accounts(scene: AnotherMonth) -> str:
    return scene.report({one["id"] for one in changes_made(scene) if one["who"].startswith("svc-")})


def all_of_one_account(scene: AnotherMonth) -> str:
    """The stolen account's own work is among it."""
    (who,) = {one["who"] for one in alerts(scene) if not is_explained(scene, one)}
    return scene.report({one["id"] for one in changes_made(scene) if one["who"] == who})


def an_address_with_all_three_kinds(scene: AnotherMonth) -> str:
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in changes_made(scene):
        if not one["address"].startswith("192.0.2."):
            kinds[one["address"]].add(one["action"])
    (address,) = [address for address, three in kinds.items() if len(three) == 3]
    return from_addresses(scene, {address})


def the_times_of_the_lesson(scene: AnotherMonth) -> str:
    times = ("2023-11-16T14:36", "2023-11-22T14:18", "2023-11-23T15:58")
    return scene.report({one["id"] for one in changes_made(scene) if one["time"][:16] in times})


def one_address_after_another(scene: AnotherMonth) -> str:
    """In the order of the log, from outside the company, until the incident lead stops."""
    said = ""
    for address in dict.fromkeys(one["address"] for one in changes_made(scene)):
        if not address.startswith("192.0.2."):
            said = from_addresses(scene, {address})
            if " " not in said:
                return said
    return said


SHUT = {
    "what the correlation names": what_the_correlation_names,
    "what paper leaves open, one author after another": one_author_after_another,
    "every change of the month": every_change,
    "every change of a service account": of_service_accounts,
    "every change of the stolen account": all_of_one_account,
    "an address with all three kinds": an_address_with_all_three_kinds,
    "the times of the lesson": the_times_of_the_lesson,
    "one address after another": one_address_after_another,
}
