"""The house: layout, versions, sizes, and the tools that keep it so."""

import ast
import email.message
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tomllib

import course
import guide
import lessons
import locks
import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from places import ROOT
from rails import demand, demand_none
from tables import table

from labutils import supported
from labutils.classroom import workspace
from labutils.classroom.course import lesson

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted((ROOT / "labutils").rglob("*.py"))
OWN = [
    *SOURCES,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "tools").rglob("*.py")),
    ROOT / "conftest.py",
]


# --- versions -----------------------------------------------------------------------------------


OF_PIP = [*(lock.path for lock in locks.LOCKS), locks.TESTS]


def pins(name):
    """The pins of a lock, by package."""
    return locks.pins((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OF_PIP)
def test_a_lock_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    text = text.replace("\n--no-binary pyspark\n", "\n")  # PySpark comes as source alone
    demand(
        "://" not in text and not re.search(r"(?m)^-", text),
        f"{name} names an address or holds an option. Write it with make lock.",
    )
    demand("make lock" in text.partition("==")[0], f"{name} was not written by make lock.")
    blocks = [block for block in re.split(r"\n(?=\S)", text) if "==" in block.split("\n")[0]]
    assert len({block.partition("==")[0] for block in blocks}) == len(pins(name)) > 0
    demand_none(
        f"{name}, {block.split()[0]}: it has no hash. Write the file with make lock."
        for block in blocks
        if "--hash=sha256:" not in block
    )


def test_every_lock_of_the_repository_is_one_that_make_lock_writes():
    """Three of them were written by hand, and one of these had lost the buttons."""
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in (ROOT, *(ROOT / "tools").iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
        for path in folder.glob("*.txt")
        if "--hash=sha256:" in path.read_text(encoding="utf-8")
    }
    assert found == set(OF_PIP)


def claimed(extras):
    """The requirements of these extras and groups of pyproject.toml; "" is labutils itself."""
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    known = {"": project["dependencies"], **project["optional-dependencies"], **groups}
    return [Requirement(line) for extra in extras for line in known[extra]]


@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda lock: lock.path)
def test_a_lock_holds_what_it_claims_to_hold(lock):
    """Its extras of pyproject.toml and its own requirements.in, each in a version that fits."""
    named_files = [name for name in lock.sources if name.endswith(".in")]
    lines = [line for name in named_files for line in (ROOT / name).read_text("utf-8").splitlines()]
    own = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    assert own or lock.extras, f"{lock.path} claims nothing"
    held = pins(lock.path)
    demand_none(
        f"{lock.path} has {wanted.name} {held.get(wanted.name.lower())}, and {wanted} is wanted: "
        "make lock"
        for wanted in [*claimed(lock.extras), *own]
        if wanted.name not in locks.NOT_FOR_THE_BROWSER
        and not (
            wanted.name.lower() in held and wanted.specifier.contains(held[wanted.name.lower()])
        )
    )


@pytest.mark.parametrize("lock", ["tools/classroom/requirements.txt", "environment.yml"])
def test_a_lock_without_the_buttons_is_refused(lock):
    """The rail above, and the one on environment.yml, can fail: both were without ipywidgets."""
    held = locks.of_conda() if lock == "environment.yml" else pins(lock)
    assert "ipywidgets" in held and "ipywidgets" in {one.name for one in claimed(["lab"])}


def test_a_class_the_grading_and_the_browser_have_the_versions_of_the_course():
    mine = pins("requirements.txt")
    demand_none(
        f"{lock.path} has {name}=={version}, and requirements.txt {mine[name]}: make lock"
        for lock in locks.LOCKS
        if locks.LIKE_THE_COURSE[1] in lock.sources
        for name, version in pins(lock.path).items()
        if name in mine and mine[name] != version
    )


