"""The anatomy of a WebAuthn assertion: the bytes that a security key signs (lesson 13)."""

import json
from urllib.parse import urlsplit

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
from fido2.webauthn import AuthenticationResponse, AuthenticatorAssertionResponse
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.plates.canvas import GREEN, GREY, PURPLE, canvas

WIDTHS = (3.7, 2.1, 1.6, 4.1)  # of the four parts
WRITERS = {
    "type": "browser: what is being asked for",
    "challenge": "server: fresh for each question",
    "origin": "browser: where the page came from",
    "crossOrigin": "browser: inside a page of another site?",
}


def signed_bytes(answer: str) -> tuple[Figure, str]:
    """The bytes that a security key signs, and who wrote which of them (WebAuthn, 6.3.3).

    `answer` is what the browser sends to the server: an AuthenticationResponse as JSON.
    """
    response = AuthenticationResponse.from_dict(json.loads(answer)).response
    data, client = bytes(response.authenticator_data), json.loads(response.client_data)
    figure, axes = canvas(11, 3.7, (0, 12), (0, 4.0))
    left = 0.1
    for (name, octets, who, text), width in zip(_parts(response, client), WIDTHS, strict=True):
        _part(axes, left, width, (f"{name}, {len(octets)} B", text), by_key=who == "key")
        left += width + 0.05
    axes.text(0.1, 3.75, "one signature over all four:", size=9.5, color=GREY)
    axes.text(0.1, 3.38, "authenticatorData, written by the key", size=9.5, color=PURPLE)
    axes.text(7.65, 3.38, "what the browser saw", size=9.5, color=GREEN)
    axes.plot([7.7, 4.1], [2.25, 1.75], color=GREY, lw=0.7, ls=":")
    axes.plot([11.8, 11.8], [2.25, 1.75], color=GREY, lw=0.7, ls=":")
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
        ("SHA-256 of the site", data[:32], "key", f"{site} -> {data[:5].hex(' ')} ..."),
        ("flags", data[32:33], "key", f"{data[32]:#04x}: touched{verified}"),
        ("counter", data[33:37], "key", str(int.from_bytes(data[33:37]))),
        ("SHA-256 of clientDataJSON", digest, "browser", digest[:5].hex(" ") + " ..."),
    ]


def _part(axes: Axes, left: float, width: float, words: tuple[str, str], *, by_key: bool) -> None:
    """A box with a name and a meaning; what the browser wrote has dots."""
    colour, hatch = (PURPLE, "") if by_key else (GREEN, "..")
    box = Rectangle(
        (left, 2.3), width, 0.9, facecolor="white", edgecolor=colour, lw=1.5, hatch=hatch
    )
    axes.add_patch(box)
    middle, paper = left + width / 2, {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    style = {"ha": "center", "va": "center", "bbox": paper}
    axes.text(middle, 2.93, words[0], size=9.5, color=colour, weight="bold", **style)
    axes.text(middle, 2.55, words[1], size=8.5, **style)


def _client_data(axes: Axes, client: dict[str, object]) -> None:
    """The members of clientDataJSON, each with who wrote it (WebAuthn, 5.8.1)."""
    box = Rectangle((4.1, 0.25), 7.7, 1.5, facecolor="white", edgecolor=GREEN, lw=1)
    axes.add_patch(box)
    for row, (name, writer) in enumerate(WRITERS.items()):
        y, weight = 1.5 - 0.36 * row, "bold" if name == "origin" else "normal"
        member = f'"{name}": {json.dumps(client[name])}'
        axes.text(4.3, y, member, family="monospace", size=8.5, va="center", weight=weight)
        axes.text(11.6, y, writer, size=8.5, va="center", ha="right", color=GREY)
