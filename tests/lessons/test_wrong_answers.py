"""Answers as learners write them: right ones in several styles, wrong ones with their mistakes.

Each is a function under its exercise. No right one is refused, and no wrong one is told of another
mistake than its own.
"""

# Learners write like this.
# ruff: noqa: B905, E713, RET502, RET503, SIM103, SIM110
import hashlib
import re

import pytest
from tables import table

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.judging import PASSED
from labutils.identity import dpop
from labutils.identity.dpop import bare, need, read
from labutils.identity.tokens import b64, thumbprint, verify_signature
from labutils.lessons.lesson_03 import missing_defences as stage

WRONG = []


def exercise(identifier):
    return lesson(identifier[:2]).items[identifier]


def wrong(identifier, mistake):
    """Register an answer that must be refused with the sentence of that mistake."""
    return lambda answer: WRONG.append((identifier, mistake, answer))


# --- wrong, and why -----------------------------------------------------------------------------


# Lessons 11 and 12: a remark on a right answer, and which text of several is wrong.


def takes_alg_from(choose):
    """A first check that takes the algorithm as `choose` takes it from the header."""

    def first_check(proof, request):
        header, claims = read(proof)
        verify_signature(proof, header["jwk"], choose(header))
        need(thumbprint(header["jwk"]) == request["jkt"], "another key")
        need(claims["htm"] == request["method"], "another method")
        need(bare(claims["htu"]) == bare(request["url"]), "another address")
        return True

    return first_check


def asserted(header):
    assert header["alg"] == "ES256"
    return header["alg"]


# A judge that is derived from a trial has no remark yet on an answer that passes.
@pytest.mark.parametrize(
    ("choose", "is_remarked"),
    [
        (lambda header: header["alg"], True),
        (lambda _: "ES256", False),
        (asserted, False),
    ],
)
def test_a_check_whose_proof_chooses_the_algorithm_passes_with_a_remark(choose, is_remarked):
    first = takes_alg_from(choose)

    def check_proof(proof, request):
        first(proof, request)
        header, claims = read(proof)
        need(header["typ"] == "dpop+jwt", "type")
        need(abs(claims["iat"] - request["now"]) <= 60, "time")
        need(claims["ath"] == dpop.access_token_hash(request["token"]), "token")
        need(claims["jti"] not in request["seen"], "used")
        request["seen"].add(claims["jti"])
        return True

    verdict, words = exercises.verdict(exercise("11-4"), check_proof)
    assert verdict.kind == "passed"
    assert ("here the proof chooses the algorithm" in words) == is_remarked


# Lesson 03: what a judge once let pass. What the lesson imports is imported here.


@wrong("03-2", "hashed")
def _(redirect_uri, state, code_challenge):
    sent = b64(hashlib.sha256(code_challenge.encode()).digest())
    return stage.authorization_request(redirect_uri, state, sent)


@wrong("03-2", "fixed")
def _(redirect_uri, state, code_challenge):
    url = stage.authorization_request(redirect_uri, state, code_challenge)
    return url.replace("scope=notes", "scope=openid")


@wrong("03-1", "hex")
def _(verifier):
    return b64(hashlib.sha256(verifier.encode()).hexdigest().encode())


@wrong("03-3", "address")
def _(browser, url, typed):
    page = browser.get(url)
    page = browser.post(url, data=stage.hidden(page) | typed)
    page = browser.post(url, data=stage.hidden(page) | {"consent": "allow"})
    return stage.parameters(page)


@wrong("03-3", "address")
def _(browser, url, typed):
    page = browser.get(url)
    page = browser.post("https://login.example/token", data=stage.hidden(page) | typed)
    return stage.parameters(page)


@wrong("03-4", "hashed")
def _(browser, code, verifier, redirect_uri):
    return stage.token_request(browser, code, stage.challenge(verifier), redirect_uri)


@wrong("03-13", "finished")
def _(tom):
    return str(tom("https://notes.example/login").url)


@wrong("03-13", "response")
def _(tom):
    return tom("https://notes.example/login", until=stage.CALLBACK)


def states_compared(same):
    """An answer to 03-8 that refuses errors, and takes two states for one where `same` says so."""

    def code_from(answer, state):
        given = answer.get("state", "")
        if not state or not given or not same(given, state):
            raise ValueError("another state")
        if "error" in answer or "code" not in answer or answer.get("iss") != stage.LOGIN:
            raise ValueError("no code")
        return answer["code"]

    return code_from


def test_an_answer_that_compares_whole_states_passes():
    same = states_compared(lambda given, state: given == state)
    assert exercises.verdict(exercise("03-8"), same)[0] is PASSED


