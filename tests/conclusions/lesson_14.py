"""What lesson 14 concludes, computed over the ranges in which it is said to hold."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

from labutils.incident import breach, inventory, search
from labutils.incident.cases import Case
from labutils.incident.policy import World
from labutils.stage import thieves, worlds

SEEDS = ("thieves", "second", "third", "fourth", "fifth")
AGES = thieves.DEFAULT.ages
DEVICE, BEHAVIOUR, AGAIN = "device_state_checked", "behaviour_checked", "sessions_reevaluated"


@cache
def crowd(seed: str = SEEDS[0]) -> dict[str, Case]:
    return thieves.draw(100, seed)


@cache
def robust(loss: str, seed: str) -> search.RobustSets:
    return search.robust_sets(worlds.LOSSES[loss], worlds.TWELVE, crowd(seed), at_least=90)


def stopped_at(controls: Sequence[str], place: str) -> int:
    """At how many of the ages the stolen session is stopped."""
    world = breach.with_controls(controls)
    return sum(not worlds.session_opens(world, place, age) for age in AGES)


def happens(loss: str, world: World) -> int:
    """For how many of the hundred."""
    return sum(
        loss in worlds.happened(breach.foresee(world, case=case)) for case in crowd().values()
    )


def signals() -> list[str]:
    places = ("far", "near", "laptop")
    alone = {stopped_at([control], place) for control in (DEVICE, BEHAVIOUR) for place in places}
    far, near, laptop = (stopped_at([DEVICE, AGAIN], place) for place in places)
    assert alone == {0} and far == near
    return [
        f"at {far} of {len(AGES)} ages that were tried, from half an hour to {AGES[-1]:g} hours, "
        f"from far and from near, and at {laptop} of {len(AGES)} from the laptop",
        f"Without re-evaluation it stops {alone.pop()} of {len(AGES)} at each of the three places",
        f"stops {stopped_at([BEHAVIOUR, AGAIN], 'far')} of {len(AGES)} from far, and "
        f"{stopped_at([BEHAVIOUR, AGAIN], 'near')} of {len(AGES)} from near",
    ]


def recap_signals() -> str:
    far, near, laptop = (stopped_at([DEVICE, AGAIN], place) for place in ("far", "near", "laptop"))
    assert far == near
    return (
        f"at {far} of {len(AGES)} ages from far and from near, and at {laptop} of {len(AGES)} "
        "from the laptop"
    )


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
        f"each life up to {longest} hours does, and {longest + 1} hours does nothing",
        "no life from 1 hour to 48 hours does",
    ]


def recap_life() -> str:
    assert longest_life(0.5) == 0
    return f"may live up to {longest_life(26)} hours"


def alarm() -> list[str]:
    base = breach.with_controls(["alert_token_elsewhere"])
    lost = [happens("code", replace(base, response_minutes=wait)) for wait in (35, 125, 2025)]
    assert [worlds.minutes_to_respond(share) for share in (1, 0.1, 0.005)] == [35, 125, 2025]
    return [
        f"{lost[0]} of 100 pack the code where it is answered after 35 minutes, {lost[1]} after "
        f"125 minutes, and {lost[2]} after 2,025 minutes",
        f"Without it {happens('code', World.historical())} do",
    ]


def eviction() -> list[str]:
    base = breach.with_controls(["alert_bulk_reads"])
    soon, late = (happens("out", replace(base, eviction_hours=hours)) for hours in (2, 20))
    return [
        f"for {soon} of 100 where the last foothold is found in 2 hours, and for {late} where it "
        "takes 20 hours",
        f"Without it they leave for {happens('out', World.historical())}",
    ]


def ranging(loss: str, *controls: str) -> str:
    """How many thieves a set stops, over the draws; it must be robust in each."""
    chosen = tuple(name for name in worlds.TWELVE if name in controls)
    counts = [robust(loss, seed).counts[chosen] for seed in SEEDS]
    assert min(counts) >= 90, (loss, controls, counts)
    return f"{min(counts)} to {max(counts)}" if len(set(counts)) > 1 else str(counts[0])


def robust_sets() -> list[str]:
    best_alone = [
        max(count for names, count in robust("cloud", seed).counts.items() if len(names) == 1)
        for seed in SEEDS
    ]
    assert max(best_alone) < 90
    three = ("acts_reauthenticated", "behaviour_checked", "exposed_rotated")
    return [
        f"In {len(SEEDS)} draws of a hundred these sets stop at least 90 in each",
        f"`acts_reauthenticated` ({ranging('session', 'acts_reauthenticated')})",
        "`session_hours` with `sessions_bound` "
        f"({ranging('session', 'session_hours', 'sessions_bound')})",
        f"`repository_least_privilege` ({ranging('code', 'repository_least_privilege')})",
        f"`exposed_rotated` ({ranging('cloud', *three)})",
        f"For the cloud no single control of the twelve does in one of the {len(SEEDS)} draws",
    ]


def recap_robust() -> list[str]:
    least = "repository_least_privilege"
    counts = {seed: robust("code", seed).counts for seed in SEEDS}
    assert {one[(least,)] for one in counts.values()} == {100}
    alone = {
        names: count for names, count in counts["thieves"].items() if len(names) == 1 and count > 89
    }
    others = [names for names in alone if names != (least,)]
    (first,) = {alone[names] for names in others}
    then = sorted(counts["second"][names] for names in others)
    assert len(others) == 3
    return [
        f"stops 100 of 100 in {len(SEEDS)} of {len(SEEDS)} draws",
        f"Three other controls that stop {first} in one draw stop {then[0]} to {then[-1]} in the "
        "next",
    ]


def unstopped() -> list[str]:
    left = [len(robust("session", seed).unstopped) for seed in SEEDS]
    catalogue = {name: control.value for name, control in inventory.controls().items()}
    everything = World(**catalogue)
    return [
        "No set of the twelve stops the session for "
        f"{min(left)} to {max(left)} of the hundred in these draws",
        f"With all controls of the catalogue on, {happens('session', everything)} of the first "
        f"hundred get the session, and {happens('cloud', everything)} get into the cloud",
    ]


def prices() -> list[str]:
    lost = search.losses(worlds.LOSSES.values(), worlds.TWELVE, crowd().values())
    good = {names: count for names, count in lost.items() if count <= 35}
    dice, used = Random("prices"), dict.fromkeys(worlds.TWELVE, 0)
    for _ in range(200):
        drawn = {
            name: price * dice.choice((0.5, 0.75, 1, 1.5, 2))
            for name, price in worlds.PRICES.items()
        }
        _, _, cheapest = min(
            (sum(drawn[name] for name in names), count, names) for names, count in good.items()
        )
        for name in cheapest:
            used[name] += 1
    return [
        f"Of 700 losses {lost[()]} happen without a control",
        "the cheapest set that leaves at most 35 has `support_least_privilege` in "
        f"{used['support_least_privilege']} of 200 draws, and `acts_reauthenticated` in "
        f"{used['acts_reauthenticated']}",
    ]


CONCLUSIONS = {
    "14-signals": signals,
    "14-session-life": session_life,
    "14-alarm": alarm,
    "14-eviction": eviction,
    "14-robust": robust_sets,
    "14-unstopped": unstopped,
    "14-prices": prices,
    "14-recap-signals": recap_signals,
    "14-recap-life": recap_life,
    "14-recap-robust": recap_robust,
}
