"""Name the lines that would have shown what a report missed.

They are ids of the learner's own logs, for each claim, credential, foothold, loss and way in.
"""

from collections.abc import Callable, Iterable

from labutils.capstone.incident import Claim, StepKind, inventory_name
from labutils.capstone.world import Truth
from labutils.incident.breach import Attempt
from labutils.text import counted

SHOWN = 3  # lines that a sentence names


def cited(events: Iterable[str]) -> str:
    """Return the first of these lines, in the order of their logs, and how many more there are."""
    ordered = sorted(set(events), key=_place)
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {counted(more, 'line')} more" if more > 0 else "")


def _place(event: str) -> tuple[str, int]:
    source, _, number = event.rpartition(":")
    return source, int(number)


def of_claim(claim: Claim, truth: Truth) -> str:
    """Return the lines that show a true claim."""
    return cited(truth.events_for(claim))


def of_credential(name: str, truth: Truth) -> str:
    """Return where a credential of the inventory was used, or else where it was read."""
    drawn = truth.drawn
    own = next(one for one in drawn.held if inventory_name(drawn, one) == name)
    if used := _lines_with(truth, lambda attempt: attempt.ask.using == own):
        return f"used in {cited(used)}"
    if read := _lines_with(truth, lambda attempt: own in _given(attempt, truth)):
        return f"read in {cited(read)}"
    return "the intruder came with it, and no line shows it"


def of_foothold(name: str, truth: Truth) -> str:
    """Return where a foothold was made."""
    made = truth.drawn.footholds[name]
    return f"made in {cited(_lines_with(truth, lambda one: made in _given(one, truth)))}"


def of_loss(loss: str, truth: Truth) -> str:
    """Return where a loss was taken."""
    return f"taken in {cited(_of_kinds(truth, lambda kind: kind.loss == loss))}"


def of_way(truth: Truth) -> str:
    """Return where the way in shows."""
    return f"the way in shows in {cited(_of_kinds(truth, lambda kind: kind.part == 'way'))}"


def _given(attempt: Attempt, truth: Truth) -> tuple[str, ...]:
    service = truth.drawn.case.estate.services[attempt.ask.service]
    return tuple(service.gives.get(attempt.ask.action, ()))


def _lines_with(truth: Truth, wanted: Callable[[Attempt], bool]) -> list[str]:
    steps = truth.drawn.replay.steps
    return _events((one.fact for one in steps if any(map(wanted, one.attempts))), truth)


def _of_kinds(truth: Truth, wanted: Callable[[StepKind], bool]) -> list[str]:
    return _events((kind.id for kind in truth.drawn.chain if wanted(kind)), truth)


def _events(steps: Iterable[str], truth: Truth) -> list[str]:
    return [event for step in steps for event in truth.events_of.get(step, ())]
