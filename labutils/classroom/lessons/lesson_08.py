"""08 · Incident timeline."""

from dataclasses import replace

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import Guess, Prediction, code
from labutils.incident import ledger
from labutils.stage.common_errors import ten_claims

# What is wrong with each of the ten: the word that is right first, then words that can be defended
# as well.
_RIGHT = {
    1: ("date",),
    2: ("unit",),
    3: ("invented", "overstated"),
    4: ("date",),
    5: ("date",),
    6: ("overstated",),
    7: ("overstated", "invented"),
    8: ("invented",),
    9: ("unit", "date"),
    10: ("unit", "overstated"),
}
_WORDS = {"date", "unit", "overstated", "invented"}


def _judged(answer: object) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(_RIGHT):
        return "shape"
    if ... in answer.values():
        return "open"
    if not all(
        isinstance(word, str) and word.strip().lower() in _WORDS for word in answer.values()
    ):
        return "words"
    wrong = [
        number for number, right in _RIGHT.items() if answer[number].strip().lower() not in right
    ]
    return f"claim {wrong[0]}" if wrong else None


def _record(error: ledger.CommonError) -> str:
    """What the record says to a claim.

    The claim that the repositories were stolen shares its answer with the one before.
    """
    return (
        (
            "Whether the 76 repositories left could not be confirmed, and of documents it says "
            "accessed, not stolen."
        )
        if error.correct.startswith("As above")
        else error.correct
    )


def _minutes(answer: object) -> str | None:
    if isinstance(answer("nov14-probing", "nov23-alert"), float):
        return "fraction"
    if answer("nov23-alert", "nov23-soc-starts") == 720:
        return "seconds"
    if (
        answer("nov23-alert", "nov23-soc-starts") != 12
        or answer("nov23-admin-group", "nov23-alert") != 2
    ):
        return "other"
    if answer("nov14-probing", "nov23-alert") != 13357:
        return "days"
    if answer("nov23-soc-starts", "nov23-alert") != -12:
        return "sign"
    if (
        answer("nov22-payload", "nov23-alert") is not None
        or answer("nov14-okta-denied", "nov23-alert") is not None
    ):
        return "day only"
    return "no date" if answer("okta-har-session-tokens", "nov23-alert") is not None else None


def _careful(answer: object) -> str | None:
    first = next(
        fact
        for fact in ledger.facts()
        if fact.confidence == "confirmed" and fact.outcome == "succeeded"
    )
    sure = replace(first, sources=(ledger.source("thx-en"),))
    retold = replace(sure, sources=tuple(source for source in map(ledger.source, ("sw", "gem"))))
    mixed = replace(sure, sources=tuple(map(ledger.source, ("sw", "thx-en"))))
    cases = [
        (replace(sure, confidence="single"), True, "confidence"),
        (sure, False, "always"),
        (mixed, False, "any secondary"),
        (replace(sure, confidence="reported"), True, "confidence"),
        (replace(sure, confidence="disputed"), True, "confidence"),
        (retold, True, "sources"),
        (replace(sure, outcome="unknown"), True, "outcome"),
        (replace(sure, outcome="denied"), False, "always"),
        (replace(sure, outcome="not_applicable"), False, "no outcome"),
    ]
    return next(
        (
            wrong
            for fact, right, mistake in cases
            if (wrong := yes_or_no(answer(fact), right, mistake))
        ),
        None,
    )


def _claims(**changed: str) -> str:
    words = {number: right[0] for number, right in _RIGHT.items()} | {
        int(name[1:]): word for name, word in changed.items()
    }
    return f"answer = {words}"


_GOOD = """    one, two = ledger.fact(first), ledger.fact(second)
    if "T" not in (one.time or "") or "T" not in (two.time or ""):
        return None
    return (seconds(two.time) - seconds(one.time)) // 60
"""
_CAREFUL = """    settled = fact.confidence == "confirmed" and fact.outcome != "unknown"
    return not settled or not any(source.kind == "primary" for source in fact.sources)
"""
_NAMES = "from labutils.incident import ledger\nfrom labutils.lab import seconds\n\n"


def _but(good: str, arguments: str, old: str, new: str) -> str:
    assert old in good
    return f"{_NAMES}def answer({arguments}):\n" + good.replace(old, new)


