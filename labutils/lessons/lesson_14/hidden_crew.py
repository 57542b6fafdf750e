"""A budget, a price list, and a crew that reads the policy and plans again (the target of
lesson 14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from types import MappingProxyType

from labutils.incident import breach, cases
from labutils.incident.campaign import Ask, Plan
from labutils.incident.cases import Incident
from labutils.lab import dice
from labutils.text import counted

from . import thieves, worlds
from .thieves import FOR_SALE, KEY, SESSION, STOLEN_SESSION

FLAG = "flag-" + next(dice("lesson-14", "the crew that replans"))
BUDGET = 7  # points
MOST = 33  # losses in the second round, of nine thieves times seven
DEPLOYMENTS = 2
# What this company would have to pay, in points: made up. Nothing here can keep the report from
# being downloaded: that is the supplier's to stop.
PRICES = {
    "recordings_cleaned": 4,
    "sessions_bound": 5,
    "session_hours": 4,
    "acts_reauthenticated": 6,
    "device_state_checked": 4,
    "sessions_reevaluated": 2,
    "scripts_approved": 2,
    "egress_allowlist": 3,
    "console_managed_devices": 3,
    "response_minutes": 2,
    "behaviour_checked": 3,
    "exposed_rotated": 4,
    "service_tokens_bound": 4,
    "repository_least_privilege": 3,
    "alert_token_elsewhere": 4,
    "integration_least_privilege": 2,
    "alert_bulk_reads": 2,
}
AGES, PACES = (0.5, 26), (0.01, 1)  # hours after the sign-in; times as long as in 2023
WAYS_TO_THE_SESSION = tuple(
    (Ask(scope, using, "internet"),)
    for scope in ("login:console", "login:api")
    for using in (STOLEN_SESSION, KEY)
)


@dataclass(frozen=True)
class Member:
    """One of the crew: where he can come from, and how many of the four credentials he can buy."""

    places: tuple[str, ...]
    buys: int

    def __str__(self) -> str:
        return f"{' or '.join(self.places)}, can buy {self.buys}, at any pace"

    def plans(self) -> list[tuple[str, Incident]]:
        """All that he can do once he has read the policy, each in words: every place, purchase, age
        of the session and pace that is open to him, and each time every route that there is."""
        return [
            (in_words(place, bought, age, pace), reply(place, bought, age, pace))
            for place in self.places
            for bought in combinations(FOR_SALE, self.buys)
            for age in AGES
            for pace in PACES
        ]

    def replies(self) -> list[Incident]:
        """The same without the words."""
        return [case for _, case in self.plans()]


def in_words(place: str, bought: tuple[str, ...], age: float, pace: float) -> str:
    """A plan in words."""
    buys = f"buys {' and '.join(bought)}" if bought else "buys nothing"
    speed = "in a hundredth of the time" if pace < 1 else "as slowly as in 2023"
    return f"from {place}, {buys}, with a session {age:g} h old, {speed}"


CREW = (
    Member(("far", "near"), 1),
    Member(("far", "near"), 2),
    Member(("far", "near"), 2),
    Member(("laptop",), 0),
    Member(("laptop",), 1),
    Member(("laptop",), 2),
    Member(("laptop",), 2),
    Member(("supplier",), 1),
    Member(("supplier",), 2),
)
ALL_LOSSES = len(CREW) * len(worlds.LOSSES)


@cache
def reply(place: str, bought: tuple[str, ...], age: float, pace: float) -> Incident:
    """The case with a thief who knows every route, comes from this place, has bought these
    credentials, and uses the session so many hours after the sign-in. On her laptop he gets its
    owner to touch the key."""
    case = cases.load()
    on_hand = {"laptop": (STOLEN_SESSION, KEY), "supplier": (FOR_SALE[0],)}.get(place, ())
    knows = tuple(dict.fromkeys((*case.campaign.start_with, *on_hand, *bought)))
    steps = tuple(map(_with_every_route, case.campaign.steps))
    campaign = thieves.at_other_times(case, replace(case.campaign, steps=steps), age, pace)
    return replace(
        case,
        campaign=replace(campaign, start_with=knows),
        addresses=case.addresses | thieves.addresses_from(case, place),
    )


def _with_every_route(plan: Plan) -> Plan:
    """The plan, with the ways to the session of whoever holds it already."""
    if plan.fact != SESSION:
        return plan
    return replace(plan, routes=(*plan.routes, *WAYS_TO_THE_SESSION))


def first_plan(member: Member) -> Incident:
    """What he would have done without reading the policy: the campaign of 2023, from where he is,
    with what he would have bought first."""
    return reply(member.places[0], FOR_SALE[: member.buys], AGES[-1], PACES[-1])


def losses_of(sets: Sequence[Sequence[str]], replies: Sequence[Incident]) -> list[list[int]]:
    """How many of the seven losses happen: a row for each reply, in it a number for each set of
    controls."""
    stopped = worlds.worlds_with(sets)
    return [
        [
            len(worlds.LOSSES) - kept
            for kept in map(
                sum,
                zip(*stopped.stopped(worlds.LOSSES.values(), [one]).values(), strict=True),
            )
        ]
        for one in replies
    ]


@dataclass(frozen=True, repr=False)
class Report:
    """What the crew got under a set of controls: `first` before it read the policy, `losses` after
    it planned again, and what each did. `flag` is None where too much was lost."""

    controls: tuple[str, ...]
    cost: int
    first: int
    losses: int
    members: tuple[str, ...]
    flag: str | None

    def __str__(self) -> str:
        each = "\n".join(f"    {line}" for line in self.members)
        return (
            f"{' + '.join(self.controls) or 'no controls'}: cost {self.cost}, budget {BUDGET}\n"
            f"    before they read it: {self.first} of {ALL_LOSSES} losses; "
            f"after: {self.losses}\n{each}\n"
            f"    {self.flag or f'no flag: at most {MOST} losses are allowed after it'}"
        )

    def __repr__(self) -> str:
        return f"<Report: {counted(self.losses, 'loss', 'losses')}, flag {self.flag}>"


class HiddenCrew:
    """The scene: choose controls, deploy them, and read what the crew got.

    `left` is the number of deployments that are left.
    """

    def __init__(self) -> None:
        self._left = DEPLOYMENTS

    prices, budget, crew = MappingProxyType(PRICES), BUDGET, CREW

    @property
    def left(self) -> int:
        """The number of deployments that are left."""
        return self._left

    def __repr__(self) -> str:
        return f"a crew: crew, prices, print_prices(), budget, left ({self.left}), deploy(...)"

    def print_prices(self) -> None:
        """Print what each control costs, and what it does."""
        worlds.print_counts(self.prices)

    def deploy(self, *controls: str) -> Report | None:
        """Play the crew against these controls, names or one list of them. Uses up one deployment
        and returns a report, or prints why it could not be deployed and returns None."""
        if len(controls) == 1 and not isinstance(controls[0], str):
            controls = tuple(controls[0])
        if strangers := [name for name in controls if name not in self.prices]:
            print(f"There is no control {strangers[0]!r} on the list: {', '.join(self.prices)}.")
            return None
        chosen = tuple(name for name in self.prices if name in controls)
        cost = sum(self.prices[name] for name in chosen)
        if cost > BUDGET:
            print(f"That costs {cost} points, but the budget is {BUDGET}. Nothing was deployed.")
            return None
        if self._left == 0:
            print("You have no deployments left. Restart the kernel to begin again.")
            return None
        self._left -= 1
        report = played(chosen, cost)
        print(report)
        return report


def played(chosen: Iterable[str], cost: int) -> Report:
    """What the crew gets under these controls, before and after it reads them."""
    world = breach.with_controls(chosen := tuple(chosen))
    lines, losses, first = [], 0, 0
    for member in CREW:
        first += len(worlds.happened(breach.foresee(world, case=first_plan(member))))
        outcomes = [
            (worlds.happened(breach.foresee(world, case=case)), words)
            for words, case in member.plans()
        ]
        worst, how = max(outcomes, key=lambda outcome: len(outcome[0]))
        losses += len(worst)
        lines.append(f"{len(worst)} ({', '.join(worst)}): {member}: {how}")
    flag = FLAG if losses <= MOST else None
    return Report(chosen, cost, first, losses, tuple(lines), flag)


@cache
def the_crew() -> HiddenCrew:
    """The scene, which stays the same: its deployments do not come back."""
    return HiddenCrew()
