"""What *CI without secrets* starts from: its notebook imports all of this."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    show_log,
    solution,
    target,
)
from labutils.classroom.endings import welcome_back

from .attackers import HONEST, INSIDE, SHOP, the_sixteen
from .cloud import Cloud, Refused, Session
from .conditions import Trusts, like, meets, trusting
from .forge import CLOUD, MAIN, Claims, Forge, Job, claims_of
from .poisoned_cache import CHANGES, release
from .weeks import DEPLOY, KINDS, counts, week

RUNNER = "198.51.100.9"
SIX = (
    Job(SHOP),
    Job(SHOP, ref="refs/tags/v1"),
    Job(SHOP, ref="refs/pull/5/merge", event="pull_request"),
    HONEST,
    replace(HONEST, ref="refs/heads/try"),
    replace(HONEST, event="pull_request_target"),
)


def open_a_pull_request() -> Claims:
    """Let Tom open a pull request, show what its job's token says and what the cloud gives for it,
    and return the claims."""
    forge = Forge()
    cloud = Cloud(forge, {DEPLOY: trusting({"aud": CLOUD, "sub": "repo:shop/app:*"})})
    job = Job(
        SHOP,
        ref="refs/pull/5/merge",
        event="pull_request",
        workflow="test.yml",
        base_ref="main",
    )
    session = cloud.assume(DEPLOY, forge.id_token(job), RUNNER)
    cloud.call(session, "s3.ListBuckets", RUNNER)
    claims = claims_of(job)
    rows = [{"claim": name, "value": value} for name, value in claims.items()]
    show_log(rows, "The token of Tom's pull request", lit=("value", claims["sub"]))
    show_log(
        [
            {
                "what": "the condition",
                "here": "aud is sts.cloud.example, and sub is repo:shop/app:*",
            },
            {"what": "the cloud gives", "here": f"{session.access_key}, for an hour"},
            {"what": "what Tom does with it", "here": f"lists the buckets, as {session.role}"},
        ],
        "What the cloud does with it",
        why="The signature is genuine, and nothing was stolen. The forge runs what is in a pull "
        "request from a branch (one from a fork gets no token), and signs who it is. The condition "
        "said yes.",
        moral="No secret is stored any more. There is a condition to get past.",
    )
    return claims


def six_subjects() -> list[bool]:
    """Show `sub` of six jobs, and return of which it has the ref."""
    rows, shows = [], []
    for job in SIX:
        sub = claims_of(job)["sub"]
        shows.append(sub.endswith(f"ref:{job.ref}"))
        where = job.ref.removeprefix("refs/")
        rows.append({"event": job.event, "ref": where, "env": job.environment or "", "sub": sub})
    show_log(rows, "Six jobs of shop/app")
    return shows


def gets_in(trusts: Trusts, job: Job, audience: str = CLOUD) -> bool:
    """Return whether a job gets a session of a role under this condition."""
    forge = Forge()
    try:
        session = Cloud(forge, {DEPLOY: trusts}).assume(
            DEPLOY, forge.id_token(job, audience), RUNNER
        )
    except Refused:
        return False
    return isinstance(session, Session)


def under_an_exact_subject() -> list[bool]:
    """Show who of the sixteen gets in under an exact `sub`, and return it for five of them."""
    condition = trusting({"aud": CLOUD, "sub": "repo:shop/app:environment:production"})
    came = {one.does: gets_in(condition, one.job, one.audience) for one in the_sixteen()}
    asked = (
        "a stranger's environment called production",
        "production from a feature branch",
        "the name shop, taken again after it was deleted",
        "pull_request_target that names the environment",
        "an environment called production-test",
    )
    show_log(
        [{"who": who, "gets in": "yes" if came[who] else ""} for who in asked],
        "Under an exact subject",
    )
    return [came[who] for who in asked]


def try_everybody(trusts: Trusts) -> None:
    """Show whom a condition lets in: the honest job, and sixteen who are not."""
    rows = [{"who": "the honest job", "gets in": "yes" if gets_in(trusts, HONEST) else "no"}]
    rows += [
        {"who": one.does, "gets in": "yes" if gets_in(trusts, one.job, one.audience) else ""}
        for one in the_sixteen()
    ]
    show_log(
        rows,
        "Your condition, and sixteen attackers",
        lit=("who", INSIDE),
        why="This list is ours, and another would give other numbers. Your cloud may not be able "
        "to compare each of these claims: look that up before you write its condition.",
    )


def who_is_let_in(witnesses: Mapping[str, str]) -> None:
    """Show for each pattern whom it lets in."""
    show_log(
        [
            {"pattern": one, "lets in": who if like(one, who) else "(not that)"}
            for one, who in witnesses.items()
        ],
        "Patterns, and who comes through",
    )


def after_a_take_over() -> list[str]:
    """Show who gets in after a rename and a take-over, and return which of three conditions lets
    the honest job in and keeps Tom out."""
    conditions: dict[str, dict[str, Any]] = {
        "names": {"sub": "repo:shop/app:environment:production"},
        "numbered": {"sub": "repo:shop@100/app@7:environment:production"},
        "ids": {
            "repository_id": "7",
            "repository_owner_id": "100",
            "environment": "production",
        },
    }
    rows, came = [], {}
    for name, condition in conditions.items():
        numbered = name == "numbered"
        renamed = replace(SHOP, owner="market", numbered=numbered)
        taken = replace(SHOP, owner_id="955", repository_id="956", numbered=numbered)
        both = {"honest": renamed, "tom": taken}
        for who, repository in both.items():
            claims = claims_of(replace(HONEST, repository=repository))
            came[f"{name} {who}"] = meets(claims, condition)
            rows.append(
                {
                    "condition": name,
                    "who": {"honest": "the honest job", "tom": "Tom"}[who],
                    "sub": claims["sub"],
                    "gets in": "yes" if came[f"{name} {who}"] else "",
                }
            )
    show_log(rows, "After the rename, and after Tom")
    return [one for one in conditions if came[f"{one} honest"] and not came[f"{one} tom"]]


def six_changes() -> list[str]:
    """Play the release under each of six changes, and return after which the thief gets no
    session."""
    rows, none = [], []
    for change, words in CHANGES.items():
        seen = release(change)
        none += [] if seen.sessions else [change]
        rows.append(
            {
                "change": words,
                "the code in the cache": "gets a session" if seen.sessions else "gets none",
                "what is published": seen.package,
            }
        )
    show_log(rows, "Six releases", lit=("what is published", "poisoned"))
    return none


def a_week_to_look_at() -> None:
    """Show one exchange of the log, the call that follows, and one of a person."""
    lines = [event for event, _ in week("nobody", "a week to look at")]
    first, second, person = lines[0], lines[1], lines[4]
    fields = (
        "eventName",
        "sourceIPAddress",
        "userIdentity.type",
        "userIdentity.userName",
        "userIdentity.arn",
        "userIdentity.accessKeyId",
        "responseElements.credentials.accessKeyId",
    )
    key = first["responseElements"]["credentials"]["accessKeyId"]
    for label, event in {
        "The exchange": first,
        "A call that follows": second,
        "A call by a person": person,
    }.items():
        rows = [{"field": name, "value": _value(event, name)} for name in fields]
        show_log([row for row in rows if row["value"]], label, lit=("value", key))


def _value(event: Mapping[str, Any], path: str) -> str:
    value: Any = event
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    text = "" if value is None else str(value)
    return text.removeprefix("arn:aws:sts::123456789012")


def over_four_weeks(detection: str) -> int:
    """Show what a rule finds in four weeks that nobody has seen, and return in how many it finds a
    thief."""
    rows, found = [], 0
    for number, kind in enumerate(KINDS, 1):
        seen = counts(detection, week(kind, f"unseen, {number}"))
        found += seen["of a thief"] > 0
        rows.append(
            {
                "week": number,
                "who was there": kind,
                "lines of a thief found": seen["of a thief"],
                "honest lines found": seen["honest"],
            }
        )
    show_log(rows, "Your rule, over four weeks")
    return found


welcome_back("18")
__all__ = [
    "CLOUD", "HONEST", "MAIN", "a_week_to_look_at", "after_a_take_over", "check", "ending",
    "experiment", "gets_in", "hint", "like", "mine", "open_a_pull_request", "opened",
    "over_four_weeks", "quiz", "show_log", "six_changes", "six_subjects", "solution", "target",
    "try_everybody", "under_an_exact_subject", "who_is_let_in",
]  # fmt: skip
