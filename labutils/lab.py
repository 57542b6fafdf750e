"""Provide the lab: one process, many named hosts, one clock, one network, two logs.

Nothing here opens a socket. A host is a WSGI callable, and a browser is an httpx.Client whose
network ends at the lab.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote_to_bytes

import httpx

from labutils.copying import copied

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def data_file(name: str) -> Path:
    """Return a file of `data/`, from the repository or from an installed package."""
    here = Path(__file__).parent
    of_the_repository = here.parent / "data" / name
    return of_the_repository if of_the_repository.exists() else here / "_data" / name


class TellsTime(Protocol):
    """A clock, for those who only read it."""

    @property
    def now(self) -> int:
        """The time in whole seconds since 1970, UTC."""


class Clock:
    """The lab's time in whole seconds since 1970, UTC.

    Requests move it by one second; the story moves it further.
    """

    def __init__(self, start: str):
        self.now = seconds(start)

    def tick(self, seconds: int = 1) -> None:
        """Let `seconds` pass."""
        self.now += seconds

    def wait_until(self, moment: int) -> None:
        """Let time pass until `moment`, in seconds since 1970.

        None passes where that is over already.
        """
        self.now = max(self.now, moment)

    def move_to(self, moment: str) -> None:
        """Move to an ISO 8601 moment. Raises ValueError where that would turn time back."""
        if seconds(moment) < self.now:
            raise ValueError(f"the lab's clock is already past {moment}; it only moves forward")
        self.now = seconds(moment)


class WallClock:
    """The computer's own time, for `labutils serve`: it passes by itself."""

    @property
    def now(self) -> int:
        """The time in whole seconds since 1970, UTC."""
        return int(time.time())

    def tick(self, seconds: int = 1) -> None:
        """Do nothing."""

    def wait_until(self, moment: int) -> None:
        """Do nothing."""


