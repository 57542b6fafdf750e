"""A picture where somebody works: its sentence is the alternative text, and nothing is printed."""

import re

from matplotlib.figure import Figure

from labutils.classroom import figures, panel


def a_figure():
    figure = Figure(figsize=(4, 2))
    figure.add_subplot().plot([1, 2])
    return figure


def test_where_somebody_works_the_sentence_is_the_alternative(monkeypatch, capsys):
    shown = []
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    figures.show(a_figure(), 'Tom gets in: 3 < 4, "twice".')
    (bundle,) = shown
    assert bundle["text/plain"] == 'Tom gets in: 3 < 4, "twice".'
    assert 'alt="Tom gets in: 3 &lt; 4, &quot;twice&quot;."' in bundle["text/html"]
    assert re.search(r'width="320"', bundle["text/html"]) and capsys.readouterr().out == ""


def test_elsewhere_it_is_stored_as_a_picture_with_the_sentence_below(monkeypatch, capsys):
    shown = []
    monkeypatch.setenv(panel.SWITCH, "0")
    monkeypatch.setattr(
        "labutils.pictures.canvas.display", lambda bundle, **_: shown.append(bundle)
    )
    figures.show(a_figure(), "A line.")
    assert "image/png" in shown[0] and capsys.readouterr().out == "A line.\n"