def test_the_browser_gets_all_that_labutils_needs():
    """From its own wheels, from Pyodide, or not at all, which the build says why."""
    of_pyodide = {"cryptography", "matplotlib", "pillow"}
    browser = {"sys_platform": "emscripten"}
    needed = {
        one.name for one in claimed([""]) if one.marker is None or one.marker.evaluate(browser)
    }
    assert needed - set(pins("tools/lite/wheels.txt")) == of_pyodide
    assert "ipywidgets" in pins("tools/lite/wheels.txt")


def test_a_learner_installs_nothing_that_only_maintainers_use():
    assert not set(pins("requirements.txt")) & {"mypy", "ruff", "hypothesis", "pytest", "nbval"}
    assert not set(pins("requirements.txt")) & set(pins("requirements-test.txt"))


LOCK = {**pins("requirements.txt"), **pins("requirements-test.txt")}


def test_the_lock_holds_every_requirement_and_the_build_backend():
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    learners = project["dependencies"] + project["optional-dependencies"]["lab"]
    for_learners = named(learners + PYPROJECT["build-system"]["requires"])
    assert groups["build"] == PYPROJECT["build-system"]["requires"]
    demand_none(
        f"{name} stands in pyproject.toml and not in requirements.txt: make lock"
        for name in sorted(for_learners - set(pins("requirements.txt")))
    )
    demand_none(
        f"{name} stands in pyproject.toml and in no lock: make lock"
        for name in sorted(named(groups["test"]) - set(LOCK))
    )


def test_a_floor_is_no_higher_than_the_lessons_need():
    """A hub or a browser brings older versions, under which each stored output is the same."""
    floors = set(PYPROJECT["project"]["dependencies"])
    assert "cryptography>=47" in floors  # Pyodide 314 has 47.0.0
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert not named(floors) & {"jupyterlab", "nbval", "pytest"} and set(extras) == {
        "lab",
        "duckdb",
    }


def named(requirements):
    """The names of these requirements, without versions and extras."""
    return {re.match(r"[\w.-]+", line).group() for line in requirements}


def test_conda_and_binder_get_the_versions_of_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda, pip = environment["dependencies"][:-1], environment["dependencies"][-1]["pip"]
    assert (
        environment["channels"] == ["conda-forge"]
        and conda[0] == "python=3.13"
        and conda[1] == "jupyterlab>=4.4,<5"
    )
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert conda[1] in extras["lab"]
    pinned = dict(line.split("==") for line in pip)
    demand_none(
        f"environment.yml has {name}=={version}, and the locks {LOCK.get(name)}: make lock"
        for name, version in pinned.items()
        if LOCK.get(name) != version
    )
    needed = named(PYPROJECT["project"]["dependencies"] + extras["lab"]) | {"nbval", "pytest"}
    demand_none(
        f"environment.yml and pyproject.toml do not both name {name}. Let both do so, or neither."
        for name in sorted(set(pinned) ^ (needed - set(locks.BY_CONDA) | {"hatchling"}))
    )


def test_binder_finds_what_it_needs_and_nothing_that_hides_it():
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()
    assert (
        "pip install --no-deps" in (ROOT / "postBuild").read_text(encoding="utf-8")
        and (ROOT / "postBuild").stat().st_mode & 0o111
    )


