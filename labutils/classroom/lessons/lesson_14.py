"""14 · Put up bulkheads."""

from dataclasses import replace

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import code
from labutils.incident import breach, inventory
from labutils.incident.policy import World
from labutils.lab import seconds
from labutils.stage.worlds import request_for


def _both(answer: object) -> str | None:
    if not isinstance(answer, set | frozenset | list | tuple):
        return "text"
    chosen = {str(name) for name in answer}
    if not chosen <= set(inventory.controls()):
        return "words"
    steps = breach.foresee(breach.with_controls(sorted(chosen)))
    happens = {step.fact for step in steps if not step.stopped} & {
        "cf-oct18-admin-session",
        "okta-user-report",
    }
    if happens:
        return "session" if "cf-oct18-admin-session" in happens else "report"
    return None if len(chosen) == 2 else "too many"


_NOW = seconds("2023-11-15T16:28:38Z")


def _rule(answer: object) -> str | None:
    world = World.historical()
    stolen = request_for("gateway:tracker", "moveworks-token", _NOW)
    home = replace(stolen, address=stolen.credential.holder.home)
    moved = replace(stolen, address="192.0.2.99")
    person = request_for("login:console", "admin-session", _NOW)
    if answer(home, world) is not None:
        return "home"
    given = answer(stolen, world)
    if given is None or given is False:
        return "stolen"
    if not isinstance(given, str) or not given.strip():
        return "reason"
    if answer(moved, world) is None:
        return "list"
    if answer(person, world) is not None:
        return "everybody"
    try:
        return None if answer(replace(stolen, credential=None), world) is None else "nobody"
    except AttributeError:
        return "nobody"


def _minimal(answer: object) -> str | None:
    a, b, c, d = {"a"}, {"a", "b"}, {"b", "c"}, {"b", "c", "d"}
    given = answer([b, d, a, c])
    if not isinstance(given, list | tuple | set) or not all(
        isinstance(one, set | frozenset) for one in given
    ):
        return "kind"
    found = sorted(map(sorted, given))
    if found == [["a"]]:
        return "shortest"
    if found == sorted(map(sorted, [a, b, c, d])):
        return "all"
    if found != [["a"], ["b", "c"]]:
        return "other"
    return (
        None
        if sorted(map(sorted, answer([c, {"e"}, {"f"}]))) == [["b", "c"], ["e"], ["f"]]
        else "other"
    )


_RULE = """    credential = request.credential
    is_service_token = credential and credential.kind == "service-token"
    if is_service_token and request.address != credential.holder.home:
        return f"{credential.id} is used from {request.address}"
    return None
"""


def _but(old: str, new: str) -> str:
    assert old in _RULE
    return "def answer(request, world):\n" + _RULE.replace(old, new)


