"""Keep the progress file: what a learner has passed, first predicted, and first chosen.

`progress.json` is kept beside the notebooks and never leaves the machine by itself:
{"version": 2, "items": {"05-1": {"passed": true, "tries": 4}, "05-p1": {"first": "b"}},
"last": "05-1"}

"last" is the item that was answered last. So `progress()` and `labutils lab` know where to go on;
no time is noted. "way" is the way through the course that somebody chose (labutils.classroom.ways).
The receipt leaves both out.

Of a prediction whose result was shown before anything was predicted it says {"shown": true}, and
what is guessed from then on stands beside it as "after". Neither counts as a prediction.

Nothing that is noted gets lost: a note is added under a lock, a file that cannot be read is left
alone, and a damaged one is kept under a dated name. A sentence says so, and the verb goes on.
"""

import errno
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from textwrap import fill
from typing import Any

from labutils.classroom import files, ways, workspace
from labutils.classroom.workspace import PROGRESS
from labutils.text import shown

LARGEST = 64 * 1024  # bytes of a progress file that is read
MOST_TRIES = 9_999
NAME = re.compile(r"\d\d-(?:\d{1,2}|p\d{1,2}|q\d{1,2}|target)")
CHOICE = re.compile(r"[a-z0-9.+-]{1,24}")
MISTAKE = re.compile(r"[\w .:'-]{1,60}")  # the name of one, as in exercises.yaml

WIDTH = 100  # characters of a line that is printed

DONE = {"passed", "tries", "first"}  # what an item says of what somebody did

Item = dict[str, Any]
Items = dict[str, Item]


def path() -> Path:
    """Return where the learner's progress is: one file for the lessons and their practice."""
    return Path(os.environ.get("LABUTILS_PROGRESS") or workspace.base() / PROGRESS)


IN_MEMORY = Path("/home/pyodide")  # where Python in a browser begins


def forgotten_by_a_reload() -> bool:
    """Return whether this is a browser that keeps no files for Python.

    Python still has the working folder that it began in.

    That is so where the page came over plain HTTP from another machine. JupyterLite lays the
    learner's files into a folder by a service worker, and a browser runs none there.
    """
    return sys.platform == "emscripten" and Path.cwd() == IN_MEMORY


class NotNoted(Exception):
    """An error for something that could not be noted; the sentence says why.

    What was noted before is unchanged.
    """


class Unread(NotNoted):
    """An error for notes that cannot be read: nobody knows what they are."""


# --- what the file says -------------------------------------------------------------------------


def load() -> Items:
    """Return what is noted, as far as it can be read; print nothing, and change nothing."""
    try:
        return parse(files.read(path(), LARGEST + 1))
    except OSError:
        return {}


def parse(data: bytes) -> Items:
    """Return the items of a progress file with a name and a shape of ours; never raise."""
    return understood(data)[0]


def understood(data: bytes) -> tuple[Items, bool]:
    """Return a progress file's items with a shape of ours, and whether that is all of it.

    Version 1 was a list of what is done: ["05-1", "05-q1"].
    """
    if not data or len(data) > LARGEST:
        return {}, not data
    try:
        content = json.loads(data, object_pairs_hook=_each_name_once)
    except (ValueError, RecursionError):
        return {}, False
    if isinstance(content, list):
        content = {"items": {str(name): {"passed": True} for name in content}}
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, dict):
        return {}, False
    ours = _ours(items)
    is_all = (
        content.keys() <= {"version", "items", "last", "way"} and content.get("version", 2) == 2
    )
    return ours, is_all and ours == _without_what_no_longer_counts(items)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Raises ValueError where a name stands twice, as after a merge by hand."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members


def _ours(items: Mapping[str, object]) -> Items:
    """The items with a name and a shape of ours."""
    kept = {name: _item(value) for name, value in items.items() if NAME.fullmatch(name)}
    return {name: item for name, item in kept.items() if item}


def _without_what_no_longer_counts(items: Mapping[str, object]) -> dict[str, object]:
    """The items without what an earlier version left beside a first choice, and without blanks."""
    return {
        name: {key: one for key, one in value.items() if key not in ("shown", "after")}
        if isinstance(value, dict) and "first" in value
        else value
        for name, value in items.items()
        if value != {}
    }


