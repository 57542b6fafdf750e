"""What *Containment and eviction* starts from: its notebook imports all of this."""

from collections.abc import Sequence
from types import EllipsisType
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
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
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.incident import checklist
from labutils.incident.telemetry import headline
from labutils.lab import iso, seconds
from labutils.stage.intruder import in_product_names

from . import credential_rotation as rotation
from . import eviction, forty
from .by_trying import made_inside, proof
from .clock import Clock
from .credential_rotation import old_secret, old_secrets
from .incident_response import (
    BRINGS_BACK,
    HOURS,
    IN_NO_LOG,
    LEFT_BEHIND,
    NEEDS,
    PASSES,
    TO_END,
    Evening,
    Outcome,
    Plan,
    SafeNow,
    carry_out,
    doors_of,
)
from .pictures import hours_until_out, key_overlap

THE_ALARMS_ORDER = (  # what somebody ends who follows what is found, as it is found
    "smartsheet-account",
    "lookalike-account",
    PASSES,
    "moveworks-token",
    "implant",
    "bitbucket-account",
    "aws-account",
)


LOGS = {  # shorter, in a table
    "cloudflare_access_nonidentity": "gateway",
    "linux_process_creation": "jira-server",
}


# --- the evening ----------------------------------------------------------------------------------


def evict(plan: Sequence[Any] | SafeNow | EllipsisType, left_behind: Any = "") -> Clock:
    """Play the evening with these acts, or with a function that says before each act what may go,
    and show it as a clock.

    Where no act is written yet the alarm's order is used, and a sentence says so.
    """
    acts: Plan
    if callable(plan):
        acts = plan
    elif isinstance(plan, EllipsisType) or not isinstance(plan, list | tuple) or ... in plan:
        print("No acts yet, so here is the order in which the alarm leads you.")
        acts = THE_ALARMS_ORDER
    else:
        acts = [str(name) for name in plan]
        strange = [name for name in acts if name not in TO_END]
        if strange:
            print(f"Nothing here is called {', '.join(strange)}. There is: {', '.join(TO_END)}.")
        acts = [name for name in acts if name in TO_END]
    more = left_behind if left_behind in [*LEFT_BEHIND] else ""

    def play(names: list[str]) -> Outcome:
        return carry_out(names, more)

    clock = Clock(carry_out(acts, more), play, more)
    clock.show()
    return clock


def what_he_holds() -> None:
    """Show what the logs of November say about what he made, and what he holds at 16:00."""
    evening = Evening()
    lines = [
        {
            "UTC": iso(entry["time"])[11:16],
            "log": LOGS.get(entry["source"], entry["source"]),
            "line": in_product_names(headline(entry["source"], entry["line"].event)),
        }
        for entry in evening.lab.audit
    ]
    show_log(lines, "The defenders' logs of 15 November: he comes in")
    doors = doors_of(evening)
    rows = [
        {
            "what he holds": name,
            "what it is": words,
            "doors": doors[name],
            "can bring back": ", ".join(sorted(BRINGS_BACK.get(name, ()))),
            "but needs": ", ".join(NEEDS.get(name, ())),
            "hours": HOURS[name],
        }
        for name, words in TO_END.items()
    ]
    show_log(rows, "16:00: each of his secrets, tried at each door; hours: what it costs to end it")


def forty_evenings(safe_now: SafeNow) -> None:
    """Show how three ways to choose the next act do on forty evenings that are drawn."""
    companies = forty.companies()
    ways = {
        "in the order of the alarms": [forty.by_alarm(one) for one in companies],
        "whatever brings back most goes first": [forty.by_reach(one) for one in companies],
        "your function": [forty.by_asking(one, safe_now) for one in companies],
    }
    rows = [
        {
            "the next act": way,
            "out by 20:00": sum(one.minutes is not None for one in played),
            "came back": sum(one.in_vain for one in played),
            "cut at once": sum(one.together for one in played),
        }
        for way, played in ways.items()
    ]
    circles = sum(one.together for one in ways["your function"])
    show_log(
        rows,
        "Forty evenings, drawn: eight things each, who brings back what",
        why="Yours is never undone, since it asks first. What nobody could know beforehand is the "
        f"{circles}: on so many evenings nothing was safe in the end, and what was left had to go "
        "in one moment. The odds are those of our dice.",
        moral="Ask what brings it back. If that is a circle, cut once.",
    )


# --- we rotated everything ------------------------------------------------------------------------


def rotate_everything() -> None:
    """Rotate the whole inventory, and show what each old secret did before and does now."""
    records = rotation.inventory()
    doors = rotation.Doors(records)
    before = proof(old_secrets(records), doors.knock)
    rows = [doors.rotate(row, seconds(rotation.OUT)) for row in records]
    now = proof(old_secrets(rows), doors.knock)
    opened = set(before["open"])
    words = {"open": "opens", "refused": "refused", "unknown": "no answer"}
    table = [
        {
            "the old secret": words[state],
            "before": len(before[state]),
            "after": len(pairs),
            "of these, opened before": len(opened & set(pairs)),
        }
        for state, pairs in now.items()
    ]
    replaced = sum(row.replaced is not None for row in rows)
    show_log(
        table,
        f'{replaced:,} rows of the inventory, and {replaced:,} say "replaced"',
        why="Each refusal counts, because the same secret opened the same door an hour ago. A door "
        "that had never opened would prove nothing. 19 open: team-07's service takes two keys, and "
        "nobody removed the old one. 19 say nothing: team-31's servers are down.",
        moral="*Replaced* is what somebody wrote. *Refused* is what a door said.",
    )


