"""The doctor names what is broken and the command that mends it, and needs nothing that may be
broken."""

import ast
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import lessons
import pytest
from course_in_a_folder import Course, kernel_lines, old_pythons, posix
from hypothesis import given
from hypothesis import strategies as st
from moulds import IN_BEATS
from packaging.specifiers import SpecifierSet
from places import ROOT
from tables import table

import labutils
from labutils import doctor, supported

# --- set-ups that are broken --------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A course in which much is broken at once."""
    course = Course(tmp_path_factory.mktemp("broken"))
    course.without("httpx", "httpx-*", "fido2", "fido2-*", "anyio", "anyio-*")
    course.without("cryptography", "jupyterlab", "ipykernel")  # their metadata stay
    course.without("jwt", "pyjwt-*", "matplotlib")
    course.put(
        "jwt/__init__.py", "class JWT: pass"
    )  # as the registry's other package of that import name has it
    course.put("jwt/jwa.py", "")
    course.put("jwt-1.4.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: jwt\nVersion: 1.4.0\n")
    course.put("matplotlib/__init__.py", "import os; os.abort()")
    course.version("werkzeug", "2.0.0")
    course.version("pyyaml", "6.0.0")
    (course.folder / "data" / "rfc-examples.json").write_text('{"keys": [', encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def lines(broken):
    """What its doctor says."""
    process = broken.python("-m", "labutils", "doctor")
    said, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (1, "")
    return said.splitlines()


@posix
@pytest.mark.parametrize(
    "line",
    [
        "httpx is missing: run `make mend`",
        "fido2 is missing: run `make mend`",
        "anyio is missing: run `make mend`",
        "pyjwt is missing: run `make mend`",
        "cryptography .+ cannot be imported (ModuleNotFoundError: No module named 'cryptography'): "
        "run `make mend`",
        "jupyterlab .+ cannot be imported (ModuleNotFoundError: No module named 'jupyterlab'): "
        "run `make mend`",
        "ipykernel .+ cannot be imported (ModuleNotFoundError: No module named 'ipykernel'): "
        "run `make mend`",
        "matplotlib .+ cannot be imported (it crashed with signal 6): run `make mend`",
        "werkzeug is 2.0.0, but the course needs >=3.1,<4: run `make mend`",
        "pyyaml is 6.0.0, but requirements.txt has .+: run `make mend`",
        "a notebook's kernel does not start (.+): run `make mend`",
        "data/rfc-examples.json is damaged (.+): restore it with .+",
    ],
)
def test_each_fault_is_named_with_the_command_that_mends_it(lines, line):
    pattern = "MEND  " + re.escape(line).replace(r"\.\+", ".+")
    assert any(re.fullmatch(pattern, said) for said in lines), lines


@posix
def test_what_is_not_broken_is_not_named(lines):
    faults = [line for line in lines if line.startswith("MEND")]
    assert len(faults) == 12, faults


@posix
def test_a_lesson_says_what_is_missing_in_one_sentence(broken):
    _, said = broken.python("-c", "from labutils import Lab, accepts").communicate(timeout=20)
    assert said.splitlines()[-1] == (
        "ImportError: pyjwt is missing from the Python that runs this (the package jwt is "
        "installed instead): "
        "run `make mend` and start again. `python -m labutils doctor` tells you more."
    )


MISSING = """
import os, sys

class Without:
    def __init__(self, finder, name):
        self.finder, self.name = finder, name

    def find_spec(self, name, path=None, target=None):
        hidden = name.partition(".")[0] == self.name
        return None if hidden else self.finder.find_spec(name, path, target)

for package in sys.argv[2:]:
    if os.fork() == 0:
        sys.meta_path[:] = [Without(finder, package) for finder in sys.meta_path]
        try:
            __import__(f"labutils.lessons.lesson_{sys.argv[1]}.start")
        except ImportError as error:
            print(package, "|", error, flush=True)
        os._exit(0)
    os.wait()
"""


@posix
@pytest.mark.parametrize("number", IN_BEATS)
def test_the_one_import_of_a_lesson_says_what_is_missing_in_a_sentence(number):
    """Each dependency in turn: cell 1 has one line of import, and no other line says it."""
    modules = sorted({one.module.partition(".")[0] for one in doctor.required()})
    command = [sys.executable, "-c", MISSING, number, *modules]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    said = dict(line.split(" | ", 1) for line in done.stdout.splitlines())
    assert said.keys() == set(modules)
    for module, sentence in said.items():
        assert " is missing from the Python that runs this" in sentence, (module, sentence)
        assert "run `make mend`" in sentence, (module, sentence)


@posix
def test_a_kernel_takes_labutils_from_its_own_folder_or_the_other_folder_is_named(tmp_path):
    course = Course(tmp_path)
    assert kernel_lines(course) == [
        (True, "a Python kernel starts"),
        (True, "a notebook uses the labutils in this folder"),
    ]
    (course.site / "_anatomy_of_a_cloud_hack.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    good, said = kernel_lines(course)[1]
    assert not good
    assert (
        f"does not use the labutils in {tmp_path / 'labutils'}: it says {ROOT / 'labutils'}; run "
        "`make lab`" in said
    )
    (course.site / "_anatomy_of_a_cloud_hack.pth").unlink()
    assert "it says No module named 'labutils'; run `make lab`" in kernel_lines(course)[1][1]


@posix
def test_a_kernel_without_a_description_or_with_one_that_names_no_python_is_named(tmp_path):
    course = Course(tmp_path)
    (course.venv / "share").unlink()
    assert kernel_lines(course) == [
        (
            False,
            "the Python kernel's spec is missing (share/jupyter/kernels/python3): run `make mend`",
        )
    ]
    kernels = course.venv / "share" / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    said = '{"argv": ["/nowhere/python"], "display_name": "Python 3", "language": "python"}'
    (kernels / "kernel.json").write_text(said, encoding="utf-8")
    assert kernel_lines(course) == [
        (
            False,
            "a notebook's kernel does not start (FileNotFoundError: [Errno 2] No such "
            "file or directory: '/nowhere/python'): run `make mend`",
        )
    ]


# --- what it needs itself -----------------------------------------------------------------------

HEAVY = {
    "httpx",
    "jwt",
    "cryptography",
    "werkzeug",
    "yaml",
    "matplotlib",
    "PIL",
    "fido2",
    "IPython",
    "jupyter_client",
}


@pytest.mark.parametrize(
    "code", ["import labutils", "import labutils.__main__", "import labutils.doctor"]
)
def test_the_doctor_runs_on_the_standard_library_alone(code):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        encoding="locale",
        check=True,
        cwd=ROOT,
    )
    assert not HEAVY & set(done.stdout.split())


READ_BY_OLD_PYTHONS = [
    *("labutils/__init__.py", "labutils/supported.py", "labutils/text.py"),
    *("tools/course.py", "tools/environments.py", "tools/lessons.py"),
]


@table("path", READ_BY_OLD_PYTHONS)
def test_python_3_6_can_read_what_tells_it_that_it_is_old(path):
    """Later syntax is refused, and so is the import from __future__ that came with 3.7."""
    text = (ROOT / path).read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "from __future__" not in text


def sentence_for(version):
    return (
        f"The course needs Python 3.11 to 3.14, and this is {version}. Install one of these and "
        "name it, for instance `make lab PYTHON=python3.13`."
    )


@posix
@pytest.mark.parametrize(
    "command", [["-m", "labutils", "doctor"], ["tools/course.py", "mend"]], ids=["doctor", "mend"]
)
@pytest.mark.parametrize("python", list(old_pythons()))
def test_an_old_python_gets_the_sentence_and_no_traceback(python, command):
    """Asked of each old Python on this machine, so that reality can contradict the parser."""
    alone = {**os.environ, "PYTHON": python, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, *command],
        cwd=ROOT,
        env=alone,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    told = re.search(r"this is (3\.\d+)\.", done.stdout)
    assert told, done.stdout
    assert (done.returncode, done.stdout) == (1, sentence_for(told[1]) + "\n")


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 15)])
def test_a_python_outside_the_range_is_the_one_line_that_is_said(version, monkeypatch, capsys):
    monkeypatch.setattr(supported.sys, "version_info", (*version, 0))
    assert doctor.examine() == 1
    assert capsys.readouterr().out == f"MEND  {sentence_for('%d.%d' % version)}\n"
    with pytest.raises(ImportError, match=r"^The course needs Python 3\.11 to 3\.14, and this is"):
        labutils.__getattr__("check")


