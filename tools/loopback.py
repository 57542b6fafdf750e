"""Serve a folder of files on this machine alone, for a Chromium that asks nobody else."""

import functools
import http.server
import pathlib
import threading

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def served(folder: pathlib.Path) -> str:
    """Serve a folder on loopback until this process ends, and return its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"
