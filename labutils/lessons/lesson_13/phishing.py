"""Ways to get in as Ada, and a phish whose obstacles are taken away one by one (lesson 13)."""

import json
from collections.abc import Callable, Collection
from functools import partial
from itertools import chain, combinations
from typing import Any
from wsgiref.types import WSGIApplication

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.client import ClientError, DefaultClientDataCollector
from fido2.rpid import verify_rp_id
from fido2.webauthn import AuthenticationResponse

from labutils.identity import webauthn
from labutils.identity.factors import Push, WrongAnswer
from labutils.identity.person import sign_in
from labutils.identity.security_key import SecurityKey
from labutils.incident.relay import Headers, Relay
from labutils.stage.thief import SILENT_REQUEST
from labutils.stage.two_apps import LOGIN, WIKI

from .authenticators import Account, Browser, with_key
from .own_relay import FAKE, OwnRelay, RelayFunction

TOMS = "203.0.113.66"  # the address of his host
EVENING = 5  # tries until she gives in
# What a learner writes in 13-1: the headers, the host that stands in them, and the new one.
RewriteHosts = Callable[[Headers, str, str], Headers]
# What a learner writes in 13-2: what the browser saw, what the key wrote, the challenge that was
# given, and the counter of the sign-in before. It returns the counter, or raises ValueError.
CheckAnswer = Callable[[dict[str, Any], bytes, str, int], int]


# --- ways in that lead through a sign-in --------------------------------------------------------


def is_in(browser: httpx.Client) -> bool:
    """Whether a browser holds a session: can it get a code without being asked anything?"""
    answer = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST)
    return "error=login_required" not in answer.headers.get("location", "error=login_required")


def leaked_password(account: Account) -> httpx.Client:
    """Tom has read the password somewhere, and tries it once (ATT&CK T1078)."""
    tom, password = account.apps.tom, account.password
    sign_in(tom, WIKI + "/login", "ada", password, answer=lambda _page: "000000")
    return tom


def push_fatigue(account: Account) -> httpx.Client:
    """Tom has the password and tries all evening (ATT&CK T1621).

    Ada's phone rings each time; in the end she says yes, to have her peace.
    """
    for attempt in range(EVENING):

        def answer(_page: httpx.Response, attempt: int = attempt) -> str:
            if isinstance(account.factor, Push) and attempt == EVENING - 1:
                account.factor.phone[-1].approve()
            return f"{attempt:06}"

        sign_in(account.apps.tom, WIKI + "/login", "ada", account.password, answer=answer)
    return account.apps.tom


def through_relay(
    account: Account,
    fake: str = FAKE,
    page: Callable[[str], str] = str,
    headers: RewriteHosts | None = None,
) -> Relay:
    """Ada follows a link to the relay, and does there all that she would do at the real place.

    `page` and `headers` change what the relay hands on. ATT&CK T1557: adversary in the middle.
    """
    rewrite = None if headers is None else by_host(headers)
    relay = Relay(toms_browser(account, fake), LOGIN, fake, page, rewrite)
    lure(account, relay, fake)
    return relay


def through_own_relay(
    account: Account, relay: RelayFunction, page: Callable[[str], str] = str
) -> OwnRelay:
    """The same with a relay of the learner's. Raises ClientError where Ada's browser refuses."""
    host = OwnRelay(toms_browser(account), relay, page)
    lure(account, host)
    return host


def toms_browser(account: Account, fake: str = FAKE) -> httpx.Client:
    """What Tom's host asks the provider with."""
    return account.apps.lab.browser(fake.removeprefix("https://"), TOMS)


def lure(account: Account, host: WSGIApplication, fake: str = FAKE) -> None:
    """Put this at Tom's host, and let Ada follow his link."""
    account.apps.lab.add(fake.removeprefix("https://"), host)
    link = account.apps.tom.get(WIKI + "/login").headers["location"].replace(LOGIN, fake)
    ada, password = account.apps.ada, account.password
    sign_in(ada, link, account.name, password, answer=account.answer, until=WIKI)


def by_host(rewrite: RewriteHosts) -> RewriteHosts:
    """The same for origins, as the relay has them: `https://` and the host."""
    return lambda headers, old, new: rewrite(
        headers, old.removeprefix("https://"), new.removeprefix("https://")
    )


