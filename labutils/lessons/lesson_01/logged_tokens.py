"""Tokens in logs (lesson 01): one line, three lifetimes, and a log to search.

`Scene` is the target: a proxy's log with tokens in headers, in addresses and in cookies.
"""

import base64
import json
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt
from jwt.types import Options

from labutils.identity.oauth import bearer
from labutils.identity.tokens import SigningKey, ec_private_key, inspect, json_part, sign
from labutils.lab import dice, iso, seconds
from labutils.stage.two_apps import WIKI, build_apps

Claims = dict[str, Any]
SecondsLeft = Callable[[Claims, int], int | None]

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


def four_ways_to_write(token: str) -> list[str]:
    """The token with padding after its signature or its payload, and with a space at the end."""
    signed, _, signature = token.rpartition(".")
    return [f"{token}==", f"{token}=", f"{signed}==.{signature}", f"{token} "]


def changed_once(token: str) -> list[str]:
    """The token with one character changed, for each of its places."""
    return [
        token[:place] + ("B" if letter == "A" else "A") + token[place + 1 :]
        for place, letter in enumerate(token)
    ]


def with_the_key(token: str) -> Claims:
    """The claims of a token, as PyJWT gives them with the key. It does not look at the clock."""
    options: Options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    return dict(jwt.decode(token, jwt.PyJWK(KEY.jwk), ["ES256"], options=options))


def with_key_and_time(seconds_left: SecondsLeft, now: int) -> Callable[[str], Claims]:
    """A reader that checks the signature, and the time by somebody's `seconds_left`.

    It raises jwt.ExpiredSignatureError for a token with 0 seconds left. Without an `exp` it never
    expires (RFC 7519, 4.1.4).
    """

    def read(token: str) -> Claims:
        claims = with_the_key(token)
        if seconds_left(claims, now) == 0:
            raise jwt.ExpiredSignatureError("the token has expired")
        return claims

    return read


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
    backup = apps.machine_token(apps.lab.browser("backup", "192.0.2.30"))
    return dict(zip(OF_A_DAY, (session["id_token"], session["access_token"], backup), strict=True))


def print_times(tokens: Mapping[str, str]) -> None:
    """Print for each token when it was issued, and when it expires."""
    for name, text in tokens.items():
        claims = inspect(text).claims or {}
        issued, expires = iso(claims["iat"]), iso(claims["exp"])
        print(f"{name:<31} issued {issued}, expires {expires}")


# --- the target ---------------------------------------------------------------------------------

PAYROLL, NOTES, API = "https://payroll.example", "https://notes.example", "https://api.example"
ADA, TOM, OTHER, NIGHT = "192.0.2.10", "203.0.113.66", "198.51.100.23", "192.0.2.30"
DAY = "2023-10-18T"
BEGUN, READ_AT = seconds(DAY + "14:00:00Z"), seconds(DAY + "18:00:00Z")
FLAG = "flag-" + next(dice("lesson-01", "log"))
SEEDS = ("shown", "one", "two", "three")  # of the log that is shown, and of those that are not

# What a token of the log is when the log is read, and how many seconds it lives; None: no end.
LIFE = {"over": 1800, "to the second": READ_AT - BEGUN, "good": 43_200, "year": 31_536_000}
LIFE |= {"forged": 1800}
KINDS = ("over", "over", "over", "to the second", "forged", "good", "year", "endless")
STILL_GOOD = {"good", "year", "endless"}


def line(time: str, ip: str, url: str, status: int = 200, /, **headers: str) -> str:
    """A line of the log."""
    said = {"time": f"{DAY}{time}Z", "ip": ip, "url": url, "status": status, "headers": headers}
    return json.dumps(said)


def cookie(text: str) -> str:
    """A cookie header, percent-encoded as many gateways write it."""
    return f"theme=dark; session={quote(text, safe='').replace('.', '%2E')}"


def back(text: str) -> str:
    """An address that is a parameter of another one, with a token in it."""
    return quote(f"{WIKI}/page/7?id_token={text}", safe="")


def lines(tokens: list[str]) -> tuple[str, ...]:
    """Eight tokens in an hour of a proxy's log; one of them in two lines."""
    wiki, payroll, notes, toms, slips, night, sync, last = tokens
    return (
        line("14:00:12", ADA, f"{WIKI}/page/7", **bearer(wiki)),
        line("14:00:31", OTHER, f"{PAYROLL}/me", cookie=cookie(payroll)),
        line("14:01:02", ADA, f"{ISSUER}/logout?id_token_hint={quote(notes)}", 303),
        line("14:02:44", TOM, f"{NOTES}/mine", **bearer(toms)),
        line("14:03:05", ADA, f"{WIKI}/continue?to={back(wiki)}", 303),
        line("14:07:38", OTHER, f"{PAYROLL}/slips", cookie=cookie(slips)),
        line("14:09:50", OTHER, f"{WIKI}/help"),
        line("14:11:20", NIGHT, f"{API}/all", **bearer(night)),
        line("14:31:06", NIGHT, f"{API}/sync?access_token={sync}"),
        line("14:48:15", TOM, f"{WIKI}/continue?id_token={quote(last)}", 303),
    )


