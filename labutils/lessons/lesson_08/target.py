"""08 · Incident timeline: its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)

from .news_article import FLAG, the_article

TARGET = Target(
    "08-target",
    "value",
    value(lambda answer: None if answer == FLAG else flag_mistake(answer)),
    "The article now says only what the record supports. Other facts would have worked too: any "
    "fact that puts the event on an earlier day refutes a date.",
    {
        "other": (
            "That is not the flag. scene.publish() returns it once every claim that does not hold "
            "has been corrected.",
            "answer = 'flag-0000'",
        ),
        "editor": (
            "That is what the editor said, not the flag. Read it: the article still has a claim "
            "that does not hold, or too many corrections failed.",
            "answer = 'The editor: the article still has a claim that ...'",
        ),
    },
    (
        "Search the ledger for a word or a number: [f.id for f in ledger.facts() if '134' in "
        "f.statement]. Then read f.statement, f.time, f.figures and f.note.",
        "Seven of the eleven do not hold. Three of the seven cannot be known: the fact about each "
        "has a note that says what is not published, not shown or not settled.",
        "Refute 2 (the unit), 4 (the day), 6 (two numbers merged into one) and 7 (the day). Leave "
        "8, 10 and 11 open.",
    ),
    code("""
        scene.refute(2, "okta-support-window")
        scene.refute(4, "okta-user-report")
        scene.refute(6, "cf-rotation-missed")
        scene.refute(7, "nov15-atlassian-access")
        scene.leave_open(8, "repos-exfiltration-unconfirmed")
        scene.leave_open(10, "attack-gap")
        scene.leave_open(11, "nov22-sao-paulo-denied")
        flag = scene.publish()
    """),
    brief="An article goes to print tonight. It makes eleven claims, which scene.show() prints. "
    "Some hold, some are wrong, and some cannot be known. If a claim is wrong, run "
    "scene.refute(number, fact) with the id of a fact that says otherwise. If it cannot be known, "
    "run scene.leave_open(number, fact) with the id of the fact that leaves it open. Do not touch "
    "claims that hold. The editor tolerates three failed corrections. At the end, "
    "scene.publish() returns the flag.",
    scene=the_article,
)


def flag_mistake(answer: Any) -> str:
    """The name of what was handed in instead of the flag."""
    return "editor" if isinstance(answer, str) and "editor" in answer else "other"
