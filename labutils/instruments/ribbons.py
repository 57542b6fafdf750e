"""Ribbons: how long each thing that a thief holds still opens something, and what changes when a
handle is turned."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Unpack

from labutils.instruments import ribbons_picture
from labutils.instruments.calling import call
from labutils.instruments.frame import Instrument, Words, truth
from labutils.instruments.times import minutes_in_words
from labutils.text import aligned, shown

Setting = float | str
Settings = Setting | tuple[Setting, ...]  # of the one handle, or one of each
InWords = Callable[[float], str]
Beside = Callable[[str, Any], str]

TITLE = "How long it still opens something"
WIDEST_TABLE = 5  # settings that a table has as columns; more are its lines
LONGEST_SENTENCE = 300


@dataclass
class Handle:
    """A handle: what it sets, the settings that it goes through, and where it is."""

    name: str
    settings: list[Setting]
    place: int = 0

    @property
    def at(self) -> Setting:
        """The present setting."""
        return self.settings[self.place]

    @property
    def has_numbers(self) -> bool:
        """Whether the settings are minutes, and have a place on the axis."""
        return all(isinstance(one, int | float) for one in self.settings)

    def place_of(self, setting: Setting) -> int:
        """Return the place of a setting. Raises ValueError where there is no such setting."""
        if setting not in self.settings:
            known = ", ".join(str(one) for one in self.settings)
            raise ValueError(f"there is no setting {setting!r}; there are {known}")
        return self.settings.index(setting)

    def go_to(self, place: str) -> None:
        """Go to a place as a front end writes it; 0 is the first setting."""
        if place.isdecimal():
            self.place = min(int(place[:9]), len(self.settings) - 1)


class Ribbons(Instrument):
    """Durations as bars, with a handle or several; `ribbons` says what they are made of."""

    name = "ribbons"

    def __init__(
        self,
        worth: Mapping[tuple[str, Any], float],
        *,
        horizon: float,
        unit_words: InWords = minutes_in_words,
        dial: str | Sequence[str] = "",
        parents: Mapping[str, str] | None = None,
        start: Settings | None = None,
        on_turn: Callable[[Any], object] | None = None,
        beside: Beside | None = None,
        **words: Unpack[Words],
    ):
        super().__init__(words.get("title", TITLE), words.get("hint", ""))
        _require_durations(worth, horizon)
        self.worth, self.horizon, self.unit_words = dict(worth), horizon, unit_words
        self.on_turn_of, self.beside_of = on_turn, beside
        self.handles = handles_of([setting for _, setting in worth], dial)
        self.rows = in_order([name for name, _ in worth], parents or {})
        if start is not None:
            self._set(start if isinstance(start, tuple) else (start,))

    # --- what somebody does ---------------------------------------------------------------------

    @property
    def at(self) -> Any:
        """The setting of the handle; a tuple where there are several."""
        return self._key([handle.at for handle in self.handles])

    @property
    def place(self) -> int:
        """The place of the first handle."""
        return self.handles[0].place

    def turn(self, *settings: Setting) -> None:
        """Turn the handle to a setting; where there are several, each to its own. Raises ValueError
        where there is no such setting."""
        self._set(settings)
        self.redraw()

    def _set(self, settings: tuple[Setting, ...]) -> None:
        """Turn each handle. Raises ValueError, and then none is turned."""
        if len(settings) != len(self.handles):
            names = ", ".join(handle.name for handle in self.handles)
            raise ValueError(f"there are {len(self.handles)} handles ({names}): a setting for each")
        pairs = list(zip(self.handles, settings, strict=True))
        places = [handle.place_of(setting) for handle, setting in pairs]
        for handle, place in zip(self.handles, places, strict=True):
            handle.place = place

    def on_turn(self, place: str, fields: dict[str, str]) -> None:
        """Take the places of the handles: 0 is the first setting. A form says all of them by name;
        a button says the one that there is."""
        self.handles[0].go_to(fields.get(field(0), place))
        for number, handle in enumerate(self.handles[1:], 1):
            handle.go_to(fields.get(field(number), ""))

    def on_drag(self, share: str, _: dict[str, str]) -> None:
        """Take a place on the picture from 0 to 1, and go to the setting that is nearest."""
        try:
            x = float(share) * ribbons_picture.width_of(self)
        except ValueError:
            return
        first = self.handles[0]
        if math.isfinite(x) and first.has_numbers:
            axis = ribbons_picture.axis_of(self)
            distances = [abs(axis.x(float(one)) - x) for one in first.settings]
            first.place = distances.index(min(distances))

    # --- what it is -----------------------------------------------------------------------------

    def _key(self, settings: Sequence[Setting]) -> Any:
        """Settings, one for each handle, as `worth` has them."""
        return settings[0] if len(self.handles) == 1 else tuple(settings)

    def turned(self, number: int) -> list[Any]:
        """Return the settings that turning one handle goes through, the others where they are."""
        present = [handle.at for handle in self.handles]
        return [
            self._key([*present[:number], one, *present[number + 1 :]])
            for one in self.handles[number].settings
        ]

    def setting_in_words(self, setting: Setting) -> str:
        """Return a setting of a handle in words."""
        return setting if isinstance(setting, str) else self.unit_words(setting)

    def minutes(self, name: str, setting: Any) -> float | None:
        """Return how long a thing opens something; None where nothing is known."""
        return self.worth.get((name, setting))

    def value_in_words(self, minutes: float | None) -> str:
        """Return a duration in words, up to the horizon; none at all is a refusal."""
        if minutes is None:
            return "unknown"
        if minutes == 0:
            return "refused"
        if minutes >= self.horizon:
            return f"{self.unit_words(self.horizon)} +"
        return self.unit_words(minutes)

    def beside(self, name: str) -> str:
        """Return what is said beside a bar; an empty text where nothing is."""
        return shown(self.beside_of(name, self.at), 24) if self.beside_of else ""

    def table(self, number: int = 0) -> dict[str, dict[Any, str]]:
        """Return what each thing is worth while one handle is turned, in words."""
        return {
            row.name: {
                setting: self.value_in_words(self.minutes(row.name, setting))
                for setting in self.turned(number)
            }
            for row in self.rows
        }

    def sentence(self) -> str:
        """Return what the handle's setting means: the caller's own sentence, where it has one."""
        if self.on_turn_of is not None:
            outcome = call(self.on_turn_of, self.at)
            said = outcome.value if outcome.returned else outcome.why
            if said is not None:
                return shown(str(said), LONGEST_SENTENCE)
        worth = [(self.minutes(row.name, self.at) or 0, row.name) for row in self.rows]
        longest = max(minutes for minutes, _ in worth)
        if longest == 0:
            return "Nothing opens anything any more."
        names = [name for minutes, name in worth if minutes == longest]
        *first, last = names
        every = f"{', '.join(first)} and {last}" if first else last
        return f"Longest: {every}, {self.value_in_words(longest)}."

    # --- what it looks like -----------------------------------------------------------------------

    def words(self) -> str:
        """Return the whole table; of several handles, a table for each, the others where they
        are."""
        if len(self.handles) == 1 and self.beside_of is None:
            return "\n".join(aligned(self._lines(0)))
        tables = [[[row.label, *self._now(row.name)] for row in self.rows]]
        tables += [
            self._lines(number) for number, one in enumerate(self.handles) if one.settings[1:]
        ]
        return "\n\n".join(["\n".join(self.settings_in_words()), *map(_as_text, tables)]).strip()

    def settings_in_words(self) -> list[str]:
        """Return where each handle is, a line each; none where nothing turns."""
        return [
            f"{handle.name}: {self.setting_in_words(handle.at)}"
            for handle in self.handles
            if handle.settings[1:]
        ]

    def _now(self, name: str) -> list[str]:
        """What a thing is worth now, and what is said beside its bar."""
        words = self.value_in_words(self.minutes(name, self.at))
        return [words, self.beside(name)] if self.beside_of else [words]

    def _lines(self, number: int) -> list[list[str]]:
        """The lines of a table in which one handle is turned."""
        handle, table = self.handles[number], self.table(number)
        columns = [self.setting_in_words(one) for one in handle.settings]
        if len(columns) == 1:
            return [[row.label, *table[row.name].values()] for row in self.rows]
        if len(columns) <= WIDEST_TABLE:
            lines = [[row.label, *table[row.name].values()] for row in self.rows]
            return [[handle.name, *columns], *lines]
        values = zip(
            columns, zip(*(one.values() for one in table.values()), strict=True), strict=True
        )
        return [
            [handle.name, *(row.text for row in self.rows)],
            *([one, *rest] for one, rest in values),
        ]

    def live(self) -> str:
        """Return the bars in HTML, and the handles that move through the settings."""
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading()}'
            f"{self._handles()}{ribbons_picture.bars(self)}"
            f'<p class="sentence" role="status">{escape(self.sentence())}</p>'
            f"<small>{ribbons_picture.legend_of(self)}</small></section>"
        )

    def _handles(self) -> str:
        handles = "".join(map(self._handle, range(len(self.handles))))
        return f'<div class="handles">{handles}</div>' if self.handles[1:] else handles

    def _handle(self, number: int) -> str:
        handle = self.handles[number]
        if len(handle.settings) == 1:
            return ""
        if not handle.has_numbers:
            return self._named_settings(handle)
        words = escape(self.setting_in_words(handle.at))
        return (
            f'<label class="handle"><span>{escape(handle.name)}</span>'
            f'<input type="range" name="{field(number)}" min="0" max="{len(handle.settings) - 1}" '
            f'step="1" value="{handle.place}" data-do="turn" aria-valuetext="{words}">'
            f"<output>{words}</output></label>"
        )

    def _named_settings(self, handle: Handle) -> str:
        """A button for each setting: words have no order that a slider could follow."""
        buttons = "".join(
            f'<button data-do="turn" data-value="{place}" '
            f'aria-pressed="{truth(place == handle.place)}">'
            f"{escape(self.setting_in_words(setting))}</button>"
            for place, setting in enumerate(handle.settings)
        )
        return (
            f'<div class="handle" role="group" aria-label="{escape(handle.name)}">'
            f'<span>{escape(handle.name)}</span><div class="row">{buttons}</div></div>'
        )

    def still(self) -> str:
        """Return the bars at the present setting, with a tick for each other one."""
        return ribbons_picture.stored(self)


def field(number: int) -> str:
    """Return the name under which a front end says where a handle is."""
    return f"handle{number}"


def _as_text(lines: list[list[str]]) -> str:
    return "\n".join(aligned(lines))


def handles_of(settings: Sequence[Any], dial: str | Sequence[str]) -> list[Handle]:
    """Return the handles that go through these settings: one for a name, one each for several.

    Raises ValueError where a setting has not one number for each of several handles: only the one
    handle may have words.
    """
    if isinstance(dial, str):
        return [Handle(dial or "Setting", list(dict.fromkeys(settings)))]
    handles = []
    for number, name in enumerate(dial):
        for setting in settings:
            if not isinstance(setting, tuple) or len(setting) != len(dial):
                names = ", ".join(dial)
                raise ValueError(f"{setting!r} is no setting of {len(dial)} handles: {names}")
        handles.append(Handle(name, list(dict.fromkeys(one[number] for one in settings))))
    for handle in handles:
        if len(handles) > 1 and not handle.has_numbers:
            raise ValueError(f"{handle.name!r} is one of several handles, and has words")
    return handles


def _require_durations(worth: Mapping[tuple[str, Any], float], horizon: float) -> None:
    """Raises ValueError where something is no duration."""
    if not worth:
        raise ValueError("ribbons(...) needs at least one thing: {('cookie', 0): 60} is one")
    if not horizon > 0:
        raise ValueError(f"horizon is a number of minutes above 0, but this is {horizon!r}")
    for (name, setting), minutes in worth.items():
        if not minutes >= 0:
            raise ValueError(f"{name!r} at {setting!r} is {minutes!r}, and no number of minutes")


def in_order(names: Sequence[str], parents: Mapping[str, str]) -> list[ribbons_picture.Ribbon]:
    """Return the things in the order in which they are drawn: each below what it came from.

    Raises ValueError where something came from itself.
    """
    every = list(dict.fromkeys([*names, *parents.values(), *parents]))
    rows: list[ribbons_picture.Ribbon] = []

    def add(name: str, depth: int) -> None:
        rows.append(ribbons_picture.Ribbon(name, depth))
        for child in (one for one in every if parents.get(one) == name):
            add(child, depth + 1)

    for root in (one for one in every if one not in parents):
        add(root, 0)
    if len(rows) < len(every):
        lost = next(one for one in every if one not in {row.name for row in rows})
        raise ValueError(f"{lost!r} came from itself, by way of what came from it")
    return rows


def ribbons(
    worth: Mapping[tuple[str, Any], float],
    *,
    horizon: float,
    unit_words: InWords = minutes_in_words,
    dial: str | Sequence[str] = "",
    parents: Mapping[str, str] | None = None,
    start: Settings | None = None,
    on_turn: Callable[[Any], object] | None = None,
    beside: Beside | None = None,
    **words: Unpack[Words],
) -> Ribbons:
    """Show how long each thing that a thief holds still opens something, and return it.

    `worth` has the minutes of each (name, setting); 0 is a refusal, and from `horizon` on nobody
    looked. `dial` names what the settings are, `start` is the first. With several names there are
    as many handles, and a setting is a tuple with a number for each; the first handle has its line
    on the picture. `parents` says what came from what, by name. `on_turn(setting)` may return a
    sentence that is shown below, and `beside(name, setting)` a few words beside a bar. `unit_words`
    writes minutes in words. `title` and `hint` are a sentence each.
    """
    instrument = Ribbons(
        worth,
        horizon=horizon,
        unit_words=unit_words,
        dial=dial,
        parents=parents,
        start=start,
        on_turn=on_turn,
        beside=beside,
        **words,
    )
    instrument.show()
    return instrument
