"""A week in the cloud's log: honest builds, people, and perhaps a thief; and a rule over it."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from labutils.hunt import engine
from labutils.hunt.loaded_logs import written
from labutils.lab import SceneError, dice
from labutils.stage.sigma_text import sigma

from .attackers import HONEST, SHOP
from .cloud import ACCOUNT, Cloud, Event
from .forge import Forge, Job

DEPLOY = "ci-deploy"  # the role of the builds; those of people begin with staff-
TOM = "203.0.113.201"
WORK = ("s3.PutObject", "ecs.UpdateService", "s3.GetObject")
KINDS = ("a pull request", "nobody", "the key, carried away", "the key, used on the runner")
Week = list[tuple[Event, bool]]  # a line of the log, and whether a thief made it


def runner(letters: str) -> str:
    """An address of the builds' network, 198.51.100.0/25."""
    return f"198.51.100.{1 + int(letters, 16) % 126}"


def week(kind: str, label: str) -> Week:
    """Return a week of the log, in the order of time; `kind` is one of KINDS."""
    forge = Forge()
    cloud = Cloud(forge, {DEPLOY: lambda claims: claims["repository_id"] == "7"})
    draw = dice("lesson-18", label)
    lines: Week = []
    for number in range(20):
        letters = next(draw)
        forge.now += 20_000 + int(letters[:4], 16) % 9_000
        by_thief = _build(cloud, kind if number == 13 else "nobody", letters)
        lines += [(event, event in by_thief) for event in cloud.log]
        cloud.log.clear()
        lines.append((person(cloud, letters), False))
    return lines


def _build(cloud: Cloud, kind: str, letters: str) -> list[Event]:
    """Let a build deploy, and return the lines that are a thief's."""
    at = runner(letters[4:6])
    if kind == "a pull request":
        job = Job(SHOP, ref="refs/pull/5/merge", event="pull_request", workflow="test.yml")
        session = cloud.assume(DEPLOY, cloud.forge.id_token(job), at)
        cloud.call(session, "s3.GetObject", at)
        return list(cloud.log)
    session = cloud.assume(DEPLOY, cloud.forge.id_token(HONEST), at)
    for what in WORK:
        cloud.forge.now += 9
        cloud.call(session, what, at)
    if kind == "nobody":
        return []
    where = TOM if kind == "the key, carried away" else at
    before = len(cloud.log)
    cloud.forge.now += 60
    cloud.call(session, "s3.GetObject", where)
    cloud.call(session, "iam.ListRoles", where)
    return cloud.log[before:]


def person(cloud: Cloud, letters: str) -> Event:
    """A line of somebody who works with a role of their own, from the office or from home."""
    address = ("192.0.2.31", "198.51.100.200", "203.0.113.77")[int(letters[6:8], 16) % 3]
    name = ("ada", "joan")[int(letters[8:10], 16) % 2]
    event = cloud.line(address, "ListBuckets", "s3")
    return event | {
        "readOnly": True,
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{name}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/staff-admin/{name}",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{letters[:9].upper()}EXAMPLE",
        },
        "requestParameters": None,
        "responseElements": None,
    }


def hits(detection: str, events: Iterable[Event]) -> set[int]:
    """Return the places of the events that a detection hits. Raises SceneError with pySigma's
    reason where it is no rule."""
    rule = sigma("answer", "cloudtrail", "Your rule", detection)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "cloudtrail.jsonl")
        log.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
        result = engine.hunt([written(Path(folder), [rule])], [log])
    if result.refused:
        raise SceneError(result.refused[0].reason)
    names = {name for hit in result.hits for name in hit.event_ids}
    return {int(name.rpartition(":")[2]) - 1 for name in names}


def counts(detection: str, lines: Week) -> dict[str, int]:
    """Return how many lines of a thief a detection hits, and how many honest ones."""
    found = hits(detection, (event for event, _ in lines))
    theirs = {place for place, (_, thief) in enumerate(lines) if thief}
    return {"of a thief": len(found & theirs), "honest": len(found - theirs)}


__all__ = ["DEPLOY", "KINDS", "TOM", "counts", "hits", "person", "runner", "week"]
