"""The site and the slides are made from the stored lessons, and lead nowhere that is not there."""

import base64
import collections
import functools
import io
import json
import re

import nbformat
import numpy
import pytest
from matplotlib.image import imsave
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from labutils.classroom.course import lesson
from labutils.classroom.registry import Quiz
from tools.site import build, slides
from tools.site.apart import apart

GITHUB = "https://github.com/somebody/anatomy"
ELSEWHERE = "https://git.example/somebody/anatomy"
HUNT = build.HOUSE / "docs" / "hunt.md"


# --- ways to start ------------------------------------------------------------------------------


HERE = {"Start on your machine": "index.html#start"}


def test_without_an_address_and_a_browser_site_one_button_leads_to_the_ways_to_start():
    assert build.launches(None, lite=False) == HERE
    line = build.buttons(HERE, "03-authorization-code-flow.ipynb", "../")
    assert 'href="../index.html#start" class=first>Start on your machine</a>' in line


def test_a_repository_on_github_gives_binder_and_colab_at_the_tag_of_the_release():
    tag = f"v{build.version(build.DISTRIBUTION)}"
    ways = build.launches(GITHUB, lite=False)
    assert list(ways) == ["Open on Binder", "Open in Colab", *HERE]
    assert ways["Open on Binder"] == (
        f"https://mybinder.org/v2/gh/somebody/anatomy/{tag}?urlpath=lab/tree/work/{{name}}"
    )
    assert ways["Open in Colab"] == (
        f"https://colab.research.google.com/github/somebody/anatomy/blob/colab-{tag}/{{name}}"
    )


def test_a_repository_elsewhere_gives_neither():
    assert build.launches(ELSEWHERE, lite=False) == HERE


def test_the_browser_is_offered_first_where_its_site_is_built():
    ways = build.launches(GITHUB, lite=True)
    assert next(iter(ways)) == "Start in the browser"
    line = build.buttons(ways, "03-authorization-code-flow.ipynb", "../")
    assert 'href="../lite/lab/index.html?path=03-authorization-code-flow.ipynb" class=first' in line
    assert "../https" not in line


@pytest.fixture
def without_sphinx(tmp_path, monkeypatch):
    """`make site` in a folder of its own, where Sphinx does nothing and succeeds."""
    for name in ("SOURCE", "SITE", "LITE"):
        monkeypatch.setattr(build, name, tmp_path / name.lower())
    monkeypatch.setattr(build, "python_with", lambda *_: "python")
    monkeypatch.setattr(build.subprocess, "call", lambda _: build.SITE.mkdir() or 0)


@pytest.mark.usefixtures("without_sphinx")
def test_lite_without_its_build_is_one_sentence_that_names_the_command(capsys):
    assert build.main(["--lite"]) == 2
    assert capsys.readouterr().out == (
        "There is no build/lite yet: run make lite first, or leave --lite out.\n"
    )
    assert not build.SITE.exists()


