"""What the reference hunters are worth over consecutive seeds, mean and spread of each; and what
somebody earns who chooses the same controls everywhere.

    python tools/capstone_hunters.py grade FIRST NUMBER [HUNTER...] > FILE
    python tools/capstone_hunters.py page FILE...
    python tools/capstone_hunters.py controls FIRST NUMBER > FILE
    python tools/capstone_hunters.py constant FILE...

`grade` and `controls` print a line of JSON for each seed. `page` makes a table of such lines, and
`constant` a paragraph, in docs/capstone.md.
"""

import json
import sys
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.capstone.controls import CHOSEN, ControlsTried, try_controls  # noqa: E402
from labutils.capstone.grading import WEIGHTS, Bench  # noqa: E402
from labutils.capstone.incident import draw, unused_controls  # noqa: E402
from labutils.capstone.reference import (  # noqa: E402
    HUNTERS,
    OMNISCIENT,
    controls_by_the_tables,
    grades,
)

EVERY = (*HUNTERS, OMNISCIENT)
PAGE = ROOT / "docs" / "capstone.md"
BEGIN = "<!-- hunters: written by tools/capstone_hunters.py -->"
END = "<!-- end of hunters -->"
CONSTANT = "<!-- constant: written by tools/capstone_hunters.py -->"
END_OF_CONSTANT = "<!-- end of constant -->"


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


def controls(first: int, number: int) -> None:
    """Seed by seed, a line of JSON each: the points of every three controls that earn some, and of
    whoever goes by the tables in estate.md. What a company has already counts for nothing."""
    for seed in range(first, first + number):
        drawn = draw(str(seed))
        tried = try_controls(drawn)
        every = sorted({*unused_controls(drawn.case), drawn.company.control})
        earned = {chosen: _points(tried, chosen) for chosen in combinations(every, CHOSEN)}
        row = {
            "seed": seed,
            "points": {" ".join(chosen): points for chosen, points in earned.items() if points},
            "by the tables": _points(tried, controls_by_the_tables(drawn.company)),
        }
        print(json.dumps(row), flush=True)


def _points(tried: ControlsTried, chosen: tuple[str, ...]) -> float:
    free = {name for names in tried.stopped for name in names}
    return round(WEIGHTS["controls"] * tried.share([name for name in chosen if name in free]), 2)


def constant(files: list[str]) -> None:
    """Write into docs/capstone.md which three controls earn the most if they are chosen everywhere,
    and how much."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    sets = {name for line in lines for name in line["points"]}
    earned = {name: [line["points"].get(name, 0.0) for line in lines] for name in sets}
    best = max(sorted(sets), key=lambda name: mean(earned[name]))
    names = ", ".join(f"`{name}`" for name in best.split())
    tables = [line["by the tables"] for line in lines]
    text = (
        f"Of seeds {seeds[0]} to {seeds[-1]}, the best three controls that somebody could choose "
        f"everywhere, without a look at the folder, are {names}. They earn "
        f"{mean(earned[best]):.1f} of {WEIGHTS['controls']} points on average, and nothing in "
        f"{sum(not points for points in earned[best])} of {len(seeds)} companies. Somebody who "
        f"goes by the two tables in `estate.md` earns {mean(tables):.1f}."
    )
    put_between(PAGE, CONSTANT, END_OF_CONSTANT, [text])


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page(sys.argv[2:])
    elif sys.argv[1] == "constant":
        constant(sys.argv[2:])
    elif sys.argv[1] == "controls":
        controls(int(sys.argv[2]), int(sys.argv[3]))
    else:
        grade(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
