"""Every checker, with the right answer, each named wrong one, and a blank; and the solved run."""

import re

import lessons
import pytest
from cells import run_cell
from flags import answers_that_give_away, gives_away, parts_of_the_flag
from moulds import both_of
from places import NOTEBOOKS, NUMBERS
from rails import demand, demand_none
from tables import table_by_lesson

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.exercises import (
    WIDTH,
    check,
    hint,
    predict,
    progress,
    quiz,
    solution,
    verdict,
)

COURSE = {number: lesson(number) for number in NUMBERS}
EXERCISES = [exercise for lesson in COURSE.values() for exercise in lesson.exercises]
QUIZZES = [item for lesson in COURSE.values() for item in lesson.quizzes]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


def right_choice(item):
    return next(letter for letter, choice in item.choices.items() if choice.right)


@pytest.fixture
def judged(monkeypatch):
    """What the judges said, each answer's verdict and words."""
    said, judge = [], exercises.verdict

    def noted(*arguments):
        said.append(judge(*arguments))
        return said[-1]

    monkeypatch.setattr(exercises, "verdict", noted)
    return said


def wrong_answer(exercise, mistake):
    names = {}
    exec(compile(exercise.mistakes[mistake][1], "cell", "exec"), names)
    return names["answer"]


CHECKED = [item for lesson in COURSE.values() for item in lesson.checked]


@table_by_lesson("exercise", CHECKED)
def test_each_mistake_gets_the_sentence_that_names_it_and_no_flag(exercise, judged, labs, capsys):
    """Each is judged once: what is said, what is shown, and what its lab answered."""
    number = exercise.id[:2]
    if has_flag := COURSE[number].target is not None:
        parts_of_the_flag(number)  # its route builds a lab of its own
    for mistake in exercise.mistakes:
        answer = wrong_answer(exercise, mistake)
        labs.clear()
        capsys.readouterr()  # what that code itself prints
        gets_its_sentence(exercise, mistake, answer, judged, capsys)
        if has_flag:
            is_handed_no_flag(exercise, mistake, judged[-1][1], labs)


def gets_its_sentence(exercise, mistake, answer, judged, capsys):
    check(exercise.id, answer)
    said = capsys.readouterr().out  # where the function raised, or gave None, that is said in front
    verdict, shown = judged[-1]
    demand(
        verdict.mistake == mistake,
        f"{exercise.id}: the code that shows the mistake {mistake!r} is judged as "
        f"{verdict.mistake!r}. Let the first case that it fails name this mistake, or change the "
        "code.",
    )
    words, sentence = " ".join(said.split()), " ".join(str(exercise.sentence(mistake)).split())
    assert words.startswith(f"{exercise.id}: not yet. ") and words.endswith(sentence)
    if exercise.kind == "function":
        assert shown.startswith("It "), f"{exercise.id}, {mistake}: {shown}"
        assert shown.count("\n") <= 2


def is_handed_no_flag(exercise, mistake, words, labs):
    number = exercise.id[:2]
    demand(
        not gives_away(number, words),
        f"{exercise.id}, mistake {mistake!r}: what is said of it holds the flag of the target.",
    )
    demand_none(
        f"{exercise.id}, mistake {mistake!r}: the flag of the target is the answer to {asked}, in "
        "the exercise's own lab. Keep it out of there."
        for asked in answers_that_give_away(number, labs)
    )


@table_by_lesson("exercise", EXERCISES)
def test_every_exercise_names_two_mistakes_has_two_hints_and_shows_each_mistake(exercise):
    demand(
        len(exercise.mistakes) >= 2 and len(exercise.hints) >= 2,
        f"{exercise.id} names {len(exercise.mistakes)} mistakes and has {len(exercise.hints)} "
        "hints; "
        "two or more of each are wanted.",
    )
    sentences = [says for says, code in exercise.mistakes.values()]
    demand_none(
        f"{exercise.id}: {said!r} is too short to help. Write a sentence of five words or more."
        for said in (*sentences, *exercise.hints, exercise.praise)
        if len(said.split()) < 5
    )


@table_by_lesson("exercise", EXERCISES)
def test_a_blank_is_not_an_attempt(exercise, capsys):
    for blank in (..., None, "", [], {}, lambda *_: ..., {"A": ...}, {"A": [...]}):
        check(exercise.id, blank)
        said = capsys.readouterr().out
        assert said == f"{exercise.id}: not attempted yet. Stuck? hint('{exercise.id}')\n", blank


