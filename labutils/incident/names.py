"""Make the names in logs: people, repositories, pages and tickets, from data/names.yaml.

Things are counted from 1. A case's `names_seed` says which name the first one has: no order shows
in names and ids, and another seed gives other names.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from labutils.sheets import Row, build, read


@dataclass(frozen=True)
class Project:
    """A project of repositories and tickets."""

    key: str
    name: str


@dataclass(frozen=True)
class _Words:
    """data/names.yaml as it stands."""

    families: tuple[str, ...]
    initials: tuple[str, ...]
    given: dict[str, tuple[str, ...]]
    repository_words: tuple[str, ...]
    repository_ends: tuple[str, ...]
    projects: tuple[Row, ...]
    page_words: tuple[str, ...]
    page_ends: tuple[str, ...]


class Repository(NamedTuple):
    """A repository and its project."""

    id: str
    name: str
    project: Project
    project_id: str


class Named(NamedTuple):
    """A page or a ticket."""

    id: str
    name: str


@cache
def _words() -> _Words:
    return build(_Words, read("names.yaml"))


@cache
def projects() -> tuple[Project, ...]:
    """Return all projects."""
    return tuple(build(Project, row) for row in _words().projects)


@cache
def repository(seed: str, count: int) -> Repository:
    """Return the repository with this number."""
    words = _words()
    firsts, ends = words.repository_words, words.repository_ends
    place = _shuffled(f"{seed}/repository", count, len(firsts) * len(ends))
    project = place % len(projects())
    return Repository(
        str(1000 + 7 * place),
        f"{firsts[place // len(ends)]}-{ends[place % len(ends)]}",
        projects()[project],
        str(10 + project),
    )


@cache
def page(seed: str, count: int) -> Named:
    """Return the page with this number.

    After some hundred pages the titles come again, with a year.
    """
    words = _words()
    titles = len(words.page_words) * len(words.page_ends)
    place = _shuffled(f"{seed}/page", count, 5 * titles)
    title, year = place % titles, 2019 + place // titles
    first, end = words.page_words[title // len(words.page_ends)], title % len(words.page_ends)
    return Named(str(1_000_000 + 311 * place), f"{first} {words.page_ends[end]} {year}")


@cache
def issue(seed: str, count: int) -> Named:
    """Return the ticket with this number."""
    numbers = 500
    place = _shuffled(f"{seed}/issue", count, len(projects()) * numbers)
    key = projects()[place % len(projects())].key
    return Named(str(100_000 + 11 * place), f"{key}-{1000 + 7 * (place // len(projects()))}")


@cache
def account(seed: str, count: int) -> str:
    """Return the account of the person with this number, such as j.fielding.

    It is an initial and a family name.
    """
    words = _words()
    place = _shuffled(f"{seed}/person", count, len(words.families) * len(words.initials))
    family, initial = divmod(place, len(words.initials))
    return f"{words.initials[initial]}.{words.families[family]}"


def is_account(name: str) -> bool:
    """Return whether a name is an account of a person: an initial and a family name."""
    initial, dot, family = name.partition(".")
    return bool(dot) and initial in _words().given and family.isalpha()


@cache
def full_name(account: str) -> str:
    """Return the full name of an account's holder: Julia Fielding for j.fielding."""
    initial, _, family = account.partition(".")
    some = _words().given.get(initial) or (initial.capitalize(),)
    first = some[zlib.crc32(f"given/{account}".encode()) % len(some)]
    return f"{first} {family.capitalize()}".strip()


def _shuffled(seed: str, count: int, size: int) -> int:
    """A number below `size` for each count, another one for each until they come again."""
    return _order(seed, size)[count % size]


@cache
def _order(seed: str, size: int) -> list[int]:
    """The numbers below `size`, in an order that the seed gives."""
    return sorted(range(size), key=lambda number: (zlib.crc32(f"{seed}/{number}".encode()), number))
