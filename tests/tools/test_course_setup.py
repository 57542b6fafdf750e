"""How the course is built and started: a folder that moved, a home that cannot be written to, uv or
pip."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import course
import environments
import lessons
import pytest
from course_in_a_folder import Course, kernel_lines, old_pythons, posix
from places import ROOT
from tables import table

from labutils import supported
from labutils.classroom.workspace import PAGES

IN_THE_ENVIRONMENT = course.PYTHON.relative_to(course.VENV)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A course that was built in a folder of its own; `settle` makes the verbs act on it, wherever
    it is by then."""
    (tmp_path / "old").mkdir()
    made = Course(tmp_path / "old")
    script = made.venv / "bin" / "labutils"
    python = made.venv / "bin" / "python"
    script.write_text(f"#!{python}\nfrom labutils.__main__ import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    (made.venv / "bin" / "activate").write_text(f"VIRTUAL_ENV='{made.venv}'\n", encoding="utf-8")
    (made.site / "_anatomy_of_a_cloud_hack.pth").unlink()

    def settle(folder):
        monkeypatch.setattr(course, "HERE", folder)
        monkeypatch.setattr(course, "VENV", folder / ".venv")
        monkeypatch.setattr(course, "PYTHON", folder / ".venv" / "bin" / "python")
        monkeypatch.setattr(course, "STAMP", folder / ".venv" / "labutils.stamp")
        monkeypatch.setattr(course, "PRISTINE", folder / ".venv" / "pristine")
        monkeypatch.setattr(
            course, "build", lambda: pytest.fail("a folder that was only moved is not built again")
        )

    settle(made.folder)
    course.find_labutils_from_inside()
    course.write_stamp()
    made.settle = settle
    return made


def moved(made: Course, folder: pathlib.Path) -> Course:
    """The same course as it is found in another folder."""
    other = object.__new__(Course)
    other.folder, other.venv = folder, folder / ".venv"
    other.site = other.venv / made.site.relative_to(made.venv)
    return other


def place_of_labutils(made: Course) -> str:
    process = made.python(
        "-P",
        "-c",
        "import labutils, os; print(ascii(os.path.dirname(os.path.dirname(labutils.__file__))))",
    )
    return process.communicate(timeout=20)[0].strip()


@posix
def test_a_folder_that_was_moved_imports_its_own_code_even_before_any_verb(built, tmp_path):
    assert place_of_labutils(built) == ascii(str(built.folder))
    new = tmp_path / os.fsdecode("neu mit ü, 文 und '".encode())
    shutil.move(built.folder, new)
    assert place_of_labutils(moved(built, new)) == ascii(str(new))


@posix
def test_a_copied_folder_imports_its_own_code_and_not_the_originals(built, tmp_path):
    new = tmp_path / "copy"
    shutil.copytree(built.folder, new, symlinks=True)
    assert place_of_labutils(moved(built, new)) == ascii(str(new))
    assert kernel_lines(moved(built, new))[1] == (
        True,
        "a notebook uses the labutils in this folder",
    )


@posix
def test_any_verb_points_the_scripts_at_the_new_folder_without_a_build(built, tmp_path, capsys):
    new = tmp_path / "new place"
    shutil.copytree(built.folder, new, symlinks=True)
    built.settle(new)
    for said in ("This folder was moved or copied; .venv now points here.\n", ""):
        course.ensure_environment()
        assert capsys.readouterr().out == said
    for path in (new / ".venv" / "bin").iterdir():
        assert path.is_symlink() or str(built.folder) not in path.read_text(encoding="utf-8")
    shutil.rmtree(built.folder)
    done = subprocess.run(
        [new / ".venv" / "bin" / "labutils", "sanitize", "none.har", "out.har"],
        cwd=new,
        capture_output=True,
        encoding="locale",
    )
    assert done.stderr == "none.har cannot be read: No such file or directory.\n"


@posix
def test_a_folder_that_cannot_be_changed_is_not_said_to_have_been(
    built, tmp_path, monkeypatch, capsys
):
    new = tmp_path / "new place"
    shutil.copytree(built.folder, new, symlinks=True)
    built.settle(new)

    def refused():
        raise PermissionError("read-only")

    monkeypatch.setattr(course, "write_stamp", refused)
    course.ensure_environment()
    assert capsys.readouterr().out == ""


@posix
def test_other_requirements_are_built_again_and_other_settings_of_the_tools_are_not(built):
    pyproject = built.folder / "pyproject.toml"
    before, text = course.fingerprint(), pyproject.read_text(encoding="utf-8")
    assert "\n[tool.ruff]" in text
    pyproject.write_text(text + "\n[tool.another]\nx = 1\n", encoding="utf-8")
    assert course.fingerprint() == before
    pyproject.write_text(text.replace('"httpx>=0.28', '"httpx>=0.29'), encoding="utf-8")
    assert course.fingerprint() != before


@posix
@pytest.mark.usefixtures("built")
def test_what_was_not_built_to_the_end_or_has_lost_its_python_is_built_again(monkeypatch):
    builds = []
    monkeypatch.setattr(course, "build", lambda _tests: builds.append(1))
    course.ensure_environment()
    assert builds == []
    course.PYTHON.unlink()
    course.ensure_environment()
    course.STAMP.unlink()
    course.ensure_environment()
    assert len(builds) == 2


# --- the steps of a build -----------------------------------------------------------------------


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """The commands that a build would run. `fails` names programs that fail."""
    ran, fails = [], set()

    def run(*command, **_):
        words = [re.sub(r".*/tmp\w+/(?=requirements\.txt$)", "", str(word)) for word in command]
        ran.append(" ".join(words))  # the lock as it is installed: a copy, without what is left out
        return int(any(ran[-1].startswith(name) for name in fails))

    monkeypatch.setattr(course, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environments, "run", run)
    monkeypatch.setattr(course, "PYTHON", course.VENV / IN_THE_ENVIRONMENT)
    monkeypatch.setattr(course.environments, "installs", lambda _python: True)
    monkeypatch.setattr(environments, "names_an_index", lambda _pip: False)
    monkeypatch.setattr(course, "find_labutils_from_inside", lambda: None)
    monkeypatch.setattr(course, "compile_what_comes_first", lambda: None)
    monkeypatch.setattr(course, "write_stamp", lambda: None)
    return ran, fails


def programs(ran):
    """Of each command the program, or the module that a Python runs."""
    return [
        line.partition(" -m ")[2].split()[0] if " -m " in line else line.split()[0] for line in ran
    ]


def test_uv_builds_where_it_is_there_with_the_hashes_of_the_lock(steps, monkeypatch):
    ran, _ = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: "/somewhere/uv")
    course.build()
    assert programs(ran) == ["venv", "uv", "uv"]
    assert "--require-hashes -r requirements.txt" in ran[1]
    assert "requirements-test.txt" not in ran[1]


