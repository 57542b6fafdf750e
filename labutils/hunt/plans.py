"""The backend's plans of correlations, with what takes long in them asked in another way.

A plan is a list of stages, each a table. Where a stage is not as it is known here, it stays.
"""

import re
import sqlite3
import string
from collections import Counter
from typing import Any

Plan = dict[str, Any]
FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

# The number of values in each window, asked anew for each: as many looks as windows times events.
_COUNTED = re.compile(
    r"\(SELECT COUNT\(DISTINCT m\.v COLLATE NOCASE\) FROM (?P<events>\w+) m WHERE "
    r"(?P<groups>(?:m\.g\d+ = a\.g\d+ AND )*)m\.ts BETWEEN a\.start AND a\.end\)"
)
_SPAN = re.compile(r"SELECT DISTINCT ts - (\d+) AS start, ts AS end")


class DistinctValues:
    """How many values there are in a window that moves on, for SQLite: `distinct_values(v)`."""

    def __init__(self) -> None:
        self.counts: Counter[str | int | float] = Counter()

    def step(self, value: Any) -> None:
        if value is not None:
            self.counts[_folded(value)] += 1

    def inverse(self, value: Any) -> None:
        if value is not None:
            key = _folded(value)
            self.counts[key] -= 1
            if not self.counts[key]:
                del self.counts[key]

    def value(self) -> int:
        return len(self.counts)

    finalize = value


def _folded(value: Any) -> Any:
    """A text as SQLite's NOCASE compares it."""
    return value.translate(FOLD) if isinstance(value, str) else value


def add_functions(database: sqlite3.Connection) -> None:
    """What `quickened` plans ask of a database."""
    database.create_window_function("distinct_values", 1, DistinctValues)


def quickened(plan: Plan) -> Plan:
    """The plan with the values of all windows counted in one passage over the events."""
    stages: list[Plan] = []
    span = None
    for stage in plan["prepare"]:
        anchors = _SPAN.match(stage["select"])
        span = anchors[1] if anchors else span
        counted = _COUNTED.search(stage["select"])
        if counted and span:
            metrics, asked = _in_one_passage(stage["name"], counted, span)
            stages.append(metrics)
            stage = stage | {"select": stage["select"].replace(counted[0], asked)}
        stages.append(stage)
    return plan | {"prepare": stages}


def _in_one_passage(name: str, counted: re.Match[str], span: str) -> tuple[Plan, str]:
    """A stage that counts the values of each window, and how a window asks for its number."""
    groups = re.findall(r"m\.(g\d+) =", counted["groups"])
    partition = f"PARTITION BY {', '.join(groups)} " if groups else ""
    columns = "".join(f", {group}" for group in groups)
    metrics = f"{name}_values"
    select = (
        f"SELECT DISTINCT ts AS end{columns}, distinct_values(v) OVER ({partition}ORDER BY ts "
        f"RANGE BETWEEN {span} PRECEDING AND CURRENT ROW) AS metric FROM {counted['events']}"
    )
    stage = {"name": metrics, "select": select, "indexes": [[*groups, "end"]]}
    return stage, f"(SELECT m.metric FROM {metrics} m WHERE {counted['groups']}m.end = a.end)"
