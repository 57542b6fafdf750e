"""Build the provider of `python -m labutils serve`, which a lesson can also build in the lab."""

from labutils.identity.provider import Provider
from labutils.identity.provider.state import (
    DEVICE_CODE,
    NO_LIMITS,
    SERVED_LIMITS,
    Client,
    DeviceGrant,
    SessionLimits,
    User,
)
from labutils.identity.provider.throttle import Throttle
from labutils.lab import Lab

CALLBACK = "http://127.0.0.1:9999/cb"


def lab_provider(
    lab: Lab,
    issuer: str,
    auto_login: str | None = None,
    *,
    session_limits: SessionLimits = NO_LIMITS,
    throttle: Throttle | None = None,
) -> Provider:
    """Return a provider with one person, `ada`, and two clients.

    `spa` is a public client, `web` a confidential one.
    """
    provider = Provider(
        lab, issuer, auto_login=auto_login, session_limits=session_limits, throttle=throttle
    )
    provider.users["ada"] = User("ada", "lab-password", "u-1815-12-10", "Ada Lovelace")
    provider.clients["spa"] = Client("spa", (CALLBACK,), post_logout_redirect_uris=(CALLBACK,))
    provider.clients["web"] = Client(
        "web",
        (CALLBACK,),
        "web-secret-for-the-lab",
        id_token_alg="RS256",
        require_pkce=False,
        post_logout_redirect_uris=(CALLBACK,),
        grant_types=("authorization_code", "refresh_token", "client_credentials"),
    )
    return provider


def product(lab: Lab, issuer: str, auto_login: str | None = None) -> Provider:
    """Return the lab's provider as an operator would run it.

    Sessions end, passwords cannot be guessed, security keys can be added, and a device without a
    keyboard, the client `tv`, can be signed in (RFC 8628).
    """
    from labutils.identity import webauthn  # loads fido2, which a rebuilt recording does not need

    throttle = Throttle(lab.clock, lab.draw(issuer + "/known browsers"))
    provider = lab_provider(
        lab, issuer, auto_login, session_limits=SERVED_LIMITS, throttle=throttle
    )
    webauthn.enable(provider)
    provider.clients["tv"] = Client("tv", grant_types=(DEVICE_CODE, "refresh_token"))
    provider.offer_device_grant(DeviceGrant())
    return provider
