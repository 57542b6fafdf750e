"""What *Zero trust* starts from: its notebook imports all of this."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    controls,
    ending,
    experiment,
    hint,
    mine,
    quiz,
    show,
    show_log,
    solution,
    target,
)
from labutils.classroom.endings import welcome_back
from labutils.incident import breach, cases, policy, search
from labutils.incident.cases import Incident
from labutils.incident.ledger_schema import Fact
from labutils.incident.policy import World
from labutils.instruments.controls import Controls
from labutils.instruments.controls import Dial as Guess

from . import dials as guesses
from . import thieves, worlds
from .dials import ASSUMPTIONS, COURSE, ELSEWHERE, IN_WORDS, TENANT, dial
from .hidden_crew import losses_of
from .pictures import frontier_curve, routes, sweeps
from .worlds import LOSSES, PRICES, TWELVE, trace

CODE = LOSSES["code"]
THIEVES = 200  # of the learner's own guesses
FOUR = ("sessions_bound", "acts_reauthenticated", "exposed_rotated", "service_tokens_bound")
WEIGHED: tuple[
    tuple[str, Callable[[Mapping[str, float]], str]], ...
] = (  # what a learner's guesses are counted for, and how they give the number
    ("service_tokens_bound", lambda w: f"100 - {w['supplier']:g} at the supplier's host"),
    ("alert_token_elsewhere", lambda w: f"100 - {w['supplier']:g} at the supplier's host"),
    (
        "exposed_rotated",
        lambda w: (
            f"100 - {w['fast']:g} who are too fast, and a quarter of the rest is done in a week"
        ),
    ),
    ("scripts_approved", lambda w: f"100 - {w['fall_back']:g} who know a way without a script"),
    ("sessions_bound", lambda _: "who needs the session, and is not on her laptop: no short sum"),
    ("repository_least_privilege", lambda _: "100: one account may archive code, whoever he is"),
)
SENTENCES = (  # of two controls, the first is said to stop at least as many as the second
    ("repository_least_privilege", "service_tokens_bound"),
    ("service_tokens_bound", "exposed_rotated"),
    ("exposed_rotated", "scripts_approved"),
    ("sessions_bound", "exposed_rotated"),
    ("repository_least_privilege", "sessions_bound"),
    ("alert_token_elsewhere", "behaviour_checked"),
)
Dial = Callable[[str, float], float]
BreakEven = Callable[[str, str, Dial], Any]


# --- what was sold ------------------------------------------------------------------------------


def buy_two() -> Controls:
    """Show all controls that 2023 did not have, and return them."""
    dials = {
        name: Guess(IN_WORDS[name], begins, {one: dial(name, one) for one in ASSUMPTIONS})
        for name, begins in COURSE.items()
    }
    reported = cases.load()
    shown: Controls = controls(
        budget=2,
        assumptions={TENANT: reported, ELSEWHERE: worlds.leaked_elsewhere(reported)},
        dials=dials,
        hint="Buy two. Then say what will happen, twice: no report tells how the four credentials "
        "leaked. Nothing is shown before.",
    )
    return shown


def under_both() -> list[str]:
    """Show how many of 100 thieves each of four controls keeps from the code under both
    assumptions, and return those of which nothing is left under the second."""
    at = COURSE["supplier"]
    rows = [
        {"control": name}
        | {f"the four {one}": f"{dial('supplier', one)(name, at):.0f}" for one in ASSUMPTIONS}
        for name in FOUR
    ]
    show_log(rows, "Of 100 thieves, kept from the code, by the course's guesses")
    return [name for name in FOUR if dial("supplier", ELSEWHERE)(name, at) < 1]


# --- a learner's own guesses ----------------------------------------------------------------------


def your_thieves(weights: Mapping[str, Any], buy: Any) -> None:
    """Show how many thieves six controls stop by the learner's five guesses, and by which sum each
    number comes back to them.

    Where a guess is still to be made the course's own stands, and a sentence says so.
    """
    given = {name: value for name, value in weights.items() if value is not ...}
    if missing := [name for name in COURSE if name not in given]:
        print(f"Not guessed yet, so the course's own guess is used: {', '.join(missing)}.")
    whole = COURSE | given
    crowd = guesses.crowd(THIEVES, "your thieves", whole)
    counts = {one: guesses.counted(guesses.under(one, crowd)) for one in ASSUMPTIONS}
    rows = [
        {
            "you buy": "•" if name == buy else "",
            "control": name,
            TENANT: f"{counts[TENANT][name] * 100 / THIEVES:.0f}",
            ELSEWHERE: f"{counts[ELSEWHERE][name] * 100 / THIEVES:.0f}",
            "where it comes from": words(whole),
        }
        for name, words in WEIGHED
    ]
    show_log(rows, f"Of 100 thieves, kept from the code; {THIEVES} were drawn by your guesses")
    if isinstance(buy, str) and buy not in dict(WEIGHED):
        known = ", ".join(dict(WEIGHED))
        print(f"{buy!r} is none of the six that are counted here: {known}.")


# --- where a sentence flips -----------------------------------------------------------------------


def never_flips(break_even: BreakEven) -> list[bool]:
    """Show for each of six sentences where it flips, by the learner's function: on which of five
    dials, under which assumption; return which of them flip nowhere.

    A sentence also flips if the other control is ahead all the way.
    """
    rows, holds = [], []
    for better, worse in SENTENCES:
        flips = []
        for assumption in ASSUMPTIONS:
            for name in COURSE:
                turn = dial(name, assumption)
                if (at := break_even(better, worse, turn)) is not None:
                    flips.append(f"{name} at about {round(float(at) / 5) * 5} ({assumption})")
                elif turn(worse, 50) > turn(better, 50):
                    flips.append(f"nowhere on {name}: behind ({assumption})")
        behind = [one for one in ASSUMPTIONS if sum(f"({one})" in flip for flip in flips) == 5]
        words = [f"always, if the four were {one}" for one in behind]
        words += [flip for flip in flips if not any(f"({one})" in flip for one in behind)]
        rows.append(
            {
                "stops at least as many": better,
                "as": worse,
                "flips": "; ".join(words) or "nowhere",
            }
        )
        holds.append(not flips)
    show_log(rows, "Six sentences, five dials, two assumptions")
    return holds


# --- what was seen ------------------------------------------------------------------------------


def what_was_seen() -> None:
    """Show five cases in which a control is known to have held or failed, by the ledgers, and what
    the model says of each."""
    rows = [
        {
            "when": (fact.time or "no date")[:10],
            "what is reported": fact.statement,
            "fact": fact.id,
            "the model": model,
            "do they agree?": agree,
        }
        for fact, model, agree in seen_cases()
    ]
    show_log(rows, "Controls that held, or did not")


def seen_cases() -> list[tuple[Fact, str, str]]:
    """Return a fact, what the model says of it, and whether the two agree, for each case."""
    then, later = cases.load().ledger.facts, cases.load("drift-2025").ledger.facts
    steps = {step.fact: step for step in breach.foresee(World.historical())}
    api = _played(["console_managed_devices"])[LOSSES["session"]].outcome
    code = _played(["exposed_rotated"])[CODE]
    bound = list(_played(["service_tokens_bound"], "drift-2025").values())
    refused = sum(step.rule == "at_home" for step in bound)
    return [
        (
            then["sms-phish-2022-hard-keys"],
            f"a password at a door for people: {steps['nov14-okta-denied'].outcome}",
            "yes",
        ),
        (
            then["beyondtrust-console-denied"],
            f"with that control at the console he takes the API: {api}",
            "yes, and it did not stop him",
        ),
        (
            then["nov22-sao-paulo-denied"],
            f"{steps['nov22-sao-paulo-denied'].outcome}, by a rule that we chose",
            "nobody can tell: no report names what refused it",
        ),
        (
            then["cf-rotation-missed"],
            f"complete, it would have kept the code: {'yes' if code.stopped else 'no'}",
            "never seen: it was not complete",
        ),
        (
            later["okta-refused"],
            f"tokens bound to addresses refuse {refused} of the {len(bound)} steps of 2025",
            "perhaps: the model names one control, the report several",
        ),
    ]


def _played(names: list[str], case: str = cases.COURSE) -> dict[str, breach.Step]:
    world = breach.with_controls(names, case=case)
    return {step.fact: step for step in breach.foresee(world, case=case)}


# --- for practice -------------------------------------------------------------------------------


def archiving_pairs(archived: Callable[..., bool]) -> list[tuple[str, str]]:
    """Return the pairs of controls that keep the code from being archived, of those that do not do
    so alone."""
    weak = [name for name in worlds.CONTROLS if archived([name], cases.load())]
    return [pair for pair in combinations(weak, 2) if not archived(pair, cases.load())]


def routes_of_two() -> None:
    """Show by which routes two losses happen although two controls refuse requests."""
    chosen = breach.foresee(breach.with_controls(["console_managed_devices", "egress_allowlist"]))
    two = {loss: LOSSES[loss] for loss in ("session", "out")}
    show(*routes(chosen, two, "Two controls refuse requests, but both losses happen"))


def a_hundred() -> dict[str, Incident]:
    """Return a hundred thieves by the course's guesses, by name."""
    return thieves.draw(100)


welcome_back("14")
__all__ = [
    "ASSUMPTIONS", "CODE", "COURSE", "ELSEWHERE", "LOSSES", "PRICES", "TENANT", "TWELVE", "World",
    "a_hundred", "archiving_pairs", "breach", "buy_two", "cases", "check", "combinations", "dial",
    "ending", "experiment", "frontier_curve", "guesses", "hint", "losses_of", "mine",
    "never_flips", "policy", "quiz", "routes_of_two", "search", "show", "solution", "sweeps",
    "target", "thieves", "trace", "under_both", "what_was_seen", "worlds", "your_thieves",
]  # fmt: skip
