"""A second case is four sheets and no code: it is played, foreseen, searched, logged and exported
as the course's own is."""

import json
import re
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import jsonschema
import pytest
from case_names import names_of, texts
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from places import NIGHT_FERRY
from tables import table

import labutils.incident
from labutils.incident import cases, inventory, telemetry
from labutils.incident.breach import Replay, foresee, play, with_controls
from labutils.incident.campaign import Ask, Scene
from labutils.incident.cases import Address, UnknownCase
from labutils.incident.exports import attack_flow, navigator_layer
from labutils.incident.log_format import log_format
from labutils.incident.policy import World
from labutils.incident.search import minimal_sets, robust_sets
from labutils.lab import seconds
from labutils.sheets import SheetError, read

FOLDER = NIGHT_FERRY
FERRY = cases.load(FOLDER)
H = World.historical(FOLDER)
COPIED = "plans-copied"


@cache
def played(world: World = H) -> Replay:
    """The ferry's campaign in a world."""
    return play(world, case=FOLDER)


def random_world(number: int) -> World:
    """A world at random, the same one every time."""
    names = [
        name for name in inventory.controls() if Random(f"ferry {number} {name}").random() < 0.25
    ]
    return with_controls(names, H)


# --- a folder -----------------------------------------------------------------------------------


def test_the_second_case_is_yaml_alone_with_three_services_and_five_steps():
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        f"{name}.yaml" for name in sorted([*cases.SHEETS, "background"])
    ]
    assert len(FERRY.estate.services) == 3 and len(FERRY.campaign.steps) == 5


def test_it_has_other_names_addresses_and_values_than_the_course_s_case():
    course = cases.load()
    assert not names_of(FERRY) & names_of(course)
    assert FERRY.historical != course.historical


def test_a_case_is_taken_by_name_by_path_and_as_it_was_loaded():
    assert cases.load("cloudflare-2023") is cases.load()
    assert cases.load(str(FOLDER)) is cases.load(FOLDER) is cases.load(FERRY) is FERRY


def test_a_name_of_no_case_gets_the_names_that_there_are():
    with pytest.raises(UnknownCase, match=r"no case 'night-ferry' in .* There is: cloudflare-2023"):
        play(H, case="night-ferry")


def test_a_path_that_leads_nowhere_is_named_with_the_sheet_that_is_missing(tmp_path):
    with pytest.raises(SheetError, match=r"nowhere/case\.yaml, line 1: cannot be read"):
        cases.load(tmp_path / "nowhere")


@pytest.mark.parametrize("sheet", cases.SHEETS)
def test_a_fault_in_a_sheet_of_a_folder_names_the_file_and_the_line(sheet, tmp_path):
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        mistake = "mistake: 1\n" if path.stem == sheet else ""
        (tmp_path / path.name).write_text(mistake + text, encoding="utf-8")
    file = (tmp_path / f"{sheet}.yaml").as_posix()
    with pytest.raises(SheetError) as error:
        cases.load(tmp_path)
    assert str(error.value).startswith(f"{file}, line 1: unknown field mistake; ")


TEXTS = {sheet: (FOLDER / f"{sheet}.yaml").read_text(encoding="utf-8") for sheet in cases.SHEETS}
ROWS = {sheet: read(f"{sheet}.yaml", text) for sheet, text in TEXTS.items()}


@given(st.sampled_from(cases.SHEETS), st.data(), st.integers(1, 15))
@settings(max_examples=draws(300), derandomize=True, database=None, deadline=None)
def test_a_case_with_a_hole_in_a_sheet_is_sound_or_gets_a_sentence_with_a_line(sheet, data, length):
    text = TEXTS[sheet]
    start = data.draw(st.integers(0, len(text) - 1))
    sentence = ""
    try:
        row = read(f"{sheet}.yaml", text[:start] + text[start + length :])
        cases.read_case("ferry", ROWS | {sheet: row})
    except SheetError as error:
        sentence = str(error)
    assert not sentence or re.fullmatch(r"[\w/]+\.yaml, line \d+: \S.*", sentence)


# --- played and foreseen ------------------------------------------------------------------------