def _item(value: object) -> Item:
    """The members of an item that have a shape of ours."""
    if not isinstance(value, dict):
        return {}
    item: Item = {}
    if value.get("passed") is True:
        item["passed"] = True
    tries = value.get("tries")
    if isinstance(tries, int) and not isinstance(tries, bool) and 0 < tries <= MOST_TRIES:
        item["tries"] = tries
    if mistakes := _mistakes(value.get("mistakes")):
        item["mistakes"] = mistakes
    first = value.get("first")
    if isinstance(first, str) and CHOICE.fullmatch(first):
        item["first"] = first
    if value.get("shown") is True and "first" not in item:
        item["shown"] = True
        after = value.get("after")
        if isinstance(after, str) and CHOICE.fullmatch(after):
            item["after"] = after
    return item


def _mistakes(value: object) -> dict[str, int]:
    """How often each mistake of an exercise was made, by its name, where that has our shape."""
    if not isinstance(value, dict):
        return {}
    return {
        name: count
        for name, count in value.items()
        if MISTAKE.fullmatch(name) and type(count) is int and 0 < count <= MOST_TRIES
    }


def answered(items: Mapping[str, Item]) -> Items:
    """Return the items that somebody passed, tried, predicted or chose."""
    return {name: item for name, item in items.items() if DONE & set(item)}


def last(data: bytes) -> str:
    """Return the item of a progress file that was answered last; an empty text where it says none.

    Never raises.
    """
    try:
        content = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        return ""
    name = content.get("last") if isinstance(content, dict) else None
    return name if isinstance(name, str) and NAME.fullmatch(name) else ""


def way(data: bytes) -> str:
    """Return the way through the course that a progress file says; an empty text where it says
    none.

    Never raises.
    """
    try:
        content = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        return ""
    chosen = content.get("way") if isinstance(content, dict) else None
    return chosen if chosen in ways.NAMES else ""


def chosen_way() -> str:
    """Return the way that the learner chose, as far as the file can be read."""
    try:
        return way(files.read(path(), LARGEST + 1))
    except OSError:
        return ""


def last_answered() -> str:
    """Return the item that the learner answered last, as far as the file can be read."""
    try:
        return last(files.read(path(), LARGEST + 1))
    except OSError:
        return ""


# --- noting -------------------------------------------------------------------------------------


def note(change: Callable[[Items], None], answered: str = "", chosen: str = "") -> Items:
    """Change what is noted under a lock, and return what is noted from now on.

    `answered` is the item that somebody answers at this moment, if one is; `chosen` the way through
    the course that somebody chooses. A damaged file is kept under a dated name, and a sentence says
    where. Raises NotNoted; then nothing has been written.
    """
    try:
        file = Path(os.path.realpath(path()))  # a link is followed and stays
        with files.locked(file.parent):
            return _changed(file, change, answered, chosen)
    except files.Busy:
        raise NotNoted(
            f"({path().name} is being written by another program, so this is not recorded. Run "
            "this cell again.)"
        ) from None
    except OSError as error:
        raise NotNoted(
            f"({path().name} cannot be written here ({_reason(error)}), so this is not recorded. "
            f"{_what_to_do(error)})"
        ) from error


def _changed(file: Path, change: Callable[[Items], None], answered: str, chosen: str) -> Items:
    """Read the file, change what it holds, and write it where that makes a difference."""
    present = _data(file)
    before, is_all = understood(present)
    items = deepcopy(before)
    change(items)
    items = _ours(items)
    content: dict[str, object] = {"version": 2, "items": dict(sorted(items.items()))}
    if at := answered or last(present):
        content["last"] = at
    if on := chosen or way(present):
        content["way"] = on
    data = (json.dumps(content, indent=1) + "\n").encode()
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"it would be larger than {LARGEST // 1024} KiB")
    if not is_all:
        kept = files.exchange(file, data, files.DAMAGED)
        where = kept if path().is_symlink() else kept.name
        still = "whatever could be read still counts" if before else "a new file is started"
        _say(f"({path().name} is damaged. It is kept as {shown(str(where))}, and {still}.)")
    elif items != before or at != last(present) or on != way(present):
        files.write(file, data)
    return items


def _data(file: Path) -> bytes:
    """What is in the file; nothing where there is none. Raises Unread."""
    try:
        return files.read(file, LARGEST + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Unread(
            f"({path().name} cannot be read ({_reason(error)}), so it is left as it is, and this "
            f"is not recorded. {_what_to_do(error)})"
        ) from error


def _say(sentence: str) -> None:
    print(fill(sentence, WIDTH, break_long_words=False, break_on_hyphens=False))


def _reason(error: OSError) -> str:
    return shown(error.strerror or str(error), 80)


def _what_to_do(error: OSError) -> str:
    """What helps where a file can be neither read nor written."""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "Restart the kernel, and run this cell again."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space, and run this cell again."
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            "Close the program that has it open, or give yourself permission to read and "
            "write it, and run this cell again."
        )
    return "Fix that, and run this cell again."


