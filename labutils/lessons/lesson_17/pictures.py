"""The picture that lesson 17 alone draws: what an intruder did in a month of work."""

from datetime import UTC, datetime

from matplotlib.figure import Figure

from labutils.pictures.canvas import GREY, TEXT, canvas, mark
from labutils.text import counted

from .unseen import DAY, CalledIn, Line

LEFT, RIGHT = 11.0, 1.0  # days, for the names and beyond the last day
SHOWN = {
    "user.authentication.sso": "went on in a session",
    "Search performed": "searched the wiki",
    "user.mfa.factor.activate": "added a factor",
    "User logged in": "signed in at the tracker",
    "Issue viewed": "read tickets",
    "Repository accessed by user": "looked at code",
}


def what_he_did(incident: CalledIn) -> tuple[Figure, str]:
    """A row for each kind of act and account; a large mark for each day on which the intruder did
    it, a small one for each on which somebody did it by right."""
    rows: dict[tuple[str, str], dict[int, bool]] = {
        (line.who, line.action): {} for line in _his(incident)
    }
    for line in incident.lines:
        row = rows.get((line.who, line.action))
        if row is not None:
            day = int(line.time // DAY)
            row[day] = row.get(day, False) or incident.is_his(line)
    known = {key: row for key, row in rows.items() if key[1] in SHOWN}
    first = min(int(line.time // DAY) for line in incident.lines)
    last = max(int(line.time // DAY) for line in incident.lines) - first
    figure, axes = canvas(
        13.2, 0.42 * (len(known) + 4.4), (-LEFT, last + RIGHT), (len(known) + 1.6, -2.4)
    )
    title = "Three days of one intruder, in a month of work under the same names"
    axes.text(-LEFT + 0.1, -1.9, title, size=TEXT + 1.5, weight="bold", va="center")
    for day in range(0, last + 1, 5):
        axes.text(day, -0.9, _name(first + day), size=TEXT, color=GREY, ha="center", va="center")
        axes.plot([day, day], [-0.5, len(known) - 0.5], color="#dddddd", lw=0.7, zorder=0)
    for y, ((who, action), row) in enumerate(known.items()):
        axes.text(-LEFT + 0.1, y, f"{who}: {SHOWN[action]}", size=TEXT, va="center")
        for day, his in row.items():
            mark(axes, day - first, y, "succeeded" if his else "other", 52)
    key = "large: the intruder, on that day    small: by right"
    axes.text(-LEFT + 0.1, len(known) + 0.6, key, size=TEXT, color=GREY, va="center")
    return figure, _sentence(incident)


def _his(incident: CalledIn) -> list[Line]:
    return sorted(filter(incident.is_his, incident.lines), key=lambda line: line.time)


def _name(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, UTC):%d %b}".lstrip("0")


def _sentence(incident: CalledIn) -> str:
    """What the picture shows."""
    his = _his(incident)
    days = {int(line.time // DAY) for line in his}
    names = list(dict.fromkeys(line.who for line in his))
    made = ", ".join(dict.fromkeys(line.made for line in his if line.made))
    return (
        f"{counted(len(his), 'line')} of the intruder on {counted(len(days), 'day')}, in the names "
        f"of {', '.join(names)}. Made so as to come back: {made}."
    )