class SceneError(ValueError):
    """An error for an impossible request to a scene.

    A notebook shows its sentence alone: the lines of the scene's own code say nothing to them.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # IPython asks for this before it makes a traceback


@lru_cache(maxsize=1 << 14)
def seconds(moment: str) -> int:
    """Return the seconds since 1970 of an ISO 8601 moment; one without a zone is UTC.

    Raises ValueError for any other text.
    """
    parsed = datetime.fromisoformat(moment)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


@lru_cache(maxsize=1 << 14)
def iso(seconds: float) -> str:
    """Return seconds since 1970 as an ISO 8601 moment, such as 2023-10-18T09:00:00Z."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class dice(Iterator[str]):  # noqa: N801 - a stream such as itertools.count
    """A party's stream of identifiers, 22 characters each.

    They are hashes of a counter, or real randomness where `seed` is None.

    Each party has a stream of its own, so that one more request by one does not change the
    tokens of another.
    """

    def __init__(self, seed: str | None, party: str):
        self.seed, self.party, self.drawn = seed, party, 0

    def __next__(self) -> str:
        self.drawn += 1
        if self.seed is None:
            return secrets.token_urlsafe(16)
        text = f"{self.seed}/{self.party}/{self.drawn}"
        return hashlib.sha256(text.encode()).hexdigest()[:22]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as the network saw them.

    Header names are lower case, as in HTTP/2.
    """

    time: int
    client: str
    ip: str
    method: str
    url: str
    request_headers: list[tuple[str, str]]
    request_body: str
    status: int
    response_headers: list[tuple[str, str]]
    response_body: str

    @property
    def host(self) -> str:
        """The host that the request went to."""
        return httpx.URL(self.url).host

    @property
    def path(self) -> str:
        """The path of the address, without the query."""
        return httpx.URL(self.url).path

    def header(self, name: str) -> str:
        """Return a response header, or an empty string."""
        return dict(self.response_headers).get(name, "")

    def __deepcopy__(self, _: object) -> "Exchange":
        return self  # what was on the network does not change any more


class _Network(httpx.BaseTransport):
    """The only way from a client to a host.

    An unknown name is answered 599; nothing leaves the process.
    """

    def __init__(self, lab: "Lab", client: str, ip: str, certificate: bytes | None):
        self.lab, self.client, self.ip, self.certificate = lab, client, ip, certificate

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        app = self.lab.hosts.get(request.url.host)
        request.read()
        self.lab.clock.tick()
        started = self.lab.clock.now
        if app is None:
            response = httpx.Response(
                599,
                text=f"The lab has no host named {request.url.host}. Nothing was sent anywhere.",
            )
        else:
            bare = httpx.Request(request.method, request.url, content=request.content)
            response = httpx.WSGITransport(
                _any_bytes(app, request, self.certificate), remote_addr=self.ip
            ).handle_request(bare)
        response.read()
        self.lab.wire.append(
            Exchange(
                started,
                self.client,
                self.ip,
                request.method,
                str(request.url),
                _headers(request.headers),
                request.content.decode(errors="replace"),
                response.status_code,
                _headers(response.headers),
                response.text,
            )
        )
        return response


def _any_bytes(
    app: "WSGIApplication", request: httpx.Request, certificate: bytes | None
) -> "WSGIApplication":
    """The host as WSGI has it: path and headers are any bytes, each as a character (PEP 3333).
    httpx takes ASCII alone.
    """

    def called(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["lab.client_certificate"] = (
            certificate  # a header would be HTTP_..., so no client can write this
        )
        environ["PATH_INFO"] = unquote_to_bytes(request.url.raw_path.partition(b"?")[0]).decode(
            "latin-1"
        )
        received: dict[str, list[str]] = {}
        for name, value in _headers(request.headers):
            key = name.upper().replace("-", "_")
            received.setdefault(
                key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key, []
            ).append(value)
        environ |= {key: ",".join(values) for key, values in received.items()}
        return app(environ, start_response)

    return called


def _headers(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers.raw
    ]


@dataclass
class Lab:
    """A world of its own: hosts by name, a clock, and dice.

    `wire` is what the network saw, and `audit` is what the services logged.

    Without `seed` and `start` it uses real randomness and the real time, as `labutils serve`
    does.
    """

    seed: str | None = None
    start: str | None = None
    hosts: dict[str, "WSGIApplication"] = field(default_factory=dict)
    wire: list[Exchange] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock: Clock | WallClock = Clock(self.start) if self.start else WallClock()
        self._dice: dict[str, Iterator[str]] = {}

    def add(self, host: str, app: "WSGIApplication") -> None:
        """Put a WSGI callable on the network under a name."""
        self.hosts[host] = app

    def draw(self, party: str) -> str:
        """Return the next identifier from a party's own dice."""
        return next(self._dice.setdefault(party, dice(self.seed, party)))

    def browser(self, name: str, ip: str, certificate: bytes | None = None) -> httpx.Client:
        """Return a client with its own cookies, address, user agent and perhaps certificate (DER).

        It does not follow redirects by itself.
        """
        headers = {"user-agent": name, "accept-encoding": "identity"}
        return httpx.Client(
            transport=_Network(self, name, ip, certificate), headers=headers, timeout=None
        )

    def copy(self) -> "Lab":
        """Return a copy with everything in it: hosts, their state, clock, dice and both logs.

        What is done in the one changes nothing in the other, and the next request gives the same
        bytes in both, unless their randomness is real. To take along what holds on to the lab, such
        as a browser, copy both at once: `later, tom = copied((lab, tom))`, of labutils.copying.
        """
        return copied(self)

    def log(self, service: str, event: str, outcome: str = "success", **facts: object) -> None:
        """Write one line of the audit log.

        It is what a service chose to record, and all that a defender will have.
        """
        self.audit.append(
            {
                "time": iso(self.clock.now),
                "service": service,
                "event": event,
                "outcome": outcome,
                **facts,
            }
        )
