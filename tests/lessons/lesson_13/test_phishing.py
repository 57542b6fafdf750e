"""Lesson 13: what each way of signing in withstands, who refuses the phish of a key, and what goes
round it.
"""

import contextlib
import hashlib
import io
import json
import re
from itertools import combinations

import pytest
from fido2.client import ClientError
from fido2.webauthn import AuthenticationResponse
from tables import table

from labutils.identity import factors
from labutils.identity.person import fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.lessons.lesson_13 import authenticators, phishing, ways_round_a_key
from labutils.lessons.lesson_13.all_have_keys import AllHaveKeys
from labutils.lessons.lesson_13.pictures import code_lives, signed_bytes
from labutils.lessons.lesson_13.settings_around_a_key import CLOSED, OPEN, SETTINGS
from labutils.stage.two_apps import LOGIN, WIKI

WITHSTANDS = {
    "password alone": "",
    "one-time code": "leaked, all evening",
    "push": "leaked",
    "push, number": "leaked, all evening",
    "security key": "leaked, all evening, relay",
}
SHUT = "device code, consent, help desk"  # whatever the factor, by the settings of a company


def without_key(page):
    return re.sub(' data-options="[^"]*"', "", page)


def check_answer(seen, data, challenge, last):
    """The checks of the lesson, in the server's place."""
    counter = int.from_bytes(data[33:37])
    if seen["challenge"] != challenge or seen["origin"] != LOGIN:
        raise ValueError("another origin")
    if data[:32] != hashlib.sha256(b"login.example").digest() or counter <= last:
        raise ValueError("another site, or a copy")
    return counter


KIT = ways_round_a_key.Kit(without_key)


def withstood(factor, company=OPEN):
    return ", ".join(
        attack
        for attack in ways_round_a_key.ATTACKS
        if not ways_round_a_key.gets_in(attack, factor, KIT, company)
    )


@pytest.fixture(scope="module")
def refusals():
    return phishing.refusals(check_answer)


@pytest.mark.parametrize(("factor", "expected"), WITHSTANDS.items())
def test_each_way_of_signing_in_withstands_what_it_should_and_nothing_more(factor, expected):
    assert withstood(factor) == expected


@pytest.mark.parametrize(("factor", "expected"), WITHSTANDS.items())
def test_the_settings_shut_the_ways_round_for_each_factor_and_the_downgrade_for_a_key(
    factor, expected
):
    more = ["downgrade", SHUT] if factor == "security key" else [SHUT]
    assert withstood(factor, CLOSED) == ", ".join([part for part in (expected, *more) if part])


@pytest.mark.parametrize("work", ways_round_a_key.WORK)
def test_work_goes_on_with_the_settings_open_and_closed_and_stops_where_they_are_too_strict(work):
    strict = {name: values[-1] for name, values in SETTINGS.items()}
    for company, expected in (
        (OPEN, True),
        (CLOSED, True),
        (strict, work == "Ada signs in"),
    ):
        assert ways_round_a_key.goes_on(work, company, ways_round_a_key.poll) is expected


def test_a_poll_that_ends_without_tokens_signs_nobody_in():
    """An expired code ends as the learner's function says it: with a word, or with nothing."""
    for ended in (None, "expired_token", ["access_token"], {}):

        def poll(*_, ended=ended):
            return ended

        screen = "the meeting room's screen"
        assert ways_round_a_key.goes_on(screen, OPEN, poll) is False
        for when in ways_round_a_key.WHEN:
            assert ways_round_a_key.gets_tokens(poll, when, 300, 10) is False


@pytest.mark.parametrize(
    ("setting", "attack"),
    [*zip(SETTINGS, ("downgrade", "device code", "consent", "help desk"), strict=True)],
)
def test_each_setting_that_is_left_open_opens_one_way_round_and_no_other(setting, attack):
    company = {**CLOSED, setting: OPEN[setting]}
    gets_in = [
        one
        for one in ways_round_a_key.ATTACKS
        if ways_round_a_key.gets_in(one, "security key", KIT, company)
    ]
    assert gets_in == [attack, "after login"]


