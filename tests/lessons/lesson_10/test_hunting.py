"""What lesson 10 answers to a text that an engine would pass over in silence."""

from functools import cache
from textwrap import indent

import pytest
from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.classroom.judging import PASSED
from labutils.lessons.lesson_10.hunting import (
    ABROAD_DETECTION,
    IN_ORDER,
    a_month,
    alerts_in_tracker,
    by_rule,
    correlated,
    logins_at,
    rows_about,
)
from labutils.lessons.lesson_10.trials import (
    base_rules,
    try_detection,
    unexplained,
)
from labutils.stage.sigma_text import sigma


def judged(identifier, answer):
    """The verdict on an answer."""
    return verdict(lesson("10").items[identifier], answer)[0]


def shown_of(detection):
    """The fault that is seen in the text of a detection: its mistake, and what shows it."""
    fault = next(try_detection(detection)).seen
    (item,) = fault.items()
    return item


@pytest.mark.parametrize("before", ["", "\n", "\n\n"])
def test_a_fault_in_yaml_is_named_by_the_line_of_the_learner_s_own_text(before):
    text = before + "login:\n    isSuccessfulLogin: 1\n  ours: 2\ncondition: login\n"
    mistake, shown = shown_of(text)
    assert judged("10-1", text).mistake == mistake == "no YAML"
    assert shown.startswith("an error in line 3 of your text, 'ours: 2':")


@pytest.mark.parametrize("name", ["isSuccesfulLogin", "issuccessfullogin", "IsSuccessfulLogin"])
def test_a_field_that_no_line_has_is_named_with_the_nearest_one(name):
    text = ABROAD_DETECTION.replace("isSuccessfulLogin", name)
    assert shown_of(text) == ("field", f"{name!r}, which is nearly 'isSuccessfulLogin'")
    assert judged("10-1", text).mistake == "field"


WHOLE_RULE = f"""
title: Service token from elsewhere
logsource:
    product: cloudflare
    service: access_nonidentity
detection:
{indent(ABROAD_DETECTION.strip(), "    ")}
level: medium
"""
WHOLE_CORRELATION = f"""
title: In order
correlation:
{indent(IN_ORDER.strip(), "    ")}
level: high
"""


def test_a_whole_rule_is_taken_for_its_detection_and_used_so():
    assert judged("10-1", WHOLE_RULE) is PASSED
    text = sigma("mine", "cloudflare_access_nonidentity", "Mine", WHOLE_RULE)
    assert text == sigma("mine", "cloudflare_access_nonidentity", "Mine", ABROAD_DETECTION)


def test_a_whole_correlation_is_taken_for_what_is_correlated_and_used_so():
    assert judged("10-3", WHOLE_CORRELATION) is PASSED
    assert correlated("mine", "Mine", WHOLE_CORRELATION) == correlated("mine", "Mine", IN_ORDER)


@table(
    ("old", "new", "mistake", "says"),
    [
        ("login and not", "login AND NOT", "capitals", "a condition with AND"),
        ("login and not", "login and NOT", "capitals", "a condition with NOT"),
        (
            "isSuccessfulLogin: 1",
            "isSuccessfulLogin:1",
            "space",
            "the string 'isSuccessfulLogin:1', not a field with a value",
        ),
        (
            "ipAddress|cidr: 192",
            "ipAddress|cidr:192",
            "space",
            "the string 'ipAddress|cidr:192.0.2.0/26', not a field with a value",
        ),
        (
            "192.0.2.0/26",
            "not 192.0.2.0/26",
            "not",
            "'not 192.0.2.0/26' as the value of ipAddress|cidr",
        ),
        ("condition: ", "conditions: ", "no rule", "at least one condition"),
        (
            "cidr",
            "cidrr",
            "no rule",
            "an error: is not a Sigma rule: Unknown modifier 'cidrr'",
        ),
    ],
)
def test_what_the_engine_reads_otherwise_is_shown(old, new, mistake, says):
    assert old in ABROAD_DETECTION
    text = ABROAD_DETECTION.replace(old, new)
    named, shown = shown_of(text)
    assert judged("10-1", text).mistake == named == mistake
    assert shown.endswith(says)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("Login: 1", "Login: 1\n    appId: tracker.example", "one application"),
        ("Login: 1", "Login: 1\n    appId|contains: [tracker, wiki]", "one application"),
        ("192.0.2.0/26", "192.0.2.0/25", "text"),
        ("192.0.2.0/26", "192.0.2.0/27", "text"),
        (
            "condition: login and not ours",
            "it: {serviceTokenId: moveworks-token}\n"
            "condition: login and (it or 1 of l*) and not ours",
            "indicator",
        ),
    ],
)
def test_a_detection_for_one_case_alone_is_told_so(old, new, mistake):
    assert judged("10-1", ABROAD_DETECTION.replace(old, new)).mistake == mistake


@pytest.mark.parametrize("timespan", ["10m", "16m", "20m", "30m"])
def test_another_window_than_fifteen_minutes_is_noticed(timespan):
    assert judged("10-3", IN_ORDER.replace("15m", timespan)).mistake == "window"


@pytest.mark.parametrize("value", ["true", "True"])
def test_true_for_one_passes(value):
    assert judged("10-1", ABROAD_DETECTION.replace("Login: 1", f"Login: {value}")) is PASSED


def test_true_for_one_passes_with_a_word_on_other_engines():
    answer = ABROAD_DETECTION.replace("Login: 1", "Login: true")
    _, words = verdict(lesson("10").items["10-1"], answer)
    assert words.endswith("accepts `true` for 1, but others do not.")
    assert "A note" not in verdict(lesson("10").items["10-1"], ABROAD_DETECTION)[1]


