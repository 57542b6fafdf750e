"""The hunter that looks."""

from labutils.capstone.folder import now
from labutils.capstone.grading import Bench
from labutils.capstone.hidden import try_texts
from labutils.capstone.reference import grades, work_of


def test_where_nobody_was_in_it_believes_no_forgotten_move(quiet: Bench) -> None:
    """It asks, and says that nothing happened."""
    work = work_of(quiet, ["thorough"])["thorough"]
    assert work.report.verdict == "nothing" and not work.report.eviction
    assert {one.what for one in work.report.claims} == {"harmless"}
    found = grades(quiet, ["thorough"])["thorough"]
    assert found.parts["claims"].points > 10


def test_its_rules_come_out_of_the_folder_and_beat_the_table(bench: Bench) -> None:
    """They are Sigma rules without a fault, and earn most points of their part."""
    rules = work_of(bench, ["thorough"])["thorough"].rules
    tried = try_texts(bench.worlds, rules)
    assert not tried.refused
    assert tried.mean > bench.floor


def test_its_acts_come_after_its_questions(bench: Bench) -> None:
    work = work_of(bench, ["thorough"])["thorough"]
    begin = now(bench.drawn.company) + 60 * work.minutes
    assert work.minutes and all(act.at == begin for act in work.report.eviction)


def test_whoever_asks_nobody_earns_less(bench: Bench) -> None:
    totals = {name: one.total for name, one in grades(bench, ["thorough", "hasty"]).items()}
    assert totals["hasty"] < totals["thorough"] / 2
