"""The choices of a question as buttons below its text, where ipywidgets is there: a click says what
could be typed between the quotes. Whoever types, or reads with a screen reader, loses nothing.
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
    """Show the buttons. What was chosen is answered in their place."""
    try:
        import ipywidgets
    except ImportError:
        return
    from IPython.display import display

    box = ipywidgets.VBox(_controls(ipywidgets, item, lambda answer: choose(answer)))
    handle = display(view_of(box), raw=True, display_id=True)

    def choose(answer: str) -> None:
        with panel.collected() as said:
            verb(item.id, answer)
        handle.update(said.after_a_click().bundle(), raw=True)
        box.close()


def view_of(box: Any) -> dict[str, Any]:
    """What a front end shows of a widget. One without widgets shows the text above it alone."""
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {BUTTONS: view, "text/plain": ""}


def _controls(widgets: Any, item: Asked, choose: Callable[[str], None]) -> list[Any]:
    """What a person presses to answer."""
    if isinstance(item, GridRow):
        return _row(widgets, item, choose)
    if isinstance(item, Estimate):
        return _number(widgets, item, choose)
    offered = item.choices if isinstance(item, Quiz) else item.guesses
    buttons = []
    for letter, one in offered.items():
        button = _button(widgets, letter, one.text)
        button.on_click(lambda _, letter=letter: choose(letter))
        buttons.append(button)
    return [widgets.HBox(buttons)]


def _button(widgets: Any, text: str, says: str, **more: Any) -> Any:
    layout = widgets.Layout(width="auto", min_width="3.5em", align_self="flex-start")
    return widgets.Button(description=text, tooltip=says, layout=layout, **more)


def _row(widgets: Any, item: GridRow, choose: Callable[[str], None]) -> list[Any]:
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
        widgets.HBox([widgets.Label(f"{number}.", layout=widgets.Layout(width="2em")), column])
        for number, column in enumerate(columns, 1)
    ]
    done = _button(widgets, "This is my prediction", "First choose for each line", disabled=True)

    def look(_: object) -> None:
        done.disabled = any(column.value is None for column in columns)

    for column in columns:
        column.observe(look, names="value")
    done.on_click(lambda _: choose("".join(column.value for column in columns)))
    return [*lines, done]


def _number(widgets: Any, item: Estimate, choose: Callable[[str], None]) -> list[Any]:
    """A field for a number, and a button that waits until it holds one."""
    number = widgets.Text(placeholder=item.unit, layout=widgets.Layout(width="12em"))
    done = _button(
        widgets, "This is my prediction", f"First enter a number of {item.unit}", disabled=True
    )

    def look(_: object) -> None:
        done.disabled = item.read(number.value) is None

    number.observe(look, names="value")
    done.on_click(lambda _: choose(number.value))
    return [widgets.HBox([number, done])]
