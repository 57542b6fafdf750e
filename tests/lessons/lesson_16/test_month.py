"""What lesson 16 prints of its month is what its text says of it."""

import pytest

from labutils.lessons.lesson_16 import month


def test_the_first_query_of_cases_is_the_intruders_and_five_hours_before_the_session():
    first = month.first_query("chat.integration", "Case")
    session = [line for line in month.lines() if month.counts(line) and month.is_his(line)]
    assert month.is_his(first)
    assert 4.5 * 3600 < month.when(session[0]) - month.when(first) < 5 * 3600


def test_a_kind_of_object_is_not_one_whose_name_begins_with_it():
    found = month.first_query("svc.warehouse", "Case")
    assert " FROM Case" in found["QUERY_IDENTIFIER"] and "__c" not in found["QUERY_IDENTIFIER"]


def test_an_account_that_never_reads_an_object_has_no_first_query():
    with pytest.raises(ValueError, match=r"chat\.integration queries no Invoice"):
        month.first_query("chat.integration", "Invoice")
