"""The picture that lesson 16 alone draws: from where an integration logs in, day by day."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from matplotlib.figure import Figure

from labutils.pictures.canvas import GREY, TEXT, canvas, mark
from labutils.text import counted

from .month import Line

LEFT, RIGHT = 5.4, 1.0  # days, for the addresses and beyond the last day
DAY = 86400  # seconds


def addresses_by_day(
    logins: Sequence[Line], is_his: Callable[[Line], bool], title: str
) -> tuple[Figure, str]:
    """A row for each address from which these logins came, in the order in which they came up; a
    mark for each day on which it was used."""
    first = _day(logins[0])
    days: dict[str, dict[int, bool]] = {}
    for login in logins:
        row = days.setdefault(login["SOURCE_IP"], {})
        day = _day(login) - first
        row[day] = row.get(day, False) or is_his(login)
    last = max(day for row in days.values() for day in row)
    figure, axes = canvas(
        13.2, 0.4 * (len(days) + 4.4), (-LEFT, last + RIGHT), (len(days) + 2.0, -2.4)
    )
    axes.text(-LEFT + 0.1, -1.9, title, size=TEXT + 1.5, weight="bold", va="center")
    for day in range(0, last + 1, 5):
        axes.text(day, -0.9, _name(first + day), size=TEXT, color=GREY, ha="center", va="center")
        axes.plot([day, day], [-0.5, len(days) - 0.5], color="#dddddd", lw=0.7, zorder=0)
    for y, (address, row) in enumerate(days.items()):
        axes.text(-LEFT + 0.1, y, address, size=TEXT, va="center")
        for day, his in row.items():
            mark(axes, day, y, "succeeded" if his else "other", 52)
    key = "large: the intruder, on that day    small: honest    an address at its first use is new"
    axes.text(-LEFT + 0.1, len(days) + 0.8, key, size=TEXT, color=GREY, va="center")
    return figure, _sentence(days)


def _day(login: Line) -> int:
    moment = datetime.fromisoformat(login["TIMESTAMP_DERIVED"].replace("Z", "+00:00"))
    return int(moment.timestamp()) // DAY


def _name(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, UTC):%d %b}".lstrip("0")


def _sentence(days: dict[str, dict[int, bool]]) -> str:
    """What the picture shows."""
    steady = [address for address, row in days.items() if len(row) >= 15]
    his = [address for address, row in days.items() if any(row.values())]
    visits = sum(sum(row.values()) for row in days.values())
    return (
        f"{counted(len(days), 'address', 'addresses')} of one integration: {len(steady)} on 15 "
        f"days or more, {len(days) - len(steady)} on a few. The intruder came from "
        f"{' and '.join(his)}, on {counted(visits, 'day')}."
    )
