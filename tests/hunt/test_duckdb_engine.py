"""`--engine duckdb` leaves out events, and never one that a hit needs: hits are those of SQLite."""

import json
from dataclasses import asdict

import duckdb
import pytest
from hunt_helpers import correlation, events_of, okta, rule, write_events, write_rules
from hypothesis import given
from hypothesis import strategies as st
from sigma.backends.sqlite.correlation import quote

from labutils.hunt import CannotAsk, duckdb_engine, engine
from labutils.hunt.rules import load
from labutils.hunt.store import FIRST, TEXT, Store, column

SIGN_IN = rule({"eventType": "user.session.start"}, name="one", title="One")
RESET = rule({"eventType": "user.mfa.factor.reset_all"}, name="two", title="Two")


@pytest.fixture(autouse=True)
def nothing_is_looked_at_in_any_case(monkeypatch, tmp_path):
    """Without the first events of each file, which are always loaded."""
    monkeypatch.setattr(duckdb_engine, "FIRST", 0)
    monkeypatch.setenv("LABUTILS_CACHE", str(tmp_path / "cache"))


def found(result):
    return [asdict(hit) for hit in result.hits], result.refused, result.skipped, result.events


def left_out(result):
    """The notes of correlations. Those on the case of a field's name go by the first events."""
    return [note for note in result.notes if "left out" in note]


def both(rules, events):
    """What SQLite finds, which DuckDB finds as well."""
    by_sqlite = engine.hunt([rules], [events])
    by_duckdb = engine.hunt([rules], [events], engine="duckdb")
    assert found(by_duckdb) == found(by_sqlite)
    assert left_out(by_duckdb) == left_out(by_sqlite)
    return by_sqlite


def looked_at(rules, events, *, columns=True):
    """The places of the events that DuckDB does not leave out."""
    ruleset, store = load([rules]), Store()
    engine.make_columns(ruleset, store)
    with events_of(events, *(store.fields["okta"] if columns else ())) as kept:
        duckdb_engine.load_what_matters(ruleset, kept, store)
    return [n for (n,) in store.database.execute("SELECT n FROM okta ORDER BY n")]


def test_a_field_may_be_called_as_what_is_kept_beside_it(tmp_path):
    """`time` is a field of Azure's records, and the place where DuckDB has an event's time."""
    names = ("n", "file", "place", "time", "text")
    rules = [rule({name: "x"}, title=name) for name in names]
    events = write_events(tmp_path, okta(), okta(**dict.fromkeys(names, "x")), okta(n=1))
    assert len(both(write_rules(tmp_path, *rules), events).hits) == len(names)


# --- what is left out ---------------------------------------------------------------------------


def test_what_no_rule_asks_for_is_left_out(tmp_path):
    events = write_events(tmp_path, *(okta("a.b", second) for second in range(8)), okta(second=9))
    assert looked_at(write_rules(tmp_path, SIGN_IN), events) == [9]


def test_matches_that_are_too_few_for_a_correlation_are_left_out(tmp_path):
    three = correlation("event_count", ["one"], condition={"gte": 3}, **{"group-by": ["who"]})
    events = [okta(second=1_000 * n, who="ada") for n in range(4)]  # more than the span apart
    events += [okta(second=5_000 + n, who="tom") for n in range(3)]
    path = write_events(tmp_path, *events)
    assert looked_at(write_rules(tmp_path, SIGN_IN, three), path) == [5, 6, 7]


def test_one_value_many_times_is_left_out_of_a_count_of_values(tmp_path):
    two = correlation("value_count", ["one"], condition={"field": "ip", "gte": 2})
    events = [okta(second=n, ip="192.0.2.1") for n in range(5)]
    events += [okta(second=2_000, ip="192.0.2.1"), okta(second=2_001, ip="192.0.2.2")]
    path = write_events(tmp_path, *events, okta("z", 9_000))
    assert looked_at(write_rules(tmp_path, SIGN_IN, two), path) == [6, 7, 8]


def test_what_is_followed_by_what_must_be_absent_is_left_out(tmp_path):
    silent = correlation("temporal", ["one", "two"], condition="one and not two")
    events = [okta(second=0), okta("user.mfa.factor.reset_all", 60), okta(second=5_000)]
    path = write_events(tmp_path, *events, okta("z", 9_000))
    rules = write_rules(tmp_path, SIGN_IN, RESET, silent)
    assert looked_at(rules, path) == [3, 4]
    assert [hit.event_ids for hit in both(rules, path).hits] == [("okta:3",)]


