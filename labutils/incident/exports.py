"""The replay in the exchange formats of the field: an ATT&CK Navigator layer (4.5) and an Attack Flow (2.0.0, STIX 2.1)."""

import json
import uuid
from collections.abc import Sequence

from labutils.incident import ledger
from labutils.incident.breach import Step
from labutils.lab import data_file

FLOW = "fb9c968a-745b-4ade-9b25-c324172197f4"  # the extension's own identifier, the same in every Attack Flow
WRITTEN = "2024-02-01T00:00:00.000Z"  # the day of the report: the same bytes every time
OUTCOMES = {
    "succeeded": "#D55E00",
    "denied": "#0072B2",
    "unknown": "#999999",
    "not_reached": "#ffffff",
}  # as in the pictures
# STIX confidence, 0 to 100: what is known of the event, and how well the technique fits it. The weaker of the two counts.
CERTAINTY = {"confirmed": 95, "reported": 70, "single": 50, "disputed": 30}
FIT = {"exact": 95, "close": 70, "loose": 40}
UNKNOWN = 30  # at most, where nobody knows whether it came about


def stix_confidence(step: Step) -> int:
    """How sure an action of the Attack Flow is, from 0 to 100: the weakest of the fact, the technique's fit and the outcome."""
    limits = [
        CERTAINTY[ledger.fact(step.fact).confidence],
        FIT[step.plan.fit],
        UNKNOWN if step.outcome == "unknown" else 100,
    ]
    return min(limits)


def told_apart(step: Step, technique: str | None = None) -> dict[str, str]:
    """What of a step is fact, what is inference (the course's own: its first technique, or the one named), what nobody outside knows."""
    fact, technique = ledger.fact(step.fact), technique or step.techniques[0]
    parts = {
        "fact": f"{fact.statement} ({fact.confidence})",
        "inference": f"{technique} {ledger.technique(technique)} is the course's mapping; fit: {step.plan.fit}",
    }
    if step.plan.assumption:
        parts["inference"] += f". The model adds: {step.plan.assumption}"
    open_questions = [
        "whether it came about as told" if step.outcome == "unknown" else "",
        "the day and the hour"
        if step.time_assumed
        else ""
        if step.time_precision in ("minute", "second")
        else "the hour",
    ]
    if any(open_questions):
        parts["unknown"] = "; ".join(filter(None, open_questions))
    return parts


def navigator_layer(steps: Sequence[Step]) -> dict:
    """A layer for the ATT&CK Navigator: each technique with the steps that show it. The mapping is the course's own."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        for technique in step.techniques:
            found.setdefault(technique, []).append(step)
    techniques = [
        {
            "techniqueID": technique,
            "score": len(mine),
            "enabled": True,
            "color": OUTCOMES[mine[-1].outcome],
            "showSubtechniques": "." in technique,
            "comment": "; ".join(
                f"{step.fact} ({step.tactic}, {step.outcome}, fit {step.plan.fit})" for step in mine
            ),
            "metadata": [
                {"name": kind, "value": text}
                for step in mine
                for kind, text in told_apart(step, technique).items()
            ],
        }
        for technique, mine in sorted(found.items())
    ]
    layer = _boilerplate("navigator layer")
    version = ledger.attack_version().removeprefix("v").split(".")[0]
    return {
        **layer,
        "versions": {"attack": version, **layer["versions"]},
        "techniques": techniques,
        "gradient": {
            "colors": ["#ffffff", "#666666"],
            "minValue": 0,
            "maxValue": max((t["score"] for t in techniques), default=1),
        },
        "legendItems": [
            {"label": outcome, "color": colour}
            for outcome, colour in OUTCOMES.items()
            if outcome != "not_reached"
        ],
    }


def attack_flow(steps: Sequence[Step]) -> dict:
    """An Attack Flow: one action a step, in the order of the replay. Labels tell fact, inference and unknown apart."""
    author = {**_boilerplate("author"), "id": _id("identity", "author")}
    extension = {
        **_boilerplate("attack flow extension"),
        "id": f"extension-definition--{FLOW}",
        "created_by_ref": author["id"],
    }
    actions = []
    for step in steps:
        parts = told_apart(step)
        actions.append(
            {
                "type": "attack-action",
                "id": _id("attack-action", step.fact),
                **_new(author),
                "name": step.plan.goal,
                "tactic_id": ledger.tactic(step.tactic).id,
                "technique_id": step.techniques[0],
                "description": "\n".join(
                    f"{kind.capitalize()}: {text}" for kind, text in parts.items()
                ),
                "execution_start": step.time,
                "confidence": stix_confidence(step),
                "labels": [f"outcome-{step.outcome}", *parts],
            }
        )
    for action, following in zip(actions, actions[1:], strict=False):
        action["effect_refs"] = [following["id"]]
    flow = {
        **_boilerplate("attack flow"),
        "id": _id("attack-flow", "2023"),
        **_new(author),
        "start_refs": [action["id"] for action in actions[:1]],
    }
    objects = [
        {**thing, "spec_version": "2.1", "created": WRITTEN, "modified": WRITTEN}
        for thing in (extension, author, flow, *actions)
    ]
    return {"type": "bundle", "id": _id("bundle", "2023"), "objects": objects}


def _boilerplate(name: str) -> dict:
    return json.loads(data_file("exchange-formats.json").read_text(encoding="utf-8"))[name]


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid.uuid5(uuid.UUID(FLOW), kind + name)}"


def _new(author: dict) -> dict:
    return {
        "created_by_ref": author["id"],
        "extensions": {f"extension-definition--{FLOW}": {"extension_type": "new-sdo"}},
    }
