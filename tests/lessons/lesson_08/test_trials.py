"""Lesson 08: all that was taken, and the corrections that an editor takes."""

import pytest
from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.lessons.lesson_08.news_article import Article
from labutils.lessons.lesson_08.support_log import support_desk

TAKEN = ["support:11", "support:47", "support:104", "support:215"]


@table(
    ("cited", "mistake"),
    [
        (TAKEN, None),
        (tuple(reversed(TAKEN)), None),
        (set(TAKEN), None),
        (TAKEN[:2] + TAKEN[3:], "address"),
        (TAKEN[:1] + TAKEN[2:], "missed"),
        ([*TAKEN, "support:10"], "login"),
        ([*TAKEN, "support:1"], "honest"),
        ([*TAKEN, "support:0"], "name"),
        ([*TAKEN, "okta:11"], "name"),
        ([*TAKEN, 11], "list"),
        ([], "missed"),
        ("support:11", "list"),
        (None, "list"),
    ],
)
def test_all_that_was_taken_is_cited_and_nothing_else(cited, mistake):
    judged, _ = verdict(lesson("08").items["08-13"], cited)
    assert judged.mistake == mistake


def test_the_desk_logs_one_line_of_its_own_type_for_each_of_three_ways():
    desk = support_desk()
    before = len(desk.lines())
    for way in desk.ways:
        desk.do(way)
    types = [line["type"] for line in desk.lines()[before:]]
    assert types == ["case_file_view", "files_tab_download", "report_export"]
    with pytest.raises(ValueError, match="there is no way 'steal'; there are: open a file"):
        desk.do("steal")


def test_a_claim_that_is_corrected_costs_no_second_correction():
    article = Article()
    article.leave_open(12, "attribution")
    for _ in range(5):
        article.leave_open(12, "nov23-alert")
    assert article.said[1:] == ["Claim 12 is corrected already."] * 5
    article.leave_open(8, "repos-exfiltration-unconfirmed")
    assert article.said[-1].endswith("Corrected.")
