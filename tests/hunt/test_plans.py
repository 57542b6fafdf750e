"""Plans of correlations that were made quicker give what they gave."""

import json
import random

from hunt_helpers import correlation, okta, rule, write_rules

from labutils.hunt import engine
from labutils.hunt.plans import DistinctValues, quickened
from labutils.hunt.reading import Event
from labutils.hunt.rules import load
from labutils.hunt.store import Store

ONE = rule({"eventType": "one"}, name="one")
COUNTED = {"condition": {"field": "n", "gte": 2}}


def plans(tmp_path, monkeypatch, rules, events):
    """The plan that was asked, and the hits of it."""
    asked = []
    monkeypatch.setattr(engine, "quickened", lambda plan: asked.append(plan) or quickened(plan))
    ruleset, store = load([write_rules(tmp_path, *rules)]), Store()
    store.load(
        Event("log", n, "okta", event, json.dumps(event)) for n, event in enumerate(events, 1)
    )
    hits = engine.hits(ruleset, store)
    monkeypatch.setattr(engine, "quickened", lambda plan: plan)
    unhurried = engine.hits(ruleset, store)
    store.close()
    return asked[0], hits, unhurried


def test_values_are_counted_in_one_passage_and_are_as_many(tmp_path, monkeypatch):
    dice = random.Random(1)
    values = ["a", "A", "b", "é", "É", 1, 1.0, "1", None, True]
    events = [
        okta("one", dice.randrange(4000), who=dice.choice("xyz"), n=dice.choice(values))
        for _ in range(400)
    ]
    for group in ({}, {"group-by": ["who"]}, {"group-by": ["who", "eventType"]}):
        rules = [ONE, correlation("value_count", ["one"], **COUNTED, **group)]
        plan, hits, unhurried = plans(tmp_path, monkeypatch, rules, events)
        assert hits == unhurried and hits
        names = [stage["name"] for stage in quickened(plan)["prepare"]]
        assert len(names) == len(plan["prepare"]) + 1
        assert any(name.endswith("_values") for name in names)


def test_other_plans_stay_as_they_are(tmp_path, monkeypatch):
    rules = [ONE, correlation("event_count", ["one"], condition={"gte": 2})]
    plan, _, _ = plans(tmp_path, monkeypatch, rules, [okta("one")])
    assert quickened(plan) == plan


def test_what_leaves_a_window_is_no_longer_counted():
    window = DistinctValues()
    for value in ("a", "A", "b", None):
        window.step(value)
    assert window.value() == 2
    window.inverse("a")
    window.inverse(None)
    assert window.value() == 2
    window.inverse("A")
    assert window.value() == window.finalize() == 1
