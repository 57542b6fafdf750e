"""05 · ID token, access token, refresh token."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache, partial
from io import StringIO
from typing import Any
from urllib.parse import unquote_plus

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Kind,
    Tried,
    Verdict,
    compare,
    not_a_response,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    GridRow,
    code,
    columns_of,
)
from labutils.identity.oauth import bearer
from labutils.identity.provider.client_authentication import InvalidClient, basic_credentials
from labutils.identity.provider.state import Client
from labutils.identity.tokens import SigningKey, b64, ec_private_key, json_part, sign
from labutils.lab import Exchange, dice
from labutils.stage.three_doors import DOORS, FIVE_TRIES, KINDS, copied, hasty, three_doors
from labutils.stage.two_apps import API, LOGIN, TwoApps
from labutils.stage.what_dies_when import ACTIONS, ROWS, TRIES, what_dies_when
from labutils.text import counted

from .doors import knock
from .rotation import Store, new_store, race, refresh_and_delete

TOOLS = code("""
    from labutils.identity.oauth import bearer
    from labutils.identity.tokens import inspect
    from labutils.stage.two_apps import API, LOGIN, NOTES
""")
KNOCK = code("""
    def knock(browser, door, token):
        if door == "sign-in":
            return browser.post("https://notes.example/phone", data={"token": token})
        if door == "API":
            return browser.get(API + "/me", headers={"authorization": "Bearer " + token})
        form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
        return browser.post("https://login.example/token", data=form)
""")
FILL = code("""
    def fill(knock_at, tokens, doors):
        grid = {}
        for name, token in tokens.items():
            for door in doors:
                grid[name, door] = knock_at(door, token).is_success
        return grid
""")
REFRESH = code("""
    def refresh(store, token, draw):
        family = store["family"].get(token)
        if family is None or family in store["dead"]:
            return None
        if token in store["used"]:
            store["dead"].add(family)
            return None
        store["used"].add(token)
        new = draw()
        store["family"][new] = family
        return new
""")
OUTLIVE = code("""
    def outlive(browser, client_id, secret):
        form = {"grant_type": "client_credentials"}
        url = "https://login.example/token"
        response = browser.post(url, data=form, auth=(client_id, secret))
        return response.json()["access_token"]
""")
WRONG_DOOR = code("""
    def wrong_door(browser, tokens):
        return browser.get(API + "/me", headers={"authorization": "Bearer " + tokens["ID token"]})
""")
KIND_OF = code("""
    def kind_of(token):
        seen = inspect(token)
        if seen.header is None:
            return "opaque"
        if seen.claims is None or "events" in seen.claims:
            return "other"
        if seen.header.get("typ") == "JWT":
            return "ID token"
        return "access token" if seen.header.get("typ") == "at+jwt" else "other"
""")
TURNS = code("""
    turns = "Tom Ada Tom"
""")
RUNBOOK = code("""
    runbook = ["drop the signing key", "disable the user", "replace the client secret"]
""")
SURVIVORS = code("""
    def survivors(lasts, actions, minute):
        rows = dict.fromkeys(row for row, action in lasts)
        return [row for row in rows if all(lasts[row, action] >= minute for action in actions)]
