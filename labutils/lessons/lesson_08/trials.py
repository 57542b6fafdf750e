"""What the exercises of lesson 08 are tried with."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from labutils.classroom.judging import Tried
from labutils.classroom.trying import Call, Observed, Trial, calls, seen
from labutils.lab import dice, iso

from .readings import KINDS, Reading
from .retelling import JUDGED, first_wrong_pair
from .support_log import DESK, ENGINEERS, INTRUDER, TRIP, Desk, Line, as_text, support_log


def of_type(kinds: tuple[type, ...], answer: Tried, *arguments: Any) -> Any:
    """What an answer returns; in words, where it is of none of these types."""
    result = answer(*arguments)
    return result if result is None or isinstance(result, kinds) else f"a {type(result).__name__}"


# --- a positive control (08-12) -----------------------------------------------------------------


def try_blind_spots(answer: Tried) -> Trial:
    """Desks whose ways leave no line, one or two, and searches that find some of them; each twice,
    at a new desk."""
    tried = list(desks())
    for at, (words, search, log, written, about, usual) in enumerate([*tried, *tried[::-1]]):
        desk = Desk(log, written)
        result = seen(answer, search, desk)
        parts = {"set": "list", "tuple": about, "NoneType": "ways", "Raised": "raises"}
        parts |= dict.fromkeys(("list", "str"), about)
        is_set = isinstance(result, set | frozenset)
        again = usual if at < len(tried) else "again"
        yield Observed(words, "a set" if is_set else result, "list" if is_set else parts, again)
        yield Observed(f"{words}: what was done", sorted(desk.done), "done")


def desks() -> Iterator[tuple[str, Any, list[Line], dict[str, list[Line]], str, str]]:
    """What is tried in words; a search, a log, what each way writes; what it is about."""
    view, take = {"type": "view", "user": "you"}, {"type": "take", "user": "you"}
    export, other = {"type": "export", "user": "you"}, {"type": "view", "user": "ada"}
    two, silent = {"a": [view], "b": [take]}, {"a": [view], "b": [], "c": [take]}

    def of(*kinds: str) -> Any:
        return lambda lines: [line for line in lines if line["type"] in kinds]

    def yours(lines: list[Line]) -> list[Line]:
        return [line for line in lines if line["user"] == "you"]

    yield "two ways, a search for one type", of("view"), [], two, "ways", ""
    yield "a search that finds nothing", of("delete"), [], two, "ways", ""
    yield "a search that finds everything", list, [], two, "ways", ""
    yield "a log that has such lines already", of("view", "take"), [other], two, "old", ""
    yield "old lines of another type", of("take"), [other, other], two, "old", ""
    yield "an old line, and a way of another type", of("view"), [other], {"b": [take]}, "old", ""
    yield "old lines of your own", yours, [dict(view)], {"b": [{**take, "user": "x"}]}, "old", ""
    mixed = {"a": [view], "b": [take], "c": [view], "d": [export]}
    yield "four ways, the first is found", of("view"), [], mixed, "each", ""
    yield "four ways, the last is found", of("export"), [other], mixed, "each", ""
    yield "a way that leaves no line", of("view", "take"), [], silent, "silent", ""
    yield "no way leaves a line", list, [other], {"a": [], "b": []}, "silent", ""
    both = {"a": [view, take], "b": [export, export], "c": [take, other]}
    yield "ways that leave two lines", of("view"), [], both, "two lines", ""
    yield "no way at all", of("view"), [other], {}, "ways", "edge"
    names = {"view": [take], "take": [view], "you": [export]}
    yield "ways that are called like types", of("view"), [other], names, "ways", ""
    many = {f"way {n}": [({"type": f"t{n % 7}", "user": "you"})] for n in range(300)}
    yield "300 ways of 7 types", of("t3", "t5"), [other], many, "each", "large"


# --- an account in two places (08-9) --------------------------------------------------------------


def try_two_places(answer: Tried) -> Trial:
    """Logs of users at several addresses. What is given must be as it was afterwards."""
    sets = Tried(partial(of_type, (set, frozenset), answer))
    for step in calls(sets, logs_of_users(), alone=True):
        is_set = not isinstance(step.seen, dict) or not isinstance(step.seen["returned"], str)
        yield step if is_set else step._replace(about="set")


def logs_of_users() -> Iterator[Call]:
    """Logs, the coarse mistakes first: a pair is a user and the last part of an address."""
    rows = (
        ("one user at two addresses", "ada.1 ada.2", "two"),
        ("two users at two addresses each", "ada.1 bo.1 bo.2 ada.2", "all"),
        ("two users, each at one address", "ada.1 bo.2", "each"),
        ("two users who share an address", "ada.1 bo.1", "shared"),
        ("many lines from one address", "ada.1 ada.1 ada.1", "lines"),
        ("one of three users at two addresses", "bo.1 ada.2 cy.3 bo.4 ada.2", "each"),
        ("a user who comes back", "ada.1 ada.2 ada.1", "two"),
        ("the second address much later", "ada.1 bo.2 cy.3 bo.2 ada.9", "two"),
        ("three addresses", "ada.1 ada.2 ada.3 bo.1", "two"),
        ("users whose names differ in a letter", "ada.1 Ada.2 adam.3", "each"),
        ("addresses that begin alike", "ada.1 ada.11", "two"),
        ("no line", "", "each"),
    )
    for words, text, about in rows:
        yield Call((log_of(text),), words, about, "" if text else "edge")
    drawn = dice("lesson-08", "places")
    for number in range(4):
        digits = [int(letter, 16) for letter in next(drawn)]
        pairs = list(zip(digits[::2], digits[1::2], strict=True))
        text = " ".join(f"{'abcd'[user % 4]}.{place % 3}" for user, place in pairs)
        yield Call((log_of(text),), f"drawn lines, {number + 1}", "each")
    other = {"type": "report_export", "result": "failure", "time": "2023-10-06T21:41:10Z"}
    first, second = log_of("ada.1 ada.2")
    words = "one user, whose lines differ in type, day and result too"
    yield Call(([first, second | other],), words, "two")
    many = " ".join(f"user-{number}.{place}" for number in range(300) for place in (1, number % 3))
    yield Call((log_of(many),), "600 lines of 300 users", "all", "large")
    text = "ada.1 " + " ".join(f"user-{number}.1" for number in range(300)) + " ada.2"
    yield Call((log_of(text),), "one of 301 users at two addresses", "two", "large")


def log_of(text: str) -> list[dict[str, str]]:
    """Lines of a log, from pairs of a user and the last part of an address."""
    return [
        {"time": f"09:{number:02}", "user": user, "address": f"192.0.2.{place}", "type": "login"}
        for number, (user, place) in enumerate(pair.split(".") for pair in text.split())
    ]


# --- all that was taken (08-13) -----------------------------------------------------------------


def try_cited(cited: Any) -> Trial:
    """Lines of the log by their ids: whose they are, of which type, and how many from where."""
    fits = isinstance(cited, list | tuple | set) and all(isinstance(one, str) for one in cited)
    yield Observed("a list of ids", fits, "list")
    log = {f"support:{place}": line for place, line in enumerate(support_log(), 1)}
    yield Observed("ids that the log has not", [one for one in cited if one not in log], "name")
    taken = [line for name, line in log.items() if name in {*cited}]
    usual = {*ENGINEERS.values(), TRIP, DESK}
    people = [as_text(one) for one in taken if one["address"] in usual]
    yield Observed("lines of the desk's people and programs", people, "honest")
    others = [one for one in taken if one["address"] not in usual]
    logins = [as_text(one) for one in others if one["type"] == "login"]
    yield Observed("logins", logins, "login")
    from_one = [one for one in others if one["address"] == INTRUDER]
    yield Observed(f"how many lines are from {INTRUDER}", len(from_one), "missed")
    yield Observed("how many lines there are in all", len(others), "address")


# --- the grade of a statement (08-1) --------------------------------------------------------------


def try_grade(answer: Tried) -> Trial:
    """Statements with who says what, one of them by some hundred sources."""
    yield from calls(answer, statements())


def said(*members: str) -> list[Reading]:
    """Readings from short texts: kind, what it says (`-` for an empty text), and `cited` where
    nobody read it."""
    rows = [member.split() for member in members]
    return [
        {
            "who": f"source {number}",
            "kind": row[0],
            "read": "cited" not in row,
            "says": "" if row[1] == "-" else row[1],
        }
        for number, row in enumerate(rows, 1)
    ]


def statements() -> Iterator[Call]:
    """Statements with who says what: fixed ones by the mistake that they show, then drawn ones."""
    ten, six = "retelling ten", "retelling six"
    cited = "original ten cited"
    rows: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("an original that was read", ("original ten",), "words"),
        ("one retelling", (ten,), "count"),
        ("two retellings that agree", (ten, ten), "count"),
        ("three retellings that agree", (ten, ten, ten), "count"),
        ("no source at all", (), "nothing"),
        ("an original that is only cited", (cited,), "cited"),
        ("a cited original, one retelling", (cited, ten), "cited"),
        (
            "a cited original that says otherwise, two retellings",
            ("original six cited", ten, ten),
            "cited",
        ),
        ("two retellings that differ", (ten, six), "differ"),
        ("two originals that differ", ("original ten", "original six"), "originals"),
        ("an original against a retelling", ("original ten", six), "outweighs"),
        ("an original against two retellings", (six, "original ten", six), "outweighs"),
        ("an original against a translation", ("translation six", "original ten"), "outweighs"),
        ("a translation", ("translation ten",), "translation"),
        ("a translation and a retelling that agree", ("translation ten", ten), "translation"),
        ("a translation against a retelling", ("translation ten", six), "translated"),
        (
            "two cited originals that differ, one retelling",
            (cited, "original six cited", ten),
            "unread original",
        ),
        (
            "a cited original, two retellings that differ",
            (cited, ten, six),
            "unread original",
        ),
        ("two translations that differ", ("translation ten", "translation six"), "differ"),
        ("one retelling that was read, one that is only cited", (ten, f"{six} cited"), "cited"),
        ("an original that gives no name, against a retelling", ("original -", six), "outweighs"),
        ("a retelling that gives a name, and one that gives none", (ten, "retelling -"), "differ"),
        ("two retellings, of which one begins like the other", (ten, "retelling tens"), "differ"),
    )
    for words, members, about in rows:
        yield statement(members, about, words, "" if members else "edge")
    many = (ten,) * 300
    yield statement(many, "count", "300 retellings that agree", "large")
    yield statement((*many, six), "differ", "300 retellings that agree, and one more", "large")
    words = "300 retellings that agree, and an original"
    yield statement((*many, "original six"), "outweighs", words, "large")
    yield statement((cited,) * 300, "cited", "300 originals that are only cited", "large")
    drawn = dice("lesson-08", "readings")
    for _ in range(40):
        numbers = [int(next(drawn)[:4], 16) for _ in range(5)]
        members = tuple(
            f"{KINDS[number % 3]} {('ten', 'six')[number // 3 % 5 == 0]}"
            + (" cited" if number // 15 % 3 == 0 else "")
            for number in numbers[: numbers[4] % 4 + 1]
        )
        yield statement(members, "rules", "; ".join(members))


def statement(members: tuple[str, ...], about: str, words: str, usual: str = "") -> Call:
    """A statement with what each source says."""
    parts = {"str": about, "NoneType": about, "Raised": "raises"}
    return Call((said(*members),), words, parts, usual)


# --- what a time says, and what comes first (08-2, 08-3) ------------------------------------------


def try_bounds(answer: Tried) -> Trial:
    """Times with their precision."""
    for step in calls(answer, times()):
        is_pair = not isinstance(step.seen, list | tuple) or len(step.seen) == 2
        yield step if is_pair else step._replace(about="pair")


def times() -> Iterator[Call]:
    """Times with their precision, some of them drawn."""

    def call(time: str, precision: str, usual: str = "") -> Call:
        starts = precision != "minute" or time.endswith(":00Z")
        about = precision if starts else "begins"
        parts = {"list": about, "tuple": about, "NoneType": about, "Raised": "raises"}
        return Call((time, precision), "", parts | dict.fromkeys(("int", "str"), "pair"), usual)

    yield call("2023-11-14T09:22:49Z", "second")
    yield call("2023-11-23T16:00:00Z", "minute")
    yield call("2023-11-14T09:22:49Z", "minute")
    yield call("2023-12-31T23:59:59Z", "minute", "edge")
    yield call("2023-11-14", "day")
    yield call("2024-02-29", "day", "edge")
    yield call("2023-12-31", "day", "edge")
    yield call("1970-01-01", "day", "edge")
    yield call("1970-01-01T00:00:00Z", "second", "edge")
    drawn = dice("lesson-08", "times")
    for _ in range(6):
        moment = 1_690_000_000 + int(next(drawn)[:6], 16)
        yield call(iso(moment), "second")
        yield call(iso(moment - moment % 60), "minute")
        yield call(iso(moment), "minute")
        yield call(iso(moment)[:10], "day")


def try_order(answer: Tried) -> Trial:
    """Two pairs of bounds."""
    yield from calls(answer, pairs())


def pairs() -> Iterator[Call]:
    """Two pairs of bounds; the texts of the first two show who has them the wrong way round."""
    rows: list[tuple[Any, Any, str, dict[str, str]]] = [
        ((10, 20), (30, 40), "words", {"after": "swapped"}),
        ((30, 40), (10, 20), "after", {"before": "swapped"}),
        ((10, 40), (20, 30), "starts", {}),
        ((20, 30), (10, 40), "starts", {}),
        ((10, 30), (20, 40), "starts", {}),
        ((20, 40), (10, 30), "starts", {}),
        ((10, 20), (20, 30), "touch", {}),
        ((20, 30), (10, 20), "touch", {}),
        ((20, 20), (20, 20), "touch", {}),
        ((20, 20), (21, 21), "next", {}),
        ((21, 21), (20, 20), "next", {}),
        ((0, 0), (0, 59), "touch", {}),
        ((1_699_920_000, 1_700_006_399), (1_699_953_769, 1_699_953_769), "starts", {}),
        ((1_699_920_000, 1_700_006_399), (1_731_542_400, 1_731_628_799), "next", {}),
    ]
    drawn = dice("lesson-08", "pairs")
    for _ in range(30):
        a, b, c, d = (int(next(drawn)[:4], 16) % 30 for _ in range(4))
        rows.append(((min(a, b), max(a, b)), (min(c, d), max(c, d)), "starts", {}))
    for first, second, about, texts in rows:
        parts = {"str": about, "NoneType": about, "Raised": about} | texts
        yield Call((first, second), "", parts, "edge" if about == "touch" else "")


# --- the story told again (08-5, 08-7) ------------------------------------------------------------


def try_scenes(scenes: Any) -> Trial:
    """Ten letters, and the first two of them that stand as their times rule out."""
    letters = "".join(map(str, scenes)) if isinstance(scenes, list | tuple) else scenes
    letters = "".join(letters.lower().replace(",", " ").split()) if isinstance(letters, str) else ""
    yield Observed("the letters", sorted(letters), "letters")
    wrong = {*(first_wrong_pair(letters) or ())}
    part = ("October" if wrong & {"b", "f", "d"} else "November") if wrong else "none"
    about = {name: name for name in ("October", "November")}
    yield Observed("the part of the story in which the times rule the order out", part, about)


def try_judged(judged: Any) -> Trial:
    """A word for each card. The mistake has the name of what the card is."""
    yield Observed("the numbers", set(judged) if isinstance(judged, dict) else None, "shape")
    yield Observed("how many have no word", [*judged.values()].count(...), "open")
    words = {number: str(word).strip().lower() for number, word in judged.items()}
    for number, (_, card, _) in JUDGED.items():
        about = dict.fromkeys(("skill", "luck", "unknown"), card)
        yield Observed(f"card {number}", words[number], {"str": "shape", **about})
