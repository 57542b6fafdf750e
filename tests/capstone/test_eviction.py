"""An eviction is played: what is left open is used, and what is shut one by one is answered."""

from collections.abc import Iterator

import pytest
from tables import table

from labutils.capstone.eviction import evict
from labutils.capstone.folder import now
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.report import EvictionAct

HOUR = 3600


def all_acts(drawn: Drawn, at: int) -> list[EvictionAct]:
    """Everything that has to be done, at one moment."""
    held = [name for name in drawn.credentials if not name.startswith("session of")]
    return [
        *(EvictionAct("replace", name, at) for name in held),
        *(EvictionAct("remove", name, at) for name in drawn.footholds),
        EvictionAct("end-sessions", drawn.words["victim"], at),
    ]


def some_seeds(*, step: str) -> Iterator[Drawn]:
    """Incidents with this step."""
    return (one for one in map(draw, map(str, range(1, 60))) if step in [k.id for k in one.chain])


@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5", "6", "7"])
def test_all_at_once_puts_the_intruder_out(seed: str) -> None:
    drawn = draw(seed)
    at = now(drawn.company)
    result = evict(drawn, all_acts(drawn, at + 60), at)
    assert result.out and result.hours == 0 and result.doors > 0


@table("seed", ["1", "2", "3", "4", "5", "6", "7"])
def test_nothing_done_leaves_every_door_open(seed: str) -> None:
    drawn = draw(seed)
    result = evict(drawn, [], now(drawn.company))
    assert not result.out and len(result.left) == result.doors


@table("seed", ["1", "2", "3", "4", "5", "6", "7"])
def test_whatever_foothold_is_left_is_the_way_back(seed: str) -> None:
    drawn = draw(seed)
    at = now(drawn.company)
    for name in drawn.footholds:
        acts = [act for act in all_acts(drawn, at + 60) if act.what != name]
        result = evict(drawn, acts, at)
        assert not result.out and name in " ".join(result.left), name


@table("seed", ["1", "2", "3", "4", "5", "6", "7"])
def test_what_the_intruder_made_still_works_with_another_secret(seed: str) -> None:
    drawn = draw(seed)
    at = now(drawn.company)
    for name in drawn.footholds:
        acts = [act for act in all_acts(drawn, at + 60) if act.what != name]
        result = evict(drawn, [*acts, EvictionAct("replace", name, at + 60)], at)
        assert not result.out and name in " ".join(result.left), name


def test_whoever_shuts_one_thing_an_hour_is_answered() -> None:
    """The intruder finds the first one shut, and makes what no report names."""
    drawn = next(some_seeds(step="account-made"))
    at = now(drawn.company)
    planning = drawn.company.words["planning"]
    late = (f"svc-{planning}", f"{planning}-token")
    acts = sorted(all_acts(drawn, at), key=lambda act: act.what in late)
    ordered = [
        EvictionAct(act.act, act.what, at + 60 + 2 * HOUR * place) for place, act in enumerate(acts)
    ]
    result = evict(drawn, ordered, at)
    assert not result.out
    assert any("that nobody knows of" in line for line in result.story)


def test_secrets_replaced_before_the_factor_is_removed_are_read_again() -> None:
    drawn = next(some_seeds(step="factor-added"))
    at = now(drawn.company)
    factor = next(name for name in drawn.footholds if name.startswith("factor of"))
    later = [
        EvictionAct(act.act, act.what, at + 5 * HOUR if act.what == factor else at + 60)
        for act in all_acts(drawn, at)
    ]
    result = evict(drawn, later, at)
    assert not result.out
    assert any("read the new" in line for line in result.story)


def test_an_act_before_the_intruder_had_it_shuts_nothing() -> None:
    """Only what is shut after the last time that it was read counts."""
    drawn = draw("7")
    at = now(drawn.company)
    early = [EvictionAct(act.act, act.what, at - 60 * 86400) for act in all_acts(drawn, at)]
    assert not evict(drawn, early, at).out


def test_somebody_elses_work_is_counted_in_hours() -> None:
    drawn = draw("7")
    at = now(drawn.company)
    more = [EvictionAct("revoke", "deploy-token", at), EvictionAct("disable", "somebody.else", at)]
    result = evict(drawn, [*all_acts(drawn, at), *more], at)
    assert result.outages == {"revoke deploy-token": 8.0, "disable somebody.else": 4.0}


@table("seed", ["1", "2", "3", "4", "5", "6", "7"])
def test_doors_are_counted_before_the_acts_of_the_same_second(seed: str) -> None:
    """At the brief's own second as a minute later: what opened before counts."""
    drawn = draw(seed)
    at = now(drawn.company)
    kept = [act for act in all_acts(drawn, at) if act.what not in drawn.footholds]
    later = [EvictionAct(act.act, act.what, act.at + 60) for act in kept]
    doors = evict(drawn, kept, at).doors
    assert doors == evict(drawn, later, at).doors == evict(drawn, [], at).doors


def test_to_block_what_staff_use_as_well_costs_them_two_hours() -> None:
    """An intruder's own line is shut at no cost; a VPN has other tenants."""
    drawn = draw("9")
    at = now(drawn.company)
    shared, own = "203.0.113.133", "198.18.20.92"
    assert {shared, own} <= drawn.addresses
    acts = [EvictionAct("block", address, at) for address in (shared, own)]
    assert evict(drawn, acts, at).outages == {f"block {shared}": 2.0}
