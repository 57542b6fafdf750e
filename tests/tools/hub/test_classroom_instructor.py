"""What an instructor has in hand: slips, one page, and the lessons of a room."""

import json
import os
from pathlib import Path

import pytest
from classroom_helpers import certificate_in

pytest.importorskip("pwd", reason="a class wants Unix accounts")

from labutils.classroom import asking, workspace
from labutils.live.exercise import Settings as Exercise
from tools.classroom import collect, homes, instructor, live, settings, slips, start
from tools.grading import export


def chosen(tmp_path, **decisions) -> settings.Settings:
    """A class with these decisions, and folders of its own."""
    places = {"state": str(tmp_path), "homes": str(tmp_path / "homes"), "python": "/p"}
    return settings.Settings(**(places | decisions))


# --- slips ----------------------------------------------------------------------------------------


def test_a_slip_says_where_to_go_and_as_whom(tmp_path):
    school = chosen(tmp_path, address="192.0.2.7", port=80, note="Wireless: guest & <staff>")
    path = slips.write_page(school, {"learner01": "6ar-7uq-st6-n2w", "instructor": "xyz"})
    page = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "<code>http://192.0.2.7/</code>" in page
    assert "<code>6ar-7uq-st6-n2w</code>" in page
    assert "Wireless: guest &amp; &lt;staff&gt;" in page
    assert "<code>http://192.0.2.7/services/wall/instructor</code>" in page


def test_the_address_is_the_name_that_the_certificate_is_for(tmp_path):
    certificate, key = certificate_in(tmp_path, days=2)
    school = chosen(tmp_path, address="0.0.0.0", port=443, certificate=str(certificate))
    assert slips.address(school) == "https://class.example/"
    assert slips.name_in(str(key)) == ""
    assert slips.address(chosen(tmp_path, host="class.example", port=8443)) == (
        "http://class.example:8443/"
    )


def test_a_machine_without_a_full_name_is_called_by_its_number(monkeypatch, tmp_path):
    monkeypatch.setattr(slips.socket, "gethostname", lambda: "room7")
    said = slips.address(chosen(tmp_path, address="0.0.0.0"))
    assert said != "http://room7:8000/" or not os.path.exists("/proc/net/route")
    monkeypatch.setattr(slips.socket, "gethostname", lambda: "room7.school.example")
    assert slips.address(chosen(tmp_path, address="0.0.0.0")) == "http://room7.school.example:8000/"


@pytest.mark.parametrize("words", ["--note=a\nb", "--note=", "--host=" + "x" * 201])
def test_a_line_that_fits_no_slip_is_refused(capsys, words):
    with pytest.raises(SystemExit):
        start.arguments([words])
    assert "it is a line of 1 to 200 characters" in capsys.readouterr().err


# --- who asks for help ----------------------------------------------------------------------------


@pytest.fixture
def lessons(monkeypatch, tmp_path):
    """A learner's folder in a class."""
    work = tmp_path / "learner01" / "work"
    work.mkdir(parents=True)
    (work / workspace.RECORD).write_text("{}", encoding="utf-8")
    monkeypatch.chdir(work)
    monkeypatch.setenv(asking.SWITCH, "1")
    return work


def test_a_wish_for_help_is_asked_once_and_taken_back(lessons):
    file = asking.path()
    assert asking.toggle(file, "03") is True
    wish = instructor.wish_in("learner01", lessons.parent)
    assert (wish.name, wish.lesson) == ("learner01", "03")
    assert asking.toggle(file, "03") is False
    assert instructor.wish_in("learner01", lessons.parent) is None


def test_outside_a_class_there_is_no_button(lessons, monkeypatch):
    monkeypatch.delenv(asking.SWITCH)
    assert asking.path() is None
    asking.offer("03")
    assert not (lessons / asking.NAME).exists()


def test_the_button_says_who_will_see_the_name(lessons, monkeypatch):
    shown, made = [], []
    ipywidgets = pytest.importorskip("ipywidgets")
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    real = ipywidgets.Button
    monkeypatch.setattr(ipywidgets, "Button", lambda **more: made.append(real(**more)) or made[-1])
    labels = []
    label = ipywidgets.Label
    monkeypatch.setattr(ipywidgets, "Label", lambda text: labels.append(label(text)) or labels[-1])
    asking.offer("03")
    assert (made[0].description, labels[0].value) == (asking.ASK, asking.WHO_SEES)
    made[0].click()
    assert made[0].description == asking.ASKED
    assert (lessons / asking.NAME).exists()
    (lessons / asking.NAME).unlink()
    (lessons / asking.NAME).mkdir()  # nothing can be written there, and nothing can be removed
    made[0].click()
    assert labels[0].value == asking.FAILED


