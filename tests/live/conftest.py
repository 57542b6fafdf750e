"""One drawn company for all tests of the live room, and exercises that begin in it."""

from collections.abc import Callable

import pytest

from labutils.live.company import LiveCompany
from labutils.live.drawing import draw
from labutils.live.exercise import LiveExercise, Settings

SEED, MINUTES = "3", 240


@pytest.fixture(scope="session")
def company() -> LiveCompany:
    return draw(SEED, MINUTES)


@pytest.fixture
def begin() -> Callable[..., LiveExercise]:
    """A new exercise; by default of two teams."""

    def made(teams: int = 2, by_person: bool = False, seed: str = SEED) -> LiveExercise:
        return LiveExercise(Settings(seed, teams, MINUTES, by_person=by_person))

    return made
