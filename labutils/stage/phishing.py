"""The stage of lesson 13: five ways of signing in, four ways of getting in, and a phish whose obstacles are taken away one by one."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, combinations

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.attestation import PackedAttestation
from fido2.client import ClientError, DefaultClientDataCollector
from fido2.webauthn import RegistrationResponse

from labutils.identity import webauthn
from labutils.identity.factors import Push, Totp, totp
from labutils.identity.relying_party import fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.incident.relay import Relay
from labutils.stage.thief import SILENT_REQUEST
from labutils.stage.two_apps import LOGIN, WIKI, TwoApps, build_apps

FAKE = "https://login-example.test"
EVENING = 5  # tries until she gives in
SECRET = b"a secret on Ada's phone"
Answer = Callable[
    [httpx.Response], str
]  # what Ada, or her browser, gives to a page that asks for a second factor


@dataclass
class Scene:
    """Two apps, where Ada has a second factor; `answer` is what she does when a page asks for it."""

    apps: TwoApps
    answer: Answer | None = None
    key: SecurityKey | None = None
    sent: list[str] = field(
        default_factory=list
    )  # what the browser sent of the key's: the registration, then each sign-in

    def sign_in(self, at: str = WIKI) -> httpx.Response:
        """Ada signs in at the real place."""
        return sign_in(self.apps.ada, at + "/login", "ada", self.password, answer=self.answer)

    @property
    def password(self) -> str:
        return self.apps.provider.users["ada"].password


def number_on(page: httpx.Response) -> str:
    """The number that a page tells Ada to type on her phone, if there is one."""
    found = re.search(r"Type (\d\d) on", page.text)
    return found[1] if found else ""


def with_password(keys: Callable[[str], webauthn.SecurityKeys] = webauthn.SecurityKeys) -> Scene:
    """A password, and nothing else, at a provider where `keys` would check a security key."""
    scene = Scene(build_apps("lesson-13"))
    webauthn.enable(scene.apps.provider, keys)
    return scene


def with_code() -> Scene:
    """A one-time code from an app on Ada's phone."""
    scene = with_password()
    clock = scene.apps.lab.clock
    scene.apps.provider.users["ada"].second_factor = Totp(SECRET, clock)
    scene.answer = lambda page: totp(SECRET, clock.now)
    return scene


def with_push(number_matching: bool = False) -> Scene:
    """A prompt on Ada's phone. She looks at the page, and types the number that she sees there."""
    scene, push = with_password(), Push(number_matching)
    scene.apps.provider.users["ada"].second_factor = push

    def says_yes(page: httpx.Response) -> str:
        push.phone[-1].approve(number_on(page))
        return ""

    scene.answer = says_yes
    return scene


def with_key(
    key: SecurityKey | None = None, keys=webauthn.SecurityKeys, browser=DefaultClientDataCollector
) -> Scene:
    """A security key, registered on the provider's page /keys; Ada's next sign-in is on another day. `keys` makes the provider's end."""
    scene = with_password(keys)
    apps, scene.key = scene.apps, key or SecurityKey("Ada's key")

    def touches(page: httpx.Response) -> str:
        scene.sent.append(press(scene.key, page, browser))
        return scene.sent[-1]

    page = sign_in(apps.ada, LOGIN + "/keys", "ada", scene.password)
    fill(apps.ada, page, answer=touches(page))
    apps.ada.cookies.clear()
    scene.answer = touches
    return scene


FACTORS = {
    "password alone": with_password,
    "one-time code": with_code,
    "push": with_push,
    "push, number": partial(with_push, True),
    "security key": with_key,
}


def attested(key: SecurityKey) -> str:
    """Register a key that is asked what it is: the model that it claims, who vouches for it, and the certificates up to a maker."""
    scene = with_key(
        key, partial(webauthn.SecurityKeys, verify_attestation=lambda statement, digest: None)
    )
    made = RegistrationResponse.from_dict(json.loads(scene.sent[0])).response
    said = made.attestation_object
    verdict = PackedAttestation().verify(said.att_stmt, said.auth_data, made.client_data.hash)
    return f"verified, model {said.auth_data.credential_data.aaguid}: {verdict.attestation_type.name}, certificates: {verdict.trust_path}"


# --- four ways in -----------------------------------------------------------------------------------------------


def is_in(browser: httpx.Client) -> bool:
    """Whether a browser holds a session at the provider: can it get a code without being asked anything?"""
    answer = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST)
    return "error=login_required" not in answer.headers.get("location", "error=login_required")