def test_what_is_left_out_for_speed_is_left_out_by_the_start_and_is_in_the_lock():
    """The lock alone installs with plain pip; its pins and hashes are otherwise unchanged."""
    lock = ROOT / "requirements.txt"
    whole = lock.read_text(encoding="utf-8")
    assert environments.left_out() == ["lark", "rfc3987-syntax"]
    assert all(f"\n{name}==" in whole for name in environments.left_out())
    with environments.locked(lock) as options:
        assert options[:-1] == [*environments.BY_HASH, "-r"]
        installed = pathlib.Path(options[-1]).read_text(encoding="utf-8")
    left = [block for block in re.split(r"\n(?=\S)", whole) if block not in installed]
    assert [block.partition("==")[0] for block in left] == environments.left_out()


def test_where_there_is_no_uv_pip_brings_it_by_its_hash_and_it_goes_again(steps, monkeypatch):
    ran, _ = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: None)
    uv = environments.uv_of(course.PYTHON)
    uv.mkdir(parents=True)
    course.build()
    assert programs(ran) == ["venv", "pip", "uv", "uv"]
    assert f"--target {uv} " in ran[1]
    assert ran[1].endswith("--require-hashes -r requirements-uv.txt")
    assert "--require-hashes -r requirements.txt" in ran[2]
    assert not uv.exists()


def test_what_tests_need_comes_with_a_first_build_for_tests_or_is_added_to_the_environment(
    steps, tmp_path, monkeypatch, capsys
):
    ran, _ = steps
    monkeypatch.setattr(course, "TESTS_STAMP", tmp_path / "tests.stamp")
    monkeypatch.setattr(course.shutil, "which", lambda _name: None)
    course.build(tests=True)
    assert "-r requirements.txt -r requirements-test.txt" in ran[2]
    assert course.has_what_tests_need()
    course.TESTS_STAMP.write_text("another list", encoding="ascii")
    assert not course.has_what_tests_need()
    ran.clear()
    course.add_what_tests_need()
    assert ran[-1].endswith("--require-hashes -r requirements.txt -r requirements-test.txt")
    assert course.has_what_tests_need()
    assert "Adding what tests need" in capsys.readouterr().out


