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
    "The rule lets the agent work, even from its new address, and nobody from anywhere else. What "
    "the agent may do, a thief on the vendor's machines may do as well: no rule of this kind can "
    "tell the two apart.",
    {
        "rule": (
            "That is a rule. The flag is what scene.try_rule returns for it.",
            'answer = ["192.0.2.44", "192.0.2.45"]',
        ),
        "other": (
            "That is not the flag. scene.try_rule returns it for a rule that works.",
            'answer = "no flag"',
        ),
    },
    (
        "The log is not a list of what should be allowed: the thief is in it. What is different "
        "about an address from which the agent works?",
        "Count the days on which each address was seen. Then read the tickets: two are about this "
        "client. For the scopes, do not ask what was used but what the agent is for.",
        "Take the addresses seen on 15 days or more, and the one that the vendor added. Leave out "
        "what it says is not its own. Do not take in more of the network than that. Scopes: "
        "cases.write, contacts.read, contacts.write.",
    ),
    code("""
        days = {}
        for call in scene.calls:
            days.setdefault(call["address"], set()).add(call["day"])
        steady = {address for address, seen in days.items() if len(seen) >= 15}
        named = {one["address"] for one in scene.tickets
                 if one["client"] == "chat-agent" and "adds" in one["what"]}
        flag = scene.try_rule(steady | named, {"cases.write", "contacts.read", "contacts.write"})
    """),
    brief="""The chat agent files cases and looks up contacts all day; on a few days of the month \
it merges contacts. That is all it is for. scene.calls has a month of its client's calls: day, \
address, scope. A thief was active in that month. scene.tickets lists announced changes and \
the vendor's answers.
Write a rule for the next month with scene.try_rule(networks, scopes): at most twelve addresses or \
networks as strings, and the scopes. It returns the flag if the rule refuses no honest call and \
lets no thief in. Some thieves will come from addresses near the vendor's, some from the vendor's \
own machines, asking for more than the agent needs, and some from wherever else the rule allows. \
After three wrong rules, only a kernel restart helps.""",
    tools="",
    scene=the_month,
)
