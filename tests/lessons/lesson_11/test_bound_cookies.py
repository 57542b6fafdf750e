"""Lesson 11: a session cookie that is bound to a device."""

import pytest

from labutils.lessons.lesson_11 import bound_cookies
from labutils.lessons.lesson_11.bound_cookies import DAY, LIVES, Morning, bound, cookie_opens, renew
from labutils.stage.two_apps import LOGIN


@pytest.mark.parametrize("life", LIVES)
def test_a_copy_serves_until_the_next_renewal_and_for_the_life_of_the_cookie_at_most(life):
    assert bound_cookies.last_second(bound_cookies.away, life) == life - 1
    assert bound_cookies.last_second(bound_cookies.at_work, life) == life * 8 // 10


def test_an_ordinary_cookie_serves_for_a_day():
    assert bound_cookies.last_second(bound_cookies.ordinary) == DAY


@pytest.mark.parametrize("way", [bound_cookies.malware, bound_cookies.there_at_sign_in])
def test_malware_on_the_device_goes_on_for_a_day(way):
    assert bound_cookies.last_second(way) == DAY


def test_malware_that_was_first_needs_nothing_of_ada_s_device_any_more():
    morning = Morning(bound(600), toms_key_first=True)
    assert renew(morning.apps.ada, morning.device, morning.copied).status_code == 400
    assert morning.opens(3600, morning.renewed(3600, morning.apps.tom, morning.toms))


def test_a_bound_cookie_is_renewed_by_its_own_key_alone_and_the_old_value_is_void():
    morning = Morning(bound(600))
    ada = morning.apps.ada
    refused = renew(ada, morning.toms, morning.copied)
    assert refused.json()["error_description"].endswith("it is bound to another key")
    new = renew(ada, morning.device, morning.copied).cookies["session"]
    again = renew(ada, morning.device, morning.copied)
    assert again.json()["error_description"] == "there is no such session"
    assert not cookie_opens(morning.apps, morning.copied) and cookie_opens(morning.apps, new)
    morning.apps.lab.clock.tick(600)
    too_late = renew(ada, morning.device, new)
    assert too_late.json()["error_description"] == "there is no such session"


def test_a_copied_proof_of_a_renewal_renews_nothing_twice():
    morning = Morning(bound(600))
    proof = morning.device.prove("POST", LOGIN + "/renew", token=morning.copied)
    headers = {"cookie": f"session={morning.copied}", "dpop": proof}
    statuses = [morning.apps.tom.post(LOGIN + "/renew", headers=headers).status_code for _ in "ab"]
    assert statuses == [200, 400]