def test_a_learners_verbs_ask_for_nothing_that_only_tests_need():
    assert set(course.OF_LEARNERS) == {"lab", "reset"}


@pytest.mark.parametrize(("found", "kept"), [("/somewhere/uv", True), (None, False)])
def test_the_cache_is_kept_of_a_uv_of_ones_own_alone(tmp_path, monkeypatch, found, kept):
    caches = []
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setattr(environments.shutil, "which", lambda _name: found)
    monkeypatch.setattr(environments, "names_an_index", lambda _pip: False)
    monkeypatch.setattr(
        environments, "run", lambda *_, env: caches.append(env.get("UV_CACHE_DIR")) or 0
    )
    python = tmp_path / "bin" / "python"
    assert environments.install(python, lambda: ([], [python, "-m", "pip"]), [])
    assert set(caches) == {None if kept else str(tmp_path / "uv" / "cache")}


@pytest.mark.parametrize("found", ["/somewhere/uv", None])
def test_pip_builds_where_uv_fails(steps, monkeypatch, found):
    ran, fails = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: found)
    fails |= {"uv pip", f"{course.builder()} -m uv"}
    course.build()
    assert programs(ran)[-3:] == ["venv", "pip", "pip"]
    assert "--require-hashes -r requirements.txt" in ran[-2]


def test_pip_builds_where_its_settings_name_an_index(steps, monkeypatch):
    ran, _ = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: None)
    monkeypatch.setattr(environments, "names_an_index", lambda _pip: True)
    course.build()
    assert programs(ran) == ["venv", "pip", "pip"]


@pytest.fixture(scope="module")
def pip():
    return environments.pip()


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("PIP_INDEX_URL", True),
        ("PIP_EXTRA_INDEX_URL", True),
        ("PIP_NO_INDEX", True),
        ("PIP_PROXY", True),
        ("PIP_TRUSTED_HOST", True),
        ("PIP_TIMEOUT", False),
    ],
)
def test_which_of_pips_settings_uv_would_miss(monkeypatch, pip, setting, names):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv(setting, "1")
    assert environments.names_an_index(pip) == names


def test_a_python_without_pip_gives_the_environment_the_one_of_its_library(steps, monkeypatch):
    ran, _ = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: None)
    monkeypatch.setattr(course.environments, "installs", lambda _python: False)
    monkeypatch.setattr(course.environments, "answers", lambda *_command: True)
    course.build()
    assert ran[1].endswith("python -m ensurepip")
    assert ran[2].startswith(f"{course.PYTHON} -m pip install")
    assert programs(ran[3:]) == ["uv"] * 2


def test_a_python_with_neither_is_told_what_to_install(steps, monkeypatch):
    ran, _ = steps
    monkeypatch.setattr(course.shutil, "which", lambda _name: None)
    monkeypatch.setattr(course.environments, "answers", lambda *_command: False)
    monkeypatch.setattr(course.environments, "installs", lambda _python: False)
    with pytest.raises(SystemExit, match="This Python has no pip .*apt install python3-pip"):
        course.build()
    assert ran == []


def bare_python(folder: pathlib.Path, *options: str) -> pathlib.Path:
    """The Python of an environment of its own, made with these options."""
    subprocess.run([sys._base_executable, "-m", "venv", *options, folder], check=True)
    return folder / course.PYTHON.relative_to(course.VENV)


def test_a_python_without_pip_is_known_by_asking_it(tmp_path):
    assert not environments.installs(bare_python(tmp_path / "env", "--without-pip"))
    assert environments.installs(environments.pip()[0])


def test_a_pip_that_is_too_old_to_install_elsewhere_is_none(tmp_path):
    python = bare_python(tmp_path / "env", "--without-pip")
    old = "import sys\nsys.exit('no such option: --python' if '--python' in sys.argv else 0)\n"
    [site] = python.parent.parent.glob("[Ll]ib/**/site-packages")
    (site / "pip.py").write_text(old, encoding="utf-8")
    assert environments.answers(python, "-m", "pip", "--version")
    assert not environments.installs(python)


