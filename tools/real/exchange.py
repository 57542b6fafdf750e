"""Ask the course's provider, and idpyoidc, what they answer in an exchange (RFC 8693)."""

import httpx

from labutils.identity.oauth import TokenResponse
from labutils.identity.provider import Provider
from labutils.identity.provider.exchange import ACCESS_TOKEN
from labutils.identity.provider.state import TOKEN_EXCHANGE, Client, ExchangePolicy, User
from labutils.lab import Lab

LOGIN, AGENT, CALENDAR = (
    "https://login.example",
    "https://agent.example",
    "https://calendar.example",
)
KIND = "urn:ietf:params:oauth:token-type:"
# What is changed in a request of an agent that came by Ada's token with the scope openid; None
# leaves a parameter out.
QUESTIONS: dict[str, dict[str, str | None]] = {
    "nothing changed": {},
    "no subject_token": {"subject_token": None},
    "no subject_token_type": {"subject_token_type": None},
    "a subject_token that is none": {"subject_token": "none"},
    "a subject_token_type that nobody knows": {"subject_token_type": "urn:example:badge"},
    "an access token that is called a refresh token": {
        "subject_token_type": KIND + "refresh_token"
    },
    "an actor_token without its type": {"actor_token": "none", "actor_token_type": None},
    "an actor_token_type without its token": {
        "actor_token": None,
        "actor_token_type": ACCESS_TOKEN,
    },
    "wants a refresh token": {"requested_token_type": KIND + "refresh_token"},
    "wants a type that nobody knows": {"requested_token_type": "urn:example:badge"},
    "wants a scope that the token has not": {"scope": "profile"},
    "the same, beside one that it has": {"scope": "openid profile"},
    "for an API that nobody knows": {"resource": "https://other.example"},
    "for an API with a fragment": {"resource": CALENDAR + "#part"},
    "for an audience that nobody knows": {"audience": "other"},
    "for the calendar": {"resource": CALENDAR},
}


def answer(changes: dict[str, str | None]) -> str:
    """What the course's provider answers: the error, or what it gives."""
    lab = Lab("exchange", "2026-12-01T09:00:00Z")
    login = Provider(lab, LOGIN, resources=(AGENT, CALENDAR), auto_login="ada")
    login.users["ada"] = User("ada", "analytical-engine-1843", "u-1815", "Ada Lovelace")
    login.exchange = ExchangePolicy({"agent": (CALENDAR,)})
    grants = (TOKEN_EXCHANGE, "client_credentials")
    scope = "openid profile"
    login.clients = {
        "wiki": Client("wiki", ("https://wiki.example/cb",), "w", require_pkce=False),
        "agent": Client("agent", (), "a", scope, grants, resource=AGENT),
        "calendar": Client("calendar", (), "c", scope, (), resource=CALENDAR),
    }
    lab.add("login.example", login)
    ada = lab.browser("ada", "192.0.2.10")

    def token(client: tuple[str, str], form: dict[str, str]) -> httpx.Response:
        return ada.post(LOGIN + "/token", data=form, auth=client)

    callback = "https://wiki.example/cb"
    question = {"response_type": "code", "client_id": "wiki", "redirect_uri": callback}
    question |= {"scope": "openid", "resource": AGENT}
    redirect = ada.get(LOGIN + "/authorize", params=question).headers["location"]
    code = httpx.URL(redirect).params["code"]
    redeem = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
    hers: TokenResponse = token(("wiki", "w"), redeem).json()
    own: TokenResponse = token(("agent", "a"), {"grant_type": "client_credentials"}).json()
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": hers["access_token"],
        "subject_token_type": ACCESS_TOKEN,
        "actor_token": own["access_token"],
        "actor_token_type": ACCESS_TOKEN,
        "audience": None if "resource" in changes else "calendar",
        **changes,
    }
    said = token(("agent", "a"), {name: value for name, value in form.items() if value is not None})
    body = said.json()
    return body["error"] if "error" in body else f"gives {body['scope']}"
