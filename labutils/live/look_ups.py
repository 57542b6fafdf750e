"""Answer what a team looks up and whom it calls. An answer takes minutes, and people err."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from labutils.capstone.company import kind_of
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.lab import iso, seconds
from labutils.live.company import HOUR, LiveCompany, LiveEvent, Table, settings
from labutils.live.containment import CannotDo
from labutils.text import counted, shown

MISTAKEN = 150  # of 1,000 answers of people
LONGEST_WORD = 60  # characters
MOST_ROWS = 12


@dataclass
class LookUp:
    """A question of a team.

    `asked` and `due` are seconds since 1970; `answer` is there from `due` on.
    """

    kind: str
    word: str
    asked: int
    due: int
    answer: str | None = None


def checked(company: LiveCompany, kind: str, word: str) -> tuple[str, str]:
    """Return a question, after checking that it can be asked. Raises CannotDo."""
    named = word.strip()
    if kind not in settings()["look_ups"]:
        raise CannotDo(f"There is no look-up called {shown(kind, 40)}.")
    if len(named) > LONGEST_WORD:
        raise CannotDo(f"A look-up takes a word of at most {LONGEST_WORD} characters.")
    if kind == "person" and named not in {row["account"] for row in company.tables["roster"]}:
        raise CannotDo(f"Nobody on the roster is called {shown(named, 60)}.")
    if kind == "owner" and named not in company.programs:
        raise CannotDo(
            f"There is no program called {shown(named, 60)}: {', '.join(company.programs)}."
        )
    return kind, named


def minutes(kind: str) -> int:
    """Return what an answer costs, in minutes."""
    return int(settings()["look_ups"][kind]["minutes"])


def answer(company: LiveCompany, kind: str, word: str, did: Sequence[LiveEvent], time: int) -> str:
    """Return the answer to a question at a moment (seconds since 1970).

    `did`: what was done so far, by the intruder and by everybody else.
    """
    return _ANSWERS[kind](company, word, did, time)


# --- tables --------------------------------------------------------------------------------------


def _tickets(company: LiveCompany, word: str, _: Sequence[LiveEvent], time: int) -> str:
    known = [row for row in _open(company, time) if word.lower() in _words(row)]
    return _rows(
        (
            f"{row['id']}: {row['what']}, by {row['by']}, on {row['host']}, "
            f"{row['from'][:16]} to {row['to'][:16]}"
            for row in known
        ),
        f"No ticket of today or yesterday contains {shown(word, 40)!r}.",
    )


def _open(company: LiveCompany, time: int) -> Table:
    """The tickets of the last day and of the next two hours, those about now first."""
    known = [row for row in company.tables["tickets"] if seconds(row["from"]) <= time + 2 * HOUR]
    recent = [row for row in known if time - 26 * HOUR <= seconds(row["to"])]
    return sorted(recent, key=lambda row: (abs(time - seconds(row["from"])), row["id"]))


def _words(row: dict[str, str]) -> str:
    return " ".join(row.values()).lower()


def _roster(company: LiveCompany, word: str, _: Sequence[LiveEvent], __: int) -> str:
    rows = _of(company.tables["roster"], word)
    if not rows:
        return f"Nobody on the roster is called {shown(word, 40)}."
    one = rows[0]
    duties = [
        f"{row['on_call_from'][:16]} to {row['on_call_to'][:16]}"
        for row in rows
        if row["on_call_from"]
    ]
    on_call = f"; on call {', '.join(duties)}" if duties else ""
    return (
        f"{one['account']}: {one['role']}, {one['country']}; works from {one['from_hour']}:00 to "
        f"{one['to_hour']}:00 UTC, usually at {one['places'].replace(' ', ' or ')}{on_call}"
    )


def _trips(company: LiveCompany, word: str, _: Sequence[LiveEvent], __: int) -> str:
    return _rows(
        (
            f"{row['account']}: {row['country']} ({row['network']}), {row['from'][:16]} to "
            f"{row['to'][:16]}"
            for row in _of(company.tables["trips"], word)
        ),
        f"{shown(word, 40)} is on no trip today.",
    )


def _of(table: Table, word: str) -> Table:
    return [row for row in table if row["account"] == word]


def _rows(lines: Iterator[str], nothing: str) -> str:
    every = list(lines)
    more = [f"and {len(every) - MOST_ROWS} more"] if len(every) > MOST_ROWS else []
    return "\n".join(every[:MOST_ROWS] + more) or nothing


# --- people --------------------------------------------------------------------------------------


def _person(company: LiveCompany, word: str, did: Sequence[LiveEvent], time: int) -> str:
    """What somebody says about the acts that look odd, since the day before."""
    if Dice(f"{company.seed}/live/asked/{word}").of(MISTAKEN):
        return f"{word}: I remember nothing out of the ordinary."
    recent = [one for one in did if one.who == word and time - 30 * HOUR < one.at]
    parts = []
    for twin in dict.fromkeys(one.twin for one in recent if one.twin):
        begun = next(one.at for one in recent if one.twin == twin)
        parts.append(f"What you see from {iso(begun)[:16]} on was me: {kind_of(twin)}.")
    foreign = [one for one in recent if one.step]
    if foreign:
        first, last = iso(foreign[0].at)[11:16], iso(foreign[-1].at)[11:16]
        lines = counted(len(foreign), "line")
        parts.append(f"Between {first} and {last} you have {lines} that I know nothing about.")
    nothing = "All that you have under my name since yesterday was me, at my usual work."
    return f"{word}: " + (" ".join(parts) or nothing)


def _owner(company: LiveCompany, word: str, did: Sequence[LiveEvent], time: int) -> str:
    places = " and ".join(company.places.get(word, ())) or "where it always did"
    if word in company.spares:
        places += f", now and then from its spare host {company.spares[word]}"
    names = company.signs_as.get(word, frozenset({word}))
    moves = [
        f"{row['id']} ({row['what']}, on {row['host']}, {row['from'][:16]} to {row['to'][:16]})"
        for row in _open(company, time)
        if row["by"].lower() in names
    ]
    return (
        f"The team that runs {word}: it usually works from {places}, and elsewhere while a "
        f"migration is announced. What we announced for today and yesterday: "
        f"{'; '.join(moves) or 'nothing'}.{_without_ticket(company, word, did, time)} Anything "
        "else was not us."
    )


def _without_ticket(company: LiveCompany, word: str, did: Sequence[LiveEvent], time: int) -> str:
    """What a program did elsewhere since the day before that no table tells of, hour by hour, as a
    sentence; nothing where it did nothing of the kind."""
    names, usual = company.signs_as.get(word, frozenset({word})), company.places.get(word, ())
    twins, stories = background.load(company.case).twins, dict[tuple[str, int], list[int]]()
    own = (one for one in did if one.twin and one.who in names and time - 30 * HOUR < one.at)
    for one in own:
        is_at_home = any(f'"{place}"' in one.text for place in usual)
        if twins[one.twin].told_by is None and not is_at_home:
            stories.setdefault((one.twin, one.at // HOUR), []).append(one.at)
    told = [
        f"{kind_of(twin)}, {iso(times[0])[:16]} to {iso(times[-1])[:16]}"
        for (twin, _), times in stories.items()
    ]
    return f" What we did elsewhere without a ticket: {'; '.join(told)}." if told else ""


_ANSWERS: dict[str, Callable[[LiveCompany, str, Sequence[LiveEvent], int], str]] = {
    "tickets": _tickets,
    "roster": _roster,
    "trips": _trips,
    "person": _person,
    "owner": _owner,
}
