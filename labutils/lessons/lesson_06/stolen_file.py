"""The target of lesson 06: one stolen file, and the longest-lived access that comes of it.

GET https://api.example/notes gives Ada's notes to her access tokens, and to those of the backup
job. The flag is among them from day LONG on.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.resource_server import ResourceServer
from labutils.lab import dice
from labutils.stage.thief import Entry, morning
from labutils.stage.two_apps import API, LOGIN, build_apps
from labutils.stage.what_dies_when import act

FLAG = "flag-" + next(dice("lesson-06", "api.example/notes"))
LONG = 400  # days
DAY = 86400  # seconds
RUNBOOK = (
    "change password",
    "end session (operator)",
    "revoke refresh token",  # the one that `notes` holds now
    "drop the signing key",
)
ADA = "u-1815"

Notes = Callable[[], dict[str, str]]  # what the API gives to Ada


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


class StolenFile:
    """The scene: the file, Tom's browser, and an operator who responds an hour after the theft."""

    runbook = RUNBOOK

    def __repr__(self) -> str:
        return "a stolen file: file, runbook, tom, day, wait(days)"

    def __init__(self, flag: str | None = None) -> None:
        self._flag = flag or FLAG
        self._apps = apps = build_apps("target-06")
        self.file: list[Entry] = morning(apps)
        self._begun, self._has_responded = apps.lab.clock.now, False
        self._newest = dict(apps.notes.latest_session())
        api = NotesApi(apps.lab, API, LOGIN)
        api.notes = self._notes
        apps.lab.add("api.example", api)
        self.tom = apps.tom

    @property
    def day(self) -> int:
        """Whole days since the theft."""
        return int(self._apps.lab.clock.now - self._begun) // DAY

    def _notes(self) -> dict[str, str]:
        """Ada's notes, with the flag on day LONG and later."""
        later = f"it comes on day {LONG}; this is day {self.day}"
        return {"notes of": ADA, "flag": self._flag if self.day >= LONG else later}

    def wait(self, days: float) -> None:
        """So many days pass. In the first hour of the first wait the operator responds."""
        if not isinstance(days, int | float) or not 0 < days <= 1000:
            print("Give a number of days, up to 1000.")
            return
        end = self._apps.lab.clock.now + int(days * DAY)
        if not self._has_responded:
            self._apps.lab.clock.tick(3600)
            self._respond()
            self._has_responded = True
        self._apps.lab.clock.wait_until(end)

    def _respond(self) -> None:
        """The operator works through the runbook."""
        act(self._apps, "change password", "end session (operator)")
        form = {"client_id": "notes", "token": self._newest["refresh_token"]}
        self._apps.notes.network.post(LOGIN + "/revoke", data=form)
        act(self._apps, "drop the signing key")
