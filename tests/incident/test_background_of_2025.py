"""The month around the incident of 2025: what looks like a step of the attack and is none."""

from collections import Counter, defaultdict

import pytest
from event_values import index, keys, read
from tables import table

from labutils.incident import background, cases
from labutils.incident.background import sheet as sheets

CASE = cases.load("drift-2025")
TWINS = sheets.load(CASE).twins.values()
STEPS = sorted({one.step for one in TWINS})
SECOND_ADDRESS, FIRST_ADDRESS = "cf-0817-new-address", "cf-0812-first-login"


@pytest.fixture(scope="module")
def month():
    """The month of lesson 16, on the days of the reports."""
    return background.logs(CASE, count=6_000, seed="lesson-16")


@pytest.fixture(scope="module")
def events(month):
    return {
        f"{source}:{number}": event
        for source in CASE.sources
        for number, event in enumerate(read(month, source), 1)
    }


def test_each_step_that_left_events_has_three_twins(month):
    """A second address looks like a first one, and has its twins."""
    assert set(index(month, "truth").values()) == set(STEPS)
    found = Counter(one.step for one in TWINS)
    assert {step for step in STEPS if found[step] < 3} == {SECOND_ADDRESS}
    assert found[SECOND_ADDRESS] + found[FIRST_ADDRESS] >= 4
    written = {one["twin"] for one in index(month, "twins").values()}
    assert written == {one.id for one in TWINS}


@table("step", STEPS)
def test_a_twin_has_events_of_the_same_sources_with_the_same_keys(month, events, step):
    truth, twins = index(month, "truth"), index(month, "twins")
    shapes = defaultdict(list)
    for name, one in twins.items():
        if one["step"] == step:
            shapes[name.split(":")[0]].append(keys(events[name]))
    theirs = [name for name, fact in truth.items() if fact == step]
    assert theirs
    for name in theirs:
        assert keys(events[name]) in shapes[name.split(":")[0]], name


def test_the_secrets_and_accounts_of_the_attack_are_in_daily_use(month, events):
    """A name that the attack alone has would be all that a hunter needs."""
    truth = index(month, "truth")
    for source, value in {
        "cloudtrail": lambda event: (event["requestParameters"] or {}).get("secretId"),
        "github_audit": lambda event: event["actor"],
        "google_workspace_token": lambda event: event["actor"]["email"],
        "salesforce_event_log": lambda event: event["USER_ID"],
    }.items():
        ours = {name: value(one) for name, one in events.items() if name.split(":")[0] == source}
        theirs = {what for name, what in ours.items() if name in truth}
        others = {what for name, what in ours.items() if name not in truth}
        assert theirs and theirs <= others, source
