"""Write a learner's files safely: one writer at a time, whole or not at all, never over another.

    with locked(folder):                        # other processes and threads wait
        write(path, data)                       # all of it, or what was there before
        kept = exchange(path, data, YOURS)      # what was there now has a dated name

A process that is killed at any moment leaves a file as it was, or as it should be, or under its
dated name. What it leaves beside that is removed by whoever holds the lock next.
"""

import datetime
import errno
import itertools
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = ".labutils.lock"  # stays in the folder, empty
PATIENCE = 10.0  # seconds that a writer waits for another one
PAUSE = 0.01  # seconds between two tries

# The dated names of what is kept, by the name and the stem of the file.
YOURS = "{stem}.yours-{when}.ipynb"
DAMAGED = "{name}.damaged-{when}"

# What a killed process leaves: a file that is not whole, and a dated name with nothing in it yet.
TEMPORARY = re.compile(r".+\.[0-9a-f]{16}\.tmp")
RESERVED = re.compile(r".+\.(?:yours|damaged)-\d{4}-\d\d-\d\d(?:-\d+)?(?:\.ipynb)?")


class Busy(Exception):
    """An error for a folder whose lock another process holds for too long."""


# --- the lock of a folder -----------------------------------------------------------------------

if sys.platform == "win32":
    import msvcrt

    LOCKS = True
    WITHOUT_WAITING = 0  # there are no pipes among files

    def _take(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)

    def _give_back(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

elif sys.platform == "emscripten":
    LOCKS = False  # a browser has none, and a lesson there is alone with its files
    # JupyterLite writes a file back when it is closed, unless it was opened with O_RDONLY alone.
    WITHOUT_WAITING = 0

    def _take(number: int) -> None: ...

    def _give_back(number: int) -> None: ...

else:
    import fcntl

    LOCKS = True
    WITHOUT_WAITING = os.O_NONBLOCK

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)  # by name: a forked child has the same file open


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, alone among all processes and threads that ask for it.

    A network drive that knows no locks gives none, and the work goes on without one. Raises Busy
    after PATIENCE, and OSError where the folder takes no file.
    """
    if not LOCKS:
        yield
        return
    number = _opened(folder / LOCK)
    try:
        taken = _wait_for(number)
        if taken:
            sweep(folder)
        try:
            yield
        finally:
            if taken:
                _give_back(number)
    finally:
        os.close(number)


def _opened(lock: Path) -> int:
    """The lock file, open; made where there is none."""
    flags = getattr(os, "O_NOFOLLOW", 0) | WITHOUT_WAITING
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | flags, 0o666)
    except PermissionError:
        if not lock.is_file():
            raise
        return os.open(lock, os.O_RDONLY | flags)  # another user made it; that is not an obstacle


def _wait_for(number: int) -> bool:
    """Take the lock; False where the file system has none. Raises Busy."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _take(number)
            return True
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                return False
        if time.monotonic() > deadline:
            raise Busy
        time.sleep(PAUSE)


def sweep(folder: Path) -> None:
    """Remove what killed processes left in a folder. Whoever does so holds its lock."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if _is_left_over(entry):
                    os.unlink(entry.path)


def _is_left_over(entry: os.DirEntry[str]) -> bool:
    """Whether a killed process left this: a file of its own, or a dated name with nothing in it."""
    if TEMPORARY.fullmatch(entry.name):
        return entry.is_file(follow_symlinks=False)
    return (
        RESERVED.fullmatch(entry.name) is not None
        and entry.is_file(follow_symlinks=False)
        and entry.stat(follow_symlinks=False).st_size == 0
    )


# --- reading and writing ------------------------------------------------------------------------


def read(path: Path, most: int = -1) -> bytes:
    """Return a file's bytes, the first `most` of them.

    Raises OSError, also for a folder or a pipe.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        return file.read(most)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe in its place is not waited for."""
    return os.open(path, flags | WITHOUT_WAITING)


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    with _beside(path, data) as temporary:
        os.replace(temporary, path)


def exchange(path: Path, data: bytes, kept_as: str) -> Path:
    """Write a file, keep what was there under a dated name beside it, and return that name.

    What was there is moved and not copied, so that what another program saves until that moment
    is kept as well. Raises OSError; then what was there is still there.
    """
    with _beside(path, data) as temporary:
        kept = _reserved(path, kept_as)
        try:
            os.replace(path, kept)
            os.replace(temporary, path)
        except BaseException:  # an interrupt, too
            _put_back(kept, path)
            raise
    return kept


def _put_back(kept: Path, path: Path) -> None:
    """Undo what was done of an exchange, without a loss of what was saved at the path meanwhile.

    Where nothing was moved, the dated name is empty. It never goes back to the path: another
    exchange may be about to put a file there, or has just done so.
    """
    if kept.lstat().st_size == 0:
        kept.unlink()
    elif not os.path.lexists(path):
        os.replace(kept, path)


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """The data in a file of its own beside a path, to be renamed; it is gone at the end."""
    temporary = path.with_name(f"{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _reserved(path: Path, kept_as: str) -> Path:
    """The first dated name beside a path that nothing has: now an empty file has it.

    The dates are 2026-11-25, then 2026-11-25-2 and so on.
    """
    today = datetime.date.today().isoformat()
    dates = itertools.chain([today], (f"{today}-{number}" for number in itertools.count(2)))
    while True:
        when = next(dates)
        kept = path.with_name(kept_as.format(name=path.name, stem=path.stem, when=when))
        with suppress(FileExistsError):
            kept.open("xb").close()
            return kept
