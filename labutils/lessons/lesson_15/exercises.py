"""15 · Containment, eviction, credential rotation."""

from collections import UserDict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Tried, Verdict, compare, value, written
from labutils.classroom.registry import (
    Choice,
    Exercise,
    Guess,
    Lesson,
    Prediction,
    Quiz,
    Row,
    Target,
    code,
)
from labutils.lab import dice
from labutils.text import counted

from . import eviction, incident_response
from .credential_rotation import Client, CredentialRecord, Service
from .incident_response import HANDS, TO_CUT
from .last_inventory import FLAG, LastInventory

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
        for row in sorted(rows, key=lambda row: row.issued):
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
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 15-1: each secret at each door --------------------------------------------------------------

STATUSES = {200: "open", 204: "open", 401: "refused", 403: "refused"}
UNKNOWN = (503, 500, 302, 404, 429, 400)


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
        ("open", "one try, answered 200", some(200)),
        ("refused", "two tries, answered 401 and 403", some(401, 403)),
        ("all", "three tries, answered 200, 403 and 200", some(200, 403, 200)),
    ]
    cases += [("unknown", f"one try, answered {status}", some(status)) for status in UNKNOWN]
    statuses = [*STATUSES, *UNKNOWN, *(int(next(drawn)[:1], 16) % 2 * 200 + 200 for _ in range(4))]
    cases.append(("2xx", "one try, answered 204", some(204)))
    cases.append(("all", "fourteen tries", some(*statuses)))
    cases.append(("keys", "no tries", {}))
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
            got, wanted = counted(len(tried), "try", "tries") + " at the doors", f"{len(statuses)}"
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


class Asked(UserDict):
    """A `makes` that gives up where it is asked without end: a loop that goes round a circle."""

    MOST = 2000

    def __init__(self, makes: Mapping[str, Any]):
        self.times = 0
        super().__init__(makes)

    def __getitem__(self, name: str) -> Any:
        self.times += 1
        if self.times > self.MOST:
            raise RecursionError("makes was asked 2,000 times: the loop goes round a circle")
        return super().__getitem__(name)

    def __repr__(self) -> str:
        return repr(self.data)


