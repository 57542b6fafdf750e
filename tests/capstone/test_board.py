"""The half page to the board: five facts in prose, each of which a claim has to show."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.capstone import board
from labutils.capstone.board import FACTS, BoardError, half_page
from labutils.capstone.case_file import as_html
from labutils.capstone.grading import Bench, GradedPart
from labutils.capstone.reference import OMNISCIENT, work_of
from labutils.capstone.report import Fault, IncidentReport, read_report
from labutils.lab import data_file


@pytest.fixture(scope="module")
def best(bench: Bench) -> IncidentReport:
    return work_of(bench, [OMNISCIENT])[OMNISCIENT].report


def part(bench: Bench, report: IncidentReport) -> GradedPart:
    return bench.grade(report, ()).parts["board"]


def truth(bench: Bench) -> dict[str, str]:
    return {name: one.value for name, one in board.true_facts(bench.truth, (), ()).items()}


def test_five_true_facts_have_all_points(bench: Bench, best: IncidentReport) -> None:
    assert part(bench, best).points == 10 and part(bench, best).lost == ()


def test_facts_that_no_claim_shows_earn_nothing(bench: Bench, best: IncidentReport) -> None:
    found = part(bench, replace(best, claims=()))
    assert found.points == 0
    assert all("no claim of yours shows it" in reason for reason in found.lost)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("first", "2020-01-01"),
        ("last", "2020-01-01"),
        ("way", "mailbox"),
        ("taken", "7"),
        ("back", "9"),
    ],
)
def test_a_wrong_fact_costs_two_points_and_is_told_with_lines(
    bench: Bench, best: IncidentReport, name: str, wrong: str
) -> None:
    found = part(bench, replace(best, board=half_page(truth(bench) | {name: wrong})))
    assert found.points == pytest.approx(8)
    assert found.lost[0].startswith(f"{name}: you say {wrong}; it is {truth(bench)[name]} (")
    assert ":" in found.lost[0].rpartition("(")[2]


def test_what_was_taken_may_be_a_tenth_off(bench: Bench, best: IncidentReport) -> None:
    taken = int(truth(bench)["taken"])
    for factor, points in ((0.92, 10), (1.08, 10), (0.8, 8), (1.2, 8)):
        text = half_page(truth(bench) | {"taken": str(round(taken * factor))})
        assert part(bench, replace(best, board=text)).points == pytest.approx(points)


def test_a_list_of_facts_is_no_half_page(bench: Bench, best: IncidentReport) -> None:
    text = " ".join(f"[{name}: {value}]" for name, value in truth(bench).items())
    found = part(bench, replace(best, board=text))
    assert found.points == 0 and "has 60 to 260 words; yours has" in found.lost[0]
    assert part(bench, replace(best, board="")).lost[0].endswith("there is none")
    assert part(bench, replace(best, board=half_page(truth(bench)) * 5)).points == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[frst: 2024-01-01]", "[frst: ...] is none of first, last, way, taken, back"),
        ("[first: 2024-01-01] [first: 2024-01-02]", "[first: ...] stands here twice"),
        ("[first: 3 May]", "[first: 3 May] must be a day such as 2024-05-03"),
        ("[last: 2024-02-31]", "must be a day such as"),
        ("[way: phish]", "must be one of recording, old leak, grant, cookie, mailbox"),
        ("[taken: many]", "must be a whole number"),
        ("[back: -1]", "must be a whole number"),
        ("[taken: ٣]", "must be a whole number"),
    ],
)
def test_a_fact_that_is_none_names_the_line_of_the_report(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "report.yaml"
    path.write_text(f'incident: INC-100000\nauthor: ""\nboard: "{text}"\n', encoding="utf-8")
    with pytest.raises(Fault) as found:
        read_report(path)
    assert str(found.value).startswith("report.yaml, line 3: board: ") and reason in str(
        found.value
    )


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="[]: firstlawytkenb0123456789-,\n٣", max_size=200))
def test_any_text_is_facts_or_a_sentence(text: str) -> None:
    with suppress(BoardError):
        assert set(board.facts_in(text)) <= {*FACTS}
    assert len(board.prose(text)) <= len(text) + 20


def test_a_board_reads_days_in_words_and_no_brackets() -> None:
    text = board.prose("From [first: 2031-05-03] on, [taken: 1,400] pages by an [way: old leak].")
    assert text == "From 3 May 2031 on, 1,400 pages by an old leak."


def test_the_case_file_shows_the_half_page_the_hours_and_the_questions(
    bench: Bench, best: IncidentReport, tmp_path: Path
) -> None:
    text = half_page(truth(bench))
    (tmp_path / "report.yaml").write_text(
        f"incident: {best.incident}\nauthor: Ada\nhours: 2.5\nboard: '{text}'\n", encoding="utf-8"
    )
    (tmp_path / "asked.yaml").write_text(
        f"incident: {best.incident}\nasked:\n- {{question: vendor, minutes: 60, answer: 'no'}}\n",
        encoding="utf-8",
    )
    html = as_html(tmp_path, bench.grade(read_report(tmp_path / "report.yaml"), ()))
    assert "<h2>To the board</h2>" in html and "[first:" not in html
    assert "By Ada. 2.5 hours of work. Asked, for 60 minutes: vendor." in html


def test_the_example_that_earns_ten_marks_has_the_facts_and_the_last_one_none() -> None:
    examples = data_file("capstone/board.md").read_text(encoding="utf-8").split("## Three half")[1]
    texts = [one for one in examples.splitlines() if one.startswith("**")]
    assert [len(board.facts_in(one)) for one in texts] == [5, 5, 0]
    least, most = board.WORDS
    assert all(least <= len(board.prose(one).split()) <= most for one in texts)
