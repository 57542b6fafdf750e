"""The door of a class: what it passes on, whom it keeps waiting, and who sees a learner's page."""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from datetime import timedelta

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("resource", reason="a class wants Unix accounts")

from classroom_helpers import certificate_in

from tools.classroom import proxy, seats

SECRET = b"the hub's cookie secret"
AUTHORIZE = "/hub/api/oauth2/authorize?client_id=jupyterhub-user-tom"
BACK = "/user/tom/oauth_callback?code=1&state=2"
PAGE = b"<script>steal()</script>"


def answer(*headers: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    """An answer as a server writes it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Backends:
    """Servers behind the door, each with one answer, and what each was asked last."""

    def __init__(self) -> None:
        self.asked: dict[str, bytes] = {}
        self.answers: dict[str, bytes | None] = {}

    async def start(self, routes: proxy.Routes, prefix: str, said: bytes | None) -> None:
        """A server at this route. One that says None keeps silent."""
        self.answers[prefix] = said

        async def meet(reader, writer):
            with contextlib.suppress(asyncio.IncompleteReadError):
                self.asked[prefix] = await reader.readuntil(b"\r\n\r\n")
                if (answer := self.answers[prefix]) is None:
                    await reader.read()  # until the other end hangs up
                else:
                    writer.write(answer)
                    await reader.read()
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        routes.known[prefix] = {"target": f"http://127.0.0.1:{port}"}


class House:
    """A door with servers behind it, in a thread of its own."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.routes, self.backends = proxy.Routes(), Backends()
        self.tls, self.opened = tls, []
        self.port = self.run(self._open())
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    async def _open(self) -> int:
        door = proxy.Door(self.routes, SECRET, "http://127.0.0.1:9/", secure=bool(self.tls))
        server = await asyncio.start_server(door.meet, "127.0.0.1", 0, ssl=self.tls)
        return server.sockets[0].getsockname()[1]

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def behind(self, prefix: str, said: bytes | None) -> None:
        self.run(self.backends.start(self.routes, prefix, said))

    def get(self, path: str, **headers: str) -> httpx.Response:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.url + path, headers=said, verify=False, timeout=10)

    def heard(self, prefix: str) -> str:
        """The head of the request that this server heard last."""
        return self.backends.asked[prefix].decode().lower()

    def waiting(self) -> int:
        """How many connections are at the door."""
        return len([one for one in asyncio.all_tasks(self.loop) if "Door.meet" in repr(one)])

    def close(self) -> None:
        async def end():
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for one in others:
                one.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def house():
    house = House()
    yield house
    house.close()


@pytest.fixture
def with_tls(tmp_path):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*certificate_in(tmp_path, days=1))
    house = House(tls)
    yield house
    house.close()


# --- what it passes on --------------------------------------------------------------------------


def test_the_longest_route_answers(house):
    house.behind("/", answer(body=b"the hub"))
    house.behind("/user/tom", answer(body=b"tom's server"))
    assert house.get("/hub/login").text == "the hub"
    assert house.get("/user/tommy/").text == "the hub"
    assert house.get("/user/tom/lab", Authorization="token 1").text == "tom's server"


def test_those_who_wait_for_a_silent_server_keep_nobody_else_waiting(house):
    house.behind("/", answer(body=b"the hub"))
    house.behind("/user/tom", None)
    with contextlib.ExitStack() as waiting:
        for _ in range(proxy.AT_ONCE):
            one = waiting.enter_context(socket.create_connection(("127.0.0.1", house.port)))
            one.sendall(b"GET /user/tom/ HTTP/1.1\r\nHost: x\r\n\r\n")
        while house.waiting() < proxy.AT_ONCE:
            time.sleep(0.01)
        assert house.get("/hub/login").elapsed < timedelta(seconds=2)
        refused = house.get("/user/tom/")
        assert (refused.status_code, refused.text) == (503, "This server keeps too many waiting.")


def test_an_answer_comes_piece_by_piece(house):
    first = b"5\r\nfirst\r\n"
    house.behind("/", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + first)
    with httpx.stream("GET", house.url + "/events", timeout=10) as events:
        assert next(events.iter_raw()) == b"first"  # and there is no end yet


