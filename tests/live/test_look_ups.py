"""What people answer: of what they did, and in words of their own."""

from collections.abc import Callable

from labutils.capstone.company import kind_of
from labutils.lab import iso
from labutils.live.company import MINUTE
from labutils.live.exercise import LiveExercise

Begin = Callable[..., LiveExercise]


def answer(exercise: LiveExercise, kind: str, word: str) -> str:
    """What comes back after half an hour."""
    exercise.perform({"do": "ask", "team": 1, "kind": kind, "word": word})
    exercise.advance(exercise.now - exercise.company.start + 30 * MINUTE)
    return str(exercise.teams[0].questions[-1].answer)


def test_an_owner_tells_what_no_ticket_tells(begin: Begin) -> None:
    exercise = begin()
    program, start = "backup-token", exercise.company.start
    before = answer(exercise, "owner", program)
    exercise.advance(120 * MINUTE)
    did = [one for one in exercise.teams[0].did if one.who == program and one.at >= start]
    (tried, *_) = [one for one in did if one.twin]
    told = f"{kind_of(tried.twin)}, {iso(tried.at)[:16]} to "
    after = answer(exercise, "owner", program)
    assert told not in before and told in after
    assert "without a ticket: " in after and after.endswith("Anything else was not us.")


def test_no_answer_numbers_a_story(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(150 * MINUTE)
    people = {row["account"] for row in exercise.company.tables["roster"]}
    asked = {one.who: one.twin for one in exercise.teams[0].did if one.twin and one.who in people}
    who = sorted(asked)[0]
    said = answer(exercise, "person", who)
    assert "was me: " in said and " no. " not in said