def test_the_first_python_with_a_pip_is_taken_and_where_none_has_one_it_is_said(tmp_path):
    bare = bare_python(tmp_path / "env", "--without-pip")
    [able, *_] = environments.pip()
    assert environments.pip(bare, able) == [able, "-m", "pip"]
    with pytest.raises(SystemExit, match="This Python has no pip"):
        environments.pip(bare)


def test_a_build_that_fails_ends_in_a_sentence(steps):
    steps[1].add("")
    with pytest.raises(
        SystemExit, match="The environment could not be built: the step above failed"
    ):
        course.build()


@pytest.mark.parametrize("verb", [course.lab, course.build])
def test_in_a_folder_that_cannot_be_written_to_nothing_is_begun(verb, steps, tmp_path, monkeypatch):
    ran, _ = steps
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(course, "HERE", tmp_path / "file")  # nothing can be made in a file
    monkeypatch.setattr(course, "require_python", lambda: None)
    with pytest.raises(SystemExit, match="you cannot write to .*file. Copy the folder to a place"):
        verb()
    assert ran == []


# --- a home that cannot be written to -----------------------------------------------------------


def test_a_home_that_can_be_written_to_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr(course.os.path, "expanduser", lambda _: str(tmp_path))
    assert course.folders_for_a_home() == {}


@pytest.mark.parametrize("inside", [True, False])
def test_a_home_that_cannot_be_written_to_is_replaced(tmp_path, monkeypatch, inside):
    (tmp_path / "file").write_text("", encoding="utf-8")
    venv = tmp_path if inside else tmp_path / "file"
    monkeypatch.setattr(course, "VENV", venv)
    monkeypatch.setattr(
        course.os.path, "expanduser", lambda _: str(tmp_path / "file")
    )  # no folder can be made in a file
    monkeypatch.delenv("JUPYTER_CONFIG_DIR", raising=False)
    monkeypatch.setenv("IPYTHONDIR", "chosen by the learner")
    folders = course.folders_for_a_home()
    assert set(folders) == set(course.WRITTEN) - {"IPYTHONDIR"} - (
        set(os.environ) & set(course.WRITTEN)
    )
    for folder in folders.values():
        pathlib.Path(folder, "settings").write_text("x", encoding="utf-8")
        assert (tmp_path in pathlib.Path(folder).parents) == inside


def test_an_account_without_a_home_is_given_one(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "VENV", tmp_path)
    monkeypatch.setattr(course.os.path, "expanduser", lambda path: path)  # as where nobody knows it
    for name in course.WRITTEN:
        monkeypatch.delenv(name, raising=False)
    folders = course.folders_for_a_home()
    assert set(folders) == {"HOME", *course.WRITTEN}
    assert all(tmp_path in pathlib.Path(folder).parents for folder in folders.values())


# --- which Python -------------------------------------------------------------------------------


@pytest.fixture
def pythons(tmp_path, monkeypatch):
    """A PATH of pretended Pythons: `pythons(3.12)` puts one there, and gives its path; `made_of`
    says which of them `.venv` was built with."""
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(course, "VENV", tmp_path / ".venv")
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv").mkdir()

    def put(version, answer=None):
        path = tmp_path / "bin" / f"python{version}"
        path.write_text(
            f"#!/bin/sh\necho {answer or version.replace('.', ' ')}\n", encoding="utf-8"
        )
        path.chmod(0o755)
        return str(path)

    def made_of(path):
        text = f"home = {os.path.dirname(path)}\nexecutable = {path}\n"
        (tmp_path / ".venv" / "pyvenv.cfg").write_text(text, encoding="utf-8")

    put.made_of = made_of
    return put


def this_is(version, monkeypatch):
    monkeypatch.setattr(supported.sys, "version_info", (*version, 0))


@posix
def test_the_python_of_venv_goes_on_under_a_default_that_is_too_old(pythons, monkeypatch):
    """`.venv` of 3.11 under a default of 3.10: Ubuntu 22.04 on the second day."""
    kept = pythons("3.11")
    pythons.made_of(kept)
    this_is((3, 10), monkeypatch)
    assert course.another_python() == kept