def visit_cases() -> list[Case]:
    """Footholds of several shapes: coarse mistakes first."""
    drawn = dice("lesson-15", "visits")
    a, b, c, d = (f"f{next(drawn)[:4]}" for _ in range(4))
    cases = [
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
            return Verdict("differs", f"cut {number}", f"{len(set(cut))} things", mistake="hands")
    outcome = incident_response.carry_out(answer)
    if outcome.put_back:
        minute, maker, thing = outcome.put_back[0]
        mistake = "implant" if maker == "implant" else "account"
        return Verdict(
            "differs",
            "your plan",
            f"{thing} made anew at minute {minute}",
            "nothing that comes back",
            mistake=mistake,
        )
    if missing := sorted(set(TO_CUT) - {name for cut in answer for name in cut}):
        opens = [f"{name} at {door!r}" for name, door in outcome.opens]
        got = f"{opens[0]} open" if opens else f"{missing[0]} uncut"
        return Verdict("differs", "your plan", got, "no door that opens", mistake="left")
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
        ([made(a, 1100, s)], {a}, "made", "one that the stolen one made"),
        ([made(a, 1100, "onboarding")], set(), "made", "one that onboarding made"),
        ([made(a, 900, s)], set(), "before", "one that it made before it was stolen"),
        ([made(a, SINCE, s)], {a}, "edge", "one that it made in that second"),
        ([made(a, 1100, s), made(b, 1200, a)], {a, b}, "chain", "a child and a grandchild"),
        ([made(b, 1200, a), made(a, 1100, s)], {a, b}, "order", "the grandchild stands first"),
        (
            [made(d, 1400, c), made(c, 1300, b), made(b, 1200, a), made(a, 1100, s)],
            {a, b, c, d},
            "order",
            "four generations, the youngest first",
        ),
        ([made(s, 10, "onboarding"), made(a, 1100, s)], {a}, "itself", "the stolen one has a row"),
        (
            [made(a, 900, s), made(b, 1200, a)],
            set(),
            "before",
            "a child of one that was made before",
        ),
        (
            [made(a, 1100, t), made(b, 1150, "x"), made(e, 1300, b), made(c, 1200, a)],
            {a, c},
            "made",
            "two stolen ones, and strangers",
        ),
        ([made(a, 1100, s + "x"), made(b, 1100, s[:-1])], set(), "made", "names nearly alike"),
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
        ("two clients, the second cannot go over", [False, True], False),
        ("two clients, the first cannot go over", [True, False], False),
        ("three clients, the secret is stolen", [False, False, False], True),
        ("two clients, one cannot go over, the secret is stolen", [True, False], True),
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
        return Verdict("differs", case, "a service that does not take the new one", mistake="steps")
    if sorted(went) != sorted(uses):
        got = counted(len(went), "client that was told", "clients that were told")
        return Verdict("differs", case, got, f"{len(uses)}", mistake="told")
    places = {step: service.log.index(step) for step in service.log}
    first = min((places[f"use {name}"] for name in uses), default=len(service.log))
    if places["add"] > first:
        got = "a client that was told before the service knew the new secret"
        return Verdict("differs", case, got, mistake="steps")
    if stolen and places.get("remove", len(service.log)) > first:
        return Verdict("differs", case, "a stolen secret that opens meanwhile", mistake="stolen")
    if not stolen and service.stood:
        got = f"{service.stood[0]!r} stood still"
        return Verdict("differs", case, got, "no outage", mistake="outage")
    return None


# --- the target ----------------------------------------------------------------------------------


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    text = str(answer)
    for words, mistake in (
        ("archives", "late"),
        ("stand still", "outage"),
        ("The intruder is in", "in"),
    ):
        if words in text:
            return mistake
    return "other"


EXERCISES = (
    Exercise(
        "15-1",
        "function",
        proves,
        "From now on this is what the word *out* means: no secret opens, and each door answered.",
        {
            "keys": (
                "Return a dictionary with three lists: 'open', 'refused' and 'unknown'. Each list "
                "holds pairs (secret, door). Without tries all three are empty.",
                wrong("answer = lambda tries, knock: [knock(*pair).is_success for pair in tries]"),
            ),
            "open": (
                "A door that answers 200 is open, and so is one that answers 204: ask "
                "answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code == 201")),
            ),
            "2xx": (
                "204 is a yes, as each status from 200 to 299 is: ask answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code == 200")),
            ),
            "pairs": (
                "Each list holds pairs as they stand in tries: (secret, door), in this order, and "
                "in round brackets.",
                altered(PROOF, ("append((secret, door))", "append(secret)")),
            ),
            "truth": (
                "A response counts as true whatever it says, so `if knock(...)` is no question. "
                "Ask answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer")),
            ),
            "elsewhere": (
                "302 leads elsewhere, mostly to the page where one signs in. It is no yes to the "
                "secret, and no clear no: it is unknown. Ask answer.is_success.",
                altered(PROOF, ("answer.is_success", "answer.status_code < 400")),
            ),
            "refused": (
                "401 and 403 are both refusals: the door looked at the secret and said no.",
                altered(PROOF, ("(401, 403)", "(403,)")),
            ),
            "unknown": (
                "That door did not say no to the secret. It is down (500, 503), it is busy (429), "
                "it leads elsewhere (302), or it is not there (404). What is not known is no "
                "refusal.",
                altered(PROOF, ("answer.status_code in (401, 403)", "answer.status_code >= 400")),
            ),
            "all": (
                "Try each pair once, and go on after the first door that opens. Each try goes into "
                "one of the three lists.",
                altered(PROOF, ("    return found", "            break\n    return found")),
            ),
        },
        (
            "Begin with {'open': [], 'refused': [], 'unknown': []}. For each pair call "
            "knock(secret, door), and look at what it answered.",
            "answer.is_success is open. answer.status_code in (401, 403) is refused. All else is "
            "unknown. Append (secret, door).",
        ),
        PROOF,
    ),
    Exercise(
        "15-2",
        "function",
        visited,
        "The sweep below uses it: for each way in which footholds can make one another.",
        {
            "kind": (
                "Return a set of names, such as {'account', 'user'}.",
                wrong("answer = lambda makes, left: {one: makes.get(one) for one in left}"),
            ),
            "stays": (
                "What was left before the visit is there after it, too.",
                wrong("answer = lambda makes, left: {b for a in left for b in makes.get(a, ())}"),
            ),
            "made": (
                "What is left stays, and makes[x] comes to it for each x that is left. Work on a "
                "copy: present = set(left).",
                wrong("answer = lambda makes, left: set(left)"),
            ),
            "backwards": (
                "makes[x] is what x can make. The one that was made does not make its maker.",
                wrong("""
                    def answer(makes, left):
                        return set(left) | {x for x in makes if set(makes[x]) & set(left)}
                """),
            ),
            "chain": (
                "What was just made can make more in the same visit. Ask again, until nothing new "
                "comes.",
                wrong("""
                    def answer(makes, left):
                        return set(left) | {b for a in left for b in makes.get(a, ())}
                """),
            ),
            "circle": (
                "Here one can make another that can make the first. Stop when nothing new came, "
                "and not when nothing can be made.",
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
                "Where nothing is left, he has nothing to come back with: the empty set.",
                altered(AFTER, ("present = set(left)", "present = set(left) or set(makes)")),
            ),
            "unknown": (
                "A foothold that can make nothing may have no entry in makes. makes.get(name, ()) "
                "gives an empty tuple then.",
                altered(AFTER, ("makes.get(one, ())", "makes[one]")),
            ),
        },
        (
            "Keep a set of what is there. Add what its members can make, and begin again, until "
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
        "Nothing came back, and no secret opens at any door. What can make the rest fell together, "
        "or the way to it was shut before.",
        {
            "kind": (
                "Give a list of sets: each set is one cut, and its names are in quotes.",
                "answer = ['implant']",
            ),
            "name": (
                "That name is not on the list. The names stand in the table above the exercise.",
                "answer = [{'service account'}]",
            ),
            "hands": (
                "Three people are on call, so a cut holds three things at most.",
                f"answer = [{set(TO_CUT[:4])!r}]",
            ),
            "implant": (
                "The implant was still there, and it writes into Jira's database. It has to go in "
                "the first cut, or before what it can make.",
                "answer = [{'moveworks-token', 'passes', 'smartsheet-account'}, "
                "{'lookalike-account', 'implant', 'aws-account'}, {'bitbucket-account'}]",
            ),
            "account": (
                "The service account was still good, and a way led to it: by a new pass for the "
                "token, or by a pass that the gateway had given out before.",
                "answer = [{'moveworks-token', 'implant', 'aws-account'}, "
                "{'smartsheet-account', 'lookalike-account', 'bitbucket-account'}, {'passes'}]",
            ),
            "left": (
                "Nothing came back, and something was left as it was. All seven have to go.",
                "answer = [{'moveworks-token', 'passes', 'implant'}, "
                "{'smartsheet-account', 'lookalike-account', 'bitbucket-account'}]",
            ),
        },
        (
            "Ask of each thing: can he make something else with it, and how does he get there?",
            "The implant goes first. The service account goes with it, or both ways to the account "
            "do: 'moveworks-token' and 'passes'.",
        ),
        code("""
            cuts = [
                {"moveworks-token", "passes", "implant"},
                {"smartsheet-account", "lookalike-account", "bitbucket-account"},
                {"aws-account"},
            ]
        """),
    ),
    Exercise(
        "15-4",
        "function",
        lineage,
        "The query needs one thing from the logs: who made each credential. Where nobody notes "
        "that, it cannot be asked.",
        {
            "ids": (
                "Return a set of ids, row.id, and not the rows themselves.",
                altered(INSIDE, ("return inside - set(stolen)", "return rows")),
            ),
            "made": (
                "Look at row.made_by: the name of a stolen one, or of one that was made inside. "
                "Compare whole names.",
                altered(INSIDE, ("row.made_by in inside and ", "")),
            ),
            "before": (
                "That one was made before the theft, by its rightful user. row.issued must not be "
                "earlier than since.",
                altered(INSIDE, (" and row.issued >= since", "")),
            ),
            "edge": (
                "One that was made in the very second of the theft counts: compare with >=.",
                altered(INSIDE, (">= since", "> since")),
            ),
            "chain": (
                "One that was made inside makes others as well. Its children count, too.",
                altered(INSIDE, ("row.made_by in inside", "row.made_by in set(stolen)")),
            ),
            "order": (
                "A list need not begin with the oldest. Go through the rows by row.issued, or go "
                "over them again until nothing is added.",
                altered(INSIDE, ("sorted(rows, key=lambda row: row.issued)", "rows")),
            ),
            "itself": (
                "Return what was made, without the stolen ones themselves.",
                altered(INSIDE, (" - set(stolen)", "")),
            ),
        },
        (
            "Begin with the set of the stolen ones. Go through the rows, the oldest first.",
            "If row.made_by is in the set and row.issued >= since, add row.id. At the end take "
            "the stolen ones away.",
        ),
        INSIDE,
    ),
    Exercise(
        "15-5",
        "function",
        rotates,
        "New in, everybody over, old out. A stolen secret does not wait for anybody.",
        {
            "steps": (
                "First the service takes the new secret as well, service.add(new). Then the "
                "clients go over, each by client.use(new).",
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
                "The old secret went while a client still used it. Nobody has stolen this one, so "
                "wait until all are over.",
                wrong("""
                    def answer(service, clients, new, stolen):
                        service.add(new)
                        service.remove(service.secrets[0])
                        return [client.name for client in clients if not client.use(new)]
                """),
            ),
            "stolen": (
                "A thief has this one. It goes before the clients are told, even if some of them "
                "stand still.",
                altered(
                    ROTATE,
                    ("    if stolen:\n        service.remove(old)\n", ""),
                    ("if not stolen and not behind", "if not behind"),
                ),
            ),
            "behind": (
                "A client could not go over: client.use(new) gave False. While it needs the old "
                "secret, keep that.",
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
                "The new secret works, and the old one still opens beside it. That is the half of "
                "a rotation: remove the old one at the end.",
                altered(
                    ROTATE,
                    ("    if not stolen and not behind:\n        service.remove(old)\n", ""),
                ),
            ),
            "names": (
                "Return the list of client.name of those that could not go over. It is empty where "
                "all could.",
                altered(ROTATE, ("[client.name for", "[client for")),
            ),
        },
        (
            "Note the old secret first: service.secrets[0]. In which order do the new one in, the "
            "clients over, and the old one out keep all at work?",
            "behind = [client.name for client in clients if not client.use(new)]. Remove the old "
            "one before that line if it is stolen, else after it if behind is empty.",
        ),
        ROTATE,
    ),
)

