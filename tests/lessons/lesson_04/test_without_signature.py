"""The client that leaves the signature to TLS: right at one door, and fatal at the other."""

import pytest

from labutils.identity.tokens import verify
from labutils.lessons.lesson_04.id_tokens import ADA, NOW, claims_of
from labutils.lessons.lesson_04.without_signature import (
    at_the_library,
    claims_alone,
    post_made_up,
)
from labutils.stage.forgeries import ISSUER, KEYS, SERVICE, changed, sign

GOOD = claims_of("good")


def test_a_token_that_nobody_signed_makes_tom_ada_at_the_form():
    assert post_made_up(claims_alone).json() == {"hello": ADA}


def test_the_same_token_is_refused_where_the_signature_is_checked():
    def and_signature(token, nonce):
        verify(token, KEYS, issuer=ISSUER, audience="wiki", now=NOW)
        return claims_alone(token, nonce)

    assert post_made_up(and_signature).status_code == 401


def test_it_takes_what_the_provider_sent_and_what_anybody_made_of_it():
    token = sign(GOOD, SERVICE)
    assert claims_alone(token, GOOD["nonce"]) == GOOD
    assert claims_alone(changed(token, {**GOOD, "sub": ADA}), GOOD["nonce"])["sub"] == ADA


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"iss": "https://tom.test"}, "another issuer"),
        ({"aud": "notes"}, "another audience"),
        ({"exp": NOW}, "not valid at this time"),
        ({"iat": NOW + 1}, "not valid at this time"),
        ({"nonce": "another"}, "another sign-in"),
    ],
)
def test_it_does_check_each_claim(change, words):
    with pytest.raises(ValueError, match=words):
        claims_alone(sign({**GOOD, **change}, SERVICE), GOOD["nonce"])


def test_what_is_recorded_of_the_library():
    said = at_the_library()
    assert [name for name, (code_flow, _) in said.items() if code_flow] == [
        "changed claims",
        "no signature",
        "Tom's key in the header",
        "Tom's key, by its name",
    ]
    assert not any(careful for _, careful in said.values())