HANDED_IN = [
    42,
    -1.5,
    "x" * 200_000,
    b"bytes",
    [1],
    {"a": 1},
    {3},
    lambda: 1 / 0,
    lambda *_: 1 / 0,
    object(),
]
FIRST = {exercise.id[:2]: exercise for exercise in reversed(EXERCISES)}


def gets_a_sentence(exercise, answer, capsys):
    check(exercise.id, answer)
    said = capsys.readouterr().out
    shape = len(said) < 600 and said.count("\n") <= 3
    assert said.startswith(f"{exercise.id}: not yet. ") and shape, repr(answer)[:40]


@table_by_lesson("exercise", EXERCISES)
def test_whatever_is_handed_in_gets_a_sentence(exercise, capsys):
    for answer in HANDED_IN:
        gets_a_sentence(exercise, answer, capsys)


@pytest.mark.parametrize("number", COURSE)
def test_eight_million_characters_get_a_sentence(number, capsys):
    gets_a_sentence(FIRST[number], "x" * 8_000_000, capsys)


@table_by_lesson("item", QUIZZES)
def test_a_quiz_asks_explains_every_choice_and_has_one_right(item, capsys):
    right = sum(choice.right for choice in item.choices.values())
    demand(
        right == 1 and 3 <= len(item.choices) <= 4,
        f"{item.id} has {len(item.choices)} choices and {right} right ones; three or four are "
        "wanted, "
        "one of them right.",
    )
    quiz(item.id, "")
    assert item.question in on_one_line(capsys)
    for letter, choice in item.choices.items():
        quiz(item.id, f" {letter.upper()} ")
        said = f"You chose {letter}: {'right' if choice.right else 'not quite'}. {choice.why}"
        assert on_one_line(capsys).endswith(said)
        demand(
            len(choice.why.split()) >= 5,
            f"{item.id}, choice {letter}: `why` explains too little. Write five words or more.",
        )


def on_one_line(capsys):
    """What was printed, without the line breaks that fit it into a cell."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("number", COURSE)
def test_no_line_of_a_question_is_wider_than_a_cell(number, capsys):
    for item in COURSE[number].quizzes:
        quiz(item.id, "")
    for item in COURSE[number].predictions:
        predict(item.id, "")
    lines = capsys.readouterr().out.splitlines()
    assert lines and max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("number", COURSE)
def test_a_lesson_has_two_to_ten_exercises_and_two_or_three_quiz_items(number):
    exercises, quizzes = len(COURSE[number].exercises), len(COURSE[number].quizzes)
    faults = []
    if not 2 <= exercises <= 10:
        faults.append(f"Exercises of lesson {number}: {exercises}; from 2 to 10 are wanted.")
    if not 2 <= quizzes <= 3:
        faults.append(f"Quiz questions of lesson {number}: {quizzes}; two or three are wanted.")
    demand_none(faults)


def test_no_two_items_have_one_name():
    names = [item.id for item in EXERCISES + QUIZZES]
    demand_none(
        f"{name} stands twice. Give one of them a new number."
        for name in sorted(set(names))
        if names.count(name) > 1
    )


@pytest.mark.parametrize(
    "identifier", ["", "02", "98-1", "02-9", "02-q1", None, 7, ["02-1"], "../etc", "xx-1"]
)
def test_a_name_that_is_none_gets_a_sentence_with_the_names_there_are(identifier, capsys):
    for verb in (check, hint, solution):
        verb(identifier)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3 and all(line.startswith("There is no exercise ") for line in said)


def test_hints_come_one_by_one_and_begin_again(capsys):
    for _ in range(3):
        hint("00-1")
    first, second, again = capsys.readouterr().out.splitlines()
    assert first.startswith("Hint 1 of 2") and second.startswith("Hint 2 of 2") and again == first


# --- progress -----------------------------------------------------------------------------------


def test_progress_is_carried_to_another_machine_by_its_receipt(capsys, tmp_path, monkeypatch):
    check("00-1", "u-1815")
    quiz("00-q1", right_choice(COURSE["00"].items["00-q1"]))
    progress()
    receipt = re.search(r'progress\("(.*)"\)', capsys.readouterr().out).group(1)
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "elsewhere.json"))
    progress(receipt)
    assert "Lesson 00: exercises 1 of 3, " in (out := capsys.readouterr().out)
    assert "quiz 1 of 2." in out


@pytest.mark.parametrize("content", ["", "not json", "7", "[1, 2]", '{"a": 1}', '["98-1"]'])
def test_a_damaged_progress_file_is_no_trouble(content, tmp_path, capsys):
    (tmp_path / "progress.json").write_text(content, encoding="utf-8")
    progress()
    assert "Nothing is recorded yet." in capsys.readouterr().out


@pytest.mark.parametrize("receipt", ["nonsense", "../x \x1b[31m", 7, None])
def test_a_receipt_that_names_nothing_is_left_out_with_a_sentence(receipt, capsys):
    progress(receipt)
    said = capsys.readouterr().out
    assert "Nothing is recorded yet." in said and "\x1b" not in said


def test_a_folder_that_cannot_be_written_to_loses_no_receipt(capsys, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", "/nowhere/at/all/progress.json")
    check("00-1", 3)
    assert "cannot be written" in capsys.readouterr().out


# --- the solved run -----------------------------------------------------------------------------

OWN = sorted(path.name[:2] for path in lessons.paths())
LAST = OWN[-1]  # whose practice has what no later lesson could ask


def recalled_in(number):
    """The quiz items that a lesson's practice asks: those of two lessons before. A lesson of
    somebody else's asks its own."""
    if number not in OWN:
        return [*COURSE[number].quizzes]
    asked = OWN[-3:] if number == LAST else [f"{int(number) - 2:02}"]
    return [item for one in asked if one in COURSE for item in COURSE[one].quizzes]


