"""How an instrument is shown, and how a touch comes back, without a browser."""

import json
import sys
import threading
from types import SimpleNamespace

import ipywidgets
import nbformat
import pytest
from front_end import VIEW
from nbclient import NotebookClient

from labutils.classroom import exercises, panel
from labutils.classroom.experiment import experiment
from labutils.instruments import frame
from labutils.instruments.frame import Instrument
from labutils.instruments.svg import Svg, alone, wrapped
from labutils.pictures import look

QUESTION = exercises.lesson("03").items["03-p1"]
PICTURE = "image/svg+xml"


class Counter(Instrument):
    """A number that a click makes larger."""

    name = "counter"

    def __init__(self):
        super().__init__("A <counter>", "Press it & see.")
        self.number = 0

    def on_add(self, value, _):
        self.number += int(value or 1)

    def live(self):
        return f'<section>{self.heading()}<button data-do="add">{self.number}</button></section>'

    def still(self):
        picture = Svg(self.width)
        picture.text(10, 20, str(self.number))
        return picture.done(40, self.words())

    def words(self):
        return f"The number is {self.number}."


class Screen:
    """A front end that keeps what it is given, by the id of its place."""

    def __init__(self):
        self.places = {}
        self.order = []

    def display(self, bundle, display_id=None, **_):
        name = f"place {len(self.order)}" if display_id is True else display_id
        if display_id is None:
            name = f"output {len(self.order)}"
        if name not in self.places:
            self.order.append(name)
        self.places[name] = bundle
        return SimpleNamespace(
            display_id=name, update=lambda new, **_: self.places.__setitem__(name, new)
        )

    def widgets(self):
        return [bundle[VIEW] for bundle in self.places.values() if VIEW in bundle]


@pytest.fixture
def shell(monkeypatch):
    running = SimpleNamespace(execution_count=1, kernel=True)
    monkeypatch.setattr("IPython.get_ipython", lambda: running)
    monkeypatch.setattr(frame, "_shell", lambda: running)
    return running


@pytest.fixture
def screen(monkeypatch, shell, tmp_path):  # noqa: ARG001
    there = Screen()
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr("IPython.display.display", there.display)
    return there


def say(instrument, **message):
    """What hands.js sends."""
    instrument.screens[-1]._handle_custom_msg(message, [])


# --- touches ------------------------------------------------------------------------------------


def test_a_touch_calls_the_method_of_its_name():
    counter = Counter()
    counter.touched("add", "3")
    assert counter.words() == "The number is 3."


@pytest.mark.parametrize("what", ["nothing_of_the_kind", "", "add ", "__class__", "\x00", "é"])
def test_an_unknown_touch_does_nothing(what):
    counter = Counter()
    counter.touched(what, "1")
    assert counter.number == 0


@pytest.mark.parametrize(
    ("said", "width"),
    [("500", 500), ("2", 240), ("9" * 40, 1184), ("", 760), ("-3", 760), ("x", 760), ("²", 760)],
)
def test_the_place_says_how_wide_it_is(said, width):
    counter = Counter()
    counter.touched("width", said)
    assert counter.width == width


def test_what_is_stored_does_not_depend_on_the_place():
    counter = Counter()
    before = counter.bundle()
    counter.touched("width", "300")
    assert counter.bundle() == before and counter.width == 300
    assert '<svg xmlns="http://www.w3.org/2000/svg" width="760"' in before[PICTURE]


