"""08 · Incident timeline."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Tried, Verdict, compare, value, written
from labutils.classroom.registry import (
    Choice,
    Exercise,
    Guess,
    Lesson,
    Prediction,
    Quiz,
    Row,
    Target,
    code,
)
from labutils.lab import dice, iso, seconds
from labutils.text import counted

from .news_article import FLAG, Article
from .readings import KINDS, Reading
from .retelling import JUDGED, LENGTH, SCENES, first_wrong_pair

TOOLS = code("""
    from labutils.lab import seconds
""")
GRADE = code("""
    def grade(readings):
        read = [one for one in readings if one["read"]]
        originals = [one for one in read if one["kind"] == "original"]
        if len({one["says"] for one in originals or read}) > 1:
            return "disputed"
        if any(one["kind"] != "retelling" for one in read):
            return "confirmed"
        return {0: "unread", 1: "single"}.get(len(read), "reported")
""")
BOUNDS = code("""
    def bounds(time, precision):
        start = seconds(time)
        return start, start + {"second": 0, "minute": 59, "day": 86399}[precision]
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
    rows = (
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
    yield "2023-11-14", "day"
    yield "2024-02-29", "day"
    drawn = dice("lesson-08", "times")
    for _ in range(6):
        moment = 1_690_000_000 + int(next(drawn)[:6], 16)
        yield iso(moment), "second"
        yield iso(moment - moment % 60), "minute"
        yield iso(moment)[:10], "day"


def between_bounds(answer: Tried) -> Verdict:
    """The judge of 08-2: the first and the last second that a time can mean."""
    for time, precision in times():
        case, start = f"{time!r}, {precision!r}", seconds(time)
        want = start, start + LENGTH[precision]
        try:
            got = answer(time, precision)
        except Exception:
            return answer.raised(case, "raises")
        if got is None:
            return Verdict("none", case)
        if not isinstance(got, tuple | list) or len(got) != 2:
            return Verdict("differs", case, written(got), written(want), mistake="pair")
        if tuple(got) != want:
            over = got[0] == start and got[1] == want[1] + 1
            mistake = "edge" if over else precision
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
        known = "before" if first[1] < second[0] else "after" if second[1] < first[0] else "unknown"
        rows.append((first, second, known, "starts"))
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
        ({"type": "take", "user": name}, "both"),
        ({"type": "login", "user": "view", "times": 3}, "both"),
        ({"type": "delete"}, "empty"),
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
        if not isinstance(got, list):
            return Verdict("differs", case, written(got), "a list of lines", mistake="list")
        if got != want:
            count = counted(len(got), "line") if len(got) != len(want) else "other lines"
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
        "Your rules ask who was there, and what was read. They do not count voices.",
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
                "Without an original and a translation, one retelling is 'single', and two or "
                "more are 'reported'.",
                altered(GRADE, ('1: "single"', '9: "single"')),
            ),
            "nothing": (
                "Where nothing was read, the grade is 'unread'.",
                altered(
                    GRADE, ("    read = ", '    if not readings: return "single"\n    read = ')
                ),
            ),
            "cited": (
                "That original is only cited. Nobody read it for this statement. Leave out what "
                "was not read, first of all.",
                altered(GRADE, (' if one["read"]]', "]")),
            ),
            "differ": (
                "What was read differs, and no original settles it. That is 'disputed'.",
                altered(GRADE, ("originals or read", "originals")),
            ),
            "originals": (
                "Two originals differ. Those who were there contradict themselves: 'disputed'.",
                altered(GRADE, ("> 1:", "> 1 and not originals:")),
            ),
            "outweighs": (
                "An original was read. A retelling or a translation that differs does not make it "
                "less sure, and more voices do not either.",
                altered(GRADE, ("originals or read", "read")),
            ),
            "translation": (
                "A translation by those concerned confirms too, where nothing that was read "
                "says otherwise.",
                altered(GRADE, ('!= "retelling"', '== "original"')),
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
                "Rule 1 comes first: an original that nobody read counts in none of the other "
                "rules. Look for originals among those that were read.",
                altered(
                    GRADE,
                    (
                        'for one in read if one["kind"] == "original"',
                        'for one in readings if one["kind"] == "original"',
                    ),
                ),
            ),
            "rules": (
                "Go through the five rules from top to bottom, for these sources.",
                altered(GRADE, ("    read = ", "    readings = readings[:3]\n    read = ")),
            ),
        },
        (
            "First: read = [one for one in readings if one['read']]. From here on, look at "
            "`read` alone.",
            "A set of what they say has more than one member where they differ: "
            "len({one['says'] for one in ...}) > 1.",
            "originals = [one for one in read if one['kind'] == 'original']. For the question "
            "whether they differ, take `originals or read`: the originals if there are some.",
        ),
        GRADE,
    ),
    Exercise(
        "08-2",
        "function",
        between_bounds,
        "A day is 86,400 seconds wide. That is the honest form of a date.",
        {
            "pair": (
                "Return two numbers: the first second and the last one.",
                altered(BOUNDS, ("return start,", "return"), ("start + {", "start + 1 * {")),
            ),
            "second": (
                "A time that is known to the second is one second: both numbers are the same.",
                altered(BOUNDS, ('"second": 0', '"second": 30')),
            ),
            "minute": (
                "A time that is known to the minute lasts from its second 0 to its second 59.",
                altered(BOUNDS, ('"minute": 59', '"minute": 0')),
            ),
            "day": (
                "A day lasts from 00:00:00 to 23:59:59: 86,399 seconds later.",
                altered(BOUNDS, ('"day": 86399', '"day": 0')),
            ),
            "edge": (
                "The pair ends one second too late: that second belongs to what comes after.",
                altered(BOUNDS, ("86399", "86400"), ("59", "60")),
            ),
            "raises": (
                "seconds(time) takes a day as well as a time of day. precision is one of three "
                "words.",
                altered(BOUNDS, ('"minute": 59, ', "")),
            ),
        },
        (
            "start = seconds(time). The pair begins with it, whatever the precision is.",
            "The end is start, start + 59 or start + 86399.",
        ),
        BOUNDS,
    ),
    Exercise(
        "08-3",
        "function",
        ordered,
        "Unknown is an answer. It keeps a guess out of the report.",
        {
            "words": (
                "Return one of three words: 'before', 'after', 'unknown'.",
                altered(ORDER, ('"before"', '"earlier"')),
            ),
            "swapped": (
                "It is the other way round. `order` says when the first came: 'before' the second, "
                "or 'after' it.",
                altered(
                    ORDER, ('"before"', '"later"'), ('"after"', '"before"'), ('"later"', '"after"')
                ),
            ),
            "after": (
                "The second is over before the first begins, so the first came 'after'.",
                altered(ORDER, ('return "after"', 'return "unknown"')),
            ),
            "starts": (
                "These two overlap. Each of them may have come first. Compare the end of one with "
                "the beginning of the other.",
                altered(ORDER, ("first[1] < second[0]", "first[0] < second[0]")),
            ),
            "touch": (
                "They may lie in the same second. Nothing says which came first.",
                altered(ORDER, ("first[1] < second[0]", "first[1] <= second[0]")),
            ),
            "next": (
                "One is over in the second before the other begins. Their order is known.",
                altered(ORDER, ("first[1] < second[0]", "first[1] + 1 < second[0]")),
            ),
        },
        (
            "A pair is (first second, last second): first[0], first[1].",
            "It is surely before where first[1] < second[0].",
        ),
        ORDER,
    ),
    Exercise(
        "08-4",
        "function",
        searched,
        "It finds what you ask for, and nothing else.",
        {
            "lines": (
                "Return the lines themselves in which the field has that value.",
                altered(SEARCH, ("== wanted[name]", "!= wanted[name]")),
            ),
            "whole": (
                "Compare whole values with ==. A part of a value is another value.",
                altered(SEARCH, ("line.get(name) == wanted[name]", "wanted[name] in str(line)")),
            ),
            "missing": (
                "Some lines do not have that field. line.get(name) gives None there.",
                altered(SEARCH, ("line.get(name)", "line[name]")),
            ),
            "both": (
                "Each field that is wanted must fit, not one of them.",
                altered(SEARCH, ("all(", "any(")),
            ),
            "empty": (
                "No line fits. That is the empty list.",
                altered(SEARCH, ("for name in wanted)]", "for name in wanted)] or lines[:1]")),
            ),
            "nothing wanted": (
                "Where nothing is wanted, every line fits.",
                altered(SEARCH, ("if all(", "if wanted and all(")),
            ),
            "list": (
                "Return a list: [line for line in lines if ...].",
                altered(SEARCH, ("return [", "return tuple(["), ("wanted)]", "wanted)])")),
            ),
            "raises": (
                "`wanted` is a dictionary from the name of a field to its value: "
                "{'type': 'login'}.",
                altered(SEARCH, ("wanted[name]", "wanted.name")),
            ),
        },
        (
            "A line fits if line.get(name) == wanted[name] for each name in wanted.",
            "return [line for line in lines if all(... for name in wanted)]",
        ),
        SEARCH,
    ),
    Exercise(
        "08-5",
        "value",
        in_order,
        "That is the story, in an order that its times allow. You can tell it now.",
        {
            "letters": (
                "Give each of the ten letters once, in one text.",
                "answer = 'abc'",
            ),
            "October": (
                "The times rule that out. What happened at Okta and with its other customers came "
                "first; Cloudflare noticed its own intruder after that, and the credentials were "
                "used weeks later.",
                "answer = 'dbfigjhcae'",
            ),
            "November": (
                "The times rule that out. Look at the picture: November goes from a probe to a "
                "way in, an account, an implant, an alarm, and the removals.",
                "answer = 'bfdigjhace'",
            ),
        },
        (
            "The story has three parts: Okta's support system, Okta tenants, and November.",
            "November begins with the probe (i) and ends with the last removal (e). Two scenes are "
            "of one day, and one of them has no hour: these may stand either way.",
        ),
        'scenes = "bfdigjhcae"',
    ),
    Exercise(
        "08-6",
        "function",
        compare(logs_with_files),
        "Two types, and not one. Ask for this list before you search.",
        {
            "users": (
                "Return a dictionary: each type of event with a file, and the set of its users.",
                altered(FILE_TYPES, ('.add(line["user"])', '.add(line["file"])')),
            ),
            "no file": (
                "Leave out each line that has no field `file`, also where another line of its type "
                "has one.",
                altered(FILE_TYPES, ('"file" in line', '"file" in str(line)')),
            ),
            "set": (
                "A type has a set of users, and each line adds one to it.",
                altered(
                    FILE_TYPES,
                    (
                        '.setdefault(line["type"], set()).add(line["user"])',
                        '[line["type"]] = {line["user"]}',
                    ),
                ),
            ),
            "empty name": (
                "That line has the field `file`, with an empty name. Ask: 'file' in line.",
                altered(FILE_TYPES, ('"file" in line', 'line.get("file")')),
            ),
            "types": (
                "Do not name the types yourself. The log says which types there are.",
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
            "A line names a file if 'file' in line.",
            "users.setdefault(line['type'], set()).add(line['user']) makes the set where it is "
            "missing, and adds to it.",
        ),
        FILE_TYPES,
    ),
    Exercise(
        "08-7",
        "value",
        judged_cards,
        "A report that says which is which helps others. Luck is no control.",
        {
            "shape": (
                "Give a dictionary with the numbers 1 to 9. Each has one of three words: 'skill', "
                "'luck', 'unknown'.",
                "answer = {1: 'skill'}",
            ),
            "open": (
                "Some cards still have no word. Give each of the nine one of the three.",
                cards().replace("9: 'unknown'", "9: ..."),
            ),
            "skill": (
                "Somebody had arranged for that beforehand, and it did what it was there for: "
                "skill.",
                cards(c6="luck"),
            ),
            "luck": (
                "It helped the company that the card names, and that company had arranged nothing "
                "for it: luck.",
                cards(c5="skill"),
            ),
            "unknown": (
                "No source settles it. Each of the other two words would claim too much.",
                cards(c7="skill"),
            ),
        },
        (
            "First look for what no source can say. Three cards are of this kind.",
            "Then ask of each card: had the company that it names prepared for this? If not, it "
            "was luck.",
        ),
        """judged = {1: "skill", 2: "luck", 3: "unknown", 4: "skill", 5: "luck", 6: "skill",
          7: "unknown", 8: "skill", 9: "unknown"}""",
    ),
)

