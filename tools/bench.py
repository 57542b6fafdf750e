"""Measure how long the course's code takes, and how much slower it is than what it is built on:
`make bench`.

The ratios compare two things in the same run, and milliseconds are of a processor, so that other
work on the machine changes neither much. A limit that is exceeded is marked, and makes the exit
status 1. A sign-in and a replay are held to a tenth of a second, below which an answer feels
instant, and the first import to a second, which is noticed and does not distract. They were once
held to ratios with plain requests and with `import jwt, httpx`, which they missed: a sign-in signs
two tokens and verifies one, a plain request does neither, and nobody feels the difference. The
table in docs/classroom/README.md, of what a lesson takes, is written by tools/waits.py.
"""

import ast
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import jwt
import lessons
import nbformat
from jupyter_client.manager import KernelManager

from labutils.identity import tokens
from labutils.incident import breach
from labutils.incident.policy import World
from labutils.stage.two_apps import LOGIN, NOTES, build_apps

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"
# MiB that the kernel of a lesson may take: README promises a little more. Lesson 17 takes most, as
# it keeps the events of two months; without it, 200 would do.
MEMORY = 300
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def ratio(ours, theirs, rounds: int, times: int) -> float:
    """Return how much longer `ours` takes than `theirs`.

    It is the best round of each, taken in turns, so that a busy machine slows both.
    """
    found = {ours: [], theirs: []}
    for _ in range(rounds):
        for step, seconds in found.items():
            start = time.perf_counter()
            for _ in range(times):
                step()
            seconds.append(time.perf_counter() - start)
    return min(found[ours]) / min(found[theirs])


def verify() -> float:
    """Compare our strict verifier with raw jwt.decode, for the same token and key object."""
    key = tokens.SigningKey(tokens.ec_private_key("bench"), "ES256", "k")
    now = int(time.time())
    token = tokens.sign(
        {"iss": "https://login.example", "aud": "wiki", "sub": "u", "iat": now, "exp": now + 600},
        key,
    )
    jwk = jwt.PyJWK(key.jwk)
    return ratio(
        lambda: tokens.verify(token, jwk, issuer="https://login.example", audience="wiki", now=now),
        lambda: jwt.decode(token, jwk, ["ES256"], issuer="https://login.example", audience="wiki"),
        9,
        400,
    )


def milliseconds(step, rounds: int, times: int) -> float:
    """Return the milliseconds of a processor that a step takes, in the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            step()
        best = min(best, time.process_time() - start)
    return best / times * 1000


def login() -> float:
    """Return the milliseconds of a sign-in at the provider: five requests."""
    apps = build_apps("bench")
    verifier = "v" * 43
    question = {
        "response_type": "code",
        "client_id": "notes",
        "redirect_uri": NOTES + "/cb",
        "scope": "openid profile",
        "code_challenge": tokens.b64(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    trade = {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "redirect_uri": NOTES + "/cb",
        "code_verifier": verifier,
    }

    def five_of_login():
        ada = apps.lab.browser("ada", "192.0.2.10")
        ada.get(LOGIN + "/authorize", params=question)
        asked = ada.post(
            LOGIN + "/authorize",
            data={**question, "username": "ada", "password": apps.provider.users["ada"].password},
        )
        csrf = re.search('name="csrf" value="([^"]+)"', asked.text).group(1)
        agreed = ada.post(LOGIN + "/authorize", data={**question, "consent": "allow", "csrf": csrf})
        code = agreed.headers["location"].split("code=")[1][:22]
        answer = ada.post(LOGIN + "/token", data={**trade, "code": code}).json()
        assert ada.get(
            LOGIN + "/userinfo", headers={"authorization": "Bearer " + answer["access_token"]}
        ).is_success

    return milliseconds(five_of_login, 9, 30)


def replay() -> float:
    """Return the milliseconds of one replay of the breach."""
    return milliseconds(lambda: breach.play(World.historical()), 9, 3)


SEARCH = """
import time
from labutils.incident import inventory, search
from labutils.incident.policy import World
world = World.historical()
controls = [n for n, c in inventory.controls().items() if c.value != getattr(world, n)][:12]
start = time.perf_counter()
assert search.minimal_sets("repos-exfiltration-unconfirmed", controls).walked == 4096
print(time.perf_counter() - start)
"""


def search_sets() -> float:
    """Return the seconds to walk all sets of twelve controls for the goal with most routes.

    It is in a Python that has searched nothing before.
    """
    done = subprocess.run(
        [sys.executable, "-c", SEARCH], check=True, env=ENV, capture_output=True, encoding="utf-8"
    )
    return float(done.stdout)


def python(code: str) -> float:
    """Return the seconds of a processor that a fresh Python takes for some code, its start too."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True, env=ENV)
    after = os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system


