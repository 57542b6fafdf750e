"""What a lesson in beats must be: something happens in its first cell, an answer never stands
below its question, and a learner has little to read before they act."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import lessons
import pytest
from acts import asked, unbound
from cells import run_cell
from lesson_numbers import KERNEL, minutes_of, words_in
from moulds import IN_BEATS, WORDS, cells_of, course_of, mould_of, practice_of
from rails import demand, demand_none, longest, quoted

from labutils.classroom.course import lesson
from labutils.classroom.exercises import _name_of_answer
from labutils.classroom.registry import Prediction

BETWEEN = 90  # words of Markdown between two code cells
OF_AN_EXERCISE = 110  # the same, where an exercise is explained
FIRST = 50  # words before the first act, without the title
CATEGORIES = re.compile(
    r"\b(Exercises?|Recap|Objectives?|Quiz|At work|In practice|Go further|Summary|Introduction)\b"
    r"|\bmin\)"
)
ID = re.compile(r"\b\d\d-(?:[pq]?\d+|target)\b")


def beats(number: str) -> Iterator[tuple[str, list]]:
    """The Markdown between two code cells, and the code cells after it."""
    text, code = "", []
    for cell in cells_of(number):
        if cell.cell_type == "markdown":
            if code:
                yield text, code
                text, code = "", []
            text += cell.source + "\n"
        else:
            code.append(cell)
    yield text, code


@pytest.mark.parametrize("number", IN_BEATS)
def test_something_happens_in_the_first_cell(number):
    first, act = cells_of(number)[:2]
    lines = act.source.splitlines()
    start = f"from labutils.lessons.lesson_{number}.start import *"
    faults = []
    if act.cell_type != "code" or lines[0] != start or len(lines) < 3:
        faults.append(f"{number}: cell 1 begins with `{start}`, and acts.")
    if not act.outputs:
        faults.append(f"{number}: cell 1 shows nothing.")
    title, _, text = first.source.partition("\n")
    if not title.startswith(f"# {number} · "):
        faults.append(f"{number}: its title must begin with `# {number} · `.")
    if not text.strip().endswith(KERNEL):
        faults.append(f"{number}: its first cell must end in: {KERNEL}")
    if words_in(text) > FIRST:
        faults.append(f"{number}: {words_in(text)} words before the first act; {FIRST} at most.")
    demand_none(faults)


@pytest.mark.parametrize("number", IN_BEATS)
def test_the_first_line_is_the_only_import(number):
    code = [cell for cell in cells_of(number) if cell.cell_type == "code"]
    found = [
        (cell.id, node)
        for cell in code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    demand(
        len(found) == 1,
        f"{number}: {', '.join(name for name, _ in found)} import. What a lesson needs comes from "
        "its start.py, in the first line of cell 1.",
    )


@pytest.mark.parametrize("number", IN_BEATS)
def test_little_is_read_between_two_acts(number):
    faults = []
    for text, code in beats(number):
        most = OF_AN_EXERCISE if re.search(r"\*\*\d\d-\d+\.\*\*", text) else BETWEEN
        if code and words_in(text) > most:
            faults.append(
                f"{number}, before {code[0].id}: {words_in(text)} words; {most} at most. Say in "
                "the card what an act shows, and cut the rest."
            )
    demand_none(faults)


@pytest.mark.parametrize("number", IN_BEATS)
def test_a_lesson_has_the_words_of_its_mould(number):
    demand(mould_of(number) in WORDS, f"{number}: its mould is one of {', '.join(WORDS)}.")
    words = sum(words_in(text) for text, _ in beats(number))
    most = WORDS[mould_of(number)]
    demand(words <= most, f"{number}: {words} words; as {mould_of(number)} it may have {most}.")


@pytest.mark.parametrize("number", IN_BEATS)
def test_a_heading_is_something_that_happens_and_no_text_names_an_id(number):
    faults = []
    for cell in cells_of(number):
        if cell.cell_type != "markdown":
            continue
        for title in re.findall(r"(?m)^#+ (.+)$", cell.source):
            if CATEGORIES.search(title):
                faults.append(f"{number}, cell {cell.id}: {title!r} is a category, or has minutes.")
        running = re.sub(r"\*\*\d\d-\d+\.\*\*|`[^`]*`|\]\(\S+\)", "", cell.source)
        faults += [
            f"{number}, cell {cell.id}: it names {found}. A learner reads no ids but an exercise's."
            for found in ID.findall(running)
        ]
    demand_none(faults)


# --- the answer never stands by the question ----------------------------------------------------


def texts_in(value: object) -> Iterator[str]:
    """The texts of four characters or more in a truth."""
    if isinstance(value, str) and len(value) >= 4:
        yield value
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def truths(item) -> list[str]:
    """The texts that would give a prediction's answer away."""
    if not isinstance(item, Prediction):
        return []
    return list(texts_in(item.guesses[item.truth].value))


