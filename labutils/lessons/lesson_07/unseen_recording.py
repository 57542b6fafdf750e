"""The target of lesson 07: a cleaner, graded on recordings that its author has not seen.

One recording has secrets that are the same each time. In the other the secrets are drawn while
the cleaner is graded. A thief reads what is left, undoes encodings, guesses short secrets, and
tries every text at the provider's doors. Support asks its questions.
"""

import copy
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from labutils import har
from labutils.classroom.judging import calls_of
from labutils.har.reading import JsonObject
from labutils.lab import data_file, dice
from labutils.stage.reversible_encodings import guessed, guessed_with_salt
from labutils.text import shown

from . import cleaner_grade, recorded_case

FLAG = "flag-" + next(dice("lesson-07", "cleaner"))
Cleaner = Callable[[JsonObject], object]
FEWER = 5  # requests that are left out of the third recording
RIVALS: Mapping[str, Callable[[JsonObject], JsonObject]] = {
    "word list": cleaner_grade.word_list,
    "signatures off": cleaner_grade.signatures_off,
}
# Questions whose answers are found by the names of headers and cookies.
BY_NAMES = {"was it the same session", "was the same token sent"}
OPENS = {
    "session cookie": "cookie",
    "access token": "token",
    "refresh token": "token",
    "password": "password",
}
SAYS = {
    "cookie": (
        "The session cookie is still in there somewhere, and the provider accepts it. Look at the "
        "headers, and at the lists of cookies."
    ),
    "token": (
        "A token is still in there and opens a door. Look at the bodies of the token endpoint's "
        "responses."
    ),
    "password": (
        "The password is still in there. Look at the form that was sent, at its text and its "
        "params."
    ),
    "other keys": (
        "The provider's doors stay shut, but a key to a different service is still in there. Run "
        "har.findings(...) on your file to see which."
    ),
    "planted": (
        "Your cleaner removes the secrets of one file. This file has different ones: in headers, "
        "cookies, forms, URLs, messages and bodies, nested and as numbers. At least one is left."
    ),
    "parameter": (
        "A key is still there as the *name* of a parameter: a URL or a form may end in a token "
        "without a value. A HAR file lists parameters as pairs, {'name': ..., 'value': ...}: once "
        "for the URL, and once for the form."
    ),
    "same tags": (
        "A code has the same tag in two of your files, so the key or prefix is not new for each "
        "file. Anyone who learns it can try all codes. Create it inside your cleaner."
    ),
    "piece": (
        "Half of a key is still readable. A piece of a secret helps a thief guess the rest, so "
        "leave none."
    ),
    "reversible": (
        "Nothing opens a door as it is, but your replacements can be reversed without a key. "
        "Undoing "
        "an encoding (reversal, hex, base64, ROT13, letter case) brings a secret back."
    ),
    "guessable": (
        "A one-time code can be guessed from your replacements. It has six digits: a thief hashes "
        "all possible codes and compares. A plain hash and hash() need no key."
    ),
    "glued": (
        "Digits of a one-time code are in your replacements, beside something else. Nothing of a "
        "secret may stay, not even its end."
    ),
    "salted": (
        "Tom tried all six-digit codes with each string of your file as the salt or the key, and "
        "with keys that can be guessed. He found the codes. The key must not be in the file, and "
        "must be long and random: secrets.token_bytes(16)."
    ),
    "not a har": (
        "That is no longer a HAR: it needs a log with a list of entries, each a dictionary."
    ),
    "not json": (
        "A HAR is JSON, which has no bytes, no sets and no numbers with thousands of digits."
    ),
    "changed": (
        "You returned a new file, but you also changed the one that you were given. Leave that "
        "one as it was."
    ),
}


@dataclass(frozen=True)
class Grade:
    """What is wrong with a cleaned file, by name (None: nothing), and what support cannot say."""

    mistake: str | None
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """The recording that everybody knows, its provider's doors, and the secrets in it."""

    recording: JsonObject
    doors: Mapping[str, Callable[[str], bool]]
    secrets: frozenset[str]


