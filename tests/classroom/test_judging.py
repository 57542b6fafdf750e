"""Judges: what they say of any function, and the answers that were refused or passed wrongly."""

import base64
import codecs
import gzip
import hashlib
import hmac
import re
import string
import sys
import zlib
from types import SimpleNamespace

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from solutions import imports_of, made
from tables import table

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.exercises import check
from labutils.classroom.judging import PASSED, calls_of, returns_nothing
from labutils.classroom.registry import Exercise
from labutils.incident import ledger
from labutils.lab import seconds
from labutils.lessons.lesson_01.logged_tokens import Scene
from labutils.stage import reversible_encodings


def verdict(each, answer):
    """What is said of an answer, or None where it passes."""
    judged, words = exercises.verdict(each, answer)
    return None if judged is PASSED else words


def exercise(identifier):
    return lesson(identifier[:2]).items[identifier]


def learners(code):
    """What a learner's cell leaves under `answer`, or else under its last name."""
    cell = {"ledger": ledger, "seconds": seconds}
    exec(compile(code, "cell", "exec"), cell)
    return cell.get("answer", list(cell.values())[-1])


def said(identifier, code):
    return verdict(exercise(identifier), learners(code))


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


# --- what any function can get wrong ------------------------------------------------------------


NARROW = """
def answer(request, world):
    if request.address == "198.51.100.9":
        return "a bad address"
"""


def test_a_function_that_has_a_return_and_gives_none_each_time_is_not_told_that_it_has_none():
    each = Exercise(
        "99-1",
        "function",
        lambda answer: "stolen" if answer(SimpleNamespace(address=""), None) is None else None,
        "",
        {"stolen": ("Refuse the thief.", "")},
        (),
        "",
    )
    assert verdict(each, learners(NARROW)) == "It returned None each time. Refuse the thief."


@pytest.mark.parametrize("body", ["return jwkset", "x += 1\n    return x"])
def test_the_error_of_an_unset_local_is_one_of_a_name_too(body):
    assert said("12-1", f"def answer(token):\n    {body}").startswith("It raised ")


def test_an_error_is_named_before_the_judges_sentence():
    code = "def answer(token):\n    return {'jti': token}['sid']"
    raised, sentence = said("12-1", code).split("\n")
    assert raised.startswith("It raised KeyError: ")
    assert sentence == exercise("12-1").sentence("raises")


def test_an_error_without_a_sentence_is_named_alone():
    assert (
        said("15-1", "def answer(*arguments):\n    return 1 / 0")
        == "It raised ZeroDivisionError: division by zero (line 2 of your cell) for one attempt, "
        "answered 200."
    )


@pytest.mark.parametrize(
    "judge",
    [
        lambda _answer: "a mistake without a sentence",
        lambda _answer: {}["x"],
        lambda _answer: 1 / 0,
    ],
)
def test_a_judge_that_fails_costs_the_learner_no_traceback(judge, capsys, monkeypatch):
    broken = Exercise("98-1", "value", judge, "Yes.", {}, ("a", "b"), "answer = 1")
    monkeypatch.setattr(exercises, "_item", lambda _identifier, *_kinds: broken)
    check("98-1", 5)
    assert capsys.readouterr().out.startswith("98-1: not yet. ")


def test_the_kind_of_an_answer_is_data_and_not_read_from_the_solution():
    function = Exercise(
        "98-1",
        "function",
        lambda answer: None if answer(1) == 2 else "x",
        "Yes.",
        {},
        (),
        "answer = twice.__add__",
    )
    assert (
        verdict(function, 5) == exercises.NOT_A_FUNCTION
        and verdict(function, lambda x: x + 1) is None
    )


# --- the mistakes that a judge took for another -------------------------------------------------


def refused_as(identifier, mistake, code):
    """Whether that code is refused, and with the sentence of that mistake."""
    return said(identifier, code) is not None and said(identifier, code).endswith(
        exercise(identifier).sentence(mistake)
    )


