"""Lesson 11: a session cookie that is bound to a device."""

from labutils.lab import Lab
from labutils.stage import bound_cookies
from labutils.stage.bound_tokens import PageKey
from labutils.stage.two_apps import LOGIN, NOTES, build_apps


def test_a_copied_cookie_serves_until_the_next_renewal_and_a_bound_one_for_ten_minutes_at_most():
    assert {
        name: bound_cookies.cookie_minutes(*way) for name, way in bound_cookies.COOKIES.items()
    } == {"ordinary": 1440, "bound, Ada away": 9, "bound, Ada at work": 5}


def test_a_bound_cookie_is_renewed_by_its_own_key_alone_and_the_old_value_is_void():
    apps = build_apps("tests", provider=bound_cookies.BoundCookies)
    apps.sign_in("ada", NOTES)
    device, toms = (
        PageKey(apps.lab),
        PageKey(Lab("tom", "2023-10-18T09:00:00Z")),
    )

    def renew(key, old):
        proof = key.prove("POST", LOGIN + "/renew", token=old)
        return apps.ada.post(LOGIN + "/renew", headers={"cookie": f"session={old}", "dpop": proof})

    def cookie():
        return apps.ada.cookies.get("session", domain="login.example")

    first = cookie()
    assert renew(device, first).status_code == 200 and cookie() != first
    assert renew(device, first).json()["error_description"] == "there is no such session"
    assert renew(toms, cookie()).json()["error"] == "invalid_dpop_proof"
    apps.lab.clock.tick(bound_cookies.COOKIE_LIFE)
    assert (
        renew(device, cookie()).json()["error_description"] == "there is no such session"
    )  # too late: sign in again
