"""Judges that are derived from a trial, a solution and mistakes."""

from collections.abc import Iterator
from typing import Any

import pytest

from labutils.classroom import exercises
from labutils.classroom.derived import derived
from labutils.classroom.judging import PASSED, Tried, Verdict
from labutils.classroom.registry import Exercise
from labutils.classroom.trying import Call, Observed, Remark, Trial, calls, visits

RIGHT = "def half(number):\n    return number // 2"
MISTAKES = {
    "up": "def half(number):\n    return -(-number // 2)",
    "float": "def half(number):\n    return number / 2",
    "none": "def half(number):\n    return number // 2 if number else None",
}


def try_half(answer: Tried) -> Trial:
    yield from calls(answer, [Call((4,)), Call((5,), about="odd"), Call((0,), about="none")])


JUDGE = derived(try_half, RIGHT, MISTAKES)


def judged(function: Any, judge: Any = JUDGE) -> Verdict:
    return judge(Tried(function))


def test_what_shows_the_same_as_the_solution_passes() -> None:
    assert judged(lambda number: number >> 1) is PASSED


def test_the_first_case_that_differs_is_the_counterexample() -> None:
    verdict = judged(lambda number: number - 2)
    assert verdict.counterexample() == "It gave 3 for 5; it should give 2."


def test_a_mistake_of_which_all_the_same_is_seen_is_named_before_what_the_case_is_about() -> None:
    assert judged(lambda number: round(number / 2 + 0.01)).mistake == "up"
    assert judged(lambda number: number / 2).mistake == "float"