SPELLINGS = {
    "base64": "base64.b64encode(s.encode()).decode()",
    "base64url": "base64.urlsafe_b64encode(s.encode()).decode().rstrip('=')",
    "standard alphabet": "s.replace('-', '+').replace('_', '/') + '=='",
    "hex": "s.encode().hex()",
    "hex of the bytes": "tokens.unb64(s).hex()",
    "a number": "str(int.from_bytes(tokens.unb64(s), 'big'))",
    "base32": "base64.b32encode(s.encode()).decode()",
    "base85": "base64.b85encode(s.encode()).decode()",
    "ROT13": "codecs.encode(s, 'rot13')",
    "letter case": "s.swapcase()",
    "reversal": "s[::-1]",
    "hex, reversed": "s.encode().hex()[::-1]",
    "base64 twice": "base64.b64encode(base64.b64encode(s.encode())).decode()",
    "base64, then ROT13": "codecs.encode(base64.b64encode(s.encode()).decode(), 'rot13')",
    "deflated": "base64.b64encode(zlib.compress(s.encode())).decode()",
    "percent": "''.join(f'%{ord(c):02x}' for c in s)",
    "codes": "' '.join(str(ord(c)) for c in s)",
    "a dash between": "'-'.join(s)",
    "one further": "''.join(chr(ord(c) + 1) for c in s)",
    "a word in front": "'removed:' + s.encode().hex()",
    "binary": "' '.join(f'{ord(c):08b}' for c in s)",
    "binary of seven bits": "' '.join(f'{ord(c):07b}' for c in s)",
    "a mask": "''.join(chr(ord(c) ^ 1) for c in s)",
    "a mask, in hex": "bytes(c ^ 90 for c in s.encode()).hex()",
    "riffled": "s[::2] + s[1::2]",
}


REDACT = """
import base64, codecs, hmac, re, zlib
from labutils.identity import tokens

def one(s):
    return SPELLING

def answer(line, key):
    return re.sub(r"PATTERN", lambda match: WRITTEN, line)
"""
OF_THE_TOKEN = (r"eyJ[\w-]+\.[\w-]+\.[\w-]*", "one(match[0])")
OF_THE_SIGNATURE = (r"eyJ[\w-]+\.[\w-]+\.([\w-]*)", "'gone.' + one(match[1] or 'QUJD')")
WITH_A_WORD_OF_THE_KEY = (
    r"eyJ[\w-]+\.[\w-]+\.([\w-]*)",
    "key.hex() + '.' + one(match[1] or 'QUJD')",
)
OF_BYTES = ("hex of the bytes", "a number")  # of a segment, and not of a whole token


def redacting(spelling, pattern, text):
    """An answer to 01-7 that leaves a token, or a segment, in another spelling."""
    parts = {"SPELLING": spelling, "PATTERN": pattern, "WRITTEN": text}
    answer = REDACT
    for name, part in parts.items():
        answer = answer.replace(name, part)
    return answer


@table("name", [name for name in SPELLINGS if name not in OF_BYTES])
def test_01_7_a_token_in_another_spelling_is_still_a_token(name):
    mistake = "piece" if name == "standard alphabet" else "reversible"
    assert refused_as("01-7", mistake, redacting(SPELLINGS[name], *OF_THE_TOKEN))


@table("name", SPELLINGS)
@table("place", [OF_THE_SIGNATURE, WITH_A_WORD_OF_THE_KEY])
def test_01_7_a_signature_in_another_spelling_is_still_a_signature(name, place):
    mistake = "piece" if name == "standard alphabet" else "reversible"
    assert refused_as("01-7", mistake, redacting(SPELLINGS[name], *place))


MASKED_BY_THE_KEY = "bytes(c ^ key[i % len(key)] for i, c in enumerate(match[0].encode())).hex()"
HASHED = {
    "SHA-256": "hashlib.sha256(match[0].encode()).hexdigest()",
    "MD5, cut": "hashlib.md5(match[0].encode()).hexdigest()[:12]",
    "SHA-1 of the signature": "hashlib.sha1(match[0].split('.')[2].encode()).hexdigest()",
    "CRC-32": "f'{zlib.crc32(match[0].encode()):08x}'",
    "SHA-256 of the payload": "hashlib.sha256(match[0].split('.')[1].encode()).hexdigest()",
    "SHA-256 with the key beside it": "hashlib.sha256(match[0].encode()).hexdigest() + key.hex()",
    "HMAC under a key of its own": "hmac.digest(b'k', match[0].encode(), 'sha256').hex()",
}


