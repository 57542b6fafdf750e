"""Make text safe to show, and count things in words: for a terminal, a notebook, a sentence."""

from collections.abc import Sequence

# What the package is called where packages are installed; it is imported as `labutils`.
DISTRIBUTION = "anatomy-of-a-cloud-hack"


def version() -> str:
    """Return the version of the installed package, or `unknown` where it was not installed."""
    import importlib.metadata

    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def shown(text: str, longest: int = 200) -> str:
    """Return text with all that does not print escaped, cut to `longest` characters.

    That is controls, bidi marks and lone surrogates.
    """
    cut = text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def counted(number: float, thing: str, things: str = "") -> str:
    """Return a number of things as people write it: `1 rule`, `2 rules`, `2.5 minutes`.

    `things` is the plural, where it is not `thing` with an s.
    """
    return f"{number:.15g} {thing if number == 1 else things or f'{thing}s'}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table as text, with its columns under each other. All rows are as long.

    Raises ValueError where one is not.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
