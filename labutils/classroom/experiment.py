"""Put a prediction and its experiment into one cell.

    with experiment("06-p15") as seen:
        apps.ada.get("https://wiki.example/logout")
        seen.result = apps.tom.get(API + "/me", headers=bearer(token)).status_code

Where somebody works, the question comes first, with its options as buttons, and all that the body
shows is held back until one of them is pressed, or *Show me without a guess*. So Run All gives
nothing away and records nothing: later cells have what they need, and the question stays open. On
the second day Run All brings back what was answered. Elsewhere it is what `predict` and `reveal`
print, and that is stored and compared.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from labutils.classroom import buttons, exercises, panel
from labutils.classroom import progress as progress_file
from labutils.classroom.registry import QUOTES, AnyPrediction

SHOW = "show"  # typed in place of a guess: the result, without one
Place = tuple[Any, dict[str, Any], dict[str, Any]]  # where something is shown, and what
Job = Callable[[], None]

_open: list["Experiment"] = []  # whose bodies run now, and hold back what they show


def when_shown(display_id: str, job: Job) -> None:
    """Run a job when what has that display id is shown: now, or once it is revealed.

    So an instrument comes alive no sooner than its picture may be seen.
    """
    if _open:
        _open[-1].jobs[display_id] = job
    else:
        job()


class Experiment:
    """One prediction with its experiment. `result` is what the experiment showed; the body sets it.

    A name that no prediction has is a sentence, and the body runs as if there were no question.
    """

    result: Any = ...

    def __init__(self, identifier: object, guess: object = ""):
        self.item: AnyPrediction | None = exercises.prediction(identifier)
        self.guess = guess
        self.held = self.item is not None and panel.wanted()
        self.is_over = False
        self.places: list[Place] = []
        self.jobs: dict[str, Job] = {}  # by the id of what is played with

    def __enter__(self) -> "Experiment":
        if self.item is None:
            return self
        if not self.held:
            if self.item.read(self.guess) is None:
                self._say(self.item)
            else:
                exercises.predict(self.item.id, self.guess)
            return self
        self._ask(self.item)
        from IPython.utils.capture import capture_output

        self.capturing: Any = capture_output()
        self.captured: Any = self.capturing.__enter__()
        _open.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.item is None:
            return
        if not self.held:
            if kind is None:
                exercises.reveal(self.item.id, self.result)
            return
        _open.remove(self)
        self.capturing.__exit__(kind, error, trace)
        if kind is not None:  # what it printed before it failed helps to find out why
            self.captured.show()
            return
        self._keep_places()
        if self._is_answered(self.item):
            self._reveal()

    # --- before -----------------------------------------------------------------------------------

    def _ask(self, item: AnyPrediction) -> None:
        """Show the question and its options; note a guess that was typed."""
        with panel.collected() as question:
            self._say(item)
        panel.show(question)
        self.options = buttons.options(item, self._choose, skip=self._skip)
        choice = item.read(self.guess)
        if choice is not None:
            progress_file.guessed(item.id, choice)

    def _say(self, item: AnyPrediction) -> None:
        """Say the question, and where an answer may be typed."""
        exercises.ask(item, "" if self.guess == SHOW else self.guess, quotes_of(item.id))

    def _is_answered(self, item: AnyPrediction) -> bool:
        """Whether the result may be shown: it was guessed, now or before, or asked for."""
        if self.guess == SHOW:
            return True
        noted = progress_file.load().get(item.id, {})
        return bool({"first", "shown"} & noted.keys())

    def _keep_places(self) -> None:
        """Make a place for each thing that the body showed, and one for the answer.

        What happened comes first, then why, then what one plays with: after a click the eye is at
        the options. What is played with keeps its id, under which it comes alive.
        """
        shown = _shown_last(self.captured.outputs)
        if self.captured.stdout:
            shown.insert(0, ("", {"text/plain": self.captured.stdout.rstrip("\n")}, {}))
        acts = [one for one in shown if one[0] not in self.jobs]
        played_with = [one for one in shown if one[0] in self.jobs]
        self.places = [(_place(name), data, metadata) for name, data, metadata in acts]
        self.answer = panel.place()
        self.places += [(_place(name), data, metadata) for name, data, metadata in played_with]

    # --- the answer -------------------------------------------------------------------------------

    def _choose(self, choice: str, pressed: Any) -> None:
        """Note the guess that somebody pressed, and show what the body showed. Once."""
        if self.item is None or self.is_over:
            return
        progress_file.guessed(self.item.id, choice)
        self._reveal(pressed)

    def _skip(self) -> None:
        """Show what the body showed, to somebody who wants to see it without a guess."""
        if not self.is_over:
            self._reveal()

    def _reveal(self, pressed: Any = None) -> None:
        assert self.item is not None
        self.is_over = True
        noted = progress_file.load().get(self.item.id, {})
        first = self.item.read(noted.get("first"))
        buttons.mark(self.options, pressed, first, self.item.truth)
        for place, data, metadata in self.places:
            place.update(data, raw=True, metadata=metadata)
        with panel.collected() as said:
            exercises.reveal(self.item.id, self.result)
        self.answer.update(said.bundle(), raw=True)
        for job in self.jobs.values():
            job()


def _shown_last(outputs: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """What was shown, in order: the id of each ("" where it has none), and its latest content."""
    shown: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for one in outputs:
        name = (one.transient or {}).get("display_id", "")
        content = (name, one.data, one.metadata or {})
        before = [at for at, (other, _, _) in enumerate(shown) if name and other == name]
        if before:
            shown[before[0]] = content
        else:
            shown.append(content)
    return shown


def quotes_of(identifier: str) -> str:
    """Return where the answer to an experiment is typed, in words."""
    return f'{QUOTES} of experiment("{identifier}", "")'


def _place(display_id: str) -> Any:
    """A place on the screen with that id, or with one of its own."""
    if not display_id:
        return panel.place()
    from IPython.display import display

    displayed: Any = display  # IPython has no types for it
    return displayed({"text/plain": "", "text/html": ""}, raw=True, display_id=display_id)


def experiment(identifier: str, guess: object = "") -> Experiment:
    """Ask, run the body with what it shows held back, and show it once somebody answered.

    `guess` is an answer typed beforehand; `"show"` shows the result without one.
    """
    return Experiment(identifier, guess)
