"""Run `python -m labutils sanitize`: clean a HAR file so that it can be sent to support."""

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labutils.command_line import Command, refused
from labutils.text import shown

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
    """Write a cleaned copy of a HAR file; print what was replaced, what stayed and what is left.

    The exit status is 0 where the search found nothing; 1 where the copy was written and the
    search found something, so that a script that does not look sends nothing; 2 where the copy
    could not be made, and 130 or 143 where somebody stopped it, with nothing written.
    """
    from labutils.har import CannotRead, NotHar, clean_file
    from labutils.har.files import is_stream, report, searched

    shown_so_far, stream, name = [0], False, shown(str(target))
    try:
        if target.exists() and source.exists() and source.samefile(target):
            return refused("IN and OUT are the same file: the copy needs a different name.")
        stream = is_stream(target)
        if target.is_file() and not stream and not force:
            return refused(f"{name} exists. Choose another name, or use --force to replace it.")
        with _stopped_by_signals():
            chosen = secrets.token_hex(16) if salt is None else salt
            cleaned = clean_file(
                source, target, chosen, _progress(shown_so_far), keep=keep, hosts=hosts
            )
    except NotHar as error:
        return refused(f"{shown(str(source))}: {error}")
    except CannotRead as error:
        return refused(f"{shown(str(source))} cannot be read: {error}.")
    except KeyboardInterrupt:
        line = "\n" if shown_so_far[0] % 100 else ""
        what = "Stopped before the end" + ("." if stream else ": nothing was written.")
        print(line + what, file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return refused(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.")
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


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(parser=parser)
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


def _paths(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> list[str]:
    """IN, OUT and the names to keep. In `--keep NAME IN OUT` the last words are the paths."""
    missing = 2 - len(chosen.paths)
    paths, keep = chosen.paths, chosen.keep
    if 0 < missing < len(keep):
        paths, keep = [*keep[-missing:], *paths], keep[:-missing]
    if len(paths) != 2:
        parser.error("name the file to clean and the copy to write: sanitize IN.har OUT.har")
    return [*paths, *keep]


def _run(chosen: argparse.Namespace) -> int:
    source, target, *keep = _paths(chosen.parser, chosen)
    return sanitize(
        Path(source), Path(target), chosen.salt, keep=keep, hosts=chosen.hosts, force=chosen.force
    )


COMMANDS = {"sanitize": Command(_arguments, _run)}
