"""Unix accounts of a class: made, used and removed by name, and never somebody else's.

An account is the class's where its group is `anatomy-class` and its home is the one that the class
would give it. Every function that acts on an account asks for that first. What is done in a home is
done as its owner: root that writes where a learner can lay links writes where the learner likes.
"""

import asyncio
import grp
import os
import pwd
import signal
import subprocess
from pathlib import Path

from tools.classroom.settings import GROUP, Settings


class NotOurs(Exception):
    """An account of that name belongs to somebody else."""


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


def ensure(name: str, settings: Settings) -> pwd.struct_passwd:
    """The account of that name with a private home; it is made where it is missing."""
    if entry := account(name, settings):
        return entry
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    if not os.path.isdir(settings.homes):
        os.makedirs(settings.homes)
        os.chmod(settings.homes, 0o711)  # to be walked through, and not listed
    options = ["--create-home", "--home-dir", settings.home(name), "--gid", GROUP]
    options += ["--no-user-group", "--shell", "/bin/bash", "--key", "HOME_MODE=0700"]
    subprocess.run(["useradd", *options, name], check=True)
    return pwd.getpwnam(name)


async def make_copies(name: str, settings: Settings) -> str:
    """Make the working copies that are missing in a learner's home, as that learner.

    What the command said, where it failed.
    """
    entry = ensure(name, settings)
    process = await asyncio.create_subprocess_exec(
        settings.python,
        *("-m", "labutils", "work", "work"),
        cwd=entry.pw_dir,
        env={"HOME": entry.pw_dir, "USER": name, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        umask=0o077,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return printed.decode("utf-8", "replace") if process.returncode else ""


def all_of(settings: Settings) -> list[pwd.struct_passwd]:
    """Every account of this class that there is."""
    members = [entry for entry in pwd.getpwall() if _is_of(entry, settings)]
    return sorted(members, key=lambda entry: entry.pw_name)


def _is_of(entry: pwd.struct_passwd, settings: Settings) -> bool:
    try:
        return account(entry.pw_name, settings) is not None
    except NotOurs:
        return False


def stop_processes(settings: Settings) -> int:
    """End all processes of this class's accounts; how many there were."""
    ours = {entry.pw_uid for entry in all_of(settings)}
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    ended = 0
    for number in numbers:
        try:
            if os.stat(f"/proc/{number}").st_uid in ours:
                os.kill(number, signal.SIGKILL)
                ended += 1
        except (FileNotFoundError, ProcessLookupError):
            pass
    return ended


def remove(settings: Settings) -> list[str]:
    """Remove this class's accounts with their homes; their names."""
    names = [entry.pw_name for entry in all_of(settings)]
    for name in names:
        subprocess.run(["userdel", "--remove", name], check=True, stderr=subprocess.DEVNULL)
    # groupdel refuses while another class has accounts in it
    subprocess.run(["groupdel", GROUP], check=False, stderr=subprocess.DEVNULL)
    return names
