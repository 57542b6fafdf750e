"""Lesson 12: what four ways to end tokens cost and leave, measured, against a few lines of sums."""

import pytest
from tables import table

from labutils.lessons.lesson_12.token_budget import FLAG, TokenBudget
from labutils.lessons.lesson_12.token_strategies import (
    FOUR,
    Setting,
    Theft,
    measured_minutes,
    measured_requests,
    requests_an_hour,
)

LIVES, DELAYS, CALLS = (1, 3, 10), (0, 1, 2.5, 8, 30), (2, 6, 30, 60, 120)


def foreseen_minutes(setting, delay):
    ends = {"offline": setting.life, "polls": delay + setting.every}.get(setting.way, delay)
    return min(setting.life, ends)


def foreseen_requests(setting, calls):
    more = {"asks": calls, "polls": 60 / setting.every if setting.every else 0}
    return min(calls, 60 / setting.life) + more.get(setting.way, 0)


SETTINGS = [
    *(Setting(life, way) for life in LIVES for way in ("offline", "asks", "pushed")),
    Setting(10, "polls", 2),
    Setting(10, "polls", 5),
]


@table("delay", DELAYS)
@table("setting", SETTINGS, ids=repr)
def test_a_stolen_access_token_serves_until_it_ends_or_somebody_says_so(setting, delay):
    assert measured_minutes(setting, Theft(delay)) == foreseen_minutes(setting, delay)


@table("calls", CALLS)
@table("setting", [one for one in SETTINGS if one.life != 3], ids=repr)
def test_renewals_stop_growing_and_questions_and_polls_come_on_top(setting, calls):
    assert measured_requests(setting, calls) == foreseen_requests(setting, calls)


@pytest.mark.parametrize("calls", CALLS)
def test_where_calls_and_lives_do_not_fit_there_are_fewer_renewals(calls):
    setting = Setting(3, "offline")
    assert measured_requests(setting, calls) <= foreseen_requests(setting, calls)


@table("delay", [0, 10, 30])
@table("way", FOUR)
def test_a_refresh_token_serves_as_long_as_the_reaction_takes_if_the_app_is_closed(way, delay):
    assert measured_minutes(FOUR[way], Theft(delay, refresh_token=True)) >= delay


@pytest.mark.parametrize("life", [1, 3, 10])
def test_an_open_app_raises_the_alarm_within_a_life_and_offline_one_life_more_is_left(life):
    worth = measured_minutes(Setting(life, "offline"), Theft(60, refresh_token=True, calls=60))
    assert life < worth <= 2 * life
    told = measured_minutes(Setting(life, "pushed"), Theft(60, refresh_token=True, calls=60))
    assert told == life


@pytest.mark.parametrize(("retries", "minutes"), [(True, 0), (False, 10)])
def test_an_event_is_lost_in_an_outage_unless_it_is_pushed_again(retries, minutes):
    theft = Theft(0, outage=2, retries=retries)
    assert measured_minutes(Setting(10, "pushed"), theft) == minutes


# --- the target ---------------------------------------------------------------------------------


def test_the_scene_says_what_it_measured_and_gives_the_flag_for_enough(capsys):
    up_to = "up to 8 minutes (must be less than 10), for a reaction after 10 minutes"
    assert TokenBudget().try_setting(Setting(8, "pushed"), (8, 7.5), retries=True) == FLAG
    assert capsys.readouterr().out.splitlines() == [
        "8 requests an hour; the budget is 10.",
        f"the access token copied: {up_to}, and the event is sent again. You expected 8.",
        f"the access and the refresh token copied: {up_to}, or when the "
        "token is reused, and the event is sent again. You expected 7.5.",
    ]


def test_a_good_setting_of_which_something_else_was_expected_is_a_failed_attempt(capsys):
    company = TokenBudget()
    assert company.try_setting(Setting(6, "pushed"), (6, 6), retries=True) == "no flag"
    said = capsys.readouterr().out.splitlines()
    assert said[-3].startswith("The setting is good enough, but you expected something else")
    assert said[-2:] == [
        "Attempts left: 2.",
        "Things change: Ada's app now calls every 3 minutes.",
    ]
    assert company.try_setting(Setting(6, "pushed"), (6, 6), retries=True) == FLAG


