"""Rails for lessons in which the learner acts: share, predictions, targets, quizzes."""

import ast
import re
import runpy

import lessons
import new_learner
import pytest
import share
from acts import asked, unbound
from moulds import both_of, cells_of, mould_of
from places import NUMBERS
from rails import demand, demand_none

from labutils.classroom.course import lesson
from labutils.classroom.registry import GridRow, Lesson, Prediction

# Lesson 00 shows how it works, and an instrument is played with.
WITH_SHARE = [number for number in NUMBERS if number != "00" and mould_of(number) != "instrument"]
WITH_TARGET = [number for number in NUMBERS if (one := lesson(number)) and one.target]


def course(number: str) -> Lesson:
    found = lesson(number)
    demand(
        found is not None,
        f"Lesson {number} has no labutils/lessons/lesson_{number}/exercises.py. make lesson "
        "makes one.",
    )
    return found


def code(number: str) -> list:
    """The code cells of a lesson and of its practice."""
    return [cell for cell in both_of(number) if cell.cell_type == "code"]


# --- what the learner writes --------------------------------------------------------------------


@pytest.mark.parametrize("number", WITH_SHARE)
def test_the_learner_writes_at_least_thirty_percent(number):
    path = lessons.notebook(number)
    demand(
        share.share(number) >= share.ENOUGH,
        f"{path.name}: the learner writes {share.written(number)} lines and is shown "
        f"{share.shown(path)}, a share of {share.share(number):.0%}. At least 30 % is wanted: "
        "turn a cell that shows code "
        "into an exercise, or move its code into labutils.",
    )


@pytest.mark.parametrize("number", WITH_SHARE)
def test_there_is_a_target_with_three_tiers_of_hints(number):
    target = course(number).target
    demand(
        target is not None, f"Lesson {number} has no target. Write one: an open task with a flag."
    )
    demand(
        len(target.hints) == 3,
        f"{target.id} has {len(target.hints)} hints; write three, one for each tier.",
    )
    demand(
        f"target-{number}" in [cell.id for cell in cells_of(number)],
        f"Lesson {number}: no cell is called target-{number}. Name so the cell that checks it.",
    )


@pytest.mark.parametrize("number", WITH_TARGET)
def test_each_route_of_the_target_is_played_and_its_flag_passes(number):
    """target_routes.py of a lesson's tests: ROUTES, a function for each way to the flag."""
    target = course(number).target
    routes = runpy.run_path(str(lessons.tests_of(number) / "target_routes.py"))["ROUTES"]
    demand(len(routes) >= 2, f"{target.id}: ROUTES names {len(routes)} way. Write two or more.")
    for name, route in routes.items():
        new_learner.begin()
        flag = route(target.scene())
        verdict = target.judge(flag)
        demand(
            verdict.kind == "passed",
            f"{target.id}, way {name!r}: it gave {flag!r}, which is not a flag.",
        )


