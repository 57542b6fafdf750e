"""Describe the log sources for a hunt: their Sigma names, how to recognise them, where the time is.

Each source is a file of data/telemetry/, which also says how the course writes it, where it does.
Nothing is refused for a field that it lacks: real exports differ from version to version.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from labutils.hunt.fields import Json, values_at
from labutils.hunt.line_columns import LineColumns, line_columns
from labutils.hunt.looks import Looks, listed, looks
from labutils.hunt.naming import Naming, naming
from labutils.lab import data_file
from labutils.sheets import Row, SheetError, build, must_be_among, must_have_fields, read, value

FOLDER = "telemetry"  # of data/
# What such a file says of writing the log: labutils.incident.log_format has each.
WRITTEN = ("modelled", "headline", "shape", "base", "denied", "events", "costly")
MOST_KEYS = 200  # of an event whose keys are remembered
_NAME = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class SigmaNames:
    """The `logsource` values that select a source, one name or several for each key.

    See the Sigma specification, appendix "log sources".
    """

    product: str | tuple[str, ...]
    service: str | tuple[str, ...] = ()
    category: str | tuple[str, ...] = ()

    @property
    def named(self) -> dict[str, str]:
        """The first name for each key, as a rule would write it."""
        first = {key: one if isinstance(one, str) else one[:1] for key, one in vars(self).items()}
        return {key: "".join(one) for key, one in first.items() if one}


@dataclass(frozen=True)
class LogSource:
    """A source of logs, and how to read its events.

    `sigma` is how rules call it; `times` are the fields that may hold an event's time, and
    `nanoseconds` one that holds what is below its second; `looks` says whether an event is one of
    this source, and `before` names the sources that an event of this one may look like as well;
    `actor` is the field that says who acted; `naming` is what rules call its fields, where that is
    not as they stand in the event; `columns` says where it has what all logs have.
    """

    name: str
    sigma: SigmaNames
    times: tuple[str, ...]
    looks: Looks
    actor: str
    nanoseconds: str = ""
    before: tuple[str, ...] = ()
    naming: Naming | None = None
    columns: LineColumns = LineColumns()


# --- from the files -----------------------------------------------------------------------------

READ = tuple(one.name for one in fields(LogSource) if one.name != "name")


_LEARNT: dict[str, Path] = {}  # the files of sources that are not the course's own


@cache
def sheet_of(source: str) -> Row:
    """Read the YAML file of a source. Raises SheetError, which names the line."""
    return read(_LEARNT.get(source, f"{FOLDER}/{source}.yaml"))


def without(sheet: Row, keys: Iterable[str]) -> Row:
    """Return a sheet without these keys."""
    rows = {key: item for key, item in sheet.items() if key not in keys}
    return Row(rows, file=sheet.file, line=sheet.line, lines=sheet.lines)


def log_source(name: str, sheet: Row) -> LogSource:
    """Build a source from its sheet. Raises SheetError, which names the line."""
    if not _NAME.fullmatch(name):
        raise sheet.error("the name of a source has only lower-case letters, digits and _")
    row = without(sheet, WRITTEN)
    must_have_fields(LogSource, row, ["name"])
    sigma = build(SigmaNames, value(row, "sigma", Row))
    more: dict[str, Any] = {"name": name, "sigma": sigma, "looks": looks(value(row, "looks", Row))}
    if "naming" in row:
        more["naming"] = naming(value(row, "naming", Row))
    columns = value(row, "columns", Row) if "columns" in row else Row(file=row.file, line=row.line)
    more["columns"] = line_columns(columns, value(row, "actor", str))
    return build(LogSource, row, **more)


def in_order(sources: Iterable[LogSource]) -> dict[str, LogSource]:
    """Return the sources by name, alphabetically, but each before those in its `before`.

    An event that looks like two of them belongs to the first. Raises SheetError for an unknown
    name, and for a circle.
    """
    by_name = {source.name: source for source in sorted(sources, key=lambda one: one.name)}
    order = TopologicalSorter({name: set[str]() for name in by_name})
    for source in filter(lambda one: one.before, by_name.values()):
        must_be_among(sheet_of(source.name), "before", source.before, by_name, "source")
        for other in source.before:
            order.add(other, source.name)
    try:
        return {name: by_name[name] for name in order.static_order()}
    except CycleError as error:
        circle = ", ".join(error.args[1])
        raise sheet_of(error.args[1][0]).error(f"before: a circle: {circle}", "before") from error


def _paths() -> list[Path]:
    return sorted(data_file(FOLDER).glob("*.yaml"))


SOURCES: dict[str, LogSource] = in_order(
    log_source(path.stem, sheet_of(path.stem)) for path in _paths()
)


def learn(folder: Path) -> None:
    """Add the sources in a folder, one YAML file each, to the known ones.

    Raises SheetError, which names the line, also where the course has a source of that name.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        return
    for path in paths:
        if path.stem in SOURCES and _LEARNT.get(path.stem) != path:
            raise SheetError(
                f"{path.as_posix()}, line 1: there is a source {path.stem} already; choose another "
                "name"
            )
    _LEARNT.update({path.stem: path for path in paths})
    new = [log_source(path.stem, sheet_of(path.stem)) for path in paths]
    names = {one.name for one in new}
    known = in_order([*(one for one in SOURCES.values() if one.name not in names), *new])
    SOURCES.clear()
    SOURCES.update(known)
    _possible.cache_clear()


