"""The four conditions of a confused deputy: take one away, and Tom gets no code."""

from labutils.lessons.lesson_19.proxy import (
    HONEST,
    TOMS,
    both_links,
    link,
    opened_link,
    with_proxy,
)

HELPER, TOM = "the code is at helper.example", "the code is at tom.example"


def test_with_all_four_the_code_goes_to_whoever_sent_the_link():
    assert [*both_links().values()] == [HELPER, TOM]


def test_consent_for_each_client_lets_the_honest_one_through_alone():
    came = both_links(lambda user, one, back, yes: (user, one["client_id"], back) in yes)
    assert came["the helper's own link"] == HELPER
    assert came["Tom's link"].startswith("403 Calendar Helper at tom.example wants")


def test_without_the_cookie_of_the_third_party_she_is_asked_there():
    apps, _, toms = with_proxy()
    apps.ada.cookies.delete("session", domain="login.example")
    assert opened_link(apps.ada, toms) == "a page"


def test_a_redirect_that_was_not_registered_is_refused():
    apps, _, _ = with_proxy()
    assert opened_link(apps.ada, link("client-1", TOMS)).startswith("403")
    assert opened_link(apps.ada, link("client-3", HONEST)).startswith("403")


def test_a_state_that_was_not_begun_here_brings_no_code():
    apps, _, _ = with_proxy()
    assert opened_link(apps.ada, "https://proxy.example/cb?state=x&code=y").startswith("403")


def test_what_tom_began_in_his_browser_ends_in_no_other():
    apps, proxy, toms = with_proxy()
    proxy.approvals.add(("tom", "client-2", TOMS))
    proxy.forward = lambda user, one, back, yes: (user, one["client_id"], back) in yes
    apps.tom.cookies.set("user", "tom", domain="proxy.example")
    begun = apps.tom.get(toms).headers["location"]
    assert opened_link(apps.ada, begun) == "403 This state was not begun in this browser."
