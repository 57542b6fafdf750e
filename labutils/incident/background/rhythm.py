"""Choose when a machine acts: on cron's minute, in a loop that waits, or in bursts from outside.

Also chooses which acts are retries after a failure. Times are seconds of a day, from 0.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from labutils.incident.background.dice import Dice, Shares

Rhythm = Literal["cron", "interval", "office", "bursts"]
STEADY: tuple[Rhythm, ...] = ("cron", "interval")  # as often on one day as on another
HOUR, DAY = 3600, 86400  # seconds
# Minutes between two runs that a line of a crontab can say.
GRIDS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
# How much goes on in each hour of a day at an office, from midnight on.
OFFICE = Shares(range(24), [1, 1, 1, 1, 1, 1, 2, 5, 10, 14, 14, 12, 8, 11, 14, 13, 11, 8, 4, 3, 2]
                + [2, 1, 1])  # fmt: skip
BACK_OFF = 2  # a machine waits so many times as long before each further try


class Moment(NamedTuple):
    """A time at which a machine acts, and the number of its run or burst.

    `failed` means that the act is tried again.
    """

    time: int
    run: int
    failed: bool = False


class Habit(NamedTuple):
    """The habit of a machine: when it acts.

    `minutes`: between two runs of cron, at least; `hour`: of the clock of its office, from UTC;
    `burst`: events of a burst, on average; `retries`: of 1,000 acts, how many are tries after a
    failure.
    """

    rhythm: Rhythm
    minutes: int = 1
    hour: int = 0
    burst: int = 4
    retries: int = 0


def moments(habit: Habit, count: int, usual: int, dice: Dice, day: Dice) -> list[Moment]:
    """Return `count` moments of one day, in order.

    `usual` is how many a day has on average; `dice` draws what is the same on each day, `day` what
    is not.
    """
    if count <= 0:
        return []
    again = sum(day.of(habit.retries) for _ in range(count)) if habit.retries else 0
    planned = max(1, count - again)
    if habit.rhythm == "cron":
        times = list(_cron(planned, _grid(habit.minutes, max(usual, 1)), dice, day))
    elif habit.rhythm == "interval":
        times = list(_interval(planned, dice, day))
    else:
        times = list(_bursts(planned, habit, day))
    return sorted(_with_retries(times, count - planned, day))


def _grid(minutes: int, usual: int) -> int:
    """The shortest time between two runs, in minutes, at which no run is left without an act."""
    fitting = (grid for grid in GRIDS if grid >= minutes and 1440 // grid <= usual)
    return next(fitting, GRIDS[-1])


def _cron(count: int, grid: int, dice: Dice, day: Dice) -> Iterator[Moment]:
    """Runs on the minute, each with a second or two to start up, and what a run does one after
    another."""
    slots = 1440 // grid
    first = dice.below(grid) if grid >= 60 else 0  # an hourly job has a minute of its own
    for slot in range(slots):
        time = (first + grid * slot) * 60 + 1 + day.below(2)
        for _ in range(count * (slot + 1) // slots - count * slot // slots):
            yield Moment(min(time, DAY - 1), slot)
            time += day.between(1, 3)


def _interval(count: int, dice: Dice, day: Dice) -> Iterator[Moment]:
    """A loop that acts and then waits: always as long, and a little longer when it was slow."""
    gaps = [980 + day.below(40) for _ in range(count)]
    first, slow, whole, waited = dice.below(DAY // count), DAY // count // 50, sum(gaps), 0
    for run, gap in enumerate(gaps):
        time = first + waited * DAY // whole + day.between(-slow, slow)
        yield Moment(min(max(time, 0), DAY - 1), run)
        waited += gap


def _bursts(count: int, habit: Habit, day: Dice) -> Iterator[Moment]:
    """What events from outside set off: nothing for long, then several at once."""
    run = 0
    while count > 0:
        start = _start(habit, day)
        for _ in range(min(count, 1 + day.wait(habit.burst - 1))):
            yield Moment(min(start, DAY - 1), run)
            start += 1 + day.wait(6)
            count -= 1
        run += 1


def _start(habit: Habit, day: Dice) -> int:
    if habit.rhythm == "bursts":
        return day.below(DAY)
    return (day.pick(OFFICE) - habit.hour) % 24 * HOUR + day.below(HOUR)


def _with_retries(times: list[Moment], again: int, day: Dice) -> Iterator[Moment]:
    """The moments, some of which fail: two or three tries in a row, and each waits longer."""
    tries: dict[int, int] = {}
    while again > 0:
        place, some = day.below(len(times)), min(again, day.between(2, 3))
        tries[place] = tries.get(place, 0) + some
        again -= some
    for place, moment in enumerate(times):
        time, wait = moment.time, 1 + day.below(3) if place in tries else 0
        for _ in range(tries.get(place, 0)):
            yield moment._replace(time=min(time, DAY - 1), failed=True)
            time, wait = time + wait, wait * BACK_OFF
        yield moment._replace(time=min(time, DAY - 1))
