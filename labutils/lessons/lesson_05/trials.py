"""What the exercises of lesson 05 are tried with."""

from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any
from urllib.parse import unquote_plus

import httpx

from labutils.classroom.judging import Tried, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, left_in, seen
from labutils.identity.oauth import bearer
from labutils.identity.provider.state import Client
from labutils.identity.tokens import SigningKey, b64, ec_private_key, json_part, sign
from labutils.lab import Exchange, dice
from labutils.stage.three_doors import DOORS, KINDS, copied, hasty, three_doors
from labutils.stage.two_apps import API, LOGIN, TwoApps
from labutils.text import counted

from .rotation import new_store, race, refresh_and_delete

# --- requests from somebody's browser (05-1, 05-7) ------------------------------------------------

PARTS = {"returned": "response", "requests from the browser": "one", "what was sent": "address"}


def try_knock(answer: Tried) -> Trial:
    """At each door a wrong token and the right one, in a new browser."""
    for seed, again in (("lesson-05/judge", ""), ("lesson-05/another", "again")):
        apps = three_doors(seed)
        tokens, browser = copied(apps), apps.lab.browser("somebody", "203.0.113.67")
        for door, kind in zip(DOORS, KINDS, strict=True):
            for name in (next(other for other in KINDS if other != kind), kind):
                result = sent(answer, apps, tokens, browser, door, tokens[name])
                parts = {**PARTS, "opens": door, "the address": door}
                usual = again or ("" if name == kind else "refused")
                yield Observed(f"the {name} at the {door!r} door", result, parts, usual)
        yield left_in(browser, "address")


def try_wrong_door(answer: Tried) -> Trial:
    """At the hasty API, twice, with other tokens each time, which stand in another order."""
    twice = (("lesson-05/shot", KINDS, ""), ("lesson-05/another", KINDS[::-1], "again"))
    for seed, order, usual in twice:
        apps = hasty(three_doors(seed))
        tokens = {kind: copied(apps)[kind] for kind in order}
        browser = apps.lab.browser("somebody", "203.0.113.67")
        result = sent(answer, apps, tokens, browser, tokens)
        parts = {**PARTS, "what was sent": "own", "opens": "shut"}
        yield Observed("the tokens from one laptop", result, parts, usual)
        yield left_in(browser, "kept")


def sent(answer: Tried, apps: TwoApps, secrets: dict[str, str], *arguments: Any) -> Any:
    """What a function returned, and what left somebody's browser meanwhile."""
    before = len(apps.lab.wire)
    response = seen(answer, *arguments)
    if response is None or isinstance(response, Raised):
        return response
    wire = [one for one in apps.lab.wire[before:] if one.client == "somebody"]
    is_one = isinstance(response, httpx.Response)
    return {
        "returned": "a response" if is_one else written(response),
        "requests from the browser": len(wire),
        "opens": bool(wire) and wire[-1].status < 300,
        "said": f"The response was {wire[-1].status}." if wire else "",
        "what was sent": [(name, where) for one in wire for name, where in places(one, secrets)],
        "the address": wire[-1].url.partition("?")[0] if wire else None,
    }


def places(one: Exchange, secrets: dict[str, str]) -> list[tuple[str, str]]:
    """Which of these secrets a request carries, and where."""
    parts = {"a URL": unquote_plus(one.url), "the body": unquote_plus(one.request_body)}
    parts |= {f"the {name} header": value for name, value in one.request_headers}
    return [
        (name, where)
        for name, secret in secrets.items()
        for where, text in parts.items()
        if secret in text
    ]


# --- a grid by trying (05-2) ----------------------------------------------------------------------

STATUSES = (200, 200, 302, 401, 403, 500)


def try_fill(answer: Tried) -> Trial:
    """Grids of several sizes, one of them large, at doors with drawn names, each of which opens for
    some tokens."""
    drawn = dice("lesson-05", "grids")
    for rows, columns in ((3, 3), (2, 4), (4, 1), (0, 2), (30, 10)):
        tokens = {f"token {n}": next(drawn) for n in range(rows)}
        doors = [f"door {next(drawn)[:3]}" for _ in range(columns)]
        pairs = [(door, token) for door in doors for token in tokens.values()]
        statuses = {pair: STATUSES[int(next(drawn)[:2], 16) % 6] for pair in pairs}
        tried: list[tuple[str, str]] = []

        def knock_at(door: str, token: str, tried: Any = tried, statuses: Any = statuses) -> Any:
            tried.append((door, token))
            return httpx.Response(statuses[door, token])

        case = f"{counted(rows, 'token')} at {counted(columns, 'door')}"
        grid = seen(answer, knock_at, dict(tokens), list(doors))
        opens = dict.fromkeys(((name, door) for name in tokens for door in doors), "opens")
        yield Observed(case, grid, opens, {0: "edge", 30: "large", 2: "again"}.get(rows, ""))
        yield Observed(f"{case}, each tried once", sorted(tried), "twice")


