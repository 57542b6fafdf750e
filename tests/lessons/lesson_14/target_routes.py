"""Ways to a set of controls that holds against a crew that replans (lesson 14)."""

from collections.abc import Callable, Iterable
from itertools import combinations

from labutils.incident.cases import Incident
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import DEPLOYMENTS, HiddenCrew, losses_of


def deployed(*tries: tuple[str, ...]) -> Callable[[HiddenCrew], str | None]:
    """What the last of these deployments says."""

    def play(scene: HiddenCrew) -> str | None:
        reports = [scene.deploy(*controls) for controls in tries]
        return reports[-1] and (reports[-1].flag or str(reports[-1]))

    return play


def affordable(scene: HiddenCrew) -> list[tuple[str, ...]]:
    """All sets that the budget buys."""
    sets = (names for size in range(4) for names in combinations(scene.prices, size))
    return [names for names in sets if sum(scene.prices[name] for name in names) <= scene.budget]


def best_against(crowd: Iterable[Incident], scene: HiddenCrew) -> list[tuple[str, ...]]:
    """The sets that the budget buys, the fewest losses of these thieves first."""
    sets = affordable(scene)
    lost = dict(zip(sets, worlds.lost(sets, list(crowd)), strict=True))
    return sorted(sets, key=lambda names: lost[names])


def worst_reply(scene: HiddenCrew) -> str | None:
    """For each set the worst that each of the crew can do; the smallest sum."""
    sets = affordable(scene)
    worst = dict.fromkeys(sets, 0)
    for thief in scene.crew:
        for names, each in zip(
            sets, zip(*losses_of(sets, thief.replies()), strict=True), strict=True
        ):
            worst[names] += max(each)
    report = scene.deploy(min(sets, key=lambda names: worst[names]))
    return report and report.flag


def best_of(
    change: Callable[[Incident], Incident],
) -> Callable[[HiddenCrew], str | None]:
    """Count a hundred thieves who do not replan, and deploy the best sets as often as one may."""

    def play(scene: HiddenCrew) -> str | None:
        crowd = map(change, thieves.draw(100, "another guess").values())
        reports = [scene.deploy(*names) for names in best_against(crowd, scene)[:DEPLOYMENTS]]
        return next((report.flag for report in reports if report and report.flag), None)

    return play


TOKENS, RIGHT = "service_tokens_bound", "repository_least_privilege"
ROUTES = {
    "the worst reply of each": worst_reply,
    "what guards the four, after a report on a set that guards the session": deployed(
        ("acts_reauthenticated",), (TOKENS, RIGHT)
    ),
    "a bound token, and scripts that are approved": deployed((TOKENS, "scripts_approved")),
}
SHUT = {
    "the best against thieves who read the four in the tenant": best_of(lambda case: case),
    "the best against thieves who have the four": best_of(worlds.leaked_elsewhere),
    "what stopped the thief of 2023": deployed(("sessions_bound", "integration_least_privilege")),
    "no controls": deployed(()),
    "more than the budget": deployed(("acts_reauthenticated", TOKENS)),
    "a control that is not for sale": deployed(("support_least_privilege",)),
    "the right one, too late": deployed(*DEPLOYMENTS * [()], (TOKENS, RIGHT)),
}
