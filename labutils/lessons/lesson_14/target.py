"""Where the target of lesson 14 takes place, and what proves it."""

from .hidden_crew import ALL_LOSSES, BUDGET, CREW, DEPLOYMENTS, FLAG, MOST, Report, the_crew


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    if isinstance(answer, Report):
        return "report"
    return "many" if answer is None or "losses" in str(answer) else "other"


scene = the_crew
WORDS = {
    "budget": BUDGET,
    "crew": len(CREW),
    "most": MOST,
    "losses": ALL_LOSSES,
    "deployments": DEPLOYMENTS,
}
