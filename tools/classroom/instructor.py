"""The instructor's page: who asks for help, and one click to all that a morning needs.

A name is on it only where its owner pressed *I need help*. It is a part of the wall's service, so
the hub lets in the instructor alone. The documents are the repository's own, as they are on disk.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import quote

from tornado.template import Loader

from labutils.classroom import asking
from labutils.classroom.course import lesson
from labutils.live.journal import LINKS
from tools.classroom import accounts, homes, slips
from tools.classroom.settings import Settings, read
from tools.environments import HOUSE

TEMPLATES = Loader(str(Path(__file__).resolve().parent / "templates"))
DOCS, SLIDES = HOUSE / "docs", HOUSE / "build" / "slides"
EVERY = 15  # seconds
LARGEST = 4096  # bytes of a wish for help that are read
PAGES = {
    "teaching-plans.md": "Agendas: what to do in which minute",
    "answer-key.md": "Answer key",
    "instructor.md": "The guide for instructors",
    "classroom/morning.md": "The morning: a checklist, and what to do about faults",
}


@dataclass(frozen=True)
class Wish:
    """Somebody who asks for help: an account, a lesson, and since when (seconds since 1970)."""

    name: str
    lesson: str
    since: float


@dataclass
class Wishes:
    """Who asks for help. `seen`: by name, the time of the wish that was seen to."""

    seen: dict[str, float] = field(default_factory=dict)

    def now(self, places: Iterable[tuple[str, str]]) -> list[Wish]:
        """Return who asks for help in these homes, by name, whoever has waited longest first."""
        asked = [wish for name, home in places if (wish := wish_in(name, Path(home)))]
        return sorted(
            (one for one in asked if self.seen.get(one.name) != one.since),
            key=lambda one: (one.since, one.name),
        )

    def see_to(self, name: str, since: float) -> None:
        """Take a wish off the page, until the same person asks again."""
        self.seen[name] = since


def wish_in(name: str, home: Path) -> Wish | None:
    """Return what somebody's home says of a wish for help; None where they have none."""
    try:
        data, since = homes.read(home, asking.NAME, LARGEST)
    except homes.NotThere:
        return None
    try:
        number = json.loads(data)["lesson"]
    except (ValueError, TypeError, KeyError, RecursionError):
        number = ""
    known = isinstance(number, str) and len(number) == 2 and lesson(number) is not None
    return Wish(name, number if known else "", since)


def waited(wish: Wish, now: float) -> str:
    """Return for how long somebody has waited, in words."""
    minutes = max(0, int(now - wish.since)) // 60
    return f"{minutes} min" if minutes else "just now"


def links_of(settings: Settings) -> dict[str, str]:
    """Return the addresses of the live exercise, by whom each is for; nothing if there is none."""
    if not settings.live:
        return {}
    try:
        links = json.loads((settings.live_folder / LINKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ways = {"instructor": f"i/{links['instructor']}/"}
    if settings.live_by_person:
        ways["intruder"] = f"x/{links['intruder']}/"
    teams = {name: link for name, link in links.items() if name.isdigit()}
    ways |= {f"team {name}": f"t/{teams[name]}/" for name in sorted(teams, key=int)}
    return {name: f"/services/live/{way}" for name, way in ways.items()}


def decks() -> list[str]:
    """Return the file names of the slides that were built."""
    return sorted(path.name for path in SLIDES.glob("*.html") if path.name != "index.html")


def page(settings: Settings, wishes: list[Wish], xsrf: str = "", now: float | None = None) -> bytes:
    """Return the instructor's page."""
    now = time.time() if now is None else now
    return TEMPLATES.load("instructor.html").generate(
        every=EVERY,
        wishes=[(wish, waited(wish, now)) for wish in wishes],
        xsrf=xsrf,
        pages=PAGES,
        decks=decks(),
        links=links_of(settings),
        live=settings.live,
        quote=quote,
    )


def sheet(settings: Settings, origin: str) -> bytes:
    """Return a sheet to print: the address of each team's page, to be cut apart."""
    teams = {name: way for name, way in links_of(settings).items() if name != "instructor"}
    return TEMPLATES.load("sheet.html").generate(
        links={name: f"{origin}{way}" for name, way in teams.items()}, note=settings.note
    )


def document(name: str) -> str | None:
    """Return a page of the repository's docs in HTML; None where there is no such page.

    Links between them lead on, for they are relative.
    """
    path = (DOCS / name).resolve()
    if path.suffix != ".md" or not path.is_relative_to(DOCS) or not path.is_file():
        return None
    import mistune

    render = mistune.create_markdown(escape=True, plugins=["table"])
    text = path.read_text(encoding="utf-8")
    title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), name)
    return (
        TEMPLATES.load("document.html").generate(title=escape(title), body=str(render(text)))
    ).decode()


# --- served -------------------------------------------------------------------------------------


def handlers(prefix: str) -> list[tuple]:
    """Return the addresses below a prefix with what answers there, for tornado."""
    from jupyterhub.services.auth import HubOAuthenticated
    from tornado.web import HTTPError, RequestHandler, StaticFileHandler, authenticated

    wishes = Wishes()

    class Private(HubOAuthenticated, RequestHandler):
        """A page for whoever teaches; the hub is asked for each request who that is."""

        def set_default_headers(self):
            policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            self.set_header("Content-Security-Policy", f"{policy}; form-action 'self'")
            self.set_header("Cache-Control", "no-store")
            self.set_header("Referrer-Policy", "same-origin")

    class Instructor(Private):
        """Who asks for help, and the way to everything."""

        @authenticated
        def get(self):
            settings = read()
            places = [(entry.pw_name, entry.pw_dir) for entry in accounts.all_of(settings)]
            xsrf = self.xsrf_token.decode()
            self.finish(page(settings, wishes.now(places), xsrf))

        @authenticated
        def post(self):
            self.check_xsrf_cookie()
            try:
                since = float(self.get_body_argument("since"))
            except ValueError:
                raise HTTPError(400) from None
            wishes.see_to(self.get_body_argument("name"), since)
            self.redirect(f"{prefix}instructor", status=303)

    class Sheet(Private):
        """The links of the live exercise, to print."""

        @authenticated
        def get(self):
            settings = read()
            self.finish(sheet(settings, slips.address(settings).rstrip("/")))

    class Document(Private):
        """A page of the docs."""

        @authenticated
        def get(self, name):
            text = document(name)
            if text is None:
                raise HTTPError(404, reason="This page is not among the docs")
            self.finish(text)

    class Slides(HubOAuthenticated, StaticFileHandler):
        """The decks of build/slides."""

        @authenticated
        async def get(self, path):
            await super().get(path)

    return [
        (f"{prefix}instructor", Instructor),
        (f"{prefix}sheet", Sheet),
        (f"{prefix}docs/(.+)", Document),
        (f"{prefix}slides/(.+)", Slides, {"path": SLIDES}),
    ]
