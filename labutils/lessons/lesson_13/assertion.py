"""The anatomy of a WebAuthn assertion: the bytes that a security key signs (lesson 13)."""

import json
from urllib.parse import urlsplit

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
from fido2.webauthn import AuthenticationResponse, AuthenticatorAssertionResponse
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import GREEN, GREY, PURPLE, TEXT, canvas

WIDTHS = (3.55, 2.65, 1.75, 3.7)  # of the four parts
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
    figure, axes = canvas(12, 4.9, (0, 12), (0, 4.9))
    left = 0.1
    for (name, octets, who, text), width in zip(_parts(response, client), WIDTHS, strict=True):
        _part(axes, left, width, (f"{name}, {len(octets)} B", text), by_key=who == "key")
        left += width + 0.05
    title = (
        "One signature over four parts: the browser wrote the origin, and nobody asked the person"
    )
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
    style = {"ha": "center", "va": "center", "bbox": paper}
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
