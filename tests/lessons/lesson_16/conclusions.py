"""What lesson 16 concludes, computed over the ranges in which it is said to hold."""

from labutils.lessons.lesson_16 import draws
from labutils.lessons.lesson_16.draws import THIEVES, stopped, stopped_in_2023
from labutils.lessons.lesson_16.thieves import (
    ASSUMPTIONS,
    KEY_ALONG,
    KEY_APART,
)
from labutils.stage.kept_draws import spread

SEARCH = "cf-secrets-in-text"  # the step after the export


def of_2023(control: str) -> str:
    """What nine in ten draws give, over both assumptions of 2023."""
    return spread([count for counts in stopped_in_2023(control).values() for count in counts])


def of_2025(control: str) -> str:
    """The same for 2025, where the assumption makes no difference."""
    assert stopped(control, KEY_APART) == stopped(control, KEY_ALONG)
    return spread(stopped(control))


def rotation() -> list[str]:
    return [
        f"Of {THIEVES:,} modelled thieves of each kind",
        f"stopped {of_2023('exposed_rotated')} of the 2023 kind, and {of_2025('2025')} of the 2025 "
        "kind",
    ]


def key() -> list[str]:
    apart, along = (spread(stopped("grants_key_bound", one)) for one in (KEY_APART, KEY_ALONG))
    return [
        f"stopped {apart} of {THIEVES:,} if it is kept apart from the tokens, and {along} if it is "
        "stored with them"
    ]


def pair() -> list[str]:
    """In how many runs no pair stops more than the address limit and the alarm, whatever is
    assumed about the key."""
    bound, alarm = "service_tokens_bound", "alert_looking_round"

    def worst(names: tuple[str, str], run: int) -> int:
        return min(stopped(" + ".join(names), one)[run] for one in ASSUMPTIONS)

    runs = range(draws.DRAWS)
    best = [max(draws.SETS, key=lambda names, run=run: worst(names, run)) for run in runs]
    both = stopped(f"{bound} + grants_key_bound")
    assert both == stopped(bound)  # the key stops nobody whom the address limit does not stop
    apart, along = (stopped(f"grants_key_bound + {alarm}", one) for one in (KEY_APART, KEY_ALONG))
    assert list(apart) == list(stopped(f"{bound} + {alarm}", KEY_APART))
    return [
        f"In {best.count((bound, alarm))} of {draws.DRAWS} runs no pair did better",
        f"the alarm with the key stops exactly as many in all {len(apart)} runs; where it is "
        f"stored with them, {min(along)} at worst",
    ]


def recap() -> list[str]:
    return [
        f"no more rights than the job needs stopped "
        f"{of_2025('integration_least_privilege')} of {THIEVES:,} in both incidents"
    ]


CONCLUSIONS = {
    "16-rotation": rotation,
    "16-key": key,
    "16-pair": pair,
    "16-recap": recap,
}
