"""Sigma rules as searches of LogRhythm Axon: held against SQLite, by an evaluator of the language
that the vendor's public pages show."""

import json
import tempfile
from functools import cache
from pathlib import Path

import pytest
import yaml
from axon_recipe import mapped, observes
from how_many import draws
from hunt_helpers import correlation, rule, write_events, write_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_cases import rule_cases, vendor_event
from siem import axon
from sigma.rule import SigmaRule

from labutils.hunt import hunt, read_placeholders
from labutils.hunt.axon_search import READINGS, TIME, Reading, parse, selects
from labutils.hunt.rules import base_rules, load, sources_of
from labutils.hunt.sources import SOURCES, time_of
from labutils.incident.breach import play
from labutils.incident.log_format import log_format
from labutils.incident.policy import World

GATEWAY = {"product": "cloudflare", "service": "gateway"}
TOKENS = {"product": "cloudflare", "service": "access_nonidentity"}
JIRA = {"product": "jira", "service": "audit"}
BITBUCKET = {"product": "bitbucket", "service": "audit"}
CLOUDTRAIL = {"product": "aws", "service": "cloudtrail"}
PROCESS = {"product": "linux", "category": "process_creation"}
SSHD = {"product": "linux", "service": "sshd"}

SAMPLES = [
    rule({"eventType": "app.oauth2.client.read_client_secret", "outcome.result": "SUCCESS"}),
    rule({"eventType": ["user.session.start", "policy.evaluate_sign_on"]}),
    rule(
        {
            "sel": {"eventType|startswith": "user.session."},
            "home": {"client.ipAddress": "192.0.2.13"},
        },
        "sel and not home",
    ),
    rule({"target.alternateId|contains": "admin console"}),
    rule({"client.userAgent.rawUserAgent|contains": ["Firefox", "curl"]}),
    rule({"debugContext.debugData.behaviors|contains": "New Device=POSITIVE"}),
    rule(
        {"sel": {"isSuccessfulLogin": 1}, "known": {"ipAddress|cidr": ["192.0.2.0/24"]}},
        "sel and not known",
        TOKENS,
    ),
    rule(
        {"serviceTokenId": "moveworks-token", "ipAddress|cidr": "203.0.113.64/29"}, logsource=TOKENS
    ),
    rule(
        {"auditType.action": "User added to group", "affectedObjects.name|contains": "admin"},
        logsource=JIRA,
    ),
    rule({"auditType.actionI18nKey|endswith": "user.created"}, logsource=JIRA),
    rule(
        {"auditType.action|contains": "Repository", "author.name|re": "^svc-"}, logsource=BITBUCKET
    ),
    rule({"affectedObjects.type": "REPOSITORY", "node|exists": True}, logsource=BITBUCKET),
    rule({"Action": "allowedOnNoRuleMatch", "DestinationPort": 22}, logsource=GATEWAY),
    rule({"DestinationPort|lt": 1024, "DestinationPort|gt": 21}, logsource=GATEWAY),
    rule(
        {"eventName|startswith": "Describe", "userIdentity.userName|exists": True},
        logsource=CLOUDTRAIL,
    ),
    rule(
        {"ParentImage|endswith": "/java", "Image|endswith": ["/sh", "/bash", "/curl"]},
        logsource=PROCESS,
    ),
    rule({"message|contains": "[preauth]"}, logsource=SSHD),
]


SITE = read_placeholders(axon.PLACEHOLDERS)
CASES = rule_cases()
DOCUMENTS = {
    path.stem: list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for path in sorted(axon.RULES.glob("*.yml"))
}
EVENT_RULES = [rule for rules in DOCUMENTS.values() for rule in rules if "detection" in rule]


def one(mapping) -> SigmaRule:
    """A rule as the converter reads it."""
    with tempfile.TemporaryDirectory() as folder:
        (found,) = loaded(Path(folder), mapping)
    return found


def loaded(folder, *rules):
    """Rules that may refer to each other, as the converter reads them."""
    ruleset = load([write_rules(folder, *rules)], SITE)
    assert not ruleset.refused
    return ruleset.rules


def asked(selection, condition="selection", logsource=None) -> str:
    """The search of a rule, without its log source type."""
    found = axon.search(one(rule(selection, condition, logsource)))
    return found.text.split(" AND ", 1)[1]


def wider(selection, condition="selection", logsource=None) -> tuple[str, ...]:
    return axon.search(one(rule(selection, condition, logsource))).wider


MAPPED = {}  # by the identity of logs, the logs and their events in the schema


def records(events) -> dict[str, dict]:
    """Events in the schema, by their ids; `events` by source."""
    if id(events) not in MAPPED:
        MAPPED[id(events)] = (
            events,
            {
                f"{source}:{number}": mapped(event, source)
                for source, lines in events.items()
                for number, event in enumerate(lines, 1)
            },
        )
    return MAPPED[id(events)][1]


