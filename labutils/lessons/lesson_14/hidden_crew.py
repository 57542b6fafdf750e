"""A budget, a price list, and a crew of thieves that nobody has seen (the target of lesson 14)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from labutils.incident import breach, policy
from labutils.incident.cases import Incident
from labutils.lab import dice
from labutils.text import counted

from . import thieves, worlds

FLAG = "flag-" + next(dice("lesson-14", "hidden crew"))
BUDGET = 7  # points
CREW = 20  # thieves
MOST = 62  # losses, of 20 thieves times seven
DEPLOYMENTS = 3
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


@cache
def crew() -> tuple[Incident, ...]:
    """The thieves: drawn as in the lesson, but each of them has the four from elsewhere."""
    drawn = thieves.draw(CREW, "hidden crew c").values()
    return tuple(map(worlds.leaked_elsewhere, drawn))


@dataclass(frozen=True, repr=False)
class Report:
    """What the crew got under a set of controls: `losses` in all, `by_loss`, and the rules that
    refused them, most often first. `flag` is None where too much was lost."""

    controls: tuple[str, ...]
    cost: int
    losses: int
    by_loss: dict[str, int]
    refused_by: dict[str, int]
    flag: str | None

    def __str__(self) -> str:
        lost = ", ".join(f"{loss} {count}" for loss, count in self.by_loss.items())
        asked = {rule.__name__: worlds.question(rule) for rule in policy.RULES}
        rules = "".join(
            f"\n{count:>10}  {rule}: {asked[rule]}" for rule, count in self.refused_by.items()
        )
        return (
            f"{' + '.join(self.controls) or 'no controls'}: cost {self.cost}, budget {BUDGET}\n"
            f"    {self.losses} of {CREW * len(worlds.LOSSES)} losses happen: {lost}\n"
            f"    steps refused: {rules or 'none'}\n"
            f"    {self.flag or f'no flag: at most {MOST} losses are allowed'}"
        )

    def __repr__(self) -> str:
        return f"<Report: {counted(self.losses, 'loss', 'losses')}, flag {self.flag}>"


class HiddenCrew:
    """The scene: choose controls, deploy them, and read what the crew got.

    `left` is the number of deployments that are left.
    """

    def __init__(self) -> None:
        self._left = DEPLOYMENTS

    prices, budget = MappingProxyType(PRICES), BUDGET

    @property
    def left(self) -> int:
        """The number of deployments that are left."""
        return self._left

    def __repr__(self) -> str:
        return f"a hidden crew: prices, print_prices(), budget, left ({self.left}), deploy(...)"

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
    """What the crew gets under these controls."""
    world = breach.with_controls(chosen)
    by_loss, refused = dict.fromkeys(worlds.LOSSES, 0), Counter[str]()
    names = {fact: loss for loss, fact in worlds.LOSSES.items()}
    for case in crew():
        for step in breach.foresee(world, case=case):
            if step.fact in names and not step.stopped:
                by_loss[names[step.fact]] += 1
            elif step.fact in names and step.rule != "not_held":
                refused[step.rule] += 1
    losses = sum(by_loss.values())
    flag = FLAG if losses <= MOST else None
    return Report(tuple(chosen), cost, losses, by_loss, dict(refused.most_common()), flag)


@cache
def the_crew() -> HiddenCrew:
    """The scene, which stays the same: its deployments do not come back."""
    return HiddenCrew()
