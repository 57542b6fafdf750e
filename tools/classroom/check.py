"""A class, tried: `make test-classroom`. Needs Linux and root, and takes some ten minutes.

A class of its own is started, on ports and with accounts of its own, and removed at the end. Each
theft is tried from a learner's own notebook, as the learner.
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import classroom_thieves as thieves
import httpx
import pytest
from classroom_helpers import certificate_in
from classroom_platform import LEARNER, Platform, another_key
from classroom_strangers import strangers
from tornado.httpclient import HTTPClientError

from tools.browser import first_question
from tools.classroom import accounts, load, ready, sign_in
from tools.classroom import settings as classroom
from tools.classroom.sockets import NGINX
from tools.environments import HOUSE

PORT = 18400
URL = f"http://127.0.0.1:{PORT}"
PARTS = "/hub/health", "/user/probe01/", "/services/wall/"  # the hub, the door and the wall
ROOT = sys.platform == "linux" and os.geteuid() == 0
pytestmark = pytest.mark.skipif(not ROOT, reason="needs Linux and root: it makes Unix accounts")


def soon(question: Callable[[], bool], patience: float = 60) -> None:
    """Ask until the answer is yes; what is not there yet, or does not answer, is no.

    Raises TimeoutError after so many seconds of patience.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError, StopIteration, OSError, ValueError):
            if question():
                return
        time.sleep(0.5)
    raise TimeoutError("What was waited for did not come.")


class Class:
    """A class that is running, and the learners at its door."""

    def __init__(self, place: Path) -> None:
        self.place, self.state = place, place / "state"
        self.hub: subprocess.Popen | None = None
        self.sockets = str(place / "homes" / ".sockets")
        self.runner = asyncio.Runner()

    def start(self, *words: str) -> None:
        """Start the hub, for the first time or again, and wait until it answers."""
        command = [sys.executable, "-m", "tools.classroom.start", "--prefix", "probe"]
        command += ["--instructor", "probe-teacher", "--port", str(PORT)]
        command += ["--homes", self.place / "homes", "--state", self.state, *words]
        self.hub = subprocess.Popen([str(word) for word in command], cwd=HOUSE)
        url = URL.replace("http", "https") if "--key" in words else URL
        log = self.state / "hub.log"

        def answers() -> bool:
            assert self.hub.poll() is None, log.read_text(encoding="utf-8")[-3000:]
            said = [httpx.get(url + path, verify=False).status_code for path in PARTS]
            return said == [200, 302, 302]

        soon(answers, 300)

    def end(self, how: signal.Signals) -> None:
        """End the hub alone."""
        self.hub.send_signal(how)
        self.hub.wait(timeout=60)

    def remove(self) -> None:
        """Stop everything, and remove the accounts."""
        command = [sys.executable, "-m", "tools.classroom.start", "--remove", "--state", self.state]
        subprocess.run(command, cwd=HOUSE, check=True)

    def nginx(self) -> int:
        """The first process of nginx."""
        return int(Path(self.sockets, "nginx", "nginx.pid").read_text(encoding="ascii"))

    def door(self) -> int:
        """The process of the door."""
        numbers = accounts.processes_of({pwd.getpwnam(NGINX).pw_uid})
        commands = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in numbers}
        return next(one for one, command in commands.items() if b"classroom.door" in command)

    def password(self, name: str) -> str:
        lines = (self.state / "slips.txt").read_text(encoding="utf-8").splitlines()
        return dict(line.split() for line in lines)[name]

    def settings(self) -> classroom.Settings:
        return classroom.read(str(self.state / "settings.json"))

    def learner(self, name: str) -> load.Learner:
        return load.Learner(URL, name, self.password(name))

    def run(self, work):
        """Run something asynchronous to its end."""
        return self.runner.run(work)


