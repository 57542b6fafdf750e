"""Answers in a panel: the same text as in lines, told apart by word, shape and colour."""

import re
import sys
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace

import IPython
import new_learner
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.classroom import exercises, panel
from labutils.classroom.course import lesson
from labutils.classroom.panel import SIGNS, Reply
from labutils.classroom.workspace import PRACTICE, RECORD
from labutils.pictures import look

RIGHT = "u-1815"  # what passes 00-1
VERBS = [
    lambda: exercises.check("03-1"),
    lambda: exercises.check("03-1", lambda verifier: verifier),
    lambda: exercises.check("99-1", 1),
    lambda: exercises.hint("03-1"),
    lambda: exercises.predict("03-p1", ""),
    lambda: exercises.predict("03-p1", "zebra"),
    lambda: exercises.predict("03-p1", "a"),
    lambda: exercises.reveal("03-p1"),
    lambda: exercises.quiz("03-q1", ""),
    lambda: exercises.quiz("03-q1", "a"),
    lambda: exercises.quiz("03-q1", "d"),
    lambda: exercises.progress(),
]


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture
def shown(monkeypatch):
    """What a front end is given, while panels are wanted."""
    bundles = []
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr(
        "IPython.display.display", lambda bundle, **_: bundles.append(bundle) or Handle(bundles)
    )
    return bundles


class Handle:
    def __init__(self, bundles):
        self.bundles = bundles

    def update(self, bundle, **_):
        self.bundles.append(bundle)


def words(html):
    """The text of HTML, as it is read."""
    texts = []
    parser = HTMLParser()
    parser.handle_data = texts.append
    parser.feed(html)
    return unescape(" ".join(texts)).split()


def panels(bundles):
    return [bundle for bundle in bundles if bundle.get("text/html")]


def last_html(bundles):
    return panels(bundles)[-1]["text/html"]


# --- the same text ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(len(VERBS)))
def test_the_text_beside_a_panel_is_what_is_printed_without_one(
    shown, capsys, monkeypatch, tmp_path, place
):
    for verb in VERBS[: place + 1]:
        verb()
    assert capsys.readouterr().out == ""
    beside = panels(shown)[-1]["text/plain"]
    monkeypatch.setenv(panel.SWITCH, "0")
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "another.json"))
    exercises._hints_given.clear()
    for verb in VERBS[:place]:
        verb()
    capsys.readouterr()
    VERBS[place]()
    printed = capsys.readouterr().out
    assert printed == beside + "\n"


RESULT = 7  # of VERBS: its card compares, where the text tells


def test_the_card_of_a_result_compares_what_was_guessed_with_what_came_out(shown):
    for verb in VERBS[: RESULT + 1]:
        verb()
    bundle = panels(shown)[-1]
    said = " ".join(words(bundle["text/html"]))
    assert said.startswith("◐ Not what you expected. You a) ") and " Result " in said
    thought = lesson("03").items["03-p1"].belief("a").replace("*", "").partition(". ")[0]
    assert thought in said
    assert "03-p1" not in said, "a card needs no name"


@pytest.mark.parametrize("place", sorted({*range(len(VERBS) - 1)} - {RESULT}))
def test_a_panel_says_each_word_of_the_text(shown, place):
    for verb in VERBS[: place + 1]:
        verb()
    bundle = panels(shown)[-1]
    signs = set(SIGNS.values())
    plain = bundle["text/plain"].replace("*", "").replace("`", "")
    said = [one for one in words(bundle["text/html"]) if one not in signs]
    if said[:2] == ["Your", "guess"]:  # a question has a label, and no name of its own
        said, plain = said[2:], re.sub(r"^\d\d-\w+\. ", "", plain)
    assert said == [one for one in plain.split() if one not in signs]


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("It says whom it is *about*.", "It says whom it is <em>about</em>."),
        ("The *kill matrix* has it.", "The <em>kill matrix</em> has it."),
        ("Compare `iat` with *now*.", "Compare <code>iat</code> with <em>now</em>."),
        ("`a < b` and one ` alone", "<code>a &lt; b</code> and one ` alone"),
        ("2 * 3 * 4, f(*names, **more), `*a*`", "2 * 3 * 4, f(*names, **more), <code>*a*</code>"),
        ("*<b>*", "*&lt;b&gt;*"),
    ],
)
def test_an_emphasis_is_one_and_a_star_in_code_is_a_star(line, html):
    assert html in panel.Reply("told", [("Hint 1 of 2:", ""), (line, "")]).html()


def test_a_solution_stays_text_to_be_copied(shown, capsys):
    exercises.solution("03-1")
    assert shown == [] and "def challenge" in capsys.readouterr().out


# --- told apart ---------------------------------------------------------------------------------


def test_passed_not_yet_and_not_attempted_differ_in_word_sign_and_frame(shown):
    exercises.check("00-1")
    exercises.check("00-1", "nobody")
    exercises.check("00-1", RIGHT)
    seen = {}
    for html in (bundle["text/html"] for bundle in shown):
        word = re.search(r"(passed|not yet|not attempted yet)\.", html)[1]
        seen[word] = re.search(r'class="lu (lu-[\w-]+)".*aria-hidden="true">(.)<', html).groups()
    assert seen == {
        "not attempted yet": ("lu-not-attempted", SIGNS["not attempted"]),
        "not yet": ("lu-not-yet", SIGNS["not yet"]),
        "passed": ("lu-passed", SIGNS["passed"]),
    }


