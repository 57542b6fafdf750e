"""A client of the authorization code flow with one defence missing (lesson 03).

`one_client` builds the provider, the API and the client `notes`; what a learner wrote stands in the
place of the functions below. `diary` is the target: another client, and a provider that ignores
PKCE.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.person import Form, sign_in
from labutils.identity.provider import Provider
from labutils.identity.provider.state import Client
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import b64
from labutils.lab import Exchange, Lab, SceneError, dice
from labutils.stage.small_app import SmallApp
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps

CALLBACK = NOTES + "/cb"
TRAP = NOTES + ".tom.test/cb"  # a host of Tom's, whose name begins like the client's
DIARY = "https://diary.example"
NOTE = "Tea with Mary on Monday"
FLAG = "flag-" + next(dice("lesson-03", "diary.example"))
TARGET_SEED = "target-03"
SECRET = next(dice("lesson-03", "the diary's secret"))
PKCE = ("code_challenge", "code_challenge_method", "code_verifier")
RFC_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
REGISTERED = (CALLBACK, "http://127.0.0.1/cb", "http://localhost/cb")
ASKED_FOR = (
    "http://127.0.0.1:51004/cb",
    "http://127.0.0.1:51004/other",
    "http://localhost:51004/cb",
    "http://localhost/cb",
    "https://notes.example:51004/cb",
)
# Redirect URIs that look like the client's own, in order of the question about them.
ALIKE = (
    "https://notes.example.tom.test/cb",
    "https://notes.example@tom.test/cb",
    "https://tom.test/notes.example/cb",
    "https://NOTES.example/cb",
)
SIGN_IN = "sign-in"  # the cookie that holds the session ID while somebody signs in
WORLDS = ("", "PKCE", "state", "session", "matching")
# --- the requests of the flow -------------------------------------------------------------------


MayRedeem = Callable[[str | None, str | None], bool]


class Opens(Protocol):
    """A person who opens an address in their browser; with `until`, not beyond a redirect to it."""

    def __call__(self, url: str, until: str | None = None) -> httpx.Response: ...


def hidden(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the form on a page: what a browser sends along with what is typed."""
    return Form(page.text).hidden


def parameters(response: httpx.Response) -> dict[str, str]:
    """The parameters in the address that a redirect leads to; none where it is no redirect."""
    return query(response.headers.get("location", ""))


def query(url: str) -> dict[str, str]:
    """The parameters in an address."""
    return dict(parse_qsl(urlsplit(url).query))


def challenge(verifier: str) -> str:
    """PKCE's method S256 (RFC 7636, 4.2)."""
    return b64(hashlib.sha256(verifier.encode()).digest())


