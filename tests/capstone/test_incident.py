"""An incident that is drawn: from every seed one, and what is true of it is what happened."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from labutils.capstone import folder, world
from labutils.capstone.company import IN_A_ROW, kind_of
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.report import words
from labutils.incident import cases
from labutils.incident.background import sheet as background
from labutils.incident.breach import foresee
from labutils.incident.policy import World
from labutils.lab import seconds

SEEDS = [str(number) for number in range(1, 41)]


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    """Those of forty consecutive seeds in which somebody was in."""
    return [one for one in map(draw, SEEDS) if not one.nothing]


def test_every_seed_gives_an_incident_and_few_draws_are_rejected() -> None:
    rejected = [reason for seed in SEEDS for reason in draw(seed).rejected]
    assert len(rejected) <= (len(SEEDS) + len(rejected)) // 4
    assert all(": " in reason for reason in rejected)


def test_in_one_month_of_five_nobody_is_in_and_the_brief_reads_the_same() -> None:
    """It tells of a step of a chain that was drawn in the same way, with the same people in it."""
    several = [draw(seed) for seed in SEEDS]
    quiet = [one for one in several if one.nothing]
    assert 4 <= len(quiet) <= 14
    for one in several:
        told = [kind.symptom for kind in one.imagined if kind.part != "way"]
        assert folder.symptom(one) in told
        assert one.imagined and (one.nothing or one.imagined == one.chain)
    for one in quiet:
        as_if = replace(one, chain=one.imagined)
        assert folder.text_of("brief.md", one) == folder.text_of("brief.md", as_if)
        assert folder.text_of("estate.md", one) == folder.text_of("estate.md", as_if)
        assert folder.inventory(one) == folder.inventory(as_if)
        assert not (one.chain or one.claims or one.credentials or one.footholds or one.losses)
        assert not (one.held or one.not_knowable or one.addresses)


def test_pace_start_and_hours_are_drawn(drawn: list[Drawn]) -> None:
    spans, hours, days = [], set[int](), set[int]()
    for one in drawn:
        times = [seconds(plan.assumed_time or "") for plan in one.case.campaign.steps]
        assert times == sorted(times)
        assert one.company.first < times[0] and times[-1] < one.company.last
        spans.append((times[-1] - times[0]) / 3600)
        hours.add(times[0] // 3600 % 24)
        days.add((times[0] - one.company.first) // 86400)
    assert min(spans) < 12 and max(spans) > 7 * 24
    assert len(hours) > 8 and len(days) > 8


def test_each_has_a_way_a_movement_a_foothold_a_loss_and_an_act_without_a_line(
    drawn: list[Drawn],
) -> None:
    for one in drawn:
        parts = [kind.part for kind in one.chain]
        assert {"way", "movement", "foothold", "loss", "silent"} <= set(parts)
        assert len(one.losses) == 1 and one.footholds


def test_every_step_ends_as_it_should_and_as_was_foreseen(drawn: list[Drawn]) -> None:
    for one in drawn[:12]:
        world_now = World.historical(one.case)
        played = {step.fact: step.outcome for step in one.replay.steps}
        assert played == {step.fact: step.outcome for step in foresee(world_now, case=one.case)}
        for kind in one.chain:
            assert played[kind.id] == ("unknown" if kind.part == "silent" else "succeeded")


def test_all_five_ways_in_and_all_five_losses_come(drawn: list[Drawn]) -> None:
    assert len({one.way.id for one in drawn}) == 5
    assert {loss for one in drawn for loss in one.losses} == set(words()["losses"])


def test_the_real_cases_are_not_repeated(drawn: list[Drawn]) -> None:
    """No chain has the steps of one of them, and no name of theirs is used."""
    real = [cases.load("cloudflare-2023"), cases.load("drift-2025")]
    names = {account.name for case in real for account in case.estate.identities.values()}
    names |= {name for case in real for name in case.estate.credentials}
    for one in drawn:
        used = {row.account or row.name for row in one.case.estate.identities.values()}
        assert not (used | set(one.credentials)) & (names - {"unknown"})


def test_every_word_of_the_truth_is_a_word_of_the_report(drawn: list[Drawn]) -> None:
    for one in drawn:
        assert {claim.what for claim in one.claims} <= set(words()["claims"])
        assert set(one.not_knowable) <= set(words()["not_knowable"])
        assert set(one.credentials) <= folder.listed(one)


def test_no_two_companies_have_one_network_and_no_two_intruders_the_same_counts() -> None:
    several = [draw(str(number)) for number in range(1, 31)]
    assert len({one.company.words["own_net"] for one in several}) > 20
    for name, ((least, most), _) in IN_A_ROW.items():
        counts = [int(one.words[f"n_{name}"]) for one in several]
        assert all(least <= count <= most for count in counts) and len({*counts}) >= 2
        assert most < 20 or len({*counts}) > 12


def test_what_is_harmless_is_never_done_twice_as_often_in_a_row() -> None:
    """And overlaps with what an intruder does."""
    twins = background.load(draw("3").case).twins.values()
    counts: dict[str, list[int]] = {}
    for twin in twins:
        for part in twin.acts:
            if part.repeat > 1:
                counts.setdefault(kind_of(twin.id), []).append(part.repeat)
    many = [some for some in counts.values() if len(some) > 1 and min(some) > 12]
    assert many and all(len({*some}) > 1 for some in many)
    every = [count for some in counts.values() for count in some]
    longest = max(int(draw(str(seed)).words["n_all_pages"]) for seed in range(1, 31))
    assert max(every) > 102 and longest <= 210


def test_other_intruders_of_a_seed_are_other_ones_in_the_same_company() -> None:
    first, other = draw("3"), draw("3", "hidden-1")
    assert first.company is other.company
    assert first.exits != other.exits
    assert not other.nothing
    assert not any(draw(seed, "hidden-1").nothing for seed in ("11", "12"))


@pytest.mark.usefixtures("small")
def test_every_claim_has_its_lines() -> None:
    for seed in ("3", "5", "12"):
        with world.of_seed(seed) as truth:
            assert set(truth.claims) == set(truth.drawn.claims)
            silent = {kind.id for kind in truth.drawn.chain if kind.part == "silent"}
            gateway = {"space-exported"}  # whose way leads through the gateway, which writes
            assert not (silent - gateway) & set(truth.steps.values())


@pytest.mark.usefixtures("small")
def test_a_folder_holds_what_the_brief_says_and_never_the_truth(tmp_path: Path) -> None:
    out = tmp_path / "incident"
    counts = folder.new(out, "5")
    drawn = draw("5")
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"brief.md", "estate.md", "questions.md", "report.yaml"} <= names
    assert {f"logs/{source}.jsonl" for source in counts} <= names
    assert not [name for name in names if "truth" in name or "twin" in name or "label" in name]
    texts = "".join(
        (out / name).read_text(encoding="utf-8")
        for name in names
        if name.endswith((".md", ".yaml"))
    )
    assert "$" not in texts.replace("$schema", "")
    own, office = (f"{drawn.company.words[net]}." for net in ("own_net", "office_net"))
    assert drawn.gap is None or str(drawn.gap) in texts
    assert own in texts and office in texts and "192.0.2" not in texts
    assert not any(address in texts for address in drawn.addresses)
    for line in (out / "logs" / "okta.jsonl").read_text(encoding="utf-8").splitlines()[:50]:
        json.loads(line)


@pytest.mark.usefixtures("small")
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder.new(tmp_path / name, "9")
    for path in sorted((tmp_path / "one").rglob("*")):
        if path.is_file():
            twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
            assert path.read_bytes() == twin.read_bytes()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        folder.new(tmp_path, "1")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
