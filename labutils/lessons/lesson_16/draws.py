"""A hundred draws of a thousand thieves each: what stops the export of 2025, and, beside it, the
archiving of 2023.

`make conclusions` computes the counts; data/conclusions/lesson-16.json keeps them, and
lesson-14.json those of 2023.
"""

from functools import cache
from itertools import combinations

from labutils.incident import breach, search
from labutils.incident.cases import Incident
from labutils.incident.policy import World

from . import thieves
from .kept_draws import kept
from .thieves import ASSUMPTIONS, CASE, EXPORT, KEY_APART

DRAWS, THIEVES = 100, 1000
CONTROLS = (
    "supplier_hard_keys",
    "supplier_tokens_sealed",
    "service_tokens_expire",
    "service_tokens_bound",
    "grants_key_bound",
    "grants_reviewed",
    "integration_least_privilege",
    "bulk_export_approved",
    "behaviour_checked",
    "alert_token_elsewhere",
    "alert_looking_round",
    "alert_bulk_reads",
    "alert_job_deleted",
)
# What can be had where the job needs every right, and each two of it.
TWO_OF = (
    "service_tokens_bound",
    "behaviour_checked",
    "grants_key_bound",
    "service_tokens_expire",
    "alert_looking_round",
    "alert_bulk_reads",
    "grants_reviewed",
)
SETS = tuple(combinations(TWO_OF, 2))
GOALS = {"export": EXPORT, "tokens": thieves.TAKEN}

Counts = dict[str, int]  # by a row such as "export | grants_reviewed", how many are stopped


@cache
def worlds() -> dict[str, World]:
    """The worlds in which thieves are counted, by name."""
    sets = ((), *((name,) for name in CONTROLS), *SETS)
    return {" + ".join(names) or "2025": breach.with_controls(names, case=CASE) for names in sets}


@cache
def walked() -> search.Worlds:
    """These worlds, walked at once by one thief after another."""
    return search.Worlds(list(worlds().values()))


def counted(crowd: list[Incident]) -> Counts:
    """How many of these thieves each world stops, loss by loss."""
    stopped = walked().stopped(GOALS.values(), crowd)
    return {
        f"{loss} | {name}": stopped[fact][place]
        for loss, fact in GOALS.items()
        for place, name in enumerate(worlds())
    }


def draw(number: int, size: int = THIEVES) -> dict[str, Counts]:
    """One of the draws: the counts under each assumption."""
    crowd = thieves.draw(size, f"draw {number}")
    return {one: counted(thieves.under(one, crowd)) for one in ASSUMPTIONS}


# --- kept ---------------------------------------------------------------------------------------


def stopped(row: str, assumption: str = KEY_APART, loss: str = "export") -> list[int]:
    """How many thieves of 2025 a row stops, draw by draw."""
    counts: list[int] = kept(16)[assumption][f"{loss} | {row}"]
    return counts


def stopped_in_2023(row: str) -> dict[str, int]:
    """How many of 1,000 thieves of 2023 a control stops at the archiving, by assumption, where the
    course's own guesses stand (one in ten comes from the supplier's host)."""
    return {name: counts[row] for name, counts in kept(14)["supplier"]["10"].items()}
