"""15 · Declare Code Red."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import Guess, Prediction, code
from labutils.stage.credential_rotation import CredentialRecord

# Which can put back which, and the mistake of an order in which one comes back.
_GRAPHS = (
    ({"a": {"b"}, "b": set()}, "backwards"),
    ({"b": set(), "a": {"b"}}, "as they stand"),
    ({"service": {"user", "implant"}, "user": set(), "implant": {"user"}}, "comes back"),
    ({"x": set(), "y": {"x"}, "z": {"y"}}, "chain"),
)


def _order(answer: object) -> str | None:
    for graph, mistake in _GRAPHS:
        given = answer({name: set(others) for name, others in graph.items()})
        if not isinstance(given, list | tuple):
            return "kind"
        if sorted(given) != sorted(graph):
            return "missing"
        if any(
            other in graph[one] for place, other in enumerate(given) for one in given[place + 1 :]
        ):
            return mistake
    return None


_NOW = 2000
_RECORDS = [
    CredentialRecord("old", "key", "team", 900, 5000, 950),
    CredentialRecord("edge", "key", "team", 1000, 5000, None),
    CredentialRecord("new", "key", "team", 1001, 5000, 1500),
    CredentialRecord("replaced", "key", "team", 900, 5000, 950, 1200),
    CredentialRecord("expired", "key", "team", 900, 2000, 950),
    CredentialRecord("orphan", "token", "", 10, 5000, None),
]


def _survivors(answer: object) -> str | None:
    given = answer(list(_RECORDS), 1000, _NOW)
    if not isinstance(given, list | set | tuple):
        return "kind"
    if any(not isinstance(one, str) for one in given):
        return "ids"
    found = set(given)
    for name, mistake in (("new", "new"), ("replaced", "replaced"), ("expired", "expired")):
        if name in found:
            return mistake
    if "orphan" not in found or "old" not in found:
        return "belief"
    return None if found == {"old", "edge", "orphan"} else "edge"


_PROOF = (
    "    return [one.id for one in records if one.issued <= out and one.replaced is None and "
    "one.expires > now]\n"
)


def _but(old: str, new: str) -> str:
    assert old in _PROOF
    return "def answer(records, out, now):\n" + _PROOF.replace(old, new)


PREDICTIONS = (
    Prediction(
        "15-p1",
        "Which of the three do you remove first, if nothing is to come back?",
        {
            "a": Guess("the service account: it has administrator rights", {"service account"}),
            "b": Guess(
                "the implant: it runs on the server",
                {"implant"},
                "The belief is that the most dangerous foothold goes first. In this model the "
                "service account runs a script, and the implant is there again.",
            ),
            "c": Guess(
                "the user of his own making: he is the intruder himself",
                {"look-alike user"},
                "The belief is that the intruder is gone with his user. The service account has "
                "the rights to make another one.",
            ),
            "d": Guess(
                "any of them: the order does not matter",
                {"service account", "look-alike user", "implant"},
                "The belief is that three removals are three removals. Between two of them he "
                "comes by, and makes anew what he can.",
            ),
        },
        "What can make the others anew goes first: the service account. Whoever begins with the "
        "implant, since it looks the most dangerous, removes it twice.",
    ),
    Prediction(
        "15-p2",
        "There are six orders. In how many does nothing come back?",
        {
            "a": Guess(
                "in all 6",
                6,
                "The belief is that the order does not matter. Between two removals he comes by, "
                "and makes anew what he can.",
            ),
            "b": Guess("in 2", 2),
            "c": Guess(
                "in 1",
                1,
                "The belief is that all three must stand in one order. Once the first is gone, the "
                "other two put nothing back.",
            ),
            "d": Guess(
                "in none: he comes by too often",
                0,
                "The belief is that he always finds a foothold. He does, and not each of them has "
                "the rights to make the others.",
            ),
        },
        "Two of six. Of each foothold ask what it can put back, and remove first what can put back "
        "the others.",
    ),
    Prediction(
        "15-p3",
        "Before which of the three removals did the most time pass?",
        {
            "a": Guess(
                "before the first, the service account",
                "nov23-smartsheet-off",
                "The belief is that the first foothold takes longest to find. The alarm was about "
                "this account.",
            ),
            "b": Guess(
                "before the second, the user",
                "nov23-user-off",
                "The belief is that a user who looks like staff is hard to see. Users stand in a "
                "list, with who made them and when.",
            ),
            "c": Guess("before the last, the implant", "nov24-sliver-removed"),
        },
        "By far the most time passed before the last one. Why is not said. An implant has no line "
        "in a list of accounts, so one would expect a search.",
    ),
    Prediction(
        "15-p4",
        "The team replaced every credential that it has seen in use, and some are left over. Who "
        "owns those that are left?",
        {
            "a": Guess("nobody", {""}),
            "b": Guess(
                "one careless team",
                {"team-07"},
                "The belief is that gaps come from careless people. This team was careful with "
                "everything that it saw. It did not see these.",
            ),
            "c": Guess(
                "many teams, some each",
                {"team-07", "team-10", "team-19"},
                "The belief is that mistakes are spread evenly. Whatever has an owner was used, "
                "and so it was in the logs.",
            ),
        },
        "Nobody had seen them in use, so they were believed to be dead. A credential that nobody "
        "uses is not dead: it is waiting.",
    ),
    Prediction(
        "15-p5",
        "All 3,000 rows say that they are replaced. Somebody tries each old secret at its door. "
        "Which doors open?",
        {
            "a": Guess(
                "all 3,000: a new secret does not end an old one",
                3000,
                "The belief is that a replacement never ends the old secret. Mostly it does; it "
                "depends on the service.",
            ),
            "b": Guess(
                "none: the list is complete",
                0,
                "The belief is that the list says what is so. It says what somebody wrote down "
                "after a step that may have been the half of it.",
            ),
            "c": Guess(
                "those four that were left over before",
                4,
                "The belief is that the late ones are the bad ones. They were replaced like the "
                "rest, and their doors took the new secret alone.",
            ),
            "d": Guess("a few others: the new secret was added beside the old one", 19),
        },
        "The list says none, and nineteen doors open. All nineteen are API keys of one team. Its "
        "service takes an old and a new secret for each of them, so that a change needs no outage. "
        "The new one was added, and nobody took the old one away. A row that says replaced is what "
        "somebody wrote down; the old secret at its door is what is true.",
    ),
    Prediction(
        "15-p6",
        "At 09:03 the provider begins to sign with a new key. When may it drop the old key, if "
        "nothing is to break?",
        {
            "a": Guess(
                "at once: the new key is there",
                0,
                "The belief is that a new key takes over at once. Tokens that the old key signed "
                "are still in use, and the API has to check them.",
            ),
            "b": Guess(
                "after four minutes: by then the API has the new key",
                4,
                "The belief is that it is enough if everybody knows the new key. The app still "
                "holds a token that the old key signed.",
            ),
            "c": Guess("after ten minutes", 10),
        },
        "The tokens here live for ten minutes, so ten are enough: wait as long as the "
        "longest-lived token that the old key signed. Dropped at 09:03, it fails only at 09:07: "
        "until then the API used its own copy of the keys. Dropped at 09:07, it fails in the same "
        "minute.",
    ),
)

LESSON = Lesson(
    "15",
    (
        Exercise(
            "15-1",
            "function",
            _order,
            "Roots before leaves: nothing that you removed can come back.",
            {
                "backwards": (
                    "In {'a': {'b'}, 'b': set()} a comes first: as long as a is there, it can put "
                    "b back."
                ),
                "as they stand": (
                    "In {'b': set(), 'a': {'b'}} a comes first, although it stands last in the "
                    "dictionary: it can put b back."
                ),
                "comes back": (
                    "In {'service': {'user', 'implant'}, 'user': set(), 'implant': {'user'}} the "
                    "service comes first and the user last."
                ),
                "chain": (
                    "In {'x': set(), 'y': {'x'}, 'z': {'y'}} z comes first, then y, then x. How "
                    "many a foothold puts back does not say it: y and z put back one each."
                ),
                "missing": "Each foothold must stand in the list once.",
                "kind": "Return a list of names.",
            },
            {
                "backwards": code("""
                    def answer(puts_back):
                        return list(puts_back)[::-1]
                """),
                "as they stand": code("""
                    def answer(puts_back):
                        return list(puts_back)
                """),
                "comes back": code("""
                    def answer(puts_back):
                        return sorted(puts_back)
                """),
                "chain": code("""
                    def answer(puts_back):
                        return sorted(puts_back, key=lambda name: -len(puts_back[name]))
                """),
                "missing": code("""
                    def answer(puts_back):
                        return [name for name in puts_back if puts_back[name]]
                """),
                "kind": code("""
                    def answer(puts_back):
                        return puts_back
                """),
            },
            (
                (
                    "Which foothold can nobody put back? Remove that one, and ask again among the "
                    "rest."
                ),
                (
                    "A loop: find a name that stands in no other one's set, append it, delete it, "
                    "until nothing is left."
                ),
            ),
            code("""
                def order(puts_back):
                    left, removed = dict(puts_back), []
                    while left:
                        can_come_back = set().union(*left.values())
                        root = next(name for name in left if name not in can_come_back)
                        removed.append(root)
                        del left[root]
                    return removed
            """),
        ),
        Exercise(
            "15-2",
            "function",
            _survivors,
            "That is what the list says. Then try the old secrets at their doors.",
            {
                "new": (
                    "One that was issued after the intruder was out is in there. He never came "
                    "near it."
                ),
                "replaced": "One that has been replaced is in there.",
                "expired": "One that is over is in there: expires must be later than now.",
                "belief": (
                    "One is missing by its use: whether it was seen in use, or has an owner, is "
                    "none of the conditions."
                ),
                "edge": (
                    "One that was issued in the very second at which the intruder was out is "
                    "missing. Compare with <=."
                ),
                "ids": "Return the ids, and not the credentials themselves.",
                "kind": "Return a list of ids.",
            },
            {
                "new": _but("one.issued <= out and ", ""),
                "replaced": _but(" and one.replaced is None", ""),
                "expired": _but(" and one.expires > now", ""),
                "belief": _but("one.issued <= out", "one.last_used and one.issued <= out"),
                "edge": _but("one.issued <= out", "one.issued < out"),
                "ids": _but("one.id for", "one for"),
                "kind": code("""
                    def answer(records, out, now):
                        return 4
                """),
            },
            (
                "Three conditions, all of which must hold.",
                "Whether it was used, or has an owner, is none of them.",
            ),
            "def survivors(records, out, now):\n" + _PROOF,
        ),
    ),
    (
        Quiz(
            "15-q1",
            (
                "An eviction removed the account that raised the alarm, and nothing has happened "
                "for a day. Is it over?"
            ),
            {
                "a": Choice(
                    "Yes, a day is long", "A quiet day is what a patient intruder wants you to see."
                ),
                "b": Choice(
                    (
                        "Only if accounts, tokens and implants were looked for, and what could put "
                        "them back is gone"
                    ),
                    "Yes. Quiet is no proof.",
                    True,
                ),
                "c": Choice(
                    "Yes, if the account was the root",
                    "Then nothing new comes. What was there before it is still there.",
                ),
            },
        ),
        Quiz(
            "15-q2",
            "A service token has not been seen in use for a year. It was exposed. What do you do?",
            {
                "a": Choice(
                    "Leave it, it is dead", "It is valid, and that is all that an intruder needs."
                ),
                "b": Choice(
                    "Replace or revoke it like all the others",
                    "Yes. If somebody misses it, you have found its owner.",
                    True,
                ),
                "c": Choice("Watch it", "Watching tells you when it is too late."),
            },
        ),
    ),
    predictions=PREDICTIONS,
)
