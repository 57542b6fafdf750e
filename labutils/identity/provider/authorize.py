"""Answer at the authorization endpoint (RFC 6749, 4.1; OpenID Connect Core, 3.1.2).

A client's question comes here with a person's browser. The person signs in and says yes, and the
browser takes a code back to the client.
"""

import hmac
import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.keys import b64
from labutils.identity.oauth import OAuthError, narrowed, parameters, same
from labutils.identity.provider.pages import TYPED, page
from labutils.identity.provider.resources import resources
from labutils.identity.provider.sign_in import (
    PersonMustAnswer,
    refuse_other_sites,
    sign_in,
    start_session,
    with_cookie,
)
from labutils.identity.provider.state import Client, Code, Grant, Session, State

CODE_LIFE = 60  # seconds (RFC 6749, 4.1.2 recommends ten minutes at most)
# Seconds after a sign-in in which the consent page may be answered where a new sign-in was asked
# for: the page comes after the sign-in.
RECENT = 300


@dataclass(frozen=True)
class AuthorizationRequest:
    """An authorization request whose client and redirect address are known to be good.

    `typed` is what came from a form of ours, and not with the address that the client wrote.
    """

    client: Client
    params: dict[str, str]
    typed: dict[str, str]

    @property
    def prompt(self) -> list[str]:
        """What the client asks us to ask the person, or `none` (OpenID Connect Core, 3.1.2.1)."""
        return self.params.get("prompt", "").split()


def authorize(provider: State, request: Request) -> Response:
    """Sign a person in, ask for consent, and answer the client's question.

    Raises OAuthError where nobody can be told but the person: the browser is never sent to an
    address that is not the client's (RFC 6749, 4.1.2.1). Every other refusal goes to the client.
    """
    question = read_question(provider, request)
    try:
        scope = validate(provider, question)
        session = authenticate(provider, request, question, scope)
        obtain_consent(provider, question, scope, session)
    except OAuthError as refusal:
        client_id = question.client.client_id
        provider.log(request, "authorize.refused", "failure", error=refusal.error, client=client_id)
        error = {"error": refusal.error or "", "error_description": refusal.description}
        return answer_client(provider, question, error)
    code = create_code(provider, request, question, scope, session)
    return with_cookie(provider, answer_client(provider, question, {"code": code}), session)


# --- the client's question ----------------------------------------------------------------------


def read_question(provider: State, request: Request) -> AuthorizationRequest:
    """Return the parameters of a registered client, for an address that it registered.

    Raises OAuthError, which is shown to the person: there is nobody else to tell.
    """
    params = parameters(request.values)
    client = provider.clients.get(params.get("client_id", ""))
    if client is None:  # RFC 6749, 4.1.2.1
        raise OAuthError(
            "invalid_request", "client_id does not name a client that is registered here"
        )
    if not provider.redirect_matches(client, params.get("redirect_uri", "")):  # RFC 9700, 2.1
        raise OAuthError(
            "invalid_request",
            "redirect_uri is not one that this client registered, character for character (RFC "
            "9700, 2.1)",
        )
    typed = {name: value for name, value in params.items() if name in TYPED}
    return AuthorizationRequest(client, params, typed if request.method == "POST" else {})


