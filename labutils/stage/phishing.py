"""Ways to get in as Ada, and a phish whose obstacles are taken away one by one (lesson 13)."""

from collections.abc import Callable, Collection
from functools import partial
from itertools import chain, combinations

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.client import ClientError, DefaultClientDataCollector

from labutils.identity import webauthn
from labutils.identity.factors import Push
from labutils.identity.person import sign_in
from labutils.identity.security_key import SecurityKey
from labutils.incident.relay import Relay
from labutils.stage.authenticators import FACTORS, Account, with_key
from labutils.stage.thief import SILENT_REQUEST
from labutils.stage.two_apps import LOGIN, WIKI

FAKE = "https://login-example.test"
EVENING = 5  # tries until she gives in

# --- four ways in -------------------------------------------------------------------------------


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


def through_relay(account: Account, fake: str = FAKE, rewrite: Callable[[str], str] = str) -> Relay:
    """Ada follows a link to the relay, and does there all that she would do at the real place.

    ATT&CK T1557: adversary in the middle.
    """
    lab, name = account.apps.lab, fake.removeprefix("https://")
    relay = Relay(lab.browser(name, "203.0.113.66"), LOGIN, fake, rewrite)
    lab.add(name, relay)
    link = account.apps.tom.get(WIKI + "/login").headers["location"].replace(LOGIN, fake)
    sign_in(account.apps.ada, link, "ada", account.password, answer=account.answer, until=WIKI)
    return relay


def stolen_session(account: Account) -> httpx.Client:
    """Ada signs in at the real place, and her session cookie gets away (ATT&CK T1539).

    It got out of a HAR file, a backup, or her browser.
    """
    account.sign_in()
    cookies = account.apps.tom.cookies
    cookies.set("session", account.apps.session_cookie, domain="login.example")
    return account.apps.tom


ATTACKS: dict[str, Callable[[Account], httpx.Client]] = {
    "leaked": leaked_password,
    "all evening": push_fatigue,
    "relay": lambda account: through_relay(account).network,
    "after login": stolen_session,
}


def tries() -> dict[tuple[str, str], str]:
    """(factor, attack): does the thief end up with a session? By trying each with fresh apps."""
    return {
        (factor, attack): "opens" if gets_in(build(), attack) else "refused"
        for factor, build in FACTORS.items()
        for attack in ATTACKS
    }


def gets_in(account: Account, attack: str) -> bool:
    """Whether an attack on this account ends with a session in the thief's browser."""
    try:
        return is_in(ATTACKS[attack](account))
    except ClientError:  # Ada's browser, or her key, refused
        return False


# --- three layers that refuse -------------------------------------------------------------------

LAYERS = ("browser", "key", "server")


class ForgetfulKey(SecurityKey):
    """A key that answers for any site."""

    def knows(self, credential: bytes, _site: str) -> bool:
        return credential in self.credentials


def any_site(_site: str, _origin: str) -> bool:
    """For a broken browser: it does not compare the page's origin with the site."""
    return True


def any_origin(_origin: str) -> bool:
    """For a careless server: whatever origin was signed."""
    return True


def as_it_is(page: str) -> str:
    """The phisher passes the page on as it is: it asks for a signature for login.example."""
    return page


def renamed(page: str) -> str:
    """The phisher changes the page: it asks for a signature for the phisher's own site."""
    member = "&quot;rpId&quot;: &quot;{}&quot;"
    return page.replace(member.format("login.example"), member.format("login-example.test"))


def phished_account(off: Collection[str]) -> Account:
    """Ada's account with a security key, where some of the three layers do not look.

    Off means: the browser does not compare page and site, the key answers for any site, the server
    takes any origin.
    """
    keys = partial(webauthn.SecurityKeys, verify_origin=any_origin if "server" in off else None)
    browser = DefaultClientDataCollector
    if "browser" in off:
        browser = partial(DefaultClientDataCollector, verify=any_site)
    return with_key(ForgetfulKey("Ada's key") if "key" in off else None, keys, browser)


def who_refuses(off: Collection[str] = (), rewrite: Callable[[str], str] = as_it_is) -> str:
    """Phish that account: who refused and why, or `in`."""
    account = phished_account(off)
    try:
        if is_in(through_relay(account, rewrite=rewrite).network):
            return "in"
    except ClientError as refusal:
        no_credential = refusal.code == ClientError.ERR.DEVICE_INELIGIBLE
        return "key: no credential" if no_credential else "browser: not your site"
    failed = [line for line in account.apps.lab.audit if line["event"] == "session.start"]
    return "server: " + next(line["error"] for line in failed if "error" in line)


def refusals() -> dict[tuple[str, str], str]:
    """Both phishes against every set of layers that do not look: who refused."""
    sets = chain.from_iterable(combinations(LAYERS, size) for size in range(4))
    pages = (("page as it is", as_it_is), ("site renamed", renamed))
    return {
        (", ".join(off) or "nobody", name): who_refuses(off, rewrite)
        for off in sets
        for name, rewrite in pages
    }