def authorization_request(
    redirect_uri: str, state: str, code_challenge: str, *, client_id: str = "notes"
) -> str:
    """The address to which the client sends the browser (RFC 6749, 4.1.1)."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "notes",
        "state": state,
        "code_challenge": code_challenge,
        "code_challenge_method": "S256",
    }
    return LOGIN + "/authorize?" + urlencode(asked)


def token_request(
    browser: httpx.Client, code: str, verifier: str, redirect_uri: str, *, client_id: str = "notes"
) -> httpx.Response:
    """The code for tokens (RFC 6749, 4.1.3; RFC 7636, 4.5)."""
    asked = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return browser.post(LOGIN + "/token", data=asked)


def api_request(browser: httpx.Client, token: str) -> httpx.Response:
    """The notes of whoever the access token is about (RFC 6750, 2.1)."""
    return browser.get(API + "/notes", headers={"authorization": f"Bearer {token}"})


def code_from(answer: dict[str, str], state: str) -> str:
    """The code of an authorization response for this browser's request (RFC 6749, 10.12).

    The provider answers that was asked, and no other (RFC 9207, 2.4).
    """
    if not state or answer.get("state") != state or answer.get("iss") != LOGIN:
        raise ValueError("the response to a different request, or from a different provider")
    if "error" in answer or "code" not in answer:
        raise ValueError("no code")
    return answer["code"]


@dataclass(frozen=True)
class Functions:
    """What a client is put together from. Without `code_from` it takes each code that arrives."""

    challenge: Callable[[str], str] = challenge
    authorization_request: Callable[..., str] = authorization_request
    token_request: Callable[..., httpx.Response] = token_request
    api_request: Callable[..., httpx.Response] = api_request
    code_from: Callable[[dict[str, str], str], str] | None = None


# --- the client, and the API --------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """What the client keeps of a sign-in until the answer comes; empty where none was begun."""

    state: str = ""
    verifier: str = ""


class FlowClient(SmallApp):
    """A public client. Paths: /login, /cb, / (the notes of whoever is signed in) and /write.

    It keeps a sign-in that has begun in a session of the browser that began it (RFC 9700, 2.1.1).
    """

    def __init__(self, lab: Lab, origin: str, functions: Functions, *, pkce: bool = True):
        self.lab, self.origin, self.functions, self.pkce = lab, origin, functions, pkce
        self.network = lab.browser(origin.removeprefix("https://"), "192.0.2.230")
        self.begun: dict[str, Begun] = {}  # by session ID
        self.tokens: dict[str, str] = {}  # by the cookie of a person who is signed in

    def answer(self, request: Request) -> Response:
        """What the client says at each of its paths."""
        if request.path == "/login":
            return self.login()
        if request.path == "/cb":
            return self.callback(request)
        if request.path not in ("/", "/write"):
            raise NotFound("The paths are: /, /login, /cb, /write")
        token = self.tokens.get(request.cookies.get("app", ""))
        if token is None:
            raise Unauthorized("Nobody is signed in here.")
        if request.path == "/write":
            header = {"authorization": f"Bearer {token}"}
            written = self.network.post(API + "/notes", data=dict(request.form), headers=header)
            return as_json(written.json())
        return as_json(self.functions.api_request(self.network, token).json())

    def login(self) -> Response:
        """Begin: a new state and a new verifier, kept in a session, and the request."""
        begun = Begun(self.draw(), self.draw() + self.draw())
        session_id = self.new_session_id(begun)
        self.begun[session_id] = begun
        sent_ahead = self.functions.challenge(begun.verifier)
        url = self.functions.authorization_request(self.origin + "/cb", begun.state, sent_ahead)
        response = redirect(url if self.pkce else without_pkce(url), code=303)
        return with_cookie(response, SIGN_IN, session_id)

    def new_session_id(self, _begun: Begun) -> str:
        """A random text. It goes into a cookie, so it stands in no address."""
        return self.draw()

    def session_id(self, request: Request) -> str:
        """The session ID that this browser holds; empty where it began no sign-in."""
        return request.cookies.get(SIGN_IN, "")

    def callback(self, request: Request) -> Response:
        """The authorization response: take the code, redeem it, and sign the person in."""
        arrived, session_id = request.args.to_dict(), self.session_id(request)
        begun = self.begun.get(session_id, Begun())
        code = self.code(arrived, begun.state)
        self.begun.pop(session_id, None)
        verifier = begun.verifier if self.pkce else ""
        tokens = self.functions.token_request(self.network, code, verifier, self.origin + "/cb")
        if tokens.status_code != 200:
            raise BadRequest(f"login.example said: {tokens.json().get('error_description')}")
        cookie = self.draw()
        self.tokens[cookie] = tokens.json()["access_token"]
        return with_cookie(redirect(self.origin + "/", code=303), "app", cookie)

    def code(self, arrived: dict[str, str], state: str) -> str:
        """The code of an answer to the request that had this state."""
        if self.functions.code_from is None:
            return arrived.get("code", "")
        try:
            return self.functions.code_from(arrived, state)
        except ValueError as refusal:
            raise BadRequest(f"the sign-in is refused: {refusal}") from refusal

    def draw(self) -> str:
        """The next text of the client's own dice."""
        return self.lab.draw(self.origin)


class StateInCookie(FlowClient):
    """A client whose session ID is the state: whoever reads an address can write the cookie."""

    def new_session_id(self, begun: Begun) -> str:
        """The state itself."""
        return begun.state


class AnyBrowser(StateInCookie):
    """A client that finds a sign-in by the state in the address, whichever browser opens it."""

    def session_id(self, request: Request) -> str:
        """The state that came along in the address."""
        return request.args.get("state", "")


def with_cookie(response: Response, name: str, value: str) -> Response:
    """A response that leaves a cookie in the browser, out of reach of scripts and other sites."""
    response.set_cookie(name, value, httponly=True, secure=True, samesite="Lax")
    return response


def without_pkce(url: str) -> str:
    """The address without the parameters of PKCE."""
    base, _, query = url.partition("?")
    return f"{base}?{_kept(query)}" if query else base


def _kept(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in PKCE])


