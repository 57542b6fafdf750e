"""Why a rule was true of an event: what matched, and nothing else."""

from hunt_helpers import correlation, hunted, okta, rule
from tables import table


def why(folder, selection, event, condition="selection", **more):
    """The line of why of the one hit of a rule on an event."""
    (hit,) = hunted(folder, [rule(selection, condition, **more)], [event]).hits
    return hit.why


ROLES = okta(target=[{"type": "User"}, {"type": "Role"}], who="ada", on=True, n=7)


@table(
    ("selection", "says"),
    [
        ({"eventType": "USER.session.start"}, "eventType=user.session.start"),
        ({"eventType|contains": ["x", "session"]}, "eventType=user.session.start"),
        ({"target.type": "role"}, "target.type=Role"),
        ({"target.type|contains": ["r", "z"], "n|gt": 5}, "n=7, target.type=User"),
        ({"on": True, "who|re": "^a"}, "on=true, who=ada"),
        ({"gone": None, "who|exists": True}, "gone=nothing, who=ada"),
        ({"who|neq": "tom"}, "who=ada"),
        ({"gone|neq": "tom"}, "gone=nothing"),
        ({"who|fieldref": "who"}, "who=ada"),
        ([{"who": "tom", "n": 7}, {"who": "ada", "on": True}], "on=true, who=ada"),
        (["none", "ROLE"], "the text holds ROLE"),
    ],
)
def test_each_field_is_named_with_the_value_that_matched(tmp_path, selection, says):
    assert why(tmp_path, selection, ROLES) == f"selection: {says}"


def test_of_two_selections_the_true_one_is_named(tmp_path):
    both = {"sel_a": {"who": "tom", "n": 7}, "sel_b": {"who": "ada"}}
    assert why(tmp_path, both, ROLES, "sel_a or sel_b") == "sel_b: who=ada"
    assert why(tmp_path, both, ROLES, "1 of sel_*") == "sel_b: who=ada"


def test_a_selection_that_must_not_be_true_is_no_reason(tmp_path):
    both = {"wanted": {"who": "ada"}, "filter": {"n": 8}}
    assert why(tmp_path, both, ROLES, "wanted and not filter") == "wanted: who=ada"
    assert why(tmp_path, both, ROLES, "not filter") == "what the rule excludes is absent"
    assert why(tmp_path, both, ROLES, "not (not wanted or filter)") == "wanted: who=ada"


def test_what_a_log_holds_is_cut_and_escaped(tmp_path):
    line = why(tmp_path, {"who|contains": "a"}, okta(who="\x1b[2J\u202e" + "a" * 5_000))
    assert line.isprintable() and r"\u001b[2J\u202e" in line and len(line) < 300


def test_ten_thousand_words_without_a_field_are_not_listed(tmp_path):
    words = [f"w{n}" for n in range(10_000)]
    assert why(tmp_path, words, okta(who="w777")).startswith("selection: the text holds w7")
    late = why(tmp_path, [f"x{n}" for n in range(10_000, 20_000)], okta(who="x19999"))
    assert late == "selection: the text holds one of 10000 words"


def test_a_correlation_says_what_its_events_share_and_what_was_counted(tmp_path):
    one = rule({"eventType": "one"}, name="one")
    counted = correlation("event_count", ["one"], **{"group-by": ["who"], "condition": {"gte": 2}})
    result = hunted(tmp_path, [one, counted], [okta("one", n, who=["Ada", "Tom"]) for n in (1, 2)])
    assert [hit.why for hit in result.hits] == ["who=ada, tom; event_count=2 within 10m"]
