"""What lesson 14 concludes, computed over the ranges in which it is said to hold."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from labutils.incident import breach, inventory, policy, search
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.lessons.lesson_14 import thieves, worlds

SEEDS = ("thieves", "second", "third", "fourth", "fifth")
AGES = thieves.DEFAULT.ages
DEVICE, BEHAVIOUR, AGAIN = "device_state_checked", "behaviour_checked", "sessions_reevaluated"


@cache
def crowd(seed: str = SEEDS[0]) -> dict[str, Incident]:
    return thieves.draw(100, seed)


@cache
def stopped(seed: str) -> dict[str, dict[tuple[str, ...], int]]:
    """By loss, for each set of the twelve: how many of the hundred it stops."""
    counts = search.stopped_counts(worlds.LOSSES.values(), worlds.TWELVE, crowd(seed).values())
    return {loss: counts[fact] for loss, fact in worlds.LOSSES.items()}


def span(numbers: Iterable[int]) -> str:
    """The least and the most of some numbers."""
    least, *_, most = sorted(numbers)
    return f"{least} to {most}" if least != most else str(least)


def stopped_at(controls: Sequence[str], place: str) -> int:
    """At how many of the ages the stolen session is stopped."""
    world = breach.with_controls(controls)
    return sum(not worlds.session_opens(world, place, age) for age in AGES)


def happens(loss: str, world: World, cases: Iterable[Incident]) -> int:
    """For how many of these thieves."""
    return sum(loss in worlds.happened(breach.foresee(world, case=case)) for case in cases)


def over_draws(loss: str, world: World) -> str:
    """For how many of a hundred, from the least to the most over the draws."""
    return span(happens(loss, world, crowd(seed).values()) for seed in SEEDS)


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
    endless = replace(World.historical(), session_hours=1000)
    ends = next(age for age in range(27, 49) if not worlds.session_opens(endless, "far", age))
    return [
        f"each life up to {longest} hours stops the thief of 2023, and one of {longest + 1} hours "
        "does not",
        "no life from 1 hour to 48 hours does",
        f"the session's own credential ends {ends} hours after sign-in",
    ]


def alarm() -> list[str]:
    base = breach.with_controls(["alert_token_elsewhere"])
    lost = [over_draws("code", replace(base, response_minutes=wait)) for wait in (35, 125, 2025)]
    assert [worlds.minutes_to_respond(share) for share in (1, 0.1, 0.005)] == [35, 125, 2025]
    return [
        f"{lost[0]} of 100 pack the code where it is answered after 35 minutes, {lost[1]} after "
        f"125 minutes, and {lost[2]} after 2,025 minutes",
        f"Over {len(SEEDS)} draws",
        f"Without it {over_draws('code', World.historical())} do",
    ]


def eviction() -> list[str]:
    base = breach.with_controls(["alert_bulk_reads"])
    soon, late = (over_draws("out", replace(base, eviction_hours=hours)) for hours in (2, 20))
    return [
        f"for {soon} of 100 where the last foothold is found in 2 hours, and for {late} where it "
        f"takes 20 hours, over the same {len(SEEDS)} draws",
        f"Without it they leave for {over_draws('out', World.historical())}",
    ]


def rotation() -> list[str]:
    """How many pack the code, and get into the cloud, by how soon credentials are replaced."""
    world = breach.with_controls(["exposed_rotated"])

    def after(days: int, loss: str) -> str:
        crowds = [thieves.replaced_after(crowd(seed).values(), days) for seed in SEEDS]
        return span(happens(loss, world, cases) for cases in crowds)

    code = {days: after(days, "code") for days in (0, 1, 7, 30)}
    return [
        f"Over {len(SEEDS)} draws {code[0]} of 100 pack the code where credentials are replaced at "
        f"the notice, {code[1]} after a day, {code[7]} after {policy.ROTATION_DAYS} days, and "
        f"{code[30]} after 30 days",
        f"Into the cloud get {after(0, 'cloud')} and {after(30, 'cloud')} of 100 at the two ends",
    ]


SESSION_ALONE = ("acts_reauthenticated",)
CLOUD = ("acts_reauthenticated", "behaviour_checked", "exposed_rotated")
LEAST = ("repository_least_privilege",)


def ranging(loss: str, *controls: str) -> str:
    """How many thieves a set stops, over the draws; it must be robust in each."""
    chosen = tuple(name for name in worlds.TWELVE if name in controls)
    counts = [stopped(seed)[loss][chosen] for seed in SEEDS]
    assert min(counts) >= 90, (loss, controls, counts)
    return span(counts)


def robust_sets() -> list[str]:
    best_alone = [
        max(count for names, count in stopped(seed)["cloud"].items() if len(names) == 1)
        for seed in SEEDS
    ]
    assert max(best_alone) < 90
    return [
        f"In {len(SEEDS)} draws of a hundred, by the seeds {', '.join(SEEDS)}, these sets stop at "
        "least 90 in each",
        f"`acts_reauthenticated` ({ranging('session', *SESSION_ALONE)})",
        "`session_hours` with `sessions_bound` "
        f"({ranging('session', 'session_hours', 'sessions_bound')})",
        f"`repository_least_privilege` ({ranging('code', *LEAST)})",
        f"`exposed_rotated` ({ranging('cloud', *CLOUD)})",
        f"in none of the {len(SEEDS)} draws is one control of the twelve enough",
    ]


def stopped_with(loss: str, controls: Sequence[str], **ranges: Any) -> int:
    """How many of the first hundred are stopped, where a range of the draw is another one."""
    drawn = thieves.draw(100, SEEDS[0], replace(thieves.DEFAULT, **ranges))
    return 100 - happens(loss, breach.with_controls(controls), drawn.values())


def moved_ranges() -> list[str]:
    no_touch, all_touch = (stopped_with("session", SESSION_ALONE, touch=it) for it in (0.0, 1.0))
    bought, near = (
        stopped_with("cloud", CLOUD, bought=0.5),
        stopped_with("cloud", CLOUD, places=("near",)),
    )
    assert min(no_touch, 90) == 90 and max(all_touch, bought, near) < 90
    return [
        f"`acts_reauthenticated` stops {no_touch} of 100 at the session where the owner touches "
        f"the key for nobody, and {all_touch} where she does for each thief on her laptop",
        f"The three for the cloud stop {bought} where half of the credentials were bought, and "
        f"{near} where all come from near by",
    ]


def only_packing() -> str:
    world, fact = breach.with_controls(LEAST), "nov22-repos-viewed"
    viewed = [
        sum(
            step.fact == fact and not step.stopped
            for case in crowd(seed).values()
            for step in breach.foresee(world, case=case)
        )
        for seed in SEEDS
    ]
    return f"{span(viewed)} of 100 read the repositories all the same"


def recap_robust() -> list[str]:
    counts = {seed: stopped(seed)["code"] for seed in SEEDS}
    assert {one[LEAST] for one in counts.values()} == {100}
    alone = {
        names: count for names, count in counts["thieves"].items() if len(names) == 1 and count > 89
    }
    others = [names for names in alone if names != LEAST]
    (first,) = {alone[names] for names in others}
    then = [counts["second"][names] for names in others]
    assert len(others) == 3
    return [
        f"stops the packing for 100 of 100 in {len(SEEDS)} of {len(SEEDS)} draws",
        f"Three other controls that stop {first} in one draw stop {span(then)} in the next",
    ]


def unstopped() -> list[str]:
    left = [100 - max(stopped(seed)["session"].values()) for seed in SEEDS]
    everything = World(**{name: one.value for name, one in inventory.controls().items()})
    session, cloud = over_draws("session", everything), over_draws("cloud", everything)
    return [
        f"The best of the 4,096 sets leaves the session to {span(left)} of the hundred in these "
        "draws",
        f"With all controls of the catalogue on, {session} of a hundred get the session, and "
        f"{cloud} get into the cloud",
    ]


def lost(seed: str) -> dict[tuple[str, ...], int]:
    """For each set: how many of the 700 losses happen."""
    by_loss = stopped(seed)
    return {names: 700 - sum(one[names] for one in by_loss.values()) for names in by_loss["code"]}


SUPPLIERS = "support_least_privilege"


def arithmetic() -> list[str]:
    without = [
        min(count for names, count in lost(seed).items() if SUPPLIERS not in names)
        for seed in SEEDS
    ]
    reports = [
        max(count for names, count in stopped(seed)["report"].items() if SUPPLIERS not in names)
        for seed in SEEDS
    ]
    assert set(reports) == {0}
    return [
        f"in {len(SEEDS)} draws the best set without it loses {span(without)} of 700",
        f"Where the limit is below {min(without)}, it is in each set that meets it, at whatever "
        "price",
    ]


def prices() -> list[str]:
    good = {names: count for names, count in lost(SEEDS[0]).items() if count <= 35}
    shares = []
    for seed in range(5):
        dice, used = Random(f"prices {seed}"), 0
        for _ in range(200):
            drawn = {
                name: price * dice.choice((0.5, 0.75, 1, 1.5, 2))
                for name, price in worlds.PRICES.items()
            }
            _, _, cheapest = min(
                (sum(drawn[name] for name in names), count, names) for names, count in good.items()
            )
            used += "acts_reauthenticated" in cheapest
        shares.append(used)
    return [
        "the cheapest set that leaves at most 35 has `acts_reauthenticated` in "
        f"{span(shares)} of 200 draws of prices",
    ]


def queue() -> str:
    """How many of the 700 losses the alarm alone leaves, by how late it is answered."""

    def left(minutes: int) -> str:
        world = breach.with_controls(["alert_token_elsewhere"])
        late = replace(world, response_minutes=minutes)
        return span(
            sum(
                len(worlds.happened(breach.foresee(late, case=case)))
                for case in crowd(seed).values()
            )
            for seed in SEEDS
        )

    return (
        f"Over {len(SEEDS)} draws the alarm alone leaves {left(35)} of 700 losses where it is "
        f"answered after 35 minutes, {left(125)} after 125, and {left(2025)} after 2,025"
    )


CONCLUSIONS = {
    "14-signals": signals,
    "14-session-life": session_life,
    "14-alarm": alarm,
    "14-eviction": eviction,
    "14-rotation": rotation,
    "14-robust": robust_sets,
    "14-moved-ranges": moved_ranges,
    "14-only-packing": only_packing,
    "14-unstopped": unstopped,
    "14-prices": prices,
    "14-arithmetic": arithmetic,
    "14-queue": queue,
    "14-recap-robust": recap_robust,
}
