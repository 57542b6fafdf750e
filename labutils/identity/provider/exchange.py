"""Exchange one token for another, which is for another API and never for more (RFC 8693).

A server that is called with a person's token, and has to call on, comes here. It never passes the
token on that it was called with.
"""

from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError, TokenResponse, narrowed
from labutils.identity.provider.issuing import create_access_token, with_access_token
from labutils.identity.provider.resources import InvalidTarget, meant_for
from labutils.identity.provider.state import Client, ExchangePolicy, Grant, Issued, State

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - RFC 8693, 3


class InvalidExchange(OAuthError):
    """A refusal of the request, or of one of its tokens (RFC 8693, 2.2.2)."""

    def __init__(self, description: str):
        super().__init__("invalid_request", description)


def exchange(
    provider: State,
    setting: ExchangePolicy,
    params: dict[str, str],
    client: Client,
    cnf: dict[str, str],
    named: tuple[str, ...],
) -> TokenResponse:
    """Return an access token for another API, in exchange for one that came here (RFC 8693, 2).

    It is about the same person, its scope is no wider, it ends no later, and `act` says who acts.
    Raises OAuthError.
    """
    if client.secret is None:  # or whoever holds a token could trade it (RFC 8693, 2.1)
        raise OAuthError("unauthorized_client", "token exchange is for confidential clients")
    if params.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidExchange("this provider gives only access tokens in exchange")
    subject = presented(provider, params, "subject")
    if subject is None:
        raise InvalidExchange("subject_token is missing")
    if subject.grant.client is not client and not meant_for(subject, client.resource):
        raise InvalidExchange(
            "the subject token was neither issued to this client nor meant for it"
        )
    act = actor(provider, setting, params, client, subject)
    if "cnf" in subject.claims and not cnf:
        raise InvalidExchange("a token that is bound to a key is exchanged for a bound one only")
    aud = targets(provider, setting, params, client, named)
    both = [word for word in subject.claims["scope"].split() if word in client.scope.split()]
    scope = narrowed(params.get("scope", ""), " ".join(both))
    if not scope:
        raise OAuthError("invalid_scope", "this client may have nothing of the token's scope")
    source = subject.grant
    grant = Grant(
        client,
        source.user,
        scope,
        sid=source.sid,
        auth_time=source.auth_time,
        amr=source.amr,
        resources=aud,
        source=source,
    )
    life = min(provider.access_life, subject.expires - provider.now)
    access_token = create_access_token(provider, grant, scope, cnf, aud, life, act)
    answer = with_access_token(access_token, scope, cnf, life)
    return {**answer, "issued_token_type": ACCESS_TOKEN}


def presented(provider: State, params: dict[str, str], party: str) -> Issued | None:
    """Return the token of a party, `subject` or `actor`; None: none was sent (RFC 8693, 2.1).

    Raises InvalidExchange for one that this provider did not issue, or that is over.
    """
    token, kind = params.get(f"{party}_token"), params.get(f"{party}_token_type")
    if token is None and kind is None:
        return None
    if token is None or kind is None:
        raise InvalidExchange(f"{party}_token and {party}_token_type come together")
    if kind != ACCESS_TOKEN:
        raise InvalidExchange(f"{party}_token_type: this provider takes only access tokens")
    issued = provider.find_access_token(token)
    if issued is None or not issued.usable(provider.now):
        raise InvalidExchange(f"{party}_token is not an access token that is good here and now")
    return issued


def actor(
    provider: State,
    setting: ExchangePolicy,
    params: dict[str, str],
    client: Client,
    subject: Issued,
) -> Json | None:
    """Return the claim `act`: the client that acts, and who acted before it (RFC 8693, 4.1).

    None: nobody is named, where that is allowed. Earlier actors are kept for the log alone, and are
    not asked about here. Raises InvalidExchange.
    """
    before = subject.claims.get("act")
    acting = presented(provider, params, "actor")
    if acting is None and (before is not None or not setting.impersonation):
        raise InvalidExchange("actor_token is missing: a token must say who acts")
    if acting is not None and (acting.grant.client is not client or acting.grant.user is not None):
        raise InvalidExchange("the actor token is not this client's own")
    may_act = subject.claims.get("may_act", {"sub": client.client_id})
    if may_act != {"sub": client.client_id}:  # RFC 8693, 4.4
        raise InvalidExchange("the subject token names another party that may act (may_act)")
    if acting is None:
        return None
    return {"sub": client.client_id} | ({} if before is None else {"act": before})


def targets(
    provider: State,
    setting: ExchangePolicy,
    params: dict[str, str],
    client: Client,
    named: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the APIs that the new token is for, by address or by the name of a client.

    Raises InvalidTarget where none is named, or one that this client may not call.
    """
    called = {known.client_id: known.resource for known in provider.clients.values()}
    by_name = [called.get(name) for name in params.get("audience", "").split()]
    allowed = setting.targets.get(client.client_id, ())
    wanted = [address for address in (*named, *by_name) if address in allowed]
    if not wanted or len(wanted) < len(named) + len(by_name):
        raise InvalidTarget("an exchange names an API, and one that this client may call")
    return tuple(dict.fromkeys(wanted))
