"""15 · Containment, eviction, credential rotation."""

from collections import UserDict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Tried, Verdict, compare, nearly, written
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.lab import dice
from labutils.text import counted

from . import eviction, incident_response
from .credential_rotation import Client, CredentialRecord, Service, old_secret
from .incident_response import CUTS, HANDS, TO_CUT

TOOLS = ""
PROOF = code("""
    def proof(tries, knock):
        found = {"open": [], "refused": [], "unknown": []}
        for secret, door in tries:
            answer = knock(secret, door)
            if answer.is_success:
                found["open"].append((secret, door))
            elif answer.status_code in (401, 403):
                found["refused"].append((secret, door))
            else:
                found["unknown"].append((secret, door))
        return found
""")
AFTER = code("""
    def after_a_visit(makes, left):
        present = set(left)
        while True:
            made = {other for one in present for other in makes.get(one, ())}
            if made <= present:
                return present
            present |= made
""")
INSIDE = code("""
    def made_inside(rows, stolen, since):
        inside = set(stolen)
        for _ in rows:  # each round adds one generation at least, or nothing is left to add
            for row in rows:
                if row.made_by in inside and row.issued >= since:
                    inside.add(row.id)
        return inside - set(stolen)
""")
ROTATE = code("""
    def rotate(service, clients, new, stolen):
        old = service.secrets[0]
        service.add(new)
        if stolen:
            service.remove(old)
        behind = [client.name for client in clients if not client.use(new)]
        if not stolen and not behind:
            service.remove(old)
        return behind
""")
REPORT = code("""
    def report(rows, found):
        refused, opened = ({name for _, name in found[state]} for state in ("refused", "open"))
        said = {row.owner: "finished" for row in rows}
        said |= {row.owner: "unknown" for row in rows if row.id not in refused}
        return said | {row.owner: "open" for row in rows if row.id in opened}
""")
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 15-1: each secret at each door --------------------------------------------------------------

STATUSES = {200: "open", 204: "open", 206: "open", 401: "refused", 403: "refused"}
UNKNOWN = (503, 500, 302, 404, 429, 400, 402, 407, 410)


def asked(statuses: Mapping[tuple[str, str], int]) -> Any:
    """Doors that answer with these statuses, and a list of what was tried."""
    tried: list[tuple[str, str]] = []

    def knock(secret: str, door: str) -> httpx.Response:
        tried.append((secret, door))
        return httpx.Response(statuses[secret, door])

    return knock, tried


def proof_cases() -> list[tuple[str, str, dict[tuple[str, str], int]]]:
    """The mistake, words, and the status of each try; drawn names."""
    drawn = dice("lesson-15", "proof")

    def some(*statuses: int) -> dict[tuple[str, str], int]:
        return {(next(drawn)[:5], f"door {next(drawn)[:3]}"): status for status in statuses}

    cases = [
        ("open", "one attempt, answered 200", some(200)),
        ("refused", "two attempts, answered 401 and 403", some(401, 403)),
        ("all", "three attempts, answered 200, 403 and 200", some(200, 403, 200)),
    ]
    cases += [("unknown", f"one attempt, answered {status}", some(status)) for status in UNKNOWN]
    statuses = [*STATUSES, *UNKNOWN, *(int(next(drawn)[:1], 16) % 2 * 200 + 200 for _ in range(4))]
    one, other = next(drawn)[:5], next(drawn)[:5]
    doors = {
        (one, "a"): 200,
        (one, "b"): 401,
        (other, "a"): 200,
        (one, "c"): 200,
        (other, "c"): 503,
    }
    cases.append(("all", "five attempts, with two secrets at three doors", doors))
    cases.append(("2xx", "one attempt, answered 204", some(204)))
    cases.append(("2xx", "one attempt, answered 206", some(206)))
    cases.append(("all", f"{len(statuses)} attempts", some(*statuses)))
    cases.append(("keys", "no attempts", {}))
    return cases