def test_one_event_refutes_all_matches_before_it_that_another_rule_brings_in(tmp_path):
    """Each sign-in is followed by a reset at once, and one later reset serves them all."""
    silent = correlation("temporal", ["one", "two"], condition="one and not two")
    other = rule({"eventType": "user.session.start", "who": "ada"}, title="Another")
    events = [okta(second=30 * n, who="ada") for n in range(8)]
    events += [okta("user.mfa.factor.reset_all", 30 * n + 1) for n in range(20)]
    path = write_events(tmp_path, *events, okta("z", 9_000))
    rules = write_rules(tmp_path, SIGN_IN, RESET, silent, other)
    assert len(looked_at(rules, path)) == 10
    assert {hit.title for hit in both(rules, path).hits} == {"Another"}


def test_what_another_rule_brings_in_does_not_seem_to_lack_what_was_left_out(tmp_path):
    """A sign-in that any rule asks for comes with the reset that follows it."""
    silent = correlation("temporal", ["one", "two"], condition="one and not two")
    other = rule({"eventType": "user.session.start", "who": "ada"}, title="Another")
    events = [okta(who="ada"), okta("user.mfa.factor.reset_all", 60), okta("z", 9_000)]
    result = both(
        write_rules(tmp_path, SIGN_IN, RESET, silent, other), write_events(tmp_path, *events)
    )
    assert [hit.title for hit in result.hits] == ["Another"]


# --- what is loaded -----------------------------------------------------------------------------

FIELDS = ["a", "a.b", "a.b.c", "p.q", "eventType", "who", TEXT]
TEXTS = ["a", "Ä", "A\nb", "1", "1.5", "", "\x1e", "\x1e[1]", "\x1e5", "a\0b", "\ud800", "TRUE"]
NUMBERS = [0, 1, -1, 1.0, 1.5, 1e16, 10**16, 2**63 - 1, 2**63, -0.0, 0.1, 1e400, True, False, None]
LISTS = [[], [None], ["A"], ["b", "A", 1, 1.5, True], [[1], ["x"]], [1.0], ["\x1e1"]]
ANY_VALUE = st.recursive(
    st.sampled_from([*TEXTS, *NUMBERS]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["b", "c", "b.c", "B", ""]), inside, max_size=3)
    ),
    max_leaves=8,
)
ANY_EVENT = st.dictionaries(st.sampled_from(["a", "A", "p", "p.q", "a.b", "who"]), ANY_VALUE)


def tables(store):
    """What stands in the tables of a store, with the type of each value."""
    names = [f"typeof({quote(column(name))}), {quote(column(name))}" for name in FIELDS]
    rows = store.database.execute(f"SELECT n, _time, {', '.join(names)} FROM okta ORDER BY n")
    return rows.fetchall(), store.lists, store.events(range(1, store.count + 1)), store.keys("okta")


def stores(path, columns=FIELDS):
    """The events of a file, loaded by SQLite, and from columns where a rule wants them all."""
    path.write_text(path.read_text(encoding="utf-8").replace("Infinity", "1e400"), encoding="utf-8")
    every = load([write_rules(path.parent, rule({"eventType": "*"}))])
    with events_of(path, *columns) as kept:
        for by_duckdb in (False, True):
            store = Store(keep_texts=False)
            store.want("okta", FIELDS)
            if by_duckdb:
                duckdb_engine.load_what_matters(every, kept, store)
            else:
                store.load(engine.events([path], engine.Hunt()))
            yield tables(store)
            store.close()


def test_values_of_each_kind_are_loaded_from_columns_as_from_json(tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb_engine, "FIRST", FIRST)
    nested = [{"b": one} for one in (*TEXTS, *NUMBERS, *LISTS)]
    nested += [[{"b": 1}, {"b": [{"c": "x"}, {"c": "Y"}]}, {"b": {"c": ["z", "y"]}}]]
    events = [okta(second=n, a=one) for n, one in enumerate([*TEXTS, *NUMBERS, *LISTS])]
    path = write_events(tmp_path, *events)
    by_sqlite, by_duckdb = stores(path)
    assert by_duckdb == by_sqlite and len(by_sqlite[0]) == len(events)
    path = write_events(tmp_path, *events, *(okta(a=one) for one in nested), okta(**{"p.q": 1}))
    by_sqlite, by_duckdb = stores(path)
    assert by_duckdb == by_sqlite


