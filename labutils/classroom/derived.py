"""Derive the judge of an exercise from its solution and its named mistakes.

A trial is played with the model solution, with each named mistake and with the answer, and the
results are compared. What is right, the model solution says. Which mistake an answer makes, the
mistakes say: the one whose trial goes wrong in the same places, with the same things seen.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import count, islice
from types import MappingProxyType
from typing import Any, Literal

from labutils.classroom.judging import (
    OTHER_REFUSALS,
    PASSED,
    Kind,
    Tried,
    Verdict,
    returns_nothing,
    written,
)
from labutils.classroom.trying import Observed, Raised, Remark, Trial, alike

LONGEST = 2_000  # steps of a trial; one that an answer makes endless is stopped there
Trace = tuple[Observed, ...]


ENDED = object()  # what is seen of a step that a trial did not come to


def derived(
    trial: Callable[[Any], Trial],
    solution: str,
    mistakes: Mapping[str, str],
    kind: Literal["function", "value"] = "function",
    remarks: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[Any], Verdict]:
    """Return the judge of an exercise: from its trial, the code of its model solution, the code of
    each named mistake, and what is said to whoever passes in a way that the trial remarks on.

    The judge of a value does not show what is right, since it would be the solution.
    """

    @cache
    def play(source: str) -> Played:
        answer = answer_of(source)
        return Played(trial, Tried(answer) if kind == "function" else answer)

    def judge(answer: Any) -> Verdict:
        right, playing = play(solution), Played(trial, answer)
        for place in count():
            its, step = right.at(place), playing.at(place)
            if its is None:
                break
            step = step or Observed(its.case, ENDED, its.about)
            if not same(step.seen, its.seen):
                verdict = verdict_on(answer, step, its.seen, kind)
                if verdict.mistake is None:
                    with as_it_was(answer):
                        theirs = {name: play(source) for name, source in mistakes.items()}
                        named = mistake_of(playing, right, theirs, place)
                    verdict = replace(verdict, mistake=named)
                return verdict
        if step:  # a trial that only goes on for longer
            return Verdict("differs", step.case)
        said = [remarks[name] for name in playing.remarks if name in remarks]
        return Verdict("passed", note=" ".join(said)) if said else PASSED

    return judge


class Played:
    """A trial of an answer, as far as it has been played.

    It ends where it cannot go on with such an answer.
    """

    def __init__(self, trial: Callable[[Any], Trial], answer: Any):
        self.steps: list[Observed] = []
        self.remarks: list[str] = []
        self._playing = islice(trial(answer), LONGEST)

    def at(self, place: int) -> Observed | None:
        """Return the step at a place; None where the trial ends before."""
        while len(self.steps) <= place:
            try:
                step = next(self._playing)
            except Exception:
                return None
            if isinstance(step, Remark):
                self.remarks.append(step.name)
            else:
                self.steps.append(Observed(*step))
        return self.steps[place]

    def whole(self) -> Trace:
        """Return all steps."""
        self.at(LONGEST)
        return tuple(self.steps)

    def is_like(self, other: "Played") -> bool:
        """Return whether the same is seen of both, step by step, to the end."""
        place = 0
        while (one := self.at(place)) and (its := other.at(place)):
            if not same(one.seen, its.seen):
                return False
            place += 1
        return one is None and other.at(place) is None

    def is_right_at(self, place: int, right: Trace) -> bool:
        """Return whether the same is seen at a place as of the solution."""
        step = self.at(place)
        return step is not None and same(step.seen, right[place].seen)


def same(one: Any, other: Any) -> bool:
    """Return whether the same is seen; what was `said` beside it does not count."""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and "said" in {*one, *other}:
        one, other = ({k: v for k, v in it.items() if k != "said"} for it in (one, other))
    return alike(one, other)


@contextmanager
def as_it_was(answer: Any) -> Iterator[None]:
    """Restore what a learner's function did last, after the body.

    That is the error that a verdict tells of, and what came back.
    """
    if not isinstance(answer, Tried):
        yield
        return
    before = answer.error, answer.way, list(answer.results)
    try:
        yield
    finally:
        answer.error, answer.way, answer.results = before


def answer_of(source: str) -> Any:
    """Return what a cell with that source leaves: what its last statement binds."""
    names: dict[str, Any] = {}
    exec(compile(source, "<the course's>", "exec"), names)
    last = ast.parse(source).body[-1]
    bound = getattr(last, "name", "") or ast.unparse(getattr(last, "targets", [last])[0])
    return names[bound]


# --- which mistake it is --------------------------------------------------------------------------


def mistake_of(
    playing: "Played", right: "Played", mistakes: Mapping[str, "Played"], first: int
) -> str | None:
    """Return the mistake that an answer makes which goes wrong first in this place, or None.

    It is the one with all the same results; else the one that this step is about; else the one that
    goes wrong there, with the most alike. None where nothing is alike. No trial is played further
    than that takes: some have a month of logs to read.
    """
    want = right.steps[first]
    named = about(playing.at(first) or Observed("", ENDED, want.about), want.seen)
    for name in sorted(mistakes, key=lambda name: name != named):  # the likeliest first
        if mistakes[name].is_like(playing):
            return name
    return named or nearest(playing.whole(), right.whole(), mistakes, first)


def nearest(trace: Trace, right: Trace, mistakes: Mapping[str, "Played"], first: int) -> str | None:
    """Return the mistake that goes wrong in this place, too, with the most alike."""
    off, scores = wrong_in(trace, right), {}
    for name, its in mistakes.items():
        if not its.is_right_at(first, right):  # else the rest of its trial is not played
            theirs = wrong_in(its.whole(), right)
            shared = {place for place in off if _alike_at(its.whole(), trace, place)}
            scores[name] = (first in shared, len(shared) / len(off | theirs))
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best and scores[best][1] else None


def wrong_in(trace: Trace, right: Trace) -> set[int]:
    """Return the places where a trace differs from the right one.

    One that ends early is wrong from there on.
    """
    pairs = enumerate(zip(trace, right, strict=False))
    wrong = {place for place, (one, its) in pairs if not same(one.seen, its.seen)}
    return wrong | set(range(len(trace), len(right)))


def _alike_at(one: Trace, other: Trace, place: int) -> bool:
    """Whether two traces show the same at a place, or both have ended."""
    ended = place >= len(one), place >= len(other)
    return all(ended) if any(ended) else same(one[place].seen, other[place].seen)


def about(step: Observed, want: Any) -> str | None:
    """Return the mistake that a step is about.

    With one for each part of what is seen, it is that of the first part which is off; with one for
    each text that may be seen, that of the text.
    """
    if isinstance(step.about, Mapping):
        text = step.seen if isinstance(step.seen, str) else None
        return step.about.get(text) or step.about.get(part(step.seen, want))
    return step.about or None


def part(got: Any, want: Any) -> Any:
    """Return which part of what is seen is off: a key of a dictionary, or its type's name."""
    if isinstance(got, Mapping) and isinstance(want, Mapping):
        keys = [key for key in [*want, *got] if key != "said"]
        return next((key for key in keys if not _same_part(got, want, key)), None)
    return type(got).__name__


