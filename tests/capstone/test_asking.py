"""Questions cost minutes, whoever answers, and a file that somebody tampered with saves none."""

from pathlib import Path

import pytest
from tables import table

from labutils.capstone import asking
from labutils.capstone.asking import NoAnswer, ask, asked, minutes
from labutils.capstone.folder import accounts
from labutils.capstone.grading import Bench
from labutils.capstone.incident import draw
from labutils.capstone.report import Fault

SEED = "7"
WORDS = draw(SEED).company.words
pytestmark = pytest.mark.usefixtures("small")


@pytest.mark.parametrize(
    ("question", "cost", "says"),
    [
        ("owner:planning", 30, f"works from {WORDS['planning_ip']}."),
        ("owner:reports", 30, f"works from {WORDS['reports_ip']}."),
        ("owner:assistant", 30, f"from {WORDS['assistant_ip']} and {WORDS['renewals_ip']}."),
        ("ticket:CHG-4000", 10, "nothing of it was done that day"),
        ("ticket:CHG-4003", 10, "It was done between"),
        ("supplier", 60, ""),
        ("vendor", 60, "never used your token"),
    ],
)
def test_an_answer_costs_what_the_list_says(
    tmp_path: Path, question: str, cost: int, says: str
) -> None:
    answer = ask(tmp_path, question, SEED)
    assert answer.minutes == cost == minutes(tmp_path)
    assert says in answer.answer


def test_the_same_question_costs_nothing_more_and_has_the_same_answer(tmp_path: Path) -> None:
    first = ask(tmp_path, "supplier", SEED)
    again = ask(tmp_path, "supplier", SEED)
    assert again.minutes == 0 and again.answer == first.answer
    assert minutes(tmp_path) == 60 and len(asked(tmp_path)) == 1


def test_the_one_who_was_taken_in_tells_of_it_if_memory_serves(tmp_path: Path) -> None:
    drawn = draw(SEED)
    answer = ask(tmp_path, f"person:{drawn.words['victim']}", SEED).answer
    mistaken = asking.is_mistaken(drawn, f"person:{drawn.words['victim']}")
    assert mistaken or "recording of my browser" in answer


def test_somebody_else_knows_nothing_of_it(tmp_path: Path) -> None:
    drawn = draw(SEED)
    other = next(one for one in accounts(drawn) if one != drawn.words["victim"])
    assert "recording" not in ask(tmp_path, f"person:{other}", SEED).answer


def test_about_one_answer_in_six_is_mistaken() -> None:
    some = [asking.is_mistaken(draw(seed), q) for seed in "12345" for q in map(str, range(200))]
    assert 0.12 < sum(some) / len(some) < 0.21


@table(
    "question",
    ["", "person", "person:", "person:nobody", "owner:crm", "ticket:CHG-1", "supplier:x", "who?"],
)
def test_what_is_no_question_costs_nothing(tmp_path: Path, question: str) -> None:
    with pytest.raises(NoAnswer):
        ask(tmp_path, question, SEED)
    assert not (tmp_path / "asked.yaml").exists()


def test_a_lowered_price_is_charged_in_full(tmp_path: Path) -> None:
    ask(tmp_path, "supplier", SEED)
    path = tmp_path / "asked.yaml"
    cheaper = path.read_text(encoding="utf-8").replace("minutes: 60", "minutes: 1")
    path.write_text(cheaper, encoding="utf-8")
    assert minutes(tmp_path) == 60


def test_a_link_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("keep", encoding="utf-8")
    (tmp_path / "asked.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Fault, match=r"asked.yaml, line 1"):
        ask(tmp_path, "supplier", SEED)
    assert (tmp_path / "elsewhere").read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize(
    "text", ["asked: []", "asked:\n- {question: vendor, minutes: 60, answer: x}"]
)
def test_a_file_that_somebody_touched_stays_a_file_of_answers(tmp_path: Path, text: str) -> None:
    """An empty list, and a last line that does not end."""
    (tmp_path / "asked.yaml").write_text(text, encoding="utf-8")
    ask(tmp_path, "supplier", SEED)
    assert asked(tmp_path)[-1].question == "supplier"
    assert minutes(tmp_path) == 60 * len(asked(tmp_path))


def test_who_runs_a_program_tells_of_what_has_no_ticket(quiet: Bench) -> None:
    """Unless memory fails."""
    truth = quiet.truth
    told = 0
    for program in asking.PROGRAMS:
        question = f"owner:{program}"
        answer = asking.answer_to(truth, question).answer
        identity = truth.drawn.case.estate.identities[program]
        names = {identity.account or identity.name}
        for move in truth.untold:
            if move.by & names and not asking.is_mistaken(truth.drawn, question):
                told += 1
                assert f"also worked from {', '.join(move.hosts)} ({move.what})" in answer
    assert told


def test_nobody_was_taken_in_where_nobody_was_in(quiet: Bench) -> None:
    drawn = quiet.drawn
    said = asking.answer_to(quiet.truth, f"person:{drawn.words['victim']}").answer
    taken_in = ("recording of my browser", "setup file", "thought it was ours")
    assert not any(words in said for words in taken_in)
    for question in ("supplier", "vendor"):
        assert "We have looked" in asking.answer_to(quiet.truth, question).answer
