"""Make the learner's working copies: `work/`, from the executed originals in `notebooks/`.

An original is never changed. A copy has the cells of its original and no outputs. `.course.json`
remembers what each copy was made from. So an update of the course replaces the copies that nobody
changed, and leaves the others. Whatever is replaced after somebody used it is kept under a dated
name beside. This module needs nothing but the standard library.
"""

import hashlib
import importlib
import json
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labutils.classroom import files
from labutils.text import DISTRIBUTION

RECORD = ".course.json"
PROGRESS = "progress.json"
PRACTICE = "practice"  # the folder of what a lesson has for whoever wants more
COPY = re.compile(r"-Copy|\.yours-")  # what a learner keeps beside a lesson
LARGEST = 20_000_000  # bytes of a notebook that is still looked at
LINK_TO_DOCS = re.compile(r"\[([^\]]*)\]\(\.\./((?:\.\./)?)((?:docs|data)/[^)\s]*)\)")
# What lessons link to. The wheel carries it, and it is laid beside copies that have no docs folder.
PAGES = (
    "docs/story.md",
    "docs/story-2025.md",
    "docs/since-2023.md",
    "docs/glossary.md",
    "docs/at-work.md",
    "docs/axon.md",
    "docs/capstone.md",
    "docs/scoring-a-hunt.md",
)


def base() -> Path:
    """Return the folder of the lessons: this one, or the one above where this one is practice."""
    here = Path.cwd()
    return here.parent if here.name == PRACTICE else here


def home() -> Path | None:
    """Return the folder of the learner's copies; None where nobody works through the course."""
    return base() if (base() / RECORD).exists() else None


def number_of(name: str) -> str:
    """Return the number of the lesson that a notebook belongs to: `06` for practice/06-replay."""
    return name.rpartition("/")[2][:2]


class CannotCopy(Exception):
    """An error for working copies that could not be made; the sentence says what to do."""


@dataclass(frozen=True)
class Originals:
    """The lessons as the course stored them, by file name.

    `spare` is a folder with unchanged copies of them, for a lesson that somebody edited in place;
    `docs` one with the pages that they link to. `guests` are lessons of somebody else's, where
    they are (LABUTILS_LESSONS).
    """

    folder: Path
    spare: Path | None = None
    sums: dict[str, str] = field(default_factory=dict)
    docs: Path | None = None
    guests: dict[str, Path] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The file names of all lessons: the course's own, then those of others."""
        return [*self.sums, *self.guests]

    def pages(self) -> dict[str, bytes]:
        """Return the existing PAGES as they are beside copies: without dead links."""
        paths = {name: self.docs / Path(name).name for name in PAGES} if self.docs else {}
        return {name: _page(path) for name, path in paths.items() if path.is_file()}

    def text(self, name: str) -> bytes:
        """Return an original, unchanged where that can be had.

        Raises OSError where it cannot be read.
        """
        if name in self.guests:
            return self.guests[name].read_bytes()
        for folder in filter(None, (self.folder, self.spare)):
            path = folder / name
            if path.is_file() and digest(path.read_bytes()) == self.sums[name]:
                return path.read_bytes()
        return (self.folder / name).read_bytes()

    def edited(self, name: str) -> bool:
        """Return whether somebody worked in this original: its cells are not the course's.

        Outputs and metadata do not count, since opening a notebook is enough to change them.
        """
        path = self.folder / name
        if not path.is_file() or digest(path.read_bytes()) == self.sums[name]:
            return False
        return fingerprint(path.read_bytes()) != fingerprint(self.text(name))


def originals(root: Path | None = None) -> Originals:
    """Return the lessons of a repository, or of the installed package. Raises CannotCopy."""
    package = Path(__file__).resolve().parent.parent
    root = root or package.parent
    folder = root / "notebooks" if (root / "notebooks").is_dir() else package / "_notebooks"
    docs = root / "docs" if folder.parent == root else package / "_docs"
    sums = sums_in(folder)
    return Originals(folder, root / ".venv" / "pristine", sums, docs, guests_beside(sums))


def lesson_folders() -> list[Path]:
    """Return the folders that hold lessons: the course's own, then those of LABUTILS_LESSONS."""
    found = importlib.import_module("labutils.lessons").__path__  # by its name: it stands above
    return [Path(folder) for folder in found]


def guests_beside(sums: Iterable[str]) -> dict[str, Path]:
    """Return somebody else's lessons by file name.

    A number that the course has stays the course's; of two files of one number the first counts.
    """
    taken, found = {number_of(name) for name in sums}, {}
    for folder in lesson_folders()[1:]:
        for path in sorted(folder.glob("[0-9][0-9]-*.ipynb")):
            if path.name[:2] not in taken and not COPY.search(path.name):
                taken.add(path.name[:2])
                found[path.name] = path
    return found


