"""Whoever reads the attack of a known world by heart has nothing of it in an unseen one."""

import json

import pytest
import yaml
from mining import lengths, pairs, standing_out, values

from labutils.incident import attackers, cases, held_out

SMALL = 4_000  # events of background
BY_CHANCE = 3  # lines: two intruders may both read one repository twice
CASE = cases.load(cases.COURSE)
# What the company knows of itself: where its machines stand, who makes changes by plan.
OWN = {
    value
    for name, some in CASE.placeholders.items()
    for value in some
    if not any(value in CASE.estate.credentials for value in some)
}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mined")
    return held_out.worlds("a miner", count=SMALL, folder=folder)


def is_own(feature):
    """Whether a feature names a thing of the company's own."""
    parts = feature[1] if isinstance(feature[1][0], tuple) else [feature[1]]
    return any(value in OWN for _, value in parts)


@pytest.mark.parametrize("features", [values, pairs])
def test_no_value_and_no_pair_that_stands_out_where_it_was_read_stands_out_elsewhere(
    worlds, features
):
    known = standing_out(worlds["W1"], features)
    assert len(known) > 50  # else there was nothing to read
    for name in ("W3", "W4", "W5", "W6"):
        there = standing_out(worlds[name], features)
        kept = {what: there[what] for what in known if what in there and not is_own(what)}
        assert not [what for what, lines in kept.items() if lines > BY_CHANCE], name
        assert len(kept) < len(known) / 5, name


def test_no_exact_count_of_the_known_attack_is_one_of_another(worlds):
    known = lengths(worlds["W1"])
    assert len(known) > 3
    for name in ("W3", "W4", "W5"):
        assert len(known & lengths(worlds[name])) <= 1, name


def test_the_list_of_exposed_tokens_names_honest_ones_too(worlds):
    for name, folder in worlds.items():
        listed = yaml.safe_load((folder / held_out.PLACEHOLDERS).read_text(encoding="utf-8"))
        tokens = listed["exposed_service_tokens"]
        used = {}
        for line in (folder / "cloudflare_access_nonidentity.jsonl").open(encoding="utf-8"):
            token = json.loads(line)["serviceTokenId"]
            used[token] = used.get(token, 0) + 1
        assert len(tokens) == 4 and len(set(tokens)) == 4
        assert sum(used.get(token, 0) > 5 for token in tokens) >= 2 or not used, name


def test_the_stolen_token_does_not_stand_first_on_its_list():
    places = set()
    for number in range(8):
        listed = attackers.with_honest_ones_listed(CASE, str(number)).placeholders
        places.add(listed["exposed_service_tokens"].index("moveworks-token"))
    assert len(places) > 2


@pytest.mark.parametrize("case", [cases.COURSE, "drift-2025"])
def test_a_long_row_of_requests_is_no_longer_than_a_harmless_one(case):
    known = cases.load(case)
    for number in range(6):
        other = attackers.with_other_counts(known, str(number))
        for plan, before in zip(other.campaign.steps, known.campaign.steps, strict=True):
            harmless = [
                act.get("repeat", 1)
                for twin in known.background["twins"]
                if twin.get("step") == plan.fact
                for act in twin["acts"]
            ]
            for route, was in zip(plan.routes, before.routes, strict=True):
                for ask, old in zip(route, was, strict=True):
                    if old.repeat < attackers.LONG:
                        assert ask.repeat == old.repeat
                    elif max(harmless, default=1) >= max(attackers.LONG, old.repeat // 2):
                        assert ask.repeat <= max(*harmless, attackers.LONG)


def test_people_whom_the_attack_uses_have_other_names_and_numbers():
    other = attackers.with_other_names(cases.COURSE, "seed")
    before, after = CASE.estate.identities, other.estate.identities
    assert not {"a.lindqvist", "h.weber", "j.fielding"} & {one.account for one in after.values()}
    numbers = {one.number for one in before.values() if one.number}
    assert not numbers & {one.number for one in after.values()}