TARGET = Target(
    "08-target",
    "value",
    value(lambda answer: None if answer == FLAG else flag_mistake(answer)),
    "The article says now what the record bears out. Other facts would have done as well: a "
    "date is refuted by each fact that tells of the same before it.",
    {
        "other": (
            "That is not the flag. scene.publish() gives it, once each claim that does not hold "
            "is corrected.",
            "answer = 'flag-0000'",
        ),
        "editor": (
            "That is what the editor said, and not the flag. Read it: a claim still stands that "
            "does not hold, or too many corrections failed.",
            "answer = 'The editor: a claim still stands that the ledger does not bear out.'",
        ),
    },
    (
        "Search the ledger by a word or a number: [f.id for f in ledger.facts() if '134' in "
        "f.statement]. Then read f.statement, f.time, f.figures and f.note.",
        "Eight of the twelve do not hold. Three of these nobody can know: their fact has a note "
        "that says what is not published, not shown, or not settled.",
        "Refute 2, 4, 6, 7 and 10: a unit, a day, two numbers that became one, a day, two numbers "
        "that became one. Leave 8, 11 and 12 open.",
    ),
    code("""
        wrong = {2: "okta-support-window", 4: "okta-user-report", 6: "cf-rotation-missed",
                 7: "nov15-atlassian-access", 10: "code-red-triage"}
        unknown = {8: "repos-exfiltration-unconfirmed", 11: "attack-gap",
                   12: "nov22-sao-paulo-denied"}
        for number, fact in wrong.items():
            scene.refute(number, fact)
        for number, fact in unknown.items():
            scene.leave_open(number, fact)
        flag = scene.publish()
    """),
    brief="An article goes to print tonight. It makes twelve claims: scene.show(). Some hold, "
    "some are wrong, and some nobody can know. For each that is wrong say scene.refute(number, "
    "fact) with the id of a fact that says otherwise. For each that nobody can know say "
    "scene.leave_open(number, fact) with the id of the fact that leaves it open. Do not touch "
    "claims that hold. Three corrections may fail. Then scene.publish() gives the flag.",
    scene=Article,
)


