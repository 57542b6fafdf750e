"""The bad ID tokens at the library: PyJWT's `decode` is not the whole validation."""

import jwt

from labutils.lessons.lesson_04 import bad_id_tokens_by_name, print_refusals
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
    got_in = {name for name, token in bad_id_tokens_by_name().items() if takes(by_pyjwt, token)}
    assert {
        "an untrusted audience as well as ours",
        "the nonce from a different sign-in",
        "no nonce",
    } <= got_in
    assert not {"a different issuer, but the provider's key", "a different audience"} & got_in


def test_of_each_bad_token_it_is_said_that_it_gets_in_or_why_not(capsys):
    def takes_other_nonces(token, *_):
        return by_pyjwt(token)

    print_refusals(takes_other_nonces)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:44].rstrip() for line in lines] == list(bad_id_tokens_by_name())
    assert f"{'the nonce from a different sign-in':<44}accepted" in lines
    assert any(line.startswith("a different audience ") and "refused: " in line for line in lines)
