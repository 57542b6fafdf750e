"""Rules over the logs of a folder, again and again."""

import json
import threading

from labutils.hunt.loaded_logs import LoadedLogs, rules_of_texts

RULE = """title: Somebody signs in
name: login
logsource: {product: support, service: support}
detection:
    selection: {type: login}
    condition: selection
"""


def folder_with(place, count):
    text = "".join(
        json.dumps({"time": f"2023-11-14T10:00:{n:02}Z", "type": kind, "user": "ada", "record": "",
                    "address": "192.0.2.7", "result": "success"}) + "\n"
        for n, kind in enumerate(["login", "request"] * count)
    )  # fmt: skip
    (place / "support.jsonl").write_text(text, encoding="utf-8")
    return place


def ids(hits):
    return [name for hit in hits for name in hit.event_ids]


def test_a_log_is_loaded_for_the_first_rule_that_asks_for_it(tmp_path):
    loaded = LoadedLogs(folder_with(tmp_path, 3))
    assert ids(loaded.hits(rules_of_texts(RULE))) == ["support:1", "support:3", "support:5"]
    (tmp_path / "support.jsonl").unlink()
    other = RULE.replace("login}", "request}")
    assert ids(loaded.hits(rules_of_texts(other))) == ["support:2", "support:4", "support:6"]


def test_a_rule_that_is_true_of_many_gets_ids_and_no_hits(tmp_path):
    loaded = LoadedLogs(folder_with(tmp_path, 3))
    assert loaded.hits_or_ids(rules_of_texts(RULE), 2) == (
        [],
        ["support:1", "support:3", "support:5"],
    )
    hits, many = loaded.hits_or_ids(rules_of_texts(RULE), 3)
    assert len(hits) == 3 and many == []


def test_another_thread_may_ask(tmp_path):
    loaded, answers = LoadedLogs(folder_with(tmp_path, 3)), []
    loaded.hits(rules_of_texts(RULE))
    ask = threading.Thread(target=lambda: answers.append(loaded.hits(rules_of_texts(RULE))))
    ask.start()
    ask.join()
    assert len(answers[0]) == 3


def test_what_is_no_rule_is_refused():
    assert "is not a Sigma rule" in rules_of_texts("title: x").refused[0].reason
