"""Ways in that no key can refuse, and the settings of a company that close them (lesson 13).

Each is tried against five ways of signing in, with the relay, the page and the polling that the
learner wrote.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.client import ClientError

from labutils.identity.keys import b64
from labutils.identity.oauth import bearer
from labutils.identity.person import fill, sign_in
from labutils.identity.provider.state import DEVICE_CODE, Client, ConsentPolicy, DeviceGrant
from labutils.identity.security_key import SecurityKey, press
from labutils.stage.thief import query
from labutils.stage.two_apps import API, LOGIN

from . import phishing
from .authenticators import FACTORS, Account, with_key_or_code
from .settings_around_a_key import OPEN, Company

OFFICE = "192.0.2.0/24"
FREE_CALENDAR, CALENDAR = "https://free-calendar.test", "https://calendar.example"
MAIL = "openid offline_access mail.read"  # what a calendar asks for
VERIFIER = "a-verifier-that-the-one-who-asks-keeps-to-itself"
QUESTIONS = frozenset({"birthday", "staff number"})  # both stand on a page about Ada
OWN = frozenset({"wiki", "notes", "screen"})  # clients that the company runs itself

# What a learner writes in 13-4: a browser, the answer to the device authorization request, and
# what waits some seconds. It returns the tokens, or the error that ended it.
Poll = Callable[[httpx.Client, dict[str, Any], Callable[[int], None]], Any]


def poll(browser: httpx.Client, started: dict[str, Any], wait: Callable[[int], None]) -> Any:
    """Ask for tokens until a person has answered (RFC 8628, 3.4 and 3.5)."""
    form = {"grant_type": DEVICE_CODE, "client_id": "screen"}
    form["device_code"] = started["device_code"]
    interval = started["interval"]
    while True:
        wait(interval)
        answer = browser.post(LOGIN + "/token", data=form)
        error = answer.json().get("error")
        if error == "slow_down":
            interval += 5
        elif error != "authorization_pending":
            return error or answer.json()


@dataclass(frozen=True)
class Kit:
    """What Tom works with: functions of the learner's."""

    without_key: Callable[[str], str]
    poll: Poll = poll


# --- the company --------------------------------------------------------------------------------


def employ(factor: str, company: Company = OPEN) -> Account:
    """Ada's account, with this way of signing in, at a company that decided so."""
    both = factor == "security key" and company["codes"] == "taken"
    account = with_key_or_code() if both else FACTORS[factor]()
    provider = account.apps.provider
    provider.clients |= {
        "screen": Client("screen", grant_types=(DEVICE_CODE,)),
        "calendar": Client("calendar", (CALENDAR + "/cb",), scope=MAIL),
        "free-calendar": Client("free-calendar", (FREE_CALENDAR + "/cb",), scope=MAIL),
    }
    if company["devices"] != "off":
        networks = (OFFICE,) if company["devices"] == "from the office" else ()
        provider.offer_device_grant(DeviceGrant(networks=networks))
    if company["consent"] != "people decide":
        approved = OWN | ({"calendar"} if company["consent"] == "approved clients" else set())
        provider.consent_policy = ConsentPolicy(approved, low_risk=frozenset())
    return account


def help_desk(account: Account, company: Company, shown: frozenset[str]) -> bool:
    """Somebody rings up as Ada, and has lost her second factor. Is it taken away?

    `shown` is what the caller can say or show.
    """
    wanted = {"questions": QUESTIONS, "second key": frozenset({"second key"})}
    needed = wanted.get(company["recovery"])
    is_believed = needed is not None and needed <= shown
    account.apps.lab.log("help desk", "factor.reset", "success" if is_believed else "failure")
    if is_believed:
        account.apps.provider.reset_second_factor("ada")
    return is_believed


# --- what Tom does ------------------------------------------------------------------------------


def device_code_phish(account: Account, poll: Poll = poll) -> str | None:
    """Tom begins a sign-in of a device, and sends Ada the address of the real page (RFC 8628, 5.4).

    She signs in there, with whatever she has. The access token, or None.
    """
    form = {"client_id": "screen", "scope": "openid profile"}
    answer = account.apps.tom.post(LOGIN + "/device_authorization", data=form)
    if not answer.is_success:
        return None
    started = answer.json()
    visit(account, started["verification_uri_complete"])
    tokens = poll(account.apps.tom, started, account.apps.lab.clock.tick)
    return tokens.get("access_token") if isinstance(tokens, dict) else None


