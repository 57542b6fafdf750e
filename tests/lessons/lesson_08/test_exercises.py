"""Lesson 08: two events are undecided where their times overlap, and nowhere else."""

from itertools import combinations

from tables import table

from labutils.lessons.lesson_08 import ON_THE_TIMELINE
from labutils.lessons.lesson_08.exercises import undecided


def test_of_276_pairs_twelve_overlap_and_ten_pass():
    verdicts = [undecided(pair).mistake for pair in combinations(ON_THE_TIMELINE, 2)]
    assert len(verdicts) == 276
    assert (verdicts.count(None), verdicts.count("another"), verdicts.count("found")) == (10, 1, 1)
    assert verdicts.count("decided") == 264


@table(
    ("pair", "mistake"),
    [
        (["nov14-okta-denied", "nov14-probing"], None),
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
    assert undecided(pair).mistake == mistake
