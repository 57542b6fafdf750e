"""Search logs with Sigma rules: identity providers, trackers, clouds and hosts.

`hunt` holds rules from anywhere against logs from anywhere; nothing leaves the machine.
"""

import labutils.hunt.compiled_parts  # noqa: F401  (before pySigma: see there)

# isort: split
from labutils.hunt.duckdb_sql import CannotAsk
from labutils.hunt.engine import Engine, Hit, Hunt, hunt
from labutils.hunt.following import EVERY, Following
from labutils.hunt.page import as_html, cannot_write
from labutils.hunt.progress import Bar
from labutils.hunt.reading import Skipped
from labutils.hunt.report import as_csv, as_json, as_line, as_text, hit_as_json
from labutils.hunt.rules import RefusedRule, load, read_placeholders

__all__ = [
    "EVERY",
    "Bar",
    "CannotAsk",
    "Engine",
    "Following",
    "Hit",
    "Hunt",
    "RefusedRule",
    "Skipped",
    "as_html",
    "as_csv",
    "as_json",
    "as_line",
    "as_text",
    "cannot_write",
    "hit_as_json",
    "hunt",
    "load",
    "read_placeholders",
]
