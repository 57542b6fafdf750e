"""A client that discovers where its tokens come from, and strangers who write that document.

The client has credentials for one authorization server. A document says where the endpoints are
(RFC 8414, 2), and the client sends its credentials to the token endpoint, if it goes on at all.
"""

from collections.abc import Callable

from werkzeug.wrappers import Request, Response

from labutils.identity.keys import Json
from labutils.lab import Lab
from labutils.stage.small_app import SmallApp

ISSUER, TOMS = "https://login.example", "https://tom.example"
REMEMBERED: Json = {"issuer": ISSUER, "hosts": ["login.example", "keys.example"]}
SECRET = "the-agent-keeps-this"  # noqa: S105 - of the lab
Proceed = Callable[[Json, Json], bool]


def document(**changes: object) -> Json:
    """Return the metadata of the authorization server, with changes; None takes a member out."""
    metadata = {
        "issuer": ISSUER,
        "authorization_endpoint": ISSUER + "/authorize",
        "token_endpoint": ISSUER + "/token",
        "code_challenge_methods_supported": ["S256"],
        **changes,
    }
    return {name: value for name, value in metadata.items() if value is not None}


# Ten documents: what each is, and what is in it.
DOCUMENTS = {
    "the company's own": document(),
    "its token endpoint moved to keys.example": document(token_endpoint="https://keys.example/t"),
    "Tom's own server": document(
        issuer=TOMS,
        authorization_endpoint=TOMS + "/authorize",
        token_endpoint=TOMS + "/token",
    ),
    "the company's, and Tom's token endpoint": document(token_endpoint=TOMS + "/token"),
    "the company's, and one that begins alike": document(
        token_endpoint=ISSUER + ".tom.example/token"
    ),
    "the company's, and a name before an @": document(
        token_endpoint="https://login.example@tom.example/token"
    ),
    "a token endpoint within the network": document(token_endpoint="https://169.254.169.254/token"),
    "an endpoint that is no address": document(authorization_endpoint="javascript:alert(1)"),
    "no PKCE": document(code_challenge_methods_supported=None),
    "PKCE in plain text": document(code_challenge_methods_supported=["plain"]),
}


class Listener(SmallApp):
    """A host that keeps whatever credentials come to it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def answer(self, request: Request) -> Response:
        """Keep what proves the sender."""
        self.heard.append(request.headers.get("Authorization", ""))
        return Response("{}", mimetype="application/json")


def who_hears(metadata: Json, proceed: Proceed) -> str:
    """Return the host that gets the client's credentials under this document; nobody: empty."""
    lab = Lab("lesson-19/stranger", "2026-11-30T09:00:00Z")
    hosts = ("login.example", "keys.example", "tom.example", "login.example.tom.example")
    listeners = {host: Listener() for host in (*hosts, "169.254.169.254")}
    for host, app in listeners.items():
        lab.add(host, app)
    if proceed(metadata, REMEMBERED):
        agent = lab.browser("agent", "192.0.2.30")
        agent.post(metadata["token_endpoint"], auth=("agent", SECRET))
    return next((host for host, app in listeners.items() if app.heard), "")
