"""How the hub starts a learner's server: as that Unix user, at a socket in a folder of theirs."""

import signal
from datetime import timedelta

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import utcnow
from traitlets import Integer

from tools.classroom import sockets
from tools.classroom.settings import read


class SocketSpawner(LocalProcessSpawner):
    """A server that is reached over a socket which nobody but the learner can make."""

    idle = Integer(3600).tag(config=True)  # seconds until a server that nobody uses is stopped

    @property
    def socket(self):
        """Where this server listens."""
        return read().socket(f"servers/{self.user.name}/server")

    def get_args(self):
        """The arguments of the server."""
        mode = "--ServerApp.sock_mode=0660"  # the learner, and nginx by the group of the folder
        return [*super().get_args(), f"--ServerApp.sock={self.socket}", mode]

    async def start(self):
        """Start the server, and say where it is."""
        sockets.make_folder_of(self.user.name, read())
        self.port = 8888  # the one port with which jupyter_server takes a socket, and not the port
        await super().start()
        return sockets.url(self.socket)

    async def poll(self):
        """Whether the server has ended, as JupyterHub asks; one that is idle is told to end."""
        status = await super().poll()
        if status is None and self.ready and self.unused() > timedelta(seconds=self.idle):
            self.log.info("Stopping the server of %s: nobody uses it.", self.user.name)
            await self._signal(signal.SIGTERM)
        return status

    def unused(self) -> timedelta:
        """How long nobody has used this server, as it told the hub itself."""
        used = self.orm_spawner.last_activity or self.orm_spawner.started
        return utcnow(with_tz=False) - used if used else timedelta()
