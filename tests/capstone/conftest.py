"""An incident that the tests of the capstone share: small worlds, and few thieves."""

from collections.abc import Iterator
from typing import Any

import pytest

from labutils.capstone import grading, thieves, world
from labutils.capstone.grading import Bench
from labutils.capstone.incident import draw

SEED = "7"  # a recording; a second key for the cloud; pages; a space that was exported
QUIET = "11"  # nobody was in
EVENTS, WORLDS, THIEVES = 4_000, 2, 60


@pytest.fixture(scope="session")
def small() -> Iterator[None]:
    """Worlds in which a test can wait."""
    patch = pytest.MonkeyPatch()

    def of_seed(seed: str) -> Any:
        return world.written(draw(seed), count=EVENTS, seed=seed)

    patch.setattr(world, "of_seed", of_seed)
    patch.setattr(world, "HIDDEN", WORLDS)
    patch.setattr(world, "HIDDEN_EVENTS", EVENTS)
    for module in (thieves, grading):
        patch.setattr(module, "THIEVES", THIEVES)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """What reports on the incident of SEED are graded with."""
    request.getfixturevalue("small")
    with Bench(SEED) as made:
        yield made


@pytest.fixture(scope="session")
def quiet(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The same for QUIET."""
    request.getfixturevalue("small")
    with Bench(QUIET) as made:
        yield made


@pytest.fixture
def all_but_rules() -> dict[str, int]:
    """The points of a report without a fault, its rules apart."""
    return {
        "claims": 25,
        "scope": 20,
        "not_knowable": 10,
        "eviction": 15,
        "controls": 5,
        "board": 10,
    }