@pytest.fixture(scope="module")
def room():
    place = Path(tempfile.mkdtemp(prefix="classroom-"))
    place.chmod(0o711)
    running = Class(place)
    users: set[int] = set()
    try:
        running.start("--learners", "10")
        yield running
        users = {entry.pw_uid for entry in accounts.all_of(running.settings())}
    finally:
        running.remove()
        shutil.rmtree(place)
    assert not accounts.processes_of(users)
    assert not thieves.LEFT_BEHIND.exists()
    assert not [entry for entry in pwd.getpwall() if entry.pw_name.startswith("probe")]
    assert not Path(running.sockets).exists()
    with pytest.raises(httpx.ConnectError):  # nothing goes on after the end
        httpx.get(URL)


class Seat:
    """A learner who is signed in, with a server and a kernel."""

    def __init__(self, room: Class, name: str) -> None:
        self.room, self.learner = room, room.learner(name)
        room.run(self.learner.sign_in())
        room.run(self.learner.start())
        self.kernel = room.run(self.learner.kernel("work/00-start-here.ipynb"))

    def cell(self, code: str) -> tuple[str, str]:
        """Run a cell; its status, and what it printed or raised.

        Over a connection of its own: while no test runs, nobody answers the server's pings.
        """
        self.kernel.close()
        self.kernel = self.room.run(self.learner.connect(self.kernel.number))
        return self.room.run(self.kernel.run(code))

    def get(self, address: str) -> httpx.Response:
        return self.room.run(self.learner.web.get(address))


@pytest.fixture(scope="module")
def ada(room):
    return Seat(room, "probe01")


@pytest.fixture(scope="module")
def tom(room):
    return Seat(room, "probe02")


# --- a room at work -----------------------------------------------------------------------------


def test_ten_learners_finish_two_lessons_side_by_side(room):
    people = [room.learner(f"probe{number:02}") for number in range(1, 11)]
    pause = float(os.environ.get("CLASSROOM_PAUSE", "3"))
    load_before = os.getloadavg()[0]
    measured = room.run(load.drive(people, ["03", "09"], pause))
    print(json.dumps(measured, indent=1))
    assert measured["failed"] == []
    assert measured["memory at most, MB a learner"] < 600
    if load_before > os.cpu_count():
        pytest.skip(f"how long cells take is not judged: others made a load of {load_before:.1f}")
    assert measured["cell, p95, s"] < 1


def test_a_learner_who_signs_in_finds_buttons_below_the_first_question(room):
    """In a real Chromium: the lock of the class had lost ipywidgets, and no other test noticed."""
    if not shutil.which("chromium") or importlib.util.find_spec("playwright") is None:
        pytest.skip("needs Chromium as `chromium` on the PATH")
    with first_question.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(URL)
        page.fill("#username_input", "probe03")
        page.fill("#password_input", room.password("probe03"))
        page.click("#login_submit")
        count, seconds = first_question.buttons_in(page)
    print(f"{count} buttons after {seconds:.1f} s")
    assert count >= 2


def test_what_they_did_is_on_the_wall_without_a_name(room):
    teacher = room.learner("probe-teacher")
    room.run(teacher.sign_in())
    page = room.run(teacher.web.get(f"{URL}/services/wall/"))
    assert page.status_code == 200
    assert "People who have recorded something: 10." in page.text
    assert "<h2>Lesson 03</h2>" in page.text
    assert "probe0" not in page.text
    assert "src=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_instructor_opens_no_learners_server(room):
    teacher = room.learner("probe-teacher")
    room.run(teacher.sign_in())
    assert room.run(teacher.web.get(f"{URL}/hub/admin")).status_code == 200
    assert room.run(teacher.web.get(f"{URL}/user/probe01/lab")).status_code == 403


# --- before nine o'clock ------------------------------------------------------------------------


def wrong_in(room: Class) -> dict[str, str]:
    """What a check of the class finds wrong; it has an event loop of its own, so a thread too."""
    with ThreadPoolExecutor() as elsewhere:
        found = elsewhere.submit(lambda: list(ready.findings(room.settings()))).result()
    return {one.name: one.sentence for one in found if one.is_well is False}


