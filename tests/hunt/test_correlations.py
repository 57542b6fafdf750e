"""Correlations step by step: the same alerts as those of the backend's own plan, in one step or in
many, and a sentence for what is left out."""

import copy
import json

import pytest
from how_many import draws
from hunt_helpers import correlation, hunted, okta, rule, write_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from sigma.backends.sqlite import sqliteBackend
from sigma.backends.sqlite.runtime import execute_plan
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldFunctionTransformation
from sigma.rule import SigmaRule

from labutils.hunt.engine import Matcher, hits, make_columns
from labutils.hunt.reading import Event
from labutils.hunt.rules import load
from labutils.hunt.sources import iso_time
from labutils.hunt.store import Store, column

ONE = rule({"eventType": "one"}, name="one")
TWO = rule({"eventType": ["two", "one"]}, name="two")
TITLE = "A correlation"
BY_WHO = {"timespan": "10s", "group-by": ["who"]}


def logged(events, first=1):
    return [Event("log", n, "okta", one, json.dumps(one)) for n, one in enumerate(events, first)]


# --- as the converter's own plan has it -----------------------------------------------------------


def by_the_plan(ruleset, store):
    """(time, events) of each alert: the rows of the plan, those of one group merged that touch."""
    pipeline = ProcessingPipeline(
        [ProcessingItem(FieldFunctionTransformation({}, lambda name: column(name or "")))]
    )
    backend = sqliteBackend(
        pipeline, table="okta", timestamp_field="_time", timestamp_format="unix", event_id_field="n"
    )
    alerts = []
    for one in copy.deepcopy(ruleset.rules):
        if isinstance(one, SigmaRule):
            backend.convert_rule(one)
            continue
        (query,) = backend.convert_correlation_rule(one, "zircolite")
        rows, _ = execute_plan(store.database, query["correlation_plan"], include_events=False)
        latest = {}
        for row in sorted(rows, key=lambda row: (row["window_start"], row["window_end"])):
            group = tuple(sorted(row["group_keys"].items()))  # 1 and 1.0 are one group
            numbers = {int(name.partition(":")[2]) for name in row["event_ids"]}
            if group in latest and row["window_start"] <= latest[group][1]:
                latest[group][1] = row["window_end"]
                latest[group][2].update(numbers)
            else:
                latest[group] = [row["occurrence_time"], row["window_end"], numbers]
                alerts.append(latest[group])
    return sorted((iso_time(time), sorted(numbers)) for time, _, numbers in alerts)


KINDS = [
    correlation("event_count", ["one", "two"], **BY_WHO, condition={"gte": 2}),
    correlation("value_count", ["two"], **BY_WHO, condition={"field": "n", "gte": 2}),
    correlation("value_sum", ["two"], **BY_WHO, condition={"field": "n", "gt": 3}),
    correlation("value_avg", ["two"], **BY_WHO, condition={"field": "n", "lt": 3}),
    correlation("value_median", ["two"], **BY_WHO, condition={"field": "n", "gte": 2}),
    correlation("temporal", ["one", "two"], **BY_WHO),
    correlation("temporal", ["one", "two"], timespan="5s", condition="two and not one"),
    correlation("temporal", ["one", "two"], timespan="5s", condition="not one and not two"),
]
EVENTS = st.lists(
    st.builds(
        okta,
        st.sampled_from(["one", "two", "other"]),
        st.integers(0, 40),
        who=st.sampled_from(["ada", "ADA", "É", "é", 1, 1.0, "1", ["ada", "tom"], True, None]),
        n=st.sampled_from([1, 1.0, "1", "a", "A", 2.5, "2.5", "x", ["a"], ["a", "b"], None]),
    ),
    max_size=14,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["correlation"]["type"]))
@settings(max_examples=draws(15), deadline=None)
@given(events=EVENTS)
def test_alerts_are_those_of_the_backends_own_plan(tmp_path_factory, kind, events):
    folder = tmp_path_factory.mktemp("plan")
    ruleset, store = load([write_rules(folder, ONE, TWO, kind)]), Store()
    make_columns(ruleset, store)
    store.load(logged(events))
    every = sorted(
        (hit.time, sorted(int(name.split(":")[1]) for name in hit.event_ids))
        for hit in hits(ruleset, store)
        if hit.title == TITLE
    )
    assert every == by_the_plan(ruleset, store)
    store.close()


# --- in many steps --------------------------------------------------------------------------------

CHAIN = [
    correlation("event_count", ["one"], **BY_WHO, condition={"gte": 2}) | {"name": "burst"},
    correlation("temporal", ["burst", "two"], timespan="20s", **{"group-by": ["n"]}),
]


@pytest.mark.parametrize("kind", [*([kind] for kind in KINDS), CHAIN], ids=str)
@settings(max_examples=draws(8), deadline=None)
@given(events=EVENTS, steps=st.lists(st.integers(0, 14), max_size=3))
def test_in_steps_the_last_word_is_that_of_one_passage(tmp_path_factory, kind, events, steps):
    """Whatever the order in which events come: of each group the last answer counts."""
    folder = tmp_path_factory.mktemp("steps")
    path, cuts = write_rules(folder, ONE, TWO, *kind), [0, *sorted(steps), 14]
    store = Store(keep_texts=False)
    growing = Matcher(load([path]), store, keep=True)
    make_columns(growing.ruleset, store)
    for start, end in zip(cuts, cuts[1:], strict=False):
        store.load(logged(events[start:end], start + 1))
        growing.new_hits()
    whole = Store()
    whole.load(logged(events))
    once = [hit for hit in hits(load([path]), whole) if hit.title == TITLE]
    assert list(growing.standing()) == once
    store.close()
    whole.close()


# --- notes ----------------------------------------------------------------------------------------


def test_what_a_correlation_leaves_out_is_said(tmp_path):
    counted = correlation("event_count", ["one"], **BY_WHO, condition={"gte": 2})
    events = [okta("one", who="ada", published="soon"), okta("one", 1), okta("one", 2)]
    assert hunted(tmp_path, [ONE, counted], events).notes == [
        "The correlation 'A correlation' left out 1 event without a time that can be read.",
        "The correlation 'A correlation' left out 2 matches without who.",
    ]


def test_a_window_that_has_not_ended_is_said(tmp_path):
    lonely = correlation("temporal", ["one", "two"], **BY_WHO, condition="one and not two")
    two = rule({"eventType": "two"}, name="two")
    assert hunted(tmp_path, [ONE, two, lonely], [okta("one", who="ada")]).notes == [
        "The correlation 'A correlation' left out 1 window of 10s that had not ended when the logs "
        "did."
    ]


def test_nothing_is_said_where_nothing_is_left_out(tmp_path):
    counted = correlation("event_count", ["one"], **BY_WHO, condition={"gte": 2})
    assert hunted(tmp_path, [ONE, counted], [okta("one", who="ada")]).notes == []


def test_what_a_correlation_below_leaves_out_is_said_too(tmp_path):
    assert hunted(tmp_path, [ONE, TWO, *CHAIN], [okta("one", n=1)]).notes == [
        "The correlation 'A correlation' left out 1 match without who."
    ]


def test_a_count_of_several_fields_together_is_refused(tmp_path):
    several = correlation(
        "value_count", ["one"], timespan="1m", condition={"field": ["a", "b"], "gte": 2}
    )
    (refused,) = hunted(tmp_path, [ONE, several], [okta("one")]).refused
    assert "it counts several fields together" in refused.reason
