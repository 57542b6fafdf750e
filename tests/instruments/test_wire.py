"""The wire: stepped through, followed, changed and sent again, drawn live and still."""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import bearer
from labutils.instruments.svg import alone
from labutils.instruments.wire import WINDOW, CannotSend, Wire, wire
from labutils.instruments.wire_picture import DOT, SMALL, MessageRow, Sheet, width_of
from labutils.instruments.wire_requests import NotARequest
from labutils.instruments.wire_story import DIVIDER, Selection
from labutils.lab import Lab, SceneError
from labutils.pictures import look
from labutils.stage.thief import morning
from labutils.stage.two_apps import API, LOGIN, NOTES, build_apps

START = "2023-10-18T09:00:00Z"


def shown(lab, people=(), **choice):
    return Wire(lab, dict(people), Selection(**choice), "On the wire")


def flow():
    """Ada signs in at notes, which reads her data: ten messages, and two people's browsers."""
    scene = build_apps("the wire", profiles={"u-1815": {"owner": "u-1815"}})
    scene.sign_in(at=NOTES)
    token = scene.notes.latest_session()["access_token"]
    scene.notes.network.get(API + "/me", headers=bearer(token))
    return scene, shown(scene.lab, {"ada": scene.ada, "tom": scene.tom})


def test_below_the_messages_stands_what_front_back_and_direct_mean():
    scene, w = flow()
    legend = "front: through a browser · back: from server to server, dashed"
    assert legend in w.live() and "direct: " not in w.live()
    scene.tom.get(API + "/me", headers=bearer("nothing"))
    w = shown(scene.lab, {"tom": scene.tom})
    assert "direct: from a program of one" in w.live()
    assert "direct: from a program of one" in w.still()


def test_what_ada_sends_again_came_from_nobody():
    """Tom's request, sent as Ada: she was handed nothing by him."""
    scene, _ = flow()
    token = scene.notes.latest_session()["access_token"]
    scene.tom.get(API + "/me", headers=bearer(token))
    w = shown(scene.lab, {"ada": scene.ada, "tom": scene.tom})
    w.step(len(w.messages))
    assert "It came from" in w.live()
    w.send(w.edit, "ada")
    assert w.messages[w.open - 1].is_copy and "It came from" not in w.live()


def long_wire():
    """More than 300 messages."""
    apps = build_apps("a long day")
    for _ in range(25):
        apps.sign_in()
        apps.sign_in(at=NOTES)
        apps.ada.cookies.clear()
    return apps, shown(apps.lab, {"tom": apps.tom})


# --- stepping and following ---------------------------------------------------------------------


def test_a_step_opens_a_message_and_makes_pale_what_came_later():
    _, w = flow()
    assert (w.open, w.until, len(w.messages)) == (1, 10, 10)
    assert 'class="message later"' not in w.live()
    w.step(4)
    assert (w.open, w.until) == (4, 4)
    later = re.findall(r'class="message later" data-key="m(\d+)"', w.live())
    assert later == ["5", "6", "7", "8", "9", "10"]
    w.next()
    assert w.open == 5
    w.previous()
    w.previous()
    assert w.open == 3
    w.step(99)
    assert w.open == 10
    w.step(-1)
    assert (w.open, w.until) == (0, 0)
    assert "Go one message on." in w.live()


def test_the_buttons_do_what_the_methods_do():
    _, w = flow()
    w.touched("step", "2")
    assert w.open == w.until == 2
    w.touched("open", "5")
    assert w.open == w.until == 5
    w.touched("open", "1")
    assert (w.open, w.until) == (1, 5)
    code = next(one for one in w.story.known if one.name == "code")
    w.touched("follow", str(code.number))
    assert w.followed is code
    w.touched("follow", str(code.number))
    assert w.followed is None
    for value in ("", "x", "-1", "9" * 30):
        w.touched("step", value)
        w.touched("open", value)
        w.touched("follow", value)
        w.live()


def test_a_secret_is_followed_by_its_name():
    _, w = flow()
    w.step(10)
    w.follow("code")
    html = w.live()
    assert f'data-lit="{w.followed.number}"' in html
    pale = re.findall(r'class="message apart" data-key="m(\d+)"', html)
    assert pale == [str(one.number) for one in w.messages if w.followed not in one.carries][:-1]
    w.follow("")
    assert "data-lit" not in w.live()
    with pytest.raises(
        SceneError, match="There is no secret 'cod'. There are: browser, session, code, "
    ):
        w.follow("cod")


