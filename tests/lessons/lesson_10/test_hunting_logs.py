"""The month of the lesson, in the hands of `logs`."""

import pytest

from labutils.instruments.logs import LogView
from labutils.lessons.lesson_10 import hunting
from labutils.stage.sigma_text import sigma


@pytest.fixture(scope="module")
def month():
    return hunting.a_month()


ABROAD = sigma("token_abroad", "cloudflare_access_nonidentity", "Abroad", hunting.ABROAD_DETECTION)
CHANGED = sigma("privileged_change", "jira", "Changed", hunting.PRIVILEGED, "low")
BOTH = [ABROAD, CHANGED, hunting.correlated("in_order", "In order", hunting.IN_ORDER)]


@pytest.mark.parametrize("rules", [[ABROAD], [CHANGED], BOTH], ids=["one", "other", "correlation"])
def test_hits_and_alerts_are_those_of_the_score(month, rules):
    shown = LogView(month, "---\n".join(rules), 7, truth=month.truth)
    assert shown.hits == month.hunt(*rules)
    score = month.score(shown.hits)
    of_score = [(one.actor, one.opened, one.event_ids, one.steps) for one in score.alerts]
    assert [(one.actor, one.opened, one.event_ids, one.steps) for one in shown.alerts] == of_score
    assert shown.worst == hunting.in_worst_week(score)


def test_the_index_has_the_events_of_the_month(month):
    shown = LogView(month)
    assert len(shown) == sum(month.counts().values())
    for source in shown.index.sources:
        events = month.events(source)
        for name in list(events)[:: max(1, len(events) // 20)]:
            assert shown.index.event(shown.index.row(name)) == events[name]
