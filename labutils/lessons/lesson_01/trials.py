"""What the exercises of lesson 01 are tried with."""

import base64
import json
import math
import re
import string
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

import jwt

from labutils.classroom.judging import Tried, calls_of, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen, visits
from labutils.identity.tokens import (
    SigningKey,
    b64,
    inspect,
    json_part,
    rfc_examples,
    sign,
    unb64,
)
from labutils.lab import dice
from labutils.stage.reversible_encodings import guessed, undone, unmasked

from . import logged_tokens as logged

TOKEN = sign(logged.CLAIMS, logged.KEY)  # the one in the ticket
HEAD = {"alg": "ES256", "typ": "JWT"}
ALPHABET = string.ascii_letters + string.digits + "-_"


def joined(header: Any, claims: Any, signature: str = "c2lnbmF0dXJl") -> str:
    """Return a text with three segments. Nobody signed it."""
    return f"{json_part(header)}.{json_part(claims)}.{signature}"


def drawn(name: str) -> Iterator[str]:
    """Return a stream of texts for one trial."""
    return dice("lesson-01", name)


def read_bytes(segment: str) -> bytes:
    """Return the bytes in a segment, its spare bits let pass; none where it is no segment."""
    try:
        return base64.urlsafe_b64decode(segment + "==")
    except ValueError:
        return b""


def json_in(segment: str) -> Any:
    """Return the JSON value in a segment, as a list where there is one, and an empty list where
    there is none."""
    try:
        return [json.loads(unb64(segment).decode(), object_pairs_hook=each_name_once)]
    except (ValueError, RecursionError, jwt.PyJWTError):
        return []


def each_name_once(pairs: list[tuple[str, Any]]) -> Any:
    """Return the dictionary of these pairs, or the pairs themselves if a name is there twice:
    readers differ about which of the two counts (RFC 7519, 4)."""
    return dict(pairs) if len(dict(pairs)) == len(pairs) else pairs


# --- by hand (01-1) -------------------------------------------------------------------------------

HELD = {
    "a list": "list",
    "a dictionary": "converted",
    "the header": "header",
    "the third segment, decoded or not": "signature",
    "the segment, not decoded": "encoded",
    "only its beginning": "short",
    "bytes as Python shows them, in a text": "str of bytes",
    "its bytes in another encoding": "other encoding",
    "something else": "other",
}


def try_answer(value: Any) -> Trial:
    """What is in a value, and its type."""
    yield Observed("what is in it", held_in(value), HELD)
    kind = bytes if isinstance(value, bytearray) else type(value)
    yield Observed("the type", kind.__name__, "converted")


def held_in(value: Any) -> str:
    """Return which part of the ticket's token a value holds, in words."""
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "the header" if "alg" in value else "a dictionary"
    if not isinstance(value, str | bytes | bytearray):
        return "something else"
    text = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    _, payload, signature = TOKEN.split(".")
    data = unb64(payload)
    kept = text[: 2 * len(TOKEN)].strip("= ")
    others = {data.hex(), *(data.decode(name, "replace") for name in ("utf-16", "utf-32", "cp500"))}
    looks = {
        "the payload": text == data.decode(),
        "the third segment, decoded or not": kept == signature
        or text == unb64(signature).decode("utf-8", "replace"),
        "the segment, not decoded": kept in (payload, TOKEN),
        "only its beginning": len(text) > 20 and data.decode().startswith(text),
        "bytes as Python shows them, in a text": text in (str(data), repr(data.decode())),
        "the header": '"alg"' in text,
        "its bytes in another encoding": {text, kept.lower().removeprefix("0x")} & others,
    }
    return next((words for words, it_is in looks.items() if it_is), "something else")


# --- decode (01-2) --------------------------------------------------------------------------------

SLASHED = b'{"iss":"https:\\/\\/login.example","name":"\\ud83d\\ude00"}'  # as some issuers escape
LIBRARIES = (inspect, unb64, jwt.PyJWS.decode_complete, jwt.PyJWS.get_unverified_header)
SHAPES = {"1 part": "one", "3 parts": "three", "a dictionary": "pair", "parts of bytes": "bytes"}


