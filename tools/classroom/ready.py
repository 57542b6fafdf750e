"""Whether a class is ready for nine o'clock: `make classroom ARGS=--check`, beside the hub.

It does what a room will do, before the room does it: it signs in with what is on each slip, starts
each server, runs the first cells of lesson 00 there, and opens the class's address as another
machine would. So the servers are up when people come. Nothing is noted in anybody's progress.
"""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.classroom import accounts, load, slips
from tools.classroom.settings import Settings

MB = 1_000_000
A_LEARNER = 350 * MB  # memory of a server with two kernels (docs/classroom/README.md), and a little
DISK_OF_A_LEARNER = 50 * MB
SPARE = 500 * MB  # of memory and of disk, for the hub, its log and its database
AT_ONCE = 4  # learners whose servers are tried side by side
PATIENCE = 200  # seconds for each step: the hub gives a server 180, and then says that it failed
NOT_UP = "its server does not come up; .server.log in that home and the hub's log say why"
LESSON = "work/00-start-here.ipynb"
MANAGER = "@jupyter-widgets/jupyterlab-manager"  # what shows buttons in JupyterLab
VIEW = "application/vnd.jupyter.widget-view+json"
ASKS = re.compile(r"^\s*(?:with experiment|predict|quiz)\(", re.MULTILINE)
NAMESPACE, NEAR, FAR = "anatomy-check", "169.254.77.1", "169.254.77.2"
HEALTH = """import ssl, urllib.request
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
print(urllib.request.urlopen("{url}hub/health", timeout=5, context=c).status)"""
NOT_RUNNING = (
    "The class is not running. Start it as you will start it for the room, and say this in a "
    "second terminal."
)


@dataclass(frozen=True)
class Finding:
    """What one look came to. `is_well` is None where it could not be looked."""

    name: str
    is_well: bool | None
    sentence: str

    def __str__(self) -> str:
        word = {True: "ok", False: "WRONG", None: "not tried"}[self.is_well]
        return f"{word:10} {self.name:10} {self.sentence}"


@dataclass
class Seat:
    """What a learner would meet: a sentence for each thing that went wrong, by what it is about."""

    name: str
    faults: dict[str, str] = field(default_factory=dict)


# --- a learner's morning ------------------------------------------------------------------------


async def try_seat(learner: load.Learner) -> Seat:
    """Sign in, start the server, and run the first cells of lesson 00; what went wrong."""
    seat = Seat(learner.name)
    steps: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("slips", lambda: signs_in(learner)),
        ("servers", lambda: starts(learner)),
        ("lesson 00", lambda: answers(learner, seat)),
    ]
    try:
        for name, step in steps:
            try:
                fault = await asyncio.wait_for(step(), PATIENCE)
            except TimeoutError:
                fault = NOT_UP if name == "servers" else f"no answer in {PATIENCE} s"
            except Exception as error:  # whatever it is, it is this learner's, and is told
                fault = f"{type(error).__name__} {error}".strip()
            if fault:
                seat.faults[name] = fault
                break
    finally:
        await learner.close()
    return seat


async def signs_in(learner: load.Learner) -> str:
    """Sign in as the slip says; what went wrong, or an empty text."""
    status = await learner.sign_in()
    if status == 302:
        return ""
    return f"the hub refuses the password of the slip (status {status})"


async def starts(learner: load.Learner) -> str:
    """Start the learner's server, and open JupyterLab in it."""
    await learner.start(PATIENCE)
    return ""


async def answers(learner: load.Learner, seat: Seat) -> str:
    """Run lesson 00 up to its first question, in a kernel that is ended afterwards.

    Cells that check an exercise are left out: they would note a try.
    """
    notebook = await learner.api("GET", f"contents/{LESSON}?type=notebook&content=1")
    if notebook.status_code != 200:
        return f"{LESSON} cannot be opened (status {notebook.status_code})"
    body = {"name": "python3", "path": LESSON}
    number = (await learner.api("POST", "kernels", body)).json()["id"]
    try:
        kernel = await learner.connect(number)
        for source in up_to_a_question(notebook.json()["content"]["cells"]):
            status, printed = await kernel.run(source)
            if status != "ok":
                return f"a cell ends in {printed[:120] or status}"
        kernel.close()
    finally:
        await learner.api("DELETE", f"kernels/{number}")
    page = (await learner.web.get(f"{learner.server}/lab")).text
    if VIEW not in kernel.shown:
        seat.faults["buttons"] = "the first question has no buttons (is ipywidgets there?)"
    elif MANAGER not in page:
        seat.faults["buttons"] = f"JupyterLab cannot show them: {MANAGER} is missing"
    return ""


def up_to_a_question(cells: list[dict]) -> Iterator[str]:
    """Yield the code of a lesson up to the first cell that asks something."""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "check(" not in source:
            yield source
            if ASKS.search(source):
                return