def test_01_7_the_key_as_a_mask_is_no_keyed_hash():
    pattern = OF_THE_TOKEN[0]
    assert refused_as("01-7", "reversible", redacting("s", pattern, MASKED_BY_THE_KEY))


@pytest.mark.parametrize("name", HASHED)
def test_01_7_a_hash_without_the_key_can_be_computed_by_everybody(name):
    answer = redacting("s", OF_THE_TOKEN[0], HASHED[name]).replace(
        "import base64", "import hashlib, base64"
    )
    mistake = "same" if name.endswith(("payload", "of the signature")) else "plain"
    assert refused_as("01-7", mistake, answer)


def test_01_7_the_model_solution_leaves_nothing_in_the_log_of_the_target():
    """Not even where a gateway wrote %2E for the dots, or an address holds another address."""
    redact, log = made("01-7")["redact"], Scene().log
    cleaned = [redact(line, b"a key") for line in log]
    assert sum("%2E" in line for line in log) == 2
    assert sum("token-" in line for line in cleaned) == len(log) - 1
    for line, clean in zip(log, cleaned, strict=True):
        segments = [part for part in re.findall(r"[\w-]{12,}", line) if part not in clean]
        assert "eyJ" not in clean and len(segments) == (0 if "/help" in line else 3)


def test_work_that_was_left_to_a_library_is_noted_and_the_profiler_is_put_back():
    before = sys.getprofile()
    with calls_of(decode) as called:
        len(["a", "b", "c"])
        assert called == []
        decode("a.b.c")
    assert called == ["decode"]
    with pytest.raises(ZeroDivisionError), calls_of(decode):
        raise ZeroDivisionError
    assert sys.getprofile() is before


def decode(token):
    return token.count(".") + 1


# Changes that tests/mutants.py does not make, for the solutions in which it finds few.
CHANGED_BY_HAND = {
    "01-3": [
        ("decode(token)", "token"),
        ("decode(token)", "decode(token)[0]"),
        ("decode(token)", "decode(token)[1]"),
        ("decode(token)", "list(decode(token)[1].values())"),
        ("for secret in secrets", "for secret in secrets[1:]"),
        ("if secret in text", "if secret.lower() in text.lower().replace('.', '')"),
        ("if secret in text", "if f'\"{secret}\"' in text"),
        ("[secret for", "[text for"),
        ("return [secret for secret in secrets if secret in text]", "return secrets[0] in text"),
    ],
    "01-4": [
        ('json.dumps(value, separators=(",", ":"))', "repr(value)"),
        ('json.dumps(value, separators=(",", ":"))', "json.dumps(str(value))"),
        ('json.dumps(value, separators=(",", ":"))', "json.dumps(list(value))"),
        (
            'json.dumps(value, separators=(",", ":"))',
            'json.dumps(value, separators=(",", ":")).lower()',
        ),
        (
            'json.dumps(value, separators=(",", ":"))',
            'json.dumps(value, separators=(",", ":"))[:-1]',
        ),
        ('(",", ":")', '(", ", ":")'),
        ('(",", ":")', '(",", ": ")'),
        ('separators=(",", ":")', "indent=1"),
        (".encode()", ".encode('utf-16')"),
        ("urlsafe_b64encode", "b64encode"),
        ("urlsafe_b64encode", "b32encode"),
        ("urlsafe_b64encode", "b16encode"),
        ('.rstrip("=")', ""),
        ('.rstrip("=")', '.rstrip("=")[:-1]'),
        (".decode()", ""),
    ],
    "01-11": [
        ("{head}", "{segment(decode(token)[0])}="),
        ("{head}", "{payload}"),
        ("{signature}", ""),
        (".{signature}", ""),
        ("{signature}", "{signature}="),
        ("decode(token)[1]", "decode(token)[0]"),
        ("decode(token)[1]", "[decode(token)[1]]"),
        ("json.dumps(claims)", "json.dumps(str(claims))"),
        ("b64(json.dumps(claims).encode())", "payload"),
    ],
}


