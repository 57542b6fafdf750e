"""The index finds what a look at each line finds."""

import json
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.hunt import lines as module
from labutils.hunt.lines import COLUMNS, Lines, NotInTheLogs, lines_of, words_of

BEGIN = 1_700_000_000  # Tue 14 Nov 2023, 22:13:20 UTC
NAMES = ["ada", "tom", "svc-wiki"]


def moment(second):
    return datetime.fromtimestamp(BEGIN + second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def of_support(second=0, user="ada", kind="login", **more):
    """An event of the support desk."""
    one = {"time": moment(second), "type": kind, "user": user, "address": "192.0.2.7"}
    return one | {"result": "success", "record": "r1"} | more


def of_jira(second=0, user="ada", action="Issue viewed", *objects):
    """An event of the tracker."""
    return {
        "timestamp": {"epochSecond": BEGIN + second, "nano": 0},
        "auditType": {"action": action, "actionI18nKey": "jira.x"},
        "author": {"name": user},
        "source": "203.0.113.66",
        "affectedObjects": [{"name": name} for name in objects],
    }


def folder_of(place, **logs):
    """A folder with these logs; a text stands as it is."""
    place.mkdir(exist_ok=True)
    for source, events in logs.items():
        text = "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in events)
        (place / f"{source}.jsonl").write_bytes(text.encode(errors="surrogateescape"))
    return place


@pytest.fixture
def lines(tmp_path):
    return Lines(
        folder_of(
            tmp_path / "logs",
            support=[of_support(0), of_support(7_200, "tom", result="failure"), of_support(90_000)],
            jira=[of_jira(60, "svc-wiki", "User created", "thief"), of_jira(90_000)],
        )
    )


def ids(lines, rows):
    return [lines.name(row) for row in rows.rows()]


def test_rows_are_in_the_order_of_time_and_have_their_own_line(lines):
    assert ids(lines, lines.everything) == [
        "support:1",
        "jira:1",
        "support:2",
        "jira:2",
        "support:3",
    ]
    assert lines.event(2)["user"] == "tom" and lines.is_refusal(2) and not lines.is_refusal(0)
    assert [lines.value(1, column) for column in COLUMNS] == [
        *("svc-wiki", "203.0.113.66", "", "User created", "thief", "")
    ]
    assert all(lines.row(lines.name(row)) == row for row in range(len(lines)))
    assert [lines.length(source) for source in lines.sources] == [2, 3]


def test_a_value_is_found_in_every_log(lines):
    assert ids(lines, lines.having("who", "ada")) == ["support:1", "jira:2", "support:3"]
    assert ids(lines, lines.having("who", "ada@company.example")) == [
        *("support:1", "jira:2", "support:3")
    ]
    assert ids(lines, lines.having("log", "jira")) == ["jira:1", "jira:2"]
    assert ids(lines, lines.having("auditType.action", "User created")) == ["jira:1"]
    assert ids(lines, lines.having("affectedObjects.name", "thief")) == ["jira:1"]
    assert ids(lines, lines.having("who", "nobody")) == []


def test_days_and_hours_are_utc(lines):
    assert ids(lines, lines.having("day", "2023-11-14")) == ["support:1", "jira:1"]
    assert ids(lines, lines.having("day", "2023-11-15")) == ["support:2", "jira:2", "support:3"]
    assert ids(lines, lines.having("day", "2001-01-01")) == []
    assert ids(lines, lines.having("hour", "22")) == ["support:1", "jira:1"]
    assert lines.date(0) == "2023-11-14"
    assert [sum(day) for day in lines.by_hour(lines.everything)] == [2, 3]
    assert lines.by_hour(lines.everything)[0][22] == 2


@table(
    ("field", "value", "sentence"),
    [
        (
            "day",
            "16 Nov",
            "'16 Nov' is no day. Write the year, the month and the day, as 2023-11-14",
        ),
        ("day", "2023-13-01", "is no day"),
        ("hour", "24", "'24' is no hour. Hours are 00 to 23"),
        ("hour", "noon", "'noon' is no hour"),
        ("log", "jra", "There is no log 'jra' here. There are: jira, support."),
        ("ipaddress", "1", "No line has the field ipaddress. All logs have who, ip, session"),
    ],
)
def test_what_there_is_not_gets_a_sentence(lines, field, value, sentence):
    with pytest.raises(NotInTheLogs) as error:
        lines.having(field, value)
    assert sentence in str(error.value)


@table(
    ("name", "sentence"),
    [
        ("jira:3", "jira has lines 1 to 2, and no line 3."),
        ("jira:0", "jira has lines 1 to 2, and no line 0."),
        ("okta:1", "'okta:1' is no line of these logs. A line is a log and a number, as jira:1"),
        ("jira", "'jira' is no line of these logs"),
        ("jira:" + "9" * 40, "and no line 999"),
        ("jira:²", "is no line of these logs"),
    ],
)
def test_an_id_that_no_line_has_gets_a_sentence(lines, name, sentence):
    with pytest.raises(NotInTheLogs) as error:
        lines.row(name)
    assert sentence in str(error.value)


def test_a_field_of_the_vendors_is_known_though_few_lines_have_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 2)
    events = [of_support(n) for n in range(50)] + [of_support(60, more={"rare": None, "deep": [1]})]
    lines = Lines(folder_of(tmp_path / "logs", support=events))
    assert lines.has_field("support", "user") and lines.has_field("support", "more.deep")
    assert not lines.has_field("support", "more.dee") and not lines.has_field("support", "deep")


