"""Tokens in logs (lesson 01): one line, three lifetimes, and a log to search.

`scene` is the target: a proxy's log with tokens in headers, in addresses and in cookies.
"""

import base64
import json
import string
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt
from jwt.types import Options

from labutils.identity.oauth import bearer
from labutils.identity.tokens import SigningKey, ec_private_key, json_part, sign
from labutils.lab import dice, seconds
from labutils.stage.two_apps import WIKI, build_apps

Claims = dict[str, Any]

ISSUER = "https://login.example"
KEY = SigningKey(ec_private_key("lesson-01"), "ES256", "es256-1")
CLAIMS: Claims = {
    "iss": ISSUER,
    "sub": "u-1815",
    "aud": "https://payroll.example",
    "iat": seconds("2023-10-18T09:00:00Z"),
    "exp": seconds("2023-10-18T09:10:00Z"),
    "name": "Ada Lovelace",
    "email": "ada@corp.example",
    "salary": 9100,
}
LINE = (
    "2023-10-18T09:02:11Z GET https://payroll.example/me 200 "
    f'authorization="Bearer {sign(CLAIMS, KEY)}"'
)


OF_A_DAY = ("Ada's ID token", "Ada's access token", "the backup job's access token")


def is_text(value: object) -> bool:
    """Whether a person can read a value: bytes that are text, a text, or what was parsed."""
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        return False
    return text.isprintable()


def with_the_key(token: str) -> Claims:
    """The claims of a token, as PyJWT gives them with the key. It does not look at the clock."""
    options: Options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    return dict(jwt.decode(token, jwt.PyJWK(KEY.jwk), ["ES256"], options=options))


def without_the_key(token: str) -> Claims:
    """The claims of a token, as PyJWT gives them when it does not check the signature."""
    return dict(jwt.decode(token, options={"verify_signature": False}))


def same_bytes(token: str) -> list[str]:
    """Other texts of a token: its signature spelt so that Python's base64 reads the same bytes.

    The last character has bits to spare, `=` may stand behind it, and a `!` is left out.
    """
    signed, _, signature = token.rpartition(".")
    ends = [signature[:-1] + letter for letter in string.ascii_letters + string.digits + "-_"]
    others = [*ends, signature + "==", signature[:9] + "!" + signature[9:]]
    data = base64.urlsafe_b64decode(signature + "==")
    alike = [text for text in others if base64.urlsafe_b64decode(text + "==") == data]
    return [f"{signed}.{text}" for text in alike if text != signature]


def tokens_of_a_day() -> dict[str, str]:
    """Three tokens of 18 October: two from Ada's sign-in, and one that a backup job asked for."""
    apps = build_apps("lesson-01")
    apps.sign_in("ada", WIKI)
    session = apps.wiki.latest_session()
    backup = apps.service_token(apps.lab.browser("backup", "192.0.2.30"))
    return dict(zip(OF_A_DAY, (session["id_token"], session["access_token"], backup), strict=True))


# --- the target ---------------------------------------------------------------------------------

PAYROLL, NOTES = "https://payroll.example", "https://notes.example"
DAY = "2023-10-18T"
ADA, TOM, OTHER, NIGHT = "192.0.2.10", "203.0.113.66", "198.51.100.23", "192.0.2.30"
READ_AT = seconds("2023-10-18T18:00:00Z")


@dataclass(frozen=True)
class Scene:
    """The scene: the lines of a proxy's log, each of them JSON, and when somebody outside reads
    them (seconds since 1970)."""

    log: tuple[str, ...]
    read_at: int


def number(name: str) -> str:
    """The `jti` of one of the log's tokens."""
    return "flag-" + next(dice("lesson-01", name))


def token(name: str, sub: str, aud: str, begin: str, minutes: int | None = 10) -> str:
    """A token of the log, whose number is known by `name`. It is good from `begin` on, for so many
    minutes; without end where that is None."""
    issued = seconds(DAY + begin + "Z")
    claims: Claims = {"iss": ISSUER, "sub": sub, "aud": aud, "iat": issued, "jti": number(name)}
    if minutes is not None:
        claims["exp"] = issued + 60 * minutes
    return sign(claims, KEY)


def line(time: str, ip: str, url: str, status: int = 200, /, **headers: str) -> str:
    """A line of the log."""
    said = {"time": f"{DAY}{time}Z", "ip": ip, "url": url, "status": status, "headers": headers}
    return json.dumps(said)


def cookie(text: str) -> str:
    """A cookie header, percent-encoded as many gateways write it."""
    return f"theme=dark; session={quote(text, safe='').replace('.', '%2E')}"


STILL_GOOD = ("gateway", "backup", "sync")  # when the log is read
OVER = ("at wiki", "at notes", "tom", "old", "to the second")
FORGED = "forged"


def scene() -> Scene:
    """A log of an hour, read four hours later. Three of its tokens are still good then."""
    at_wiki = token("at wiki", "u-1815", WIKI, "14:00:00", 30)
    at_notes = token("at notes", "u-1815", NOTES, "13:30:00")
    toms = token("tom", "u-0666", NOTES, "14:02:00", 60)
    old = token("old", "u-1815", PAYROLL, "13:40:00")
    to_the_second = token("to the second", "u-1906", PAYROLL, "14:00:00", 240)
    head, _, signature = toms.split(".")
    claims = {**with_the_key(toms), "exp": READ_AT + 86_400, "jti": number(FORGED)}
    forged = f"{head}.{json_part(claims)}.{signature}"  # the claims were changed
    gateway = token("gateway", "u-1906", PAYROLL, "14:00:20", 60 * 12)
    backup = token("backup", "backup", "https://api.example", "14:00:00", 60 * 24 * 365)
    sync = token("sync", "calendar-sync", "https://api.example", "14:00:00", None)
    back = quote(f"{WIKI}/page/7?id_token={at_wiki}", safe="")
    return Scene(
        (
            line("14:00:12", ADA, f"{WIKI}/page/7", **bearer(at_wiki)),
            line("14:00:31", OTHER, f"{PAYROLL}/me", cookie=cookie(gateway)),
            line("14:01:02", ADA, f"{ISSUER}/logout?id_token_hint={quote(at_notes)}", 303),
            line("14:02:44", TOM, f"{NOTES}/mine", **bearer(toms)),
            line("14:03:05", ADA, f"{WIKI}/continue?to={back}", 303),
            line("14:04:00", NIGHT, "https://api.example/all", **bearer(backup)),
            line("14:05:17", ADA, f"{PAYROLL}/me", 401, cookie=cookie(old)),
            line("14:07:38", OTHER, f"{PAYROLL}/slips", cookie=cookie(to_the_second)),
            line("14:09:50", OTHER, f"{WIKI}/help"),
            line("14:11:20", NIGHT, f"https://api.example/sync?access_token={sync}"),
            line("14:31:06", NIGHT, "https://api.example/rest", **bearer(backup)),
            line("14:48:15", TOM, f"{WIKI}/continue?id_token={quote(forged)}", 303),
        ),
        READ_AT,
    )
