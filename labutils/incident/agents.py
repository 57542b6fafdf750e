"""Choose the user agents of browsers and apps for a given day, from data/agents.yaml.

People update when they come to it: a device is days behind the newest release, and now and then
months.
"""

import string
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache

from labutils.lab import seconds
from labutils.sheets import Row, build, read, value

DAY = 86400  # seconds
USUAL_LAG = 5  # days


@dataclass(frozen=True)
class Kind:
    """A kind of browser or app, and its share.

    `agent` has placeholders for versions; from each list in `words`, a device takes one entry.
    """

    share: int
    agent: str
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def _sheet() -> Row:
    return read("agents.yaml")


@cache
def kinds(of: str) -> tuple[Kind, ...]:
    """Return the kinds of `laptops`, or of `phones`."""
    return tuple(build(Kind, row) for row in value(_sheet(), of, tuple[Row, ...]))


@cache
def _releases(program: str) -> tuple[list[int], list[str]]:
    """When a program came out, in seconds since 1970, and as which version."""
    days: dict[str, str] = value(value(_sheet(), "releases", Row), program, dict[str, str])
    return [seconds(day) for day in days.values()], list(days)


def version(program: str, time: int, back: int = 0) -> str:
    """Return a program's newest version at a time (seconds since 1970), or an older one.

    `back` says how many releases older.
    """
    times, versions = _releases(program)
    return versions[max(0, bisect_right(times, time) - 1 - back)]


@cache
def _asked(agent: str) -> tuple[str, ...]:
    """The programs whose versions an agent names."""
    names = {name for _, name, _, _ in string.Formatter().parse(agent) if name}
    return tuple(sorted({name.removesuffix("_") for name in names}))


@dataclass(frozen=True)
class Installed:
    """A browser or an app on a device.

    `agent` has placeholders for versions; `lag` is how many seconds it is behind the releases.
    """

    agent: str
    lag: int

    def at(self, time: int, *, updated: int = 0, back: int = 0) -> str:
        """Return its user agent at a time, if everything was last updated at `updated`.

        Both are in seconds since 1970. `back` is how many updates before that.
        """
        since = max(time - self.lag, min(updated, time))
        return _filled(self.agent, tuple(version(one, since, back) for one in _asked(self.agent)))


@cache
def _filled(agent: str, versions: tuple[str, ...]) -> str:
    named = dict(zip(_asked(agent), versions, strict=True))
    return agent.format_map(
        named | {f"{key}_": one.replace(".", "_") for key, one in named.items()}
    )


def common(time: int) -> list[str]:
    """Return the user agents of a hundred typical laptops at a time (seconds since 1970).

    Laptops with something rare are left out.
    """
    some = kinds("laptops")
    whole = sum(one.share for one in some)
    return [
        Installed(one.agent, USUAL_LAG * DAY).at(time)
        for one in some
        for _ in range(100 * one.share // whole)
    ]