# --- rotation (05-9, 05-3) ------------------------------------------------------------------------


def try_turns(turns: Any) -> Trial:
    """The race at a provider that deletes used tokens."""
    words = turns.split() if isinstance(turns, str) else []
    yield Observed("the names", 1 <= len(words) <= 20 and set(words) <= {"Ada", "Tom"}, "form")
    yield Observed("who takes part", sorted(set(words)), "both")
    with redirect_stdout(StringIO()):
        last = dict(zip(words, race(refresh_and_delete, " ".join(words)), strict=True))
    yield Observed("who gets a token in the end", last, "ada")
    yield Observed("whose turn is the last", words[-1], "last")


OTHERS = (
    "tom at notes",
    "mary at notes",
    "ada",
    "ada at notes, phone",
    "Ada at Notes",
    " ada at notes",
)
ALIKE = ("{}~", "~{}", " {}", "{}\n")  # tokens of other families that look like Ada's first one
ADA, MARY = "ada at notes", "mary at notes"
MANY = 300  # families in a large store
# What is no good new token, in words, and the mistake behind it.
BEFORE, OWN_DICE = "a token that was given out before", "a token by dice of its own"
TEXTS = {BEFORE: "no new", OWN_DICE: "own random", "str": "guessable"}
OWN_RANDOM = {"secrets", "token_urlsafe", "token_hex", "token_bytes", "urandom", "uuid4"}


def try_rotate(answer: Tried) -> Trial:
    """Families of drawn length, in which a drawn token comes a second time."""
    for length, reused in ((1, 0), (3, 0), (2, 1), (4, 2)):
        one = Rotated(answer, f"line {length} {reused}")
        held, store = one.held, one.store
        for family in [ADA] * length + [MARY] * (length > 1):
            about = "noted" if len(held[family]) > 1 else "good"
            case = f"an unused token, number {len(held[family])} of the family {family!r}"
            yield Observed(case, one.use(held[family][-1], family), {"NoneType": about, **TEXTS})
        yield Observed("what is remembered of it", held[ADA][0] in store["family"], "deleted")
        yield Observed("a token that was used before", one.use(held[ADA][reused]), "reuse", "again")
        case = "the newest token, after an older one of its family came again"
        yield Observed(case, one.use(held[ADA][-1]), "family")
        dead = sorted(store["dead"]) if isinstance(store["dead"], set) else written(store["dead"])
        yield Observed("store['dead'], after that", dead, "not recorded")
        tom = held["tom at notes"][0]
        for text in ("", "never given out", tom[:-1], tom[1:], tom + "x", f" {tom}"):
            yield Observed(
                f"the token {text!r}, which was never issued", one.use(text), "whole", "edge"
            )
        yield Observed("a token in the other case", one.use(tom.swapcase()), "whole", "edge")
        for family in [other for other in held if other not in (ADA, MARY)] * 2:
            case = f"a token of {family!r}, {held[family][-1]!r}, after {ADA!r} died"
            about = "alike" if family.startswith("family ") else "everybody"
            yield Observed(case, one.use(held[family][-1], family), about)
        for _ in range(3 - len(held[MARY])):
            case = f"a token of {MARY!r}, after {ADA!r} died"
            yield Observed(case, one.use(held[MARY][-1], MARY), "everybody")
        case = "a token that was used before another family died"
        yield Observed(case, one.use(held[MARY][0]), "reuse")
        yield Observed(
            "the newest token of a second dead family", one.use(held[MARY][-1]), "family"
        )
        case = "the newest token of a dead family, after a second died"
        yield Observed(case, one.use(held[ADA][-1]), "revived")
    one = Rotated(answer, "many", more=MANY)
    last = [*one.held][-1]
    case = f"the last of {len(one.held)} families"
    yield Observed(case, one.use(one.held[last][-1], last), {"NoneType": "good", **TEXTS}, "large")


