"""09 · The attack chain, tactic by tactic: its target."""

from labutils.classroom.judging import response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)
from labutils.stage.intruder import Result

from .watched_company import ALARMS, FLAG, REPLACED, WANTED, Race

_ALARMS = "\n".join(f"- {alarm}" for alarm in ALARMS.values())


def flag_mistake(answer: object) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    answer = answer.answer if isinstance(answer, Result) else answer
    if isinstance(answer, dict) and answer.get("allowed") is False:
        return "refused"
    return response_mistake(answer) or "other"


TARGET = Target(
    "09-target",
    "value",
    value(flag_mistake),
    "Seven archives are out. A rule that counts tells an intruder how fast to go: slowly, below "
    "the limit, then fast until the team reacts. Lesson 10 hunts for what such a rule misses.",
    {
        "response": (
            "That is the whole response. Only result.answer['flag'] of archive 7 is the flag.",
            "answer = {'allowed': True}",
        ),
        "refused": (
            "That move was refused: print the result, and read why.",
            "answer = {'allowed': False, 'rule': 'reachable'}",
        ),
        "other": (
            f"That is not the flag. It is in result.answer['flag'] of archive number {WANTED}.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Play it once without waiting, and read what the team does and when. How many archives "
        "did you get before the alarm, and how many after it?",
        "The alarm goes off at three archives in an hour. The team needs 35 minutes. So stay below "
        "three in an hour for a while, and then ignore the limit.",
        "Two archives, scene.wait(50), two more: no alarm. The fifth sets it off, and there is "
        "time for two more before the account is off.",
    ),
    code("""
        scene.use("moveworks-token", "gateway", "bitbucket")
        for pause in (0, 0, 50, 0, 0, 0, 0):
            scene.wait(pause)
            result = scene.use("bitbucket-account", "bitbucket", "archive")
        flag = result.answer["flag"]
    """),
    brief=f"""It is 09:00. At 12:00, after {REPLACED} minutes, the company replaces the four \
credentials. Before then, get {WANTED} archives into your browser: 'archive' at 'bitbucket', \
with bitbucket-account. Each move takes ten minutes.
The team has these alarms:
{_ALARMS}
35 minutes after an alarm, every stolen credential is switched off, including the token.
result = scene.use(credential, service, action) makes a move, and scene.wait(minutes) lets time \
pass. Make the last archive with scene.use: its result.answer contains the flag. To start again: \
scene = target("09").""",
    scene=Race,
)
