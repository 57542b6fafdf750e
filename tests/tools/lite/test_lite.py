"""The course in the browser: its lock, its wheels, its files, and what stands in for what is not
there. That the lessons run there is said by `make test-lite`."""

import ast
import base64
import doctest
import email
import hashlib
import json
import re
import subprocess
import sys
import tomllib
import types
import zipfile
from collections import deque

import lessons
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from places import ROOT

from labutils.classroom import progress
from labutils.incident import background, self_check
from labutils.incident.background import store
from labutils.lessons.lesson_10 import another_intruder, hunting
from labutils.text import DISTRIBUTION
from tools.lite import build, in_pyodide, lock, run, wheels, words

HERE = build.HERE
BASE = "https://cdn.example/pyodide/"
OFFICIAL = {
    "info": {"python": "3.14.2"},
    "lockfile_version": 1,
    "packages": {
        "compiled": {"name": "compiled", "file_name": "compiled.whl", "depends": ["Lib_A", "pure"]},
        "lib-a": {"name": "lib-a", "file_name": "lib_a.whl", "depends": []},
        "pure": {"name": "pure", "file_name": "theirs.whl", "depends": []},
        "unused": {"name": "unused", "file_name": "unused.whl", "depends": []},
    },
}


def wheel(folder, name="Some_Thing", requires=(), tag="py3-none-any", **files):
    """A wheel with one module, or with these files."""
    about = f"{name}-1.0.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0"]
    metadata += [f"Requires-Dist: {one}" for one in requires]
    whole = {
        "some_thing/__init__.py": b"",
        f"{about}/METADATA": ("\n".join(metadata) + "\n").encode(),
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nTag: {tag}\n".encode(),
        **files,
    }
    path = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in whole.items():
            archive.writestr(file, content)
    return path


# --- the lock -----------------------------------------------------------------------------------


def test_the_examples_of_the_lock_are_true():
    assert doctest.testmod(lock) == (0, 2)


def test_an_entry_says_what_is_in_the_wheel_and_what_it_needs(tmp_path):
    path = wheel(tmp_path, requires=["Other.One>=2", "cffi; sys_platform == 'linux'"])
    entry = lock.entry(path, "3.14.2")
    assert entry["name"] == "some-thing"
    assert entry["imports"] == ["some_thing"]
    assert entry["depends"] == ["other-one"]
    assert entry["file_name"] == path.name
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_public_lock_leads_to_pyodides_server_for_compiled_packages_and_what_they_need():
    ours = {"name": "pure", "file_name": "ours.whl", "depends": ["compiled", "nowhere"]}
    packages = lock.lock(OFFICIAL, [ours], ["compiled"], BASE)["packages"]
    assert {name: one["file_name"] for name, one in packages.items()} == {
        "compiled": BASE + "compiled.whl",
        "lib-a": BASE + "lib_a.whl",
        "pure": "ours.whl",
    }
    assert packages["compiled"]["depends"] == ["lib-a", "pure"]
    assert packages["pure"]["depends"] == ["compiled"]


def test_the_lock_without_a_network_has_no_address():
    ours = {"name": "pure", "file_name": "ours.whl", "depends": []}
    content = lock.lock(OFFICIAL, [ours], (), BASE)
    assert list(content["packages"]) == ["pure"]
    assert content["info"] == OFFICIAL["info"]
    assert "://" not in json.dumps(content)


def test_the_public_lock_takes_pyodides_compiled_package_instead_of_ours(tmp_path, monkeypatch):
    for name in ("pyyaml", "httpx"):
        wheel(tmp_path, name)
    theirs = {
        name: {"name": name, "file_name": f"{name}.whl", "depends": []} for name in build.COMPILED
    }
    (tmp_path / "package.json").write_text('{"version": "9.9.9"}', encoding="utf-8")
    monkeypatch.setattr(build, "pyodide", lambda: tmp_path)
    path, official = tmp_path / "pyodide-lock.json", {**OFFICIAL, "packages": theirs}
    for offline, file in (
        (False, "https://cdn.jsdelivr.net/pyodide/v9.9.9/full/pyyaml.whl"),
        (True, "pyyaml-1.0-py3-none-any.whl"),
    ):
        path.write_text(json.dumps(official), encoding="utf-8")
        build.write_lock(tmp_path, offline=offline)
        written = json.loads(path.read_text(encoding="utf-8"))["packages"]
        assert written["pyyaml"]["file_name"] == file
        assert written["httpx"]["file_name"] == "httpx-1.0-py3-none-any.whl"
        assert ("cryptography" in written) is not offline


