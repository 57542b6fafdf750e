"""Ribbons: how long each thing that a thief holds still opens something, and what changes when a
handle is turned."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Unpack

from labutils.instruments import ribbons_picture
from labutils.instruments.calling import call
from labutils.instruments.frame import Instrument, Words, truth
from labutils.instruments.times import minutes_in_words
from labutils.text import aligned, shown

Setting = float | str
InWords = Callable[[float], str]

TITLE = "How long it still opens something"
WIDEST_TABLE = 5  # settings that a table has as columns; more are its lines
LONGEST_SENTENCE = 300


class Ribbons(Instrument):
    """Durations as bars, with a handle; `ribbons` says what they are made of."""

    name = "ribbons"

    def __init__(
        self,
        worth: Mapping[tuple[str, Setting], float],
        *,
        horizon: float,
        unit_words: InWords = minutes_in_words,
        dial: str = "",
        parents: Mapping[str, str] | None = None,
        start: Setting | None = None,
        on_turn: Callable[[Setting], object] | None = None,
        **words: Unpack[Words],
    ):
        super().__init__(words.get("title", TITLE), words.get("hint", ""))
        _require_durations(worth, horizon)
        self.worth, self.horizon, self.unit_words = dict(worth), horizon, unit_words
        self.dial, self.on_turn_of = dial or "Setting", on_turn
        self.settings: list[Setting] = list(dict.fromkeys(setting for _, setting in worth))
        self.rows = in_order([name for name, _ in worth], parents or {})
        self.place = 0 if start is None else self._place_of(start)

    # --- what somebody does ---------------------------------------------------------------------

    @property
    def at(self) -> Setting:
        """The setting of the handle."""
        return self.settings[self.place]

    def turn(self, setting: Setting) -> None:
        """Turn the handle to a setting. Raises ValueError where there is no such setting."""
        self.touched("turn", str(self._place_of(setting)))

    def _place_of(self, setting: Setting) -> int:
        if setting not in self.settings:
            known = ", ".join(str(one) for one in self.settings)
            raise ValueError(f"there is no setting {setting!r}; there are {known}")
        return self.settings.index(setting)

    def on_turn(self, place: str, _: dict[str, str]) -> None:
        """Take the place of the handle: 0 is the first setting."""
        if place.isdecimal():
            self.place = min(int(place[:9]), len(self.settings) - 1)

    def on_drag(self, share: str, _: dict[str, str]) -> None:
        """Take a place on the picture from 0 to 1, and go to the setting that is nearest."""
        try:
            x = float(share) * ribbons_picture.width_of(self)
        except ValueError:
            return
        if math.isfinite(x) and self.has_numbers:
            axis = ribbons_picture.axis_of(self)
            distances = [abs(axis.x(float(one)) - x) for one in self.settings]
            self.place = distances.index(min(distances))

    # --- what it is -----------------------------------------------------------------------------

    @property
    def has_numbers(self) -> bool:
        """Whether the settings are minutes, and have a place on the axis."""
        return all(isinstance(one, int | float) for one in self.settings)

    def setting_in_words(self, setting: Setting) -> str:
        """Return a setting in words."""
        return setting if isinstance(setting, str) else self.unit_words(setting)

    def minutes(self, name: str, setting: Setting) -> float | None:
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

    def table(self) -> dict[str, dict[Setting, str]]:
        """Return what each thing is worth at each setting, in words."""
        return {
            row.name: {
                setting: self.value_in_words(self.minutes(row.name, setting))
                for setting in self.settings
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
        """Return the whole table."""
        columns, table = [self.setting_in_words(one) for one in self.settings], self.table()
        if len(self.settings) == 1:
            lines = [[row.label, *table[row.name].values()] for row in self.rows]
        elif len(self.settings) <= WIDEST_TABLE:
            lines = [[self.dial, *columns]]
            lines += [[row.label, *table[row.name].values()] for row in self.rows]
        else:
            lines = [[self.dial, *(row.text for row in self.rows)]]
            lines += [
                [words, *(values[setting] for values in table.values())]
                for words, setting in zip(columns, self.settings, strict=True)
            ]
        return "\n".join(aligned(lines))

    def live(self) -> str:
        """Return the bars in HTML, and the handle that moves through the settings."""
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading()}'
            f"{self._handle()}{ribbons_picture.bars(self)}"
            f'<p class="sentence" role="status">{escape(self.sentence())}</p>'
            f"<small>{ribbons_picture.legend_of(self)}</small></section>"
        )

    def _handle(self) -> str:
        if len(self.settings) == 1:
            return ""
        if not self.has_numbers:
            return self._named_settings()
        words = escape(self.setting_in_words(self.at))
        return (
            f'<label class="handle"><span>{escape(self.dial)}</span>'
            f'<input type="range" min="0" max="{len(self.settings) - 1}" step="1" '
            f'value="{self.place}" data-do="turn" aria-valuetext="{words}">'
            f"<output>{words}</output></label>"
        )

    def _named_settings(self) -> str:
        """A button for each setting: words have no order that a slider could follow."""
        buttons = "".join(
            f'<button data-do="turn" data-value="{place}" '
            f'aria-pressed="{truth(place == self.place)}">'
            f"{escape(self.setting_in_words(setting))}</button>"
            for place, setting in enumerate(self.settings)
        )
        return (
            f'<div class="handle" role="group" aria-label="{escape(self.dial)}">'
            f'<span>{escape(self.dial)}</span><div class="row">{buttons}</div></div>'
        )

    def still(self) -> str:
        """Return the bars at the present setting, with a tick for each other one."""
        return ribbons_picture.stored(self)


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
    worth: Mapping[tuple[str, Setting], float],
    *,
    horizon: float,
    unit_words: InWords = minutes_in_words,
    dial: str = "",
    parents: Mapping[str, str] | None = None,
    start: Setting | None = None,
    on_turn: Callable[[Setting], object] | None = None,
    **words: Unpack[Words],
) -> Ribbons:
    """Show how long each thing that a thief holds still opens something, and return it.

    `worth` has the minutes of each (name, setting); 0 is a refusal, and from `horizon` on nobody
    looked. `dial` names what the settings are, `start` is the first. `parents` says what came from
    what, by name. `on_turn(setting)` may return a sentence that is shown below. `unit_words` writes
    minutes in words. `title` and `hint` are a sentence each.
    """
    instrument = Ribbons(
        worth,
        horizon=horizon,
        unit_words=unit_words,
        dial=dial,
        parents=parents,
        start=start,
        on_turn=on_turn,
        **words,
    )
    instrument.show()
    return instrument