def by_search(mapping, events, reading=READINGS[0]) -> set[str]:
    """The ids of the events that a converted search selects; `events` by source."""
    tree = parse(axon.search(one(mapping)).text)
    return {name for name, record in records(events).items() if selects(tree, record, reading)}


def by_sqlite(mapping, events) -> set[str]:
    """The ids of the events that the rule selects by the hunt."""
    with tempfile.TemporaryDirectory() as folder:
        files = [
            write_events(Path(folder), *lines, name=f"{source}.jsonl")
            for source, lines in events.items()
        ]
        found = hunt([write_rules(Path(folder), mapping)], files, SITE)
    assert not found.refused and not found.skipped
    return {name for hit in found.hits for name in hit.event_ids}


@cache
def attack() -> dict[str, list[dict]]:
    """The telemetry of the historical attack, by source."""
    return {source: list(lines) for source, lines in play(World.historical()).audit.items()}


def title(mapping) -> str:
    return json.dumps(mapping["detection"], default=str)[:70]


# --- the tables ---------------------------------------------------------------------------------


def test_every_source_of_the_course_s_rules_has_a_place_in_axon():
    bases = [base for rule in load([axon.RULES], SITE).rules for base in base_rules(rule)]
    used = {source for base in bases for source in sources_of(base)}
    assert used and used <= set(axon.SOURCES) <= set(SOURCES)


@pytest.mark.parametrize("source", axon.SOURCES)
def test_a_schema_field_holds_one_field_of_a_log(source):
    places = list(axon.SOURCES[source]["fields"].values())
    assert len(places) == len(set(places))
    assert set(places) <= set(axon.SCHEMA)


NOT_IN_OURS = {  # vendors write them, and the logs of the replay do not
    "changedValues.to",
    "errorCode",
    "errorMessage",
    "extraAttributes.value",
    "node",
}


@pytest.mark.parametrize("source", axon.SOURCES)
def test_a_mapped_field_is_one_that_the_source_writes(source):
    sheet = log_format(source)
    templates = [sheet.base, *(entry.event for entry in sheet.events.values())]
    named = [*axon.SOURCES[source]["fields"], *axon.SOURCES[source]["identify"]]
    naming = SOURCES[source].naming
    templates += [dict.fromkeys(naming.names)] if naming else []
    written = [*templates, *attack().get(source, [])]  # braces may stand for a whole mapping
    nowhere = {name for name in named if not any(has(name, one) for one in written)}
    assert nowhere <= NOT_IN_OURS


def has(name, template):
    """Whether a template or a line has a field, filled or null."""
    head, _, rest = name.partition(".")
    for level in template if isinstance(template, list) else [template]:
        if isinstance(level, dict) and head in level and (not rest or has(rest, level[head])):
            return True
    return False


def test_every_schema_field_cites_a_page_and_is_in_use():
    assert all(entry["page"] in axon.TABLES["pages"] for entry in axon.SCHEMA.values())
    used = {place for table in axon.SOURCES.values() for place in table["fields"].values()}
    assert set(axon.SCHEMA) - used == {axon.TYPE_NAME, axon.RAW, axon.TIME}


def test_no_log_source_type_has_a_name_that_is_part_of_another():
    names = [table["log_source_type"].casefold() for table in axon.SOURCES.values()]
    assert [(a, b) for a in names for b in names if a != b and a in b] == []


# --- what is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "selection, text",
    [
        ({"eventType": "a.b"}, 'action.type = "a.b"'),
        ({"eventType": ["a", "b"]}, "action.type IN [a,b]"),
        (
            {"eventType": ["a", "b c"]},
            '(action.type = "a" OR action.type = "b c")',
        ),
        ({"outcome.reason|contains": "x y"}, 'action.result.reason CONTAINS "x y"'),
        ({"outcome.reason": None}, "action.result.reason = blank"),
        ({"outcome.reason|exists": True}, "action.result.reason CONTAINS anything"),
        ({"outcome.reason": "*"}, "action.result.reason CONTAINS anything"),
        (
            {"client.ipAddress|cidr": "203.0.113.0/24"},
            "origin.host.ip_address.value BETWEEN 203.0.113.0 AND 203.0.113.255",
        ),
        ({"eventType|neq": 5}, "action.type != 5"),
        ({"eventType|startswith": "a.b"}, r'action.type matches "^a\.b.*$"'),
        ({"eventType|endswith": "a b"}, 'action.type matches "^.*a b$"'),
        ({"eventType": "a?b*c"}, 'action.type matches "^a.b.*c$"'),
        ({"eventType|contains": " a"}, 'action.type matches "^.* a.*$"'),
        ({"eventType|re|i": "a+"}, 'action.type matches "^.*(a+).*$"'),
        ({"eventType": "Blank"}, 'action.type matches "^Blank$"'),
        ({"eventType": r"C:\Users"}, r'action.type = "C:\Users"'),
        ({"client.ipAddress|cidr": "203.0.113.6/32"}, "origin.host.ip_address.value = 203.0.113.6"),
    ],
)
def test_a_comparison_is_written_as_the_pages_show_it(selection, text):
    assert asked(selection) == text
    assert wider(selection) == ()


