"""A log with a gap."""

from pathlib import Path

import pytest

from labutils.capstone import gaps, world
from labutils.capstone.gaps import Gap
from labutils.capstone.incident import draw
from labutils.hunt.sources import time_of


def test_most_companies_have_one_and_it_takes_no_whole_step() -> None:
    several = [draw(str(number)) for number in range(1, 31)]
    assert sum(one.gap is not None for one in several) >= 28
    assert len({one.gap.source for one in several if one.gap}) > 4


@pytest.mark.usefixtures("small")
def test_nothing_is_left_of_it_and_the_truth_is_numbered_anew() -> None:
    drawn = draw("7")
    assert drawn.gap
    with world.of_seed("7") as truth:
        for name, event in world.lines(truth.folder):
            source = name.rpartition(":")[0]
            if source == drawn.gap.source:
                time = time_of(event, source) or 0.0
                assert not drawn.gap.start <= time < drawn.gap.end
        assert set(truth.steps) <= {name for name, _ in world.lines(truth.folder)}


def test_the_lines_behind_it_move_up(tmp_path: Path) -> None:
    row = '{"datetime": "2024-01-01T0%d:00:00Z", "serviceTokenId": "x"}'
    source = "cloudflare_access_nonidentity"
    (tmp_path / f"{source}.jsonl").write_text(
        "".join(row % n + "\n" for n in range(5)), encoding="utf-8"
    )
    for index in gaps.INDEXES:
        (tmp_path / f"{index}.json").write_text(
            f'{{"{source}:2": "a", "{source}:5": "b", "okta:3": "c"}}', encoding="utf-8"
        )
    first = 1_704_067_200
    gaps.cut(tmp_path, Gap(source, first + 3600, first + 3 * 3600, "x"))
    assert len((tmp_path / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    text = (tmp_path / "truth.json").read_text(encoding="utf-8")
    assert f'"{source}:3": "b"' in text and '"okta:3": "c"' in text and '"a"' not in text
