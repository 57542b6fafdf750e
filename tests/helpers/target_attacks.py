"""Targets under attack: what gets a flag without any understanding of the lesson.

`python tests/helpers/target_attacks.py` tries each way on each target, and prints which ones fall:

- looked at: the flag stands in the scene, in what it holds, at most three steps down, or in what
  `help` says of it
- guessed: each value in the scene, in its logs and tokens, is handed in as the answer
- called: each method without arguments, alone and after each other one
- looped: each method with one argument, and each address of the brief, with every candidate in
  order; a candidate is a text or number that the scene shows or the brief names, and a stop is
  answered by a fresh scene
- on a grid: each method with two arguments, with every pair of candidates
"""

import contextlib
import inspect
import io
import re
import sys
from collections.abc import Iterator
from itertools import islice, permutations, product
from pathlib import Path
from pydoc import render_doc

if __name__ == "__main__":
    HERE = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(HERE / "tests" / "helpers"), str(HERE / "tools"), str(HERE)]

from labutils import target
from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.judging import PASSED
from labutils.classroom.mixed import mixed
from labutils.classroom.registry import Target
from labutils.identity import tokens as tokens_of_the_course

FLAG = re.compile(r"flag-[\w.-]*\w")
MOST = 400  # calls of one attack: what a person's loop does in a minute
# The lessons that end in a target.
NUMBERS = [number for number in (f"{one:02}" for one in range(1, 18)) if lesson(number).target]
WAYS = ("looked at", "guessed", "called", "looped", "on a grid")


def item_of(number: str) -> Target:
    """The target of a lesson's number, or of the name of a mixed one."""
    return mixed(number) or lesson(number).items[f"{number}-target"]


def fresh(number: str) -> object:
    """A scene, as `target` gives it; what it prints is not shown."""
    with contextlib.redirect_stdout(io.StringIO()):
        return target(item_of(number).id)


def brief(number: str) -> str:
    return item_of(number).brief


def flags_in(number: str, text: str) -> bool:
    """Whether a text holds the flag of this target."""
    item = item_of(number)
    return any(exercises.verdict(item, one)[0] is PASSED for one in set(FLAG.findall(text)))


def shown(thing: object, depth: int = 3) -> Iterator[str]:
    """The text of an object, and of what its public attributes hold."""
    with contextlib.suppress(Exception):
        yield repr(thing)
    if depth == 0 or isinstance(thing, str | bytes | int | float):
        return
    if isinstance(thing, dict | list | tuple | set):
        inside = list(islice(thing.values() if isinstance(thing, dict) else thing, 30))
    else:
        inside = list(attributes(thing).values())
    for one in inside:
        yield from shown(one, depth - 1)


def attributes(thing: object) -> dict[str, object]:
    """The public attributes of an object that are no functions."""
    found = {}
    for name in dir(thing):
        if name.startswith("_") or type(thing).__module__.partition(".")[0] != "labutils":
            continue
        with contextlib.suppress(Exception):
            if not callable(value := getattr(thing, name)):
                found[name] = value
    return found


def methods(scene: object, needed: int) -> list[str]:
    """The public methods of a scene that need so many arguments."""
    found = []
    for name in dir(scene):
        if name.startswith("_"):
            continue
        with contextlib.suppress(Exception):
            method = getattr(scene, name)
            if callable(method) and required(method) == needed:
                found.append(name)
    return found


def required(method: object) -> int:
    """How many arguments a method needs; `*names` is one."""
    return sum(
        one.default is one.empty and one.kind is not one.VAR_KEYWORD
        for one in inspect.signature(method).parameters.values()
    )


def candidates(number: str, scene: object) -> list[object]:
    """What a person would try in a loop: quoted words of the brief, keys and short texts that the
    scene shows, tokens in them, and small numbers."""
    words = re.findall(r"'([^']+)'|\"([^\"]+)\"", brief(number))
    found: list[object] = [one or other for one, other in words]
    for value in attributes(scene).values():
        members = list(value)[:60] if isinstance(value, dict | list | tuple | set) else [value]
        found += [one for one in members if isinstance(one, str | int)]
        if isinstance(value, dict):
            found += [one for one in list(value.values())[:60] if isinstance(one, str | int)]
        found += re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", repr(value))[:60]
    return list(dict.fromkeys([*found, *range(1, 13)]))