@pytest.mark.parametrize(
    "selection, text",
    [
        ({"DestinationPort": 22}, "target.host.network_port.value != 22"),
        (
            {"DestinationPort|gte": 22},
            "(target.host.network_port.value < 22 OR target.host.network_port.value = blank)",
        ),
        ({"DestinationPort|neq": 22}, "target.host.network_port.value = 22"),
        ({"Action": None}, "action.command CONTAINS anything"),
        ({"Action": ["a", "b"]}, "action.command NOT IN [a,b]"),
        ({"Action": ["a", "b c"]}, 'action.command != "a" AND action.command != "b c"'),
        ({"Action|contains": "a"}, 'action.command NOT CONTAINS "a"'),
        ({"Action|startswith": "a"}, 'action.command NOT matches "^a.*$"'),
        (
            {"SourceIP|cidr": "10.0.0.0/8"},
            "origin.host.ip_address.value NOT BETWEEN 10.0.0.0 AND 10.255.255.255",
        ),
        ({"Action|re|i": "a+"}, 'action.command NOT matches "^.*(a+).*$"'),
        ({"Action": "a", "SNI": "b"}, '(action.command != "a" OR target.host.name != "b")'),
    ],
)
def test_below_a_not_the_comparison_is_turned_round(selection, text):
    assert asked({"s": selection}, "not s", GATEWAY) == text
    assert asked({"s": selection}, "not (not (not s))", GATEWAY) == text


@pytest.mark.parametrize("word, sign", [("lt", ">="), ("lte", ">"), ("gt", "<="), ("gte", "<")])
def test_below_a_not_an_order_is_the_opposite_or_a_blank(word, sign):
    port = "target.host.network_port.value"
    text = asked({"s": {f"DestinationPort|{word}": 22}}, "not s", GATEWAY)
    assert text == f"({port} {sign} 22 OR {port} = blank)"


def test_a_network_is_not_taken_for_two_parts():
    parts = {"a": {"SourceIP|cidr": "10.0.0.0/8"}, "b": {"Action": "x"}, "c": {"SNI": "y"}}
    assert asked(parts, "(a or b) and c", GATEWAY) == (
        "(origin.host.ip_address.value BETWEEN 10.0.0.0 AND 10.255.255.255 OR "
        'action.command = "x") AND target.host.name = "y"'
    )
    assert asked(parts, "a or b", GATEWAY).count("(") == 1


@pytest.mark.parametrize(
    "selection, text",
    [
        ({"eventType|cased": ["a", "b"]}, '(action.type = "a" OR action.type = "b")'),
        ({"eventType": ["a", "and"]}, '(action.type = "a" OR action.type = "and")'),
        ({"eventType": ["a", "blank"]}, '(action.type = "a" OR action.type matches "^blank$")'),
        (
            {"client.zone": ["office", "homes"]},
            '(general_information.raw_message CONTAINS "office" OR '
            'general_information.raw_message CONTAINS "homes")',
        ),
    ],
)
def test_a_list_holds_plain_words_of_a_schema_field_alone(selection, text):
    assert asked(selection) == text


def test_a_place_where_a_search_is_wider_is_named_once():
    assert wider({"eventType|cased": ["a", "b"]}) == (
        "eventType: the case of letters, which a search ignores",
    )


def test_a_rule_is_as_it_was_after_it_is_converted():
    mapping = one(rule({"eventType": "a"}))
    assert axon.search(mapping) == axon.search(mapping)


def test_a_search_says_which_words_are_not_on_the_pages():
    found = axon.search(one(rule({"s": {"eventType|contains": "a.b"}}, "not s")))
    assert found.unpaged == ("NOT CONTAINS",)
    assert found.exact
    assert axon.search(one(rule({"eventType|contains": "a.b"}))).unpaged == ()


NO_PLACE = "no field of the schema, and nothing to look for in a line"


@pytest.mark.parametrize(
    "selection, text, named",
    [
        (
            {"eventType|cased": "aB"},
            'action.type = "aB"',
            "eventType: the case of letters, which a search ignores",
        ),
        (
            {"eventType|re": "a+"},
            'action.type matches "^.*(a+).*$"',
            "eventType: a regular expression that minds the case of letters",
        ),
        (
            {"eventType": 'a"b'},
            'action.type CONTAINS "a" AND action.type CONTAINS "b"',
            "eventType: a character that no page says how to write; the search asks around it",
        ),
        (
            {"eventType": ""},
            "action.type = blank",
            "eventType: an empty text; the search takes a missing one too",
        ),
        (
            {"client.zone": "office"},
            'general_information.raw_message CONTAINS "office"',
            "client.zone: no field of the schema; the search takes the text anywhere in a line",
        ),
    ],
)
def test_what_the_language_cannot_say_is_asked_more_widely_and_named(selection, text, named):
    assert asked(selection) == text
    assert wider(selection) == (named,)


