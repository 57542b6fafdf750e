"""Session cookies that are bound to a device, as browsers bind them (lesson 11)."""

from collections.abc import Callable
from functools import cache

import httpx
from werkzeug.wrappers import Request, Response

from labutils.identity import dpop
from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError
from labutils.identity.provider import Provider
from labutils.identity.provider.app import Endpoint
from labutils.identity.provider.sign_in import with_cookie
from labutils.identity.provider.state import Session
from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.stage.two_apps import LOGIN, NOTES, TwoApps, build_apps

from .bound_tokens import TOMS_KEY, PageKey

DAY = 86_400  # seconds: the longest time that is tried
LIVES = (120, 600, 3600)  # seconds until a bound cookie must be renewed by the device's key


Renewal = Callable[[dict[str, str | None], str, str, Callable[[], str]], str]


def course_renewal(
    bound: dict[str, str | None], cookie: str, key: str, draw: Callable[[], str]
) -> str:
    """A new cookie in place of the old one, bound to the key. Raises ValueError for a cookie that
    is not valid, and for a key that is not the one it is bound to."""
    if cookie not in bound or bound[cookie] not in (None, key):
        raise ValueError("there is no such session, or it is bound to another key")
    del bound[cookie]
    new = draw()
    bound[new] = key
    return new


class BoundCookies(Provider):
    """A provider whose session cookie is short, and is renewed by a proof of the device's key."""

    cookie_life = 600
    renewal: Renewal = staticmethod(course_renewal)

    def __post_init__(self) -> None:
        super().__post_init__()
        # the thumbprint of the device's key, by cookie; None until the first renewal
        self.bound: dict[str, str | None] = {}
        self.good_until: dict[str, int] = {}  # by cookie
        self.add_endpoint("/renew", Endpoint(self.renew))

    def session_started(self, session: Session, request: Request) -> None:  # noqa: ARG002 - a hook
        self.bound[session.cookie] = None
        self.good_until[session.cookie] = self.now + self.cookie_life

    def admits(self, session: Session, request: Request) -> bool:  # noqa: ARG002 - a hook
        return self.now < self.good_until[session.cookie]

    def renew(self, request: Request) -> Response:
        """A new cookie in place of the old one, for a proof by the session's key.

        The session learns that key on its first renewal. Raises OAuthError.
        """
        cookie = request.cookies.get("session", "")
        if self.current_session(request) is None:
            raise OAuthError("invalid_request", "there is no such session")
        key = self.device_key(request, cookie)
        try:
            new = self.renewal(self.bound, cookie, key, self.draw)
        except (ValueError, dpop.InvalidProof) as error:
            raise OAuthError("invalid_request", str(error)) from error
        session = self.sessions.pop(cookie)
        session.cookie, self.sessions[new] = new, session
        self.good_until[session.cookie] = self.now + self.cookie_life
        return with_cookie(self, Response("renewed"), session)

    def device_key(self, request: Request, cookie: str) -> str:
        """The thumbprint of the key that made the proof. Raises OAuthError where it is none."""
        try:
            return dpop.check(
                request.headers.get("DPoP", ""),
                "POST",
                self.issuer + "/renew",
                now=self.now,
                seen=self.seen_proofs,
                token=cookie,
            )
        except dpop.InvalidProof as error:
            raise OAuthError("invalid_dpop_proof", str(error)) from error


def renew(browser: httpx.Client, key: PageKey, cookie: str) -> httpx.Response:
    """Ask for a new cookie, with a proof by this key for the old one."""
    proof = key.prove("POST", LOGIN + "/renew", token=cookie)
    return browser.post(LOGIN + "/renew", headers={"cookie": f"session={cookie}", "dpop": proof})


def cookie_opens(apps: TwoApps, cookie: str) -> bool:
    """Whether the provider gives Tom a code for this cookie."""
    header = {"cookie": f"session={cookie}"}
    answer = apps.tom.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    return "code=" in answer.headers["location"]


# --- a thief who copies the cookie, or who sits on the device -----------------------------------