@posix
def test_the_python_of_venv_goes_on_under_another_default_that_would_do(pythons, monkeypatch):
    kept = pythons("3.12")
    pythons.made_of(kept)
    pythons("3.14")
    this_is((3, 11), monkeypatch)
    assert course.another_python() == kept


@posix
def test_a_named_python_wins(pythons, monkeypatch):
    pythons.made_of(pythons("3.12"))
    monkeypatch.setenv("PYTHON", "python3.11")
    assert course.another_python() is None


@posix
def test_without_a_venv_the_newest_python_that_answers_stands_in_for_one_too_old(
    pythons, monkeypatch
):
    this_is((3, 10), monkeypatch)
    assert course.another_python() is None
    pythons("3.9")
    assert course.another_python() is None
    older = pythons("3.11")
    pythons("3.13", answer="nothing; exit 127")  # a name with nothing behind it
    pythons("3.14", answer="3 9")  # a name that lies
    assert course.another_python() == older


@posix
def test_each_folder_of_the_path_is_looked_into(pythons, tmp_path, monkeypatch):
    """A version manager's shim comes first on the PATH and answers nothing."""
    shim = tmp_path / "shims"
    shim.mkdir()
    (shim / "python3.12").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    (shim / "python3.12").chmod(0o755)
    real = pythons("3.12")
    monkeypatch.setenv("PATH", os.pathsep.join([str(shim), str(tmp_path / "bin")]))
    this_is((3, 10), monkeypatch)
    assert course.another_python() == real


@posix
def test_a_venv_whose_python_is_gone_or_no_longer_supported_holds_nobody_up(pythons, monkeypatch):
    this_is((3, 13), monkeypatch)
    for path in ("/nowhere/python3.12", pythons("3.10")):
        pythons.made_of(path)
        assert course.another_python() is None


@posix
def test_the_same_python_under_another_name_is_the_same(pythons, tmp_path, monkeypatch):
    other = tmp_path / "bin" / "python3"
    other.symlink_to(pythons("3.12"))
    pythons.made_of(str(other))
    monkeypatch.setattr(course, "builder", lambda: str(tmp_path / "bin" / "python3.12"))
    assert course.another_python() is None


