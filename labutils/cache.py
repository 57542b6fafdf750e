"""Find the folder for what programs of the course can make again."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return LABUTILS_CACHE, or this system's folder for what programs can make again."""
    if named := os.environ.get("LABUTILS_CACHE"):
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "labutils"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "labutils" / "Cache"
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "labutils"
