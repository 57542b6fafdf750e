"""Check somebody's own incident: its faults with file and line, then what the model makes of it.

`python -m labutils case check FOLDER` prints it.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from labutils.hunt.sources import learn
from labutils.incident import breach, cases
from labutils.incident.breach import Foresight, Replay, Step, with_controls
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.incident.tables import Table
from labutils.sheets import Row, SheetError, read
from labutils.text import counted

MOST_FAULTS = 200  # that are looked for
LARGEST_SET = 3  # controls that are tried together
_TABLES = {
    "zone": "zones",
    "identity": "identities",
    "credential": "credentials",
    "service": "services",
}  # by what is not there, the rows of an estate in which it would stand
_NO_SUCH = re.compile(f"there is no ({'|'.join(_TABLES)}) ")
# What is a fault of its own also in a row that another fault was taken out of.
_BY_ITSELF = re.compile(r"there is no |must be |unknown field ")
_FAULT = re.compile(r"(?P<file>.*), line (?P<line>\d+): (?P<sentence>.*)", re.DOTALL)


@dataclass
class CaseCheck:
    """The faults of a folder, sentence by sentence, or the case if there are none.

    `whole`: all of it was read, except what the faults are about.
    """

    faults: list[str] = field(default_factory=list)
    case: Incident | None = None
    whole: bool = False


def check(folder: Path) -> CaseCheck:
    """Read the case in a folder, and report its faults.

    After a fault, the row that holds it is left out and the rest is read on; what is only a
    consequence of that is not reported.
    """
    result = CaseCheck()
    sheets = {}
    try:
        learn(folder / "telemetry")
    except SheetError as error:
        result.faults.append(str(error))
    for name in (*cases.SHEETS, *cases.MORE_SHEETS):
        path = folder / f"{name}.yaml"
        if name in cases.MORE_SHEETS and not path.is_file():
            continue
        try:
            sheets[name] = read(path)
        except SheetError as error:
            result.faults.append(str(error))
    if not result.faults:
        _read_on(folder.name, sheets, result)
    return result


def _read_on(name: str, sheets: dict[str, Row], result: CaseCheck) -> None:
    """Read a case again and again, each time without the row in which the last fault was."""
    repair = _Repair(sheets)
    for _ in range(MOST_FAULTS):
        try:
            case = cases.read_case(name, sheets)
        except SheetError as error:
            sentence = str(error)
            if not repair.is_consequence(sentence):
                result.faults.append(sentence)
            if not repair.leave_out(sentence):
                return
        else:
            result.case, result.whole = None if result.faults else case, True
            return


class _Place(NamedTuple):
    """Where a line stands: a list or a mapping, and what it holds there."""

    holder: Any
    key: Any


class _Fault(NamedTuple):
    """A sentence about a sheet, in its parts. `about`: the key that it begins with."""

    file: str
    line: int
    sentence: str
    about: str

    @classmethod
    def of(cls, error: str) -> "_Fault":
        match = _FAULT.fullmatch(error)
        assert match, error
        sentence = match["sentence"]
        return cls(match["file"], int(match["line"]), sentence, re.split(r"[: ]", sentence)[0])


class _Repair:
    """The sheets of a case, from which what is faulty is taken out. `gone`: the names of what was
    taken out, which other rows may miss; `touched`: of the rows in which something was taken out or
    put right, the keys."""

    def __init__(self, sheets: dict[str, Row]):
        self.sheets = sheets
        self.gone: set[str] = set()
        self.touched: dict[int, set[str]] = {}

    def is_consequence(self, error: str) -> bool:
        """Whether a fault is there only since something was taken out before."""
        fault = _Fault.of(error)
        words = re.findall(r"[\w.-]+", fault.sentence)
        if any(difflib.get_close_matches(one, self.gone, 1, 0.9) for one in words):
            return True
        touched = self.touched_at(fault)
        return bool(touched) and (fault.about in touched or not _BY_ITSELF.search(fault.sentence))

    def touched_at(self, fault: _Fault) -> set[str]:
        """The keys that were taken out or put right in the rows at the line of a fault; of a whole
        sheet, the key that the fault is about."""
        keys: set[str] = set()
        for path in self.paths(fault):
            for place in path:
                touched = self.touched.get(id(place.holder), set())
                whole = any(place.holder is sheet for sheet in self.sheets.values())
                keys |= touched & {fault.about} if whole else touched
        return keys

    def leave_out(self, error: str) -> bool:
        """Take out what a fault is about: a word of a list, the value of a key, or the row. Whether
        anything could be taken out."""
        fault = _Fault.of(error)
        paths = self.paths(fault)
        keys = {fault.about, *re.findall(r"'([^']*)'", fault.sentence)}
        named = [path for path in paths if path[-1].key in keys]
        if named and not self.is_touched(named[-1][-1]):
            place = named[-1][-1]
            if self.put_right(place, fault.sentence):
                self.touch(place)
                return True
            row_of_a_list = len(named[-1]) > 1 and isinstance(named[-1][-2].holder, list)
            if not row_of_a_list:  # a mapping of names: others may miss this one
                self.gone.add(place.key)
        else:
            rows = [one for path in paths for one in path if isinstance(one.holder, list)]
            entries = [path[-2] for path in paths if len(path) > 1]
            if not rows and not entries:
                return False
            place = (rows or entries)[-1]
        for path in paths:
            for one in path:
                self.touch(one)
        self.forget(place.holder[place.key])
        del place.holder[place.key]
        return True

    def is_touched(self, place: _Place) -> bool:
        """Whether something was done there before."""
        return place.key in self.touched.get(id(place.holder), ())

    def touch(self, place: _Place) -> None:
        """Note that something is done there."""
        if isinstance(place.holder, Row):
            self.touched.setdefault(id(place.holder), set()).add(place.key)

    def put_right(self, place: _Place, sentence: str) -> bool:
        """Where a fault can be mended without loss, mend it: another choice, a word less, a number
        for what has none."""
        value = place.holder[place.key]
        if choices := re.search(r"must be one of (\w[\w-]*)", sentence):
            place.holder[place.key] = choices[1]
            return True
        if (needed := re.search(r"needs (?:a number|one) for ([\w-]+)", sentence)) and isinstance(
            value, Row
        ):
            value[needed[1]] = next(iter(value.values()), "")
            return True
        word = re.search(r"'([^']*)'", sentence)
        if sentence.startswith("audit: there is no "):
            place.holder[place.key] = "none"
            return True
        if (what := _NO_SUCH.search(sentence)) and isinstance(value, str):
            place.holder[place.key] = self.sheets["estate"][_TABLES[what[1]]][0]["id"]
            return True
        if word and isinstance(value, list | Row) and word[1] in value:
            value.remove(word[1]) if isinstance(value, list) else value.pop(word[1])
            self.gone.add(word[1])
            return True
        return False

    def forget(self, value: Any) -> None:
        """Note the names that go with a row; the ledger expects no step of a plan that is gone."""
        if not isinstance(value, Row):
            return
        self.gone |= {value[name] for name in ("id", "fact") if isinstance(value.get(name), str)}
        for fact in self.sheets["facts"].get("facts", ()):
            if isinstance(fact, Row) and fact.get("id") == value.get("fact"):
                fact.pop("step", None)

    def paths(self, fault: _Fault) -> list[list[_Place]]:
        """The ways from a sheet down to all that begins on the line of a fault."""
        sheets = (sheet for sheet in self.sheets.values() if sheet.file == fault.file)
        return [path for sheet in sheets for path in _paths(sheet, fault.line, [])]


def _paths(value: Any, line: int, above: list[_Place]) -> Iterator[list[_Place]]:
    """The places that begin on a line, each with those around it; also of a key that was taken
    out."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            place = [*above, _Place(value, number)]
            if isinstance(item, Row) and item.line == line:
                yield place
            yield from _paths(item, line, place)
    if isinstance(value, Row):
        for key in value.keys() | value.lines.keys():
            place = [*above, _Place(value, key)]
            if value.lines.get(key) == line:
                yield place
            yield from _paths(value.get(key), line, place)


