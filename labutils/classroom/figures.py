"""Show a picture where somebody works, with its sentence as the text alternative.

JupyterLab passes that on only from HTML, and the sentence is not printed below. Elsewhere the
picture is stored as pictures/canvas.py does.
"""

from html import escape
from typing import TYPE_CHECKING

from labutils.classroom import panel
from labutils.pictures import canvas, look
from labutils.pictures.blank import Blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: "Figure", sentence: str) -> None:
    """Show a figure. The sentence says the same, and is computed from the same data."""
    if isinstance(figure, Blank) or not panel.wanted():
        canvas.show(figure, sentence)
        return
    bundle = canvas.stored(figure)
    width = int(figure.get_figwidth() * 80)
    source = f"data:image/png;base64,{bundle['image/png'].strip()}"
    picture = f'<img class="lu-picture" width="{width}" alt="{escape(sentence)}" src="{source}">'
    html = f'{look.style()}<div class="lu-figure">{picture}</div>'
    panel.put({"text/plain": sentence, "text/html": html})