def proves(answer: Tried) -> Verdict:
    """The judge of 15-1."""
    for mistake, case, statuses in proof_cases():
        knock, tried = asked(statuses)
        want: dict[str, list[tuple[str, str]]] = {"open": [], "refused": [], "unknown": []}
        for pair, status in statuses.items():
            want[STATUSES.get(status, "unknown")].append(pair)
        try:
            found = answer(list(statuses), knock)
        except Exception:
            return answer.raised(case)
        if found is None:
            return Verdict("none", case, mistake="keys")
        if fault := wrong_shape(found, want):
            return Verdict("differs", case, written(found), written(want), mistake=fault)
        if sorted(tried) != sorted(statuses):
            got, wanted = (
                counted(len(tried), "attempt", "attempts") + " at the doors",
                f"{len(statuses)}",
            )
            return Verdict("differs", case, got, wanted, mistake="all")
        given = {key: sorted(part) for key, part in found.items()}
        if given != {key: sorted(part) for key, part in want.items()}:
            let_in = set(given["open"]) & {*want["refused"], *want["unknown"]}
            elsewhere = all(statuses[pair] < 400 for pair in let_in)
            fault = mistake if not let_in else "elsewhere" if elsewhere else "truth"
            return Verdict("differs", case, written(found), written(want), mistake=fault)
    return PASSED


def wrong_shape(found: Any, want: dict[str, list[tuple[str, str]]]) -> str | None:
    """The name of the mistake where this is no dictionary of three lists of pairs that were
    tried."""
    if not isinstance(found, dict) or found.keys() != want.keys():
        return "keys"
    if not all(isinstance(part, list) for part in found.values()):
        return "keys"
    tried = [pair for part in want.values() for pair in part]
    members = [pair for part in found.values() for pair in part]
    are_pairs = (isinstance(pair, tuple) and pair in tried for pair in members)
    return None if all(are_pairs) else "pairs"


# --- 15-2: what is there after a visit -----------------------------------------------------------


class Asked(UserDict[str, Any]):
    """A `makes` that gives up where it is asked without end: a loop that goes round a circle."""

    MOST = 2000

    def __init__(self, makes: Mapping[str, Any]):
        self.times = 0
        super().__init__(makes)

    def __getitem__(self, name: str) -> Any:
        self.times += 1
        if self.times > self.MOST:
            raise RecursionError("makes was looked up 2,000 times: your loop goes round a circle")
        return super().__getitem__(name)

    def __repr__(self) -> str:
        return repr(self.data)


def visit_cases() -> list[Case]:
    """Footholds of several shapes: coarse mistakes first."""
    drawn = dice("lesson-15", "visits")
    a, b, c, d = (f"f{next(drawn)[:4]}" for _ in range(4))
    cases: list[tuple[dict[str, set[str]], set[str], set[str], str]] = [
        ({a: {b}, b: set()}, {b}, {b}, "backwards"),
        ({a: {b}, b: set()}, {a}, {a, b}, "made"),
        ({a: set(), b: set()}, {a}, {a}, "made"),
        ({a: {b}, b: {c}, c: set()}, {a}, {a, b, c}, "chain"),
        ({a: {b}, b: {a}}, {b}, {a, b}, "circle"),
        ({a: {b}, b: {c}, c: {a}, d: {a}}, {c}, {a, b, c}, "circle"),
        ({a: {b}, b: {a}, c: set()}, set(), set(), "nothing"),
        ({a: {b}}, {a}, {a, b}, "unknown"),
        ({a: {b}, b: {c}, c: {d}, d: set()}, {a}, {a, b, c, d}, "chain"),
    ]
    for _ in range(4):
        names = [f"f{next(drawn)[:4]}" for _ in range(5)]
        makes = {one: {x for x in names if int(next(drawn)[:1], 16) < 5} for one in names}
        left = {names[0], names[2]}
        cases.append((makes, left, eviction.after_a_visit(makes, left), "chain"))
    return [
        Case((Asked(makes), left), want, mistake, f"makes={makes}, left={left or 'set()'}")
        for makes, left, want, mistake in cases
    ]


def same_set(result: Any, want: Any) -> bool:
    return isinstance(result, set | frozenset | list | tuple) and set(result) == want


def visited(answer: Tried) -> Verdict:
    """The judge of 15-2: the kind of a result, and whether what was left stays, come first."""
    judged = compare(visit_cases, same=same_set)(answer)
    if judged.kind != "differs":
        return judged
    result = answer.results[-1]
    if not isinstance(result, set | frozenset | list | tuple):
        return replace(judged, mistake="kind")
    left = visit_cases()[len(answer.results) - 1].arguments[1]
    return judged if left <= set(map(str, result)) else replace(judged, mistake="stays")


