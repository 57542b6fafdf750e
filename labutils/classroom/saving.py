"""Keep widgets out of a lesson that JupyterLab's server saves.

They work while the kernel lives that made them. In a notebook that is opened again they would be
an error of the front end, in place of a question that can be answered by typing, and of the picture
that an instrument has beside its widget.
"""

from typing import Any

BUTTONS = "application/vnd.jupyter.widget-view+json"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What Jupyter's server asks of an extension (data/jupyter-server.json turns it on)."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Look at what is saved, where the server's files allow that."""
    register = getattr(app.contents_manager, "register_pre_save_hook", None)
    if register is not None:
        register(without_buttons)


def without_buttons(model: dict[str, Any], **_: Any) -> None:
    """Remove the widgets from a lesson of this course; another notebook stays as it is."""
    content = model.get("content")
    if not isinstance(content, dict) or "labutils" not in content.get("metadata", {}):
        return
    for cell in content.get("cells", []):
        if outputs := cell.get("outputs"):
            cell["outputs"] = [kept for one in outputs if (kept := _without_widget(one))]


def _without_widget(output: dict[str, Any]) -> dict[str, Any]:
    """An output without its widget; an empty one where it has no picture and no text beside it."""
    data = output.get("data", {})
    if BUTTONS not in data:
        return output
    others = {kind: content for kind, content in data.items() if kind != BUTTONS}
    has_content = any("".join(one) if isinstance(one, list) else one for one in others.values())
    return {**output, "data": others} if has_content else {}