@pytest.mark.parametrize(
    "selection, named",
    [
        (
            {"eventType|re": "(?:a)b"},
            "eventType: a regular expression of a kind that the vendor never shows",
        ),
        ({"eventType|fieldref": "severity"}, "eventType: a comparison by field reference"),
        ({"severity|gt": 3}, "severity: an order, of a field that holds text"),
        (
            {"client.ipAddress|cidr": "2001:db8::/32"},
            "client.ipAddress: the network 2001:db8::/32, of version 6",
        ),
        ({"securityContext.isProxy": True}, f"securityContext.isProxy: {NO_PLACE}"),
        ({"client.zone": "abc"}, f"client.zone: {NO_PLACE}"),
        ({"client.zone": "b\u00fcros"}, f"client.zone: {NO_PLACE}"),
    ],
)
def test_what_cannot_be_asked_at_all_is_left_out_and_named(selection, named):
    whole = {"a": selection, "b": {"outcome.result": "SUCCESS"}}
    assert asked(whole, "a and b") == 'action.result.message = "SUCCESS"'
    assert wider(whole, "a and b") == (f"{named}; not in the search",)
    with pytest.raises(axon.CannotConvert, match="no search can say what the rule asks of okta"):
        axon.search(one(rule(selection)))


@pytest.mark.parametrize(
    "text, whole",
    [
        ("^a$", "^(a)$"),
        ("a|b", "^.*(a|b).*$"),
        ("^(a|b)$", "^((a|b))$"),
        (r"^a\|b", r"^(a\|b).*$"),
        ("^[a|b]", "^([a|b]).*$"),
        (r"a\\$", None),
        (r"\$$", r"^.*(\$)$"),
        (r"[^a]\$", r"^.*([^a]\$).*$"),
        ("^a|b", None),
        ("a^b", None),
        ('a"', None),
        ("a$b", None),
    ],
)
def test_a_regular_expression_names_both_ends(text, whole):
    assert axon.whole_expression(text) == whole


@pytest.mark.parametrize(
    "selection",
    [
        {"eventType|cased": "a"},
        {"eventType|re": "a"},
        {"eventType": ""},
        {"eventType": 'a"b'},
        {"client.zone": "office"},
    ],
)
def test_an_exception_that_is_too_wide_is_left_out_so_that_nothing_is_missed(selection):
    whole = {"sel": {"outcome.result": "SUCCESS"}, "but": selection}
    assert asked(whole, "sel and not but") == 'action.result.message = "SUCCESS"'
    assert wider(whole, "sel and not but")[0].endswith("; an exception that no search can state")


def test_a_field_of_the_log_is_not_taken_for_one_of_the_schema_with_that_name():
    audit = {"product": "cloudflare", "service": "audit"}
    assert "action.type" in axon.SCHEMA
    text = asked({"action.type": "login"}, logsource=audit)
    assert text == 'general_information.raw_message CONTAINS "login"'


def test_a_list_that_nobody_filled_in_is_no_term():
    mapping = rule({"eventType|expand": "%names%", "outcome.result": "SUCCESS"})
    found = axon.search(SigmaRule.from_dict(mapping))
    assert found.text.split(" AND ", 1)[1] == 'action.result.message = "SUCCESS"'
    assert found.wider == ("eventType: a text that no page says how to write; not in the search",)


def test_keywords_are_looked_for_in_the_line():
    assert asked(["sliver", "203.0.113.66"]) == (
        '(general_information.raw_message CONTAINS "sliver" OR '
        'general_information.raw_message CONTAINS "203.0.113.66")'
    )


def test_a_rule_for_several_sources_asks_each_by_its_own_name():
    text = axon.search(one(rule({"author.name": "tom"}, logsource={"product": "atlassian"}))).text
    assert text.count('origin.account.name = "tom"') == 3
    assert all(f"Atlassian {name} audit" in text for name in ("Jira", "Confluence", "Bitbucket"))
    parse(text)


# --- agreement with SQLite ----------------------------------------------------------------------


def agree(mapping, events, reading=READINGS[0]):
    """A search selects what the rule selects; where it is wider, that and more."""
    rule_hits, search_hits = by_sqlite(mapping, events), by_search(mapping, events, reading)
    assert rule_hits <= search_hits
    if axon.search(one(mapping)).exact:
        assert rule_hits == search_hits


@pytest.mark.parametrize("mapping", SAMPLES, ids=title)
def test_the_search_selects_what_sqlite_selects_of_the_attack(mapping):
    hits = by_sqlite(mapping, attack())
    assert hits
    for reading in READINGS:
        if reading.contains_part:
            assert by_search(mapping, attack(), reading) == hits


def test_if_contains_means_words_one_sample_is_silent():
    silent = [
        mapping["detection"]["selection"]
        for mapping in SAMPLES
        if not by_search(mapping, attack(), Reading(contains_part=False))
    ]
    assert silent == [
        {"auditType.action": "User added to group", "affectedObjects.name|contains": "admin"}
    ]


