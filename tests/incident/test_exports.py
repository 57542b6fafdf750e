"""The replay as an ATT&CK Navigator layer (4.5) and an Attack Flow (2.0.0): well formed, the same
every time, and honest about doubt."""

import html
import json
import re
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import jsonschema
import pytest
from attack_tactics import TACTICS_OF
from tables import table

from labutils.incident import ledger
from labutils.incident.breach import foresee, play
from labutils.incident.exports import attack_flow, navigator_layer, statements, stix_confidence
from labutils.incident.policy import World

H = World.historical()
STEPS = play(H).steps
LAYER, FLOW = navigator_layer(STEPS), attack_flow(STEPS)
THINGS = {thing["id"]: thing for thing in FLOW["objects"]}
ACTIONS = [thing for thing in FLOW["objects"] if thing["type"] == "attack-action"]
EXFILTRATION = "repos-exfiltration-unconfirmed"


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return replace(H, **decisions)


COLOUR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
TEXT = {"type": "string", "minLength": 1}
PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "additionalProperties": False,
        "properties": {"name": TEXT, "value": TEXT},
    },
}
LAYER_4_5 = {  # after the written specification of the format; there is no schema upstream
    "type": "object",
    "required": ["name", "versions", "domain"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "domain": {"const": "enterprise-attack"},
        "sorting": {"enum": [0, 1, 2, 3]},
        "hideDisabled": {"type": "boolean"},
        "versions": {
            "type": "object",
            "required": ["attack", "navigator", "layer"],
            "additionalProperties": False,
            "properties": {
                "attack": {"type": "string", "pattern": r"^\d+$"},
                "navigator": {"type": "string", "pattern": r"^\d+(\.\d+)*$"},
                "layer": {"const": "4.5"},
            },
        },
        "techniques": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["techniqueID", "tactic"],
                "additionalProperties": False,
                "properties": {
                    "techniqueID": {"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
                    "tactic": TEXT,
                    "score": {"type": "number"},
                    "enabled": {"type": "boolean"},
                    "color": COLOUR,
                    "comment": TEXT,
                    "showSubtechniques": {"type": "boolean"},
                    "metadata": PAIRS,
                },
            },
        },
        "gradient": {
            "type": "object",
            "required": ["colors", "minValue", "maxValue"],
            "additionalProperties": False,
            "properties": {
                "colors": {"type": "array", "minItems": 2, "items": COLOUR},
                "minValue": {"type": "number"},
                "maxValue": {"type": "number"},
            },
        },
        "legendItems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["label", "color"],
                "additionalProperties": False,
                "properties": {"label": TEXT, "color": COLOUR},
            },
        },
    },
}

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
EXTENSION = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}


def reference(kind: str) -> dict:
    return {"type": "string", "pattern": f"^{kind}--{UUID}$"}


def of_type(kind: str, required: list[str], **properties) -> dict:
    """A STIX 2.1 object of this type, with what all objects have."""
    common = {
        "type": {"const": kind},
        "id": reference(kind),
        "spec_version": {"const": "2.1"},
        "created": MOMENT,
        "modified": MOMENT,
        "created_by_ref": reference("identity"),
        "name": TEXT,
        "description": TEXT,
        "labels": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
    }
    return {
        "type": "object",
        "required": ["type", "id", "spec_version", "created", "modified", "name", *required],
        "additionalProperties": False,
        "properties": common | properties,
    }


