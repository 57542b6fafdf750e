"""Lesson 13: what each way of signing in withstands, and who refuses the phish of a key."""

import json
from itertools import combinations

import pytest
from fido2.client import ClientError
from fido2.webauthn import AuthenticationResponse

from labutils.classroom.plates.assertion import signed_bytes
from labutils.classroom.plates.layers import refusing_layers
from labutils.identity import factors
from labutils.identity.person import fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.stage import authenticators, phishing
from labutils.stage.two_apps import LOGIN, WIKI

WITHSTANDS = {
    "password alone": "",
    "one-time code": "leaked asked",
    "push": "leaked",
    "push, number": "leaked asked",
    "security key": "leaked asked relay",
}


@pytest.fixture(scope="module")
def tries():
    return phishing.tries()


@pytest.fixture(scope="module")
def refusals():
    return phishing.refusals()


@pytest.mark.parametrize(("factor", "withstood"), WITHSTANDS.items())
def test_each_way_of_signing_in_withstands_what_it_should_and_nothing_more(
    factor, withstood, tries
):
    words = dict(zip(phishing.ATTACKS, ("leaked", "asked", "relay", "stolen"), strict=True))
    assert {attack: tries[factor, attack] for attack in phishing.ATTACKS} == {
        attack: "refused" if word in withstood.split() else "opens"
        for attack, word in words.items()
    }


@pytest.mark.parametrize("factor", authenticators.FACTORS)
def test_ada_herself_gets_in_and_a_stranger_does_not(factor):
    account = authenticators.FACTORS[factor]()
    assert not phishing.is_in(account.apps.tom)
    assert account.sign_in().text == "Hello, u-1815."
    assert phishing.is_in(account.apps.ada) and not phishing.is_in(account.apps.tom)


def test_a_phish_gets_through_only_past_a_broken_browser_and_a_server_that_reads_no_origin(
    refusals,
):
    through = {(off, page) for (off, page), who in refusals.items() if who == "in"}
    assert (
        through == {(off, "page as it is") for off in ("browser, server", "browser, key, server")}
        and len(refusals) == 16
    )


@pytest.mark.parametrize(
    "off", [off for size in range(4) for off in combinations(phishing.LAYERS, size)]
)
def test_the_next_layer_refuses_when_one_is_off(off, refusals):
    name = ", ".join(off) or "nobody"
    expected = (
        "browser: not your site"
        if "browser" not in off
        else "in"
        if "server" in off
        else "server: Invalid origin"
    )
    assert refusals[name, "page as it is"].startswith(expected)
    expected = (
        "key: no credential"
        if "key" not in off
        else "server: Wrong RP ID hash"
        if "server" in off
        else "server: Invalid origin"
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


def test_the_plates_say_in_their_sentences_what_they_show(refusals):
    assert refusing_layers(refusals)[1].endswith(
        "and 2 get through. Who did not look in each of these: browser and server."
    )
    one = {key: "in" if key[0] == "key" else "key: no credential" for key in refusals}
    assert "0 are refused by the browser" in refusing_layers(one)[1] and refusing_layers(one)[
        1
    ].endswith("these: key.")
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