TEXTS = ["alpha", "Beta", "alpha beta", "beta alpha", "xalpha", "betas", "a", "203.0.113.7", "22"]
ADDRESSES = ["203.0.113.7", "203.0.113.70", "198.51.100.1", "10.0.0.1", "110.0.0.1", "wiki.example"]
NETWORKS = ["203.0.113.0/24", "203.0.113.0/28", "10.0.0.0/24", "198.51.0.0/16", "0.0.0.0/1"]
PORTS = [22, 23, 443, 8022]
SHAPES = {
    "okta": {
        "eventType": st.sampled_from(TEXTS),
        "client.ipAddress": st.sampled_from(ADDRESSES),
        "target.alternateId": st.lists(st.sampled_from(TEXTS), max_size=3),
        "client.zone": st.sampled_from(TEXTS),
        "securityContext.isProxy": st.booleans(),
    },
    "cloudflare_gateway": {
        "Action": st.sampled_from(TEXTS),
        "SourceIP": st.sampled_from(ADDRESSES),
        "DestinationPort": st.sampled_from(PORTS),
        "SNI": st.sampled_from(TEXTS),
        "OverridePort": st.sampled_from(PORTS),
    },
}
WORDS = [
    "contains",
    "startswith",
    "endswith",
    "cased",
    "contains|all",
    "re",
    "exists",
    "cidr",
    "gt",
    "lte",
]


@st.composite
def comparisons(draw, source):
    """A field of a source with a modifier and a value that fits it."""
    name = draw(st.sampled_from(list(SHAPES[source])))
    word = draw(st.sampled_from(["", *WORDS]))
    if word == "exists":
        return {f"{name}|exists": draw(st.booleans())}
    if word == "cidr":
        return {f"{name}|cidr": draw(st.sampled_from(NETWORKS))}
    if word in ("gt", "lte"):
        return {f"{name}|{word}": draw(st.sampled_from(PORTS))}
    texts = st.sampled_from([*TEXTS, "al*a", "?eta", "bet"])
    if word in ("re", "cased"):
        texts = st.sampled_from(TEXTS)
    several = draw(st.lists(texts, min_size=1, max_size=3, unique=True))
    plain = st.sampled_from([None, 22, True, *TEXTS, *ADDRESSES])
    value = draw(plain) if word == "" and draw(st.booleans()) else several
    return {f"{name}|{word}".rstrip("|"): value}


CONDITIONS = [
    "a",
    "a and b",
    "a or b",
    "a and not b",
    "not a",
    "not (a or b)",
    "a or not (b and c)",
    "1 of a*",
]


@st.composite
def rules(draw, source):
    names = {name: draw(comparisons(source)) for name in "abc"}
    logsource = GATEWAY if source == "cloudflare_gateway" else None
    return rule(names, draw(st.sampled_from(CONDITIONS[1:])), logsource)


KNOWN_BY = {  # the fields by which a hunt knows an event of a source
    "okta": ("eventType", "published"),
    "cloudflare_gateway": ("SourceIP", "DestinationIP", "Action"),
}


@st.composite
def events(draw, source):
    """An event in which each field is there, null, or missing."""
    event = {"n": 1} | dict.fromkeys(KNOWN_BY[source])
    for name, values in SHAPES[source].items():
        if draw(st.booleans()):
            value = draw(st.none() | values)
            *path, last = name.split(".")
            level = event
            for key in path:
                level = level.setdefault(key, {})
            if source == "okta" and path == ["target"]:
                event["target"] = [{"alternateId": text} for text in value or []]
            else:
                level[last] = value
    return event


@pytest.mark.parametrize("source", SHAPES)
@settings(max_examples=draws(150), deadline=None)
@given(data=st.data())
def test_a_search_misses_nothing_of_any_rule_over_any_events(source, data):
    mapping = data.draw(rules(source))
    lines = data.draw(st.lists(events(source), min_size=1, max_size=6))
    if can_be_searched(mapping):
        agree(mapping, {source: lines})


def can_be_searched(mapping) -> bool:
    """Whether a search says anything of what a rule asks."""
    try:
        return bool(axon.search(one(mapping)).text)
    except axon.CannotConvert:
        return False


# --- where the language differs -----------------------------------------------------------------


def okta_types(*names):
    return {"okta": [{"eventType": name, "published": None} for name in names]}


def test_case_is_ignored_beyond_ascii_where_sqlite_minds_it():
    mapping, logs = rule({"eventType": "ÉCOLE"}), okta_types("école", "École")
    assert by_search(mapping, logs) == {"okta:1", "okta:2"}
    assert by_sqlite(mapping, logs) == {"okta:2"}


def test_an_empty_text_is_blank_where_sqlite_has_a_value():
    mapping, logs = rule({"eventType": None}), okta_types("", "a")
    assert by_search(mapping, logs) == {"okta:1"}
    assert by_sqlite(mapping, logs) == set()


