"""What lesson 16 concludes, computed over the ranges in which it is said to hold."""

from labutils.incident.breach import with_controls
from labutils.incident.search import Worlds
from labutils.lessons.lesson_16 import draws, thieves
from labutils.lessons.lesson_16.draws import THIEVES, stopped, stopped_in_2023
from labutils.lessons.lesson_16.thieves import (
    ASSUMPTIONS,
    CASE,
    EXPORT,
    KEY_ALONG,
    KEY_APART,
    under,
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
        f"stopped {of_2023('exposed_rotated')} of {THIEVES:,} thieves from archiving the code in "
        "2023",
        f"and {of_2025('2025')} from exporting the cases in 2025",
    ]


def both() -> list[str]:
    then, now = "repository_least_privilege", "integration_least_privilege"
    assert of_2023(then) == of_2025(now)
    alarm, bound = "alert_token_elsewhere", "service_tokens_bound"
    assert of_2023(alarm) == of_2023(bound) and of_2025(alarm) == of_2025(bound)
    every = sum(count == THIEVES for count in stopped(now))
    return [
        f"only from its own addresses stopped {of_2023('service_tokens_bound')} of {THIEVES:,} in "
        f"2023, and {of_2025('service_tokens_bound')} in 2025",
        "An alarm on a new address stopped as many, but only if somebody reacts",
        f"no more rights than the job needs stopped {of_2025(now)} of {THIEVES:,} in both "
        f"incidents, in {every} of {draws.DRAWS} runs",
    ]


def key() -> list[str]:
    apart, along = (spread(stopped("grants_key_bound", one)) for one in (KEY_APART, KEY_ALONG))
    return [
        f"stopped {apart} of {THIEVES:,} if it is kept apart from the tokens, and {along} if it is "
        "stored with them"
    ]


def alarms() -> list[str]:
    return [
        f"looking round stopped {of_2025('alert_looking_round')} of {THIEVES:,}; an alarm on the "
        f"export stopped {of_2025('alert_bulk_reads')}"
    ]


def secrets() -> list[str]:
    kept_out = [with_controls(("secrets_kept_out",), case=CASE)]
    crowd = thieves.draw(200, "secrets")
    for assumption in ASSUMPTIONS:
        stopped_by = Worlds(kept_out).stopped([EXPORT, SEARCH], under(assumption, crowd))
        assert stopped_by == {EXPORT: [0], SEARCH: [len(crowd)]}
    return [
        f"does not stop the export: 0 of {len(crowd)}",
        f"{len(crowd)} times out of {len(crowd)}",
    ]


def recap() -> list[str]:
    return [
        f"no more rights than the job needs stopped "
        f"{of_2025('integration_least_privilege')} of {THIEVES:,} in both incidents"
    ]


CONCLUSIONS = {
    "16-rotation": rotation,
    "16-both": both,
    "16-key": key,
    "16-alarms": alarms,
    "16-secrets": secrets,
    "16-recap": recap,
}
