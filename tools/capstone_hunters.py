"""What the reference hunters are worth over consecutive seeds: mean and spread of each.

    python tools/capstone_hunters.py grade FIRST NUMBER [HUNTER...] > FILE
    python tools/capstone_hunters.py page FILE...

`grade` prints a line of JSON for each seed. `page` makes a table of such lines, in
docs/capstone.md.
"""

import json
import sys
from pathlib import Path
from statistics import mean, stdev

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.capstone.grading import WEIGHTS, Bench  # noqa: E402
from labutils.capstone.reference import HUNTERS, OMNISCIENT, grades  # noqa: E402

EVERY = (*HUNTERS, OMNISCIENT)
PAGE = ROOT / "docs" / "capstone.md"
BEGIN = "<!-- hunters: written by tools/capstone_hunters.py -->"
END = "<!-- end of hunters -->"


def grade(first: int, number: int, names: list[str]) -> None:
    """Grade these hunters, or all, seed by seed, a line of JSON each."""
    for seed in range(first, first + number):
        with Bench(str(seed)) as bench:
            found = grades(bench, names or EVERY)
        rows = {
            name: {"total": round(one.total, 1)}
            | {part: round(value.points, 1) for part, value in one.parts.items()}
            for name, one in found.items()
        }
        print(json.dumps({"seed": seed, "way": bench.drawn.way.id, "hunters": rows}), flush=True)


def page(files: list[str]) -> None:
    """Write the table into docs/capstone.md."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    parts = " | ".join(WEIGHTS)
    head = f"| of seeds {seeds[0]} to {seeds[-1]} | seeds | mean | from, to | spread | {parts} |"
    rows = [head, "|---|---|---|---|---|" + "---|" * len(WEIGHTS)]
    for name in EVERY:
        some = [line["hunters"][name] for line in lines if name in line["hunters"]]
        totals = [one["total"] for one in some]
        parts = " | ".join(f"{mean(one[part] for one in some):.1f}" for part in WEIGHTS)
        rows.append(
            f"| {name} | {len(some)} | {mean(totals):.1f} | {min(totals):.1f}, {max(totals):.1f} | "
            f"{stdev(totals):.1f} | {parts} |"
        )
    put_between(PAGE, BEGIN, END, rows)


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page(sys.argv[2:])
    else:
        grade(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
