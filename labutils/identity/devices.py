"""Whether python-fido2 can be used here: its client looks for the operating system's USB devices
when it is imported.

Import this before it, and a browser's Python, which has no devices, says so in a sentence.
"""

import sys

if sys.platform == "emscripten":
    raise ImportError(
        "Security keys need an operating system, and Python in a browser has none: "
        "work through this lesson in a JupyterLab on your own machine, or on a hub."
    )
