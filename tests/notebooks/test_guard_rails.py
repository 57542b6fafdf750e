"""What every lesson must be, whatever it teaches."""

import ast
import hashlib
import json
import re
import statistics
import subprocess
import sys

import execute
import lessons
import nbformat
import pytest
import yaml
from conftest_paths import DATA, NOTEBOOKS, ROOT
from remade import REMADE

from labutils.incident.ledger import ledger

HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
HOST = re.compile(
    r"(?:https?://|@)([\w.-]+\.[a-z]{2,})|\b([\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|edu|gov))\b"
)


def headings(prose):
    """Headings outside code fences, as (level, text)."""
    text = re.sub(r"```.*?```", "", "\n\n".join(prose), flags=re.DOTALL)
    return [(len(marks), title) for marks, title in HEADING.findall(text)]


# --- the eight checks -------------------------------------------------------------------------------------------


def test_there_is_exactly_one_title_and_no_heading_level_is_skipped(prose):
    levels = [level for level, _ in headings(prose)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_image_in_the_text_has_words_for_those_who_do_not_see_it(prose):
    assert all(words.strip() for mark, words, _ in LINK.findall("\n".join(prose)) if mark)
    assert not re.search(r"<img(?![^>]*alt=)", "\n".join(prose))


def test_every_code_cell_was_run_in_order_and_its_output_is_kept(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert sum(bool(cell.outputs) for cell in code) > len(code) / 2


def test_no_error_and_nothing_on_stderr_is_stored(outputs):
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_no_path_address_or_process_of_a_machine_is_in_the_outputs(texts):
    found = re.compile(
        r"/(?:home|root|tmp|usr|work|Users|private|var)/|[A-Z]:\\|site-packages|ipykernel|\b0x[0-9a-f]{6,}\b|\bpid[ =]\d+"
    )
    assert not [text for text in texts if found.search(text)]


# --- what nbval does not check ----------------------------------------------------------------------------------


def test_code_cells_hold_plain_python_without_magic_shell_or_prompt(code):
    sources = "\n".join(cell.source for cell in code)
    assert not re.search(r"(?m)^\s*[!%]|;\s*$|\binput\(", sources)
    assert not re.search(
        r"(?m)^\s*(?:import|from) (?:requests|urllib\.request|socket|aiohttp|subprocess)\b", sources
    )


def test_no_cell_asks_to_be_spared(notebook):
    whole = json.dumps(notebook)
    assert not re.search(r"NBVAL|nbval-|raises-exception", whole)


def test_cells_have_names_that_mean_something(notebook):
    nbformat.validate(notebook)
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)
    assert not [
        name
        for name in names
        if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name)
        or re.fullmatch(r"[0-9a-f]{8}", name)
    ]


def test_the_file_is_written_in_the_canonical_form(path, notebook):
    assert path.read_text(encoding="utf-8") == execute.canonical(notebook)


def test_the_file_is_small(path):
    assert path.stat().st_size < 300_000


def test_the_lesson_is_as_the_course_stored_it(path, name):
    assert hashlib.sha256(path.read_bytes()).hexdigest() == lessons.sums()[name], (
        f"notebooks/{name} was changed. To restore it: git checkout notebooks/{name}. "
        f"To store it as the course's: make notebooks ARGS={name[:2]}."
    )


def test_outputs_and_sources_name_no_host_of_the_real_network(code, texts):
    allowed = ("example", "test", "localhost", "invalid")
    for text in [cell.source for cell in code]:
        hosts = [one or other for one, other in HOST.findall(text)]
        assert not [
            host
            for host in hosts
            if host.rsplit(".", 1)[-1] not in allowed and not host.endswith("example.com")
        ], text


# --- shape and accessibility ------------------------------------------------------------------------------------


def test_the_metadata_says_which_lesson_it_is_and_how_long_it_takes(notebook, name, prose):
    course = notebook.metadata["labutils"]
    assert course["lesson"] == name[:2] and 5 <= course["minutes"] <= 60
    assert f"Time: {course['minutes']} min" in prose[0] and f"# {name[:2]} · " in prose[0]


def test_the_minutes_at_the_headings_fit_into_the_lesson(notebook, prose):
    parts = [
        int(minutes)
        for _, title in headings(prose)
        for minutes in re.findall(r"\((\d+) min(?: · long)?\)", title)
    ]
    course = notebook.metadata["labutils"]
    assert len(parts) >= 4 and sum(parts) <= course.get("minutes_long", course["minutes"])


def test_the_lesson_follows_the_order_that_learners_know(prose):
    titles = [title for _, title in headings(prose)]
    wanted = [
        "What you will be able to do",
        "What you need to know first",
        "A question to open with",
        "Exercises",
        "Quiz",
        "What really happened",
        "Recap",
        "In practice",
        "Go further",
    ]
    places = [
        next((i for i, title in enumerate(titles) if title.startswith(want)), -1) for want in wanted
    ]
    assert -1 not in places and places == sorted(places)


def test_cells_are_short_and_prose_is_neither_thin_nor_thick(notebook, code, prose):
    lines = [len(cell.source.splitlines()) for cell in code]
    words = len(re.sub(r"<!--.*?-->", "", "\n".join(prose)).split())
    assert statistics.median(lines) <= 5 and max(lines) <= 20
    assert not [
        line for cell in code for line in cell.source.splitlines() if len(line) > 120
    ]  # wider ones scroll
    assert 20 <= len(notebook.cells) <= 75 and 800 <= words <= 2400