""")


wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


# --- 05-1: three requests -----------------------------------------------------------------------

RIGHT_KIND = dict(zip(DOORS, KINDS, strict=True))


def knocks(answer: Tried) -> Verdict:
    """The judge of 05-1: at each door the right token and a wrong one, in a new browser."""
    apps = three_doors("lesson-05/judge")
    tokens, browser = copied(apps), apps.lab.browser("somebody", "203.0.113.67")
    for door, kind in RIGHT_KIND.items():
        shut = next(other for other in KINDS if other != kind)
        for name, is_good in ((shut, False), (kind, True)):
            case = f"the {name} at the {door!r} door"
            tried = one_request(answer, apps, case, browser, door, tokens[name])
            if isinstance(tried, Verdict):
                return tried
            response, sent = tried
            if where := elsewhere(sent, tokens[name]):
                return Verdict("differs", case, f"the token in {where}", mistake="address")
            if response.is_success is not is_good:
                kind_of_verdict: Kind = "refused_good" if is_good else "let_in"
                said = f"The response was {response.status_code}."
                return Verdict(kind_of_verdict, case, said, mistake=door)
    return PASSED


def one_request(
    answer: Tried, apps: TwoApps, case: str, *arguments: Any
) -> Verdict | tuple[httpx.Response, Exchange]:
    """What a function returned, and the one request that it sent from somebody's browser; the
    verdict where it raised, returned no response, or did not send one request."""
    before = len(apps.lab.wire)
    try:
        response = answer(*arguments)
    except Exception:
        return answer.raised(case, "raises")
    if verdict := not_a_response(response, case):
        return verdict
    sent = [exchange for exchange in apps.lab.wire[before:] if exchange.client == "somebody"]
    if len(sent) != 1:
        got = f"{len(sent) or 'no'} requests from the browser"
        return Verdict("differs", case, got, "one", mistake="one" if sent else "browser")
    return response, sent[0]


def elsewhere(sent: Exchange, secret: str) -> str | None:
    """Where a secret stands in a request beside its body and the header authorization."""
    if secret in unquote_plus(sent.url):
        return "a URL"
    others = (name for name, said in sent.request_headers if secret in said)
    return next((f"the {name} header" for name in others if name != "authorization"), None)


# --- 05-2: a grid by trying ---------------------------------------------------------------------


STATUSES = (200, 200, 302, 401, 403, 500)


class Doors:
    """Doors with drawn names, each of which opens for some tokens; they note each knock."""

    def __init__(self, rows: int, columns: int, drawn: Iterator[str]):
        self.tokens = {f"token {n}": next(drawn) for n in range(rows)}
        self.names = [f"door {next(drawn)[:3]}" for _ in range(columns)]
        pairs = [(door, token) for door in self.names for token in self.tokens.values()]
        self.statuses = {pair: STATUSES[int(next(drawn)[:2], 16) % 6] for pair in pairs}
        self.tried: list[tuple[str, str]] = []

    def knock_at(self, door: str, token: str) -> httpx.Response:
        """The answer of a door."""
        self.tried.append((door, token))
        return httpx.Response(self.statuses[door, token])

    def why_unknown(self, error: KeyError) -> str:
        """The name of the mistake behind a key that is not there: of a pair, or of the grid."""
        if not self.tried or error.args[0] != self.tried[-1]:
            return "keys"
        door, token = self.tried[-1]
        return "name" if door in self.names and token in self.tokens else "order"

    def grid(self) -> dict[tuple[str, str], bool]:
        """What opens for what, by the name of the token."""
        pairs = [(name, door) for name in self.tokens for door in self.names]
        return {(n, door): self.statuses[door, self.tokens[n]] == 200 for n, door in pairs}


def filled(answer: Tried) -> Verdict:
    """The judge of 05-2: grids of several sizes."""
    drawn = dice("lesson-05", "grids")
    for rows, columns in ((3, 3), (2, 4), (4, 1)):
        doors = Doors(rows, columns, drawn)
        case = f"{counted(rows, 'token')} at {counted(columns, 'door')}"
        try:
            grid = answer(doors.knock_at, dict(doors.tokens), list(doors.names))
        except KeyError as error:
            return answer.raised(case, doors.why_unknown(error))
        except Exception:
            return answer.raised(case, "raises")
        if verdict := wrong_grid(grid, doors.grid(), case):
            return verdict
        if sorted(doors.tried) != sorted(doors.statuses):
            got, want = counted(len(doors.tried), "attempt"), f"{len(doors.statuses)}"
            return Verdict("differs", case, got, want, mistake="twice")
    return PASSED


def wrong_grid(grid: Any, want: dict[tuple[str, str], bool], case: str) -> Verdict | None:
    """What is wrong with a grid, by its first member that differs; None where nothing is."""
    if grid is None:
        return Verdict("none", case)
    if not isinstance(grid, dict) or grid.keys() - want.keys():
        return Verdict("differs", case, written(grid), mistake="keys")
    for pair, right in want.items():
        if pair not in grid:
            return Verdict("differs", case, f"nothing for {pair}", written(right), mistake="some")
        if grid[pair] is not right:
            mistake = "number" if grid[pair] == right else "opens"
            got = f"{written(grid[pair])} for {pair}"
            return Verdict("differs", case, got, written(right), mistake=mistake)
    return None


# --- 05-9: who stays in -------------------------------------------------------------------------


def stays_in(turns: Any) -> Verdict:
    """The judge of 05-9: at a provider that deletes used tokens, Ada ends up refused and Tom in."""
    words = turns.split() if isinstance(turns, str) else []
    if not set(words) <= {"Ada", "Tom"} or not 1 <= len(words) <= 20:
        return Verdict("differs", got=written(turns), mistake="form")
    if set(words) != {"Ada", "Tom"}:
        return Verdict("differs", got=written(turns), mistake="both")
    with redirect_stdout(StringIO()):
        outcome = race(refresh_and_delete, turns)
    last = dict(zip(words, outcome, strict=True))
    if last["Ada"] or not last["Tom"]:  # whoever came first has got all tokens since
        return Verdict("differs", got=written(turns), mistake="ada")
    return PASSED if words[-1] == "Tom" else Verdict("differs", got=written(turns), mistake="last")


# --- 05-3: rotation with reuse detection --------------------------------------------------------


class Draws:
    """A source of random texts that remembers what it gave."""

    def __init__(self, seed: str):
        self.stream, self.given = dice("lesson-05", seed), list[str]()

    def __call__(self) -> str:
        self.given.append(next(self.stream))
        return self.given[-1]


OTHER_FAMILIES = (
    "tom at notes",
    "mary at notes",
    "ada",
    "ada at notes, phone",
    "Ada at Notes",
    " ada at notes",
)
ALIKE = ("{}~", "~{}", " {}", "{}\n")  # tokens of other families that look like Ada's first one


class Line:
    """One family in a store, as the judge of 05-3 plays it: `newest` is what its owner holds."""

    def __init__(self, answer: Tried, seed: str):
        self.answer, self.draw = answer, Draws(seed)
        self.store: Store = new_store()
        first = self.draw()
        self.others = {family: self.draw() for family in OTHER_FAMILIES}
        alike = [form.format(first) for form in ALIKE] + [first.swapcase()]
        self.others |= {f"family {number}": token for number, token in enumerate(alike)}
        self.store["family"] |= {first: "ada at notes"}
        self.store["family"] |= {token: family for family, token in self.others.items()}
        self.tokens, self.family = [first], "ada at notes"

    def of(self, family: str) -> "Line":
        """Another family in the same store."""
        other = copy.copy(self)
        other.tokens, other.family = [self.others[family]], family
        return other

    def refresh(self, token: str) -> Any:
        return self.answer(self.store, token, self.draw)

    def on(self) -> Verdict | None:
        """Use the newest token once. The verdict where that gives no good new one."""
        newest = self.tokens[-1]
        case = f"an unused token, number {len(self.tokens)} of its family"
        before = len(self.draw.given)
        try:
            new = self.refresh(newest)
        except Exception:
            return self.answer.raised(case, "raises")
        if new is None:
            mistake = "good" if len(self.tokens) == 1 else "noted"
            return Verdict("differs", case, "None", "a new token", mistake=mistake)
        if not isinstance(new, str) or new in (*self.tokens, *self.others.values()):
            return Verdict("differs", case, written(new), "a new token", mistake="no new")
        if not any(fresh in new for fresh in self.draw.given[before:]):
            if names_in(getattr(self.answer.function, "__code__", None)) & OWN_RANDOM:
                return Verdict("differs", case, written(new), mistake="own random")
            return guessed(self.answer, self.store, newest, new)
        family = self.store["family"].get(new, self.family)
        if family not in (self.family, *self.others):
            got = f"a new token of the family {written(family)}"
            return Verdict("differs", case, got, written(self.family), mistake="other family")
        self.tokens.append(new)
        return None

    def refused(self, token: str, case: str, mistake: str) -> Verdict | None:
        """The verdict where a token still gives a new one.

        One that is not in the store any more was deleted, or never noted.
        """
        known = token in self.store["family"]
        try:
            new = self.refresh(token)
        except Exception:
            gone = "noted" if token == self.tokens[-1] else "deleted"
            lost = token in self.tokens and not known
            return self.answer.raised(case, gone if lost else mistake)
        if new is not None and not new:
            return Verdict("differs", case, written(new), "None", mistake="not None")
        return None if new is None else Verdict("let_in", case, mistake=mistake)


OWN_RANDOM = {"secrets", "token_urlsafe", "token_hex", "token_bytes", "urandom", "uuid4"}


def names_in(code_object: Any) -> set[str]:
    """The global names and attributes that a function's code uses, inner functions included."""
    inner = [one for one in getattr(code_object, "co_consts", ()) if hasattr(one, "co_names")]
    return set(getattr(code_object, "co_names", ())).union(*map(names_in, inner))


