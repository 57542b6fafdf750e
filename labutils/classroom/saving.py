"""What JupyterLab's server leaves out of a lesson when it saves one: the buttons of a question.

They work while the kernel lives that made them. In a notebook that is opened again they would be
an error of the front end, in place of a question that can be answered by typing.
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
    """Take the buttons out of a lesson of this course; another notebook stays as it is."""
    content = model.get("content")
    if not isinstance(content, dict) or "labutils" not in content.get("metadata", {}):
        return
    for cell in content.get("cells", []):
        if outputs := cell.get("outputs"):
            cell["outputs"] = [one for one in outputs if BUTTONS not in one.get("data", {})]
