"""`make lesson ARGS=98`: a skeleton that runs, and that overwrites nothing."""

import runpy
import subprocess
import sys

import execute
import lesson as skeleton
import nbformat
import pytest

from labutils.classroom.judging import Tried

REMADE = '"""A list."""\n\nREMADE: tuple[str, ...] = ("00", "02")\n\nOTHERS = ("03",)\n'


@pytest.fixture
def root(tmp_path):
    """A folder like the repository, with what the skeleton is written into."""
    for folder in ("notebooks", "labutils/classroom/lessons", "tests/answers", "tests/notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / skeleton.REMADE).write_text(REMADE, encoding="utf-8")
    return tmp_path


def files(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_it_makes_a_notebook_a_table_answers_and_routes_and_enters_the_lesson(root):
    skeleton.make(root, "98", "open-a-door")
    assert files(root) == [
        "labutils/classroom/lessons/lesson_98.py",
        "notebooks/98-open-a-door.ipynb",
        "tests/answers/lesson_98.py",
        "tests/answers/target_98.py",
        "tests/notebooks/remade.py",
    ]
    assert '("00", "02", "98")' in (root / skeleton.REMADE).read_text(encoding="utf-8")


def test_its_code_is_as_the_course_writes_code(root):
    skeleton.make(root, "98", "open-a-door")
    for verb in (["check", "--no-cache"], ["format", "--no-cache", "--check", "--diff"]):
        command = [sys.executable, "-m", "ruff", *verb, "--config", "pyproject.toml", str(root)]
        done = subprocess.run(
            command, cwd=skeleton.HERE, capture_output=True, encoding="locale", check=False
        )
        assert done.returncode == 0, done.stdout


def test_its_exercise_and_target_are_judged(root):
    skeleton.make(root, "98", "open-a-door")
    table = runpy.run_path(str(root / "labutils/classroom/lessons/lesson_98.py"))["LESSON"]
    (exercise,) = table.exercises
    names = {}
    exec(exercise.solution, names)
    assert exercise.judge(Tried(names["wait"])).kind == "passed"
    for name, (_, code) in exercise.mistakes.items():
        exec(code, names)
        assert exercise.judge(Tried(names["answer"])).mistake == name
    scene = table.target.scene()
    assert table.target.judge(scene.enter("admin")).kind == "passed"
    assert table.target.judge(scene.enter("")).mistake == "refused"


def test_its_notebook_has_the_cells_that_the_rails_look_for():
    notebook = skeleton.notebook("98")
    names = [cell.id for cell in notebook.cells]
    assert names[0] == "title" and names[-1] == "progress" and len(set(names)) == len(names)
    assert {"imports", "exercise-98-1", "quiz-98-q1", "target-98", "really-happened"} <= set(names)
    assert notebook.metadata.labutils == {"lesson": "98", "minutes": skeleton.MINUTES}
    nbformat.validate(nbformat.from_dict(nbformat.v4.reads(execute.canonical(notebook))))
    assert "TO WRITE" in notebook.cells[0].source


@pytest.mark.parametrize(
    "there",
    [
        "notebooks/98-another-name.ipynb",
        "labutils/classroom/lessons/lesson_98.py",
        "tests/answers/target_98.py",
    ],
)
def test_it_overwrites_nothing(root, there):
    (root / there).write_text("mine", encoding="utf-8")
    before = files(root)
    with pytest.raises(skeleton.CannotMake, match=f"is there already: {there}.*is overwritten"):
        skeleton.make(root, "98", "open-a-door")
    assert files(root) == before and (root / there).read_text(encoding="utf-8") == "mine"
    assert (root / skeleton.REMADE).read_text(encoding="utf-8") == REMADE


def test_without_the_list_of_remade_lessons_nothing_is_written(root):
    (root / skeleton.REMADE).write_text("REMADE = None\n", encoding="utf-8")
    with pytest.raises(skeleton.CannotMake, match="remade.py has no line .*Restore it"):
        skeleton.make(root, "98", "open-a-door")
    assert files(root) == [skeleton.REMADE]


@pytest.mark.parametrize(
    ("number", "name", "says"),
    [
        ("7", "a-b", "'7' is no number of a lesson. Say two digits"),
        ("../x", "a-b", "is no number of a lesson"),
        ("17", "../up", "'../up' is no name for a notebook. Say a verb and an object"),
        ("17", "Bind A Token", "is no name for a notebook"),
    ],
)
def test_what_is_no_number_or_no_name_gets_a_sentence(root, number, name, says):
    with pytest.raises(skeleton.CannotMake, match=says):
        skeleton.make(root, number, name)
    assert files(root) == ["tests/notebooks/remade.py"]


def test_without_a_number_it_asks_for_one(capsys):
    assert skeleton.main([]) == 2
    assert capsys.readouterr().out == "Say the number of the new lesson: make lesson ARGS=17\n"
