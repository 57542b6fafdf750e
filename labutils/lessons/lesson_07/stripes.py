"""A recording as stripes: a row for each request, a stripe for each text in it. Red is what opens a
door. A cleaner goes over the file, and one sees what goes out and what stays.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import urlsplit

from labutils import har
from labutils.har.reading import JsonObject
from labutils.instruments.frame import Instrument
from labutils.instruments.svg import Svg, colour
from labutils.text import shown

Cleaner = Callable[[JsonObject], JsonObject]
Doors = Mapping[str, Callable[[str], bool]]
SHORTEST = 8  # characters of a text that has a stripe: no credential here is shorter
ROW, GAP, LABEL, TOP = 26, 2, 236, 6  # pixels
NARROW = 560  # below this width a row has no name beside it
UNTOUCHED = "as it is"


@dataclass(frozen=True)
class Stripe:
    """One text of a recording: in which entry, where, and which doors what is in it opens."""

    entry: int
    place: str
    text: str
    opens: tuple[str, ...]
    secrets: tuple[str, ...]  # what of the text opens them; else a credential of another kind


def walk(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each text in a nested value, with the way to it, such as `response.content.text`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{place}[{number}]")
    elif isinstance(value, str):
        yield place, value


class Stripes(Instrument):
    """A recording, and what each of some cleaners leaves of it.

    `clean(name)` chooses a cleaner, `look_at(number)` a red stripe.
    """

    name = "stripes"

    def __init__(
        self, recording: JsonObject, doors: Doors, cleaners: Mapping[str, Cleaner], **words: str
    ):
        super().__init__(**words)
        self.recording, self.doors = recording, doors
        self.files = {UNTOUCHED: recording}
        self.files |= {name: cleaner(recording) for name, cleaner in cleaners.items()}
        self.chosen, self.open = UNTOUCHED, -1

    # --- what it knows --------------------------------------------------------------------------

    @cached_property
    def opened(self) -> dict[str, dict[str, set[str]]]:
        """For each file, and each door, the texts that open it."""
        return {
            name: {door: set(texts) for door, texts in har.sweep(file, self.doors).items()}
            for name, file in self.files.items()
        }

    @cached_property
    def stripes(self) -> list[Stripe]:
        """Every text of the recording that is long enough to be a credential."""
        keys = self.opened[UNTOUCHED]
        others = {finding.value for finding in har.findings(self.recording)}
        found = []
        for number, entry in enumerate(self.recording["log"]["entries"]):
            for place, text in walk(entry):
                if len(text) < SHORTEST:
                    continue
                opens = tuple(door for door in keys if any(key in text for key in keys[door]))
                keyed = {key for door in opens for key in keys[door] if key in text}
                secrets = keyed or {one for one in others if one in text}
                found.append(Stripe(number, place, text, opens, tuple(sorted(secrets))))
        return found

    @cached_property
    def _left(self) -> dict[str, list[dict[str, str]]]:
        """For each file and each entry, its texts by their places."""
        return {
            name: [dict(walk(one)) for one in file["log"]["entries"]]
            for name, file in self.files.items()
        }

    def stays(self, stripe: Stripe, file: str) -> bool:
        """Return whether what matters in a text can still be read in that file: where it was, or
        where the same text is in its entry now."""
        entries = self._left[file]
        there = entries[stripe.entry] if stripe.entry < len(entries) else {}
        text = there.get(stripe.place, "")
        kept = any(one in text for one in stripe.secrets or (stripe.text,))
        return kept or stripe.text in there.values()

    def called(self, stripe: Stripe) -> str:
        """Return the way to a text, and the name beside it where a header or a cookie has one."""
        beside = stripe.place.removesuffix("value") + "name"
        name = self._left[UNTOUCHED][stripe.entry].get(beside)
        is_named = stripe.place.endswith(".value") and name
        return f"{stripe.place}, called {shown(str(name), 40)}" if is_named else stripe.place

    def still_open(self, file: str) -> list[str]:
        """Return the doors that a file opens."""
        return [door for door, texts in self.opened[file].items() if texts]

    def red(self) -> list[int]:
        """Return the stripes that open a door, by their numbers."""
        return [number for number, stripe in enumerate(self.stripes) if stripe.opens]

    # --- what somebody does ---------------------------------------------------------------------

    def clean(self, file: str) -> None:
        """Show what a cleaner leaves. Raises ValueError for one that is not here."""
        if file not in self.files:
            raise ValueError(f"there is no {file!r}; there are {', '.join(self.files)}")
        self.chosen = file
        self.redraw()

    def look_at(self, number: int) -> None:
        """Open a red stripe by its number. Raises ValueError where it is none."""
        if number not in self.red():
            raise ValueError(f"stripe {number} opens nothing")
        self.open = number
        self.redraw()

    def on_clean(self, file: str, _: dict[str, str]) -> None:
        """A button of a cleaner was pressed."""
        if file in self.files:
            self.chosen = file

    def on_open(self, number: str, _: dict[str, str]) -> None:
        """A red stripe was pressed."""
        if number.isdecimal() and int(number[:9]) in self.red():
            self.open = int(number[:9])

    # --- what it looks like -----------------------------------------------------------------------

    def verdict(self, file: str) -> str:
        """Return which doors a file opens, in a sentence."""
        doors = self.still_open(file)
        return f"opens {', '.join(doors)}" if doors else "opens no door"

    def words(self) -> str:
        """Return for each file which doors it opens, and how many of the red stripes stay."""
        red = [self.stripes[number] for number in self.red()]
        lines = []
        for file in self.files:
            left = sum(self.stays(stripe, file) for stripe in red)
            lines.append(f"{file}: {left} of {len(red)} red stripes, {self.verdict(file)}")
        return "\n".join(lines)

    def still(self) -> str:
        """Return the file as it is, in stripes, and below it what each cleaner leaves open."""
        picture = Svg(self.width)
        y = self._rows(picture, picture.heading(self.title, self.hint), UNTOUCHED)
        for file in self.files:
            y += 24
            kind = "harm" if self.still_open(file) else "refused"
            picture.sign(26, y - 5, kind)
            picture.text(42, y, f"{file}: {self.verdict(file)}", bold=True)
        return picture.done(y + 18, self.words())

    def live(self) -> str:
        """Return the buttons of the cleaners, the stripes, and the text of the one that is open."""
        cleaners = "".join(
            f'<button data-do="clean" data-value="{escape(file)}" data-key="{escape(file)}" '
            f'aria-pressed="{str(file == self.chosen).lower()}">{escape(file)}</button>'
            for file in self.files
        )
        row = f'<div class="row" role="group" aria-label="cleaners">{cleaners}</div>'
        picture = Svg(max(self.width - 42, 200))
        height = self._rows(picture, TOP, self.chosen)
        kind = "harm" if self.still_open(self.chosen) else "refused"
        sign = Svg(16)
        sign.sign(8, 8, kind)
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading()}'
            f"{row if len(self.files) > 1 else ''}"
            f'<p class="sentence {kind}" role="status"><svg width="16" height="16" '
            f'aria-hidden="true" style="vertical-align:-2px">{sign.inside()}</svg> '
            f'<b class="word">{escape(self.chosen)}: {escape(self.verdict(self.chosen))}</b></p>'
            f'<svg width="{picture.width:g}" height="{height:g}" role="group" data-rove '
            f'aria-label="the file, request by request" style="max-width:100%;display:block">'
            f"{picture.inside()}</svg>{self._opened()}</section>"
        )

    def _opened(self) -> str:
        """The text of the open stripe, in HTML."""
        if self.open < 0:
            red = [self.stripes[number] for number in self.red()]
            count = sum(self.stays(stripe, self.chosen) for stripe in red)
            return (
                f"<small>{count} of {len(red)} orange stripes are left; what is white has gone "
                "out, too. Press an orange or a blue one, or use the arrow keys.</small>"
            )
        stripe = self.stripes[self.open]
        key = stripe.secrets[0]
        before, _, after = stripe.text.partition(key)
        before = f"…{before[-120:]}" if len(before) > 120 else before
        left = ", ".join(
            f"{escape(file)}: {'still there' if self.stays(stripe, file) else 'gone'}"
            for file in self.files
            if file != UNTOUCHED
        )
        marked = f'<b class="word">{escape(shown(key, 120))}</b>'
        return (
            f'<p style="margin:10px 0 2px"><b>Request {stripe.entry}</b>, '
            f"<code>{escape(self.called(stripe))}</code>, opens: "
            f"{escape(', '.join(stripe.opens))}</p>"
            f'<code class="harm" style="display:block;overflow-wrap:anywhere;white-space:pre-wrap">'
            f"{escape(before)}{marked}{escape(shown(after, 120))}</code><small>{left}</small>"
        )

    def _rows(self, picture: Svg, y: float, file: str) -> float:
        """Draw a row for each entry, and return the height below the last."""
        label = LABEL if picture.width >= NARROW else 0
        most = max(sum(one.entry == row for one in self.stripes) for row in self._entries())
        step = (picture.width - label - 12) / most
        current = self.open if self.open >= 0 else (self.red() or [-1])[0]
        for row in self._entries():
            if label:
                picture.text(8, y + 17, self._called(row), "quiet", size=12.5)
            mine = [at for at, one in enumerate(self.stripes) if one.entry == row]
            for column, number in enumerate(mine):
                x = label + column * step
                self._stripe(picture, (x, y), step - GAP, number, file, number == current)
            y += ROW
        return y + 4

    def _entries(self) -> range:
        return range(len(self.recording["log"]["entries"]))

    def _called(self, row: int) -> str:
        """A request as a row names it: number, method, path and status."""
        entry = self.recording["log"]["entries"][row]
        request, status = entry["request"], entry["response"]["status"]
        path = urlsplit(request["url"]).path
        return shown(f"{row:>2}  {request['method']} {path}  {status}", 34)

    def _stripe(
        self,
        picture: Svg,
        corner: tuple[float, float],
        wide: float,
        number: int,
        file: str,
        is_current: bool,
    ) -> None:
        """One stripe: filled red where it opens a door, an outline where it is gone."""
        stripe, (x, y) = self.stripes[number], corner
        stays = self.stays(stripe, file)
        if not stripe.opens:
            fill, edge = ("line" if stays else "", "" if stays else "line")
            picture.box((x, y), (wide, ROW - 6), fill=fill, edge=edge, round_by=1)
            return
        ink = "intruder-fill" if stays else "defender-fill"
        inside = colour(ink) if stays else "none"
        is_open = f";outline:2px solid {colour('ink')};outline-offset:1px"
        says = f"Request {stripe.entry}, {stripe.place}: opens {', '.join(stripe.opens)}"
        picture.add(
            f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{ROW - 6}" rx="1" role="button" '
            f'tabindex="{0 if is_current else -1}" data-do="open" data-value="{number}" '
            f'data-key="s{number}" aria-label="{escape(says)}{"" if stays else ", gone"}" '
            f'style="cursor:pointer;pointer-events:all;fill:{inside};stroke:{colour(ink)};stroke-width:1.5'
            f'{is_open if number == self.open else ""}"/>'
        )


def stripes(
    recording: JsonObject, doors: Doors, cleaners: Mapping[str, Cleaner], **words: str
) -> Stripes:
    """Show a recording as stripes, and return it. `doors` try a text, as `har.sweep` takes them;
    `cleaners` are functions by name. `title` and `hint` are a sentence each."""
    instrument = Stripes(recording, doors, cleaners, **words)
    instrument.show()
    return instrument
