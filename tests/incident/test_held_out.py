"""Worlds that nobody saw while writing rules, and the grade that rules get in them."""

import json

import pytest
import yaml
from scored_worlds import HOUR, STEPS, event, hit, world

from labutils.hunt import hunt
from labutils.incident import held_out
from labutils.incident.ground_truth import read_ground_truth
from labutils.incident.held_out import Grade, grade, keep_lines, silence, simulation_spread
from labutils.incident.scoring import score

SMALL = 4_000  # events of background
ADDRESS, ACT = "9c7a5a1e-0d7e-4a8e-9c3e-111111111111", "9c7a5a1e-0d7e-4a8e-9c3e-222222222222"


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    return held_out.worlds("a grader's seed", count=SMALL, folder=tmp_path_factory.mktemp("worlds"))


def read(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def facts(folder):
    return set(read_ground_truth(folder).facts.values())


def text(folder):
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl")))


# --- the worlds ---------------------------------------------------------------------------------


def test_there_are_six_worlds_with_background_and_twins(worlds):
    assert list(worlds) == ["W1", "W2", "W3", "W4", "W5", "W6"]
    for folder in worlds.values():
        truth = read_ground_truth(folder)
        assert truth.events > SMALL / 3 and len(truth.twins) > 100


def test_the_second_world_has_no_attack(worlds):
    assert facts(worlds["W2"]) == set() and len(facts(worlds["W1"])) == 19


def test_the_third_world_has_other_names_in_attack_and_background_alike(worlds):
    before, after = text(worlds["W1"]), text(worlds["W3"])
    for word in ("moveworks-token", "svc-smartsheet", "j.fielding"):
        assert word in before and word not in after
    attack = read_ground_truth(worlds["W3"])
    token = next(
        attack.actor(name) for name in attack.facts if name.startswith("cloudflare_access_non")
    )
    gateway = "cloudflare_access_nonidentity"
    actors = [attack.actor(f"{gateway}:{n + 1}") for n in range(len(attack.logs[gateway]))]
    assert actors.count(token) > 20  # the token's owner goes on using it


def test_in_the_third_world_the_intruder_stands_where_others_stand_too(worlds):
    truth = read_ground_truth(worlds["W3"])
    lines = (worlds["W3"] / "okta.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    of_attack = {
        events[int(name.split(":")[1]) - 1]["securityContext"]["asNumber"]
        for name in truth.facts
        if name.startswith("okta")
    }
    of_others = {
        one["securityContext"]["asNumber"]
        for number, one in enumerate(events, 1)
        if f"okta:{number}" not in truth.facts
    }
    assert of_attack <= of_others


def test_the_fourth_world_takes_longer(worlds):
    def lasts(folder):
        truth = read_ground_truth(folder)
        november = [truth.time(name) for name in truth.facts if truth.time(name) > 1699900000]
        return max(november) - min(november)

    assert lasts(worlds["W4"]) > 1.8 * lasts(worlds["W1"])


def test_in_the_fifth_world_the_service_token_is_not_stolen(worlds):
    truth = read_ground_truth(worlds["W5"])
    assert not [name for name in truth.facts if name.startswith("cloudflare_access_nonidentity")]
    assert [name for name in truth.facts if name.startswith("cloudflare_access:")]


def test_in_the_sixth_world_a_source_is_silent_and_the_audit_level_is_lower(worlds):
    empty = [path.stem for path in worlds["W6"].glob("*.jsonl") if not path.stat().st_size]
    assert len(empty) >= 1
    assert '"FULL"' in text(worlds["W1"]) and '"FULL"' not in text(worlds["W6"])
    assert facts(worlds["W6"]) < facts(worlds["W1"])


def test_the_same_seed_makes_the_same_worlds(worlds, tmp_path):
    again = held_out.worlds("a grader's seed", count=SMALL, folder=tmp_path)
    assert {name: text(folder) for name, folder in worlds.items()} == {
        name: text(folder) for name, folder in again.items()
    }


def test_another_seed_makes_other_worlds(worlds, tmp_path, monkeypatch):
    monkeypatch.setattr(held_out, "NAMES", {"W1": "", "W3": ""})
    others = held_out.worlds("another seed", count=SMALL, folder=tmp_path)
    assert set(others) == {"W1", "W3"}
    for name, folder in others.items():
        assert text(folder) != text(worlds[name])


def test_in_each_world_the_attack_begins_at_seconds_of_its_own(worlds):
    """So that no clock that was read off one world finds the intruder in the next."""

    def seconds(name):
        truth = read_ground_truth(worlds[name])
        logins = [one for one in truth.facts if one.startswith("cloudflare_access_nonidentity")]
        return [int(truth.time(one)) % 60 for one in logins]

    clocks = [tuple(seconds(name)) for name in ("W1", "W3", "W4")]
    assert len(set(clocks)) == 3
    assert all(len(set(clock)) > 5 for clock in clocks)


def test_worlds_without_a_folder_are_kept_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path))
    monkeypatch.setattr(held_out, "NAMES", {"W2": "", "W6": ""})
    first = held_out.worlds("seed", count=2_000)
    assert [folder.parent for folder in first.values()] == [tmp_path, tmp_path]

    def again(*_, **__):
        raise AssertionError("it is there, and was made again")

    monkeypatch.setattr(held_out, "_make", again)
    assert held_out.worlds("seed", count=2_000) == first


# --- fewer logs ---------------------------------------------------------------------------------


