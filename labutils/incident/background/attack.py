"""Place the attack's log lines in a world of ordinary traffic.

Each line gets a second within the minute in which it was played, and identifiers of that world. A
ledger knows few times to the second, and a replay begins the others at a whole minute: written so,
the clock alone would show who the intruder is.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from labutils.incident.background.dice import Dice
from labutils.incident.breach import Replay
from labutils.incident.telemetry import LogLine
from labutils.lab import seconds

MINUTE = 60  # seconds


def lines_of_attack(replay: Replay, seed: str) -> dict[str, list[LogLine]]:
    """Return a replay's lines in the world of this seed, by source, in the order of the replay."""
    played = {one.line.request.time for lines in replay.lines.values() for one in lines}
    times = with_seconds(played, _times_of_ledger(replay), seed)

    def in_world(one: LogLine) -> LogLine:
        request = replace(one.line.request, time=times[one.line.request.time])
        if (held := request.credential) is not None:
            session = f"{seed}/{held.session or held.id}"
            request = replace(request, credential=replace(held, session=session))
        line = replace(one.line, request=request, seed=f"{seed}/{one.line.seed}")
        return LogLine(one.writer, line)

    return {source: [in_world(one) for one in lines] for source, lines in replay.lines.items()}


def _times_of_ledger(replay: Replay) -> set[int]:
    """When those steps began whose second the ledger knows, and their requests that have a time of
    their own; in seconds since 1970."""
    known = [
        step
        for step in replay.steps
        if step.time_precision == "second" and step.plan.assumed_time is None
    ]
    dated = {one.at for step in known for one in step.attempts if one.ask.at}
    return {seconds(step.time) for step in known} | dated


def with_seconds(times: Iterable[int], known: Collection[int], seed: str) -> dict[int, int]:
    """Return for each time a time in the same minute with a random second, in the same order.

    Times are seconds since 1970; those in `known` stay.
    """
    by_minute: dict[int, list[int]] = {}
    for time in sorted(set(times)):
        by_minute.setdefault(time // MINUTE * MINUTE, []).append(time)
    drawn: dict[int, int] = {}
    for minute, some in by_minute.items():
        room, dice = range(minute, minute + MINUTE), Dice(f"{seed}/second/{minute}")
        drawn |= zip(some, _drawn(some, room, known, dice), strict=True)
    return drawn


def _drawn(times: list[int], room: range, known: Collection[int], dice: Dice) -> list[int]:
    """As many of the numbers in `room` as there are times, in their order, each once."""
    place = next((place for place, time in enumerate(times) if time in known), None)
    if place is None:
        return sorted(sorted(room, key=lambda _: dice.below(1 << 30))[: len(times)])
    stays = times[place]
    before = _drawn(times[:place], range(room.start, stays), known, dice)
    return [*before, stays, *_drawn(times[place + 1 :], range(stays + 1, room.stop), known, dice)]
