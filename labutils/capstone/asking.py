"""Put questions to people in an incident: each costs minutes, and people are sometimes mistaken."""

from dataclasses import dataclass
from pathlib import Path

from labutils.capstone import lines, world
from labutils.capstone.folder import accounts, number_of
from labutils.capstone.incident import Drawn
from labutils.capstone.report import Fault, sheet_of, text_of
from labutils.capstone.world import Truth
from labutils.hunt.sources import time_of
from labutils.incident.background.dice import Dice
from labutils.lab import iso
from labutils.sheets import Row, SheetError, build, value
from labutils.text import shown

ASKED = "asked.yaml"
MINUTES = {"person": 15, "owner": 30, "ticket": 10, "supplier": 60, "vendor": 60}
MISTAKEN = 167  # of 1,000 answers
PROGRAMS = ("planning", "builds", "reports", "assistant")


class NoAnswer(LookupError):
    """An error for a question that nobody here can answer; it points to those that may be asked."""


@dataclass(frozen=True)
class GivenAnswer:
    """Somebody's answer to a question, and the minutes that it took."""

    question: str
    minutes: int
    answer: str


def ask(folder: Path, question: str, seed: str) -> GivenAnswer:
    """Answer a question, and note its minutes in asked.yaml.

    A question that was asked before costs nothing more, and has the same answer.

    Raises NoAnswer, Fault where asked.yaml cannot be read, and OSError.
    """
    before = asked(folder)
    for earlier in before:
        if earlier.question == question:
            return GivenAnswer(question, 0, earlier.answer)
    must_be_of(folder, seed)
    parts_of(question)  # before a world is made
    with world.of_seed(seed) as truth:
        answer = answer_to(truth, question)
    rows = "".join(map(_row, [*before, answer]))
    text = f"incident: {number_of(seed)}\nasked:\n{rows}"
    (folder / ASKED).write_text(text, encoding="utf-8")
    return answer


def answer_to(truth: Truth, question: str) -> GivenAnswer:
    """Return what somebody answers to a question, in the world of an incident. Raises NoAnswer."""
    about, name = parts_of(question)
    return GivenAnswer(question, MINUTES[about], _ANSWERS[about](truth, name))


def parts_of(question: str) -> tuple[str, str]:
    """Split a question into its subject and the name in it.

    Raises NoAnswer if it is not a question.
    """
    about, _, name = question.partition(":")
    if about not in MINUTES or (about in ("supplier", "vendor")) != (not name):
        raise NoAnswer(
            f"{shown(question, 80)} is not a question. questions.md lists the ones you can ask."
        )
    return about, name


def _row(one: GivenAnswer) -> str:
    question, said = (text.replace("'", "''") for text in (one.question, one.answer))
    return f"- {{question: '{question}', minutes: {one.minutes}, answer: '{said}'}}\n"


def must_be_of(folder: Path, seed: str) -> None:
    """Raise Fault if the brief in a folder is about the incident of another seed."""
    path = folder / "brief.md"
    if path.exists() and number_of(seed) not in text_of(path)[:200]:
        raise Fault(f"brief.md, line 1: this is another incident; the seed is of {number_of(seed)}")


def asked(folder: Path) -> list[GivenAnswer]:
    """Return the questions that were asked so far, with their answers.

    Raises Fault where the file cannot be read.
    """
    path = folder / ASKED
    if not path.exists() and not path.is_symlink():
        return []
    sheet = sheet_of(path)
    try:
        return [build(GivenAnswer, row) for row in value(sheet, "asked", tuple[Row, ...])]
    except SheetError as error:
        raise Fault(str(error)) from error


def minutes(folder: Path) -> int:
    """Return what all questions cost, in minutes.

    A file in which somebody lowered the price is charged the list's.
    """
    prices = [MINUTES.get(one.question.partition(":")[0], 0) for one in asked(folder)]
    return sum(prices)


# --- who answers ---------------------------------------------------------------------------------


def is_mistaken(drawn: Drawn, question: str) -> bool:
    """Return whether the person who answers this question is wrong."""
    return Dice(f"{drawn.seed}/asked/{question}").of(MISTAKEN)


def _person(truth: Truth, account: str) -> str:
    drawn = truth.drawn
    if account not in accounts(drawn):
        raise NoAnswer(f"Nobody on the roster is called {shown(account, 80)}.")
    mistaken = is_mistaken(drawn, f"person:{account}")
    if mistaken:
        return (
            f"I am {account}. I did nothing out of the ordinary this month, as far as I remember."
        )
    parts = [f"I am {account}."]
    parts += [f"On {day} that was me ({what})." for day, what in _acts_of(truth, account)]
    if account == drawn.words["victim"] and not drawn.nothing:
        parts += _of_victim(drawn)
    if len(parts) == 1:
        parts.append("I worked as always.")
    return " ".join(parts)


