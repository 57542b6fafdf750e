"""Ask a real Chromium what it does at the relay of `labutils relay`, with a security key of its own
(the virtual authenticator of its DevTools): `make real ARGS=relay`.

It runs without a window, with all hosts but localhost cut off, and is driven over the DevTools
protocol by websocket-client, which JupyterLab brings.
"""

import itertools
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import websocket

ROOT = Path(__file__).resolve().parents[2]
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost",
    "about:blank",
]
STATUS = "((document.querySelector('[role=status]') || {}).innerText || '')"
PRESS = "document.querySelector('button').click()"


class Page:
    """A page of a browser, over the DevTools protocol."""

    def __init__(self, address: str):
        self.connection = websocket.create_connection(address, timeout=20)
        self.numbers = itertools.count(1)

    def send(self, method: str, **parameters: Any) -> Any:
        """Return what a method of the protocol gives. Raises RuntimeError for what it refuses."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        self.connection.send(json.dumps(message))
        while (answer := json.loads(self.connection.recv())).get("id") != number:
            pass  # events, and answers that nobody waits for
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def run(self, script: str) -> Any:
        """Return the value of some JavaScript, as if a person had asked for it."""
        options = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = self.send("Runtime.evaluate", expression=script, **options)
        return answer["result"].get("value")

    def until(self, script: str) -> Any:
        """Return the value of a script once it is true. Raises TimeoutError after ten seconds."""
        for _ in range(100):
            if value := self.run(script):
                return value
            time.sleep(0.1)
        raise TimeoutError(f"in vain: {script}")

    def visit(self, address: str) -> None:
        """Go to an address, and wait for the page."""
        self.send("Page.navigate", url=address)
        self.until("document.readyState == 'complete' && !!document.querySelector('button')")

    def password(self) -> None:
        """Give Ada's password on this page, and wait for the next one."""
        for name, value in (("username", "ada"), ("password", "lab-password")):
            self.run(f"document.querySelector('[name={name}]').value = '{value}'")
        self.run(PRESS)
        self.until(
            "document.readyState == 'complete' && !document.querySelector('[name=password]')"
        )


@contextmanager
def started(*command: str, says: str) -> Iterator[tuple[subprocess.Popen[str], re.Match[str]]]:
    """Run a program until the end of the block, once a line of it matches `says`."""
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    program = subprocess.Popen(command, cwd=ROOT, **pipes)
    try:
        yield program, next(filter(None, (re.search(says, line) for line in program.stdout or [])))
    finally:
        program.terminate()
        program.wait(10)


def chromium() -> str:
    """The browser. Raises SystemExit where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        raise SystemExit("make real ARGS=relay wants Chromium or Chrome, and there is none here.")
    return path


def at_the_relay(page: Page, address: str) -> str:
    """Be Ada at one of Tom's links, with the key plugged in; what she is told in the end."""
    page.send("Network.clearBrowserCookies")
    page.visit(address)
    page.password()
    before = page.run("document.title")
    page.run(PRESS)
    page.until(f"document.title != {json.dumps(before)} || {STATUS}.includes('refused')")
    return f"{page.run('document.title')}: {page.run(STATUS)}"


def report() -> dict[str, Any]:
    """What a browser with a key does at the provider, and at each of Tom's links."""
    relay = (sys.executable, "-m", "labutils", "relay", "--port", "0")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = (chromium(), f"--user-data-dir={profile}", *FLAGS)
        with (
            started(*relay, says=r"(http://\S+)/keys") as (tom, keys),
            started(*browser, says=r"ws://[^/]+:(\d+)/") as (running, port),
        ):
            links = re.findall(r"http://\S+", tom.stdout.readline())
            lines: list[str] = []
            Thread(target=lambda: lines.extend(tom.stdout), daemon=True).start()
            Thread(target=running.stdout.read, daemon=True).start()
            pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/json"))
            page = Page(next(one for one in pages if one["type"] == "page")["webSocketDebuggerUrl"])
            return asked(page, keys[1], links, lines)


def asked(page: Page, real: str, links: list[str], lines: list[str]) -> dict[str, Any]:
    """The same, of a page: it registers a key, and follows each link."""
    page.send("Page.enable")
    page.send("WebAuthn.enable")
    key = page.send("WebAuthn.addVirtualAuthenticator", options=KEY)
    page.visit(f"{real}/keys")
    page.password()
    page.run(PRESS)
    page.until(f"{STATUS}.includes('is registered')")
    said = {}
    for link in links:
        signed = count(page, key)
        told = at_the_relay(page, link)
        time.sleep(0.3)  # for the relay's last line
        said[re.sub(r":\d+/$", "", link.removeprefix("http://"))] = {
            "told": told.replace(link.strip("/"), "Tom's origin").replace(real, "the provider"),
            "signatures": count(page, key) - signed,
            "tom_has": lines[-1].strip().partition(": Tom has ")[2],
        }
    version = page.send("Browser.getVersion")["product"].split("/")[1]
    return {"browser": f"Chromium {version}", "links": said}


def count(page: Page, key: dict[str, str]) -> int:
    """How many signatures the key has made, with its one credential."""
    credentials = page.send("WebAuthn.getCredentials", **key)["credentials"]
    return int(credentials[0]["signCount"])


if __name__ == "__main__":
    print(json.dumps(report()))
