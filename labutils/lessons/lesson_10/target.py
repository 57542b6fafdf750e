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
    "You know each change that has to be undone: the account, its group, the script, and the "
    "rights. Locking the stolen account alone would have left the others. One change lay in a "
    "valid ticket, and one came hours after the login: neither the paper nor a window of 15 "
    "minutes shows those.",
    {
        "other": (
            "That is not the flag. scene.report({'jira:17', 'jira:21'}) gives it, once the ids are "
            "right.",
            "answer = 'flag-0000'",
        ),
        "lead": (
            "That is what the incident lead said, and not the flag. Read it: it says what to do.",
            'answer = "Most of it is right, and some of these are harmless."',
        ),
        "ids": (
            "Give these to the incident lead: scene.report(...) takes ids, and answers with the "
            "flag or with a sentence.",
            "answer = {'jira:17', 'jira:21'}",
        ),
    },
    (
        "Begin with `alerts`. hunting.rows_about(scene, alerts[0]) prints what is known of one; "
        "hunting.on_paper(scene, one) says whether a ticket, a duty or a trip covers it.",
        "What no ticket, no duty and no trip explains is left, and has one author. The account "
        "belongs to a person, who works as well. What else did it change, with no row about it, "
        "and from where?",
        "A ticket says when somebody may change something, and not who does it. Collect each "
        "change whose `source` is one of the addresses that are left, with a ticket or without.",
    ),
    code("""
        suspects = {one["who"] for one in alerts if not hunting.on_paper(scene, one)}
        made = hunting.changes_made(scene)
        unexplained = [one for one in made if not hunting.on_paper(scene, one)]
        places = {one["address"] for one in unexplained if one["who"] in suspects}
        flag = scene.report({one["id"] for one in made if one["address"] in places})
    """),
    brief="Another month, another intruder: other days, another pace, other addresses, another "
    "stolen account. Name every change that the intruder made in the tracker: accounts, groups, "
    "scripts. scene.events(source), scene.hunt(rules) and scene.table(name) work as logs did; the "
    "tables are changes, roster and travel. scene.report({'jira:17', 'jira:21'}) asks the incident "
    "lead, who answers with the flag or with a sentence. Three reports may be wrong.",
    scene=another_month,
)
