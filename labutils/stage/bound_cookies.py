"""Session cookies that are bound to a device, as browsers bind them (lesson 11)."""

import httpx
from werkzeug.wrappers import Request, Response

from labutils.identity import dpop
from labutils.identity.oauth import OAuthError
from labutils.identity.provider import Provider
from labutils.identity.provider.app import Endpoint
from labutils.identity.provider.sign_in import with_cookie
from labutils.identity.provider.state import Session
from labutils.lab import Lab
from labutils.stage.bound_tokens import PageKey
from labutils.stage.thief import SILENT_REQUEST
from labutils.stage.two_apps import LOGIN, NOTES, TwoApps, build_apps

COOKIE_LIFE = 600  # seconds until a bound cookie must be renewed by the device's key
MINUTES = (1, 5, 9, 11, 60, 1440)  # after the theft, at which the copied cookie is tried
RENEWAL = 8  # minutes after the theft: Ada's browser renews her cookie where she is at work


class BoundCookies(Provider):
    """A provider whose session cookie is short, and is renewed by a proof of the device's key."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.device: dict[str, str] = {}  # the thumbprint of the device's key, by cookie
        self.good_until: dict[str, int] = {}  # by cookie
        self.add_endpoint("/renew", Endpoint(self.renew))

    def session_started(self, session: Session, request: Request) -> None:  # noqa: ARG002 - a hook
        self.good_until[session.cookie] = self.now + COOKIE_LIFE

    def admits(self, session: Session, request: Request) -> bool:  # noqa: ARG002 - a hook
        return self.now < self.good_until[session.cookie]

    def renew(self, request: Request) -> Response:
        """A new cookie in the place of the old one, for a proof by the session's key.

        The session learns that key on its first renewal. Raises OAuthError.
        """
        cookie = request.cookies.get("session", "")
        if self.current_session(request) is None:
            raise OAuthError("invalid_request", "there is no such session")
        key = self.device_key(request, cookie)
        session = self.sessions.pop(cookie)
        session.cookie = self.draw()
        self.sessions[session.cookie], self.device[session.cookie] = session, key
        self.good_until[session.cookie] = self.now + COOKIE_LIFE
        return with_cookie(self, Response("renewed"), session)

    def device_key(self, request: Request, cookie: str) -> str:
        """The thumbprint of the key that made the proof. Raises OAuthError for any other key."""
        try:
            return dpop.check(
                request.headers.get("DPoP", ""),
                "POST",
                self.issuer + "/renew",
                now=self.now,
                seen=self.seen_proofs,
                token=cookie,
                jkt=self.device.get(cookie),
            )
        except dpop.InvalidProof as error:
            raise OAuthError("invalid_dpop_proof", str(error)) from error


COOKIES = {
    "ordinary": (Provider, False),
    "bound, Ada away": (BoundCookies, False),
    "bound, Ada at work": (BoundCookies, True),
}


def renew(browser: httpx.Client, key: PageKey, cookie: str) -> httpx.Response:
    """Ask for a new cookie, with a proof by this key for the old one."""
    proof = key.prove("POST", LOGIN + "/renew", token=cookie)
    return browser.post(LOGIN + "/renew", headers={"cookie": f"session={cookie}", "dpop": proof})


def cookie_opens(apps: TwoApps, cookie: str) -> bool:
    """Whether the provider gives Tom a code for this cookie."""
    header = {"cookie": f"session={cookie}"}
    answer = apps.tom.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    return "code=" in answer.headers["location"]


def cookie_minutes(provider: type[Provider], at_work: bool) -> int:
    """The last minute in which a copied session cookie opens the provider."""
    apps = build_apps("lesson-11", provider=provider)
    device, begun, last = PageKey(apps.lab), apps.lab.clock.now, 0
    toms = PageKey(Lab("tom", "2023-10-18T09:00:00Z"))
    apps.sign_in("ada", NOTES)
    renew(apps.ada, device, apps.session_cookie)
    copied = apps.session_cookie
    for minute in MINUTES:
        if at_work and minute > RENEWAL:
            at_work = False  # once is enough
            apps.lab.clock.wait_until(begun + RENEWAL * 60)
            renew(apps.ada, device, apps.session_cookie)
        apps.lab.clock.wait_until(begun + minute * 60)
        renew(apps.tom, toms, copied)  # with a key of his own, it is refused
        if cookie_opens(apps, copied):
            last = minute
    return last
