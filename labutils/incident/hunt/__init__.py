"""Hunting: Sigma rules over the logs of an identity provider, a tracker, a cloud and a host.

`hunt` holds rules from anywhere against logs from anywhere; nothing leaves the machine.
"""

import labutils.incident.hunt.compiled_parts  # noqa: F401  (before pySigma: see there)

# isort: split
from labutils.incident.hunt.engine import Hit, Hunt, hunt
from labutils.incident.hunt.page import as_html, cannot_write
from labutils.incident.hunt.progress import Bar
from labutils.incident.hunt.reading import Skipped
from labutils.incident.hunt.report import as_json, as_text
from labutils.incident.hunt.rules import Refused, read_placeholders

__all__ = [
    "Bar",
    "Hit",
    "Hunt",
    "Refused",
    "Skipped",
    "as_html",
    "as_json",
    "as_text",
    "cannot_write",
    "hunt",
    "read_placeholders",
]
