"""Stand in for matplotlib where there is none, as in a browser without a network.

A blank takes every mark and keeps none. `canvas.show` says so in the picture's place.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

NAMES = ("matplotlib", "PIL")
PACKED = "labutils_pictures"  # a module of pictures that were drawn before (tools/lite)


def drawn_before(sentence: str) -> tuple[str, int] | None:
    """Return the packed picture for this sentence, in base64, and its width in px.

    None where no such picture was packed. The same sentence was computed from the same data.
    """
    try:
        packed = importlib.import_module(PACKED)
    except ImportError:
        return None
    found: tuple[str, int] | None = packed.PICTURES.get(sentence)
    return found


class Blank:
    """An object that accepts every call, has every name, and is empty."""

    def __init__(self, *_arguments: Any, **_named: Any):
        pass

    def __call__(self, *_arguments: Any, **_named: Any) -> "Blank":
        return self

    def __getattr__(self, name: str) -> "Blank":
        if name.startswith("__"):
            raise AttributeError(name)
        return Blank()

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _Blanks(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds each module of NAMES; every name in it is the class Blank."""

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in NAMES:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, _spec: object) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def every_name(name: str) -> type[Blank]:
            if name.startswith("__"):
                raise AttributeError(name)
            return Blank

        module.__getattr__ = every_name  # type: ignore[method-assign]


def take_the_place_of_matplotlib() -> None:
    """Give blanks to whatever imports matplotlib or Pillow from now on."""
    sys.meta_path.append(_Blanks())
