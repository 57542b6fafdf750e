"""Tickets as companies keep them."""

from labutils.capstone.company import HOUR
from labutils.capstone.grading import Bench
from labutils.capstone.lines import LoggedLine
from labutils.capstone.tickets import Move, Ticket, pairs
from labutils.lab import iso


def test_some_moves_have_no_ticket_and_most_have_one(bench: Bench, quiet: Bench) -> None:
    moves = [one for some in (bench, quiet) for one in some.truth.moves]
    untold = [one for some in (bench, quiet) for one in some.truth.untold]
    assert 0.04 < len(untold) / len(moves) < 0.25


def test_some_tickets_of_programs_tell_of_what_never_happened(bench: Bench) -> None:
    truth = bench.truth
    programs = {name for move in truth.moves for name in move.by if "." not in name}
    put_off = [
        row
        for row in truth.tickets
        if row["by"] in programs and not any(one.is_told_by(row) for one in truth.moves)
    ]
    assert 2 <= len(put_off) <= 9


def test_a_host_is_the_right_one_where_it_is_named_and_the_system_often_is_not(
    bench: Bench,
) -> None:
    systems: dict[str, set[str]] = {}
    named = 0
    for row in bench.truth.tickets:
        systems.setdefault(row["what"], set()).add(row["system"])
        hosts = [one.hosts for one in bench.truth.moves if one.is_told_by(row)]
        if row["host"] and hosts:
            named += 1
            assert any(row["host"] in some for some in hosts)
    assert named > 8
    assert sum(len(some) > 1 for some in systems.values()) > 4


def test_they_are_numbered_in_the_order_of_time_without_a_hole(bench: Bench) -> None:
    rows = bench.truth.tickets
    assert [row["id"] for row in rows] == [f"CHG-{4000 + 3 * n}" for n in range(len(rows))]
    assert [row["from"] for row in rows] == sorted(row["from"] for row in rows)


def test_two_moves_of_a_kind_on_one_morning_have_a_ticket_each_or_their_owner_says_so() -> None:
    """A ticket that names a host names that of its own move."""

    def move(second: int, host: str) -> Move:
        line = LoggedLine("jira:1", "jira", second, "svc-plan", host, "Issue viewed", {})
        return Move("moves", "it moves", (line,), frozenset({"svc-plan"}))

    def ticket(begin: int) -> Ticket:
        times = {"from": iso(begin * HOUR), "to": iso((begin + 2) * HOUR)}
        return {**times, "by": "svc-plan", "what": "it moves"}

    first, second = move(12 * HOUR, "203.0.113.9"), move(12 * HOUR + 600, "203.0.113.10")
    early, late = ticket(11), ticket(12)
    assert pairs([late, early], [first, second]) == [(early, first), (late, second)]
    assert pairs([late], [first, second]) == [(late, first)]
    assert pairs([ticket(20)], [first, second]) == [(ticket(20), None)]