@pytest.mark.usefixtures("without_sphinx")
def test_with_lite_the_last_words_say_how_to_serve_the_site(capsys):
    build.LITE.mkdir()
    (build.LITE / "index.html").write_text("the course in the browser", encoding="utf-8")
    assert build.main(["--lite"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith(
        "so serve it: python -m http.server --bind 127.0.0.1 --directory build/site"
    )
    assert (build.SITE / "lite" / "index.html").exists()


@pytest.mark.usefixtures("without_sphinx")
def test_without_lite_the_last_words_say_what_to_open(capsys):
    assert build.main([]) == 0
    assert capsys.readouterr().out.endswith("The site is built: open build/site/index.html.\n")


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the glossary](glossary.md#jwt)", "[the glossary](glossary.md#jwt)"),
        (
            "[10](../notebooks/10-threat-hunting-with-sigma.ipynb)",
            "[10](../notebooks/10-threat-hunting-with-sigma.ipynb)",
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
    assert shown == f"[a rule]({GITHUB}/blob/v{build.version(build.DISTRIBUTION)}/data/rules/x.yml)"


@pytest.mark.parametrize("name", [name for names in build.PAGES.values() for name in names])
def test_each_page_of_the_site_exists(name):
    assert (build.HOUSE / "docs" / f"{name}.md").exists()


# --- a lesson on the site -----------------------------------------------------------------------


def pages():
    return {path.name[:2]: path for path in build.lessons()}


@pytest.mark.parametrize("number", pages())
def test_each_picture_keeps_its_words_and_what_a_prediction_asks_stays_shut(number):
    before = notebook(number)
    after = nbformat.reads(build.lesson_page(pages()[number], HERE, None), as_version=4)
    assert 'href="../index.html#start"' in after.cells[0].source
    for old, new in zip(apart(before.cells), after.cells, strict=True):
        if old.cell_type == "markdown":
            continue
        reveals = any("Result: " in output.get("text", "") for output in old.outputs)
        assert ("hide-output" in new.metadata.get("tags", [])) == bool(reveals)
        for output in old.outputs:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if "image/png" in output.get("data", {}):
                assert alt
                assert new.metadata.mystnb.image.alt == alt


def test_an_output_that_only_spoke_of_a_learner_leaves_no_empty_box(tmp_path):
    printed = "05-1 is not written yet, so the course's version is used.\n"
    cell = new_code_cell("run()", outputs=[new_output("stream", name="stdout", text=printed)])
    book = new_notebook(cells=[new_markdown_cell("# 05"), cell])
    nbformat.write(book, tmp_path / "05-x.ipynb")
    page = nbformat.reads(build.lesson_page(tmp_path / "05-x.ipynb", HERE, None), as_version=4)
    assert page.cells[1].outputs == []


def test_the_front_page_lists_every_lesson_once_in_its_side_bar():
    page = build.front_page(HERE, None)
    for path in build.lessons():
        assert page.count(f"\nnotebooks/{path.stem}\n") == 1
    assert f"{len(build.lessons())} lessons, each on its own" in page
    for mark in ("LAUNCH", "COUNT", "ALT]", "LESSONS", "ADDRESS", "\nSTART"):
        assert mark not in page


def test_the_front_page_says_how_to_get_the_course_or_that_it_cannot_say():
    assert f"`git clone {GITHUB}`" in build.front_page(HERE, GITHUB)
    page = build.front_page(HERE, None)
    assert "built without its public address, so it cannot lead you there" in page
    assert "git clone" not in page


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("a\nb\n", "a\nb\n"),
        ("05-1 is not written yet, so the course's version is used.\nopen\n", "open\n"),
        ("05-p1. Result: a) no.\nYou made no prediction.\nSo.\n",)
        + ("05-p1. Result: a) no.\nSo.\n",),
        (f"{'word ' * 19}word,\nwhich goes on\n", f"{'word ' * 19}word, which goes on\n"),
        (f"{'word ' * 19}word,\n  indented\n",) * 2,
        (f"{'one  two ' * 11}\nthree  four\n",) * 2,
        (f"{'x' * 200}\nsecret\n",) * 2,
        ("", ""),
    ],
)
def test_a_sentence_that_was_broken_for_a_notebook_is_whole_and_a_table_is_left(printed, shown):
    assert build.of_the_course(printed) == shown


def test_the_settings_of_sphinx_read_what_the_builder_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "SOURCE", tmp_path / "source")
    build.write_source(GITHUB, lite=True)
    written = json.loads((tmp_path / "source" / "site.json").read_text(encoding="utf-8"))
    assert written == {"version": build.version(build.DISTRIBUTION), "address": GITHUB}
    assert {path.name for path in (tmp_path / "source" / "notebooks").rglob("*.ipynb")} == {
        path.name for path in build.stored()
    }


# --- slides -------------------------------------------------------------------------------------


