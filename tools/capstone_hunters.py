"""Measure the reference hunters over consecutive seeds: the mean and the spread of each.

Also measures what somebody earns who chooses the same controls everywhere.

    python tools/capstone_hunters.py grade FIRST NUMBER [HUNTER...] > FILE
    python tools/capstone_hunters.py page FILE...
    python tools/capstone_hunters.py controls FIRST NUMBER > FILE
    python tools/capstone_hunters.py constant FILE...
    python tools/capstone_hunters.py first FIRST NUMBER > FILE
    python tools/capstone_hunters.py shortcuts FILE...
    python tools/capstone_hunters.py reports FIRST NUMBER > FILE
    python tools/capstone_hunters.py levels FILE...

`grade`, `controls`, `first` and `reports` print a line of JSON for each seed. `page` makes a table
of such lines, and `constant` and `shortcuts` a paragraph, in docs/capstone.md. `shortcuts` takes
lines of `grade` and of `first`; `levels`, a table of how hard seeds are, takes those of `reports`.
"""

import json
import sys
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.capstone import world  # noqa: E402
from labutils.capstone.constant_rules import programs_elsewhere  # noqa: E402
from labutils.capstone.controls import CHOSEN, ControlsTried, try_controls  # noqa: E402
from labutils.capstone.difficulty import LEVELS, difficulty_of  # noqa: E402
from labutils.capstone.grading import WEIGHTS, Bench  # noqa: E402
from labutils.capstone.hidden import try_texts  # noqa: E402
from labutils.capstone.incident import draw, unused_controls  # noqa: E402
from labutils.capstone.reference import HUNTERS, OMNISCIENT, grades, work_of  # noqa: E402
from labutils.capstone.shortcuts import count_rules, names_the_intruder  # noqa: E402
from labutils.capstone.thorough import controls_by_the_tables  # noqa: E402

EVERY = (*HUNTERS, OMNISCIENT)
PAGE = ROOT / "docs" / "capstone.md"
BEGIN = "<!-- hunters: written by tools/capstone_hunters.py -->"
END = "<!-- end of hunters -->"
CONSTANT = "<!-- constant: written by tools/capstone_hunters.py -->"
END_OF_CONSTANT = "<!-- end of constant -->"
SHORTCUTS = "<!-- shortcuts: written by tools/capstone_hunters.py -->"
END_OF_SHORTCUTS = "<!-- end of shortcuts -->"
OF_LEVELS = "<!-- levels: written by tools/capstone_hunters.py -->"
END_OF_LEVELS = "<!-- end of levels -->"
LISTED = 10  # seeds of each level
WITH_LEVELS = ("thorough", "hasty")


def grade(first: int, number: int, names: list[str]) -> None:
    """Grade these hunters, or all, seed by seed, a line of JSON each."""
    for seed in range(first, first + number):
        with Bench(str(seed)) as bench:
            found = grades(bench, names or EVERY)
            alone = programs_elsewhere(bench.drawn.company)
            rules = {
                "counts": 0.0 if bench.drawn.nothing else counted(bench),
                "table": try_texts(bench.worlds, alone).mean,
            }
            nothing = bench.drawn.nothing
        rows = {
            name: {"total": round(one.total, 1)}
            | {part: round(value.points, 1) for part, value in one.parts.items()}
            for name, one in found.items()
        }
        row = {"seed": seed, "nothing": nothing, "rules": rules, "hunters": rows}
        print(json.dumps(row), flush=True)


def counted(bench: Bench) -> float:
    """Return what rules on the counts of the month earn in the hidden ones, from 0 to 1."""
    return try_texts(bench.worlds, count_rules(bench.truth)).mean


def first(first: int, number: int) -> None:
    """Print for each seed whether one query names the intruder, and whether nobody was in.

    There is a line of JSON for each.
    """
    for seed in range(first, first + number):
        with world.of_seed(str(seed)) as truth:
            named = not truth.drawn.nothing and names_the_intruder(truth)
            row = {"seed": seed, "nothing": truth.drawn.nothing, "named": named}
        print(json.dumps(row), flush=True)