def test_a_websocket_is_passed_on_in_both_directions(house):
    said = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhey"
    )
    house.behind("/", said)
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as browser:
        browser.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n")
        browser.sendall(b"Upgrade: websocket\r\n\r\n")
        received = b""
        while not received.endswith(b"hey"):
            received += browser.recv(1000)
    assert received.startswith(b"HTTP/1.1 101")
    assert "upgrade: websocket" in house.heard("/")


def test_what_a_browser_says_about_its_address_is_not_passed_on(house):
    house.behind("/", answer())
    house.get("/", X_Forwarded_For="192.0.2.1", X_Real_IP="192.0.2.1", X_Scheme="https")
    heard = house.heard("/")
    assert "192.0.2.1" not in heard
    assert "x-scheme" not in heard
    assert "x-forwarded-for: 127.0.0.1" in heard
    assert "x-forwarded-proto: http\r" in heard


def test_over_https_the_hub_hears_that_it_is_https(with_tls):
    with_tls.behind("/", answer(body=b"the hub"))
    assert with_tls.get("/hub/login").text == "the hub"
    assert "x-forwarded-proto: https\r" in with_tls.heard("/")


def test_of_a_server_that_hangs_up_a_sentence_says_so(house):
    house.behind("/", b"no HTTP\r\n\r\n")
    silent = house.get("/")
    assert silent.status_code == 502
    assert silent.text == "This server hung up, or was silent for too long."


def test_before_the_hub_is_there_a_sentence_says_so(house):
    assert house.get("/").text == "The class is about to start. Try again in a few seconds."


def test_while_the_hub_restarts_a_sentence_says_so(house):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        house.routes.known["/"] = {"target": f"http://127.0.0.1:{nobody.getsockname()[1]}"}
        closed = house.get("/hub/login")
    assert closed.status_code == 503
    assert closed.text == "The hub is not there. Try again in a few seconds."


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300).map(lambda junk: junk + b"\r\n\r\n"))
@example(b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0")
@example(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n")
def test_whatever_is_sent_the_door_stays_open(lasting_house, junk):
    with socket.create_connection(("127.0.0.1", lasting_house.port), timeout=10) as stranger:
        stranger.sendall(junk)
        stranger.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while stranger.recv(1000):
                pass
    assert lasting_house.get("/").text == "the hub"


@pytest.fixture(scope="module")
def lasting_house():
    house = House()
    house.behind("/", answer(body=b"the hub"))
    yield house
    house.close()


# --- who gives orders ---------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [None, "token", "token guess", "secret"])
def test_without_the_token_no_order_is_taken(sent):
    routes = proxy.Routes()
    house = House()

    async def listen() -> int:
        handlers = [
            (r"/api/routes(/?.*)", proxy.Orders, {"routes": routes, "token": "secret word"})
        ]
        server = proxy.Application(handlers, log_function=lambda _: None).listen(0, "127.0.0.1")
        return next(iter(server._sockets.values())).getsockname()[1]

    url = f"http://127.0.0.1:{house.run(listen())}/api/routes"
    order = {"content": json.dumps({"target": "http://127.0.0.1:9"})}
    headers = {"Authorization": sent} if sent else {}
    assert httpx.post(url + "/user/tom", headers=headers, **order).status_code == 403
    assert httpx.get(url, headers=headers).status_code == 403
    assert routes.known == {}
    right = {"Authorization": "token secret word"}
    assert httpx.post(url + "/user/tom", headers=right, **order).status_code == 201
    assert list(httpx.get(url, headers=right).json()) == ["/user/tom"]
    assert httpx.delete(url + "/user/tom", headers=right).status_code == 204
    assert routes.known == {}
    house.close()


# --- who may see a learner's page ---------------------------------------------------------------


def test_a_page_of_a_learners_own_reaches_nobody_without_a_seat(house):
    house.behind("/user/tom", answer("Content-Type: text/html", body=PAGE))
    refused = house.get("/user/tom/look.html", Cookie="jupyterhub-session-id=ada")
    assert refused.status_code == 403
    assert refused.text == "This server belongs to somebody. Go to /hub/ and open your own."
    assert "ada" not in house.heard("/user/tom")


def test_who_was_let_in_by_the_hub_has_a_seat_and_sees_it(house):
    house.behind("/", answer(f"Location: {BACK}", status="302 Found"))
    house.behind("/user/tom", answer(body=PAGE))
    let_in = house.get(AUTHORIZE)
    [cookie] = let_in.headers.get_list("set-cookie")
    assert "Path=/user/tom/;" in cookie
    assert "HttpOnly" in cookie
    assert house.get("/user/tom/look.html", Cookie=cookie.split(";")[0]).content == PAGE


def test_a_seat_at_one_server_is_none_at_another(house):
    house.behind("/user/ada", answer(body=PAGE))
    seat = seats.seat(SECRET, "tom", secure=False).decode().split(";")[0]
    renamed = seat.replace("seat-tom", "seat-ada")
    assert house.get("/user/ada/", Cookie=seat).status_code == 403
    assert house.get("/user/ada/", Cookie=renamed).status_code == 403


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (f"/hub/login?next={BACK}", BACK),  # any page can be told where to send a browser
        ("/user/tom/hub/api/oauth2/authorize", BACK),
        (AUTHORIZE, "/user/tom/oauth_callback?error=access_denied"),
        (AUTHORIZE, "/user/tom/lab?code=1"),
        (AUTHORIZE, "https://elsewhere.example/user/tom/oauth_callback?code=1"),
        (AUTHORIZE, "//elsewhere.example/user/tom/oauth_callback?code=1"),
    ],
)
def test_no_other_redirect_gives_a_seat(path, location):
    assert seats.granted(AUTHORIZE, BACK) == "tom"
    assert seats.granted(path, location) is None