# Who each of the eight tokens is about, and for whom.
MEANT = (
    ("u-1815", WIKI),
    ("u-1852", PAYROLL),
    ("u-1815", NOTES),
    ("u-0666", NOTES),
    ("u-1852", PAYROLL),
    ("backup", API),
    ("backup", API),
    ("u-0666", WIKI),
)
ENCODED = (1, 4)  # the places of the tokens whose dots are written as %2E


@dataclass(frozen=True)
class Log:
    """A log, and what each of its tokens is when it is read, by its number."""

    lines: tuple[str, ...]
    kinds: dict[str, str]
    encoded: frozenset[str]

    def complaint(self, answer: Any) -> str:
        """What is wrong with an answer; an empty text where nothing is."""
        if not isinstance(answer, set | frozenset | list | tuple):
            return f"It returned {type(answer).__name__}, not a set of token IDs (`jti`)."
        strangers = [one for one in answer if not isinstance(one, str) or one not in self.kinds]
        if strangers:
            return "It returned something that is not the ID (`jti`) of a token in this log."
        for kind, sentence in TOO_MANY.items():
            if any(self.kinds[one] == kind for one in answer):
                return sentence
        if not answer:
            return (
                "It found no token that is still valid. Look in headers, cookies and URLs, with "
                "re.findall."
            )
        missing = {one for one, kind in self.kinds.items() if kind in STILL_GOOD} - set(answer)
        if any(self.kinds[one] == "endless" for one in missing):
            return NO_END
        if missing & self.encoded:
            return (
                "A token is missing. It is in a cookie, with its dots written as %2E. `unquote` "
                "restores them."
            )
        if missing:
            return MISSING
        return FORGED if any(self.kinds[one] == "forged" for one in answer) else ""


# In the order in which they are said: whoever has not looked for forgeries yet is not told of one.
TOO_MANY = {
    "over": "One of these has expired by 18:00. What counts is `exp` and the argument "
    "`read_at`, not the time in the line.",
    "to the second": "One of these expires at 18:00:00. From then on, it is no longer accepted.",
}
FORGED = (
    "One of these would be refused: the issuer never signed it. Somebody changed its claims and "
    "kept the old signature."
)
MISSING = (
    "A token is missing. Look in headers, cookies and URLs. The status in a line says what "
    "happened then, not whether the token is valid at 18:00."
)
NO_END = (
    "A token without `exp` is missing. For it, `seconds_left` returns None, which is not 0: the "
    "token never expires."
)


def log(seed: str, later: int = 0) -> Log:
    """The log of a seed: which token is which is drawn. All times are `later` by these seconds."""
    drawn = dice("lesson-01", f"log/{seed}")
    kinds = sorted(KINDS, key=lambda _: next(drawn))
    numbers = [f"t-{next(drawn)[:8]}" for _ in kinds]
    drawn_ones = zip(kinds, numbers, MEANT, strict=True)
    tokens = [token(kind, number, meant, later) for kind, number, meant in drawn_ones]
    encoded = frozenset(numbers[place] for place in ENCODED)
    return Log(lines(tokens), dict(zip(numbers, kinds, strict=True)), encoded)


def token(kind: str, number: str, meant: tuple[str, str], later: int = 0) -> str:
    """A token of this kind and number, issued so many seconds later than the first one."""
    begun = BEGUN + later
    subject, audience = meant
    claims: Claims = {"iss": ISSUER, "sub": subject, "aud": audience, "iat": begun, "jti": number}
    if kind in LIFE:
        claims["exp"] = begun + LIFE[kind]
    signed = sign(claims, KEY)
    if kind != "forged":
        return signed
    head, _, signature = signed.split(".")
    return f"{head}.{json_part({**claims, 'exp': READ_AT + later + 86_400})}.{signature}"


class Scene:
    """The scene: a log, and when somebody outside reads it (seconds since 1970)."""

    key = KEY.jwk  # the issuer's public key

    def __init__(self, flag: str | None = None) -> None:
        self._flag = flag or FLAG
        self._seeds = [f"{seed}{self._flag.removeprefix(FLAG)}" for seed in SEEDS]
        self.log, self.read_at = log(self._seeds[0]).lines, READ_AT

    def __repr__(self) -> str:
        return "a log that was sent to support: log, read_at, submit(still_good)"

    def submit(self, still_good: Callable[..., Any]) -> str:
        """The flag, where the function is right about this log and about others; else what is
        wrong, in a sentence."""
        if not callable(still_good):
            return "Submit the function itself: scene.submit(still_good)."
        for days, seed in enumerate(self._seeds):
            where = "On a log that you have not seen" if days else "On this log"
            later = days * 86_400
            tried = log(seed, later)
            try:
                answer = still_good(tried.lines, READ_AT + later)
            except Exception as error:
                return (
                    f"{where}: it raised {type(error).__name__}: {error}. Print what your function "
                    "takes for tokens: is each of them whole?"
                )
            if complaint := tried.complaint(answer):
                return f"{where}: {complaint}"
        return self._flag
