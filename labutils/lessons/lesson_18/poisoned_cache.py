"""Code inside the honest job: a pull request poisons a cache, and a later release runs it.

The shape is that of 11 May 2026 (facts ci-tanstack-cache, ci-tanstack-publish). All of it is
played: the job runs what the cache holds, and that code asks for the token like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .attackers import HONEST, SHOP
from .cloud import Cloud, Refused
from .conditions import trusting
from .forge import CLOUD, MAIN, Forge, Job, NoToken

CHANGES = {
    "narrower": "every claim compared",
    "read": "contents: read for the preview",
    "review": "a person approves each release",
    "cache": "no shared cache in the release",
    "own job": "publish in a job of its own",
    "permission": "the same, and id-token there alone",
}
EXACT = {
    "aud": CLOUD,
    "sub": "repo:shop/app:environment:production",
    "repository_id": "7",
    "repository_owner_id": "100",
    "ref": MAIN,
    "event_name": "push",
    "workflow_ref": "shop/app/.github/workflows/deploy.yml@refs/heads/main",
}
LOOSE = {"aud": CLOUD, "repository_id": "7", "ref": MAIN}
RUNNER = "198.51.100.40"


@dataclass
class Seen:
    """What came of a release: sessions that the thief got, and what the package contains."""

    sessions: list[str] = field(default_factory=list)
    package: str = "clean"


def release(*changes: str) -> Seen:
    """Play the pull request and then the release, with some of CHANGES made."""
    forge, seen = Forge(), Seen()
    cloud = Cloud(forge, {"publish": trusting(EXACT if "narrower" in changes else LOOSE)})

    def thief(job: Job) -> str:
        """The code in the cache: it asks for a token as the honest steps do."""
        try:
            session = cloud.assume("publish", forge.id_token(job), RUNNER)
            seen.sessions.append(session.access_key)
        except (NoToken, Refused):
            pass
        return "poisoned"

    preview = Job(
        SHOP, event="pull_request_target", workflow="preview.yml", base_ref="main", id_token=False
    )
    forge.save(preview, "packages", thief)  # with contents: read it is the same: nobody asks
    # Whoever reviews this release sees an honest commit on main.
    split = bool({"own job", "permission"} & {*changes})
    build = replace(
        HONEST, environment=None if split else "production", id_token="permission" not in changes
    )
    packages: Callable[[Job], str] | None = None
    if "cache" not in changes:
        packages = forge.restore(build, "packages")
    seen.package = packages(build) if packages else "clean"
    cloud.assume("publish", forge.id_token(HONEST), RUNNER)  # the step that was meant to publish
    return seen
