"""The pictures that lesson 13 alone draws."""

import json
from typing import Any
from urllib.parse import urlsplit

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
from collections.abc import Mapping
from math import log10

from fido2.webauthn import AuthenticationResponse, AuthenticatorAssertionResponse
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import (
    CURVES,
    GREEN,
    GREY,
    PURPLE,
    TEXT,
    End,
    canvas,
    mark,
    name_curves,
)

# --- assertion ------------------------------------------------------------------------------------

WIDTHS = (3.55, 2.65, 1.75, 3.7)  # of the four parts
WRITERS = {
    "type": "browser: what the request is for",
    "challenge": "server: fresh for each request",
    "origin": "browser: where the page came from",
    "crossOrigin": "browser: inside another site's page?",
}


def signed_bytes(answer: str) -> tuple[Figure, str]:
    """The bytes that a security key signs, and who wrote which of them (WebAuthn, 6.3.3).

    `answer` is what the browser sends to the server: an AuthenticationResponse as JSON.
    """
    response = AuthenticationResponse.from_dict(json.loads(answer)).response
    data, client = bytes(response.authenticator_data), json.loads(response.client_data)
    figure, axes = canvas(12, 4.9, (0, 12), (0, 4.9))
    left = 0.1
    for (name, octets, who, text), width in zip(_parts(response, client), WIDTHS, strict=True):
        _part(axes, left, width, (f"{name}, {len(octets)} B", text), by_key=who == "key")
        left += width + 0.05
    title = "One signature over four parts: the browser, not the person, wrote the origin"
    axes.text(0.1, 4.6, title, size=14, weight="bold", va="center")
    axes.text(0.1, 4.0, "authenticatorData, written by the key", size=TEXT, color=PURPLE)
    axes.text(8.25, 4.0, "what the browser saw", size=TEXT, color=GREEN)
    axes.plot([8.3, 2.2], [2.75, 2.15], color=GREY, lw=0.7, ls=":")
    axes.plot([11.85, 11.85], [2.75, 2.15], color=GREY, lw=0.7, ls=":")
    _client_data(axes, client)
    return figure, (
        f"The key signs {len(data) + 32} bytes: {len(data)} of its own (site, flags, counter) and "
        f"a hash of what the browser saw, in which the origin is {client['origin']}."
    )


def _parts(
    response: AuthenticatorAssertionResponse, client: dict[str, object]
) -> list[tuple[str, bytes, str, str]]:
    """Name, bytes, writer and meaning of each part (WebAuthn, 6.1: authenticator data)."""
    data, digest = bytes(response.authenticator_data), response.client_data.hash
    site = urlsplit(str(client["origin"])).hostname
    verified = ", verified" if data[32] & 4 else ""
    return [
        ("SHA-256 of the site", data[:32], "key", f"{site}: {data[:3].hex(' ')} ..."),
        ("flags", data[32:33], "key", f"{data[32]:#04x}: touched{verified}"),
        ("counter", data[33:37], "key", str(int.from_bytes(data[33:37]))),
        ("SHA-256 of clientDataJSON", digest, "browser", digest[:5].hex(" ") + " ..."),
    ]


