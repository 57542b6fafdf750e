"""A forge that runs builds, and the issuer that signs a token for each of them.

A build has no secret. It asks the forge for an ID token, whose claims say which job this is. Three
rules decide what `sub` shows (GitHub, OpenID Connect reference): an environment, or else a pull
request, or else the ref.
"""

from dataclasses import dataclass, field
from typing import Any

from labutils.identity import keys

ISSUER = "https://ci.example"
CLOUD, OTHER_CLOUD = "sts.cloud.example", "sts.other.example"
MAIN = "refs/heads/main"
LIFETIME = 300  # seconds, as in GitHub's printed example
Claims = dict[str, Any]


class NoToken(PermissionError):
    """The job may not ask for an ID token."""


@dataclass(frozen=True)
class Repository:
    """A repository by its names, which can be given away, and by its ids, which cannot.

    `numbered`: `sub` has the ids, too, as in repositories that were created after 15 July 2026.
    """

    owner: str
    owner_id: str
    name: str
    repository_id: str
    numbered: bool = False

    @property
    def full_name(self) -> str:
        """Return OWNER/REPO."""
        return f"{self.owner}/{self.name}"

    @property
    def in_subject(self) -> str:
        """Return the repository as `sub` names it."""
        if self.numbered:
            return f"{self.owner}@{self.owner_id}/{self.name}@{self.repository_id}"
        return self.full_name


@dataclass(frozen=True)
class Job:
    """A job: where its code comes from, what started it, and what it is allowed to do.

    `called` is the reusable workflow that it runs, if it is not its own. `id_token` is the
    permission `id-token: write`. `fork` is true of a pull request from somebody else's copy.
    """

    repository: Repository
    ref: str = MAIN
    event: str = "push"
    workflow: str = "deploy.yml"
    environment: str | None = None
    base_ref: str | None = None
    called: str | None = None
    id_token: bool = True
    fork: bool = False

    @property
    def workflow_ref(self) -> str:
        """Return the workflow's file with its ref."""
        return f"{self.repository.full_name}/.github/workflows/{self.workflow}@{self.ref}"


def subject(job: Job) -> str:
    """Return `sub` for a job: an environment hides the branch, a pull request hides its ref."""
    if job.environment:
        context = "environment:" + job.environment.replace(":", "%3A")
    elif job.event == "pull_request":
        context = "pull_request"
    else:
        context = f"ref:{job.ref}"
    return f"repo:{job.repository.in_subject}:{context}"


def claims_of(job: Job, audience: str = CLOUD) -> Claims:
    """Return what a token says of a job; the job chooses the audience."""
    repository = job.repository
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": subject(job),
        "repository": repository.full_name,
        "repository_id": repository.repository_id,
        "repository_owner": repository.owner,
        "repository_owner_id": repository.owner_id,
        "ref": job.ref,
        "event_name": job.event,
        "workflow_ref": job.workflow_ref,
        "job_workflow_ref": job.called or job.workflow_ref,
    }
    if job.ref.startswith(("refs/heads/", "refs/tags/")):
        claims["ref_type"] = "tag" if job.ref.startswith("refs/tags/") else "branch"
    if job.environment:
        claims["environment"] = job.environment
    if job.base_ref:
        claims["base_ref"] = job.base_ref
    return claims


@dataclass
class Forge:
    """The forge: it signs tokens for jobs, and keeps a cache for each branch."""

    now: int = 1_778_500_000
    key: keys.SigningKey = field(
        default_factory=lambda: keys.SigningKey(
            keys.ec_private_key("the builds of ci.example"), "ES256", "ci-1"
        )
    )
    cache: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def jwks(self) -> dict[str, Any]:
        """Return the public keys, which anybody may read."""
        return {"keys": [self.key.jwk]}

    def id_token(self, job: Job, audience: str = CLOUD) -> str:
        """Sign an ID token for a job. Raises NoToken if the job lacks the permission, or is a pull
        request from a fork."""
        if not job.id_token or (job.fork and job.event == "pull_request"):
            raise NoToken(f"{job.workflow} may not ask for an ID token")
        times = {"iat": self.now, "nbf": self.now, "exp": self.now + LIFETIME}
        return keys.sign({**claims_of(job, audience), **times}, self.key)

    def save(self, job: Job, name: str, content: Any) -> None:
        """Keep something in the cache of a job's branch. `pull_request_target` runs in the scope of
        the branch that it wants to change, and no permission is asked for."""
        self.cache[_scope(job), name] = content

    def restore(self, job: Job, name: str) -> Any:
        """Return what the cache of the job's branch has under a name; None if it has nothing."""
        return self.cache.get((_scope(job), name))


def _scope(job: Job) -> str:
    return f"{job.repository.repository_id} {job.ref}"