def test_only_what_is_in_two_messages_can_be_followed():
    _, w = flow()
    offered = re.findall(r'data-do="follow"[^>]*>([^<]+)<', w.live())
    assert offered == ["browser", "session", "code", "app", "access"]  # and not the verifier


def test_forty_messages_are_shown_and_two_buttons_lead_to_the_others():
    _, w = long_wire()
    total = len(w.messages)
    assert total > 300
    w.step(1)
    assert [one.number for one in w.window] == list(range(1, WINDOW + 1))
    assert f"messages 1 to 40 of {total}" in w.live()
    assert w.live().count('class="message') == WINDOW
    later = re.search(r'data-do="open" data-value="(\d+)">Later', w.live())
    w.touched("open", later[1])
    assert [w.window[0].number, w.window[-1].number, w.open] == [41, 80, 41]
    w.step(total)
    assert w.window[-1].number == total
    assert "disabled>Later" in w.live()
    assert w.still().count("<text") < 40 * 12
    assert "messages 321 to " in w.still()


def test_at_the_start_the_intruders_first_message_is_open_where_it_is_in_sight():
    apps = build_apps("first")
    apps.sign_in()
    start = len(apps.lab.wire)
    apps.ada.get(API + "/me")
    apps.tom.get(API + "/me")
    apps.tom.get(LOGIN + "/jwks")
    assert shown(apps.lab, start=start).open == 2
    assert shown(apps.lab).open == 1
    assert shown(apps.lab, intruders=()).open == 1
    assert shown(Lab("empty", START)).open == 0


# --- sending again ------------------------------------------------------------------------------


def test_what_is_sent_again_as_tom_has_his_address_and_is_not_on_the_lessons_wire():
    scene, w = flow()
    before = (
        len(scene.lab.wire),
        list(scene.lab.audit),
        scene.lab.clock.now,
        scene.tom.cookies.jar,
    )
    w.step(9)
    answer = w.send(w.edit, "tom")
    assert answer is w.reply
    assert (answer.status_code, answer.json()["owner"]) == (200, "u-1815")
    sent = w.messages[w.open - 1]
    assert (sent.exchange.client, sent.exchange.ip, sent.is_copy, sent.by_intruder) == (
        "tom",
        "203.0.113.66",
        True,
        True,
    )
    assert ("user-agent", "tom") in sent.exchange.request_headers
    assert before == (
        len(scene.lab.wire),
        list(scene.lab.audit),
        scene.lab.clock.now,
        scene.tom.cookies.jar,
    )
    assert [*scene.tom.cookies.jar] == []
    assert w.words().splitlines()[-3:] == [
        f"   {DIVIDER}",
        "   not on the wire  notes.example -> tom  copy: access",
        "11 09:00:11 tom -> api.example  direct, intruder  GET /me  200  sends access",
    ]


def test_the_pane_says_what_came_some_other_way():
    _, w = flow()
    w.step(9)
    assert "some other way" not in w.live()
    w.send(w.edit, "tom")
    assert (
        "No message on this network gave <b>tom</b> this secret (access). It came from "
        "<b>notes.example</b> some other way."
    ) in w.live()


def test_its_line_in_the_log_is_shown_and_the_lessons_log_has_none():
    apps = build_apps("again", profiles={"u-1815": {"name": "Ada"}})
    apps.sign_in()
    token = apps.wiki.latest_session()["access_token"]
    apps.wiki.network.get(API + "/me", headers=bearer(token))
    lines = len(apps.lab.audit)
    w = shown(apps.lab, {"tom": apps.tom})
    w.step(len(w.messages) - 1)
    w.send(w.edit, "tom")
    assert "api.example api.read success" in w.live()
    assert "ip=203.0.113.66" in w.live()
    assert len(apps.lab.audit) == lines


def test_what_the_lesson_does_later_changes_nothing_here():
    scene, w = flow()
    words, picture = w.words(), w.still()
    scene.lab.clock.tick(86_400)
    scene.sign_in("tom", NOTES)
    w.step(9)
    assert (w.words(), w.still()) == (words, picture)
    assert w.send(w.edit, "tom").status_code == 200


