"""The logs, through what `hands.js` says and through the methods."""

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.hunt.lines import NotInTheLogs
from labutils.instruments import logs_rule
from labutils.instruments.logs import LogView, logs

BEGIN = int(datetime(2023, 11, 14, 9, tzinfo=UTC).timestamp())
HOUR, DAY = 3_600, 86_400
THIEF = "203.0.113.66"
RULE = """title: A report is exported from elsewhere
name: elsewhere
logsource: {product: support, service: support}
detection:
    export:
        type: report_export
    ours:
        address|cidr: 192.0.2.0/24
    condition: export and not ours
level: medium
"""


def desk(after, user="ada", kind="login", address="192.0.2.7", **more):
    """An event of the support desk."""
    time = datetime.fromtimestamp(BEGIN + after, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    one = {"time": time, "type": kind, "user": user, "address": address}
    return one | {"result": "success", "record": "r1"} | more


def change(after, user, action, name, address=THIEF):
    """An event of the tracker."""
    return {
        "timestamp": {"epochSecond": BEGIN + after, "nano": 0},
        "auditType": {"action": action, "actionI18nKey": "jira.x"},
        "author": {"name": user},
        "source": address,
        "affectedObjects": [{"name": name}],
    }


EVENTS = {
    "support": [
        desk(0),
        desk(60, "tom", address=THIEF, result="failure"),
        desk(120, "tom", "report_export", THIEF, report="all users"),
        desk(DAY, "tom", "report_export", THIEF),
        desk(DAY + HOUR, "ada", "report_export"),
        desk(9 * DAY, "eve", "report_export", "198.51.100.9"),
    ],
    "jira": [
        change(180, "svc-wiki", "User created", "thief"),
        change(240, "ada", "Issue viewed", "OPS-1", "192.0.2.7"),
        change(DAY, "svc-wiki", "Script executed", ""),
    ],
}
TRUTH = {"support:3": "report-taken", "jira:1": "account-made"}


def view(rule=RULE, budget=1, **more):
    return LogView(EVENTS, rule, budget, **more)


# --- what is shown --------------------------------------------------------------------------------


def test_the_words_say_what_is_shown_and_what_the_rule_finds():
    shown = view(title="A week").where(ip=THIEF)
    assert shown.words().splitlines() == [
        "5 of 9 lines: address 203.0.113.66",
        "2023-11-14 09:01:00   support:2  tom  203.0.113.66  login  r1  refused",
        "2023-11-14 09:02:00 * support:3  tom  203.0.113.66  report_export  all users",
        "2023-11-14 09:03:00   jira:1     svc-wiki  203.0.113.66  User created  thief",
        "2023-11-15 09:00:00   jira:3     svc-wiki  203.0.113.66  Script executed",
        "2023-11-15 09:00:00 * support:4  tom  203.0.113.66  report_export  r1",
        "The rule: 3 lines in 3 alerts, 2 in the worst week: 1 over the budget of 1.",
    ]


def test_a_click_on_a_value_shows_its_lines_in_every_log():
    shown = view()
    shown.touched("pivot", f"ip={THIEF}")
    assert shown.lines == ["support:2", "support:3", "jira:1", "jira:3", "support:4"]
    assert shown.lines == view().where(ip=THIEF).lines
    assert len(shown) == 5 and [name for name, _ in shown.events()] == shown.lines
    assert dict(shown.events())["jira:1"] == EVENTS["jira"][0]
    shown.touched("pivot", "who=svc-wiki@company.example")
    assert shown.lines == ["jira:1", "jira:3"]
    shown.touched("pivot", "word=OPS-1")
    assert shown.lines == ["jira:2"]


@table(
    ("words", "fields", "lines"),
    [
        ("", {"log": ["support"], "who": "ada"}, ["support:1", "support:5"]),
        ("", {"who": ["eve", "svc-wiki"]}, ["jira:1", "jira:3", "support:6"]),
        ("", {"day": "2023-11-15", "hour": 9}, ["jira:3", "support:4"]),
        ("", {"auditType__action": "User created"}, ["jira:1"]),
        ("", {"ended": "failure"}, ["support:2"]),
        ('"user CREATED"', {}, ["jira:1"]),
        ("ada -login", {}, ["jira:2", "support:5"]),
        (f"ip={THIEF} jira.x", {}, ["jira:1", "jira:3"]),
        ("nothing like that", {}, []),
    ],
)
def test_lines_are_asked_for_by_words_and_values(words, fields, lines):
    assert view().where(words, **fields).lines == lines


def test_conditions_are_added_turned_round_and_taken_away():
    shown = view()
    shown.touched("narrow", "log=support")
    shown.touched("narrow", "who=ada")
    assert shown.lines == ["support:1", "support:5"]
    shown.touched("flip", "1")
    assert shown.lines == ["support:2", "support:3", "support:4", "support:6"]
    assert "log support, not account ada" in shown.words()
    shown.touched("drop", "1")
    assert len(shown) == 6
    shown.touched("narrow", "log=support")
    assert len(shown) == 9
    shown.without(who="ada", log="jira")
    assert shown.lines == ["support:2", "support:3", "support:4", "support:6"]
    shown.touched("clear")
    assert len(shown) == 9
    shown.touched("flip", "7")
    shown.touched("drop", "x")
    assert len(shown) == 9


def test_days_and_hours_are_chosen_and_left():
    shown = view()
    shown.touched("day", "2023-11-15")
    assert shown.lines == ["jira:3", "support:4", "support:5"]
    shown.touched("hour", "10")
    assert shown.lines == ["support:5"]
    assert "2023-11-15" in shown.words() and "hour 10" in shown.words()
    shown.touched("hour", "10")
    shown.touched("day", "2023-11-14")
    assert len(shown) == 5
    shown.touched("day", "2023-11-14")
    assert len(shown) == 9


def test_back_shows_what_was_shown_and_a_word_is_one_step():
    shown = view()
    shown.touched("pivot", "who=tom")
    for typed in ("r", "re", "report"):
        shown.touched("words", typed)
    assert shown.lines == ["support:3", "support:4"]
    shown.touched("only")
    shown.back().back()
    assert len(shown) == 3 and shown.query.words == ""
    shown.touched("back")
    assert len(shown) == 9
    shown.back()
    assert len(shown) == 9 and "Back" not in shown.live()


def test_hits_alone_follow_the_rule():
    shown = view()
    shown.touched("only")
    assert shown.lines == ["support:3", "support:4", "support:6"]
    shown.rule(RULE.replace("192.0.2.0/24", "198.51.100.0/24"))
    assert shown.lines == ["support:3", "support:4", "support:5"]


def test_half_of_a_date_leaves_the_lines_and_says_why():
    shown = view()
    shown.touched("words", "day=2023-11")
    assert len(shown) == 9 and "&#x27;2023-11&#x27; is no day" in shown.live()
    shown.touched("words", "day=2023-11-15")
    assert len(shown) == 3 and "is no day" not in shown.live()


@table(
    ("do", "sentence"),
    [
        (lambda shown: shown.open("jira:4"), "jira has lines 1 to 3, and no line 4."),
        (lambda shown: shown.cite("support:1", "okta:1"), "'okta:1' is no line of these logs."),
        (lambda shown: shown.where(day="yesterday"), "'yesterday' is no day."),
        (lambda shown: shown.where(log="okta"), "There is no log 'okta' here. There are: jira"),
        (lambda shown: shown.without(usr="ada"), "No line has the field usr."),
        (lambda _: LogView({"desk": []}), "There is no log 'desk'. There are: atlassian_audit"),
        (lambda _: LogView("nowhere"), "There is no folder 'nowhere'."),
        (lambda _: LogView(7), "Logs are a folder with files such as okta.jsonl"),
        (lambda _: LogView({}), "There is no log in "),
    ],
)
def test_what_there_is_not_gets_a_sentence_and_changes_nothing(do, sentence):
    shown = view()
    before = shown.words()
    with pytest.raises(NotInTheLogs) as error:
        do(shown)
    assert sentence in str(error.value)
    assert shown.words() == before and shown.cited == [] and shown.past == []


def test_a_budget_is_a_number():
    with pytest.raises(ValueError, match="A budget is a number of alerts a week, not 'few'"):
        view(budget="few")


def test_a_folder_can_be_named(tmp_path):
    (tmp_path / "support.jsonl").write_text(json.dumps(EVENTS["support"][0]) + "\n", "utf-8")
    assert logs(tmp_path).lines == LogView(str(tmp_path)).lines == ["support:1"]


# --- the rule -------------------------------------------------------------------------------------


def test_a_half_typed_rule_leaves_the_hits_and_says_why():
    shown = view()
    hits = shown.hits
    assert len(hits) == 3
    for text, sentence in (
        (RULE.replace("type:", "typ:"), "No line of support has the field typ. Do you mean type?"),
        (RULE.replace("condition: export", "condition export"), "This is not YAML: "),
        (RULE.replace("/24", "/"), "does not appear to be an IPv4 or IPv6 network."),
        (RULE.replace("service: support", "service: desk"), "its log source"),
        (RULE.replace("support, service: support", "okta, service: okta"), "have no okta."),
        (RULE.replace("export and", "exprt and"), "exprt"),
        ("title: x", "This is not a Sigma rule"),
    ):
        shown.touched("rule", text)
        assert sentence in shown.live()
        assert shown.hits == hits and shown.text == text
    shown.touched("rule", RULE)
    assert "3 lines in 3 alerts" in shown.live()
    shown.touched("rule", RULE.replace("report_export", "nothing"))
    assert shown.hits == [] and "It is true of no line." in shown.words()
    shown.touched("rule", "")
    assert shown.hits == [] and "There is no rule yet" in shown.words()


def test_a_rule_that_is_true_of_very_many_is_marked_and_makes_no_alerts(monkeypatch):
    monkeypatch.setattr(logs_rule, "MANY", 2)
    shown = view()
    assert shown.hits == [] and shown.alerts == [] and len(shown.typed_rule.rows) == 3
    assert "It is true of 3 lines, about 3 alerts: too many." in shown.words()
    shown.touched("only")
    assert len(shown) == 3


def test_the_week_has_boxes_and_more_alerts_than_boxes_are_dashed():
    shown = view(budget=1)
    assert shown.worst == 2 and shown.live().count('class="box full"') == 1
    assert shown.live().count('class="box over"') == 1
    assert "The worst week: 2 alerts, room for 1" in shown.live()
    roomy = view(budget=4)
    assert roomy.live().count('class="box full"') == 2
    assert roomy.live().count('<i class="box"></i>') == 2
    assert "within the budget of 4" in roomy.words()
    assert 'class="row boxes"' not in view(budget=None).live()


def test_an_alert_opens_the_day_of_its_account():
    shown = view()
    shown.touched("alert", "1")
    assert shown.lines == ["support:4"] and "support:4" in shown.live()
    assert "account tom, day 2023-11-15" in shown.words()
    shown.touched("alert", "99")
    shown.touched("alert", "x")
    assert shown.lines == ["support:4"]


def test_a_correlation_can_be_typed():
    shown = view(
        RULE + "---\ntitle: Twice\nname: twice\ncorrelation:\n    type: event_count\n"
        "    rules: [elsewhere]\n    group-by: [user]\n    timespan: 2d\n"
        "    condition: {gte: 2}\nlevel: high\n"
    )
    assert [hit.rule_id for hit in shown.hits] == ["twice"]
    assert shown.hits[0].event_ids == ("support:3", "support:4")
    shown.touched("rule", shown.text.replace("[user]", "[usr]"))
    assert "No line of support has the field usr. Do you mean user?" in shown.words()
    assert len(shown.hits) == 1


def test_a_value_is_put_into_a_rule_or_begins_one():
    shown = LogView(EVENTS)
    assert 'data-typed="rule"' not in shown.live()
    shown.touched("take", "user=tom")
    assert shown.text == ""
    shown.open("jira:1").touched("take", "auditType.action=User created")
    assert "service: audit" in shown.text and shown.hits[0].event_ids == ("jira:1",)
    shown.touched("take", "auditType.action=Script executed")
    assert [hit.event_ids[0] for hit in shown.hits] == ["jira:1", "jira:3"]
    shown.touched("take", "affectedObjects.name=thief")
    assert [hit.event_ids[0] for hit in shown.hits] == ["jira:1"]
    shown.rule("title: no selection")
    shown.touched("take", "author.name=svc-wiki")
    assert "no selection that a line could be added to" in shown.live()


def test_without_a_rule_there_is_no_editor_and_an_empty_one_can_be_filled():
    assert "The rule" not in LogView(EVENTS).words()
    empty = view("")
    assert 'data-typed="rule"' in empty.live() and empty.hits == []
    assert empty.rule(RULE).worst == 2


# --- lines that are cited, and what nobody knows --------------------------------------------------


def test_the_basket_is_what_a_report_takes():
    shown = view().cite("jira:1")
    shown.touched("cite", "support:3")
    shown.cite("jira:1")
    assert shown.cited == ["jira:1", "support:3"]
    assert shown.claim == "events: ['jira:1', 'support:3']"
    assert shown.words().endswith(shown.claim) and "Take out jira:1" in shown.live()
    shown.where(who="ada").touched("goto", "support:3")
    assert len(shown) == 9 and shown.opened == shown.index.row("support:3")
    shown.touched("cite", "jira:1")
    assert shown.claim == "events: ['support:3']"


def test_the_truth_is_nowhere_unless_it_is_handed_in_and_asked_for():
    for shown in (view(), view(truth=TRUTH)):
        shown.open("support:3")
        for text in (shown.live(), shown.still(), shown.words()):
            assert "report-taken" not in text and "of the alerts" not in text
            assert 'class="true"' not in text
    assert "Which alerts are true?" not in view().live()
    blind = view()
    blind.touched("tell")
    assert not blind.tells
    told = view(truth=TRUTH).open("support:3")
    told.touched("tell")
    assert "1 of the alerts is true" in told.words()
    assert "the attack: report-taken" in told.live() and 'class="true"' in told.live()
    told.touched("tell")
    assert "report-taken" not in told.live()


# --- the picture ----------------------------------------------------------------------------------


def test_the_open_line_is_shown_value_by_value_and_as_json():
    shown = view().open("jira:1")
    live = shown.live()
    assert 'data-value="who=svc-wiki"' in live and 'data-value="on=thief"' in live
    assert 'data-value="word=jira.x"' in live
    assert 'data-value="what=User created"' in live
    shown.touched("raw")
    assert "&quot;epochSecond&quot;: 1699952580" in shown.live()
    shown.touched("open", "99")
    assert shown.opened == shown.index.row("jira:1")
    shown.touched("open", "0")
    assert "the rule" not in shown.live()
    assert "○ the rule: " in shown.open("support:3").live()


def test_forty_lines_are_shown_and_two_buttons_lead_to_the_others():
    shown = LogView({"support": [desk(60 * n, record=f"r{n}") for n in range(100)]})
    assert shown.live().count('data-do="open"') == 40 and "1 to 40 of 100" in shown.live()
    for _ in range(5):
        shown.touched("page", "1")
    assert "81 to 100 of 100" in shown.live()
    shown.touched("page", "-1")
    assert "41 to 80 of 100" in shown.live()
    assert "81 to 100" in shown.open("support:90").live()
    assert "No line is like that" in shown.where("nowhere").live()


def svgs(live):
    return ["<svg" + part.partition("</svg>")[0] + "</svg>" for part in live.split("<svg")[1:]]


@pytest.mark.parametrize("width", [240, 390, 760, 1184])
def test_every_width_is_drawn_and_the_stored_picture_is_the_same(width):
    shown = view(truth=TRUTH).cite("jira:1").open("support:3")
    stored = shown.bundle()
    shown.width = width
    for picture in svgs(shown.live()):
        ElementTree.fromstring(picture)
    ElementTree.fromstring(shown.still())
    assert shown.bundle() == stored and shown.width == width


def test_the_days_are_drawn_with_their_lines_hits_and_alerts():
    shown = view()
    live = shown.live()
    assert 'aria-label="Tue 14 Nov 2023, 5 lines, 1 hit, 1 alert"' in live
    assert 'aria-label="Thu 23 Nov 2023, 1 line, 1 hit, 1 alert"' in live
    assert 'aria-label="09 UTC, 8 lines, 3 hits"' in live
    assert "worst week: 2 of 1" in live and live.count('stroke-dasharray="2 1.5"') == 1
    days = shown.still()
    assert days.count("a3 3 0 1 0 6 0") == 3  # a ring for each hour with a hit
    assert 'aria-label="Tue 14 Nov 2023, 5 lines"' in LogView(EVENTS).live()


def test_a_year_of_days_is_drawn_in_bands():
    shown = LogView({"support": [desk(DAY * n) for n in range(365)]})
    shown.width = 1184
    assert shown.live().count('class="day"') == 365


def test_markup_in_a_line_is_text():
    hostile = '<img src=x onerror="alert(1)">\u202e'
    shown = LogView({"support": [desk(0, hostile, hostile, hostile, record=hostile)]}, "", 3)
    shown.open("support:1").where(hostile)
    for _ in range(2):
        for text in (shown.live(), shown.still()):
            assert "<img" not in text and "\u202e" not in re.sub("<[^>]*>", "", text)
        shown.touched("raw")
    assert "<img" not in LogView(EVENTS, hostile, title=hostile).live()


SHOWN = view()
TOUCHES = sorted(name[3:] for name in dir(LogView) if name.startswith("on_"))


@given(
    st.sampled_from(TOUCHES),
    st.text(max_size=12)
    | st.sampled_from(["0", "ip=1", "day=", "who=ada", "hour=9", "2023-11-14"]),
)
def test_no_touch_breaks_it(what, value):
    shown = SHOWN
    with suppress(NotInTheLogs):
        shown.touched(what, value)
    assert shown.live() and shown.words() and shown.still()


MAKE = """
import sys
sys.path.insert(0, "tests/instruments")
import test_logs as it
shown = it.view(truth=it.TRUTH).cite("jira:1").open("support:3").where(log=["support", "jira"])
shown.without(who="ada")
print(shown.bundle())
print(shown.live())
"""


def test_it_is_the_same_bytes_under_two_hash_seeds():
    def once(seed):
        paths = os.pathsep.join(["tests/helpers", ".", *filter(None, sys.path)])
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        return subprocess.check_output([sys.executable, "-c", MAKE], env=env)

    assert once("1") == once("2")
