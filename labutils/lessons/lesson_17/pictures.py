"""The picture that lesson 17 alone draws: what an intruder did in a month of work."""

from textwrap import fill

from matplotlib.figure import Figure

from labutils.pictures.by_day import by_day
from labutils.text import counted

from .unseen import DAY, CalledIn, Line

SHOWN = {
    "user.authentication.sso": "continued a session",
    "Search performed": "searched the wiki",
    "user.mfa.factor.activate": "added a factor",
    "User logged in": "signed in to the tracker",
    "Page viewed": "read the wiki",
    "Issue viewed": "read tickets",
    "Repository accessed by user": "looked at code",
    "DescribeInstances": "looked around the cloud",
    "CreateAccessKey": "made a key",
}


def what_he_did(incident: CalledIn) -> tuple[Figure, str]:
    """A row for each kind of act and account of the intruder's."""
    rows: dict[tuple[str, str], dict[int, bool]] = {
        (line.who, line.action): {} for line in _his(incident)
    }
    for line in incident.lines:
        row = rows.get((line.who, line.action))
        if row is not None:
            day = int(line.time // DAY)
            row[day] = row.get(day, False) or incident.is_his(line)
    days = [int(line.time // DAY) for line in incident.lines]
    figure = by_day(
        {f"{who}: {SHOWN[act]}": row for (who, act), row in rows.items() if act in SHOWN},
        "One intruder in a month of work under the same names",
        first=min(days),
        last=max(days),
        left=12.6,
        key="large: the intruder, on that day    small: legitimate use",
    )
    return figure, _sentence(incident)


def _his(incident: CalledIn) -> list[Line]:
    return sorted(filter(incident.is_his, incident.lines), key=lambda line: line.time)


def _sentence(incident: CalledIn) -> str:
    """What the picture shows."""
    his = _his(incident)
    days = {int(line.time // DAY) for line in his}
    names = list(dict.fromkeys(line.who for line in his))
    made = ", ".join(dict.fromkeys(line.made for line in his if line.made))
    return fill(
        f"{counted(len(his), 'line')} by the intruder on {counted(len(days), 'day')}, under the "
        f"names {', '.join(names)}. Made as a way back: {made}.",
        96,
        break_on_hyphens=False,
    )
