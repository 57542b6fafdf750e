"""`python -m labutils capstone`: new, ask, check, grade."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from labutils.capstone import asking, brought, case_file, checking, reference
from labutils.capstone.folder import new
from labutils.capstone.grading import WEIGHTS, ReportGrade, grade
from labutils.capstone.incident import NoIncident
from labutils.capstone.report import Fault, sheet_of
from labutils.command_line import Command, refused
from labutils.incident.tables import Table, as_text
from labutils.text import counted, shown

LONGEST_SEED = 200  # characters


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    made = verbs.add_parser("new", help="write an incident's folder: brief, logs, tables")
    made.add_argument("folder", metavar="OUT", type=Path)
    made.add_argument(
        "--seed", metavar="S", required=True, help="any string: each one gives an incident"
    )
    made.add_argument(
        "--toolbox",
        metavar="FILE",
        type=Path,
        help="what you wrote in the lessons (work/toolbox.py): it is copied into the folder, and "
        "each Sigma rule in it into rules/",
    )
    asked = verbs.add_parser("ask", help="ask somebody; it costs minutes")
    asked.add_argument("folder", metavar="FOLDER", type=Path)
    asked.add_argument("question", metavar="QUESTION", help="one of questions.md")
    asked.add_argument("--seed", metavar="S", required=True)
    checked = verbs.add_parser(
        "check", help="what is wrong with a report and its rules, without grading them"
    )
    checked.add_argument("folder", metavar="FOLDER", type=Path)
    graded = verbs.add_parser(
        "grade",
        help="grade report.yaml and rules/ of a folder",
        epilog="Exit status: 0 with a grade, 2 if a report cannot be read.",
    )
    graded.add_argument("folder", metavar="FOLDER", type=Path)
    which = graded.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", metavar="S")
    which.add_argument(
        "--seeds",
        metavar="FILE",
        type=Path,
        help="YAML, a line each: the name of a folder below FOLDER, and its seed; gives a table",
    )
    graded.add_argument("--json", action="store_true", help="for programs")
    graded.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a case file that you can show to others",
    )
    graded.add_argument(
        "--reference", action="store_true", help="grade six reference hunters as well"
    )


def run(chosen: argparse.Namespace) -> int:
    """Do what the command says; the exit status."""
    seed = getattr(chosen, "seed", None)
    if seed is not None and not (0 < len(seed) <= LONGEST_SEED and seed.isprintable()):
        return refused(f"--seed is a string of 1 to {LONGEST_SEED} characters that can be printed.")
    try:
        if chosen.verb == "new":
            return _new(chosen.folder, chosen.seed, chosen.toolbox)
        if not chosen.folder.is_dir():
            return refused(
                f"{shown(str(chosen.folder))} is not a folder; `capstone new` writes one."
            )
        if chosen.verb == "check":
            return _check(chosen.folder)
        if chosen.verb == "ask":
            return _ask(chosen.folder, chosen.question, chosen.seed)
        if chosen.seeds:
            return _table(chosen.folder, chosen.seeds, as_json=chosen.json)
        return _grade(chosen)
    except (Fault, NoIncident, asking.NoAnswer) as error:
        return refused(shown(str(error), 600))
    except BrokenPipeError:  # whoever reads the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        named = shown(str(error.filename or chosen.folder))
        return refused(f"{named}: {error.strerror or error}.")


def _new(folder: Path, seed: str, toolbox: Path | None) -> int:
    if toolbox and not toolbox.is_file():
        return refused(f"{shown(str(toolbox))} is not a file; leave --toolbox out to bring none.")
    rules = brought.rules_of(toolbox) if toolbox else {}
    counts = new(folder, seed)
    for source, count in counts.items():
        print(f"{count:8}  logs/{source}.jsonl")
    print(f"{sum(counts.values()):8}  events in all. Begin with {shown(str(folder / 'brief.md'))}.")
    if toolbox:
        brought.bring(toolbox, rules, folder)
        and_rules = "".join(f", and your rule is rules/{name}.yml" for name in rules)
        print(f"Your toolbox is {shown(str(folder / brought.NAME))}{and_rules}.")
    return 0


def _ask(folder: Path, question: str, seed: str) -> int:
    answer = asking.ask(folder, question, seed)
    print(shown(answer.answer, 4000))
    spent = counted(answer.minutes, "minute") if answer.minutes else "nothing: you asked before"
    print(f"That took {spent}. In all: {counted(asking.minutes(folder), 'minute')}.")
    return 0


def _check(folder: Path) -> int:
    found = checking.check(folder)
    for sentence in found.faults:
        print(sentence, file=sys.stderr)
    for sentence in found.notes:
        print(sentence)
    if found.faults:
        return refused(f"{counted(len(found.faults), 'fault')} in {shown(str(folder))}.")
    print("The report can be graded. This does not say whether it is right.")
    return 0


def _grade(chosen: argparse.Namespace) -> int:
    hunters = reference.totals if chosen.reference else None
    result = grade(chosen.folder, chosen.seed, reference=hunters)
    if chosen.html:
        case_file.write(chosen.html, chosen.folder, result)
    print(json.dumps(result.summary(), indent=1) if chosen.json else result)
    return 0


def _table(folder: Path, seeds: Path, *, as_json: bool) -> int:
    """The grades of many reports: one table, in the order of the file."""
    rows: list[tuple[str, ...]] = []
    faults: list[tuple[str, ...]] = []
    found: dict[str, object] = {}
    for name, seed in sheet_of(seeds).items():
        try:
            result = grade(_below(folder, name), str(seed))
        except Exception as error:  # one report never costs the others
            reason = str(error) if isinstance(error, Fault | NoIncident) else repr(error)
            faults.append((name, reason))
            found[name] = {"fault": reason}
            continue
        rows.append((name, f"{result.total:.1f}", *_points(result)))
        found[name] = result.summary()
    tables = [
        Table("Reports", ("folder", "total", *WEIGHTS), tuple(rows)),
        Table("Reports that have no grade", (), tuple(faults)),
    ]
    print(json.dumps(found, indent=1) if as_json else as_text(tables))
    return 0


def _below(folder: Path, name: str) -> Path:
    """A folder below another one. Raises Fault for any other place."""
    path = folder / name
    if Path(name).name != name or path.is_symlink() or not path.is_dir():
        raise Fault(f"{shown(name, 80)} is not a folder below {shown(str(folder))}")
    return path


def _points(result: ReportGrade) -> list[str]:
    return [f"{part.points:.1f}" for part in result.parts.values()]


COMMANDS = {"capstone": Command(arguments, run)}