# --- 15-3: a plan of cuts ------------------------------------------------------------------------


def planned(answer: Any) -> Verdict:
    """The judge of 15-3: the plan is carried out in a company of its own."""
    if not isinstance(answer, list | tuple) or len(answer) > 12:
        return Verdict("differs", got=written(answer), mistake="kind")
    if not all(isinstance(cut, set | frozenset | list | tuple) and cut for cut in answer):
        return Verdict("differs", got=written(answer), mistake="kind")
    for number, cut in enumerate(answer, 1):
        if strangers := [name for name in cut if name not in TO_CUT]:
            return Verdict("differs", f"cut {number}", written(strangers[0]), mistake="name")
        if len(set(cut)) > HANDS:
            return Verdict("differs", f"cut {number}", f"{len(set(cut))} items", mistake="hands")
    if len(answer) > CUTS:
        return Verdict("differs", "your plan", f"{len(answer)} cuts", f"{CUTS}", mistake="late")
    outcome = incident_response.carry_out(answer)
    if outcome.put_back:
        minute, maker, thing = outcome.put_back[0]
        mistake = {"implant": "implant", "moveworks-token": "passes"}.get(maker, "account")
        return Verdict(
            "differs",
            "your plan",
            f"{thing} recreated at minute {minute}",
            "nothing that comes back",
            mistake=mistake,
        )
    if missing := sorted(set(TO_CUT) - {name for cut in answer for name in cut}):
        opens = [f"{name} at {door!r}" for name, door in outcome.opens]
        got = f"{opens[0]} opens" if opens else f"{missing[0]} not cut"
        return Verdict("differs", "your plan", got, "every door shut", mistake="left")
    return PASSED


# --- 15-4: what a stolen credential made ---------------------------------------------------------

SINCE = 1000


def made(name: str, issued: int, made_by: str) -> CredentialRecord:
    return CredentialRecord(name, "user", "somebody", issued, 10**6, None, made_by=made_by)


def lineage_cases() -> list[Case]:
    """Inventories with drawn names; coarse mistakes first."""
    drawn = dice("lesson-15", "lineage")
    s, t, a, b, c, d, e = (f"n{next(drawn)[:4]}" for _ in range(7))
    cases = [
        ([made(a, 1100, s)], {a}, "made", "one that the stolen one created"),
        ([made(a, 1100, "onboarding")], set(), "made", "one that onboarding created"),
        ([made(a, 900, s)], set(), "before", "one that it created before it was stolen"),
        ([made(a, SINCE, s)], {a}, "edge", "one that it created in that same second"),
        ([made(a, 1100, s), made(b, 1200, a)], {a, b}, "chain", "a child and a grandchild"),
        ([made(b, 1200, a), made(a, 1100, s)], {a, b}, "order", "the grandchild is listed first"),
        (
            [made(d, 1400, c), made(c, 1300, b), made(b, 1200, a), made(a, 1100, s)],
            {a, b, c, d},
            "order",
            "four generations, the youngest first",
        ),
        *(
            (
                [made(child, 1100, parent), made(parent, 1100, s)],
                {parent, child},
                "second",
                "a child in the same second, listed before its parent",
            )
            for parent, child in ((a, b), (b, a))
        ),
        ([made(s, 10, "onboarding"), made(a, 1100, s)], {a}, "itself", "the stolen one has a row"),
        (
            [made(a, 900, s), made(b, 1200, a)],
            set(),
            "before",
            "a child of one that was created before",
        ),
        (
            [made(a, 1100, t), made(b, 1150, "x"), made(e, 1300, b), made(c, 1200, a)],
            {a, c},
            "made",
            "two stolen ones, and strangers",
        ),
        *(
            ([made(a, 1100, maker)], set(), "made", f"created by {maker!r}, but {s!r} was stolen")
            for maker in nearly(s)
        ),
    ]
    return [
        Case((rows, [s, t], SINCE), want, mistake, words) for rows, want, mistake, words in cases
    ]


def lineage(answer: Tried) -> Verdict:
    """The judge of 15-4: the kind of a result, and the stolen ones in it, come first."""
    judged = compare(lineage_cases, same=same_set)(answer)
    stolen = set(lineage_cases()[0].arguments[1])
    result = answer.results[-1] if answer.results and judged.kind == "differs" else None
    if not isinstance(result, set | frozenset | list | tuple):
        return replace(judged, mistake="ids") if judged.kind == "differs" else judged
    if not all(isinstance(name, str) for name in result):
        return replace(judged, mistake="ids")
    return replace(judged, mistake="itself") if stolen & set(result) else judged


