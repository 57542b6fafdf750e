"""The target of lesson 11: an API that wants proofs, and script in a page that is soon closed.

GET https://api.example/notes and /export give Ada's notes. The flag is among them once Ada has
closed the page.
"""

from collections.abc import Mapping
from typing import Any

import httpx
from werkzeug.wrappers import Request

from labutils.identity import dpop
from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError
from labutils.lab import SceneError, dice
from labutils.stage.thief import SILENT_REQUEST, VERIFIER

from .bound_tokens import NonceAPI, apps_with_dpop

FLAG = "flag-" + next(dice("lesson-11", "api.example/notes"))
ADA = "u-1815"
MOST = 5  # proofs that the script can have signed
CLOSED = 437  # seconds from the end of the script until Tom tries again, if his proofs miss it
EVER = range(60, 596)  # other such seconds: within the token's ten minutes
WINDOW = 60  # seconds: how far from its date a proof is still valid
BLOCKED = 15  # seconds after that until the API no longer answers his address


class NotesApi(NonceAPI):
    """An API with two more doors. `scene` says whether Ada has closed the page."""

    paths = ("/me", "/notes", "/export")
    scene: "Page"

    def check_holder(self, request: Request, scheme: str, token: str, claims: Json) -> None:
        if self.scene._is_over:
            raise OAuthError("access_denied", "this address is blocked", 403, "DPoP")
        if request.path != "/me" and "cnf" not in claims:
            raise OAuthError("invalid_token", "this endpoint takes bound tokens only", 401, "DPoP")
        if request.path == "/export":
            self.nonce = None
        super().check_holder(request, scheme, token, claims)

    def body(self, request: Request, claims: Json) -> Json:
        if request.path == "/me":
            return super().body(request, claims)
        later = "you get it when Ada has closed the page"
        return {
            "notes of": claims["sub"],
            "flag": self.flag(claims) if self.scene._closed else later,
        }

    def flag(self, claims: Json) -> str:
        """The flag, in the notes of Ada alone."""
        return self.scene._flag if claims["sub"] == ADA else "these are not Ada's notes"


class Page:
    """The scene: Tom's browser, Ada's token, and script in her page until she closes it."""

    link, verifier = SILENT_REQUEST, VERIFIER

    def __repr__(self) -> str:
        return "script in Ada's page: token, sign(...), visit(...), leave(), tom"

    def __init__(self, flag: str | None = None) -> None:
        self._flag = flag or FLAG
        self._apps = apps_with_dpop("target-11", api=NotesApi)
        assert isinstance(self._apps.api, NotesApi)
        self._apps.api.scene = self
        self.token = self._apps.notes.latest_session()["access_token"]
        self._closed, self._dates, self._last = False, list[int](), 0

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self._apps.tom

    @property
    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self._apps.lab.clock.now

    def sign(self, method: str, url: str, **claims: Any) -> str:
        """A proof by the key in Ada's page; `token`, `nonce` and `ahead` (seconds) are optional.

        If the page is closed, or has signed MOST, it prints a sentence and returns an empty string.
        Raises SceneError for what is not a URL.
        """
        if self._is_closed():
            return ""
        if len(self._dates) >= MOST:
            print(f"The page signs {MOST} proofs and no more: start the target again.")
            return ""
        try:
            proof = self._apps.notes.key.prove(method, url, **claims)
        except ValueError as error:
            whole = "https://api.example/export"
            raise SceneError(f"Give the whole URL of the request, such as {whole}.") from error
        self._dates.append(int(dpop.read(proof)[1]["iat"]))
        return proof

    def visit(self, url: str, params: Mapping[str, str] | None = None) -> httpx.Response | None:
        """A GET by Ada's own browser, with her cookies, as script in her page can send it."""
        return None if self._is_closed() else self._apps.ada.get(url, params=params)

    def leave(self) -> None:
        """Ada closes the page, and the script stops. Minutes pass until Tom tries again: until a
        moment that his proofs miss, if there is one."""
        self._closed = True
        missed = (wait for wait in (CLOSED, *EVER) if not self._is_covered(self.now + wait))
        self._apps.lab.clock.tick(next(missed, CLOSED))
        self._last = self.now + BLOCKED

    @property
    def _is_over(self) -> bool:
        """Whether the API no longer answers Tom."""
        return self._closed and self.now > self._last

    def _is_covered(self, moment: int) -> bool:
        """Whether a proof that the page signed is valid then, or before his address is blocked."""
        return any(date - WINDOW - BLOCKED <= moment <= date + WINDOW for date in self._dates)

    def _is_closed(self) -> bool:
        if self._closed:
            print("Ada has closed the page. No script runs there any more: start the target again.")
        return self._closed