class NotesApi(ResourceServer):
    """The resource server: GET /notes reads the notes of a person, POST adds one."""

    notes: dict[str, list[str]]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        try:
            response = self.answer(request)
        except OAuthError as refusal:
            response = refused(refusal)
        except HTTPException as problem:
            response = problem.get_response(environ)
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        """The notes of whoever the access token is about."""
        if request.path != "/notes":
            raise NotFound()
        _, token = presented_token(request)
        claims = self.claims(token)
        if "notes" not in claims["scope"].split():
            raise OAuthError("insufficient_scope", "the notes scope is needed", 403, "Bearer")
        notes = self.notes.setdefault(claims["sub"], [])
        if request.method == "POST":
            notes.append(request.form.get("text", ""))
        return as_json({"owner": claims["sub"], "notes": notes})


# --- the provider, with a defence missing -------------------------------------------------------


class OwnMatching(Provider):
    """A provider that compares redirect URIs by `matching`; None: strictly, as the lab does."""

    matching: Callable[[Sequence[str], str], bool] | None = None

    def redirect_matches(self, client: Client, uri: str) -> bool:
        """What `matching` says of the registered redirect URIs and the one that is asked for."""
        if self.matching is None:
            return super().redirect_matches(client, uri)
        return bool(self.matching(client.redirect_uris, uri))


def begins_alike(registered: Sequence[str], uri: str) -> bool:
    """A careless comparison: it is enough that the address begins with a registered host."""
    return any(uri.startswith(known.removesuffix("/cb")) for known in registered)


class AsksWhoMayRedeem(Provider):
    """A provider that asks `redeems` about the challenge of a code and the verifier that came."""

    redeems: MayRedeem

    def challenge_met(self, challenge: str | None, verifier: str | None) -> bool:
        """What `redeems` says."""
        return bool(self.redeems(challenge, verifier))


class IgnoresPkce(Provider):
    """A provider that does not know PKCE, so it ignores the parameters (RFC 6749, 3.1 and 3.2)."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        environ["QUERY_STRING"] = _kept(environ.get("QUERY_STRING", ""))
        if environ["REQUEST_METHOD"] == "POST":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = _kept(environ["wsgi.input"].read(length).decode()).encode()
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return super().__call__(environ, start_response)

    def metadata(self) -> dict[str, Any]:
        """The same document, which names no method of PKCE (RFC 8414, 2)."""
        document = super().metadata()
        del document["code_challenge_methods_supported"]
        return document


# --- the scenes ---------------------------------------------------------------------------------


@dataclass
class OneClient:
    """The provider, the client `notes` and its API. Ada works here; Tom wants what is hers."""

    apps: TwoApps
    client: FlowClient
    api: NotesApi

    @property
    def lab(self) -> Lab:
        """The lab, with its wire."""
        return self.apps.lab

    @property
    def ada(self) -> httpx.Client:
        """Ada's browser."""
        return self.apps.ada

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self.apps.tom

    @property
    def notes(self) -> httpx.Client:
        """The client's own way to the network, past every browser."""
        return self.client.network

    def random(self) -> str:
        """A new text of 44 characters, from the client's dice."""
        return self.client.draw() + self.client.draw()

    def typed(self, who: str) -> dict[str, str]:
        """What a person types into the login page."""
        return {"username": who, "password": self.apps.provider.users[who].password}

    def as_tom(self, url: str, until: str | None = None) -> httpx.Response:
        """Tom opens an address, as in `opens`."""
        return self.opens("tom", url, until)

    def opens(self, who: str, url: str, until: str | None = None) -> httpx.Response:
        """A person opens an address, signs in and says yes where login.example asks.

        The last answer is returned. With `until` it ends at the redirect whose address starts so,
        and does not follow it. What comes back then is what a thief of URLs sees: no cookies.
        """
        typed = self.typed(who)
        last = sign_in(getattr(self, who), url, typed["username"], typed["password"], until=until)
        return last if until is None else without_cookies(last)


def without_cookies(response: httpx.Response) -> httpx.Response:
    """A response as somebody sees it who reads the URLs of a browser: it carries no cookie, and
    neither does the request that it answers."""
    kept = {name: value for name, value in response.headers.items() if name != "set-cookie"}
    asked = httpx.Request(response.request.method, response.request.url)
    return httpx.Response(
        response.status_code, headers=kept, content=response.content, request=asked
    )


def one_client(
    *,
    without: str = "",
    matching: Callable[[Sequence[str], str], bool] | None = None,
    seed: str = "lesson-03",
    **functions: Any,
) -> OneClient:
    """A fresh scene. `without`: one of WORLDS; `functions`: those of a learner.

    `matching(registered, uri)` is the provider's comparison of redirect URIs.
    """
    if without == "state":
        functions["code_from"] = None
    apps = build_apps(seed, provider=OwnMatching)
    assert isinstance(apps.provider, OwnMatching)
    apps.provider.matching = begins_alike if without == "matching" else matching
    pkce = without != "PKCE"
    registered = Client("notes", REGISTERED, scope="notes", require_pkce=pkce)
    apps.provider.clients["notes"] = registered
    kind = StateInCookie if without == "session" else FlowClient
    if functions.get("code_from") is None:  # it compares nothing, so it asks no browser either
        kind = AnyBrowser
    client = kind(apps.lab, NOTES, Functions(**functions), pkce=pkce)
    return _with(apps, client, ["Ask the printer about the plates", NOTE])