def test_what_is_sent_stays_in_the_copy_until_it_is_forgotten():
    _, w = flow()
    w.step(6)
    text = w.edit
    assert [w.send(text, "tom").status_code for _ in range(2)] == [400, 400]
    assert len(w.messages) == 12
    w.touched("again")
    assert (len(w.messages), w.reply, w.open) == (10, None, 1)


def test_every_message_can_be_sent_again_as_its_sender():
    scene, w = flow()
    for number in range(1, 11):
        w.step(number)
        exchange = w.messages[number - 1].exchange
        w.send(w.edit, "ada")
        again = w.messages[w.open - 1].exchange
        assert (again.method, again.url, again.request_body) == (
            exchange.method,
            exchange.url,
            exchange.request_body,
        )
        w.start_again()
    assert len(scene.lab.wire) == 10


def test_a_user_agent_that_somebody_wrote_stays():
    _, w = flow()
    w.step(9)
    w.send(w.edit.replace("user-agent: notes.example", "user-agent: a forger"), "tom")
    assert ("user-agent", "a forger") in w.messages[w.open - 1].exchange.request_headers


def test_the_editor():
    _, w = flow()
    w.step(9)
    w.touched("edit")
    html = w.live()
    assert "<textarea" in html
    assert "data-replace data-focus" in html
    assert "<option selected>tom</option>" in html
    w.touched("send", fields={"request": "GET me", "person": "ada"})
    html = w.live()
    assert "The first line must be a method and a path" in html
    assert "data-replace" not in html and "data-focus" not in html
    assert "<option selected>ada</option>" in html
    w.touched("send", fields={"request": w.messages[8].exchange.method + " /me\nhost: api.example"})
    assert w.reply.status_code == 401
    assert "<textarea" not in w.live()
    w.touched("edit")
    w.touched("close")
    assert "<textarea" not in w.live()


@pytest.mark.parametrize(
    ("text", "person", "sentence"),
    [
        ("", "tom", "The first line must be"),
        ("GET /me\nhost: api.example", "eve", "Nobody here is called 'eve'. .* by: ada, tom."),
    ],
)
def test_what_cannot_be_sent_gets_a_sentence(text, person, sentence):
    _, w = flow()
    with pytest.raises(SceneError, match=sentence):
        w.send(text, person)
    assert len(w.messages) == 10


def test_an_unknown_host_is_answered_and_nothing_is_sent_anywhere():
    _, w = flow()
    answer = w.send("GET /me\nhost: www.example.com", "tom")
    assert (answer.status_code, "Nothing was sent anywhere" in answer.text) == (599, True)
    assert w.words().endswith("GET /me  599 refused")
    assert "no such host" in w.still()


def test_a_service_that_breaks_gets_a_sentence():
    lab = Lab("broken", START)

    @Request.application
    def broken(_request: Request) -> Response:
        raise KeyError("<script>")

    lab.add("a.example", broken)
    w = shown(lab, {"tom": lab.browser("tom", "203.0.113.66")})
    with pytest.raises(CannotSend, match="a.example gave no answer. It stopped with KeyError"):
        w.send("GET /\nhost: a.example", "tom")
    w.touched("send", fields={"request": "GET /\nhost: a.example", "person": "tom"})
    w.live()


def test_a_lab_that_cannot_be_copied_is_shown_and_says_so():
    lab = Lab("odd", START)
    tom = lab.browser("tom", "203.0.113.66")
    tom.get("https://a.example/")
    lab.add("b.example", (one for one in ()))
    w = shown(lab, {"tom": tom})
    assert len(w.messages) == 1
    with pytest.raises(CannotSend, match="Nothing can be sent again in this lab: cannot"):
        w.send(w.edit, "tom")
    assert len(lab.wire) == 1


def test_without_people_nothing_can_be_sent():
    scene, _ = flow()
    w = shown(scene.lab)
    w.touched("edit")
    assert "Edit and send" not in w.live()
    assert "<textarea" not in w.live()


SCENE, TYPED = flow()


