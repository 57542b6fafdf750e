"""Ways to a rule for an integration from a month in which a thief was there (lesson 16)."""

from collections import Counter

from labutils.lessons.lesson_16.address_rule import Month

SCOPES = {"cases.write", "contacts.read", "contacts.write"}
VENDOR = ["192.0.2.44", "192.0.2.45", "192.0.2.46", "192.0.2.49"]


def tried(networks, scopes=SCOPES):
    """One rule."""
    return lambda scene: scene.try_rule(networks, scopes)


def by_days(scene: Month) -> str:
    """Addresses of many days, and the one of the ticket."""
    days = Counter({(call["address"], call["day"]) for call in scene.calls})
    often = Counter(address for address, _ in days)
    steady = [address for address, count in often.items() if count > 14]
    named = [one["address"] for one in scene.tickets if one["what"] == "the vendor adds an address"]
    return scene.try_rule(steady + named, SCOPES)


def whatever_a_ticket_names(scene: Month) -> str:
    """Without reading what the tickets about the client say."""
    named = [one["address"] for one in scene.tickets if one["client"] == "chat-agent"]
    return scene.try_rule([*VENDOR, *named], SCOPES)


def all_that_was_seen(scene: Month) -> str:
    calls = scene.calls
    return scene.try_rule(
        sorted({one["address"] for one in calls})[:12], {one["scope"] for one in calls}
    )


def one_after_another(scene: Month) -> str:
    """The grid: more and more addresses, and the scopes that were used."""
    seen = sorted({one["address"] for one in scene.calls})
    used = {one["scope"] for one in scene.calls}
    flags = [scene.try_rule(seen[: number + 1], used) for number in range(len(seen))]
    return max(flags)


ROUTES = {
    "days and tickets": by_days,
    "four addresses": tried(VENDOR),
    "a network of two, and two addresses": tried(["192.0.2.44/31", "192.0.2.46", "192.0.2.49"]),
}
SHUT = {
    "all that was seen": all_that_was_seen,
    "whatever a ticket names": whatever_a_ticket_names,
    "without the new address": tried(VENDOR[:3]),
    "the network around three of them, without the new address": tried(["192.0.2.44/30"]),
    "the network around three of them, and the new address": tried(["192.0.2.44/30", "192.0.2.49"]),
    "the whole neighbourhood": tried(["192.0.2.0/24"]),
    "a network of eight": tried(["192.0.2.40/29"]),
    "everywhere": tried(["0.0.0.0/0"]),
    "with the scope that was used once": tried(VENDOR, SCOPES | {"cases.read"}),
    "without the scope that is seldom used": tried(VENDOR, SCOPES - {"contacts.write"}),
    "with the neighbour that reads contacts": tried([*VENDOR, "192.0.2.77"]),
    "with the addresses of other tools": tried([*VENDOR, "198.51.100.206"]),
    "the right ones, and a network of nobody": tried([*VENDOR, "10.0.0.0/25"]),
    "the right ones, and the other half of the network": tried(
        ["192.0.2.44/30", "192.0.2.49", "192.0.2.128/25"]
    ),
    "the right ones, and an IPv6 network": tried([*VENDOR, "2001:db8::/120"]),
    "a network with host bits": tried(["192.0.2.45/30", "192.0.2.49"]),
    "the right ones, and half of the world": tried([*VENDOR, "0.0.0.0/1"]),
    "the right scopes, and one that nobody has": tried(VENDOR, SCOPES | {"full"}),
    "no rule": tried("192.0.2.44"),
    "no network": tried(["the vendor"]),
    "no scopes": tried(VENDOR, set()),
    "one after another": one_after_another,
}
