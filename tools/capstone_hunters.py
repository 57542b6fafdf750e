"""What the reference hunters are worth over consecutive seeds: mean and spread of each.

python tools/capstone_hunters.py FIRST NUMBER
"""

import json
import sys
from pathlib import Path
from statistics import mean, stdev

sys.path.insert(0, str(Path(__file__).parents[1]))

from labutils.capstone.grading import Bench  # noqa: E402
from labutils.capstone.reference import grades  # noqa: E402


def main(first: int, number: int) -> None:
    """Grade the hunters seed by seed, a line of JSON each; then a table of all."""
    totals: dict[str, list[float]] = {}
    for seed in range(first, first + number):
        with Bench(str(seed)) as bench:
            found = grades(bench)
        row = {
            name: {"total": round(one.total, 1)}
            | {part: round(value.points, 1) for part, value in one.parts.items()}
            for name, one in found.items()
        }
        print(json.dumps({"seed": seed, "way": bench.drawn.way.id, **row}), flush=True)
        for name, one in found.items():
            totals.setdefault(name, []).append(one.total)
    for name, some in totals.items():
        spread = stdev(some) if len(some) > 1 else 0.0
        print(f"{name:22} {mean(some):5.1f} +- {spread:4.1f}  {min(some):5.1f} to {max(some):5.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
