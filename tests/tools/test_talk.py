"""The talk fits its hour, says no more than the ledger holds, and is set for the last row."""

import re

import fact_guard
import pytest
from tables import table

from labutils.classroom.course import lesson
from labutils.incident import checklist, ledger
from tools.site import drawing, talk, talk_pictures
from tools.site.build import HERE

TALKS = [talk.talk(name) for name in talk.talks()]
SLIDES = [(one, slide) for one in TALKS for slide in one.slides]
EACH = [slide for _, slide in SLIDES]
VOTES = [slide for slide in EACH if slide.vote]
OF_THE_SLIDE = re.compile(r'font-size="(\d+)"')


def with_its_facts(text, facts):
    """A text as the fact guard reads one: with its ids, and a link to a source of each."""
    known = ledger.ledger().facts
    read = [(known[name].read or known[name].sources)[0].url for name in facts if name in known]
    links = " ".join(f"[source]({url})" for url in dict.fromkeys(read))
    return f"{text} {links} <!-- fact: {', '.join(facts)} -->" if facts else text


def problems(text, facts=()):
    return fact_guard.problems(with_its_facts(text, facts))


def said_on(slide):
    """What the room reads on a slide, in one paragraph."""
    choices = slide.vote.choices.values() if slide.vote else ()
    return " · ".join([slide.title, slide.says, *slide.points, *choices]).replace("**", "")


# --- the hour -----------------------------------------------------------------------------------


@table("one", TALKS)
def test_ten_minutes_are_left_for_questions(one):
    left = 60 * one.minutes - one.seconds()
    assert 60 * one.questions <= left <= 60 * (one.questions + 1)
    assert one.pace == 150 and one.questions == one.parts[-1].minutes


@table("one", TALKS)
def test_the_parts_add_up_and_take_the_minutes_that_the_sheet_gives(one):
    assert sum(part.minutes for part in one.parts) == one.minutes
    for part in one.parts[:-1]:
        assert abs(one.seconds(part.name) - 60 * part.minutes) <= 30, part.title
    order = [part.name for part in one.parts]
    places = [order.index(slide.part) for slide in one.slides]
    assert places == sorted(places) and set(places) == set(range(len(order)))


def test_a_fifth_is_about_tokens_and_half_about_the_incident():
    one = talk.talk("webinar")
    assert 0.17 <= one.seconds("tokens") / one.seconds() <= 0.22
    assert 0.48 <= one.seconds("incident") / one.seconds() <= 0.53


@table("one", TALKS)
def test_each_slide_begins_when_the_one_before_ends(one):
    begins = one.begins()
    slides = one.slides
    for before, after in zip(slides, slides[1:], strict=False):
        assert begins[after.id] == begins[before.id] + before.seconds(one.pace)
    assert begins[slides[-1].id] == one.seconds()


@table(("one", "slide"), SLIDES)
def test_the_speaker_has_enough_to_say_and_no_slide_stays_too_long(one, slide):
    assert slide.words >= 80
    if not one.is_for_questions(slide):
        assert slide.seconds(one.pace) <= 120


def test_a_slide_takes_its_words_its_vote_and_its_silence():
    notes = (talk.Paragraph("one two three", ()), talk.Paragraph("it's `four`, five", ()))
    slide = talk.Slide("a", "b", "c", notes, wait=50, look=8)
    assert slide.words == 6
    assert slide.seconds(120) == 3 + 50 + 8


# --- what is said of the real events ------------------------------------------------------------


@table("slide", EACH)
def test_each_fact_is_in_the_ledger(slide):
    known = {**ledger.ledger().facts, **ledger.ledger().derived}
    assert set(slide.cited) <= known.keys()


@table("slide", EACH)
def test_a_slide_says_no_number_and_no_day_that_its_facts_do_not_hold(slide):
    facts = (*slide.facts, *(slide.vote.facts if slide.vote else ()))
    assert problems(said_on(slide), facts) == []
    if slide.picture and slide.facts:
        words = talk_pictures.drawn(slide.picture).words
        held = fact_guard.Figures()
        known = ledger.ledger()
        for name in slide.cited:
            held |= fact_guard.held_by({**known.facts, **known.derived}[name])
        assert fact_guard.not_held(fact_guard.figures(words), held) == []


@table("slide", EACH)
def test_the_notes_say_no_more_than_the_facts_of_each_paragraph(slide):
    for paragraph in slide.notes:
        assert problems(paragraph.text, paragraph.facts) == []


@table("slide", EACH)
def test_nothing_is_claimed_that_must_not_be(slide):
    for text in (said_on(slide), *(paragraph.text for paragraph in slide.notes)):
        assert fact_guard.claims_in(text) == []


@table("slide", [slide for slide in EACH if slide.checklist])
def test_what_to_ask_on_monday_is_in_the_checklist(slide):
    known = {line.id for line in checklist.checklist()}
    assert set(slide.checklist) <= known
    assert len(slide.checklist) == len(slide.points)


def test_a_number_that_the_fact_does_not_hold_is_found():
    facts = ("jira-tickets-accessed",)
    assert problems("The intruder read 36 tickets at Cloudflare.", facts) == []
    [problem] = problems("The intruder read 37 tickets at Cloudflare.", facts)
    assert problem.startswith("37: not held")