@functools.cache
def notebook(number):
    return nbformat.read(pages()[number], as_version=4)


@functools.cache
def told(number):
    return list(slides.slides_of(notebook(number)))


def on_the_wall(cell):
    """What the room sees of a slide: not what stands in the speaker's notes."""
    return re.sub("<aside.*?</aside>", "", cell.source, flags=re.DOTALL)


def voted(number):
    """The predictions and quizzes of a lesson that are marked for the wall."""
    marked = [cell for cell in notebook(number).cells if slides.kind_of(cell)]
    asked = [name for cell in marked for name in slides.VOTE.findall(cell.source)]
    return [lesson(number).items[name] for name in asked]


@pytest.mark.parametrize("number", pages())
def test_what_is_marked_is_on_the_wall_and_nothing_else(number):
    shown = "\n".join(cell.source for cell in told(number))
    for cell in notebook(number).cells:
        for name in slides.VOTE.findall(cell.source):
            assert (f'("{name}", "")' in shown) == (slides.kind_of(cell) is not None)


@pytest.mark.parametrize("number", pages())
def test_each_question_is_a_slide_with_its_choices_and_no_truth(number):
    votes = [cell for cell in told(number) if '<p class="how">' in cell.source]
    for item in voted(number):
        asked, call = slides.in_html(item.question) + "</p>", f'("{item.id}", "")'
        assert sum(asked in vote.source and call in vote.source for vote in votes) == 1
    assert len(votes) == len(voted(number))
    asks_little = notebook(number).metadata.labutils.get("mould") == "case"  # evidence comes first
    assert len(votes) >= 3 or asks_little
    for cell in told(number):
        assert "You made no prediction" not in cell.source
    for cell in votes:
        assert "After the vote" not in on_the_wall(cell)
        assert "Right." not in on_the_wall(cell)


@pytest.mark.parametrize("number", pages())
def test_the_speaker_alone_sees_what_is_right(number):
    notes = [re.findall("<aside.*?</aside>", cell.source, re.DOTALL) for cell in told(number)]
    noted = "".join(sum(notes, []))
    for item in voted(number):
        right = (
            f"{next(letter for letter, one in item.choices.items() if one.right)})"
            if isinstance(item, Quiz)
            else item.named(item.truth)
        )
        assert f"After the vote:</strong> {slides.in_html(right)}." in noted


@pytest.mark.parametrize("number", pages())
def test_a_note_at_a_vote_says_nothing_of_the_thoughts_behind_the_choices(number):
    for cell in told(number):
        if 'class="vote"' in cell.source:
            [note] = re.findall("<aside.*?</aside>", cell.source, re.DOTALL)
            assert note.count("<p>") == 1


@pytest.mark.parametrize("number", pages())
def test_what_is_right_in_a_quiz_is_the_slide_after_its_vote(number):
    texts = [cell.source for cell in told(number) if on_the_wall(cell)]
    for quiz in (item for item in voted(number) if isinstance(item, Quiz)):
        [vote] = [at for at, text in enumerate(texts) if f'quiz("{quiz.id}", "")' in text]
        [right] = [choice for choice in quiz.choices.values() if choice.right]
        assert texts[vote + 1].startswith("## What is right\n\n<p><strong>")
        why = slides.in_html(right.why.removeprefix("Yes. "))
        assert f"Right. {why}</strong>" in texts[vote + 1]


@pytest.mark.parametrize("number", pages())
def test_the_turn_of_the_room_comes_with_its_skeleton_and_no_solution(number):
    solutions = [exercise.solution.strip() for exercise in lesson(number).exercises]
    cells = told(number)
    turns = [at for at, cell in enumerate(cells) if cell.source.startswith(slides.TURN)]
    assert turns or number == "00"
    for at in turns:
        name = cells[at].source.splitlines()[0].removeprefix(slides.TURN)
        assert any(f'check("{name}"' in cell.source for cell in cells[at:])
    for cell in cells:
        assert not any(solution in on_the_wall(cell) for solution in solutions)
    for exercise in {cells[at].source.splitlines()[0].split(": ")[1] for at in turns}:
        noted = slides.for_the_speaker(lesson(number), exercise)
        assert noted.source in [cell.source for cell in cells], "a solution for the speaker"


