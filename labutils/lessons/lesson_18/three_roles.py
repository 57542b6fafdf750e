"""The target of lesson 18: conditions for three roles and a rule, from a month of honest jobs,
against two hundred attackers who are drawn."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from labutils.lab import SceneError, dice
from labutils.text import counted, shown

from .attackers import INSIDE, SHOP, drawn
from .cloud import Cloud, Event
from .conditions import meets
from .forge import Claims, Forge, Job, Repository, claims_of
from .weeks import TOM, hits, person, runner

FLAG = "flag-" + next(dice("lesson-18", "three roles"))
PATIENCE, ATTACKERS = 5, 200
INFRA = Repository("shop", "100", "infra", "11")
STOPPED = (
    "Five policies were not good enough, so nobody reads another. To begin again, restart the "
    "kernel. Until then the target gives you the same month."
)
Policy = Mapping[str, Mapping[str, Any]]


def jobs_of(month: int) -> dict[str, list[Job]]:
    """The honest jobs of a month, by the role that each needs: its releases have new tags."""
    nightly = Job(INFRA, workflow="nightly.yml", event="schedule")
    return {
        "ci-deploy": [Job(SHOP, environment="production")],
        "ci-release": [
            Job(SHOP, f"refs/tags/v{month}.{one}", workflow="release.yml", environment="release")
            for one in (0, 1)
        ],
        "ci-audit": [
            nightly,
            Job(INFRA, workflow="nightly.yml", event="workflow_dispatch"),
        ],
    }


def log_of(runs: Iterable[tuple[str, Job, bool]], label: str) -> tuple[list[Event], set[int]]:
    """Let jobs get the session of a role and work, and people too. Where it is stolen, somebody
    uses it elsewhere. Return the log, and the places of the lines that are a thief's."""
    forge, draw, thefts = Forge(), dice("lesson-18", label), set[int]()
    cloud = Cloud(forge, {role: lambda _: True for role in jobs_of(1)})
    for role, job, stolen in runs:
        letters = next(draw)
        forge.now += 7_000 + int(letters[:4], 16) % 9_000
        at = runner(letters[4:6])
        session = cloud.assume(role, forge.id_token(job), at)
        for where in (at, TOM) if stolen else (at,):
            forge.now += 20
            cloud.call(session, "s3.GetObject", where)
        if stolen:
            thefts.add(len(cloud.log) - 1)
        cloud.log.append(person(cloud, letters))
    return cloud.log, thefts


class ThreeRoles:
    """The scene: `jobs`, the claims of a month of honest jobs by role; `log`, what the cloud wrote
    then; and `try_policy(conditions, detection)` for the month that comes."""

    def __init__(self, flag: str | None = None) -> None:
        self.try_policy = trier(flag or FLAG)

    def __repr__(self) -> str:
        return "three roles: jobs, log, try_policy(conditions, detection)"

    @property
    def jobs(self) -> dict[str, list[Claims]]:
        """The claims of each honest job of the month, by role."""
        return {role: [claims_of(job) for job in some] for role, some in jobs_of(1).items()}

    @property
    def log(self) -> list[Event]:
        """The log of the month: exchanges and calls of builds, and people with their own roles."""
        runs = [(role, job, False) for role, some in jobs_of(1).items() for job in some]
        return log_of(runs * 3, "the month")[0]


def trier(flag: str) -> Callable[[object, object], str]:
    """What tries a policy on the month that comes. It gives the flag where every honest job gets
    its own role and no other, no attacker gets in from outside such a job, and the detection finds
    the thieves inside it and nobody else; five policies may miss."""
    missed = 0

    def try_policy(conditions: object, detection: object) -> str:
        """Try a condition for each role, and a detection."""
        nonlocal missed
        if missed >= PATIENCE:
            print(STOPPED)
            return "no flag"
        try:
            policy = as_policy(conditions)
            locked, entered, inside = tried(policy)
            found, false = hunted(str(detection), inside)
        except (ValueError, SceneError) as error:
            print(f"That is no policy: {shown(str(error), 120)}")
            return "no flag"
        unseen = len(inside) - found
        print(
            f"{counted(locked, 'honest job')} refused or in a wrong role; "
            f"{counted(len(entered), 'attacker')} of {ATTACKERS} let in"
            + (f", {entered[0]} for one" if entered else "")
            + f"; {counted(unseen, 'theft')} inside an honest job not found; "
            f"{counted(false, 'honest line')} found"
        )
        if not (locked or entered or unseen or false):
            return flag
        missed += 1
        print(f"Wrong attempts left: {PATIENCE - missed}.")
        return "no flag"

    return try_policy


def tried(policy: Policy) -> tuple[int, list[str], list[str]]:
    """How many honest jobs lack their role or have another; which attackers are let in; and the
    roles of those who are inside an honest job."""
    jobs = jobs_of(2)
    locked = sum(
        meets(claims_of(job), policy[role]) != (role == own)
        for own, some in jobs.items()
        for job in some
        for role in jobs
    )
    entered, inside = [], []
    for one in drawn([job for some in jobs.values() for job in some], ATTACKERS, "three roles"):
        claims = claims_of(one.job, one.audience)
        roles = [role for role in jobs if meets(claims, policy[role])]
        if one.does == INSIDE:
            inside += roles
        elif roles:
            entered.append(one.does)
    return locked, entered, inside


def hunted(detection: str, roles: list[str]) -> tuple[int, int]:
    """How many of the thefts with these roles a detection finds, and how many honest lines."""
    jobs = jobs_of(2)
    own = [(role, job, False) for role, some in jobs.items() for job in some * 6]
    log, thefts = log_of(
        [*own, *((role, jobs[role][0], True) for role in roles)], "the month after"
    )
    found = hits(detection, log)
    return len(found & thefts), len(found - thefts)


def as_policy(given: object) -> Policy:
    """A condition for each role. Raises ValueError with a sentence that says what is missing."""
    roles = list(jobs_of(1))
    if not isinstance(given, Mapping) or set(given) != set(roles):
        raise ValueError(f"the conditions are a dictionary with the keys {', '.join(roles)}.")
    for role, condition in given.items():
        if not isinstance(condition, Mapping):
            raise ValueError(f"the condition of {role} is a dictionary, from claim to values.")
        for name, values in condition.items():
            texts = [values] if isinstance(values, str) else values
            if not isinstance(texts, list | tuple | set | frozenset) or not all(
                isinstance(one, str) for one in texts
            ):
                raise ValueError(f"{role}, {name}: a string, or a list of strings.")
    return given


@cache
def the_month(flag: str = FLAG) -> ThreeRoles:
    """The scene, which remembers each policy that was not good enough."""
    return ThreeRoles(flag)


__all__ = ["ATTACKERS", "FLAG", "ThreeRoles", "the_month"]
