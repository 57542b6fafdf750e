"""Serve the live exercise on loopback: one process, one thread, a secret link for each team.

Whoever has a link is that team; nobody has an account. Tornado bounds the size and the time of each
request, so that slow and heavy clients hold up nobody.
"""

import hmac
import signal
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from labutils.lab import data_file
from labutils.live import debrief, team_page, wall
from labutils.live.console_page import console_fragments, console_page
from labutils.live.containment import CannotDo
from labutils.live.exercise import MOST_TEAMS, OF_TEAMS, LiveExercise, LogRow, Team
from labutils.live.instructor_page import instructor_fragments, instructor_page
from labutils.live.journal import Journal
from labutils.live.players import Player
from labutils.live.rendering import render, slug

TICK = 250  # milliseconds between two looks at the clock
LARGEST_BODY, LARGEST_HEAD = 64 * 1024, 16 * 1024  # bytes
LONGEST_BODY, LONGEST_IDLE = 10.0, 30.0  # seconds
LONGEST_SEARCH = 200  # characters
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class LiveRoom:
    """An exercise that follows the clock on the wall.

    `said`: by link, what came of its last act.
    """

    def __init__(
        self,
        exercise: LiveExercise,
        journal: Journal,
        players: list[Player],
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self.exercise, self.journal, self.players = exercise, journal, players
        self.monotonic = monotonic
        self.said: dict[str, str] = {}
        _ = exercise.rules  # read once, before anybody waits for them
        for row, reason in exercise.replay(journal.rows):
            journal.set_aside(row, reason)
        self.clock = max(float(exercise.seconds), journal.clock())
        exercise.advance(int(self.clock))
        self.looked, self.kept, self.next_team = monotonic(), 0.0, 0
        self.debriefed = False

    def tick(self) -> None:
        """Let the company's clock catch up with the one on the wall."""
        now = self.monotonic()
        passed, self.looked = now - self.looked, now
        if self.exercise.is_over:
            self.end()
            return
        if not self.exercise.paused:
            self.clock += passed * self.exercise.settings.speed
            self.exercise.advance(int(self.clock))
        self.play()
        if now - self.kept >= 1:
            self.journal.keep_clock(self.clock)
            self.kept = now
        team = self.exercise.teams[self.next_team % len(self.exercise.teams)]
        self.next_team += 1
        team.look()

    def play(self) -> None:
        """Let the teams without people act, and write down what they did."""
        before = len(self.exercise.rows)
        for player in self.players:
            player.look()
        for row in self.exercise.rows[before:]:
            self.journal.write(row)

    def do(self, row: LogRow) -> str:
        """Do something now, and write it down before anybody is told. Raises CannotDo."""
        self.tick()
        before = len(self.exercise.rows)
        sentence = self.exercise.perform(row)
        for written in self.exercise.rows[before:]:
            self.journal.write(written)
        return sentence

    def end(self) -> None:
        """Write the debrief, once."""
        if not self.debriefed:
            self.debriefed = True
            self.journal.keep_clock(self.clock)
            self.journal.keep_debrief(debrief.as_html(self.exercise))


class Page(RequestHandler):
    """The base of all pages."""

    room: LiveRoom

    def initialize(self, room: LiveRoom) -> None:
        """Keep the room; tornado calls this before each request."""
        self.room = room

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")
        # Not no-referrer: with that, browsers would send `Origin: null` with our own forms.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def prepare(self) -> None:
        """Refuse a form that another site's page sends, even if it knows the link.

        Raises HTTPError.
        """
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = self.request.headers.get("Origin")
        foreign = origin is not None and urlsplit(origin).netloc != self.request.host
        if self.request.method == "POST" and (site not in ("same-origin", "none") or foreign):
            raise HTTPError(403)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer an error with a sentence, the same for every address that leads nowhere."""
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        sentences = {404: "There is nothing here. Ask for your link.", 403: "Not from here."}
        self.finish(sentences.get(status_code, "That did not work.") + "\n")

    def must_be(self, name: str, link: str) -> None:
        """Raise 404 for any other link: nobody learns whether it was nearly right."""
        if not hmac.compare_digest(self.room.journal.links[name].encode(), link.encode()):
            raise HTTPError(404)

    def team_of(self, link: str) -> Team:
        """Return the team of a link. Raises 404."""
        matching = [
            team
            for team in self.room.exercise.teams
            if hmac.compare_digest(
                self.room.journal.links[str(team.number)].encode(), link.encode()
            )
        ]
        if not matching:
            raise HTTPError(404)
        return matching[0]

    def words(self) -> str:
        """Return the search of a request."""
        return self.get_query_argument("q", "")[:LONGEST_SEARCH]

    def number(self, name: str, usual: int) -> int:
        """Return a number of a request, or the usual one where it has none that is sensible."""
        text = self.get_query_argument(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else usual

    def value(self, name: str) -> str:
        """Return a field of a form, or an empty text."""
        return self.get_body_argument(name, "", strip=False)

    def answer(self, link: str, row: LogRow) -> None:
        """Do what a form says, and answer: in words for a script, else on the page."""
        if key := self.value("key"):
            row.setdefault("key", key)
        try:
            sentence = self.room.do(row)
        except CannotDo as error:
            sentence = str(error)
            self.set_status(409)
        if "text/plain" in self.request.headers.get("Accept", ""):
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(sentence)
            return
        self.room.said[link] = sentence
        self.set_status(303)
        self.set_header("Location", "./")
        self.finish()


class TeamPage(Page):
    """The page of a team."""

    def get(self, link: str) -> None:
        team = self.team_of(link)
        said = self.room.said.pop(link, "")
        exercise = self.room.exercise
        if exercise.is_over and self.get_query_argument("q", None) is None:
            self.finish(team_page.ended_page(exercise, team))
            return
        about = self.number("about", 0)
        self.finish(team_page.team_page(exercise, team, self.words(), said, about))


class TeamNow(Page):
    """What is new on a team's page."""

    def get(self, link: str) -> None:
        team = self.team_of(link)
        most = self.number("most", team_page.MOST_SHOWN)
        known = self.get_query_argument("seen", "")
        self.finish(team_page.news(self.room.exercise, team, self.words(), known, most))


class TeamLine(Page):
    """The page of a line in a team's stream."""

    def get(self, link: str) -> None:
        """Show the line, as a page or as a part of one. Raises HTTPError where there is none."""
        written = team_page.line_part if self.number("part", 0) else team_page.line_page
        page = written(self.team_of(link), self.get_query_argument("id", ""))
        if page is None:
            raise HTTPError(404)
        self.finish(page)


class TeamDoes(Page):
    """The forms with which a team acts."""

    def post(self, link: str, does: str) -> None:
        team = self.team_of(link)
        row: LogRow = {"do": does, "team": team.number}
        if by := self.value("by"):
            row |= {"by": by}
        if does == "act":
            row |= {"kind": self.value("act"), "what": self.value("what")}
        elif does == "ask":
            row |= {"kind": self.value("kind"), "word": self.value("word")}
        elif does == "report":
            row |= {
                "who": self.value("who"),
                "events": self.value("events").replace(",", " ").split(),
                "note": self.value("note"),
            }
        elif does == "suspect":
            row |= self.suspicion()
        elif does == "share":
            row |= {"words": self.value("words") or self.value("q"), "off": bool(self.value("off"))}
        elif does == "say":
            row |= {"text": self.value("say")}
        elif does == "rule":
            row |= {"rule": self.value("rule"), "on": bool(self.value("on"))}
        else:
            row |= {"text": self.value("text")}
        self.answer(link, row)

    def suspicion(self) -> LogRow:
        """Return what a form says about a suspicion."""
        number = self.value("number")
        fields: LogRow = {name: self.value(name) for name in ("who", "host", "note", "certainty")}
        fields |= {"remove": True} if self.value("remove") else {}
        if number.isascii() and number.isdecimal() and len(number) < 4:
            fields["number"] = int(number)
        return fields | {"lines": self.value("lines").replace(",", " ").split()}


class Instructor(Page):
    """The instructor's page, what changed on it, and the debrief."""

    def address(self) -> str:
        """Return the address of the exercise, as this request came to it."""
        above = self.request.path.split("/i/")[0]
        return f"{self.request.protocol}://{self.request.host}{above}/"

    def get(self, link: str, what: str) -> None:
        self.must_be("instructor", link)
        exercise = self.room.exercise
        if what == "now":
            self.finish(instructor_fragments(exercise))
        elif what == "debrief":
            self.set_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
            )
            self.finish(debrief.as_html(exercise))
        else:
            links = [f"t/{self.room.journal.links[str(t.number)]}/" for t in exercise.teams]
            said = self.room.said.pop(link, "")
            self.finish(instructor_page(exercise, links, said, self.address()))


