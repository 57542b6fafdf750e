"""Restore a lesson as the course stored it, and keep the learner's copy beside it: `python tools/reset.py NN`."""
import hashlib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"


def sums() -> dict[str, str]:
    """What each lesson's file must hash to, by name."""
    lines = (NOTEBOOKS / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pristine(name: str) -> bytes | None:
    """The lesson as the course stored it: from git where there is git, else from the copy that the package installed."""
    shown = subprocess.run(["git", "show", f"HEAD:notebooks/{name}"], cwd=HERE, capture_output=True) if (HERE / ".git").exists() else None
    installed = pathlib.Path(sys.prefix, "share/labutils/notebooks", name)
    candidates = [shown.stdout if shown else b"", installed.read_bytes() if installed.exists() else b""]
    return next((data for data in candidates if digest(data) == sums()[name]), None)


def main(numbers: list[str]) -> int:
    """Restore one lesson; the exit status is 2 where the number names none."""
    names = [name for name in sums() if numbers and name[:2] == numbers[0]]
    if len(names) != 1:
        print("Say which lesson: make reset LESSON=03. There are " + ", ".join(name[:2] for name in sums()) + ".")
        return 2
    name, path = names[0], NOTEBOOKS / names[0]
    mine = path.read_bytes() if path.exists() else b""
    if digest(mine) == sums()[name]:
        print(f"{name} is as the course stored it; nothing to do.")
        return 0
    original = pristine(name)
    if original is None:
        print(f"No pristine copy of {name} is at hand. Yours is untouched. Download the course again to get it.")
        return 1
    if mine:
        number = next(n for n in range(1, 10_000) if not path.with_suffix(f".yours-{n}.ipynb").exists())
        path.with_suffix(f".yours-{number}.ipynb").write_bytes(mine)
        print(f"Your version is kept as {path.with_suffix(f'.yours-{number}.ipynb').name}.")
    path.write_bytes(original)
    print(f"{name} is restored.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
