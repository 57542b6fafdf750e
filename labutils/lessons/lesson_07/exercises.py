"""07 · HAR files."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from labutils import har
from labutils.classroom import registry
from labutils.classroom.judging import Case, Tried, Verdict, compare, value, written
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.har.forensics import get
from labutils.lab import data_file, dice

from . import cleaner_grade
from .cleaner_grade import PLAIN

TOOLS = code("""
    import hashlib
    import hmac
    import json
    import re
    import secrets
    from urllib.parse import parse_qsl, urlsplit, urlunsplit

    from labutils import har
    from labutils.lab import data_file
    from labutils.lessons.lesson_07.cleaner_grade import PLAIN

    entries = har.read(data_file("support-case.har").read_bytes())["log"]["entries"]
""")
LEAK = code("""
    leak = next(text for text in texts(mine_cleaned) if re.fullmatch("[0-9a-f]{20,}", text))
""")
STOLEN = code("""
    stolen = json.loads(entries[13]["response"]["content"]["text"])["access_token"]
""")
TEXTS = code("""
    def texts(value):
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return texts(list(value.values()))
        if isinstance(value, list):
            return [text for inner in value for text in texts(inner)]
        return []
""")
TOKENS_IN = code(r"""
    def tokens_in(texts):
        shape = r"eyJ[\w-]+\.[\w-]+\.[\w-]+"
        return {token for text in texts for token in re.findall(shape, text)}
""")
CLEAN = code("""
    def clean(value, keep, replace, name):
        if isinstance(value, dict):
            return {inner: clean(value[inner], keep, replace, inner) for inner in value}
        if isinstance(value, list):
            return [clean(inner, keep, replace, name) for inner in value]
        if isinstance(value, str) and name not in keep:
            return replace(value)
        return value
""")
TAG = code("""
    def tag(text, key):
        digest = hmac.new(key, text.encode(), "sha256").hexdigest()
        return "x-" + digest[:10]
""")
CLEAN_URL = code("""
    def clean_url(url, replace):
        parts = urlsplit(url)
        pieces = [replace(piece) if piece else "" for piece in parts.path.split("/")]
        query = replace(parts.query) if parts.query else ""
        host = parts.netloc.split("@")[-1]
        return urlunsplit((parts.scheme, host, "/".join(pieces), query, ""))
""")
CLEAN_ERROR = code("""
    def clean_error(body):
        try:
            said = json.loads(body)
        except ValueError:
            return "{}"
        kept = {}
        for name in ("error", "incident"):
            text = said.get(name) if isinstance(said, dict) else None
            if isinstance(text, str) and re.fullmatch(PLAIN, text):
                kept[name] = text
        return json.dumps(kept)
""")

FORM = code("""
    body = entries[3]["request"]["postData"]["text"]
    form = dict(parse_qsl(body))
""")

wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


# --- 07-7: one token out of the file --------------------------------------------------------------

TOKEN_ENTRIES = (7, 13)  # of the recording: the two responses of the token endpoint


def steals(answer: Any) -> str | None:
    """None for the last access token of the recording, else the name of the mistake."""
    entries = har.read(data_file("support-case.har").read_bytes())["log"]["entries"]
    first, last = (
        json.loads(entries[number]["response"]["content"]["text"]) for number in TOKEN_ENTRIES
    )
    if answer == last["access_token"]:
        return None
    if isinstance(answer, dict) or (isinstance(answer, str) and answer.lstrip().startswith("{")):
        return "response"
    if not isinstance(answer, str):
        return "other"
    if answer.removeprefix("Bearer ").strip() in (last["access_token"], first["access_token"]):
        return "first" if first["access_token"] in answer else "header"
    of_another_kind = {token[name] for token in (first, last) for name in token} - {"Bearer"}
    return "kind" if answer in of_another_kind else "other"


# --- 07-9: the form with the password -----------------------------------------------------------

SIGN_IN_ENTRY = 3  # of the recording: the form that Ada filled in


def fills_in(answer: Any) -> str | None:
    """None for the fields of the form in which Ada typed her password, else the mistake."""
    entries = har.read(data_file("support-case.har").read_bytes())["log"]["entries"]
    bodies = {
        number: str(get(entry, "request", "postData", "text") or "")
        for number, entry in enumerate(entries)
    }
    filled = parse_qsl(bodies[SIGN_IN_ENTRY], keep_blank_values=True)
    if isinstance(answer, str):
        return "text" if answer in bodies.values() else "other"
    if answer in (filled, parse_qsl(bodies[SIGN_IN_ENTRY])):
        return "pairs"
    if not isinstance(answer, dict):
        return "other"
    kept = {name: value for name, value in filled if value}
    if {name: value for name, value in answer.items() if value} == kept:
        return None
    if any(isinstance(value, list) for value in answer.values()):
        return "lists"
    if "password" in answer and "username" in answer:
        return "part"
    read = [dict(parse_qsl(body)) for body in bodies.values() if body]
    return "another" if answer in read else "other"


# --- 07-1 and 07-3: a walk through nested values ------------------------------------------------


def nested(depth: int, drawn: Any) -> Any:
    """A drawn value as it stands in JSON, nested so deep."""
    if depth == 0:
        return next(drawn)[:9]
    return {
        next(drawn)[:5]: [nested(depth - 1, drawn), int(next(drawn)[:2], 16), None],
        "name": nested(depth - 1, drawn),
        "size": {"value": next(drawn)[:7], "is": True},
    }


def all_texts(value: Any) -> list[str]:
    """The texts in a nested value, in the order in which a reader meets them."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return [text for member in members for text in all_texts(member)]
    return [value] if isinstance(value, str) else []


