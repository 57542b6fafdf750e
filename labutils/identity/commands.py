"""Run `python -m labutils serve`: the provider on loopback."""

import argparse
import signal
import socket
import sys

from labutils.command_line import Command, refused


def serve(port: int, host: str, auto_login: str | None, seed: str | None, start: str | None) -> int:
    """Serve the provider on loopback until SIGTERM or Ctrl-C.

    The exit status is 2 where the port is taken.
    """
    if sys.platform == "emscripten":
        return refused("Python in a browser cannot open a port. Run this on your own machine.")
    from labutils.identity.course_provider import product
    from labutils.identity.serving import Server
    from labutils.lab import Lab

    lab = Lab(seed, start)
    try:
        listening = socket.create_server((host, port))
    except (OSError, OverflowError):
        return refused(
            f"Port {port} on {host} is in use or not allowed; choose another with --port."
        )
    with listening:
        provider = product(lab, f"http://{host}:{listening.getsockname()[1]}", auto_login)
        if auto_login is not None and auto_login not in provider.users:
            return refused(f"There is no user {auto_login!r} here; say --auto-login ada.")
        server = Server(listening, provider)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    print(f"serving {provider.issuer}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return 0


def _stop(_number: int, _frame: object) -> None:
    """End quietly, at the first signal, and let no second one disturb that."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    sys.exit(0)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=9000, help="0 for any free port")
    parser.add_argument("--host", choices=("127.0.0.1", "localhost"), default="127.0.0.1")
    parser.add_argument(
        "--auto-login",
        metavar="USER",
        help="answer each authorization request at once, as this user",
    )
    parser.add_argument("--seed", help="the lab's dice instead of real randomness")
    parser.add_argument(
        "--start", help="the lab's clock, starting at this ISO 8601 time, instead of the real time"
    )


def _run(chosen: argparse.Namespace) -> int:
    try:
        return serve(chosen.port, chosen.host, chosen.auto_login, chosen.seed, chosen.start)
    except ValueError as error:
        return refused(f"--start must be a time such as 2023-10-18T09:00:00Z: {error}")


COMMANDS = {"serve": Command(_arguments, _run)}
