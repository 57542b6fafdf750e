"""A hundred draws of a thousand thieves each: what stops how many, under both assumptions.

`make conclusions` computes the counts, and data/conclusions/lesson-14.json keeps them. The lesson
and its conclusions read them; a test computes two draws again.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from labutils.incident import attackers, breach, inventory, search
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.lab import data_file
from labutils.stage.breached_company import EXPOSED

from . import thieves
from .worlds import LOSSES, TWELVE, minutes_to_respond

DRAWS, THIEVES, FIRST = 100, 1000, 100  # FIRST: so many of each draw are counted by themselves too
# No source tells how the four credentials leaked. In the model they can be read in the tenant, with
# the administrator's session; the other assumption is that each thief has them from elsewhere.
TENANT, ELSEWHERE = "read in the tenant", "leaked elsewhere"
ASSUMPTIONS = (TENANT, ELSEWHERE)
SETS = (
    ("session_hours", "sessions_bound"),
    ("recordings_cleaned", "exposed_rotated"),
    ("sessions_bound", "exposed_rotated"),
    ("acts_reauthenticated", "exposed_rotated"),
    ("acts_reauthenticated", "behaviour_checked", "exposed_rotated"),
    ("service_tokens_bound", "exposed_rotated"),
    ("behaviour_checked", "exposed_rotated"),
)
DAYS = (0, 1, 7, 30)  # from the notice to the replacement
SHARES = (1, 0.1, 0.005)  # of the alarms that are true
HOURS = (2, 20)  # until the last foothold is found
READING = "nov22-repos-viewed"

Counts = dict[str, int]  # by a row such as "code | exposed_rotated", how many thieves are stopped


def named(controls: Iterable[str]) -> str:
    """A set of controls by name, in the order of the lesson's twelve."""
    return " + ".join(sorted(controls, key=TWELVE.index)) or "2023"


@cache
def worlds() -> dict[str, World]:
    """The worlds in which thieves are counted, by name."""
    sets = {named(names): names for names in ((), *((name,) for name in TWELVE), *SETS)}
    found = {name: breach.with_controls(names) for name, names in sets.items()}
    for share in SHARES:
        wait = minutes_to_respond(share)
        alarm = breach.with_controls(["alert_token_elsewhere"])
        found[f"alarm after {wait} minutes"] = replace(alarm, response_minutes=wait)
    for hours in HOURS:
        reads = breach.with_controls(["alert_bulk_reads"])
        found[f"evicted after {hours} hours"] = replace(reads, eviction_hours=hours)
    return found | {"all controls": breach.with_controls(inventory.controls())}


def under(assumption: str, crowd: Iterable[Incident]) -> list[Incident]:
    """The same thieves under one of the two assumptions."""
    held = EXPOSED if assumption == ELSEWHERE else ()
    return [attackers.who_holds(case, held) for case in crowd]


@cache
def walked() -> search.Worlds:
    """These worlds, walked at once by one thief after another."""
    return search.Worlds(list(worlds().values()))


@cache
def rotated() -> search.Worlds:
    """The world in which exposed credentials are replaced."""
    return search.Worlds([worlds()["exposed_rotated"]])


def counted(crowd: list[Incident]) -> Counts:
    """How many of these thieves each world stops, loss by loss, and how many each delay of the
    replacement does."""
    goals = {**LOSSES, "reading": READING}
    stopped = walked().stopped(goals.values(), crowd)
    counts = {
        f"{loss} | {name}": stopped[fact][place]
        for loss, fact in goals.items()
        for place, name in enumerate(worlds())
    }
    for days in DAYS:
        late = rotated().stopped(LOSSES.values(), thieves.replaced_after(crowd, days))
        for loss in ("cloud", "code"):
            counts[f"{loss} | replaced after {days} days"] = late[LOSSES[loss]][0]
    return counts


def draw(number: int, size: int = THIEVES) -> dict[str, Counts]:
    """One of the draws: the counts under each assumption, and those of its first hundred."""
    crowd = list(thieves.draw(size, f"draw {number}").values())
    counts = {one: counted(under(one, crowd)) for one in ASSUMPTIONS}
    return counts | {"first hundred": counted(crowd[:FIRST])}


# --- kept ---------------------------------------------------------------------------------------


@cache
def kept() -> dict[str, dict[str, list[int]]]:
    """The counts of all draws, as they were computed: by assumption and row, a number a draw."""
    text = data_file("conclusions/lesson-14.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, list[int]]] = json.loads(text)
    return found


def middle(numbers: Iterable[int]) -> tuple[int, int]:
    """The 5th and the 95th of a hundred numbers in order: nine of ten draws lie between them."""
    ordered = sorted(numbers)
    return ordered[len(ordered) * 5 // 100 - 1], ordered[len(ordered) * 95 // 100 - 1]