def sums_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each lesson by its file name, in order, as SHA256SUMS lists them.

    Raises CannotCopy where the list cannot be read.
    """
    try:
        listed = (folder / "SHA256SUMS").read_text(encoding="utf-8", errors="replace")
    except OSError:
        listed = ""
    sums = {name: sha for sha, name in re.findall(r"(?m)^([0-9a-f]{64})  (\S+)$", listed)}
    if not sums:
        raise CannotCopy(
            "notebooks/SHA256SUMS is missing or damaged, so it is not clear which lessons are the "
            "course's own. Restore it with `git checkout notebooks/SHA256SUMS`, or download the "
            "course again."
        )
    return sums


# --- what a notebook is -------------------------------------------------------------------------


def digest(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def cells(notebook: bytes) -> list[tuple[str, str]]:
    """Return (cell type, source) of each cell. Raises ValueError for what is not a notebook."""
    if len(notebook) > LARGEST:
        raise ValueError("too large for a notebook")
    content = json.loads(notebook)
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise ValueError("no notebook")
    pairs = []
    for cell in content["cells"]:
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        kind = cell.get("cell_type", "") if isinstance(cell, dict) else ""
        pairs.append((str(kind), "".join(map(str, source))))
    return pairs


def fingerprint(notebook: bytes) -> str:
    """Return the SHA-256 of a notebook's (cell type, source) pairs: what autosave does not change.

    Something that is not a notebook has a fingerprint of its own, which no lesson has.
    """
    try:
        return digest(json.dumps(cells(notebook)).encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return "none " + digest(notebook)


def additions(notebook: bytes) -> str:
    """Return the SHA-256 of what somebody adds to a notebook without a change of its sources.

    That is outputs, attachments, and metadata of cells. The count and the kernel's name, which
    opening a notebook changes, are no part of it.
    """
    try:
        content = json.loads(notebook)["cells"]
        added = [
            [cell.get(part) or None for part in ("outputs", "attachments", "metadata")]
            for cell in content
        ]
        return digest(json.dumps(added, sort_keys=True).encode("utf-8", "surrogatepass"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "none " + digest(notebook)


def without_outputs(
    original: bytes,
    *,
    beside: Iterable[str] | None = None,
    prose: Callable[[str, str], str] = lambda _cell, english: english,
) -> bytes:
    """Return the working copy of an original: no output, no count, and no dead link.

    `prose` gives the text of a cell, by its id and its English text. `beside` are the pages that
    are laid beside the copy; None where the folder above has them all.
    """
    pages = beside if beside is None else frozenset(beside)
    notebook = json.loads(original)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            continue
        source = prose(str(cell.get("id", "")), "".join(cell["source"]))
        if pages is not None:
            source = LINK_TO_DOCS.sub(lambda link: _moved(*link.groups(), pages=pages), source)
        cell["source"] = source.splitlines(keepends=True)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def prose_of(number: str) -> Callable[[str, str], str]:
    """Return a function for the text of a lesson's cells, in the language of LABUTILS_LANG.

    Raises SheetError where what is translated cannot be read.
    """
    if not os.environ.get("LABUTILS_LANG"):
        return lambda _cell, english: english
    from labutils.classroom.translation import language, read_translation  # it wants PyYAML

    found = [folder / f"lesson_{number}" for folder in lesson_folders()]
    folder = next((one for one in found if one.is_dir()), found[0])
    return read_translation(folder, language()).prose


def _page(path: Path) -> bytes:
    """A page of docs/ as it stands in a docs folder beside the copies, which lie one level up."""
    text = path.read_text(encoding="utf-8").replace("](../notebooks/", "](../")
    return LINK_TO_DOCS.sub(lambda link: _moved(*link.groups(), pages=frozenset()), text).encode()


def _moved(words: str, up: str, page: str, *, pages: frozenset[str]) -> str:
    """A link into docs/ or data/: to a page beside the copies, to the site, or as plain words. `up`
    is the way out of the folder of practice."""
    if page.partition("#")[0] in pages:
        return f"[{words}]({up}{page})"
    link = in_the_repository(page, public_address())
    return f"[{words}]({link})" if link else words


def in_the_repository(path: str, address: str | None) -> str | None:
    """Return the address of a file at this release, in the repository of that address, or None."""
    import importlib.metadata

    return address and f"{address}/blob/v{importlib.metadata.version(DISTRIBUTION)}/{path}"


def public_address() -> str | None:
    """Return the repository's public address, `[project.urls] Repository`, or None if unset."""
    import importlib.metadata

    try:
        urls = importlib.metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    named = dict(line.split(", ", 1) for line in urls if ", " in line)
    return named.get("Repository", "").rstrip("/") or None


# --- making and keeping them --------------------------------------------------------------------


