"""Take three tokens to three doors (lesson 05): an application, an API and the token endpoint.

The application `notes` also signs people in by an ID token that its phone app brings to it:
POST /phone, the form field `token`. It sends no nonce, so it asks for none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import jwt
from werkzeug.wrappers import Request, Response

from labutils.identity import tokens
from labutils.identity.oauth import as_json
from labutils.identity.relying_party import RelyingParty, validate_id_token
from labutils.identity.resource_server import ResourceServer
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps

DOORS = ("sign-in", "API", "token endpoint")
KINDS = ("ID token", "access token", "refresh token")
FIVE_TRIES = (
    ("ID token", "sign-in"),
    ("ID token", "API"),
    ("access token", "sign-in"),
    ("access token", "API"),
    ("refresh token", "token endpoint"),
)


class PhoneSignIn(RelyingParty):
    """An application whose server also takes ID tokens from its phone app."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path != "/phone":
            return super().__call__(environ, start_response)
        return self.take(request.form.get("token", ""))(environ, start_response)

    def take(self, token: str) -> Response:
        """Sign in the person whom an ID token for this application is about, or answer 403."""
        try:
            keys = self.keys.for_token(token)
            now = self.lab.clock.now
            claims = validate_id_token(
                token, keys, issuer=self.provider, client_id=self.client_id, now=now
            )
            if jwt.get_unverified_header(token).get("typ") != "JWT":
                raise jwt.InvalidTokenError("this is a different kind of token")
        except jwt.PyJWTError as error:
            response = as_json({"error": str(error)})
            response.status_code = 403
            return response
        cookie = self.draw()
        self.sessions[cookie] = {"claims": claims}
        response = as_json({"hello": claims["sub"]})
        response.set_cookie("app", cookie, httponly=True, secure=True, samesite="Lax")
        return response


class HastyApi(ResourceServer):
    """A hasty API: it checks the signature of a token and nothing else."""

    def verify(self, token: str) -> dict[str, Any]:
        """The claims, if the provider signed them."""
        payload = tokens.verify_signature(token, self.keys.for_token(token))
        return {"scope": "", **tokens.json_object(payload, "payload")}


def three_doors(
    seed: str = "lesson-05", application: type[RelyingParty] = PhoneSignIn, **options: Any
) -> TwoApps:
    """Return fresh applications, with Ada signed in at `notes`."""
    apps = build_apps(seed, application=application, **options)
    apps.sign_in("ada", NOTES)
    return apps


def hasty(apps: TwoApps) -> TwoApps:
    """Put the hasty API in place of the API, and return the same applications."""
    apps.lab.add("api.example", HastyApi(apps.lab, API, LOGIN))
    return apps


def adas_session(apps: TwoApps) -> dict[str, Any]:
    """Return the session at `notes` that Ada began, with its tokens. Later ones may be Tom's."""
    return next(iter(apps.notes.sessions.values()))


def copied(apps: TwoApps) -> dict[str, str]:
    """Return the three tokens of Ada's that `notes` keeps, by kind. Tom has a copy of each."""
    session = adas_session(apps)
    return {kind: session[kind.lower().replace(" ", "_")] for kind in KINDS}


def as_table(grid: Mapping[tuple[str, str], bool], doors: Iterable[str] = DOORS) -> str:
    """Return a grid of tries as text: a row for each token, a column for each door."""
    columns, rows = list(doors), list(dict.fromkeys(name for name, _ in grid))
    lines = [f"{'':<15}" + "".join(f"{door:<16}" for door in columns)]
    for name in rows:
        words = ("opens" if grid.get((name, door)) else "-" for door in columns)
        lines.append(f"{name:<15}" + "".join(f"{word:<16}" for word in words))
    return "\n".join(line.rstrip() for line in lines)
