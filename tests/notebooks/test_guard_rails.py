"""What every lesson must be, whatever it teaches. A rail that fails says what to do."""

import hashlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import execute
import fact_guard
import lessons
import nbformat
import pytest
import translations
import yaml
from ledgers import ledger
from places import DATA, NOTEBOOKS, ROOT
from rails import Failed, demand, demand_none, quoted
from tables import table

from labutils.classroom.workspace import number_of

HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
HOST = re.compile(
    r"(?:https?://|@)([\w.-]+\.[a-z]{2,})|\b([\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|edu|gov))\b"
)
ORDER = (
    "What you will be able to do",
    "What you need to know first",
    "A question to open with",
    "Exercises",
    "Quiz",
    "What really happened",
    "Recap",
    "In practice",
    "Go further",
)
TO_WRITE = "TO WRITE"  # how the skeleton of a lesson marks what is left (tools/lesson.py)


def headings(texts):
    """Headings outside code fences, as (level, text)."""
    text = re.sub(r"```.*?```", "", "\n\n".join(texts), flags=re.DOTALL)
    return [(len(marks), title) for marks, title in HEADING.findall(text)]


def of_kind(notebook, kind):
    """The cells of a kind, `code` or `markdown`; of code, those that have some."""
    return [
        c for c in notebook.cells if c.cell_type == kind and (c.source.strip() or kind != "code")
    ]


AT_WORK = "at-work"  # the box: it has a limit of its own (test_at_work.py)


def sources(notebook):
    return [cell.source for cell in of_kind(notebook, "markdown")]