def _same_part(got: Mapping[Any, Any], want: Mapping[Any, Any], key: Any) -> bool:
    return key in got and key in want and alike(got[key], want[key])


# --- what is said of the first step that differs --------------------------------------------------


def verdict_on(answer: Any, step: Observed, want: Any, kind: str) -> Verdict:
    """Return the verdict on a step, without the mistake that it takes all steps to name."""
    case, got = step.case, step.seen
    if kind == "value":
        return _on_a_value(case, got, want)
    if got is ENDED:
        return answer.raised(case) if answer.error else Verdict("differs", case)
    if isinstance(got, Raised):
        meant = isinstance(want, Mapping) and want.get("opens") is False
        verdict: Verdict = answer.raised(
            case, "other refusal" if meant and _chosen(answer) else None
        )
        return verdict
    if got is None and returns_nothing(answer.function):
        return Verdict("none", case)
    if isinstance(got, Mapping) and isinstance(want, Mapping):
        return _on_a_part(case, got, want)
    if isinstance(want, Mapping) and isinstance(want.get("opens"), bool) and "returned" not in want:
        return Verdict("differs", case, written(got), str(want["opens"]), mistake="kind")
    return Verdict("differs", case, written(got), written(want))


def _on_a_value(case: str, got: Any, want: Any) -> Verdict:
    """The verdict on a value, which does not say what is right: what is wrong with it, where the
    trial shows that and shows nothing of the solution; what it lets in; or what it does, such as a
    rule that has a hit, or no hit, on a line."""
    if isinstance(got, Mapping) and want == {}:
        return Verdict("differs", got=str(next(iter(got.values()))))
    if isinstance(got, Mapping) and isinstance(want, Mapping) and part(got, want) == "opens":
        return _on_a_part(case, got, want)
    if isinstance(got, Mapping) and len(got) == 1 and [*got.values()] in ([True], [False]):
        ((what, is_so),) = got.items()
        return Verdict("differs", case, f"{'a' if is_so else 'no'} {what}")
    return Verdict("differs")


def _on_a_part(case: str, got: Mapping[Any, Any], want: Mapping[Any, Any]) -> Verdict:
    """The verdict on the first part that differs."""
    key = part(got, want)
    if key == "opens" and isinstance(got.get(key), bool):
        returned = got.get("returned", True)
        if got[key] and (returned is None or returned is False):
            text = "a refusal, by raising an exception"
            return Verdict("differs", case, written(got["returned"]), text, "", "returned False")
        kind: Kind = "let_in" if got[key] else "refused_good"
        return Verdict(kind, case, str(got.get("said", "")))
    where = "" if key == "returned" else f" for {written(key) if type(key) is not str else key}"
    ours = written(got[key]) if key in got else "nothing"
    right = written(want[key]) if key in want else "nothing"
    return Verdict("differs", case, ours + where, right)


def _chosen(answer: Tried) -> bool:
    """Whether an answer ended in an error that somebody raises who means to refuse."""
    kind = type(answer.error)
    return kind in OTHER_REFUSALS or kind.__module__ == answer.function.__module__
