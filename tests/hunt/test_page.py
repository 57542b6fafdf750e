"""The report of a hunt that can be mailed: one file, no script, nothing that leads anywhere."""

import re
from html.parser import HTMLParser

import pytest
from how_many import draws
from hunt_helpers import hunted, okta, rule, write_events, write_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.__main__ import main
from labutils.hunt import Hit, Hunt, RefusedRule, Skipped, as_html
from labutils.hunt.page import LEFT, MOST_HITS, MOST_LANES, _Scale, _ticks

EVIL = "<script>alert(1)</script>\"'><img src=http://x.example onerror=a>\x1b[2J\u202e&amp;"


class Reader(HTMLParser):
    """What a browser sees: elements with their attributes, and text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def hit(title="A rule", time="2023-11-14T09:00:00Z", level="high", **more):
    return Hit("id", title, "Ada", level, "okta", ("okta:1",), time, **more)


def marks(page):
    return [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', page)]


def test_it_names_rule_author_level_times_events_and_why(tmp_path):
    events = [okta(second=0), okta(second=90)]
    page = as_html(hunted(tmp_path, [rule({"eventType": "user.session.start"})], events))
    text = " ".join(Reader(page).texts)
    for said in (
        "A rule",
        "by Ada",
        "high",
        "2023-11-14T09:00:00Z",
        "2023-11-14T09:01:30Z",
        "okta:2",
        "selection: eventType=user.session.start",
        "1 rule loaded, 2 events read, 2 hits.",
    ):
        assert said in text


def test_it_names_what_was_refused_skipped_and_noted():
    result = Hunt(
        refused=[RefusedRule("r.yml", "is not YAML")],
        skipped=[Skipped("log", 3, "is not JSON"), Skipped("log", 4, "is not JSON")],
        not_named=5,
        notes=["A note."],
    )
    texts = Reader(as_html(result)).texts
    assert {"r.yml: is not YAML", "log, line 3: is not JSON (2 times)", "A note."} <= set(texts)
    assert "5 more, not named" in texts and "No rule was true of any event." in texts


def assert_harmless(page):
    seen = Reader(page)
    assert not seen.open
    assert not {"script", "img", "a", "link", "iframe", "object", "form"} & set(seen.elements)
    for name, value in seen.attributes:
        assert not name.startswith("on") and name not in ("src", "href", "style", "action")
        assert "url(" not in (value or "")
    assert all(c.isprintable() or c == "\n" for c in page)


def test_nothing_of_a_rule_or_a_log_is_markup():
    one = Hit(EVIL, EVIL, EVIL, "low", EVIL, (EVIL,), "2023-11-14T09:00:00Z", EVIL)
    everything = Hunt([one], 1, [RefusedRule(EVIL, EVIL)], 1, [Skipped(EVIL, 1, EVIL)], 0, [EVIL])
    page = as_html(everything)
    assert_harmless(page)
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_rule_and_a_log_full_of_markup_go_through_the_command(tmp_path, capsys):
    rules = write_rules(tmp_path, rule({"who|contains": "<"}, title=EVIL, author=EVIL, id=None))
    events = write_events(tmp_path, okta(who=EVIL), name="okta<b>.jsonl")
    target = tmp_path / "report.html"
    arguments = ["hunt", "--rules", str(rules), "--events", str(events), "--html", str(target)]
    assert main(arguments) == 0 and "1 hit." in capsys.readouterr().out
    page = target.read_text(encoding="utf-8")
    assert_harmless(page)
    assert "okta&lt;b&gt;:1" in page and "selection: who=&lt;script&gt;" in page


@settings(max_examples=draws(60), deadline=None)
@given(st.lists(st.text(max_size=60), min_size=8, max_size=8), st.none() | st.just("2023-01-01"))
def test_no_text_is_markup(texts, time):
    a, b, c, d, e, f, g, h = texts
    result = Hunt([Hit(a, b, c, "", d, (e,), time, f)], 1, [RefusedRule(g, h)], 1, notes=[a])
    assert_harmless(as_html(result))


def test_a_browser_is_told_to_load_nothing():
    page = as_html(Hunt())
    assert "default-src 'none'" in page and "http://" not in page and "https://" not in page


# --- the timeline -------------------------------------------------------------------------------


def test_marks_stand_in_the_order_of_time_and_in_the_picture():
    times = [f"2023-11-{day:02}T09:00:00Z" for day in (1, 2, 4, 30)]
    places = marks(as_html(Hunt([hit(time=time) for time in times])))
    assert places == sorted(places) and len(set(places)) == 4
    assert places[0] > LEFT and places[-1] < 1080
    assert places[2] - places[1] == pytest.approx(2 * (places[1] - places[0]), abs=2)


def test_hits_in_one_place_are_one_mark_with_their_number():
    page = as_html(Hunt([hit() for _ in range(500)]))
    assert len(marks(page)) == 1 and "A rule: 500 hits, 2023-11-14T09:00:00Z" in page


def test_a_mark_is_filled_where_the_rule_is_severe():
    page = as_html(Hunt([hit("a", level="critical"), hit("b", level="low")]))
    fills = re.findall(r'<circle [^>]*fill="(#\w+)"', page)
    assert fills == ["#222", "#fff"]


def test_the_name_of_a_lane_has_room():
    page = as_html(Hunt([hit("Many words, " * 20)]))
    (name,) = re.findall(r'text-anchor="end">([^<]*)</text>', page)
    assert name.endswith("…") and 9 * len(name) < LEFT  # 9 pixels a letter, of 14 pixels in height


def test_hits_without_a_time_are_in_the_table_alone():
    page = as_html(Hunt([hit(time=None)]))
    assert "<svg" not in page and "no time" in page


def test_the_sentence_under_the_picture_is_computed():
    page = as_html(Hunt([hit("a"), hit("a", "2023-11-15T00:00:00Z"), hit("b", level="low")]))
    assert (
        "3 hits of 2 rules, from 2023-11-14T09:00:00Z to 2023-11-15T00:00:00Z (UTC). "
        "The rule with the most is a, with 2."
    ) in page


def test_many_rules_and_many_hits_are_cut_and_counted():
    page = as_html(Hunt([hit(f"rule {n:03}") for n in range(MOST_LANES + 7)]))
    assert len(marks(page)) == MOST_LANES and "7 more rules are in the table only." in page
    page = as_html(Hunt([hit() for _ in range(MOST_HITS + 3)]))
    assert page.count("<li>") == MOST_HITS and "... and 3 more" in page


@table("seconds", [0, 1, 59, 3_600, 90_000, 40 * 86_400, 3e8, 6e10])
def test_any_stretch_of_time_has_few_ticks_at_round_times(seconds):
    lines = [line for line in _ticks(_Scale(1.7e9, 1.7e9 + seconds), 100) if "<text" in line]
    assert len(lines) <= 7
    assert len(lines) == len(set(lines))


@table(
    ("seconds", "labels"),
    [
        (59, ["11-14 22:13:30", "11-14 22:13:45", "11-14 22:14:00", "11-14 22:14:15"]),
        (3_600, ["11-14 22:15", "11-14 22:30", "11-14 22:45", "11-14 23:00"]),
        (90_000, ["11-15 00:00", "11-15 06:00", "11-15 12:00", "11-15 18:00"]),
        (21 * 86_400, ["2023-11-16", "2023-11-23", "2023-11-30"]),
    ],
)
def test_the_ticks_of_a_stretch_are_at_the_round_times_within_it(seconds, labels):
    lines = "".join(_ticks(_Scale(1.7e9, 1.7e9 + seconds), 100))  # from 2023-11-14T22:13:20Z
    assert re.findall(">([^<]+)</text>", lines) == labels


# --- the file -----------------------------------------------------------------------------------


def run(tmp_path, target):
    rules = write_rules(tmp_path, rule({"eventType": "user.session.start"}))
    events = write_events(tmp_path, okta())
    return main(["hunt", "--rules", str(rules), "--events", str(events), "--html", str(target)])


def test_another_report_is_replaced_and_any_other_file_is_kept(tmp_path, capsys):
    target = tmp_path / "report.html"
    assert run(tmp_path, target) == 0 and run(tmp_path, target) == 0
    target.write_text("mine", encoding="utf-8")
    assert run(tmp_path, target) == 2 and target.read_text(encoding="utf-8") == "mine"
    assert "exists and is not a report of a hunt: it is kept" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_a_sentence_before_the_work(tmp_path, capsys):
    assert run(tmp_path, tmp_path / "none" / "report.html") == 2
    assert run(tmp_path, tmp_path) == 2
    said = capsys.readouterr()
    assert "there is no such folder" in said.err and "it is kept" in said.err
    assert not said.out


def test_no_report_is_written_of_nothing(tmp_path):
    target = tmp_path / "report.html"
    arguments = ["hunt", "--rules", str(tmp_path / "x.yml"), "--events", str(tmp_path / "y")]
    assert main([*arguments, "--html", str(target)]) == 2 and not target.exists()
