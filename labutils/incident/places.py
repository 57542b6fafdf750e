"""Look up the cities that requests come from, and who runs the networks there: data/places.yaml."""

import zlib
from dataclasses import dataclass
from functools import cache

from labutils.sheets import Row, build, read, value


@dataclass(frozen=True)
class City:
    """A city as a log names it. `country` is its code in two letters (ISO 3166-1)."""

    id: str
    city: str
    state: str
    country: str
    postal: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class System:
    """An autonomous system: who runs it, and the domain of its hosts."""

    number: int
    org: str
    domain: str


@cache
def _sheet() -> Row:
    return read("places.yaml")


@cache
def countries() -> dict[str, str]:
    """Return the names of the countries, by code."""
    names: dict[str, str] = value(_sheet(), "countries", dict[str, str])
    return names


@cache
def cities() -> dict[str, City]:
    """Return all cities, by id."""
    rows = [build(City, row) for row in value(_sheet(), "cities", tuple[Row, ...])]
    return {one.id: one for one in rows}


@cache
def cities_of(country: str) -> tuple[str, ...]:
    """Return the ids of the cities of a country."""
    return tuple(one.id for one in cities().values() if one.country == country)


def city_of(address: str, some: tuple[str, ...]) -> City:
    """Return which of some cities an address is in; neighbouring addresses share one."""
    block = address.rpartition(":" if ":" in address else ".")[0]
    return cities()[some[zlib.crc32(block.encode()) % len(some)]]


@cache
def system(number: int) -> System:
    """Return an autonomous system; one that is not listed gets a name from its number."""
    for row in value(_sheet(), "systems", tuple[Row, ...]):
        if row["number"] == number:
            return build(System, row)
    return System(number, f"as{number}", f"as{number}.example")
