"""What the provider says of itself is what it does, name by name (OpenID Connect Discovery, 3)."""

import jwt
import pytest
from provider_helpers import ask, fresh, question, tokens_of
from two_apps import LOGIN

from labutils.identity.provider import Provider
from labutils.identity.provider.issuing import ID_LIFE, REFRESH_LIFE, SERVICE_LIFE
from labutils.identity.provider.state import ACCESS_LIFE, Client
from labutils.lab import Lab

DAY = 86400  # seconds
ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "end_session_endpoint": "/logout",
    "jwks_uri": "/jwks",
}


@pytest.fixture
def apps():
    return fresh()


@pytest.fixture
def metadata(apps):
    return apps.ada.get(LOGIN + "/.well-known/openid-configuration").json()


def test_each_endpoint_stands_under_its_registered_name(metadata):
    named = {name: url for name, url in metadata.items() if name in ENDPOINTS}
    assert named == {name: LOGIN + path for name, path in ENDPOINTS.items()}


def test_another_kind_of_provider_may_say_otherwise():
    class WithoutRefresh(Provider):
        def metadata(self):
            return {**super().metadata(), "grant_types_supported": ["authorization_code"]}

    apps = fresh(provider=WithoutRefresh)
    said = apps.ada.get(LOGIN + "/.well-known/openid-configuration").json()
    assert said["grant_types_supported"] == ["authorization_code"]


def test_id_tokens_are_signed_by_the_algorithms_that_it_names(apps, metadata):
    keys = apps.ada.get(LOGIN + "/jwks").json()["keys"]
    algorithms = {key["alg"] for key in keys}
    assert set(metadata["id_token_signing_alg_values_supported"]) == algorithms
    issued = [tokens_of(apps, client)["id_token"] for client in ("wiki", "plain")]
    assert {jwt.get_unverified_header(token)["alg"] for token in issued} == algorithms


def test_it_grants_the_scopes_that_it_names(apps, metadata):
    scopes = set(metadata["scopes_supported"])
    assert scopes == {"openid", "profile", "offline_access"}
    assert set(tokens_of(apps, scope=" ".join(sorted(scopes)))["scope"].split()) == scopes


def test_it_supplies_the_claims_that_it_names(apps, metadata):
    issued = tokens_of(apps)
    id_token = jwt.decode(issued["id_token"], options={"verify_signature": False})
    header = {"authorization": f"Bearer {issued['access_token']}"}
    about_ada = apps.ada.get(LOGIN + "/userinfo", headers=header).json()
    assert set(metadata["claims_supported"]) <= id_token.keys() | about_ada.keys()
    assert id_token.keys() <= set(metadata["claims_supported"])


@pytest.mark.parametrize("prompt", ["none", "login", "consent"])
def test_it_takes_the_prompts_that_it_names_and_no_more(apps, metadata, prompt):
    assert prompt in metadata["prompt_values_supported"]
    assert len(metadata["prompt_values_supported"]) == 3
    assert "error=invalid_request" not in ask(apps.ada, prompt=prompt).headers.get("location", "")


def test_it_takes_the_proofs_of_the_algorithms_that_it_names(metadata):
    assert set(metadata["dpop_signing_alg_values_supported"]) == {"ES256", "EdDSA", "Ed25519"}


def test_a_public_client_authenticates_by_nothing_and_asks_about_no_token(metadata):
    assert "none" in metadata["token_endpoint_auth_methods_supported"]
    assert "none" in metadata["revocation_endpoint_auth_methods_supported"]
    methods = metadata["introspection_endpoint_auth_methods_supported"]
    assert methods == ["client_secret_basic", "client_secret_post"]


@pytest.mark.parametrize("member", ["response_types_supported", "code_challenge_methods_supported"])
def test_what_it_names_once_is_what_a_question_of_the_wiki_asks_for(metadata, member):
    name = member.removesuffix("s_supported")
    assert metadata[member] == [question()[name]]


# --- how long what it gives out is good ---------------------------------------------------------


def test_an_id_token_and_an_access_token_live_ten_minutes(apps):
    issued = tokens_of(apps)
    for name, life in (("id_token", ID_LIFE), ("access_token", ACCESS_LIFE)):
        claims = jwt.decode(issued[name], options={"verify_signature": False})
        assert (claims["exp"] - claims["iat"], life) == (600, 600)
    assert issued["expires_in"] == 600


def test_a_refresh_token_lives_ninety_days(apps):
    token = tokens_of(apps)["refresh_token"]
    lives = apps.provider.refresh_tokens[token].expires - apps.lab.clock.now
    assert (lives, REFRESH_LIFE) == (90 * DAY, 90 * DAY)


def test_a_token_of_a_service_lives_a_year(apps):
    apps.provider.clients["job"] = Client("job", secret="s", grant_types=("client_credentials",))
    form = {"grant_type": "client_credentials"}
    issued = apps.ada.post(LOGIN + "/token", data=form, auth=("job", "s")).json()
    assert (issued["expires_in"], SERVICE_LIFE) == (365 * DAY, 365 * DAY)


def test_keys_for_a_real_network_are_drawn_and_of_full_size():
    provider = Provider(Lab(seed=None), "http://127.0.0.1:9000")
    assert [key.private.key_size for key in provider.keys] == [2048, 256]