class Rotated:
    """A store, the tokens that each family was given, and an answer that rotates them."""

    def __init__(self, answer: Tried, seed: str, more: int = 0):
        self.answer, self.stream, self.drawn = answer, dice("lesson-05", seed), list[str]()
        self.store = new_store()
        first = self.draw()
        alike = [form.format(first) for form in ALIKE] + [first.swapcase()]
        self.held = {ADA: [first]} | {family: [self.draw()] for family in OTHERS}
        self.held |= {f"family {number}": [token] for number, token in enumerate(alike)}
        self.held |= {f"another family {number}": [self.draw()] for number in range(more)}
        self.store["family"] |= {its[0]: family for family, its in self.held.items()}

    def draw(self) -> str:
        self.drawn.append(next(self.stream))
        return self.drawn[-1]

    def use(self, token: str, family: str = "") -> Any:
        """What comes of a token, in words; a good new one is the family's newest from now on."""
        before = len(self.drawn)
        new = seen(self.answer, self.store, token, self.draw)
        if not isinstance(new, str):
            return new
        if not new or new in {one for its in self.held.values() for one in its}:
            return BEFORE
        if not any(one in new for one in self.drawn[before:]):
            return self.not_drawn(token, new)
        its = self.store["family"].get(new)
        self.held.get(family, []).append(new)
        return {"a new token": True, "its family": its if its in self.held else written(its)}

    def not_drawn(self, token: str, new: str) -> str:
        """A token that did not come from draw(): Tom runs the same code with dice of his own."""
        if names_in(getattr(self.answer.function, "__code__", None)) & OWN_RANDOM:
            return OWN_DICE
        again, toms = new_store(), dice("Tom's", "dice")
        again["family"][token] = self.store["family"].get(token, ADA)
        got = seen(self.answer, again, token, lambda: next(toms))
        same = ", and Tom, who ran your code on his copy, got the same" if got == new else ""
        return f"a token that Tom can work out{same}"


def names_in(code: Any) -> set[str]:
    """The global names and attributes that a function's code uses, inner functions included."""
    inner = [one for one in getattr(code, "co_consts", ()) if hasattr(one, "co_names")]
    return set(getattr(code, "co_names", ())).union(*map(names_in, inner))


# --- the client secret (05-4) ---------------------------------------------------------------------


def try_outlive(answer: Tried) -> Trial:
    """Two clients with drawn secrets. Each secret is replaced, and a day passes."""
    apps = three_doors("lesson-05/clients")
    drawn, browser = dice("lesson-05", "clients"), apps.lab.browser("somebody", "203.0.113.67")
    for client_id in ("backup", f"job-{next(drawn)[:4]}"):
        secret, grants = f"Job-{next(drawn)}", ("client_credentials",)
        client = Client(client_id, secret=secret, scope="read", grant_types=grants)
        apps.provider.clients[client_id] = client
        before = len(apps.lab.wire)
        token = seen(answer, browser, client_id, secret)
        sent = [one for one in apps.lab.wire[before:] if one.client == "somebody"]
        result = token
        if token is not None and not isinstance(token, Raised):
            shown = {where for one in sent for _, where in places(one, {"the secret": secret})}
            result = {
                "returned": "a text" if isinstance(token, str) else written(token),
                "the secret": sorted(shown),
            }
        parts = {"returned": "response", "the secret": "form"}
        usual = "" if client_id == "backup" else "again"
        yield Observed(f"client {client_id}", result, parts, usual)
        apps.provider.clients[client_id] = replace(client, secret=next(drawn))
        apps.lab.clock.tick(24 * 3600)
        yield Observed(
            f"client {client_id}, a day later",
            {
                "what is returned holds the secret": secret in str(token),
                "the API opens for the client": opens_for(apps, token) == client_id,
            },
            {
                "the API opens for the client": "shut",
                "what is returned holds the secret": "secret",
            },
        )
    yield left_in(browser, "kept")


def opens_for(apps: TwoApps, token: Any) -> str | None:
    """Whom the API opens for who shows this token."""
    if not isinstance(token, str) or not token.isascii():
        return None
    response = apps.tom.get(API + "/me", headers=bearer(token))
    return response.json().get("sub") if response.is_success else None


# --- kinds, survivors (05-5, 05-6) ----------------------------------------------------------------

_KEY = SigningKey(ec_private_key("lesson-05/judge"), "ES256", "es256-1")


def try_kind_of(answer: Tried) -> Trial:
    """Each text, and once more from the last to the first."""
    yield from calls(answer, texts())