async def try_seats(learners: list[load.Learner]) -> list[Seat]:
    """Try the seats of these learners, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(learner: load.Learner) -> Seat:
        async with gate:
            return await try_seat(learner)

    return list(await asyncio.gather(*map(one, learners)))


SEATS = {
    "slips": "{} of {} names and passwords sign in",
    "servers": "{} of {} servers are up",
    "lesson 00": "it answers on {} of {} servers",
    "buttons": "the first question has them on {} of {} servers",
}


def of_seats(seats: list[Seat]) -> Iterator[Finding]:
    """Yield what the seats came to, question by question. Who failed at one is not asked the
    next."""
    reached = seats
    for name, sentence in SEATS.items():
        wrong = [seat for seat in reached if name in seat.faults]
        said = sentence.format(len(reached) - len(wrong), len(seats))
        told = "; ".join(f"{seat.name}: {seat.faults[name]}" for seat in wrong[:3])
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        if reached:
            yield Finding(name, not wrong, f"{said}. {told}{more}." if wrong else f"{said}.")
        else:
            yield Finding(name, None, "no server got that far.")
        reached = [seat for seat in reached if seat not in wrong]


# --- the port, as another machine sees it -------------------------------------------------------


@contextmanager
def elsewhere() -> Iterator[list[str]]:
    """A network namespace with a cable to this machine; what to put before a command to run it
    there. Raises CalledProcessError or OSError where none can be made."""
    near, far = f"{NAMESPACE[:8]}0", f"{NAMESPACE[:8]}1"
    steps = [
        f"ip netns add {NAMESPACE}",
        f"ip link add {near} type veth peer name {far} netns {NAMESPACE}",
        f"ip addr add {NEAR}/30 dev {near}",
        f"ip link set {near} up",
        f"ip -n {NAMESPACE} addr add {FAR}/30 dev {far}",
        f"ip -n {NAMESPACE} link set {far} up",
        f"ip -n {NAMESPACE} link set lo up",
        f"ip -n {NAMESPACE} route add default via {NEAR}",
    ]
    _quietly(f"ip netns delete {NAMESPACE}")  # of a look that was ended in the middle
    try:
        for step in steps:
            subprocess.run(step.split(), check=True, capture_output=True, encoding="utf-8")
        yield ["ip", "netns", "exec", NAMESPACE]
    finally:
        _quietly(f"ip link delete {near}")
        _quietly(f"ip netns delete {NAMESPACE}")


def _quietly(command: str) -> None:
    """Run a command of which only what it leaves is asked."""
    try:
        subprocess.run(command.split(), check=False, capture_output=True)
    except OSError:
        pass


def port(settings: Settings) -> Finding:
    """Open the class from a network of its own, as a browser in the room would."""
    host = NEAR if settings.address in (*slips.EVERYWHERE, *slips.ALONE) else settings.address
    scheme = "https" if settings.certificate else "http"
    code = HEALTH.format(url=f"{scheme}://{host}:{settings.port}/")
    try:
        with elsewhere() as there:
            command = [*there, settings.python, "-I", "-c", code]
            said = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        why = (getattr(error, "stderr", "") or str(error)).strip()
        return Finding(
            "port", None, f"no other network could be made ({why}). Open it on a phone instead."
        )
    if said.returncode == 0 and said.stdout.strip() == "200":
        return Finding("port", True, f"{slips.address(settings)} is open to other machines.")
    if settings.address in slips.ALONE:
        help_ = "It listens for this machine alone: start it with --address 0.0.0.0."
    else:
        help_ = "A firewall is in between, most often: sudo ufw status."
    why = (said.stderr.strip().splitlines() or [f"it answered {said.stdout.strip()}"])[-1]
    return Finding("port", False, f"no other machine reaches port {settings.port} ({why}). {help_}")


# --- room ---------------------------------------------------------------------------------------


def room_for(learners: int, memory: int, disk: int) -> Finding:
    """Whether so many learners fit into this memory and onto this disk, in bytes."""
    wanted, wanted_disk = learners * A_LEARNER + SPARE, learners * DISK_OF_A_LEARNER + SPARE
    faults = []
    if memory < wanted:
        fit = max(0, (memory - SPARE) // A_LEARNER)
        faults.append(
            f"memory for {fit} of {learners} learners: {memory // MB:,} MB are free for the class, "
            f"and {wanted // MB:,} MB are wanted"
        )
    if disk < wanted_disk:
        faults.append(f"{disk // MB:,} MB of disk are free, and {wanted_disk // MB:,} MB wanted")
    if faults:
        return Finding("room", False, f"{'; '.join(faults)}. Let people work in pairs.")
    gigabytes = memory / 1000 / MB
    return Finding("room", True, f"for {learners} learners: {gigabytes:.1f} GB, and the disk too.")


def room(settings: Settings) -> Finding:
    """Whether this machine has room for everybody; what the class uses already counts as free."""
    facts = Path("/proc/meminfo").read_text(encoding="ascii")
    free = int(re.search(r"MemAvailable:\s+(\d+) kB", facts)[1]) * 1024  # type: ignore[index]
    users = {entry.pw_uid for entry in accounts.all_of(settings)}
    disk = shutil.disk_usage(settings.homes).free
    return room_for(max(1, len(settings.learners)), free + load.cost(users)[0], disk)


# --- all of it ----------------------------------------------------------------------------------


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the room first: servers that do not fit would only end others."""
    yield room(settings)
    yield port(settings)
    known = slips.read(Path(settings.state))
    if not known:
        yield Finding("slips", None, "a learning platform sends people. Sign in once yourself.")
        return
    scheme = "https" if settings.certificate else "http"
    host = "127.0.0.1" if settings.address in slips.EVERYWHERE else settings.address
    url = f"{scheme}://{host}:{settings.port}"
    learners = [load.Learner(url, *pair, verify=False) for pair in sorted(known.items())]
    yield from of_seats(asyncio.run(try_seats(learners)))


def main(settings: Settings, *, up: bool) -> int:
    """Look at a class, and say how it is; the exit status is 1 where something is wrong."""
    if not up:
        print(NOT_RUNNING)
        return 2
    print("Trying everybody's seat; this starts their servers ...", flush=True)
    is_well = True
    for finding in findings(settings):
        print(finding, flush=True)
        is_well = is_well and finding.is_well is not False
    print("The class is ready." if is_well else "Not ready: mend what is WRONG, and check again.")
    return 0 if is_well else 1