def test_else_the_case_says_what_it_is_about() -> None:
    assert judged(lambda number: 7 if number == 5 else number // 2).mistake == "odd"


def test_else_the_nearest_mistake_is_named() -> None:
    def silent(answer: Tried) -> Trial:
        yield from calls(answer, [Call((4,)), Call((5,)), Call((7,)), Call((0,))])

    def once_up(number: int) -> int:
        return 3 if number == 5 else 9 if number == 7 else number // 2

    assert judged(once_up, derived(silent, RIGHT, MISTAKES)).mistake == "up"


def test_an_error_says_which_and_where_and_a_missing_return_is_told() -> None:
    def fails(number: int) -> int:
        return {}[number]  # the line that is named

    verdict = judged(fails)
    assert verdict.kind == "raised" and verdict.got == "KeyError: 4"
    assert "line" in verdict.line

    def forgets(number: int) -> None:
        number // 2  # noqa: B018

    assert judged(forgets).kind == "none"


def test_an_answer_that_a_trial_cannot_go_on_with_gets_its_verdict_all_the_same() -> None:
    def chain(answer: Tried) -> Trial:
        first = answer(4)
        yield Observed("the first", first)
        yield Observed("the first of that", first + 1)

    judge = derived(chain, RIGHT, {"text": "def half(number):\n    return 'x'"})
    assert judged(lambda _: "y", judge).mistake == "text"


def test_a_trial_that_an_answer_makes_endless_is_stopped() -> None:
    def while_it_grows(answer: Tried) -> Trial:
        number = 4
        while number:
            number = answer(number)
            yield Observed("a step", number == 0 or number < 4)

    assert judged(lambda number: number + 1, derived(while_it_grows, RIGHT, {})) is not PASSED


def test_a_verdict_on_a_value_does_not_show_what_is_right() -> None:
    def try_names(names: Any) -> Iterator[Observed]:
        yield Observed("a list", isinstance(names, list), "list")
        yield Observed("who", sorted(names), "who")

    mistakes = {"list": "names = 'ada'", "who": "names = ['tom']"}
    judge = derived(try_names, "names = ['ada']", mistakes, "value")
    assert judge(["ada"]) is PASSED
    for names, mistake in (("ada", "list"), (["tom"], "who"), (["mary"], "who")):
        verdict = judge(names)
        assert (verdict.mistake, verdict.got, verdict.want) == (mistake, "", "")


DOOR = "def door(name):\n    if name != 'ada':\n        raise ValueError(name)\n    return name"


def try_door(answer: Tried) -> Trial:
    yield from visits(answer, [Call(("ada",)), Call(("tom",), about="tom")])


@pytest.mark.parametrize(
    ("source", "kind", "mistake"),
    [
        ("def door(name):\n    return name", "let_in", "tom"),
        ("def door(name):\n    raise ValueError(name)", "refused_good", None),
        ("def door(name):\n    assert name == 'ada'\n    return name", "raised", "other refusal"),
        ("def door(name):\n    return name == 'ada' and name", "differs", "returned False"),
    ],
)
def test_what_lets_in_what_it_should_refuse_is_told_so(
    source: str, kind: str, mistake: str | None
) -> None:
    space: dict[str, Any] = {}
    exec(source, space)
    verdict = judged(space["door"], derived(try_door, DOOR, {}))
    assert (verdict.kind, verdict.mistake) == (kind, mistake)


def test_what_should_say_yes_or_no_says_neither() -> None:
    def try_is_ada(answer: Tried) -> Trial:
        yield from visits(answer, [Call(("ada",)), Call(("tom",))], ())

    judge = derived(try_is_ada, "def is_ada(name):\n    return name == 'ada'", {})
    assert judged(lambda name: int(name == "ada"), judge).mistake == "kind"
    assert judged(lambda _: True, judge).kind == "let_in"


def test_the_verdict_tells_of_the_first_wrong_step_and_not_of_a_later_error() -> None:
    def try_two(answer: Tried) -> Trial:
        yield from visits(answer, [Call((1,)), Call((0,))])

    right = "def door(n):\n    if not n:\n        raise ValueError('zero')\n    return 'in'"
    exercise = Exercise("98-1", "function", derived(try_two, right, {}), "", {}, (), right)

    def wrong(number: int) -> str:
        if not number:
            raise ValueError("zero")
        return "out"

    words = exercises.verdict(exercise, wrong)[1]
    assert words == "It gave 'out' for 1; it should give 'in'."


def test_where_nothing_is_alike_no_mistake_is_named() -> None:
    def silent(answer: Tried) -> Trial:
        yield from calls(answer, [Call((4,)), Call((5,))])

    assert judged(lambda _: "x", derived(silent, RIGHT, MISTAKES)).mistake is None


def test_a_trial_that_ends_early_or_goes_on_longer_does_not_pass() -> None:
    def members(answer: Tried) -> Trial:
        yield from (Observed("a member", one) for one in answer(3))

    judge = derived(members, "def upto(n):\n    return range(n)", {})
    assert judged(range, judge) is PASSED
    assert judged(lambda _: [], judge).case == "a member"
    assert judged(lambda n: range(n + 1), judge) == Verdict("differs", "a member")


def test_what_a_trial_cannot_look_at_is_wrong_and_no_accident() -> None:
    def try_table(table: Any) -> Trial:
        yield Observed("x", table["x"], "x")

    judge = derived(try_table, "table = {'x': 1}", {"x": "table = {'x': 2}"}, "value")
    assert judge({}).mistake == judge(3).mistake == "x"


def test_a_value_shows_what_is_wrong_with_it_where_the_trial_does() -> None:
    def try_moves(moves: Any) -> Trial:
        yield Observed("moves", {} if moves else {"none": "no move is made"}, "none")
        yield Observed("the wiki", {"opens": "wiki" in moves}, "wiki")

    judge = derived(try_moves, "moves = ['wiki']", {}, "value")
    assert judge([]) == Verdict("differs", got="no move is made", mistake="none")
    assert judge([]).counterexample() == "It gave no move is made."
    assert judge(["mail"]).counterexample() == "It refused what is valid: the wiki."


def test_zero_is_no_refusal() -> None:
    def try_door(answer: Tried) -> Trial:
        yield from visits(answer, [Call((1,))])

    judge = derived(try_door, "def door(n):\n    raise ValueError(n)", {})
    assert judged(lambda _: 0, judge).kind == "let_in"
    assert judged(lambda _: None, judge).mistake == "returned False"


def test_whoever_passes_in_a_remarkable_way_is_told() -> None:
    def try_half_of_four(answer: Tried) -> Trial:
        if "lambda" in answer.function.__name__:
            yield Remark("lambda")
        yield Observed("4", answer(4))

    judge = derived(try_half_of_four, RIGHT, {}, remarks={"lambda": "Short."})
    assert judged(lambda n: n // 2, judge) == Verdict("passed", note="Short.")

    def half(number: int) -> int:
        return number // 2

    assert judged(half, judge) is PASSED


def test_a_none_that_somebody_returned_on_purpose_is_not_taken_for_a_forgotten_return() -> None:
    verdict = judged(lambda number: None if number == 5 else number // 2)
    assert (verdict.kind, verdict.got, verdict.want) == ("differs", "None", "2")


def test_the_mistake_is_looked_for_where_the_answer_goes_wrong_first() -> None:
    def silent(answer: Tried) -> Trial:
        yield from (Observed(str(number), answer(number)) for number in (4, 5, 7, 0))

    mistakes = {
        "early": "def half(n):\n    return 9 if n == 5 else n // 2",
        "late": "def half(n):\n    return 9 if n == 7 else n // 2",
    }

    def wrong_twice(number: int) -> int:
        return {5: 9, 7: 8}.get(number, number // 2)

    assert judged(wrong_twice, derived(silent, RIGHT, mistakes)).mistake == "early"


def test_whoever_refuses_what_is_good_is_told_why() -> None:
    def refuses(name: str) -> str:
        raise ValueError(f"{name} is late")

    verdict = judged(refuses, derived(try_door, DOOR, {}))
    assert verdict.counterexample().endswith("'ada'. ValueError: ada is late")


def test_a_value_shows_what_it_does_where_the_trial_sees_one_thing() -> None:
    def try_rule(rule: Any) -> Trial:
        yield Observed("a line of Tom's", {"hit": "tom" in rule}, "tom")

    judge = derived(try_rule, "rule = 'tom'", {}, "value")
    assert judge("ada") == Verdict("differs", "a line of Tom's", "no hit", mistake="tom")
    other = derived(try_rule, "rule = 'ada'", {}, "value")
    assert other("tom") == Verdict("differs", "a line of Tom's", "a hit", mistake="tom")


def test_a_dictionary_that_nobody_asked_for_is_shown_whole() -> None:
    verdict = judged(lambda number: {"half": number // 2})
    assert verdict.counterexample() == "It gave {'half': 2} for 4; it should give 2."
    judge = derived(try_half, "def parts(n):\n    return {'half': n // 2}", {})
    assert judged(lambda n: n // 2, judge).counterexample() == (
        "It gave 2 for 4; it should give {'half': 2}."
    )


def test_of_several_parts_the_first_that_is_off_is_shown() -> None:
    def try_parts(answer: Tried) -> Trial:
        about = {"half": "half", "double": "double", "more": "more"}
        yield Observed("4", answer(4), about)

    judge = derived(try_parts, "def parts(n):\n    return {'half': n // 2, 'double': 2 * n}", {})
    for parts, words, mistake in (
        ({"half": 2}, "nothing for double for 4; it should give 8", "double"),
        ({"half": 3, "double": 9}, "3 for half for 4; it should give 2", "half"),
        ({"half": 2, "double": 8, "more": 1}, "1 for more for 4; it should give nothing", "more"),
    ):
        verdict = judged(lambda _, parts=parts: parts, judge)
        assert verdict.counterexample() == f"It gave {words}."
        assert verdict.mistake == mistake


def test_an_exception_of_ones_own_is_meant_as_a_refusal_and_an_accident_is_none() -> None:
    class NotYou(Exception):
        pass

    def refuses(name: str) -> str:
        if name != "ada":
            raise NotYou(name)
        return name

    def stumbles(name: str) -> str:
        return {"ada": name}[name]

    judge = derived(try_door, DOOR, {})
    assert judged(refuses, judge).mistake == "other refusal"
    assert judged(stumbles, judge).mistake == "tom"


def test_a_step_that_is_missing_names_what_it_is_about() -> None:
    def members(answer: Tried) -> Trial:
        yield from (Observed("a member", one, "few") for one in answer(3))

    mistakes = {"empty": "def upto(n):\n    return []"}
    judge = derived(members, "def upto(n):\n    return range(n)", mistakes)
    assert judged(lambda _: [], judge).mistake == "empty"
    assert judged(lambda _: [0], judge).mistake == "few"


def test_a_trial_is_played_no_further_than_it_takes_to_name_the_mistake() -> None:
    """The second step takes its time: whoever fails in the first waits for nobody's."""
    slow: list[int] = []

    def try_two(answer: Tried) -> Trial:
        yield Observed("4", answer(4), "named")
        slow.append(answer(5))
        yield Observed("5", slow[-1])

    judge = derived(try_two, RIGHT, MISTAKES | {"named": "def half(number):\n    return 0"})
    assert judged(lambda _: 7, judge).mistake == "named"
    assert slow == []
    assert judged(lambda number: number >> 1, judge) is PASSED
    assert slow == [2, 2]
