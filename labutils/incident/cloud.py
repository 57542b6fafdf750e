"""How the programs of a cloud's customers call themselves, in which region they work, and the keys
of a role that somebody took on for an hour: data/vocabulary/cloudtrail.yaml."""

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
    """A user agent. With a command, as in f"{agent:ec2.describe-instances}": a command line of the
    second generation says which command it ran, and no other program does."""

    __slots__ = ()

    def __format__(self, command: str) -> str:
        said = self.startswith("aws-cli/2") and command
        return f"{str(self)} command/{command}" if said else str(self)


@cache
def agent(name: str, own: str, away: bool) -> CloudAgent:
    """What somebody of this name calls a cloud with: `own`, where that is a program that can; else
    one of those that everybody has. Away from home every other program is run by hand."""
    drawn, agents = zlib.crc32(f"agent/{name}/{own}".encode()), _words().agents
    if own.startswith(PROGRAMS) and not (away and drawn % 2):
        return CloudAgent(own)
    return CloudAgent(agents[drawn // 2 % len(agents)])


def region(name: str) -> str:
    """Where what has this name is: most of it in the first region."""
    regions = _words().regions
    return regions[zlib.crc32(f"region/{name}".encode()) % len(regions)]


def role_since(name: str, time: int) -> int:
    """When somebody of this name took on a role that they have at a time, in seconds since 1970."""
    minute = zlib.crc32(f"role/{name}".encode()) % HOUR
    return (time - minute) // HOUR * HOUR + minute


def role_key(name: str, time: int) -> str:
    """The letters and digits of the key that they got with it."""
    digest = hashlib.sha256(f"role/{name}/{role_since(name, time)}".encode()).digest()
    return b32encode(digest).decode()[:9]