def test_an_answer_is_what_a_screen_reader_is_told_and_a_question_is_not(shown):
    """The one live region of the page takes its words from data-told (tools/look.py)."""
    exercises.quiz("03-q1", "")
    assert "data-told" not in last_html(shown)
    exercises.quiz("03-q1", "d")
    assert re.search(r"<div data-told>.*You chose d: right", last_html(shown))


def test_a_remark_is_a_quiet_line_where_somebody_works_and_a_printed_one_elsewhere(
    shown, monkeypatch, capsys
):
    assert callable(exercises.mine("00-3", ...))
    assert 'class="lu lu-note"' in last_html(shown) and capsys.readouterr().out == ""
    monkeypatch.setenv(panel.SWITCH, "0")
    exercises.mine("00-3", ...)
    assert capsys.readouterr().out == "00-3 is not written yet, so the course's version is used.\n"


def test_a_target_is_a_card_with_its_text_and_returns_its_scene(shown, capsys):
    scene = exercises.target("06")
    assert scene is not None and capsys.readouterr().out == ""
    html = last_html(shown)
    assert 'class="lu lu-target"' in html and ">Target</div>" in html
    assert "<code>notes</code>" in html


@pytest.mark.parametrize(("guess", "kind"), [("c", "lu-passed"), ("a", "lu-not-yet"), ("", "lu")])
def test_a_result_shows_whether_it_was_predicted(shown, guess, kind):
    exercises.predict("03-p1", guess)
    exercises.reveal("03-p1")
    assert re.search(rf'class="[^"]*\b{kind}"', last_html(shown))


# --- whatever is said ---------------------------------------------------------------------------


@given(st.lists(st.text(max_size=40), max_size=4))
def test_no_text_is_markup(lines):
    answer = Reply("not yet", [(line, line) for line in lines])
    assert set(re.findall(r"<(\w+)", answer.html())) <= {"div", "span"}


def test_what_a_learner_s_own_code_prints_stays_where_it_is(shown, capsys):
    def challenge(verifier):
        print("mine")
        return verifier

    exercises.check("03-1", challenge)
    assert "mine" in capsys.readouterr().out and "mine" not in last_html(shown)


@pytest.mark.usefixtures("shown")
def test_a_verb_that_is_stopped_leaves_no_panel_open(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(exercises.progress_file, "tried", interrupted)
    with pytest.raises(KeyboardInterrupt):
        exercises.check("00-1", "nobody")
    monkeypatch.setenv(panel.SWITCH, "0")
    exercises.hint("00-1")
    assert capsys.readouterr().out.startswith("Hint 1")


# --- where there are panels ---------------------------------------------------------------------


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    monkeypatch.delenv(panel.SWITCH, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel="one"))
    return tmp_path


def test_in_a_folder_of_working_copies(kernel):
    assert not panel.wanted()
    (kernel / RECORD).write_text("{}", encoding="utf-8")
    assert panel.wanted()


def test_in_the_folder_of_practice_below_them(kernel, monkeypatch):
    (kernel / RECORD).write_text("{}", encoding="utf-8")
    (kernel / PRACTICE).mkdir()
    monkeypatch.chdir(kernel / PRACTICE)
    assert panel.wanted()


@pytest.mark.usefixtures("kernel")
def test_in_a_browser_and_in_colab(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert panel.wanted()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert panel.wanted()


def test_not_without_a_kernel_and_not_where_somebody_wants_none(kernel, monkeypatch):
    (kernel / RECORD).write_text("{}", encoding="utf-8")
    monkeypatch.setenv(panel.SWITCH, "0")
    assert not panel.wanted()
    monkeypatch.delenv(panel.SWITCH)
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not panel.wanted()


# --- ten minutes --------------------------------------------------------------------------------


def test_after_ten_minutes_without_a_pass_help_is_named(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(exercises.time, "monotonic", lambda: now[0])
    exercises.check("00-1", "nobody")
    now[0] = 599
    exercises.check("00-1", "nobody")
    assert "ten minutes" not in capsys.readouterr().out
    now[0] = 600
    exercises.check("00-1", "nobody")
    assert "hint('00-1')" in capsys.readouterr().out
    exercises.check("00-1", RIGHT)
    exercises.check("00-1", "nobody")
    assert "ten minutes" not in capsys.readouterr().out


def test_another_test_in_the_same_process_does_not_inherit_the_ten_minutes(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(exercises.time, "monotonic", lambda: now[0])
    exercises.check("00-1", "nobody")
    now[0] = 600
    new_learner.begin()
    exercises.check("00-1", "nobody")
    assert "ten minutes" not in capsys.readouterr().out


def test_the_choices_of_a_question_are_set_apart_and_go_where_its_buttons_live(shown):
    exercises.quiz("03-q1", "")
    question, choices = last_html(shown).split('<div class="lu-choices">')
    assert 'class="lu-question"' in question and "a) " not in question
    assert re.findall(r'lu-choice">([a-d])\)', choices) == ["a", "b", "c", "d"]
    assert "lu-options) .lu-choices{display:none}" in look.css()
