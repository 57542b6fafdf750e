"""Run `python -m labutils live`: serve an exercise on loopback, or only rehearse one."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

from labutils.command_line import Command, refused
from labutils.incident import cases
from labutils.live import debrief
from labutils.live.containment import CannotDo
from labutils.live.drawing import NoExercise
from labutils.live.exercise import MOST_TEAMS, LiveExercise, Settings
from labutils.live.journal import DEBRIEF, Journal
from labutils.live.players import POLICIES, SKILLS, Player, difficulty, play, rated
from labutils.live.referee import judge
from labutils.text import counted, shown

LONGEST_SEED = 200  # characters
FOLDER = "live-exercise"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "--seed", metavar="S", required=True, help="any string: each one gives an exercise"
    )
    parser.add_argument("--case", metavar="C", default="", help="play a recorded incident instead")
    parser.add_argument(
        "--minutes",
        metavar="N",
        type=int,
        default=240,
        help="minutes of the company's clock (default 240)",
    )
    parser.add_argument(
        "--speed",
        metavar="N",
        type=float,
        default=4.0,
        help="how much faster than real time it runs (default 4: an hour in all)",
    )
    parser.add_argument(
        "--teams", metavar="N", type=int, default=4, help=f"1 to {MOST_TEAMS} (default 4)"
    )
    parser.add_argument("--port", metavar="P", type=int, default=8765, help="0 takes a free one")
    parser.add_argument(
        "--folder",
        metavar="DIR",
        type=Path,
        default=Path(FOLDER),
        help="where the log and the links are kept; the same command goes on from there",
    )
    parser.add_argument(
        "--intruder",
        choices=("seeded", "person"),
        default="seeded",
        help="who decides what the intruder tries",
    )
    parser.add_argument(
        "--seeded-teams",
        metavar="SKILL",
        nargs="*",
        choices=tuple(POLICIES),
        default=[],
        help="these scripted players play the last teams: " + ", ".join(POLICIES),
    )
    parser.add_argument("--paused", action="store_true", help="begin with the clock stopped")
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="play it at once with a scripted player for each team, and print how they did; "
        "nothing is served",
    )


def run(chosen: argparse.Namespace) -> int:
    """Run the command that was chosen; return the exit status."""
    if not (0 < len(chosen.seed) <= LONGEST_SEED and chosen.seed.isprintable()):
        return refused(f"--seed is a string of 1 to {LONGEST_SEED} characters that can be printed.")
    if not 0 < chosen.speed <= 1000:
        return refused("--speed is more than 0 and at most 1,000.")
    if not 0 <= chosen.port < 65536:
        return refused("--port is 0 to 65535.")
    if len(chosen.seeded_teams) > chosen.teams:
        return refused("--seeded-teams names more scripted players than there are teams.")
    settings = Settings(
        chosen.seed,
        chosen.teams,
        chosen.minutes,
        chosen.speed,
        chosen.case,
        chosen.intruder == "person",
    )
    try:
        return _rehearse(settings, chosen) if chosen.rehearse else _serve(settings, chosen)
    except (CannotDo, NoExercise, cases.UnknownCase) as error:
        return refused(shown(str(error), 600))
    except OSError as error:
        named = shown(str(error.filename or f"port {chosen.port}"))
        return refused(f"{named}: {error.strerror or error}.")


def _rehearse(settings: Settings, chosen: argparse.Namespace) -> int:
    """Play it without a wall clock, and write the log and the debrief."""
    skills = list(chosen.seeded_teams) or [SKILLS[n % len(SKILLS)] for n in range(settings.teams)]
    if len(skills) < settings.teams:
        skills = ["bystander"] * (settings.teams - len(skills)) + skills
    exercise, journal = LiveExercise(settings), Journal(chosen.folder, settings)
    if journal.rows:
        return refused(
            f"{shown(str(chosen.folder))} holds an exercise that has already begun; name another "
            "folder with --folder."
        )
    play(exercise, skills)
    for row in exercise.rows:
        journal.write(row)
    journal.keep_clock(exercise.seconds)
    journal.keep_debrief(debrief.as_html(exercise))
    journal.close()
    for team, skill in zip(exercise.teams, skills, strict=True):
        one = judge(exercise, team)
        print(
            f"team {team.number}  {skill:24} {one.total:5.1f} points, "
            f"{counted(len(one.steps), 'step')}, {counted(len(one.losses), 'loss', 'losses')}, "
            f"{'out' if one.is_out else 'still in'}"
        )
    print(f"The debrief is {shown(str(chosen.folder / DEBRIEF))}.")
    return 0


def _serve(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve it until it is stopped."""
    if importlib.util.find_spec("tornado") is None:
        return refused("The live exercise needs tornado, which JupyterLab brings: use `make lab`.")
    from labutils.live.server import LiveRoom, on_loopback
    from labutils.live.server import run as run_server

    exercise = LiveExercise(settings)
    journal = Journal(chosen.folder, settings)
    if not settings.by_person:
        points = rated(settings)
        print(
            f"The best scripted player scores {points:.0f} points in this exercise: "
            f"{difficulty(points)}."
        )
    first = settings.teams - len(chosen.seeded_teams)
    players = [
        Player(exercise, team, skill)
        for team, skill in zip(exercise.teams[first:], chosen.seeded_teams, strict=True)
    ]
    room = LiveRoom(exercise, journal, players)
    if chosen.paused and not journal.rows:
        room.do({"do": "pause"})
    run_server(room, on_loopback(room, chosen.port))
    return 0


COMMANDS = {"live": Command(arguments, run)}
