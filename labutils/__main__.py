"""What a person types: `python -m labutils` lab, doctor, checklist, hunt, score, work, room, serve,
sanitize, telemetry, capstone, live."""

from __future__ import annotations  # see labutils/doctor.py

import argparse
import filecmp
import importlib
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from labutils import doctor
from labutils.incident import COURSE
from labutils.text import counted, shown, version

if TYPE_CHECKING:
    from labutils.hunt import Engine, RefusedRule
    from labutils.incident.cases import Incident

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

# --- serve ---------------------------------------------------------------------------------------


def serve(port: int, host: str, auto_login: str | None, seed: str | None, start: str | None) -> int:
    """Put the provider on loopback until SIGTERM or Ctrl-C.

    The exit status is 2 where the port is taken.
    """
    if sys.platform == "emscripten":
        return _refused("Python in a browser cannot open a port. Run this on your own machine.")
    from labutils.identity.course_provider import product
    from labutils.identity.serving import Server
    from labutils.lab import Lab

    lab = Lab(seed, start)
    try:
        listening = socket.create_server((host, port))
    except (OSError, OverflowError):
        return _refused(
            f"Port {port} on {host} is in use or not allowed; choose another with --port."
        )
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


def _stop(_number: int, _frame: object) -> None:
    """End quietly, at the first signal, and let no second one disturb that."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    sys.exit(0)


# --- sanitize -----------------------------------------------------------------------------------

LARGE = 5_000_000  # bytes from which on progress is shown


def sanitize(
    source: Path,
    target: Path,
    salt: str | None,
    *,
    keep: Sequence[str] = (),
    hosts: bool = False,
    force: bool = False,
) -> int:
    """Write a cleaned copy of a HAR file; say what was replaced, what stayed, what a search found.

    The exit status is 0 where the search found nothing; 1 where the copy was written and the
    search found something, so that a script that does not look sends nothing; 2 where the copy
    could not be made, and 130 or 143 where somebody stopped it, with nothing written.
    """
    from labutils.har import CannotRead, NotHar, clean_file
    from labutils.har.files import is_stream, report, searched

    shown_so_far, stream, name = [0], False, shown(str(target))
    try:
        if target.exists() and source.exists() and source.samefile(target):
            return _refused("IN and OUT are the same file: the copy needs a different name.")
        stream = is_stream(target)
        if target.is_file() and not stream and not force:
            return _refused(f"{name} exists. Choose another name, or use --force to replace it.")
        with _stopped_by_signals():
            chosen = secrets.token_hex(16) if salt is None else salt
            cleaned = clean_file(
                source, target, chosen, _progress(shown_so_far), keep=keep, hosts=hosts
            )
    except NotHar as error:
        return _refused(f"{shown(str(source))}: {error}")
    except CannotRead as error:
        return _refused(f"{shown(str(source))} cannot be read: {error}.")
    except KeyboardInterrupt:
        line = "\n" if shown_so_far[0] % 100 else ""
        what = "Stopped before the end" + ("." if stream else ": nothing was written.")
        print(line + what, file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return _refused(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.")
    look = f"Look through {name} before you send it."
    if cleaned.left:
        look = f"Do not send {name} as it is."
    out = sys.stderr if stream or cleaned.left else sys.stdout
    print(report(cleaned, hosts), searched(cleaned.left), look, file=out)
    return 1 if cleaned.left else 0


def _progress(last: list[int]) -> Callable[[int, int], None]:
    """What shows on the standard error how far a large file is, and notes it in `last`."""

    def progress(done: int, size: int) -> None:
        percent = 100 * done // max(size, 1)
        if size >= LARGE and percent > last[0]:
            last[0] = percent
            end = "" if percent < 100 else "\n"
            print(f"\rcleaning: {percent} %", end=end, file=sys.stderr, flush=True)

    return progress


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Within this, SIGTERM and SIGHUP end the program as an exception does; nothing stays behind.

    What is ignored, as under nohup, goes on being ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _leave) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- telemetry ----------------------------------------------------------------------------------


def telemetry(
    folder: Path,
    background: int | None = None,
    seed: str | None = None,
    *,
    benign: bool = False,
    case: str = COURSE,
) -> int:
    """Play the historical world of a case and write its logs, one file a source, with truth.json
    and labels.json beside them; with `background` add this many events of ordinary traffic.

    The exit status.
    """
    from labutils.incident.background import NoBackground
    from labutils.incident.breach import play
    from labutils.incident.policy import World
    from labutils.incident.telemetry import write

    if background is None and (benign or seed is not None):
        return _refused("--seed and --benign are about the background: add --background N.")
    try:
        if background is None:
            replay = play(World.historical(case), case=case)
            counts = write(folder, replay.audit, replay.truth, replay.labels)
        else:
            counts = _world(folder, background, seed or "1", benign, case)
    except NoBackground as error:
        return _refused(f"{error} Leave out --background.")
    except (OSError, ValueError) as error:
        return _refused(
            f"{shown(str(folder))} cannot be written: {getattr(error, 'strerror', None) or error}."
        )
    for source, count in counts.items():
        print(f"{count:8}  {source}.jsonl")
    print(f"{sum(counts.values()):8}  events in all; truth.json says which belong to which fact,")
    print("          labels.json which are modelled: no vendor or report describes them.")
    if background is not None:
        print("          twins.json names what looks like a step of the attack but is not;")
        print("          changes.csv, roster.csv and travel.csv are for the hunter.")
    return 0


def _world(folder: Path, count: int, seed: str, benign: bool, case: str) -> dict[str, int]:
    """Write a world with background; the number of events of each source. Nothing is overwritten
    but by the same."""
    from labutils.incident import background
    from labutils.incident.breach import play
    from labutils.incident.policy import World

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as made:
        replay = play(World.historical(case), case=case)
        counts = background.write(Path(made), replay, count=count, seed=seed, attack=not benign)
        files = sorted(Path(made).iterdir())
        for path in files:
            there = folder / path.name
            if there.exists() and not filecmp.cmp(there, path, shallow=False):
                sentence = f"it already holds a {path.name} of its own; name an empty folder"
                raise FileExistsError(0, sentence)
        for path in files:
            path.replace(folder / path.name)
    return counts


NO_RULE = "No rule could be used; --rules names files or folders of Sigma rules."

# --- hunt ---------------------------------------------------------------------------------------


def hunt(
    rules: list[Path],
    events: list[Path],
    *,
    placeholders: Path | None,
    as_json: bool,
    html: Path | None,
    engine: Engine = "sqlite",
) -> int:
    """Hold Sigma rules against logs, and print the hits; write a report to `html`.

    The exit status is 0 with or without hits, and 2 where no rule or no event could be read, the
    report could not be written, or the engine is not there.
    """
    from labutils import hunt as hunting

    if html is not None and (reason := hunting.cannot_write(html)):
        return _refused(f"{shown(str(html))} {reason}")
    try:
        lists = _site_lists(placeholders)
    except ValueError as error:
        return _refused(str(error))
    try:
        with hunting.Bar() as bar:
            result = hunting.hunt(rules, events, lists, engine=engine, progress=bar)
    except hunting.CannotAsk as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"The hunt could not go on: {error.strerror or error}.")
    if placeholders is None:
        result.notes += _lists_that_ship(result.refused)
    if html is not None and result.loaded and result.events:
        try:
            html.write_text(hunting.as_html(result), encoding="utf-8")
        except OSError as error:
            return _refused(f"{shown(str(html))} cannot be written: {error.strerror or error}.")
    _print(hunting.as_json(result) if as_json else hunting.as_text(result))
    if not result.loaded:
        return _refused(NO_RULE)
    if not result.events:
        return _refused("No event could be read; --events names files or folders of logs.")
    return 0


def _lists_that_ship(refused: Iterable[RefusedRule]) -> list[str]:
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
        f"{counted(waiting, 'rule')} ask for lists of your own. For the course's logs add "
        f"--placeholders {path.as_posix()}; for your own, copy that file and put your own values "
        "in."
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
    """Hold Sigma rules against logs as they grow, and print each new hit, until SIGTERM or Ctrl-C.

    The exit status is 2 where no rule could be read.
    """
    from labutils import hunt as hunting

    try:
        ruleset = hunting.load(rules, _site_lists(placeholders))
    except ValueError as error:
        return _refused(str(error))
    _print_refused(ruleset.refused)
    if not ruleset.rules:
        return _refused(NO_RULE)
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


# --- score --------------------------------------------------------------------------------------


def score(
    rules: list[Path],
    folder: Path,
    *,
    placeholders: Path | None,
    budget: int,
    as_json: bool,
    case: str = COURSE,
) -> int:
    """Print how well rules hunt in the world of a folder: by its ground truth, or by its seal.

    The exit status is 2 where no rule could be used, or where the folder is not a world.
    """
    from labutils import hunt as hunting
    from labutils.incident import cases, held_out, scoring, self_check

    lists = placeholders or folder / held_out.PLACEHOLDERS
    given = {name: list(values) for name, values in cases.load(case).placeholders.items()}
    try:
        if placeholders or lists.exists():
            given |= hunting.read_placeholders(lists)
        result = hunting.hunt(rules, [folder], given)
        _print_refused(result.refused)
        if not result.loaded:
            return _refused(NO_RULE)
        sealed = folder / self_check.SEAL
        if sealed.exists() and not (folder / "truth.json").exists():
            ids = {name for hit in result.hits for name in hit.event_ids}
            print(self_check.check(ids, sealed))
            return 0
        scored = scoring.score(scoring.alerting(result.hits), folder, budget=budget, case=case)
    except OSError as error:
        return _refused(f"{shown(str(lists))} cannot be read: {error.strerror or error}.")
    except ValueError as error:
        return _refused(str(error))
    for title in scoring.quiet_rules(result.hits):
        print(f"Not scored, because its level alerts nobody: {shown(title, 100)}", file=sys.stderr)
    _print(json.dumps(scored.summary(), indent=1) if as_json else str(scored))
    return 0


def grade(
    rules: list[Path],
    seed: str,
    *,
    count: int,
    keep: Path | None,
    budget: int,
    as_json: bool,
    case: str = COURSE,
) -> int:
    """Print how well rules hunt in six worlds of a seed that nobody knew while writing them.

    The exit status is 2 where no rule could be used, or no world could be written.
    """
    from labutils.incident import background, held_out

    try:
        worlds = held_out.worlds(seed, count=count, folder=keep, case=case)
        result = held_out.grade(rules, worlds, budget=budget, case=case)
    except background.TooSmall as error:
        return _refused(f"{error}.")
    except background.NoBackground as error:
        return _refused(f"{error} Rules are graded among ordinary traffic.")
    except OSError as error:
        return _refused(f"The worlds cannot be written: {error.strerror or error}.")
    if not result.loaded:
        _print_refused(result.refused)
        return _refused(NO_RULE)
    _print(json.dumps(result.summary(), indent=1) if as_json else str(result))
    return 0


def _print_refused(refused: Iterable[RefusedRule]) -> None:
    for one in refused:
        print(f"{shown(one.path, 100)}: {shown(one.reason, 400)}", file=sys.stderr)


def seal(folder: Path, salt: str) -> int:
    """Write a seal of a world's answers, for learners who shall not see them. The exit status."""
    from labutils.incident import self_check
    from labutils.incident.ground_truth import NotAWorld

    try:
        path = self_check.seal(folder, salt)
    except NotAWorld as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"{shown(str(folder))} cannot be written: {error.strerror or error}.")
    print(f"Wrote {shown(str(path))}. Give the folder away without truth.json, twins.json and")
    print("labels.json: `score --world FOLDER` then counts right events, and names none.")
    return 0


