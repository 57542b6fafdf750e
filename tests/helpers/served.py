"""`python -m labutils serve` in a process of its own."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

CALLBACK = "http://127.0.0.1:9999/cb"


QUESTION = {
    "response_type": "code",
    "client_id": "web",
    "redirect_uri": CALLBACK,
    "scope": "openid profile offline_access",
    "state": "s",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "labutils", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="locale",
    )


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """The issuer of a provider that is ready; it stops on SIGTERM with status 0 and has said
    nothing else."""
    process = start(*arguments, *([] if "--port" in arguments else ["--port", str(free_port())]))
    try:
        first = process.stdout.readline()
        assert re.fullmatch(r"serving http://(127\.0\.0\.1|localhost):\d+\n", first)
        yield first.split()[1]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            rest = process.communicate(timeout=5)
        finally:
            process.kill()
    assert (process.returncode, rest) == (0, ("", ""))


def refused(process: subprocess.Popen) -> str:
    """The one sentence of a command that ends with status 2."""
    out, sentence = process.communicate(timeout=10)
    assert (process.returncode, out, sentence.count("\n"), "Traceback" in sentence) == (
        2,
        "",
        1,
        False,
    )
    return sentence


def idle(issuer: str, said: bytes = b"") -> socket.socket:
    """A connection that says this and then nothing."""
    connection = socket.create_connection(("127.0.0.1", int(issuer.rsplit(":")[-1])), timeout=2)
    connection.sendall(said)
    return connection


def authorize(issuer: str) -> httpx.Response:
    return httpx.get(issuer + "/authorize", params=QUESTION, timeout=3)
