"""The bad ID tokens at the library: PyJWT's `decode` is not the whole validation."""

import jwt

from labutils.lessons.lesson_04.id_tokens import bad_id_tokens
from labutils.lessons.lesson_04.start import who_gets_in
from labutils.stage.forgeries import KEYS, takes
from labutils.stage.two_apps import LOGIN


def by_pyjwt(token):
    """The claims as PyJWT gives them, with key, algorithm, audience and issuer; these tokens are of
    another time than the computer's."""
    number = jwt.get_unverified_header(token).get("kid")
    key = next(jwt.PyJWK(one) for one in KEYS["keys"] if one["kid"] == number)
    times = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(
        token, key, [key.algorithm_name], audience="wiki", issuer=LOGIN, options=times
    )


def test_it_takes_a_second_audience_and_the_nonce_of_another_sign_in():
    got_in = {case.words for case in bad_id_tokens() if takes(by_pyjwt, case.arguments[0])}
    assert {
        "an untrusted audience as well as ours",
        "the nonce from a different sign-in",
        "no nonce",
    } <= got_in
    assert not {"a different issuer", "a different audience"} & got_in


def test_of_each_bad_token_it_is_said_that_it_gets_in_or_why_not(capsys):
    def takes_other_nonces(token, _nonce):
        return by_pyjwt(token)

    who_gets_in(takes_other_nonces)
    lines = capsys.readouterr().out.splitlines()[2:]
    said = {case.words: line for case in bad_id_tokens() for line in lines if case.words in line}
    assert len(said) == 12 and sum("welcome" in line for line in lines) == 2
    assert "gets in" in said["the nonce from a different sign-in"]
    assert "refused" in said["a different audience"]