PREDICTIONS = (
    Prediction(
        "08-p1",
        "How long was an intruder at work at Cloudflare in November before the first alert?",
        {
            "a": Guess(
                "less than a day",
                0,
                "The belief is that a security company sees an intruder within hours. Valid "
                "credentials look like ordinary work.",
            ),
            "b": Guess(
                "more than a month: from the misuse of the session on",
                36,
                "The belief is that both are one intrusion, without an end between them. They are "
                "two events, and each was noticed by itself.",
            ),
            "c": Guess("more than a week, and less than two", 9),
            "d": Guess(
                "there was no alert: somebody outside told the company",
                "never",
                "The belief is that a victim hears of it from others. That is so in many cases. "
                "Here an alert of its own came first.",
            ),
        },
        "The mistake is to count from October. The misuse of a session is an event of its own, "
        "with a discovery of its own.",
    ),
    Prediction(
        "08-p2",
        "How many of the facts in the ledger have a time of day?",
        {
            "a": Guess(
                "about nine in ten",
                0.9,
                "The belief is that an event comes with its minute. Most sentences of a report "
                "name a day, or no date at all.",
            ),
            "b": Guess(
                "about half",
                0.5,
                "The belief is that a report is exact about what the intruder did, and vague "
                "about the rest. It is exact about a few moments.",
            ),
            "c": Guess("about two in ten", 0.2),
            "d": Guess(
                "none",
                0.0,
                "The belief is that no company gives such details. For some moments there is a "
                "time to the second.",
            ),
        },
        "A timeline that gives each event a minute has made most of them up.",
    ),
    Prediction(
        "08-p3",
        "Who was active in the gap, as far as the ledger knows?",
        {
            "a": Guess("the defenders alone", [False, True]),
            "b": Guess(
                "the intruder alone, unnoticed",
                [True, False],
                "The belief is that an intruder never rests. Nothing is reported of one in that "
                "time.",
            ),
            "c": Guess(
                "both",
                [True, True],
                "The belief is that who holds stolen credentials uses them at once. They were "
                "kept, and used weeks later.",
            ),
            "d": Guess(
                "nobody",
                [False, False],
                "The belief is that an incident stands still while the intruder does. The "
                "defenders go on: they look, tell and publish.",
            ),
        },
        "No intruder is known to have been active in the gap. Defenders were.",
    ),
    Prediction(
        "08-p4",
        "How long was it from the alert to the last removal?",
        {
            "a": Guess(
                "less than an hour",
                [False, False],
                "The belief is that an alert ends an intrusion. It names one account, and the "
                "search for the rest begins there.",
            ),
            "b": Guess("more than an hour, and less than a day", [True, False]),
            "c": Guess(
                "more than a day",
                [True, True],
                "The belief is that what was built in days takes days to find. What is searched "
                "for is found sooner.",
            ),
        },
        "An alert names one thing. What else is there has to be searched for, and was found piece "
        "by piece.",
    ),
    Prediction(
        "08-p5",
        "How many of these facts list no primary source at all?",
        {
            "a": Guess(
                "all of them: that is why they are not confirmed",
                13,
                "The belief is that a primary source in the list confirms a fact. It does so if "
                "somebody read the fact there.",
            ),
            "b": Guess(
                "about half",
                6,
                "The belief is that half of what is uncertain is hearsay. Nearly each of these "
                "facts goes back to a primary source that somebody cites.",
            ),
            "c": Guess(
                "none: whoever retells something names the primary source",
                0,
                "The belief is that a retelling always says where it comes from. Some do not.",
            ),
            "d": Guess("a few", 2),
        },
        "The others list a primary source that this course knows through retellings, or could "
        "read in part only. So look at the grade, and not at the kind of source alone.",
    ),
    Prediction(
        "08-p6",
        "A number a little over a hundred is told of the files in Okta's support system. What "
        "does it count?",
        {
            "a": Guess(
                "support cases",
                "support_cases",
                "The belief is that one file is one case. A customer may have many cases, and "
                "many files.",
            ),
            "b": Guess(
                "people",
                "people",
                "The belief is that a customer is a person. Here a customer is a company.",
            ),
            "c": Guess("customers", "customers_with_files_accessed"),
            "d": Guess(
                "tokens",
                "tokens",
                "The belief is that each file held one token. A file may hold many, or none.",
            ),
        },
        "It counts customers, and a customer is a company. It is no count of people, of cases or "
        "of tokens.",
    ),
    Prediction(
        "08-p7",
        "After the alert Cloudflare did something to several thousand systems. What was it?",
        {
            "a": Guess(
                "they were set up afresh",
                "systems_reimaged",
                "The belief is that both numbers of a report are about one thing. To set up "
                "afresh is said of other machines, and without a count.",
            ),
            "b": Guess("they were looked through for traces", "systems_triaged"),
            "c": Guess(
                "they were cleaned, since the intruder had been on them",
                "systems_entered",
                "The belief is that whoever is looked at was entered. Systems are looked through "
                "in order to find out.",
            ),
        },
        "They were triaged, that is, looked through for traces. To set up afresh is to reimage.",
    ),
    Prediction(
        "08-p8",
        "Which two steps are unknown?",
        {
            "a": Guess(
                "which tickets and pages were read, and which code was viewed",
                ["jira-tickets-accessed", "nov22-repos-viewed"],
                "The belief is that reading leaves no trace. In these services it left lines, and "
                "they were counted.",
            ),
            "b": Guess(
                "how the gateway was passed, and how the tracker was entered",
                ["nov14-probing", "nov15-atlassian-access"],
                "The belief is that the way in is what nobody finds out. It went through a "
                "gateway that keeps a log.",
            ),
            "c": Guess(
                "who the intruder was, and what for",
                "attribution",
                "The belief is that a name is a step. A step is something that was done, and "
                "succeeded or failed.",
            ),
            "d": Guess(
                "how a password of the support system was taken, and whether packed code left a "
                "server",
                ["okta-service-account-credential", "repos-exfiltration-unconfirmed"],
            ),
        },
        "Where no log of the company has a line, its logs settle nothing, in either direction.",
    ),
)