def test_a_key_signs_in_at_the_real_page_of_a_device_code_and_at_that_of_consent():
    for attack in (
        ways_round_a_key.device_code_phish,
        ways_round_a_key.consent_phish,
    ):
        account = ways_round_a_key.employ("security key")
        before = account.key.counter
        assert attack(account)
        assert account.key.counter == before + 1
        asked = {exchange.host for exchange in account.apps.lab.wire if exchange.client == "ada"}
        assert "login-example.test" not in asked


def test_a_grant_outlives_password_key_and_sessions():
    assert list(ways_round_a_key.after_consent().values()) == [True, True, True, False]


def test_a_device_code_lives_as_long_as_the_setting_says_and_a_late_request_does_not_care():
    for life, after, gets_in in ((60, 10, True), (60, 50, False), (600, 550, True)):
        outcome = ways_round_a_key.gets_tokens(
            ways_round_a_key.poll, "with the message", life, after
        )
        assert outcome is gets_in
        assert ways_round_a_key.gets_tokens(ways_round_a_key.poll, "when she opens it", life, after)


def test_the_picture_of_lives_draws_the_last_reading_that_lets_the_thief_in():
    outcomes = {
        (when, life, after): when == "late" or after < life
        for when in ("early", "late")
        for life in (60, 600)
        for after in (10, 50, 550)
    }
    figure, sentence = code_lives(outcomes)
    assert sentence == (
        "2 lifetimes of a device code, from 60 to 600 s, and 3 delays, up to 550 s. The last "
        "reading that lets the thief in: from 50 to 550 s if he asks early; 550 s if he asks late."
    )
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"asked early,\n550 s or more", "asked late,\n550 s or more"} <= words


def test_a_key_alone_has_nothing_to_answer_on_a_page_that_asks_for_none():
    account = authenticators.with_key()
    relay = phishing.through_relay(account, page=without_key)
    assert account.key.counter == 1 and not phishing.is_in(relay.network)


@pytest.mark.parametrize("factor", authenticators.FACTORS)
def test_ada_herself_gets_in_and_a_stranger_does_not(factor):
    account = authenticators.FACTORS[factor]()
    assert not phishing.is_in(account.apps.tom)
    assert account.sign_in().text == "Hello, u-1815."
    assert phishing.is_in(account.apps.ada) and not phishing.is_in(account.apps.tom)


@pytest.mark.parametrize("by_code", [False, True])
def test_a_key_or_a_code_both_let_ada_in_and_the_session_says_which(by_code):
    account = authenticators.with_key_or_code()
    if by_code:
        clock = account.apps.lab.clock
        account.answer = lambda _page: factors.totp(authenticators.SECRET, clock.now)
    assert account.sign_in().text == "Hello, u-1815."
    (session,) = [one for one in account.apps.provider.sessions.values() if "mfa" in one.amr][-1:]
    assert session.amr == ["pwd", "otp" if by_code else "hwk", "mfa"]


def test_a_phish_gets_through_only_past_a_broken_browser_and_a_server_that_reads_no_origin(
    refusals,
):
    through = {(off, page) for (off, page), who in refusals.items() if who == "in"}
    assert (
        through == {(off, "page as it is") for off in ("browser, server", "browser, key, server")}
        and len(refusals) == 16
    )


@table("off", [off for size in range(4) for off in combinations(phishing.LAYERS, size)])
def test_the_next_party_refuses_when_one_is_off(off, refusals):
    name = ", ".join(off) or "nobody"
    expected = (
        "browser: not your site"
        if "browser" not in off
        else "in"
        if "server" in off
        else "server: another origin"
    )
    assert refusals[name, "page as it is"].startswith(expected)
    expected = (
        "key: no credential"
        if "key" not in off
        else "server: Wrong RP ID hash"
        if "server" in off
        else "server: another origin"
    )
    assert refusals[name, "site renamed"].startswith(expected)


