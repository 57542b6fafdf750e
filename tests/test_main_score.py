"""`python -m labutils score`: what it prints, and what it refuses."""

import json

import pytest
import yaml
from scored_worlds import HOUR, STEPS, event, world

from labutils.__main__ import main
from labutils.incident import held_out

RULE = {
    "title": "A session of Tom's",
    "id": "9c7a5a1e-0d7e-4a8e-9c3e-333333333333",
    "status": "test",
    "level": "high",
    "logsource": {"product": "okta", "service": "okta"},
    "detection": {"selection": {"actor.alternateId|startswith": "tom@"}, "condition": "selection"},
}


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(RULE), encoding="utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path):
    events = [event(3 * HOUR * place, who=f"p{place}") for place in range(50)]
    events[9], events[20] = event(27 * HOUR, who="tom"), event(60 * HOUR, who="tom")
    return world(tmp_path / "world", events, {10: STEPS[0], 12: STEPS[1]})


def run(capsys, *arguments):
    """The exit status, and what was said on standard output and on standard error."""
    status = main(["score", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_rules_are_scored_in_a_world(rules, folder, capsys):
    status, out, err = run(capsys, "--rules", rules, "--world", folder)
    assert (status, err) == (0, "")
    assert out.startswith("Base rate\n")
    assert "1 of 2 (0.09 to 0.91)" in out and "A session of Tom's" in out


@pytest.mark.parametrize("level", ["low", "informational"])
def test_a_rule_whose_level_calls_nobody_is_named_and_not_scored(folder, tmp_path, capsys, level):
    path = tmp_path / "quiet.yml"
    path.write_text(yaml.safe_dump(RULE | {"level": level}), encoding="utf-8")
    status, out, err = run(capsys, "--rules", path, "--world", folder, "--json")
    assert status == 0 and json.loads(out)["alerts_a_day"]["count"] == 0
    assert err == "Not scored, because its level alerts nobody: A session of Tom's\n"


def test_a_rule_without_a_level_is_scored(folder, tmp_path, capsys):
    path = tmp_path / "plain.yml"
    plain = {key: value for key, value in RULE.items() if key != "level"}
    path.write_text(yaml.safe_dump(plain), encoding="utf-8")
    _, out, err = run(capsys, "--rules", path, "--world", folder, "--json")
    assert json.loads(out)["alerts_a_day"]["count"] == 2 and not err


def test_json_is_for_programs(rules, folder, capsys):
    status, out, _ = run(capsys, "--rules", rules, "--world", folder, "--json")
    scored = json.loads(out)
    assert status == 0 and scored["steps"] == [STEPS[0]]
    assert (scored["precision"]["hits"], scored["precision"]["trials"]) == (1, 2)
    assert scored["first_true_alert"] == "2023-11-16T00:00:00Z"  # read at the end of the day
    assert (scored["events"], scored["attack_events"], scored["days"]) == (50, 2, 7)
    assert (scored["base_rate"], scored["budget"], scored["within_budget"]) == (0.04, 5, True)
    assert scored["worst_week"] == pytest.approx(2 / 7)
    assert scored["alerts_a_day"]["count"] == 2 and scored["false_alerts_a_day"]["count"] == 1
    assert scored["still_to_come"]["steps"] == []
    assert scored["by_tactic"]["Reconnaissance"]["hits"] == 1
    assert scored["by_rule"][0]["title"] == "A session of Tom's"
    assert scored["false_by_twin"] == {"everyday events": 1}
    assert 0 < scored["points"] < 1


def test_a_smaller_budget_may_see_less(rules, folder, capsys):
    _, out, _ = run(capsys, "--rules", rules, "--world", folder, "--budget", 0, "--json")
    assert json.loads(out)["recall"]["hits"] == 0


def test_rules_are_graded_by_a_seed(rules, tmp_path, capsys, monkeypatch):
    status, out, _ = run(
        capsys, "--rules", rules, "--seed", "s", "--background", 2000, "--keep", tmp_path / "kept"
    )
    assert status == 0 and "minimum" in out and "different ways in" in out
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "W1", "W2", "W3", "W4", "W5", "W6",
    ]  # fmt: skip
    made = {path.name: path for path in sorted((tmp_path / "kept").iterdir())}
    monkeypatch.setattr(held_out, "worlds", lambda *_, **__: made)
    graded = run(capsys, "--rules", rules, "--seed", "s", "--json")
    numbers = json.loads(graded[1])
    assert numbers.keys() == {"mean", "minimum", "indicators", "refused", "quiet", "worlds"}
    assert numbers["quiet"] == []


def test_a_sealed_world_counts_right_events_and_names_none(rules, folder, capsys):
    status, out, _ = run(capsys, "--world", folder, "--seal", "a salt")
    assert status == 0 and "without truth.json" in out
    (folder / "truth.json").unlink()
    status, out, _ = run(capsys, "--rules", rules, "--world", folder)
    assert status == 0
    assert out == "1 of 2 events belong to the attack; they are of 1 of its 2 logged steps\n"


@pytest.mark.parametrize("arguments", [[], ["--world", "x"], ["--seed", "s"]])
def test_rules_and_one_kind_of_world_must_be_said(arguments, capsys):
    status, _, err = run(capsys, *arguments)
    assert (status, err) == (2, "Give --rules, and either --world FOLDER or --seed SEED.\n")


def test_a_world_and_a_seed_at_once_are_refused(rules, folder, capsys):
    status, _, err = run(capsys, "--rules", rules, "--world", folder, "--seed", "s")
    assert status == 2 and "either --world FOLDER or --seed SEED" in err


def test_a_folder_without_answers_is_refused(rules, tmp_path, capsys):
    status, _, err = run(capsys, "--rules", rules, "--world", tmp_path)
    assert status == 2 and "has no truth.json" in err
    status, _, err = run(capsys, "--world", tmp_path, "--seal", "salt")
    assert status == 2 and "has no truth.json" in err


def test_no_usable_rule_is_said_with_its_reason(folder, tmp_path, capsys):
    (tmp_path / "broken.yml").write_text("title: no detection\n", encoding="utf-8")
    status, out, err = run(capsys, "--rules", tmp_path / "broken.yml", "--world", folder)
    assert (status, out) == (2, "") and "broken.yml: " in err and "No rule could be used" in err


def test_a_rule_that_cannot_be_used_does_not_keep_the_others_from_a_score(
    rules, folder, tmp_path, capsys
):
    (tmp_path / "broken.yml").write_text("title: no detection\n", encoding="utf-8")
    status, out, err = run(capsys, "--rules", rules, tmp_path / "broken.yml", "--world", folder)
    assert status == 0 and "Base rate" in out and "broken.yml: " in err


def test_lists_that_cannot_be_read_are_named(rules, folder, tmp_path, capsys):
    status, _, err = run(
        capsys, "--rules", rules, "--world", folder, "--placeholders", tmp_path / "none.yaml"
    )
    assert status == 2 and "none.yaml cannot be read" in err


def test_too_small_a_background_is_refused(rules, capsys):
    status, _, err = run(capsys, "--rules", rules, "--seed", "s", "--background", 7)
    assert status == 2 and "at least 2000 events" in err
