"""The clients in this folder against `labutils serve`.

It skips itself, with a sentence, where Node is not installed.
"""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def free_port() -> int:
    """A port on loopback that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def installed(npm: str) -> bool:
    """Whether the two libraries are here, after an attempt to fetch what package-lock.json says
    where they are not."""
    if (HERE / "node_modules").exists():
        return True
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    return subprocess.run(command, cwd=HERE, capture_output=True).returncode == 0


def main() -> int:
    """Start the provider, let the clients at it, and stop it again; the exit status is theirs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print(
            "The client test is skipped: it needs Node.js 20 or later with npm, which nodejs.org "
            "and most package managers have."
        )
        return 0
    if not installed(npm):
        print(
            "npm could not install the two client libraries: run `npm ci` in tools/clients to see "
            "why."
        )
        return 1
    command = [
        sys.executable,
        "-m",
        "labutils",
        "serve",
        "--port",
        str(free_port()),
        "--auto-login",
        "ada",
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="locale")
    try:
        word, _, issuer = (
            server.stdout.readline().strip().partition(" ")
        )  # comes empty where the server ends without a word
        if word != "serving":
            print("The provider did not start, so the clients had nothing to talk to.")
            return 1
        return subprocess.call([node, str(HERE / "clients.mjs"), issuer])
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
