"""Who would like a build's rights: sixteen attackers, and a generator of others.

Each of them is a job that the forge runs, and each token is genuine. Nobody forges anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from labutils.lab import dice

from .forge import CLOUD, OTHER_CLOUD, Job, Repository

SHOP = Repository("shop", "100", "app", "7")
HONEST = Job(SHOP, environment="production")
INSIDE = "code inside the honest job"


@dataclass(frozen=True)
class Attacker:
    """An attacker: what they do, the job that they get to run, and whom its token is for."""

    does: str
    job: Job
    audience: str = CLOUD


def the_sixteen() -> tuple[Attacker, ...]:
    """Return the sixteen attackers on shop/app, whose honest job deploys from main."""
    stranger = Job(Repository("evil", "900", "app", "901"))
    plain = Job(SHOP)
    try_ = "refs/heads/try"
    return (
        Attacker("a stranger's repository", stranger),
        Attacker(
            "a stranger's environment called production",
            replace(stranger, environment="production"),
        ),
        Attacker(
            "an organisation called shop-evil",
            Job(Repository("shop-evil", "901", "app", "902"), environment="production"),
        ),
        Attacker(
            "the organisation's repository app-demo",
            Job(Repository("shop", "100", "app-demo", "8"), environment="production"),
        ),
        Attacker("the organisation's wiki", Job(Repository("shop", "100", "wiki", "9"))),
        Attacker("a feature branch", replace(plain, ref=try_)),
        Attacker("a branch called main-try", replace(plain, ref="refs/heads/main-try")),
        Attacker("a tag called main", replace(plain, ref="refs/tags/main")),
        Attacker(
            "a pull request",
            replace(
                plain,
                ref="refs/pull/5/merge",
                event="pull_request",
                workflow="test.yml",
                base_ref="main",
            ),
        ),
        Attacker("another workflow on main", replace(plain, workflow="lint.yml")),
        Attacker("production from a feature branch", replace(HONEST, ref=try_)),
        Attacker(
            "an environment called production-test",
            replace(plain, environment="production-test", workflow="lint.yml"),
        ),
        Attacker(
            "the name shop, taken again after it was deleted",
            replace(HONEST, repository=Repository("shop", "955", "app", "956")),
        ),
        Attacker("a token for another cloud, passed on", HONEST, OTHER_CLOUD),
        Attacker(
            "pull_request_target that names the environment",
            replace(HONEST, event="pull_request_target", workflow="preview.yml", base_ref="main"),
        ),
        Attacker(INSIDE, HONEST),
    )


# --- drawn ----------------------------------------------------------------------------------------

Change = Callable[[Job, str], tuple[str, Job, str]]


def _of(job: Job, **changed: Any) -> Job:
    return replace(job, repository=replace(job.repository, **changed))


def _stranger(job: Job, letters: str) -> tuple[str, Job, str]:
    ids = {"owner_id": f"9{int(letters, 16) % 1000}", "repository_id": f"8{int(letters, 16)}"}
    return f"a stranger, {letters}", _of(job, owner=f"org-{letters}", **ids), CLOUD


def _neighbour(job: Job, letters: str) -> tuple[str, Job, str]:
    owner = f"{job.repository.owner}-{letters}"
    changed = _of(job, owner=owner, owner_id=f"7{int(letters, 16)}", repository_id="6" + letters)
    return f"an organisation called {owner}", changed, CLOUD


def _sibling(job: Job, letters: str) -> tuple[str, Job, str]:
    name = f"{job.repository.name}-{letters}"
    return f"a repository called {name}", _of(job, name=name, repository_id="5" + letters), CLOUD


def _taken_again(job: Job, letters: str) -> tuple[str, Job, str]:
    changed = _of(job, owner_id="4" + letters, repository_id="3" + letters)
    return "the names, with other ids", changed, CLOUD


def _branch(job: Job, letters: str) -> tuple[str, Job, str]:
    return f"a branch called {letters}", replace(job, ref=f"refs/heads/{letters}"), CLOUD


def _other_kind(job: Job, _letters: str) -> tuple[str, Job, str]:
    kind, name = job.ref.removeprefix("refs/").split("/", 1)
    other = "heads" if kind == "tags" else "tags"
    return f"{other}/{name}", replace(job, ref=f"refs/{other}/{name}"), CLOUD


def _longer_branch(job: Job, letters: str) -> tuple[str, Job, str]:
    branch = f"main-{letters}"
    return f"a branch called {branch}", replace(job, ref=f"refs/heads/{branch}"), CLOUD


def _event(job: Job, letters: str) -> tuple[str, Job, str]:
    event = ("pull_request_target", "issue_comment", "workflow_run")[int(letters, 16) % 3]
    return f"the event {event}", replace(job, event=event, base_ref="main"), CLOUD


def _workflow(job: Job, letters: str) -> tuple[str, Job, str]:
    return "another workflow", replace(job, workflow=f"{letters}.yml"), CLOUD


def _environment(job: Job, letters: str) -> tuple[str, Job, str]:
    name = f"{job.environment or 'test'}-{letters}"
    return f"the environment {name}", replace(job, environment=name), CLOUD


def _audience(job: Job, letters: str) -> tuple[str, Job, str]:
    return "a token for another cloud", job, f"sts.{letters}.example"


def _pull_request(job: Job, letters: str) -> tuple[str, Job, str]:
    ref = f"refs/pull/{int(letters, 16) % 90}/merge"
    changed = replace(job, event="pull_request", ref=ref, environment=None, base_ref="main")
    return "a pull request", changed, CLOUD


CHANGES: tuple[Change, ...] = (
    _stranger, _neighbour, _sibling, _taken_again, _branch, _other_kind, _longer_branch, _event,
    _workflow, _environment, _audience, _pull_request,
)  # fmt: skip


def drawn(jobs: list[Job], count: int, label: str) -> Iterator[Attacker]:
    """Yield attackers on these honest jobs: each differs from one of them in one or two things, and
    every twelfth is code inside an honest job, which differs in nothing."""
    draw = dice("lesson-18", label)
    for number in range(count):
        letters = next(draw)
        job = jobs[int(letters[:4], 16) % len(jobs)]
        if number % 12 == 11:
            yield Attacker(INSIDE, job)
            continue
        does, changed, audience = CHANGES[number % len(CHANGES)](job, letters[4:8])
        if int(letters[8:10], 16) % 3 == 0 and audience == CLOUD:  # one in three: a second thing
            second = CHANGES[int(letters[10:14], 16) % 4]
            more, changed, audience = second(changed, letters[14:18])
            does = f"{does}; {more}"
        yield Attacker(does, changed, audience)


__all__ = ["HONEST", "INSIDE", "SHOP", "Attacker", "drawn", "the_sixteen"]
