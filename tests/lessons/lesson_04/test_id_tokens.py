"""The bad ID tokens at the library: PyJWT's `decode` is not the whole validation."""

import jwt

from labutils.lessons.lesson_04 import bad_id_tokens_by_name
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
    assert not {"a different issuer, signed by our provider", "a different audience"} & got_in
