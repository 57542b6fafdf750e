"""Footholds that re-make one another: one cut for all against one by one, as a sweep (lesson 15).

`makes` says for each foothold which others whoever holds it can make anew. Nothing here is known of
a real intruder: it is what follows from who can make what, and from how often somebody comes by.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count, permutations
from types import MappingProxyType
from typing import NamedTuple

Makes = Mapping[str, Iterable[str]]
AfterAVisit = Callable[[Makes, Iterable[str]], set[str]]

HORIZON = 24 * 60  # minutes; who is not out by then counts as still in
NAMES = ("account", "user", "implant")
# Nothing re-makes what made it; and the two of which each can make the other.
TREE: Makes = MappingProxyType({"account": ("user", "implant"), "user": (), "implant": ()})
CIRCLE: Makes = MappingProxyType(
    {"account": ("user", "implant"), "user": (), "implant": ("account", "user")}
)
NOTHING: frozenset[str] = frozenset()


def after_a_visit(makes: Makes, left: Iterable[str]) -> set[str]:
    """What the intruder has after he came by: what is left, and all that can be made from it."""
    present = set(left)
    while True:
        made = {other for one in present for other in makes.get(one, ())}
        if made <= present:
            return present
        present |= made


@dataclass(frozen=True)
class Setting:
    """What an eviction is up against.

    Minutes that a removal takes, minutes between two visits, and the minute of the first one.
    """

    removal: int = 20
    visit: int = 15
    first: int = 15

    def next_visit(self, minute: int) -> int:
        """The minute of the first visit after this one."""
        return self.first + max(0, (minute - self.first) // self.visit + 1) * self.visit


class Event(NamedTuple):
    """Something that happened in an eviction, at a minute: `made` came back at a visit, or
    `removed` is gone; `left` is what the intruder has after it."""

    minute: int
    made: frozenset[str]
    removed: frozenset[str]
    left: frozenset[str]


def carried_out(
    makes: Makes,
    cuts: Sequence[Iterable[str]],
    setting: Setting = Setting(),  # noqa: B008  (it is frozen)
    visit: AfterAVisit = after_a_visit,
) -> Iterator[Event]:
    """What happens while the cuts are carried out, over and over, until nothing is left or a day is
    over.

    A cut takes as many minutes to prepare as its members take one by one, and falls in one moment.
    Members that are gone by then are passed over.
    """
    left, minute = set(makes), 0
    for number in count():
        names = left & set(cuts[number % len(cuts)])
        end = minute + setting.removal * len(names)
        if not left & set().union(*cuts) or end > HORIZON:
            return
        if (moment := setting.next_visit(minute)) <= end:
            made = set(visit(makes, left)) - left
            left |= made
            yield Event(moment, frozenset(made), NOTHING, frozenset(left))
        left -= names
        minute = end
        if names:
            yield Event(minute, NOTHING, frozenset(names), frozenset(left))
        if not left:
            return


def minutes_until_out(
    makes: Makes,
    cuts: Sequence[Iterable[str]],
    setting: Setting = Setting(),  # noqa: B008  (it is frozen)
    visit: AfterAVisit = after_a_visit,
) -> int | None:
    """Minutes until the intruder is out, by these cuts. None: not within a day."""
    return _out_after(list(carried_out(makes, cuts, setting, visit)))


def _out_after(events: Sequence[Event]) -> int | None:
    return events[-1].minute if events and not events[-1].left else None


def one_by_one(
    makes: Makes,
    setting: Setting = Setting(),
    visit: AfterAVisit = after_a_visit,  # noqa: B008
) -> int | None:
    """Minutes until the intruder is out, in the order that is best for the defenders."""
    orders = [[{name} for name in order] for order in permutations(makes)]
    ends = [minutes_until_out(makes, order, setting, visit) for order in orders]
    return min((end for end in ends if end is not None), default=None)


def one_cut(
    makes: Makes,
    setting: Setting = Setting(),
    visit: AfterAVisit = after_a_visit,  # noqa: B008
) -> int | None:
    """Minutes until the intruder is out, where all footholds are cut in one moment."""
    return minutes_until_out(makes, [set(makes)], setting, visit)


# --- sweeps -------------------------------------------------------------------------------------


@cache
def graphs() -> tuple[Makes, ...]:
    """Each way in which three footholds can make one another."""
    arrows = list(permutations(NAMES, 2))
    chosen = [some for size in range(len(arrows) + 1) for some in combinations(arrows, size)]
    return tuple({one: tuple(b for a, b in some if a == one) for one in NAMES} for some in chosen)


def has_circle(makes: Makes) -> bool:
    """Whether a foothold can come back by way of what it made itself."""
    return any(one in after_a_visit(makes, makes[one]) for one in makes if makes[one])


def settings(removals: Iterable[int], visits: Iterable[int], firsts: int = 3) -> Iterator[Setting]:
    """Each of these removals and visits, with first visits spread over the time between two."""
    visits = list(visits)
    for removal in removals:
        for visit in visits:
            firsts_of = {max(1, visit * part // firsts) for part in range(1, firsts + 1)}
            for first in sorted(firsts_of):
                yield Setting(removal, visit, first)


def slowest(
    evict: Callable[[Makes, Setting, AfterAVisit], int | None],
    makes: Makes,
    visit: int,
    after: AfterAVisit = after_a_visit,
    removal: int = 20,
) -> int | None:
    """The longest that an eviction takes over the first visits; None where one has no end."""
    ends = [evict(makes, setting, after) for setting in settings([removal], [visit])]
    return None if None in ends else max(end for end in ends if end is not None)


def sweep_of_visits(
    after: AfterAVisit = after_a_visit,
    visits: Iterable[int] = (1, 5, 10, 15, 20, 21, 25, 30, 40, 50, 60),
) -> dict[tuple[str, int], int | None]:
    """Minutes until the intruder is out, for three ways and these minutes between two visits."""
    ways = {
        "one by one, a circle": (one_by_one, CIRCLE),
        "one by one, no circle": (one_by_one, TREE),
        "one cut, a circle": (one_cut, CIRCLE),
    }
    return {
        (name, visit): slowest(evict, makes, visit, after)
        for visit in visits
        for name, (evict, makes) in ways.items()
    }