def test_touches_from_many_threads_are_all_counted():
    counter = Counter()
    threads = [
        threading.Thread(target=lambda: [counter.touched("add") for _ in range(200)])
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counter.number == 1600


def test_title_and_hint_are_escaped():
    assert (
        "A &lt;counter&gt;" in Counter().heading() and "Press it &amp; see." in Counter().heading()
    )


# --- shown --------------------------------------------------------------------------------------


def test_without_a_notebook_nothing_is_shown(capsys):
    Counter().show()
    assert capsys.readouterr().out == ""


def test_where_nobody_works_the_picture_is_all(screen, monkeypatch):
    monkeypatch.setenv(panel.SWITCH, "0")
    counter = Counter()
    counter.show()
    [bundle] = screen.places.values()
    assert bundle.keys() == {"text/plain", PICTURE} and counter.screens == []


def test_the_live_view_comes_when_the_front_end_is_here_and_not_before(screen):
    counter = Counter()
    counter.show()
    assert screen.widgets() == []
    say(counter, do="here")
    [bundle] = screen.places.values()
    assert bundle.keys() == {"text/plain", PICTURE, VIEW}


@pytest.mark.usefixtures("screen")
def test_a_touch_is_answered_with_a_new_drawing_and_its_number():
    counter = Counter()
    counter.show()
    say(counter, do="add", value="", fields={}, n=7)
    widget = counter.screens[0]
    assert ">1</button>" in widget.html and widget.seen == 7


@pytest.mark.usefixtures("screen")
def test_a_method_called_in_a_cell_draws_again():
    counter = Counter()
    counter.show()
    counter.number = 41
    counter.touched("add")
    assert ">42</button>" in counter.screens[0].html


def test_a_cell_that_shows_it_and_ends_in_it_shows_it_once(screen, shell):
    counter = Counter()
    counter.show()
    counter._ipython_display_()
    assert len(screen.order) == 1
    counter.touched("add")
    counter._ipython_display_()  # it is another picture now
    assert len(screen.order) == 2
    shell.execution_count = 2
    counter._ipython_display_()
    assert len(screen.order) == 3


def test_without_ipywidgets_the_picture_stands(screen, monkeypatch):
    frame._screen_class.cache_clear()
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    counter = Counter()
    counter.show()
    frame._screen_class.cache_clear()
    assert counter.screens == [] and [PICTURE in one for one in screen.places.values()] == [True]


def test_in_colab_it_is_alive_at_once(screen, monkeypatch):
    called = []
    output = SimpleNamespace(enable_custom_widget_manager=lambda: called.append(True))
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace(output=output))
    Counter().show()
    assert called and len(screen.widgets()) == 1


# --- inside an experiment -----------------------------------------------------------------------


def in_an_experiment(monkeypatch, screen, guess=""):
    """A held body that prints, and shows a counter."""
    captured = []

    class Captured:
        stdout, outputs = "the act itself\n", captured

        def __enter__(self):
            monkeypatch.setattr("IPython.display.display", self.display)
            return self

        def __exit__(self, *_):
            monkeypatch.setattr("IPython.display.display", screen.display)

        def display(self, bundle, **_):
            name = f"held {len(captured)}"
            one = SimpleNamespace(data=bundle, metadata={}, transient={"display_id": name})
            captured.append(one)
            return SimpleNamespace(
                display_id=name, update=lambda new, **_: screen.places.__setitem__(name, new)
            )

    monkeypatch.setattr("IPython.utils.capture.capture_output", Captured)
    counter = Counter()
    with experiment("03-p1", guess) as seen:
        counter.show()
        seen.result = QUESTION.guesses[QUESTION.truth].value
    return counter, seen


def test_held_back_it_stays_still_until_the_answer(screen, monkeypatch):
    counter, seen = in_an_experiment(monkeypatch, screen)
    say(counter, do="here")  # early: it is remembered
    assert screen.places["held 0"] == {"text/plain": "", "text/html": ""}
    seen._choose("b", None)
    assert screen.places["held 0"].keys() == {"text/plain", PICTURE, VIEW}


def test_after_an_answer_it_is_what_happened_then_why_then_what_one_plays_with(screen, monkeypatch):
    _, seen = in_an_experiment(monkeypatch, screen)
    seen._choose("b", None)
    said = [screen.places[name].get("text/plain", "") for name in screen.order]
    act, why, toy = (
        next(at for at, text in enumerate(said) if words in text)
        for words in ("the act itself", "Result:", "The number is 0.")
    )
    assert act < why < toy


def test_a_front_end_that_comes_later_finds_it(screen, monkeypatch):
    counter, _ = in_an_experiment(monkeypatch, screen, QUESTION.truth)
    assert PICTURE in screen.places["held 0"] and VIEW not in screen.places["held 0"]
    say(counter, do="here")
    assert VIEW in screen.places["held 0"]