def _score_command(commands: Commands) -> None:
    scored = commands.add_parser(
        "score",
        help="score Sigma rules in a world whose attack is known, or in six that nobody saw",
        usage="%(prog)s [-h] --rules PATH ... (--world FOLDER | --seed SEED) [options]\n"
        "       %(prog)s --world FOLDER --seal SALT",
    )
    scored.add_argument(
        "--rules",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="Sigma rules: YAML files, or folders of them",
    )
    scored.add_argument(
        "--world", metavar="FOLDER", type=Path, help="what `telemetry FOLDER --background N` wrote"
    )
    scored.add_argument(
        "--seed", help="make six worlds of this seed, which those who wrote the rules do not know"
    )
    scored.add_argument(
        "--background",
        metavar="N",
        type=int,
        default=20_000,
        help="with --seed: events of ordinary traffic in each world (20,000)",
    )
    scored.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="with --seed: write the worlds here"
    )
    scored.add_argument(
        "--placeholders",
        metavar="FILE",
        type=Path,
        help="with --world: the lists of the site, instead of the world's own",
    )
    scored.add_argument(
        "--budget", metavar="N", type=int, default=5, help="alerts that somebody reads each day (5)"
    )
    scored.add_argument(
        "--seal",
        metavar="SALT",
        help="with --world: write sealed.json, by which learners check themselves",
    )
    scored.add_argument("--json", action="store_true", help="JSON for programs")
    _case_argument(scored)


