"""Keep what a provider remembers, with the small questions and acts on it.

The endpoints are functions of this state and a request; `app.Provider` is the state with a door.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from werkzeug.wrappers import Request

from labutils.identity import tokens
from labutils.identity.factors import AnyFactor
from labutils.identity.keys import Json, PrivateKey, SigningKey, b64
from labutils.identity.provider.throttle import Throttle
from labutils.lab import Lab

COOKIE = "session"
ACCESS_LIFE = 600  # seconds for which an access token is good, unless the operator says otherwise
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"  # a grant type (RFC 8628, 3.4)
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - RFC 8693, 2.1
LONGEST_LOGGED = 256  # characters of a value that somebody sent, in a line of the log
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?(/.*|\?.*|)", re.DOTALL)


# --- what is remembered -------------------------------------------------------------------------


@dataclass
class User:
    """A person with an account.

    `second_factor` is asked after the password; None: none is enrolled.
    """

    username: str
    password: str
    sub: str
    name: str
    second_factor: AnyFactor | None = None
    active: bool = True


@dataclass(frozen=True)
class Client:
    """A registered client (RFC 6749, 2).

    One with a `secret` is confidential, one without is public. `resource` is the address of the API
    that it is itself, if people's tokens arrive there. `may_act` names the client that may act for
    a person with the tokens of this one (RFC 8693, 4.4).
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
    resource: str | None = None
    may_act: str | None = None


@dataclass(frozen=True)
class SessionLimits:
    """The times after which a session ends by itself, in seconds (OWASP ASVS 5.0, 7.3.1 and 7.3.2).

    `idle` counts from the last request, `life` from the sign-in. None: never, as in the lab, so
    that lesson 06 can measure what a stolen session is worth.
    """

    idle: int | None = None
    life: int | None = None


NO_LIMITS = SessionLimits()
SERVED_LIMITS = SessionLimits(idle=3600, life=12 * 3600)  # of `labutils serve`


@dataclass(frozen=True)
class ConsentPolicy:
    """A policy for the clients to which a person may say yes without an administrator.

    `approved` names the clients that an administrator has approved. To another client a person may
    give the scopes in `low_risk` alone; None: each scope, as many providers are set up at first.
    """

    approved: frozenset[str] = frozenset()
    low_risk: frozenset[str] | None = None

    def needs_administrator(self, client_id: str, scope: str) -> bool:
        """Return whether this client needs an administrator's approval for this scope."""
        if self.low_risk is None or client_id in self.approved:
            return False
        return not set(scope.split()) <= self.low_risk


PEOPLE_DECIDE = ConsentPolicy()


@dataclass(frozen=True)
class DeviceGrant:
    """The settings of the device authorization grant (RFC 8628).

    `life` and `interval` are in seconds (3.2). A device may ask from the addresses in `networks`
    alone; an empty tuple: from anywhere.
    """

    life: int = 600
    interval: int = 5
    networks: tuple[str, ...] = ()

    def reaches(self, address: str) -> bool:
        """Return whether a device at this address may ask."""
        networks = [ip_network(network) for network in self.networks]
        return not networks or any(ip_address(address) in network for network in networks)


@dataclass(frozen=True)
class ExchangePolicy:
    """The settings of token exchange (RFC 8693).

    `targets` names the APIs for which each client may get a token in exchange. Without an actor
    token nobody could see later who acts: that is impersonation (1.1), and off at first.
    """

    targets: Mapping[str, tuple[str, ...]]
    impersonation: bool = False


@dataclass
class Session:
    """A session of a person at the provider, in one browser.

    `cookie` is the credential; `sid` stands in every ID token. `address` is the IP address that the
    sign-in came from.
    """

    cookie: str
    sid: str
    user: User
    auth_time: int
    amr: list[str]
    csrf: str
    address: str
    last_used: int
    consents: set[tuple[str, ...]] = field(default_factory=set)  # client_id, scope and resources
    offered: Any = None  # what python-fido2 must remember of the page that offered to add a key

    def usable(self, now: float, limits: SessionLimits) -> bool:
        """Return whether the person may still sign in, and the session is neither idle nor old."""
        is_idle = limits.idle is not None and now - self.last_used >= limits.idle
        is_old = limits.life is not None and now - self.auth_time >= limits.life
        return self.user.active and not is_idle and not is_old


