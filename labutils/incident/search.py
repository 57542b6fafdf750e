"""All sets of some controls: which of them stop a loss, for one thief or for many.

Every set is walked, with the same decisions as the replay and no HTTP. A set is minimal where no
control of it can be left out. A search says what is enough; it ranks nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from labutils.incident import cases
from labutils.incident.breach import foresee, with_controls
from labutils.incident.campaign import Campaign
from labutils.incident.cases import CaseName
from labutils.incident.policy import World

Controls = tuple[str, ...]  # a set of controls, in the order in which they were asked about


@dataclass(frozen=True)
class StoppingSets:
    """How many sets were walked, how many of them stop the goal (a fact id), and the minimal ones,
    smallest first."""

    goal: str
    walked: int
    stopping: int
    minimal: tuple[Controls, ...]


@dataclass(frozen=True)
class RobustSets:
    """The same for many thieves: `minimal` stop every one of them.

    `stops` has each set that is minimal against some thief, and the names of all thieves that it
    stops.
    """

    goal: str
    walked: int
    stopping: int
    minimal: tuple[Controls, ...]
    stops: dict[Controls, tuple[str, ...]]


def minimal_sets(
    goal: str,
    controls: Sequence[str],
    *,
    world: World | None = None,
    case: CaseName = cases.COURSE,
    thief: Campaign | None = None,
) -> StoppingSets:
    """Which sets of these controls, put into a world (the case's historical one), stop the step
    `goal` of a campaign.

    The goal is stopped where its step is denied or not reached. Raises KeyError where there is no
    such step or control.
    """
    sets = _Sets(controls)
    table = sets.table(goal, world or World.historical(case), case, thief)
    return StoppingSets(goal, len(table), sum(table), sets.minimal(table))


def robust_sets(
    goal: str,
    controls: Sequence[str],
    thieves: Mapping[str, Campaign],
    *,
    world: World | None = None,
    case: CaseName = cases.COURSE,
) -> RobustSets:
    """Which sets of these controls stop the step `goal` for every thief; a thief is a variant of
    the case's campaign, by name.

    Raises KeyError as minimal_sets does, and ValueError where there is no thief.
    """
    if not thieves:
        raise ValueError("robust_sets needs at least one thief: a campaign under a name")
    sets, base = _Sets(controls), world or World.historical(case)
    tables = {name: sets.table(goal, base, case, thief) for name, thief in thieves.items()}
    against_all = [all(stops) for stops in zip(*tables.values(), strict=True)]
    candidates = sets.ordered({one for table in tables.values() for one in sets.minimal(table)})
    return RobustSets(
        goal,
        len(against_all),
        sum(against_all),
        sets.minimal(against_all),
        {
            chosen: tuple(name for name, table in tables.items() if table[sets.number(chosen)])
            for chosen in candidates
        },
    )


class _Sets:
    """All sets of some controls. A set has a number: the sum of the bits of its controls."""

    def __init__(self, controls: Sequence[str]):
        with_controls(controls)  # each must be a control, also one that no decision asks about
        self.names = tuple(dict.fromkeys(controls))
        self.bit = {name: 1 << place for place, name in enumerate(self.names)}

    def number(self, chosen: Iterable[str]) -> int:
        """The number of a set; names that are not among the controls count for nothing."""
        return sum(bit for name, bit in self.bit.items() if name in chosen)

    def chosen(self, number: int) -> Controls:
        """The set of a number."""
        return tuple(name for name, bit in self.bit.items() if number & bit)

    def table(self, goal: str, base: World, case: CaseName, thief: Campaign | None) -> list[bool]:
        """Whether the goal is stopped, for each set by its number.

        What a run did not ask about cannot change it: sets that differ in nothing else need no run
        of their own.
        """
        campaign = (thief or cases.load(case).campaign).until(goal)
        known: list[tuple[int, int, bool]] = []  # controls asked about, those in place, the result

        def stopped(number: int) -> bool:
            for asked, in_place, result in known:
                if number & asked == in_place:
                    return result
            world = _Watched.of(with_controls(self.chosen(number), base))
            result = foresee(world, case=case, thief=campaign)[-1].stopped
            asked = self.number(world.asked)
            known.append((asked, number & asked, result))
            return result

        return [stopped(number) for number in range(1 << len(self.names))]

    def minimal(self, table: Sequence[bool]) -> tuple[Controls, ...]:
        """The sets that stop, and of which nothing can be left out."""
        numbers = [
            number
            for number, stops in enumerate(table)
            if stops and not any(number & bit and table[number ^ bit] for bit in self.bit.values())
        ]
        return self.ordered(map(self.chosen, numbers))

    def ordered(self, sets: Iterable[Controls]) -> tuple[Controls, ...]:
        """Smallest first."""
        return tuple(sorted(sets, key=lambda chosen: (len(chosen), chosen)))


_CONTROLS = frozenset(field.name for field in fields(World))


class _Watched(World):
    """A world that notes which of its controls were asked about."""

    asked: set[str]

    @classmethod
    def of(cls, world: World) -> "_Watched":
        """The same decisions, watched."""
        watched = cls(**vars(world))
        object.__setattr__(watched, "asked", set())
        return watched

    def __getattribute__(self, name: str) -> Any:
        if name in _CONTROLS:
            object.__getattribute__(self, "asked").add(name)
        return object.__getattribute__(self, name)