class Morning:
    """Ada signs in, and a key is bound to her session. Then Tom copies the cookie."""

    def __init__(self, provider: type[Provider], *, toms_key_first: bool = False):
        self.apps = build_apps("lesson-11", provider=provider)
        self.device, self.toms = PageKey(self.apps.lab), PageKey(self.apps.lab, TOMS_KEY)
        self.apps.sign_in("ada", NOTES)
        first = self.toms if toms_key_first else self.device
        renew(self.apps.ada, first, self.apps.session_cookie)
        self.copied, self.begun = self.apps.session_cookie, self.apps.lab.clock.now

    def renewed(self, second: int, browser: httpx.Client, key: PageKey) -> str:
        """The cookie that a browser has at `second`, if it renews with this key all the time.

        It renews at eight tenths of the life. The old cookie stays where a renewal is refused.
        """
        life, cookie = getattr(self.apps.provider, "cookie_life", DAY), self.copied
        for moment in range(life * 8 // 10, second, life * 8 // 10):
            self.apps.lab.clock.wait_until(self.begun + moment - 1)
            cookie = renew(browser, key, cookie).cookies.get("session") or cookie
        return cookie

    def opens(self, second: int, cookie: str) -> bool:
        """Whether this cookie gives Tom a code, `second` seconds after the theft."""
        self.apps.lab.clock.wait_until(self.begun + second - 1)
        return cookie_opens(self.apps, cookie)


def bound(life: int, renewal: Renewal = course_renewal) -> type[BoundCookies]:
    """A provider whose cookies must be renewed within so many seconds, by this function."""
    settings = {"cookie_life": life, "renewal": staticmethod(renewal)}
    return type("BoundCookies", (BoundCookies,), settings)


@cache
def ordinary(second: int, _life: int = 600, _renewal: Renewal = course_renewal) -> bool:
    """A cookie without a key."""
    morning = Morning(Provider)
    return morning.opens(second, morning.copied)


@cache
def away(second: int, life: int = 600, renewal: Renewal = course_renewal) -> bool:
    """Ada is away. Tom tries to renew the copy with a key of his own."""
    morning = Morning(bound(life, renewal))
    return morning.opens(second, morning.renewed(second, morning.apps.tom, morning.toms))


@cache
def at_work(second: int, life: int = 600, renewal: Renewal = course_renewal) -> bool:
    """Ada's browser renews its cookie. Tom has the first one."""
    morning = Morning(bound(life, renewal))
    morning.renewed(second, morning.apps.ada, morning.device)
    return morning.opens(second, morning.copied)


@cache
def malware(second: int, life: int = 600, renewal: Renewal = course_renewal) -> bool:
    """Malware on Ada's device lets the device's key renew, and sends Tom each new cookie."""
    morning = Morning(bound(life, renewal))
    return morning.opens(second, morning.renewed(second, morning.apps.ada, morning.device))


@cache
def there_at_sign_in(second: int, life: int = 600, renewal: Renewal = course_renewal) -> bool:
    """Malware was there when the session began, and had Tom's key bound in place of Ada's."""
    morning = Morning(bound(life, renewal), toms_key_first=True)
    return morning.opens(second, morning.renewed(second, morning.apps.tom, morning.toms))


class Spent(Morning):
    """Tom spends the copied cookie at once, on a silent request, and trades the code for tokens."""

    def __init__(self, life: int = 600):
        super().__init__(bound(life))
        header = {"cookie": f"session={self.copied}"}
        landing = self.apps.tom.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
        self.tokens = self.ask_for_tokens(
            grant_type="authorization_code",
            code=query(landing.headers["location"])["code"],
            redirect_uri=NOTES + "/cb",
            code_verifier=VERIFIER,
        )

    def ask_for_tokens(self, **form: str) -> Json:
        """What the token endpoint answers Tom, who speaks for the public client of the notes."""
        data = {"client_id": "notes", **form}
        answer: Json = self.apps.tom.post(LOGIN + "/token", data=data).json()
        return answer

    def opens_later(self, hours: int) -> dict[str, bool]:
        """So many hours after the theft: does the cookie open, and does the refresh token?"""
        cookie = self.opens(hours * 3600, self.copied)
        renewed = self.ask_for_tokens(
            grant_type="refresh_token", refresh_token=self.tokens["refresh_token"]
        )
        return {"cookie": cookie, "refresh token": "access_token" in renewed}


COOKIES = {
    "ordinary": ordinary,
    "bound, Ada away": away,
    "bound, Ada at work": at_work,
    "bound, malware stays": malware,
    "bound, malware first": there_at_sign_in,
}


def last_seconds(renewal: Renewal) -> list[dict[str, str]]:
    """A row for each cookie: for how long it worked, where cookies are renewed by this function."""
    rows = []
    for name, way in COOKIES.items():
        last = last_second(way, renewal=renewal)
        worked = "still works a day later" if last == DAY else f"last worked after {last} seconds"
        rows.append({"cookie": name, "for Tom": worked})
    return rows


def last_second(
    way: Callable[[int, int, Renewal], bool], life: int = 600, renewal: Renewal = course_renewal
) -> int:
    """The last second after the theft at which a cookie opens; a day where it still does then."""
    if way(DAY, life, renewal):
        return DAY
    low, high = 0, 2 * life  # what is dead then stays dead
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if way(middle, life, renewal) else (low, middle)
    return low
