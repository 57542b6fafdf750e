"""The door of a class: `python -m tools.classroom.proxy`, as JupyterHub starts it.

Browsers know this one port. JupyterHub tells the door, over the REST API that it knows from
configurable-http-proxy, which path leads to which server. The door passes on bytes as they come, in
both directions, and holds no more of them than fits into its buffers. So a server that does not
answer keeps waiting those who asked it, and nobody else. And it looks who may see a learner's
server: see seats.py.
"""

import argparse
import asyncio
import contextlib
import hmac
import json
import os
import re
import resource
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import h11
from tornado.httpclient import AsyncHTTPClient
from tornado.web import Application, HTTPError, RequestHandler

from tools.classroom import seats
from tools.classroom.seats import Headers

PIECE = 64 * 1024  # bytes that are read at once, and the longest head of a request
IDLE = 75  # seconds that a browser may keep a connection without asking anything
PATIENCE = 600  # seconds that a server may take until it says something
AT_ONCE = 200  # requests that one server may keep waiting
# What is between two neighbours and goes no further (RFC 9110, Connection).
HOP_BY_HOP = {b"connection", b"keep-alive", b"trailer", b"upgrade", b"proxy-connection"}
# What the hub believes about a browser. Who sends it is not asked: the door knows.
FORWARDED = re.compile(rb"forwarded|x-forwarded-.*|x-real-ip|x-scheme")
LOST = (OSError, h11.RemoteProtocolError, h11.LocalProtocolError, TimeoutError)


class Routes:
    """Which path leads where: the longest prefix wins."""

    def __init__(self) -> None:
        self.known: dict[str, dict] = {}

    def prefix_of(self, target: str) -> str | None:
        """The route of a request target."""
        path = unquote(target.partition("?")[0])
        parts = path.split("/")
        for length in range(len(parts), 0, -1):
            prefix = "/".join(parts[:length]) or "/"
            if prefix in self.known:
                return prefix
        return None

    def address_of(self, prefix: str) -> tuple[str, int]:
        """Host and port of a route."""
        url = urlsplit(self.known[prefix]["target"])
        return url.hostname or "127.0.0.1", url.port or 80


class Orders(RequestHandler):
    """The REST API, for whoever has the token: that is the hub."""

    def initialize(self, routes: Routes, token: str) -> None:
        self.routes, self.token = routes, token

    def prepare(self) -> None:
        sent = self.request.headers.get("Authorization", "").removeprefix("token ")
        if not hmac.compare_digest(sent.encode(), self.token.encode()):
            raise HTTPError(403)

    def get(self, _path: str) -> None:
        self.finish(self.routes.known)  # as application/json

    def post(self, path: str) -> None:
        self.routes.known[path.rstrip("/") or "/"] = json.loads(self.request.body)
        self.set_status(201)

    def delete(self, path: str) -> None:
        gone = self.routes.known.pop(path.rstrip("/") or "/", None)
        self.set_status(204 if gone else 404)


def api(routes: Routes, token: str) -> Application:
    """The REST API."""
    handlers = [(r"/api/routes(/?.*)", Orders, {"routes": routes, "token": token})]
    return Application(handlers, log_function=lambda _: None)


class Wire:
    """One end of a conversation: a connection, read and written as events of HTTP/1.1."""

    def __init__(self, role, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=PIECE)
        self.reader, self.writer = reader, writer

    async def next(self, patience: float):
        """The next event; TimeoutError where nothing comes."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(patience):
                self.http.receive_data(await self.reader.read(PIECE))
        return event

    async def body(self) -> AsyncIterator[h11.Data | h11.EndOfMessage]:
        """What comes after a head, to its end."""
        while True:
            event = await self.next(PATIENCE)
            if isinstance(event, h11.Data):
                yield h11.Data(data=event.data)
            elif isinstance(event, h11.EndOfMessage):
                yield h11.EndOfMessage()
                return
            else:
                raise ConnectionResetError("the other end left in the middle")

    async def send(self, event) -> None:
        """Write an event, and wait until the other end takes it."""
        if data := self.http.send(event):
            self.writer.write(data)
            await self.writer.drain()

    async def answer(self, status: int, text: str, headers: Headers = ()) -> None:
        """Send a short answer of the door's own."""
        data = text.encode()
        said = [(b"Content-Type", b"text/plain; charset=utf-8"), (b"Cache-Control", b"no-store")]
        said += [(b"Content-Length", str(len(data)).encode()), (b"Connection", b"close"), *headers]
        await self.send(h11.Response(status_code=status, headers=said))
        await self.send(h11.Data(data=data))
        await self.send(h11.EndOfMessage())


