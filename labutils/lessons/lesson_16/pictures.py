"""The picture that lesson 16 alone draws: from where an integration logs in, day by day."""

from collections.abc import Callable, Sequence
from datetime import datetime

from matplotlib.figure import Figure

from labutils.pictures.by_day import DAY, by_day
from labutils.text import counted

from .month import Line


def addresses_by_day(
    logins: Sequence[Line], is_his: Callable[[Line], bool], title: str
) -> tuple[Figure, str]:
    """A row for each address from which these logins came, in the order in which they came up; a
    mark for each day on which it was used."""
    rows: dict[str, dict[int, bool]] = {}
    for login in logins:
        row, day = rows.setdefault(login["SOURCE_IP"], {}), _day(login)
        row[day] = row.get(day, False) or is_his(login)
    figure = by_day(
        rows,
        title,
        first=_day(logins[0]),
        last=max(day for row in rows.values() for day in row),
        left=5.4,
        key="large: the intruder, on that day    small: honest    "
        "an address is new at its first use",
    )
    return figure, _sentence(rows)


def _day(login: Line) -> int:
    moment = datetime.fromisoformat(login["TIMESTAMP_DERIVED"].replace("Z", "+00:00"))
    return int(moment.timestamp()) // DAY


def _sentence(days: dict[str, dict[int, bool]]) -> str:
    """What the picture shows."""
    steady = [address for address, row in days.items() if len(row) >= 15]
    his = [address for address, row in days.items() if any(row.values())]
    visits = sum(sum(row.values()) for row in days.values())
    return (
        f"{counted(len(days), 'address', 'addresses')} of one integration: {len(steady)} used on "
        f"15 days or more, {len(days) - len(steady)} on only a few. The intruder came from "
        f"{' and '.join(his)}, on {counted(visits, 'day')}."
    )
