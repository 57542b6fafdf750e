"""The same relay at two companies, and what each provider logs of the day (lesson 13).

At one everybody has codes from an app, at the other security keys. Ada and Grace follow Tom's
link. Mary gave up in the morning: her phone, or her key, is at home.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
from fido2.client import ClientError

from labutils.identity.person import sign_in
from labutils.identity.provider.state import User
from labutils.identity.security_key import SecurityKey
from labutils.stage.two_apps import WIKI

from .authenticators import Account, add_code, add_key, with_password
from .own_relay import RelayFunction
from .phishing import through_own_relay

STAFF = {"ada": "192.0.2.10", "alan": "192.0.2.11", "grace": "192.0.2.12", "mary": "192.0.2.13"}
LURED, AT_A_LOSS = ("ada", "grace"), "mary"
CODES, KEYS = "codes", "keys"
Line = dict[str, Any]
# What a learner writes in 13-11: lines of a log. It returns who was asked for a second factor, and
# from where, and never got a session there.
Unanswered = Callable[[list[Line]], set[tuple[str, str]]]


def day_at(company: str, relay: RelayFunction) -> list[Line]:
    """What a company's provider logs on a day: in the morning everybody signs in, and afterwards
    two of them at Tom's host."""
    account = with_password(seed=f"lesson-13 {company}")
    lab = account.apps.lab
    staff = {name: employed(account, name, company) for name in STAFF}
    before = len(lab.audit)
    for name, one in staff.items():
        answer = None if name == AT_A_LOSS else one.answer
        sign_in(one.apps.ada, WIKI + "/login", name, one.password, answer=answer)
        lab.clock.tick(600)
    for name in LURED:
        staff[name].apps.ada.cookies.clear()
        try:
            through_own_relay(staff[name], relay)
        except ClientError:  # the browser refused, and asked nobody
            pass
        lab.clock.tick(600)
    return [line for line in lab.audit[before:] if line["service"] == "login.example"]


def employed(account: Account, name: str, company: str) -> Account:
    """One of the staff at this provider, with a browser and a second factor of their own."""
    apps = account.apps
    if name not in apps.provider.users:
        number = f"u-19{len(apps.provider.users)}"
        apps.provider.users[name] = User(name, f"{name}-has-a-password", number, name.title())
    browser = apps.lab.browser(name, STAFF[name])
    own = Account(replace(apps, ada=browser), name=name)
    if company == KEYS:
        return add_key(own, SecurityKey(f"{name}'s key"))
    return add_code(own, f"a secret on the phone of {name}".encode())
