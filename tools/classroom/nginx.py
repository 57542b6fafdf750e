"""nginx, as a child of the class: its configuration, and how its end is known.

nginx.conf says what it does, and why. It is no service of the system, and what the system's own
nginx is told does not matter to it.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from string import Template

from tools.classroom.settings import Settings

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
        sockets=settings.sockets,
    )


def start(settings: Settings, account: str) -> subprocess.Popen:
    """Start nginx, in a session of its own; it ends when this process does.

    Raises CannotStart.
    """
    end_workers(settings)
    folder = settings.socket("nginx")
    folder.mkdir(mode=0o711, exist_ok=True)
    (folder / "nginx.conf").write_text(configuration(settings, account), encoding="utf-8")
    settings.socket("api/hub").unlink(missing_ok=True)  # nginx listens at no path that is there
    command = ["setpriv", "--pdeathsig", "TERM", executable(), "-p", f"{folder}/"]
    command += ["-c", "nginx.conf", "-e", "stderr"]
    return subprocess.Popen(command, start_new_session=True)


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
