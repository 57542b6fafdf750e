"""What a rule means: held against a second opinion that knows no SQL (hunt_oracle)."""

import json
import subprocess
import sys

import pytest
import yaml
from how_many import draws
from hunt_helpers import (
    OKTA,
    correlation,
    hunted,
    lines,
    okta,
    rule,
    write_events,
    write_rules,
)
from hunt_oracle import is_true
from hypothesis import given, settings
from hypothesis import strategies as st
from sigma.rule import SigmaRule
from tables import table

from labutils.__main__ import main
from labutils.hunt import hunt, read_placeholders
from labutils.hunt.engine import hits
from labutils.hunt.reading import Event
from labutils.hunt.rules import load
from labutils.hunt.store import Store, column

ROLES = {"target": [{"type": "User", "id": "1"}, {"type": "Role", "id": "22"}]}


def truths(one, events):
    """The numbers of the events of which a rule is true, by the second opinion."""
    parsed = SigmaRule.from_yaml(yaml.safe_dump(one))
    return [n for n, event in enumerate(events, 1) if is_true(parsed, event)]


def agreed(folder, one, events):
    """The numbers of the events that a rule hits, on which both opinions agree."""
    result = hunted(folder, [one], events)
    assert not result.refused
    assert lines(result) == truths(one, events)
    return lines(result)


# --- values -------------------------------------------------------------------------------------

ODD = [True, "true", "TRUE", 1, "1", 1.0, "1.0", False, 0, "0", 0.1, "0.1", "a", " 1", None]


@table(
    ("selection", "hit"),
    [
        ({"f": True}, [True, "true", "TRUE", 1, 1.0]),
        ({"f": False}, [False, 0]),
        ({"f": "true"}, [True, "true", "TRUE"]),
        ({"f": 1}, [1, "1", 1.0]),
        ({"f": "1"}, [1, "1", 1.0]),
        ({"f": "1.0"}, ["1.0"]),
        ({"f|gt": 0}, [1, "1", 1.0, "1.0", 0.1, "0.1", " 1"]),
        ({"f|lte": 0}, [0, "0"]),
    ],
)
def test_how_values_compare_whether_or_not_the_log_has_lists(tmp_path, selection, hit):
    for more in ([], [okta(f=["x", "y"])]):
        result = hunted(tmp_path, [rule(selection)], [*(okta(f=value) for value in ODD), *more])
        assert list(map(repr, hit)) == [repr(ODD[n - 1]) for n in lines(result)]


# --- fields -------------------------------------------------------------------------------------


def test_a_rule_is_true_of_a_list_where_it_is_true_of_any_member(tmp_path):
    events = [okta(**ROLES), okta(target=[{"type": "User"}]), okta(target=None), okta()]
    assert agreed(tmp_path, rule({"target.type": "role"}), events) == [1]
    assert agreed(tmp_path, rule({"target.id|endswith": "2"}), events) == [1]


def test_a_negation_is_true_of_a_list_where_no_member_is_so(tmp_path):
    events = [okta(**ROLES), okta(target=[{"type": "User"}]), okta(target=None), okta()]
    no_role = {"a": {"eventType|contains": "session"}, "b": {"target.type": "Role"}}
    assert agreed(tmp_path, rule(no_role, "a and not b"), events) == [2, 3, 4]


def test_a_wildcard_ends_with_its_member(tmp_path):
    events = [okta(names=["ab", "cd"]), okta(names=["abcd", "x"])]
    assert agreed(tmp_path, rule({"names": "a*d"}), events) == [2]


def test_all_may_be_met_by_different_members(tmp_path):
    events = [okta(names=["one", "two"]), okta(names=["one"])]
    assert agreed(tmp_path, rule({"names|contains|all": ["one", "two"]}), events) == [1]


def test_a_field_that_is_a_text_here_and_a_list_there(tmp_path):
    events = [okta(who="ada"), okta(who=["tom", "ada"]), okta(who=["tom"]), okta(who={"a": 1})]
    assert agreed(tmp_path, rule({"who": "ada"}), events) == [1, 2]
    assert agreed(tmp_path, rule({"who|contains": '"a":1'}), events) == [4]