def intercept(apps: OneClient) -> httpx.Response:
    """Code interception: Tom redeems the code that he read in Ada's redirect (RFC 9700, 4.5)."""
    seen = apps.opens("ada", NOTES + "/login", until=CALLBACK)
    return token_request(apps.tom, parameters(seen)["code"], "", CALLBACK)


def link(tom: Opens) -> str:
    """The link of a lure: the end of Tom's own sign-in, which he does not follow."""
    return tom(NOTES + "/login", until=CALLBACK).headers["location"]


def lure(apps: OneClient) -> httpx.Response:
    """Cross-site request forgery: Ada opens the end of Tom's sign-in (RFC 6749, 10.12)."""
    return apps.opens("ada", link(apps.as_tom))


def inject(apps: OneClient) -> httpx.Response:
    """Ada's whole answer in Tom's browser, with her state as his cookie (RFC 9700, 4.5)."""
    seen = apps.opens("ada", NOTES + "/login", until=CALLBACK)
    apps.tom.cookies.set(SIGN_IN, parameters(seen)["state"], domain="notes.example")
    return apps.opens("tom", seen.headers["location"])


def swap(apps: OneClient) -> httpx.Response:
    """Code injection: Tom puts Ada's code into his own answer, with his state (RFC 9700, 4.5)."""
    ada = parameters(apps.opens("ada", NOTES + "/login", until=CALLBACK))
    tom = parameters(apps.opens("tom", NOTES + "/login", until=CALLBACK))
    return apps.opens("tom", CALLBACK + "?" + urlencode(tom | {"code": ada["code"]}))


def outcomes(attacks: dict[str, Callable[[OneClient], httpx.Response]]) -> list[dict[str, str]]:
    """Which attack gets in at a client with one defence missing: a row for each attack."""
    rows = []
    for name, attack in attacks.items():
        answers = {
            world: attack(one_client(without=world, code_from=code_from)) for world in WORLDS
        }
        words = {
            world or "nothing": "gets in" if answer.status_code < 400 else "-"
            for world, answer in answers.items()
        }
        rows.append({"attack": name} | words)
    return rows


def _with(apps: TwoApps, client: FlowClient, adas: list[str]) -> OneClient:
    """The applications with this client and the API of the notes on the network."""
    api = NotesApi(apps.lab, API, LOGIN)
    api.notes = {"u-1815": adas, "u-0666": ["Buy a longer ladder"]}
    apps.lab.add("api.example", api)
    apps.lab.add(client.origin.removeprefix("https://"), client)
    return OneClient(apps, client, api)


class Diary:
    """The target's scene: another client, Tom's browser, and what he can make Ada do."""

    def __init__(self, apps: OneClient, *, is_target: bool = False):
        self._apps, self._is_target = apps, is_target

    def __repr__(self) -> str:
        return "the diary: tom, ada_signs_in(), ada_opens(url)"

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self._apps.tom

    def ada_signs_in(self) -> httpx.Response:
        """Ada signs in at the diary. The redirect that Tom reads, before her browser follows it."""
        return self._apps.opens("ada", DIARY + "/login", until=DIARY + "/cb")

    def ada_opens(self, url: str) -> list[str]:
        """Ada opens a link of Tom's. The addresses of what then arrives at hosts below tom.test."""
        before = len(self._apps.lab.wire)
        self._apps.opens("ada", url)
        return [e.url for e in self._apps.lab.wire[before:] if f".{e.host}".endswith(".tom.test")]


def target_diary(flag: str = FLAG) -> Diary:
    """The target's scene: a diary whose first note is the flag."""
    return diary(flag, seed=TARGET_SEED)


