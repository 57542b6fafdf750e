"""Judges that nobody writes: a trial is played with the model solution, with each named mistake and
with the answer, and what is seen is compared.

What is right, the model solution says. Which mistake an answer makes, the mistakes say: the one
whose trial goes wrong in the same places, with the same things seen.
"""

import ast
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
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
from labutils.classroom.trying import Observed, Raised, Trial, alike

LONGEST = 2_000  # steps of a trial; one that an answer makes endless is stopped there
Trace = tuple[Observed, ...]


def derived(
    trial: Callable[[Any], Trial],
    solution: str,
    mistakes: Mapping[str, str],
    kind: Literal["function", "value"] = "function",
) -> Callable[[Any], Verdict]:
    """Return the judge of an exercise: from its trial, the code of its model solution, and the code
    of each named mistake.

    The judge of a value does not show what is right, since it would be the solution.
    """

    @cache
    def trace(source: str) -> Trace:
        answer = answer_of(source)
        return tuple(played(trial, Tried(answer) if kind == "function" else answer))

    def judge(answer: Any) -> Verdict:
        right, steps, verdict = trace(solution), list[Observed](), PASSED
        playing = islice(trial(answer), LONGEST)
        for step, its in zip(playing, right, strict=False):
            steps.append(step)
            if not alike(step.seen, its.seen):
                verdict = verdict_on(answer, step, its.seen, kind)
                break
        else:
            return PASSED
        try:
            steps.extend(playing)
        except Exception:
            pass  # a trial that cannot go on with such an answer: it ends there
        if verdict.mistake is None:
            named = nearest(tuple(steps), right, {name: trace(it) for name, it in mistakes.items()})
            verdict = Verdict(
                verdict.kind, verdict.case, verdict.got, verdict.want, verdict.line, named
            )
        return verdict

    return judge


def played(trial: Callable[[Any], Trial], answer: Any) -> Trial:
    """Yield the steps of a trial; one that cannot go on with such an answer ends there."""
    try:
        for step in islice(trial(answer), LONGEST):
            yield Observed(*step)
    except Exception:
        return


def answer_of(source: str) -> Any:
    """Return what a cell with that source leaves: `answer`, or else what its last statement
    binds."""
    names: dict[str, Any] = {}
    exec(compile(source, "<the course's>", "exec"), names)
    last = ast.parse(source).body[-1]
    bound = getattr(last, "name", "") or ast.unparse(getattr(last, "targets", [last])[0])
    return names["answer"] if "answer" in names else names[bound]


# --- which mistake it is --------------------------------------------------------------------------


def nearest(trace: Trace, right: Trace, mistakes: Mapping[str, Trace]) -> str | None:
    """Return the mistake that an answer makes: one of which all the same is seen; else the one that
    its first wrong step is about; else the one that goes wrong there, and in the most like places.
    """
    off = wrong_in(trace, right)
    first = min(off)
    scores = {}
    for name, its in mistakes.items():
        theirs = wrong_in(its, right)
        if first in theirs:
            same = {n for n in off & theirs if _alike_at(its, trace, n)}
            all_the_same = theirs == off and same == off
            scores[name] = (all_the_same, first in same, len(same) / len(off | theirs))
    best = max(scores, key=lambda name: scores[name], default=None)
    if best and scores[best][0]:
        return best
    return about(trace[first], right[first].seen) or best


def wrong_in(trace: Trace, right: Trace) -> set[int]:
    """Return the places where a trace is not the right one. One that ends early is wrong from there
    on."""
    pairs = enumerate(zip(trace, right, strict=False))
    wrong = {place for place, (one, its) in pairs if not alike(one.seen, its.seen)}
    return wrong | set(range(len(trace), len(right)))


def _alike_at(one: Trace, other: Trace, place: int) -> bool:
    """Whether two traces show the same at a place, or both have ended."""
    ended = place >= len(one), place >= len(other)
    return all(ended) if any(ended) else alike(one[place].seen, other[place].seen)


def about(step: Observed, want: Any) -> str | None:
    """Return the mistake that a step is about; with one for each part of what is seen, that of the
    first part which is off; with one for each text that may be seen, that of the text."""
    if isinstance(step.about, Mapping):
        text = step.seen if isinstance(step.seen, str) else None
        return step.about.get(text) or step.about.get(part(step.seen, want))
    return step.about or None


def part(got: Any, want: Any) -> Any:
    """Return which part of what is seen is off: a key of a dictionary, or its type's name."""
    if isinstance(got, Mapping) and isinstance(want, Mapping):
        return next((key for key in [*want, *got] if not _same_part(got, want, key)), None)
    return type(got).__name__


def _same_part(got: Mapping[Any, Any], want: Mapping[Any, Any], key: Any) -> bool:
    return key in got and key in want and alike(got[key], want[key])


# --- what is said of the first step that differs --------------------------------------------------


def verdict_on(answer: Any, step: Observed, want: Any, kind: str) -> Verdict:
    """Return the verdict on a step, without the mistake that it takes all steps to name."""
    case, got = step.case, step.seen
    if kind == "value":
        return Verdict("differs")
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


def _on_a_part(case: str, got: Mapping[Any, Any], want: Mapping[Any, Any]) -> Verdict:
    """The verdict on the first part that differs."""
    key = part(got, want)
    if key == "opens" and isinstance(got.get(key), bool):
        if got.get("returned", True) in (None, False) and got[key]:
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
