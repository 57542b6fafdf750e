"""Learners at work, many at once, over HTTP and WebSockets as browsers would:

`python -m tools.classroom.load --url URL --slips FILE --learners 10 --lessons 03 09`.

Each signs in, starts a server, opens each lesson, notes a guess at each prediction, runs the cells
one by one with a pause after each, and saves the notebook. It prints how long cells took, and what
the learners cost the machine. It talks to the machine that it runs on and to no other.
"""

import argparse
import asyncio
import json
import os
import pwd
import random
import re
import statistics
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tools.classroom.accounts import processes_of

LOOPBACK = ("127.0.0.1", "localhost")
BLANK = re.compile(r'(experiment\("[^"]+")\)')  # a prediction that nobody has made yet
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Times:
    """What was measured, in seconds. The first cell of a lesson, which imports it, is apart."""

    starts: list[float] = field(default_factory=list)
    kernels: list[float] = field(default_factory=list)
    first_cells: list[float] = field(default_factory=list)
    cells: dict[str, list[float]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


class Learner:
    """Somebody at a browser: a cookie jar, and a server of their own."""

    def __init__(self, url: str, name: str, password: str, *, verify: bool = True) -> None:
        self.url, self.name, self.password = url.rstrip("/"), name, password
        self.verify = verify  # the certificate, which is for a name and not for 127.0.0.1
        self.web = httpx.AsyncClient(follow_redirects=True, timeout=240, verify=verify)
        self.server, self.token = f"{self.url}/user/{name}", ""

    async def sign_in(self) -> int:
        """Fill in the form of the hub; the status of the page that follows."""
        form = (await self.web.get(f"{self.url}/hub/login")).text
        xsrf = re.search(r'name="_xsrf"\s+value="([^"]+)"', form)
        data = {"username": self.name, "password": self.password, "_xsrf": xsrf[1] if xsrf else ""}
        answer = await self.web.post(f"{self.url}/hub/login", data=data, follow_redirects=False)
        return answer.status_code

    async def start(self, patience: float = 240) -> float:
        """Start the server and wait for it; how many seconds that took."""
        began = time.monotonic()
        await self.web.get(f"{self.url}/hub/spawn")
        while time.monotonic() - began < patience:
            answer = await self.web.get(f"{self.server}/lab")  # by way of OAuth, as a browser does
            if answer.status_code == 200 and answer.url.path.startswith(f"/user/{self.name}/lab"):
                page = f"{self.url}/hub/spawn-pending/{self.name}"  # until the hub saw it, too
                if (await self.web.get(page, follow_redirects=False)).status_code == 302:
                    return time.monotonic() - began
            if answer.status_code == 424:  # the hub has only now seen that an earlier one has ended
                await self.web.get(f"{self.url}/hub/spawn")
            await asyncio.sleep(0.5)
        raise TimeoutError(f"The server of {self.name} did not come up.")

    async def api(self, method: str, path: str, body: dict | None = None) -> httpx.Response:
        """Ask the learner's own server something, as JupyterLab does."""
        await self.fresh_page()
        headers = {"X-XSRFToken": self.xsrf(), "Sec-Fetch-Mode": "cors"}
        headers["Authorization"] = f"token {self.token}"
        return await self.web.request(
            method, f"{self.server}/api/{path}", json=body, headers=headers
        )

    async def fresh_page(self) -> None:
        """Have the cookie against cross-site requests, which a page sets, and its token."""
        if not self.xsrf() or not self.token:
            page = (await self.web.get(f"{self.server}/lab")).text
            self.token = re.search(r'"token": "(\w+)"', page)[1]

    def xsrf(self) -> str:
        """The cookie against cross-site requests of this server, or nothing."""
        mine = f"/user/{self.name}/"
        cookies = (one for one in self.web.cookies.jar if one.name == "_xsrf" and one.path == mine)
        return next((one.value or "" for one in cookies), "")

    async def kernel(self, path: str) -> "Kernel":
        """A kernel for the notebook at this path, as opening it starts one."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        answer = await self.api("POST", "sessions", body)
        answer.raise_for_status()
        return await self.connect(answer.json()["kernel"]["id"])

    async def connect(self, number: str) -> "Kernel":
        """Talk to a kernel that is running."""
        address = f"{self.server}/api/kernels/{number}/channels?session_id={uuid.uuid4()}"
        cookie = self.web.build_request("GET", address).headers.get("cookie", "")
        headers = {"Cookie": cookie, "Origin": self.url, "Sec-Fetch-Mode": "websocket"}
        socket = address.replace("http", "ws", 1)
        request = HTTPRequest(socket, headers=headers, validate_cert=self.verify)
        return Kernel(number, await websocket_connect(request, max_message_size=2**26))

    async def close(self) -> None:
        """Close the browser."""
        await self.web.aclose()


class Kernel:
    """A kernel at the other end of a WebSocket (the Jupyter messaging protocol)."""

    def __init__(self, number: str, socket) -> None:
        self.number, self.socket = number, socket
        self.shown: set[str] = set()  # the media types of all that was displayed

    async def run(self, code: str) -> tuple[str, str]:
        """Run a cell; its status, and what it printed or raised."""
        request = str(uuid.uuid4())
        header = {"msg_id": request, "msg_type": "execute_request", "session": "load"}
        header |= {"username": "", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await self.socket.write_message(json.dumps({**message, "channel": "shell"}))
        printed, status, idle = "", "", False
        while not (status and idle):
            text = await self.socket.read_message()
            if text is None:
                return "gone", printed
            answer = json.loads(text)
            if answer.get("parent_header", {}).get("msg_id") != request:
                continue
            kind, content = answer["msg_type"], answer["content"]
            if kind == "stream":
                printed += content["text"]
            elif kind == "display_data":
                self.shown |= set(content["data"])
            elif kind == "execute_reply":
                status = content["status"]
            elif kind == "error":
                printed += f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                idle = True
        return status, printed

    def close(self) -> None:
        """Hang up; the kernel goes on."""
        self.socket.close()


async def work_through(learner: Learner, lesson: str, pause: float, times: Times) -> None:
    """Open a lesson, run its cells with pauses, save it."""
    listed = (await learner.api("GET", "contents/work")).json()["content"]
    [path] = [one["path"] for one in listed if one["name"].startswith(f"{lesson}-")]
    notebook = (await learner.api("GET", f"contents/{path}?type=notebook&content=1")).json()
    began = time.monotonic()
    kernel = await learner.kernel(path)
    await kernel.run("None")
    times.kernels.append(time.monotonic() - began)
    dice = random.Random(f"{learner.name} {lesson}")
    is_first = True
    for number, cell in enumerate(notebook["content"]["cells"]):
        if cell["cell_type"] == "code":
            began = time.monotonic()
            cell["source"] = BLANK.sub(rf'\g<1>, "{dice.choice("abc")}")', cell["source"])
            status, printed = await kernel.run(cell["source"])
            place = times.first_cells if is_first else times.cells.setdefault(lesson, [])
            place.append(time.monotonic() - began)
            is_first = False
            if status != "ok":
                times.failed.append(f"{learner.name}, {path}, cell {number}: {status} {printed}")
            await asyncio.sleep(dice.uniform(0, 2 * pause))
    body = {"type": "notebook", "format": "json", "content": notebook["content"]}
    (await learner.api("PUT", f"contents/{path}", body)).raise_for_status()
    kernel.close()


# --- what it costs ------------------------------------------------------------------------------


def cost(users: set[int]) -> tuple[int, float]:
    """Bytes of memory in use, shared pages divided (PSS), and seconds of CPU so far."""
    memory, seconds = 0, 0.0
    for number in processes_of(users):
        process = Path("/proc", str(number))
        try:
            rollup = (process / "smaps_rollup").read_text(encoding="utf-8")
            spent = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        memory += sum(int(kib) for kib in re.findall(r"(?m)^Pss:\s+(\d+) kB", rollup)) * 1024
        seconds += (int(spent[11]) + int(spent[12])) / TICKS
    return memory, seconds


async def watch(users: set[int], seen: list[int]) -> None:
    """Note the memory every five seconds, until cancelled."""
    while True:
        seen.append(cost(users)[0])
        await asyncio.sleep(5)


# --- the run ------------------------------------------------------------------------------------


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def one(learner: Learner, lessons: list[str], pause: float, times: Times) -> None:
    """All that one learner does."""
    try:
        await learner.sign_in()
        times.starts.append(await learner.start())
        for lesson in lessons:
            await work_through(learner, lesson, pause, times)
    except Exception as error:  # one learner's trouble must not end the others' lesson
        times.failed.append(f"{learner.name}: {type(error).__name__} {error}")
    finally:
        await learner.close()


async def drive(learners: list[Learner], lessons: list[str], pause: float) -> dict:
    """All learners side by side; what was measured."""
    users = {pwd.getpwnam(learner.name).pw_uid for learner in learners}
    times, memory = Times(), []
    began, spent = time.monotonic(), cost(users)[1]
    watching = asyncio.create_task(watch(users, memory))
    await asyncio.gather(*(one(learner, lessons, pause, times) for learner in learners))
    watching.cancel()
    memory.append(cost(users)[0])
    cells = [seconds for one in times.cells.values() for seconds in one]
    return {
        "learners": len(learners),
        "lessons": lessons,
        "pause, mean s": pause,
        "whole run, s": round(time.monotonic() - began, 1),
        "cells": len(cells) + len(times.first_cells),
        "failed": times.failed,
        "start of a server, median and most, s": _middle_and_most(times.starts),
        "start of a kernel, median and most, s": _middle_and_most(times.kernels),
        "first cell of a lesson, median and most, s": _middle_and_most(times.first_cells),
        "cell, median, s": round(statistics.median(cells), 3) if cells else None,
        "cell, p95, s": round(percentile(cells, 0.95), 3) if cells else None,
        "cell, p95 by lesson, s": {
            lesson: round(percentile(values, 0.95), 3) for lesson, values in times.cells.items()
        },
        "memory at most, MB a learner": round(max(memory) / len(learners) / 1e6),
        "CPU, s a learner": round((cost(users)[1] - spent) / len(learners), 1),
        "load of the machine": round(os.getloadavg()[1], 1),
    }


def _middle_and_most(values: list[float]) -> list[float]:
    return [round(statistics.median(values), 1), round(max(values), 1)] if values else []


def main(words: list[str]) -> int:
    """Drive learners as the command line says; status 1 where one did not finish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--slips", type=Path, default=Path("/var/lib/anatomy-class/slips.txt"))
    parser.add_argument("--learners", type=int, default=10)
    parser.add_argument("--lessons", nargs="+", default=["03", "09"])
    parser.add_argument("--pause", type=float, default=3.0, help="seconds on average (3)")
    chosen = parser.parse_args(words)
    if urlparse(chosen.url).hostname not in LOOPBACK:
        parser.error("only a hub on this machine is driven")
    lines = (line.split() for line in chosen.slips.read_text(encoding="utf-8").splitlines())
    known = [(name, password) for name, password in lines if name[-1].isdigit()]
    people = [Learner(chosen.url, *pair) for pair in known[: chosen.learners]]
    result = asyncio.run(drive(people, chosen.lessons, chosen.pause))
    print(json.dumps(result, indent=1))
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
