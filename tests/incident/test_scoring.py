"""The score of a hunt: steps and alerts, the budget, and what was left to lose."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from how_many import draws
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scored_worlds import DAY, HOUR, START, STEPS, event, hit, world

from labutils.incident import scoring
from labutils.incident.alerts import ORDINARY
from labutils.incident.ground_truth import NotAWorld
from labutils.incident.scoring import score
from labutils.lab import seconds

PROBED, DENIED, SEARCHED, ARCHIVED = STEPS


def everyday(number, apart=2 * HOUR):
    """Events of as many people, so far apart that each would be an alert of its own."""
    return [event(place * apart, who=f"person-{place}") for place in range(number)]


@pytest.fixture
def month(tmp_path):
    """Thirty days, an event every three hours; four steps of the attack among them."""
    events = everyday(240, apart=3 * HOUR)
    return world(tmp_path / "month", events, {17: PROBED, 25: DENIED, 33: SEARCHED, 81: ARCHIVED})


# --- recall: steps, not events ------------------------------------------------------------------


def test_a_step_counts_once_however_many_of_its_events_are_found(tmp_path):
    folder = world(tmp_path, everyday(6), {1: PROBED, 2: PROBED, 3: PROBED, 4: DENIED})
    assert str(score([hit(1), hit(2), hit(3)], folder).recall).startswith("1 of 2 ")


def test_a_step_is_found_through_any_of_its_events(tmp_path):
    folder = world(tmp_path, everyday(6), {1: PROBED, 2: PROBED})
    assert list(score([hit(2)], folder).seen_steps) == [PROBED]


def test_one_alert_may_lead_to_several_steps(month):
    assert list(score([hit(17, 25)], month).seen_steps) == [PROBED, DENIED]


def test_a_step_without_an_event_in_the_logs_is_not_asked_for(tmp_path):
    assert score([], world(tmp_path, everyday(3), {2: DENIED})).recall.trials == 1


def test_recall_by_tactic_names_each_tactic_in_the_order_of_the_attack(month):
    shares = score([hit(17), hit(81)], month).by_tactic
    assert {name: (share.hits, share.trials) for name, share in shares.items()} == {
        "Reconnaissance": (1, 1),
        "Initial Access": (0, 1),
        "Collection": (1, 2),
    }


# --- alerts -------------------------------------------------------------------------------------


def test_an_alert_is_an_actor_on_a_day(tmp_path):
    folder = world(tmp_path, [event(700 * place) for place in range(5)], {3: PROBED, 4: PROBED})
    (alert,) = score([hit(line) for line in (2, 3, 4, 5)], folder).alerts
    assert alert.true and alert.actor == "ada@company.example"
    assert (alert.opened, alert.closed) == (seconds(START) + 700, seconds(START) + DAY)


def test_an_actor_who_goes_on_is_reported_anew_the_next_day(tmp_path):
    folder = world(tmp_path, [event(8 * HOUR * place) for place in range(6)])
    alerts = score([hit(line) for line in range(1, 7)], folder).alerts
    assert [alert.event_ids for alert in alerts] == [
        ("okta:1", "okta:2", "okta:3"),
        ("okta:4", "okta:5", "okta:6"),
    ]


def test_hits_of_two_actors_are_two_alerts(tmp_path):
    folder = world(tmp_path, [event(0, "ada"), event(1, "tom")], {})
    assert len(score([hit(1), hit(2)], folder).alerts) == 2


def test_a_correlation_over_two_actors_is_two_alerts(tmp_path):
    folder = world(tmp_path, [event(0, "ada"), event(1, "tom")], {2: PROBED})
    alerts = score([hit(1, 2, time=1)], folder).alerts
    assert [(alert.actor[:3], alert.true) for alert in alerts] == [("ada", 0), ("tom", 1)]


def test_a_correlation_of_two_logs_is_one_alert_about_the_actor_of_its_last_event(tmp_path):
    folder = world(tmp_path, [event(60, "ada"), event(120, "ada")], {1: PROBED, 2: DENIED})
    line = {"user": "badge", "record": "1", "result": "success", "type": "x", "time": START}
    (folder / "support.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    joined = replace(hit(1, time=60), event_ids=("support:1", "okta:1"))
    (alert,) = score([joined], folder).alerts
    assert alert.actor == "ada@company.example" and alert.event_ids == ("support:1", "okta:1")


def test_two_rules_that_report_the_same_are_one_alert_under_the_more_severe_one(tmp_path):
    folder = world(tmp_path, [event(), event(60)], {1: PROBED})
    hits = [hit(1, rule="a", level="medium"), hit(2, rule="b", level="critical")]
    (alert,) = score(hits, folder).alerts
    assert (alert.rule_id, alert.level, alert.opened) == ("b", "critical", seconds(START))
    assert [report.rule_id for report in alert.reports] == ["b", "a"]


def test_a_rule_that_led_nowhere_gets_nothing_for_the_alert_of_another(tmp_path):
    folder = world(tmp_path, [event(), event(60)], {1: PROBED})
    rules = score([hit(1, rule="a"), hit(2, rule="b")], folder).by_rule
    assert [(rule.rule_id, rule.precision.hits, rule.steps) for rule in rules] == [
        ("a", 1, (PROBED,)),
        ("b", 0, ()),
    ]


def test_what_happened_before_a_correlation_held_is_reported_when_it_held(tmp_path):
    folder = world(tmp_path, [event(-3 * HOUR), event(HOUR)], {1: PROBED})
    (alert,) = score([hit(1, 2, time=HOUR)], folder).alerts
    assert alert.opened == seconds(START) + HOUR and alert.true


def test_what_happened_more_than_a_day_before_is_no_news(tmp_path):
    folder = world(tmp_path, [event(-25 * HOUR), event(0), event(HOUR)], {1: PROBED})
    (alert,) = score([hit(1, 2, 3, time=0)], folder).alerts
    assert alert.event_ids == ("okta:2", "okta:3") and not alert.true


def test_a_correlation_that_goes_on_to_hold_is_a_new_alert_each_day(tmp_path):
    folder = world(tmp_path, [event(DAY * day) for day in range(5)], {5: PROBED})
    alerts = score([hit(1, 2, 3, 4, 5, time=0)], folder).alerts
    assert [alert.true for alert in alerts] == [False] * 4 + [True]
    assert alerts[-1].opened == seconds(START) + 4 * DAY


def test_reporting_everything_at_once_is_reporting_each(month):
    at_once = score([hit(*range(1, 241), time=0)], month)
    one_by_one = score([hit(line) for line in range(1, 241)], month)
    assert str(at_once) == str(one_by_one)
    assert sum(alert.true for alert in at_once.alerts) == 4 and len(at_once.alerts) == 240


def test_an_alert_in_which_the_attack_drowns_is_false(tmp_path):
    events = [event(60 * place) for place in range(100)] + everyday(900, apart=60)
    folder = world(tmp_path, events, {50: PROBED})
    (alert,) = score([hit(line) for line in range(1, 101)], folder).alerts
    assert alert.true  # ten times as many as in all events of these logs
    folder = world(tmp_path, events[:400], {50: PROBED})
    (alert,) = score([hit(line) for line in range(1, 101)], folder).alerts
    assert not alert.true


def test_a_false_alert_is_listed_under_the_name_of_its_twin(tmp_path):
    folder = world(tmp_path, everyday(4), {1: PROBED}, {2: "travel", 3: "travel"})
    result = score([hit(1), hit(2), hit(3), hit(4)], folder)
    assert result.false_by_twin == {"travel": 2, ORDINARY: 1}
    assert (result.precision.hits, result.precision.trials) == (1, 4)


def test_a_rule_is_credited_with_those_steps_alone_that_are_proven(month):
    hits = [hit(17, rule="a"), hit(25, rule="a"), hit(33, rule="b")]
    result = score(hits, month, proven={"a": [PROBED]})
    assert list(result.seen_steps) == [PROBED] and result.precision.hits == 1


def test_the_example_of_the_page_comes_out_as_it_says(tmp_path):
    """docs/scoring-a-hunt.md, "An example"."""
    events = [
        event(9 * HOUR, "token-a"),
        event(14 * HOUR, "token-a"),
        event(15 * HOUR, "token-b"),
        event(27 * HOUR, "token-a"),
        event(28 * HOUR, "token-c"),
    ]
    folder = world(tmp_path, events, {1: PROBED, 2: DENIED, 4: SEARCHED})
    many = hit(1, 2, 4, rule="many", time=14 * HOUR)
    result = score([hit(2, rule="outside"), hit(3, rule="outside"), many], folder)
    first, second, third = result.alerts
    assert [alert.actor[:7] for alert in result.alerts] == ["token-a", "token-b", "token-a"]
    assert [report.rule_id for report in first.reports] == ["many", "outside"]
    assert [alert.true for alert in result.alerts] == [True, False, True]
    assert first.opened == second.opened - HOUR == third.opened - 13 * HOUR
    day = seconds(START) + DAY
    assert result.seen_steps == {PROBED: day, DENIED: day, SEARCHED: day + DAY}
    assert result.precision.value == 2 / 3 and result.points == 1  # one look a day costs nothing


# --- the budget ---------------------------------------------------------------------------------


def read(result):
    """How many alerts were read."""
    return sum(alert.was_read for alert in result.alerts)


def evenings(result):
    """On which evening, counted from the first, each alert was read."""
    start = seconds(START) // DAY
    return [alert.read_at and alert.read_at / DAY - start for alert in result.alerts]


def test_in_an_evening_five_alerts_are_read_and_the_rest_on_the_next(tmp_path):
    folder = world(tmp_path, everyday(6, apart=HOUR), {6: PROBED})
    result = score([hit(line) for line in range(1, 7)], folder)
    assert evenings(result) == [1] * 5 + [2]
    assert {alert.closed for alert in result.alerts} == {seconds(START) + DAY}
    assert result.seen_steps == {PROBED: seconds(START) + 2 * DAY}


def test_what_is_not_read_within_a_week_is_never_read(tmp_path):
    events = [event(DAY * day + 60 * turn, f"{day}-{turn}") for day in range(9) for turn in (0, 1)]
    result = score([hit(line) for line in range(1, 19)], world(tmp_path, events), budget=1)
    assert evenings(result)[:3] == [1, 2, 3]
    waited = [read - 1 - place // 2 for place, read in enumerate(evenings(result)) if read]
    assert max(waited) == 7 and None in evenings(result)


def test_the_more_severe_alert_is_read_first_then_the_earlier_one(tmp_path):
    folder = world(tmp_path, everyday(4, apart=HOUR), {})
    levels = ("low", "high", "", "high")
    hits = [hit(line, level=level, rule=f"{line}") for line, level in enumerate(levels, 1)]
    assert evenings(score(hits, folder, budget=2)) == [2, 1, 2, 1]
    assert evenings(score(hits, folder, budget=3)) == [1, 1, 2, 1]


def test_the_budget_is_held_against_the_worst_week_and_not_the_mean(tmp_path):
    quiet = [event(DAY * day, f"quiet-{day}") for day in range(50)]
    busy = [event(50 * DAY + 60 * place, f"busy-{place}") for place in range(50)]
    after = [event(DAY * day, f"quiet-{day}") for day in range(51, 60)]
    result = score([hit(line) for line in range(51, 101)], world(tmp_path, quiet + busy + after))
    assert result.alerts_a_day.value < 1
    assert result.worst_week[1] == pytest.approx(50 / 7) and not result.within_budget


def test_five_a_day_is_still_within_the_budget(tmp_path):
    events = [event(DAY * day + HOUR * turn, f"{turn}") for day in range(9) for turn in range(5)]
    result = score([hit(line) for line in range(1, 46)], world(tmp_path, events))
    assert result.worst_week[1] == 5 and result.within_budget


# --- time ---------------------------------------------------------------------------------------


def test_what_was_left_to_lose_at_the_first_true_alert(month):
    result = score([hit(33), hit(81)], month)
    assert (
        result.first_true_alert.closed == seconds(START) + 5 * DAY
    )  # the 33rd is of the fifth day
    assert result.still_to_come.steps == (ARCHIVED,) and result.still_to_come.hours == 5 * 24


def test_a_burst_is_counted_event_by_event(tmp_path):
    events = [event(5 * HOUR * place) for place in range(20)]
    folder = world(tmp_path, events, dict.fromkeys(range(1, 21), ARCHIVED))
    assert score([hit(3)], folder).still_to_come.events == {ARCHIVED: (15, 20)}


def test_without_a_true_alert_nothing_is_said_about_time(month):
    result = score([hit(1)], month)
    assert result.first_true_alert is None and result.still_to_come is None
    assert "still to come" not in str(result)


# --- one number ---------------------------------------------------------------------------------


def test_all_steps_and_no_false_alert_is_one_and_nothing_seen_is_zero(month):
    assert score([hit(line) for line in (17, 25, 33, 81)], month).points == pytest.approx(1)
    assert score([hit(1)], month).points == 0


def test_recall_counts_twice_as_much_as_precision(month):
    half_the_steps = score([hit(17), hit(81)], month)
    half_the_alerts = score([hit(line) for line in (17, 25, 33, 81, 1, 41, 51, 61)], month)
    assert half_the_steps.recall.value == half_the_alerts.precision.value == 0.5
    assert half_the_steps.points < half_the_alerts.points


def daily(number, days=8):
    """So many alerts a day, each about somebody else."""
    return [event(DAY * day + HOUR * t, f"{day}-{t}") for day in range(days) for t in range(number)]


@pytest.mark.parametrize(
    ("a_day", "points"), [(0, 1), (1, 1), (2, 1), (3, 0.8), (4, 0.4), (5, 0), (9, 0)]
)
def test_without_an_attack_half_the_budget_costs_nothing(tmp_path, a_day, points):
    events = daily(a_day) or daily(1)
    hits = [hit(line) for line in range(1, len(events) + 1)] if a_day else []
    assert score(hits, world(tmp_path, events)).points == pytest.approx(points)


@pytest.mark.parametrize(("a_day", "points"), [(4, 1), (5, 1), (6, 0.8), (9, 0.2), (10, 0)])
def test_a_rule_that_helped_elsewhere_may_use_the_whole_budget(tmp_path, a_day, points):
    events = daily(a_day)
    hits = [hit(line, rule="helps") for line in range(1, len(events) + 1)]
    result = score(hits, world(tmp_path, events), helpful={"helps"})
    assert result.points == pytest.approx(points)


def test_with_an_attack_the_false_alerts_past_half_the_budget_of_an_evening_cost(tmp_path):
    folder = world(tmp_path, daily(6, days=1), {1: PROBED})

    def worth(false):
        hits = [hit(line, rule=f"r{line}") for line in range(1, 2 + false)]
        return score(hits, folder)

    assert [worth(number).false_that_cost for number in range(5)] == [0, 0, 0, 1, 2]
    assert worth(2).points == 1 > worth(3).points > worth(4).points


def test_the_false_alerts_of_the_rule_that_caught_the_intruder_cost_nothing(tmp_path):
    folder = world(tmp_path, daily(5, days=1), {1: PROBED})
    result = score([hit(line, rule="one") for line in range(1, 6)], folder)
    assert result.helpful == {"one"} and result.precision.value == 1 / 5
    assert result.points == 1


def test_a_rule_that_reports_everybody_does_not_help(tmp_path):
    folder = world(tmp_path, daily(5, days=9), {1: PROBED})
    result = score([hit(line, rule="all") for line in range(1, 46)], folder)
    assert result.helpful == set() and result.false_that_cost > 20


def test_a_rule_that_is_known_to_be_an_indicator_is_called_one(month):
    result = score([hit(17, rule="address"), hit(25, rule="act")], month, indicators={"address"})
    assert [rule.title for rule in result.by_rule if rule.indicator] == ["The address"]


def test_for_programs_each_alert_says_when_it_was_opened_read_and_closed(month):
    (first,) = score([hit(17)], month).summary()["alerts"]
    assert first == {
        "opened": "2023-11-16T00:00:00Z",
        "read": "2023-11-17T00:00:00Z",
        "closed": "2023-11-17T00:00:00Z",
        "actor": "person-16@company.example",
        "level": "high",
        "rule_id": "rule",
        "rule_ids": ["rule"],
        "event_ids": ["okta:17"],
        "steps": [PROBED],
    }
    assert score([hit(17)], month, budget=0).summary()["alerts"][0]["read"] is None


# --- properties ---------------------------------------------------------------------------------

lines = st.lists(st.integers(1, 240), max_size=30)
rules = st.sampled_from([("a", "critical"), ("b", "low"), ("c", "medium"), ("d", "")])


@st.composite
def some_hits(draw):
    hits = [(line, *draw(rules)) for line in draw(lines)]
    return [hit(line, rule=rule, level=level) for line, rule, level in hits]


anywhere = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=draws(60),
    deadline=None,
)


@anywhere
@given(some_hits(), st.integers(0, 8))
def test_a_larger_budget_never_sees_less(month, hits, budget):
    less, more = (score(hits, month, budget=size) for size in (budget, budget + 1))
    assert set(less.seen_steps) <= set(more.seen_steps)
    assert read(less) <= read(more)


@anywhere
@given(some_hits())
def test_every_share_is_a_share_and_every_day_within_its_budget(month, hits):
    result = score(hits, month)
    for share in (result.recall, result.precision, *result.by_tactic.values()):
        assert 0 <= share.low <= share.value <= share.high <= 1
    assert 0 <= result.points <= 1
    days = [alert.day for alert in result.alerts if alert.was_read]
    assert all(days.count(day) <= result.budget for day in days)


@anywhere
@given(some_hits())
def test_true_and_false_alerts_are_all_alerts(month, hits):
    result = score(hits, month)
    false = sum(result.false_by_twin.values())
    assert result.precision.hits + false == len(result.alerts) == result.alerts_a_day.count
    reports = sum(len(alert.reports) for alert in result.alerts)
    assert sum(rule.alerts for rule in result.by_rule) == reports >= len(result.alerts)


@anywhere
@given(some_hits())
def test_the_order_of_the_hits_does_not_matter(month, hits):
    assert str(score(hits, month)) == str(score(hits[::-1], month))


# --- what is shown ------------------------------------------------------------------------------


def test_the_base_rate_is_printed_first(month):
    first = str(score([hit(17)], month)).splitlines()[:4]
    assert first[0] == "Base rate"
    assert "240 on 30 days" in first[1] and "once in 60" in first[3]


def test_one_true_alert_of_one_is_not_called_certain(month):
    assert "1 of 1 (0.03 to 1.00)" in str(score([hit(17)], month))


def test_no_alert_in_a_month_is_given_with_its_upper_limit(month):
    assert "none in 30 days (up to 0.12 a day)" in str(score([], month))


def test_what_comes_from_a_rule_is_escaped(month):
    hostile = hit(17, rule="<script>alert(1)</script>\x1b[2J")
    result = score([hostile], month)
    assert "\x1b" not in str(result) and "\x1b" not in result._repr_html_()
    assert "<script>" not in result._repr_html_()
    HTMLParser().feed(result._repr_html_())


def test_a_ladder_keeps_the_counts_of_every_rung(month):
    text = str(scoring.ladder({"low": score([hit(17), hit(1)], month), "high": score([], month)}))
    assert "1 of 2 (" in text and "0 of 4 (" in text and "1.67 %" in text


# --- what is not a world -------------------------------------------------------------------------


def test_a_folder_without_ground_truth_is_refused(tmp_path):
    with pytest.raises(NotAWorld, match=r"has no truth\.json, so there is nothing to score"):
        score([], tmp_path)


def test_a_hit_on_other_logs_is_refused(month):
    with pytest.raises(NotAWorld, match="okta:241 is not an event of month"):
        score([hit(241)], month)


def test_a_fact_of_an_event_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotAWorld, match="okta:9 is not an event"):
        score([], world(tmp_path, [event()], {9: PROBED}))


def test_a_world_of_another_case_is_refused(month):
    with pytest.raises(NotAWorld, match=r"not a world of drift-2025, .* no fact nov1.* Say --case"):
        score([], month, case="drift-2025")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("truth.json", "[]", "must hold an object"),
        ("truth.json", "{", "cannot be read"),
        ("twins.json", '{"okta:1": 1}', "must give each id a twin and a step"),
        ("okta.jsonl", "{}\n", "line 1: is not an event with a time"),
        ("okta.jsonl", "nothing\n", "line 1: is not an event with a time"),
    ],
)
def test_a_broken_file_is_named_in_a_sentence(tmp_path, name, content, says):
    folder = world(tmp_path, [event()])
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(NotAWorld, match=says):
        score([], folder)


def test_a_world_that_was_written_anew_is_read_anew(month):
    assert score([], month).recall.trials == 4
    (month / "truth.json").write_text(json.dumps({"okta:1": PROBED}), encoding="utf-8")
    assert score([], month).recall.trials == 1
