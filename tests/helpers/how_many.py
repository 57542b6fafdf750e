"""How many examples hypothesis draws: all of them in `make test-all`, and fewer in `make test`."""

import os

OF_A_HUNDRED = int(os.environ.get("LABUTILS_EXAMPLES", "30"))


def draws(most: int) -> int:
    """So many of `most` as this run draws, and eight at least."""
    return max(8, most * OF_A_HUNDRED // 100)
