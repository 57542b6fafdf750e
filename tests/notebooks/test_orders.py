"""What the course says came before what is held by the times in the ledger, by lesson 08's own
rule; and the guard that sees to it can fail."""

from itertools import permutations

import nbformat
import order_guard as guard
import pytest
from answers import answer_of
from fact_guard import PAGES
from rails import demand_none
from tables import table

from labutils.classroom.course import lesson
from labutils.incident.ledger import facts


def texts(path):
    if path.suffix != ".ipynb":
        return [path.read_text(encoding="utf-8")]
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def test_a_lesson_orders_what_the_ledger_orders(path):
    demand_none(f"{path.name}, {one}" for text in texts(path) for one in guard.problems(text))


@table("path", PAGES, ids=lambda path: path.name)
def test_a_page_orders_what_the_ledger_orders(path):
    demand_none(f"{path.name}, {one}" for text in texts(path) for one in guard.problems(text))


# --- and this can fail --------------------------------------------------------------------------

UNKNOWN = "Packed before that. <!-- fact: nov22-repos-archived, nov23-admin-group -->"
ALERT_LAST = "<!-- order: nov16-account-created < nov23-alert -->"


def test_an_order_that_the_ledger_does_not_give_is_noticed():
    (problem,) = guard.problems(UNKNOWN)
    assert problem.startswith("'before': the order of nov22-repos-archived and nov23-admin-group")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (
            "nov22-repos-archived < nov23-admin-group",
            "the ledger does not say that nov22-repos-archived came before nov23-admin-group",
        ),
        ("nov23-admin-group < nov16-account-created", "the ledger does not say that nov23-admin"),
        ("nov23-alert", "order: 'nov23-alert' is not `fact < fact`"),
        ("nowhere < nov23-alert", "order: 'nowhere < nov23-alert' is not `fact < fact`"),
    ],
)
def test_an_order_that_is_claimed_is_one_that_the_ledger_gives(order, problem):
    (found,) = guard.problems(f"{UNKNOWN} <!-- order: {order} -->")
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        f"The account was made before the alert. {ALERT_LAST} <!-- fact: nov23-alert -->",
        "First one, then the other. <!-- fact: nov16-account-created, nov23-alert -->",
        "They were packed, and it rang. <!-- fact: nov22-repos-archived, nov23-alert -->",
        f"{UNKNOWN} <!-- order: none -->",
        "Before that, nothing.",
    ],
)
def test_a_known_order_or_none_is_no_fault(text):
    assert guard.problems(text) == []


def test_the_rule_is_the_model_solution_of_lesson_08():
    """08-3, asked about each pair of facts that have a time."""
    order = answer_of(lesson("08").items["08-3"], lesson("08").items["08-3"].solution)
    dated = [one for one in facts() if guard.span(one)]
    assert len(dated) > 20
    for one, other in permutations(dated, 2):
        before = order(guard.span(one), guard.span(other)) == "before"
        assert before == guard.comes_before(one, other)
