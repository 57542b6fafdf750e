"""Ways to a set of controls that holds against the hidden crew (lesson 14)."""

from collections.abc import Callable, Iterable
from itertools import combinations

from labutils.incident.cases import Incident
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import DEPLOYMENTS, HiddenCrew


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


def counted_with_the_four(scene: HiddenCrew) -> str | None:
    """Draw a hundred, give each the four, and deploy what loses least."""
    crowd = map(worlds.leaked_elsewhere, thieves.draw(100, "another guess").values())
    report = scene.deploy(*best_against(crowd, scene)[0])
    return report and report.flag


def counted_in_the_tenant(scene: HiddenCrew) -> str | None:
    """The same without the four: the lesson's first assumption, as often as it may be tried."""
    crowd = thieves.draw(100, "another guess").values()
    reports = [scene.deploy(*names) for names in best_against(crowd, scene)[:DEPLOYMENTS]]
    return next((report.flag for report in reports if report and report.flag), None)


ALARM, CONSOLE = "alert_token_elsewhere", "console_managed_devices"
ROUTES = {
    "a hundred thieves who have the four": counted_with_the_four,
    "an alarm on the token, and a console for managed devices": deployed((ALARM, CONSOLE)),
    "an alarm on the token, answered sooner": deployed((ALARM, "response_minutes")),
    "a bound token, after a set that guards the session": deployed(
        ("acts_reauthenticated",), ("service_tokens_bound", CONSOLE)
    ),
}
SHUT = {
    "the best three against thieves who read the four in the tenant": counted_in_the_tenant,
    "what stopped the thief of 2023": deployed(("sessions_bound", "integration_least_privilege")),
    "no controls": deployed(()),
    "more than the budget": deployed((ALARM, "service_tokens_bound")),
    "a control that is not for sale": deployed(("support_least_privilege",)),
    "the right one, too late": deployed(*DEPLOYMENTS * [()], (ALARM, CONSOLE)),
}
