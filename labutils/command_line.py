"""Share what the commands of `python -m labutils` have in common.

Each room has its commands in a module `commands`: by name, what adds its arguments to a parser, and
what does as they say and returns the exit status. `__main__` collects them.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import NamedTuple


class Command(NamedTuple):
    """A command: a function that adds its arguments to a parser, and one that runs it.

    The latter gives the exit status.
    """

    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def refused(sentence: str) -> int:
    """Print on the standard error why something is not done; return the exit status 2."""
    print(sentence, file=sys.stderr)
    return 2


def printed(text: str) -> None:
    """Print a long text, even to a reader such as `head` that stops early."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
