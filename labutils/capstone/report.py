"""Read a report as somebody wrote it, so that each fault has its line."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal, get_args

from labutils.capstone import board
from labutils.capstone.incident import Claim, plain
from labutils.lab import data_file, iso, seconds
from labutils.sheets import Row, SheetError, build, must_be_among, read, value

LARGEST = 1_000_000  # bytes of a report
MOST_CLAIMS, MOST_EVENTS, MOST_CONTROLS = 200, 2_000, 3
MOST_HOURS = 1_000
FORBIDDEN = ("attributed", "data-left", "nothing-else-happened")
HARMLESS = "harmless"
INTRUSION, NOTHING = "intrusion", "nothing"

Kind = Literal["replace", "revoke", "remove", "end-sessions", "disable", "block"]


class Fault(ValueError):
    """An error in a report, with its file and line."""


@dataclass(frozen=True)
class Claimed:
    """A claim of a report, with its events, and how sure its author is (0 to 100).

    For something harmless, `explained_by` is what explains it, and `looked_like` what it was
    suspected to be.
    """

    what: str
    who: str
    events: tuple[str, ...]
    percent: int
    explained_by: str = ""
    looked_like: str = ""

    @property
    def claim(self) -> Claim:
        """What is claimed, and of whom."""
        return Claim(self.what, self.who)


@dataclass(frozen=True)
class EvictionAct:
    """An act of an eviction.

    `at` is in seconds since 1970; `line` is that of the report.
    """

    act: Kind
    what: str
    at: int
    line: int = 1


@dataclass(frozen=True)
class IncidentReport:
    """A report. What was left out is empty, and a `verdict` that was left out is INTRUSION.
    `board` is half a page of prose; `author`, `summary` and `hours`, for which its author worked,
    are for the case file."""

    incident: str
    claims: tuple[Claimed, ...] = ()
    credentials: tuple[str, ...] = ()
    footholds: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    not_knowable: tuple[str, ...] = ()
    eviction: tuple[EvictionAct, ...] = ()
    controls: tuple[str, ...] = ()
    board: str = ""
    author: str = ""
    summary: str = ""
    hours: float = 0
    verdict: str = INTRUSION


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Return the closed vocabulary of a report, by its use: claims, losses, not_knowable."""
    schema = json.loads(data_file("capstone/report.schema.json").read_text(encoding="utf-8"))
    parts = schema["properties"]
    return {
        "claims": tuple(parts["claims"]["items"]["properties"]["what"]["enum"]),
        "losses": tuple(parts["losses"]["items"]["enum"]),
        "not_knowable": tuple(parts["not_knowable"]["items"]["enum"]),
    }


def text_of(path: Path) -> str:
    """Return the text of a file that a stranger may have written.

    No link is followed, and no more is read than a report can have. Raises Fault.
    """
    try:
        status = path.lstat()
        if not S_ISREG(status.st_mode):
            raise Fault(
                f"{path.name}, line 1: it is not a file, or it is a link; write the report itself"
            )
        if status.st_size > LARGEST:
            raise Fault(f"{path.name}, line 1: it is larger than {LARGEST:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{path.name}, line 1: it cannot be read ({type(error).__name__})") from error


def sheet_of(path: Path) -> Row:
    """Read a YAML file as a sheet. Raises Fault with the line."""
    try:
        return read(path.name, text_of(path))
    except (SheetError, RecursionError) as error:
        sentence = str(error) if isinstance(error, SheetError) else "it is nested too deep"
        raise Fault(
            sentence if "line" in sentence else f"{path.name}, line 1: {sentence}"
        ) from error


def read_report(path: Path) -> IncidentReport:
    """Read the report in a file. Raises Fault, which names file and line."""
    sheet = sheet_of(path)
    try:
        return _report(sheet)
    except SheetError as error:
        raise Fault(str(error)) from error


def _report(sheet: Row) -> IncidentReport:
    for key in ("author", "summary", "board"):
        sheet[key] = "" if sheet.get(key) is None else sheet[key]
    _must_have_facts(sheet)
    _must_be_hours(sheet)
    sheet["verdict"] = sheet.get("verdict") or INTRUSION
    must_be_among(sheet, "verdict", [sheet["verdict"]], (INTRUSION, NOTHING), "verdict called")
    _must_be_short(sheet, "claims", MOST_CLAIMS)
    _must_be_short(sheet, "controls", MOST_CONTROLS)
    _must_be_short(sheet, "eviction", MOST_CLAIMS)
    for key in ("credentials", "footholds", "losses", "not_knowable", "controls"):
        _must_be_once(sheet, key)
    for key in ("losses", "not_knowable"):
        must_be_among(sheet, key, _texts(sheet, key), words()[key], "word for it")
    return build(
        IncidentReport,
        sheet,
        claims=_claims(sheet),
        eviction=tuple(map(_act, _rows(sheet, "eviction"))),
    )


def _claims(sheet: Row) -> tuple[Claimed, ...]:
    claims: list[Claimed] = []
    for row in _rows(sheet, "claims"):
        _must_be_short(row, "events", MOST_EVENTS)
        claimed = build(Claimed, row)
        must_be_among(row, "what", [claimed.what], words()["claims"], "claim called")
        suspected = [claimed.looked_like] if claimed.looked_like else []
        must_be_among(row, "looked_like", suspected, words()["claims"], "claim called")
        if not 0 <= claimed.percent <= 100:
            raise row.error(f"percent must be 0 to 100, not {claimed.percent}", "percent")
        said = claimed.what, plain(claimed.who)
        same = said in [(earlier.what, plain(earlier.who)) for earlier in claims]
        if same and claimed.what != HARMLESS:
            raise row.error(f"{claimed.what} of {claimed.who} stands here for the second time")
        claims.append(claimed)
    return tuple(claims)


def _act(row: Row) -> EvictionAct:
    at = value(row, "at", str)
    try:
        moment = seconds(at)
        iso(moment)
    except (TypeError, ValueError, OverflowError) as error:
        raise row.error(f"at: {at!r} is not a time such as '2024-05-01T09:00:00Z'", "at") from error
    must_be_among(row, "act", [row.get("act")], get_args(Kind), "act called")
    return build(EvictionAct, row, at=moment, line=row.line)


def _rows(sheet: Row, key: str) -> tuple[Row, ...]:
    rows: tuple[Row, ...] = () if sheet.get(key) is None else value(sheet, key, tuple[Row, ...])
    return rows


def _texts(sheet: Row, key: str) -> tuple[str, ...]:
    if sheet.get(key) is None:
        sheet[key] = []  # `losses:` with nothing behind it
    texts: tuple[str, ...] = value(sheet, key, tuple[str, ...])
    return texts


def _must_have_facts(sheet: Row) -> None:
    try:
        board.facts_in(value(sheet, "board", str))
    except board.BoardError as error:
        raise sheet.error(f"board: {error}", "board") from error


def _must_be_hours(sheet: Row) -> None:
    if sheet.get("hours") is None:
        sheet["hours"] = 0
    if not 0 <= value(sheet, "hours", float) <= MOST_HOURS:
        raise sheet.error(f"hours must be 0 to {MOST_HOURS}", "hours")


def _must_be_short(sheet: Row, key: str, most: int) -> None:
    items: Any = sheet.get(key)
    if isinstance(items, list) and len(items) > most:
        raise sheet.error(f"{key} has {len(items):,} items, and {most} at most are read", key)


def _must_be_once(sheet: Row, key: str) -> None:
    texts = _texts(sheet, key)
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise sheet.error(f"{key}: {twice!r} stands there twice", key)
