"""A hundred draws of a thousand thieves each: what stops how many, under both assumptions.

`make conclusions` computes the counts, and data/conclusions/lesson-14.json keeps them. The lesson
and its conclusions read them; a test computes two draws again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from labutils.incident import breach, cases, search
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.stage import kept_draws
from labutils.stage.kept_draws import around, middle

from . import thieves
from .worlds import LOSSES, TWELVE, leaked_elsewhere, minutes_to_respond

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
SHOWN = (
    "acts_reauthenticated",
    "service_tokens_bound",
    "repository_least_privilege",
    "alert_token_elsewhere",
    "exposed_rotated",
    "exposed_rotated + service_tokens_bound",
)  # the sets that are shown at the packing under both assumptions
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
    return found | {"all controls": breach.with_controls(cases.load().controls)}


def under(assumption: str, crowd: Iterable[Incident]) -> list[Incident]:
    """The same thieves under one of the two assumptions."""
    return [leaked_elsewhere(case) if assumption == ELSEWHERE else case for case in crowd]


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


def kept() -> kept_draws.Kept:
    """The counts of all draws, as they were computed: by assumption and row, a number a draw."""
    return kept_draws.kept(14)


def stopped(loss: str, row: str, assumption: str = TENANT) -> list[int]:
    """How many thieves a row stops, draw by draw."""
    return kept()[assumption][f"{loss} | {row}"]


# --- printed ------------------------------------------------------------------------------------


def print_samples(names: Sequence[str], loss: str) -> int:
    """How many thieves each control stops, of 100 and of 1,000, and how far that goes from draw to
    draw. In how many of the draws of a hundred all of these controls stand at 90 or more."""
    print(f"{'stopped (±: nine draws in ten)':<32}{'of 100':<10}{'90 or more in':<18}of 1,000")
    for name in names:
        few, many = stopped(loss, name, "first hundred"), stopped(loss, name)
        often = f"{sum(count >= 90 for count in few)} of {DRAWS} draws"
        print(f"{name:<32}{around(few):<10}{often:<18}{around(many)}")
    hundreds = zip(*(stopped(loss, name, "first hundred") for name in names), strict=True)
    return sum(min(counts) >= 90 for counts in hundreds)


def in_words(count: int) -> str:
    """A number of a hundred draws, roughly."""
    if count >= 90:
        return "nearly all"
    return "few" if count <= 10 else "about half" if 35 <= count <= 65 else "some"


def print_both(loss: str = "code") -> dict[str, int]:
    """How many of 1,000 thieves each of these sets stops under both assumptions. The medians where
    the four can be read in the tenant, by set."""
    print(f"{'stopped, of 1,000':<42}{TENANT:<22}{ELSEWHERE}")
    for name in SHOWN:
        cells = [around(stopped(loss, name, one)) for one in ASSUMPTIONS]
        print(f"{name:<42}{cells[0]:<22}{cells[1]}")
    return {name: sorted(stopped(loss, name))[DRAWS // 2] for name in SHOWN}


def moved(loss: str, rows: Sequence[str]) -> int:
    """By how many thieves at most an end of a spread moves from the one assumption to the other."""
    most = 0
    for row in rows:
        first, second = (middle(stopped(loss, row, assumption)) for assumption in ASSUMPTIONS)
        most = max(most, abs(first[0] - second[0]), abs(first[1] - second[1]))
    return most