def seen(cell):
    """What a reader sees as text in the outputs of a cell."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        yield from (str(v) for kind, v in output.get("data", {}).items() if "image" not in kind)


# --- what is left to write ----------------------------------------------------------------------


@pytest.mark.lessons_alone
def test_nothing_of_a_skeleton_is_left_to_write(name, notebook):
    number = name[:2]
    paths = [
        path
        for folder in (lessons.folder_of(number), lessons.tests_of(number))
        for path in folder.rglob("*.*")
        if path.suffix in (".py", ".yaml")
    ]
    files = [path for path in paths if TO_WRITE in path.read_text("utf-8")]
    demand_none(
        [
            f"{name}, cell {c.id}: {TO_WRITE} stands in it."
            for c in notebook.cells
            if TO_WRITE in c.source
        ]
        + [f"{path.as_posix()}: {TO_WRITE} stands in it." for path in files]
    )


# --- the eight checks ---------------------------------------------------------------------------


def heading_faults(texts) -> Iterator[str]:
    levels = [level for level, _ in headings(texts)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"There are {levels.count(1)} titles (`# ...`). Write one, as the first heading."
    for (before, _), (after, title) in zip(headings(texts), headings(texts)[1:], strict=False):
        if after > before + 1:
            yield f"The heading {title!r} skips a level. Give it one # less."


def test_there_is_exactly_one_title_and_no_heading_level_is_skipped(name, notebook):
    demand_none(f"{name}: {fault}" for fault in heading_faults(sources(notebook)))


def test_every_image_in_the_text_has_words_for_those_who_do_not_see_it(name, notebook):
    faults = []
    for cell in of_kind(notebook, "markdown"):
        images = [words for mark, words, _ in LINK.findall(cell.source) if mark]
        if not all(map(str.strip, images)) or re.search(r"<img(?![^>]*alt=)", cell.source):
            faults.append(f"{name}, cell {cell.id}: write what the picture shows: ![words](file).")
    demand_none(faults)


def test_every_code_cell_was_run_in_order_and_its_output_is_kept(name, notebook):
    cells = of_kind(notebook, "code")
    in_order = [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    store = f"Run and store it: make notebooks ARGS={number_of(name)}."
    demand(in_order, f"{name}: its cells were not run from top to bottom. {store}")
    shown = sum(bool(cell.outputs) for cell in cells)
    demand(
        shown > len(cells) / 2,
        f"{name}: only {shown} of {len(cells)} code cells show something. More than half should.",
    )


def test_no_error_and_nothing_on_stderr_is_stored(name, notebook):
    wrong = [
        cell.id
        for cell in of_kind(notebook, "code")
        if any(o.output_type == "error" or o.get("name") == "stderr" for o in cell.outputs)
    ]
    demand_none(
        f"{name}, cell {cell}: an error or a warning is stored. Where the error is the lesson, "
        "put it into `with refuses(...)`."
        for cell in wrong
    )


OF_A_MACHINE = re.compile(
    r"/(?:home|root|tmp|usr|work|Users|private|var)/|[A-Z]:\\|site-packages|ipykernel"
    r"|\b0x[0-9a-f]{6,}\b|\bpid[ =]\d+"
)


def test_no_path_address_or_process_of_a_machine_is_in_the_outputs(name, notebook):
    demand_none(
        f"{name}, cell {cell.id}: the output shows {found[0]!r}, which is another on each machine. "
        "Print something else."
        for cell in of_kind(notebook, "code")
        for text in seen(cell)
        if (found := OF_A_MACHINE.search(text))
    )


# --- what nbval does not check ------------------------------------------------------------------

NOT_PLAIN = re.compile(
    r"(?m)^\s*[!%]|;\s*$|\binput\("
    r"|^\s*(?:import|from) (?:requests|urllib\.request|socket|aiohttp|subprocess)\b"
)


def test_code_cells_hold_plain_python_without_magic_shell_or_prompt(name, notebook):
    demand_none(
        f"{name}, cell {cell.id}: {found[0].strip()!r} is magic, shell, a prompt, the network or a "
        "closing semicolon. Write it as plain Python that stays in the process."
        for cell in of_kind(notebook, "code")
        if (found := NOT_PLAIN.search(cell.source))
    )


def test_no_cell_asks_to_be_spared(name, notebook):
    found = re.search(r"NBVAL|nbval-|raises-exception", json.dumps(notebook))
    demand(not found, f"{name} asks nbval to spare a cell ({found and found[0]}). Take that out.")


def test_cells_have_names_that_mean_something(name, notebook):
    nbformat.validate(notebook)
    names = [cell.id for cell in notebook.cells]
    good = re.compile(r"(?![0-9a-f]{8}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
    demand_none(
        f"{name}, cell {cell!r}: give it a name of its own in small letters and hyphens, such as "
        "figure-volley. JupyterLab cannot: edit `id` in the file."
        for cell in names
        if names.count(cell) > 1 or not good.fullmatch(cell)
    )


def test_the_file_is_written_in_the_canonical_form(path, notebook):
    demand(
        path.read_text(encoding="utf-8") == execute.canonical(notebook),
        f"{path.name} is not in canonical form. Store it: make notebooks ARGS={path.name[:2]}.",
    )


def test_the_file_is_small(path):
    size = path.stat().st_size
    demand(
        size < 300_000,
        f"{path.name} has {size:,} bytes; 300,000 is the most. Draw smaller pictures.",
    )


def test_the_lesson_is_as_the_course_stored_it(path, name):
    if NOTEBOOKS not in path.parents:
        return  # somebody else's, who stores it where it is
    demand(
        hashlib.sha256(path.read_bytes()).hexdigest() == lessons.sums()[name],
        f"notebooks/{name} was changed. To restore it: git checkout notebooks/{name}. "
        f"To store it as the course's: make notebooks ARGS={path.name[:2]}.",
    )


IDENTIFIERS = ("schemas.openid.net",)  # stands in the names of event types, and is not asked


def foreign_hosts(text):
    """Hosts in a text that are neither reserved names nor documentation."""
    hosts = [one or other for one, other in HOST.findall(text)]
    hosts = [host for host in hosts if host not in IDENTIFIERS]
    reserved = ("example", "test", "localhost", "invalid")
    return [
        h for h in hosts if h.rsplit(".", 1)[-1] not in reserved and not h.endswith("example.com")
    ]


def test_outputs_and_sources_name_no_host_of_the_real_network(name, notebook):
    demand_none(
        f"{name}, cell {cell.id}: {host} is a host of the real network. Use a name that ends in "
        ".example or .test."
        for cell in of_kind(notebook, "code")
        for text in (cell.source, *seen(cell))
        for host in foreign_hosts(text)
    )


# --- shape and accessibility --------------------------------------------------------------------


MOST_UNSAID = 7  # minutes for what has none at its heading: the opening question, the recap


def words_of(texts):
    return len(re.sub(r"<!--.*?-->", "", "\n".join(texts)).split())


def test_cells_are_short(name, notebook):
    cells = of_kind(notebook, "code")
    lines = [len(cell.source.splitlines()) for cell in cells]
    median = statistics.median(lines)
    faults = []
    if median > 5:
        faults.append(f"{name}: half of its code cells have more than 5 lines. Cut the long ones.")
    for cell in cells:
        if len(cell.source.splitlines()) > 20:
            faults.append(f"{name}, cell {cell.id}: more than 20 lines. Move code into labutils.")
        if any(len(line) > 120 for line in cell.source.splitlines()):
            faults.append(
                f"{name}, cell {cell.id}: a line is longer than 120 characters, and scrolls."
            )
    demand_none(faults)


def mute_links(text):
    """Links whose words do not say where they lead."""
    silent = ("here", "link", "this", "click here")
    for _, words, target in LINK.findall(text):
        if len(words.strip()) <= 1 or words.lower() in (*silent, target.lower()):
            yield f"the link {words!r} does not say where it leads. Name what is there."


def test_links_say_where_they_lead(name, notebook):
    demand_none(
        f"{name}, cell {cell.id}: {fault}"
        for cell in of_kind(notebook, "markdown")
        for fault in mute_links(cell.source)
    )


KERNEL = "No module named `labutils` in the next cell? Close this, and start it with `make lab`."


def imported(notebook):
    """The names that the first code cell takes from labutils."""
    first = of_kind(notebook, "code")[0].source
    return set(re.findall(r"(?m)^from labutils import (.+)$", first)[0].split(", "))


def test_the_text_of_an_exercise_stands_right_above_it(name, notebook):
    cells, faults = notebook.cells, []
    for place, cell in enumerate(cells):
        code = cell.source if cell.cell_type == "code" else ""
        for item in re.findall(r'(?m)^check\("(\d\d-\d+)"', code):
            above = cells[place - 1]
            if above.cell_type == "code":  # what the exercise is about may stand between
                above = cells[place - 2]
            if above.cell_type != "markdown" or f"**{item}.**" not in above.source:
                faults.append(f"{name}, cell {cell.id}: the text above it must hold `**{item}.**`.")
    demand_none(faults)


@cache
def addresses():
    """The addresses of registered sources and of standards."""
    standards = yaml.safe_load((DATA / "standards.yaml").read_text(encoding="utf-8")).values()
    return {source.url for source in ledger().sources.values()} | {s["url"] for s in standards}


def dead_links(text, folder=NOTEBOOKS):
    """Links to pages that are no registered source, and to files that are not there. A copy of
    somebody else's lesson lies beside those of the course, and its links lead on from there."""
    is_guests = NOTEBOOKS not in (folder, *folder.parents)
    folders = (folder, NOTEBOOKS) if is_guests else (folder,)
    for _, _, target in LINK.findall(text):
        if "://" in target and target not in addresses():
            yield (
                f"{target} is not a registered source. Use an address of the ledger, or enter it "
                "in data/standards.yaml."
            )
        path = target.split("#")[0]
        if "://" not in target and not any((one / path).exists() for one in folders):
            yield f"there is no file {target}, seen from {folder.name}/."


