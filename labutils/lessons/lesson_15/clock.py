"""An evening as a clock: acts are put on it, and each thing that the intruder holds is tried after
each act and after each visit."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from labutils.instruments.frame import Instrument
from labutils.instruments.svg import Svg, wrapped
from labutils.lab import iso, seconds
from labutils.text import aligned, counted

from .incident_response import BEGIN, MOST, TO_END, UNTIL, VISIT, Outcome

TEXT, SMALL = 14, 13  # sizes of type
BAR, ROW, NARROW_ROW = 20, 38, 58  # heights
LABEL = 172  # of the names
NARROW = 520  # pixels below which a name is above its bar
PADDING = 42  # of a live card: what is left of the place is the picture's
TITLE = "Twenty minutes an act; he comes by every fifteen"
HINT = "Red: it opens a door. A thin line: it exists, and opens none. A ring: you ended it."
LEGEND = "Ticks below the clock: he comes by."


@dataclass(frozen=True)
class Span:
    """From when to when a thing opened a door, or only existed. `is_back`: it had been ended."""

    begin: int
    end: int
    opens: bool
    is_back: bool


def at(minute: int) -> str:
    """Return a minute of the evening as a clock shows it."""
    return iso(seconds(BEGIN) + 60 * minute)[11:16]


def spans(outcome: Outcome, name: str) -> list[Span]:
    """Return when a thing opened a door or existed."""
    changes: list[tuple[int, bool, bool]] = []
    for look in outcome.looks:
        state = (name in look.opens, name in look.exists)
        if not changes or changes[-1][1:] != state:
            changes.append((look.minute, *state))
    ends = [*(minute for minute, _, _ in changes[1:]), UNTIL]
    back = {minute for minute, _, thing in outcome.brought_back if thing == name}
    return [
        Span(minute, end, opens, minute in back)
        for (minute, opens, exists), end in zip(changes, ends, strict=True)
        if opens or exists
    ]


class Clock(Instrument):
    """What became of an evening, and buttons that put one more act on it."""

    name = "ribbons"  # whose style sheet it has

    def __init__(
        self, outcome: Outcome, play: Callable[[list[str]], Outcome], left_behind: str = ""
    ):
        super().__init__(TITLE, HINT)
        self.outcome, self._play = outcome, play
        self.rows = [*TO_END, *([left_behind] if left_behind else [])]

    # --- what somebody does ---------------------------------------------------------------------

    @property
    def acts(self) -> list[str]:
        """Return what was ended, in order."""
        return [name for _, name in self.outcome.acts]

    def act(self, name: str) -> None:
        """End one more thing, twenty minutes after the act before."""
        self.touched("act", name)

    def undo(self) -> None:
        """Take the last act back."""
        self.touched("undo")

    def start_again(self) -> None:
        """Take all acts back."""
        self.touched("again")

    def on_act(self, name: str, _: dict[str, str]) -> None:
        """Put an act on the clock, if there is room and such a thing."""
        if name in TO_END and len(self.acts) < MOST:
            self.outcome = self._play([*self.acts, name])

    def on_undo(self, _: str, __: dict[str, str]) -> None:
        """Take the last act back."""
        self.outcome = self._play(self.acts[:-1])

    def on_again(self, _: str, __: dict[str, str]) -> None:
        """Take all acts back."""
        self.outcome = self._play([])

    # --- what it is -----------------------------------------------------------------------------

    def sentence(self) -> str:
        """Return how the evening ended, and what came back first."""
        ended, paid = self.outcome, self._price()
        if ended.minutes is None:
            opens = [name for name in self.rows if name in ended.looks[-1].opens]
            all_of_it = len(opens) == len(self.rows)
            by = f"all {len(opens)} of them" if all_of_it else _list(opens)
            said = f"At {at(UNTIL)} he is still in, by {by}."
        elif ended.left:
            said = (
                f"From {at(ended.minutes)} on nothing of his opens a door, but it is still there: "
                f"{_list(ended.left)}."
            )
        else:
            said = f"He was in for {ended.minutes} minutes, until {at(ended.minutes)}."
        if ended.brought_back:
            minute, maker, thing = ended.brought_back[0]
            said += f" First to come back: {thing}, at {at(minute)}, by {maker}."
        return f"{said} {paid}"

    def _price(self) -> str:
        hours = counted(self.outcome.hours, "hour")
        vain = self.outcome.hours_in_vain
        return f"The acts cost {hours} of staff, {vain} of them for what came back."

    # --- what it looks like ---------------------------------------------------------------------

    def words(self) -> str:
        """Return a line for each thing: when it opened a door, and when it was ended."""
        lines = [["", "opens a door", "only exists", "ended"]]
        for name in self.rows:
            every = spans(self.outcome, name)
            lines.append(
                [
                    name,
                    _times(every, opens=True),
                    _times(every, opens=False),
                    " ".join(at(minute) for minute, one in self.outcome.acts if one == name),
                ]
            )
        return "\n".join([*aligned(lines), "", *wrapped(self.sentence(), 96, 1 / 0.55)])

    def live(self) -> str:
        """Return the clock in HTML, with a button for each act."""
        room = len(self.acts) < MOST
        buttons = "".join(
            f'<button data-do="act" data-value="{name}"{"" if room else " disabled"}>'
            f"{escape(name)}</button>"
            for name in TO_END
        )
        picture = Svg(max(200.0, self.width - PADDING))
        height = self._draw(picture)
        drawn = picture.done(height, self.sentence(), 'class="bars"')
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading()}'
            f"{drawn}"
            f'<p class="sentence" role="status">{escape(self.sentence())}</p>'
            f'<div class="handle" role="group" aria-label="End one more"><span>End, at '
            f'{at((len(self.acts) + 1) * 20)}:</span><div class="row">{buttons}</div>'
            '<div class="row"><button data-do="undo">Take the last back</button>'
            '<button data-do="again">Start again</button></div></div>'
            f"<small>{LEGEND}</small></section>"
        )

    def still(self) -> str:
        """Return the clock with its sentence."""
        picture = Svg(self.width)
        y = picture.heading(self.title, self.hint)
        inner = Svg(self.width - 40)
        height = self._draw(inner)
        picture.add(f'<g transform="translate(20 {y:g})">{inner.inside()}</g>')
        y += height + 4
        for line in wrapped(self.sentence(), self.width - 40, TEXT):
            y += 20
            picture.text(20, y, line, size=TEXT)
        picture.text(20, y + 22, LEGEND, "quiet", size=SMALL)
        return picture.done(y + 40, f"{self.title}. {self.sentence()}")

    def _draw(self, picture: Svg) -> float:
        """Draw the rows and their clock; return where they end."""
        is_narrow = picture.width < NARROW
        step = NARROW_ROW if is_narrow else ROW
        left, right = (8.0 if is_narrow else float(LABEL)), picture.width - 24
        bottom = 8.0 + step * len(self.rows)

        def x(minute: float) -> float:
            return left + minute / UNTIL * (right - left)

        for minute in range(0, UNTIL + 1, 60):
            picture.line((x(minute), 8), (x(minute), bottom + 5), "line")
            anchor = "start" if is_narrow and not minute else "end" if minute == UNTIL else "middle"
            picture.text(x(minute), bottom + 24, at(minute), "quiet", size=SMALL, anchor=anchor)
        for minute in range(VISIT, UNTIL + 1, VISIT):
            picture.line((x(minute), bottom), (x(minute), bottom + 8), "intruder-fill", 2)
        picture.line((left, bottom), (right, bottom), "quiet")
        for place, name in enumerate(self.rows):
            top = 8.0 + step * place
            middle = top + (step - BAR / 2 - 4 if is_narrow else step / 2)
            name_y = middle - BAR / 2 - 8 if is_narrow else middle + 5
            self._row(picture, name, middle, x)
            picture.text(0, name_y, name, size=TEXT, bold=True)
        return bottom + 32

    def _row(self, picture: Svg, name: str, middle: float, x: Callable[[float], float]) -> None:
        """Draw when a thing opened a door, when it only existed, and when it was ended."""
        for span in spans(self.outcome, name):
            wide = x(span.end) - x(span.begin)
            if span.opens:
                corner = (x(span.begin), middle - BAR / 2)
                picture.box(corner, (wide, BAR), fill="intruder-fill", round_by=2)
            else:
                picture.line((x(span.begin), middle), (x(span.end), middle), "quiet", 2.5)
        for minute, ended in self.outcome.acts:
            if ended == name:
                picture.add('<g style="paint-order:stroke">')
                picture.box((x(minute) - 7, middle - 7), (14, 14), fill="paper", round_by=7)
                picture.sign(x(minute), middle, "refused")
                picture.add("</g>")


def _times(every: list[Span], *, opens: bool) -> str:
    found = [f"{at(one.begin)}-{at(one.end)}" for one in every if one.opens == opens]
    return " ".join(found) or "-"


def _list(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
