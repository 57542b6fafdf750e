"""The two curves of lesson 15: an eviction over the time between visits, and a change of keys over
the time for which the old one stays."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from labutils.text import counted

from .over_a_sweep import Point, Sweep, over_a_sweep

EVICTION = Sweep(
    "One by one has no end while he comes by as often as you remove",
    "minutes between two visits of the intruder; one removal takes 20",
    "hours until he is out",
    {"denied": "he is out", "succeeded": "he is still in after a day"},
    (4, "a day"),
)
KEYS = Sweep(
    "An overlap trades an outage for time that a stolen key is good",
    "minutes from the new key until the provider drops the old one",
    "minutes, in the worst of the changes from 09:01 to 09:08",
    {"succeeded": "a forged token opens", "defenders": "Ada's app is refused"},
    (16, "16"),
)


def hours_until_out(minutes: Mapping[tuple[str, int], int | None]) -> tuple[Figure, str]:
    """`minutes[way, visit]`: until the intruder is out; None where that is not within a day."""
    curves: dict[str, list[Point]] = {}
    for (way, visit), value in minutes.items():
        point = (visit, None, "succeeded") if value is None else (visit, value / 60, "denied")
        curves.setdefault(way, []).append(point)
    visits = sorted({visit for _, visit in minutes})
    said = []
    for way in curves:
        ends = {visit: minutes[way, visit] for visit in visits}
        endless = [visit for visit, end in ends.items() if end is None]
        longest = max(end for end in ends.values() if end is not None)
        words = f"at most {counted(longest, 'minute')}"
        if endless:
            words += f", and not within a day for visits every {endless[0]} to {endless[-1]}"
        said.append(f"{' '.join(way.split())} {words}")
    sentence = (
        f"Visits every {visits[0]} to {visits[-1]} minutes, and the time until he is out: "
        f"{'; '.join(said)}."
    )
    return over_a_sweep(curves, EVICTION), sentence


def key_overlap(minutes: Mapping[int, tuple[int, int]]) -> tuple[Figure, str]:
    """`minutes[wait]`: in how many minutes Ada's app was refused, and a forged token opened."""
    curves: dict[str, list[Point]] = {
        "a token that a\nthief forges\nwith the old key": [
            (wait, forged, "succeeded") for wait, (_, forged) in minutes.items()
        ],
        "Ada's app": [(wait, refused, "defenders") for wait, (refused, _) in minutes.items()],
    }
    unbroken = [wait for wait, (refused, _) in minutes.items() if not refused]
    waits = list(minutes)
    longest = counted(max(refused for refused, _ in minutes.values()), "minute")
    at_once = counted(minutes[waits[0]][1], "minute")
    sentence = (
        f"Waits of {waits[0]} to {waits[-1]} minutes, in the worst of the changes: Ada's app is "
        f"refused in up to {longest}, and in none from a wait of {unbroken[0]} on; a "
        f"forged token opens for {at_once} where the old key goes at once, "
        f"and for {minutes[waits[-1]][1]} where it stays {waits[-1]}."
    )
    return over_a_sweep(curves, KEYS), sentence
