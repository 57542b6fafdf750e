"""Share what all instruments need: how one is shown, and how a touch comes back to Python.

An instrument is shown as a still picture with its words, and that is stored. Where somebody works,
a widget is made beside it. Only when its front end has said `here` does the live view take the
picture's place: a front end that cannot show it (GitHub, a hub without the extension) keeps a
picture, and nothing looks like an error.
"""

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from html import escape
from importlib import resources
from typing import Any, TypedDict

from labutils.classroom import experiment, panel
from labutils.classroom.saving import BUTTONS
from labutils.instruments import svg
from labutils.pictures import look

WIDTH = 760  # pixels of a stored picture: a cell of a notebook on GitHub and on the site
NARROWEST, WIDEST = 240, 1184  # of a live one: what 390 px leave, and 74rem
# The version of anywidget's front end whose messages `hands.js` and the traits below speak.
FRONT_END = "~0.11.*"
# A touch comes in another thread than a cell (ipykernel 7 runs it in a subshell).
LOCK = threading.RLock()


class Words(TypedDict, total=False):
    """The texts above an instrument, a sentence each."""

    title: str
    hint: str


class Instrument(ABC):
    """An instrument: something to look at and to touch.

    A subclass keeps its state in attributes, draws it, and has a method `on_NAME(value, fields)`
    for each `data-do="NAME"` in what it draws. What a button does, a method does too: it changes
    the state and calls `redraw`.
    """

    name = "instrument"  # its class in look.css
    width = WIDTH  # of the place; `hands.js` says how wide the live one is

    def __init__(self, title: str = "", hint: str = ""):
        self.title, self.hint = title, hint
        self.screens: list[Any] = []  # the widgets that show it
        self.shown_last: tuple[int, dict[str, str]] | None = None  # in which cell, and what

    # --- what it looks like ---------------------------------------------------------------------

    @abstractmethod
    def live(self) -> str:
        """Return the whole screen as HTML with one element around it.

        It is drawn after each touch, and `hands.js` changes what is different.
        """

    @abstractmethod
    def still(self) -> str:
        """Return the same as an SVG that needs no script and no style sheet."""

    @abstractmethod
    def words(self) -> str:
        """Return the same as lines of text: for a terminal, for a screen reader, for tests."""

    def heading(self, controls: str = "") -> str:
        """Return the title and the hint in HTML, and what belongs beside the title."""
        title = f'<p class="title">{escape(self.title)}</p>' if self.title else ""
        hint = f'<p class="hint">{panel.marked(self.hint)}</p>' if self.hint else ""
        above = f"<header>{title}{controls}</header>" if title or controls else ""
        return above + hint

    def bundle(self) -> dict[str, str]:
        """Return what is stored, by media type. It is the same bytes in every run."""
        with LOCK:
            width, self.width = self.width, type(self).width
            try:
                return {"text/plain": self.words(), "image/svg+xml": svg.alone(self.still())}
            finally:
                self.width = width

    # --- what somebody does ---------------------------------------------------------------------

    def touched(self, what: str, value: str = "", fields: dict[str, str] | None = None) -> None:
        """Do what somebody clicked, typed or dragged, and draw again.

        An unknown act does nothing.
        """
        handler: Callable[[str, dict[str, str]], None] | None = getattr(self, f"on_{what}", None)
        if handler is None:
            return
        with LOCK:
            handler(value, fields or {})
            self.redraw()

    def on_width(self, value: str, _: dict[str, str]) -> None:
        """Note the width of its place; `hands.js` says it at the start, and after each change."""
        if value.isdecimal():
            self.width = max(NARROWEST, min(WIDEST, int(value)))

    def redraw(self) -> None:
        """Redraw it on every screen where it is alive."""
        with LOCK:
            html = self.drawing() if self.screens else ""
            for screen in self.screens:
                screen.html = html

    def drawing(self) -> str:
        """Return the live view as it is sent: halves of characters, which no UTF-8 has, are `?`."""
        return self.live().encode(errors="replace").decode()

    # --- how it is shown ------------------------------------------------------------------------

    def show(self) -> None:
        """Show it as it is stored; and alive, once a front end says that it can.

        It does nothing where no notebook runs.
        """
        shell = _shell()
        if shell is None:
            return
        from IPython.display import display

        bundle = self.bundle()
        displayed: Callable[..., Any] = display  # IPython has no types for it
        handle = displayed(bundle, raw=True, display_id=True)
        self.shown_last = (shell.execution_count, bundle)
        if panel.wanted() and (screen := _screen_class()):
            self.screens.append(screen(self, handle))

    def _ipython_display_(self) -> None:
        """Show it where a cell ends in it, unless this cell shows it already, just as it is."""
        shell = _shell()
        if shell and self.shown_last != (shell.execution_count, self.bundle()):
            self.show()