def test_the_supported_pythons_are_named_alike():
    """pyproject.toml is the source; the verbs and the doctor read it."""
    (_, low), (_, high) = supported.bounds()
    assert PYPROJECT["project"]["requires-python"] == f">=3.{low},<3.{high + 1}"
    demand(
        f"Python 3.{low} to 3.{high}" in (ROOT / "README.md").read_text(encoding="utf-8"),
        f"README.md does not say `Python 3.{low} to 3.{high}`, which pyproject.toml supports.",
    )


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_another_python_gets_a_sentence(version, monkeypatch):
    monkeypatch.setattr(supported.sys, "version_info", (*version, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.14, and this is"):
        course.require_python()


# --- sizes --------------------------------------------------------------------------------------


def test_at_most_two_dozen_names_are_exported_and_each_is_there():
    import labutils

    count = len(labutils.__all__)
    demand(count <= 24, f"labutils exports {count} names; 24 is the most. Take one out.")
    assert all(hasattr(labutils, name) for name in labutils.__all__)
    with pytest.raises(AttributeError, match="no name 'nothing'"):
        labutils.nothing  # noqa: B018


# --- what is written down -----------------------------------------------------------------------


def test_the_pages_say_what_the_lessons_say():
    """README's table and picture, the agenda, the answer key: `make notebooks` writes them."""
    paths = lessons.paths()
    for name, text in guide.pages(paths).items():
        stored = (ROOT / name).read_text(encoding="utf-8")
        demand(stored == text, f"{name} is not what the lessons say: make notebooks ARGS=pages")


def test_the_first_page_tells_a_stranger_what_it_is_for_whom_and_how_long():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, _, rest = readme.partition("\n## Start\n")
    for word in ("**For** people", "**Afterwards** you can", "**Takes** an hour", "lesson-00.png"):
        demand(word in first, f"README does not say {word!r} before it says how to start.")
    demand("pyproject" not in readme, "README is for strangers: a note of the build is in it.")
    demand("URL" not in readme, "README has a command that nobody can type: an address is missing.")
    assert rest.index("In the browser") < rest.index("Windows, conda")
    assert all(word in rest for word in ("LTI 1.3", "nbgrader", "for-training-leads.md"))
    every = re.search(r"\| \*\*All \d+\*\* \| \*\*([\d,]+), or ([\d,]+)\*\* \|", rest)
    short, long = every.groups()
    assert 700 < int(short.replace(",", "")) < int(long.replace(",", ""))


def test_whoever_decides_finds_hours_programmes_and_what_is_recorded():
    page = (ROOT / "docs" / "for-training-leads.md").read_text(encoding="utf-8")
    for word in ("nbgrader", "LTI 1.3", "Accessibility", "Licence", "kept current", "recorded"):
        demand(word in page, f"docs/for-training-leads.md says nothing of {word}.")
    listed = guide.teaching()["roles"]
    taken = [role["lessons"] for role in listed]
    taken += [block for one in guide.teaching()["programmes"] for block in one["blocks"]]
    numbers = {path.name[:2] for path in lessons.paths()}
    assert len(listed) >= 4 and all(set(block) <= numbers for block in taken)
    assert len(guide.teaching()["programmes"]) == 3
    assert (guide.hours(30), guide.hours(60), guide.hours(275)) == ("½ h", "1 h", "4½ h")


def test_the_agenda_tells_a_lesson_from_its_practice():
    text = guide.agenda([next((ROOT / "notebooks").glob("04-*.ipynb"))])
    assert text.startswith("### 04 · OpenID Connect (53, or 94 min)\n")
    assert "\n| 3 | Ask the one who knows | 3 |\n| 6 | " in text
    assert "| A key is rotated |" not in text
    assert "its practice, 41 minutes, piece by piece" in text


def test_the_agenda_of_each_lesson_makes_its_minutes():
    for path in lessons.paths():
        takes = re.findall(r"(?m)^\| \d+ \| .+ \| (\d+) \|$", guide.agenda([path]))
        minutes = nbformat.read(path, as_version=4).metadata.labutils.minutes
        demand(sum(map(int, takes)) == minutes, f"{path.name} says {minutes} min, not {takes}.")


def test_each_way_to_cut_the_course_fits_into_its_time():
    table = guide.cuts(lessons.paths())
    takes = [tuple(map(int, pair)) for pair in re.findall(r"\| (\d+) min \| (\d+) min \|", table)]
    times = [cut["time"] for cut in guide.teaching()["cuts"]]
    of_parts = [f"a day for Part {part}" for part in (1, 2, 3)]
    assert times == ["90 minutes", "half a day", "a day", *of_parts]
    for (minutes, in_the_room), most in zip(takes, (90, 240, 390, 390, 390, 390), strict=True):
        assert most / 2 < minutes < in_the_room <= most, table


@pytest.mark.parametrize(("taught", "keeps"), [(74, 84), (75, 85), (76, 96), (194, 224)])
def test_signing_in_and_the_breaks_are_counted(taught, keeps):
    assert guide.in_the_room(taught) == keeps


def test_the_agenda_says_where_a_room_waits(tmp_path, monkeypatch):
    paths = lessons.paths()
    waits = json.loads(guide.WAITS.read_text(encoding="utf-8"))
    for path in paths:
        cells = {cell.id for cell in nbformat.read(path, as_version=4).cells}
        gone = set(waits.get(path.name[:2], {})) - cells
        demand(not gone, f"{path.name} has no cell {gone}: python tools/waits.py")
    (tmp_path / "waits.json").write_text('{"06": {"sweep": 9}}', encoding="utf-8")
    monkeypatch.setattr(guide, "WAITS", tmp_path / "waits.json")
    line = "\nSlow cells: Somebody wakes up (9 s)."
    assert [path.name[:2] for path in paths if line in guide.agenda([path])] == ["06"]


def test_the_answer_key_names_truths_beliefs_solutions_routes_and_quiz_answers():
    text = guide.answer_key([next((ROOT / "notebooks").glob("04-*.ipynb"))])
    course = lesson("04")
    for item in course.items.values():
        assert f"**{item.id}.**" in text or item is course.target
    ways = "each by the check that it leaves out; the other order; begin and post"
    assert f"Ways to the flag: {ways}." in text
    assert course.predictions[0].guesses["a"].belief in text
    assert course.exercises[0].solution in text


# --- where the course is published --------------------------------------------------------------


def test_without_a_public_address_there_is_neither_a_badge_nor_a_note_of_the_build():
    assert guide.badges(None) == ""
    assert guide.cited("title: x\nrepository-code: https://old.example/x\n", None) == "title: x\n"


def test_with_a_public_address_there_are_links_and_on_github_badges():
    text = guide.badges("https://code.example/course")
    assert text == "The course is developed at <https://code.example/course>."
    text = guide.badges("https://github.com/owner/name")
    assert "https://github.com/owner/name/actions/workflows/test.yml/badge.svg" in text
    assert re.search(
        r"mybinder\.org/v2/gh/owner/name/v\d+\.\d+\.\d+\?urlpath=lab/tree/work/00-", text
    )
    cited = guide.cited("title: x\n", "https://code.example/course")
    assert yaml.safe_load(cited) == {"title": "x", "repository-code": "https://code.example/course"}


def test_the_public_address_is_read_from_pyproject_and_from_nowhere_else(monkeypatch):
    wanted = PYPROJECT["project"].get("urls", {}).get("Repository")
    assert workspace.public_address() == wanted
    metadata = email.message.Message()
    monkeypatch.setattr("importlib.metadata.metadata", lambda _: metadata)
    assert workspace.public_address() is None
    metadata["Project-URL"] = "Repository, https://code.example/course/"
    assert workspace.public_address() == "https://code.example/course"


def test_the_hosted_tests_run_on_each_supported_python_and_call_what_a_person_calls():
    (_, low), (_, high) = supported.bounds()
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(low, high + 1)]
    assert [step["run"] for step in job["steps"] if "run" in step] == [
        ".ci/run",
        "python tools/course.py test",
    ]


def test_the_hooks_fetch_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (local,) = config["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        assert hook["language"] == "system" and hook["entry"].startswith(".venv/bin/python -m ")
        assert "additional_dependencies" not in hook


# --- data, links, glossary ----------------------------------------------------------------------


def test_every_file_of_data_is_accounted_for():
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    files = [path for path in (ROOT / "data").iterdir() if path.name != "README.md"]
    names = [f"`{path.name}{'/' if path.is_dir() else ''}`" for path in files]
    demand_none(
        f"data/README.md does not name {name}. Say there where it comes from."
        for name in sorted(names)
        if name not in page
    )


def test_links_in_the_documents_lead_somewhere():
    demand_none(
        f"{path.relative_to(ROOT)} links to {target}, and there is no such file."
        for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    )


def test_the_glossary_is_in_order_and_every_term_has_a_sentence():
    rows = re.findall(
        r"(?m)^\| ([^|]+) \| ([^|]+) \|$",
        (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
    )[1:]
    terms = [term.replace("`", "").lower() for term, _ in rows]
    assert len(rows) > 50
    demand_none(
        f"docs/glossary.md: {after!r} stands below {before!r}. Put the terms in order."
        for before, after in itertools.pairwise(terms)
        if before > after
    )
    demand_none(
        f"docs/glossary.md: what it says of {term} is not a sentence. End it with a full stop."
        for term, sentence in rows
        if not sentence.endswith(".")
    )


def test_no_private_key_and_no_path_of_a_machine_is_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="locale"
    ).stdout.split()
    files = [ROOT / name for name in listed] or OWN
    texts = (".py", ".md", ".yaml", ".yml", ".txt", ".toml", ".json", ".ipynb", ".mjs")
    wrong = re.compile("BEGIN (?:RSA |EC )?PRIVATE" + " KEY|/home/(?!ada)[a-z]+/|/root" + "/")
    demand_none(
        f"{path.relative_to(ROOT)} holds {found[0]!r}: a private key, or a path of a machine."
        for path in files
        if path.is_file() and path.suffix in texts
        if (found := wrong.search(path.read_text(encoding="utf-8")))
    )


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("jupyterlab-overrides.json", "share/jupyter/lab/settings/overrides.json"),
        ("jupyter-server.json", "etc/jupyter/jupyter_server_config.d/labutils.json"),
    ],
)
def test_the_installed_package_brings_settings_for_jupyterlab(name, place):
    installed = pathlib.Path(sys.prefix, place).read_text(encoding="utf-8")
    assert installed == (ROOT / "data" / name).read_text(encoding="utf-8")


