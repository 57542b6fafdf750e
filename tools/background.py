"""Record the lesson's world under data/telemetry/sample/: its checksums and a sample of its logs.

That is the SHA-256 of its files, and every fiftieth line. `python tools/background.py`. A second
run gives no difference. It makes the world where nobody has yet, and keeps it where
`labutils.incident.background.logs` does.
"""

import gzip
import hashlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = HERE / "data" / "telemetry" / "sample"
EVERY = 50  # lines of a log


def sums(world: pathlib.Path) -> str:
    """Return the files of a world with their SHA-256, as sha256sum writes them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(world.iterdir())
    )


def sample(log: pathlib.Path) -> bytes:
    """Return every fiftieth line of a log: the 50th, the 100th, and so on."""
    return b"".join(log.read_bytes().splitlines(keepends=True)[EVERY - 1 :: EVERY])


def write(world: pathlib.Path) -> list[str]:
    """Store what has changed, and return the names of the files."""
    changed = []
    SAMPLE.mkdir(exist_ok=True)
    for log in sorted(world.glob("*.jsonl")):
        target, lines = SAMPLE / f"{log.name}.gz", sample(log)
        if not target.exists() or gzip.decompress(target.read_bytes()) != lines:
            target.write_bytes(gzip.compress(lines, 9, mtime=0))
            changed.append(target.name)
    target, text = SAMPLE / "SHA256SUMS", sums(world)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_bytes(text.encode())
        changed.append(target.name)
    return changed


def main() -> int:
    """Store the sums and the sample of the lesson's world."""
    sys.path.insert(0, str(HERE))
    from labutils.incident import background

    for name in write(background.logs()):
        print(f"stored {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
