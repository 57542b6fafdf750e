"""One text in JSON and two readers: a name that stands twice (RFC 7519, 4; RFC 8259, 4)."""

import json
import sqlite3
from typing import Any

from labutils.classroom.cards import show_log
from labutils.identity.tokens import unb64

Pairs = list[tuple[str, Any]]


def names_twice(token: str) -> set[str]:
    """Return the names that stand twice in one object of a token's header or payload, at any depth.

    Raises ValueError where a part is no JSON in base64url.
    """
    twice: set[str] = set()

    def noted(pairs: Pairs) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.update(name for name in names if names.count(name) > 1)
        return dict(pairs)

    for part in token.split(".")[:2]:
        json.loads(unb64(part), object_pairs_hook=noted)
    return twice


def sub_in_sqlite(payload: str) -> str:
    """Return what SQLite reads as `sub` in a text of JSON."""
    connection = sqlite3.connect(":memory:")
    try:
        (sub,) = connection.execute("select json_extract(?, '$.sub')", (payload,)).fetchone()
    finally:
        connection.close()
    return str(sub)


def read_by_the_log(token: str) -> None:
    """Show whom the doors read in a payload, and whom the database does in which the log lies."""
    payload = unb64(token.split(".")[1]).decode()
    rows = [
        {"reader": "the doors, in Python", "sub": json.loads(payload)["sub"]},
        {"reader": "the log, in SQLite", "sub": sub_in_sqlite(payload)},
    ]
    show_log(rows, "The last token, read twice")
