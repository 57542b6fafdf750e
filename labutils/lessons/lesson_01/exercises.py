"""01 · JSON Web Token (JWT)."""

import base64
import hmac
import json
import math
import re
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

import jwt

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    value,
    verifier,
    without_library,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
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

DECODE = code("""
    def decode(token):
        parts = token.split(".")[:2]
        padded = [part + "=" * (-len(part) % 4) for part in parts]
        header, claims = [json.loads(base64.urlsafe_b64decode(part)) for part in padded]
        return header, claims
""")
LEAKS = code("""
    def leaks(token, secrets):
        text = json.dumps(decode(token), ensure_ascii=False)
        return [secret for secret in secrets if secret in text]
""")
SEGMENT = code("""
    def segment(value):
        data = json.dumps(value, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
""")
CHANGED = code("""
    first, _, last = token.split(".")
    changed = f'{first}.{b64(answer.replace(b"u-1815", b"u-0001"))}.{last}'
""")
REWRITTEN = code("""
    def rewritten(token):
        head, payload, signature = token.split(".")
        claims = decode(token)[1]
        return f"{head}.{b64(json.dumps(claims).encode())}.{signature}"
""")
SECONDS_LEFT = code("""
    def seconds_left(claims, now):
        if "exp" not in claims:
            return None
        return max(0, claims["exp"] - now)
""")
REDACT = code("""
    def redact(line, key):
        def tag(match):
            token = unquote(match[0])
            digest = hmac.digest(key, token.encode(), "sha256")
            return f"token-{digest.hex()}"

        dot = "([.]|%2E|%2e)"
        three = rf"eyJ[\\w-]+{dot}[\\w-]*{dot}[\\w-]*"
        return re.sub(rf"{three}({dot}[\\w-]+{dot}[\\w-]+)?", tag, line)
""")
ONE_SPELLING = code("""
    def one_spelling(token):
        again = []
        for part in token.encode().split(b"."):
            data = base64.urlsafe_b64decode(part + b"==")
            again.append(base64.urlsafe_b64encode(data).rstrip(b"="))
        return b".".join(again) == token.encode()
""")
MAC = code("""
    def mac(token, key):
        signed = token.rpartition(".")[0]
        digest = hmac.digest(key, signed.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
""")
IMPORTS = code("""
    import base64
    import binascii
    import hmac
    import json
    import re
    from urllib.parse import unquote
    from labutils.identity.tokens import b64
""")
TOOLS = "\n".join((IMPORTS, DECODE, SEGMENT))


wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


def changed_so(old: str, new: str) -> str:
    """The token of 01-10 with a piece of its solution changed."""
    assert old in CHANGED, old
    return wrong(f"""
from labutils.lessons.lesson_01.logged_tokens import LINE
token = LINE.partition("Bearer ")[2].strip('"')
answer = base64.urlsafe_b64decode(token.split(".")[1] + "==")
def padded(data):
    return base64.urlsafe_b64encode(data + b" ").decode()
{CHANGED.replace(old, new)}
answer = changed
""")


def lectured(
    judge: Callable[[Tried], Verdict], *errors: type[Exception]
) -> Callable[[Tried], Verdict]:
    """A judge that names a misconception beside an error only if it is one of these errors."""

    def judged(answer: Tried) -> Verdict:
        verdict = judge(answer)
        if verdict.kind == "raised" and not isinstance(answer.error, errors):
            return replace(verdict, mistake=None)
        return verdict

    return judged


def drawn(name: str) -> Any:
    """A stream of texts for one judge."""
    return dice("lesson-01", name)


# --- 01-1: by hand ------------------------------------------------------------------------------

LINE_TOKEN = sign(logged.CLAIMS, logged.KEY)
PAYLOAD = LINE_TOKEN.split(".")[1]


SIGNATURE = LINE_TOKEN.split(".")[2]


def by_hand(answer: Any) -> str | None:
    """What is wrong with the bytes of the middle segment; None where nothing is."""
    text = unb64(PAYLOAD).decode()
    if isinstance(answer, dict):
        return "converted" if answer == logged.CLAIMS else "header" if "alg" in answer else "other"
    if isinstance(answer, list | tuple):
        return "list"
    if isinstance(answer, bytes | bytearray):
        answer = bytes(answer).decode("utf-8", "replace")
        return None if answer == text else by_hand_mistake(answer, text)
    if not isinstance(answer, str):
        return "other"
    return "converted" if answer == text else by_hand_mistake(answer, text)


def by_hand_mistake(answer: str, text: str) -> str:
    """The name of what is wrong with a text that should be the one in the middle segment."""
    kept = answer.strip("= ")
    if kept == SIGNATURE or answer == unb64(SIGNATURE).decode("utf-8", "replace"):
        return "signature"
    if kept in (PAYLOAD, LINE_TOKEN):
        return "encoded"
    if len(answer) > 20 and text.startswith(answer):
        return "short"
    if answer in (str(unb64(PAYLOAD)), repr(text)):
        return "str of bytes"
    if '"alg"' in answer:
        return "header"
    return "other encoding" if is_of_the_payload(answer) else "other"


def is_of_the_payload(answer: str) -> bool:
    """Whether the middle segment went through another decoder, or its text through another code."""
    data = unb64(PAYLOAD)
    others = {data.hex(), *(data.decode(name, "replace") for name in ("utf-16", "utf-32", "cp500"))}
    return answer.lower().removeprefix("0x") in others or answer in others


# --- 01-2: decode -------------------------------------------------------------------------------


def alike(one: Any, other: Any) -> bool:
    """Equal as JSON: True is not 1, and the order of names does not matter."""
    try:
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    except (TypeError, ValueError):
        return False


def joined(header: Any, claims: Any, signature: str = "c2lnbmF0dXJl") -> str:
    """A text with three segments. Nobody signed it."""
    return f"{json_part(header)}.{json_part(claims)}.{signature}"


def to_decode() -> list[Case]:
    """Tokens of every length, and some that need each letter of the alphabet."""
    names, plain = drawn("decode"), {"alg": "ES256", "typ": "JWT"}
    first = (plain, {"sub": "u-1815", "a": "wxyz"}, None)
    cases: list[tuple[dict[str, str], dict[str, str], str | None]] = [first]
    for length in range(24):
        header = {"alg": "ES256", "kid": next(names)[: 1 + length % 7]}
        cases.append((header, {"sub": next(names), "n": "x" * length}, "padding"))
    letters = {"sub": "Ada ~~~ >>> ???", "note": "?~>" * 5}
    cases.append((plain, letters, "alphabet"))
    cases.append(({"kid": ">>>???~~~" * 2, "alg": "ES256"}, {"sub": "u-1"}, "alphabet"))
    named, of_zoe = {"sub": next(names), "name": "Zoë"}, {"alg": "ES256", "kid": "Zoë's"}
    facts = {"email_verified": True, "locked": False, "act": None, "note": "true, false or null"}
    return [
        *(Case((joined(head, claims),), (head, claims), name) for head, claims, name in cases),
        *(
            Case((f"{unescaped(head)}.{unescaped(named)}.c2ln",), (head, named), "letters")
            for head in (plain, of_zoe)
        ),
        Case((joined(plain, facts),), (plain, facts), "literal"),
        Case((f"{json_part(plain)}.{b64(SLASHED)}.c2ln",), (plain, json.loads(SLASHED)), "literal"),
    ]


SLASHED = b'{"iss":"https:\\/\\/login.example","name":"\\ud83d\\ude00"}'  # as some issuers escape


def unescaped(value: Any) -> str:
    """A segment whose letters stand there as they are, in UTF-8."""
    return b64(json.dumps(value, ensure_ascii=False).encode())


def decoding(answer: Tried) -> Verdict:
    """The judge of 01-2."""
    for case in to_decode():
        try:
            result = answer(*case.arguments)
        except Exception:
            parsed = parses_the_signature(answer.function, case)
            return answer.raised(str(case), "three" if parsed else case.mistake)
        if result is None:
            return Verdict("none", str(case))
        if not (isinstance(result, tuple | list) and alike(result, case.want)):
            mistake = decoding_mistake(result, case)
            return Verdict("differs", str(case), written(result), written(case.want), "", mistake)
    return PASSED


def parses_the_signature(function: Callable[..., Any], case: Case) -> bool:
    """Whether a function that fails for a token succeeds where the third segment is JSON, too."""
    try:
        function(f"{case.arguments[0].rpartition('.')[0]}.{json_part({'signature': [1, 2]})}")
    except Exception:
        return False
    return True


