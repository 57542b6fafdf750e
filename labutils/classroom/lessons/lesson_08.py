"""08 · Read nine days in November."""

from dataclasses import replace

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import code
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
)
