"""Rules and logs that mean harm, or are broken: a sentence each, and the rest goes on.

What is wrong with a log alone stands in test_hunt_reading.
"""

import re

import yaml
from how_many import draws
from hunt_helpers import correlation, hunted, lines, okta, rule, write_events, write_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT
from processor_time import within
from tables import table

from labutils.hunt import as_html, as_json, as_text, hunt
from labutils.lab import data_file

GOOD = rule({"eventType": "user.session.start"}, title="Good")
SECONDS = 20  # far more than any of it takes, and far less than a bomb would


def in_time(folder, rules, events):
    """The hunt, which must not take long."""
    results = []
    assert within(SECONDS, lambda: results.append(hunted(folder, rules, events)))
    return results[0]


# --- bombs --------------------------------------------------------------------------------------


@table(
    "selection",
    [
        {"who|re": "(a*)*(a*)*(a*)*b"},
        {"who|re": "(a|a?)+(a|a?)+x$"},
        {"who|contains": "*a" * 200 + "*b"},
        {"who": "?*" * 200 + "b"},
        {"who|cased": "*a" * 200 + "*b"},
        ["*a" * 200 + "*b"],
    ],
)
def test_a_bomb_of_a_pattern_takes_no_time(tmp_path, selection):
    events = [okta(who="a" * 20_000), okta(who=["a" * 20_000, "b"])]
    result = in_time(tmp_path, [GOOD, rule(selection, title="Bomb")], events)
    assert sum(hit.title == "Good" for hit in result.hits) == 2
    assert result.loaded + len(result.refused) == 2


def test_ten_thousand_selections_and_a_long_condition(tmp_path):
    many = {f"s{n}": {"who": f"v{n}"} for n in range(2_000)}
    result = in_time(tmp_path, [GOOD, rule(many, "1 of s*")], [okta(who="v1999")])
    assert lines(result) == [1] and result.loaded + len(result.refused) == 2


def test_a_deep_condition_is_a_hit_or_a_sentence(tmp_path):
    deep = rule({"a": {"who": "ada"}}, "(" * 3_000 + "a" + ")" * 3_000, title="Deep")
    result = in_time(tmp_path, [GOOD, deep], [okta(who="ada")])
    assert result.loaded + len(result.refused) == 2 and lines(result) == [1]
    assert all(refused.reason.isprintable() for refused in result.refused)


def test_a_correlation_of_a_thousand_rules_is_a_hit_or_a_sentence(tmp_path):
    several = [rule({"eventType": f"e{n}"}, name=f"r{n}", title=f"R{n}") for n in range(200)]
    joined = correlation("temporal", [f"r{n}" for n in range(200)], **{"group-by": ["who"]})
    result = in_time(tmp_path, [GOOD, *several, joined], [okta(who="ada")])
    assert result.loaded + len(result.refused) == 202 and lines(result) == [1]


def test_an_event_with_a_hundred_thousand_keys_and_members(tmp_path):
    events = [
        okta(who="ada", **{f"k{n}": n for n in range(100_000)}),
        okta(who=[f"m{n}" for n in range(100_000)] + ["ada"]),
    ]
    result = in_time(tmp_path, [rule({"who": "ada"}), rule(["none of it"])], events)
    assert lines(result) == [1, 2]


@table("field", ["a`b", 'a"b', "a'b", "a;DROP TABLE okta", "n", "_time", "rowid"])
def test_the_name_of_a_field_is_no_sql(tmp_path, field):
    events = [okta(**{field: "x' OR 1=1 --"}), okta()]
    result = in_time(tmp_path, [rule({field: "x' OR 1=1 --"})], events)
    assert lines(result) == [1] and not result.refused


def test_a_rule_with_more_fields_than_a_table_can_hold_is_refused_with_what_stands_on_it(tmp_path):
    wide = rule({f"f{n}": "x" for n in range(2_500)}, title="Wide", name="wide")
    counted = correlation("event_count", ["wide"], condition={"gte": 1})
    result = in_time(tmp_path, [wide, counted, GOOD], [okta()])
    assert result.loaded == 1 and [hit.title for hit in result.hits] == ["Good"]
    assert len(result.refused) == 2
    assert all("more than 600 fields" in refused.reason for refused in result.refused)


