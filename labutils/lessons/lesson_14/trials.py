"""What the exercises of lesson 14 are tried with."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from typing import Any

from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen
from labutils.incident import breach
from labutils.incident.cases import Incident, load
from labutils.incident.inventory import Identity
from labutils.incident.policy import Request, World
from labutils.lab import dice
from labutils.text import counted

from . import thieves
from .worlds import CONTROLS, LOSSES, leaked_elsewhere, request_for

# --- 14-1: a rule of one's own ------------------------------------------------------------------

_NOW = "2023-11-15T16:28:38Z"


class Placeless(Identity):
    """A holder that has no place to work from."""

    @property
    def places(self) -> tuple[str, ...]:
        """No address."""
        return ()


def try_in_its_place(answer: Tried) -> Trial:
    """Requests, and once more from the last to the first."""
    world, asked = World.historical(), [*requests()]
    for place, (words, request, about) in enumerate([*asked, *asked[::-1]]):
        usual = "again" if place >= len(asked) else "edge" if about == "nobody" else ""
        reason = seen(answer, request, world)
        if isinstance(reason, Raised):
            mistake = {"Raised": "nobody"} if about == "nobody" else ""
            yield Observed(words, reason, mistake, usual)
            continue
        is_text = isinstance(reason, str) and bool(reason.strip())
        result = {
            "opens": reason is None or reason is False or reason == "",
            "the result": "a string" if is_text else reason,
            "said": written(reason) if is_text else "",
        }
        parts = {"opens": about, "the result": "nothing" if result["opens"] else "reason"}
        yield Observed(words, result, parts, usual)


def requests() -> Iterator[tuple[str, Request, str]]:
    """What is asked, the request, and what it is about; some addresses are drawn."""
    drawn = dice("lesson-14", "addresses")
    token = request_for("gateway:tracker", "moveworks-token", _NOW)
    account = request_for("tracker:read", "smartsheet-account", _NOW, "edge")
    person = request_for("login:console", "admin-session", _NOW)
    implant = request_for("console:connect", "implant", _NOW, "atlassian")
    stolen = token.credential
    assert stolen is not None

    def of(holder: Identity, address: str) -> Request:
        return replace(token, credential=replace(stolen, holder=holder), address=address)

    home, two = stolen.holder.home, replace(stolen.holder, elsewhere=("192.0.2.77",))
    yield "the service token, from its holder's home", replace(token, address=home), "home"
    yield "the stolen service token", token, "stolen"
    yield "the stolen password of a service account", account, "kind"
    yield "a person's session, from another address", person, "everybody"
    yield "an intruder's program on a server", implant, "everybody"
    yield "the token, from its holder's second place", of(two, "192.0.2.77"), "places"
    yield "a request without a credential", replace(token, credential=None), "nobody"
    for _ in range(3):
        other = f"203.0.113.{int(next(drawn)[:2], 16) % 60 + 70}"
        yield f"the token, from {other}", replace(token, address=other), "list"
    yield "the token, from nearby", replace(token, address="192.0.2.77"), "near"
    # The name of an interface behind % counts letter by letter (RFC 4007, 11).
    local = replace(stolen.holder, elsewhere=("fe80::7%eth0",))
    yield "the token, from its holder's address fe80::7%eth0", of(local, "fe80::7%eth0"), "places"
    for place in (home, "fe80::7%eth0"):
        for text in nearly(place):
            if text != place:
                words = f"the token, from {text!r} in place of {place!r}"
                yield words, of(local, text), "near"
    for text in nearly("service"):
        other_kind: dict[str, Any] = {"kind": text}
        words = f"a credential whose holder has the kind {text!r}"
        yield words, of(replace(stolen.holder, **other_kind), token.address), "whole kind"
    nowhere = Placeless("nowhere", "service", "a service without a place", home)
    yield "a service without a place, from the home of another", of(nowhere, home), "stolen"


# --- 14-2, 14-4: looks, flips ---------------------------------------------------------------------


def try_looks(answer: Tried) -> Trial:
    """Times of requests in a session, in minutes."""
    yield from calls(answer, sessions())


def sessions() -> Iterator[Call]:
    """The sessions, the telling ones first; some are drawn."""
    drawn = dice("lesson-14", "looks")
    for times, every, about, usual in (
        ([7], 30, "first", ""),
        ([0, 5, 10], 0, "each", "edge"),
        ([0, 0, 3, 3], 0, "each", "edge"),
        ([0, 6, 12], 10, "last", ""),
        ([0, 5, 10, 15, 20], 10, "exactly", "edge"),
        ([0, 14, 16, 29, 31], 15, "last", ""),
        ([3, 4, 20], 15, "first", ""),
        ([], 15, "empty", "edge"),
        ([0, 0, 3, 12], 10, "last", ""),
        ([0, 19, 25, 30], 10, "last", ""),
        ([*range(0, 900, 3)], 7, "last", "large"),
    ):
        yield Call((times, every), "", about, usual)
    for _ in range(3):
        gaps = [int(next(drawn)[:2], 16) % 20 + 1 for _ in range(9)]
        times = [sum(gaps[: place + 1]) for place in range(9)]
        yield Call((times, int(next(drawn)[:2], 16) % 25 + 5), "", "last")


def try_flips(answer: Tried) -> Trial:
    """Settings, and what came out at each."""
    yield from calls(answer, sweeps())


def sweeps() -> Iterator[Call]:
    """The sweeps, the telling ones first; some are drawn."""
    drawn = dice("lesson-14", "flips")
    many = [*range(300)]
    for settings, outcomes, about, usual in (
        ([1, 2], ["in", "in"], "none", ""),
        ([3, 4], [False, True], "pair", ""),
        ([1, 5, 9, 10, 20], [True, True, True, False, False], "way", ""),
        ([1, 2, 3, 4], [1, 2, 2, 1], "all", ""),
        ([1, 2, 1, 2], [0, 1, 0, 0], "all", ""),
        ([1, 2, 3], [1, "1", "1"], "all", ""),
        ([5], ["in"], "none", "edge"),
        ([], [], "none", "edge"),
        ([1, 2], [["in"], ["in"]], "none", ""),
        (["far", "near", "far again"], [1, 0, 1], "all", ""),
        (many, [number // 7 for number in many], "all", "large"),
    ):
        yield Call((settings, outcomes), "", about, usual)
    for _ in range(3):
        outcomes = [int(next(drawn)[0], 16) % 2 for _ in range(8)]
        yield Call(([10 * place for place in range(8)], outcomes), "", "all")


# --- 14-5, 14-8: crowds, and one counterfactual ---------------------------------------------------


def uncopied(answer: Tried, tried: Iterable[Call]) -> Trial:
    """As `calls`, for arguments that it would take long to copy, and that nobody can change; the
    large ones are called once."""
    kept = list(tried)
    again = [("again", call) for call in reversed(kept) if call.usual != "large"]
    for usual, call in [*((one.usual, one) for one in kept), *again]:
        arguments = ([*one] if isinstance(one, list) else one for one in call.arguments)
        yield Observed(str(call), seen(answer, *arguments), call.about, usual)


def try_happens(answer: Tried) -> Trial:
    """Facts or losses, thieves, and worlds."""
    yield from uncopied(answer, crowds())


@cache
def crowds() -> tuple[Call, ...]:
    """The crowds, the telling ones first.

    The second has a step that is refused in the world of 2023 as well, so who counts it forgot
    `stopped`, and did not mix up the worlds.
    """
    far, near, laptop = (thieves.of_2023(place) for place in ("far", "near", "laptop"))
    then, bound = World.historical(), breach.with_controls(["sessions_bound"])
    least = breach.with_controls(["support_least_privilege"])
    behaviour = breach.with_controls(["behaviour_checked"])
    later = twice(far, "session", later=True)
    both = [twice(laptop, "session"), twice(near, "session", later=True)]
    tried = [
        ("session", [far], then, "stopped"),
        ("nov14-okta-denied", [far], then, "ignored"),
        ("session", [far, near], then, "early"),
        ("session", [far], breach.with_controls(load().controls), "world"),
        ("session", [far, near, laptop], bound, "each"),
        ("code", [far, near, laptop, far], bound, "fact"),
        ("report", [far, near], least, "stopped"),
        ("cloud", [far, near], behaviour, "each"),
        ("out", [], then, "stopped"),
        (LOSSES["session"][:-1], [far], then, "fact"),
        (LOSSES["session"] + "s", [far], then, "fact"),
        (LOSSES["session"].upper(), [far], then, "fact"),
        ("session", [near, twice(far, "session")], then, "twice"),
        ("session", [later, near], then, "twice"),
        ("session", both, bound, "twice"),
        ("session", [until(one, "session") for one in (far, near, laptop)] * 50, bound, "each"),
    ]
    return tuple(
        Call(
            (LOSSES.get(fact, fact), crowd, world),
            f"{LOSSES.get(fact, fact)!r}, {counted(len(crowd), 'thief', 'thieves')}",
            about,
            {0: "edge", 150: "large"}.get(len(crowd), ""),
        )
        for fact, crowd, world, about in tried
    )


def until(case: Incident, loss: str) -> Incident:
    """This thief, who stops after the step of a loss."""
    steps = case.campaign.steps
    place = next(at for at, step in enumerate(steps, 1) if step.fact == LOSSES[loss])
    return replace(case, campaign=replace(case.campaign, steps=steps[:place]))


def twice(case: Incident, loss: str, *, later: bool = False) -> Incident:
    """This thief, who takes the step of a loss a second time: at once, or after all others."""
    steps = case.campaign.steps
    place = next(at for at, step in enumerate(steps, 1) if step.fact == LOSSES[loss])
    after = len(steps) if later else place
    more = (*steps[:after], steps[place - 1], *steps[after:])
    return replace(case, campaign=replace(case.campaign, steps=more))


def try_archived(answer: Tried) -> Trial:
    """Sets of controls, and cases."""
    yield from uncopied(answer, archivings())


@cache
def archivings() -> tuple[Call, ...]:
    """The sets and cases, the telling ones first; some sets are drawn."""
    reported, laptop = load(), thieves.of_2023("laptop")
    elsewhere, code = leaked_elsewhere(reported), LOSSES["code"]
    pair = ("personal_profiles_blocked", "supplier_hard_keys")
    least, leaked = ("repository_least_privilege",), "the four leaked elsewhere"
    bound = ("service_tokens_bound", "egress_logged")
    later = twice(reported, "code", later=True)
    tried = [
        (least, renamed(reported, code, "another-step"), "absent", "no step has that fact"),
        (least, reported, "ignored", ""),
        ((), reported, "fact", "the breach as reported"),
        (("egress_allowlist",), reported, "fact", ""),
        (pair, reported, "names", ""),
        (pair[:1], reported, "names", ""),
        (pair, elsewhere, "case", leaked),
        (("sessions_bound",), laptop, "case", "a thief on the owner's laptop"),
        (bound, elsewhere, "case", leaked),
        (least, twice(reported, "code"), "ignored", "archives twice"),
        (("exposed_rotated",), later, "ignored", "archives twice"),
        (tuple(CONTROLS), reported, "names", "all controls"),
    ]
    drawn = dice("lesson-14", "sets of controls")
    for _ in range(3):
        names = tuple(CONTROLS[int(next(drawn)[:4], 16) % len(CONTROLS)] for _ in range(2))
        tried += [(names, reported, "names", ""), (names, elsewhere, "case", leaked)]
    for text in nearly(code):
        words = f"a step called {text!r} in its place"
        tried.append(((), renamed(reported, code, text), "whole", words))
    return tuple(
        Call(
            (names, case),
            "; ".join(filter(None, (", ".join(names) or "no controls", words))),
            {"bool": about, "NoneType": "absent", "Step": "bool", "int": "bool"},
            "" if names else "edge",
        )
        for names, case, about, words in tried
    )


def renamed(case: Incident, fact: str, other: str) -> Incident:
    """The same attack, in which the step with this fact has another."""
    steps = tuple(
        replace(step, fact=other) if step.fact == fact else step for step in case.campaign.steps
    )
    facts = {**case.ledger.facts, other: case.ledger.facts[fact]}
    ledger, campaign = replace(case.ledger, facts=facts), replace(case.campaign, steps=steps)
    return replace(case, ledger=ledger, campaign=campaign)


# --- 14-6, 14-7: sets, prices ---------------------------------------------------------------------

Names = tuple[str, ...]


def subsets(letters: str) -> list[Names]:
    """All sets of these names, the small ones first."""
    return [one for size in range(len(letters) + 1) for one in combinations(letters, size)]


def try_robust(answer: Tried) -> Trial:
    """How many thieves each set stops; the order of the sets in the result does not matter."""
    for step in map(Observed._make, calls(answer, counts())):
        result = step.seen
        if isinstance(result, list | tuple | set) and all(map(is_a_set, result)):
            result = sorted(map(sorted, result))
        yield step._replace(seen=result)


def is_a_set(one: Any) -> bool:
    """Whether this is a set of names, or a tuple of them."""
    return isinstance(one, set | frozenset | tuple)


def counts() -> Iterator[Call]:
    """The counts, the telling ones first; some are drawn."""
    drawn = dice("lesson-14", "sets")
    plain: dict[Names, int] = {(): 3, ("a",): 90, ("b",): 40, ("a", "b"): 95, ("b", "c"): 91}
    plain[("a", "c")] = 92
    ways = subsets("abcdefgh")
    tried: list[tuple[dict[Names, int], int, str, str]] = [
        ({(): 0, ("a",): 89}, 90, "few", ""),
        ({(): 0, ("a",): 95}, 90, "itself", ""),
        ({(): 0, ("a",): 90}, 90, "exactly", ""),
        (plain, 90, "spare", ""),
        (plain, 95, "few", ""),
        ({(): 90, ("a",): 100}, 90, "spare", "edge"),
        ({}, 90, "few", "edge"),
        ({("a", "b"): 95, ("a",): 90}, 90, "order", ""),
        ({one: place * 7 % 101 for place, one in enumerate(ways)}, 90, "spare", "large"),
    ]
    for stops, wanted, about, usual in tried:
        yield Call((stops, wanted), "", about, usual)
    names: list[Names] = [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c")]
    names.append(("a", "b", "c"))
    for _ in range(3):
        stops = {one: int(next(drawn)[:2], 16) % 40 + 20 * len(one) for one in names}
        yield Call((stops, 40), "", "spare")


def try_frontier(answer: Tried) -> Trial:
    """Prices, and how much is lost with each set."""
    yield from calls(answer, priced())


def priced() -> Iterator[Call]:
    """The prices and losses, the telling ones first; some are drawn."""
    drawn = dice("lesson-14", "prices")
    prices = {"a": 1, "b": 2, "c": 5}
    losses: dict[Names, int] = {("b", "c"): 0, ("c",): 3, (): 9, ("b",): 6, ("a",): 4}
    losses |= {("a", "c"): 3, ("a", "b"): 3}
    ways, eight = subsets("abcdefgh"), {letter: 3 + ord(letter) % 5 for letter in "abcdefgh"}
    tried: list[tuple[dict[str, int], dict[Names, int], str, str]] = [
        ({"a": 1}, {(): 5}, "first", ""),
        ({"a": 1}, {(): 5, ("a",): 5}, "equal", ""),
        (prices, losses, "dearer", ""),
        ({"a": 2, "b": 2}, {(): 9, ("a",): 5, ("b",): 4}, "tie", ""),
        ({"a": 1, "b": 1}, {(): 9, ("a",): 5, ("b",): 5}, "alike", ""),
        ({"a": 1, "b": 1}, {(): 9, ("b",): 5, ("a",): 5}, "alike", ""),
        ({"a": 1, "b": 2, "c": 1}, {(): 9, ("b",): 5, ("a", "c"): 5}, "alike", ""),
        ({}, {}, "first", "edge"),
        (eight, {one: 300 - 31 * place % 257 for place, one in enumerate(ways)}, "dearer", "large"),
    ]
    for costs, lost, about, usual in tried:
        yield Call((costs, lost), "", about, usual)
    for _ in range(3):
        lost = {names: int(next(drawn)[:2], 16) for names in losses}
        yield Call((prices, lost), "", "dearer")


# --- 14-9: where two change places ----------------------------------------------------------------

Points = tuple[tuple[float, float], ...]


def try_break_even(answer: Tried) -> Trial:
    """Dials of drawn curves, and once more from the last to the first."""
    again = [(words, curves, about, "again") for words, curves, about, _ in shapes()]
    for words, curves, about, usual in (*shapes(), *reversed(again)):

        def dial(control: str, setting: float, curves: dict[str, Points] = curves) -> float:
            return height_at(curves[control], setting)

        yield Observed(words, seen(answer, *curves, dial), about, usual)


def height_at(points: Points, setting: float) -> float:
    """The height of a line through these points."""
    for (x, y), (u, v) in pairwise(points):
        if x <= setting <= u:
            return y + (v - y) * (setting - x) / (u - x)
    raise ValueError(f"a dial goes from 0 to 100, not to {setting!r}")


def shapes() -> Iterator[tuple[str, dict[str, Points], str, str]]:
    """Two curves by the names of two controls, which are drawn."""
    drawn = dice("lesson-14", "dials")

    def two(first: Points, second: Points) -> dict[str, Points]:
        one, other = f"control {next(drawn)[:4]}", f"control {next(drawn)[:4]}"
        return {one: first, other: second}

    flat, falls, rises = ((0, 60), (100, 60)), ((0, 100), (100, 0)), ((0, 0), (100, 100))
    yield "one falls below the other", two(falls, flat), "before", ""
    yield "the other way round", two(flat, falls), "way", ""
    yield "one rises above the other", two(rises, ((0, 20.5), (100, 20.5))), "pair", ""
    for _ in range(3):
        height = int(next(drawn)[:2], 16) % 90 + 5.5
        words = f"one falls below {height:g}"
        yield words, two(falls, ((0, height), (100, height))), "before", ""
    yield "the first is always ahead", two(((0, 90), (100, 80)), flat), "never", ""
    yield "the second is always ahead", two(((0, 10), (100, 50)), flat), "never", ""
    yield "they are level throughout", two(flat, flat), "level", "edge"
    touches = ((0, 90), (50, 60), (100, 90))
    yield "one comes level, and gets away again", two(touches, flat), "level", "edge"
    yield "level at the end", two(((0, 90), (100, 60)), flat), "level", "edge"
    begins = ((0, 60), (30, 80), (100, 10))
    yield "level at the start, then ahead, then behind", two(begins, flat), "start", "edge"
    yield "level at the start, then ahead", two(((0, 60), (100, 90)), flat), "never", "edge"
    late = ((0, 90), (99, 60.5), (100, 50))
    yield "they change places at the last setting", two(late, flat), "last", "edge"
    dips = ((0, 90), (20, 30), (60, 90), (100, 20))
    yield "they change places three times", two(dips, flat), "first", ""
    ahead_again = ((0, 90), (40, 30), (100, 90))
    yield "they change places, and back", two(ahead_again, flat), "first", ""
