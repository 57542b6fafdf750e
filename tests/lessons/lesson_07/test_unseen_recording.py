"""The target of lesson 07: what a cleaned file still gives away, and what support cannot say."""

import copy
import runpy

import pytest
from places import LESSONS
from processor_time import within
from tables import table

from labutils import har
from labutils.lessons.lesson_07 import cleaner_grade
from labutils.lessons.lesson_07.unseen_recording import (
    FLAG,
    SAYS,
    UnseenRecordings,
    grade,
    has_same_tags,
    known_case,
)

CASE = known_case().recording
COMMITTED = cleaner_grade.planted(CASE, "target-07")

CLEANER = """
import base64, codecs, hashlib, hmac, json, re, secrets, zlib
salt, seen = secrets.token_bytes(16), {}

def answer(file):
    keep = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}

    def walk(value, key=""):
        if isinstance(value, dict):
            value = {**value, "queryString": []} if "queryString" in value else value
            value = {**value, "params": []} if "params" in value else value
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        if not isinstance(value, str) or not value or key in keep:
            return value
        if key == "url":
            return {url}
        return {tag}

    return walk(file)
"""
HOST_ALONE = 're.sub(r"^(\\w+://)(?:[^/]*@)?([^/?#]+).*", r"\\1\\2", value)'


def cleaner(tag, url=None):
    names = {}
    exec(CLEANER.replace("{tag}", tag).replace("{url}", url or tag), names)
    return names["answer"]


CLEAN = {
    "HMAC with a secret salt": (
        '"x-" + hmac.new(salt, value.encode(), "sha256").hexdigest()[:10]',
        None,
    ),
    "a salted hash, whole": ("hashlib.sha256(salt + value.encode()).hexdigest()", None),
    "a keyed hash": ("hashlib.blake2b(value.encode(), key=salt).hexdigest()", None),
    "a random text for each value": ("seen.setdefault(value, secrets.token_hex(5))", None),
    "numbered": ('seen.setdefault(value, f"value {len(seen)}")', None),
    "deleted": ('""', HOST_ALONE),
    "a constant": ('"[removed]"', HOST_ALONE),
    "random each time": ("secrets.token_hex(6)", HOST_ALONE),
}
OPEN = {
    "reversal": ("value[::-1]", "reversible"),
    "hex": ("value.encode().hex()", "reversible"),
    "base64": ("base64.b64encode(value.encode()).decode()", "reversible"),
    "base32": ("base64.b32encode(value.encode()).decode()", "reversible"),
    "ROT13": ('codecs.encode(value, "rot13")', "reversible"),
    "letter case": ("value.swapcase()", "reversible"),
    "hex, reversed, with a mark": ('"x-" + value.encode().hex()[::-1]', "reversible"),
    "deflated": ("base64.b64encode(zlib.compress(value.encode())).decode()", "reversible"),
    "a mask": ('"".join(chr(ord(c) ^ 7) for c in value)', "reversible"),
    "a mask, in hex": ("bytes(c ^ 90 for c in value.encode()).hex()", "reversible"),
    "riffled": ("value[::2] + value[1::2]", "reversible"),
    "binary": ('" ".join(f"{ord(c):08b}" for c in value)', "reversible"),
    "short texts alone turned round": (
        'value[::-1] if len(value) < 9 else hmac.new(salt, value.encode(), "md5").hexdigest()',
        "reversible",
    ),
    "hash()": ("str(hash(value))", "guessable"),
    "hash() in hex": ('f"x-{hash(value) & 0xffffffffffffffff:x}"', "guessable"),
    "MD5": ("hashlib.md5(value.encode()).hexdigest()", "guessable"),
    "SHA-1 in base64": (
        "base64.b64encode(hashlib.sha1(value.encode()).digest()).decode()",
        "guessable",
    ),
    "SHA-256, cut": ('"x-" + hashlib.sha256(value.encode()).hexdigest()[:10]', "guessable"),
    "SHA-512": ("hashlib.sha512(value.encode()).hexdigest()", "guessable"),
    "a checksum": ('f"{zlib.crc32(value.encode()):08x}"', "guessable"),
    "hash() as a number": ("hash(value)", "guessable"),
    "one number": ('int.from_bytes(value[:1000].encode(), "big")', "reversible"),
    "a number of thousands of digits": ('int.from_bytes(value.encode(), "big")', "not json"),
    "a list of numbers": ("list(value.encode())", "reversible"),
    "bytes": ("value.encode()", "not json"),
    "one-time codes kept": (
        'value if value.isdigit() else hmac.new(salt, value.encode(), "md5").hexdigest()',
        "planted",
    ),
    "a tag, and the code's end": (
        'hmac.new(salt, value.encode(), "sha256").hexdigest()[:10] + value[-6:]',
        "glued",
    ),
    "a tag, and its last four": (
        'hmac.new(salt, value.encode(), "sha256").hexdigest()[:10] + "****" + value[-4:]',
        "glued",
    ),
    "its first three, and a tag": (
        'value[:3] + hmac.new(salt, value.encode(), "sha256").hexdigest()[:10]',
        "glued",
    ),
    "the salt beside the hash": (
        'salt.hex() + ":" + hashlib.sha256(salt + value.encode()).hexdigest()',
        "salted",
    ),
    "the salt before the hash, without a mark": (
        "salt.hex()[:16] + hashlib.sha256(salt.hex()[:16].encode() + value.encode()).hexdigest()",
        "salted",
    ),
    "a key that stays in the file": (
        'hmac.new(file["log"]["entries"][0]["startedDateTime"].encode(), value.encode(), "md5")'
        ".hexdigest()[:12]",
        "salted",
    ),
    "a key of one byte": ('hmac.new(salt[:1], value.encode(), "sha1").hexdigest()', "salted"),
    "a key of two digits": ('hmac.new(b"42", value.encode(), "sha512").hexdigest()', "salted"),
    "a salt behind, in base64": (
        'base64.b64encode(salt).decode() + "." + '
        "base64.urlsafe_b64encode(hashlib.sha1(value.encode() + salt).digest()).decode()",
        "salted",
    ),
    "half of each key": ('value[:24] if re.fullmatch("[0-9a-f]{40,}", value) else "x"', "piece"),
    "numbers in bodies kept": (
        'json.dumps({"pin": json.loads(value)["data"]["held"][0]["pin"]}) if "held" in value '
        'else "x"',
        "planted",
    ),
    "nested members kept": (
        'json.dumps(json.loads(value)["data"]) if "held" in value else "x"',
        "planted",
    ),
    "the path of an address kept": (
        'value.split("?")[0] if "2023-09/" in value else "x"',
        "planted",
    ),
    "the fragment of an address kept": (
        'value.partition("#")[2] if "://" in value else "x"',
        "planted",
    ),
    "the user of an address kept": (
        'value.split("@")[0] if "://ops" in value else "x"',
        "planted",
    ),
}


