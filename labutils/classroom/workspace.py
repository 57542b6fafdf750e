"""The learner's working copies: `work/`, made from the executed originals in `notebooks/`.

An original is never changed. A copy has the cells of its original and no outputs. `.course.json`
remembers what each copy was made from. So an update of the course replaces the copies that nobody
changed, and leaves the others. This module needs nothing but the standard library.
"""

import datetime
import hashlib
import importlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labutils.text import DISTRIBUTION

RECORD = ".course.json"
PROGRESS = "progress.json"
COPY = re.compile(r"-Copy|\.yours-")  # what a learner keeps beside a lesson
LARGEST = 20_000_000  # bytes of a notebook that is still looked at
LINK_TO_DOCS = re.compile(r"\[([^\]]*)\]\(\.\./((?:docs|data)/[^)\s]*)\)")
# What lessons link to. The wheel carries it, and it is laid beside copies that have no docs folder.
PAGES = ("docs/story.md", "docs/glossary.md", "docs/axon.md")


class CannotCopy(Exception):
    """Why working copies could not be made, as a sentence that says what to do."""


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
        """The pages of PAGES that there are, as they stand beside copies: without dead links."""
        paths = {name: self.docs / Path(name).name for name in PAGES} if self.docs else {}
        return {name: _page(path) for name, path in paths.items() if path.is_file()}

    def text(self, name: str) -> bytes:
        """An original, unchanged where that can be had. Raises OSError where it cannot be read."""
        if name in self.guests:
            return self.guests[name].read_bytes()
        for folder in filter(None, (self.folder, self.spare)):
            path = folder / name
            if path.is_file() and digest(path.read_bytes()) == self.sums[name]:
                return path.read_bytes()
        return (self.folder / name).read_bytes()

    def edited(self, name: str) -> bool:
        """Whether somebody worked in this original: its cells are not those of the course.

        Outputs and metadata do not count, since opening a notebook is enough to change them.
        """
        path = self.folder / name
        if not path.is_file() or digest(path.read_bytes()) == self.sums[name]:
            return False
        return fingerprint(path.read_bytes()) != fingerprint(self.text(name))


def originals(root: Path | None = None) -> Originals:
    """The lessons of a repository, or of the installed package. Raises CannotCopy."""
    package = Path(__file__).resolve().parent.parent
    root = root or package.parent
    folder = root / "notebooks" if (root / "notebooks").is_dir() else package / "_notebooks"
    docs = root / "docs" if folder.parent == root else package / "_docs"
    sums = sums_in(folder)
    return Originals(folder, root / ".venv" / "pristine", sums, docs, guests_beside(sums))


def lesson_folders() -> list[Path]:
    """The folders that hold lessons: the course's own, then those of LABUTILS_LESSONS."""
    found = importlib.import_module("labutils.lessons").__path__  # by its name: it stands above
    return [Path(folder) for folder in found]


def guests_beside(sums: Iterable[str]) -> dict[str, Path]:
    """The lessons of somebody else's by file name. A number that the course has stays the
    course's; of two files of one number the first counts."""
    taken, found = {name[:2] for name in sums}, {}
    for folder in lesson_folders()[1:]:
        for path in sorted(folder.glob("[0-9][0-9]-*.ipynb")):
            if path.name[:2] not in taken and not COPY.search(path.name):
                taken.add(path.name[:2])
                found[path.name] = path
    return found


def sums_in(folder: Path) -> dict[str, str]:
    """The SHA-256 of each lesson by its file name, in order, as SHA256SUMS lists them.

    Raises CannotCopy where the list cannot be read.
    """
    try:
        listed = (folder / "SHA256SUMS").read_text(encoding="utf-8", errors="replace")
    except OSError:
        listed = ""
    sums = {name: sha for sha, name in re.findall(r"(?m)^([0-9a-f]{64})  (\S+)$", listed)}
    if not sums:
        raise CannotCopy(
            "notebooks/SHA256SUMS is missing or damaged, so nobody knows which lessons are the "
            "course's. Restore it with `git checkout notebooks/SHA256SUMS`, or download the "
            "course again."
        )
    return sums