def test_whoever_waits_longest_is_first_and_who_was_seen_to_is_off_the_page(tmp_path):
    places = []
    for name, at in (("ada", 300), ("tom", 100), ("eve", 200)):
        file = tmp_path / name / "work" / asking.NAME
        file.parent.mkdir(parents=True)
        file.write_text('{"lesson": "03"}', encoding="utf-8")
        os.utime(file, (at, at))
        places.append((name, str(tmp_path / name)))
    wishes = instructor.Wishes()
    assert [one.name for one in wishes.now(places)] == ["tom", "eve", "ada"]
    wishes.see_to("tom", 100.0)
    assert [one.name for one in wishes.now(places)] == ["eve", "ada"]
    os.utime(tmp_path / "tom" / "work" / asking.NAME, (400, 400))  # asks again
    assert [one.name for one in wishes.now(places)] == ["eve", "ada", "tom"]
    assert instructor.waited(wishes.now(places)[0], 200 + 61 * 3) == "3 min"


@pytest.mark.parametrize(
    "content", ['{"lesson": "<script>"}', '{"lesson": 3}', "[]", "{", "[" * 4000, '{"lesson":"77"}']
)
def test_whatever_a_learner_writes_there_is_a_wish_without_a_lesson(tmp_path, content):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / asking.NAME).write_text(content, encoding="utf-8")
    wish = instructor.wish_in("learner01", tmp_path)
    assert wish.lesson == ""
    page = instructor.page(chosen(tmp_path), [wish], now=wish.since).decode()
    assert "learner01" in page
    assert "<script" not in page


def test_a_link_in_a_home_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text('{"lesson": "03"}', encoding="utf-8")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / asking.NAME).symlink_to(tmp_path / "secret")
    assert instructor.wish_in("learner01", tmp_path) is None
    os.mkfifo(tmp_path / "work" / "pipe")
    with pytest.raises(homes.NotThere, match="has something that is no file as pipe"):
        homes.read(tmp_path, "pipe", 10)
    (tmp_path / "work" / "large").write_bytes(b"x" * 11)
    with pytest.raises(homes.NotThere, match="has a large of more than 10 bytes"):
        homes.read(tmp_path, "large", 10)


# --- the page -------------------------------------------------------------------------------------


def test_the_page_leads_to_all_that_a_morning_needs(tmp_path):
    page = instructor.page(chosen(tmp_path), []).decode()
    for way in ("/services/wall/", "/services/wall/?answers", "/hub/admin"):
        assert f'href="{way}"' in page
    for name in instructor.PAGES:
        assert f'href="/services/wall/docs/{name}"' in page
        assert instructor.document(name)
    assert "Nobody. Learners have a button" in page


def test_of_the_repository_only_its_docs_are_shown():
    assert "<h1>" in instructor.document("classroom/morning.md")
    for name in ("../README.md", "../labutils/lab.py", "nothing.md", "classroom/values.yaml", ""):
        assert instructor.document(name) is None


def test_the_links_of_the_exercise_are_on_the_page_and_the_teams_on_a_sheet(tmp_path):
    school = chosen(tmp_path, live="a seed", live_teams=2)
    assert "It is not up yet" in instructor.page(school, []).decode()
    links = {"instructor": "boss", "intruder": "thief", "1": "one", "2": "two"}
    school.live_folder.mkdir(parents=True)
    (school.live_folder / "links.json").write_text(json.dumps(links), encoding="utf-8")
    page = instructor.page(school, []).decode()
    assert 'href="/services/live/i/boss/"' in page
    assert 'href="/services/live/t/two/"' in page
    assert "thief" not in page
    sheet = instructor.sheet(school, "https://class.example").decode()
    assert "<code>https://class.example/services/live/t/one/</code>" in sheet
    assert "boss" not in sheet


# --- the exercise in a class ----------------------------------------------------------------------


def test_an_exercise_in_a_class_waits_until_it_is_started_and_goes_on_where_it_was(tmp_path):
    exercise = Exercise("netwars-7", teams=1)
    room = live.room_in(tmp_path, exercise)
    assert room.exercise.paused
    room.do({"do": "resume"})
    assert not room.exercise.paused
    room.journal.close()
    again = live.room_in(tmp_path, exercise)
    assert not again.exercise.paused
    again.journal.close()


