"""What a correlation means: held against a second opinion that looks at each window by itself."""

import json
from copy import deepcopy

import pytest
from how_many import draws
from hunt_helpers import correlation, okta, rule, write_rules
from hunt_oracle_correlations import Logged, alarms
from hypothesis import given, settings
from hypothesis import strategies as st
from sigma.collection import SigmaCollection

from labutils.hunt.engine import hits
from labutils.hunt.reading import Event
from labutils.hunt.rules import load
from labutils.hunt.sources import iso_time, time_of
from labutils.hunt.store import Store

BASE = [
    rule({"eventType": "one"}, name="one"),
    rule({"eventType": ["two", "both"]}, name="two"),
    rule({"eventType|endswith": ["three", "both"]}, name="three"),
]
TITLE = "A correlation"
TIMED = {"timespan": "10s"}
BY_WHO = TIMED | {"group-by": ["who"]}


def by_the_engine(folder, rules, events):
    """(time, numbers of the events) of each alarm of the correlation called TITLE."""
    ruleset, store = load([write_rules(folder, *rules)]), Store()
    store.load(Event("log", n, "okta", one, json.dumps(one)) for n, one in enumerate(events, 1))
    every = [hit for hit in hits(ruleset, store) if hit.title == TITLE]
    store.close()
    assert not ruleset.refused
    return sorted(
        (hit.time, sorted(int(name.split(":")[1]) for name in hit.event_ids)) for hit in every
    )


def by_the_oracle(rules, events):
    collection = SigmaCollection.from_dicts(deepcopy(rules))
    (one,) = [parsed for parsed in collection.rules if parsed.title == TITLE]
    logged = [
        Logged(n, time, event)
        for n, event in enumerate(events, 1)
        if (time := time_of(event, "okta")) is not None
    ]
    return sorted((iso_time(time), sorted(numbers)) for time, _, numbers in alarms(one, logged))


def agreed(folder, rules, events):
    """The alarms on which both opinions agree."""
    alarms_of_engine = by_the_engine(folder, rules, events)
    assert alarms_of_engine == by_the_oracle(rules, events)
    return alarms_of_engine


# --- fixed cases --------------------------------------------------------------------------------


def at(minute, second):
    return f"2023-11-14T09:{minute:02}:{second:02}Z"


def test_two_fields_of_different_names_are_one_by_an_alias(tmp_path):
    aliases = {"who": {"one": "actor", "two": "target.name"}}
    joined = correlation("temporal", ["one", "two"], **BY_WHO, aliases=aliases)
    events = [
        okta("one", 0, actor="ada", target={"name": "tom"}),
        okta("two", 5, actor="tom", target=[{"name": "ADA"}]),
        okta("two", 6, actor="ada", target={"name": "zoe"}),
    ]
    assert agreed(tmp_path, [*BASE, joined], events) == [(at(0, 5), [1, 2])]


def test_a_chain_counts_the_alerts_of_another_correlation(tmp_path):
    burst = correlation("event_count", ["one"], **BY_WHO, condition={"gte": 2})
    burst |= {"title": "Burst", "name": "burst"}
    chain = correlation(
        "temporal_ordered", ["burst", "two"], timespan="1m", **{"group-by": ["who"]}
    )
    events = [okta("one", n, who="ada") for n in (0, 1)] + [okta("two", 30, who="Ada")]
    events += [okta("one", 40, who="tom"), okta("two", 41, who="tom")]
    assert agreed(tmp_path, [*BASE, burst, chain], events) == [(at(0, 30), [1, 2, 3])]


def test_what_must_be_absent_is_waited_for(tmp_path):
    lonely = correlation("temporal", ["one", "two"], **BY_WHO, condition="one and not two")
    events = [okta("one", 0, who="ada"), okta("one", 20, who="tom"), okta("two", 25, who="tom")]
    events += [okta("one", 55, who="zoe"), okta("three", 60, who="zoe")]
    assert agreed(tmp_path, [*BASE, lonely], events) == [(at(0, 10), [1])]


def test_an_event_without_a_time_or_a_group_takes_no_part(tmp_path):
    counted = correlation("event_count", ["one"], **BY_WHO, condition={"gte": 2})
    events = [okta("one", 0, who="a"), okta("one", 1, who="a", published="soon"), okta("one", 2)]
    assert agreed(tmp_path, [*BASE, counted], events) == []


# --- drawn events -------------------------------------------------------------------------------

VALUES = st.sampled_from([1, 2, 3, 5, 2.5, "4", "x", None])
EVENTS = st.lists(
    st.builds(
        okta,
        st.sampled_from(["one", "two", "three", "both", "other"]),
        st.integers(0, 45),
        who=st.sampled_from(["ada", "Ada", "tom", ["ada", "tom"], None]),
        other=st.sampled_from(["ada", "tom"]),
        n=VALUES,
    ),
    max_size=12,
)
CONDITIONS = {
    "event_count": [{"gte": 2}, {"eq": 1}, {"lte": 2}],
    "value_count": [{"field": "n", "gte": 2}, {"field": "n", "lt": 2}],
    "value_sum": [{"field": "n", "gte": 4}, {"field": "n", "lt": 3}],
    "value_avg": [{"field": "n", "gt": 2}, {"field": "n", "lte": 2}],
    "value_median": [{"field": "n", "gte": 2}],
    "value_percentile": [{"field": "n", "gte": 3, "percentile": 90}],
    "temporal": [
        None,
        {"gte": 2},
        "one and (two or three)",
        "one and not two",
        "(one and not three) or two",
        "not one and not two",
    ],
    "temporal_ordered": [None, {"gte": 2}, "one and three"],
}
CHOICES = [(kind, condition) for kind, several in CONDITIONS.items() for condition in several]
NAMES = [(), ("who",), ("who", "other")]


@pytest.mark.parametrize(("kind", "condition"), CHOICES, ids=str)
@settings(max_examples=draws(25), deadline=None)
@given(events=EVENTS, group=st.sampled_from(NAMES), aliased=st.booleans())
def test_both_opinions_agree_on_each_type(
    tmp_path_factory, kind, condition, events, group, aliased
):
    body = dict(TIMED)
    if condition:
        body["condition"] = condition
    if group:
        body["group-by"] = list(group)
    names = ["one", "two", "three"]
    if isinstance(condition, str):  # which must name each of the rules
        names = [name for name in names if name in condition]
    if aliased and group:
        body["aliases"] = {"who": {names[0]: "other", names[-1]: "who"}}
    folder = tmp_path_factory.mktemp("drawn")
    agreed(folder, [*BASE, correlation(kind, names, **body)], events)


@settings(max_examples=draws(60), deadline=None)
@given(
    events=EVENTS,
    below=st.sampled_from(["event_count", "temporal", "temporal_ordered"]),
    above=st.sampled_from(["event_count", "temporal", "temporal_ordered"]),
    grouped=st.booleans(),
)
def test_both_opinions_agree_on_chains(tmp_path_factory, events, below, above, grouped):
    group = {"group-by": ["who"]} if grouped else {}

    def count(kind, number):
        return {"condition": {"gte": number}} if kind == "event_count" else {}

    child = correlation(below, ["one", "two"], **TIMED, **group, **count(below, 2))
    child |= {"title": "Below", "name": "below"}
    chain = correlation(above, ["below", "three"], timespan="20s", **group, **count(above, 2))
    agreed(tmp_path_factory.mktemp("drawn"), [*BASE, child, chain], events)