def _score(chosen: argparse.Namespace) -> int:
    """Do what the arguments of `score` say."""
    if chosen.world and chosen.seal is not None:
        return seal(chosen.world, chosen.seal)
    if not chosen.rules or bool(chosen.world) == (chosen.seed is not None):
        return _refused("Give --rules, and either --world FOLDER or --seed SEED.")
    if chosen.world:
        return score(
            chosen.rules,
            chosen.world,
            placeholders=chosen.placeholders,
            budget=chosen.budget,
            as_json=chosen.json,
            case=chosen.case,
        )
    return grade(
        chosen.rules,
        chosen.seed,
        count=chosen.background,
        keep=chosen.keep,
        budget=chosen.budget,
        as_json=chosen.json,
        case=chosen.case,
    )


def _print(text: str) -> None:
    """Print a long text to whoever reads it to its end, and to `head`, which does not."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# --- work and room ------------------------------------------------------------------------------


def work(folder: Path, numbers: list[str] | None) -> int:
    """Make the working copies that are missing, or restore those of some lessons.

    The exit status.
    """
    from labutils.classroom import workspace

    try:
        course = workspace.originals()
        if numbers is None:
            sentences = workspace.make_copies(folder, course)
        else:
            sentences = workspace.reset(folder, course, numbers)
        for sentence in sentences:
            print(shown(sentence, 400))
    except workspace.CannotCopy as error:
        return _refused(shown(str(error), 600))
    if numbers is None:
        print(f"Your copies of the lessons are in {shown(str(folder))}.")
        for docs in (folder / "docs", folder.parent / "docs"):
            if (docs / "story.md").is_file():
                print(f"The story of the events and the glossary are in {shown(str(docs))}.")
                break
    return 0


def lab(folder: Path, options: Sequence[str]) -> int:
    """Make the working copies, and open JupyterLab on the lesson that was worked in last.

    `options` are JupyterLab's. The exit status is 2 where there can be no copies or no JupyterLab.
    """
    from labutils.classroom import jupyter

    if status := work(folder, None):
        return status
    if sentence := doctor.without_jupyterlab():
        return _refused(sentence)
    folder = folder.resolve()
    opened = shown(str(jupyter.lesson_to_open(folder).relative_to(folder.parent)))
    print(f"Opening JupyterLab on {opened}; stop it with Ctrl-C.", flush=True)
    return jupyter.run(jupyter.command(folder, options))


def room(folder: Path, *, before: bool = False) -> int:
    """Print how a room is doing, without names. The exit status is 2 where there is no folder.

    `before` leaves out what is right and what is believed.
    """
    from labutils.classroom.room import of_folder, report

    if not folder.is_dir():
        return _refused(
            f"{shown(str(folder))} is not a folder. Name one with progress files in it."
        )
    _print("\n".join(report(of_folder(folder), before=before)))
    return 0


# --- checklist ----------------------------------------------------------------------------------


def checklist(target: Path, begin: str | None, *, answers: Path | None, force: bool) -> int:
    """Write the checklist of lesson 15 as Markdown, CSV or HTML, with the answers of a filled CSV.
    The exit status."""
    from datetime import date

    from labutils.incident.checklist import EACH, FORMATS, answers_in, rows, write

    name = shown(str(target))
    if target.suffix.lower() not in FORMATS:
        return _refused(f"{name}: the name must end in {', '.join(FORMATS)}.")
    try:
        given = answers_in(answers) if answers else {}
    except OSError as error:
        return _refused(f"{shown(str(answers))} cannot be read: {error.strerror or error}.")
    except ValueError as error:
        return _refused(f"{shown(str(answers))} {error}.")
    try:
        started = date.fromisoformat(begin) if begin else None
        table = rows(given, started)
    except (ValueError, OverflowError):
        return _refused(f"--from must be a day such as 2026-12-01, not {shown(begin or '', 40)}.")
    try:
        if target.exists() and not force:
            return _refused(f"{name} exists. Choose another name, or use --force to replace it.")
        write(target, table)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return _refused(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.")
    dated = f" Each owner has a line due every {EACH} days, the most urgent first." if begin else ""
    print(f"{len(table) - 1} questions in {name}. Yes is the good answer to each.{dated}")
    return 0


def _checklist(chosen: argparse.Namespace) -> int:
    return checklist(chosen.target, chosen.begin, answers=chosen.answers, force=chosen.force)


def _checklist_command(commands: Commands) -> None:
    listed = commands.add_parser(
        "checklist", help="write the checklist for a team: a file that ends in .md, .csv or .html"
    )
    listed.add_argument("target", metavar="OUT", type=Path)
    listed.add_argument(
        "--from", dest="begin", metavar="DAY", help="fill in the date when each line is due"
    )
    listed.add_argument(
        "--answers", metavar="FILE", type=Path, help="a CSV of the checklist, filled in"
    )
    listed.add_argument("--force", action="store_true", help="replace OUT if it exists")


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _sanitize_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "%(prog)s [-h] [--keep NAME ...] [--hosts] [--force] [--salt SALT] IN.har OUT.har"
    )
    parser.add_argument(
        "paths", metavar="IN.har OUT.har", nargs="*", help="the file to clean, and the cleaned copy"
    )
    parser.add_argument(
        "--keep",
        metavar="NAME",
        nargs="+",
        action="extend",
        default=[],
        help="headers, cookies, parameters or JSON keys whose values stay, whatever they are",
    )
    parser.add_argument(
        "--hosts", action="store_true", help="replace host names too, with the same tag everywhere"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT.har if it exists")
    parser.add_argument(
        "--salt",
        help="the key of the tags, instead of a random one: the same salt gives the same tags",
    )
    parser.epilog = (
        "Exit status: 0 when a search of the copy found no credential, 1 when the copy was "
        "written and the search found something (it is named), 2 when no copy could be made and "
        "nothing was written, 130 after Ctrl-C. What is not seen: a credential that is spelled "
        "character by character, or as numbers, over objects, headers or requests. It stays, or "
        "each character gets a tag of its own, and that can be undone."
    )


def _sanitize_paths(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> list[str]:
    """IN, OUT and the names to keep. In `--keep NAME IN OUT` the last words are the paths."""
    missing = 2 - len(chosen.paths)
    paths, keep = chosen.paths, chosen.keep
    if 0 < missing < len(keep):
        paths, keep = [*keep[-missing:], *paths], keep[:-missing]
    if len(paths) != 2:
        parser.error("name the file to clean and the copy to write: sanitize IN.har OUT.har")
    return [*paths, *keep]


def _telemetry_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="OUT_DIR", type=Path)
    parser.add_argument(
        "--background", metavar="N", type=int, help="add this many events of ordinary traffic"
    )
    parser.add_argument(
        "--seed", metavar="S", help="seed of the background; another string gives other traffic"
    )
    parser.add_argument("--benign", action="store_true", help="only the background, no attack")
    _case_argument(parser)


def _case_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--case",
        metavar="CASE",
        default=COURSE,
        help=f"the incident: a name in data/cases, or a path to a folder ({COURSE})",
    )


def _no_case(case: str) -> str:
    """Why a case cannot be loaded, as a sentence, or nothing."""
    from labutils.incident import cases
    from labutils.sheets import SheetError

    try:
        cases.load(case)
    except (cases.UnknownCase, SheetError) as error:
        return shown(str(error), 600)
    return ""


def _case_command(commands: Commands) -> None:
    about = commands.add_parser("case", help="an incident of your own, as a folder of YAML")
    verbs = about.add_subparsers(dest="verb", required=True)
    checked = verbs.add_parser(
        "check", help="name each fault with its line, then say what the model makes of it"
    )
    checked.add_argument("folder", metavar="FOLDER", type=Path)
    checked.add_argument(
        "--to",
        metavar="OUT",
        type=Path,
        help="also write its pictures, logs and exports to an empty folder",
    )


def check_case(folder: Path, to: Path | None = None) -> int:
    """Name the faults of a case in a folder; where there are none, print its steps, losses and
    logs, and write what there is of it to another folder. The exit status is 2 with faults."""
    from labutils.incident import case_check
    from labutils.incident.tables import as_text

    result = case_check.check(folder)
    for sentence in result.faults:
        print(shown(sentence, 600), file=sys.stderr)
    if result.case is None:
        rest = "" if result.whole else " Not all of it could be read: fix these, and check again."
        return _refused(f"{counted(len(result.faults), 'fault')} in {shown(str(folder))}.{rest}")
    print(case_check.summary(result.case))
    print()
    _print(as_text(case_check.tables(result.case)))
    return _write_case(result.case, to) if to else 0


def _write_case(case: Incident, to: Path) -> int:
    try:
        from labutils.pictures import of_a_case

        names = of_a_case.write(to, case=case)
    except ImportError:
        return _refused("Pictures need matplotlib, which is not installed here.")
    except OSError as error:
        return _refused(f"{shown(str(to))} cannot be written: {error.strerror or error}.")
    print(f"\nWritten to {shown(str(to))}: {', '.join(names)}.")
    return 0


def _classroom_commands(commands: Commands) -> None:
    """The commands for learners and instructors."""
    opened = commands.add_parser(
        "lab",
        help="make your working copies, and open JupyterLab on the lesson that you worked in last",
        epilog="Further options are JupyterLab's; name FOLDER before them.",
    )
    opened.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=Path("work"))
    opened.add_argument("--no-browser", action="store_true", help="do not open a browser")
    opened.add_argument("--port", metavar="N", help="the port of JupyterLab")
    copies = commands.add_parser(
        "work", help="make your working copies of the lessons, with the story and the glossary"
    )
    copies.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=Path("work"))
    copies.add_argument(
        "--reset",
        metavar="NN",
        nargs="*",
        help="restore the copies of these lessons; what you had is kept next to each",
    )
    rooms = commands.add_parser("room", help="how a class is doing, without names (instructors)")
    rooms.add_argument("folder", metavar="FOLDER", type=Path)
    rooms.add_argument(
        "--before",
        action="store_true",
        help="leave out the right answers and the misconceptions: to show before the experiment",
    )


def _hunt_command(commands: Commands) -> None:
    hunted = commands.add_parser(
        "hunt",
        help="run Sigma rules over logs, yours or the course's",
        epilog="Exit status: 0 with or without hits, 2 when no rule or no event could be read, or "
        "no report could be written.",
    )
    hunted.add_argument(
        "--rules",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        required=True,
        help="Sigma rules: YAML files, or folders of them",
    )
    hunted.add_argument(
        "--events",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        required=True,
        help="logs: JSON, JSON Lines, CSV or Parquet, plain or gzip, or folders of them",
    )
    hunted.add_argument(
        "--placeholders",
        metavar="FILE",
        type=Path,
        help="your own lists, for rules that ask for one (|expand): YAML, a name and a list of "
        "strings each",
    )
    hunted.add_argument(
        "--sources",
        metavar="FOLDER",
        type=Path,
        help="further sources of logs, a YAML file each (docs/your-own-incident.md)",
    )
    hunted.add_argument(
        "--json", action="store_true", help="JSON for programs; with --follow, one hit per line"
    )
    hunted.add_argument(
        "--follow",
        action="store_true",
        help="keep reading the logs as they grow and print only new hits, until SIGTERM or Ctrl-C",
    )
    hunted.add_argument(
        "--engine",
        choices=("sqlite", "duckdb"),
        default="sqlite",
        help="duckdb keeps the events as Parquet and searches large logs faster, with the same "
        "hits (`python -m pip install duckdb`)",
    )
    hunted.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a report with a timeline: one HTML file without scripts, fit for e-mail",
    )


def _hunt(chosen: argparse.Namespace) -> int:
    from labutils.hunt.sources import learn
    from labutils.sheets import SheetError

    lists, as_json = chosen.placeholders, chosen.json
    try:
        if chosen.sources:
            learn(chosen.sources)
    except SheetError as error:
        return _refused(shown(str(error), 600))
    if not chosen.follow:
        return hunt(
            chosen.rules,
            chosen.events,
            placeholders=lists,
            as_json=as_json,
            html=chosen.html,
            engine=chosen.engine,
        )
    if chosen.engine != "sqlite":
        return _refused("--follow works only with SQLite: leave out --engine or --follow.")
    if chosen.html is not None:
        return _refused("A report is written when a hunt ends: leave out --html or --follow.")
    return follow(chosen.rules, chosen.events, placeholders=lists, as_json=as_json)


def _about_a_case(chosen: argparse.Namespace) -> int:
    """Do what `telemetry`, `score` and `case` say."""
    if chosen.command == "case":
        return check_case(chosen.folder, chosen.to)
    if sentence := _no_case(chosen.case):
        return _refused(sentence)
    if chosen.command == "score":
        return _score(chosen)
    return telemetry(
        chosen.folder, chosen.background, chosen.seed, benign=chosen.benign, case=chosen.case
    )


def _arguments_of(
    name: str, parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> None:
    """The arguments of a command that has a room of its own, which is imported where somebody
    names it."""
    if name in (sys.argv[1:] if arguments is None else arguments):
        importlib.import_module(f"labutils.{name}.commands").arguments(parser)


def _of_jupyterlab(chosen: argparse.Namespace) -> list[str]:
    """The options of `lab` as JupyterLab takes them."""
    port = [f"--port={chosen.port}"] if chosen.port else []
    return [*(["--no-browser"] if chosen.no_browser else []), *port]


def _print_any_name() -> None:
    """Let be printed what a terminal cannot show: the name of a file may hold it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's has no need of it
            stream.reconfigure(errors="backslashreplace")


