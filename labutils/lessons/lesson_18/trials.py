"""What the exercises of lesson 18 are tried with."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labutils.classroom.judging import Tried, nearly
from labutils.classroom.trying import Call, Observed, Trial, calls, visits
from labutils.lab import SceneError, dice

from .attackers import HONEST, INSIDE, SHOP, drawn, the_sixteen
from .cloud import Cloud, Event
from .conditions import like
from .forge import CLOUD, Forge, Job, Repository, claims_of
from .weeks import DEPLOY, TOM, hits, person

# --- 18-1: a condition ----------------------------------------------------------------------------

ABOUT = {  # of the sixteen, the mistake of whom each shows
    "production from a feature branch": "ref",
    "the name shop, taken again after it was deleted": "ids",
    "a token for another cloud, passed on": "aud",
    "pull_request_target that names the environment": "event",
    INSIDE: "lockout",
    "an environment called production-test": "environment",
    "another workflow on main": "environment",
    "a tag called main": "environment",
}


def try_trusts(answer: Tried) -> Trial:
    """The honest job, sixteen attackers, others who are drawn, and claims that are odd."""
    yield from visits(answer, visitors(), refusal=())


def visitors() -> Iterator[Call]:
    """Who comes, the telling ones first."""
    honest = claims_of(HONEST)
    yield Call((honest,), "the honest job", "lockout")
    for one in the_sixteen():
        about = ABOUT.get(one.does, "everybody")
        yield Call((claims_of(one.job, one.audience),), one.does, about)
    more = honest | {"run_id": "31", "actor": "ada", "ref_protected": "true"}
    yield Call((more,), "the honest job, run by Ada", "lockout")
    for words, about, job in (
        ("another workflow that names the environment", "workflow", {"workflow": "lint.yml"}),
        ("a workflow called my-deploy.yml", "workflow", {"workflow": "my-deploy.yml"}),
        ("production from the tag main", "ref", {"ref": "refs/tags/main"}),
        ("production from main-try", "ref", {"ref": "refs/heads/main-try"}),
        ("a job without an environment", "environment", {"environment": None}),
        ("the environment prod", "environment", {"environment": "prod"}),
        ("a run by hand", "event", {"event": "workflow_dispatch"}),
    ):
        yield Call((claims_of(replace(HONEST, **job)),), words, about)
    moved = replace(HONEST, repository=Repository("shop", "955", "app", "7"))
    yield Call((claims_of(moved),), "the repository, which has another owner now", "owner")
    other = replace(HONEST, repository=Repository("shop", "100", "app", "12"))
    yield Call((claims_of(other),), "a new repository with the same name", "repository")
    for near in (*nearly("production"), "production ", "production-x"):
        about = "letters" if near.lower() == "production" else "pattern"
        near_job = replace(HONEST, environment=near)
        yield Call((claims_of(near_job),), f"the environment is {near!r}", about)
    both = {"sub": [honest["sub"]], "environment": [honest["environment"]]}
    yield Call((honest | both,), "sub and environment are lists", "type", "edge")
    without = {key: one for key, one in honest.items() if key not in both}
    yield Call((without,), "sub and environment are missing", "missing", "edge")
    for name in CHECKED:
        value = honest[name]
        for near in nearly(value):
            about = "letters" if near.lower() == value.lower() else "pattern"
            yield Call((honest | {name: near},), f"{name} is {near!r}", about)
        yield Call((honest | {name: [value]},), f"{name} is a list", "type", "edge")
        yield Call((honest | {name: value + "-x"},), f"{name} is longer", "pattern")
        without = {key: one for key, one in honest.items() if key != name}
        yield Call((without,), f"{name} is missing", "missing", "edge")
    yield Call((honest | {"aud": [CLOUD, "sts.other.example"]},), "two audiences", "type")
    for name in ("repository_id", "repository_owner_id"):
        yield Call((honest | {name: int(honest[name])},), f"{name} is a number", "type")
    yield Call(({},), "no claims", "missing", "edge")
    many = {f"repo_property_{number}": "true" for number in range(300)}
    yield Call((honest | many,), "the honest job, with 300 more claims", "lockout", "large")
    for one in drawn([HONEST], 60, "a condition"):
        if one.does != INSIDE:
            yield Call((claims_of(one.job, one.audience),), one.does, "everybody")


CHECKED = (
    "aud", "repository_id", "repository_owner_id", "ref", "event_name", "workflow_ref",
)  # fmt: skip

# --- 18-2: witnesses ------------------------------------------------------------------------------

SUBJECT = re.compile(
    r"repo:[\w.-]+/[\w.-]+:(pull_request|environment:[^:]+|ref:refs/(heads|tags)/[^\s:]+)"
)
MEANT = {  # each pattern, and what its author means by it
    "repo:shop/app*": "repo:shop/app:*",
    "repo:*:environment:production": "repo:shop/*:environment:production",
    "repo:contoso/contoso-repo-*:ref:refs/heads/????": "repo:contoso/*:ref:refs/heads/main",
}


def try_witnesses(answer: Any) -> Trial:
    """Each pattern with the subject that was stored for it."""
    given = answer if isinstance(answer, dict) else {}
    yield Observed("the three patterns", set(MEANT) <= set(given), "type")
    for pattern, meant in MEANT.items():
        text = given.get(pattern)
        text = text if isinstance(text, str) else ""
        yield Observed(f"a subject for {pattern}", bool(SUBJECT.fullmatch(text)), "subject")
        yield Observed(f"{pattern} lets {text!r} in", like(pattern, text), "refused")
        yield Observed(f"{pattern}, as it was meant", like(meant, text), "meant")


# --- 18-3: a detection ----------------------------------------------------------------------------

Line = tuple[Event, str, str]  # a line, the mistake of whom it shows, and what it is


def try_detection(answer: Any) -> Trial:
    """The detection over lines of the log."""
    lines = log_lines()
    try:
        found = hits(answer, [event for event, _, _ in lines]) if isinstance(answer, str) else None
    except (ValueError, SceneError):
        found = None
    yield Observed("the text", found is not None, "no rule")
    if found is None:
        return
    for place, (_, about, words) in enumerate(lines):
        yield Observed(words, {"hit": place in found}, about)


def log_lines() -> list[Line]:
    """Lines of the log: exchanges, calls of builds, and people."""
    forge = Forge()
    cloud = Cloud(forge, {DEPLOY: lambda _: True, "ci-audit": lambda _: True})
    lines: list[Line] = []

    def exchange(job: Job, about: str, words: str, at: str = "198.51.100.9") -> None:
        cloud.assume(DEPLOY, forge.id_token(job), at)
        lines.append((cloud.log[-1], about, words))

    honest = cloud.assume(DEPLOY, forge.id_token(HONEST), "198.51.100.9")
    audit = cloud.assume("ci-audit", forge.id_token(HONEST), "198.51.100.9")
    lines.append((cloud.log[0], "expected", "the honest build gets its session"))
    exchange(HONEST, "expected", "the honest build gets a session, from elsewhere", TOM)
    for words, about, job in (
        ("a pull request gets a session", "exchange", Job(SHOP, event="pull_request")),
        ("a branch gets a session", "subject", Job(SHOP, ref="refs/heads/try")),
        ("production-test gets a session", "subject", replace(HONEST, environment="production-t")),
        (
            "a stranger's production gets a session",
            "exchange",
            Job(Repository("evil", "9", "app", "9"), environment="production"),
        ),
    ):
        exchange(job, about, words)
    exchange(Job(SHOP, event="pull_request"), "exchange", "a pull request, from elsewhere", TOM)
    draw = dice("lesson-18", "addresses")
    stranger = f"203.0.113.{int(next(draw)[:2], 16)}"
    for session in (honest, audit):
        for address, about in (
            ("198.51.100.9", "builds"),
            ("198.51.100.127", "builds"),
            (TOM, "session"),
            (stranger, "indicator"),
            ("192.0.2.31", "session"),
            ("198.51.100.128", "network"),
            ("198.51.100.200", "network"),
        ):
            cloud.call(session, "s3.GetObject", address)
            lines.append((cloud.log[-1], about, f"a call of {session.role} from {address}"))
    for number in range(3):
        event = person(cloud, f"{next(draw)[:6]}{number:02}00ab")
        lines.append((event, "people", f"a person, from {event['sourceIPAddress']}"))
    return lines


# --- 18-4: a subject ------------------------------------------------------------------------------


def try_subject(answer: Tried) -> Trial:
    """Jobs of each kind."""
    yield from calls(answer, jobs(), alone=True)


def jobs() -> Iterator[Call]:
    """The jobs, the telling ones first."""
    push = {"owner": "shop", "repository": "app", "ref": "refs/heads/main", "event": "push"}
    pull = push | {"event": "pull_request", "ref": "refs/pull/5/merge"}
    for words, about, job in (
        ("a push to main", "ref", push),
        ("a push to a branch with a slash", "ref", push | {"ref": "refs/heads/fix/7"}),
        ("a tag", "ref", push | {"ref": "refs/tags/v1"}),
        ("a pull request", "pull_request", pull),
        ("pull_request_target", "target", push | {"event": "pull_request_target"}),
        ("an environment", "environment", push | {"environment": "production"}),
        ("a pull request that names one", "environment", pull | {"environment": "test"}),
        ("an environment with a colon", "colon", push | {"environment": "eu:west"}),
        ("an environment with two", "each", push | {"environment": "eu:west:1"}),
        ("an environment with a blank", "colon", push | {"environment": "eu west/1%"}),
        ("another owner", "owner", push | {"owner": "evil"}),
    ):
        yield Call((job,), words, about)
    yield Call((push | {"environment": ""},), "an empty environment", "absent", "edge")
    yield Call((push | {"environment": None},), "no environment", "absent", "edge")
    yield Call((pull | {"environment": ""},), "a pull request, and an empty one", "absent", "edge")
    long = "a:" * 300
    yield Call((push | {"environment": long},), "an environment of 600 characters", "each", "large")
