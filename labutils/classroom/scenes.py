"""Show a target's scene to a learner: its public names, and nothing of its machinery.

What IPython shows of an object (`scene??`, completion, `vars`) would else show the flag, and the
source that says where the ways in are.
"""

from typing import Any, NoReturn

from labutils.lab import SceneError


def played(scene: object) -> Any:
    """Return a scene that answers by its public names, and cannot be copied to try for nothing.

    It raises SceneError where somebody copies or changes it, and AttributeError for what it has
    not.
    """

    def refused(*_: object) -> NoReturn:
        raise SceneError("A scene cannot be copied: it counts what you try. Use the scene itself.")

    def unchanged(*_: object) -> NoReturn:
        raise SceneError("A scene cannot be changed by hand: only what it offers counts.")

    def member(_: object, name: str) -> Any:
        if name.startswith("__"):  # such as __dict__, which `vars` asks for
            raise AttributeError(name)
        return getattr(scene, name)

    members: dict[str, Any] = {
        "__doc__": type(scene).__doc__,
        "__module__": "labutils",
        "__slots__": (),
        "__getattr__": member,
        "__dir__": lambda _: [name for name in dir(scene) if not name.startswith("_")],
        "__repr__": lambda _: repr(scene),
        "__setattr__": unchanged,
        "__delattr__": unchanged,
        **dict.fromkeys(("__copy__", "__deepcopy__", "__reduce_ex__"), refused),
    }
    return type("Scene", (), members)()
