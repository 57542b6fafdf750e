"""A log in which nothing but the text that stands there is shown.

Names that somebody typed and addresses that somebody asked for go into the hub's log. A control
character in them could change what a terminal shows, or write a line in the hub's name.
"""

import logging

from tornado.log import LogFormatter


def printable(line: str) -> str:
    """A line with everything spelled out that is not a visible sign: `\\x1b`, `\\u202e`."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
    )


class PlainFormatter(LogFormatter):
    """Tornado's form of a line: what follows a first line is indented, so nobody can forge one."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of a record."""
        return "\n".join(printable(line) for line in super().format(record).split("\n"))


def to_stderr() -> None:
    """Let all that this process logs go to its standard error, in that form."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter(color=False))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