# --- the wheels ---------------------------------------------------------------------------------


def test_a_wheel_for_linux_is_packed_again_without_its_compiled_parts(tmp_path):
    parts = {
        "some_thing/_fast.cpython-314-x86_64-linux-gnu.so": b"\x7fELF",
        "some_thing/_fast.c": b"int",
        "some_thing/native.py": b"1",
        "Some_Thing-1.0.dist-info/RECORD": b"of before",
    }
    path = wheel(tmp_path, tag="cp314-cp314-manylinux_2_17_x86_64", **parts)
    copies = [wheels.without_compiled_parts(path, tmp_path / name) for name in ("a", "b")]
    files = wheels.files_of(copies[0])
    assert copies[0].name == "Some_Thing-1.0-py3-none-any.whl"
    assert {name for name in files if "dist-info" not in name} == {
        "some_thing/__init__.py",
        "some_thing/native.py",
    }
    assert files["Some_Thing-1.0.dist-info/WHEEL"].endswith(b"\nTag: py3-none-any\n")
    assert b"manylinux" not in files["Some_Thing-1.0.dist-info/WHEEL"]
    assert copies[0].read_bytes() == copies[1].read_bytes()


def test_the_record_of_a_packed_wheel_is_true(tmp_path):
    path = wheels.pack({"a.py": b"one", "b-1.dist-info/WHEEL": b"x"}, "b", "1", tmp_path)
    *lines, last = wheels.files_of(path)["b-1.dist-info/RECORD"].decode().splitlines()
    assert last == "b-1.dist-info/RECORD,,"
    for line, (name, content) in zip(
        lines, (("a.py", b"one"), ("b-1.dist-info/WHEEL", b"x")), strict=True
    ):
        file, digest, size = line.split(",")
        assert (file, int(size)) == (name, len(content))
        kind, _, coded = digest.partition("=")
        assert kind == "sha256"
        assert base64.urlsafe_b64decode(coded + "=") == hashlib.sha256(content).digest()


def test_a_pure_wheel_is_copied_as_it_is(tmp_path):
    path = wheel(tmp_path)
    (tmp_path / "copies").mkdir()
    copy = wheels.without_compiled_parts(path, tmp_path / "copies")
    assert copy.read_bytes() == path.read_bytes() and copy.name == path.name


