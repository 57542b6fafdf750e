"""Prepare python-fido2 for a browser and for speed; import this module before it.

Its client looks for the operating system's USB devices when it is imported, and a browser's Python
has no operating system. The lessons make their security keys themselves, so nothing else is missing
there. And each of its messages reads the annotations of its own class anew, which is a third of a
sign-in with a key; they do not change, so they are read once.
"""

import importlib
import sys
from functools import cache
from types import ModuleType
from typing import get_type_hints

import fido2.utils


def without_devices() -> None:
    """Load fido2.hid as on Linux, with an empty list of devices."""
    none = ModuleType("fido2.hid.linux")
    vars(none).update(list_descriptors=list, get_descriptor=_no_device, open_connection=_no_device)
    sys.modules[none.__name__] = none
    here, sys.platform = sys.platform, "linux"  # fido2.hid asks for it once, when it is loaded
    try:
        importlib.import_module("fido2.hid")
    finally:
        sys.platform = here


def _no_device(_named: object) -> None:
    raise OSError("Python in a browser cannot reach a USB device.")


vars(fido2.utils).update(get_type_hints=cache(get_type_hints))
if sys.platform == "emscripten":
    without_devices()
