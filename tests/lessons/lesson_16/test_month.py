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


def test_whose_the_first_query_is_stands_beside_it(capsys):
    month.print_first_query("svc.warehouse", "Case")
    month.print_first_query("chat.integration", "Case")
    honest, his = capsys.readouterr().out.splitlines()
    assert "intruder" not in honest and his.endswith("FROM Case  <- the intruder")


def test_what_the_intruder_does_first_no_login_of_the_agents_own_does():
    """The evidence of 16-6: one login lists the objects and does nothing else, and it is his."""
    told = {what: number for number, what in month.habits("chat.integration")}
    assert told["lists the objects, and does nothing else"] == 1
    assert told["an export job"] == 1
    lonely = [
        login
        for login in month.logins()
        if login["USER_NAME"].startswith("chat.integration")
        and month.calls_after(login)
        and all(map(month.lists, month.calls_after(login)))
    ]
    assert [month.is_his(login) for login in lonely] == [True]
    assert sum(told.values()) == sum(
        login["USER_NAME"].startswith("chat.integration") for login in month.logins()
    )
