"""What the exercises of lesson 15 are tried with."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx

from labutils.classroom.judging import Tried, nearly
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen
from labutils.lab import dice

from . import incident_response
from .credential_rotation import Client, CredentialRecord, Service, old_secret
from .incident_response import MOST, TO_END

LISTED = (set, frozenset, list, tuple)  # what may stand for a set of names

# --- 15-1: each secret at each door --------------------------------------------------------------

OPEN, REFUSED = (200, 204, 206), (401, 403)
UNKNOWN = (503, 500, 302, 404, 429, 400, 402, 407, 410)
Statuses = dict[tuple[str, str], int]  # of each secret and door
KINDS = ("open", "refused", "unknown")


def try_proof(answer: Tried) -> Trial:
    """Doors that answer with one status or several, and then the same doors with others."""
    for about, words, statuses in doors():
        usual = "large" if len(statuses) > 100 else "" if statuses else "edge"
        yield proved(answer, statuses, about, words, usual)
    for about, words, statuses in doors():
        others = dict(zip(statuses, [*statuses.values()][::-1], strict=True))
        if len(statuses) == 1:
            others = {pair: 503 if status < 500 else 200 for pair, status in statuses.items()}
        yield proved(answer, others, about, f"{words}; it answers otherwise now", "again")


def proved(answer: Tried, statuses: Statuses, about: str, words: str, usual: str) -> Observed:
    """What an answer gives for these doors, and what it tried."""
    tried: list[tuple[str, str]] = []

    def knock(secret: str, door: str) -> httpx.Response:
        tried.append((secret, door))
        return httpx.Response(statuses[secret, door])

    lists = seen(answer, list(statuses), knock)
    if lists is None or isinstance(lists, Raised):
        return Observed(words, lists, {"NoneType": "keys"}, usual)
    if not isinstance(lists, Mapping):
        return Observed(words, {"its keys": lists}, {"its keys": "keys"}, usual)
    members = {key: one for key, one in lists.items() if isinstance(one, list | tuple)}
    known = [*map(repr, statuses)]
    parts: dict[str, list[Any]] = {
        "its keys": sorted(str(key) if key in members else f"{key}: no list" for key in lists),
        "pairs that were not in tries": [
            text for one in members.values() for text in map(repr, one) if text not in known
        ],
        "attempts": sorted(tried),
        **{key: sorted(x for x in members.get(key, ()) if repr(x) in known) for key in KINDS},
    }
    let_in = [statuses[pair] for pair in parts["open"] if statuses[pair] > 299]
    abouts = dict.fromkeys(KINDS, about) | {
        "its keys": "keys",
        "pairs that were not in tries": "pairs",
        "attempts": "all",
    }
    if let_in:
        abouts["open"] = "elsewhere" if max(let_in) < 400 else "truth"
    return Observed(words, parts, abouts, usual)


def doors() -> Iterator[tuple[str, str, Statuses]]:
    """What a case is about, in words, and the status of each try; drawn names."""
    drawn = dice("lesson-15", "proof")

    def some(*statuses: int) -> Statuses:
        return {(next(drawn)[:5], f"door {next(drawn)[:3]}"): status for status in statuses}

    yield "open", "one attempt, answered 200", some(200)
    yield "refused", "two attempts, answered 401 and 403", some(401, 403)
    yield "all", "three attempts, answered 200, 403 and 200", some(200, 403, 200)
    for status in UNKNOWN:
        yield "unknown", f"one attempt, answered {status}", some(status)
    coins = [int(next(drawn)[:1], 16) % 2 * 200 + 200 for _ in range(4)]
    statuses = [200, 204, 206, 401, 403, *UNKNOWN, *coins]
    one, other = next(drawn)[:5], next(drawn)[:5]
    several = {(one, "a"): 200, (one, "b"): 401, (other, "a"): 200, (one, "c"): 200}
    several[other, "c"] = 503
    yield "all", "five attempts, with two secrets at three doors", several
    yield "2xx", "one attempt, answered 204", some(204)
    yield "2xx", "one attempt, answered 206", some(206)
    yield "all", f"{len(statuses)} attempts", some(*statuses)
    yield "keys", "no attempts", {}
    yield "all", f"{len(statuses) * 20} attempts", some(*statuses * 20)


# --- 15-7: acts on the clock ---------------------------------------------------------------------


def try_acts(acts: Any) -> Trial:
    """The evening is played with these acts."""
    is_plan = isinstance(acts, list | tuple) and all(isinstance(one, str) for one in acts)
    yield Observed("a list of names", is_plan, "kind")
    strangers = [name for name in acts if name not in TO_END]
    yield Observed("names that are not in the table", strangers, "name")
    yield Observed("there are too many", len(acts) > MOST, "late")
    outcome = incident_response.carry_out(acts)
    left = outcome.left
    makers = [maker for _, maker, thing in outcome.brought_back if thing in left]
    by = {"implant": "implant", "moveworks-token": "passes", "smartsheet-account": "account"}
    yield Observed("what is left at 20:00", left, by[makers[0]] if makers else "left")


# --- 15-8: what may go now -----------------------------------------------------------------------

Names = dict[str, set[str]]


def try_safe_now(answer: Tried) -> Trial:
    """Things of several shapes, with drawn names."""
    for step in map(Observed._make, calls(answer, companies())):
        result, about = step.seen, step.about
        if isinstance(result, LISTED):
            result, about = {"may go": set(result)}, {"may go": str(about)}
        elif result is not None and not isinstance(result, Raised):
            result, about = {"may go": result}, {"may go": "kind"}
        yield step._replace(seen=result, about=about)


def companies() -> Iterator[Call]:
    """What is left, what brings back what, and what that needs; the telling ones first."""
    drawn = dice("lesson-15", "safe now")
    a, b, c, d, e = (f"f{next(drawn)[:4]}" for _ in range(5))
    many = [f"n{number}" for number in range(300)]
    line = {one: {other} for one, other in zip(many, many[1:], strict=False)}
    cases: list[tuple[set[str], Names, Names, str, str]] = [
        ({a, b}, {a: set(), b: set()}, {a: set(), b: set()}, "free", ""),
        ({a, b}, {a: set(), b: {c}}, {a: set(), b: set()}, "backwards", ""),
        ({a, b}, {a: {b}, b: set()}, {a: set(), b: set()}, "back", ""),
        ({a, b}, {a: set(), b: {a}}, {a: set(), b: set()}, "backwards", ""),
        ({b}, {a: {b}, b: set()}, {a: set(), b: set()}, "gone", ""),
        ({a, b, c}, {a: {b}, b: {a}, c: set()}, {a: set(), b: set(), c: set()}, "back", ""),
        ({a}, {a: {a, b}}, {a: set()}, "itself", ""),
        ({a, b}, {a: {b}, b: set()}, {a: {c}, b: set()}, "needs", ""),
        ({a, b, c}, {a: {b}, b: set(), c: set()}, {a: {c}, b: set(), c: set()}, "back", ""),
        ({a, b, c}, {a: {b}, b: set(), c: set()}, {a: {c, d}, b: set(), c: set()}, "part", ""),
        ({a, b}, {a: {b}, b: set()}, {a: {b}, b: set()}, "itself", ""),
        ({a, b}, {a: {b}, b: set()}, {a: {a}, b: set()}, "back", ""),
        ({a, b, c}, {a: {b}, b: {c}, c: set()}, {a: {d}, b: set(), c: set()}, "needs", ""),
        ({a, b}, {a: {b, e}, b: set()}, {a: set(), b: set()}, "members", ""),
        ({a, b}, {a: {b}}, {}, "entry", "edge"),
        ({a, b}, {}, {}, "entry", "edge"),
        ({a, b}, {}, {a: {b}}, "entry", "edge"),
        (set(), {a: {b}}, {}, "members", "edge"),
        (set(many), line, {many[7]: {a}, many[9]: {many[0]}}, "back", "large"),
    ]
    for _ in range(6):
        names = [f"f{next(drawn)[:4]}" for _ in range(6)]
        brings = {one: {x for x in names if int(next(drawn)[:1], 16) < 4} for one in names}
        needs = {one: {x for x in names if int(next(drawn)[:1], 16) < 3} for one in names}
        cases.append((set(names[:5]), brings, needs, "back", ""))
    for left, brings, needs, about, usual in cases:
        told = {one: sorted(more)[:6] for one, more in [*brings.items()][:6]}
        also = {one: sorted(more) for one, more in needs.items() if more}
        words = f"left={sorted(left)[:6]}, brings_back={told}, needs={also}"
        yield Call((left, brings, needs), words, about, usual)


# --- 15-4: what a stolen credential made ---------------------------------------------------------

SINCE = 1000


def record(name: str, issued: int, made_by: str) -> CredentialRecord:
    """A row of an inventory."""
    return CredentialRecord(name, "user", "somebody", issued, 10**6, None, made_by=made_by)


def try_made_inside(answer: Tried) -> Trial:
    """Inventories with drawn names."""
    tried = [*inventories()]
    for call, step in zip(
        [*tried, *tried[::-1]], map(Observed._make, calls(answer, tried)), strict=True
    ):
        result, stolen = step.seen, set(call.arguments[1])
        is_names = isinstance(result, LISTED) and all(isinstance(one, str) for one in result)
        if is_names:
            result = {"stolen ones": sorted(stolen & set(result)), "returned": set(result)}
        elif result is not None and not isinstance(result, Raised):
            result = {"stolen ones": [], "returned": result}
        about = {"returned": str(call.about) if is_names else "ids", "stolen ones": "itself"}
        yield step._replace(seen=result, about=about)


def inventories() -> Iterator[Call]:
    """The inventories, the telling ones first."""
    drawn = dice("lesson-15", "lineage")
    s, t, a, b, c, d, e = (f"n{next(drawn)[:4]}" for _ in range(7))
    child, twin = record(a, 1100, s), record(b, 1100, a)
    line = [record(d, 1400, c), record(c, 1300, b), record(b, 1200, a), child]
    strangers = [record(a, 1100, t), record(b, 1150, "x"), record(e, 1300, b), record(c, 1200, a)]
    names = [s, *(f"child {number}" for number in range(200))]
    many = [record(one, 1100, of) for of, one in zip(names, names[1:], strict=False)]
    for words, about, rows in (
        ("one that the stolen one created", "made", [child]),
        ("one that onboarding created", "made", [record(a, 1100, "onboarding")]),
        ("one that it created before it was stolen", "before", [record(a, 900, s)]),
        ("one that it created in that same second", "edge", [record(a, SINCE, s)]),
        ("one that it created a second earlier", "before", [record(a, SINCE - 1, s)]),
        ("a child and a grandchild", "chain", [child, record(b, 1200, a)]),
        ("the grandchild is listed first", "order", [record(b, 1200, a), child]),
        ("four generations, the youngest first", "order", line),
        ("a child in the same second, listed before its parent", "second", [twin, child]),
        (
            "another child in the same second, listed before its parent",
            "second",
            [record(a, 1100, b), record(b, 1100, s)],
        ),
        ("the stolen one has a row", "itself", [record(s, 10, "onboarding"), child]),
        ("one stolen one created the other", "itself", [record(s, 1100, t), child]),
        (
            "a child of one that was created before",
            "before",
            [record(a, 900, s), record(b, 1200, a)],
        ),
        ("two stolen ones, and strangers", "made", strangers),
        *(
            (f"created by {maker!r}, but {s!r} was stolen", "made", [record(a, 1100, maker)])
            for maker in nearly(s)
        ),
        ("no row", "made", []),
        ("200 generations, the youngest first", "order", many[::-1]),
    ):
        usual = "large" if len(rows) > 100 else "" if rows else "edge"
        yield Call((rows, [s, t], SINCE), words, about, usual)
    yield Call((line, [s, t], 1250), "four generations, stolen later", "before")
    yield Call((line, [], SINCE), "nothing was stolen", "made", "edge")


# --- 15-6: what each team is told ----------------------------------------------------------------

Door = tuple[str, str, bool]  # a row's owner, what its door said, and whether the row says replaced


def try_report(answer: Tried) -> Trial:
    """Small inventories with drawn names, and what a proof found at their doors; a door that was
    `not tried` is in no list."""
    for step in map(Observed._make, calls(answer, proofs())):
        is_row = isinstance(step.seen, Mapping)
        result = {"returned": step.seen} if is_row else step.seen
        yield step._replace(
            seen=result, about={"returned": str(step.about)} if is_row else step.about
        )


def proofs() -> Iterator[Call]:
    """The inventories and what was found, the telling ones first."""
    drawn = dice("lesson-15", "report")
    red, blue, green = (f"team-{next(drawn)[:3]}" for _ in range(3))

    def call(about: str, words: str, *doors: Door, ids: Any = None, usual: str = "") -> Call:
        """`ids`: what to call the rows, where that matters."""
        names = list(ids or [f"c{next(drawn)[:5]}" for _ in doors])
        rows, lists = [], dict[str, list[tuple[str, str]]](open=[], refused=[], unknown=[])
        for name, (owner, said, replaced) in zip(names, doors, strict=True):
            row = CredentialRecord(name, "API key", owner, SINCE, 10**6, None)
            rows.append(replace(row, replaced=2000 if replaced else None))
            lists.get(said, []).append((old_secret(name), name))
        return Call((rows, lists), words, about, usual)

    opens, refuses = (red, "open", True), (red, "refused", True)
    silent, not_tried = (red, "unknown", True), (red, "not tried", True)
    yield call("finished", "one team, whose two doors refuse", refuses, refuses)
    yield call("open", "one team, whose door opens", opens)
    yield call("unknown", "one team, whose door did not answer", silent)
    words = "a row that does not say replaced; its door refuses"
    yield call("rows", words, (red, "refused", False))
    yield call("others", "two teams", opens, (blue, "refused", True))
    yield call("worst", "a team with a door that opens and one that refuses", opens, refuses)
    words = "a team with a door that did not answer and one that refuses"
    yield call("worst", words, refuses, silent, refuses)
    words = "a team with a door that opens and one that did not answer"
    yield call("both", words, opens, silent)
    yield call("both", "the same in the other order", silent, opens)
    yield call("untried", "one team, whose door was not tried", not_tried)
    words = "a team with a door that refuses and one that was not tried"
    yield call("untried", words, not_tried, refuses)
    words = "a team with a door that opens and one that was not tried"
    yield call("both", words, opens, not_tried)
    yield call("owner", "a credential without an owner", ("", "unknown", True), opens, usual="edge")
    for said in ("open", "refused"):
        yield call("owner", "one without an owner", ("", said, True), silent, usual="edge")
    owners = [(name, ("open", "refused")[at % 2], True) for at, name in enumerate(nearly("team"))]
    yield call("others", "teams whose names look alike", ("team", "refused", True), *owners)
    alike = ("c12", "C12", "c12 ", "c123", "xc12")
    for said, other in (("open", "refused"), ("refused", "unknown")):
        others = [(f"{blue}-{number}", other, True) for number in range(4)]
        words = "five teams, whose ids look alike"
        yield call("others", words, (red, said, True), *others, ids=alike)
    yield call(
        "others",
        "three teams",
        (green, "refused", True),
        (blue, "unknown", True),
        (red, "refused", True),
        (green, "open", False),
        (blue, "refused", True),
    )
    yield call("owner", "no rows", usual="edge")
    states = ("refused", "refused", "open", "refused", "unknown", "not tried", "refused")
    many = [(f"team {number % 60}", states[number % 7], True) for number in range(300)]
    yield call("others", "300 rows of 60 teams", *many, usual="large")


# --- 15-5: one secret, without an outage ---------------------------------------------------------


class Watched(Service):
    """A service that notes which clients stand still."""

    def __init__(self, name: str, secret: str):
        super().__init__(name, secret)
        self.clients: list[Client] = []
        self.stood = set[str]()
        self.old = secret

    def remove(self, secret: str) -> None:
        """Take this secret no longer."""
        super().remove(secret)
        self.stood |= {client.name for client in self.clients if not client.works()}


class Told(Client):
    """A client of a service that is watched."""

    service: Watched

    def use(self, secret: str) -> bool:
        """Go over to this secret; whether that was possible."""
        could = super().use(secret)
        self.service.stood |= set() if self.works() else {self.name}
        return could


STEPS = {
    "the service takes the new secret": "steps",
    "clients that were told": "told",
    "somebody was told before the service had the new secret": "steps",
    "the stolen secret worked meanwhile": "stolen",
    "clients that stopped working": "outage",
    "returned": "names",
}


def try_replace_secret(answer: Tried) -> Trial:
    """Services and clients with drawn names, watched at each step."""
    drawn = dice("lesson-15", "rotate")
    cases: tuple[tuple[str, list[bool], bool, str], ...] = (
        ("two clients", [False, False], False, ""),
        ("no clients", [], False, "edge"),
        ("two clients, the second cannot switch", [False, True], False, ""),
        ("two clients, the first cannot switch", [True, False], False, ""),
        ("three clients, two cannot switch", [True, False, True], False, ""),
        ("three clients, the secret is stolen", [False, False, False], True, ""),
        ("two clients, one cannot switch, the secret is stolen", [True, False], True, ""),
        ("no clients, the secret is stolen", [], True, "edge"),
        ("200 clients, the last cannot switch", [False] * 199 + [True], False, "large"),
        ("two clients, as at first", [False, False], False, "again"),
    )
    for words, rigid, stolen, usual in cases:
        service = Watched(f"service {next(drawn)[:4]}", f"old-{next(drawn)[:6]}")
        clients: list[Client] = [
            Told(f"job {next(drawn)[:4]}", service, rigid=one) for one in rigid
        ]
        service.clients, new = clients, f"new-{next(drawn)[:6]}"
        names = seen(answer, service, list(clients), new, stolen)
        if isinstance(names, Raised):
            yield Observed(words, names, "steps", usual)
            continue
        steps = service.log
        end = len(steps)
        first = next((at for at, step in enumerate(steps) if step.startswith("use ")), end)
        taken = steps.index("add") if "add" in steps else end
        gone = steps.index("remove") if "remove" in steps else end
        is_list = isinstance(names, list | tuple) and all(isinstance(one, str) for one in names)
        parts: dict[str, Any] = {
            "the service takes the new secret": new in service.secrets,
            "clients that were told": sorted(
                step.removeprefix("use ") for step in steps if step.startswith("use ")
            ),
            "somebody was told before the service had the new secret": taken > first,
        }
        if stolen:
            parts["the stolen secret worked meanwhile"] = gone > first
        else:
            parts["clients that stopped working"] = sorted(service.stood)
        parts["the old secret works in the end"] = service.old in service.secrets
        parts["returned"] = sorted(names) if is_list else names
        end_of = "stolen" if stolen else "behind" if any(rigid) else "beside"
        abouts = {**STEPS, "the old secret works in the end": end_of}
        yield Observed(words, parts, abouts, usual)