def decoding_mistake(result: Any, case: Case) -> str | None:
    """The name of what is wrong with a pair that should be header and claims."""
    header, claims = case.want
    if isinstance(result, tuple | list) and len(result) == 3:
        return "three"
    if isinstance(result, dict):
        return "one" if result in (header, claims) else "pair"
    if isinstance(result, tuple | list) and len(result) == 2:
        if list(result) == [claims, header]:
            return "order"
        if not all(isinstance(part, dict) for part in result):
            return "bytes"
    return case.mistake


# --- 01-3: leaks --------------------------------------------------------------------------------


def to_search() -> list[Case]:
    names, head = drawn("leaks"), {"alg": "ES256", "typ": "JWT"}
    mail, other = f"{next(names)[:5]}@corp.example", f"{next(names)[:5]}@corp.example"
    pay = str(7000 + int(next(names)[:3], 16))
    plain = joined(head, {"sub": "u-1815", "email": mail, "salary": int(pay)})
    in_header = joined({**head, "kid": "build-server-7"}, {"sub": "u-1"})
    deep = {"sub": "u-1", "act": {"people": [{"email": other}, {"email": mail}]}}
    abroad = joined(head, {"sub": "u-1", "name": "Zoë Müller", "note": f"ask {mail} first"})
    near = [mail.upper(), mail.replace("@", " @"), f"{mail} ", f" {mail}", f"{mail}.test"]
    cases = [
        ((plain, [mail, other]), [mail], "encoded"),
        ((plain, [other, mail]), [mail], "round"),
        ((plain, [other, pay]), [pay], "number"),
        ((plain, [mail, other, pay]), [mail, pay], "first"),
        ((joined(head, {"sub": "u-1"}), [mail, pay]), [], "nobody"),
        ((in_header, [mail, "build-server-7"]), ["build-server-7"], "header"),
        ((joined(head, deep), [mail, other]), [mail, other], "nested"),
        ((abroad, ["Zoë Müller"]), ["Zoë Müller"], "escaped"),
        ((abroad, [mail, pay]), [mail], "inside"),
        ((abroad, ["zoë müller", "ZoëMüller", mail]), [mail], "near"),
        ((plain, [*near, mail]), [mail], "near"),
        ((joined(head, {"sub": "u-1", "note": f"EUR{pay}gross"}), [pay]), [pay], "inside"),
        ((joined(head, {"sub": "u-1", "email": mail.upper()}), [mail]), [], "near"),
        ((joined(head, {"sub": "u-1", "email": mail.replace(".", "-")}), [mail]), [], "near"),
        ((joined(head, {"sub": "u-1", "name": "Ada  Lovelace"}), ["Ada Lovelace"]), [], "near"),
    ]
    return [Case(arguments, want, mistake) for arguments, want, mistake in cases]


def same_list(result: Any, want: list[str]) -> bool:
    """The same texts; in which order does not matter."""
    return isinstance(result, list | tuple) and sorted(map(repr, result)) == sorted(map(repr, want))


def leaking(answer: Tried) -> Verdict:
    """The judge of 01-3."""
    verdict = compare(to_search, same=same_list)(answer)
    if verdict.kind == "raised" and "'int'" in str(answer.error):
        return replace(verdict, mistake="number")
    if verdict.kind == "raised":
        return replace(verdict, mistake=None)
    if verdict.kind == "differs" and (mistake := leaking_mistake(answer, verdict.mistake)):
        return replace(verdict, mistake=mistake)
    return verdict


def leaking_mistake(answer: Tried, mistake: str | None) -> str | None:
    """The name of a mistake that shows in what a function returns, whatever the token."""
    result = answer.results[-1]
    if isinstance(result, bool) or (
        isinstance(result, list) and any(isinstance(each, bool) for each in result)
    ):
        return "yes or no"
    if not isinstance(result, list | tuple):
        return "list"
    if mistake != "encoded":
        return None
    token = joined({"alg": "ES256"}, {"salary": "9100"})
    for secrets, found, name in (
        (["9100"], ["9100"], "round"),
        (["salary", "wages"], ["salary"], "names"),
        ([token[:9]], [], "whole"),
    ):
        if finds(answer.function, token, secrets, found):
            return name
    return mistake


def finds(function: Callable[..., Any], token: str, secrets: list[str], found: list[str]) -> bool:
    """Whether a function gives that list, and no error."""
    try:
        return same_list(function(token, secrets), found)
    except Exception:
        return False


# --- 01-4: segment ------------------------------------------------------------------------------


ALPHABET = string.ascii_letters + string.digits + "-_"


def to_encode() -> list[Case]:
    names = drawn("segment")
    values: list[tuple[Any, str | None]] = [({"sub": next(names), "n": 9100}, "json")]
    values += [({"sub": "u-1", "n": "x" * length}, "padding") for length in range(4)]
    values += [({"sub": "~~~>>>???" * 2}, "alphabet"), ({"sub": "Zoë", "n": None}, "json")]
    values += [({}, "json"), ([next(names), True], "json"), (111, "json")]
    values += [({"name": "Ada Lovelace", "groups": ["wiki users"]}, "value")]
    values += [({"name": "Lovelace, Ada", "note": "from 9: 10, 11"}, "value")]
    values += [("", "json"), (0, "json"), (None, "json"), ({"locked": False, "n": None}, "value")]
    return [Case((item,), item, mistake) for item, mistake in values]


def encoding(answer: Tried) -> Verdict:
    """The judge of 01-4: what is written must be read again as the same value."""
    for case in to_encode():
        try:
            result = answer(*case.arguments)
        except Exception:
            return answer.raised(str(case), "bytes")
        if result is None:
            return Verdict("none", str(case))
        if mistake := encoding_mistake(result, case.want):
            return Verdict("differs", str(case), written(result), mistake=mistake)
    return PASSED


def encoding_mistake(result: Any, want: Any) -> str | None:
    """The name of what keeps a text from being a segment with this value."""
    if not isinstance(result, str):
        return "bytes"
    if result.startswith(("b'", 'b"')):
        return "str of bytes"
    if "=" in result:
        return "padding"
    if "+" in result or "/" in result:
        return "alphabet"
    try:
        text = unb64(result).decode()
        mistake = None if alike(json.loads(text), want) else "value"
    except (ValueError, jwt.PyJWTError):
        mistake = "json"
    if mistake and any(read(result + letter) == want for letter in ALPHABET):
        return "cut"
    if mistake == "value" and without_spaces(json.loads(text)) == without_spaces(want):
        return "blanks"
    if mistake or text in shortest(want):
        return mistake
    return "order" if text in shortest(json.loads(text)) else "spaces"


def without_spaces(item: Any) -> str:
    """The JSON of a value, with no space left, inside its texts neither."""
    return json.dumps(item).replace(" ", "")


def read(segment: str) -> Any:
    """The value in a segment, its spare bits let pass; None where there is none."""
    try:
        return json.loads(read_bytes(segment))
    except ValueError:
        return None


def shortest(item: Any) -> list[str]:
    """The JSON of a value without spaces, its letters escaped or not."""
    return [json.dumps(item, separators=(",", ":"), ensure_ascii=plain) for plain in (True, False)]


# --- 01-10: one word changed --------------------------------------------------------------------


def one_word(changed: Any) -> str | None:
    """What is wrong with Ada's token in which one word should be changed; None where nothing is."""
    if mistake := payload_mistake(changed, LINE_TOKEN, {**logged.CLAIMS, "sub": "u-0001"}):
        is_old = mistake == "others" and b'"u-0001"' not in unb64(changed.split(".")[1])
        return "value" if is_old else mistake
    before, after = (unb64(token.split(".")[1]) for token in (LINE_TOKEN, changed))
    return None if after == before.replace(b"u-1815", b"u-0001") else "others"


def payload_mistake(result: Any, token: str, want: logged.Claims) -> str | None:
    """The name of what is wrong with a token whose payload alone was replaced; None where its
    claims are those wanted."""
    if not isinstance(result, str) or result.count(".") != 2:
        return "parts"
    (head, payload, signature), (first, _, last) = result.split("."), token.split(".")
    if signature != last:
        return "signature"
    if head != first:
        return "header"
    if payload.startswith("b'"):
        return "str of bytes"
    if payload.endswith("="):
        return "padding"
    try:
        claims = json.loads(unb64(payload).decode(), object_pairs_hook=each_name_once)
    except (ValueError, jwt.PyJWTError):
        return "encoded"
    return None if alike(claims, want) else "others"


