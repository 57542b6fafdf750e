"""What JupyterHub calls its proxy: nginx, which is told nothing.

JupyterHub tells a proxy of each server that comes and goes. Here one location of nginx serves all
learners, and a server that is not there has no socket. nginx itself is a service of the hub.
"""

from jupyterhub.proxy import Proxy
from traitlets import Dict


class Nginx(Proxy):
    """JupyterHub looks whether the routes that it added are there: they are noted, no more."""

    should_start = False
    routes = Dict()

    async def get_all_routes(self) -> dict[str, dict]:
        """What JupyterHub has added."""
        return self.routes

    async def add_route(self, routespec: str, target: str, data: dict) -> None:
        """Note a route."""
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """Forget a route."""
        self.routes.pop(routespec, None)
