"""An API whose check of a proof somebody else wrote, and what script in a page gets from it."""

from werkzeug.wrappers import Request

from labutils.identity import dpop
from labutils.identity.resource_server import ResourceServer

from .bound_tokens import Theft, apps_with_dpop, in_advance, own_key, script_in_page
from .one_check_off import Check

# What Tom does with one second in Ada's page, by when he uses it.
ONE_SECOND: dict[str, tuple[str, Theft]] = {
    "at once": ("a proof by her key", script_in_page),
    "50 seconds later": ("a proof by her key, dated when it was made", in_advance(50)),
    "2 minutes later": ("a proof by her key, dated when it was made", in_advance(120)),
    "9 minutes later": ("a proof by her key, dated nine minutes ahead", in_advance(540, 540)),
    "3 hours later": ("a token that he asked for, and a proof by his own key", own_key),
}


def guarded_by(check: Check) -> type[ResourceServer]:
    """Return an API that asks this check about each proof; to raise is to refuse."""
    return type("GuardedAPI", (GuardedAPI,), {"asks": staticmethod(check)})


class GuardedAPI(ResourceServer):
    """An API that asks `asks` about each proof that comes with a bound token."""

    asks: Check

    def check_proof(self, request: Request, scheme: str, token: str, jkt: str | None) -> None:
        """As every API; but what a proof must be, `asks` says."""
        if jkt is None or scheme == "bearer":
            super().check_proof(request, scheme, token, jkt)
        proof = request.headers.get("DPoP", "")
        asked = {
            "method": request.method,
            "url": self.origin + request.path,
            "now": self.lab.clock.now,
            "token": token,
            "jkt": jkt,
            "seen": self.seen_proofs,
        }
        try:
            self.asks(proof, asked)
        except Exception as error:
            raise dpop.InvalidProof(str(error) or type(error).__name__) from error


def one_second_in_her_page(check: Check) -> list[dict[str, str]]:
    """Return what each use of that second gets from an API with this check, a row each."""
    rows = []
    for when, (how, attempt) in ONE_SECOND.items():
        apps = apps_with_dpop(api=guarded_by(check))
        answer = attempt(apps, apps.notes.latest_session()["access_token"])
        said = answer.json().get("error_description", "")
        rows.append({"when": when, "with": how, "your API": said or "lets him in"})
    return rows
