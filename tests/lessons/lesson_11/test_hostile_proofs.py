"""Every hostile proof is refused for its reason, and every check is there for some attack."""

from collections import Counter

import pytest
from processor_time import within
from tables import table

from labutils.classroom import exercises
from labutils.identity import dpop
from labutils.identity.tokens import rfc_examples
from labutils.lessons.lesson_11.first_check import first_check
from labutils.lessons.lesson_11.hostile_proofs import ProofCase, honest_proofs, hostile_proofs
from labutils.lessons.lesson_11.one_check_off import (
    READING,
    answer_of,
    at_the_api,
    let_in,
    lets_in,
    never_let_in,
    objections,
    on_honest_ones,
    one_line_off,
    refusal,
    stopped_by,
    what_gets_in,
)

HOSTILE, HONEST = (
    {proof.name: proof for proof in proofs} for proofs in (hostile_proofs(), honest_proofs())
)
NAMES = [check.__name__ for check in dpop.CHECKS]
REASONS = {
    "right_kind": "a different kind of token",
    "known_algorithm": "alg must be",
    "public_key": "only a public key",
    "signature": "is not valid",
    "complete": "is missing or not a string",
    "same_method": "another request",
    "same_address": "",
    "fresh": "iat",
    "server_nonce": "the server's nonce",
    "same_token": "another access token",
    "same_key": "a different key",
    "first_use": "used before",
    READING: "",
}


# --- the proofs ---------------------------------------------------------------------------------


def test_at_least_forty_hostile_proofs_each_with_a_name_and_a_phrase_of_its_own():
    assert len(HOSTILE) == len(hostile_proofs()) >= 40
    assert len({attack.wrong for attack in HOSTILE.values()}) == len(HOSTILE) and not {*HOSTILE} & {
        *HONEST
    }