def imports() -> float:
    """Return the milliseconds of a processor for what a lesson imports first, without the bare
    start of Python: the best of nine, in turns.

    The names are asked for, since `import labutils` alone loads none of them. `show` is left out:
    it draws.
    """
    ours = (
        "from labutils import Lab, accepts, check, hint, opened, progress, quiz, refuses, solution"
    )
    rounds = [(python("pass"), python(ours)) for _ in range(10)]
    bare, ours = (min(column) for column in zip(*rounds[1:], strict=True))
    return (ours - bare) * 1000


def in_kernel(cells: list[str]) -> tuple[float, float, list[float]]:
    """Run some cells in a fresh kernel, and return seconds, memory and the seconds of each cell.

    The first seconds include the kernel's start; the memory, in MiB, is what it ended with.
    """
    start = time.perf_counter()
    where = (
        {"transport": "ipc", "ip": str(pathlib.Path(tempfile.mkdtemp(), "k"))}
        if os.name == "posix"
        else {}
    )
    progress = str(pathlib.Path(tempfile.mkdtemp(), "progress.json"))
    manager = KernelManager(kernel_name="python3", **where)
    manager.start_kernel(
        cwd=str(NOTEBOOKS), env={**ENV, "LABUTILS_PROGRESS": progress}, stderr=subprocess.DEVNULL
    )
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    each = []
    for cell in cells:
        begun = time.perf_counter()
        reply = client.execute_interactive(cell, output_hook=lambda _: None, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        each.append(time.perf_counter() - begun)
    seconds = time.perf_counter() - start
    said = []
    question = "import resource as _r; print(_r.getrusage(_r.RUSAGE_SELF).ru_maxrss)"
    client.execute_interactive(
        question,
        output_hook=lambda message: said.append(message["content"].get("text", "")),
        timeout=60,
    )
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds, int("".join(said)) / 1024, each


def imports_of(cells: list[str]) -> str:
    """Return the import statements at the top level of some cells."""
    return "\n".join(
        ast.unparse(statement)
        for cell in cells
        for statement in ast.parse(cell).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
    )


def lesson(path: pathlib.Path) -> tuple[float, float, int]:
    """Compare a lesson's execution with an empty notebook that has the same imports.

    Returns that ratio, the memory of its kernel in MiB, and how many of its cells take more than a
    second.
    """
    cells = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and cell.source.strip()
    ]
    pairs = [(in_kernel(cells), in_kernel([imports_of(cells)])) for _ in range(4)]
    whole, empty = zip(*pairs, strict=True)
    quickest = map(min, zip(*(each for _, _, each in whole), strict=True))
    return (
        min(seconds for seconds, _, _ in whole) / min(seconds for seconds, _, _ in empty),
        max(memory for _, memory, _ in whole),
        sum(seconds > 1 for seconds in quickest),
    )


def main() -> int:
    """Measure, print one line each, and mark what exceeds its limit."""
    rows = [
        ("verify against jwt.decode", verify(), 1.2),
        ("sign-in, milliseconds", login(), 100),
        ("labutils' names, milliseconds", imports(), 1000),
        ("replay, milliseconds", replay(), 100),
        ("search of 4,096 sets, seconds", search_sets(), 1.0),
    ]
    ratios, slow = [], 0
    for name in lessons.sums():
        ratio, memory, over_a_second = lesson(NOTEBOOKS / name)
        ratios.append(ratio)
        slow += over_a_second
        rows += [
            (f"lesson {name[:2]} against its imports", ratio, 6.0),
            (f"lesson {name[:2]} memory, MiB", memory, MEMORY),
        ]
    rows += [
        ("lessons against their imports, mean", sum(ratios) / len(ratios), 3.0),
        ("cells that take more than a second", slow, 15),
    ]
    for what, value, limit in rows:
        passed = "" if value <= limit else "   TOO MUCH"
        print(f"{what:<40} {value:8.2f}   at most {limit:g}{passed}")
    print(json.dumps({what: round(value, 3) for what, value, _ in rows}))
    return 0 if all(value <= limit for _, value, limit in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