@pytest.mark.parametrize("number", pages())
def test_a_deck_fits_into_its_time(number):
    """At most 45 slides an hour, of the short path and of the long one."""
    course = notebook(number).metadata.labutils
    short, whole = course.minutes, course.get("minutes_long", course.minutes)
    kinds = collections.Counter(map(slides.kind_of, told(number)))
    assert kinds["slide"] <= slides.A_HOUR * short / 60
    assert kinds["subslide"] <= slides.A_HOUR * (whole - short) / 60


@pytest.mark.parametrize("number", pages())
def test_no_slide_ends_inside_a_sentence_or_is_a_page_of_text(number):
    for cell in told(number):
        text = on_the_wall(cell).strip()
        if cell.cell_type == "markdown" and text and "<div" not in text:
            ends = r"[.?:!)|*]$|```$|</p>$|</ul>$|</table>$"
            assert re.search(ends, text) or re.fullmatch("#+ .*", text)
            most = 120 if text.startswith("## What came out") else 100
            assert slides.words([re.sub("<li>.*?</li>|<table.*</table>", "", text)]) <= most


@pytest.mark.parametrize("number", pages())
def test_the_wall_has_no_minutes_and_no_word_on_how_to_start_a_notebook(number):
    for cell in told(number):
        if cell.cell_type == "markdown":
            assert not re.search(r"\(\d+ min\)|No module named `labutils`", on_the_wall(cell))


def test_a_row_says_which_letter_stands_for_what():
    row = next(item for item in lesson("05").predictions if isinstance(item, slides.GridRow))
    _, how = slides.choices(row)
    assert how == f"For each, o where {row.words[0]}, x where {row.words[1]}:"


@pytest.mark.parametrize("number", pages())
def test_what_a_prediction_came_to_comes_after_its_vote(number):
    texts = [on_the_wall(cell) for cell in told(number)]
    came_out = [item for item in voted(number) if not isinstance(item, Quiz)]
    for item in came_out:
        result = slides.in_html(f"Result: {item.named(item.truth)}.")
        why = slides.in_html(item.because)
        [shown] = [at for at, text in enumerate(texts) if f"{result}**\n\n{why}" in text]
        assert any(slides.in_html(item.question) in text for text in texts[:shown])
        assert not any(why in text for text in texts[:shown])


@pytest.mark.parametrize("number", pages())
def test_no_slide_holds_more_code_or_output_than_fits(number):
    for cell in told(number):
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= slides.CODE
            for output in cell.outputs:
                assert len(output.get("text", "").splitlines()) <= slides.OUTPUT + 1


@pytest.mark.parametrize("number", pages())
def test_each_slide_begins_with_a_heading_or_is_a_picture(number):
    for cell in told(number):
        if slides.kind_of(cell) in ("slide", "subslide"):
            picture = '<div class="part"' in cell.source or "data" in cell.get("outputs", [{}])[0]
            assert cell.source.startswith("#") or picture


@pytest.mark.parametrize("number", pages())
def test_a_link_on_a_slide_leads_to_slides_that_there_are_or_out_of_the_course(number):
    decks = {f"{path.stem}.html" for path in build.lessons()}
    for cell in told(number):
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)]*)\)", cell.source):
                assert target in decks or target.startswith(("https://", "http://"))


def test_a_link_to_a_page_that_is_no_lesson_is_words_on_a_slide():
    assert slides.linked("[the story](../docs/story.md), [06](06-x.ipynb)") == (
        "the story, [06](06-x.html)"
    )


