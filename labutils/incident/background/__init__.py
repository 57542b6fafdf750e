"""Write ordinary traffic around an incident, so that a hunt has something to search.

`logs` gives the folder of a world, made at first use and kept; `write` writes one around any
replay: of another world, of a case that was changed.
"""

from labutils.incident.background.sheet import NoBackground
from labutils.incident.background.store import (
    CannotKeep,
    digest,
    fingerprint,
    keep,
    logs,
)
from labutils.incident.background.world import TooSmall, write

__all__ = [
    "CannotKeep",
    "NoBackground",
    "TooSmall",
    "digest",
    "fingerprint",
    "keep",
    "logs",
    "write",
]
