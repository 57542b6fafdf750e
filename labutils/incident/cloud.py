"""Choose the user agents, regions and temporary role keys of a cloud's customers.

They come from data/vocabulary/cloudtrail.yaml.
"""

import hashlib
import zlib
from base64 import b32encode
from dataclasses import dataclass
from functools import cache

from labutils.sheets import read, value

PROGRAMS = ("aws-", "Boto3/", "APN/")  # that can call a cloud
HOUR = 3600  # seconds: how long the keys of a role last


@dataclass(frozen=True)
class _CloudWords:
    agents: tuple[str, ...]
    regions: tuple[str, ...]


@cache
def _words() -> _CloudWords:
    sheet = read("vocabulary/cloudtrail.yaml")
    return _CloudWords(*(value(sheet, key, tuple[str, ...]) for key in ("agents", "regions")))


class CloudAgent(str):
    """A user agent in a cloud's log.

    With a command, as in f"{agent:ec2.describe-instances}", a second-generation command line names
    the command it ran; no other program does.
    """

    __slots__ = ()

    def __format__(self, command: str) -> str:
        said = self.startswith("aws-cli/2") and command
        return f"{str(self)} command/{command}" if said else str(self)


@cache
def agent(name: str, own: str, away: bool) -> CloudAgent:
    """Return the user agent with which somebody of this name calls a cloud.

    It is `own` if that program can call one; else one of those that everybody has. Away from home
    every other program is run by hand.
    """
    drawn, agents = zlib.crc32(f"agent/{name}/{own}".encode()), _words().agents
    if own.startswith(PROGRAMS) and not (away and drawn % 2):
        return CloudAgent(own)
    return CloudAgent(agents[drawn // 2 % len(agents)])


def region(name: str) -> str:
    """Return the region of a resource with this name, most often the first one."""
    regions = _words().regions
    return regions[zlib.crc32(f"region/{name}".encode()) % len(regions)]


def role_since(name: str, time: int) -> int:
    """Return when somebody of this name assumed the role that they have at `time`.

    Both are in seconds since 1970.
    """
    minute = zlib.crc32(f"role/{name}".encode()) % HOUR
    return (time - minute) // HOUR * HOUR + minute


def role_key(name: str, time: int) -> str:
    """Return the letters and digits of the temporary key that came with the role."""
    digest = hashlib.sha256(f"role/{name}/{role_since(name, time)}".encode()).digest()
    return b32encode(digest).decode()[:9]