def after_the_backup() -> list[tuple[str, str]]:
    """Return which old secrets open a door once the servers of team-31 are back, of those that were
    tried in vain."""
    records = rotation.inventory()
    doors = rotation.Doors(records)
    rows = [doors.rotate(row, seconds(rotation.OUT)) for row in records]
    silent = proof(old_secrets(rows), doors.knock)["unknown"]
    doors.end_maintenance()
    again = proof(silent, doors.knock)
    names = {row.id: row for row in rows}
    sample = [
        {
            "credential": name,
            "owner": names[name].owner,
            "the inventory": "replaced" if names[name].replaced else "open",
            "the old secret": doors.knock(secret, name).status_code,
        }
        for secret, name in silent[:4]
    ]
    show_log(sample, f"Tried again: {len(silent)} old secrets, the first four", lit=_OPEN)
    return again["open"]


_OPEN = ("the old secret", 200)


# --- you are he -----------------------------------------------------------------------------------


def leave_behind(choice: Any, safe_now: SafeNow) -> None:
    """Show what becomes of each thing that the intruder might have left behind, if the defenders
    act by this function; the learner's choice has a clock. Before a choice, show what there is."""
    if not isinstance(choice, str) or choice not in LEFT_BEHIND:
        named = "" if choice is ... else f"There is no {choice!r}. "
        show_log(
            [{"left behind": name, "which is": words} for name, words in LEFT_BEHIND.items()],
            f"{named}Choose one",
        )
        return
    evict(safe_now, choice)
    rows = []
    for name, words in LEFT_BEHIND.items():
        ended = carry_out(safe_now, name)
        last = ended.looks[-1]
        state = "there, but shut out" if name in last.exists else "gone"
        doors = sorted({door for _, door in ended.opens})
        back = sorted({thing for _, maker, thing in ended.brought_back if maker == name})
        rows.append(
            {
                "left behind": name,
                "which is": words,
                "at 20:00": f"opens {', '.join(doors)}" if doors else state,
                "it brings back": ", ".join(back),
                "a log names its maker": "no" if name in IN_NO_LOG else "yes",
            }
        )
    show_log(
        rows,
        "All five, after the acts of your function",
        lit=("left behind", choice),
        why="The function is right, about what it was told. Here a token goes with its user. A "
        "second user is shut out, and waits for the next pass. Two are still inside: a file that "
        "no service has heard of, and an app that somebody approved and that never comes through "
        "the gateway.",
        moral="He keeps what is on no list of yours.",
    )


# --- for practice ---------------------------------------------------------------------------------


def an_evening() -> Evening:
    """Return the company at 16:00, with the intruder inside."""
    return Evening()


def three_footholds() -> int:
    """Show how long an eviction takes by the minutes between two visits, and return the fewest with
    which it ends one by one."""
    show(*hours_until_out(eviction.sweep_of_visits()))
    return next(
        visit
        for visit in range(1, 61)
        if eviction.one_by_one(eviction.CIRCLE, eviction.Setting(20, visit))
    )


def states(found: dict[str, list[tuple[str, str]]], label: str) -> None:
    """Show what a proof found: how many doors opened, refused, said nothing."""
    show_log([{state: len(pairs) for state, pairs in found.items()}], label)


def half_rotated() -> tuple[list[rotation.CredentialRecord], dict[str, list[tuple[str, str]]]]:
    """Return the rows after a rotation, and what a proof found at their doors."""
    records = rotation.inventory()
    doors = rotation.Doors(records)
    rows = [doors.rotate(row, seconds(rotation.OUT)) for row in records]
    return rows, proof(old_secrets(rows), doors.knock)


def change_the_key() -> int:
    """Show when Ada's app is refused after a change of keys, by the minute in which the old one is
    dropped; return the first minute of refusal where it is dropped at once."""
    rows = [
        {
            "the new key signs from": rotation.at_nine(3),
            "the old one is dropped at": rotation.at_nine(3 + wait),
            "refused at": " ".join(map(rotation.at_nine, rotation.change_key(wait).refused)) or "-",
        }
        for wait in (0, 4, 5)
    ]
    show_log(rows, "Ada's app, once a minute")
    return rotation.change_key(0).refused[0]


def worst_of_eight() -> None:
    """Show the worst of eight changes of a signing key, by how long the old key is kept."""
    show(*key_overlap(rotation.overlaps()))


welcome_back("15")
__all__ = [
    "after_the_backup", "an_evening", "change_the_key", "check", "checklist", "ending", "evict",
    "experiment", "forty_evenings", "half_rotated", "hint", "leave_behind", "made_inside", "mine",
    "old_secret", "old_secrets", "proof", "quiz", "rotate_everything", "rotation", "seconds",
    "show_log", "show_why", "solution", "states", "target", "three_footholds", "what_he_holds",
    "worst_of_eight",
]  # fmt: skip
