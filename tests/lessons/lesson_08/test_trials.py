"""Lesson 08: two events on known days are undecided where each may have begun first."""

from collections import Counter
from itertools import combinations

from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.classroom.judging import PASSED
from labutils.lessons.lesson_08 import ON_THE_TIMELINE
from labutils.lessons.lesson_08.news_article import Article


def mistake_of(pair):
    """The mistake of an answer to 08-11; None for one that passes."""
    judged, _ = verdict(lesson("08").items["08-11"], pair)
    assert (judged is PASSED) is (judged.mistake is None)
    return judged.mistake


def test_of_276_pairs_three_pass_and_none_with_an_assumed_day():
    verdicts = Counter(map(mistake_of, combinations(ON_THE_TIMELINE, 2)))
    assert verdicts == {
        None: 3,
        "another": 1,
        "window": 1,
        "console": 1,
        "archived": 1,
        "assumed": 66,
        "decided": 203,
    }


@table(
    ("pair", "mistake"),
    [
        (["nov14-okta-denied", "nov14-probing"], None),
        (("nov22-sliver", "nov22-repos-archived"), "archived"),
        (("okta-support-window", "beyondtrust-console-denied"), "decided"),
        (("okta-service-account-credential", "okta-user-report"), "assumed"),
        (("beyondtrust-api-backdoor", "beyondtrust-console-denied"), "console"),
        (("nov14-probing", "nov14-okta-denied"), None),
        (("nov14-aws-accessed", "nov14-probing"), "another"),
        (("nov16-wiki-search", "nov16-wiki-search"), "another"),
        (("nov16-wiki-search", "NOV16-ACCOUNT-CREATED"), "name"),
        (("nov16-wiki-search", 7), "name"),
        (("nov16-wiki-search",), "form"),
        ({"nov16-wiki-search", "nov16-account-created"}, "form"),
        ("nov16-wiki-search nov16-account-created", "form"),
        (None, "form"),
    ],
)
def test_what_is_no_undecided_pair_is_told_why(pair, mistake):
    assert mistake_of(pair) == mistake


def test_a_claim_that_is_corrected_costs_no_second_correction():
    article = Article()
    article.leave_open(12, "attribution")
    for _ in range(5):
        article.leave_open(12, "nov23-alert")
    assert article.said[1:] == ["Claim 12 is corrected already."] * 5
    article.leave_open(8, "repos-exfiltration-unconfirmed")
    assert article.said[-1].endswith("Corrected.")
