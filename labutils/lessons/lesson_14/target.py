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
    "Your set holds against this crew, which came with the four credentials in its pocket. A crew "
    "without them needs the session first: count what your set does against such thieves.",
    {
        "report": (
            "That is the whole report. Give only the flag: report.flag.",
            "from labutils.lessons.lesson_14.hidden_crew import HiddenCrew\n"
            "answer = HiddenCrew().deploy('recordings_cleaned')",
        ),
        "many": (
            "Too much was lost. Read the report: which losses happened although an earlier one was "
            "stopped?",
            "answer = 'no flag: 60 losses are the most'",
        ),
        "other": (
            "That is not the flag. Look in report.flag, after a deployment with few losses.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Count before you deploy. Draw thieves of your own, and let worlds.lost count what they "
        "still get with each set that the budget allows.",
        "If a report shows that hardly anyone gets the session and everyone gets the tracker, this "
        "crew did not need the session. Which assumption fits that?",
        "worlds.leaked_elsewhere(case) gives a thief the four credentials. Draw a hundred, give "
        "them the four, and deploy the set with the fewest losses.",
    ),
    code("""
        scene.deploy("acts_reauthenticated")  # hardly any session, and all that comes later
        like_them = [worlds.leaked_elsewhere(case) for case in thieves.draw(100, "mine").values()]
        sets = [names for size in (1, 2, 3) for names in combinations(scene.prices, size)
                if sum(scene.prices[name] for name in names) <= scene.budget]
        fewest, best = min(zip(worlds.lost(sets, like_them), sets))
        flag = scene.deploy(*best).flag
    """),
    brief=f"""Another company has {BUDGET} points and a price list, scene.prices; \
scene.print_prices() says what each control does. A crew of {CREW} thieves is coming, and you do \
not see how they were drawn.
Find controls under which at most {MOST} of the {CREW * len(LOSSES)} losses happen. {CREW} of \
these losses are the report, which only the supplier can protect.
report = scene.deploy("session_hours", "sessions_reevaluated") plays the crew against these \
controls. It reports what the crew got and which rules refused it. You have {DEPLOYMENTS} \
deployments, and you cannot get them back.
report.flag is the flag, if the losses are few enough.""",
    scene=the_crew,
)