def test_the_same_attempt_once_more_is_not_measured_and_costs_nothing(capsys):
    company = TokenBudget()
    for _ in range(5):
        assert company.try_setting(Setting(1, "pushed"), (1, 1)) == "no flag"
    said = capsys.readouterr().out
    assert said.count("Attempts left: 2.") == 1 and "Attempts left: 1." not in said
    assert said.count("That was measured already") == 4


def test_the_last_failed_attempt_changes_nothing_any_more(capsys):
    company = TokenBudget()
    for worst in (1, 2, 3):
        assert company.try_setting(Setting(6, "pushed"), (worst, worst), retries=True) == "no flag"
    assert capsys.readouterr().out.splitlines()[-1] == "Attempts left: 0."


@pytest.mark.parametrize("expects", [None, 3, (3,), (3, 3, 3), ("3", 3), (True, 3), (-1, 3)])
def test_without_a_forecast_nothing_is_measured(expects, capsys):
    assert TokenBudget().try_setting(Setting(8, "pushed"), expects, retries=True) == "no flag"
    assert capsys.readouterr().out.startswith("First work out what the setting leaves Tom.")


def test_an_event_that_is_lost_is_said(capsys):
    assert TokenBudget().try_setting(Setting(8, "pushed"), (8, 9)) == "no flag"
    assert "minutes, and the event is lost. You expected 8." in capsys.readouterr().out


def test_what_is_over_a_limit_says_so(capsys):
    assert TokenBudget().try_setting(Setting(1, "asks"), (1, 3)) == "no flag"
    assert "an hour; the budget is 10: too many." in capsys.readouterr().out
    assert TokenBudget().try_setting(Setting(8, "offline"), (8, 16)) == "no flag"
    assert "(too long: must be less than 10)" in capsys.readouterr().out


def test_one_request_and_one_minute_are_written_as_one(capsys):
    assert TokenBudget().try_setting(Setting(60, "offline"), (60, 99)) == "no flag"
    assert capsys.readouterr().out.startswith("1 request an hour; the budget is 10.\n")
    assert TokenBudget().try_setting(Setting(1, "offline"), (1, 9)) == "no flag"
    assert (
        "the access token copied: up to 1 minute (must be less than 10)" in capsys.readouterr().out
    )


@pytest.mark.parametrize("delay", [0, 0.5, 1, 1.5, 2, 2.5])
def test_after_a_restart_the_event_is_there_before_tom_whatever_the_delay(delay):
    assert measured_minutes(Setting(10, "pushed"), Theft(delay, calls=60, outage=2)) == delay


@pytest.mark.parametrize(("life", "requests"), [(1, 15), (4, 15), (4.5, 8), (8, 8)])
def test_a_token_is_renewed_at_a_call_so_lives_between_two_calls_cost_the_same(life, requests):
    assert measured_requests(Setting(life, "pushed"), TokenBudget().calls) == requests


@table(
    "setting",
    [
        None,
        "flag",
        Setting(0, "offline"),
        Setting(float("nan"), "offline"),
        Setting(61, "asks"),
        Setting(True, "asks"),
        Setting(3, "polls"),
        Setting(3, ["polls"]),
        Setting("3", "pushed"),
        Setting(3, "polls", 0.01),
    ],
    ids=repr,
)
def test_what_is_no_setting_gets_a_sentence(setting, capsys):
    assert TokenBudget().try_setting(setting) == "no flag"
    assert capsys.readouterr().out.startswith("That is not a setting. Try Setting(10, 'pushed')")


@pytest.mark.parametrize(
    ("setting", "calls", "requests"),
    [
        (Setting(10, "offline"), 600, 6),
        (Setting(10, "offline"), 2, 2),
        (Setting(1, "offline"), 600, 60),
        (Setting(10, "asks"), 2, 4),
        (Setting(10, "asks"), 600, 606),
        (Setting(10, "pushed"), 600, 6),
    ],
)
def test_an_hour_costs_renewals_and_questions_as_they_are_measured(setting, calls, requests):
    assert requests_an_hour(setting, calls) == requests == measured_requests(setting, calls)
