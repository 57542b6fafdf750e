"""Read a file that a learner owns, as root, without being led elsewhere."""

import os
import stat
from pathlib import Path


class NotThere(Exception):
    """An error for a file of a learner's that cannot be read; the sentence says why."""


def read(home: Path, name: str, most: int) -> tuple[bytes, float]:
    """Return a file in the learner's folder `work`, and when it was written. Raises NotThere.

    It is opened folder by folder, and follows no link: one that is put there meanwhile leads
    nowhere.
    """
    *folders, last = "work", *name.split("/")
    try:
        inside = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        raise NotThere("has no home") from None
    try:
        for folder in folders:
            above = inside
            inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            os.close(above)
        number = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    except OSError:
        raise NotThere(f"has no {name} that can be read") from None
    finally:
        os.close(inside)
    with os.fdopen(number, "rb") as file:
        facts = os.fstat(number)
        if not stat.S_ISREG(facts.st_mode):
            raise NotThere(f"has something that is no file as {name}")
        data = file.read(most + 1)
    if len(data) > most:
        raise NotThere(f"has a {name} of more than {most:,} bytes")
    return data, facts.st_mtime
