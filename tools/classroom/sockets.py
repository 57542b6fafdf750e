"""The folders of the sockets over which the parts of a class talk, and who may enter each.

A port of this machine belongs to whoever takes it first, and a server that ends leaves it to the
next. A socket is a file: who may make one, and who may speak to it, is a matter of folders.
"""

import contextlib
import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from tools.classroom.accounts import account
from tools.classroom.settings import GROUP, Settings

NGINX = "anatomy-nginx"  # the Unix account of nginx and of the door, with no right besides


def nginx_account() -> pwd.struct_passwd:
    """The account of nginx; it is made where it is missing."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(NGINX)
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run(["useradd", *options, "--shell", "/usr/sbin/nologin", NGINX], check=True)
    return pwd.getpwnam(NGINX)


def remove_nginx_account() -> None:
    """Remove the account of nginx; userdel refuses while another class has processes of it."""
    subprocess.run(["userdel", NGINX], check=False, stderr=subprocess.DEVNULL)


def make_folders(settings: Settings) -> None:
    """The folders that belong to the class itself, in the folder of all homes, which is root's."""
    nginx = nginx_account()
    for name in ("", "servers"):
        _folder(settings.socket(name), 0, 0, 0o711)
    # With the bit 2 a socket gets the group of its folder, whoever makes it.
    _folder(settings.socket("front"), 0, nginx.pw_gid, 0o2710)
    _folder(settings.socket("door"), nginx.pw_uid, nginx.pw_gid, 0o700)
    _folder(settings.live_folders, nginx.pw_uid, nginx.pw_gid, 0o700)
    _folder(settings.live_folder, nginx.pw_uid, nginx.pw_gid, 0o700)
    _folder(settings.socket("api"), 0, grp.getgrnam(GROUP).gr_gid, 0o710)


def make_folder_of(name: str, settings: Settings) -> None:
    """The folder of a learner's server: theirs to make a socket in, and nginx's to enter.

    It lies in a folder of root's, so nobody else can rename it or put a link in its place.
    Raises NotOurs where the account of that name is not the class's.
    """
    learner = account(name, settings)
    _folder(settings.socket(f"servers/{name}"), learner.pw_uid, nginx_account().pw_gid, 0o2710)


def remove_folders(settings: Settings) -> None:
    """Remove them all, once nothing runs any more."""
    shutil.rmtree(settings.socket(""), ignore_errors=True)


def url(path: Path) -> str:
    """The address of a socket, as JupyterHub takes it.

    JupyterHub reads it as the name of a host, and makes capital letters small. So all but small
    letters and digits are spelled by their numbers.
    """
    plain = b"abcdefghijklmnopqrstuvwxyz0123456789.-"
    return "http+unix://" + "".join(
        chr(byte) if byte in plain else f"%{byte:02x}" for byte in bytes(path)
    )


def _folder(path: Path, owner: int, group: int, mode: int) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    os.chown(path, owner, group)
    path.chmod(mode)