for mistake, same in (
    ("order", lambda given, state: sorted(given) == sorted(state)),
    ("order", lambda given, state: set(given) == set(state)),
    ("part", lambda given, state: given.startswith(state)),
    ("part", lambda given, state: state.startswith(given)),
    ("part", lambda given, state: given.endswith(state)),
    ("part", lambda given, state: state in given),
    ("part", lambda given, state: given in state),
    ("tidied", lambda given, state: given.strip() == state),
    ("tidied", lambda given, state: given.lstrip() == state),
    ("tidied", lambda given, state: given.rstrip() == state.rstrip()),
    ("tidied", lambda given, state: given.lower() == state.lower()),
    ("tidied", lambda given, state: given.casefold() == state.casefold()),
):
    wrong("03-8", mistake)(states_compared(same))


def assert_it(answer, state):
    assert state and answer.get("state") == state and "error" not in answer
    return answer["code"]


def forbid_it(answer, state):
    if not state or answer.get("state") != state:
        raise PermissionError("another state")
    return answer["code"]


@pytest.mark.parametrize("answer", [assert_it, forbid_it])
def test_an_answer_that_refuses_by_another_exception_is_told_which_one_to_raise(answer):
    verdict, words = exercises.verdict(exercise("03-8"), answer)
    assert verdict.mistake == "other refusal" and verdict.kind == "raised"
    assert words.endswith("exception. Raise ValueError; `python -O` skips `assert`.")


def test_a_good_answer_that_meets_an_assert_is_not_called_a_refusal():
    def reversed_states(answer, state):
        assert answer["state"] == state[::-1]
        return answer["code"]

    assert exercises.verdict(exercise("03-8"), reversed_states)[0].mistake == "good"


@wrong("03-8", "denied")
def _(answer, state):
    if not state or answer.get("state") != state or "error" in answer:
        raise ValueError("another request")
    return answer.get("code")


@wrong("03-8", "both")
def _(answer, state):
    if not state or answer.get("state") != state or "code" not in answer:
        raise ValueError("another request")
    return answer["code"]


def without_ports(pattern):
    """An answer to 03-10 that takes out of an address what a pattern calls its port."""

    def redirect_matches(registered, uri):
        def bare(address):
            parts = re.fullmatch(pattern, address)
            return parts[1] + parts[2] if parts else address

        return bare(uri) in [bare(known) for known in registered]

    return redirect_matches


IP = r"://(?:127\.0\.0\.1|\[::1\])"
for pattern, mistake in {
    f"(http{IP})(?::[0-9]*)*(/.*)": "no port",
    f"(http{IP})(?::[0-9]*)?(/.*)": "no port",
    f"(http{IP})(?::[0-9]+)?(/.*)": "no port",
    f"(http{IP})(?::[+0-9]{{1,5}})?(/.*)": "no port",
    rf"(http{IP})(?::\d{{1,5}})?(/.*)": "digits",
    f"(http{IP})(?::[^/]*)?(/.*)": "userinfo",
    f"(?i:http)({IP})(?::[0-9]{{1,5}})?(/.*)": "spelling",
    f"https?({IP})(?::[0-9]{{1,5}})?(/.*)": "scheme",
    f"(.*http{IP})(?::[0-9]{{1,5}})(/.*)": "too wide",
    f"(http{IP})(?::[0-9]{{1,5}})(.*)": "too wide",
    r"(http://(?:127.0.0.1|\[::1\]))(?::[0-9]{1,5})?(/.*)": "too wide",
}.items():
    wrong("03-10", mistake)(without_ports(pattern))


def test_an_answer_that_takes_out_ports_and_nothing_else_passes():
    answer = without_ports(f"(http{IP})(?::[0-9]{{1,5}})?(/.*)")
    assert exercises.verdict(exercise("03-10"), answer)[0] is PASSED


@wrong("03-10", "longer")
def _(registered, uri):
    return any(uri.startswith(known) for known in registered)


@wrong("03-10", "longer")
def _(registered, uri):
    return uri.startswith(tuple(registered))


# --- the judges ---------------------------------------------------------------------------------


def count(rows):
    """Names for the rows of a table: the exercise, and which of its answers."""
    return [f"{row[0]}-{place}" for place, row in enumerate(rows)]


@table(("identifier", "mistake", "answer"), WRONG, ids=count(WRONG))
def test_the_mistake_that_was_made_is_the_one_that_is_named(identifier, mistake, answer):
    judged, sentence = exercises.verdict(exercise(identifier), answer)
    assert judged is not PASSED and sentence.endswith(exercise(identifier).sentence(mistake))