def on_slides(cell, wall="", note="", kind="slide"):
    """The cell, marked for the wall."""
    cell.metadata = {"slideshow": {"slide_type": kind}, "labutils": {"wall": wall, "note": note}}
    return cell


def slides_for(*cells, number="05"):
    """The slides of the lesson of that number, were these its cells."""
    book = new_notebook(cells=cells)
    book.metadata.labutils = {"lesson": number}
    return list(slides.slides_of(book))


def test_the_long_path_hangs_below_its_first_slide():
    long = f"## Redact (5 min · long)\n\n{'word ' * 50}\n\n{'word ' * 50}"
    cells = (long, "## Block (5 min · long)\n\na", "## Quiz\n\nb")
    made = slides_for(*(on_slides(new_markdown_cell(text)) for text in cells))
    assert [slides.kind_of(cell) for cell in made] == ["slide", "subslide", "subslide", "slide"]


def test_the_minutes_of_a_section_are_not_on_the_wall():
    paragraph = "word " * 50
    text = f"## Three doors (5 min)\n\n{paragraph}\n\n{paragraph}"
    heads = [cell.source.splitlines()[0] for cell in slides_for(on_slides(new_markdown_cell(text)))]
    assert heads == ["## Three doors", "## Three doors"]


def test_a_cell_without_a_mark_is_on_no_wall():
    assert slides_for(new_markdown_cell("## Doors\n\nThree.")) == []


def test_the_wall_says_less_than_the_text_where_the_mark_says_so():
    [only] = slides_for(on_slides(new_markdown_cell(f"## Doors\n\n{'word ' * 90}"), "Three."))
    assert only.source == "## Doors\n\nThree."
    [only] = slides_for(on_slides(new_markdown_cell("## Doors\n\na"), "## Keys\n\nThree."))
    assert only.source == "## Keys\n\nThree."


def test_what_stands_before_a_heading_does_not_take_its_title_from_elsewhere():
    text = "Before.\n\n## Doors (3 min)\n\nThree."
    [only] = slides_for(on_slides(new_markdown_cell(text), "Three."))
    assert only.source == "## Doors\n\nThree."
    [first] = slides_for(on_slides(new_markdown_cell(f"## Keys\n\na\n\n{text}"), "Three."))
    assert first.source == "## Keys\n\nThree."


def test_a_wall_may_be_two_slides_and_a_text_may_stand_for_code_and_output():
    first, second = slides_for(
        on_slides(new_markdown_cell("## Doors\n\na"), "b\n\n---\n\n## Keys\n\nc")
    )
    assert (first.source, second.source) == ("## Doors\n\nb", "## Keys\n\nc")
    printed = new_code_cell("1 + 1", outputs=[new_output("stream", text="2")])
    [only] = slides_for(on_slides(printed, "Two."))
    assert only.source.endswith("Two.") and only.cell_type == "markdown"


def test_an_exercise_is_asked_in_its_own_words_where_they_are_few():
    text = "## Doors\n\nBefore.\n\n**05-1.** Write `knock`.\n\n- a\n\n## Next\n\nc"
    assert slides.own_words(text, "05-1") == "Write `knock`.\n\n- a"
    assert slides.short("word " * 101) == ""


def test_the_long_path_says_that_it_is_one():
    [only] = slides_for(on_slides(new_markdown_cell("## Doors (5 min · long)\n\nThree.")))
    assert only.source.startswith("## Long path: doors")


def test_a_note_is_for_the_speaker_alone():
    text, note = slides_for(on_slides(new_markdown_cell("## Doors\n\nThree."), note="Ask `who`."))
    assert "Ask" not in text.source
    assert note.source == '<aside class="notes"><p>Ask <code>who</code>.</p></aside>'
    assert slides.kind_of(note) == "-"


def test_a_long_text_goes_on_under_the_same_heading():
    paragraph = "word " * 50
    parts = list(slides.blocks(f"## Three doors\n\n{paragraph}\n\n{paragraph}", ""))
    assert [head for head, _ in parts] == ["## Three doors"] * 2