@pytest.mark.parametrize("number", WITH_TARGET)
def test_what_does_not_open_the_target_gives_no_flag(number):
    """target_routes.py of a lesson's tests: SHUT, tries that must fail."""
    target = course(number).target
    tries = runpy.run_path(str(lessons.tests_of(number) / "target_routes.py"))["SHUT"]
    demand(tries, f"{target.id}: SHUT names no try that fails. Write one or more.")
    for name, attempt in tries.items():
        new_learner.begin()
        answer = attempt(target.scene())
        demand(
            target.judge(answer).kind != "passed",
            f"{target.id}: {name!r} should fail, and it gave the flag.",
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_has_at_most_ten_exercises_and_each_has_its_cell(number):
    exercises = course(number).exercises
    demand(
        1 <= len(exercises) <= 10,
        f"Lesson {number} has {len(exercises)} exercises; from 1 to 10 are wanted.",
    )
    checks = asked(number, "check")
    missing = [exercise.id for exercise in course(number).checked if exercise.id not in checks]
    demand(
        not missing,
        f"Lesson {number}: no cell checks {', '.join(missing)}. Write check(...) into one.",
    )


def test_in_four_lessons_what_is_written_is_used_later():
    users = [number for number in NUMBERS if asked(number, "mine")]
    demand(
        len(users) >= min(4, len(WITH_SHARE)),
        f"Only the lessons {', '.join(users)} use what was written. Call mine(...) in four.",
    )


# --- predictions --------------------------------------------------------------------------------


def results(number: str) -> dict[str, list[ast.expr]]:
    """Prediction -> what `seen.result` is set to in the cell of its experiment."""
    found = {}
    for name, (place, _) in asked(number, "experiment").items():
        nodes = ast.walk(ast.parse(both_of(number)[place].source))
        sets = [node for node in nodes if isinstance(node, ast.Assign)]
        found[name] = [node.value for node in sets if ast.unparse(node.targets[0]) == "seen.result"]
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_an_experiment_says_what_it_showed_and_stands_alone(number):
    """One question a cell: Run All must not answer the second when the first is pressed."""
    said = results(number)
    alone = [place for place, _ in asked(number, "experiment").values()]
    demand(
        all(len(values) == 1 for values in said.values()) and len(set(alone)) == len(alone),
        f"Lesson {number}: each of {', '.join(said)} has a cell of its own, which sets seen.result "
        "once.",
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_each_prediction_is_asked_and_then_revealed(number):
    both = asked(number, "experiment")
    predicted, revealed = asked(number, "predict") | both, asked(number, "reveal") | both
    names = [item.id for item in course(number).predictions]
    demand(
        len(names) >= 3 or mould_of(number) == "case",  # evidence comes first there: nobody asks
        f"Predictions of lesson {number}: {len(names)}; three or more are wanted.",
    )
    demand_none(
        f"Lesson {number}: {name} is not both asked by predict(...) and shown by reveal(...), or "
        "is in "
        "no table. Each prediction of the lesson must be."
        for name in sorted(set(names) | set(predicted) | set(revealed))
        if not (name in names and name in predicted and name in revealed)
    )
    for name in names:
        demand(
            name in both or predicted[name][0] < revealed[name][0],
            f"{name} is revealed before it is asked. Move its predict(...) up.",
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_at_least_half_of_the_predictions_are_computed(number):
    """Computed: `reveal` or `seen.result` is given what the cell observed, and no constant."""
    given = {name: call.args[1:] for name, (_, call) in asked(number, "reveal").items()}
    given |= results(number)
    computed = [name for name, rest in given.items() if rest and not is_constant(rest[0])]
    demand(
        2 * len(computed) >= len(given),
        f"Lesson {number}: only {computed} are computed. Give reveal(...) what its cell observed.",
    )


def is_constant(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_stored_run_observed_is_the_registrys_truth(number):
    outputs = "".join(o.get("text", "") for cell in code(number) for o in cell.outputs)
    demand(
        "In the course's own run, the result was" not in " ".join(outputs.split()),
        f"Lesson {number}: a stored run came out otherwise than its table says. Mend "
        "the table or the cell.",
    )
    for item in course(number).predictions:
        demand(
            f"{item.id}. Result: " in outputs,
            f"{item.id}: the stored run does not show what came out. make notebooks ARGS={number}",
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_each_wrong_guess_names_a_belief(number):
    for item in course(number).predictions:
        if isinstance(item, Prediction):
            right = [letter for letter, guess in item.guesses.items() if not guess.belief]
            demand(
                len(right) == 1,
                f"{item.id}: {len(right)} guesses have no belief, so count as right. One must.",
            )
            demand(
                2 <= len(item.guesses) <= 5,
                f"{item.id} has {len(item.guesses)} guesses; from 2 to 5 are wanted.",
            )
        demand(
            len(item.because.split()) >= 8,
            f"{item.id}: `because` explains too little. Write a sentence of eight words or more.",
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_no_prediction_is_asked_in_prose_alone(number):
    prose = [cell for cell in both_of(number) if cell.cell_type == "markdown"]
    demand_none(
        f"Lesson {number}, cell {cell.id}: it asks in prose. Write the question as a Prediction."
        for cell in prose
        if "**Predict.**" in cell.source
    )


# --- quizzes ------------------------------------------------------------------------------------


def test_neither_a_letter_nor_the_length_gives_the_answer_away():
    quizzes = [item for number in NUMBERS for item in course(number).quizzes]
    chance = sum(1 / len(item.choices) for item in quizzes) / len(quizzes)
    shares = {}
    for letter in "abcd":
        right = [item.choices[letter].right for item in quizzes if letter in item.choices]
        shares[letter] = sum(right) / len(quizzes)
    longest = [max(item.choices.values(), key=lambda choice: len(choice.text)) for item in quizzes]
    shares["the longest"] = sum(choice.right for choice in longest) / len(quizzes)
    all_shares = ", ".join(f"{name} {value:.0%}" for name, value in shares.items())
    demand(
        max(shares.values()) <= chance + 0.05,
        f"Quizzes: the right answer is {all_shares}; by chance each would be {chance:.0%}, and "
        "five points more is the most. Move answers to another letter, or shorten them.",
    )


# --- minutes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", WITH_SHARE)
def test_a_target_is_on_the_short_path_and_has_eight_lines_at_most(number):
    cell = f"target-{number}"
    assert cell in [one.id for one in cells_of(number)]
    demand(
        cell not in _on_the_long_path(number),
        f"Lesson {number}: its target is on the long path. The best part belongs on the short one.",
    )
    target = course(number).items[f"{number}-target"]
    lines = share.lines(target.solution)
    demand(lines <= 8, f"Lesson {number}: the solution of its target has {lines} lines; 8 at most.")


@pytest.mark.parametrize("number", NUMBERS)
def test_one_prediction_of_a_lesson_at_most_is_a_row_of_letters(number):
    text = lessons.notebook(number).read_text(encoding="utf-8")  # practice asks as it likes
    rows = [
        one.id
        for one in course(number).predictions
        if isinstance(one, GridRow) and f'{one.id}\\"' in text
    ]
    demand(
        len(rows) <= 1,
        f"Lesson {number} asks for a row of o and x in {', '.join(rows)}. One a lesson; the others "
        "ask for a choice, a number or a place.",
    )


def _cell_of(identifier: str) -> str:
    number, _, rest = identifier.partition("-")
    return f"target-{number}" if rest == "target" else f"exercise-{identifier}"


def _on_the_long_path(number: str) -> set[str]:
    """The cells of sections whose heading ends in `(10 min · long)`, up to the next heading."""
    names, long = set(), False
    for cell in cells_of(number):
        headings = re.findall(r"(?m)^#+ (.+)$", cell.source) if cell.cell_type == "markdown" else []
        if headings:
            long = headings[-1].endswith("long)")
        if long:
            names.add(cell.id)
    return names


# --- the short path -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_who_leaves_the_long_sections_out_misses_no_name(number):
    long_path = _on_the_long_path(number)
    code = [cell for cell in cells_of(number) if cell.cell_type == "code"]
    short = [(cell.id, cell.source) for cell in code if cell.id not in long_path]
    demand_none(
        f"Lesson {number}, cell {cell}: {name} is bound in a section of the long path alone, and "
        f"who leaves that out gets a NameError. An exercise is found by its number, as in "
        f'mine("{number}-1").'
        for cell, name in unbound(short)
    )


@pytest.mark.parametrize(
    ("sources", "missing"),
    [
        (["import os", "os.sep", "print([1 for one in os.sep])"], []),
        (["count = count + 1"], ["count"]),
        (["def double(x):\n    return twice * x", "twice = 2"], ["twice"]),
        (["def double(x):\n    return twice * x\ntwice = 2", "double(3)"], []),
        (["[one for one in many if one in few]"], ["few", "many"]),
        (["print(*(one for one in [1] if one in few))"], ["few"]),
    ],
)
def test_a_name_that_no_cell_before_binds_is_noticed(sources, missing):
    cells = [(str(number), source) for number, source in enumerate(sources)]
    assert sorted(name for _, name in unbound(cells)) == missing
