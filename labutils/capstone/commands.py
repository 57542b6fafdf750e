"""Run `python -m labutils capstone`: new, exam, ask, check, grade."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from labutils.capstone import asking, brought, case_file, checking, exam, reference
from labutils.capstone.difficulty import LEVELS, difficulty_of
from labutils.capstone.folder import new
from labutils.capstone.grading import grade
from labutils.capstone.incident import NoIncident, draw
from labutils.capstone.report import Fault
from labutils.command_line import Command, refused
from labutils.incident.tables import as_text
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
    class_of = verbs.add_parser(
        "exam", help="a folder for each learner, with an incident of their own"
    )
    class_of.add_argument("folder", metavar="OUT", type=Path)
    class_of.add_argument(
        "--names",
        metavar="FILE",
        type=Path,
        required=True,
        help="a name a line. Seeds are drawn and kept in OUT-seeds.yaml; whoever has a folder "
        "already keeps it",
    )
    class_of.add_argument(
        "--difficulty",
        choices=LEVELS,
        default="",
        help="of every incident that is drawn; left out, of any",
    )
    asked = verbs.add_parser("ask", help="ask somebody; it costs minutes")
    asked.add_argument("folder", metavar="FOLDER", type=Path)
    asked.add_argument("question", metavar="QUESTION", help="one of questions.md")
    _add_seed(asked, "YAML as `exam` writes it: the seed that stands there under FOLDER's name")
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
    _add_seed(
        graded,
        "YAML, a line each: the name of a folder below FOLDER, and its seed; grades them all",
    )
    graded.add_argument("--json", action="store_true", help="for programs")
    graded.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a case file that you can show to others; with --seeds, a folder of them",
    )
    graded.add_argument(
        "--csv", metavar="FILE", type=Path, help="with --seeds: also write the table as CSV"
    )
    graded.add_argument(
        "--feedback",
        metavar="DIR",
        type=Path,
        help="with --seeds: also write a text for each learner, with the reason for each loss",
    )
    graded.add_argument(
        "--marks",
        metavar="FILE",
        type=Path,
        help="with --seeds: YAML, a reader's marks for each half page, by board.md",
    )
    graded.add_argument(
        "--reference", action="store_true", help="grade eight reference hunters as well"
    )


def _add_seed(parser: argparse.ArgumentParser, seeds: str) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", metavar="S")
    which.add_argument("--seeds", metavar="FILE", type=Path, help=seeds)


def run(chosen: argparse.Namespace) -> int:
    """Run the chosen command, and return the exit status."""
    seed = getattr(chosen, "seed", None)
    if seed is not None and not (0 < len(seed) <= LONGEST_SEED and seed.isprintable()):
        return refused(f"--seed is a string of 1 to {LONGEST_SEED} characters that can be printed.")
    is_new = chosen.verb in ("new", "exam")
    if not is_new and not chosen.folder.is_dir():
        return refused(f"{shown(str(chosen.folder))} is not a folder; `capstone new` writes one.")
    try:
        return VERBS[chosen.verb](chosen)
    except (Fault, NoIncident, asking.NoAnswer) as error:
        return refused(shown(str(error), 600))
    except BrokenPipeError:  # whoever reads the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        named = shown(str(error.filename or chosen.folder))
        return refused(f"{named}: {error.strerror or error}.")


def _new(chosen: argparse.Namespace) -> int:
    folder, toolbox = chosen.folder, chosen.toolbox
    if toolbox and not toolbox.is_file():
        return refused(f"{shown(str(toolbox))} is not a file; leave --toolbox out to bring none.")
    rules = brought.rules_of(toolbox) if toolbox else {}
    counts = new(folder, chosen.seed)
    for source, count in counts.items():
        print(f"{count:8}  logs/{source}.jsonl")
    print(f"{sum(counts.values()):8}  events in all. Begin with {shown(str(folder / 'brief.md'))}.")
    print(f"Difficulty: {difficulty_of(draw(chosen.seed)).level}.")
    if toolbox:
        brought.bring(toolbox, rules, folder)
        and_rules = "".join(f", and your rule is rules/{name}.yml" for name in rules)
        print(f"Your toolbox is {shown(str(folder / brought.NAME))}{and_rules}.")
    return 0


def _exam(chosen: argparse.Namespace) -> int:
    wanted = exam.names_in(chosen.names)
    for sentence in exam.told(exam.make(chosen.folder, wanted, chosen.difficulty)):
        print(sentence, flush=True)
    print(exam.finished(chosen.folder, wanted))
    return 0


def _ask(chosen: argparse.Namespace) -> int:
    folder = chosen.folder
    seed = chosen.seed or exam.seed_for(folder, exam.seeds_in(chosen.seeds))
    answer = asking.ask(folder, chosen.question, seed)
    print(shown(answer.answer, 4000))
    spent = counted(answer.minutes, "minute") if answer.minutes else "nothing: you asked before"
    print(f"That took {spent}. In all: {counted(asking.minutes(folder), 'minute')}.")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    folder = chosen.folder
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
    if chosen.seeds:
        return _grade_all(chosen)
    if chosen.csv or chosen.feedback or chosen.marks:
        return refused("--csv, --feedback and --marks are for a class: name its list with --seeds.")
    hunters = reference.totals if chosen.reference else None
    result = grade(chosen.folder, chosen.seed, reference=hunters)
    if chosen.html:
        case_file.write(chosen.html, chosen.folder, result)
    print(json.dumps(result.summary(), indent=1) if chosen.json else result)
    return 0


def _grade_all(chosen: argparse.Namespace) -> int:
    """The grades of many reports, in the order of the list: tables, and what else was asked for."""
    result = exam.ClassGrades(marks=exam.marks_in(chosen.marks) if chosen.marks else {})
    hunters = reference.totals if chosen.reference else None
    for name, seed in exam.seeds_in(chosen.seeds).items():
        try:
            folder = _below(chosen.folder, name)
            result.grades[name] = grade(folder, seed, reference=hunters)
        except Exception as error:  # one report never costs the others
            known = isinstance(error, Fault | NoIncident)
            result.faults[name] = str(error) if known else repr(error)
    if chosen.csv:
        exam.write_csv(chosen.csv, result)
    if chosen.feedback:
        exam.write_feedback(chosen.feedback, result)
    if chosen.html:
        exam.write_case_files(chosen.html, chosen.folder, result)
    if chosen.json:
        found: dict[str, object] = {name: one.summary() for name, one in result.grades.items()}
        found |= {name: {"fault": reason} for name, reason in result.faults.items()}
        print(json.dumps(found, indent=1))
    else:
        print(as_text(exam.tables(result)))
    return 0


def _below(folder: Path, name: str) -> Path:
    """A folder below another one. Raises Fault for any other place."""
    path = folder / name
    if Path(name).name != name or path.is_symlink() or not path.is_dir():
        raise Fault(f"{shown(name, 80)} is not a folder below {shown(str(folder))}")
    return path


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "exam": _exam,
    "ask": _ask,
    "check": _check,
    "grade": _grade,
}
COMMANDS = {"capstone": Command(arguments, run)}