def _of_victim(drawn: Drawn) -> list[str]:
    taken = {
        "recording": "A week ago I sent the support desk a recording of my browser. "
        "Since then I did not read any secret.",
        "cookie": "I opened a setup file from a mail some days ago, and my laptop was slow "
        "afterwards. I did not search for anything special.",
        "consent": "I allowed a program to read my mail. I thought it was ours.",
    }
    parts = [taken[drawn.way.id]] if drawn.way.id in taken else []
    if "factor-added" in [kind.id for kind in drawn.chain]:
        parts.append("I did not set up any new security key.")
    return parts


def _acts_of(truth: Truth, account: str) -> list[tuple[str, str]]:
    """On which days somebody did what looks odd and is harmless, and what it was."""
    found: dict[tuple[str, str], None] = {}
    for event_id, event in world.lines(truth.folder):
        if event_id in truth.twins and lines.who(event_id, event) == account:
            found[_day_of(event_id, event), truth.twins[event_id]] = None
    return list(found)


def _day_of(event_id: str, event: dict[str, object]) -> str:
    return iso(int(time_of(event, event_id.rpartition(":")[0]) or 0))[:10]


def _owner(truth: Truth, program: str) -> str:
    drawn = truth.drawn
    if program not in PROGRAMS:
        raise NoAnswer(f"Nobody owns {shown(program, 80)}. There is: {', '.join(PROGRAMS)}.")
    identity = drawn.case.estate.identities[program]
    account = identity.account or identity.name
    names = names_of(drawn, program)
    mine = [row for row in truth.tickets if row["by"] in names]
    forgotten = [one for one in truth.untold if one.by & names]
    if is_mistaken(drawn, f"owner:{program}"):
        mine, forgotten = mine[:-1], forgotten[:-1]
    places = " and ".join(identity.places)
    moves = "; ".join(f"{row['id']} ({row['what']})" for row in mine)
    without = "".join(
        f" On {iso(int(one.start))[:10]} we also worked from {', '.join(one.hosts)} ({one.what}), "
        "and forgot the ticket."
        for one in forgotten
    )
    made = {
        "planning": " It creates accounts for contractors alone.",
        "reports": " We seldom change the key.",
    }
    return (
        f"We run {account}. It works from {places}. "
        f"What we announced: {moves or 'nothing'}.{without} All else was not us."
        f"{made.get(program, '')}"
    )


def names_of(drawn: Drawn, program: str) -> set[str]:
    """Return the account of a program, and its token if it has one of its own."""
    identity = drawn.case.estate.identities[program]
    token = [f"{drawn.company.words['planning']}-token"] if program == "planning" else []
    return {identity.account or identity.name, *token}


def _ticket(truth: Truth, name: str) -> str:
    row = next((row for row in truth.tickets if row["id"] == name), None)
    if row is None:
        raise NoAnswer(f"There is no ticket {shown(name, 80)}.")
    one = next((one for one in truth.moves if one.is_told_by(row)), None)
    if one is None:
        return f"{name}: {row['what']}. It was put off, and nothing of it was done that day."
    return (
        f"{name}: {row['what']}. It was done between {iso(int(one.start))} and "
        f"{iso(int(one.end))}, from {', '.join(one.hosts)}, by {', '.join(sorted(one.by))}."
    )


def _supplier(truth: Truth, _: str) -> str:
    drawn = truth.drawn
    if not drawn.nothing and drawn.way.id == "recording" and not is_mistaken(drawn, "supplier"):
        return (
            "Our support account was used by somebody else in this month. Recordings of your "
            "browsers may have been read; how the password got out we do not know."
        )
    return "We have looked, and see nothing unusual at the support desk."


def _vendor(truth: Truth, _: str) -> str:
    drawn = truth.drawn
    if not drawn.nothing and drawn.way.id == "integration" and not is_mistaken(drawn, "vendor"):
        return (
            "Tokens of customers were copied out of our cloud, yours among them. How, we do not "
            "know yet."
        )
    return "We have looked. We never used your token from any other address."


_ANSWERS = {
    "person": _person,
    "owner": _owner,
    "ticket": _ticket,
    "supplier": _supplier,
    "vendor": _vendor,
}
