"""Define how the course looks where somebody works through a lesson: colours, widths, cards.

One module for all who draw: cards, pictures, instruments, pages. The rules that use these names are
in look.css beside this file. Jupyter's own front ends get both from a prebuilt extension
(data/labextension, which tools/look.py writes), before anything has run; a front end without it
gets them with the first card.
"""

import os
import re
import sys
from functools import cache
from importlib import resources

# Two accents and no third. Warm is the intruder: a way in, a loss. Cool is the defender: a refusal,
# a log. Each has a shade for text, one for areas and one for a ground to set text on. *Right* and
# *not yet* are told by a sign and a word; their colour is never the only sign.
LIGHT = {
    "ink": "#1f2328",
    "quiet": "#59616b",
    "paper": "#ffffff",
    "card": "#f7f8f9",
    "line": "#d8dde2",
    "intruder": "#b34700",
    "intruder-fill": "#d55e00",
    "intruder-soft": "#fdf1e8",
    "defender": "#00609a",
    "defender-fill": "#0072b2",
    "defender-soft": "#eaf4fb",
    "right": "#0b7a5a",
    "not-yet": "#8a4b00",
    "head": "#a3216b",
    "body": "#6a3db8",
    "sign": "#59616b",
    "s1": "#6a3db8",
    "s2": "#00795a",
    "s3": "#8f6200",
    "s4": "#b02078",
    "s5": "#064e5c",
    "s6": "#4f6d00",
    "s7": "#5c3a2e",
    "s8": "#59616b",
}
DARK = {
    "ink": "#e6e8ea",
    "quiet": "#a3abb3",
    "paper": "#111111",
    "card": "#1c1f22",
    "line": "#3a4046",
    "intruder": "#ff9d61",
    "intruder-fill": "#e8762c",
    "intruder-soft": "#33231a",
    "defender": "#74c0f0",
    "defender-fill": "#3a9ad9",
    "defender-soft": "#17293a",
    "right": "#4cc79d",
    "not-yet": "#f0a95a",
    "head": "#f391c0",
    "body": "#b9a2f5",
    "sign": "#a3abb3",
    "s1": "#b9a2f5",
    "s2": "#45b992",
    "s3": "#f5cf5b",
    "s4": "#f48fbd",
    "s5": "#a6eef2",
    "s6": "#a9c437",
    "s7": "#c9986f",
    "s8": "#a3abb3",
}
# The parts of a token, and secrets that are followed from hand to hand. None of them is a verdict:
# they keep away from the two accents. The eighth secret and all later ones are grey.
PARTS = ("head", "body", "sign")
SECRETS = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8")
TINT = 0.08  # how much of its colour the ground of a part or a secret has
LIT = 0.24  # and of one that is pointed at; its text is ink
# What is set in which colour on which ground; each pair has a contrast of 4.5 (WCAG 2.2, 1.4.3).
TEXT_ON = {
    "ink": ("paper", "card", "intruder-soft", "defender-soft"),
    "quiet": ("paper", "card", "defender-soft"),
    "intruder": ("paper", "card", "intruder-soft"),
    "defender": ("paper", "card", "defender-soft"),
    "right": ("paper", "card"),
    "not-yet": ("paper", "card"),
    **dict.fromkeys((*PARTS, *SECRETS), ("paper", "card")),
}
# Widths: a line of prose has 65 to 70 characters; a card holds code and tables, too.
PROSE, CARD, INSTRUMENT = "39rem", "50rem", "74rem"
MONOSPACE = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
PAGE = "lu-page"  # the class of a notebook of this course


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as `#1f2328`, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def tinted(colour: str, ground: str, share: float = TINT) -> str:
    """Return the colour of a ground with that share of another colour laid over it."""
    parts = ((int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in parts)


def _luminance(colour: str) -> float:
    """The relative luminance of a colour in sRGB, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@cache
def css() -> str:
    """Return the whole style sheet, in one line."""
    rules = resources.files(__package__).joinpath("look.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
    widths = f"--lu-prose:{PROSE};--lu-wide:{CARD};--lu-instrument:{INSTRUMENT};"
    light = f":root{{{variables(LIGHT)}{widths}--lu-mono:{MONOSPACE}}}"
    dark = f"[data-jp-theme-light='false'],.vscode-dark{{{variables(DARK)}}}"
    return light + dark + re.sub(r"\s*\n\s*", "", rules)


def variables(colours: dict[str, str]) -> str:
    """Return colours as variables of a style sheet: `--lu-ink:#1f2328;` and so on."""
    return "".join(f"--lu-{name}:{colour};" for name, colour in colours.items())


def style() -> str:
    """Return the style sheet as an element, where no extension brings it: in Colab, where each
    output is a page of its own, and in VS Code. Elsewhere an empty text."""
    if "google.colab" in sys.modules or "VSCODE_PID" in os.environ:
        return f"<style>{css()}</style>"
    return ""


def card(inside: str, kind: str = "", label: str = "") -> str:
    """Return a card in HTML. What is inside was escaped by whoever made it.

    `kind` is one or more of the classes in look.css; `label` is a word above.
    """
    above = f'<div class="lu-label">{label}</div>' if label else ""
    return f'{style()}<div class="{" ".join(filter(None, ("lu", kind)))}">{above}{inside}</div>'