# --- anything -----------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=8), st.dates()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = ("title", "id", "name", "level", "author", "logsource", "detection", "correlation", "filter")
BROKEN = st.builds(
    lambda whole, changes, gone: {k: v for k, v in (whole | changes).items() if k not in gone},
    st.sampled_from(
        [
            GOOD,
            correlation("event_count", ["good"], condition={"gte": 1}),
            correlation("temporal", ["good", "other"], condition="good and not other"),
            {"title": "F", "logsource": {}, "filter": {"rules": ["good"], "s": {"a": 1}}},
        ]
    ),
    st.dictionaries(st.sampled_from(KEYS), TREES, max_size=2),
    st.sets(st.sampled_from(KEYS), max_size=1),
)
SELECTION = st.dictionaries(
    st.builds(
        "|".join,
        st.lists(
            st.sampled_from(["who", "", "re", "cidr", "all", "contains", "base64offset", "windash"])
            | st.sampled_from(
                ["gt", "expand", "exists", "fieldref", "utf16", "hour", "cased", "i"]
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    TREES,
    min_size=1,
    max_size=2,
)


def assert_goes_on(folder, document):
    """A broken rule beside a good one: a hit or a sentence, and the good one is true."""
    good = GOOD | {"name": "good"}
    (folder / "a.yml").write_text(yaml.safe_dump(good), encoding="utf-8")
    (folder / "b.yml").write_text(document, encoding="utf-8")
    result = hunt([folder / "a.yml", folder / "b.yml"], [write_events(folder, okta(who="ada"))])
    assert "Good" in {hit.title for hit in result.hits} or result.loaded > 1
    assert result.loaded + len(result.refused) >= 1
    for refused in result.refused:
        assert refused.reason.strip() and refused.reason.isprintable()
    for said in (as_text(result), as_json(result), as_html(result)):
        assert all(c.isprintable() or c == "\n" for c in said)


@settings(max_examples=draws(150), deadline=None)
@given(document=BROKEN.map(lambda one: yaml.dump(one, allow_unicode=True)))
def test_a_rule_that_was_broken_is_refused_with_a_sentence(tmp_path_factory, document):
    assert_goes_on(tmp_path_factory.mktemp("broken"), document)


@settings(max_examples=draws(150), deadline=None)
@given(selection=SELECTION)
def test_any_modifiers_with_any_values_are_asked_or_refused(tmp_path_factory, selection):
    document = yaml.dump(rule(selection, title="Drawn"), allow_unicode=True)
    assert_goes_on(tmp_path_factory.mktemp("drawn"), document)


@settings(max_examples=draws(80), deadline=None)
@given(document=st.text(max_size=80) | st.text("{}[]&*!|>:-,'\"a\n\t ", max_size=60))
def test_any_text_is_refused_with_a_sentence(tmp_path_factory, document):
    folder = tmp_path_factory.mktemp("text")
    assert_goes_on(folder, document.encode(errors="replace").decode())


def test_a_refusal_is_the_same_in_every_run(tmp_path):
    refused = hunted(tmp_path, [rule({"a|contains": None})], [okta()]).refused
    assert "SigmaNull object>" in refused[0].reason and "0x" not in refused[0].reason


# --- what the page says -------------------------------------------------------------------------


def test_the_page_of_the_hunt_names_each_source():
    page = ROOT / "docs" / "hunt.md"
    table = re.findall(r"^\| (`.+?`) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    own = {path.stem for path in data_file("telemetry").glob("*.yaml")}
    assert {name for cell in table for name in re.findall(r"`(\w+)`", cell)} == own


def test_one_folder_of_everything_gives_status_0_with_each_thing_named(tmp_path):
    rules = write_rules(tmp_path, GOOD)
    (tmp_path / "broken.yml").write_text("a: [", encoding="utf-8")
    (tmp_path / "nan.jsonl").write_text('{"eventType": NaN, "published": 1}\n', encoding="utf-8")
    write_events(tmp_path, okta())
    result = hunt([tmp_path], [tmp_path])
    assert len(result.hits) == 1 and result.loaded == 1 and rules.name == "rules.yml"
    assert [refused.path.rpartition("/")[2] for refused in result.refused] == ["broken.yml"]
    assert {"nan.jsonl", "rules.yml", "broken.yml"} == {skip.file for skip in result.skipped}
