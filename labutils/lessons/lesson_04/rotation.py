"""What ends when a provider drops its signing key, minute by minute."""

from typing import Any

import jwt

from labutils.identity import tokens
from labutils.stage.two_apps import LOGIN, WIKI, build_apps


def after_rotation(minutes: range, *, keep_old: bool) -> dict[tuple[str, str], str]:
    """Tries, minute by minute, after the provider changed its keys: what still opens."""
    apps = build_apps("lesson-04")
    apps.sign_in("ada", WIKI)
    token = apps.wiki.latest_session()["id_token"]
    apps.notes.keys.for_token(token)  # an application that has the list already
    begin = apps.lab.clock.now
    apps.provider.rotate_signing_key(keep_old=keep_old)
    tried: dict[tuple[str, str], str] = {}
    for minute in minutes:
        apps.lab.clock.wait_until(begin + 60 * minute)
        now = apps.lab.clock.now
        new_list = apps.tom.get(LOGIN + "/jwks").json()
        own_copy = apps.notes.keys.for_token(token)
        page = apps.ada.get(WIKI + "/")
        opens = {
            "ID token, fresh list of keys": valid(token, new_list, now),
            "ID token, copy of the list": valid(token, own_copy, now),
            "session at the wiki": page.status_code == 200,
        }
        tried |= {(row, f"{minute} min"): "opens" if o else "refused" for row, o in opens.items()}
    return tried


def valid(token: str, keys: dict[str, Any], now: int) -> bool:
    """Whether this list of keys lets the token in, now."""
    try:
        return bool(tokens.verify(token, keys, issuer=LOGIN, audience="wiki", now=now))
    except jwt.PyJWTError:
        return False