def test_a_server_cannot_give_seats_itself(house):
    house.behind("/user/tom", answer(f"Location: {BACK}", status="302 Found"))
    answered = house.get("/user/tom/hub/api/oauth2/authorize", Authorization="token 1")
    assert answered.status_code == 302
    assert "set-cookie" not in answered.headers


def test_a_stranger_is_shown_the_way_to_the_hub_and_given_no_cookie_for_it(house):
    house.behind(
        "/user/tom",
        answer(
            f"Location: {AUTHORIZE}",
            "Set-Cookie: state=1; Path=/user/tom/",
            "Set-Cookie: jupyterhub-hub-login=tom; Path=/hub/",
            "Service-Worker-Allowed: /",
            status="302 Found",
            body=PAGE,
        ),
    )
    shown = house.get("/user/tom/lab")
    assert (shown.status_code, shown.headers["location"]) == (302, AUTHORIZE)
    assert shown.headers.get_list("set-cookie") == ["state=1; Path=/user/tom/"]
    assert "service-worker-allowed" not in shown.headers
    assert shown.content == b""


def test_a_way_within_the_server_is_shown_too(house):
    # JupyterLab sends whoever asks for /user/tom/ to its first page, before it asks who that is
    house.behind("/user/tom", answer("Location: /user/tom/lab?", status="302 Found"))
    assert house.get("/user/tom/").headers["location"] == "/user/tom/lab?"


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/hub/api/oauth2/authorize",
        "//elsewhere.example/hub/api/oauth2/authorize",
        "/hub/logout",
        "/user/ada/",
        "javascript:steal()",
    ],
)
def test_and_no_other_way(house, location):
    house.behind("/user/tom", answer(f"Location: {location}", status="302 Found"))
    assert house.get("/user/tom/lab").status_code == 403


def test_over_https_nobody_can_plant_a_seat_from_another_port():
    # __Secure-: a browser takes such a cookie over HTTPS alone (cookie name prefixes, RFC 6265bis)
    cookie = seats.seat(SECRET, "tom", secure=True)
    assert cookie.startswith(b"__Secure-seat-tom=")
    assert cookie.endswith(b"; Secure")
    plain = [(b"cookie", seats.seat(SECRET, "tom", secure=False).split(b";")[0])]
    assert seats.has_seat(plain, SECRET, "tom", secure=False)
    assert not seats.has_seat(plain, SECRET, "tom", secure=True)
