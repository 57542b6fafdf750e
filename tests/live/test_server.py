"""The live room over HTTP, from the side of those who have no link, or bad intentions."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from tables import table

from labutils.live.drawing import draw

pytest.importorskip("tornado")

SEED = "3"


class Served(NamedTuple):
    """A process with an exercise, and its links."""

    process: subprocess.Popen[str]
    links: dict[str, str]
    folder: Path

    @property
    def base(self) -> str:
        return self.links["serving"]

    def of(self, who: str) -> str:
        return self.links[who]


def start(folder: Path, *more: str) -> Served:
    command = [sys.executable, "-m", "labutils", "live", "--seed", SEED, "--teams", "2"]
    command += ["--port", "0", "--folder", str(folder), *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    assert process.stdout is not None
    links: dict[str, str] = {}
    wanted = {"serving", "instructor", "team 1", "team 2"}
    wanted |= {"intruder"} if "person" in more else set()
    while not wanted <= set(links):
        line = process.stdout.readline()
        assert line, f"it ended: {links}"
        name, _, address = line.strip().rpartition(" ")
        links[name] = address
    return Served(process, links, folder)


def stop(served: Served) -> int:
    served.process.send_signal(signal.SIGTERM)
    return served.process.wait(10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    one = start(tmp_path_factory.mktemp("live"), "--speed", "1000")
    time.sleep(4)  # an hour of the company's clock
    yield one
    assert stop(one) == 0


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


def test_a_team_sees_its_page_and_what_is_new(served: Served, http: httpx.Client) -> None:
    page = http.get(served.of("team 1"))
    assert page.status_code == 200 and "Team 1" in page.text
    now = http.get(served.of("team 1") + "now?q=okta").json()
    assert {"clock", "stream", "board", "alerts", "answers", "acts", "reports"} <= set(now)


def test_what_a_page_has_is_not_sent_again(served: Served, http: httpx.Client) -> None:
    link = served.of("team 1")
    first = http.get(link + "now").json()
    again = http.get(link + "now", params={"seen": first["seen"]}).json()
    had = set(re.findall(r'id="(line-[^"]+)"', first["stream"]))
    sent = set(re.findall(r'id="(line-[^"]+)"', again["stream"]))
    assert first["fresh"] and not again["fresh"]
    assert had and not had & sent
    assert http.get(link + "now", params={"seen": "of-another.1.1"}).json()["fresh"]


def test_a_line_is_put_on_the_board_by_its_name_alone(served: Served, http: httpx.Client) -> None:
    link, plain = served.of("team 2"), {"Accept": "text/plain"}
    stream = http.get(link + "now").json()["stream"]
    line = re.findall(r'name="lines" value="([^"]+)"', stream)[0]
    said = http.post(link + "suspect", data={"lines": line}, headers=plain).text
    board = http.get(link + "now").json()["board"]
    who = said.removesuffix(" is on the board: maybe.")
    assert f"<b>{who}</b>" in board and f'data-open="{line}"' in board
    number = re.findall(r'name="number" value="(\d+)"', board)[0]
    page = http.get(link, params={"about": number}).text  # without a script
    assert f'name="events" id="events" value="{line}"' in page
    assert f'name="who" id="who" value="{who}"' in page
    assert ">remove</button>" not in board
    http.post(link + "suspect", data={"number": number, "certainty": "cleared"})
    assert ">remove</button>" in http.get(link + "now").json()["board"]
    said = http.post(link + "suspect", data={"number": number, "remove": "1"}, headers=plain).text
    assert said == f"{who} is no longer on the board."
    assert f"<b>{who}</b>" not in http.get(link + "now").json()["board"]


def test_no_page_has_a_style_or_a_script_inside(served: Served, http: httpx.Client) -> None:
    for address in (served.of("team 1"), served.of("instructor"), served.base + "/wall/"):
        text = http.get(address).text
        assert "style=" not in text and not re.search(r"<script(?! src=)|<style|\son\w+=", text)


def test_no_function_of_the_script_takes_the_place_of_another(
    served: Served, http: httpx.Client
) -> None:
    script = http.get(served.base + "/live.js").text
    names = re.findall(r"^(?:async )?function (\w+)", script, re.MULTILINE)
    assert len(names) > 20 and len(set(names)) == len(names)


def test_a_page_asks_for_nothing_that_is_not_there(served: Served, http: httpx.Client) -> None:
    for address in (served.of("team 1"), served.of("instructor"), served.base + "/wall/"):
        page = http.get(address)
        wanted = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page.text)
        assert any(one.endswith("live.svg") for one in wanted)  # else a browser guesses at one
        for one in wanted:
            answer = http.get(page.url.join(one))
            assert answer.status_code == 200


def test_the_instructor_has_every_link_to_hand_out(served: Served, http: httpx.Client) -> None:
    text = http.get(served.of("instructor")).text
    for address in (served.of("team 1"), served.of("team 2"), served.base + "/wall/"):
        assert f">{address}</a>" in text


@table(
    "path",
    [
        "t/x/",
        "t//",
        "t/../i/",
        "i/x/",
        "i/",
        "x/",
        "links.json",
        "exercise.jsonl",
        "debrief.html",
        "t/%2e%2e/",
        "live.css/../links.json",
        "debrief",
        "truth",
    ],
)
def test_a_guessed_address_leads_nowhere_and_says_no_more(
    served: Served, http: httpx.Client, path: str
) -> None:
    answer = http.get(f"{served.base}/{path}")
    assert answer.status_code == 404
    assert answer.text == "There is nothing here. Ask for your link.\n"


def test_the_link_of_one_is_no_link_of_another(served: Served, http: httpx.Client) -> None:
    team = served.of("team 1").split("/")[-2]
    instructor = served.of("instructor").split("/")[-2]
    base = served.base
    for path in (
        f"i/{team}/",
        f"i/{team}/now",
        f"i/{team}/debrief",
        f"x/{team}/",
        f"x/{instructor}/",
        f"t/{instructor}/",
        f"t/{team[:-1]}/",
        f"t/{team}x/",
        f"t/{team.swapcase()}/",
    ):
        assert http.get(f"{base}/{path}").status_code == 404, path
    assert http.post(f"{base}/i/{team}/clock", data={"do": "end"}).status_code == 404
    assert http.post(f"{base}/i/{team}/inject", data={"kind": "hurry"}).status_code == 404


def test_no_page_of_a_team_and_no_wall_holds_the_truth(served: Served, http: httpx.Client) -> None:
    truth = http.get(served.of("instructor") + "now").json()["doing"]
    every = draw(SEED, 240).steps
    steps = [step for step in every if f"<td>{step}</td>" in truth]
    assert steps
    texts = [
        http.get(served.of("team 1")).text,
        json.dumps(http.get(served.of("team 1") + "now").json()),
        http.get(served.base + "/wall/").text,
        json.dumps(http.get(served.base + "/wall/now").json()),
        http.get(served.of("team 1") + "line?id=okta:1").text,
        http.get(served.base + "/live.js").text,
    ]
    for text in texts:
        assert not [step for step in steps if step in text]
        assert "ndisturbed" not in text and "steps made" not in text


def test_the_wall_has_numbers_and_colours_and_no_names(served: Served, http: httpx.Client) -> None:
    wall = http.get(served.base + "/wall/").text
    assert "Team 1" in wall and "of-blue" in wall
    accounts = {row.account for row in draw(SEED, 240).inventory}
    assert not [name for name in accounts if name in wall]


HTML = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e"


def test_html_in_every_field_stays_text(served: Served, http: httpx.Client) -> None:
    link = served.of("team 2")
    stream = http.get(link + "now").json()["stream"]
    line = re.findall(r'name="lines" value="([^"]+)"', stream)[0]
    account = re.search(r"<b>([a-z.-]+)</b>\s*<span class=\"head\"", stream)
    assert account
    sent = [
        ("report", {"who": account[1], "events": line, "note": HTML}),
        ("report", {"who": HTML, "events": line}),
        ("ask", {"kind": "tickets", "word": HTML[:40]}),
        ("ask", {"kind": HTML, "word": HTML}),
        ("act", {"act": "disable", "what": HTML[:50]}),
        ("act", {"act": HTML, "what": HTML}),
        ("rule", {"rule": HTML, "on": "1"}),
        ("own-rule", {"text": HTML}),
        ("suspect", {"who": HTML, "host": HTML, "note": HTML, "by": HTML}),
        ("share", {"words": HTML, "by": HTML}),
        ("say", {"say": HTML, "by": HTML}),
    ]
    for path, data in sent:
        http.post(link + path, data=data | {"key": HTML})
    own = served.of("instructor")
    http.post(own + "inject", data={"kind": "message", "team": "2", "text": HTML})
    http.get(link + "?q=" + HTML)
    pages = [
        http.get(link, params={"q": HTML}).text,
        "".join(map(str, http.get(link + "now", params={"q": HTML}).json().values())),
        http.get(link + "now").json()["stream"],
        http.get(own).text,
        "".join(http.get(own + "now").json().values()),
        http.get(own + "debrief").text,
        http.get(served.base + "/wall/").text,
    ]
    assert any("&lt;script&gt;" in page for page in pages)
    for page in pages:
        assert "<script>alert" not in page and "<img" not in page and "\u202e" not in page


def test_every_answer_forbids_scripts_of_others_and_frames(
    served: Served, http: httpx.Client
) -> None:
    for address in (served.of("team 1"), served.of("instructor"), served.base + "/wall/"):
        headers = http.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"  # else a form's Origin is null
        assert "server" not in headers


def test_a_form_on_another_site_does_nothing(served: Served, http: httpx.Client) -> None:
    for site in ("cross-site", "same-site"):
        answer = http.post(
            served.of("team 1") + "act",
            data={"act": "raise", "what": "jira"},
            headers={"Sec-Fetch-Site": site},
        )
        assert answer.status_code == 403
    assert "raise jira" not in http.get(served.of("team 1") + "now").json()["acts"]


def test_an_act_that_is_sent_again_is_not_done_again(served: Served, http: httpx.Client) -> None:
    data = {"act": "block", "what": "203.0.113.9", "key": "once"}
    plain = {"Accept": "text/plain"}
    first = http.post(served.of("team 1") + "act", data=data, headers=plain)
    again = http.post(served.of("team 1") + "act", data=data, headers=plain)
    assert "done" in first.text and again.text == "That was done already."
    assert (
        http.get(served.of("team 1") + "now").json()["acts"].count("<b>block 203.0.113.9</b>") == 1
    )


def test_a_moment_that_is_sent_along_changes_nothing(served: Served, http: httpx.Client) -> None:
    data = {"act": "block", "what": "203.0.113.10", "t": "0", "at": "1", "team": "2"}
    http.post(served.of("team 1") + "act", data=data)
    rows = [json.loads(line) for line in (served.folder / "exercise.jsonl").open(encoding="utf-8")]
    row = next(row for row in rows if row.get("what") == "203.0.113.10")
    assert row["t"] > 600 and row["team"] == 1


def test_ten_megabytes_are_refused_and_nobody_waits(served: Served, http: httpx.Client) -> None:
    from labutils.live.server import LARGEST_BODY

    just = http.post(served.of("team 1") + "report", content=b"x" * LARGEST_BODY)
    assert just.status_code in (303, 409, 413, 400)
    with httpx.Client(timeout=20) as other:
        try:
            answer = other.post(served.of("team 1") + "report", content=b"x" * 10_000_000)
            assert answer.status_code in (400, 413)
        except httpx.HTTPError:
            pass  # it hung up in the middle
    assert http.get(served.of("team 1")).status_code == 200
    assert http.get(served.of("team 1") + "now?q=" + "a" * 8000).status_code == 200


def test_slow_clients_hold_up_nobody(served: Served, http: httpx.Client) -> None:
    host, port = served.base.removeprefix("http://").split(":")
    slow = []
    for _ in range(150):
        one = socket.create_connection((host, int(port)))
        one.sendall(b"POST /t/x/act HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n")
        slow.append(one)
    begun = time.monotonic()
    assert http.get(served.of("team 1")).status_code == 200
    assert time.monotonic() - begun < 2
    for one in slow:
        one.close()


def test_the_clock_stops_and_goes_on(served: Served, http: httpx.Client) -> None:
    own, plain = served.of("instructor"), {"Accept": "text/plain"}
    assert http.post(own + "clock", data={"do": "pause"}, headers=plain).text.startswith(
        "The clock"
    )
    first = http.get(served.of("team 1") + "now").json()["clock"]
    time.sleep(0.7)
    assert http.get(served.of("team 1") + "now").json()["clock"] == first and "paused" in first
    assert http.post(own + "clock", data={"do": "dance"}, headers=plain).status_code == 409
    http.post(own + "clock", data={"do": "resume"})
    time.sleep(0.7)
    assert http.get(served.of("team 1") + "now").json()["clock"] != first


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path, http: httpx.Client) -> None:
    one = start(tmp_path, "--speed", "60", "--paused")
    http.post(one.of("instructor") + "clock", data={"do": "resume"})
    plain = {"Accept": "text/plain"}
    http.post(one.of("team 1") + "act", data={"act": "raise", "what": "jira"}, headers=plain)
    http.post(one.of("team 1") + "ask", data={"kind": "tickets", "word": ""}, headers=plain)
    http.post(one.of("team 1") + "suspect", data={"lines": "jira:1"}, headers=plain)
    time.sleep(2.5)
    http.post(one.of("instructor") + "clock", data={"do": "pause"}, headers=plain)
    before = http.get(one.of("team 1") + "now").json()
    one.process.kill()
    one.process.wait(10)
    again = start(tmp_path, "--speed", "60")
    assert {k: v.split("/")[3:] for k, v in again.links.items()} == {
        k: v.split("/")[3:] for k, v in one.links.items()
    }
    after = http.get(again.of("team 1") + "now").json()
    assert after["acts"] == before["acts"] and after["stream"] == before["stream"]
    assert after["board"] == before["board"] and "jira:1" in after["board"]
    assert after["answers"] == before["answers"] and after["clock"] == before["clock"]
    http.post(again.of("instructor") + "clock", data={"do": "end"}, headers=plain)
    assert "over" not in http.get(again.of("team 1") + "now").json()["clock"]  # not sure enough
    http.post(again.of("instructor") + "clock", data={"do": "end", "sure": "1"}, headers=plain)
    assert http.get(again.of("team 1") + "now").json()["over"]
    assert "The attack again" in http.get(again.of("team 1")).text
    assert 'id="board"' in http.get(again.of("team 1") + "?q=").text  # all of it, to read
    time.sleep(0.6)
    debrief = (tmp_path / "debrief.html").read_text(encoding="utf-8")
    assert "Team 2, orange" in debrief and "The attack again" in debrief
    assert "What the intruder did" in http.get(again.of("team 1")).text
    assert "What the intruder did" in http.get(again.base + "/wall/").text
    assert stop(again) == 0
    assert os.listdir(tmp_path)


def test_behind_the_proxy_of_a_class_it_lies_below_a_path(tmp_path: Path) -> None:
    """tools/classroom/live.py, at a Unix socket, as nginx sees it."""
    environment = os.environ | {
        "LIVE_SEED": SEED,
        "LIVE_TEAMS": "2",
        "LIVE_MINUTES": "240",
        "LIVE_SPEED": "4",
        "LIVE_CASE": "",
        "LIVE_BY_PERSON": "",
        "LIVE_FOLDER": str(tmp_path / "kept"),
        "LIVE_SOCKET": str(tmp_path / "s"),
    }
    command = [sys.executable, "-m", "tools.classroom.live"]
    house = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, env=environment, cwd=house) as process:
        while not (tmp_path / "s").exists():
            assert process.poll() is None
            time.sleep(0.1)
        links = json.loads((tmp_path / "kept" / "links.json").read_text(encoding="utf-8"))
        transport = httpx.HTTPTransport(uds=str(tmp_path / "s"))
        with httpx.Client(transport=transport, base_url="http://class/services/live") as web:
            assert web.get(f"/t/{links['1']}/").status_code == 200
            secure = {"X-Forwarded-Proto": "https", "Host": "class.example"}
            page = web.get(f"/i/{links['instructor']}/", headers=secure)
            assert f">https://class.example/services/live/t/{links['1']}/</a>" in page.text
            assert web.get("/t/live.css").headers["content-type"].startswith("text/css")
            assert web.get("/wall/").status_code == 200
            assert web.get("http://class/t/x/").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An exercise whose intruder a person plays."""
    one = start(tmp_path_factory.mktemp("seat"), "--speed", "100", "--intruder", "person")
    yield one
    assert stop(one) == 0