def test_a_check_finds_what_was_broken_on_purpose(room):
    assert set(wrong_in(room)) == {"port"}  # this class is for this machine alone
    slips, lesson = room.state / "slips.txt", room.settings().home("probe01") / ready.LESSON
    kept = slips.read_text(encoding="utf-8"), lesson.read_bytes()
    slips.write_text(kept[0].replace("probe02 ", "probe02 not-"), encoding="utf-8")
    os.truncate(lesson, 300)
    try:
        wrong = wrong_in(room)
    finally:
        slips.write_text(kept[0], encoding="utf-8")
        with lesson.open("r+b") as file:  # still the learner's
            file.write(kept[1])
    assert "10 of 11 names and passwords sign in. probe02: the hub refuses" in wrong["slips"]
    assert "probe01: work/00-start-here.ipynb cannot be opened" in wrong["lesson 00"]
    assert "start it with --address 0.0.0.0" in wrong["port"]


def test_whoever_asks_for_help_is_on_the_instructors_page_until_seen_to(room):
    teacher, page = room.learner("probe-teacher"), f"{URL}/services/wall/instructor"
    room.run(teacher.sign_in())
    assert "Nobody. Learners have a button" in room.run(teacher.web.get(page)).text
    assert Seat(room, "probe02").cell(
        "from labutils.classroom import asking; asking.toggle(asking.path(), '03')"
    ) == ("ok", "")
    shown = room.run(teacher.web.get(page)).text
    assert '<td class="name">probe02</td><td>03</td>' in shown
    said = dict(re.findall(r'name="(_xsrf|name|since)" value="([^"]+)"', shown))
    forged = room.run(teacher.web.post(page, data={**said, "_xsrf": "another"}))
    assert forged.status_code == 403
    assert "probe02" not in room.run(teacher.web.post(page, data=said)).text
    assert room.run(room.learner("probe02").web.get(page)).url.path == "/hub/login"


