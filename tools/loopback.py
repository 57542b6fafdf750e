"""A folder of files as a site on this machine alone, for a Chromium that asks nobody else."""

import functools
import http.server
import pathlib
import threading

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def served(folder: pathlib.Path) -> str:
    """The address of a folder, served on loopback until this process ends."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"
