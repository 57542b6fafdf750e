"""Ways to a set of controls that holds against the hidden crew (lesson 14)."""

from collections.abc import Callable

from labutils.incident import search
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import DEPLOYMENTS, HiddenCrew


def deployed(*tries: tuple[str, ...]) -> Callable[[HiddenCrew], str | None]:
    """What the last of these deployments says."""

    def play(scene: HiddenCrew) -> str | None:
        reports = [scene.deploy(*controls) for controls in tries]
        return reports[-1] and (reports[-1].flag or str(reports[-1]))

    return play


def drawn(scene: HiddenCrew) -> str | None:
    """Draw a crew that is like it, and deploy the best that the budget buys against that one."""
    ranges = thieves.Ranges(
        ages=(0.5,), paces=(0.1,), places=("near", "near", "laptop"), bought=0.4
    )
    crew = thieves.draw(20, "another guess", ranges)
    losses = search.losses(worlds.LOSSES.values(), scene.prices, crew.values())
    affordable = {
        names: lost
        for names, lost in losses.items()
        if sum(scene.prices[name] for name in names) <= scene.budget
    }
    report = scene.deploy(*min(affordable, key=affordable.__getitem__))
    return report and report.flag


REPORT = "support_least_privilege"
ROUTES = {
    "clean recordings and bound tokens": deployed(
        (REPORT, "recordings_cleaned", "service_tokens_bound")
    ),
    "short sessions and bound tokens": deployed((REPORT, "session_hours", "service_tokens_bound")),
    "clean recordings and bound tokens, after a set that leaves the tokens": deployed(
        (REPORT, "acts_reauthenticated"),
        (REPORT, "recordings_cleaned", "service_tokens_bound"),
    ),
    "a crew that is drawn like it": drawn,
}
SHUT = {
    "the best of the lesson's frontier": deployed(
        (REPORT, "recordings_cleaned", "alert_token_elsewhere")
    ),
    "what stopped the thief of 2023": deployed((REPORT, "sessions_bound")),
    "no controls": deployed(()),
    "more than the budget": deployed(
        (REPORT, "acts_reauthenticated", "service_tokens_bound", "recordings_cleaned")
    ),
    "a control that is not for sale": deployed(("awareness_training",)),
    "the right one, too late": deployed(
        *DEPLOYMENTS * [()], (REPORT, "recordings_cleaned", "service_tokens_bound")
    ),
}