def flag_mistake(answer: Any) -> str:
    """The name of what was handed in instead of the flag."""
    return "editor" if isinstance(answer, str) and "editor" in answer else "other"


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
        "On which of the four questions does the answer stay open, by these five rules?",
        {
            "a": Guess(
                "on none: one of those concerned speaks in each",
                "",
                "The belief is that a primary source ends each dispute. A primary can contradict "
                "itself, and a translation is not the original.",
            ),
            "b": Guess("on A and D", "AD"),
            "c": Guess(
                "on all four: the sources do not agree",
                "ABCD",
                "The belief is that a question is open as soon as somebody says otherwise. Who "
                "retells a text is no second witness against it.",
            ),
            "d": Guess(
                "on B and C",
                "BC",
                "The belief is that two voices against one make a doubt. In B and C an original "
                "was read, and it is clear.",
            ),
        },
        "In B and C an original settles it. In B it settles only that Cloudflare names nothing; "
        "what refused the sign-in stays open. In A nobody read the original for this number, and "
        "in D those concerned give two times themselves.",
    ),
    Prediction(
        "08-p3",
        "Which came first, as far as the record goes?",
        {
            "a": Guess(
                "the probe: whoever begins to probe has not come in yet",
                "before",
                "The belief is that a likely order is a known one. It is likely. The record has a "
                "second for the one, and only a day for the other.",
            ),
            "b": Guess(
                "the AWS environment: a date without an hour begins at midnight",
                "after",
                "The belief is that a date is its midnight. Many tools sort it so, and that makes "
                "up an order.",
            ),
            "c": Guess(
                "both at once: it is one event in two entries",
                "same",
                "The belief is that what shares a day shares a moment. The two entries tell of "
                "different systems.",
            ),
            "d": Guess("the record cannot say", "unknown"),
        },
        "A day is a band, and not a moment. The probe lies inside the band. You may assume an "
        "order, and then you say that you assume it.",
    ),
    Prediction(
        "08-p4",
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
        "No intruder is known to have been active in the gap. Defenders were: the lines above say "
        "who, on which day, and how sure that is. The picture leaves these days out.",
    ),
    Prediction(
        "08-p5",
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
    Row(
        "08-p6",
        "Five searches in this log. Which of them find a line of the intruder?",
        (
            "type: case_file_view",
            "type: files_tab_download",
            "user: svc-support",
            "result: failure",
            "address: 203.0.113.66, which a customer gave",
        ),
        "xooxo",
        {
            "type: case_file_view": "The belief is that there is one way to a file, and so one "
            "type of event. Each way has a type of its own here.",
            "type: files_tab_download": "The belief is that a thief leaves no line. This one "
            "left a line for each file, under another type.",
            "user: svc-support": "The belief is that an intruder has a name of his own. This one "
            "used the name of a service account.",
            "result: failure": "The belief is that an intruder must fail first. The password was "
            "right, and nothing failed.",
            "address: 203.0.113.66, which a customer gave": "The belief is that an address says "
            "too little. It stands in each line of its sender, whatever the type is.",
        },
        "The type that a search names decides what it can find. A user or an address does not "
        "depend on the type.",
        ("it finds a line of the intruder", "it finds none"),
    ),
)

