"""Keep the worlds that were made, so that each is made only once.

They are under LABUTILS_CACHE, or in the system's cache folder; never in the repository.
"""

import atexit
import hashlib
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from labutils.cache import cache_folder
from labutils.incident import cases
from labutils.incident.background.world import write
from labutils.incident.breach import play
from labutils.incident.cases import CaseName
from labutils.incident.policy import World
from labutils.lab import data_file
from labutils.text import shown

LESSON_COUNT = 100_000
LESSON_SEED = "hunt-lesson"
PACKED = "labutils_worlds"  # a package of worlds that were made before (tools/lite)
Make = Callable[[Path], object]  # writes a world into a folder that is not there yet, or empty


class CannotKeep(OSError):
    """An error for a disk with no writable folder, not even a temporary one; it says what to do."""


def logs(
    case: CaseName = cases.COURSE,
    *,
    count: int = LESSON_COUNT,
    seed: str = LESSON_SEED,
    attack: bool = True,
) -> Path:
    """Return the folder of a world, which is made at first use and kept.

    See world.write for what is in it.

    Where nothing can be kept, it is a temporary folder, which is gone with this process, and one
    sentence on the standard error says so. Raises CannotKeep where that fails as well.
    """
    case = cases.load(case)

    def make(folder: Path) -> None:
        replay = play(World.historical(case), case=case)
        write(folder, replay, count=count, seed=seed, attack=attack)

    return keep(f"{case.name}-{count}-{fingerprint(case.name, count, attack, seed)}", make)


def keep(name: str, make: Make) -> Path:
    """Return the folder of this name, packaged, cached or made now.

    It is made again if its contents are not what was written. If nothing can be kept, it is a
    temporary folder, which is gone with this process, and one sentence on the standard error says
    so. Raises CannotKeep if that fails as well.
    """
    root = cache_folder()
    for place in (*_packed(), root):
        if _is_whole(place / name):
            return place / name
    try:
        root.mkdir(parents=True, exist_ok=True)
        return _keep(root / name, make)
    except OSError as error:
        reason = error.strerror or str(error)
        print(
            f"{shown(str(root))} cannot be written ({reason}), so these logs are in a temporary "
            "folder. To keep them, set LABUTILS_CACHE to a folder of yours.",
            file=sys.stderr,
        )
    return _temporary(make)


def digest(folder: Path) -> str:
    """Return the SHA-256 of a world: of the names of its files and their SHA-256."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        with path.open("rb") as file:
            whole.update(
                f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
            )
    return whole.hexdigest()


# --- keeping ------------------------------------------------------------------------------------


def _keep(target: Path, make: Make) -> Path:
    """Make a world beside its place, and put it there when it is whole: two that do so at once do
    not disturb each other."""
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        make(made / "world")
        (made / "sum").write_text(digest(made / "world"), encoding="utf-8")
        (made / "sum").replace(_sum_of(target))
        try:
            (made / "world").rename(target)
        except OSError:  # somebody put one there
            if not _is_whole(target):
                target.rename(made / "broken")
                (made / "world").rename(target)
        return target
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _packed() -> list[Path]:
    """Where worlds lie that came with the course: in a browser, and nowhere else."""
    found = importlib.util.find_spec(PACKED) if sys.platform == "emscripten" else None
    return [Path(place) for place in (found and found.submodule_search_locations) or ()]


def _temporary(make: Make) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="labutils-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        make(folder)
    except OSError as error:
        raise CannotKeep(
            error.errno,
            f"no folder can be written ({error.strerror or error}): free some space, or set "
            "LABUTILS_CACHE to a folder that can be",
        ) from error
    return folder


def _sum_of(target: Path) -> Path:
    return target.with_name(target.name + ".sha256")


def _is_whole(target: Path) -> bool:
    """Whether a world that was kept is there, and is what was written."""
    try:
        return _sum_of(target).read_text(encoding="utf-8") == digest(target)
    except (OSError, ValueError):
        return False


def fingerprint(case: str, *what: object) -> str:
    """Return a hash of all that a world depends on.

    Another version of the course makes other worlds.
    """
    whole = "/".join(map(str, (_made_by(case), *what)))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


@cache
def _made_by(case: str) -> str:
    """The SHA-256 of the code and the data that make the worlds of a case."""
    whole = hashlib.sha256()
    for path in _makers(case):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def _makers(case: str) -> Iterator[Path]:
    code = Path(__file__).parent
    yield from sorted([*code.glob("*.py"), *code.parent.glob("*.py")])
    yield from sorted(data_file(f"cases/{case}").glob("*.yaml"))
    yield from sorted(data_file("telemetry").glob("*.yaml"))
    yield data_file("names.yaml")