def choose_way(chosen: str) -> None:
    """Note the way through the course that somebody chose; print a sentence if that fails."""
    try:
        note(lambda _: None, chosen=chosen)
    except NotNoted as sentence:
        _say(str(sentence))


def _noted(change: Callable[[Items], None], answered: str) -> Items | None:
    """The same, with a sentence where it could not be noted or does not last; None where it could
    not."""
    try:
        items = note(change, answered)
    except NotNoted as sentence:
        _say(str(sentence))
        return None
    if forgotten_by_a_reload():
        _say(
            "(Reloading this page deletes what is recorded. Only the receipt that progress() "
            "prints can restore it.)"
        )
    return items


def tried(name: str, *, passed: bool, mistake: str = "") -> None:
    """Note one more try at an exercise, a target or a quiz, and the name of any mistake.

    What was passed once stays passed.
    """

    def change(items: Items) -> None:
        item = items.setdefault(name, {})
        _try(item, passed)
        if MISTAKE.fullmatch(mistake):
            mistakes = item.setdefault("mistakes", {})
            mistakes[mistake] = min(mistakes.get(mistake, 0) + 1, MOST_TRIES)

    _noted(change, name)


def chose(name: str, choice: str, *, right: bool) -> None:
    """Note a choice in a quiz: one more try. The first choice stays."""

    def change(items: Items) -> None:
        item = items.setdefault(name, {})
        item.setdefault("first", choice)
        _try(item, right)

    _noted(change, name)


def _try(item: Item, passed: bool) -> None:
    item["tries"] = min(item.get("tries", 0) + 1, MOST_TRIES)
    if passed:
        item["passed"] = True


def guessed(name: str, choice: str) -> Item | None:
    """Note a guess, and return what is noted of this prediction; None if it could not be noted.

    The first guess stays. Where the result was shown before it, the last one stays, as "after".
    """

    def change(items: Items) -> None:
        item = items.setdefault(name, {})
        if "shown" in item:
            item["after"] = choice
        else:
            item.setdefault("first", choice)

    items = _noted(change, name)
    return None if items is None else items.get(name, {})


def before_the_result(name: str) -> Item | None:
    """Return what is noted of a prediction before its result is shown, and note that it is.

    None where what is noted cannot be read. Nobody asked for this note, so nothing is said where it
    cannot be written.
    """

    def change(items: Items) -> None:
        item = items.setdefault(name, {})
        if "first" not in item:
            item["shown"] = True

    try:
        return note(change).get(name, {})
    except Unread as sentence:
        _say(str(sentence))
        return None
    except NotNoted:
        return load().get(name, {})


def carry(carried: Mapping[str, Item]) -> Items | None:
    """Note what was carried here from another machine, and return all that is noted.

    None where what is noted cannot be read.
    """
    try:
        return note(lambda items: items.update(merged(items, carried)))
    except Unread as sentence:
        _say(str(sentence))
        return None
    except NotNoted as sentence:
        if carried:
            _say(str(sentence))
        return merged(load(), carried)


# --- carrying it to another machine -------------------------------------------------------------


def receipt(items: Mapping[str, Item]) -> str:
    """Return what a person copies to another machine: `05-1 05-p1=b`.

    It is not a proof of anything.
    """
    words = []
    for name, item in sorted(items.items()):
        if "first" in item:
            words.append(f"{name}={item['first']}")
        if item.get("passed"):
            words.append(name)
    return " ".join(words)


def from_receipt(text: str) -> tuple[Items, list[str]]:
    """Return the items that a receipt names, and the words of it that name none."""
    items: Items = {}
    strangers = []
    for word in text.split():
        name, equals, choice = word.partition("=")
        item = _item({"first": choice} if equals else {"passed": True})
        if NAME.fullmatch(name) and item:
            items[name] = items.get(name, {}) | item
        else:
            strangers.append(word)
    return items, strangers


def merged(mine: Mapping[str, Item], carried: Mapping[str, Item]) -> Items:
    """Return both together; a first choice that is there already stays."""
    together = {name: dict(item) for name, item in mine.items()}
    for name, item in carried.items():
        together[name] = item | together.get(name, {})
    return together
