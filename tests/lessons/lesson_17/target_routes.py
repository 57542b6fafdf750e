"""Ways to the one who was there, in a month that nobody told of (lesson 17)."""

from collections import Counter, defaultdict

from labutils.lessons.lesson_17 import HOUR, moment
from labutils.lessons.lesson_17.target import Scene

ADDRESS, PERSON = "203.0.113.65", "a.obrien"
MADE = ["account n.brennan"]


def tried(address, made=MADE, person=PERSON):
    """One accusation."""
    return lambda scene: scene.accuse(address, person, made)


def odd_days(scene: Scene) -> set[str]:
    """Addresses at which a program is on one to four days alone."""
    days = defaultdict(set)
    for line in scene.lines:
        days[line.who, line.address].add(line.time // 86400)
    names = {name for some in scene.programs.values() for name in some}
    return {address for (who, address), some in days.items() if who in names and len(some) < 5}


def announced(scene: Scene, line) -> bool:
    """Whether a ticket is about a line of a program."""
    names = next((some for some in scene.programs.values() if line.who in some), ())
    return any(
        ticket["by"] in names
        and moment(ticket["from"]) - HOUR <= line.time <= moment(ticket["to"]) + HOUR
        for ticket in scene.tickets
    )


def busiest_stranger(scene: Scene) -> str:
    """The address with most lines that nobody announced, among those where programs seldom are."""
    names = {name for some in scene.programs.values() for name in some}
    odd = odd_days(scene)
    count = Counter(
        line.address
        for line in scene.lines
        if line.who in names and line.address in odd and not announced(scene, line)
    )
    address = max(count, key=lambda one: count[one])
    there = [line for line in scene.lines if line.address == address and line.made]
    own = [line for line in there if line.who in names and not announced(scene, line)]
    first = min(line.time for line in own)
    near = [line for line in scene.lines if 0 < first - line.time < 5 * 86400]
    elsewhere = {line.who for line in near if line.address != address and "sso" in line.action}
    here = {line.who for line in near if line.address == address and "factor" not in line.action}
    in_person = {
        line.who for line in near if line.address == address and "session.start" in line.action
    }
    (person,) = (elsewhere & here) - in_person
    return scene.accuse(address, person, {line.made for line in own})


def all_that_was_made_there(scene: Scene) -> str:
    """A rented address has other tenants, who make keys of their own."""
    there = [line for line in scene.lines if line.address == ADDRESS and line.made]
    return scene.accuse(ADDRESS, PERSON, {line.made for line in there})


def from_what_was_made(scene: Scene) -> str:
    """The other way round: what a program made while no ticket of its was open."""
    names = {name for some in scene.programs.values() for name in some}
    suspects = defaultdict(set)
    for line in scene.lines:
        if line.made and line.who in names and not announced(scene, line):
            suspects[line.address].add(line.made)
    (address, made), *others = suspects.items()
    return scene.accuse(address, PERSON, made) if not others else "no flag"


def one_after_another(scene: Scene) -> str:
    """Each odd address, with all that was made there."""
    flags = []
    for address in sorted(odd_days(scene)):
        made = {line.made for line in scene.lines if line.address == address and line.made}
        flags.append(scene.accuse(address, PERSON, made))
    return max(flags)


ROUTES = {
    "most lines that nobody announced": busiest_stranger,
    "from what was made": from_what_was_made,
    "the names": tried(ADDRESS),
    "the names, as a set": tried(ADDRESS, set(MADE)),
}
SHUT = {
    "all that was made there": all_that_was_made_there,
    "one after another": one_after_another,
    "another address": tried("203.0.113.61"),
    "nothing made": tried(ADDRESS, []),
    "what a tenant made": tried(ADDRESS, ["key of o.cohen"]),
    "what a tenant made as well": tried(ADDRESS, [*MADE, "key of o.cohen"]),
    "one thing more": tried(ADDRESS, [*MADE, "account a.b"]),
    "everything that was made in that month": lambda scene: scene.accuse(
        ADDRESS, PERSON, {line.made for line in scene.lines if line.made}
    ),
    "a tenant who signed in there": tried(ADDRESS, person="s.foster"),
    "a tenant of another week": tried(ADDRESS, person="n.kamau"),
    "whoever made a key there": tried(ADDRESS, person="o.cohen"),
    "the program": tried(ADDRESS, person="svc-roadmap"),
    "nobody": tried(ADDRESS, person=""),
    "two people": tried(ADDRESS, person=["a.obrien", "s.foster"]),
    "each person who was there": lambda scene: max(
        scene.accuse(ADDRESS, person, MADE) for person in ("s.foster", "o.cohen", PERSON)
    ),
    "a list of addresses": tried([ADDRESS]),
    "a text": tried(ADDRESS, "account n.brennan"),
    "nothing": tried("", []),
}
