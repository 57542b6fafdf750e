"""Lesson 04: an ID token that somebody else posts in the form."""

import pytest
from solutions import made

from labutils.lessons.lesson_04.form_post import at_form_wiki, post_in_form, three_checks
from labutils.lessons.lesson_04.id_tokens import ADA, NOW, found_in_a_log, in_a_log, in_time
from labutils.stage.forgeries import KEYS


def meant_for(claims, issuer, client_id):
    return claims["iss"] == issuer and claims["aud"] == client_id


verify = made("02-3")["verify"]


def posted(check, token):
    """What the wiki says to this token, in a sign-in of Tom's."""
    return post_in_form(at_form_wiki(check), token)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Ada's, for the wiki", {"hello": ADA}),
        ("Ada's, for notes", {"error": "ValueError: another issuer, or another audience"}),
        (
            "Ada's, for the wiki and notes",
            {"error": "ValueError: another issuer, or another audience"},
        ),
        ("Ada's, for the wiki, from an hour ago", {"error": "ValueError: not valid at this time"}),
    ],
)
def test_with_three_checks_one_token_of_hers_makes_tom_ada(name, says):
    page = posted(three_checks(verify, meant_for, in_time), in_a_log("found")[name])
    assert page.json() == says and page.status_code == (200 if "hello" in says else 401)


def test_somebody_elses_token_makes_him_somebody_else():
    token = in_a_log("found")["somebody else's, for the wiki"]
    page = posted(three_checks(verify, meant_for, in_time), token)
    assert page.status_code == 200 and page.json()["hello"] != ADA


def test_the_nonce_is_that_of_toms_own_sign_in():
    token = in_a_log("found")["Ada's, for the wiki"]
    sent = []

    def by_nonce(token, nonce):
        sent.append(nonce)
        if verify(token, KEYS)["nonce"] != nonce:
            raise ValueError("another sign-in")
        return verify(token, KEYS)

    page = posted(by_nonce, token)
    assert page.status_code == 401 and page.json() == {"error": "ValueError: another sign-in"}
    assert sent[0] and sent[0] != verify(token, KEYS)["nonce"]


def test_whoever_goes_through_a_log_from_either_end_meets_every_wrong_token_first():
    places = [
        list(in_a_log(seed)).index("Ada's, for the wiki") for seed in ("another log", "a log")
    ]
    assert places == [5, 0]


def test_each_token_has_a_nonce_of_its_own_and_one_time_to_be_valid():
    claims = [verify(token, KEYS) for token in found_in_a_log()]
    assert len({one["nonce"] for one in claims}) == 6
    assert sum(one["iat"] <= NOW < one["exp"] for one in claims) == 4
