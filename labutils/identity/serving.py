"""Serve a provider on loopback in bounded time and memory: the server of `labutils serve`."""

import io
import socket
import time
from collections.abc import Iterable
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    MisdirectedRequest,
    RequestTimeout,
)
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request

from labutils.identity.provider import Provider
from labutils.identity.provider.pages import guarded

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from _typeshed import WriteableBuffer

LONGEST_BODY = 1_000_000  # bytes of a request
# Seconds from the first byte that may come to the last one that must have come.
LONGEST_REQUEST = 10
# Each connection has a thread and a descriptor, of which there are 1,024 on most machines.
MOST_CONNECTIONS = 800
MOST_LINES = 10_000  # of the audit log that are kept
FORGET_EVERY = 60  # seconds
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


# What socketserver calls a request: a connection, or for UDP a message and where to answer.
Connection = socket.socket | tuple[bytes, socket.socket]


class Loopback:
    """The provider as a WSGI app for a browser on the same machine."""

    def __init__(self, provider: Provider):
        self.provider = provider
        self.lock = Lock()
        self.forgotten = provider.now
        self.host = provider.issuer.split("//")[1].removesuffix(":80")

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """An idle connection must hold up nobody, and a code must not be used twice at once."""
        try:
            body = read_body(environ)  # may be slow to come, so it is read before the lock is taken
            self.check_host(environ.get("HTTP_HOST"))
        except HTTPException as refusal:
            return guarded(refusal.get_response(environ))(environ, start_response)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        with self.lock:
            self.provider.lab.clock.tick()
            self.forget()
            return self.provider(environ, start_response)

    def check_host(self, host: str | None) -> None:
        """Refuse a request that names another host, as a page after DNS rebinding does.

        Raises an HTTPException: 400 where the name is missing or stands twice (RFC 9112, 3.2), 421
        where it is another's (RFC 9110, 15.5.20).
        """
        if host is None or "," in host:
            raise BadRequest("A request names one host.")
        if host.lower().removesuffix(":80") != self.host:
            raise MisdirectedRequest(
                f"This server answers for {self.host} alone. Open {self.provider.issuer} instead."
            )

    def forget(self) -> None:
        """Drop whatever has expired, once a minute, and all but the newest lines of the log."""
        del self.provider.lab.audit[:-MOST_LINES]
        now = self.provider.now
        if not 0 <= now - self.forgotten < FORGET_EVERY:
            self.forgotten = now
            self.provider.forget()


def read_body(environ: "WSGIEnvironment") -> bytes:
    """Return the body of a request.

    Raises an HTTPException where it is too long, too slow, or none.
    """
    request = Request(environ)
    request.max_content_length = LONGEST_BODY
    try:
        return request.get_data()
    except ClientDisconnected as gone:
        # what werkzeug makes of a TimeoutError, or of a client that went away
        if not isinstance(gone.__context__, TimeoutError):
            raise
        raise RequestTimeout(
            f"The request did not come within {LONGEST_REQUEST} seconds."
        ) from gone
    except OSError as error:  # a body in chunks that are none
        raise BadRequest() from error


class InTime(io.RawIOBase):
    """A stream that reads a connection until a deadline, however slowly its bytes drip."""

    def __init__(self, connection: socket.socket):
        self.connection, self.deadline = connection, 0.0

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read some bytes. Raises TimeoutError once it is too late."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("too late")
        self.connection.settimeout(left)
        try:
            return self.connection.recv_into(buffer)
        finally:
            self.connection.settimeout(LONGEST_REQUEST)  # for the answer


class Handler(WSGIRequestHandler):
    """A handler of one connection, which writes nothing to the terminal."""

    error_content_type = "text/plain"  # for what is not an HTTP
    error_message_format = "%(code)d %(message)s\n"

    def setup(self) -> None:
        """Read the connection through a deadline."""
        super().setup()
        self.rfile.close()
        self.incoming = InTime(self.connection)
        self.rfile = io.BufferedReader(self.incoming)

    def handle_one_request(self) -> None:
        """Give each request its own deadline."""
        self.incoming.deadline = time.monotonic() + LONGEST_REQUEST
        super().handle_one_request()

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing, for a request or for a client that went away."""


class Server(ThreadedWSGIServer):
    """A server with a thread for each connection, and a limit on connections."""

    def __init__(self, listening: socket.socket, provider: Provider):
        self.room, self.ending = BoundedSemaphore(MOST_CONNECTIONS), False
        host, port = listening.getsockname()
        super().__init__(host, port, Loopback(provider), Handler, fd=listening.fileno())

    def process_request(self, request: Connection, client_address: object) -> None:
        """Serve a connection in its own thread, or answer that all are busy."""
        if self.room.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        if isinstance(request, socket.socket):
            say_busy(request)
        self.shutdown_request(request)

    def process_request_thread(self, request: Connection, client_address: object) -> None:
        """Serve a connection, and make room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()

    def server_close(self) -> None:
        """Close the server, without a word about the connections that this cuts off."""
        self.ending = True
        super().server_close()

    def handle_error(self, request: Connection, client_address: tuple[str, int] | str) -> None:
        """Show what went wrong with a request, except for what closing the server caused."""
        if not self.ending:
            super().handle_error(request, client_address)


def say_busy(connection: socket.socket) -> None:
    """Answer 503 without waiting."""
    try:
        connection.setblocking(False)
        connection.send(BUSY)
    except OSError:  # it went away
        pass
