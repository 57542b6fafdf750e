"""`python -m labutils hunt`: what it promises to programs, and what it shows to people."""

import gzip
import hashlib
import json
import subprocess
import sys

import pytest
import yaml
from hunt_helpers import correlation, hunted, okta, rule, write_events, write_rules
from tables import table

from labutils.__main__ import main
from labutils.hunt import hunt
from labutils.hunt import rules as rules_of_sigma
from labutils.hunt.report import as_text

RULE = rule({"eventType": "user.session.start"}, id="0c8e1b4e-9a3a-4a50-9f5e-6d8b3a8b1c01")
CLOUDTRAIL = {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances"}
TRAIL_RULE = rule({"eventName": "DescribeInstances"}, logsource={"product": "aws"})


def answer(capsys, *arguments):
    """The exit status and the JSON of the command."""
    status = main(["hunt", "--json", *map(str, arguments)])
    return status, json.loads(capsys.readouterr().out)


# --- the contract -------------------------------------------------------------------------------


def test_a_hit_names_rule_author_level_source_events_and_time(tmp_path, capsys):
    rules = write_rules(tmp_path, RULE)
    events = write_events(tmp_path, okta("other"), okta("user.session.start", 5))
    status, report = answer(capsys, "--rules", rules, "--events", events)
    assert status == 0
    (hit,) = report["hits"]
    assert hit.pop("id") and hit.pop("why")
    assert report["hits"] == [
        {
            "rule_id": "0c8e1b4e-9a3a-4a50-9f5e-6d8b3a8b1c01",
            "title": "A rule",
            "author": "Ada",
            "level": "high",
            "source": "okta",
            "event_ids": ["okta:2"],
            "time": "2023-11-14T09:00:05Z",
        }
    ]
    assert report["rules"] == {"loaded": 1, "refused": []}
    assert report["events"]["read"] == 2 and report["events"]["skipped"] == []


def test_no_hit_is_no_error(tmp_path, capsys):
    paths = write_rules(tmp_path, RULE), write_events(tmp_path, okta("other"))
    status, report = answer(capsys, "--rules", paths[0], "--events", paths[1])
    assert status == 0 and report["hits"] == []


def test_it_runs_as_a_module_and_several_paths_may_follow_an_option(tmp_path):
    rules = write_rules(tmp_path, RULE), write_rules(tmp_path, TRAIL_RULE, name="trail.yml")
    events = (
        write_events(tmp_path, okta()),
        write_events(tmp_path, CLOUDTRAIL, name="trail.json"),
    )
    command = [sys.executable, "-m", "labutils", "hunt", "--json"]
    command += ["--rules", *map(str, rules), "--events", str(events[0]), "--events", str(events[1])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    report = json.loads(done.stdout)
    assert [hit["event_ids"] for hit in report["hits"]] == [["okta:1"], ["trail:1"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: --rules, --events"),
        (["--rules", "x"], "required: --events"),
        (["--rules", "x", "--events"], "expected at least one argument"),
    ],
)
def test_a_wrong_argument_is_refused_with_status_2(arguments, says, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["hunt", *arguments])
    assert stopped.value.code == 2 and says in capsys.readouterr().err


def test_status_2_where_no_event_could_be_read(tmp_path, capsys):
    rules = write_rules(tmp_path, RULE)
    assert main(["hunt", "--rules", str(rules), "--events", str(tmp_path / "none.jsonl")]) == 2
    said = capsys.readouterr()
    assert "No event could be read" in said.err
    assert "none.jsonl: cannot be read: No such file or directory" in said.out


def test_status_2_where_no_rule_could_be_read(tmp_path, capsys):
    events = write_events(tmp_path, okta())
    assert main(["hunt", "--rules", str(tmp_path / "none.yml"), "--events", str(events)]) == 2
    said = capsys.readouterr()
    assert "No rule could be used" in said.err and "none.yml: cannot be read" in said.out


# --- names of events ----------------------------------------------------------------------------


@table(
    ("name", "event_id"),
    [
        ("okta.jsonl", "okta:2"),
        ("okta.json", "okta:2"),
        ("okta.jsonl.gz", "okta:2"),
        ("okta-2023-11.jsonl", "okta-2023-11:2"),
        ("export.ndjson", "export.ndjson:2"),
        ("export", "export:2"),
    ],
)
def test_an_id_is_the_files_name_and_the_line(tmp_path, name, event_id):
    text = "".join(json.dumps(okta(kind)) + "\n" for kind in ("other", "user.session.start"))
    pack = gzip.compress if name.endswith(".gz") else bytes
    (tmp_path / name).write_bytes(pack(text.encode()))
    result = hunt([write_rules(tmp_path, RULE)], [tmp_path / name])
    assert [hit.event_ids for hit in result.hits] == [(event_id,)]


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("logs/a", "logs/b"):
        (tmp_path / folder).mkdir(parents=True)
        write_events(tmp_path / folder, okta())
    write_events(tmp_path / "logs", okta(), name="okta-3.jsonl")
    result = hunt([write_rules(tmp_path, RULE)], [tmp_path / "logs"])
    assert [hit.event_ids for hit in result.hits] == [("okta-3:1",), ("a/okta:1",), ("b/okta:1",)]


def test_two_folders_with_the_same_files_keep_their_own_names(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_events(tmp_path / folder, okta())
    result = hunt([write_rules(tmp_path, RULE)], [tmp_path / "a", tmp_path / "b"])
    names = {hit.event_ids[0] for hit in result.hits}
    assert names == {f"{(tmp_path / folder / 'okta').as_posix()}:1" for folder in "ab"}


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    events = write_events(tmp_path, okta())
    assert hunt([write_rules(tmp_path, RULE)], [events, tmp_path, events]).events == 1


@table(
    "text",
    [
        json.dumps([CLOUDTRAIL | {"eventName": "Other"}, CLOUDTRAIL]),
        json.dumps({"Records": [CLOUDTRAIL | {"eventName": "Other"}, CLOUDTRAIL]}),
        json.dumps({"Records": [CLOUDTRAIL | {"eventName": "Other"}, CLOUDTRAIL]}, indent=2),
        json.dumps([CLOUDTRAIL | {"eventName": "Other"}, CLOUDTRAIL], indent=2),
        json.dumps({"v": 1, "Records": [CLOUDTRAIL | {"eventName": "O"}, CLOUDTRAIL]}, indent=1),
        json.dumps({"Records": [CLOUDTRAIL | {"eventName": "Other"}]})
        + "\n"
        + json.dumps({"Records": [CLOUDTRAIL]}),
    ],
)
def test_in_a_list_and_in_records_the_place_counts(tmp_path, text):
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    result = hunt([write_rules(tmp_path, TRAIL_RULE)], [tmp_path / "log.json"])
    assert [hit.event_ids for hit in result.hits] == [("log:2",)]


def test_an_object_over_several_lines_is_one_event(tmp_path):
    (tmp_path / "log.json").write_text(json.dumps(CLOUDTRAIL, indent=2), encoding="utf-8")
    result = hunt([write_rules(tmp_path, TRAIL_RULE)], [tmp_path / "log.json"])
    assert [hit.event_ids for hit in result.hits] == [("log:1",)]


def test_a_correlation_names_all_its_events_and_sources(tmp_path, capsys):
    first = rule({"eventType": "user.session.start"}, name="first")
    second = TRAIL_RULE | {"name": "second"}
    joined = correlation("temporal", ["first", "second"])
    write_events(tmp_path, okta())
    write_events(tmp_path, CLOUDTRAIL | {"eventTime": "2023-11-14T09:05:00Z"}, name="trail.jsonl")
    rules = write_rules(tmp_path, first, second, joined)
    _, report = answer(capsys, "--rules", rules, "--events", tmp_path)
    (hit,) = report["hits"]
    assert hit["event_ids"] == ["okta:1", "trail:1"] and hit["source"] == "cloudtrail, okta"
    assert hit["time"] == "2023-11-14T09:05:00Z" and hit["author"] == "Tom"


# --- rules that are refused ---------------------------------------------------------------------


def refusals(tmp_path, text, name="rules.yml"):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [refused.reason for refused in hunt([tmp_path / name], []).refused]


@table(
    ("text", "reason"),
    [
        ("title: [", "is not YAML: "),
        ("\0", "is not YAML: "),
        (b"title: \xff", "is not YAML: "),
        ("", "holds no rule"),
        ("- 1", "each document in it must be a mapping"),
        ("title: x", "is not a Sigma rule: "),
        (
            yaml.safe_dump(rule({"a": 1}, condition="selection") | {"detection": {}}),
            "is not a Sigma",
        ),
        (yaml.safe_dump(rule({"s": {"a": 1}}, condition="s and t")), "is not a Sigma rule: "),
        (yaml.safe_dump(rule({"a|unheard": 1})), "Unknown modifier"),
        (yaml.safe_dump(rule({"a|re": "("})), "is not a Sigma rule: Regular expression"),
        (yaml.safe_dump(rule({"a": 1}, logsource={"product": "windows"})), "product windows"),
        (yaml.safe_dump(correlation("temporal", ["none"])), "refers to none, which was not loaded"),
        (
            yaml.safe_dump(
                correlation("event_count", ["me"], condition={"gte": 1}) | {"name": "me"}
            ),
            "it refers to itself",
        ),
    ],
)
def test_what_is_no_usable_rule_is_refused_with_a_sentence(tmp_path, text, reason):
    (said,) = refusals(tmp_path, text)
    assert reason in said and "\n" not in said


def test_a_bomb_of_aliases_is_refused(tmp_path):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    bomb = yaml.safe_dump(rule({"a": 1})) + "\n".join(levels) + "\n"
    (said,) = refusals(tmp_path, bomb)
    assert said.startswith("is not a Sigma rule: ") and len(said) < 400


def test_deep_nesting_is_refused(tmp_path):
    (said,) = refusals(tmp_path, "title: " + "[" * 20_000)
    assert said.startswith(("is not YAML", "is not a Sigma rule"))


def test_deep_nesting_is_refused_where_yaml_is_read_in_python(tmp_path, monkeypatch):
    """PyYAML has its reader in C only where it was built with libyaml."""
    monkeypatch.setattr(rules_of_sigma, "_Yaml", yaml.SafeLoader)
    (said,) = refusals(tmp_path, "title: " + "[" * 1_000)
    assert said.startswith("is not YAML: ")


def test_a_placeholder_without_values_is_refused(tmp_path):
    rules = write_rules(tmp_path, rule({"eventType|expand": "%ours%"}))
    result = hunt([rules], [write_events(tmp_path, okta())])
    assert result.loaded == 0 and "laceholder" in result.refused[0].reason


def test_of_two_rules_with_one_id_the_second_is_refused(tmp_path):
    rules = write_rules(tmp_path, RULE, RULE | {"title": "Another"})
    result = hunt([rules], [write_events(tmp_path, okta())])
    assert result.loaded == 1 and len(result.hits) == 1
    assert "belongs to another rule" in result.refused[0].reason


def test_a_refused_rule_does_not_stop_the_others(tmp_path, capsys):
    write_rules(tmp_path, RULE)
    (tmp_path / "broken.yml").write_text("title: [", encoding="utf-8")
    (tmp_path / "notes.md").write_text("no rule", encoding="utf-8")
    status, report = answer(capsys, "--rules", tmp_path, "--events", write_events(tmp_path, okta()))
    assert status == 0 and len(report["hits"]) == 1 and report["rules"]["loaded"] == 1
    (refused,) = report["rules"]["refused"]
    assert refused["path"].endswith("broken.yml") and refused["reason"]


def written(folder, *documents):
    path = folder / "rules.yml"
    path.write_text("".join(f"---\n{document}" for document in documents), encoding="utf-8")
    return path


UNNAMED = rule({"eventType": "user.session.start"})
GOOD = yaml.safe_dump(UNNAMED)


@table(
    ("broken", "reason"),
    [
        ("title: [\n", "is not YAML: "),
        ("title: x\n", "is not a Sigma rule: "),
        ("- 1\n", "each document in it must be a mapping"),
        (yaml.safe_dump(rule({"a|unheard": 1})), "Unknown modifier"),
        (yaml.safe_dump(rule({"a": 1}, logsource={"product": "windows"})), "product windows"),
        ("action: unheard\n", "Unknown Sigma collection action"),
    ],
)
def test_one_bad_document_refuses_itself_and_says_which_it_is(tmp_path, broken, reason):
    rules = written(tmp_path, GOOD, broken, GOOD.replace("A rule", "Another"))
    result = hunt([rules], [write_events(tmp_path, okta())])
    assert [hit.title for hit in result.hits] == ["A rule", "Another"]
    (refused,) = result.refused
    assert (refused.path, refused.document) == (rules.as_posix(), 2) and reason in refused.reason


def test_where_no_document_is_yaml_each_is_refused(tmp_path):
    refused = hunt([written(tmp_path, "title: [\n", "title: {\n")], []).refused
    assert [one.document for one in refused] == [1, 2]


def test_a_file_that_cannot_be_used_at_all_has_no_document(tmp_path):
    (tmp_path / "empty.yml").write_text("---\n", encoding="utf-8")
    (refused,) = hunt([tmp_path / "empty.yml"], []).refused
    assert refused.document is None and refused.reason == "holds no rule"


def test_what_a_collection_shares_is_part_of_each_rule_after_it(tmp_path):
    shared = {"action": "global", "author": "Zoe", "level": "low"}
    bare = {key: value for key, value in UNNAMED.items() if key not in ("author", "level")}
    again = {"action": "repeat", "title": "Once more"}
    documents = [shared, bare, again, {"action": "reset"}, UNNAMED | {"title": "Alone"}]
    rules = written(tmp_path, *map(yaml.safe_dump, documents))
    result = hunt([rules], [write_events(tmp_path, okta())])
    assert [(hit.title, hit.author, hit.level) for hit in result.hits] == [
        ("A rule", "Zoe", "low"),
        ("Once more", "Zoe", "low"),
        ("Alone", "Ada", "high"),
    ]
    assert not result.refused


@pytest.mark.parametrize("modifiers", ["base64offset", "base64offset|contains"])
def test_one_letter_in_base64_is_refused_since_it_would_match_all(tmp_path, modifiers):
    (said,) = refusals(tmp_path, yaml.safe_dump(rule({f"a|{modifiers}": "x"})))
    assert said.endswith(
        "of a text of one letter |base64offset leaves nothing to look for: give two"
    )
    assert not refusals(tmp_path, yaml.safe_dump(rule({f"a|{modifiers}": "xy"})))


def test_a_pattern_that_is_none_is_refused_and_nothing_else_is_printed(tmp_path, capfd):
    for pattern in ("(?=x)", "(a", r"(?P<x>a)\1"):
        (said,) = refusals(tmp_path, yaml.safe_dump(rule({"a|re": pattern})))
        assert "Regular expression" in said
    assert capfd.readouterr() == ("", "")


# --- what programs get ---------------------------------------------------------------------------


def test_a_hit_says_why_field_by_field(tmp_path, capsys):
    one = rule({"sel_a": {"eventType|contains": "session"}, "sel_b": {"on": True}}, "all of sel_*")
    paths = write_rules(tmp_path, one), write_events(tmp_path, okta(on=True))
    _, report = answer(capsys, "--rules", paths[0], "--events", paths[1])
    assert report["hits"][0]["why"] == [
        {"field": "eventType", "value": "user.session.start", "item": "sel_a"},
        {"field": "on", "value": "true", "item": "sel_b"},
    ]


def test_a_correlation_says_what_was_shared_and_what_was_counted(tmp_path, capsys):
    counted = correlation("event_count", ["one"], **{"group-by": ["who"], "condition": {"gte": 2}})
    rules = write_rules(tmp_path, rule({"eventType": "one"}, name="one"), counted)
    events = write_events(tmp_path, *(okta("one", n, who="Ada") for n in (1, 2)))
    _, report = answer(capsys, "--rules", rules, "--events", events)
    assert report["hits"][0]["why"] == [
        {"field": "who", "value": "ada", "item": "group-by"},
        {"field": "event_count", "value": "2", "item": "condition"},
    ]


def test_the_id_of_a_hit_is_made_of_the_rule_s_id_and_its_events(tmp_path, capsys):
    rules = write_rules(tmp_path, RULE)
    events = write_events(tmp_path, okta(), okta(second=1))
    first, second = answer(capsys, "--rules", rules, "--events", events)[1]["hits"]
    whole = f"{RULE['id']}\nokta:1"
    assert first["id"] == hashlib.sha256(whole.encode()).hexdigest() != second["id"]


def test_events_that_come_later_do_not_change_the_id_of_a_correlations_hit(tmp_path):
    counted = correlation("event_count", ["one"], condition={"gte": 2})
    rules = [rule({"eventType": "one"}, name="one"), counted]
    events = [okta("one", n) for n in range(4)]
    (early,), (late,) = (hunted(tmp_path, rules, events[:n]).hits for n in (2, 4))
    assert early.id == late.id and len(late.event_ids) == 4


# --- for people ---------------------------------------------------------------------------------


def test_the_table_says_who_wrote_a_rule_when_it_was_true_and_why(tmp_path):
    times = [okta(second=0), okta(second=90)]
    text = as_text(hunt([write_rules(tmp_path, RULE)], [write_events(tmp_path, *times)]))
    head, row, why, *_ = text.splitlines()
    assert head.split() == ["LEVEL", "EVENTS", "FIRST", "LAST", "RULE,", "AUTHOR"]
    assert row.split()[:4] == ["high", "2", "2023-11-14T09:00:00Z", "2023-11-14T09:01:30Z"]
    assert row.endswith("A rule, by Ada") and why.strip() == (
        "okta:1 | selection: eventType=user.session.start"
    )
    assert "1 rule loaded, 2 events read, 2 hits." in text


def test_nothing_of_a_rule_or_a_log_reaches_the_terminal_unescaped(tmp_path, capsys):
    evil = "\x1b[2J\u202e\x07\u2028"
    rules = write_rules(
        tmp_path,
        RULE | {"title": evil, "author": evil},
        rule({"x": 1}, logsource={"product": evil}, title=evil),
        rule({"displaymessage": evil}, title="case"),
    )
    (tmp_path / "broken.yml").write_text('title: "\\e[2J', encoding="utf-8")
    events = write_events(tmp_path, okta(displayMessage=evil, eventType="user.session.start"))
    with events.open("a", encoding="utf-8") as file:
        file.write('{"a": ' + evil + "\n")
    arguments = ["hunt", "--rules", str(rules), str(tmp_path), "--events", str(tmp_path)]
    for mode in ([], ["--json"]):
        assert main([*arguments, *mode]) == 0
        said = capsys.readouterr()
        assert all(c.isprintable() or c == "\n" for c in said.out + said.err)


def test_a_field_in_another_case_is_silent_and_named(tmp_path):
    rules = write_rules(tmp_path, rule({"eventtype": "user.session.start"}))
    result = hunt([rules], [write_events(tmp_path, okta())])
    assert not result.hits and "names eventtype" in result.notes[0]
    assert "have eventType" in result.notes[0]