def consent_phish(account: Account) -> dict[str, Any]:
    """Tom registers a client that wants much, and sends Ada its link (ATT&CK T1528).

    She signs in at the real page, and says yes. The token endpoint's answer to Tom.
    """
    landed = visit(account, consent_link("free-calendar", FREE_CALENDAR), until=FREE_CALENDAR)
    code = query(landed.headers.get("location", "")).get("code", "")
    return redeem(account.apps.tom, "free-calendar", FREE_CALENDAR, code)


def consent_link(client_id: str, origin: str) -> str:
    """An authorization request for mail (RFC 6749, 4.1.1)."""
    challenge = b64(hashlib.sha256(VERIFIER.encode()).digest())
    params = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": origin + "/cb",
        "scope": MAIL,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return str(httpx.URL(LOGIN + "/authorize", params=params))


def redeem(browser: httpx.Client, client_id: str, origin: str, code: str) -> dict[str, Any]:
    """The token endpoint's answer to a code of this client."""
    form = {"grant_type": "authorization_code", "client_id": client_id, "code": code}
    form |= {"redirect_uri": origin + "/cb", "code_verifier": VERIFIER}
    answer: dict[str, Any] = browser.post(LOGIN + "/token", data=form).json()
    return answer


def recovery_phish(account: Account, company: Company) -> httpx.Client:
    """Tom rings up as Ada, and then signs in with her password and adds a key of his own."""
    tom = account.apps.tom
    if help_desk(account, company, shown=QUESTIONS):
        page = sign_in(tom, LOGIN + "/keys", "ada", account.password)
        fill(tom, page, answer=press(SecurityKey("Tom's key"), page))
    return tom


def visit(account: Account, link: str, until: str | None = None) -> httpx.Response:
    """Ada opens a link to the real provider, signs in if she is asked, and says yes."""
    ada = account.apps.ada
    return sign_in(ada, link, "ada", account.password, answer=account.answer, until=until)


def reads_as_ada(browser: httpx.Client, token: str | None) -> bool:
    """Whether the API gives Ada's data for this access token."""
    answer = browser.get(API + "/me", headers=bearer(token or "none"))
    return answer.is_success and answer.json()["sub"] == "u-1815"


Attack = Callable[[Account, Company, Kit], bool]
ATTACKS: dict[str, Attack] = {
    "leaked": lambda account, _company, _kit: phishing.is_in(phishing.leaked_password(account)),
    "all evening": lambda account, _company, _kit: phishing.is_in(phishing.push_fatigue(account)),
    "relay": lambda account, _company, _kit: phishing.is_in(
        phishing.through_relay(account).network
    ),
    "downgrade": lambda account, _company, kit: phishing.is_in(
        phishing.through_relay(account, page=kit.without_key).network
    ),
    "device code": lambda account, _company, kit: reads_as_ada(
        account.apps.tom, device_code_phish(account, kit.poll)
    ),
    "consent": lambda account, _company, _kit: reads_as_ada(
        account.apps.tom, consent_phish(account).get("access_token")
    ),
    "help desk": lambda account, company, _kit: phishing.is_in(recovery_phish(account, company)),
    "after login": lambda account, _company, _kit: phishing.is_in(phishing.stolen_session(account)),
}


def gets_in(attack: str, factor: str, kit: Kit, company: Company = OPEN) -> bool:
    """Whether an attack on a fresh account ends with Tom in."""
    try:
        return ATTACKS[attack](employ(factor, company), company, kit)
    except ClientError:  # Ada's browser, or her key, refused
        return False


# --- what ends a grant --------------------------------------------------------------------------


def change_password(account: Account, _tokens: dict[str, Any]) -> None:
    """Ada changes her password."""
    account.apps.provider.change_password("ada", "another-engine-1843")


def replace_key(account: Account, _tokens: dict[str, Any]) -> None:
    """Ada gets a new key, and the old one is removed."""
    provider = account.apps.provider
    provider.reset_second_factor("ada")
    page = sign_in(account.apps.ada, LOGIN + "/keys", "ada", account.password)
    fill(account.apps.ada, page, answer=press(SecurityKey("Ada's new key"), page))


def end_sessions(account: Account, _tokens: dict[str, Any]) -> None:
    """The operator ends all sessions of Ada's."""
    for session in list(account.apps.provider.sessions.values()):
        account.apps.provider.end_session(session.sid)


def revoke_grant(account: Account, tokens: dict[str, Any]) -> None:
    """The operator revokes what Ada granted to the calendar."""
    account.apps.provider.revoke_family(tokens["refresh_token"])


