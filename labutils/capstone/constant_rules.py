"""Write Sigma rules that need only estate.md and no log: a baseline that earns nothing.

Points for rules begin where these end.
"""

import uuid
from collections.abc import Sequence

from labutils.capstone.company import DrawnCompany
from labutils.hunt.sources import SOURCES


def rule(title: str, source: str, selection: Sequence[str], unless: Sequence[str] = ()) -> str:
    """Return a Sigma rule for a source, as text."""
    lines = [f"title: {title}", f"id: {_uuid(title + source)}", "logsource:"]
    lines += [f"    {key}: {value}" for key, value in SOURCES[source].sigma.named.items()]
    lines += ["detection:", "    selection:", *(f"        {one}" for one in selection)]
    if unless:
        lines += ["    filter_main_home:", *(f"        {one}" for one in unless)]
    lines += [
        f"    condition: selection{' and not filter_main_home' if unless else ''}",
        "level: high",
    ]
    return "\n".join(lines) + "\n"


def _uuid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def any_program_elsewhere(one: DrawnCompany) -> tuple[str, ...]:
    """Return rules for any account named like a program's, outside the company's network."""
    home = [f"source|cidr: {one.words['own_net']}.0/24"]
    return tuple(
        rule(f"A program elsewhere in {source}", source, ["author.name|startswith: svc-"], home)
        for source in ("jira", "bitbucket", "confluence")
    )


def programs_elsewhere(one: DrawnCompany) -> tuple[str, ...]:
    """Return a rule for each program of the table in estate.md that works somewhere else."""
    w = one.words
    planning = [f"author.name: svc-{w['planning']}"]
    at_planning = [f"source: {w['planning_ip']}"]
    token = [f"serviceTokenId: {w['planning']}-token"]
    robot = [f"userIdentity.userName: {w['reports']}-robot"]
    assistant = f"[{w['assistant_ip']}, {w['renewals_ip']}]"
    builds = [f"author.name: svc-{w['builds']}"]
    grant = [f"USER_ID: {w['assistant_user']}"]
    return (
        rule("Planning token elsewhere", TOKENS, token, [f"ipAddress: {w['planning_ip']}"]),
        rule("Planning account elsewhere", "jira", planning, at_planning),
        rule("Planning account elsewhere in the wiki", "confluence", planning, at_planning),
        rule("Build account elsewhere", "bitbucket", builds, [f"source: {w['builds_ip']}"]),
        rule("Reports elsewhere", "cloudtrail", robot, [f"sourceIPAddress: {w['reports_ip']}"]),
        rule(
            "Assistant elsewhere",
            CUSTOMERS,
            [*grant, "CLIENT_IP|re: '^[0-9]'"],
            [f"CLIENT_IP: {assistant}"],
        ),
        rule(
            "Assistant signs in elsewhere",
            CUSTOMERS,
            [*grant, "SOURCE_IP|re: '^[0-9]'"],
            [f"SOURCE_IP: {assistant}"],
        ),
        rule(
            "Support account elsewhere",
            "support",
            ["user: svc-support"],
            [f"address: {w['support_ip']}"],
        ),
    )


TOKENS, CUSTOMERS = "cloudflare_access_nonidentity", "salesforce_event_log"

# By what kind of knowledge each is written.
CONSTANT = (any_program_elsewhere, programs_elsewhere)
