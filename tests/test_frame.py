"""The house: layout, versions, sizes, and the tools that keep it so."""
import ast
import importlib.util
import pathlib
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

import pytest
import yaml

ROOT = pathlib.Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = dict(re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.txt").read_text()))
SOURCES = sorted((ROOT / "labutils").rglob("*.py"))
OWN = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "tools").rglob("*.py")), ROOT / "conftest.py"]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- versions ---------------------------------------------------------------------------------------------------


def test_the_lock_has_hashes_and_no_address():
    text = (ROOT / "requirements.txt").read_text()
    assert "://" not in text and not re.search(r"(?m)^-", text)
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text) if "==" in block.split("\n")[0])


def test_the_lock_holds_every_requirement_and_the_build_backend():
    project = PYPROJECT["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"] + PYPROJECT["build-system"]["requires"]
    assert {re.match(r"[\w.-]+", line).group() for line in wanted} <= set(LOCK)


def test_conda_and_binder_get_the_versions_of_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda, pip = environment["dependencies"][:-1], environment["dependencies"][-1]["pip"]
    assert environment["channels"] == ["conda-forge"] and conda[0] == "python=3.13" and conda[1] == "jupyterlab>=4.4,<5"
    assert conda[1] in PYPROJECT["project"]["dependencies"]
    pinned = dict(line.split("==") for line in pip)
    assert all(LOCK[name] == version for name, version in pinned.items())
    needed = {re.match(r"[\w.-]+", line).group() for line in PYPROJECT["project"]["dependencies"]} - {"jupyterlab"}
    assert set(pinned) == needed | {"hatchling"}


def test_binder_finds_what_it_needs_and_nothing_that_hides_it():
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()
    assert "pip install --no-deps" in (ROOT / "postBuild").read_text() and (ROOT / "postBuild").stat().st_mode & 0o111