def begun(seat: Served) -> int:
    """How many choices of the intruder are in the log."""
    lines = (seat.folder / "exercise.jsonl").read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["do"] == "intrude" for line in lines)


def first_choice(seat: Served, http: httpx.Client) -> str:
    """The first step that the console offers."""
    choices = http.get(seat.of("intruder") + "now").json()["choices"]
    return re.findall(r'name="step" value="([^"]+)"', choices)[0]


@table(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_the_console_takes_no_form_from_another_site(
    seat: Served, http: httpx.Client, headers: dict[str, str]
) -> None:
    data, before = {"what": "prepare", "step": first_choice(seat, http)}, begun(seat)
    answer = http.post(seat.of("intruder") + "intrude", data=data, headers=headers)
    assert answer.status_code == 403 and begun(seat) == before


def test_a_person_chooses_with_and_without_a_script(seat: Served, http: httpx.Client) -> None:
    address, plain = seat.of("intruder"), {"Accept": "text/plain"}
    data = {"what": "prepare", "step": first_choice(seat, http), "teams": "1"}
    said = http.post(address + "intrude", data=data, headers=plain)
    assert said.status_code == 200 and said.text.endswith("next at 1 company.")
    again = http.post(address + "intrude", data=data | {"teams": "2"})
    assert again.status_code == 303
    assert "next at 1 company." in http.get(address).text
    rests = http.post(address + "intrude", data={"lie-low": "15", "teams": "1 2"}, headers=plain)
    assert rests.text == "intruder: lies low at 2 companies."


def test_without_a_script_a_form_that_is_sent_again_is_not_done_again(
    seat: Served, http: httpx.Client
) -> None:
    address = seat.of("intruder")
    page = http.get(address).text
    key = re.findall(r'id="company-1".*?name="key" value="([^"]+)"', page, re.DOTALL)[0]
    form = {"key": key, "teams": "1", "what": "move"}
    for _ in range(2):
        answer = http.post(address + "intrude", data=form)
        assert answer.status_code == 303 and answer.headers["location"] == "./"
    assert "That was done already." in http.get(address).text
    assert "Change address (2 left)" in http.get(address).text
    other = http.post(address + "intrude", data={"key": key, "teams": "1", "lie-low": "5"})
    assert other.status_code == 303  # another button of the same form
    assert "intruder: lies low at 1 company." in http.get(address).text


@table("data", [{"lie-low": "x"}, {"lie-low": "-1"}, {"teams": "x"}, {"teams": "99"}, {"what": ""}])
def test_a_choice_that_cannot_be_is_answered_with_a_sentence(
    seat: Served, http: httpx.Client, data: dict[str, str]
) -> None:
    plain, before = {"Accept": "text/plain"}, begun(seat)
    wrong = {"what": "stop"} | data
    answer = http.post(seat.of("intruder") + "intrude", data=wrong, headers=plain)
    assert answer.status_code == 409 and answer.text.endswith(".") and begun(seat) == before


def test_there_is_no_console_where_a_program_plays(served: Served, http: httpx.Client) -> None:
    link = json.loads((served.folder / "links.json").read_text(encoding="utf-8"))["intruder"]
    address = f"{served.base}/x/{link}/"
    assert http.get(address).status_code == http.get(address + "now").status_code == 404
    assert http.post(address + "intrude", data={"what": "stop"}).status_code == 404