@posix
def test_an_old_python_hands_over_to_one_that_can_and_no_further(tmp_path):
    """Really: a Python of this machine that is too old, and the one that runs the tests."""
    old = next(old_pythons(), None)
    if old is None:
        pytest.skip("this machine has no Python older than 3.11")
    (tmp_path / "python3.14").symlink_to(sys._base_executable)
    name = "python%d.%d" % sys.version_info[:2]
    (tmp_path / name).symlink_to(sys._base_executable)
    env = {**os.environ, "PATH": str(tmp_path)}
    env.pop("PYTHON", None)
    say = "import sys; sys.path.insert(0, 'tools'); import course; course.hand_over = print\n"
    code = f"{say}course.VENV = course.HERE / 'nowhere'\nprint(course.another_python())"
    done = subprocess.run([old, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True)
    expected = tmp_path / ("python3.14" if sys.version_info[:2] == (3, 14) else name)
    assert done.stdout.decode().strip() == str(expected)


@table(
    "arguments, status, said",
    [
        (["mend", "--help"], 0, "mend: Build the environment afresh"),
        (["lab", "-h"], 0, "lab: Make the learner's working copies"),
        (["mend", "03"], 2, "mend takes no arguments. It does this: Build the environment"),
        (["clean", "--all"], 2, "clean takes no arguments."),
    ],
)
def test_a_verb_says_what_it_does_and_takes_nothing_that_it_cannot_use(
    arguments, status, said, capsys
):
    assert course.main(arguments) == status
    assert capsys.readouterr().out.startswith(said)


def test_every_check_is_run_by_make_test_all():
    """A check that nothing runs goes red without anybody noticing: test-browser was."""
    checks = {name for name in course.VERBS if name.startswith(("test-", "check-"))}
    assert checks - set(course.OTHER_CHECKS) == {"test-extras", "test-all"}
    assert set(course.OTHER_CHECKS) <= set(course.VERBS)


def test_make_test_all_passes_over_what_the_machine_lacks_and_stops_at_the_first_failure(
    monkeypatch, capsys
):
    ran = []
    monkeypatch.setattr(course, "test", lambda: 0)
    monkeypatch.setattr(course, "test_extras", lambda: 0)
    for name in course.OTHER_CHECKS:
        monkeypatch.setitem(course.VERBS, name, lambda name=name: ran.append(name) or 0)
    monkeypatch.setattr(course.shutil, "which", lambda name: None if name == "chromium" else name)
    monkeypatch.setattr(course.os, "geteuid", lambda: 1000, raising=False)
    assert course.test_all() == 0
    said = capsys.readouterr().out
    assert "make test-browser is not run here: it wants chromium." in said
    assert "make test-classroom is not run here: it wants root." in said
    assert ran == ["test-wheel", "test-clients", "lite", "test-lite"]
    monkeypatch.setitem(course.VERBS, "test-clients", lambda: 3)
    ran.clear()
    assert course.test_all() == 3 and ran == ["test-wheel"]


def test_every_verb_has_something_to_say():
    assert all(verb.__doc__ for verb in course.VERBS.values())


# --- JupyterLab ---------------------------------------------------------------------------------


def test_make_lab_is_labutils_lab_on_the_folder_work(monkeypatch):
    ran = []
    monkeypatch.setattr(course, "run", lambda *command, **_options: ran.append(command) or 0)
    assert course.lab("--no-browser") == 0
    assert ran == [(course.PYTHON, "-m", "labutils", "lab", "work", "--no-browser")]


def test_reset_restores_the_working_copies(monkeypatch):
    ran = []
    monkeypatch.setattr(course, "run", lambda *command, **_options: ran.append(command) or 0)
    assert course.reset("03", "04") == 0
    assert ran[0][1:] == ("-m", "labutils", "work", "work", "--reset", "03", "04")


def test_clean_spares_what_the_learner_has(tmp_path, monkeypatch):
    for folder in ("work/.ipynb_checkpoints", "notebooks/.ipynb_checkpoints", "tests/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("x", encoding="utf-8")
    monkeypatch.setattr(course, "HERE", tmp_path)
    monkeypatch.setattr(course, "VENV", tmp_path / ".venv")
    course.clean()
    assert list(tmp_path.rglob("file")) == [tmp_path / "work" / ".ipynb_checkpoints" / "file"]


def test_the_commands_name_a_file_that_the_terminal_cannot_show(tmp_path):
    target = os.fsdecode("ü.har".encode())
    command = [
        sys.executable,
        "-m",
        "labutils",
        "sanitize",
        str(ROOT / "data" / "support-case.har"),
        target,
    ]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert re.search(rb"Look through \\\S+\.har before you send it\.", done.stdout)


# --- the wheel ----------------------------------------------------------------------------------


def test_the_wheel_carries_data_and_lessons_and_finds_them_beside_its_code(tmp_path):
    # The folder `work` matters: .gitignore has a line that matches such a path, and hatchling then
    # leaves .gitignore out.
    checkout = tmp_path / "work" / "checkout"
    ignored = shutil.ignore_patterns(".venv", ".git", "work", "node_modules", "__pycache__")
    shutil.copytree(ROOT, checkout, ignore=ignored)
    (checkout / "notebooks" / "exports").mkdir(exist_ok=True)
    by_products = ["exports/layer.json", "09-replay-Copy1.ipynb", "progress.json"]
    by_products += ["progress.json.damaged-2026-11-28", ".labutils.lock"]
    for by_product in by_products:
        (checkout / "notebooks" / by_product).write_text("{}", encoding="utf-8")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    [wheel] = tmp_path.glob("anatomy_of_a_cloud_hack-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    package = tmp_path / "site" / "labutils"
    in_repository = {
        path.relative_to(ROOT / "data") for path in (ROOT / "data").rglob("*") if path.is_file()
    }
    assert {
        path.relative_to(package / "_data")
        for path in (package / "_data").rglob("*")
        if path.is_file()
    } == in_repository
    packed = package / "_notebooks"
    assert {
        path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()
    } == {*lessons.sums(), "SHA256SUMS"}
    assert {f"docs/{path.name}" for path in (package / "_docs").iterdir()} == set(PAGES)
    assert (package / "py.typed").is_file()
    code = (
        "from labutils.lab import data_file; from labutils import doctor; "
        "print(data_file('cases/cloudflare-2023/facts.yaml'), doctor._data()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        encoding="locale",
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.stdout == f"{package / '_data' / 'cases/cloudflare-2023/facts.yaml'} True\n"
