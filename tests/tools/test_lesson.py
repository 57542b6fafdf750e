"""`make lesson ARGS=98`: a skeleton that runs, and that overwrites nothing; and a lesson 21 in a
folder outside the repository, which is found, worked on, judged and shown in the room."""

import json
import os
import subprocess
import sys

import execute
import lesson as skeleton
import nbformat
import pytest
from places import ROOT
from rails import demand_none

from labutils.classroom import course, progress
from labutils.classroom.workspace import fingerprint


def files(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


PARTS = [
    "98-open-a-door.ipynb",
    "lesson_98/__init__.py",
    "lesson_98/door.py",
    "lesson_98/exercises.yaml",
    "lesson_98/questions.yaml",
    "lesson_98/target.py",
    "lesson_98/trials.py",
    "tests/lesson_98/answers.py",
    "tests/lesson_98/target_routes.py",
]


def test_it_makes_a_notebook_and_a_folder_and_the_answers_of_its_tests(tmp_path):
    skeleton.make(skeleton.places("98", tmp_path), "98", "open-a-door")
    assert files(tmp_path) == PARTS


def test_in_the_repository_its_parts_are_where_those_of_the_other_lessons_are():
    where = skeleton.places("14", None)
    assert (where["notebook"] / "14-zero-trust.ipynb").exists()
    assert (where["lesson"] / "exercises.yaml").exists()
    assert (where["tests"] / "answers.py").exists()


def test_its_code_is_as_the_course_writes_code(tmp_path):
    skeleton.make(skeleton.places("98", tmp_path), "98", "open-a-door")
    for verb in (["check", "--no-cache"], ["format", "--no-cache", "--check", "--diff"]):
        command = [sys.executable, "-m", "ruff", *verb, "--config", "pyproject.toml", tmp_path]
        options = {"capture_output": True, "encoding": "locale", "check": False}
        done = subprocess.run(list(map(str, command)), cwd=ROOT, **options)
        assert done.returncode == 0, done.stdout


def test_its_notebook_has_the_cells_that_the_rails_look_for():
    notebook = skeleton.notebook("98")
    names = [cell.id for cell in notebook.cells]
    assert names[0] == "title" and names[-1] == "progress" and len(set(names)) == len(names)
    assert {"imports", "exercise-98-1", "quiz-98-q1", "target-98", "really-happened"} <= set(names)
    assert notebook.metadata.labutils == {"lesson": "98", "minutes": skeleton.MINUTES}
    nbformat.validate(nbformat.from_dict(nbformat.v4.reads(execute.canonical(notebook))))
    assert "TO WRITE" in notebook.cells[0].source


@pytest.mark.parametrize("there", ["98-another-name.ipynb", "lesson_98/exercises.yaml"])
def test_it_overwrites_nothing(tmp_path, there):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine", encoding="utf-8")
    before = files(tmp_path)
    with pytest.raises(skeleton.CannotMake, match=f"is there already: .*{there}.*is overwritten"):
        skeleton.make(skeleton.places("98", tmp_path), "98", "open-a-door")
    assert files(tmp_path) == before and (tmp_path / there).read_text(encoding="utf-8") == "mine"


def test_a_number_of_the_course_is_taken(tmp_path):
    with pytest.raises(skeleton.CannotMake, match="Lesson 00 is there already"):
        skeleton.make(skeleton.places("00", tmp_path), "00", "mine", of_the_course=True)
    for number in ("14", "18", "19"):
        with pytest.raises(skeleton.CannotMake, match=f"{number} belongs to the course"):
            skeleton.make(skeleton.places(number, tmp_path), number, "mine")
    assert files(tmp_path) == []


def test_a_number_whose_items_are_retired_is_not_had_again(tmp_path, monkeypatch):
    ids = tmp_path / "retired-ids.txt"
    ids.write_text("# gone\n33-p1\n", encoding="utf-8")
    monkeypatch.setattr(skeleton, "RETIRED", ids)
    with pytest.raises(skeleton.CannotMake, match="Lesson 33 has had items whose ids are retired"):
        skeleton.make(skeleton.places("33", tmp_path), "33", "mine")
    assert files(tmp_path) == [ids.name]


def test_no_item_has_a_retired_id_and_the_list_is_in_order():
    """Progress and receipts outlive an item that goes, so its id is never another's."""
    gone = [
        line
        for line in skeleton.RETIRED.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert gone == sorted(set(gone)) and len(gone) > 100
    assert all(progress.NAME.fullmatch(name) for name in gone)
    here = {name for number in course.numbers() for name in course.lesson(number).items}
    demand_none(
        f"{name} is retired (data/retired-ids.txt), and a lesson has it again. Take another id."
        for name in sorted(here & set(gone))
    )


@pytest.mark.parametrize(
    ("number", "name", "says"),
    [
        ("7", "a-b", "'7' is not a number of a lesson. Give two digits"),
        ("../x", "a-b", "is not a number of a lesson"),
        ("27", "../up", "'../up' is not a name for a notebook. Give the standard term"),
        ("27", "Bind A Token", "is not a name for a notebook"),
    ],
)
def test_what_is_no_number_or_no_name_gets_a_sentence(tmp_path, number, name, says):
    with pytest.raises(skeleton.CannotMake, match=says):
        skeleton.make(skeleton.places("98", tmp_path), number, name)
    assert files(tmp_path) == []


def test_without_a_number_it_asks_for_one(capsys):
    with pytest.raises(SystemExit):
        skeleton.main([])
    assert "the following arguments are required: number" in capsys.readouterr().err


# --- a lesson of somebody else's, in a folder outside the repository ------------------------------


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    """A folder with a lesson 21, as docs/authoring.md makes one."""
    folder = tmp_path_factory.mktemp("my lessons")
    skeleton.make(skeleton.places("21", folder), "21", "opening-hours")
    return folder


def python(guest, where, code, **env):
    """What a fresh Python prints that knows the folder; it begins in the folder `where`."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "LABUTILS_LESSONS": str(guest)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=where,
        env={**known, "LABUTILS_PROGRESS": str(where / "progress.json"), **env},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


LEARN = """
from labutils import check, predict, quiz, reveal, target
def wait(now, opens, closes):
    return opens - now if now < opens else None if now < closes else opens + 24 - now
predict("21-p1", "a")
check("21-1", wait)
reveal("21-p1", wait(17, 9, 17))
quiz("21-q1", "c")
check("21-target", target("21").enter("admin"))
check("21-1", lambda now, opens, closes: 1)
"""


def test_a_lesson_elsewhere_is_judged_predicted_and_revealed(guest, tmp_path):
    said = python(guest, tmp_path, LEARN)
    assert "21-1: passed." in said and "21-target: passed." in said
    assert "This assumes that an end is a part of what it ends." in " ".join(said.split())
    assert "21-1: not yet." in said and "You chose c: right." in said


def test_a_lesson_elsewhere_is_counted_in_the_room(guest, tmp_path):
    python(guest, tmp_path, LEARN)
    room = "from labutils.__main__ import main; main(['room', '.'])"
    said = python(guest, tmp_path, room)
    assert "Lesson 21" in said and "21-1       passed by 1 of 1" in said and "held by 1" in said


def test_a_lesson_elsewhere_gets_a_working_copy_that_can_be_reset(guest, tmp_path):
    work = "from labutils.__main__ import main; main(['work', 'work'%s])"
    python(guest, tmp_path, work % "")
    copy = tmp_path / "work" / "21-opening-hours.ipynb"
    made = fingerprint(copy.read_bytes())
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["mine"]
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    said = python(guest, tmp_path, work % ", '--reset', '21'")
    assert "Your version is kept as 21-opening-hours.yours-" in said
    assert fingerprint(copy.read_bytes()) == made


def test_the_courses_own_lesson_of_a_number_stays_the_courses(guest, tmp_path):
    theirs = guest / "lesson_14"
    theirs.mkdir(exist_ok=True)
    (theirs / "__init__.py").write_text("raise SystemExit('theirs')", encoding="utf-8")
    code = "from labutils.classroom.course import lesson; print(lesson('14').target.id)"
    assert python(guest, tmp_path, code) == "14-target\n"


def test_a_hostile_folder_of_lessons_where_one_works_does_no_harm(tmp_path):
    """Neither `lessons/` nor `lesson_21/` of the working folder is found, whatever they hold."""
    for folder in ("lessons", "lesson_21", "lessons/lesson_21"):
        (tmp_path / folder).mkdir()
        for name in ("__init__.py", "exercises.py"):
            (tmp_path / folder / name).write_text("raise SystemExit('hostile')", encoding="utf-8")
    code = "from labutils import check; check('21-1', 1); check('00-1', 'u-1815')"
    for named in ("", ".", "lessons", os.pathsep):
        said = python(named, tmp_path, code)
        assert "There is no exercise '21-1'" in said and "00-1: passed." in said


def test_a_fault_in_the_questions_of_a_lesson_elsewhere_is_said_with_file_and_line(tmp_path):
    skeleton.make(skeleton.places("21", tmp_path), "21", "opening-hours")
    sheet = tmp_path / "lesson_21" / "questions.yaml"
    text = sheet.read_text(encoding="utf-8").replace("truth: 16", "truth: yes")
    sheet.write_text(text, encoding="utf-8")
    said = python(tmp_path, tmp_path, "from labutils import predict; predict('21-p1', '')")
    assert "questions.yaml, line " in said and "yes is neither a quoted string nor a number" in said