def test_the_words_of_the_command_are_the_exercise(tmp_path):
    said = ["--live=s", "--live-minutes=60", "--live-speed=8", "--live-intruder=person"]
    decided, _ = start.decide(
        start.arguments(["--state", str(tmp_path), *said]), Path("/python"), None
    )
    assert (decided.live_minutes, decided.live_speed, decided.live_by_person) == (60, 8, True)
    environment = {
        "LIVE_SEED": "s",
        "LIVE_TEAMS": "4",
        "LIVE_CASE": "",
        "LIVE_MINUTES": "60",
        "LIVE_SPEED": "8",
        "LIVE_BY_PERSON": "1",
    }
    assert live.settings_from(environment) == Exercise("s", 4, 60, 8.0, "", True)


def test_an_exercise_that_cannot_be_is_refused_before_a_hub_starts(tmp_path):
    said = start.arguments(["--state", str(tmp_path), "--live", "s", "--live-case", "nowhere"])
    with pytest.raises(SystemExit, match="There is no such live exercise: .*nowhere"):
        start.decide(said, Path("/python"), None)


def test_another_exercise_has_another_folder(tmp_path):
    folders = {
        chosen(tmp_path, live=seed, live_speed=speed).live_folder
        for seed, speed in (("a", 4), ("b", 4), ("a", 8))
    }
    assert len(folders) == 3
    assert {one.parent for one in folders} == {chosen(tmp_path).live_folders}


# --- collecting -----------------------------------------------------------------------------------


def home_with(folder: Path, name: str, text: bytes | None) -> Path:
    """A home with this file in its folder of lessons."""
    (folder / "work").mkdir(parents=True)
    if text is not None:
        (folder / "work" / name).write_bytes(text)
    return folder


def test_what_a_learner_wrote_stands_in_the_assignment_and_the_judge_is_the_courses(tmp_path):
    course = workspace.originals(export.HOUSE)
    [name] = [one for one in course.sums if one.startswith("03-")]
    notebook = json.loads(workspace.without_outputs(course.text(name), beside=()))
    wrote = next(
        cell for cell in notebook["cells"] if 'check("03-8"' in "".join(cell.get("source", ""))
    )
    wrote["source"] = "def mine(): return 'answer of Ada'\n\ncheck(\"03-8\", mine)"
    notebook["cells"].append({**wrote, "id": "graded-03-8", "source": "pass  # full marks"})
    learners = {
        "ada": home_with(tmp_path / "ada", name, json.dumps(notebook).encode()),
        "tom": home_with(tmp_path / "tom", name, None),
        "eve": home_with(tmp_path / "eve", name, b"{"),
    }
    (tmp_path / "mal" / "work").mkdir(parents=True)
    (tmp_path / "mal" / "work" / name).symlink_to(tmp_path / "ada" / "work" / name)
    learners["mal"] = tmp_path / "mal"
    written, complaints = collect.collect(learners, "03", tmp_path / "out")
    assert written == 1
    assert complaints == [
        "eve has a file there that is no notebook.",
        f"mal has no {name} that can be read.",
        f"tom has no {name} that can be read.",
    ]
    text = (tmp_path / "out" / "submitted" / "ada" / "03" / name).read_text(encoding="utf-8")
    assert "answer of Ada" in text
    assert "full marks" not in text
    assert 'assert _judged.kind == \\"passed\\"' in text


@pytest.mark.parametrize("number", ["3", "77", "../03", "", "03x", "77-practice"])
def test_a_lesson_that_is_none_is_refused(tmp_path, capsys, number):
    assert collect.main(chosen(tmp_path), number, tmp_path) == 2
    assert "Say --collect 03, or --collect 03-practice" in capsys.readouterr().out


def test_the_practice_of_a_lesson_is_an_assignment_of_its_own(tmp_path):
    name = collect.file_of("03-practice")
    assert name.startswith("practice/03-")
    home = tmp_path / "ada"
    (home / "work" / "practice").mkdir(parents=True)
    notebook = workspace.without_outputs(workspace.originals(export.HOUSE).text(name), beside=())
    (home / "work" / name).write_bytes(notebook)
    assert collect.collect({"ada": home}, "03-practice", tmp_path) == (1, [])
    assert (tmp_path / "submitted" / "ada" / "03-practice" / Path(name).name).is_file()
    (home / "work" / "practice").rename(tmp_path / "elsewhere")
    (home / "work" / "practice").symlink_to(tmp_path / "elsewhere")
    assert collect.collect({"ada": home}, "03-practice", tmp_path)[0] == 0
