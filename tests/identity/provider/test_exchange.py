"""An exchange narrows: another API, no more scope, no more time, and `act` says who acts.

Source: RFC 8693, with the rules that a careful operator adds.
"""

from dataclasses import replace

import httpx
import pytest
from provider_helpers import CALLBACK, LOGIN, SECRETS, VERIFIER, code_for, error_of, fresh, peek
from two_apps import API, TwoApps

from labutils.identity import dpop
from labutils.identity.provider.exchange import ACCESS_TOKEN
from labutils.identity.provider.state import TOKEN_EXCHANGE, Client, ExchangePolicy
from labutils.identity.tokens import ec_private_key

AGENT, CALENDAR, MAIL = "https://agent.example", "https://calendar.example", "https://mail.example"
REQUEST, TARGET, SCOPE = (400, "invalid_request"), (400, "invalid_target"), (400, "invalid_scope")
SECRETS = SECRETS | {"agent": "the agent's", "calendar": "the calendar's", "mail": "the mail's"}
GRANTS = (TOKEN_EXCHANGE, "client_credentials")


def company(**setting: object) -> TwoApps:
    """Ada's wiki, an agent that it calls, and two servers that the agent calls for her."""
    apps = fresh()
    provider = apps.provider
    provider.resources = (AGENT, CALENDAR, MAIL)
    targets = {"agent": (CALENDAR, MAIL), "calendar": (MAIL,)}
    provider.exchange = ExchangePolicy(**{"targets": targets, **setting})
    for name, address in (("agent", AGENT), ("calendar", CALENDAR), ("mail", MAIL)):
        scope = "profile read write"
        provider.clients[name] = Client(name, (), SECRETS[name], scope, GRANTS, resource=address)
    provider.clients["wiki"] = replace(provider.clients["wiki"], scope="openid profile read write")
    return apps


def post(apps: TwoApps, client: str, form: dict[str, object], **more: object) -> httpx.Response:
    return apps.ada.post(LOGIN + "/token", data=form, auth=(client, SECRETS[client]), **more)


def for_ada(apps: TwoApps, scope: str = "profile read write", resource: str = AGENT) -> str:
    """An access token of the wiki, which Ada gave it, for the agent."""
    code = code_for(apps, scope=scope, resource=resource)
    form = {"grant_type": "authorization_code", "code": code}
    form |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return post(apps, "wiki", form).json()["access_token"]


def own(apps: TwoApps, client: str) -> str:
    return post(apps, client, {"grant_type": "client_credentials"}).json()["access_token"]


def swap(apps: TwoApps, client: str, subject: str, /, actor: str = "", **changes: object):
    """An exchange in which the client shows a token of its own, unless another is named."""
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": subject,
        "subject_token_type": ACCESS_TOKEN,
        "actor_token": actor or own(apps, client),
        "actor_token_type": ACCESS_TOKEN,
        "resource": CALENDAR,
        **changes,
    }
    sent = {name: value for name, value in form.items() if value is not None}
    return post(apps, client, sent)


def claims(answer: httpx.Response) -> dict:
    assert answer.status_code == 200, answer.text
    return peek(answer.json()["access_token"])


def refused(answer: httpx.Response, why: str) -> tuple[int, str | None]:
    assert why in answer.json()["error_description"]
    return error_of(answer)


# --- what comes out ------------------------------------------------------------------------------


def test_the_new_token_is_about_her_for_the_other_api_and_says_who_acts():
    apps = company()
    answer = swap(apps, "agent", for_ada(apps), scope="read")
    said = answer.json()
    assert said.keys() == {"access_token", "issued_token_type", "token_type", "expires_in", "scope"}
    assert said["issued_token_type"] == ACCESS_TOKEN
    new = claims(answer)
    assert (new["sub"], new["aud"], new["scope"]) == ("u-1815", CALENDAR, "read")
    assert (new["client_id"], new["act"]) == ("agent", {"sub": "agent"})


def test_an_api_can_be_named_by_the_client_that_it_is():
    apps = company()
    answer = swap(apps, "agent", for_ada(apps), resource=None, audience="calendar")
    assert claims(answer)["aud"] == CALENDAR


def test_whoever_acted_before_stays_inside():
    apps = company()
    first = swap(apps, "agent", for_ada(apps)).json()["access_token"]
    second = swap(apps, "calendar", first, resource=MAIL)
    assert claims(second)["act"] == {"sub": "calendar", "act": {"sub": "agent"}}


def test_the_new_token_ends_no_later_than_the_old_one():
    apps = company()
    old = for_ada(apps)
    apps.lab.clock.tick(590)
    answer = swap(apps, "agent", old)
    assert 0 < answer.json()["expires_in"] < 10
    assert claims(answer)["exp"] == peek(old)["exp"]


def test_what_ends_her_grant_ends_the_exchanged_token_where_the_provider_is_asked():
    apps = company()
    token = swap(apps, "agent", for_ada(apps)).json()["access_token"]
    asks = {"data": {"token": token}, "auth": ("mail", SECRETS["mail"])}
    said = apps.ada.post(LOGIN + "/introspect", **asks).json()
    assert (said["active"], said["act"]) == (True, {"sub": "agent"})
    apps.provider.disable_user("ada")
    assert apps.ada.post(LOGIN + "/introspect", **asks).json() == {"active": False}


