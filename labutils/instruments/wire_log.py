"""Find the log lines of a message: those that its service wrote while it answered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labutils.lab import Exchange, seconds

Line = dict[str, Any]  # of a lab's log


def lines_by_message(wire: Sequence[Exchange], audit: Iterable[Line]) -> dict[int, list[Line]]:
    """Return the lines of a log that belong to each message, by the `id` of its exchange.

    A line belongs to the message that its service was answering: same host, same address, and in
    time. While a server answers it may ask others, and each request takes a second: so a message
    lasts as long as the requests behind it. `wire` is in the order in which answers came.
    """
    until, lines, turn = _ends(wire), dict[int, list[Line]](), Counter[tuple[int, ...]]()
    by_host: dict[str, list[Exchange]] = {}
    for exchange in wire:
        by_host.setdefault(exchange.host, []).append(exchange)
    for line in audit:
        moment = _moment(line)
        possible = [
            one
            for one in by_host.get(str(line.get("service", "")), [])
            if one.time <= moment <= until[id(one)] and line.get("ip", one.ip) == one.ip
        ]
        latest = max((one.time for one in possible), default=0)
        same = tuple(id(one) for one in possible if one.time == latest)
        if same:  # several, where the clock is a real one: then in turn
            lines.setdefault(same[min(turn[same], len(same) - 1)], []).append(line)
            turn[same] += 1
    return lines


def _ends(wire: Sequence[Exchange]) -> dict[int, int]:
    """The second in which each was answered. A nested request is answered before its outer one."""
    ends: dict[int, int] = {}
    waiting: list[tuple[int, int]] = []  # when those behind it began, and ended
    for exchange in wire:
        end = exchange.time
        while waiting and waiting[-1][0] > exchange.time:
            end = max(end, waiting.pop()[1])
        ends[id(exchange)] = end
        waiting.append((exchange.time, end))
    return ends


def _moment(line: Mapping[str, Any]) -> int:
    try:
        return seconds(str(line["time"]))
    except (KeyError, ValueError):
        return -1


def line_as_text(line: Mapping[str, Any]) -> str:
    """Return a line of the log as text: its service, event and outcome, then the other fields."""
    first = [str(line.get(name, "")) for name in ("service", "event", "outcome")]
    rest = [
        f"{name}={_plain(value)}"
        for name, value in line.items()
        if name not in ("time", "service", "event", "outcome") and value not in ("", None)
    ]
    return " ".join(filter(None, (*first, *rest)))


def _plain(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