# --- data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, text, what",
    [
        (
            "cases/cloudflare-2023/facts.yaml",
            "facts: [",
            "a file in data/ is damaged (cases/cloudflare-2023/facts.yaml, line ",
        ),
        ("support-case.har", '{"log"', "data/support-case.har is damaged (Expecting"),
        ("jwt-names.json", "", "data/jwt-names.json is damaged (Expecting value"),
        ("pages/login.html", " ", "data/pages/login.html is damaged (it is empty)"),
        (
            "cases/cloudflare-2023/campaign.yaml",
            None,
            "data/cases/cloudflare-2023/campaign.yaml is missing",
        ),
        ("README.md", None, "the data of the course is missing"),
    ],
)
def test_damaged_and_missing_data_are_named(name, text, what, tmp_path, monkeypatch):
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    monkeypatch.setattr(doctor, "DATA", data)
    assert doctor._data()[0]
    if text is None:
        (data / name).unlink()
    else:
        (data / name).write_text(text, encoding="utf-8")
    good, sentence = doctor._data()
    assert not good
    assert sentence.startswith(what)
    assert (
        ": restore it with `git checkout -- data`" in sentence
        or "download the course again" in sentence
    )


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b[2:], lambda b: b[:20] + b[30:]])
def test_a_packed_file_that_cannot_be_unpacked_is_damaged(tmp_path, damage):
    whole, broken = tmp_path / "whole.gz", tmp_path / "broken.gz"
    whole.write_bytes(gzip.compress(bytes(range(32, 120)) * 5))
    broken.write_bytes(damage(whole.read_bytes()))
    assert not doctor._damage(whole)
    assert doctor._damage(broken)