def each_name_once(pairs: list[tuple[str, Any]]) -> Any:
    """The dictionary of these pairs, or the pairs themselves if a name is there twice: readers
    differ about which of the two counts (RFC 7519, 4)."""
    return dict(pairs) if len(dict(pairs)) == len(pairs) else pairs


# --- 01-11: the same claims, written differently ------------------------------------------------


def tokens_to_rewrite() -> list[str]:
    """Tokens without spaces between their parts, as most are."""
    names, tokens = drawn("rewritten"), [LINE_TOKEN]
    for more in ({"act": {"sub": "a b"}}, {"note": 'say "hi", then: go'}, {"name": "Zoë"}, {}):
        claims = {"sub": next(names), "exp": 1_697_620_200, "admin": False, "by": None, **more}
        header = json_part({"kid": next(names), "alg": "ES256"})
        tokens.append(f"{header}.{json_part(claims)}.{b64(next(names).encode())}")
    twice = json_part({"alg": "none", "sub": "u-1815"})  # a payload that is spelt as its header
    return [*tokens, f"{twice}.{twice}."]


def rewriting(answer: Tried) -> Verdict:
    """The judge of 01-11: the same claims in another segment, and all else as it was."""
    for token in tokens_to_rewrite():
        payload = unb64(token.split(".")[1])
        case = f"the payload {payload.decode()}"
        try:
            result = answer(token)
        except Exception:
            return answer.raised(case)
        if result is None:
            return Verdict("none", case)
        mistake = payload_mistake(result, token, json.loads(payload))
        if mistake in (None, "encoded") and spells(result, payload):
            mistake = "same"
        if mistake:
            return Verdict("differs", case, written(result), mistake=mistake)
    return PASSED


def spells(token: str, payload: bytes) -> bool:
    """Whether the payload of a token is these bytes, in whatever spelling."""
    try:
        return base64.urlsafe_b64decode(token.split(".")[1] + "==") == payload
    except ValueError:
        return False


# --- 01-6: time ---------------------------------------------------------------------------------


def lifetimes() -> list[Case]:
    numbers = drawn("times")
    now = 1_697_619_600 + int(next(numbers)[:5], 16)
    left = 1 + int(next(numbers)[:3], 16)
    cases = [
        ({"sub": "u-1815", "iat": now - 300, "exp": now + left}, left, "now"),
        ({"iat": now - 600, "exp": now + 1}, 1, "now"),
        ({"iat": now - 600, "exp": now}, 0, "over"),
        ({"iat": now - left - 600, "exp": now - left}, 0, "over"),
        ({"sub": "u-1906", "iat": now - 900}, None, "never"),
        ({"exp": now + 31_536_000}, 31_536_000, "no iat"),
        ({"sub": "u-1815", "exp": 0}, 0, "zero"),
    ]
    return [Case((claims, now), want, mistake) for claims, want, mistake in cases]


def counting(answer: Tried) -> Verdict:
    """The judge of 01-6."""
    verdict = compare(lifetimes)(answer)
    if verdict.kind == "differs" and verdict.mistake == "now":
        return replace(verdict, mistake=counting_mistake(answer.function))
    return verdict


def counting_mistake(function: Callable[..., Any]) -> str:
    """The name of what a function counts that does not count from `now` to `exp`."""
    clock = int(time.time())
    claims = {"iat": clock - 900, "exp": clock + 5000}
    try:
        left = function(claims, clock + 4000)
        over = function(claims, clock + 5070)
    except Exception:
        return "number"
    if isinstance(left, bool):
        return "yes or no"
    if left == claims["exp"] - claims["iat"]:
        return "now"
    if isinstance(left, int | float) and abs(left - 5000) < 60:
        return "clock"
    return "turned" if over == 70 else "number"


# --- 01-7: redaction ----------------------------------------------------------------------------

PIECE = 12  # characters of a token that are no accident
BITS = 60  # of a hash in a tag that is long enough; 16 hexadecimal digits have 64


@dataclass(frozen=True)
class Line:
    """A log line with gaps, the tokens in them, and the mistake of those who leave one there."""

    template: str
    tokens: tuple[str, ...]
    mistake: str | None = None


def log_lines(token: str, other: str, bare: str, sealed: str, keyed: str) -> list[Line]:
    """Log lines with gaps for tokens, the tokens in them, and the mistake of who fails them."""
    bearer = '09:00 GET https://wiki.example/a 200 12.7.1 authorization="Bearer {}"'
    hint = "09:01 GET https://login.example/logout?id_token_hint={}&state=eyJ 303"
    both = "09:02 old={} new={} www.wiki.example"
    cookie = '09:04 GET https://wiki.example/ cookie="theme=dark; session={}; lang=en"'
    inner = "09:05 GET https://login.example/go?to=https%3A%2F%2Fwiki.example%2F%3Ft%3D{}%26a%3D1"
    return [
        Line(bearer, (token,)),
        Line(hint, (token,)),
        Line(both, (other, token)),
        Line("09:03 GET https://www.wiki.example/help.v2.html 200", ()),
        Line("{}", (other,)),
        Line("09:06 She sent {}. It was refused.", (token,), "kept"),
        Line("09:07 tokens={},{}\n", (token, other)),
        Line(hint, (bare,), "unsigned"),
        Line(inner, (token,), "kept"),
        Line(cookie, (token.replace(".", "%2E"),), "percent"),
        Line(both, (token.replace(".", "%2e"), other.replace(".", "%2E")), "percent"),
        Line(bearer, (sealed,), "five"),
        Line("09:08 She sent {}. It was refused.", (keyed,), "five"),
        Line(cookie, (sealed.replace(".", "%2E"),), "five"),
    ]


def sealed_token(letters: str, key: str = "") -> str:
    """A text with the five segments of a JWE, as its `alg` dir makes it: without a second one."""
    head = json_part({"alg": "A256KW" if key else "dir", "enc": "A256GCM"})
    return f"{head}.{key}.{letters[:16]}.{letters * 3}.{letters[:22]}"


def claims_of_somebody(names: Iterator[str]) -> logged.Claims:
    """Claims with personal data, in letters that need the whole alphabet."""
    return {"sub": next(names), "email": f"{next(names)[:6]}@corp.example", "n": "~>?" * 3}


def tokens_to_redact() -> list[str]:
    """Tokens whose segments need every letter.

    At the end some with the same claims or the same signature, and one with its letters in the
    other case.
    """
    names, tokens = drawn("redact"), []
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
    return [*tokens, same_claims, forged, swapped, f"{tokens[0][:-4]}AAAA"]


def redaction(answer: Tried) -> Verdict:
    """The judge of 01-7: the tags match, hold nothing of the token, and need the key."""
    names = drawn("keys")
    tokens, keys = tokens_to_redact(), [next(names).encode() for _ in range(2)]
    unsigned = [joined({"alg": "none"}, claims_of_somebody(names), "") for _ in range(2)]
    sealed, keyed = sealed_token(next(names)), sealed_token(next(names), next(names) * 2)
    lines = log_lines(tokens[0], tokens[1], unsigned[0], sealed, keyed)
    try:
        return (
            redacted(answer, [line for line in lines if line.mistake in (None, "kept")], keys[0])
            or matching(answer, tokens, keys)
            or redacted(answer, lines, keys[0])
            or of_every_kind(answer, [*tokens, *unsigned, sealed, keyed], keys[0])
            or PASSED
        )
    except Exception:
        if answer.error is None:
            raise
        return answer.raised("a line with tokens")


def redacted(answer: Tried, lines: list[Line], key: bytes) -> Verdict | None:
    """The verdict on the first line that is redacted wrongly."""
    verdicts = (one_line(answer, line, key) for line in lines)
    return next(filter(None, verdicts), None)


def one_line(answer: Tried, line: Line, key: bytes) -> Verdict | None:
    """What is wrong with one redacted line."""
    template, inside = line.template, line.tokens
    result, case = answer(template.format(*inside), key), written(gapped(line))
    if result is None:
        return Verdict("none", case)
    name = None
    if not isinstance(result, str):
        name = "text"
    elif inside and inside[0] in result:
        name = line.mistake or "kept"
    elif any(token in result for token in inside):
        name = line.mistake or "all"
    elif not around(template, result):
        name = "rest"
    elif any(piece in result for token in inside for piece in pieces(token)):
        name = line.mistake if line.mistake != "kept" else None
        name = name or "piece"
    elif any(comes_back(result, token, key) for token in inside):
        name = "reversible"
    return Verdict("differs", case, written(result), mistake=name) if name else None