def validate(provider: State, question: AuthorizationRequest) -> str:
    """Return the scope to grant.

    Raises the registered error for what is missing, or not offered.
    """
    client, params, prompt = question.client, question.params, question.prompt
    if params.get("response_type") != "code":  # RFC 6749, 4.1.1
        raise OAuthError("unsupported_response_type", "this provider offers only the code flow")
    if params.get("response_mode", "query") != "query":  # OpenID Connect Core, 3.1.2.1
        raise OAuthError("invalid_request", "the only response_mode is query")
    if "request" in params:  # OpenID Connect Core, 6.1 and 3.1.2.6
        raise OAuthError("request_not_supported", "this provider reads plain parameters")
    if "request_uri" in params:  # OpenID Connect Core, 6.2 and 3.1.2.6
        raise OAuthError("request_uri_not_supported", "this provider reads plain parameters")
    if "authorization_code" not in client.grant_types:  # RFC 6749, 4.1.2.1
        raise OAuthError("unauthorized_client", "this client may not use the code flow")
    validate_pkce(question)
    if not re.fullmatch(r"\d{1,9}", params.get("max_age", "0")):  # OpenID Connect Core, 3.1.2.1
        raise OAuthError("invalid_request", "max_age is a number of seconds")
    if "none" in prompt and prompt != ["none"]:  # OpenID Connect Core, 3.1.2.1
        raise OAuthError("invalid_request", "prompt=none cannot be combined with other values")
    resources(provider, params)  # RFC 8707, 2.1
    return narrowed(params.get("scope", ""), client.scope)  # RFC 6749, 3.3


def validate_pkce(question: AuthorizationRequest) -> None:
    """Require a challenge, if this client must send one, and the method S256 (RFC 7636, 4.3).

    Raises OAuthError.
    """
    challenge = question.params.get("code_challenge")
    method = question.params.get("code_challenge_method")
    if challenge is None and not question.client.require_pkce and method is None:
        return
    if challenge is None:  # RFC 7636, 4.4.1
        raise OAuthError("invalid_request", "code_challenge is missing (RFC 7636, 4.4.1)")
    if method != "S256" or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):  # RFC 7636, 4.2
        raise OAuthError(
            "invalid_request",
            "code_challenge must be 43 characters of base64url, with method S256",
        )


# --- the person ---------------------------------------------------------------------------------


def authenticate(
    provider: State, request: Request, question: AuthorizationRequest, scope: str
) -> Session:
    """Return the session of whoever is at the browser (OpenID Connect Core, 3.1.2.3).

    Raises PersonMustAnswer with the login page, or OAuthError where no page may be shown.
    """
    if question.typed:
        refuse_other_sites(provider, request)
    if "username" in question.typed or "ticket" in question.typed:
        return sign_in(provider, request, question.params)
    session = provider.current_session(request)
    if session is not None and recent_enough(provider, session, question, scope):
        return session
    automatic = provider.users[provider.auto_login] if provider.auto_login is not None else None
    if automatic is not None and automatic.active:
        return start_session(provider, request, automatic, ["pwd"])
    if "none" in question.prompt:  # OpenID Connect Core, 3.1.2.6
        raise OAuthError(
            "login_required",
            "there is no session as recent as the request requires, and prompt=none forbids asking",
        )
    raise PersonMustAnswer(page("login", question.params))


def recent_enough(
    provider: State, session: Session, question: AuthorizationRequest, scope: str
) -> bool:
    """Return whether no new sign-in is due (OpenID Connect Core, 3.1.2.1: prompt and max_age)."""
    age = provider.now - session.auth_time
    if consent_answer(session, question, scope) is not None and age <= RECENT:
        return True
    if "login" in question.prompt:
        return False
    if "max_age" not in question.params:
        return True
    max_age = int(question.params["max_age"])
    return max_age > 0 and age <= max_age  # max_age=0 is prompt=login


def obtain_consent(
    provider: State, question: AuthorizationRequest, scope: str, session: Session
) -> None:
    """Make sure that this person lets this client have this scope (OpenID Connect Core, 3.1.2.4).

    Raises PersonMustAnswer with the consent page, or OAuthError where the person says no or no page
    may be shown.
    """
    client_id = question.client.client_id
    if provider.consent_policy.needs_administrator(client_id, scope):  # RFC 6749, 4.1.2.1
        raise OAuthError("access_denied", f"an administrator must approve {client_id} first")
    answer = consent_answer(session, question, scope)
    if answer == "deny":  # RFC 6749, 4.1.2.1
        raise OAuthError("access_denied", "the person said no")
    if answer == "allow" or provider.auto_login:
        session.consents.add(asked_for(question, scope))
        return
    if not must_ask(session, question, scope):
        return
    if "none" in question.prompt:  # OpenID Connect Core, 3.1.2.6
        raise OAuthError(
            "consent_required",
            "this person has not approved this client, and prompt=none forbids asking",
        )
    texts = {
        "client": client_id,
        "scope": scope,
        "person": session.user.name,
        "csrf": consent_token(session, question, scope),
    }
    raise PersonMustAnswer(with_cookie(provider, page("consent", question.params, texts), session))


