"""Clean a HAR file on disk, and search the copy before anybody is told that it is clean."""

import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labutils.har.cleaning import Cleaner, Progress, said
from labutils.har.forensics import Finding, credentials, findings, secrets_of
from labutils.har.names import known
from labutils.har.reading import JWT, JsonObject, json_value, narrow, parts, unpacked
from labutils.har.tagging import Credentials

TAG = re.compile(r"_?x-[0-9a-f]{10}")
_TAG_AND_PORT = re.compile(TAG.pattern + r"(?::\d{1,5}(?![^/?#]))?")


class CannotRead(Exception):
    """An error for a file that cannot be read and so not cleaned; the text says why."""


@dataclass(frozen=True)
class Cleaned:
    """The result of cleaning: what was replaced, what stayed and why, and what a search found."""

    removed: Counter[str]
    kept: Counter[str]
    chosen: Counter[str]
    left: list[Finding] = field(default_factory=list)


def _silent(done: int, size: int) -> None: ...


def clean_file(
    source: Path,
    target: Path,
    salt: str,
    progress: Progress = _silent,
    *,
    keep: Iterable[str] = (),
    hosts: bool = False,
) -> Cleaned:
    """Clean a file, one entry at a time.

    The target appears when it is whole, with the entries first.

    A target that is not a file but a device or a pipe is written to and not replaced. Where a text
    that may stay by its shape is a credential elsewhere in the file, the file is cleaned once more
    without it. Raises NotHar for what is not a HAR, CannotRead, and OSError for what cannot be
    written; then nothing has been written.
    """
    stream = is_stream(target)
    target = target if stream else target.resolve()  # a link is followed and stays
    parent = Path(tempfile.gettempdir()) if stream else target.parent
    # The folder has its name before it is made: a signal may come at any moment.
    folder = parent / f".har-{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        text, whole = _text(source), folder / "cleaned.har"
        cleaner = Cleaner(salt, keep=keep, hosts=hosts)
        credentials_before = _write(text, whole, cleaner, progress)
        if any(map(Credentials(credentials_before).stand_in, cleaner.tagger.fitting)):
            cleaner = Cleaner(salt, keep=keep, hosts=hosts, denied=frozenset(credentials_before))
            _write(text, whole, cleaner, progress)
        left = list(_left(whole))
        if stream:
            with whole.open("rb") as file, open(_descriptor(target), "wb") as out:
                shutil.copyfileobj(file, out)
        else:
            whole.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    counts = cleaner.counts
    return Cleaned(counts.removed, counts.kept, counts.chosen, left)


def is_stream(target: Path) -> bool:
    """Return whether a target is a device, a pipe, or this program's standard output."""
    try:
        mode = target.stat().st_mode
    except (OSError, ValueError):
        return False
    return _is_own_output(target) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _is_own_output(target: Path) -> bool:
    try:
        return os.path.samestat(target.stat(), os.fstat(1))
    except OSError:
        return False


def _descriptor(target: Path) -> int:
    """A stream to write to, behind what a file that the output goes to holds already."""
    return os.dup(1) if _is_own_output(target) else os.open(target, os.O_WRONLY | os.O_APPEND)


def _text(source: Path) -> str:
    try:
        with source.open("rb") as file:
            return narrow(file)
    except OSError as error:
        raise CannotRead(error.strerror or str(error)) from error


def _write(text: str, whole: Path, cleaner: Cleaner, progress: Progress) -> set[str]:
    """Write the cleaned HAR, an entry a line, and give the credentials that the HAR held before."""
    before: set[str] = set()
    lead = "\n"
    with whole.open("w", encoding="ascii") as out:
        out.write('{"log": {"entries": [')
        for kind, part, at in parts(text):
            written = json.dumps(cleaner.part(kind, part))
            if kind == "entry":
                out.write(lead + written)
                before |= secrets_of(part)
            else:
                out.write("\n]" + (", " if part else "") + written[1:] + "}\n")
            lead = ",\n"
            progress(at, len(text))
    return before


# --- the search of what was written -------------------------------------------------------------


def _left(whole: Path) -> Iterator[Finding]:
    """What the search finds in the lines of a file that `_write` wrote."""
    with whole.open(encoding="ascii") as lines:
        for number, line in enumerate(lines, -1):
            if number >= 0 and line.startswith("{"):
                entry = json.loads(line.rstrip(",\n"))
                yield from survivors(entry, number)


def survivors(entry: JsonObject, number: int) -> list[Finding]:
    """Return the credentials in a cleaned entry that are neither a tag nor made of tags."""
    if not any(credentials(entry, lambda text: not is_replaced(text))):
        return []
    alone = findings({"log": {"entries": [entry]}})
    return [
        Finding(number, left.place, left.kind, left.value, left.holder, left.expires)
        for left in alone
        if not is_replaced(left.value)
    ]


def is_replaced(text: str) -> bool:
    """Return whether a text is only tags, or a token that the cleaner made."""
    if TAG.fullmatch(text):
        return True
    if JWT.fullmatch(text):
        *packed, signature = text.split(".")
        if TAG.fullmatch(signature):
            return True
        inside = [json_value(unpacked(part) or "") for part in packed]
        return not signature and all(map(_says_nothing, inside))
    words = re.findall(r"[0-9A-Za-z._-]+", _TAG_AND_PORT.sub(" ", text))
    if TAG.search(text):  # an address: what is beside the tags is of everybody's use
        usual = known().path_segments | known().schemes
        words = [word for word in words if word.lower() not in usual]
    return sum(map(len, words)) < 4


def _says_nothing(value: object) -> bool:
    """Whether the texts in the part of a token are tags, or words that everybody uses."""
    if isinstance(value, dict):
        return all(
            _says_nothing(more) or more in known().values.get(name, ())
            for name, more in value.items()
        )
    if isinstance(value, list):
        return all(map(_says_nothing, value))
    return not isinstance(value, str) or is_replaced(value)


# --- what is said at the end --------------------------------------------------------------------


def report(cleaned: Cleaned, hosts: bool) -> str:
    """Return what was replaced, what stayed and why, in sentences."""
    chosen = f"Kept because you said so: {_listed(cleaned.chosen)}." if cleaned.chosen else ""
    return " ".join(
        filter(None, [said(cleaned.removed), _kept(cleaned.kept), chosen, _hosts(hosts)])
    )


def _kept(kept: Counter[str]) -> str:
    """What stayed: what says nothing of the user, and what the operator can look up."""
    rules = known().in_headers
    ids = Counter(
        {name: n for name, n in kept.items() if rules.get(name, "").endswith("request id")}
    )
    sentences = []
    if rest := kept - ids:
        sentences.append(f"Kept for support: {_listed(rest)}.")
    if ids := +ids:
        sentences.append(f"Kept because only the operator can look them up: {_listed(ids)}.")
    return " ".join(sentences)


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} ({counted[name]})" for name in sorted(counted))


def _hosts(hosts: bool) -> str:
    if hosts:
        return "Host names were replaced; ports stayed."
    return (
        "Host names, internal addresses and ports in URLs stayed: --hosts replaces the names "
        "and addresses too."
    )


def searched(left: list[Finding]) -> str:
    """Return what the search of the written file found, as a sentence."""
    if not left:
        return "A search of the copy found no credential in it."
    first = "; ".join(map(str, left[:5]))
    more = f"; and {len(left) - 5} more" if len(left) > 5 else ""
    return f"A search of the copy still found {len(left)}: {first}{more}."
