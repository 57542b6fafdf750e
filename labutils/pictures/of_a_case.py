"""Draw any incident: its steps among the tactics, in time, and on a map of its zones."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident import cases, exports, telemetry
from labutils.incident.breach import Step, play
from labutils.incident.cases import CaseName, Incident
from labutils.incident.policy import World
from labutils.lab import iso, seconds
from labutils.pictures.canvas import BLACK, GREY, KEY, SHAPES, TEXT, canvas, mark, title_of
from labutils.text import counted

# --- tactics --------------------------------------------------------------------------------------

LEFT = 4.2  # columns, for the names of the tactics
HATCH = {"exact": "", "close": "//", "loose": ".."}


def tactic_by_step(steps: Sequence[Step], *, case: CaseName = cases.COURSE) -> tuple[Figure, str]:
    """Return a picture of each step's tactic and outcome (mark), and its sentence.

    The pattern says how well its first technique fits.
    """
    known = cases.load(case).ledger
    tactics = [tactic.name for tactic in known.tactics.values()]
    figure, axes = canvas(13.5, 8.2, (-LEFT, len(steps) + 2.4), (len(tactics) + 0.9, -7.4))
    rows = [tactics.index(known.tactics[step.tactic].name) for step in steps]
    title = "Each step by ATT&CK tactic: the attack moved back and forth"
    axes.text(0.1 - LEFT, -7.0, title, size=TEXT + 1.5, weight="bold", va="center")
    for y, name in enumerate(tactics):
        axes.text(0.1 - LEFT, y, name, va="center", size=TEXT)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
    axes.plot(range(len(steps)), rows, color=GREY, lw=0.7, zorder=1)
    for x, (step, y) in enumerate(zip(steps, rows, strict=True)):
        axes.add_patch(
            Rectangle(
                (x - 0.42, y - 0.42),
                0.84,
                0.84,
                facecolor="#f4f4f4",
                edgecolor="#999999",
                hatch=HATCH[step.plan.fit_of(step.techniques[0])],
                lw=0.5,
            )
        )
        mark(axes, x, y, step.outcome, 80)
        axes.text(
            x - 0.1,
            -0.7,
            title_of(step.fact, known) + (" (day?)" if step.time_assumed else ""),
            rotation=55,
            ha="left",
            va="bottom",
            size=TEXT,
        )
    bar = "    bar: not reached" if any(step.outcome == "not_reached" for step in steps) else ""
    axes.text(
        0.1 - LEFT,
        len(tactics) + 0.3,
        KEY + bar + "\nhow well the technique fits: plain exact, "
        "lines close, dots loose    (day?): no source gives the day, its place is ours",
        size=TEXT,
        color=GREY,
        va="center",
    )
    seen = sum(any(known.tactics[step.tactic].name == name for step in steps) for name in tactics)
    return figure, f"{len(steps)} steps in {seen} tactics: {_outcomes(steps)}."


# --- in time --------------------------------------------------------------------------------------

NAMES, AXIS, ROW = 4.4, 8.4, 0.3  # inches: the names of steps, the axis, a row
LONG = 0.12  # of the whole: a pause that is longer is cut out of the axis
BREAK = 0.35  # inches: the place of a pause that was cut out


def steps_in_time(steps: Sequence[Step], *, case: CaseName = cases.COURSE) -> tuple[Figure, str]:
    """Return a picture with a row for each step, in the order of the campaign, and its sentence.

    Long pauses are cut out of the axis.
    """
    known = cases.load(case).ledger
    pieces = _pieces(sorted(seconds(step.time) for step in steps))
    height = len(steps)
    figure, axes = canvas(13.2, ROW * (height + 4.2), (-0.1, 13.1), (height + 1.6, -2.6))
    axes.text(0, -2.1, _title(steps), size=TEXT + 1.5, weight="bold", va="center")
    for number, (begin, end, left, width) in enumerate(pieces):
        right = f" to {_day(end)}" if _day(begin) != _day(end) else ""
        axes.text(NAMES + left, -1.0, _day(begin) + right, size=TEXT, color=GREY, va="center")
        for x in {left, left + width}:
            axes.plot([NAMES + x] * 2, [-0.5, height - 0.5], color="#cccccc", lw=0.7, zorder=0)
        if number:
            middle = NAMES + left - BREAK / 2
            axes.plot([middle] * 2, [-0.5, height - 0.5], color=GREY, lw=1.4, ls=(0, (2, 3)))
    for y, step in enumerate(steps):
        axes.text(0, y, title_of(step.fact, known), size=TEXT, va="center")
        mark(axes, NAMES + _across(seconds(step.time), pieces), y, step.outcome, 60)
    key = KEY + "    bar: not reached    dotted: a pause that is cut out"
    axes.text(0, height + 0.6, key, size=TEXT, color=GREY, va="center")
    days = counted((seconds(steps[-1].time) - seconds(steps[0].time)) // 86400, "day")
    return figure, f"{_title(steps)}: {_outcomes(steps)}, over {days}."


Piece = tuple[int, int, float, float]  # from, to (seconds since 1970); left edge, width (inches)


def _pieces(times: list[int]) -> list[Piece]:
    """The stretches of time that are drawn, beside each other; each at least as wide as a word."""
    whole = max(times[-1] - times[0], 1)
    cut = [at for at in range(1, len(times)) if times[at] - times[at - 1] > LONG * whole]
    bounds = [0, *cut, len(times)]
    stretches = [(times[a], times[b - 1]) for a, b in zip(bounds, bounds[1:], strict=False)]
    room = AXIS - BREAK * (len(stretches) - 1)
    least = min(1.9, room / len(stretches))
    lengths = [max(end - begin, 1) for begin, end in stretches]
    rest = room - least * len(stretches)
    pieces, left = [], 0.0
    for (begin, end), length in zip(stretches, lengths, strict=True):
        width = least + rest * length / sum(lengths)
        pieces.append((begin, end, left, width))
        left += width + BREAK
    return pieces


def _across(time: int, pieces: Sequence[Piece]) -> float:
    """Where a moment lies on the axis, in inches; in the middle of a piece of one moment."""
    begin, end, left, width = next(piece for piece in pieces if piece[0] <= time <= piece[1])
    return left + width * ((time - begin) / (end - begin) if end > begin else 0.5)


def _day(time: int) -> str:
    return f"{datetime.fromisoformat(iso(time)[:10]):%d %b %Y}".lstrip("0")


def _title(steps: Sequence[Step]) -> str:
    return f"{counted(len(steps), 'step')}, and how each ended"


def _outcomes(steps: Iterable[Step]) -> str:
    ends = [step.outcome for step in steps]
    return ", ".join(
        f"{ends.count(kind)} {kind.replace('_', ' ')}" for kind in SHAPES if kind in ends
    )


# --- on a map -------------------------------------------------------------------------------------

ACROSS, BOX, COLUMN, HIGH = 3, 4.0, 4.4, 0.75  # zones in a band; inches: a box, a column, a row
# Of several requests at one service, which is shown: the later in this list.
RANK = ("not_reached", "denied", "unknown", "succeeded")


def map_of_services(steps: Sequence[Step], *, case: CaseName = cases.COURSE) -> tuple[Figure, str]:
    """Return a map of a case's zones with their services, and its sentence.

    Three zones are beside each other. A mark shows how the intruder fared at each service, with the
    credentials that were shown there.
    """
    columns = list(_columns(cases.load(case)).items())
    bands = [columns[at : at + ACROSS] for at in range(0, len(columns), ACROSS)]
    rows = sum(max(len(services) for _, services in band) + 1 for band in bands)
    figure, axes = canvas(13.2, HIGH * (rows + 2.2), (-0.1, 13.1), (rows + 0.9, -1.3))
    axes.text(0, -0.9, "Where the intruder was", size=TEXT + 1.5, weight="bold", va="center")
    met, top = _met(steps), 0
    for band in bands:
        for number, (zone, services) in enumerate(band):
            axes.text(number * COLUMN, top + 0.6, zone, size=TEXT, color=GREY, va="center")
            for row, service in enumerate(services, 1):
                fared = met.get(service, ("not_reached", []))
                _service(axes, number * COLUMN, top + row, service, fared)
        top += max(len(services) for _, services in band) + 1
    key = KEY + "    bar: not reached    in grey: what was shown there"
    axes.text(0, rows + 0.5, key, size=TEXT, color=GREY, va="center")
    services = [one for _, some in columns for one in some]
    ends = [met.get(one, ("not_reached", []))[0] for one in services]
    counts = [f"{ends.count(kind)} {kind.replace('_', ' ')}" for kind in RANK if kind in ends]
    return figure, f"{counted(len(ends), 'service')}: {', '.join(reversed(counts))}."


def _columns(case: Incident) -> dict[str, list[str]]:
    """The services by zone, in the order of the estate."""
    columns: dict[str, list[str]] = {}
    for service in case.estate.services.values():
        columns.setdefault(service.zone.id, []).append(service.id)
    return columns


def _met(steps: Iterable[Step]) -> dict[str, tuple[str, list[str]]]:
    """By service the best that the intruder came to there, and with which credentials."""
    met: dict[str, tuple[str, list[str]]] = {}
    for attempt in (one for step in steps for one in step.attempts):
        if attempt.decision is None:
            continue
        end = "denied"
        if attempt.allowed:
            end = "succeeded" if attempt.recorded else "unknown"
        before, shown = met.get(attempt.ask.service, ("not_reached", []))
        if RANK.index(end) > RANK.index(before):
            before, shown = end, []
        if end == before and attempt.ask.using not in shown:
            shown = [*shown, attempt.ask.using]
        met[attempt.ask.service] = before, shown
    return met


def _service(axes: Axes, left: float, y: float, service: str, met: tuple[str, list[str]]) -> None:
    end, shown = met
    axes.add_patch(
        Rectangle((left, y), BOX, 0.88, facecolor="white", edgecolor=BLACK, lw=1, zorder=2)
    )
    axes.text(left + 0.45, y + 0.28, service, size=TEXT, weight="bold", va="center", zorder=4)
    words = shown[0] + (f" and {len(shown) - 1} more" if len(shown) > 1 else "") if shown else ""
    axes.text(left + 0.45, y + 0.64, words, size=TEXT, color=GREY, va="center", zorder=4)
    mark(axes, left + 0.22, y + 0.44, end, 80)


# --- written --------------------------------------------------------------------------------------


def write(folder: Path, *, case: CaseName) -> list[str]:
    """Write what there is of a case to a new or empty folder, and return the names of the files.

    They are three pictures, a layer for ATT&CK Navigator, an Attack Flow, and the logs. Raises
    OSError, FileExistsError where the folder holds something.
    """
    told = cases.load(case)
    replay = play(World.historical(told), case=told)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(0, "it holds something; name an empty folder")
    pictures = {
        "timeline.svg": steps_in_time(replay.steps, case=told),
        "map.svg": map_of_services(replay.steps, case=told),
        "tactics.svg": tactic_by_step(replay.steps, case=told),
    }
    with rc_context({"svg.hashsalt": told.name, "svg.fonttype": "none"}):
        for name, (figure, _) in pictures.items():
            figure.savefig(folder / name, format="svg", metadata={"Date": None})
    exported = {
        "navigator-layer.json": exports.navigator_layer(replay.steps, case=told),
        "attack-flow.json": exports.attack_flow(replay.steps, case=told),
    }
    for name, content in exported.items():
        (folder / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    counts = telemetry.write(folder / "logs", replay.audit, replay.truth, replay.labels)
    return [*pictures, *exported, *(f"logs/{source}.jsonl" for source in counts)]