# --- 15-6: what each team is told ----------------------------------------------------------------


def teams_and_proofs() -> list[Case]:
    """Small inventories with drawn names, and what a proof found at their doors; a door that was
    `not tried` is in no list."""
    drawn = dice("lesson-15", "report")
    red, blue, green = (f"team-{next(drawn)[:3]}" for _ in range(3))

    def case(mistake: str, words: str, *doors: tuple[str, str, bool], ids: Any = None) -> Case:
        """`doors`: of each row the owner, what its door said, and whether the row says replaced.

        `ids`: what to call the rows, where that matters.
        """
        names = iter(ids or [f"c{next(drawn)[:5]}" for _ in doors])
        rows, want = [], dict[str, str]()
        found: dict[str, list[tuple[str, str]]] = {"open": [], "refused": [], "unknown": []}
        for owner, said, replaced in doors:
            name = next(names)
            row = CredentialRecord(name, "API key", owner, SINCE, 10**6, None)
            rows.append(replace(row, replaced=2000 if replaced else None))
            found.get(said, []).append((old_secret(name), name))
            states = ("finished", "unknown", "open")
            now = {"refused": "finished", "not tried": "unknown"}.get(said, said)
            want[owner] = max(want.get(owner, "finished"), now, key=states.index)
        return Case((rows, found), want, mistake, words)

    return [
        case("finished", "one team, whose two doors refuse", *[(red, "refused", True)] * 2),
        case("open", "one team, whose door opens", (red, "open", True)),
        case("unknown", "one team, whose door did not answer", (red, "unknown", True)),
        case("rows", "a row that does not say replaced; its door refuses", (red, "refused", False)),
        case("others", "two teams", (red, "open", True), (blue, "refused", True)),
        case(
            "worst",
            "a team with a door that opens and one that refuses",
            (red, "open", True),
            (red, "refused", True),
        ),
        case(
            "worst",
            "a team with a door that did not answer and one that refuses",
            (red, "refused", True),
            (red, "unknown", True),
            (red, "refused", True),
        ),
        case(
            "both",
            "a team with a door that opens and one that did not answer",
            (red, "open", True),
            (red, "unknown", True),
        ),
        case("both", "the same in the other order", (red, "unknown", True), (red, "open", True)),
        case("untried", "one team, whose door was not tried", (red, "not tried", True)),
        case(
            "untried",
            "a team with a door that refuses and one that was not tried",
            (red, "not tried", True),
            (red, "refused", True),
        ),
        case(
            "both",
            "a team with a door that opens and one that was not tried",
            (red, "open", True),
            (red, "not tried", True),
        ),
        case("owner", "a credential without an owner", ("", "unknown", True), (red, "open", True)),
        *(
            case(
                "others",
                "five teams, whose ids look alike",
                (red, said, True),
                *[(f"{blue}-{number}", other, True) for number in range(4)],
                ids=("c12", "C12", "c12 ", "c123", "xc12"),
            )
            for said, other in (("open", "refused"), ("refused", "unknown"))
        ),
        case(
            "others",
            "three teams",
            (green, "refused", True),
            (blue, "unknown", True),
            (red, "refused", True),
            (green, "open", False),
            (blue, "refused", True),
        ),
    ]


# --- 15-5: one secret, without an outage ---------------------------------------------------------


class Watched(Service):
    """A service that notes whether a client stood still, and which, whenever it was changed."""

    def __init__(self, name: str, secret: str):
        super().__init__(name, secret)
        self.clients: list[Client] = []
        self.stood: list[str] = []
        self.old = secret

    def remove(self, secret: str) -> None:
        super().remove(secret)
        self.stood += [client.name for client in self.clients if not client.works()]


def rotation_cases() -> list[tuple[str, list[bool], bool]]:
    """Words, which clients are rigid, and whether the secret is stolen."""
    return [
        ("two clients", [False, False], False),
        ("no clients", [], False),
        ("two clients, the second cannot switch", [False, True], False),
        ("two clients, the first cannot switch", [True, False], False),
        ("three clients, two cannot switch", [True, False, True], False),
        ("three clients, the secret is stolen", [False, False, False], True),
        ("two clients, one cannot switch, the secret is stolen", [True, False], True),
    ]


