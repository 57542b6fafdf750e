"""The timeline: what has an hour, what has a day alone, and no label across the break."""

import re

from labutils.classroom.plates.canvas import marks
from labutils.classroom.plates.timeline import HALVES, across, place, timeline
from labutils.incident import ledger

DRAWN = [fact for fact in ledger.facts() if fact.time and across(fact.time) is not None]
LINES = marks(timeline(ledger.facts())[0])


def test_a_day_without_an_hour_is_as_long_as_the_day_and_its_mark_is_in_the_middle():
    for fact in DRAWN:
        if "T" not in fact.time:
            middle = across(fact.time + "T12:00:00Z")
            assert abs(place(fact) - middle) < 1e-9, fact.id
        else:
            assert place(fact) == across(fact.time)
    days = sum("T" not in fact.time for fact in DRAWN)
    spans = sum(bool(fact.time_end and across(fact.time_end)) for fact in DRAWN)
    bars = [
        line
        for line in LINES
        if re.fullmatch(r"line [\d.]+,([\d.]+) [\d.]+,\1 #\w{6}", line) and " #dddddd" not in line
    ]
    assert len([line for line in bars if " #cccccc" not in line]) == days + spans


def test_no_mark_says_that_a_day_came_before_an_hour_of_the_same_day_at_midnight():
    """An event without an hour is not drawn before the first probe of that day, which has one."""
    assert place(ledger.fact("nov14-aws-accessed")) != across("2023-11-14")
    assert across("2023-11-14") < place(ledger.fact("nov14-aws-accessed")) < across("2023-11-15")


def test_an_undated_omission_is_not_drawn():
    assert "rotation missed" not in "\n".join(LINES)


def test_no_label_crosses_the_break_of_the_axis():
    gap = HALVES[1][2]
    for line in LINES:
        found = re.match(r"text ([\d.-]+),[\d.-]+ 8\.3 \w+ (left|right) #\w{6} '(.+)'", line)
        if found:
            x, width = float(found[1]), 0.079 * len(found[3])
            begin, end = (x, x + width) if found[2] == "left" else (x - width, x)
            assert end <= gap - 0.2 or begin >= gap - 0.2, line
