"""The wording of all prose: lessons, questions, exercises, messages, pages. What an editor found
often enough to be a habit is a rule here; codespell reads the rest (`make test`)."""

import ast
import json
import re
import subprocess
from functools import cache

import pytest
from places import ROOT
from rails import demand_none

RULES = {
    r"(?<![/'\"])\b(?:color|behavior|authorize[ds]?|recognize[ds]?|organize[ds]?|center|defense|favor)\b"
    r"(?![-:?.'\"]\S|: )": ("is American: spell it as the British do"),
    r"\d %?\bpercent\b": "is written *per cent* here",
    r"\bsmall letters\b": "is *lower case* in English",
    r"\bstands? in (?!for\b)(?:the|a|an|its|your|quotes|one|CAPITALS|\[)": "*is in* is plainer",
    r"\bin the place of\b": "is *in place of*, or *instead of*",
}
# A field of a log, a name of a standard, or somebody else's text: it is spelt as it is.
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|(?ms:^```.*?^```$)|<!--.*?-->")
PROSE = 4  # words from which on a text in code is a sentence
SHEETS = (
    "questions.yaml",
    "exercises.yaml",
    "checklist.yaml",
    "controls.yaml",
    "teaching.yaml",
    "facts.yaml",
)


def listed():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def sentences_of_code(text):
    """The texts that code prints or asks: constants of some words, and no docstrings."""
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docs and len(node.value.split()) >= PROSE:
            yield node.value


@cache
def texts():
    """Each text that a person reads, with its file."""
    return list(read_texts())


def read_texts():
    for name in listed():
        path = ROOT / name
        if name.startswith(("tests/", "data/rules/", "tools/siem/pipelines")):
            continue
        if path.suffix == ".py":
            for text in sentences_of_code(path.read_text(encoding="utf-8")):
                yield name, text
        elif path.suffix == ".md" or path.name in SHEETS:
            yield name, path.read_text(encoding="utf-8")
        elif path.suffix == ".ipynb":
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "markdown":
                    yield name, "".join(cell["source"])


def faults_of(text):
    """What an editor would change in a text."""
    bare = CODE.sub(" ", text)
    for pattern, advice in RULES.items():
        for match in re.finditer(pattern, bare):
            around = " ".join(bare[max(0, match.start() - 30) : match.end() + 30].split())
            yield f"{match[0]!r} {advice}: … {around} …"


def test_all_prose_is_worded_as_the_course_words_it():
    read = texts()
    assert len({name for name, _ in read}) > 300
    demand_none(f"{name}: {fault}" for name, text in read for fault in faults_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "The color of the picture is wrong.",
        "It gives 100 percent of the points.",
        "Write it in small letters.",
        "The name stands in the log.",
        "A page in the place of a file.",
    ],
)
def test_the_rail_can_fail(text):
    assert list(faults_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "`authorize` is the endpoint.",
        "A proxy stands in for the server.",
        "A share in per cent.",
        "See [the centre](https://example.test/center).",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert not list(faults_of(text))


def test_messages_and_sentences_of_exercises_are_read_too():
    """A rail that read notebooks alone let a misspelt mistake pass."""
    (said,) = sentences_of_code('"""A color."""\nX = f("Once that color is turned", "two words")')
    assert list(faults_of(said))
    names = {name for name, _ in texts()}
    assert {
        "labutils/lessons/lesson_09/exercises.yaml",
        "labutils/lessons/lesson_09/questions.yaml",
        "labutils/doctor.py",
        "docs/authoring.md",
        "README.md",
    } <= names
