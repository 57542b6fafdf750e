"""Provide what trials consist of: a call as a step with a result.

A trial is a generator of steps. It takes an answer, tries it, and yields what is tried and what is
seen. It says nothing about right and wrong: what is right, the model solution says, because it is
played as well (`derived`).

    def try_survivors(answer: Tried) -> Trial:
        yield from calls(answer, [Call((table, ("log out",), 5)), Call((table, (), 11))])
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import httpx

from labutils.classroom.judging import LONGEST, Tried, written
from labutils.text import shown

About = str | Mapping[Any, str]  # the mistake that a case is about; or one for each part of it
Usual = str  # the key of one of USUAL, or nothing
# What every trial does, or says why not (`without` in the sheet).
USUAL = {
    "elsewhere": "one more request of a client that was given, to another host, carries nothing",
    "again": "a second call, after what could have been remembered has changed",
    "large": "a case of some hundred members",
    "refused": "the requests are counted where something is refused",
    "edge": "what is empty, absent, first, last, or cannot be decoded",
}
MOST = 10_000  # members of what an iterator gives
STRANGER = "https://elsewhere.example/"  # a host that has nothing to do with anything


class Observed(NamedTuple):
    """A step: what is tried, in words, and what is seen.

    `usual` says which of the things that every trial does this one is (`USUAL`).
    """

    case: str
    seen: Any
    about: About = ""
    usual: Usual = ""


class Remark(NamedTuple):
    """The name of a remark of the sheet, which is said beside the praise to whoever passes so."""

    name: str


Trial = Iterator[Observed | Remark]


@dataclass(frozen=True)
class Raised:
    """An error in place of a result: two of one class, about one key, are alike."""

    error: str


def seen(answer: Callable[..., Any], *arguments: Any) -> Any:
    """Return a call's result, or the error that ended it, as `Raised`.

    What an iterator gives is put in a list.
    """
    try:
        result = answer(*arguments)
        return list(islice(result, MOST)) if isinstance(result, Iterator) else result
    except Exception as error:
        about = written(error.args[0]) if isinstance(error, KeyError) and error.args else ""
        return Raised(f"{type(error).__name__} {about}".rstrip())


def alike(one: Any, other: Any) -> bool:
    """Return whether two results are the same to whoever uses them.

    True is not 1, and a text is no list; but a tuple may stand for a list, a frozenset for a set,
    a defaultdict for a dictionary, and 2.0 for 2.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int) and isinstance(other, int):
        return one == other  # a second more is another second, however large the number
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in other)
    if isinstance(one, Set) and isinstance(other, Set):
        return set(one) == set(other)
    if _is_listed(one) and _is_listed(other):
        one, other = list(one), list(other)
        return len(one) == len(other) and all(map(alike, one, other))
    try:
        return bool(type(one) is type(other) and one == other)
    except Exception:
        return False


def _is_listed(value: object) -> bool:
    """Whether a value has members in an order."""
    return isinstance(value, list | tuple | ValuesView) or (
        isinstance(value, Set) and not isinstance(value, set | frozenset)  # keys and items
    )


# --- calls --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """A call to try.

    It has its arguments; what it is in words, where the arguments would say it less well; and what
    a trial says of it in an `Observed`.
    """

    arguments: tuple[Any, ...]
    words: str = ""
    about: About = ""
    usual: Usual = ""

    def __str__(self) -> str:
        return self.words or shown(", ".join(map(repr, self.arguments)), LONGEST)


def calls(answer: Tried, tried: Iterable[Call], *, alone: bool = False) -> Iterator[Observed]:
    """Yield the result of each call, and then, in reverse order, of each once more.

    Whoever remembers too much gives something else. With `alone`, what is given to the answer must
    be as it was afterwards.
    """
    for call, usual in there_and_back(tried):
        yield _called(answer, call, usual, alone=alone)


def there_and_back(tried: Iterable[Call]) -> Iterator[tuple[Call, Usual]]:
    """Yield each call, and then each once more from the last to the first."""
    kept = list(tried)
    yield from ((call, call.usual) for call in kept)
    yield from ((call, "again") for call in reversed(kept))


def fresh(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a copy of an answer's arguments; what cannot be copied, such as a key, as it is."""
    try:
        return deepcopy(arguments)
    except Exception:
        return arguments


def _called(answer: Tried, call: Call, usual: Usual, *, alone: bool) -> Observed:
    arguments, words = fresh(call.arguments), str(call)
    result = seen(answer, *arguments)
    if alone and not isinstance(result, Raised):
        changed = not alike(list(arguments), list(call.arguments))
        result = {"returned": result, "its input was changed": changed}
        about = call.about if isinstance(call.about, Mapping) else {"returned": call.about}
        return Observed(words, result, {**about, "its input was changed": "changed"}, usual)
    return Observed(words, result, call.about, usual)


def visits(
    answer: Tried, tried: Iterable[Call], refusal: Sequence[type[Exception]] = (ValueError,)
) -> Iterator[Observed]:
    """Yield whether each call is let in, and then, in reverse order, once more.

    A refusal is one of these exceptions. Without `refusal`, the answer says so by True and False.
    """
    for call, usual in there_and_back(tried):
        words = str(call)
        result = let_in(answer, *fresh(call.arguments), refusal=tuple(refusal))
        yield Observed(words, result, call.about, usual)


def let_in(answer: Tried, *arguments: Any, refusal: tuple[type[Exception], ...]) -> Any:
    """Return whether an answer lets something in (`opens`), and what it returned then."""
    result = seen(answer, *arguments)
    if not refusal:
        return {"opens": result} if isinstance(result, bool) else result
    if isinstance(result, Raised):
        if not isinstance(answer.error, refusal):
            return result
        why = f"{type(answer.error).__name__}: {shown(str(answer.error), 100)}"
        return {"opens": False, "said": why}  # what is said is shown, and not compared
    return {"opens": True, "returned": result}


# --- what a client leaves behind ------------------------------------------------------------------

CARRIES = ("authorization", "cookie", "client-cert", "dpop", "proxy-authorization")


def left_in(client: httpx.Client, about: About = "elsewhere") -> Observed:
    """Return what one more request of a client carries to an unrelated host.

    A credential that an answer left in the client goes everywhere from now on.
    """
    try:
        sent = client.build_request("GET", STRANGER)
        if client.auth is not None:
            sent = next(client.auth.sync_auth_flow(sent))
    except Exception as error:
        return Observed("a request to another host", type(error).__name__, about, "elsewhere")
    carried = sorted(name for name in CARRIES if name in sent.headers)
    carried += ["a parameter"] if sent.url.query else []
    case = "one more request, to another host"
    return Observed(case, {"it carries": carried}, about, "elsewhere")
