"""What holds for every case, in data/cases and under tests/: an incident is a folder of YAML."""

import json
import re
from functools import cache
from pathlib import Path
from random import Random

import jsonschema
import pytest
from case_names import names_of, texts
from places import TESTS
from tables import table

import labutils
from labutils.hunt import hunt, sources
from labutils.hunt.reading import LogFile
from labutils.hunt.reading import read as read_log
from labutils.incident import breach, case_check, cases, exports, inventory, search, telemetry
from labutils.incident.breach import foresee, play, with_controls
from labutils.incident.log_format import log_format
from labutils.incident.policy import World
from labutils.lab import data_file
from labutils.sheets import SheetError

RULE = """
title: Production from elsewhere
id: 5f1d2c3b-0000-4000-8000-000000000001
status: experimental
level: high
logsource: {product: production, service: access}
detection:
  elsewhere: {from|startswith: '203.0.113.'}
  condition: elsewhere
"""
FOLDERS = [*sorted(data_file("cases").iterdir()), *sorted((TESTS / "cases").iterdir())]
CASES = {folder.name: cases.load(folder) for folder in FOLDERS if folder.is_dir()}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@cache
def played(name):
    case = CASES[name]
    return play(World.historical(case), case=case)


def random_world(case, number):
    """A world at random, the same one every time."""
    chosen = [name for name in case.controls if Random(f"{number} {name}").random() < 0.25]
    return with_controls(chosen, case=case)


def test_there_are_two_real_cases_and_some_for_the_tests():
    assert set(CASES) == {"cloudflare-2023", "drift-2025", "night-ferry", "circleci-2022"}


def test_some_case_has_no_gateway_some_no_background_and_some_a_source_of_its_own():
    gateways = {
        name: any(one.passes_to for one in case.estate.services.values())
        for name, case in CASES.items()
    }
    assert [name for name, there in gateways.items() if not there] == [
        "drift-2025",
        "circleci-2022",
    ]
    assert [name for name, case in CASES.items() if not case.background] == ["circleci-2022"]
    own = {path.stem for path in (TESTS / "cases" / "circleci-2022" / "telemetry").iterdir()}
    assert own == set(CASES["circleci-2022"].sources)


@every_case
def test_under_the_historical_values_every_step_ends_as_the_ledger_says(case):
    replay = played(case.name)
    assert replay.steps and case_check.differing(replay) == []


@every_case
@pytest.mark.parametrize("number", range(6))
def test_what_is_foreseen_is_what_is_played(case, number):
    world = random_world(case, number)
    foreseen = [(one.fact, one.outcome, one.reason) for one in foresee(world, case=case)]
    assert foreseen == [(one.fact, one.outcome, one.reason) for one in play(world, case=case).steps]


@every_case
def test_a_search_over_sets_agrees_with_playing_each_of_them(case):
    goal = next(iter(case.losses.values()), case.campaign.steps[-2].fact)
    historical = World.historical(case)
    absent = [n for n, one in case.controls.items() if getattr(historical, n) != one.value]
    chosen = Random(case.name).sample(absent, min(5, len(absent)))
    found = search.minimal_sets(goal, chosen, case=case)
    counts = search.stopped_counts([goal], chosen, [case], case=case)[goal]
    for controls, stopped in counts.items():
        steps = {one.fact: one for one in foresee(with_controls(controls, case=case), case=case)}
        assert steps[goal].stopped == bool(stopped)
    assert sum(counts.values()) == found.stopping


@every_case
def test_each_event_has_the_shape_of_its_source(case):
    for number in range(4):
        replay = played(case.name) if not number else play(random_world(case, number), case=case)
        for source, events in replay.audit.items():
            check = jsonschema.Draft202012Validator(log_format(source).shape)
            for event in events:
                check.validate(event)


@every_case
def test_each_source_of_a_case_is_written_by_its_replay_or_its_background(case):
    silent = [source for source, lines in played(case.name).lines.items() if not lines]
    assert not silent or case.background is not None


@every_case
def test_what_a_case_writes_is_read_as_events_of_its_sources(case, tmp_path):
    replay = played(case.name)
    telemetry.write(tmp_path, replay.audit, replay.truth, replay.labels)
    for source, lines in replay.audit.items():
        path = tmp_path / f"{source}.jsonl"
        events = list(read_log(LogFile(path, source, path.name))) if lines else []
        assert [one.source for one in events] == [source] * len(lines)


