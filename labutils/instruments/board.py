"""The board: a company's doors, dark until somebody tries them. It fills as an intruder moves, by
hand or by the learner's own functions, and says what each move wrote, or that no log has a line."""

from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, Unpack

from labutils.incident import cases
from labutils.incident.breach import Replay
from labutils.incident.cases import Incident
from labutils.instruments import board_moves, board_pane, board_picture, calling
from labutils.instruments.board_moves import INSIDE, MEANS, Mark
from labutils.instruments.frame import LOCK, Instrument, Words
from labutils.lab import SceneError, iso
from labutils.stage.intruder import BROWSER, SERVER, Intruder, NoSuchMove, Result
from labutils.text import shown

TITLE = "The company, as far as you know it"
TITLE_OF_A_REPLAY = "The campaign, door by door"
FROM_THE_SERVER = ("implant", "archives")  # what is of no use anywhere else
LONGEST = 10.0  # seconds that a learner's function may take to make its moves
PAUSE = 10  # minutes that the button lets pass


Use = Callable[..., Result]
Moves = Sequence[Sequence[str]] | Callable[[Use, list[str]], Any]


class Board(Instrument):
    """A company as somebody at its doors knows it; `board` says what it is made of.

    `opened`, `refused`, `silent` and `marks` say by name what the picture shows; `use`, `take`,
    `door`, `step` and `name` do what its buttons do.
    """

    name = "board"

    def __init__(self, scene: Any, *, ask: bool = False, **words: Unpack[Words]):
        self.scene, self.asks = scene, ask
        self.replay = scene if isinstance(scene, Replay) else None
        self.intruder = None if self.replay else _intruder_of(scene)
        title = TITLE_OF_A_REPLAY if self.replay else TITLE
        super().__init__(words.get("title", title), words.get("hint", ""))
        self.trouble = ""
        self.told: list[str] = []  # the tactics that somebody named, move by move
        self.all: list[Mark] = []
        self.at = 0  # of a replay: how many moves are shown
        self.hand, self.origin = "", BROWSER
        if self.replay:
            self.all = board_moves.of_replay(self.replay)
        elif self.intruder:
            self.hand = next(iter(self.intruder.holds), "")
            self.intruder.watchers.append(self.redraw)

    # --- what somebody does ---------------------------------------------------------------------

    def use(self, credential: str, service: str, action: str, origin: str = BROWSER) -> Result:
        """Make a move, and show it. What it sets off is shown too, and not printed.

        Raises NoSuchMove, as Intruder.use.
        """
        with LOCK, redirect_stdout(StringIO()):
            result: Result = self._moving().use(credential, service, action, origin)
        self.redraw()
        return result

    def follow(self, moves: Sequence[Sequence[str]]) -> None:
        """Make moves one by one. Raises NoSuchMove, in a sentence that says which could not be
        made."""
        for number, move in enumerate(moves, 1):
            if not isinstance(move, list | tuple) or not 3 <= len(move) <= 4:
                raise NoSuchMove(
                    f"{shown(repr(move), 80)}: not a move. A move is (credential, service, action)."
                )
            try:
                self.use(*move)
            except NoSuchMove as impossible:
                raise NoSuchMove(f"Move {number}: {impossible}") from impossible

    def play(self, moves: Moves) -> None:
        """Make moves from a list, or those that a function makes: it is given `use` and what is
        held. What goes wrong is a sentence on the board, and the cell goes on."""
        self.trouble = ""
        if callable(moves):
            self.trouble = calling.call(moves, self.use, self.holds, longest=LONGEST).why
        else:
            try:
                self.follow(moves)
            except SceneError as impossible:
                self.trouble = str(impossible)
        self.redraw()

    def wait(self, minutes: float) -> None:
        """Let minutes pass. Raises SceneError where no time passes, or for what is no number."""
        scene = self._moving()
        if not hasattr(scene, "wait"):
            raise SceneError("Nobody waits for anything here: there is no clock against you.")
        with LOCK, redirect_stdout(StringIO()):
            scene.wait(minutes)
        self.redraw()

    def take(self, credential: str) -> None:
        """Carry a credential from now on. Raises NoSuchMove for one that is not held."""
        self._moving()
        if credential not in self.holds:
            raise NoSuchMove(f"You do not hold {credential!r}. You hold: {', '.join(self.holds)}.")
        self.touched("take", credential)

    def door(self, name: str) -> None:
        """Try a door, `service/action`, with what is carried. Raises NoSuchMove for what is no
        door of this company."""
        self._moving()
        if name not in self.doors:
            raise NoSuchMove(f"There is no door {name!r}. There are: {', '.join(self.doors)}.")
        self.touched("door", name)

    def step(self, number: int) -> None:
        """Show a campaign up to this move. Raises ValueError for what is no number, or where
        nothing was recorded."""
        if not self.replay:
            raise ValueError("There is nothing to step through: here you make the moves yourself.")
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(f"step takes a number from 0 to {len(self.all)}, not {number!r}.")
        self.touched("step", str(number))

    def name_tactic(self, tactic: str) -> None:
        """Say which tactic the first move is that has none yet. Raises ValueError for what is no
        tactic."""
        known = {one.casefold(): one for one in MEANS}
        if (right := known.get(str(tactic).strip().casefold())) is None:
            raise ValueError(f"{tactic!r} is no tactic here. The eight are: {', '.join(MEANS)}.")
        self.touched("tactic", right)

    def on_take(self, value: str, _: dict[str, str]) -> None:
        """Carry this credential."""
        if value in self.holds and not self.replay:
            self.hand, self.trouble = value, ""
            self.origin = SERVER if value in FROM_THE_SERVER else self.origin

    def on_origin(self, value: str, _: dict[str, str]) -> None:
        """Send from the browser, or from the server."""
        if value in (BROWSER, SERVER):
            self.origin = value

    def on_door(self, value: str, _: dict[str, str]) -> None:
        """Try this door; in a campaign, go on to its next move."""
        if self.replay:
            at = [mark.number for mark in self.all if mark.door == value]
            self.at = next((one for one in at if one > self.at), at[0] if at else self.at)
            return
        service, _bar, action = value.partition("/")
        self.trouble = ""
        try:
            self.use(self.hand, service, action, self.origin)
        except SceneError as impossible:
            self.trouble = str(impossible)

    def on_wait(self, _value: str, _: dict[str, str]) -> None:
        """Let ten minutes pass."""
        if hasattr(self.scene, "wait"):
            self.wait(PAUSE)

    def on_step(self, value: str, _: dict[str, str]) -> None:
        """Show the campaign as far as this move."""
        if value.lstrip("-").isdecimal():
            self.at = max(0, min(len(self.all), int(value)))

    def on_tactic(self, value: str, _: dict[str, str]) -> None:
        """Note what somebody calls the next move."""
        if self.unnamed and value in MEANS:
            self.told.append(value)

    def _moving(self) -> Any:
        """The scene, where moves can be made. Raises ValueError in a recorded one."""
        if self.replay:
            raise ValueError("A recorded campaign is stepped through: step(7) shows seven moves.")
        return self.scene

    # --- what is so -----------------------------------------------------------------------------

    @property
    def case(self) -> Incident:
        """The incident whose company this is."""
        return self.replay.case if self.replay else cases.load()

    @property
    def doors(self) -> list[str]:
        """All doors that are shown, `service/action`."""
        cards = [card for _, cards in board_picture.columns(self) for card in cards]
        return [door for card in cards for door in card.doors]

    @property
    def marks(self) -> list[Mark]:
        """The moves that were made; of a campaign, those up to where it is shown."""
        if self.intruder:
            return board_moves.of_intruder(self.intruder)
        return self.all[: self.at]

    @property
    def opened(self) -> list[str]:
        """The doors that opened."""
        return list(dict.fromkeys(mark.door for mark in self.marks if mark.allowed))

    @property
    def refused(self) -> list[str]:
        """The doors that were tried and never opened."""
        opened = self.opened
        tried = dict.fromkeys(mark.door for mark in self.marks)
        return [door for door in tried if door not in opened]

    @property
    def silent(self) -> list[str]:
        """The moves that no log has a line about."""
        return [f"{m.number} {m.using} at {m.door}" for m in self.marks if not m.lines]

    @property
    def alarms(self) -> list[str]:
        """What the moves set off."""
        return [text for _, text in self.intruder.news] if self.intruder else []

    @property
    def holds(self) -> list[str]:
        """The credentials in the intruder's hands."""
        if self.intruder:
            return list(self.intruder.holds)
        gained = [name for mark in self.marks for name in mark.gained]
        return list(dict.fromkeys([*self.case.campaign.start_with, *gained]))

    @property
    def unnamed(self) -> list[Mark]:
        """The moves whose tactic somebody has still to name, where that is asked."""
        return self.marks[len(self.told) :] if self.asks else []

    def tactic(self, mark: Mark) -> str:
        """Return what ATT&CK calls a move; a question mark as long as somebody has to say it."""
        if self.asks and mark.number > len(self.told):
            return "?"
        return mark.meaning.tactic

    def called(self, mark: Mark) -> str:
        """Return the tactic of a move, and what somebody called it, where that is another."""
        tactic = self.tactic(mark)
        said = self.told[mark.number - 1] if mark.number <= len(self.told) else tactic
        return tactic if said == tactic else f"{tactic} (you: {said})"

    @property
    def clock(self) -> tuple[float, str]:
        """The share of the time that is over, and the standing of a race; no words where there is
        none."""
        clock: tuple[float, str] = getattr(self.scene, "clock", (0.0, ""))
        return clock

    @property
    def now(self) -> str:
        """The time of day at the intruder's."""
        return iso(self.intruder.lab.clock.now)[11:16] if self.intruder else ""

    # --- what it looks like -----------------------------------------------------------------------

    def words(self) -> str:
        """Return the moves, how each ended, what it was and what it wrote."""
        lines = [f"{self.title}: {', '.join(self.holds)}"]
        if self.now:
            lines.append(f"{self.now} {self.clock[1]}".rstrip())
        for mark in self.marks:
            end = "opened" if mark.allowed else f"refused ({mark.rule})"
            end = "opened, and nothing shows that it happened" if mark.unknown else end
            when = iso(mark.time)[5:16].replace("T", " ")
            place = " from the server" if mark.origin == INSIDE else ""
            lines.append(
                f"{mark.number:>2} {when} {mark.using} at {mark.door}{place}: {end}; "
                f"{self.called(mark)}; {mark.logs or 'silent: no line'}"
            )
            lines += [f"   >>> {text}" for text in mark.news]
        if self.trouble:
            lines.append(self.trouble)
        elif not self.marks:
            lines.append(f"{len(self.doors)} doors, and nobody has tried one.")
        return "\n".join(lines)

    def live(self) -> str:
        """Return the doors, and beside them the latest move."""
        return board_pane.live(self)

    def still(self) -> str:
        """Return the doors and the moves as a picture."""
        return board_picture.stored(self)


def _intruder_of(scene: Any) -> Intruder:
    """Who moves in a scene. Raises ValueError where nobody does."""
    intruder = getattr(scene, "_intruder", scene)
    if not isinstance(intruder, Intruder):
        raise ValueError(
            "board shows an Intruder(), a race with one, or a campaign that breach.play played, "
            f"not {shown(repr(scene), 60)}."
        )
    return intruder


def board(
    scene: Any, *, moves: Moves = (), ask: bool = False, at: int = 0, **words: Unpack[Words]
) -> Board:
    """Show a company as an intruder knows it, and return it.

    `scene` is an Intruder, or a race with one, whose doors one tries with what one holds; or a
    campaign that `breach.play` played, which is stepped through, shown up to move `at` first.
    `moves` are made before it is shown: a list, or a function that is given `use` and what is held.
    With `ask`, the tactic of a move is said when somebody has named it. `title` and `hint` are a
    sentence each. Raises ValueError for another scene.
    """
    instrument = Board(scene, ask=ask, **words)
    if at:
        instrument.step(at)
    if moves:
        instrument.play(moves)
    instrument.show()
    return instrument
