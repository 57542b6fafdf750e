"""`with experiment(...)`: asked first, held back until an answer, and text elsewhere."""

import json

import ipywidgets
import nbformat
import pytest
from front_end import VIEW, bundles_shown, widget_of
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from labutils.classroom import exercises, panel
from labutils.classroom.experiment import experiment
from labutils.classroom.progress import load

TRUE = exercises.lesson("03").items["03-p1"]


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


@pytest.fixture
def screen(monkeypatch):
    """What a front end shows, place by place; a place that is filled shows what fills it."""
    return bundles_shown(monkeypatch)


def options(screen):
    """The buttons of the last question by letter, or by their words."""
    view = [bundle for bundle in screen if VIEW in bundle][-1]
    box = widget_of(view)
    return {one.description.partition("   ")[0]: one for one in box.children}


def seen_on(screen):
    return "\n".join(bundle.get("text/plain", "") for bundle in screen)


def run(guess="", result="truth"):
    value = TRUE.guesses[TRUE.truth].value if result == "truth" else result
    with experiment("03-p1", guess) as seen:
        print("the act itself")
        seen.result = value
    return seen


def fails():
    with experiment("03-p1"):
        print("so far")
        raise ZeroDivisionError


# --- in text ------------------------------------------------------------------------------------


def test_in_text_it_is_what_predict_and_reveal_print(monkeypatch, capsys):
    """So stored outputs and judges go on as they are."""
    monkeypatch.setenv(panel.SWITCH, "0")
    run("b")
    said = capsys.readouterr().out
    other = load()
    exercises.predict("03-p1", "b")
    print("the act itself")
    exercises.reveal("03-p1", TRUE.guesses[TRUE.truth].value)
    assert said == capsys.readouterr().out and load() == other == {"03-p1": {"first": "b"}}


def test_in_text_an_exception_is_raised_as_usual_and_no_result_is_said(monkeypatch, capsys):
    monkeypatch.setenv(panel.SWITCH, "0")
    with pytest.raises(ZeroDivisionError):
        fails()
    assert capsys.readouterr().out.endswith("so far\n")


# --- held back ----------------------------------------------------------------------------------


def test_run_all_gives_nothing_away_and_records_nothing(screen, own_progress, capsys):
    seen = run()
    assert seen.result == TRUE.guesses[TRUE.truth].value  # later cells have what they need
    assert "the act itself" not in seen_on(screen) + capsys.readouterr().out
    assert TRUE.because[:30] not in seen_on(screen) and "Result" not in seen_on(screen)
    assert not own_progress.exists()


def test_an_option_shows_the_act_and_then_why(screen):
    run()
    options(screen)["b"].click()
    assert load() == {"03-p1": {"first": "b"}}
    said = seen_on(screen)
    assert said.index("the act itself") < said.index("Result: c)") < said.index(TRUE.because[:20])
    assert TRUE.guesses["b"].belief[:20] in said
    chosen, true = options(screen)["b"], options(screen)[TRUE.truth]
    assert chosen.description.endswith("✓ your choice") and "lu-chosen" in chosen._dom_classes
    assert true.description.endswith("← what happened") and "lu-true" in true._dom_classes


def test_the_first_answer_counts_and_later_clicks_change_nothing(screen):
    run()
    options(screen)["b"].click()
    before = seen_on(screen)
    options(screen)["c"].click()
    assert load() == {"03-p1": {"first": "b"}} and seen_on(screen) == before


def test_show_me_without_a_guess_shows_it_and_is_noted_as_that(screen):
    run()
    options(screen)["Show me without a guess"].click()
    assert "the act itself" in seen_on(screen) and "You made no prediction." in seen_on(screen)
    assert load() == {"03-p1": {"shown": True}}


@pytest.mark.parametrize(("guess", "noted"), [("a", {"first": "a"}), ("show", {"shown": True})])
def test_whoever_types_loses_nothing(screen, guess, noted):
    run(guess)
    assert "the act itself" in seen_on(screen) and load() == {"03-p1": noted}


def test_a_guess_that_is_none_holds_on(screen, own_progress):
    run("zebra")
    assert "the act itself" not in seen_on(screen) and not own_progress.exists()
    assert "zebra" in seen_on(screen)


@pytest.mark.parametrize("noted", [{"first": "b"}, {"shown": True}])
def test_on_the_second_day_run_all_brings_back_what_was_answered(screen, own_progress, noted):
    own_progress.write_text(json.dumps({"version": 2, "items": {"03-p1": noted}}), "utf-8")
    run()
    assert "the act itself" in seen_on(screen) and "Result: c)" in seen_on(screen)
    if "first" in noted:
        assert options(screen)["b"].description.endswith("✓ your choice")
    assert load() == {"03-p1": noted}