class InstructorDoes(Page):
    """The forms for the clock and for injects."""

    def post(self, link: str, does: str) -> None:
        self.must_be("instructor", link)
        if does == "clock":
            if self.value("do") == "end" and not self.value("sure"):
                self.room.said[link] = "Confirm that you are sure: ending cannot be undone."
                self.redirect("./", status=303)
                return
            self.answer(link, {"do": self.value("do")})
            return
        team = self.value("team")
        row: LogRow = {"do": "inject", "kind": self.value("kind"), "text": self.value("text")}
        self.answer(link, row | {"team": int(team) if team.isdecimal() and len(team) < 4 else 0})


class Console(Page):
    """The console of a person who plays the intruder."""

    def must_be_by_person(self, link: str) -> None:
        """Raise 404 for any other link, and where a program plays the intruder."""
        self.must_be("intruder", link)
        if not self.room.exercise.settings.by_person:
            raise HTTPError(404)

    def get(self, link: str, what: str) -> None:
        self.must_be_by_person(link)
        if what == "now":
            self.finish(console_fragments(self.room.exercise))
        else:
            said = self.room.said.pop(link, "")
            self.finish(console_page(self.room.exercise, said))

    def post(self, link: str, what: str) -> None:
        """Take a form of the console. Raises HTTPError."""
        self.must_be_by_person(link)
        if what != "intrude":
            raise HTTPError(404)
        row: LogRow = {"do": "intrude", "what": self.value("what") or "begin"}
        row["step"] = self.value("step")
        if name := self.value("take-back"):
            row |= {"what": "take-back", "step": name}
        if minutes := self.value("lie-low"):
            is_number = minutes.isascii() and minutes.isdecimal() and len(minutes) < 4
            row |= {"what": "lie-low", "minutes": int(minutes) if is_number else 0}
        numbers = self.value("teams").split()[:MOST_TEAMS]
        row["teams"] = [int(one) if one.isdecimal() and len(one) < 4 else -1 for one in numbers]
        if key := self.value("key"):  # a form has several buttons, and each may be pressed once
            row["key"] = slug(f"{key} {row}")
        self.answer(link, row)