def test_a_list_that_is_too_long_is_parted_between_its_items():
    item = "- " + "word " * 50
    parts = list(slides.blocks(f"## Three doors\n\n{item}\n{item}", ""))
    assert [text.count("- ") for _, text in parts] == [1, 1]


def test_a_paragraph_that_is_too_long_is_parted_between_its_sentences():
    parts = list(slides.blocks(f"## Doors\n\nIt {'was ' * 50}so. They {'were ' * 50}so.", ""))
    assert [text[-3:] for _, text in parts] == ["so.", "so."]


def test_a_colon_stays_with_what_it_announces():
    text = f"## Doors\n\n{'word ' * 70}these:\n\n- one of them\n- another one of them"
    [(_, only)] = slides.blocks(text, "")
    assert only.endswith("another one of them")


def test_what_is_for_readers_is_not_on_the_wall():
    text = "## What really happened\n\nThis.\n\n### In practice\n\nThat.\n\n### Go further\n\nOn."
    assert list(slides.blocks(text, "")) == [("## What really happened", "This.")]


def test_a_comment_with_facts_is_not_on_the_wall():
    [(_, text)] = slides.blocks("It was opened. <!-- fact: nov22-sliver -->", "## What happened")
    assert text == "It was opened."


def test_a_text_that_is_too_long_says_how_much_is_left():
    assert slides.cut("\n".join("abcdef"), 4) == "a\nb\nc\nd\n# ... 2 more lines in the notebook"
    assert slides.cut("a\nb", 4) == "a\nb"


def parts_of(*outputs):
    """What becomes of the outputs of a cell of lesson 05: texts, and pictures as their words."""
    made = [
        new_output("stream", name="stdout", text=output)
        if isinstance(output, str)
        else new_output("display_data", {"image/png": ""}, metadata={"image/png": output})
        for output in outputs
    ]
    parts = slides.parted(made, lesson("05"), set(lesson("05").items))
    return [part if isinstance(part, str) else part.get("text", "picture") for part in parts]


def test_what_a_learner_did_not_write_is_not_said_on_the_wall():
    printed = (
        "05-1 is not written yet, so the course's version is used.\nopened\n"
        "You made no prediction.\n"
    )
    assert parts_of(printed) == ["opened"]


def test_the_words_of_a_picture_do_not_stand_below_it_again():
    assert parts_of({"alt": "2 requests."}, "2 requests.\n") == ["picture"]
    assert parts_of({"alt": "2 requests."}, "2 requests.\nmore\n") == ["picture", "more"]
    assert parts_of("2 requests.\n") == ["2 requests."]


def test_what_is_printed_after_a_prediction_stays_an_output():
    item = lesson("05").predictions[0]
    printed = f"{item.id}. Result: {item.named(item.truth)}.\n{item.because}\nand more\n"
    result, more = parts_of(printed)
    assert result.startswith(f"## What came out: {item.id}\n\n**Result: ")
    assert more == "and more"


def test_a_stored_output_that_differs_from_the_registry_is_not_passed_over():
    with pytest.raises(AssertionError, match="a stored output does not say: 05-p1"):
        parts_of("05-p1. Result: something else.\n")


def test_what_nobody_voted_on_has_no_result_on_the_wall():
    item = lesson("05").predictions[0]
    printed = f"{item.id}. Result: {item.named(item.truth)}.\n{item.because}\nand more\n"
    made = [new_output("stream", name="stdout", text=printed)]
    [only] = slides.parted(made, lesson("05"), set())
    assert only.text == "and more"


WIDE = (
    """Who came
name   from             why
ada    192.0.2.10       """
    + "she works here " * 6
    + """
tom    203.0.113.66     """
    + "he has a copy " * 6
    + """

And that is all."""
)


