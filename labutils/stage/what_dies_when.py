"""What dies when: eight stolen credentials against eight things that people do about it, filled in by trying."""

from functools import cache
from urllib.parse import urlencode

import jwt

from labutils.identity.factors import Totp
from labutils.identity.oauth import bearer
from labutils.identity.relying_party import validate_id_token
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI, TwoApps, build_apps


def loot(apps: TwoApps) -> dict:
    """Ada signs in at two apps; Tom copies all there is. Each credential, with a try that says whether it still opens."""
    apps.sign_in("ada", WIKI)
    apps.sign_in("ada", NOTES)
    unfinished = apps.sign_in("ada", WIKI, until=WIKI + "/cb").headers["location"]
    notes, wiki_cookie = next(iter(apps.notes.sessions.values())), next(iter(apps.wiki.sessions))
    service = apps.service_token(apps.tom)
    question = urlencode(
        {
            "response_type": "code",
            "client_id": "wiki",
            "redirect_uri": WIKI + "/cb",
            "prompt": "none",
            "scope": apps.wiki.scope,
            "code_challenge": "x" * 43,
            "code_challenge_method": "S256",
        }
    )
    cookie = {"cookie": "session=" + apps.session_cookie}
    refresh = {
        "grant_type": "refresh_token",
        "client_id": "notes",
        "refresh_token": notes["refresh_token"],
    }
    return {
        "session at the provider": lambda: (
            "code="
            in apps.tom.get(f"{LOGIN}/authorize?{question}", headers=cookie).headers["location"]
        ),
        "session at the wiki": lambda: (
            apps.tom.get(WIKI + "/", headers={"cookie": f"app={wiki_cookie}"}).is_success
        ),
        "code, in Ada's browser": lambda: apps.ada.get(unfinished).status_code == 303,
        "ID token": lambda: id_token_opens(apps, notes["id_token"]),
        "access token": lambda: (
            apps.tom.get(API + "/me", headers=bearer(notes["access_token"])).is_success
        ),
        "refresh token": lambda: apps.tom.post(LOGIN + "/token", data=refresh).is_success,
        "service token": lambda: apps.tom.get(API + "/me", headers=bearer(service)).is_success,
        "(for the actions)": notes,
    }


def id_token_opens(apps: TwoApps, token: str) -> bool:
    """Whether an app that signs people in by ID token would take this one now."""
    try:
        return bool(
            validate_id_token(
                token,
                apps.notes.keys.for_token(token),
                issuer=LOGIN,
                client_id="notes",
                now=apps.lab.clock.now,
            )
        )
    except jwt.PyJWTError:
        return False


ACTIONS = {
    "log out at\nthe wiki": lambda apps, notes: apps.ada.get(WIKI + "/logout"),
    "log out at\nthe provider": lambda apps, notes: apps.ada.get(
        LOGIN + "/logout", params={"id_token_hint": notes["id_token"]}
    ),
    "change\npassword": lambda apps, notes: apps.provider.change_password("ada", "a-new-password"),
    "reset second\nfactor": lambda apps, notes: apps.provider.reset_second_factor("ada"),
    "revoke\nrefresh token": lambda apps, notes: apps.notes.network.post(
        LOGIN + "/revoke", data={"client_id": "notes", "token": notes["refresh_token"]}
    ),
    "end session\n(operator)": lambda apps, notes: apps.provider.end_session(
        notes["claims"]["sid"]
    ),
    "drop the\nsigning key": lambda apps, notes: apps.provider.rotate_signing_key(keep_old=False),
    "disable\nthe user": lambda apps, notes: apps.provider.disable_user("ada"),
}
ROWS = (
    "session at the provider",
    "session at the wiki",
    "code, in Ada's browser",
    "ID token",
    "access token",
    "access token, opaque",
    "refresh token",
    "service token",
)


def still_open(action: str | None, *, opaque: bool = False) -> dict[str, bool]:
    """With fresh apps: steal, act, wait until key caches are fresh (a code lives for a minute only), try each credential."""
    apps = build_apps("lesson-05", opaque_access_tokens=opaque)
    stolen = loot(apps)
    session = stolen.pop("(for the actions)")
    apps.provider.users["ada"].second_factor = Totp(
        b"Ada's phone", apps.lab.clock
    )  # so that there is one to reset
    for key_cache in (apps.api.keys, apps.notes.keys):
        key_cache.for_token(session["id_token"])  # both have seen traffic and hold the keys
    if action is not None:
        ACTIONS[action](apps, session)
    apps.lab.clock.tick(31)
    opens = {"code, in Ada's browser": stolen.pop("code, in Ada's browser")()}
    apps.lab.clock.tick(270)
    return opens | {name: attempt() for name, attempt in stolen.items()}


@cache
def what_dies_when() -> dict[tuple[str, str], str]:
    """All 64 tries: 8 credentials, 8 actions."""
    grid = {}
    for action in ACTIONS:
        opens = still_open(action) | {
            "access token, opaque": still_open(action, opaque=True)["access token"]
        }
        grid |= {(row, action): "opens" if opens[row] else "refused" for row in ROWS}
    return grid
