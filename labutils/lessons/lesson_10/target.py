"""10 · Threat hunting with Sigma: its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)

from .another_intruder import FLAG, another_month


def flag_mistake(answer: Any) -> str:
    """The name of what was handed in instead of the flag."""
    if isinstance(answer, str):
        return "lead" if " " in answer else "other"
    return "ids"


TARGET = Target(
    "10-target",
    "value",
    value(lambda answer: None if answer == FLAG else flag_mistake(answer)),
    "You know every change that has to be undone: the account, its group, the script and the "
    "rights. Locking only the stolen account would have left all of these in place. A valid "
    "ticket covered one change, and another came 27 minutes after the login: neither the records "
    "nor a window of 15 minutes shows those.",
    {
        "other": (
            "That is not the flag. scene.report({'jira:17', 'jira:21'}) returns it when the ids "
            "are right.",
            "answer = 'flag-0000'",
        ),
        "lead": (
            "That is what the incident lead said, not the flag. Read it: it tells you what to do.",
            'answer = "Most of it is right, and some of these are harmless."',
        ),
        "ids": (
            "Give these to the incident lead: scene.report(...) takes the ids and returns the flag "
            "or a sentence.",
            "answer = {'jira:17', 'jira:21'}",
        ),
    },
    (
        "Begin with `alerts`. hunting.rows_about(scene, alerts[0]) prints what is on record about "
        "one; hunting.on_paper(scene, one) says whether a ticket, on-call duty or a trip covers "
        "it.",
        "Among the alerts, the changes that nothing covers have one author. The account belongs "
        "to a person, who goes on working. What else did the account change that no row "
        "covers, and from where?",
        "A ticket says when somebody may change something, not who does it. Collect every change "
        "from one of the addresses that you found, with or without a ticket.",
    ),
    code("""
        suspects = {one["who"] for one in alerts if not hunting.on_paper(scene, one)}
        made = hunting.changes_made(scene)
        unexplained = [one for one in made if not hunting.on_paper(scene, one)]
        places = {one["address"] for one in unexplained if one["who"] in suspects}
        flag = scene.report({one["id"] for one in made if one["address"] in places})
    """),
    brief="Another month, another intruder, with different days, a different pace, different "
    "addresses and a different stolen account. Name every change that the intruder made in the "
    "tracker: accounts, groups, scripts. scene.events(source), scene.hunt(rules) and "
    "scene.table(name) work as they did for logs; the tables are changes, roster and travel. "
    "scene.report({'jira:17', 'jira:21'}) reports to the incident lead, who answers with the flag "
    "or with a sentence. After three wrong reports the lead stops reading.",
    scene=another_month,
)
