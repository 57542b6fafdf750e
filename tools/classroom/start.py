"""A class on one machine: `make classroom`, or `python -m tools.classroom.start` in .venv.

It builds the hub's environment, makes the accounts, and runs JupyterHub until Ctrl-C. Said again it
goes on where it was: accounts, passwords and what learners wrote stay. `--stop` ends what runs,
`--remove` removes the accounts with their homes and all that the hub noted.
"""

import argparse
import contextlib
import fcntl
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from cryptography import x509

from tools.classroom import accounts, collect, live, nginx, ready, sign_in, slips, sockets
from tools.classroom import settings as classroom
from tools.environments import HOUSE, pip, python_with

HERE = Path(__file__).resolve().parent
NOBODY = 65534
NOT_ROOT = (
    "A class wants Unix accounts, one a learner, and only root can make them: say `sudo make "
    "classroom` on Linux. Without root each learner can say `make lab` on a machine of their own, "
    "or open the course on Binder or Colab; python -m labutils room FOLDER then counts the "
    "progress files that they send you."
)
LTI = ("client_id", "issuer", "authorize_url", "jwks_endpoint")
HOMES = "/home/anatomy-class"
NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,22}[a-z])?")  # with four digits a name that Unix takes
LONGEST_LINE = 200  # characters
WORDS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that two people read differently


def between(least: int, most: int) -> Callable[[str], int]:
    """What takes a whole number within these limits from the command line."""

    def number(word: str) -> int:
        if not word.isascii() or not word.isdigit() or not least <= int(word[:9]) <= most:
            raise argparse.ArgumentTypeError(f"{word} is not a number from {least} to {most}")
        return int(word)

    return number


def account_name(word: str) -> str:
    """What takes a name of accounts from the command line."""
    if not NAME.fullmatch(word):
        raise argparse.ArgumentTypeError(
            f"{word!r} is not a name of accounts: up to 24 of a-z, 0-9 and -, a letter first and "
            f"last"
        )
    return word


def one_line(text: str) -> str:
    """What takes a line for the slips from the command line."""
    if not text.isprintable() or not 0 < len(text) <= LONGEST_LINE:
        raise argparse.ArgumentTypeError(f"it is a line of 1 to {LONGEST_LINE} characters")
    return text


def arguments(words: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="make classroom", description=__doc__)
    many, port, few = between(1, 999), between(1, 65_535), between(1, 10_000)
    parser.add_argument("--learners", type=many, metavar="N", help="how many accounts (10)")
    parser.add_argument("--prefix", type=account_name, help="learner gives learner01, learner02")
    parser.add_argument("--instructor", type=account_name, help="the account that sees the wall")
    parser.add_argument(
        "--sign-in",
        choices=("own", "shared", "lti"),
        help="own: a password each (the default); shared: one for all, so anybody can sign in as "
        "anybody; lti: the learning platform sends people, see --lti",
    )
    parser.add_argument("--lti", type=Path, metavar="FILE", help="JSON: " + ", ".join(LTI))
    parser.add_argument("--address", default="127.0.0.1", help="0.0.0.0 for the room's network")
    parser.add_argument("--port", type=port, default=8000, help="where browsers come to (8000)")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="for HTTPS, with --key")
    parser.add_argument("--key", type=Path, metavar="FILE")
    parser.add_argument("--host", type=one_line, metavar="NAME", help="what learners type")
    parser.add_argument(
        "--note", type=one_line, metavar="TEXT", help="a line for each slip: the wireless, say"
    )
    size = between(200, 1_000_000)
    parser.add_argument("--memory", type=size, default=800, metavar="MB", help="of a process (800)")
    parser.add_argument("--idle", type=few, default=60, metavar="MINUTES", help="then stop (60)")
    parser.add_argument("--homes", type=Path, help="/home/anatomy-class")
    parser.add_argument("--state", type=Path, default=Path("/var/lib/anatomy-class"))
    parser.add_argument(
        "--live", metavar="SEED", default="", help="also a live exercise: docs/live.md"
    )
    teams, minutes, speed = between(1, 12), between(1, 1440), between(1, 1000)
    parser.add_argument("--live-teams", type=teams, default=4, metavar="N", help="its teams (4)")
    parser.add_argument("--live-case", default="", metavar="C", help="a recorded incident instead")
    parser.add_argument(
        "--live-minutes", type=minutes, default=240, metavar="N", help="of its own clock (240)"
    )
    parser.add_argument(
        "--live-speed", type=speed, default=4, metavar="N", help="times as fast as real time (4)"
    )
    parser.add_argument(
        "--live-intruder", choices=("seeded", "person"), default="seeded", help="who decides"
    )
    parser.add_argument("--check", action="store_true", help="try the class that is running")
    parser.add_argument("--collect", metavar="LESSON", help="copy everybody's: 03, or 03-practice")
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="where --collect puts them (build/grading)"
    )
    parser.add_argument("--stop", action="store_true", help="end the hub and all servers")
    parser.add_argument("--remove", action="store_true", help="and delete accounts and homes")
    return parser.parse_args(words)


