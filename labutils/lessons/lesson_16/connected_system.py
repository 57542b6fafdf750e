"""A customer system, a chat agent that a company has connected to it, and a thief at the vendor.

The customer system has its own authorization server, which its API asks about each token. Like that
of some vendors it gives a refresh token that stays valid until somebody revokes it; `rotates`
changes that.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import jwt
from werkzeug.wrappers import Request, Response

from labutils.identity.factors import Totp
from labutils.identity.keys import Json, SigningKey, b64, ec_private_key
from labutils.identity.oauth import OAuthError, as_json
from labutils.identity.person import sign_in
from labutils.identity.provider import Provider
from labutils.identity.provider.app import POST_ONLY, Endpoint
from labutils.identity.provider.issuing import REFRESH_LIFE
from labutils.identity.provider.state import Client, User
from labutils.identity.provider.token_endpoint import token
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import json_object, sign, verify_signature
from labutils.lab import Lab

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LOGIN, CRM, CHAT = "https://login.example", "https://crm.example", "https://chat.example"
OFFICE, VENDOR, RENTED = "198.51.100.131", "192.0.2.44", "203.0.113.201"
# What the chat agent asks for, and what it works with.
WIDE = "cases.write contacts.read cases.read offline_access"
NARROW = "cases.write contacts.read offline_access"
ACTIONS = {"/case": "cases.write", "/contact": "contacts.read", "/cases": "cases.read"}
CASES = ("Case 1: the export fails", "Case 2: our token is lab-4f1c", "Case 3: a wrong invoice")
TYPE = "client-authentication+jwt"  # RFC 10070: an assertion says what it is
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523, 2.2
Allowed = Callable[[str, str], bool]  # of an address and a scope


class CustomerLogin(Provider):
    """The authorization server. `addresses`: from where a refresh token is taken; from anywhere
    where there are none. `client_key`: the public key of a client that signs, and has no secret."""

    rotates = False
    addresses: tuple[str, ...] = ()
    client_key: Json | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.assertions: set[str] = set()  # the names of those that were used
        self.add_endpoint("/token", Endpoint(partial(self.answer_token_request), POST_ONLY))

    def answer_token_request(self, request: Request) -> Response:
        """The token endpoint, with the three settings."""
        if self.client_key is not None:
            self.check_assertion(request, self.client_key)
        is_refresh = request.form.get("grant_type") == "refresh_token"
        if is_refresh and self.addresses and request.remote_addr not in self.addresses:
            self.log(request, "token.refresh_token", "failure", reason="address")
            raise OAuthError("invalid_grant", "the address is not one of the client's", 400)
        issued = self.refresh_tokens.get(request.form.get("refresh_token", ""))
        response = token(self, request)
        if is_refresh and issued is not None and not self.rotates:
            issued.live, issued.expires = True, self.now + REFRESH_LIFE  # it stays good
            answer: Json = response.get_json()
            self.refresh_tokens.pop(answer.pop("refresh_token"))
            return as_json(answer)
        return response

    def check_assertion(self, request: Request, client_key: Json) -> None:
        """`private_key_jwt`: the client signs who it is, for this server, once and for a minute
        (RFC 7523, 3); the type keeps out whatever else its key may sign, and the issuer is the
        only audience (RFC 10070). Raises OAuthError."""
        try:
            assertion = request.form.get("client_assertion", "")
            claims = json_object(verify_signature(assertion, client_key, "ES256"), "payload")
            typ = str(jwt.get_unverified_header(assertion).get("typ"))  # it is verified by now
        except jwt.PyJWTError as error:
            why = "no signed statement by the client"
            raise OAuthError("invalid_client", why, 401) from error
        name, until, client = (claims.get(one) for one in ("jti", "exp", "iss"))
        if typ.lower().removeprefix("application/") != TYPE:
            raise OAuthError("invalid_client", f"the assertion is not of the type {TYPE}", 401)
        is_client = client == claims.get("sub") == request.form.get("client_id")
        is_open = type(until) is int and until > self.now
        is_new = isinstance(name, str) and name not in self.assertions
        if not (is_client and claims.get("aud") == self.issuer and is_open and is_new):
            raise OAuthError("invalid_client", "the assertion is not for this request", 401)
        self.assertions.add(str(name))


class CustomerApi(ResourceServer):
    """The customer system's API: who asks for what needs its scope; `allowed` may ask for more."""

    paths = tuple(ACTIONS)
    allowed: Allowed = staticmethod(lambda _address, _scope: True)

    def body(self, request: Request, claims: Json) -> Json:
        """The answer to a good token with the scope for it."""
        scope = ACTIONS[request.path]
        if scope not in str(claims["scope"]).split():
            raise OAuthError("insufficient_scope", f"this needs {scope}", 403, "Bearer")
        if not self.allowed(request.remote_addr or "", scope):
            raise OAuthError("access_denied", "the company's policy forbids this", 403, "Bearer")
        return {"cases": list(CASES)} if scope == "cases.read" else {"done": request.path}