def test_lines_that_stay_keep_their_answers_under_their_new_numbers(tmp_path):
    events = [event(place, who=f"p{place}") for place in range(6)]
    folder = world(tmp_path, events, {2: STEPS[0], 5: STEPS[1]}, {4: "travel"})
    keep_lines(folder, lambda _source, one: "p0" not in str(one) and "p1" not in str(one))
    assert read(folder, "truth.json") == {"okta:3": STEPS[1]}
    assert list(read(folder, "twins.json")) == ["okta:2"]
    assert read_ground_truth(folder).actor("okta:3") == "p4@company.example"


def test_the_silent_source_is_one_of_the_attacks(tmp_path):
    folder = world(tmp_path, [event()], {1: STEPS[0]})
    assert silence(folder, "seed") == "okta" and read_ground_truth(folder).events == 0


# --- the grade ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(worlds, tmp_path_factory):
    rules = tmp_path_factory.mktemp("rules")
    address = rule("Sign-in from 203.0.113.66", {"source": "203.0.113.66"}, ADDRESS)
    act = rule(
        "Self-promotion",
        {
            "auditType.action": "User added to group",
            "affectedObjects.name|contains": "administrators",
        },
    )
    (rules / "rules.yml").write_text(yaml.safe_dump_all([address, act]), encoding="utf-8")
    return grade([rules], worlds)


def rule(title, selection, identifier=ACT):
    return {
        "title": title,
        "id": identifier,
        "status": "test",
        "level": "high",
        "logsource": {"product": "jira", "service": "audit"},
        "detection": {"selection": selection, "condition": "selection"},
    }


def test_a_rule_about_one_address_loses_everything_where_the_address_is_another(graded):
    assert graded.indicators == {ADDRESS}
    first = {one.title: one for one in graded.scores["W1"].by_rule}
    assert first["Sign-in from 203.0.113.66"].indicator and not first["Self-promotion"].indicator


def test_a_rule_about_an_act_still_finds_it_in_the_third_world(graded):
    titles = {one.title for one in graded.scores["W3"].by_rule if one.precision.hits}
    assert titles == {"Self-promotion"}


def test_the_grade_is_the_mean_and_the_worst_of_the_worlds(graded):
    points = [one.points for one in graded.scores.values()]
    assert graded.mean == pytest.approx(sum(points) / 6) and graded.minimum == min(points)
    assert f"{graded.mean:.2f}" in str(graded) and f"{graded.minimum:.2f}" in str(graded)


def test_the_grade_names_the_indicators(graded):
    assert str(graded).splitlines()[-1].strip() == "Sign-in from 203.0.113.66"
    assert "1 of 2" in str(graded.indicator_rules)


def test_a_grade_is_shown_as_a_table_too(graded):
    assert "a different address, different names" in graded._repr_html_()


def test_a_case_without_lists_of_a_site_is_graded_as_well(tmp_path):
    """A rule that asks for a list is refused with that reason, and the others are graded."""
    case = "tests/cases/night-ferry"
    asks = rule("Barrier", {"serviceTokenId|expand": "%tokens%"})
    asks["logsource"] = {"product": "cloudflare", "service": "access_nonidentity"}
    signs_in = rule("Sign-in", {"eventType": "user.session.start"}, ADDRESS)
    signs_in["logsource"] = {"product": "okta", "service": "okta"}
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump_all([asks, signs_in]), encoding="utf-8")
    folders = held_out.worlds("ferry", count=2_000, folder=tmp_path / "worlds", case=case)
    graded = grade([path], folders, case=case)
    assert graded.loaded == 1
    (refused,) = graded.refused
    assert "it asks for the list %tokens% of your site, and no such list is given" in refused.reason


def test_rules_that_ask_for_the_lists_of_the_company_get_those_of_each_world(worlds, tmp_path):
    asks = rule("Token", {"serviceTokenId|expand": "%exposed_service_tokens%"})
    asks["logsource"] = {"product": "cloudflare", "service": "access_nonidentity"}
    (tmp_path / "rule.yml").write_text(yaml.safe_dump(asks), encoding="utf-8")
    scores = grade([tmp_path], worlds).scores
    assert scores["W1"].alerts and scores["W3"].alerts


def test_a_rule_that_sees_nobody_earns_nothing_for_being_quiet(worlds, tmp_path):
    (tmp_path / "rule.yml").write_text(
        yaml.safe_dump(rule("Never", {"auditType.action": "never"})), encoding="utf-8"
    )
    assert hunt([tmp_path], [worlds["W1"]]).hits == []
    result = grade([tmp_path], worlds)
    assert result.scores["W2"].points == 1
    assert set(result.points.values()) == {0} and result.mean == result.minimum == 0


# --- simulation spread --------------------------------------------------------------------------


def test_the_spread_over_background_seeds_is_called_simulation_spread(tmp_path):
    events = [event(3 * HOUR * place, who=f"p{place}") for place in range(240)]
    folder = world(tmp_path, events, {17: STEPS[0], 25: STEPS[1]})
    spread = simulation_spread([score([hit(17)], folder), score([hit(17), hit(25)], folder)])
    assert spread.recall == (0.5, 1.0) and spread.seeds == 2
    assert str(spread).startswith("simulation spread over 2 background seeds, one attack: ")


def test_a_grade_of_one_world_is_its_points(tmp_path):
    folder = world(tmp_path, [event(3 * HOUR * place) for place in range(99)], {17: STEPS[0]})
    one = score([hit(17)], folder)
    assert Grade({"W1": one}, frozenset()).mean == Grade({"W1": one}, frozenset()).minimum == 1
