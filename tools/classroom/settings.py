"""What a class is: the few decisions that start.py takes and that the hub's parts read.

They lie in `settings.json` in the hub's own folder, which root alone can open. The hub gets the
path in the variable CLASSROOM_SETTINGS.
"""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

VARIABLE = "CLASSROOM_SETTINGS"
GROUP = "anatomy-class"  # the Unix group of the accounts that start.py makes, and of no other

LONGEST = 107  # bytes of a path that a socket can have (unix(7): sun_path, with a zero at its end)
A_SOCKET = "kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-1"


@dataclass(frozen=True)
class Settings:
    """One class on one machine."""

    state: str  # the hub's database, secrets and log; mode 0700
    homes: str  # where learners' homes lie, each with mode 0700
    python: str  # of the environment that learners may read and not write
    learners: list[str] = field(default_factory=list)
    instructor: str = "instructor"
    address: str = "127.0.0.1"
    port: int = 8000
    certificate: str = ""
    key: str = ""
    sign_in: str = "own"  # own, shared or lti
    passwords: dict[str, str] = field(default_factory=dict)  # by name: a salt, and scrypt's value
    lti: dict[str, Any] = field(default_factory=dict)  # lti: what the learning platform says
    door_secret: str = ""  # signs the cookie of the door, so that it outlives a restart
    memory: int = 800_000_000  # bytes that one process may allocate
    processes: int = 400  # processes and threads of one learner
    idle: int = 3600  # seconds after which a server that nobody uses is stopped
    host: str = ""  # what learners type, where it is not what the machine says of itself
    note: str = ""  # a line for each slip: the name of the wireless network, say
    live: str = ""  # the seed of a live exercise beside the hub
    live_teams: int = 4
    live_case: str = ""
    live_minutes: int = 240
    live_speed: float = 4.0
    live_by_person: bool = False

    @property
    def live_folders(self) -> Path:
        """Where all live exercises of this class are kept."""
        return Path(self.homes, ".live")

    @property
    def live_folder(self) -> Path:
        """Where the log and the links of this live exercise are kept: another one, of another
        group or in the afternoon, has a folder of its own."""
        said = [value for name, value in asdict(self).items() if name.startswith("live")]
        return self.live_folders / sha256(json.dumps(said).encode()).hexdigest()[:12]

    def home(self, name: str) -> Path:
        """The home of one learner."""
        return Path(self.homes, name)

    def runtime(self, name: str) -> Path:
        """Where the sockets of that learner's kernels lie."""
        return self.home(name) / ".run"

    def socket(self, part: str) -> Path:
        """Where a part of the class listens: `front/hub`, say, or `servers/learner01/server`.

        Who may enter each folder is decided where it is made: see sockets.py.
        """
        return Path(self.homes, ".sockets", part)

    def limits(self) -> list[str]:
        """A command before a command, which sets what that one may have.

        The kernel of the operating system refuses memory to a process that wants too much: a cell
        ends in MemoryError, and the machine lives. And nobody starts processes without end.
        """
        return ["prlimit", f"--data={self.memory}", f"--nproc={self.processes}"]

    def sockets_fit(self) -> bool:
        """Whether the path of a socket is short enough for everybody."""
        names = [*self.learners, self.instructor, *(["lti-0123456789abcdef"] * bool(self.lti))]
        return all(len(str(self.runtime(name) / A_SOCKET)) <= LONGEST for name in names)


def read(path: str | None = None) -> Settings:
    """The settings of this class; what another version of the course wrote and this one does not
    know is passed over."""
    said = json.loads(Path(path or os.environ[VARIABLE]).read_text(encoding="utf-8"))
    known = {each.name for each in fields(Settings)}
    return Settings(**{name: value for name, value in said.items() if name in known})


def write(settings: Settings) -> Path:
    """Store the settings where root alone can read them."""
    path = Path(settings.state, "settings.json")
    write_private(path, json.dumps(asdict(settings), indent=1))
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read: all of it, or, where the disk is full, none."""
    half = path.with_name(path.name + ".half")
    number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(half, path)
