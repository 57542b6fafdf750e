"""Measure what ten hunters earn by `labutils score`, and whether dropping a right rule ever pays.

    python tools/score_hunters.py grade SEED... > FILE
    python tools/score_hunters.py page FILE...
    python tools/score_hunters.py alerts SEED

`grade` prints a line of JSON for each seed. `page` makes the tables of docs/scoring-a-hunt.md of
such lines. `alerts` prints what each hunter's team would read in the six worlds of a seed, under
letters and without a point, for somebody who is asked to rank them.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from measured import lines_of, put_between  # noqa: E402

from labutils.incident.held_out import Grade, grade, worlds  # noqa: E402
from labutils.incident.scoring import Score  # noqa: E402
from labutils.lab import iso  # noqa: E402

SHELF = ROOT / "data" / "rules"
PAGE = ROOT / "docs" / "scoring-a-hunt.md"
MARKS = ("<!-- hunters: written by tools/score_hunters.py -->", "<!-- end of hunters -->")
WITHOUT = ("<!-- without: written by tools/score_hunters.py -->", "<!-- end of without -->")
PLAIN = "atlassian_service_account_from_unknown_address"
EXPOSED = "cloudflare_access_exposed_token_still_used"
PROMOTION = "jira_self_promotion_to_administrators"

OWN_RULES = {  # by name: the log, and what is selected there
    "anybody makes a user": ("{product: jira, service: audit}", "auditType.action: User created"),
    "service account at all": (
        "{product: atlassian, service: audit}",
        "author.name|startswith: svc-",
    ),
    "the address of the report": (
        "{product: atlassian, service: audit}",
        "source: 203.0.113.66",
    ),
    "everything": ("{product: atlassian, service: audit}", "auditType.action: '*'"),
}
ALL = tuple(path.stem for path in sorted(SHELF.glob("*.yml")))
HUNTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # by name: rules of the shelf, and rules of its own
    "thorough: all of the shelf": (ALL, ()),
    "the shelf without the plain rule": (tuple(one for one in ALL if one != PLAIN), ()),
    "first query: a program's account from outside": ((PLAIN,), ()),
    "an exposed token from outside": ((EXPOSED,), ()),
    "the alarm of 23 November alone": ((PROMOTION,), ()),
    "constant: anybody makes a user": ((), ("anybody makes a user",)),
    "constant: a service account at all": ((), ("service account at all",)),
    "the addresses of the report": ((), ("the address of the report",)),
    "the shelf, and everything": (ALL, ("everything",)),
    "everything": ((), ("everything",)),
}


def rules_of(hunter: str, folder: Path) -> list[Path]:
    """Return the rules of a hunter, as files."""
    named, own = HUNTERS[hunter]
    chosen = [SHELF / f"{name}.yml" for name in named]
    for number, name in enumerate(own):
        log, selection = OWN_RULES[name]
        path = folder / f"own-{number}.yml"
        path.write_text(
            f"title: {name}\nid: 5f0c7f2e-0000-4000-8000-00000000000{number}\nlogsource: {log}\n"
            f"detection:\n    selection:\n        {selection}\n    condition: selection\n"
            "level: high\n",
            encoding="utf-8",
        )
        chosen.append(path)
    return chosen


def graded(seed: str) -> Iterator[tuple[str, Grade]]:
    """Yield the grade of each hunter in the worlds of a seed."""
    folders = worlds(seed)
    with TemporaryDirectory() as folder:
        for hunter in HUNTERS:
            yield hunter, grade(rules_of(hunter, Path(folder)), folders)


def of(result: Grade) -> float:
    """Return a grade as one number: the mean of the six worlds' mean and the worst of them."""
    return mean((result.mean, result.minimum))


def print_grades(seeds: list[str]) -> None:
    """Print for each seed each hunter's grade, and the shelf's without each right rule."""
    for seed in seeds:
        results = dict(graded(seed))
        whole = results["thorough: all of the shelf"]
        right = {
            rule.rule_id for one in whole.scores.values() for rule in one.by_rule if rule.steps
        }
        without = {}
        for path in sorted(SHELF.glob("*.yml")):
            if any(name in path.read_text(encoding="utf-8") for name in right):
                rules = [one for one in sorted(SHELF.glob("*.yml")) if one != path]
                without[path.stem] = round(of(grade(rules, worlds(seed))) - of(whole), 4)
        row = {
            "seed": seed,
            "hunters": {name: round(of(one), 4) for name, one in results.items()},
            "without": without,
        }
        print(json.dumps(row), flush=True)


def page(files: list[str]) -> None:
    """Write both tables into the page."""
    rows = lines_of(files)
    seeds = ", ".join(row["seed"] for row in rows)
    table = [f"| rules | grade, seeds {seeds} |", "|---|---|"]
    for name in sorted(HUNTERS, key=lambda one: -mean(row["hunters"][one] for row in rows)):
        numbers = ", ".join(f"{row['hunters'][name]:.2f}" for row in rows)
        table.append(f"| {name} | {numbers} |")
    put_between(PAGE, *MARKS, table)
    every = [change for row in rows for change in row["without"].values()]
    risen = sum(change > 0 for change in every)
    told = (
        f"In {len(rows)} seeds of six worlds, each rule of the shelf that led to the attack was "
        f"taken away in turn, {len(every)} times in all. The grade rose {risen} times, by "
        f"{max([0.0, *every]):.3f} at most, and fell by {-min(every):.3f} at most."
    )
    put_between(PAGE, *WITHOUT, [told])


def print_alerts(seed: str) -> None:
    """Print what each hunter's team reads in each world of a seed, and what was the attack."""
    letters = random.Random(seed).sample("ABCDEFGHIJ", len(HUNTERS))
    found = {letter: one for letter, (_, one) in zip(letters, graded(seed), strict=True)}
    for letter in sorted(found):
        print(f"Hunter {letter}")
        for name, one in found[letter].scores.items():
            print(f"  {name}: {_read(one)}")
    names = dict(zip(letters, HUNTERS, strict=True))
    print(json.dumps({letter: names[letter] for letter in sorted(names)}), file=sys.stderr)


def _read(one: Score) -> str:
    days = Counter(iso(int(alert.opened))[:10] for alert in one.alerts)
    busiest = max(days.values(), default=0)
    steps = ", ".join(step.fact for step in one.logged_steps if step.fact in one.seen_steps)
    attack = (
        f"{len(one.seen_steps)} of {len(one.logged_steps)} steps of the attack seen ({steps})"
        if one.logged_steps
        else "nobody was in"
    )
    return (
        f"{one.precision.trials} alerts in the month, {one.precision.hits} of them true, "
        f"{busiest} on the busiest day; {attack}"
    )


VERBS = {"grade": print_grades, "page": page}
if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in VERBS:
        VERBS[sys.argv[1]](sys.argv[2:])
    elif len(sys.argv) == 3 and sys.argv[1] == "alerts":
        print_alerts(sys.argv[2])
    else:
        sys.exit(__doc__)
