"""Run the commands about what happened: telemetry, score, case, checklist and relay."""

import argparse
import filecmp
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from labutils.command_line import Command, printed, refused
from labutils.hunt.commands import NO_RULE, print_refused, rules_argument
from labutils.incident import COURSE
from labutils.text import counted, shown

if TYPE_CHECKING:
    from labutils.incident.cases import Incident

# --- telemetry ----------------------------------------------------------------------------------


def telemetry(
    folder: Path,
    background: int | None = None,
    seed: str | None = None,
    *,
    benign: bool = False,
    case: str = COURSE,
) -> int:
    """Play the historical world of a case, write its logs, and return the exit status.

    There is one file per source, with truth.json and labels.json beside them; `background` adds
    this many events of ordinary traffic.
    """
    from labutils.incident.background import NoBackground
    from labutils.incident.breach import play
    from labutils.incident.policy import World
    from labutils.incident.telemetry import write

    if background is None and (benign or seed is not None):
        return refused("--seed and --benign are about the background: add --background N.")
    try:
        if background is None:
            replay = play(World.historical(case), case=case)
            counts = write(folder, replay.audit, replay.truth, replay.labels)
        else:
            counts = _world(folder, background, seed or "1", benign, case)
    except NoBackground as error:
        return refused(f"{error} Leave out --background.")
    except (OSError, ValueError) as error:
        return refused(
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


def _telemetry(chosen: argparse.Namespace) -> int:
    return telemetry(
        chosen.folder, chosen.background, chosen.seed, benign=chosen.benign, case=chosen.case
    )


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
    """Print how well rules hunt in the world of a folder, by its ground truth or by its seal.

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
        print_refused(result.refused)
        if not result.loaded:
            return refused(NO_RULE)
        sealed = folder / self_check.SEAL
        if sealed.exists() and not (folder / "truth.json").exists():
            ids = {name for hit in result.hits for name in hit.event_ids}
            print(self_check.check(ids, sealed))
            return 0
        scored = scoring.score(scoring.alerting(result.hits), folder, budget=budget, case=case)
    except OSError as error:
        return refused(f"{shown(str(lists))} cannot be read: {error.strerror or error}.")
    except ValueError as error:
        return refused(str(error))
    for title in scoring.quiet_rules(result.hits):
        print(f"Not scored, because its level alerts nobody: {shown(title, 100)}", file=sys.stderr)
    printed(json.dumps(scored.summary(), indent=1) if as_json else str(scored))
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
        return refused(f"{error}.")
    except background.NoBackground as error:
        return refused(f"{error} Rules are graded among ordinary traffic.")
    except OSError as error:
        return refused(f"The worlds cannot be written: {error.strerror or error}.")
    if not result.loaded:
        print_refused(result.refused)
        return refused(NO_RULE)
    printed(json.dumps(result.summary(), indent=1) if as_json else str(result))
    return 0


def seal(folder: Path, salt: str) -> int:
    """Write a seal of a world's answers, for learners who must not see them.

    Returns the exit status.
    """
    from labutils.incident import self_check
    from labutils.incident.ground_truth import NotAWorld

    try:
        path = self_check.seal(folder, salt)
    except NotAWorld as error:
        return refused(str(error))
    except OSError as error:
        return refused(f"{shown(str(folder))} cannot be written: {error.strerror or error}.")
    print(f"Wrote {shown(str(path))}. Give the folder away without truth.json, twins.json and")
    print("labels.json: `score --world FOLDER` then counts right events, and names none.")
    return 0


def _score_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "%(prog)s [-h] --rules PATH ... (--world FOLDER | --seed SEED) [options]\n"
        "       %(prog)s --world FOLDER --seal SALT"
    )
    rules_argument(parser, required=False)
    parser.add_argument(
        "--world", metavar="FOLDER", type=Path, help="what `telemetry FOLDER --background N` wrote"
    )
    parser.add_argument(
        "--seed", help="make six worlds of this seed, which those who wrote the rules do not know"
    )
    parser.add_argument(
        "--background",
        metavar="N",
        type=int,
        default=20_000,
        help="with --seed: events of ordinary traffic in each world (20,000)",
    )
    parser.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="with --seed: write the worlds here"
    )
    parser.add_argument(
        "--placeholders",
        metavar="FILE",
        type=Path,
        help="with --world: the lists of the site, instead of the world's own",
    )
    parser.add_argument(
        "--budget", metavar="N", type=int, default=5, help="alerts that somebody reads each day (5)"
    )
    parser.add_argument(
        "--seal",
        metavar="SALT",
        help="with --world: write sealed.json, by which learners check themselves",
    )
    parser.add_argument("--json", action="store_true", help="JSON for programs")
    _case_argument(parser)


def _score(chosen: argparse.Namespace) -> int:
    """Do what the arguments of `score` say."""
    if chosen.world and chosen.seal is not None:
        return seal(chosen.world, chosen.seal)
    if not chosen.rules or bool(chosen.world) == (chosen.seed is not None):
        return refused("Give --rules, and either --world FOLDER or --seed SEED.")
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


# --- case ---------------------------------------------------------------------------------------


def check_case(folder: Path, to: Path | None = None) -> int:
    """Print the faults of a case in a folder, or its steps, losses and logs if there are none.

    In that case, write what there is of it to another folder. The exit status is 2 with faults.
    """
    from labutils.incident import case_check
    from labutils.incident.tables import as_text

    result = case_check.check(folder)
    for sentence in result.faults:
        print(shown(sentence, 600), file=sys.stderr)
    if result.case is None:
        rest = "" if result.whole else " Not all of it could be read: fix these, and check again."
        return refused(f"{counted(len(result.faults), 'fault')} in {shown(str(folder))}.{rest}")
    print(case_check.summary(result.case))
    print()
    printed(as_text(case_check.tables(result.case)))
    return _write_case(result.case, to) if to else 0


def _write_case(case: "Incident", to: Path) -> int:
    try:
        from labutils.pictures import of_a_case

        names = of_a_case.write(to, case=case)
    except ImportError:
        return refused("Pictures need matplotlib, which is not installed here.")
    except OSError as error:
        return refused(f"{shown(str(to))} cannot be written: {error.strerror or error}.")
    print(f"\nWritten to {shown(str(to))}: {', '.join(names)}.")
    return 0


def _case_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
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


def _case(chosen: argparse.Namespace) -> int:
    return check_case(chosen.folder, chosen.to)


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


def _of_a_case(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A command about a case, which must be one that can be loaded."""

    def checked(chosen: argparse.Namespace) -> int:
        sentence = _no_case(chosen.case)
        return refused(sentence) if sentence else run(chosen)

    return checked


# --- checklist ----------------------------------------------------------------------------------


def checklist(target: Path, begin: str | None, *, answers: Path | None, force: bool) -> int:
    """Write the checklist of lesson 15 as Markdown, CSV or HTML, and return the exit status.

    The answers come from a filled-in CSV.
    """
    from datetime import date

    from labutils.incident.checklist import EACH, FORMATS, answers_in, rows, write

    name = shown(str(target))
    if target.suffix.lower() not in FORMATS:
        return refused(f"{name}: the name must end in {', '.join(FORMATS)}.")
    try:
        given = answers_in(answers) if answers else {}
    except OSError as error:
        return refused(f"{shown(str(answers))} cannot be read: {error.strerror or error}.")
    except ValueError as error:
        return refused(f"{shown(str(answers))} {error}.")
    try:
        started = date.fromisoformat(begin) if begin else None
        table = rows(given, started)
    except (ValueError, OverflowError):
        return refused(f"--from must be a day such as 2026-12-01, not {shown(begin or '', 40)}.")
    try:
        if target.exists() and not force:
            return refused(f"{name} exists. Choose another name, or use --force to replace it.")
        write(target, table)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return refused(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.")
    dated = f" Each owner has a line due every {EACH} days, the most urgent first." if begin else ""
    print(f"{len(table) - 1} questions in {name}. Yes is the good answer to each.{dated}")
    return 0


def _checklist_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="OUT", type=Path)
    parser.add_argument(
        "--from", dest="begin", metavar="DAY", help="fill in the date when each line is due"
    )
    parser.add_argument(
        "--answers", metavar="FILE", type=Path, help="a CSV of the checklist, filled in"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")


def _checklist(chosen: argparse.Namespace) -> int:
    return checklist(chosen.target, chosen.begin, answers=chosen.answers, force=chosen.force)


# --- relay --------------------------------------------------------------------------------------


def relay(port: int) -> int:
    """Serve the provider and a phisher's relay until SIGTERM or Ctrl-C; return the exit status."""
    if sys.platform == "emscripten":
        return refused("Python in a browser cannot open a port. Run this on your own machine.")
    from labutils.incident.relaying import serve_relay

    try:
        serve_relay(port, lambda line: print(line, flush=True))
    except (OSError, OverflowError):
        return refused(
            f"Port {port} or {port + 1} on localhost is in use or not allowed; choose another with "
            "--port."
        )
    except KeyboardInterrupt:
        pass
    return 0


def _relay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=9000, help="the relay takes the next; 0: any")


COMMANDS = {
    "relay": Command(_relay_arguments, lambda chosen: relay(chosen.port)),
    "telemetry": Command(_telemetry_arguments, _of_a_case(_telemetry)),
    "score": Command(_score_arguments, _of_a_case(_score)),
    "case": Command(_case_arguments, _case),
    "checklist": Command(_checklist_arguments, _checklist),
}
