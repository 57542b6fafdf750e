"""14 · Zero trust and counterfactuals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    nearly,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    Guess,
    Prediction,
    code,
)
from labutils.incident import breach
from labutils.incident.cases import Incident, load
from labutils.incident.policy import Request, World
from labutils.lab import dice

from . import thieves
from .worlds import CONTROLS, LOSSES, leaked_elsewhere, request_for

TOOLS = code("""
    from labutils.incident import breach, search
    from labutils.lessons.lesson_14 import thieves, worlds
""")
IN_ITS_PLACE = code("""
    def in_its_place(request, world):
        credential = request.credential
        if credential is None or credential.holder.kind != "service":
            return None
        if request.address in credential.holder.places:
            return None
        return f"{credential.id} is used from {request.address}"
""")
LOOKS = code("""
    def looks(times, every):
        looked = []
        for time in times:
            if not looked or time - looked[-1] >= every:
                looked.append(time)
        return looked
""")
ARCHIVED = code("""
    def archived(names, case):
        steps = breach.foresee(breach.with_controls(names), case=case)
        return any(step.fact == worlds.LOSSES["code"] and not step.stopped for step in steps)
""")
FLIPS = code("""
    def flips(settings, outcomes):
        found = []
        for place in range(1, len(settings)):
            if outcomes[place] != outcomes[place - 1]:
                found.append((settings[place - 1], settings[place]))
        return found
""")
HAPPENS = code("""
    def happens(fact, cases, world):
        count = 0
        for case in cases:
            steps = breach.foresee(world, case=case)
            if any(step.fact == fact and not step.stopped for step in steps):
                count += 1
        return count
""")
ROBUST = code("""
    def robust(counts, wanted):
        enough = [set(names) for names, count in counts.items() if count >= wanted]
        smallest = []
        for one in enough:
            if not any(other < one for other in enough):
                smallest.append(one)
        return smallest
""")
FRONTIER = code("""
    def frontier(prices, losses):
        priced = []
        for names, lost in losses.items():
            priced.append((sum(prices[name] for name in names), lost, names))
        best = []
        for cost, lost, names in sorted(priced):
            if not best or lost < best[-1][1]:
                best.append((cost, lost, names))
        return best
