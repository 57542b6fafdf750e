"""Measure what the seeded teams of the live exercise score over consecutive seeds.

    python tools/live_players.py play FIRST NUMBER [CASE] > FILE
    python tools/live_players.py page FILE...

`play` prints a line of JSON for each seed. `page` makes tables of such lines, in docs/live.md.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.live.exercise import LiveExercise, Settings  # noqa: E402
from labutils.live.players import POLICIES, SKILLS, difficulty, play  # noqa: E402
from labutils.live.referee import judge  # noqa: E402

PAGE = ROOT / "docs" / "live.md"
BEGIN = "<!-- players: written by tools/live_players.py -->"
END = "<!-- end of players -->"
WAYS = {  # of data/capstone/steps.yaml
    "leftover": "a program's token, from an old leak",
    "integration": "a program's grant",
    "consent": "a grant of somebody's mailbox",
    "cookie": "somebody's session",
    "recording": "an administrator's session",
}


def played(first: int, number: int, case: str = "") -> None:
    """Play these seeds with every policy, and print a line of JSON for each."""
    for seed in range(first, first + number):
        exercise = LiveExercise(Settings(str(seed), len(POLICIES), case=case))
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
                "last": one.last_opened,
                "seen": one.visible,
                "lost": min((one.steps[name] for name in one.losses), default=None),
            }
        drawn = exercise.company.drawn
        way = drawn.way.id if drawn else ""
        print(json.dumps({"seed": seed, "way": way, "teams": rows}), flush=True)


def page(files: list[str]) -> None:
    """Write the tables into docs/live.md."""
    lines = lines_of(files)
    seeds = sorted(line["seed"] for line in lines)
    rows = [
        f"| seeds {seeds[0]} to {seeds[-1]} | points | from, to | steps | losses | dwell, minutes "
        "| refused requests | out | last door opened, minute |",
        "|---|---|---|---|---|---|---|---|---|",
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
            f"{sum(one['out'] for one in some)} of {len(some)} | "
            f"{mean(one['last'] or 0 for one in some):.0f} |"
        )
    rows.append("")
    for low, high in pairwise(SKILLS):
        more = sum(line["teams"][low]["total"] < line["teams"][high]["total"] for line in lines)
        rows.append(
            f"*{high.capitalize()}* scores more points than *{low}* on {more} of {len(lines)} "
            "seeds."
        )
    put_between(PAGE, BEGIN, END, [*rows, "", *by_way(lines), "", *rated(lines)])


def rated(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of ten seeds with their difficulty, by what the best player scores."""
    rows = [
        "| seed | difficulty | the intruder comes in with | first line, minute | first loss if "
        f"nobody acts, minute | {SKILLS[-1]}: points | last door opened, minute |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in sorted(lines, key=lambda line: -line["teams"][SKILLS[-1]]["total"])[:10]:
        best, idle = line["teams"][SKILLS[-1]], line["teams"]["bystander"]
        level = difficulty(best["total"])
        rows.append(
            f"| {line['seed']} | {level} | {WAYS[line['way']]} | {idle['seen']} | {idle['lost']} | "
            f"{best['total']:.1f} | {best['last']} |"
        )
    return rows


def by_way(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of the two best teams' scores, by how the intruder comes in."""
    rows = [
        f"| the intruder comes in with | seeds | {SKILLS[-2]} | {SKILLS[-1]}, from, to | out |",
        "|---|---|---|---|---|",
    ]
    for way, what in WAYS.items():
        own = [line for line in lines if line["way"] == way]
        if not own:
            continue
        low, high = ([line["teams"][name]["total"] for line in own] for name in SKILLS[-2:])
        out = sum(line["teams"][SKILLS[-1]]["out"] for line in own)
        rows.append(
            f"| {what} | {', '.join(str(line['seed']) for line in own)} | {mean(low):.1f} | "
            f"{mean(high):.1f}, {min(high):.1f}, {max(high):.1f} | {out} of {len(own)} |"
        )
    return rows


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page(sys.argv[2:])
    else:
        played(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5])