def test_each_step_goes_as_the_ledger_of_the_case_says():
    outcomes = {step.fact: step.outcome for step in played().steps}
    assert outcomes == {fact.id: fact.outcome for fact in FERRY.ledger.steps}
    (refused,) = [step for step in played().steps if step.outcome == "denied"]
    assert (refused.rule, refused.reason) == ("safeguarded", "the mate must countersign a macro")


def test_a_hundred_worlds_go_over_http_as_they_were_foreseen():
    rules = set()
    for number in range(100):
        steps = play(random_world(number), case=FOLDER).steps
        assert steps == foresee(random_world(number), case=FOLDER), number
        rules |= {step.rule for step in steps}
    assert rules >= {"allowed", "not_held", "safeguarded", "not_contained", "at_home", "fresh"}


# --- searched -----------------------------------------------------------------------------------

SEVEN = [
    "hard_keys",
    "sessions_bound",
    "exposed_rotated",
    "service_tokens_bound",
    "repository_least_privilege",
    "alert_refused_service_account",
    "session_hours",
]


def test_the_minimal_sets_are_those_that_asking_every_world_finds():
    sets = [frozenset(some) for size in range(8) for some in combinations(SEVEN, size)]
    stops = {
        some: {step.fact: step.stopped for step in foresee(with_controls(some, H), case=FOLDER)}
        for some in sets
    }
    for fact in (step.fact for step in FERRY.campaign.steps):
        minimal = {
            some
            for some in sets
            if stops[some][fact] and not any(stops[some - {one}][fact] for one in some)
        }
        answer = minimal_sets(fact, SEVEN, case=FOLDER)
        assert {frozenset(some) for some in answer.minimal} == minimal, fact
        assert (answer.walked, answer.stopping) == (128, sum(one[fact] for one in stops.values()))


def test_a_thief_who_has_the_integration_s_credentials_is_not_stopped_at_the_sign_in():
    insider = replace(FERRY.campaign, start_with=("boarding-token", "timetable-account"))
    thieves = {"from ashore": FERRY.campaign, "from within": insider}
    answer = robust_sets(COPIED, SEVEN, thieves, case=FOLDER)
    assert answer.stops[("hard_keys",)] == ("from ashore",)
    assert set(answer.minimal) == {
        ("exposed_rotated",),
        ("service_tokens_bound",),
        ("repository_least_privilege",),
    }


# --- logged -------------------------------------------------------------------------------------