def guessed(answer: Tried, store: Store, token: str, new: str) -> Verdict:
    """A new token that did not come from draw(): Tom runs the same code with dice of his own."""
    again = new_store()
    again["family"][token] = store["family"].get(token, "ada at notes")
    try:
        toms = answer(again, token, Draws("Tom's"))
    except Exception:
        toms = None
    same = ", and Tom, who ran your code on his copy, got the same" if toms == new else ""
    return Verdict("differs", got=written(new) + same, mistake="guessable")


def rotation(answer: Tried) -> Verdict:
    """The judge of 05-3: families of drawn length, in which a drawn token comes a second time."""
    for length, reused in ((1, 0), (3, 0), (2, 1), (4, 2)):
        line = Line(answer, f"line {length} {reused}")
        mary = line.of("mary at notes")
        for one in [line] * length + [mary] * (length > 1):
            if verdict := one.on():
                return verdict
        verdict = one_family(line, reused) or other_families(line) or all_of_it(line, mary)
        if verdict:
            return verdict
    return PASSED


def one_family(line: Line, reused: int) -> Verdict | None:
    """The verdict on a used token that comes again, and on tokens that nobody was given."""
    old, newest = line.tokens[reused], line.tokens[-1]
    deleted = old not in line.store["family"]
    tries = (
        (old, "a token that was used before", "reuse"),
        (
            newest,
            "the newest token, after an older one of its family was used a second time",
            "deleted" if deleted else "family",
        ),
        ("never given out", "a token that was never issued", "unknown"),
        *(
            (token, f"a token that is {what}", "whole")
            for token, what in almost(line.others["tom at notes"])
        ),
    )
    for token, case, mistake in tries:
        if verdict := line.refused(token, case, mistake):
            by_token = mistake == "family" and old in line.store["dead"]
            return replace(verdict, mistake="dead token") if by_token else verdict
    if not isinstance(line.store["dead"], set):
        case, got = "store['dead'], after a family died", written(line.store["dead"])
        return Verdict("differs", case, got, "a set with that family", mistake="raises")
    if "ada at notes" not in line.store["dead"]:
        case, got = "store['dead'], after a second use", written(line.store["dead"])
        return Verdict("differs", case, got, "a set with that family", mistake="not recorded")
    return None


def other_families(line: Line) -> Verdict | None:
    """The verdict on the rest of the store, after the family of `line` died: it lives on."""
    for family in line.others:
        if family == "mary at notes":
            continue  # its first token is used already
        other = line.of(family)
        for _ in ("its first token", "the next one"):
            if verdict := other.on():
                if other.tokens[-1] not in line.store["family"]:
                    return verdict  # the new token was never noted
                case = f"a token of {family!r}, after the family 'ada at notes' died"
                mistake = "alike" if family.startswith("family ") else "everybody"
                if mistake == "alike":
                    case = (
                        f"the unused token {other.tokens[0]!r}, after {line.tokens[0]!r} was used"
                    )
                return Verdict("differs", case, "None", "a new token", mistake=mistake)
    return None


def all_of_it(line: Line, mary: Line) -> Verdict | None:
    """The verdict on families that die later: nothing that was used or dead is forgotten."""
    case = "a token that was used before another family died"
    while len(mary.tokens) < 3:
        if not (verdict := mary.on()):
            continue
        if mary.tokens[-1] not in line.store["family"]:
            return verdict  # the new token was never noted
        alive = "a token of 'mary at notes', after the family 'ada at notes' died"
        return Verdict("differs", alive, "None", "a new token", mistake="everybody")
    second = "the newest token of a second family, after one of its used tokens was reused"
    revived = "the newest token of a dead family, after a second family died, too"
    return (
        line.refused(mary.tokens[0], case, "reuse")
        or line.refused(mary.tokens[-1], second, "family")
        or line.refused(line.tokens[-1], revived, "revived")
    )


def almost(text: str) -> Iterator[tuple[str, str]]:
    """Texts that are almost this one, and what is different in each."""
    yield text[:-1], "a valid one without its last character"
    yield text[1:], "a valid one without its first character"
    yield text + "x", "a valid one with an extra letter"
    yield f" {text}", "a valid one with a space before it"
    yield text.swapcase(), "a valid one with upper and lower case swapped"


# --- 05-4: the client secret --------------------------------------------------------------------


def outlives(answer: Tried) -> Verdict:
    """The judge of 05-4: for two clients with drawn secrets. Each secret is replaced, a day passes,
    and what was returned must open the API."""
    apps = three_doors("lesson-05/clients")
    drawn, browser = dice("lesson-05", "clients"), apps.lab.browser("somebody", "203.0.113.67")
    for client_id in ("backup", f"job-{next(drawn)[:4]}"):
        secret, grants = f"Job-{next(drawn)}", ("client_credentials",)
        client = Client(client_id, secret=secret, scope="read", grant_types=grants)
        apps.provider.clients[client_id] = client
        case, before = f"client {client_id}", len(apps.lab.wire)
        try:
            token = answer(browser, client_id, secret)
        except Exception:
            return answer.raised(case, why_raised(answer, apps.lab.wire[before:], client_id))
        if token is None:
            return Verdict("none", case)
        if not isinstance(token, str):
            return Verdict("differs", case, written(token), mistake="response")
        sent = [one for one in apps.lab.wire[before:] if one.client == "somebody"]
        if where := next(filter(None, (elsewhere(one, secret) for one in sent)), None):
            return Verdict("differs", case, f"the secret in {where}", mistake="form")
        if any(secret in unquote_plus(one.request_body) for one in sent):
            return Verdict("differs", case, "the secret in the form", mistake="form")
        apps.provider.clients[client_id] = replace(client, secret=next(drawn))
        apps.lab.clock.tick(24 * 3600)
        seen = apps.tom.get(API + "/me", headers=bearer(token)) if token.isascii() else None
        if seen is None or not seen.is_success or seen.json()["sub"] != client_id:
            said = f"{written(token)}, which the API refuses a day later"
            mistake = "secret" if secret in token else "shut"
            return Verdict("differs", case, said, mistake=mistake)
    return PASSED


def why_raised(answer: Tried, sent: Iterable[Exchange], client_id: str) -> str:
    """The mistake behind an error: a member that this grant's answer has not, another client's
    name, or something else."""
    if isinstance(answer.error, KeyError) and "refresh" in str(answer.error):
        return "refresh"
    for one in sent:
        try:
            name, _ = basic_credentials(dict(one.request_headers).get("authorization", ""))
        except InvalidClient:
            continue
        if name != client_id:
            return "fixed"
    return "raises"