def make_copies(folder: Path, course: Originals) -> Iterator[str]:
    """Make the copies that are missing, and renew those that nobody changed.

    Yields a sentence for each thing that a learner should know. Raises CannotCopy where the folder
    cannot be written to; what is in it is unchanged then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with files.locked(folder):
            yield from _make_copies(folder, course)
    except files.Busy:
        raise CannotCopy(_busy(folder)) from None
    except OSError as error:
        raise CannotCopy(
            f"{folder} cannot be read or written ({error.strerror or error}). Free some space, "
            "or name another folder: python -m labutils work FOLDER. Nothing that you wrote is "
            "lost."
        ) from error


def _make_copies(folder: Path, course: Originals) -> Iterator[str]:
    """The same, by whoever holds the lock of the folder. Raises OSError."""
    record, damaged = yield from _begun(folder, course)
    pages = pages_beside(folder, course)
    for name, page in (pages or {}).items():
        _lay(folder / name, page, record, name)
    for name in course.names:
        _rename_former(folder, name, record)
        copy = without_outputs(course.text(name), beside=pages, prose=prose_of(number_of(name)))
        yield from _renew(folder / name, name, copy, record)
    yield from _keep_record(folder, record, damaged)


def _busy(folder: Path) -> str:
    return (
        f"Another command is writing to {folder}. Wait until it is done, and run the same command "
        "again."
    )


def pages_beside(folder: Path, course: Originals) -> dict[str, bytes] | None:
    """Return the pages to lay beside copies in this folder; None if the folder above has them."""
    return None if has_docs(folder) else course.pages()


def _lay(path: Path, page: bytes, record: dict[str, str], name: str) -> None:
    """Write a page beside the copies; one that somebody changed, or that was there, stays."""
    if os.path.lexists(path) and (
        not path.is_file() or digest(files.read(path)) != record.get(name)
    ):
        return
    _write(path, page)
    record[name] = digest(page)


def _write(path: Path, data: bytes) -> None:
    """Write a file, and the folder that it belongs to where that is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, data)


def _rename_former(folder: Path, name: str, record: dict[str, str]) -> None:
    """Give a copy that was made under another name of its lesson the name of today."""
    beginning = name[: name.rindex("/") + 4] if "/" in name else name[:3]  # up to `06-`
    former = [old for old in record if old.startswith(beginning) and old.endswith(".ipynb")]
    for old in former:
        if old != name and (folder / old).is_file() and not os.path.lexists(folder / name):
            os.replace(folder / old, folder / name)
            record[name] = record.pop(old)


def _renew(path: Path, name: str, copy: bytes, record: dict[str, str]) -> Iterator[str]:
    """Write one copy, where there is none or where nobody changed the one that is there."""
    new = fingerprint(copy)
    if _is_no_file(path):
        yield f"{path} is not a file. Move it elsewhere, and run the same command again."
        return
    if not path.exists():
        _write(path, copy)
        record[name] = _as_made(copy)
        return
    present = files.read(path)
    sources, _, added = record.get(name, "").partition(" ")
    if additions(present) == additions(copy) and fingerprint(present) == new:
        record[name] = _as_made(copy)
    elif fingerprint(present) == new or not sources:  # what it was made from nobody knows
        record[name] = f"{new} {added}"
    elif fingerprint(present) == sources:
        if kept := _exchange(path, name, copy, record):
            yield (
                f"{name} was updated. Your copy had outputs, pictures or cell settings, so it is "
                f"kept as {kept.name}."
            )
    elif sources != new:
        yield (
            f"{name} has your changes, and the course has a newer version. To get the new version "
            f"and keep yours beside it, run: make reset LESSON={number_of(name)}."
        )


def _is_no_file(path: Path) -> bool:
    """Whether a folder, a pipe, or a link to nothing is in place of a file."""
    return os.path.lexists(path) and not path.is_file()


def _as_made(copy: bytes) -> str:
    """What the record says of a copy: the digest of its sources, and that of the rest."""
    return f"{fingerprint(copy)} {additions(copy)}"


def _exchange(path: Path, name: str, copy: bytes, record: dict[str, str]) -> Path | None:
    """Put a fresh copy in place of one, and keep that under a dated name: that name. None
    where nobody used it, so that there is nothing to keep.

    It is read once, where it is kept: nothing else writes there.
    """
    as_made = record.get(name, "")
    kept = files.exchange(path, copy, files.YOURS)
    record[name] = _as_made(copy)
    if _is_used(kept, as_made, copy):
        return kept
    kept.unlink()
    return None


