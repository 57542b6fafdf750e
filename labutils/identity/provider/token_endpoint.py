"""Answer at the token endpoint (RFC 6749, 3.2), which exchanges a grant for tokens."""

from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import OAuthError, TokenResponse, as_json, narrowed, parameters
from labutils.identity.provider.binding import confirmation
from labutils.identity.provider.client_authentication import authenticate_client
from labutils.identity.provider.exchange import exchange
from labutils.identity.provider.issuing import issue
from labutils.identity.provider.resources import audience, resources
from labutils.identity.provider.state import DEVICE_CODE, TOKEN_EXCHANGE, Client, Grant, State

GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
SLOWER = 5  # seconds that are added to the interval of a device that asks too soon (RFC 8628, 3.5)


class InvalidGrant(OAuthError):
    """A refusal: the code or refresh token is not good for this client (RFC 6749, 5.2)."""

    def __init__(self, description: str):
        super().__init__("invalid_grant", description)


def grant_types(provider: State) -> tuple[str, ...]:
    """Return the grant types that this provider offers."""
    for_devices = () if provider.device_grant is None else (DEVICE_CODE,)
    return (*GRANT_TYPES, *for_devices, *(() if provider.exchange is None else (TOKEN_EXCHANGE,)))


def token(provider: State, request: Request) -> Response:
    """Return tokens for what a client brings: a code, credentials of its own, or another token.

    Sources: RFC 6749, 4.1.3, 6 and 4.4; RFC 8628, 3.4; RFC 8693. Raises OAuthError.
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    kind = params.get("grant_type")
    if kind is None:  # RFC 6749, 5.2
        raise OAuthError("invalid_request", "grant_type is missing")
    if kind not in grant_types(provider):
        known = ", ".join(grant_types(provider)[:-1])
        last = grant_types(provider)[-1]
        raise OAuthError("unsupported_grant_type", f"this provider knows {known} and {last}")
    if kind not in client.grant_types:
        raise OAuthError("unauthorized_client", "this client may not use this grant type")
    cnf = confirmation(provider, request, client)
    named = resources(provider, params)
    if kind == "authorization_code":
        answer = redeem_code(provider, request, params, client, cnf, named)
    elif kind == "refresh_token":
        answer = refresh(provider, request, params, client, cnf, named)
    elif kind == DEVICE_CODE:
        answer = redeem_device_code(provider, params, client, cnf, named)
    elif provider.exchange is not None and kind == TOKEN_EXCHANGE:
        answer = exchange(provider, provider.exchange, params, client, cnf, named)
    else:
        answer = for_the_client_itself(provider, params, client, cnf, named)
    provider.log(request, f"token.{kind.rpartition(':')[2]}", client=client.client_id)
    return as_json(answer)


# --- the grant types -----------------------------------------------------------------------------


def redeem_code(
    provider: State,
    request: Request,
    params: dict[str, str],
    client: Client,
    cnf: dict[str, str],
    named: tuple[str, ...],
) -> TokenResponse:
    """Return tokens for an authorization code (RFC 6749, 4.1.3).

    The checks are in the order of OAuth 2.1 (draft of May 2026, 4.1.3 and 7.5.2): only who is the
    right client, and can show the verifier and the key, ends the grant by using the code again.
    Raises InvalidGrant.
    """
    code = provider.codes.get(params.get("code", ""))
    if code is None:
        raise InvalidGrant("the code is not one that was issued")
    if code.grant.client is not client:  # RFC 6749, 4.1.3
        raise InvalidGrant("the code was issued to another client")
    if code.redirect_uri != params.get("redirect_uri"):  # RFC 6749, 4.1.3
        raise InvalidGrant("redirect_uri is not the one that the code was sent to")
    if not provider.challenge_met(code.challenge, params.get("code_verifier")):
        fault = "does not match code_challenge" if params.get("code_verifier") else "is missing"
        raise InvalidGrant(f"code_verifier {fault} (RFC 7636, 4.6)")
    if code.dpop_jkt is not None and code.dpop_jkt != cnf.get("jkt"):
        raise InvalidGrant(
            "the proof was made with a different key from the one dpop_jkt named (RFC 9449, 10)"
        )
    if code.used:  # somebody else has it too (RFC 6749, 4.1.2)
        code.grant.alive = False
        provider.log(request, "code.reuse", "failure", client=client.client_id)
        raise InvalidGrant("the code was used before; everything issued for it is revoked")
    if provider.now >= code.expires:
        raise InvalidGrant("the code has expired")
    if not code.grant.usable:
        raise InvalidGrant("the grant is over")
    meant_for = audience(provider, code.grant, named)
    code.used = True
    if client.secret is None:  # RFC 9449, 5: a public client's refresh tokens are bound
        code.grant.cnf = cnf
    return issue(provider, code.grant, code.grant.scope, cnf, meant_for, code.grant.nonce)


def refresh(
    provider: State,
    request: Request,
    params: dict[str, str],
    client: Client,
    cnf: dict[str, str],
    named: tuple[str, ...],
) -> TokenResponse:
    """Return tokens for a refresh token, which a new one replaces (RFC 6749, 6).

    Raises InvalidGrant.
    """
    issued = provider.refresh_tokens.get(params.get("refresh_token", ""))
    if issued is None:
        raise InvalidGrant("the refresh token is not one that was issued")
    if issued.grant.client is not client:
        raise InvalidGrant("the refresh token was issued to another client")
    if not issued.live:  # two parties hold this family: nobody keeps it (RFC 9700, 4.14.2)
        issued.grant.alive = False
        provider.log(request, "refresh_token.reuse", "failure", client=client.client_id)
        raise InvalidGrant("the refresh token was used before; the whole family is revoked")
    if not issued.grant.usable:
        raise InvalidGrant("the refresh token was revoked, or the account is disabled")
    if provider.now >= issued.expires:
        raise InvalidGrant("the refresh token has expired: it was not used for 90 days")
    if not issued.grant.cnf.items() <= cnf.items():  # RFC 9449, 5; RFC 8705, 4
        raise InvalidGrant("the refresh token is bound to a different key")
    scope = narrowed(params.get("scope", ""), issued.grant.scope)
    meant_for = audience(provider, issued.grant, named)
    issued.live = False
    return issue(provider, issued.grant, scope, cnf, meant_for)


def redeem_device_code(
    provider: State,
    params: dict[str, str],
    client: Client,
    cnf: dict[str, str],
    named: tuple[str, ...],
) -> TokenResponse:
    """Return tokens for a device code, once a person has said yes (RFC 8628, 3.4 and 3.5).

    Raises InvalidGrant, or OAuthError with the code that the client waits for.
    """
    asked = provider.device_requests.get(params.get("device_code", ""))
    if asked is None:
        raise InvalidGrant("the device code is not one that was issued")
    if asked.client is not client:
        raise InvalidGrant("the device code was issued to another client")
    if asked.used:
        raise InvalidGrant("the device code was used before")
    if provider.now >= asked.expires:
        raise OAuthError("expired_token", "the device code has expired")
    if provider.now < asked.next_poll:
        asked.interval += SLOWER
        asked.next_poll = provider.now + asked.interval
        raise OAuthError("slow_down", f"wait {asked.interval} seconds between two requests")
    asked.next_poll = provider.now + asked.interval
    if asked.denied:
        raise OAuthError("access_denied", "the person said no")
    if asked.grant is None:
        raise OAuthError("authorization_pending", "nobody has approved or refused yet")
    if not asked.grant.usable:
        raise InvalidGrant("the grant is over")
    meant_for = audience(provider, asked.grant, named)
    asked.used = True
    if client.secret is None:  # RFC 9449, 5: a public client's refresh tokens are bound
        asked.grant.cnf = cnf
    return issue(provider, asked.grant, asked.grant.scope, cnf, meant_for)


def for_the_client_itself(
    provider: State,
    params: dict[str, str],
    client: Client,
    cnf: dict[str, str],
    named: tuple[str, ...],
) -> TokenResponse:
    """Return an access token for a client that acts only for itself (RFC 6749, 4.4)."""
    scope = narrowed(params.get("scope", ""), client.scope)
    grant = Grant(client, None, scope, resources=named)
    return issue(provider, grant, scope, cnf, audience(provider, grant, named))