def literals(source: str) -> set[str]:
    """The texts that are written in a cell."""
    nodes = ast.walk(ast.parse(source))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.mark.parametrize("number", IN_BEATS)
def test_the_code_of_an_experiment_names_what_is_done_and_never_what_comes_out(number):
    cells, course = [*cells_of(number), *practice_of(number)], lesson(number)
    demand_none(
        f"{number}, cell {cells[place].id}: it holds {text!r}, which answers {name}. Have a "
        "function of start.py name it."
        for name, (place, _) in asked(number, "experiment").items()
        for text in truths(course.items[name])
        if any(text in one for one in literals(cells[place].source))
    )


def runs_of_words(text: str, length: int = 4) -> set[tuple[str, ...]]:
    """Each run of so many words in a text."""
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[at:] for at in range(length)), strict=False))


@pytest.mark.parametrize("number", IN_BEATS)
def test_no_text_below_a_question_says_what_its_card_will_say(number):
    cells, course, faults = cells_of(number), lesson(number), []
    for name, (place, _) in asked(number, "experiment").items():
        below = cells[place + 1] if place + 1 < len(cells) else None
        if below is None or below.cell_type != "markdown":
            continue
        item = course.items[name]
        said = runs_of_words(f"{item.because} {item.moral}")
        if both := said & runs_of_words(below.source):
            faults.append(
                f"{number}, cell {below.id}: it repeats {' '.join(min(both))!r} of {name}'s card, "
                "and stands below the question in a fresh copy."
            )
    demand_none(faults)


@pytest.mark.parametrize("number", IN_BEATS)
def test_no_two_questions_follow_each_other_without_a_word_between(number):
    cells = cells_of(number)
    demand_none(
        f"{number}: {one.id} and {other.id} ask one after the other."
        for one, other in pairwise(cells)
        if all("with experiment(" in cell.source for cell in (one, other))
    )


# --- minutes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", IN_BEATS)
def test_the_minutes_are_those_that_reading_writing_and_playing_take(number):
    estimate, stated = minutes_of(number), course_of(number)["minutes"]
    demand(
        stated == round(estimate),
        f"{number} says {stated} minutes, and takes {estimate:.1f}. Say so in its metadata.",
    )
    demand(stated <= longest(number), f"{number}: {stated} minutes; {longest(number)} at most.")


@pytest.mark.parametrize("number", IN_BEATS)
def test_the_minutes_of_the_beats_are_those_of_the_lesson(number):
    cells = cells_of(number)
    said = [cell.metadata.get("labutils", {}).get("minutes", 0) for cell in cells]
    stated = course_of(number)["minutes"]
    demand(
        sum(said) == stated and said[0],
        f"{number}: the minutes in its cells' metadata make {sum(said)}, and it says {stated}.",
    )


# --- practice -----------------------------------------------------------------------------------


def pieces(number: str) -> Iterator[tuple[str, list]]:
    """Each piece of a lesson's practice: its heading, and its code cells."""
    heading, code = "", []
    for cell in practice_of(number):
        found = re.findall(r"(?m)^## (.+)$", cell.source) if cell.cell_type == "markdown" else []
        if found:
            if heading:
                yield heading, code
            heading, code = found[-1], []
        elif cell.cell_type == "code":
            code.append(cell)
    if heading:
        yield heading, code


