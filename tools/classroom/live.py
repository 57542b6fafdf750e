"""A live exercise beside the hub: `labutils live` behind the class's nginx, at /services/live/.

It has no accounts: whoever has a team's secret link is that team. It runs as the account of nginx,
which has no right besides, and listens at a socket that nobody else can enter. Its clock stands
still until the instructor starts it: a hub is up long before an exercise begins.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from labutils.incident import cases
from labutils.live.containment import CannotDo
from labutils.live.drawing import NoExercise
from labutils.live.exercise import LiveExercise, Settings
from labutils.live.journal import Journal
from labutils.live.server import LiveRoom, behind_proxy, run
from tools.classroom import settings as classroom

PREFIX = "/services/live/"


def complaint(chosen: classroom.Settings) -> str:
    """Return why there is no such exercise; an empty text where there is one, or none is wanted."""
    if not chosen.live:
        return ""
    settings = Settings(
        seed=chosen.live,
        teams=chosen.live_teams,
        minutes=chosen.live_minutes,
        speed=chosen.live_speed,
        case=chosen.live_case,
        by_person=chosen.live_by_person,
    )
    try:
        LiveExercise(settings)
    except (CannotDo, NoExercise, cases.UnknownCase) as error:
        return str(error)
    return ""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the exercise that the hub names to its helper."""
    return Settings(
        seed=environment["LIVE_SEED"],
        teams=int(environment["LIVE_TEAMS"]),
        minutes=int(environment["LIVE_MINUTES"]),
        speed=float(environment["LIVE_SPEED"]),
        case=environment["LIVE_CASE"],
        by_person=bool(environment["LIVE_BY_PERSON"]),
    )


def room_in(folder: Path, settings: Settings) -> LiveRoom:
    """Return the room of an exercise, which goes on from its log or, if it is new, stands still."""
    journal = Journal(folder, settings)
    room = LiveRoom(LiveExercise(settings), journal, [])
    if not journal.rows:
        room.do({"do": "pause"})
    return room


def serve() -> None:
    """Serve the exercise that the environment names, until the hub ends it."""
    os.umask(0o077)
    room = room_in(Path(os.environ["LIVE_FOLDER"]), settings_from(os.environ))
    run(room, behind_proxy(room, os.environ["LIVE_SOCKET"], PREFIX))


if __name__ == "__main__":
    serve()
