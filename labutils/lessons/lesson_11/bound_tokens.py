"""Tokens that are bound to a key or to a certificate, and what a thief can still do (lesson 11)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Request

from labutils.identity import dpop, mtls
from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError
from labutils.identity.relying_party import Pending, RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import ec_private_key, public_jwk, thumbprint
from labutils.lab import Lab
from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

DATA = API + "/me"
TOMS_KEY = ec_private_key("the key that Tom made")

# --- an app that proves its key -----------------------------------------------------------------


class PageKey:
    """A key in Ada's page that nobody can read out (WebCrypto, `extractable: false`).

    It signs for any script that runs in the page. With a `key` it is one in somebody else's hands,
    used in the same way.
    """

    def __init__(self, lab: Lab, key: ec.EllipticCurvePrivateKey | None = None):
        self.lab, self._key = lab, key or ec_private_key(f"{lab.seed}/the key in Ada's page")
        self.thumbprint = thumbprint(public_jwk(self._key))

    def prove(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        nonce: str | None = None,
        ahead: int = 0,
    ) -> str:
        """A proof for one request.

        A script that asks may date it as it likes: `ahead` seconds from now.
        """
        return dpop.prove(
            self._key,
            method,
            url,
            now=self.lab.clock.now + ahead,
            jti=self.lab.draw("page"),
            token=token,
            nonce=nonce,
        )


class ProvingApp(RelyingParty):
    """notes, as a script in Ada's page: it asks for tokens with a proof by the page's key."""

    def __init__(self, lab: Lab, origin: str, provider: str, client_id: str):
        super().__init__(lab, origin, provider, client_id)
        self.network, self.key = lab.browser("Ada's page", "192.0.2.10"), PageKey(lab)

    def challenge(self, waiting: Pending) -> dict[str, str]:
        """The code is tied to the key as well (RFC 9449, 10)."""
        return super().challenge(waiting) | {"dpop_jkt": self.key.thumbprint}

    def ask_for_tokens(self, **params: str) -> Json:
        """One request to the token endpoint, with a proof (RFC 9449, 5)."""
        self.network.headers["dpop"] = self.key.prove("POST", self.provider + "/token")
        try:
            return super().ask_for_tokens(**params)
        finally:
            del self.network.headers["dpop"]

    def refresh(self) -> Json:
        """New tokens for the latest session."""
        session = self.latest_session()
        form = {"grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
        session.update(self.ask_for_tokens(**form))
        return session

    def read(self) -> httpx.Response:
        """Call the API; where it asks for a nonce, once more with that nonce (RFC 9449, 9)."""
        return read_with_key(self.network, self.key, self.latest_session()["access_token"])


def dpop_headers(token: str, proof: str) -> dict[str, str]:
    """The two headers of a call with a token that is bound to a key (RFC 9449, 7.1)."""
    return {"authorization": f"DPoP {token}", "dpop": proof}


def read_with_key(browser: httpx.Client, key: PageKey, token: str) -> httpx.Response:
    """Call the API with fresh proofs by this key, from whatever machine the browser runs on."""
    answer = browser.get(DATA, headers=dpop_headers(token, key.prove("GET", DATA, token=token)))
    if answer.status_code == 401 and "dpop-nonce" in answer.headers:
        proof = key.prove("GET", DATA, token=token, nonce=answer.headers["dpop-nonce"])
        answer = browser.get(DATA, headers=dpop_headers(token, proof))
    return answer


# --- two other APIs -----------------------------------------------------------------------------


class NonceAPI(ResourceServer):
    """An API that gives out a nonce, a new one every `nonce_life` seconds.

    It wants the nonce of now in each proof (RFC 9449, 9).
    """

    nonce_life = 20

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        moment = f"{self.lab.seed}/nonce/{self.lab.clock.now // self.nonce_life}"
        self.nonce = nonce = hashlib.sha256(moment.encode()).hexdigest()[:22]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("DPoP-Nonce", nonce)], *more)

        return super().__call__(environ, start)

    def check_holder(self, request: Request, scheme: str, token: str, claims: Json) -> None:
        """As every API, with the error code that tells a client to come back with the nonce."""
        try:
            super().check_holder(request, scheme, token, claims)
        except OAuthError as refused:
            error = "use_dpop_nonce" if "nonce" in refused.description else refused.error
            raise OAuthError(
                error, refused.description, refused.status, refused.challenge
            ) from refused


class OlderAPI(ResourceServer):
    """An API that checks signature, clock and audience, and has never heard of `cnf`."""

    def check_holder(self, request: Request, scheme: str, token: str, claims: Json) -> None:
        """Whoever holds the token is welcome."""


@dataclass
class DpopApps(TwoApps):
    """Two apps of which one, `notes`, runs in Ada's page with a key of its own."""

    notes: ProvingApp


def apps_with_dpop(seed: str = "lesson-11", api: type[ResourceServer] = ResourceServer) -> DpopApps:
    """Two apps; notes runs in Ada's page with a key of its own. Ada has signed in there."""
    apps = bind_apps(build_apps(seed), api)
    apps.sign_in("ada", NOTES)
    return apps