def test_a_body_that_fails_shows_what_it_printed_and_raises(screen, capsys):
    with pytest.raises(ZeroDivisionError):
        fails()
    assert capsys.readouterr().out == "so far\n" and "Result" not in seen_on(screen)


def test_another_result_than_the_courses_is_said(screen):
    run("b", result="a result of its own")
    assert "In the course's own run" in seen_on(screen)


@pytest.mark.parametrize("name", ["03-p99", "03-1", None, 7])
def test_a_name_that_no_prediction_has_is_a_sentence_and_the_body_runs(screen, capsys, name):
    with experiment(name) as seen:
        print("ran")
        seen.result = 1
    assert capsys.readouterr().out.endswith("ran\n") and screen == []


def test_without_ipywidgets_the_card_says_how_to_type(screen, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    run()
    assert "Put one letter between the quotes" in seen_on(screen)
    assert "the act itself" not in seen_on(screen)


def test_a_row_and_a_number_are_held_and_answered_too(screen):
    row = exercises.lesson("03").items["03-p5"]
    with experiment("03-p5") as seen:
        print("tried")
        seen.result = row.truth
    assert "tried" not in seen_on(screen)
    view = [bundle for bundle in screen if VIEW in bundle][-1]
    box = widget_of(view)
    lines = [one.children[1] for one in box.children if isinstance(one, ipywidgets.HBox)]
    for line, letter in zip(lines, row.truth, strict=True):
        line.value = letter
    own = "This is my prediction"
    next(one for one in box.children if getattr(one, "description", "") == own).click()
    assert "tried" in seen_on(screen) and load() == {"03-p5": {"first": row.truth}}


def lines_of(screen):
    """The lines of a row that is asked on the screen: choice and what is said beside it."""
    view = [bundle for bundle in screen if VIEW in bundle][-1]
    boxes = [one for one in widget_of(view).children if isinstance(one, ipywidgets.HBox)]
    return [(box.children[1], *(one.value for one in box.children[2:])) for box in boxes]


def guess_a_row(letters):
    row = exercises.lesson("03").items["03-p5"]
    with experiment("03-p5", letters) as seen:
        seen.result = row.truth
    return row


def test_beside_each_line_of_a_row_stands_what_happened_there(screen):
    row = exercises.lesson("03").items["03-p5"]
    wrong = ("x" if row.truth[0] == "o" else "o") + row.truth[1:]
    guess_a_row(wrong)
    words = dict(zip("ox", row.words, strict=True))
    (first, said), *others = lines_of(screen)
    assert (first.value, said) == (wrong[0], f"← {words[row.truth[0]]}") and first.disabled
    assert {says for _, says in others} == {"✓"}
    card = [bundle["text/html"] for bundle in screen if "text/html" in bundle][-1]
    assert f"{len(row.columns) - 1} of {len(row.columns)} as you expected" in card
    assert f"and you said: {words[wrong[0]]}" in card


def test_on_the_second_day_a_row_shows_what_was_guessed(screen):
    row = guess_a_row("x" * len(exercises.lesson("03").items["03-p5"].columns))
    screen.clear()
    guess_a_row("")
    assert [control.value for control, _ in lines_of(screen)] == ["x"] * len(row.columns)


# --- in a kernel --------------------------------------------------------------------------------


def test_in_a_kernel_pictures_and_tables_are_held_too(tmp_path, monkeypatch):
    """Really run: what the body displays goes nowhere, and comes to its place when it may."""
    monkeypatch.setenv(panel.SWITCH, "1")
    code = (
        "from IPython.display import HTML, display\n"
        "from labutils.classroom.experiment import experiment\n"
        "with experiment('03-p1', {guess!r}) as seen:\n"
        "    display(HTML('<b>a table</b>'))\n"
        "    print('a line')\n"
        f"    seen.result = {TRUE.guesses[TRUE.truth].value!r}"
    )
    cells = [nbformat.v4.new_code_cell(code.replace("{guess!r}", repr(g))) for g in ("", "b")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    try:
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": tmp_path}}).execute()
    except CellExecutionError as error:
        pytest.fail(str(error))
    held, answered = (json.dumps(cell.outputs) for cell in notebook.cells)
    assert "a table" not in held and "a line" not in held and "Your guess" in held
    assert "<b>a table</b>" in answered and "a line" in answered and "Result:" in answered
