"""A day of thirty tickets, and an agent that follows rules (lesson 19).

The agent is no language model: it does what a ticket is for, and whatever a ticket tells it. So a
day shows what a setting allows, and never how often a model obeys. That a person reads ten
questions a day, and agrees to the rest by habit, is an assumption.
"""

from collections.abc import Iterable
from dataclasses import dataclass

Action = tuple[str, str]  # a verb, and what it is done with or to whom
ATTENTIVE = 10  # questions a day that a person reads
SETTINGS = (
    "her whole token",
    "a token that only reads",
    "a token for this ticket",
    "nothing goes out after foreign text",
    "she approves what goes out",
    "she approves everything",
)


@dataclass(frozen=True)
class Ticket:
    """A ticket: what it is for, and what its text orders besides; `foreign`: from outside."""

    number: int
    needs: tuple[Action, ...]
    orders: tuple[Action, ...] = ()
    foreign: bool = True


def day() -> list[Ticket]:
    """Return thirty tickets. Three carry an order; one of the orders goes over two tickets."""
    salaries, out = ("read", "salaries"), ("send", "tom")
    orders = {6: (salaries, out), 11: (salaries,), 19: (out,), 23: (out,)}
    mailed = (3, 8, 12, 15, 20, 23, 26, 29)
    tickets = []
    for number in range(1, 31):
        needs: tuple[Action, ...] = (("read", f"file {number}"),)
        if number in mailed:
            needs += (("send", f"customer {number}"),)
        foreign = number in orders or number % 3 != 0
        tickets.append(Ticket(number, needs, orders.get(number, ()), foreign))
    return tickets


def verdict(settings: Iterable[str], ticket: Ticket, action: Action) -> str:
    """Return `no`, `ask` or `yes` for an action of the agent, under some of SETTINGS."""
    settings = set(settings)
    verb, what = action
    if "a token that only reads" in settings and verb == "send":
        return "no"
    if "nothing goes out after foreign text" in settings and verb == "send" and ticket.foreign:
        return "no"
    if "a token for this ticket" in settings:
        may_send = any(one == "send" for one, _ in ticket.needs)  # to whom, the token does not say
        if (verb == "read" and action not in ticket.needs) or (verb == "send" and not may_send):
            return "no"
    if "she approves everything" in settings:
        return "ask"
    return "ask" if "she approves what goes out" in settings and verb == "send" else "yes"


@dataclass(frozen=True)
class Outcome:
    """What came of a day: leaks, honest jobs done, questions asked."""

    leaks: int
    done: int
    asked: int


def work(settings: Iterable[str]) -> Outcome:
    """Let the agent work through the day under these settings (SETTINGS)."""
    settings, leaks, done, asked = set(settings), 0, 0, 0
    memory: set[str] = set()
    for ticket in day():
        finished = True
        for action in (*ticket.needs, *ticket.orders):
            answer = verdict(settings, ticket, action)
            if answer == "ask":
                asked += 1
                answer = "yes" if asked > ATTENTIVE or action in ticket.needs else "no"
            if action in ticket.needs:
                finished &= answer == "yes"
            if answer == "no":
                continue
            if action[0] == "read":
                memory.add(action[1])
            leaks += action == ("send", "tom") and bool(memory)
        done += finished
        memory = {what for what in memory if what == "salaries"}
    return Outcome(leaks, done, asked)