def test_the_old_token_is_as_good_as_before():
    apps = company()
    old = for_ada(apps)
    for _ in range(2):
        assert swap(apps, "agent", old).status_code == 200


# --- what is refused -----------------------------------------------------------------------------


def test_nobody_gets_more_scope_than_the_old_token_had_or_the_client_may_have():
    apps = company()
    old = for_ada(apps, "profile read")
    assert claims(swap(apps, "agent", old))["scope"] == "profile read"
    assert refused(swap(apps, "agent", old, scope="write"), "only: profile read") == SCOPE
    openid = for_ada(apps, "openid")
    assert refused(swap(apps, "agent", openid), "nothing of the token's scope") == SCOPE


def test_a_token_goes_only_where_the_operator_lets_this_client_go():
    apps = company()
    old = for_ada(apps)
    beyond = {"resource": API}, {"audience": "nobody"}, {"resource": [CALENDAR, API]}
    for wish in (*beyond, {"resource": None}):
        assert error_of(swap(apps, "agent", old, **wish)) == TARGET
    near = swap(apps, "agent", old, resource=CALENDAR + "/")
    assert error_of(near) == TARGET
    first = swap(apps, "agent", old).json()["access_token"]
    assert refused(swap(apps, "calendar", first), "one that this client may call") == TARGET


def test_a_server_cannot_exchange_a_token_that_never_came_to_it():
    apps = company()
    stolen = for_ada(apps, resource=AGENT)
    assert refused(swap(apps, "calendar", stolen, resource=MAIL), "nor meant for it") == REQUEST


def test_without_an_actor_nobody_could_see_who_acts():
    apps = company()
    nobody = {"actor_token": None, "actor_token_type": None}
    assert refused(swap(apps, "agent", for_ada(apps), **nobody), "must say who acts") == REQUEST


def test_where_impersonation_is_allowed_nobody_is_named_but_no_name_is_lost():
    apps = company(impersonation=True)
    nobody = {"actor_token": None, "actor_token_type": None}
    assert "act" not in claims(swap(apps, "agent", for_ada(apps), **nobody))
    acted = swap(apps, "agent", for_ada(apps)).json()["access_token"]
    again = swap(apps, "calendar", acted, resource=MAIL, **nobody)
    assert refused(again, "must say who acts") == REQUEST


def test_an_actor_token_is_the_clients_own():
    apps = company()
    for other in (own(apps, "calendar"), for_ada(apps)):
        answer = swap(apps, "agent", for_ada(apps), other)
        assert refused(answer, "not this client's own") == REQUEST


def test_a_token_that_names_who_may_act_is_for_nobody_else():
    apps = company(targets={"agent": (CALENDAR,), "calendar": (MAIL,), "mail": (CALENDAR,)})
    apps.provider.clients["wiki"] = replace(apps.provider.clients["wiki"], may_act="agent")
    assert peek(for_ada(apps))["may_act"] == {"sub": "agent"}
    assert swap(apps, "agent", for_ada(apps)).status_code == 200
    for_mail = for_ada(apps, resource=MAIL)
    assert refused(swap(apps, "mail", for_mail), "may_act") == REQUEST


def test_a_bound_token_is_not_traded_for_one_that_anybody_can_use():
    apps = company()
    form = {"grant_type": "client_credentials", "resource": AGENT}
    proof = dpop.prove(
        ec_private_key("mail"), "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="1"
    )
    bound = post(apps, "mail", form, headers={"DPoP": proof}).json()["access_token"]
    assert refused(swap(apps, "agent", bound), "for a bound one only") == REQUEST


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token": None, "subject_token_type": None},
        {"subject_token": "no token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"actor_token": None},
        {"actor_token_type": None},
        {"actor_token": "no token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
    ],
)
def test_what_is_wrong_with_a_token_is_an_invalid_request(changes):
    apps = company()
    assert error_of(swap(apps, "agent", for_ada(apps), **changes)) == REQUEST


def test_a_token_that_is_over_is_worth_nothing():
    apps = company()
    old = for_ada(apps)
    apps.lab.clock.tick(600)
    assert refused(swap(apps, "agent", old), "good here and now") == REQUEST


def test_a_client_without_a_secret_and_one_that_was_never_allowed_get_nothing():
    apps = company()
    public = Client("tool", (), None, "read", (TOKEN_EXCHANGE,))
    apps.provider.clients["tool"] = public
    form = {"grant_type": TOKEN_EXCHANGE, "client_id": "tool"}
    answer = apps.ada.post(LOGIN + "/token", data=form)
    assert refused(answer, "for confidential clients") == (400, "unauthorized_client")
    answer = post(apps, "wiki", {"grant_type": TOKEN_EXCHANGE})
    assert error_of(answer) == (400, "unauthorized_client")


def test_a_provider_that_does_not_offer_it_says_so():
    apps = company()
    assert TOKEN_EXCHANGE in apps.provider.metadata()["grant_types_supported"]
    apps.provider.exchange = None
    assert TOKEN_EXCHANGE not in apps.provider.metadata()["grant_types_supported"]
    answer = post(apps, "agent", {"grant_type": TOKEN_EXCHANGE})
    assert error_of(answer) == (400, "unsupported_grant_type")