def test_links_lead_to_registered_sources_or_to_files_that_exist(name, path, notebook):
    demand_none(
        f"{name}, cell {cell.id}: {fault}"
        for cell in of_kind(notebook, "markdown")
        for fault in dead_links(cell.source, path.parent)
    )


def test_tables_have_headers_and_nothing_is_said_by_colour_alone(name, notebook):
    faults = []
    for cell in of_kind(notebook, "markdown"):
        for block in re.findall(r"(?:^\|.*\|\n?)+", cell.source, flags=re.MULTILINE):
            rows = block.splitlines()
            if len(rows) < 2 or not re.fullmatch(r"\|(?:\s*:?-+:?\s*\|)+", rows[1]):
                faults.append(
                    f"{name}, cell {cell.id}: a table has no header. Write |---| below its "
                    "first row."
                )
        if re.search(r"style\s*=|<font|color:", cell.source):
            faults.append(
                f"{name}, cell {cell.id}: it sets a colour. Say in words what the colour says."
            )
    demand_none(faults)


AMERICAN = re.compile(r"\b(?:color|behavior|authorize[ds]?|recognize|center|defense|favor)\b")


@cache
def codespell() -> subprocess.CompletedProcess:
    """What codespell says of the prose of all lessons, each in a file of its number: to start it
    takes most of its time."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (*lessons.stored(), *lessons.guests()):
            page = Path(folder, f"{path.parent.name}-{path.stem}.md")
            notebook = nbformat.read(path, as_version=4)
            page.write_text("\n\n".join(sources(notebook)), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "codespell_lib", folder],
            capture_output=True,
            cwd=ROOT,
            encoding="locale",
            check=False,
        )


def test_the_prose_is_spelt_in_british_english(name, path, notebook):
    checked = codespell()
    every = re.findall(r"([\w-]+)\.md:\d+: (\w+) ==> (.+)", checked.stdout)
    demand_none(
        f"{name}: {wrong!r} is misspelt; codespell proposes {right}."
        for page, wrong, right in every
        if page == f"{path.parent.name}-{path.stem}"
    )
    demand(every or checked.returncode == 0, f"{name}: codespell failed: {checked.stderr}")
    # authorization is a term of OAuth; addresses and code are as they are
    text = re.sub(r"`[^`]*`|\]\(\S+\)", "", "\n\n".join(sources(notebook)))
    demand_none(
        f"{name}: {word!r} is American. Spell it as the British do."
        for word in AMERICAN.findall(text)
    )


def test_no_exclamation_and_no_emoji(name, notebook):
    demand_none(
        f"{name}, cell {cell.id}: {quoted(found[0])} is an exclamation or an emoji. Take it out."
        for cell in of_kind(notebook, "markdown")
        if (found := re.search(r"\w!(?:\s|$)|[\U0001F300-\U0001FAFF\u2600-\u27BF]", cell.source))
    )


# --- the rails themselves can fail --------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "says"),
    [
        (["# a", "# b"], "There are 2 titles"),
        (["## a"], "There are 0 titles"),
        (["# a", "### b"], "'b' skips a level"),
    ],
)
def test_the_heading_rail_can_fail(levels, says):
    assert says in " ".join(heading_faults(levels))


@pytest.mark.parametrize(
    "text", ["/home/ada/x", "C:\\Users", "<object at 0x7f12ab34cd>", "lib/site-packages/jwt"]
)
def test_the_path_rail_can_fail(text):
    cell = nbformat.v4.new_code_cell(
        "x", id="a", outputs=[nbformat.v4.new_output("stream", text=text)]
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(
        Failed, match="x.ipynb, cell a: the output shows .* another on each machine"
    ):
        test_no_path_address_or_process_of_a_machine_is_in_the_outputs("x.ipynb", notebook)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[here](../docs/glossary.md)", "does not say where it leads"),
        ("[RFC](https://elsewhere.test/)", "is not a registered source"),
        ("[lesson](99-none.ipynb)", "there is no file 99-none.ipynb"),
    ],
)
def test_the_link_rails_can_fail(text, says):
    assert says in " ".join([*mute_links(text), *dead_links(text)])


def test_a_rail_answers_in_sentences_and_in_nothing_else():
    with pytest.raises(Failed) as caught:
        demand_none(["a.ipynb has 12 cells; from 20 to 75 are wanted.", "Second."])
    assert caught.value.msg == "a.ipynb has 12 cells; from 20 to 75 are wanted.\nSecond."
    assert caught.value.pytrace is False
    demand_none([])


# --- what a cell is on a wall, and in another language --------------------------------------------


def mark_faults(cells) -> Iterator[str]:
    """What is wrong with the marks of slides and notes in the metadata of cells."""
    begun = False
    for cell in cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        note = cell.metadata.get("labutils", {}).get("note")
        wall = cell.metadata.get("labutils", {}).get("wall")
        if kind not in (None, "slide", "fragment"):
            yield f"cell {cell.id}: {kind!r} is not a kind of slide here; say slide or fragment"
        if kind == "fragment" and not begun:
            yield f"cell {cell.id}: a fragment is a step of a slide, and no slide has begun"
        if note is not None and kind is None:
            yield f"cell {cell.id}: a note is for a speaker, and this cell is on no wall"
        if wall is not None and kind is None:
            yield f"cell {cell.id}: it says what the wall shows, and is on no wall"
        if kind == "slide" and note is None:
            yield f"cell {cell.id}: a slide begins here, and the speaker has no note"
        for text in filter(None, (note, wall)):
            yield from (f"cell {cell.id}: {fault}" for fault in fact_guard.problems(text))
        if note is not None and (not note.strip() or note.strip()[-1] not in ".?!"):
            yield f"cell {cell.id}: a note is a sentence, and this one does not end"
        begun = begun or kind == "slide"
        known = {"slideshow", "labutils"}
        if more := set(cell.metadata) - known:
            yield f"cell {cell.id}: {', '.join(sorted(more))} is not metadata of the course"


def test_the_marks_of_slides_and_notes_are_those_of_the_format(name, notebook):
    demand_none(f"{name}, {fault}." for fault in mark_faults(notebook.cells))


@pytest.mark.lessons_alone
def test_each_lesson_is_made_for_a_wall_too(name, notebook):
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    demand(kinds.count("slide") >= 8, f"{name}: mark what the wall shows (docs/authoring.md).")


@table(
    ("metadata", "says"),
    [
        ({"slideshow": {"slide_type": "subslide"}}, "is not a kind of slide here"),
        ({"slideshow": {"slide_type": "fragment"}}, "no slide has begun"),
        ({"labutils": {"note": "Ask."}}, "a note is for a speaker"),
        ({"labutils": {"wall": "Three."}}, "what the wall shows"),
        ({"slideshow": {"slide_type": "slide"}}, "the speaker has no note"),
        (
            {
                "slideshow": {"slide_type": "slide"},
                "labutils": {"note": "Ask.", "wall": "Cloudflare lost 76 repositories."},
            },
            "and no fact",
        ),
        ({"slideshow": {"slide_type": "slide"}, "labutils": {"note": "Ask"}}, "does not end"),
        ({"collapsed": True}, "collapsed is not metadata of the course"),
    ],
)
def test_the_rail_of_marks_can_fail(metadata, says):
    cell = nbformat.v4.new_markdown_cell("x", id="x", metadata=metadata)
    assert any(says in fault for fault in mark_faults([cell]))


def test_what_the_wall_shows_outlasts_make_notebooks():
    marks = {
        "slideshow": {"slide_type": "slide"},
        "labutils": {"note": "Ask.", "wall": "Three."},
        "collapsed": True,
    }
    cell = nbformat.v4.new_markdown_cell("x", id="x", metadata=marks)
    [stored] = json.loads(execute.canonical(nbformat.v4.new_notebook(cells=[cell])))["cells"]
    assert stored["metadata"] == {name: marks[name] for name in ("slideshow", "labutils")}


@pytest.mark.lessons_alone
def test_no_translation_is_stale(name):
    demand_none(translations.stale(name[:2]))


def test_a_lesson_has_a_translation_of_prose_and_of_a_question():
    sheet = translations.read_translation(lessons.folder_of("00"), "de")
    assert len(sheet.cells) >= 2 and len(sheet.questions) >= 1