LESSON = Lesson(
    "08",
    (
        Exercise(
            "08-1",
            "value",
            _judged,
            "Ten of ten. Each of these stands somewhere in print.",
            {
                f"claim {number}": f"Look at claim {number} again. The record: {_record(error)}"
                for number, error in ten_claims().items()
            }
            | {
                "open": "Some claims still have no word. Give each of the ten one of the four.",
                "shape": "Give a dictionary with the numbers 1 to 10, as the stub has it.",
                "words": (
                    "Each claim gets one of four words: 'date', 'unit', 'overstated' or 'invented'."
                ),
            },
            {
                f"claim {number}": _claims(
                    **{f"c{number}": "unit" if "unit" not in right else "invented"}
                )
                for number, right in _RIGHT.items()
            }
            | {
                "open": _claims().replace("10: 'unit'", "10: ..."),
                "shape": "answer = ['date'] * 10",
                "words": _claims(c1="nonsense"),
            },
            (
                (
                    "Begin with the numbers: what does each of them count, and is it one number or "
                    "two?"
                ),
                "For the dates, read the claim beside the timeline, lane by lane.",
                "If the record leaves something open, both yes and no are overstated.",
            ),
            _claims(),
        ),
        Exercise(
            "08-2",
            "function",
            _minutes,
            "None is an answer too: it keeps a guess out of the report.",
            {
                "seconds": "That is in seconds. The question is about whole minutes.",
                "fraction": "Close: give whole minutes, with // and no fraction.",
                "days": (
                    "Within one day it is right; from the 14th to the 23rd the days are lost. "
                    "Subtract whole moments."
                ),
                "sign": (
                    "From the later fact to the earlier one the minutes are less than nothing: -12 "
                    "from nov23-soc-starts to nov23-alert. The order is part of the answer."
                ),
                ("day only"): (
                    "One of the two has a day and no hour, and you gave a number. Return None."
                ),
                "no date": "One of the two has no date at all. Return None, too.",
                "other": "Try it on nov23-alert and nov23-soc-starts, which are 12 minutes apart.",
            },
            {
                "seconds": _but(_GOOD, "first, second", " // 60", ""),
                "fraction": _but(_GOOD, "first, second", " // 60", " / 60"),
                "days": _but(_GOOD, "first, second", "// 60", "// 60 % 1440"),
                "sign": _but(
                    _GOOD,
                    "first, second",
                    "(seconds(two.time) - seconds(one.time))",
                    "abs(seconds(two.time) - seconds(one.time))",
                ),
                "day only": _but(
                    _GOOD,
                    "first, second",
                    '"T" not in (one.time or "") or "T" not in (two.time or "")',
                    "one.time is None or two.time is None",
                ),
                "no date": _but(
                    _GOOD,
                    "first, second",
                    '"T" not in (one.time or "") or "T" not in (two.time or "")',
                    '"T" not in (one.time or "T") or "T" not in (two.time or "")',
                ).replace("seconds(one.time)", "seconds(one.time or '2023-10-01')"),
                "other": code("""
                    def answer(first, second):
                        return 1
                """),
            },
            (
                (
                    "A time with an hour has the letter T in it; a day has none, and a missing "
                    "time is None."
                ),
                (
                    "seconds(text) from labutils.lab turns a time into seconds, and // 60 makes "
                    "minutes."
                ),
            ),
            "def minutes_between(first, second):\n" + _GOOD,
        ),
        Exercise(
            "08-3",
            "function",
            _careful,
            "That is the rule which the text of this course is tested by.",
            {
                "always": (
                    "A confirmed fact with a primary source and a known outcome needs no such "
                    "word, even if the outcome is a refusal."
                ),
                "any secondary": (
                    "One secondary source beside a primary one does no harm. Ask whether there is "
                    "any primary."
                ),
                "confidence": "A fact that is reported, single or disputed was let through.",
                "sources": (
                    "A fact that only secondary sources tell was let through. The ledger has no "
                    "confirmed one of that kind: try a made-up one."
                ),
                "outcome": "A fact whose outcome is unknown was let through.",
                "no outcome": (
                    "A fact whose outcome is not_applicable was flagged, as most facts of the "
                    "ledger would be. Nothing was tried there, so nothing is left open: only "
                    "unknown is."
                ),
            },
            {
                "always": code("""
                    def answer(fact):
                        return True
                """),
                "any secondary": _but(
                    _CAREFUL, "fact", 'any(source.kind == "primary"', 'all(source.kind == "primary"'
                ),
                "confidence": _but(_CAREFUL, "fact", 'fact.confidence == "confirmed" and ', ""),
                "sources": _but(
                    _CAREFUL,
                    "fact",
                    ' or not any(source.kind == "primary" for source in fact.sources)',
                    "",
                ),
                "outcome": _but(_CAREFUL, "fact", ' and fact.outcome != "unknown"', ""),
                "no outcome": _but(
                    _CAREFUL,
                    "fact",
                    'fact.outcome != "unknown"',
                    'fact.outcome in ("succeeded", "denied")',
                ),
            },
            (
                "Three questions, joined by or.",
                "fact.sources is a tuple; each source has a kind, 'primary' or 'secondary'.",
            ),
            "def needs_a_word(fact):\n" + _CAREFUL,
        ),
    ),
    (
        Quiz(
            "08-q1",
            "A blog and a magazine give different days for the same detection. What do you do?",
            {
                "a": Choice("Take the earlier one", "Earlier is not truer. Who was there?"),
                "b": Choice(
                    "Read what the company that detected it wrote itself",
                    "Yes. And if it does not say, neither do you.",
                    True,
                ),
                "c": Choice(
                    "Give the middle",
                    "A date that nobody claims is the one that is certainly wrong.",
                ),
            },
        ),
        Quiz(
            "08-q2",
            (
                "The records could not settle whether the 76 repositories left the server. Which "
                "sentence is right?"
            ),
            {
                "a": Choice(
                    "They did not leave",
                    "Records that cannot settle a question settle it in neither direction.",
                ),
                "b": Choice(
                    "They left, since an implant was there",
                    "It could have sent them. That it did is not known.",
                ),
                "c": Choice(
                    "It could not be confirmed, and they were treated as if they had left",
                    "Yes. Both halves belong to it.",
                    True,
                ),
            },
        ),
    ),
    PREDICTIONS,
)
