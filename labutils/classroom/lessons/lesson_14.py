"""14 · Put up bulkheads."""

from dataclasses import replace

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import Guess, Prediction, Row, code
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


_SIX = (
    "an allow-list for what servers may talk to",
    "the admin console on managed devices only",
    "approval of every script",
    "replacement of every exposed credential",
    "sessions tied to the browser that they were given to",
    "five minutes between an alarm and the answer to it",
)
_OTHER_ROUTE = "The belief is that a closed route ends an attack. This thief has another one"
_STOPPED = {
    "a": "nothing",
    "b": "the last step alone: the service account in the administrators group",
    "c": "the sending of the archives, and the last step",
    "d": "all of them: the source code is not even seen",
}
_AFTER_IMPLANT = (
    "nov22-repos-viewed",
    "nov22-repos-archived",
    "repos-exfiltration-unconfirmed",
    "nov23-admin-group",
)

PREDICTIONS = (
    Row(
        "14-p1",
        "Each of the six controls alone. Does the way to the packed source code stay open, or does "
        "this control stop the packing?",
        _SIX,
        "oooxxo",
        {
            _SIX[0]: (
                "The belief is that a server which may not talk to strangers is safe. The packing "
                "takes place inside, and the list is not asked."
            ),
            _SIX[1]: f"{_OTHER_ROUTE}: the API takes the session that the console refuses.",
            _SIX[2]: f"{_OTHER_ROUTE}: the code is packed without the implant.",
            _SIX[
                3
            ]: "The belief is that an intruder who is in needs no old credentials any more. All of "
            "the later steps begin with credentials that were exposed before.",
            _SIX[
                4
            ]: "The belief is that the first theft does not matter so late. In this model the "
            "later credentials were read with the stolen session.",
            _SIX[5]: (
                "The belief is that speed wins. It counts from the alarm, and the only alarm came "
                "at the end."
            ),
        },
        "Two of the six stop the packing: replacement, and tied sessions. The quicker answer "
        "changes nothing: the only alarm came at the end. Approval of scripts does stop the "
        "implant; the packing goes on without it. The allow-list is not asked when code is packed. "
        "The managed devices guard the console, and the API beside it is open.",
        ("it stays open", "the control stops it"),
    ),
    Prediction(
        "14-p2",
        "The service account's password is right. It is shown to the identity provider from "
        "outside. Which question stops it?",
        {
            "a": Guess(
                "the network's: may this address reach this door (reachable)",
                "reachable",
                "The belief is that strangers cannot reach the door. People sign in from "
                "everywhere, so the door is on the internet.",
            ),
            "b": Guess(
                "the credential's: is this credential known here (recognised)",
                "recognised",
                "The belief is that a stolen password is recognised as stolen. The password is "
                "right, and nothing more can be seen in it.",
            ),
            "c": Guess(
                "the person's: is a person with a key there (person_present)",
                "person_present",
            ),
            "d": Guess(
                "none: the password is right",
                "allowed",
                "The belief is that a right password opens. This door is for people, and asks for "
                "their security key as well.",
            ),
        },
        "The network has no objection: the door is on the internet. The third question stops it, "
        "as the door is for people with security keys. Nothing was wrong with the password.",
    ),
    Row(
        "14-p3",
        "The gateway sees the service token from the intruder's address. Before that it saw the "
        "token from its owner's. Who objects?",
        ("the twelve rules", "the contextual question"),
        "ox",
        {
            "the twelve rules": (
                "The belief is that the rules compare the address with the usual one. Each rule "
                "looks at one request by itself, and knows no earlier one."
            ),
            "the contextual question": (
                "The belief is that nothing in this request is odd. By itself nothing is, and this "
                "question looks at what came before."
            ),
        },
        "With a history the contextual question objects, and without one it has nothing to say. "
        "The twelve rules allow the request in both cases.",
        ("there is no objection", "there is one"),
    ),
    Prediction(
        "14-p4",
        "Bulkheads, as in 2023. How many of the thirteen services open for this thief?",
        {
            "a": Guess(
                "0: bulkheads keep thieves out",
                0,
                "The belief is that segmentation stops a thief. It does not stop whoever holds a "
                "valid credential.",
            ),
            "b": Guess("5", 5),
            "c": Guess(
                "8: his five, and what the server he sits on can reach",
                8,
                "The belief is that a server's place opens its neighbours. They ask who is there, "
                "and the server has no key.",
            ),
            "d": Guess(
                "13: he sits on a server inside",
                13,
                "The belief is that whoever is inside is trusted. That is the castle; here each "
                "system asks for itself.",
            ),
        },
        "Five open, and they are those whose credentials he holds: walls do not stop whoever holds "
        "a valid credential. In the castle all thirteen open. In the last column the stolen "
        "credentials open nothing, though he sits on the server. Segmentation decides how far a "
        "theft leads; replacement decides whether it leads anywhere.",
    ),
    Prediction(
        "14-p5",
        "Only one of the two decisions is changed. Which change lets this thief into more "
        "services?",
        {
            "a": Guess("no questions inside the wall", "no questions\ninside"),
            "b": Guess(
                "no keys for people",
                "no keys for\npeople",
                "The belief is that the key at the front door decides. This thief does not need "
                "the front door for what is inside: he sits on a server there.",
            ),
            "c": Guess(
                "each the same number",
                "the same",
                "The belief is that two walls are worth the same. It depends on where the thief "
                "is, and this one is inside.",
            ),
        },
        "Without questions inside the wall eleven open, without keys for people seven. Keys for "
        "people guard the doors at which people sign in. The questions inside guard everything "
        "that he can reach from the server.",
    ),
    Prediction(
        "14-p6",
        "Each of the 27 controls alone, against five losses. How many of the 27 stop none of the "
        "five?",
        {
            "a": Guess(
                "about twenty-two",
                22,
                "The belief is that one control alone does next to nothing. This chain is long, so "
                "many controls cut it somewhere.",
            ),
            "b": Guess("about thirteen", 13),
            "c": Guess(
                "about three",
                3,
                "The belief is that useless ones are rare. A control by itself is often on one "
                "route of several, and the thief takes another.",
            ),
            "d": Guess(
                "none: each was proposed for a reason",
                0,
                "The belief is that a control which is good in general stops something here. Some "
                "of these stand on routes with a way round.",
            ),
        },
        "Thirteen stop none of the five. The thief has a way round them, or they act too late, or "
        "they guard something else. Alone they change none of these losses; some of them do with a "
        "second one.",
    ),
    Prediction(
        "14-p7",
        "Blocking private browser profiles stopped none of the five losses by itself. With which "
        "second control does it stop the packing of the source code?",
        {
            "a": Guess(
                "with none of them",
                [],
                "The belief is that a control which does nothing alone does nothing in company. It "
                "closes one route, and somebody has to close the other.",
            ),
            "b": Guess(
                "scripts_approved",
                ["scripts_approved"],
                "The belief is that any two controls are better than one. Approval stops the "
                "implant, and the packing does not need it.",
            ),
            "c": Guess(
                "support_accounts_bound",
                ["support_accounts_bound"],
                "The belief is that two guards on one account close it. Both are about the service "
                "account of the support desk, and the thief phishes a person there.",
            ),
            "d": Guess("supplier_hard_keys", ["supplier_hard_keys"]),
        },
        "With profiles blocked the password does not leak, and the thief phishes an engineer "
        "instead, as in lesson 13; with keys at the support desk that way is shut too.",
    ),
    Prediction(
        "14-p8",
        "Take the ways round away: each step keeps its first route alone. How many of the twelve "
        "are then enough by themselves?",
        {
            "a": Guess(
                "7, as before",
                7,
                "The belief is that ways round change little. They are what keeps several controls "
                "from being enough.",
            ),
            "b": Guess("11", 11),
            "c": Guess(
                "all twelve",
                12,
                "The belief is that each of the twelve stands on the first route. One of them does "
                "nothing but shut a way round.",
            ),
        },
        "Eleven. Four more look as if they were enough: scripts approved, profiles blocked, "
        "support accounts bound, managed devices. Keys at the support desk are never enough: all "
        "they do is shut a way round.",
    ),
    Prediction(
        "14-p9",
        "An hour after the implant came, everything that the thief holds is switched off. What is "
        "still stopped?",
        {
            "a": Guess(
                _STOPPED["a"],
                [],
                "The belief is that an intruder with an implant has all he wants within the hour. "
                "In this model he begins to read later.",
            ),
            "b": Guess(
                _STOPPED["b"],
                [*_AFTER_IMPLANT[3:]],
                "The belief is that the source code is gone within the hour. In this model he "
                "begins to read it later.",
            ),
            "c": Guess(
                _STOPPED["c"],
                [*_AFTER_IMPLANT[2:]],
                "The belief is that he reads and packs at once. In this model he begins to read "
                "later.",
            ),
            "d": Guess(_STOPPED["d"], [*_AFTER_IMPLANT]),
        },
        "An hour after the implant the source code is still unseen, if it was first viewed at the "
        "hour that the model assumes.",
    ),
    Prediction(
        "14-p10",
        "The same a day after the implant came. What is still stopped?",
        {
            "a": Guess(
                _STOPPED["a"],
                [],
                "The belief is that a day is too late for everything. One step came later still.",
            ),
            "b": Guess(_STOPPED["b"], [*_AFTER_IMPLANT[3:]]),
            "c": Guess(
                _STOPPED["c"],
                [*_AFTER_IMPLANT[2:]],
                "The belief is that sending takes longest. In this model the archives could leave "
                "in the night before.",
            ),
            "d": Guess(
                _STOPPED["d"],
                [*_AFTER_IMPLANT],
                "The belief is that a thief takes days to look around. In this model a few hours "
                "were enough.",
            ),
        },
        "A day after the implant only the last step is still stopped. At the moment in the first "
        "line of the output nothing is left to stop.",
    ),
)

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
    predictions=PREDICTIONS,
)
