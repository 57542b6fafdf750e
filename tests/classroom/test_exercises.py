"""The verbs of a notebook: what they print, note and hand on, whatever they are given."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labutils.classroom import course
from labutils.classroom import exercises as verbs
from labutils.classroom import progress as progress_file
from labutils.classroom.derived import derived
from labutils.classroom.judging import PASSED, Tried, Verdict, value, written
from labutils.classroom.registry import (
    Choice,
    Estimate,
    Exercise,
    GridRow,
    Guess,
    Lesson,
    Prediction,
    Quiz,
    Target,
    columns_of,
)
from labutils.classroom.trying import Call, Trial, calls


class Refused(Exception):
    """How a verifier of these tests refuses."""


def try_double(answer: Tried) -> Trial:
    yield from calls(answer, [Call((number,), about="square") for number in (3, 4)])


def opens(answer: Tried) -> Verdict:
    """A judge that somebody wrote by hand: it lets in one of three tokens."""
    for token, mistake in (("good", "shut"), ("bad", "open"), ("worse", None)):
        try:
            result = answer(token)
        except Refused as error:
            if token == "good":
                why = f"{type(error).__name__}: {error}"
                return Verdict("refused_good", written(token), why, mistake=mistake)
            continue
        if token != "good":
            return Verdict("let_in", written(token), written(result), mistake=mistake)
    return PASSED


DOUBLE = Exercise(
    "77-1",
    "function",
    derived(try_double, "def double(n):\n    return n + n", {"square": "answer = lambda n: n * n"}),
    "Twice is twice.",
    {"square": ("Twice a number is not its square.", "answer = lambda n: n * n")},
    ("Add it to itself.", "n + n"),
    "def double(n):\n    return n + n",
)
OPEN = Exercise(
    "77-2",
    "function",
    opens,
    "In and out.",
    {
        "open": ("A door that takes all is not a door.", "answer = lambda token: token"),
        "shut": ("A door that takes none is a wall.", "answer = refuse_all"),
    },
    ("Look at the token.", "Raise Refused."),
    "def verify(token):\n    if token != 'good':\n        raise Refused('no')\n    return token",
    refusal=(Refused,),
)
NUMBER = Exercise(
    "77-3",
    "value",
    value(lambda answer: None if answer == 7 else "low"),
    "Seven it is.",
    {"low": ("Count again.", "answer = 6")},
    ("Count.", "Seven."),
    "answer = 7",
)
TARGET = Target(
    "77-target",
    "value",
    value(lambda flag: None if flag == "flag-7" else "other"),
    "You were there.",
    {"other": ("That is not a flag.", "answer = 'x'")},
    ("Look.", "Look there.", "It is flag-7."),
    "answer = 'flag-7'",
    goal="Get the flag.",
    scene=lambda: "a scene",
)
STATUS = Prediction(
    "77-p1",
    "The thief still holds the token. What does the API answer?",
    {
        "a": Guess("200", 200),
        "b": Guess("401", 401, "Belief: logging out ends every token."),
    },
    "The API never heard of the logout.",
)
MINUTES = Estimate(
    "77-p2",
    "How long?",
    "minutes",
    10,
    "Belief: it ends at once.",
    "Belief: it never ends.",
    "Ten.",
)
GRID = GridRow(
    "77-p3",
    "Which doors open?",
    columns_of(("front", "back")),
    "ox",
    {"back": "Belief: all doors are alike."},
    "The back door asks for another key.",
)
QUIZ = Quiz(
    "77-q1",
    "Why?",
    {"a": Choice("this", "Because of this.", right=True), "b": Choice("that", "Not that.")},
)
TOY = Lesson("77", (DOUBLE, OPEN, NUMBER), (QUIZ,), (STATUS, MINUTES, GRID), TARGET)


@pytest.fixture(autouse=True)
def toy_lesson(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(verbs, "lesson", lambda number: TOY if number == "77" else None)
    verbs._the_courses.clear()


@pytest.fixture
def said(capsys):
    """What a call prints."""

    def said(verb, *arguments) -> str:
        capsys.readouterr()
        verb(*arguments)
        return capsys.readouterr().out

    return said


def items() -> dict:
    return progress_file.load()


# --- check --------------------------------------------------------------------------------------


def test_a_right_answer_passes_and_is_noted_with_its_tries(said):
    said(verbs.check, "77-1", lambda n: n)
    assert said(verbs.check, "77-1", lambda n: n + n) == "77-1: passed. Twice is twice.\n"
    said(verbs.check, "77-1", lambda n: n)
    assert items() == {"77-1": {"passed": True, "tries": 3, "mistakes": {"square": 2}}}


def test_a_wrong_answer_is_shown_the_case_then_the_misconception(said):
    assert said(verbs.check, "77-1", lambda n: n * n) == (
        "77-1: not yet. It gave 9 for 3; it should give 6.\nTwice a number is not its square.\n"
    )


def test_a_forgotten_return_is_named(said):
    def double(n):
        n + n  # noqa: B018

    assert said(verbs.check, "77-1", double) == (
        "77-1: not yet. It returned None for 3. Did you forget `return`?\n"
    )


def test_a_name_that_is_not_there_is_said_without_a_lecture(said):
    def double(_n):
        return jwkset  # noqa: F821

    text = said(verbs.check, "77-1", double)
    assert re.fullmatch(
        r"77-1: not yet\. It raised NameError: name 'jwkset' is not defined \(line \d+ of your "
        r"cell\) for 3\.\n",
        text,
    )


def test_an_error_is_said_with_its_line_and_then_the_misconception(said):
    text = said(verbs.check, "77-1", lambda n: n["x"])
    assert "It raised TypeError" in text and text.endswith("Twice a number is not its square.\n")


def test_what_was_let_in_is_shown(said):
    assert said(verbs.check, "77-2", lambda token: token) == (
        "77-2: not yet. It accepted what it should refuse: 'bad'.\nA door that takes all is not a "
        "door.\n"
    )


def wall(_token):
    raise Refused("never")


def test_what_was_refused_is_shown_with_the_reason_that_it_gave(said):
    assert said(verbs.check, "77-2", wall) == (
        "77-2: not yet. It refused what is valid: 'good'. Refused: never\n"
        "A door that takes none is a wall.\n"
    )


def test_a_crash_is_no_refusal(said):
    def careless(token):
        if token != "good":
            raise KeyError("bad")
        return token

    assert "It raised KeyError" in said(verbs.check, "77-2", careless)


def test_of_a_wrong_value_no_solution_is_shown(said):
    assert said(verbs.check, "77-3", 6) == "77-3: not yet. Count again.\n"


BLANKS = {
    "...": ...,
    "None": None,
    "no text": "",
    "[]": [],
    "{}": {},
    "a stub": lambda *_a: ...,
    "a member": {"A": ...},
}


@pytest.mark.parametrize("blank", BLANKS.values(), ids=list(BLANKS))
@pytest.mark.parametrize("name", ["77-1", "77-2", "77-3", "77-target"])
def test_a_blank_is_not_an_attempt(name, blank, said):
    expected = f"{name}: not attempted yet. Stuck? hint('{name}')\n"
    if blank is None and name.endswith("target"):  # what a scene gives that gave no flag
        expected = f"{name}: not yet. {verbs.NO_FLAG}\n"
    assert said(verbs.check, name, blank) == expected
    assert items() == {}


HOSTILE = [42, -1.5, "x" * 8_000_000, b"y", [1], {"a": 1}, {3}, lambda: 1 / 0, lambda *_a: 1 / 0]


@pytest.mark.parametrize("answer", HOSTILE, ids=lambda a: repr(a)[:12])
@pytest.mark.parametrize("name", ["77-1", "77-2", "77-3", "77-target"])
def test_whatever_is_handed_in_gets_at_most_three_short_lines(name, answer, said):
    text = said(verbs.check, name, answer)
    assert text.startswith(f"{name}: not yet. ") and text.count("\n") <= 3 and len(text) < 600


@pytest.mark.parametrize("verb", [verbs.check, verbs.hint, verbs.solution, verbs.target])
@pytest.mark.parametrize("name", ["", "77", "98-1", "77-9", None, 7, ["77-1"], "../etc", "٣٣-1"])
def test_a_name_that_is_none_gets_a_sentence(verb, name, said):
    if not (verb is verbs.target and name == "77"):
        assert said(verb, name).startswith("There is no ")


def test_values_in_a_verdict_are_cut_and_cannot_move_the_cursor():
    verdict = DOUBLE.judge(Tried(lambda _n: "\x1b[31m" + "x" * 9999))
    assert len(verdict.counterexample()) < 400 and "\x1b" not in verdict.counterexample()


# --- predictions --------------------------------------------------------------------------------


def test_a_prediction_is_asked_noted_and_revealed(said):
    asked = said(verbs.predict, "77-p1", "")
    assert "The thief still holds" in asked and "  b) 401" in asked and "quotes: a, b." in asked
    assert said(verbs.predict, "77-p1", " B ") == (
        "77-p1: recorded: b) 401. Now run the experiment.\n"
    )
    assert said(verbs.reveal, "77-p1", 200) == (
        "\n77-p1. Result: a) 200.\n"
        "You predicted b) 401. Belief: logging out ends every token.\n"
        "The API never heard of the logout.\n"
    )


def test_the_first_guess_stays(said):
    said(verbs.predict, "77-p1", "b")
    assert said(verbs.predict, "77-p1", "a") == ("77-p1: your first guess stays: b) 401.\n")
    assert items()["77-p1"] == {"first": "b"}


def test_a_right_guess_came_true(said):
    said(verbs.predict, "77-p1", "a")
    assert "You predicted a) 200, and you were right." in said(verbs.reveal, "77-p1", 200)


def test_without_a_guess_the_experiment_is_told_all_the_same(said):
    assert said(verbs.reveal, "77-p1", 200) == (
        "\n77-p1. Result: a) 200.\nYou made no prediction.\nThe API never heard of the logout.\n"
    )


@pytest.mark.parametrize("observed, shown", [(401, "b) 401"), (500, "500"), (None, "None")])
def test_where_it_comes_out_differently_the_learner_is_told_to_run_from_the_top(
    observed, shown, said
):
    text = said(verbs.reveal, "77-p1", observed)
    assert text.startswith(
        f"\n77-p1. Result: {shown}.\nIn the course's own run, the result was: a) 200."
    )
    assert "run from the top" in " ".join(text.split())


@pytest.mark.parametrize(
    "guess, outcome",
    [
        ("10", "and you were right"),
        ("12", "near enough"),
        (7, "near enough"),
        ("1", "it ends at once"),
        (6.6, "it ends at once"),
        ("16", "it never ends"),
    ],
)
def test_a_number_comes_true_where_it_is_near(guess, outcome, said):
    said(verbs.predict, "77-p2", guess)
    assert outcome in said(verbs.reveal, "77-p2", 10)


@pytest.mark.parametrize("guess", ["", "ten", None, True, -1, "nan", "inf", "1e99", [1]])
def test_what_is_no_number_is_asked_again(guess, said):
    assert "Put a number of minutes" in said(verbs.predict, "77-p2", guess)
    assert items() == {}


def test_a_row_is_letters_and_an_observation_may_be_truths(said):
    assert "  1. front" in said(verbs.predict, "77-p3", "")
    said(verbs.predict, "77-p3", "O O")
    text = said(verbs.reveal, "77-p3", [True, False])
    assert text == (
        "\n77-p3. Result: ox (it opens: 1; it is refused: 2).\n"
        "You predicted oo (it opens: 1, 2). Belief: all doors are alike.\n"
        "The back door asks for another key.\n"
    )


@pytest.mark.parametrize(("truth", "example"), [("ox", "oo"), ("xo", "ox"), ("oo", "ox")])
def test_the_example_of_a_row_is_never_its_truth(truth, example):
    row = GridRow("77-p9", "Which?", columns_of(("front", "back")), truth, {}, "So.")
    assert f"For example: '{example}'." in row.lines()[-1]


@pytest.mark.parametrize("guess", ["o", "oxo", "ab", 7, None, ["o", "x"]])
def test_what_is_no_row_is_asked_again(guess, said):
    assert "Put 2 letters" in said(verbs.predict, "77-p3", guess)


# --- a guess after the result -------------------------------------------------------------------


def test_a_guess_after_the_result_is_noted_as_that_and_is_no_prediction(said):
    said(verbs.reveal, "77-p1", 200)
    assert said(verbs.predict, "77-p1", "a") == (
        "77-p1: the result has already been shown here, so this is a late guess, not a "
        "prediction.\n"
        "You guessed a) 200. That is right.\n"
        "Result: a) 200. The API never heard of the logout.\n"
    )
    assert items() == {"77-p1": {"shown": True, "after": "a"}}
    assert said(verbs.progress).startswith("Nothing is recorded yet.")


@pytest.mark.parametrize(
    ("guess", "judged"),
    [("a", "a) 200. That is right."), ("b", "b) 401. Belief: logging out ends every token.")],
)
def test_who_runs_all_cells_and_guesses_then_is_told_the_belief_all_the_same(guess, judged, said):
    said(verbs.predict, "77-p1", "")
    said(verbs.reveal, "77-p1", 200)
    said(verbs.predict, "77-p1", guess)
    assert said(verbs.reveal, "77-p1", 200) == (
        "\n77-p1. Result: a) 200.\n"
        f"You made no prediction. After the result you guessed {judged}\n"
        "The API never heard of the logout.\n"
    )


def test_the_last_guess_after_the_result_is_the_one_that_is_told(said):
    said(verbs.reveal, "77-p1", 200)
    said(verbs.predict, "77-p1", "b")
    said(verbs.predict, "77-p1", "a")
    assert items() == {"77-p1": {"shown": True, "after": "a"}}


def test_what_was_predicted_before_the_result_counts_however_often_the_lesson_is_run(said):
    said(verbs.predict, "77-p1", "b")
    for _ in range(2):
        said(verbs.reveal, "77-p1", 200)
        assert said(verbs.predict, "77-p1", "b").startswith("77-p1: recorded: b) 401.")
    assert items() == {"77-p1": {"first": "b"}}


def test_a_question_whose_result_was_shown_is_asked_in_the_same_words(said):
    before = said(verbs.predict, "77-p1", "")
    said(verbs.reveal, "77-p1", 200)
    assert said(verbs.predict, "77-p1", "") == before


def test_a_result_that_was_shown_twice_is_told_in_the_same_words(said):
    assert said(verbs.reveal, "77-p1", 200) == said(verbs.reveal, "77-p1", 200)


def test_a_guess_after_the_result_is_in_no_count_and_in_no_receipt(said):
    verbs.predict("77-p2", "11")
    verbs.reveal("77-p1", 200)
    verbs.predict("77-p1", "a")
    text = said(verbs.progress)
    assert "predictions 1 of 3 made, 1 right" in text
    assert text.endswith('progress("77-p2=11")\n')


def do_all_but_the_predictions():
    answers = {"77-1": lambda n: n + n, "77-2": let_in_the_good, "77-3": 7, "77-target": "flag-7"}
    for name, answer in answers.items():
        verbs.check(name, answer)
    verbs.quiz("77-q1", "a")


def test_what_run_all_passed_stays_open_until_a_guess_is_made(said):
    do_all_but_the_predictions()
    verbs.predict("77-p2", "11")
    verbs.predict("77-p1", "")
    verbs.reveal("77-p1", 200)
    assert "these predictions are still open: 77-p1, 77-p3." in said(verbs.progress)
    verbs.predict("77-p1", "a")
    assert "Everything is done, but these predictions are still open: 77-p3." in said(
        verbs.progress
    )


@pytest.mark.parametrize(
    ("name", "observed", "guess", "told", "result"),
    [
        ("77-p1", 200, "b", "b) 401. Belief: logging out ends every token.", "a) 200."),
        ("77-p2", 10, "100", "100 minutes. Belief: it never ends.", "10 minutes."),
        ("77-p2", 10, "11", "11 minutes. That is right.", "10 minutes."),
        (
            *("77-p3", "ox", "oo", "oo (it opens: 1, 2). Belief: all doors are alike."),
            "ox (it opens: 1; it is refused: 2).",
        ),
    ],
)
def test_a_guess_after_run_all_is_what_its_belief_is_said_of_and_the_result_comes_after(
    name, observed, guess, told, result, said
):
    verbs.predict(name, "")
    verbs.reveal(name, observed)
    text = said(verbs.predict, name, guess)
    assert text.endswith(f"\nYou guessed {told}\nResult: {result} {TOY.items[name].because}\n")
    assert items()[name] == {"shown": True, "after": guess}


def test_a_prediction_that_was_noted_on_another_machine_counts_here(said):
    verbs.reveal("77-p1", 200)
    assert "predictions 1 of 3 made" in said(verbs.progress, "77-p1=b")
    assert items() == {"77-p1": {"first": "b"}}


def test_the_notes_of_results_are_kept_when_a_receipt_is_taken_over(said):
    verbs.reveal("77-p3", "ox")
    said(verbs.progress, "77-p1=b")
    assert items() == {"77-p1": {"first": "b"}, "77-p3": {"shown": True}}


def test_a_result_is_told_in_a_folder_that_cannot_be_written_to(said, tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "no" / "folder" / "progress.json"))
    assert "cannot be written" not in said(verbs.reveal, "77-p1", 200)


def test_the_file_of_a_whole_course_stays_well_below_what_is_read_at_most(tmp_path):
    longest = {"passed": True, "tries": 9_999, "shown": True, "after": "x" * 24}
    found = [course.lesson(number) for number in course.numbers()]
    everything = {name: longest for each in found for name in each.items}
    progress_file.note(lambda noted: noted.update(everything))
    assert len(items()) > 250
    assert (tmp_path / "progress.json").stat().st_size < progress_file.LARGEST * 0.7


MEMBERS = st.dictionaries(
    st.sampled_from(["passed", "tries", "first", "shown", "after", "else"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.sampled_from("ab"),
)
NAMES = st.sampled_from(["77-1", "77-p1", "77-p2", "77-p3", "77-q1", "98-1", "../etc"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(noted=st.dictionaries(NAMES, MEMBERS))
def test_whatever_the_file_says_each_verb_answers(noted, said, tmp_path):
    content = json.dumps({"version": 2, "items": noted})
    (tmp_path / "progress.json").write_text(content, encoding="utf-8")
    for item in items().values():
        assert set(item) <= {"passed", "tries", "first", "shown", "after"}
        assert not ("shown" in item and "first" in item)
    assert said(verbs.progress)
    assert "77-p1. Result: a) 200." in said(verbs.reveal, "77-p1", 200)
    assert said(verbs.predict, "77-p1", "a").startswith("77-p1: ")
    assert {"first", "after"} & set(items()["77-p1"])


# --- the learner's own code ---------------------------------------------------------------------


def test_until_it_is_attempted_the_courses_is_used(capsys):
    def double(n): ...

    assert verbs.mine("77-1", double)(4) == 8
    assert capsys.readouterr().out == "77-1 is not written yet, so the course's version is used.\n"


def test_what_passes_is_used(capsys):
    assert verbs.mine("77-1", lambda n: n + n)(4) == 8
    assert capsys.readouterr().out == "Your version is used (77-1).\n"


@pytest.mark.parametrize("function", [lambda token: token, wall])
def test_a_verifier_that_lets_in_too_much_or_too_little_is_used_as_it_is(function, capsys):
    assert verbs.mine("77-2", function).function is function
    assert (
        capsys.readouterr().out == "Your version is used, although it has not passed yet (77-2).\n"
    )


@pytest.mark.parametrize("function", [lambda n: n * n, lambda n: n["x"]])
def test_what_does_not_work_yet_stops_no_later_cell(function, capsys):
    assert verbs.mine("77-1", function)(4) == 8
    assert capsys.readouterr().out == (
        "77-1 does not work yet, so the course's version is used. check says what is missing.\n"
    )


def test_where_the_learners_fails_later_one_sentence_says_so_and_the_courses_goes_on(capsys):
    double = verbs.mine("77-1", lambda n: {3: 6, 4: 8}[n])
    capsys.readouterr()
    assert (double(4), double(5), double(6)) == (8, 10, 12)
    text = capsys.readouterr().out
    assert text.count("\n") == 1 and text.startswith("Your 77-1 raised KeyError: 5")
    assert text.endswith("The course's version is used instead.\n")


def test_where_the_courses_fails_as_well_the_learners_is_not_blamed(capsys):
    double = verbs.mine("77-1", lambda n: n * 2)
    capsys.readouterr()
    with pytest.raises(TypeError):
        double(None)
    assert capsys.readouterr().out == ""


def test_a_refusal_of_the_learners_verifier_goes_on_its_way():
    namespace = globals()

    def verify(_token):
        raise Refused("no")

    chosen = verbs.mine("77-2", verify)
    assert namespace is globals()
    with pytest.raises(Refused, match="no"):
        chosen("good")


def test_without_an_answer_mine_finds_it_by_its_name_where_its_cell_was_run(capsys):
    cells = {"mine": verbs.mine}
    assert eval("mine('77-1')", cells)(4) == 8
    assert capsys.readouterr().out == "77-1 is not written yet, so the course's version is used.\n"
    cells["double"] = lambda n: n + n
    assert eval("mine('77-1')", cells)(4) == 8
    assert capsys.readouterr().out == "Your version is used (77-1).\n"


def test_what_mine_gave_can_be_checked_and_given_to_mine_again(said):
    chosen = verbs.mine("77-1", lambda n: n + n)
    assert said(verbs.check, "77-1", chosen).startswith("77-1: passed.")
    assert isinstance(verbs.mine("77-1", chosen).function, type(lambda: 0))


def test_the_courses_own_is_recognised_when_mine_is_run_again(said, capsys):
    def double(n): ...

    first = verbs.mine("77-1", double)
    capsys.readouterr()
    second = verbs.mine("77-1", first)
    assert second(4) == 8
    assert capsys.readouterr().out == (
        "77-1: this name holds the course's version from an earlier run, so that version is used. "
        "To use yours, run the exercise's cell.\n"
    )
    for the_courses in (first, second):
        assert said(verbs.check, "77-1", the_courses) == (
            "77-1: this is the course's own answer, which `mine` supplied, so it does not count. "
            "Check the one that you wrote.\n"
        )
    assert items() == {}


@pytest.mark.parametrize("solution", ["answer = [7, 8]", "answer = '7\\n8'"])
def test_the_courses_list_or_text_is_recognised_too(solution, said, monkeypatch):
    of_its_own = replace(NUMBER, id="77-4", judge=value(lambda _answer: None), solution=solution)
    monkeypatch.setattr(verbs, "lesson", lambda _number: Lesson("77", (of_its_own,)))
    course = verbs.mine("77-4", ...)
    assert "this name holds the course's version" in said(verbs.mine, "77-4", course)
    assert "does not count" in said(verbs.check, "77-4", course)
    same = course + course[:0] if isinstance(course, list) else "".join(["7\n", "8"])
    assert said(verbs.check, "77-4", same).startswith("77-4: passed.")


def test_what_the_learner_writes_after_the_courses_was_used_is_theirs(said, capsys):
    verbs.mine("77-1", None)
    capsys.readouterr()
    assert verbs.mine("77-1", lambda n: n + n)(4) == 8
    assert capsys.readouterr().out == "Your version is used (77-1).\n"
    assert said(verbs.check, "77-1", lambda n: n + n).startswith("77-1: passed.")


def test_a_number_that_the_course_has_too_is_the_learners(said):
    verbs.mine("77-3", ...)
    assert said(verbs.mine, "77-3", 7) == "Your version is used (77-3).\n"
    assert said(verbs.check, "77-3", 7).startswith("77-3: passed.")


def test_a_value_is_handed_on_too():
    assert (verbs.mine("77-3", ...), verbs.mine("77-3", 7)) == (7, 7)


# --- what is not a choice is not noted, and that is said ------------------------------------------


@pytest.mark.parametrize(
    "verb, name, choice",
    [
        (verbs.predict, "77-p1", "z"),
        (verbs.predict, "77-p2", "many"),
        (verbs.predict, "77-p3", "oxo"),
        (verbs.predict, "77-p3", 7),
        (verbs.quiz, "77-q1", "z"),
    ],
)
def test_what_is_no_choice_is_said_to_be_not_noted(verb, name, choice, said):
    text = said(verb, name, choice)
    assert text.endswith(f"{choice!r} is not one of the choices, so it is not recorded.\n")
    assert "77-" in text and items() == {}


@pytest.mark.parametrize("verb, name", [(verbs.predict, "77-p1"), (verbs.quiz, "77-q1")])
@pytest.mark.parametrize("blank", ["", "  ", None, ...])
def test_a_question_that_was_not_answered_is_asked_and_nothing_more(verb, name, blank, said):
    assert "noted" not in said(verb, name, blank)


# --- quiz, hint, target, progress ---------------------------------------------------------------


def test_after_an_answer_the_question_and_its_choices_stay_visible(said):
    text = said(verbs.quiz, "77-q1", "b")
    assert text == "77-q1. Why?\n  a) this\n  b) that\nYou chose b: not quite. Not that.\n"
    said(verbs.quiz, "77-q1", "a")
    assert items()["77-q1"] == {"first": "b", "passed": True, "tries": 2}


def test_hints_come_one_by_one_and_begin_again(said):
    assert [said(verbs.hint, "77-target")[:11] for _ in range(4)] == [
        "Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 1 of 3",
    ]  # fmt: skip


def test_a_target_says_what_it_asks_for_and_gives_its_scene(capsys):
    assert verbs.target("77") == "a scene"
    assert capsys.readouterr().out == "77-target: Get the flag.\n"


def test_progress_says_what_is_passed_what_came_true_and_which_beliefs_fell(said):
    verbs.check("77-1", lambda n: n + n)
    verbs.check("77-target", "flag-7")
    verbs.predict("77-p1", "b")
    verbs.predict("77-p2", "11")
    verbs.quiz("77-q1", "a")
    assert said(verbs.progress) == (
        "Lesson 77: exercises 1 of 3, target reached, predictions 2 of 3 made, 1 right, "
        "quiz 1 of 1.\n"
        "  Still to do: 77-2, 77-3.\n"
        "Next: 77-2, in lesson 77.\n"
        "What your wrong predictions assumed:\n"
        "  77-p1  Belief: logging out ends every token.\n"
        "To continue on another machine, run this line there:\n"
        'progress("77-1 77-p1=b 77-p2=11 77-q1=a 77-q1 77-target")\n'
    )


def let_in_the_good(token):
    if token != "good":
        raise Refused("no")
    return token


def test_progress_does_not_call_a_lesson_done_whose_predictions_are_not_noted(said):
    do_all_but_the_predictions()
    verbs.predict("77-p1", "b")
    verbs.predict("77-p2", "11")
    assert "Everything is done, but these predictions are still open: 77-p3." in said(
        verbs.progress
    )
    verbs.predict("77-p3", "ox")
    assert "  Everything is done.\n" in said(verbs.progress)


def test_progress_is_carried_to_another_machine_and_first_guesses_there_stay(
    said, tmp_path, monkeypatch
):
    verbs.check("77-1", lambda n: n + n)
    verbs.predict("77-p1", "b")
    receipt = re.search(r'progress\("(.*)"\)', said(verbs.progress))[1]
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "elsewhere.json"))
    verbs.predict("77-p1", "a")
    assert "exercises 1 of 3" in said(verbs.progress, receipt)
    assert items() == {"77-1": {"passed": True}, "77-p1": {"first": "a"}}


def test_the_old_list_is_still_read(said, tmp_path):
    (tmp_path / "progress.json").write_text('["77-1", "77-q1"]', encoding="utf-8")
    assert "exercises 1 of 3" in said(verbs.progress)


@pytest.mark.parametrize("receipt", ["nonsense", "../x \x1b[31m", "77-p1=<b>", "98-1"])
def test_a_receipt_that_names_nothing_is_left_out_with_a_sentence(receipt, said):
    text = said(verbs.progress, receipt)
    assert text.startswith("Ignored, because no item has this name: ") and "\x1b" not in text


@pytest.mark.parametrize("receipt", [7, None, ["77-1"]])
def test_a_receipt_that_is_no_text_is_no_receipt(receipt, said):
    assert said(verbs.progress, receipt).startswith("Nothing is recorded yet.")


def test_the_file_is_as_the_design_says(tmp_path):
    verbs.check("77-1", lambda n: n + n)
    verbs.predict("77-p1", "b")
    assert json.loads((tmp_path / "progress.json").read_text(encoding="utf-8")) == {
        "version": 2,
        "items": {"77-1": {"passed": True, "tries": 1}, "77-p1": {"first": "b"}},
        "last": "77-p1",
    }


def test_a_lesson_that_is_none_is_none():
    assert course.lesson("98") is None