# --- what a notebook is -------------------------------------------------------------------------


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def cells(notebook: bytes) -> list[tuple[str, str]]:
    """(cell type, source) of each cell. Raises ValueError for what is no notebook."""
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
    """The SHA-256 of a notebook's (cell type, source) pairs: what autosave does not change.

    Something that is no notebook has a fingerprint of its own, which no lesson has.
    """
    try:
        return digest(json.dumps(cells(notebook)).encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return "none " + digest(notebook)


def without_outputs(
    original: bytes,
    *,
    beside: Iterable[str] | None = None,
    prose: Callable[[str, str], str] = lambda _cell, english: english,
) -> bytes:
    """The working copy of an original: no output, no count, and no dead link.

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
            source = LINK_TO_DOCS.sub(lambda link: _moved(link[1], link[2], pages), source)
        cell["source"] = source.splitlines(keepends=True)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def prose_of(number: str) -> Callable[[str, str], str]:
    """The text of each cell of a lesson, in the language that LABUTILS_LANG asks for.

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
    return LINK_TO_DOCS.sub(lambda link: _moved(link[1], link[2], frozenset()), text).encode()


def _moved(words: str, page: str, pages: frozenset[str]) -> str:
    """A link into docs/ or data/: to a page beside the copy, to the site, or as plain words."""
    if page.partition("#")[0] in pages:
        return f"[{words}]({page})"
    link = in_the_repository(page, public_address())
    return f"[{words}]({link})" if link else words


def in_the_repository(path: str, address: str | None) -> str | None:
    """The address of a file at this release, in the repository of that address; None without."""
    import importlib.metadata

    return address and f"{address}/blob/v{importlib.metadata.version(DISTRIBUTION)}/{path}"


def public_address() -> str | None:
    """The public address of the repository: `[project.urls] Repository`, or None where unset."""
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
    record = _record(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if record is None:
            yield from _take_over(folder, course)
        record = record or {}
        pages = pages_beside(folder, course)
        for name, page in (pages or {}).items():
            _lay(folder / name, page, record, name)
        for name in course.names:
            _rename_former(folder, name, record)
            copy = without_outputs(course.text(name), beside=pages, prose=prose_of(name[:2]))
            yield from _renew(folder / name, copy, record)
        write(folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())
    except OSError as error:
        raise CannotCopy(
            f"{folder} cannot be written to ({error.strerror or error}). Make room, or name "
            "another folder: python -m labutils work FOLDER. Nothing that you wrote is lost."
        ) from error


def pages_beside(folder: Path, course: Originals) -> dict[str, bytes] | None:
    """The pages to lay beside copies in this folder; None where the folder above has them."""
    return None if _has_docs(folder) else course.pages()


def _lay(path: Path, page: bytes, record: dict[str, str], name: str) -> None:
    """Write a page beside the copies; one that somebody changed, or that was there, stays."""
    if path.exists() and (path.is_dir() or digest(path.read_bytes()) != record.get(name)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, page)
    record[name] = digest(page)


def _rename_former(folder: Path, name: str, record: dict[str, str]) -> None:
    """Give a copy that was made under another name of its lesson the name of today."""
    former = [old for old in record if old[:3] == name[:3] and Path(old).name == old]
    for old in former:
        if old != name and (folder / old).is_file() and not (folder / name).exists():
            os.replace(folder / old, folder / name)
            record[name] = record.pop(old)


def _renew(path: Path, copy: bytes, record: dict[str, str]) -> Iterator[str]:
    """Write one copy, where there is none or where nobody changed the one that is there."""
    name, new = path.name, fingerprint(copy)
    if path.is_dir():
        yield f"{path} is a folder. Move it away, and say the same command again."
        return
    if not path.exists():
        write(path, copy)
        record[name] = new
        return
    present, made_from = fingerprint(path.read_bytes()), record.get(name)
    if present == new or made_from is None:  # where nobody knows what it was made from, it is kept
        record[name] = new
    elif present == made_from:
        write(path, copy)
        record[name] = new
    elif made_from != new:
        yield (
            f"{name} has your changes, and the course has a newer version. To get it and keep "
            f"yours beside it: make reset LESSON={name[:2]}."
        )


def _take_over(folder: Path, course: Originals) -> Iterator[str]:
    """Once: what a learner did in notebooks/ before there were working copies."""
    for name in course.sums:
        if course.edited(name) and not (folder / name).exists():
            write(folder / name, (course.folder / name).read_bytes())
            yield (
                f"What you wrote in notebooks/{name} is taken over; go on in {folder.name}/{name}."
            )
    for old in sorted(course.folder.glob("*.yours-*.ipynb")):
        if not (folder / old.name).exists():
            write(folder / old.name, old.read_bytes())
    before = course.folder / PROGRESS
    if before.is_file() and not (folder / PROGRESS).exists():
        write(folder / PROGRESS, before.read_bytes())
        yield "Your progress is taken over as well."


def reset(folder: Path, course: Originals, numbers: Iterable[str]) -> Iterator[str]:
    """Restore the copies of these lessons; what was there is kept beside each, by its date.

    Raises CannotCopy where a number names no lesson (then nothing is restored), or where something
    cannot be written (then what the learner had is still there).
    """
    numbers = list(numbers)
    chosen = {number: [n for n in course.names if n[:2] == number.zfill(2)] for number in numbers}
    if not numbers or not all(chosen.values()):
        unknown = [number for number, names in chosen.items() if not names]
        there = ", ".join(name[:2] for name in course.names)
        sentence = "".join(f"There is no lesson {number}. " for number in unknown)
        raise CannotCopy(f"{sentence}Say which lesson: make reset LESSON=03. There are {there}.")
    record = _record(folder) or {}
    for name in (name for names in chosen.values() for name in names):
        try:
            _rename_former(folder, name, record)
            yield from _reset_one(folder / name, course, record)
            write(folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())
        except OSError as error:
            raise CannotCopy(
                f"{name} could not be restored ({error.strerror or error}). What you had in it is "
                "unchanged. Make room, or make the folder writable, and say the same command again."
            ) from error


def _reset_one(path: Path, course: Originals, record: dict[str, str]) -> Iterator[str]:
    if path.is_dir():
        raise CannotCopy(f"{path} is a folder. Move it away, and say the same command again.")
    pages, prose = pages_beside(path.parent, course), prose_of(path.name[:2])
    copy = without_outputs(course.text(path.name), beside=pages, prose=prose)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and fingerprint(path.read_bytes()) != fingerprint(copy):
        kept = _free_name(path)
        write(kept, path.read_bytes())
        yield f"Your version is kept as {kept.name}."
    write(path, copy)
    record[path.name] = fingerprint(copy)
    yield f"{path.name} is restored."


def _free_name(path: Path) -> Path:
    """The first name of the shape 03-….yours-2026-11-25[-n].ipynb that nothing has."""
    today = datetime.date.today().isoformat()
    first = path.with_suffix(f".yours-{today}.ipynb")
    more = (path.with_suffix(f".yours-{today}-{number}.ipynb") for number in range(2, 10_000))
    return next(name for name in (first, *more) if not name.exists())


def _record(folder: Path) -> dict[str, str] | None:
    """What each copy was made from; empty where the record is damaged, None where there is none."""
    try:
        content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: made for name, made in content.items() if isinstance(made, str)}


def _has_docs(folder: Path) -> bool:
    return (folder.resolve().parent / "docs" / "glossary.md").is_file()


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    half = path.with_name(path.name + ".half")
    try:
        half.write_bytes(data)
        os.replace(half, path)
    except OSError:
        try:
            half.unlink(missing_ok=True)
        except OSError:
            pass  # the disk takes nothing at all; the first error is the one to tell
        raise