@given(
    events=st.lists(ANY_EVENT, min_size=1, max_size=6),
    columns=st.sampled_from([FIELDS, FIELDS[1::2], []]),
)
def test_any_values_are_loaded_from_columns_as_from_json(tmp_path_factory, events, columns):
    path = write_events(tmp_path_factory.mktemp("any"), *(okta() | event for event in events))
    by_sqlite, by_duckdb = stores(path, columns)
    assert by_duckdb[:3] == by_sqlite[:3]


def test_where_an_event_stands_is_known_though_sources_alternate_and_lines_are_missing(tmp_path):
    jira = {"auditType": {"actionI18nKey": "jira.x"}, "timestamp": 1700000000, "who": "ada"}
    lines = [okta(), "no event", jira, okta(second=2), okta(second=3), jira, "none", okta(second=4)]
    path = tmp_path / "mixed.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    write_events(tmp_path, okta(), okta("z"), okta(), name="other.jsonl")
    of_jira = rule({"who": "ada"}, title="Jira", logsource={"product": "jira", "service": "audit"})
    result = both(write_rules(tmp_path, SIGN_IN, of_jira), tmp_path)
    assert [hit.event_ids[0] for hit in result.hits if hit.source == "jira"] == [
        "mixed:3",
        "mixed:6",
    ]
    named = {hit.event_ids[0] for hit in result.hits if hit.source == "okta"}
    assert named == {"mixed:1", "mixed:4", "mixed:5", "mixed:8", "other:1", "other:3"}


# --- correlations -------------------------------------------------------------------------------

COUNTED = st.sampled_from(
    [("event_count", {"gte": 2}), ("event_count", {"gt": 2}), ("event_count", {"lt": 2})]
    + [("event_count", {"eq": 1}), ("value_count", {"field": "a", "gte": 2})]
    + [("value_count", {"field": "a.b", "gte": 2}), ("value_sum", {"field": "a", "gte": 2})]
    + [("value_avg", {"field": "a", "lt": 2}), ("temporal", None), ("temporal_ordered", None)]
    + [("temporal", {"gte": 1}), ("temporal", "one and not two"), ("temporal", "not one and two")]
    + [("temporal", "one or two"), ("temporal_ordered", "one and two")]
    + [("temporal", "not one and not two"), ("temporal", "(one and not two) or two")]
)
GROUPS = st.sampled_from([[], ["who"], ["a"], ["who", "a.b"], ["missing"], ["eventType"]])


KINDS = st.sampled_from(["one", "two", "z"])
TIMES = st.sampled_from([0, 1, 250, 300, 599, 601, 1200, 4000])
VALUES = st.sampled_from(["a", "A", "b", 1, 1.0, "1", None, ["a"], ["a", "b"], {"b": "a"}])
FEW = st.lists(st.tuples(KINDS, TIMES, VALUES, VALUES), max_size=14).map(
    lambda drawn: [okta(kind, second, a=a, who=who) for kind, second, a, who in drawn]
)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (0, -0.0), (10**16, 1e16), (1.5, 1.5), ("A", "a"), (True, "true")]
)
def test_what_is_equal_is_one_group_however_it_is_written(tmp_path, one, other):
    both_of = correlation("event_count", ["one"], condition={"gte": 2}, **{"group-by": ["a"]})
    events = [okta(a=one), okta(a=other), okta("z", 9)]
    result = both(write_rules(tmp_path, SIGN_IN, both_of), write_events(tmp_path, *events))
    assert [hit.event_ids for hit in result.hits] == [("okta:1", "okta:2")]


@pytest.mark.parametrize(("one", "other"), [("1", 1), (1, "1"), (1, 1.0), ("1", "1")])
def test_a_number_is_no_company_for_the_text_that_looks_like_it(tmp_path, one, other):
    """Something without something else, by group: hypothesis found that 1 kept "1" from a hit."""
    more = {"condition": "one and not two", "group-by": ["a"]}
    alone = correlation("temporal", ["one", "two"], **more)
    rules = [rule({"eventType": kind}, name=kind, title=kind) for kind in ("one", "two")]
    events = [okta("one", 0, a=one), okta("one", 601, a="a"), okta("two", 0, a=other)]
    result = both(write_rules(tmp_path, *rules, alone), write_events(tmp_path, *events))
    assert len(result.hits) == (type(one) is not type(other) and "1" in (one, other))