def tried(number: str, scene: object, name: str, arguments: tuple) -> tuple[bool, bool]:
    """Whether a call gave the flag, and whether the scene has stopped."""
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            result = getattr(scene, name)(*arguments)
        text = said.getvalue() + "".join(shown(result, 2)) + str(getattr(result, "text", ""))
    except Exception as error:
        return flags_in(number, str(error)), True
    return flags_in(number, text), False


# --- the ways -----------------------------------------------------------------------------------


def looked_at(number: str) -> bool:
    scene = fresh(number)
    return flags_in(number, "".join(shown(scene)) + render_doc(scene))


def called(number: str) -> bool:
    names = methods(fresh(number), 0)
    for names_in_order in [*((name,) for name in names), *permutations(names, 2)]:
        scene = fresh(number)
        for name in names_in_order:
            if tried(number, scene, name, ())[0]:
                return True
    return False


def looped(number: str) -> bool:
    scene = fresh(number)
    pool = candidates(number, scene)
    calls = [(name, (one,)) for name in methods(scene, 1) for one in pool]
    if any(gives_a_flag(number, calls)):
        return True
    return any(visited(number, pool))


def on_a_grid(number: str) -> bool:
    scene = fresh(number)
    pool = candidates(number, scene)
    pairs = [(name, pair) for name in methods(scene, 2) for pair in product(pool, repeat=2)]
    return any(gives_a_flag(number, pairs))


def gives_a_flag(number: str, calls: list[tuple[str, tuple]]) -> Iterator[bool]:
    """Each call in order, on one scene until it stops, and then on a fresh one."""
    scene = fresh(number)
    for name, arguments in calls[:MOST]:
        flag, over = tried(number, scene, name, arguments)
        if not flag:
            for last in methods(scene, 0):
                flag = flag or tried(number, scene, last, ())[0]
        yield flag
        if over:
            scene = fresh(number)


def visited(number: str, pool: list[object]) -> Iterator[bool]:
    """The addresses of the brief, asked by Tom's browser: as they are, and with each candidate in
    each field that the brief names."""
    scene = fresh(number)
    addresses = re.findall(r"https://[\w./-]+\w", brief(number))
    fields = re.findall(r"\bfield (\w+)|'(\w+)':", brief(number)) or [("token", "")]
    names = list(dict.fromkeys(one or other for one, other in fields))
    if not hasattr(scene, "tom"):
        return
    for address, field, one in islice(product(addresses, names, pool), MOST):
        text = asked(scene.tom, address, field, one)
        if "locked" in text.lower():
            scene = fresh(number)
            text = asked(scene.tom, address, field, one)
        yield flags_in(number, text)


def asked(tom: object, address: str, field: str, value: object) -> str:
    """What an address answers to a value, as a field and as a bearer token, and the host's page."""
    host = address.partition("//")[2].partition("/")[0]
    texts = []
    with contextlib.suppress(Exception):
        texts.append(tom.post(address, data={field: value}).text)
        texts.append(tom.get(address, headers={"authorization": f"Bearer {value}"}).text)
        texts.append(tom.get(f"https://{host}/page").text)
    return "".join(texts)


def guessed(number: str) -> bool:
    """Each text of the scene, and each value in its JSON or its tokens, handed in as it is."""
    item = item_of(number)
    scene = fresh(number)
    text = "".join(shown(scene))
    tokens = re.findall(r"eyJ[\w-]+(?:\.|%2E)([\w-]+)(?:\.|%2E)[\w-]*", text)
    read = "".join(map(payload, tokens))
    values = re.findall(r'"([^"]{1,200})"', text + read) + FLAG.findall(text + read)
    pool = list(dict.fromkeys([*candidates(number, scene), *values]))[: 10 * MOST]
    return any(exercises.verdict(item, one)[0] is PASSED for one in pool)


def payload(part: str) -> str:
    """The payload of a token, as text; nothing where it is none."""
    with contextlib.suppress(Exception):
        return tokens_of_the_course.unb64(part).decode()
    return ""


ATTACKS = dict(zip(WAYS, (looked_at, guessed, called, looped, on_a_grid), strict=True))


def ways_that_work(number: str) -> list[str]:
    return [way for way, attack in ATTACKS.items() if attack(number)]


def main() -> None:
    for number in NUMBERS:
        print(number, ", ".join(ways_that_work(number)) or "holds", flush=True)


if __name__ == "__main__":
    main()
