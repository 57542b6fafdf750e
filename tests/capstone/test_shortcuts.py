"""What does not pay."""

import pytest

from labutils.capstone import world
from labutils.capstone.incident import draw
from labutils.capstone.shortcuts import names_the_intruder

SEEDS = ("1", "2", "3", "5", "8", "9")


@pytest.mark.usefixtures("small")
def test_one_query_seldom_names_the_intruder() -> None:
    named = 0
    for seed in SEEDS:
        assert not draw(seed).nothing
        with world.of_seed(seed) as truth:
            named += names_the_intruder(truth)
    assert named <= 2
