"""Run `python -m labutils hunt`: search logs with Sigma rules, once or as the logs grow."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from labutils.command_line import Command, printed, refused
from labutils.text import counted, shown

if TYPE_CHECKING:
    from labutils.hunt import Engine, RefusedRule

NO_RULE = "No rule could be used; --rules names files or folders of Sigma rules."
NO_EVENT = (
    "No event could be read, for the reasons above; docs/your-exports.md lists the exports that "
    "are read, and docs/authoring.md says how to add another."
)
NO_FILE = "No event could be read: --events names no file of logs, or each is empty."


def hunt(
    rules: list[Path],
    events: list[Path],
    *,
    placeholders: Path | None,
    form: str,
    html: Path | None,
    engine: "Engine" = "sqlite",
) -> int:
    """Search logs with Sigma rules and print the hits as `form`: text, json or csv; write a report
    to `html`.

    The exit status is 0 with or without hits, and 2 where no rule or no event could be read, the
    report could not be written, or the engine is not there.
    """
    from labutils import hunt as hunting

    if html is not None and (reason := hunting.cannot_write(html)):
        return refused(f"{shown(str(html))} {reason}")
    try:
        lists = _site_lists(placeholders)
    except ValueError as error:
        return refused(str(error))
    try:
        with hunting.Bar() as bar:
            result = hunting.hunt(rules, events, lists, engine=engine, progress=bar)
    except hunting.CannotAsk as error:
        return refused(str(error))
    except OSError as error:
        return refused(f"The hunt could not go on: {error.strerror or error}.")
    if placeholders is None:
        result.notes += _lists_that_ship(result.refused)
    if html is not None and result.loaded and result.events:
        try:
            html.write_text(hunting.as_html(result), encoding="utf-8")
        except OSError as error:
            return refused(f"{shown(str(html))} cannot be written: {error.strerror or error}.")
    forms = {"json": hunting.as_json, "csv": hunting.as_csv, "text": hunting.as_text}
    printed(forms[form](result))
    if not result.loaded:
        return refused(NO_RULE)
    if not result.events:
        return refused(NO_EVENT if result.skipped else NO_FILE)
    return 0


def _lists_that_ship(refused: "Iterable[RefusedRule]") -> list[str]:
    """A sentence that names the lists of the course's company, where a rule waits for some.

    They are not taken unasked: with another company's addresses a rule is silent, or loud.
    """
    from labutils.incident import cases
    from labutils.lab import data_file

    waiting = sum("(--placeholders)" in one.reason for one in refused)
    if not waiting:
        return []
    path = data_file(f"cases/{cases.COURSE}/placeholders.yaml")
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return [
        f"{counted(waiting, 'rule')} {'asks' if waiting == 1 else 'ask'} for lists of your own. "
        f"For the course's logs add --placeholders {path.as_posix()}; for your own, copy that "
        "file and put your own values in."
    ]


def _site_lists(placeholders: Path | None) -> dict[str, list[str]]:
    """The lists of a site. Raises ValueError with a sentence where they cannot be read."""
    from labutils import hunt as hunting

    try:
        return dict(hunting.read_placeholders(placeholders)) if placeholders else {}
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise ValueError(f"{shown(str(placeholders))} {reason}.") from error
    except ValueError as error:
        raise ValueError(f"{shown(str(placeholders))} {error}.") from error


def follow(
    rules: list[Path], events: list[Path], *, placeholders: Path | None, as_json: bool
) -> int:
    """Search logs with Sigma rules as they grow; print each new hit until SIGTERM or Ctrl-C.

    The exit status is 2 where no rule could be read.
    """
    from labutils import hunt as hunting

    try:
        ruleset = hunting.load(rules, _site_lists(placeholders))
    except ValueError as error:
        return refused(str(error))
    print_refused(ruleset.refused)
    if not ruleset.rules:
        return refused(NO_RULE)
    stops: list[int] = []  # a lock here could be held by the very wait that the signal interrupts
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: stops.append(number))
    following = hunting.Following(ruleset, events, lambda text: print(text, file=sys.stderr))
    last = False
    while not last:
        last = bool(stops)
        for hit in following.look(last=last):
            line = json.dumps(hunting.hit_as_json(hit)) if as_json else hunting.as_line(hit)
            print(line, flush=True)
        until = time.monotonic() + hunting.EVERY
        while not stops and time.monotonic() < until:
            time.sleep(0.05)
    for note in following.matcher.left_out():
        print(shown(note, 400), file=sys.stderr)
    following.close()
    return 0


def print_refused(rules: "Iterable[RefusedRule]") -> None:
    """Print which rules are not used, and why."""
    for one in rules:
        print(f"{shown(one.path, 100)}: {shown(one.reason, 400)}", file=sys.stderr)


def rules_argument(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the option `--rules`, which may be repeated."""
    parser.add_argument(
        "--rules",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        required=required,
        default=None if required else [],
        help="Sigma rules: YAML files, or folders of them",
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Exit status: 0 with or without hits, 2 when no rule or no event could be read, or "
        "no report could be written."
    )
    rules_argument(parser, required=True)
    parser.add_argument(
        "--events",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        required=True,
        help="logs: JSON, JSON Lines, CSV or Parquet, plain, gzip or zip, or folders of them",
    )
    parser.add_argument(
        "--placeholders",
        metavar="FILE",
        type=Path,
        help="your own lists, for rules that ask for one (|expand): YAML, a name and a list of "
        "strings each",
    )
    parser.add_argument(
        "--sources",
        metavar="FOLDER",
        type=Path,
        help="further sources of logs, a YAML file each (docs/your-own-incident.md)",
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument(
        "--json", action="store_true", help="JSON for programs; with --follow, one hit per line"
    )
    forms.add_argument(
        "--csv", action="store_true", help="the hits as CSV, a line each, for a spreadsheet"
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="keep reading the logs as they grow and print only new hits, until SIGTERM or Ctrl-C",
    )
    parser.add_argument(
        "--engine",
        choices=("sqlite", "duckdb"),
        default="sqlite",
        help="duckdb keeps the events as Parquet and searches large logs faster, with the same "
        "hits (`python -m pip install duckdb`)",
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a report with a timeline: one HTML file without scripts, fit for e-mail",
    )


def _run(chosen: argparse.Namespace) -> int:
    from labutils.hunt.sources import learn
    from labutils.sheets import SheetError

    lists, as_json = chosen.placeholders, chosen.json
    try:
        if chosen.sources:
            learn(chosen.sources)
    except SheetError as error:
        return refused(shown(str(error), 600))
    if not chosen.follow:
        return hunt(
            chosen.rules,
            chosen.events,
            placeholders=lists,
            form="json" if as_json else "csv" if chosen.csv else "text",
            html=chosen.html,
            engine=chosen.engine,
        )
    if chosen.engine != "sqlite":
        return refused("--follow works only with SQLite: leave out --engine or --follow.")
    if chosen.csv:
        return refused("CSV is written when a hunt ends: leave out --csv or --follow.")
    if chosen.html is not None:
        return refused("A report is written when a hunt ends: leave out --html or --follow.")
    return follow(chosen.rules, chosen.events, placeholders=lists, as_json=as_json)


COMMANDS = {"hunt": Command(_arguments, _run)}