class Quiet(Tried):
    """A function as a trial calls it, without Python's warnings about the text of a token, where
    the function reads it as Python."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
            return super().__call__(*arguments, **named)


def try_decode(answer: Tried) -> Trial:
    """Tokens of every length, and some that need each letter of the alphabet."""
    answer = Quiet(answer)
    with calls_of(*LIBRARIES) as called:
        for call in to_decode():
            seen(answer, *call.arguments)
    case = "the functions of a library that it called"
    yield Observed(case, sorted(set(called)), "library")
    first = next(to_decode())
    result = seen(answer, *first.arguments)
    shape = result if result is None or isinstance(result, Raised) else shape_of(result)
    misread = isinstance(answer.error, ValueError | SyntaxError)  # another error says it all
    shapes = SHAPES if misread else {**SHAPES, "Raised": "other"}
    yield Observed(f"what kind of result there is for {first}", shape, shapes)
    yield from calls(answer, to_decode())


def shape_of(result: Any) -> str:
    """Return how many parts a result has, and of which kind."""
    if isinstance(result, dict):
        return "a dictionary"
    if not isinstance(result, list | tuple):
        return type(result).__name__
    if len(result) != 2:
        return f"{len(result)} part{'s' * (len(result) != 1)}"
    of_bytes = any(isinstance(one, bytes | str) for one in result)
    return "parts of bytes" if of_bytes else "2 parts"


def to_decode() -> Iterator[Call]:
    """Yield tokens that nobody signed."""
    names = drawn("decode")
    yield Call((joined(HEAD, {"sub": "u-1815", "a": "wxyz"}),))
    for length in range(24):
        header = {"alg": "ES256", "kid": next(names)[: 1 + length % 7]}
        yield Call((joined(header, {"sub": next(names), "n": "x" * length}),), about="padding")
    letters = {"sub": "Ada ~~~ >>> ???", "note": "?~>" * 5}
    yield Call((joined(HEAD, letters),), about="alphabet")
    in_header = {"kid": ">>>???~~~" * 2, "alg": "ES256"}
    yield Call((joined(in_header, {"sub": "u-1"}),), about="alphabet")
    named, of_zoe = {"sub": next(names), "name": "Zoë"}, {"alg": "ES256", "kid": "Zoë's"}
    for head in (HEAD, of_zoe):
        yield Call((f"{unescaped(head)}.{unescaped(named)}.c2ln",), about="letters")
    facts = {"email_verified": True, "locked": False, "act": None, "note": "true, false or null"}
    yield Call((joined(HEAD, facts),), about="literal")
    yield Call((f"{json_part(HEAD)}.{b64(SLASHED)}.c2ln",), about="literal")
    yield Call((joined({"alg": "none"}, {}, ""),), about="padding", usual="edge")


def unescaped(value: Any) -> str:
    """Return a segment whose letters stand there as they are, in UTF-8."""
    return b64(json.dumps(value, ensure_ascii=False).encode())


# --- leaks (01-3) ---------------------------------------------------------------------------------


def try_leaks(answer: Tried) -> Trial:
    """Tokens with texts at every depth, and lists of secrets, each case once more at the end."""
    searches = [*to_search()]
    again = [Call(one.arguments, one.words, one.about, "again") for one in reversed(searches)]
    for call in searches + again:
        result = seen(answer, *call.arguments)
        types = dict.fromkeys(("set", "frozenset", "str", "dict", "int"), "list")
        types |= {"bool": "yes or no", SAID_OF_EACH: "yes or no", "list": str(call.about)}
        types["Raised"] = "number" if "salary" in call.words else "other"
        if isinstance(result, list | tuple):
            is_said = any(isinstance(one, bool) for one in result)
            result = SAID_OF_EACH if is_said else sorted(result, key=repr)
        yield Observed(str(call), result, types, call.usual)


SAID_OF_EACH = "a list of True and False"


def to_search() -> Iterator[Call]:
    """Yield tokens, and lists of secrets; which of the secrets comes first in a result is free."""
    names = drawn("leaks")
    mail, other = f"{next(names)[:5]}@corp.example", f"{next(names)[:5]}@corp.example"
    pay = str(7000 + int(next(names)[:3], 16))
    plain = joined(HEAD, {"sub": "u-1815", "email": mail, "salary": int(pay)})
    deep = {"sub": "u-1", "act": {"people": [{"email": other}, {"email": mail}]}}
    abroad = joined(HEAD, {"sub": "u-1", "name": "Zoë Müller", "note": f"ask {mail} first"})
    near = [mail.upper(), mail.replace("@", " @"), f"{mail} ", f" {mail}", f"{mail}.test"]
    people = [f"{next(names)[:8]}@corp.example" for _ in range(300)]

    def of(claims: dict[str, Any]) -> str:
        return joined(HEAD, {"sub": "u-1", **claims})

    for token, secrets, about in (
        (of({"email": mail}), [mail], "encoded"),
        (of({"name": "email", "email": mail}), ["email"], "names"),  # a name, and a value as well
        (of({"note": f"It begins with {plain[:9]}"}), [plain[:9]], "encoded"),
    ):
        yield Call((token, secrets), about=about)
    yield Call((plain, [mail]), f"[{mail!r}], and a token with a salary", "number")
    for token, secrets, about in (
        (plain, [mail, other], "round"),
        (plain, [other, mail], "round"),
        (plain, [other, pay], "number"),
        (plain, [mail, other, pay], "first"),
        (of({}), [mail, pay], "nobody"),
        (joined({**HEAD, "kid": "build-7"}, {"sub": "u-1"}), [mail, "build-7"], "header"),
        (joined(HEAD, deep), [mail, other], "nested"),
        (abroad, ["Zoë Müller"], "escaped"),
        (abroad, [mail, pay], "inside"),
        (abroad, ["zoë müller", "ZoëMüller", mail], "near"),
        (plain, [*near, mail], "near"),
        (of({"note": f"EUR{pay}gross"}), [pay], "inside"),
        (of({"email": mail.upper()}), [mail], "near"),
        (of({"email": mail.replace(".", "-")}), [mail], "near"),
        (of({"name": "Ada  Lovelace"}), ["Ada Lovelace"], "near"),
    ):
        yield Call((token, secrets), about=about)
    yield Call((plain, []), about="nobody", usual="edge")
    yield Call((of({"people": people[::2]}), people), "300 secrets", "first", "large")


# --- segment (01-4) -------------------------------------------------------------------------------

WRITING = {
    "Raised": "bytes",
    "bytes": "bytes",
    "written as Python shows bytes": "str of bytes",
    "= in it": "padding",
    "+ or / in it": "alphabet",
    "its last character is missing": "cut",
    "JSON in it": "json",
    "the value in it": "value",
    "the names in order": "order",
    "spaces between the parts": "spaces",
}


def try_segment(answer: Tried) -> Trial:
    """Values of every kind, and what somebody who decodes their segments finds."""
    values = [*to_encode()]
    again = [(value, about, "again") for value, about, _ in reversed(values)]
    for value, about, usual in [*values, *again]:
        result = seen(answer, value)
        yield Observed(
            written(value),
            segment_with(result) if isinstance(result, str) else result,
            {**WRITING, "the value in it": about, "JSON in it": about},
            usual,
        )


def to_encode() -> Iterator[tuple[Any, str, str]]:
    """Yield values, the mistake of whoever writes them wrongly, and which usual thing each is."""
    names = drawn("segment")
    yield {"sub": next(names), "n": 9100}, "json", ""
    for length in range(4):
        yield {"sub": "u-1", "n": "x" * length}, "json", ""
    others: list[Any] = [{"sub": "~~~>>>???" * 2}, {"sub": "Zoë", "n": None}, {}]
    for value in (*others, [next(names), True], 111):
        yield value, "json", ""
    yield {"name": "Ada Lovelace", "groups": ["wiki users"]}, "blanks", ""
    yield {"name": "Lovelace, Ada", "note": "from 9: 10, 11"}, "blanks", ""
    for simple in ("", 0, None):
        yield simple, "json", "edge"
    yield {"locked": False, "n": None}, "value", ""
    yield {"groups": [next(names) for _ in range(300)], "z": 1, "a": {"y": [], "b": 2}}, "", "large"


def segment_with(text: str) -> dict[str, Any]:
    """Return how a value is written in a segment. A letter may be escaped in JSON, or not."""
    read = json_in(text)
    data = read_bytes(text).decode("utf-8", "replace")
    short = [
        json.dumps(read and read[0], separators=(",", ":"), ensure_ascii=e) for e in (False, True)
    ]
    return {
        "written as Python shows bytes": text.startswith(("b'", 'b"')),
        "= in it": "=" in text,
        "+ or / in it": bool({"+", "/"} & {*text}),
        "its last character is missing": not read and any(json_in(text + one) for one in ALPHABET),
        "JSON in it": bool(read),
        "the value in it": read,
        "the names in order": names_in(read),
        "spaces between the parts": bool(read) and data not in short,
    }


def names_in(value: Any) -> list[str]:
    """Return the names in a JSON value, at every depth, as they follow each other."""
    if isinstance(value, list):
        return [name for one in value for name in names_in(one)]
    if not isinstance(value, dict):
        return []
    return [name for key, one in value.items() for name in (key, *names_in(one))]


# --- one word changed (01-10) ---------------------------------------------------------------------


def try_changed(value: Any) -> Trial:
    """The three segments of a text, and what the middle one holds."""
    segments = value.split(".")[:4] if isinstance(value, str) else []
    yield Observed("segments of a text", len(segments), "parts")
    head, payload, signature = segments
    yield Observed("the third segment", signature, "signature")
    yield Observed("the first segment", head, "header")
    yield Observed("it begins as Python shows bytes", payload.startswith("b'"), "str of bytes")
    yield Observed("it ends in =", payload.endswith("="), "padding")
    yield Observed("there is JSON in it", bool(json_in(payload)), "encoded")
    data = read_bytes(payload)
    yield Observed("it speaks of u-0001", b'"u-0001"' in data, "value")
    yield Observed("the bytes in it", data, "others")


# --- the same claims, written differently (01-11) -------------------------------------------------

REWRITING = {
    "segments": "parts",
    "the third": "signature",
    "the first": "header",
    "the second is written as Python shows bytes": "str of bytes",
    "the second ends in =": "padding",
    "the payload is the same text as before": "same",
    "JSON in the payload": "encoded",
    "the claims": "others",
}


def try_rewritten(answer: Tried) -> Trial:
    """Tokens without spaces between their parts, as most are, each once more at the end."""
    tokens = [*tokens_to_rewrite()]
    for token, usual in [*tokens, *((token, "again") for token, _ in reversed(tokens))]:
        case = f"the payload {unb64(token.split('.')[1]).decode()}"
        result = seen(answer, token)
        if result is not None and not isinstance(result, Raised):
            result = rewriting(result, token)
        yield Observed(case, result, REWRITING, usual)


def tokens_to_rewrite() -> Iterator[tuple[str, str]]:
    """Yield tokens, and which usual thing each is."""
    names = drawn("rewritten")
    yield TOKEN, ""
    for more in ({"act": {"sub": "a b"}}, {"note": 'say "hi", then: go'}, {"name": "Zoë"}, {}):
        claims = {"sub": next(names), "exp": 1_697_620_200, "admin": False, "by": None, **more}
        header = json_part({"kid": next(names), "alg": "ES256"})
        yield f"{header}.{json_part(claims)}.{b64(next(names).encode())}", ""
    twice = json_part({"alg": "none", "sub": "u-1815"})  # a payload that is spelt as its header
    yield f"{twice}.{twice}.", "edge"


def rewriting(result: Any, token: str) -> dict[str, Any]:
    """Return what is in the segments of a token that was written anew."""
    if not isinstance(result, str) or result.count(".") != 2:
        return {"segments": len(result.split(".")) if isinstance(result, str) else written(result)}
    head, payload, signature = result.split(".")
    claims = json_in(payload)
    return {
        "segments": 3,
        "the third": signature,
        "the first": head,
        "the second is written as Python shows bytes": payload.startswith("b'"),
        "the second ends in =": payload.endswith("="),
        "the payload is the same text as before": read_bytes(payload)
        == read_bytes(token.split(".")[1]),
        "JSON in the payload": bool(claims),
        "the claims": json.dumps(claims, sort_keys=True),  # as text: 1 is not 1.0
    }


# --- time (01-6) ----------------------------------------------------------------------------------


def try_seconds_left(answer: Tried) -> Trial:
    """Claims before, at and after their end, and without one."""
    yield from calls(answer, lifetimes())


def lifetimes() -> Iterator[Call]:
    """Yield claims, and a time at which somebody reads them."""
    numbers = drawn("times")
    now = 1_697_619_600 + int(next(numbers)[:5], 16)
    left = 1 + int(next(numbers)[:3], 16)
    first = {"bool": "yes or no", "int": "number", "float": "number", "Raised": "other"}
    yield Call(({"sub": "u-1815", "iat": now - 300, "exp": now + left}, now), about=first)
    many = {f"claim {number}": now for number in range(300)}
    for claims, about, usual in (
        ({"iat": now - 600, "exp": now + 1}, "now", ""),
        ({"iat": now - 600, "exp": now}, "over", "edge"),
        ({"iat": now - left - 600, "exp": now - left}, "over", ""),
        ({"sub": "u-1906", "iat": now - 900}, "never", "edge"),
        ({}, "never", "edge"),
        ({"exp": now + 31_536_000}, "no iat", ""),
        ({"sub": "u-1815", "exp": 0}, "zero", "edge"),
        ({**many, "exp": now + left}, "no iat", "large"),
    ):
        yield Call((claims, now), "", about, usual)
    for later in (-86_400, left - 1, left, 86_400):
        yield Call(({"iat": now - 300, "exp": now + left}, now + later), about="now")


# --- redaction (01-7) -----------------------------------------------------------------------------

PIECE = 12  # characters of a token that are no accident
BITS = 60  # of a hash in a tag that is long enough; 16 hexadecimal digits have 64


@dataclass(frozen=True)
class Line:
    """A log line with gaps, the tokens in them, and the mistake of those who leave one there."""

    template: str
    tokens: tuple[str, ...] = ()
    about: str = ""
    usual: str = ""

    def __str__(self) -> str:
        """The line as a verdict shows it: of each token the beginning and its dots."""
        short = [re.sub(r"[\w-]{3,}", lambda one: one[0][:3] + "~", one) for one in self.tokens]
        return written(self.template.format(*short))


def try_redact(answer: Tried) -> Trial:
    """Log lines with tokens of every kind, and the tags of some three hundred tokens."""
    key, another = keys()
    for line in plain_lines():
        yield Observed(str(line), redacted(answer, line, key), of_a_line(line), line.usual)
    by_token = yield from tags(answer, key, another)
    for line in other_lines():
        yield Observed(str(line), redacted(answer, line, key), of_a_line(line), line.usual)
    token, *_ = by_token
    for dot in ("%2E", "%2e"):
        case = f"the same token, with its dots written as {dot}"
        alike = tagged(answer, token.replace(".", dot), key) == by_token[token]
        yield Observed(case, {"it has the same tag": alike}, "spelt")
    by_token |= {token: tagged(answer, token, key) for token in other_tokens()}
    shared = len(by_token) - len({*by_token.values()})
    case = f"{len(by_token)} different tokens"
    yield Observed(case, {"tokens that share a tag": shared}, "same", "large")


@cache
def keys() -> tuple[bytes, bytes]:
    """Return two keys."""
    names = drawn("keys")
    return next(names).encode(), next(names).encode()


@cache
def other_tokens() -> tuple[str, str, str, str]:
    """Return two tokens without a signature, and two encrypted ones, the second with a key."""
    names = drawn("other tokens")
    one, two = (joined({"alg": "none"}, claims_of_somebody(names), "") for _ in range(2))
    return one, two, sealed_token(next(names)), sealed_token(next(names), next(names) * 2)


BEARER = '09:00 GET https://wiki.example/a 200 12.7.1 authorization="Bearer {}"'
HINT = "09:01 GET https://login.example/logout?id_token_hint={}&state=eyJ 303"
BOTH = "09:02 old={} new={} www.wiki.example"
COOKIE = '09:04 GET https://wiki.example/ cookie="theme=dark; session={}; lang=en"'
TELLING = (BEARER, HINT, "{}")  # lines whose tags a thief works on
INNER = "09:05 GET https://login.example/go?to=https%3A%2F%2Fwiki.example%2F%3Ft%3D{}%26a%3D1"


def plain_lines() -> Iterator[Line]:
    """Yield lines with tokens of three segments whose dots are dots."""
    token, other, *more = tokens_to_redact()
    yield Line(BEARER, (token,))
    yield Line(HINT, (token,))
    yield Line(BOTH, (other, token))
    yield Line("09:03 GET https://www.wiki.example/help.v2.html 200", usual="edge")
    yield Line("", usual="edge")
    yield Line("{}", (other,), usual="edge")
    yield Line("09:06 She sent {}. It was refused.", (token,))
    yield Line("09:07 tokens={},{}\n", (token, other))
    yield Line(INNER, (token,))
    many = "09:09" + "".join(f" t{number}={{}}" for number in range(100))
    yield Line(many, tuple(more[:100]), usual="large")


def other_lines() -> Iterator[Line]:
    """Yield lines with other kinds of tokens, and with dots in another spelling."""
    token, other, *_ = tokens_to_redact()
    bare, _, sealed, keyed = other_tokens()
    yield Line(HINT, (bare,), "unsigned")
    yield Line(COOKIE, (token.replace(".", "%2E"),), "percent")
    yield Line(BOTH, (token.replace(".", "%2e"), other.replace(".", "%2E")), "percent")
    yield Line(BEARER, (sealed,), "five")
    yield Line("09:08 She sent {}. It was refused.", (keyed,), "five")
    yield Line("{}", (keyed,), "five")
    yield Line(COOKIE, (sealed.replace(".", "%2E"),), "five")


def sealed_token(letters: str, key: str = "") -> str:
    """Return a text with the five segments of a JWE, as its `alg` dir makes it: without a second
    one."""
    head = json_part({"alg": "A256KW" if key else "dir", "enc": "A256GCM"})
    return f"{head}.{key}.{letters[:16]}.{letters * 3}.{letters[:22]}"


def claims_of_somebody(names: Iterator[str]) -> logged.Claims:
    """Return claims with personal data, in letters that need the whole alphabet."""
    return {"sub": next(names), "email": f"{next(names)[:6]}@corp.example", "n": "~>?" * 3}


@cache
def tokens_to_redact() -> tuple[str, ...]:
    """Return tokens whose segments need every letter.

    At the end some with the same claims or the same signature, and one with its letters in the
    other case.
    """
    names, tokens = drawn("redact"), list[str]()
    key, other_key = (
        SigningKey(next(names).encode() * 2, "HS256", "~~>~~?") for _ in ("one", "another")
    )
    for count in range(300):
        typ, claims = f"{'~' * (count % 5)}>?", claims_of_somebody(names)
        tokens.append(sign(claims, key, typ=typ))
    tokens.sort(key=lambda token: "-" not in token.rpartition(".")[2][:-PIECE])
    head, _, signature = tokens[0].split(".")
    forged = f"{head}.{json_part(claims_of_somebody(names))}.{signature}"
    swapped = tokens[0][:3] + tokens[0][3:].swapcase()
    same_claims = sign(claims, other_key, typ=typ)
    return (*tokens, same_claims, forged, swapped, f"{tokens[0][:-4]}AAAA")


def of_a_line(line: Line) -> dict[str, str]:
    """Return the mistakes by what is off in a redacted line."""
    return {
        "a text": "text",
        "the token is in it": line.about or "kept",
        "another token is in it": line.about or "all",
        "the rest is as it was": "rest",
        "a piece of a token is in it": line.about or "piece",
        "a token comes out of it": "reversible",
    }


def redacted(answer: Tried, line: Line, key: bytes) -> Any:
    """Return what is left in a line that somebody redacted."""
    template, inside = line.template, line.tokens
    result = seen(answer, template.format(*inside), key)
    if result is None or isinstance(result, Raised):
        return result
    if not isinstance(result, str):
        return {"a text": False}
    fixed = [re.escape(part) for part in template.split("{}")]
    has_a_piece = bool(pieces_of(result) & set[str]().union(*map(pieces, inside)))
    return {
        "a text": True,
        "the token is in it": bool(inside) and inside[0] in result,
        "another token is in it": any(token in result for token in inside),
        "the rest is as it was": bool(re.fullmatch("(.+)".join(fixed), result, re.DOTALL)),
        "a piece of a token is in it": has_a_piece,
        "a token comes out of it": not has_a_piece
        and template in TELLING
        and any(comes_back(result, token, key) for token in inside),
    }


def pieces_of(text: str) -> frozenset[str]:
    """Return all pieces of a text."""
    return frozenset(text[at : at + PIECE] for at in range(len(text) - PIECE + 1))


@cache
def pieces(token: str) -> frozenset[str]:
    """Return pieces of the segments, and of the personal data: no redacted line may hold them."""
    segments = unquote(token).split(".")
    claims = {} if len(segments) == 5 else json.loads(unb64(segments[1]))
    data = {claims[name][:PIECE] for name in ("email", "sub") if name in claims}
    return frozenset(data).union(*map(pieces_of, segments))


def comes_back(result: str, token: str, key: bytes) -> bool:
    """Return whether a piece of a token comes out of a redacted line by undoing encodings and
    masks."""
    raw = unb64(unquote(token).split(".")[2]).decode("latin-1")[:PIECE]
    goals = pieces(token) | pieces_of(raw)
    return any(goals & behind(word, key) for word in words_of(result))


def words_of(line: str) -> set[str]:
    """Return what stands between spaces, quotes and other signs; and the whole line, where it is
    little more than a tag."""
    spaced = re.sub("[\"'=&?]", " ", line)
    words = {*spaced.split(), *re.split(r"[\s.:,;|/]+", spaced)}
    return {word for word in words if len(word) > PIECE} | ({line} if line[2:3] != ":" else set())


@lru_cache(1000)
def behind(word: str, key: bytes) -> frozenset[str]:
    """Return the pieces of all that comes out of a word by undoing encodings and masks."""
    texts = {*undone(word), *unmasked(word)}
    texts |= {masked_by(key, text) for text in texts}
    return frozenset[str]().union(*map(pieces_of, texts))


def masked_by(key: bytes, text: str) -> str:
    """Return a text under the key as a mask (XOR): whoever has one token has the key."""
    codes = text.encode("utf-32-le", "surrogatepass")[::4]  # the lowest byte of each character
    mask = (key * (len(codes) // len(key) + 1))[: len(codes)]
    masked = int.from_bytes(codes, "big") ^ int.from_bytes(mask, "big")
    return masked.to_bytes(len(codes), "big").decode("latin-1")


def tagged(answer: Tried, token: str, key: bytes, around: str = "a {} b") -> str:
    """Return a line with a token, redacted."""
    return str(seen(answer, around.format(token), key))


def tags(answer: Tried, key: bytes, another: bytes) -> Generator[Observed, None, dict[str, str]]:
    """Yield how the tags of equal and of different tokens compare, and whether they need a key.
    Return them, by token."""
    tokens = tokens_to_redact()
    first, again = (tagged(answer, tokens[0], key) for _ in range(2))
    case = "the same line, redacted twice"
    yield Observed(case, {"the result is the same": first == again}, "matched", "again")
    alike = tagged(answer, tokens[0], key, "{}") in first
    yield Observed("the same token in a different line", {"the tag is the same": alike}, "matched")
    by_token = {token: tagged(answer, token, key) for token in tokens}
    bits = entropy({*by_token.values()})
    shared = len(tokens) - len({*by_token.values()})
    case = f"{len(tokens)} different tokens"
    long_and_shared = shared if bits >= BITS else 0  # a short tag is shared by chance
    yield Observed(case, {"tokens that share a tag": long_and_shared}, "same", "large")
    parts = [*tokens[0].split("."), tokens[0], tokens[0].rpartition(".")[0]]
    by_anybody = (
        any(tagged(answer, tokens[0], one) == first for one in like_keys(key, another))
        or needs_no_key(by_token, tagged(answer, tokens[0], another))
        or any(guessed([first], [part]) for part in parts)
    )
    case = "the same token with a different key"
    yield Observed(case, {"the tag can be known without the key": by_anybody}, "plain")
    has_key = any(text in first for text in (key.decode(), key.hex(), b64(key)))
    yield Observed("a line with a token", {"the key is in it": has_key}, "leaked")
    case = "tags of different tokens"
    yield Observed(case, {"bits that differ": min(BITS, round(bits))}, "short")
    return by_token


def like_keys(key: bytes, another: bytes) -> tuple[bytes, ...]:
    """Return other keys, some of which are nearly this one."""
    return another, key[:-1] + b"x", b"x" + key[1:]


def needs_no_key(by_token: dict[str, str], under_another: str) -> bool:
    """Return whether a piece of the first tag is the same under another key, and no tag of another
    token has it."""
    first, *others = [{tag[at : at + 8] for at in range(len(tag) - 7)} for tag in by_token.values()]
    same = {piece for piece in first if piece in under_another}
    return bool(same.difference(*others))


def entropy(tags: set[str]) -> float:
    """Return how many bits differ between tags: the most that they can hold of a hash."""
    places = zip_longest(*tags, fillvalue="")
    return sum(math.log2(len(set(letters))) for letters in places)


# --- one spelling (01-8) --------------------------------------------------------------------------


def try_one_spelling(answer: Tried) -> Trial:
    """Tokens as an encoder writes them, and the same bytes, written in other ways."""
    yield from visits(answer, spellings(), refusal=())


def spellings() -> Iterator[Call]:
    """Yield tokens that are encoded correctly, and then other texts of one of them."""
    names = drawn("spelling")
    ends_in_x = b64(next(names).encode() + b"-1")  # of a length that leaves no bit to spare
    head = {"alg": "ES256", "kid": "~>?~>?~"}
    token = sign({"sub": next(drawn("other spellings")), "n": "?~>" * 4 + "x"}, logged.KEY)
    signed = [sign({"sub": next(names), "n": "~>?" * n}, logged.KEY) for n in (0, 1, 2, 3, 300)]
    for text in (*signed, token, joined(head, {"sub": "?~>" * 4}, ends_in_x)):
        yield Call((text,), about={"opens": "good"}, usual="large" if len(text) > 1000 else "")
    yield Call((joined({"alg": "none"}, {"a": 1}, ""),), "", {"opens": "good"}, "edge")
    example = rfc_examples()["signed"]["RFC 7515 A.1"]["compact"]  # its JSON has spaces
    yield Call((example,), about={"opens": "json"})
    for text, about, words in other_spellings(token):
        yield Call((text,), words, {"opens": about, "Raised": "raises"})


def other_spellings(token: str) -> Iterator[tuple[str, str, str]]:
    """Yield the same bytes, written in other ways; the mistake of who lets them in; and what they
    are in words."""
    head, payload, signature = token.split(".")
    padded = [part + "=" * (-len(part) % 4) for part in (head, payload, signature)]
    yield f"{head}.{payload}.{padded[2]}", "padding", "== after the signature"
    yield f"{padded[0]}.{payload}.{signature}", "padding", "== after the header"
    yield f"{head}.{padded[1]}.{signature}", "padding", "= after the payload"
    for text in spare(token):
        yield text, "spare", "a different last character in a segment"
    yield f"{head}.{payload}.{signature}    ", "junk", "four spaces at the end"
    yield f"{token}\n", "junk", "a line break after the token"
    yield f" {token}", "junk", "a space before the token"
    yield f"{head}.{payload[:9]}!!!!{payload[9:]}.{signature}", "junk", "!!!! in the payload"
    yield f"{head}.{payload}.{signature[:9]}!{signature[9:]}", "junk", "! in the signature"
    standard = token.replace("-", "+").replace("_", "/")
    yield standard, "alphabet", "+ and / instead of - and _"


def spare(token: str) -> list[str]:
    """Return a token in each spelling whose last character of one segment has other spare bits."""
    parts, texts = token.split("."), list[str]()
    for place, part in enumerate(parts):
        others = (part[:-1] + letter for letter in ALPHABET if letter != part[-1])
        same = [one for one in others if read_bytes(one) == read_bytes(part)]
        texts += [".".join([*parts[:place], one, *parts[place + 1 :]]) for one in reversed(same)]
    return texts


# --- a MAC (01-9) ---------------------------------------------------------------------------------


def try_mac(answer: Tried) -> Trial:
    """Tokens and keys, among them one token with several third segments and several keys."""
    tried = [*macs()]
    again = [Call(one.arguments, one.words, one.about, "again") for one in reversed(tried)]
    for call in tried + again:
        result = seen(answer, *call.arguments)
        parts = {
            "Raised": "other",
            "bytes": "spelling",
            "64 hexadecimal digits": "spelling",
            "64 hexadecimal digits in the segment": "hex",
            "+ or / in it": "alphabet",
            "= in it": "spelling",
            "the segment": str(call.about),
        }
        about = call.about if call.about == "taken" else parts
        shown = segment_of(result) if isinstance(result, str) else result
        yield Observed(str(call), shown, about, call.usual)


def segment_of(text: str) -> dict[str, Any]:
    """Return how a MAC is written."""
    inside = read_bytes(text).decode("ascii", "replace").strip('"')
    return {
        "64 hexadecimal digits": is_hex(text),
        "64 hexadecimal digits in the segment": is_hex(inside),
        "+ or / in it": bool({"+", "/"} & {*text}),
        "= in it": "=" in text,
        "the segment": text,
    }


def is_hex(text: str) -> bool:
    """Return whether a text is the 32 bytes of a hash in hexadecimal digits."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def macs() -> Iterator[Call]:
    """Yield tokens, and keys."""
    names = drawn("mac")

    def signed_with(key: bytes, **claims: Any) -> str:
        return sign({"sub": next(names), **claims}, SigningKey(key, "HS256", "hs-1"))

    for count in range(6):
        key = next(names).encode() * 2
        token = signed_with(key, n="x" * count)
        yield Call((token, key), about="signed")
    for text in (b" " + key + b"\n", key * 2, b"\xff" + key):
        yield Call((signed_with(text), text), about="signed")
    signed = token.rpartition(".")[0]
    other, again = next(names).encode(), signed_with(key).rpartition(".")[2]
    yield Call((f"{signed}.", key), "a token without its third segment", "taken", "edge")
    words = "a token with a different third segment"
    yield Call((f"{signed}.{again}", key), words, "taken")
    yield Call((token, other), "the same token, and a different key", "key")
    example = rfc_examples()["signed"]["RFC 7515 A.1"]
    arguments = example["compact"], unb64(example["jwk"]["k"])
    yield Call(arguments, "the example in RFC 7515", "bytes")
