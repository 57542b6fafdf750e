"""Write the console of a person who plays the intruder."""

from labutils.live.debrief import title_of
from labutils.live.exercise import LiveExercise
from labutils.live.html import row, table, text
from labutils.live.instructor_page import instructor_fragments
from labutils.live.rendering import at, clock, render


def console_page(exercise: LiveExercise, said: str) -> str:
    """Return the page for a person who plays the intruder."""
    return render(
        "console.html",
        title="Intruder",
        said=said,
        steps=list(exercise.company.steps.values()),
        parts=console_fragments(exercise),
    )


def console_fragments(exercise: LiveExercise) -> dict[str, str]:
    """Return the parts of the console that change."""
    rows = []
    for team in exercise.teams:
        intruder = team.intruder
        possible = [s.id for s in exercise.company.steps.values() if intruder.is_possible(s)]
        busy = f"busy until {at(intruder.queue[-1].at)}" if intruder.queue else "free"
        rows.append(
            row(
                text(title_of(team)),
                busy,
                text(", ".join(possible), 600),
                text(", ".join(intruder.made), 600),
            )
        )
    return {
        "clock": clock(exercise),
        "possible": table(("company of", "state", "possible now", "done"), rows, "possible"),
        "doing": instructor_fragments(exercise)["doing"],
    }
