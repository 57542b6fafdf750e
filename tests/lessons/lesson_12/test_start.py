"""Lesson 12: what its bars, its tables and its cards say is what the lab does."""

import re

import pytest
from solutions import made
from tables import table

from labutils.identity.security_events import sign_event
from labutils.identity.tokens import SigningKey, ec_private_key
from labutils.lessons.lesson_12 import start
from labutils.lessons.lesson_12.revocation import read_at_the_api, token_hash
from labutils.lessons.lesson_12.start import (
    DELAYS,
    FETCHES,
    LIVES,
    OFFLINE,
    PUSHED,
    Setting,
    Theft,
    inspect,
    measured_minutes,
    measured_requests,
    minutes_at,
    setting_of,
)
from labutils.stage.two_apps import API, LOGIN


def jti(token):
    return inspect(token).claims["jti"]


@table("life", LIVES)
@table("every", FETCHES)
@table("delay", DELAYS)
def test_a_list_ends_a_token_at_the_fetch_that_follows_the_reaction(life, every, delay):
    assert minutes_at("fetches a list", life, every, delay, jti) == min(life, delay + every)


@table("life", LIVES)
def test_a_list_of_hashes_ends_nothing_if_tom_spells_the_token_again(life):
    assert minutes_at("fetches a list", life, 1, 0, token_hash) == life
    assert minutes_at("fetches a list", life, 1) == 1  # he has not thought of it yet


def test_one_token_and_two_spellings_at_both_lists(capsys):
    assert start.tom_tries_again(token_hash) == (200, True)
    assert start.tom_tries_again(jti) == (401, True)
    said = [line.split()[-2:] for line in capsys.readouterr().out.splitlines() if "…" in line]
    assert said == [["yes", "401"], ["no", "200"], ["yes", "401"], ["yes", "401"]]


def test_the_first_bars_are_of_a_theft_that_is_known_at_once():
    bars = start.known_at_once()
    assert bars.at == 10 and bars.table()["fetches a list"][30] == "5 minutes"
    assert {bars.table()[name][30] for name in ("asks at each call", "is told by an event")} == {
        "refused"
    }
    assert [bars.table()["checks offline"][life] for life in LIVES] == [
        "1 minute",
        "5 minutes",
        "10 minutes",
        "30 minutes",
    ]


def shown(monkeypatch, function, *args):
    """The instrument that a function shows."""
    made = []
    real = start.ribbons

    def note(*given, **options):
        made.append(real(*given, **options))
        return made[-1]

    monkeypatch.setattr(start, "ribbons", note)
    function(*args)
    return made[0]


def test_the_price_is_beside_each_bar(monkeypatch):
    bars = shown(monkeypatch, start.price, jti)
    assert [bars.beside(row.name) for row in bars.rows] == [
        "33 a second",
        "33 a second",
        "3,367 a second",
        "33 a second",
    ]
    assert bars.sentence() == "Asking costs 101 times as many requests as checking offline."
    bars.turn(1, 15)
    assert bars.beside("checks offline") == "333 a second"
    assert bars.table(1)["fetches a list"][1, 15] == "1 minute"


def test_with_three_handles_a_minute_does_not_mind_when_somebody_notices(monkeypatch):
    bars = shown(monkeypatch, start.three_handles, jti)
    assert set(bars.table()[start.MINUTE_TOKENS].values()) == {"1 minute"}
    assert bars.sentence() == (
        "With an event Tom gets in for: 5 minutes. With one-minute tokens: 1 minute."
    )
    bars.turn(0, 30, 1)
    assert "With an event Tom gets in for: not at all." in bars.sentence()
    assert bars.settings_in_words()[0] == "You notice after: at once"
    assert bars.beside(start.MINUTE_TOKENS) == "333 a second"


@table("name", start.WAYS)
@table("every", (1, 15))
def test_what_a_bar_says_of_requests_is_what_is_counted(name, every):
    setting = setting_of(name, 10, every)
    fetches = 60 / setting.every if setting.every else 0
    of_one = (start.a_second(setting) * 3600 - fetches) / start.PEOPLE
    assert measured_requests(setting, start.RATE) == pytest.approx(of_one + fetches)
    assert start.times_as_many() == 100


def test_a_minute_is_as_good_as_an_event_from_one_minute_on():
    assert start.where_a_minute_is_as_good() == 1


def test_when_the_provider_is_down_those_fail_who_need_it(capsys):
    assert start.provider_down(jti) == ["one minute, offline", "ten minutes, the API asks"]
    assert "The provider is down for 4 minutes" in capsys.readouterr().out


def test_what_is_revoked_while_the_provider_is_down_is_heard_of_by_nobody():
    for setting in (Setting(10, OFFLINE), setting_of("fetches a list", 10, 1), Setting(10, PUSHED)):
        assert start.failed_calls(setting, jti) == 0  # Ada's own token, which was revoked by nobody


def test_an_event_that_was_pushed_once_is_lost_and_the_lifetime_is_left():
    assert start.restart() == 10
    worth = start.minutes_after_a_restart()
    assert {life: worth["pushed once", life] for life in LIVES} == {1: 0, 5: 5, 10: 10, 30: 30}
    assert not any(worth[way, 10] for way in ("pushed until it arrives", "fetched by the API"))


@pytest.mark.parametrize(("remember", "says"), [(False, 200), (True, 401)])
def test_an_old_event_wakes_a_token_where_the_last_one_counts(capsys, remember, says):
    kept = made("12-3")["remember"] if remember else None
    start.dead_or_alive(made("12-11")["revive"], kept)
    told = capsys.readouterr().out
    assert re.search(r"Ada's token +401\n", told) and re.search(r"event +202\n", told)
    assert re.search(rf"token again +{says}\n", told)


# --- what practice says ---------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 60, 301, 3600, 86_400, 400 * 86_400])
def test_an_event_is_taken_however_late(seconds):
    key, now = SigningKey(ec_private_key("late"), "ES256", "k"), 1_697_619_600
    event = sign_event(key, issuer=LOGIN, audience=API, now=now, jti="1", sub="u-1815", sid="s-1")
    assert read_at_the_api(event, {"keys": [key.jwk]}, now + seconds) == ("u-1815", now)


@pytest.mark.parametrize(("calls", "most"), [(30, 2.5), (6, 10.5), (2, 30.5)])
def test_an_open_app_ends_a_theft_of_both_tokens_at_its_next_renewal(calls, most):
    thefts = [Theft(delay, refresh_token=True, calls=calls) for delay in (0, 1, 5, 10, 20, 30)]
    assert max(measured_minutes(Setting(1, OFFLINE), theft) for theft in thefts) == most


def test_both_tokens_over_half_an_hour(capsys):
    assert start.with_both_tokens() == 10.5
    assert "39.5" in capsys.readouterr().out


def test_costs_shows_a_sum_beside_what_was_counted(capsys):
    start.costs(lambda *_: 7)
    assert "10 min, asks     600            7         606" in capsys.readouterr().out