# --- thefts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(room, ada):
    """Where a thief would look."""
    settings = classroom.read(str(room.state / "settings.json"))
    _, number = ada.cell("import os; print(os.getppid())")
    packages = subprocess.run(
        [settings.python, "-c", "import labutils; print(labutils.__file__)"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd="/",
    )
    return {
        "ada": str(settings.home("probe01")),
        "state": settings.state,
        "hub": (room.state / "hub.pid").read_text(encoding="utf-8"),
        "sockets": room.sockets,
        "nginx": room.nginx(),
        "door": room.door(),
        "server": number.strip(),
        "package": packages.stdout.strip(),
    }


@pytest.mark.parametrize("theft", thieves.REFUSED)
def test_a_learner_is_refused(tom, places, theft):
    status, printed = tom.cell(thieves.REFUSED[theft].format(**places))
    assert status == "error"
    if theft == "a higher limit of memory":
        assert "not allowed to raise maximum limit" in printed
    else:
        assert printed.startswith("PermissionError")


def test_what_a_thief_looks_for_is_there(places):
    assert Path(places["state"], "jupyterhub.sqlite").stat().st_size > 0
    assert Path(places["ada"], "work", "00-start-here.ipynb").is_file()
    assert Path(f"/proc/{places['server']}").stat().st_uid == pwd.getpwnam("probe01").pw_uid


def test_a_learners_own_token_opens_their_own_account_and_no_list(tom):
    assert tom.cell(thieves.asked("/hub/api/users/probe02", thieves.TOKEN)) == ("ok", "200\n")
    assert tom.cell(thieves.asked("/hub/api/users/probe01", thieves.TOKEN)) == ("ok", "404\n")
    assert tom.cell(thieves.asked("/hub/api/users", thieves.TOKEN)) == ("ok", "403\n")


@pytest.mark.parametrize(
    "path", ["/hub/login", "/user/probe01/lab", "/services/wall/", "/hub/api/../login", "/hub/apis"]
)
def test_learners_servers_have_a_way_to_the_hubs_api_and_to_nothing_else(tom, path):
    assert tom.cell(thieves.asked(path, thieves.TOKEN)) == ("ok", "404\n")


def test_a_learner_does_not_get_into_anothers_server(tom):
    assert tom.get(f"{URL}/user/probe01/api/contents/work").status_code == 403
    assert tom.get(f"{URL}/user/probe01/lab").status_code == 403


def test_a_token_opens_the_server_of_its_owner_alone(room, tom):
    page = tom.get(f"{URL}/hub/token").text
    headers = {"X-XSRFToken": re.search(r'xsrf_token: "([^"]+)"', page)[1], "Referer": URL}
    asking = tom.learner.web.post(f"{URL}/hub/api/users/probe02/tokens", json={}, headers=headers)
    _, of_the_server = tom.cell("import os; print(os.environ['JUPYTERHUB_API_TOKEN'])")
    for token in (room.run(asking).json()["token"], of_the_server.strip()):
        said = {"Authorization": f"token {token}"}
        assert httpx.get(f"{URL}/user/probe02/api/status", headers=said).status_code == 200
        assert httpx.get(f"{URL}/user/probe01/api/status", headers=said).status_code == 403
        assert httpx.get(f"{URL}/user/probe01/api/status?token={token}").status_code == 302


@pytest.mark.usefixtures("tom")
def test_no_process_of_a_learner_has_the_hubs_log_open(room):
    users = {pwd.getpwnam("probe02").pw_uid}
    opened = [
        os.readlink(descriptor)
        for number in accounts.processes_of(users)
        for descriptor in Path(f"/proc/{number}/fd").iterdir()
        if descriptor.is_symlink()
    ]
    assert any(name.endswith(".server.log") for name in opened)
    assert str(room.state / "hub.log") not in opened


# --- in another's place -------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["kill", "shutdown"])
def test_a_neighbour_who_waits_for_a_servers_end_gets_nothing(room, tom, end):
    ada, seen = Seat(room, "probe01"), set()
    _, number = ada.cell("import os; print(os.getppid())")
    assert tom.cell("") == ("ok", "")

    async def her_browser():
        await asyncio.sleep(1)
        if end == "kill":
            os.kill(int(number), signal.SIGKILL)
        else:
            await ada.learner.api("POST", "shutdown")
        for _ in range(50):
            page = f"{URL}/user/probe01/lab"
            said = await ada.learner.web.get(page, follow_redirects=False)
            seen.add((said.status_code, said.headers.get("location", "").partition("?")[0]))
            await asyncio.sleep(0.1)

    async def both():
        thief = tom.kernel.run(thieves.IN_HER_PLACE.format(sockets=room.sockets))
        return (await asyncio.gather(thief, her_browser()))[0]

    assert room.run(both()) == ("ok", "0 True\n")
    assert seen - {(200, "")} <= {(302, "/hub/user/probe01/lab"), (503, "")}
    assert seen - {(200, "")}


@pytest.fixture(scope="module")
def ada_again(room, ada):
    """Ada, whose server was ended above, with a new one."""
    ada.__init__(room, "probe01")
    return ada


def test_a_page_of_a_learners_own_program_reaches_nobody_else(room):
    # All servers share an origin: such a page could do at the hub whatever its reader can.
    owner, teacher = Seat(room, "probe04"), room.learner("probe-teacher")
    room.run(teacher.sign_in())
    status, number = owner.cell(thieves.OWN_PROGRAM.format(sockets=room.sockets))
    assert status == "ok"
    page = f"{URL}/user/probe04/look.html"
    soon(lambda: "steal" in owner.get(page).text, 20)
    assert "service-worker-allowed" not in owner.get(page).headers
    heard = (room.settings().home("probe04") / "seen").read_text(encoding="utf-8")
    assert "service-door" not in heard
    shown = room.run(teacher.web.get(page))
    assert shown.status_code == 403
    assert shown.text == "This server belongs to somebody. Go to /hub/ and open your own.\n"
    assert (room.settings().home("probe04") / "seen").read_text(encoding="utf-8") == heard
    os.kill(int(number), signal.SIGKILL)


@pytest.mark.parametrize(
    "goal", ["probe01/server", "probe04/server", "../front/hub", "../front/wall", "../door/door"]
)
@pytest.mark.usefixtures("ada_again")
def test_a_link_to_another_socket_opens_nothing(room, goal):
    owner, own = room.learner("probe04"), Path(room.sockets, "servers", "probe04", "server")
    room.run(owner.sign_in())
    room.run(owner.web.get(f"{URL}/services/door/in/user/probe04/", follow_redirects=True))
    own.unlink(missing_ok=True)
    own.symlink_to(Path(room.sockets, "servers", goal))  # as its owner can
    for path in ("lab", "../probe01/api/contents", "%2e%2e/probe01/lab", "..%2fprobe01/lab"):
        said = room.run(owner.web.get(f"{URL}/user/probe04/{path}", follow_redirects=False))
        assert said.status_code in (302, 400, 403, 404, 503)
        assert '"type": "notebook"' not in said.text
    own.unlink()


# --- a seat dies with its session ---------------------------------------------------------------


def test_who_signs_in_after_somebody_else_sees_nothing_of_theirs(room):
    web, page = Seat(room, "probe09").learner.web, f"{URL}/user/probe09/api/status"
    assert room.run(web.get(page)).status_code == 200
    copied = httpx.Cookies(web.cookies)
    assert httpx.get(page, cookies=copied).status_code == 200
    room.run(web.get(f"{URL}/hub/logout"))
    left = time.monotonic()
    at_once = room.run(web.get(page, follow_redirects=False))
    assert (at_once.status_code, at_once.headers["location"]) == (
        302,
        f"{URL}/services/door/in/user/probe09/api/status",
    )
    later = room.learner("probe-teacher")
    later.web = web  # the same browser
    room.run(later.sign_in())
    assert room.run(web.get(page)).status_code == 403
    while httpx.get(page, cookies=copied).status_code == 200 and time.monotonic() < left + 60:
        time.sleep(0.1)
    assert time.monotonic() - left < 6
    assert httpx.get(page, cookies=copied).status_code == 302


def test_a_seat_counts_in_its_own_session_alone(ada_again):
    own = {one.name: one.value for one in ada_again.learner.web.cookies.jar if one.path == "/"}
    page = f"{URL}/user/probe01/api"
    assert httpx.get(page, cookies=own).status_code == 200
    for session in ("", "another"):
        cookies = {**own, "jupyterhub-session-id": session}
        assert httpx.get(page, cookies=cookies).status_code == 302


def test_anothers_code_opens_nothing_in_this_browser(room, ada_again):
    tom = room.learner("probe02")
    room.run(tom.sign_in())
    place = "/services/door/in/user/probe02/lab"
    for _ in range(2):  # to the hub, and back with a code
        place = room.run(tom.web.get(URL + place, follow_redirects=False)).headers["location"]
    assert room.run(ada_again.learner.web.get(URL + place)).status_code == 403
    assert room.run(tom.web.get(URL + place, follow_redirects=False)).status_code == 302
    assert httpx.get(URL + place).status_code == 403  # nor a second time


def test_a_connection_that_is_open_outlives_the_sign_out_and_no_new_one_is_opened(room):
    eve = Seat(room, "probe08")
    room.run(eve.learner.web.get(f"{URL}/hub/logout"))
    assert room.run(eve.kernel.run("print(1)")) == ("ok", "1\n")  # docs/classroom/README.md says so
    with pytest.raises(HTTPClientError, match="302|403"):
        room.run(eve.learner.connect(eve.kernel.number))


def test_the_wall_is_for_the_instructor_alone(tom):
    answer = tom.get(f"{URL}/services/wall/")
    assert answer.status_code == 403
    assert "People who have recorded something" not in answer.text


@pytest.mark.parametrize(
    ("name", "password_of"), [("probe01", "probe02"), ("probe-teacher", "probe01"), ("root", "")]
)
def test_anothers_password_opens_nothing(room, name, password_of):
    password = room.password(password_of) if password_of else ""
    thief = load.Learner(URL, name, password)
    assert room.run(thief.sign_in()) == 403


def test_traps_in_a_home_harm_nobody_but_their_owner(room):
    eve, teacher = Seat(room, "probe05"), room.learner("probe-teacher")
    assert eve.cell(thieves.TRAPS) == ("ok", "")
    began = time.monotonic()
    complaint = room.run(accounts.make_copies("probe05", room.settings()))
    assert time.monotonic() - began < accounts.PATIENCE + 10
    assert "xxx" not in complaint  # no module of theirs was taken for one of the course's
    room.run(teacher.sign_in())
    page = room.run(teacher.web.get(f"{URL}/services/wall/"))
    assert "People who have recorded something: 9." in page.text
    assert "1 file was left out" in page.text
    assert eve.cell("os.replace('kept.json', 'work/progress.json')") == ("ok", "")


def test_a_process_that_hides_is_seen(room):
    """That it is ended, and that nothing is left behind, is asserted where the room is removed."""
    eve = Seat(room, "probe06")
    status, printed = eve.cell(thieves.HIDING)
    assert status == "ok"
    number, user = int(printed), pwd.getpwnam("probe06").pw_uid
    assert Path(f"/proc/{number}").stat().st_uid == 0  # who looks there alone does not find it
    assert number in accounts.processes_of({user})
    assert thieves.LEFT_BEHIND.stat().st_uid == user


# --- strangers ------------------------------------------------------------------------------------


def test_slow_and_heavy_strangers_keep_nobody_waiting(room, ada_again):
    assert ada_again.cell("") == ("ok", "")
    learner, kernel, took = ada_again.learner, ada_again.kernel, []

    async def at_work(until: float) -> None:
        while (began := time.monotonic()) < until:
            assert (await learner.api("GET", "contents/work")).status_code == 200
            took.append(time.monotonic() - began)
            assert await kernel.run("print(1)") == ("ok", "1\n")
            took.append(time.monotonic() - began - took[-1])
            await asyncio.sleep(0.05)

    async def both() -> None:
        until = time.monotonic() + 20
        await asyncio.gather(at_work(until), asyncio.to_thread(strangers, PORT, until))

    room.run(both())
    print(f"median {statistics.median(took):.3f} s, p95 {load.percentile(took, 0.95):.3f} s")
    assert load.percentile(took, 0.95) < 1


def test_what_strangers_type_stands_in_the_log_as_text(room):
    name = "ada\x1b[2J\n[I 2026-11-28 12:00:00 JupyterHub base] User logged in: root\r\x9b"
    assert room.run(load.Learner(URL, name, "x").sign_in()) == 403
    said = b"/hub/a\x9b2J", b"/hub/\xe2\x80\xae", b"/services/wall/\x9b"
    for path in said:
        with socket.create_connection(("127.0.0.1", PORT)) as caller:
            agent = b"User-Agent: \x9b\r\nReferer: \x9b\r\n\r\n"
            caller.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n%s" % (path, agent))
            assert caller.recv(99)
    log = (room.state / "hub.log").read_text(encoding="utf-8")
    assert "Failed login for 'ada" in log
    assert r"GET /hub/a\x9b2J" in log
    assert all(line.isprintable() for line in log.split("\n"))
    assert "\n[I 2026-11-28 12:00:00" not in log


def test_a_server_that_answers_nobody_keeps_its_owner_waiting_and_nobody_else(room, tom):
    slow = Seat(room, "probe10")
    _, number = slow.cell("import os; print(os.getppid())")
    os.kill(int(number), signal.SIGSTOP)
    with pytest.raises(httpx.ReadTimeout):
        room.run(slow.learner.web.get(f"{URL}/user/probe10/api/status", timeout=3))
    began = time.monotonic()
    assert tom.get(f"{URL}/user/probe02/api/status").status_code == 200
    assert tom.get(f"{URL}/hub/home").status_code == 200
    assert time.monotonic() - began < 2
    os.kill(int(number), signal.SIGCONT)


# --- accidents ----------------------------------------------------------------------------------


def test_three_gigabytes_end_in_memory_error_and_the_kernel_goes_on(ada):
    ada.cell("kept = 41")
    status, printed = ada.cell("much = bytearray(3_000_000_000)")
    assert (status, printed.split(":")[0]) == ("error", "MemoryError")
    assert ada.cell("print(kept + 1)") == ("ok", "42\n")


def test_a_killed_kernel_loses_no_saved_work(room, tom):
    path = "work/01-json-web-token.ipynb"
    notebook = room.run(tom.learner.api("GET", f"contents/{path}?content=1")).json()["content"]
    notebook["cells"][0]["source"] += "\nwritten by Tom"
    body = {"type": "notebook", "format": "json", "content": notebook}
    room.run(tom.learner.api("PUT", f"contents/{path}", body)).raise_for_status()
    kernel = room.run(tom.learner.kernel(path))
    _, number = room.run(kernel.run("import os; print(os.getpid())"))
    os.kill(int(number), signal.SIGKILL)
    after = room.run(tom.learner.api("GET", f"contents/{path}?content=1")).json()["content"]
    assert after["cells"][0]["source"].endswith("written by Tom")

    def revived() -> bool:
        said = room.run(tom.learner.api("GET", f"kernels/{kernel.number}")).json()
        return said.get("execution_state") in ("idle", "starting")

    soon(revived)
    again = room.run(tom.learner.connect(kernel.number))
    assert room.run(again.run("print(6 * 7)")) == ("ok", "42\n")


@pytest.mark.parametrize("name", ["nginx", "door"])
def test_what_stands_before_the_hub_is_started_again(room, ada_again, name):
    process = {"nginx": room.nginx, "door": room.door}[name]
    ada_again.cell("kept = 'still here'")
    killed = process()
    os.kill(killed, signal.SIGKILL)
    soon(lambda: process() != killed and httpx.get(URL + PARTS[1]).status_code == 302)
    assert ada_again.cell("print(kept)") == ("ok", "still here\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_of_the_hub_loses_nothing(room, ada, how):
    ada.cell(f"kept = {int(how)}")
    noted = Path(classroom.read(str(room.state / "settings.json")).home("probe01"), "work")
    before = sorted(path.name for path in noted.iterdir())
    began = time.monotonic()
    room.end(how)
    assert time.monotonic() - began < 10
    nobody_answers()  # a hub that is killed takes nginx and the door along
    room.start()
    assert ada.get(f"{URL}/hub/home").url.path == "/hub/home"  # still signed in
    assert ada.cell("print(kept)") == ("ok", f"{int(how)}\n")
    assert sorted(path.name for path in noted.iterdir()) == before


def nobody_answers() -> None:
    """A second after its end, nothing of the class listens, and nothing of nginx runs."""
    time.sleep(1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(URL)
    assert not accounts.processes_of({pwd.getpwnam(NGINX).pw_uid})


def test_a_hub_that_ends_ends_the_workers_of_a_killed_nginx(room):
    os.kill(room.nginx(), signal.SIGKILL)
    room.end(signal.SIGTERM)
    nobody_answers()
    room.start()


def test_an_idle_server_is_stopped_and_its_files_stay(room):
    room.end(signal.SIGTERM)
    room.start("--idle", "1")
    user = {pwd.getpwnam("probe03").pw_uid}
    soon(lambda: not accounts.processes_of(user), 240)
    home = Path(pwd.getpwnam("probe03").pw_dir)
    assert (home / "work" / "progress.json").is_file()


def test_a_second_start_says_that_the_class_is_running_and_ends_nothing(room):
    hub = (room.state / "hub.pid").read_text(encoding="ascii")
    command = [sys.executable, "-m", "tools.classroom.start", "--state", str(room.state)]
    second = subprocess.run(command, cwd=HOUSE, capture_output=True, encoding="utf-8", check=False)
    assert second.returncode == 1
    assert second.stderr == (
        f"The class in {room.state} is running. Stop it there with Ctrl-C, or with --stop.\n"
    )
    assert (room.state / "hub.pid").read_text(encoding="ascii") == hub
    assert httpx.get(f"{URL}/hub/health").status_code == 200


def test_a_hub_whose_terminal_is_shut_goes_on(room):
    room.hub.send_signal(signal.SIGHUP)
    time.sleep(2)
    assert room.hub.poll() is None
    assert httpx.get(f"{URL}/hub/health").status_code == 200


def test_over_https_cookies_are_for_https_alone(room, tmp_path):
    tmp_path.chmod(0o700)
    certificate, key = certificate_in(tmp_path, days=2)
    room.end(signal.SIGTERM)
    room.start("--certificate", str(certificate), "--key", str(key))
    with httpx.Client(base_url=URL.replace("http", "https"), verify=False) as browser:
        xsrf = re.search(r'name="_xsrf"\s+value="([^"]+)"', browser.get("/hub/login").text)[1]
        data = {"username": "probe07", "password": room.password("probe07"), "_xsrf": xsrf}
        entered = browser.post("/hub/login", data=data)
    cookies = [one for one in entered.headers.get_list("set-cookie") if "jupyterhub-" in one]
    assert [one for one in cookies if one.startswith("jupyterhub-hub-login=")]
    assert all("; Secure" in one for one in cookies)
    room.end(signal.SIGTERM)
    room.start()


def test_an_account_of_somebody_else_is_never_used(room):
    settings = classroom.read(str(room.state / "settings.json"))
    for name in ("root", "nobody"):
        with pytest.raises(accounts.NotOurs, match=f"an account {name} that is not the class's"):
            accounts.ensure(name, settings)


# --- sign-in by a learning platform -------------------------------------------------------------


@pytest.fixture(scope="module")
def platform(room):
    platform = Platform(URL)
    path = room.place / "platform.json"
    path.write_text(json.dumps(platform.described()), encoding="utf-8")
    room.end(signal.SIGTERM)
    room.start("--sign-in", "lti", "--lti", str(path))
    yield platform
    platform.server.shutdown()


def test_a_launch_signs_a_learner_in_under_a_name_that_says_nothing(platform):
    with httpx.Client() as web:
        assert platform.launch(web, "ada@campus.example", LEARNER).status_code == 302
        page = web.get(f"{URL}/hub/home")
        assert page.status_code == 200
        assert "lti-" in page.text
        assert "campus" not in page.text
        assert "Lovelace" not in page.text
        assert web.get(f"{URL}/services/wall/", follow_redirects=True).status_code == 403


def test_who_teaches_there_sees_the_wall_here(platform):
    with httpx.Client() as web:
        platform.launch(web, "grace@campus.example", sign_in.INSTRUCTOR)
        wall = web.get(f"{URL}/services/wall/", follow_redirects=True)
        assert "People who have recorded something: 10." in wall.text


@pytest.mark.parametrize(
    "changed",
    [
        {"key": another_key()},
        {"aud": "another-tool"},
        {"iss": "https://other.example"},
        {"exp": 1},
        {"nonce": "replayed"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_launch_that_is_not_the_platforms_or_not_for_now_is_refused(platform, changed):
    with httpx.Client() as web:
        refused = platform.launch(web, "ada@campus.example", LEARNER, **changed)
        assert refused.status_code in (400, 401, 403)
        assert web.get(f"{URL}/hub/home").status_code == 302  # to the sign-in
