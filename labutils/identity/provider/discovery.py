"""Publish the provider's metadata (OpenID Connect Discovery, 3; RFC 8414) and its public keys."""

from werkzeug.wrappers import Request, Response

from labutils.identity import dpop
from labutils.identity.keys import Json
from labutils.identity.oauth import as_json
from labutils.identity.provider.device import DEVICE_ENDPOINT
from labutils.identity.provider.state import State
from labutils.identity.provider.token_endpoint import grant_types

ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "end_session_endpoint": "/logout",
    "jwks_uri": "/jwks",
}
WITH_SECRET = ["client_secret_basic", "client_secret_post"]
CLIENT_AUTHENTICATION = [*WITH_SECRET, "none"]
CLAIMS = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "amr", "name"]


def metadata(provider: State) -> Json:
    """Return the provider's metadata (OpenID Connect Discovery, 3 and 4.2; RFC 8414, 2)."""
    for_devices = {}
    if provider.device_grant is not None:  # RFC 8628, 4
        for_devices["device_authorization_endpoint"] = provider.issuer + DEVICE_ENDPOINT
    return {
        "issuer": provider.issuer,
        **{name: provider.issuer + path for name, path in ENDPOINTS.items()},
        **for_devices,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(grant_types(provider)),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "scopes_supported": ["openid", "profile", "offline_access"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "revocation_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "introspection_endpoint_auth_methods_supported": WITH_SECRET,
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "claims_supported": CLAIMS,
        "prompt_values_supported": ["none", "login", "consent"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def jwks(provider: State, _request: Request) -> Response:
    """Return the public keys (RFC 7517, 5).

    In a rotation the old ones stay until their tokens are over.
    """
    return as_json(provider.jwks())