def _serve_command(commands: Commands) -> None:
    served = commands.add_parser(
        "serve", help="put the provider on loopback, for a real browser or client"
    )
    served.add_argument("--port", type=int, default=9000, help="0 for any free port")
    served.add_argument("--host", choices=("127.0.0.1", "localhost"), default="127.0.0.1")
    served.add_argument(
        "--auto-login",
        metavar="USER",
        help="answer each authorization request at once, as this user",
    )
    served.add_argument("--seed", help="the lab's dice instead of real randomness")
    served.add_argument(
        "--start", help="the lab's clock, starting at this ISO 8601 time, instead of the real time"
    )


def _serve(chosen: argparse.Namespace) -> int:
    try:
        return serve(chosen.port, chosen.host, chosen.auto_login, chosen.seed, chosen.start)
    except ValueError as error:
        return _refused(f"--start must be a time such as 2023-10-18T09:00:00Z: {error}")


def _sanitize(chosen: argparse.Namespace) -> int:
    source, target, *keep = _sanitize_paths(chosen.parser, chosen)
    return sanitize(
        Path(source), Path(target), chosen.salt, keep=keep, hosts=chosen.hosts, force=chosen.force
    )


def _room_of_its_own(chosen: argparse.Namespace) -> int:
    """Do what `capstone` and `live` say."""
    status: int = importlib.import_module(f"labutils.{chosen.command}.commands").run(chosen)
    return status


RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "capstone": _room_of_its_own,
    "case": _about_a_case,
    "checklist": _checklist,
    "doctor": lambda _: doctor.examine(),
    "hunt": _hunt,
    "live": _room_of_its_own,
    "room": lambda chosen: room(chosen.folder, before=chosen.before),
    "sanitize": _sanitize,
    "score": _about_a_case,
    "serve": _serve,
    "telemetry": _about_a_case,
    "work": lambda chosen: work(chosen.folder, chosen.reset),
}


def _parser(arguments: Sequence[str] | None) -> argparse.ArgumentParser:
    """The command line. The arguments say which rooms have to be imported for it."""
    parser = argparse.ArgumentParser(prog="python -m labutils", description=__doc__)
    parser.add_argument("--version", action="version", version=f"labutils {version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="check the set-up")
    _serve_command(commands)
    cleaned = commands.add_parser(
        "sanitize", help="clean a HAR file, so that it can be sent to support"
    )
    cleaned.set_defaults(parser=cleaned)
    _sanitize_arguments(cleaned)
    written = commands.add_parser(
        "telemetry", help="play the breach and write what each service logged, one file per source"
    )
    _telemetry_arguments(written)
    _hunt_command(commands)
    _score_command(commands)
    _classroom_commands(commands)
    _checklist_command(commands)
    _case_command(commands)
    unseen = commands.add_parser(
        "capstone", help="an incident that nobody told you about: new, ask, check, grade"
    )
    _arguments_of("capstone", unseen, arguments)
    rooms = commands.add_parser(
        "live", help="the live exercise: teams hunt an active intruder, on loopback"
    )
    _arguments_of("live", rooms, arguments)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; the exit status."""
    parser = _parser(arguments)
    _print_any_name()
    chosen, options = parser.parse_known_args(arguments)
    if chosen.command == "lab":
        return lab(chosen.folder, [*_of_jupyterlab(chosen), *options])
    if options:
        parser.error(f"unrecognized arguments: {' '.join(options)}")
    return RUN[chosen.command](chosen)


if __name__ == "__main__":
    sys.exit(main())