def must_ask(session: Session, question: AuthorizationRequest, scope: str) -> bool:
    """Return whether the consent page is due.

    It is where nobody said yes yet, at prompt=consent, and for a client that others can play.

    The identity of a public client is assured by an https redirect, which only its site receives
    (RFC 10017, 6.3.3.2), and not by one on loopback, where any program may listen: there each
    request is asked about (RFC 8252, 8.6).
    """
    client = question.client
    assured = client.secret is not None or question.params["redirect_uri"].startswith("https://")
    if not assured or "consent" in question.prompt:
        return True
    return asked_for(question, scope) not in session.consents


def asked_for(question: AuthorizationRequest, scope: str) -> tuple[str, ...]:
    """Return what a person says yes to: this client, with this scope, at these APIs."""
    return question.client.client_id, scope, question.params.get("resource", "")


def consent_answer(session: Session, question: AuthorizationRequest, scope: str) -> str | None:
    """Return `allow` or `deny`: the button pressed on this session's page for this request.

    None: nothing was, or on another page. So a yes from an older session is nobody's yes.
    """
    if "consent" not in question.typed:
        return None
    if not same(question.typed.get("csrf", ""), consent_token(session, question, scope)):
        return None
    return "allow" if question.typed["consent"] == "allow" else "deny"


def consent_token(session: Session, question: AuthorizationRequest, scope: str) -> str:
    """Return the proof that this session showed the page for this request, with all its members."""
    sent = sorted((name, value) for name, value in question.params.items() if name not in TYPED)
    message = json.dumps([scope, sent]).encode()
    return b64(hmac.digest(session.csrf.encode(), message, "sha256")[:16])


# --- the answer ---------------------------------------------------------------------------------


def create_code(
    provider: State, request: Request, question: AuthorizationRequest, scope: str, session: Session
) -> str:
    """Return a new code for this request (RFC 6749, 4.1.2; RFC 7636, 4.4; RFC 9449, 10)."""
    params, user = question.params, session.user
    grant = Grant(
        question.client,
        user,
        scope,
        sid=session.sid,
        auth_time=session.auth_time,
        amr=session.amr,
        nonce=params.get("nonce"),
        resources=resources(provider, params),
    )
    code = provider.draw()
    provider.codes[code] = Code(
        grant,
        redirect_uri=params["redirect_uri"],
        challenge=params.get("code_challenge"),
        dpop_jkt=params.get("dpop_jkt"),
        expires=provider.now + CODE_LIFE,
    )
    client_id = question.client.client_id
    provider.log(
        request, "authorize.code", user=user.username, client=client_id, session=session.sid
    )
    return code


def answer_client(
    provider: State, question: AuthorizationRequest, answer: dict[str, str]
) -> Response:
    """Return the redirect to the client with `state` (RFC 6749, 4.1.2) and `iss` (RFC 9207, 2)."""
    echoed = {name: question.params[name] for name in ("state",) if name in question.params}
    query = {**answer, **echoed, "iss": provider.issuer}
    return redirect(with_query(question.params["redirect_uri"], query), code=303)


def with_query(address: str, more: dict[str, str]) -> str:
    """Return the address with these members added to its query.

    One that is there already is kept (RFC 6749, 3.1.2).
    """
    if not more:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"
