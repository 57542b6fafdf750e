"""09 · The attack chain, tactic by tactic: its target."""

from labutils.classroom.judging import response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)
from labutils.stage.intruder import Result

from .watched_company import ALARMS, FLAG, WANTED, Race

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
    "Seven archives are out, and you are still in. A rule that counts tells an intruder how fast "
    "to go; what was made, not stolen, outlives the reaction, and so does a pass that the gateway "
    "has given out. Lesson 10 hunts for the rest.",
    {
        "response": (
            "That is the whole response. The only flag is result.answer['flag'] from the last "
            "view.",
            "answer = {'allowed': True}",
        ),
        "refused": (
            "That move was refused: print the result, and read why.",
            "answer = {'allowed': False, 'rule': 'reachable'}",
        ),
        "other": (
            f"That is not the flag. Once you have {WANTED} archives in your browser, view source "
            f"code at 12:30 or later: the flag is in the response.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Play it once without waiting, and read what the team does and when. How many archives "
        "did you get before the alarm, and how many after it? And what of yours still works then?",
        "The alarm goes off at three archives in an hour. The team needs 35 minutes. So stay "
        "below three in an hour for a while, and then ignore the limit. You know from 09-p5 what "
        "survives an alarm: make it before you begin.",
        "A user and a script in Jira first. Two archives, scene.wait(50), two more: no alarm. The "
        "fifth sets it off, and there is time for two more. After 12:30, the look-alike: through "
        "the implant, or with a pass that you hold.",
    ),
    code("""
        scene.follow([*stay, ("moveworks-token", "gateway", "bitbucket")])
        for pause in (0, 0, 50, 0, 0, 0, 0):
            scene.wait(pause)
            scene.use("bitbucket-account", "bitbucket", "archive")
        scene.wait(60)
        flag = scene.use("lookalike-account", "bitbucket", "view", "server").answer["flag"]
    """),
    brief=f"""It is 09:00. At 12:00 the company replaces the four credentials. Before then, get \
{WANTED} archives into your browser: 'archive' at 'bitbucket', with bitbucket-account. And at \
12:30 or later you must still read source code, with whatever works then: 'view' at 'bitbucket'. \
Each move takes ten minutes.
The team has these alarms:
{_ALARMS}
35 minutes after an alarm, every stolen credential is switched off, including the token.
scene.use(credential, service, action) makes a move and prints it; with "server" as the fourth \
part it comes from your implant. scene.wait(minutes) lets time pass; scene.time and scene.archives \
say how far you are. scene.use returns a result; the last view's has the flag, in \
result.answer['flag']. To start again: scene = target("09").""",
    scene=Race,
)
