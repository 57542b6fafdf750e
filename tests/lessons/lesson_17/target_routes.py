"""Ways to the one who was there, in a month that nobody told of (lesson 17)."""

from collections import Counter

from labutils.lessons.lesson_17.target import Scene
from labutils.lessons.lesson_17.unseen import HOUR, moment

ADDRESSES, PERSON = ("203.0.113.128", "198.18.16.52"), "k.ferrari"
MADE = ["factor of k.ferrari"]


def tried(addresses=ADDRESSES, made=MADE, person=PERSON):
    """One accusation."""
    return lambda scene: scene.accuse(addresses, person, made)


def programs_of(scene: Scene) -> set[str]:
    """All accounts and tokens of programs."""
    return {name for some in scene.programs.values() for name in some}


def announced(scene: Scene, line) -> bool:
    """Whether a ticket is about a line of a program."""
    names = next((some for some in scene.programs.values() if line.who in some), ())
    return any(
        ticket["by"] in names
        and moment(ticket["from"]) - HOUR <= line.time <= moment(ticket["to"]) + HOUR
        for ticket in scene.tickets
    )


def strangers(scene: Scene) -> Counter[str]:
    """How often programs did what nobody announced, by an address where they seldom are."""
    names = programs_of(scene)
    days: dict[str, set[tuple[str, float]]] = {}
    for line in scene.lines:
        if line.who in names:
            days.setdefault(line.address, set()).add((line.who, line.time // 86400))
    return Counter(
        line.address
        for line in scene.lines
        if line.who in names and len(days[line.address]) < 12 and not announced(scene, line)
    )


def most_lines(scene: Scene) -> str:
    """The two busiest strangers; who was at both, and what that person made there."""
    addresses = [address for address, _ in strangers(scene).most_common(2)]
    people = [{one.who for one in scene.lines if one.address == place} for place in addresses]
    (person,) = people[0] & people[1] - programs_of(scene)
    made = {one.made for one in scene.lines if (one.who, one.address) == (person, addresses[0])}
    return scene.accuse(addresses, person, made - {""})


def from_the_factor(scene: Scene) -> str:
    """The other way round: a factor that somebody added where a program was a stranger."""
    places = strangers(scene)
    (factor,) = [
        line for line in scene.lines if line.made.startswith("factor") and line.address in places
    ]
    his = {line.address for line in scene.lines if line.who == factor.who} & {*places}
    return scene.accuse(his, factor.who, [factor.made])


def every_stranger(scene: Scene) -> str:
    """All that the two functions of the lesson leave."""
    return scene.accuse(set(strangers(scene)), PERSON, MADE)


ROUTES = {
    "most lines that nobody announced": most_lines,
    "from the factor": from_the_factor,
    "the names": tried(),
    "the names, in the other order": tried(ADDRESSES[::-1], set(MADE)),
}
SHUT = {
    "every stranger": every_stranger,
    "the first address alone": tried(ADDRESSES[:1]),
    "the second alone": tried(ADDRESSES[1:]),
    "an address as a text": tried(ADDRESSES[0]),
    "an owner's forgotten ticket as well": tried([*ADDRESSES, "203.0.113.27"]),
    "the host of the builds as well": tried([*ADDRESSES, "198.19.178.210"]),
    "nothing made": tried(made=[]),
    "what a program made elsewhere": tried(made=["account p.osei"]),
    "what a program made as well": tried(made=[*MADE, "account p.osei"]),
    "everything that was made in that month": lambda scene: scene.accuse(
        ADDRESSES, PERSON, {line.made for line in scene.lines if line.made}
    ),
    "a tenant who signed in there": tried(person="m.campbell"),
    "a tenant of another week": tried(person="r.torres"),
    "the program": tried(person="svc-timesheet"),
    "nobody": tried(person=""),
    "two people": tried(person=["k.ferrari", "r.torres"]),
    "each person who was there": lambda scene: max(
        scene.accuse(ADDRESSES, person, MADE)
        for person in ("g.campbell", "m.campbell", "r.torres", PERSON)
    ),
    "a thing as a text": tried(made="factor of k.ferrari"),
    "nothing": tried([], []),
}
