"""The first shape of exercises, for lessons that are not remade yet.

Their sentences and their wrong answers stand in two tables by the same names, and a judge returns
None or the name of a mistake. A lesson that is remade uses registry and judging instead.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from labutils.classroom import registry
from labutils.classroom.registry import Choice, Lesson, Quiz

__all__ = ["Choice", "Exercise", "Lesson", "Quiz"]


def Exercise(  # noqa: N802  (it is read as the class that it stands for)
    identifier: str,
    kind: Literal["function", "value"],
    judge: Callable[[Any], str | None],
    praise: str,
    feedback: Mapping[str, str],
    wrong: Mapping[str, str],
    hints: Sequence[str],
    solution: str,
) -> registry.Exercise:
    """An exercise whose two tables become one."""
    mistakes = {name: (says, wrong[name]) for name, says in feedback.items()}
    return registry.Exercise(identifier, kind, judge, praise, mistakes, hints, solution)
