"""What the seeded teams of the live exercise get over consecutive seeds.

    python tools/live_players.py play FIRST NUMBER > FILE
    python tools/live_players.py page FILE...

`play` prints a line of JSON for each seed. `page` makes a table of such lines, in docs/live.md.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.live.exercise import LiveExercise, Settings  # noqa: E402
from labutils.live.players import POLICIES, SKILLS, play  # noqa: E402
from labutils.live.referee import judge  # noqa: E402

PAGE = ROOT / "docs" / "live.md"
BEGIN = "<!-- players: written by tools/live_players.py -->"
END = "<!-- end of players -->"


def played(first: int, number: int) -> None:
    """Play these seeds with every policy, a line of JSON each."""
    for seed in range(first, first + number):
        exercise = LiveExercise(Settings(str(seed), len(POLICIES)))
        play(exercise, list(POLICIES))
        rows = {}
        for name, team in zip(POLICIES, exercise.teams, strict=True):
            one = judge(exercise, team)
            rows[name] = {
                "total": round(one.total, 1),
                "steps": len(one.steps),
                "losses": len(one.losses),
                "dwell": one.dwell,
                "refused": one.shut_out,
                "out": one.is_out,
            }
        print(json.dumps({"seed": seed, "teams": rows}), flush=True)


def page(files: list[str]) -> None:
    """Write the tables into docs/live.md."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    rows = [
        f"| seeds {seeds[0]} to {seeds[-1]} | points | from, to | steps | losses | dwell, minutes "
        "| refused requests | out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in POLICIES:
        some = [line["teams"][name] for line in lines]
        totals = [one["total"] for one in some]
        means = " | ".join(
            f"{mean(one[key] for one in some):.1f}" for key in ("steps", "losses", "dwell")
        )
        rows.append(
            f"| {name} | {mean(totals):.1f} | {min(totals):.1f}, {max(totals):.1f} | {means} | "
            f"{mean(one['refused'] for one in some):.0f} | "
            f"{sum(one['out'] for one in some)} of {len(some)} |"
        )
    rows.append("")
    for low, high in pairwise(SKILLS):
        more = sum(line["teams"][low]["total"] < line["teams"][high]["total"] for line in lines)
        rows.append(
            f"*{high.capitalize()}* has more points than *{low}* in {more} of {len(lines)}."
        )
    put_between(PAGE, BEGIN, END, rows)


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page(sys.argv[2:])
    else:
        played(int(sys.argv[2]), int(sys.argv[3]))
