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
    "The article now says only what the record supports. Four claims were wrong, and five say more "
    "than anybody can know: those sound no less certain.",
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
        "Search the ledger for a word of the claim, or a number: [f.id for f in "
        "ledger.about('paulo')]. Then read f.statement, f.time, f.figures and f.note.",
        "Nine of the twelve do not hold. Five of the nine cannot be known: a confirmed fact may "
        "say that nobody could tell. Read each statement to its end, and the note.",
        "Refute 2 (what was stolen, and from where), 4 and 6 (two numbers merged into one) and 7 "
        "(all attempts failed). Leave 3, 8, 10, 11 and 12 open.",
    ),
    code("""
        for claim, fact in {2: "okta-service-account-credential", 4: "code-red-triage",
                            6: "cf-rotation-missed", 7: "other-systems-denied"}.items():
            scene.refute(claim, fact)
        for claim, fact in {3: "okta-service-account-credential",
                            8: "repos-exfiltration-unconfirmed", 10: "attack-gap",
                            11: "nov22-sao-paulo-denied", 12: "attribution"}.items():
            scene.leave_open(claim, fact)
        flag = scene.publish()
    """),
    brief="An article goes to print tonight. It makes twelve claims, which scene.show() prints. "
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
