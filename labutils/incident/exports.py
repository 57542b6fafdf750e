"""Export a replay: an ATT&CK Navigator layer (4.5) and an Attack Flow (2.0.0, STIX 2.1)."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from labutils.incident import cases
from labutils.incident.breach import Step
from labutils.incident.cases import CaseName
from labutils.lab import data_file

# The identifier of the extension of STIX, the same in every Attack Flow.
FLOW = "fb9c968a-745b-4ade-9b25-c324172197f4"
# The vermilion and the blue of the pictures; the grey is lighter than theirs, and what was not
# reached is white.
COLOURS = {
    "succeeded": "#D55E00",
    "denied": "#0072B2",
    "unknown": "#999999",
    "not_reached": "#ffffff",
}
GRADIENT = ["#ffffff", "#666666"]  # by how many steps show a technique
# STIX confidence, 0 to 100: what is known of the event, and how well the technique fits it. The
# weaker of the two counts.
CERTAINTY = {"confirmed": 95, "quoted": 85, "reported": 70, "single": 50, "disputed": 30}
FIT = {"exact": 95, "close": 70, "loose": 40}
UNKNOWN = 30  # at most, where nobody knows whether it came about

Json = dict[str, Any]


def stix_confidence(step: Step, *, case: CaseName = cases.COURSE) -> int:
    """Return how certain an action of the Attack Flow is, from 0 to 100.

    It is the weakest of the fact, the fit of the step's first technique and the outcome.
    """
    fact = cases.load(case).ledger.facts[step.fact]
    limits = [CERTAINTY[fact.confidence], FIT[step.plan.fit_of(step.techniques[0])]]
    if step.outcome == "unknown":
        limits.append(UNKNOWN)
    return min(limits)


def statements(
    step: Step, technique: str | None = None, *, case: CaseName = cases.COURSE
) -> dict[str, str]:
    """Return what is fact, inference and unknown about a step, each as a text.

    The inference is the course's own: the step's first technique, or the one named, and what the
    model adds.
    """
    ledger = cases.load(case).ledger
    fact, mapped = ledger.facts[step.fact], technique or step.techniques[0]
    name = ledger.attack.techniques[mapped]
    inference = f"{mapped} {name} is the course's mapping; fit: {step.plan.fit_of(mapped)}"
    if step.plan.assumption:
        inference += f". The model adds: {step.plan.assumption}"
    parts = {"fact": f"{fact.statement} ({fact.confidence})", "inference": inference}
    if unknown := _unknowns(step):
        parts["unknown"] = "; ".join(unknown)
    return parts


def _unknowns(step: Step) -> list[str]:
    """What nobody outside knows of a step."""
    unknown = ["whether it happened as reported"] if step.outcome == "unknown" else []
    if step.time_assumed:
        unknown.append("the day and the hour")
    elif step.time_precision not in ("minute", "second"):
        unknown.append("the hour")
    return unknown


# --- ATT&CK Navigator ---------------------------------------------------------------------------


def navigator_layer(steps: Sequence[Step], *, case: CaseName = cases.COURSE) -> Json:
    """Return a layer for the ATT&CK Navigator: each technique, under its tactic, with its steps.

    The mapping is the course's own.
    """
    case = cases.load(case)
    attack = case.ledger.attack
    by_place: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        for technique in step.techniques:
            tactic = attack.listed_under.get(technique, step.tactic)
            by_place.setdefault((technique, tactic), []).append(step)
    techniques = [
        _technique(technique, tactic, shown_by, case)
        for (technique, tactic), shown_by in sorted(by_place.items())
    ]
    layer = _boilerplate("navigator layer")
    version = attack.version.removeprefix("v").split(".")[0]
    return {
        "name": case.export.name,
        **layer,
        "versions": {"attack": version, **layer["versions"]},
        "description": case.export.layer,
        "techniques": techniques,
        "gradient": {
            "colors": GRADIENT,
            "minValue": 0,
            "maxValue": max((len(shown_by) for shown_by in by_place.values()), default=1),
        },
        "legendItems": [
            {"label": outcome, "color": colour}
            for outcome, colour in COLOURS.items()
            if outcome != "not_reached"
        ],
    }


def _technique(technique: str, tactic: str, steps: Sequence[Step], case: CaseName) -> Json:
    """A technique of a layer under one tactic, coloured by the outcome of the last step that shows
    it there."""
    comments = [
        f"{step.fact} ({step.tactic}, {step.outcome}, fit {step.plan.fit_of(technique)})"
        for step in steps
    ]
    return {
        "techniqueID": technique,
        "tactic": tactic,
        "score": len(steps),
        "enabled": True,
        "color": COLOURS[steps[-1].outcome],
        "showSubtechniques": "." in technique,
        "comment": "; ".join(comments),
        "metadata": [
            {"name": kind, "value": text}
            for step in steps
            for kind, text in statements(step, technique, case=case).items()
        ],
    }


# --- Attack Flow --------------------------------------------------------------------------------


def attack_flow(steps: Sequence[Step], *, case: CaseName = cases.COURSE) -> Json:
    """Return an Attack Flow with one action per step, in the order of the replay.

    Labels tell fact, inference and unknown apart.
    """
    case = cases.load(case)
    author = {**_boilerplate("author"), "id": _id("identity", "author")}
    extension = {
        **_boilerplate("attack flow extension"),
        "id": f"extension-definition--{FLOW}",
        "created_by_ref": author["id"],
    }
    actions = [_action(step, author, case) for step in steps]
    for action, following in zip(actions, actions[1:], strict=False):
        action["effect_refs"] = [following["id"]]
    flow = {
        "type": "attack-flow",
        "name": case.export.name,
        "scope": "incident",
        "description": case.export.flow,
        "id": _id("attack-flow", case.export.label),
        **_new(author),
        "start_refs": [action["id"] for action in actions[:1]],
    }
    written = case.export.written
    objects = [
        {**thing, "spec_version": "2.1", "created": written, "modified": written}
        for thing in (extension, author, flow, *actions)
    ]
    return {"type": "bundle", "id": _id("bundle", case.export.label), "objects": objects}


def _action(step: Step, author: Json, case: CaseName) -> Json:
    """A step as an action of a flow."""
    parts = statements(step, case=case)
    return {
        "type": "attack-action",
        "id": _id("attack-action", step.fact),
        **_new(author),
        "name": step.plan.goal,
        "tactic_id": cases.load(case).ledger.tactics[step.tactic].id,
        "technique_id": step.techniques[0],
        "description": "\n".join(f"{kind.capitalize()}: {text}" for kind, text in parts.items()),
        "execution_start": step.time,
        "confidence": stix_confidence(step, case=case),
        "labels": [f"outcome-{step.outcome}", *parts],
    }


def _boilerplate(name: str) -> Json:
    """A fixed part of a format."""
    parts: dict[str, Json] = json.loads(
        data_file("exchange-formats.json").read_text(encoding="utf-8")
    )
    return parts[name]


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid.uuid5(uuid.UUID(FLOW), kind + name)}"


def _new(author: Json) -> Json:
    """What STIX asks of an object of a kind that an extension brings."""
    return {
        "created_by_ref": author["id"],
        "extensions": {f"extension-definition--{FLOW}": {"extension_type": "new-sdo"}},
    }
