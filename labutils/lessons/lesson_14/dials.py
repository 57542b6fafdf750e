"""Five guesses about thieves as dials from 0 to 100, and how many of 100 thieves a control keeps
from archiving the code at each setting.

Nobody measured these guesses. A thousand thieves were counted at both ends of a dial, and between
them where the line is not straight (`make conclusions`; data/conclusions/lesson-14.json).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from labutils.incident import breach, search
from labutils.incident.cases import Incident
from labutils.lab import data_file

from . import thieves, worlds
from .thieves import Ranges

# Of 100 thieves, by the course's own guess: how many come from the supplier's own host; are a
# hundred times as fast as in 2023; know each other route; have bought each of the four credentials;
# get the owner of the key to touch it, once they are on her laptop.
COURSE: dict[str, float] = {"supplier": 10, "fast": 20, "fall_back": 70, "bought": 15, "touch": 50}
IN_WORDS = {
    "supplier": "thieves at the supplier's own host",
    "fast": "thieves a hundred times as fast as in 2023",
    "fall_back": "other routes that a thief knows",
    "bought": "credentials that a thief has bought, of the four",
    "touch": "thieves on her laptop who get her to touch the key",
}
COUNTED_AT = {  # a share that is drawn once for each thief makes a straight line
    "supplier": (0, 10, 100),
    "fast": (0, 100),
    "fall_back": (0, 25, 50, 75, 100),
    "bought": (0, 25, 50, 75, 100),
    "touch": (0, 100),
}
TENANT, ELSEWHERE = "read in the tenant", "leaked elsewhere"
ASSUMPTIONS = (TENANT, ELSEWHERE)
COUNTED = 1_000
CODE = worlds.LOSSES["code"]

Dial = Callable[[str, float], float]  # (control, setting from 0 to 100) -> stopped, of 100


def ranges(weights: Mapping[str, float]) -> Ranges:
    """The ranges from which thieves are drawn, for five guesses of 0 to 100; what is left out is
    the course's own.

    Raises ValueError for a name that is no guess, or a number that is no share.
    """
    chosen = {**COURSE, **weights}
    for name, value in chosen.items():
        if name not in COURSE:
            raise ValueError(f"{name!r} is none of the five: {', '.join(COURSE)}")
        if not isinstance(value, int | float) or not 0 <= value <= 100:
            raise ValueError(f"{name} is {value!r}; it is a number from 0 to 100")
    supplier, fast = round(chosen["supplier"]), round(chosen["fast"])
    elsewhere, slower = 100 - supplier, 100 - fast
    return Ranges(
        places=(
            *("far",) * 4 * elsewhere,
            *("near",) * 4 * elsewhere,
            *("laptop",) * elsewhere,
            *("supplier",) * 9 * supplier,
        ),
        paces=(*(0.01,) * 4 * fast, *(0.1, 0.5, 1, 2) * slower),
        phish=thieves.DEFAULT.phish,
        fall_back=chosen["fall_back"] / 100,
        bought=chosen["bought"] / 100,
        touch=chosen["touch"] / 100,
    )


def crowd(number: int, seed: str, weights: Mapping[str, float]) -> list[Incident]:
    """So many thieves by these guesses."""
    return list(thieves.draw(number, seed, ranges(weights)).values())


def under(assumption: str, cases: Iterable[Incident]) -> list[Incident]:
    """The same thieves under one of the two assumptions about the four credentials."""
    return [worlds.leaked_elsewhere(one) if assumption == ELSEWHERE else one for one in cases]


@cache
def _walked() -> search.Worlds:
    return search.Worlds([breach.with_controls((name,)) for name in worlds.CONTROLS])


def counted(cases: list[Incident]) -> dict[str, int]:
    """How many of these thieves each control keeps from archiving the code, on its own."""
    stopped = _walked().stopped([CODE], cases)[CODE]
    return dict(zip(worlds.CONTROLS, stopped, strict=True))


# --- kept -----------------------------------------------------------------------------------------


def count_all(dial: str, setting: float, number: int = COUNTED) -> dict[str, dict[str, int]]:
    """What is kept of one setting of one dial: by assumption and control, how many are stopped."""
    drawn = crowd(number, f"dial {dial} {setting:g}", {dial: setting})
    return {one: counted(under(one, drawn)) for one in ASSUMPTIONS}


@cache
def kept() -> dict[str, Any]:
    """The counts as they were computed: dial -> setting -> assumption -> control -> stopped."""
    text = data_file("conclusions/lesson-14.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def dial(name: str, assumption: str = TENANT) -> Dial:
    """A dial as a function: `dial(control, setting)` is how many of 100 thieves that control keeps
    from archiving the code, with this guess at the setting and the others as the course has them.

    Raises KeyError for a dial, an assumption or a control that there is not.
    """
    at = COUNTED_AT[name]
    rows: list[dict[str, int]] = [kept()[name][str(setting)][assumption] for setting in at]

    def stopped(control: str, setting: float) -> float:
        value = min(max(float(setting), at[0]), at[-1])
        place = max(index for index in range(len(at) - 1) if at[index] <= value)
        before, after = (rows[place][control], rows[place + 1][control])
        share = (value - at[place]) / (at[place + 1] - at[place])
        return (before + share * (after - before)) * 100 / COUNTED

    return stopped