def leaked(scene: Scene) -> httpx.Client:
    """Tom has found the password somewhere, and tries it once."""
    sign_in(scene.apps.tom, WIKI + "/login", "ada", scene.password, answer=lambda page: "000000")
    return scene.apps.tom


def tired(scene: Scene) -> httpx.Client:
    """Tom has the password and tries all evening. Ada's phone rings each time; in the end she says yes, to have her peace."""
    factor = scene.apps.provider.users["ada"].second_factor
    for attempt in range(EVENING):

        def annoy(page: httpx.Response, attempt=attempt) -> str:
            if isinstance(factor, Push) and attempt == EVENING - 1:
                factor.phone[-1].approve()
            return f"{attempt:06}"

        sign_in(scene.apps.tom, WIKI + "/login", "ada", scene.password, answer=annoy)
    return scene.apps.tom


def phished(scene: Scene, fake: str = FAKE, **how: object) -> Relay:
    """Ada follows a link to the relay, and does there all that she would do at the real place."""
    lab, name = scene.apps.lab, fake.removeprefix("https://")
    relay = Relay(lab.browser(name, "203.0.113.66"), LOGIN, fake, **how)
    lab.add(name, relay)
    link = scene.apps.tom.get(WIKI + "/login").headers["location"].replace(LOGIN, fake)
    sign_in(scene.apps.ada, link, "ada", scene.password, answer=scene.answer, until=WIKI)
    return relay


def after_login(scene: Scene) -> httpx.Client:
    """Ada signs in at the real place, and her session cookie gets away: out of a HAR file, a backup, or her browser."""
    scene.sign_in()
    scene.apps.tom.cookies.set("session", scene.apps.session_cookie, domain="login.example")
    return scene.apps.tom


ATTACKS = {
    "leaked": leaked,
    "all evening": tired,
    "relay": lambda scene: phished(scene).network,
    "after login": after_login,
}


def tries() -> dict[tuple[str, str], str]:
    """Every way of signing in against every way of getting in, by trying: does a thief end up with a session?"""
    found = {}
    for (factor, made), (attack, thief) in (
        (one, other) for one in FACTORS.items() for other in ATTACKS.items()
    ):
        try:
            found[factor, attack] = "opens" if is_in(thief(made())) else "refused"
        except ClientError:  # Ada's browser, or her key, refused
            found[factor, attack] = "refused"
    return found


# --- three refusals ---------------------------------------------------------------------------------------------


class ForgetfulKey(SecurityKey):
    """A key that answers for any site."""

    def knows(self, credential: bytes, site: str) -> bool:
        return credential in self.credentials


broken_browser = partial(DefaultClientDataCollector, verify=lambda site, origin: True)
LAYERS = ("browser", "key", "server")


def as_it_is(page: str) -> str:
    """The phisher passes the page on as it is: it asks for a signature for login.example."""
    return page


def renamed(page: str) -> str:
    """The phisher changes the page: it asks for a signature for the phisher's own site."""
    return page.replace(
        "&quot;rpId&quot;: &quot;login.example&quot;",
        "&quot;rpId&quot;: &quot;login-example.test&quot;",
    )


def phish(off: Collection[str] = (), rewrite: Callable[[str], str] = as_it_is) -> str:
    """The phish of an account with a security key, with some of the three layers switched off: who refused, or `in`.

    Off means that the browser does not compare page and site, that the key answers for any site, that the server takes any origin.
    """
    keys = partial(
        webauthn.SecurityKeys, verify_origin=(lambda origin: True) if "server" in off else None
    )
    browser = broken_browser if "browser" in off else DefaultClientDataCollector
    scene = with_key(ForgetfulKey("Ada's key") if "key" in off else None, keys, browser)
    try:
        if is_in(phished(scene, rewrite=rewrite).network):
            return "in"
        return "server: " + next(
            line["error"]
            for line in scene.apps.lab.audit
            if line["event"] == "session.start" and "error" in line
        )
    except ClientError as refusal:
        return (
            "key: no credential"
            if refusal.code == ClientError.ERR.DEVICE_INELIGIBLE
            else "browser: not your site"
        )


def refusals() -> dict[tuple[str, str], str]:
    """Both phishes against every set of layers that do not look: who refused."""
    sets = chain.from_iterable(combinations(LAYERS, size) for size in range(4))
    return {
        (", ".join(off) or "nobody", name): phish(off, rewrite)
        for off in sets
        for name, rewrite in (("page as it is", as_it_is), ("site renamed", renamed))
    }
