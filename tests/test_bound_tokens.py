"""Lesson 11: every hostile proof is refused for its reason, every check is there for some attack, and binding has a limit."""

import json
import time
from collections import Counter

import jwt
import pytest

from labutils.classroom.plates.matrix import check_matrix
from labutils.identity import dpop, tokens
from labutils.identity.tokens import rfc_examples
from labutils.stage import bound_tokens
from labutils.stage.bound_tokens import AskingAPI, Attack, ForgetfulAPI, refusal
from labutils.stage.two_apps import API, LOGIN

HOSTILE, HONEST = (
    {attack.name: attack for attack in found}
    for found in (bound_tokens.hostile_proofs(), bound_tokens.honest_proofs())
)
NAMES = [check.__name__ for check in dpop.CHECKS]
REASONS = {
    "right_kind": "another kind of token",
    "known_algorithm": "alg must be",
    "public_key": "nothing but a public key",
    "signature": "does not hold",
    "complete": "is missing or not a string",
    "same_method": "another request",
    "same_address": "",
    "fresh": "iat",
    "server_nonce": "the server's nonce",
    "same_token": "another access token",
    "same_key": "another key",
    "first_use": "used before",
    bound_tokens.READING: "",
}


def swapped(old, new) -> list:
    return [new if check is old else check for check in dpop.CHECKS]


# --- the proofs ---------------------------------------------------------------------------------------------------


def test_at_least_forty_hostile_proofs_each_with_a_name_and_a_phrase_of_its_own():
    assert len(HOSTILE) == len(bound_tokens.hostile_proofs()) >= 40
    assert len({attack.wrong for attack in HOSTILE.values()}) == len(HOSTILE) and not {*HOSTILE} & {
        *HONEST
    }