@table(
    ("identifier", "old", "new"),
    [(name, *pair) for name, pairs in CHANGED_BY_HAND.items() for pair in pairs],
)
def test_a_change_by_hand_of_a_short_solution_is_noticed(identifier, old, new):
    item = exercise(identifier)
    assert old in item.solution
    namespace = {}
    exec(f"{imports_of('01')}\n{item.solution.replace(old, new, 1)}", namespace)
    answer = namespace[item.solution.split("(")[0].removeprefix("def ")]
    assert verdict(item, answer) is not None


# --- what a return is, and what can be turned back ----------------------------------------------


@table(
    ("body", "nothing"),
    [
        ("x", True),
        ("return None", True),
        ("return", True),
        ("for y in (): print(y)", True),
        ("with x as y: y()", True),
        ("return x", False),
        ("return x['a']", False),
        ("return True if x else None", False),
        ("if x: return True", False),
        ("try: return x()\n    except ValueError: return None", False),
    ],
)
def test_a_function_without_a_return_is_told_from_one_that_returns_something(body, nothing):
    assert returns_nothing(learners(f"def answer(x):\n    {body}")) is nothing


ENCODERS = {
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "base32": lambda s: base64.b32encode(s.encode()).decode(),
    "base85": lambda s: base64.b85encode(s.encode()).decode(),
    "hex": lambda s: s.encode().hex(),
    "capital hex": lambda s: s.encode().hex().upper(),
    "ROT13": lambda s: codecs.encode(s, "rot13"),
    "ROT47": lambda s: s.translate(reversible_encodings.ROT47),
    "atbash": lambda s: s.translate(reversible_encodings.ATBASH),
    "reversal": lambda s: s[::-1],
    "letter case": str.swapcase,
    "percent": lambda s: "".join(f"%{ord(c):02X}" for c in s),
    "deflated": lambda s: base64.b64encode(zlib.compress(s.encode())).decode(),
    "gzip": lambda s: gzip.compress(s.encode()).hex(),
    "codes": lambda s: ",".join(str(ord(c)) for c in s),
    "number": lambda s: str(int.from_bytes(s.encode(), "big")),
}
SECRETS = st.text(string.ascii_letters + string.digits + "-_", min_size=16, max_size=90)


@settings(max_examples=draws(400), deadline=None, derandomize=True, database=None)
@given(SECRETS, st.lists(st.sampled_from(sorted(ENCODERS)), max_size=2))
def test_two_encodings_in_any_order_are_undone(secret, names):
    text = secret
    for name in names:
        text = ENCODERS[name](text)
    assert any(secret in result for result in reversible_encodings.undone(text))


@settings(max_examples=draws(200), deadline=None, derandomize=True, database=None)
@given(SECRETS, st.binary(min_size=16, max_size=16))
def test_nothing_comes_out_of_a_keyed_hash(secret, key):
    tag = hmac.new(key, secret.encode(), "sha256").hexdigest()
    assert not any(secret[:8] in result for result in reversible_encodings.undone(tag))


@settings(max_examples=draws(300), deadline=None, derandomize=True, database=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda octets: octets.decode("latin-1")))
def test_undoing_withstands_any_text(text):
    assert text in reversible_encodings.undone(text)


@table("algorithm", reversible_encodings.HASHES)
def test_each_plain_hash_of_short_secrets_is_guessed_and_a_keyed_one_is_not(algorithm):
    codes = ("012713", "555555", "900001")
    for spelling in range(len(reversible_encodings._spellings(algorithm, codes[0]))):
        assert reversible_encodings.guessed(
            [
                "tag-" + reversible_encodings._spellings(algorithm, code)[spelling][:12]
                for code in codes
            ],
            codes,
        )
    assert (
        reversible_encodings.guessed(
            ["tag-" + hmac.new(b"key", code.encode(), "sha256").hexdigest() for code in codes],
            codes,
        )
        is None
    )
    assert (
        reversible_encodings.guessed(
            [hashlib.sha256(code.encode()).hexdigest() for code in codes[:2]], codes
        )
        is None
    )  # two of three are chance