""")
STILL_LISTED = (
    "This step was tried, and every route to it was refused. It is still in the list. Count a step "
    "only if step.stopped is False."
)
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 14-1: a rule of one's own ------------------------------------------------------------------

_NOW = "2023-11-15T16:28:38Z"


def rule_cases() -> list[tuple[str, Request, bool, str]]:
    """What is asked, the request, whether it should be refused, and the mistake of who fails."""
    drawn = dice("lesson-14", "addresses")
    token = request_for("gateway:tracker", "moveworks-token", _NOW)
    account = request_for("tracker:read", "smartsheet-account", _NOW, "edge")
    person = request_for("login:console", "admin-session", _NOW)
    implant = request_for("console:connect", "implant", _NOW, "atlassian")
    stolen = token.credential
    assert stolen is not None
    home, two = stolen.holder.home, replace(stolen.holder, elsewhere=("192.0.2.77",))
    second = replace(token, credential=replace(stolen, holder=two), address="192.0.2.77")
    cases = [
        ("the service token, from its holder's home", replace(token, address=home), False, "home"),
        ("the stolen service token", token, True, "stolen"),
        ("the stolen password of a service account", account, True, "kind"),
        ("a person's session, from another address", person, False, "everybody"),
        ("an intruder's program on a server", implant, False, "everybody"),
        ("the token, from its holder's second place", second, False, "places"),
        ("a request without a credential", replace(token, credential=None), False, "nobody"),
    ]
    for _ in range(3):
        other = f"203.0.113.{int(next(drawn)[:2], 16) % 60 + 70}"
        cases.append((f"the token, from {other}", replace(token, address=other), True, "list"))
    cases.append(("the token, from nearby", replace(token, address="192.0.2.77"), True, "near"))
    # The name of an interface behind % counts letter by letter (RFC 4007, 11).
    local = replace(stolen.holder, elsewhere=("fe80::7%eth0",))
    third = replace(token, credential=replace(stolen, holder=local), address="fe80::7%eth0")
    cases.append(("the token, from its holder's address fe80::7%eth0", third, False, "places"))
    for place in (home, "fe80::7%eth0"):
        for text in nearly(place):
            if text != place:
                words = f"the token, from {text!r} in place of {place!r}"
                cases.append((words, replace(third, address=text), True, "near"))
    for text in nearly("service"):
        other_kind: dict[str, Any] = {"kind": text}
        holder = replace(stolen.holder, **other_kind)
        words = f"a credential whose holder has the kind {text!r}"
        request = replace(token, credential=replace(stolen, holder=holder))
        cases.append((words, request, False, "whole kind"))
    return cases


def is_a_rule(answer: Tried) -> Verdict:
    """The judge of 14-1."""
    world = World.historical()
    for words, request, refused, mistake in rule_cases():
        try:
            reason = answer(request, world)
        except Exception:
            return answer.raised(words, mistake if mistake == "nobody" else None)
        if refused and (reason is None or reason is False):
            return Verdict("let_in", words, mistake=mistake)
        if refused and not (isinstance(reason, str) and reason.strip()):
            return Verdict("differs", words, written(reason), "a string", mistake="reason")
        if not refused and isinstance(reason, bool | str) and not reason:
            return Verdict("differs", words, written(reason), "None", mistake="nothing")
        if not refused and reason is not None:
            return Verdict("refused_good", words, got=written(reason), mistake=mistake)
    return PASSED


# --- 14-2 to 14-7: looks, flips, crowds, sets, prices ---------------------------------------------


def look_cases() -> list[Case]:
    """Times of requests in a session, in minutes."""
    drawn = dice("lesson-14", "looks")
    cases = [
        Case(([7], 30), [7], "first"),
        Case(([0, 5, 10], 0), [0, 5, 10], "each"),
        Case(([0, 6, 12], 10), [0, 12], "last"),
        Case(([0, 5, 10, 15, 20], 10), [0, 10, 20], "exactly"),
        Case(([0, 14, 16, 29, 31], 15), [0, 16, 31], "last"),
        Case(([3, 4, 20], 15), [3, 20], "first"),
        Case(([], 15), [], "empty"),
        Case(([0, 0, 3, 12], 10), [0, 12], "last"),
    ]
    for _ in range(3):
        gaps = [int(next(drawn)[:2], 16) % 20 + 1 for _ in range(9)]
        times = [sum(gaps[: place + 1]) for place in range(9)]
        every = int(next(drawn)[:2], 16) % 25 + 5
        cases.append(Case((times, every), looked(times, every), "last"))
    return cases


def looked(times: Sequence[int], every: int) -> list[int]:
    """The times at which signals are looked at."""
    seen: list[int] = []
    for time in times:
        if not seen or time - seen[-1] >= every:
            seen.append(time)
    return seen


def no_list(_case: Case, result: Any) -> str | None:
    """The mistake of who returns the right thing as something else."""
    return None if isinstance(result, list) else "list"


def flip_cases() -> list[Case]:
    """Settings, and what came out at each."""
    drawn = dice("lesson-14", "flips")
    cases = [
        Case(([1, 2], ["in", "in"]), [], "none"),
        Case(([3, 4], [False, True]), [(3, 4)], "pair"),
        Case(([1, 5, 9, 10, 20], [True, True, True, False, False]), [(9, 10)], "pair"),
        Case(([1, 2, 3, 4], [1, 2, 2, 1]), [(1, 2), (3, 4)], "all"),
        Case(([5], ["in"]), [], "none"),
        Case(([1, 2], [["in"], ["in"]]), [], "none"),
        Case((["far", "near", "far again"], [1, 0, 1]), [("far", "near"), ("near", "far again")]),
    ]
    for _ in range(3):
        outcomes = [int(next(drawn)[0], 16) % 2 for _ in range(8)]
        settings = [10 * place for place in range(8)]
        pairs = zip(settings, settings[1:], outcomes, outcomes[1:], strict=False)
        want = [(low, high) for low, high, before, after in pairs if before != after]
        cases.append(Case((settings, outcomes), want, "all"))
    return cases


def same_pairs(result: Any, want: object) -> bool:
    """Whether two lists hold the same pairs; a pair may be a list as well as a tuple."""
    if not isinstance(result, list | tuple):
        return False
    return [tuple(pair) if isinstance(pair, list) else pair for pair in result] == want


def one_way(case: Case, result: Any) -> str | None:
    """The mistake of who sees an outcome change one way alone."""
    return "way" if case.mistake == "pair" and result == [] else None


def crowd_cases() -> list[Case]:
    """Facts or losses, thieves, worlds, and the mistake of who fails.

    The second case is a step that is refused in the world of 2023 as well, so who counts it forgot
    `stopped`, and did not mix up the worlds.
    """
    far, near, laptop = (thieves.of_2023(place) for place in ("far", "near", "laptop"))
    bound = breach.with_controls(["sessions_bound"])
    all_of_them = breach.with_controls(load().controls)
    cases = [
        ("session", [far], World.historical(), "stopped"),
        ("nov14-okta-denied", [far], World.historical(), "ignored"),
        ("session", [far, near], World.historical(), "early"),
        ("session", [far], all_of_them, "world"),
        ("session", [far, near, laptop], bound, "each"),
        ("code", [far, near, laptop, far], bound, "fact"),
        ("report", [far, near], breach.with_controls(["support_least_privilege"]), "stopped"),
        ("cloud", [far, near], breach.with_controls(["behaviour_checked"]), "each"),
        ("out", [], World.historical(), "stopped"),
        (LOSSES["session"][:-1], [far], World.historical(), "fact"),
        (LOSSES["session"] + "s", [far], World.historical(), "fact"),
        ("session", [near, twice(far, "session")], World.historical(), "twice"),
        ("session", [twice(far, "session", later=True), near], World.historical(), "twice"),
        ("session", [twice(laptop, "session"), twice(near, "session", later=True)], bound, "twice"),
    ]
    return [
        Case(
            (fact, crowd, world),
            sum(fact in _facts_that_happen(case, world) for case in crowd),
            mistake,
            f"{fact!r}, {'one thief' if len(crowd) == 1 else f'{len(crowd)} thieves'}",
        )
        for name, crowd, world, mistake in cases
        for fact in [LOSSES.get(name, name)]
    ]


def twice(case: Incident, loss: str, *, later: bool = False) -> Incident:
    """This thief, who takes the step of a loss a second time: at once, or after all others."""
    steps = case.campaign.steps
    place = next(at for at, step in enumerate(steps, 1) if step.fact == LOSSES[loss])
    after = len(steps) if later else place
    more = (*steps[:after], steps[place - 1], *steps[after:])
    return replace(case, campaign=replace(case.campaign, steps=more))


def _facts_that_happen(case: Incident, world: World) -> set[str]:
    return {step.fact for step in breach.foresee(world, case=case) if not step.stopped}


def miscounted(case: Case, result: Any) -> str | None:
    """The mistake of who returns no count, or counts more steps than there are thieves."""
    if isinstance(result, bool) or not isinstance(result, int):
        return "number"
    if case.mistake == "twice":
        return None
    return "fact" if result > len(case.arguments[1]) else None


def set_cases() -> list[Case]:
    """How many thieves each set stops."""
    drawn = dice("lesson-14", "sets")
    plain = {(): 3, ("a",): 90, ("b",): 40, ("a", "b"): 95, ("b", "c"): 91, ("a", "c"): 92}
    cases = [
        Case(({(): 0, ("a",): 89}, 90), [], "few"),
        Case(({(): 0, ("a",): 95}, 90), [{"a"}], "itself"),
        Case(({(): 0, ("a",): 90}, 90), [{"a"}], "exactly"),
        Case((plain, 90), [{"a"}, {"b", "c"}], "spare"),
        Case((plain, 95), [{"a", "b"}], "few"),
        Case(({(): 90, ("a",): 100}, 90), [set()], "spare"),
        Case(({("a", "b"): 95, ("a",): 90}, 90), [{"a"}], "order"),
    ]
    for _ in range(3):
        names = [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
        counts = {one: int(next(drawn)[:2], 16) % 40 + 20 * len(one) for one in names}
        enough = [set(one) for one, count in counts.items() if count >= 40]
        want = [one for one in enough if not any(other < one for other in enough)]
        cases.append(Case((counts, 40), want, "spare"))
    return cases


def same_sets(result: Any, want: Any) -> bool:
    """Whether two lists hold the same sets, in any order; a set may be a tuple of its names."""
    if not isinstance(result, list | tuple | set):
        return False
    if not all(isinstance(one, set | frozenset | tuple) for one in result):
        return False
    return sorted(map(sorted, result)) == sorted(map(sorted, want))


Chosen = tuple[int, int, tuple[str, ...]]  # what a set costs, what is lost with it, and the set


def price_cases() -> list[Case]:
    """Prices, and how much is lost with each set."""
    drawn = dice("lesson-14", "prices")
    prices = {"a": 1, "b": 2, "c": 5}
    losses = {("b", "c"): 0, ("c",): 3, (): 9, ("b",): 6, ("a",): 4, ("a", "c"): 3, ("a", "b"): 3}
    cases = [
        Case(({"a": 1}, {(): 5}), [(0, 5, ())], "first"),
        Case(({"a": 1}, {(): 5, ("a",): 5}), [(0, 5, ())], "equal"),
        Case(
            (prices, losses),
            [(0, 9, ()), (1, 4, ("a",)), (3, 3, ("a", "b")), (7, 0, ("b", "c"))],
            "dearer",
        ),
        Case(
            ({"a": 2, "b": 2}, {(): 9, ("a",): 5, ("b",): 4}), [(0, 9, ()), (2, 4, ("b",))], "tie"
        ),
    ]
    alike: dict[tuple[str, ...], int] = {(): 9, ("a",): 5, ("b",): 5}
    cases.append(Case(({"a": 1, "b": 1}, alike), [(0, 9, ()), (1, 5, ("a",))], "alike"))
    by_name: dict[tuple[str, ...], int] = {(): 9, ("b",): 5, ("a", "c"): 5}
    first = [(0, 9, ()), (2, 5, ("a", "c"))]
    cases.append(Case(({"a": 1, "b": 2, "c": 1}, by_name), first, "alike"))
    for _ in range(3):
        lost = {names: int(next(drawn)[:2], 16) for names in losses}
        cases.append(Case((prices, lost), cheapest(prices, lost), "dearer"))
    return cases


def same_rows(result: Any, want: object) -> bool:
    """Whether two frontiers are the same; a row, and the names in it, may be a list."""
    if not isinstance(result, list | tuple):
        return False
    return [_row(one) for one in result] == want


def _row(one: Any) -> Any:
    if not isinstance(one, list | tuple):
        return one
    return tuple(tuple(part) if isinstance(part, list) else part for part in one)


def no_rows(_case: Case, result: Any) -> str | None:
    """The mistake of who gives something else than (cost, lost, names)."""
    rows = [_row(one) for one in result] if isinstance(result, list | tuple) else [None]
    good = all(
        isinstance(row, tuple) and len(row) == 3 and isinstance(row[2], tuple) for row in rows
    )
    swapped = (9, 0, ()) in rows or (5, 0, ()) in rows
    return "row" if swapped or not good else None


def cheapest(prices: Mapping[str, int], losses: Mapping[tuple[str, ...], int]) -> list[Chosen]:
    """The sets that lose less than each cheaper one."""
    best: list[Chosen] = []
    priced = ((sum(prices[name] for name in names), lost, names) for names, lost in losses.items())
    for cost, lost, names in sorted(priced):
        if not best or lost < best[-1][1]:
            best.append((cost, lost, names))
    return best


# --- 14-8: one counterfactual ---------------------------------------------------------------------


def archiving_cases() -> list[Case]:
    """Sets of controls, cases, and whether the code is archived."""
    reported, laptop = load(), thieves.of_2023("laptop")
    elsewhere, code = leaked_elsewhere(reported), LOSSES["code"]
    pair = ("personal_profiles_blocked", "supplier_hard_keys")
    least = ("repository_least_privilege",)
    tries: list[tuple[tuple[str, ...], Incident, str | None, str]] = [
        (least, renamed(reported, code, "another-step"), None, "no step has that fact"),
        (least, reported, "ignored", ""),
        ((), reported, "fact", "the breach as reported"),
        (("egress_allowlist",), reported, "fact", ""),
        (pair, reported, "names", ""),
        (pair[:1], reported, "names", ""),
        (pair, elsewhere, "case", "the four leaked elsewhere"),
        (("sessions_bound",), laptop, "case", "a thief on the owner's laptop"),
        (("service_tokens_bound", "egress_logged"), elsewhere, "case", "the four leaked elsewhere"),
        (least, twice(reported, "code"), "ignored", "archives twice"),
        (("exposed_rotated",), twice(reported, "code", later=True), "ignored", "archives twice"),
    ]
    drawn = dice("lesson-14", "sets of controls")
    for _ in range(3):
        names = tuple(CONTROLS[int(next(drawn)[:4], 16) % len(CONTROLS)] for _ in range(2))
        tries.append((names, reported, "names", ""))
        tries.append((names, elsewhere, "case", "the four leaked elsewhere"))
    for text in nearly(code):
        words = f"a step called {text!r} in its place"
        tries.append(((), renamed(reported, code, text), "whole", words))
    return [
        Case(
            (names, case),
            code in _facts_that_happen(case, breach.with_controls(names)),
            mistake,
            f"{', '.join(names) or 'no controls'}" + (f"; {words}" if words else ""),
        )
        for names, case, mistake, words in tries
    ]


def renamed(case: Incident, fact: str, other: str) -> Incident:
    """The same attack, in which the step with this fact has another."""
    steps = tuple(
        replace(step, fact=other) if step.fact == fact else step for step in case.campaign.steps
    )
    facts = {**case.ledger.facts, other: case.ledger.facts[fact]}
    ledger, campaign = replace(case.ledger, facts=facts), replace(case.campaign, steps=steps)
    return replace(case, ledger=ledger, campaign=campaign)


def no_bool(case: Case, result: Any) -> str | None:
    """The mistake of who returns something else than True or False, or looks for no fact."""
    if result is None:
        return "absent"
    if not isinstance(result, bool):
        return "bool"
    return "fact" if case.mistake is None else None


# --- the target -----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "14-1",
        "function",
        is_a_rule,
        "That is a rule for a decision point: one check, and the reason for a refusal.",
        {
            "home": (
                "The token works from its holder's home. Return None there.",
                altered(
                    IN_ITS_PLACE,
                    ("        return None\n    return f", "        return 'no'\n    return f"),
                ),
            ),
            "stolen": (
                "The token is used from an address that is not its holder's. Return a reason.",
                altered(
                    IN_ITS_PLACE, ('f"{credential.id} is used from {request.address}"', "False")
                ),
            ),
            "kind": (
                "A service account's password is a service's credential too. Check the holder's "
                "kind, not the credential's.",
                altered(
                    IN_ITS_PLACE,
                    ('credential.holder.kind != "service"', 'credential.kind != "service-token"'),
                ),
            ),
            "everybody": (
                "The rule is about services. People travel, and an intruder's program has no place "
                "of its own. Return None for both.",
                altered(IN_ITS_PLACE, (' or credential.holder.kind != "service"', "")),
            ),
            "places": (
                "A service may work from several addresses. holder.places lists them all.",
                altered(
                    IN_ITS_PLACE,
                    (
                        "request.address in credential.holder.places",
                        "request.address == credential.holder.home",
                    ),
                ),
            ),
            "whole kind": (
                "The kind looks like a service's, but is a different one. Compare the whole "
                "string: holder.kind == 'service'.",
                altered(
                    IN_ITS_PLACE,
                    (
                        'credential.holder.kind != "service"',
                        '"service" not in credential.holder.kind',
                    ),
                ),
            ),
            "nobody": (
                "A request without a credential must not crash the rule. Return None: another "
                "rule deals with it.",
                altered(IN_ITS_PLACE, ("credential is None or ", "")),
            ),
            "list": (
                "You know one bad address, but thieves have many. Compare with holder.places.",
                altered(
                    IN_ITS_PLACE,
                    (
                        "request.address in credential.holder.places",
                        "request.address != '203.0.113.66'",
                    ),
                ),
            ),
            "near": (
                "Thieves also come from nearby. Compare the whole address with each one in "
                "holder.places.",
                altered(
                    IN_ITS_PLACE,
                    (
                        "request.address in credential.holder.places",
                        "any(request.address.startswith(place[:8]) "
                        "for place in credential.holder.places)",
                    ),
                ),
            ),
            "nothing": (
                "If the rule has no objection, it returns None, not False or an empty string.",
                altered(
                    IN_ITS_PLACE,
                    ("        return None\n    return f", "        return False\n    return f"),
                ),
            ),
            "reason": (
                "Return a string that says why. Anyone who reads the log needs it.",
                altered(
                    IN_ITS_PLACE, ('f"{credential.id} is used from {request.address}"', "True")
                ),
            ),
        },
        (
            "Check three things: is there a credential, is its holder a service, and is the "
            "address among the holder's places?",
            'credential.holder.kind == "service" and request.address in credential.holder.places',
        ),
        IN_ITS_PLACE,
    ),
    Exercise(
        "14-2",
        "function",
        compare(look_cases, why=no_list),
        "Between two checks, the result of the last one stands.",
        {
            "first": (
                "The first request begins the session. It is always checked, whenever it comes.",
                altered(LOOKS, ("looked = []", "looked = [0]")),
            ),
            "list": (
                "Return a list of times.",
                altered(LOOKS, ("return looked", "return tuple(looked)")),
            ),
            "empty": (
                "In a session without requests nothing is checked: return an empty list.",
                altered(
                    LOOKS,
                    ("looked = []", "looked = [times[0]]"),
                    ("for time in times:", "for time in times[1:]:"),
                ),
            ),
            "each": (
                "With every = 0, every request is checked.",
                altered(LOOKS, ("not looked or time - looked[-1] >= every", "not looked")),
            ),
            "exactly": (
                "A check is due once `every` minutes have passed, including exactly that many.",
                altered(LOOKS, (">= every", "> every")),
            ),
            "last": (
                "Count from the last check, not from the last request or from the quarter-hours "
                "on the clock.",
                altered(
                    LOOKS,
                    (
                        "if not looked or time - looked[-1] >= every:",
                        "if not every or not looked or time // every > looked[-1] // every:",
                    ),
                ),
            ),
        },
        (
            "Keep a list of the times of the checks. Its last entry is looked[-1].",
            "A request is checked if the list is empty, or if time - looked[-1] is at least "
            "`every`.",
        ),
        LOOKS,
    ),
    Exercise(
        "14-4",
        "function",
        compare(flip_cases, same=same_pairs, why=one_way),
        "From now on, each conclusion comes with the settings between which it flips.",
        {
            "none": (
                "If the outcome is the same at every setting, it never flips: return an empty "
                "list.",
                altered(FLIPS, ("found = []", "found = settings[:1]")),
            ),
            "pair": (
                "Return a pair: the last setting before the change and the first one after it.",
                altered(FLIPS, ("(settings[place - 1], settings[place])", "settings[place]")),
            ),
            "way": (
                "An outcome changes when it becomes True, and also when it becomes False.",
                altered(
                    FLIPS,
                    (
                        "outcomes[place] != outcomes[place - 1]",
                        "outcomes[place - 1] and not outcomes[place]",
                    ),
                ),
            ),
            "all": (
                "The outcome may flip more than once, and may flip back. Return every pair.",
                altered(FLIPS, ("    return found", "    return found[:1]")),
            ),
        },
        (
            "Compare each outcome with the one before it.",
            "for place in range(1, len(settings)): the pair is settings[place - 1], "
            "settings[place].",
        ),
        FLIPS,
    ),
    Exercise(
        "14-5",
        "function",
        compare(crowd_cases, why=miscounted),
        "That number, counted at each setting, makes a sweep.",
        {
            "stopped": (
                "A step that is not stopped has happened. step.stopped is True if every route was "
                "refused.",
                altered(HAPPENS, ("and not step.stopped", "and step.stopped")),
            ),
            "ignored": (
                STILL_LISTED,
                altered(HAPPENS, (" and not step.stopped", "")),
            ),
            "twice": (
                "One of these thieves takes that step twice. Count the thief once: check whether "
                "any of the steps matches.",
                wrong("""
                def answer(fact, cases, world):
                    count = 0
                    for case in cases:
                        for step in breach.foresee(world, case=case):
                            if step.fact == fact and not step.stopped:
                                count += 1
                    return count
                """),
            ),
            "world": (
                "Pass the world that you were given to breach.foresee.",
                altered(HAPPENS, ("foresee(world,", "foresee(worlds.policy.World.historical(),")),
            ),
            "early": (
                "Do not stop after the first thief: return the count after the last one.",
                altered(HAPPENS, ("    return count", "        return count")),
            ),
            "number": (
                "Return a whole number: how many, not a list and not a share of the total.",
                altered(HAPPENS, ("return count", "return count / max(1, len(cases))")),
            ),
            "each": (
                "Each thief is a case. Pass case=case. Without it, every one of them is the 2023 "
                "thief.",
                altered(HAPPENS, ("world, case=case", "world")),
            ),
            "fact": (
                "A thief takes many steps. Count only the one whose step.fact equals the whole "
                "name of the fact.",
                wrong("""
                def answer(fact, cases, world):
                    steps = [step for case in cases for step in breach.foresee(world, case=case)]
                    return sum(not step.stopped for step in steps)
                """),
            ),
        },
        (
            "breach.foresee(world, case=case) returns the steps of one thief.",
            "For each case: is there any step with step.fact == fact and not step.stopped? A step "
            "may occur twice, but the case counts once.",
        ),
        HAPPENS,
    ),
    Exercise(
        "14-6",
        "function",
        compare(set_cases, same=same_sets),
        "Each set that is left is enough, and none has a control to spare.",
        {
            "itself": (
                "This set is enough, and no smaller one is. Each set is a subset of itself, so "
                "compare with <, which is true only for a proper subset.",
                altered(ROBUST, ("other < one", "other <= one")),
            ),
            "exactly": (
                "A set that stops exactly `wanted` thieves is enough.",
                altered(ROBUST, ("count >= wanted", "count > wanted")),
            ),
            "few": (
                "A set that stops fewer thieves than wanted is not enough.",
                altered(ROBUST, (" if count >= wanted", "")),
            ),
            "spare": (
                "Leave out a set if it contains a smaller set that is enough. The others stay, "
                "including longer ones.",
                altered(ROBUST, ("not any(other < one for other in enough)", "one in enough")),
            ),
            "order": (
                "The smaller set may come later in the dictionary. Compare with all the sets that "
                "are enough.",
                altered(ROBUST, ("other in enough)", "other in smallest)")),
            ),
        },
        (
            "First keep the sets that stop enough thieves. set(names) turns a tuple into a set.",
            "For two sets, a < b is true if a is a proper subset of b.",
        ),
        ROBUST,
    ),
    Exercise(
        "14-7",
        "function",
        compare(price_cases, same=same_rows, why=no_rows),
        "Each set that is left out costs and loses at least as much as some set on the list.",
        {
            "first": (
                "Having no controls costs nothing, but something is lost: the list begins there.",
                altered(FRONTIER, ("best = []", "best = [(0, 0, ())]")),
            ),
            "equal": (
                "A dearer set that loses just as much is worth nothing.",
                altered(FRONTIER, ("lost < best[-1][1]", "lost <= best[-1][1]")),
            ),
            "tie": (
                "If two sets have the same price, keep the one that loses less.",
                altered(
                    FRONTIER,
                    ("sorted(priced)", "sorted(priced, key=lambda one: (one[0], -one[1]))"),
                ),
            ),
            "row": (
                "Each row is (cost, lost, names) in that order, with the names as a tuple.",
                altered(
                    FRONTIER,
                    ("best.append((cost, lost, names))", "best.append((cost, lost, set(names)))"),
                ),
            ),
            "alike": (
                "Two sets cost and lose the same here. Keep only one of them: the first by name.",
                """