@cache
def known_case() -> Case:
    """The support case of the lesson."""
    recording = har.read(data_file("support-case.har").read_bytes())
    doors = recorded_case.doors(recorded_case.rebuild(recording))
    values = {finding.value for finding in har.findings(recording)}
    return Case(recording, doors, frozenset(values))


def grade(clean: Cleaner, unseen: cleaner_grade.Planted) -> Grade:
    """What a thief gets out of the cleaned recording, and what support can no longer say."""
    handed = copy.deepcopy(unseen.recording)
    cleaned = clean(handed)
    if handed != unseen.recording and cleaned is not handed:
        return Grade("changed")
    try:
        written = json.loads(json.dumps(cleaned, ensure_ascii=False))
        answers = cleaner_grade.usefulness(unseen.recording, written)
    except har.NotHar:
        return Grade("not a har")
    except (TypeError, ValueError):
        return Grade("not json")
    lost = tuple(question for question, good in answers.items() if not good)
    return Grade(stolen(written, unseen), lost)


def stolen(cleaned: JsonObject, unseen: cleaner_grade.Planted) -> str | None:
    """What a thief gets by trying doors, by reading, by undoing encodings, by guessing."""
    case, keys, codes = known_case(), set(unseen.keys), set(unseen.codes)
    kept, written = cleaner_grade.texts(cleaned), json.dumps(cleaned, ensure_ascii=False)
    for door, mistake in OPENS.items():
        if opened := [text for text in kept if case.doors[door](text)]:
            return mistake if any(text in written for text in opened) else "reversible"
    if case.secrets & kept:
        return "other keys"
    if keys & kept:
        return "parameter" if keys & kept <= parameters(cleaned) else "planted"
    if any(half in text for text in kept for key in keys for half in cleaner_grade.halves(key)):
        return "piece"
    written_anew = kept - cleaner_grade.texts(unseen.recording)
    back = cleaner_grade.brought_back(written_anew, {*case.secrets, *unseen.secrets})
    if back - codes:
        return "reversible"
    if codes & kept:
        return "planted"
    return stolen_codes(kept, back, replacements(unseen, cleaned))


def stolen_codes(kept: set[str], back: set[str], replaced: dict[str, set[str]]) -> str | None:
    """How a thief gets the codes of six digits out of what stands in their places."""
    if all(shows_digits(code, texts) for code, texts in replaced.items()):
        return "glued"
    if replaced.keys() <= back:  # they come out of a random tag by chance, but never all three
        return "reversible"
    if guessed(kept, replaced):
        return "guessable"
    return "salted" if guessed_with_salt(kept, replaced) else None


def replacements(unseen: cleaner_grade.Planted, cleaned: JsonObject) -> dict[str, set[str]]:
    """For each code the texts that a cleaned file has in its places."""
    before, after = list(placed(unseen.recording)), dict(placed(cleaned))
    return {
        code: {after[place] for place, text in before if text == code and place in after} - {code}
        for code in unseen.codes
    }


def shows_digits(code: str, replaced: set[str]) -> bool:
    """Whether each text in a code's place holds four of its digits in a row, or three of them at an
    end. A random tag does so by chance, but not for each of three codes."""
    fours = [code[at : at + 4] for at in range(3)]

    def shows(text: str) -> bool:
        at_an_end = text.startswith(code[:3]) or text.endswith(code[-3:])
        return at_an_end or any(four in text for four in fours)

    return bool(replaced) and all(map(shows, replaced))


def parameters(recording: JsonObject) -> set[str]:
    """The texts that are names of parameters, and stand nowhere else."""
    rest = copy.deepcopy(recording)
    requests = [entry["request"] for entry in rest["log"]["entries"]]
    pairs = [
        pair
        for one in requests
        for pair in (*one.get("queryString", ()), *one.get("postData", {}).get("params", ()))
    ]
    names = {str(pair.pop("name", "")) for pair in pairs}
    return names - cleaner_grade.texts(rest)


def watched(clean: Cleaner) -> tuple[Cleaner, list[str]]:
    """A cleaner that does the same, and a list of what it calls of the package's own cleaners."""
    used: list[str] = []

    def cleans(recording: JsonObject) -> object:
        with calls_of(har.clean, har.clean_with, har.Cleaner.__init__) as called:
            try:
                return clean(recording)
            finally:
                used.extend(called)

    return cleans, used


