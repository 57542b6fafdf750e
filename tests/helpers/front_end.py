"""A front end that keeps what it is given."""

from typing import Any

import ipywidgets
import pytest

from labutils.classroom import panel

VIEW = "application/vnd.jupyter.widget-view+json"


class Place:
    """Where something is shown: what comes later stands in its stead."""

    def __init__(self, bundles: list[dict[str, Any]]) -> None:
        self.bundles, self.at = bundles, len(bundles) - 1

    def update(self, bundle: dict[str, Any], **_: object) -> None:
        self.bundles[self.at] = bundle


def bundles_shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a front end is given from now on, place by place, where somebody works."""
    bundles: list[dict[str, Any]] = []

    def display(bundle: dict[str, Any], **_: object) -> Place:
        bundles.append(bundle)
        return Place(bundles)

    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr("IPython.display.display", display)
    return bundles


def widget_of(bundle: dict[str, Any]) -> Any:
    """The outermost widget of a view."""
    return ipywidgets.widgets.widget._instances[bundle[VIEW]["model_id"]]
