"""Pictures of any incident: every step and every service is on them."""

import pytest
from places import TESTS

from labutils.incident import cases
from labutils.incident.breach import play, with_controls
from labutils.incident.policy import World
from labutils.lab import data_file
from labutils.pictures.canvas import LINE, marks
from labutils.pictures.of_a_case import map_of_services, steps_in_time, tactic_by_step

FOLDERS = [*sorted(data_file("cases").iterdir()), *sorted((TESTS / "cases").iterdir())]
CASES = [cases.load(folder) for folder in FOLDERS]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def steps_of(case, *controls):
    return play(with_controls(controls, World.historical(case)), case=case).steps


@every_case
@pytest.mark.parametrize("picture", [steps_in_time, tactic_by_step])
def test_each_step_has_a_mark_that_says_how_it_ended(case, picture):
    steps = steps_of(case)
    figure, sentence = picture(steps, case=case)
    kinds = [line.split()[0] for line in marks(figure)]
    assert kinds.count("mark") == len(steps), marks(figure)[:5]
    ends = [step.outcome for step in steps]
    assert all(f"{ends.count(end)} {end}" in sentence for end in set(ends))


@every_case
def test_each_service_is_on_the_map(case):
    figure, sentence = map_of_services(steps_of(case), case=case)
    said = "\n".join(marks(figure))
    assert all(f"'{service}'" in said for service in case.estate.services)
    assert sentence.startswith(f"{len(case.estate.services)} services: ")


def test_what_was_not_reached_is_on_the_map_as_well():
    case = cases.load("drift-2025")
    _, sentence = map_of_services(steps_of(case, "supplier_tokens_sealed"), case=case)
    assert sentence == "6 services: 2 succeeded, 4 not reached."


def test_a_long_pause_is_cut_out_of_the_axis():
    figure, _ = steps_in_time(steps_of(cases.load("drift-2025")), case="drift-2025")
    said = "\n".join(marks(figure))
    assert "24 Mar 2025 to 2 Apr 2025" in said and "7 Aug 2025 to 17 Aug 2025" in said


@every_case
def test_a_row_of_steps_has_room_for_its_line_and_not_for_two(case):
    steps = steps_of(case)
    figure, _ = steps_in_time(steps, case=case)
    below, above = figure.axes[0].get_ylim()
    assert LINE <= 72 * figure.get_figheight() / (below - above) < 2 * LINE
