"""The progress file: what a learner has passed, first predicted, and first chosen.

`progress.json` stands beside the notebooks and never leaves the machine by itself:
{"version": 2, "items": {"05-1": {"passed": true, "tries": 4}, "05-p1": {"first": "b"}}}

Of a prediction whose result was shown before anything was predicted it says {"shown": true}, and
what is guessed from then on stands beside it as "after". Neither counts as a prediction.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024  # bytes of a progress file that is read
MOST_TRIES = 9_999
NAME = re.compile(r"\d\d-(?:\d{1,2}|p\d{1,2}|q\d{1,2}|target)")
CHOICE = re.compile(r"[a-z0-9.+-]{1,24}")

DONE = {"passed", "tries", "first"}  # what an item says of what somebody did

Item = dict[str, Any]


def path() -> Path:
    """Where the learner's own progress stands."""
    return Path(os.environ.get("LABUTILS_PROGRESS", "progress.json"))


IN_MEMORY = Path("/home/pyodide")  # where Python in a browser begins


def forgotten_by_a_reload() -> bool:
    """Whether this is a browser that keeps no files for Python: it has left it where it began.

    That is so where the page came over plain HTTP from another machine. JupyterLite lays the
    learner's files into a folder by a service worker, and a browser runs none there.
    """
    return sys.platform == "emscripten" and Path.cwd() == IN_MEMORY


def load() -> dict[str, Item]:
    """What is done, by the name of the item. A damaged file counts as an empty one."""
    try:
        with path().open("rb") as file:
            return parse(file.read(LARGEST + 1))
    except OSError:
        return {}


def parse(data: bytes) -> dict[str, Item]:
    """The items of a progress file, those with a name and a shape of ours; never raises.

    Version 1 was a list of what is done: ["05-1", "05-q1"].
    """
    if len(data) > LARGEST:
        return {}
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if isinstance(content, list):
        content = {"items": {name: {"passed": True} for name in content if isinstance(name, str)}}
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, dict):
        return {}
    kept = {name: _item(value) for name, value in items.items() if NAME.fullmatch(name)}
    return {name: item for name, item in kept.items() if item}


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
    first = value.get("first")
    if isinstance(first, str) and CHOICE.fullmatch(first):
        item["first"] = first
    if value.get("shown") is True and "first" not in item:
        item["shown"] = True
        after = value.get("after")
        if isinstance(after, str) and CHOICE.fullmatch(after):
            item["after"] = after
    return item


def answered(items: Mapping[str, Item]) -> dict[str, Item]:
    """The items that somebody did something about: passed, tried, predicted or chose."""
    return {name: item for name, item in items.items() if DONE & set(item)}


def _written(items: Mapping[str, Item]) -> bool:
    """Write the file; False where it cannot be written, or is a device: that is not replaced."""
    if path().exists() and not path().is_file():
        return False
    content = {"version": 2, "items": dict(sorted(items.items()))}
    half = path().with_name(path().name + ".half")
    try:
        half.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        os.replace(half, path())
    except OSError:
        return False
    return True


def store(items: Mapping[str, Item]) -> bool:
    """Write the file, and say so where that does not last; False where it cannot be written."""
    if not _written(items):
        print("(This folder cannot be written to, so only the receipt of progress() remembers.)")
        return False
    if forgotten_by_a_reload():
        print(
            "(A reload of this page forgets what is noted: only the receipt of progress() stays.)"
        )
    return True


def tried(name: str, *, passed: bool) -> None:
    """One more try at an exercise, a target or a quiz. What was passed once stays passed."""
    items = load()
    item = items.get(name, {})
    item["tries"] = min(item.get("tries", 0) + 1, MOST_TRIES)
    if passed:
        item["passed"] = True
    store({**items, name: item})


def first(name: str, choice: str) -> str:
    """The first choice of a prediction or a quiz: the one that is noted, or else this one."""
    items = load()
    item = items.get(name, {})
    if "first" not in item:
        store({**items, name: {**item, "first": choice}})
    return str(item.get("first", choice))


def mark_shown(name: str) -> None:
    """Note that the result of a prediction was shown, where nothing was predicted before.

    Nobody asked for this note, so nothing is said where it cannot be written.
    """
    items = load()
    item = items.get(name, {})
    if "first" not in item and "shown" not in item:
        _written({**items, name: {**item, "shown": True}})


def guessed_after(name: str, choice: str) -> None:
    """Note a guess that was made after the result was shown. The last one stays."""
    items = load()
    store({**items, name: {**items.get(name, {}), "after": choice}})


def receipt(items: Mapping[str, Item]) -> str:
    """What a person copies to another machine: `05-1 05-p1=b`. It is no proof of anything."""
    words = []
    for name, item in sorted(items.items()):
        if "first" in item:
            words.append(f"{name}={item['first']}")
        if item.get("passed"):
            words.append(name)
    return " ".join(words)


def from_receipt(text: str) -> tuple[dict[str, Item], list[str]]:
    """The items that a receipt names, and the words of it that name none."""
    items: dict[str, Item] = {}
    strangers = []
    for word in text.split():
        name, equals, choice = word.partition("=")
        item = _item({"first": choice} if equals else {"passed": True})
        if NAME.fullmatch(name) and item:
            items[name] = items.get(name, {}) | item
        else:
            strangers.append(word)
    return items, strangers


def merged(mine: Mapping[str, Item], carried: Mapping[str, Item]) -> dict[str, Item]:
    """Both together; a first choice that is there already stays."""
    together = {name: dict(item) for name, item in mine.items()}
    for name, item in carried.items():
        together[name] = item | together.get(name, {})
    return together