# --- 05-7: the first shot -----------------------------------------------------------------------


def first_shot(answer: Tried) -> Verdict:
    """The judge of 05-7: the hasty API opens to an ID token, twice, with other tokens each time,
    which stand in another order."""
    for seed, order in (("lesson-05/shot", KINDS), ("lesson-05/another", KINDS[::-1])):
        apps = hasty(three_doors(seed))
        tokens = {kind: copied(apps)[kind] for kind in order}
        browser = apps.lab.browser("somebody", "203.0.113.67")
        case = "the tokens from one laptop"
        tried = one_request(answer, apps, case, browser, tokens)
        if isinstance(tried, Verdict):
            return tried
        _, sent = tried
        if sent.status != 200:
            bare = shown_in(sent, tokens) == "ID token" and sent.url.startswith(API)
            said = f"The response was {sent.status}: {written(sent.response_body)}"
            return Verdict("differs", case, said, mistake="header" if bare else "shut")
        shown = shown_in(sent, tokens)
        if shown != "ID token" or not sent.url.startswith(API):
            return Verdict("differs", case, f"the {shown} at {sent.url}", mistake="own")
    return PASSED


def shown_in(sent: Exchange, tokens: dict[str, str]) -> str:
    """Which of these tokens a request carries, in its header or its body."""
    carried = dict(sent.request_headers).get("authorization", "") + unquote_plus(sent.request_body)
    return next((kind for kind in KINDS if tokens[kind] in carried), "URL alone")


# --- 05-8: a runbook ----------------------------------------------------------------------------


@cache
def lasting() -> dict[tuple[str, str], float]:
    """What the lesson's figure shows: the last minute of each credential after each action."""
    return what_dies_when(knock)


def left_by(runbook: Iterable[str]) -> list[str]:
    """The credentials that still open a day after all of these actions."""
    lasts = lasting()
    return [row for row in ROWS if min(lasts[row, one] for one in runbook) == TRIES[-1]]


def shortens(runbook: Any) -> Verdict:
    """The judge of 05-8: three actions of the list, and one credential that is left."""
    is_list = isinstance(runbook, list | tuple | set) and all(
        isinstance(one, str) for one in runbook
    )
    if not is_list:
        return Verdict("differs", got=written(runbook), mistake="list")
    if unknown := [one for one in runbook if one not in ACTIONS]:
        return Verdict("differs", got=f"{written(unknown[0])}, which is no action", mistake="name")
    if len(set(runbook) - {"nothing"}) != 3 or len(runbook) != 3:
        return Verdict("differs", got=written(runbook), mistake="three")
    left = left_by(runbook)
    if len(left) != 1:
        return Verdict("differs", got=", ".join(left), want="one that is left", mistake="left")
    return PASSED


# --- 05-5 and 05-6, on the long path ------------------------------------------------------------

Table = dict[tuple[str, str], float]  # the last minute of a row after an action
_KEY = SigningKey(ec_private_key("lesson-05/judge"), "ES256", "es256-1")


def kinds_of_tokens() -> list[Case]:
    """Texts of every kind, with drawn subjects, the telling ones first."""
    drawn = dice("lesson-05", "kinds")
    claims = {"iss": LOGIN, "sub": next(drawn), "aud": "wiki", "iat": 1697620000}
    event: dict[str, dict[str, Any]] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    encrypted = {"alg": "dir", "enc": "A256GCM"}
    rows = [
        (sign({**claims, "nonce": next(drawn)}, _KEY), "ID token", "JWT", "an ID token"),
        (sign({**claims, "aud": API}, _KEY), "ID token", "audience", "typ JWT, for the API"),
        (sign({**claims, "aud": API}, _KEY, typ="at+jwt"), "access token", "at", "typ at+jwt"),
        (
            sign({**claims, "client_id": "backup"}, _KEY, typ="at+jwt"),
            "access token",
            "audience",
            "typ at+jwt, for the wiki",
        ),
        (
            sign({**claims, "scope": "read", "client_id": "notes"}, _KEY),
            "ID token",
            "audience",
            "typ JWT, with scope and client_id",
        ),
        (sign({"sub": next(drawn)}, _KEY), "ID token", "audience", "typ JWT, without aud"),
        (next(drawn), "opaque", "opaque", "a refresh token"),
        ("a.b", "opaque", "opaque", "the string a.b"),
        ("", "opaque", "opaque", "an empty string"),
        (next(drawn) * 20, "opaque", "looks", "a long refresh token"),
        ("www.wiki.example", "opaque", "looks", "the string www.wiki.example"),
        ("1.4.0.2.9", "opaque", "looks", "the string 1.4.0.2.9"),
        ("eyJust.a.test", "opaque", "looks", "the string eyJust.a.test"),
        (spaced(claims), "ID token", "looks", "typ JWT, with spaces in its header"),
        (f"{json_part({'typ': 'JWT'})}.{json_part({})}.", "ID token", "looks", "a short JWT"),
        (
            f"{json_part({'typ': 'at+jwt'})}.{json_part({})}.",
            "access token",
            "looks",
            "typ at+jwt, without a signature",
        ),
        (
            sign({**claims, "events": event}, _KEY, typ="logout+jwt"),
            "other",
            "logout",
            "a logout token",
        ),
        (sign({**claims, "events": event}, _KEY), "other", "events", "typ JWT, with events"),
        (sign({**claims, "events": {}}, _KEY), "other", "events", "typ JWT, with empty events"),
        (sign(claims, _KEY, typ="dpop+jwt"), "other", "logout", "typ dpop+jwt"),
    ]
    rows += [
        (sign({**claims, **more}, _KEY), "ID token", "not events", f"typ JWT, with {words}")
        for more, words in (
            ({"event": event}, "a claim `event`"),
            ({"events_seen": 3}, "a claim `events_seen`"),
            ({"Events": event}, "a claim `Events`"),
            ({"name": "events"}, "the value 'events' in a claim `name`"),
        )
    ]
    rows += [
        (sign(claims, _KEY, typ=typ), "other", "whole", f"typ {typ}")
        for typ in (
            *("at", "at+jwt2", "xat+jwt", "JW", "JWT2", "XJWT", "jwt+at"),
            *(" JWT", "JWT ", "at+jwt ", "text/at+jwt", "text/JWT"),
        )
    ]
    for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": next(drawn)}):
        text = f"{json_part(header)}.{json_part(claims)}.{'A' * 86}"
        rows.append((text, "other", "no typ", "a JWT without typ"))
    for header in (encrypted, {**encrypted, "typ": "JWT"}, {**encrypted, "typ": "at+jwt"}):
        text = f"{json_part(header)}..{'A' * 16}.{next(drawn)}.{'A' * 22}"
        rows.append((text, "other", "encrypted", "an encrypted token (JWE)"))
    return [Case((text,), want, mistake, words) for text, want, mistake, words in rows]