def text_cases() -> Iterable[Case]:
    """Values from simple to nested, each with its texts."""
    plain: list[tuple[Any, str]] = [
        ("one", "alone"),
        ("one", "alone"),
        ({"a": "one", "b": "two"}, "keys"),
        ({"a": "one", "b": {"c": "two"}}, "flat"),
        ({"a": ["one", {"b": ["two"]}]}, "lists"),
        ({"a": 200, "b": None, "c": True, "d": "one"}, "numbers"),
        ({"a": "one", "b": ["one", "one"]}, "twice"),
        ({"a": "", "b": "one"}, "empty"),
        ({"a": " One ", "b": "012713", "c": ["null", "\n"], "name": "x" * 300}, "as it is"),
        ([], "flat"),
        (7, "numbers"),
    ]
    for inner, mistake in plain:
        yield Case((inner,), all_texts(inner), mistake)
    drawn = dice("lesson-07/judge", "texts")
    for depth in (1, 2, 4):
        inner = nested(depth, drawn)
        words = f"a random value, nested {depth} deep"
        yield Case((inner,), all_texts(inner), "flat", words)


def same_texts(got: Any, want: list[str]) -> bool:
    """The same texts in any order, each as often, in a list."""
    return isinstance(got, list) and Counter(map(repr, got)) == Counter(map(repr, want))


def finds_texts(answer: Tried) -> Verdict:
    """The judge of 07-1: another kind of answer comes before what is in it."""
    verdict = compare(text_cases, same=same_texts)(answer)
    got = answer.results[-1] if answer.results else None
    if verdict.kind == "differs" and isinstance(got, Iterable) and not isinstance(got, str | list):
        return replace(verdict, mistake="list")
    return verdict


def without_change(judge: Callable[[Tried], Verdict], sample: Any, call: Any) -> Any:
    """A judge that first holds that what is handed in stays as it is."""

    def judged(answer: Tried) -> Verdict:
        handed = copy.deepcopy(sample)
        try:
            call(answer, handed)
        except Exception:
            return judge(answer)
        if handed != sample:
            return Verdict(
                "differs",
                written(sample),
                "the original, changed in place,",
                "a new value",
                mistake="changed",
            )
        return judge(answer)

    return judged


def mark(text: str) -> str:
    """What the judge replaces a text with."""
    return f"<{text}>"


def cleaned(value: Any, keep: set[str], name: str = "") -> Any:
    """What clean should give."""
    if isinstance(value, dict):
        return {inner: cleaned(value[inner], keep, inner) for inner in sorted(value)}
    if isinstance(value, list):
        return [cleaned(more, keep, name) for more in value]
    return mark(value) if isinstance(value, str) and name not in keep else value


def clean_cases() -> Iterable[Case]:
    """Values from simple to nested, with what stays of them."""
    keep = {"name", "method"}
    plain: list[tuple[Any, str]] = [
        ({"cookie": "secret"}, "kept"),
        ({"method": "GET", "cookie": "secret"}, "harmless"),
        ({"status": 500, "size": None, "ok": True, "zero": 0}, "numbers"),
        ({"outer": {"cookie": "secret"}}, "flat"),
        ({"list": ["secret", {"method": "GET", "value": "secret"}]}, "lists"),
        ({"name": {"value": "secret"}}, "below"),
        ({"method": [{"value": "secret"}]}, "below"),
        ({"method": ["GET", ["PUT"]]}, "names in lists"),
        ({"x": {"name": "a"}, "y": "secret"}, "other"),
        ({"Method": "secret", "names": "secret", "metho": "secret"}, "nearly"),
        ("secret", "kept"),
        ({"cookie": "", "list": []}, "empty"),
        ({"code": "012713", "pin": "7", "flag": "true", "none": "null"}, "looks"),
        ({"next": "https://wiki.example/reset/secret", "to": "http://127.0.0.1/"}, "looks"),
        ({"body": "secret " * 60, "x": "a", "y": "\n", "mail": "ada@wiki.example"}, "looks"),
        ({"verb": "GET", "kind": "text/html", "at": "2023-10-18T09:00:00Z", "z": "-"}, "looks"),
        ({"Method": " GET ", "more": ["name", "method"], "Cookie": "SECRET"}, "looks"),
    ]
    for inner, mistake in plain:
        yield Case((inner, keep, mark, ""), cleaned(inner, keep), mistake, written(inner))
    yield Case(("GET", {"verb"}, mark, "verb"), "GET", "harmless", "'GET', under the name 'verb'")
    drawn = dice("lesson-07/judge", "clean")
    for depth in (1, 2, 4):
        inner = nested(depth, drawn)
        words = f"a random value, nested {depth} deep"
        yield Case((inner, {"name"}, mark, ""), cleaned(inner, {"name"}), "other", words)


# --- 07-2: tokens in texts ----------------------------------------------------------------------


