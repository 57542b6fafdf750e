"""What is kept on disk: it survives a crash, and gives nobody's link away."""

import json
import stat
from pathlib import Path

import pytest

from labutils.live.exercise import LiveExercise, Settings
from labutils.live.journal import ASIDE, CLOCK, LINKS, LOG, Journal, OtherExercise

SETTINGS = Settings("3", 2, 240)
ROW = {"t": 5, "do": "act", "team": 1, "kind": "raise", "what": "jira"}


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.write(ROW)
    journal.keep_clock(77.5)
    journal.close()
    again = Journal(tmp_path, SETTINGS)
    assert again.rows == [ROW] and again.clock() == 77.5 and again.links == journal.links


def test_half_a_line_is_left_out_and_the_next_one_is_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.write(ROW)
    journal.close()
    with (tmp_path / LOG).open("ab") as file:
        file.write(b'{"t": 6, "do": "act", "te')
    again = Journal(tmp_path, SETTINGS)
    assert again.rows == [ROW]
    again.write(ROW | {"t": 7})
    again.close()
    assert Journal(tmp_path, SETTINGS).rows == [ROW, ROW | {"t": 7}]


@pytest.mark.parametrize("other", [Settings("4", 2, 240), Settings("3", 3, 240)])
def test_a_folder_with_another_exercise_is_left_alone(tmp_path: Path, other: Settings) -> None:
    Journal(tmp_path, SETTINGS).close()
    before = (tmp_path / LOG).read_bytes()
    with pytest.raises(OtherExercise, match="another exercise"):
        Journal(tmp_path, other)
    assert (tmp_path / LOG).read_bytes() == before


def test_links_are_drawn_and_never_derived_from_the_seed(tmp_path: Path) -> None:
    first, second = Journal(tmp_path / "a", SETTINGS), Journal(tmp_path / "b", SETTINGS)
    assert set(first.links) == {"instructor", "intruder", "1", "2"}
    assert not set(first.links.values()) & set(second.links.values())
    assert all(len(link) >= 32 for link in first.links.values())
    text = (tmp_path / "a" / LOG).read_text(encoding="utf-8")
    assert not any(link in text for link in first.links.values())


@pytest.mark.parametrize("name", [LOG, LINKS, CLOCK])
def test_nobody_else_on_the_machine_may_read_it(tmp_path: Path, name: str) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.keep_clock(1)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "soon", "nan nan", "\0"])
def test_a_clock_that_cannot_be_read_is_at_the_last_line(tmp_path: Path, text: str) -> None:
    journal = Journal(tmp_path, SETTINGS)
    (tmp_path / CLOCK).write_text(text, encoding="utf-8")
    assert journal.clock() == 0


def test_each_line_of_the_log_is_json_in_ascii(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.write(ROW | {"note": "naïve \u202e\n"})
    raw = (tmp_path / LOG).read_bytes()
    assert raw.isascii() and raw.count(b"\n") == 2
    assert json.loads(raw.splitlines()[1])["note"] == "naïve \u202e\n"


def test_a_damaged_line_is_set_aside_and_nothing_after_it_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.write(ROW)
    journal.close()
    with (tmp_path / LOG).open("ab") as file:
        file.write(b"\x00\xffbroken sector\n")
    for again in (1, 2):
        journal = Journal(tmp_path, SETTINGS)
        journal.write(ROW | {"t": 5 + again})
        journal.close()
        assert "line 3 of exercise.jsonl cannot be read; it is set aside in" in (
            capsys.readouterr().err
        )
    assert [row["t"] for row in Journal(tmp_path, SETTINGS).rows] == [5, 6, 7]
    assert (tmp_path / ASIDE).read_bytes() == b"\x00\xffbroken sector\n"


def test_a_row_of_another_version_is_set_aside_and_the_rest_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROW, {"t": 6, "do": "dance"}, {"t": 7, "do": "act", "team": 1}]
    rows.append(ROW | {"t": 8, "what": "okta"})
    exercise = LiveExercise(SETTINGS)
    refused = exercise.replay(rows)
    assert [row["t"] for row, _ in refused] == [6, 7]
    assert refused[0][1] == "There is nothing called dance to do."
    assert [act.what for act in exercise.teams[0].containment.acts] == ["jira", "okta"]
    Journal(tmp_path, SETTINGS).set_aside(*refused[0])
    assert "There is nothing called dance to do." in capsys.readouterr().err
    assert b'"dance"' in (tmp_path / ASIDE).read_bytes()


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"instructor": 7}', '{"2": "kept-as-it-was"}']
)
def test_damaged_links_are_kept_beside_and_those_that_are_whole_go_on(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(tmp_path, SETTINGS).close()
    (tmp_path / LINKS).write_text(text, encoding="utf-8")
    again = Journal(tmp_path, SETTINGS)
    assert set(again.links) == {"instructor", "intruder", "1", "2"}
    assert ("kept-as-it-was" in text) == (again.links["2"] == "kept-as-it-was")
    assert (tmp_path / f"{LINKS}.damaged").read_text(encoding="utf-8") == text
    assert "was damaged and is kept as" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["inf", "nan", "-5", "1e300"])
def test_a_clock_that_cannot_be_gets_a_sentence(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path, SETTINGS)
    (tmp_path / CLOCK).write_text(text, encoding="utf-8")
    assert journal.clock() == 0
    assert "holds no time, so the clock goes on from the last line" in capsys.readouterr().err