def source_by_name(stem: str) -> str | None:
    """Return the source that a file's name begins with, as in `okta-2023.jsonl`; else None."""
    by_length = sorted(SOURCES, key=len, reverse=True)
    return next(
        (name for name in by_length if re.match(rf"{name}(?![a-z])", stem.lower())),
        None,
    )


def source_by_content(event: Json) -> str | None:
    """Return the source whose events look like this one; None if there is none."""
    if len(event) > MOST_KEYS:
        return next((one.name for one in SOURCES.values() if one.looks(event)), None)
    return next((one.name for one in _possible(tuple(event)) if one.looks(event)), None)


@lru_cache(maxsize=10_000)
def _possible(keys: tuple[str, ...]) -> list[LogSource]:
    """The sources that an event with these keys may be of, in their order."""
    return [source for source in SOURCES.values() if not source.looks.needs.isdisjoint(keys)]


def sources_for(logsource: tuple[str | None, str | None, str | None]) -> list[str]:
    """Return the sources that match a rule's (product, service, category); None matches any."""
    product, service, category = (part and part.lower() for part in logsource)
    if not (product or service or category):
        return []
    return [
        name
        for name, source in SOURCES.items()
        if (not product or product in listed(source.sigma.product))
        and (not service or service in listed(source.sigma.service))
        and (not category or category in listed(source.sigma.category))
    ]


# --- time ---------------------------------------------------------------------------------------

_DIGITS = re.compile(r"^(\d{8})(\d{6}(?:\.\d+)?)$")
_CALENDAR = re.compile(r"\d{8}|(?:19|20)\d{12}(?:\.\d+)?")  # digits that are no number since 1970
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ZONE = re.compile(r"(:\d\d(?:\.\d+)?) (?=[+-]\d\d:?\d\d$)")  # Snowflake's blank before it
# 8/22/2022, 6:07:16 PM, as Microsoft's portals export it.
_AMERICAN = re.compile(
    r"(\d{1,2}/\d{1,2}/\d{4}),? (\d{1,2}:\d\d:\d\d)(?:\.\d+)? ([AP]M)", re.IGNORECASE
)
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))  # nano-, micro- and milliseconds since 1970


def time_of(event: Json, source: str) -> float | None:
    """Return when an event happened, in seconds since 1970; None if it has no readable time."""
    for field in SOURCES[source].times:
        for one in values_at(event, field):
            moment = _seconds(one)
            if moment is not None:
                return moment + _nanoseconds(event, SOURCES[source].nanoseconds)
    return None


def _nanoseconds(event: Json, field: str) -> float:
    """What is below the second, where a vendor writes it in a field of its own."""
    nano = values_at(event, field) if field else []
    return nano[0] / 1e9 if nano and isinstance(nano[0], int) and 0 <= nano[0] < 1e9 else 0.0


def _seconds(value: Any) -> float | None:
    """A number since 1970, by its size, or a text; without a zone it is UTC.

    A text is ISO 8601, or a number since 1970, or written as in America. It may lack all marks
    between its digits, as Salesforce's 20250506081503.204 does.
    """
    try:
        if isinstance(value, str):
            text = value.strip()
            if not _NUMBER.fullmatch(text) or _CALENDAR.fullmatch(text):
                return _moment(text).timestamp()
            value = float(text)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return number / next((scale for least, scale in _SCALES if abs(number) >= least), 1)


def _moment(text: str) -> datetime:
    """The moment that a text names. Raises ValueError."""
    if "-" not in text:
        text = _DIGITS.sub(r"\1T\2", text)
    text = _ZONE.sub(r"\1", text).removesuffix(" UTC")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        american = _AMERICAN.fullmatch(text)
        if american is None:
            raise
        date, comma_time, half = american.groups()
        moment = datetime.strptime(f"{date} {comma_time} {half}", "%m/%d/%Y %I:%M:%S %p")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso_time(seconds: float | None) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC, with milliseconds where there are any.

    None if there is no time, or one beyond the calendar.
    """
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    digits = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=digits).replace("+00:00", "Z")
