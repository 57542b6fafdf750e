"""What the exercises of lesson 07 are tried with."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from labutils import har
from labutils.classroom.judging import Tried, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen
from labutils.har.forensics import get
from labutils.har.reading import JsonObject
from labutils.lab import data_file, dice

from .cleaner_grade import PLAIN, Planted, planted
from .default_deny import tag, texts


@cache
def recording() -> JsonObject:
    """Return the file that Ada attached."""
    return har.read(data_file("support-case.har").read_bytes())


def in_both_orders(tried: Iterable[Call]) -> list[Call]:
    """Return calls, and then, in the other order, each once more."""
    kept = list(tried)
    return kept + [Call(one.arguments, one.words, one.about, "again") for one in reversed(kept)]


# --- one token out of the file (07-7) -------------------------------------------------------------

TOKEN_ENTRIES = (7, 13)  # the two responses of the token endpoint
TOLD = {
    "the access_token of entry 7": "first",
    "an access_token with something around it": "header",
    "another member of a response of /token": "kind",
    "a whole response": "response",
    "something else": "other",
}


def try_stolen(value: Any) -> Trial:
    """Where in the file a value stands."""
    yield Observed("what it is", place_of(value), TOLD)


def place_of(value: Any) -> str:
    """Return where in the responses of the token endpoint a value stands, in words."""
    if isinstance(value, dict) or (isinstance(value, str) and value[:1000].lstrip()[:1] == "{"):
        return "a whole response"
    for number in TOKEN_ENTRIES:
        members = json.loads(recording()["log"]["entries"][number]["response"]["content"]["text"])
        token = members["access_token"]
        if value == token:
            return f"the access_token of entry {number}"
        if isinstance(value, str) and value.removeprefix("Bearer ").strip() == token:
            return "an access_token with something around it"
        if value in members.values() and value != "Bearer":
            return "another member of a response of /token"
    return "something else"


# --- the form with the password (07-9) ------------------------------------------------------------


def try_form(value: Any) -> Trial:
    """Which form of the file a value is, fields that are empty left out."""
    bodies = {
        number: str(get(entry, "request", "postData", "text") or "")
        for number, entry in enumerate(recording()["log"]["entries"])
    }
    forms = {number: form for number, body in bodies.items() if (form := parse_qsl(body))}
    if isinstance(value, dict):
        fields = {name: text for name, text in value.items() if text}
        yield Observed("a list among the fields", any(isinstance(x, list) for x in fields.values()))
        sent = (f"the form of entry {number}" for number in forms if dict(forms[number]) == fields)
        typed = {"username", "password"} <= {*fields}
        place = next(sent, "a part of a form that was typed" if typed else "something else")
        abouts = dict.fromkeys((f"the form of entry {number}" for number in forms), "another")
        yield Observed("what it is", place, {**abouts, "a part of a form that was typed": "part"})
        return
    is_text = isinstance(value, str) and value in bodies.values()
    is_pairs = isinstance(value, list) and [(x, y) for x, y in map(tuple_of, value) if y] in [
        *forms.values()
    ]
    kind = "a body as it was sent" if is_text else "pairs" if is_pairs else "something else"
    abouts = {"a body as it was sent": "text", "pairs": "pairs"}
    yield Observed("the kind", kind, {**abouts, "something else": "other"})


def tuple_of(pair: Any) -> tuple[Any, Any]:
    """Return a pair, or two empty texts for what is none."""
    return (pair[0], pair[1]) if isinstance(pair, list | tuple) and len(pair) == 2 else ("", "")


# --- a walk through nested values (07-1, 07-3) ----------------------------------------------------


def nested(depth: int, drawn: Iterator[str]) -> Any:
    """Return a drawn value as it stands in JSON, nested so deep."""
    if depth == 0:
        return next(drawn)[:9]
    return {
        next(drawn)[:5]: [nested(depth - 1, drawn), int(next(drawn)[:2], 16), None],
        "name": nested(depth - 1, drawn),
        "size": {"value": next(drawn)[:7], "is": True},
    }


def chain(depth: int) -> Any:
    """Return one text, so deep in lists and dictionaries."""
    return {"list": [chain(depth - 1)]} if depth else "one"


def try_texts(answer: Tried) -> Trial:
    """Values from simple to nested; the order of their texts is free."""
    for call in in_both_orders(to_walk()):
        result = seen(answer, *call.arguments)
        types: dict[str, str] = {A_SET: "list", A_GENERATOR: "list"}
        types |= {"list": str(call.about), "str": str(call.about)}
        types |= {"Raised": str(call.about), "NoneType": str(call.about)}
        if not isinstance(result, Raised):
            result = in_a_list(answer.results[-1], result)
        yield Observed(str(call), result, types, call.usual)


A_SET, A_GENERATOR = "no list: a set", "no list: a generator"


def in_a_list(result: Any, members: Any) -> Any:
    """Return the members of a list in an order of their own, and of what is none, its kind. The
    lesson asks for the length of a result, and a generator has none."""
    if isinstance(result, list | tuple):
        return sorted(result, key=repr)
    if isinstance(result, set | frozenset | dict):
        return A_SET
    return A_GENERATOR if isinstance(result, Iterator) else members


def to_walk() -> Iterator[Call]:
    """Yield values that JSON can hold."""
    rows: list[tuple[Any, str, str]] = [
        ("one", "alone", ""),
        ("one", "alone", ""),
        ({"a": "one", "b": "two"}, "keys", ""),
        ({"a": "one", "b": {"c": "two"}}, "flat", ""),
        ({"a": ["one", {"b": ["two"]}]}, "lists", ""),
        ([["one"], [["two"]]], "lists", ""),
        ({"a": 200, "b": None, "c": True, "d": "one", "e": 2.5}, "numbers", ""),
        ({"a": "one", "b": ["one", "one"]}, "twice", ""),
        ({"a": "", "b": "one"}, "empty", "edge"),
        ("", "empty", "edge"),
        (
            {"a": " One ", "b": "012713", "c": ["null", "\n"], "name": "x" * 300},
            "as it is",
            "",
        ),
        ([], "flat", "edge"),
        ({}, "flat", "edge"),
        (7, "numbers", ""),
        (None, "numbers", "edge"),
    ]
    for value, about, usual in rows:
        yield Call((value,), "", about, usual)
    drawn = dice("lesson-07/judge", "texts")
    for depth in (1, 2, 4):
        words = f"a random value, nested {depth} deep"
        yield Call((nested(depth, drawn),), words, "flat")
    yield Call((chain(60),), "a string in 60 lists and dictionaries", "flat")
    many = {
        "list": [f"text {number}" for number in range(300)],
        "more": [{"a": "one"} for _ in range(100)],
    }
    yield Call((many,), "a value with 400 strings", "lists", "large")


def mark(text: str) -> str:
    """Return what a text is replaced with."""
    return f"<{text}>"


def in_capitals(text: str) -> str:
    """Return what a text is replaced with in one case more."""
    return f"<{text.upper()}>"


def try_clean(answer: Tried) -> Trial:
    """Values from simple to nested, with names that are kept; they must stay as they are."""
    yield from calls(answer, to_clean(), alone=True)


def to_clean() -> Iterator[Call]:
    """Yield values, the names whose texts are kept, a replacement, and the name of each value."""
    keep = {"name", "method"}
    rows: list[tuple[Any, str, str]] = [
        ({"cookie": "secret"}, "kept", ""),
        ({"method": "GET", "cookie": "secret"}, "harmless", ""),
        ({"status": 500, "size": None, "ok": True, "zero": 0}, "numbers", ""),
        ({"outer": {"cookie": "secret"}}, "flat", ""),
        ({"list": ["secret", {"method": "GET", "value": "secret"}]}, "lists", ""),
        ({"name": {"value": "secret"}}, "below", ""),
        ({"method": [{"value": "secret"}]}, "below", ""),
        ({"method": ["GET", ["PUT"]]}, "names in lists", ""),
        ({"x": {"name": "a"}, "y": "secret"}, "other", ""),
        ({"Method": "secret", "names": "secret", "metho": "secret"}, "nearly", ""),
        ("secret", "kept", ""),
        ({"cookie": "", "list": []}, "empty", "edge"),
        ({"code": "012713", "pin": "7", "flag": "true", "none": "null"}, "looks", ""),
        ({"next": "https://wiki.example/reset/secret", "to": "http://127.0.0.1/"}, "looks", ""),
        ({"body": "secret " * 60, "x": "a", "y": "\n", "mail": "ada@wiki.example"}, "looks", ""),
        ({"verb": "GET", "kind": "text/html", "at": "2023-10-18T09:00:00Z", "z": "-"}, "looks", ""),
        ({"Method": " GET ", "more": ["name", "method"], "Cookie": "SECRET"}, "looks", ""),
        ({"time": 2.5}, "numbers", ""),
        ({"list": ["a", *range(300)], "more": [{"x": "a"} for _ in range(100)]}, "lists", "large"),
    ]
    for value, about, usual in rows:
        yield Call((value, keep, mark, ""), written(value), about, usual)
    yield Call(("GET", {"verb"}, mark, "verb"), "'GET', under the name 'verb'", "harmless")
    yield Call((["GET"], {"verb"}, mark, "verb"), "['GET'], under the name 'verb'", "harmless")
    both = {"method": "GET", "cookie": "secret"}
    yield Call((both, set(), mark, ""), f"{both}, and no name is kept", "kept", "edge")
    yield Call((both, keep, in_capitals, ""), f"{both}, and another replacement", "kept")
    drawn = dice("lesson-07/judge", "clean")
    for depth in (1, 2, 4):
        words = f"a random value, nested {depth} deep"
        yield Call((nested(depth, drawn), {"name"}, mark, ""), words, "other")
    words = "a string in 60 lists and dictionaries"
    yield Call((chain(60), keep, mark, ""), words, "flat")


# --- tokens in texts (07-2) -----------------------------------------------------------------------

IN_TUPLES = "tuples with pieces of tokens"


def try_tokens_in(answer: Tried) -> Trial:
    """Texts with drawn JWTs in them, and with what is nearly one."""
    for call in in_both_orders(to_search()):
        result = seen(answer, *call.arguments)
        if isinstance(result, list | set) and any(isinstance(one, tuple) for one in result):
            result = IN_TUPLES
        types = dict.fromkeys(("set", "str", "NoneType"), str(call.about))
        types |= dict.fromkeys(("list", "tuple", "dict"), "kind") | {IN_TUPLES: "groups"}
        types["Raised"] = "list" if isinstance(answer.error, TypeError) else str(call.about)
        yield Observed(str(call), result, types, call.usual)


def to_search() -> Iterator[Call]:
    """Yield lists of texts."""
    drawn = dice("lesson-07/judge", "tokens")

    def made_of(*parts: str) -> str:
        return f"eyJ{next(drawn)}." + ".".join(f"{part}{next(drawn)}" for part in parts)

    plain = made_of("eyJ", "")
    one, two, three = (f"{made_of(f'eyJ{next(drawn)[:3]}_', '')}-{next(drawn)[:4]}" for _ in "123")
    unsigned, last = f"{made_of('eyJ')}.", f"{made_of('eyJ', '')}-"
    spaced, short = made_of("eyAi", ""), f"eyJ0.{next(drawn)}.x"
    in_json = json.dumps({"access_token": one, "id_token": two})
    dots = [f"{begin}{made_of('', '')[3:]}" for begin in ("EYJ", "eyj", "eyK")]
    many = [made_of("eyJ", "") for _ in range(300)]
    for texts_, about, usual in (
        ([], "kind", "edge"),
        ([f"Bearer {plain}"], "whole", ""),
        ([f"Bearer {one}"], "hyphen", ""),
        ([one, two], "joined", ""),
        ([made_of(""), f".{next(drawn)}"], "joined", ""),
        ([in_json], "one", ""),
        ([f"https://wiki.example/cb?id_token={three}&state=7"], "Bearer", ""),
        ([f"#id_token={three}", f"session={two}; lang=en"], "Bearer", ""),
        ([spaced, short], "payload", ""),
        (["1.2.3", "127.0.0.1", "www.login.example", f"x.{next(drawn)}.y"], "dots", ""),
        *(([text], "dots", "") for text in dots),
        (["eyJ is a beginning.of parts.with dots"], "parts", ""),
        (["eyJ0ZXN0", made_of("")], "parts", ""),
        ([f'"{last}"'], "hyphen", ""),
        ([unsigned, f"Bearer {unsigned}", f'"{unsigned}"'], "unsigned", "edge"),
        ([one, f"again {one}"], "kind", ""),
        (["", one], "kind", "edge"),
        ([*many[:200], " ".join(many[200:])], "one", "large"),
    ):
        yield Call((texts_,), "300 tokens" if usual == "large" else "", about, usual)


# --- a tag (07-4) ---------------------------------------------------------------------------------


def try_tag(answer: Tried) -> Trial:
    """One text under two keys, and then texts with drawn keys."""
    text, key, other = "012713", b"one key", b"another key"
    first, second, third = (seen(answer, text, one) for one in (key, key, other))
    parts = {
        "a string": "kind",
        "the text can be read in it": "readable",
        "the same tag twice": "random",
        "the same tag with another key": "plain",
    }
    result = first
    if first is not None and not isinstance(first, Raised):
        result = {
            "a string": isinstance(first, str),
            "the text can be read in it": text in str(first) or text in str(first)[::-1],
            "the same tag twice": first == second,
            "the same tag with another key": first == third,
        }
    yield Observed(f"the string {text!r}", result, parts)
    yield from calls(answer, to_tag())


def to_tag() -> Iterator[Call]:
    """Yield texts and drawn keys."""
    drawn = dice("lesson-07/judge", "tag")
    for text, about, usual in (
        ("session=1", "spelling", ""),
        ("012713", "spelling", ""),
        ("", "spelling", "edge"),
        ("zoë, 雪", "letters", ""),
        (" Session=1 ", "whole", ""),
        ("session=1" * 40, "whole", "large"),
        ("Zoe\u0308", "whole", ""),
    ):
        yield Call((text, bytes.fromhex(next(drawn))), "", about, usual)
    yield Call(("session=1", b"\x00\xff key\n"), about="spelling")


# --- what a cleaner left (07-8) -------------------------------------------------------------------

KEEP = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}


@cache
def example() -> tuple[Planted, JsonObject]:
    """Return the file with nine secrets more, and the same after a cleaner with tags."""
    strange = planted(recording(), "lesson-07/example")
    return strange, by_default_deny(strange.recording)


def by_default_deny(value: Any, name: str = "") -> Any:
    """Return a value in which each text is a tag whose name is not kept."""
    if isinstance(value, dict):
        return {inner: by_default_deny(value[inner], inner) for inner in value}
    if isinstance(value, list):
        return [by_default_deny(inner, name) for inner in value]
    is_tagged = isinstance(value, str) and name not in KEEP
    return tag(value, b"a key for this lesson") if is_tagged else value


LEFT = {
    "no text": "type",
    "a secret that is gone": "gone",
    "a part of a secret, or more than one": "whole",
    "a tag": "tag",
    "no secret": "harmless",
}


def try_leak(value: Any) -> Trial:
    """What a text is: either of the two secrets that are left looks the same."""
    yield Observed("what it is", left(value), LEFT)


def left(value: Any) -> str:
    """Return what a value is in the cleaned file, in words."""
    strange, cleaned = example()
    if not isinstance(value, str):
        return "no text"
    still = strange.secrets & {*texts(cleaned)}
    if value in still:
        return "a secret that is left"
    if value in strange.secrets:
        return "a secret that is gone"
    if any(one in value or (len(value) > 3 and value in one) for one in still):
        return "a part of a secret, or more than one"
    return "a tag" if value.startswith("x-") else "no secret"


# --- an address (07-5) ----------------------------------------------------------------------------


def numbered(text: str) -> str:
    """Return what a text is replaced with, in which no other text can be read."""
    return f"x{sum(map(ord, text)) % 1000:03}{len(text)}"


def try_clean_url(answer: Tried) -> Trial:
    """Addresses with secrets in each of their parts (RFC 3986, 3)."""
    for call in in_both_orders(to_clean_urls()):
        result = seen(answer, *call.arguments)
        if isinstance(result, str):
            is_new = "?" in result and "?" not in call.arguments[0]
            result = {"a question mark that was not there": is_new, "returned": result}
        parts = {"a question mark that was not there": "no query", "returned": str(call.about)}
        types = dict.fromkeys(("Raised", "NoneType", "bytes", "list", "tuple"), str(call.about))
        yield Observed(call.words, result, parts | types, call.usual)


def to_clean_urls() -> Iterator[Call]:
    """Yield addresses, and a replacement."""
    key = next(dice("lesson-07/judge", "url"))
    for url, about, usual in (
        ("https://wiki.example/api", "path", ""),
        (f"https://wiki.example/api/{key}", "path", ""),
        (f"https://wiki.example/api?code={key}", "query", ""),
        (f"https://wiki.example/api?a=1&code={key}&b=/x/", "query", ""),
        ("http://127.0.0.1:9007/api", "host", ""),
        ("http://[::1]:9007/api", "IPv6", ""),
        ("https://[2001:db8::7]/api", "IPv6", ""),
        (f"https://ada:{key}@wiki.example/api", "user", ""),
        (f"https://ada@wiki.example:8443/api?{key}", "user", ""),
        (f"https://a@b:{key}@wiki.example/api", "user", ""),
        (f"https://wiki.example/api#code={key}", "fragment", ""),
        (f"https://wiki.example/api?code={key}#{key}", "fragment", ""),
        (f"https://ada:{key}@[::1]:9007/api", "IPv6", ""),
        (f"https://wiki.example/@{key}", "at", ""),
        (f"https://wiki.example/api?to=ada@wiki.example/{key}?{key}", "at", ""),
        (f"https://wiki.example/api;token={key}", "path", ""),
        (f"https://wiki.example/API/012713?{key.upper()}", "path", ""),
        ("https://wiki.example", "empty", "edge"),
        (f"https://wiki.example?code={key}", "empty", "edge"),
        (f"https://wiki.example/api//{key}/", "empty", "edge"),
        ("https://wiki.example" + f"/{key}" * 100, "path", "large"),
    ):
        yield Call((url, numbered), url, about, usual)
    url = f"https://wiki.example/api/{key}?code={key}"
    yield Call((url, in_capitals), f"{url}, and another replacement", "path")


# --- an error (07-6) ------------------------------------------------------------------------------


def try_clean_error(answer: Tried) -> Trial:
    """Bodies of failed answers, with secrets in their members and beside them."""
    for call in in_both_orders(to_clean_errors()):
        result = seen(answer, *call.arguments)
        if isinstance(result, str):
            result = {"a string": True, "the JSON in it": parsed(result)}
        elif isinstance(result, dict | list):
            result = {"a string": False}
        # PLAIN is a text, and has no methods of a compiled pattern.
        no_method = isinstance(answer.error, AttributeError) and answer.error.obj is PLAIN
        parts = dict.fromkeys(("the JSON in it", "NoneType", "bool"), str(call.about))
        parts |= {"a string": "text", "Raised": "pattern" if no_method else str(call.about)}
        yield Observed(str(call), result, parts, call.usual)


def parsed(text: str) -> Any:
    """Return the value in a text, or the text, where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return f"no JSON: {text}"


