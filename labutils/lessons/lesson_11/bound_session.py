"""A session that is bound to Ada's device as browsers do it, and five thieves (lesson 11)."""

from collections.abc import Callable
from functools import cached_property

import httpx

from labutils.identity import dbsc
from labutils.identity.dbsc import BoundSessions, Device, Refresh, refresh_session
from labutils.identity.dpop import read
from labutils.lab import Exchange
from labutils.stage.two_apps import LOGIN, NOTES, build_apps

from .bound_cookies import cookie_opens

MOMENTS = {"after 5 minutes": 300, "after 11": 660, "tomorrow": 86_400}
HERS, HIS = "the key in Ada's device", "a key in Tom's laptop"
HEADERS = (dbsc.REGISTRATION, dbsc.SESSION_ID, dbsc.CHALLENGE, dbsc.RESPONSE)


class BoundMorning:
    """Ada signs in, and her browser registers a key for the session. Then Tom copies the cookie.

    With `first`, it is this device that registers its key.
    """

    def __init__(self, refreshes: Refresh = refresh_session, first: Device | None = None):
        provider = type("Bound", (BoundSessions,), {"refreshes": staticmethod(refreshes)})
        self.apps = build_apps("lesson-11/bound-session", provider=provider)
        self.apps.sign_in("ada", NOTES)
        offered = (one.header(dbsc.REGISTRATION.lower()) for one in self.apps.lab.wire)
        header = next(filter(None, offered))
        started = dbsc.register(self.apps.ada, LOGIN, first or self.device, header)
        self.session: str = started.json()["session_identifier"]
        self.copied, self.begun = self.apps.session_cookie, self.apps.lab.clock.now

    @cached_property
    def device(self) -> Device:
        """Ada's device, with the chip that holds her key."""
        return Device(HERS)

    def wait(self, second: int) -> None:
        """Let time pass until so many seconds after the theft."""
        self.apps.lab.clock.wait_until(self.begun + second)

    def refreshed(self, browser: httpx.Client, device: Device, *, with_key: bool = False) -> str:
        """The cookie that a browser has after a refresh; where it is refused, the copied one."""
        answer = dbsc.refresh(browser, LOGIN, device, self.session, with_key=with_key)
        return answer.cookies.get("session") or self.copied


# --- five thieves: what each brings to the provider at a moment ---------------------------------

Thief = Callable[[Refresh, int], bool]  # whether he gets in, so many seconds after the theft


def copied_cookie(refreshes: Refresh, second: int) -> bool:
    """Tom has her cookie, from a recording."""
    morning = BoundMorning(refreshes)
    morning.wait(second)
    return cookie_opens(morning.apps, morning.copied)


def own_key_at_refresh(refreshes: Refresh, second: int) -> bool:
    """Tom knows the session's name as well, and answers the challenge with a key of his own."""
    morning = BoundMorning(refreshes)
    morning.wait(second)
    cookie = morning.refreshed(morning.apps.tom, Device(HIS), with_key=True)
    return cookie_opens(morning.apps, cookie)


def malware_that_stays(refreshes: Refresh, second: int) -> bool:
    """A program on her device asks the chip to sign, and sends Tom the cookie."""
    morning = BoundMorning(refreshes)
    morning.wait(second)
    return cookie_opens(morning.apps, morning.refreshed(morning.apps.ada, morning.device))


def malware_at_sign_in(refreshes: Refresh, second: int) -> bool:
    """A program was there when she signed in, and had Tom's key registered. It has left since."""
    morning = BoundMorning(refreshes, first=Device(HIS))
    morning.wait(second)
    return cookie_opens(morning.apps, morning.refreshed(morning.apps.tom, Device(HIS)))


def key_from_a_file(refreshes: Refresh, second: int) -> bool:
    """Her browser had no chip and kept the key in a file, which Tom copied with the cookie."""
    morning = BoundMorning(refreshes)
    morning.wait(second)
    return cookie_opens(morning.apps, morning.refreshed(morning.apps.tom, Device(HERS)))


THIEVES: dict[str, Thief] = {
    "a copy of the cookie": copied_cookie,
    "the same, and a key of his own": own_key_at_refresh,
    "malware that stays on her device": malware_that_stays,
    "malware that was there at sign-in": malware_at_sign_in,
    "a copy of a key that was in a file": key_from_a_file,
}


def thefts(refreshes: Refresh = refresh_session) -> list[dict[str, str]]:
    """Return a row for each thief: when he gets in, at a provider that refreshes so."""
    return [
        {"Tom has": name}
        | {when: "in" if thief(refreshes, at) else "out" for when, at in MOMENTS.items()}
        for name, thief in THIEVES.items()
    ]


# --- what goes over the network -----------------------------------------------------------------


def messages() -> list[dict[str, str]]:
    """Return what her browser and the provider say of the session: at the sign-in, and at a
    refresh, eleven minutes later."""
    morning = BoundMorning()
    morning.wait(MOMENTS["after 11"])
    morning.refreshed(morning.apps.ada, morning.device)
    return [row for one in morning.apps.lab.wire for row in _rows_of(one)]


def _rows_of(one: Exchange) -> list[dict[str, str]]:
    """The headers of one exchange that are about the session, a row each."""
    asked, answered = dict(one.request_headers), dict(one.response_headers)
    rows = [
        {"from": sender, "at": one.path, "header": name, "value": _read_out(headers[name.lower()])}
        for sender, headers in (("browser", asked), ("provider", answered))
        for name in HEADERS
        if name.lower() in headers
    ]
    cookie = answered.get("set-cookie", "").partition(";")[0]
    if rows and cookie.startswith("session="):
        rows.append({"from": "provider", "at": one.path, "header": "Set-Cookie", "value": cookie})
    return rows


def _read_out(value: str) -> str:
    """A header as it is; of a JWT, what is signed in it, without the numbers of the key."""
    if value.count(".") != 2:
        return value
    header, claims = read(value)
    key = ", and a new public key" if "jwk" in header else ""
    return f"signed: typ {header['typ']}, jti {claims['jti']}{key}"
