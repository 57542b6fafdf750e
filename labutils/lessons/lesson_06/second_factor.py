"""Ada signs in with a password and a one-time code (lesson 06)."""

from labutils.identity.factors import Totp, totp
from labutils.identity.person import sign_in
from labutils.stage.two_apps import NOTES, TwoApps, build_apps

PHONE = b"a secret on Ada's phone"


def ada_signs_in(seed: str = "lesson-06") -> TwoApps:
    """Fresh apps, where Ada has signed in at `notes` and typed the code from her phone."""
    apps = build_apps(seed)
    ada, clock = apps.provider.users["ada"], apps.lab.clock
    ada.second_factor = Totp(PHONE, clock)
    sign_in(
        apps.ada,
        NOTES + "/login",
        "ada",
        ada.password,
        answer=lambda _page: totp(PHONE, clock.now),
    )
    return apps