def test_what_is_no_event_is_in_no_row_and_keeps_its_number(tmp_path):
    broken = ["{half\n", "[1]\n", "\n", "\udcff\n"]
    lines = Lines(folder_of(tmp_path / "logs", support=[of_support(0), *broken, of_support(1)]))
    assert (len(lines), lines.skipped, lines.length("support")) == (2, 4, 6)
    assert [lines.name(row) for row in range(2)] == ["support:1", "support:6"]
    with pytest.raises(NotInTheLogs, match="support:2 is no event"):
        lines.row("support:2")
    assert ids(lines, lines.with_word("half")) == []


def test_a_line_without_a_time_follows_the_one_before_it(tmp_path):
    timeless = {name: text for name, text in of_support(0).items() if name != "time"}
    events = [of_support(50), timeless, of_support(10)]
    lines = Lines(folder_of(tmp_path / "logs", support=events))
    assert [lines.name(row) for row in range(3)] == ["support:3", "support:1", "support:2"]


def test_a_folder_without_logs_gets_a_sentence(tmp_path):
    (tmp_path / "notes.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(NotInTheLogs, match="There is no log in .* such as okta.jsonl"):
        Lines(tmp_path)


def test_an_index_is_made_once_as_long_as_its_files_stay(tmp_path):
    folder = folder_of(tmp_path / "logs", support=[of_support()])
    first = lines_of(folder)
    assert lines_of(folder) is first
    folder_of(folder, support=[of_support(), of_support(1)])
    assert len(lines_of(folder)) == 2


def test_several_threads_may_ask(lines):
    results = []

    def ask():
        for _ in range(50):
            results.append((ids(lines, lines.with_word("ADA")), lines.event(3)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(results) == 200 and all(one == results[0] for one in results)


# --- equal to a look at each line -----------------------------------------------------------------

texts = st.text(st.sampled_from('ab"\\é\n K'), max_size=4)
supports = st.builds(
    of_support, st.integers(0, 200_000), st.sampled_from(NAMES), texts, record=texts
)
jiras = st.builds(of_jira, st.integers(0, 200_000), st.sampled_from(NAMES), texts)


@pytest.mark.parametrize("few", [0, 4_000])
def test_the_end_of_a_line_is_in_no_line(tmp_path, monkeypatch, few):
    """Not as it is: JSON escapes it."""
    monkeypatch.setattr(module, "FEW", few)
    breaks = [of_support(0, "ada", "one\ntwo"), of_support(60, "ada", "one two")]
    lines = Lines(folder_of(tmp_path / "logs", support=breaks))
    assert ids(lines, lines.with_word("\n")) == ["support:1"]


@given(st.lists(supports, min_size=1, max_size=12), st.lists(jiras, max_size=12), st.data())
def test_it_finds_what_a_look_at_each_line_finds(tmp_path_factory, support, jira, data):
    folder = folder_of(tmp_path_factory.mktemp("logs") / "logs", support=support, jira=jira)
    lines = Lines(folder)
    every = {f"support:{n}": one for n, one in enumerate(support, 1)}
    every |= {f"jira:{n}": one for n, one in enumerate(jira, 1)}
    word = data.draw(texts.filter(bool))
    written = {
        f"{path.stem}:{n}": line.lower()
        for path in folder.glob("*.jsonl")
        for n, line in enumerate(path.read_text("utf-8").split("\n"), 1)
    }
    needles = {word.lower(), json.dumps(word)[1:-1].lower()}
    with_word = {name for name in every if any(one in written[name] for one in needles)}
    for few in (0, 4_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "FEW", few)
            patch.setattr(module, "CHUNK", 200)
            assert set(ids(lines, lines.with_word(word))) == with_word
    who = {name: one.get("user") or one["author"]["name"] for name, one in every.items()}
    what = {
        name: one.get("type", one.get("auditType", {}).get("action")) for name, one in every.items()
    }
    for column, values in (("who", who), ("what", what)):
        for value in set(values.values()) - {""}:
            naive = {name for name, one in values.items() if one == value}
            assert set(ids(lines, lines.having(column, value))) == naive


@table(
    ("text", "words"),
    [
        ("ada tom", ["ada", "tom"]),
        ('"Script executed" -okta', ["Script executed", "-okta"]),
        ('-"Issue viewed"', ["-Issue viewed"]),
        ('"half typed', ["half typed"]),
        ("  ", []),
        ('""', []),
        ("-", ["-"]),
        ("ip=192.0.2.7", ["ip=192.0.2.7"]),
    ],
)
def test_the_words_of_a_search(text, words):
    assert words_of(text) == words