@dataclass
class Waiting:
    """A sign-in with the right password that waits until `expires` for the second factor."""

    user: User
    password: str
    factor: AnyFactor
    remembered: Any  # of the factor's own kind
    expires: int

    def usable(self, now: float) -> bool:
        """Return whether it is in time, and account, password and factor are still the same."""
        same = self.password == self.user.password and self.factor is self.user.second_factor
        return same and self.user.active and now < self.expires


@dataclass
class Grant:
    """A grant: what one person allowed one client.

    It is the family to which an authorization code and all that came of it belong. Without a user
    the client acts for itself (client credentials). `cnf` is what the refresh tokens of a public
    client are bound to (RFC 9449, 5; RFC 8705, 4). `resources` are the APIs that it is for (RFC
    8707, 2.1); none: the provider's own. `source` is the grant that it was exchanged from.
    """

    client: Client
    user: User | None
    scope: str
    sid: str | None = None
    auth_time: int | None = None
    amr: list[str] = field(default_factory=list)
    nonce: str | None = None
    cnf: dict[str, str] = field(default_factory=dict)
    alive: bool = True
    resources: tuple[str, ...] = ()
    source: "Grant | None" = None

    @property
    def usable(self) -> bool:
        """Whether nobody has ended it or its source, and the person may still sign in."""
        if self.source is not None and not self.source.usable:
            return False
        return self.alive and (self.user is None or self.user.active)


@dataclass
class Code:
    """An authorization code (RFC 6749, 4.1.2).

    It is good once, within 60 seconds, for the client and the redirect that asked.
    """

    grant: Grant
    redirect_uri: str
    challenge: str | None
    dpop_jkt: str | None
    expires: int
    used: bool = False


@dataclass
class DeviceRequest:
    """A device that waits for a person to say yes (RFC 8628, 3.2).

    `user_code` is what the person types; `address` and `agent` are where the device asked from.
    `grant` is there once the person said yes. `next_poll` is when the device may ask again.
    """

    client: Client
    scope: str
    user_code: str
    address: str
    agent: str
    asked: int
    expires: int
    interval: int
    next_poll: int
    resources: tuple[str, ...] = ()
    grant: Grant | None = None
    denied: bool = False
    used: bool = False


@dataclass
class Issued:
    """An access or refresh token that the provider issued, with the grant it belongs to."""

    grant: Grant
    expires: int
    claims: Json
    live: bool = True

    def usable(self, now: float) -> bool:
        """Return whether it is not used up, revoked or expired, and its grant is alive."""
        return self.live and self.grant.usable and now < self.expires