def texts() -> Iterator[Call]:
    """Texts of every kind, with drawn subjects, the telling ones first."""
    drawn = dice("lesson-05", "kinds")
    claims = {"iss": LOGIN, "sub": next(drawn), "aud": "wiki", "iat": 1697620000}
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}

    def signed(typ: str = "JWT", **more: Any) -> str:
        return sign({**claims, **more}, _KEY, typ=typ)

    yield Call((signed(nonce=next(drawn)),), "an ID token", "JWT")
    yield Call((signed(aud=API),), "typ JWT, for the API", "audience")
    yield Call((signed("at+jwt", aud=API),), "typ at+jwt", "at")
    words = "typ at+jwt, for the wiki"
    yield Call((signed("at+jwt", client_id="backup"),), words, "audience")
    words = "typ JWT, with scope and client_id"
    yield Call((signed(scope="read", client_id="notes"),), words, "audience")
    yield Call((sign({"sub": next(drawn)}, _KEY),), "typ JWT, without aud", "audience")
    yield Call((next(drawn),), "a refresh token", "opaque", "edge")
    for text in ("", "a.b", "eyJ"):
        yield Call((text,), f"the string {text!r}", "opaque", "edge")
    for text in ("a.b.c", ".."):
        yield Call((text,), f"the string {text!r}", "looks", "edge")
    yield Call((next(drawn) * 200,), "a very long refresh token", "looks", "large")
    for text in ("www.wiki.example", "1.4.0.2.9", "eyJust.a.test"):
        yield Call((text,), f"the string {text}", "looks")
    signature = "A" * 86
    spaced = b64(b'{ "typ": "JWT", "alg": "ES256" }')
    words = "typ JWT, with spaces in its header"
    yield Call((f"{spaced}.{json_part(claims)}.{signature}",), words, "looks")
    yield Call((f"{json_part({'typ': 'JWT'})}.{json_part({})}.",), "a short JWT", "looks")
    words = "typ at+jwt, without a signature"
    yield Call((f"{json_part({'typ': 'at+jwt'})}.{json_part({})}.",), words, "looks")
    yield Call((signed("logout+jwt", events=event),), "a logout token", "logout")
    yield Call((signed(events=event),), "typ JWT, with events", "events")
    yield Call((signed(events={}),), "typ JWT, with empty events", "events")
    yield Call((signed("dpop+jwt"),), "typ dpop+jwt", "logout")
    for more in ({"event": event}, {"events_seen": 3}, {"Events": event}):
        yield Call((sign({**claims, **more}, _KEY),), f"typ JWT, with {[*more]}", "not events")
    yield Call((signed(name="events"),), "typ JWT, with the value 'events'", "not events")
    nearly = ("at", "at+jwt2", "xat+jwt", "JW", "JWT2", "XJWT", "jwt+at", " JWT", "JWT ")
    for typ in (*nearly, "at+jwt ", "text/at+jwt", "text/JWT"):
        yield Call((signed(typ),), f"typ {typ!r}", "whole")
    for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": next(drawn)}):
        text = f"{json_part(header)}.{json_part(claims)}.{signature}"
        yield Call((text,), "a JWT without typ", "no typ")
    for typed in ({}, {"typ": "JWT"}, {"typ": "at+jwt"}):
        head = json_part({"alg": "dir", "enc": "A256GCM", **typed})
        text = f"{head}..{'A' * 16}.{next(drawn)}.{'A' * 22}"
        yield Call((text,), f"an encrypted token (JWE), {typed}", "encrypted")


Table = dict[tuple[str, str], float]  # the last minute of a row after an action


def try_survivors(answer: Tried) -> Trial:
    """Tables of drawn minutes; the order of the rows in the result does not matter."""
    for call in tables():
        rows = seen(answer, *call.arguments)
        result = sorted(map(str, rows)) if isinstance(rows, list | tuple) else rows
        yield Observed(call.words, result, call.about, call.usual)
    for call in reversed([*tables()]):
        rows = seen(answer, *call.arguments)
        yield Observed(call.words, sorted(map(str, rows or ())), call.about, "again")


def tables() -> Iterator[Call]:
    """Tables of drawn minutes, one of them large."""
    drawn = dice("lesson-05", "tables")
    times, does = (0, 0.5, 4, 6, 11, 1440), ("log out", "change", "disable")

    def table(rows: Iterable[str]) -> Table:
        return {(row, one): times[int(next(drawn)[:4], 16) % 6] for row in rows for one in does}

    small = table(("cookie", "code", "token", "secret", "key"))
    names = {"session": (4, 11), "session at the wiki": (11, 4), "Session": (11, 11)}
    alike: Table = {
        (name, action): minute
        for name, minutes in names.items()
        for action, minute in zip(("revoke", "revoke all"), minutes, strict=True)
    }
    edge: Table = {("cookie", "x"): 6, ("code", "x"): 4, ("cookie", "y"): 1440, ("code", "y"): 0}
    for lasts, actions, minute, about, usual in (
        (small, ("log out",), 5, "one", ""),
        (edge, ("x",), 6, "edge", "edge"),
        (edge, ("x",), 4, "edge", "edge"),
        (small, ("log out", "change"), 4, "each", ""),
        (small, ("change", "disable"), 4, "each", ""),
        (small, does, 0.5, "each", ""),
        (alike, ("revoke",), 6, "whole", ""),
        (alike, ("revoke all",), 6, "whole", ""),
        (edge, ("x", "y"), 11, "none", "edge"),
        (small, (), 11, "no actions", "edge"),
        (edge, (), 1440, "no actions", "edge"),
        ({}, ("x",), 4, "none", "edge"),
        (table(f"token {n}" for n in range(300)), does, 4, "each", "large"),
    ):
        some = {pair: last for pair, last in lasts.items() if not actions or pair[1] in actions}
        words = f"minute {minute}, actions {actions}, of the table {written(some)}"
        yield Call((dict(lasts), actions, minute), words, about, usual)


