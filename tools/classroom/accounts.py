"""Unix accounts of a class: made, used and removed by name, and never somebody else's.

An account is the class's where its group is `anatomy-class` and its home is the one that the class
would give it. Every function that acts on an account asks for that first. What is done in a home is
done as its owner: root that writes where a learner can lay links writes where the learner likes.
"""

import asyncio
import contextlib
import grp
import os
import pwd
import stat
import subprocess
from pathlib import Path

from tools.classroom.settings import GROUP, Settings

PATIENCE = 60  # seconds for making a learner's copies
MOST_SAID = 4096  # bytes of what the command says that are read
# Where a learner can leave files that outlast their home: one that runs as its owner, say, or a
# job for cron. The next account may get the same number, and then they would be the next learner's.
SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/var/spool")  # noqa: S108  looked through, not used


class NotOurs(Exception):
    """An account of that name, or its home, belongs to somebody else."""


def account(name: str, settings: Settings) -> pwd.struct_passwd | None:
    """The class's account of that name, or None where there is none. Raises NotOurs."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    ours = entry.pw_uid != 0 and entry.pw_dir == str(settings.home(name))
    if not ours or grp.getgrgid(entry.pw_gid).gr_name != GROUP:
        raise NotOurs(f"This machine has an account {name} that is not the class's.")
    return entry


def refuse_what_is_not_ours(name: str, settings: Settings) -> None:
    """Raise NotOurs where somebody else has the account, its home, or the folder of all homes."""
    if account(name, settings):
        return
    _private_homes(Path(settings.homes))
    if os.path.lexists(settings.home(name)):
        raise NotOurs(f"{settings.home(name)} is there, and no account of the class's has it.")


def ensure(name: str, settings: Settings) -> pwd.struct_passwd:
    """The account of that name with a private home; it is made where it is missing."""
    refuse_what_is_not_ours(name, settings)
    if entry := account(name, settings):
        return entry
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    options = ["--create-home", "--home-dir", settings.home(name), "--gid", GROUP]
    options += ["--no-user-group", "--shell", "/bin/bash", "--key", "HOME_MODE=0700"]
    # no further numbers in a namespace: what ran under them would be nobody's, and never ended
    options += ["--key", "SUB_UID_COUNT=0", "--key", "SUB_GID_COUNT=0"]
    subprocess.run(["useradd", *options, name], check=True)
    return pwd.getpwnam(name)


def _private_homes(path: Path) -> None:
    """The folder of all homes: to be walked through, and not listed. Raises NotOurs where somebody
    else could exchange the homes in it."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(0o711)
    facts = path.lstat()
    others_write = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != 0 or others_write:
        raise NotOurs(f"{path} is not a folder that root alone can write to.")


async def make_copies(name: str, settings: Settings) -> str:
    """Make the working copies that are missing in a learner's home, as that learner.

    What the command said, where it failed. It reads what a learner wrote, and the learner can stop
    it or speak for it: so it gets no more time, memory and attention than it needs. With -I no
    module of the learner's own is taken for one of the course's.
    """
    entry = ensure(name, settings)
    process = await asyncio.create_subprocess_exec(
        *settings.limits(),
        *(settings.python, "-I", "-m", "labutils", "work", "work"),
        cwd=entry.pw_dir,
        env={"HOME": entry.pw_dir, "USER": name, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        umask=0o077,
        start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return await last_words(process)


async def last_words(
    process: asyncio.subprocess.Process, patience: float = PATIENCE, most: int = MOST_SAID
) -> str:
    """Wait for a process, and end it where it takes too long or says too much; what it said, where
    it failed."""
    said = b""
    try:
        async with asyncio.timeout(patience):
            while len(said) < most and (piece := await process.stdout.read(most - len(said))):
                said += piece
            if len(said) < most:
                await process.wait()
    except TimeoutError:
        said += f"\nIt was ended after {patience} seconds.".encode()
    if process.returncode is None:
        process.kill()
    process._transport.close()  # whoever else holds the other end of the pipe may keep it
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await process.wait()
    return said.decode("utf-8", "replace") if process.returncode != 0 else ""


def all_of(settings: Settings) -> list[pwd.struct_passwd]:
    """Every account of this class that there is."""
    members = [entry for entry in pwd.getpwall() if _is_of(entry, settings)]
    return sorted(members, key=lambda entry: entry.pw_name)


def _is_of(entry: pwd.struct_passwd, settings: Settings) -> bool:
    try:
        return account(entry.pw_name, settings) is not None
    except NotOurs:
        return False


def processes_of(users: set[int]) -> list[int]:
    """The processes of these users. Whoever owns /proc/N is not asked: a program such as su, which
    a learner started and which waits for a password, belongs to root there."""
    numbers = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit():
                lines = (path / "status").read_text(encoding="utf-8", errors="replace").split("\n")
                facts = dict(line.split(":", 1) for line in lines if ":" in line)
                ended = facts["State"].strip().startswith("Z")  # and its parent has not looked yet
                if not ended and users & {int(uid) for uid in facts["Uid"].split()}:
                    numbers.append(int(path.name))
    return numbers


def stop_processes(settings: Settings) -> int:
    """End all processes of this class's accounts; how many there were.

    Each user ends their own: kill(2) with -1 reaches all of them at once, so that none can start
    another while one after the other is looked for.
    """
    ours = {entry.pw_uid: entry.pw_gid for entry in all_of(settings)}
    running = len(processes_of(set(ours)))
    for user, group in ours.items():
        subprocess.run(
            ["kill", "-KILL", "--", "-1"], user=user, group=group, extra_groups=[], check=False
        )
    return running


def remove(settings: Settings) -> tuple[list[str], list[str]]:
    """Remove this class's accounts with their homes; their names, and those that are still there.

    Homes are emptied first: userdel fails at folders that lie deeper than it can open.
    """
    entries = all_of(settings)
    if entries:
        owners = " -o ".join(f"-uid {entry.pw_uid}" for entry in entries).split()
        places = [place for place in SHARED if os.path.isdir(place)]
        _quietly("find", *places, "-xdev", "(", *owners, ")", "-delete")
    for entry in entries:
        _quietly("find", entry.pw_dir, "-xdev", "-mindepth", "1", "-delete")
        _quietly("userdel", "--remove", entry.pw_name)
    left = [entry.pw_name for entry in all_of(settings)]
    _quietly("groupdel", GROUP)  # refuses while another class has accounts in it
    return [entry.pw_name for entry in entries if entry.pw_name not in left], left


def _quietly(*command: str) -> None:
    """Run a command of which only what it leaves is asked."""
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