def test_a_beginning_that_is_no_pattern_is_found_in_the_middle():
    mapping, logs = rule({"eventType|startswith": 'us"er.'}), okta_types('us"er.a', "x us y er. z")
    assert by_search(mapping, logs) == {"okta:1", "okta:2"}
    assert by_sqlite(mapping, logs) == {"okta:1"}


def test_case_is_ignored_where_the_rule_minds_it():
    mapping, logs = rule({"eventType|cased": "User"}), okta_types("User", "user")
    assert by_search(mapping, logs) == {"okta:1", "okta:2"}
    assert by_sqlite(mapping, logs) == {"okta:1"}


def test_if_equal_means_a_phrase_a_longer_name_is_found_too():
    mapping, logs = rule({"eventType": "user.session"}), okta_types("user.session.start")
    assert by_sqlite(mapping, logs) == set()
    assert by_search(mapping, logs, Reading(equals_whole=True)) == set()
    assert by_search(mapping, logs, Reading(equals_whole=False)) == {"okta:1"}


def test_if_contains_means_words_a_part_of_a_word_is_missed():
    mapping, logs = rule({"eventType|contains": "sess"}), okta_types("user.session.start")
    assert by_sqlite(mapping, logs) == {"okta:1"}
    assert by_search(mapping, logs, Reading(contains_part=True)) == {"okta:1"}
    assert by_search(mapping, logs, Reading(contains_part=False)) == set()


def test_a_pattern_that_may_look_anywhere_names_both_ends():
    mapping, logs = rule({"eventType|startswith": "user."}), okta_types("user.a", "admin.user.a")
    for anywhere in (True, False):
        reading = Reading(matches_anywhere=anywhere)
        assert by_search(mapping, logs, reading) == by_sqlite(mapping, logs) == {"okta:1"}


# --- recipes ------------------------------------------------------------------------------------

LOGIN = rule({"isSuccessfulLogin": 1}, logsource=TOKENS, name="login")
GROUP = rule({"auditType.action": "User added to group"}, logsource=JIRA, name="group")


def recipe(folder, *rules):
    """The recipe of the last rule."""
    (last,) = (one for one in loaded(folder, *rules) if one.title == rules[-1]["title"])
    return axon.recipe(last)


def test_a_rule_is_one_block(tmp_path):
    made = recipe(tmp_path, LOGIN)
    assert made.blocks == ["Log observed: search A"]
    assert made.group_by == ["origin.account.name", "origin.host.ip_address.value"]


def test_a_count_is_a_threshold(tmp_path):
    more = correlation(
        "event_count", ["login"], **{"group-by": ["serviceTokenId"]}, condition={"gt": 4}
    )
    made = recipe(tmp_path, LOGIN, more)
    assert made.blocks == ["Threshold: search A, 5 or more logs within 10m"]
    assert made.group_by == ["origin.account.name"]


def test_a_count_of_values_is_unique_values(tmp_path):
    many = correlation(
        "value_count",
        ["login"],
        condition={"gte": 2, "field": "ipAddress"},
        **{"group-by": ["serviceTokenId"]},
    )
    assert recipe(tmp_path, LOGIN, many).blocks == [
        "Unique values: search A, 2 or more values of origin.host.ip_address.value within 10m"
    ]


def test_an_order_is_a_sequence_and_an_alias_is_the_field_where_both_stand(tmp_path):
    both = correlation(
        "temporal_ordered",
        ["login", "group"],
        aliases={"ip": {"login": "ipAddress", "group": "source"}},
        **{"group-by": ["ip"]},
    )
    made = recipe(tmp_path, LOGIN, GROUP, both)
    assert made.blocks == ["Log observed: search A", "followed by search B", "within 10m"]
    assert made.group_by == ["origin.host.ip_address.value"]
    assert made.remarks == []


def test_without_an_order_each_order_is_a_rule_of_its_own(tmp_path):
    made = recipe(tmp_path, LOGIN, GROUP, correlation("temporal", ["login", "group"]))
    assert made.remarks == ["the rule has no order: build it once for each order of the blocks"]


@pytest.mark.parametrize(
    "more, reason",
    [
        (correlation("event_count", ["login"], condition={"lt": 4}), "counts upwards"),
        (
            correlation(
                "event_count", ["login"], condition={"gte": 4}, **{"group-by": ["mtlsStatus"]}
            ),
            "mtlsStatus has no place in the schema",
        ),
        (
            correlation("temporal", ["login", "group", "third"], condition={"gte": 2}),
            "it asks for some of its rules",
        ),
        (
            correlation("value_sum", ["login"], condition={"gte": 4, "field": "isSuccessfulLogin"}),
            "no block of the Rule Builder does value_sum",
        ),
        (
            correlation("temporal", ["login", "group"], condition="login and not group"),
            "a log that does not come",
        ),
        (
            correlation("temporal_ordered", ["login", "group"], **{"group-by": ["serviceTokenId"]}),
            "serviceTokenId has no place in the schema",
        ),
        (
            correlation(
                "temporal_ordered",
                ["login", "group"],
                **{"group-by": ["x"]},
                aliases={"x": {"login": "appId", "group": "source"}},
            ),
            "x stands in different fields of the schema",
        ),
    ],
)
def test_what_the_rule_builder_has_no_block_for_is_refused(tmp_path, more, reason):
    with pytest.raises(axon.CannotConvert, match=reason):
        recipe(tmp_path, LOGIN, GROUP, LOGIN | {"name": "third", "title": "Third"}, more)


