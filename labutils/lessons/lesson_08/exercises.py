"""08 · Incident timeline."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    is_plain,
    leaving_alone,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.incident import ledger
from labutils.lab import dice, iso, seconds
from labutils.text import counted

from .readings import KINDS, Reading, bounds, order
from .retelling import JUDGED, LENGTH, ON_THE_TIMELINE, SCENES, first_wrong_pair
from .support_log import FROM_ELSEWHERE, as_text, support_log, taken_by_the_intruder

TOOLS = code("""
    from labutils.lab import seconds
""")
GRADE = code("""
    def grade(readings):
        says = {"original": [], "translation": [], "retelling": []}
        for one in readings:
            if one["read"]:
                says[one["kind"]].append(one["says"])
        originals, translations, retellings = says.values()
        if len(set(originals or translations + retellings)) > 1:
            return "disputed"
        if originals or translations:
            return "confirmed"
        return {0: "unread", 1: "single"}.get(len(retellings), "reported")
""")
BOUNDS = code("""
    def bounds(time, precision):
        length = {"second": 1, "minute": 60, "day": 86400}[precision]
        start = seconds(time) - seconds(time) % length
        return start, start + length - 1
""")
ORDER = code("""
    def order(first, second):
        if first[1] < second[0]:
            return "before"
        if second[1] < first[0]:
            return "after"
        return "unknown"
""")
SEARCH = code("""
    def search(lines, wanted):
        return [line for line in lines if all(line.get(name) == wanted[name] for name in wanted)]
""")
TWO_PLACES = code("""
    def two_places(lines):
        places = {}
        for line in lines:
            places.setdefault(line["user"], set()).add(line["address"])
        return {user for user, seen in places.items() if len(seen) > 1}
""")
ON_THE_LOG = "from labutils.lessons.lesson_08 import support_log\n"
FILE_TYPES = code("""
    def file_types(lines):
        users = {}
        for line in lines:
            if "file" in line:
                users.setdefault(line["type"], set()).add(line["user"])
        return users