def answer(prices, losses):
    cost = {names: sum(prices[name] for name in names) for names in losses}
    def is_beaten(names):
        return any(
            other != names and cost[other] <= cost[names] and losses[other] <= losses[names]
            for other in losses
        )
    rows = [(cost[names], losses[names], names) for names in losses if not is_beaten(names)]
    return sorted(rows)
""",
            ),
            "dearer": (
                "Begin with the cheapest. Keep a set if it loses less than every cheaper set.",
                altered(FRONTIER, ("sorted(priced)", "priced")),
            ),
        },
        (
            "Sort (cost, lost, names): the cheapest comes first and, at each price, the best.",
            "Keep a set if the list is empty, or if it loses less than the last one on the list.",
        ),
        FRONTIER,
    ),
    Exercise(
        "14-8",
        "function",
        compare(archiving_cases, why=no_bool),
        "That is a counterfactual: one world, one case, one answer.",
        {
            "ignored": (
                STILL_LISTED,
                altered(ARCHIVED, (" and not step.stopped", "")),
            ),
            "fact": (
                'Only one step counts: the one whose fact is worlds.LOSSES["code"]. Others may be '
                "stopped, or not.",
                wrong("""
                def answer(names, case):
                    steps = breach.foresee(breach.with_controls(names), case=case)
                    return all(not step.stopped for step in steps)
                """),
            ),
            "names": (
                "Pass all the names to breach.with_controls, and play the world that it returns.",
                altered(ARCHIVED, ("with_controls(names)", "with_controls(names[:1])")),
            ),
            "case": (
                "Pass case=case to breach.foresee. Without it, every case is the breach as "
                "reported.",
                altered(ARCHIVED, (", case=case", "")),
            ),
            "whole": (
                "That is a different step. Compare the whole name of the fact with ==.",
                altered(
                    ARCHIVED,
                    ('step.fact == worlds.LOSSES["code"]', 'worlds.LOSSES["code"] in step.fact'),
                ),
            ),
            "bool": (
                "Return True or False, not the step or a number.",
                altered(ARCHIVED, ("any(", "sum(")),
            ),
            "absent": (
                "Here no step does that, so the code is not archived. Return False then.",
                wrong("""
                def answer(names, case):
                    for step in breach.foresee(breach.with_controls(names), case=case):
                        if step.fact == worlds.LOSSES["code"]:
                            return not step.stopped
                """),
            ),
        },
        (
            "First the world: breach.with_controls(names). Then the steps in it: "
            "breach.foresee(world, case=case).",
            "any(... for step in steps) is True if at least one step has that fact and was not "
            "stopped.",
        ),
        ARCHIVED,
    ),
)


def _happens(*losses: str) -> list[bool]:
    """For each of the seven losses, whether it is one of these."""
    return [loss in losses for loss in LOSSES]


PREDICTIONS = (
    Prediction(
        "14-p6",
        "Your rule is installed at each service, and the breach is replayed. Which of the seven "
        "losses still happen: report, session, cloud, tracker, implant, code, out?",
        {
            "a": Guess(
                "none",
                _happens(),
                "This assumes that a rule about services protects people. The session is a "
                "person's, so the rule does not check it.",
            ),
            "b": Guess("only the session", _happens("session")),
            "c": Guess(
                "the report and the session",
                _happens("report", "session"),
                "This assumes that a person at the support desk can run the report. Only its "
                "service account can, and it was used far from where it signs in.",
            ),
            "d": Guess(
                "the session and the cloud, which is outside the gateway",
                _happens("session", "cloud"),
                "This assumes that the thief has another way in. Every way to the cloud needs a "
                "service's access key, used far from its place.",
            ),
        },
        "The session is a person's, so the rule does not check it. All other losses need a "
        "service's credential, used far from its place. In this model every service has the rule, "
        "including the supplier's desk, where it stops the first loss. A customer can only ask for "
        "that.",
    ),
)