def test_a_correlation_of_correlations_is_built_by_hand(tmp_path):
    first = correlation("event_count", ["login"], condition={"gte": 2})
    first |= {"name": "first", "title": "First"}
    second = correlation("event_count", ["first"], condition={"gte": 2})
    with pytest.raises(axon.CannotConvert, match="stands on another correlation"):
        recipe(tmp_path, LOGIN, first, second)


# --- pages --------------------------------------------------------------------------------------


def test_a_page_has_the_search_the_differences_and_the_recipe(tmp_path):
    one_rule = rule(
        {
            "sel": {"isSuccessfulLogin": 1, "appId|cased": "wiki"},
            "known": {"appId|contains": "x"},
        },
        "sel and not known",
        TOKENS,
        id="8a1f7a39-3e3e-4a55-9b6a-0a8a7a6f4c11",
        description="A token\n signs in.",
        tags=["attack.t1078.004"],
    )
    write_rules(tmp_path, one_rule, name="token.yml")
    text = axon.pages(tmp_path)["token.txt"]
    assert text.splitlines()[5:] == [
        "A rule",
        "======",
        "id 8a1f7a39-3e3e-4a55-9b6a-0a8a7a6f4c11, author Ada",
        "",
        "Search A",
        '  general_information.log_source.type_name = "Cloudflare Access service tokens" AND '
        'object.resource.name = "wiki" AND action.result.code = 1 AND '
        'object.resource.name NOT CONTAINS "x"',
        "Selects more than the rule, in:",
        "  - appId: the case of letters, which a search ignores",
        "Written as in rules that the vendor publishes, not on its pages: NOT CONTAINS.",
        "",
        "Rule Builder",
        "  Rule name: A rule",
        "  Description: A token signs in.",
        "  Group by: origin.account.name, origin.host.ip_address.value",
        "  Common event: Threat Detection / Suspicious Activity",
        "  Threat level: high",
        "  Additional metadata: threat.mitre_technique, T1078.004",
        "  Pattern:",
        "    Log observed: search A",
    ]


def test_a_correlation_of_correlations_has_their_recipes_and_a_search_of_observations(tmp_path):
    counted = {"condition": {"gte": 2}, "group-by": ["serviceTokenId"]}
    first = correlation("event_count", ["login"], **counted)
    second = correlation("value_count", ["login"], **counted)
    second["correlation"]["condition"] = {"gte": 3, "field": "ipAddress"}
    both = correlation("temporal", ["one", "two"], **{"group-by": ["serviceTokenId"]})
    write_rules(
        tmp_path,
        LOGIN,
        first | {"name": "one", "title": "One"},
        second | {"name": "two", "title": "Two"},
        both | {"title": "Both"},
        name="n.yml",
    )
    lines = axon.pages(tmp_path)["n.txt"].splitlines()
    assert [line for line in lines if line.startswith("Build first")] == [
        "Build first, rule 1: One",
        "Build first, rule 2: Two",
    ]
    assert "    Threshold: search A, 2 or more logs within 10m" in lines
    assert lines[-2:] == [
        '  general_information.log_source.type_name = "Analytics Signal Source" AND '
        '(object.policy.name = "One" OR object.policy.name = "Two")',
        "and look for those of all the rules within 10m, with the same origin.account.name.",
    ]
    parse(lines[-2].strip())


def test_what_cannot_be_converted_says_so_on_its_page(tmp_path):
    write_rules(tmp_path, rule({"eventType|fieldref": "severity"}), name="r.yml")
    assert (
        "No search: no search can say what the rule asks of okta" in axon.pages(tmp_path)["r.txt"]
    )


def test_a_rule_that_cannot_be_read_stops_the_tool(tmp_path):
    write_rules(tmp_path, {"title": "nothing"}, name="r.yml")
    with pytest.raises(ValueError, match="is not a Sigma rule"):
        axon.pages(tmp_path)


def test_the_policy_builder_has_a_rule_for_each_field():
    text = axon.policies()
    for source, table in axon.SOURCES.items():
        assert f"{table['log_source_type']} ({source}.jsonl)" in text
    assert "  serviceTokenId     origin.account.name" in text.splitlines()


def test_a_stretch_of_time_is_added_as_the_page_shows_it():
    text = axon.between('a = "1" OR b = 2', "2023-11-14T00:00:00Z", "2023-11-25T00:00:00Z")
    assert text == f'(a = "1" OR b = 2) AND {TIME} = 2023-11-14T00:00:00Z to 2023-11-25T00:00:00Z'
    assert selects(parse(text), {"b": ["2"], TIME: ["2023-11-14T09:22:49Z"]})
    assert not selects(parse(text), {"b": ["2"], TIME: ["2023-11-26T09:22:49Z"]})


