"""The rows of the night, and what a rule about addresses finds in them."""

from solutions import made

from labutils.lessons.lesson_09.on_duty import ELSEWHERE, NIGHT, history, night, on_duty


def test_the_rule_rings_at_each_row_of_the_thief_and_at_a_program_that_moved():
    wakes, (rows, his) = made("09-12")["wakes"], night()
    rung = wakes(history(), rows)
    assert len(his) == len(NIGHT) and all(row in rung for row in his)
    assert {row["ip"] for row in rung if row not in his} == {ELSEWHERE}
    assert rung[0]["time"] == "11-14 21:00"


def test_people_are_in_the_rows_and_travel():
    rows, _ = night()
    places = {row["ip"] for row in rows if row["kind"] == "person"}
    assert places > {row["ip"] for row in rows if row["who"] == "h.weber"}
    assert {row["kind"] for row in [*rows, *history()]} == {"program", "person"}


def test_what_is_shown_counts_what_the_learners_own_rule_found(capsys):
    on_duty(made("09-12")["wakes"])
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "8 rows wake somebody, 6 of the 6 that are yours among them, and the first at 21:00." in out
    )
    on_duty(lambda _history, _rows: [])
    out = " ".join(capsys.readouterr().out.split())
    assert "No row of yours wakes anybody." in out and "moved to another host" not in out
