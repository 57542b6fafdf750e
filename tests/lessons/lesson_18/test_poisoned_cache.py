"""A pull request, a cache and a release, under each of six changes."""

import pytest

from labutils.lessons.lesson_18.poisoned_cache import CHANGES, release

ENDS = {
    "narrower": (1, "poisoned"),
    "read": (1, "poisoned"),
    "review": (1, "poisoned"),
    "cache": (0, "clean"),
    "own job": (1, "poisoned"),
    "permission": (0, "poisoned"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_each_change_ends(change):
    seen = release(change)
    assert (len(seen.sessions), seen.package) == ENDS[change]


def test_an_exact_condition_and_a_job_of_its_own_together_keep_the_code_out():
    seen = release("narrower", "own job")
    assert (seen.sessions, seen.package) == ([], "poisoned")