def token_cases() -> Iterable[Case]:
    """Texts with drawn JWTs in them, and with what is nearly one."""
    drawn = dice("lesson-07/judge", "tokens")
    one, two, three = (
        f"eyJ{next(drawn)}.eyJ{next(drawn)}_{next(drawn)[:3]}.{next(drawn)}-{next(drawn)[:4]}"
        for _ in range(3)
    )
    yield Case(([],), set(), "kind")
    yield Case(([f"Bearer {one}"],), {one}, "whole")
    yield Case(([one, two],), {one, two}, "joined")
    yield Case(([json.dumps({"access_token": one, "id_token": two})],), {one, two}, "one")
    yield Case(([f"https://wiki.example/cb?id_token={three}&state=7"],), {three}, "Bearer")
    spaced = f"eyJ{next(drawn)}.eyAi{next(drawn)}.{next(drawn)}"
    short = f"eyJ0.{next(drawn)}.x"
    yield Case(([spaced, short],), {spaced, short}, "payload")
    yield Case((["1.2.3", "127.0.0.1", "www.login.example", f"x.{next(drawn)}.y"],), set(), "dots")
    for other in ("EYJ", "eyj", "eyK"):
        yield Case(([f"{other}{next(drawn)}.{next(drawn)}.{next(drawn)}"],), set(), "dots")
    yield Case((["eyJ is a beginning.of parts.with dots"],), set(), "parts")
    yield Case((["eyJ0ZXN0", f"eyJ{next(drawn)}.{next(drawn)}"],), set(), "parts")
    last = f"eyJ{next(drawn)}.eyJ{next(drawn)}.{next(drawn)}-"
    yield Case(([f'"{last}"'],), {last}, "hyphen")
    unsigned = f"eyJ{next(drawn)}.eyJ{next(drawn)}."
    yield Case(([unsigned, f"Bearer {unsigned}", f'"{unsigned}"'],), set(), "unsigned")
    yield Case(([one, f"again {one}"],), {one}, "kind")


def finds_tokens(answer: Tried) -> Verdict:
    """The judge of 07-2: pieces of tokens come of a pattern with groups, or without the hyphen."""
    verdict = compare(token_cases)(answer)
    if verdict.kind == "raised" and isinstance(answer.error, TypeError):
        return replace(verdict, mistake="list")
    got = answer.results[-1] if answer.results else None
    if verdict.kind != "differs" or isinstance(got, str) or not isinstance(got, Iterable):
        return verdict
    if any(isinstance(one, tuple) for one in got):
        return replace(verdict, mistake="groups")
    if any(f"{one}-" in verdict.want for one in got):
        return replace(verdict, mistake="hyphen")
    return verdict


# --- 07-4: a tag --------------------------------------------------------------------------------


def right_tag(text: str, key: bytes) -> str:
    """The tag by another way than the solution."""
    import hmac

    return f"x-{hmac.digest(key, text.encode(), 'sha256')[:5].hex()}"


def tag_cases() -> Iterable[Case]:
    """Texts and drawn keys."""
    drawn = dice("lesson-07/judge", "tag")
    for text, mistake in (
        ("session=1", "spelling"),
        ("012713", "spelling"),
        ("", "spelling"),
        ("zoë, 雪", "letters"),
        (" Session=1 ", "whole"),
        ("session=1" * 40, "whole"),
        ("Zoe\u0308", "whole"),
    ):
        key = bytes.fromhex(next(drawn))
        yield Case((text, key), right_tag(text, key), mistake)


def tags(answer: Tried) -> Verdict:
    """The judge of 07-4: what can be guessed or compared comes before the exact spelling."""
    key, other = b"one key", b"another key"
    given = [answer("012713", key), answer("012713", key), answer("012713", other)]
    case = "the string '012713'"
    if all(isinstance(one, str) for one in given):
        first, second, third = given
        if "012713" in first or "012713" in first[::-1]:
            return Verdict("differs", case, written(first), "no part of it", mistake="readable")
        if first != second:
            got = f"{first} and then {second}"
            return Verdict("differs", case, got, "the same tag twice", mistake="random")
        if first == third:
            got = f"{first} with both keys"
            return Verdict("differs", case, got, "a different tag for each key", mistake="plain")
    else:
        return Verdict("differs", case, written(given[0]), "a string", mistake="kind")
    return compare(tag_cases)(answer)


# --- 07-8: what a cleaner left ------------------------------------------------------------------


def leaks(answer: Any) -> str | None:
    """What is wrong with a string that should be a secret in the file of a cleaner that keeps
    names; None where nothing is."""
    recording = har.read(data_file("support-case.har").read_bytes())
    planted = cleaner_grade.planted(recording, "lesson-07/example")
    if not isinstance(answer, str):
        return "type"
    if answer in planted.secrets & {*_names(planted.recording)}:
        return None
    if answer in planted.secrets:
        return "gone"
    whole = planted.secrets & {*_names(planted.recording)}
    if any(one in answer or (len(answer) > 3 and answer in one) for one in whole):
        return "whole"
    return "tag" if answer.startswith("x-") else "harmless"


def _names(value: Any) -> Iterator[str]:
    """The strings that stand under the key `name`, at any depth: a cleaner that keeps names keeps
    them."""
    if isinstance(value, dict):
        yield from (str(inside) for key, inside in value.items() if key == "name")
        value = list(value.values())
    for inside in value if isinstance(value, list) else ():
        yield from _names(inside)


# --- 07-5: an address ---------------------------------------------------------------------------


