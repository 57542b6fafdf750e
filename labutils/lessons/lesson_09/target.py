"""Where the target of lesson 09 takes place, and what proves it."""

from labutils.classroom.judging import response_mistake
from labutils.stage.intruder import Result

from .watched_company import ALARMS, FLAG, WANTED, Race


def flag_mistake(answer: object) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    answer = answer.answer if isinstance(answer, Result) else answer
    if isinstance(answer, dict) and answer.get("allowed") is False:
        return "refused"
    return response_mistake(answer) or "other"


scene = Race
WORDS = {"wanted": WANTED, "alarms": "\n".join(f"- {alarm}" for alarm in ALARMS.values())}