TARGET = Target(
    "15-target",
    "value",
    value(flag_mistake),
    "The intruder is out, everybody works, and it was before 18:00. The five traps: a rotation "
    "that was half done, a user of the intruder's that looks like staff, two credentials that make "
    "each other anew, one that stands in no list, and one that nobody was believed to use. The "
    "secrets of m.sato and k.nowak open, and may: they are their present ones, issued after the "
    "notice, and never exposed.",
    {
        "in": (
            "Try each old secret at its door with proof and scene.knock. And ask what comes back: "
            "a thing that was ended and opens again a quarter of an hour later has a maker.",
            "answer = 'The intruder is in. Secrets that he holds or made still open: 2.'",
        ),
        "outage": (
            "A job stood still. Its credential is needed: it can be rotated, and an old secret can "
            "be removed, but it cannot be ended.",
            "answer = 'These stand still: the status page.'",
        ),
        "late": (
            "At 18:00 it is too late. Trying takes no time, and acts do. Look first in one scene, "
            "then act in a new one: scene = target('15').",
            "answer = 'It is 18:05. The archives were sent at 18:00.'",
        ),
        "other": (
            "The flag is what scene.declare() returns when nothing is wrong.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Looking costs no time. Which old secrets open, who made what, and which names stand in "
        "the log and in no row?",
        "Two of the credentials make each other anew. They have to go in one moment, or both "
        "between two visits. One row says replaced, and the old secret opens.",
        "scene.cut('gateway-token', 'j.fielding', 'sync-rule', 'support-bot'), then "
        "scene.remove_old('billing-key'), then scene.declare().",
    ),
    code("""
        since = seconds(rotation.STOLEN)
        inside = made_inside(scene.rows, ["smartsheet-account"], since)
        strangers = {line["credential"] for line in scene.log} - {row.id for row in scene.rows}
        found = proof(old_secrets(scene.rows), scene.knock)
        print(inside, strangers, found["open"])
        scene.cut("gateway-token", *inside, *strangers)
        scene.remove_old("billing-key")
        flag = scene.declare()
    """),
    brief="""It is 24 November, 16:00, in a company of the lab. At 18:00 the intruder sends his \
archives out. He comes by every quarter of an hour. He holds the old secret of what was exposed, \
and whatever he made himself.
scene.rows is the inventory: id, kind, owner, issued, last_used, replaced, made_by. scene.log has \
the sign-ins of two days. scene.time is the clock. scene.knock(secret, id) tries a secret and \
takes no time; old_secret(id) is the one of the time of the notice, or, where a row was issued \
later, its first one.
Acts take time: scene.rotate(id) 10 minutes, scene.remove_old(id) 5, scene.revoke(id) 5, \
scene.cut(id, id, ...) 20 for all of them in one moment. Jobs go on working after rotate and \
remove_old. They stand still after revoke and cut.
scene.declare() says that the incident is over. It returns the flag if the intruder is out, no job \
stood still, and it is before 18:00. For a fresh start: scene = target("15").""",
    scene=LastInventory,
)

PREDICTIONS = (
    Row(
        "15-p1",
        "The service account is deactivated, and so is, in Jira, the look-alike user. Each secret "
        "that he holds is tried once more. Which of these open?",
        (
            "the service token, at the gateway",
            "the look-alike user, at Bitbucket, by a pass that he has",
            "the Bitbucket account, by a pass that he has",
            "the AWS account, at AWS",
            "the implant, on Jira's server",
        ),
        "oxooo",
        {
            "the service token, at the gateway": (
                "The belief is that a token goes with the account that was used behind it. It is "
                "a credential of its own."
            ),
            "the look-alike user, at Bitbucket, by a pass that he has": (
                "The belief is that a user lives on in the other products. In this model Jira, "
                "Confluence and Bitbucket share one list of users."
            ),
            "the Bitbucket account, by a pass that he has": (
                "The belief is that only what raised the alarm is in bad hands. Four credentials "
                "were stolen, and one raised it."
            ),
            "the AWS account, at AWS": (
                "The belief is that only what raised the alarm is in bad hands. Four credentials "
                "were stolen, and one raised it."
            ),
            "the implant, on Jira's server": (
                "The belief is that a program falls with the account that installed it. It runs "
                "by itself."
            ),
        },
        "An eviction that follows the alarm removes what the alarm was about. The rest of what he "
        "holds was never asked.",
    ),
    Prediction(
        "15-p2",
        "The service token is revoked, and nothing else. He still has the service account. By "
        "which way does he get to Jira?",
        {
            "a": Guess(
                "by none: the token was the only way in",
                [],
                "The belief is that what was given out ends with what it was given out for. The "
                "gateway checks the token when it makes a pass. Jira sees the pass alone.",
            ),
            "b": Guess("by a pass that the gateway gave him before", ["jira, old pass"]),
            "c": Guess(
                "by a new pass: the gateway knows him",
                ["jira, new pass", "jira, old pass"],
                "The belief is that a gateway remembers its guests. It asks for a valid token for "
                "each new pass.",
            ),
        },
        "The token is worth nothing any more. The pass that was made with it is a bearer "
        "credential of its own, and it is still good. Containment needs both: the token revoked, "
        "and its passes ended.",
    ),
    Prediction(
        "15-p3",
        "The account can make the implant anew, and the implant the account. You remove one after "
        "the other; each takes 20 minutes. He comes by every 15 minutes. When is he out?",
        {
            "a": Guess(
                "after three removals, if the right one goes first",
                60,
                "The belief is that there is a root. In a circle each of the two is the root of "
                "the other.",
            ),
            "b": Guess(
                "after a second round: the first one showed what comes back",
                120,
                "The belief is that persistence wins. In each round he comes by between two "
                "removals.",
            ),
            "c": Guess("not within a day, in any of the six orders", "not within a day"),
        },
        "Between any two removals he comes by, and whichever of the two is left makes the other "
        "one. No order helps.",
    ),
    Prediction(
        "15-p4",
        "All 3,000 rows say *replaced*. The services of one team take an old and a new API key "
        "beside each other, so that a change needs no outage. Somebody tries each old secret at "
        "its door. Whose doors open?",
        {
            "a": Guess(
                "nobody's: the list is complete",
                [],
                "The belief is that a row says what is so. It says what somebody wrote down after "
                "a step that may have been the half of it.",
            ),
            "b": Guess(
                "everybody's: a new secret does not end an old one",
                ["all"],
                "The belief is that a replacement never ends the old secret. Most services hold "
                "one secret, and the new one took its place.",
            ),
            "c": Guess("that team's", ["team-07"]),
        },
        "There the new key was added, and nobody took the old one away. It is the half of a "
        "rotation, and it looks done: everybody works with the new key.",
    ),
    Row(
        "15-p5",
        "The list is asked for what was issued until the notice of 18 October and is still valid. "
        "Then your query asks for what a stolen account made since the earliest possible theft, "
        "28 September. Which of these six stand in one of the two answers?",
        (
            "j.fielding, a user, made by the stolen smartsheet-account on 16 November",
            "api-token-5512, made by j.fielding on 17 November",
            "k.osei, a user, made by onboarding on 16 November",
            "sheet-sync-2, made by smartsheet-account on 14 November, before any known misuse",
            "ci-token-88, made by k.osei on 17 November",
            "webhook-31, made by api-token-5512 on 20 November",
        ),
        "ooxoxo",
        {
            "j.fielding, a user, made by the stolen smartsheet-account on 16 November": (
                "The belief is that what was made after the notice was never exposed. Its maker "
                "was."
            ),
            "k.osei, a user, made by onboarding on 16 November": (
                "The belief is that the day tells. Both users are of the same day; who made them "
                "tells them apart."
            ),
            "api-token-5512, made by j.fielding on 17 November": (
                "The belief is that only the stolen ones count as makers. What they made makes "
                "others."
            ),
            "ci-token-88, made by k.osei on 17 November": (
                "The belief is that the day tells. Its maker is an ordinary colleague."
            ),
            "webhook-31, made by api-token-5512 on 20 November": (
                "The belief is that a lineage ends with the first generation. A token of a token "
                "counts as well."
            ),
            "sheet-sync-2, made by smartsheet-account on 14 November, before any known misuse": (
                "The belief is that a theft begins with the first use that is known. Whoever has "
                "held the secret since October may have used it unseen."
            ),
        },
        "The list has none of them: all six are later than the notice. The lineage finds four. One "
        "of them may be honest, and it is replaced all the same. The two others stay.",
        ("it stands in an answer", "it stands in none"),
    ),
    Prediction(
        "15-p6",
        "At 09:03 the provider signs with a new key, and drops the old one at once. The API keeps "
        "its copy of the keys for five minutes, the fifth included; it fetched it at 09:00. Ada's "
        "app holds a token of the old key. When is the app refused first?",
        {
            "a": Guess(
                "in the minute of the change",
                3,
                "The belief is that a dropped key is gone everywhere. The API still has a copy of "
                "it.",
            ),
            "b": Guess("when the API fetches the keys again", 6),
            "c": Guess(
                "when the app fetches its next token, at 09:08",
                8,
                "The belief is that a new token is the weak moment. It is signed with the new "
                "key, which the API then fetches.",
            ),
            "d": Guess(
                "not at all: its token is good for ten minutes",
                None,
                "The belief is that `exp` alone decides. The API has to check the signature as "
                "well, and for that it needs the key.",
            ),
        },
        "The failure comes minutes after the change, when nobody is looking any more. It ends when "
        "the app gets a token that the new key signed.",
    ),
)

QUIZZES = (
    Quiz(
        "15-q1",
        "The last proof says: 0 open, 38 refused, 4 unknown. What do you report?",
        {
            "a": Choice(
                "He is out, since no door opened for him in the whole of the proof",
                "Four doors did not answer. What they do when they come back is not known.",
            ),
            "b": Choice(
                "He is still in, since four doors did not refuse him",
                "They did not open either. Unknown is neither, and say so.",
            ),
            "c": Choice(
                "38 doors are shut, and four have to be tried again",
                "A door that did not answer refused nobody. In this lesson such doors opened.",
                right=True,
            ),
        },
    ),
    Quiz(
        "15-q2",
        "One foothold is known, and more are likely. What speaks for waiting with the cut?",
        {
            "a": Choice(
                "Nothing: each minute with him inside is a minute too many, so cut what you know",
                "In a circle the one that was not found brings the others back, and he is warned.",
            ),
            "b": Choice(
                "That the first cut shows him what you know",
                "It has a price: he works on meanwhile. While data is leaving, contain, "
                "although that shows him something, too.",
                right=True,
            ),
            "c": Choice(
                "That an alarm may be false",
                "That is settled before there is a foothold to speak of.",
            ),
        },
    ),
    Quiz(
        "15-q3",
        "A signing key is stolen. Why is it not enough that the provider drops it?",
        {
            "a": Choice(
                "APIs go on with their copy until they fetch the keys again",
                "Have them fetch at once, or count the minutes of their copies.",
                right=True,
            ),
            "b": Choice(
                "Tokens that it signed are good until their `exp`, whatever the provider publishes",
                "Without the key an API cannot check them. It is the copy of the key that lasts.",
            ),
            "c": Choice(
                "The thief can publish the key again at an address of his own",
                "An API takes keys from its own provider, and not from an address in a token.",
            ),
        },
    ),
)

LESSON = Lesson("15", EXERCISES, QUIZZES, PREDICTIONS, TARGET)
