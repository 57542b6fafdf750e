"""A request of Ada's that Tom stops on its way: what he can do with it, proof and all."""

from dataclasses import dataclass

import httpx

from labutils.identity.resource_server import ResourceServer
from labutils.stage.two_apps import API

from .bound_tokens import DATA, DpopApps, apps_with_dpop, dpop_headers


class TwoDoors(ResourceServer):
    """An API with a second address, which wants a proof as well."""

    paths = ("/me", "/notes")


@dataclass(frozen=True)
class Use:
    """How Tom uses the request: what he changes in it, how late, and after how many uses."""

    words: str
    method: str = "GET"
    url: str = DATA
    other_token: bool = False
    wait: int = 0
    uses_before: int = 0


USES = (
    Use("her request, as it was"),
    Use("with ?all=1 after it", url=DATA + "?all=1"),
    Use("as it was, once more", uses_before=1),
    Use("as it was, two minutes later", wait=120),
    Use("with POST for GET", method="POST"),
    Use("for /notes", url=API + "/notes"),
    Use("with another token of hers", other_token=True),
)


def stopped() -> tuple[DpopApps, str, str, str]:
    """Return apps, two access tokens of Ada's, and her page's proof for a request with the first
    that never arrived."""
    apps = apps_with_dpop("lesson-11/stopped", TwoDoors)
    token = apps.notes.latest_session()["access_token"]
    other = apps.notes.refresh()["access_token"]
    return apps, token, other, apps.notes.key.prove("GET", DATA, token=token)


def used() -> list[tuple[Use, httpx.Response]]:
    """Return what the API answers to each use, each in a copy of the lab."""
    begun, token, other, proof = stopped()
    answers = []
    for use in USES:
        apps = begun.copy()
        apps.lab.clock.tick(use.wait)
        headers = dpop_headers(other if use.other_token else token, proof)
        for _ in range(use.uses_before + 1):
            answer = apps.tom.request(use.method, use.url, headers=headers)
        answers.append((use, answer))
    return answers


def rows_of(answers: list[tuple[Use, httpx.Response]]) -> list[dict[str, object]]:
    """Return the answers as rows of a table."""
    return [
        {
            "Tom sends it": use.words,
            "status": answer.status_code,
            "why": answer.json().get("error_description", ""),
        }
        for use, answer in answers
    ]
