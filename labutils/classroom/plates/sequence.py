"""The volley as a sequence diagram, drawn from the network's own log (lessons 00 and 03)."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import BLACK, BLUE, GREY, VERMILION, canvas
from labutils.lab import Exchange


def sequence(
    wire: Sequence[Exchange],
    hosts: Sequence[str],
    notes: dict[str, str] | None = None,
    attacker: str | None = None,
) -> tuple[Figure, str]:
    """The volley: who asked whom for what, in the order of the network's own log. `notes` adds words to a request
    that begins with `METHOD host/path`, or whose body holds a text. Of an `attacker`, what was let through is vermilion."""
    shown = sorted((e for e in wire if e.client in hosts and e.host in hosts), key=lambda e: e.time)
    figure, axes = canvas(
        11, 1.2 + 0.52 * len(shown), (-0.6, len(hosts) - 0.4), (len(shown) + 0.4, -1.4)
    )
    for x, host in enumerate(hosts):
        axes.plot([x, x], [-0.6, len(shown) + 0.2], color=GREY, lw=0.8, ls=":")
        axes.text(x, -0.8, host, ha="center", weight="bold", size=11)
    for y, e in enumerate(shown):
        start, end = hosts.index(e.client), hosts.index(e.host)
        colour = BLUE if e.status >= 400 else VERMILION if e.client == attacker else BLACK
        axes.annotate(
            "",
            (end, y),
            (start, y),
            arrowprops={
                "arrowstyle": "<|-|>" if e.status < 300 else "-|>",
                "color": colour,
                "lw": 1.4,
            },
        )
        asked = f"{e.method} {e.host}{e.path} {e.request_body}"
        label = next((words for text, words in (notes or {}).items() if text in asked), "")
        middle, paper = (start + end) / 2, {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axes.text(
            middle,
            y - 0.12,
            f"{e.method} {e.path}   {label}".rstrip(),
            ha="center",
            va="bottom",
            size=8.5,
            bbox=paper,
        )
        answer = f"{e.status}" + (f" to {_target(e)}" if e.status in (302, 303) else "")
        axes.text(middle, y + 0.1, answer, ha="center", va="top", size=8, color=colour, bbox=paper)
        axes.text(-0.55, y, str(y + 1), size=8.5, color=GREY, va="center")
    by = ", ".join(
        f"{sum(e.client == host for e in shown)} by {host}"
        for host in hosts
        if any(e.client == host for e in shown)
    )
    return figure, (
        f"{len(shown)} requests between {len(hosts)} parties, in the order of the wire: {by}; "
        f"{sum(e.status >= 400 for e in shown)} of them refused."
    )


def _target(exchange: Exchange) -> str:
    return exchange.header("location").split("?")[0].removeprefix("https://")
