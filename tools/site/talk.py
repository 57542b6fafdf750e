"""One deck for a talk: `make slides ARGS=webinar`, into build/slides/webinar.html.

The minutes are in data/teaching.yaml, the slides and what is said in data/talks. Each slide has its
clock: words at the talk's pace, and seconds in which nobody speaks. Beside the deck there is a
script to print, with every word that is said.
"""

import collections
import dataclasses
import html
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from tornado.template import Loader

from labutils.incident import ledger
from labutils.incident.ledger_schema import Fact, Publication
from labutils.lab import data_file
from labutils.pictures.look import DARK, variables
from tools.guide import teaching
from tools.site import talk_pictures
from tools.site.build import HERE

TEMPLATES = HERE / "templates" / "talk"
CITED = re.compile(r"\s*\{([a-z0-9, -]+)\}\s*$")  # the facts of a paragraph of notes
WORD = re.compile(r"\S*\w\S*")
BOLD, EMPHASIS = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
CODE = re.compile(r"`([^`]+)`")


class TalkError(Exception):
    """What is wrong with a talk, in a sentence."""


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a talk, with the minutes that it should take."""

    name: str
    title: str
    minutes: int


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """A paragraph that the speaker says, and the facts that it rests on."""

    text: str
    facts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Vote:
    """A question to the room: its choices by letter, and the right one, if it is told."""

    choices: Mapping[str, str]
    right: str = ""
    item: str = ""  # of a lesson, whose experiment says what is right
    facts: tuple[str, ...] = ()  # that say what is right, where it is about the real events


@dataclasses.dataclass(frozen=True)
class Slide:
    """A slide, with what is said and done while it is shown."""

    id: str
    part: str
    title: str
    notes: tuple[Paragraph, ...]
    says: str = ""
    do: str = ""
    facts: tuple[str, ...] = ()
    picture: str = ""
    points: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    vote: Vote | None = None
    sources: bool = False
    wait: int = 0  # seconds in which the room votes
    look: int = 0  # seconds in which it looks

    @property
    def words(self) -> int:
        """How many words are said."""
        return sum(len(WORD.findall(paragraph.text)) for paragraph in self.notes)

    def seconds(self, pace: int) -> int:
        """Return how long the slide is shown, at that many words a minute."""
        return math.ceil(60 * self.words / pace) + self.wait + self.look

    @property
    def cited(self) -> tuple[str, ...]:
        """All facts that the slide or its notes rest on, each once."""
        own = [*self.facts, *(self.vote.facts if self.vote else ())]
        own += [fact for paragraph in self.notes for fact in paragraph.facts]
        return tuple(dict.fromkeys(own))


@dataclasses.dataclass(frozen=True)
class Talk:
    """A talk: its slides, and how its minutes are meant."""

    name: str
    title: str
    minutes: int
    questions: int  # minutes at its end that nobody has planned
    pace: int  # words a minute
    parts: tuple[Part, ...]
    slides: tuple[Slide, ...]

    def begins(self) -> dict[str, int]:
        """Return the second at which each slide begins, by its id."""
        seconds, found = 0, {}
        for slide in self.slides:
            found[slide.id] = seconds
            seconds += 0 if self.is_for_questions(slide) else slide.seconds(self.pace)
        return found

    def is_for_questions(self, slide: Slide) -> bool:
        """Return whether a slide belongs to the minutes left for questions."""
        return slide.part == self.parts[-1].name

    def seconds(self, part: str = "") -> int:
        """Return how long the talk, or a part of it, takes before the questions."""
        return sum(
            slide.seconds(self.pace)
            for slide in self.slides
            if not self.is_for_questions(slide) and part in ("", slide.part)
        )


def talks() -> list[str]:
    """Return the names of the talks that there are."""
    return list(teaching()["talks"])


@cache
def talk(name: str) -> Talk:
    """Read a talk. Raises TalkError, with the slide, where something is wrong."""
    sheet = teaching()["talks"].get(name)
    if sheet is None:
        raise TalkError(f"There is no talk {name!r}. There is: {', '.join(talks())}.")
    rows = yaml.safe_load(data_file(f"talks/{name}.yaml").read_text(encoding="utf-8"))
    parts = tuple(Part(**part) for part in sheet["parts"])
    slides = tuple(_slide(row) for row in rows)
    known = {part.name for part in parts}
    for slide in slides:
        if slide.part not in known:
            raise TalkError(f"{slide.id}: there is no part {slide.part!r}.")
        if slide.picture and slide.picture not in talk_pictures.PICTURES:
            raise TalkError(f"{slide.id}: there is no picture {slide.picture!r}.")
    return Talk(
        name,
        sheet["title"],
        sheet["minutes"],
        sheet["questions"],
        sheet["pace"],
        parts,
        slides,
    )


def _slide(row: dict[str, Any]) -> Slide:
    """A row of the sheet as a slide."""
    fields = {field.name for field in dataclasses.fields(Slide)}
    if unknown := row.keys() - fields:
        raise TalkError(f"{row.get('id')}: a slide has no {', '.join(sorted(unknown))}.")
    more = dict(row)
    for name in ("facts", "points", "checklist"):
        more[name] = tuple(row.get(name, ()))
    if vote := row.get("vote"):
        more["vote"] = Vote(**{**vote, "facts": tuple(vote.get("facts", ()))})
    return Slide(**{**more, "notes": tuple(_paragraphs(row["notes"]))})


def _paragraphs(text: str) -> Iterator[Paragraph]:
    """The paragraphs of notes, each with the facts that it names at its end."""
    for block in re.split(r"\n\s*\n", text.strip()):
        cited = CITED.search(block)
        facts = tuple(name.strip() for name in cited[1].split(",")) if cited else ()
        yield Paragraph(CITED.sub("", block).strip(), facts)


# --- in HTML ------------------------------------------------------------------------------------


def marked(text: str) -> str:
    """Return a text in HTML, with its code, its emphasis, and what is bold."""
    text = BOLD.sub(r"<strong>\1</strong>", html.escape(text, quote=False))
    return EMPHASIS.sub(r"<em>\1</em>", CODE.sub(r"<code>\1</code>", text))


def in_minutes(seconds: int) -> str:
    """Return seconds as minutes and seconds, as a clock shows them."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def sources_of(facts: tuple[str, ...]) -> list[Publication]:
    """Return the publications that were read for facts, each once."""
    known = ledger.ledger()
    read = [one for name in facts if name in known.facts for one in _read(known.facts[name])]
    return list({one.id: one for one in read}.values())


