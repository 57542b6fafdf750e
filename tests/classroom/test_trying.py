"""What trials are made of."""

from collections import defaultdict, namedtuple
from collections.abc import Iterator

import httpx
import pytest
from tables import table

from labutils.classroom.judging import Tried
from labutils.classroom.trying import Call, Raised, alike, calls, left_in, seen, visits

Pair = namedtuple("Pair", "one other")


@table(
    ("one", "other"),
    [
        ((1, 2), [1, 2]),
        (Pair(1, 2), [1, 2]),
        ([(1, 2)], [[1, 2]]),
        (frozenset({1}), {1}),
        ({1: 2}.keys(), {1}),
        ({1: 2}.keys(), [1]),
        ({1: 2}.values(), [2]),
        (defaultdict(list, a=[1]), {"a": (1,)}),
        (2.0, 2),
        (0.1 + 0.2, 0.3),
        (None, None),
        ("a", "a"),
    ],
)
def test_what_serves_whoever_uses_it_as_well_is_alike(one: object, other: object) -> None:
    assert alike(one, other) and alike(other, one)


class Yes:
    """It says of itself that it equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@table(
    ("one", "other"),
    [
        (True, 1),
        (0, False),
        ("12", ["1", "2"]),
        (b"a", "a"),
        ([1, 2], [2, 1]),
        ([1], {1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1, 2], [1]),
        ([True], [1]),
        (2.1, 2),
        (1_796_000_300, 1_796_000_301),
        (None, False),
        (Yes(), 1),
        (Yes(), "a"),
    ],
)
def test_what_is_something_else_is_not_alike(one: object, other: object) -> None:
    assert not alike(one, other) and not alike(other, one)


def test_what_a_generator_gives_is_listed_and_an_endless_one_ends() -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    def endless() -> Iterator[int]:
        while True:
            yield 1

    assert seen(numbers) == [1, 2]
    assert len(seen(endless)) == 10_000


def test_two_errors_of_one_class_about_one_key_are_alike() -> None:
    def wants(name: str) -> str:
        return {}[name]

    assert seen(wants, "a") == Raised("KeyError 'a'") != seen(wants, "b")
    assert seen(lambda: 1 // 0) == Raised("ZeroDivisionError")


def test_calls_are_made_again_in_the_other_order_so_that_a_memory_shows() -> None:
    known: list[int] = []

    def is_new(number: int) -> bool:
        known.append(number)
        return number not in known[:-1]

    steps = list(calls(Tried(is_new), [Call((1,)), Call((2,))]))
    assert [step.seen for step in steps] == [True, True, False, False]
    assert [step.usual for step in steps] == ["", "", "again", "again"]


def test_each_call_has_arguments_of_its_own_and_a_change_of_them_shows() -> None:
    def spoil(rows: list[int]) -> int:
        rows.clear()
        return 0

    call = Call(([1, 2],))
    (first, _) = calls(Tried(spoil), [call], alone=True)
    assert call.arguments == ([1, 2],)
    assert first.seen == {"returned": 0, "its input was changed": True}
    assert first.about["its input was changed"] == "changed"


def test_a_visit_is_let_in_refused_or_ends_in_an_error() -> None:
    def door(name: str) -> str:
        if name == "tom":
            raise ValueError("not you")
        return {"ada": "hello"}[name]

    steps = visits(Tried(door), [Call(("ada",)), Call(("tom",)), Call(("mary",))])
    assert [step.seen for step in steps][:3] == [
        {"opens": True, "returned": "hello"},
        {"opens": False, "said": "ValueError: not you"},
        Raised("KeyError 'mary'"),
    ]
    yes = visits(Tried(lambda name: name == "ada"), [Call(("ada",)), Call(("tom",))], ())
    assert [step.seen for step in yes][:2] == [{"opens": True}, {"opens": False}]


def _header(client: httpx.Client) -> None:
    client.headers["Authorization"] = "Bearer hers"


def _basic(client: httpx.Client) -> None:
    client.auth = ("ada", "secret")


def _cookie(client: httpx.Client) -> None:
    client.headers["cookie"] = "session=hers"


def _jar(client: httpx.Client) -> None:
    client.cookies.set("session", "hers")  # for every host


def _parameter(client: httpx.Client) -> None:
    client.params = {"access_token": "hers"}


@pytest.mark.parametrize("leave", [_header, _basic, _cookie, _jar, _parameter])
def test_what_an_answer_leaves_in_a_client_is_seen_at_another_host(leave) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    assert left_in(client).seen == {"it carries": []}
    leave(client)
    assert left_in(client).seen != {"it carries": []}
    assert left_in(client).usual == "elsewhere"


def test_a_cookie_of_one_host_does_not_go_to_another() -> None:
    client = httpx.Client()
    client.cookies.set("session", "hers", domain="login.example")
    assert left_in(client).seen == {"it carries": []}