def test_the_stand_in_is_a_package_of_its_own_that_nothing_else_of_the_course_has(tmp_path):
    entry = lock.entry(wheels.stand_in(tmp_path), "3.14.2")
    assert (entry["name"], entry["imports"]) == ("cryptography", ["cryptography"])
    assert entry["depends"] == ["ecdsa"]
    project = tomllib.loads((build.HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert not any("tests".startswith(path) or path.startswith("tests") for path in included)
    for path in sorted((build.HOUSE / "labutils").rglob("*.py")):
        assert not re.search(r"\becdsa\b(?=\.| import|$)", path.read_text(encoding="utf-8")), path


def locked(path):
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["requirements.txt", "wheels.txt"])
def test_what_is_fetched_is_fetched_by_its_hash_and_from_nowhere_in_particular(name):
    text = (HERE / name).read_text(encoding="utf-8")
    hashed = re.findall(r"(?m)^([\w.-]+)==\S+ .*\\\n    --hash=sha256:", text)
    assert set(hashed) == set(locked(HERE / name))
    assert "://" not in text


def test_npm_fetches_pyodide_by_its_hash_and_from_nowhere_in_particular():
    packages = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    others = {name: one for name, one in packages.items() if name}
    assert "node_modules/pyodide" in others
    assert all("integrity" in one and "resolved" not in one for one in others.values())


def test_the_browser_has_the_versions_of_the_course():
    course = locked(build.HOUSE / "requirements.txt")
    both = locked(HERE / "wheels.txt").keys() & course.keys()
    assert {"httpx", "pyjwt", "fido2", "pysigma", "pyyaml", "ipython"} <= both
    text = (build.HOUSE / "requirements.txt").read_text(encoding="utf-8")
    for name in both:  # the course may have another one for an older Python
        assert f"\n{name}=={locked(HERE / 'wheels.txt')[name]} " in text, name


def test_everything_that_labutils_needs_is_in_a_browser_or_has_something_in_its_place():
    project = tomllib.loads((build.HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    asked = map(Requirement, project["project"]["dependencies"])
    browser = {"sys_platform": "emscripten"}
    needed = {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or one.marker.evaluate(browser)
    }
    missing = needed - locked(HERE / "wheels.txt").keys()
    assert missing == {"cryptography", "matplotlib", "pillow"}
    assert missing <= set(build.COMPILED)


def test_where_the_packages_cannot_be_fetched_a_sentence_says_which_step_failed(
    tmp_path, monkeypatch
):
    def fails(_folder):
        raise subprocess.CalledProcessError(1, ["python3", "-m", "pip", "download", "--quiet"])

    for name in build.RUNTIME:
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(build, "pyodide", lambda: tmp_path)
    monkeypatch.setattr(wheels, "own", lambda _folder: None)
    monkeypatch.setattr(wheels, "fetch", fails)
    with pytest.raises(build.CannotBuild, match="`python -m pip download` ended with status 1"):
        build.distribution(tmp_path / "made", offline=True)


def test_another_version_of_pyodide_than_the_kernels_is_refused(tmp_path, monkeypatch):
    (tmp_path / "package.json").write_text('{"version": "1.2.3"}', encoding="utf-8")
    monkeypatch.setattr(build, "pyodide", lambda: tmp_path)
    monkeypatch.setattr(build.subprocess, "check_output", lambda *_, **__: "9.9.9\n")
    with pytest.raises(build.CannotBuild, match=r"wants Pyodide 9\.9\.9, and .* has 1\.2\.3"):
        build.require_one_pyodide(tmp_path / "python")


# --- the files ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lite") / "files"
    build.contents(folder)
    return folder


def test_the_learners_files_are_the_lessons_without_outputs(files):
    paths = sorted(files.glob("*.ipynb"))
    assert [path.name for path in paths] == [
        path.name for path in sorted((build.HOUSE / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    ]
    for path in paths:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)


def test_the_story_and_the_glossary_lie_beside_them_and_nothing_leads_nowhere(files):
    others = {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()}
    assert {"docs/story.md", "docs/glossary.md"} <= others
    assert not any(path.startswith(".") for path in others)
    for path in files.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (files / target).exists(), (path.name, target)


def test_the_kernel_begins_without_a_question_to_a_registry():
    plugins = build.settings(offline=False)["jupyter-config-data"]["litePluginSettings"]
    (kernel,) = plugins.values()
    assert kernel["disablePyPIFallback"] is True
    assert kernel["pyodideUrl"].startswith("./")
    # all that JupyterLite's kernel would otherwise install by itself
    wanted = {"micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"}
    wanted |= {"ipywidgets"}  # buttons and sliders
    assert set(kernel["loadPyodideOptions"]["packages"]) == wanted


# --- what takes the place of what is not there --------------------------------------------------


def in_another_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_where_there_is_no_matplotlib_a_sentence_stands_in_the_pictures_place():
    printed = in_another_python(
        "import sys; sys.platform = 'emscripten'\n"
        "from labutils.pictures.blank import _Blanks\n"
        "for name in [name for name in sys.modules if name.startswith(('matplotlib', 'PIL'))]:\n"
        "    del sys.modules[name]\n"
        "sys.meta_path.insert(0, _Blanks())\n"
        "from labutils.pictures.grid import grid\n"
        "from labutils import show\n"
        "show(*grid(['a'], ['b'], {('a', 'b'): 'opens'}, 'Title', 'tries'))\n"
    )
    first, *rest = printed.splitlines()  # outside of a notebook, what is displayed is a dict
    assert ast.literal_eval(first) == {
        "text/plain": (
            "(No picture here: this Python has no matplotlib. The sentence below says the same.)"
        )
    }
    assert rest[0].startswith("Of 1 tries, 1 open")


def test_a_hunt_in_a_browser_takes_pythons_own_expressions_and_yaml():
    printed = in_another_python(
        "import re, sys, yaml\n"
        "sys.platform = 'emscripten'\n"
        "vars(yaml).pop('CSafeLoader', None)\n"
        "from labutils.hunt.store import matches\n"
        "from sigma.policy import default_policy\n"
        "print(sys.modules['re2'] is re, matches('^a+$', 'aaa'), matches('^a+$', 'ab'))\n"
        "print(default_policy.regex_engine.compile('a').search('ba') is not None)\n"
        "print(yaml.CSafeLoader is yaml.SafeLoader)\n"
    )
    assert printed == "True True False\nTrue\nTrue\n"


@given(st.binary(), st.binary(), st.integers(1, 20))
def test_pbkdf2_is_that_of_hashlib_where_hashlib_has_none(password, salt, rounds):
    ours = self_check._pbkdf2_hmac("sha256", password, salt, rounds)
    assert ours == hashlib.pbkdf2_hmac("sha256", password, salt, rounds)


def test_the_commands_run_in_a_notebook_whose_streams_cannot_be_told_how_to_write(tmp_path):
    code = (
        "import io, sys\n"
        "class Stream(io.StringIO):\n"
        "    reconfigure = property()\n"
        "written, sys.stdout = sys.stdout, Stream()\n"
        "from labutils.__main__ import main\n"
        f"main(['room', {str(tmp_path)!r}])\n"
        "written.write(sys.stdout.getvalue())\n"
    )
    assert in_another_python(code).startswith("No progress file was found.")


def test_serve_says_in_a_browser_that_it_cannot():
    code = (
        "import sys; sys.platform = 'emscripten'\n"
        "from labutils.identity.commands import serve\n"
        "sys.stderr = sys.stdout\n"
        "print(serve(0, '127.0.0.1', None, None, None))\n"
    )
    assert in_another_python(code) == (
        "Python in a browser cannot open a port. Run this on your own machine.\n2\n"
    )


@pytest.mark.parametrize(("platform", "said"), [("emscripten", True), ("linux", False)])
def test_where_a_browser_keeps_no_files_each_note_says_that_a_reload_forgets_it(
    tmp_path, monkeypatch, capsys, platform, said
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LABUTILS_PROGRESS", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(progress, "IN_MEMORY", tmp_path)
    progress.guessed("00-p1", "a")
    assert ("Reloading this page deletes what is recorded" in capsys.readouterr().out) is said
    monkeypatch.setattr(progress, "IN_MEMORY", tmp_path / "elsewhere")
    progress.guessed("00-p2", "a")
    assert capsys.readouterr().out == ""


# --- the comparison -----------------------------------------------------------------------------


def cell(source, *outputs, name="one"):
    return {"cell_type": "code", "id": name, "source": source, "outputs": list(outputs)}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def display(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def value(**data):
    return {"output_type": "execute_result", "data": data, "metadata": {}}


PICTURE = "from IPython.display import display; display({'text/plain': 'none'}, raw=True)"
TABLE = """
class Table:
    __repr__ = lambda self: "sub ada"
    _repr_html_ = lambda self: "<table>"

print("a")
Table()
"""
FAILS = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"}


def differing(*cells):
    """The names of the cells that differ, as run.mjs would hear them."""
    code = (
        "import runpy, sys\n"
        f"compare = runpy.run_path({str(HERE / 'in_pyodide.py')!r})['compare']\n"
        "print(compare(sys.argv[1]))"
    )
    notebook = json.dumps({"cells": cells})
    done = subprocess.run(
        [sys.executable, "-c", code, notebook], capture_output=True, encoding="utf-8", check=True
    )
    return [one["cell"] for one in json.loads(done.stdout.splitlines()[-1])]


def test_what_is_printed_shown_and_raised_as_stored_differs_nowhere():
    assert not differing(
        {"cell_type": "markdown", "source": "text"},
        cell("print('a')", stream("a\n")),
        cell("1 + 1", value(**{"text/plain": ["2"]})),
        cell("1 + 1;"),
        cell(PICTURE, display(**{"image/png": "AAAA", "text/plain": "a picture"})),
        cell(TABLE, stream("a\n"), value(**{"text/html": "<table>", "text/plain": "sub ada"})),
        cell("print('b'); 1 / 0", stream("b\n"), FAILS),
    )


@pytest.mark.parametrize(
    ("source", "outputs"),
    [
        ("print('a')", [stream("b\n")]),
        ("print('a')", []),
        ("1 + 1", [value(**{"text/plain": "3"})]),
        ("1 + 1", []),
        ("pass", [display(**{"image/png": "AAAA"})]),
        (PICTURE, [display(**{"text/plain": "another"})]),
        (TABLE, [stream("a\n"), value(**{"text/html": "<table>", "text/plain": "sub tom"})]),
        ("1 / 0", []),
        ("1 / 0", [{**FAILS, "evalue": "something else"}]),
        ("pass", [FAILS]),
    ],
)
def test_a_difference_is_named_by_its_cell(source, outputs):
    assert differing(cell("print('a')", stream("a\n")), cell(source, *outputs, name="two")) == [
        "two"
    ]


def test_lessons_are_chosen_by_number_and_the_long_ones_begin():
    assert [path.name[:2] for path in run.chosen(["03", "13"])] == ["13", "03"]
    assert [path.name[:2] for path in run.chosen([])][:2] == ["14", "10"]
    assert len(run.chosen([])) == len(list((build.HOUSE / "notebooks").glob("[0-9][0-9]-*.ipynb")))


# In place of Node: a process that answers each line, and ends at the lesson named `last`.
ANSWERS = """
import json, sys
for line in sys.stdin:
    if line == "last\\n":
        break
    print(json.dumps({"lesson": line.strip()}), flush=True)
"""


def worked(*lessons):
    """The lessons that came back, and those that nobody took."""
    waiting = deque(lessons)
    results = run.work([sys.executable, "-c", ANSWERS], waiting)
    return [result["lesson"] for result in results], list(waiting)


def test_a_process_takes_one_lesson_after_the_other():
    assert worked("14", "10", "00") == (["14", "10", "00"], [])


def test_a_lesson_at_which_its_process_ends_has_no_result_and_the_others_wait():
    assert worked("14", "last", "00") == (["14"], ["00"])


def test_a_cell_that_differs_is_shown_with_both_texts():
    difference = {"cell": "try-it", "stored": "old", "now": "new"}
    result = {"lesson": "03.ipynb", "seconds": 1.26, "differences": [difference]}
    assert run.said(result).splitlines() == [
        "03.ipynb: 1.3 s",
        "  try-it differs",
        "    stored: old",
        "    now: new",
    ]


def test_the_metadata_of_the_stand_in_say_that_it_protects_nothing(tmp_path):
    files = wheels.files_of(wheels.stand_in(tmp_path))
    (about,) = (content for name, content in files.items() if lock.is_metadata(name))
    assert "protects nothing" in email.message_from_bytes(about)["Summary"]


# --- what stands in place of Pyodide's server -----------------------------------------------


def test_each_address_of_the_public_lock_is_answered_with_what_its_hash_says(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright", types.ModuleType("playwright"))
    api = types.ModuleType("playwright.sync_api")
    api.BrowserContext = api.Route = object
    monkeypatch.setitem(sys.modules, "playwright.sync_api", api)
    from tools.lite import in_its_place

    monkeypatch.setattr(in_its_place, "LOCK", tmp_path / "pyodide-lock.json")
    ours = wheel(tmp_path, "pyyaml")
    named = {
        name: {"name": name, "file_name": BASE + f"{name}.whl", "depends": [], "sha256": "theirs"}
        for name in ("cryptography", "pyyaml", "python-dateutil")
    }
    beside = {"name": "httpx", "file_name": "httpx.whl", "depends": [], "sha256": "ours"}
    content = {"packages": {**named, "httpx": beside}}
    given = in_its_place.packages(content)
    assert sorted(given) == sorted(one["file_name"] for one in named.values())
    for one in named.values():
        assert one["sha256"] == hashlib.sha256(given[one["file_name"]]).hexdigest()
    assert beside["sha256"] == "ours"
    assert given[BASE + "pyyaml.whl"] == ours.read_bytes()
    assert content["packages"]["cryptography"]["depends"] == ["ecdsa"]


def test_what_node_loads_is_the_distribution_by_its_name():
    text = (ROOT / "tools" / "lite" / "run.mjs").read_text(encoding="utf-8")
    assert f'packages: ["ipython", "{DISTRIBUTION}"]' in text


# --- what it says ---------------------------------------------------------------------------------


def lessons_in_the_browser():
    for path in lessons.stored():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield path.name, words.for_the_browser(cell.source)


def test_no_lesson_speaks_of_a_terminal_a_folder_or_a_command():
    wrong = re.compile(r"`make |\.venv|[Tt]erminal|python -m labutils|`work`|```bash")
    found = [(name, wrong.findall(text)) for name, text in lessons_in_the_browser()]
    assert [(name, words_found) for name, words_found in found if words_found] == []


def test_each_change_of_words_is_of_words_that_a_lesson_has():
    whole = "".join(
        cell.source for path in lessons.stored() for cell in nbformat.read(path, as_version=4).cells
    )
    assert [here for here, _ in words.CHANGES if here not in whole] == []


def test_a_command_is_a_call_in_a_cell():
    said = words.for_the_browser("`python -m labutils sanitize IN.har OUT.har` cleans.")
    assert said == (
        '`main(["sanitize", "IN.har", "OUT.har"])` '
        "(after `from labutils.__main__ import main`) cleans."
    )


def test_the_pictures_of_the_lessons_are_packed_by_the_sentence_that_says_the_same(tmp_path):
    code = wheels.files_of(wheels.pictures(tmp_path))["labutils_pictures.py"]
    names = {}
    exec(code, names)  # noqa: S102
    stored = [
        (output.metadata["image/png"], output.data["image/png"])
        for path in lessons.stored()
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    by_sentence = {about["alt"]: (drawn, about["width"]) for about, drawn in stored}
    assert names["PICTURES"] == by_sentence and len(by_sentence) == len(stored) > 0


# --- months that were made before ---------------------------------------------------------------


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """Where the package of worlds is unpacked in a browser; it holds the world `month`."""

    def make(folder):
        folder.mkdir()
        (folder / "okta.jsonl").write_bytes(b"{}\n")

    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "cache"))
    background.keep("month", make)
    wheel = wheels.worlds_kept_in(tmp_path / "cache", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "platform", "emscripten")
    return tmp_path / "site" / store.PACKED


def again(folder):
    folder.mkdir()
    (folder / "okta.jsonl").write_bytes(b"made again\n")


def test_a_month_that_came_with_the_course_is_not_made_again(packed):
    assert background.keep("month", again) == packed / "month"


def test_a_month_that_did_not_come_is_made(packed, tmp_path):
    assert not (packed / "another").exists()
    assert background.keep("another", again) == tmp_path / "empty" / "another"


def test_a_month_that_is_not_what_was_packed_is_made_again(packed, tmp_path):
    (packed / "month" / "okta.jsonl").write_bytes(b"{}")
    assert background.keep("month", again) == tmp_path / "empty" / "month"


def test_outside_a_browser_a_package_of_months_in_the_way_is_not_looked_at(
    packed, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "platform", "linux")
    assert packed.exists()
    assert background.keep("month", again) == tmp_path / "empty" / "month"


def test_the_months_are_loaded_by_the_lesson_that_hunts_in_them_and_by_no_other(tmp_path):
    entry = lock.entry(wheels.worlds_kept_in(tmp_path / "nothing", tmp_path), "3.14.2")
    assert (entry["name"], entry["depends"]) == ("labutils-worlds", [])
    wanting = [
        path.name[:2]
        for path in lessons.paths()
        if set(entry["imports"]) & imports(nbformat.read(path, as_version=4).cells)
    ]
    assert wanting == ["10"]


def imports(cells):
    """The modules that a notebook's code imports by name, as Pyodide looks for them."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return {node.module for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)}


def test_each_month_of_the_lesson_is_made_for_the_package(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(background, "logs", lambda: made.append("month") or tmp_path)
    monkeypatch.setattr(background, "keep", lambda name, _make: made.append(name) or tmp_path)
    for month in (hunting.a_month, hunting.unseen, another_intruder.another_month):
        monkeypatch.setattr(f"{month.__module__}.{month.__name__}", month.__wrapped__)
    exec(wheels.MAKE_WORLDS, {})  # noqa: S102
    kinds = {name.partition("-")[0] for name in made}
    assert kinds == {"month", "held", "target"} and len(made) == 8


# --- compiled modules ---------------------------------------------------------------------------

COMPILES = """
import pathlib, sys
for path in pathlib.Path(sys.argv[3]).rglob("*.py"):
    (path.parent / "__pycache__").mkdir(exist_ok=True)
    (path.parent / "__pycache__" / f"{path.stem}.cpython-314.pyc").write_bytes(b"compiled")
"""


def test_wheels_hold_compiled_modules_beside_their_code(tmp_path):
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable}\n{COMPILES}", encoding="utf-8")
    node.chmod(0o755)
    folder = tmp_path / "wheels"
    folder.mkdir()
    path, rare = wheel(folder), wheel(folder, name="jedi")
    older = wheel(folder, name="six", tag="py2.py3-none-any")
    before, rare_before = wheels.files_of(path), rare.read_bytes()
    wheels.compile_modules(folder, str(node), tmp_path)
    after = wheels.files_of(path)
    assert after["some_thing/__pycache__/__init__.cpython-314.pyc"] == b"compiled"
    assert before.items() <= after.items() and rare.read_bytes() == rare_before
    assert b"some_thing/__pycache__/__init__" in after["Some_Thing-1.0.dist-info/RECORD"]
    assert sorted(folder.iterdir()) == [path, rare, folder / "six-1.0-py3-none-any.whl"]
    assert not older.exists()


def test_where_pyodide_cannot_compile_a_sentence_says_so(tmp_path, monkeypatch):
    def fails(*_arguments):
        raise subprocess.CalledProcessError(3, ["node"])

    for name in build.RUNTIME:
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(build, "pyodide", lambda: tmp_path)
    for name in ("own", "worlds", "fetch"):
        monkeypatch.setattr(wheels, name, lambda _folder: None)
    monkeypatch.setattr(wheels, "compile_modules", fails)
    with pytest.raises(build.CannotBuild, match=r"Node\.js ended with status 3"):
        build.distribution(tmp_path / "made", offline=False)


def test_without_node_a_sentence_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(build.shutil, "which", lambda _name: None)
    with pytest.raises(build.CannotBuild, match=r"built with Node\.js"):
        build.node()


def test_the_text_of_a_panel_counts_as_printed_and_buttons_as_nothing():
    outputs = [
        {"output_type": "stream", "text": "ready\n"},
        {"output_type": "display_data", "data": {"text/html": "<p>", "text/plain": "00-p1. Tom"}},
        {"output_type": "display_data", "data": {in_pyodide.WIDGET: {}, "text/plain": ""}},
    ]
    assert in_pyodide.stored(outputs) == ("ready\n00-p1. Tom\n", [], None)
