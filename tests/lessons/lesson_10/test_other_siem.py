"""The exercise in the search language of Axon: other right searches, and tries that ask nothing."""

from functools import cache

import pytest
from solutions import made
from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.classroom.judging import PASSED
from labutils.lessons.lesson_10.hunting import a_month
from labutils.lessons.lesson_10.other_siem import by_rule_of_the_alarm, by_search

RIGHT = made("10-10")["search"]
LOG = 'general_information.log_source.type_name = "Atlassian Jira audit"'
GROUP = "object.resource.name = jira-administrators"


@pytest.fixture(scope="module", autouse=True)
def logs_that_are_read_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(a_month(), "events", cache(a_month().events))
        yield


def judged(search):
    """The verdict on an answer to 10-10."""
    return verdict(lesson("10").items["10-10"], search)[0]


@pytest.mark.parametrize(
    "search",
    [
        f'{GROUP} and action.command = "user added to group" and {LOG}',
        f'{LOG} AND action.command IN ["User added to group"] AND {GROUP}',
        f'({LOG} AND {GROUP}) AND action.command = "User added to group"',
    ],
)
def test_other_spellings_of_the_search_pass(search):
    assert judged(search) is PASSED


@table(
    ("search", "mistake"),
    [
        (RIGHT.replace("AND object", "OR object"), "no search"),
        (RIGHT.replace('= "jira-administrators"', "CONTAINS anything"), "group"),
        ('general_information.raw_message CONTAINS "jira-administrators"', "part"),
        (f"{LOG} AND origin.host.ip_address.value = 203.0.113.66", "missed"),
        ("", "no search"),
        ("AND AND", "no search"),
        ("(" * 80, "no search"),
        (7, "no text"),
    ],
)
def test_what_asks_for_something_else_is_told_so(search, mistake):
    assert judged(search).mistake == mistake


def test_the_solution_selects_what_sigma_hits():
    assert sorted(by_search(RIGHT, a_month())) == sorted(by_rule_of_the_alarm(a_month()))
