"""What lesson 15 concludes, from its sweeps: evictions, and a change of signing keys."""

from functools import cache
from itertools import permutations

from conclusions import words_of

from labutils.lessons.lesson_15 import credential_rotation as rotation
from labutils.lessons.lesson_15 import eviction
from labutils.lessons.lesson_15.eviction import (
    after_a_visit,
    graphs,
    has_circle,
    one_by_one,
    one_cut,
)

REMOVALS = (5, 20, 60)
VISITS = (1, 5, 15, 20, 60, 240)


def alike(makes):
    """The arrows under the names that come first. What differs in names alone ends alike."""
    arrows = [(maker, thing) for maker, things in makes.items() for thing in things]
    renamings = [
        dict(zip(eviction.NAMES, order, strict=True)) for order in permutations(eviction.NAMES)
    ]
    return min(tuple(sorted((to[a], to[b]) for a, b in arrows)) for to in renamings)


def ends_one_by_one(settings):
    """For each way, whether it ends in these settings: of those that are alike one is tried."""
    tried = {}
    for makes in graphs():
        if alike(makes) not in tried:
            ends = {one_by_one(makes, one) is not None for one in settings}
            assert len(ends) == 1  # in all of these settings, or in none
            tried[alike(makes)] = ends == {True}
    return [(makes, tried[alike(makes)]) for makes in graphs()]


def one_cut_for_all():
    settings = list(eviction.settings(REMOVALS, VISITS))
    in_one_go = [
        all(one_cut(makes, one) == one.removal * len(makes) for one in settings)
        for makes in graphs()
    ]
    return (
        f"in {sum(in_one_go)} of the {len(graphs())} ways in which three footholds can recreate "
        "one another"
    )


@cache
def ended_while_visits_are_frequent():
    """How many ways end where visits come at least as often as removals: those with no circle."""
    frequent = [(r, v) for r in REMOVALS for v in VISITS if v <= r]
    ends = ends_one_by_one([one for r, v in frequent for one in eviction.settings([r], [v])])
    assert all(ended is not has_circle(makes) for makes, ended in ends)
    return sum(ended for _, ended in ends)


def one_after_the_other():
    calm = ends_one_by_one(list(eviction.settings([20], [60])))
    return [
        f"{ended_while_visits_are_frequent()} of the {len(graphs())} ways: those without a circle",
        f"With visits every 60 minutes and removals that take 20, it was "
        f"{sum(ended for _, ended in calm)} of {len(graphs())}",
    ]


def one_missed():
    cases = [(makes, one) for makes in graphs() for one in makes]
    back = sum(after_a_visit(makes, {one}) == set(makes) for makes, one in cases)
    return f"all three were back after the next visit in {back} of {len(cases)} cases"


def overlap():
    refused = {
        wait: [bool(rotation.change_key(wait, at).refused) for at in rotation.CHANGES]
        for wait in rotation.WAITS
    }
    calm = [wait for wait, each in refused.items() if not any(each)]
    broken = [wait for wait, each in refused.items() if any(each)]
    first, last = (rotation.at_nine(rotation.CHANGES[place]) for place in (0, -1))
    assert max(broken) < min(calm) and not any(all(refused[wait]) for wait in broken)
    return [
        f"With an overlap of {calm[0]} to {calm[-1]} minutes",
        f"refused in none of the changes tried, from {first} to {last}",
        f"With {broken[0]} to {broken[-1]} minutes it was refused in some of them",
    ]


def forged():
    minutes = {wait: pair[1] for wait, pair in rotation.overlaps().items()}
    return [
        f"up to {minutes[0]} minutes even when the old key was dropped at once",
        f"up to {minutes[10]} minutes with an overlap of 10",
    ]


def in_short():
    assert ended_while_visits_are_frequent() < len(graphs())
    return one_cut_for_all()


def part_three():
    """The page that ties Part 3 together: what its lessons computed."""
    page, both = words_of("11", "11-page")[0], words_of("12", "12-both")
    settings = words_of("13", "13-four-settings")[0]
    return [
        f"with {page}",
        f"{both[1]} at most, if somebody reacts {both[0]}",
        f"past the key {settings}",
        "seven in ten by our guess",  # Ranges.fall_back of lesson 14: no count
        one_missed(),
    ]


CONCLUSIONS = {
    "15-part-3": part_three,
    "15-one-cut": one_cut_for_all,
    "15-one-by-one": one_after_the_other,
    "15-missed": one_missed,
    "15-overlap": overlap,
    "15-forged": forged,
    "15-recap": in_short,
}
