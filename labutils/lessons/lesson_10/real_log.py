"""A log that nobody here wrote: what LemonLDAP::NG's audit log says of a theft."""

import json
from typing import Any

from labutils.classroom.cards import show_log
from labutils.lab import data_file

from .hunting import hits_among

RULE = """
title: LemonLDAP authorization
id: 6f6a2f3e-6a6e-4c0e-9a30-0d6f0c3f0a01
name: authorization
status: experimental
logsource: {product: lemonldap, service: audit}
detection: {s: {code: ISSUER_OIDC_LOGIN_SUCCESS}, condition: s}
level: informational
---
title: One account is let in from two addresses within an hour
id: 6f6a2f3e-6a6e-4c0e-9a30-0d6f0c3f0a02
status: experimental
correlation:
  type: value_count
  rules: [authorization]
  group-by: [user]
  timespan: 1h
  condition: {field: remote_addr, gte: 2}
level: medium
"""
SHOWN = ("time", "code", "user", "rp", "remote_addr")
AFTER_THE_THEFT = "2026-12-01T09:09:00Z"  # from here on Tom refreshes twice, and guesses a password


def real_log() -> list[dict[str, Any]]:
    """The 26 lines, as `make real ARGS=lemonldap` recorded them."""
    text = data_file("real/lemonldap.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def hunted() -> int:
    """Show the lines of Ada's account and what one rule finds among all of them; return how many
    lines tell of the token that came back and of the password that was wrong."""
    events = real_log()
    rows = [{name: one.get(name, "") for name in SHOWN} for one in events if one["user"] == "ada"]
    show_log(rows, f"Ada's lines, of {len(events)}", lit=("remote_addr", "127.0.0.66"))
    for hit in hits_among({"lemonldap": events}, RULE):
        print(f"{hit.time} {hit.title}: {', '.join(hit.event_ids)}")
    later = [one for one in events if one["time"] >= AFTER_THE_THEFT]
    refreshes: int = sum(one["code"] == "SESSION_REFRESH" for one in later)
    guesses: int = sum(one["user"] == "carol" for one in later)
    return refreshes - 1 + guesses