def spaced(claims: dict[str, Any]) -> str:
    """A token with spaces in its header, so that it does not begin with eyJ."""
    head = b64(b'{ "typ": "JWT", "alg": "ES256" }')
    return f"{head}.{json_part(claims)}.{'A' * 86}"


def kind_by_looks(answer: Tried) -> Verdict:
    """The judge of 05-5."""
    verdict = compare(kinds_of_tokens)(answer)
    if verdict.kind == "raised" and str(answer.error) == "'events'":
        return replace(verdict, mistake="no events")
    return verdict


def tables() -> list[Case]:
    """Tables of drawn minutes, and what still opens."""
    drawn = dice("lesson-05", "tables")
    times = (0, 0.5, 4, 6, 11, 1440)
    table = {
        (row, action): times[int(next(drawn)[:4], 16) % 6]
        for row in ("cookie", "code", "token", "secret", "key")
        for action in ("log out", "change", "disable")
    }
    alike: Table = {
        ("session", "revoke"): 4,
        ("session", "revoke all"): 11,
        ("session at the wiki", "revoke"): 11,
        ("session at the wiki", "revoke all"): 4,
        ("Session", "revoke"): 11,
        ("Session", "revoke all"): 11,
    }
    edge: Table = {("cookie", "x"): 6, ("code", "x"): 4, ("cookie", "y"): 1440, ("code", "y"): 0}
    asked: list[tuple[Table, tuple[str, ...], float, list[str], str]] = [
        (table, ("log out",), 5, rows_left(table, ("log out",), 5), "one"),
        (edge, ("x",), 6, ["cookie"], "edge"),
        (edge, ("x",), 4, ["cookie", "code"], "edge"),
        *(
            (table, actions, minute, rows_left(table, actions, minute), "each")
            for actions, minute in (
                (("log out", "change"), 4),
                (("change", "disable"), 4),
                (("log out", "change", "disable"), 0.5),
            )
        ),
        (alike, ("revoke",), 6, ["session at the wiki", "Session"], "whole"),
        (alike, ("revoke all",), 6, ["session", "Session"], "whole"),
        (edge, ("x", "y"), 11, [], "none"),
        (table, (), 11, rows_left(table, (), 11), "no actions"),
        (edge, (), 1440, ["cookie", "code"], "no actions"),
    ]
    return [
        Case((lasts, actions, minute), want, mistake, in_words(lasts, actions, minute))
        for lasts, actions, minute, want, mistake in asked
    ]


def in_words(lasts: Table, actions: tuple[str, ...], minute: float) -> str:
    """What is asked of a table: the minutes of these actions, or of all where there are none."""
    some = {pair: last for pair, last in lasts.items() if not actions or pair[1] in actions}
    return f"minute {minute}, actions {actions}, of the table {written(some)}"


def rows_left(table: Table, actions: Any, minute: float) -> list[str]:
    """The rows that open at that minute after all of these actions, in the order of the table."""
    ended = {row for (row, action), last in table.items() if action in actions and last < minute}
    return [row for row in dict.fromkeys(row for row, _ in table) if row not in ended]


def same_rows(got: Any, want: list[str]) -> bool:
    """Whether these are the same rows in a list; their order does not matter."""
    return isinstance(got, list | tuple) and sorted(map(str, got)) == sorted(want)


def surviving(answer: Tried) -> Verdict:
    """The judge of 05-6."""
    verdict = compare(tables, same=same_rows)(answer)
    if verdict.kind == "raised" and isinstance(answer.error, KeyError):
        return replace(verdict, mistake="pair")
    if verdict.kind != "differs":
        return verdict
    result = answer.results[-1]
    if isinstance(result, set | frozenset | dict):
        return replace(verdict, mistake="set")
    if isinstance(result, list) and written(list(dict.fromkeys(result))) == verdict.want:
        return replace(verdict, mistake="twice")
    return verdict


