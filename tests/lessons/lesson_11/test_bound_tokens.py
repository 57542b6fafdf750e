"""Lesson 11: what a token that is bound to a key stops, and what it does not."""

import json

import jwt
import pytest

from labutils.identity import dpop, tokens
from labutils.lessons.lesson_11 import bound_tokens
from labutils.lessons.lesson_11.bound_tokens import DATA, TOMS_KEY, NonceAPI, OlderAPI, dpop_headers
from labutils.stage.two_apps import API, LOGIN, NOTES


def statuses(api=bound_tokens.ResourceServer) -> list[int]:
    return [status for status, _ in bound_tokens.thefts(api).values()]


def test_the_app_signs_in_reads_and_refreshes_with_proofs():
    apps = bound_tokens.apps_with_dpop()
    assert apps.notes.latest_session()["token_type"] == "DPoP"
    assert jwt.decode(
        apps.notes.latest_session()["access_token"], options={"verify_signature": False}
    )["cnf"] == {"jkt": apps.notes.key.thumbprint}
    for _ in range(3):
        assert apps.notes.read().json()["sub"] == "u-1815"
        apps.notes.refresh()
    assert apps.notes.network.headers.get("dpop") is None


def test_a_stolen_token_fails_and_a_script_in_the_page_does_not():
    found = bound_tokens.thefts()
    assert statuses() == [401, 401, 401, 200, 200, 401, 200, 401, 200]
    reasons = [reason for status, reason in found.values() if status == 401]
    assert reasons == [
        "a token that is bound to a key must come with the DPoP scheme and a proof, and no other "
        "token may",
        "the proof was made with a different key from the one the token is bound to",
        "the proof was used before",
        "the proof is too old, or from the future",
        "ExpiredSignatureError: the token has expired",
    ]


def test_a_nonce_ends_proofs_made_in_advance_and_neither_the_script_nor_the_thief_s_own_key():
    found = bound_tokens.thefts(NonceAPI)
    assert {name for name, (status, _) in found.items() if status == 200} == {
        "script in the page",
        "own key, new tokens",
    }
    assert (
        found["5 min ahead, used then"][1]
        == found["made before, 40 s old"][1]
        == "the proof lacks the server's nonce"
    )


@pytest.mark.parametrize("api", [bound_tokens.ResourceServer, NonceAPI])
def test_tokens_that_a_thief_got_for_his_own_key_need_nothing_of_the_page(api):  # RFC 10017, 5.1.3
    apps = bound_tokens.apps_with_dpop(api=api)
    apps.notes.key.prove = pytest.fail
    assert bound_tokens.own_key(apps, "").json()["sub"] == "u-1815"
    used = {
        dict(one.request_headers).get("dpop", "") for one in apps.lab.wire if one.client == "tom"
    }
    keys = {tokens.thumbprint(jwt.get_unverified_header(proof)["jwk"]) for proof in used if proof}
    assert keys == {tokens.thumbprint(tokens.public_jwk(TOMS_KEY))} != {apps.notes.key.thumbprint}


def test_the_answer_without_nonce_says_how_to_come_back():  # RFC 9449, 9
    apps = bound_tokens.apps_with_dpop(api=NonceAPI)
    assert apps.notes.read().status_code == 200
    first, second = [one for one in apps.lab.wire if one.url == DATA]
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
    assert statuses(OlderAPI) == [200] * 7 + [401, 200]


def test_a_stolen_refresh_token_needs_the_key_and_a_proof_dated_ahead_gives_a_useless_token():
    apps = bound_tokens.apps_with_dpop()
    form = {
        "grant_type": "refresh_token",
        "client_id": "notes",
        "refresh_token": apps.notes.latest_session()["refresh_token"],
    }
    assert (
        apps.tom.post(LOGIN + "/token", data=form).json()["error_description"]
        == "the refresh token is bound to a different key"
    )
    own = dpop.prove(TOMS_KEY, "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="by-tom")
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
        apps.sign_in("ada", NOTES, until=NOTES + "/cb")
        .headers["location"]
        .split("code=")[1]
        .split("&")[0]
    )
    verifier = list(apps.notes.pending.values())[-1].verifier
    form = {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "code": code,
        "redirect_uri": NOTES + "/cb",
        "code_verifier": verifier,
    }
    proof = dpop.prove(TOMS_KEY, "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="by-tom")
    for headers in ({}, {"dpop": proof}):
        refused = apps.tom.post(LOGIN + "/token", data=form, headers=headers).json()
        assert (
            refused["error_description"]
            == "the proof was made with a different key from the one dpop_jkt named (RFC 9449, 10)"
        )


def test_the_same_seed_gives_the_same_bytes():
    one, other = (bound_tokens.apps_with_dpop() for _ in range(2))
    assert (
        one.lab.wire == other.lab.wire
        and one.notes.latest_session() == other.notes.latest_session()
    )
    assert (
        bound_tokens.apps_with_dpop("another").notes.latest_session() != one.notes.latest_session()
    )


def test_ada_s_other_door_knows_the_key_too():
    apps = bound_tokens.apps_with_dpop()
    token = apps.notes.latest_session()["access_token"]
    assert (
        apps.tom.get(LOGIN + "/userinfo", headers={"authorization": f"Bearer {token}"}).status_code
        == 401
    )
    for key, status in ((apps.notes.key._key, 200), (TOMS_KEY, 401)):
        proof = dpop.prove(
            key,
            "GET",
            LOGIN + "/userinfo",
            now=apps.lab.clock.now,
            jti=f"at-userinfo-{status}",
            token=token,
        )
        assert (
            apps.tom.get(LOGIN + "/userinfo", headers=dpop_headers(token, proof)).status_code
            == status
        )
    assert apps.tom.get(API + "/me", headers=dpop_headers(token, proof)).status_code == 401