def stolen_session(account: Account) -> httpx.Client:
    """Ada signs in at the real place, and her session cookie gets away (ATT&CK T1539).

    It got out of a HAR file, a backup, or her browser.
    """
    account.sign_in()
    cookies = account.apps.tom.cookies
    cookies.set("session", account.apps.session_cookie, domain="login.example")
    return account.apps.tom


# --- three parties that refuse ------------------------------------------------------------------

LAYERS = ("browser", "key", "server")


class ForgetfulKey(SecurityKey):
    """A key that answers for any site."""

    def knows(self, credential: bytes, _site: str) -> bool:
        return credential in self.credentials


class CheckedKeys(webauthn.SecurityKeys):
    """The provider's end of security keys, where `check_answer` stands before the library.

    The library is told to take any origin. The signature, the challenge and the hash of the site it
    compares itself.
    """

    def __init__(self, origin: str, check_answer: CheckAnswer | None = None):
        super().__init__(origin, verify_origin=any_origin)
        self.check_answer = check_answer

    def check(self, remembered: Any, answer: str, /) -> None:
        """The check in front, where there is one, and then the library's."""
        if self.check_answer is not None:
            seen, data, key = in_three_parts(answer)
            last = self.counters.get(key, 0)
            try:
                self.check_answer(seen, data, remembered["challenge"], last)
            except ValueError as refusal:
                raise WrongAnswer(str(refusal)) from refusal
        super().check(remembered, answer)


# The library's own rule for origins: each host at or below the site's name.
LibraryRule = partial(webauthn.SecurityKeys, verify_origin=partial(verify_rp_id, "login.example"))


def own_rule(is_ours: Callable[[str], bool]) -> Callable[[str], webauthn.SecurityKeys]:
    """The provider's end, with this rule for the origin that a browser wrote."""
    return partial(webauthn.SecurityKeys, verify_origin=is_ours)


def in_three_parts(answer: str) -> tuple[dict[str, Any], bytes, bytes]:
    """What the browser saw, what the key wrote, and the name of the credential."""
    response = AuthenticationResponse.from_dict(json.loads(answer))
    seen = json.loads(bytes(response.response.client_data))
    return seen, bytes(response.response.authenticator_data), response.raw_id


def any_site(_site: str, _origin: str) -> bool:
    """For a broken browser: it does not compare the page's origin with the site."""
    return True


def any_origin(_origin: str) -> bool:
    """For a server that does not look: whatever origin was signed."""
    return True


def as_it_is(page: str) -> str:
    """The phisher passes the page on as it is: it asks for a signature for login.example."""
    return page


def renamed(page: str) -> str:
    """The phisher changes the page: it asks for a signature for the phisher's own site."""
    member = "&quot;rpId&quot;: &quot;{}&quot;"
    return page.replace(member.format("login.example"), member.format("login-example.test"))


def phished_account(off: Collection[str], check: CheckAnswer) -> Account:
    """Ada's account with a security key, where some of the three parties do not look.

    Off means: the browser does not compare page and site, the key answers for any site, the server
    leaves out `check`.
    """
    keys = partial(CheckedKeys, check_answer=None if "server" in off else check)
    browser: Browser = DefaultClientDataCollector
    if "browser" in off:
        browser = partial(DefaultClientDataCollector, verify=any_site)
    return with_key(ForgetfulKey("Ada's key") if "key" in off else None, keys, browser)


def who_refuses(
    check: CheckAnswer, off: Collection[str] = (), page: Callable[[str], str] = as_it_is
) -> str:
    """Phish that account: who refused and why, or `in`."""
    account = phished_account(off, check)
    try:
        if is_in(through_relay(account, page=page).network):
            return "in"
    except ClientError as refusal:
        no_credential = refusal.code == ClientError.ERR.DEVICE_INELIGIBLE
        return "key: no credential" if no_credential else "browser: not your site"
    failed = [line for line in account.apps.lab.audit if line["event"] == "session.start"]
    why = next(line["error"] for line in failed if "error" in line)
    return f"server: {why or 'your check'}"


def refusals(check: CheckAnswer) -> dict[tuple[str, str], str]:
    """Both phishes against every set of parties that do not look: who refused."""
    sets = chain.from_iterable(combinations(LAYERS, size) for size in range(4))
    pages = (("page as it is", as_it_is), ("site renamed", renamed))
    return {
        (", ".join(off) or "nobody", name): who_refuses(check, off, page)
        for off in sets
        for name, page in pages
    }
