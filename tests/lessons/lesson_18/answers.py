"""Other right answers to lesson 18, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "18-1": [
        """
def answer(claims):
    wanted = {
        "aud": "sts.cloud.example",
        "environment": "production",
        "repository_id": "7",
        "repository_owner_id": "100",
        "ref": "refs/heads/main",
        "event_name": "push",
        "workflow_ref": "shop/app/.github/workflows/deploy.yml@refs/heads/main",
    }
    return wanted.items() <= {n: v for n, v in claims.items() if isinstance(v, str)}.items()
""",
        """
def answer(claims):
    repository = (claims.get("repository_id"), claims.get("repository_owner_id"))
    if claims.get("aud") != "sts.cloud.example" or repository != ("7", "100"):
        return False
    if claims.get("sub") != "repo:shop/app:environment:production":
        return False
    if claims.get("event_name") != "push" or claims.get("ref") != "refs/heads/main":
        return False
    file = "shop/app/.github/workflows/deploy.yml"
    return claims.get("workflow_ref") == file + "@refs/heads/main"
""",
        """
def answer(claims):
    try:
        return (
            claims["aud"] == "sts.cloud.example"
            and claims["sub"] == "repo:shop/app:environment:production"
            and claims["repository_id"] == "7"
            and claims["repository_owner_id"] == "100"
            and claims["ref"] == "refs/heads/main"
            and claims["event_name"] == "push"
            and claims["workflow_ref"] == "shop/app/.github/workflows/deploy.yml@refs/heads/main"
        )
    except KeyError:
        return False
""",
        """
WANTED = {
    ("aud", "sts.cloud.example"),
    ("sub", "repo:shop/app:environment:production"),
    ("repository_id", "7"),
    ("repository_owner_id", "100"),
    ("ref", "refs/heads/main"),
    ("event_name", "push"),
    ("workflow_ref", "shop/app/.github/workflows/deploy.yml@refs/heads/main"),
}
def answer(claims):
    return WANTED <= {(name, one) for name, one in claims.items() if isinstance(one, str)}
""",
    ],
    "18-4": [
        """
def answer(job):
    if job.get("environment"):
        context = f"environment:{job['environment'].replace(':', '%3A')}"
    elif job["event"] == "pull_request":
        context = "pull_request"
    else:
        context = f"ref:{job['ref']}"
    return "repo:{owner}/{repository}:".format(**job) + context
""",
        """
def answer(job):
    start = "repo:" + "/".join((job["owner"], job["repository"])) + ":"
    name = job.get("environment") or ""
    if name:
        return start + "environment:" + "%3A".join(name.split(":"))
    return start + ("pull_request" if job["event"] == "pull_request" else "ref:" + job["ref"])
""",
        """
import re
def answer(job):
    match job:
        case {"environment": str(name)} if name:
            end = "environment:" + re.sub(":", "%3A", name)
        case {"event": "pull_request"}:
            end = "pull_request"
        case _:
            end = "ref:" + job["ref"]
    return f"repo:{job['owner']}/{job['repository']}:{end}"
""",
    ],
}

# Exercise -> a change of its solution that changes nothing -> why.
EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {}
