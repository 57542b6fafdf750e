"""What lesson 15 concludes, from its sweeps: evictions, and a change of signing keys."""

from functools import cache

from labutils.stage import credential_rotation as rotation
from labutils.stage import eviction
from labutils.stage.eviction import after_a_visit, graphs, has_circle, one_by_one, one_cut

REMOVALS = (5, 20, 60)
VISITS = (1, 5, 15, 20, 60, 240)


def is_over(evict, makes, settings):
    return all(evict(makes, setting) is not None for setting in settings)


def one_cut_for_all():
    settings = list(eviction.settings(REMOVALS, VISITS))
    in_one_go = [
        all(one_cut(makes, one) == one.removal * len(makes) for one in settings)
        for makes in graphs()
    ]
    return [
        f"{sum(in_one_go)} of {len(graphs())} ways in which three footholds can make one another",
        f"removals of {REMOVALS[0]} to {REMOVALS[-1]} minutes",
        f"visits every {VISITS[0]} to {VISITS[-1]} minutes",
    ]


@cache
def ended_while_visits_are_frequent():
    """The ways that end in each setting whose visits come at least as often as removals."""
    frequent = [(r, v) for r in REMOVALS for v in VISITS if v <= r]
    ended = [
        makes
        for makes in graphs()
        if all(is_over(one_by_one, makes, eviction.settings([r], [v])) for r, v in frequent)
    ]
    some = [
        makes
        for makes in graphs()
        if any(
            one_by_one(makes, one) is not None
            for r, v in frequent
            for one in eviction.settings([r], [v])
        )
    ]
    assert ended == some == [makes for makes in graphs() if not has_circle(makes)]
    return ended


def one_after_the_other():
    seldom = list(eviction.settings([20], [60]))
    calm = [makes for makes in graphs() if is_over(one_by_one, makes, seldom)]
    return [
        f"{len(ended_while_visits_are_frequent())} of {len(graphs())} ways: those without a circle",
        f"With visits every 60 minutes and removals of 20, it was {len(calm)} of {len(graphs())}",
    ]


def one_missed():
    cases = [(makes, one) for makes in graphs() for one in makes]
    back = sum(after_a_visit(makes, {one}) == set(makes) for makes, one in cases)
    return f"all three were back after the next visit in {back} of {len(cases)} cases"


def overlap():
    refused = {
        wait: [bool(rotation.change_key(wait, at)) for at in rotation.CHANGES]
        for wait in rotation.WAITS
    }
    calm = [wait for wait, each in refused.items() if not any(each)]
    broken = [wait for wait, each in refused.items() if any(each)]
    first, last = (rotation.at_nine(rotation.CHANGES[place]) for place in (0, -1))
    assert max(broken) < min(calm) and not any(all(refused[wait]) for wait in broken)
    return [
        f"With an overlap of {calm[0]} to {calm[-1]} minutes",
        f"refused in none of the tried changes, from {first} to {last}",
        f"With {broken[0]} to {broken[-1]} minutes it was refused in some of them",
    ]


def forged():
    minutes = {wait: pair[1] for wait, pair in rotation.overlaps().items()}
    return [
        f"up to {minutes[0]} minutes even where the old key was dropped at once",
        f"up to {minutes[10]} minutes with an overlap of 10",
    ]


def in_short():
    assert len(ended_while_visits_are_frequent()) < len(graphs())
    return one_cut_for_all()[0]


CONCLUSIONS = {
    "15-one-cut": one_cut_for_all,
    "15-one-by-one": one_after_the_other,
    "15-missed": one_missed,
    "15-overlap": overlap,
    "15-forged": forged,
    "15-recap": in_short,
}