def test_a_rule_about_a_source_of_ones_own_hits(tmp_path):
    rule = tmp_path / "elsewhere.yml"
    rule.write_text(RULE, encoding="utf-8")
    replay = played("circleci-2022")
    telemetry.write(tmp_path / "logs", replay.audit, replay.truth, replay.labels)
    found = hunt([rule], [tmp_path / "logs"])
    assert [len(hit.event_ids) for hit in found.hits] and found.loaded == 1


def test_a_source_of_a_name_that_the_course_has_is_refused_with_its_file(tmp_path):
    (tmp_path / "okta.yaml").write_text("sigma: {product: okta}\n", encoding="utf-8")
    with pytest.raises(SheetError, match=r"okta\.yaml, line 1: there is a source okta already"):
        sources.learn(tmp_path)


@every_case
def test_it_is_exported_as_a_layer_and_as_a_flow(case):
    steps = played(case.name).steps
    layer = exports.navigator_layer(steps, case=case)
    flow = exports.attack_flow(steps, case=case)
    actions = [thing for thing in flow["objects"] if thing["type"] == "attack-action"]
    assert [action["name"] for action in actions] == [plan.goal for plan in case.campaign.steps]
    assert layer["name"] == case.export.name
    assert {one["techniqueID"] for one in layer["techniques"]} == {
        technique for step in steps for technique in step.techniques
    }


@every_case
def test_a_control_that_does_not_apply_changes_nothing(case):
    others = inventory.controls().keys() - case.controls.keys()
    world = with_controls(others, case=case)
    assert foresee(world, case=case) == foresee(World.historical(case), case=case)


@every_case
def test_what_is_exposed_after_it_was_revoked_or_never_noticed_is_not_stopped_by_rotation(case):
    """Nobody replaces what nobody knows to be exposed."""
    for one in case.estate.credentials.values():
        assert one.noticed is None or one.exposed is not None and one.exposed <= one.noticed


# --- no module knows of any of them -------------------------------------------------------------

HOUSE = Path(labutils.__file__).parent
# Two scenes that lessons 09, 14 and 15 share, of the course's own case: lessons alone use them.
SCENES = {HOUSE / "stage" / "breached_company.py", HOUSE / "stage" / "intruder.py"}
# The capstone has a company of its own, which may call a zone or a service as a case does.
OF_THEIR_OWN = {path for room in ("lessons", "capstone") for path in (HOUSE / room).rglob("*.py")}
OUTSIDE = sorted(set(HOUSE.rglob("*.py")) - OF_THEIR_OWN)
MODULES = [path for path in OUTSIDE if path not in SCENES]
# Of the two applications of lessons 01 to 06, which a case may call alike.
LAB = {"wiki", "admin", "production", "192.0.2.10", "203.0.113.66"}
# Words of OAuth, of the schema and of the room `incident`, and an address of the lab.
ORDINARY = {
    "laptops",
    "single-sign-on",
    "elsewhere",
    "192.0.2.200",
    "code",
    "login",
    "front",
    "supplier",
    "mailbox",  # also what a line about a grant says
    "company",
    "vendor",
    "tickets",
    "store",
    "office",
    "plans",
    "hold",
    "shore",
    "edge",  # of what a trial tries
}


# The board draws the estate of the course's own case, and the look of a log has a short name.
OF_THE_COURSE = re.compile(r"instruments/(board\w*|logs_panes)\.py$")


def own_names(case):
    """The names of a case, and its domains, but for ordinary words."""
    return (names_of(case) | set(case.domains.values())) - ORDINARY


@table("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_module_of_the_engine_names_what_belongs_to_one_case(path):
    if OF_THE_COURSE.search(path.as_posix()):
        return
    said = texts(path) - {breach.cases.COURSE} - (LAB if path.parent.name == "stage" else set())
    for case in CASES.values():
        assert own_names(case) & said == set()


def test_the_scenes_of_one_case_are_used_by_lessons_alone():
    assert all(path.is_file() for path in SCENES)
    asked = re.compile(r"stage(\.| import )(breached_company|intruder)\b")
    assert [
        path
        for path in MODULES
        if asked.search(path.read_text(encoding="utf-8"))
        and not OF_THE_COURSE.search(path.as_posix())
    ] == []


def test_a_grant_travels_as_a_bearer_token_and_no_other_case_s_header_goes_with_it():
    [login] = [one for one in played("drift-2025").wire if one.url.endswith("crm.example/token")][
        :1
    ]
    headers = {name.lower(): value for name, value in login.request_headers}
    assert headers["authorization"].startswith("Bearer ")
    assert not [name for name in headers if name.startswith("cf-access")]
    assert json.dumps(CASES["cloudflare-2023"].carried) == (
        '{"service-token": "cf-access-client-secret"}'
    )
