"""The commands that a person types: `python -m labutils` doctor, serve, sanitize, telemetry."""
from __future__ import annotations  # see labutils/doctor.py

import argparse
import secrets
import signal
import socket
import sys
from pathlib import Path

from labutils import doctor
from labutils.text import shown

# --- serve ------------------------------------------------------------------------------------------------------


def serve(port: int, host: str, auto_login: str | None, seed: str | None, start: str | None) -> int:
    """Put the provider on loopback until SIGTERM or Ctrl-C. The exit status is 2 where the port is taken."""
    from labutils.identity.served import product
    from labutils.identity.serving import Server
    from labutils.lab import Lab

    lab = Lab(seed, start)
    try:
        listening = socket.create_server((host, port))
    except (OSError, OverflowError):
        return _refused(f"Port {port} on {host} is taken or not allowed; say another with --port.")
    with listening:
        provider = product(lab, f"http://{host}:{listening.getsockname()[1]}", auto_login)
        if auto_login is not None and auto_login not in provider.users:
            return _refused(f"There is no user {auto_login!r} here; say --auto-login ada.")
        server = Server(listening, provider)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    print(f"serving {provider.issuer}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return 0


def _stop(number: int, frame: object) -> None:
    """End quietly, at the first signal, and let no second one disturb that."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    sys.exit(0)


# --- sanitize ---------------------------------------------------------------------------------------------------

LARGE = 5_000_000  # bytes from which on progress is shown


def sanitize(source: Path, target: Path, salt: str | None) -> int:
    """Write a cleaned copy of a HAR file and say what was replaced. The exit status is 2 where that cannot be, with nothing written."""
    from labutils.incident.har import NotHar, clean_file, said

    last = [0]

    def progress(done: int, size: int) -> None:
        percent = 100 * done // max(size, 1)
        if size >= LARGE and percent > last[0]:
            last[0] = percent
            print(f"\rcleaning: {percent} %", end="" if percent < 100 else "\n", file=sys.stderr, flush=True)

    try:
        if target.exists() and source.samefile(target):
            return _refused("The cleaned copy needs a name of its own: IN and OUT are the same file.")
        removed = clean_file(source, target, secrets.token_hex(16) if salt is None else salt, progress)
    except NotHar as error:
        return _refused(f"{shown(str(source))}: {error}")
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        act = f"{source} cannot be read" if getattr(error, "filename", None) == str(source) else f"{target} cannot be written"
        return _refused(f"{shown(act)}: {getattr(error, 'strerror', None) or error}.")
    print(f"{said(removed)} Look through {shown(str(target))} before you send it.")
    return 0


# --- telemetry --------------------------------------------------------------------------------------------------


def telemetry(folder: Path) -> int:
    """Play the historical world and write its logs, one file a source, with truth.json beside them. The exit status."""
    from labutils.incident.breach import play
    from labutils.incident.policy import World
    from labutils.incident.telemetry import write

    replay = play(World.historical())
    try:
        counts = write(folder, replay.audit, replay.truth)
    except (OSError, ValueError) as error:
        return _refused(f"{shown(str(folder))} cannot be written: {getattr(error, 'strerror', None) or error}.")
    for source, count in counts.items():
        print(f"{count:5}  {source}.jsonl")
    print(f"{sum(counts.values()):5}  events in all; truth.json says which belong to which fact.")
    return 0


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m labutils", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="check the set-up")
    served = commands.add_parser("serve", help="put the provider on loopback, for a real browser or client")
    served.add_argument("--port", type=int, default=9000, help="0 for any port that is free")
    served.add_argument("--host", choices=("127.0.0.1", "localhost"), default="127.0.0.1")
    served.add_argument("--auto-login", metavar="USER", help="answer each authorization request at once, as this user")
    served.add_argument("--seed", help="the lab's dice instead of real randomness")
    served.add_argument("--start", help="the lab's clock from this ISO 8601 moment, instead of the real time")
    cleaned = commands.add_parser("sanitize", help="clean a HAR file, so that it can be sent to support")
    cleaned.add_argument("source", metavar="IN.har", type=Path)
    cleaned.add_argument("target", metavar="OUT.har", type=Path)
    cleaned.add_argument("--salt", help="the key of the tags, instead of a random one: the same salt gives the same tags")
    written = commands.add_parser("telemetry", help="play the breach and write what each service logged, a file a source")
    written.add_argument("folder", metavar="OUT_DIR", type=Path)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # the name of a file may hold what a terminal cannot show
    chosen = parser.parse_args(arguments)
    if chosen.command == "doctor":
        return doctor.examine()
    if chosen.command == "telemetry":
        return telemetry(chosen.folder)
    if chosen.command == "sanitize":
        return sanitize(chosen.source, chosen.target, chosen.salt)
    try:
        return serve(chosen.port, chosen.host, chosen.auto_login, chosen.seed, chosen.start)
    except ValueError as error:
        return _refused(f"--start must be a moment such as 2023-10-18T09:00:00Z: {error}")


if __name__ == "__main__":
    sys.exit(main())
