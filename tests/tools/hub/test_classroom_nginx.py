"""nginx before a class: what it passes on and to whom, with a hub, a door and servers of straw."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest
from classroom_helpers import certificate_in

pytest.importorskip("pwd", reason="a class wants Unix accounts")

from tools.classroom import nginx
from tools.classroom.settings import Settings

HAS_NGINX = sys.platform == "linux" and bool(shutil.which("nginx", path="/usr/sbin:/usr/bin"))
pytestmark = pytest.mark.skipif(not HAS_NGINX, reason="needs Linux with nginx")

ADA = {"Cookie": "service-door=ada; jupyterhub-user-ada=1"}


def answer(*headers: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    """An answer as a server writes it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Straw:
    """A server at a socket, with one answer; it keeps what it was asked."""

    def __init__(self, path: Path, said: bytes) -> None:
        self.said, self.asked = said, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(50)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self.socket.accept()
                threading.Thread(target=self.meet, args=(caller,), daemon=True).start()

    def meet(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (piece := caller.recv(65_536)):
                head += piece
            self.asked.append(head.decode("latin-1"))
            caller.sendall(self.verdict(self.asked[-1]))
            while caller.recv(65_536):  # until the other end hangs up
                pass

    def verdict(self, _request: str) -> bytes:
        return self.said


class Door(Straw):
    """It knows whoever's name is the value of the cookie or the token."""

    def verdict(self, request: str) -> bytes:
        lines = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
        cookies = [one.split("=", 1) for one in lines.get("Cookie", "").split("; ") if "=" in one]
        person = dict(cookies).get("service-door", "")
        person = lines.get("Authorization", "").removeprefix("token ") or person
        right = person == lines.get("X-Learner")
        status = "204 No Content" if right else "403 Forbidden" if person else "401 Unauthorized"
        return answer(status=status)


class Front:
    """nginx with all that it speaks to, in a folder of its own."""

    def __init__(self, **decisions) -> None:
        self.homes = Path(tempfile.mkdtemp(prefix="nginx-", dir="/tmp"))  # noqa: S108  short
        self.folder = self.homes / ".sockets"
        for name in ("front", "door", "api", "servers/ada", "servers/tom"):
            (self.folder / name).mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        places = dict.fromkeys(("state", "homes", "python"), str(self.homes))
        self.settings = Settings(**places, port=port, **decisions)
        self.hub = Straw(self.folder / "front" / "hub", answer(body=b"the hub"))
        self.door = Door(self.folder / "door" / "door", b"")
        self.ada = self.server("ada", answer(body=b"ada's page"))
        self.url = f"{'https' if decisions else 'http'}://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        command = nginx.command(self.settings, pwd.getpwuid(os.geteuid()).pw_name)
        self.nginx = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(self.url, verify=False)
                return
            time.sleep(0.05)
        raise TimeoutError("nginx does not answer.")

    def server(self, name: str, said: bytes) -> Straw:
        path = self.folder / "servers" / name / "server"
        path.unlink(missing_ok=True)
        return Straw(path, said)

    def get(self, path: str, **headers: str) -> httpx.Response:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.url + path, headers=said, verify=False, timeout=10)

    def raw(self, said: bytes, quiet: float = 0.5) -> bytes:
        """What comes back for these bytes, until nothing more does."""
        with socket.create_connection(("127.0.0.1", self.settings.port), 10) as browser:
            browser.sendall(said)
            received = b""
            with contextlib.suppress(ConnectionResetError, TimeoutError):
                while piece := browser.recv(65_536):
                    received += piece
                    browser.settimeout(quiet)
        return received

    def close(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(10)
        shutil.rmtree(self.homes)


@pytest.fixture(scope="module")
def front():
    front = Front()
    yield front
    front.close()


# --- who sees a learner's page --------------------------------------------------------------------


def test_the_owner_sees_their_server_and_a_stranger_the_way_to_the_hub(front):
    assert front.get("/user/ada/lab", **ADA).text == "ada's page"
    before = len(front.ada.asked)
    stranger = front.get("/user/ada/lab?x=1&y=2")
    way = (stranger.status_code, stranger.headers["location"].partition("//")[2].partition("/")[2])
    assert way == (302, "services/door/in/user/ada/lab?x=1&y=2")
    assert len(front.ada.asked) == before  # not a byte of it reached the server


def test_somebody_else_reads_a_sentence_and_the_server_hears_nothing(front):
    before = len(front.ada.asked)
    refused = front.get("/user/ada/lab", Cookie="service-door=tom")
    assert refused.status_code == 403
    assert refused.text == "This server belongs to somebody. Go to /hub/ and open your own.\n"
    assert len(front.ada.asked) == before


@pytest.mark.parametrize("mode", ["cors", "websocket", "no-cors"])
def test_a_script_is_refused_and_not_sent_to_a_page_of_the_hub(front, mode):
    refused = front.get("/user/ada/api/contents", Sec_Fetch_Mode=mode)
    assert (refused.status_code, refused.text.split(".")[0]) == (403, "Nobody is signed in")


@pytest.mark.parametrize(
    "header",
    [
        {"X-Learner": "tom"},
        {"x-learner": "tom", "X_Learner": "tom"},
        {"Connection": "X-Learner, Cookie, Authorization"},
        {"X-Original-URI": "/user/tom/"},
        {"Sec-Fetch-Mode": "navigate"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_no_header_of_a_browser_changes_what_the_door_is_asked(front, header):
    front.get("/user/ada/lab", **{"Cookie": "service-door=tom"} | header)
    asked = front.door.asked[-1]
    assert asked.startswith("GET /check HTTP/1.1\r\n")
    assert asked.lower().count("x-learner:") == 1
    assert "X-Learner: ada\r\n" in asked
    assert "Sec-Fetch-Mode: navigate\r\n" in asked
    assert "transfer-encoding" not in asked.lower()


def test_the_door_is_asked_without_the_body(front):
    for body in (b"x" * 1_000_000, iter([b"x" * 1_000_000])):  # with a length, and in chunks
        posted = httpx.post(front.url + "/user/ada/api/sessions", content=body, headers=ADA)
        assert posted.text == "ada's page"
        asked = front.door.asked[-1].lower()
        assert "content-length" not in asked
        assert "transfer-encoding" not in asked


def test_the_server_of_somebody_who_brings_a_token_gets_no_cookies(front):
    by_token = front.get("/user/ada/api", Authorization="token ada", Cookie="service-door=tom; a=b")
    assert by_token.text == "ada's page"
    assert "Cookie: service-door=tom; a=b" in front.door.asked[-1]
    assert "Cookie" not in front.ada.asked[-1]
    refused = front.get("/user/ada/api", Authorization="token tom", **ADA)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("service-door=ada", None),
        ("a=1; service-door=ada; b=2", "a=1; b=2"),
        ("a=1; service-door=ada", "a=1;"),
        ("__Host-service-door=x; service-door=ada; b=2", None),  # one of two is planted
        ("service-door=ada;service-door=ada; b=2", None),
        ("my-service-door=1; service-door=ada", "my-service-door=1;"),
        ('a="; service-door=ada; b="', 'a="; b="'),
    ],
)
def test_the_cookie_of_the_door_is_for_the_door_alone(front, sent, passed_on):
    front.get("/user/ada/lab", Cookie=sent)
    lines = dict(
        line.split(": ", 1) for line in front.ada.asked[-1].split("\r\n")[1:] if ": " in line
    )
    assert lines.get("Cookie") == passed_on
    assert f"Cookie: {sent}" in front.door.asked[-1]


PATHS = [
    b"/user/tom/../ada/lab",
    b"/user/ada/../tom/lab",
    b"/user/%61da/lab",
    b"/user/ada%2Flab/../../tom/",
    b"/user/tom/%2e%2e/ada/lab",
    b"/user/tom/..%2fada/lab",
    b"//user/ada/lab",
    b"/./user/ada/lab",
    b"/hub/../user/ada/lab",
    b"/user//ada/lab",
    b"/user/ada\\..\\tom/",
    b"/user/ADA/lab",
    b"/user/ada;/../tom/",
    b"/user/./ada/../../user/tom/",
    b"/services/door/../../user/ada/",
    b"http://x/user/tom/../ada/",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_trick_with_a_path_reaches_a_server_by_another_name(front, path):
    tom = front.server("tom", answer(body=b"tom's page"))
    said = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: service-door=%s\r\n\r\n"
    for name, other in ((b"ada", b"tom's page"), (b"tom", b"ada's page")):
        received = front.raw(said % (path, name))
        assert other not in received
        assert received.split()[1] in (b"400", b"403", b"404", b"200")
        if received.split()[1] == b"200":
            assert received.endswith(b"the hub") or b"/user/%s/" % name in path
    assert all(line.split()[1].startswith("/user/tom/") for line in tom.asked)


def test_an_address_that_says_two_things_is_refused(front):
    received = front.raw(b"GET /user/tom/../ada/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400")
    assert received.endswith(b"This address says two things.\n")


def test_the_doors_own_address_is_nobodys(front):
    before = len(front.door.asked)
    for path in ("/ask-the-door", "/check", "/services/door/../../ask-the-door"):
        assert front.get(path).status_code in (200, 404)  # the hub's, or none
    assert len(front.door.asked) == before


@pytest.mark.parametrize("order", ["/hub/home", "/user/tom/", "/ask-the-door", "@hub", "@in"])
def test_a_server_gives_nginx_no_orders(front, order):
    hub = len(front.hub.asked)
    orders = (f"X-Accel-Redirect: {order}", "X-Accel-Buffering: yes", "Service-Worker-Allowed: /")
    front.server("ada", answer(*orders, body=b"her own"))
    said = front.get("/user/ada/lab", **ADA)
    front.ada = front.server("ada", answer(body=b"ada's page"))
    assert said.text == "her own"
    assert "service-worker-allowed" not in said.headers
    assert len(front.hub.asked) == hub


def test_a_server_that_is_not_there_is_the_hubs_to_explain(front):
    assert front.get("/user/eve/lab", Cookie="service-door=eve").text == "the hub"
    assert front.hub.asked[-1].startswith("GET /user/eve/lab ")


def test_without_the_door_nobody_is_let_in(front):
    path = front.folder / "door" / "door"
    path.rename(path.with_name("away"))
    try:
        closed = front.get("/user/ada/lab", **ADA)
    finally:
        path.with_name("away").rename(path)
    assert closed.status_code == 503
    assert closed.text == "The class is about to start. Try again in a few seconds.\n"


# --- what is passed on ----------------------------------------------------------------------------


def test_what_a_browser_says_about_its_address_is_not_passed_on(front):
    for path in ("/hub/login", "/user/ada/lab"):
        front.get(
            path,
            **ADA,
            X_Forwarded_For="192.0.2.1",
            X_Real_IP="192.0.2.1",
            X_Forwarded_Host="192.0.2.1",
            Forwarded="for=192.0.2.1;proto=https",
            X_Scheme="https",
            X_Forwarded_Proto="https",
        )
    for heard in (front.hub.asked[-1].lower(), front.ada.asked[-1].lower()):
        assert "192.0.2.1" not in heard
        assert "https" not in heard
        assert "x-forwarded-for: 127.0.0.1\r" in heard
        assert "x-forwarded-proto: http\r" in heard


def test_over_https_the_hub_hears_that_it_is_https():
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = certificate_in(Path(folder), days=1)
        front = Front(certificate=str(certificate), key=str(key))
        assert front.get("/hub/login").text == "the hub"
        assert "x-forwarded-proto: https\r" in front.hub.asked[-1].lower()
        front.close()


WEBSOCKET = (
    b"GET /user/ada/ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n"
    b"Upgrade: %s\r\nCookie: service-door=%s\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\n\r\nhey"


def test_a_websocket_is_passed_on_for_the_owner_alone(front):
    front.server("ada", SWITCHED % b"websocket")
    owner, other = (front.raw(WEBSOCKET % (b"websocket", name)) for name in (b"ada", b"tom"))
    front.ada = front.server("ada", answer(body=b"ada's page"))
    assert owner.startswith(b"HTTP/1.1 101") and owner.endswith(b"hey")
    assert other.startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("protocol", [b"h2c", b"TLS/1.3", b"h2c, websocket"])
def test_no_other_upgrade_is_passed_on(front, protocol):
    front.raw(WEBSOCKET % (protocol, b"ada"))
    assert "upgrade" not in front.ada.asked[-1].lower()


def test_an_answer_comes_piece_by_piece(front):
    front.server("ada", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    with httpx.stream("GET", front.url + "/user/ada/events", headers=ADA, timeout=10) as events:
        assert next(events.iter_raw()) == b"first"  # and there is no end yet
    front.ada = front.server("ada", answer(body=b"ada's page"))


MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "a control character in the path": b"GET /a\x1bb HTTP/1.1\r\nHost: x\r\n\r\n",
    "a zero in the path": b"GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a blank in the path": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "a host that is none": b"GET / HTTP/1.1\r\nHost: x/../y\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a zero in a header": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
    "a control character in a cookie": (
        b"GET /user/ada/ HTTP/1.1\r\nHost: x\r\nCookie: \x1b\r\n\r\n"
    ),
    "chunks that are none": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
    ),
    "a path above the first folder": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_gets_400_and_reaches_nobody(front, name):
    before = len(front.hub.asked)
    received = front.raw(MALFORMED[name])
    assert received.startswith(b"HTTP/1.1 400 ") or b"400 Bad Request" in received
    assert len(front.hub.asked) == before


def test_a_second_request_hidden_in_a_first_one_is_refused(front):
    hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    both = b"POST /user/ada/ HTTP/1.1\r\nHost: x\r\nCookie: service-door=ada\r\n"
    before = len(front.ada.asked)
    for lengths in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ):
        received = front.raw(both + lengths + b"\r\n0\r\n\r\n" + hidden)
        assert received.split()[1] in (b"400", b"501")
    assert len(front.ada.asked) == before


# --- strangers ------------------------------------------------------------------------------------


def test_a_stranger_sends_a_heavy_body_to_nobody(front):
    asked = len(front.hub.asked), len(front.ada.asked)
    for path, status in ((b"/hub/login", b"413"), (b"/user/ada/api", b"302")):
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n" % path
        began = time.monotonic()
        assert front.raw(head + b"x" * 1000).split()[1] == status
        assert time.monotonic() - began < 5
    assert (len(front.hub.asked), len(front.ada.asked)) == asked


def test_a_slow_body_costs_the_hub_nothing(front):
    with contextlib.ExitStack() as waiting:
        before = len(front.hub.asked)
        for _ in range(210):
            one = waiting.enter_context(
                socket.create_connection(("127.0.0.1", front.settings.port))
            )
            one.sendall(b"POST /hub/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nx")
        began = time.monotonic()
        assert front.get("/hub/login").text == "the hub"
        assert front.get("/user/ada/lab", **ADA).text == "ada's page"
        assert time.monotonic() - began < 1
        assert len(front.hub.asked) == before + 1


# --- nginx itself ---------------------------------------------------------------------------------


def eventually_closed(url: str, patience: float = 10) -> bool:
    """Whether nobody listens there any more, soon."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.ConnectError:
            return True
        except httpx.TransportError:  # in the middle of an answer
            pass
    return False


def test_workers_of_an_nginx_that_was_killed_are_ended():
    front = Front()
    os.kill(front.nginx.pid, signal.SIGKILL)
    front.nginx.wait(10)
    assert front.get("/hub/login").text == "the hub"  # they go on, and keep the port
    nginx.end_workers(front.settings)
    assert eventually_closed(front.url)
    front.start()
    assert front.get("/user/ada/lab", **ADA).text == "ada's page"
    front.close()


def test_nobody_else_is_ended_for_having_that_number(front):
    number = (front.folder / "nginx" / "nginx.pid").read_text(encoding="ascii")
    (front.folder / "nginx" / "nginx.pid").write_text(str(os.getsid(0)), encoding="ascii")
    nginx.end_workers(front.settings)
    (front.folder / "nginx" / "nginx.pid").write_text(number, encoding="ascii")
    assert front.get("/hub/login").text == "the hub"


def test_where_nginx_is_missing_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(nginx.CannotStart, match=r"sudo apt install nginx.*say the same command"):
        nginx.executable()


@pytest.mark.parametrize("name", ['a"b.pem', "a$b.pem", "a\\b.pem", "a\nb.pem"])
def test_a_path_that_nginx_would_read_as_a_command_is_refused(name):
    chosen = Settings("/s", "/h", "/p", certificate=f"/{name}", key="/k")
    with pytest.raises(nginx.CannotStart, match="has a sign in its name that nginx reads as a com"):
        nginx.configuration(chosen, "nobody")


@pytest.mark.parametrize(
    "homes", ["/srv/a b", "/srv/a;b", "/srv/a:b", "/srv/ä", "/srv/$a", "/srv/a\n"]
)
def test_homes_whose_path_nginx_would_read_as_something_else_are_refused(homes):
    with pytest.raises(nginx.CannotStart, match="nginx takes A-Z, a-z, 0-9 and _-./ alone"):
        nginx.configuration(Settings("/s", homes, "/p"), "nobody")


def test_what_nginx_says_against_its_configuration_is_said():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".sockets" / "api").mkdir(parents=True)
        wrong = Settings(folder, folder, folder, certificate="/nowhere.pem", key="/nowhere.key")
        with pytest.raises(nginx.CannotStart, match=r"nginx cannot start: .*/nowhere\.pem"):
            nginx.check(wrong, pwd.getpwuid(os.geteuid()).pw_name)