def _part(axes: Axes, left: float, width: float, words: tuple[str, str], *, by_key: bool) -> None:
    """A box with a name and a meaning; what the browser wrote has dots."""
    colour, hatch = (PURPLE, "") if by_key else (GREEN, "..")
    box = Rectangle(
        (left, 2.8), width, 1.05, facecolor="white", edgecolor=colour, lw=1.5, hatch=hatch
    )
    axes.add_patch(box)
    middle, paper = left + width / 2, {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    style: dict[str, Any] = {"ha": "center", "va": "center", "bbox": paper}
    axes.text(middle, 3.56, words[0], size=TEXT, color=colour, weight="bold", **style)
    axes.text(middle, 3.09, words[1], size=TEXT, **style)


def _client_data(axes: Axes, client: dict[str, object]) -> None:
    """The members of clientDataJSON, each with who wrote it (WebAuthn, 5.8.1)."""
    box = Rectangle((2.2, 0.2), 9.65, 1.95, facecolor="white", edgecolor=GREEN, lw=1)
    axes.add_patch(box)
    for row, (name, writer) in enumerate(WRITERS.items()):
        y, weight = 1.83 - 0.45 * row, "bold" if name == "origin" else "normal"
        member = f'"{name}": {json.dumps(client[name])}'
        axes.text(2.35, y, member, family="monospace", size=TEXT, va="center", weight=weight)
        axes.text(11.7, y, writer, size=TEXT, va="center", ha="right", color=GREY)


# --- code lives -----------------------------------------------------------------------------------

Outcomes = Mapping[tuple[str, int, int], bool]


def code_lives(outcomes: Outcomes) -> tuple[Figure, str]:
    """`outcomes[when, life, after]`: whether the thief gets in.

    `when` is when he asks for the code, `life` its seconds, `after` the seconds until the message
    is read. Drawn is the last reading that was tried at which he still gets in.
    """
    ways = list(dict.fromkeys(when for when, _, _ in outcomes))
    lives = sorted({life for _, life, _ in outcomes})
    delays = sorted({after for _, _, after in outcomes})
    last = {(when, life): _last(outcomes, when, life, delays) for when in ways for life in lives}
    left, right, top = log10(lives[0]), log10(lives[-1]), log10(delays[-1])
    low = log10(delays[0]) - 0.15
    figure, axes = canvas(12, 5.6, (left - 0.55, right + 0.75), (low - 0.75, top + 0.75))
    title = "A short lifetime stops a code that waits, not one that is fetched on arrival"
    axes.text(left - 0.53, top + 0.6, title, size=14, weight="bold", va="center")
    axes.text(
        left - 0.53, top + 0.3, "he gets in if Ada reads the message within", size=TEXT, va="center"
    )
    _axes(axes, lives, delays, low)
    ends = []
    for way, style in zip(ways, CURVES, strict=False):
        at_least = last[way, lives[-1]] == delays[-1]  # later ones were not tried
        name = f"asked {way}" + (f",\n{delays[-1]} s or more" if at_least else "")
        x, y = _curve(axes, [(life, last[way, life]) for life in lives], style)
        ends.append(End(x, y, name, style[0]))
    name_curves(axes, ends)
    return figure, _sentence(last, ways, lives, delays)


def _last(outcomes: Outcomes, when: str, life: int, delays: list[int]) -> int:
    """The last delay at which the thief gets in; 0 where he never does."""
    return max((after for after in delays if outcomes[when, life, after]), default=0)


def _axes(axes: Axes, lives: list[int], delays: list[int], low: float) -> None:
    for after in delays:
        axes.plot([log10(lives[0]), log10(lives[-1])], [log10(after)] * 2, color="#dddddd", lw=0.8)
        axes.text(
            log10(lives[0]) - 0.05, log10(after), f"{after} s", size=TEXT, ha="right", va="center"
        )
    for life in lives:
        axes.text(log10(life), low - 0.12, f"{life} s", size=TEXT, ha="center", va="center")
    middle = (log10(lives[0]) + log10(lives[-1])) / 2
    words = "lifetime of a device code"
    axes.text(middle, low - 0.5, words, size=TEXT, ha="center", va="center", color=GREY)


def _curve(
    axes: Axes, points: list[tuple[int, int]], style: tuple[str, str]
) -> tuple[float, float]:
    """A curve, and where it ends; its points are vermilion and filled, since the thief got in."""
    places = [(log10(life), log10(after)) for life, after in points if after]
    colour, dashes = style
    axes.plot(*zip(*places, strict=True), color=colour, linestyle=dashes, lw=2)
    for x, y in places:
        mark(axes, x, y, "succeeded", 60)
    return places[-1]


def _sentence(
    last: Mapping[tuple[str, int], int], ways: list[str], lives: list[int], delays: list[int]
) -> str:
    said = []
    for way in ways:
        seconds = [last[way, life] for life in lives]
        ends = f"from {seconds[0]} to {seconds[-1]} s" if len({*seconds}) > 1 else f"{seconds[0]} s"
        said.append(f"{ends} if he asks {way}")
    return (
        f"{len(lives)} lifetimes of a device code, from {lives[0]} to {lives[-1]} s, and "
        f"{len(delays)} delays, up to {delays[-1]} s. The last reading that lets the thief in: "
        f"{'; '.join(said)}."
    )
