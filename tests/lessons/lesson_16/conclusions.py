"""What lesson 16 concludes, computed over the ranges in which it is said to hold."""

from dataclasses import replace

from labutils.incident import breach, search
from labutils.lessons.lesson_16 import thieves
from labutils.lessons.lesson_16.draws import THIEVES, stopped, stopped_in_2023
from labutils.lessons.lesson_16.kept_draws import about
from labutils.lessons.lesson_16.thieves import KEY_ALONG, KEY_APART

ADDRESSES, ALARM, END = "service_tokens_bound", "alert_looking_round", "service_tokens_expire"
SMALL = 300  # thieves, where the weights are moved


def of_2025(control: str) -> str:
    """About how many it stops in 2025, where the assumption makes no difference."""
    assert stopped(control, KEY_APART) == stopped(control, KEY_ALONG)
    return about(stopped(control))


def rotation() -> list[str]:
    then = {round(count, -1) for count in stopped_in_2023("exposed_rotated").values()}
    assert max(then) - min(then) <= 10
    return [f"stopped about {max(then)} of the 2023 kind, and {of_2025('2025')} of the 2025 kind"]


def key() -> list[str]:
    apart, along = (about(stopped("grants_key_bound", one)) for one in (KEY_APART, KEY_ALONG))
    return [
        f"stopped {apart} of {THIEVES:,} if it is kept apart from the tokens, and {along} if it is "
        "stored with them"
    ]


def counted(looks: float, pair: tuple[str, str]) -> int:
    """How many of 300 thieves a pair stops, if so many look round."""
    ranges = replace(thieves.DEFAULT, looks=looks)
    crowd = thieves.draw(SMALL, f"looks {looks}", ranges)
    worlds = [breach.with_controls(pair, case=thieves.CASE)]
    (count,) = search.stopped_in([thieves.EXPORT], worlds, crowd)[thieves.EXPORT]
    return count


def pair() -> list[str]:
    """Where the two best pairs change places: at the share of grants that are older."""
    old = sum(age > 90 for age in thieves.DEFAULT.ages)
    share = old / len(thieves.DEFAULT.ages)
    first, second = (ADDRESSES, ALARM), (ADDRESSES, END)
    for looks in (0.3, 0.5, 0.8, 1):
        ahead = counted(looks, first) - counted(looks, second)
        assert (ahead > 0) == (looks > share), (looks, ahead)
    both = stopped(f"{ADDRESSES} + grants_key_bound")
    assert both == stopped(ADDRESSES)  # the key stops nobody whom the address limit does not stop
    assert (old, len(thieves.DEFAULT.ages)) == (3, 5) and thieves.DEFAULT.looks == 0.7
    return ["as long as more than six thieves in ten look round"]


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