# --- a runbook (05-10) ----------------------------------------------------------------------------


def try_runbook(answer: Tried) -> Trial:
    """Tables of drawn minutes. Which of several shortest lists it is does not matter."""
    for call, again in (
        *((call, "") for call in companies()),
        *((call, "again") for call in reversed([*companies()])),
    ):
        lasts, minute = call.arguments
        every = carried_out([action for _, action in lasts], lasts, minute)
        about: Any = "none" if every["open after them"] else RUNBOOK_PARTS
        result = carried_out(seen(answer, dict(lasts), minute), lasts, minute)
        yield Observed(call.words, result, about, again or call.usual)


RUNBOOK_PARTS = {
    "actions": "shortest",
    "open after them": "open",
    "no actions of this company": "nothing",
    "None": "none",
    "list": "form",
}


def carried_out(result: Any, lasts: Table, minute: float) -> Any:
    """What comes of a list of actions."""
    if result is None or isinstance(result, Raised):
        return result
    if not isinstance(result, list | tuple) or not all(isinstance(one, str) for one in result):
        return written(result)
    known = {action for _, action in lasts} - {"nothing"}
    done = ("nothing", *(one for one in result if one in known))
    opens = sorted({row for row, _ in lasts if all(lasts[row, one] >= minute for one in done)})
    return {
        "open after them": opens,
        "no actions of this company": [one for one in result if one not in known],
        "actions": len(result),
    }


def companies() -> Iterator[Call]:
    """Companies with drawn rows and actions, of which the last knows many."""
    drawn = dice("lesson-05", "companies")
    times = (0, 4, 6, 1440)

    def company(rows: int, actions: int, lives: int = 3) -> Table:
        names = [f"action {next(drawn)[:3]}" for _ in range(actions)]
        table: Table = {}
        for row in (f"row {number}" for number in range(rows)):
            table[row, "nothing"] = times[max(lives, int(next(drawn)[:4], 16) % 4)]
            for name in names:
                drawn_time = times[int(next(drawn)[:4], 16) % 4]
                table[row, name] = min(table[row, "nothing"], drawn_time)
        return table

    greedy: Table = {  # the action that ends most is in no shortest list
        (row, action): 0 if row in ended else 1440
        for row in "abcdef"
        for action, ended in {
            "nothing": "",
            "most": "abcd",
            "left": "abe",
            "right": "cdf",
        }.items()
    }
    yield Call((greedy, 60), "one action that ends most, two that end all", "")
    for rows, actions, minute in (
        (3, 3, 5),
        (4, 4, 5),
        (5, 5, 60),
        (6, 5, 60),
        (6, 6, 1),
        (5, 4, 5),
    ):
        words = f"{rows} rows, {actions} actions, minute {minute}"
        yield Call((company(rows, actions), minute), words, "")
    edge: Table = {("cookie", "nothing"): 1440, ("cookie", "log out"): 6, ("cookie", "disable"): 4}
    yield Call((edge, 6), "a row that opened last at this very minute", "", "edge")
    yield Call((edge, 4), "two such rows", "", "edge")
    short: Table = {("token", "nothing"): 6, ("token", "log out"): 6}
    yield Call((short, 60), "what ends by itself before then", "", "edge")
    stays: Table = {("secret", one): 1440 for one in ("nothing", "log out", "disable")}
    yield Call((stays, 60), "a row that no action ends", "", "edge")
    names = ("wiki", "secret", "key", "session", "family", "code")
    every: Table = {
        (row, action): 0 if row == action else 1440
        for row in names
        for action in ("nothing", *names)
    }
    yield Call((every, 60), "a row for each action", "")
    yield Call(({}, 60), "a company that holds nothing", "", "edge")
    yield Call((company(200, 5), 60), "200 rows", "", "large")