# --- the table ----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "05-1",
        "function",
        knocks,
        "Three doors, three requests. None of them proves who is sending it.",
        {
            "sign-in": (
                "If door is 'sign-in': POST to https://notes.example/phone, with data={'token': "
                "token}.",
                altered(KNOCK, ('data={"token": token}', 'json={"token": token}')),
            ),
            "API": (
                "If door is 'API': GET https://api.example/me with the `authorization` header. "
                "Its value is the word Bearer, a space, and the token.",
                altered(KNOCK, ('"Bearer " + token', "token")),
            ),
            "token endpoint": (
                "If door is 'token endpoint': POST to https://login.example/token. The form has "
                "grant_type, client_id and refresh_token (RFC 6749, 6).",
                altered(KNOCK, (' "client_id": "notes",', "")),
            ),
            "response": (
                "Return the whole response, as the browser returns it.",
                altered(KNOCK, ("+ token})", "+ token}).status_code")).replace(
                    "data=form)", "data=form).json()"
                ),
            ),
            "address": (
                "The token goes where the table says, and nowhere else. URLs and other headers "
                "end up in logs.",
                altered(KNOCK, ('API + "/me"', 'API + "/me?access_token=" + token')),
            ),
            "one": (
                "Send one request, to the named door only. A second use of a refresh "
                "token raises an alarm.",
                altered(KNOCK, ("    form =", '    browser.get(API + "/me")\n    form =')),
            ),
            "browser": (
                "Send the request with the `browser` argument: browser.post, browser.get.",
                wrong("""
                import httpx

                def answer(browser, door, token):
                    return httpx.Response(403)
                """),
            ),
            "raises": (
                "browser.post(url, data={...}) sends a form; browser.get(url, headers={...}) "
                "sends a GET request.",
                altered(KNOCK, ("browser.post(", "browser(")),
            ),
        },
        (
            "Use an `if` for each door. Compare `door` with 'sign-in' and 'API'; what is left is "
            "the token endpoint.",
            "browser.post(url, data={'token': token}); browser.get(url, headers={'authorization': "
            "'Bearer ' + token}); browser.post(url, data={three fields}).",
        ),
        KNOCK,
    ),
    Exercise(
        "05-2",
        "function",
        filled,
        "You tried each pair once, so the grid shows which token opens which door.",
        {
            "order": (
                "knock_at takes the door first, then the token.",
                altered(FILL, ("knock_at(door, token)", "knock_at(token, door)")),
            ),
            "name": (
                "You passed the name of the token to knock_at. Pass the token itself: the value "
                "for that name in `tokens`.",
                altered(FILL, ("knock_at(door, token)", "knock_at(door, name)")),
            ),
            "keys": (
                "The grid is one dictionary. Each key is a pair, the token's name and then the "
                "door: grid[name, door].",
                altered(FILL, ("grid[name, door]", "grid[door, name]")),
            ),
            "some": (
                "The grid needs a value for each name at each door: False if the door "
                "stays shut. Do you create the grid again in a loop, or return it too early?",
                altered(FILL, ("    return grid", "            return grid")),
            ),
            "opens": (
                "knock_at returns a response. Its .is_success is True if the door opened. A "
                "redirect (302) opens nothing, and neither does a server error (500).",
                altered(FILL, (".is_success", ".status_code < 400")),
            ),
            "number": (
                "The value is True or False, not a number.",
                altered(FILL, (".is_success", ".is_success * 1")),
            ),
            "twice": (
                "Try each pair once. A second use of a refresh token raises an alarm.",
                altered(FILL, ("grid[name", "knock_at(door, token)\n            grid[name")),
            ),
            "raises": (
                "tokens.items() gives pairs: a name and a token. doors is a list.",
                altered(FILL, ("tokens.items()", "tokens")),
            ),
        },
        (
            "Two loops, one inside the other: for name, token in tokens.items(), then for door in "
            "doors.",
            "grid[name, door] = knock_at(door, token).is_success",
        ),
        FILL,
    ),
    Exercise(
        "05-9",
        "value",
        stays_in,
        "Whoever comes first keeps the family. To Ada it looks like an expired session, and to the "
        "provider like nothing at all.",
        {
            "form": (
                "turns is a string of the names Ada and Tom, with spaces between them, such as "
                "'Ada Tom Ada'.",
                'answer = ["Tom", "Ada"]',
            ),
            "both": (
                "Both must use a token at least once.",
                'answer = "Tom Tom"',
            ),
            "ada": (
                "Ada still gets tokens, and Tom none. Who has to be first to use what both hold?",
                'answer = "Ada Tom Ada"',
            ),
            "last": (
                "Ada is refused. Let Tom have one more turn at the end, to show that he is in.",
                'answer = "Tom Ada"',
            ),
        },
        (
            "A token works once. What does the second person to bring it get?",
            "Have Tom go first, and then Ada.",
        ),
        TURNS,
    ),
    Exercise(
        "05-3",
        "function",
        rotation,
        "RFC 9700 calls this refresh token rotation. A second use of a token now ends its family, "
        "and only that one.",
        {
            "good": (
                "A known, unused token gives a new one, unless its family is dead.",
                altered(REFRESH, ("if token in", "if token not in")),
            ),
            "noted": (
                "Store a new token in store['family']: its first use must work.",
                altered(REFRESH, ('    store["family"][new] = family\n', "")),
            ),
            "other family": (
                "A new token belongs to the family of the old one: store['family'][new] = "
                "store['family'][token].",
                altered(REFRESH, ('store["family"][new] = family', 'store["family"][new] = new')),
            ),
            "not None": (
                "A refusal is None: return None, or nothing at all.",
                altered(
                    REFRESH,
                    (
                        'store["dead"].add(family)\n        return None',
                        'store["dead"].add(family)\n        return False',
                    ),
                ),
            ),
            "no new": (
                "Each refresh returns one string that nobody has had before. Get it from draw(): "
                "the brackets call the function.",
                altered(REFRESH, ("return new", "return token")),
            ),
            "guessable": (
                "The new token does not come from draw(). A counter, the old token with an extra "
                "letter, the clock, or a hash of these: Tom can work them all out.",
                altered(REFRESH, ("draw()", "f'r{len(store[\"family\"])}'")),
            ),
            "own random": (
                "Nobody can guess that, and in production it would be right. Here, call draw() "
                "instead: each run then gives the same tokens, and this check can tell them from "
                "guessable ones.",
                altered(REFRESH, ("draw()", "__import__('secrets').token_urlsafe(16)")),
            ),
            "reuse": (
                "Add a token to store['used'] when it is used. A second use returns None.",
                altered(REFRESH, ('    store["used"].add(token)\n', "")),
            ),
            "family": (
                "After a second use the whole family is dead: Tom may hold the newest token.",
                altered(REFRESH, ('        store["dead"].add(family)\n', "")),
            ),
            "not recorded": (
                "The family no longer works, but store['dead'] does not say so. Without that, no "
                "alarm can be raised.",
                altered(
                    REFRESH,
                    (
                        'store["dead"].add(family)',
                        'store["used"] |= {t for t, f in store["family"].items() if f == family}',
                    ),
                ),
            ),
            "dead token": (
                "You added the token to store['dead']. That set holds families: add "
                "store['family'][token]. Otherwise the family's other tokens still work.",
                altered(REFRESH, ('store["dead"].add(family)', 'store["dead"].add(token)')),
            ),
            "deleted": (
                "The used token is gone from store['family']. When it is sent again, it looks like "
                "one that was never issued, and nobody notices that two parties hold tokens of "
                "the family.",
                altered(REFRESH, ('["family"].get(token)', '["family"].pop(token, None)')),
            ),
            "unknown": (
                "A token that was never issued gets None, not an error: use .get(token).",
                altered(REFRESH, ('["family"].get(token)', '["family"][token]')),
            ),
            "whole": (
                "That token was never issued. Look up the whole token, unchanged: "
                "store['family'].get(token).",
                altered(
                    REFRESH,
                    (
                        'store["family"].get(token)',
                        '{t.lower(): f for t, f in store["family"].items()}.get(token.lower())',
                    ),
                ),
            ),
            "alike": (
                "That token only looks like a used one: it has an extra letter, a space, or upper "
                "and lower case swapped. Compare whole tokens: token in store['used'].",
                altered(
                    REFRESH,
                    (
                        'if token in store["used"]',
                        'if any(token.startswith(used) for used in store["used"])',
                    ),
                ),
            ),
            "revived": (
                "When a second family died, the first one worked again. store['dead'] must keep "
                "all families that have ended: .add(...) adds one more.",
                altered(REFRESH, ('store["dead"].add(family)', 'store["dead"] = {family}')),
            ),
            "everybody": (
                "Only the family of the reused token is dead. The other families must still work.",
                altered(REFRESH, ("add(family)", 'update(store["family"].values())')),
            ),
            "raises": (
                "store['family'] is a dictionary; store['used'] and store['dead'] are sets: "
                ".add(...).",
                altered(REFRESH, ('store["used"].add', 'store["used"].append')),
            ),
        },
        (
            "Three cases, in this order: unknown token or dead family; used before; valid.",
            "The second case: store['dead'].add(family), then return None.",
            "The third: store['used'].add(token); new = draw(); store['family'][new] = family; "
            "return new.",
        ),
        REFRESH,
    ),
    Exercise(
        "05-4",
        "function",
        outlives,
        "The secret was replaced, and Tom never needed it again: the token opens the API without "
        "it.",
        {
            "secret": (
                "The API does not take secrets, and this one will be replaced tonight. Get "
                "something with it today.",
                wrong("""
                    def answer(browser, client_id, secret):
                        return secret
                """),
            ),
            "shut": (
                "Return the access token from the token endpoint's response, and nothing else.",
                altered(OUTLIVE, ('return response.json()["access_token"]', "return client_id")),
            ),
            "form": (
                "Use HTTP Basic, as RFC 6749, 2.3.1, recommends: auth=(client_id, secret). The "
                "secret does not belong in a form, a URL or another header.",
                altered(
                    OUTLIVE,
                    (", auth=(client_id, secret)", ""),
                    (
                        '{"grant_type": "client_credentials"}',
                        '{"grant_type": "client_credentials", "client_id": client_id, '
                        '"client_secret": secret}',
                    ),
                ),
            ),
            "response": (
                "Return a string. The token is in the response: response.json()['access_token'].",
                altered(OUTLIVE, ('return response.json()["access_token"]', "return response")),
            ),
            "fixed": (
                "You sent another client's name or secret. Use the client_id and the secret that "
                "the function is given.",
                altered(OUTLIVE, ("auth=(client_id, secret)", "auth=('backup', secret)")),
            ),
            "refresh": (
                "This grant gives no refresh token: a client can always ask again. Look at what "
                "the response has: print(response.json()).",
                altered(OUTLIVE, ('"access_token"', '"refresh_token"')),
            ),
            "raises": (
                "It is one call: browser.post(url, data={'grant_type': ...}, auth=(client_id, "
                "secret)). The form is a dictionary, and auth is a pair in round brackets. The "
                "response has access_token only if the provider accepted both.",
                altered(OUTLIVE, (", auth=(client_id, secret)", "")),
            ),
        },
        (
            "What does the API accept, and what does it never ask for?",
            "The form has one field: grant_type, with the value client_credentials (RFC 6749, "
            "4.4.2). One call: browser.post('https://login.example/token', data=form, "
            "auth=(client_id, secret)).",
            "response.json()['access_token'] is the machine token.",
        ),
        OUTLIVE,
    ),
    Exercise(
        "05-7",
        "function",
        first_shot,
        "The provider signed that token for the application notes. The API never asked who it was "
        "for.",
        {
            "own": (
                "That token was made for that door. Look for a door that does not compare the "
                "token's audience with its own name.",
                altered(WRONG_DOOR, ("ID token", "access token")),
            ),
            "header": (
                "The right token, at the right door. The header's value is the word Bearer, a "
                "space, and the token: headers=bearer(token) writes it.",
                altered(WRONG_DOOR, ('"Bearer " + ', "")),
            ),
            "shut": (
                "That door stayed shut. Read the code above: what does HastyApi.verify check, and "
                "which other token did the same provider sign?",
                altered(WRONG_DOOR, ("ID token", "refresh token")),
            ),
            "one": (
                "Send one request. Choose the token and the door before you send anything.",
                altered(WRONG_DOOR, ("return", "browser.get(API + '/me')\n    return")),
            ),
            "browser": (
                "Send the request with the `browser` argument: browser.post, browser.get.",
                wrong("""
                import httpx

                def answer(browser, tokens):
                    return httpx.Response(200)
                """),
            ),
            "response": (
                "Return the whole response, as the browser returns it.",
                altered(WRONG_DOOR, ("]})", "]}).json()")),
            ),
            "raises": (
                "tokens is a dictionary: tokens['ID token'], for example. The table says how each "
                "door wants its token; bearer(token) gives the header for the API.",
                altered(WRONG_DOOR, ("ID token", "id_token")),
            ),
        },
        (
            "A door that does not compare `aud` takes every token that the provider signed. Which "
            "door is that, and which two tokens did the provider sign?",
            "browser.get('https://api.example/me', headers=bearer(token)) sends a token to the "
            "API. Send the one that was made for the sign-in.",
        ),
        WRONG_DOOR,
    ),
    Exercise(
        "05-8",
        "value",
        shortens,
        "One credential is left. No three actions end all nine: count what each of them never "
        "reaches.",
        {
            "left": (
                "More than one is still open after a day. Look at the rows that stay open to the "
                "right edge: which action ends each of them, and which action ends two?",
                'answer = ["change password", "log out at the provider", "revoke refresh token"]',
            ),
            "three": (
                "Name three different actions; doing nothing is not one of them.",
                'answer = ["nothing", "disable the user", "drop the signing key"]',
            ),
            "name": (
                "Copy the names of the actions from the list above the figure.",
                'answer = ["drop the key", "disable the user", "replace the client secret"]',
            ),
            "list": (
                "runbook is a list of three names: ['...', '...', '...'].",
                'answer = "disable the user"',
            ),
        },
        (
            "Five credentials are open after a day if nobody does anything. Which are they?",
            "'disable the user' ends two of the five, the session at the provider and the refresh "
            "token. Each of the other three needs an action of its own, so choose two.",
        ),
        RUNBOOK,
    ),
    Exercise(
        "05-5",
        "function",
        kind_by_looks,
        "typ and claims tell the kinds apart, without a key. What a string looks like does not.",
        {
            "JWT": (
                "Here, a signed token whose typ is JWT is an ID token: return exactly the string "
                "'ID token'.",
                wrong("answer = lambda token: 'opaque'"),
            ),
            "at": (
                "A signed token with typ at+jwt is an access token (RFC 9068, 2.1).",
                altered(KIND_OF, ("at+jwt", "at")),
            ),
            "audience": (
                "aud, client_id and scope may be in both kinds. Look at typ.",
                wrong("""
                def answer(token):
                    claims = inspect(token).claims
                    if claims is None:
                        return "opaque"
                    return "ID token" if claims["aud"] == "wiki" else "access token"
                """),
            ),
            "opaque": (
                "A string that cannot be decoded is opaque. Its .header is None: check that before "
                "you look inside it.",
                altered(KIND_OF, ("seen.header is None", "False")).replace(
                    "seen.claims is None or ", "False or "
                ),
            ),
            "looks": (
                "Dots, length and first letters do not tell you what a string is. Let "
                "inspect(token) decode it: if it finds no header, the string is opaque.",
                wrong("""
                def answer(token):
                    if not token.startswith("eyJ"):
                        return "opaque"
                    seen = inspect(token)
                    if seen.claims is None or "events" in seen.claims:
                        return "other"
                    kinds = {"JWT": "ID token", "at+jwt": "access token"}
                    return kinds.get(seen.header.get("typ"), "other")
                """),
            ),
            "no events": (
                "Most tokens have no `events`, and then seen.claims['events'] raises an error. "
                "Use: 'events' in seen.claims.",
                altered(KIND_OF, ('"events" in seen.claims', 'seen.claims["events"]')),
            ),
            "no typ": (
                "A header may have no typ at all: then header.get('typ') is None, and "
                "header['typ'] raises an error. Without typ, nobody can tell the kind from the "
                "header.",
                altered(KIND_OF, ('seen.header.get("typ")', 'seen.header["typ"]')),
            ),
            "logout": (
                "It has a different typ, so it is a different kind. It signs nobody in and opens "
                "no API.",
                altered(KIND_OF, ('else "other"', 'else "ID token"'), ("events", "x")),
            ),
            "events": (
                "A logout token may have typ JWT too. Its claims have `events`, which no ID token "
                "has (Back-Channel Logout, 2.4).",
                altered(KIND_OF, (' or "events" in seen.claims', "")),
            ),
            "not events": (
                "Look for a claim whose name is exactly `events`: 'events' in seen.claims. A "
                "similar name, or the word in a value, is something else.",
                altered(
                    KIND_OF, ('"events" in seen.claims', '"event" in str(seen.claims).lower()')
                ),
            ),
            "whole": (
                "Compare the whole typ with ==. Part of it, or a longer value, is a different "
                "kind.",
                altered(
                    KIND_OF,
                    (
                        'seen.header.get("typ") == "at+jwt"',
                        '"at+jwt" in str(seen.header.get("typ"))',
                    ),
                ),
            ),
            "encrypted": (
                "The header of an encrypted token can be read, but its claims cannot: .claims is "
                "None. Without the key nobody knows what it is.",
                altered(
                    KIND_OF,
                    ("seen.claims is None or", "seen.claims is not None and"),
                ),
            ),
        },
        (
            "seen = inspect(token). Both seen.header and seen.claims can be None.",
            "Ask four questions, in this order: no header? no claims? `events` in the claims? "
            "which typ?",
        ),
        KIND_OF,
    ),
    Exercise(
        "05-6",
        "function",
        surviving,
        "A row survives if no action ends it. Such a list shows the gaps in a response.",
        {
            "one": (
                "lasts[row, action] is the last minute at which the row opened after that action. "
                "A row whose last minute is `minute` or later is still open.",
                altered(SURVIVORS, (">= minute", "< minute")),
            ),
            "each": (
                "All of the actions are taken. A row survives if it outlasts each of them.",
                altered(SURVIVORS, ("if all(", "if any(")),
            ),
            "edge": (
                "A row that opened at this very minute is still open.",
                altered(SURVIVORS, (">= minute", "> minute")),
            ),
            "set": (
                "That is a set or a dictionary. Return a list: [row for row in ...].",
                altered(
                    SURVIVORS,
                    ("[row for row in rows if", "{row for row in rows if"),
                    ("in actions)]", "in actions)}"),
                ),
            ),
            "whole": (
                "Compare the whole names of rows and actions. One name can be the beginning of "
                "another.",
                wrong("""
                def answer(lasts, actions, minute):
                    done = " ".join(actions)
                    ended = {r for (r, action), last in lasts.items() if action in done
                             and last < minute}
                    return [r for r in dict.fromkeys(r for r, _ in lasts) if r not in ended]
                """),
            ),
            "pair": (
                "A key of lasts is a pair: lasts[row, action].",
                altered(SURVIVORS, ("lasts[row, action]", "lasts[row][action]")),
            ),
            "twice": (
                "A row appears in `lasts` once for each action. In your list it should appear "
                "once: dict.fromkeys(row for row, action in lasts) has each row once.",
                altered(
                    SURVIVORS,
                    ("dict.fromkeys(row for row, action in lasts)", "[r for r, _ in lasts]"),
                ),
            ),
            "no actions": (
                "If nobody did anything, all rows are left. min(...) of nothing raises an error; "
                "all(...) of nothing is True.",
                altered(
                    SURVIVORS,
                    (
                        "all(lasts[row, action] >= minute for action in actions)",
                        "min(lasts[row, action] for action in actions) >= minute",
                    ),
                ),
            ),
            "none": (
                "If nothing survives, the list is empty.",
                altered(SURVIVORS, ("actions)]", "actions)] or ['nothing']")),
            ),
        },
        (
            "The rows: dict.fromkeys(row for row, action in lasts) has each row once.",
            "Keep a row if all(lasts[row, action] >= minute for action in actions).",
        ),
        SURVIVORS,
    ),
)


