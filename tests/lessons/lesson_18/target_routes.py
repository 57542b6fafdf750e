"""Ways to three conditions and a rule, from a month of honest jobs (lesson 18)."""

from labutils.lessons.lesson_18.three_roles import ThreeRoles

NAMES = (
    "aud", "sub", "repository_id", "repository_owner_id", "ref", "event_name", "workflow_ref",
)  # fmt: skip
RULE = """
session: {userIdentity.arn|contains: ':assumed-role/ci-'}
builds: {sourceIPAddress|cidr: 198.51.100.0/25}
condition: session and not builds
"""
RELEASE = "shop/app/.github/workflows/release.yml@refs/tags/v*"


def as_seen(scene: ThreeRoles, names=NAMES, **release) -> dict:
    """The values of the month, and others for the releases."""
    policy = {role: {n: {j[n] for j in jobs} for n in names} for role, jobs in scene.jobs.items()}
    policy["ci-release"] |= release
    return policy


def tried(rule=RULE, names=NAMES, *, tags="refs/tags/v*", workflow=RELEASE, every=None):
    """One policy; `every` is laid over each condition."""

    def route(scene: ThreeRoles) -> str:
        policy = as_seen(scene, names, ref=tags, workflow_ref=workflow)
        for condition in policy.values():
            condition |= every or {}
        return scene.try_policy(policy, rule)

    return route


def written_out(scene: ThreeRoles) -> str:
    """By hand."""
    same = {"aud": "sts.cloud.example", "repository_owner_id": "100"}
    app = same | {"repository_id": "7", "event_name": "push"}
    files = "shop/{}/.github/workflows/{}.yml@{}"
    policy = {
        "ci-deploy": app
        | {
            "sub": "repo:shop/app:environment:production",
            "ref": "refs/heads/main",
            "workflow_ref": files.format("app", "deploy", "refs/heads/main"),
        },
        "ci-release": app
        | {
            "sub": "repo:shop/app:environment:release",
            "ref": "refs/tags/v*",
            "workflow_ref": files.format("app", "release", "refs/tags/*"),
        },
        "ci-audit": same
        | {
            "repository_id": "11",
            "sub": "repo:shop/infra:ref:refs/heads/main",
            "event_name": ["schedule", "workflow_dispatch"],
            "workflow_ref": files.format("infra", "nightly", "refs/heads/main"),
        },
    }
    return scene.try_policy(policy, RULE)


def the_month_as_it_was(scene: ThreeRoles) -> str:
    return scene.try_policy(as_seen(scene), RULE)


def one_after_another(scene: ThreeRoles) -> str:
    """The grid: one claim left out at a time, until nobody reads another."""
    flags = [tried(names=[n for n in NAMES if n != left])(scene) for left in NAMES]
    return max(flags)


ROUTES = {
    "the month, and a wildcard for the tag": tried(),
    "written out": written_out,
    "with the ending of the workflow": tried(
        workflow="*/app/.github/workflows/release.yml@refs/tags/v*"
    ),
}
SHUT = {
    "the month as it was": the_month_as_it_was,
    "one after another": one_after_another,
    "names without ids": tried(names=[n for n in NAMES if not n.endswith("_id")]),
    "without the audience": tried(names=NAMES[1:]),
    "any workflow": tried(every={"workflow_ref": "*"}, names=NAMES),
    "any ref": tried(every={"ref": "*", "workflow_ref": "*"}),
    "anybody": tried(every=dict.fromkeys(NAMES, "*")),
    "a rule that finds everything": tried("all: {userIdentity.type: AssumedRole}\ncondition: all"),
    "a rule that finds nothing": tried("a: {eventName: None}\ncondition: a"),
    "no rule": tried("condition: nothing"),
    "a rule for one role": tried(RULE.replace("ci-'", "ci-deploy'")),
    "people, too": tried(
        RULE.replace(
            "{userIdentity.arn|contains: ':assumed-role/ci-'}", "{userIdentity.type: AssumedRole}"
        )
    ),
    "no conditions": lambda scene: scene.try_policy({}, RULE),
    "a text": lambda scene: scene.try_policy("all", RULE),
    "a number as a value": lambda scene: scene.try_policy(as_seen(scene, ref=7), RULE),
}