def url_cases() -> Iterable[Case]:
    """Addresses with secrets in each of their parts (RFC 3986, 3), and what stays of them."""

    def drawn_mark(text: str) -> str:
        return f"x{sum(map(ord, text)) % 1000:03}{len(text)}"

    key = next(dice("lesson-07/judge", "url"))
    a, b = drawn_mark("api"), drawn_mark(key)
    query = drawn_mark(f"code={key}")
    rows = [
        ("https://wiki.example/api", f"https://wiki.example/{a}", "path"),
        (f"https://wiki.example/api/{key}", f"https://wiki.example/{a}/{b}", "path"),
        (f"https://wiki.example/api?code={key}", f"https://wiki.example/{a}?{query}", "query"),
        ("http://127.0.0.1:9007/api", f"http://127.0.0.1:9007/{a}", "host"),
        ("http://[::1]:9007/api", f"http://[::1]:9007/{a}", "IPv6"),
        ("https://[2001:db8::7]/api", f"https://[2001:db8::7]/{a}", "IPv6"),
        (f"https://ada:{key}@wiki.example/api", f"https://wiki.example/{a}", "user"),
        (f"https://a@b:{key}@wiki.example/api", f"https://wiki.example/{a}", "user"),
        (f"https://wiki.example/api#code={key}", f"https://wiki.example/{a}", "fragment"),
        (
            f"https://wiki.example/api?code={key}#{key}",
            f"https://wiki.example/{a}?{query}",
            "fragment",
        ),
        (f"https://ada:{key}@[::1]:9007/api", f"https://[::1]:9007/{a}", "IPv6"),
        (f"https://wiki.example/@{key}", f"https://wiki.example/{drawn_mark('@' + key)}", "at"),
        (
            f"https://wiki.example/api?to=ada@wiki.example/{key}?{key}",
            f"https://wiki.example/{a}?{drawn_mark(f'to=ada@wiki.example/{key}?{key}')}",
            "at",
        ),
        (
            f"https://wiki.example/api;token={key}",
            f"https://wiki.example/{drawn_mark(f'api;token={key}')}",
            "path",
        ),
        (
            f"https://wiki.example/API/012713?{key.upper()}",
            f"https://wiki.example/{drawn_mark('API')}/{drawn_mark('012713')}"
            f"?{drawn_mark(key.upper())}",
            "path",
        ),
        ("https://wiki.example", "https://wiki.example", "empty"),
        (f"https://wiki.example/api//{key}/", f"https://wiki.example/{a}//{b}/", "empty"),
    ]
    for url, want, mistake in rows:
        yield Case((url, drawn_mark), want, mistake, url)


def cleans_urls(answer: Tried) -> Verdict:
    """The judge of 07-5: a question mark that was not there comes before the path."""
    verdict = compare(url_cases)(answer)
    got = answer.results[-1] if answer.results else None
    if (
        verdict.kind == "differs"
        and isinstance(got, str)
        and "?" in got
        and "?" not in verdict.case
    ):
        return replace(verdict, mistake="no query")
    return verdict


# --- 07-6: an error -----------------------------------------------------------------------------


def error_cases() -> Iterable[Case]:
    """Bodies of failed answers, and what support may read of them."""
    drawn = dice("lesson-07/judge", "error")
    incident, key = f"INC-20231002-{int(next(drawn), 16) % 90 + 10}", next(drawn)
    good = {"error": "internal_error", "incident": incident}
    rows: list[tuple[Any, dict[str, str], str]] = [
        (good, good, "text"),
        ({"error": "not_found"}, {"error": "not_found"}, "missing"),
        (good | {"detail": f"key {key}"}, good, "others"),
        (
            {"error": "quota", "code": "secret", "hint": "correct_horse"},
            {"error": "quota"},
            "others",
        ),
        ({"error": f"bad key {key}", "incident": incident}, {"incident": incident}, "shape"),
        ({"error": f"internal_error {key}", "incident": f"{incident} {key}"}, {}, "shape"),
        *(
            ({"error": text, "incident": incident}, {"incident": incident}, "shape")
            for text in (
                " internal_error ",
                "internal_error\n",
                "Internal_Error",
                "INTERNAL_ERROR",
                "internal__error",
                "_internal",
                "internal_",
                "größe",
                "internal error",
                "",
            )
        ),
        *(
            ({"error": "quota", "incident": text}, {"error": "quota"}, "shape")
            for text in (incident.lower(), f" {incident}", f"{incident}\n", f"x{incident}")
        ),
        ({"Error": "quota", "INCIDENT": incident, " error ": "quota"}, {}, "others"),
        ({"error": {"error": "internal_error"}, "incident": 401713}, {}, "kinds"),
        ({"error": None, "incident": [incident]}, {}, "kinds"),
        (["error", "incident"], {}, "kinds"),
        (7, {}, "kinds"),
    ]
    for body, want, mistake in rows:
        yield Case((json.dumps(body),), json.dumps(want), mistake)
    for text in ("", "<h1>500</h1>", f"key {key}"):
        yield Case((text,), "{}", "no json")


def same_json(got: Any, want: str) -> bool:
    """Whether two texts are JSON of one object."""
    try:
        return isinstance(got, str) and json.loads(got) == json.loads(want)
    except ValueError:
        return False


