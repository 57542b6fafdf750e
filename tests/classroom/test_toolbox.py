"""What a learner passed is kept with all that it needs, and nothing of theirs is lost."""

import ast
import runpy
import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labutils.classroom import exercises, toolbox

API = "https://api.example"


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A toolbox of nobody's yet."""
    file = tmp_path / "toolbox.py"
    monkeypatch.setenv(toolbox.SWITCH, str(file))
    return file


@pytest.fixture
def notebook(monkeypatch):
    """What defines the names of some cells as a notebook does."""
    import linecache

    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    cells = []

    def run(source):
        file = f"<cell {len(cells)}>"
        cells.append(source)
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), vars(module))
        return SimpleNamespace(**vars(module))

    return run


def test_a_function_is_kept_with_its_imports_helpers_and_constants(box, notebook):
    cell = notebook(
        "import base64\n"
        "from urllib.parse import urlsplit as split\n"
        "PAD = '='\n"
        "def padded(part):\n    return part + PAD * (-len(part) % 4)\n"
        "def decode(part):\n"
        "    return base64.urlsafe_b64decode(padded(part)), split('https://a.example').netloc\n"
    )
    toolbox.keep("01-2", "decode", cell.decode)
    kept = runpy.run_path(str(box))
    assert kept["decode"]("YQ") == (b"a", "a.example")
    assert toolbox.load("01-2", "decode")("YQ") == (b"a", "a.example")
    assert toolbox.names("01") == ["decode"]


def test_what_a_default_and_an_annotation_name_is_kept_too(box, notebook):
    cell = notebook("API = 'https://api.example'\ndef use(url=API) -> str:\n    return url\n")
    toolbox.keep("00-3", "use", cell.use)
    assert runpy.run_path(str(box))["use"]() == API


def test_a_function_that_calls_another_piece_takes_it_along(box, notebook):
    cell = notebook(
        "def half(n):\n    return n / 2\n"
        "def quarter(n):\n    return half(half(n))\n"
        "def again(n):\n    return again(n - 1) if n else 0\n"
    )
    toolbox.keep("01-1", "half", cell.half)
    toolbox.keep("01-2", "quarter", cell.quarter)
    toolbox.keep("01-3", "again", cell.again)
    kept = runpy.run_path(str(box))
    assert kept["quarter"](8) == 2 and kept["again"](3) == 0


def test_a_class_of_the_notebook_is_kept(box, notebook):
    cell = notebook(
        "LIMIT = 3\n"
        "class Refused(ValueError):\n    def why(self):\n        return LIMIT\n"
        "def verify(token):\n    raise Refused(token)\n"
    )
    toolbox.keep("02-1", "verify", cell.verify)
    kept = runpy.run_path(str(box))
    with pytest.raises(kept["Refused"]) as refused:
        kept["verify"]("x")
    assert refused.value.why() == 3


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            "apps = object()\ndef use(token):\n    return apps\n",
            "It uses `apps` from this notebook, which isn't text, a number, a list or a "
            "function, so it works only here and isn't in your toolbox. "
            "Pass it to the function as an argument.",
        ),
        ("use = lambda token: token\n", "Write use with `def` to have it kept in your toolbox."),
        (
            "def outer():\n    secret = 1\n    def use(token):\n        return secret\n"
            "    return use\nuse = outer()\n",
            "use uses names of the function around it, so it is not in your toolbox.",
        ),
        (
            "parts = iter([1, 2])\ndef use(token):\n    return next(parts)\n",
            "parts is an iterator, which can be used once. Make a list of it.",
        ),
    ],
)
def test_what_cannot_stand_alone_is_not_kept_and_a_sentence_says_why(box, notebook, source, says):
    cell = notebook(source)
    with pytest.raises(toolbox.NotKept) as refused:
        toolbox.keep("00-3", "use", cell.use)
    assert str(refused.value) == says
    assert not box.exists()


@pytest.mark.usefixtures("box")
def test_a_generator_is_kept_as_a_function(notebook):
    cell = notebook("def steps(n):\n    yield from range(n)\n")
    toolbox.keep("01-1", "steps", cell.steps)
    assert list(toolbox.load("01-1", "steps")(3)) == [0, 1, 2]


@example("\r\n").via("a file is read with its line ends made one")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_any_text_is_kept_as_it_is(text):
    assert ast.literal_eval(toolbox._literal("rule", text)) == text


# --- what is there stays ------------------------------------------------------------------------


def test_the_last_version_that_passed_counts_and_is_there_once(box, notebook):
    for number in (1, 2):
        cell = notebook(f"def use(token):\n    return {number}\n")
        toolbox.keep("00-3", "use", cell.use)
    assert box.read_text("utf-8").count("def use") == 1
    assert toolbox.load("00-3", "use")(None) == 2


