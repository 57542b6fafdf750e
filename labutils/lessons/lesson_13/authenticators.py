"""Five ways of signing in, from a password to a security key (lesson 13)."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.attestation.packed import PackedAttestation
from fido2.client import ClientDataCollector, DefaultClientDataCollector
from fido2.webauthn import RegistrationResponse

from labutils.identity import webauthn
from labutils.identity.factors import Push, Totp, totp
from labutils.identity.person import Form, fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.stage.two_apps import LOGIN, WIKI, TwoApps, build_apps

SECRET = b"a secret on Ada's phone"
# What Ada, or her browser, gives to a page that asks for a second factor.
Answer = Callable[[httpx.Response], str]
MakeKeys = Callable[[str], webauthn.SecurityKeys]
Browser = Callable[[str], ClientDataCollector]


@dataclass
class Account:
    """Two apps, where Ada's account has an authenticator (NIST SP 800-63-4).

    `answer` is what she does when a page asks for it. `sent` is what the browser sent of the
    security key's: the registration, then each sign-in. A colleague's has another `name`, and
    their browser in the place of Ada's.
    """

    apps: TwoApps
    answer: Answer | None = None
    key: SecurityKey | None = None
    sent: list[str] = field(default_factory=list)
    name: str = "ada"

    def sign_in(self, at: str = WIKI) -> httpx.Response:
        """Ada signs in at the real place."""
        return sign_in(self.apps.ada, at + "/login", self.name, self.password, answer=self.answer)

    @property
    def password(self) -> str:
        """Her password at the provider."""
        return self.apps.provider.users[self.name].password

    @property
    def factor(self) -> Any:
        """Her second factor there, or None."""
        return self.apps.provider.users[self.name].second_factor


def number_on(page: httpx.Response) -> str:
    """The number that a page tells Ada to type on her phone, if there is one."""
    number = re.search(r"Type (\d\d) on", page.text)
    return number[1] if number else ""


def with_password(keys: MakeKeys = webauthn.SecurityKeys, seed: str = "lesson-13") -> Account:
    """A password, and nothing else, at a provider where `keys` would check a security key."""
    account = Account(build_apps(seed))
    webauthn.enable(account.apps.provider, keys)
    return account


def with_code() -> Account:
    """A one-time code from an app on Ada's phone (RFC 6238)."""
    return add_code(with_password())


def add_code(account: Account, secret: bytes = SECRET) -> Account:
    """Put an app on her phone that shows codes, and return her account."""
    clock = account.apps.lab.clock
    account.apps.provider.users[account.name].second_factor = Totp(secret, clock)
    account.answer = lambda _page: totp(secret, clock.now)
    return account


def with_push(number_matching: bool = False) -> Account:
    """A prompt on Ada's phone. She looks at the page, and types the number that she sees there."""
    account, push = with_password(), Push(number_matching)
    account.apps.provider.users["ada"].second_factor = push

    def says_yes(page: httpx.Response) -> str:
        push.phone[-1].approve(number_on(page))
        return ""

    account.answer = says_yes
    return account


def with_key(
    key: SecurityKey | None = None,
    keys: MakeKeys = webauthn.SecurityKeys,
    browser: Browser = DefaultClientDataCollector,
    seed: str = "lesson-13",
) -> Account:
    """A security key. `keys` makes the provider's end."""
    return add_key(with_password(keys, seed), key or SecurityKey("Ada's key"), browser)


def add_key(
    account: Account, key: SecurityKey, browser: Browser = DefaultClientDataCollector
) -> Account:
    """Register a key on the provider's page /keys, and return her account.

    Her next sign-in is on another day.
    """
    apps, account.key = account.apps, key

    def touches(page: httpx.Response) -> str:
        if account.key is None or not Form(page.text).options:  # the page asks for no key
            return ""
        account.sent.append(press(account.key, page, browser))
        return account.sent[-1]

    page = sign_in(apps.ada, LOGIN + "/keys", account.name, account.password)
    fill(apps.ada, page, answer=touches(page))
    apps.ada.cookies.clear()
    account.answer = touches
    return account


class KeyOrCode(webauthn.SecurityKeys):
    """Security keys, and a code from an app for whoever has no key at hand."""

    page = "key_or_code"
    codes: Totp

    def check(self, remembered: Any, answer: str, /) -> None:
        """Six digits are a code; everything else is the answer of a key."""
        is_code = answer.isdigit()
        self.amr = Totp.amr if is_code else webauthn.SecurityKeys.amr
        if is_code:
            self.codes.check(None, answer)
        else:
            super().check(remembered, answer)


def with_key_or_code() -> Account:
    """A security key, at a provider that still takes a code as well.

    Ada uses the key where the page asks for it, and types a code where it asks for that alone.
    """
    account = with_key(keys=KeyOrCode)
    touches, clock = account.answer, account.apps.lab.clock
    assert touches is not None
    account.factor.codes = Totp(SECRET, clock)

    def touches_or_types(page: httpx.Response) -> str:
        return touches(page) if Form(page.text).options else totp(SECRET, clock.now)

    account.answer = touches_or_types
    return account


FACTORS: dict[str, Callable[[], Account]] = {
    "password alone": with_password,
    "one-time code": with_code,
    "push": with_push,
    "push, number": partial(with_push, number_matching=True),
    "security key": with_key,
}


def client_data(registration: str) -> str:
    """What the browser saw when a key was registered, as it wrote it (WebAuthn, 5.8.1)."""
    response = RegistrationResponse.from_dict(json.loads(registration)).response
    return bytes(response.client_data).decode()


def copied_key_signs_in_twice() -> tuple[int, int]:
    """Ada's key is copied, and she signs in. Then the copy tries twice: two statuses."""
    account = with_key()
    copied = deepcopy(account.key)
    account.sign_in()
    account.key = copied
    statuses = []
    for _ in range(2):
        account.apps.ada.cookies.clear()
        statuses.append(account.sign_in().status_code)
    return statuses[0], statuses[1]


def two_models() -> tuple[SecurityKey, SecurityKey]:
    """A key whose model is all zeros, and one whose model is invented."""
    return SecurityKey("one key"), SecurityKey("another", aaguid=bytes.fromhex("c0ffee" * 5 + "00"))


def attested(key: SecurityKey) -> str:
    """Register a key that is asked what it is (WebAuthn, 6.5).

    The model that it claims, who vouches for it, and the certificates up to a maker.
    """

    def take_any(_statement: object, _digest: bytes) -> None:
        """A provider that asks, and refuses no answer."""

    account = with_key(key, partial(webauthn.SecurityKeys, verify_attestation=take_any))
    response = RegistrationResponse.from_dict(json.loads(account.sent[0])).response
    statement = response.attestation_object
    verdict = PackedAttestation().verify(
        statement.att_stmt, statement.auth_data, response.client_data.hash
    )
    model = statement.auth_data.credential_data.aaguid
    voucher, path = verdict.attestation_type.name, verdict.trust_path
    return f"verified, model {model}: {voucher}, certificates: {path}"
