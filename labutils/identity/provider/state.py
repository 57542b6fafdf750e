"""What a provider remembers: people, clients, sessions, grants and codes."""

from dataclasses import dataclass, field
from typing import Any

from labutils.identity.factors import Factor

SESSION_IDLE, SESSION_LIFE = (
    3600,
    12 * 3600,
)  # seconds; what `labutils serve` sets (OWASP ASVS 5.0, 7.3.1 and 7.3.2)


@dataclass
class User:
    """A person with an account.

    `second_factor` is asked after the password; None: none is enrolled.
    """

    username: str
    password: str
    sub: str
    name: str
    second_factor: Factor | None = None
    active: bool = True


@dataclass(frozen=True)
class Client:
    """A registered client (RFC 6749, 2).

    One with a `secret` is confidential, one without is public.
    """

    client_id: str
    redirect_uris: tuple[str, ...] = ()
    secret: str | None = None
    scope: str = "openid profile offline_access"
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    id_token_alg: str = "ES256"
    require_pkce: bool = True
    post_logout_redirect_uris: tuple[str, ...] = ()
    certificate_bound: bool = False  # its tokens work with its certificate alone (RFC 8705, 3.4)


@dataclass
class Session:
    """A person who is signed in at the provider, in one browser.

    `cookie` is the credential; `sid` stands in every ID token.
    """

    cookie: str
    sid: str
    user: User
    auth_time: int
    amr: list[str]
    csrf: str
    consents: set[tuple[str, str]] = field(default_factory=set)
    offered: dict | None = None  # what to remember of the page that offered to add a security key
    last_used: int = 0

    def usable(self, now: float, idle: int | None, life: int | None) -> bool:
        """Whether the person may still sign in, and the session is neither idle nor old (OWASP ASVS
        5.0, 7.3.1, 7.3.2).
        """
        is_idle = idle is not None and now - self.last_used >= idle
        is_old = life is not None and now - self.auth_time >= life
        return self.user.active and not is_idle and not is_old


@dataclass
class Waiting:
    """Somebody who gave the right password, and has until `expires` to answer the second factor."""

    user: User
    password: str
    factor: Factor
    remembered: Any
    expires: int

    def usable(self, now: float) -> bool:
        """In time, and for the account, the password and the factor as they were when it began."""
        same = self.password == self.user.password and self.factor is self.user.second_factor
        return same and self.user.active and now < self.expires


@dataclass
class Grant:
    """What one person allowed one client: the family to which an authorization code and all that
    came of it belong.
    """

    client: Client
    user: User | None  # None: the client acts for itself (client credentials)
    scope: str
    sid: str | None = None
    auth_time: int | None = None
    amr: list[str] = field(default_factory=list)
    nonce: str | None = None
    cnf: dict = field(
        default_factory=dict
    )  # what the refresh tokens of a public client are bound to (RFC 9449, 5; RFC 8705, 4)
    alive: bool = True

    @property
    def usable(self) -> bool:
        return self.alive and (self.user is None or self.user.active)


@dataclass
class Code:
    """An authorization code: good once, within 60 seconds, for the client and the redirect that
    asked (RFC 6749, 4.1.2).
    """

    grant: Grant
    redirect_uri: str
    challenge: str | None
    dpop_jkt: str | None
    expires: int
    used: bool = False


@dataclass
class Issued:
    """An access or refresh token that the provider gave out, under the grant it belongs to."""

    grant: Grant
    expires: int
    claims: dict
    live: bool = True

    def usable(self, now: float) -> bool:
        return self.live and self.grant.usable and now < self.expires