def test_the_right_sessions_in_a_list_are_called_a_list():
    def as_a_list(events):
        namespace = {}
        exec(lesson("10").items["10-2"].solution, namespace)
        return list(namespace["roaming"](events))

    said, words = verdict(lesson("10").items["10-2"], as_a_list)
    assert said.mistake == "set" and "Return them as a set" in words


# --- 10-7: a rule that is tuned -----------------------------------------------------------------

PAIRS = """
login:
    isSuccessfulLogin: 1
ours:
    ipAddress|cidr: 192.0.2.0/26
known:
    serviceTokenId: [{tokens}]
    ipAddress|cidr: {network}
condition: login and not ours and not known
"""


OWNED = ("planning-token", "build-token", "survey-token", "backup-token")


@pytest.mark.parametrize(
    ("tokens", "network"),
    [
        ("planning-token, build-token, survey-token, backup-token", "203.0.113.0/25"),
        ("planning-token, build-token, backup-token", "203.0.113.0/25"),
    ],
)
def test_more_than_one_tuning_fits_the_budget(tokens, network):
    assert judged("10-7", PAIRS.format(tokens=tokens, network=network)) is PASSED


@table(
    ("answer", "mistake"),
    [
        (ABROAD_DETECTION, "budget"),
        (PAIRS.format(tokens="planning-token", network="203.0.113.0/25"), "budget"),
        (PAIRS.format(tokens="planning-token", network="203.0.113.0/24"), "wider"),
        (PAIRS.format(tokens="planning-token", network="0.0.0.0/0"), "token alone"),
        (PAIRS.format(tokens="'*'", network="203.0.113.0/25"), "network alone"),
        (
            ABROAD_DETECTION.replace("Login: 1", "Login: 1\n    ipAddress: 203.0.113.66"),
            "indicator",
        ),
        (PAIRS.format(tokens=", ".join(OWNED), network="203.0.113.0/24"), "wider"),
        (PAIRS.format(tokens=", ".join(OWNED), network="203.0.0.0/16"), "wider"),
        (
            PAIRS.format(tokens=", ".join(OWNED), network="203.0.113.0/25").replace("/26", "/24"),
            "wider",
        ),
        (
            PAIRS.format(tokens=", ".join(OWNED), network="203.0.113.0/25").replace(
                "serviceTokenId:", "serviceTokenId|startswith:"
            ),
            "whole name",
        ),
    ],
)
def test_a_tuning_that_leaves_out_too_much_or_too_little_is_told_so(answer, mistake):
    assert judged("10-7", answer).mistake == mistake


# --- 10-8: alerts that are closed by hand -------------------------------------------------------


def of_the_correlation():
    logs = a_month()
    hits = by_rule(logs.hunt(*base_rules(), correlated("in_order", "In order", IN_ORDER)))
    return logs, alerts_in_tracker(logs, hits["in_order"])


def test_an_alert_can_be_closed_if_and_only_if_a_table_explains_it(monkeypatch):
    """By the model solution of 10-4, which was written for another exercise."""
    namespace = {}
    exec(lesson("10").items["10-4"].solution, namespace)
    logs, alerts = of_the_correlation()
    monkeypatch.setattr(logs, "table", cache(logs.table))  # each is read once, not once a ticket
    changes, roster = logs.table("changes"), logs.table("roster")
    reasons = {one["id"]: namespace["explained"](one, changes, roster) for one in alerts}
    tickets = [row["id"] for row in changes]
    for alert in alerts:
        closing = [one for one in (*tickets, "on call") if unexplained(logs, alert, one) is None]
        assert (reasons[alert["id"]] in closing) if closing else reasons[alert["id"]] is None
    closed = {name: reason for name, reason in reasons.items() if reason}
    assert judged("10-8", closed) is PASSED
    assert list(reasons.values()).count(None) == 5


def test_what_is_written_down_about_an_alert_has_its_days():
    logs, alerts = of_the_correlation()
    assert rows_about(logs, next(one for one in alerts if one["who"] == "k.kaplan")) == [
        {
            "on record": "trip",
            "from": "2023-11-30T09:00",
            "to": "2023-12-05T09:00",
            "what": "conference, NL",
        }
    ]


def test_the_service_tokens_of_an_address_are_those_of_its_lines_and_of_no_other():
    logs, alerts = of_the_correlation()
    gateway = logs.events("cloudflare_access_nonidentity")
    for address in {one["address"] for one in alerts}:
        logins = logins_at(logs, address)
        assert logins and all(gateway[one["id"]]["ipAddress"] == address for one in logins)
        assert {one["token"] for one in logins} == {
            event["serviceTokenId"] for event in gateway.values() if event["ipAddress"] == address
        }
    assert logins_at(logs, "198.51.100.255") == []


# --- fields and correlations --------------------------------------------------------------------


def test_a_field_of_the_log_that_the_solution_has_no_use_for_is_no_mistake():
    more = ABROAD_DETECTION.replace("ours:", "    identityProvider: nonidentity\nours:")
    assert judged("10-1", more) is PASSED


@table(
    ("old", "new", "mistake"),
    [
        ("group-by", "group_by", "key"),
        ("timespan", "timeframe", "key"),
        ("15m", "15M", "months"),
        ("15m", "1h", "window"),
        ("privileged_change]", "privileged_change", "no YAML"),
        ("generate: true\n", "", "generate"),
        ("generate: true", "generate: false", "generate"),
    ],
)
def test_a_correlation_is_told_what_it_says(old, new, mistake):
    assert judged("10-3", IN_ORDER) is PASSED
    assert judged("10-3", IN_ORDER.replace(old, new)).mistake == mistake
