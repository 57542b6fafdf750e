"""A decision tree of a few questions, in plain Python: what a lazy hunter would find by himself."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

Row = dict[str, int]
Scorer = Callable[[Row], float]


def tree(rows: Sequence[Row], labels: Sequence[bool], depth: int) -> Scorer:
    """Asks `depth` questions at most, each whether a feature is above a number, and gives the share
    of True among the rows that answered alike. A feature that a row lacks is -1."""
    share = sum(labels) / len(labels)
    split = _best_split(rows, labels) if depth and 0 < share < 1 else None
    if split is None:
        return lambda _: share
    name, limit = split
    above = [row.get(name, -1) > limit for row in rows]
    parts = [
        tree(
            [row for row, side in zip(rows, above, strict=True) if side is which],
            [label for label, side in zip(labels, above, strict=True) if side is which],
            depth - 1,
        )
        for which in (False, True)
    ]
    return lambda row: parts[row.get(name, -1) > limit](row)


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """How often a True one scores above a False one; ties count half (0.5 is chance)."""
    false = sorted(score for score, label in zip(scores, labels, strict=True) if not label)
    true = [score for score, label in zip(scores, labels, strict=True) if label]
    below = sum(bisect_left(false, score) for score in true)
    ties = sum(false.count(score) * true.count(score) for score in set(true))
    return (below + ties / 2) / (len(false) * len(true))


def _best_split(rows: Sequence[Row], labels: Sequence[bool]) -> tuple[str, int] | None:
    """The feature and the number that leave the least doubt (Gini impurity), if any helps."""
    whole, best = _doubt(sum(labels), len(labels)), None
    least = whole - 1e-9
    for name in sorted({name for row in rows for name in row}):
        for limit, doubt in _splits([row.get(name, -1) for row in rows], labels):
            if doubt < least:
                least, best = doubt, (name, limit)
    return best


def _splits(values: Sequence[int], labels: Sequence[bool]):
    """Each number that divides the values, with the doubt that is left."""
    counts: dict[int, list[int]] = {}
    for value, label in zip(values, labels, strict=True):
        one = counts.setdefault(value, [0, 0])
        one[0] += label
        one[1] += 1
    true, number, all_true = 0, 0, sum(labels)
    for value in sorted(counts)[:-1]:
        true += counts[value][0]
        number += counts[value][1]
        rest = _doubt(all_true - true, len(labels) - number)
        yield value, _doubt(true, number) + rest


def _doubt(true: int, number: int) -> float:
    return 2 * true * (number - true) / number
