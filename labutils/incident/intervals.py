"""Compute 95 % intervals for a share and for a rate."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from labutils.text import counted

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2  # what an interval leaves out at each end
Z = 1.959963984540054  # the normal distribution has TAIL of its weight above this
SMALL = 100  # up to so many trials, an interval is exact
HALVINGS = 60  # of an interval of doubles: the last ones change nothing that is printed
RESAMPLES = 2_000

Interval = tuple[float, float]


def wilson(hits: int, trials: int) -> Interval:
    """Return Wilson's score interval for a share.

    It is never empty, not even where all trials were hits. Of no trials nothing is known: 0 to 1.
    """
    if not trials:
        return 0.0, 1.0
    share, weight = hits / trials, Z * Z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == trials else middle + half
    return low, high


@cache
def clopper_pearson(hits: int, trials: int) -> Interval:
    """Return the exact (Clopper-Pearson) interval for a share.

    It holds the shares under which a result as far out as this one is not rarer than 2.5 % at
    either end.
    """

    def at_least(share: float) -> float:
        return binomial_tail(hits, trials, share)

    def at_most(share: float) -> float:
        return 1 - binomial_tail(hits + 1, trials, share)

    low = 0.0 if hits == 0 else crossing(at_least, TAIL, 0, 1)
    high = 1.0 if hits == trials else crossing(at_most, TAIL, 0, 1)
    return low, high


def binomial_tail(least: int, trials: int, share: float) -> float:
    """Return the probability of `least` hits or more in `trials` trials with this share."""
    if least <= 0:
        return 1.0
    if share <= 0 or share >= 1:
        return float(share >= 1 and least <= trials)
    log_hit, log_miss = math.log(share), math.log1p(-share)
    ways = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            ways
            - math.lgamma(hits + 1)
            - math.lgamma(trials - hits + 1)
            + hits * log_hit
            + (trials - hits) * log_miss
        )
        for hits in range(least, trials + 1)
    )


@cache
def poisson(count: int) -> Interval:
    """Return the exact interval (Garwood's) for the mean of a Poisson count."""

    def at_least(mean: float) -> float:
        return 1 - poisson_below(count, mean)

    def at_most(mean: float) -> float:
        return poisson_below(count + 1, mean)

    widest = 2 * count + 20
    low = 0.0 if count == 0 else crossing(at_least, TAIL, 0, widest)
    return low, crossing(at_most, TAIL, 0, widest)


def poisson_below(count: int, mean: float) -> float:
    """Return the probability of fewer than `count` events, if `mean` are expected."""
    if mean <= 0:
        return float(count > 0)
    log_mean = math.log(mean)
    return math.fsum(math.exp(n * log_mean - mean - math.lgamma(n + 1)) for n in range(count))


def crossing(curve: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Return where a curve that only rises, or only falls, crosses this level (by bisection)."""
    rises = curve(high) > curve(low)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if (curve(middle) < level) == rises:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True)
class Share:
    """A share, as hits out of trials, with its interval."""

    hits: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 if there was no trial."""
        return self.hits / self.trials if self.trials else 0.0

    def __str__(self) -> str:
        if not self.trials:
            return "0 of 0"
        return f"{self.hits} of {self.trials} ({self.low:.2f} to {self.high:.2f})"


def recall(hits: int, trials: int) -> Share:
    """Return a share of steps, with Wilson's interval."""
    return Share(hits, trials, *wilson(hits, trials))


def precision(hits: int, trials: int) -> Share:
    """Return a share of alerts, with the exact interval if they are few, else with Wilson's."""
    interval = clopper_pearson if trials <= SMALL else wilson
    return Share(hits, trials, *interval(hits, trials))


@dataclass(frozen=True)
class Rate:
    """A count over a number of days, with an interval for the rate per day."""

    count: int
    days: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The number per day."""
        return self.count / self.days if self.days else 0.0

    def __str__(self) -> str:
        if not self.count:
            return f"none in {counted(self.days, 'day')} (up to {self.high:.2f} a day)"
        return (
            f"{self.value:.2f} a day ({self.low:.2f} to {self.high:.2f}): "
            f"{self.count} in {counted(self.days, 'day')}"
        )


def daily_rate(by_day: Sequence[int], seed: str = "days") -> Rate:
    """Return the rate per day, from the count of each day.

    Alerts come in bursts, so whole days are drawn again and again (a bootstrap over days). Where
    the days are few, they say too little; each end is therefore the farther one of this interval
    and of the exact one for a count.
    """
    total, days = sum(by_day), len(by_day)
    if not days:
        return Rate(0, 0, 0.0, math.inf)
    low, high = (end / days for end in poisson(total))
    if total:
        drawn = resampled(by_day, seed)
        low = min(low, drawn[round(TAIL * RESAMPLES)] / days)
        high = max(high, drawn[round((1 - TAIL) * RESAMPLES) - 1] / days)
    return Rate(total, days, low, high)


def resampled(by_day: Sequence[int], seed: str) -> list[int]:
    """Return the sorted totals of months that are drawn at random from these days."""
    dice = random.Random(seed)
    return sorted(sum(dice.choices(by_day, k=len(by_day))) for _ in range(RESAMPLES))