def diary(
    note: str = NOTE,
    *,
    redeems: MayRedeem | None = None,
    seed: str = "lesson-03/diary",
) -> Diary:
    """A confidential client that sends all that a good client sends. The provider ignores PKCE,
    unless it `redeems` codes by it: then it insists on it, for each client (RFC 9700, 2.1.1).

    `redeems(challenge, verifier)`: whether a code may be redeemed; None for what did not come.
    """
    apps = build_apps(seed, provider=AsksWhoMayRedeem if redeems else IgnoresPkce)
    if isinstance(apps.provider, AsksWhoMayRedeem) and redeems is not None:
        apps.provider.redeems = redeems
    ada = apps.provider.users["ada"]  # whose password here nobody has seen
    apps.provider.users["ada"] = replace(ada, password=next(dice(seed, "password")))
    apps.provider.clients["diary"] = Client(
        "diary", (DIARY + "/cb",), secret=SECRET, scope="notes", require_pkce=redeems is not None
    )
    functions = Functions(
        authorization_request=partial(authorization_request, client_id="diary"),
        token_request=with_a_secret,
        code_from=code_from,
    )
    scene = _with(apps, FlowClient(apps.lab, DIARY, functions), [note, "Walk by the river"])
    scene.opens("ada", DIARY + "/login")
    return Diary(scene, is_target=seed == TARGET_SEED)


def inject_code(scene: Diary) -> httpx.Response:
    """The attack of the target: Ada's code in an answer with Tom's state (RFC 9700, 4.5).

    Raises SceneError for the target's own diary.
    """
    if scene._is_target:
        raise SceneError("This is the diary of the target. Attack it yourself.")
    hers = parameters(scene.ada_signs_in())
    his = parameters(scene.tom.get(DIARY + "/login"))
    scene.tom.get(DIARY + "/cb", params=hers | {"state": his["state"]})
    return scene.tom.get(DIARY + "/")


def with_a_secret(
    browser: httpx.Client, code: str, verifier: str, redirect_uri: str
) -> httpx.Response:
    """The diary's token request: with its name and secret by HTTP Basic (RFC 6749, 2.3.1)."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return browser.post(LOGIN + "/token", data=asked, auth=("diary", SECRET))


# --- what the wire shows ------------------------------------------------------------------------


def wire_of(scene: Diary) -> Sequence[Exchange]:
    """What went over the network in a scene. Tom does not see it."""
    return scene._apps.lab.wire


def compared(scene: Diary) -> tuple[str, str, str]:
    """What the provider compares, and what it answers: the challenge that came with Ada's sign-in,
    the hash of the verifier that the diary sent with her code, and the answer."""
    asked = [query(e.url) for e in wire_of(scene) if e.path == "/authorize" and e.client == "ada"]
    hers = [one["code_challenge"] for one in asked if "code_challenge" in one][-1]
    answer = _last_token_request(scene)
    sent = dict(parse_qsl(answer.request_body))
    said = json.loads(answer.response_body).get("error_description", "here are tokens")
    return hers, challenge(sent.get("code_verifier", "")), f"{answer.status} {said}"


def ada_signs_in_to(scene: Diary) -> str:
    """What comes of it when Ada signs in to a diary and follows each redirect."""
    page = scene._apps.opens("ada", DIARY + "/login")
    return f"{page.status_code}, and she reads her notes" if page.is_success else said(page)


def said(page: httpx.Response) -> str:
    """The words of a page that refuses."""
    return str(page.json().get("error", page.text))


def who_refused(scene: Diary) -> str:
    """Who refused Tom's response at the diary: "diary", or "provider"; "nobody" did; or there was
    "no verifier" to send."""
    response = [e for e in wire_of(scene) if e.url.startswith(DIARY + "/cb")][-1]
    if response.status < 400:
        return "nobody"
    if _last_token_request(scene).time < response.time:
        return "diary"
    sent = dict(parse_qsl(_last_token_request(scene).request_body))
    return "provider" if sent.get("code_verifier") else "no verifier"


def _last_token_request(scene: Diary) -> Exchange:
    return [e for e in wire_of(scene) if e.path == "/token"][-1]


def values_on(wire: Sequence[Exchange]) -> dict[str, str]:
    """The values of one sign-in by their names, as they stand on the wire."""
    values: dict[str, str] = {}
    for exchange in wire:
        sent = dict(parse_qsl(urlsplit(exchange.url).query) + parse_qsl(exchange.request_body))
        names = ("state", "code_challenge", "password", "code", "code_verifier")
        values |= {name: sent[name] for name in names if name in sent}
        if exchange.path == "/token" and exchange.status == 200:
            values["access_token"] = json.loads(exchange.response_body)["access_token"]
    return values


def through(wire: Sequence[Exchange], client: str) -> str:
    """All that passed through one party's hands: what it sent, and what it received."""
    parts = []
    for e in wire:
        if e.client == client:
            headers = (*e.request_headers, *e.response_headers)
            parts += [e.url, e.request_body, e.response_body, *(value for _, value in headers)]
    return "\n".join(parts)
