"""Measure what controls are worth, against a thousand other thieves.

Also says what each would have refused in the incident itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from labutils.capstone.exits import HIS, Exit
from labutils.capstone.incident import Drawn, unused_controls
from labutils.capstone.thieves import thieves
from labutils.incident import breach, search
from labutils.incident.cases import Address, Incident
from labutils.incident.policy import World

CHOSEN = 3  # controls that a report may name
EXCEED = 30  # points begin at what one set of three in so many exceeds


Controls = tuple[str, ...]


@dataclass(frozen=True)
class ControlsTried:
    """The number of thieves, out of a thousand, that each set of controls stops.

    The sets have up to three of the controls that the company could choose, by their names in
    order.
    """

    stopped: dict[Controls, int]

    @property
    def best(self) -> Controls:
        """The set that stops the most thieves."""
        return max(self.stopped, key=lambda chosen: self.stopped[chosen])

    @property
    def begin(self) -> int:
        """The number of thieves that a set must exceed to earn anything.

        Of all sets of three, one in thirty stops more.
        """
        counts = sorted(count for names, count in self.stopped.items() if len(names) == CHOSEN)
        return counts[-1 - len(counts) // EXCEED]

    def by(self, chosen: Sequence[str]) -> int:
        """Return how many thieves these controls stop."""
        return self.stopped[tuple(sorted(set(chosen)))]

    def share(self, chosen: Sequence[str]) -> float:
        """Return what these controls earn.

        It is 0 if they stop no more than `begin`, and 1 if they stop as many as the best.
        """
        most = self.stopped[self.best]
        if most <= self.begin:
            return float(self.by(chosen) >= most)
        return max(0.0, (self.by(chosen) - self.begin) / (most - self.begin))


def try_controls(drawn: Drawn) -> ControlsTried:
    """Try each set of controls on a thousand thieves, who come by other ways and at other hours."""
    free = sorted(unused_controls(drawn.case))
    sets = [chosen for size in range(CHOSEN + 1) for chosen in combinations(free, size)]
    base = World.historical(drawn.case)
    worlds = search.Worlds([breach.with_controls(names, base) for names in sets])
    counts = [0] * len(sets)
    for thief, goal in thieves(drawn):
        stopped = worlds.stopping([goal], thief, thief)[goal]
        for place, bit in enumerate(reversed(f"{stopped:b}")):
            counts[place] += bit == "1"
    return ControlsTried(dict(zip(sets, counts, strict=True)))


def refused_steps(drawn: Drawn, control: str) -> tuple[str, ...]:
    """Return the goals of the steps that a control alone would have refused in the incident.

    Raises KeyError for a name that is not a control.

    A step that fails only because an earlier one gave nothing is not among them.
    """
    world = breach.with_controls([control], World.historical(drawn.case))
    refused = []
    for kind in drawn.chain:
        addresses = _addresses(drawn.case, drawn.exits.get(kind.id))
        steps = breach.foresee(world, case=replace(drawn.case, addresses=addresses))
        refused += [
            step.plan.goal for step in steps if step.fact == kind.id and step.outcome == "denied"
        ]
    return tuple(refused)


def _addresses(case: Incident, there: Exit | None) -> dict[str, Address]:
    """By zone, from where an intruder's requests come who is there; on the host of a program, the
    request itself comes from where it works."""
    if there is None:
        return case.addresses
    his = {zone: one for zone, one in case.addresses.items() if zone in HIS}
    return case.addresses | {zone: replace(one, ip=there.address) for zone, one in his.items()}