NEW_KIND = {
    "type": "object",
    "required": [EXTENSION],
    "properties": {EXTENSION: {"const": {"extension_type": "new-sdo"}}},
}
OBJECTS = {
    "extension-definition": of_type(
        "extension-definition",
        ["created_by_ref", "schema", "version", "extension_types"],
        id={"const": EXTENSION},
        schema={"type": "string", "pattern": r"^https://.*-2\.0\.0\.json$"},
        version={"const": "2.0.0"},
        extension_types={"const": ["new-sdo"]},
    ),
    "identity": of_type(
        "identity",
        ["identity_class"],
        identity_class={"enum": ["individual", "group", "system", "organization"]},
    ),
    "attack-flow": of_type(
        "attack-flow",
        ["created_by_ref", "extensions", "scope", "start_refs"],
        extensions=NEW_KIND,
        scope={"enum": ["incident", "campaign", "threat-actor", "malware", "other"]},
        start_refs={"type": "array", "minItems": 1, "items": reference("attack-action")},
    ),
    "attack-action": of_type(
        "attack-action",
        ["created_by_ref", "extensions", "description", "labels", "confidence", "technique_id"],
        extensions=NEW_KIND,
        execution_start=MOMENT,
        technique_id={"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
        tactic_id={"type": "string", "pattern": r"^TA\d{4}$"},
        effect_refs={"type": "array", "minItems": 1, "items": reference("attack-action")},
    ),
}


# --- shape --------------------------------------------------------------------------------------


def test_the_layer_is_one_of_format_4_5():
    jsonschema.validate(LAYER, LAYER_4_5)


def test_each_object_of_the_flow_has_the_shape_of_its_type():
    assert (
        set(FLOW) == {"type", "id", "objects"}
        and FLOW["type"] == "bundle"
        and re.fullmatch(f"bundle--{UUID}", FLOW["id"])
    )
    for thing in FLOW["objects"]:
        jsonschema.validate(thing, OBJECTS[thing["type"]])
    assert Counter(thing["type"] for thing in FLOW["objects"]) == {
        "extension-definition": 1,
        "identity": 1,
        "attack-flow": 1,
        "attack-action": len(STEPS),
    }


def test_every_reference_of_the_flow_leads_to_an_object_and_no_id_stands_twice():
    assert len(THINGS) == len(FLOW["objects"])
    named = [
        value
        for thing in FLOW["objects"]
        for key, named_by in thing.items()
        if key.endswith(("_ref", "_refs"))
        for value in (named_by if isinstance(named_by, list) else [named_by])
    ]
    assert set(named) <= set(THINGS) and named
    assert all(key in THINGS for thing in FLOW["objects"] for key in thing.get("extensions", ()))


def test_the_flow_goes_from_its_start_through_each_step_once_in_the_order_of_the_replay():
    (flow,) = [thing for thing in FLOW["objects"] if thing["type"] == "attack-flow"]
    path, following = [], flow["start_refs"]
    while following:
        assert len(following) == 1
        path.append(THINGS[following[0]])
        following = path[-1].get("effect_refs", [])
    assert path == ACTIONS
    assert [(one["name"], one["execution_start"]) for one in path] == [
        (step.plan.goal, step.time) for step in STEPS
    ]


@table("step", STEPS, ids=[step.fact for step in STEPS])
def test_a_step_is_one_action_with_its_tactic_technique_time_and_outcome(step):
    (action,) = [one for one in ACTIONS if one["name"] == step.plan.goal]
    assert (action["tactic_id"], action["technique_id"]) == (
        ledger.tactic(step.tactic).id,
        step.techniques[0],
    )
    assert (action["execution_start"], action["labels"][0]) == (
        step.time,
        f"outcome-{step.outcome}",
    )


def place_of(technique: str, step) -> tuple[str, str]:
    """Under which tactic the layer shows a technique of a step."""
    return technique, ledger.ledger().attack.listed_under.get(technique, step.tactic)


def test_the_layer_has_each_technique_once_under_each_tactic_with_each_of_its_steps():
    shown = {(one["techniqueID"], one["tactic"]): one for one in LAYER["techniques"]}
    expected = Counter(place_of(name, step) for step in STEPS for name in step.techniques)
    assert len(shown) == len(LAYER["techniques"])
    assert {place: one["score"] for place, one in shown.items()} == expected
    for step in STEPS:
        for technique in step.techniques:
            assert (
                f"{step.fact} ({step.tactic}, {step.outcome}, fit {step.plan.fit_of(technique)})"
                in shown[place_of(technique, step)]["comment"]
            )
    assert LAYER["gradient"]["maxValue"] == max(expected.values())


def test_each_entry_of_the_layer_names_a_tactic_under_which_attack_lists_its_technique():
    """Without a tactic the Navigator lights a technique up under each; with another, nowhere."""
    for one in LAYER["techniques"]:
        assert one["tactic"] in TACTICS_OF[one["techniqueID"]], one["techniqueID"]


def test_what_a_technique_of_the_layer_calls_an_inference_is_about_that_technique():
    for one in LAYER["techniques"]:
        inferences = [item["value"] for item in one["metadata"] if item["name"] == "inference"]
        assert len(inferences) == one["score"] and all(
            text.startswith(one["techniqueID"] + " ") for text in inferences
        )


def test_the_colours_of_the_layer_are_those_of_its_legend():
    assert {one["color"] for one in LAYER["techniques"]} <= {
        one["color"] for one in LAYER["legendItems"]
    }
    assert len({one["color"] for one in LAYER["legendItems"]}) == len(LAYER["legendItems"]) == 3


def test_both_say_whose_the_mapping_is_and_in_which_release_of_attack():
    assert "course's own" in LAYER["description"] and "published none" in LAYER["description"]
    assert (
        "course's own"
        in next(thing for thing in FLOW["objects"] if thing["type"] == "attack-flow")["description"]
    )
    assert ledger.attack_version().startswith("v" + LAYER["versions"]["attack"])


def test_they_are_the_same_bytes_for_the_replay_a_second_replay_and_the_forecast():
    for steps in (STEPS, play(World.historical()).steps, foresee(World.historical())):
        assert json.dumps(navigator_layer(steps)) == json.dumps(LAYER)
        assert json.dumps(attack_flow(steps)) == json.dumps(FLOW)


# --- fact, inference, unknown -------------------------------------------------------------------


@table("step", STEPS, ids=[step.fact for step in STEPS])
def test_fact_inference_and_unknown_are_statements(step):
    parts, fact = statements(step), ledger.fact(step.fact)
    assert parts["fact"] == f"{fact.statement} ({fact.confidence})"
    assert f"course's mapping; fit: {step.plan.fit_of(step.techniques[0])}" in parts["inference"]
    assert not step.plan.assumption or step.plan.assumption in parts["inference"]
    assert not step.plan.assumption or step.plan.assumption not in parts["fact"]
    doubtful = step.outcome == "unknown" or step.time_precision not in ("minute", "second")
    assert ("unknown" in parts) == doubtful
    assert ("the hour" in parts.get("unknown", "")) == (
        step.plan.assumed_time is not None and step.time != fact.time
    )


@table("step", STEPS, ids=[step.fact for step in STEPS])
def test_an_action_is_labelled_with_the_kinds_of_statement_that_its_description_has(step):
    (action,) = [one for one in ACTIONS if one["name"] == step.plan.goal]
    kinds = [line.split(":")[0].lower() for line in action["description"].splitlines()]
    assert action["labels"][1:] == kinds == list(statements(step))
    assert {"fact", "inference"} <= set(kinds)


def test_that_the_archives_left_is_unknown_and_nowhere_a_fact():
    (step,) = [step for step in STEPS if step.fact == EXFILTRATION]
    (action,) = [one for one in ACTIONS if one["name"] == step.plan.goal]
    assert {"outcome-unknown", "unknown"} <= set(action["labels"])
    assert (
        "not known" in statements(step)["inference"]
        and "could not confirm" in statements(step)["fact"]
    )
    (shown,) = [one for one in LAYER["techniques"] if EXFILTRATION in one["comment"]]
    assert shown["color"] == next(
        item["color"] for item in LAYER["legendItems"] if item["label"] == "unknown"
    )
    for text in (json.dumps(LAYER), json.dumps(FLOW)):
        assert not re.search(
            "exfiltrated|were (taken|copied) (out|away)|outcome-succeeded[^}]*T1041", text, re.I
        )


SURE = {"confirmed": 95, "quoted": 85, "reported": 70, "single": 50, "disputed": 30}
FIT = {"exact": 95, "close": 70, "loose": 40}


def test_an_action_is_as_sure_as_the_weakest_of_fact_fit_and_outcome():
    for action, step in zip(ACTIONS, STEPS, strict=True):
        limits = [
            SURE[ledger.fact(step.fact).confidence],
            FIT[step.plan.fit_of(step.techniques[0])],
            30 if step.outcome == "unknown" else 100,
        ]
        assert action["confidence"] == min(limits), step.fact
    assert {action["confidence"] for action in ACTIONS} == {30, 40, 70, 95}


@table("confidence", SURE)
@table("fit", FIT)
@table("outcome", ["succeeded", "unknown"])
def test_each_certainty_counts_with_each_fit_and_outcome(confidence, fit, outcome):
    """No step of 2023 meets them all."""
    facts = ledger.ledger().facts.values()
    fact = next(fact.id for fact in facts if fact.confidence == confidence)
    plan = SimpleNamespace(fit_of={"T1078": fit}.get)
    step = SimpleNamespace(fact=fact, techniques=("T1078",), plan=plan, outcome=outcome)
    limit = 30 if outcome == "unknown" else 100
    assert stix_confidence(step) == min(SURE[confidence], FIT[fit], limit)


def test_each_technique_of_a_step_has_a_grade_of_its_own():
    """That tickets were searched for secrets does not say that one was found."""
    graded = {step.fact: step.plan.fit_of for step in STEPS}
    assert [graded["nov16-wiki-search"](name) for name in ("T1213.001", "T1552")] == [
        "exact",
        "loose",
    ]
    assert graded["nov15-atlassian-access"]("T1199") == "loose"
    (secrets,) = [one for one in LAYER["techniques"] if one["techniqueID"] == "T1552"]
    assert "fit loose" in secrets["comment"] and "fit exact" not in secrets["comment"]


def test_a_loose_fit_and_an_unknown_outcome_are_never_called_almost_certain():
    for action, step in zip(ACTIONS, STEPS, strict=True):
        if step.plan.fit_of(step.techniques[0]) == "loose" or step.outcome == "unknown":
            assert action["confidence"] <= 40


# --- in the official package --------------------------------------------------------------------


def test_the_official_attack_flow_package_finds_no_fault_and_draws_each_step(tmp_path):
    """It runs where the package is: it is not a dependency of the course."""
    schema = pytest.importorskip("attack_flow.schema")
    model = pytest.importorskip("attack_flow.model")
    graphviz = pytest.importorskip("attack_flow.graphviz")
    mermaid = pytest.importorskip("attack_flow.mermaid")
    file = tmp_path / "attack-flow.json"
    file.write_text(json.dumps(FLOW), encoding="utf-8")
    found = schema.validate_doc(file)
    assert found.success and not found.messages, [str(message) for message in found.messages]
    bundle = model.load_attack_flow_bundle(file)
    for drawn in (graphviz.convert_attack_flow(bundle), mermaid.convert_attack_flow(bundle)):
        text = html.unescape(re.sub(r"\s*(<br/?>)+\s*", " ", drawn))
        for step in STEPS:
            assert step.plan.goal in text and step.techniques[0] in text


# --- other worlds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "world",
    [
        world_with(sessions_bound=True),
        world_with(access_per_application=False, egress_logged=True),
        world_with(
            recordings_cleaned=True, personal_profiles_blocked=True, supplier_hard_keys=True
        ),
    ],
)
def test_a_world_that_never_was_is_exported_in_the_same_shapes(world):
    steps = foresee(world)
    jsonschema.validate(navigator_layer(steps), LAYER_4_5)
    for thing in attack_flow(steps)["objects"]:
        jsonschema.validate(thing, OBJECTS[thing["type"]])


def test_one_step_alone_is_a_flow_and_a_layer():
    assert [thing.get("effect_refs") for thing in attack_flow(STEPS[:1])["objects"]] == [None] * 4
    jsonschema.validate(navigator_layer(STEPS[:1]), LAYER_4_5)


def test_no_step_at_all_is_a_layer_without_techniques():
    jsonschema.validate(navigator_layer([]), LAYER_4_5)
