"""The learner's own rule file: what passes, how one tries to pass without a hypothesis, and the
command line."""

import pytest
from solutions import made
from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.classroom.judging import PASSED
from labutils.lessons.lesson_10.hunting import a_month
from labutils.lessons.lesson_10.own_hypothesis import command_line, flaw_in_the_month, not_seen

RULE = made("10-9")["rule_file"]
PROGRAM = "author.name|startswith: svc-"
ARCHIVE = "auditType.action: Repository archive downloaded"


def about(product, service, detection):
    """The same file with another detection, about another log."""
    start, _, rest = RULE.partition("    product:")
    end = rest[rest.index("falsepositives:") :]
    source = f"    product: {product}\n    service: {service}\n"
    return f"{start}{source}detection:\n    one: {{{detection}}}\n    condition: one\n{end}"


DATES = [  # of the report, in logs of one day each
    about("aws", "cloudtrail", "eventTime|startswith: '2023-11-14T10:'"),
    about("support", "support", "time|startswith: '2023-09-28'"),
    about("cloudflare", "audit", "When|startswith: '2023-11-14'"),
]
MANY = """
title: Archive
name: archive
logsource: {product: bitbucket, service: audit}
detection:
    archive: {auditType.action: Repository archive downloaded}
    condition: archive
level: informational
---
title: Many Archives of One Account
id: 3b0d6c9e-6a0c-4f7d-8f3e-52c1a7e5d940
correlation:
    type: event_count
    rules: [archive]
    group-by: [author.name]
    timespan: 1h
    condition: {gte: 20}
falsepositives: [a backup of all repositories]
level: high
"""
REFUSED = """
title: One Person Refused at Many Applications
id: 8d0a6e0f-7a35-4c43-9c1c-6c9d5c3a0b17
logsource: {product: cloudflare, service: access}
detection:
    refused: {Allowed: false}
    condition: refused
level: informational
name: refused
---
title: Refused at Many Applications
id: 8d0a6e0f-7a35-4c43-9c1c-6c9d5c3a0b18
correlation:
    type: value_count
    rules: [refused]
    group-by: [Email]
    timespan: 1h
    condition: {gte: 3, field: AppDomain}
falsepositives: [a newcomer who tries all links]
level: medium
"""


def judged(rule):
    """The verdict on an answer to 10-9."""
    return verdict(lesson("10").items["10-9"], rule)[0]


@pytest.mark.parametrize("rule", [RULE, MANY, REFUSED], ids=["alone", "many", "refused"])
def test_more_than_one_hypothesis_passes(rule):
    assert judged(rule) is PASSED


@table(
    ("rule", "mistake"),
    [
        (RULE.replace(PROGRAM, "author.name: svc-bitbucket"), "indicator"),
        *((rule, "indicator") for rule in DATES),
        (RULE.replace(" and not ours", ""), "blunt"),
        (about("cloudflare", "audit", "ActionResult: false"), "blunt"),
        (
            RULE.replace(
                PROGRAM,
                "timestamp.epochSecond|gte: 1700640000\n        "
                "timestamp.epochSecond|lte: 1700700000",
            ),
            "indicator",
        ),
        (RULE.replace(PROGRAM, "author.name: '*'").replace(" and not ours", ""), "budget"),
        (MANY.replace("[author.name]", "[]").replace("gte: 20", "gte: 1"), "budget"),
        (MANY.replace("1h", "60d").replace("gte: 20", "gte: 1"), "budget"),
        (RULE.replace("id: 5b", "id: xb"), "id"),
        (
            RULE.replace("A build that was moved to a hosting company", "none"),
            "falsepositives",
        ),
        ("", "head"),
        ("- a\n- b", "head"),
        ("title: [", "no YAML"),
        (None, "no text"),
    ],
)
def test_what_is_no_hypothesis_is_told_so(rule, mistake):
    assert judged(rule).mistake == mistake


def test_who_knows_one_thief_is_told_by_what():
    rule = about("support", "support", "user|startswith: svc-, agent|startswith: Mozilla")
    wanted = "no true alert: user|startswith: svc- matches none of that thief's lines"
    assert flaw_in_the_month(rule)["indicator"].startswith(wanted)


def test_the_logs_with_unseen_steps_are_listed_with_their_names_in_sigma(capsys):
    not_seen(a_month())
    said = capsys.readouterr().out
    assert "bitbucket            1 step    product: bitbucket, service: audit" in said
    assert "nonidentity" not in said


def test_the_command_line_says_what_a_terminal_would(capsys):
    command_line(RULE, a_month())
    said = capsys.readouterr().out
    assert said.startswith(
        "$ python -m labutils hunt --rules my_rule.yml --events bitbucket.jsonl\n"
    )
    assert "Archive by a Service Account From" in said and "/tmp" not in said


def test_a_rule_that_is_none_is_refused_by_the_command_line_as_well(capsys):
    command_line("title: nothing", a_month())
    said = capsys.readouterr()
    assert "No rule could be used" in said.out + said.err