def test_a_text_that_looks_like_a_framed_list_is_a_text(tmp_path):
    events = [okta(who='\x1e["ada"]'), okta(who=["ada", "tom"])]
    assert agreed(tmp_path, rule({"who": "ada"}), events) == [2]


def test_a_key_that_is_written_with_dots_comes_before_the_path(tmp_path):
    events = [okta(**{"who.x": "ada"}, who={"x": "tom"}), okta(who={"x": "ada"})]
    assert agreed(tmp_path, rule({"who.x": "ada"}), events) == [1, 2]
    assert agreed(tmp_path, rule({"who.x": "tom"}), events) == []
    assert agreed(tmp_path, rule(["ada"]), [okta(_text="tom", who="ada")]) == [1]


@table("word", ["b*d", "*x y*", 'q"*', "a\\\\b", "ÉCOLE", "5*", "100%", "é*e"])
def test_a_member_is_found_however_the_list_is_written(tmp_path, word):
    words = ["bcd", "ax yz", 'q"q', "a\\b", "École", 55, "100%", "éhe", "école", 'a"b\\c\n']
    events = [okta(names=[one, "zz"]) for one in words] + [okta(names=one) for one in words]
    for field in ("names", "names|cased", "names|contains"):
        hit = agreed(tmp_path, rule({field: word}), events)
        in_a_list = [n for n in hit if n <= len(words)]
        assert hit == in_a_list + [n + len(words) for n in in_a_list]


def test_a_missing_field_a_null_and_an_empty_list_are_no_value(tmp_path):
    events = [okta(), okta(who=None), okta(who=[]), okta(who="")]
    assert agreed(tmp_path, rule({"who": None}), events) == [1, 2, 3]
    assert agreed(tmp_path, rule({"who|exists": True}), events) == [4]
    some = {"a": {"eventType|contains": "session"}, "b": {"who": "ada"}}
    assert agreed(tmp_path, rule(some, "a and not b"), events) == [1, 2, 3, 4]


def test_a_boolean_is_true_false_or_the_number_of_it(tmp_path):
    events = [okta(on=True), okta(on=False), okta(on=1), okta(on=0), okta(on="true"), okta()]
    assert agreed(tmp_path, rule({"on": True}), events) == [1, 3, 5]
    assert agreed(tmp_path, rule({"on": "false"}), events) == [2]


def test_a_number_is_its_text_and_an_order_holds_between_numbers(tmp_path):
    events = [okta(n=5), okta(n="5"), okta(n=10), okta(n="x"), okta(n="05"), okta(n=[1, 99])]
    assert agreed(tmp_path, rule({"n": 5}), events) == [1, 2]
    assert agreed(tmp_path, rule({"n": "5"}), events) == [1, 2]
    assert agreed(tmp_path, rule({"n|gt": 5}), events) == [3, 6]
    assert agreed(tmp_path, rule({"n|lte": 5}), events) == [1, 2, 6]


def test_case_counts_in_names_and_not_in_values_unless_the_rule_says_so(tmp_path):
    events = [okta(who="Ada"), okta(Who="ada"), okta(who="ada", Who="tom")]
    assert agreed(tmp_path, rule({"who": "ADA"}), events) == [1, 3]
    assert agreed(tmp_path, rule({"Who": "ada"}), events) == [2]
    assert agreed(tmp_path, rule({"who|cased": "Ada"}), events) == [1]


def test_two_fields_that_differ_in_case_have_two_columns():
    names = ["eventType", "eventtype", "EVENTTYPE", "event^type", "a^B", "a^^b"]
    assert len({column(name).lower() for name in names}) == len(names)


