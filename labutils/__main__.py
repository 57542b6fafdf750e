"""What a person types: `python -m labutils` lab, doctor, checklist, hunt, score, work, room, serve,
relay, sanitize, telemetry, case, capstone, live.

Each is a command of a room: `commands.py` there has its arguments, and does what they say. A room
is imported where somebody names its command.
"""

from __future__ import annotations  # see labutils/doctor.py

import argparse
import importlib
import sys
from collections.abc import Sequence

from labutils import doctor
from labutils.text import version

ROOMS = {  # each command: its room, and what it is for
    "serve": ("identity", "put the provider on loopback, for a real browser or client"),
    "relay": ("incident", "phish yourself: the provider and a relay before it, for your browser"),
    "sanitize": ("har", "clean a HAR file, so that it can be sent to support"),
    "telemetry": (
        "incident",
        "play the breach and write what each service logged, one file per source",
    ),
    "hunt": ("hunt", "run Sigma rules over logs, yours or the course's"),
    "score": (
        "incident",
        "score Sigma rules in a world whose attack is known, or in six that nobody saw",
    ),
    "lab": (
        "classroom",
        "make your working copies, and open JupyterLab on the lesson that you worked in last",
    ),
    "work": (
        "classroom",
        "make your working copies of the lessons, with the story and the glossary",
    ),
    "room": ("classroom", "how a class is doing, without names (instructors)"),
    "checklist": (
        "incident",
        "write the checklist for a team: a file that ends in .md, .csv or .html",
    ),
    "case": ("incident", "an incident of your own, as a folder of YAML"),
    "capstone": ("capstone", "an incident that nobody told you about: new, ask, check, grade"),
    "live": ("live", "the live exercise: teams hunt an active intruder, on loopback"),
}


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The command line. The arguments say which rooms have to be imported for it."""
    about_all = (__doc__ or "").partition("\n\n")[0]
    parser = argparse.ArgumentParser(prog="python -m labutils", description=about_all)
    parser.add_argument("--version", action="version", version=f"labutils {version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    about = commands.add_parser("doctor", help="check the set-up")
    about.set_defaults(run=lambda _: doctor.examine())
    for name, (room, purpose) in ROOMS.items():
        about = commands.add_parser(name, help=purpose)
        if name in arguments:
            command = importlib.import_module(f"labutils.{room}.commands").COMMANDS[name]
            command.arguments(about)
            about.set_defaults(run=command.run)
    return parser


def _print_any_name() -> None:
    """Let be printed what a terminal cannot show: the name of a file may hold it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's has no need of it
            stream.reconfigure(errors="backslashreplace")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, run the command, and return the exit status."""
    parser = _parser(sys.argv[1:] if arguments is None else arguments)
    _print_any_name()
    chosen, further = parser.parse_known_args(arguments)
    chosen.options = further
    if chosen.options and chosen.command != "lab":  # whose further options are JupyterLab's
        parser.error(f"unrecognized arguments: {' '.join(chosen.options)}")
    status: int = chosen.run(chosen)
    return status


if __name__ == "__main__":
    sys.exit(main())