# --- the state ----------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class State:
    """The state of a provider. The settings are the choices that an operator makes.

    `auto_login` is the name of the user who is signed in, and says yes, without any page.
    `access_life` is in seconds. `throttle` slows down who guesses passwords; in the lab nobody is
    slowed down. `consent_policy` says where an administrator must agree; `device_grant` how devices
    are signed in (None: they are not). `resource` is the API that tokens are for unless a client
    names others, out of `resources` (RFC 8707); `exchange` says who may trade a token for another
    (None: nobody).
    """

    lab: Lab
    issuer: str
    _: KW_ONLY
    resource: str = "https://api.example"
    opaque_access_tokens: bool = False
    auto_login: str | None = None
    access_life: int = ACCESS_LIFE
    session_limits: SessionLimits = NO_LIMITS
    throttle: Throttle | None = None
    consent_policy: ConsentPolicy = PEOPLE_DECIDE
    device_grant: DeviceGrant | None = None
    resources: tuple[str, ...] = ()
    exchange: ExchangePolicy | None = None

    def __post_init__(self) -> None:
        self.users: dict[str, User] = {}  # by username
        self.clients: dict[str, Client] = {}  # by client_id
        self.sessions: dict[str, Session] = {}  # by cookie
        self.codes: dict[str, Code] = {}
        self.waiting: dict[str, Waiting] = {}  # for a second factor, by ticket
        self.device_requests: dict[str, DeviceRequest] = {}  # by device_code
        self.access_tokens: dict[str, Issued] = {}  # by jti, or by the token where it is opaque
        self.refresh_tokens: dict[str, Issued] = {}
        self.seen_proofs: set[str] = set()
        self.keys: list[SigningKey] = []  # the newest first
        self.rotate_signing_key()

    @property
    def now(self) -> int:
        """The time in seconds since 1970."""
        return self.lab.clock.now

    def draw(self) -> str:
        """Return the next identifier from this provider's dice."""
        return self.lab.draw(self.issuer)

    def log(self, request: Request, event: str, outcome: str = "success", **facts: object) -> None:
        """Write one line to the audit log.

        What somebody sent is cut, so that nobody fills the log with one request.
        """
        cut = {
            name: value[:LONGEST_LOGGED] if isinstance(value, str) else value
            for name, value in facts.items()
        }
        agent = request.user_agent.string[:LONGEST_LOGGED]
        service = self.issuer.split("//")[1]
        self.lab.log(service, event, outcome, ip=request.remote_addr, agent=agent, **cut)

    # --- sessions: two of these are hooks, which another kind of provider may fill ---------------

    def current_session(self, request: Request) -> Session | None:
        """Return the session at this browser, if there is one and it has not ended."""
        session = self.sessions.get(request.cookies.get(COOKIE, ""))
        if session is None or not session.usable(self.now, self.session_limits):
            return None
        if not self.admits(session, request):
            return None
        session.last_used = self.now
        return session

    def admits(self, session: Session, request: Request) -> bool:  # noqa: ARG002 - a hook
        """Return whether this request may use this session; a hook for subclasses.

        Here: each that brings its cookie.
        """
        return True

    def session_started(self, session: Session, request: Request) -> None:
        """React to a session that this request has begun; a hook for subclasses."""

    def end_session(self, sid: str) -> None:
        """End one person's session in one browser. Tokens that are out already are not touched."""
        self.sessions = {
            cookie: session for cookie, session in self.sessions.items() if session.sid != sid
        }

    # --- clients ---------------------------------------------------------------------------------

    def redirect_matches(self, client: Client, uri: str) -> bool:
        """Return whether an address is exactly one that the client registered (RFC 9700, 4.1.3).

        On a loopback address any port will do (RFC 8252, 7.3).
        """
        if uri in client.redirect_uris:
            return True
        bare = without_port(uri)
        return bare is not None and bare in map(without_port, client.redirect_uris)

    def challenge_met(self, challenge: str | None, verifier: str | None) -> bool:
        """Return whether the verifier fits the challenge that was sent ahead: PKCE (RFC 7636, 4.6).

        Where no challenge went ahead, no verifier may come.
        """
        if challenge is None or verifier is None:
            return challenge is verifier is None
        if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):  # RFC 7636, 4.1
            return False
        return b64(hashlib.sha256(verifier.encode()).digest()) == challenge

    # --- tokens ----------------------------------------------------------------------------------

    def jwks(self) -> Json:
        """Return the public keys (RFC 7517, 5)."""
        return {"keys": [key.jwk for key in self.keys]}

    def signing_key(self, alg: str) -> SigningKey:
        """Return the newest key for an algorithm."""
        return next(key for key in self.keys if key.alg == alg)

    def find_access_token(self, token: str) -> Issued | None:
        """Return the record behind an access token.

        It is found by the text where that is opaque, else by `jti`, and only if the signature
        holds.
        """
        if self.opaque_access_tokens:
            return self.access_tokens.get(token)
        for audience in (self.resource, *self.resources):
            try:
                claims = tokens.verify(
                    token,
                    self.jwks(),
                    issuer=self.issuer,
                    audience=audience,
                    now=self.now,
                    typ="at+jwt",
                )
            except jwt.InvalidAudienceError:
                continue
            except jwt.PyJWTError:
                return None
            return self.access_tokens.get(claims.get("jti", ""))
        return None

    def revoke_family(self, token: str) -> None:
        """End the grant behind a refresh token, and with it all tokens that came of it.

        That holds wherever this provider is asked. Raises KeyError for a token that it never gave.
        """
        self.refresh_tokens[token].grant.alive = False

    def forget(self) -> None:
        """Drop whatever has expired.

        A used code and a rotated refresh token stay as long as their grant: using them again must
        end it (RFC 6749, 4.1.2; RFC 9700, 4.14.2).
        """
        now = self.now
        self.sessions = {
            cookie: session
            for cookie, session in self.sessions.items()
            if session.usable(now, self.session_limits)
        }
        self.waiting = {
            ticket: waiting for ticket, waiting in self.waiting.items() if waiting.usable(now)
        }
        self.device_requests = {
            code: asked for code, asked in self.device_requests.items() if now < asked.expires
        }
        self.access_tokens = {
            name: issued for name, issued in self.access_tokens.items() if issued.usable(now)
        }
        self.refresh_tokens = {
            token: issued
            for token, issued in self.refresh_tokens.items()
            if issued.grant.usable and now < issued.expires
        }
        living = {
            id(issued.grant)
            for issued in (*self.access_tokens.values(), *self.refresh_tokens.values())
        }
        self.codes = {
            text: code
            for text, code in self.codes.items()
            if now < code.expires or id(code.grant) in living
        }

    # --- the operator's acts ---------------------------------------------------------------------

    def change_password(self, username: str, password: str) -> None:
        """Set a new password.

        Like many products, this one asks for it at the next sign-in and not before.
        """
        self.users[username].password = password

    def enrol_second_factor(self, username: str, factor: AnyFactor) -> None:
        """Ask for this second factor after the password, from the next sign-in on."""
        self.users[username].second_factor = factor

    def reset_second_factor(self, username: str) -> None:
        """Forget the enrolled second factor, so that a new one can be enrolled."""
        self.users[username].second_factor = None

    def disable_user(self, username: str) -> None:
        """Lock an account: no sign-in, no session, no refresh, no userinfo."""
        self.users[username].active = False

    def rotate_signing_key(self, *, keep_old: bool = True) -> None:
        """Sign with new keys from now on.

        Without `keep_old` every token signed before stops being verifiable.
        """
        generation = (int(self.keys[0].kid.split("-")[1]) if self.keys else 0) + 1
        for_rs256, for_es256 = self._private_keys(generation)
        new = [
            SigningKey(for_rs256, "RS256", f"rs256-{generation}"),
            SigningKey(for_es256, "ES256", f"es256-{generation}"),
        ]
        self.keys = new + (self.keys if keep_old else [])

    def _private_keys(self, generation: int) -> tuple[PrivateKey, PrivateKey]:
        """An RSA and a P-256 key: new ones, or in a lab with a seed the same ones every time."""
        if self.lab.seed is None:
            return rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        published = ("RFC 7515 A.2", "RFC 7520 3.4")[(generation - 1) % 2]
        label = f"{self.lab.seed}/{self.issuer}/{generation}"
        return tokens.rsa_private_key(published), tokens.ec_private_key(label)


def without_port(uri: str) -> tuple[str, str] | None:
    """Return host and rest of a loopback http address, whose port a native app does not choose.

    None for every other address. The name localhost is none: it may lead elsewhere (RFC 8252, 8.3).
    Nor is another spelling of the number.
    """
    parts = LOOPBACK.fullmatch(uri)
    if parts is None or int(parts[2] or 80) > 65535:
        return None
    return parts[1], parts[3]