def gapped(line: Line) -> str:
    """A line as a verdict shows it: of each token the beginning and its dots."""
    short = [re.sub(r"[\w-]{3,}", lambda one: one[0][:3] + "~", token) for token in line.tokens]
    return line.template.format(*short)


def around(template: str, result: str) -> bool:
    """Whether what stands around the tokens is as it was."""
    fixed = [re.escape(part) for part in template.split("{}")]
    return re.fullmatch("(.+)".join(fixed), result, re.DOTALL) is not None


def pieces(token: str) -> set[str]:
    """Pieces of the segments, and the personal data: no redacted line may hold them."""
    segments = unquote(token).split(".")
    texts = [text[at : at + PIECE] for text in segments for at in range(len(text))]
    data = set() if len(segments) == 5 else personal(segments[1])
    return {text for text in texts if len(text) == PIECE} | data


def personal(payload: str) -> set[str]:
    """What a payload says about somebody."""
    claims = json.loads(unb64(payload))
    return {claims["email"], claims["sub"]}


def comes_back(result: str, token: str, key: bytes) -> bool:
    """Whether a piece of a token comes out of a redacted line by undoing encodings and masks."""
    segments = unquote(token).split(".")
    goals = pieces(token) | {unb64(segments[2]).decode("latin-1")[:PIECE]}
    goals = {goal for goal in goals if goal}
    for word in words_of(result):
        texts = {*undone(word), *unmasked(word)}
        texts |= {masked_by(key, text) for text in list(texts)}
        whole = "\0".join(texts)  # one long text is searched sooner than many short ones
        if any(goal in whole for goal in goals):
            return True
    return False


def words_of(line: str) -> list[str]:
    """What stands between spaces, quotes and other signs, and the whole line."""
    spaced = re.sub("[\"'=&?]", " ", line)
    words = {*spaced.split(), *re.split(r"[\s.:,;|/]+", spaced)}
    return [word for word in sorted(words) if len(word) > PIECE] + [line]


