"""The site and the slides are made from the stored lessons, and lead nowhere that is not there."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from labutils.classroom.registry import lesson
from tools.site import build, slides

GITHUB = "https://github.com/somebody/anatomy"
ELSEWHERE = "https://git.example/somebody/anatomy"
HUNT = build.HOUSE / "docs" / "hunt.md"


# --- ways to start ------------------------------------------------------------------------------


def test_without_an_address_and_a_browser_site_there_is_no_button():
    assert build.launches(None, lite=False) == {}
    assert build.buttons({}, "00-start-here.ipynb") == ""


def test_a_repository_on_github_gives_binder_and_colab_at_the_tag_of_the_release():
    ways = build.launches(GITHUB, lite=False)
    assert list(ways) == ["Open on Binder", "Open in Colab"]
    for link in ways.values():
        assert f"v{build.version('labutils')}" in link
        assert "somebody/anatomy" in link


def test_a_repository_elsewhere_gives_neither():
    assert build.launches(ELSEWHERE, lite=False) == {}


def test_the_browser_is_offered_first_where_its_site_is_built():
    ways = build.launches(GITHUB, lite=True)
    assert next(iter(ways)) == "Start in the browser"
    line = build.buttons(ways, "03-follow-the-volley.ipynb", "../")
    assert 'href="../lite/lab/index.html?path=03-follow-the-volley.ipynb" class=first' in line
    assert "../https" not in line


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the glossary](glossary.md#jwt)", "[the glossary](glossary.md#jwt)"),
        (
            "[10](../notebooks/10-hunt-the-thief.ipynb)",
            "[10](../notebooks/10-hunt-the-thief.ipynb)",
        ),
        ("[the RFC](https://www.rfc-editor.org/rfc/rfc7519)",) * 2,
        ("[below](#rules)",) * 2,
        ("![a picture](what-dies-when.png)",) * 2,
        ("[the key](answer-key.md)", "the key"),
        ("[a rule](../data/rules/x.yml)", "a rule"),
    ],
)
def test_a_link_stays_where_the_site_has_the_page_and_is_words_where_not(text, shown):
    assert build.relinked(text, HUNT, None) == shown


def test_with_an_address_what_the_site_has_not_is_found_in_the_repository():
    shown = build.relinked("[a rule](../data/rules/x.yml)", HUNT, GITHUB)
    assert shown == f"[a rule]({GITHUB}/blob/v{build.version('labutils')}/data/rules/x.yml)"


@pytest.mark.parametrize("name", [name for names in build.PAGES.values() for name in names])
def test_each_page_of_the_site_exists(name):
    assert (build.HOUSE / "docs" / f"{name}.md").exists()


# --- a lesson on the site -----------------------------------------------------------------------


def pages():
    return {path.name[:2]: path for path in build.lessons()}


@pytest.mark.parametrize("number", pages())
def test_each_picture_keeps_its_words_and_what_a_prediction_asks_stays_shut(number):
    before = nbformat.read(pages()[number], as_version=4)
    after = nbformat.reads(build.lesson_page(pages()[number], {}, None), as_version=4)
    for old, new in zip(before.cells, after.cells, strict=True):
        if old.cell_type == "markdown":
            continue
        reveals = re.search(r"^\s*reveal\(", old.source, re.MULTILINE)
        assert ("hide-output" in new.metadata.get("tags", [])) == bool(reveals)
        for output in old.outputs:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if "image/png" in output.get("data", {}):
                assert alt
                assert new.metadata.mystnb.image.alt == alt


def test_the_front_page_lists_every_lesson_once_in_its_side_bar():
    page = build.front_page({}, None)
    for path in build.lessons():
        assert page.count(f"\nnotebooks/{path.stem}\n") == 1
    assert "LAUNCH" not in page
    assert "Start on your machine" in page


def test_the_settings_of_sphinx_read_what_the_builder_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "SOURCE", tmp_path / "source")
    build.write_source(GITHUB, lite=True)
    written = json.loads((tmp_path / "source" / "site.json").read_text(encoding="utf-8"))
    assert written == {"version": build.version("labutils"), "address": GITHUB}
    assert {path.name for path in (tmp_path / "source" / "notebooks").iterdir()} == {
        path.name for path in build.lessons()
    }


# --- slides -------------------------------------------------------------------------------------


def told(number):
    return list(slides.slides_of(nbformat.read(pages()[number], as_version=4)))


@pytest.mark.parametrize("number", pages())
def test_each_prediction_and_quiz_is_a_slide_with_its_choices_and_no_truth(number):
    texts = [cell.source for cell in told(number) if "What do you think?" in cell.source]
    course = lesson(number)
    asked = [item for item in (*course.predictions, *course.quizzes) if item.id[3] in "pq"]
    assert len(texts) == len(asked)
    assert not any("You noted no prediction" in cell.source for cell in told(number))


@pytest.mark.parametrize("number", pages())
def test_no_slide_holds_a_solution_or_more_than_fits(number):
    solutions = [exercise.solution.strip() for exercise in lesson(number).exercises]
    for cell in told(number):
        assert not any(solution in cell.source for solution in solutions)
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= slides.CODE
            for output in cell.outputs:
                assert len(output.get("text", "").splitlines()) <= slides.OUTPUT + 1


def test_a_long_text_goes_on_under_the_same_heading():
    paragraph = "word " * 50
    parts = list(slides.blocks(f"## Three doors\n\n{paragraph}\n\n{paragraph}", ""))
    assert [head for head, _ in parts] == ["## Three doors"] * 2


def test_a_list_that_is_too_long_is_parted_between_its_items():
    item = "- " + "word " * 50
    parts = list(slides.blocks(f"## Three doors\n\n{item}\n{item}", ""))
    assert [text.count("- ") for _, text in parts] == [1, 1]


def test_a_comment_with_facts_is_not_on_the_wall():
    [(_, text)] = slides.blocks("It was opened. <!-- fact: nov22-sliver -->", "## What happened")
    assert text == "It was opened."


def test_a_text_that_is_too_long_says_how_much_is_left():
    assert slides.cut("\n".join("abcdef"), 4) == "a\nb\nc\nd\n# ... 2 more lines"
    assert slides.cut("a\nb", 4) == "a\nb"


def test_what_a_learner_did_not_write_is_not_said_on_the_wall():
    printed = (
        "05-1 is not written here yet; the course's is used.\nopened\nYou noted no prediction.\n"
    )
    cell = new_code_cell("run()", outputs=[new_output("stream", name="stdout", text=printed)])
    shown = list(slides.shown(cell, below=False))
    assert shown[1].outputs[0].text == "opened"


def test_an_exercise_is_named_as_the_turn_of_the_room():
    book = new_notebook(
        cells=[new_markdown_cell("**05-1.** Write `knock`."), new_code_cell('check("05-1", ...)')]
    )
    book.metadata.labutils = {"lesson": "05"}
    [only] = slides.slides_of(book)
    assert only.source == "## Your turn: 05-1\n\nWrite `knock`."
