"""The pictures that lesson 09 alone draws."""

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident import cases
from labutils.pictures.canvas import BLACK, GREY, KEY, PURPLE, TEXT, canvas, mark
from labutils.pictures.of_a_case import tactic_by_step as tactic_by_step
from labutils.stage.intruder import Visit

# --- estate map -----------------------------------------------------------------------------------

WIDTH, HEIGHT = 3.3, 1.2  # of a door
BEHIND = "behind the gateway"
COLUMNS = {  # title -> where it begins, and the zones of its doors
    "doors to the internet": (1.9, ("front",)),
    BEHIND: (6.2, ("atlassian",)),
    "from Jira's server": (10.5, ("consoles", "applications", "outside")),
}
RANK = (
    "not_reached",
    "denied",
    "unknown",
    "silent",
    "succeeded",
)  # what is shown of several visits
MERGED = "five internal systems"
Ways = Mapping[str, Sequence[Visit]]
Door = tuple[float, float, tuple[str, ...]]  # left, top, and the services behind it


def estate_map(ways: Ways, names: Callable[[str], str], title: str) -> tuple[Figure, str]:
    """Two ways through the estate: a line for each in each door, with the credentials that were
    shown there, and how it ended. `names` gives a service the name that a reader knows."""
    doors = _doors()
    lowest = max(top for _, top, _ in doors.values()) + HEIGHT
    figure, axes = canvas(13.3, 0.62 * (lowest + 3.8), (-0.1, 13.9), (lowest + 1.9, -1.9))
    axes.text(0, -1.5, title, size=TEXT + 1.5, weight="bold", va="center")
    for words, (left, _) in COLUMNS.items():
        axes.text(left, -0.55, words, size=TEXT, color=GREY, va="center")
    axes.add_patch(Rectangle((0, 1.6), 1.15, HEIGHT, facecolor="white", edgecolor=BLACK, lw=1))
    axes.text(0.575, 1.6 + HEIGHT / 2, "a browser", size=TEXT, ha="center", va="center")
    for name, (left, top, services) in doors.items():
        _door(axes, left, top, _title(name, services, names))
        for row, (way, visits) in enumerate(ways.items()):
            met = [visit for visit in visits if visit.service in services]
            _met(axes, left, top + 0.58 + 0.38 * row, way, met)
            for origin in dict.fromkeys(visit.origin for visit in met):
                if (origin, left) != ("internet", COLUMNS[BEHIND][0]):  # there is no such way
                    _line(axes, doors, origin, (left, top), row)
    key = (
        f"{KEY}    bar: not tried    lines: black for {' and purple for '.join(ways)}\n"
        "*: no source says which credential    "
        "lines from the right of jira: sent from its server, also to bitbucket"
    )
    axes.text(0, lowest + 1.1, key, size=TEXT, color=GREY, va="center")
    return figure, _sentence(ways)


def _doors() -> dict[str, Door]:
    """The doors of the map: services by zone, those that are alike in one."""
    services = cases.load().estate.services.values()
    doors: dict[str, Door] = {}
    for left, zones in COLUMNS.values():
        top = 0.0
        for zone in zones:
            inside = tuple(service.id for service in services if service.zone.id == zone)
            groups = [inside] if zone == "applications" else [(name,) for name in inside]
            for group in groups:
                doors[group[0]] = (left, top, group)
                top += HEIGHT + 0.35
    return doors


def _title(name: str, services: tuple[str, ...], names: Callable[[str], str]) -> str:
    return MERGED if len(services) > 1 else names(name)


def _door(axes: Axes, left: float, top: float, name: str) -> None:
    axes.add_patch(
        Rectangle((left, top), WIDTH, HEIGHT, facecolor="white", edgecolor=BLACK, lw=1, zorder=2)
    )
    axes.text(left + 0.1, top + 0.23, name, size=TEXT, weight="bold", va="center", zorder=4)


def _met(axes: Axes, left: float, y: float, way: str, visits: Sequence[Visit]) -> None:
    """One way at one door: how it ended, with which credentials, and whether in no log."""
    outcome = max((visit.outcome for visit in visits), key=RANK.index, default="not_reached")
    mark(axes, left + 0.22, y, outcome, 80)
    best = [visit for visit in visits if visit.outcome == outcome]
    silent = ", no log" if "silent" in map(_end, best) else ""
    words = f"{way}  {_credentials(best)}{silent}"
    axes.text(left + 0.45, y, words, size=TEXT, va="center", zorder=4)


def _credentials(visits: Sequence[Visit]) -> str:
    """The first parts of the names of credentials, with an asterisk where they are modelled."""
    known = {visit.credential for visit in visits if not visit.is_modelled}
    shown = dict.fromkeys(visit.credential for visit in visits)
    return ", ".join(name.split("-")[0] + ("" if name in known else "*") for name in shown)


def _line(
    axes: Axes, doors: Mapping[str, Door], origin: str, door: tuple[float, float], row: int
) -> None:
    """A line from where a request came from to the door that it came to."""
    left, top = door
    x, y = left, top + 0.58 + 0.38 * row
    if origin == "internet":
        start = (1.15, 1.6 + 0.4 + 0.38 * row)
    else:
        from_left, from_top, _ = doors["gateway" if origin == "edge" else "tracker"]
        start = (from_left + WIDTH, from_top + 0.58 + 0.38 * row)
    points = [start, (x, y)]
    if start[0] > x:  # from a door to one below it
        out = start[0] + 0.2 + 0.15 * row
        points = [start, (out, start[1]), (out, y), (left + WIDTH, y)]
    across, down = zip(*points, strict=True)
    colour, style = (BLACK, "-") if row == 0 else (PURPLE, (0, (4, 2)))
    axes.plot(across, down, color=colour, lw=1.6, ls=style, zorder=1)


def _sentence(ways: Ways) -> str:
    """How many doors of each kind each way met."""
    parts = []
    for way, visits in ways.items():
        ends: dict[str, str] = {}
        for visit in visits:
            before = ends.get(visit.service, RANK[0])
            ends[visit.service] = max(before, _end(visit), key=RANK.index)
        counts = [
            f"{list(ends.values()).count(kind)} {words}"
            for kind, words in (
                ("succeeded", "opened"),
                ("silent", "opened without a log"),
                ("denied", "refused"),
                ("unknown", "unknown"),
            )
            if kind in ends.values()
        ]
        parts.append(f"{way}: {len(ends)} doors, {', '.join(counts) or 'none tried'}")
    return "; ".join(parts) + "."


def _end(visit: Visit) -> str:
    """How a visit ended, and whether it opened a door without a line in any log."""
    return "silent" if visit.outcome == "succeeded" and not visit.is_recorded else visit.outcome
