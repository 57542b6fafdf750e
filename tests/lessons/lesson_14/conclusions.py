"""What lesson 14 concludes, computed over the ranges in which it is said to hold.

What is said of many thieves is counted over a hundred draws of a thousand (data/conclusions), under
both assumptions about the four credentials.
"""

from collections.abc import Sequence
from dataclasses import replace

from labutils.incident import breach
from labutils.incident.policy import World
from labutils.lessons.lesson_14 import draws, thieves, worlds
from labutils.lessons.lesson_14.draws import (
    ASSUMPTIONS,
    THIEVES,
    stopped,
)
from labutils.stage.kept_draws import spread

AGES = thieves.DEFAULT.ages
DEVICE, BEHAVIOUR, AGAIN = "device_state_checked", "behaviour_checked", "sessions_reevaluated"
DRAWS = "Over 100 draws of 1,000"


def lost(loss: str, row: str, assumption: str = draws.TENANT) -> str:
    """How many of the thousand come to a loss: what nine in ten draws give."""
    return spread(THIEVES - count for count in stopped(loss, row, assumption))


def stopped_at(controls: Sequence[str], place: str) -> int:
    """At how many of the ages the stolen session is stopped."""
    world = breach.with_controls(controls)
    return sum(not worlds.session_opens(world, place, age) for age in AGES)


def signals() -> list[str]:
    places = ("far", "near", "laptop")
    alone = {stopped_at([control], place) for control in (DEVICE, BEHAVIOUR) for place in places}
    far, near, laptop = (stopped_at([DEVICE, AGAIN], place) for place in places)
    assert alone == {0} and far == near
    return [
        f"at {far} of the {len(AGES)} ages tried (half an hour to {AGES[-1]:g} hours) from far "
        f"away and from nearby, and at {laptop} of {len(AGES)} from the laptop",
        f"Without re-evaluation it stops {alone.pop()} of {len(AGES)} from each of the three "
        "places",
        f"stops {stopped_at([BEHAVIOUR, AGAIN], 'far')} of {len(AGES)} from far away and "
        f"{stopped_at([BEHAVIOUR, AGAIN], 'near')} of {len(AGES)} from nearby",
    ]


def longest_life(age: float) -> int:
    """The longest life, in hours, that stops the thief of 2023 with a session of that age."""
    world = World.historical()
    stops = [
        hours
        for hours in range(1, 49)
        if not worlds.session_opens(replace(world, session_hours=hours), "far", age)
    ]
    assert stops == list(range(1, len(stops) + 1))  # it flips once
    return len(stops)


def session_life() -> list[str]:
    longest = longest_life(26)
    assert longest_life(0.5) == 0
    return [
        f"a session lifetime of up to {longest} hours stops the 2023 thief, and one of "
        f"{longest + 1} hours does not",
        "no lifetime from 1 to 48 hours helps",
    ]


def alarm() -> list[str]:
    rows = [f"alarm after {wait} minutes" for wait in (35, 125, 2025)]
    packed = [lost("code", row) for row in rows]
    return [
        f"{DRAWS}, with the four read in the tenant, {packed[0]} thieves archive the code if an "
        f"alarm about a token used elsewhere is answered after 35 minutes, {packed[1]} if it "
        f"takes 125, and {packed[2]} if it takes 2,025",
        f"Without the alarm {lost('code', '2023')} do",
        f"these ranges move by at most {draws.moved('code', rows)}",
    ]


def eviction() -> list[str]:
    rows = [f"evicted after {hours} hours" for hours in (2, 20)]
    out = [lost("out", row) for row in rows]
    return [
        f"{DRAWS}, with the four read in the tenant, {out[0]} thieves get the archives out if the "
        f"last foothold is found in 2 hours, and {out[1]} if it takes 20",
        f"Without the alarm {lost('out', '2023')} do",
        f"these ranges move by at most {draws.moved('out', rows)}",
    ]


def rotation() -> list[str]:
    """How many archive the code, by how soon credentials are replaced."""
    rows = {days: f"replaced after {days} days" for days in (0, 1, 7, 30)}
    code = {days: lost("code", row) for days, row in rows.items()}
    return [
        f"{DRAWS}, with the four read in the tenant, {code[0]} thieves archive the code if "
        f"credentials are replaced at once, {code[7]} if it takes 7 days, and {code[30]} if it "
        "takes 30",
        f"these ranges move by at most {draws.moved('code', list(rows.values()))}",
    ]


def only_packing() -> list[str]:
    row = "repository_least_privilege"
    return [
        f"{lost('reading', row)} of 1,000 thieves still read the repositories if the four are read "
        "in the tenant",
        f"the range moves by at most {draws.moved('reading', [row])}",
    ]


def unstopped() -> str:
    session = {lost("session", "all controls", one) for one in ASSUMPTIONS}
    assert len(session) == 1
    return (
        f"{DRAWS}, under both assumptions, {session.pop()} of 1,000 get the session even "
        "with all of the catalogue's controls on"
    )


def moved_ranges() -> list[str]:
    """A range at its end: one draw of 200."""
    moved = replace(thieves.DEFAULT, places=("supplier",))
    crowd = thieves.draw(200, "moved ranges", moved).values()
    watched = [
        breach.with_controls([name]) for name in ("service_tokens_bound", "alert_token_elsewhere")
    ]
    code = worlds.LOSSES["code"]
    first, second = draws.search.stopped_in([code], watched, crowd)[code]
    assert first == second
    return [
        "In draws of 200, with the four read in the tenant",
        f"each stop {first} thieves if all come from the supplier's host",
    ]


def guess() -> list[str]:
    """The share that bound tokens and the alarm stop is the share of thieves that we put elsewhere:
    an input of ours. Shown thief by thief, so that no number is needed."""
    crowd = {thief.name: thief for thief in thieves.drawn(200, "guess", thieves.DEFAULT)}
    code = worlds.LOSSES["code"]
    for control in ("service_tokens_bound", "alert_token_elsewhere"):
        world = breach.with_controls([control])
        for thief in crowd.values():
            (stops,) = draws.search.stopped_in([code], [world], [thief.case])[code]
            assert stops == (thief.place != "supplier"), thief
    places = thieves.DEFAULT.places
    assert (places.count("supplier"), len(places)) == (1, 10)
    return ["one thief in ten comes from the supplier's host", "three in ten, and it is about 700"]


def recap() -> list[str]:
    least = [stopped("code", "repository_least_privilege", one) for one in ASSUMPTIONS]
    assert all(set(counts) == {1000} for counts in least)
    return [
        "stops the archiving for 1,000 of 1,000 in 100 of 100 draws, under both assumptions",
    ]


CONCLUSIONS = {
    "14-signals": signals,
    "14-session-life": session_life,
    "14-alarm": alarm,
    "14-eviction": eviction,
    "14-rotation": rotation,
    "14-only-packing": only_packing,
    "14-unstopped": unstopped,
    "14-moved-ranges": moved_ranges,
    "14-guess": guess,
    "14-recap": recap,
}
# Counted over draws: the paragraph names them, and the assumptions.
DRAWN = {
    "14-alarm",
    "14-eviction",
    "14-rotation",
    "14-only-packing",
    "14-unstopped",
    "14-recap",
}