def to_clean_errors() -> Iterator[Call]:
    """Yield bodies."""
    drawn = dice("lesson-07/judge", "error")
    incident, key = f"INC-20231002-{int(next(drawn), 16) % 90 + 10}", next(drawn)
    good = {"error": "internal_error", "incident": incident}
    rows: list[tuple[Any, str]] = [
        (good, "text"),
        ({"error": "not_found"}, "missing"),
        ({"incident": incident}, "missing"),
        (good | {"detail": f"key {key}"}, "others"),
        ({"error": "quota", "code": "secret", "hint": "correct_horse"}, "others"),
        ({"error": f"bad key {key}", "incident": incident}, "shape"),
        ({"error": f"internal_error {key}", "incident": f"{incident} {key}"}, "shape"),
    ]
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
    ):
        rows.append(({"error": text, "incident": incident}, "shape"))
    for text in (incident.lower(), f" {incident}", f"{incident}\n", f"x{incident}"):
        rows.append(({"error": "quota", "incident": text}, "shape"))
    rows += [
        ({"Error": "quota", "INCIDENT": incident, " error ": "quota"}, "others"),
        ({"detail": good, "errors": [good]}, "others"),
        ({"error": {"error": "internal_error"}, "incident": 401713}, "kinds"),
        ({"error": None, "incident": [incident]}, "kinds"),
        (["error", "incident"], "kinds"),
        ([good], "kinds"),
        (7, "kinds"),
        ("error", "kinds"),
        (None, "kinds"),
        ({}, "missing"),
    ]
    for body, about in rows:
        yield Call((json.dumps(body),), about=about)
    for text in ("", "<h1>500</h1>", f"key {key}", json.dumps(good)[:-1]):
        yield Call((text,), about="no json", usual="edge")