def test_a_refused_phish_asks_ada_for_no_touch_and_leaves_the_password_with_the_phisher():
    account = authenticators.with_key()
    with pytest.raises(ClientError):
        phishing.through_relay(account)
    relay = account.apps.lab.hosts["login-example.test"]
    assert (
        account.key.counter == 1
        and relay.typed["password"] == account.password
        and not phishing.is_in(relay.network)
    )


def test_the_relay_shows_ada_the_number_that_she_is_to_type():
    account = authenticators.with_push(number_matching=True)
    relay = phishing.through_relay(account)
    prompt = account.apps.provider.users["ada"].second_factor.phone[0]
    pages = [e.response_body for e in account.apps.lab.wire if e.host == "login-example.test"]
    assert (
        prompt.approved
        and any(f"Type {prompt.number} on" in page for page in pages)
        and phishing.is_in(relay.network)
    )


def test_what_is_stolen_after_the_login_is_the_cookie_alone():
    account = authenticators.with_key()
    thief = phishing.stolen_session(account)
    assert (
        list(thief.cookies.keys()) == ["session"] and len(account.sent) == 2
    )  # the registration, and Ada's own sign-in
    assert thief.get(WIKI + "/login", follow_redirects=True).text == "Hello, u-1815."


def test_a_key_may_claim_any_model_and_nobody_vouches_for_it():
    model = bytes.fromhex("c0ffee" * 5 + "00")
    assert authenticators.attested(SecurityKey("k", aaguid=model)) == (
        "verified, model c0ffeec0-ffee-c0ff-eec0-ffeec0ffee00: SELF, certificates: []"
    )


def test_the_picture_of_the_signed_bytes_says_in_its_sentence_what_it_shows():
    account = authenticators.with_key()
    account.sign_in()
    figure, sentence = signed_bytes(account.sent[1])
    shown = [text.get_text() for text in figure.axes[0].texts]
    challenge = json.loads(
        AuthenticationResponse.from_dict(json.loads(account.sent[1])).response.client_data
    )["challenge"]
    assert (
        "69 bytes" in sentence
        and LOGIN in sentence
        and "2" in shown
        and any(challenge in text for text in shown)
    )
    assert factors.totp(authenticators.SECRET, 0) == "904279"


def test_whoever_phishes_a_code_can_put_a_key_of_his_own_in_its_place():
    account = authenticators.with_code()
    thief, toms = phishing.through_relay(account).network, SecurityKey("Tom's key")
    page = thief.get(LOGIN + "/keys")
    assert "The key is registered." in fill(thief, page, answer=press(toms, page)).text
    assert account.sign_in().status_code == 403  # her code is no answer any more
    assert (
        sign_in(
            account.apps.tom,
            WIKI + "/login",
            "ada",
            account.password,
            answer=lambda page: press(toms, page),
        ).text
        == "Hello, u-1815."
    )


# --- the target ---------------------------------------------------------------------------------


def said(act, *arguments):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        act(*arguments)
    return printed.getvalue().strip()


def test_the_scene_says_why_ada_does_not_follow_and_which_names_are_taken():
    scene = AllHaveKeys()
    link = "https://login-example.test/authorize"
    assert said(scene.send, link) == (
        "Ada reads the URL. login-example.test is not login.example, so she closes the page."
    )
    assert said(scene.take, "wiki.example") == (
        "wiki.example is not free. Look at scene.names, or take a name under .test."
    )
    assert said(scene.take, "old.login.example") == ""


@pytest.mark.parametrize(
    ("recovery", "shown", "is_believed"),
    [
        ("questions", ways_round_a_key.QUESTIONS, True),
        ("questions", frozenset({"birthday"}), False),
        ("second key", ways_round_a_key.QUESTIONS, False),
        ("second key", frozenset({"second key"}), True),
    ],
)
def test_the_help_desk_writes_down_whom_it_believed(recovery, shown, is_believed):
    company = {**OPEN, "recovery": recovery}
    account = ways_round_a_key.employ("security key", company)
    assert ways_round_a_key.help_desk(account, company, shown) == is_believed
    (line,) = [one for one in account.apps.lab.audit if one["event"] == "factor.reset"]
    assert line["outcome"] == ("success" if is_believed else "failure")
