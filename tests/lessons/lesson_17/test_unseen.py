"""The folder of a capstone as the lesson's functions take it."""

from pathlib import Path

import pytest
from solutions import made

from labutils.capstone import world
from labutils.capstone.folder import fill
from labutils.capstone.incident import draw
from labutils.instruments.logs import LogView
from labutils.lessons.lesson_17.unseen import by_address, called_in, opened

SEED = "opened-1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("opened") / "incident"
    drawn = draw(SEED)
    with world.written(drawn, count=9_000, seed=SEED) as truth:
        fill(path, truth)
    return path


def test_it_has_every_line_in_order_and_each_account_by_one_name(folder: Path) -> None:
    lines, tickets, programs = opened(folder)
    logged = sum(1 for path in (folder / "logs").iterdir() for _ in path.open("rb"))
    assert len(lines) == logged
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    company = draw(SEED).company
    names = {name for some in programs.values() for name in some}
    planning = company.words["planning"]
    assert {f"svc-{planning}", f"{planning}-token", company.integration} <= names
    customers = {line.who for line in lines if line.log == "salesforce_event_log"}
    assert company.integration in customers
    assert company.words["assistant_user"].lower() not in customers
    assert tickets and {"by", "from", "to", "what"} <= set(tickets[0])


def test_what_was_written_in_the_lesson_finds_the_intruder_in_a_folder(folder: Path) -> None:
    lines, tickets, programs = opened(str(folder))
    tools = made("17-1") | made("17-2")
    left = [
        line
        for names in programs.values()
        for name in names
        for line in tools["elsewhere"](lines, name)
        if not tools["has_ticket"](line, tickets, names)
    ]
    assert {*by_address(left)} & draw(SEED).addresses


def test_a_line_of_the_lesson_is_the_line_of_the_same_id_in_the_instrument() -> None:
    incident = called_in()
    seen = LogView(incident.events)
    assert len(seen) == len(incident.lines)
    index = seen.index
    for line in incident.lines[::50]:
        row = index.row(line.id)
        assert (index.times[row], index.value(row, "ip")) == (line.time, line.address)
