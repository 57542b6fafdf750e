"""A live exercise beside the hub: `labutils live` behind the class's nginx, at /services/live/.

It has no accounts: whoever has a team's secret link is that team. It runs as the account of nginx,
which has no right besides, and listens at a socket that nobody else can enter.
"""

import os
from pathlib import Path

from labutils.live.exercise import LiveExercise, Settings
from labutils.live.journal import Journal
from labutils.live.server import LiveRoom, behind_proxy, run

PREFIX = "/services/live/"


def serve() -> None:
    """Serve the exercise that the environment names, until the hub ends it."""
    os.umask(0o077)
    settings = Settings(os.environ["LIVE_SEED"], int(os.environ["LIVE_TEAMS"]))
    journal = Journal(Path(os.environ["LIVE_FOLDER"]), settings)
    room = LiveRoom(LiveExercise(settings), journal, [])
    run(room, behind_proxy(room, os.environ["LIVE_SOCKET"], PREFIX))


if __name__ == "__main__":
    serve()