def test_the_learner_predicts_before_it_is_shown(prose, name):
    if name[:2] in REMADE:  # their predictions are data: test_the_learner_acts.py
        return
    assert "\n".join(prose).count("**Predict.**") >= 3


def test_under_each_figure_stands_a_sentence_that_says_the_same(code):
    drawn = [cell for cell in code if any("image/png" in o.get("data", {}) for o in cell.outputs)]
    assert drawn
    for cell in drawn:
        said = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        assert len(said.split()) >= 8 and said.rstrip().endswith(".") and re.search(r"\d", said)


def test_links_say_where_they_lead(prose):
    for _, words, target in LINK.findall("\n".join(prose)):
        assert len(words.strip()) > 1 and words.lower() not in (
            "here",
            "link",
            "this",
            "click here",
            target.lower(),
        )


def test_labutils_is_imported_first_and_the_text_above_names_the_right_kernel(notebook):
    """So that a package that is missing, or another kernel, is met by a sentence and not by a riddle."""
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    above, imports = notebook.cells[first - 1], notebook.cells[first]
    assert imports.source.startswith("from labutils import ")
    assert above.source.endswith(
        "If the next cell finds no module named `labutils`, this notebook runs on another kernel: "
        "start it with `make lab`, or choose the kernel of `.venv`."
    )


def test_a_learner_who_is_stuck_can_ask_where_the_lesson_says_so(code):
    """`check` answers `Stuck? hint(...)`, and a hint names `solution`: both are imported in every lesson."""
    names = set(re.findall(r"(?m)^from labutils import (.+)$", code[0].source)[0].split(", "))
    assert {"check", "hint", "solution", "quiz", "progress"} <= names


def test_the_text_of_an_exercise_stands_right_above_it(notebook):
    for above, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        for name in re.findall(
            r'(?m)^check\("(\d\d-\d)"', cell.source if cell.cell_type == "code" else ""
        ):
            if (
                above.cell_type == "code"
            ):  # a cell with what the exercise is about may stand between
                above = notebook.cells[notebook.cells.index(above) - 1]
            assert above.cell_type == "markdown" and f"**{name}.**" in above.source, name


def test_no_cell_takes_a_name_that_the_lesson_needs(code):
    """A cell that says `hint = ...` would break every later `hint(...)`."""
    names = set(re.findall(r"(?m)^from labutils import (.+)$", code[0].source)[0].split(", "))
    trees = [ast.parse(cell.source) for cell in code]
    stored = {
        node.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert not names & stored


def test_links_lead_to_registered_sources_or_to_files_that_exist(prose):
    standards = yaml.safe_load((DATA / "standards.yaml").read_text(encoding="utf-8")).values()
    known = {source.url for source in ledger().sources.values()} | {
        source["url"] for source in standards
    }
    for _, _, target in LINK.findall("\n".join(prose)):
        assert (
            target in known if "://" in target else (NOTEBOOKS / target.split("#")[0]).exists()
        ), target


def test_tables_have_headers_and_nothing_is_said_by_colour_alone(prose):
    text = "\n".join(prose)
    tables = re.findall(r"(?:^\|.*\|\n?)+", text, flags=re.MULTILINE)
    assert all(re.fullmatch(r"\|(?:\s*:?-+:?\s*\|)+", table.splitlines()[1]) for table in tables)
    assert not re.search(r"style\s*=|<font|color:", text)


def test_the_prose_is_spelt_in_british_english(prose, tmp_path):
    page = tmp_path / "prose.md"
    page.write_text("\n\n".join(prose), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "codespell_lib", str(page)],
        capture_output=True,
        cwd=ROOT,
        encoding="locale",
    )
    assert checked.returncode == 0, checked.stdout
    text = re.sub(
        r"`[^`]*`|\]\(\S+\)", "", page.read_text(encoding="utf-8")
    )  # authorization is a term of OAuth; addresses are as they are
    assert not re.findall(
        r"\b(?:color|behavior|authorize[ds]?|recognize|center|defense|favor)\b", text
    )


def test_no_exclamation_and_no_emoji(prose):
    assert not re.search(r"\w!(?:\s|$)|[\U0001F300-\U0001FAFF\u2600-\u27BF]", "\n".join(prose))


# --- the rails themselves can fail ------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [["# a", "# b"], ["## a"], ["# a", "### b"]])
def test_the_heading_rail_can_fail(levels):
    with pytest.raises(AssertionError):
        test_there_is_exactly_one_title_and_no_heading_level_is_skipped(levels)


@pytest.mark.parametrize(
    "text", ["/home/ada/x", "C:\\Users", "<object at 0x7f12ab34cd>", "lib/site-packages/jwt"]
)
def test_the_path_rail_can_fail(text):
    with pytest.raises(AssertionError):
        test_no_path_address_or_process_of_a_machine_is_in_the_outputs([text])


@pytest.mark.parametrize(
    "text",
    ["[here](../docs/glossary.md)", "[RFC](https://elsewhere.test/)", "[lesson](99-none.ipynb)"],
)
def test_the_link_rails_can_fail(text):
    with pytest.raises(AssertionError):
        test_links_say_where_they_lead([text])
        test_links_lead_to_registered_sources_or_to_files_that_exist([text])