def truth(value: bool) -> str:
    """Return a value as an ARIA attribute has it."""
    return "true" if value else "false"


def _shell() -> Any:
    """The shell of a notebook or of IPython; None where neither runs."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


# --- the front end ------------------------------------------------------------------------------


@cache
def script() -> str:
    """Return the JavaScript of all instruments."""
    return resources.files(__package__).joinpath("hands.js").read_text(encoding="utf-8")


@cache
def css() -> str:
    """Return the style sheet of all instruments: the course's colours, and this folder's rules.

    The colours are there for a front end that has no extension of this course.
    """
    folder = resources.files(__package__)
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".css"))
    names.sort(key=lambda name: name != "look.css")  # which the others may change
    rules = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
    light = f".lu-live{{{look.variables(look.LIGHT)}--lu-mono:{look.MONOSPACE};"
    widths = f"--lu-prose:{look.PROSE};--lu-wide:{look.CARD};--lu-instrument:{look.INSTRUMENT}}}"
    return f"{light}{widths}.lu-live[data-theme=dark]{{{look.variables(look.DARK)}}}{rules}"


@cache
def _screen_class() -> Any:
    """The one widget of all instruments; None where there is no ipywidgets.

    It is the widget that `anywidget.AnyWidget` would be, without that package in the kernel: its
    front end is found by the names below.
    """
    try:
        import ipywidgets
        from traitlets import Int, Unicode
    except ImportError:
        return None

    class Screen(ipywidgets.DOMWidget):  # type: ignore[misc]  # ipywidgets has no types
        """One place in which an instrument is alive."""

        _model_module = Unicode("anywidget").tag(sync=True)
        _model_module_version = Unicode(FRONT_END).tag(sync=True)
        _model_name = Unicode("AnyModel").tag(sync=True)
        _view_module = Unicode("anywidget").tag(sync=True)
        _view_module_version = Unicode(FRONT_END).tag(sync=True)
        _view_name = Unicode("AnyView").tag(sync=True)
        _esm = Unicode(script()).tag(sync=True)
        _css = Unicode(css()).tag(sync=True)
        _anywidget_id = Unicode("labutils.instruments.frame.Screen").tag(sync=True)
        html = Unicode().tag(sync=True)
        name = Unicode().tag(sync=True)
        seen = Int().tag(sync=True)  # the number of the last touch that this drawing answers

        def __init__(self, instrument: Instrument, handle: Any):
            self.instrument, self.handle = instrument, handle
            self.is_here = self.may_live = False
            super().__init__(html=instrument.drawing(), name=instrument.name)
            self.on_msg(self._heard)
            if "google.colab" in sys.modules:
                _let_colab_load_widgets()
                self.is_here = True  # whether Colab makes a model before its view is not documented
            experiment.when_shown(handle.display_id, self._released)

        def _released(self) -> None:
            """The picture may be played with: no experiment holds it back, or it was answered."""
            self.may_live = True
            self._come_alive()

        def _come_alive(self) -> None:
            if self.is_here and self.may_live:
                view = {"version_major": 2, "version_minor": 1, "model_id": self.model_id}
                self.handle.update(self.instrument.bundle() | {BUTTONS: view}, raw=True)

        def _heard(self, _: Any, said: dict[str, Any], __: Any) -> None:
            """Take what `hands.js` says: that it is here, or what was touched."""
            what, value = str(said.get("do", "")), str(said.get("value", ""))
            if what == "here":
                self.is_here = True
                self._come_alive()
                return
            with LOCK, self.hold_sync():
                self.seen = int(said.get("n", 0))
                self.instrument.touched(what, value, said.get("fields"))

    return Screen


def _let_colab_load_widgets() -> None:
    """Let Colab load the front end of widgets that are not its own."""
    from google.colab import output  # type: ignore[import-not-found]  # it is in Colab alone

    output.enable_custom_widget_manager()
