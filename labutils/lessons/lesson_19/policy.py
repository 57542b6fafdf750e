"""The target of lesson 19: a company's policy for its agent, against forty attackers."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import product
from typing import Any

from labutils.lab import dice
from labutils.text import counted, shown

FLAG = "flag-" + next(dice("lesson-19", "a policy that fits"))
PATIENCE, ASKS = 3, 10
SCOPES = ("read", "write", "send", "export")
WAYS_OUT = ("send", "export")
STRANGERS = ("diary-pro", "notes")  # tools whose authors keep what they read
TOOLS = ("diary", *STRANGERS, "mail", "wiki")
STOPPED = (
    "Three policies were not good enough, so the company leaves its agent off. To begin again, "
    "restart the kernel."
)
NO_POLICY = "That is not a policy: {} Try try_policy({{'wiki': {{'read'}}}}, 30, {{'wiki send'}})."
Job = dict[str, Any]
KINDS = VAULT, AUTHOR, TICKET, CALLER = (
    "a token from a vendor's store",
    "the author of a tool",
    "a ticket",
    "a caller",
)
# What people ask for, each day: tool, scope, minutes that the job takes at most, times a day.
WORK = (
    ("diary", "read", 2, 9),
    ("diary", "write", 2, 4),
    ("mail", "read", 5, 7),
    ("mail", "send", 3, 6),
    ("wiki", "read", 20, 8),
    ("wiki", "write", 12, 2),
)
# What texts asked for: nobody's job.
BY_TEXT = (("wiki", "export", 1, 1), ("diary-pro", "read", 2, 3), ("notes", "read", 24, 1))
PEOPLE, TEXTS = ("ada", "joan"), ("ticket 41", "mail 7", "page 3")
SOONEST = 26  # minutes after which a thief uses a token from a vendor's store, at the earliest


def jobs() -> list[Job]:
    """Return a week of the agent's log: day, tool, scope, minutes, and what asked for it."""
    draw, week = dice("lesson-19", "a week"), []
    for day in range(1, 6):
        for rows, sources in ((WORK, PEOPLE), (BY_TEXT, TEXTS)):
            for tool, scope, longest, times in rows:
                if sources is TEXTS and day % 2 == 0:
                    continue
                for number in range(times):
                    roll = int(next(draw)[:4], 16)
                    minutes = (
                        longest if (day, number) == (3, 0) else 1 + roll % max(longest // 2, 1)
                    )
                    job = {"day": day, "tool": tool, "scope": scope, "minutes": minutes}
                    week.append(job | {"asked by": sources[roll % len(sources)]})
    return week


def leaks(tools: Mapping[str, set[str]], life: int, asked: set[str]) -> list[str]:
    """Return the kinds of those of forty attackers who get something out: two of each kind for
    each tool."""
    draw, got = dice("lesson-19", "attackers"), []
    for number, (kind, tool) in enumerate(product(KINDS, TOOLS * 2)):
        may, waits = tools.get(tool, set()), int(next(draw)[:4], 16) % 60
        if kind == VAULT:  # a token that was stored, used some time later
            gets = bool(may) and life > SOONEST + waits * (number % 2)
        elif kind == AUTHOR:  # whoever wrote the tool keeps what it reads
            gets = bool(may) and tool in STRANGERS
        elif kind == TICKET:  # a text gives an order; what goes out unasked is gone
            gets = any(way in may and f"{tool} {way}" not in asked for way in WAYS_OUT)
        else:  # a caller talks somebody into using whatever is allowed and not needed
            gets = bool(may - {scope for name, scope, *_ in WORK if name == tool})
        got += [kind] * gets
    return got


def undone(tools: Mapping[str, set[str]], life: int) -> int:
    """Return how many of a day's honest jobs cannot be done."""
    return sum(
        times
        for tool, scope, minutes, times in WORK
        if scope not in tools.get(tool, set()) or minutes > life
    )


def questions(asked: set[str]) -> int:
    """Return how often a person is asked on a day."""
    return sum(times for tool, scope, _, times in WORK if f"{tool} {scope}" in asked)


class AgentWeek:
    """The scene: `jobs`, a week of the agent's log, and `try_policy(tools, minutes, ask)`."""

    def __init__(self, flag: str | None = None) -> None:
        self.try_policy = policy_trier(flag or FLAG)

    def __repr__(self) -> str:
        return "a week of an agent: jobs, try_policy(tools, minutes, ask)"

    @property
    def jobs(self) -> list[Job]:
        """The week's log, day by day."""
        return jobs()


def policy_trier(flag: str) -> Callable[[object, object, object], str]:
    """Return what tries a policy, and gives the flag for one that loses nothing and stops no work.

    Three policies may miss.
    """
    missed = 0

    def try_policy(tools: object, minutes: object, ask: object = ()) -> str:
        """Try a policy: scopes by tool, minutes that a token lives, and actions to ask about."""
        nonlocal missed
        if missed >= PATIENCE:
            print(STOPPED)
            return "no flag"
        try:
            allowed, life, asked = as_tools(tools), as_minutes(minutes), as_asked(ask)
        except ValueError as error:
            print(NO_POLICY.format(error))
            return "no flag"
        lost, left, times = leaks(allowed, life, asked), undone(allowed, life), questions(asked)
        print(
            f"{counted(len(lost), 'leak')}{f', {lost[0]} for one' if lost else ''}; "
            f"{counted(left, 'honest job')} a day not done; "
            f"{counted(times, 'question')} a day"
        )
        if not lost and not left and times <= ASKS:
            return flag
        missed += 1
        print(f"Wrong attempts left: {PATIENCE - missed}.")
        return "no flag"

    return try_policy


def as_tools(tools: object) -> dict[str, set[str]]:
    """Return the scopes by tool. Raises ValueError with a sentence that says what is wrong."""
    if not isinstance(tools, Mapping) or not tools:
        raise ValueError("the tools must be a dictionary, with scopes for each tool.")
    for tool, scopes in tools.items():
        if tool not in TOOLS:
            raise ValueError(f"there is no tool {shown(repr(tool), 40)}.")
        if isinstance(scopes, str) or not isinstance(scopes, Iterable):
            raise ValueError("the scopes of a tool must be a set of strings.")
    allowed = {tool: set(scopes) for tool, scopes in tools.items()}
    if strange := sorted({str(one) for scopes in allowed.values() for one in scopes} - {*SCOPES}):
        raise ValueError(f"there is no scope {shown(repr(strange[0]), 40)}.")
    return allowed


def as_minutes(minutes: object) -> int:
    """Return the minutes. Raises ValueError where they are no whole number from 1 to 1,440."""
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 1440:
        raise ValueError("the minutes must be a whole number from 1 to 1440.")
    return minutes


def as_asked(ask: object) -> set[str]:
    """Return the actions to ask about, such as `wiki send`. Raises ValueError."""
    if isinstance(ask, str) or not isinstance(ask, Iterable):
        raise ValueError("what to ask about must be a set of strings.")
    asked = set(map(str, ask))
    known = {f"{tool} {scope}" for tool in TOOLS for scope in SCOPES}
    if strange := sorted(asked - known):
        raise ValueError(f"there is no action {shown(repr(strange[0]), 40)}.")
    return asked


@cache
def the_week(flag: str = FLAG) -> AgentWeek:
    """Return the week, which remembers each policy that was not good enough."""
    return AgentWeek(flag)
