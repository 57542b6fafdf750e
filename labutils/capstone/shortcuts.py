"""Measure the shortcuts of somebody who does not hunt, so that none of them pays.

They are one query for the whole answer, and rules that know how often the intruder did what.
"""

import re
from collections import Counter

from labutils.capstone import world
from labutils.capstone.constant_rules import rule
from labutils.capstone.lines import line_of
from labutils.capstone.world import Truth

MOST = 9  # rules
DAY = 86400  # seconds
GROUPS = {  # the fields of an act and of who did it, by log
    "jira": ("auditType.action", "author.name"),
    "confluence": ("auditType.action", "author.name"),
    "bitbucket": ("auditType.action", "author.name"),
    "cloudtrail": ("eventName", "userIdentity.userName"),
    "okta": ("eventType", "actor.alternateId"),
    "google_workspace_token": ("events.name", "actor.email"),
    "cloudflare_access_nonidentity": ("appId", "serviceTokenId"),
}


def first_by_one_query(truth: Truth) -> str:
    """Return the outside address with the most accounts and tokens of programs.

    Ties go to the most days, then to the most lines.
    """
    drawn = truth.drawn
    words, identities = drawn.company.words, drawn.case.estate.identities.values()
    own = (f"{words['own_net']}.", f"{words['office_net']}.")
    programs = {one.account or one.name for one in identities if one.kind == "service"}
    programs |= {f"{words['planning']}-token", words["assistant_user"].lower()}
    accounts: dict[str, set[str]] = {}
    days: dict[str, set[int]] = {}
    lines = Counter[str]()
    for name, event in world.lines(truth.folder):
        line = line_of(name, event)
        if line.address and line.who in programs and not line.address.startswith(own):
            accounts.setdefault(line.address, set()).add(line.who)
            days.setdefault(line.address, set()).add(int(line.time // DAY))
            lines[line.address] += 1
    ranked = sorted(lines, key=lambda one: (len(accounts[one]), len(days[one]), lines[one]))
    return ranked[-1] if ranked else ""


def count_rules(truth: Truth) -> tuple[str, ...]:
    """Return rules of the form *count equals*, for the intruder's nine longest rows of acts."""
    counts = Counter[tuple[str, str, str]]()
    events = dict(world.lines(truth.folder))
    for name, step in truth.steps.items():
        source = name.rpartition(":")[0]
        if source in GROUPS:
            counts[step, source, line_of(name, events[name]).action] += 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:MOST]
    return tuple(_counts(*row) for row in rows)


def _counts(of: tuple[str, str, str], number: int) -> str:
    """A rule on exactly so many of an act by one account within two hours."""
    step, source, action = of
    said, who = GROUPS[source]
    selection = [f"{said}: '{action}'"] if source != "cloudflare_access_nonidentity" else []
    base = rule(f"{step}: {action} each".replace(":", ""), source, selection or [f"{who}: '*'"])
    name = re.sub("[^a-z]+", "_", f"{step} {source} {action}".lower())
    first = base.replace("level: high", "level: low").replace(
        "logsource:", f"name: {name}\nlogsource:"
    )
    head = rule(f"{step}, {action.replace(':', '')}, {number} times", source, []).split(
        "logsource:"
    )[0]
    return (
        f"{first}---\n{head}correlation:\n    type: event_count\n    rules: [{name}]\n"
        f"    group-by: [{who}]\n    timespan: 2h\n    condition: {{eq: {number}}}\nlevel: high\n"
    )


def names_the_intruder(truth: Truth) -> bool:
    """Return whether one query names the intruder first."""
    return first_by_one_query(truth) in truth.drawn.addresses