# --- an environment that learners can read ------------------------------------------------------


def as_nobody(*command: str | Path) -> bool:
    """Whether a user without any rights can run this."""
    done = subprocess.run(
        command,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def shared_python() -> Path | None:
    """A Python that the course supports and that learners can run, or None."""
    supported = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    minors = ("", *(f".{minor}" for minor in range(14, 10, -1)))
    names = [sys._base_executable, *(f"/usr/bin/python3{minor}" for minor in minors)]
    for name in names:
        try:
            if as_nobody(name, "-c", supported):
                return Path(name).resolve()
        except OSError:
            pass  # root itself may not be able to start it as somebody else
    return None


def shown(command: list) -> str:
    """A command as it would be typed."""
    return shlex.join(str(part) for part in command)


def environment() -> Path:
    """The Python of the class: JupyterHub, JupyterLab, and the course as a package."""
    base = shared_python()
    if base is None:
        sys.exit(
            "No Python from 3.11 to 3.14 is installed where learners can run it. Install one for "
            "the whole machine, for instance Debian's python3."
        )
    print("Building the environment of the class, or looking whether it is still right ...")
    python = python_with("classroom", HERE / "requirements.txt", base)
    quiet = ["--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(prefix="classroom-") as folder:
        build = [python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(build, cwd=HOUSE, check=True, capture_output=True)
        [wheel] = Path(folder).glob("*.whl")
        stamp, digest = python.parent.parent / "labutils.sha256", sha256(wheel.read_bytes())
        if not stamp.exists() or stamp.read_text(encoding="ascii") != digest.hexdigest():
            install = ["install", *quiet, "--no-deps", "--no-index", "--force-reinstall", wheel]
            subprocess.run([*pip(), "--python", python, *install], check=True)
            stamp.write_text(digest.hexdigest(), encoding="ascii")
    if not as_nobody(python, "-c", "import jupyterhub, labutils"):
        sys.exit(
            f"Learners cannot read {python.parent.parent}: a folder above it is closed to them. "
            "Move the course's folder to a place that everybody can read, for instance /opt."
        )
    return python


# --- the decisions ------------------------------------------------------------------------------


def new_password() -> str:
    """Twelve letters and digits, in threes: 59 bits."""
    drawn = "".join(secrets.choice(WORDS) for _ in range(12))
    return "-".join(drawn[at : at + 3] for at in range(0, 12, 3))


def private_folder(path: Path) -> None:
    """A folder that root alone can open. Exits with a sentence where it is somebody else's."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        sys.exit(f"{path} is somebody else's, who could read it. Name another folder with --state.")
    if any(path.iterdir()) and not (path / "settings.json").exists():
        sys.exit(f"{path} is not empty and no class's. Name another folder with --state.")
    path.chmod(0o700)


def only_one(state: Path, patience: float = 15) -> None:
    """Be the one hub of this class, as long as this process lives. Exits where another stays.

    A second hub would end the first one's nginx, and take its number out of hub.pid.
    """
    lock = os.open(state, os.O_RDONLY | os.O_DIRECTORY)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                sys.exit(
                    f"The class in {state} is running. Stop it there with Ctrl-C, or with --stop."
                )
            time.sleep(0.2)
    os.set_inheritable(lock, True)  # the hub takes the place of this process


def free_port(host: str, port: int, patience: float = 5) -> None:
    """Wait until something can listen there; exits with a sentence where nothing can."""
    deadline = time.monotonic() + patience
    while True:
        try:
            family = socket.getaddrinfo(host, port)[0][0]
            socket.create_server((host, port), family=family).close()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                why = (error.strerror or str(error)).lower()
                sys.exit(f"Nothing can listen at {host}, port {port}: {why}. --port names another.")
            time.sleep(0.2)


def check_certificate(certificate: Path, key: Path) -> None:
    """Exits with a sentence where browsers would refuse this certificate, or learners could take
    its key."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
        ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        sys.exit(f"{certificate} and {key} are no certificate with its key in PEM: {error}")
    if ends < datetime.now(UTC):
        sys.exit(f"{certificate} expired on {ends:%d %B %Y}: every browser would warn of it.")
    if as_nobody("cat", key.resolve()):
        sys.exit(f"Learners can read {key}, and answer in the class's place: chmod 600 {key}")


def earlier(state: Path) -> classroom.Settings | None:
    """The settings of this class from an earlier start, or None."""
    path = state / "settings.json"
    try:
        return classroom.read(str(path)) if path.exists() else None
    except (ValueError, TypeError) as error:
        sys.exit(f"{path} is damaged: {error}. With it gone, accounts and passwords begin anew.")


def passwords(
    before: dict[str, str], people: list[str], *, shared: bool, teacher: str
) -> dict[str, str]:
    """A password for each of these people, as before where they had one.

    With `shared` all have the same, but for the teacher.
    """
    known = {name: before.get(name) or new_password() for name in people}
    if shared:
        one = known[next(name for name in people if name != teacher)]
        known = {name: known[name] if name == teacher else one for name in people}
    return known


def read_lti(path: Path | None, before: dict) -> dict:
    """What the learning platform says about itself. Exits where that is too little."""
    if path is None and before:
        return before
    try:
        said = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError) as error:
        sys.exit(f"--lti {path} cannot be read: {error}")
    missing = [name for name in LTI if not isinstance(said, dict) or not said.get(name)]
    if missing:
        sys.exit(f"--sign-in lti wants --lti FILE, JSON with {', '.join(missing)} in it.")
    return {name: said[name] for name in LTI}


def decide(
    chosen: argparse.Namespace, python: Path, before: classroom.Settings | None
) -> tuple[classroom.Settings, dict[str, str]]:
    """The settings of this start, and the passwords: what is said now, else what was said before,
    else the default. Nothing is written."""
    names = (before.learners if before else []) or ["learner01"]
    count = chosen.learners or (len(before.learners) if before else 0) or 10
    prefix = chosen.prefix or names[0].rstrip("0123456789")
    width = max(2, len(str(count)))
    way = chosen.sign_in or (before.sign_in if before else "own")
    teacher = chosen.instructor or (before.instructor if before else "instructor")
    learners = [] if way == "lti" else [f"{prefix}{n:0{width}}" for n in range(1, count + 1)]
    people = [] if way == "lti" else [*learners, teacher]
    before_too = slips.read(chosen.state) if before and before.sign_in == way else {}
    known = passwords(before_too, people, shared=way == "shared", teacher=teacher)
    settings = classroom.Settings(
        state=str(chosen.state.resolve()),
        homes=str((chosen.homes or Path(before.homes if before else HOMES)).resolve()),
        python=str(python),
        learners=learners,
        instructor=teacher,
        address=chosen.address,
        port=chosen.port,
        certificate=str(chosen.certificate.resolve()) if chosen.certificate else "",
        key=str(chosen.key.resolve()) if chosen.key else "",
        sign_in=way,
        passwords={name: sign_in.hashed(known[name]) for name in people},
        lti=read_lti(chosen.lti, before.lti if before else {}) if way == "lti" else {},
        door_secret=(before.door_secret if before else "") or secrets.token_hex(32),
        memory=chosen.memory * 1_000_000,
        idle=chosen.idle * 60,
        host=chosen.host or (before.host if before else ""),
        note=chosen.note or (before.note if before else ""),
        live=chosen.live,
        live_teams=chosen.live_teams,
        live_case=chosen.live_case,
        live_minutes=chosen.live_minutes,
        live_speed=chosen.live_speed,
        live_by_person=chosen.live_intruder == "person",
    )
    if why := live.complaint(settings):
        sys.exit(f"There is no such live exercise: {why}")
    if not settings.sockets_fit():
        sys.exit(f"--homes {settings.homes} is too long a path: no socket fits below it.")
    return settings, known


def announce(settings: classroom.Settings) -> None:
    """Say where the class is, and what to know about the way people get in."""
    print(f"The class is at {slips.address(settings)}")
    print(f"The instructor's page: /services/wall/instructor, for {settings.instructor} alone.")
    if settings.live:
        print("The live exercise waits until you start its clock; its links are on that page.")
    if settings.sign_in != "lti":
        print(f"Slips to print: {settings.state}/slips.html (for root: names and passwords)")
    if settings.sign_in == "shared":
        print("All learners have the same password, so whoever has it can sign in as any of them")
        print("and read what they wrote.")
    alone = settings.address in slips.ALONE
    if alone:
        print("Only this machine can reach it; --address 0.0.0.0 opens it to the room.")
        print("Print the slips after a start with the address that learners will open.")
    if not alone and settings.port >= 1024:
        print("--port 443 takes a port at which no learner can answer in the class's place.")
    if not alone and not settings.certificate:
        print("Without --certificate and --key passwords cross the network readable to everybody.")
    print("To start everybody's server and see whether all is well, in a second terminal:")
    print("  sudo make classroom ARGS=--check")
    print(f"The log is {settings.state}/hub.log.")
    print("Ctrl-C stops the hub; what learners run goes on until --stop.")
    print("A terminal or a connection that is shut stops nothing.", flush=True)


SESSIONS = ("jupyterhub.sqlite", "cookie_secret")


def end_sessions(settings: classroom.Settings, before: classroom.Settings | None) -> None:
    """Sign everybody out where people get in by another way than before: with a password that all
    had, somebody may have signed in as somebody else."""
    if before and before.sign_in != settings.sign_in:
        accounts.stop_processes(settings)
        for name in SESSIONS:
            Path(settings.state, name).unlink(missing_ok=True)


# --- the verbs ----------------------------------------------------------------------------------


def start(chosen: argparse.Namespace) -> NoReturn:
    """Make what is missing, then run the hub in place of this process.

    Raises CannotStart where there is no nginx, or none can be told what it should do.
    """
    if bool(chosen.certificate) != bool(chosen.key):
        sys.exit("--certificate and --key go together.")
    if chosen.certificate:
        check_certificate(chosen.certificate, chosen.key)
    nginx.executable()
    private_folder(chosen.state)
    before = earlier(chosen.state)
    only_one(chosen.state)
    os.umask(0o022)  # learners read the environment
    try:
        python = environment()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The environment could not be built: this failed: {shown(error.cmd)}")
    settings, known = decide(chosen, python, before)
    nginx.end_workers(settings)
    free_port(settings.address, settings.port)
    path = make_ready(settings, known, before)
    nginx.check(settings, sockets.NGINX)
    announce(settings)
    become_the_hub(settings, path)


def make_ready(
    settings: classroom.Settings, known: dict[str, str], before: classroom.Settings | None
) -> Path:
    """Write what was decided and make the accounts that are missing; where the settings are.

    Nothing is written before it is known that all accounts can be had, and no account is made
    before --remove would find it in the settings.
    """
    everybody = [*settings.learners, settings.instructor]
    try:
        for name in everybody:
            accounts.refuse_what_is_not_ours(name, settings)
    except accounts.NotOurs as error:
        sys.exit(f"{error} Name others with --prefix, --instructor or --homes.")
    end_sessions(settings, before)
    slips.write(Path(settings.state), known)
    slips.write_page(settings, known)
    path = classroom.write(settings)
    try:
        for name in everybody:
            accounts.ensure(name, settings)
    except subprocess.CalledProcessError as error:
        sys.exit(f"An account could not be made: this failed: {shown(error.cmd)}")
    sockets.make_folders(settings)
    return path


def become_the_hub(settings: classroom.Settings, path: Path) -> NoReturn:
    """Run JupyterHub in place of this process."""
    # A shell's job in the background ignores it. The hub stops its helpers by it, and would wait.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a lost connection ends no class
    os.umask(0o077)  # what the hub and the servers of learners write is for nobody else
    os.chdir(settings.state)
    log = os.open("hub.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):  # the terminal may be gone before the hub is
        os.dup2(log, stream)
    env = {
        "PATH": f"{Path(settings.python).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": settings.state,
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "PYTHONPATH": str(HOUSE),  # for the configuration; no learner's server gets it
        classroom.VARIABLE: str(path),
    }
    config = str(HERE / "jupyterhub_config.py")
    os.execve(settings.python, [settings.python, "-m", "jupyterhub", "-f", config], env)


def running(path: Path) -> int | None:
    """The process that this file names, where it is the hub; else None."""
    try:
        number = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return number if is_ours(number) else None


def is_ours(number: int) -> bool:
    """Whether this process is a hub: the number may be another's by now."""
    try:
        return b"jupyterhub" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


def end(number: int, patience: float = 20) -> None:
    """End a process: asked first, and not asked where it does not go."""
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while is_ours(number):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.2)


def stop(settings: classroom.Settings) -> None:
    """End the hub with its helpers, and what learners run."""
    if number := running(Path(settings.state, "hub.pid")):
        end(number)
    nginx.end_workers(settings)
    print(f"Stopped. {accounts.stop_processes(settings)} processes of learners were ended.")
    sockets.remove_folders(settings)


PASSWORDS = ("settings.json", "slips.txt", "slips.html")
WRITTEN = (*SESSIONS, "hub.pid", "hub.log")


def remove(settings: classroom.Settings) -> None:
    """Remove accounts with their homes, and what the hub wrote; folders only where nothing else is
    in them."""
    names, left = accounts.remove(settings)
    if left:
        sys.exit(f"These accounts could not be removed: {', '.join(left)}. Say it again.")
    sockets.remove_nginx_account()
    for name in (*PASSWORDS, *WRITTEN):
        Path(settings.state, name).unlink(missing_ok=True)
    shutil.rmtree(settings.live_folders, ignore_errors=True)
    for folder in (settings.state, settings.homes):
        if os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)
    print(f"Removed {len(names)} accounts with their homes, and what the hub recorded.")


def main(words: list[str]) -> int:
    """Do what the command line says; the exit status."""
    chosen = arguments(words)
    if sys.platform != "linux" or os.geteuid() != 0:
        print(NOT_ROOT, file=sys.stderr)
        return 2
    if not (chosen.stop or chosen.remove or chosen.check or chosen.collect):
        try:
            start(chosen)
        except nginx.CannotStart as error:
            sys.exit(str(error))
    settings = earlier(chosen.state)
    if settings is None:
        print(f"There is no class in {chosen.state}.", file=sys.stderr)
        return 2
    if chosen.check:
        return ready.main(settings, up=running(Path(settings.state, "hub.pid")) is not None)
    if chosen.collect:
        return collect.main(settings, chosen.collect, chosen.into)
    stop(settings)
    if chosen.remove:
        remove(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
