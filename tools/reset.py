"""Restore lessons as the course stored them, and keep the learner's copies beside them: `python tools/reset.py NN ...`."""

import hashlib
import os
import pathlib
import subprocess
import sys

import lessons

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pristine(name: str, wanted: str) -> bytes | None:
    """The lesson that hashes to `wanted`: from git where there is git, else from the copy that was kept in .venv."""
    copy = HERE / ".venv" / "pristine" / name
    candidates = [copy.read_bytes() if copy.is_file() else b""]
    if (HERE / ".git").exists():
        git = ["git", "show", f"HEAD:notebooks/{name}"]
        try:
            candidates.append(subprocess.run(git, cwd=HERE, capture_output=True).stdout)
        except OSError:
            pass  # there is a repository, and no git to read it with
    return next((data for data in candidates if digest(data) == wanted), None)


def write(path: pathlib.Path, data: bytes) -> None:
    """Write the file whole or not at all."""
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


def free_name(path: pathlib.Path) -> pathlib.Path:
    """The first name of the shape 03-....yours-N.ipynb that nothing has."""
    names = (path.with_suffix(f".yours-{number}.ipynb") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())


def restore(name: str, wanted: str) -> int:
    """Restore one lesson; the exit status. Whatever goes wrong, what the learner had is still there."""
    path = NOTEBOOKS / name
    if path.is_dir():
        print(
            f"notebooks/{name} is a folder. Move it away, then say the same command again; it was left as it is."
        )
        return 1
    mine = path.read_bytes() if path.exists() else b""
    if digest(mine) == wanted:
        print(f"{name} is as the course stored it; nothing to do.")
        return 0
    original = pristine(name, wanted)
    if original is None:
        print(
            f"No pristine copy of {name} is at hand. Yours is untouched. Download the course again to get it."
        )
        return 1
    if mine:
        kept = free_name(path)
        write(kept, mine)
        print(f"Your version is kept as {kept.name}.")
    write(path, original)
    print(f"{name} is restored.")
    return 0


def main(numbers: list[str]) -> int:
    """Restore the lessons of these numbers; the exit status is 2 where a number names none, and then nothing is restored."""
    sums = lessons.sums(NOTEBOOKS)
    chosen = {number: [name for name in sums if name[:2] == number.zfill(2)] for number in numbers}
    if not numbers or not all(chosen.values()):
        there = ", ".join(name[:2] for name in sums)
        unknown = "".join(
            f"There is no lesson {number}. " for number, names in chosen.items() if not names
        )
        print(f"{unknown}Say which lesson: make reset LESSON=03. There are {there}.")
        return 2
    status = 0
    for name in [name for names in chosen.values() for name in names]:
        try:
            status = max(status, restore(name, sums[name]))
        except OSError as error:
            print(
                f"{name} could not be restored ({error.strerror or error}). What you had in it is unchanged. "
                "Make room, or make the folder writable, and say the same command again."
            )
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
