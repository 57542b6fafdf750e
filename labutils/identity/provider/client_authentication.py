"""Find out which client is asking (RFC 6749, 2.3)."""

from base64 import b64decode
from urllib.parse import unquote_plus

from werkzeug.wrappers import Request

from labutils.identity.oauth import OAuthError, same
from labutils.identity.provider.state import Client, State


class InvalidClient(OAuthError):
    """A refusal of a client: 401 with the scheme that would do, even if none was tried.

    Sources: RFC 6749, 5.2; RFC 9110, 15.5.2.
    """

    def __init__(self, description: str = "the client could not be authenticated"):
        super().__init__("invalid_client", description, 401, "Basic")


def authenticate_client(provider: State, request: Request, params: dict[str, str]) -> Client:
    """Return the client that is asking, proved by its secret unless public (RFC 6749, 2.3.1).

    Raises InvalidClient, or OAuthError where two ways are used at once.
    """
    client_id, secret = params.get("client_id"), params.get("client_secret")
    header = request.headers.get("Authorization", "")
    if header:
        named, password = basic_credentials(header)
        if client_id not in (None, named):
            raise InvalidClient()
        if secret is not None:  # RFC 6749, 2.3: not more than one method in each request
            raise OAuthError(
                "invalid_request",
                "two ways of client authentication in one request (RFC 6749, 2.3 and 5.2)",
            )
        client_id, secret = named, password
    client = provider.clients.get(client_id or "")
    if client is None:
        raise InvalidClient()
    if client.secret is None and secret is None:  # a public client has nothing to prove
        return client
    if client.secret is None or secret is None or not same(secret, client.secret):
        raise InvalidClient()
    return client


def basic_credentials(header: str) -> tuple[str, str]:
    """Return the name and secret of an Authorization header (RFC 7617, 2).

    They are form-encoded in it (RFC 6749, 2.3.1).

    Raises InvalidClient for any other header.
    """
    try:
        scheme, encoded = header.split(" ", 1)
        name, secret = b64decode(encoded.strip(), validate=True).decode().split(":", 1)
    except ValueError as error:  # no space, no base64, no UTF-8, no colon
        raise InvalidClient() from error
    if scheme.lower() != "basic":
        raise InvalidClient()
    return unquote_plus(name), unquote_plus(secret)