def shorter(unseen: cleaner_grade.Planted) -> cleaner_grade.Planted:
    """Another recording, with fewer requests and with other keys, but with the same codes."""
    recording = copy.deepcopy(known_case().recording)
    del recording["log"]["entries"][:FEWER]
    other = cleaner_grade.planted(recording, secrets.token_hex(16))
    text = json.dumps(other.recording)
    for old, new in zip(other.codes, unseen.codes, strict=True):
        text = text.replace(old, new)
    return cleaner_grade.Planted(json.loads(text), other.keys, unseen.codes)


def has_same_tags(clean: Cleaner, unseen: cleaner_grade.Planted) -> bool:
    """Whether each code has a tag of its own, and the same one in two files.

    Numbers in order of appearance differ, since one of the files has fewer requests.
    """
    tags = [tags_of(clean, one) for one in (unseen, shorter(unseen))]
    both = {code: tags[0][code] & tags[1][code] for code in unseen.codes}
    others = {
        code: set[str]().union(*(both[other] for other in unseen.codes if other != code))
        for code in unseen.codes
    }
    return all(both[code] - others[code] for code in unseen.codes)


def tags_of(clean: Cleaner, unseen: cleaner_grade.Planted) -> dict[str, set[str]]:
    """For each code the texts that a cleaned file has in its places."""
    cleaned = json.loads(json.dumps(clean(copy.deepcopy(unseen.recording))))
    return replacements(unseen, cleaned)


def placed(value: Any, place: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], str]]:
    """Each text of a file, with its place: the names and numbers on the way to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            yield from placed(member, (*place, name))


class UnseenRecordings:
    """The scene: `sample` is the recording of the lesson; `submit` grades a cleaner on others."""

    questions = tuple(cleaner_grade.QUESTIONS)

    def __init__(self) -> None:
        self.sample = copy.deepcopy(known_case().recording)

    def submit(self, clean: Cleaner) -> str | None:
        """Grade a cleaner, say what came out, and return the flag where it has earned one."""
        if not callable(clean):
            print("Hand in the cleaner itself, by its name, not what it returned.")
            return None
        clean, used = watched(clean)
        seeds = {"the first file": "target-07", "a newly generated file": secrets.token_hex(16)}
        for name, seed in seeds.items():
            unseen = cleaner_grade.planted(known_case().recording, seed)
            self._say_rivals(name, unseen)
            try:
                result = grade(clean, unseen)
            except Exception as error:
                what = f"{type(error).__name__}: {shown(str(error), 120)}"
                print(f"Yours raised {what}. Try it on scene.sample first.")
                return None
            if used:
                print(f"That is the course's own cleaner ({used[0]}). Write one yourself.")
                return None
            if result.mistake:
                print(f"Yours, on {name}: {SAYS[result.mistake]}")
                return None
            if result.lost:
                print(f"Yours, on {name}: no secret comes out. But support can no longer answer:")
                print(*(f"  {question}" for question in result.lost), sep="\n")
                if set(result.lost) == BY_NAMES:
                    print(
                        "Support finds a cookie or a token by the name of its header or cookie. A "
                        "developer chose those names; not every name in a file was chosen so."
                    )
                return None
        if has_same_tags(clean, cleaner_grade.planted(known_case().recording, "target-07")):
            print(f"Yours, on a third file: {SAYS['same tags']}")
            return None
        print(f"Yours: no secret comes out, and all {len(self.questions)} questions have answers.")
        return FLAG

    def _say_rivals(self, name: str, unseen: cleaner_grade.Planted) -> None:
        """How many of the planted secrets can be read after each of the two rivals."""
        left = [
            f"{rival} {len(cleaner_grade.readable(clean(unseen.recording), unseen.secrets))}"
            for rival, clean in RIVALS.items()
        ]
        print(
            f"New secrets still readable in {name}, out of {len(unseen.secrets)}: "
            f"{', '.join(left)}."
        )
