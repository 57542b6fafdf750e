"""What somebody expected of each thing, beside what became of it (lesson 08)."""

from collections.abc import Mapping

from labutils.text import shown


def print_marks(own: Mapping[str, object], became: Mapping[str, str], width: int = 24) -> None:
    """Print a line for each thing, with a star where expectation and result differ, and a count.

    What nobody marked is `...` or missing.
    """
    right = 0
    for name, what in became.items():
        mark = own.get(name, ...)
        right += mark == what
        star = " " if mark in (what, ...) else "*"
        print(f"{star} {name:<{width}} {'-' if mark is ... else shown(str(mark), 12):<12} {what}")
    print(f"{right} of {len(became)} as you expected")
