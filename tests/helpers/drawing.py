"""A sheet to draw on, and what a drawing leaves there."""

from matplotlib.figure import Figure

from labutils.pictures.canvas import (
    marks,
)


def sheet(draw=lambda _axes: None, size=(4, 3)) -> Figure:
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    draw(axes)
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 3)
    return figure


def drawn(draw) -> list[str]:
    """The marks of what `draw` puts on an empty sheet."""
    empty = marks(sheet())
    return [line for line in marks(sheet(draw)) if line not in empty]