QUIZZES = (
    Quiz(
        "08-q1",
        "You search a log for signs of a theft and find no line. What do you do first?",
        {
            "a": Choice(
                "Report that nothing was taken in that time",
                "The search may be blind. You know only that these words found nothing.",
            ),
            "b": Choice(
                "Search a longer time with the same words",
                "A search that is blind in one week is blind in all of them.",
            ),
            "c": Choice(
                "Ask the vendor for a better log",
                "Perhaps later. First find out what this one can show.",
            ),
            "d": Choice(
                "Do the act yourself, and search for it",
                "If the search does not find your own act, it proves nothing.",
                True,
            ),
        },
    ),
    Quiz(
        "08-q2",
        "A forensic team searches for traces in a database and finds none. Which sentence may "
        "stand in your report?",
        {
            "a": Choice(
                "Nobody had access to the database",
                "Not to find a trace is one thing. That there was no access is another.",
            ),
            "b": Choice(
                "No trace of access was found",
                "Say also where they searched, and what such a trace would look like.",
                True,
            ),
            "c": Choice(
                "The intruder may have read the database",
                "That is true of every system, and says nothing of the search.",
            ),
        },
    ),
)

LESSON = Lesson("08", EXERCISES, QUIZZES, PREDICTIONS, TARGET)
