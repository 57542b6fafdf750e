"""16 · OAuth grants of an integration: its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import Target, code

from .address_rule import FLAG, the_month


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag; None where nothing is."""
    if answer == FLAG:
        return None
    return "rule" if isinstance(answer, list | set | tuple | dict) else "other"


TARGET = Target(
    "16-target",
    "value",
    value(flag_mistake),
    "The rule lets the agent work, at its new address too, and nobody else.",
    {
        "rule": (
            "That is a rule. The flag is what scene.try_rule returns for it.",
            'answer = ["192.0.2.44", "192.0.2.45"]',
        ),
        "other": (
            "That is not the flag. scene.try_rule returns it for a rule that fits.",
            'answer = "no flag"',
        ),
    },
    (
        "The log of the month is no list of what is right: the thief is in it. What is different "
        "about an address from which the agent works?",
        "Count the days on which each address was seen. Then read the tickets: one is about this "
        "client. And for the scopes do not ask what was used, but what the agent is for.",
        "Addresses of 15 days and more, with that of the ticket for chat-agent; each by itself, "
        "since the neighbours in the network are anybody's. Scopes: cases.write, contacts.read, "
        "contacts.write.",
    ),
    code("""
        days = {}
        for call in scene.calls:
            days.setdefault(call["address"], set()).add(call["day"])
        steady = {address for address, seen in days.items() if len(seen) >= 15}
        named = {one["address"] for one in scene.tickets if one["client"] == "chat-agent"}
        flag = scene.try_rule(steady | named, {"cases.write", "contacts.read", "contacts.write"})
    """),
    brief="""The chat agent files cases and looks up contacts all day; on a few days of a month it \
merges contacts. That is all that it is for. scene.calls has a month of calls under its client: \
day, address, scope. A thief was there in that month. scene.tickets has what was announced.
Write a rule for the month that comes: scene.try_rule(networks, scopes), addresses or networks as \
texts, twelve at most, and the scopes. It returns the flag if no honest call is refused and no \
thief gets in. Some thieves will come from the vendor's neighbourhood, some from its own machines, \
and some from wherever else the rule lets them. Three rules may miss.""",
    tools="",
    scene=the_month,
)
