"""What stands in place of Pyodide's own server when check.py works through a public site.

No package registry has Pyodide's compiled packages. So a browser that asks for one of the addresses
in the lock is given what the site without a network uses: a stand-in for cryptography, PyYAML and
MarkupSafe without their compiled parts, and an empty package for each other. The lock says their
hashes, which the browser compares. What is tried so are the addresses, the hashes and what a lesson
says where nothing comes. What is not tried is the packages themselves.
"""

import hashlib
import json
import pathlib
import tempfile

from playwright.sync_api import BrowserContext, Route

from tools.lite import wheels
from tools.lite.build import SITE
from tools.lite.lock import Lock

LOCK = SITE / "static" / "pyodide" / "pyodide-lock.json"
FROM_ELSEWHERE = {"access-control-allow-origin": "*"}  # a server of packages lets every page read


def elsewhere(lock: Lock) -> dict[str, str]:
    """The packages of a lock that another server has: the name of each, by its address."""
    return {
        one["file_name"]: name
        for name, one in lock["packages"].items()
        if "://" in one["file_name"]
    }


def packages(lock: Lock) -> dict[str, bytes]:
    """What is given for each address of the lock, which is changed to say so. Once is enough for
    all browsers."""
    given = {}
    for address, name in elsewhere(lock).items():
        with tempfile.TemporaryDirectory() as folder:
            given[address] = substitute(name, pathlib.Path(folder)).read_bytes()
        lock["packages"][name]["sha256"] = hashlib.sha256(given[address]).hexdigest()
    lock["packages"]["cryptography"]["depends"].append("ecdsa")  # of the stand-in
    return given


def substitute(name: str, folder: pathlib.Path) -> pathlib.Path:
    """A wheel that any Python can use, under the name of that package; made in that folder where
    there is none yet."""
    if name == "cryptography":
        return wheels.stand_in(folder)
    ours = [path for path in LOCK.parent.glob("*.whl") if path.name.startswith(f"{name}-")]
    return ours[0] if ours else empty(name, folder)


def empty(name: str, folder: pathlib.Path) -> pathlib.Path:
    """A wheel of that name with nothing in it."""
    return wheels.unpublished(name, {}, "Nothing.", folder)


def stand_in(context: BrowserContext, lock: Lock, given: dict[str, bytes]) -> None:
    """Answer this browser in place of the server that the lock names, with what is given for
    its addresses; nothing comes from the others."""
    addresses = elsewhere(lock)

    def answer(route: Route) -> None:
        if route.request.url in given:
            route.fulfill(body=given[route.request.url], headers=FROM_ELSEWHERE)
        else:
            route.abort()

    context.route(lambda url: url in addresses, answer)
    changed = json.dumps(lock)
    context.route(f"**/{LOCK.name}*", lambda route: route.fulfill(body=changed))
