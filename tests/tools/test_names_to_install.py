"""Whoever reads `pip install X` types it. So X is a dependency, a path or a wheel: never a name
that nobody owns, since whoever registers that name runs code on the reader's machine."""

import ast
import json
import re
import shlex
import subprocess
import tomllib

import pytest
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from places import ROOT
from rails import demand_none

from labutils.text import DISTRIBUTION

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PUBLISHED = PYPROJECT["tool"]["labutils"]["published"]
# What is installed by its name and is no dependency: the tool of a workflow.
OTHERS = {"pip-audit", "pip"}
INSTALLS = re.compile(
    r"(?P<tool>\bpip3? install|\buv pip install|\buvx --from|\buv tool (?:install|run)|\bpipx \w+)"
    r"\s+(?=(?P<rest>.*))"
)
END = re.compile(r"`|\n|&&|;|\||#|,\s")  # what a command ends with, in prose or in a script
WITH_A_VALUE = {"-r", "-e", "--editable", "--requirement", "--python", "--target", "-c"}


def dependencies():
    """The names of all that pyproject.toml and the requirements.in of tools ask for."""
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    lines = [*project["dependencies"], *PYPROJECT["build-system"]["requires"]]
    for more in (*project["optional-dependencies"].values(), *groups.values()):
        lines += more
    for path in (ROOT / "tools").glob("*/*.in"):
        lines += [
            line for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isalpha()
        ]
    return {canonicalize_name(Requirement(line).name) for line in lines}


KNOWN = dependencies() | OTHERS | ({DISTRIBUTION} if PUBLISHED else set())


def installed(text):
    """What each command in a text installs, word by word."""
    for match in INSTALLS.finditer(text):
        command = END.split(match["rest"], maxsplit=1)[0].strip().rstrip(".)")
        try:
            words = shlex.split(command)
        except ValueError:  # a quotation mark of the sentence around it
            words = command.replace('"', " ").replace("'", " ").split()
        while words:
            word = words.pop(0)
            if word in WITH_A_VALUE:
                words[:1] = []
            elif word == "and":  # prose goes on
                break
            elif not word.startswith("-"):
                yield word
                if "pip install" not in match["tool"]:
                    break  # what follows is the command that is run


def faults_of(text):
    """The names in a text that somebody would install, and that are none of ours."""
    for word in installed(text):
        is_path = word.startswith((".", "/", "WHEEL", "{", "…", "$")) or word.endswith(".whl")
        if is_path:
            continue
        try:
            name = canonicalize_name(Requirement(word).name)
        except InvalidRequirement:
            name = word
        if name not in KNOWN:
            yield name


def literals(code):
    """The texts of a module, each whole, with `…` for what is computed."""
    tree = ast.parse(code)
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            yield "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value


def texts():
    """Each text of the project that a person or a machine may follow, with its file."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if name.startswith("tests/") or not path.is_file():
            continue
        if path.suffix == ".py":
            for text in literals(path.read_text(encoding="utf-8")):
                yield name, text
        elif path.suffix == ".ipynb":
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                yield name, "".join(cell["source"])
        elif path.suffix in (".md", ".yml", ".yaml", ".toml", ".json", ".sh", ".txt", "") and (
            "requirements" not in name
        ):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def test_whatever_is_installed_by_its_name_is_a_dependency():
    seen = [(name, text) for name, text in texts() if INSTALLS.search(text)]
    assert len(seen) > 10
    demand_none(
        f"{name}: `pip install {fault}` names no dependency of this project. While [tool.labutils] "
        "published is false, no index has the course: name a wheel or a path."
        for name, text in seen
        for fault in faults_of(text)
    )


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("run `python -m pip install --force-reinstall --no-deps labutils`", ["labutils"]),
        ("pip install 'anatomy-of-a-cloud-hack[duckdb]', or", [] if PUBLISHED else [DISTRIBUTION]),
        (
            'uvx --from "anatomy-of-a-cloud-hack[lab]" labutils lab',
            [] if PUBLISHED else [DISTRIBUTION],
        ),
        ('`python -m pip install ".[lab]"`', []),
        ('uvx --from "./dist/x-1.0.whl[lab]" labutils lab', []),
        ('uvx --from "WHEEL[lab]"', []),
        ('pip install "jupyterlab>=4.4,<5" "no-such-thing>=1"', ["no-such-thing"]),
        ("python -m pip install --require-hashes -r requirements.txt", []),
        ("pip install -e .", []),
        ("pip install DuckDB", []),
        ('`uvx --from "WHEEL[lab]" labutils lab`, or `pip install labutils`', ["labutils"]),
    ],
)
def test_the_rail_can_fail(text, faults):
    assert list(faults_of(text)) == faults


def test_the_extra_that_a_message_names_is_that_of_the_project():
    from labutils.hunt.duckdb_sql import INSTALL

    (wanted,) = PYPROJECT["project"]["optional-dependencies"]["duckdb"]
    assert f'"{wanted}"' in INSTALL