@table(
    ("selection", "expected"),
    [
        ({"ip|cidr": "192.0.2.0/24"}, [1, 3]),
        ({"ip|re": r"^192\.0\.2\.\d+$"}, [1, 3]),
        ({"ip|re": "^(1+)+x$"}, []),
        ({"ip|fieldref": "other"}, [2, 3]),
        ({"a.b": "x"}, [1, 2]),
        ({"ip|startswith": "100%"}, [4]),
        ({"ip": r"100%_\\*"}, [4]),
    ],
)
def test_modifiers_and_paths(tmp_path, selection, expected):
    events = [
        okta(ip="192.0.2.7", a={"b": "x"}),
        okta(ip="192.0.20.7", other="192.0.20.7", **{"a.b": "X"}),
        okta(ip=["x", "192.0.2.1"], other=["192.0.2.1"]),
        okta(ip="100%_*"),
    ]
    events[3]["ip"] = "100%_\\z"
    assert agreed(tmp_path, rule(selection), events) == expected


def test_a_rule_without_fields_looks_at_every_value(tmp_path):
    events = [okta(a={"b": ["the Secret word"]}), okta(secret="x"), okta(a=7123)]
    assert agreed(tmp_path, rule(["secret", "none"]), events) == [1]
    assert agreed(tmp_path, rule([712]), events) == [3]


def test_a_bomb_of_a_regular_expression_takes_no_time(tmp_path):
    result = hunted(tmp_path, [rule({"who|re": "^(a+)+$"})], [okta(who="a" * 50_000 + "b")])
    assert not result.hits and not result.refused


def test_ten_thousand_values_are_no_trouble(tmp_path):
    result = hunted(
        tmp_path, [rule({"who": [f"v{n}" for n in range(10_000)]})], [okta(who="v9999")]
    )
    assert lines(result) == [1]


def test_a_rule_for_several_sources_looks_at_each(tmp_path):
    log = {"auditType": {"action": "User created", "actionI18nKey": "jira.auditing.user.created"}}
    (tmp_path / "jira.jsonl").write_text(json.dumps(log) + "\n", encoding="utf-8")
    (tmp_path / "confluence.jsonl").write_text(json.dumps(log) + "\n", encoding="utf-8")
    one = rule({"auditType.action": "User created"}, logsource={"product": "atlassian"})
    result = hunt([write_rules(tmp_path, one)], [tmp_path])
    assert {hit.event_ids[0] for hit in result.hits} == {"jira:1", "confluence:1"}


# --- lists that a site fills in ------------------------------------------------------------------

LISTED = rule({"who|expand": "%people%"})


def test_a_placeholder_stands_for_each_value_of_its_list(tmp_path):
    events = [okta(who="Ada"), okta(who="tom"), okta(who="bob"), okta(who="%people%")]
    rules, logs = write_rules(tmp_path, LISTED), write_events(tmp_path, *events)
    result = hunt([rules], [logs], {"people": ["ada", "Bob"], "others": ["tom"]})
    assert lines(result) == [1, 3]


@pytest.mark.parametrize("lists", [None, {}, {"people": []}, {"People": ["ada"]}])
def test_a_rule_whose_list_is_missing_or_empty_is_refused(tmp_path, lists):
    result = hunt([write_rules(tmp_path, LISTED)], [write_events(tmp_path, okta(who="ada"))], lists)
    assert not result.hits
    assert "the list %people% of your site, and no such list is given" in result.refused[0].reason


def test_a_correlation_on_a_rule_whose_list_is_missing_goes_with_it(tmp_path):
    counted = correlation("event_count", ["listed"], condition={"gte": 1})
    result = hunted(tmp_path, [LISTED | {"name": "listed"}, counted], [okta(who="ada")])
    assert [refused.reason[-40:] for refused in result.refused][1].endswith("was not loaded")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [x", "is not YAML"),
        ("- x", "must give each name a list of strings"),
        ("a: x", "must give each name a list of strings"),
        ("a: [1]", "must give each name a list of strings"),
        ("\xff", "is not YAML"),
    ],
)
def test_a_file_of_lists_that_is_none_gets_a_sentence(tmp_path, text, says, capsys):
    path = tmp_path / "lists.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=says):
        read_placeholders(path)
    folder = str(write_events(tmp_path, okta()))
    arguments = ["hunt", "--rules", folder, "--events", folder, "--placeholders", str(path)]
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


# --- correlations -------------------------------------------------------------------------------

ONE = rule({"eventType": "one"}, name="one")
TWO = rule({"eventType": "two"}, name="two")


