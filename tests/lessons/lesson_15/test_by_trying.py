"""Proofs, visits and lineages, in the versions that the notebook gives."""

from dataclasses import dataclass

import httpx
from tables import table

from labutils.lessons.lesson_15.by_trying import made_inside, proof


@dataclass(frozen=True)
class Row:
    id: str
    issued: int
    made_by: str


@table(
    ("status", "state"),
    [
        (200, "open"),
        (204, "open"),
        (401, "refused"),
        (403, "refused"),
        (302, "unknown"),
        (404, "unknown"),
        (503, "unknown"),
    ],
)
def test_a_try_is_open_refused_or_unknown_by_its_status(status, state):
    states = proof([("key", "door")], lambda *_: httpx.Response(status))
    assert [name for name, pairs in states.items() if pairs == [("key", "door")]] == [state]
    assert sum(map(len, states.values())) == 1


def test_a_lineage_goes_on_over_generations_in_whatever_order_the_rows_stand():
    rows = [
        Row("grandchild", 7, "child"),
        Row("child", 7, "stolen"),
        Row("early", 6, "stolen"),
        Row("other", 7, "onboarding"),
    ]
    assert made_inside(rows, ["stolen"], 7) == {"child", "grandchild"}
    assert made_inside(rows, [], 7) == set()
