"""Length against entropy: what a secret's characters look like, and what a thief has to try."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from matplotlib.figure import Figure

from labutils.pictures.canvas import BLACK, GREY, TEXT, canvas, mark


@dataclass(frozen=True)
class Secret:
    """A secret: its name, its length in bytes, how many candidates there are, and if one fitted."""

    name: str
    length: int
    candidates: int
    guessed: bool

    @property
    def bits(self) -> float:
        """Its entropy in bits: the binary logarithm of the number of candidates."""
        return log2(self.candidates)


def entropy(secrets: Sequence[Secret]) -> tuple[Figure, str]:
    """Bits of entropy against length. The line is what a random source gives: eight bits a byte."""
    longest = max(secret.length for secret in secrets)
    figure, axes = canvas(9.6, 4.6, (-9, longest + 22), (-60, 8 * longest + 50))
    axes.text(-8, 8 * longest + 32, "Length is not entropy", size=14, weight="bold", va="center")
    axes.plot([0, longest], [0, 8 * longest], color=GREY, lw=1.2)
    axes.text(longest + 0.5, 8 * longest, "random bytes", size=TEXT, color=GREY, va="center")
    axes.axhline(0, color="#bbbbbb", lw=0.8)
    axes.text(-8, 4 * longest, "bits of\nentropy", size=TEXT, color=BLACK, va="center")
    for length in range(0, longest + 1, 8):
        axes.text(length, -14, f"{length}", size=TEXT, color=GREY, ha="center", va="center")
    axes.text(longest / 2, -42, "length in bytes", size=TEXT, color=BLACK, ha="center", va="center")
    for bits in (128, 256):
        axes.plot([-0.6, 0], [bits, bits], color=GREY, lw=0.8)
        axes.text(-1, bits, f"{bits}", size=TEXT, color=GREY, ha="right", va="center")
    axes.plot([0, 0], [0, 8 * longest], color="#bbbbbb", lw=0.8)
    for secret in secrets:
        mark(axes, secret.length, secret.bits, "succeeded" if secret.guessed else "denied", 130)
        words = f"{secret.name}: {secret.bits:.0f} bits"
        axes.text(secret.length + 1.5, max(secret.bits - 9, 16), words, size=TEXT, va="center")
    axes.text(longest - 6, -42, "filled: guessed    ring: not guessed", size=TEXT, color=GREY)
    guessed = [secret for secret in secrets if secret.guessed]
    safe = [secret for secret in secrets if not secret.guessed]
    return figure, (
        f"{len(guessed)} of the {len(secrets)} secrets was guessed: "
        + "; ".join(f"{s.name}, {s.length} bytes and {s.bits:.0f} bits of entropy" for s in guessed)
        + ". Not guessed: "
        + "; ".join(f"{s.name}, {s.length} bytes and {s.bits:.0f} bits" for s in safe)
        + "."
    )
