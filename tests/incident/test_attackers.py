"""The same incident with another attacker: the changed case is played, its logs are looked at."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from tables import table

from labutils.hunt.sources import time_of
from labutils.incident import attackers, breach, cases
from labutils.incident.background.sheet import Network
from labutils.incident.cases import COURSE
from labutils.incident.policy import DAY, World
from labutils.lab import seconds
from labutils.sheets import build

HISTORICAL = World.historical()
NIGHT_FERRY = "tests/cases/night-ferry"


@pytest.fixture(scope="module")
def original():
    return breach.play(HISTORICAL)


@pytest.fixture(scope="module", params=["one", "two"])
def renamed(request):
    case = attackers.with_other_names(COURSE, request.param)
    return breach.play(HISTORICAL, case=case)


def outcomes(replay):
    return {step.fact: step.outcome for step in replay.steps}


def logged(replay):
    """All that stands in the logs, as one text."""
    return json.dumps(replay.audit)


def addresses(text):
    return set(re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", text))


# --- other names --------------------------------------------------------------------------------


def test_under_other_names_every_step_ends_as_before(original, renamed):
    assert outcomes(renamed) == outcomes(original)


def test_under_other_names_the_same_lines_belong_to_the_same_facts(original, renamed):
    assert renamed.truth == original.truth


def test_the_attacker_has_another_address_and_the_company_keeps_its_own(original, renamed):
    before, after = addresses(logged(original)), addresses(logged(renamed))
    assert "203.0.113.66" in before and "203.0.113.66" not in after
    assert before - {"203.0.113.66"} <= after


def test_the_new_address_is_one_of_a_network_that_people_of_the_background_visit(renamed):
    case, (address,) = renamed.case, {renamed.case.addresses[z].ip for z in ("internet", "edge")}
    visited = {*case.background["proxies"], *case.background["away"]}
    networks = [row for row in case.background["networks"] if row["id"] in visited]
    there = [row for row in networks if row["asn"] == case.networks["internet"]]
    assert len(there) == 1
    assert build(Network, there[0]).has(address)
    assert case.cities["internet"] == build(Network, there[0]).cities
    assert case.countries["internet"] == case.countries["edge"] == there[0]["country"]


def test_the_lists_that_a_company_fills_in_name_the_new_token_and_its_own_addresses(renamed):
    before, after = cases.load().placeholders, renamed.case.placeholders
    assert before["exposed_service_tokens"] == ("moveworks-token",)
    assert set(after["exposed_service_tokens"]) <= set(renamed.case.estate.credentials)
    assert after["integration_addresses"] == before["integration_addresses"]


@table(
    "word",
    [
        "moveworks",
        "smartsheet",
        "svc-bitbucket",
        "svc-support",
        "fielding",
        "Fielding",
        "X11; Linux x86_64; rv:109.0",
    ],
)
def test_no_name_of_an_account_a_token_or_an_agent_comes_again(original, renamed, word):
    assert word in logged(original)
    assert word not in logged(renamed)


def test_uuids_of_holders_follow_their_names(original, renamed):
    def uids(replay):
        return {event["UserUID"] for event in replay.audit["cloudflare_access"]}

    assert len(uids(original)) == len(uids(renamed)) == 1
    assert not uids(original) & uids(renamed)


@table("word", ["jira-administrators", "tracker.example", "company.example"])
def test_groups_services_and_domains_stay(renamed, word):
    assert word in logged(renamed)


def test_the_same_seed_gives_the_same_names_and_another_gives_others():
    texts = [
        logged(breach.play(HISTORICAL, case=attackers.with_other_names(COURSE, seed)))
        for seed in ("a", "a", "b")
    ]
    assert texts[0] == texts[1] != texts[2]


def test_another_case_can_be_renamed_too():
    case = attackers.with_other_names(NIGHT_FERRY, "seed")
    before = breach.play(World.historical(NIGHT_FERRY), case=NIGHT_FERRY)
    after = breach.play(World.historical(case), case=case)
    assert outcomes(after) == outcomes(before) and logged(after) != logged(before)


def test_two_service_tokens_of_one_holder_get_a_name_each(tmp_path):
    shutil.copytree(NIGHT_FERRY, tmp_path / "ferry")
    estate = tmp_path / "ferry" / "estate.yaml"
    text = estate.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "id: copies" in line)
    second = (
        "- {id: spare-token, kind: service-token, holder: timetable, scopes: ['barrier:plans']}"
    )
    estate.write_text(text.replace(row, f"{row}\n{second}"), encoding="utf-8")
    after = attackers.with_other_names(tmp_path / "ferry", "seed").estate.credentials
    tokens = [name for name, one in after.items() if one.kind == "service-token"]
    assert len(tokens) == 2 and not {"boarding-token", "spare-token"} & set(tokens)


# --- other order and pace -----------------------------------------------------------------------


@pytest.fixture(scope="module", params=["one", "two", "three"])
def shuffled(request):
    return attackers.with_other_order(cases.load(), request.param)


def test_in_another_order_every_step_ends_as_before(original, shuffled):
    replay = breach.play(HISTORICAL, case=shuffled)
    assert outcomes(replay) == outcomes(original)
    assert list(outcomes(replay)) != list(outcomes(original))


def test_each_step_takes_the_time_of_another_one(original, shuffled):
    replay = breach.play(HISTORICAL, case=shuffled)
    assert [step.time for step in replay.steps] == [step.time for step in original.steps]


def test_what_came_before_the_longest_pause_stays_where_it_was(original, shuffled):
    replay = breach.play(HISTORICAL, case=shuffled)
    for before, after in zip(original.steps[:6], replay.steps[:6], strict=True):
        assert before.time < "2023-11-01" and after.fact == before.fact


def test_at_half_the_pace_all_times_since_the_pause_are_doubled(original):
    replay = breach.play(HISTORICAL, case=attackers.with_half_the_pace(cases.load()))
    assert outcomes(replay) == outcomes(original)
    start = seconds("2023-11-14T09:22:49Z")
    for before, after in zip(original.steps, replay.steps, strict=True):
        since = seconds(before.time) - start
        expected = 2 * since if since > 0 else since
        assert seconds(after.time) - start == expected


def test_at_half_the_pace_a_burst_takes_twice_as_long(original):
    def lasts(replay):
        moments = [line["timestamp"]["epochSecond"] for line in replay.audit["confluence"][1:]]
        return moments[-1] - moments[0]

    slower = breach.play(HISTORICAL, case=attackers.with_half_the_pace(cases.load()))
    assert lasts(slower) == pytest.approx(2 * lasts(original), rel=0.05)


@pytest.mark.parametrize("seed", ["one", "two", "three", "four", "five"])
def test_on_other_days_every_step_ends_as_before_at_the_same_time_of_the_day(original, seed):
    replay = breach.play(HISTORICAL, case=attackers.with_other_days(cases.load(), seed))
    assert outcomes(replay) == outcomes(original)
    earlier = [
        seconds(before.time) - seconds(after.time)
        for before, after in zip(original.steps, replay.steps, strict=True)
    ]
    assert len(set(earlier[:6])) == 1 == len(set(earlier[6:]))
    assert {days % DAY for days in earlier} == {0}
    assert {days // DAY for days in earlier} <= {1, 2, 3, 4, 5}


def test_on_other_days_each_log_has_as_many_lines_and_no_date_of_before(original):
    replay = breach.play(HISTORICAL, case=attackers.with_other_days(cases.load(), "one"))
    assert {name: len(lines) for name, lines in replay.audit.items()} == {
        name: len(lines) for name, lines in original.audit.items()
    }
    for source in ("support", "cloudtrail", "cloudflare_audit"):
        days = [
            {int(time_of(line, source)) // DAY for line in one.audit[source]}
            for one in (original, replay)
        ]
        assert days[0] and not days[0] & days[1]


# --- other routes -------------------------------------------------------------------------------


def test_without_the_token_the_attacker_comes_with_a_session_of_the_identity_provider(original):
    case = attackers.with_other_routes(cases.load())
    replay = breach.play(replace(HISTORICAL, hard_keys=False), case=case)
    assert original.audit["cloudflare_access_nonidentity"]
    assert not replay.audit["cloudflare_access_nonidentity"]
    assert any(event["Allowed"] for event in replay.audit["cloudflare_access"])
    lost = set(outcomes(original)) - set(outcomes(replay))
    assert lost == {"nov14-probing"}  # it has no other way
    assert outcomes(replay)["nov22-repos-archived"] == "succeeded"
