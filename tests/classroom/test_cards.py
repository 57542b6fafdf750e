"""What a card shows of a request and of a log: what was sent, escaped, and as text the same."""

import re

import pytest

from labutils.classroom import cards
from labutils.lab import Exchange
from labutils.stage.two_apps import API, build_apps

ASKED = Exchange(
    time=0,
    client="tom",
    ip="203.0.113.66",
    method="GET",
    url="https://api.example/me?all=<b>",
    request_headers=[("authorization", "Bearer " + "x" * 90 + "end"), ("user-agent", "tom")],
    request_body="",
    status=200,
    response_headers=[],
    response_body='{"name": "<script>"}',
)
LINES = [{"time": "09:00:16", "ip": "192.0.2.10"}, {"time": "09:00:17", "ip": "203.0.113.66"}]


@pytest.fixture
def shown(monkeypatch):
    """The HTML of the cards of somebody who works here."""
    bundles = []
    monkeypatch.setattr(cards.panel, "wanted", lambda: True)
    monkeypatch.setattr(cards.panel, "put", bundles.append)
    return bundles


def test_a_request_is_text_where_no_card_is_wanted(capsys):
    cards.show_request(ASKED)
    assert capsys.readouterr().out == (
        "Tom sends, from 203.0.113.66\n"
        "GET /me?all=<b> HTTP/1.1\n"
        "Host: api.example\n"
        f"Authorization: Bearer {'x' * 52}…{'x' * 9}end\n"
        "\n"
        '200 {"name": "<script>"}\n'
    )


def test_what_proves_the_sender_stands_out_and_nothing_is_markup(shown):
    cards.show_request(ASKED, "Somebody")
    html = shown[0]["text/html"]
    assert 'class="lu-hot">Authorization: Bearer xxx' in html
    assert "<script>" not in html and "&lt;script&gt;" in html and "?all=&lt;b&gt;" in html
    assert "Somebody sends, from 203.0.113.66" in html and "user-agent" not in html


def test_a_real_request_is_shown_as_it_was_sent(capsys):
    apps = build_apps("cards")
    apps.tom.get(API + "/me", headers={"authorization": "Bearer nothing"})
    cards.show_request(apps.lab.wire[-1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "Tom sends, from 203.0.113.66",
        "GET /me HTTP/1.1",
        "Host: api.example",
        "Authorization: Bearer nothing",
    ]
    assert lines[-1].startswith("401 ")


def test_a_log_is_a_table_and_its_lines(capsys, shown, monkeypatch):
    cards.show_log(LINES, "Two reads", lit=("ip", "203.0.113.66"), why="Who?", moral="*Nobody.*")
    html = shown[0]["text/html"]
    assert html.count("data-hot") == 1
    assert '<td data-hot><code class="lu-whole">203.0.113.66</code></td>' in html
    assert '<div class="lu-moral"><em>Nobody.</em>' in html
    monkeypatch.setattr(cards.panel, "wanted", lambda: False)
    cards.show_log(LINES, "Two reads", lit=("ip", "203.0.113.66"), why="Who?", moral="You.")
    assert capsys.readouterr().out == (
        "Two reads\ntime      ip\n09:00:16  192.0.2.10\n09:00:17  203.0.113.66\n\nWho?\nYou.\n"
    )


def test_a_phone_cuts_a_word_only_where_the_columns_leave_no_room_for_it(shown):
    words = ["x" * most for most in (13, 14)]
    cards.show_log([{"a": word, "b": "y"} for word in words], "Two columns")
    cards.show_log([{"a": "xxxxxx", "b": "xxxxxxx y", "c": "", "d": ""}], "Four columns")
    cells = [re.findall(r"<code( class=\"lu-whole\")?>x", one["text/html"]) for one in shown]
    assert [[bool(whole) for whole in one] for one in cells] == [[True, False], [True, False]]


def test_a_column_without_a_name_has_no_empty_heading(shown):
    cards.show_log([{"": "a", "claim": "It rains."}], "One claim")
    head, _, _ = shown[0]["text/html"].partition("</thead>")
    assert head.endswith('<tr><td></td><th scope="col">claim</th></tr>')


def test_lines_with_different_fields_and_no_lines_are_shown(capsys):
    cards.show_log([{"a": 1}, {"b": "x"}], "Odd")
    cards.show_log([], "None")
    assert capsys.readouterr().out == "Odd\na  b\n1\n   x\nNone\n\n"