def test_what_the_learner_wrote_above_and_changed_stays(box, notebook):
    cell = notebook("def use(token):\n    return 1\n")
    toolbox.keep("00-3", "use", cell.use)
    box.write_text("# mine\nHERE = 5\n\n" + box.read_text("utf-8").replace("1", "7"), "utf-8")
    toolbox.keep("00-2", "other", notebook("def other():\n    return 3\n").other)
    kept = runpy.run_path(str(box))
    assert (kept["HERE"], kept["use"](0), kept["other"]()) == (5, 7, 3)
    assert box.read_text("utf-8").startswith("# mine\nHERE = 5\n")


def test_two_helpers_of_one_name_are_not_mixed(box, notebook):
    first = notebook("def part(x):\n    return 1\ndef one(x):\n    return part(x)\n")
    toolbox.keep("01-1", "one", first.one)
    second = notebook("def part(x):\n    return 2\ndef two(x):\n    return part(x)\n")
    with pytest.raises(toolbox.NotKept) as refused:
        toolbox.keep("01-2", "two", second.two)
    assert str(refused.value) == (
        "Your toolbox already has another part, from 01-1. Give this one a different name, and "
        "run this cell again to keep it."
    )
    assert runpy.run_path(str(box))["one"](0) == 1


@pytest.mark.parametrize("damage", [b"def use(:\n", b"\xff\xfe"], ids=["no Python", "no text"])
def test_a_file_that_is_no_python_is_kept_under_a_dated_name(box, notebook, capsys, damage):
    box.write_bytes(damage)
    toolbox.keep("00-3", "use", notebook("def use(token):\n    return 1\n").use)
    [aside] = box.parent.glob("toolbox.py.damaged-*")
    assert aside.read_bytes() == damage
    assert capsys.readouterr().out == (
        f"(toolbox.py could not be read as Python. It is kept as {aside.name}.)\n"
    )
    assert toolbox.load("00-3", "use")(0) == 1


def test_a_folder_in_its_place_is_a_sentence(box, notebook):
    box.mkdir()
    with pytest.raises(toolbox.NotKept) as refused:
        toolbox.keep("00-3", "use", notebook("def use(token):\n    return 1\n").use)
    assert str(refused.value).startswith("toolbox.py cannot be written (")


def test_a_piece_that_somebody_broke_is_nothing(box):
    box.write_text("# --- 00-3 ---\ndef use(token):\n    return missing(\n", "utf-8")
    assert toolbox.load("00-3", "use") is None
    assert toolbox.names("00") == []


# --- the verbs ----------------------------------------------------------------------------------

USE = """\
def use(browser, token):
    return browser.get(API + "/me", headers={"authorization": f"Bearer {token}"})
"""


@pytest.mark.usefixtures("box")
def test_check_keeps_what_passed_and_mine_finds_it_after_a_restart(notebook, capsys):
    cell = notebook(f"API = {API!r}\n{USE}")
    exercises.check("00-3", cell.use)
    assert capsys.readouterr().out.endswith("`use` is in your toolbox now.\n")
    used = exercises.mine("00-3")  # in a kernel that has never seen the cell
    assert capsys.readouterr().out == "Your version from your toolbox is used (00-3).\n"
    assert used.function.__name__ == "use"


def test_what_did_not_pass_is_not_kept(box, notebook):
    exercises.check("00-3", notebook("def use(browser, token):\n    return 5\n").use)
    assert not box.exists()


@pytest.mark.usefixtures("box")
def test_the_notebooks_own_comes_before_the_toolboxs(notebook, capsys):
    exercises.check("00-3", notebook(f"API = {API!r}\n{USE}").use)
    newer = notebook(f"API = {API!r}\n{USE}")
    capsys.readouterr()
    assert exercises.mine("00-3", newer.use).function is newer.use
    assert capsys.readouterr().out == "Your version is used (00-3).\n"


@pytest.mark.usefixtures("box")
def test_what_the_course_supplied_does_not_hide_what_was_kept(notebook, capsys):
    course = exercises.mine("00-3", ...)
    exercises.check("00-3", notebook(f"API = {API!r}\n{USE}").use)
    capsys.readouterr()
    assert exercises.mine("00-3", course).function.__name__ == "use"
    assert capsys.readouterr().out == "Your version from your toolbox is used (00-3).\n"


def test_nothing_is_kept_where_it_is_off_or_nobody_works(monkeypatch, tmp_path, notebook, capsys):
    monkeypatch.chdir(tmp_path)
    for switch in ("0", ""):
        monkeypatch.setenv(toolbox.SWITCH, switch)
        exercises.check("00-3", notebook(f"API = {API!r}\n{USE}").use)
        assert "toolbox" not in capsys.readouterr().out
    assert list(tmp_path.glob("toolbox*")) == []
