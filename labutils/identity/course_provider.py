"""The provider that `python -m labutils serve` puts on loopback, and that a lesson can build again
in the lab.
"""

from labutils.identity.provider import Provider
from labutils.identity.provider.state import SESSION_IDLE, SESSION_LIFE, Client, User
from labutils.identity.provider.throttle import Throttle
from labutils.lab import Lab

CALLBACK = "http://127.0.0.1:9999/cb"


def lab_provider(lab: Lab, issuer: str, auto_login: str | None = None, **settings) -> Provider:
    """A provider with one person, `ada`, a public client, `spa`, and a confidential one, `web`."""
    provider = Provider(lab, issuer, auto_login=auto_login, **settings)
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
    """The same provider as an operator would run it: sessions end, passwords cannot be guessed,
    keys can be added.
    """
    from labutils.identity import webauthn  # loads fido2, which a rebuilt recording does not need

    throttle = Throttle(lab.clock, lab.draw(issuer + "/known browsers"))
    provider = lab_provider(
        lab,
        issuer,
        auto_login,
        session_idle=SESSION_IDLE,
        session_life=SESSION_LIFE,
        throttle=throttle,
    )
    webauthn.enable(provider)
    return provider
