"""What a lesson concludes about a control, held against the sweep that it comes from.

A paragraph (or an item of a list) that concludes carries `<!-- holds: NAME -->`. The function of
that name in the lesson's conclusions.py (tests/lessons) runs the model over its settings, and
returns the words that the paragraph must hold: those that say in which range it is true.
"""

import re
import runpy
from collections.abc import Callable, Iterator
from functools import cache

import lessons

COMMENT = re.compile(r"<!--\s*holds:(.*?)-->", re.DOTALL)
BREAK = re.compile(
    r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)"
)  # an empty line, or the next item of a list
CLAIMS_ALL = re.compile(
    r"\b(always|never|every|any|whatever|whenever|at all|no matter|in all cases|each time|"
    r"completely|impossible|nothing|nobody)\b",
    re.IGNORECASE,
)
DRAWS = re.compile(r"\b(?:of )?\d+ draws\b|\bdraws of \d")
ASSUMPTION = re.compile(
    r"\bboth assumptions\b|\beither assumption\b|\bread in the tenant\b|\bleaked elsewhere\b"
)
RECAP = re.compile(r"^## Recap$(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


def written(number: str) -> dict[str, Callable[[], str | list[str]]]:
    """The functions of a lesson's conclusions, by name."""
    return module(number).get("CONCLUSIONS", {})


@cache
def module(number: str) -> dict:
    """The names of a lesson's conclusions.py; none where there is no such file."""
    path = lessons.tests_of(number) / "conclusions.py"
    return runpy.run_path(str(path)) if path.exists() else {}


def over_draws(number: str) -> set[str]:
    """The conclusions of a lesson that were counted over many draws of a model."""
    return set(module(number).get("DRAWN", ()))


@cache
def words_of(number: str, name: str) -> list[str]:
    """What the sweep of one conclusion gives: the words that its paragraphs must hold."""
    text = written(number)[name]()
    return [text] if isinstance(text, str) else text


def computed(number: str) -> dict[str, list[str]]:
    """What each conclusion's sweep gives."""
    return {name: words_of(number, name) for name in written(number)}


def named(paragraph: str) -> list[str]:
    return [name.strip() for found in COMMENT.findall(paragraph) for name in found.split(",")]


def paragraphs(text: str) -> list[str]:
    """The paragraphs and items that conclude something."""
    return [part for part in BREAK.split(text) if COMMENT.search(part)]


def plain(text: str) -> str:
    """Words alone: no comment, no emphasis, one space."""
    return " ".join(re.sub(r"[*_]", "", COMMENT.sub("", text)).split())


def undrawn(text: str, drawn: set[str]) -> Iterator[str]:
    """The conclusions over draws whose paragraph does not name the draws, or not the assumption."""
    for paragraph in paragraphs(text):
        words = plain(paragraph)
        for name in set(named(paragraph)) & drawn:
            if not DRAWS.search(words):
                yield f"{words[:60]!r} does not say over how many draws ({name})."
            if not ASSUMPTION.search(words):
                yield f"{words[:60]!r} does not say under which assumption ({name})."


def problems(text: str, results: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with the conclusions in a lesson's prose, in sentences."""
    for paragraph in paragraphs(text):
        words = plain(paragraph)
        claims = words
        for name in named(paragraph):
            if name not in results:
                yield f"{words[:60]!r} names the conclusion {name!r}, which no function computes."
            for wanted in results.get(name, []):
                if plain(wanted) not in words:
                    yield f"{words[:60]!r} must say {wanted!r}: {name} was computed so."
                claims = claims.replace(plain(wanted), "")
        if more := CLAIMS_ALL.search(claims):
            yield f"{words[:60]!r} says {more[0]!r}: no sweep of it holds that."
    named_there = {name for paragraph in paragraphs(text) for name in named(paragraph)}
    for name in results:
        if name not in named_there:
            yield f"{name} is computed, and no paragraph carries <!-- holds: {name} -->."


def in_the_recap(text: str) -> bool:
    return any(COMMENT.search(recap) for recap in RECAP.findall(text))
