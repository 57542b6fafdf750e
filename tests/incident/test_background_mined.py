"""What a miner finds in the attack's lines of a known world: who, from where and what, as a story
needs it, and nothing of their form."""

import json
from collections import Counter

import pytest
from mining import told

from labutils.incident import background, cases
from labutils.incident.breach import play
from labutils.incident.policy import World

COUNT = 15_000  # events of background
SEEDS = "abc"

# The programs that the reports of 2025 name, and the one browser of 2023 in a log of few lines.
AGENTS = {
    ("cloudtrail", "userAgent"),
    ("github_audit", "user_agent"),
    ("salesforce_event_log", "BROWSER_TYPE"),
}
FEW_LINES = {("support", "agent"), ("okta", "client.userAgent.rawUserAgent")}


@pytest.mark.parametrize(
    ("name", "known"), [(cases.COURSE, FEW_LINES), ("drift-2025", AGENTS)], ids=("2023", "2025")
)
def test_no_field_of_form_tells_the_attack_in_three_worlds(tmp_path, name, known):
    case = cases.load(name)
    replay = play(World.historical(case), case=case)
    found = Counter()
    for seed in SEEDS:
        background.write(tmp_path / seed, replay, count=COUNT, seed=seed)
        found.update(told(tmp_path / seed))
    assert found.keys() <= known


def test_an_address_is_in_one_city_and_a_name_has_one_id_whoever_comes(tmp_path):
    """So that neither tells the intruder from those who share an address or an application."""
    replay = play(World.historical())
    background.write(tmp_path, replay, count=COUNT, seed="a")
    places, ids = {}, {}
    for line in (tmp_path / "okta.jsonl").open(encoding="utf-8"):
        event = json.loads(line)
        where = event["client"]["geographicalContext"], event["securityContext"]["asNumber"]
        places.setdefault(event["client"]["ipAddress"], set()).add(json.dumps(where))
        for one in event["target"] or ():
            if one["type"] == "AppInstance":
                ids.setdefault(one["displayName"], set()).add(one["id"])
    assert [address for address, some in places.items() if len(some) > 1] == []
    assert len(ids) > 10
    assert {len(some) for some in ids.values()} == {1}