# --- votes --------------------------------------------------------------------------------------


@table("slide", VOTES)
def test_a_vote_needs_no_code_and_its_answer_is_in_the_notes(slide):
    vote = slide.vote
    assert 3 <= len(vote.choices) <= 4 and list(vote.choices) == sorted(vote.choices)
    assert slide.wait >= 40
    assert "(" not in said_on(slide)
    if vote.right:
        said = " ".join(paragraph.text for paragraph in slide.notes)
        assert re.search(rf"\b(?:is|was|It's) {vote.right}\b", said)
        assert vote.item or vote.facts or slide.id == "which-log"


@table("slide", [slide for slide in VOTES if slide.vote.item])
def test_what_is_right_in_the_lab_is_what_its_experiment_shows(slide):
    item = lesson(slide.vote.item[:2]).items[slide.vote.item]
    assert slide.vote.right.lower() == item.truth
    assert len(slide.vote.choices) <= len(item.guesses)


def test_the_log_that_knows_the_token_is_one_of_twelve():
    logs = talk_pictures.logs_by_length()
    assert len(logs) == 12
    assert [name for name, _, knows in logs if knows] == ["cloudflare_access_nonidentity"]
    assert not logs[0][2], "the longest log knows nothing"


def test_what_the_notes_say_of_the_rules_and_the_doors_is_what_the_lessons_print():
    said = {slide.id: " ".join(paragraph.text for paragraph in slide.notes) for _, slide in SLIDES}
    (plain, plain_true), (tuned, tuned_true) = talk_pictures.alerts_of_rules()
    assert (plain_true, tuned_true) == (6, 6)
    assert f"rings {plain} times" in said["price"] and f"it's {tuned} alerts" in said["price"]
    doors = dict(talk_pictures.open_doors())
    assert doors == {"2023": 5, "no keys for people": 7, "no checks inside": 11, "both changes": 13}
    for words in ("five doors are open", "two more", "six more", "thirteen doors"):
        assert words in said["zero-trust"]


# --- what is seen -------------------------------------------------------------------------------


@table("slide", EACH)
def test_no_slide_is_a_line_of_output(slide):
    """Each shows a picture, a vote, some points or the sources."""
    shown = (slide.picture, slide.vote, len(slide.points) >= 3, slide.sources)
    assert sum(map(bool, shown)) == 1


@table("slide", EACH)
def test_a_slide_has_one_takeaway_that_the_last_row_can_read(slide):
    assert len(slide.title) <= 110 and len(slide.says) <= 95
    assert len(slide.points) <= 5


def test_each_picture_is_on_a_slide_and_says_what_it_shows():
    used = [slide.picture for _, slide in SLIDES if slide.picture]
    assert sorted(used) == sorted(talk_pictures.PICTURES)
    for name in used:
        picture = talk_pictures.drawn(name)
        assert picture.words.endswith(".") and len(picture.words) > 40


def test_no_type_is_smaller_than_the_last_row_can_read():
    for name in talk_pictures.PICTURES:
        sizes = [int(size) for size in OF_THE_SLIDE.findall(talk_pictures.drawn(name).svg())]
        assert min(sizes) >= drawing.SMALLEST
    rules = (HERE / "static" / "talk.css").read_text(encoding="utf-8")
    sizes = re.findall(r"font-size: ([^;]+);", rules)
    assert min(int(size.removesuffix("px")) for size in sizes) >= drawing.SMALLEST


def test_small_type_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match=r"'here' is set in 18 px; on a wall 24 is the least"):
        drawing.Drawing("A word.").text(0, 0, "here", size=18)


def test_the_pages_ask_nothing_of_another_host_but_where_a_reader_clicks():
    for name, page in talk.pages("webinar"):
        loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', page)
        assert not [target for target in loaded if "://" in target], name


def test_the_script_has_every_word_and_every_source():
    pages = dict(talk.pages("webinar"))
    script, one = pages["webinar-script.html"], talk.talk("webinar")
    cited = [fact for slide in one.slides for fact in slide.cited]
    for slide in one.slides:
        for paragraph in slide.notes:
            assert talk.marked(paragraph.text) in script
            assert talk.marked(paragraph.text) in pages["webinar.html"]
    for source in talk.sources_of(tuple(cited)):
        assert source.url in script


@table(
    ("row", "sentence"),
    [
        ({"part": "tokens", "pause": 4}, "here: a slide has no pause"),
        ({"part": "token"}, "here: there is no part 'token'"),
        ({"part": "tokens", "picture": "elephant"}, "here: there is no picture 'elephant'"),
    ],
)
def test_a_slide_with_a_mistake_is_named(monkeypatch, row, sentence):
    monkeypatch.setattr(
        talk.yaml, "safe_load", lambda _text: [{"id": "here", "title": "a", "notes": "b", **row}]
    )
    with pytest.raises(talk.TalkError, match=sentence):
        talk.talk.__wrapped__("webinar")


def test_a_talk_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(talk.TalkError, match="There is no talk 'keynote'. There is: webinar"):
        talk.talk("keynote")