def test_a_match_without_the_counted_value_is_among_the_events_of_its_window(tmp_path):
    """Though it lies in a stretch of time of its own, which has no value at all."""
    two = correlation("value_count", ["one"], condition={"field": "a", "gte": 2})
    for second in (0, 300, 601, 900):
        events = [okta(second=second), okta(second=second + 599, a="a")]
        events += [okta(second=second + 599, a="b"), okta("z", 9_000)]
        result = both(write_rules(tmp_path, SIGN_IN, two), write_events(tmp_path, *events))
        assert [hit.event_ids for hit in result.hits] == [("okta:1", "okta:2", "okta:3")]


@given(events=FEW, counted=COUNTED, group=GROUPS, above=st.booleans(), other=st.booleans())
def test_any_correlation_over_odd_values_has_the_same_hits(
    tmp_path_factory, events, counted, group, above, other
):
    folder = tmp_path_factory.mktemp("odd")
    kind, condition = counted
    more = {"group-by": group} if group else {}
    more |= {} if condition is None else {"condition": condition}
    rules = [
        rule({"eventType": "one"}, name="one", title="One"),
        rule({"eventType": "two"}, name="two", title="Two"),
        correlation(kind, ["one", "two"], **more) | {"name": "below"},
    ]
    if other:
        rules.append(rule({"eventType": "one", "a": "b"}, title="Another"))
    if above:
        outer = {"condition": {"gte": 1}, "timespan": "30m"}
        rules.append(correlation("event_count", ["below"], **outer) | {"title": "Above"})
    both(write_rules(folder, *rules), write_events(folder, *events))


# --- where it cannot ----------------------------------------------------------------------------


def test_two_thousand_values_of_a_list_are_asked(tmp_path):
    values = [f"192.0.2.{n}" for n in range(2_000)]
    path = write_events(tmp_path, okta(ip="192.0.2.7"), okta(ip="198.51.100.1"), okta("z", 9))
    asked = rule({"ip": values})
    result = both(write_rules(tmp_path, asked), path)
    assert [hit.event_ids for hit in result.hits] == [("okta:1",)]
    assert looked_at(write_rules(tmp_path, asked), path) == [1, 3]


def test_a_field_without_a_column_is_looked_for_in_the_text(tmp_path):
    path = write_events(tmp_path, okta(who="ada"), okta(who="tom"), okta("z", 9))
    asked = write_rules(tmp_path, rule({"who": "TOM"}))
    assert looked_at(asked, path, columns=False) == [2, 3]


def test_a_text_is_found_by_whatever_spelling_its_json_has(tmp_path):
    """Letters by their number, an escaped slash, spaces between the parts of an object."""
    lines = [
        r'"who": "\u0074om", "where": {"a": "x/y"}',
        r'"who": "tom", "where": {"a":"x\/y"}',
        r'"who" : "TOM", "where" : { "a" : "X/Y" }',
        r'"who": "tim", "where": {"a": "x-y"}',
    ]
    start = json.dumps(okta())[:-1]
    path = tmp_path / "okta.jsonl"
    path.write_text("".join(f"{start}, {line}}}\n" for line in lines), encoding="utf-8")
    for selection in (
        {"who": "tom"},
        {"where.a": "x/y"},
        {"where": '{"a":"x/y"}'},
        {"who|contains": "o"},
    ):
        asked = write_rules(tmp_path, rule(selection))
        found = [int(hit.event_ids[0].partition(":")[2]) for hit in both(asked, path).hits]
        assert found == [1, 2, 3] and looked_at(asked, path, columns=False)[:3] == found


def test_where_duckdb_gives_up_one_sentence_says_so(tmp_path, monkeypatch):
    def refused(**_):
        raise duckdb.OutOfMemoryException("Out of Memory Error: no room\nand more")

    monkeypatch.setattr(duckdb, "connect", refused)
    with pytest.raises(CannotAsk, match=r"^DuckDB gave up: Out of Memory Error: no room$"):
        engine.hunt(
            [write_rules(tmp_path, SIGN_IN)], [write_events(tmp_path, okta())], engine="duckdb"
        )