def test_a_table_that_would_be_broken_is_one_of_cells_that_may():
    assert slides.is_wide(WIDE) and not slides.is_wide("word " * 30)
    assert len(slides.wrapped("word " * 30)) == 2
    [part] = slides.parts_of(WIDE)
    assert part.startswith('<p>Who came</p>\n<table class="printed"><tr><th>name</th><th>from</th>')
    assert "<tr><td>ada</td><td>192.0.2.10</td><td>she works here" in part
    assert part.endswith("</table>\n<p>And that is all.</p>")


def test_a_long_table_goes_on_under_its_head_and_loses_no_row():
    rows = ["name   why", *(f"p{at:02}    " + "because it is so " * 6 for at in range(20))]
    parts = list(slides.parts_of("\n".join(rows)))
    assert len(parts) > 1 and all("<th>name</th><th>why</th>" in part for part in parts)
    assert re.findall(r"<td>(p\d\d)</td>", "".join(parts)) == [f"p{at:02}" for at in range(20)]


def test_what_names_a_table_stays_with_it_and_every_word_in_its_place():
    long = "because it is so " * 6
    rows = ["name   why", *(f"p{at:02}    {long}" for at in range(7))]
    text = "\n".join([*rows, "", "Others", *rows, "", "one  line", "The end."])
    parts = list(slides.parts_of(text))
    assert [part.startswith("<p>Others</p>\n<table") for part in parts].count(True) == 1
    assert not any(part.endswith("<p>Others</p>") for part in parts)
    assert parts[-1].endswith("<p>one line</p>\n<p>The end.</p>")


def test_what_is_shown_in_a_table_is_text_and_no_markup():
    [part] = slides.parts_of("a    b\n<b>  " + "&" * 90)
    assert "<td>&lt;b&gt;</td>" in part and "&amp;&amp;" in part


def test_a_line_of_output_joins_the_slide_before_it():
    cell = new_code_cell("look()", outputs=[new_output("stream", name="stdout", text="one line\n")])
    [only] = slides_for(on_slides(cell, wall="output"))
    assert slides.kind_of(only) == "fragment" and only.outputs[0].text == "one line"


def test_a_line_of_code_alone_gives_way_to_what_it_shows():
    lines = "\n".join(f"line {at}" for at in range(slides.OUTPUT + 5))
    cell = new_code_cell("look()", outputs=[new_output("stream", name="stdout", text=lines)])
    heading, output = slides_for(on_slides(cell))
    assert slides.kind_of(heading) == "slide" and output.source == ""
    assert output.outputs[0].text.startswith("line 0\nline 1\n")


@pytest.mark.parametrize("number", pages())
def test_no_slide_is_a_line_or_two_of_output(number):
    """What begins a slide is more than that; a line or two are a step of the slide before."""
    cells = [cell for cell in told(number) if on_the_wall(cell).strip() or cell.cell_type == "code"]
    for at, cell in enumerate(cells):
        if cell.cell_type == "code" and cell.get("outputs") and slides.kind_of(cell) != "fragment":
            text = slides.text_of(cell.outputs[0])
            after = [slides.kind_of(each) for each in cells[at + 1 : at + 2]]
            assert not text or len(text.splitlines()) > slides.SHORT or after == ["fragment"]


def test_an_exercise_is_named_as_the_turn_of_the_room_and_comes_with_its_skeleton():
    task = on_slides(new_markdown_cell("## Doors\n\n**05-1.** Write `knock`."), "Write `knock`.")
    asked = on_slides(new_code_cell('check("05-1", ...)'), kind="fragment")
    text, code, solution = slides_for(task, asked)
    assert text.source == "## Your turn: 05-1\n\nWrite `knock`."
    assert on_the_wall(solution) == "" and "def knock" in solution.source
    assert code.source == 'check("05-1", ...)' and slides.kind_of(code) == "fragment"


