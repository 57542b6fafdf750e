"""Run `python -m labutils` lab, work and room, for learners and instructors."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from labutils import doctor
from labutils.command_line import Command, printed, refused
from labutils.text import shown


def lab(folder: Path, options: Sequence[str]) -> int:
    """Make the working copies, and open JupyterLab on the lesson that was worked in last.

    `options` are JupyterLab's. The exit status is 2 where there can be no copies or no JupyterLab.
    """
    from labutils.classroom import jupyter

    if status := work(folder, None):
        return status
    if sentence := doctor.without_jupyterlab():
        return refused(sentence)
    folder = folder.resolve()
    opened = shown(str(jupyter.lesson_to_open(folder).relative_to(folder.parent)))
    print(f"Opening JupyterLab on {opened}; stop it with Ctrl-C.", flush=True)
    return jupyter.run(jupyter.command(folder, options))


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
        return refused(shown(str(error), 600))
    if numbers is None:
        print(f"Your copies of the lessons are in {shown(str(folder))}.")
        for docs in (folder / "docs", folder.parent / "docs"):
            if (docs / "story.md").is_file():
                print(f"The story of the events and the glossary are in {shown(str(docs))}.")
                break
    return 0


def room(folder: Path, *, before: bool = False) -> int:
    """Print how a room is doing, without names. The exit status is 2 where there is no folder.

    `before` leaves out what is right and what is believed.
    """
    from labutils.classroom.room import of_folder, report

    if not folder.is_dir():
        return refused(f"{shown(str(folder))} is not a folder. Name one with progress files in it.")
    printed("\n".join(report(of_folder(folder), before=before)))
    return 0


def _lab_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Further options are JupyterLab's; name FOLDER before them."
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=Path("work"))
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--port", metavar="N", help="the port of JupyterLab")


def _lab(chosen: argparse.Namespace) -> int:
    port = [f"--port={chosen.port}"] if chosen.port else []
    options = [*(["--no-browser"] if chosen.no_browser else []), *port, *chosen.options]
    return lab(chosen.folder, options)


def _work_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=Path("work"))
    parser.add_argument(
        "--reset",
        metavar="NN",
        nargs="*",
        help="restore the copies of these lessons; what you had is kept next to each",
    )


def _work(chosen: argparse.Namespace) -> int:
    return work(chosen.folder, chosen.reset)


def _room_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument(
        "--before",
        action="store_true",
        help="leave out the right answers and the misconceptions: to show before the experiment",
    )


def _room(chosen: argparse.Namespace) -> int:
    return room(chosen.folder, before=chosen.before)


COMMANDS = {
    "lab": Command(_lab_arguments, _lab),
    "work": Command(_work_arguments, _work),
    "room": Command(_room_arguments, _room),
}
