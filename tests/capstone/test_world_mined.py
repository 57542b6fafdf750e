"""What a miner finds in the intruder's lines of a drawn company: nothing of their form."""

import pytest
from mining import told

from labutils.capstone import world
from labutils.capstone.incident import draw

COUNT = 15_000  # events of ordinary traffic
CLOUD_AGENT = ("cloudtrail", "userAgent")  # whoever calls a cloud by hand has their own program


@pytest.mark.parametrize("seed", ["7", "hunter-a", "b"])
def test_no_field_of_form_tells_the_intruder(seed: str) -> None:
    with world.written(draw(seed), count=COUNT, seed=seed) as truth:
        assert told(truth.folder) <= {CLOUD_AGENT}
        lines = [(name in truth.steps, event) for name, event in world.lines(truth.folder)]
        agents: dict[bool, set[str]] = {True: set(), False: set()}
        for own, event in lines:
            agents[own].add(str(event.get("userAgent", "")))
        assert agents[True] <= agents[False], "and colleagues have the same one"
