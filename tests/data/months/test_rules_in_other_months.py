"""The course's rules in traffic that nobody looked at: other months, unseen worlds, no attack."""

import rule_rates
from course_rules import RULES, SITE, STEPS

from labutils.hunt import hunt
from labutils.incident import background
from labutils.incident.held_out import grade, worlds


def test_no_week_of_another_month_has_more_than_five_alerts_a_day():
    folder = background.logs(seed="another month")
    result = rule_rates.measured(hunt([RULES], [folder], SITE).hits, folder)[1]
    assert result.within_budget, f"{result.worst_week[1]:.2f} a day in the worst week"
    assert rule_rates.led_to(result.alerts) == STEPS


def test_in_no_unseen_world_do_the_rules_break_the_budget():
    graded = grade([RULES], worlds("course-rules"))
    loud = {name for name, score in graded.scores.items() if not score.within_budget}
    assert loud == {"W6"}, "there a log is silent, and each token is named that it leaves out"
    silent = [one for one in graded.scores["W6"].by_rule if "Silent" in one.title]
    others = [
        [report for report in alert.reports if "Silent" not in report.title]
        for alert in graded.scores["W6"].alerts
    ]
    assert silent and sum(map(bool, others)) < len(others) / 1.5
    assert graded.minimum > 0.2 and len(graded.quiet) == 2
    without = graded.scores["W2"]  # a month without an attack is within the budget as well
    assert without.alerts and not without.attack_events