@pytest.mark.parametrize("attack", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_proof_is_refused_by_the_check_that_the_lesson_names(attack):
    reason = refusal(attack)
    assert reason and not reason.startswith("CRASH")
    if bound_tokens.stopped_by(attack) == "fresh":
        assert "too old, or from the future" in reason or "iat is missing or not a number" in reason
    else:
        assert REASONS[bound_tokens.stopped_by(attack)] in reason


@pytest.mark.parametrize("attack", HONEST.values(), ids=HONEST)
def test_an_honest_proof_passes_however_odd_it_looks(attack):
    assert refusal(attack) == "" and bound_tokens.objections(attack) == []


@pytest.mark.parametrize("example", rfc_examples()["dpop"].values(), ids=rfc_examples()["dpop"])
def test_the_proofs_that_rfc_9449_prints_pass_all_twelve_checks(example):
    request = {
        "method": example["method"],
        "url": example["url"],
        "now": example["iat"],
        "token": example.get("token"),
        "jkt": example["thumbprint"],
    }
    printed = Attack("RFC 9449", "nothing", example["proof"], request)
    assert (refusal(printed), bound_tokens.objections(printed)) == ("", [])
    used = frozenset({dpop.read(example["proof"])[1]["jti"]})
    assert (
        refusal(Attack("replay", "used", example["proof"], request, used))
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


# --- one check switched off ---------------------------------------------------------------------------------------


def test_each_check_has_an_attack_that_only_it_stops():
    alive = Counter(check for (_, check), lives in bound_tokens.kill_matrix().items() if lives)
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
    alive = Counter(attack for (attack, _), lives in bound_tokens.kill_matrix().items() if lives)
    assert set(alive.values()) == {1}
    assert set(alive) | set(bound_tokens.survivors()) == set(HOSTILE) and not set(alive) & set(
        bound_tokens.survivors()
    )


def test_the_matrix_is_computed_while_a_learner_waits_and_its_plate_says_what_it_shows():
    bound_tokens.kill_matrix.cache_clear()
    begun = time.perf_counter()
    assert len(bound_tokens.kill_matrix()) == 12 * len(HOSTILE)
    assert time.perf_counter() - begun < 1.5
    objections = {name: bound_tokens.objections(attack) for name, attack in HOSTILE.items()}
    _, sentence = check_matrix(bound_tokens.READING, objections, bound_tokens.kill_matrix())
    assert f"{len(HOSTILE)} hostile proofs, 12 checks, {12 * len(HOSTILE)} trials." in sentence
    assert (
        f"{sum(bound_tokens.kill_matrix().values())} attacks come alive" in sentence
        and f"{len(bound_tokens.survivors())} stay out" in sentence
    )


def test_an_attack_that_no_removal_lets_in_meets_two_checks_or_the_strict_reading():
    assert all(
        len(found) > 1 or found == [bound_tokens.READING]
        for found in bound_tokens.survivors().values()
    )
    assert bound_tokens.survivors()["alg none"] == ["known_algorithm", "signature"]
    assert {
        name for name, found in bound_tokens.survivors().items() if found == [bound_tokens.READING]
    } == {
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


def test_nan_needs_two_mistakes_and_each_of_the_two_looks_harmless():
    nan, careless = HOSTILE["iat NaN"], swapped(dpop.fresh, bound_tokens.careless_fresh)
    assert refusal(nan, careless) == "the proof does not hold: NaN is not JSON"
    assert not bound_tokens.loosely(nan)
    assert bound_tokens.loosely(nan, careless)
    assert not bound_tokens.loosely(HOSTILE["iat old"], careless) and bound_tokens.loosely(
        HONEST["plain"], careless
    )


def test_a_reader_that_takes_the_last_of_two_equal_names_lets_a_doubled_name_in():
    assert bound_tokens.loosely(HOSTILE["a name twice in the payload"])
    assert json.loads('{"htu": "*", "htu": "x"}') == {"htu": "x"}


def test_the_twin_of_a_signature_passes_once_and_a_list_of_names_knows_it():
    assert HONEST["the twin, first"].proof != HONEST["plain"].proof == HOSTILE["replay"].proof
    assert (
        refusal(HONEST["the twin, first"]) == ""
        and refusal(HOSTILE["replay of the twin"]) == "the proof was used before"
    )


# --- what binding stops, and what it does not ---------------------------------------------------------------------


def statuses(api=bound_tokens.ResourceServer) -> list[int]:
    return [status for status, _ in bound_tokens.thefts(api).values()]


def test_the_app_signs_in_reads_and_refreshes_with_proofs():
    apps = bound_tokens.apps_with_dpop()
    assert apps.notes.latest()["token_type"] == "DPoP"
    assert jwt.decode(apps.notes.latest()["access_token"], options={"verify_signature": False})[
        "cnf"
    ] == {"jkt": apps.notes.key.thumbprint}
    for _ in range(3):
        assert apps.notes.read().json()["sub"] == "u-1815"
        apps.notes.refresh()
    assert apps.notes.network.headers.get("dpop") is None


def test_a_stolen_token_fails_and_a_script_in_the_page_does_not():
    found = bound_tokens.thefts()
    assert statuses() == [401, 401, 401, 200, 200, 401, 200, 401, 200]
    reasons = [reason for status, reason in found.values() if status == 401]
    assert reasons == [
        "a token that is bound to a key comes with the scheme DPoP and a proof, and no other does",
        "the proof was made with another key than the token is bound to",
        "the proof was used before",
        "the proof is too old, or from the future",
        "ExpiredSignatureError: the token has expired",
    ]


def test_a_nonce_ends_proofs_made_in_advance_and_neither_the_script_nor_what_it_took_for_a_key_of_the_thief_s():
    found = bound_tokens.thefts(AskingAPI)
    assert {name for name, (status, _) in found.items() if status == 200} == {
        "script in the page",
        "own key, new tokens",
    }
    assert (
        found["5 min ahead, used then"][1]
        == found["made before, 40 s old"][1]
        == "the proof lacks the server's nonce"
    )


@pytest.mark.parametrize("api", [bound_tokens.ResourceServer, AskingAPI])
def test_tokens_that_a_thief_got_for_his_own_key_need_nothing_of_the_page(api):  # RFC 10017, 5.1.3
    apps = bound_tokens.apps_with_dpop(api=api)
    apps.notes.key.prove = pytest.fail
    assert bound_tokens.own_key(apps, "").json()["sub"] == "u-1815"
    used = {
        dict(one.request_headers).get("dpop", "") for one in apps.lab.wire if one.client == "tom"
    }
    keys = {tokens.thumbprint(jwt.get_unverified_header(proof)["jwk"]) for proof in used if proof}
    assert (
        keys
        == {tokens.thumbprint(tokens.public_jwk(bound_tokens.TOM))}
        != {apps.notes.key.thumbprint}
    )


@pytest.mark.parametrize("ahead", [-60, 0, 60])
def test_the_name_of_a_proof_must_be_kept_until_the_proof_itself_is_over(ahead):  # RFC 9449, 11.1
    """Names that are forgotten after the window let a proof that was dated ahead in again; those kept until iat + window do not."""
    now, window = bound_tokens.NOW, 60
    key = tokens.ec_private_key("memory")
    proof = dpop.prove(key, "GET", bound_tokens.URL, now=now + ahead, jti="once")

    def uses(kept_until) -> list[int]:
        """The seconds at which a server takes the same proof, if it keeps the name of one that came at `second` until `kept_until`."""
        memory, taken = {}, []
        for second in range(now, now + 3 * window):
            memory = {name: until for name, until in memory.items() if second <= until}
            try:
                dpop.check(
                    proof, "GET", bound_tokens.URL, now=second, seen=set(memory), window=window
                )
            except dpop.InvalidProof:
                continue
            taken.append(second - now)
            memory["once"] = kept_until(second)
        return taken

    assert uses(lambda second: now + ahead + window) == [0]
    assert uses(lambda second: second + window) == ([0] if ahead <= 0 else [0, 61])


def test_the_answer_without_nonce_says_how_to_come_back():  # RFC 9449, 9
    apps = bound_tokens.apps_with_dpop(api=AskingAPI)
    assert apps.notes.read().status_code == 200
    first, second = [one for one in apps.lab.wire if one.url == bound_tokens.URL]
    assert (first.status, json.loads(first.response_body)["error"], second.status) == (
        401,
        "use_dpop_nonce",
        200,
    )
    assert first.header("dpop-nonce") == second.header("dpop-nonce") == apps.api.nonce
    assert (
        first.header("www-authenticate")
        == 'DPoP algs="ES256 EdDSA Ed25519", error="use_dpop_nonce"'
    )


def test_a_server_that_forgets_cnf_takes_a_bound_token_from_anybody():
    assert statuses(ForgetfulAPI) == [200] * 7 + [401, 200]


def test_a_stolen_refresh_token_needs_the_key_and_a_proof_dated_ahead_buys_a_token_that_opens_nothing():
    apps = bound_tokens.apps_with_dpop()
    form = {
        "grant_type": "refresh_token",
        "client_id": "notes",
        "refresh_token": apps.notes.latest()["refresh_token"],
    }
    assert (
        apps.tom.post(LOGIN + "/token", data=form).json()["error_description"]
        == "the refresh token is bound to another key"
    )
    own = dpop.prove(
        bound_tokens.TOM, "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="by-tom"
    )
    assert (
        apps.tom.post(LOGIN + "/token", data=form, headers={"dpop": own}).json()["error"]
        == "invalid_grant"
    )
    proof = apps.notes.key.prove("POST", LOGIN + "/token", ahead=86400)
    apps.lab.clock.tick(86400)
    answer = apps.tom.post(LOGIN + "/token", data=form, headers={"dpop": proof})
    assert answer.status_code == 200
    assert bound_tokens.as_bearer(apps, answer.json()["access_token"]).status_code == 401
    assert bound_tokens.own_proof(apps, answer.json()["access_token"]).status_code == 401
    assert "error" in apps.notes.refresh()  # and Ada's app is thrown out: the family is revoked


def test_a_stolen_code_is_tied_to_the_key_too():  # RFC 9449, 10
    apps = bound_tokens.apps_with_dpop()
    code = (
        apps.sign_in("ada", bound_tokens.NOTES, until=bound_tokens.NOTES + "/cb")
        .headers["location"]
        .split("code=")[1]
        .split("&")[0]
    )
    verifier = list(apps.notes.pending.values())[-1].verifier
    form = {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "code": code,
        "redirect_uri": bound_tokens.NOTES + "/cb",
        "code_verifier": verifier,
    }
    proof = dpop.prove(
        bound_tokens.TOM, "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="by-tom"
    )
    for headers in ({}, {"dpop": proof}):
        refused = apps.tom.post(LOGIN + "/token", data=form, headers=headers).json()
        assert (
            refused["error_description"]
            == "the proof was made with another key than dpop_jkt named (RFC 9449, 10)"
        )


def test_the_same_town_every_time():
    one, other = (bound_tokens.apps_with_dpop() for _ in range(2))
    assert one.lab.wire == other.lab.wire and one.notes.latest() == other.notes.latest()
    assert bound_tokens.apps_with_dpop("another").notes.latest() != one.notes.latest()


def test_ada_s_other_door_knows_the_key_too():
    apps = bound_tokens.apps_with_dpop()
    token = apps.notes.latest()["access_token"]
    assert (
        apps.tom.get(LOGIN + "/userinfo", headers={"authorization": f"Bearer {token}"}).status_code
        == 401
    )
    for key, status in ((apps.notes.key._key, 200), (bound_tokens.TOM, 401)):
        proof = dpop.prove(
            key,
            "GET",
            LOGIN + "/userinfo",
            now=apps.lab.clock.now,
            jti=f"at-userinfo-{status}",
            token=token,
        )
        assert (
            apps.tom.get(
                LOGIN + "/userinfo", headers=bound_tokens.presented(token, proof)
            ).status_code
            == status
        )
    assert (
        apps.tom.get(API + "/me", headers=bound_tokens.presented(token, proof)).status_code == 401
    )


def test_a_copied_cookie_serves_until_the_next_renewal_and_a_bound_one_no_longer_than_its_ten_minutes():
    assert {
        name: bound_tokens.cookie_minutes(*way) for name, way in bound_tokens.COOKIES.items()
    } == {"ordinary": 1440, "bound, Ada away": 9, "bound, Ada at work": 5}


def test_a_bound_cookie_is_renewed_by_its_own_key_alone_and_the_old_value_is_void():
    apps = bound_tokens.build_apps("tests", provider=bound_tokens.BoundCookies)
    apps.sign_in("ada", bound_tokens.NOTES)
    device, toms = (
        bound_tokens.PageKey(apps.lab),
        bound_tokens.PageKey(bound_tokens.Lab("tom", "2023-10-18T09:00:00Z")),
    )

    def renew(key, cookie):
        proof = key.prove("POST", bound_tokens.LOGIN + "/renew", token=cookie)
        return apps.ada.post(
            bound_tokens.LOGIN + "/renew", headers={"cookie": f"session={cookie}", "dpop": proof}
        )

    def held():
        return apps.ada.cookies.get("session", domain="login.example")

    first = held()
    assert renew(device, first).status_code == 200 and held() != first
    assert renew(device, first).json()["error_description"] == "there is no such session"
    assert renew(toms, held()).json()["error"] == "invalid_dpop_proof"
    apps.lab.clock.tick(bound_tokens.COOKIE_LIFE)
    assert (
        renew(device, held()).json()["error_description"] == "there is no such session"
    )  # too late: sign in again
