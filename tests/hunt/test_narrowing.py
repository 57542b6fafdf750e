"""What DuckDB is asked holds of every event of which a rule is true."""

import pytest
from hunt_helpers import events_of, okta, rule, write_events, write_rules

from labutils.hunt import engine
from labutils.hunt.duckdb_sql import connect
from labutils.hunt.narrowing import TRUE, may_match
from labutils.hunt.rules import load

TEXTS = ["a", "A", "b", "xAy", "a.b", "É", "é", "1", "1.0", "01", "-0", "1e3", "true", "TRUE", ""]
TEXTS += [
    " ",
    'a"b',
    "a\\b",
    "%",
    "a\nb",
    "a\0b",
    "\ud800",
    "192.0.2.7",
    "192.0.2.07",
    "::1",
    "[1]",
]
TEXTS += ["[1]", "\x1e[1]", "null", "a*b", "1.5", "198.51.100.9", "0", "{}"]
NUMBERS = [0, 1, -1, 1.0, 1.5, 1000, 1e3, 1e16, 10**16, 2**70, -0.0, 1e400, True, False, None]
LISTS = [[], [None], ["a"], ["b", "A"], [1.0], [1, 2], [["a"], "b"], ["192.0.2.7", "x"], ["a\nb"]]
LISTS += [[True], ["1"], ["é"], [1000.0, "z"], [[]]]
OBJECTS = [{}, {"b": "a"}, {"b": [1, "A"]}, {"b.c": "a"}, {"b": {"c": "a"}}, {"b": None}, {"": "a"}]
OBJECTS += [[{"b": "a"}, "a"]]
OBJECTS += [[{"b": "a"}, {"b": "x"}], {"b": 1.0}, {"b": "é"}, {"b": ["a", {"c": "a"}]}]
EVENTS = [okta("one", a=value) for value in (*TEXTS, *NUMBERS, *LISTS)]
EVENTS += [okta("one", o=value) for value in (*TEXTS, *LISTS, *OBJECTS)]
EVENTS += [okta("one", **{"p.b": value}) for value in ("a", ["A", 1], {"c": "a"}, None)]
EVENTS += [okta("one", **{"p.b": "x", "p": {"b": "a", "d.e": "a"}}), okta("one", 201, who="a")]

ASKED = ["a", "A", "b", "é", "*", "?", "a*", "*b", "*a*", "a*b", "a\\*b", "1", "1.0", "*.0*", "*1*"]
ASKED += ["", "1e3", "true", '*"*', "[", "{}", "*{*", "*é*", "%", 0, 1, 1.0, 1.5, 1000, 10**16]
ASKED += ["a\0b", True, False, None, ["a", "é"], ["a", "*b"], ["1", "x"], [1, "a"]]
SELECTIONS = [{field: asked} for field in ("a", "o", "o.b", "o.b.c", "p.b") for asked in ASKED]
SELECTIONS += [
    {f"{field}|{modifier}": asked}
    for field in ("a", "o")
    for modifier, values in {
        "contains": ["a", "é", ".0", "1", '"', "\\n", "true", "e+"],
        "startswith": ["a", "1", "{"],
        "endswith": ["b", "0"],
        "cased": ["a", "A", "*A*"],
        "re": ["^a", "A.*", "^1$", r"\.0"],
        "exists": [True, False],
        "gt": [0],
        "lte": [1],
        "neq": [1],
        "cidr": ["192.0.2.0/24", "192.0.2.0/29", "0.0.0.0/0", "::/8", "192.0.2.7/32"],
        "contains|all": [["a", "b"], ["a", "x"]],
        "fieldref": ["o.b", "who"],
        "windash|contains": ["-a"],
        "base64offset|contains": ["ab"],
    }.items()
    for asked in values
]
KEYWORDS = [["a"], ["A*b"], ["é"], ["1.0"], ["a\nb"], ["true"], [1], ["{}"], ['"']]
CONDITIONS = ("s", "not s", "t and not s", "not (t and s)", "not (s or u)", "s or u", "not not s")


@pytest.mark.parametrize("names", [("a", "p.b", "eventType"), ("a", "o", "o.b", "p.b"), ()])
def test_no_event_is_left_out_that_a_rule_is_true_of(tmp_path, names):
    """Each comparison, alone and in conditions, over each value: of columns, and of the JSON."""
    path = write_events(tmp_path, *EVENTS)
    parts = {"t": {"eventType": "one"}, "u": {"a": "xAy"}}
    drawn = [
        rule(parts | {"s": selection}, condition, title=f"{number} {condition}")
        for number, selection in enumerate([*SELECTIONS, *KEYWORDS])
        for condition in (CONDITIONS if number % 4 == 0 else CONDITIONS[:2])
    ]
    rules = write_rules(tmp_path, *drawn)
    hits = {}
    for hit in engine.hunt([rules], [path]).hits:
        hits.setdefault(hit.title, set()).update(int(one.split(":")[1]) for one in hit.event_ids)
    missed, chosen = [], 0
    with events_of(path, *names) as kept, connect(tmp_path) as database:
        table, fields = kept.table("okta"), kept.fields["okta"]
        assert sorted(fields.columns) == sorted(names)
        for one in load([rules]).rules:
            asked = f"SELECT place FROM {table} WHERE {may_match(one, fields)}"
            places = {place for (place,) in database.execute(asked).fetchall()}
            chosen += len(places)
            missed += [(one.title, lost) for lost in hits.get(one.title, set()) - places]
    assert not missed
    assert len(hits) > 500
    assert not names or chosen < 2 * sum(map(len, hits.values()))


def test_something_is_asked_of_each_alternative_that_can_be_said_in_a_question(tmp_path):
    """A rule of which TRUE is asked keeps all events: it would be right, and of no use."""
    parts = {"t": {"eventType": "one", "a": "x"}, "u": {"a": "xAy"}}
    said = [1, None, [1, "a"], [None, "a"], ["x*", "a"], {"a|gt": 3}, {"a|cidr": "192.0.2.0/24"}]
    drawn = [
        rule(parts | {"s": one if isinstance(one, dict) else {"a": one}}, condition, title=f"{one}")
        for one in said
        for condition in ("s", "s or u", "s or t or u")
    ]
    rules = load([write_rules(tmp_path, *drawn)]).rules
    with events_of(write_events(tmp_path, *EVENTS), "a", "eventType") as kept:
        asked = {one.title: may_match(one, kept.fields["okta"]) for one in rules}
    assert len(rules) == len(drawn) and TRUE not in asked.values()
