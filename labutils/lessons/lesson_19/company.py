"""A company whose people have an agent: two tool servers that it calls, and the API behind one.

The calendar is a server of Tom's. The tools' server calls the API of the files, in one of three
ways. A careful server asks whether a token is for it, an obedient one compares the beginning of the
audience, an eager one takes each token that the provider has signed, and one asks a function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from werkzeug.wrappers import Request

from labutils.identity import tokens
from labutils.identity.keys import Json
from labutils.identity.oauth import bearer
from labutils.identity.provider.exchange import ACCESS_TOKEN
from labutils.identity.provider.issuing import create_access_token
from labutils.identity.provider.state import TOKEN_EXCHANGE, Client, ExchangePolicy, Grant
from labutils.identity.resource_server import ResourceServer
from labutils.lab import Lab
from labutils.stage.two_apps import LOGIN, TwoApps, build_apps, client_credentials

CALENDAR, TOOLS = "https://calendar.example", "https://tools.example"
FILES = "https://files.example"
EVIL = TOOLS + ".evil.example"
PASSTHROUGH, IMPERSONATION, DELEGATION = "passthrough", "impersonation", "delegation"
WAYS = (PASSTHROUGH, IMPERSONATION, DELEGATION)
SECRET = "the-tool-server-keeps-this"  # noqa: S105 - of the lab
SERVERS = ("careful", "obedient", "eager")
ForMe = Callable[[Json, Json, str], bool]
# What Tom's agent-facing servers were sent, by whom each token is for.
TOMS_TOKENS = {
    "Tom's calendar": (CALENDAR,),
    "a host that begins alike": (EVIL,),
    "every server": (CALENDAR, TOOLS, FILES),
}


class ToolServer(ResourceServer):
    """A server that an agent calls with a person's token. Its `door` is one of SERVERS, or a
    function of a token's header, its claims and the server's address."""

    paths = ("/pages",)

    def __init__(self, lab: Lab, origin: str, door: str | ForMe = "careful"):
        super().__init__(lab, origin, LOGIN)
        self.door = door

    def verify(self, token: str) -> Json:
        """Check a token as this kind of server does. Raises jwt.PyJWTError."""
        if self.door == "careful":
            return super().verify(token)
        claims = tokens.json_object(
            tokens.verify_signature(token, self.keys.for_token(token)), "payload"
        )
        aud = claims.get("aud", "")
        names = [aud] if isinstance(aud, str) else aud
        lets_in = self.door == "eager" or any(name.startswith(self.origin) for name in names)
        if callable(self.door):
            lets_in = self.door(jwt.get_unverified_header(token), claims, self.origin)
        if not lets_in:
            raise jwt.InvalidAudienceError(f"the audience is {aud!r}")
        return claims


class FilesApi(ResourceServer):
    """The API behind the tool server. Its log has what its tokens say, and nothing else.

    A token is for the files, or for the tool server where that passes tokens on: `also` says so.
    """

    paths = ("/files",)
    also: tuple[str, ...] = ()

    def verify(self, token: str) -> Json:
        """Check a token for one of the addresses that this API takes. Raises jwt.PyJWTError."""
        try:
            return super().verify(token)
        except jwt.InvalidAudienceError:
            for address in self.also:
                return tokens.verify(
                    token,
                    self.keys.for_token(token),
                    issuer=self.provider,
                    audience=address,
                    now=self.lab.clock.now,
                    typ="at+jwt",
                )
            raise

    def body(self, request: Request, claims: Json) -> Json:  # noqa: ARG002 - the hook's form
        """Write down who asked, as far as the token says it."""
        line = {name: claims[name] for name in ("sub", "client_id", "act") if name in claims}
        self.lab.log("files.example", "file.read", **line)
        return {"files": ["plan.txt"]}


@dataclass
class Company:
    """The company: its people, provider and servers. `apps` has Ada's and Tom's browsers."""

    apps: TwoApps
    tools: ToolServer
    files: FilesApi

    @property
    def lab(self) -> Lab:
        """The lab that all of it is in."""
        return self.apps.lab

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self.apps.tom

    def token(
        self, *addresses: str, agent: str = "agent", who: str = "ada", acts: bool = False
    ) -> str:
        """Return an access token that a person gave an agent, for these servers (RFC 8707).

        With `acts` the token says in `act` that the agent acts (RFC 8693, 4.1).
        """
        provider = self.apps.provider
        client, user = provider.clients[agent], provider.users[who]
        grant = Grant(client, user, "read", resources=addresses)
        act = {"sub": agent} if acts else None
        return create_access_token(provider, grant, "read", {}, addresses, 600, act)

    def call_on(self, token: str, way: str) -> httpx.Response:
        """Let the tool server call the files' API for whoever brought a token, in one of WAYS."""
        network = self.tools.network
        sent = token if way == PASSTHROUGH else self.exchanged(token, way)
        return network.get(FILES + "/files", headers=bearer(sent))

    def exchanged(self, token: str, way: str) -> str:
        """Return what the tool server gets in exchange for a token (RFC 8693, 2).

        Raises KeyError where the provider refuses.
        """
        network = self.tools.network
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            "resource": FILES,
        }
        if way == DELEGATION:
            own = client_credentials(network, "tools", SECRET)
            form |= {"actor_token": own, "actor_token_type": ACCESS_TOKEN}
        answer = network.post(LOGIN + "/token", data=form, auth=("tools", SECRET))
        return str(answer.json()["access_token"])


def company(door: str | ForMe = "careful", seed: str = "lesson-19") -> Company:
    """Return a fresh company whose tool server has this door."""
    apps = build_apps(seed, "2026-11-30T09:00:00Z")
    provider = apps.provider
    provider.resources = (CALENDAR, TOOLS, EVIL, FILES)
    provider.exchange = ExchangePolicy({"tools": (FILES,)}, impersonation=True)
    grants = (TOKEN_EXCHANGE, "client_credentials")
    provider.clients["tools"] = Client("tools", (), SECRET, "read", grants, resource=TOOLS)
    for name in ("agent", "helper"):
        provider.clients[name] = Client(name, scope="read")
    tools, files = ToolServer(apps.lab, TOOLS, door), FilesApi(apps.lab, FILES, LOGIN)
    page = {"owner": "Ada Lovelace", "page": "What I earn, and what I asked for"}
    tools.profiles = {provider.users["ada"].sub: page}
    for server in (tools, files):
        apps.lab.add(server.origin.split("//")[1], server)
    return Company(apps, tools, files)


# The ten calls: which agent, for whom.
TEN = [("agent", "ada")] * 4 + [("helper", "ada")] * 3 + [("agent", "tom")] * 3


def who_was_it(way: str) -> dict[str, int]:
    """Return for how many of ten calls the API's log names the person, the agent and the server."""
    one = company()
    if way == PASSTHROUGH:
        one.files.also = (TOOLS,)
    named = {"person": 0, "agent": 0, "server": 0}
    for agent, who in TEN:
        one.call_on(one.token(TOOLS, agent=agent, who=who, acts=way == DELEGATION), way)
        line: dict[str, Any] = one.lab.audit[-1]
        text = str([line.get("sub"), line.get("client_id"), line.get("act")])
        named["person"] += one.apps.provider.users[who].sub in text
        named["agent"] += f"'{agent}'" in text
        named["server"] += "'tools'" in text
    return named


def status_at(door: str | ForMe, token_is_for: tuple[str, ...]) -> int:
    """Return the HTTP status that Tom gets at a door, with a token for these servers."""
    one = company(door)
    header = bearer(one.token(*token_is_for))
    return one.tom.get(TOOLS + "/pages", headers=header).status_code
