"""A JupyterLab of its own for a check: started by the command that a learner would type."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

OPTIONS = "{options}"  # where in a command the options of this start go
PATIENCE = 300  # seconds


@contextmanager
def started(
    command: Sequence[str],
    folder: pathlib.Path,
    token: str,
    *,
    more: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Start a server in a folder, and yield its address once it answers.

    Raises RuntimeError with the end of what it wrote, where it stops before.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={token}", *more]
    words = [word for part in command for word in (options if part == OPTIONS else [part])]
    words = [word.replace(OPTIONS, " ".join(options)) for word in words]
    address, log = f"http://127.0.0.1:{port}", folder / "server.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + PATIENCE
            while not answers(address) and time.monotonic() < until:
                if process.poll() is not None:
                    raise RuntimeError(log.read_text(encoding="utf-8")[-600:])
                time.sleep(0.1)
            yield address
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)


def answers(address: str) -> bool:
    """Whether a server answers there."""
    try:
        urllib.request.urlopen(f"{address}/api", timeout=2)
    except (urllib.error.URLError, OSError):
        return False
    return True