@settings(max_examples=60, deadline=None)
@given(st.text(), st.sampled_from(["tom", "ada", "", "eve"]))
def test_any_text_can_be_typed(text, person):
    TYPED.touched("send", fields={"request": text, "person": person})
    TYPED.live()
    with suppress(NotARequest, CannotSend):
        TYPED.send(text, person)
    assert len(SCENE.lab.wire) == 10


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "ODD"]),
    st.sampled_from(["/token", "/authorize", "/me", "/notes", "/cb?", "//", "/%ff"]),
    st.sampled_from(["login.example", "api.example", "notes.example", "x.test", "a b", "[", "a:1"]),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_any_request_can_be_sent(method, path, host, header, body):
    text = f"{method} {path} HTTP/1.1\nhost: {host}\ncookie: {header}\n\n{body}"
    TYPED.touched("send", fields={"request": text, "person": "tom"})
    TYPED.live()
    TYPED.start_again()
    assert len(SCENE.lab.wire) == 10


# --- how it is drawn ----------------------------------------------------------------------------


def hostile():
    """A wire whose messages hold markup wherever a sender can put it."""
    lab = Lab("hostile", START)
    evil = '"><script>alert(1)</script>'

    @Request.application
    def host(request: Request) -> Response:
        lab.log("a.example", evil, ip=request.remote_addr, note=evil)
        answer = Response(evil, headers={"x-odd": evil})
        answer.set_cookie("app", "a-long-value-" + "x" * 9)
        return answer

    lab.add("a.example", host)
    tom = lab.browser(evil, "203.0.113.66")
    tom.get("https://a.example/" + evil, params={"code": evil + "more"}, headers={"x-odd": evil})
    tom.post("https://a.example/", data={"code": evil + "other\x00"})
    return shown(lab, {evil: tom}, intruders=(evil,))


def test_markup_in_a_message_is_text():
    w = hostile()
    for _ in range(2):
        for drawing in (w.live(), w.still()):
            assert "<script" not in drawing
            assert "&lt;script&gt;" in drawing
        w.touched("edit")


def test_the_still_picture_is_well_formed_and_needs_nothing_else():
    for w in (flow()[1], hostile(), long_wire()[1]):
        picture = alone(w.still())
        root = ET.fromstring(picture)
        assert root.get("width") == "760"
        assert "var(" not in picture
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[\w.]+[\"']", picture)
        sizes = {float(one) for one in re.findall(r'font-size="([\d.]+)"', picture)}
        assert min(sizes) >= SMALL == 12.5


def test_the_stored_bundle_does_not_depend_on_the_width_of_a_screen():
    _, w = flow()
    bundle = w.bundle()
    w.touched("width", "274")
    assert w.bundle() == bundle
    assert 'width="760"' in bundle["image/svg+xml"]


@pytest.mark.parametrize("width", [240, 274, 480, 760, 860, 1085, 1184])
def test_everything_is_inside_the_picture_at_each_width(width):
    _, w = flow()
    w.send("GET /a/very/long/path/" + "x" * 300 + "\nhost: api.example", "tom")
    w.width = width
    sheet = Sheet(width - 26, w.story.parties)
    for message in w.messages:
        row = MessageRow(message, sheet)
        for pill in row.secrets:
            assert sheet.margin <= pill.x - pill.width / 2
            assert pill.x + pill.width / 2 <= sheet.width
        middle, wide = row.status_box
        assert 0 < middle - wide / 2 < middle + wide / 2 <= sheet.width
    assert [sheet.x(one.name) for one in sheet.parties] == sorted(
        sheet.x(one.name) for one in sheet.parties
    )
    assert w.live()


def test_names_become_dots_where_they_have_no_room_and_the_first_keep_theirs():
    _, w = flow()
    token = w.messages[5]
    named = {}
    for width in (250, 420, 760):
        row = MessageRow(token, Sheet(width, w.story.parties))
        named[width] = [one.has_name for one in row.secrets if one.secret in token.sends]
        assert all(one.width == DOT for one in row.secrets if not one.has_name)
    assert named == {250: [False, False], 420: [True, False], 760: [True, True]}
    assert width_of("code", SMALL) < width_of("code", SMALL, bold=True)


def test_channels_are_told_by_a_word_and_by_the_line():
    _, w = flow()
    sheet = Sheet(760, w.story.parties)
    for message in w.messages:
        drawn = MessageRow(message, sheet).draw().inside()
        is_back = message.channel == "back channel"
        assert (">back<" in drawn, 'stroke-dasharray="6 4"' in drawn) == (is_back, is_back)
        assert (">front<" in drawn) != is_back