@cache
def _cited() -> collections.Counter[str]:
    """How many facts of the ledger rest on each source."""
    return collections.Counter(one.id for fact in ledger.facts() for one in fact.sources)


def _read(fact: Fact) -> tuple[Publication, ...]:
    """The source to name for a fact: a primary that was read, or what most of the ledger cites."""
    return tuple(
        sorted(
            fact.read or fact.sources, key=lambda one: (one.kind != "primary", -_cited()[one.id])
        )[:1]
    )


def credit(slide: Slide) -> str:
    """Return who says what a slide states: a victim, in whose retelling, or the lab."""
    known = ledger.ledger().facts
    facts = [known[name] for name in slide.facts if name in known]
    if not facts:
        return "The lab of the course" if slide.picture or (slide.vote and slide.vote.item) else ""
    said = dict.fromkeys(_read(one)[0].publisher for one in facts if one.confidence == "confirmed")
    quoted = dict.fromkeys(
        f"{one.unread[0].publisher}, quoted by {_read(one)[0].publisher}"
        for one in facts
        if one.confidence == "quoted"
    )
    reports = ["reports"] if {one.confidence for one in facts} - {"confirmed", "quoted"} else []
    return "Source: " + "; ".join([*filter(None, [", ".join(said)]), *quoted, *reports])


def shown(talk_: Talk) -> list[dict[str, Any]]:
    """Return what the templates show of each slide."""
    begins = talk_.begins()
    titles = {part.name: part.title for part in talk_.parts}
    rows = []
    for slide in talk_.slides:
        seconds = slide.seconds(talk_.pace)
        if talk_.is_for_questions(slide):
            seconds = 60 * talk_.minutes - talk_.seconds()
        begin = begins[slide.id]
        rows.append(
            {
                "slide": slide,
                "part": titles[slide.part],
                "begin": in_minutes(begin),
                "end": in_minutes(begin + seconds),
                "takes": in_minutes(seconds),
                "minute": begin // 60,
                "share": 100 * begin / (60 * talk_.minutes),
                "credit": credit(slide),
                "picture": talk_pictures.drawn(slide.picture) if slide.picture else None,
            }
        )
    return rows


def pages(name: str) -> Iterator[tuple[str, str]]:
    """Yield the pages of a talk by file name: the deck, and the script to print."""
    one = talk(name)
    cited = tuple(dict.fromkeys(fact for slide in one.slides for fact in slide.cited))
    given = {
        "talk": one,
        "rows": shown(one),
        "dark": variables(DARK),
        "marked": marked,
        "sources": sorted(sources_of(cited), key=lambda each: each.publisher.casefold()),
        "sources_of": sources_of,
        "in_minutes": in_minutes,
    }
    loader = Loader(str(TEMPLATES), whitespace="single")
    for template, file in (("deck.html", f"{name}.html"), ("script.html", f"{name}-script.html")):
        yield file, loader.load(template).generate(**given).decode("utf-8")


def told(talk_: Talk) -> Iterator[str]:
    """Yield the clock of a talk, a line a slide, and how its parts add up."""
    for row in shown(talk_):
        slide = row["slide"]
        yield f"{row['begin']:>5}  {row['takes']:>5}  {slide.words:>4} words  {slide.id}"
    for part in talk_.parts[:-1]:
        yield f"{part.title}: {in_minutes(talk_.seconds(part.name))}, planned {part.minutes} min"
    left = 60 * talk_.minutes - talk_.seconds()
    taken = in_minutes(talk_.seconds())
    yield f"The talk takes {taken}; {in_minutes(left)} are left for questions."
