"""Write the instructor's page: everything, the links, and the controls of the clock."""

from collections.abc import Sequence

from labutils.live.company import settings
from labutils.live.debrief import title_of
from labutils.live.exercise import LiveExercise
from labutils.live.html import row, table, text
from labutils.live.referee import judge
from labutils.live.rendering import at, clock, render


def instructor_page(
    exercise: LiveExercise, links: Sequence[str], said: str, address: str = ""
) -> str:
    """Return the instructor's page.

    `links`: of the teams, below the exercise's `address`.
    """
    injects = settings()["injects"].items()
    return render(
        "instructor.html",
        title="Instructor",
        said=said,
        address=address,
        links=list(zip(exercise.teams, links, strict=True)),
        injects=[
            ("message", "message: in your own words"),
            *((name, f"{name}: {says}") for name, says in injects),
        ],
        parts=instructor_fragments(exercise),
    )


def instructor_fragments(exercise: LiveExercise) -> dict[str, str]:
    """Return the parts of the instructor's page that change."""
    rows = []
    for team in exercise.teams:
        one = judge(exercise, team)
        rows.append(
            row(
                text(title_of(team)),
                f"{one.total:.0f}",
                str(len(one.steps)),
                str(len(one.losses)),
                text(", ".join(one.left) or "none", 200),
                f"{len(one.found)} of {len(one.used)}",
                str(len(one.false)),
                f"{len(team.containment.acts)} ({len(one.needless)})",
                str(one.shut_out),
            )
        )
    head = (
        "team",
        "points now",
        "steps made",
        "losses",
        "doors open",
        "accounts found",
        "false",
        "acts (needless)",
        "refused work",
    )
    doing = []
    for team in exercise.teams:
        for tried in team.intruder.tried[-6:][::-1]:
            verdict = "allowed" if tried.allowed else f"refused: {tried.reason}"
            doing.append(
                row(
                    text(title_of(team)),
                    at(tried.at),
                    text(tried.step),
                    text(tried.scope),
                    text(tried.using),
                    text(tried.address),
                    text(verdict, 120),
                )
            )
    return {
        "clock": clock(exercise),
        "controls": render(
            "controls.html",
            is_over=exercise.is_over,
            is_paused=exercise.paused,
            has_begun=exercise.seconds > 0,
        ),
        "log": _log(exercise),
        "teams": table(head, rows, "teams"),
        "doing": table(
            ("team", "time", "step", "request", "with", "from", "answer"), doing, "requests"
        ),
    }


def _log(exercise: LiveExercise) -> str:
    """The latest lines of the log, and the latest message of each team."""
    rows = []
    for one in exercise.rows[-14:][::-1]:
        does = " ".join(
            str(one[key])
            for key in ("do", "kind", "what", "word", "who", "rule", "note", "text")
            if one.get(key)
        )
        of = f"team {one['team']}" if one.get("team") else "instructor"
        rows.append(row(at(exercise.company.start + int(one["t"])), of, text(does, 300)))
    told = [
        row(text(title_of(team)), at(team.messages[-1].at), text(team.messages[-1].text, 400))
        for team in exercise.teams
        if team.messages
    ]
    return table(("time", "who", "what"), rows, "log") + (
        "<h3>The last message to each team</h3>" + table(("team", "time", "text"), told, "messages")
        if told
        else ""
    )