def test_the_supported_pythons_are_named_alike():
    course = tool("course")
    low, high = course.OLDEST[1], course.NEWEST[1]
    assert PYPROJECT["project"]["requires-python"] == f">=3.{low},<3.{high + 1}"
    assert f"Python 3.{low} to 3.{high}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_another_python_gets_a_sentence(version, monkeypatch):
    course = tool("course")
    monkeypatch.setattr(course.sys, "version_info", (*version, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.14, and this is"):
        course.require_python()


# --- sizes ------------------------------------------------------------------------------------------------------


def code_lines(path):
    """Lines that are not blank, comment or docstring."""
    text = path.read_text()
    strings = [node.body[0] for node in ast.walk(ast.parse(text))
               if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
               and isinstance(node.body[0].value, ast.Constant) and isinstance(node.body[0].value.value, str)]
    said = {number for string in strings for number in range(string.lineno, string.end_lineno + 1)}
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.strip().startswith("#") and number not in said]


def test_at_most_fifteen_names_are_exported_and_each_is_there():
    import labutils
    assert len(labutils.__all__) <= 15 and all(hasattr(labutils, name) for name in labutils.__all__)
    with pytest.raises(AttributeError, match="no name 'nothing'"):
        labutils.nothing  # noqa: B018


def test_no_six_lines_stand_twice():
    places = defaultdict(list)
    for path in OWN:
        lines = [(number, line) for number, line in code_lines(path) if re.search(r"\w", line) and not re.match("import |from ", line)]
        for start in range(len(lines) - 5):
            window = tuple(line for _, line in lines[start:start + 6])
            places[window].append(f"{path.relative_to(ROOT)}:{lines[start][0]}")
    assert not [found for found in places.values() if len(found) > 1]


def test_arrows_point_one_way():
    order = ["text", "lab", "identity", "incident", "classroom"]
    for path in SOURCES:
        room = path.relative_to(ROOT / "labutils").parts[0].removesuffix(".py")
        if room in order:
            used = set(re.findall(r"from labutils\.(\w+)", path.read_text()))
            assert all(order.index(name) <= order.index(room) for name in used), path


def test_every_public_function_says_what_it_does():
    for path in SOURCES:
        if path.parent.name != "lessons":
            tree = ast.parse(path.read_text())
            public = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
            assert ast.get_docstring(tree) and not [node.name for node in public if not ast.get_docstring(node)], path


# --- what is written down --------------------------------------------------------------------------------------


def test_the_readme_is_what_the_notebooks_say():
    execute = tool("execute")
    paths = [ROOT / "notebooks" / name for name in tool("course").course_notebooks()]
    picture, sentence = execute.cover()
    text = (ROOT / "README.md").read_text()
    assert execute.lesson_table(paths) in text and sentence in text
    assert (ROOT / "docs" / "what-dies-when.png").read_bytes() == picture


def test_every_file_of_data_is_accounted_for():
    told = (ROOT / "data" / "README.md").read_text()
    assert all(f"`{path.name}{'/' if path.is_dir() else ''}`" in told for path in (ROOT / "data").iterdir() if path.name != "README.md")


def test_links_in_the_documents_lead_somewhere():
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
            assert "://" in target or (path.parent / target).exists(), (path, target)


def test_the_glossary_is_in_order_and_every_term_has_a_sentence():
    rows = re.findall(r"(?m)^\| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "glossary.md").read_text())[1:]
    terms = [term.replace("`", "").lower() for term, _ in rows]
    assert len(rows) > 50 and terms == sorted(terms) and all(sentence.endswith(".") for _, sentence in rows)


def test_no_private_key_and_no_path_of_a_machine_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    files = [ROOT / name for name in listed] or OWN
    for path in files:
        if path.is_file() and path.suffix in (".py", ".md", ".yaml", ".yml", ".txt", ".toml", ".json", ".ipynb", ".mjs"):
            text = path.read_text(encoding="utf-8")
            assert not re.search("BEGIN (?:RSA |EC )?PRIVATE" + " KEY|/home/(?!ada)[a-z]+/|/root" + "/", text), path


# --- reset ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's copy of the course without git, and the tool that restores a lesson."""
    reset = tool("reset")
    for folder in (tmp_path / "notebooks", tmp_path / "share" / "labutils" / "notebooks"):
        folder.mkdir(parents=True)
        for number in ("03", "04"):
            (folder / f"{number}-a-lesson.ipynb").write_text(f"lesson {number}")
    sums = [f"{reset.digest(path.read_bytes())}  {path.name}\n" for path in sorted((tmp_path / "notebooks").glob("*.ipynb"))]
    (tmp_path / "notebooks" / "SHA256SUMS").write_text("".join(sums))
    monkeypatch.setattr(reset, "HERE", tmp_path)
    monkeypatch.setattr(reset, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(reset.sys, "prefix", str(tmp_path))
    return reset, tmp_path / "notebooks"


def test_reset_restores_a_lesson_and_keeps_the_learners_copy(desk, capsys):
    reset, notebooks = desk
    lesson = next(notebooks.glob("03-*.ipynb"))
    original = lesson.read_bytes()
    for number, mine in ((1, b"my work"), (2, b"more of it")):
        lesson.write_bytes(mine)
        assert reset.main(["03"]) == 0 and lesson.read_bytes() == original
        assert lesson.with_suffix(f".yours-{number}.ipynb").read_bytes() == mine
    assert "Your version is kept as" in capsys.readouterr().out


def test_reset_leaves_an_unchanged_lesson_and_a_wrong_number_alone(desk, capsys):
    reset, notebooks = desk
    before = sorted(path.name for path in notebooks.iterdir())
    assert reset.main(["03"]) == 0 and reset.main(["99"]) == 2 and reset.main([]) == 2
    assert sorted(path.name for path in notebooks.iterdir()) == before
    assert "make reset LESSON=03" in capsys.readouterr().out


def test_reset_without_a_pristine_copy_touches_nothing(desk, capsys):
    reset, notebooks = desk
    lesson = next(notebooks.glob("03-*.ipynb"))
    lesson.write_bytes(b"my work")
    (notebooks.parent / "share/labutils/notebooks" / lesson.name).unlink()
    assert reset.main(["03"]) == 1 and lesson.read_bytes() == b"my work"
    assert "Yours is untouched" in capsys.readouterr().out


def test_the_installed_package_brings_quiet_settings():
    settings = pathlib.Path(sys.prefix, "share/jupyter/lab/settings/overrides.json")
    assert settings.read_text() == (ROOT / "data" / "jupyterlab-overrides.json").read_text()