@table("attack", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_proof_is_refused_by_the_check_that_the_lesson_names(attack):
    reason = refusal(attack)
    assert reason
    if stopped_by(attack) == "fresh":
        assert "too old, or from the future" in reason or "iat is missing or not a number" in reason
    else:
        assert REASONS[stopped_by(attack)] in reason


@table("attack", HONEST.values(), ids=HONEST)
def test_an_honest_proof_passes_however_odd_it_looks(attack):
    assert refusal(attack) == "" and objections(attack) == []


@pytest.mark.parametrize("example", rfc_examples()["dpop"].values(), ids=rfc_examples()["dpop"])
def test_the_proofs_that_rfc_9449_prints_pass_all_twelve_checks(example):
    request = {
        "method": example["method"],
        "url": example["url"],
        "now": example["iat"],
        "token": example.get("token"),
        "jkt": example["thumbprint"],
    }
    printed = ProofCase("RFC 9449", "nothing", example["proof"], request)
    assert (refusal(printed), objections(printed)) == ("", [])
    used = frozenset({dpop.read(example["proof"])[1]["jti"]})
    assert (
        refusal(ProofCase("replay", "used", example["proof"], request, used))
        == "the proof was used before"
    )


def test_each_check_says_what_it_asks_and_where_the_rfc_asks_it():
    assert len(dpop.CHECKS) == 12
    assert all(
        check.__doc__
        and "\n" not in check.__doc__
        and ("4.3" in check.__doc__ or "11.1" in check.__doc__)
        for check in dpop.CHECKS
    )


# --- one check switched off ---------------------------------------------------------------------


def test_each_check_has_an_attack_that_only_it_stops():
    alive = Counter(check for (_, check), lives in let_in().items() if lives)
    assert set(alive) == set(NAMES)
    assert alive == {
        "right_kind": 3,
        "known_algorithm": 2,
        "public_key": 2,
        "signature": 8,
        "complete": 3,
        "same_method": 2,
        "same_address": 7,
        "fresh": 8,
        "server_nonce": 3,
        "same_token": 3,
        "same_key": 1,
        "first_use": 3,
    }


def test_no_attack_comes_alive_in_two_ways_and_the_rest_survive_any_single_removal():
    alive = Counter(attack for (attack, _), lives in let_in().items() if lives)
    assert set(alive.values()) == {1}
    assert set(alive) | set(never_let_in()) == set(HOSTILE) and not set(alive) & set(never_let_in())


def test_the_matrix_is_computed_while_a_learner_waits():
    let_in.cache_clear()
    assert within(1.5, let_in)
    assert len(let_in()) == 12 * len(HOSTILE)


def test_what_gets_in_has_a_row_for_each_check_and_last_one_for_a_learner_s_own():
    *rows, others, own = what_gets_in({"jti empty": True, "replay": False})
    counts = {row["check"].removeprefix("without "): row["get in"] for row in rows}
    assert counts == dict(Counter(check for (_, check), is_in in let_in().items() if is_in))
    assert rows[-2]["for example"] == "Tom's own key"
    said = f"the other {len(never_let_in())}: two checks object, or it is no JWT"
    assert (others["get in"], others["for example"]) == (0, said)
    assert own == {"check": "your check, of 2", "get in": 1, "for example": "jti empty"}


def test_a_learner_s_check_is_asked_about_the_api_without_a_nonce_and_raises_to_refuse():
    cases = {case.name for case in at_the_api()}
    assert len(cases) == 59
    assert not cases & {"no nonce", "RS256", "ES384"} and "replay" in cases

    def only_names(proof, request):
        dpop.first_use(claims=dpop.read(proof)[1], seen=request["seen"])

    inside = {name for name, is_in in lets_in(only_names).items() if is_in}
    assert "Tom's own key" in inside and not inside & {"replay", "name used again", "nothing"}


def test_a_check_that_refuses_honest_proofs_is_told_which():
    def whole(proof, request):
        dpop.check(proof, **request)

    def no_query(proof, request):
        dpop.check(proof, **request)
        if "?" in dpop.read(proof)[1]["htu"]:
            raise ValueError("a query")

    assert on_honest_ones(whole) == "Of 10 odd but honest proofs, your check refuses 0."
    assert on_honest_ones(no_query).endswith("refuses 1 (htu with a query).")


def test_what_a_check_says_is_a_sentence_and_its_set_of_names_is_not_the_callers():
    seen = {"used"}

    def adds(_proof, request):
        request["seen"].add("more")

    assert answer_of(adds, "", {"seen": seen}) == "let in" and seen == {"used"}

    def refuses(_proof, _request):
        raise ValueError("not made just now")

    assert answer_of(refuses, "", {"seen": seen}) == "refused: not made just now"


def test_an_attack_that_no_removal_lets_in_meets_two_checks_or_the_strict_reading():
    assert all(len(found) > 1 or found == [READING] for found in never_let_in().values())
    assert never_let_in()["alg none"] == ["known_algorithm", "signature"]
    assert {name for name, found in never_let_in().items() if found == [READING]} == {
        "iat NaN",
        "nothing",
        "100 KB of A",
        "two proofs",
        "five parts",
        "padding",
        "a name twice in the header",
        "a name twice in the payload",
        "payload a list",
    }


def test_a_checker_without_checks_takes_whatever_can_be_read_and_names_a_key():
    taken = {name for name, attack in HOSTILE.items() if refusal(attack, ()) == ""}
    assert {
        "signature of zeros",
        "Tom's own key",
        "replay",
        "iat old",
        "HS256 by a secret inside",
    } <= taken
    assert not taken & {"jwk is text", "no jwk", "nothing", "iat NaN"}


def test_the_twin_of_a_signature_passes_once_and_a_list_of_names_knows_it():
    assert HONEST["the twin, first"].proof != HONEST["plain"].proof == HOSTILE["replay"].proof
    assert (
        refusal(HONEST["the twin, first"]) == ""
        and refusal(HOSTILE["replay of the twin"]) == "the proof was used before"
    )


def a_learners_check(proof, request):
    """A check with a line that nothing needs, and a name that is recorded."""
    first_check(proof, request)
    header, claims = dpop.read(proof)
    if header["typ"] != "dpop+jwt":
        raise ValueError("another type")
    assert claims["htm"] == request["method"]
    dpop.need(claims["jti"] not in request["seen"], "used before")
    request["seen"].add(claims["jti"])
    return True


def test_each_line_of_a_learners_check_is_left_out_in_turn():
    rows = one_line_off(a_learners_check)
    by_line = {row["your check without"]: (row["get in"], row["for example"]) for row in rows}
    assert [*by_line] == [
        "first_check(proof, request)",
        "if header['typ'] != 'dpop+jwt':",
        "assert claims['htm'] == request['method']",
        "dpop.need(claims['jti'] not in request['seen'], 'use...",
        "request['seen'].add(claims['jti'])",
    ]
    assert by_line["first_check(proof, request)"][0] > 10
    assert "typ JWT" in by_line["if header['typ'] != 'dpop+jwt':"][1]
    assert by_line["assert claims['htm'] == request['method']"] == (0, "")
    assert by_line["request['seen'].add(claims['jti'])"] == (1, "an honest proof, sent twice")


@pytest.mark.parametrize("check", [lambda *_: True, len, type("Any", (), {})])
def test_what_has_no_lines_is_told_so_in_one_sentence(check):
    (row,) = one_line_off(check)
    assert row["your check without"].startswith("Nothing can be left out here: ")


def test_the_courses_own_check_has_lines_too():
    rows = one_line_off(exercises.mine("11-4", ...))
    assert "request['seen'].add(claims['jti'])" in [row["your check without"] for row in rows]