def cleans_errors(answer: Tried) -> Verdict:
    """The judge of 07-6: PLAIN is a text, and has no methods of a compiled pattern."""
    verdict = compare(error_cases, same=same_json)(answer)
    no_method = isinstance(answer.error, AttributeError) and answer.error.obj is PLAIN
    return replace(verdict, mistake="pattern") if no_method else verdict


EXERCISES = (
    Exercise(
        "07-7",
        "value",
        value(steals),
        "Nobody asked you for a password, or for anything else.",
        {
            "response": (
                "That is the whole response. Read it with json.loads(...), and take its "
                "`access_token`.",
                wrong('answer = entries[13]["response"]["content"]["text"]'),
            ),
            "first": (
                "That is the access token from the first response. Take the last one: Ada's "
                "browser has fetched a new one since.",
                wrong(
                    'answer = json.loads(entries[7]["response"]["content"]["text"])["access_token"]'
                ),
            ),
            "header": (
                "Store only the token, without the word Bearer and without spaces.",
                wrong("""
                    issued = json.loads(entries[13]["response"]["content"]["text"])
                    answer = "Bearer " + issued["access_token"]
                """),
            ),
            "kind": (
                "That is from the right place, but the wrong member. The API wants the "
                "`access_token`.",
                wrong(
                    'answer = json.loads(entries[13]["response"]["content"]["text"])["id_token"]'
                ),
            ),
            "other": (
                "That is not the access token. It is in the JSON of the last response from /token: "
                "look for its number in the list.",
                wrong('answer = entries[14]["response"]["content"]["text"][2:5]'),
            ),
        },
        (
            "Look in the list above for the last request to /token. Its number is its position in "
            "`entries`.",
            'json.loads(entries[13]["response"]["content"]["text"]) is a dictionary. The token is '
            'its member "access_token".',
        ),
        STOLEN,
    ),
    Exercise(
        "07-1",
        "function",
        finds_texts,
        "Reading a HAR file starts with this question: which strings does it hold?",
        {
            "keys": (
                "For a dictionary with two strings, return both in one list, without their keys.",
                altered(TEXTS, ("list(value.values())", "list(value)")),
            ),
            "alone": (
                "For a single string, return a list with only that string in it, and nothing from "
                "earlier calls. Make a new list in each call.",
                wrong("""
                def answer(value):
                    if isinstance(value, str):
                        return value
                    inner = value.values() if isinstance(value, dict) else value
                    return [text for one in inner for text in answer(one)]
                """),
            ),
            "list": (
                "Return a list. list(...) turns a generator or a tuple into one. A set would lose "
                "a string that appears twice.",
                altered(TEXTS, ("return [value]", "return {value}")),
            ),
            "flat": (
                "A dictionary may hold dictionaries. Call texts(...) on what is inside.",
                wrong("""
                def answer(value):
                    if isinstance(value, str):
                        return [value]
                    inner = value.values() if isinstance(value, dict) else value
                    return [one for one in inner if isinstance(one, str)]
                """),
            ),
            "lists": (
                "Go into lists as well as into dictionaries.",
                altered(TEXTS, ("isinstance(value, list)", "isinstance(value, tuple)")).replace(
                    "texts(list(value.values()))",
                    "[text for inner in value.values() for text in texts(inner)]",
                ),
            ),
            "numbers": (
                "Numbers, None, True and False are not strings: return an empty list for them.",
                altered(TEXTS, ("    return []", "    return [str(value)]")),
            ),
            "twice": (
                "Return each string as often as it appears. A set would keep only one copy.",
                altered(
                    TEXTS,
                    (
                        "[text for inner in value for text in texts(inner)]",
                        "list({text for inner in value for text in texts(inner)})",
                    ),
                ),
            ),
            "empty": (
                "An empty string is also a string.",
                altered(TEXTS, ("isinstance(value, str)", "isinstance(value, str) and value")),
            ),
            "as it is": (
                "Return each string unchanged, with its spaces and its capitals. Digits in quotes "
                "are a string.",
                altered(TEXTS, ("return [value]", "return [value.strip()]")),
            ),
        },
        (
            "Four cases: a string, a dictionary, a list, anything else. Each returns a list.",
            "A function may call itself: [text for inner in value for text in texts(inner)] "
            "collects the strings from all members of a list.",
        ),
        TEXTS,
    ),
    Exercise(
        "07-9",
        "value",
        value(fills_in),
        "Two of these fields are what Ada typed. The page had hidden the others in its form.",
        {
            "text": (
                "That is the body as it was sent. dict(parse_qsl(body)) reads its fields.",
                wrong('answer = entries[3]["request"]["postData"]["text"]'),
            ),
            "pairs": (
                "Those are the fields, as a list of pairs. dict(...) makes a dictionary of them.",
                wrong('answer = parse_qsl(entries[3]["request"]["postData"]["text"])'),
            ),
            "lists": (
                "Each value is a list here: that is what parse_qs gives. parse_qsl gives pairs, "
                "and dict(...) makes a dictionary of them.",
                wrong("""
                    from urllib.parse import parse_qs
                    answer = parse_qs(entries[3]["request"]["postData"]["text"])
                """),
            ),
            "part": (
                "A field is missing or has the wrong value. Take the whole form as it was sent: "
                "the provider wants to know which application she is signing in to.",
                wrong('answer = {"username": "ada", "password": "lab-password"}'),
            ),
            "another": (
                "That is the form from another step. Look at what each POST to /authorize sends: "
                "one of them has a field called password.",
                wrong('answer = dict(parse_qsl(entries[4]["request"]["postData"]["text"]))'),
            ),
            "other": (
                "That is not the form. It is the body of one of the requests: "
                'entries[number]["request"]["postData"]["text"], for a POST.',
                wrong('answer = entries[3]["request"]["headers"]'),
            ),
        },
        (
            "Ada signed in at /authorize. Two entries post there. Print both bodies.",
            "The first of the two is entry 3: dict(parse_qsl(body)) with its body makes the "
            "dictionary.",
        ),
        FORM,
    ),
    Exercise(
        "07-2",
        "function",
        finds_tokens,
        "A pattern finds a token wherever it is, and whatever it is called there.",
        {
            "whole": (
                "Return only the token, without the characters around it.",
                wrong("""
                def answer(texts):
                    return {text for text in texts if "eyJ" in text}
                """),
            ),
            "list": (
                "`texts` is a list, and re searches one string at a time. Use a loop: for text "
                "in texts.",
                wrong(r"""
                def answer(texts):
                    return set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", texts))
                """),
            ),
            "hyphen": (
                r"That token is cut off at its hyphen. \w covers only letters, digits and _. A "
                r"part may also contain -: [\w-].",
                altered(TOKENS_IN, (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", r"eyJ\w+\.\w+\.\w+")),
            ),
            "joined": (
                "Search each string separately. If you join the strings, the end of one and the "
                "beginning of the next can form a token that nobody sent.",
                wrong(r"""
                def answer(texts):
                    return set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "".join(texts)))
                """),
            ),
            "one": (
                "A string may hold several tokens: re.findall finds all of them, re.search only "
                "the first.",
                wrong(r"""
                def answer(texts):
                    hits = [re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", text) for text in texts]
                    return {hit[0] for hit in hits if hit}
                """),
            ),
            "Bearer": (
                "Not every token follows the word Bearer. URLs and bodies contain tokens, too.",
                wrong(r"""
                def answer(texts):
                    shape = r'(?:Bearer |^|")(eyJ[\w-]+\.[\w-]+\.[\w-]+)'
                    return {token for text in texts for token in re.findall(shape, text)}
                """),
            ),
            "payload": (
                "Only the first part always begins with eyJ. The second is base64 as well, but one "
                "space or line break in its JSON changes how it begins. Parts have no minimum "
                "length.",
                altered(TOKENS_IN, (r"eyJ[\w-]+\.", r"eyJ[\w-]+\.eyJ")),
            ),
            "dots": (
                "Host names and version numbers have dots, too. The first part of a JWT begins "
                "with eyJ.",
                altered(TOKENS_IN, ("eyJ", "")),
            ),
            "parts": (
                "A signed JWT has three parts, with two dots between them.",
                altered(TOKENS_IN, (r"\.[\w-]+\.[\w-]+", r"[\w.-]*")),
            ),
            "groups": (
                "If a pattern has groups, re.findall returns what is in the groups, as tuples. "
                "Leave out the round brackets, or begin each group with ?: as in (?:...).",
                altered(
                    TOKENS_IN, (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", r"(eyJ[\w-]+)\.([\w-]+)\.([\w-]+)")
                ),
            ),
            "unsigned": (
                "This JWT is not signed: its third part is empty. No part may be empty.",
                altered(TOKENS_IN, (r'\.[\w-]+"', r'\.[\w-]*"')),
            ),
            "kind": (
                "Return a set, with each token once.",
                altered(TOKENS_IN, ("{token", "[token"), ("text)}", "text)]")),
            ),
        },
        (
            r"In a regular expression [\w-]+ matches one part of the token, and \. matches a dot.",
            "re.findall(shape, text) returns a list of all matches. Collect them in a set.",
        ),
        TOKENS_IN,
    ),
    Exercise(
        "07-3",
        "function",
        without_change(
            compare(clean_cases),
            {"entries": [{"cookie": "secret", "method": "GET"}]},
            lambda answer, handed: answer(handed, {"method"}, mark, ""),
        ),
        "Default deny: anything that nobody has listed as harmless is replaced, whatever its name.",
        {
            "kept": (
                "If a string's name is not in `keep`, it becomes replace(text). Its name stays.",
                altered(CLEAN, ("replace(value)\n", "value\n")),
            ),
            "harmless": (
                "A string under a name in `keep` stays unchanged. Pass each member its own name.",
                altered(CLEAN, (" and name not in keep", "")),
            ),
            "numbers": (
                "Numbers, None, True and False stay as they are. Only strings are replaced.",
                altered(
                    CLEAN,
                    ("isinstance(value, str) and name not in keep", "name not in keep"),
                    ("replace(value)", "replace(str(value))"),
                ),
            ),
            "flat": (
                "Clean what is inside as well: a dictionary may hold dictionaries.",
                wrong("""
                def answer(value, keep, replace, name):
                    if isinstance(value, str):
                        return value if name in keep else replace(value)
                    if not isinstance(value, dict):
                        return value
                    texts = {n: isinstance(value[n], str) and n not in keep for n in value}
                    return {n: replace(value[n]) if texts[n] else value[n] for n in value}
                """),
            ),
            "lists": (
                "Go into lists as well. A HAR has its headers and cookies in lists.",
                altered(CLEAN, ("isinstance(value, list)", "isinstance(value, tuple)")),
            ),
            "below": (
                "A harmless name makes only its own string harmless, not the values nested "
                "inside it.",
                altered(
                    CLEAN,
                    (
                        "    if isinstance(value, dict):",
                        "    if name in keep:\n        return value\n"
                        "    if isinstance(value, dict):",
                    ),
                ),
            ),
            "names in lists": (
                "A string in a list has the name of the list: pass `name` on.",
                altered(
                    CLEAN,
                    ("[clean(inner, keep, replace, name)", '[clean(inner, keep, replace, "")'),
                ),
            ),
            "nearly": (
                "Compare whole names: Method is not method, and names is not name.",
                altered(CLEAN, ("name not in keep", "not any(k in name.lower() for k in keep)")),
            ),
            "looks": (
                "Its name is not in `keep`, so it is replaced, whatever it looks like and however "
                "long it is. A code is all digits, and a URL may end in a token. Pass "
                "the string to replace(...) unchanged.",
                altered(CLEAN, ("name not in keep", "name not in keep and not value.isdigit()")),
            ),
            "empty": (
                "An empty list stays an empty list. An empty string is a string.",
                altered(CLEAN, ("isinstance(value, str)", "value and isinstance(value, str)")),
            ),
            "changed": (
                "Build a new value. Do not change the one that you were given.",
                wrong("""
                def answer(value, keep, replace, name):
                    if isinstance(value, dict):
                        for inner in value:
                            value[inner] = answer(value[inner], keep, replace, inner)
                        return value
                    if isinstance(value, list):
                        return [answer(inner, keep, replace, name) for inner in value]
                    return replace(value) if isinstance(value, str) and name not in keep else value
                """),
            ),
        },
        (
            "Ask what the value is: a dictionary, a list, a string, or something else. For the "
            "first two, clean each member and return a new dictionary or list.",
            "For a dictionary: {n: clean(value[n], keep, replace, n) for n in value}",
            "Check the name last, when the value is a string.",
        ),
        CLEAN,
    ),
    Exercise(
        "07-8",
        "value",
        value(leaks),
        "Your own cleaner left it there, although it had passed every check.",
        {
            "type": (
                "Store one string, not a list of them.",
                "answer = ['x']",
            ),
            "gone": (
                "That is one of the nine, but your cleaner took it out. Look in the cleaned file: "
                "texts(mine_cleaned).",
                wrong("""
                    from labutils.lessons.lesson_07 import cleaner_grade
                    recording = har.read(data_file("support-case.har").read_bytes())
                    secret = cleaner_grade.planted(recording, "lesson-07/example")
                    answer = secret.codes[0]
                """),
            ),
            "tag": (
                "That is a tag. Your cleaner put it there, and nobody can reverse it.",
                'answer = "x-0123456789"',
            ),
            "whole": (
                "Almost: that is only part of it, or it has something extra. Give the whole "
                "string as it appears in the list.",
                wrong("""
                    from labutils.lessons.lesson_07 import cleaner_grade
                    recording = har.read(data_file("support-case.har").read_bytes())
                    strange = cleaner_grade.planted(recording, "lesson-07/example")
                    answer = strange.keys[0][:6]
                """),
            ),
            "harmless": (
                "That is no secret: a word of HTTP or HAR, a name that somebody chose, or a time. "
                "A secret looks random.",
                'answer = "Content-Security-Policy"',
            ),
        },
        (
            "Print [text for text in texts(mine_cleaned) if not text.startswith('x-')], and read "
            "it.",
            "It has 44 characters, 0 to 9 and a to f. As an expression: "
            "re.fullmatch('[0-9a-f]{20,}', text).",
        ),
        LEAK,
    ),
    Exercise(
        "07-4",
        "function",
        tags,
        "Equal strings get equal tags. Without the key nobody can test a guess.",
        {
            "readable": (
                "The string can still be read in the tag.",
                altered(TAG, ('"x-" + digest[:10]', '"x-" + text[::-1]')),
            ),
            "random": (
                "Support must see which values were equal. So the same string and the same key "
                "must give the same tag.",
                wrong("""
                def answer(text, key):
                    return "x-" + secrets.token_hex(5)
                """),
            ),
            "plain": (
                "The tag does not depend on the key. Anyone who guesses the string can compute it.",
                wrong("""
                def answer(text, key):
                    return "x-" + hashlib.sha256(text.encode()).hexdigest()[:10]
                """),
            ),
            "kind": (
                "Return a string: .hexdigest() gives one, .digest() gives bytes.",
                altered(TAG, ('"x-" + digest[:10]', "digest.encode()")),
            ),
            "spelling": (
                "The tag is x- followed by the first ten digits of the .hexdigest() of "
                "hmac.new(key, text.encode(), 'sha256'). The key comes first.",
                altered(TAG, ("key, text.encode()", "text.encode(), key")),
            ),
            "whole": (
                "Two strings that are nearly equal must get different tags. Use the whole string "
                "unchanged, with its capitals and spaces.",
                altered(TAG, ("text.encode()", "text.strip().encode()")),
            ),
            "letters": (
                "A string may hold any character. text.encode() uses UTF-8, which can encode "
                "them all.",
                altered(TAG, ("text.encode()", 'text.encode("ascii", "ignore")')),
            ),
        },
        (
            "hmac.new(key, message, 'sha256') takes bytes. text.encode() returns them.",
            "Its .hexdigest() is a string of 64 hexadecimal digits. Put the first ten after x-.",
        ),
        TAG,
    ),
    Exercise(
        "07-5",
        "function",
        cleans_urls,
        "The host says which service it was. Everything else in a URL may be a secret.",
        {
            "path": (
                "Replace each piece of the path between two slashes, as a whole, and keep the "
                "slashes. Empty pieces stay empty. A password reset link has its secret in the "
                "path.",
                altered(
                    CLEAN_URL,
                    (
                        '[replace(piece) if piece else "" for piece in parts.path.split("/")]',
                        'parts.path.split("/")',
                    ),
                ),
            ),
            "query": (
                "The query is everything after the question mark. Replace it as a whole.",
                altered(CLEAN_URL, ('replace(parts.query) if parts.query else ""', "parts.query")),
            ),
            "no query": (
                "This URL has no query. Do not replace what is empty.",
                altered(
                    CLEAN_URL,
                    ('replace(parts.query) if parts.query else ""', "replace(parts.query)"),
                ),
            ),
            "host": (
                "The scheme, the host and the port stay.",
                altered(CLEAN_URL, ("parts.netloc.split", "parts.hostname.split")),
            ),
            "IPv6": (
                "The host here is an IPv6 address, in square brackets and with its own colons "
                "(RFC 3986, 3.2.2). Keep all of it, and the port after the brackets.",
                altered(
                    CLEAN_URL,
                    (
                        'parts.netloc.split("@")[-1]',
                        'parts.hostname + (f":{parts.port}" if parts.port else "")',
                    ),
                ),
            ),
            "at": (
                "An @, a slash or a question mark may also appear later in the URL. Split the URL "
                "with urlsplit first. The query is everything between the first ? and #.",
                altered(
                    CLEAN_URL,
                    ("urlsplit(url)", 'urlsplit(re.sub("//.*@", "//", url))'),
                ),
            ),
            "user": (
                "There may be a user and a password before the host, up to the last @. "
                "Leave them out.",
                altered(CLEAN_URL, ('parts.netloc.split("@")[-1]', "parts.netloc")),
            ),
            "fragment": (
                "The part after # is the fragment. It may hold a token. Leave it out.",
                altered(CLEAN_URL, ('query, ""', "query, parts.fragment")),
            ),
            "empty": (
                "What is empty stays empty: a path that ends in a slash, or no path at all.",
                wrong("""
                def answer(url, replace):
                    parts = urlsplit(url)
                    path = "/" + "/".join(map(replace, parts.path[1:].split("/")))
                    query = replace(parts.query) if parts.query else ""
                    host = parts.netloc.split("@")[-1]
                    return urlunsplit((parts.scheme, host, path, query, ""))
                """),
            ),
        },
        (
            "urlsplit(url) has .scheme, .netloc, .path, .query and .fragment. urlunsplit takes all "
            "five, in this order.",
            "parts.path.split('/') returns the pieces, and '/'.join(...) puts them back together.",
            "parts.netloc.split('@')[-1] is the part after the last @.",
        ),
        CLEAN_URL,
    ),
    Exercise(
        "07-6",
        "function",
        cleans_errors,
        "You check both the name and the shape. Support can read the error, and few secrets have "
        "that shape. A password made of words is one of the few.",
        {
            "pattern": (
                "PLAIN is a string with a regular expression. re.fullmatch(PLAIN, text) uses it.",
                altered(CLEAN_ERROR, ("re.fullmatch(PLAIN, text)", "PLAIN.fullmatch(text)")),
            ),
            "text": (
                "Return JSON with both members, as a string: use json.dumps.",
                altered(CLEAN_ERROR, ("json.dumps(kept)", "kept")),
            ),
            "others": (
                "Keep only `error` and `incident`, however harmless the other members look.",
                altered(CLEAN_ERROR, ('in ("error", "incident")', "in said")),
            ),
            "shape": (
                "A secret may be in the text of the error itself. The whole string must match, "
                "unchanged: use re.fullmatch, without strip or lower.",
                altered(CLEAN_ERROR, ("fullmatch", "match")),
            ),
            "kinds": (
                "The JSON may be a list or a number, and a member may be anything. Check the "
                "types.",
                altered(
                    CLEAN_ERROR,
                    (
                        "isinstance(text, str) and re.fullmatch(PLAIN, text)",
                        "text and re.fullmatch(PLAIN, str(text).strip('[]\\''))",
                    ),
                ),
            ),
            "missing": (
                "One of the two may be missing. Keep the other.",
                altered(
                    CLEAN_ERROR,
                    (
                        "    return json.dumps(kept)",
                        "    return json.dumps(kept if len(kept) == 2 else {})",
                    ),
                ),
            ),
            "no json": (
                "Not every body is JSON. If json.loads raises ValueError, return '{}'.",
                altered(CLEAN_ERROR, ('return "{}"', "return json.dumps({'error': body})")),
            ),
        },
        (
            "Begin with what can go wrong: the body is not JSON, or it is not a dictionary.",
            "re.fullmatch(PLAIN, text) is None if the string as a whole does not match.",
        ),
        CLEAN_ERROR,
    ),
)