LESSON = Lesson(
    "14",
    (
        Exercise(
            "14-1",
            "value",
            _both,
            (
                "Two losses on two branches: one control for each, or a pair that shuts the desk "
                "itself."
            ),
            {
                "session": (
                    "The session is still taken over. attack_chain.print_routes shows by which "
                    "route."
                ),
                "report": (
                    "The report is still downloaded. It leaves from the support desk, before any "
                    "session is used."
                ),
                "too many": "Both are stopped, and fewer would do.",
                "text": (
                    "Give a set of names, such as {'sessions_bound'}, in braces even where it is "
                    "only one."
                ),
                "words": (
                    "At least one of these is no control. Names stand in the long list above, such "
                    "as 'sessions_bound'."
                ),
            },
            {
                "session": "answer = {'support_least_privilege', 'console_managed_devices'}",
                "report": "answer = {'sessions_bound', 'recordings_cleaned'}",
                ("too many"): (
                    "answer = {'support_least_privilege', 'sessions_bound', 'egress_logged'}"
                ),
                "text": "answer = 'sessions_bound'",
                "words": "answer = {'awareness training'}",
            },
            (
                (
                    "The report needs only the support account. Which control takes that right "
                    "from it, or that account from the intruder?"
                ),
                "For the session any control with a ring in the first column will do.",
            ),
            "answer = {'support_least_privilege', 'sessions_bound'}",
        ),
        Exercise(
            "14-2",
            "function",
            _rule,
            "That is a rule of a decision point: it asks one question, and says why.",
            {
                "home": "The holder itself, at home, must get None.",
                "stolen": "The token from another address should be refused with a reason, a text.",
                "reason": "Return a text that says why: whoever reads the log will need it.",
                "list": (
                    "You know one bad address. Compare with the holder's home instead: intruders "
                    "have many."
                ),
                ("everybody"): (
                    "A person's session was refused as well. The rule is about service tokens."
                ),
                "nobody": (
                    "A request without any credential must not break the rule: return None, "
                    "another rule will see to it."
                ),
            },
            {
                "home": _but(" and request.address != credential.holder.home", ""),
                "stolen": _but('f"{credential.id} is used from {request.address}"', "False"),
                "reason": _but('f"{credential.id} is used from {request.address}"', "True"),
                "list": _but(
                    "request.address != credential.holder.home", "request.address == '203.0.113.66'"
                ),
                "everybody": _but(' and credential.kind == "service-token"', ""),
                "nobody": _but("credential and credential.kind", "credential.kind"),
            },
            (
                "Three conditions, joined by and: there is a credential, its kind, its address.",
                (
                    "request.credential.holder.home is where it should come from; request.address "
                    "is where it comes from."
                ),
            ),
            "def known_address(request, world):\n" + _RULE,
        ),
        Exercise(
            "14-3",
            "function",
            _minimal,
            "That is all that minimal means: no spare part.",
            {
                "kind": "Return a list of sets.",
                "shortest": (
                    "Those are the shortest. {'b', 'c'} is longer than {'a'} and still has no "
                    "spare part: it stays."
                ),
                "all": (
                    "All of them are still there. {'a', 'b'} has a part, {'a'}, that stops the "
                    "loss by itself."
                ),
                "other": (
                    "Keep a set if no other set of the list is a proper part of it: other < one is "
                    "that question in Python."
                ),
            },
            {
                "kind": code("""
                    def answer(sets):
                        return 2
                """),
                "shortest": code("""
                    def answer(sets):
                        return [one for one in sets if len(one) == min(map(len, sets))]
                """),
                "all": code("""
                    def answer(sets):
                        return list(sets)
                """),
                "other": code("""
                    def answer(sets):
                        return [one for one in sets if any(other < one for other in sets)]
                """),
            },
            (
                "For two sets, a < b is true where a is a proper part of b.",
                "Keep one if not any(other < one for other in sets).",
            ),
            code("""
                def minimal(sets):
                    return [one for one in sets if not any(other < one for other in sets)]
            """),
        ),
    ),
    (
        Quiz(
            "14-q1",
            (
                "A vendor shows that its control blocks the third request of an attack. What do "
                "you ask?"
            ),
            {
                "a": Choice(
                    "How many attacks it blocks a day", "A count says nothing about this loss."
                ),
                "b": Choice(
                    "Which other routes lead to the same loss, and what it does on those",
                    "Yes. A control on one route moves the attack to the next.",
                    True,
                ),
                "c": Choice(
                    "Whether it is certified", "It may be, and still stand on one route of three."
                ),
            },
        ),
        Quiz(
            "14-q2",
            "Seven controls each stop a loss alone in this model. Which of the seven is the best?",
            {
                "a": Choice(
                    "This search does not say: each is enough, so it ranks none",
                    (
                        "Yes. Price, and what happens when the thief does something else, tell "
                        "them apart."
                    ),
                    True,
                ),
                "b": Choice(
                    "The one that stands first in the list", "The list is in order of the alphabet."
                ),
                "c": Choice(
                    "The one that stops the attack at the earliest step",
                    (
                        "An early stop saves more losses. Whether it holds against another thief "
                        "is another question, and the search asks about one loss and one thief."
                    ),
                ),
            },
        ),
    ),
)
