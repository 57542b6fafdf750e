"""The lock from which Pyodide loads packages: what there is, where it lies, and what needs what."""

import email
import hashlib
import pathlib
import re
from collections.abc import Iterable
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lite.wheels import files_of

Entry = dict[str, Any]
Lock = dict[str, Any]

# Packages that come with an import of labutils, although nothing imports them by name.
COMES_WITH = {"labutils-worlds": ["labutils.lessons.lesson_10.start"]}

# How a requirement sees the browser's Python (PEP 508).
BROWSER = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "sys_platform": "emscripten",
}


def entry(wheel: pathlib.Path, python: str) -> Entry:
    """The entry of a wheel that lies beside the lock, for that version of Python."""
    files = files_of(wheel)
    (about,) = (content for name, content in files.items() if is_metadata(name))
    metadata = email.message_from_bytes(about)
    name = canonicalize_name(metadata["Name"])
    return {
        "name": name,
        "version": metadata["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "imports": [*modules(files), *COMES_WITH.get(name, [])],
        "depends": needed(metadata.get_all("Requires-Dist") or [], python),
        "unvendored_tests": False,
    }


def is_metadata(name: str) -> bool:
    return re.fullmatch(r"[^/]+\.dist-info/METADATA", name) is not None


def modules(files: Iterable[str]) -> list[str]:
    """What is imported from a wheel with these files: the names at its top.

    >>> modules(["six.py", "yaml/__init__.py", "sigma/backends/sqlite/a.py", "x.dist-info/WHEEL"])
    ['sigma', 'six', 'yaml']
    """
    code = [name for name in files if name.endswith(".py")]
    tops = {name.partition("/")[0].removesuffix(".py") for name in code}
    return sorted(top for top in tops if top.isidentifier())


def needed(requirements: Iterable[str], python: str) -> list[str]:
    """The names that these requirements ask for in a browser.

    >>> needed(["cffi>=2; sys_platform != 'emscripten'", "Six", "x; extra == 'test'"], "3.14.2")
    ['six']
    """
    here = {**BROWSER, "python_full_version": python, "python_version": python.rpartition(".")[0]}
    asked = [Requirement(text) for text in requirements]
    return sorted(
        {
            canonicalize_name(one.name)
            for one in asked
            if not one.marker or one.marker.evaluate(here)
        }
    )


def lock(official: Lock, entries: Iterable[Entry], compiled: Iterable[str], base: str) -> Lock:
    """Pyodide's lock for our packages alone.

    `entries` lie beside it. `compiled` are taken from the `official` lock, and what they need as
    well; Pyodide's own server, whose address is `base`, has their files. A need that neither has
    is dropped.
    """
    packages = {one["name"]: one for one in entries}
    waiting = list(compiled)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in packages:
            theirs = official["packages"][name]
            packages[name] = {**theirs, "file_name": base + theirs["file_name"]}
            waiting += theirs["depends"]
    for one in packages.values():
        needs = map(canonicalize_name, one["depends"])
        one["depends"] = sorted(need for need in needs if need in packages)
    return {**official, "packages": dict(sorted(packages.items()))}
