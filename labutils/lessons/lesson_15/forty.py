"""Forty more evenings, drawn: who can bring back what, and what that needs, is different in each.
Three ways to choose the next act play all of them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

from labutils.lab import dice

from .incident_response import ACT, UNTIL, VISIT

EVENINGS, THINGS = 40, 8
ARROW, NEED = 30, 140  # of 256: that one can bring another back, and that it needs a third for it
SafeNow = Callable[..., Collection[str]]


@dataclass(frozen=True)
class Company:
    """What an intruder holds, in the order in which the alarms name it; what each can bring back;
    and what it needs for that."""

    names: tuple[str, ...]
    brings_back: Mapping[str, frozenset[str]]
    needs: Mapping[str, frozenset[str]]

    def after_a_visit(self, left: set[str]) -> set[str]:
        """Return what is there once the intruder has come by."""
        present = set(left)
        while True:
            able = [one for one in present if self.needs.get(one, frozenset()) <= present]
            more = {thing for one in able for thing in self.brings_back.get(one, ())}
            if more <= present:
                return present
            present |= more


@dataclass(frozen=True)
class Played:
    """How an evening went: the minute in which nothing was left, or None; the acts whose thing came
    back; and whether several things went in one moment."""

    minutes: int | None
    in_vain: int
    together: bool


@cache
def companies() -> tuple[Company, ...]:
    """Return the forty, by dice of their own."""
    drawn = dice("lesson-15", "forty")

    def roll() -> int:
        return int(next(drawn)[:2], 16)

    every = []
    for _ in range(EVENINGS):
        names = tuple(f"thing {letter}" for letter in "abcdefgh"[:THINGS])
        brings = {
            one: frozenset(other for other in names if other != one and roll() < ARROW)
            for one in names
        }
        needs = {
            one: frozenset({names[roll() % THINGS]} - {one})
            for one in names
            if brings[one] and roll() < NEED
        }
        every.append(Company(names, brings, needs))
    return tuple(every)


def play(company: Company, choose: Callable[[set[str]], Collection[str]]) -> Played:
    """Play an evening: twenty minutes for each thing that goes, a visit every fifteen."""
    left, minute, in_vain, together = set(company.names), 0, 0, False
    while left:
        names = set(choose(set(left))) & left or set(left)
        together = together or len(names) > 1
        end = minute + ACT * len(names)
        if end > UNTIL:
            return Played(None, in_vain, together)
        for visit in range(minute + 1, end + 1):
            if visit % VISIT == 0:
                after = company.after_a_visit(left)
                in_vain += len(after - left)
                left = after
        left -= names
        minute = end
    return Played(minute, in_vain, together)


def first_in(order: Collection[str]) -> Callable[[set[str]], list[str]]:
    """Return a way to choose: whatever is left of an order, from its beginning."""
    return lambda left: [name for name in order if name in left][:1]


def by_alarm(company: Company) -> Played:
    """Play an evening in the order in which the alarms come."""
    return play(company, first_in(company.names))


def by_reach(company: Company) -> Played:
    """Play an evening so that whatever can bring back most goes first."""
    reach = {one: len(company.brings_back.get(one, ())) for one in company.names}
    return play(company, first_in(sorted(company.names, key=lambda one: -reach[one])))


def by_asking(company: Company, safe_now: SafeNow) -> Played:
    """Play an evening by asking before each act what may go; everything together where nothing
    may."""
    return play(
        company,
        lambda left: sorted(set(safe_now(left, company.brings_back, company.needs)) & left)[:1],
    )