def test_a_body_that_fails_holds_nothing_after_it(screen):
    def fails():
        with experiment("03-p1"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    counter = Counter()
    counter.show()
    say(counter, do="here")
    assert any(PICTURE in one and VIEW in one for one in screen.places.values())


def test_in_a_kernel_it_is_held_and_its_id_survives(tmp_path, monkeypatch):
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    code = (
        "from labutils.classroom.experiment import experiment\n"
        "from labutils.instruments.frame import Instrument\n"
        "class Toy(Instrument):\n"
        "    def live(self): return '<section>toy</section>'\n"
        "    def still(self): return '<svg>toy</svg>'\n"
        "    def words(self): return 'a toy'\n"
        "with experiment('03-p1', GUESS) as seen:\n"
        "    toy = Toy()\n"
        "    toy.show()\n"
        f"    seen.result = {QUESTION.guesses[QUESTION.truth].value!r}\n"
        "toy.screens[0]._handle_custom_msg({'do': 'here'}, [])"
    )
    cells = [nbformat.v4.new_code_cell(code.replace("GUESS", repr(g))) for g in ("", "b")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": tmp_path}}).execute()
    held, answered = (json.dumps(cell.outputs) for cell in notebook.cells)
    assert "toy" not in held and PICTURE not in held
    assert "a toy" in answered and PICTURE in answered
    assert any(VIEW in one.data and PICTURE in one.data for one in notebook.cells[1].outputs)


# --- the front end ------------------------------------------------------------------------------


def test_its_front_end_is_that_of_anywidget():
    """The kernel does without the package; the names that it would send are these."""
    anywidget = pytest.importorskip("anywidget")

    class Theirs(anywidget.AnyWidget):
        _esm, _css = "export default {}", ""

    ours, theirs = frame._screen_class(), Theirs()
    names = {one for one in theirs.keys if one.startswith("_") and "_dom" not in one}
    assert names <= set(ours.class_traits())
    for name in ("_model_module", "_model_name", "_view_module", "_view_name"):
        assert ours.class_traits()[name].default_value == getattr(theirs, name)
    for name in ("_model_module_version", "_view_module_version"):
        assert ours.class_traits()[name].default_value == getattr(theirs, name) == frame.FRONT_END
    assert issubclass(ours, ipywidgets.DOMWidget)


def test_the_script_asks_no_network_and_has_each_word_of_its_vocabulary():
    text = frame.script()
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "http:", "https:", "import("):
        assert word not in text
    head, _, code = text.partition("const LOST")
    for word in ("do", "typed", "caret", "drag", "rove", "secret", "lit", "parts", "runs", "of"):
        assert f"data-{word}" in head
        assert f"dataset.{word}" in code or f"[data-{word}" in code


def test_its_style_has_the_colours_of_the_course_and_reaches_nothing_else():
    css = frame.css()
    assert look.variables(look.LIGHT) in css and look.variables(look.DARK) in css
    rules = css.replace("@media (prefers-reduced-motion:reduce){", "")
    selectors = [line for line in rules.splitlines() if "{" in line and not line.startswith("@")]
    assert selectors and all(line.lstrip().startswith((".lu-live", "/*")) for line in selectors)
    assert "url(" not in css and "@import" not in css


# --- SVG ----------------------------------------------------------------------------------------


def test_alone_a_picture_has_its_colours_in_it():
    picture = Svg(100)
    picture.text(0, 10, "words", "intruder")
    assert "fill:var(--lu-intruder)" in picture.done(20, "")
    assert f"fill:{look.LIGHT['intruder']}" in alone(picture.done(20, ""))
    assert "var(" not in alone(picture.done(20, ""))


@pytest.mark.parametrize(
    ("kind", "shape", "colour"),
    [
        ("harm", "<circle", "fill:var(--lu-intruder-fill)"),
        ("refused", "<circle", "fill:none;stroke-width:2.5;stroke:var(--lu-defender-fill)"),
        ("fits", "<circle", "fill:var(--lu-ink)"),
        ("unwritten", "<circle", "stroke-dasharray"),
        ("fine", "<path", "stroke:var(--lu-quiet)"),
    ],
)
def test_a_sign_says_by_its_shape_what_its_colour_says(kind, shape, colour):
    picture = Svg(100)
    picture.sign(10, 10, kind)
    assert picture.inside().startswith(shape) and colour in picture.inside()


def test_what_is_written_into_a_picture_is_escaped_and_can_be_read_as_xml():
    from xml.etree import ElementTree

    picture = Svg(100)
    picture.text(0, 10, "<script>&\"'\x00\x0b\ud800\ufffe")
    ElementTree.fromstring(picture.done(20, 'says "<b>\x01'))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("a long line of words", ["a long", "line of", "words"]),
        ("abcdefghijklmnop", ["abcdefghij", "klmnop"]),
    ],
)
def test_a_text_is_wrapped_at_words_and_a_long_word_is_cut(text, lines):
    assert wrapped(text, 10 * 14 * 0.602 + 1, 14, mono=True) == lines