def test_of_a_target_the_brief_is_shown_and_not_the_call():
    said = [new_output("stream", text="06-target: stay.")]
    opened = on_slides(new_code_cell('scene = target("06")', outputs=said), kind="fragment")
    scaffold = on_slides(new_markdown_cell("## Target\n\nNo scaffold."))
    text, brief, solution = slides_for(scaffold, opened, number="06")
    assert on_the_wall(solution) == "" and "flag = " in solution.source
    assert text.source.endswith("No scaffold.")
    assert brief.source == "" and brief.outputs[0].text == "06-target: stay."


def png(height):
    """An output with a white picture of 100 by `height`, and a dark line across its middle."""
    pixels = numpy.ones((height, 100, 3))
    pixels[height // 2 - 2 : height // 2 + 2] = 0
    file = io.BytesIO()
    imsave(file, pixels, format="png")
    encoded = base64.b64encode(file.getvalue()).decode()
    return new_output("display_data", {"image/png": encoded})


def test_a_tall_picture_is_two_slides_and_is_not_cut_through_what_is_drawn():
    assert not slides.tall(png(60)) and slides.tall(png(90))
    upper, lower = slides.halves(png(90))
    assert upper.count("<img") == 1 and lower.count("<img") == 2
    assert not 0.48 < slides.middle(slides.picture_of(png(90))) < 0.52


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """Slides of two lessons into a folder of their own, without reveal.js: 05, and one whose cells
    bear no mark for the wall, as a skeleton's do."""
    bare = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# 21 \u00b7 A skeleton")],
        metadata={"labutils": {"lesson": "05", "minutes": 24}},
    )
    nbformat.write(bare, tmp_path / "21-a-skeleton.ipynb")
    for part in ("dist", "plugin/notes"):
        (tmp_path / "reveal" / part).mkdir(parents=True)
    monkeypatch.setattr(slides, "REVEAL", tmp_path / "reveal")
    monkeypatch.setattr(slides, "SLIDES", tmp_path / "build" / "slides")
    two = [next(path for path in slides.lessons() if path.name.startswith("05"))]
    monkeypatch.setattr(slides, "lessons", lambda: [*two, tmp_path / "21-a-skeleton.ipynb"])
    return tmp_path / "build"


def test_a_lesson_without_a_mark_has_no_slides_and_stops_no_other(workshop, capsys):
    assert slides.main() == 0
    assert "21-a-skeleton: no cell is marked for the wall" in capsys.readouterr().out
    page = (workshop / "slides" / "index.html").read_text(encoding="utf-8")
    assert "05-" in page and "21-a-skeleton" not in page
    assert [path.name for path in workshop.iterdir()] == ["slides"]


def test_a_talk_alone_is_built_beside_the_decks_that_there_are(workshop, capsys):
    assert slides.main() == 0
    deck = workshop / "slides" / "webinar.html"
    deck.unlink()
    capsys.readouterr()
    assert slides.main("webinar") == 0
    assert deck.exists() and (workshop / "slides" / "index.html").exists()
    assert "are left for questions." in capsys.readouterr().out
    index = (workshop / "slides" / "index.html").read_text(encoding="utf-8")
    assert 'href="webinar.html"' in index and 'href="webinar-script.html"' in index


def test_a_talk_that_there_is_not_is_refused_and_nothing_is_built(workshop, capsys):
    assert slides.main("keynote") == 2
    assert capsys.readouterr().out == "There is no talk 'keynote'. There is: webinar.\n"
    assert not workshop.exists()


def test_slides_that_cannot_be_built_leave_those_of_before(workshop, monkeypatch):
    assert slides.main() == 0
    before = sorted(workshop.rglob("*"))

    def broken(_notebook):
        raise ValueError("a cell that cannot be shown")

    monkeypatch.setattr(slides, "slides_of", broken)
    with pytest.raises(ValueError, match="cannot be shown"):
        slides.main()
    assert sorted(workshop.rglob("*")) == before
