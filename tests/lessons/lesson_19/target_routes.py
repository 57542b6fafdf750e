"""Ways to a policy for the agent, from a week of its log (lesson 19)."""

from labutils.lessons.lesson_19.policy import SCOPES, TOOLS, AgentWeek

NEEDED = {"diary": {"read", "write"}, "mail": {"read", "send"}, "wiki": {"read", "write"}}


def tried(tools=NEEDED, minutes=20, ask=("mail send",)):
    """One policy."""

    def route(scene: AgentWeek) -> str:
        return scene.try_policy(tools, minutes, ask)

    return route


def from_the_log(scene: AgentWeek) -> str:
    """What people asked for, and the longest of their jobs."""
    tools: dict[str, set[str]] = {}
    honest = [job for job in scene.jobs if " " not in job["asked by"]]
    for job in honest:
        tools.setdefault(job["tool"], set()).add(job["scope"])
    return scene.try_policy(tools, max(job["minutes"] for job in honest), {"mail send"})


def one_after_another(scene: AgentWeek) -> str:
    """The grid: lives from the shortest, until nobody reads another."""
    return max(scene.try_policy(NEEDED, minutes, {"mail send"}) for minutes in range(1, 20))


ROUTES = {
    "from the log": from_the_log,
    "a little longer": tried(minutes=26),
    "two things asked about": tried(ask={"mail send", "wiki write"}),
}
SHUT = {
    "one after another": one_after_another,
    "the longest of all jobs": lambda scene: scene.try_policy(
        NEEDED, max(job["minutes"] for job in scene.jobs) + 3, {"mail send"}
    ),
    "the jobs of one day": tried(minutes=10),
    "what the log has": tried(NEEDED | {"notes": {"read"}, "diary-pro": {"read"}}),
    "the texts' export": tried(NEEDED | {"wiki": {"read", "write", "export"}}),
    "everything": tried({tool: set(SCOPES) for tool in TOOLS}),
    "a minute too long": tried(minutes=27),
    "an hour": tried(minutes=60),
    "a day": tried(minutes=1440),
    "too short for the longest": tried(minutes=19),
    "nothing is asked": tried(ask=()),
    "everything is asked": tried(ask={f"{one} {s}" for one, some in NEEDED.items() for s in some}),
    "another thing is asked": tried(ask={"wiki read"}),
    "nothing may be sent": tried(NEEDED | {"mail": {"read"}}, ask=()),
    "nothing at all": tried({}, 20, ()),
    "one tool": tried({"wiki": {"read"}}),
    "no tool": tried({"drive": {"read"}}),
    "a text for scopes": tried({"wiki": "read"}),
    "no scope": tried(NEEDED | {"wiki": {"read", "admin"}}),
    "a text": tried("all"),
    "for ever": tried(minutes=10**9),
    "true": tried(minutes=True),
    "a text for what is asked": tried(ask="mail send"),
    "an unknown action": tried(ask={"mail shred"}),
}
