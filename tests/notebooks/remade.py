"""Which lessons are remade: the rails of test_the_learner_acts.py hold these.

The list grows to all.
"""

from conftest_paths import NOTEBOOKS

from labutils.classroom.registry import lesson

REMADE: tuple[str, ...] = ("00", "01", "02", "03", "04", "05")


def _predicts(number: str) -> bool:
    course = lesson(number)
    return course is not None and bool(course.predictions)


# Lessons whose predictions are data, remade or not.
PREDICTING: tuple[str, ...] = tuple(
    number
    for number in sorted(path.name[:2] for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
    if number in REMADE or _predicts(number)
)
