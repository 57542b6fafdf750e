"""A slider over the settings of a sweep, with what came out at each: beside the picture that says
the same, for whoever works in a notebook with ipywidgets. Elsewhere there is the picture alone.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from labutils.classroom import panel
from labutils.classroom.buttons import view_of

Swept = Mapping[tuple[str, float], float]  # by what is compared and the setting


def slider(what: str, swept: Swept, unit: str) -> None:
    """Show a slider over the settings, and below it the values at the one that is chosen.

    `what` names the setting, with its unit; `unit` is that of the values. Nothing is shown in
    tests, in stored outputs and where ipywidgets is missing.
    """
    if not panel.wanted():
        return
    try:
        import ipywidgets
    except ImportError:
        return
    from IPython.display import display

    settings = list(dict.fromkeys(setting for _, setting in swept))
    chosen = ipywidgets.SelectionSlider(
        options=[(f"{setting:g}", setting) for setting in settings],
        description=what,
        style={"description_width": "initial"},
        layout=ipywidgets.Layout(width="36em", max_width="100%"),
    )
    values = ipywidgets.HTML(at(swept, settings[0], unit))

    def look(change: Any) -> None:
        values.value = at(swept, change["new"], unit)

    chosen.observe(look, names="value")
    box = ipywidgets.VBox([chosen, values])
    display(view_of(box), raw=True)  # type: ignore[no-untyped-call]


def at(swept: Swept, setting: float, unit: str) -> str:
    """The values at one setting, as a table in HTML."""
    row = {name: value for (name, chosen), value in swept.items() if chosen == setting}
    lines = (
        f'<tr><th scope="row" style="text-align:left;padding-right:2em">{escape(name)}</th>'
        f'<td style="text-align:right">{value:,.10g} {escape(unit)}</td></tr>'
        for name, value in row.items()
    )
    return f"<table>{''.join(lines)}</table>"
