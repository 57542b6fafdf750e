"""nginx before a class: `python -m tools.classroom.nginx`, as the hub starts it.

nginx.conf says what it does, and why. It is a child of the hub and no service of the system; what
the system's own nginx is told does not matter to it.
"""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from string import Template
from typing import NoReturn

from tools.classroom.settings import Settings, read
from tools.classroom.sockets import NGINX

HERE = Path(__file__).resolve().parent
MISSING = (
    "A class wants nginx, and it is not installed. On Debian and Ubuntu say `sudo apt install "
    "nginx` and `sudo systemctl disable --now nginx`, since the class starts one of its own; "
    "elsewhere install the package of that name. Then say the same command again."
)
TLS = """\
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
"""
AT_ONCE = 1000  # requests of one address at once, for 100 learners with ten tabs each


class CannotStart(Exception):
    """nginx does not start; the text says why, in its own words."""


class Conf(Template):
    """A configuration with places to fill in: nginx itself uses the dollar sign."""

    delimiter = "%"


def executable() -> str:
    """Where nginx is. Raises CannotStart with what to install where it is missing."""
    path = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        raise CannotStart(MISSING)
    return path


def quoted(path: str) -> str:
    """A path as nginx reads it. Raises CannotStart where it would read something else."""
    if set(path) & set('"\\$\n'):
        raise CannotStart(f"{path} has a sign in its name that nginx reads as a command.")
    return f'"{path}"'


def configuration(settings: Settings, account: str) -> str:
    """What nginx is told, in the class of these settings. Raises CannotStart for an odd path."""
    if not re.fullmatch(r"[\w./-]+", settings.homes, re.ASCII):
        raise CannotStart(f"--homes {settings.homes}: nginx takes A-Z, a-z, 0-9 and _-./ alone.")
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    tls = ""
    if settings.certificate:
        paths = {"certificate": quoted(settings.certificate), "key": quoted(settings.key)}
        tls = TLS.format(**paths)
    share = Path(settings.python).parent.parent / "share" / "jupyterhub"
    return Conf((HERE / "nginx.conf").read_text(encoding="utf-8")).substitute(
        account=account,
        listen=f"{host}:{settings.port}{' ssl' if tls else ''}",
        tls=tls,
        at_once=max(AT_ONCE, 10 * len(settings.learners)),
        static=quoted(f"{share}/static/"),
        headers=quoted(str(HERE / "headers.conf")),
        sockets=settings.socket(""),
    )


def command(settings: Settings, account: str) -> list[str]:
    """Write down what nginx is told; the command that starts it. Raises CannotStart."""
    folder = settings.socket("nginx")
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "nginx.conf").write_text(configuration(settings, account), encoding="utf-8")
    settings.socket("api/hub").unlink(missing_ok=True)  # it listens at no path that is there
    return [executable(), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]


def check(settings: Settings, account: str) -> None:
    """Raises CannotStart, with what nginx says of it, where its configuration is wrong."""
    words = [*command(settings, account), "-t", "-q"]
    said = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    if said.returncode:
        raise CannotStart(f"nginx cannot start: {said.stderr.strip()}")


def end_workers(settings: Settings) -> None:
    """End what is left of an nginx whose first process was killed: its workers keep the port.

    They are known by their session, which has the number of that first process.
    """
    try:
        session = int(settings.socket("nginx/nginx.pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and _is_nginx_of(session, path):
            os.kill(int(path.name), signal.SIGKILL)


def _is_nginx_of(session: int, process: Path) -> bool:
    try:
        name, _, facts = (process / "stat").read_text(encoding="utf-8").rpartition(")")
    except OSError:  # it is gone
        return False
    return name.endswith("(nginx") and int(facts.split()[3]) == session


def main() -> NoReturn:
    """Run nginx in place of this process. Raises CannotStart."""
    settings = read()
    end_workers(settings)
    os.execv(executable(), command(settings, NGINX))


if __name__ == "__main__":
    main()