def graded_soon(clean):
    """The mistake that a cleaner is graded with, in a few seconds."""
    grades = []
    assert within(4, lambda: grades.append(grade(clean, COMMITTED)))
    return grades[0].mistake


@pytest.mark.parametrize(("tag", "url"), CLEAN.values(), ids=CLEAN)
def test_a_cleaner_of_any_style_that_leaves_nothing_gives_nothing_away(tag, url):
    assert graded_soon(cleaner(tag, url)) is None


@pytest.mark.parametrize(("tag", "mistake"), OPEN.values(), ids=OPEN)
def test_what_can_be_read_turned_back_or_guessed_is_no_cleaning(tag, mistake):
    assert graded_soon(cleaner(tag)) == mistake


cleaner_that_passes = runpy.run_path(str(LESSONS / "lesson_07" / "target_routes.py"))["built_anew"]


def of_one_file(file):
    """A cleaner that knows the secrets of the lesson's file by heart."""
    known = {finding.value for finding in har.findings(CASE)}

    def walk(value):
        if isinstance(value, dict):
            return {name: walk(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        return "x" if isinstance(value, str) and known & har.strings([value]) else value

    return walk(file)


def emptied(file):
    file["log"]["entries"].clear()
    return {"log": {"entries": []}}


WEAK = {
    "the word list": (cleaner_grade.word_list, "cookie"),
    "signatures off": (cleaner_grade.signatures_off, "cookie"),
    "three headers dropped": (cleaner_grade.drop_three_headers, "token"),
    "both": (lambda file: cleaner_grade.drop_three_headers(cleaner_grade.word_list(file)), None),
    "one file by heart": (of_one_file, "planted"),
    "no HAR": (lambda _file: {}, "not a har"),
    "the file that was given, emptied": (emptied, "changed"),
}


@table(("clean", "mistake"), WEAK.values(), ids=WEAK)
def test_a_weak_cleaner_gets_the_name_of_what_it_leaves(clean, mistake):
    assert grade(clean, COMMITTED).mistake == (mistake or "other keys")


def test_each_mistake_has_a_sentence():
    graded = {mistake for _, mistake in (*OPEN.values(), *WEAK.values())} - {None}
    assert graded <= set(SAYS)


def kept_parameters(file):
    """Everything is starred, but for names, and those of parameters are among them."""
    starred = cleaner('"*"')(file)
    for old, new in zip(file["log"]["entries"], starred["log"]["entries"], strict=True):
        new["request"]["queryString"] = old["request"]["queryString"]
        for pair in new["request"]["queryString"]:
            pair["value"] = ""
    return starred


def test_a_key_that_is_the_name_of_a_parameter_has_a_sentence_of_its_own():
    file = cleaner_grade.planted(CASE, "target-07")
    named = {
        pair["name"] for pair in file.recording["log"]["entries"][-3]["request"]["queryString"]
    }
    assert named == {file.keys[0]}
    assert grade(kept_parameters_of, COMMITTED).mistake == "parameter"


def kept_parameters_of(file):
    return kept_parameters(copy.deepcopy(file))


@pytest.mark.parametrize(
    ("tag", "has_same"),
    [
        ('"x-" + hmac.new(b"fixed", value.encode(), "sha256").hexdigest()[:10]', True),
        ('hashlib.sha256(b"prefix" + value.encode()).hexdigest()', True),
        ('"x-" + hmac.new(salt, value.encode(), "sha256").hexdigest()[:10]', True),
        ('"[removed]"', False),
        ("secrets.token_hex(6)", False),
        ("hmac.new(repr(len(repr(file))).encode(), value.encode(), 'md5').hexdigest()", False),
    ],
)
def test_one_value_with_one_tag_in_two_files_is_noticed(tag, has_same):
    assert has_same_tags(cleaner(tag), COMMITTED) is has_same


def test_what_support_lost_is_said_question_by_question(capsys):
    assert UnseenRecordings().submit(cleaner('"x"')) is None
    said = capsys.readouterr().out
    assert "no secret comes out. But support can no longer answer:\n" in said
    assert "  what did the error say\n" in said and "  was it the same session\n" in said
    assert FLAG not in said


def without_names(file):
    """The cleaner that passes, but with a star for the name of each header and cookie."""
    cleaned = cleaner_that_passes(file)
    for entry in cleaned["log"]["entries"]:
        for message in (entry["request"], entry["response"]):
            for pair in (*message["headers"], *message.get("cookies", [])):
                pair["name"] = "*"
    return cleaned


def test_who_takes_the_names_of_headers_away_is_told_what_support_needs_them_for(capsys):
    assert UnseenRecordings().submit(without_names) is None
    assert "Support finds a cookie or a token by the name" in capsys.readouterr().out


def test_a_cleaner_that_raises_gets_a_sentence(capsys):
    assert UnseenRecordings().submit(lambda _file: 1 / 0) is None
    said = capsys.readouterr().out
    assert "Yours raised ZeroDivisionError: division by zero. Try it on scene.sample" in said


def test_a_cleaned_file_handed_in_for_its_cleaner_gets_a_sentence(capsys):
    assert UnseenRecordings().submit({"log": {}}) is None
    assert capsys.readouterr().out == (
        "Hand in the cleaner itself, by its name, not what it returned.\n"
    )


def test_the_second_file_is_drawn_anew_each_time():
    seen = []

    def looking(file):
        strange = cleaner_grade.texts(file) - cleaner_grade.texts(COMMITTED.recording)
        seen.append({text for text in strange if len(text) > 30})
        return cleaner_that_passes(file)

    for _ in range(2):
        assert UnseenRecordings().submit(looking) == FLAG
    first, drawn, again, other = [*seen[:2], *seen[4:6]]  # two more are for the tags
    assert first == again == set()
    assert drawn and other and drawn.isdisjoint(other)
