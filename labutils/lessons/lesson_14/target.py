"""14 · Zero trust and counterfactuals: its target."""

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)

from .hidden_crew import BUDGET, CREW, DEPLOYMENTS, FLAG, MOST, Report, the_crew
from .worlds import LOSSES


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    if isinstance(answer, Report):
        return "report"
    return "many" if answer is None or "losses" in str(answer) else "other"


TARGET = Target(
    "14-target",
    "value",
    value(flag_mistake),
    "Your set holds against thieves that you had not seen. It may not hold against the next crew.",
    {
        "report": (
            "That is the whole report. Give only the flag: report.flag.",
            "from labutils.lessons.lesson_14.hidden_crew import HiddenCrew\n"
            "answer = HiddenCrew().deploy('support_least_privilege')",
        ),
        "many": (
            "Too much was lost. The report says what was lost and which rules refused. What do "
            "these thieves not need?",
            "answer = 'no flag: 32 losses are the most'",
        ),
        "other": (
            "That is not the flag. Look in report.flag, after a deployment that loses little.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Deploy a set that looked good in the lesson, and read the report. Which losses still "
        "happen, and which rules refused nothing?",
        "This crew is fast, comes from the usual network or from the laptop, and has bought many "
        "credentials. Draw a crew like that, and try worlds.enough_alone on it: "
        "thieves.draw(100, 'like them', thieves.Ranges(places=('near', 'laptop'), bought=0.4)).",
        "Preventing the report costs one point. The other points must close both ways to the "
        "tracker: the bought token and the session. For the token, use service_tokens_bound.",
    ),
    code("""
        scene.deploy("support_least_privilege", "recordings_cleaned", "repository_least_privilege")
        # the report: the tracker is reached with a token that was bought, and nothing refuses it
        chosen = ("support_least_privilege", "recordings_cleaned", "service_tokens_bound")
        report = scene.deploy(*chosen)
        flag = report.flag
    """),
    brief=f"""You have {BUDGET} points and this lesson's price list (scene.prices). A crew of \
{CREW} thieves is coming. They are drawn from this lesson's ranges with different weights, which \
you do not see.
Find controls under which at most {MOST} of the {CREW * len(LOSSES)} losses happen.
report = scene.deploy("session_hours", "sessions_reevaluated") plays the crew against these \
controls. It reports what the crew got and which rules refused it. You have {DEPLOYMENTS} \
deployments, and you cannot get them back.
report.flag is the flag, if little enough was lost.""",
    scene=the_crew,
)