@table(
    ("kind", "rules", "more", "seconds"),
    [
        ("event_count", ["one"], {"group-by": ["who"], "condition": {"gte": 3}}, 40),
        ("value_count", ["one"], {"condition": {"field": "n", "gte": 3}}, 40),
        ("value_sum", ["one"], {"condition": {"field": "n", "gte": 6}}, 40),
        ("value_avg", ["one"], {"condition": {"field": "n", "gte": 2}}, 40),
        ("value_median", ["one"], {"condition": {"field": "n", "gte": 2}}, 40),
        ("temporal", ["one", "two"], {"group-by": ["who"]}, 60),
        ("temporal_ordered", ["one", "two"], {"group-by": ["who"]}, 60),
    ],
)
def test_each_type_of_correlation_holds_from_the_event_that_completes_it(
    tmp_path, kind, rules, more, seconds
):
    events = [okta("one", 20 * n, who="ada", n=n + 1) for n in range(3)]
    events.append(okta("two", 60, who="ada"))
    result = hunted(tmp_path, [ONE, TWO, correlation(kind, rules, **more)], events)
    assert not result.refused
    assert [hit.time for hit in result.hits if hit.title == "A correlation"] == [
        f"2023-11-14T09:0{seconds // 60}:{seconds % 60:02}Z"
    ]


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("temporal_ordered", [okta("two", 0, who="a"), okta("one", 9, who="a")]),
        ("temporal", [okta("two", 0, who="a"), okta("one", 9, who="b")]),
        ("temporal", [okta("two", 0, who="a"), okta("one", 601, who="a")]),
        ("temporal", [okta("two", 0), okta("one", 9)]),
    ],
)
def test_order_group_and_window_must_fit(tmp_path, kind, events):
    joined = correlation(kind, ["one", "two"], **{"group-by": ["who"]})
    assert not hunted(tmp_path, [ONE, TWO, joined], events).hits


def test_windows_that_touch_are_one_alert_and_a_later_one_is_another(tmp_path):
    burst = [okta("one", n, who="ada") for n in (0, 1, 2, 3, 4, 7200, 7201, 7202)]
    counted = correlation("event_count", ["one"], **{"group-by": ["who"], "condition": {"gte": 3}})
    result = hunted(tmp_path, [ONE, counted], burst)
    assert [len(hit.event_ids) for hit in result.hits] == [5, 3]
    assert result.hits[0].why == "who=ada; event_count=3 within 10m"


def test_a_rule_that_a_correlation_refers_to_has_hits_of_its_own_where_it_is_generated(tmp_path):
    events = [okta("one", n, who="ada") for n in range(3)]
    more = {"group-by": ["who"], "condition": {"gte": 3}}
    for generated, titles in (
        (False, ["A correlation"]),
        (True, ["A correlation"] + ["A rule"] * 3),
    ):
        counted = correlation("event_count", ["one"], **more, generate=generated)
        result = hunted(tmp_path, [ONE, counted], events)
        assert sorted(hit.title for hit in result.hits) == titles and result.loaded == 2


# --- filters ------------------------------------------------------------------------------------


def a_filter(rules, selection, condition="not ours", logsource=None):
    """A Sigma filter as a mapping."""
    body = {"rules": rules, "ours": selection, "condition": condition}
    return {"title": "Ours", "logsource": logsource or OKTA, "filter": body}


def test_a_filter_takes_a_sites_own_events_out_of_a_rule(tmp_path):
    events = [okta("one", who="ada"), okta("one", who="tom"), okta("two", who="ada")]
    alone = TWO | {"title": "Alone"}
    result = hunted(tmp_path, [ONE, alone, a_filter(["one"], {"who": "ada"})], events)
    assert [(hit.title, hit.event_ids) for hit in result.hits] == [
        ("A rule", ("okta:2",)),
        ("Alone", ("okta:3",)),
    ]
    assert not result.refused and result.loaded == 2