@pytest.mark.parametrize("number", [one for one in IN_BEATS if practice_of(one)])
def test_a_piece_of_practice_stands_alone_and_says_its_minutes(number):
    start = next(cell for cell in practice_of(number) if cell.cell_type == "code")
    module = __import__(f"labutils.lessons.lesson_{number}.start", fromlist=["__all__"])
    given = "\n".join(f"{name} = None" for name in module.__all__)
    rest = "\n".join(start.source.splitlines()[1:])
    faults = []
    for heading, code in pieces(number):
        sources = [("start", given), ("start", rest), *((cell.id, cell.source) for cell in code)]
        faults += [
            f"Practice of {number}, cell {cell}: {name} is made in another piece. Each stands "
            "alone."
            for cell, name in unbound(sources)
        ]
        if code and not re.search(r"\(\d+ min\)$", heading) and heading != "At work":
            faults.append(f"Practice of {number}: {heading!r} says no minutes, as in (5 min).")
    demand_none(faults)


@pytest.mark.parametrize("number", IN_BEATS)
def test_the_lesson_links_to_its_practice(number):
    path = lessons.practice(number)
    text = "\n".join(cell.source for cell in cells_of(number))
    demand(path is None or f"(practice/{path.name})" in text, f"{number}: link to its practice.")


# --- the toolbox --------------------------------------------------------------------------------


def test_a_function_that_is_kept_has_a_name_of_its_own():
    """In one toolbox, the later of two would take the place of the earlier."""
    names: dict[str, list[str]] = {}
    for number in IN_BEATS:
        for exercise in lesson(number).exercises:
            if exercise.kind == "function":
                names.setdefault(_name_of_answer(exercise), []).append(exercise.id)
    demand_none(
        f"{name} is the answer of {' and of '.join(found)}. Rename one of them."
        for name, found in names.items()
        if len(found) > 1
    )


# --- these rails can fail -----------------------------------------------------------------------


def test_a_truth_in_the_code_is_noticed():
    assert list(texts_in(["pwd", "otp", ["session cookie"]])) == ["session cookie"]
    assert literals('x = "session" + f"{y} cookie"') == {"session", " cookie"}


def test_a_text_that_repeats_a_card_is_noticed():
    card = "The API asks nobody whether Ada is still signed in."
    assert runs_of_words(card) & runs_of_words("Now the API asks nobody whether it is so")
    assert not runs_of_words(card) & runs_of_words("The API asks, and Ada is away.")


@pytest.mark.parametrize(
    ("heading", "is_one"),
    [
        ("Exercises", True),
        ("Until when (5 min)", True),
        ("Somebody wakes up", False),
        ("But we have MFA", False),
    ],
)
def test_a_heading_that_names_a_category_is_noticed(heading, is_one):
    assert bool(CATEGORIES.search(heading)) is is_one, quoted(heading)


# --- what is run again --------------------------------------------------------------------------


@pytest.mark.parametrize("number", IN_BEATS)
def test_no_cell_changes_what_an_earlier_one_prints_when_it_is_run_again(
    number, tmp_path, monkeypatch
):
    """An act that is held back works on a copy of the lab, or on one of its own."""
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    names: dict = {"__name__": "__main__"}
    cells = [cell for cell in cells_of(number) if cell.cell_type == "code"]
    whose = re.compile(r"\d\d-\d+(?: is not written yet.*?used|: this name holds.*?cell)\. ")
    said = [[run_cell(cell, names) for cell in cells] for _ in range(2)]
    said = [[(whose.sub("", text), error) for text, error in each] for each in said]
    demand_none(
        f"{number}, cell {cell.id}: run again it prints {quoted(again[0])}, and first it printed "
        f"{quoted(first[0])}."
        for cell, first, again in zip(cells, *said, strict=True)
        if first != again
    )