def masked_by(key: bytes, text: str) -> str:
    """A text under the key as a mask (XOR): whoever has one token has the key."""
    codes = text.encode("utf-32-le", "surrogatepass")[::4]  # the lowest byte of each character
    mask = (key * (len(codes) // len(key) + 1))[: len(codes)]
    masked = int.from_bytes(codes, "big") ^ int.from_bytes(mask, "big")
    return masked.to_bytes(len(codes), "big").decode("latin-1")


def tagged(answer: Tried, token: str, key: bytes) -> str:
    """A line with a token, redacted."""
    return str(answer(f"a {token} b", key))


def matching(answer: Tried, tokens: list[str], keys: list[bytes]) -> Verdict | None:
    """Whether equal tokens have equal tags, others other tags, and the key decides on the tag."""
    case = "the same line, redacted twice"
    first, again = (tagged(answer, tokens[0], keys[0]) for _ in range(2))
    if first != again:
        return Verdict("differs", case, written(first), written(again), mistake="matched")
    case = "the same token in a different line"
    elsewhere = str(answer(f"{tokens[0]}", keys[0]))
    if elsewhere not in first:
        return Verdict("differs", case, written(elsewhere), written(first), mistake="matched")
    tags = {tagged(answer, token, keys[0]) for token in tokens}
    case = f"{len(tokens)} different tokens"
    if len(tags) < len(tokens) and entropy(tags) >= BITS:
        return Verdict("differs", case, f"{len(tags)} different tags", mistake="same")
    parts = [*tokens[0].split("."), tokens[0], tokens[0].rpartition(".")[0]]
    others = (keys[1], keys[0][:-1] + b"x", b"x" + keys[0][1:])
    alike = any(tagged(answer, tokens[0], key) == first for key in others)
    if alike or needs_no_key(answer, tokens, keys) or any(guessed([first], [p]) for p in parts):
        under = "the same token with a different key"
        return Verdict("differs", under, written(first), mistake="plain")
    if any(text in first for text in (keys[0].decode(), keys[0].hex(), b64(keys[0]))):
        return Verdict("differs", "a line with a token", written(first), mistake="leaked")
    if entropy(tags) < BITS:
        return Verdict("differs", case, f"tags such as {written(first)}", mistake="short")
    return None


def needs_no_key(answer: Tried, tokens: list[str], keys: list[bytes]) -> bool:
    """Whether a piece of the tag is the same under two keys, and no tag of another token has it."""

    def pieces_of_tag(token: str, key: bytes) -> set[str]:
        tag = tagged(answer, token, key)
        return {tag[at : at + 8] for at in range(len(tag) - 7)}

    first, under = (pieces_of_tag(tokens[0], key) for key in keys)
    others = (pieces_of_tag(token, keys[0]) for token in tokens[1:])
    return bool((first & under).difference(*others))


def of_every_kind(answer: Tried, tokens: list[str], key: bytes) -> Verdict | None:
    """Whether the tag is the same with %2E for the dots, and another for each kind of token."""
    first = tagged(answer, tokens[0], key)
    for spelt in (tokens[0].replace(".", "%2E"), tokens[0].replace(".", "%2e")):
        if (got := tagged(answer, spelt, key)) != first:
            case = "the same token, with its dots written as %2E"
            return Verdict("differs", case, written(got), written(first), mistake="spelt")
    tags = {tagged(answer, token, key) for token in tokens}
    case, got = f"{len(tokens)} different tokens", f"{len(tags)} different tags"
    return Verdict("differs", case, got, mistake="same") if len(tags) < len(tokens) else None


def entropy(tags: set[str]) -> float:
    """How many bits differ between tags: the most that they can hold of a hash."""
    places = zip_longest(*tags, fillvalue="")
    return sum(math.log2(len(set(letters))) for letters in places)


# --- 01-8 and 01-9, on the long path ------------------------------------------------------------


def one_spelling_each() -> list[Case]:
    names = drawn("spelling")
    ends_in_x = b64(next(names).encode() + b"-1")  # of a length that leaves no bit to spare
    head = {"alg": "ES256", "kid": "~>?~>?~"}
    cases = [sign({"sub": next(names), "n": "~>?" * n}, logged.KEY) for n in range(4)]
    cases += [joined(head, {"sub": "?~>" * 4}, ends_in_x), joined({"alg": "none"}, {"a": 1}, "")]
    cases.append(rfc_examples()["signed"]["RFC 7515 A.1"]["compact"])
    return [Case((token,), True, "good") for token in cases]


def spelling(answer: Tried) -> Verdict:
    """The judge of 01-8."""
    verdict = verifier(one_spelling_each, other_spellings)(answer)
    if verdict.kind == "refused_good" and parses_json(answer.function):
        return replace(verdict, mistake="json")
    if verdict.kind == "let_in" and looks_at_the_first(answer.function):
        return replace(verdict, mistake="round")
    decoding_failed = isinstance(answer.error, ValueError | jwt.PyJWTError)
    if verdict.kind == "raised" and verdict.mistake != "good" and decoding_failed:
        return replace(verdict, mistake="raises")
    return verdict


def looks_at_the_first(function: Callable[..., Any]) -> bool:
    """Whether a function refuses a wrong spelling in the first segment, and in no other one."""
    head, payload, signature = LINE_TOKEN.split(".")
    respelt = (
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}=.{signature}",
        f"{head}.{payload}.{signature}=",
    )
    try:
        said = [function(token) for token in respelt]
    except Exception:
        return False
    return said == [False, True, True]


def parses_json(function: Callable[..., Any]) -> bool:
    """Whether a function makes a difference between JSON with spaces and JSON without."""
    spaced, short = [], []
    for length in range(4):
        parts = ({"alg": "ES256"}, {"sub": "u-1815", "n": "x" * length})
        spaced.append(".".join(b64(json.dumps(part).encode()) for part in parts) + ".c2ln")
        short.append(joined(*parts, "c2ln"))
    try:
        said = [{function(token) for token in tokens} for tokens in (spaced, short)]
    except Exception:
        return False
    return said in ([{True}, {False}], [{False}, {True}])


def other_spellings() -> list[Case]:
    """The same bytes, written in other ways."""
    token = sign({"sub": next(drawn("other spellings")), "n": "?~>" * 4 + "x"}, logged.KEY)
    head, payload, signature = token.split(".")
    padded = [part + "=" * (-len(part) % 4) for part in (head, payload, signature)]
    cases = [
        (f"{head}.{payload}.{padded[2]}", "padding", "== after the signature"),
        (f"{padded[0]}.{payload}.{signature}", "padding", "== after the header"),
        (f"{head}.{padded[1]}.{signature}", "padding", "= after the payload"),
        *((text, "spare", "a different last character in a segment") for text in spare(token)),
        (f"{head}.{payload}.{signature}    ", "junk", "four spaces at the end"),
        (f"{token}\n", "junk", "a line break after the token"),
        (f" {token}", "junk", "a space before the token"),
        (f"{head}.{payload[:9]}!!!!{payload[9:]}.{signature}", "junk", "!!!! in the payload"),
        (f"{head}.{payload}.{signature[:9]}!{signature[9:]}", "junk", "! in the signature"),
        (token.replace("-", "+").replace("_", "/"), "alphabet", "+ and / instead of - and _"),
    ]
    return [Case((text,), False, mistake, words) for text, mistake, words in cases]


def spare(token: str) -> list[str]:
    """A token in each spelling whose last character of one segment has other spare bits."""
    parts, texts = token.split("."), []
    for place, part in enumerate(parts):
        others = (part[:-1] + letter for letter in ALPHABET if letter != part[-1])
        same = [one for one in others if read_bytes(one) == read_bytes(part)]
        texts += [".".join([*parts[:place], one, *parts[place + 1 :]]) for one in reversed(same)]
    return texts


def read_bytes(segment: str) -> bytes:
    """The bytes in a segment, its spare bits let pass."""
    return base64.urlsafe_b64decode(segment + "==")


def macs() -> list[Case]:
    names, cases = drawn("mac"), []
    example = rfc_examples()["signed"]["RFC 7515 A.1"]
    for count in range(6):
        key = next(names).encode() * 2
        token = sign({"sub": next(names), "n": "x" * count}, SigningKey(key, "HS256", "hs-1"))
        cases.append(Case((token, key), token.split(".")[2], "signed"))
    for text in (b" " + key + b"\n", key * 2, b"\xff" + key):
        token = sign({"sub": next(names)}, SigningKey(text, "HS256", "hs-1"))
        cases.append(Case((token, text), token.split(".")[2], "signed"))
    token, key = cases[5].arguments
    signed, _, last = token.rpartition(".")
    other = next(names).encode()
    again = sign({"sub": next(names)}, SigningKey(key, "HS256", "hs-1")).rpartition(".")[2]
    cases += [
        Case((f"{signed}.", key), last, "taken", "a token without its third segment"),
        Case((f"{signed}.{again}", key), last, "taken", "a token with a different third segment"),
        Case((token, other), mac_of(token, other), "key", "the same token, and a different key"),
    ]
    token, key = example["compact"], unb64(example["jwk"]["k"])
    return [*cases, Case((token, key), token.split(".")[2], "bytes", "the example in RFC 7515")]


def mac_of(token: str, key: bytes) -> str:
    """The third segment that HS256 makes of a token."""
    return b64(hmac.digest(key, token.rpartition(".")[0].encode(), "sha256"))


def macing(answer: Tried) -> Verdict:
    """The judge of 01-9."""
    verdict = lectured(compare(macs))(answer)
    if verdict.kind == "raised" and "not JSON serializable" in str(answer.error):
        return replace(verdict, mistake="segment")
    if verdict.kind == "differs" and answer.results:
        result = answer.results[-1]
        if isinstance(result, str) and is_hex(spelt(result)):
            return Verdict("differs", verdict.case, verdict.got, verdict.want, mistake="hex")
        if not isinstance(result, str):
            return Verdict("differs", verdict.case, verdict.got, verdict.want, mistake="spelling")
        if verdict.want == written(result.rstrip("=").replace("+", "-").replace("/", "_")):
            mistake = "alphabet" if set(result) & set("+/") else "spelling"
            return replace(verdict, mistake=mistake)
        if verdict.want == written(result.strip("=")) or is_hex(result):
            return Verdict("differs", verdict.case, verdict.got, verdict.want, mistake="spelling")
    return verdict


def spelt(segment: str) -> str:
    """The text in a segment, without quote marks; empty where there is none."""
    try:
        return unb64(segment.rstrip("=")).decode("ascii", "replace").strip('"')
    except jwt.PyJWTError:
        return ""


def is_hex(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


EXERCISES = (
    Exercise(
        "01-1",
        "value",
        value(by_hand),
        "That is what the token says, and the token was all that you needed.",
        {
            "encoded": (
                "That is the segment as it is in the token. Add the missing `=`, and then decode "
                "it with base64.urlsafe_b64decode(...).",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                answer = LINE.partition("Bearer ")[2].split(".")[1]
                """),
            ),
            "header": (
                "That is the first segment. The middle one is between the two dots.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                answer = base64.urlsafe_b64decode(LINE.partition("Bearer ")[2].split(".")[0] + "==")
                """),
            ),
            "short": (
                "The end is missing. Add `=` instead of removing characters.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                payload = LINE.partition("Bearer ")[2].split(".")[1]
                answer = base64.urlsafe_b64decode(payload[:-2])
                """),
            ),
            "signature": (
                "That is the third segment, the signature. It is bytes, not text. The middle "
                "segment has index 1: Python counts from 0.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                last = LINE.partition("Bearer ")[2].strip('"').split(".")[2]
                answer = base64.urlsafe_b64decode(last + "==")
                """),
            ),
            "list": (
                "That is a list. Take one segment from it: the middle one has index 1. Then "
                "decode that segment.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                answer = LINE.partition("Bearer ")[2].split(".")
                """),
            ),
            "str of bytes": (
                "You are nearly there. str(...) puts b' before the bytes and ' after them. Store "
                "the bytes in `answer` unchanged.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                payload = LINE.partition("Bearer ")[2].split(".")[1]
                answer = str(base64.urlsafe_b64decode(payload + "=="))
                """),
            ),
            "converted": (
                "That is what the token says, but you converted it. Store the bytes as "
                "base64.urlsafe_b64decode(...) returns them: you need them in 01-10.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                payload = LINE.partition("Bearer ")[2].split(".")[1]
                answer = base64.urlsafe_b64decode(payload + "==").decode()
                """),
            ),
            "other encoding": (
                "You decoded the right segment, but then you converted the bytes: to hexadecimal "
                "digits, or with a different character encoding. Store the bytes in `answer` "
                "unchanged.",
                wrong("""
                from labutils.lessons.lesson_01.logged_tokens import LINE
                payload = LINE.partition("Bearer ")[2].split(".")[1]
                answer = base64.urlsafe_b64decode(payload + "==").hex()
                """),
            ),
            "other": (
                "Split the token at its dots: token.split('.'). The middle segment has index 1. "
                "Add the missing `=`, and decode it with base64.urlsafe_b64decode(...).",
                "answer = 42",
            ),
        },
        (
            "token.split('.') returns a list of three strings. The middle one is "
            "token.split('.')[1].",
            "Its length is not a multiple of four. How many `=` are missing? Try one, then two.",
        ),
        code("""
            payload = token.split(".")[1]
            answer = base64.urlsafe_b64decode(payload + "==")
        """),
    ),
    Exercise(
        "01-2",
        "function",
        without_library(
            lectured(decoding, ValueError, SyntaxError),
            inspect,
            unb64,
            jwt.PyJWS.decode_complete,
            jwt.PyJWS.get_unverified_header,
        ),
        "Your function reads any header and payload, whatever their length and characters.",
        {
            "library": (
                "A library did the work, and `unb64` is the lab's. Do it by hand: split, pad with "
                "'=', decode, json.loads.",
                wrong("""
                import jwt

                def answer(token):
                    claims = jwt.decode(token, options={"verify_signature": False})
                    return jwt.get_unverified_header(token), claims
                """),
            ),
            "literal": (
                "JSON is not Python: it has true, false and null, and its escapes are different. "
                "json.loads reads JSON.",
                wrong("""
                from ast import literal_eval

                def answer(token):
                    padded = [part + "=" * (-len(part) % 4) for part in token.split(".")[:2]]
                    texts = [base64.urlsafe_b64decode(part).decode() for part in padded]
                    return literal_eval(texts[0]), literal_eval(texts[1])
                """),
            ),
            "padding": (
                "The padding depends on the length: '=' * (-len(part) % 4) fills up the last group "
                "to four characters.",
                altered(DECODE, ('"=" * (-len(part) % 4)', '"="')),
            ),
            "alphabet": (
                "Your function fails if a segment contains - or _. Ordinary base64 uses + and /. "
                "urlsafe_b64decode reads the base64url alphabet.",
                altered(DECODE, ("urlsafe_b64decode", "b64decode")),
            ),
            "letters": (
                "The token contains an ë, which takes two bytes. A token's JSON is in UTF-8, and "
                "json.loads reads UTF-8 bytes directly.",
                altered(
                    DECODE,
                    ("urlsafe_b64decode(part))", 'urlsafe_b64decode(part).decode("ascii"))'),
                ),
            ),
            "three": (
                "The third segment is the signature: bytes, not JSON. Decode only the first two "
                "segments, token.split('.')[:2], and return two dictionaries.",
                wrong("""
                def answer(token):
                    padded = [part + "=" * (-len(part) % 4) for part in token.split(".")]
                    parts = [json.loads(base64.urlsafe_b64decode(part)) for part in padded]
                    return parts[0], parts[1]
                """),
            ),
            "order": (
                "Return the header first, then the claims.",
                altered(DECODE, ("return header, claims", "return claims, header")),
            ),
            "one": (
                "Return both: `return header, claims`.",
                altered(DECODE, ("return header, claims", "return claims")),
            ),
            "pair": (
                "Return the two dictionaries as a pair, not inside a third one: `return header, "
                "claims`.",
                altered(DECODE, ("return header, claims", "return {'h': header, 'c': claims}")),
            ),
            "bytes": (
                "That is still bytes or a string. json.loads turns what urlsafe_b64decode returns "
                "into a dictionary.",
                altered(
                    DECODE,
                    (
                        "json.loads(base64.urlsafe_b64decode(part))",
                        "base64.urlsafe_b64decode(part)",
                    ),
                ),
            ),
        },
        (
            "Three steps for each of the first two segments: pad with '=', decode, json.loads.",
            "The padding: part + '=' * (-len(part) % 4). At the end: return header, claims.",
        ),
        DECODE,
    ),
    Exercise(
        "01-3",
        "function",
        leaking,
        "Anyone who sees the token sees all of that. Run this while you are still designing a "
        "token.",
        {
            "encoded": (
                "You will find nothing in the token itself: it is encoded. Search what "
                "decode(token) returns.",
                wrong("answer = lambda token, secrets: [s for s in secrets if s in token]"),
            ),
            "yes or no": (
                "That is True or False. Return a list of the secrets that you find.",
                wrong("""
                def answer(token, secrets):
                    return any(secret in str(decode(token)) for secret in secrets)
                """),
            ),
            "list": (
                "Return a list of the secrets that you find, in square brackets. If there are "
                "none, the list is empty: [].",
                altered(
                    LEAKS,
                    ("[secret for", "{secret for"),
                    ("in text]", "in text}"),
                ),
            ),
            "whole": (
                "decode(token) returns two dictionaries, and `in` compares a secret with each of "
                "them as a whole. Turn them into one string first: text = str(decode(token)).",
                altered(LEAKS, ("json.dumps(decode(token), ensure_ascii=False)", "decode(token)")),
            ),
            "names": (
                "`in` looks at the keys of a dictionary, not at its values. Turn what "
                "decode(token) returns into one string, with str(...) or json.dumps(...), and "
                "search that string.",
                wrong("""
                def answer(token, secrets):
                    header, claims = decode(token)
                    return [s for s in secrets if s in header or s in claims]
                """),
            ),
            "round": (
                "One secret in the list is in the token, and the other is not. If there "
                "is a `return` inside your loop, the function ends there, before it has looked for "
                "all the secrets. Return after the loop.",
                wrong("""
                def answer(token, secrets):
                    for secret in secrets:
                        if secret in str(decode(token)):
                            return [secret]
                        return []
                """),
            ),
            "first": (
                "You return as soon as you find one secret, so you never look for the others. "
                "Collect them all, and return after the loop.",
                wrong("""
                def answer(token, secrets):
                    for secret in secrets:
                        if secret in str(decode(token)):
                            return [secret]
                    return []
                """),
            ),
            "number": (
                "The claim is a number, and the secret is a string. Turn both into strings before "
                "you compare them.",
                wrong("""
                def answer(token, secrets):
                    header, claims = decode(token)
                    return [s for s in secrets if s in [*header.values(), *claims.values()]]
                """),
            ),
            "nobody": (
                "None of the secrets is in this token: return an empty list.",
                wrong("answer = lambda token, secrets: list(secrets[::2])").replace(
                    "list(secrets[::2])",
                    "[s for s in secrets if s in str(decode(token))] or secrets",
                ),
            ),
            "header": (
                "The header can be read as well. decode(token) returns both.",
                altered(LEAKS, ("decode(token)", "decode(token)[1]")),
            ),
            "nested": (
                "A claim can hold lists and other dictionaries. Turn all of it into one string, "
                "and search that string.",
                wrong("""
                def answer(token, secrets):
                    header, claims = decode(token)
                    values = [str(v) for d in (header, claims) for v in d.values()
                              if not isinstance(v, dict)]
                    return [secret for secret in secrets if secret in values]
                """),
            ),
            "escaped": (
                "json.dumps writes ë as \\u00eb. With ensure_ascii=False it leaves the letter "
                "unchanged, and so does str(...).",
                altered(LEAKS, (", ensure_ascii=False", "")),
            ),
            "near": (
                "That is a different string: it differs in case, spaces or punctuation. "
                "Compare character for character, as `in` does. (In a regular "
                "expression, a dot matches any character.)",
                altered(LEAKS, ("if secret in text", "if secret.lower() in text.lower()")),
            ),
            "inside": (
                "The secret may be part of a longer string. Look for it with `in`.",
                wrong("""
                def values(part):
                    if isinstance(part, dict | list | tuple):
                        inner = part.values() if isinstance(part, dict) else part
                        return [text for one in inner for text in values(one)]
                    return [str(part)]

                def answer(token, secrets):
                    return [secret for secret in secrets if secret in values(decode(token))]
                """),
            ),
        },
        (
            "Turn what decode(token) returns into one string: str(decode(token)) is enough, "
            "because no secret here contains a quotation mark.",
            "Then build a list: [secret for secret in secrets if secret in text].",
        ),
        LEAKS,
    ),
    Exercise(
        "01-4",
        "function",
        lectured(encoding, TypeError),
        "That is a segment, encoded the way most issuers do it.",
        {
            "bytes": (
                "Three types are involved: json.dumps gives a string, .encode() turns it into "
                "bytes, and after base64, .decode() turns the bytes back into a string.",
                altered(SEGMENT, (".decode().rstrip", ".rstrip"), ('"="', 'b"="')),
            ),
            "str of bytes": (
                "str(...) puts b' before the bytes and ' after them. Use .decode() to get the "
                "string.",
                altered(
                    SEGMENT,
                    (
                        "base64.urlsafe_b64encode(data).decode()",
                        "str(base64.urlsafe_b64encode(data))",
                    ),
                ),
            ),
            "cut": (
                "The last character is missing. You cut it off although it was not `=`. "
                ".rstrip('=') removes every `=` at the end, and nothing else.",
                altered(SEGMENT, ('.rstrip("=")', "[:-1]")),
            ),
            "spaces": (
                "There are spaces or line breaks in your JSON. separators=(',', ':') leaves them "
                "out, as issuers do.",
                altered(SEGMENT, (', separators=(",", ":")', "")),
            ),
            "blanks": (
                "A space inside a string belongs to the string: Ada Lovelace is not AdaLovelace. "
                "separators=(',', ':') leaves out only the other spaces.",
                altered(SEGMENT, ('(value, separators=(",", ":"))', '(value).replace(" ", "")')),
            ),
            "order": (
                "The keys are not in the same order as in the value. A different order makes a "
                "different segment. Leave out sort_keys.",
                altered(SEGMENT, ('":"))', '":"), sort_keys=True)')),
            ),
            "padding": (
                "A segment must not end in `=`. .rstrip('=') removes the padding.",
                altered(SEGMENT, ('.rstrip("=")', "")),
            ),
            "alphabet": (
                "A segment uses - and _ instead of + and /: use urlsafe_b64encode.",
                altered(SEGMENT, ("urlsafe_b64encode", "b64encode")),
            ),
            "json": (
                "When your segment is decoded, the result is not JSON. json.dumps(value) writes "
                "JSON; str(value) does not.",
                altered(SEGMENT, ('json.dumps(value, separators=(",", ":"))', "str(value)")),
            ),
            "value": (
                "When your segment is decoded, the value is not the one that was passed in.",
                altered(SEGMENT, ("json.dumps(value,", "json.dumps([value],")),
            ),
        },
        (
            "The steps of decode, in reverse: json.dumps, .encode(), base64, and no `=`.",
            "data = json.dumps(value, separators=(',', ':')).encode(). Then "
            "base64.urlsafe_b64encode(data).decode().rstrip('=').",
        ),
        SEGMENT,
    ),
    Exercise(
        "01-10",
        "value",
        value(one_word),
        "You needed no key for that. Now see what the payroll application says.",
        {
            "parts": (
                "A token is one string of three segments with two dots between them. Join the "
                "first segment, your new middle one and the last.",
                changed_so(".{last}", ""),
            ),
            "signature": (
                "The last segment stays as it was, character for character. Keep it, even though "
                "it was made for a different text.",
                changed_so(".{last}", "."),
            ),
            "header": (
                "The first segment stays as it was, character for character.",
                changed_so("{first}", "{first.lower()}"),
            ),
            "encoded": (
                "The middle segment must be JSON in base64url again. b64(...) takes the bytes with "
                "the new ID in them.",
                changed_so("{b64(", "{bytes.hex("),
            ),
            "padding": (
                "Tokens leave out the `=` at the end of a segment. b64(...) does that for you.",
                changed_so("{b64(", "{padded("),
            ),
            "str of bytes": (
                "The middle segment begins with b': that is how Python shows bytes. b64(...) "
                "returns a string.",
                changed_so("{b64(", "{base64.urlsafe_b64encode("),
            ),
            "value": (
                "The token still says u-1815. That text does not appear in the encoded segment: "
                "replace it in the decoded bytes, and encode the result.",
                changed_so(
                    'b64(answer.replace(b"u-1815", b"u-0001"))', '_.replace("u-1815", "u-0001")'
                ),
            ),
            "others": (
                "Everything else in the payload stays as it was, byte for byte. Replace only the "
                "ID, in the bytes.",
                changed_so('b"u-0001")', 'b"u-0001").replace(b"Ada", b"Tom")'),
            ),
        },
        (
            "first, middle, last = token.split('.'). You decoded the middle one in 01-1: it is in "
            "`answer`.",
            "b64(answer.replace(b'u-1815', b'u-0001')) is the new middle segment. An f-string "
            "joins three strings: f'{first}.{new}.{last}'.",
        ),
        CHANGED,
    ),
    Exercise(
        "01-11",
        "function",
        rewriting,
        "A reader sees no difference. Now see who notices.",
        {
            "parts": (
                "The result is one string with three segments and two dots.",
                altered(REWRITTEN, (".{signature}", "")),
            ),
            "signature": (
                "The signature stays as it was, character for character.",
                altered(REWRITTEN, ("{signature}", "{payload}")),
            ),
            "header": (
                "The header stays as it is in the token. Rewrite the payload alone.",
                altered(REWRITTEN, ("{head}", "{b64(json.dumps(decode(token)[0]).encode())}")),
            ),
            "encoded": (
                "The payload must be JSON in base64url again: claims to JSON, to bytes, to "
                "base64url.",
                altered(REWRITTEN, ("json.dumps(claims)", "str(claims)")),
            ),
            "padding": (
                "Tokens leave the padding out: remove the `=` at the end of the new payload, or "
                "use b64(...), which does that for you.",
                altered(
                    REWRITTEN,
                    (
                        "b64(json.dumps(claims).encode())",
                        "base64.urlsafe_b64encode(json.dumps(claims).encode() + b' ').decode()",
                    ),
                ),
            ),
            "str of bytes": (
                "The payload is a bytes object written as a string, with its b and its quotes. "
                ".decode() turns bytes into a string, and b64(...) already returns a string.",
                altered(
                    REWRITTEN,
                    (
                        "b64(json.dumps(claims).encode())",
                        "base64.urlsafe_b64encode(json.dumps(claims).encode())",
                    ),
                ),
            ),
            "same": (
                "The payload still encodes the old JSON, byte for byte. Change how the JSON "
                "itself is written, where it makes no difference to a reader.",
                altered(
                    REWRITTEN, ("json.dumps(claims)", "json.dumps(claims, separators=(',', ':'))")
                ),
            ),
            "others": (
                "Each claim must be there once, with the same value of the same type. Spaces "
                "inside a string are part of it.",
                altered(REWRITTEN, ("decode(token)[1]", "{**decode(token)[1], 'iat': 0}")),
            ),
        },
        (
            "JSON ignores spaces between its parts, and the order of the names. Decode the "
            "payload, and write it again with a space somewhere.",
            "json.dumps(claims) writes a space after each comma and colon. Join the head, "
            "b64(json.dumps(claims).encode()) and the signature with dots.",
        ),
        REWRITTEN,
    ),
    Exercise(
        "01-6",
        "function",
        lectured(counting, KeyError),
        "Two numbers and a subtraction. A token without exp never expires by itself.",
        {
            "now": (
                "Count from `now`, not from the time when the token was issued.",
                altered(SECONDS_LEFT, ('claims["exp"] - now', 'claims["exp"] - claims["iat"]')),
            ),
            "yes or no": (
                "That is True or False. Return a number of seconds.",
                altered(SECONDS_LEFT, ('max(0, claims["exp"] - now)', 'claims["exp"] > now')),
            ),
            "clock": (
                "You used this computer's clock. Use the `now` that is passed in: the log is from "
                "a different day.",
                altered(SECONDS_LEFT, ("- now", "- int(__import__('time').time())")),
            ),
            "turned": (
                "You subtracted the wrong way round. What is left is exp - now.",
                altered(SECONDS_LEFT, ('claims["exp"] - now', 'now - claims["exp"]')),
            ),
            "number": (
                "What is left is a whole number of seconds: claims['exp'] - now.",
                altered(SECONDS_LEFT, ('claims["exp"] - now', 'claims["exp"]')),
            ),
            "over": (
                "From the time in exp onwards, the token has expired: return 0, and never less.",
                altered(SECONDS_LEFT, ("max(0, ", "(")),
            ),
            "never": (
                "Without exp the token never expires: return None, not 0. Check whether there is "
                "an exp before you read it: 'exp' not in claims.",
                altered(SECONDS_LEFT, ("return None", "return 0")),
            ),
            "zero": (
                "exp is there, and it is 0: a time in 1970, long past. In Python 0 counts as "
                "False, so `if not claims.get('exp')` treats it as missing. Use 'exp' not in "
                "claims.",
                altered(SECONDS_LEFT, ('"exp" not in claims', 'not claims.get("exp")')),
            ),
            "no iat": (
                "iat is not needed here, and may be missing.",
                altered(
                    SECONDS_LEFT, ("return max(", 'now = max(now, claims["iat"])\n    return max(')
                ),
            ),
        },
        (
            "Is there an exp at all? `if 'exp' not in claims: return None`.",
            "The rest is claims['exp'] - now. max(0, ...) keeps it from going below zero.",
        ),
        SECONDS_LEFT,
    ),
    Exercise(
        "01-7",
        "function",
        redaction,
        "Tokens with three or five segments are gone, whether their dots are written as `.` or as "
        "%2E. Equal tokens get equal tags, and nobody can make a tag without the key.",
        {
            "text": ("Return the line as one string.", "answer = lambda line, key: [line]"),
            "kept": (
                "The token is still there. Anyone who reads the log can use it.",
                "answer = lambda line, key: line",
            ),
            "all": (
                "There can be more than one token in a line. re.sub replaces all of them.",
                altered(REDACT, ("tag, line)", "tag, line, count=1)")),
            ),
            "rest": (
                "Everything around the tokens must stay as it was: quotes, & and the full stop of "
                "a sentence. A token begins with eyJ. Host names and version numbers contain dots "
                "as well.",
                altered(REDACT, ("eyJ", "")),
            ),
            "piece": (
                "Part of the token is still there: part of its header, of its signature, or of "
                "what it says about somebody.",
                altered(REDACT, (r"{dot}[\w-]*{dot}[\w-]*", r"{dot}[\w-]*")),
            ),
            "percent": (
                "In a cookie or a URL the dots of a token may be written as %2E or %2e. Anyone "
                "who decodes them has the token, so look for these forms as well.",
                altered(REDACT, ("([.]|%2E|%2e)", "[.]")),
            ),
            "five": (
                "An encrypted token (JWE) has five segments, and the second may be empty. The "
                "whole token must go.",
                altered(REDACT, (r"({dot}[\w-]+{dot}[\w-]+)?", "")),
            ),
            "unsigned": (
                "A token whose `alg` is none has an empty third segment: it ends in a dot. What it "
                "says about somebody can still be read.",
                altered(REDACT, (r'{dot}[\w-]*"', r'{dot}[\w-]+"')),
            ),
            "spelt": (
                "The same token must get the same tag, even if its dots are written as %2E. Undo "
                "that before you hash: unquote(match[0]).",
                altered(REDACT, ("unquote(match[0])", "match[0]")),
            ),
            "short": (
                "This tag is too short: with tags of 16 bits, two of 300 tokens are likely to get "
                "the same tag. Keep at least 16 hexadecimal digits.",
                altered(REDACT, ("digest.hex()", "digest.hex()[:4]")),
            ),
            "reversible": (
                "The token can be recovered: an encoding or a mask can be undone. Base64, hex and "
                "ROT13 have no key, and the key of a mask (XOR) can be found with one known token.",
                altered(
                    REDACT,
                    (
                        'hmac.digest(key, token.encode(), "sha256")',
                        "token.encode()",
                    ),
                ),
            ),
            "matched": (
                "The same token must get the same tag in every line. Otherwise nobody can trace "
                "the token through the log.",
                altered(REDACT, ("token.encode()", "(str(match.start()) + token).encode()")),
            ),
            "same": (
                "Two different tokens must not get the same tag, even if they have the same "
                "claims or the same signature.",
                altered(REDACT, ("token.encode()", 'token.split(".")[1].encode()')),
            ),
            "leaked": (
                "The key is in the line. Anyone who reads the log has it and can compute every "
                "tag.",
                altered(REDACT, ("{digest.hex()}", "{key.hex()}-{digest.hex()}")),
            ),
            "plain": (
                "Anybody can compute this tag: a person who has a token, or guesses one, can tell "
                "which lines contain it. The key must go into the hash: hmac.digest(key, ...).",
                altered(
                    REDACT,
                    (
                        'hmac.digest(key, token.encode(), "sha256")',
                        "__import__('hashlib').sha256(token.encode()).digest()",
                    ),
                ),
            ),
        },
        (
            "re.sub(pattern, tag, line) calls tag(match) for each token that matches the pattern. "
            "match[0] is the token.",
            "The tag of a token: hmac.digest(key, unquote(match[0]).encode(), 'sha256').hex().",
            "Three segments: r'eyJ[\\w-]+\\.[\\w-]*\\.[\\w-]*'. Write (\\.|%2E|%2e) for each dot. "
            "Then add two more segments, which are optional: (...)?.",
        ),
        REDACT,
    ),
    Exercise(
        "01-8",
        "function",
        lectured(spelling, ValueError, jwt.PyJWTError),
        "Only one encoding of these bytes passes now. Other bytes may be valid too (lesson 12), so "
        "block the `jti`.",
        {
            "good": (
                "A token that is encoded correctly must be accepted, whatever its length.",
                "answer = lambda token: False",
            ),
            "raises": (
                "A strict decoder raises an error for any other encoding. Catch the error and "
                "return False.",
                wrong("""
                from labutils.identity.tokens import b64, unb64

                def answer(token):
                    return all(b64(unb64(part)) == part for part in token.split("."))
                """),
            ),
            "json": (
                "You parsed the JSON and wrote it again. JSON with different spacing is a "
                "different string, but its segment can still be encoded correctly. Encode the "
                "decoded bytes again, not the JSON parsed from them.",
                wrong("""
                def answer(token):
                    return ".".join(map(segment, decode(token))) == token.rpartition(".")[0]
                """),
            ),
            "padding": (
                "A segment has no `=` at its end (RFC 7515, 2).",
                altered(ONE_SPELLING, ("== token.encode()", '== token.replace("=", "").encode()')),
            ),
            "round": (
                "You check only the first segment. If every branch inside the loop has a "
                "`return`, the function ends the first time round the loop. Inside it, return "
                "False if a segment is wrong. After the loop, return True.",
                wrong("""
                def answer(token):
                    for part in token.split("."):
                        data = base64.urlsafe_b64decode(part + "==")
                        if base64.urlsafe_b64encode(data).decode().rstrip("=") != part:
                            return False
                        return True
                """),
            ),
            "spare": (
                "The last character has unused bits, and Python's decoder ignores them. Encode "
                "again, and compare.",
                wrong("""
                def answer(token):
                    shape = r"[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]*"
                    return re.fullmatch(shape, token) is not None
                """),
            ),
            "junk": (
                "Python's decoder skips characters that are not in its alphabet. Encode again, "
                "and compare.",
                altered(
                    ONE_SPELLING,
                    ("== token", '== re.sub("[^A-Za-z0-9_+/=.-]", "", token)'),
                ),
            ),
            "alphabet": (
                "base64url uses - and _. A token with + or / in it uses a different alphabet.",
                altered(ONE_SPELLING, ("== token", '== token.replace("+", "-").replace("/", "_")')),
            ),
        },
        (
            "Decode each segment, encode the bytes again, and compare the result with the "
            "original.",
            "base64.urlsafe_b64encode(data).decode().rstrip('=') is the one correct encoding.",
        ),
        ONE_SPELLING,
    ),
    Exercise(
        "01-9",
        "function",
        macing,
        "Your MAC matches the example in the standard. It needs only the signed characters and "
        "the key.",
        {
            "signed": (
                "What is signed is everything before the last dot: header, dot and payload, "
                "exactly as they are.",
                altered(MAC, ('token.rpartition(".")[0]', 'token.split(".")[1]')),
            ),
            "taken": (
                "You took the third segment from the token. That way, any third segment would "
                "pass. Compute it with the key, from everything before the last dot.",
                wrong("answer = lambda token, key: token.split('.')[2]"),
            ),
            "key": (
                "A different key makes a different MAC. Use the `key` that is passed in.",
                wrong("""
                keys = {}

                def answer(token, key):
                    signed = token.rpartition(".")[0]
                    digest = hmac.digest(keys.setdefault(signed, key), signed.encode(), "sha256")
                    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
                """),
            ),
            "segment": (
                "segment turns a value into JSON first. A MAC is bytes, not JSON: "
                "base64.urlsafe_b64encode(digest).decode().rstrip('=').",
                altered(
                    MAC,
                    (
                        'base64.urlsafe_b64encode(digest).decode().rstrip("=")',
                        "segment(digest)",
                    ),
                ),
            ),
            "bytes": (
                "The MAC covers the characters of the token, not JSON that was parsed and "
                "written again.",
                altered(
                    MAC,
                    (
                        'token.rpartition(".")[0]',
                        '".".join(segment_of(part) for part in decode(token))',
                    ),
                ).replace(
                    "def mac(",
                    "def segment_of(part):\n"
                    "    text = json.dumps(part, separators=(',', ':'))\n"
                    "    return base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')\n\n"
                    "def mac(",
                ),
            ),
            "hex": (
                "You put 64 hexadecimal digits into the segment. The hash is 32 bytes: leave out "
                ".hex(), and pass the bytes to base64.urlsafe_b64encode. (segment turns a value "
                "into JSON first, so it does not work for bytes.)",
                altered(
                    MAC,
                    (
                        'base64.urlsafe_b64encode(digest).decode().rstrip("=")',
                        "segment(digest.hex())",
                    ),
                ),
            ),
            "alphabet": (
                "A segment uses - and _ instead of + and /: use urlsafe_b64encode.",
                altered(MAC, ("urlsafe_b64encode", "b64encode")),
            ),
            "spelling": (
                "In the token, the MAC is a segment: its bytes in base64url, without `=`.",
                altered(
                    MAC,
                    ('base64.urlsafe_b64encode(digest).decode().rstrip("=")', "digest.hex()"),
                ),
            ),
        },
        (
            "token.rpartition('.')[0] is everything before the last dot.",
            "hmac.digest(key, signed.encode(), 'sha256') returns the bytes. Then encode them in "
            "base64url, without the `=`.",
        ),
        MAC,
    ),
)