class Door:
    """What browsers talk to."""

    def __init__(self, routes: Routes, secret: bytes, errors: str, *, secure: bool) -> None:
        self.routes, self.secret, self.errors, self.secure = routes, secret, errors, secure
        self.waiting: Counter[str] = Counter()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection: request after request, until one end has enough."""
        browser = Wire(h11.SERVER, reader, writer)
        try:
            while isinstance(request := await browser.next(IDLE), h11.Request):
                await self.serve(browser, request)
                if (browser.http.our_state, browser.http.their_state) != (h11.DONE, h11.DONE):
                    break  # a WebSocket that has ended, or an answer that came before its question
                browser.http.start_next_cycle()
        except LOST:
            pass  # there is nobody whom it could be told
        finally:
            writer.close()

    async def serve(self, browser: Wire, request: h11.Request) -> None:
        """Answer one request, or let somebody answer it."""
        target = request.target.decode("ascii")
        prefix = self.routes.prefix_of(target)
        if prefix is None:
            await browser.answer(503, "The class is about to start. Try again in a few seconds.")
            return
        if self.waiting[prefix] >= AT_ONCE and prefix != "/":
            await browser.answer(503, "This server keeps too many waiting.")
            return
        self.waiting[prefix] += 1
        try:
            await self.let_answer(browser, request, prefix)
        finally:
            self.waiting[prefix] -= 1

    async def let_answer(self, browser: Wire, request: h11.Request, prefix: str) -> None:
        """Let the server of this route answer."""
        try:
            async with asyncio.timeout(IDLE):
                reader, writer = await asyncio.open_connection(*self.routes.address_of(prefix))
        except (OSError, TimeoutError):
            await self.nobody_there(browser, request)
            return
        server = Wire(h11.CLIENT, reader, writer)
        try:
            await self.converse(browser, request, server, prefix)
        except LOST:
            if browser.http.our_state is not h11.SEND_RESPONSE:
                raise  # half an answer is there: hanging up is all that is left to say
            await browser.answer(502, "This server hung up, or was silent for too long.")
        finally:
            writer.close()

    async def nobody_there(self, browser: Wire, request: h11.Request) -> None:
        """Show the hub's page for a server that is not there."""
        page = f"{self.errors}/503?url={quote(request.target)}"
        try:
            said = await AsyncHTTPClient().fetch(page, raise_error=False)
        except OSError:
            await browser.answer(503, "The hub is not there. Try again in a few seconds.")
            return
        kind = said.headers.get("Content-Type", "text/plain").encode()
        headers = [(b"Content-Type", kind), (b"Content-Length", str(len(said.body)).encode())]
        headers.append((b"Connection", b"close"))
        await browser.send(h11.Response(status_code=503, headers=headers))
        if request.method != b"HEAD":
            await browser.send(h11.Data(data=said.body))
        await browser.send(h11.EndOfMessage())

    async def converse(
        self, browser: Wire, request: h11.Request, server: Wire, prefix: str
    ) -> None:
        """Pass on a request and its answer, both as they come."""
        headers = self.passed_on(request, browser)
        learner = seats.SERVER.fullmatch(prefix)
        stranger = learner is not None and not self.may_enter(request, learner[1])
        if stranger:
            headers = seats.without_cookies(headers)
        head = h11.Request(method=request.method, target=request.target, headers=headers)
        await server.send(head)
        asking = asyncio.create_task(self.pass_body(browser, server))
        try:
            answer = await self.answer_of(server, browser)
            if stranger:
                await self.show_the_way(browser, answer, learner[1])
            elif answer.status_code == 101:
                await asking
                await self.connect(browser, server, answer)
            else:
                extra = self.seat_for(request, answer) if prefix == "/" else []
                await self.pass_answer(browser, server, answer, extra)
        finally:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError, *LOST):
                await asking

    def passed_on(self, request: h11.Request, browser: Wire) -> Headers:
        """The headers of a request, without what a browser says about itself and cannot know."""
        headers = [
            (key, value)
            for key, value in request.headers
            if key not in HOP_BY_HOP and not FORWARDED.fullmatch(key)
        ]
        address = browser.writer.get_extra_info("peername")[0]
        headers.append((b"X-Forwarded-For", address.encode()))
        headers.append((b"X-Forwarded-Proto", b"https" if self.secure else b"http"))
        if (b"upgrade", b"websocket") in [(key, value.lower()) for key, value in request.headers]:
            return [*headers, (b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")]
        return [*headers, (b"Connection", b"close")]

    async def pass_body(self, browser: Wire, server: Wire) -> None:
        """Pass on what comes after the head of a request."""
        try:
            async for event in browser.body():
                await server.send(event)
        except LOST:
            server.writer.close()  # nobody is left who waits for its answer
            raise

    async def answer_of(self, server: Wire, browser: Wire) -> h11.Response:
        """The head of the answer; 100 Continue is passed on before it."""
        while True:
            event = await server.next(PATIENCE)
            if isinstance(event, h11.InformationalResponse) and event.status_code != 101:
                await browser.send(event)
            elif isinstance(event, (h11.InformationalResponse, h11.Response)):
                return event
            else:
                raise ConnectionResetError("the server left without an answer")

    async def pass_answer(
        self, browser: Wire, server: Wire, answer: h11.Response, extra: Headers
    ) -> None:
        """Pass on an answer."""
        headers = [(key, value) for key, value in answer.headers if key not in HOP_BY_HOP]
        status, reason = answer.status_code, answer.reason
        await browser.send(
            h11.Response(status_code=status, reason=reason, headers=[*headers, *extra])
        )
        async for event in server.body():
            await browser.send(event)

    # --- who may enter a learner's server -------------------------------------------------------

    def may_enter(self, request: h11.Request, name: str) -> bool:
        """Whether the hub let this browser in, or a program brings a token for it."""
        headers = list(request.headers)
        return seats.brings_a_token(headers) or seats.has_seat(
            headers, self.secret, name, secure=self.secure
        )

    def seat_for(self, request: h11.Request, answer: h11.Response) -> Headers:
        """The seat that goes with this answer of the hub, where it lets somebody in."""
        locations = [value.decode("latin-1") for key, value in answer.headers if key == b"location"]
        for location in locations:
            if name := seats.granted(request.target.decode("ascii"), location):
                return [(b"Set-Cookie", seats.seat(self.secret, name, secure=self.secure))]
        return []

    async def show_the_way(self, browser: Wire, answer: h11.Response, name: str) -> None:
        """Answer a stranger: with the way to the hub, if that is what the server said."""
        way = seats.to_the_hub(answer.status_code, list(answer.headers), name)
        if way is None:
            text = "This server belongs to somebody. Go to /hub/ and open your own."
            await browser.answer(403, text)
        else:
            await browser.answer(302, "", way)

    # --- WebSockets -----------------------------------------------------------------------------

    async def connect(self, browser: Wire, server: Wire, answer: h11.InformationalResponse) -> None:
        """Once both have changed the protocol, pass on bytes until one end hangs up."""
        await browser.send(h11.InformationalResponse(status_code=101, headers=list(answer.headers)))
        server.writer.write(browser.http.trailing_data[0])
        browser.writer.write(server.http.trailing_data[0])
        ends = (browser, server), (server, browser)
        ways = [asyncio.create_task(_copy(one.reader, other.writer)) for one, other in ends]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()


# --- the process --------------------------------------------------------------------------------


def arguments(words: list[str]) -> argparse.Namespace:
    """What JupyterHub says; what else it says is for other proxies."""
    parser = argparse.ArgumentParser(prog="proxy", description=__doc__)
    parser.add_argument("--ip")
    parser.add_argument("--port", type=int)
    parser.add_argument("--api-ip")
    parser.add_argument("--api-port", type=int)
    parser.add_argument("--error-target")
    parser.add_argument("--ssl-cert")
    parser.add_argument("--ssl-key")
    parser.add_argument("--secret", type=Path, help="a file that root alone can read")
    return parser.parse_known_args(words)[0]


async def run(chosen: argparse.Namespace, token: str) -> None:
    """Open the door, and keep it open."""
    routes = Routes()
    api(routes, token).listen(chosen.api_port, chosen.api_ip)
    secure = bool(chosen.ssl_cert)
    door = Door(routes, chosen.secret.read_bytes(), chosen.error_target, secure=secure)
    tls = None
    if secure:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(chosen.ssl_cert, chosen.ssl_key)
    server = await asyncio.start_server(door.meet, chosen.ip, chosen.port, ssl=tls, limit=PIECE)
    await server.serve_forever()


def main(words: list[str]) -> None:
    """Run the door with as many open files as the machine allows: each browser has some."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(run(arguments(words), os.environ["CONFIGPROXY_AUTH_TOKEN"]))


if __name__ == "__main__":
    main(sys.argv[1:])
