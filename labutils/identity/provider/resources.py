"""Read for which APIs a token is asked: resource indicators (RFC 8707)."""

from urllib.parse import urlsplit

from labutils.identity.oauth import OAuthError
from labutils.identity.provider.state import Grant, Issued, State


class InvalidTarget(OAuthError):
    """A refusal: no token is issued for this API (RFC 8707, 2; RFC 8693, 2.2.2)."""

    def __init__(self, description: str):
        super().__init__("invalid_target", description)


def resources(provider: State, params: dict[str, str]) -> tuple[str, ...]:
    """Return the APIs that a request names, each once; an empty tuple: none (RFC 8707, 2).

    An API is known by its whole address, character for character. Raises InvalidTarget.
    """
    named = tuple(dict.fromkeys(params.get("resource", "").split()))
    for address in named:
        if not is_absolute(address):
            raise InvalidTarget("resource is an absolute URI without a fragment (RFC 8707, 2)")
        if address not in (provider.resource, *provider.resources):
            raise InvalidTarget("resource is not an API for which this provider issues tokens")
    return named


def is_absolute(address: str) -> bool:
    """Return whether this is an absolute URI without a fragment (RFC 3986, 4.3)."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return bool(parts.scheme and parts.netloc) and "#" not in address


def audience(provider: State, grant: Grant, named: tuple[str, ...]) -> tuple[str, ...]:
    """Return the APIs that a token of this grant is for: those that were named, or all of them.

    Raises InvalidTarget for one that the grant does not cover (RFC 8707, 2.2).
    """
    granted = grant.resources or (provider.resource,)
    if not set(named) <= set(granted):
        raise InvalidTarget("the grant is for other APIs: " + ", ".join(granted))
    return named or granted


def meant_for(token: Issued, address: str | None) -> bool:
    """Return whether an access token is for the API at this address (RFC 7519, 4.1.3)."""
    aud = token.claims["aud"]
    return address in ([aud] if isinstance(aud, str) else aud)