def test_the_javascript_clients_are_locked_by_hash_and_not_by_address():
    folder = ROOT / "tools" / "clients"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked.pop("")["dependencies"] == wanted
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(
        package["integrity"].startswith("sha512-") and "resolved" not in package
        for package in locked.values()
    )


# --- encodings ----------------------------------------------------------------------------------


def without_encoding(tree):
    """Lines on which text is read, written or decoded in whatever encoding the machine's locale
    has."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            named = {keyword.arg for keyword in node.keywords}
            mode = [
                arg.value
                for arg in node.args
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            # No text: a lock of the journal, an instrument that opens, a member of an archive.
            of_bytes = ast.unparse(node.func) in ("os.open", "self.open", "packed.open")
            is_method = isinstance(node.func, ast.Attribute)
            as_text = (
                name == "open"
                and not of_bytes
                and not any("b" in text and len(text) < 4 for text in mode)
                and not (is_method and mode and len(mode[0]) > 3)  # a line of a log, by its id
            )
            positional = (
                name == "read_text" and node.args or name == "write_text" and len(node.args) > 1
            )
            decoded = name in ("run", "Popen", "check_output") and "text" in named
            if (
                not positional
                and "encoding" not in named
                and (name in ("read_text", "write_text") or as_text or decoded)
            ):
                yield node.lineno


def test_every_text_file_is_read_and_written_in_a_named_encoding():
    demand_none(
        f"{path.relative_to(ROOT)}, line {line}: a text is read or written in the encoding that "
        'this machine happens to have. Say encoding="utf-8".'
        for path in OWN
        for line in without_encoding(ast.parse(path.read_text(encoding="utf-8")))
    )


@table(
    "code, wrong",
    [
        ("p.read_text()", True),
        ("p.read_text('utf-8')", False),
        ("p.write_text('x')", True),
        ("open(p, 'w')", True),
        ("p.open('rb')", False),
        ("os.open(p, os.O_WRONLY)", False),
        ("p.open('w', encoding='utf-8')", False),
        ("run(c, text=True)", True),
        ("run(c, encoding='locale')", False),
        ("p.write_text('x', encoding='utf-8')", False),
        ("open(p)", True),
    ],
)
def test_the_rail_of_encodings_can_fail(code, wrong):
    assert bool(list(without_encoding(ast.parse(code)))) == wrong