def test_its_logs_are_written_in_the_shapes_of_their_vendors(tmp_path):
    counts = telemetry.write(tmp_path, played().audit, played().truth, played().labels)
    assert list(counts) == ["okta", "cloudflare_access_nonidentity", "bitbucket"]
    for source in counts:
        lines = (tmp_path / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == counts[source] > 0
        for line in lines:
            jsonschema.validate(json.loads(line), log_format(source).shape)


def copies() -> list[tuple[str, dict]]:
    """The lines of the copied deck plans, each with its id."""
    return [
        (f"bitbucket:{number}", event)
        for number, event in enumerate(played().audit["bitbucket"], 1)
        if event["auditType"]["action"] == "Repository archive downloaded"
    ]


def test_a_request_that_is_repeated_is_decided_once_and_leaves_a_line_each_time():
    (step,) = [step for step in played().steps if step.fact == COPIED]
    assert [attempt.ask.repeat for attempt in step.attempts] == [1, 40]
    assert [one.url for one in played().wire].count("https://plans.example/copy") == 1
    assert len(copies()) == 40


def test_the_lines_of_a_repetition_are_spaced_and_each_belongs_to_the_fact():
    times = [event["timestamp"]["epochSecond"] for _, event in copies()]
    waits = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert min(waits) >= 1 and len(set(waits)) > 10  # not evenly: nobody reads like that
    assert 8 < sum(waits) / len(waits) < 22  # it says 15
    assert {played().truth[name] for name, _ in copies()} == {COPIED}


def test_what_follows_a_repetition_comes_after_its_last_line():
    last = copies()[-1][1]["timestamp"]["epochSecond"]
    soon = replace(FERRY.campaign.steps[-1], assumed_time="2031-03-12T01:06:00Z")
    hurried = replace(FERRY.campaign, steps=(*FERRY.campaign.steps[:-1], soon))
    case = replace(FERRY, campaign=hurried)
    replay = play(H, case=case)
    assert replay.steps == foresee(H, case=case)
    assert seconds(replay.steps[-1].attempts[0].time) == last + 1
    times = [event["timestamp"]["epochSecond"] for event in replay.audit["bitbucket"]]
    assert times == sorted(times)


def test_what_an_owner_does_during_a_repetition_stands_in_its_place_and_belongs_to_no_step():
    owner = Ask("plans:open", "timetable-account", "hold")
    meanwhile = Scene(seconds("2031-03-12T01:07:00Z"), owner)
    campaign = replace(FERRY.campaign, scenes=(*FERRY.campaign.scenes, meanwhile))
    addresses = FERRY.addresses | {"hold": Address("203.0.113.12", "a cron job")}
    replay = play(H, case=replace(FERRY, campaign=campaign, addresses=addresses))
    assert replay.steps == played().steps
    times = [event["timestamp"]["epochSecond"] for event in replay.audit["bitbucket"]]
    assert times == sorted(times) and len(times) == len(played().audit["bitbucket"]) + 1
    place = times.index(meanwhile.time) + 1
    assert f"bitbucket:{place}" not in replay.truth
    assert f"bitbucket:{place + 1}" in replay.truth


def test_a_refused_request_is_repeated_in_the_log_too():
    replay = played(with_controls(["repository_least_privilege"], H))
    denied = [
        event
        for event in replay.audit["bitbucket"]
        if event["auditType"]["action"] in ("Action not permitted", "User login failed")
    ]
    assert len(denied) == 40 + 1  # the copies, and the macro


def test_the_owner_s_own_sign_in_belongs_to_no_step():
    (owner,) = [
        f"okta:{line}"
        for line, event in enumerate(played().audit["okta"], 1)
        if event["client"]["ipAddress"] == FERRY.addresses["cabins"].ip
    ]
    assert owner not in played().truth


# --- exported -----------------------------------------------------------------------------------


def test_it_is_exported_as_a_layer_and_as_a_flow_that_speak_of_it_alone():
    layer = navigator_layer(played().steps, case=FOLDER)
    flow = attack_flow(played().steps, case=FOLDER)
    actions = [thing for thing in flow["objects"] if thing["type"] == "attack-action"]
    assert [action["name"] for action in actions] == [plan.goal for plan in FERRY.campaign.steps]
    assert {one["techniqueID"] for one in layer["techniques"]} == {*FERRY.ledger.attack.techniques}
    assert layer["name"] == "The night ferry"
    assert {thing["created"] for thing in flow["objects"]} == {"2031-04-01T00:00:00.000Z"}
    assert not re.search("2023|cloudflare", json.dumps([layer, flow]), re.IGNORECASE)
    course = attack_flow(foresee(World.historical()))
    assert flow["id"] != course["id"]


# --- and no module knows of any of them ---------------------------------------------------------

ROOM = Path(labutils.incident.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))
# A word of the schema, and a zone of the course's case: the organisation that a service belongs to.
WORDS_OF_THE_SCHEMA = {"supplier"}


@table("path", MODULES, ids=lambda path: path.name)
def test_no_text_of_a_module_is_a_name_of_one_case(path):
    for case in (cases.load(), FERRY):
        assert not (names_of(case) - WORDS_OF_THE_SCHEMA) & texts(path)


@table("path", MODULES, ids=lambda path: path.name)
def test_no_line_of_a_module_names_a_party_of_the_case_but_the_one_that_the_course_tells(path):
    """Comments and docstrings too. A name that is not a common English word has a hyphen, a digit
    or a dot."""
    parties = {source.publisher for source in cases.load().ledger.sources.values()}
    peculiar = {name for name in names_of(cases.load()) if re.search(r"[-.\d]", name)}
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        allowed = path.name == "__init__.py" and line.startswith("COURSE = ")
        named = [name for name in parties | peculiar if name.lower() in line.lower()]
        assert allowed or not named, line