class Wall(Page):
    """The wall, a page for everybody."""

    def get(self, what: str) -> None:
        if what == "now":
            self.finish(wall.wall_fragments(self.room.exercise))
        else:
            self.finish(wall.wall_page(self.room.exercise))


class Static(Page):
    """The style, the script and the icon."""

    def get(self, name: str) -> None:
        kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
        self.set_header("Content-Type", f"{kinds[name.partition('.')[2]]}; charset=UTF-8")
        self.finish(data_file(f"live/{name}").read_bytes())


class Door(Page):
    """The page for an address without a link."""

    def get(self) -> None:
        self.finish(render("door.html", title="A live exercise", root=""))


class Nowhere(Page):
    """The answer at every other address."""

    def prepare(self) -> None:
        """Raise HTTPError for every request."""
        raise HTTPError(404)


def application(room: LiveRoom, prefix: str = "/") -> Application:
    """Return the application with all its addresses, below a path that ends in a slash."""
    link, shared, does = "([A-Za-z0-9_-]{1,64})", {"room": room}, "|".join(OF_TEAMS)
    addresses: list[tuple[str, type[Page]]] = [
        ("", Door),
        (r"(?:[tix]/)?(live\.(?:css|js|svg))", Static),
        (f"t/{link}/", TeamPage),
        (f"t/{link}/now", TeamNow),
        (f"t/{link}/line", TeamLine),
        (f"t/{link}/({does})", TeamDoes),
        (f"i/{link}/(now|debrief|)", Instructor),
        (f"i/{link}/(clock|inject)", InstructorDoes),
        (f"x/{link}/(now|intrude|)", Console),
        ("wall/(now|)", Wall),
    ]
    return Application(
        [(prefix + path, page, shared) for path, page in addresses],
        default_handler_class=Nowhere,
        default_handler_args=shared,
        log_function=lambda _: None,
    )


def http_server(room: LiveRoom, prefix: str = "/", *, is_behind_proxy: bool = False) -> HTTPServer:
    """Return a server for the application, with bounds for each request.

    What a proxy says of the browser's connection (X-Forwarded-Proto) counts only behind one.
    """
    return HTTPServer(
        application(room, prefix),
        xheaders=is_behind_proxy,
        max_body_size=LARGEST_BODY,
        max_header_size=LARGEST_HEAD,
        body_timeout=LONGEST_BODY,
        idle_connection_timeout=LONGEST_IDLE,
    )


def on_loopback(room: LiveRoom, port: int) -> HTTPServer:
    """Return a server on this machine alone, and print the links.

    Raises OSError where the port is taken.
    """
    sockets = bind_sockets(port, "127.0.0.1")
    server = http_server(room)
    server.add_sockets(sockets)
    address, links = f"http://127.0.0.1:{sockets[0].getsockname()[1]}", room.journal.links
    print(f"serving {address}")
    print(f"instructor {address}/i/{links['instructor']}/")
    if room.exercise.settings.by_person:
        print(f"intruder {address}/x/{links['intruder']}/")
    for team in room.exercise.teams:
        print(f"team {team.number} {address}/t/{links[str(team.number)]}/", flush=True)
    return server


def behind_proxy(room: LiveRoom, path: str, prefix: str) -> HTTPServer:
    """Return a server at a Unix socket, for a proxy that passes on what is below a prefix."""
    from tornado.netutil import bind_unix_socket  # Windows has none

    server = http_server(room, prefix, is_behind_proxy=True)
    server.add_socket(bind_unix_socket(path))
    return server


def run(room: LiveRoom, server: HTTPServer) -> None:
    """Let the clock run, and serve until SIGTERM or Ctrl-C."""
    loop = IOLoop.current()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: loop.add_callback_from_signal(loop.stop))
    PeriodicCallback(room.tick, TICK).start()
    loop.start()
    server.stop()
    room.journal.keep_clock(room.clock)
    room.journal.close()