def shortcuts(files: list[str]) -> None:
    """Write into docs/capstone.md which shortcuts do not pay.

    They are one query, rules on counts, and no log opened.
    """
    lines = lines_of(files)
    queried = [line for line in lines if "named" in line]
    with_intruder = [line for line in queried if not line["nothing"]]
    graded = [line for line in lines if "hunters" in line]
    counts = [line["rules"]["counts"] for line in graded if not line["nothing"]]
    tables = [line["rules"]["table"] for line in graded]
    unread = [line["hunters"]["constant report"]["total"] for line in graded]
    text = (
        f"In {len(queried) - len(with_intruder)} of the seeds {queried[0]['seed']} to "
        f"{queried[-1]['seed']}, nobody was inside. In the other {len(with_intruder)}, one query "
        "(the address outside with the most accounts of programs, then the most days) names the "
        f"intruder first in {sum(line['named'] for line in with_intruder)}. Over {len(graded)} "
        "seeds, nine rules on how often the intruder of one's own month did what have a mean of "
        f"{mean(counts):.2f} in the hidden months, and the table of programs in `estate.md` by "
        f"itself {mean(tables):.2f}, where points begin. A report that opens no log earns "
        f"{mean(unread):.1f} of 100, and {max(unread):.1f} at most."
    )
    put_between(PAGE, SHORTCUTS, END_OF_SHORTCUTS, [text])


def reports(first: int, number: int) -> None:
    """Print for each seed what the reports of two hunters are worth, as a line of JSON.

    Their rules are left out, which takes a tenth of the time.
    """
    for seed in range(first, first + number):
        with Bench(str(seed)) as bench:
            every = work_of(bench, WITH_LEVELS)
            worth = {
                name: round(bench.grade(work.report, (), work.minutes).total, 1)
                for name, work in every.items()
            }
        print(json.dumps({"seed": seed, "reports": worth}), flush=True)


def levels(files: list[str]) -> None:
    """Write into docs/capstone.md what reports are worth by level, with ten seeds of each."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    by_level: dict[str, list[dict[str, Any]]] = {level: [] for level in LEVELS}
    for line in lines:
        by_level[difficulty_of(draw(str(line["seed"]))).level].append(line)
    columns = " | ".join(f"{name}: mean, from, to" for name in WITH_LEVELS)
    rows = [f"| level | of seeds {seeds[0]} to {seeds[-1]} | {columns} | such as |"]
    rows.append("|---|---|" + "---|" * len(WITH_LEVELS) + "---|")
    for level, some in by_level.items():
        cells = []
        for name in WITH_LEVELS:
            totals = [one["reports"][name] for one in some]
            cells.append(f"{mean(totals):.1f}, {min(totals):.1f}, {max(totals):.1f}")
        such = [seed for seed in range(1, 60) if difficulty_of(draw(str(seed))).level == level]
        listed = ", ".join(map(str, such[:LISTED]))
        rows.append(f"| {level} | {len(some)} | {' | '.join(cells)} | {listed} |")
    put_between(PAGE, OF_LEVELS, END_OF_LEVELS, rows)


def page(files: list[str]) -> None:
    """Write the table into docs/capstone.md."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    parts = " | ".join(WEIGHTS)
    head = f"| of seeds {seeds[0]} to {seeds[-1]} | seeds | mean | from, to | spread | {parts} |"
    rows = [head, "|---|---|---|---|---|" + "---|" * len(WEIGHTS)]
    for name in EVERY:
        some = [line["hunters"][name] for line in lines if name in line["hunters"]]
        if not some:
            continue
        totals = [one["total"] for one in some]
        parts = " | ".join(f"{mean(one[part] for one in some):.1f}" for part in WEIGHTS)
        rows.append(
            f"| {name} | {len(some)} | {mean(totals):.1f} | {min(totals):.1f}, {max(totals):.1f} | "
            f"{stdev(totals):.1f} | {parts} |"
        )
    put_between(PAGE, BEGIN, END, rows)


def controls(first: int, number: int) -> None:
    """Print for each seed the points of every three controls that earn some, as a line of JSON.

    The points of whoever goes by the tables in estate.md are there as well. What a company has
    already counts for nothing.
    """
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
    """Write into docs/capstone.md which three controls earn the most if chosen everywhere.

    The text says how much as well.
    """
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


BY_SEED = {"controls": controls, "first": first, "reports": reports}
OF_FILES = {"page": page, "constant": constant, "shortcuts": shortcuts, "levels": levels}
if __name__ == "__main__":
    if sys.argv[1] in OF_FILES:
        OF_FILES[sys.argv[1]](sys.argv[2:])
    elif sys.argv[1] in BY_SEED:
        BY_SEED[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
    else:
        grade(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
