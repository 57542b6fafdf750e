"""What JupyterHub calls its proxy: it starts nginx, starts it again where it ends, and stops it.

JupyterHub tells a proxy of each server that comes and goes. nginx is told nothing: one location
serves all learners, and a server that is not there has no socket.
"""

import asyncio
import subprocess

from jupyterhub.proxy import Proxy
from tornado.ioloop import PeriodicCallback

from tools.classroom import nginx
from tools.classroom.settings import Settings, read
from tools.classroom.sockets import NGINX

EVERY = 2000  # milliseconds between two looks whether nginx is there
PATIENCE = 5  # seconds that it may take until it goes, asked to


class Nginx(Proxy):
    """nginx, for as long as the hub runs."""

    settings: Settings
    process: subprocess.Popen
    watch: PeriodicCallback

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.routes: dict[str, dict] = {}

    async def start(self) -> None:
        """Start nginx. Raises CannotStart where it ends at once; the hub's log has its reason."""
        self.settings = read()
        self.process = nginx.start(self.settings, NGINX)
        await asyncio.sleep(0.5)
        if self.process.poll() is not None:
            raise nginx.CannotStart("nginx ended at once. The line above says why.")
        self.watch = PeriodicCallback(self.start_again, EVERY)
        self.watch.start()

    def start_again(self) -> None:
        """Start nginx where it has ended."""
        if self.process.poll() is not None:
            self.log.error("nginx has ended, and is started again.")
            self.process = nginx.start(self.settings, NGINX)

    async def stop(self) -> None:
        """End nginx."""
        self.watch.stop()
        self.process.terminate()
        try:
            await asyncio.to_thread(self.process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        nginx.end_workers(self.settings)

    # What JupyterHub asks of each proxy. It looks whether what it added is there.

    async def get_all_routes(self) -> dict[str, dict]:
        """What JupyterHub has added."""
        return self.routes

    async def add_route(self, routespec: str, target: str, data: dict) -> None:
        """Note a route."""
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """Forget a route."""
        self.routes.pop(routespec, None)
