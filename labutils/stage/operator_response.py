"""The target of lesson 05: a thief who wants to stay in, and an operator who responds.

GET https://api.example/notes gives Ada's notes to her own access tokens, and to those of the
backup job. GET https://notes.example/notes gives them to her sessions there. The flag is among them
once the operator has responded.
"""

from collections.abc import Callable
from typing import Any

import httpx
from werkzeug.wrappers import Request

from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.lab import dice
from labutils.stage.three_doors import copied
from labutils.stage.two_apps import API, LOGIN, NOTES
from labutils.stage.what_dies_when import LINK, SECRET, VERIFIER, act, asking_doors

FLAG = "flag-" + next(dice("lesson-05", "api.example/notes"))
ADA = "u-1815"
MOST = 1  # credential that Tom has time to copy
RUNBOOK = (
    "change password",
    "reset second factor",
    "log out at the wiki",
    "end session (operator)",
    "revoke refresh token",
    "drop the signing key",
    "replace the client secret",
)
WAIT = 3600  # seconds from the response until Tom tries


Notes = Callable[[], dict[str, str]]  # what the API and the application give to Ada


class NotesApi(ResourceServer):
    """The API with one more door, GET /notes."""

    notes: Notes

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path != "/notes":
            return super().__call__(environ, start_response)
        try:
            claims = self.claims(presented_token(request)[1])
            if claims["sub"] not in (ADA, "backup"):
                raise OAuthError("insufficient_scope", "these are Ada's notes", 403, "Bearer")
            response = as_json(self.notes())
        except OAuthError as refusal:
            response = refused(refusal)
        return response(environ, start_response)


class NotesApp(RelyingParty):
    """The application with one more page, GET /notes, at notes.example alone. It takes no ID token
    from a phone."""

    notes: Notes

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path != "/notes" or self.origin != NOTES:
            return super().__call__(environ, start_response)
        session = self.sessions.get(request.cookies.get("app", ""), {"claims": {"sub": ""}})
        is_ada = session["claims"]["sub"] == ADA
        response = as_json(self.notes() if is_ada else {"error": "these are Ada's notes"})
        response.status_code = 200 if is_ada else 403
        return response(environ, start_response)


class Response:
    """The scene: Tom's browser, one thing that he may copy, and the operator's response."""

    link, verifier, runbook = LINK, VERIFIER, RUNBOOK

    def __repr__(self) -> str:
        return "a moment at the laptop: menu, runbook, steal(...), respond(), tom, link, verifier"

    def __init__(self, flag: str | None = None) -> None:
        self._flag = flag or FLAG
        self._apps = apps = asking_doors("target-05", application=NotesApp)
        self._is_over, self._copies = False, dict[str, str]()
        api = NotesApi(apps.lab, API, LOGIN)
        api.notes = self._notes
        apps.lab.add("api.example", api)
        assert isinstance(apps.notes, NotesApp)
        apps.notes.notes = self._notes
        self._menu = {
            "session at the provider": apps.session_cookie,
            "session at the wiki": next(iter(apps.wiki.sessions)),
            **copied(apps),
            "machine token": apps.machine_token(apps.lab.browser("backup", "192.0.2.220")),
            "client secret": SECRET,
        }
        self.menu = tuple(self._menu)

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self._apps.tom

    def _notes(self) -> dict[str, str]:
        """Ada's notes, with the flag once the operator has responded."""
        later = "it comes after the operator's response"
        return {"notes of": ADA, "flag": self._flag if self._is_over else later}

    def steal(self, *names: str) -> dict[str, str]:
        """A copy of one thing of `menu`, by its name. Prints a sentence where it gives none."""
        unknown = [name for name in names if name not in self.menu]
        if self._is_over:
            print("The operator has responded. Nothing is left to copy: start the target again.")
        elif unknown:
            print(f"There is no {unknown[0]!r} on the menu. The menu is: {', '.join(self.menu)}.")
        elif len({*self._copies, *names}) > MOST:
            print("There is only time to copy one credential. Start the target again.")
        else:
            self._copies |= {name: self._menu[name] for name in names}
        return dict(self._copies)

    def respond(self) -> None:
        """The operator works through the runbook. Then an hour passes."""
        if not self._is_over:
            act(self._apps, *RUNBOOK)
            self._apps.lab.clock.tick(WAIT)
            self._is_over = True
            print(f"The operator did: {', '.join(RUNBOOK)}. An hour has passed.")
