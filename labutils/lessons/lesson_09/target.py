"""09 · The attack chain, tactic by tactic: its target."""

from labutils.classroom.judging import value
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
    return "response" if isinstance(answer, dict | Result) else "other"


TARGET = Target(
    "09-target",
    "value",
    value(flag_mistake),
    "Seven archives are out. A rule that counts tells an intruder how fast to go: quiet below it, "
    "then fast for as long as the team needs. Lesson 10 hunts for what such a rule leaves.",
    {
        "response": (
            "That is the whole answer. The flag alone is result.answer['flag'].",
            "answer = {'allowed': True}",
        ),
        "other": (
            f"That is not the flag. It is in result.answer['flag'] of archive number {WANTED}.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Play it once without waiting, and read what the team does and when. How many archives "
        "did you get before the alarm, and how many after it?",
        "The alarm counts three in an hour. The team needs 35 minutes. So stay below three in an "
        "hour for a while, and then do not care any more.",
        "Two archives, scene.wait(50), two more: no alarm. The fifth rings it, and two more fit "
        "before the account is off.",
    ),
    code("""
        scene.use("moveworks-token", "gateway", "bitbucket")
        for pause in (0, 0, 50, 0, 0, 0, 0):
            scene.wait(pause)
            result = scene.use("bitbucket-account", "bitbucket", "archive")
        flag = result.answer["flag"]
    """),
    brief=f"""It is 09:00. At 12:00, after {REPLACED} minutes, the company replaces the four \
credentials. Get {WANTED} archives into your browser before: 'archive' at 'bitbucket', with \
bitbucket-account. Each move takes ten minutes.
The team has these alarms:
{_ALARMS}
35 minutes after an alarm everything that the company issued is off, the token too.
result = scene.use(credential, service, action) makes a move, and scene.wait(minutes) lets time \
pass. The answer of the last archive holds the flag. For a fresh start: scene = target("09").""",
    scene=Race,
)