def test_each_quiz_item_comes_back_once():
    asked = [item.id for number in NUMBERS for item in recalled_in(number)]
    assert sorted(asked) == sorted(item.id for item in QUIZZES)


def solved(cells):
    """The cells with each exercise's replaced by its model solution, and each quiz by its right
    choice."""
    for cell in cells:
        if cell.cell_type != "code":
            continue
        if found := re.fullmatch(r"exercise-(\d\d-\d+)", cell.id):
            lines = cell.source.splitlines()
            exercise = COURSE[found.group(1)[:2]].items[found.group(1)]
            given = [line for line in lines if line.startswith(("puzzle", " " * 10))]
            cell.source = "\n".join([*given, exercise.solution, lines[-1]])
        if found := re.fullmatch(r"target-(\d\d)", cell.id):
            target = COURSE[found.group(1)].target
            cell.source = f"{target.solution}\n{cell.source.splitlines()[-1]}"
        if found := re.fullmatch(r"quiz-(\d\d-q\d)", cell.id):
            item = COURSE[found.group(1)[:2]].items[found.group(1)]
            cell.source = f'quiz("{item.id}", "{right_choice(item)}")'
    return cells


@pytest.mark.lessons_alone
def test_solved_by_its_model_solutions_the_lesson_passes(name, tmp_path, monkeypatch, capsys):
    """The lesson, and then its practice."""
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.chdir(NOTEBOOKS)
    lesson, said, names = COURSE[name[:2]], {}, {"__name__": "__main__"}
    for cell in solved(both_of(name[:2])):
        if cell.cell_type == "code":
            said[cell.id], error = run_cell(cell, names)
            demand(not error, f"{name}, cell {cell.id}, solved by its model solution: {error}.")
    wanted = {f"exercise-{item.id}": f"{item.id}: passed." for item in lesson.exercises}
    wanted |= {f"quiz-{item.id}": ": right. " for item in recalled_in(name[:2])}
    if lesson.target:
        wanted[f"target-{name[:2]}"] = f"{lesson.target.id}: passed."
    demand_none(
        f"{name}, cell {cell}: solved by its model solution it should print {words!r}, and it "
        f"printed {said.get(cell, 'nothing, since there is no such cell')!r}."
        for cell, words in wanted.items()
        if words not in said.get(cell, "")
    )
    passed = f"exercises {len(lesson.exercises)} of {len(lesson.exercises)}"
    progress()
    assert f"Lesson {name[:2]}: {passed}" in capsys.readouterr().out


@pytest.mark.parametrize("number", COURSE)
def test_the_notebook_holds_a_cell_for_each_exercise_and_quiz_item(number):
    names = {cell.id for cell in both_of(number)}
    wanted = [f"exercise-{item.id}" for item in COURSE[number].exercises]
    wanted += [f"quiz-{item.id}" for item in recalled_in(number)]
    demand_none(
        f"Lesson {number}: no cell is called {cell}. Give this id to the cell that asks it."
        for cell in wanted
        if cell not in names
    )


def test_a_solution_that_is_no_longer_right_would_be_noticed():
    assert verdict(COURSE["00"].items["00-1"], "ada")[0].mistake == "name"
