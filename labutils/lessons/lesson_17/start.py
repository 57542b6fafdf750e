"""What *Capstone* starts from: `from labutils.lessons.lesson_17.start import *`."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    logs,
    mine,
    quiz,
    show,
    show_log,
    solution,
    target,
)
from labutils.capstone.eviction import Eviction
from labutils.classroom.endings import welcome_back
from labutils.stage.sigma_text import BUDGET, gateway_rule
from labutils.text import counted

from . import pictures, unseen
from .claims import show_claims, show_report
from .people import ask
from .unseen import DAY, HOUR, Acts, CalledIn, Line, Ticket, by_address, clock, moment, opened

Odd = list[tuple[Line, tuple[str, ...]]]  # a line, and all names of the program that it is about
Groups = Mapping[str, Sequence[Line]]
SafeNow = Callable[[set[str], Mapping[str, set[str]], Mapping[str, set[str]]], set[str]]


def called_in() -> CalledIn:
    """Show what the help desk wrote and which programs the company has, and return the month."""
    incident = unseen.called_in()
    rows = [
        {"program": name, "account": names[0], "its own token": ", ".join(names[1:]) or "none"}
        for name, names in incident.programs.items()
    ]
    show_log(
        rows,
        "From the help desk, and the programs that it may mean",
        why="At the gateway, `cloudflare_access` has people, and `cloudflare_access_nonidentity` "
        "programs with a token. The help desk writes:",
        moral=incident.brief,
    )
    return incident


def odd_lines(incident: CalledIn, elsewhere: Callable[[Sequence[Line], str], list[Line]]) -> Odd:
    """Show how much `elsewhere` finds for each account and token of a program, and return it."""
    odd: Odd = []
    rows = []
    for names in incident.programs.values():
        for name in names:
            own = elsewhere(incident.lines, name)
            odd += [(line, names) for line in own]
            places = len({line.address for line in own})
            rows.append({"who": name, "lines elsewhere": len(own), "addresses": places})
    show_log(
        rows,
        f"Elsewhere: {counted(len(odd), 'line')}",
        why="Every program is somewhere else now and then. That's more than anybody reads, though "
        "most of it has a reason, and somebody wrote it down.",
    )
    return odd


def what_is_left(
    incident: CalledIn,
    odd: Odd,
    has_ticket: Callable[[Line, Sequence[Ticket], Sequence[str]], bool],
) -> dict[str, list[Line]]:
    """Show what no ticket explains: by address, which is returned, and the keys that were made in
    programs' names."""
    left = [line for line, names in odd if not has_ticket(line, incident.tickets, names)]
    groups = by_address(left)
    rows = [
        {
            "address": address,
            "lines": len(lines),
            "logs": len(unseen.logs_of(lines)),
            "accounts": len({line.who for line in lines}),
            "days": len({line.time // DAY for line in lines}),
        }
        for address, lines in groups.items()
    ]
    show_log(
        rows,
        f"Of {counted(len(odd), 'line')}, no ticket explains {len(left)}",
        why="The two single lines have one, if you look by hand: there the builds used the "
        "connector's token, and their tickets name the account, not the token. A careless ticket "
        "is not an attack. And a thief who works while a ticket is open is explained, too.",
    )
    made = [
        line
        for name, names in unseen.accounts(incident)
        for line in incident.lines
        if line.made and line.who == name and not has_ticket(line, incident.tickets, names)
    ]
    keys = [
        {
            "time": clock(line.time),
            "made": line.made,
            "at": line.address,
            "in your list": "yes" if line in left else "no",
        }
        for line in made
    ]
    show_log(
        keys or [{"made": "nothing"}],
        "Made in a program's name, without a ticket",
        lit=("in your list", "no"),
        why="The second key was made where the reports always run. That is never *elsewhere*, so "
        "your list knows nothing of it. Keep both keys in mind: no log says whose they are.",
        moral="To these logs, whoever is on a program's own host is the program.",
    )
    return groups


def who_was_there(
    incident: CalledIn,
    groups: Groups,
    tenants: Callable[[Sequence[Line], str, float], set[str]],
) -> None:
    """Show, for each address, when a program came first, and who had been there in the day before,
    by `tenants(lines, address, first)`."""
    rows = []
    for address, lines in groups.items():
        first = min(line.time for line in lines)
        people = sorted(tenants(incident.lines, address, first) - incident.names)
        known = [f"{name} ({incident.roster.get(name, 'not on the roster')})" for name in people]
        rows.append(
            {
                "address": address,
                "a program from": clock(first),
                "the day before": ", ".join(known) or "nobody",
            }
        )
    show_log(
        rows,
        "Who had been there just before",
        why="Two names. One of the two addresses is a VPN that staff use, so whoever is there may "
        "be there by chance. And each name may be that person, or somebody with that person's "
        "session. (Hours of work are in UTC.)",
        moral="A shared address has many tenants.",
    )


def what_he_did(incident: CalledIn) -> tuple[list[str], list[str]]:
    """Show what the intruder did in this month, and return what he held and what he made."""
    held, made = list(incident.drawn.credentials), list(incident.drawn.footholds)
    show(*pictures.what_he_did(incident))
    show_log(
        [{"he": "held", "what": one} for one in held]
        + [{"he": "made", "what": one} for one in made],
        "What he had in the end",
        lit=("he", "made"),
        why="The stolen session searched the wiki. The day after, the connector's token was used "
        "from the same address. What ties a person to him is that order: not the hour, not how "
        "bad it looks. (What the search showed him, no log says.)",
        moral="Remove the wrong key, and the reports stop. He doesn't.",
    )
    return held, made


def play(incident: CalledIn, acts: Acts) -> None:
    """Play acts against the intruder, and show what came of them in three days."""
    result = incident.put_out(acts)
    rows = [{"when": when, "he": what} for when, what in _story(result)]
    end = "is out" if result.out else f"is back, with {', '.join(result.left)}"
    lost = f" Others lost {result.hours:g} hours of work: {', '.join(result.outages)}."
    ways_in = counted(len(result.left), "way") + " in"
    ways = (
        "Nothing that we know he had opens a door."
        if result.out
        else f"Before, he had {result.doors}."
    )
    show_log(
        [*rows, {"when": "three days later", "he": end}],
        f"After {counted(len(acts), 'act')}: {'out' if result.out else ways_in}",
        lit=None if result.out else ("he", end),
        why=ways + (lost if result.hours else ""),
        moral="You showed him that he had been found." if acts and not result.out else "",
    )


def _story(result: Eviction) -> list[tuple[str, str]]:
    """When the intruder did something in an eviction, and what."""
    told = (said.partition(": ") for said in result.story)
    return [(time[5:16].replace("T", " "), what) for time, _, what in told]


def _without_each(
    incident: CalledIn, acts: Acts
) -> Iterator[tuple[tuple[str, str, float], Eviction]]:
    """Each act, and what came of the others without it."""
    for left_out in acts:
        yield left_out, incident.put_out(one for one in acts if one is not left_out)


def without_one(incident: CalledIn, acts: Acts) -> None:
    """Play acts without one of them, each in its turn, and show what came of it."""
    rows = []
    for left_out, result in _without_each(incident, acts):
        came = "out" if result.out else "back"
        rows.append(
            {
                "without": " ".join(left_out[:2]),
                "three days later he is": came,
                "ways in": len(result.left) or "none",
            }
        )
    show_log(
        rows,
        "The same plan, one act left out at a time",
        lit=("three days later he is", "back"),
        why="What you left out, he used. The two passwords are exceptions, since they open nothing "
        "behind a gateway that asks for a token; so is the session, which had ended by itself. "
        "Don't rely on that: the day he finds another way through the gateway, an old password is "
        "worth something again. And the factor and the second key are in no inventory. If data is "
        "leaving *now*, shut that one door early, and write in the report that you chose to.",
        moral="Evict when you know enough to do it in one moment. Write down what you don't know.",
    )


def in_rounds(incident: CalledIn, acts: Acts, safe_now: SafeNow) -> None:
    """Play acts in rounds, an hour apart: what goes first says `safe_now(left, brings_back,
    needs)`, and what brings back what was tried with all acts but one. Show what came of it."""
    named = {what: act for act, what, _ in acts}
    brings_back = {
        what: set(result.left) - {what} for (_, what, _), result in _without_each(incident, acts)
    }
    left, rounds = set(named), list[set[str]]()
    while left:
        rounds.append((safe_now(left, brings_back, {}) & left) or left)
        left = left - rounds[-1]
    first = min((at for *_, at in acts), default=incident.now + 60)
    later = [
        (named[what], what, first + number * HOUR)
        for number, round_ in enumerate(rounds)
        for what in sorted(round_)
    ]
    result = incident.put_out(later)
    rows = [
        {"when": f"round {number}", "what": ", ".join(sorted(round_))}
        for number, round_ in enumerate(rounds, 1)
    ]
    rows += [{"when": when, "what": f"he {what}"} for when, what in _story(result)]
    end = "he is out" if result.out else f"he is back, with {', '.join(result.left)}"
    show_log(
        [*rows, {"when": "three days later", "what": end}],
        "But you have a function for that: your plan in the order of lesson 15",
        lit=None if result.out else ("what", end),
        why="There you asked what could bring an act back, and your function is right again: "
        "nothing in the first round could. But it knows what he has, and in lesson 15 that was all "
        "he could bring. This one notices what is shut, and makes what no table has.",
        moral="The first round tells him that there'll be a second.",
    )


welcome_back("17")
__all__ = [
    "BUDGET", "DAY", "HOUR", "ask", "by_address", "called_in", "check", "ending", "experiment",
    "gateway_rule", "hint", "in_rounds", "logs", "mine", "moment", "odd_lines", "opened",
    "play", "quiz", "show_claims", "show_log", "show_report", "solution", "target",
    "what_he_did", "what_is_left", "who_was_there", "without_one",
]  # fmt: skip
