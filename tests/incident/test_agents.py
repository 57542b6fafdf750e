"""Browsers and apps: which version on which day."""

import pytest

from labutils.incident import agents
from labutils.incident.background.dice import Dice
from labutils.incident.background.people import DEVICES, installed
from labutils.lab import seconds

DAY = 86_400
NOVEMBER = seconds("2023-11-14")


def test_the_newest_version_is_that_of_the_day():
    assert agents.version("chrome", seconds("2023-10-30")) == "118"
    assert agents.version("chrome", seconds("2023-10-31")) == "119"
    assert agents.version("chrome", seconds("2023-10-31"), back=2) == "117"
    assert agents.version("chrome", 0) == "112"
    assert agents.version("safari", seconds("2031-01-01")) == "26.1"


def test_a_device_is_behind_and_never_goes_back():
    browser = agents.Installed("Chrome/{chrome}.0", 10 * DAY)
    seen = [browser.at(NOVEMBER + day * DAY) for day in range(-40, 40)]
    assert seen == sorted(seen)
    assert browser.at(seconds("2023-11-09")) == "Chrome/118.0"
    assert browser.at(seconds("2023-11-10")) == "Chrome/119.0"
    assert browser.at(seconds("2023-11-09"), updated=seconds("2023-11-08")) == "Chrome/119.0"
    assert browser.at(seconds("2023-11-07"), updated=seconds("2023-12-08")) == "Chrome/119.0"


def test_dots_are_underscores_where_apple_writes_them_so():
    phone = agents.Installed("iPhone OS {ios_}) Version/{ios}", 0)
    assert phone.at(NOVEMBER) == "iPhone OS 17_1_1) Version/17.1.1"


@pytest.mark.parametrize("of", DEVICES)
def test_every_kind_has_an_agent_on_every_day_of_four_years(of):
    for kind in agents.kinds(of):
        for number in range(3):
            device = installed(kind, Dice(f"{number}"))
            for day in range(0, 4 * 365, 30):
                agent = device.at(seconds("2023-01-01") + day * DAY)
                assert not {"{", "}"} & set(agent)


def test_releases_are_listed_in_the_order_of_their_days():
    programs = {one for kind in DEVICES for row in agents.kinds(kind) for one in
                agents._asked(row.agent) if one not in row.words}  # fmt: skip
    assert len(programs) > 6
    for program in programs:
        times, versions = agents._releases(program)
        assert times == sorted(set(times)) and len(set(versions)) == len(versions)


def test_what_many_have_is_weighted_by_how_many_have_it():
    hundred = agents.common(NOVEMBER)
    assert 80 < len(hundred) <= 100
    assert len(set(hundred)) > 8
    assert all(agent.startswith("Mozilla/5.0 (") for agent in hundred)