class ChatAgent:
    """The vendor: it sends an administrator to the customer system, and keeps what comes back.

    `store` is what it keeps for each customer; `agent` is its own line to the world.
    """

    def __init__(self, lab: Lab, scope: str, secret: str, key: SigningKey | None = None):
        self.lab, self.scope, self.secret, self.key = lab, scope, secret, key
        self.store: dict[str, dict[str, str]] = {}
        self.waiting: dict[str, str] = {}  # verifiers, by state
        self.agent = lab.browser("chat-agent/4.2", VENDOR)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """/connect begins the authorization code flow with PKCE, /cb ends it."""
        request = Request(environ)
        response = self.ask() if request.path == "/connect" else self.keep(request)
        return response(environ, start_response)

    def ask(self) -> Response:
        """Send the administrator to the authorization server (RFC 6749, 4.1.1; RFC 7636)."""
        state, verifier = self.lab.draw("chat"), self.lab.draw("chat") + self.lab.draw("chat")
        self.waiting[state] = verifier
        question = {
            "response_type": "code",
            "client_id": "chat-agent",
            "redirect_uri": CHAT + "/cb",
            "scope": self.scope,
            "state": state,
            "code_challenge": b64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return Response("", 302, {"location": f"{LOGIN}/authorize?{urlencode(question)}"})

    def keep(self, request: Request) -> Response:
        """Exchange the code, and store the grant."""
        verifier = self.waiting.pop(request.args.get("state", ""), "")
        form = {
            "grant_type": "authorization_code",
            "code": request.args.get("code", ""),
            "redirect_uri": CHAT + "/cb",
            "code_verifier": verifier,
        }
        answer = self.ask_for_tokens(form)
        if answer.is_success:
            self.store["company"] = {
                "client_id": "chat-agent",
                "client_secret": self.secret,
                "refresh_token": answer.json()["refresh_token"],
            }
        return Response("connected" if answer.is_success else answer.text, answer.status_code)

    def ask_for_tokens(self, form: dict[str, str]) -> httpx.Response:
        """A token request, in which the client proves who it is: by its secret, or by its key."""
        if self.key is None:
            return self.agent.post(LOGIN + "/token", data=form, auth=("chat-agent", self.secret))
        claims: Json = {"iss": "chat-agent", "sub": "chat-agent", "aud": LOGIN}
        claims |= {"jti": self.lab.draw("chat"), "exp": self.lab.clock.now + 60}
        form = form | {"client_id": "chat-agent", "client_assertion_type": JWT_BEARER}
        form["client_assertion"] = sign(claims, self.key, TYPE)
        return self.agent.post(LOGIN + "/token", data=form)

    def renew(self) -> httpx.Response:
        """A new access token for the stored refresh token."""
        record = self.store["company"]
        form = {"grant_type": "refresh_token", "refresh_token": record["refresh_token"]}
        answer = self.ask_for_tokens(form)
        if answer.is_success:
            record["refresh_token"] = answer.json().get("refresh_token", record["refresh_token"])
        return answer

    def work(self) -> httpx.Response:
        """Renew the access token, and file a case: what the agent does all day."""
        answer = self.renew()
        if not answer.is_success:
            return answer
        held = {"authorization": f"Bearer {answer.json()['access_token']}"}
        return self.agent.post(CRM + "/case", headers=held)


SECRET = "the-vendor-keeps-this-beside-the-tokens"


@dataclass
class Connected:
    """All of it in a lab: Ada is the administrator, Tom has got into the vendor's store."""

    lab: Lab
    login: CustomerLogin
    api: CustomerApi
    chat: ChatAgent
    ada: httpx.Client
    tom: httpx.Client
    done: list[str] = field(default_factory=list)

    def connect(self) -> httpx.Response:
        """Ada goes to the vendor, signs in at the customer system, and says yes."""
        return sign_in(self.ada, CHAT + "/connect", "ada", self.login.users["ada"].password)

    def stolen(self) -> dict[str, str]:
        """What Tom reads in the vendor's store."""
        return dict(self.chat.store["company"])


def connected(
    seed: str = "lesson-16",
    *,
    scope: str = WIDE,
    rotates: bool = False,
    addresses: tuple[str, ...] = (),
    secret: str = SECRET,
    keyed: bool = False,
    when: str = "2025-08-07T09:00:00Z",
    kind: type[CustomerLogin] = CustomerLogin,
) -> Connected:
    """A company that has just connected the chat agent. `keyed`: the agent has no secret, and signs
    with a key that stands in no store. `kind`: of authorization server."""
    lab = Lab(seed, when)
    login = kind(lab, LOGIN, resource=CRM)
    login.rotates, login.addresses = rotates, addresses
    login.users = {"ada": User("ada", "analytical-engine-1843", "u-1815", "Ada Lovelace")}
    key = SigningKey(ec_private_key("the vendor's machine"), "ES256", "chat-1") if keyed else None
    login.client_key, secret = (key.jwk, "") if key else (None, secret)
    login.clients = {
        "chat-agent": Client("chat-agent", (CHAT + "/cb",), secret or None, scope=WIDE),
        "crm": Client("crm", secret="the-api-asks-with-this", grant_types=()),
    }
    chat = ChatAgent(lab, scope, secret, key)
    api = CustomerApi(lab, CRM, LOGIN, introspect_as=("crm", "the-api-asks-with-this"))
    for origin, app in ((LOGIN, login), (CRM, api), (CHAT, chat)):
        lab.add(origin.split("//")[1], app)
    company = Connected(
        lab, login, api, chat, lab.browser("ada", OFFICE), lab.browser("tom", RENTED)
    )
    company.connect()
    return company


def under_policy(policy: Allowed) -> list[dict[str, object]]:
    """What the API answers under a policy: to the agent, and to a thief here and there."""
    company = connected()
    company.api.allowed = policy
    inside = company.lab.browser("tom, at the vendor", VENDOR)
    held = {
        browser: {"authorization": "Bearer " + renewed(browser, company.stolen())["access_token"]}
        for browser in (company.tom, inside)
    }
    requests = (
        ("Tom", "his host", "reads the cases", company.tom, "/cases"),
        ("Tom", "his host", "reads a contact", company.tom, "/contact"),
        ("Tom", "the vendor", "reads the cases", inside, "/cases"),
    )
    answers = [("the agent", "the vendor", "files a case", company.chat.work())]
    answers += [
        (who, place, what, browser.get(CRM + path, headers=held[browser]))
        for who, place, what, browser, path in requests
    ]
    return [
        {"who": who, "from": place, "does": what, "answer": answer.status_code}
        for who, place, what, answer in answers
    ]


def renewed(browser: httpx.Client, record: dict[str, str]) -> dict[str, str]:
    """The record with the newest tokens: what comes back when its refresh token is exchanged."""
    form = {"grant_type": "refresh_token", "refresh_token": record["refresh_token"]}
    client = record["client_id"], record["client_secret"]
    answer: dict[str, str] = browser.post(LOGIN + "/token", data=form, auth=client).json()
    return record | {
        name: answer[name] for name in ("access_token", "refresh_token") if name in answer
    }


# --- what a customer does -----------------------------------------------------------------------


def new_password(company: Connected) -> None:
    """Ada changes her password."""
    company.login.change_password("ada", "difference-engine-1822")


def second_factor(company: Connected) -> None:
    """Ada's account asks for a second factor from now on."""
    company.login.enrol_second_factor("ada", Totp(b"lesson-16 second factor", company.lab.clock))


def signed_out(company: Connected) -> None:
    """Ada is signed out everywhere."""
    for session in list(company.login.sessions.values()):
        company.login.end_session(session.sid)


def revoked(company: Connected) -> None:
    """The administrator revokes the grant of the client."""
    company.login.revoke_family(company.chat.store["company"]["refresh_token"])


ACTS = {
    "Ada changes her password": new_password,
    "Ada adds a second factor": second_factor,
    "Ada is signed out everywhere": signed_out,
    "the client's grant is revoked": revoked,
}