def test_bytes_that_are_no_text_are_damage(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    assert "utf-8" in doctor._damage(tmp_path / "x.yaml")


# --- another Python than that of .venv ----------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch):
    """Not the Python of .venv: a hub, a hosted notebook, conda."""
    monkeypatch.setattr(doctor, "in_own_environment", lambda: False)


@pytest.mark.usefixtures("elsewhere")
def test_outside_of_the_environment_pip_is_the_remedy():
    missing = doctor.Package("no-such-package", ">=1,<2")
    assert doctor._package(missing, "", set()) == (
        False,
        'no-such-package is missing: run `python -m pip install "no-such-package>=1,<2"`',
    )
    broken = doctor.Package("httpx", ">=0.28,<1")
    assert doctor._package(broken, "it crashed with signal 11", set())[1].endswith(
        "(it crashed with signal 11): run `python -m pip install --force-reinstall --no-deps "
        '"httpx>=0.28,<1"`'
    )


@pytest.mark.usefixtures("elsewhere")
def test_a_python_without_most_packages_is_sent_to_the_one_that_has_them(monkeypatch):
    names = ("no-such-package", "nor-this-one", "httpx")
    monkeypatch.setattr(doctor, "packages", lambda: [doctor.Package(name, "") for name in names])
    python, bare = doctor.checks()
    assert python[0]
    said = "this Python has only a few of the course's packages: run `make lab`, which uses its own"
    assert bare == (False, said)
    monkeypatch.setattr(doctor, "packages", lambda: [doctor.Package("httpx", "")])
    assert not doctor._is_bare()


@pytest.mark.usefixtures("elsewhere")
def test_outside_of_the_environment_a_version_that_fits_is_well():
    good, sentence = doctor._package(doctor.Package("httpx", ">=0.20"), "", {"0.27.0"})
    assert good
    assert sentence.endswith("(the course was tested with 0.27.0)")


@pytest.mark.usefixtures("elsewhere")
def test_the_other_package_that_is_imported_as_jwt_is_taken_away_first(tmp_path, monkeypatch):
    (tmp_path / "jwt").mkdir()
    for name in (
        "__init__",
        "jwa",
        "api_jwk",
    ):  # the last is a file of PyJWT that the other left there
        (tmp_path / "jwt" / f"{name}.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "jwt", raising=False)
    assert doctor.complaint().startswith(
        "pyjwt is missing from the Python that runs this (the package jwt is installed instead): "
        "run `python -m pip uninstall --yes jwt pyjwt`, then `python -m pip"
    )


@pytest.mark.parametrize(("owners", "warned"), [(["PyJWT"], 0), (["jwt", "PyJWT"], 1)])
def test_the_other_package_beside_pyjwt_is_named(owners, warned, monkeypatch):
    owned = lambda: {"jwt": owners}  # noqa: E731
    monkeypatch.setattr(doctor.importlib.metadata, "packages_distributions", owned)
    lines = [*doctor._rivals()]
    assert len(lines) == warned
    for good, sentence in lines:
        assert not good and sentence.startswith("the package jwt is installed beside PyJWT")
        assert "uninstall jwt, then" in sentence


@pytest.mark.usefixtures("elsewhere")
def test_a_broken_package_is_named_by_the_name_that_installs_it():
    error = ImportError("cannot import name 'PyJWK' from 'jwt'", name="jwt")
    said = doctor.complaint(error)
    assert said.startswith(
        "pyjwt cannot be imported (cannot import name 'PyJWK' from 'jwt'): run `python -m pip "
        "install "
    )
    assert said.endswith("In a folder with the whole course, start it with `make lab`.")


# --- installed from a wheel ---------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package that was installed from a wheel, with some of its data damaged; where the wheel
    was is noted as pip and uv note it (PEP 610)."""
    wheel = tmp_path / "a folder" / "anatomy_of_a_cloud_hack-1.0.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    data = tmp_path / "labutils" / "_data"
    shutil.copytree(ROOT / "data", data)
    (data / "names.yaml").write_text("", encoding="utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor, "DATA", data)
    monkeypatch.setattr(doctor, "in_own_environment", lambda: False)
    noted = [json.dumps({"url": wheel.as_uri(), "archive_info": {}})]
    at = SimpleNamespace(read_text=lambda _name: noted[0])
    monkeypatch.setattr(doctor.importlib.metadata, "distribution", lambda _name: at)
    return SimpleNamespace(wheel=wheel, noted=noted)


def test_damaged_data_of_a_wheel_come_from_that_wheel(installed):
    assert doctor._data()[1].endswith(
        f'`python -m pip install --force-reinstall --no-deps "{installed.wheel}"`'
    )


@pytest.mark.parametrize(
    "noted", [None, "", "{", "[]", '{"url": "https://files.test/a.whl"}', '{"url": 7}']
)
def test_where_nobody_knows_the_wheel_the_remedy_names_no_package(installed, noted):
    installed.noted[0] = noted
    restore = '`python -m pip install --force-reinstall --no-deps "WHEEL"`'
    assert doctor._data()[1].endswith(f"{restore}, where WHEEL is the file that you installed")


def test_a_wheel_that_is_gone_is_not_named(installed):
    installed.wheel.unlink()
    assert str(installed.wheel) not in doctor._data()[1]


def without_of_lab(monkeypatch, *names):
    """The lines of a doctor in an environment of somebody's own, in which these packages of the
    extra `lab` are missing; its kernel starts if ipykernel is there."""
    asked = [one for one in doctor.packages() if one.extra]
    monkeypatch.setattr(
        doctor.Package,
        "installed",
        property(lambda self: None if self.name in names else "9.9"),
    )
    monkeypatch.setattr(doctor, "packages", lambda: asked)
    monkeypatch.setattr(doctor, "_packages", lambda _wanted: iter(()))
    monkeypatch.setattr(doctor, "_kernel", lambda: iter([(True, "a Python kernel starts")]))
    return [sentence for good, sentence in doctor.checks() if not good]


@pytest.mark.usefixtures("elsewhere")
def test_without_the_extra_the_one_command_that_brings_all_of_it_is_said(monkeypatch):
    said = without_of_lab(monkeypatch, "jupyterlab", "ipykernel", "ipywidgets")
    assert said == [
        "lessons need a notebook server, which is not here: run `python -m pip install "
        '"jupyterlab>=4.4,<5" "ipykernel>=6.5" "ipywidgets>=8,<9"`'
    ]


@pytest.mark.usefixtures("elsewhere")
def test_missing_buttons_are_named(monkeypatch):
    said = without_of_lab(monkeypatch, "ipywidgets")
    assert said == [
        "ipywidgets is missing, so questions have no buttons, and you type your answers: run "
        '`python -m pip install "ipywidgets>=8,<9"`, and restart the kernel'
    ]


@pytest.mark.usefixtures("elsewhere")
def test_a_kernel_of_a_hub_needs_no_jupyterlab_of_its_own(monkeypatch):
    assert without_of_lab(monkeypatch, "jupyterlab") == []


def test_an_import_error_of_our_own_goes_on_its_way(monkeypatch):
    monkeypatch.setitem(labutils._HOMES, "check", "no_such_room")
    monkeypatch.delitem(vars(labutils), "check", raising=False)
    with pytest.raises(ModuleNotFoundError, match="^No module named 'labutils.no_such_room'$"):
        labutils.check  # noqa: B018


# --- versions -----------------------------------------------------------------------------------

releases = st.lists(st.integers(0, 20), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)


@given(
    releases,
    st.lists(st.tuples(st.sampled_from([">=", "<", "=="]), releases), min_size=1, max_size=3),
)
def test_versions_are_compared_as_the_installers_compare_them(version, bounds):
    wanted = ",".join(sign + bound for sign, bound in bounds)
    assert doctor.satisfies(version, wanted) == SpecifierSet(wanted).contains(version)


def test_every_requirement_of_the_project_is_of_the_form_that_is_understood():
    for package in doctor.packages():
        assert re.fullmatch(r"(?:(?:>=|<|==)[\d.]+(?:,|$))*", package.versions), package
        assert package.installed, package
        assert doctor._there(package.module), package


# --- in a browser -------------------------------------------------------------------------------


def in_a_browser(more=""):
    """What the doctor says in a Python that takes itself for a browser's, after that code."""
    code = (
        "import subprocess, sys; sys.platform = 'emscripten'; del subprocess.run\n"
        "from labutils import doctor\n"
        f"{more}\nsys.exit(doctor.examine())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="locale")
    return done.returncode, done.stdout.splitlines()


def test_in_a_browser_no_other_process_is_started_and_missing_pictures_are_no_fault():
    away = "doctor._there = lambda module: not module.startswith(('matplotlib', 'PIL'))"
    status, lines = in_a_browser(away)
    assert status == 0, lines
    pictures = "pictures are left out, and the sentence under each says the same"
    assert f"ok    matplotlib is not in this browser: {pictures}" in lines
    assert lines[-1].endswith("`labutils serve`, real security keys, shell commands")


def test_the_bounds_of_an_installed_package_are_read_in_either_order(monkeypatch):
    monkeypatch.setattr(supported, "pythons", lambda: "<3.15,>=3.11")
    assert "the course needs 3.11 to 3.14" in doctor._python()[1]


@pytest.mark.parametrize(
    ("away", "what"),
    [
        (
            "doctor._there = lambda module: not module.startswith(('cryptography', 'jwt.jwa'))",
            "cryptography is missing from the Python that runs this",
        ),
        (
            "doctor._there = 'jwt.jwa'.__ne__; sys.modules['httpx'] = None",
            "httpx cannot be imported (import of httpx halted; None in sys.modules)",
        ),
    ],
)
def test_in_a_browser_a_lesson_without_its_packages_says_where_they_come_from(away, what):
    code = (
        f"import sys; sys.platform = 'emscripten'\nfrom labutils import doctor\n{away}\n"
        "from labutils import Lab"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="locale")
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: {what}: it comes from the site, or from Pyodide's server "
        "(cdn.jsdelivr.net). Check that this browser is online and can reach it, then reload the "
        "page."
    )


def test_in_a_browser_too_a_package_that_cannot_be_imported_is_named():
    status, lines = in_a_browser("sys.modules['werkzeug.wrappers'] = None")
    assert status == 1
    (fault,) = [line for line in lines if line.startswith("MEND")]
    assert re.match(r"MEND  werkzeug \S+ cannot be imported \(.*werkzeug\.wrappers", fault)


# --- security keys ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module", ["labutils.lessons.lesson_13.phishing", "labutils.identity.security_key"]
)
def test_where_there_are_no_devices_the_keys_of_the_lessons_work_all_the_same(module):
    code = (
        f"import sys; sys.platform = 'emscripten'; import {module}, fido2.hid\n"
        "print(sys.platform, list(fido2.hid.list_descriptors()))\n"
        "fido2.hid.open_connection(None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="locale")
    assert done.stdout == "emscripten []\n"
    assert done.stderr.endswith("OSError: Python in a browser cannot reach a USB device.\n")


def test_no_other_lesson_loads_the_library_of_security_keys():
    """The first code cell of each lesson, run in one process, and then the exercises of all of
    them."""
    cells = [
        json.loads((lessons.NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
        for name in lessons.sums()
        if not name.rpartition("/")[2].startswith("13")
    ]
    imports = [
        "".join(next(cell for cell in one if cell["cell_type"] == "code")["source"])
        for one in cells
    ]
    code = "\n".join(
        [
            *imports,
            "from labutils import progress",
            "progress()",
            "import sys",
            "assert not [m for m in sys.modules if m.startswith('fido2')]",
        ]
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