def rotates(answer: Tried) -> Verdict:
    """The judge of 15-5: services and clients with drawn names, watched at each step."""
    drawn = dice("lesson-15", "rotate")
    for case, rigid, stolen in rotation_cases():
        service = Watched(f"service {next(drawn)[:4]}", f"old-{next(drawn)[:6]}")
        clients = [Client(f"job {next(drawn)[:4]}", service, rigid=one) for one in rigid]
        service.clients, new = clients, f"new-{next(drawn)[:6]}"
        try:
            behind = answer(service, list(clients), new, stolen)
        except Exception:
            return answer.raised(case, "steps")
        if verdict := wrong_steps(service, new, stolen, case):
            return verdict
        want = [client.name for client in clients if client.rigid]
        still = service.old in service.secrets
        if still is not (bool(want) and not stolen):
            got = "an old secret that still opens" if still else "an old secret that is gone"
            mistake = "stolen" if stolen else "behind" if want else "beside"
            return Verdict("differs", case, got, mistake=mistake)
        if behind is None:
            return Verdict("none", case, mistake="names")
        if not isinstance(behind, list | tuple) or list(behind) != want:
            return Verdict("differs", case, written(behind), written(want), mistake="names")
    return PASSED


def wrong_steps(service: Watched, new: str, stolen: bool, case: str) -> Verdict | None:
    """What is wrong with the steps that a service saw; None where nothing is."""
    uses = [client.name for client in service.clients]
    went = [step.removeprefix("use ") for step in service.log if step.startswith("use ")]
    if new not in service.secrets:
        return Verdict(
            "differs", case, "a service that does not accept the new one", mistake="steps"
        )
    if sorted(went) != sorted(uses):
        got = counted(len(went), "client that was told", "clients that were told")
        return Verdict("differs", case, got, f"{len(uses)}", mistake="told")
    places = {step: service.log.index(step) for step in service.log}
    first = min((places[f"use {name}"] for name in uses), default=len(service.log))
    if places["add"] > first:
        got = "a client that was told before the service had the new secret"
        return Verdict("differs", case, got, mistake="steps")
    if stolen and places.get("remove", len(service.log)) > first:
        return Verdict(
            "differs", case, "a stolen secret that still works meanwhile", mistake="stolen"
        )
    if not stolen and service.stood:
        got = f"{service.stood[0]!r} stopped working"
        return Verdict("differs", case, got, "no outage", mistake="outage")
    return None