PREDICTIONS = (
    GridRow(
        "05-p1",
        "Tom has copies of Ada's three tokens, and tries them from his own browser. Which of "
        "these five attempts open the door?",
        columns_of(tuple(f"the {kind} at the {door!r} door" for kind, door in FIVE_TRIES)),
        "ooxoo",
        {
            "the ID token at the 'sign-in' door": (
                "This assumes that `notes` sees that Tom is not Ada. It sees a valid statement "
                "about Ada, made for `notes`."
            ),
            "the ID token at the 'API' door": (
                "This assumes that an ID token has a different kind of signature. The same "
                "provider signed it with the same keys, and this API checks nothing else."
            ),
            "the access token at the 'sign-in' door": (
                "This assumes that any of Ada's tokens signs her in. `notes` compares aud with its "
                "own name, and here aud is the API."
            ),
            "the access token at the 'API' door": (
                "This assumes that an API built in a hurry always fails, or that it sees who sends "
                "a token. It accepts valid tokens, and others too, and cannot see who sends them."
            ),
            "the refresh token at the 'token endpoint' door": (
                "This assumes that the provider asks for proof that `notes` is sending it. "
                "`notes` is a public client: it has no secret, so Tom can say that he is `notes`."
            ),
        },
        "The sign-in compares aud with its own name. This API compares nothing. So any "
        "application that ever received one of Ada's ID tokens could read her data here. A "
        "signature says who issued a token. It does not say which door the token is for.",
    ),
)
