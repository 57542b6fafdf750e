"""The intruder: decided by the policy, knows the answers alone, and goes another way."""

import pytest

from labutils.live.company import LiveCompany
from labutils.live.containment import Containment, LiveAct
from labutils.live.drawing import draw
from labutils.live.intruder import GET_BACK, MOVES, LiveIntruder, Nudge
from labutils.live.referee import foreseen, undisturbed


def test_it_is_the_same_in_one_go_and_minute_by_minute(company: LiveCompany) -> None:
    stepwise = LiveIntruder(company, Containment(company))
    for second in range(company.start, company.end + 1, 60):
        stepwise.run(second)
    whole = undisturbed(company)
    assert stepwise.made == whole.made and stepwise.tried == whole.tried
    assert [one.text for one in stepwise.lines] == [one.text for one in whole.lines]


def test_what_was_done_before_an_act_does_not_depend_on_it(company: LiveCompany) -> None:
    whole = undisturbed(company)
    moment = sorted(whole.made.values())[3]
    token = next(row.name for row in company.inventory if row.kind == "service-token")
    disturbed = foreseen(company, [LiveAct("revoke", token, moment)])
    before = [one for one in whole.tried if one.at < moment]
    assert [one for one in disturbed.tried if one.at < moment] == before


def test_a_door_that_shuts_is_noticed_and_another_way_is_looked_for() -> None:
    fewer = 0
    for seed in map(str, range(1, 9)):
        company = draw(seed, 240)
        whole = undisturbed(company)
        first = min(whole.made.values())
        tokens = [row.name for row in company.inventory if row.kind == "service-token"]
        acts = [LiveAct("revoke", name, first + 1800) for name in tokens]
        disturbed = foreseen(company, acts)
        refused = [one for one in disturbed.tried if "was replaced" in one.reason]
        if not refused:
            continue  # it came by the new one first
        shut = (refused[0].scope, refused[0].using, refused[0].address)
        later = [one for one in disturbed.tried if one.at > refused[0].at]
        assert any((one.scope, one.using, one.address) != shut for one in later)
        assert len(disturbed.made) <= len(whole.made) and disturbed.moves <= MOVES
        fewer += len(disturbed.made) < len(whole.made)
    assert fewer >= 5  # the others read the new one where a session was open


def test_what_was_replaced_is_read_again_where_a_door_is_open() -> None:
    """An administrator's session reads the new secret of an integration."""
    for seed in map(str, range(1, 60)):
        company = draw(seed, 240)
        if company.drawn is None or company.drawn.way.id != "recording":
            continue
        planning = company.drawn.company.words["planning"]
        whole = undisturbed(company)
        after = whole.made["tracker-entered"] + 60
        acts = [LiveAct("revoke", f"{planning}-token", after)]
        disturbed = foreseen(company, acts)
        ways = [one for one in disturbed.tried if one.step == GET_BACK and one.allowed]
        assert any(one.scope == "login:secrets" for one in ways)
        assert disturbed.holds[f"{planning}-token"] > after
        return
    raise AssertionError("no seed with a recording")


def test_an_intruder_who_lost_everything_opens_nothing(company: LiveCompany) -> None:
    accounts = sorted(company.accounts)
    acts = [LiveAct("disable", name, company.start) for name in accounts]
    newcomer = [LiveAct("disable", company.made[name][1], company.start) for name in company.made]
    disturbed = foreseen(company, [*acts, *newcomer])
    assert disturbed.open_doors(company.end) == []
    assert not disturbed.losses


def test_a_blocked_address_leaves_no_line(company: LiveCompany) -> None:
    first = undisturbed(company).tried[0]
    disturbed = foreseen(company, [LiveAct("block", first.address, company.start)])
    times = {line.at for line in disturbed.lines}
    blocked = [one for one in disturbed.tried if "is blocked" in one.reason]
    assert blocked and not times & {one.at for one in blocked}


def test_a_person_at_the_console_is_waited_for(company: LiveCompany) -> None:
    idle = LiveIntruder(company, Containment(company), by_person=True)
    idle.run(company.end)
    assert not idle.tried and not idle.made
    step = company.steps[company.chain[0]]
    idle = LiveIntruder(company, Containment(company), by_person=True)
    idle.begin(step, company.start + 60)
    idle.run(company.end)
    assert list(idle.made) == [step.id]


@pytest.fixture
def person(company: LiveCompany) -> LiveIntruder:
    """An intruder whom a person plays."""
    return LiveIntruder(company, Containment(company), by_person=True)


def test_what_a_person_prepared_is_begun_when_the_step_before_is_done(
    company: LiveCompany, person: LiveIntruder
) -> None:
    first, second = company.chain[:2]
    for name in (first, second):
        assert person.nudge(Nudge("prepare", company.start + 60, name))
    assert {one.step for one in person.queue} == {first} and person.prepared == [second]
    assert not person.nudge(Nudge("prepare", company.start + 60, first))
    person.run(company.end)
    assert list(person.made) == [first, second]
    assert person.made[first] <= next(one.at for one in person.tried if one.step == second)


def test_a_person_may_think_again(company: LiveCompany, person: LiveIntruder) -> None:
    first, second = company.chain[:2]
    for name in (first, second):
        person.nudge(Nudge("prepare", company.start + 60, name))
    assert person.nudge(Nudge("take-back", company.start + 60, second))
    assert not person.nudge(Nudge("take-back", company.start + 60, second))
    assert person.nudge(Nudge("stop", company.start + 60))
    assert not person.nudge(Nudge("stop", company.start + 60))
    person.run(company.end)
    assert not person.made


def test_who_lies_low_does_nothing_until_then(company: LiveCompany, person: LiveIntruder) -> None:
    until = company.start + 1800
    person.nudge(Nudge("lie-low", company.start + 60, until=until))
    person.nudge(Nudge("prepare", company.start + 120, company.chain[0]))
    person.run(until - 1)
    assert not person.tried
    person.run(company.end)
    assert person.tried[0].at >= until and company.chain[0] in person.made


def test_who_is_shut_out_comes_back_with_other_credentials(company: LiveCompany) -> None:
    starts = [company.case.estate.credentials[name] for name in company.starts_with]
    acts = [LiveAct("disable", company.account_of(one), company.start) for one in starts]
    person = LiveIntruder(company, Containment(company, acts), by_person=True)
    assert not person.nudge(Nudge("return", company.start))
    while not person.is_shut_out():
        name = next(one.id for one in company.steps.values() if person.is_possible(one))
        person.nudge(Nudge("begin", person.next_visit, name))
        person.run(person.next_visit + 900)
    before, at = set(person.first_held), person.next_visit
    assert person.nudge(Nudge("return", at))
    assert not person.nudge(Nudge("return", at))
    assert person.returns_at is not None and person.returns_at > at
    person.run(person.returns_at)
    (way,) = (one for one in company.ways if one.id in person.came_back)
    assert not before & set(way.starts)
    assert not person.is_shut_out()


def test_what_a_step_would_open_is_asked_without_taking_it(
    company: LiveCompany, person: LiveIntruder
) -> None:
    before = dict(person.holds), dict(person.made)
    assert company.chain[1] in person.possible_once([company.chain[0]])
    assert (person.holds, person.made) == before


def test_the_addresses_of_a_person_come_to_an_end(
    company: LiveCompany, person: LiveIntruder
) -> None:
    moves = [person.nudge(Nudge("move", company.start)) for _ in range(person.most_moves + 1)]
    assert moves == [True] * person.most_moves + [False]