def _is_used(path: Path, as_made: str, copy: bytes) -> bool:
    """Whether a copy is neither as it was made nor as it is made today. An empty file is not used,
    and one that cannot be read may be."""
    try:
        data = files.read(path)
    except OSError:
        return True
    sources, _, added = as_made.partition(" ")
    is_changed = fingerprint(data) not in (sources, fingerprint(copy))
    return bool(data) and (is_changed or additions(data) not in (added, additions(copy)))


def _take_over(folder: Path, course: Originals) -> Iterator[str]:
    """Once: what a learner did in notebooks/ before there were working copies."""
    for name in course.sums:
        if course.edited(name) and not os.path.lexists(folder / name):
            _write(folder / name, files.read(course.folder / name))
            where = f"{folder.name}/{name}"
            yield f"What you wrote in notebooks/{name} was copied; continue in {where}."
    for old in sorted(course.folder.glob("*.yours-*.ipynb")):
        if old.is_file() and not os.path.lexists(folder / old.name):
            files.write(folder / old.name, files.read(old))
    before = course.folder / PROGRESS
    if before.is_file() and not os.path.lexists(folder / PROGRESS):
        files.write(folder / PROGRESS, files.read(before))
        yield "Your progress was copied as well."


def reset(folder: Path, course: Originals, numbers: Iterable[str]) -> Iterator[str]:
    """Restore the copies of these lessons; keep what was there beside each, by its date.

    Raises CannotCopy where a number names no lesson (then nothing is restored), or where something
    cannot be written (then what the learner had is still there).
    """
    numbers = list(numbers)
    chosen = {
        number: [name for name in course.names if number_of(name) == number.zfill(2)]
        for number in numbers
    }
    if not numbers or not all(chosen.values()):
        unknown = [number for number, names in chosen.items() if not names]
        there = ", ".join(sorted({number_of(name) for name in course.names}))
        sentence = "".join(f"There is no lesson {number}. " for number in unknown)
        raise CannotCopy(f"{sentence}Name a lesson: make reset LESSON=03. The lessons are {there}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with files.locked(folder):
            yield from _reset(folder, course, [name for names in chosen.values() for name in names])
    except files.Busy:
        raise CannotCopy(_busy(folder)) from None
    except OSError as error:
        raise CannotCopy(
            f"{folder} cannot be read or written ({error.strerror or error}). What you had in it "
            "is still there. Free some space, or make the folder writable, and run the same "
            "command "
            "again."
        ) from error


def _reset(folder: Path, course: Originals, names: Iterable[str]) -> Iterator[str]:
    """The same, by whoever holds the lock of the folder. Raises OSError."""
    record, damaged = yield from _begun(folder, course)
    for name in names:
        _rename_former(folder, name, record)
        yield from _reset_one(folder, name, course, record)
    yield from _keep_record(folder, record, damaged)


def _reset_one(folder: Path, name: str, course: Originals, record: dict[str, str]) -> Iterator[str]:
    path = folder / name
    if _is_no_file(path):
        raise CannotCopy(
            f"{path} is not a file. Move it elsewhere, and run the same command again."
        )
    pages, prose = pages_beside(folder, course), prose_of(number_of(name))
    copy = without_outputs(course.text(name), beside=pages, prose=prose)
    if not path.exists():
        _write(path, copy)
        record[name] = _as_made(copy)
    elif kept := _exchange(path, name, copy, record):
        yield f"Your version is kept as {kept.name}."
    yield f"{name} is restored."


def _begun(folder: Path, course: Originals) -> Generator[str, None, tuple[dict[str, str], bool]]:
    """The record of a folder, and whether it is damaged. Where there is none, what a learner did
    before is taken over first."""
    if not os.path.lexists(folder / RECORD):
        yield from _take_over(folder, course)
    return _record(folder)


def _record(folder: Path) -> tuple[dict[str, str], bool]:
    """What each copy was made from, and whether the record is damaged; empty where there is none.

    Raises OSError where it cannot be read.
    """
    try:
        content = json.loads(files.read(folder / RECORD))
    except FileNotFoundError:
        return {}, False
    except (ValueError, RecursionError):
        return {}, True
    if not isinstance(content, dict):
        return {}, True
    return {name: made for name, made in content.items() if isinstance(made, str)}, False


def _keep_record(folder: Path, record: dict[str, str], damaged: bool) -> Iterator[str]:
    """Write the record; a damaged one is kept under a dated name."""
    path, data = folder / RECORD, (json.dumps(record, indent=1) + "\n").encode()
    if damaged:
        kept = files.exchange(path, data, files.DAMAGED)
        yield (
            f"{RECORD} was damaged, so it is not clear which copies you changed. None of them was "
            f"replaced; the damaged file is kept as {kept.name}."
        )
    else:
        files.write(path, data)


def has_docs(folder: Path) -> bool:
    """Return whether the folder above has the pages that lessons link to, as in a clone."""
    return (folder.resolve().parent / "docs" / "glossary.md").is_file()
