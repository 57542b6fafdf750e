"""Show the choices of a question as buttons below its text, where ipywidgets is installed.

A click says what could be typed between the quotes. Whoever types, or reads with a screen reader,
loses nothing.
"""

from collections.abc import Callable
from typing import Any

from labutils.classroom import panel
from labutils.classroom.registry import AnyPrediction, Estimate, GridRow, Quiz
from labutils.classroom.saving import BUTTONS

Asked = AnyPrediction | Quiz
Verb = Callable[[str, str], object]  # predict or quiz


def offer(item: Asked, verb: Verb) -> None:
    """Put buttons below the question that is being asked, once its panel is shown."""
    panel.after(lambda: _show(item, verb))


def _show(item: Asked, verb: Verb) -> None:
    """Show the options below the question, and keep a place below them for the answer."""

    def choose(answer: str, pressed: Any) -> None:
        with panel.collected() as said:
            verb(item.id, answer)
        mark(controls, pressed)
        place.update(said.after_a_click().bundle(), raw=True)

    if controls := options(item, choose):
        place = panel.place()


def options(
    item: Asked, choose: Callable[[str, Any], None], skip: Callable[[], None] | None = None
) -> list[Any]:
    """Show the options of a question, and return them; none if there is no ipywidgets.

    `skip` is what *Show me without a guess* does, where there is such a button.
    """
    try:
        import ipywidgets
    except ImportError:
        return []
    from IPython.display import display

    controls = _controls(ipywidgets, item, choose)
    if skip is not None:
        without = _button(ipywidgets, WITHOUT)
        without.add_class("lu-skip")
        without.on_click(lambda _: skip())
        controls.append(without)
    box = ipywidgets.VBox(controls)
    box.add_class("lu-options")
    display(view_of(box), raw=True)
    return controls


def mark(
    controls: list[Any], pressed: Any, first: str | None = None, truth: str | None = None
) -> None:
    """Mark the chosen option and, where it may be seen, the true one.

    The chosen one was pressed, or a noted guess names it. The options stay, so that the keyboard's
    focus stays where it was.
    """
    lines = [one for one in controls if hasattr(one, "children")]
    if lines and truth is not None:
        for line, guess, true in zip(lines, first or truth, truth, strict=True):
            _mark_line(line, guess if first else "", true)
    for one in controls:
        if not hasattr(one, "on_click"):
            continue
        letter = one.description.partition("   ")[0]
        chosen = one is pressed or (pressed is None and first is not None and letter == first)
        says = CHOSEN if chosen else TRUE if truth is not None and letter == truth else ""
        for name, is_so in (
            ("lu-chosen", chosen),
            ("lu-true", letter == truth),
            ("lu-done", not chosen),
        ):
            (one.add_class if is_so else one.remove_class)(name)
        plain = one.description.removesuffix(CHOSEN).removesuffix(TRUE)
        one.description = plain + says
        if letter == WITHOUT and truth is not None:
            one.layout.display = "none"


def _mark_line(line: Any, chosen: str, true: str) -> None:
    """Say beside a line of a row whether the choice came true, or else what happened there."""
    name, control, *_ = line.children
    if chosen:
        control.value = chosen
    control.disabled = True
    words = next(word for word, letter in control.options if letter == true)
    line.children = [name, control, type(name)("✓" if chosen == true else f"← {words}")]


CHOSEN, TRUE = "   ✓ your choice", "   ← what happened"
WITHOUT = "Show me without a guess"


def view_of(box: Any) -> dict[str, Any]:
    """Return the display data of a widget.

    A front end without widgets shows the text above it alone.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {BUTTONS: view, "text/plain": ""}


def _controls(widgets: Any, item: Asked, choose: Callable[[str, Any], None]) -> list[Any]:
    """What a person presses to answer."""
    if isinstance(item, GridRow):
        return _row(widgets, item, choose)
    if isinstance(item, Estimate):
        return _number(widgets, item, choose)
    offered = item.choices if isinstance(item, Quiz) else item.guesses
    buttons = []
    for letter, one in offered.items():
        button = _button(widgets, f"{letter}   {one.text.replace('`', '')}")
        if one.text[:1] == one.text[-1:] == "`":  # a line of a log
            button.add_class("lu-mono")
        button.on_click(lambda pressed, letter=letter: choose(letter, pressed))
        buttons.append(button)
    return buttons


def _button(widgets: Any, text: str, **more: Any) -> Any:
    return widgets.Button(description=text, layout=widgets.Layout(width="auto"), **more)


def _row(widgets: Any, item: GridRow, choose: Callable[[str, Any], None]) -> list[Any]:
    """A choice of two for each column, and a button that waits until all are made."""
    options = list(zip(item.words, "ox", strict=True))
    style = {"button_width": "auto"}
    columns = [
        widgets.ToggleButtons(
            options=options,
            value=None,
            tooltips=[f"{column.text}: {words}" for words in item.words],
            style=style,
        )
        for column in item.columns
    ]
    lines = [
        widgets.HBox([widgets.Label(column.text, layout=widgets.Layout(width="22em")), control])
        for column, control in zip(item.columns, columns, strict=True)
    ]
    done = _button(widgets, "This is my prediction", disabled=True)
    done.tooltip = "First choose for each line"

    def look(_: object) -> None:
        done.disabled = any(column.value is None for column in columns)

    for column in columns:
        column.observe(look, names="value")
    done.on_click(lambda pressed: choose("".join(column.value for column in columns), pressed))
    return [*lines, done]


def _number(widgets: Any, item: Estimate, choose: Callable[[str, Any], None]) -> list[Any]:
    """A field for a number, and a button that waits until it holds one."""
    number = widgets.Text(placeholder=item.unit, layout=widgets.Layout(width="12em"))
    done = _button(widgets, "This is my prediction", disabled=True)
    done.tooltip = f"First enter a number of {item.unit}"

    def look(_: object) -> None:
        done.disabled = item.read(number.value) is None

    number.observe(look, names="value")
    done.on_click(lambda pressed: choose(number.value, pressed))
    return [number, done]