def test_a_filter_reaches_what_a_correlation_counts(tmp_path):
    events = [okta("one", n, who=who) for n, who in enumerate(["ada", "ada", "tom"])]
    counted = correlation("event_count", ["one"], condition={"gte": 2})
    assert hunted(tmp_path, [ONE, counted], events).hits
    filtered = [ONE, counted, a_filter(["one"], {"who": "ada"})]
    assert not hunted(tmp_path, filtered, events).hits


def test_a_filter_for_another_log_source_changes_nothing(tmp_path):
    other = a_filter(["one"], {"who": "ada"}, logsource={"product": "aws"})
    assert lines(hunted(tmp_path, [ONE, other], [okta("one", who="ada")])) == [1]


# --- the course's own logs ----------------------------------------------------------------------

OWN_RULES = [
    rule({"eventType": "user.session.access_admin_app"}),
    rule(
        {"a": {"isSuccessfulLogin": 1}, "b": {"ipAddress|startswith": "198."}},
        "a and not b",
        logsource={"product": "cloudflare", "service": "access_nonidentity"},
    ),
    rule({"affectedObjects.type": "group"}, logsource={"product": "jira"}),
    rule(["203.0.113.66"], logsource={"product": "bitbucket", "service": "audit"}),
    rule({"Allowed": False}, logsource={"product": "cloudflare", "service": "access"}),
]


@pytest.fixture(scope="module")
def course_logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    command = [sys.executable, "-m", "labutils", "telemetry", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("one", OWN_RULES)
def test_both_opinions_agree_on_the_logs_of_the_course(tmp_path, course_logs, one):
    result = hunt([write_rules(tmp_path, one)], [course_logs])
    parsed = SigmaRule.from_yaml(yaml.safe_dump(one))
    (source,) = {hit.source for hit in result.hits}
    text = (course_logs / f"{source}.jsonl").read_text(encoding="utf-8")
    expected = [
        f"{source}:{n}"
        for n, line in enumerate(text.splitlines(), 1)
        if is_true(parsed, json.loads(line))
    ]
    assert sorted(hit.event_ids[0] for hit in result.hits) == sorted(expected)


# --- drawn rules and events ---------------------------------------------------------------------

WORDS = st.sampled_from(["a", "A", "ab", "b%", "a_", "5", "05", "true", "\x1e[1]", "", "é", "a\\b"])
PLAIN = st.one_of(WORDS, st.integers(-3, 12), st.booleans(), st.none())
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3), st.fixed_dictionaries({"x": PLAIN}))
FIELDS = st.sampled_from(["a", "A", "b", "c.x"])
EVENTS = st.dictionaries(st.sampled_from(["a", "A", "b", "c"]), VALUES, max_size=4)
PATTERNS = st.sampled_from(["a", "a*", "*B", "?", "5", "b%", "a_", "true", "a\\\\*", "É"])
SELECTIONS = st.one_of(
    st.dictionaries(FIELDS, st.one_of(PATTERNS, st.integers(0, 9), st.none()), min_size=1),
    st.dictionaries(FIELDS.map(lambda name: name + "|contains"), PATTERNS, min_size=1),
    st.dictionaries(FIELDS.map(lambda name: name + "|gte"), st.integers(-2, 9), min_size=1),
    st.dictionaries(FIELDS.map(lambda name: name + "|cased"), PATTERNS, min_size=1),
)
CONDITIONS = st.sampled_from(["s", "not s", "s and not t", "s or t", "not (s and t)", "1 of *"])


@settings(max_examples=draws(60), deadline=None)
@given(s=SELECTIONS, t=SELECTIONS, condition=CONDITIONS, events=st.lists(EVENTS, max_size=5))
def test_both_opinions_agree_on_any_rule_and_event(tmp_path_factory, s, t, condition, events):
    one = rule({"s": s, "t": t}, condition)
    ruleset, store = load([write_rules(tmp_path_factory.mktemp("drawn"), one)]), Store()
    store.load(
        Event("log", n, "okta", event, json.dumps(event)) for n, event in enumerate(events, 1)
    )
    numbers = [int(hit.event_ids[0].split(":")[1]) for hit in hits(ruleset, store)]
    store.close()
    assert not ruleset.refused
    assert sorted(numbers) == truths(one, events)