""")

wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


# --- 08-9: an account in two places --------------------------------------------------------------


def logs_of_users() -> Iterator[Case]:
    """Logs, the coarse mistakes first: a pair is a user and the last part of an address."""
    rows: tuple[tuple[str, str, set[str], str], ...] = (
        ("one user at two addresses", "ada.1 ada.2", {"ada"}, "two"),
        ("two users at two addresses each", "ada.1 bo.1 bo.2 ada.2", {"ada", "bo"}, "all"),
        ("two users, each at one address", "ada.1 bo.2", set(), "each"),
        ("two users who share an address", "ada.1 bo.1", set(), "shared"),
        ("many lines from one address", "ada.1 ada.1 ada.1", set(), "lines"),
        ("one of three users at two addresses", "bo.1 ada.2 cy.3 bo.4 ada.2", {"bo"}, "each"),
        ("a user who comes back", "ada.1 ada.2 ada.1", {"ada"}, "two"),
        ("the second address much later", "ada.1 bo.2 cy.3 bo.2 ada.9", {"ada"}, "two"),
        ("three addresses", "ada.1 ada.2 ada.3 bo.1", {"ada"}, "two"),
        ("users whose names differ in a letter", "ada.1 Ada.2 adam.3", set(), "each"),
        ("addresses that begin alike", "ada.1 ada.11", {"ada"}, "two"),
        ("no line", "", set(), "each"),
    )
    for words, text, want, mistake in rows:
        yield Case((log_of(text),), want, mistake, words)
    drawn = dice("lesson-08", "places")
    for number in range(4):
        digits = [int(letter, 16) for letter in next(drawn)]
        pairs = list(zip(digits[::2], digits[1::2], strict=True))
        text = " ".join(f"{'abcd'[user % 4]}.{place % 3}" for user, place in pairs)
        seen = {user: {b % 3 for a, b in pairs if a % 4 == user} for user in range(4)}
        want = {"abcd"[user] for user, places in seen.items() if len(places) > 1}
        yield Case((log_of(text),), want, "each", f"drawn lines, {number + 1}")


def log_of(text: str) -> list[dict[str, str]]:
    """Lines of a log, from pairs of a user and the last part of an address."""
    return [
        {"time": f"09:{number:02}", "user": user, "address": f"192.0.2.{place}", "type": "login"}
        for number, (user, place) in enumerate(pair.split(".") for pair in text.split())
    ]


def no_users(_case: Case, got: Any) -> str | None:
    """The mistake of who returns no set of names."""
    fits = isinstance(got, set) and all(isinstance(one, str) for one in got)
    return None if fits else "set"


# --- 08-10: all that was taken ------------------------------------------------------------------


def all_taken(lines: Any) -> Verdict:
    """The judge of 08-10: each line in which the intruder took something, and no other."""
    fits = isinstance(lines, list | tuple) and all(isinstance(one, dict) for one in lines)
    if not fits:
        return Verdict("differs", got=written(lines), mistake="list")
    log, wanted = support_log(), taken_by_the_intruder()
    if strange := [one for one in lines if one not in log]:
        return Verdict("differs", got=f"{written(strange[0])}, no line of the log", mistake="list")
    if extra := [one for one in lines if one not in wanted]:
        is_theirs = any(one["address"] == extra[0]["address"] for one in wanted)
        mistake = "login" if is_theirs else "honest"
        return Verdict("differs", got=as_text(extra[0]), mistake=mistake)
    missed = [one for one in wanted if one not in lines]
    if missed:
        got, want = counted(len(wanted) - len(missed), "line"), "more"
        address = all(one["address"] == FROM_ELSEWHERE["address"] for one in missed)
        return Verdict("differs", got=got, want=want, mistake="address" if address else "missed")
    return PASSED


# --- 08-11: two events of which nobody knows which came first -------------------------------------

SHOWN = {"nov14-probing", "nov14-aws-accessed"}
# What their statements put in order: the report was exported in the window, the first attempts
# were made in the admin console, and what was archived was viewed over the following day.
SETTLED = {
    frozenset({"okta-user-report", "okta-support-window"}): "window",
    frozenset({"beyondtrust-console-denied", "beyondtrust-api-backdoor"}): "console",
    frozenset({"nov22-sliver", "nov22-repos-archived"}): "archived",
}


def undecided(pair: Any) -> Verdict:
    """The judge of 08-11: two of the events in the figure, on known days, whose beginnings may
    come in either order, and not the pair that the lesson shows."""
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        return Verdict("differs", got=written(pair), mistake="form")
    if strange := [name for name in pair if name not in ON_THE_TIMELINE]:
        return Verdict("differs", got=written(strange[0]), mistake="name")
    if len(set(pair)) == 1 or set(pair) == SHOWN:
        return Verdict("differs", got=written(pair), mistake="another")
    if settled := SETTLED.get(frozenset(pair)):
        return Verdict("differs", got=written(pair), mistake=settled)
    events = [ledger.fact(name) for name in pair]
    if any(one.time_assumed for one in events):
        return Verdict("differs", got=written(pair), mistake="assumed")
    (begin, end), (second, last) = (
        bounds(str(one.time), str(one.time_precision)) for one in events
    )
    if end < second or last < begin:
        return Verdict("differs", got=written(pair), mistake="decided")
    return PASSED


# --- 08-1: the grade of a statement -------------------------------------------------------------


def said(*members: str) -> list[Reading]:
    """Readings from short texts: kind, what it says, and `cited` where nobody read it."""
    rows = [member.split() for member in members]
    return [
        {"who": f"source {number}", "kind": row[0], "read": "cited" not in row, "says": row[1]}
        for number, row in enumerate(rows, 1)
    ]


def right_grade(readings: list[Reading]) -> str:
    """The grade of a statement by the rules of 08-1."""
    read = [one for one in readings if one["read"]]
    originals = [one for one in read if one["kind"] == "original"]
    if len({one["says"] for one in originals or read}) > 1:
        return "disputed"
    if any(one["kind"] in KINDS[:2] for one in read):
        return "confirmed"
    return ("unread", "single", "reported")[min(len(read), 2)]


def statements() -> Iterator[Case]:
    """Statements with who says what: fixed ones by the mistake that they show, then drawn ones."""
    rows: tuple[tuple[str, list[Reading], str], ...] = (
        ("an original that was read", said("original ten"), "words"),
        ("one retelling", said("retelling ten"), "count"),
        ("two retellings that agree", said("retelling ten", "retelling ten"), "count"),
        ("three retellings that agree", said(*["retelling ten"] * 3), "count"),
        ("no source at all", [], "nothing"),
        ("an original that is only cited", said("original ten cited"), "cited"),
        ("a cited original, one retelling", said("original ten cited", "retelling ten"), "cited"),
        (
            "a cited original that says otherwise, two retellings",
            said("original six cited", "retelling ten", "retelling ten"),
            "cited",
        ),
        ("two retellings that differ", said("retelling ten", "retelling six"), "differ"),
        ("two originals that differ", said("original ten", "original six"), "originals"),
        ("an original against a retelling", said("original ten", "retelling six"), "outweighs"),
        (
            "an original against two retellings",
            said("retelling six", "original ten", "retelling six"),
            "outweighs",
        ),
        (
            "an original against a translation",
            said("translation six", "original ten"),
            "outweighs",
        ),
        ("a translation", said("translation ten"), "translation"),
        (
            "a translation and a retelling that agree",
            said("translation ten", "retelling ten"),
            "translation",
        ),
        (
            "a translation against a retelling",
            said("translation ten", "retelling six"),
            "translated",
        ),
        (
            "two cited originals that differ, one retelling",
            said("original ten cited", "original six cited", "retelling ten"),
            "unread original",
        ),
        (
            "a cited original, two retellings that differ",
            said("original ten cited", "retelling ten", "retelling six"),
            "unread original",
        ),
    )
    for words, readings, mistake in rows:
        yield Case((readings,), right_grade(readings), mistake, words)
    drawn = dice("lesson-08", "readings")
    for _ in range(40):
        numbers = [int(next(drawn)[:4], 16) for _ in range(5)]
        members = [
            f"{KINDS[number % 3]} {('ten', 'six')[number // 3 % 5 == 0]}"
            + (" cited" if number // 15 % 3 == 0 else "")
            for number in numbers[: numbers[4] % 4 + 1]
        ]
        readings = said(*members)
        yield Case((readings,), right_grade(readings), "rules", "; ".join(members))


def graded(answer: Tried) -> Verdict:
    """The judge of 08-1."""
    verdict = compare(statements)(answer)
    return replace(verdict, mistake="raises") if verdict.kind == "raised" else verdict


# --- 08-2 and 08-3: what a time says, and what comes first --------------------------------------


def times() -> Iterator[tuple[str, str]]:
    """Times with their precision."""
    yield "2023-11-14T09:22:49Z", "second"
    yield "2023-11-23T16:00:00Z", "minute"
    yield "2023-11-14T09:22:49Z", "minute"
    yield "2023-12-31T23:59:59Z", "minute"
    yield "2023-11-14", "day"
    yield "2024-02-29", "day"
    drawn = dice("lesson-08", "times")
    for _ in range(6):
        moment = 1_690_000_000 + int(next(drawn)[:6], 16)
        yield iso(moment), "second"
        yield iso(moment - moment % 60), "minute"
        yield iso(moment), "minute"
        yield iso(moment)[:10], "day"


def between_bounds(answer: Tried) -> Verdict:
    """The judge of 08-2: the first and the last second that a time can mean."""
    for time, precision in times():
        case, named = f"{time!r}, {precision!r}", seconds(time)
        start = named - named % (LENGTH[precision] + 1)
        want = start, start + LENGTH[precision]
        try:
            got = answer(time, precision)
        except Exception:
            return answer.raised(case, "raises")
        if got is None:
            return Verdict("none", case)
        if type(got) not in (tuple, list) or len(got) != 2 or not is_plain(got):
            return Verdict("differs", case, written(got), written(want), mistake="pair")
        if tuple(got) != want:
            over = got[0] == start and got[1] == want[1] + 1
            begins = got[0] == named != start
            mistake = "edge" if over else "begins" if begins else precision
            return Verdict("differs", case, written(got), written(want), mistake=mistake)
    return PASSED


def pairs() -> Iterator[Case]:
    """Two pairs of bounds, and what is known of their order."""
    rows: list[tuple[Any, Any, str, str]] = [
        ((10, 20), (30, 40), "before", "words"),
        ((30, 40), (10, 20), "after", "after"),
        ((10, 40), (20, 30), "unknown", "starts"),
        ((20, 30), (10, 40), "unknown", "starts"),
        ((10, 30), (20, 40), "unknown", "starts"),
        ((20, 40), (10, 30), "unknown", "starts"),
        ((10, 20), (20, 30), "unknown", "touch"),
        ((20, 30), (10, 20), "unknown", "touch"),
        ((20, 20), (20, 20), "unknown", "touch"),
        ((20, 20), (21, 21), "before", "next"),
        ((21, 21), (20, 20), "after", "next"),
    ]
    drawn = dice("lesson-08", "pairs")
    for _ in range(30):
        a, b, c, d = (int(next(drawn)[:4], 16) % 30 for _ in range(4))
        first, second = (min(a, b), max(a, b)), (min(c, d), max(c, d))
        rows.append((first, second, order(first, second), "starts"))
    yield from (Case((first, second), want, mistake) for first, second, want, mistake in rows)


OPPOSITE = {"'before'": "'after'", "'after'": "'before'"}


def ordered(answer: Tried) -> Verdict:
    """The judge of 08-3: the order of two pairs of bounds."""
    verdict = compare(pairs)(answer)
    is_swapped = verdict.kind == "differs" and OPPOSITE.get(verdict.want) == verdict.got
    return replace(verdict, mistake="swapped") if is_swapped else verdict


# --- 08-4 and 08-6: a search in a log -----------------------------------------------------------


def logged() -> list[dict[str, Any]]:
    """A small log in which names and values are almost alike."""
    name = next(dice("lesson-08", "log"))[:4]
    return [
        {"type": "view", "user": name, "file": "a.har"},
        {"type": "view", "user": f"{name}-2", "file": "b.har"},
        {"type": "take", "user": name, "file": "a.har"},
        {"type": "view_all", "user": name},
        {"type": "View", "user": "ada", "file": ""},
        {"type": " view ", "user": "ada", "file": "A.har"},
        {"type": "login", "user": "view", "times": 3},
        {"type": "login", "user": name, "times": 3},
        {"type": "take", "user": f"{name}-2", "file": "c.har", "times": True},
    ]


def wanted_fields() -> list[tuple[dict[str, Any], str]]:
    """What is searched for in that log, and the mistake of a search that fails there."""
    log = logged()
    name = log[0]["user"]
    return [
        ({"type": "take"}, "lines"),
        ({"type": "login"}, "lines"),
        ({"type": "view"}, "whole"),
        ({"user": name}, "whole"),
        ({"file": "a.har"}, "missing"),
        ({"file": ""}, "missing"),
        ({"times": 3}, "missing"),
        ({"type": "take", "user": name}, "both"),
        ({"type": "login", "user": "view", "times": 3}, "both"),
        ({"type": "delete"}, "empty"),
        ({"times": "3"}, "whole"),
        ({"place": "x"}, "missing"),
        ({"place": None, "type": "delete"}, "both"),
        ({}, "nothing wanted"),
    ]


def searched(answer: Tried) -> Verdict:
    """The judge of 08-4."""
    for wanted, mistake in wanted_fields():
        log = logged()
        want = [line for line in log if all(line.get(key) == wanted[key] for key in wanted)]
        case = f"search(lines, {wanted})"
        try:
            got = answer(log, wanted)
        except Exception:
            return answer.raised(
                case, "missing" if isinstance(answer.error, KeyError) else "raises"
            )
        if got is None:
            return Verdict("none", case)
        if type(got) is not list or not is_plain(got):
            return Verdict("differs", case, written(got), "a list of lines", mistake="list")
        if got != want:
            count = counted(len(got), "line") if len(got) != len(want) else "the wrong lines"
            return Verdict("differs", case, count, str(len(want)), mistake=mistake)
    return PASSED


def logs_with_files() -> Iterator[Case]:
    """Logs, and which types of event name a file, by whom."""
    view, other, take = logged()[0], logged()[1], logged()[2]
    login = {"type": "login", "user": "ada"}
    named = {"type": "note", "user": "file"}
    yield Case(([view],), {"view": {view["user"]}}, "users", "one line with a file")
    yield Case(([login, named],), {}, "no file", "two lines without a file")
    yield Case(
        ([view, other],), {"view": {view["user"], other["user"]}}, "set", "one type, two users"
    )
    yield Case(
        ([view, view, take],),
        {"view": {view["user"]}, "take": {take["user"]}},
        "set",
        "two types, one of them twice",
    )
    yield Case(
        ([view, {"type": "view", "user": "ada"}],),
        {"view": {view["user"]}},
        "no file",
        "two lines of one type, one of them without a file",
    )
    yield Case(
        ([{**login, "file": ""}],), {"login": {"ada"}}, "empty name", "a line whose file is ''"
    )
    files = {"type": "view", "user": "ada", "files": "x", "File": "x"}
    yield Case(([files],), {}, "no file", "a line with other fields, `files` and `File`")
    kind, user = (next(dice("lesson-08", seed))[:5] for seed in ("type", "user"))
    strange = {"type": kind, "user": user, "file": "x"}
    yield Case(([strange, login],), {kind: {user}}, "types", f"a type {kind!r}")


# --- 08-5 and 08-7: the story told again --------------------------------------------------------


def in_order(answer: Any) -> Verdict:
    """The judge of 08-5: the scenes in an order that their times allow."""
    letters = "".join(answer) if isinstance(answer, list | tuple) else answer
    if not isinstance(letters, str):
        return Verdict("differs", got=written(answer), mistake="letters")
    letters = "".join(letters.lower().replace(",", " ").split())
    if sorted(letters) != sorted(SCENES):
        return Verdict("differs", got=written(letters), mistake="letters")
    if pair := first_wrong_pair(letters):
        before, later = pair
        is_okta = {before, later} & {"b", "f", "d"}
        mistake = "October" if is_okta else "November"
        return Verdict("differs", got=f"{before!r} before {later!r}", mistake=mistake)
    return PASSED


def judged_cards(answer: Any) -> Verdict:
    """The judge of 08-7."""
    if not isinstance(answer, dict) or set(answer) != set(JUDGED):
        return Verdict("differs", got=written(answer), mistake="shape")
    if ... in answer.values():
        return Verdict("differs", mistake="open")
    for number, (_, right, _) in JUDGED.items():
        word = str(answer[number]).strip().lower()
        if word not in ("skill", "luck", "unknown"):
            return Verdict("differs", got=f"{word!r} for card {number}", mistake="shape")
        if word != right:
            return Verdict("differs", got=f"{word!r} for card {number}", mistake=right)
    return PASSED


def cards(**changed: str) -> str:
    """An answer to 08-7 with some words changed."""
    words = {number: right for number, (_, right, _) in JUDGED.items()}
    return f"answer = {words | {int(name[1:]): word for name, word in changed.items()}}"


EXERCISES = (
    Exercise(
        "08-1",
        "function",
        graded,
        "Your rules ask who was there and what was read. Retellings, however many, do not outweigh "
        "somebody who was there.",
        {
            "words": (
                "Return one of five words: 'confirmed', 'reported', 'single', 'disputed', "
                "'unread'.",
                altered(GRADE, ('"confirmed"', '"true"')),
            ),
            "raises": (
                "`readings` is a list, and it may be empty. Each reading is a dictionary: "
                "one['read'], one['kind'], one['says'].",
                altered(GRADE, ('one["read"]', "one.read")),
            ),
            "count": (
                "Without an original or a translation, one retelling is 'single', and two or "
                "more are 'reported'.",
                altered(GRADE, ('1: "single"', '9: "single"')),
            ),
            "nothing": (
                "If nothing was read, the grade is 'unread'.",
                altered(
                    GRADE, ("    says = ", '    if not readings: return "single"\n    says = ')
                ),
            ),
            "cited": (
                "That original is only cited: nobody read it for this statement. First of all, "
                "leave out every source that nobody read.",
                altered(GRADE, ('if one["read"]:', "if True:")),
            ),
            "differ": (
                "The sources that were read differ, and no original settles it: 'disputed'.",
                altered(GRADE, ("originals or translations + retellings", "originals")),
            ),
            "originals": (
                "Two originals differ. The people involved contradict each other: 'disputed'.",
                altered(GRADE, ("> 1:", "> 1 and not originals:")),
            ),
            "outweighs": (
                "An original was read. Retellings and translations that differ do not make the "
                "statement less certain, however many there are.",
                altered(GRADE, ("originals or translations", "originals + translations")),
            ),
            "translation": (
                "A translation by the company itself also confirms a statement, unless another "
                "source that was read says otherwise.",
                altered(GRADE, ("if originals or translations:", "if originals:")),
            ),
            "translated": (
                "A translation is one step away from the original. It does not outweigh a "
                "retelling that differs: 'disputed'.",
                wrong("""
                def answer(readings):
                    read = [one for one in readings if one["read"]]
                    original = [one for one in read if one["kind"] == "original"]
                    translation = [one for one in read if one["kind"] == "translation"]
                    if len({one["says"] for one in original or translation or read}) > 1:
                        return "disputed"
                    if original or translation:
                        return "confirmed"
                    return ("unread", "single", "reported")[min(len(read), 2)]
                """),
            ),
            "unread original": (
                "Rule 1 comes first: an original that nobody read does not count in any other "
                "rule. Look for originals only among the accounts that one of us has read.",
                wrong("""
                def answer(readings):
                    read = [one for one in readings if one["read"]]
                    originals = [one for one in readings if one["kind"] == "original"]
                    if len({one["says"] for one in originals or read}) > 1:
                        return "disputed"
                    if any(one["kind"] != "retelling" for one in read):
                        return "confirmed"
                    return ("unread", "single", "reported")[min(len(read), 2)]
                """),
            ),
            "rules": (
                "Apply the five rules to these sources, from top to bottom.",
                altered(GRADE, ("    says = ", "    readings = readings[:3]\n    says = ")),
            ),
        },
        (
            "Sort what was read into three lists, one for each kind. Use a dictionary that maps "
            "each kind to what its sources say. From then on, look only at these lists.",
            "If the originals differ, the set of what they say has more than one member: "
            "len(set(originals)) > 1.",
            "To see whether sources differ, use `originals or translations + retellings`: the "
            "originals if there are any, otherwise everything that was read.",
        ),
        GRADE,
    ),
    Exercise(
        "08-2",
        "function",
        between_bounds,
        "A day is 86,400 seconds long. A date tells you no more than that.",
        {
            "pair": (
                "Return two numbers: the first second and the last.",
                altered(BOUNDS, ("return start,", "return")),
            ),
            "second": (
                "A time that is known to the second covers one second: both numbers are the same.",
                altered(BOUNDS, ('"second": 1', '"second": 30')),
            ),
            "minute": (
                "A time that is known to the minute runs from second 0 to second 59 of that "
                "minute.",
                altered(BOUNDS, ('"minute": 60', '"minute": 1')),
            ),
            "day": (
                "A day runs from 00:00:00 to 23:59:59, which is 86,399 seconds later.",
                altered(BOUNDS, ('"day": 86400', '"day": 1')),
            ),
            "edge": (
                "The pair ends one second too late: that second belongs to the next minute or day.",
                altered(BOUNDS, ("length - 1", "(length if length > 1 else 0)")),
            ),
            "begins": (
                "The time includes seconds, but it is known only to the minute. That minute begins "
                "at second 0.",
                altered(BOUNDS, (" - seconds(time) % length", "")),
            ),
            "raises": (
                "seconds(time) accepts a date with or without a time of day. precision is one of "
                "three words.",
                altered(BOUNDS, ('"minute": 60, ', "")),
            ),
        },
        (
            "How many seconds can the time cover: 1, 60 or 86,400? The pair begins where that "
            "second, minute or day begins: seconds(time) % 60 is the number of seconds since the "
            "minute began.",
            "The end is the start plus the length, minus one second.",
        ),
        BOUNDS,
    ),
    Exercise(
        "08-3",
        "function",
        ordered,
        "'Unknown' is an answer too. It keeps a guess out of the report.",
        {
            "words": (
                "The first ends before the second begins, so the word is 'before', in lower "
                "case. The others are 'after' and 'unknown'.",
                altered(ORDER, ('"before"', '"earlier"')),
            ),
            "swapped": (
                "It is the other way round. `order` says whether the first came 'before' the "
                "second or 'after' it.",
                altered(
                    ORDER, ('"before"', '"later"'), ('"after"', '"before"'), ('"later"', '"after"')
                ),
            ),
            "after": (
                "The second ends before the first begins, so the first came 'after'.",
                altered(ORDER, ('return "after"', 'return "unknown"')),
            ),
            "starts": (
                "These two overlap. Either of them may have come first. Compare the end of one "
                "with the beginning of the other.",
                altered(ORDER, ("first[1] < second[0]", "first[0] < second[0]")),
            ),
            "touch": (
                "They may be in the same second. Nothing says which came first.",
                altered(ORDER, ("first[1] < second[0]", "first[1] <= second[0]")),
            ),
            "next": (
                "One ends in the second before the other begins. Their order is known.",
                altered(ORDER, ("first[1] < second[0]", "first[1] + 1 < second[0]")),
            ),
        },
        (
            "A pair is (first second, last second): first[0], first[1].",
            "The first is certainly before the second if first[1] < second[0].",
        ),
        ORDER,
    ),
    Exercise(
        "08-4",
        "function",
        searched,
        "Your search finds what you ask for and nothing else.",
        {
            "lines": (
                "Return every line in which each of the fields has the wanted value, and no other "
                "line.",
                altered(SEARCH, ("== wanted[name]", "!= wanted[name]")),
            ),
            "whole": (
                "Compare the value of that very field, and the whole of it, with ==.",
                altered(SEARCH, ("line.get(name) == wanted[name]", "wanted[name] in str(line)")),
            ),
            "missing": (
                "Some lines do not have that field. line.get(name) returns None for them.",
                altered(SEARCH, ("line.get(name)", "line[name]")),
            ),
            "both": (
                "Every field in `wanted` must match, not just one of them.",
                altered(SEARCH, ("all(", "any(")),
            ),
            "empty": (
                "No line matches. Return an empty list.",
                altered(SEARCH, ("for name in wanted)]", "for name in wanted)] or lines[:1]")),
            ),
            "nothing wanted": (
                "If `wanted` is empty, every line matches.",
                altered(SEARCH, ("if all(", "if wanted and all(")),
            ),
            "list": (
                "Return a list: [line for line in lines if ...].",
                altered(SEARCH, ("return [", "return tuple(["), ("wanted)]", "wanted)])")),
            ),
            "raises": (
                "`wanted` is a dictionary that maps field names to values: {'type': 'login'}.",
                altered(SEARCH, ("wanted[name]", "wanted.name")),
            ),
        },
        (
            "A line matches if line.get(name) == wanted[name] for each name in wanted.",
            "return [line for line in lines if all(... for name in wanted)]",
        ),
        SEARCH,
    ),
    Exercise(
        "08-9",
        "function",
        leaving_alone(compare(logs_of_users, why=no_users), logs_of_users),
        "No name, no address, no type: the question was only who is not working as usual.",
        {
            "two": (
                "That user has lines from two addresses or more.",
                altered(TWO_PLACES, ("> 1", "> 3")),
            ),
            "each": (
                "A user with one address does not count, however many other users there are.",
                altered(TWO_PLACES, ("> 1", "> 0")),
            ),
            "shared": (
                "Two users may share an address. Collect the addresses of each user, not the "
                "users of each address.",
                wrong("""
                    def answer(lines):
                        users = {}
                        for line in lines:
                            users.setdefault(line["address"], set()).add(line["user"])
                        two = {u for some in users.values() if len(some) > 1 for u in some}
                        seen = {(line["user"], line["address"]) for line in lines}
                        names = [user for user, _ in seen]
                        return two | {user for user in names if names.count(user) > 1}
                """),
            ),
            "lines": (
                "Count different addresses, not lines.",
                altered(TWO_PLACES, ("set()).add(", "[]).append(")),
            ),
            "all": (
                "Return all such users, not only the first one.",
                altered(TWO_PLACES, ("len(seen) > 1}", "len(seen) > 1 and user == min(places)}")),
            ),
            "set": (
                "Return a set of names: {user for user, ... in ... if ...}.",
                altered(TWO_PLACES, ("return {user for", "return {user: seen for")),
            ),
            "changed": (
                "Do not change the lines: the next search uses them, too.",
                altered(
                    TWO_PLACES,
                    ("        places.setd", "        line['seen'] = 1\n        places.setd"),
                ),
            ),
        },
        (
            "A dictionary maps each user to the set of their addresses: "
            "places.setdefault(line['user'], set()).add(line['address']).",
            "Then return {user for user, seen in places.items() if len(seen) > 1}.",
        ),
        TWO_PLACES,
    ),
    Exercise(
        "08-10",
        "value",
        all_taken,
        "Neither the type nor the address alone finds all of them. Start from the account, and "
        "from what it does not usually do.",
        {
            "address": (
                "Those are right, but there are more. Which question have you not asked the log?",
                ON_THE_LOG + "answer = [line for line in support_log() "
                "if line['address'] == '203.0.113.66' and line['type'] != 'login']",
            ),
            "honest": (
                "That line is somebody's own work: an engineer at the usual place or on a trip, or "
                "the desk's program with its daily request.",
                ON_THE_LOG + "answer = [line for line in support_log() "
                "if line['type'] in ('files_tab_download', 'report_export')]",
            ),
            "login": (
                "A login takes nothing. Hand in the lines in which a file or a report went out.",
                ON_THE_LOG + "answer = [line for line in support_log() "
                "if line['address'] == '203.0.113.66']",
            ),
            "missed": (
                "Some are missing. Files were downloaded from the Files tab, and a report was "
                "exported: both take something.",
                ON_THE_LOG + "answer = [line for line in support_log() "
                "if line['type'] == 'report_export']",
            ),
            "list": (
                "Hand in a list of lines, as they are in the log: search(log, {...}) gives one.",
                "answer = 4",
            ),
        },
        (
            "two_places names two. Which of them does elsewhere what it never does at home? "
            "search(log, {'user': ...}) gives all its lines.",
            "[line for line in search(log, {'user': 'svc-support'}) if line['type'] not in "
            "('request', 'login')]",
        ),
        code("""
            taken = [line for line in search(log, {"user": "svc-support"})
                     if line["type"] not in ("request", "login")]
        """),
    ),
    Exercise(
        "08-11",
        "value",
        undecided,
        "Either may have begun first. A report that puts one before the other assumes that order.",
        {
            "decided": (
                "One of them certainly began before the other. Compare the first and last seconds "
                "at which each could have begun.",
                'answer = ("okta-user-report", "nov23-alert")',
            ),
            "window": (
                "Their times leave it open, but a statement does not: the report was exported "
                "while the files could be reached.",
                'answer = ("okta-user-report", "okta-support-window")',
            ),
            "console": (
                "Their times leave it open, but a statement does not: the console was tried first.",
                'answer = ("beyondtrust-console-denied", "beyondtrust-api-backdoor")',
            ),
            "archived": (
                "Their times leave it open, but a third entry does not. nov22-repos-viewed is "
                "about the day that followed Sliver, and the 76 are among those.",
                'answer = ("nov22-repos-archived", "nov22-sliver")',
            ),
            "assumed": (
                "The day of one of them is assumed: no source dates it. Take two whose days are "
                "known.",
                'answer = ("cf-oct18-admin-session", "cf-oct18-detected")',
            ),
            "another": (
                "Two different events, and not the pair above.",
                'answer = ("nov14-probing", "nov14-aws-accessed")',
            ),
            "name": (
                "That is not one of the ids in the list. Copy both from its third column.",
                'answer = ("nov14-probing", "the alert")',
            ),
            "form": (
                "pair is two ids in round brackets: ('...', '...').",
                'answer = "nov14-probing"',
            ),
        },
        (
            "Look for an event for which only the day is known. What else happened on that day?",
            "Three events are dated 14 November, and three 22 November.",
        ),
        'pair = ("nov14-okta-denied", "nov14-probing")',
    ),
    Exercise(
        "08-5",
        "value",
        in_order,
        "That is the story, in an order that its times allow. Now you can tell it yourself.",
        {
            "letters": (
                "Give each of the ten letters once, in one string.",
                "answer = 'abc'",
            ),
            "October": (
                "The times rule that out. The events at Okta and at its other customers came "
                "first. Then Cloudflare noticed its own intruder, and the credentials were used "
                "weeks later.",
                "answer = 'dbfigjhcae'",
            ),
            "November": (
                "The times rule that out. Look at the figure. The order in November is: "
                "a probe, a way in, an account, an implant, an alert and the removals.",
                "answer = 'bfdigjhace'",
            ),
        },
        (
            "The story has three parts: Okta's support system, Okta tenants, and November.",
            "November begins with the probe (i) and ends with the last removal (e). Two scenes are "
            "on the same day, and one of them has no time: either may come first.",
        ),
        'scenes = "bfdigjhcae"',
    ),
    Exercise(
        "08-6",
        "function",
        compare(logs_with_files),
        "There are two types, not one. Make this list before you search.",
        {
            "users": (
                "Return a dictionary that maps each type of event with a file to its set of users.",
                altered(FILE_TYPES, ('.add(line["user"])', '.add(line["file"])')),
            ),
            "no file": (
                "Leave out every line that has no `file` field, even if another line of its type "
                "has one.",
                altered(FILE_TYPES, ('"file" in line', '"file" in str(line)')),
            ),
            "set": (
                "Each type has a set of users, and each line adds its user to that set.",
                altered(
                    FILE_TYPES,
                    (
                        '.setdefault(line["type"], set()).add(line["user"])',
                        '[line["type"]] = {line["user"]}',
                    ),
                ),
            ),
            "empty name": (
                "That line has a `file` field with an empty name. Test for 'file' in line.",
                altered(FILE_TYPES, ('"file" in line', 'line.get("file")')),
            ),
            "types": (
                "Do not list the types yourself. The log says which types there are.",
                altered(
                    FILE_TYPES,
                    (
                        '"file" in line',
                        '"file" in line and line["type"] in ("view", "take", "login")',
                    ),
                ),
            ),
        },
        (
            "If 'file' in line is true, the line names a file.",
            "users.setdefault(line['type'], set()).add(line['user']) creates the set if it is "
            "missing, and adds to it.",
        ),
        FILE_TYPES,
    ),
    Exercise(
        "08-7",
        "value",
        judged_cards,
        "A report that separates skill from luck helps others. Luck is not a control.",
        {
            "shape": (
                "Give a dictionary with the numbers 1 to 9. Each number gets one of three words: "
                "'skill', 'luck', 'unknown'.",
                "answer = {1: 'skill'}",
            ),
            "open": (
                "Some cards still have no word. Give each of the nine one of the three words.",
                cards().replace("9: 'unknown'", "9: ..."),
            ),
            "skill": (
                "Somebody had prepared for that beforehand, and what they prepared worked: skill.",
                cards(c6="luck"),
            ),
            "luck": (
                "It helped the company on the card, but that company had done nothing to prepare "
                "for it: luck.",
                cards(c5="skill"),
            ),
            "unknown": (
                "No source settles it. Either of the other two words would claim too much.",
                cards(c7="skill"),
            ),
        },
        (
            "First look for what no source says. There are three cards of this kind.",
            "Then ask about each of the others: had the company on the card prepared for this? If "
            "not, it was luck.",
        ),
        """judged = {1: "skill", 2: "luck", 3: "unknown", 4: "skill", 5: "luck", 6: "skill",
          7: "unknown", 8: "skill", 9: "unknown"}""",
    ),
)
