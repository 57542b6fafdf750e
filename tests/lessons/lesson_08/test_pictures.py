"""The timeline: hour, day and assumed day apart; a row for each event, and no label on another."""

from dataclasses import replace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from labutils.incident import ledger
from labutils.lessons.lesson_08.pictures import LANES, across, band, lane, place, timeline, written
from labutils.lessons.lesson_08.retelling import ON_THE_TIMELINE
from labutils.pictures.canvas import TEXT, marks

SHOWN = [ledger.fact(name) for name in ON_THE_TIMELINE]
EVERY = [fact for fact in ledger.facts() if fact.time and across(fact.time) is not None]


def drawn(facts):
    return timeline(facts, "A title")[0]


def test_an_hour_is_a_mark_alone_at_its_time():
    fact = ledger.fact("nov23-alert")
    assert band(fact) is None and place(fact) == across("2023-11-23T16:00:00Z")
    assert written(fact) == "23 Nov 16:00"


def test_a_day_is_a_band_as_wide_as_the_day_with_its_mark_in_the_middle():
    for fact in EVERY:
        if "T" not in fact.time and not fact.time_end:
            begin, end = band(fact)
            assert begin == across(fact.time), fact.id
            assert place(fact) == pytest.approx((begin + end) / 2), fact.id
            assert end == pytest.approx(across(fact.time + "T23:59:59Z"), abs=1e-4), fact.id


def test_what_lasts_is_a_band_from_its_first_to_its_last_moment():
    begin, end = band(ledger.fact("okta-support-window"))
    assert begin == across("2023-09-28") and end == pytest.approx(across("2023-10-18"))
    assert written(ledger.fact("okta-support-window")) == "28 Sep to 17 Oct"


def test_an_assumed_day_is_dotted_and_says_so_and_a_known_one_is_not():
    known = ledger.fact("nov16-wiki-search")
    assumed = replace(known, time_assumed="from the order of the sentences")
    styles = [
        [box.get_linestyle() for box in drawn([fact]).findobj(Rectangle) if box.get_height() > 0]
        for fact in (known, assumed)
    ]
    assert ":" in styles[1] and ":" not in styles[0]
    assert written(assumed) == "16 Nov, assumed" and written(known) == "16 Nov"


def test_each_fact_whose_day_is_assumed_says_why():
    reasons = {fact.id: fact.time_assumed for fact in ledger.facts() if fact.time_assumed}
    assert "nov22-sao-paulo-denied" in reasons and "nov14-probing" not in reasons
    assert all(ledger.fact(name).time_precision == "day" for name in reasons)


@pytest.mark.parametrize("facts", [SHOWN, EVERY], ids=["the lesson's", "all of the two halves"])
def test_no_text_lies_on_another_and_none_is_smaller_than_the_text_of_a_notebook(facts):
    figure = drawn(facts)
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= TEXT
    boxes = [(text.get_text(), text.get_window_extent(drawing.get_renderer())) for text in texts]
    overlaps = [
        (one, other)
        for place_of_one, (one, box) in enumerate(boxes)
        for other, second in boxes[place_of_one + 1 :]
        if box.overlaps(second)
    ]
    assert overlaps == []


def test_each_event_has_a_row_of_its_own():
    rows = [line.split()[2].split(",")[1] for line in marks(drawn(SHOWN)) if line[:4] == "mark"]
    assert len(rows) == len(set(rows)) == len(SHOWN)


def test_what_has_no_date_is_not_drawn():
    missed = ledger.fact("cf-rotation-missed")
    assert marks(drawn([missed, *SHOWN])) == marks(drawn(SHOWN))


def test_the_lanes_are_those_of_the_systems_and_one_of_the_defenders():
    assert [lane(fact) for fact in map(ledger.fact, ("okta-user-report", "nov14-okta-denied"))] == [
        LANES[0],
        LANES[1],
    ]
    assert lane(ledger.fact("cf-oct18-detected")) == LANES[5]


def test_the_sentence_counts_the_three_kinds_of_time():
    sentence = timeline(SHOWN, "A title")[1]
    assert "10 are known to the minute, 11 to the day, and for 3 the day is assumed" in sentence


def test_each_event_of_the_lesson_has_a_title_that_fits_its_column():
    figure = drawn(SHOWN)
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    texts = {text.get_text(): text for text in figure.findobj(Text)}
    first_mark = figure.axes[0].transData.transform((across("2023-09-28"), 0))[0]
    for fact in SHOWN:
        label = texts[fact.title].get_window_extent(drawing.get_renderer())
        assert fact.title and label.x1 < first_mark, fact.id


def test_each_step_of_the_replay_has_a_title():
    assert [fact.id for fact in ledger.steps() if not 0 < len(fact.title) <= 28] == []


def test_type_is_eleven_points_at_least_where_the_picture_fills_a_slide():
    """A slide of 1280 by 720 pixels is 13.33 by 7.5 inches."""
    width, height = drawn(SHOWN).get_size_inches()
    assert TEXT * min(13.33 / width, 7.5 / height) >= 11


def test_who_looks_around_has_not_come_in():
    (probe,) = [line for line in marks(drawn([ledger.fact("nov14-probing")])) if "mark" in line[:4]]
    assert probe.startswith("mark . ")
