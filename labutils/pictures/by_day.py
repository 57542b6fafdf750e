"""Draw what was done on which day, legitimately and by an intruder.

There is a row for each thing, and a mark for each day.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from matplotlib.figure import Figure

from labutils.pictures.canvas import GREY, TEXT, canvas, mark

DAY = 86400  # seconds
RIGHT = 1.0  # days beyond the last one

Days = Mapping[int, bool]  # by day, counted since 1970: whether the intruder did it on that day


def by_day(
    rows: Mapping[str, Days], title: str, *, first: int, last: int, left: float, key: str
) -> Figure:
    """Return a picture with a row for each name and a mark for each day.

    A large mark is a day on which the intruder did it, a small one a day on which somebody did it
    by right. `first` and `last` are days since 1970; `left` is the room for names, in days; `key`
    says what the marks mean.
    """
    width = last - first
    figure, axes = canvas(
        13.2, 0.4 * (len(rows) + 4.4), (-left, width + RIGHT), (len(rows) + 2.0, -2.4)
    )
    axes.text(-left + 0.1, -1.9, title, size=TEXT + 1.5, weight="bold", va="center")
    for day in range(0, width + 1, 5):
        name = day_name(first + day)
        axes.text(day, -0.9, name, size=TEXT, color=GREY, ha="center", va="center")
        axes.plot([day, day], [-0.5, len(rows) - 0.5], color="#dddddd", lw=0.7, zorder=0)
    for y, (name, days) in enumerate(rows.items()):
        axes.text(-left + 0.1, y, name, size=TEXT, va="center")
        for day, his in days.items():
            mark(axes, day - first, y, "succeeded" if his else "other", 52)
    axes.text(-left + 0.1, len(rows) + 0.8, key, size=TEXT, color=GREY, va="center")
    return figure


def day_name(day: int) -> str:
    """Return a day since 1970 as people write it: 4 Mar."""
    return f"{datetime.fromtimestamp(day * DAY, UTC):%d %b}".lstrip("0")