# --- the rules of the course --------------------------------------------------------------------


@cache
def situations() -> dict[str, list[dict]]:
    """The events of all hits, twins and misses of the rules, by source."""
    lines: dict[str, list[dict]] = {}
    for case in CASES:
        for source, _, event in events_of(case):
            lines.setdefault(source, []).append(event)
    return lines


def events_of(case):
    """The source, the time and the event of each line of a case."""
    for row in case.events:
        for turn in range(1, row.get("repeat", 1) + 1):
            event, naming = vendor_event(row, turn)[1], SOURCES[row["log"]].naming
            event = naming.named(event) if naming else event
            yield row["log"], time_of(event, row["log"]), event


def test_the_pages_that_are_kept_are_those_that_the_tool_writes():
    kept = {path.name: path.read_text(encoding="utf-8") for path in axon.OUT.iterdir()}
    assert kept == axon.pages(axon.RULES), "python tools/siem/axon.py renews data/rules/converted"


@pytest.mark.parametrize("mapping", EVENT_RULES, ids=lambda mapping: mapping["title"])
def test_a_search_selects_what_the_rule_selects(mapping):
    for logs in (attack(), situations()):
        hits = by_sqlite(mapping, logs)
        for reading in READINGS:
            if reading.contains_part and mapping["title"] not in WIDER:
                assert by_search(mapping, logs, reading) == hits
            elif reading.contains_part:
                assert by_search(mapping, logs, reading) >= hits


# The one rule whose search selects more over these logs: a search compares no two fields.
WIDER = {"Account Adds Itself to an Administrators Group in Jira"}


def test_the_search_of_a_self_promotion_selects_that_of_others_too():
    (mapping,) = DOCUMENTS["jira_self_promotion_to_administrators"]
    more = by_search(mapping, situations()) - by_sqlite(mapping, situations())
    assert len(more) == 2
    assert axon.search(one(mapping)).wider == (
        "affectedObjects.name: a comparison by field reference; not in the search",
    )


def test_a_search_that_is_wider_says_where():
    named = {rule["title"] for rule in EVENT_RULES if not axon.search(one(rule)).exact}
    sessions = {"Activity in an Okta Session", "Browser Activity in an Entra ID Session"}
    assert named == WIDER | sessions


WITHOUT_RECIPE = {
    "jira_log_silent_while_used": "it asks for a log that does not come",
    "okta_secret_read_and_not_replaced": "it asks for a log that does not come",
    "okta_session_changes_agent_and_address": "it stands on another correlation",
    "entra_id_session_changes_agent_and_address": "it stands on another correlation",
}


@pytest.mark.parametrize("stem", DOCUMENTS)
def test_a_recipe_observes_what_the_rule_hits_and_nothing_that_it_misses(stem, tmp_path):
    rules = loaded(tmp_path, *DOCUMENTS[stem])
    rule = next(rule for rule in rules if rule.title == DOCUMENTS[stem][-1]["title"])
    if stem in WITHOUT_RECIPE:
        with pytest.raises(axon.CannotConvert, match=WITHOUT_RECIPE[stem]):
            axon.recipe(rule)
        return
    bases = [rule] if isinstance(rule, SigmaRule) else axon.base_rules(rule)
    searches = {chr(ord("A") + n): parse(axon.search(base).text) for n, base in enumerate(bases)}
    recipe = axon.recipe(rule)
    for case in CASES:
        if case.rule == stem and rule.title not in WIDER:
            assert observed(recipe, searches, case) == case.hit, case.says


@pytest.mark.parametrize(("vendor", "name"), [("okta", "Okta S"), ("entra_id", "Entra ID S")])
def test_both_rules_of_a_session_that_changes_observe_what_the_correlation_hits(
    vendor, name, tmp_path
):
    stem = f"{vendor}_session_changes_agent_and_address"
    counts = [one for one in loaded(tmp_path, *DOCUMENTS[stem]) if one.title.startswith(name)]
    counts = [one for one in counts if not axon.stands_on_others(one)]
    assert len(counts) == 2
    for case in CASES:
        if case.rule == stem:
            outcomes = [
                observed(axon.recipe(one), {"A": parse(axon.search(base).text)}, case)
                for one in counts
                for base in axon.base_rules(one)
            ]
            assert all(outcomes) == case.hit, case.says


def observed(recipe, searches, case) -> bool:
    """Whether a recipe observes a case; where its blocks have no order, in either."""
    logs = [(moment, mapped(event, source)) for source, moment, event in events_of(case)]
    orders = [searches]
    if recipe.remarks:
        orders.append({"A": searches["B"], "B": searches["A"]})
    return any(observes(recipe.blocks, recipe.group_by, order, logs) for order in orders)