ACTIONS: dict[str, Callable[[Account, dict[str, Any]], None]] = {
    "Ada changes her password": change_password,
    "Ada gets a new key": replace_key,
    "all sessions are ended": end_sessions,
    "the grant is revoked": revoke_grant,
}


def after_consent() -> dict[str, bool]:
    """After each action, in a lab of its own: whether Tom's refresh token gives him new tokens."""
    outcomes = {}
    for name, act in ACTIONS.items():
        account = employ("security key")
        tokens = consent_phish(account)
        act(account, tokens)
        form = {"grant_type": "refresh_token", "client_id": "free-calendar"}
        form["refresh_token"] = tokens["refresh_token"]
        outcomes[name] = account.apps.tom.post(LOGIN + "/token", data=form).is_success
    return outcomes


# --- what must go on working --------------------------------------------------------------------


def ada_signs_in(account: Account, _company: Company, _poll: Poll) -> bool:
    """Ada signs in at the wiki, with her key."""
    return account.sign_in().text == "Hello, u-1815."


def screen_is_signed_in(account: Account, _company: Company, poll: Poll) -> bool:
    """The screen in the meeting room has no keyboard. Ada stands before it."""
    screen = account.apps.lab.browser("screen", "192.0.2.60")
    form = {"client_id": "screen", "scope": "openid profile"}
    answer = screen.post(LOGIN + "/device_authorization", data=form)
    if not answer.is_success:
        return False
    visit(account, answer.json()["verification_uri_complete"])
    tokens = poll(screen, answer.json(), account.apps.lab.clock.tick)
    return isinstance(tokens, dict) and reads_as_ada(screen, tokens.get("access_token"))


def calendar_is_allowed(account: Account, _company: Company, _poll: Poll) -> bool:
    """The calendar that the company pays for reads Ada's mail, once she says yes."""
    landed = visit(account, consent_link("calendar", CALENDAR), until=CALENDAR)
    return "code" in query(landed.headers.get("location", ""))


def lost_key_is_replaced(account: Account, company: Company, _poll: Poll) -> bool:
    """Ada has lost her key. She knows who she is, and has a second key in a drawer."""
    return help_desk(account, company, shown=QUESTIONS | {"second key"})


WORK: dict[str, Callable[[Account, Company, Poll], bool]] = {
    "Ada signs in": ada_signs_in,
    "the meeting room's screen": screen_is_signed_in,
    "the approved calendar": calendar_is_allowed,
    "a lost key": lost_key_is_replaced,
}


def goes_on(work: str, company: Company, poll: Poll) -> bool:
    """Whether people with keys can still do this."""
    return WORK[work](employ("security key", company), company, poll)


# --- sweeps -------------------------------------------------------------------------------------

LIVES = (60, 300, 600, 900, 1800)  # seconds that a device code is good for
READ_AFTER = (10, 50, 250, 550, 850, 1750, 3600)  # seconds until Ada opens the message
WHEN = ("with the message", "when she opens it")  # when Tom asks for the code


def device_code_lives(poll: Poll) -> dict[tuple[str, int, int], bool]:
    """(when Tom asks, life of the code, seconds until Ada reads): whether Tom gets tokens."""
    return {
        (when, life, after): gets_tokens(poll, when, life, after)
        for when, life, after in product(WHEN, LIVES, READ_AFTER)
    }


def gets_tokens(poll: Poll, when: str, life: int, after: int) -> bool:
    """One device code phish, where Ada reads the message so many seconds after it was sent."""
    account = employ("security key", {**OPEN, "devices": "off"})
    account.apps.provider.offer_device_grant(DeviceGrant(life))
    if when == WHEN[1]:
        account.apps.lab.clock.tick(after)
        return reads_as_ada(account.apps.tom, device_code_phish(account, poll))
    form = {"client_id": "screen", "scope": "openid profile"}
    started = account.apps.tom.post(LOGIN + "/device_authorization", data=form).json()
    account.apps.lab.clock.tick(after)
    visit(account, started["verification_uri_complete"])
    tokens = poll(account.apps.tom, started, account.apps.lab.clock.tick)
    return isinstance(tokens, dict) and reads_as_ada(account.apps.tom, tokens.get("access_token"))


def stopped(outcomes: Mapping[tuple[str, int, int], bool], life: int) -> tuple[bool, ...]:
    """For each way: whether Tom is out wherever Ada takes 50 seconds or more."""
    return tuple(
        not any(outcomes[when, life, after] for after in READ_AFTER if after >= 50) for when in WHEN
    )
