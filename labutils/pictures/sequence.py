"""Messages as a sequence diagram, drawn from the network's own log (lessons 00, 03 and 13)."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.lab import Exchange
from labutils.pictures.canvas import BLACK, BLUE, GREY, PURPLE, TEXT, VERMILION, canvas


def between(wire: Sequence[Exchange], hosts: Sequence[str]) -> list[Exchange]:
    """The exchanges between these parties, in the order on the wire."""
    exchanges = (e for e in wire if e.client in hosts and e.host in hosts)
    return sorted(exchanges, key=lambda e: e.time)


def sequence(
    wire: Sequence[Exchange],
    hosts: Sequence[str],
    notes: dict[str, str] | None = None,
    attacker: str | None = None,
    title: str = "",
) -> tuple[Figure, str]:
    """Who asked whom for what, in the order of the network's own log.

    `notes` adds words to a request that begins with `METHOD host/path`, or whose body holds a text.
    Of an `attacker`, what was let through is vermilion.
    """
    messages = between(wire, hosts)
    top = -1.75 if title else -1.3
    height = 1.0 + 0.72 * len(messages) + (0.3 if title else 0)
    figure, axes = canvas(11, height, (-0.6, len(hosts) - 0.45), (len(messages) - 0.2, top))
    if title:
        axes.text(-0.55, -1.5, title, size=14, weight="bold", va="center")
    for x, host in enumerate(hosts):
        axes.plot([x, x], [-0.6, len(messages) - 0.3], color=GREY, lw=0.8, ls=":")
        axes.text(x, -0.85, host, ha="center", weight="bold", size=TEXT + 1)
    for y, e in enumerate(messages):
        start, end = hosts.index(e.client), hosts.index(e.host)
        colour = BLUE if e.status >= 400 else VERMILION if e.client == attacker else BLACK
        axes.annotate(
            "",
            (end, y),
            (start, y),
            arrowprops={
                "arrowstyle": "-|>",
                "color": colour,
                "lw": 1.8,
                "mutation_scale": 20,
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
            size=TEXT,
            bbox=paper,
        )
        answer = f"{e.status}" + (f" to {_target(e)}" if e.status in (302, 303) else "")
        axes.text(
            middle, y + 0.1, answer, ha="center", va="top", size=TEXT, color=colour, bbox=paper
        )
        axes.text(-0.55, y, str(y + 1), size=TEXT, color=GREY, va="center")
    by = ", ".join(
        f"{sum(e.client == host for e in messages)} by {host}"
        for host in hosts
        if any(e.client == host for e in messages)
    )
    refused = sum(e.status >= 400 for e in messages)
    return figure, (
        f"{len(messages)} requests between {len(hosts)} parties, in the order in which they were "
        f"sent: {by}; {refused} of them were refused. Each arrow starts at the sender. The number "
        "below it is the status code of the response."
        + (f" Orange: {attacker} sends the request and is let in." if attacker else "")
    )


def _target(exchange: Exchange) -> str:
    return exchange.header("location").split("?")[0].removeprefix("https://")


def channels(
    wire: Sequence[Exchange],
    hosts: Sequence[str],
    browsers: Sequence[str],
    names: dict[str, str],
    values: dict[str, str],
    lured: tuple[str, str] | None = None,
) -> tuple[Figure, str]:
    """The same diagram with its two channels told apart: through these browsers, and past them.

    A message of the front channel has a solid line, one of the back channel a broken one. `names`
    says what a message is, by a text in its method, address or body, as in `sequence`. Of `values`,
    texts by name, it says which the request sends, and which its answer gives. `lured` are two
    people: one sent the other a link with a code. Where the client takes it, the attack succeeds.
    """
    messages = between(wire, hosts)
    steps: list[Exchange | None] = list(messages)
    if lured:  # the link itself passed no browser, so it is not on the wire
        first = next(y for y, e in enumerate(messages) if e.client == lured[1])
        steps.insert(first, None)
    back = [y for y, e in enumerate(steps) if e and e.client not in browsers]
    title = f"{len(messages) - len(back)} messages pass through the browser, {len(back)} do not"
    lost = [y for y in back if lured and "code" in _carried(steps[y], values)[0]]
    if lost:
        number = lost[0] + 1
        title = f"In message {number} the client redeems a code that a different browser asked for"
    figure, axes = canvas(
        12, 1.5 + 1.06 * len(steps), (-0.75, len(hosts) - 0.4), (len(steps) - 0.2, -1.75)
    )
    axes.text(-0.72, -1.45, title, size=15, weight="bold", va="center")
    for x, host in enumerate(hosts):
        axes.plot([x, x], [-0.6, len(steps) - 0.3], color=GREY, lw=0.8, ls=":", zorder=0)
        axes.text(x, -0.85, _party(host, browsers), ha="center", weight="bold", size=TEXT + 1)
    for y, e in enumerate(steps):
        kind = "link" if e is None else "back" if y in back else "front"
        colour = {"link": GREY, "back": PURPLE, "front": BLACK}[kind]
        colour = VERMILION if y in lost else colour
        ends = (lured or ("", "")) if e is None else (e.client, e.host)
        name = "sends a link" if e is None else _named(e, names)
        lines = _lines(e, values)
        style = (0, (4, 3)) if kind == "back" else "-"
        _message(axes, y, [hosts.index(end) for end in ends], (name, lines), colour, style)
        axes.text(-0.72, y, f"{y + 1} {kind}", size=TEXT, va="center", color=colour)
    through = " and ".join(_party(host, browsers) for host in hosts if host in browsers)
    sentence = (
        f"{len(messages)} messages, in the order in which they were sent. Solid lines show the "
        f"front channel, through {through}: {len(messages) - len(back)}. Dashed lines show the "
        f"back channel, without the browser: {len(back)} "
        f"({'number' if len(back) == 1 else 'numbers'} {', '.join(str(y + 1) for y in back)})."
    )
    if lured:
        sender, receiver = (name.capitalize() for name in lured)
        link = steps.index(None) + 1
        sentence += (
            f" Number {link} is not a message: it is the link that {sender} sends to {receiver}."
        )
    return figure, sentence + (f" {title}." if lost else "")


def _named(exchange: Exchange, names: dict[str, str]) -> str:
    asked = f"{exchange.method} {exchange.host}{exchange.path} {exchange.request_body}"
    return next((words for text, words in names.items() if text in asked), "")


def _carried(exchange: Exchange | None, values: dict[str, str]) -> tuple[list[str], list[str]]:
    """The names of the values that a request sends, and of those that its answer gives.

    What a page repeats in the hidden fields of its form is left out.
    """
    if exchange is None:
        return [], []
    authorization = dict(exchange.request_headers).get("authorization", "")
    sent = f"{exchange.url} {exchange.request_body} {authorization}"
    is_page = exchange.response_body.startswith("<")
    given = f"{exchange.header('location')} {'' if is_page else exchange.response_body}"
    return [name for name in values if values[name] in sent], [
        name for name in values if values[name] in given
    ]


def _lines(exchange: Exchange | None, values: dict[str, str]) -> str:
    """What stands below a message: method, path and status; what it sends, and what it gets."""
    if exchange is None:
        return "the URL of that redirect"
    sent, given = _carried(exchange, values)
    carried = [
        f"{verb} {', '.join(some)}" for verb, some in (("sends", sent), ("gets", given)) if some
    ]
    return "\n".join([f"{exchange.method} {exchange.path}   {exchange.status}", *carried])


def _message(
    axes: Axes, y: int, ends: list[int], words: tuple[str, str], colour: str, style: Any
) -> None:
    """One arrow: its name above it, and below it what it carries."""
    arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "linestyle": style}
    start, end = ends
    axes.annotate("", (end, y), (start, y), arrowprops=arrow | {"mutation_scale": 20})
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    common: dict[str, Any] = {"ha": "center", "size": TEXT, "bbox": paper, "color": colour}
    middle = (start + end) / 2
    axes.text(middle, y - 0.08, words[0], va="bottom", weight="bold", **common)
    axes.text(middle, y + 0.08, words[1], va="top", **common)


def _party(host: str, browsers: Sequence[str]) -> str:
    return f"{host.capitalize()}'s browser" if host in browsers else host