def bind_apps(two: TwoApps, api: type[ResourceServer] = ResourceServer) -> DpopApps:
    """The same apps, with a key in the page of notes. What was issued before stays as it is."""
    notes, server = ProvingApp(two.lab, NOTES, LOGIN, "notes"), api(two.lab, API, LOGIN)
    apps = DpopApps(two.lab, two.provider, two.wiki, notes, server, two.ada, two.tom)
    apps.lab.add("notes.example", apps.notes)
    apps.lab.add("api.example", apps.api)
    return apps


# --- what a thief can do ------------------------------------------------------------------------

Theft = Callable[[DpopApps, str], httpx.Response]


def as_bearer(apps: TwoApps, token: str) -> httpx.Response:
    """Tom has the token, and presents it as everybody did before."""
    return apps.tom.get(DATA, headers={"authorization": f"Bearer {token}"})


def own_proof(apps: TwoApps, token: str) -> httpx.Response:
    """Tom has the token, and makes a proof with a key of his own."""
    proof = dpop.prove(TOMS_KEY, "GET", DATA, now=apps.lab.clock.now, jti="by-tom", token=token)
    return apps.tom.get(DATA, headers=dpop_headers(token, proof))


def copied_proof(apps: DpopApps, token: str) -> httpx.Response:
    """Tom copied a whole request of Ada's, token and proof, off a log."""
    apps.notes.read()
    request = next(one for one in reversed(apps.lab.wire) if one.url == DATA)
    proof = dict(request.request_headers)["dpop"]
    return apps.tom.get(DATA, headers=dpop_headers(token, proof))


def script_in_page(apps: DpopApps, token: str) -> httpx.Response:
    """Tom has no key, but script in Ada's page: the page's key signs what he asks for."""
    return read_with_key(apps.tom, apps.notes.key, token)


def in_advance(wait: int, ahead: int = 0) -> Theft:
    """Tom's script has a proof made, and he uses it `wait` seconds later.

    It is dated `ahead` seconds from now, and has the nonce of now.
    """

    def attempt(apps: DpopApps, token: str) -> httpx.Response:
        nonce = apps.tom.get(DATA).headers.get("dpop-nonce")
        proof = apps.notes.key.prove("GET", DATA, token=token, nonce=nonce, ahead=ahead)
        apps.lab.clock.tick(wait)
        return apps.tom.get(DATA, headers=dpop_headers(token, proof))

    return attempt


def own_key(apps: TwoApps, _: str = "") -> httpx.Response:
    """Tom's script lets Ada's browser ask for a code, silently, and sends it to Tom.

    He trades it with a key of his own, and three hours later his refresh token still works. No
    request of his needs the page's key (RFC 10017, 5.1.3).
    """
    toms = PageKey(apps.lab, TOMS_KEY)
    landing = apps.ada.get(LOGIN + "/authorize", params=SILENT_REQUEST).headers["location"]

    def ask_for_tokens(**form: str) -> Json:
        proof = {"dpop": toms.prove("POST", LOGIN + "/token")}
        data = {"client_id": "notes", **form}
        answer: Json = apps.tom.post(LOGIN + "/token", data=data, headers=proof).json()
        return answer

    first = ask_for_tokens(
        grant_type="authorization_code",
        code=query(landing)["code"],
        redirect_uri=NOTES + "/cb",
        code_verifier=VERIFIER,
    )
    apps.lab.clock.tick(3 * 3600)
    later = ask_for_tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
    return read_with_key(apps.tom, toms, later["access_token"])


THEFTS: dict[str, Theft] = {
    "token, as bearer": as_bearer,
    "token and his own proof": own_proof,
    "token and a copied proof": copied_proof,
    "script in the page": script_in_page,
    "made before, 40 s old": in_advance(40),
    "made before, 2 min old": in_advance(120),
    "5 min ahead, used then": in_advance(300, 300),
    "11 min ahead, used then": in_advance(660, 660),
    "own key, new tokens": own_key,
}


def thefts(api: type[ResourceServer] = ResourceServer) -> dict[str, tuple[int, str]]:
    """Each theft with apps of its own: the status, and the reason where the answer is no."""
    results = {}
    for name, attempt in THEFTS.items():
        apps = apps_with_dpop(api=api)
        answer = attempt(apps, apps.notes.latest_session()["access_token"])
        results[name] = answer.status_code, answer.json().get("error_description", "")
    return results


def rows_of(tried: dict[str, dict[str, tuple[int, str]]]) -> list[dict[str, str]]:
    """What each theft got from each API, a row each."""
    return [
        {"Tom has": theft}
        | {api: "opens" if got[theft][0] == 200 else "refused" for api, got in tried.items()}
        for theft in THEFTS
    ]


@dataclass(frozen=True)
class Backup:
    """The nightly job: its machine, its certificate (DER, public), and a token bound to that."""

    machine: httpx.Client
    certificate: bytes
    token: str


def bind_backup(apps: TwoApps) -> Backup:
    """The backup job gets a certificate, and asks for a token that is bound to it (RFC 8705, 3)."""
    key = ec_private_key(f"{apps.lab.seed}/the backup machine")
    certificate = mtls.certificate("backup.example", key, apps.lab.clock.now)
    clients = apps.provider.clients
    clients["backup"] = replace(clients["backup"], certificate_bound=True)
    shown = mtls.handshake(certificate, key)
    machine = apps.lab.browser("backup", "192.0.2.220", shown)
    return Backup(machine, shown, apps.machine_token(machine))