# --- the target ----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "15-1",
        "function",
        proves,
        "From now on this is what *out* means: no secret opens a door, and every door answers.",
        {
            "keys": (
                "Return a dictionary with three lists: 'open', 'refused' and 'unknown'. Each list "
                "holds pairs (secret, door). If tries is empty, all three are empty.",
                wrong("answer = lambda tries, knock: [knock(*pair).is_success for pair in tries]"),
            ),
            "open": (
                "A door that answers 200 is open, and so is one that answers 204: check "
                "answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code == 201")),
            ),
            "2xx": (
                "204 means yes, like every status from 200 to 299: check answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code == 200")),
            ),
            "pairs": (
                "Each list holds pairs as they appear in tries: (secret, door), in this order and "
                "in round brackets.",
                altered(PROOF, ("append((secret, door))", "append(secret)")),
            ),
            "truth": (
                "A response counts as true whatever it says, so `if knock(...)` checks nothing. "
                "Check answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer")),
            ),
            "elsewhere": (
                "302 redirects, usually to a sign-in page. It is neither a yes to the secret nor a "
                "clear no, so it is unknown. Check answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code < 400")),
            ),
            "refused": (
                "401 and 403 are both refusals: the door looked at the secret and said no.",
                altered(PROOF, ("(401, 403)", "(403,)")),
            ),
            "unknown": (
                "That door did not say no to the secret. It is down (500, 503), it is busy (429), "
                "it redirects (302), or it is not there (404). Only 401 and 403 refuse the secret. "
                "Unknown is not a refusal.",
                altered(PROOF, ("answer.status_code in (401, 403)", "answer.status_code >= 400")),
            ),
            "all": (
                "Try each pair once, and carry on after the first door that opens. Each pair goes "
                "into one of the three lists.",
                altered(PROOF, ("    return found", "            break\n    return found")),
            ),
        },
        (
            "Begin with {'open': [], 'refused': [], 'unknown': []}. For each pair call "
            "knock(secret, door), and look at the response.",
            "If answer.is_success, it is open. If answer.status_code in (401, 403), it is refused. "
            "Anything else is unknown. Append (secret, door).",
        ),
        PROOF,
    ),
    Exercise(
        "15-2",
        "function",
        visited,
        "The next cell uses your function to evict a circle: with one cut, and one by one.",
        {
            "kind": (
                "Return a set of names, such as {'account', 'user'}.",
                wrong("answer = lambda makes, left: {one: makes.get(one) for one in left}"),
            ),
            "stays": (
                "What was left before the visit is still there after it.",
                wrong("answer = lambda makes, left: {b for a in left for b in makes.get(a, ())}"),
            ),
            "made": (
                "What you do not remove stays, and makes[x] is added for each x that stays. Work "
                "on a copy: present = set(left).",
                wrong("answer = lambda makes, left: set(left)"),
            ),
            "backwards": (
                "makes[x] is what x can create. What was created does not create its maker.",
                wrong("""
                    def answer(makes, left):
                        return set(left) | {x for x in makes if set(makes[x]) & set(left)}
                """),
            ),
            "chain": (
                "A foothold that was just created can create more in the same visit. Repeat until "
                "nothing new is added.",
                wrong("""
                    def answer(makes, left):
                        return set(left) | {b for a in left for b in makes.get(a, ())}
                """),
            ),
            "circle": (
                "Here one foothold can create another that can recreate the first. Stop when "
                "nothing new is added, not when nothing can be created.",
                wrong("""
                    def answer(makes, left):
                        present, ask = set(left), list(left)
                        while ask:
                            ask += makes.get(ask.pop(), ())
                            present |= set(ask)
                        return present
                """),
            ),
            "nothing": (
                "If nothing is left, the intruder cannot come back: return the empty set.",
                altered(AFTER, ("present = set(left)", "present = set(left) or set(makes)")),
            ),
            "unknown": (
                "A foothold that can create nothing may have no entry in makes. Then "
                "makes.get(name, ()) returns an empty tuple.",
                altered(AFTER, ("makes.get(one, ())", "makes[one]")),
            ),
        },
        (
            "Keep a set of what is there. Add what its members can create, and repeat until "
            "nothing is added.",
            "made = {other for one in present for other in makes.get(one, ())}. If made <= "
            "present, return present.",
        ),
        AFTER,
    ),
    Exercise(
        "15-3",
        "value",
        planned,
        "Nothing came back, and no secret opens any door. The footholds that can recreate others "
        "went in one cut, or you shut the way to them first.",
        {
            "kind": (
                "Give a list of sets: each set is one cut, with the names in quotes.",
                "answer = ['implant']",
            ),
            "name": (
                "That name is not on the list. The exercise text has the seven names.",
                "answer = [{'service account'}]",
            ),
            "hands": (
                "Three people are on call, so a cut covers at most three items.",
                f"answer = [{set(TO_CUT[:4])!r}]",
            ),
            "implant": (
                "The implant was still there, and it writes into Jira's database. It has to go "
                "no later than what it can recreate.",
                "answer = [{'moveworks-token', 'passes', 'smartsheet-account'}, "
                "{'lookalike-account', 'implant', 'aws-account'}, {'bitbucket-account'}]",
            ),
            "late": (
                "The archives go out after an hour, so there is time for three cuts.",
                "answer = [{'moveworks-token', 'passes', 'implant'}, {'smartsheet-account'}, "
                "{'lookalike-account', 'bitbucket-account'}, {'aws-account'}]",
            ),
            "passes": (
                "You ended the passes, but the token still opened the gateway. On the next visit "
                "the intruder got new ones, and they outlive the token.",
                "answer = [{'passes', 'smartsheet-account', 'implant'}, "
                "{'moveworks-token', 'lookalike-account', 'bitbucket-account'}, {'aws-account'}]",
            ),
            "account": (
                "The service account was still valid, and there was still a way to use it: with a "
                "new pass for the token, or with one that the gateway had issued before.",
                "answer = [{'moveworks-token', 'implant', 'aws-account'}, "
                "{'smartsheet-account', 'lookalike-account', 'bitbucket-account'}, {'passes'}]",
            ),
            "left": (
                "Nothing came back, but something was left in place. All seven items have to go.",
                "answer = [{'moveworks-token', 'passes', 'implant'}, "
                "{'smartsheet-account', 'lookalike-account', 'bitbucket-account'}]",
            ),
        },
        (
            "Ask about each item: what else can the intruder create with it, and how does the "
            "intruder reach it?",
            "The implant goes no later than what it can recreate. Cut the service account with "
            "it, or both ways to that account: 'moveworks-token' and 'passes'. And the passes go "
            "no earlier than the token that gets new ones.",
        ),
        code("""
            cuts = [{"moveworks-token", "passes", "implant"},
                    {"smartsheet-account", "lookalike-account", "bitbucket-account"},
                    {"aws-account"}]
        """),
    ),
    Exercise(
        "15-4",
        "function",
        lineage,
        "The query needs one thing from the logs: who created each credential. If nobody records "
        "that, you cannot run the query.",
        {
            "ids": (
                "Return a set of ids (row.id), not the rows themselves.",
                altered(INSIDE, ("return inside - set(stolen)", "return rows")),
            ),
            "made": (
                "row.made_by must be a stolen id, or an id that was created inside. Compare whole "
                "names.",
                altered(INSIDE, ("row.made_by in inside and ", "")),
            ),
            "before": (
                "That row was created before the theft, by the rightful user. row.issued must not "
                "be earlier than since.",
                altered(INSIDE, (" and row.issued >= since", "")),
            ),
            "edge": (
                "A credential created in the very second of the theft counts: compare with >=.",
                altered(INSIDE, (">= since", "> since")),
            ),
            "chain": (
                "A credential created inside can create others. Its children count too.",
                altered(INSIDE, ("row.made_by in inside", "row.made_by in set(stolen)")),
            ),
            "order": (
                "The list does not always start with the oldest row. Go over the rows again until "
                "nothing is added.",
                wrong("""
                def answer(rows, stolen, since):
                    inside = set(stolen)
                    for row in rows:
                        if row.made_by in inside and row.issued >= since:
                            inside.add(row.id)
                    return inside - set(stolen)
                """),
            ),
            "second": (
                "Parent and child were issued in the same second, and the child is listed first. "
                "Sorting by row.issued does not show which is older: go over the rows again and "
                "again until nothing is added.",
                wrong("""
                def answer(rows, stolen, since):
                    inside = set(stolen)
                    for row in sorted(rows, key=lambda row: row.issued):
                        if row.made_by in inside and row.issued >= since:
                            inside.add(row.id)
                    return inside - set(stolen)
                """),
            ),
            "itself": (
                "Return what was created, without the stolen ones themselves.",
                altered(INSIDE, (" - set(stolen)", "")),
            ),
        },
        (
            "Begin with the set of stolen ones. Go over all the rows as many times as there are "
            "rows: then nothing is left to add.",
            "If row.made_by is in the set and row.issued >= since, add row.id. At the end, "
            "remove the stolen ones.",
        ),
        INSIDE,
    ),
    Exercise(
        "15-6",
        "function",
        compare(teams_and_proofs),
        "Each team gets the word that its doors support, not the one in the inventory.",
        {
            "finished": (
                "Each door of that team refused the old secret: that team is finished. The result "
                "is a dictionary with an entry for each owner.",
                altered(REPORT, ('"finished"', '"open"')),
            ),
            "open": (
                "An old secret opened a door there. Those pairs are in found['open'].",
                altered(REPORT, (' | {row.owner: "open" for row in rows if row.id in opened}', "")),
            ),
            "unknown": (
                "A door there did not answer. That proves nothing: the team is not finished, and "
                "nobody knows whether it is open.",
                altered(
                    REPORT, ("if row.id not in refused", "if row.id not in refused | {row.id}")
                ),
            ),
            "untried": (
                "A door of that team was not tried, so it is in none of the lists. That proves "
                "nothing: the team is not finished.",
                altered(
                    REPORT,
                    ("row.id not in refused", "row.id in {name for _, name in found['unknown']}"),
                ),
            ),
            "rows": (
                "What a row says does not count here. The door refused, and that is the proof.",
                wrong("""
                def answer(rows, found):
                    opened = {name for _, name in found["open"]}
                    silent = {name for _, name in found["unknown"]}
                    said = {}
                    for row in rows:
                        said[row.owner] = "finished" if row.replaced else "open"
                        if row.id in opened:
                            said[row.owner] = "open"
                        elif row.id in silent:
                            said[row.owner] = "unknown"
                    return said
                """),
            ),
            "others": (
                "Each owner gets an entry of its own, and only that owner's doors count for it.",
                wrong("""
                def answer(rows, found):
                    worst = [word for word in ("open", "unknown") if found[word]] or ["finished"]
                    return {row.owner: worst[0] for row in rows}
                """),
            ),
            "worst": (
                "One door is enough: that team is not finished, whatever its other doors say and "
                "in whatever order they come.",
                wrong("""
                def answer(rows, found):
                    state = {name: word for word in found for _, name in found[word]}
                    words = {"refused": "finished"}
                    return {row.owner: words.get(state[row.id], state[row.id]) for row in rows}
                """),
            ),
            "both": (
                "One of that team's doors opens and another does not answer: `open` is the worse "
                "news, and comes first.",
                altered(
                    REPORT,
                    (
                        'return said | {row.owner: "open" for row in rows if row.id in opened}',
                        "left = {row.id for row in rows} - refused - opened\n"
                        '    said |= {row.owner: "open" for row in rows if row.id in opened}\n'
                        "    quiet = {row.owner: 'unknown' for row in rows if row.id in left}\n"
                        "    return said | quiet",
                    ),
                ),
            ),
            "owner": (
                "Some credentials have no owner: row.owner is an empty string. They belong in the "
                "report as well.",
                altered(REPORT, ("return said", "said.pop('', 0)\n    return said")),
            ),
        },
        (
            'Begin with "finished" for each owner. Then go over the rows that did not refuse, and '
            "last over those that are open.",
            "{name for _, name in found['refused']} is the set of ids whose door refused.",
        ),
        REPORT,
    ),
    Exercise(
        "15-5",
        "function",
        rotates,
        "Add the new secret, switch everybody over, remove the old one. A stolen one goes at once.",
        {
            "steps": (
                "First let the service accept the new secret as well: service.add(new). Then "
                "switch each client with client.use(new).",
                altered(
                    ROTATE,
                    ("    service.add(new)\n", ""),
                    ("    if not stolen and", "    service.add(new)\n    if not stolen and"),
                ),
            ),
            "told": (
                "Each client has to be told once: client.use(new).",
                altered(ROTATE, ("for client in clients if", "for client in clients[1:] if")),
            ),
            "outage": (
                "The old secret was removed while a client still used it. Nobody has stolen this "
                "one, so wait until all clients have switched.",
                wrong("""
                    def answer(service, clients, new, stolen):
                        service.add(new)
                        service.remove(service.secrets[0])
                        return [client.name for client in clients if not client.use(new)]
                """),
            ),
            "stolen": (
                "A thief has this one. Remove it before you tell the clients, even if some of them "
                "stop working.",
                altered(
                    ROTATE,
                    ("    if stolen:\n        service.remove(old)\n", ""),
                    ("if not stolen and not behind", "if not behind"),
                ),
            ),
            "behind": (
                "A client could not switch: client.use(new) returned False. Keep the old secret "
                "while that client needs it.",
                wrong("""
                    def answer(service, clients, new, stolen):
                        old = service.secrets[0]
                        service.add(new)
                        if stolen:
                            service.remove(old)
                        behind = [client.name for client in clients if not client.use(new)]
                        if not stolen:
                            service.secrets.remove(old)
                        return behind
                """),
            ),
            "beside": (
                "The new secret works, but so does the old one. That is half a rotation: "
                "remove the old one at the end.",
                altered(
                    ROTATE,
                    ("    if not stolen and not behind:\n        service.remove(old)\n", ""),
                ),
            ),
            "names": (
                "Return a list with the client.name of each client that could not switch. If all "
                "could, it is empty.",
                altered(ROTATE, ("[client.name for", "[client for")),
            ),
        },
        (
            "Note the old secret first: service.secrets[0]. In which order can you add the new "
            "one, switch the clients and remove the old one, so that everything keeps working?",
            "behind = [client.name for client in clients if not client.use(new)]. Remove the old "
            "one before that line if it is stolen; otherwise after it, if behind is empty.",
        ),
        ROTATE,
    ),
)
