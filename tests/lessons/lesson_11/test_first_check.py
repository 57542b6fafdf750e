"""A first check of a proof, and what it lets in: the versions that the notebook gives."""

import pytest

from labutils.identity import dpop
from labutils.lessons.lesson_11.bound_tokens import TOMS_KEY
from labutils.lessons.lesson_11.first_check import first_check, prove
from labutils.lessons.lesson_11.hostile_proofs import ADA, AT_API, NOW, TOKEN
from labutils.stage.two_apps import API


def proof(key=ADA, method="GET", url=API + "/me") -> str:
    return prove(key, method, url, NOW, "once", TOKEN)


def test_a_proof_for_this_request_passes_both_checks():
    assert first_check(proof(), AT_API) is True
    dpop.check(proof(), **AT_API, seen=set())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (proof(TOMS_KEY), "a different key"),
        (proof(method="POST"), "a different method"),
        (proof(url=API + "/notes"), "a different URL"),
    ],
)
def test_the_first_check_refuses_another_key_method_or_address(wrong, why):
    with pytest.raises(dpop.InvalidProof, match=why):
        first_check(wrong, AT_API)
