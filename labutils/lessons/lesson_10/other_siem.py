"""One question in the search language of another SIEM: LogRhythm Axon's, judged by running it."""

from collections.abc import Mapping
from typing import Any

from labutils.classroom.judging import PASSED, Verdict, written
from labutils.hunt.axon_search import NotASearch, run
from labutils.lab import dice
from labutils.text import counted

from .hunting import ALARM, Event, Logs, a_month, sigma

ADDED, GROUP = "User added to group", "jira-administrators"
PRODUCTS = ("jira", "confluence", "bitbucket")  # whose audit logs have one shape


def line(action: str, *names: str, author: str = "a.admin", source: str = "192.0.2.7") -> Event:
    """A line of an audit log, as far as a search of the lesson is concerned."""
    return {
        "auditType": {"action": action},
        "author": {"name": author},
        "source": source,
        "affectedObjects": [{"name": name} for name in names],
    }


Story = tuple[
    str, Event, bool, str, str
]  # a log, its line, whether to select it, the mistake, words


def lines() -> list[Story]:
    """Lines of three audit logs, and what a search for new administrators makes of each."""
    drawn = dice("lesson-10", "axon")
    who, other = (f"{next(drawn)[:4]}.{word}" for word in ("lin", "ode"))
    address = f"203.0.113.{int(next(drawn)[:2], 16)}"
    return [
        ("jira", line(ADDED, who, GROUP), True, "missed", "somebody joins the administrators"),
        ("jira", line(ADDED, GROUP, who), True, "missed", "the same, with the group first"),
        (
            "jira",
            line(ADDED, other, GROUP, author="svc-forms", source=address),
            True,
            "one person",
            f"svc-forms at {address} adds {other} to the group",
        ),
        ("jira", line(ADDED, who, "jira-users"), False, "group", "somebody joins jira-users"),
        ("jira", line(ADDED, who, f"{GROUP}-old"), False, "part", f"somebody joins {GROUP}-old"),
        (
            "jira",
            line("User removed from group", who, GROUP),
            False,
            "action",
            "somebody leaves the administrators",
        ),
        ("jira", line("Group created", GROUP), False, "action", "the group is created"),
        ("confluence", line(ADDED, who, GROUP), False, "log", "the same action in the wiki's log"),
        ("bitbucket", line(ADDED, who, GROUP), False, "log", "the same action in the code's log"),
    ]


def by_search(search: str, logs: Logs) -> list[str]:
    """The ids of the lines of three audit logs that a search in Axon's language selects. Raises
    NotASearch with a sentence."""
    return run(search, {source: logs.events(source).values() for source in PRODUCTS})


def by_rule_of_the_alarm(logs: Logs) -> list[str]:
    """The ids of the lines that the Sigma rule for the alarm of 23 November hits."""
    hits = logs.hunt(sigma("alarm", "jira", "Somebody joins the administrators", ALARM))
    return [hit.event_ids[0] for hit in hits]


def searches(answer: Any) -> Verdict:
    """The judge of 10-10: the search over lines of three logs, then over the month."""
    if not isinstance(answer, str):
        return Verdict("differs", got=written(answer), mistake="no text")
    try:
        return _over_lines(answer) or _over_the_month(answer)
    except NotASearch as error:
        return Verdict("raised", got=str(error).rstrip("."), mistake="no search")


def _over_lines(search: str) -> Verdict | None:
    told = lines()
    by_log: Mapping[str, list[Story]] = {
        source: [one for one in told if one[0] == source] for source in PRODUCTS
    }
    found = set(run(search, {source: [one[1] for one in own] for source, own in by_log.items()}))
    for source, own in by_log.items():
        for number, (_, _, wanted, mistake, words) in enumerate(own, 1):
            if (f"{source}:{number}" in found) != wanted:
                got, want = ("not selected", "selected") if wanted else ("selected", "not selected")
                return Verdict("differs", words, got, want, mistake=mistake)
    return None


def _over_the_month(search: str) -> Verdict:
    logs = a_month()
    found, wanted = by_search(search, logs), by_rule_of_the_alarm(logs)
    if sorted(found) == sorted(wanted):
        return PASSED
    got, want = counted(len(found), "line"), f"the {len(wanted)} that the Sigma rule hits"
    return Verdict("differs", "the lesson's month", got, want, mistake="month")