def test_an_intruder_is_told_by_words_and_a_refusal_by_a_ring_and_a_word():
    apps = build_apps("red")
    morning(apps)
    token = apps.notes.latest_session()["access_token"]
    apps.tom.get(API + "/me", headers=bearer(token))
    apps.tom.get(API + "/me", headers=bearer("x"))
    w = shown(apps.lab)
    in_, out = (
        MessageRow(one, Sheet(760, w.story.parties)).draw().inside()
        for one in w.messages
        if one.by_intruder
    )
    assert ">intruder<" in in_
    assert ">intruder<" in out
    assert "fill:var(--lu-intruder);stroke:var(--lu-intruder)" in in_
    assert ">401 refused<" in out
    assert "fill:var(--lu-paper);stroke:var(--lu-defender)" in out


def test_each_message_says_itself_to_a_screen_reader():
    _, w = flow()
    assert (
        'aria-label="Message 6: notes.example to login.example, back channel, POST /token, '
        'sends code, verifier; 200, gives access, ID, refresh"'
    ) in w.live()
    assert w.live().count('tabindex="0"') == 3  # one message, and the two texts that scroll


def test_the_open_message_names_its_secrets_and_marks_them_in_the_same_colour():
    _, w = flow()
    w.step(6)
    html = w.live()
    for secret in w.messages[5].carries:
        style = f'style="--c:var(--lu-{secret.ink})"'
        assert f'<b data-secret="{secret.number}" {style}>{secret.name}</b>' in html
        assert re.search(f'<mark data-secret="{secret.number}" title="{secret.name}" ', html)
    assert "Request, sends <b" in html
    assert "Response, gives <b" in html


def test_every_curve_belongs_to_a_secret_that_is_seen_twice():
    _, w = flow()
    w.width = 1085
    curves = re.findall(r'class="thread" data-secret="(\d+)"', w.live())
    assert curves == [str(one.number) for one in w.story.travelling()]
    w.width = 700
    assert "thread" not in w.live()


@pytest.mark.parametrize("colours", [look.LIGHT, look.DARK], ids=["light", "dark"])
def test_what_is_written_in_colour_can_be_read(colours):
    for secret in look.SECRETS:
        for ground in ("paper", "card"):
            tinted = look.tinted(colours[secret], colours[ground])
            assert look.contrast(colours[secret], tinted) >= 4.5
        assert look.contrast(colours["paper"], colours[secret]) >= 4.5  # where it is lit
    assert look.contrast(colours["paper"], colours["intruder"]) >= 4.5


def test_it_is_the_same_bytes_under_two_hash_seeds():
    program = (
        "from labutils.instruments.wire import wire\n"
        "from labutils.stage.two_apps import NOTES, build_apps\n"
        "scene = build_apps('bytes')\n"
        "scene.sign_in(at=NOTES)\n"
        "w = wire(scene.lab, {'ada': scene.ada, 'tom': scene.tom})\n"
        "w.step(8)\n"
        "w.send(w.edit, 'tom')\n"
        "print(w.words(), w.still(), w.live())\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert b"</svg>" in runs[0]


def test_three_hundred_messages_are_drawn_again_in_less_than_100_ms():
    _, w = long_wire()
    w.width = 1085
    w.step(150)
    taken = []
    for _ in range(3):
        started = time.process_time()
        w.touched("follow", "1")
        w.live()
        taken.append(time.process_time() - started)
    assert min(taken) < 0.1


def test_a_notebook_makes_it_in_one_line():
    apps = build_apps("one line")
    apps.sign_in()
    start = len(apps.lab.wire)
    apps.tom.get(LOGIN + "/jwks")
    w = wire(apps.lab, start=start, title="Tom asks", hint="For what?", watch=["state"])
    assert (w.title, w.hint, len(w.messages)) == ("Tom asks", "For what?", 1)
    assert w.words() == (
        " 1 09:00:09 tom -> login.example  front channel, intruder  GET /jwks  200"
    )
    assert wire(Lab("empty", START)).words() == "Nothing was sent yet."
    assert "Nothing was sent yet." in wire(Lab("empty", START)).live()
    wire(Lab("empty", START)).still()