# --- what the model makes of a case -------------------------------------------------------------


def tables(case: Incident) -> list[Table]:
    """Return the tables of a case.

    They show steps and outcomes against the ledger, losses and the smallest sets that stop each,
    and the logs that stay silent.
    """
    replay = breach.play(World.historical(case), case=case)
    return [_steps(replay), _losses(case), _logs(replay)]


def differing(replay: Replay) -> list[str]:
    """Return the facts of the steps that end differently from what the ledger says."""
    facts = replay.case.ledger.facts
    return [step.fact for step in replay.steps if step.outcome != facts[step.fact].outcome]


def _steps(replay: Replay) -> Table:
    facts, rows = replay.case.ledger.facts, []
    for step in replay.steps:
        told = facts[step.fact].outcome
        verdict = "as told" if step.outcome == told else f"the ledger says {told}: {step.reason}"
        rows.append((step.time, step.fact, step.outcome, verdict))
    title = "Steps, played with the controls of that time"
    return Table(title, ("time", "step", "in the model", "in the ledger"), tuple(rows))


def _losses(case: Incident) -> Table:
    """Each loss, and the smallest sets of controls under which it does not happen."""
    title = "Losses, and the smallest sets that stop them"
    rows = []
    for name, fact in (case.losses or _last_loss(case)).items():
        sets = [" + ".join(one) for one in smallest_sets(case, fact)]
        for number, one in enumerate(sets or [f"none of up to {LARGEST_SET} controls"]):
            rows.append(("" if number else name, one))
    return Table(title, ("loss", "stopped by"), tuple(rows))


def _last_loss(case: Incident) -> dict[str, str]:
    """The last step that succeeds, where a case names no losses."""
    steps = Foresight(World.historical(case)).steps(case)
    reached = [step.fact for step in steps if not step.stopped]
    return {fact: fact for fact in reached[-1:]}


def smallest_sets(case: Incident, fact: str) -> list[tuple[str, ...]]:
    """Return the smallest sets of controls that stop a step; all are of one size."""
    historical = World.historical(case)
    absent = [name for name, one in case.controls.items() if getattr(historical, name) != one.value]
    thief = case.campaign.until(fact)
    for size in range(1, LARGEST_SET + 1):
        found = [
            chosen
            for chosen in combinations(absent, size)
            if _last(case, with_controls(chosen, historical), thief).stopped
        ]
        if found:
            return found
    return []


def _last(case: Incident, world: World, thief: Any) -> Step:
    return Foresight(world).steps(case, thief)[-1]


def _logs(replay: Replay) -> Table:
    rows = [
        (source, str(len(lines)) if lines else "silent") for source, lines in replay.lines.items()
    ]
    unseen = [step.fact for step in replay.steps if step.fact not in replay.truth.values()]
    rows += [(fact, "leaves no line in any log") for fact in unseen]
    return Table("Logs, and how many lines the intruder left", ("log", "lines"), tuple(rows))


def summary(case: Incident) -> str:
    """Return the size of a case, in one line."""
    return (
        f"{case.name}: {counted(len(case.ledger.facts), 'fact')}, "
        f"{counted(len(case.campaign.steps), 'step')}, "
        f"{counted(len(case.estate.services), 'service')}, "
        f"{counted(len(case.controls), 'control')} that apply"
    )
